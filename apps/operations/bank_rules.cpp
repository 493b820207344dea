#include "apps/operations/bank_rules.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "core/iban.hpp"
#include "core/text.hpp"

namespace counterfoil {
namespace {

constexpr std::uint64_t most_of_one_code = 1000;

/// Sums beyond what fits are beyond every limit too.
void add_up(std::int64_t& sum, std::int64_t value) {
  if (__builtin_add_overflow(sum, value, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}

}  // namespace

BankRules::BankRules(const Catalogue& catalogue, std::string file_name, std::string profile, WordSink& next)
    : catalogue_{catalogue}, file_name_{std::move(file_name)}, profile_name_{std::move(profile)}, next_{next} {}

void BankRules::add(Severity severity, std::string code, std::uint32_t line, std::string_view field,
                    std::string message, std::string remedy) {
  if (++said_[code] > most_of_one_code) return;
  next_.finding({.code = std::move(code),
                 .severity = severity,
                 .place = {.file = file_name_, .line = line, .field = std::string{field}},
                 .message = std::move(message),
                 .remedy = std::move(remedy)});
}

void BankRules::at_most(std::string_view rule, std::int64_t value, std::string code, std::string_view what,
                        std::uint32_t line) {
  const auto most = scheme_->number(rule, profile_ == nullptr ? std::string_view{} : profile_->name);
  if (!most || value <= *most) return;
  add(Severity::error, std::move(code), line, {},
      fmt::format("The {} is {}; the bank takes at most {}.", what, value, *most),
      "Split the collection into more files or batches.");
}

void BankRules::file(const FileHead& head) {
  next_.file(head);
  scheme_ = head.kind == FileKind::instruction ? catalogue_.find(head.scheme) : nullptr;
  profile_ = nullptr;
  if (scheme_ == nullptr) return;
  check_profile(head);
}

void BankRules::check_profile(const FileHead& head) {
  if (profile_name_.empty()) return;
  profile_ = scheme_->find_profile(profile_name_);
  if (profile_ == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& [name, one] : scheme_->profiles) known.emplace_back(name);
    add(Severity::error, "bank.profile-unknown", 0, {},
        fmt::format("{} has no profile \"{}\".", scheme_->title, profile_name_),
        fmt::format("Use one of: {}.", fmt::join(known, ", ")));
    return;
  }
  if (profile_->format != head.format) {
    add(Severity::error, "bank.profile-format", 0, {},
        fmt::format("The profile \"{}\" is for {}, the file is {}.", profile_->name, profile_->format, head.format),
        "Choose the profile of this format, or write the file anew in the format of the bank.");
  }
  const auto party = scheme_->text("initiating_party_id", profile_->name);
  if (party && *party != "none" && head.sender.empty()) {
    add(Severity::error, "bank.initiating-party", 0, "InitgPty/Id",
        "The bank wants an identification of the initiating party, and the file has none.",
        "Write the file with the profile of the bank.");
  }
}

void BankRules::batch(const BatchHead& head) {
  close_batch();
  next_.batch(head);
  if (scheme_ == nullptr) return;
  in_batch_ = true;
  batch_line_ = head.line;
  collect_on_ = head.collect_on;
  ++batches_;
  const auto profile = profile_ == nullptr ? std::string_view{} : std::string_view{profile_->name};
  if (scheme_->flag("one_instrument_per_file", profile).value_or(false) && !instrument_.empty() &&
      instrument_ != head.instrument) {
    add(Severity::error, "bank.instruments-mixed", head.line, "instrument",
        fmt::format("The file holds {} and {}; a bank wants a file for each.", instrument_, head.instrument),
        "Write one file for each.");
  }
  instrument_ = head.instrument;
}

void BankRules::check_day(const Entry& entry) {
  const auto day = entry.collect_on ? entry.collect_on : collect_on_;
  if (profile_ == nullptr || !day) return;
  if ((profile_->valid_from && *day < *profile_->valid_from) || (profile_->valid_to && *day > *profile_->valid_to)) {
    add(Severity::error, "bank.profile-days", entry.line, "collect_on",
        fmt::format("The bank takes this form of the file for collection days {}{}{}, not for {}.",
                    profile_->valid_from ? "from " + iso_date(*profile_->valid_from) : std::string{},
                    profile_->valid_from && profile_->valid_to ? " " : "",
                    profile_->valid_to ? "until " + iso_date(*profile_->valid_to) : std::string{}, iso_date(*day)),
        "Use the profile that holds on that day.");
  }
}

void BankRules::check_amount(const Entry& entry) {
  const auto profile = profile_ == nullptr ? std::string_view{} : std::string_view{profile_->name};
  const Money amount{entry.amount_minor, entry.currency};
  const auto least = scheme_->number("amount_least_minor", profile);
  if (least && !entry.is_prenote && entry.amount_minor < *least) {
    add(Severity::error, "bank.amount-too-small", entry.line, "amount",
        fmt::format("The amount {} is below the least the bank takes, {}.", amount.text(),
                    Money{*least, entry.currency}.text()),
        "Leave the claim out or collect it with the next bill.");
  }
  const auto most = scheme_->number("amount_most_minor", profile);
  if (most && entry.amount_minor > *most) {
    add(Severity::error, "bank.amount-too-large", entry.line, "amount",
        fmt::format("The amount {} is above the most the bank takes, {}.", amount.text(),
                    Money{*most, entry.currency}.text()),
        "Collect it in parts the payer agreed to, or by another way of payment.");
  }
}

void BankRules::check_sepa(const Entry& entry) {
  const auto profile = profile_ == nullptr ? std::string_view{} : std::string_view{profile_->name};
  if (scheme_->flag("instruction_id_always", profile).value_or(false) && entry.instruction_id.empty()) {
    add(Severity::error, "bank.instruction-id", entry.line, "InstrId",
        "The bank wants an InstrId in every transaction, and this one has none.",
        "Write the file with the profile of the bank.");
  }
  if (const auto iban = check_iban(entry.payer_account); !iban) {
    add(Severity::error, "bank.payer-iban", entry.line, "payer_account",
        fmt::format("The payer's account {} is not a valid IBAN. {}", mask_account(entry.payer_account),
                    iban.error().explanation),
        "Ask the payer for the account number and amend the mandate.");
  }
  const std::array<std::pair<std::string_view, std::string_view>, 2> texts{
      {{"payer_name", entry.payer_name}, {"remittance", entry.remittance}}};
  for (const auto& [field, text] : texts) {
    if (is_clean_sepa_text(text)) continue;
    add(Severity::warning, "bank.characters", entry.line, field,
        fmt::format("The {} is not written in the SEPA character set alone; the bank may change or refuse it.", field),
        "Write the file with counterfoil file write, which brings texts into that set.");
  }
  const auto until = scheme_->text("lines_until", profile);
  const auto last = until ? parse_iso_date(*until) : std::nullopt;
  const auto day = entry.collect_on ? entry.collect_on : collect_on_;
  const bool lines_only =
      !entry.payer_address_line_1.empty() && (entry.payer_town.empty() || entry.payer_country.empty());
  if (lines_only && last && day && *day > *last) {
    add(Severity::error, "bank.address-lines", entry.line, "payer_address",
        fmt::format("The address stands in lines without town and country of its own, which is taken until {} only.",
                    iso_date(*last)),
        "Give payer_town and payer_country in the claims.");
  }
}

void BankRules::entry(const Entry& entry) {
  next_.entry(entry);
  if (scheme_ == nullptr) return;
  add_up(batch_sum_, entry.amount_minor);
  add_up(file_sum_, entry.amount_minor);
  add_up(batch_entries_, 1 + static_cast<std::int64_t>(entry.addenda));
  add_up(file_entries_, 1 + static_cast<std::int64_t>(entry.addenda));
  (entry.direction == Direction::debit ? has_debits_ : has_credits_) = true;
  check_day(entry);
  check_amount(entry);
  if (scheme_->manner.account_numbers == "iban") check_sepa(entry);
}

void BankRules::close_batch() {
  if (scheme_ != nullptr && in_batch_) {
    at_most("batch_sum_most_minor", batch_sum_, "bank.batch-sum", "sum of the batch in minor units", batch_line_);
    at_most("batch_entries_most", batch_entries_, "bank.batch-entries", "number of entries and addenda of the batch",
            batch_line_);
  }
  in_batch_ = false;
  batch_sum_ = batch_entries_ = 0;
}

void BankRules::end(const FileCounts& counts) {
  close_batch();
  if (scheme_ != nullptr) {
    at_most("file_sum_most_minor", file_sum_, "bank.file-sum", "sum of the file in minor units", 0);
    at_most("file_entries_most", file_entries_, "bank.file-entries", "number of entries and addenda of the file", 0);
    at_most("file_batches_most", batches_, "bank.file-batches", "number of batches of the file", 0);
    const auto profile = profile_ == nullptr ? std::string_view{} : std::string_view{profile_->name};
    if (scheme_->flag("debits_and_credits_apart", profile).value_or(false) && has_debits_ && has_credits_) {
      add(Severity::error, "bank.debits-and-credits", 0, {},
          "The file holds debits and credits; this bank wants a file for each.", "Write one file for each.");
    }
  }
  for (const auto& [code, times] : said_) {
    if (times <= most_of_one_code) continue;
    next_.finding({.code = code,
                   .severity = Severity::note,
                   .place = {.file = file_name_},
                   .message = fmt::format("{} more findings of this code are not listed.", times - most_of_one_code),
                   .remedy = "Correct the ones listed and run the command again."});
  }
  next_.end(counts);
}

}  // namespace counterfoil
