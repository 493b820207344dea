// From the order of records as a tree to the table the reader steps through. Private to formats/.
#pragma once

#include <optional>
#include <string>

#include "formats/plan.hpp"

namespace counterfoil {

/// Two places of the order that the same record could continue.
struct OrderAmbiguity {
  std::uint16_t record = 0;
  std::string after;  // Family behind which it is unclear; empty at the beginning.
};

/// Fills `table`; answers with what is ambiguous, if anything is.
[[nodiscard]] std::optional<OrderAmbiguity> compile_order(const OrderNode& order, const LayoutPlan& plan,
                                                          OrderTable& table);

}  // namespace counterfoil
