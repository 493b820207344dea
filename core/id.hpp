// Identifiers made by the program itself, before the database has seen a row: they double as idempotency keys.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace counterfoil {

/// A UUID of version 7 (RFC 9562, section 5.7): 48 bits of time, then random bits, so that ids sort by the moment
/// they were made. The nil id (all zeros) means "none".
class Id {
 public:
  constexpr Id() = default;

  /// From a time and ten random bytes, both handed in: nothing below `apps` has a clock or a source of chance.
  [[nodiscard]] static Id make(std::uint64_t unix_milliseconds, const std::array<std::uint8_t, 10>& random);

  /// The 36 characters with hyphens, in either case; or nothing. Any UUID is taken, not only version 7.
  [[nodiscard]] static std::optional<Id> parse(std::string_view text);

  [[nodiscard]] static constexpr Id from_bytes(const std::array<std::uint8_t, 16>& bytes) {
    Id id;
    id.bytes_ = bytes;
    return id;
  }

  /// "019339a8-52f0-7c1e-8a4b-0123456789ab".
  [[nodiscard]] std::string text() const;

  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  [[nodiscard]] constexpr bool is_nil() const { return *this == Id{}; }
  [[nodiscard]] std::uint64_t unix_milliseconds() const;

  constexpr auto operator<=>(const Id&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace counterfoil

template <>
struct std::hash<counterfoil::Id> {
  [[nodiscard]] std::size_t operator()(const counterfoil::Id& id) const noexcept {
    // The last eight bytes are the random ones.
    std::size_t value = 0;
    for (std::size_t i = 8; i < 16; ++i) {
      value = (value << 8U) | id.bytes()[i];
    }
    return value;
  }
};
