// docs/errors.md: every code a person or a script can meet, collected from the sources.
#pragma once

#include <string>
#include <vector>

namespace counterfoil::tidy {

struct ErrorCode {
  std::string code;
  std::string where;    // The file that says it first.
  std::string message;  // The first text after the code, as it stands in the source.
  std::string remedy;   // The last text of the same statement; empty where it is made elsewhere.
};

/// Sorted by code, each once.
[[nodiscard]] std::vector<ErrorCode> error_codes();

[[nodiscard]] std::string errors_page(const std::vector<ErrorCode>& codes);

}  // namespace counterfoil::tidy
