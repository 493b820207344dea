#include "core/message_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/require.hpp"

namespace counterfoil {
namespace {

std::string_view last(std::string_view text, std::size_t count) {
  return text.size() > count ? text.substr(text.size() - count) : text;
}

std::string compact_day(Date day) {
  auto text = iso_date(day);
  std::erase(text, '-');
  return text;
}

struct Piece {
  std::string_view literal;  // Or, where it is empty:
  std::string_view word;
  std::size_t count = 0;
};

/// Takes one piece off the front; nullopt where a brace is not closed or a count is no number.
std::optional<Piece> take_piece(std::string_view& pattern) {
  if (pattern.front() != '{') {
    const auto literal = pattern.substr(0, std::min(pattern.find('{'), pattern.size()));
    pattern.remove_prefix(literal.size());
    return Piece{.literal = literal, .word = {}};
  }
  const auto end = pattern.find('}');
  if (end == std::string_view::npos) return std::nullopt;
  const auto inside = pattern.substr(1, end - 1);
  pattern.remove_prefix(end + 1);
  const auto colon = inside.find(':');
  if (colon == std::string_view::npos) return Piece{.literal = {}, .word = inside};
  Piece piece{.literal = {}, .word = inside.substr(0, colon)};
  const auto digits = inside.substr(colon + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), piece.count);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || piece.count == 0 || piece.count > 35)
    return std::nullopt;
  return piece;
}

std::string filled(std::string_view word, std::size_t count, const MessageIdParts& parts) {
  if (word == "test") return parts.is_test ? "TEST" : "CF";
  if (word == "environment") return parts.is_test ? "T" : "0";
  if (word == "day") return compact_day(parts.today);
  if (word == "sequence") {
    const auto digits = std::to_string(parts.sequence);
    return std::string(count - std::min(count, digits.size()), '0') + std::string{last(digits, count)};
  }
  if (word == "creditor_id") return std::string{last(parts.creditor_id, count)};
  require(word == "random", "A pattern for message ids was checked when its scheme was read.");
  return std::string{last(parts.unique, count)};
}

}  // namespace

bool is_message_id_pattern(std::string_view pattern) {
  while (!pattern.empty()) {
    const auto piece = take_piece(pattern);
    if (!piece) return false;
    if (!piece->literal.empty()) continue;
    const bool stands_alone = piece->word == "test" || piece->word == "environment" || piece->word == "day";
    const bool counts = piece->word == "sequence" || piece->word == "creditor_id" || piece->word == "random";
    if (!(piece->count == 0 ? stands_alone : counts)) return false;
  }
  return true;
}

std::string message_id_of(std::string_view pattern, const MessageIdParts& parts) {
  std::string id;
  while (!pattern.empty()) {
    const auto piece = take_piece(pattern);
    require(piece.has_value(), "A pattern for message ids was checked when its scheme was read.");
    id += piece->literal.empty() ? filled(piece->word, piece->count, parts) : std::string{piece->literal};
  }
  return id;
}

std::string message_id_of_length(std::string_view pattern, std::string_view unique) {
  const std::string longest(64, 'X');
  const auto like = message_id_of(pattern, {.sequence = 0, .creditor_id = longest, .unique = longest});
  return std::string{unique.substr(0, like.size())};
}

}  // namespace counterfoil
