#include "formats/layout_operands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace counterfoil {

namespace ast = layout_ast;

std::optional<Operand> OperandStep::operand(ast::LineOf at, const ast::Arg& arg, bool is_word, std::size_t here) {
  Operand found;
  found.text = arg.text;
  if (is_word) {
    auto bound = binding(at, arg);
    if (!bound) return std::nullopt;
    found.where = Operand::Where::word;
    found.word = std::move(*bound);
    return found;
  }
  const auto [owner, field_name] = split(arg.text);
  found.where = owner.empty() ? Operand::Where::here : Operand::Where::last;
  found.field_of_record.assign(plan_.records.size(), -1);
  const auto candidates =
      owner.empty() ? std::vector<std::uint16_t>{static_cast<std::uint16_t>(here)} : records_named(owner);
  bool any = false;
  std::vector<std::string> names;
  for (const std::uint16_t r : candidates) {
    found.family = plan_.records[r].family;
    for (std::size_t f = 0; f < plan_.records[r].fields.size(); ++f) {
      names.push_back(owner.empty() ? plan_.records[r].fields[f].name
                                    : std::string{owner} + "." + plan_.records[r].fields[f].name);
      if (plan_.records[r].fields[f].name != field_name) continue;
      found.field_of_record[r] = static_cast<std::int16_t>(f);
      any = true;
    }
  }
  if (any) return found;
  if (damaged_fields_.contains(field_name)) return std::nullopt;
  if (candidates.empty()) {
    complain(at, arg, "unknown-record", fmt::format("There is no record {}.", owner),
             did_you_mean(owner, record_names(), "Name a record of this layout."));
  } else {
    complain(at, arg, "unknown-field", fmt::format("There is no field {}.", arg.text),
             did_you_mean(arg.text, names,
                          owner.empty() ? "Name a field of this record, or RECORD.FIELD for one of another record."
                                        : "Name a field of that record."));
  }
  return std::nullopt;
}

std::optional<Test> OperandStep::read_test(ast::LineOf at, const ast::Test& line, std::size_t here) {
  Test test;
  auto left = operand(at, line.operand, line.word.has_value(), here);
  if (!left) return std::nullopt;
  test.operand = std::move(*left);
  test.negated = line.negated.has_value();
  const std::string& word = line.op.keyword.text;
  test.text = test.operand.text + (test.negated ? " not " : " ") +
              (word == "as"                        ? "same as"
               : word == "least" || word == "most" ? "at " + word
                                                   : word);
  if (word == "=" || word == "in") {
    test.kind = Test::Kind::value_in;
    test.values = value_ranges(line.op.args);
  } else if (word == "is") {
    test.kind = Test::Kind::marked;
    const auto found = marks_.find(line.op.args[0].text);
    if (found == marks_.end()) {
      complain(at, line.op.args[0], "unknown-mark", fmt::format("No code list has the mark {}.", line.op.args[0].text),
               did_you_mean(line.op.args[0].text, plan_.marks, "Name a mark of the code list of that field."));
      return std::nullopt;
    }
    test.marks = found->second;
    if (!check_marked(at, line, test)) return std::nullopt;
  } else if (word == "present") {
    test.kind = Test::Kind::present;
  } else if (word == "zero") {
    test.kind = Test::Kind::zero;
  } else if (word == "as") {
    test.kind = Test::Kind::same_as;
    auto right = operand(at, line.op.args[0], false, here);
    if (!right) return std::nullopt;
    test.other = std::move(*right);
  } else {
    test.kind = word == "least" ? Test::Kind::at_least : Test::Kind::at_most;
    test.limit = number(at, line.op.args[0], 0, 2'000'000'000, "The limit").value_or(0);
  }
  for (const ast::Arg& arg : line.op.args) test.text += " " + arg.text;
  return test;
}

/// `is MARK` asks for a field of a code list.
bool OperandStep::check_marked(ast::LineOf at, const ast::Test& line, const Test& test) {
  for (std::size_t r = 0; r < plan_.records.size() && test.operand.where != Operand::Where::word; ++r) {
    const auto f = test.operand.field_of_record[r];
    if (f < 0 || plan_.records[r].fields[static_cast<std::size_t>(f)].codes) continue;
    complain(at, line.operand, "not-a-code", fmt::format("{} is no code and carries no marks.", test.operand.text),
             "Ask for its value instead: = \"...\".");
    return false;
  }
  return true;
}

}  // namespace counterfoil
