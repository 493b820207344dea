#include "store/exceptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "store/claim_columns.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::array<std::string_view, 7> resolution_names{"none",      "retried",     "posted",  "corrected",
                                                           "suspended", "written-off", "accepted"};

constexpr std::string_view select_case =
    "select x.id, x.number, x.main_class, x.classes, x.state, x.resolution, x.explanation, x.next_step, x.proposed, "
    "x.file_id, f.file_name, x.position, e.line, x.claim_id, c.reference, b.id, b.number, x.batch_id, x.currency, "
    "x.amount_minor, x.charges_minor, x.on_day, x.reason, to_char(x.opened_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
    "x.resolved_by, to_char(x.resolved_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), x.version from exception_case x "
    "left join bank_file f on f.tenant_id = x.tenant_id and f.id = x.file_id "
    "left join bank_entry e on e.tenant_id = x.tenant_id and e.file_id = x.file_id and e.position = x.position "
    "left join claim c on c.tenant_id = x.tenant_id and c.id = x.claim_id "
    "left join lateral (select i.bill_id from claim_item i where i.tenant_id = x.tenant_id and i.claim_id = x.claim_id "
    "order by i.bill_id limit 1) i on true "
    "left join bill b on b.tenant_id = x.tenant_id and b.id = i.bill_id where x.tenant_id = :tenant ";

std::optional<NextStep> parse_step(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(NextStep::dishonor_return); ++i) {
    if (next_step_name(static_cast<NextStep>(i)) == name) return static_cast<NextStep>(i);
  }
  return std::nullopt;
}

void read_case(const Stream& stream, ExceptionCase& what) {
  what.id = stream.id(0);
  what.number = stream.text(1);
  what.main_class = stored_name(parse_exception_class(stream.text(2)));
  what.classes = ExceptionSet::of_bits(static_cast<std::uint32_t>(stream.integer(3)));
  what.state = stream.text(4) == "open" ? ExceptionState::open : ExceptionState::resolved;
  what.resolution = stored_name(parse_resolution(stream.text(5)));
  what.explanation = stream.text(6);
  what.next_step = stored_name(parse_step(stream.text(7)));
  what.proposed = stream.text(8).empty() ? std::nullopt : parse_claim_event(stream.text(8));
  what.bank_file = stream.id(9);
  what.file_name = stream.text(10);
  what.position = static_cast<std::uint32_t>(stream.integer(11));
  what.line = static_cast<std::uint32_t>(stream.integer(12));
  what.claim = stream.id(13);
  what.claim_reference = stream.text(14);
  what.bill = stream.id(15);
  what.bill_number = stream.text(16);
  what.batch = stream.id(17);
  what.currency = stream.text(18).empty() ? Currency{} : stored_currency(stream.text(18));
  what.amount_minor = stream.integer(19);
  what.charges_minor = stream.integer(20);
  what.on = stream.date(21);
  what.reason = stream.text(22);
  what.opened_at = stream.text(23);
  what.resolved_by = stream.text(24);
  what.resolved_at = stream.text(25);
  what.version = static_cast<std::uint32_t>(stream.integer(26));
}

Result<void> visit_selected(const Scope& scope, std::string_view rest, std::vector<SqlParameter> parameters,
                            const Visitor<ExceptionCase>& visit) {
  parameters.push_back({"tenant", scope.tenant});
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  auto stream = scope.session.stream(fmt::format("{}{}", select_case, rest), parameters);
  if (!stream) return std::unexpected(stream.error());
  ExceptionCase what;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    read_case(*stream, what);
    if (auto seen = visit(what); !seen) return seen;
  }
}

Result<void> append_event(const Scope& scope, const Id& exception, std::string_view what, std::string_view comment,
                          std::string_view operator_name) {
  auto noted = scope.session.run(
      "insert into exception_event (tenant_id, exception_id, number, what, comment, operator_name) "
      "select :tenant, :exception, coalesce(max(number), 0) + 1, :what, :comment, :operator from exception_event "
      "where tenant_id = :tenant and exception_id = :exception",
      {{"tenant", scope.tenant},
       {"exception", exception},
       {"what", what},
       {"comment", comment},
       {"operator", operator_name}});
  if (!noted) return std::unexpected(noted.error());
  return {};
}

}  // namespace

std::string_view exception_state_name(ExceptionState state) {
  return state == ExceptionState::open ? "open" : "resolved";
}

std::string_view resolution_name(Resolution resolution) {
  return resolution_names[static_cast<std::size_t>(resolution)];
}

std::optional<Resolution> parse_resolution(std::string_view name) {
  const auto* found = std::ranges::find(resolution_names, name);
  if (found == resolution_names.end()) return std::nullopt;
  return static_cast<Resolution>(found - resolution_names.begin());
}

Result<void> visit_exceptions(const Scope& scope, const ExceptionFilter& filter, const Visitor<ExceptionCase>& visit) {
  return visit_selected(
      scope,
      "and (:state::text is null or x.state = :state) and (:class::text is null or x.main_class = :class) "
      "and (:reason::text is null or x.reason = :reason) and (:file::uuid is null or x.file_id = :file::uuid) "
      "and (:batch::uuid is null or x.batch_id = :batch::uuid) and (:claim::uuid is null or x.claim_id = :claim::uuid) "
      "order by x.class_rank, x.number limit :most",
      {{"state", filter.state ? SqlValue{exception_state_name(*filter.state)} : SqlValue{std::nullopt}},
       {"class", filter.main_class ? SqlValue{exception_class_code(*filter.main_class)} : SqlValue{std::nullopt}},
       {"reason", SqlValue::text_or_null(filter.reason)},
       {"file", SqlValue::id_or_null(filter.bank_file)},
       {"batch", SqlValue::id_or_null(filter.batch)},
       {"claim", SqlValue::id_or_null(filter.claim)},
       {"most", limit_of(filter.most)}},
      visit);
}

Result<std::optional<ExceptionCase>> find_exception(const Scope& scope, std::string_view number) {
  std::optional<ExceptionCase> found;
  auto seen = visit_selected(scope, "and x.number = :number", {{"number", number}},
                             [&](const ExceptionCase& what) -> Result<void> {
                               found = what;
                               return {};
                             });
  if (!seen) return std::unexpected(seen.error());
  return found;
}

Result<std::optional<ExceptionCase>> lock_exception(const Scope& scope, std::string_view number) {
  require(scope.session.is_in_transaction(), "A row is locked inside a transaction.");
  auto locked =
      scope.session.rows<Id>("select id from exception_case where tenant_id = :tenant and number = :number for update",
                             {{"tenant", scope.tenant}, {"number", number}});
  if (!locked) return std::unexpected(locked.error());
  return find_exception(scope, number);
}

Result<std::uint64_t> count_open_exceptions(const Scope& scope) {
  auto row = scope.session.first_row<std::uint64_t>(
      "select count(*) from exception_case where tenant_id = :tenant and state = 'open'", {{"tenant", scope.tenant}});
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

Result<std::string> open_exception(const Scope& scope, const ExceptionCase& what, std::string_view operator_name) {
  require(what.bank_file.is_nil(), "An entry's exception is opened by its matching.");
  auto there = scope.session.first_row<std::int32_t>(
      "select 1 from exception_case where tenant_id = :tenant and claim_id = :claim and main_class = :class "
      "and state = 'open' and file_id is null",
      {{"tenant", scope.tenant},
       {"claim", SqlValue::id_or_null(what.claim)},
       {"class", exception_class_code(what.main_class)}});
  if (!there) return std::unexpected(there.error());
  if (*there) return std::string{};
  auto counted = scope.session.first_row<std::int64_t>(
      "update tenant_counter set next_number = next_number + 1 where tenant_id = :tenant and name = 'exception' "
      "returning next_number - 1",
      {{"tenant", scope.tenant}});
  if (!counted) return std::unexpected(counted.error());
  std::string number = fmt::format("X-{:06}", std::get<0>(**counted));
  ExceptionSet classes = what.classes;
  classes.add(what.main_class);
  const Id id = what.id.is_nil() ? new_id() : what.id;
  auto made = scope.session.run(
      "insert into exception_case (tenant_id, id, number, main_class, class_rank, classes, state, resolution, "
      "explanation, "
      "next_step, proposed, claim_id, batch_id, currency, amount_minor, charges_minor, on_day, reason) "
      "values (:tenant, :id, :number, :class, :rank, :classes, 'open', 'none', :explanation, :step, :proposed, :claim, "
      ":batch, :currency, :amount, :charges, :on, :reason)",
      {{"tenant", scope.tenant},
       {"id", id},
       {"number", number},
       {"class", exception_class_code(what.main_class)},
       {"rank", static_cast<std::int32_t>(what.main_class)},
       {"classes", classes.bits()},
       {"explanation", what.explanation},
       {"step", next_step_name(what.next_step)},
       {"proposed", what.proposed ? claim_event_name(*what.proposed) : std::string_view{}},
       {"claim", SqlValue::id_or_null(what.claim)},
       {"batch", SqlValue::id_or_null(what.batch)},
       {"currency", what.currency.code()},
       {"amount", what.amount_minor},
       {"charges", what.charges_minor},
       {"on", what.on},
       {"reason", what.reason}});
  if (!made) return std::unexpected(made.error());
  if (auto noted = append_event(scope, id, "opened", "", operator_name); !noted) return std::unexpected(noted.error());
  return number;
}

Result<void> resolve_exception(const Scope& scope, const ExceptionCase& what, Resolution resolution,
                               std::string_view operator_name, std::string_view comment) {
  require(resolution != Resolution::none, "A resolution says what was done.");
  auto changed = scope.session.run(
      "update exception_case set state = 'resolved', resolution = :resolution, resolved_by = :operator, resolved_at = "
      "now(), "
      "version = version + 1 where tenant_id = :tenant and id = :id and version = :version and state = 'open'",
      {{"resolution", resolution_name(resolution)},
       {"operator", operator_name},
       {"tenant", scope.tenant},
       {"id", what.id},
       {"version", what.version}});
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 0) return std::unexpected(stale("exception"));
  return append_event(scope, what.id, resolution_name(resolution), comment, operator_name);
}

Result<void> comment_exception(const Scope& scope, const Id& exception, std::string_view operator_name,
                               std::string_view comment) {
  return append_event(scope, exception, "comment", comment, operator_name);
}

Result<std::vector<ExceptionStep>> exception_history(const Scope& scope, const Id& exception) {
  auto rows = scope.session.rows<std::string, std::string, std::string, std::string>(
      "select to_char(at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), operator_name, what, comment from exception_event "
      "where tenant_id = :tenant and exception_id = :exception order by number",
      {{"tenant", scope.tenant}, {"exception", exception}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<ExceptionStep> steps;
  for (auto& [at, operator_name, what, comment] : *rows) {
    steps.push_back({std::move(at), std::move(operator_name), std::move(what), std::move(comment)});
  }
  return steps;
}

Result<void> visit_silent_claims(const Scope& scope, const Id& creditor_account, Date collected_before,
                                 const Visitor<SilentClaim>& visit) {
  auto stream = scope.session.stream(
      fmt::format("select c.id, c.batch_id, c.reference, c.currency, c.amount_minor, c.collect_on from claim c {} "
                  "where c.tenant_id = :tenant and c.creditor_account_id = :account and c.collect_on < :before::date "
                  "and ba.state in ('sent', 'acknowledged', 'closed') and {} in ('sent', 'acknowledged') "
                  "order by c.collect_on, c.reference",
                  claim_joins, claim_state_sql),
      {{"tenant", scope.tenant}, {"account", creditor_account}, {"before", collected_before}});
  if (!stream) return std::unexpected(stream.error());
  SilentClaim claim;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    claim.claim = stream->id(0);
    claim.batch = stream->id(1);
    claim.reference = stream->text(2);
    claim.currency = stored_currency(stream->text(3));
    claim.amount_minor = stream->integer(4);
    claim.collect_on = stream->date(5).value_or(Date{});
    if (auto seen = visit(claim); !seen) return seen;
  }
}

}  // namespace counterfoil
