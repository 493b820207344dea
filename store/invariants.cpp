#include "store/invariants.hpp"

#include <fmt/format.h>

#include "billing/batch.hpp"
#include "store/audit.hpp"
#include "store/claim_columns.hpp"
#include "store/claim_posting.hpp"
#include "store/sealed_files.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::size_t most_kept = 100;

InvariantResult begin_result(std::string_view code, std::string_view promise) {
  return {.code = code, .promise = promise, .checked = 0, .violation_count = 0, .violations = {}};
}

void complain(InvariantResult& result, std::string_view subject, std::string sentence) {
  ++result.violation_count;
  if (result.violations.size() < most_kept) {
    result.violations.push_back({std::string{result.code}, std::string{subject}, std::move(sentence)});
  }
}

/// What the queries need to know of the words of the money tower.
struct Words {
  std::string open_states;  // 'planned', 'sealed', ...
  std::string claim_moves;  // ('planned', 'seal', 'sealed'), ...
  std::string money_kinds;  // ('settle', 1), ('return', -1), ...
  std::string batch_moves;
};

Words make_words() {
  Words words;
  const auto add = [](std::string& list, std::string item) {
    if (!list.empty()) list += ", ";
    list += item;
  };
  for (int i = 0; i <= static_cast<int>(ClaimState::unknown); ++i) {
    const auto from = static_cast<ClaimState>(i);
    if (is_open(from)) add(words.open_states, fmt::format("'{}'", claim_state_name(from)));
    for (int k = 0; k <= static_cast<int>(ClaimEventKind::contest); ++k) {
      const auto kind = static_cast<ClaimEventKind>(k);
      if (const auto to = try_next_state(from, kind)) {
        add(words.claim_moves,
            fmt::format("('{}', '{}', '{}')", claim_state_name(from), claim_event_name(kind), claim_state_name(*to)));
      }
    }
  }
  for (int k = 0; k <= static_cast<int>(ClaimEventKind::contest); ++k) {
    const auto kind = static_cast<ClaimEventKind>(k);
    const auto move = money_move(kind);
    if (move != MoneyMove::none) {
      add(words.money_kinds, fmt::format("('{}', {})", claim_event_name(kind), move == MoneyMove::in ? 1 : -1));
    }
  }
  for (int i = 0; i <= static_cast<int>(BatchState::voided); ++i) {
    for (int k = 0; k <= static_cast<int>(BatchEvent::make_void); ++k) {
      const auto to = next_state(static_cast<BatchState>(i), static_cast<BatchEvent>(k));
      if (!to) continue;
      add(words.batch_moves, fmt::format("('{}', '{}', '{}')", batch_state_name(static_cast<BatchState>(i)),
                                         batch_event_name(static_cast<BatchEvent>(k)), batch_state_name(*to)));
    }
  }
  return words;
}

/// One promise held by queries: what to count, and queries that answer (subject, sentence) for each breach.
struct QueryCheck {
  std::string_view code;
  std::string_view promise;
  std::string_view count;
  std::vector<std::string> breaches;
};

Result<InvariantResult> run_check(const Scope& scope, const QueryCheck& check) {
  InvariantResult result = begin_result(check.code, check.promise);
  auto counted = scope.session.first_row<std::uint64_t>(check.count, {{"tenant", scope.tenant}});
  if (!counted) return std::unexpected(counted.error());
  result.checked = std::get<0>(**counted);
  for (const auto& sql : check.breaches) {
    auto stream = scope.session.stream(sql, {{"tenant", scope.tenant}});
    if (!stream) return std::unexpected(stream.error());
    while (true) {
      auto more = stream->next();
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      complain(result, stream->text(0), std::string{stream->text(1)});
    }
  }
  return result;
}

// Counted as last_valid_day of the mandates folder: from the last collection before it that reached its due date, here or
// before the mandate came here, else from the signature.
std::string lapsed_mandates(const InvariantOptions& options) {
  std::string months;
  for (const auto& [account, count] : options.lapse_months) {
    months += fmt::format("{}('{}'::uuid, {})", months.empty() ? "" : ", ", account.text(), count);
  }
  if (months.empty()) months = "(null::uuid, 0)";
  return fmt::format(
      "select 'claim ' || x.reference, 'Its mandate had lapsed on ' || (x.since + make_interval(months => x.months))::date "
      "|| ', before it fell due.' from (select c.reference, c.collect_on, k.months, coalesce(greatest("
      "max(case when exists (select 1 from claim_event v where v.tenant_id = c.tenant_id and v.claim_id = c.id "
      "and v.kind = 'settle') then c.collect_on end) over (partition by c.mandate_id order by c.collect_on "
      "range between unbounded preceding and interval '1 day' preceding), m.brought_collected_on), c.signed_on) as since "
      "from claim c join batch b on b.tenant_id = c.tenant_id and b.id = c.batch_id "
      "join (values {}) k (account_id, months) on k.account_id = c.creditor_account_id and k.months > 0 "
      "join mandate m on m.tenant_id = c.tenant_id and m.id = c.mandate_id "
      "where c.tenant_id = :tenant and not c.is_prenote and b.state in ('sent', 'acknowledged', 'closed')) x "
      "where x.since + make_interval(months => x.months) < x.collect_on",
      months);
}

std::vector<QueryCheck> query_checks(const InvariantOptions& options) {
  const Words words = make_words();
  const std::string settled_per_bill =
      "select bill_id, sum(case when credit = 'receivable' then amount_minor else -amount_minor end)::bigint as "
      "settled "
      "from journal where tenant_id = :tenant and purpose <> 'billed' and 'receivable' in (debit, credit) group by "
      "bill_id";
  const std::string standing = fmt::format(
      "select c.id, c.reference, c.batch_id, c.amount_minor, {} as state, coalesce((select sum(v.amount_minor * "
      "k.sign) from claim_event v join (values {}) k (kind, sign) on k.kind = v.kind "
      "where v.tenant_id = c.tenant_id and v.claim_id = c.id), 0)::bigint as collected "
      "from claim c {} where c.tenant_id = :tenant",
      claim_state_sql, words.money_kinds, claim_joins);
  const std::string keeps =
      fmt::format("(s.state in ({}) or (s.state = 'settled' and s.collected >= s.amount_minor))", words.open_states);

  std::vector<QueryCheck> checks;
  checks.push_back(
      {"I1",
       "Every approved bill is unclaimed, in one open claim, settled or given up, and never more than one of these.",
       "select count(*) from bill where tenant_id = :tenant and state = 'approved'",
       {fmt::format(
            "select 'bill ' || b.number, 'The books hold ' || coalesce(j.settled, 0) || ' against it, but it is of ' "
            "|| b.amount_minor || ' minor units.' from bill b join ({}) j on j.bill_id = b.id "
            "where b.tenant_id = :tenant and (j.settled < 0 or j.settled > b.amount_minor)",
            settled_per_bill),
        fmt::format(
            "select 'claim ' || s.reference, case when i.holds then 'It is ' || s.state || ' and still holds a bill.' "
            "else 'It is ' || s.state || ' and has let go of its bill.' end from ({}) s "
            "join claim_item i on i.tenant_id = :tenant and i.claim_id = s.id where i.holds <> {}",
            standing, keeps),
        "select 'bill ' || b.number, 'It is approved, but was never put into the books for its amount.' from bill b "
        "where b.tenant_id = :tenant and b.state = 'approved' and b.amount_minor > 0 and not exists (select 1 from "
        "journal j "
        "where j.tenant_id = b.tenant_id and j.source_id = b.id and j.purpose = 'billed' and j.debit = 'receivable' "
        "and j.amount_minor = b.amount_minor)"}});
  checks.push_back(
      {"I2",
       "No bill is in two open claims.",
       "select count(*) from claim_item where tenant_id = :tenant",
       {fmt::format("select 'bill ' || b.number, 'It is in ' || count(*) || ' claims at once.' from ({}) s "
                    "join claim_item i on i.tenant_id = :tenant and i.claim_id = s.id "
                    "join bill b on b.tenant_id = i.tenant_id and b.id = i.bill_id where {} "
                    "group by b.id, b.number having count(*) > 1",
                    standing, keeps)}});
  checks.push_back(
      {"I3",
       "The claims of a batch add up to its totals and to those of its sealed file, and the bills of a claim to the "
       "claim.",
       "select count(*) from batch where tenant_id = :tenant",
       {"select 'batch ' || b.number, 'It says ' || b.claim_count || ' claims and ' || b.sum_minor || ' minor units; "
        "there are ' "
        "|| coalesce(c.count, 0) || ' and ' || coalesce(c.sum, 0) || '.' from batch b left join (select batch_id, "
        "count(*) as "
        "count, sum(amount_minor) as sum from claim where tenant_id = :tenant group by batch_id) c on c.batch_id = "
        "b.id "
        "where b.tenant_id = :tenant and (b.claim_count <> coalesce(c.count, 0) or b.sum_minor <> coalesce(c.sum, 0))",
        "select 'file ' || f.file_name, 'It was sealed with ' || f.claim_count || ' claims and ' || f.sum_minor || ', "
        "its batch "
        "has ' || b.claim_count || ' and ' || b.sum_minor || '.' from sealed_file f join batch b on b.tenant_id = "
        "f.tenant_id "
        "and b.id = f.batch_id where f.tenant_id = :tenant and (f.claim_count <> b.claim_count or f.sum_minor <> "
        "b.sum_minor)",
        "select 'file ' || f.file_name, 'Its blocks do not add up to it.' from sealed_file f join (select file_id, "
        "sum(claim_count) as count, sum(sum_minor) as sum from sealed_block where tenant_id = :tenant group by "
        "file_id) k "
        "on k.file_id = f.id where f.tenant_id = :tenant and (k.count <> f.claim_count or k.sum <> f.sum_minor)",
        "select 'claim ' || c.reference, 'Its bills add up to ' || coalesce(i.sum, 0) || ', it is of ' || "
        "c.amount_minor || '.' "
        "from claim c left join (select claim_id, sum(amount_minor) as sum from claim_item where tenant_id = :tenant "
        "group by claim_id) i on i.claim_id = c.id where c.tenant_id = :tenant and coalesce(i.sum, 0) <> "
        "c.amount_minor"}});
  checks.push_back(
      {"I4",
       "The books balance, and every movement of a claim is in them to the last unit.",
       "select count(*) from journal where tenant_id = :tenant",
       {"select 'books in ' || currency, 'Debits and credits differ.' from (select currency, sum(amount_minor) as d, "
        "sum(amount_minor) filter (where debit <> credit) as c from journal where tenant_id = :tenant group by "
        "currency) x "
        "where d is distinct from c",
        fmt::format(
            "select 'claim ' || c.reference, 'Event ' || e.number || ' is of ' || e.amount_minor || ', the books have "
            "' "
            "|| coalesce(j.sum, 0) || '.' from claim_event e join (values {}) k (kind, sign) on k.kind = e.kind "
            "join claim c on c.tenant_id = e.tenant_id and c.id = e.claim_id left join (select source_id, step, "
            "sum(amount_minor) as sum from journal where tenant_id = :tenant and claim_id is not null "
            "and purpose <> 'charge' group by source_id, step) j on j.source_id = e.claim_id and j.step = e.number "
            "where e.tenant_id = :tenant and e.amount_minor <> coalesce(j.sum, 0)",
            words.money_kinds),
        "select 'claim ' || coalesce(c.reference, j.source_id::text), 'The books have a movement that no event of it "
        "explains.' "
        "from journal j left join claim c on c.tenant_id = j.tenant_id and c.id = j.claim_id "
        "where j.tenant_id = :tenant and j.claim_id is not null and not exists (select 1 from claim_event e "
        "where e.tenant_id = j.tenant_id and e.claim_id = j.source_id and e.number = j.step)"}});
  checks.push_back(
      {"I5",
       "Every line of a bank file is posted, in the queue or ignored by a rule: exactly once.",
       "select count(*) from bank_entry where tenant_id = :tenant",
       {"select 'file ' || f.file_name, 'It has ' || f.entry_count || ' lines, and ' || count(e.position) || ' are "
        "kept.' "
        "from bank_file f left join bank_entry e on e.tenant_id = f.tenant_id and e.file_id = f.id "
        "where f.tenant_id = :tenant group by f.tenant_id, f.id, f.file_name, f.entry_count having count(e.position) "
        "<> "
        "f.entry_count",
        "select 'file ' || f.file_name, 'Entry ' || e.position || ' was never laid against anything.' from bank_file f "
        "join bank_entry e on e.tenant_id = f.tenant_id and e.file_id = f.id left join entry_match m "
        "on m.tenant_id = e.tenant_id and m.file_id = e.file_id and m.position = e.position "
        "where f.tenant_id = :tenant and f.state in ('ingested', 'accepted') and m.position is null",
        "select 'file ' || f.file_name, 'Entry ' || m.position || ' counts, though the file does not.' from "
        "entry_match m "
        "join bank_file f on f.tenant_id = m.tenant_id and f.id = m.file_id where m.tenant_id = :tenant "
        "and f.state not in ('ingested', 'accepted')",
        "select 'file ' || f.file_name, 'Entry ' || m.position || ' should be in the queue and is not.' from "
        "entry_match m "
        "join bank_file f on f.tenant_id = m.tenant_id and f.id = m.file_id left join exception_case x "
        "on x.tenant_id = m.tenant_id and x.file_id = m.file_id and x.position = m.position "
        "where m.tenant_id = :tenant and m.disposition = 'exception' and x.id is null",
        "select 'file ' || f.file_name, 'Entry ' || m.position || ' says it was posted, and its claim does not know.' "
        "from entry_match m join bank_file f on f.tenant_id = m.tenant_id and f.id = m.file_id left join claim_event e "
        "on e.tenant_id = m.tenant_id and e.claim_id = m.claim_id and e.file_id = m.file_id and e.position = "
        "m.position "
        "where m.tenant_id = :tenant and m.claim_id is not null and m.event <> '' and e.number is null"}});
  checks.push_back(
      {"I6",
       "The file numbers of each creditor account rise without a gap.",
       "select count(*) from sealed_file where tenant_id = :tenant",
       {"select 'creditor account ' || a.label, 'Its files are numbered ' || min(f.sequence) || ' to ' || "
        "max(f.sequence) || "
        "', but there are ' || count(*) || '.' from sealed_file f join creditor_account a on a.tenant_id = f.tenant_id "
        "and a.id = f.creditor_account_id where f.tenant_id = :tenant group by a.id, a.label "
        "having min(f.sequence) <> 1 or max(f.sequence) <> count(*)",
        "select 'creditor account ' || a.label, 'Its counter stands at ' || n.next_number || ', its files end at ' || "
        "coalesce(f.last, 0) || '.' from creditor_counter n join creditor_account a on a.tenant_id = n.tenant_id "
        "and a.id = n.creditor_account_id left join (select creditor_account_id, max(sequence) as last from "
        "sealed_file "
        "where tenant_id = :tenant group by creditor_account_id) f on f.creditor_account_id = a.id "
        "where n.tenant_id = :tenant and n.name = 'file' and n.next_number <> coalesce(f.last, 0) + 1"}});
  checks.push_back(
      {"I7",
       "No state goes back except by a recorded event, and every history is in one piece.",
       "select (select count(*) from claim_event where tenant_id = :tenant) + (select count(*) from batch_event "
       "where tenant_id = :tenant)",
       {fmt::format(
            "select 'claim ' || c.reference, 'Its event ' || x.number || ' takes it from ' || x.from_state || ' to ' "
            "|| "
            "x.to_state || ', which is not a step it can take.' from (select e.*, lag(e.to_state) over w as before, "
            "row_number() over w as place from claim_event e where e.tenant_id = :tenant "
            "window w as (partition by e.claim_id order by e.number)) x "
            "join claim c on c.tenant_id = x.tenant_id and c.id = x.claim_id where x.place <> x.number "
            "or (x.before is not null and x.before <> x.from_state) "
            "or (x.from_state, x.kind, x.to_state) not in (values {})",
            words.claim_moves),
        fmt::format(
            "select 'batch ' || b.number, 'Its event ' || x.number || ' takes it from ' || x.from_state || ' to ' || "
            "x.to_state || ', which is not a step it can take.' from (select e.*, lag(e.to_state) over w as before, "
            "row_number() over w as place from batch_event e where e.tenant_id = :tenant "
            "window w as (partition by e.batch_id order by e.number)) x "
            "join batch b on b.tenant_id = x.tenant_id and b.id = x.batch_id where x.place <> x.number "
            "or x.from_state <> coalesce(x.before, 'draft') "
            "or (x.from_state, x.kind, x.to_state) not in (values {})",
            words.batch_moves),
        "select 'batch ' || b.number, 'It is ' || b.state || ', and its history ends at ' || coalesce(l.to_state, "
        "'draft') || "
        "'.' from batch b left join lateral (select e.to_state from batch_event e where e.tenant_id = b.tenant_id "
        "and e.batch_id = b.id order by e.number desc limit 1) l on true "
        "where b.tenant_id = :tenant and b.state <> coalesce(l.to_state, 'draft')"}});
  checks.push_back(
      {"I8",
       "Who prepares, approves and releases are different people as ruled, and what was approved is what was sealed.",
       "select count(*) from batch where tenant_id = :tenant and state in ('approved', 'released', 'sent', "
       "'acknowledged', "
       "'closed')",
       {"select 'batch ' || b.number, 'It was approved by who prepared it, or for other bytes than those sealed.' from "
        "approval a "
        "join batch b on b.tenant_id = a.tenant_id and b.id = a.batch_id left join sealed_file f "
        "on f.tenant_id = b.tenant_id and f.batch_id = b.id where a.tenant_id = :tenant "
        "and (a.approver = b.prepared_by or f.sha256 is distinct from a.sha256)",
        "select 'batch ' || b.number, 'It is ' || b.state || ' without an approval.' from batch b "
        "where b.tenant_id = :tenant and b.state in ('approved', 'released', 'sent', 'acknowledged', 'closed') "
        "and not exists (select 1 from approval a where a.tenant_id = b.tenant_id and a.batch_id = b.id)",
        "select 'batch ' || b.number, 'It is ' || b.state || ' without a release.' from batch b "
        "where b.tenant_id = :tenant and b.state in ('released', 'sent', 'acknowledged', 'closed') "
        "and not exists (select 1 from release r where r.tenant_id = b.tenant_id and r.batch_id = b.id)",
        "select 'batch ' || b.number, 'It was released by who prepared it, or for other bytes than those sealed.' from "
        "release r "
        "join batch b on b.tenant_id = r.tenant_id and b.id = r.batch_id left join sealed_file f "
        "on f.tenant_id = b.tenant_id and f.batch_id = b.id where r.tenant_id = :tenant "
        "and (r.releaser = b.prepared_by or f.sha256 is distinct from r.sha256)",
        "select 'bill ' || number, 'It was approved by who imported it.' from bill "
        "where tenant_id = :tenant and approved_by = imported_by"}});
  checks.push_back(
      {"I11",
       "Every claim that was handed over rests on a mandate that was in force and had not lapsed, and its sequence type "
       "fits what went before.",
       "select count(*) from claim where tenant_id = :tenant",
       {"select 'claim ' || c.reference, 'When it was planned, its mandate was ' || coalesce(l.to_state, 'not there') "
        "|| '.' "
        "from claim c join batch b on b.tenant_id = c.tenant_id and b.id = c.batch_id "
        "left join lateral (select e.to_state from mandate_event e where e.tenant_id = c.tenant_id "
        "and e.mandate_id = c.mandate_id and e.at <= b.created_at order by e.number desc limit 1) l on true "
        "where c.tenant_id = :tenant and b.state in ('sent', 'acknowledged', 'closed') "
        "and l.to_state is distinct from case when c.is_prenote then 'pending' else 'active' end",
        "select 'claim ' || c.reference, 'It falls due before its mandate was signed.' from claim c "
        "where c.tenant_id = :tenant and c.signed_on > c.collect_on",
        fmt::format(
            "select 'claim ' || later.reference, 'It follows claim ' || first.reference || ', which was ' || "
            "first.sequence || "
            "', on the same mandate.' from ({0}) first join ({0}) later on later.mandate_id = first.mandate_id "
            "and later.id > first.id and coalesce(later.first_claim_id, later.id) <> coalesce(first.first_claim_id, "
            "first.id) "
            "where (first.sequence in ('OOFF', 'FNAL') and first.state = 'settled') or (later.sequence = 'FRST' "
            "and first.sequence <> '' and first.state not in ('rejected', 'cancelled', 'voided'))",
            fmt::format("select c.*, {} as state from claim c {} where c.tenant_id = :tenant "
                        "and ba.state in ('sent', 'acknowledged', 'closed') and c.sequence <> ''",
                        claim_state_sql, claim_joins)),
        lapsed_mandates(options),
        "select 'claim ' || c.reference, 'Another claim uses up the same one-off or final mandate at the same time.' "
        "from claim c join claim o on o.tenant_id = c.tenant_id and o.mandate_id = c.mandate_id and o.id <> c.id "
        "and o.uses_up_mandate join claim_item ci on ci.tenant_id = c.tenant_id and ci.claim_id = c.id and ci.holds "
        "join claim_item oi on oi.tenant_id = o.tenant_id and oi.claim_id = o.id and oi.holds "
        "join batch b on b.tenant_id = c.tenant_id and b.id = c.batch_id and b.state <> 'draft' "
        "join batch ob on ob.tenant_id = o.tenant_id and ob.id = o.batch_id and ob.state <> 'draft' "
        "where c.tenant_id = :tenant and c.uses_up_mandate"}});
  return checks;
}

Result<InvariantResult> check_audit_chain(const Scope& scope, const InvariantOptions& options) {
  InvariantResult result =
      begin_result("I9", "The audit trail is in one piece and ends where its head and its anchor say.");
  auto verifier = verify_audit(scope.session, scope.tenant, options.anchor);
  if (!verifier) return std::unexpected(verifier.error());
  result.checked = verifier->entry_count();
  for (const auto& fault : verifier->faults())
    complain(result, fmt::format("audit entry {}", fault.sequence), fault.message);
  result.violation_count = verifier->fault_count();
  return result;
}

/// One sealed column: how to select row id, key, bytes, blind index (or NULL) and the name of the row for people.
struct SealedColumn {
  std::string_view table;
  std::string_view column;
  std::string_view sql;
};

constexpr SealedColumn sealed_columns[] = {
    {"creditor_account", "account",
     "select id, account_key, account_sealed, account_blind, 'creditor account ' || label, null::bigint from "
     "creditor_account "
     "where tenant_id = :tenant"},
    {"mandate", "account",
     "select id, account_key, account_sealed, account_blind, 'mandate ' || reference, null::bigint from mandate "
     "where tenant_id = :tenant"},
    {"mandate", "old_account",
     "select id, old_account_key, old_account_sealed, null::bytea, 'mandate ' || reference, null::bigint from mandate "
     "where tenant_id = :tenant and old_account_sealed is not null"},
    {"mandate", "identity",
     "select id, identity_key, identity_sealed, null::bytea, 'mandate ' || reference, null::bigint from mandate "
     "where tenant_id = :tenant and identity_sealed is not null"},
    {"claim", "account",
     "select id, account_key, account_sealed, account_blind, 'claim ' || reference, null::bigint from claim "
     "where tenant_id = :tenant"},
    {"claim", "old_account",
     "select id, old_account_key, old_account_sealed, null::bytea, 'claim ' || reference, null::bigint from claim "
     "where tenant_id = :tenant and old_account_sealed is not null"},
    {"bank_entry", "account",
     "select file_id, account_key, account_sealed, account_blind, 'bank entry ' || position, position from bank_entry "
     "where tenant_id = :tenant and account_sealed is not null"},
    {"bank_entry", "corrected",
     "select file_id, account_key, corrected_sealed, null::bytea, 'bank entry ' || position, position from bank_entry "
     "where tenant_id = :tenant and corrected_sealed is not null"},
    {"bank_statement", "account",
     "select file_id, account_key, account_sealed, account_blind, 'statement ' || statement_id, number::bigint "
     "from bank_statement where tenant_id = :tenant"},
};

Result<void> check_sealed_column(const Scope& scope, const SealedColumn& sealed, InvariantResult& result) {
  auto stream = scope.session.stream(sealed.sql, {{"tenant", scope.tenant}});
  if (!stream) return std::unexpected(stream.error());
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    ++result.checked;
    std::string column{sealed.column};
    if (!stream->is_null(5)) column += fmt::format(" {}", stream->integer(5));
    auto open = scope.sealer.open_value(static_cast<std::int32_t>(stream->integer(1)), stream->text(2),
                                        {scope.tenant, sealed.table, column, stream->id(0)});
    if (!open) {
      complain(result, stream->text(4), open.error().explanation);
    } else if (!stream->is_null(3) &&
               stream->text(3) != blind_index_bytes(scope.sealer.blind_index(scope.tenant, *open))) {
      complain(result, stream->text(4), "Its account number cannot be found: the index beside it is another number's.");
    }
  }
}

Result<InvariantResult> check_ciphertexts(const Scope& scope) {
  InvariantResult result = begin_result("I10", "Every sealed account number opens in its place, and can be found.");
  for (const auto& sealed : sealed_columns) {
    if (auto checked = check_sealed_column(scope, sealed, result); !checked) return std::unexpected(checked.error());
  }
  return result;
}

Result<void> check_bytes(Result<StoredBytes> bytes, std::string_view subject, InvariantResult& result) {
  if (!bytes) return std::unexpected(bytes.error());
  ++result.checked;
  while (true) {
    auto piece = bytes->next();
    if (!piece) {
      if (piece.error().kind != ErrorKind::refused) return std::unexpected(piece.error());
      complain(result, subject, piece.error().explanation);
      return {};
    }
    if (piece->empty()) return {};
  }
}

Result<InvariantResult> check_file_bytes(const Scope& scope) {
  InvariantResult result = begin_result("I12", "Every stored file still has the bytes that were recorded.");
  auto sealed = scope.session.rows<Id, std::string>(
      "select id, 'sealed file ' || file_name from sealed_file where tenant_id = :tenant order by id",
      {{"tenant", scope.tenant}});
  if (!sealed) return std::unexpected(sealed.error());
  for (const auto& [id, subject] : *sealed) {
    if (auto checked = check_bytes(StoredBytes::of_sealed_file(scope, id), subject, result); !checked) {
      return std::unexpected(checked.error());
    }
  }
  auto received = scope.session.rows<Id, std::string>(
      "select id, 'bank file ' || file_name from bank_file where tenant_id = :tenant order by id",
      {{"tenant", scope.tenant}});
  if (!received) return std::unexpected(received.error());
  for (const auto& [id, subject] : *received) {
    if (auto checked = check_bytes(StoredBytes::of_bank_file(scope, id), subject, result); !checked) {
      return std::unexpected(checked.error());
    }
  }
  return result;
}

}  // namespace

Result<std::vector<InvariantResult>> check_invariants(const Scope& scope, const InvariantOptions& options) {
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  std::vector<InvariantResult> results;
  const auto keep = [&](Result<InvariantResult> result) -> Result<void> {
    if (!result) return std::unexpected(result.error());
    results.push_back(std::move(*result));
    return {};
  };
  for (const auto& check : query_checks(options)) {
    if (check.code == "I11") {
      if (auto kept = keep(check_audit_chain(scope, options)); !kept) return std::unexpected(kept.error());
      if (options.with_ciphertexts) {
        if (auto kept = keep(check_ciphertexts(scope)); !kept) return std::unexpected(kept.error());
      }
    }
    if (auto kept = keep(run_check(scope, check)); !kept) return std::unexpected(kept.error());
  }
  if (options.with_file_bytes) {
    if (auto kept = keep(check_file_bytes(scope)); !kept) return std::unexpected(kept.error());
  }
  return results;
}

}  // namespace counterfoil
