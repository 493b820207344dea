// Character sets counted in bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/plan.hpp"

namespace counterfoil {

/// UTF-8 of bytes in `charset`; nullopt when the bytes are not text in it.
[[nodiscard]] std::optional<std::string> to_utf8(Charset charset, std::string_view bytes);

/// The bytes of a UTF-8 text in `charset`; nullopt when a character does not exist there.
[[nodiscard]] std::optional<std::string> from_utf8(Charset charset, std::string_view utf8);

/// The first character of a UTF-8 text that `charset` does not have, as UTF-8; empty when it has them all.
[[nodiscard]] std::string_view first_missing(Charset charset, std::string_view utf8);

/// A UTF-8 text as JIS X 0201 has it: full-width forms become half-width, a voiced kana two characters, small kana
/// large, hiragana katakana, the mark of a long vowel a hyphen. What it cannot say stays as it is.
[[nodiscard]] std::string fold_to_jis_x0201(std::string_view utf8);

/// At most `limit` bytes of `bytes` without cutting a character of `charset`.
[[nodiscard]] std::string_view cut_to_bytes(Charset charset, std::string_view bytes, std::size_t limit);

}  // namespace counterfoil
