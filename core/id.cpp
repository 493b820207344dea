#include "core/id.hpp"

namespace counterfoil {
namespace {

// Where hyphens stand in the 36 characters.
constexpr bool is_hyphen_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

}  // namespace

Id Id::make(std::uint64_t unix_milliseconds, const std::array<std::uint8_t, 10>& random) {
  Id id;
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes_[i] = static_cast<std::uint8_t>(unix_milliseconds >> (8 * (5 - i)));
  }
  for (std::size_t i = 0; i < random.size(); ++i) {
    id.bytes_[6 + i] = random[i];
  }
  id.bytes_[6] = static_cast<std::uint8_t>(0x70U | (id.bytes_[6] & 0x0FU));  // Version 7.
  id.bytes_[8] = static_cast<std::uint8_t>(0x80U | (id.bytes_[8] & 0x3FU));  // Variant of RFC 9562.
  return id;
}

std::optional<Id> Id::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Id id;
  std::size_t half = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto value = hex_value(text[i]);
    if (!value) return std::nullopt;
    auto& byte = id.bytes_[half / 2];
    byte = static_cast<std::uint8_t>(static_cast<unsigned>(byte) << 4U | *value);
    ++half;
  }
  return id;
}

std::string Id::text() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t half = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_place(i)) continue;
    const unsigned byte = bytes_[half / 2];
    text[i] = digits[half % 2 == 0 ? byte >> 4U : byte & 0x0FU];
    ++half;
  }
  return text;
}

std::uint64_t Id::unix_milliseconds() const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    value = (value << 8U) | bytes_[i];
  }
  return value;
}

}  // namespace counterfoil
