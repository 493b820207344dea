#include "apps/operations/collection_order.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/aba.hpp"
#include "core/bsb.hpp"
#include "core/calendar.hpp"
#include "core/catalogue.hpp"
#include "core/modulus_check.hpp"

namespace counterfoil {
namespace {

std::string_view setting(const Settings& settings, std::string_view key) {
  const auto found = settings.find(key);
  return found == settings.end() ? std::string_view{} : std::string_view{found->second};
}

/// Settings without which no bank takes the file; all else has a usual value.
Result<void> check_settings(const CreditorAccount& account) {
  const Scheme* scheme = Catalogue::built_in().find(account.scheme);
  if (scheme == nullptr) return {};
  for (const auto& key : scheme->manner.needed_settings) {
    const auto name = fmt::format("{}.{}", scheme->name, key);
    if (!setting(account.settings, name).empty()) continue;
    return std::unexpected(Error{
        .code = "creditor.setting",
        .explanation = fmt::format("The creditor account has no {}, and without it no bank takes a file.", key),
        .remedy = fmt::format("Add {} = \"...\" to the table [{}] of the creditor file; the bank gave it, and the "
                              "README of the scheme says more.",
                              key, scheme->name),
        .place = {.field = name},
        .kind = ErrorKind::input});
  }
  return {};
}

/// The creditor's own account in the form its files have. Empty where the scheme has no such form.
struct OwnAccount {
  std::string bank, account;
};

Result<OwnAccount> own_british_account(const CreditorAccount& account) {
  auto read = read_british_account(account.bank, account.account);
  if (read) return OwnAccount{std::move(read->sort_code), std::move(read->account)};
  Error error = read.error();
  error.place.field = "account";
  error.remedy = "Correct the creditor's account: bank is the sort code, account the eight digits.";
  return std::unexpected(std::move(error));
}

Result<OwnAccount> own_account(const CreditorAccount& account) {
  const Scheme* scheme = Catalogue::built_in().find(account.scheme);
  const std::string_view numbers = scheme == nullptr ? std::string_view{} : std::string_view{scheme->manner.account_numbers};
  if (numbers == "sort-code") return own_british_account(account);
  if (numbers != "bsb") return OwnAccount{account.bank, account.account};
  auto bsb = check_bsb(account.bank);
  auto number = check_bsb_account(account.account);
  if (bsb && number) return OwnAccount{std::move(*bsb), std::move(*number)};
  Error error = bsb ? number.error() : bsb.error();
  error.place.field = bsb ? "account" : "bank";
  error.remedy = "Correct the creditor's account: bank is the BSB, account the number without it.";
  return std::unexpected(std::move(error));
}

std::string_view setting_or(const Settings& settings, std::string_view key, std::string_view usual) {
  const std::string_view value = setting(settings, key);
  return value.empty() ? usual : value;
}

/// Bacs labels must expire after the processing day (schemes/bacs/bacs.layout, hdr1.expires); how long after is free, and
/// two weeks are our choice.
constexpr std::chrono::days days_until_labels_expire{14};

/// "26309": the year of the century and the day of the year.
std::string year_and_day(Date day) {
  const std::chrono::year_month_day parts{day};
  const auto of_year = (day - Date{parts.year() / 1 / 1}).count() + 1;
  return fmt::format("{:02}{:03}", static_cast<int>(parts.year()) % 100, of_year);
}

/// Some files name the day on which the bank works on them, and money moves some bank days later.
Result<Date> day_in_file(const CreditorAccount& account, Date collect_on) {
  const Scheme* scheme = Catalogue::built_in().find(account.scheme);
  const auto before = scheme == nullptr ? 0 : scheme->number("processing_days_before", account.profile).value_or(0);
  if (before == 0) return collect_on;
  const auto calendar = BankCalendar::of_scheme(*scheme);
  if (!calendar) return std::unexpected(calendar.error());
  return calendar->add_bank_days(collect_on, -static_cast<int>(before));
}

/// What payers read on their statement where neither block nor account says more.
constexpr std::string_view usual_description = "PAYMENT";

void fill_head(CollectionOrder& made, const CreditorAccount& account, const CollectionHead& head) {
  FileHead& file = made.order.head;
  file.scheme = made.keep(account.scheme);
  file.format = made.keep(account.format);
  file.kind = FileKind::instruction;
  file.message_id = made.keep(head.message_id);
  file.created = made.keep(head.created);
  file.created_on =
      parse_iso_date(std::string_view{file.created}.substr(0, std::min<std::size_t>(10, file.created.size())));
  file.sender_name = made.keep(account.name);
  file.currency = account.currency;
  file.settings = &made.settings;
  if (account.scheme == "nacha") {
    // Most banks know the originator by the company identification of its batches.
    file.sender = setting_or(made.settings, "nacha.immediate_origin", made.keep(account.creditor_id));
    file.sender_name = setting_or(made.settings, "nacha.immediate_origin_name", file.sender_name);
    file.receiver = setting(made.settings, "nacha.immediate_destination");
    file.receiver_name = setting(made.settings, "nacha.immediate_destination_name");
    file.file_modifier = made.keep(head.file_modifier.empty() ? "A" : head.file_modifier);
  }
  if (account.scheme == "bacs") {
    // A bureau submits under its own number.
    file.sender = setting_or(made.settings, "bacs.bureau_number", made.keep(account.creditor_id));
  }
  if (account.scheme == "cn-304") {
    file.sender = made.keep(account.creditor_id);
    file.receiver = made.keep(account.bank);
  }
}

std::string block_id(const CreditorAccount& account, const CollectionHead& head, std::size_t number) {
  if (account.scheme == "cn-304") return head.message_id;  // The one batch is the file.
  return fmt::format("{}-{}", head.message_id, number);
}

BatchHead batch_head(CollectionOrder& made, const CreditorAccount& account, const CollectionHead& head,
                     const OwnAccount& own, const CollectionBlock& block, std::size_t number) {
  BatchHead batch;
  batch.number = number;
  batch.id = made.keep(block_id(account, head, number));
  batch.instrument = made.keep(block.instrument.empty() ? account.instrument : block.instrument);
  batch.sequence = block.sequence;
  batch.creditor_name = made.keep(account.name);
  batch.creditor_id = made.keep(account.creditor_id);
  batch.creditor_account = made.keep(own.account);
  batch.creditor_bank = made.keep(own.bank);
  batch.collect_on = block.collect_on;
  batch.currency = account.currency;
  batch.count = static_cast<std::int64_t>(block.count);
  batch.sum_minor = block.sum_minor;
  if (account.scheme == "nacha") {
    // The routing number without its check digit: eight digits name the originating bank.
    batch.creditor_bank = routing_without_check_digit(batch.creditor_bank);
    batch.description = block.description.empty()
                            ? setting_or(made.settings, "nacha.entry_description", usual_description)
                            : made.keep(block.description);
    if (block.is_reversal) batch.service = "220";  // Credits only.
    batch.discretionary = setting(made.settings, "nacha.company_discretionary_data");
    batch.descriptive_date = setting(made.settings, "nacha.descriptive_date");
  }
  if (account.scheme == "bacs") {
    batch.description = setting(made.settings, "bacs.narrative");
    batch.descriptive_date = made.keep(year_and_day(block.collect_on + days_until_labels_expire));
  }
  if (account.scheme == "cn-304") batch.description = setting(made.settings, "cn-304.fee_item");
  return batch;
}

}  // namespace

Result<std::unique_ptr<CollectionOrder>> make_collection_order(const CreditorAccount& account,
                                                               const CollectionHead& head,
                                                               const std::vector<CollectionBlock>& blocks) {
  if (auto checked = check_settings(account); !checked) return std::unexpected(checked.error());
  const auto own = own_account(account);
  if (!own) return std::unexpected(own.error());
  auto made = std::make_unique<CollectionOrder>();
  made->settings = account.settings;
  made->order.format = account.format;
  made->order.profile = account.profile;
  fill_head(*made, account, head);
  std::int64_t count = 0;
  std::int64_t sum = 0;
  for (const auto& block : blocks) {
    made->order.batches.push_back(batch_head(*made, account, head, *own, block, made->order.batches.size() + 1));
    const auto day = day_in_file(account, block.collect_on);
    if (!day) return std::unexpected(day.error());
    made->order.batches.back().collect_on = *day;
    count += static_cast<std::int64_t>(block.count);
    if (__builtin_add_overflow(sum, block.sum_minor, &sum)) {
      return std::unexpected(Error{"order.sum-too-large",
                                   "The sum of the file is too large to be counted.",
                                   "Write more than one file.",
                                   {},
                                   ErrorKind::input});
    }
  }
  made->order.head.declared_count = count;
  made->order.head.declared_sum_minor = sum;
  return made;
}

}  // namespace counterfoil
