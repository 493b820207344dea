#include "apps/operations/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "apps/operations/creditors.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "billing/import.hpp"
#include "core/require.hpp"
#include "mandates/import.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/csv.hpp"
#include "security/digest.hpp"
#include "store/bills.hpp"
#include "store/creditor_accounts.hpp"
#include "store/import_runs.hpp"
#include "store/mandates.hpp"
#include "store/payers.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t rows_a_look_up = 2000;
constexpr std::size_t most_findings = 1000;

/// A row as it will stand in the error file, should it turn out to be wrong.
struct BadRow {
  std::vector<std::string> cells;
  Place place;
};

/// One CSV file on its way in: rows read, faults kept with their place, bad rows written to the error file.
class ImportFile {
 public:
  ImportFile(std::string path, std::vector<CsvColumn> columns, ImportResult& result)
      : path_{std::move(path)}, columns_{std::move(columns)}, result_{result} {}

  [[nodiscard]] Result<Digest> digest() const {
    auto source = FileSource::open(path_);
    if (!source) return std::unexpected(source.error());
    DigestStream stream;
    for (;;) {
      const auto piece = (*source)->next();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) return stream.finish();
      stream.append(*piece);
    }
  }

  [[nodiscard]] Result<void> open() {
    auto source = FileSource::open(path_);
    if (!source) return std::unexpected(source.error());
    source_ = std::move(*source);
    reader_ = std::make_unique<CsvReader>(*source_, columns_, CsvOptions{.file_name = path_});
    return {};
  }

  [[nodiscard]] Result<const CsvRow*> next() { return reader_->next(); }

  /// The row with its place, for a fault that is only seen later.
  [[nodiscard]] BadRow kept(const CsvRow& row) const {
    BadRow kept{.cells = {}, .place = row.place(0)};
    for (std::size_t i = 0; i < columns_.size(); ++i) kept.cells.emplace_back(row.cell(i));
    return kept;
  }

  void refuse(BadRow row, std::string code, std::string message, std::string remedy) {
    ++result_.bad;
    row.cells.push_back(fmt::format("line {}: {}", row.place.line, message));
    bad_rows_.push_back(std::move(row.cells));
    tell({.code = std::move(code),
          .severity = Severity::error,
          .place = std::move(row.place),
          .message = std::move(message),
          .remedy = std::move(remedy)});
  }

  /// Takes what was found in a row, each finding with its columns; answers whether the row is a bad one.
  bool refuse_problems(const CsvRow& row, std::vector<Finding> problems) {
    bool is_bad = false;
    std::string why;
    for (auto& problem : problems) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const bool is_payer = problem.place.field == "payer_number" && columns_[i].name == "payer";
        if (columns_[i].name == problem.place.field || is_payer) problem.place = row.place(i);
      }
      problem.place.file = path_;
      if (problem.severity == Severity::error) {
        is_bad = true;
        why += (why.empty() ? "" : " ") + problem.message;
      }
      tell(std::move(problem));
    }
    if (!is_bad) return false;
    ++result_.bad;
    auto bad = kept(row);
    bad.cells.push_back(fmt::format("line {}: {}", row.line(), why));
    bad_rows_.push_back(std::move(bad.cells));
    return true;
  }

  /// Adds what the reader itself found. Rows it could not read are bad rows too.
  void finish() {
    result_.rows = reader_->rows();
    for (const auto& finding : reader_->findings()) {
      if (finding.severity == Severity::error) ++result_.bad;
      if (finding.refuses_file) result_.refused = true;
      tell(finding);
    }
    std::ranges::stable_sort(result_.findings, {}, [](const Finding& finding) { return finding.place.line; });
  }

  [[nodiscard]] Result<void> write_error_file(const std::string& path) const {
    if (path.empty() || bad_rows_.empty()) return {};
    std::vector<std::string> header;
    for (const auto& column : columns_) header.push_back(column.name);
    header.emplace_back("why_not");
    const CsvWriter writer{header};
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file << writer.header();
    for (const auto& row : bad_rows_) file << writer.row(row);
    file.flush();
    if (file) return {};
    return std::unexpected(Error{.code = "import.error-file",
                                 .explanation = "The file for the bad rows could not be written.",
                                 .remedy = "Name another file with --errors and give the command again.",
                                 .place = {.file = path}});
  }

 private:
  void tell(Finding finding) {
    if (result_.findings.size() < most_findings) result_.findings.push_back(std::move(finding));
  }

  std::string path_;
  std::vector<CsvColumn> columns_;
  ImportResult& result_;
  std::unique_ptr<FileSource> source_;
  std::unique_ptr<CsvReader> reader_;
  std::vector<std::vector<std::string>> bad_rows_;
};

std::string base_name(const std::string& path) { return std::filesystem::path{path}.filename().string(); }

/// What every import does around its rows: knows a file it has seen, refuses or keeps, notes the run in the audit
/// trail. `rows` reads the file and writes what is sound into the open transaction.
template <class Rows>
Result<ImportResult> run_import(Desk& desk, const ImportRequest& request, std::string_view kind, ImportFile& file,
                                ImportResult& result, Rows&& rows) {
  const auto digest = file.digest();
  if (!digest) return std::unexpected(digest.error());
  const auto seen = find_import_run(desk.scope(), kind, *digest);
  if (!seen) return std::unexpected(seen.error());
  if (*seen) {
    result.already = true;
    result.imported = (*seen)->rows_good;
    result.bad = (*seen)->rows_bad;
    return result;
  }
  auto done =
      in_one_transaction(desk, std::string{kind.substr(0, kind.size() - 1)} + "-import", [&]() -> Result<ImportResult> {
        const Id run = new_id();
        ImportRun row;
        row.id = run;
        row.kind = kind;
        row.file_name = base_name(request.file);
        row.digest = *digest;
        row.operator_name = desk.actor().name;
        if (auto opened = file.open(); !opened) return std::unexpected(opened.error());
        if (auto added = rows(run); !added) return std::unexpected(added.error());
        file.finish();
        if (result.refused || (result.bad > 0 && !request.keep_good)) {
          // Told by an Error so that everything is rolled back; the findings travel in `result`.
          return std::unexpected(Error{.code = "import.bad-rows", .kind = ErrorKind::input});
        }
        row.rows_good = result.imported;
        row.rows_bad = result.bad;
        if (auto added = insert_import_run(desk.scope(), row); !added) return std::unexpected(added.error());
        const auto noted = desk.note(fmt::format("{}.import", kind.substr(0, kind.size() - 1)), "import", row.file_name,
                                     fmt::format("sha256 {}, {} added, {} unchanged, {} left out", digest_text(*digest),
                                                 result.imported, result.unchanged, result.bad));
        if (!noted) return std::unexpected(noted.error());
        return result;
      });
  if (auto written = file.write_error_file(request.error_file); !written) return std::unexpected(written.error());
  if (!done && done.error().code == "import.bad-rows") {
    result.refused = true;
    result.imported = 0;
    result.sums.clear();
    return result;
  }
  if (!done && is_taken(done.error(), "import_run_digest")) {
    result.already = true;  // Another process was importing the same file and finished first.
    return result;
  }
  return done;
}

// --- Payers
// -----------------------------------------------------------------------------------------------------------

std::vector<CsvColumn> payer_columns() {
  return {{"number"},          {"name"},        {"email", false},  {"street", false}, {"building", false},
          {"postcode", false}, {"town", false}, {"country", false}};
}

PayerRow payer_row(const CsvRow& row) {
  return {.line = row.line(),
          .number = row.cell(0),
          .name = row.cell(1),
          .email = row.cell(2),
          .street = row.cell(3),
          .building = row.cell(4),
          .postcode = row.cell(5),
          .town = row.cell(6),
          .country = row.cell(7)};
}

struct WaitingPayer {
  Payer payer;
  BadRow row;
};

Result<void> take_payers(Desk& desk, ImportFile& file, ImportResult& result, PayerWriter& writer,
                         std::vector<WaitingPayer>& waiting) {
  std::vector<std::string> numbers;
  for (const auto& one : waiting) numbers.push_back(one.payer.number);
  const auto known = find_payer_ids(desk.scope(), numbers);
  if (!known) return std::unexpected(known.error());
  const std::unordered_map<std::string, Id> ids{known->begin(), known->end()};
  for (auto& one : waiting) {
    if (const auto found = ids.find(one.payer.number); found != ids.end()) {
      const auto stored = find_payer(desk.scope(), found->second);
      if (!stored) return std::unexpected(stored.error());
      one.payer.id = found->second;
      if (*stored == one.payer) {
        ++result.unchanged;
      } else {
        file.refuse(std::move(one.row), "import.number-exists",
                    fmt::format("Payer {} exists with other data.", one.payer.number),
                    "An import does not change payers. Take the row out, or give the new payer another number.");
      }
      continue;
    }
    one.payer.id = new_id();
    if (auto added = writer.add(one.payer); !added) return added;
    ++result.imported;
  }
  waiting.clear();
  return {};
}

// --- Mandates
// ---------------------------------------------------------------------------------------------------------

std::vector<CsvColumn> mandate_columns(AccountCheck check) {
  return {{"reference"},
          {"payer"},
          {"account", check != AccountCheck::unknown},
          {"payer_name", false},
          {"bank", false},
          {"account_kind", false},
          {"instrument", false},
          {"signed_on", false},
          {"type", false},
          {"limit", false},
          {"state", false},
          {"street", false},
          {"building", false},
          {"postcode", false},
          {"town", false},
          {"country", false},
          {"last_collected_on", false},
          {"identity", false}};
}

MandateRow mandate_row(const CsvRow& row) {
  return {.line = row.line(),
          .reference = row.cell(0),
          .payer_number = row.cell(1),
          .payer_name = row.cell(3),
          .account = row.cell(2),
          .bank = row.cell(4),
          .account_kind = row.cell(5),
          .instrument = row.cell(6),
          .signed_on = row.cell(7),
          .type = row.cell(8),
          .street = row.cell(11),
          .building = row.cell(12),
          .postcode = row.cell(13),
          .town = row.cell(14),
          .country = row.cell(15),
          .limit = row.cell(9),
          .state = row.cell(10),
          .last_collected_on = row.cell(16),
          .identity = row.cell(17)};
}

struct WaitingMandate {
  Mandate mandate;
  std::string payer_number;
  BadRow row;
};

/// What a mandate of the table must share with the one stored to count as the same.
bool same_mandate(const Mandate& stored, const Mandate& asked) {
  return stored.payer == asked.payer && stored.account == asked.account && stored.bank == asked.bank &&
         stored.account_kind == asked.account_kind && stored.identity == asked.identity && stored.signed_on == asked.signed_on &&
         stored.one_off == asked.one_off && stored.instrument == asked.instrument;
}

MandateEvent birth_of(const Mandate& mandate, Date today) {
  auto kind = MandateEventKind::created;
  if (mandate.state == MandateState::active) kind = MandateEventKind::activated;
  if (mandate.state == MandateState::pending) kind = MandateEventKind::wait_begun;
  return {.kind = kind, .from = MandateState::draft, .to = mandate.state, .on = today, .detail = "imported"};
}

Result<void> take_mandates(Desk& desk, ImportFile& file, ImportResult& result, const CreditorAccount& account,
                           MandateWriter& writer, std::vector<WaitingMandate>& waiting) {
  std::vector<std::string> numbers;
  for (const auto& one : waiting) numbers.push_back(one.payer_number);
  const auto known = find_payer_ids(desk.scope(), numbers);
  if (!known) return std::unexpected(known.error());
  const std::unordered_map<std::string, Id> payers{known->begin(), known->end()};
  for (auto& one : waiting) {
    auto& mandate = one.mandate;
    const auto payer = payers.find(one.payer_number);
    if (payer == payers.end()) {
      file.refuse(std::move(one.row), "import.unknown-payer", fmt::format("There is no payer {}.", one.payer_number),
                  "Import the payers first, or correct the number.");
      continue;
    }
    mandate.payer = payer->second;
    mandate.creditor_account = account.id;
    const auto stored = find_mandate(desk.scope(), mandate.reference, account.id);
    if (!stored) return std::unexpected(stored.error());
    if (*stored) {
      if (same_mandate(**stored, mandate)) {
        ++result.unchanged;
      } else {
        file.refuse(std::move(one.row), "import.reference-exists",
                    fmt::format("Mandate {} exists with other data.", mandate.reference),
                    "An import does not change mandates: use `counterfoil mandate amend`.");
      }
      continue;
    }
    const auto holder = find_payer(desk.scope(), payer->second);
    if (!holder) return std::unexpected(holder.error());
    require(holder->has_value(), "a payer just found by its number exists");
    if (mandate.payer_name.empty()) mandate.payer_name = (*holder)->name;
    if (mandate.address == Address{}) mandate.address = (*holder)->address;
    mandate.id = new_id();
    if (auto added = writer.add(mandate, birth_of(mandate, desk.today())); !added) return added;
    ++result.imported;
  }
  waiting.clear();
  desk.tell("mandates read", result.imported, 0);
  return {};
}

// --- Bills
// ------------------------------------------------------------------------------------------------------------

std::vector<CsvColumn> bill_columns() {
  return {{"number"},
          {"payer"},
          {"due_on"},
          {"amount"},
          {"currency", false},
          {"mandate", false},
          {"charge", false},
          {"charge_text", false},
          {"period_from", false},
          {"period_to", false},
          {"notified_on", false},
          {"text", false}};
}

BillRow bill_row(const CsvRow& row) {
  return {.line = row.line(),
          .number = row.cell(0),
          .payer_number = row.cell(1),
          .mandate = row.cell(5),
          .amount = row.cell(3),
          .currency = row.cell(4),
          .due_on = row.cell(2),
          .period_from = row.cell(8),
          .period_to = row.cell(9),
          .notified_on = row.cell(10),
          .text = row.cell(11),
          .charge = row.cell(6),
          .charge_text = row.cell(7)};
}

/// A bill in the making: its rows so far. A bill comes in whole or not at all.
struct WaitingBill {
  Bill bill;
  std::string number;
  std::string payer_number;
  std::vector<BadRow> rows;
  bool broken = false;
};

/// Takes finished bills, a few thousand at a time, into the store.
class BillIntake {
 public:
  BillIntake(Desk& desk, ImportFile& file, ImportResult& result, BillWriter& writer)
      : desk_{desk}, file_{file}, result_{result}, writer_{writer} {}

  Result<void> take(WaitingBill one) {
    if (one.rows.empty() && !one.broken) return {};
    if (one.broken) {
      refuse(one, "import.bill-broken", fmt::format("Another row of bill {} is wrong.", one.number),
             "Correct that row; a bill comes in whole or not at all.");
      return {};
    }
    if (!numbers_.insert(one.number).second) {
      refuse(one, "import.twice-in-file", fmt::format("Bill {} stands in this file a second time.", one.number),
             "Keep the rows of one bill together, and give every bill its own number.");
      return {};
    }
    waiting_.push_back(std::move(one));
    if (waiting_.size() < rows_a_look_up) return {};
    return flush();
  }

  Result<void> flush() {
    std::vector<std::string> numbers;
    std::vector<std::string> payers;
    for (const auto& one : waiting_) {
      numbers.push_back(one.number);
      payers.push_back(one.payer_number);
    }
    const auto taken = find_bill_numbers(desk_.scope(), numbers);
    if (!taken) return std::unexpected(taken.error());
    const auto known = find_payer_ids(desk_.scope(), payers);
    if (!known) return std::unexpected(known.error());
    const std::unordered_set<std::string> existing{taken->begin(), taken->end()};
    const std::unordered_map<std::string, Id> ids{known->begin(), known->end()};
    for (auto& one : waiting_) {
      const auto payer = ids.find(one.payer_number);
      if (payer == ids.end()) {
        refuse(one, "import.unknown-payer", fmt::format("There is no payer {}.", one.payer_number),
               "Import the payers first, or correct the number.");
        continue;
      }
      one.bill.payer = payer->second;
      if (auto done = existing.contains(one.number) ? compare(one) : add(one); !done) return done;
    }
    waiting_.clear();
    desk_.tell("bills read", result_.imported, 0);
    return {};
  }

 private:
  void refuse(WaitingBill& one, const std::string& code, const std::string& message, const std::string& remedy) {
    for (auto& row : one.rows) file_.refuse(std::move(row), code, message, remedy);
  }

  Result<void> compare(WaitingBill& one) {
    const auto stored = find_bill(desk_.scope(), one.number);
    if (!stored) return std::unexpected(stored.error());
    require(stored->has_value(), "a bill just found by its number exists");
    const auto& other = **stored;
    if (other.payer == one.bill.payer && other.amount_minor == one.bill.amount_minor &&
        other.due_on == one.bill.due_on && other.currency == one.bill.currency && other.charges == one.bill.charges) {
      ++result_.unchanged;
      return {};
    }
    refuse(one, "import.number-exists", fmt::format("Bill {} exists with other contents.", one.number),
           "An import does not change bills. Cancel the old one, or give the new one another number.");
    return {};
  }

  Result<void> add(WaitingBill& one) {
    auto& bill = one.bill;
    bill.id = new_id();
    bill.imported_by = desk_.actor().name;
    if (auto added = writer_.add(bill); !added) return added;
    ++result_.imported;
    for (auto& sum : result_.sums) {
      if (sum.currency() != bill.currency) continue;
      const auto more = checked_add(sum, bill.amount());
      if (!more) return std::unexpected(more.error());
      sum = *more;
      return {};
    }
    result_.sums.push_back(bill.amount());
    return {};
  }

  Desk& desk_;
  ImportFile& file_;
  ImportResult& result_;
  BillWriter& writer_;
  std::unordered_set<std::string> numbers_;
  std::vector<WaitingBill> waiting_;
};

/// The currency of rows that name none: that of the creditor accounts, when they all share it.
Result<BillImportTerms> bill_terms(Desk& desk) {
  BillImportTerms terms;
  terms.today = desk.today();
  const auto accounts = list_creditor_accounts(desk.scope());
  if (!accounts) return std::unexpected(accounts.error());
  for (const auto& account : *accounts) {
    if (&account != &accounts->front() && account.currency != accounts->front().currency) return terms;
  }
  if (!accounts->empty()) terms.currency = accounts->front().currency;
  return terms;
}

Result<void> take_bill_rows(Desk& desk, ImportFile& file, ImportResult& result, const Id& run) {
  const auto terms = bill_terms(desk);
  if (!terms) return std::unexpected(terms.error());
  BillWriter writer{desk.scope(), run};
  BillIntake intake{desk, file, result, writer};
  WaitingBill current;
  for (;;) {
    const auto next = file.next();
    if (!next) return std::unexpected(next.error());
    if (*next == nullptr) break;
    const auto& row = **next;
    const auto words = bill_row(row);
    const bool continues = !current.number.empty() && words.number == current.number;
    std::vector<Finding> problems;
    if (continues && !current.broken) {
      problems = extend_bill(current.bill, words);
      if (words.payer_number != current.payer_number) {
        problems.push_back({.code = "bill.payer-differs",
                            .severity = Severity::error,
                            .place = {.line = row.line(), .field = "payer"},
                            .message = fmt::format("Bill {} has another payer in an earlier row.", current.number),
                            .remedy = "Give the second bill a number of its own."});
      }
    } else if (!continues) {
      if (auto taken = intake.take(std::exchange(current, {})); !taken) return taken;
      auto read = import_bill(words, *terms);
      problems = std::move(read.problems);
      current.bill = std::move(read.bill);
      current.number = words.number;
      current.payer_number = words.payer_number;
    }
    if (file.refuse_problems(row, std::move(problems))) {
      current.broken = true;
    } else {
      current.rows.push_back(file.kept(row));
    }
  }
  if (auto taken = intake.take(std::move(current)); !taken) return taken;
  if (auto done = intake.flush(); !done) return done;
  return writer.finish();
}

}  // namespace

Result<ImportResult> import_payers(Desk& desk, const ImportRequest& request) {
  if (auto allowed = desk.may(Action::import_payers); !allowed) return std::unexpected(allowed.error());
  ImportResult result{.kind = "payers"};
  ImportFile file{request.file, payer_columns(), result};
  return run_import(desk, request, "payers", file, result, [&](const Id&) -> Result<void> {
    PayerWriter writer{desk.scope()};
    std::vector<WaitingPayer> waiting;
    std::unordered_set<std::string> numbers;
    for (;;) {
      const auto row = file.next();
      if (!row) return std::unexpected(row.error());
      if (*row == nullptr) break;
      auto read = import_payer(payer_row(**row));
      if (file.refuse_problems(**row, std::move(read.problems))) continue;
      if (!numbers.insert(read.payer.number).second) {
        file.refuse(file.kept(**row), "import.twice-in-file",
                    fmt::format("Payer {} stands in this file a second time.", read.payer.number),
                    "Give every payer a number of its own.");
        continue;
      }
      waiting.push_back({std::move(read.payer), file.kept(**row)});
      if (waiting.size() < rows_a_look_up) continue;
      if (auto taken = take_payers(desk, file, result, writer, waiting); !taken) return taken;
    }
    if (auto taken = take_payers(desk, file, result, writer, waiting); !taken) return taken;
    return writer.finish();
  });
}

Result<ImportResult> import_mandates(Desk& desk, const ImportRequest& request) {
  if (auto allowed = desk.may(Action::import_mandates); !allowed) return std::unexpected(allowed.error());
  const auto account = creditor(desk, request.creditor);
  if (!account) return std::unexpected(account.error());
  const auto rules = account_rules(desk.catalogue(), *account);
  if (!rules) return std::unexpected(rules.error());
  MandateImportTerms terms;
  terms.scheme = account->scheme;
  terms.instrument = account->instrument;
  const auto& instruments = rules->scheme->manner.instruments;
  terms.instruments.assign(instruments.begin(), instruments.end());
  terms.creditor_account = account->id;
  terms.currency = account->currency;
  terms.account = rules->collection.account;
  if (terms.account == AccountCheck::sort_code) {
    const auto tables = desk.modulus_tables();
    if (!tables) return std::unexpected(tables.error());
    terms.modulus = *tables;
  }
  terms.reference_digits = rules->scheme->manner.mandate_reference_digits;
  terms.account_digits = rules->scheme->manner.payer_account_digits;
  terms.identity_digits = rules->scheme->manner.payer_identity_digits;
  terms.rules = rules->collection.mandate;
  terms.prenote_first = request.prenote_first || rules->scheme->manner.prenotes_first;
  terms.today = desk.today();
  ImportResult result{.kind = "mandates"};
  if (terms.account == AccountCheck::sort_code && terms.modulus == nullptr) {
    result.findings.push_back({.code = "modulus.missing",
                               .severity = Severity::warning,
                               .place = {.file = request.file},
                               .message = "Sort codes and accounts are checked for their form only: no weight tables are "
                                          "installed.",
                               .remedy = fmt::format("Put valacdos.txt and scsubtab.txt, as Vocalink publishes them, into {}.",
                                                     modulus_folder(desk.home()).string())});
  }
  ImportFile file{request.file, mandate_columns(terms.account), result};
  return run_import(desk, request, "mandates", file, result, [&](const Id&) -> Result<void> {
    MandateWriter writer{desk.scope(), desk.actor().name};
    std::vector<WaitingMandate> waiting;
    std::unordered_set<std::string> references;
    for (;;) {
      const auto row = file.next();
      if (!row) return std::unexpected(row.error());
      if (*row == nullptr) break;
      const auto words = mandate_row(**row);
      auto read = import_mandate(words, terms);
      if (file.refuse_problems(**row, std::move(read.problems))) continue;
      if (!references.insert(read.mandate.reference).second) {
        file.refuse(file.kept(**row), "import.twice-in-file",
                    fmt::format("Mandate {} stands in this file a second time.", read.mandate.reference),
                    "Give every mandate its own reference.");
        continue;
      }
      waiting.push_back({std::move(read.mandate), std::string{words.payer_number}, file.kept(**row)});
      if (waiting.size() < rows_a_look_up) continue;
      if (auto taken = take_mandates(desk, file, result, *account, writer, waiting); !taken) return taken;
    }
    if (auto taken = take_mandates(desk, file, result, *account, writer, waiting); !taken) return taken;
    return writer.finish();
  });
}

Result<ImportResult> import_bills(Desk& desk, const ImportRequest& request) {
  if (auto allowed = desk.may(Action::import_bills); !allowed) return std::unexpected(allowed.error());
  ImportResult result{.kind = "bills"};
  ImportFile file{request.file, bill_columns(), result};
  return run_import(desk, request, "bills", file, result,
                    [&](const Id& run) { return take_bill_rows(desk, file, result, run); });
}

}  // namespace counterfoil
