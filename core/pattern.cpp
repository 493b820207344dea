#include "core/pattern.hpp"

#include <algorithm>
#include <charconv>

namespace counterfoil {

std::optional<PatternPiece> take_pattern_piece(std::string_view& pattern) {
  constexpr std::size_t largest_count = 35;
  if (pattern.front() != '{') {
    const auto literal = pattern.substr(0, std::min(pattern.find('{'), pattern.size()));
    pattern.remove_prefix(literal.size());
    return PatternPiece{.literal = literal, .word = {}};
  }
  const auto end = pattern.find('}');
  if (end == std::string_view::npos) return std::nullopt;
  const auto inside = pattern.substr(1, end - 1);
  pattern.remove_prefix(end + 1);
  const auto colon = inside.find(':');
  if (colon == std::string_view::npos) return PatternPiece{.literal = {}, .word = inside};
  PatternPiece piece{.literal = {}, .word = inside.substr(0, colon)};
  const auto digits = inside.substr(colon + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), piece.count);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
  if (piece.count == 0 || piece.count > largest_count) return std::nullopt;
  return piece;
}

std::string_view last_of(std::string_view text, std::size_t count) {
  return text.size() > count ? text.substr(text.size() - count) : text;
}

std::string zero_filled(std::string_view digits, std::size_t count) {
  return std::string(count - std::min(count, digits.size()), '0') + std::string{digits};
}

}  // namespace counterfoil
