// Days without a clock: `today` is always handed in.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace counterfoil {

/// A day of the proleptic Gregorian calendar. Day 0 (1970-01-01) is an ordinary day: "no date" is
/// std::optional<Date>.
using Date = std::chrono::sys_days;

[[nodiscard]] constexpr Date make_date(int year, unsigned month, unsigned day) {
  return Date{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
}

/// "2026-11-24". Nothing for anything else, such as 2026-02-30.
[[nodiscard]] std::optional<Date> parse_iso_date(std::string_view text);

[[nodiscard]] std::string iso_date(Date date);

/// "Tue 2026-11-24", for people.
[[nodiscard]] std::string weekday_and_date(Date date);

}  // namespace counterfoil
