// What a reader delivers, as lines of text that a test can hold against what must be said.
#pragma once

#include <string>
#include <string_view>

#include "parsers/reader.hpp"

namespace counterfoil::tests {

struct Described {
  Verdict verdict = Verdict::refused;
  std::string text;      // One line a word and finding, the verdict last.
  std::string findings;  // Codes only, in order, one a line.
  std::string refusal;   // Code of the first finding that refuses the file.
  std::uint64_t entries = 0, ends = 0;
};

[[nodiscard]] Described describe(std::string_view bytes, const ReadOptions& options = {},
                                 std::size_t piece_size = 65536);

[[nodiscard]] std::string file_bytes(const std::string& path);

/// A file of fixtures/iso20022.
[[nodiscard]] std::string fixture(const std::string& name);

}  // namespace counterfoil::tests
