#include "core/calendar.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <set>
#include <string>

namespace counterfoil {
namespace {

Date day(std::string_view text) { return parse_iso_date(text).value(); }

std::set<std::string> weekday_holidays(const BankCalendar& calendar, int year) {
  std::set<std::string> holidays;
  for (auto date = make_date(year, 1, 1); date <= make_date(year, 12, 31); date += std::chrono::days{1}) {
    const std::chrono::weekday weekday{date};
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) continue;
    if (!*calendar.is_bank_day(date)) holidays.insert(iso_date(date).substr(5));
  }
  return holidays;
}

BankCalendar chinese_2026() {
  const auto off = [](const char* text) { return CalendarDay{day(text), true, "holiday"}; };
  const auto work = [](const char* text) { return CalendarDay{day(text), false, "worked"}; };
  return BankCalendar::of_years(
      "cn", {{2026,
              {off("2026-01-01"), off("2026-01-02"), off("2026-01-03"), work("2026-01-04"), work("2026-02-14"),
               off("2026-02-15"), off("2026-02-16"), off("2026-02-17"), off("2026-02-18"), off("2026-02-19"),
               off("2026-02-20"), off("2026-02-21"), off("2026-02-22"), off("2026-02-23"), work("2026-02-28")}}});
}

TEST(EasterSunday, FallsAsPublished) {
  for (const auto* text : {"2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21",
                           "2031-04-13", "2032-03-28", "2035-03-25"}) {
    EXPECT_EQ(iso_date(easter_sunday(std::stoi(text))), text);
  }
}

TEST(Target2, ClosesOnTheSixHolidaysAndWithoutSubstitutes) {
  const auto target = BankCalendar::target2();
  EXPECT_EQ(weekday_holidays(target, 2026), (std::set<std::string>{"01-01", "04-03", "04-06", "05-01", "12-25"}));
  EXPECT_EQ(weekday_holidays(target, 2027), (std::set<std::string>{"01-01", "03-26", "03-29"}));
  EXPECT_TRUE(*target.is_bank_day(day("2026-12-24")));
  EXPECT_TRUE(*target.is_bank_day(day("2026-12-31")));
}

TEST(Target2, MovesADueDateOnChristmasToTheMondayAfter) {
  EXPECT_EQ(iso_date(*BankCalendar::target2().bank_day_on_or_after(day("2026-12-25"))), "2026-12-28");
  EXPECT_EQ(iso_date(*BankCalendar::target2().bank_day_on_or_before(day("2026-12-27"))), "2026-12-24");
}

TEST(FederalReserve, KeepsTheHolidaysAsPublished) {
  const auto fed = BankCalendar::federal_reserve();
  EXPECT_EQ(weekday_holidays(fed, 2026), (std::set<std::string>{"01-01", "01-19", "02-16", "05-25", "06-19", "09-07",
                                                                "10-12", "11-11", "11-26", "12-25"}));
  EXPECT_EQ(weekday_holidays(fed, 2027),
            (std::set<std::string>{"01-01", "01-18", "02-15", "05-31", "07-05", "09-06", "10-11", "11-11", "11-25"}));
  EXPECT_EQ(weekday_holidays(fed, 2028),
            (std::set<std::string>{"01-17", "02-21", "05-29", "06-19", "07-04", "09-04", "10-09", "11-23", "12-25"}));
}

TEST(FederalReserve, OpensOnTheFridayBeforeASaturdayHoliday) {
  EXPECT_TRUE(*BankCalendar::federal_reserve().is_bank_day(day("2026-07-03")));
}

TEST(ChineseDays, ComeFromTheNoticeOfTheYear) {
  const auto cn = chinese_2026();
  EXPECT_TRUE(*cn.is_bank_day(day("2026-02-14")));  // A Saturday that is worked.
  EXPECT_TRUE(*cn.is_bank_day(day("2026-02-28")));
  EXPECT_FALSE(*cn.is_bank_day(day("2026-02-16")));  // A Monday off.
  EXPECT_FALSE(*cn.is_bank_day(day("2026-03-01")));  // An ordinary Sunday.
  EXPECT_TRUE(*cn.is_bank_day(day("2026-03-02")));
  EXPECT_EQ(iso_date(*cn.add_bank_days(day("2026-02-13"), 2)), "2026-02-24");
}

TEST(ChineseDays, SayWhichYearIsMissingInsteadOfAssumingWeekends) {
  const auto open = chinese_2026().is_bank_day(day("2027-01-04"));
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, "calendar.year-missing");
  EXPECT_NE(open.error().explanation.find("2027"), std::string::npos);
  EXPECT_FALSE(chinese_2026().add_bank_days(day("2026-12-31"), 1));
}

TEST(ClosedDays, StandOnTopOfTheSystem) {
  auto calendar = BankCalendar::target2();
  calendar.add_closed_days({day("2026-11-26"), day("2026-11-25")});
  EXPECT_EQ(iso_date(*calendar.add_bank_days(day("2026-11-24"), 1)), "2026-11-27");
}

TEST(SchemeCalendar, IsRefusedWhereNoYearIsThere) {
  Scheme scheme;
  scheme.name = "harbour";
  scheme.calendar = "harbour-days";
  const auto calendar = BankCalendar::of_scheme(scheme);
  ASSERT_FALSE(calendar);
  EXPECT_EQ(calendar.error().code, "calendar.unknown");
  scheme.calendar = "us-fed";
  EXPECT_EQ(BankCalendar::of_scheme(scheme)->name(), "us-fed");
}

TEST(EarliestCollection, CountsBankDaysFromTheHandOver) {
  struct Case {
    const char* today;
    int lead;
    bool past_cut_off;
    const char* earliest;
  };
  const auto target = BankCalendar::target2();
  for (const auto& [today, lead, past, earliest] :
       {Case{"2026-04-02", 1, false, "2026-04-07"},  // Good Friday and Easter Monday are closed.
        Case{"2026-04-02", 2, false, "2026-04-08"},
        Case{"2026-04-02", 1, true, "2026-04-08"},   // Past the cut-off: as if handed over on Tuesday.
        Case{"2026-04-04", 1, false, "2026-04-08"},  // A Saturday counts as the Tuesday after Easter.
        Case{"2026-11-24", 0, false, "2026-11-24"}, Case{"2026-11-28", 0, false, "2026-11-30"}}) {
    EXPECT_EQ(iso_date(*earliest_collection(target, day(today), {lead, past})), earliest) << today << " lead " << lead;
  }
}

TEST(LatestHandOver, LiesLeadBankDaysBefore) {
  EXPECT_EQ(iso_date(*latest_hand_over(BankCalendar::target2(), day("2026-04-07"), 1)), "2026-04-02");
  EXPECT_EQ(iso_date(*latest_hand_over(BankCalendar::target2(), day("2026-04-07"), 0)), "2026-04-07");
}

TEST(AddMonths, EndsOnTheLastDayWhereTheDayIsMissing) {
  EXPECT_EQ(iso_date(add_months(day("2023-11-24"), 36)), "2026-11-24");
  EXPECT_EQ(iso_date(add_months(day("2024-02-29"), 36)), "2027-02-28");
  EXPECT_EQ(iso_date(add_months(day("2026-08-31"), 1)), "2026-09-30");
}

TEST(SchemeCalendar, OfEveryBuiltInSchemeCountsTheDaysOfItsBanks) {
  struct Row {
    const char* scheme;
    const char* day;
    bool open;
  };
  for (const auto& [name, text, open] :
       {Row{"iso20022", "2026-05-01", false}, Row{"iso20022", "2026-12-24", true}, Row{"nacha", "2026-11-26", false},
        Row{"nacha", "2026-07-03", true}, Row{"cn-304", "2025-01-26", true}, Row{"cn-304", "2025-02-08", true},
        Row{"cn-304", "2025-10-08", false}, Row{"cn-304", "2025-10-11", true}, Row{"cn-304", "2026-02-14", true},
        Row{"cn-304", "2026-02-23", false}, Row{"cn-304", "2026-02-24", true}}) {
    const auto* scheme = Catalogue::built_in().find(name);
    ASSERT_NE(scheme, nullptr) << name;
    const auto calendar = BankCalendar::of_scheme(*scheme);
    ASSERT_TRUE(calendar) << calendar.error().explanation;
    EXPECT_EQ(*calendar->is_bank_day(day(text)), open) << name << ' ' << text;
  }
}

TEST(EnglishBankHolidays, FallAsPublished) {
  const auto calendar = BankCalendar::of_scheme(*Catalogue::built_in().find("bacs"));
  ASSERT_TRUE(calendar.has_value()) << calendar.error().explanation;
  using Days = std::set<std::string>;
  EXPECT_EQ(weekday_holidays(*calendar, 2022),
            (Days{"01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"}));
  EXPECT_EQ(weekday_holidays(*calendar, 2023),
            (Days{"01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"}));
  EXPECT_EQ(weekday_holidays(*calendar, 2024),
            (Days{"01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"}));
  EXPECT_EQ(weekday_holidays(*calendar, 2025),
            (Days{"01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"}));
  EXPECT_EQ(weekday_holidays(*calendar, 2026),
            (Days{"01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"}));
  EXPECT_EQ(weekday_holidays(*calendar, 2027),
            (Days{"01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"}));
  EXPECT_EQ(weekday_holidays(*calendar, 2028),
            (Days{"01-03", "04-14", "04-17", "05-01", "05-29", "08-28", "12-25", "12-26"}));
}

TEST(EnglishBankHolidays, WereMovedForVictoryDayIn2020) {
  const auto calendar = BankCalendar::of_scheme(*Catalogue::built_in().find("bacs"));
  ASSERT_TRUE(calendar.has_value()) << calendar.error().explanation;
  EXPECT_TRUE(*calendar->is_bank_day(day("2020-05-04")));
  EXPECT_FALSE(*calendar->is_bank_day(day("2020-05-08")));
}

Date any_day() { return make_date(2020, 1, 1) + std::chrono::days{*rc::gen::inRange(0, 20000)}; }

BankCalendar any_calendar() {
  return *rc::gen::arbitrary<bool>() ? BankCalendar::target2() : BankCalendar::federal_reserve();
}

RC_GTEST_PROP(CalendarProperty, TheEarliestCollectionIsABankDayAndNeverTooEarly, (bool past_cut_off)) {
  const auto calendar = any_calendar();
  const auto today = any_day();
  const auto lead = *rc::gen::inRange(0, 8);
  const auto earliest = *earliest_collection(calendar, today, {lead, past_cut_off});
  RC_ASSERT(*calendar.is_bank_day(earliest));
  const auto hand_over = past_cut_off ? today + std::chrono::days{1} : today;
  RC_ASSERT(*latest_hand_over(calendar, earliest, lead) >= hand_over);
  // And there is none before it.
  const auto before = *calendar.bank_day_on_or_before(earliest - std::chrono::days{1});
  RC_ASSERT(*latest_hand_over(calendar, before, lead) < hand_over);
}

RC_GTEST_PROP(CalendarProperty, CountingThereAndBackAgrees, ()) {
  const auto calendar = any_calendar();
  const auto from = any_day();
  const auto count = *rc::gen::inRange(1, 30);
  const auto to = *calendar.add_bank_days(from, count);
  RC_ASSERT(*calendar.bank_days_between(from, to) == count);
  RC_ASSERT(*calendar.add_bank_days(to, -count) <= from);
}

RC_GTEST_PROP(CalendarProperty, TheFederalRuleForSundaysAgreesWithAPlainTable, ()) {
  const auto date = any_day();
  const std::chrono::year_month_day ymd{date};
  const auto fixed =
      std::array{std::pair{1U, 1U}, std::pair{6U, 19U}, std::pair{7U, 4U}, std::pair{11U, 11U}, std::pair{12U, 25U}};
  for (const auto& [month, number] : fixed) {
    const auto holiday = make_date(static_cast<int>(ymd.year()), month, number);
    const std::chrono::weekday weekday{holiday};
    const auto kept = weekday == std::chrono::Sunday ? holiday + std::chrono::days{1} : holiday;
    RC_ASSERT(!*BankCalendar::federal_reserve().is_bank_day(kept));
  }
}

}  // namespace
}  // namespace counterfoil
