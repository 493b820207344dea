#include "apps/operations/scheme_rules.hpp"

#include <fmt/format.h>

#include <string>

namespace counterfoil {
namespace {

/// A rule that SEPA states for CORE and B2B apart and other schemes once.
std::optional<std::int64_t> number_for(const Scheme& scheme, const CreditorAccount& account, std::string_view key) {
  if (account.instrument == "CORE" || account.instrument == "B2B") {
    const auto apart = fmt::format("{}_{}", key, account.instrument == "CORE" ? "core" : "b2b");
    for (const auto& known : known_rules()) {
      if (known.key != apart) continue;
      if (const auto value = scheme.number(apart, account.profile)) return value;
    }
  }
  return scheme.number(key, account.profile);
}

int small(std::optional<std::int64_t> value, int otherwise = 0) { return value ? static_cast<int>(*value) : otherwise; }

MandateRules mandate_rules(const Scheme& scheme, const CreditorAccount& account) {
  const auto& manner = scheme.manner;
  return MandateRules{.uses_sequence_types = manner.sequence_types,
                      .first_as = account.first_as,
                      .expiry_months = small(scheme.number("mandate_expiry_months", account.profile)),
                      .expiry_warn_days = small(scheme.number("mandate_expiry_warning_days", account.profile), 60),
                      .needs_signature_date = manner.signature_dates,
                      .prenote_wait_bank_days = small(scheme.number("prenote_wait_days", account.profile), 3),
                      .carries_amendments = manner.amendments,
                      .one_off_may_be_represented = manner.one_off_may_be_represented};
}

RetryRules retry_rules(const Scheme& scheme, const CreditorAccount& account) {
  RetryRules rules{.most_times = small(scheme.number("retry_most_times", account.profile)),
                   .within_days = small(scheme.number("retry_within_days", account.profile)),
                   .wait_days = small(scheme.number("retry_wait_days", account.profile)),
                   .new_notice = scheme.flag("retry_new_notice", account.profile).value_or(false),
                   .own_batch = scheme.flag("retry_own_batch", account.profile).value_or(false)};
  // A retry with a batch of its own is announced as the original entry once more, so its amount must be the same.
  rules.same_amount = rules.own_batch;
  for (const auto& [code, reason] : scheme.reasons) {
    if (reason.retry.choice == RetryPolicy::Choice::yes) rules.codes.push_back(code);
  }
  return rules;
}

AccountCheck account_check(const Scheme& scheme) {
  const std::string_view rule = scheme.manner.account_numbers;
  if (rule == "iban") return AccountCheck::iban_sepa;
  if (rule == "aba") return AccountCheck::aba;
  if (rule == "bsb") return AccountCheck::bsb;
  if (rule == "cnaps") return AccountCheck::cnaps;
  if (rule == "sort-code") return AccountCheck::sort_code;
  if (rule == "unknown") return AccountCheck::unknown;
  return AccountCheck::none;
}

/// "16:30" as minutes after midnight; 1440, no cut-off, for anything else.
std::uint16_t cut_off_minute(std::string_view text) {
  const auto digit = [&](std::size_t i) { return static_cast<unsigned>(text[i] - '0'); };
  if (text.size() != 5 || text[2] != ':') return 24 * 60;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return 24 * 60;
  }
  return static_cast<std::uint16_t>((digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4));
}

}  // namespace

Result<AccountRules> account_rules(const Catalogue& catalogue, const CreditorAccount& account) {
  const auto* scheme = catalogue.find(account.scheme);
  if (scheme == nullptr) {
    return std::unexpected(Error{.code = "scheme.unknown",
                                 .explanation = fmt::format("Creditor account {} collects under the scheme {}, which "
                                                            "this program does not know.",
                                                            account.label, account.scheme),
                                 .remedy = "Add the scheme's folder, or correct the account. `counterfoil format list` "
                                           "shows what is known.",
                                 .kind = ErrorKind::usage});
  }
  auto calendar = BankCalendar::of_scheme(*scheme);
  if (!calendar) return std::unexpected(calendar.error());
  const CollectionRules scheme_rules{
      .mandate = mandate_rules(*scheme, account),
      .retry = retry_rules(*scheme, account),
      .lead_bank_days = small(number_for(*scheme, account, "lead_days"), 1),
      .most_days_ahead = small(scheme->number("most_days_ahead", account.profile)),
      .notice_days = small(scheme->number("notice_days", account.profile)),
      .least_minor = scheme->number("amount_least_minor", account.profile).value_or(1),
      .most_minor = scheme->number("amount_most_minor", account.profile).value_or(0),
      .account = account_check(*scheme),
      .address = scheme->manner.address_outside_eea ? AddressRule::payer_bank_outside_eea : AddressRule::never,
      .bank_needed_outside_eea = scheme->manner.address_outside_eea,
      .combine_bills = account.combine_bills,
      .answer_bank_days = small(scheme->number("answer_days", account.profile)),
      .return_bank_days = small(number_for(*scheme, account, "return_days")),
      // A debit that is never confirmed: money that did not come back in time was collected.
      .silence_is_success = scheme->manner.silence_is_success};
  AccountRules rules{.scheme = scheme, .collection = rules_of(account, scheme_rules), .calendar = std::move(*calendar)};
  rules.unauthorized_return_days = small(scheme->number("return_days_unauthorized", account.profile));
  if (const auto months = scheme->number("refund_months_unauthorized", account.profile)) {
    // 30.5 days a month, rounded up: the judge only warns of a late return, it never refuses one.
    rules.unauthorized_return_days = static_cast<int>((*months * 61 + 1) / 2);
  }
  if (account.instrument == "CORE") {
    rules.refund_days = 7 * small(scheme->number("refund_weeks_core", account.profile));
  }
  return rules;
}

void fill_account_defaults(const Scheme& scheme, CreditorAccount& account) {
  account.scheme = scheme.name;
  account.calendar = scheme.calendar;
  account.currency = scheme.currency;
  account.lead_bank_days = small(number_for(scheme, account, "lead_days"), 1);
  account.notice_days = small(scheme.number("notice_days", account.profile));
  account.cut_off_minute = cut_off_minute(scheme.text("cut_off_time", account.profile).value_or(""));
  account.time_zone = scheme.text("cut_off_zone", account.profile).value_or("");
  account.most_minor = scheme.number("amount_most_minor", account.profile).value_or(0);
  if (const auto first = scheme.text("first_as", account.profile)) {
    account.first_as = parse_sequence_type(*first).value_or(SequenceType::recurring);
  }
}

std::string claim_reference_pattern(const Catalogue& catalogue, const CreditorAccount& account) {
  const auto own = account.settings.find(fmt::format("{}.claim_reference", account.scheme));
  if (own != account.settings.end()) return own->second;
  const auto* scheme = catalogue.find(account.scheme);
  return scheme == nullptr ? SchemeManner{}.claim_reference : scheme->manner.claim_reference;
}

}  // namespace counterfoil
