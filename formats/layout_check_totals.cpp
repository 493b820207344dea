// Declared totals: where each is stated and from what it is counted.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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
      TotalPlan total;
      total.line = line.at.line;
      total.scope = value_named(scopes, line.scope.text).value_or(Scope::file);
      const std::string& measure = line.measure.text;
      total.kind = measure == "sum"         ? TotalPlan::Kind::sum
                   : measure == "blocks"    ? TotalPlan::Kind::blocks
                   : measure == "number"    ? TotalPlan::Kind::number
                   : measure == "ascending" ? TotalPlan::Kind::ascending
                                            : TotalPlan::Kind::count;
      total.text = describe(line);
      for (const ast::Clause& clause : line.clauses) {
        if (clause.keyword.text == "else") total.fault = fault(line.at, clause.args[0]);
        if (clause.keyword.text == "modulo") read_modulo(line, clause.args[0], total);
      }
      const auto index = static_cast<std::uint16_t>(plan_.totals.size());
      state_total(line, index, total);
      for (const ast::Arg& from : line.from) add_from(line, from, total);
      if (total.kind == TotalPlan::Kind::blocks &&
          std::ranges::none_of(ast_.head, [](const ast::HeadLine& head) { return head.keyword.text == "block"; })) {
        complain(line.at, line.measure, "no-block", "The layout has no blocks to count.",
                 "Add a line: block 10 fill NAME.");
      }
      if ((total.kind == TotalPlan::Kind::sum || total.kind == TotalPlan::Kind::count) && line.from.empty()) {
        complain(line.at, line.measure, "total", fmt::format("Nothing is named behind {} of.", measure),
                 "Name the records or fields it covers.");
      }
      if (findings_.size() == known) {
        plan_.totals.push_back(std::move(total));
      }
    }
  }

 private:
  static std::string describe(const ast::TotalLine& line) {
    std::string text = line.measure.text;
    if (text == "count" || text == "sum" || text == "number") text += " of ";
    for (std::size_t i = 0; i < line.from.size(); ++i) text += (i == 0 ? "" : ", ") + line.from[i].text;
    text += " in " + line.scope.text;
    for (std::size_t i = 0; i < line.where.size(); ++i) {
      const ast::Test& where = line.where[i];
      text +=
          (i == 0 ? " where " : " and ") + where.operand.text + (where.negated ? " not " : " ") + where.op.keyword.text;
      for (const ast::Arg& arg : where.op.args) text += " " + arg.text;
    }
    return text;
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

  void add_from(const ast::TotalLine& line, const ast::Arg& arg, TotalPlan& total) {
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
        add_record(line, r, static_cast<std::uint16_t>(f), total);
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
    for (const std::uint16_t r : found) add_record(line, r, 0, total);
  }

  void add_record(const ast::TotalLine& line, std::uint16_t record, std::uint16_t field, TotalPlan& total) {
    TotalPlan::From from{.record = record, .field = field, .where = {}};
    for (const ast::Test& where : line.where) {
      auto test = read_test(line.at, where, record);
      if (!test) return;
      if (test->operand.where != Operand::Where::here) {
        complain(line.at, where.operand, "total",
                 fmt::format("{} is no field of the record that is counted.", test->operand.text),
                 "A total may ask for fields of the records it counts.");
        return;
      }
      from.where.push_back(std::move(*test));
    }
    total.from.push_back(std::move(from));
  }
};

}  // namespace

void read_totals(CheckState& state) { TotalsStep{state}.run(); }

}  // namespace counterfoil
