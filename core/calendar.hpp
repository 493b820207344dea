// Bank days. TARGET, the Federal Reserve and England follow rules; Chinese days are fixed by a notice each year and are data.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/catalogue.hpp"
#include "core/date.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher).
[[nodiscard]] Date easter_sunday(int year);

/// Days on which a bank system is open. A year without data is an Error "calendar.year-missing", never a guess.
class BankCalendar {
 public:
  /// T2/TARGET: closed on Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December
  /// (ECB press release of 14 December 2000). No substitute days.
  [[nodiscard]] static BankCalendar target2();

  /// Federal Reserve banks: the federal holidays; one on a Sunday moves to Monday, one on a Saturday is not moved.
  [[nodiscard]] static BankCalendar federal_reserve();

  /// Bank holidays of England and Wales, on which Bacs is closed in all of the United Kingdom. A holiday on a weekend moves
  /// to the next free weekday. `exceptions` are days the rule does not know: holidays proclaimed once, and holidays that
  /// were moved away and are worked. Years without exceptions are known all the same.
  [[nodiscard]] static BankCalendar england_wales(const std::map<int, std::vector<CalendarDay>>& exceptions = {});

  /// A calendar of yearly data, such as `Scheme::calendar_years`. A listed day is off or worked as it says; days not
  /// listed follow the week: Monday to Friday open. A year that is no key of the map is not known.
  [[nodiscard]] static BankCalendar of_years(std::string name, const std::map<int, std::vector<CalendarDay>>& years);

  /// The calendar a scheme names: "target2", "us-fed", "uk", or one of yearly data: its own, else that of another scheme
  /// which names the same calendar. "calendar.unknown" when no scheme has any year of it.
  [[nodiscard]] static Result<BankCalendar> of_scheme(const Scheme& scheme);

  /// "target2", "us-fed", "uk", or the name of the yearly data.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Days on which this bank is closed on top of its system, such as a national holiday. Sorted here.
  void add_closed_days(const std::vector<Date>& days);

  [[nodiscard]] Result<bool> is_bank_day(Date day) const;

  /// `day` itself when it is a bank day, else the next one.
  [[nodiscard]] Result<Date> bank_day_on_or_after(Date day) const;
  [[nodiscard]] Result<Date> bank_day_on_or_before(Date day) const;

  /// The bank day that lies `count` bank days after `day` (before it for a negative count). `day` need not be a bank
  /// day; with a count of 0 it is moved to the next bank day.
  [[nodiscard]] Result<Date> add_bank_days(Date day, int count) const;

  /// Bank days after `from` up to and including `to`; 0 when `to` is not later.
  [[nodiscard]] Result<int> bank_days_between(Date from, Date to) const;

 private:
  enum class Kind : std::uint8_t { target2, federal_reserve, england_wales, years };
  struct ListedDay {
    Date day;
    bool open = false;
  };

  explicit BankCalendar(Kind kind, std::string name) : kind_{kind}, name_{std::move(name)} {}
  void list(const std::map<int, std::vector<CalendarDay>>& years);
  [[nodiscard]] bool follows_the_rule(Date day) const;

  Kind kind_;
  std::string name_;
  std::vector<int> years_;          // Sorted. Yearly data only.
  std::vector<ListedDay> listed_;   // Sorted. Yearly data and exceptions to a rule.
  std::vector<Date> closed_;        // Sorted.
};

/// How early a collection must be handed to the bank.
struct LeadTime {
  int bank_days = 1;           // Hand-over at the latest this many bank days before the collection date.
  bool past_cut_off = false;   // Whether today's cut-off hour has passed; the caller has the clock.
};

/// The first day on which a collection handed over today can be made: always a bank day, and the count of bank days
/// back from it does not reach before today (tomorrow when past the cut-off). SEPA fact: lead 1 on Thursday
/// 2 April 2026 gives Tuesday 7 April 2026.
[[nodiscard]] Result<Date> earliest_collection(const BankCalendar& calendar, Date today, LeadTime lead);

/// The last day on which a collection for `collect_on` can still be handed over.
[[nodiscard]] Result<Date> latest_hand_over(const BankCalendar& calendar, Date collect_on, int lead_bank_days);

/// The last day on which the payer may be told of a collection, with notice in calendar days.
[[nodiscard]] constexpr Date latest_notice(Date collect_on, int notice_days) {
  return collect_on - std::chrono::days{notice_days};
}

/// The same day `months` later; the last day of the month where that day does not exist.
[[nodiscard]] Date add_months(Date day, int months);

}  // namespace counterfoil
