// reasons.tsv, statuses.tsv and calendar/YYYY.tsv: a header line that names the columns, one row a line, '#' for
// remarks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "core/catalogue_parts.hpp"

namespace counterfoil::catalogue_parts {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The rows of one file. Every column of the file must be one of `columns`, and each of those must be there.
class Table {
 public:
  [[nodiscard]] static Result<Table> read(std::string_view text, std::span<const std::string_view> columns,
                                          const std::string& shown_as) {
    Table table{shown_as, columns};
    bool header_seen = false;
    std::uint32_t line = 0;
    for (std::string_view row : split(text, '\n')) {
      ++line;
      if (row.ends_with('\r')) row.remove_suffix(1);
      if (row.empty() || row.front() == '#') continue;
      auto cells = split(row, '\t');
      if (!header_seen) {
        const auto taken = table.take_header(cells, line);
        if (!taken) return std::unexpected(taken.error());
        header_seen = true;
        continue;
      }
      if (cells.size() != table.order_.size()) {
        return std::unexpected(table.error(
            "catalogue.cells", line, "",
            fmt::format("The row has {} cells and the header names {} columns.", cells.size(), table.order_.size()),
            "Put one tab between two cells and none inside a cell."));
      }
      table.rows_.push_back({line, std::move(cells)});
    }
    if (!header_seen) {
      return std::unexpected(table.error("catalogue.no-header", 1, "", "The file has no header line.",
                                         "Begin with a line that names the columns, separated by tabs."));
    }
    return table;
  }

  struct Row {
    std::uint32_t line;
    std::vector<std::string_view> cells;
  };

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] std::string_view cell(const Row& row, std::string_view column) const {
    const auto at = std::ranges::find(order_, column);
    return row.cells[static_cast<std::size_t>(at - order_.begin())];
  }

  [[nodiscard]] Error error(std::string code, std::uint32_t line, std::string_view column, std::string explanation,
                            std::string remedy) const {
    return catalogue_error(std::move(code), std::move(explanation), std::move(remedy),
                           {.file = shown_as_, .line = line, .field = std::string{column}});
  }

 private:
  Table(std::string shown_as, std::span<const std::string_view> columns)
      : shown_as_{std::move(shown_as)}, columns_{columns.begin(), columns.end()} {}

  [[nodiscard]] Result<void> take_header(const std::vector<std::string_view>& names, std::uint32_t line) {
    for (std::string_view name : names) {
      if (std::ranges::find(columns_, name) == columns_.end()) {
        return std::unexpected(error("catalogue.unknown-column", line, name,
                                     fmt::format("\"{}\" is no column of this table.", name),
                                     fmt::format("The columns are {}.", fmt::join(columns_, ", "))));
      }
      order_.emplace_back(name);
    }
    for (const std::string& column : columns_) {
      if (std::ranges::find(order_, column) == order_.end()) {
        return std::unexpected(error("catalogue.missing-column", line, column,
                                     fmt::format("The column \"{}\" is missing.", column),
                                     fmt::format("The columns are {}.", fmt::join(columns_, ", "))));
      }
    }
    return {};
  }

  std::string shown_as_;
  std::vector<std::string> columns_;
  std::vector<std::string> order_;
  std::vector<Row> rows_;
};

constexpr std::array<std::string_view, 14> reason_columns{
    "code",    "outcome",  "action", "retry",      "times",      "within",    "wait",
    "mandate", "severity", "flags",  "meaning_en", "meaning_zh", "next_step", "next_step_zh"};

template <class Value, std::size_t count>
using Words = std::array<std::pair<std::string_view, Value>, count>;

constexpr Words<RetryPolicy::Choice, 3> retry_words{
    {{"no", RetryPolicy::Choice::no}, {"yes", RetryPolicy::Choice::yes}, {"ask", RetryPolicy::Choice::ask}}};
constexpr Words<MandateEffect, 5> mandate_words{{{"none", MandateEffect::none},
                                                 {"hold", MandateEffect::hold},
                                                 {"suspend", MandateEffect::suspend},
                                                 {"amend", MandateEffect::amend},
                                                 {"end", MandateEffect::end}}};
constexpr Words<ReasonAction, 9> action_words{{{"none", ReasonAction::none},
                                               {"wait", ReasonAction::wait},
                                               {"retry", ReasonAction::retry},
                                               {"fix_account", ReasonAction::fix_account},
                                               {"fix_data", ReasonAction::fix_data},
                                               {"contact", ReasonAction::contact},
                                               {"stop", ReasonAction::stop},
                                               {"bank", ReasonAction::bank},
                                               {"technical", ReasonAction::technical}}};
constexpr Words<Severity, 3> severity_words{
    {{"note", Severity::note}, {"warning", Severity::warning}, {"error", Severity::error}}};

/// Reads the cells of one row, keeping the first error.
class RowReader {
 public:
  RowReader(const Table& table, const Table::Row& row) : table_{table}, row_{row} {}

  template <class Value, std::size_t count>
  void word(std::string_view column, const Words<Value, count>& words, Value& value) {
    const std::string_view text = table_.cell(row_, column);
    const auto found = std::ranges::find(words, text, &std::pair<std::string_view, Value>::first);
    if (found != words.end()) {
      value = found->second;
      return;
    }
    std::string known;
    for (const auto& one : words) known += fmt::format("{}{}", known.empty() ? "" : ", ", one.first);
    fail(column, fmt::format("\"{}\" is no value of the column \"{}\".", text, column),
         fmt::format("Write one of {}.", known));
  }

  void number(std::string_view column, unsigned& value) {
    const std::string_view text = table_.cell(row_, column);
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) {
      fail(column, fmt::format("\"{}\" in the column \"{}\" is no whole number.", text, column),
           "Write digits, 0 for none.");
    }
  }

  void text(std::string_view column, std::string& value) {
    value = table_.cell(row_, column);
    if (value.empty()) {
      fail(column, fmt::format("The column \"{}\" is empty.", column), "A person reads it: write a sentence.");
    }
  }

  void outcome(Outcome& value) {
    const auto parsed = parse_outcome(table_.cell(row_, "outcome"));
    if (parsed) {
      value = *parsed;
    } else {
      fail(
          "outcome", fmt::format("\"{}\" is no outcome.", table_.cell(row_, "outcome")),
          "Write accepted, pending, rejected, settled, returned, refunded, reversed, corrected, cancelled, dishonored, "
          "contested or unknown.");
    }
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  void fail(std::string_view column, std::string explanation, std::string remedy) {
    if (!error_) {
      error_ = table_.error("catalogue.cell", row_.line, column, std::move(explanation), std::move(remedy));
    }
  }

  const Table& table_;
  const Table::Row& row_;
  std::optional<Error> error_;
};

}  // namespace

Result<void> add_reasons(std::map<std::string, Reason, std::less<>>& reasons, std::string_view text,
                         const std::string& shown_as) {
  const auto table = Table::read(text, reason_columns, shown_as);
  if (!table) return std::unexpected(table.error());
  std::map<std::string, std::uint32_t> lines;
  for (const Table::Row& row : table->rows()) {
    Reason reason;
    RowReader read{*table, row};
    read.text("code", reason.code);
    read.outcome(reason.outcome);
    read.word("action", action_words, reason.action);
    read.word("retry", retry_words, reason.retry.choice);
    read.number("times", reason.retry.most_times);
    read.number("within", reason.retry.within_days);
    read.number("wait", reason.retry.wait_days);
    read.word("mandate", mandate_words, reason.mandate_effect);
    read.word("severity", severity_words, reason.severity);
    read.text("meaning_en", reason.meaning_en);
    read.text("meaning_zh", reason.meaning_zh);
    read.text("next_step", reason.next_step);
    read.text("next_step_zh", reason.next_step_zh);
    if (read.error()) return std::unexpected(*read.error());
    for (std::string_view flag : split(table->cell(row, "flags"), ',')) {
      if (!flag.empty() && flag != "-") reason.flags.emplace_back(flag);
    }
    reason.place = {.file = shown_as, .line = row.line};
    const auto [first, is_new] = lines.emplace(reason.code, row.line);
    if (!is_new) {
      return std::unexpected(
          table->error("catalogue.twice", row.line, "code",
                       fmt::format("The code {} stands in line {} already.", reason.code, first->second),
                       "Keep one of the two rows."));
    }
    std::string key = reason.code;
    reasons.insert_or_assign(std::move(key), std::move(reason));
  }
  return {};
}

Result<void> add_calendar_year(Scheme& scheme, int year, std::string_view text, const std::string& shown_as) {
  static constexpr std::array<std::string_view, 3> columns{"date", "day", "name"};
  const auto table = Table::read(text, columns, shown_as);
  if (!table) return std::unexpected(table.error());
  std::vector<CalendarDay> days;
  for (const Table::Row& row : table->rows()) {
    const auto date = parse_iso_date(table->cell(row, "date"));
    if (!date || int{std::chrono::year_month_day{*date}.year()} != year) {
      return std::unexpected(table->error("catalogue.cell", row.line, "date",
                                          fmt::format("\"{}\" is no day of {}.", table->cell(row, "date"), year),
                                          fmt::format("Write a day such as {}-10-01.", year)));
    }
    const std::string_view day = table->cell(row, "day");
    if (day != "off" && day != "work") {
      return std::unexpected(table->error("catalogue.cell", row.line, "day",
                                          fmt::format("\"{}\" is neither off nor work.", day),
                                          "Write \"off\" for a day off or \"work\" for a weekend day worked instead."));
    }
    days.push_back({*date, day == "off", std::string{table->cell(row, "name")}});
  }
  std::ranges::sort(days, {}, &CalendarDay::date);
  const auto twice = std::ranges::adjacent_find(days, {}, &CalendarDay::date);
  if (twice != days.end()) {
    return std::unexpected(table->error("catalogue.twice", 0, "date",
                                        fmt::format("The day {} is listed twice.", iso_date(twice->date)),
                                        "Keep one of the two rows."));
  }
  scheme.calendar_years.insert_or_assign(year, std::move(days));
  return {};
}

}  // namespace counterfoil::catalogue_parts
