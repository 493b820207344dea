// Patterns of ids and references: "{test}-{day}-{sequence:6}". What may stand in braces is up to whoever fills them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace counterfoil {

struct PatternPiece {
  std::string_view literal;  // Or, where it is empty:
  std::string_view word;
  std::size_t count = 0;  // Behind the colon, 1 to 35; 0 where none is given.
};

/// Takes one piece off the front of a pattern that is not empty; nullopt where a brace is not closed or a count is no
/// number from 1 to 35.
[[nodiscard]] std::optional<PatternPiece> take_pattern_piece(std::string_view& pattern);

/// The last `count` characters.
[[nodiscard]] std::string_view last_of(std::string_view text, std::size_t count);

/// `digits` with zeros in front up to `count`; a longer text as it is.
[[nodiscard]] std::string zero_filled(std::string_view digits, std::size_t count);

}  // namespace counterfoil
