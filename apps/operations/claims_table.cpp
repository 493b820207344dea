#include "apps/operations/claims_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/aba.hpp"
#include "core/bic.hpp"
#include "core/bsb.hpp"
#include "core/iban.hpp"
#include "core/modulus_check.hpp"
#include "core/text.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/csv.hpp"

namespace counterfoil {
namespace {

enum Column : std::size_t {
  reference,
  mandate,
  signed_on,
  sequence,
  payer_name,
  payer_account,
  payer_bank,
  amount,
  currency,
  collect_on,
  remittance,
  payer_country,
  payer_town,
  payer_postcode,
  payer_street,
  payer_building,
  purpose,
  account_kind,
  account_type,
  prenote,
  reverses_on,
  column_count,
};

constexpr std::array<std::string_view, column_count> column_names{
    "reference",    "mandate",        "signed_on",  "sequence",     "payer_name",    "payer_account", "payer_bank",
    "amount",       "currency",       "collect_on", "remittance",   "payer_country", "payer_town",    "payer_postcode",
    "payer_street", "payer_building", "purpose",    "account_kind", "account_type",  "prenote",       "reverses_on"};

/// Which columns a scheme cannot do without.
std::vector<CsvColumn> columns_of(const SchemeManner& manner) {
  std::vector<std::size_t> needed{reference, payer_name, amount, collect_on};
  if (manner.account_numbers != "unknown") needed.push_back(payer_account);
  if (manner.mandate_reference) needed.push_back(mandate);
  if (manner.signature_dates) needed.push_back(signed_on);
  if (manner.sequence_types) needed.push_back(sequence);
  if (manner.payer_bank) needed.push_back(payer_bank);
  std::vector<CsvColumn> columns;
  for (std::size_t at = 0; at < column_count; ++at) {
    columns.push_back(
        {.name = std::string{column_names[at]}, .required = std::ranges::find(needed, at) != needed.end()});
  }
  return columns;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// References that were seen, as hashes in a table of fixed size. Two references of one hash are told apart no more,
/// which at four million rows happens once in two million files.
class SeenReferences {
 public:
  /// The line where it stood before; 0 when it is new.
  std::uint32_t add(std::string_view text, std::uint32_t line) {
    if (count_ * 2 >= slots_.size() && !grow()) {
      full_ = true;
      return 0;
    }
    return put(hash_of(text), line);
  }
  [[nodiscard]] bool full() const { return full_; }

 private:
  static constexpr std::size_t most_slots = std::size_t{1} << 23U;
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t line = 0;
  };

  static std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash == 0 ? 1 : hash;
  }

  std::uint32_t put(std::uint64_t hash, std::uint32_t line) {
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].hash != 0) {
      if (slots_[at].hash == hash) return slots_[at].line;
      at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = {hash, line};
    ++count_;
    return 0;
  }

  bool grow() {
    if (slots_.size() >= most_slots) return false;
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    count_ = 0;
    for (const Slot& slot : old) {
      if (slot.hash != 0) put(slot.hash, slot.line);
    }
    return true;
  }

  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t count_ = 0;
  bool full_ = false;
};

}  // namespace

class ClaimsTable::Machine {
 public:
  Machine(std::unique_ptr<FileSource> source, const std::string& path, const CreditorAccount& account,
          const SchemeManner& manner, Date today)
      : source_{std::move(source)},
        path_{path},
        account_{account},
        manner_{manner},
        today_{today},
        reader_{*source_, columns_of(manner), {.file_name = path}} {
    const Scheme* scheme = Catalogue::built_in().find(account.scheme);
    keeps_twins_apart_ = scheme != nullptr && scheme->flag("weak_reference", account.profile).value_or(false);
  }

  Result<const ClaimRow*> next() {
    while (true) {
      const auto row = reader_.next();
      take_reader_findings();
      if (!row) return std::unexpected(row.error());
      if (*row == nullptr) return nullptr;
      row_ = *row;
      sound_ = true;
      claim_ = {};
      read_row();
      if (sound_) return &claim_;
    }
  }

  std::vector<Finding> take_findings() {
    if (seen_.full() && !said_full_) {
      said_full_ = true;
      findings_.push_back(
          {.code = "claims.doubles-not-looked-for",
           .severity = Severity::warning,
           .place = {.file = path_, .field = "reference"},
           .message =
               "The table is so long that doubled references were looked for only among its first four million rows.",
           .remedy = "Write smaller files, or see to it that references are unique."});
    }
    if (unsaid_ != 0) {
      findings_.push_back({.code = "claims.more-findings",
                           .severity = Severity::error,
                           .place = {.file = path_},
                           .message = fmt::format("{} more faults are not listed.", unsaid_),
                           .remedy = "Correct the ones listed and run the command again."});
      unsaid_ = 0;
    }
    return std::exchange(findings_, {});
  }

 private:
  [[nodiscard]] std::string_view cell(Column column) const { return trimmed(row_->cell(column)); }

  void fault(Column column, std::string code, std::string message, std::string remedy) {
    sound_ = false;
    if (findings_.size() >= 1000) {
      ++unsaid_;
      return;
    }
    findings_.push_back({.code = std::move(code),
                         .severity = Severity::error,
                         .place = row_->place(column),
                         .message = std::move(message),
                         .remedy = std::move(remedy)});
  }

  void take_reader_findings() {
    const auto& all = reader_.findings();
    for (; taken_ < all.size(); ++taken_) findings_.push_back(all[taken_]);
  }

  void read_row() {
    Entry& entry = claim_.entry;
    entry.line = row_->line();
    entry.reference = needed(reference, "a reference, which the bank's answer will carry");
    check_double();
    read_money();
    read_dates();
    entry.payer_name = needed(payer_name, "the payer's name");
    entry.payer_account = manner_.account_numbers == "unknown" ? cell(payer_account)
                                                               : needed(payer_account, "the payer's account");
    entry.payer_bank = cell(payer_bank);
    entry.mandate = cell(mandate);
    entry.remittance = cell(remittance);
    entry.payer_country = cell(payer_country);
    entry.payer_town = cell(payer_town);
    entry.payer_postcode = cell(payer_postcode);
    entry.payer_street = cell(payer_street);
    entry.payer_building = cell(payer_building);
    entry.purpose = cell(purpose);
    entry.account_kind = cell(account_kind).empty() ? cell(account_type) : cell(account_kind);
    if (manner_.mandate_reference) entry.mandate = needed(mandate, "the mandate reference");
    if (manner_.signature_dates) read_signature();
    // An instruction opens the mandate and is no collection of any kind.
    if (manner_.sequence_types && !entry.is_prenote) read_sequence();
    if (manner_.account_numbers == "iban") read_iban();
    if (manner_.account_numbers == "aba") read_routing_number();
    if (manner_.account_numbers == "bsb") read_bsb();
    if (manner_.account_numbers == "sort-code") read_sort_code();
    if (keeps_twins_apart_) check_twin();
  }

  std::string_view needed(Column column, std::string_view what) {
    const auto text = cell(column);
    if (text.empty()) {
      fault(column, "claims.missing", fmt::format("The row lacks {}.", what),
            fmt::format("Fill the column \"{}\".", column_names[column]));
    }
    return text;
  }

  void check_double() {
    const auto text = claim_.entry.reference;
    if (text.empty()) return;
    if (const auto before = seen_.add(text, row_->line()); before != 0) {
      fault(reference, "claims.doubled-reference",
            fmt::format("The reference \"{}\" stands in line {} already.", text, before),
            "Give every claim its own reference, or take the doubled row out: nobody may be debited twice.");
    }
  }

  void check_twin() {
    const Entry& entry = claim_.entry;
    if (entry.payer_account.empty() || entry.amount_minor == 0) return;
    const auto before = seen_sums_.add(fmt::format("{} {}", entry.payer_account, entry.amount_minor), row_->line());
    if (before == 0) return;
    fault(amount, "claims.twin",
          fmt::format("Line {} collects the same amount from the same account, and the bank's answer tells such rows "
                      "apart by nothing.",
                      before),
          "Put one of the two into a later file, or collect both in one amount.");
  }

  void read_money() {
    Entry& entry = claim_.entry;
    entry.currency = account_.currency;
    entry.is_prenote = lower_is(cell(prenote), "yes");
    if (!cell(prenote).empty() && !entry.is_prenote && !lower_is(cell(prenote), "no")) {
      fault(prenote, "claims.prenote", "prenote is yes or no.", "Write yes for a test entry without money.");
    }
    if (!cell(currency).empty() && cell(currency) != account_.currency.code()) {
      fault(currency, "claims.currency",
            fmt::format("The currency is {}, and the account collects {}.", cell(currency), account_.currency.code()),
            "Collect other currencies through another creditor account.");
    }
    const auto text = needed(amount, "an amount");
    if (text.empty()) return;
    const auto money = Money::parse(text, account_.currency);
    if (!money) {
      fault(amount, "claims.amount", fmt::format("\"{}\" is not an amount. {}", text, money.error().explanation),
            money.error().remedy);
      return;
    }
    entry.amount_minor = money->minor_units();
    if (entry.is_prenote != (entry.amount_minor == 0)) {
      fault(amount, "claims.amount",
            entry.is_prenote ? "A prenote carries no money." : "An amount of nothing cannot be collected.",
            "Correct the amount, or write yes in the column \"prenote\" for a test entry of 0.00.");
    }
  }

  void read_dates() {
    const auto day = day_in(collect_on, true);
    if (!day) return;
    claim_.collect_on = *day;
    claim_.entry.collect_on = *day;
    claim_.reverses_on = day_in(reverses_on, false);
    if (claim_.reverses_on) read_reversal();
    if (*day < today_) {
      fault(collect_on, "claims.collect-on-past",
            fmt::format("The collection day {} is past; today is {}.", iso_date(*day), iso_date(today_)),
            "Choose a day that leaves the bank its lead time.");
    }
  }

  /// Money goes back: what is wrong with a debit that has settled is put right, in its full amount.
  void read_reversal() {
    claim_.entry.direction = Direction::credit;
    if (claim_.entry.is_prenote) {
      fault(prenote, "claims.reversed-prenote", "A prenote moved no money, so there is nothing to reverse.",
            "Leave the row out.");
    }
    if (*claim_.reverses_on > claim_.collect_on) {
      fault(reverses_on, "claims.reversal-before",
            fmt::format("The reversal of {} would settle before the debit of {} does.", iso_date(claim_.collect_on),
                        iso_date(*claim_.reverses_on)),
            "Correct the days; collect_on is the day of the reversal.");
    }
  }

  std::optional<Date> day_in(Column column, bool is_needed) {
    const auto text = is_needed ? needed(column, "a day") : cell(column);
    if (text.empty()) return std::nullopt;
    const auto day = parse_iso_date(text);
    if (!day) {
      fault(column, "claims.date", fmt::format("\"{}\" is not a day of the calendar.", text),
            "Write it as year, month and day: 2026-11-24.");
    }
    return day;
  }

  void read_signature() {
    Entry& entry = claim_.entry;
    entry.signed_on = day_in(signed_on, true);
    if (entry.signed_on && *entry.signed_on > today_) {
      fault(signed_on, "claims.signed-on-future",
            fmt::format("The mandate is signed on {}, which is still to come.", iso_date(*entry.signed_on)),
            "Correct the day of the signature.");
    }
  }

  void read_sequence() {
    Entry& entry = claim_.entry;
    const auto type = needed(sequence, "the sequence type");
    const auto known = parse_sequence_type(type);
    if (!type.empty() && (!known || *known == SequenceType::none)) {
      fault(sequence, "claims.sequence", fmt::format("\"{}\" is no sequence type.", type),
            "Use one of: FRST, RCUR, FNAL, OOFF.");
    } else if (known) {
      entry.sequence = *known;
    }
  }

  void read_iban() {
    Entry& entry = claim_.entry;
    if (!entry.payer_account.empty()) {
      if (const auto iban = check_iban(entry.payer_account); iban) {
        iban_ = *iban;
        entry.payer_account = iban_;
      } else {
        fault(payer_account, "claims.iban",
              fmt::format("{} is not a valid IBAN. {}", mask_account(entry.payer_account), iban.error().explanation),
              iban.error().remedy);
      }
    }
    if (entry.payer_bank.empty()) return;
    if (const auto bic = check_bic(entry.payer_bank); bic) {
      bic_ = *bic;
      entry.payer_bank = bic_;
    } else {
      fault(payer_bank, "claims.bic",
            fmt::format("\"{}\" is not a valid BIC. {}", entry.payer_bank, bic.error().explanation),
            bic.error().remedy);
    }
  }

  void read_routing_number() {
    Entry& entry = claim_.entry;
    const auto routing = needed(payer_bank, "the routing number of the payer's bank");
    if (!routing.empty()) {
      if (const auto checked = check_routing_number(routing); !checked) {
        fault(payer_bank, "claims.routing-number",
              fmt::format("\"{}\" is not a routing number. {}", routing, checked.error().explanation),
              checked.error().remedy);
      }
    }
    constexpr std::array<std::string_view, 4> kinds{"checking", "savings", "ledger", "loan"};
    if (entry.account_kind.empty()) {
      entry.account_kind = kinds[0];
    } else if (std::ranges::find(kinds, entry.account_kind) == kinds.end()) {
      fault(cell(account_kind).empty() ? account_type : account_kind, "claims.account-kind",
            fmt::format("\"{}\" is no kind of account.", entry.account_kind),
            "Use one of: checking, savings, ledger, loan.");
    }
  }

  void read_bsb() {
    Entry& entry = claim_.entry;
    if (const auto bank = needed(payer_bank, "the BSB of the payer's bank"); !bank.empty()) {
      if (const auto bsb = check_bsb(bank); bsb) {
        bsb_ = *bsb;
        entry.payer_bank = bsb_;
      } else {
        fault(payer_bank, "claims.bsb", fmt::format("\"{}\" is not a BSB. {}", bank, bsb.error().explanation),
              bsb.error().remedy);
      }
    }
    if (entry.payer_account.empty()) return;
    if (const auto account = check_bsb_account(entry.payer_account); account) {
      bsb_account_ = *account;
      entry.payer_account = bsb_account_;
    } else {
      fault(payer_account, "claims.bsb-account",
            fmt::format("{} is not an account number. {}", mask_account(entry.payer_account),
                        account.error().explanation),
            account.error().remedy);
    }
  }

  /// Only the form: which accounts can belong to a sort code say tables that are installed beside a database.
  void read_sort_code() {
    Entry& entry = claim_.entry;
    const auto sort_code = needed(payer_bank, "the sort code of the payer's bank");
    if (sort_code.empty() || entry.payer_account.empty()) return;
    auto read = read_british_account(sort_code, entry.payer_account);
    if (!read) {
      const bool is_of_bank = read.error().code == "sort-code.digits" || read.error().code == "sort-code.length";
      fault(is_of_bank ? payer_bank : payer_account, "claims.sort-code", read.error().explanation, read.error().remedy);
      return;
    }
    british_ = std::move(*read);
    entry.payer_bank = british_.sort_code;
    entry.payer_account = british_.account;
  }

  static bool lower_is(std::string_view text, std::string_view word) {
    return std::ranges::equal(text, word, [](char left, char right) {
      return (left >= 'A' && left <= 'Z' ? left - 'A' + 'a' : left) == right;
    });
  }

  std::unique_ptr<FileSource> source_;
  std::string path_;
  const CreditorAccount& account_;
  const SchemeManner& manner_;
  Date today_;
  CsvReader reader_;
  const CsvRow* row_ = nullptr;
  ClaimRow claim_;
  bool sound_ = true;
  std::string iban_, bic_, bsb_, bsb_account_;
  BritishAccount british_;
  SeenReferences seen_;
  bool keeps_twins_apart_ = false;
  SeenReferences seen_sums_;  // Account and amount, where nothing else tells claims apart.
  std::vector<Finding> findings_;
  std::size_t taken_ = 0;
  std::uint64_t unsaid_ = 0;
  bool said_full_ = false;
};

Result<std::unique_ptr<ClaimsTable>> ClaimsTable::open(const std::string& path, const CreditorAccount& account,
                                                       const SchemeManner& manner, Date today) {
  auto source = FileSource::open(path);
  if (!source) return std::unexpected(source.error());
  return std::unique_ptr<ClaimsTable>{
      new ClaimsTable{std::make_unique<Machine>(std::move(*source), path, account, manner, today)}};
}

ClaimsTable::ClaimsTable(std::unique_ptr<Machine> machine) : machine_{std::move(machine)} {}
ClaimsTable::~ClaimsTable() = default;

Result<const ClaimRow*> ClaimsTable::next() { return machine_->next(); }
std::vector<Finding> ClaimsTable::take_findings() { return machine_->take_findings(); }

}  // namespace counterfoil
