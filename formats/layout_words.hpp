// The words of the layout language and what each stands for in a plan, and how complaints speak of them. Private to
// formats/.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

template <class Value, std::size_t Size>
std::optional<Value> value_named(const std::array<Named<Value>, Size>& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named<Value>::name);
  if (found == table.end()) return std::nullopt;
  return found->value;
}

inline constexpr std::array<Named<Fault>, 6> faults{{{"none", Fault::none},
                                                     {"note", Fault::note},
                                                     {"warning", Fault::warning},
                                                     {"error", Fault::error},
                                                     {"refuse", Fault::refuse},
                                                     {"partial", Fault::partial}}};
inline constexpr std::array<Named<Charset>, 7> charsets{{{"ascii", Charset::ascii},
                                                         {"latin1", Charset::latin1},
                                                         {"gbk", Charset::gbk},
                                                         {"gb18030", Charset::gb18030},
                                                         {"shift_jis", Charset::shift_jis},
                                                         {"utf8", Charset::utf8},
                                                         {"jis_x0201", Charset::jis_x0201}}};
inline constexpr std::array<Named<LineEnd>, 4> line_ends{
    {{"lf", LineEnd::lf}, {"crlf", LineEnd::crlf}, {"cr", LineEnd::cr}, {"none", LineEnd::none}}};
inline constexpr std::array<Named<Scope>, 3> scopes{
    {{"entry", Scope::entry}, {"batch", Scope::batch}, {"file", Scope::file}}};
inline constexpr std::array<Named<CheckDigit>, 5> check_digits{{{"aba", CheckDigit::aba},
                                                                {"mod11_10", CheckDigit::mod11_10},
                                                                {"luhn", CheckDigit::luhn},
                                                                {"mod97", CheckDigit::mod97},
                                                                {"kid", CheckDigit::kid}}};
inline constexpr std::array<Named<SignPlace>, 3> signs{
    {{"leading", SignPlace::leading}, {"trailing", SignPlace::trailing}, {"overpunch", SignPlace::overpunch}}};
inline constexpr std::array<Named<FieldType>, 9> types{{{"digits", FieldType::digits},
                                                        {"text", FieldType::text},
                                                        {"money", FieldType::money},
                                                        {"decimal", FieldType::decimal},
                                                        {"date", FieldType::date},
                                                        {"time", FieldType::time},
                                                        {"code", FieldType::code},
                                                        {"filler", FieldType::filler},
                                                        {"opaque", FieldType::opaque}}};
inline constexpr std::array<Named<FileKind>, 8> file_kinds{{{"instruction", FileKind::instruction},
                                                            {"acknowledgement", FileKind::acknowledgement},
                                                            {"return", FileKind::returned},
                                                            {"notice", FileKind::notice},
                                                            {"settlement", FileKind::settlement},
                                                            {"statement", FileKind::statement},
                                                            {"mandate", FileKind::mandate},
                                                            {"empty", FileKind::empty}}};
inline constexpr std::array<Named<Fault Tolerance::*>, 12> tolerances{{{"short_lines", &Tolerance::short_lines},
                                                                       {"long_lines", &Tolerance::long_lines},
                                                                       {"long_text", &Tolerance::long_text},
                                                                       {"unknown_lines", &Tolerance::unknown_lines},
                                                                       {"blank_lines", &Tolerance::blank_lines},
                                                                       {"missing_fill", &Tolerance::missing_fill},
                                                                       {"stacked_files", &Tolerance::stacked_files},
                                                                       {"high_bytes", &Tolerance::high_bytes},
                                                                       {"control_bytes", &Tolerance::control_bytes},
                                                                       {"wide_characters", &Tolerance::wide_characters},
                                                                       {"empty_batches", &Tolerance::empty_batches},
                                                                       {"trimmed_fields", &Tolerance::trimmed_fields}}};
template <class Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}
/// Character classes by name, as ranges for class_of_ranges.
inline constexpr std::array<Named<std::string_view>, 7> character_classes{
    {{"printable", " -~"},
     // JIS X 0201: B1 to DF hex are the large kana and the two
     // marks, A6 the kana "wo"; A2 and A3 are corner brackets.
     {"kana", "-A-Z0-9 ().\xB1-\xDF"},
     {"kana_more", "-A-Z0-9 ()./\\\xA2\xA3\xA6\xB1-\xDF"},
     {"upper", "A-Z0-9 .,/&()'-"},
     {"alphanumeric", "A-Za-z0-9"},
     {"letters", "A-Za-z"},
     {"numeric", "0-9"}}};

/// "A-Z0-9 -": a minus at either end is itself.
[[nodiscard]] CharacterClass class_of_ranges(std::string_view ranges);

/// "YYMMDD": nothing where the letters make no date.
[[nodiscard]] std::optional<DatePattern> date_pattern(const std::string& text);
[[nodiscard]] std::optional<TimePattern> time_pattern(const std::string& text);

[[nodiscard]] bool is_number_type(FieldType type);

/// Letters to change, add or drop to get from one word to the other.
[[nodiscard]] std::size_t distance(std::string_view left, std::string_view right);

/// "Did you mean entry.amount?" where something is close enough, else `otherwise`.
template <class Names>
std::string did_you_mean(std::string_view wrong, const Names& names, std::string otherwise) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const std::string_view name : names) {
    if (const std::size_t far = distance(wrong, name); far < best_distance) {
      best = name;
      best_distance = far;
    }
  }
  return best.empty() ? std::move(otherwise) : fmt::format("Did you mean {}?", best);
}

[[nodiscard]] std::string columns(std::uint32_t first, std::uint32_t last);  // "Columns 4-13", "Column 4".
[[nodiscard]] std::string characters(std::size_t count);                     // "3 characters".
[[nodiscard]] std::string list_of(const std::vector<std::string>& names);    // "a, b, c".

}  // namespace counterfoil
