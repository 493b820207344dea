// Remarks about a layout that loads: what a careful reader of the bank's document would ask.
#pragma once

#include <vector>

#include "core/finding.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

/// Unreachable records, records and totals nobody names, fields that nothing fills, records without a source, code
/// lists without an outcome. Gaps, overlaps and unknown bindings are errors of load_layout already.
[[nodiscard]] std::vector<Finding> lint_layout(const LayoutPlan& plan);

}  // namespace counterfoil
