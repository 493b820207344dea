// Declared totals: where each is stated and from what it is counted.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "formats/layout_operands.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

class TotalsStep final : OperandStep {
 public:
  explicit TotalsStep(CheckState& state) : OperandStep{state} {}

  void run() {
    for (const ast::TotalLine& line : ast_.totals) {
      const auto known = findings_.size();
      const auto index = static_cast<std::uint16_t>(plan_.totals.size());
      std::vector<TotalPlan> made;
      for (const ast::TotalReading& reading : line.readings) made.push_back(read_reading(line, reading));
      for (std::size_t i = 1; i < made.size(); ++i) {
        made.front().other_readings.push_back(static_cast<std::uint16_t>(index + i));
        if (counts_or_sums(made.front()) && counts_or_sums(made[i])) continue;
        complain(line.at, line.readings[i].measure, "total", "Only counts and sums can be read in two ways.",
                 "Keep one of the two.");
      }
      state_total(line, index, made.front());
      if (findings_.size() == known) std::ranges::move(made, std::back_inserter(plan_.totals));
    }
  }

 private:
  static bool counts_or_sums(const TotalPlan& total) {
    return total.kind == TotalPlan::Kind::sum || total.kind == TotalPlan::Kind::count;
  }

  TotalPlan read_reading(const ast::TotalLine& line, const ast::TotalReading& reading) {
    TotalPlan total;
    total.line = line.at.line;
    total.scope = value_named(scopes, reading.scope.text).value_or(Scope::file);
    const std::string& measure = reading.measure.text;
    total.kind = measure == "sum"         ? TotalPlan::Kind::sum
                 : measure == "blocks"    ? TotalPlan::Kind::blocks
                 : measure == "number"    ? TotalPlan::Kind::number
                 : measure == "ascending" ? TotalPlan::Kind::ascending
                                          : TotalPlan::Kind::count;
    total.text = describe(reading);
    total.is_absolute = reading.absolute.has_value();
    for (const ast::Clause& clause : line.clauses) {
      if (clause.keyword.text == "else") total.fault = fault(line.at, clause.args[0]);
      if (clause.keyword.text == "modulo") read_modulo(line, clause.args[0], total);
      if (clause.keyword.text == "answers") read_answers_only(line, clause, total);
    }
    for (const ast::Arg& from : reading.from) add_from(line, reading, from, total);
    const bool is_sum = total.kind == TotalPlan::Kind::sum;
    if (!is_sum && (reading.absolute || !reading.negative.empty())) {
      complain(line.at, reading.absolute ? *reading.absolute : reading.negative.front().operand, "total",
               "Only a sum can be negative or absolute.", "Write it of a sum, or leave it away.");
    }
    if (total.kind == TotalPlan::Kind::blocks &&
        std::ranges::none_of(ast_.head, [](const ast::HeadLine& head) { return head.keyword.text == "block"; })) {
      complain(line.at, reading.measure, "no-block", "The layout has no blocks to count.",
               "Add a line: block 10 fill NAME.");
    }
    if (counts_or_sums(total) && reading.from.empty()) {
      complain(line.at, reading.measure, "total", fmt::format("Nothing is named behind {} of.", measure),
               "Name the records or fields it covers.");
    }
    return total;
  }

  void read_answers_only(const ast::TotalLine& line, const ast::Clause& clause, TotalPlan& total) {
    total.is_of_answers = true;
    if (!ast_.answers.empty() && counts_or_sums(total)) return;
    complain(line.at, clause.keyword, "no-answers",
             counts_or_sums(total) ? "Nothing says which files are answers."
                                   : "Only a count or a sum can be of answers alone.",
             "Add a line such as: answer when RECORD.FIELD not zero.");
  }

  static std::string describe(const ast::TotalReading& line) {
    std::string text = (line.absolute ? "absolute " : "") + line.measure.text;
    if (line.measure.text == "count" || line.measure.text == "sum" || line.measure.text == "number") text += " of ";
    for (std::size_t i = 0; i < line.from.size(); ++i) text += (i == 0 ? "" : ", ") + line.from[i].text;
    text += " in " + line.scope.text;
    describe(line.where, " where ", text);
    describe(line.negative, " negative where ", text);
    return text;
  }

  static void describe(const std::vector<ast::Test>& tests, std::string_view begin, std::string& text) {
    for (std::size_t i = 0; i < tests.size(); ++i) {
      const ast::Test& test = tests[i];
      text += i == 0 ? begin : " and ";
      text += test.operand.text + (test.negated ? " not " : " ") + test.op.keyword.text;
      for (const ast::Arg& arg : test.op.args) text += " " + arg.text;
    }
  }

  void read_modulo(const ast::TotalLine& line, const ast::Arg& arg, TotalPlan& total) {
    const auto [end, error] = std::from_chars(arg.text.data(), arg.text.data() + arg.text.size(), total.modulo);
    if (error != std::errc{} || end != arg.text.data() + arg.text.size() || total.modulo == 0) {
      complain(line.at, arg, "number", fmt::format("{} cannot be divided by.", arg.text),
               "Write the modulus, such as 10000000000.");
    }
    total.text += " modulo " + arg.text;
  }

  /// The fields that state the total.
  void state_total(const ast::TotalLine& line, std::uint16_t index, TotalPlan& total) {
    const auto stated = operand(line.at, line.target, false, 0);
    if (!stated) return;
    if (stated->where != Operand::Where::last) {
      complain(line.at, line.target, "total",
               fmt::format("{} does not say in which record the total stands.", line.target.text),
               "Write RECORD.FIELD.");
      return;
    }
    for (std::uint16_t r = 0; r < plan_.records.size(); ++r) {
      const auto f = stated->field_of_record[r];
      if (f < 0) continue;
      FieldPlan& field = plan_.records[r].fields[static_cast<std::size_t>(f)];
      if (!is_number_type(field.type)) {
        complain(line.at, line.target, "total-type",
                 fmt::format("{}.{} is {} and cannot state a total.", plan_.records[r].name, field.name,
                             field_type_name(field.type)),
                 "Make it digits, money or decimal.");
        return;
      }
      if (field.total) {
        complain(line.at, line.target, "twice",
                 fmt::format("{}.{} states a total already.", plan_.records[r].name, field.name),
                 "Keep one of the two lines.");
        return;
      }
      field.total = index;
      total.stated_in.emplace_back(r, static_cast<std::uint16_t>(f));
    }
  }

  void add_from(const ast::TotalLine& line, const ast::TotalReading& reading, const ast::Arg& arg, TotalPlan& total) {
    if (total.kind == TotalPlan::Kind::sum) {
      const auto summed = operand(line.at, arg, false, 0);
      if (!summed) return;
      if (summed->where != Operand::Where::last) {
        complain(line.at, arg, "total", fmt::format("{} does not say in which record the field stands.", arg.text),
                 "Write RECORD.FIELD.");
        return;
      }
      for (std::uint16_t r = 0; r < plan_.records.size(); ++r) {
        const auto f = summed->field_of_record[r];
        if (f < 0) continue;
        const FieldPlan& field = plan_.records[r].fields[static_cast<std::size_t>(f)];
        if (!is_number_type(field.type)) {
          complain(line.at, arg, "total-type",
                   fmt::format("{}.{} is {} and cannot be added up.", plan_.records[r].name, field.name,
                               field_type_name(field.type)),
                   "Add up digits, money or decimals.");
          return;
        }
        add_record(line, reading, r, static_cast<std::uint16_t>(f), total);
      }
      return;
    }
    if (arg.text == "records" && records_named("records").empty()) {
      total.counts_all_records = true;
      return;
    }
    const auto found = records_named(arg.text);
    if (found.empty()) {
      complain(line.at, arg, "unknown-record", fmt::format("There is no record {}.", arg.text),
               did_you_mean(arg.text, record_names(), "Name a record of this layout."));
    }
    for (const std::uint16_t r : found) add_record(line, reading, r, 0, total);
  }

  void add_record(const ast::TotalLine& line, const ast::TotalReading& reading, std::uint16_t record,
                  std::uint16_t field, TotalPlan& total) {
    TotalPlan::From from{.record = record, .field = field, .where = {}, .negative = {}};
    if (add_tests(line, reading.where, record, from.where) && add_tests(line, reading.negative, record, from.negative))
      total.from.push_back(std::move(from));
  }

  bool add_tests(const ast::TotalLine& line, const std::vector<ast::Test>& tests, std::uint16_t record,
                 std::vector<Test>& into) {
    for (const ast::Test& where : tests) {
      auto test = read_test(line.at, where, record);
      if (!test) return false;
      if (test->operand.where != Operand::Where::here) {
        complain(line.at, where.operand, "total",
                 fmt::format("{} is no field of the record that is counted.", test->operand.text),
                 "A total may ask for fields of the records it counts.");
        return false;
      }
      into.push_back(std::move(*test));
    }
    return true;
  }
};

}  // namespace

void read_totals(CheckState& state) { TotalsStep{state}.run(); }

}  // namespace counterfoil
