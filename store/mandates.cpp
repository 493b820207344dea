#include "store/mandates.hpp"

#include <fmt/format.h>

#include "core/require.hpp"
#include "store/claim_columns.hpp"
#include "store/claims.hpp"
#include "store/mandate_columns.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::string_view table = "mandate";

Result<void> visit_selected(const Scope& scope, std::string_view sql, SqlParameters parameters,
                            const Visitor<Mandate>& visit) {
  auto stream = scope.session.stream(sql, parameters);
  if (!stream) return std::unexpected(stream.error());
  Mandate mandate;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    if (auto read = read_mandate(scope, *stream, 0, mandate); !read) return read;
    if (auto seen = visit(mandate); !seen) return seen;
  }
}

Result<std::vector<Mandate>> select_mandates(const Scope& scope, std::string_view condition, const SqlValue& value) {
  // A cursor needs a transaction; a look outside one gets its own.
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  std::vector<Mandate> mandates;
  auto done = visit_selected(
      scope,
      fmt::format("select {} from mandate m where m.tenant_id = :tenant and {} order by m.reference, m.id",
                  mandate_columns, condition),
      {{"tenant", scope.tenant}, {"value", value}}, [&](const Mandate& mandate) -> Result<void> {
        mandates.push_back(mandate);
        return {};
      });
  if (!done) return std::unexpected(done.error());
  return mandates;
}

Result<std::optional<Mandate>> only_one(Result<std::vector<Mandate>> mandates) {
  if (!mandates) return std::unexpected(mandates.error());
  if (mandates->size() != 1) return std::optional<Mandate>{};
  return std::optional{std::move(mandates->front())};
}

void copy_event(CopyRows& rows, const Scope& scope, const Id& mandate, std::int64_t number, const MandateEvent& event,
                std::string_view operator_name) {
  rows.begin_row();
  rows.integer(scope.tenant);
  rows.id(mandate);
  rows.integer(number);
  rows.text(mandate_event_name(event.kind));
  rows.text(mandate_state_name(event.from));
  rows.text(mandate_state_name(event.to));
  rows.date(event.on);
  rows.text(event.detail);
  rows.text(operator_name);
}

CopyRows event_rows() {
  return {"mandate_event",
          {"tenant_id", "mandate_id", "number", "kind", "from_state", "to_state", "on_day", "detail", "operator_name"}};
}

}  // namespace

Result<void> read_mandate(const Scope& scope, const Stream& stream, int first, Mandate& mandate) {
  const auto text = [&](int column) { return stream.text(first + column); };
  mandate.id = stream.id(first);
  mandate.reference = text(1);
  mandate.scheme = text(2);
  mandate.instrument = text(3);
  mandate.creditor_account = stream.id(first + 4);
  mandate.payer = stream.id(first + 5);
  mandate.payer_name = text(6);
  auto account = open_account(scope, stream.integer(first + 7), text(8), table, "account", mandate.id);
  if (!account) return std::unexpected(account.error());
  mandate.account = std::move(*account);
  mandate.bank = text(9);
  mandate.account_kind = text(10);
  mandate.address.street = text(11);
  mandate.address.building = text(12);
  mandate.address.postcode = text(13);
  mandate.address.town = text(14);
  mandate.address.country = text(15);
  mandate.signed_on = stream.date(first + 16);
  mandate.one_off = stream.boolean(first + 17);
  mandate.state = stored_name(parse_mandate_state(text(18)));
  mandate.pending = stored_name(parse_mandate_pending(text(19)));
  mandate.end = stored_name(parse_mandate_end(text(20)));
  mandate.ended_on = stream.date(first + 21);
  mandate.earliest_debit_on = stream.date(first + 22);
  mandate.last_collected_on = stream.date(first + 23);
  mandate.used = static_cast<std::uint32_t>(stream.integer(first + 24));
  mandate.final_next = stream.boolean(first + 25);
  mandate.final_sent = stream.boolean(first + 26);
  mandate.amendment.old_reference = text(27);
  mandate.amendment.old_creditor_id = text(28);
  mandate.amendment.old_creditor_name = text(29);
  auto old_account = open_account(scope, stream.integer(first + 30), text(31), table, "old_account", mandate.id);
  if (!old_account) return std::unexpected(old_account.error());
  mandate.amendment.old_account = std::move(*old_account);
  mandate.most_minor = stream.integer(first + 32);
  mandate.version = static_cast<std::uint32_t>(stream.integer(first + 33));
  auto identity = open_account(scope, stream.integer(first + 34), text(35), table, "identity", mandate.id);
  if (!identity) return std::unexpected(identity.error());
  mandate.identity = std::move(*identity);
  return {};
}

MandateWriter::MandateWriter(const Scope& scope, std::string_view operator_name)
    : scope_{scope},
      operator_name_{operator_name},
      mandates_{"mandate",
                {"tenant_id",
                 "id",
                 "reference",
                 "scheme",
                 "instrument",
                 "creditor_account_id",
                 "payer_id",
                 "payer_name",
                 "account_key",
                 "account_sealed",
                 "account_blind",
                 "account_last4",
                 "bank",
                 "account_kind",
                 "street",
                 "building",
                 "postcode",
                 "town",
                 "country",
                 "signed_on",
                 "one_off",
                 "state",
                 "pending",
                 "end_kind",
                 "ended_on",
                 "earliest_debit_on",
                 "last_collected_on",
                 "used",
                 "final_next",
                 "final_sent",
                 "old_reference",
                 "old_creditor_id",
                 "old_creditor_name",
                 "old_account_key",
                 "old_account_sealed",
                 "most_minor",
                 "version",
                 "brought_collected_on",
                 "identity_key",
                 "identity_sealed"}},
      events_{event_rows()} {}

Result<void> MandateWriter::add(const Mandate& mandate, const MandateEvent& first) {
  CopyRows& rows = mandates_;
  rows.begin_row();
  rows.integer(scope_.tenant);
  rows.id(mandate.id);
  rows.text(mandate.reference);
  rows.text(mandate.scheme);
  rows.text(mandate.instrument);
  rows.id(mandate.creditor_account);
  rows.id(mandate.payer);
  rows.text(mandate.payer_name);
  copy_account(rows, seal_account(scope_, mandate.account, table, mandate.id));
  rows.text(mandate.bank);
  rows.text(mandate.account_kind);
  rows.text(mandate.address.street);
  rows.text(mandate.address.building);
  rows.text(mandate.address.postcode);
  rows.text(mandate.address.town);
  rows.text(mandate.address.country);
  rows.date_or_null(mandate.signed_on);
  rows.boolean(mandate.one_off);
  rows.text(mandate_state_name(mandate.state));
  rows.text(mandate_pending_name(mandate.pending));
  rows.text(mandate_end_name(mandate.end));
  rows.date_or_null(mandate.ended_on);
  rows.date_or_null(mandate.earliest_debit_on);
  rows.date_or_null(mandate.last_collected_on);
  rows.integer(mandate.used);
  rows.boolean(mandate.final_next);
  rows.boolean(mandate.final_sent);
  rows.text(mandate.amendment.old_reference);
  rows.text(mandate.amendment.old_creditor_id);
  rows.text(mandate.amendment.old_creditor_name);
  copy_sealed(rows, scope_, mandate.amendment.old_account, table, "old_account", mandate.id);
  rows.integer(mandate.most_minor);
  rows.integer(mandate.version);
  rows.date_or_null(mandate.last_collected_on);
  copy_sealed(rows, scope_, mandate.identity, table, "identity", mandate.id);
  copy_event(events_, scope_, mandate.id, mandate.version, first, operator_name_);
  ++count_;
  if (rows.byte_count() < copy_flush_bytes) return {};
  return flush();
}

Result<void> MandateWriter::flush() {
  if (auto sent = scope_.session.copy(mandates_); !sent) return sent;
  return scope_.session.copy(events_);
}

Result<void> MandateWriter::finish() {
  if (auto sent = flush(); !sent) return sent;
  return refresh_statistics(scope_, count_, {"mandate", "mandate_event"});
}

Result<void> save_mandate(const Scope& scope, const Mandate& mandate, const MandateEvent& event,
                          std::string_view operator_name) {
  const auto account = seal_account(scope, mandate.account, table, mandate.id);
  SqlValue old_key{std::nullopt};
  SqlValue old_sealed{std::nullopt};
  if (!mandate.amendment.old_account.empty()) {
    const auto sealed =
        scope.sealer.seal(mandate.amendment.old_account, {scope.tenant, table, "old_account", mandate.id});
    old_key = SqlValue{sealed.key_id};
    old_sealed = SqlValue::bytes(sealed.bytes);
  }
  auto changed = scope.session.run(
      "update mandate set reference = :reference, payer_name = :payer_name, account_key = :account_key, "
      "account_sealed = :account_sealed, account_blind = :account_blind, account_last4 = :account_last4, bank = :bank, "
      "account_kind = :account_kind, street = :street, building = :building, postcode = :postcode, town = :town, "
      "country = :country, signed_on = :signed_on, state = :state, pending = :pending, end_kind = :end_kind, "
      "ended_on = :ended_on, earliest_debit_on = :earliest, last_collected_on = :last, used = :used, "
      "final_next = :final_next, final_sent = :final_sent, old_reference = :old_reference, "
      "old_creditor_id = :old_creditor_id, old_creditor_name = :old_creditor_name, old_account_key = :old_key, "
      "old_account_sealed = :old_sealed, most_minor = :most, version = :version "
      "where tenant_id = :tenant and id = :id and version = :version - 1",
      {{"reference", mandate.reference},
       {"payer_name", mandate.payer_name},
       {"account_key", account.sealed.key_id},
       {"account_sealed", SqlValue::bytes(account.sealed.bytes)},
       {"account_blind", SqlValue::bytes(blind_index_bytes(account.blind))},
       {"account_last4", account.last4},
       {"bank", mandate.bank},
       {"account_kind", mandate.account_kind},
       {"street", mandate.address.street},
       {"building", mandate.address.building},
       {"postcode", mandate.address.postcode},
       {"town", mandate.address.town},
       {"country", mandate.address.country},
       {"signed_on", mandate.signed_on},
       {"state", mandate_state_name(mandate.state)},
       {"pending", mandate_pending_name(mandate.pending)},
       {"end_kind", mandate_end_name(mandate.end)},
       {"ended_on", mandate.ended_on},
       {"earliest", mandate.earliest_debit_on},
       {"last", mandate.last_collected_on},
       {"used", mandate.used},
       {"final_next", mandate.final_next},
       {"final_sent", mandate.final_sent},
       {"old_reference", mandate.amendment.old_reference},
       {"old_creditor_id", mandate.amendment.old_creditor_id},
       {"old_creditor_name", mandate.amendment.old_creditor_name},
       {"old_key", old_key},
       {"old_sealed", old_sealed},
       {"most", mandate.most_minor},
       {"tenant", scope.tenant},
       {"id", mandate.id},
       {"version", mandate.version}});
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 0) return std::unexpected(stale("mandate"));
  CopyRows events = event_rows();
  copy_event(events, scope, mandate.id, mandate.version, event, operator_name);
  return scope.session.copy(events);
}

Result<std::optional<Mandate>> find_mandate(const Scope& scope, const Id& id) {
  return only_one(select_mandates(scope, "m.id = :value::uuid", id));
}

Result<std::optional<Mandate>> find_mandate(const Scope& scope, std::string_view reference,
                                            const Id& creditor_account) {
  auto mandates = select_mandates(scope, "m.reference = :value", reference);
  if (!mandates) return std::unexpected(mandates.error());
  if (!creditor_account.is_nil()) {
    std::erase_if(*mandates, [&](const Mandate& mandate) { return mandate.creditor_account != creditor_account; });
  }
  return only_one(std::move(mandates));
}

Result<std::vector<Mandate>> mandates_of_payer(const Scope& scope, const Id& payer) {
  return select_mandates(scope, "m.payer_id = :value::uuid", payer);
}

Result<std::vector<Mandate>> mandates_of_account(const Scope& scope, std::string_view account) {
  return select_mandates(scope, "m.account_blind = :value::bytea",
                         SqlValue::bytes(blind_index_bytes(scope.sealer.blind_index(scope.tenant, account))));
}

Result<void> visit_mandates(const Scope& scope, const MandateFilter& filter, const Visitor<Mandate>& visit) {
  return visit_selected(
      scope,
      fmt::format("select {} from mandate m where m.tenant_id = :tenant "
                  "and (:account::uuid is null or m.creditor_account_id = :account::uuid) "
                  "and (:state::text is null or m.state = :state) and (:pending::text is null or m.pending = :pending) "
                  "order by m.reference, m.id limit :most",
                  mandate_columns),
      {{"tenant", scope.tenant},
       {"account", SqlValue::id_or_null(filter.creditor_account)},
       {"state", filter.state ? SqlValue{mandate_state_name(*filter.state)} : SqlValue{std::nullopt}},
       {"pending", filter.pending ? SqlValue{mandate_pending_name(*filter.pending)} : SqlValue{std::nullopt}},
       {"most", limit_of(filter.most)}},
      visit);
}

Result<std::uint64_t> count_mandates(const Scope& scope, const MandateFilter& filter) {
  auto row = scope.session.first_row<std::uint64_t>(
      "select count(*) from mandate where tenant_id = :tenant "
      "and (:account::uuid is null or creditor_account_id = :account::uuid) "
      "and (:state::text is null or state = :state) and (:pending::text is null or pending = :pending)",
      {{"tenant", scope.tenant},
       {"account", SqlValue::id_or_null(filter.creditor_account)},
       {"state", filter.state ? SqlValue{mandate_state_name(*filter.state)} : SqlValue{std::nullopt}},
       {"pending", filter.pending ? SqlValue{mandate_pending_name(*filter.pending)} : SqlValue{std::nullopt}}});
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

Result<std::vector<StoredMandateEvent>> mandate_history(const Scope& scope, const Id& mandate) {
  auto rows = scope.session.rows<std::string, std::string, std::string, Date, std::string, std::string, std::string>(
      "select kind, from_state, to_state, on_day, detail, operator_name, to_char(at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
      "from mandate_event where tenant_id = :tenant and mandate_id = :mandate order by number",
      {{"tenant", scope.tenant}, {"mandate", mandate}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<StoredMandateEvent> history;
  for (auto& [kind, from, to, on, detail, operator_name, at] : *rows) {
    history.push_back({.event = {.kind = stored_name(parse_mandate_event(kind)),
                                 .from = stored_name(parse_mandate_state(from)),
                                 .to = stored_name(parse_mandate_state(to)),
                                 .on = on,
                                 .detail = std::move(detail)},
                       .operator_name = std::move(operator_name),
                       .at = std::move(at)});
  }
  return history;
}

namespace {

// Mandates whose data, or those of the creditor, changed after a claim of the batch was made that carried old values.
// The bank has learned what the claim told; what waits now is for the rules to say.
constexpr std::string_view changed_since_sql = R"(
select distinct c.mandate_id from claim c join mandate m on m.tenant_id = c.tenant_id and m.id = c.mandate_id
where c.tenant_id = :tenant and c.batch_id = :batch and not c.is_prenote
  and (c.old_reference <> '' or c.old_creditor_id <> '' or c.old_creditor_name <> '' or c.old_account_sealed is not null)
  and not (c.mandate_reference = m.reference and c.account_blind = m.account_blind
           and c.old_reference = m.old_reference and c.old_creditor_id = m.old_creditor_id
           and c.old_creditor_name = m.old_creditor_name
           and (c.old_account_sealed is null) = (m.old_account_sealed is null)))";

constexpr std::string_view settled_sql =
    "exists (select 1 from claim_event v where v.tenant_id = c.tenant_id and v.claim_id = c.id and v.kind = 'settle')";

// One by one and by the rules themselves, which see the accounts in plain. There are few of them.
Result<std::uint64_t> settle_one_by_one(const Scope& scope, const Id& batch, const std::vector<std::string>& mandates,
                                        Date on, std::string_view operator_name) {
  auto claims = scope.session.rows<Id, Id>(
      fmt::format("select c.id, c.mandate_id from claim c where c.tenant_id = :tenant and c.batch_id = :batch "
                  "and not c.is_prenote and c.mandate_id = any (:mandates::uuid[]) and {} order by c.sequence_number",
                  settled_sql),
      {{"tenant", scope.tenant}, {"batch", batch}, {"mandates", text_array(mandates)}});
  if (!claims) return std::unexpected(claims.error());
  for (const auto& [claim_id, mandate_id] : *claims) {
    auto claim = find_claim(scope, claim_id);
    if (!claim) return std::unexpected(claim.error());
    auto mandate = find_mandate(scope, mandate_id);
    if (!mandate) return std::unexpected(mandate.error());
    require(claim->has_value() && mandate->has_value(), "A claim that was just read is there, with its mandate.");
    const auto event = apply(**mandate,
                             {.kind = MandateEventKind::collection_settled,
                              .sequence = (*claim)->sequence,
                              .collected_on = (*claim)->collect_on,
                              .carried = (*claim)->amendment,
                              .told_reference = (*claim)->mandate_reference,
                              .told_account = (*claim)->account},
                             on);
    if (!event) return std::unexpected(event.error());
    if (auto saved = save_mandate(scope, **mandate, *event, operator_name); !saved) {
      return std::unexpected(saved.error());
    }
  }
  return claims->size();
}

// Each claim raises its mandate's version by one and leaves the event of that version; several claims of one mandate in
// a batch take consecutive versions. `set` is what one claim, or all of them together, change.
Result<std::uint64_t> apply_to_all(const Scope& scope, const Id& batch, MandateEventKind kind, Date on,
                                   std::string_view operator_name, std::string_view which, std::string_view set,
                                   const std::vector<std::string>& but_not = {}) {
  auto row = scope.session.first_row<std::uint64_t>(fmt::format(R"(
with touched as materialized (
  select c.mandate_id, c.sequence, c.collect_on, c.old_reference <> '' or c.old_creditor_id <> '' or c.old_creditor_name <> ''
         or c.old_account_sealed is not null as carried,
         row_number() over (partition by c.mandate_id order by c.sequence_number) as place
  from claim c {}
  where c.tenant_id = :tenant and c.batch_id = :batch and not c.is_prenote and c.mandate_id <> all (:but_not::uuid[]) {}),
summed as (
  select mandate_id, count(*) as uses, bool_or(sequence = 'FNAL') as is_final, bool_or(sequence = 'OOFF') as is_one_off,
         bool_or(carried) as carried, max(collect_on) as collected_on from touched group by mandate_id),
-- The state it had, which an update cannot tell.
before as materialized (
  select m.id, m.state, m.version from mandate m join summed s on s.mandate_id = m.id where m.tenant_id = :tenant),
changed as (
  update mandate m set version = m.version + s.uses, {}
  from summed s where m.tenant_id = :tenant and m.id = s.mandate_id
  returning m.id, m.state),
noted as (
  insert into mandate_event (tenant_id, mandate_id, number, kind, from_state, to_state, on_day, detail, operator_name)
  select :tenant, b.id, b.version + t.place, :kind, case when t.place = 1 then b.state else h.state end, h.state, :on::date,
         '', :operator
  from touched t join before b on b.id = t.mandate_id join changed h on h.id = b.id
  returning 1)
select count(*) from noted)",
                                                                claim_joins, which, set),
                                                    {{"tenant", scope.tenant},
                                                     {"batch", batch},
                                                     {"kind", mandate_event_name(kind)},
                                                     {"on", on},
                                                     {"operator", operator_name},
                                                     {"but_not", text_array(but_not)}});
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

}  // namespace

Result<std::uint64_t> apply_batch_to_mandates(const Scope& scope, const Id& batch, BatchMandateEffect effect, Date on,
                                              std::string_view operator_name) {
  require(scope.session.is_in_transaction(), "Mandates change together with their batch.");
  auto before = scope.session.first_row<std::int32_t>(
      "select 1 from batch_mandate_effect where tenant_id = :tenant and batch_id = :batch and effect = :effect",
      {{"tenant", scope.tenant},
       {"batch", batch},
       {"effect", effect == BatchMandateEffect::sent ? "sent" : "settled"}});
  if (!before) return std::unexpected(before.error());
  if (*before) return 0U;
  auto noted = scope.session.run(
      "insert into batch_mandate_effect (tenant_id, batch_id, effect) values (:tenant, :batch, :effect)",
      {{"tenant", scope.tenant},
       {"batch", batch},
       {"effect", effect == BatchMandateEffect::sent ? "sent" : "settled"}});
  if (!noted) return std::unexpected(noted.error());
  if (effect == BatchMandateEffect::sent) {
    return apply_to_all(scope, batch, MandateEventKind::collection_sent, on, operator_name, "",
                        "used = m.used + s.uses, final_sent = m.final_sent or s.is_final, "
                        "final_next = m.final_next and not s.is_final");
  }
  auto changed_since = scope.session.rows<Id>(changed_since_sql, {{"tenant", scope.tenant}, {"batch", batch}});
  if (!changed_since) return std::unexpected(changed_since.error());
  std::vector<std::string> single;
  for (const auto& [id] : *changed_since) single.push_back(id.text());
  const auto by_one = settle_one_by_one(scope, batch, single, on, operator_name);
  if (!by_one) return by_one;
  // As take_collection_settled of the mandates folder: the last day, the amendment that was carried, and the end of a
  // one-off or final collection.
  const auto at_once = apply_to_all(
      scope, batch, MandateEventKind::collection_settled, on, operator_name,
      // It reached its due date, even if it came back later.
      fmt::format("and {}", settled_sql),
      "last_collected_on = greatest(m.last_collected_on, s.collected_on), "
      "old_reference = case when s.carried then '' else m.old_reference end, "
      "old_creditor_id = case when s.carried then '' else m.old_creditor_id end, "
      "old_creditor_name = case when s.carried then '' else m.old_creditor_name end, "
      "old_account_key = case when s.carried then null else m.old_account_key end, "
      "old_account_sealed = case when s.carried then null else m.old_account_sealed end, "
      "state = case when s.is_final or s.is_one_off or m.one_off then 'ended' else m.state end, "
      "end_kind = case when m.state = 'ended' then m.end_kind when s.is_final then 'final-collection' "
      "when s.is_one_off or m.one_off then 'one-off-used' else m.end_kind end, "
      "ended_on = case when m.state <> 'ended' and (s.is_final or s.is_one_off or m.one_off) then :on::date else "
      "m.ended_on end, "
      "pending = case when s.is_final or s.is_one_off or m.one_off then 'none' else m.pending end",
      single);
  if (!at_once) return at_once;
  return *by_one + *at_once;
}

}  // namespace counterfoil
