// What a record says of others: equal fields, checks, joined texts, and by what it is recognised.
#include <fmt/format.h>

#include <algorithm>

#include "formats/layout_operands.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

class RelationsStep final : OperandStep {
 public:
  explicit RelationsStep(CheckState& state) : OperandStep{state} {}

  void run() {
    for (std::size_t i = 0; i < records_.size(); ++i) read_relations(i);
    for (const ast::AnswerLine& line : ast_.answers) read_answer(line);
  }

 private:
  void read_answer(const ast::AnswerLine& line) {
    AnswerSign sign;
    for (const ast::Test& test : line.tests) {
      auto read = read_test(line.at, test, 0);
      if (!read) return;
      const bool is_field = read->operand.where == Operand::Where::last && read->kind != Test::Kind::same_as;
      if (!is_field || (!sign.tests.empty() && sign.tests.front().operand.family != read->operand.family)) {
        complain(line.at, test.operand, "answer",
                 is_field ? "The tests of one line ask for fields of one record." : "Only fields of a record can tell.",
                 "Write RECORD.FIELD and a test, such as: answer when trailer.collected_count not zero.");
        return;
      }
      sign.tests.push_back(std::move(*read));
    }
    plan_.answer_signs.push_back(std::move(sign));
  }

  void read_relations(std::size_t index) {
    const DeclaredRecord& declared = records_[index];
    for (const ast::FieldLine* line : declared.fields) {
      const auto* same = find_clause(line->clauses, "as");
      if (same == nullptr) continue;
      const auto field = std::ranges::find(plan_.records[index].fields, line->name.text, &FieldPlan::name);
      if (field == plan_.records[index].fields.end()) continue;
      field->same_as = operand(line->at, same->args[0], false, index);
      check_same_length(*line, same->args[0], *field);
    }
    for (const ast::CheckLine* line : declared.checks) read_check(index, *line, declared.inherited.contains(line));
    for (const ast::RecordLine& line : declared.ast->lines) read_record_line(index, line);
    read_conditions(index);
  }

  void check_same_length(const ast::FieldLine& line, const ast::Arg& arg, const FieldPlan& field) {
    if (!field.same_as || field.same_as->where != Operand::Where::last) return;
    for (std::size_t r = 0; r < plan_.records.size(); ++r) {
      const auto other = field.same_as->field_of_record[r];
      if (other < 0) continue;
      const FieldPlan& there = plan_.records[r].fields[static_cast<std::size_t>(other)];
      if (there.at.length == field.at.length) continue;
      complain(line.at, arg, "same-length",
               fmt::format("Field {} is {} long, but {}.{} is {}.", field.name, field.at.length, plan_.records[r].name,
                           there.name, there.at.length),
               "Fields that are the same have the same length; correct one of the positions.");
      return;
    }
  }

  void read_check(std::size_t index, const ast::CheckLine& line, bool is_inherited) {
    const auto known = findings_.size();
    CheckPlan check;
    check.line = line.at.line;
    check.at_end = line.at_end;
    auto test = read_test(line.at, line.test, index);
    bool complete = test.has_value();
    for (const ast::Test& when : line.when) {
      auto condition = read_test(line.at, when, index);
      complete = complete && condition.has_value();
      if (condition) check.when.push_back(std::move(*condition));
    }
    for (const ast::Clause& clause : line.clauses) {
      const std::string& word = clause.keyword.text;
      if (word == "else") check.fault = fault(line.at, clause.args[0]);
      if (word == "code") check.code = clause.args[0].text;
      if (word == "says") check.says = clause.args[0].text;
      if (word == "remedy") check.remedy = clause.args[0].text;
    }
    // A rule taken over from another record stays away where its fields were replaced.
    if (is_inherited && findings_.size() > known) findings_.resize(known);
    if (!complete) return;
    if (check.at_end && !plan_.records[index].roles.opens_entry) {
      complain(line.at, line.test.operand, "at-end",
               fmt::format("Record {} opens no entry whose end could be waited for.", plan_.records[index].name),
               "Write the check without `at end`.");
    }
    check.test = std::move(*test);
    plan_.records[index].checks.push_back(std::move(check));
  }

  void read_record_line(std::size_t index, const ast::RecordLine& line) {
    RecordPlan& record = plan_.records[index];
    const std::string& word = line.keyword.text;
    if (word == "from") read_source(record, line);
    if (word == "remark") record.remarks = line.args[0].text;
    if (word == "refuse") {
      record.refuses = line.args[0].text;
      if (!line.clauses.empty()) record.refuse_remedy = line.clauses[0].args[0].text;
    }
    if (word == "set") {
      if (auto set = set_word(line.at, {line.args[0], line.args[1]})) record.sets.push_back(std::move(*set));
    }
    if (word == "write") {
      for (const ast::Clause& clause : line.clauses) {
        if (auto test = word_test(line.at, clause)) record.write_when.push_back(std::move(*test));
      }
    }
    if (word == "join") read_join(record, line);
  }

  void read_source(RecordPlan& record, const ast::RecordLine& line) {
    const std::string& key = line.args[0].text;
    record.sources.push_back({key, line.args[1].text, line.args[2].text});
    if (std::ranges::any_of(plan_.sources, [&](const auto& source) { return source.first == key; })) return;
    complain(line.at, line.args[0], "unknown-source",
             fmt::format("Record {} names source {}, which the layout does not list.", record.name, key),
             fmt::format("Add a line: source {} \"the document\".", key));
  }

  void read_join(RecordPlan& record, const ast::RecordLine& line) {
    if (line.clauses.empty()) {
      complain(line.at, line.keyword, "join", "The line does not say which word the texts become.",
               "End it with -> and a word: -> file.message_id.");
      return;
    }
    auto bound = binding(line.at, line.clauses[0].args[0]);
    if (!bound) return;
    if (bound->binding->kind != BindingKind::text) {
      complain(line.at, line.clauses[0].args[0], "binding-kind", fmt::format("{} is no text.", bound->name()),
               "Join texts into a word that is a text.");
      return;
    }
    JoinPlan join{.bound = std::move(*bound), .fields = {}, .separator = line.args.back().text};
    for (std::size_t i = 0; i + 1 < line.args.size(); ++i) {
      const FieldPlan* field = record.find_field(line.args[i].text);
      if (field == nullptr) {
        complain(line.at, line.args[i], "unknown-field", fmt::format("There is no field {}.", line.args[i].text),
                 "Name fields of this record.");
        continue;
      }
      join.fields.push_back(static_cast<std::uint16_t>(field - record.fields.data()));
    }
    record.joins.push_back(std::move(join));
  }

  void read_conditions(std::size_t index) {
    const ast::Record& line = *records_[index].ast;
    RecordPlan& record = plan_.records[index];
    if (line.head.conditions.empty()) {
      complain(line.at, line.head.name, "no-condition",
               fmt::format("Nothing says how record {} is recognised.", record.name),
               "Add `when` and a condition, such as: when 1-1 = \"6\". A record that is whatever is left is `when "
               "otherwise`.");
    }
    for (const ast::Condition& condition : line.head.conditions) {
      KeyCondition key;
      const std::string& what = condition.what.text;
      if (what == "otherwise") continue;
      if (what == "first") key.kind = KeyCondition::Kind::first_record;
      if (what == "all") {
        key.kind = KeyCondition::Kind::all_bytes;
        key.values = value_ranges(condition.args);
        if (key.values[0].first.size() != 1) {
          complain(line.at, condition.args[0], "value-length",
                   fmt::format("\"{}\" is not one character.", key.values[0].first),
                   "Write the one character that fills the record: all \"9\".");
          continue;
        }
      }
      if (what == "after") {
        key.kind = KeyCondition::Kind::after_family;
        const auto family = family_named(line.at, condition.args[0]);
        if (!family) continue;
        key.family = *family;
      }
      if (what == "columns" && !read_column_condition(line, condition, record, key)) continue;
      if (what == "same" && !read_same_columns(line, condition, record, key)) continue;
      if (what == "field") {
        key.kind = KeyCondition::Kind::last_record;
        auto other = operand(line.at, condition.args[0], false, index);
        if (!other) continue;
        if (other->where != Operand::Where::last) {
          complain(line.at, condition.args[0], "condition",
                   fmt::format("{} is a field of the record that is still to be recognised.", other->text),
                   "Name columns instead, such as 51-53, or a field of another record.");
          continue;
        }
        key.operand = std::move(*other);
        key.values = value_ranges(condition.args, 1);
      }
      record.conditions.push_back(std::move(key));
    }
  }

  bool read_columns(const ast::Record& line, const ast::Arg& from, const ast::Arg& to, const RecordPlan& record,
                    Span& at) {
    const auto first = number(line.at, from, 1, record.described_length(), "The first column");
    const auto last = number(line.at, to, 1, record.described_length(), "The last column");
    if (!first || !last) return false;
    at = {*first - 1, *last - *first + 1};
    if (*last >= *first) return true;
    complain(line.at, to, "position", fmt::format("Columns {}-{} run backwards.", *first, *last),
             "Write the first column, then the last.");
    return false;
  }

  bool read_same_columns(const ast::Record& line, const ast::Condition& condition, const RecordPlan& record,
                         KeyCondition& key) {
    const auto& args = condition.args;
    key.kind = KeyCondition::Kind::same_bytes;
    if (!read_columns(line, args[0], args[1], record, key.at) ||
        !read_columns(line, args[2], args[3], record, key.other))
      return false;
    if (key.at.length == key.other.length) return true;
    complain(
        line.at, args[2], "same-length",
        fmt::format("{} and {} are not of the same length.", columns(key.at.offset + 1, key.at.offset + key.at.length),
                    columns(key.other.offset + 1, key.other.offset + key.other.length)),
        "Columns that are the same have the same length; correct one of them.");
    return false;
  }

  bool read_column_condition(const ast::Record& line, const ast::Condition& condition, const RecordPlan& record,
                             KeyCondition& key) {
    if (!read_columns(line, condition.args[0], condition.args[1], record, key.at)) return false;
    key.kind = KeyCondition::Kind::bytes;
    key.values = value_ranges(condition.args, 2);
    for (std::size_t i = 2; i < condition.args.size(); ++i) {
      const ast::Arg& arg = condition.args[i];
      const std::size_t size = arg.text.size();
      if (size == key.at.length && (arg.last.empty() || arg.last.size() == size)) continue;
      complain(line.at, arg, "value-length",
               fmt::format("\"{}\" has {}; columns {}-{} hold {}.", arg.text, characters(size), key.at.offset + 1,
                           key.at.offset + key.at.length, key.at.length),
               "Write the value in the full length of the columns.");
      return false;
    }
    return true;
  }
};

}  // namespace

void read_relations(CheckState& state) { RelationsStep{state}.run(); }

}  // namespace counterfoil
