#include "core/message_id.hpp"

#include <fmt/format.h>

#include "core/pattern.hpp"
#include "core/require.hpp"

namespace counterfoil {
namespace {

std::string compact_day(Date day) {
  auto text = iso_date(day);
  std::erase(text, '-');
  return text;
}

std::string filled(std::string_view word, std::size_t count, const MessageIdParts& parts) {
  if (word == "test") return parts.is_test ? "TEST" : "CF";
  if (word == "environment") return parts.is_test ? "T" : "0";
  if (word == "day") return compact_day(parts.today);
  if (word == "sequence") {
    const auto digits = std::to_string(parts.sequence);
    return zero_filled(last_of(digits, count), count);
  }
  if (word == "creditor_id") return std::string{last_of(parts.creditor_id, count)};
  require(word == "random", "A pattern for message ids was checked when its scheme was read.");
  return std::string{last_of(parts.unique, count)};
}

}  // namespace

bool is_message_id_pattern(std::string_view pattern) {
  while (!pattern.empty()) {
    const auto piece = take_pattern_piece(pattern);
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
    const auto piece = take_pattern_piece(pattern);
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
