#include "apps/operations/file_comparison.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace counterfoil {
namespace {

class FileComparisons : public ::testing::Test {
 protected:
  FileComparisons() {
    std::string name = "/tmp/cf-comparison-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~FileComparisons() override { std::filesystem::remove_all(folder_); }

  std::string keep(const std::string& name, const std::string& bytes) const {
    const std::string path = folder_ + "/" + name;
    std::ofstream{path, std::ios::binary} << bytes;
    return path;
  }

  static std::string return_file() {
    std::ifstream in{std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / "fixtures/examples/return.ach", std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  static std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
  }

  [[nodiscard]] static FileComparison compare(const std::string& left, const std::string& right,
                                              std::vector<std::string> ignored = {}) {
    auto result = compare_files({.left = left, .right = right, .format = {}, .ignored = std::move(ignored)});
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().explanation);
    return result ? *std::move(result) : FileComparison{};
  }

  std::string folder_;
};

TEST_F(FileComparisons, OfAFileWithItselfFindNothing) {
  const auto file = keep("a", return_file());
  EXPECT_TRUE(compare(file, file).equal());
}

TEST_F(FileComparisons, NameTheValueThatDiffersWithBothLines) {
  const auto result = compare(keep("a", return_file()), keep("b", with(return_file(), "ANNA EXAMPLE", "ANNE EXAMPLE")));
  ASSERT_EQ(result.differing.size(), 1U);
  EXPECT_EQ(result.differing[0].word, "entry");
  EXPECT_EQ(result.differing[0].key, "RENT001");
  EXPECT_EQ(result.differing[0].left_line, 3U);
  EXPECT_EQ(result.differing[0].right_line, 3U);
  ASSERT_EQ(result.differing[0].values.size(), 1U);
  EXPECT_EQ(result.differing[0].values[0].name, "entry.payer_name");
  EXPECT_EQ(result.differing[0].values[0].left, "ANNA EXAMPLE");
  EXPECT_EQ(result.differing[0].values[0].right, "ANNE EXAMPLE");
}

TEST_F(FileComparisons, TellARowThatIsGoneFromOneThatIsNew) {
  const auto result = compare(keep("a", return_file()), keep("b", with(return_file(), "RENT002", "RENT009")));
  EXPECT_TRUE(result.differing.empty());
  ASSERT_EQ(result.left_only.size(), 1U);
  EXPECT_EQ(result.left_only[0].key, "RENT002");
  EXPECT_EQ(result.left_only[0].amount.text(), "USD 500.00");
  ASSERT_EQ(result.right_only.size(), 1U);
  EXPECT_EQ(result.right_only[0].key, "RENT009");
}

TEST_F(FileComparisons, CountARepeatedReferenceOnceEach) {
  const auto twice = with(return_file(), "RENT002", "RENT001");
  EXPECT_TRUE(compare(keep("a", twice), keep("b", twice)).equal());
  const auto result = compare(keep("a", twice), keep("b", return_file()));
  ASSERT_EQ(result.left_only.size(), 1U);
  EXPECT_EQ(result.left_only[0].key, "RENT001 (2)");
  ASSERT_EQ(result.right_only.size(), 1U);
  EXPECT_EQ(result.right_only[0].key, "RENT002");
}

TEST_F(FileComparisons, PassOverWhatMayDiffer) {
  const auto left = keep("a", return_file()), right = keep("b", with(return_file(), "ANNA EXAMPLE", "ANNE EXAMPLE"));
  EXPECT_TRUE(compare(left, right, {"entry.payer_name"}).equal());
  const auto misspelt = compare_files({.left = left, .right = right, .format = {}, .ignored = {"entry.payer_nam"}});
  ASSERT_FALSE(misspelt.has_value());
  EXPECT_EQ(misspelt.error().code, "diff.value-unknown");
}

TEST_F(FileComparisons, TakeNoPipeThatCannotBeReadTwice) {
  const auto result = compare_files({.left = "-", .right = keep("b", return_file()), .format = {}, .ignored = {}});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, "diff.not-a-file");
}

}  // namespace
}  // namespace counterfoil
