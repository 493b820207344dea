// The fields of every record: positions, types, constants, bindings.
#include <fmt/format.h>

#include <algorithm>

#include "formats/layout_check_state.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

class FieldsStep final : CheckStep {
 public:
  explicit FieldsStep(CheckState& state) : CheckStep{state} {}

  void run() {
    for (std::size_t i = 0; i < records_.size(); ++i) read_fields(i);
  }

 private:
  void read_fields(std::size_t index) {
    const DeclaredRecord& declared = records_[index];
    RecordPlan& record = plan_.records[index];
    std::vector<std::pair<FieldPlan, const ast::FieldLine*>> fields, parts;
    bool has_damage = false;
    for (const ast::FieldLine* line : declared.fields) {
      if (fields.size() + parts.size() == most_fields) break;
      if (auto field = read_field(record, *line)) {
        (field->is_part ? parts : fields).emplace_back(std::move(*field), line);
      } else {
        damaged_fields_.insert(line->name.text);
        has_damage = true;
      }
    }
    const auto by_position = [](const auto& left, const auto& right) {
      return left.first.at.offset < right.first.at.offset;
    };
    std::ranges::stable_sort(fields, by_position);
    std::ranges::stable_sort(parts, by_position);
    if (!has_damage) check_coverage(*declared.ast, record, fields);
    std::set<std::string, std::less<>> names;
    for (auto* list : {&fields, &parts}) {
      for (auto& [field, line] : *list) {
        if (!names.insert(field.name).second) {
          complain(line->at, line->name, "twice", fmt::format("Record {} has two fields {}.", record.name, field.name),
                   "Give one of them another name.");
        }
        record.fields.push_back(std::move(field));
      }
    }
    link_parts(declared, record);
  }

  void check_coverage(const ast::Record& owner, const RecordPlan& record,
                      const std::vector<std::pair<FieldPlan, const ast::FieldLine*>>& fields) {
    std::uint32_t expected = 0;  // Offset at which the next field must begin.
    const FieldPlan* before = nullptr;
    for (const auto& [field, line] : fields) {
      if (field.at.offset > expected) {
        complain(line->at, line->first, "gap",
                 fmt::format("{} of record {} belong{} to no field.", columns(expected + 1, field.at.offset),
                             record.name, expected + 1 == field.at.offset ? "s" : ""),
                 "Correct the position, or add a filler line for these columns.");
      } else if (field.at.offset < expected && before != nullptr) {
        complain(line->at, line->first, "overlap",
                 fmt::format("{} of record {} lies in {} and in {}.",
                             columns(field.at.offset + 1, std::min(expected, field.at.offset + field.at.length)),
                             record.name, before->name, field.name),
                 "Correct the positions; a range inside another field is written as a part.");
      }
      expected = std::max(expected, field.at.offset + field.at.length);
      before = &field;
    }
    if (const std::uint32_t end = record.described_length(); expected < end) {
      complain(owner.at, owner.head.name, "gap",
               fmt::format("{} of record {} belong{} to no field.", columns(expected + 1, end), record.name,
                           expected + 1 == end ? "s" : ""),
               "Add the missing lines, or correct the length of the record.");
    }
  }

  void link_parts(const DeclaredRecord& declared, RecordPlan& record) {
    for (std::uint16_t p = 0; p < record.fields.size(); ++p) {
      const FieldPlan& part = record.fields[p];
      if (!part.is_part) continue;
      for (FieldPlan& whole : record.fields) {
        if (!whole.is_part && whole.at.offset <= part.at.offset &&
            part.at.offset + part.at.length <= whole.at.offset + whole.at.length) {
          whole.parts.push_back(p);
          if (whole.is_sensitive) record.fields[p].is_sensitive = true;
        }
      }
      if (part.at.offset + part.at.length > record.described_length()) {
        complain(declared.ast->at, declared.ast->head.name, "too-long",
                 fmt::format("Part {} of record {} ends behind column {}.", part.name, record.name,
                             record.described_length()),
                 "Correct its position.");
      }
    }
  }

  std::optional<FieldPlan> read_field(const RecordPlan& record, const ast::FieldLine& line) {
    const auto first = number(line.at, line.first, 1, longest_record, "The first column");
    const auto last = number(line.at, line.last, 1, longest_record, "The last column");
    const auto length = number(line.at, line.length, 1, longest_record, "The length");
    if (!first || !last || !length) return std::nullopt;
    if (*last < *first) {
      complain(line.at, line.last, "position", fmt::format("Columns {}-{} run backwards.", *first, *last),
               "Write the first column, then the last.");
      return std::nullopt;
    }
    if (*last - *first + 1 != *length) {
      complain(
          line.at, line.length, "length",
          fmt::format("Columns {}-{} are {} long, but the line says {}.", *first, *last, *last - *first + 1, *length),
          "One of the three numbers differs from the bank's document; correct it.");
      // The columns are what the rest of the layout leans on.
    }
    if (record.segments && *last > record.described_length()) {
      complain(line.at, line.last, "too-long",
               fmt::format("Field {} ends in column {}, but the first segment of record {} ends in column {}.",
                           line.name.text, *last, record.name, record.described_length()),
               "Describe the columns before the segments and the first segment; the others repeat it.");
      return std::nullopt;
    }
    if (record.segments && *first <= record.segments->first.offset && *last > record.segments->first.offset) {
      complain(line.at, line.first, "segments",
               fmt::format("Field {} begins before the segments of record {} and ends inside the first.",
                           line.name.text, record.name),
               "A field stands before the segments or inside them; correct its columns.");
      return std::nullopt;
    }
    if (*last > record.length) {
      complain(line.at, line.last, "too-long",
               fmt::format("Field {} ends in column {}, but record {} is {} long.", line.name.text, *last, record.name,
                           record.length),
               "Correct the position, or the length of the record.");
      return std::nullopt;
    }
    FieldPlan field;
    field.name = line.name.text;
    field.at = {*first - 1, *last - *first + 1};
    field.is_part = line.is_part;
    field.note = line.note;
    field.line = line.at.line;
    read_type(line, field);
    for (const ast::Clause& clause : line.clauses) read_clause(line, clause, field);
    finish_field(line, field);
    return field;
  }

  void read_type(const ast::FieldLine& line, FieldPlan& field) {
    const ast::Clause& type = line.type;
    field.type = value_named(types, type.keyword.text).value_or(FieldType::text);
    field.decimals = plan_.currency == Currency{} ? std::uint8_t{2} : plan_.currency.minor_digits();
    if (is_number_type(field.type)) {
      field.side = Side::right;
      field.pad = '0';
    }
    field.is_required = is_number_type(field.type) || field.type == FieldType::date || field.type == FieldType::time ||
                        field.type == FieldType::code;
    if (field.type == FieldType::filler) field.fault = Fault::note;
    if (field.type == FieldType::date) {
      const auto pattern = date_pattern(type.args[0].text);
      if (!pattern) {
        complain(line.at, type.args[0], "date-pattern",
                 fmt::format("\"{}\" is no pattern of a date.", type.args[0].text),
                 "Use YYYY or YY, MM and DD, or DDD for the day of the year, each at most once; or DD alone.");
      } else {
        field.date = *pattern;
        check_pattern_length(line, field);
      }
    }
    if (field.type == FieldType::time) {
      const auto pattern = time_pattern(type.args[0].text);
      if (!pattern) {
        complain(line.at, type.args[0], "time-pattern",
                 fmt::format("\"{}\" is no pattern of a time.", type.args[0].text),
                 "Use HH, MM and perhaps SS, each once.");
      } else {
        field.time = *pattern;
        check_pattern_length(line, field);
      }
    }
    if (field.type == FieldType::code) {
      field.codes = code_list_named(type.args[0].text);
      if (!field.codes) {
        std::vector<std::string> names;
        for (const CodeListPlan& list : plan_.code_lists) names.push_back(list.name);
        complain(line.at, type.args[0], "unknown-codes", fmt::format("There is no code list {}.", type.args[0].text),
                 did_you_mean(type.args[0].text, names, "Write the list above the records: codes NAME."));
      } else if (const auto& list = plan_.code_lists[*field.codes]; !list.is_reasons) {
        const auto too_long =
            std::ranges::find_if(list.codes, [&](const CodePlan& code) { return code.value.size() > field.at.length; });
        if (too_long != list.codes.end()) {
          complain(line.at, line.length, "code-length",
                   fmt::format("Code \"{}\" of the list {} has {}; field {} holds {}.", too_long->value, list.name,
                               characters(too_long->value.size()), field.name, field.at.length),
                   "Correct the length of the field, or use the list of another field.");
        }
      }
    }
  }

  void check_pattern_length(const ast::FieldLine& line, const FieldPlan& field) {
    const std::string& pattern = line.type.args[0].text;
    if (pattern.size() == field.at.length) return;
    complain(line.at, line.type.args[0], "pattern-length",
             fmt::format("The pattern {} is {} long, but field {} is {}.", pattern, pattern.size(), field.name,
                         field.at.length),
             "Write the pattern exactly as long as the field.");
  }

  void read_clause(const ast::FieldLine& line, const ast::Clause& clause, FieldPlan& field) {
    if (clause.is_word_test) {
      if (auto test = word_test(line.at, clause)) field.only_when.push_back(std::move(*test));
      return;
    }
    const std::string& word = clause.keyword.text;
    const auto& args = clause.args;
    if (word == "=") field.constant = args[0].text;
    if (word == "default") field.default_value = args[0].text;
    if (word == "none") field.none_value = args[0].text;
    if (word == "required") field.is_required = true;
    if (word == "optional") field.is_required = false;
    if (word == "left") field.side = Side::left;
    if (word == "right") field.side = Side::right;
    if (word == "sensitive") field.is_sensitive = true;
    if (word == "keep") field.keeps_blanks = true;
    if (word == "join") field.is_joined = true;
    if (word == "cut") field.may_cut = true;
    if (word == "transliterate") field.transliterates = true;
    if (word == "others_blank") field.blanks_others = true;
    if (word == "else") field.fault = field.same_as_fault = fault(line.at, args[0]);
    if (word == "blank") field.blank_fault = fault(line.at, args[0]);
    if (word == "decimals")
      field.decimals = static_cast<std::uint8_t>(number(line.at, args[0], 0, 9, "The number of decimals").value_or(2));
    if (word == "check")
      field.check_digit = choose(check_digits, line.at, args[0], "check digit").value_or(CheckDigit::none);
    if (word == "sign") {
      field.sign = choose(signs, line.at, args[0], "place of a sign").value_or(SignPlace::none);
      if (!is_number_type(field.type)) {
        complain(line.at, clause.keyword, "sign",
                 fmt::format("Field {} is {} and has no sign.", field.name, field_type_name(field.type)),
                 "Leave the sign away, or make it digits or money.");
      }
    }
    if (word == "pad") {
      if (args[0].text.size() == 1) {
        field.pad = args[0].text.front();
      } else {
        complain(line.at, args[0], "pad", fmt::format("\"{}\" is not one character.", args[0].text),
                 "A pad is one character: pad \"0\".");
      }
    }
    if (word == "class") read_class(line, args[0], field);
    if (word == "->") {
      for (const ast::Arg& arg : args) {
        if (auto bound = binding(line.at, arg)) {
          check_binding_kind(line, arg, *bound, field);
          field.bindings.push_back(std::move(*bound));
        }
      }
    }
  }

  void read_class(const ast::FieldLine& line, const ast::Arg& arg, FieldPlan& field) {
    if (arg.is_quoted) {
      field.characters = class_of_ranges(arg.text);
    } else if (const auto ranges = choose(character_classes, line.at, arg, "character class")) {
      field.characters = class_of_ranges(*ranges);
    }
  }

  void check_binding_kind(const ast::FieldLine& line, const ast::Arg& arg, const BoundTo& bound,
                          const FieldPlan& field) {
    const FieldType type = field.type;
    bool fits = false;
    switch (bound.binding->kind) {
      case BindingKind::text:
        fits = type != FieldType::filler;
        break;
      case BindingKind::amount:
        fits = type == FieldType::money || type == FieldType::decimal;
        break;
      case BindingKind::count:
        fits = is_number_type(type);
        break;
      case BindingKind::number:
        fits = type == FieldType::digits;
        break;
      case BindingKind::date:
        fits = type == FieldType::date;
        break;
      case BindingKind::clock:
        fits = type == FieldType::time;
        break;
      case BindingKind::currency:
        fits = (type == FieldType::text || type == FieldType::code) && field.at.length == 3;
        break;
      case BindingKind::sequence:
        fits = type == FieldType::text || type == FieldType::code;
        break;
      case BindingKind::flag:
      case BindingKind::direction:
      case BindingKind::outcome:
      case BindingKind::event:
      case BindingKind::level:
        fits = false;
        break;
    }
    if (fits) return;
    complain(line.at, arg, "binding-kind",
             fmt::format("Field {} is {} and cannot be {}.", field.name, field_type_name(type), bound.name()),
             "Amounts need money or decimal, dates a date, numbers digits; directions, outcomes and flags are set by "
             "the marks of a code list.");
  }

  /// Widens constants and defaults and checks that they fit.
  void finish_field(const ast::FieldLine& line, FieldPlan& field) {
    for (const ast::Clause& clause : line.clauses) {
      const std::string& word = clause.keyword.text;
      if (clause.is_word_test || (word != "=" && word != "default" && word != "none")) continue;
      std::optional<std::string>& value = word == "="         ? field.constant
                                          : word == "default" ? field.default_value
                                                              : field.none_value;
      if (value->size() > field.at.length) {
        complain(line.at, clause.args[0], "value-length",
                 fmt::format("\"{}\" has {}; field {} holds {}.", *value, characters(value->size()), field.name,
                             field.at.length),
                 "Shorten the text, or correct the length.");
      } else if (word == "none" && value->size() < field.at.length) {
        complain(line.at, clause.args[0], "value-length",
                 fmt::format("\"{}\" has {}; field {} holds {}.", *value, characters(value->size()), field.name,
                             field.at.length),
                 "Write what stands for nothing in the full length of the field.");
      } else if (word == "=") {
        const std::size_t missing = field.at.length - value->size();
        value = field.side == Side::right ? std::string(missing, field.pad) + *value
                                          : *value + std::string(missing, field.pad);
      }
      if (field.type == FieldType::digits &&
          std::ranges::any_of(*value, [](char c) { return (c < '0' || c > '9') && c != ' '; })) {
        complain(line.at, clause.args[0], "value-type",
                 fmt::format("\"{}\" is not all digits, but field {} is.", *value, field.name),
                 "Write digits, or make the field a text.");
      }
    }
    if (field.constant && !field.bindings.empty() && field.type == FieldType::filler) field.bindings.clear();
  }
};

}  // namespace

void read_fields(CheckState& state) { FieldsStep{state}.run(); }

}  // namespace counterfoil
