// tests/errors/layouts: one broken layout for each mistake, and the text a person reads about it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "formats/layout.hpp"

namespace counterfoil {
namespace {

const std::filesystem::path gallery = std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / "tests/errors/layouts";

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> mistakes() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator{gallery}) {
    if (file.path().extension() == ".layout") names.push_back(file.path().stem());
  }
  std::ranges::sort(names);
  return names;
}

std::string told(const std::string& name) {
  const LoadedLayout loaded = load_layout(read_whole(gallery / (name + ".layout")), name + ".layout");
  std::string text;
  for (const Finding& finding : loaded.findings) {
    text += finding.place.file + ":" + std::to_string(finding.place.line) + ":" +
            std::to_string(finding.place.column_first) + ": " + std::string{severity_name(finding.severity)} + " " +
            finding.code + "\n" + finding.message + "\n" + finding.remedy + "\n";
  }
  return text;
}

class LayoutMistake : public testing::TestWithParam<std::string> {};

TEST_P(LayoutMistake, IsToldInTheseWords) {
  const std::filesystem::path expectation = gallery / (GetParam() + ".expect");
  if (std::getenv("COUNTERFOIL_WRITE_EXPECT") != nullptr)
    std::ofstream{expectation, std::ios::binary} << told(GetParam());
  EXPECT_EQ(told(GetParam()), read_whole(expectation));
}

TEST_P(LayoutMistake, LeavesNoPlanBehind) {
  const LoadedLayout loaded = load_layout(read_whole(gallery / (GetParam() + ".layout")), GetParam());
  EXPECT_EQ(loaded.plan, nullptr);
  EXPECT_FALSE(loaded.findings.empty());
}

INSTANTIATE_TEST_SUITE_P(Gallery, LayoutMistake, testing::ValuesIn(mistakes()), [](const auto& mistake) {
  std::string name = mistake.param;
  std::ranges::replace_if(name, [](char letter) { return std::isalnum(static_cast<unsigned char>(letter)) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace counterfoil
