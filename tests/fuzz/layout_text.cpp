#include "tests/fuzz/layout_text.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + '"';
}

std::string text_of(const ast::Arg& arg) {
  if (!arg.is_quoted) return arg.text;
  return quoted(arg.text) + (arg.last.empty() ? std::string{} : ".." + quoted(arg.last));
}

std::string text_of(const ast::Test& test);
std::string text_of(const ast::Condition& condition);
std::string text_of(const ast::SetWord& set);
std::string text_of(const ast::TotalReading& reading);

template <class List>
std::string joined(const List& list, std::string_view separator, std::size_t from = 0) {
  std::string text;
  for (std::size_t i = from; i < list.size(); ++i) text += (i == from ? "" : std::string{separator}) + text_of(list[i]);
  return text;
}

/// "entry.outcome not in "a", "b"".
std::string word_test_text(const ast::Clause& clause) {
  return clause.keyword.text + (clause.negated ? " not in " : " in ") + joined(clause.args, ", ");
}

std::string text_of(const ast::Clause& clause) {
  if (clause.is_word_test) return "only when " + word_test_text(clause);
  const std::string& word = clause.keyword.text;
  const std::string arguments = joined(clause.args, word == "opens" || word == "closes" ? " " : ", ");
  if (word == "as") return "same as " + arguments;
  if (word == "least" || word == "most") return "at " + word + " " + arguments;
  if (word == "blank") return "blank is zero as " + arguments;
  if (word == "speaks") return "speaks for " + arguments;
  if (word == "answers") return "only in answers";
  if (word == "segments")
    return word + " " + clause.args[0].text + " of " + clause.args[1].text + " from " + clause.args[2].text;
  return arguments.empty() ? word : word + " " + arguments;
}

std::string text_of(const ast::Test& test) {
  return (test.word ? "word " : "") + test.operand.text + (test.negated ? " not " : " ") + text_of(test.op);
}

std::string text_of(const ast::Condition& condition) {
  const auto& args = condition.args;
  const std::string& what = condition.what.text;
  if (what == "columns") return args[0].text + "-" + args[1].text + " in " + joined(args, ", ", 2);
  if (what == "same") return args[0].text + "-" + args[1].text + " same as " + args[2].text + "-" + args[3].text;
  if (what == "field") return args[0].text + " in " + joined(args, ", ", 1);
  return args.empty() ? what : what + " " + joined(args, ", ");
}

std::string text_of(const ast::SetWord& set) { return set.binding.text + " = " + text_of(set.value); }

std::string sets_text(const std::vector<ast::SetWord>& sets) {
  return sets.empty() ? std::string{} : " sets " + joined(sets, ", ");
}

std::string text_of(const ast::HeadLine& line) {
  const std::string& word = line.keyword.text;
  const auto& args = line.args;
  if (word == "variant") return word + " " + args[0].text + " " + text_of(args[1]) + " of " + args[2].text;
  if (word == "line") return "line ends " + args[0].text;
  if (word == "kind") return word + " " + args[0].text + (args.size() == 1 ? "" : " from " + joined(args, " ", 1));
  const std::string_view between = word == "block"                           ? " fill "
                                   : word == "charset"                       ? " writes "
                                   : word == "tolerate" || word == "missing" ? " as "
                                                                             : " ";
  return word + " " + joined(args, between);
}

std::string text_of(const ast::Codes& codes) {
  std::string text = "codes " + codes.name.text + (codes.from_reasons ? " from reasons" : "");
  if (codes.prefix) text += " prefix " + text_of(*codes.prefix);
  if (codes.title) text += " " + text_of(*codes.title);
  text += '\n';
  for (const auto& mark : codes.marks) text += "  mark " + mark.name.text + sets_text(mark.sets) + "\n";
  for (const auto& code : codes.codes) {
    text += "  " + text_of(code.value) + " " + joined(code.marks, " ") + " " + text_of(code.meaning) + "\n";
  }
  if (codes.unknown) text += "  unknown as " + codes.unknown->severity.text + sets_text(codes.unknown->sets) + "\n";
  return text;
}

std::string text_of(const ast::FieldLine& field) {
  std::string text = (field.is_part ? "  part " : "  ") + field.first.text + "-" + field.last.text + " " +
                     field.length.text + " " + text_of(field.type) + " " + field.name.text;
  for (const auto& clause : field.clauses) text += " " + text_of(clause);
  return text + (field.note.empty() ? "\n" : "  ; " + field.note + "\n");
}

std::string text_of(const ast::CheckLine& check) {
  std::string text = std::string{"  check "} + (check.at_end ? "at end " : "") + text_of(check.test);
  if (!check.when.empty()) text += " when " + joined(check.when, " and ");
  for (const auto& clause : check.clauses) text += " " + text_of(clause);
  return text + "\n";
}

std::string text_of(const ast::RecordLine& line) {
  const std::string& word = line.keyword.text;
  const auto& args = line.args;
  std::string text = "  " + word + " ";
  if (word == "write") {
    text += "when ";
    for (std::size_t i = 0; i < line.clauses.size(); ++i)
      text += (i == 0 ? "" : " and ") + word_test_text(line.clauses[i]);
    return text + "\n";
  }
  if (word == "from") {
    text += args[0].text + " " + text_of(args[1]) + " sure " + args[2].text;
  } else if (word == "set") {
    text += args[0].text + " = " + text_of(args[1]);
  } else if (word == "join") {
    for (std::size_t i = 0; i + 1 < args.size(); ++i) text += args[i].text + " ";
    text += "with " + text_of(args.back());
  } else {
    text += joined(args, " ");
  }
  for (const auto& clause : line.clauses) text += " " + text_of(clause);
  return text + "\n";
}

std::string text_of(const ast::Record& record) {
  std::string text = "record " + record.head.name.text;
  if (record.head.title) text += " " + text_of(*record.head.title);
  for (const auto& clause : record.head.clauses) text += " " + text_of(clause);
  if (!record.head.conditions.empty()) text += " when " + joined(record.head.conditions, " and ");
  text += '\n';
  for (const auto& line : record.fields) text += text_of(line);
  for (const auto& line : record.checks) text += text_of(line);
  for (const auto& line : record.lines) text += text_of(line);
  return text;
}

/// A choice of sequences of items; an item is a name or a choice in parentheses.
std::string order_text(const ast::OrderNode& choice) {
  std::string text;
  for (std::size_t i = 0; i < choice.children.size(); ++i) {
    if (i > 0) text += " |";
    for (const auto& item : choice.children[i].children) {
      text += (text.empty() ? "" : " ") +
              (item.shape == 'n' ? item.name.text : "(" + order_text(item.children.front()) + ")") + item.suffix;
    }
  }
  return text;
}

std::string text_of(const ast::TotalReading& reading) {
  const std::string& measure = reading.measure.text;
  const bool has_of = measure == "count" || measure == "sum" || measure == "number";
  std::string text = (reading.absolute ? "absolute " : "") + measure + (has_of ? " of " : " ") +
                     joined(reading.from, ", ") + " in " + reading.scope.text;
  if (!reading.where.empty()) text += " where " + joined(reading.where, " and ");
  if (!reading.negative.empty()) text += " negative where " + joined(reading.negative, " and ");
  return text;
}

std::string text_of(const ast::TotalLine& line) {
  std::string text = "total " + line.target.text + " = " + joined(line.readings, " or ");
  for (const auto& clause : line.clauses) text += " " + text_of(clause);
  return text + "\n";
}

}  // namespace

std::string text_of(const ast::Layout& layout) {
  std::string text = text_of(layout.first) + "\n";
  for (const auto& line : layout.head) text += text_of(line) + "\n";
  for (const auto& codes : layout.codes) text += text_of(codes);
  for (const auto& record : layout.records) text += text_of(record);
  if (!layout.order.empty()) text += "order\n";
  for (const auto& rule : layout.order) text += "  " + rule.name.text + " = " + order_text(rule.node) + "\n";
  for (const auto& line : layout.answers) text += "answer when " + joined(line.tests, " and ") + "\n";
  for (const auto& line : layout.totals) text += text_of(line);
  return text;
}

}  // namespace counterfoil
