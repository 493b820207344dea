#include "formats/layout_words.hpp"

#include <fmt/ranges.h>

#include <numeric>

namespace counterfoil {

std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t corner = row[0]++;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, corner + (left[i] == right[j] ? 0U : 1U)});
      corner = above;
    }
  }
  return row.back();
}

std::string columns(std::uint32_t first, std::uint32_t last) {
  return first == last ? fmt::format("Column {}", first) : fmt::format("Columns {}-{}", first, last);
}

std::string characters(std::size_t count) { return fmt::format("{} character{}", count, count == 1 ? "" : "s"); }

std::string list_of(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

bool is_number_type(FieldType type) {
  return type == FieldType::digits || type == FieldType::money || type == FieldType::decimal;
}

CharacterClass class_of_ranges(std::string_view ranges) {
  CharacterClass allowed{};
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    auto first = static_cast<unsigned char>(ranges[i]);
    auto last = first;
    if (i + 2 < ranges.size() && ranges[i + 1] == '-') {
      last = static_cast<unsigned char>(ranges[i + 2]);
      i += 2;
    }
    for (unsigned byte = first; byte <= last; ++byte) allowed[byte] = true;
  }
  return allowed;
}

std::optional<DatePattern> date_pattern(const std::string& text) {
  DatePattern pattern{.text = text, .year = {}, .month = {}, .day = {}, .day_of_year = {}};
  for (std::uint32_t i = 0; i < text.size();) {
    const char letter = text[i];
    std::uint32_t run = 1;
    while (i + run < text.size() && text[i + run] == letter) ++run;
    Span* part = nullptr;
    if (letter == 'Y' && (run == 2 || run == 4)) part = &pattern.year;
    if (letter == 'M' && run == 2) part = &pattern.month;
    if (letter == 'D' && run == 2) part = &pattern.day;
    if (letter == 'D' && run == 3) part = &pattern.day_of_year;
    if (letter == 'Y' || letter == 'M' || letter == 'D') {
      if (part == nullptr || part->length != 0) return std::nullopt;
      *part = {i, run};
    }
    i += run;
  }
  const bool by_month = pattern.month.length != 0 && pattern.day.length != 0 && pattern.day_of_year.length == 0;
  const bool by_day_of_year = pattern.month.length == 0 && pattern.day.length == 0 && pattern.day_of_year.length != 0;
  const bool by_day_alone = text == "DD";
  if (!by_month && !by_day_of_year && !by_day_alone) return std::nullopt;
  return pattern;
}

std::optional<TimePattern> time_pattern(const std::string& text) {
  TimePattern pattern{.text = text, .hour = {}, .minute = {}, .second = {}};
  for (std::uint32_t i = 0; i < text.size();) {
    const std::string_view two = std::string_view{text}.substr(i, 2);
    Span* part = two == "HH" ? &pattern.hour : two == "MM" ? &pattern.minute : two == "SS" ? &pattern.second : nullptr;
    if (part != nullptr && part->length != 0) return std::nullopt;
    if (part != nullptr) *part = {i, 2};
    i += part != nullptr ? 2 : 1;
  }
  if (pattern.hour.length == 0 || pattern.minute.length == 0) return std::nullopt;
  return pattern;
}

}  // namespace counterfoil
