#include "core/message_id.hpp"

#include <gtest/gtest.h>

#include "core/catalogue.hpp"

namespace counterfoil {
namespace {

constexpr MessageIdParts parts{.is_test = true,
                               .today = make_date(2026, 11, 24),
                               .sequence = 12345,
                               .creditor_id = "44030000000123",
                               .unique = "01f2-9ab7"};

TEST(MessageId, FillsEveryWordOfItsPattern) {
  EXPECT_EQ(message_id_of("{test}-{day}-{sequence:6}-{random:4}", parts), "TEST-20261124-012345-9ab7");
  EXPECT_EQ(message_id_of("{creditor_id:3}{environment}{sequence:4}", parts), "123T2345");
  auto live = parts;
  live.is_test = false;
  EXPECT_EQ(message_id_of("{test}{environment}", live), "CF0");
}

TEST(MessageId, KeepsAShortCreditorIdWhole) {
  auto brief = parts;
  brief.creditor_id = "7";
  EXPECT_EQ(message_id_of("{creditor_id:3}", brief), "7");
}

TEST(MessageId, HasTheLengthOfThePatternWithoutAFileNumber) {
  EXPECT_EQ(message_id_of_length("{creditor_id:3}{environment}{sequence:4}", "0123456789abcdef"), "01234567");
}

TEST(MessageId, RefusesAPatternThatCannotBeFilled) {
  for (const auto* pattern : {"{sequence}", "{sequence:0}", "{sequence:x}", "{sequence:36}", "{day:3}", "{name:3}",
                              "{day", "{}", "{random:-1}"}) {
    EXPECT_FALSE(is_message_id_pattern(pattern)) << pattern;
  }
  EXPECT_TRUE(is_message_id_pattern(SchemeManner{}.message_id));
  EXPECT_TRUE(is_message_id_pattern("PLAIN"));
}

}  // namespace
}  // namespace counterfoil
