// The sources of the project as text, for tests that read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace counterfoil::tidy {

struct SourceFile {
  std::string path;  // Relative to the repository: "core/money.cpp".
  std::string text;
};

/// Every file below the folders whose name ends in one of the endings, sorted by path. "." stands for the repository.
[[nodiscard]] std::vector<SourceFile> files_below(const std::vector<std::string>& folders,
                                                  const std::vector<std::string>& endings);

/// The folders of the program itself.
[[nodiscard]] const std::vector<std::string>& program_folders();

[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// The text with comments and the contents of string literals replaced by blanks, so that columns and lines stay.
[[nodiscard]] std::string code_only(std::string_view text);

[[nodiscard]] std::string read_file(const std::string& relative_path);

}  // namespace counterfoil::tidy
