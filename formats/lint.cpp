#include "formats/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace counterfoil {
namespace {

class Lint {
 public:
  explicit Lint(const LayoutPlan& plan) : plan_{plan} {}

  std::vector<Finding> run() {
    look_at_head();
    for (std::size_t r = 0; r < plan_.records.size(); ++r) look_at_record(r);
    for (const CodeListPlan& list : plan_.code_lists) look_at_codes(list);
    look_for_totals();
    return std::move(findings_);
  }

 private:
  const LayoutPlan& plan_;
  std::vector<Finding> findings_;

  void remark(Severity severity, std::uint32_t line, std::string field, std::string code, std::string message,
              std::string remedy) {
    Finding finding;
    finding.code = "lint." + std::move(code);
    finding.severity = severity;
    finding.place = {
        .file = plan_.file, .line = line, .column_first = 0, .column_last = 0, .path = {}, .field = std::move(field)};
    finding.message = std::move(message);
    finding.remedy = std::move(remedy);
    findings_.push_back(std::move(finding));
  }

  void look_at_head() {
    if (plan_.edition.empty()) {
      remark(Severity::warning, 1, "", "no-edition",
             "The layout does not say which edition of the bank's document it follows.",
             "Add a line: edition \"title, edition, pages\".");
    }
    if (plan_.kinds.empty()) {
      remark(Severity::warning, 1, "", "no-kind", "Nothing says what kind of file it is by what its entries say.",
             "Add a line such as: kind return from returned.");
    }
    std::set<std::string> used;
    for (const RecordPlan& record : plan_.records) {
      for (const SourceNote& note : record.sources) used.insert(note.key);
    }
    for (const auto& [key, document] : plan_.sources) {
      if (!used.contains(key))
        remark(Severity::note, 1, "", "unused-source",
               fmt::format("No record names the source {} ({}).", key, document),
               "Name it where it speaks of a record, or take the line out.");
    }
  }

  void look_at_record(std::size_t index) {
    const RecordPlan& record = plan_.records[index];
    if (record.sources.empty()) {
      remark(Severity::warning, record.line, record.name, "no-source",
             fmt::format("Record {} does not say where its table comes from.", record.name),
             "Add a line: from KEY \"page\" sure A.");
    }
    if (!stands_in_order(plan_.order, static_cast<std::uint16_t>(index))) {
      remark(Severity::error, record.line, record.name, "not-in-order",
             fmt::format("Record {} stands nowhere in the order, so it is always out of place.", record.name),
             "Name it, or its family, in the order.");
    }
    for (std::size_t before = 0; before < index; ++before) {
      if (!takes_everything_of(plan_.records[before], record)) continue;
      remark(Severity::error, record.line, record.name, "unreachable",
             fmt::format("Record {} is never recognised: {} above takes every line that could be one.", record.name,
                         plan_.records[before].name),
             "Move the special record above the general one.");
      break;
    }
    for (const FieldPlan& field : record.fields) look_at_field(record, field);
  }

  static bool stands_in_order(const OrderNode& node, std::uint16_t record) {
    if (node.kind == OrderNode::Kind::record) return std::ranges::find(node.records, record) != node.records.end();
    return std::ranges::any_of(node.children, [&](const OrderNode& child) { return stands_in_order(child, record); });
  }

  /// Every condition of `first` follows from one of `second`.
  static bool takes_everything_of(const RecordPlan& first, const RecordPlan& second) {
    return std::ranges::all_of(first.conditions, [&](const KeyCondition& needed) {
      return std::ranges::any_of(second.conditions, [&](const KeyCondition& given) { return follows(needed, given); });
    });
  }

  static bool follows(const KeyCondition& needed, const KeyCondition& given) {
    if (needed.kind == KeyCondition::Kind::bytes && given.kind == KeyCondition::Kind::all_bytes) {
      const std::string all(needed.at.length, given.values[0].first[0]);
      return std::ranges::any_of(needed.values,
                                 [&](const ValueRange& range) { return range.first <= all && all <= range.last; });
    }
    if (needed.kind != given.kind) return false;
    switch (needed.kind) {
      case KeyCondition::Kind::first_record:
        return true;
      case KeyCondition::Kind::after_family:
        return needed.family == given.family;
      case KeyCondition::Kind::all_bytes:
        return needed.values[0].first == given.values[0].first;
      case KeyCondition::Kind::last_record:
        return needed.operand.text == given.operand.text && covers(needed.values, given.values, {0, 0}, {0, 0});
      case KeyCondition::Kind::same_bytes:
        return needed.at.offset == given.at.offset && needed.other.offset == given.other.offset &&
               needed.at.length == given.at.length;
      case KeyCondition::Kind::bytes:
        return covers(needed.values, given.values, needed.at, given.at);
    }
    return false;
  }

  /// The values given, cut to the columns needed, are all among the values needed. Both spans empty: compared whole.
  static bool covers(const std::vector<ValueRange>& needed, const std::vector<ValueRange>& given, Span needed_at,
                     Span given_at) {
    if (needed_at.offset < given_at.offset || needed_at.offset + needed_at.length > given_at.offset + given_at.length)
      return false;
    const auto cut = [&](const std::string& value) {
      return needed_at.length == 0 ? value : value.substr(needed_at.offset - given_at.offset, needed_at.length);
    };
    return std::ranges::all_of(given, [&](const ValueRange& range) {
      const std::string first = cut(range.first), last = cut(range.last);
      return std::ranges::any_of(needed,
                                 [&](const ValueRange& other) { return other.first <= first && last <= other.last; });
    });
  }

  /// The writer leaves out an optional record that opens nothing and has no `write when` line.
  [[nodiscard]] bool is_only_read(const RecordPlan& record) const {
    const Roles& roles = record.roles;
    if (roles.fills) return true;
    const auto index = static_cast<std::uint16_t>(&record - plan_.records.data());
    return !roles.opens_file && !roles.opens_batch && !roles.opens_entry && !is_called_for(plan_.order, index);
  }

  /// Whether the order asks for the record outside everything that may be absent.
  static bool is_called_for(const OrderNode& node, std::uint16_t record) {
    if (node.is_optional) return false;
    if (node.kind == OrderNode::Kind::record) return std::ranges::find(node.records, record) != node.records.end();
    return std::ranges::any_of(node.children, [&](const OrderNode& child) { return is_called_for(child, record); });
  }

  /// A word joined of several fields is split again on writing.
  static bool is_joined(const RecordPlan& record, const FieldPlan& field) {
    const auto index = static_cast<std::uint16_t>(&field - record.fields.data());
    return std::ranges::any_of(record.joins, [&](const JoinPlan& join) {
      return std::ranges::find(join.fields, index) != join.fields.end();
    });
  }

  void look_at_field(const RecordPlan& record, const FieldPlan& field) {
    if (field.is_part) return;
    const bool parts_fill = std::ranges::any_of(
        field.parts, [&](std::uint16_t p) { return !record.fields[p].bindings.empty() || record.fields[p].same_as; });
    const bool is_filled = field.constant || field.total || field.same_as || !field.bindings.empty() ||
                           field.default_value || field.none_value || parts_fill || is_joined(record, field);
    if (!is_filled && field.is_required && record.write_when.empty() && !is_only_read(record)) {
      remark(Severity::warning, field.line, field.name, "nothing-fills-it",
             fmt::format("Field {} of record {} must not be blank, but nothing fills it on writing.", field.name,
                         record.name),
             "Bind it to a word, or give it a constant, a default or a total.");
    }
    if (field.constant && !field.bindings.empty()) {
      remark(Severity::note, field.line, field.name, "constant-and-bound",
             fmt::format("Field {} of record {} is a constant and bound to {} as well.", field.name, record.name,
                         field.bindings[0].name()),
             "The word never reaches the file; take one of the two out.");
    }
    for (const BoundTo& bound : field.bindings) {
      if (field.is_sensitive || bound.name().find("account") == std::string_view::npos ||
          bound.name() == "entry.account_kind")
        continue;
      remark(Severity::warning, field.line, field.name, "not-sensitive",
             fmt::format("Field {} of record {} holds an account number and is not marked sensitive.", field.name,
                         record.name),
             "Add the word sensitive, so that it is masked in messages.");
    }
  }

  void look_at_codes(const CodeListPlan& list) {
    bool sets_outcome = list.is_reasons, is_bound_to_reason = false, is_used = false;
    for (const SetWord& set : list.unknown.sets) sets_outcome = sets_outcome || set.bound.name() == "entry.outcome";
    for (const RecordPlan& record : plan_.records) {
      for (const FieldPlan& field : record.fields) {
        if (!field.codes || &plan_.code_lists[*field.codes] != &list) continue;
        is_used = true;
        for (const BoundTo& bound : field.bindings)
          is_bound_to_reason = is_bound_to_reason || bound.name() == "entry.reason" || bound.name() == "entry.status";
      }
    }
    if (!is_used)
      remark(Severity::note, list.line, list.name, "unused-codes",
             fmt::format("No field uses the code list {}.", list.name), "Take it out, or use it.");
    if (is_bound_to_reason && !sets_outcome) {
      remark(Severity::error, list.line, list.name, "no-outcome",
             fmt::format("The codes of {} become reasons, but say nothing of the outcome.", list.name),
             "Let its marks set entry.outcome, and say what an unknown code means: unknown as warning sets "
             "entry.outcome = unknown.");
    }
    if (is_bound_to_reason && !list.is_reasons && list.unknown.sets.empty()) {
      remark(Severity::warning, list.line, list.name, "unknown-codes",
             fmt::format("The list {} does not say what a code means that it does not hold.", list.name),
             "Add a line: unknown as warning sets entry.outcome = unknown.");
    }
  }

  /// A record that ends a batch or a file without stating any total protects nothing. That of a batch need not where
  /// the end of the file states what is in all of them, and the end of a file where every batch states its own.
  void look_for_totals() {
    const auto states_total = [](const RecordPlan& record) {
      return std::ranges::any_of(record.fields, [](const FieldPlan& field) { return field.total.has_value(); });
    };
    const bool file_states = std::ranges::any_of(
        plan_.records, [&](const RecordPlan& record) { return record.roles.closes_file && states_total(record); });
    const bool batch_states = std::ranges::any_of(
        plan_.records, [&](const RecordPlan& record) { return record.roles.closes_batch && states_total(record); });
    for (const RecordPlan& record : plan_.records) {
      if ((!record.roles.closes_batch && !record.roles.closes_file) ||
          states_total(record))
        continue;
      const bool is_covered = record.roles.closes_file ? batch_states : file_states;
      remark(is_covered ? Severity::note : Severity::warning, record.line, record.name, "no-totals",
             fmt::format("Record {} ends a batch or a file and states no total.", record.name),
             "Declare its counts and sums as totals.");
    }
  }
};

}  // namespace

std::vector<Finding> lint_layout(const LayoutPlan& plan) { return Lint{plan}.run(); }

}  // namespace counterfoil
