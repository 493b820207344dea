// Test or live: chosen once for a database, and part of its keys, files and names ever after.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace counterfoil {

enum class Environment : std::uint8_t { test, live };

[[nodiscard]] std::string_view environment_name(Environment environment);  // "test", "live"
[[nodiscard]] std::optional<Environment> parse_environment(std::string_view name);

}  // namespace counterfoil
