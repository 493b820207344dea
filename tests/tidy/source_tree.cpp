#include "tests/tidy/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace counterfoil::tidy {

const std::vector<std::string>& program_folders() {
  static const std::vector<std::string> folders{"core",    "formats",   "parsers",  "generators", "mandates",
                                                "billing", "reconcile", "security", "store",      "apps"};
  return folders;
}

std::string read_file(const std::string& relative_path) {
  std::ifstream in{std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / relative_path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<SourceFile> files_below(const std::vector<std::string>& folders, const std::vector<std::string>& endings) {
  const std::filesystem::path root{COUNTERFOIL_SOURCE_DIR};
  std::vector<SourceFile> files;
  for (const auto& folder : folders) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root / folder}) {
      if (!entry.is_regular_file()) continue;
      const std::string path = std::filesystem::relative(entry.path(), root).string();
      if (path.starts_with("build/") || path.starts_with(".git/")) continue;
      const bool wanted = std::ranges::any_of(endings, [&](const auto& ending) { return path.ends_with(ending); });
      if (wanted) files.push_back({path, read_file(path)});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string code_only(std::string_view text) {
  std::string result{text};
  const auto blank = [&](std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < std::min(to, result.size()); ++at) {
      if (result[at] != '\n') result[at] = ' ';
    }
  };
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 2) == "//") {
      const auto end = std::min(text.find('\n', at), text.size());
      blank(at, end);
      at = end;
    } else if (text.substr(at, 2) == "/*") {
      const auto end = std::min(text.find("*/", at + 2), text.size() - 2) + 2;
      blank(at, end);
      at = end;
    } else if (text.substr(at, 3) == "R\"(") {
      const auto end = std::min(text.find(")\"", at), text.size() - 2);
      blank(at + 3, end);
      at = end + 2;
    } else if (text[at] == '"') {
      std::size_t end = at + 1;
      while (end < text.size() && text[end] != '"' && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
      blank(at + 1, end);
      at = end + 1;
    } else if (text[at] == '\'' && (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0)) {
      std::size_t end = at + 1;
      while (end < text.size() && text[end] != '\'' && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
      blank(at + 1, end);
      at = end + 1;
    } else {
      ++at;
    }
  }
  return result;
}

}  // namespace counterfoil::tidy
