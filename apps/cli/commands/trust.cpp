// `report`, `audit`, `check` and `sim`: figures, proof, and a bank to play with.
#include <fmt/format.h>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/desk_call.hpp"
#include "apps/operations/lists.hpp"
#include "apps/operations/simulate.hpp"
#include "apps/operations/upkeep.hpp"

namespace counterfoil {
namespace {

// --- report
// -----------------------------------------------------------------------------------------------------------

Result<int> run_report_batch(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto story = explain_batch(*desk, call.text("BATCH"));
  if (!story) return std::unexpected(story.error());
  const auto currency = story->batch.batch.currency;
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.report.batch.v1")
        .field("batch", story->batch.number)
        .field("currency", currency.code());
    json.field("claims", story->batch.batch.count);
    money_fields(json, "sum", {story->batch.batch.sum_minor, currency});
    json.array("outcome");
    for (const auto& line : story->outcome) {
      json.object().field("state", claim_state_name(line.state)).field("claims", line.count);
      money_fields(json, "amount", {line.amount_minor, currency});
      json.end();
    }
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("{}  {} claims  {}", story->batch.number, story->batch.batch.count,
                              Money{story->batch.batch.sum_minor, currency}.text()));
  TextTable table{{{"STATE"}, {"CLAIMS", TextTable::Align::right}, {"AMOUNT", TextTable::Align::right}}};
  for (const auto& line : story->outcome) {
    table.add({std::string{claim_state_name(line.state)}, std::to_string(line.count),
               Money{line.amount_minor, currency}.text()});
  }
  call.out().table(table);
  return exit_done;
}

Result<int> run_report_returns(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto lines = returns_by_reason(*desk, call.date("--from"), call.date("--to"));
  if (!lines) return std::unexpected(lines.error());
  TextTable table{{{"SCHEME"},
                   {"REASON"},
                   {"WHAT"},
                   {"CLAIMS", TextTable::Align::right},
                   {"AMOUNT", TextTable::Align::right},
                   {"MEANING"}}};
  Json json;
  json.object().field("schema", "counterfoil.report.returns.v1").array("reasons");
  for (const auto& line : *lines) {
    const auto* scheme = desk->catalogue().find(line.scheme);
    const auto* reason = scheme == nullptr ? nullptr : scheme->find_reason(line.reason);
    const std::string meaning = reason == nullptr ? "" : reason->meaning_en;
    table.add({line.scheme, printable(line.reason), line.event, std::to_string(line.count),
               Money{line.amount_minor, line.currency}.text(), meaning});
    json.object()
        .field("scheme", line.scheme)
        .field("reason", line.reason)
        .field("event", line.event)
        .field("claims", line.count)
        .field("currency", line.currency.code());
    money_fields(json, "amount", {line.amount_minor, line.currency});
    json.field_if("meaning", std::string_view{meaning}).end();
  }
  json.end().end();
  if (call.out().json()) {
    call.out().object(json);
  } else {
    call.out().table(table);
  }
  return exit_done;
}

std::string percent(std::int64_t hundredths) { return fmt::format("{}.{:02} %", hundredths / 100, hundredths % 100); }

Result<int> run_report_rates(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto to = call.date("--to").value_or(desk->today());
  const auto accounts = return_rates_of_accounts(*desk, call.text("--creditor"), to);
  if (!accounts) return std::unexpected(accounts.error());
  TextTable table{{{"CREDITOR"},
                   {"FROM"},
                   {"TO"},
                   {"LEVEL"},
                   {"SENT", TextTable::Align::right},
                   {"CAME BACK", TextTable::Align::right},
                   {"RATE", TextTable::Align::right},
                   {"LIMIT", TextTable::Align::right},
                   {"LEFT", TextTable::Align::right}}};
  Json json;
  json.object().field("schema", "counterfoil.report.rates.v1").array("rates");
  std::uint64_t above = 0;
  for (const AccountRates& account : *accounts) {
    for (const ReturnRate& rate : account.rates) {
      above += rate.is_above_limit() ? 1U : 0U;
      table.add({account.creditor, iso_date(account.from), iso_date(account.to), std::string{rate.level},
                 std::to_string(rate.sent), std::to_string(rate.returned), percent(rate.rate()), percent(rate.limit),
                 rate.is_above_limit() ? "ABOVE" : std::to_string(rate.left())});
      json.object()
          .field("creditor", account.creditor)
          .field("from", iso_date(account.from))
          .field("to", iso_date(account.to))
          .field("level", rate.level)
          .field("sent", rate.sent)
          .field("returned", rate.returned)
          .field("rate_hundredths_of_percent", rate.rate())
          .field("limit_hundredths_of_percent", rate.limit)
          .field("above_limit", rate.is_above_limit())
          .end();
    }
  }
  json.end().end();
  if (call.out().json()) {
    call.out().object(json);
  } else if (accounts->empty()) {
    call.out().line("No scheme of these creditor accounts limits how much may come back.");
  } else {
    call.out().table(table);
    if (above > 0)
      call.out().line(
          "Above a limit, the bank may ask for a plan or end the contract: look at `report returns`, stop "
          "what was not authorized, and correct what was.");
  }
  return above > 0 ? exit_people_needed : exit_done;
}

Result<int> run_report_unmatched(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  TextTable table{{{"FILE"},
                   {"LINE", TextTable::Align::right},
                   {"REFERENCE"},
                   {"OUTCOME"},
                   {"REASON"},
                   {"AMOUNT", TextTable::Align::right},
                   {"EXCEPTION"}}};
  const auto walked = each_unmatched(*desk, [&](const UnmatchedLine& line) -> Result<void> {
    if (call.out().json()) {
      Json json;
      json.object()
          .field("file", line.file_name)
          .field("position", line.position)
          .field("line", line.line)
          .field_if("reference", std::string_view{line.reference})
          .field("outcome", line.outcome)
          .field_if("reason", std::string_view{line.reason})
          .field("currency", line.currency.code());
      money_fields(json, "amount", {line.amount_minor, line.currency});
      json.field_if("exception", std::string_view{line.exception_number}).end();
      call.out().object(json);
    } else {
      table.add({printable(line.file_name), std::to_string(line.line), printable(line.reference), line.outcome,
                 printable(line.reason), Money{line.amount_minor, line.currency}.text(), line.exception_number});
    }
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  if (!call.out().json()) call.out().table(table);
  return exit_done;
}

Result<int> run_report_months(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto lines = months(*desk);
  if (!lines) return std::unexpected(lines.error());
  TextTable table{{{"MONTH"},
                   {"BILLS", TextTable::Align::right},
                   {"BILLED", TextTable::Align::right},
                   {"COLLECTED", TextTable::Align::right},
                   {"CAME BACK", TextTable::Align::right},
                   {"OPEN", TextTable::Align::right}}};
  Json json;
  json.object().field("schema", "counterfoil.report.months.v1").array("months");
  for (const auto& line : *lines) {
    const auto money = [&](std::int64_t minor) { return Money{minor, line.currency}; };
    table.add({line.month, std::to_string(line.bills), money(line.billed_minor).text(),
               money(line.collected_minor).decimal(), money(line.returned_minor).decimal(),
               money(line.open_minor).decimal()});
    json.object().field("month", line.month).field("currency", line.currency.code()).field("bills", line.bills);
    money_fields(json, "billed", money(line.billed_minor));
    money_fields(json, "collected", money(line.collected_minor));
    money_fields(json, "came_back", money(line.returned_minor));
    money_fields(json, "open", money(line.open_minor));
    json.end();
  }
  json.end().end();
  if (call.out().json()) {
    call.out().object(json);
  } else {
    call.out().table(table);
  }
  return exit_done;
}

// --- audit, check
// -----------------------------------------------------------------------------------------------------

std::string time_text(std::int64_t microseconds) {
  const std::chrono::sys_time<std::chrono::microseconds> at{std::chrono::microseconds{microseconds}};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  return fmt::format("{}T{:02}:{:02}:{:02}Z", iso_date(day), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

Result<int> run_audit_log(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  AuditFilter filter;
  filter.subject_kind = call.text("--kind");
  filter.subject = call.text("--subject");
  filter.actor = call.text("--by");
  filter.newest_first = true;
  filter.most = static_cast<std::uint64_t>(call.number("--most").value_or(100));
  const auto entries = audit_log(*desk, filter);
  if (!entries) return std::unexpected(entries.error());
  for (const auto& entry : *entries) {
    if (call.out().json()) {
      Json json;
      json.object()
          .field("sequence", entry.sequence)
          .field("at", time_text(entry.at_microseconds))
          .field("by", entry.actor)
          .field("action", entry.action)
          .field("kind", entry.subject_kind)
          .field("subject", entry.subject)
          .field("details", entry.details)
          .field("hash", digest_text(entry.hash))
          .end();
      call.out().object(json);
    } else {
      call.out().line(fmt::format("{:>6}  {}  {:<12} {:<18} {:<14} {}", entry.sequence,
                                  time_text(entry.at_microseconds), entry.actor, entry.action, printable(entry.subject),
                                  printable(entry.details)));
    }
  }
  return exit_done;
}

Result<int> run_audit_verify(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto answer = check_audit(*desk, call.text("--anchor"));
  if (!answer) return std::unexpected(answer.error());
  const bool whole = answer->fault_count == 0;
  const auto anchor = fmt::format("{}:{}", answer->head.sequence, digest_text(answer->head.hash));
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.audit.v1")
        .field("whole", whole)
        .field("entries", answer->entries)
        .field("anchor", anchor)
        .field("fault_count", answer->fault_count)
        .array("faults");
    for (const auto& fault : answer->faults) {
      json.object().field("code", fault.code).field("sequence", fault.sequence).field("message", fault.message).end();
    }
    json.end().end();
    call.out().object(json);
  } else {
    call.out().line(
        fmt::format("{} entries, {}.", answer->entries,
                    whole ? "every one where it was and as it was" : fmt::format("{} faults", answer->fault_count)));
    for (const auto& fault : answer->faults)
      call.out().line(fmt::format("  {} at {}: {}", fault.code, fault.sequence, fault.message));
    call.out().line(fmt::format("anchor {}", anchor));
  }
  return whole ? exit_done : exit_code(ErrorKind::refused);
}

Result<int> run_check(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto books = check_books(*desk, call.given("--quick"));
  if (!books) return std::unexpected(books.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.check.v1").field("whole", books->is_whole()).array("invariants");
    for (const auto& one : books->invariants) {
      json.object()
          .field("code", one.code)
          .field("promise", one.promise)
          .field("checked", one.checked)
          .field("violations", one.violation_count)
          .array("examples");
      for (const auto& violation : one.violations)
        json.object().field("subject", violation.subject).field("sentence", violation.sentence).end();
      json.end().end();
    }
    json.end().end();
    call.out().object(json);
  } else {
    for (const auto& one : books->invariants) {
      const bool holds = one.violation_count == 0;
      call.out().line(fmt::format("{}  {:<4} {} ({} looked at)",
                                  call.out().toned(holds ? Tone::good : Tone::bad, holds ? "holds " : "BROKEN"),
                                  one.code, one.promise, one.checked));
      for (const auto& violation : one.violations)
        call.out().line(fmt::format("        {}: {}", printable(violation.subject), printable(violation.sentence)));
    }
  }
  return books->is_whole() ? exit_done : 1;
}

// --- sim
// --------------------------------------------------------------------------------------------------------------

Result<int> run_sim_bank(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  SimulateRequest request{.batch = call.text("BATCH"), .folder = call.text("--to"), .mood = {}};
  request.mood.seed = static_cast<std::uint64_t>(call.number("--seed").value_or(1));
  const auto share = [&](std::string_view option, unsigned& into) {
    if (const auto given = call.number(option)) into = static_cast<unsigned>(std::clamp<std::int64_t>(*given, 0, 1000));
  };
  share("--rejected", request.mood.rejected);
  share("--returned", request.mood.returned);
  share("--corrected", request.mood.corrected);
  share("--partial", request.mood.partial);
  const auto files = simulate_bank(*desk, request);
  if (!files) return std::unexpected(files.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.simulated.v1").array("files");
    for (const auto& file : *files) {
      json.object()
          .field("path", file.path)
          .field("what", file.what)
          .field("on", iso_date(file.on))
          .field("entries", file.entries)
          .field("already", file.already_there)
          .end();
    }
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  for (const auto& file : *files) {
    call.out().line(
        fmt::format("{}  {:<16} {:>8} entries  {}", iso_date(file.on), file.what, file.entries, printable(file.path)));
  }
  say_next(call, fmt::format("counterfoil ingest {}", request.folder));
  return exit_done;
}

Result<int> run_kill_points(Invocation& call) {
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.kill-points.v1").array("names");
    for (const auto name : kill_point_names()) json.element(name);
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  for (const auto name : kill_point_names()) call.out().line(name);
  return exit_done;
}

}  // namespace

std::vector<Command> trust_commands() {
  const Option most{.name = "--most", .value = "N", .help = "At most so many", .kind = ValueKind::number};
  return {
      {.noun = "report",
       .verb = "batch",
       .summary = "Show what became of the claims of a batch",
       .description = "One line a state: settled, rejected, returned, still open.",
       .arguments = {{.name = "BATCH", .help = "Batch number"}},
       .examples = {{.line = "report batch B-000001", .note = "", .runs = false}},
       .run = run_report_batch},
      {.noun = "report",
       .verb = "returns",
       .summary = "Count rejects, returns and refunds by reason",
       .description = "Most frequent first, with what the bank's code means.",
       .options = {{.name = "--from", .value = "DAY", .help = "From this day on", .kind = ValueKind::date},
                   {.name = "--to", .value = "DAY", .help = "Up to this day", .kind = ValueKind::date}},
       .examples = {{.line = "report returns --from 2026-11-01 --to 2026-11-30", .note = "", .runs = false}},
       .run = run_report_returns},
      {.noun = "report",
       .verb = "rates",
       .summary = "Show how much came back beside what the scheme lets come back",
       .description =
           "Counts over the days the scheme names (NACHA: 60), by collection day of what was handed over and by "
           "the day of what came back; prenotes are left aside. LEFT is how many more may come back. Exit 3 "
           "where a limit is passed.",
       .options =
           {{.name = "--creditor", .value = "LABEL", .help = "Only this creditor account"},
            {.name = "--to", .value = "DAY", .help = "Count up to this day, else today", .kind = ValueKind::date}},
       .examples = {{.line = "report rates --creditor rent-usd", .note = "", .runs = false}},
       .run = run_report_rates},
      {.noun = "report",
       .verb = "unmatched",
       .summary = "List lines of the bank that found no claim",
       .description = "Those whose exception is still open. With --json one a line.",
       .examples = {{.line = "report unmatched", .note = "", .runs = false}},
       .run = run_report_unmatched},
      {.noun = "report",
       .verb = "months",
       .summary = "Show what was billed, collected, came back and is open, by month",
       .description = "By the month in which bills were due.",
       .examples = {{.line = "report months", .note = "", .runs = false}},
       .run = run_report_months},
      {.noun = "audit",
       .verb = "log",
       .summary = "Show who did what",
       .description = "Newest first. With --json one entry a line.",
       .options = {{.name = "--kind", .value = "KIND", .help = "Only about this kind of thing, such as batch"},
                   {.name = "--subject", .value = "ID", .help = "Only about this one"},
                   {.name = "--by", .value = "NAME", .help = "Only by this operator"},
                   most},
       .examples = {{.line = "audit log --kind batch --subject B-000001", .note = "", .runs = false}},
       .run = run_audit_log},
      {.noun = "audit",
       .verb = "verify",
       .summary = "Prove that the audit trail is whole",
       .description = "Every entry holds the hash of the one before. Keep the anchor it prints outside the database: "
                      "with --anchor a\n"
                      "later run also finds entries cut off at the end. Exit 4 when something was changed.",
       .options = {{.name = "--anchor", .value = "N:HASH", .help = "As an earlier run printed it"}},
       .examples = {{.line = "audit verify", .note = "", .runs = false}},
       .run = run_audit_verify},
      {.noun = "check",
       .verb = "",
       .summary = "Check everything that must hold whatever happened",
       .description = "Books balance, no bill is claimed twice, files match their digests, the audit trail is whole, "
                      "and more. Exit 1 when\n"
                      "something is broken.",
       .options = {{.name = "--quick",
                    .value = "",
                    .help = "Without opening every sealed value and reading every file"}},
       .examples = {{.line = "check", .note = "", .runs = false}},
       .run = run_check},
      {.noun = "sim",
       .verb = "bank",
       .summary = "Let a simulated bank answer a batch that was sent",
       .description = "In a test environment only. Acknowledgement, settlement, rejects and returns come in the bank's "
                      "own format; the same\n"
                      "seed gives the same answer. Shares are claims of a thousand.",
       .arguments = {{.name = "BATCH", .help = "Batch number"}},
       .options =
           {{.name = "--to",
             .value = "FOLDER",
             .help = "Where the answers go",
             .kind = ValueKind::folder,
             .required = true},
            {.name = "--seed",
             .value = "N",
             .help = "What the bank's luck depends on; 1 where none is given",
             .kind = ValueKind::number},
            {.name = "--rejected", .value = "N", .help = "Refused before settlement", .kind = ValueKind::number},
            {.name = "--returned", .value = "N", .help = "Returned after settlement", .kind = ValueKind::number},
            {.name = "--corrected", .value = "N", .help = "Notices of change (NACHA)", .kind = ValueKind::number},
            {.name = "--partial", .value = "N", .help = "Collected in part (304)", .kind = ValueKind::number}},
       .examples = {{.line = "sim bank B-000001 --to inbox --seed 7", .note = "", .runs = false}},
       .run = run_sim_bank},
      {.noun = "sim",
       .verb = "kill-points",
       .summary = "List the places where a test can end the program",
       .description =
           "In a test environment COUNTERFOIL_KILL_POINT=NAME ends the program there at once, as a power cut would.",
       .examples = {{.line = "sim kill-points", .note = "", .runs = false}},
       .run = run_kill_points},
  };
}

}  // namespace counterfoil
