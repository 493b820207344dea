// One collection of a pain.008: mandate, payer, address and remittance.
#pragma once

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/pain008.hpp"
#include "generators/pain008_values.hpp"

namespace counterfoil::pain008 {

/// Puts the values of `entry`, which stands in block `batch` of a file made on `created_on`. `values` was told of the
/// entry before.
[[nodiscard]] Result<void> put_collection(Values& values, const Entry& entry, const BatchHead& batch,
                                          const Pain008Profile& profile, Date created_on);

}  // namespace counterfoil::pain008
