#include "core/modulus_check.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace counterfoil {
namespace {

using Answer = ModulusTables::Answer;

std::filesystem::path sample(const char* name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  return std::filesystem::path{folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples"} / "bacs" /
         name;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Rows of our own in the form of the published files.
ModulusTables made_tables() {
  const auto tables = ModulusTables::read(
      "100000 100099 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1\n"
      "200000 200000 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1\r\n\n"
      "300000 300000 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1 1\n"
      "400000 400000 MOD11 0 0 0 0 0 0 0 0 0 0 0 0 0 -1\n",
      "weights", "100005 100006\n", "substitutes");
  EXPECT_TRUE(tables.has_value()) << tables.error().explanation;
  return *tables;
}

TEST(ModulusCheck, AgreesWithEveryPublishedAndComputedCase) {
  if (!std::filesystem::exists(sample("modulus_vectors_v770.tsv")))
    GTEST_SKIP() << "bacs/modulus_vectors_v770.tsv is not here.";
  const auto tables = ModulusTables::read(text_of(sample("valacdos_v770.txt")), "valacdos",
                                          text_of(sample("scsubtab_v770.txt")), "scsubtab");
  ASSERT_TRUE(tables.has_value()) << tables.error().explanation;
  EXPECT_EQ(tables->rows(), 1138U);
  std::istringstream lines{text_of(sample("modulus_vectors_v770.tsv"))};
  std::string line;
  std::getline(lines, line);
  unsigned cases = 0;
  while (std::getline(lines, line)) {
    std::istringstream cells{line};
    std::string sort_code, account, expected;
    cells >> sort_code >> account >> expected;
    const auto read = read_british_account(sort_code, account);
    ASSERT_TRUE(read.has_value()) << line;
    const auto answer = tables->check(*read);
    EXPECT_EQ(answer == Answer::passes ? "VALID" : answer == Answer::fails ? "INVALID" : "UNCHECKED", expected) << line;
    ++cases;
  }
  EXPECT_EQ(cases, 80U);
}

TEST(ModulusCheck, KeepsNegativeSumsBetweenNothingAndTheModulus) {
  const auto tables = made_tables();
  EXPECT_EQ(tables.check({"400000", "12345670"}), Answer::passes);
  EXPECT_EQ(tables.check({"400000", "12345671"}), Answer::fails);
}

TEST(ModulusCheck, PresumesThatAnUnknownSortCodeIsRight) {
  EXPECT_EQ(made_tables().check({"999999", "12345678"}), Answer::unchecked);
}

TEST(ModulusCheck, NamesTheLineOfATableItCannotRead) {
  const std::string good = "100000 100099 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1\n";
  for (const std::string& bad :
       {std::string{"100000 100099 MOD12 0 0 0 0 0 0 8 7 6 5 4 3 2 1\n"}, std::string{"1 2 MOD10\n"},
        std::string{"100099 100000 MOD10 0 0 0 0 0 0 8 7 6 5 4 3 2 1\n"},
        std::string{"100000 100099 MOD10 0 0 0 0 0 0 8 7 6 5 4 3 2 1 15\n"},
        std::string{"100000 100099 MOD10 0 0 0 0 0 0 8 7 6 5 4 3 2 x\n"}}) {
    const auto tables = ModulusTables::read(good + bad, "valacdos.txt", "", "scsubtab.txt");
    ASSERT_FALSE(tables.has_value()) << bad;
    EXPECT_EQ(tables.error().code, "modulus.table");
    EXPECT_EQ(tables.error().place.line, 2U);
    EXPECT_EQ(tables.error().place.file, "valacdos.txt");
  }
  EXPECT_EQ(ModulusTables::read(good, "w", "938173\n", "scsubtab.txt").error().place.file, "scsubtab.txt");
  EXPECT_FALSE(ModulusTables::read("", "w", "", "s").has_value());
}

TEST(BritishAccounts, AreBroughtToSixAndEightDigits) {
  EXPECT_EQ(*read_british_account("20-29-59", "6374 8472"), (BritishAccount{"202959", "63748472"}));
  EXPECT_EQ(*read_british_account("202959", "123456"), (BritishAccount{"202959", "00123456"}));
  EXPECT_EQ(*read_british_account("202959", "1234567"), (BritishAccount{"202959", "01234567"}));
  EXPECT_EQ(*read_british_account("090720", "412345678"), (BritishAccount{"090724", "12345678"}));
}

TEST(BritishAccounts, SayWhatIsWrongWithThem) {
  const auto code = [](std::string_view sort_code, std::string_view account) {
    return read_british_account(sort_code, account).error().code;
  };
  EXPECT_EQ(code("20295", "63748472"), "sort-code.length");
  EXPECT_EQ(code("2029AB", "63748472"), "sort-code.digits");
  EXPECT_EQ(code("202959", "6374847X"), "sort-code.account-digits");
  EXPECT_EQ(code("202959", "6374847212"), "sort-code.account-length");
  EXPECT_EQ(code("202959", "12345"), "sort-code.account-length");
  EXPECT_EQ(code("202959", ""), "sort-code.account-length");
}

std::string any_digits(int count) {
  std::string digits;
  for (int i = 0; i < count; ++i) digits += static_cast<char>(*rc::gen::inRange<int>('0', '9' + 1));
  return digits;
}

RC_GTEST_PROP(ModulusCheckProperty, OneWrongDigitNeverPassesWhereEveryWeightCounts, ()) {
  const auto tables = made_tables();
  const BritishAccount account{"100000", any_digits(8)};
  const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, 8));
  BritishAccount wrong = account;
  wrong.account[at] = static_cast<char>('0' + (wrong.account[at] - '0' + *rc::gen::inRange(1, 10)) % 10);
  // Weights 1 to 8 have no common divisor with eleven, and digits differ by less than that.
  RC_ASSERT(!(tables.check(account) == Answer::passes && tables.check(wrong) == Answer::passes));
}

RC_GTEST_PROP(ModulusCheckProperty, OneOfElevenLastDigitsAtMostPasses, ()) {
  const auto tables = made_tables();
  const auto first_seven = any_digits(7);
  int passing = 0;
  for (char last = '0'; last <= '9'; ++last) {
    passing += tables.check({"100000", first_seven + last}) == Answer::passes ? 1 : 0;
  }
  RC_ASSERT(passing <= 1);
}

RC_GTEST_PROP(ModulusCheckProperty, ReadingTwiceChangesNothing, ()) {
  const auto read = read_british_account(any_digits(6), any_digits(*rc::gen::inRange(6, 10)));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read_british_account(read->sort_code, read->account) == *read);
}

}  // namespace
}  // namespace counterfoil
