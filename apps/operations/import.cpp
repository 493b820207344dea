#include "apps/operations/import.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "apps/operations/creditors.hpp"
#include "apps/operations/publish_file.hpp"
#include "billing/bill.hpp"
#include "core/aba.hpp"
#include "core/bic.hpp"
#include "core/cnaps.hpp"
#include "core/iban.hpp"
#include "core/require.hpp"
#include "core/text.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/csv.hpp"
#include "security/digest.hpp"
#include "store/bills.hpp"
#include "store/import_runs.hpp"
#include "store/mandates.hpp"
#include "store/payers.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t rows_a_look_up = 2000;
constexpr std::size_t most_findings = 1000;

Finding row_fault(const Place& place, std::string code, std::string message, std::string remedy) {
  return {.code = std::move(code),
          .severity = Severity::error,
          .place = place,
          .message = std::move(message),
          .remedy = std::move(remedy)};
}

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

  /// Remembers what is wrong with a row, and the row as it will stand in the error file.
  void refuse(const CsvRow& row, std::size_t column, std::string code, std::string message, std::string remedy) {
    refuse_cells(cells_of(row), row.place(column), std::move(code), std::move(message), std::move(remedy));
  }
  void refuse_cells(std::vector<std::string> cells, const Place& place, std::string code, std::string message,
                    std::string remedy) {
    ++result_.bad;
    if (result_.findings.size() < most_findings) {
      result_.findings.push_back(row_fault(place, std::move(code), message, std::move(remedy)));
    }
    cells.push_back(fmt::format("line {}: {}", place.line, message));
    bad_rows_.push_back(std::move(cells));
  }

  [[nodiscard]] std::vector<std::string> cells_of(const CsvRow& row) const {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < columns_.size(); ++i) cells.emplace_back(row.cell(i));
    return cells;
  }

  /// Adds what the reader itself found. Rows it could not read are bad rows too.
  void finish() {
    result_.rows = reader_->rows();
    for (const auto& finding : reader_->findings()) {
      if (finding.severity == Severity::error) ++result_.bad;
      if (finding.refuses_file) result_.refused = true;
      if (result_.findings.size() < most_findings) result_.findings.push_back(finding);
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

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::vector<CsvColumn> columns_;
  ImportResult& result_;
  std::unique_ptr<FileSource> source_;
  std::unique_ptr<CsvReader> reader_;
  std::vector<std::vector<std::string>> bad_rows_;
};

std::string base_name(const std::string& path) { return std::filesystem::path{path}.filename().string(); }

/// What every import does around its rows: knows a file it has seen, refuses or keeps, notes the run in the audit trail.
/// `rows` reads the file and writes what is sound into the open transaction.
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
  auto done = in_one_transaction(desk, std::string{kind.substr(0, kind.size() - 1)} + "-import",
                                 [&]() -> Result<ImportResult> {
    const Id run = new_id();
    ImportRun row;
    row.id = run;
    row.kind = kind;
    row.file_name = base_name(request.file);
    row.digest = *digest;
    row.operator_name = desk.actor().name;
    if (auto added = rows(run, row); !added) return std::unexpected(added.error());
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

std::optional<bool> yes_or_no(std::string_view cell) {
  if (cell.empty() || cell == "no" || cell == "false" || cell == "0") return false;
  if (cell == "yes" || cell == "true" || cell == "1") return true;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// --- Payers -----------------------------------------------------------------------------------------------------------

enum PayerColumn : std::size_t {
  payer_number, payer_name_column, payer_street, payer_building, payer_postcode, payer_town, payer_country, payer_email
};

std::vector<CsvColumn> payer_columns() {
  return {{"number"}, {"name"}, {"street", false}, {"building", false}, {"postcode", false}, {"town", false},
          {"country", false}, {"email", false}};
}

struct PayerRow {
  Payer payer;
  std::vector<std::string> cells;
  Place place;
};

std::optional<PayerRow> read_payer(ImportFile& file, const CsvRow& row) {
  PayerRow read{.payer = {}, .cells = file.cells_of(row), .place = row.place(payer_number)};
  auto& payer = read.payer;
  payer.number = trimmed(row.cell(payer_number));
  payer.name = trimmed(row.cell(payer_name_column));
  payer.address = {.street = std::string{trimmed(row.cell(payer_street))},
                   .building = std::string{trimmed(row.cell(payer_building))},
                   .postcode = std::string{trimmed(row.cell(payer_postcode))},
                   .town = std::string{trimmed(row.cell(payer_town))},
                   .country = std::string{trimmed(row.cell(payer_country))}};
  payer.email = trimmed(row.cell(payer_email));
  if (payer.number.empty()) {
    file.refuse(row, payer_number, "import.empty", "The payer has no number.", "Give every payer a number of its own.");
    return std::nullopt;
  }
  if (payer.name.empty()) {
    file.refuse(row, payer_name_column, "import.empty", fmt::format("Payer {} has no name.", payer.number),
                "Write the name of the payer.");
    return std::nullopt;
  }
  const auto& country = payer.address.country;
  if (!country.empty() && (country.size() != 2 || country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z')) {
    file.refuse(row, payer_country, "import.country", fmt::format("\"{}\" is not a country code.", country),
                "Write two capital letters such as DE.");
    return std::nullopt;
  }
  return read;
}

Result<void> take_payers(Desk& desk, ImportFile& file, ImportResult& result, PayerWriter& writer,
                         std::vector<PayerRow>& rows) {
  std::vector<std::string> numbers;
  for (const auto& row : rows) numbers.push_back(row.payer.number);
  const auto known = find_payer_ids(desk.scope(), numbers);
  if (!known) return std::unexpected(known.error());
  const std::unordered_map<std::string, Id> ids{known->begin(), known->end()};
  for (auto& row : rows) {
    if (const auto found = ids.find(row.payer.number); found != ids.end()) {
      const auto stored = find_payer(desk.scope(), found->second);
      if (!stored) return std::unexpected(stored.error());
      row.payer.id = found->second;
      if (*stored == row.payer) {
        ++result.unchanged;
      } else {
        file.refuse_cells(std::move(row.cells), row.place, "import.number-exists",
                          fmt::format("Payer {} exists with other data.", row.payer.number),
                          "An import does not change payers. Take the row out, or give the new payer another number.");
      }
      continue;
    }
    row.payer.id = new_id();
    if (auto added = writer.add(row.payer); !added) return added;
    ++result.imported;
  }
  rows.clear();
  return {};
}

// --- Mandates ---------------------------------------------------------------------------------------------------------

enum MandateColumn : std::size_t {
  mandate_reference, mandate_payer, mandate_account, mandate_bank, mandate_kind, mandate_signed, mandate_name,
  mandate_instrument, mandate_one_off, mandate_prenote, mandate_most, mandate_last_collected, mandate_used
};

std::vector<CsvColumn> mandate_columns() {
  return {{"reference"}, {"payer"}, {"account"}, {"bank", false}, {"account_kind", false}, {"signed_on", false},
          {"payer_name", false}, {"instrument", false}, {"one_off", false}, {"prenote", false}, {"most", false},
          {"last_collected_on", false}, {"used", false}};
}

struct MandateRow {
  Mandate mandate;
  bool prenote = false;
  std::string payer_number;
  std::vector<std::string> cells;
  Place place;
};

/// Cell by cell; the first thing wrong with a row is the one that is told.
class MandateReader {
 public:
  MandateReader(ImportFile& file, const CreditorAccount& account, Date today)
      : file_{file}, account_{account}, today_{today} {}

  std::optional<MandateRow> read(const CsvRow& row) {
    MandateRow read{.mandate = {}, .payer_number = std::string{trimmed(row.cell(mandate_payer))},
                    .cells = file_.cells_of(row), .place = row.place(mandate_reference)};
    auto& mandate = read.mandate;
    mandate.reference = trimmed(row.cell(mandate_reference));
    mandate.scheme = account_.scheme;
    mandate.creditor_account = account_.id;
    mandate.instrument = trimmed(row.cell(mandate_instrument));
    if (mandate.instrument.empty()) mandate.instrument = account_.instrument;
    mandate.payer_name = trimmed(row.cell(mandate_name));
    mandate.account_kind = trimmed(row.cell(mandate_kind));
    if (!texts(row, read) || !account_of(row, mandate) || !bank_of(row, mandate) || !dates(row, mandate) ||
        !switches(row, read) || !numbers(row, mandate)) {
      return std::nullopt;
    }
    return read;
  }

 private:
  bool no(const CsvRow& row, std::size_t column, std::string code, std::string message, std::string remedy) {
    file_.refuse(row, column, std::move(code), std::move(message), std::move(remedy));
    return false;
  }

  bool texts(const CsvRow& row, const MandateRow& read) {
    if (read.mandate.reference.empty()) {
      return no(row, mandate_reference, "import.empty", "The mandate has no reference.",
                "Give every mandate its own reference; it is never changed later.");
    }
    if (read.payer_number.empty()) {
      return no(row, mandate_payer, "import.empty", fmt::format("Mandate {} names no payer.", read.mandate.reference),
                "Write the payer's number as it stands in the payers' table.");
    }
    if (account_.scheme != "iso20022") return true;
    const auto fault = sepa_identifier_fault(read.mandate.reference);
    if (fault.empty()) return true;
    return no(row, mandate_reference, "import.reference", fmt::format("The mandate reference {}", fault),
              "Use letters, digits and / - ? : ( ) . , ' + and no blanks at the ends.");
  }

  bool account_of(const CsvRow& row, Mandate& mandate) {
    mandate.account = trimmed(row.cell(mandate_account));
    if (mandate.account.empty()) {
      return no(row, mandate_account, "import.empty", fmt::format("Mandate {} has no account.", mandate.reference),
                "Write the account the mandate allows to debit.");
    }
    if (account_.scheme != "iso20022") return true;
    auto iban = check_iban(mandate.account);
    if (!iban) return no(row, mandate_account, iban.error().code, iban.error().explanation, iban.error().remedy);
    mandate.account = std::move(*iban);
    return true;
  }

  bool bank_of(const CsvRow& row, Mandate& mandate) {
    mandate.bank = trimmed(row.cell(mandate_bank));
    Result<std::string> checked{mandate.bank};
    if (account_.scheme == "nacha") {
      checked = check_routing_number(mandate.bank);
    } else if (account_.scheme == "iso20022" && !mandate.bank.empty()) {
      checked = check_bic(mandate.bank);
    } else if (account_.scheme == "cn-304" && mandate.bank.size() == 12) {
      checked = check_bank_number(mandate.bank);
    }
    if (!checked) return no(row, mandate_bank, checked.error().code, checked.error().explanation, checked.error().remedy);
    mandate.bank = std::move(*checked);
    return true;
  }

  bool date_of(const CsvRow& row, std::size_t column, std::optional<Date>& into) {
    const auto cell = trimmed(row.cell(column));
    if (cell.empty()) return true;
    into = parse_iso_date(cell);
    if (into) return true;
    return no(row, column, "import.date", fmt::format("\"{}\" is not a date.", cell), "Write dates as 2026-11-24.");
  }

  bool dates(const CsvRow& row, Mandate& mandate) {
    if (!date_of(row, mandate_signed, mandate.signed_on)) return false;
    if (!date_of(row, mandate_last_collected, mandate.last_collected_on)) return false;
    if (mandate.signed_on && *mandate.signed_on > today_) {
      return no(row, mandate_signed, "import.date", "The mandate is signed in the future.",
                "Write the day on which the payer signed.");
    }
    return true;
  }

  bool switches(const CsvRow& row, MandateRow& read) {
    const auto one_off = yes_or_no(trimmed(row.cell(mandate_one_off)));
    if (!one_off) return no(row, mandate_one_off, "import.yes-no", "one_off must be yes or no.", "Write yes or no.");
    const auto prenote = yes_or_no(trimmed(row.cell(mandate_prenote)));
    if (!prenote) return no(row, mandate_prenote, "import.yes-no", "prenote must be yes or no.", "Write yes or no.");
    if (*prenote && account_.scheme != "nacha") {
      return no(row, mandate_prenote, "import.prenote", "Only the NACHA scheme knows prenotes.", "Write no.");
    }
    read.mandate.one_off = *one_off;
    read.prenote = *prenote;
    return true;
  }

  bool numbers(const CsvRow& row, Mandate& mandate) {
    if (const auto cell = trimmed(row.cell(mandate_most)); !cell.empty()) {
      const auto most = Money::parse(cell, account_.currency);
      if (!most) return no(row, mandate_most, most.error().code, most.error().explanation, most.error().remedy);
      mandate.most_minor = most->minor_units();
    }
    if (const auto cell = trimmed(row.cell(mandate_used)); !cell.empty()) {
      if (cell.size() > 6 || cell.find_first_not_of("0123456789") != std::string_view::npos) {
        return no(row, mandate_used, "import.number", fmt::format("\"{}\" is not a number of collections.", cell),
                  "Write how often this mandate was collected before, such as 12.");
      }
      mandate.used = static_cast<std::uint32_t>(std::stoul(std::string{cell}));
    }
    return true;
  }

  ImportFile& file_;
  const CreditorAccount& account_;
  Date today_;
};

/// What a mandate of the table must share with the one stored to count as the same.
bool same_mandate(const Mandate& stored, const Mandate& asked) {
  return stored.payer == asked.payer && stored.account == asked.account && stored.bank == asked.bank &&
         stored.account_kind == asked.account_kind && stored.signed_on == asked.signed_on &&
         stored.one_off == asked.one_off && stored.instrument == asked.instrument;
}

Result<void> take_mandates(Desk& desk, ImportFile& file, ImportResult& result, const CreditorAccount& account,
                           MandateWriter& writer, std::vector<MandateRow>& rows) {
  std::vector<std::string> numbers;
  for (const auto& row : rows) numbers.push_back(row.payer_number);
  const auto known = find_payer_ids(desk.scope(), numbers);
  if (!known) return std::unexpected(known.error());
  const std::unordered_map<std::string, Id> payers{known->begin(), known->end()};
  for (auto& row : rows) {
    const auto payer = payers.find(row.payer_number);
    if (payer == payers.end()) {
      file.refuse_cells(std::move(row.cells), row.place, "import.unknown-payer",
                        fmt::format("There is no payer {}.", row.payer_number),
                        "Import the payers first, or correct the number.");
      continue;
    }
    row.mandate.payer = payer->second;
    const auto stored = find_mandate(desk.scope(), row.mandate.reference, account.id);
    if (!stored) return std::unexpected(stored.error());
    if (*stored) {
      if (same_mandate(**stored, row.mandate)) {
        ++result.unchanged;
      } else {
        file.refuse_cells(std::move(row.cells), row.place, "import.reference-exists",
                          fmt::format("Mandate {} exists with other data.", row.mandate.reference),
                          "An import does not change mandates: use `counterfoil mandate amend`.");
      }
      continue;
    }
    const auto holder = find_payer(desk.scope(), payer->second);
    if (!holder) return std::unexpected(holder.error());
    require(holder->has_value(), "a payer just found by its number exists");
    if (row.mandate.payer_name.empty()) row.mandate.payer_name = (*holder)->name;
    row.mandate.address = (*holder)->address;
    row.mandate.id = new_id();
    const MandateChange change{.kind = row.prenote ? MandateEventKind::wait_begun : MandateEventKind::activated,
                               .detail = "imported",
                               .pending = row.prenote ? MandatePending::prenote_to_send : MandatePending::none};
    const auto event = apply(row.mandate, change, desk.today());
    if (!event) return std::unexpected(event.error());
    row.mandate.version = 0;
    if (auto added = writer.add(row.mandate, *event); !added) return added;
    ++result.imported;
  }
  rows.clear();
  return {};
}

// --- Bills ------------------------------------------------------------------------------------------------------------

enum BillColumn : std::size_t {
  bill_number, bill_payer, bill_due, bill_currency, bill_amount, bill_mandate, bill_kind, bill_charge, bill_from, bill_to,
  bill_notified, bill_text
};

std::vector<CsvColumn> bill_columns() {
  return {{"number"}, {"payer"}, {"due_on"}, {"currency"}, {"amount"}, {"mandate", false}, {"kind", false},
          {"charge", false}, {"period_from", false}, {"period_to", false}, {"notified_on", false}, {"text", false}};
}

/// A bill in the making: its rows so far.
struct BillRows {
  Bill bill;
  std::string payer_number;
  std::vector<std::vector<std::string>> cells;
  Place place;
  bool broken = false;  // One of its rows was refused; the others go with it.
};

class BillReader {
 public:
  explicit BillReader(ImportFile& file) : file_{file} {}

  /// Reads a row into `bill`: its first one, or one more charge.
  void add(const CsvRow& row, BillRows& rows) {
    const bool is_first = rows.cells.empty();
    rows.cells.push_back(file_.cells_of(row));
    if (is_first) {
      rows.place = row.place(bill_number);
      rows.bill.number = trimmed(row.cell(bill_number));
      rows.payer_number = trimmed(row.cell(bill_payer));
      rows.bill.mandate_reference = trimmed(row.cell(bill_mandate));
      rows.bill.text = trimmed(row.cell(bill_text));
    }
    if (!head(row, rows, is_first) || !charge(row, rows)) rows.broken = true;
  }

 private:
  bool no(const CsvRow& row, BillRows& rows, std::size_t column, std::string code, std::string message,
          std::string remedy) {
    file_.refuse_cells(std::move(rows.cells.back()), row.place(column), std::move(code), std::move(message),
                       std::move(remedy));
    rows.cells.back().clear();
    return false;
  }

  bool date(const CsvRow& row, BillRows& rows, std::size_t column, std::optional<Date>& into) {
    const auto cell = trimmed(row.cell(column));
    if (cell.empty()) return true;
    into = parse_iso_date(cell);
    if (into) return true;
    return no(row, rows, column, "import.date", fmt::format("\"{}\" is not a date.", cell), "Write dates as 2026-11-24.");
  }

  bool head(const CsvRow& row, BillRows& rows, bool is_first) {
    auto& bill = rows.bill;
    std::optional<Date> due;
    if (!date(row, rows, bill_due, due)) return false;
    const auto currency = Currency::parse(trimmed(row.cell(bill_currency)));
    if (!currency) {
      return no(row, rows, bill_currency, "import.currency", currency.error().explanation,
                "Write the three letters of the currency, such as EUR.");
    }
    if (!is_first) {
      const bool same = trimmed(row.cell(bill_payer)) == rows.payer_number && due == bill.due_on &&
                        *currency == bill.currency && trimmed(row.cell(bill_mandate)) == bill.mandate_reference;
      if (same) return true;
      return no(row, rows, bill_number, "import.bill-differs",
                fmt::format("The rows of bill {} do not agree in payer, mandate, due date or currency.", bill.number),
                "Rows of one number are charges of one bill: make these columns equal, or give the second bill its own number.");
    }
    bill.currency = *currency;
    if (bill.number.empty()) {
      return no(row, rows, bill_number, "import.empty", "The bill has no number.", "Give every bill a number of its own.");
    }
    if (rows.payer_number.empty()) {
      return no(row, rows, bill_payer, "import.empty", fmt::format("Bill {} names no payer.", bill.number),
                "Write the payer's number as it stands in the payers' table.");
    }
    if (!due) {
      return no(row, rows, bill_due, "import.empty", fmt::format("Bill {} has no due date.", bill.number),
                "Write the day on which the bill is due, such as 2026-12-01.");
    }
    bill.due_on = *due;
    return date(row, rows, bill_from, bill.period_from) && date(row, rows, bill_to, bill.period_to) &&
           date(row, rows, bill_notified, bill.notified_on);
  }

  bool charge(const CsvRow& row, BillRows& rows) {
    auto cell = trimmed(row.cell(bill_amount));
    const bool is_rebate = cell.starts_with('-');
    if (is_rebate) cell.remove_prefix(1);
    const auto amount = Money::parse(cell, rows.bill.currency);
    if (!amount) {
      return no(row, rows, bill_amount, amount.error().code, amount.error().explanation, amount.error().remedy);
    }
    std::string kind{trimmed(row.cell(bill_kind))};
    rows.bill.charges.push_back({.kind = kind.empty() ? "charge" : std::move(kind),
                                 .text = std::string{trimmed(row.cell(bill_charge))},
                                 .amount_minor = is_rebate ? -amount->minor_units() : amount->minor_units()});
    return true;
  }

  ImportFile& file_;
};

/// Takes finished bills, a few thousand at a time, into the store.
class BillIntake {
 public:
  BillIntake(Desk& desk, ImportFile& file, ImportResult& result, BillWriter& writer)
      : desk_{desk}, file_{file}, result_{result}, writer_{writer} {}

  Result<void> take(BillRows rows) {
    if (rows.cells.empty()) return {};
    if (rows.broken) {
      refuse(rows, "import.bill-broken", fmt::format("Another row of bill {} is wrong.", rows.bill.number),
             "Correct that row; a bill comes in whole or not at all.");
      return {};
    }
    const auto sum = sum_of_charges(rows.bill.charges);
    if (!sum || *sum <= 0) {
      refuse(rows, "import.bill-sum", fmt::format("The charges of bill {} do not add up to something owed.", rows.bill.number),
             "A bill must be above zero: check its amounts.");
      return {};
    }
    if (!numbers_.insert(rows.bill.number).second) {
      refuse(rows, "import.twice-in-file", fmt::format("Bill {} stands in this file a second time.", rows.bill.number),
             "Keep the rows of one bill together, and give every bill its own number.");
      return {};
    }
    rows.bill.amount_minor = *sum;
    rows.bill.open_minor = *sum;
    waiting_.push_back(std::move(rows));
    if (waiting_.size() < rows_a_look_up) return {};
    return flush();
  }

  Result<void> flush() {
    std::vector<std::string> numbers;
    std::vector<std::string> payers;
    for (const auto& rows : waiting_) {
      numbers.push_back(rows.bill.number);
      payers.push_back(rows.payer_number);
    }
    const auto taken = find_bill_numbers(desk_.scope(), numbers);
    if (!taken) return std::unexpected(taken.error());
    const auto known = find_payer_ids(desk_.scope(), payers);
    if (!known) return std::unexpected(known.error());
    const std::unordered_set<std::string> existing{taken->begin(), taken->end()};
    const std::unordered_map<std::string, Id> ids{known->begin(), known->end()};
    for (auto& rows : waiting_) {
      const auto payer = ids.find(rows.payer_number);
      if (payer == ids.end()) {
        refuse(rows, "import.unknown-payer", fmt::format("There is no payer {}.", rows.payer_number),
               "Import the payers first, or correct the number.");
        continue;
      }
      rows.bill.payer = payer->second;
      if (existing.contains(rows.bill.number)) {
        if (auto done = compare(rows); !done) return done;
        continue;
      }
      if (auto done = add(rows); !done) return done;
    }
    waiting_.clear();
    desk_.tell("bills read", result_.imported, 0);
    return {};
  }

 private:
  void refuse(BillRows& rows, std::string code, std::string message, std::string remedy) {
    for (auto& cells : rows.cells) {
      if (cells.empty()) continue;  // Refused before, for a reason of its own.
      file_.refuse_cells(std::move(cells), rows.place, code, message, remedy);
    }
  }

  Result<void> compare(BillRows& rows) {
    const auto stored = find_bill(desk_.scope(), rows.bill.number);
    if (!stored) return std::unexpected(stored.error());
    const auto& other = **stored;
    if (other.payer == rows.bill.payer && other.amount_minor == rows.bill.amount_minor &&
        other.due_on == rows.bill.due_on && other.currency == rows.bill.currency && other.charges == rows.bill.charges) {
      ++result_.unchanged;
      return {};
    }
    refuse(rows, "import.number-exists", fmt::format("Bill {} exists with other contents.", rows.bill.number),
           "An import does not change bills. Cancel the old one, or give the new one another number.");
    return {};
  }

  Result<void> add(BillRows& rows) {
    auto& bill = rows.bill;
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
  std::vector<BillRows> waiting_;
};

Result<void> take_bill_rows(Desk& desk, ImportFile& file, ImportResult& result, const Id& run) {
  BillWriter writer{desk.scope(), run};
  BillReader reader{file};
  BillIntake intake{desk, file, result, writer};
  BillRows current;
  for (;;) {
    const auto row = file.next();
    if (!row) return std::unexpected(row.error());
    if (*row == nullptr) break;
    const auto number = trimmed((*row)->cell(bill_number));
    if (!current.cells.empty() && number != current.bill.number) {
      if (auto taken = intake.take(std::exchange(current, {})); !taken) return taken;
    }
    reader.add(**row, current);
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
  return run_import(desk, request, "payers", file, result, [&](const Id&, const ImportRun&) -> Result<void> {
    if (auto opened = file.open(); !opened) return opened;
    PayerWriter writer{desk.scope()};
    std::vector<PayerRow> rows;
    std::unordered_set<std::string> numbers;
    for (;;) {
      const auto row = file.next();
      if (!row) return std::unexpected(row.error());
      if (*row == nullptr) break;
      auto read = read_payer(file, **row);
      if (!read) continue;
      if (!numbers.insert(read->payer.number).second) {
        file.refuse(**row, payer_number, "import.twice-in-file",
                    fmt::format("Payer {} stands in this file a second time.", read->payer.number),
                    "Give every payer a number of its own.");
        continue;
      }
      rows.push_back(std::move(*read));
      if (rows.size() < rows_a_look_up) continue;
      if (auto taken = take_payers(desk, file, result, writer, rows); !taken) return taken;
    }
    if (auto taken = take_payers(desk, file, result, writer, rows); !taken) return taken;
    file.finish();
    return writer.finish();
  });
}

Result<ImportResult> import_mandates(Desk& desk, const ImportRequest& request) {
  if (auto allowed = desk.may(Action::import_mandates); !allowed) return std::unexpected(allowed.error());
  const auto account = creditor(desk, request.creditor);
  if (!account) return std::unexpected(account.error());
  ImportResult result{.kind = "mandates"};
  ImportFile file{request.file, mandate_columns(), result};
  return run_import(desk, request, "mandates", file, result, [&](const Id&, const ImportRun&) -> Result<void> {
    if (auto opened = file.open(); !opened) return opened;
    MandateWriter writer{desk.scope(), desk.actor().name};
    MandateReader reader{file, *account, desk.today()};
    std::vector<MandateRow> rows;
    std::unordered_set<std::string> references;
    for (;;) {
      const auto row = file.next();
      if (!row) return std::unexpected(row.error());
      if (*row == nullptr) break;
      auto read = reader.read(**row);
      if (!read) continue;
      if (!references.insert(read->mandate.reference).second) {
        file.refuse(**row, mandate_reference, "import.twice-in-file",
                    fmt::format("Mandate {} stands in this file a second time.", read->mandate.reference),
                    "Give every mandate its own reference.");
        continue;
      }
      rows.push_back(std::move(*read));
      if (rows.size() < rows_a_look_up) continue;
      if (auto taken = take_mandates(desk, file, result, *account, writer, rows); !taken) return taken;
    }
    if (auto taken = take_mandates(desk, file, result, *account, writer, rows); !taken) return taken;
    file.finish();
    return writer.finish();
  });
}

Result<ImportResult> import_bills(Desk& desk, const ImportRequest& request) {
  if (auto allowed = desk.may(Action::import_bills); !allowed) return std::unexpected(allowed.error());
  ImportResult result{.kind = "bills"};
  ImportFile file{request.file, bill_columns(), result};
  return run_import(desk, request, "bills", file, result, [&](const Id& run, const ImportRun&) -> Result<void> {
    if (auto opened = file.open(); !opened) return opened;
    if (auto taken = take_bill_rows(desk, file, result, run); !taken) return taken;
    file.finish();
    return {};
  });
}

}  // namespace counterfoil
