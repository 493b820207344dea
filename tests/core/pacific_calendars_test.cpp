// Days on which banks are closed in Australia, Canada and Japan, as the sources of the scheme list them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/calendar.hpp"

namespace counterfoil {
namespace {

/// The closed days of a year from Monday to Friday.
std::vector<std::string> closed_weekdays(const char* scheme_name, int year) {
  const Scheme* scheme = Catalogue::built_in().find(scheme_name);
  if (scheme == nullptr) return {"no such scheme"};
  const auto calendar = BankCalendar::of_scheme(*scheme);
  if (!calendar) return {calendar.error().explanation};
  std::vector<std::string> closed;
  for (Date day = make_date(year, 1, 1); day <= make_date(year, 12, 31); day += std::chrono::days{1}) {
    const std::chrono::weekday of_week{day};
    if (of_week == std::chrono::Saturday || of_week == std::chrono::Sunday) continue;
    const auto open = calendar->is_bank_day(day);
    if (!open) return {open.error().code};
    if (!*open) closed.push_back(iso_date(day).substr(5));
  }
  return closed;
}

using Days = std::vector<std::string>;

TEST(AustralianBankDays, AreClosedOnNationalHolidaysAndTheirSubstitutes) {
  EXPECT_EQ(closed_weekdays("becs", 2025),
            (Days{"01-01", "01-27", "04-18", "04-21", "04-25", "06-09", "12-25", "12-26"}));
  EXPECT_EQ(closed_weekdays("becs", 2026), (Days{"01-01", "01-26", "04-03", "04-06", "06-08", "12-25", "12-28"}));
  EXPECT_EQ(closed_weekdays("becs", 2027),
            (Days{"01-01", "01-26", "03-26", "03-29", "06-14", "12-27", "12-28"}));
}

TEST(CanadianBankDays, AreClosedOnNationalHolidaysAndTheirSubstitutes) {
  EXPECT_EQ(closed_weekdays("cpa005", 2026), (Days{"01-01", "04-03", "05-18", "07-01", "09-07", "09-30", "10-12",
                                                  "11-11", "12-25", "12-28"}));
  EXPECT_EQ(closed_weekdays("cpa005", 2028), (Days{"01-03", "04-14", "05-22", "07-03", "09-04", "10-02", "10-09",
                                                  "11-13", "12-25", "12-26"}));
}

TEST(JapaneseBankDays, AreClosedOnNationalHolidaysAndAtTheTurnOfTheYear) {
  EXPECT_EQ(closed_weekdays("zengin", 2026),
            (Days{"01-01", "01-02", "01-12", "02-11", "02-23", "03-20", "04-29", "05-04", "05-05", "05-06", "07-20",
                  "08-11", "09-21", "09-22", "09-23", "10-12", "11-03", "11-23", "12-31"}));
}

TEST(AustralianBankDays, OfAYearWithoutDataAreNotGuessed) {
  EXPECT_EQ(closed_weekdays("becs", 2032), (Days{"calendar.year-missing"}));
}

}  // namespace
}  // namespace counterfoil
