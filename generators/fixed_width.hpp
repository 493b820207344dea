// Writing fixed-width files from a layout plan: positions, padding, totals and fill all come from the plan.
#pragma once

#include <vector>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/writer.hpp"

namespace counterfoil {

struct LayoutPlan;

/// Writes one file in one pass: records in the order of the plan's grammar, declared totals filled by the same
/// definitions that check them. Refuses, with record and field, whatever does not fit. `plan` is not kept.
[[nodiscard]] Result<WrittenFile> write_fixed_width(const LayoutPlan& plan, const WriteOrder& order,
                                                    EntrySource& entries, ByteTarget& target,
                                                    std::vector<Finding>& notes);

}  // namespace counterfoil
