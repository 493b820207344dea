// How a row of the claim table becomes a Claim; shared by whoever selects one.
#pragma once

#include <string>
#include <string_view>

#include "billing/claim.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// What a claim's state is: where its own last event left it, else how far its batch has come. Needs the aliases `ba`
/// (batch) and `le` (last event).
inline constexpr std::string_view claim_state_sql = "coalesce(le.to_state, claim_state_of_batch(ba.state))";

/// Joins for table alias `c`: its batch, its sealed file (for the trace) and its last event.
inline constexpr std::string_view claim_joins =
    "join batch ba on ba.tenant_id = c.tenant_id and ba.id = c.batch_id "
    "left join sealed_file sf on sf.tenant_id = c.tenant_id and sf.batch_id = c.batch_id "
    "left join lateral (select e.to_state, e.number from claim_event e where e.tenant_id = c.tenant_id "
    "and e.claim_id = c.id order by e.number desc limit 1) le on true ";

/// The trace of alias `c` under sealed file `sf`; empty where the format has none.
inline constexpr std::string_view claim_trace_sql =
    "case when coalesce(sf.trace_digits, 0) > 0 then sf.trace_prefix || lpad((sf.trace_first + c.sequence_number - "
    "1)::text, "
    "sf.trace_digits, '0') else '' end";

/// The columns of aliases `c`, `ba`, `sf`, `le`, in the order in which `read_claim` expects them.
[[nodiscard]] std::string claim_columns();
inline constexpr int claim_column_count = 31;

/// Reads them from column `first` on into `claim`, whose memory is reused; opens the account. Items stay as they are;
/// `settled_on` and `collected_minor` come with `find_claim` alone.
[[nodiscard]] Result<void> read_claim(const Scope& scope, const Stream& stream, int first, Claim& claim);

}  // namespace counterfoil
