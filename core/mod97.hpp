// MOD 97-10 (ISO 7064), shared by IBAN, creditor identifier and creditor reference.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace counterfoil {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// The text as one number (A = 10 .. Z = 35), modulo 97. Only digits and upper-case letters. `before` is the rest of what
/// stands in front of the text.
[[nodiscard]] constexpr unsigned mod97(std::string_view text, unsigned before = 0) {
  constexpr std::uint64_t most = 100'000'000'000'000'000;  // Two more digits still fit.
  std::uint64_t rest = before;
  for (const char c : text) {
    rest = is_digit(c) ? rest * 10 + static_cast<unsigned>(c - '0') : rest * 100 + static_cast<unsigned>(c - 'A') + 10;
    if (rest >= most) rest %= 97;
  }
  return static_cast<unsigned>(rest % 97);
}

/// As identifiers are typed by hand: blanks out, ASCII letters upper case.
[[nodiscard]] constexpr std::string upper_without_spaces(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text) {
    if (c == ' ' || c == '\t') continue;
    clean += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return clean;
}

}  // namespace counterfoil
