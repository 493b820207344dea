#include "core/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace counterfoil {
namespace {

using std::chrono::days;
using std::chrono::weekday;
using std::chrono::year_month_day;

// Far more than the longest run of closed days of any calendar: a calendar that is closed for longer is a mistake in
// its data, and the search ends.
constexpr int longest_search_days = 60;

struct Parts {
  int year;
  unsigned month;
  unsigned day;
  weekday of_week;
};

Parts parts_of(Date date) {
  const year_month_day ymd{date};
  return {static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
          weekday{date}};
}

bool is_weekend(weekday day) { return day == std::chrono::Saturday || day == std::chrono::Sunday; }

// "The third Monday": the one whose day of the month is 15 to 21.
bool is_nth(const Parts& p, weekday day, unsigned nth) { return p.of_week == day && (p.day + 6) / 7 == nth; }

bool is_target2_holiday(Date date, const Parts& p) {
  if (p.month == 1 && p.day == 1) return true;
  if (p.month == 5 && p.day == 1) return true;
  if (p.month == 12 && (p.day == 25 || p.day == 26)) return true;
  if (p.month != 3 && p.month != 4) return false;
  const auto easter = easter_sunday(p.year);
  return date == easter - days{2} || date == easter + days{1};
}

// A fixed date; on a Sunday it moves to Monday, on a Saturday it is lost.
bool is_fixed_federal_holiday(const Parts& p) {
  const auto is_fixed = [](unsigned month, unsigned day) {
    return (month == 1 && day == 1) || (month == 6 && day == 19) || (month == 7 && day == 4) ||
           (month == 11 && day == 11) || (month == 12 && day == 25);
  };
  // None of them is the last day of a month, so the Sunday before a Monday is in the same month.
  return is_fixed(p.month, p.day) || (p.of_week == std::chrono::Monday && p.day > 1 && is_fixed(p.month, p.day - 1));
}

bool is_federal_holiday(const Parts& p) {
  if (is_fixed_federal_holiday(p)) return true;
  switch (p.month) {
    case 1:
      return is_nth(p, std::chrono::Monday, 3);  // Martin Luther King, Jr.
    case 2:
      return is_nth(p, std::chrono::Monday, 3);  // Washington's Birthday.
    case 5:
      return p.of_week == std::chrono::Monday && p.day > 24;  // Memorial Day: the last Monday.
    case 9:
      return is_nth(p, std::chrono::Monday, 1);  // Labor Day.
    case 10:
      return is_nth(p, std::chrono::Monday, 2);  // Columbus Day.
    case 11:
      return is_nth(p, std::chrono::Thursday, 4);  // Thanksgiving.
    default:
      return false;
  }
}

/// A holiday on a Saturday or Sunday is kept on the next weekday that is none itself.
bool is_english_holiday(Date date, const Parts& p) {
  const bool is_monday = p.of_week == std::chrono::Monday;
  switch (p.month) {
    case 1:  // New Year's Day.
      return p.day == 1 || (is_monday && (p.day == 2 || p.day == 3));
    case 3:
    case 4: {
      const auto easter = easter_sunday(p.year);
      return date == easter - days{2} || date == easter + days{1};
    }
    case 5:  // Early May and the Spring holiday.
      return is_monday && (p.day <= 7 || p.day > 24);
    case 8:  // Summer.
      return is_monday && p.day > 24;
    case 12: {
      if (p.day == 25 || p.day == 26) return true;
      // Christmas on a Saturday: Monday and Tuesday. On a Sunday: Boxing Day keeps its Monday, Christmas takes Tuesday. Boxing
      // Day on a Saturday: Monday.
      const auto christmas = parts_of(make_date(p.year, 12, 25)).of_week;
      if (p.day == 27) return christmas == std::chrono::Saturday || christmas == std::chrono::Sunday;
      return p.day == 28 && (christmas == std::chrono::Saturday || christmas == std::chrono::Friday);
    }
    default:
      return false;
  }
}

Error closed_for_too_long(const std::string& name, Date from) {
  return {.code = "calendar.no-bank-day",
          .explanation = fmt::format("The calendar {} has no bank day within {} days of {}.", name, longest_search_days,
                                     iso_date(from)),
          .remedy = "Check the days of the calendar and the closed days added to it.",
          .place = {},
          .kind = ErrorKind::usage};
}

}  // namespace

Date easter_sunday(int year) {
  const int a = year % 19, b = year / 100, c = year % 100;
  const int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return make_date(year, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1));
}

BankCalendar BankCalendar::target2() { return BankCalendar{Kind::target2, "target2"}; }

BankCalendar BankCalendar::federal_reserve() { return BankCalendar{Kind::federal_reserve, "us-fed"}; }

BankCalendar BankCalendar::england_wales(const std::map<int, std::vector<CalendarDay>>& exceptions) {
  BankCalendar calendar{Kind::england_wales, "uk"};
  calendar.list(exceptions);
  return calendar;
}

BankCalendar BankCalendar::of_years(std::string name, const std::map<int, std::vector<CalendarDay>>& years) {
  BankCalendar calendar{Kind::years, std::move(name)};
  calendar.list(years);
  return calendar;
}

void BankCalendar::list(const std::map<int, std::vector<CalendarDay>>& years) {
  for (const auto& [year, listed] : years) {
    years_.push_back(year);
    for (const auto& day : listed) {
      listed_.push_back({day.date, !day.is_off});
    }
  }
  // A notice may name days of the year before: New Year's Eve belongs to the holiday that follows it. Where two notices
  // name one day differently, the day off is found first.
  std::ranges::sort(listed_, {}, [](const ListedDay& listed) { return std::pair{listed.day, listed.open}; });
}

Result<BankCalendar> BankCalendar::of_scheme(const Scheme& scheme) {
  if (scheme.calendar == "target2") return target2();
  if (scheme.calendar == "us-fed") return federal_reserve();
  if (scheme.calendar == "uk") return england_wales(scheme.calendar_years);
  if (!scheme.calendar_years.empty()) return of_years(scheme.calendar, scheme.calendar_years);
  for (const Scheme& other : Catalogue::built_in().schemes()) {
    if (other.calendar == scheme.calendar && !other.calendar_years.empty())
      return of_years(scheme.calendar, other.calendar_years);
  }
  return std::unexpected(Error{
      .code = "calendar.unknown",
      .explanation =
          fmt::format("The scheme {} names the calendar {}, and there is no year of it.", scheme.name, scheme.calendar),
      .remedy = fmt::format("Put a file of the year's days into the calendar folder of the scheme {}.", scheme.name),
      .place = {},
      .kind = ErrorKind::usage});
}

void BankCalendar::add_closed_days(const std::vector<Date>& closed) {
  closed_.insert(closed_.end(), closed.begin(), closed.end());
  std::ranges::sort(closed_);
}

bool BankCalendar::follows_the_rule(Date day) const {
  const auto p = parts_of(day);
  const auto found = std::ranges::lower_bound(listed_, day, {}, &ListedDay::day);
  if (found != listed_.end() && found->day == day) return found->open;
  if (is_weekend(p.of_week)) return false;
  switch (kind_) {
    case Kind::target2:
      return !is_target2_holiday(day, p);
    case Kind::federal_reserve:
      return !is_federal_holiday(p);
    case Kind::england_wales:
      return !is_english_holiday(day, p);
    case Kind::years:
      break;
  }
  return true;
}

Result<bool> BankCalendar::is_bank_day(Date day) const {
  if (kind_ == Kind::years) {
    const auto year = parts_of(day).year;
    if (!std::ranges::binary_search(years_, year)) {
      return std::unexpected(Error{
          .code = "calendar.year-missing",
          .explanation = fmt::format("The calendar {} has no data for {}: its days off are fixed by a notice each year "
                                     "and cannot be worked out.",
                                     name_, year),
          .remedy =
              fmt::format("Put the days of {} into the calendar folder of the scheme, from the year's notice.", year),
          .place = {},
          .kind = ErrorKind::usage});
    }
  }
  return follows_the_rule(day) && !std::ranges::binary_search(closed_, day);
}

Result<Date> BankCalendar::bank_day_on_or_after(Date day) const {
  for (int i = 0; i <= longest_search_days; ++i) {
    const auto open = is_bank_day(day + days{i});
    if (!open) return std::unexpected(open.error());
    if (*open) return day + days{i};
  }
  return std::unexpected(closed_for_too_long(name_, day));
}

Result<Date> BankCalendar::bank_day_on_or_before(Date day) const {
  for (int i = 0; i <= longest_search_days; ++i) {
    const auto open = is_bank_day(day - days{i});
    if (!open) return std::unexpected(open.error());
    if (*open) return day - days{i};
  }
  return std::unexpected(closed_for_too_long(name_, day));
}

Result<Date> BankCalendar::add_bank_days(Date day, int count) const {
  if (count == 0) return bank_day_on_or_after(day);
  Date at = day;
  for (int left = count > 0 ? count : -count; left > 0; --left) {
    const auto next = count > 0 ? bank_day_on_or_after(at + days{1}) : bank_day_on_or_before(at - days{1});
    if (!next) return next;
    at = *next;
  }
  return at;
}

Result<int> BankCalendar::bank_days_between(Date from, Date to) const {
  int count = 0;
  for (Date day = from + days{1}; day <= to; day += days{1}) {
    const auto open = is_bank_day(day);
    if (!open) return std::unexpected(open.error());
    if (*open) ++count;
  }
  return count;
}

Result<Date> earliest_collection(const BankCalendar& calendar, Date today, LeadTime lead) {
  // A bank takes nothing in on a closed day: what is handed over on a Saturday counts from Monday.
  const auto hand_over = calendar.bank_day_on_or_after(lead.past_cut_off ? today + days{1} : today);
  if (!hand_over) return hand_over;
  return calendar.add_bank_days(*hand_over, lead.bank_days);
}

Result<Date> latest_hand_over(const BankCalendar& calendar, Date collect_on, int lead_bank_days) {
  if (lead_bank_days == 0) return collect_on;
  return calendar.add_bank_days(collect_on, -lead_bank_days);
}

Date add_months(Date day, int months) {
  const year_month_day start{day};
  const auto target = start.year() / start.month() + std::chrono::months{months};
  const year_month_day same = target / start.day();
  return Date{same.ok() ? same : year_month_day{target / std::chrono::last}};
}

}  // namespace counterfoil
