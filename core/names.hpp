// Names of enumerations: one table each, read in both directions.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "core/require.hpp"

namespace counterfoil {

template <class Enum>
using Named = std::pair<Enum, std::string_view>;

template <class Enum, std::size_t count>
[[nodiscard]] std::string_view name_in(const std::array<Named<Enum>, count>& names, Enum value) {
  const auto found = std::ranges::find(names, value, &Named<Enum>::first);
  require(found != names.end(), "Every value of the enumeration has a name.");
  return found->second;
}

template <class Enum, std::size_t count>
[[nodiscard]] std::optional<Enum> value_in(const std::array<Named<Enum>, count>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &Named<Enum>::second);
  if (found == names.end()) return std::nullopt;
  return found->first;
}

}  // namespace counterfoil
