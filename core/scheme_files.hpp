// The data under schemes/ as it lies in the binary. The bytes come from a source file made by schemes/CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

namespace counterfoil {

struct SchemeFile {
  std::string_view path;  // "nacha/reasons.tsv": scheme folder, then the path inside it.
  std::string_view bytes;
};

/// Sorted by path; lives as long as the program.
[[nodiscard]] std::span<const SchemeFile> embedded_scheme_files();

}  // namespace counterfoil
