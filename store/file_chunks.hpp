// The bytes of stored files in sealed pieces; shared by what goes out and what comes in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/scope.hpp"

namespace counterfoil {

inline constexpr std::size_t file_chunk_bytes = 1U << 20U;

/// Numbers count from 1.
[[nodiscard]] Result<void> insert_chunk(const Scope& scope, std::string_view table, const Id& file,
                                        std::uint64_t number, std::string_view bytes);
/// Nothing after the last one.
[[nodiscard]] Result<std::optional<std::string>> read_chunk(const Scope& scope, std::string_view table, const Id& file,
                                                            std::uint64_t number);

}  // namespace counterfoil
