// Identifiers made by the client, so that a repeated command carries the id of its first try.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace counterfoil {

/// 16 bytes as RFC 9562 has them. The value of all zeros stands for "no id".
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  [[nodiscard]] constexpr bool is_nil() const { return *this == Uuid{}; }
};

/// A version 7 id: 48 bits of milliseconds since 1970, then random bits. Pure; the clock and the random bytes are
/// handed in. Ids of a later millisecond sort after those of an earlier one.
[[nodiscard]] Uuid make_uuid7(std::uint64_t milliseconds, const std::array<std::uint8_t, 10>& random);

/// "01930000-0000-7000-8000-000000000000", in lower case.
[[nodiscard]] std::string uuid_text(const Uuid& id);

/// Takes either case; nothing for anything but 36 characters with the hyphens in their places.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace counterfoil

template <>
struct std::hash<counterfoil::Uuid> {
  std::size_t operator()(const counterfoil::Uuid& id) const noexcept {
    std::size_t value = 0;
    for (std::size_t i = 8; i < 16; ++i) value = (value << 8) | id.bytes[i];  // The random half.
    return value;
  }
};
