#include "generators/nacha_edits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/aba.hpp"
#include "core/catalogue.hpp"
#include "core/require.hpp"

namespace counterfoil {
namespace {

// Behind every claim, so that no claim of any later batch has the trace of a balancing credit.
constexpr std::uint64_t offset_sequence_number = 9'999'999;

Error refused(std::string code, std::string explanation, std::string remedy, std::string field = {}) {
  return {std::move(code), std::move(explanation), std::move(remedy), {.field = std::move(field)}, ErrorKind::refused};
}

std::string_view setting(const WriteOrder& order, std::string_view key) {
  if (order.head.settings == nullptr) return {};
  const auto found = order.head.settings->find(key);
  return found == order.head.settings->end() ? std::string_view{} : std::string_view{found->second};
}

std::string capitals(std::string_view text) {
  std::string made{text};
  while (!made.empty() && made.back() == ' ') made.pop_back();
  for (char& c : made) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return made;
}

bool is_blank_or_zero(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || c == '0'; });
}

/// A word of the company entry description that means a use of its own from a day on.
struct ReservedWord {
  std::string_view word;
  std::optional<Date> from;  // Of the effective entry date; always where nothing is said.
  bool may_go_on = false;    // Its columns are reserved, and what stands behind them is free.
};
constexpr Date year_month_day(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)};
}
/// RETRY PYMT is not here: the plan of a retry sets it. Sources of the days: schemes/nacha/README.md.
constexpr std::array<ReservedWord, 11> reserved{{
    {"REVERSAL", {}},
    {"RETURN FEE", {}},
    {"ACCTVERIFY", year_month_day(2022, 9, 16)},
    {"PAYROLL", year_month_day(2026, 3, 20), true},
    {"PURCHASE", year_month_day(2026, 3, 20)},
    {"NONSETTLED", {}},
    {"RECLAIM", {}},
    {"AUTOENROLL", {}},
    {"REDEPCHECK", {}},
    {"NO CHECK", {}},
    {"HCCLAIMPMT", {}},
}};
constexpr std::array<std::string_view, 4> classes{"PPD", "CCD", "WEB", "TEL"};

/// The word a description uses that is reserved on that day, or nothing.
std::string_view reserved_word(const std::string& description, Date on) {
  for (const ReservedWord& reserves : reserved) {
    const bool is_it = reserves.may_go_on ? description.starts_with(reserves.word) : description == reserves.word;
    if (is_it && (!reserves.from || on >= *reserves.from)) return reserves.word;
  }
  return {};
}

/// A batch of credits alone gives back what was collected: nothing else here is written with that service class.
bool reverses(const BatchHead& batch) { return batch.service == "220"; }
constexpr std::string_view reversal_word = "REVERSAL";

bool names_the_payer(std::string_view instrument) { return instrument == "WEB" || instrument == "TEL"; }

}  // namespace

Result<NachaCollection> NachaCollection::make(const WriteOrder& order, EntrySource& entries) {
  NachaCollection made{order, entries};
  if (order.batches.empty()) {
    return std::unexpected(refused("write.empty", "The order has no batch.", "An empty run makes no file."));
  }
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < made.order_.batches.size(); ++i) {
    BatchHead& batch = made.order_.batches[i];
    if (batch.number == 0) batch.number = i + 1;
    if (batch.number <= last) {
      return std::unexpected(refused("nacha.batch-number",
                                     fmt::format("Batch number {} comes after {}.", batch.number, last),
                                     "Batch numbers rise within a file."));
    }
    last = batch.number;
    if (batch.count == 0) {
      return std::unexpected(refused("write.empty-batch", fmt::format("Batch {} has no entry.", batch.number),
                                     "Leave out a batch without claims; a bank refuses it."));
    }
    const auto checked = made.check_batch(batch);
    if (!checked) return std::unexpected(checked.error());
  }
  const Scheme* scheme = Catalogue::built_in().find("nacha");
  require(scheme != nullptr, "The catalogue holds the NACHA scheme.");
  made.same_day_most_ = scheme->number("same_day_most_minor", order.profile).value_or(0);
  made.is_balanced_ =
      scheme->find_profile(order.profile) != nullptr && scheme->flag("balanced", order.profile).value_or(false);
  if (made.is_balanced_) {
    const auto balanced = made.balance();
    if (!balanced) return std::unexpected(balanced.error());
  }
  return made;
}

Result<void> NachaCollection::check_batch(const BatchHead& batch) const {
  if (std::ranges::find(classes, batch.instrument) == classes.end()) {
    return std::unexpected(refused(
        "nacha.class",
        fmt::format("Batch {} has the entry class \"{}\", which is not written here.", batch.number, batch.instrument),
        "Use PPD, CCD, WEB or TEL.", "batch.instrument"));
  }
  for (const auto& [value, name] :
       {std::pair{batch.creditor_name, "company name"}, std::pair{batch.creditor_id, "company identification"},
        std::pair{batch.description, "entry description"}}) {
    if (!is_blank_or_zero(value)) continue;
    return std::unexpected(refused("nacha.blank-head",
                                   fmt::format("The {} of batch {} is blank or all zeros.", name, batch.number),
                                   "Complete the creditor account; the operator rejects the batch otherwise."));
  }
  const std::string description = capitals(batch.description);
  // Without a date the batch is refused below.
  if (reverses(batch) && description != reversal_word) {
    return std::unexpected(refused("nacha.reversal-description",
                                   fmt::format("Batch {} gives back what was collected, and is described as \"{}\".",
                                               batch.number, description),
                                   "Describe a batch of reversals as REVERSAL.", "batch.description"));
  }
  if (const auto word = reserved_word(description, batch.collect_on.value_or(Date{}));
      !word.empty() && setting(order_, "nacha.batch_purpose") != word && !reverses(batch)) {
    return std::unexpected(refused(
        "nacha.reserved-description",
        fmt::format("The entry description \"{}\" of batch {} is reserved for another use.", description, batch.number),
        "Choose words of your own, such as RENT or HOA DUES. Who really means that use sets nacha.batch_purpose.",
        "batch.description"));
  }
  if (!batch.collect_on) {
    return std::unexpected(
        refused("nacha.no-effective-date", fmt::format("Batch {} has no effective entry date.", batch.number),
                "Give the bank day on which to collect; the operator would choose one otherwise.", "batch.collect_on"));
  }
  const auto created =
      order_.head.created_on
          ? order_.head.created_on
          : parse_iso_date(order_.head.created.substr(0, std::min<std::size_t>(10, order_.head.created.size())));
  if (created && *batch.collect_on < *created) {
    return std::unexpected(refused("nacha.stale-date",
                                   fmt::format("Batch {} is to be collected on {}, before the file of {}.",
                                               batch.number, iso_date(*batch.collect_on), iso_date(*created)),
                                   "Plan the batch for a day that is still to come.", "batch.collect_on"));
  }
  const bool is_same_day = created && *batch.collect_on == *created;
  if (is_same_day && setting(order_, "nacha.same_day") != "yes" &&
      !capitals(batch.descriptive_date).starts_with("SD")) {
    return std::unexpected(refused(
        "nacha.same-day", fmt::format("Batch {} would settle on the day of the file, which costs a fee.", batch.number),
        "Collect on the next banking day, or mark the creditor account with nacha.same_day = \"yes\".",
        "batch.collect_on"));
  }
  return {};
}

/// A balanced batch ends with one credit of its sum to the creditor's own account.
Result<void> NachaCollection::balance() {
  offset_written_.assign(order_.batches.size(), false);
  for (BatchHead& batch : order_.batches) {
    if (reverses(batch)) {
      return std::unexpected(refused("nacha.reversal-balanced",
                                     "Reversals with a balancing debit of the own account are not written.",
                                     "Write them with a profile that does not balance, and ask the bank to take it."));
    }
    batch.service = "200";
    ++batch.count;
    batch.sum_minor *= 2;
  }
  const BatchHead& first = order_.batches.front();
  if (setting(order_, "nacha.offset_account").empty() && first.creditor_account.empty()) {
    return std::unexpected(refused("nacha.offset-account",
                                   "A balanced file credits the creditor's own account, and none is given.",
                                   "Give the account of the creditor, or nacha.offset_account."));
  }
  offset_bank_ = setting(order_, "nacha.offset_routing");
  if (offset_bank_.empty()) {
    const auto digit = routing_check_digit(first.creditor_bank);
    if (!digit) return std::unexpected(digit.error());
    offset_bank_ = std::string{first.creditor_bank} + *digit;
  }
  return {};
}

void NachaCollection::settle(WrittenFile& written) const {
  if (!is_balanced_) return;
  written.entries -= order_.batches.size();
  written.sum_minor /= 2;
}

Result<bool> NachaCollection::next(std::size_t batch_index, Entry& entry) {
  const BatchHead& batch = order_.batches[batch_index];
  const auto more = entries_->next(batch_index, entry);
  if (!more) return more;
  if (*more) {
    const auto checked = check_entry(batch, entry);
    if (!checked) return std::unexpected(checked.error());
    return true;
  }
  if (!is_balanced_ || offset_written_[batch_index]) return false;
  offset_written_[batch_index] = true;
  entry = Entry{};
  entry.direction = Direction::credit;
  entry.currency = batch.currency;
  entry.amount_minor = batch.sum_minor / 2;
  entry.sequence_number = offset_sequence_number;
  entry.reference = "OFFSET";
  entry.payer_name = batch.creditor_name;
  entry.payer_bank = offset_bank_;
  const auto account = setting(order_, "nacha.offset_account");
  entry.payer_account = account.empty() ? batch.creditor_account : account;
  const auto kind = setting(order_, "nacha.offset_account_kind");
  entry.account_kind = kind.empty() ? "checking" : kind;
  return true;
}

Result<void> NachaCollection::check_entry(const BatchHead& batch, Entry& entry) const {
  const auto refuse = [&](std::string code, std::string_view what, std::string remedy, std::string field) {
    return std::unexpected(refused(std::move(code), fmt::format("Entry {} {}.", entry.reference, what),
                                   std::move(remedy), std::move(field)));
  };
  if (reverses(batch) && (entry.direction != Direction::credit || entry.is_prenote)) {
    return refuse("nacha.reversal-entry", "is no credit with an amount", "A batch of reversals gives money back.",
                  "entry.direction");
  }
  if ((!reverses(batch) && entry.direction != Direction::debit) || entry.outcome != Outcome::none) {
    return refuse("nacha.not-a-debit", "is no debit", "A collection file holds debits only.", "entry.direction");
  }
  if (entry.payer_account.find_first_not_of(' ') == std::string_view::npos) {
    return refuse("nacha.no-account", "has no account", "Complete the payer's account.", "entry.payer_account");
  }
  if (entry.account_kind.empty()) entry.account_kind = "checking";
  if (entry.account_kind == "loan") {
    return refuse("nacha.loan-account", "debits a loan account, which only reversals may do",
                  "Collect from another account.", "entry.account_kind");
  }
  if (entry.is_prenote != (entry.amount_minor == 0)) {
    return refuse("nacha.amount", entry.is_prenote ? "is a prenote with an amount" : "collects nothing",
                  "A prenote has amount zero, every other entry has not (R19).", "entry.amount");
  }
  const bool is_same_day = order_.head.created_on && batch.collect_on == order_.head.created_on;
  if (is_same_day && entry.amount_minor > same_day_most_) {
    return refuse("nacha.same-day-limit", "is too large to settle on the same day",
                  "Collect it on the next banking day.", "entry.amount");
  }
  if (!names_the_payer(batch.instrument)) return {};
  if (is_blank_or_zero(entry.payer_name)) {
    return refuse("nacha.name", fmt::format("has no name, which {} requires (R26)", batch.instrument),
                  "Complete the payer's name.", "entry.payer_name");
  }
  // Columns of the payment type: R for a series, S for a single payment.
  if (entry.discretionary.empty()) entry.discretionary = entry.sequence == SequenceType::one_off ? "S" : "R";
  if (entry.discretionary != "R" && entry.discretionary != "S") {
    return refuse("nacha.payment-type", "has a payment type other than R or S",
                  "Write R for a series or S for a single payment.", "entry.discretionary");
  }
  return {};
}

}  // namespace counterfoil
