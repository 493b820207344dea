// `calendar`: on which days a bank system is open, and how long that is known.
#include "core/calendar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "apps/cli/commands/commands.hpp"

namespace counterfoil {
namespace {

using std::chrono::days;

constexpr std::int64_t usual_warning_days = 60;

struct NamedCalendar {
  std::string name;
  std::vector<const Scheme*> schemes;  // That follow it.
  Result<BankCalendar> calendar;       // An Error where a scheme names a calendar of which there is no year.
};

/// Every calendar a scheme names, by name.
std::vector<NamedCalendar> all_calendars() {
  std::vector<NamedCalendar> all;
  for (const auto& scheme : Catalogue::built_in().schemes()) {
    const auto same = std::ranges::find(all, scheme.calendar, &NamedCalendar::name);
    if (same == all.end()) {
      all.push_back({scheme.calendar, {&scheme}, BankCalendar::of_scheme(scheme)});
      continue;
    }
    same->schemes.push_back(&scheme);
    // The yearly data lie in the folder of one of the schemes that share the calendar.
    if (!same->calendar) same->calendar = BankCalendar::of_scheme(scheme);
  }
  std::ranges::sort(all, {}, &NamedCalendar::name);
  return all;
}

std::vector<std::string> scheme_names(const NamedCalendar& named) {
  std::vector<std::string> names;
  for (const Scheme* scheme : named.schemes) names.push_back(scheme->name);
  return names;
}

std::string schemes_text(const NamedCalendar& named) { return fmt::format("{}", fmt::join(scheme_names(named), ", ")); }

/// By the name of the calendar or of a scheme that follows it.
Result<NamedCalendar> find_calendar(const std::string& name) {
  const auto all = all_calendars();
  for (const auto& each : all) {
    if (each.name == name || std::ranges::find(each.schemes, name, &Scheme::name) != each.schemes.end()) return each;
  }
  std::vector<std::string> known;
  for (const auto& each : all) known.push_back(each.name);
  return std::unexpected(Error{"calendar.name-unknown",
                               fmt::format("There is no calendar and no scheme called \"{}\".", name),
                               fmt::format("Use a scheme, or one of the calendars {}.", fmt::join(known, ", ")),
                               {.field = "NAME"},
                               ErrorKind::usage});
}

int year_of(Date day) { return static_cast<int>(std::chrono::year_month_day{day}.year()); }

bool is_weekend(Date day) {
  const std::chrono::weekday of_week{day};
  return of_week == std::chrono::Saturday || of_week == std::chrono::Sunday;
}

/// What the closed days of a calendar that follows rules are called: within a month, the day tells one from the other.
struct HolidayName {
  std::string_view calendar;
  unsigned month, day_first, day_last;
  std::string_view name;
};

constexpr std::array holiday_names{
    HolidayName{"target2", 1, 1, 31, "New Year's Day"},
    HolidayName{"target2", 5, 1, 31, "Labour Day"},
    HolidayName{"target2", 12, 25, 25, "Christmas Day"},
    HolidayName{"target2", 12, 26, 26, "26 December"},
    HolidayName{"us-fed", 1, 1, 2, "New Year's Day"},
    HolidayName{"us-fed", 1, 15, 21, "Birthday of Martin Luther King, Jr."},
    HolidayName{"us-fed", 2, 1, 29, "Washington's Birthday"},
    HolidayName{"us-fed", 5, 25, 31, "Memorial Day"},
    HolidayName{"us-fed", 6, 19, 20, "Juneteenth"},
    HolidayName{"us-fed", 7, 4, 5, "Independence Day"},
    HolidayName{"us-fed", 9, 1, 7, "Labor Day"},
    HolidayName{"us-fed", 10, 8, 14, "Columbus Day"},
    HolidayName{"us-fed", 11, 11, 12, "Veterans Day"},
    HolidayName{"us-fed", 11, 22, 28, "Thanksgiving Day"},
    HolidayName{"us-fed", 12, 25, 26, "Christmas Day"},
    HolidayName{"uk", 1, 1, 4, "New Year's Day"},
    HolidayName{"uk", 5, 1, 7, "Early May bank holiday"},
    HolidayName{"uk", 5, 25, 31, "Spring bank holiday"},
    HolidayName{"uk", 8, 25, 31, "Summer bank holiday"},
    HolidayName{"uk", 12, 25, 28, "Christmas"},
};

/// Empty where nothing but the week decides, or nobody gave the day a name.
std::string holiday_name(const NamedCalendar& named, Date day) {
  for (const Scheme* scheme : named.schemes) {
    for (const auto& [year, listed] : scheme->calendar_years) {
      const auto found = std::ranges::find(listed, day, &CalendarDay::date);
      if (found != listed.end()) return found->name;
    }
  }
  const std::chrono::year_month_day parts{day};
  const Date easter = easter_sunday(static_cast<int>(parts.year()));
  if (day == easter - days{2}) return "Good Friday";
  if (day == easter + days{1}) return "Easter Monday";
  const auto month = static_cast<unsigned>(parts.month()), of_month = static_cast<unsigned>(parts.day());
  const auto found = std::ranges::find_if(holiday_names, [&](const HolidayName& each) {
    return each.calendar == named.name && each.month == month && each.day_first <= of_month &&
           of_month <= each.day_last;
  });
  return found == holiday_names.end() ? std::string{} : std::string{found->name};
}

/// A day on which the bank does not do what the week says.
struct SpecialDay {
  Date day;
  bool is_open;
  std::string name;
};

struct Year {
  int bank_days = 0;
  std::vector<SpecialDay> special;
};

Result<Year> days_of(const NamedCalendar& named, int number) {
  Year year;
  for (Date day = make_date(number, 1, 1); year_of(day) == number; day += days{1}) {
    const auto is_open = named.calendar->is_bank_day(day);
    if (!is_open) return std::unexpected(is_open.error());
    if (*is_open) ++year.bank_days;
    if (*is_open == is_weekend(day)) year.special.push_back({day, *is_open, holiday_name(named, day)});
  }
  return year;
}

Json head_json(const NamedCalendar& named, std::string_view schema) {
  Json json;
  json.object().field("schema", schema).field("calendar", named.name).array("schemes");
  for (const auto& scheme : scheme_names(named)) json.element(scheme);
  json.end();
  return json;
}

Result<int> show(Invocation& call) {
  const auto named = find_calendar(call.text("NAME"));
  if (!named) return std::unexpected(named.error());
  if (!named->calendar) return std::unexpected(named->calendar.error());
  const auto number = static_cast<int>(call.number("--year").value_or(year_of(call.globals().today)));
  if (number < 1970 || number > 2199) {
    return std::unexpected(Error{"calendar.year-range",
                                 fmt::format("The year {} is outside 1970 to 2199.", number),
                                 "Give a year of four digits, such as --year 2027.",
                                 {.field = "--year"},
                                 ErrorKind::usage});
  }
  const auto year = days_of(*named, number);
  if (!year) return std::unexpected(year.error());
  Output& out = call.out();
  if (out.json()) {
    Json json = head_json(*named, "counterfoil.calendar.v1");
    json.field("year", number).field("bank_days", year->bank_days).array("days");
    for (const auto& each : year->special) {
      json.object().field("day", iso_date(each.day)).field("open", each.is_open).field_if("name", each.name).end();
    }
    json.end().end();
    out.object(json);
    return exit_done;
  }
  out.line(fmt::format("{} {}: {} bank days; used by {}", named->name, number, year->bank_days, schemes_text(*named)));
  TextTable table{{{"day"}, {"the bank is"}, {"why"}}};
  for (const auto& each : year->special)
    table.add({weekday_and_date(each.day), each.is_open ? "open" : "closed", printable(each.name)});
  out.table(table);
  out.line("All other days follow the week: open from Monday to Friday.");
  return exit_done;
}

Result<int> next(Invocation& call) {
  const auto named = find_calendar(call.text("NAME"));
  if (!named) return std::unexpected(named.error());
  if (!named->calendar) return std::unexpected(named->calendar.error());
  const Date after = call.date("--after").value_or(call.globals().today);
  const std::int64_t count = call.number("--days").value_or(1);
  if (count == 0 || count < -1000 || count > 1000) {
    return std::unexpected(Error{"calendar.days-range",
                                 fmt::format("{} bank days cannot be counted.", count),
                                 "Give 1 to 1000, or -1 to -1000 to count back.",
                                 {.field = "--days"},
                                 ErrorKind::usage});
  }
  const auto day = named->calendar->add_bank_days(after, static_cast<int>(count));
  if (!day) return std::unexpected(day.error());
  if (call.out().json()) {
    Json json = head_json(*named, "counterfoil.bank-day.v1");
    json.field("after", iso_date(after)).field("days", count).field("day", iso_date(*day)).end();
    call.out().object(json);
  } else {
    call.out().line(weekday_and_date(*day));
  }
  return exit_done;
}

/// What can be said of the end of one calendar's data.
struct End {
  std::string state;  // "rules", "known", "ends", "missing".
  std::optional<Date> until;
  std::int64_t days_left = 0;
  [[nodiscard]] bool needs_people() const { return state == "ends" || state == "missing"; }
};

/// The last day that is known without a break from `from` on; nullopt where the days follow rules and never end. The
/// day before `from` where not even that day is known.
std::optional<Date> known_until(const BankCalendar& calendar, Date from) {
  constexpr int years_looked_at = 50;  // No notice names days of a year that far off.
  const int first = year_of(from);
  for (int year = first; year < first + years_looked_at; ++year) {
    if (!calendar.is_bank_day(make_date(year, 1, 1)))
      return year == first ? from - days{1} : make_date(year, 1, 1) - days{1};
  }
  return std::nullopt;
}

End end_of(const NamedCalendar& named, Date today, std::int64_t within) {
  if (!named.calendar) return {.state = "missing", .until = std::nullopt};
  const auto until = known_until(*named.calendar, today);
  if (!until) return {.state = "rules", .until = std::nullopt};
  if (*until < today) return {.state = "missing", .until = std::nullopt};
  const std::int64_t left = (*until - today).count();
  return {.state = left < within ? "ends" : "known", .until = until, .days_left = left};
}

std::string end_text(const End& end) {
  if (end.state == "rules") return "follows rules; never ends";
  if (end.state == "missing") return "not known today";
  return fmt::format("known until {}, {} days from now", iso_date(*end.until), end.days_left);
}

Finding end_finding(const NamedCalendar& named, const End& end, Date today) {
  const int year = end.until ? year_of(*end.until) + 1 : year_of(today);
  return {
      .code = end.state == "ends" ? "calendar.ends-soon" : "calendar.no-data",
      .severity = Severity::warning,
      .place = {},
      .message = end.state == "ends"
                     ? fmt::format("The days of the calendar {} are known until {} only; {} cannot be planned by "
                                   "it later than that.",
                                   named.name, iso_date(*end.until), schemes_text(named))
                     : fmt::format("Of the calendar {} the days of {} are not known; {} cannot be planned by it.",
                                   named.name, year, schemes_text(named)),
      .remedy = fmt::format("Put {}.tsv with the days of its notice into the calendar folder of the scheme.", year)};
}

Result<int> check(Invocation& call) {
  const std::string name = call.text("NAME");
  std::vector<NamedCalendar> calendars;
  if (name.empty()) {
    calendars = all_calendars();
  } else {
    auto named = find_calendar(name);
    if (!named) return std::unexpected(named.error());
    calendars.push_back(std::move(*named));
  }
  const Date today = call.globals().today;
  const std::int64_t within = call.number("--within").value_or(usual_warning_days);
  bool people_needed = false;
  Json json;
  json.object().field("schema", "counterfoil.calendars.v1").field("today", iso_date(today)).field("within", within);
  json.array("calendars");
  TextTable table{{{"calendar"}, {"schemes"}, {"its days"}}};
  std::vector<Finding> findings;
  for (const auto& each : calendars) {
    const End end = end_of(each, today, within);
    people_needed = people_needed || end.needs_people();
    if (end.needs_people()) findings.push_back(end_finding(each, end, today));
    table.add({each.name, schemes_text(each), end_text(end)});
    json.object().field("calendar", each.name).array("schemes");
    for (const auto& scheme : scheme_names(each)) json.element(scheme);
    json.end().field("state", end.state);
    if (end.until) json.field("until", iso_date(*end.until)).field("days_left", end.days_left);
    json.end();
  }
  json.end().field("people_needed", people_needed).end();
  Output& out = call.out();
  if (out.json()) {
    out.object(json);
  } else {
    out.table(table);
    for (const auto& finding : findings) out.finding(finding);
  }
  return people_needed ? exit_people_needed : exit_done;
}

}  // namespace

std::vector<Command> calendar_commands() {
  return {
      {.noun = "calendar",
       .verb = "show",
       .summary = "Show the days of a year on which a bank system is closed",
       .description = "Lists the days that do not follow the week: holidays from Monday to Friday, and days at a "
                      "weekend that are\n"
                      "worked. A calendar is named by itself or by a scheme that follows it.",
       .arguments = {{.name = "NAME", .help = "A calendar such as us-fed, or a scheme"}},
       .options = {{.name = "--year", .value = "Y", .help = "Instead of this year", .kind = ValueKind::number}},
       .examples = {{.line = "calendar show us-fed --year 2027"},
                    {.line = "calendar show cn-304 --year 2026 --json", .note = "For a script"}},
       .run = show},
      {.noun = "calendar",
       .verb = "next",
       .summary = "Show the next bank day of a scheme",
       .description = "The first bank day after a day, or the one that lies N bank days after or before it.",
       .arguments = {{.name = "NAME", .help = "A scheme, or a calendar such as target2"}},
       .options = {{.name = "--after", .value = "DATE", .help = "Instead of today", .kind = ValueKind::date},
                   {.name = "--days",
                    .value = "N",
                    .help = "So many bank days later; -N: earlier (1)",
                    .kind = ValueKind::number}},
       .examples = {{.line = "calendar next nacha --after 2027-01-15", .note = "The Monday is a holiday"},
                    {.line = "calendar next target2 --after 2026-04-07 --days=-2", .note = "Two bank days before"}},
       .run = next},
      {.noun = "calendar",
       .verb = "check",
       .summary = "Warn when the days of a calendar are soon no longer known",
       .description =
           "Some calendars are fixed by a notice each year and end where the data end; nothing can be planned behind\n"
           "that. Exit 3: the data of a calendar end within the days given, or there are none for today.",
       .arguments = {{.name = "NAME", .help = "A calendar or a scheme; all when left out", .required = false}},
       .options = {{.name = "--within",
                    .value = "N",
                    .help = "Warn when the data end within N days (60)",
                    .kind = ValueKind::number}},
       .examples = {{.line = "calendar check us-fed", .note = "Follows rules, so it never ends"},
                    {.line = "calendar check cn --within 60 --as-of 2026-11-24",
                     .note = "Ends with the last notice; exit 3 asks for people",
                     .exit = 3}},
       .run = check},
  };
}

}  // namespace counterfoil
