// The exact texts people read when something is wrong, tests/errors/cli/*.txt, and what commands say when all is well,
// tests/cli/said/*.txt.
//
//   A sentence that says what the case is about.
//   $ printf 'x\n' > a.csv
//   $ counterfoil file show a.csv
//   the text on stdout and stderr, in the order they come
//   exit 5
//
// Lines with $ run in one shell, in a copy of fixtures/examples; the text is that of all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/cli/run_program.hpp"

namespace counterfoil::cli {
namespace {

struct Case {
  std::string about;
  std::string script;
  std::string expected;
};

std::vector<std::filesystem::path> gallery(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / folder}) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Case read_case(const std::filesystem::path& path) {
  std::ifstream in{path};
  Case result;
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("$ ")) {
      result.script += line.substr(2) + "\n";
    } else if (result.script.empty()) {
      result.about += line + "\n";
    } else {
      result.expected += line + "\n";
    }
  }
  return result;
}

class Gallery : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Gallery, SaysExactlyThis) {
  const Case each = read_case(GetParam());
  ASSERT_FALSE(each.script.empty()) << GetParam() << " has no line that begins with $.";
  const ScratchFolder folder;
  folder.copy_from(std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / "fixtures/examples");
  const auto run = run_line(folder.path(), "{ " + each.script + "} 2>&1");
  const std::string found = run.out + "exit " + std::to_string(run.exit) + "\n";
  if (std::getenv("COUNTERFOIL_WRITE_PAGES") != nullptr) {
    std::ofstream out{GetParam()};
    out << each.about;
    std::istringstream lines{each.script};
    for (std::string line; std::getline(lines, line);) out << "$ " << line << "\n";
    out << found;
  }
  EXPECT_EQ(found, each.expected) << each.about;
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Errors, Gallery, testing::ValuesIn(gallery("tests/errors/cli")), name_of);
INSTANTIATE_TEST_SUITE_P(Said, Gallery, testing::ValuesIn(gallery("tests/cli/said")), name_of);

}  // namespace
}  // namespace counterfoil::cli
