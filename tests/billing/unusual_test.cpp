#include "billing/unusual.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace counterfoil {
namespace {

const BatchFigures usual{.count = 100, .sum_minor = 50'000, .largest_minor = 900};

BatchSurroundings like_before() { return {.before = {usual, usual, usual}}; }

TEST(Unusual, IsNothingAboutABatchLikeTheOnesBefore) {
  EXPECT_TRUE(unusual_in(usual, like_before(), euro).empty());
  EXPECT_TRUE(unusual_in({130, 65'000, 1'170}, like_before(), euro).empty()) << "Thirty percent more is still usual.";
  EXPECT_TRUE(unusual_in({70, 35'000, 1}, like_before(), euro).empty());
}

TEST(Unusual, NamesEachFigureThatIsFarOff) {
  struct Row {
    BatchFigures batch;
    std::string sentence;
  };
  for (const auto& [batch, sentence] :
       {Row{{131, 50'000, 900}, "It has 131 claims, and the last 3 batches had 100 on average."},
        Row{{69, 50'000, 900}, "It has 69 claims, and the last 3 batches had 100 on average."},
        Row{{100, 65'001, 900}, "It comes to EUR 650.01, and the last 3 batches came to EUR 500.00 on average."},
        Row{{100, 34'999, 900}, "It comes to EUR 349.99, and the last 3 batches came to EUR 500.00 on average."},
        Row{{100, 50'000, 1'171}, "Its largest claim is of EUR 11.71, and the largest before was of EUR 9.00."}}) {
    const auto odd = unusual_in(batch, like_before(), euro);
    ASSERT_EQ(odd.size(), 1U) << sentence;
    EXPECT_EQ(odd.front(), sentence);
  }
}

TEST(Unusual, ComparesAFirstBatchWithNothing) {
  EXPECT_TRUE(unusual_in(usual, {.before = {}, .new_mandates = 100}, euro).empty());
}

TEST(Unusual, CountsNewMandatesRepeatedAmountsAndYoungMandates) {
  auto around = like_before();
  around.new_mandates = 10;
  EXPECT_TRUE(unusual_in(usual, around, euro).empty());
  around.new_mandates = 11;
  around.repeated = 2;
  around.young_mandates = 1;
  EXPECT_EQ(unusual_in(usual, around, euro).size(), 3U);
}

TEST(Unusual, HoldsForTheLargestAmountsThereAre) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const BatchFigures huge{.count = 1, .sum_minor = most, .largest_minor = most};
  EXPECT_TRUE(unusual_in(huge, {.before = {huge, huge}}, euro).empty());
}

}  // namespace
}  // namespace counterfoil
