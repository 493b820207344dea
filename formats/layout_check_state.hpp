// What the steps of checking a layout share: the lines that were read, the plan that grows, the complaints. Each step
// has one job and one .cpp; layout_check.cpp runs them in order. Private to formats/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/catalogue.hpp"
#include "core/finding.hpp"
#include "formats/layout_ast.hpp"
#include "formats/layout_check.hpp"
#include "formats/layout_words.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

// Limits that no bank comes near: text from outside must not make a plan that eats the memory.
inline constexpr std::uint32_t longest_record = 100'000;
inline constexpr std::uint32_t most_segments = 1'000;
inline constexpr std::size_t most_records = 500;
inline constexpr std::size_t most_fields = 1'000;
inline constexpr std::size_t most_positions = 500;
inline constexpr std::size_t most_marks = 64;
inline constexpr std::size_t most_codes = 20'000;

/// A record with the lines it takes over from the one it is like.
struct DeclaredRecord {
  const layout_ast::Record* ast = nullptr;
  std::vector<const layout_ast::FieldLine*> fields;
  std::vector<const layout_ast::CheckLine*> checks;
  std::set<const void*> inherited;
  std::string family;
  Roles roles;
};

struct CheckState {
  const layout_ast::Layout& ast;
  const LayoutTexts& texts;
  const Catalogue* catalogue;
  LayoutPlan& plan;
  std::vector<Finding> findings = {};
  std::vector<DeclaredRecord> records = {};  // Beside plan.records.
  std::set<std::string, std::less<>> damaged_fields =
      {};  // Lines that could not be used: what asks for them is not at fault.
  std::map<std::string, std::uint64_t, std::less<>> marks = {};
};

// The steps. Each fills its part of the plan and says what is wrong; later ones lean on what earlier ones filled.
void read_head(CheckState& state);
void read_codes(CheckState& state);
void declare_records(CheckState& state);  // Names, families, roles, lengths.
void read_fields(CheckState& state);
void read_relations(CheckState& state);  // What looks at fields of other records, and so comes after all fields.
void read_order(CheckState& state);
void read_totals(CheckState& state);
void read_late_head(CheckState& state);  // Head lines that name records and fields.
void check_roles(CheckState& state);

/// Base of every step: the state under short names, and readers of single words that complain when they must.
class CheckStep {
 protected:
  explicit CheckStep(CheckState& state)
      : state_{state},
        ast_{state.ast},
        plan_{state.plan},
        findings_{state.findings},
        records_{state.records},
        damaged_fields_{state.damaged_fields},
        marks_{state.marks} {}

  CheckState& state_;
  const layout_ast::Layout& ast_;
  LayoutPlan& plan_;
  std::vector<Finding>& findings_;
  std::vector<DeclaredRecord>& records_;
  std::set<std::string, std::less<>>& damaged_fields_;
  std::map<std::string, std::uint64_t, std::less<>>& marks_;

  void complain(layout_ast::LineOf at, const layout_ast::Arg& arg, std::string code, std::string explanation,
                std::string remedy, Severity severity = Severity::error);
  template <class Value, std::size_t Size>
  std::optional<Value> choose(const std::array<Named<Value>, Size>& table, layout_ast::LineOf at,
                              const layout_ast::Arg& arg, std::string_view what) {
    if (const auto value = value_named(table, arg.text)) return value;
    const auto names = names_of(table);
    complain(at, arg, "unknown-word", fmt::format("\"{}\" is no {}.", arg.text, what),
             did_you_mean(arg.text, names, fmt::format("Use one of: {}.", list_of(names))));
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::uint32_t> number(layout_ast::LineOf at, const layout_ast::Arg& arg,
                                                    std::uint32_t least, std::uint32_t most, std::string_view what);
  [[nodiscard]] Fault fault(layout_ast::LineOf at, const layout_ast::Arg& arg);
  [[nodiscard]] std::optional<BoundTo> binding(layout_ast::LineOf at, const layout_ast::Arg& arg);
  [[nodiscard]] static std::string literal_of(const layout_ast::Arg& arg);
  [[nodiscard]] std::optional<SetWord> set_word(layout_ast::LineOf at, const layout_ast::SetWord& set);
  [[nodiscard]] std::optional<WordTest> word_test(layout_ast::LineOf at, const layout_ast::Clause& clause);
  [[nodiscard]] static std::vector<ValueRange> value_ranges(const std::vector<layout_ast::Arg>& args,
                                                            std::size_t from = 0);
  [[nodiscard]] static const layout_ast::Clause* find_clause(const std::vector<layout_ast::Clause>& clauses,
                                                             std::string_view word);
  [[nodiscard]] std::optional<std::uint16_t> family_named(layout_ast::LineOf at, const layout_ast::Arg& arg);
  [[nodiscard]] std::optional<std::uint16_t> record_named(layout_ast::LineOf at, const layout_ast::Arg& arg);
  [[nodiscard]] std::vector<std::string> record_names() const;
  /// The records a name stands for: a family, or one record.
  [[nodiscard]] std::vector<std::uint16_t> records_named(std::string_view name) const;
  [[nodiscard]] static std::pair<std::string_view, std::string_view> split(std::string_view dotted);
  [[nodiscard]] std::optional<std::uint16_t> code_list_named(std::string_view name) const;
};

}  // namespace counterfoil
