// The head of a layout, and what the whole of it must have.
#include <fmt/format.h>

#include <algorithm>

#include "formats/layout_check_state.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

class HeadStep final : CheckStep {
 public:
  explicit HeadStep(CheckState& state) : CheckStep{state} {}

  void read_head() {
    if (ast_.first.args.size() >= 2) {
      plan_.name = ast_.first.args[0].text;
      plan_.title = ast_.first.args[1].text;
      if (ast_.first.args.size() == 3) plan_.variant_of = ast_.first.args[2].text;
    }
    for (const ast::HeadLine& line : ast_.head) {
      const std::string& word = line.keyword.text;
      const ast::Arg& arg = line.args.front();
      if (word == "scheme") plan_.scheme = arg.text;
      if (word == "edition") plan_.edition = arg.text;
      if (word == "label") plan_.label = arg.text;
      if (word == "length")
        plan_.record_length = number(line.at, arg, 1, longest_record, "The record length").value_or(1);
      if (word == "century")
        plan_.century_pivot = static_cast<int>(number(line.at, arg, 0, 100, "The century").value_or(80));
      if (word == "line") plan_.line_end = choose(line_ends, line.at, arg, "line end").value_or(LineEnd::lf);
      if (word == "source") plan_.sources.emplace_back(arg.text, line.args[1].text);
      if (word == "charset") {
        plan_.charset = choose(charsets, line.at, arg, "character set").value_or(Charset::ascii);
        plan_.write_charset = line.args.size() < 2
                                  ? plan_.charset
                                  : choose(charsets, line.at, line.args[1], "character set").value_or(Charset::ascii);
      }
      if (word == "tolerate") {
        const auto member = choose(tolerances, line.at, arg, "tolerance");
        if (member) plan_.tolerance.** member = fault(line.at, line.args[1]);
      }
      if (word == "currency" && line.args.size() == 1) {
        const auto currency = Currency::parse(arg.text);
        if (currency) {
          plan_.currency = *currency;
        } else {
          complain(line.at, arg, "currency", fmt::format("{} is no currency we know.", arg.text),
                   "Write its ISO 4217 code, such as EUR.");
        }
      }
      if (word == "kind") read_kind(line);
    }
  }

  /// Head lines that name records and fields.
  void read_late_head() {
    for (const ast::HeadLine& line : ast_.head) {
      const std::string& word = line.keyword.text;
      if (word == "missing") {
        const auto family = family_named(line.at, line.args.front());
        if (family) plan_.may_miss.emplace_back(*family, fault(line.at, line.args[1]));
      }
      if (word == "block") {
        plan_.block_records = number(line.at, line.args[0], 2, 10'000, "The block").value_or(2);
        if (const auto record = record_named(line.at, line.args[1])) plan_.block_fill = *record;
      }
      if (word == "currency" && line.args.size() == 2) {
        const auto [record_name, field_name] = split(line.args[1].text);
        const RecordPlan* record = plan_.find_record(record_name);
        const FieldPlan* field = record == nullptr ? nullptr : record->find_field(field_name);
        if (field == nullptr) {
          complain(line.at, line.args[1], "unknown-field", fmt::format("There is no field {}.", line.args[1].text),
                   "Name the record and the field that state the currency: currency from header.currency.");
        } else {
          plan_.currency_field = {static_cast<std::uint16_t>(record - plan_.records.data()),
                                  static_cast<std::uint16_t>(field - record->fields.data())};
        }
      }
    }
  }

  void check_roles() {
    const auto any = [&](bool Roles::* role) {
      return std::ranges::any_of(plan_.records, [&](const RecordPlan& record) { return record.roles.*role; });
    };
    if (plan_.records.empty()) {
      complain(ast_.first.at, ast_.first.keyword, "no-records", "The layout describes no record.", "Add a record.");
      return;
    }
    // A file may be nothing but entries; where it holds anything else, some record begins it.
    const bool is_only_entries = std::ranges::all_of(
        plan_.records, [](const RecordPlan& record) { return record.roles.opens_entry || record.roles.joins_entry; });
    if (!any(&Roles::opens_file) && !is_only_entries) {
      complain(ast_.first.at, ast_.first.keyword, "no-role", "No record opens the file.",
               "Add `opens file` to the first record of the file.");
    }
    if (!any(&Roles::opens_entry)) {
      complain(ast_.first.at, ast_.first.keyword, "no-role", "No record opens an entry.",
               "Add `opens entry` to the record that speaks of one claim.");
    }
    const bool states_currency =
        std::ranges::any_of(ast_.head, [](const ast::HeadLine& line) { return line.keyword.text == "currency"; });
    if (!states_currency) {
      complain(ast_.first.at, ast_.first.keyword, "currency", "Nothing says in which currency amounts are.",
               "Add `currency EUR`, or `currency from RECORD.FIELD`.");
    }
    if (plan_.scheme.empty()) {
      complain(ast_.first.at, ast_.first.keyword, "no-scheme", "The layout does not say which scheme it belongs to.",
               "Add `scheme NAME`, the folder under schemes/.");
    }
  }

 private:
  void read_kind(const ast::HeadLine& line) {
    const auto kind = choose(file_kinds, line.at, line.args.front(), "kind of file");
    if (!kind) return;
    if (line.args.size() == 1) {
      plan_.kind_when_empty = *kind;
      return;
    }
    KindRule rule{.kind = *kind, .outcomes = {}};
    for (std::size_t i = 1; i < line.args.size(); ++i) {
      if (const auto outcome = parse_outcome(line.args[i].text)) {
        rule.outcomes.push_back(*outcome);
      } else {
        complain(line.at, line.args[i], "unknown-word", fmt::format("\"{}\" is no outcome.", line.args[i].text),
                 "Use none, accepted, pending, rejected, settled, returned, refunded, reversed, corrected, cancelled, "
                 "dishonored, contested or "
                 "unknown.");
      }
    }
    plan_.kinds.push_back(std::move(rule));
  }
};

}  // namespace

void read_head(CheckState& state) { HeadStep{state}.read_head(); }

void read_late_head(CheckState& state) { HeadStep{state}.read_late_head(); }

void check_roles(CheckState& state) { HeadStep{state}.check_roles(); }

}  // namespace counterfoil
