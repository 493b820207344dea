// Rules of the house that no compiler keeps. Every failure names the file, the line and what to do.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "tests/tidy/errors_page.hpp"
#include "tests/tidy/source_tree.hpp"

namespace counterfoil::tidy {
namespace {

using Folders = std::set<std::string>;

/// docs/ARCHITECTURE.md has this table as a drawing: which folder may include which.
const std::map<std::string, Folders>& floors() {
  static const Folders tower{"core",  "mandates", "billing", "reconcile", "security",
                             "store", "formats",  "parsers", "generators"};
  static const std::map<std::string, Folders> table{
      {"core", {}},
      {"formats", {"core"}},
      {"parsers", {"core", "formats"}},
      {"generators", {"core", "formats"}},
      {"mandates", {"core"}},
      {"billing", {"core", "mandates"}},
      {"reconcile", {"core", "mandates", "billing"}},
      {"security", {"core"}},
      {"store", {"core", "mandates", "billing", "reconcile", "security"}},
      {"apps/operations", tower},
      // The command line shows values of the floors below; what it does goes through an operation.
      {"apps/cli",
       {"apps/operations", "core", "formats", "parsers", "mandates", "billing", "reconcile", "security", "store"}},
  };
  return table;
}

/// "apps/cli/main.cpp" stands in "apps/cli", "core/money.cpp" in "core".
std::string floor_of(const std::string& path) {
  const auto first = path.find('/');
  if (first == std::string::npos) return {};
  const std::string top = path.substr(0, first);
  if (top != "apps") return top;
  return path.substr(0, path.find('/', first + 1));
}

struct Include {
  std::size_t line = 0;
  std::string path;
  bool is_quoted = false;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern{R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])"};
  std::vector<Include> result;
  std::size_t number = 0;
  for (const auto& line : lines_of(file.text)) {
    ++number;
    std::smatch match;
    if (std::regex_search(line, match, pattern)) result.push_back({number, match[2], match[1] == "\""});
  }
  return result;
}

TEST(Tidy, IncludesRespectTheFloors) {
  for (const auto& file : files_below(program_folders(), {".cpp", ".hpp"})) {
    const std::string here = floor_of(file.path);
    const auto floor = floors().find(here);
    ASSERT_NE(floor, floors().end())
        << file.path << ": this folder has no floor. Give it one in docs/ARCHITECTURE.md and in this test.";
    for (const auto& include : includes_of(file)) {
      if (!include.is_quoted) continue;
      const std::string there = floor_of(include.path);
      if (there == here || floor->second.contains(there)) continue;
      ADD_FAILURE() << file.path << ":" << include.line << ": " << here << " includes " << include.path
                    << ", but may include only {" << fmt::format("{}", fmt::join(floor->second, ", "))
                    << "}. Move what is needed to a lower floor, or hand it in from apps/operations as a value.";
    }
  }
}

TEST(Tidy, HeadersKeepOutsideLibrariesAway) {
  const std::vector<std::string> heavy{"boost/",  "libxml/", "soci/", "openssl/", "CLI/",    "nlohmann/",
                                       "toml++/", "spdlog/", "libpq", "zip.h",    "unicode/"};
  for (const auto& file : files_below(program_folders(), {".hpp"})) {
    for (const auto& include : includes_of(file)) {
      const bool is_heavy =
          std::ranges::any_of(heavy, [&](const auto& prefix) { return include.path.starts_with(prefix); });
      EXPECT_FALSE(is_heavy)
          << file.path << ":" << include.line << ": a header includes " << include.path
          << ". Keep it in one .cpp behind a plain header; everybody who includes this one pays for it.";
    }
  }
}

TEST(Tidy, SourcesAreAscii) {
  auto files = files_below(program_folders(), {".cpp", ".hpp", "CMakeLists.txt"});
  for (auto& file : files_below({"tests"}, {".cpp", ".hpp", "CMakeLists.txt"})) files.push_back(std::move(file));
  for (auto& file : files_below({"scripts", ".ci"}, {""})) files.push_back(std::move(file));
  for (const auto& file : files) {
    std::size_t number = 0;
    for (const auto& line : lines_of(file.text)) {
      ++number;
      const bool ascii = std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      EXPECT_TRUE(ascii) << file.path << ":" << number
                         << ": write other characters as escapes, such as \"\\xC3\\xBC\".";
    }
  }
}

void forbid(const std::vector<SourceFile>& files, const std::string& pattern, const std::string& remedy,
            bool in_code_only = true) {
  const std::regex forbidden{pattern};
  for (const auto& file : files) {
    std::size_t number = 0;
    for (const auto& line : lines_of(in_code_only ? code_only(file.text) : file.text)) {
      ++number;
      EXPECT_FALSE(std::regex_search(line, forbidden)) << file.path << ":" << number << ": " << remedy;
    }
  }
}

TEST(Tidy, NoFloatingPointTouchesMoney) {
  forbid(files_below(program_folders(), {".cpp", ".hpp"}), R"(\b(float|double)\b)",
         "count minor units in whole numbers; a fraction of a cent is a lost cent.");
}

TEST(Tidy, NoLeftOverMarkers) {
  // Written in two pieces so that this line does not find itself.
  forbid(files_below({"."}, {".cpp", ".hpp", "CMakeLists.txt", ".md", ".layout", ".table", ".toml", ".tsv", ".sql"}),
         std::string{R"(\b(TO)"} + "DO|FIX" + R"(ME)\b)",
         "finish it, or take it out and say in the report what is missing.", false);
}

TEST(Tidy, TextsOfDatabaseExceptionsAreNotShown) {
  // The one exception is the reader of the command line: it includes no database, and what it repeats is what the
  // person has just typed.
  const std::string command_line = "apps/cli/parse.cpp";
  auto files = files_below(program_folders(), {".cpp", ".hpp"});
  const auto reader = std::ranges::find(files, command_line, &SourceFile::path);
  ASSERT_NE(reader, files.end()) << command_line << " has moved; name it anew here.";
  for (const auto& include : includes_of(*reader)) {
    const bool may_meet_database = include.path.starts_with("store/") || include.path.starts_with("apps/operations/") ||
                                   include.path.starts_with("soci/");
    EXPECT_FALSE(may_meet_database) << command_line << ":" << include.line << ": includes " << include.path
                                    << " and shows texts of exceptions; keep the two apart.";
  }
  files.erase(reader);
  forbid(files, R"(\bwhat\s*\(\))",
         "the text of a database exception holds bound values, such as account numbers. Branch on its category and say "
         "it in own words.");
}

TEST(Tidy, NoPositionOfABankRecordStandsInCode) {
  forbid(files_below({"parsers/", "generators/"}, {"fixed_width.cpp", "fixed_width.hpp", "annotate.cpp"}),
         R"(substr\(\s*[1-9][0-9]*\s*[,)])",
         "positions belong in the layout under schemes/; the code works from the plan.");
}

TEST(Tidy, EverySourceIsInTheBuild) {
  for (const auto& file : files_below({"core", "formats", "parsers", "generators", "mandates", "billing", "reconcile",
                                       "security", "store", "apps", "tests"},
                                      {".cpp"})) {
    // The CMakeLists.txt of the nearest folder above that has one.
    std::filesystem::path folder = std::filesystem::path{file.path}.parent_path();
    while (!folder.empty() && read_file((folder / "CMakeLists.txt").string()).empty()) folder = folder.parent_path();
    const std::string listed = read_file((folder / "CMakeLists.txt").string());
    const std::string name = std::filesystem::relative(file.path, folder).string();
    EXPECT_NE(listed.find(name), std::string::npos)
        << file.path << " is not listed in " << (folder / "CMakeLists.txt").string()
        << ". List it there; a test outside the build protects nobody.";
  }
}

TEST(Tidy, EveryErrorStandsOnThePageOfErrors) {
  const auto codes = error_codes();
  EXPECT_GT(codes.size(), 100U);
  if (std::getenv("COUNTERFOIL_WRITE_PAGES") != nullptr) {
    std::ofstream{std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / "docs/errors.md"} << errors_page(codes);
  }
  const std::string page = read_file("docs/errors.md");
  std::set<std::string> known;
  for (const auto& code : codes) {
    known.insert(code.code);
    EXPECT_NE(page.find("| `" + code.code + "` |"), std::string::npos)
        << code.where << ": docs/errors.md does not list " << code.code
        << ". Run this test with COUNTERFOIL_WRITE_PAGES=1 and commit the page.";
  }
  for (const auto& line : lines_of(page)) {
    if (!line.starts_with("| `")) continue;
    const std::string code = line.substr(3, line.find('`', 3) - 3);
    EXPECT_TRUE(known.contains(code))
        << "docs/errors.md lists " << code
        << ", which no source says. Run this test with COUNTERFOIL_WRITE_PAGES=1 and commit the page.";
  }
}

}  // namespace
}  // namespace counterfoil::tidy
