#include "billing/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/text.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t longest_number = 35;
constexpr std::size_t longest_text = 140;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Reads the columns of one row and collects their faults.
class Reader {
 public:
  Reader(std::vector<Finding>& problems, std::uint32_t line) : problems_{problems}, line_{line} {}

  void add(std::string code, std::string_view column, std::string message, std::string remedy) {
    problems_.push_back({.code = std::move(code),
                         .severity = Severity::error,
                         .place = {.line = line_, .field = std::string{column}},
                         .message = std::move(message),
                         .remedy = std::move(remedy)});
  }

  void invalid(std::string_view column, std::string message, std::string remedy) {
    add(fmt::format("bill.{}-invalid", dashed(column)), column, std::move(message), std::move(remedy));
  }

  void missing(std::string_view column, std::string remedy) {
    add(fmt::format("bill.{}-missing", dashed(column)), column, fmt::format("The column {} is empty.", column),
        std::move(remedy));
  }

  std::string text(std::string_view column, std::string_view value, std::size_t most) {
    const auto clean = trimmed(value);
    if (first_bad_utf8(clean)) {
      invalid(column, fmt::format("The column {} is not well-formed UTF-8.", column),
              "Save the table as UTF-8 and import it again.");
      return {};
    }
    if (std::ranges::any_of(clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
      invalid(column, fmt::format("The column {} holds a control character, such as a line break.", column),
              "Write the value on one line.");
    } else if (count_characters(clean) > most) {
      invalid(column, fmt::format("The column {} has more than {} characters.", column, most), "Shorten the value.");
    }
    return std::string{clean};
  }

  std::optional<Date> date(std::string_view column, std::string_view value) {
    const auto clean = trimmed(value);
    if (clean.empty()) return std::nullopt;
    const auto day = parse_iso_date(clean);
    if (!day) invalid(column, fmt::format("The column {} is not a date.", column), "Write it as 2026-12-01.");
    return day;
  }

  std::optional<std::int64_t> amount(std::string_view value, Currency currency) {
    const auto clean = trimmed(value);
    if (clean.empty()) {
      missing("amount", "Write the amount of the charge, such as 120.50.");
      return std::nullopt;
    }
    const bool rebate = clean.front() == '-';
    const auto money = Money::parse(rebate ? clean.substr(1) : clean, currency);
    if (!money) {
      add(money.error().code, "amount", money.error().explanation, money.error().remedy);
      return std::nullopt;
    }
    return rebate ? -money->minor_units() : money->minor_units();
  }

 private:
  static std::string dashed(std::string_view column) {
    std::string name{column};
    std::ranges::replace(name, '_', '-');
    return name;
  }

  std::vector<Finding>& problems_;
  std::uint32_t line_;
};

Currency take_currency(Reader& reader, std::string_view value, const BillImportTerms& terms) {
  const auto code = trimmed(value);
  if (code.empty()) return terms.currency;
  const auto currency = Currency::parse(code);
  if (!currency) {
    reader.add(currency.error().code, "currency", currency.error().explanation, currency.error().remedy);
    return terms.currency;
  }
  if (terms.one_currency && *currency != terms.currency) {
    reader.add("bill.currency-differs", "currency",
               fmt::format("The bill is in {}; here only {} is collected.", currency->code(), terms.currency.code()),
               "Import it for a creditor account of its currency.");
  }
  return *currency;
}

void take_dates(Reader& reader, Bill& bill, const BillRow& row, const BillImportTerms& terms) {
  if (trimmed(row.due_on).empty())
    reader.missing("due_on", "Write the day on which the bill falls due, such as 2026-12-01.");
  if (const auto due = reader.date("due_on", row.due_on)) {
    bill.due_on = *due;
    const auto far = std::chrono::days{terms.oldest_due_days};
    if (*due < terms.today - far || *due > terms.today + far) {
      reader.add("bill.due-on-far", "due_on", fmt::format("The due date {} is years away.", iso_date(*due)),
                 "Check the year.");
    }
  }
  bill.period_from = reader.date("period_from", row.period_from);
  bill.period_to = reader.date("period_to", row.period_to);
  if (bill.period_from && bill.period_to && *bill.period_to < *bill.period_from) {
    reader.add("bill.period-reversed", "period_to", "The period ends before it begins.",
               "Check both days of the period.");
  }
  bill.notified_on = reader.date("notified_on", row.notified_on);
  if (bill.notified_on && *bill.notified_on > terms.today) {
    reader.invalid("notified_on", "The day of the notice lies in the future.",
                   "Write the day on which the payer was told, or leave the column empty.");
  }
}

Charge take_charge(Reader& reader, const BillRow& row, Currency currency) {
  Charge charge;
  charge.kind = reader.text("charge", row.charge, longest_number);
  if (charge.kind.empty()) charge.kind = "charge";
  charge.text = reader.text("charge_text", row.charge_text, longest_text);
  if (const auto amount = reader.amount(row.amount, currency)) charge.amount_minor = *amount;
  return charge;
}

}  // namespace

bool BillImport::is_good() const {
  return std::ranges::none_of(problems, [](const Finding& f) { return f.severity == Severity::error; });
}

BillImport import_bill(const BillRow& row, const BillImportTerms& terms) {
  BillImport import;
  Reader reader{import.problems, row.line};
  auto& bill = import.bill;
  bill.number = reader.text("number", row.number, longest_number);
  if (bill.number.empty()) reader.missing("number", "Write the number of the bill; it must be unique.");
  if (trimmed(row.payer_number).empty()) {
    reader.missing("payer", "Write the number under which the payer was imported.");
  }
  bill.mandate_reference = reader.text("mandate", row.mandate, longest_number);
  bill.currency = take_currency(reader, row.currency, terms);
  bill.text = reader.text("text", row.text, longest_text);
  take_dates(reader, bill, row, terms);
  const auto problems_before = import.problems.size();
  bill.charges.push_back(take_charge(reader, row, bill.currency));
  bill.amount_minor = bill.charges.front().amount_minor;
  bill.open_minor = bill.amount_minor;
  if (import.problems.size() == problems_before && bill.amount_minor <= 0) {
    reader.add("bill.amount-not-positive", "amount", "The first charge of a bill must be more than zero.",
               "Put the charge first and the rebate after it; a bill that owes nothing is not imported.");
  }
  return import;
}

std::vector<Finding> extend_bill(Bill& bill, const BillRow& row) {
  std::vector<Finding> problems;
  Reader reader{problems, row.line};
  const auto differs = [&](std::string_view column) {
    std::string dashed{column};
    std::ranges::replace(dashed, '_', '-');
    reader.add(fmt::format("bill.{}-differs", dashed), column,
               fmt::format("Bill {} has another {} in an earlier row.", bill.number, column),
               "Give every row of one bill the same values, or give the bill another number.");
  };
  if (!trimmed(row.mandate).empty() && trimmed(row.mandate) != bill.mandate_reference) differs("mandate");
  if (!trimmed(row.currency).empty() && trimmed(row.currency) != bill.currency.code()) differs("currency");
  const auto check_date = [&](std::string_view column, std::string_view value, const std::optional<Date>& known) {
    const auto day = reader.date(column, value);
    if (day && day != known) differs(column);
  };
  check_date("due_on", row.due_on, bill.due_on);
  check_date("period_from", row.period_from, bill.period_from);
  check_date("period_to", row.period_to, bill.period_to);
  check_date("notified_on", row.notified_on, bill.notified_on);
  const auto charge = take_charge(reader, row, bill.currency);
  std::int64_t sum = 0;
  if (__builtin_add_overflow(bill.amount_minor, charge.amount_minor, &sum)) {
    reader.add("money.overflow", "amount", "The charges of the bill add up to more than an amount can be.",
               "Split the bill.");
  } else if (problems.empty() && sum <= 0) {
    reader.add("bill.amount-not-positive", "amount", "The rebates of the bill are not less than its charges.",
               "A bill that owes nothing is not imported.");
  }
  if (!problems.empty()) return problems;
  bill.charges.push_back(charge);
  bill.amount_minor = sum;
  bill.open_minor = sum;
  return problems;
}

}  // namespace counterfoil
