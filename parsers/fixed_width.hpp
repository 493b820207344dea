// Reading fixed-width files: one streaming reader for every layout. Positions, totals and rules come from the plan.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "formats/plan.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// Reads one file in bounded memory. Words and findings go to `sink` in the order of the file, as read_bank_file
/// promises. A finding about something that is missing comes where that is noticed. `options.format` is not looked at.
/// FileCounts::kind says what the whole content turned out to be.
[[nodiscard]] Result<Verdict> read_fixed_width(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options,
                                               WordSink& sink);

/// How much the beginning of a file (a few KB; `is_whole` when it is the whole file) looks like this layout: 0 not at
/// all, 100 for certain. Compares line lengths and the keys of the first records; damage in either lowers the score but
/// leaves it above 0.
[[nodiscard]] int looks_like(const LayoutPlan& plan, std::string_view first_bytes, bool is_whole);

}  // namespace counterfoil
