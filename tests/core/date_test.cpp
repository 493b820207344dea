#include "core/date.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

TEST(ParseIsoDate, RefusesDaysThatDoNotExist) {
  EXPECT_EQ(parse_iso_date("2024-02-29"), make_date(2024, 2, 29));
  EXPECT_FALSE(parse_iso_date("2026-02-29"));
  EXPECT_FALSE(parse_iso_date("2026-13-01"));
  EXPECT_FALSE(parse_iso_date("2026-1-01"));
  EXPECT_FALSE(parse_iso_date("20260101"));
}

TEST(WeekdayAndDate, IsForPeople) { EXPECT_EQ(weekday_and_date(make_date(2026, 11, 24)), "Tue 2026-11-24"); }

}  // namespace
}  // namespace counterfoil
