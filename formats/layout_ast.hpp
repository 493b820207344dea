// What the grammar hands to the checker: the lines of a layout as they were written, with the place of every word.
// Private to formats/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace counterfoil::layout_ast {

/// Which line of which text: the layout itself (0) or the one it is a variant of (1, 2, ...).
struct LineOf {
  std::uint16_t text = 0;
  std::uint32_t line = 0;  // From 1.
};

/// A name, a number or a quoted text, with the column it begins at (from 1). `last` is the end of a range of values.
struct Arg {
  std::string text;
  std::string last;
  bool is_quoted = false;
  std::uint32_t column = 0;
};

struct Clause {  // "pad "0"", "-> entry.amount, entry.booked", "else warning"
  Arg keyword;
  std::vector<Arg> args;
  bool negated = false;
  bool is_word_test = false;  // "only when WORD = VALUE": the keyword is an exchange word.
};

struct Test {
  std::optional<Arg> word;  // The keyword "word": the operand is an exchange word.
  Arg operand;
  std::optional<Arg> negated;
  Clause op;  // "=", "in", "is", "present", "zero", "as", "least", "most"
};

struct Condition {
  Arg what;               // "columns", "same", "all", "first", "after", "otherwise", "field"
  std::vector<Arg> args;  // columns: first, last, values; same: two firsts and lasts; field: name, values.
};

struct SetWord {
  Arg binding;
  Arg value;
};

struct HeadLine {
  LineOf at;
  Arg keyword;
  std::vector<Arg> args;
};

struct MarkLine {
  LineOf at;
  Arg name;
  std::vector<SetWord> sets;
};

struct CodeLine {
  LineOf at;
  Arg value;
  std::vector<Arg> marks;
  Arg meaning;
};

struct UnknownLine {
  LineOf at;
  Arg severity;
  std::vector<SetWord> sets;
};

struct Codes {
  LineOf at;
  Arg name;
  std::optional<Arg> title;
  bool from_reasons = false;
  std::optional<Arg> prefix;  // Of the reasons that are taken.
  std::vector<MarkLine> marks;
  std::vector<CodeLine> codes;
  std::optional<UnknownLine> unknown;
};

struct FieldLine {
  LineOf at;
  bool is_part = false;
  Arg first, last, length;
  Clause type;  // With its pattern or code list.
  Arg name;
  std::vector<Clause> clauses;
  std::string note;
};

struct CheckLine {
  LineOf at;
  bool at_end = false;
  Test test;
  std::vector<Test> when;
  std::vector<Clause> clauses;
};

struct RecordHead {
  Arg name;
  std::optional<Arg> title;
  std::vector<Clause> clauses;  // of, like, opens, joins, closes, fills, speaks, length, segments, before
  std::vector<Condition> conditions;
};

/// "from", "set", "join", "write", "refuse", "remark" lines.
struct RecordLine {
  LineOf at;
  Arg keyword;
  std::vector<Arg> args;
  std::vector<Clause> clauses;
};

struct Record {
  LineOf at;
  RecordHead head;
  std::vector<FieldLine> fields;
  std::vector<CheckLine> checks;
  std::vector<RecordLine> lines;
};

struct OrderNode {
  Arg name;            // Of a leaf.
  char shape = 'n';    // n: a name, s: a sequence, c: a choice.
  std::string suffix;  // "", "?", "*", "+"
  std::vector<OrderNode> children;
};

struct OrderRule {
  LineOf at;
  Arg name;
  OrderNode node;
};

/// "sum of entry.amount in batch where kind = "6" negative where entry.code is credit"
struct TotalReading {
  std::optional<Arg> absolute;
  Arg measure;  // count, sum, blocks, number, ascending
  std::vector<Arg> from;
  Arg scope;
  std::vector<Test> where, negative;
};

struct TotalLine {
  LineOf at;
  Arg target;
  std::vector<TotalReading> readings;
  std::vector<Clause> clauses;  // modulo, answers, else
};

struct AnswerLine {
  LineOf at;
  std::vector<Test> tests;
};

struct Layout {
  HeadLine first;  // "layout" or "variant"
  std::vector<HeadLine> head;
  std::vector<Codes> codes;
  std::vector<Record> records;
  std::vector<OrderRule> order;
  std::vector<TotalLine> totals;
  std::vector<AnswerLine> answers;
};

/// Where reading a line stopped and what could have stood there.
struct Surprise {
  LineOf at;
  std::uint32_t column = 0;
  std::string expected;
};

struct Reading {
  Layout layout;
  std::vector<Surprise> surprises;
};

/// Reads every line; a line that cannot be read becomes a surprise and is left out.
[[nodiscard]] Reading read_layout(std::string_view text, std::uint16_t text_number);

/// The lines of a text without their ends.
[[nodiscard]] std::vector<std::string_view> split_lines(std::string_view text);

}  // namespace counterfoil::layout_ast
