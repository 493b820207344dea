// A check for our own mistakes. It stays on in every build: money moves on what follows it.
#pragma once

#include <source_location>
#include <string_view>

namespace counterfoil {

/// Prints `why` with its place and ends the process. Never used for bad input: that is an Error or a Finding.
[[noreturn]] void require_failed(std::string_view why, std::source_location where);

inline void require(bool condition, std::string_view why,
                    std::source_location where = std::source_location::current()) {
  if (!condition) [[unlikely]] {
    require_failed(why, where);
  }
}

}  // namespace counterfoil
