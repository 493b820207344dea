#include "store/batch_figures.hpp"

#include "core/require.hpp"

namespace counterfoil {

Result<BatchFigures> figures_of(const Scope& scope, const Id& batch) {
  auto row = scope.session.first_row<std::uint64_t, std::int64_t, std::int64_t>(
      "select claim_count, sum_minor, largest_minor from batch where tenant_id = :tenant and id = :batch",
      {{"tenant", scope.tenant}, {"batch", batch}});
  if (!row) return std::unexpected(row.error());
  require(row->has_value(), "Figures are asked of a batch that exists.");
  const auto& [count, sum, largest] = **row;
  return BatchFigures{count, sum, largest};
}

Result<BatchSurroundings> surroundings_of(const Scope& scope, const Batch& batch, int notice_days,
                                          const UnusualRules& rules) {
  BatchSurroundings around;
  auto before = scope.session.rows<std::uint64_t, std::int64_t, std::int64_t>(
      "select claim_count, sum_minor, largest_minor from batch where tenant_id = :tenant "
      "and creditor_account_id = :account and state in ('sent', 'acknowledged', 'closed') and id <> :batch "
      "and not is_retry and sum_minor > 0 order by created_at desc limit :most",
      {{"tenant", scope.tenant},
       {"account", batch.creditor_account},
       {"batch", batch.id},
       {"most", rules.batches}});
  if (!before) return std::unexpected(before.error());
  for (const auto& [count, sum, largest] : *before) around.before.push_back({count, sum, largest});
  auto counted = scope.session.first_row<std::uint64_t, std::uint64_t>(
      "select count(*) filter (where m.used = 0 and m.last_collected_on is null), "
      "count(*) filter (where c.signed_on > c.collect_on - :notice::integer) "
      "from claim c join mandate m on m.tenant_id = c.tenant_id and m.id = c.mandate_id "
      "where c.tenant_id = :tenant and c.batch_id = :batch and not c.is_prenote",
      {{"tenant", scope.tenant}, {"batch", batch.id}, {"notice", notice_days}});
  if (!counted) return std::unexpected(counted.error());
  std::tie(around.new_mandates, around.young_mandates) = **counted;
  auto repeated = scope.session.first_row<std::uint64_t>(
      "select count(distinct c.id) from batch b "
      "join claim o on o.tenant_id = b.tenant_id and o.batch_id = b.id "
      "join claim_item i on i.tenant_id = o.tenant_id and i.claim_id = o.id and i.holds "
      "join claim c on c.tenant_id = o.tenant_id and c.batch_id = :batch and c.payer_id = o.payer_id "
      "and c.amount_minor = o.amount_minor "
      "where b.tenant_id = :tenant and b.creditor_account_id = :account and b.id <> :batch and b.state <> 'voided' "
      "and b.collect_on between :day::date - :days::integer and :day::date + :days::integer",
      {{"tenant", scope.tenant},
       {"batch", batch.id},
       {"account", batch.creditor_account},
       {"day", batch.collect_on},
       {"days", rules.nearby_days}});
  if (!repeated) return std::unexpected(repeated.error());
  around.repeated = std::get<0>(**repeated);
  return around;
}

Result<MandateStanding> mandates_of_batch(const Scope& scope, const Id& batch) {
  auto row = scope.session.first_row<std::uint64_t, std::uint64_t>(
      "select count(*), count(*) filter (where m.state in ('ended', 'suspended', 'draft') "
      "or (m.state = 'pending' and not c.is_prenote)) "
      "from claim c join mandate m on m.tenant_id = c.tenant_id and m.id = c.mandate_id "
      "where c.tenant_id = :tenant and c.batch_id = :batch",
      {{"tenant", scope.tenant}, {"batch", batch}});
  if (!row) return std::unexpected(row.error());
  const auto& [claims, not_allowed] = **row;
  return MandateStanding{claims, not_allowed};
}

}  // namespace counterfoil
