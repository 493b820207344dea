// Which records there are, what each takes over from the one it is like, and which part it plays in the file.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "formats/layout_check_state.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

class RecordsStep final : CheckStep {
 public:
  explicit RecordsStep(CheckState& state) : CheckStep{state} {}

  void run() {
    for (const ast::Record& record : ast_.records) {
      const ast::RecordHead& head = record.head;
      if (head.name.text.empty()) continue;  // Its head could not be read; that is reported already.
      if (plan_.find_record(head.name.text) != nullptr) {
        complain(record.at, head.name, "twice", fmt::format("There are two records {}.", head.name.text),
                 "Give one of them another name.");
        continue;
      }
      if (plan_.records.size() == most_records) {
        complain(record.at, head.name, "too-many", "A layout may hold 500 records; this is one more.",
                 "Split the layout.");
        return;
      }
      RecordPlan plan;
      plan.name = head.name.text;
      plan.title = head.title ? head.title->text : head.name.text;
      plan.line = record.at.line;
      plan.length = plan_.record_length;
      std::vector<std::string> open{plan.name};
      DeclaredRecord declared = with_inherited(record, plan, open);
      plan.family = family_index(declared.family);
      plan.roles = declared.roles;
      if (plan.length == 0) {
        complain(record.at, head.name, "no-length", fmt::format("Nothing says how long record {} is.", plan.name),
                 "Add a line `length N` to the head of the layout, or `length N` to the record.");
        for (const ast::FieldLine* line : declared.fields) plan.length = std::max(plan.length, last_column(*line));
        plan.length = std::max<std::uint32_t>(plan.length, 1);
      }
      check_segments(record, plan);
      plan_.records.push_back(std::move(plan));
      records_.push_back(std::move(declared));
    }
    // A head may say the length of most records; only one that holds for all may be relied on by readers.
    const auto differs = [&](const RecordPlan& plan) { return plan.length != plan_.record_length; };
    if (std::ranges::any_of(plan_.records, differs)) plan_.record_length = 0;
  }

 private:
  /// The lines of a record with those of the record it is like, which may stand above or below it.
  DeclaredRecord with_inherited(const ast::Record& record, RecordPlan& plan, std::vector<std::string>& open) {
    DeclaredRecord declared{
        .ast = &record, .fields = {}, .checks = {}, .inherited = {}, .family = record.head.name.text, .roles = {}};
    const ast::Clause* like = find_clause(record.head.clauses, "like");
    if (like != nullptr) {
      const ast::Arg& name = like->args[0];
      const auto base =
          std::ranges::find(ast_.records, name.text, [](const ast::Record& other) { return other.head.name.text; });
      if (base == ast_.records.end() || std::ranges::find(open, name.text) != open.end()) {
        complain(record.at, name, "unknown-record",
                 fmt::format("Record {} is like {}, which is no other record of the layout.", record.head.name.text,
                             name.text),
                 "Name the record whose fields it shares.");
      } else {
        open.push_back(name.text);
        take_over(record, with_inherited(*base, plan, open), declared);
        open.pop_back();
      }
    }
    if (const auto* of = find_clause(record.head.clauses, "of")) declared.family = of->args[0].text;
    if (const auto* length = find_clause(record.head.clauses, "length")) {
      plan.length = number(record.at, length->args[0], 1, longest_record, "The record length").value_or(1);
    }
    if (const auto* segments = find_clause(record.head.clauses, "segments")) read_segments(record, *segments, plan);
    read_roles(record, declared.roles);
    for (const ast::FieldLine& field : record.fields) declared.fields.push_back(&field);
    for (const ast::CheckLine& check : record.checks) declared.checks.push_back(&check);
    return declared;
  }

  void read_segments(const ast::Record& record, const ast::Clause& clause, RecordPlan& plan) {
    const auto count = number(record.at, clause.args[0], 2, most_segments, "The number of segments");
    const auto length = number(record.at, clause.args[1], 1, longest_record, "The length of a segment");
    const auto first = number(record.at, clause.args[2], 1, longest_record, "The first column of the segments");
    if (count && length && first) plan.segments = Segments{.count = *count, .first = {*first - 1, *length}};
  }

  /// Segments fill the record to its end, and each is an entry of its own.
  void check_segments(const ast::Record& record, RecordPlan& plan) {
    if (!plan.segments) return;
    const ast::Clause* clause = find_clause(record.head.clauses, "segments");
    const ast::Arg& place = clause != nullptr ? clause->args[0] : record.head.name;
    const Segments& segments = *plan.segments;
    const std::uint64_t end = segments.first.offset + std::uint64_t{segments.count} * segments.first.length;
    if (end != plan.length) {
      complain(
          record.at, place, "segments",
          fmt::format("{} segments of {} from column {} end in column {}, but record {} is {} long.", segments.count,
                      segments.first.length, segments.first.offset + 1, end, plan.name, plan.length),
          "Segments fill the record to its end; correct one of the numbers, or the length of the record.");
      plan.segments.reset();
    } else if (!plan.roles.opens_entry || plan.roles.opens_batch || plan.roles.opens_file || plan.roles.speaks_for) {
      complain(record.at, place, "segments",
               fmt::format("Record {} has segments, and each of them is an entry; its other roles cannot be repeated.",
                           plan.name),
               "Write opens entry as its only role.");
    }
  }

  static void take_over(const ast::Record& record, DeclaredRecord from, DeclaredRecord& declared) {
    const auto is_replaced = [&](const ast::FieldLine& old) {
      return std::ranges::any_of(record.fields, [&](const ast::FieldLine& field) {
        return field.name.text == old.name.text || (!field.is_part && columns_overlap(field, old));
      });
    };
    declared.family = std::move(from.family);
    declared.roles = from.roles;
    for (const ast::FieldLine* field : from.fields) {
      if (is_replaced(*field)) continue;
      declared.fields.push_back(field);
      declared.inherited.insert(field);
    }
    for (const ast::CheckLine* check : from.checks) {
      declared.checks.push_back(check);
      declared.inherited.insert(check);
    }
  }

  static std::uint32_t last_column(const ast::FieldLine& line) {
    std::uint32_t column = 0;
    std::from_chars(line.last.text.data(), line.last.text.data() + line.last.text.size(), column);
    return std::min(column, longest_record);
  }

  static bool columns_overlap(const ast::FieldLine& left, const ast::FieldLine& right) {
    const auto value = [](const ast::Arg& arg) { return arg.text.size() > 6 ? 0 : std::stoul("0" + arg.text); };
    return value(left.first) <= value(right.last) && value(right.first) <= value(left.last);
  }

  std::uint16_t family_index(const std::string& name) {
    if (const auto known = plan_.find_family(name)) return *known;
    plan_.families.push_back(name);
    return static_cast<std::uint16_t>(plan_.families.size() - 1);
  }

  static void read_roles(const ast::Record& record, Roles& roles) {
    for (const ast::Clause& clause : record.head.clauses) {
      const std::string& word = clause.keyword.text;
      if (word == "fills") roles.fills = true;
      for (const ast::Arg& arg : clause.args) {
        const auto scope = value_named(scopes, arg.text);
        if (!scope) continue;
        if (word == "opens")
          (*scope == Scope::file    ? roles.opens_file
           : *scope == Scope::batch ? roles.opens_batch
                                    : roles.opens_entry) = true;
        if (word == "joins") roles.joins_entry = true;
        if (word == "closes" && *scope == Scope::batch) roles.closes_batch = true;
        if (word == "closes" && *scope == Scope::file) roles.closes_file = true;
        if (word == "speaks") roles.speaks_for = *scope;
      }
    }
  }
};

}  // namespace

void declare_records(CheckState& state) { RecordsStep{state}.run(); }

}  // namespace counterfoil
