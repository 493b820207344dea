// Every file of fixtures/iso20022 against what stands beside it, in pieces of every size, and cut at every byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/parsers/described.hpp"

namespace counterfoil::tests {
namespace {

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& file :
       std::filesystem::directory_iterator{std::string{COUNTERFOIL_SOURCE_DIR} + "/fixtures/iso20022"}) {
    if (file.path().extension() == ".xml") names.push_back(file.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

class Iso20022Fixture : public testing::TestWithParam<std::string> {};

TEST_P(Iso20022Fixture, SaysWhatStandsBesideIt) {
  const auto described = describe(fixture(GetParam()));
  const std::string expected_path =
      std::string{COUNTERFOIL_SOURCE_DIR} + "/fixtures/iso20022/" + GetParam() + ".expect";
  // COUNTERFOIL_REWRITE=1 writes the expectation anew, to be read before it is committed.
  if (std::getenv("COUNTERFOIL_REWRITE") != nullptr) std::ofstream{expected_path, std::ios::binary} << described.text;
  EXPECT_EQ(described.text, file_bytes(expected_path));
}

TEST_P(Iso20022Fixture, SaysTheSameInPiecesOfAnySize) {
  const std::string bytes = fixture(GetParam());
  const auto whole = describe(bytes);
  for (const std::size_t size : {1U, 2U, 3U, 7U, 64U, 1000U})
    EXPECT_EQ(describe(bytes, {}, size).text, whole.text) << size;
}

TEST_P(Iso20022Fixture, IsNeverAcceptedWhenCutOff) {
  const std::string bytes = fixture(GetParam());
  const std::size_t complete = bytes.rfind('>') + 1;
  for (std::size_t length = 0; length < complete; ++length) {
    const auto described = describe(std::string_view{bytes}.substr(0, length));
    ASSERT_EQ(described.verdict, Verdict::refused) << "cut after " << length << " bytes";
    ASSERT_FALSE(described.refusal.empty());
  }
}

TEST_P(Iso20022Fixture, SurvivesAnyByteChanged) {
  const std::string bytes = fixture(GetParam());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char wrong : {'\0', '<', '&', '\xFF', 'X', '9'}) {
      std::string changed = bytes;
      changed[at] = wrong;
      (void)describe(changed);  // Any verdict, but one.
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Own, Iso20022Fixture, testing::ValuesIn(fixture_names()),
                         [](const auto& row) { return row.param.substr(0, row.param.find('.')); });

}  // namespace
}  // namespace counterfoil::tests
