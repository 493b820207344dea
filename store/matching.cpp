#include "store/matching.hpp"

#include <fmt/format.h>

#include <deque>
#include <unordered_map>

#include "store/claim_columns.hpp"
#include "store/claim_posting.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

// Claims that share a reference or a trace with an entry; for an entry that has none of those, the weaker signs:
// mandate or account together with the amount, and the number of a bill in the text. The sure ones go first in one
// set-based join, so that a million entries cost one pass over an index and not a million questions.
constexpr std::string_view candidates_sql = R"(
with e as materialized (
  select position, btrim(reference) as reference, btrim(instruction_id) as instruction_id,
         coalesce(nullif(btrim(original_trace), ''), btrim(trace)) as trace, btrim(mandate) as mandate, account_blind,
         amount_minor, remittance
  from bank_entry where tenant_id = :tenant and file_id = :file and level = 'entry'),
strong as materialized (
  select e.position, c.id from e join claim c on c.tenant_id = :tenant and c.reference = e.reference
  union
  select e.position, c.id from e join claim c on c.tenant_id = :tenant and c.reference = e.instruction_id
  where e.instruction_id is not null
  union
  select e.position, c.id from e
  join bank_file bf on bf.tenant_id = :tenant and bf.id = :file
  join sealed_file sf on sf.tenant_id = :tenant and sf.trace_digits > 0
    and length(e.trace) = length(sf.trace_prefix) + sf.trace_digits and starts_with(e.trace, sf.trace_prefix)
    and (sf.trace_prefix <> '' or sf.message_id in (bf.message_id, bf.original_message_id))
  join claim c on c.tenant_id = :tenant and c.batch_id = sf.batch_id
    and c.sequence_number = case when substr(e.trace, length(sf.trace_prefix) + 1) ~ '^[0-9]{{1,18}}$'
                                 then substr(e.trace, length(sf.trace_prefix) + 1)::bigint - sf.trace_first + 1 else 0 end
  where e.trace is not null),
left_over as materialized (
  select e.* from e where not exists (select 1 from strong s where s.position = e.position)),
weak as (
  select l.position, c.id from left_over l
  join claim c on c.tenant_id = :tenant and c.mandate_reference = l.mandate and c.amount_minor = l.amount_minor
  union
  select l.position, c.id from left_over l
  join claim c on c.tenant_id = :tenant and c.account_blind = l.account_blind and c.amount_minor = l.amount_minor
  union
  select l.position, i.claim_id from left_over l
  cross join lateral (select distinct word from regexp_split_to_table(l.remittance, '[^0-9A-Za-z./_-]+') as word
                      where length(word) >= 4) words
  join bill b on b.tenant_id = :tenant and b.number = words.word
  join claim_item i on i.tenant_id = :tenant and i.bill_id = b.id),
pairs as materialized (
  select position, id, false as is_weak from strong union all select position, id, true from weak),
shared as (select id from pairs group by id having count(*) > 1)
select x.position, x.line, x.block_number, x.level, x.reference, x.instruction_id, x.mandate, x.trace, x.original_trace,
       x.original_bank, x.return_trace, x.bank_reference, x.original_message_id, x.original_batch_id, x.direction,
       x.currency, x.amount_minor, x.booked_minor, x.charges_minor, x.collected_minor, x.batch_count, x.payer_name,
       x.account_key, x.account_sealed, x.payer_bank, x.account_kind, x.transaction_code, x.collect_on, x.booked_on,
       x.valued_on, x.remittance, x.outcome, x.is_prenote, x.is_booked, x.status_inherited, x.is_reversal_flag, x.status,
       x.reason, x.reason_text, x.corrected_sealed, x.bank_transaction_code, x.addenda,
       bb.original_id, bb.collect_on, bb.settled_on,
       c.id, c.batch_id, {state}, c.reference, {trace}, c.mandate_reference, c.account_key, c.account_sealed, c.bank,
       sf.message_id, sb.block_id, bn.number, c.currency, c.amount_minor, c.collect_on, settled.on_day, c.is_prenote,
       le.number, s.id is not null, c.mandate_id, le.on_day, lf.format, lx.bank_reference, x.mandate_event
from bank_entry x
left join bank_block bb on bb.tenant_id = x.tenant_id and bb.file_id = x.file_id and bb.number = x.block_number
left join pairs p on p.position = x.position
left join claim c on c.tenant_id = :tenant and c.id = p.id
left join batch ba on ba.tenant_id = c.tenant_id and ba.id = c.batch_id
left join sealed_file sf on sf.tenant_id = c.tenant_id and sf.batch_id = c.batch_id
left join sealed_block sb on sb.tenant_id = sf.tenant_id and sb.file_id = sf.id and sb.sequence = c.sequence
left join lateral (select v.to_state, v.number, v.on_day, v.file_id, v.position from claim_event v
                   where v.tenant_id = c.tenant_id and v.claim_id = c.id order by v.number desc limit 1) le on true
left join bank_file lf on lf.tenant_id = :tenant and lf.id = le.file_id
left join bank_entry lx on lx.tenant_id = :tenant and lx.file_id = le.file_id and lx.position = le.position
left join lateral (select v.on_day from claim_event v where v.tenant_id = c.tenant_id and v.claim_id = c.id
                   and v.kind = 'settle' order by v.number limit 1) settled on true
left join lateral (select b.number from claim_item i join bill b on b.tenant_id = i.tenant_id and b.id = i.bill_id
                   where p.is_weak and i.tenant_id = c.tenant_id and i.claim_id = c.id order by i.bill_id limit 1) bn on true
left join shared s on s.id = c.id
where x.tenant_id = :tenant and x.file_id = :file
order by x.position)";

constexpr int first_candidate_column = 45;

std::optional<Outcome> outcome_of(std::string_view name) { return parse_outcome(name); }

Level level_of(std::string_view name) {
  return name == "file" ? Level::file : name == "block" ? Level::block : Level::entry;
}

// Copies of texts that live until the row is done. A deque never moves what it holds.
class TextRoom {
 public:
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (used_ == slots_.size()) slots_.emplace_back();
    std::string& slot = slots_[used_++];
    slot = text;
    return slot;
  }
  void clear() { used_ = 0; }

 private:
  std::deque<std::string> slots_;
  std::size_t used_ = 0;
};

// What stands behind a candidate and is nobody else's business.
struct Behind {
  Id mandate;
  std::int32_t last_event = 0;
  bool is_shared = false;
};

// What this run has done to a claim that several of its entries speak of.
struct Progress {
  ClaimState state = ClaimState::planned;
  std::int32_t last_event = 0;
  std::uint32_t outcomes = 0;
  bool settled = false;
};

}  // namespace

struct Matching::State {
  Scope scope;
  Id file;
  std::string operator_name;
  Counts counts;
  TouchMandates touch;
  std::vector<MandateTouch> touched;
  std::unordered_map<Id, Progress> progress;
  CopyRows matches{"entry_match",
                   {"tenant_id", "file_id", "position", "disposition", "rule", "ignored_by", "compared", "agreed",
                    "exceptions", "claim_id", "batch_id", "event", "operator_name"}};
  CopyRows events{"claim_event",
                  {"tenant_id", "claim_id", "number", "kind", "from_state", "to_state", "on_day", "amount_minor",
                   "charges_minor", "reason", "file_id", "position", "operator_name"}};

  struct OpenedException {
    Id id;
    JudgedEntry judged;
    std::uint32_t position = 0;
    Id claim;
    Id batch;
    std::string currency;
    std::string reason;
    std::int64_t amount_minor = 0;
  };
  std::vector<OpenedException> exceptions;

  // Of the row being visited.
  TextRoom room;
  std::vector<Candidate> candidates;
  std::vector<Behind> behind;

  State(const Scope& the_scope, const Id& the_file, std::string_view name, TouchMandates the_touch)
      : scope{the_scope}, file{the_file}, operator_name{name}, touch{std::move(the_touch)} {}

  Result<void> read_entry(const Stream& stream, EntryWithCandidates& row);
  Result<void> read_candidate(const Stream& stream);
  void refresh_candidates(Outcome outcome);
  Result<void> post_event(const EntryWithCandidates& row, const JudgedEntry& judged, std::size_t matched);
  Result<void> flush();
  Result<void> flush_exceptions();
  Result<void> hand_over_touched();
  Result<void> book_postings();
  Result<void> settle_holds();
};

Result<void> Matching::State::read_entry(const Stream& stream, EntryWithCandidates& row) {
  room.clear();
  candidates.clear();
  behind.clear();
  const auto text = [&](int column) { return room.keep(stream.text(column)); };
  Entry& entry = row.entry;
  entry = {};
  entry.position = static_cast<std::uint32_t>(stream.integer(0));
  entry.line = static_cast<std::uint32_t>(stream.integer(1));
  row.block_number = static_cast<std::uint32_t>(stream.integer(2));
  entry.level = level_of(stream.text(3));
  entry.reference = text(4);
  entry.instruction_id = text(5);
  entry.mandate = text(6);
  entry.trace = text(7);
  entry.original_trace = text(8);
  entry.original_bank = text(9);
  entry.return_trace = text(10);
  entry.bank_reference = text(11);
  entry.original_message_id = text(12);
  entry.original_batch_id = text(13);
  entry.direction = stream.text(14) == direction_name(Direction::credit) ? Direction::credit : Direction::debit;
  if (!stream.text(15).empty()) entry.currency = stored_currency(stream.text(15));
  entry.amount_minor = stream.integer(16);
  entry.booked_minor = stream.integer(17);
  entry.charges_minor = stream.integer(18);
  entry.collected_minor = stream.integer(19);
  entry.batch_count = static_cast<std::uint64_t>(stream.integer(20));
  entry.payer_name = text(21);
  auto account = open_account(scope, stream.integer(22), stream.text(23), "bank_entry",
                              fmt::format("account {}", entry.position), file);
  if (!account) return std::unexpected(account.error());
  entry.payer_account = room.keep(*account);
  entry.payer_bank = text(24);
  entry.account_kind = text(25);
  entry.transaction_code = text(26);
  entry.collect_on = stream.date(27);
  entry.booked_on = stream.date(28);
  entry.valued_on = stream.date(29);
  entry.remittance = text(30);
  entry.outcome = stored_name(outcome_of(stream.text(31)));
  entry.is_prenote = stream.boolean(32);
  entry.is_booked = stream.boolean(33);
  entry.status_inherited = stream.boolean(34);
  entry.is_reversal_flag = stream.boolean(35);
  entry.status = text(36);
  entry.reason = text(37);
  entry.reason_text = text(38);
  auto corrected = open_account(scope, stream.integer(22), stream.text(39), "bank_entry",
                                fmt::format("corrected {}", entry.position), file);
  if (!corrected) return std::unexpected(corrected.error());
  entry.corrected_data = room.keep(*corrected);
  entry.bank_transaction_code = text(40);
  entry.addenda = static_cast<std::uint32_t>(stream.integer(41));
  row.block_original_id = text(42);
  row.block_collect_on = stream.date(43);
  row.block_settled_on = stream.date(44);
  entry.mandate_event = stored_name(parse_mandate_news(stream.text(first_candidate_column + 23)));
  return {};
}

Result<void> Matching::State::read_candidate(const Stream& stream) {
  constexpr int first = first_candidate_column;
  if (stream.is_null(first)) return {};
  const auto text = [&](int column) { return room.keep(stream.text(first + column)); };
  Candidate& candidate = candidates.emplace_back();
  candidate.claim = stream.id(first);
  candidate.batch = stream.id(first + 1);
  candidate.state = stored_name(parse_claim_state(stream.text(first + 2)));
  candidate.reference = text(3);
  candidate.trace = text(4);
  candidate.mandate = text(5);
  auto account =
      open_account(scope, stream.integer(first + 6), stream.text(first + 7), "claim", "account", candidate.claim);
  if (!account) return std::unexpected(account.error());
  candidate.account = room.keep(*account);
  candidate.bank = text(8);
  candidate.message_id = text(9);
  candidate.block_id = text(10);
  candidate.bill_number = text(11);
  candidate.currency = stored_currency(stream.text(first + 12));
  candidate.amount_minor = stream.integer(first + 13);
  candidate.collect_on = stream.date(first + 14).value_or(Date{});
  candidate.settled_on = stream.date(first + 15);
  candidate.settled_posted = candidate.settled_on.has_value();
  candidate.is_prenote = stream.boolean(first + 16);
  candidate.earlier = {.format = text(21), .bank_reference = text(22), .on = stream.date(first + 20)};
  behind.push_back({.mandate = stream.id(first + 19),
                    .last_event = static_cast<std::int32_t>(stream.integer(first + 17)),
                    .is_shared = stream.boolean(first + 18)});
  return {};
}

// The cursor shows the claims as they were when it was opened; what this run did since is laid over them.
void Matching::State::refresh_candidates(Outcome outcome) {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!behind[i].is_shared) continue;
    const auto found = progress.find(candidates[i].claim);
    if (found == progress.end()) continue;
    const Progress& done = found->second;
    candidates[i].taken_in_this_file = (done.outcomes >> static_cast<unsigned>(outcome) & 1U) != 0;
    if (done.last_event == 0) continue;
    candidates[i].state = done.state;
    candidates[i].settled_posted = candidates[i].settled_posted || done.settled;
    behind[i].last_event = done.last_event;
  }
}

Matching::Matching(const Scope& scope, const Id& bank_file, std::string_view operator_name, TouchMandates touch)
    : state_{std::make_unique<State>(scope, bank_file, operator_name, std::move(touch))} {}
Matching::~Matching() = default;

const Matching::Counts& Matching::counts() const { return state_->counts; }

Result<void> Matching::visit(const Visitor<EntryWithCandidates>& visit) {
  State& state = *state_;
  const std::vector<SqlParameter> parameters{{"tenant", state.scope.tenant}, {"file", state.file}};
  auto stream = stream_beside_writing(
      state.scope,
      fmt::format(fmt::runtime(candidates_sql), fmt::arg("state", claim_state_sql), fmt::arg("trace", claim_trace_sql)),
      parameters);
  if (!stream) return std::unexpected(stream.error());
  EntryWithCandidates row;
  bool has_row = false;
  const auto hand_over = [&]() -> Result<void> {
    if (!has_row) return {};
    state.refresh_candidates(row.entry.outcome);
    row.candidates = state.candidates;
    return visit(row);
  };
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return hand_over();
    if (!has_row || stream->integer(0) != row.entry.position) {
      if (auto seen = hand_over(); !seen) return seen;
      if (auto read = state.read_entry(*stream, row); !read) return read;
      has_row = true;
    }
    if (auto read = state.read_candidate(*stream); !read) return read;
  }
}

Result<void> Matching::State::post_event(const EntryWithCandidates& row, const JudgedEntry& judged,
                                         std::size_t matched) {
  const Candidate& candidate = candidates[matched];
  const Judgement& judgement = judged.judgement;
  const auto to = try_next_state(candidate.state, *judgement.event);
  if (!to) {
    return std::unexpected(
        Error{"claim.transition",
              fmt::format("Entry {} would take claim {} from {} to where it cannot go.", row.entry.position,
                          candidate.reference, claim_state_name(candidate.state)),
              "Report this with the file: an entry that cannot be posted has to become an exception.",
              {},
              ErrorKind::failed});
  }
  const std::int32_t number = behind[matched].last_event + 1;
  const bool moves_money = money_move(*judgement.event) != MoneyMove::none;
  events.begin_row();
  events.integer(scope.tenant);
  events.id(candidate.claim);
  events.integer32(number);
  events.text(claim_event_name(*judgement.event));
  events.text(claim_state_name(candidate.state));
  events.text(claim_state_name(*to));
  events.date(judgement.on);
  events.integer(moves_money ? judgement.amount_minor : 0);
  events.integer(judgement.charges_minor);
  events.text(row.entry.reason.empty() ? row.entry.status : row.entry.reason);
  events.id(file);
  events.integer(row.entry.position);
  events.text(operator_name);
  if (behind[matched].is_shared) {
    Progress& done = progress[candidate.claim];
    done.state = *to;
    done.last_event = number;
    done.settled = done.settled || *judgement.event == ClaimEventKind::settle;
  }
  return {};
}

Result<void> Matching::keep(const EntryWithCandidates& row, const JudgedEntry& judged) {
  State& state = *state_;
  const Judgement& judgement = judged.judgement;
  const bool is_of_claim =
      judgement.scope == Level::entry && judgement.matched && *judgement.matched < state.candidates.size();
  const Candidate* matched = is_of_claim ? &state.candidates[*judgement.matched] : nullptr;
  const bool posts = matched != nullptr && judgement.event.has_value();
  switch (judgement.disposition) {
    case Disposition::posted:
      ++state.counts.posted;
      break;
    case Disposition::exception:
      ++state.counts.exceptions;
      break;
    case Disposition::ignored:
      ++state.counts.ignored;
      break;
  }
  CopyRows& rows = state.matches;
  rows.begin_row();
  rows.integer(state.scope.tenant);
  rows.id(state.file);
  rows.integer(row.entry.position);
  rows.text(disposition_name(judgement.disposition));
  rows.text(match_rule_name(judgement.rule));
  rows.text(ignore_rule_name(judgement.ignored_by));
  rows.integer32(judgement.evidence.compared);
  rows.integer32(judgement.evidence.agreed);
  rows.integer(judgement.exceptions.bits());
  rows.id_or_null(matched != nullptr ? matched->claim : Id{});
  rows.id_or_null(matched != nullptr ? matched->batch : judged.batch);
  rows.text(judgement.event && (posts || judgement.scope != Level::entry) ? claim_event_name(*judgement.event) : "");
  rows.text(state.operator_name);

  if (posts) {
    if (auto posted = state.post_event(row, judged, *judgement.matched); !posted) return posted;
  }
  if (matched != nullptr) {
    const Behind& behind = state.behind[*judgement.matched];
    if (behind.is_shared) {
      Progress& done = state.progress[matched->claim];
      done.outcomes |= 1U << static_cast<unsigned>(row.entry.outcome);
      if (done.last_event == 0) done.state = matched->state;
    }
    const bool touches =
        judgement.mandate_effect != MandateEffect::none ||
        (posts && *judgement.event != ClaimEventKind::settle && *judgement.event != ClaimEventKind::acknowledge);
    if (touches) {
      state.touched.push_back({.mandate = behind.mandate,
                               .claim = matched->claim,
                               .effect = judgement.mandate_effect,
                               .event = posts ? *judgement.event : ClaimEventKind::acknowledge,
                               .reason = std::string{row.entry.reason},
                               .on = judgement.on});
      if (state.touched.size() >= most_touches) {
        if (auto done = state.hand_over_touched(); !done) return done;
      }
    }
  }
  if (judgement.disposition == Disposition::exception) {
    state.exceptions.push_back({.id = new_id(),
                                .judged = judged,
                                .position = row.entry.position,
                                .claim = matched != nullptr ? matched->claim : Id{},
                                .batch = matched != nullptr ? matched->batch : judged.batch,
                                .currency = std::string{row.entry.currency.code()},
                                .reason = std::string{row.entry.reason.empty() ? row.entry.status : row.entry.reason},
                                .amount_minor = row.entry.amount_minor});
  }
  constexpr std::size_t most_exceptions = 10'000;
  if (state.exceptions.size() >= most_exceptions) {
    if (auto sent = state.flush_exceptions(); !sent) return sent;
  }
  if (rows.byte_count() + state.events.byte_count() < copy_flush_bytes) return {};
  return state.flush();
}

Result<void> Matching::State::hand_over_touched() {
  if (touched.empty()) return {};
  auto done = touch(touched);
  touched.clear();
  return done;
}

Result<void> Matching::State::flush() {
  if (auto sent = scope.session.copy(matches); !sent) return sent;
  return scope.session.copy(events);
}

Result<void> Matching::State::flush_exceptions() {
  if (exceptions.empty()) return {};
  auto counted = scope.session.first_row<std::int64_t>(
      "update tenant_counter set next_number = next_number + :count where tenant_id = :tenant and name = 'exception' "
      "returning next_number - :count",
      {{"count", exceptions.size()}, {"tenant", scope.tenant}});
  if (!counted) return std::unexpected(counted.error());
  std::int64_t number = std::get<0>(**counted);
  CopyRows cases{"exception_case",
                 {"tenant_id",  "id",          "number",       "main_class",    "class_rank", "classes",  "state",
                  "resolution", "explanation", "next_step",    "proposed",      "file_id",    "position", "claim_id",
                  "batch_id",   "currency",    "amount_minor", "charges_minor", "on_day",     "reason"}};
  CopyRows history{"exception_event", {"tenant_id", "exception_id", "number", "what", "comment", "operator_name"}};
  for (const auto& opened : exceptions) {
    const Judgement& judgement = opened.judged.judgement;
    const auto classes = judgement.exceptions.list();
    const auto main = classes.empty() ? ExceptionClass::outcome_unknown : classes.front();
    cases.begin_row();
    cases.integer(scope.tenant);
    cases.id(opened.id);
    cases.text(fmt::format("X-{:06}", number++));
    cases.text(exception_class_code(main));
    cases.integer32(static_cast<std::int32_t>(main));
    cases.integer(judgement.exceptions.bits());
    cases.text("open");
    cases.text("none");
    cases.text(opened.judged.explanation);
    cases.text(next_step_name(judgement.next_step));
    cases.text(judgement.proposed ? claim_event_name(*judgement.proposed) : "");
    cases.id(file);
    cases.integer(opened.position);
    cases.id_or_null(opened.claim);
    cases.id_or_null(opened.batch);
    cases.text(opened.currency);
    cases.integer(judgement.amount_minor != 0 ? judgement.amount_minor : opened.amount_minor);
    cases.integer(judgement.charges_minor);
    judgement.on == Date{} ? cases.null() : cases.date(judgement.on);
    cases.text(opened.reason);
    history.begin_row();
    history.integer(scope.tenant);
    history.id(opened.id);
    history.integer(1);
    history.text("opened");
    history.text("");
    history.text(operator_name);
  }
  exceptions.clear();
  if (auto sent = scope.session.copy(cases); !sent) return sent;
  return scope.session.copy(history);
}

// The postings of all events of the file in one statement. An amount fills the bills of its claim one after the other.
Result<void> Matching::State::book_postings() {
  std::string sides;
  for (int kind = 0; kind <= static_cast<int>(ClaimEventKind::contest); ++kind) {
    const auto event = static_cast<ClaimEventKind>(kind);
    if (money_move(event) == MoneyMove::none) continue;
    for (int from = 0; from <= static_cast<int>(ClaimState::unknown); ++from) {
      const auto from_state = static_cast<ClaimState>(from);
      const auto to = try_next_state(from_state, event);
      if (!to) continue;
      const auto side = book_sides(money_move(event), from_state, *to, event);
      sides += fmt::format("{}('{}', '{}', '{}', '{}', '{}')", sides.empty() ? "" : ", ", claim_event_name(event),
                           claim_state_name(from_state), book_account_name(side.debit), book_account_name(side.credit),
                           side.purpose);
    }
  }
  auto booked = scope.session.run(fmt::format(R"(
with sides (kind, from_state, debit, credit, purpose) as (values {}),
posted as (
  select e.claim_id, e.number, e.on_day, e.amount_minor, e.charges_minor, s.debit, s.credit, s.purpose
  from entry_match m
  join claim_event e on e.tenant_id = m.tenant_id and e.claim_id = m.claim_id and e.file_id = m.file_id
    and e.position = m.position
  left join sides s on s.kind = e.kind and s.from_state = e.from_state
  where m.tenant_id = :tenant and m.file_id = :file and m.claim_id is not null and m.event <> ''),
shares as (
  select p.claim_id, p.number, p.on_day, p.debit, p.credit, p.purpose, i.bill_id,
         row_number() over bills as line,
         least(i.amount_minor, p.amount_minor - coalesce(sum(i.amount_minor) over (bills rows between unbounded preceding
                                                                                   and 1 preceding), 0)) as amount
  from posted p join claim_item i on i.tenant_id = :tenant and i.claim_id = p.claim_id
  where p.debit is not null and p.amount_minor > 0
  window bills as (partition by p.claim_id, p.number order by i.bill_id))
insert into journal (tenant_id, source_id, step, line, on_day, debit, credit, currency, amount_minor, bill_id, claim_id,
                     purpose)
select :tenant::bigint, h.claim_id, h.number, h.line, h.on_day, h.debit, h.credit, c.currency, h.amount::bigint, h.bill_id,
       h.claim_id, h.purpose
from shares h join claim c on c.tenant_id = :tenant and c.id = h.claim_id where h.amount > 0
union all
select :tenant::bigint, p.claim_id, p.number, 1000000, p.on_day, 'bank-charges', 'bank', c.currency, p.charges_minor, null,
       p.claim_id, 'charge'
from posted p join claim c on c.tenant_id = :tenant and c.id = p.claim_id where p.charges_minor > 0)",
                                              sides),
                                  {{"tenant", scope.tenant}, {"file", file}});
  if (!booked) return std::unexpected(booked.error());
  return {};
}

// Claims that failed, or brought less than they asked for, let go of their bills; one that stands again takes them
// back.
Result<void> Matching::State::settle_holds() {
  std::string open_states;
  for (int i = 0; i <= static_cast<int>(ClaimState::unknown); ++i) {
    const auto state = static_cast<ClaimState>(i);
    if (is_open(state)) open_states += fmt::format("{}'{}'", open_states.empty() ? "" : ", ", claim_state_name(state));
  }
  auto changed = scope.session.run(fmt::format(R"(
with last as (
  select e.claim_id, e.to_state in ({}) or (e.to_state = 'settled' and e.amount_minor >= c.amount_minor) as keeps
  from entry_match m
  join claim_event e on e.tenant_id = m.tenant_id and e.claim_id = m.claim_id and e.file_id = m.file_id
    and e.position = m.position
  join claim c on c.tenant_id = e.tenant_id and c.id = e.claim_id
  where m.tenant_id = :tenant and m.file_id = :file and m.claim_id is not null and m.event <> ''
    and not exists (select 1 from claim_event l where l.tenant_id = e.tenant_id and l.claim_id = e.claim_id
                    and l.number > e.number))
update claim_item i set holds = last.keeps from last
where i.tenant_id = :tenant and i.claim_id = last.claim_id and i.holds <> last.keeps)",
                                               open_states),
                                   {{"tenant", scope.tenant}, {"file", file}});
  if (!changed) return std::unexpected(changed.error());
  return {};
}

Result<void> Matching::finish() {
  State& state = *state_;
  if (auto done = state.hand_over_touched(); !done) return done;
  if (auto sent = state.flush(); !sent) return sent;
  const auto kept = state.counts.posted + state.counts.exceptions + state.counts.ignored;
  if (auto told = refresh_statistics(state.scope, kept, {"entry_match", "claim_event"}); !told) return told;
  if (auto booked = state.book_postings(); !booked) return booked;
  if (auto settled = state.settle_holds(); !settled) return settled;
  // Last, because the counter of the numbers stays locked until the transaction ends.
  return state.flush_exceptions();
}

namespace {

Result<std::unique_ptr<StandingRow>> standing_of(const Scope& scope, const Id& batch, std::string message_id,
                                                 std::optional<std::pair<std::string, SequenceType>> block) {
  auto row = std::make_unique<StandingRow>();
  row->message_id = std::move(message_id);
  if (block) {
    row->block_id = block->first;
    row->sequence = block->second;
  }
  auto counted = scope.session.rows<std::string, bool, std::uint64_t, std::int64_t, std::int64_t>(
      fmt::format(
          "select {}, c.is_prenote, count(*), sum(c.amount_minor)::bigint, coalesce(sum(settled.amount_minor), 0)"
          "::bigint from claim c {} left join lateral (select v.amount_minor from claim_event v "
          "where v.tenant_id = c.tenant_id and v.claim_id = c.id and v.kind = 'settle' order by v.number limit 1) "
          "settled on true where c.tenant_id = :tenant and c.batch_id = :batch "
          "and (:sequence::text is null or c.sequence = :sequence) group by 1, 2",
          claim_state_sql, claim_joins),
      {{"tenant", scope.tenant},
       {"batch", batch},
       {"sequence", row->sequence ? SqlValue{sequence_type_code(*row->sequence)} : SqlValue{std::nullopt}}});
  if (!counted) return std::unexpected(counted.error());
  BatchStanding& standing = row->standing;
  standing.batch = batch;
  standing.all_decided = true;
  standing.was_sent = true;
  for (const auto& [name, is_prenote, count, sum, settled] : *counted) {
    const auto state = stored_name(parse_claim_state(name));
    if (is_open(state)) standing.all_decided = false;
    if (state == ClaimState::voided) standing.is_voided = true;
    if (!was_sent(state)) standing.was_sent = false;
    if (is_prenote) standing.prenote_count += count;
    if (is_prenote) continue;
    standing.count += count;
    standing.sum_minor += sum;
    if (state == ClaimState::rejected) {
      standing.rejected_count += count;
      standing.rejected_minor += sum;
    }
    if (state == ClaimState::settled) {
      standing.settled_count += count;
      standing.settled_minor += settled;
    }
    if (state == ClaimState::returned || state == ClaimState::refunded) standing.returned_count += count;
  }
  auto facts = scope.session.first_row<std::string, bool>(
      "select b.currency, exists (select 1 from entry_match m join bank_entry e on e.tenant_id = m.tenant_id "
      "and e.file_id = m.file_id and e.position = m.position where m.tenant_id = b.tenant_id and m.batch_id = b.id "
      "and m.claim_id is null and m.event = 'settle' and (:sequence::text is null or e.level <> 'entry')) "
      "from batch b where b.tenant_id = :tenant and b.id = :batch",
      {{"sequence", row->sequence ? SqlValue{sequence_type_code(*row->sequence)} : SqlValue{std::nullopt}},
       {"tenant", scope.tenant},
       {"batch", batch}});
  if (!facts) return std::unexpected(facts.error());
  standing.currency = stored_currency(std::get<0>(**facts));
  standing.settled_as_batch = std::get<1>(**facts);
  auto earlier = scope.session.first_row<std::string, Date>(
      "select f.format, v.on_day from claim c join claim_event v on v.tenant_id = c.tenant_id and v.claim_id = c.id "
      "and v.kind = 'settle' join bank_file f on f.tenant_id = v.tenant_id and f.id = v.file_id "
      "where c.tenant_id = :tenant and c.batch_id = :batch and (:sequence::text is null or c.sequence = :sequence) "
      "limit 1",
      {{"tenant", scope.tenant},
       {"batch", batch},
       {"sequence", row->sequence ? SqlValue{sequence_type_code(*row->sequence)} : SqlValue{std::nullopt}}});
  if (!earlier) return std::unexpected(earlier.error());
  if (*earlier) {
    row->settled_format = std::get<0>(**earlier);
    standing.earlier = {.format = row->settled_format, .bank_reference = {}, .on = std::get<1>(**earlier)};
  }
  standing.message_id = row->message_id;
  standing.block_id = row->block_id;
  return row;
}

}  // namespace

Result<std::unique_ptr<StandingRow>> find_batch_standing(const Scope& scope, std::string_view message_id,
                                                         std::string_view block_id) {
  auto rows = scope.session.rows<Id, std::string, std::optional<std::string>, std::optional<std::string>>(
      "select f.batch_id, f.message_id, k.block_id, k.sequence from sealed_file f "
      "left join sealed_block k on k.tenant_id = f.tenant_id and k.file_id = f.id and k.block_id = :block "
      "where f.tenant_id = :tenant and (:message = '' or f.message_id = :message) "
      "and (:block = '' or k.block_id is not null) limit 2",
      {{"block", block_id}, {"tenant", scope.tenant}, {"message", message_id}});
  if (!rows) return std::unexpected(rows.error());
  // A block id alone may have been used in several files: then it names none.
  if (rows->size() != 1) return std::unique_ptr<StandingRow>{};
  auto& [batch, message, block, sequence] = rows->front();
  std::optional<std::pair<std::string, SequenceType>> named;
  if (block && !block_id.empty()) named.emplace(*block, stored_sequence(*sequence));
  return standing_of(scope, batch, std::move(message), std::move(named));
}

Result<std::unique_ptr<StandingRow>> find_batch_standing_by_sum(const Scope& scope, const Id& creditor_account,
                                                                std::int64_t sum_minor, Date booked_on) {
  // Gross, or net of what was rejected before: within a few days of the collection, and only when one batch fits.
  auto rows = scope.session.rows<Id, std::string>(
      "select f.batch_id, f.message_id from sealed_file f join batch b on b.tenant_id = f.tenant_id "
      "and b.id = f.batch_id where f.tenant_id = :tenant and f.creditor_account_id = :account "
      "and b.state in ('sent', 'acknowledged', 'closed') and b.collect_on between :booked::date - 10 and :booked::date "
      "+ 2 "
      "and (f.sum_minor = :sum or f.sum_minor - coalesce((select sum(c.amount_minor) from claim c join claim_event e "
      "on e.tenant_id = c.tenant_id and e.claim_id = c.id and e.to_state = 'rejected' "
      "where c.tenant_id = f.tenant_id and c.batch_id = f.batch_id), 0) = :sum) limit 2",
      {{"tenant", scope.tenant}, {"account", creditor_account}, {"booked", booked_on}, {"sum", sum_minor}});
  if (!rows) return std::unexpected(rows.error());
  if (rows->size() != 1) return std::unique_ptr<StandingRow>{};
  auto& [batch, message] = rows->front();
  return standing_of(scope, batch, std::move(message), std::nullopt);
}

namespace {

Disposition disposition_of(std::string_view name) {
  for (const auto value : {Disposition::posted, Disposition::exception, Disposition::ignored}) {
    if (disposition_name(value) == name) return value;
  }
  return stored_name(std::optional<Disposition>{});
}

}  // namespace

Result<void> visit_matches(const Scope& scope, const MatchFilter& filter, const Visitor<MatchRow>& visit) {
  auto stream = scope.session.stream(
      "select m.file_id, f.file_name, m.position, e.line, m.disposition, m.rule, m.ignored_by, m.compared, m.agreed, "
      "e.reference, e.outcome, coalesce(e.reason, e.status), e.amount_minor, e.currency, m.claim_id, c.reference, "
      "(select b.number from claim_item i join bill b on b.tenant_id = i.tenant_id and b.id = i.bill_id "
      "where i.tenant_id = m.tenant_id and i.claim_id = m.claim_id order by i.bill_id limit 1), m.event "
      "from entry_match m join bank_file f on f.tenant_id = m.tenant_id and f.id = m.file_id "
      "join bank_entry e on e.tenant_id = m.tenant_id and e.file_id = m.file_id and e.position = m.position "
      "left join claim c on c.tenant_id = m.tenant_id and c.id = m.claim_id where m.tenant_id = :tenant "
      "and (:file::uuid is null or m.file_id = :file::uuid) and (:claim::uuid is null or m.claim_id = :claim::uuid) "
      "and (:disposition::text is null or m.disposition = :disposition) order by m.file_id, m.position limit :most",
      {{"tenant", scope.tenant},
       {"file", SqlValue::id_or_null(filter.bank_file)},
       {"claim", SqlValue::id_or_null(filter.claim)},
       {"disposition", filter.disposition ? SqlValue{disposition_name(*filter.disposition)} : SqlValue{std::nullopt}},
       {"most", limit_of(filter.most)}});
  if (!stream) return std::unexpected(stream.error());
  MatchRow row;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    row.bank_file = stream->id(0);
    row.file_name = stream->text(1);
    row.position = static_cast<std::uint32_t>(stream->integer(2));
    row.line = static_cast<std::uint32_t>(stream->integer(3));
    row.disposition = disposition_of(stream->text(4));
    row.rule = stored_name(parse_match_rule(stream->text(5)));
    row.ignored_by = stored_name(parse_ignore_rule(stream->text(6)));
    row.evidence.compared = static_cast<std::uint16_t>(stream->integer(7));
    row.evidence.agreed = static_cast<std::uint16_t>(stream->integer(8));
    row.reference = stream->text(9);
    row.outcome = stored_name(parse_outcome(stream->text(10)));
    row.reason = stream->text(11);
    row.amount_minor = stream->integer(12);
    row.currency = stream->text(13).empty() ? Currency{} : stored_currency(stream->text(13));
    row.claim = stream->id(14);
    row.claim_reference = stream->text(15);
    row.bill_number = stream->text(16);
    row.event = stream->text(17);
    if (auto seen = visit(row); !seen) return seen;
  }
}

}  // namespace counterfoil
