// `ingest`, `match` and `exception`: what the bank said, what it was laid against, and what is left for people.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/desk_call.hpp"
#include "apps/cli/words_json.hpp"
#include "apps/operations/exception_work.hpp"
#include "apps/operations/ingest.hpp"
#include "apps/operations/lists.hpp"
#include "apps/operations/silence.hpp"

namespace counterfoil {
namespace {

// --- ingest
// -----------------------------------------------------------------------------------------------------------

bool is_folder(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

int code_of(const IngestResult& result) {
  if (result.already) return exit_done;
  if (result.file.state == BankFileState::refused) return exit_not_acceptable;
  return result.needs_people() ? exit_people_needed : exit_done;
}

Json ingest_json(Invocation& call, const std::string& path, const IngestResult& result) {
  Json json;
  json.object()
      .field("schema", "counterfoil.ingest.v1")
      .field("path", path)
      .field("already", result.already)
      .field("state", bank_file_state_name(result.file.state))
      .field("format", result.file.format)
      .field("kind", file_kind_name(result.file.kind))
      .field("channel", result.file.channel)
      .field_if("message_id", std::string_view{result.file.message_id})
      .field("sha256", digest_text(result.file.digest))
      .field("entries", result.file.entry_count)
      .field("posted", result.posted)
      .field("exceptions", result.exceptions)
      .field("ignored", result.ignored)
      .field_unless_zero("claims_by_batch", result.claims_by_batch)
      .field_unless_zero("mandates_changed", result.mandates_changed)
      .array("batches");
  for (const auto& number : result.batches) json.element(number);
  json.end().array("findings");
  for (const auto& finding : result.findings) json.element(finding_json(finding));
  json.end();
  say_dry_run(call, &json);
  json.end();
  return json;
}

void show_ingest(Invocation& call, const std::string& path, const IngestResult& result) {
  auto& out = call.out();
  for (const auto& finding : result.findings) out.finding(finding);
  const auto name = printable(path);
  if (result.already) {
    out.line(fmt::format("{}: these bytes came in before{}; nothing was changed.", name,
                         result.file.file_name.empty() ? "" : fmt::format(" as {}", printable(result.file.file_name))));
    return;
  }
  switch (result.file.state) {
    case BankFileState::refused:
      out.line(fmt::format("{}: not acceptable; kept, and nothing was posted.", name));
      return;
    case BankFileState::quarantined:
      out.line(fmt::format(
          "{}: calls itself {} like an earlier file and holds other bytes; quarantined, nothing was posted.", name,
          printable(result.file.message_id)));
      out.line(fmt::format("  Look at it; if it is right: counterfoil match accept {} --why TEXT",
                           digest_text(result.file.digest).substr(0, 16)));
      return;
    case BankFileState::ingested:
    case BankFileState::accepted:
      break;
  }
  out.line(fmt::format("{}: {} {}, {} lines: {} posted, {} exceptions, {} ignored{}", name, result.file.format,
                       file_kind_name(result.file.kind), result.file.entry_count, result.posted, result.exceptions,
                       result.ignored,
                       result.claims_by_batch > 0 ? fmt::format("; {} claims by batch", result.claims_by_batch) : ""));
}

Result<int> run_ingest(Invocation& call) {
  std::vector<std::string> paths;
  for (const auto& given : call.texts("FILE")) {
    if (!is_folder(given)) {
      paths.push_back(given);
      continue;
    }
    const auto inside = files_to_ingest(given);
    if (!inside) return std::unexpected(inside.error());
    paths.insert(paths.end(), inside->begin(), inside->end());
  }
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  int code = exit_done;
  bool people_needed = false;
  for (const auto& path : paths) {
    const auto result = ingest_file(
        *desk, {.path = path, .creditor = call.text("--creditor"), .accept_partial = call.given("--accept-partial")});
    if (!result) return std::unexpected(result.error());
    if (call.out().json()) {
      call.out().object(ingest_json(call, path, *result));
    } else {
      show_ingest(call, path, *result);
    }
    // Not acceptable outweighs people needed: nothing of that file counts.
    const int one = code_of(*result);
    if (one == exit_not_acceptable) code = one;
    people_needed = people_needed || one == exit_people_needed;
  }
  if (code == exit_done && people_needed) code = exit_people_needed;
  if (people_needed) say_next(call, "counterfoil exception list");
  if (!call.out().json()) say_dry_run(call, nullptr);
  return code;
}

// --- match
// ------------------------------------------------------------------------------------------------------------

Result<int> run_match(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto result = look_at_silence(*desk);
  if (!result) return std::unexpected(result.error());
  const bool people = result->missing_answers > 0 || result->unknown_sendings > 0;
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.silence.v1")
        .field("settled_claims", result->settled_claims)
        .field("missing_answers", result->missing_answers)
        .field("prenotes_ready", result->prenotes_ready)
        .field("unknown_sendings", result->unknown_sendings)
        .array("batches");
    for (const auto& number : result->batches) json.element(number);
    json.end();
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
  } else {
    call.out().line(fmt::format(
        "{} claims count as collected because nothing came back in time; {} answers are missing; {} mandates are "
        "ready after their prenote.",
        result->settled_claims, result->missing_answers, result->prenotes_ready));
    if (result->unknown_sendings > 0)
      call.out().line(fmt::format("{} sendings are unknown: counterfoil batch outbox", result->unknown_sendings));
    say_dry_run(call, nullptr);
  }
  return people ? exit_people_needed : exit_done;
}

std::string evidence_text(const MatchRow& row) { return row.evidence.text(); }

Json match_json(const MatchRow& row) {
  Json json;
  json.object()
      .field("file", row.file_name)
      .field("position", row.position)
      .field("line", row.line)
      .field("disposition", disposition_name(row.disposition))
      .field("rule", match_rule_name(row.rule));
  if (row.ignored_by != IgnoreRule::none) json.field("ignored_by", ignore_rule_name(row.ignored_by));
  json.field_if("evidence", std::string_view{evidence_text(row)})
      .field_if("reference", std::string_view{row.reference})
      .field("outcome", outcome_name(row.outcome))
      .field_if("reason", std::string_view{row.reason})
      .field("currency", row.currency.code());
  money_fields(json, "amount", {row.amount_minor, row.currency});
  json.field_if("claim", std::string_view{row.claim_reference})
      .field_if("bill", std::string_view{row.bill_number})
      .field_if("event", std::string_view{row.event})
      .end();
  return json;
}

Result<int> list_bank_files(Invocation& call, Desk& desk) {
  const auto files = bank_files(desk, static_cast<std::uint64_t>(call.number("--most").value_or(0)));
  if (!files) return std::unexpected(files.error());
  TextTable table{
      {{"RECEIVED"}, {"STATE"}, {"FORMAT"}, {"KIND"}, {"CHANNEL"}, {"LINES", TextTable::Align::right}, {"FILE"}}};
  for (const auto& file : *files) {
    if (call.out().json()) {
      Json json;
      json.object()
          .field("file", file.file_name)
          .field("state", bank_file_state_name(file.state))
          .field("format", file.format)
          .field("kind", file_kind_name(file.kind))
          .field("channel", file.channel)
          .field_if("message_id", std::string_view{file.message_id})
          .field("sha256", digest_text(file.digest))
          .field("entries", file.entry_count)
          .field("findings", file.finding_count)
          .field("received_at", file.received_at)
          .field("received_by", file.received_by)
          .end();
      call.out().object(json);
      continue;
    }
    table.add({file.received_at.substr(0, 19), std::string{bank_file_state_name(file.state)}, file.format,
               std::string{file_kind_name(file.kind)}, printable(file.channel), std::to_string(file.entry_count),
               printable(file.file_name)});
  }
  if (!call.out().json()) call.out().table(table);
  return exit_done;
}

Result<int> run_match_list(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  if (call.given("--files")) return list_bank_files(call, *desk);
  MatchFilter filter;
  if (call.given("--only")) {
    filter.disposition = call.text("--only") == "posted"      ? Disposition::posted
                         : call.text("--only") == "exception" ? Disposition::exception
                                                              : Disposition::ignored;
  }
  filter.most = static_cast<std::uint64_t>(call.number("--most").value_or(0));
  TextTable table{{{"FILE"},
                   {"LINE", TextTable::Align::right},
                   {"WHAT"},
                   {"OUTCOME"},
                   {"REASON"},
                   {"AMOUNT", TextTable::Align::right},
                   {"CLAIM"},
                   {"BILL"},
                   {"RULE"}}};
  const auto walked = each_match(*desk, filter, [&](const MatchRow& row) -> Result<void> {
    if (call.out().json()) {
      call.out().object(match_json(row));
    } else {
      table.add({printable(row.file_name), std::to_string(row.line), std::string{disposition_name(row.disposition)},
                 std::string{outcome_name(row.outcome)}, printable(row.reason),
                 Money{row.amount_minor, row.currency}.decimal(), row.claim_reference, printable(row.bill_number),
                 std::string{match_rule_name(row.rule)}});
    }
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  if (!call.out().json()) call.out().table(table);
  return exit_done;
}

Result<int> run_match_accept(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto result = accept_file(*desk, call.text("DIGEST"), call.text("--why"));
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    call.out().object(ingest_json(call, result->file.file_name, *result));
  } else if (result->already) {
    call.out().line(fmt::format("{} was accepted before; nothing was changed.", printable(result->file.file_name)));
  } else {
    show_ingest(call, result->file.file_name, *result);
    say_dry_run(call, nullptr);
  }
  return code_of(*result);
}

Result<int> run_match_explain(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto story = explain_claim(*desk, call.text("CLAIM"));
  if (!story) return std::unexpected(story.error());
  const auto& claim = story->claim;
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.claim.v1")
        .field("claim", claim.reference)
        .field("state", claim_state_name(claim.state))
        .field("mandate", claim.mandate_reference)
        .field("currency", claim.currency.code());
    money_fields(json, "amount", {claim.amount_minor, claim.currency});
    money_fields(json, "collected", {claim.collected_minor, claim.currency});
    json.array("history");
    for (const auto& event : story->history) {
      json.object()
          .field("event", claim_event_name(event.kind))
          .field("from", claim_state_name(event.from))
          .field("to", claim_state_name(event.to))
          .field("on", iso_date(event.on))
          .field_if("reason", std::string_view{event.reason});
      if (event.amount_minor != 0) money_fields(json, "amount", {event.amount_minor, claim.currency});
      json.end();
    }
    json.end().array("matches");
    for (const auto& row : story->matches) json.element(match_json(row));
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("claim {}  {}  {}, collected {}", claim.reference, claim_state_name(claim.state),
                              Money{claim.amount_minor, claim.currency}.text(),
                              Money{claim.collected_minor, claim.currency}.decimal()));
  for (const auto& event : story->history) {
    call.out().line(fmt::format("  {}  {:<12} {:<12} {}", iso_date(event.on), claim_event_name(event.kind),
                                claim_state_name(event.to), printable(event.reason)));
  }
  for (const auto& row : story->matches) {
    call.out().line(fmt::format("  {} line {}: {} {}, found by {}; {}", printable(row.file_name), row.line,
                                outcome_name(row.outcome), printable(row.reason), match_rule_name(row.rule),
                                evidence_text(row)));
  }
  return exit_done;
}

// --- exception
// --------------------------------------------------------------------------------------------------------

Json exception_json(const ExceptionCase& one) {
  Json json;
  json.object().field("number", one.number).field("class", exception_class_code(one.main_class)).array("classes");
  for (const auto kind : one.classes.list()) json.element(exception_class_code(kind));
  json.end()
      .field("state", exception_state_name(one.state))
      .field("explanation", one.explanation)
      .field("next_step", next_step_name(one.next_step))
      .field_if("reason", std::string_view{one.reason})
      .field_if("file", std::string_view{one.file_name})
      .field_unless_zero("line", one.line)
      .field_if("claim", std::string_view{one.claim_reference})
      .field_if("bill", std::string_view{one.bill_number});
  if (!one.currency.code().empty()) {
    json.field("currency", one.currency.code());
    money_fields(json, "amount", {one.amount_minor, one.currency});
  }
  if (one.proposed) json.field("proposed", claim_event_name(*one.proposed));
  if (one.state == ExceptionState::resolved) {
    json.field("resolution", resolution_name(one.resolution)).field("resolved_by", one.resolved_by);
  }
  json.end();
  return json;
}

Result<int> run_exception_list(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  ExceptionFilter filter;
  if (call.given("--all")) filter.state.reset();
  if (call.given("--class")) {
    filter.main_class = parse_exception_class(call.text("--class"));
    if (!filter.main_class) {
      return std::unexpected(
          Error{.code = "exception.class",
                .explanation = fmt::format("There is no class of exceptions called {}.", call.text("--class")),
                .remedy = "See the CLASS column of `counterfoil exception list`.",
                .kind = ErrorKind::usage});
    }
  }
  filter.reason = call.text("--reason");
  filter.most = static_cast<std::uint64_t>(call.number("--most").value_or(0));
  const auto cases = list_exceptions(*desk, filter);
  if (!cases) return std::unexpected(cases.error());
  if (call.out().json()) {
    for (const auto& one : *cases) call.out().object(exception_json(one));
    return exit_done;
  }
  TextTable table{
      {{"NUMBER"}, {"CLASS"}, {"REASON"}, {"AMOUNT", TextTable::Align::right}, {"BILL"}, {"NEXT STEP"}, {"FILE"}}};
  for (const auto& one : *cases) {
    table.add({one.number, std::string{exception_class_code(one.main_class)}, printable(one.reason),
               one.currency.code().empty() ? "" : Money{one.amount_minor, one.currency}.text(),
               printable(one.bill_number), std::string{next_step_name(one.next_step)},
               one.file_name.empty() ? "" : fmt::format("{}:{}", printable(one.file_name), one.line)});
  }
  call.out().table(table);
  return exit_done;
}

Result<int> run_exception_show(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto story = explain_exception(*desk, call.text("NUMBER"));
  if (!story) return std::unexpected(story.error());
  const auto& one = story->what;
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.exception.v1")
        .field("exception", exception_json(one))
        .field("meaning", story->meaning)
        .field("remedy", story->remedy)
        .array("history");
    for (const auto& step : story->steps) {
      json.object()
          .field("at", step.at)
          .field("by", step.operator_name)
          .field("what", step.what)
          .field_if("comment", std::string_view{step.comment})
          .end();
    }
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(
      fmt::format("{}  {}  {}", one.number, exception_class_code(one.main_class), exception_state_name(one.state)));
  call.out().line(fmt::format("  {}", printable(one.explanation)));
  call.out().line(fmt::format("  {} {}", story->meaning, story->remedy));
  if (!one.file_name.empty()) call.out().line(fmt::format("  file {} line {}", printable(one.file_name), one.line));
  call.out().line(fmt::format("  next step: {}", next_step_sentence(one.next_step)));
  for (const auto& step : story->steps) {
    call.out().line(
        fmt::format("  {:<20.19} {:<12} {:<12} {}", step.at, step.what, step.operator_name, printable(step.comment)));
  }
  return exit_done;
}

Result<int> run_exception_resolve(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto action = parse_exception_action(call.text("--action"));
  for (const auto& number : call.texts("NUMBER")) {
    const auto result = resolve(*desk, {.number = number,
                                        .action = *action,
                                        .comment = call.text("--comment"),
                                        .account = call.text("--account"),
                                        .bank = call.text("--bank"),
                                        .payer_name = call.text("--payer-name")});
    if (!result) return std::unexpected(result.error());
    if (call.out().json()) {
      Json json;
      json.object()
          .field("schema", "counterfoil.resolution.v1")
          .field("number", number)
          .field("action", exception_action_name(*action))
          .field_if("done", std::string_view{result->done})
          .field("already", result->already);
      say_dry_run(call, &json);
      json.end();
      call.out().object(json);
    } else if (result->already) {
      call.out().line(fmt::format("{} was resolved this way before; nothing was changed.", number));
    } else {
      call.out().line(fmt::format("{} resolved. {}", number, printable(result->done)));
    }
  }
  if (!call.out().json()) say_dry_run(call, nullptr);
  return exit_done;
}

}  // namespace

std::vector<Command> settle_commands() {
  const Option most{.name = "--most", .value = "N", .help = "At most so many", .kind = ValueKind::number};
  return {
      {.noun = "ingest",
       .verb = "",
       .summary = "Take in files of the bank and lay every line against the claims",
       .description = "A file is told apart by its content. Folders are read in the order of the names in them. The "
                      "same bytes again\n"
                      "change nothing. Exit 3 when people are needed, 5 when a file is not acceptable; nothing of that "
                      "one is posted.",
       .arguments =
           {{.name = "FILE", .help = "Files, folders, or - for standard input", .kind = ValueKind::file, .many = true}},
       .options =
           {{.name = "--creditor", .value = "LABEL", .help = "Whose channel it came over; else the content says it"},
            {.name = "--accept-partial", .value = "", .help = "The bank leaves headers or controls out (NACHA)"}},
       .examples = {{.line = "ingest inbox", .note = "", .runs = false},
                    {.line = "ingest returns.ach --json", .note = "", .runs = false}},
       .run = run_ingest},
      {.noun = "match",
       .verb = "run",
       .summary = "Look at what did not come by today",
       .description =
           "Debits of schemes that only tell of failures count as collected once the time for returns is over; answers "
           "that\n"
           "are overdue become exceptions; prenotes that came through make their mandates ready. Run it once a day.",
       .examples = {{.line = "match run", .note = "", .runs = false}},
       .run = run_match},
      {.noun = "match",
       .verb = "list",
       .summary = "List what each line of the bank was laid against, and why",
       .description = "With --files the files that came in. With --json one row a line.",
       .options =
           {{.name = "--files", .value = "", .help = "Bank files instead of lines"},
            {.name = "--only", .value = "WHAT", .help = "Only these", .choices = {"posted", "exception", "ignored"}},
            most},
       .examples = {{.line = "match list --only exception", .note = "", .runs = false}},
       .run = run_match_list},
      {.noun = "match",
       .verb = "accept",
       .summary = "Let a quarantined file count",
       .description = "A file that calls itself like an earlier one and holds other bytes waits here. Its lines were kept when\n"
                      "it came in; now they are laid against the claims. What both files say counts once.",
       .arguments = {{.name = "DIGEST", .help = "The file's sha256, or its first 8 characters at least"}},
       .options = {{.name = "--why", .value = "TEXT", .help = "Kept in the audit", .required = true}},
       .examples = {{.line = "match accept 9f86d081884c7d65 --why \"the bank corrected its file\"",
                     .note = "",
                     .runs = false}},
       .run = run_match_accept},
      {.noun = "match",
       .verb = "explain",
       .summary = "Tell everything the bank said of one claim, with rule and evidence",
       .description = "The claim's own history first, then each line of a bank file that was laid against it.",
       .arguments = {{.name = "CLAIM", .help = "Reference of the claim"}},
       .examples = {{.line = "match explain T1-17", .note = "", .runs = false}},
       .run = run_match_explain},
      {.noun = "exception",
       .verb = "list",
       .summary = "List what people have to look at",
       .description = "Most urgent class first, then oldest first. With --json one a line.",
       .options = {{.name = "--all", .value = "", .help = "Resolved ones too"},
                   {.name = "--class", .value = "CLASS", .help = "Only this class"},
                   {.name = "--reason", .value = "CODE", .help = "Only with this reason of the bank"},
                   most},
       .examples = {{.line = "exception list", .note = "", .runs = false}},
       .run = run_exception_list},
      {.noun = "exception",
       .verb = "show",
       .summary = "Show one exception: what disagrees, and what to do",
       .description = "With everything done about it so far.",
       .arguments = {{.name = "NUMBER", .help = "Such as X-000001"}},
       .examples = {{.line = "exception show X-000001", .note = "", .runs = false}},
       .run = run_exception_show},
      {.noun = "exception",
       .verb = "resolve",
       .summary = "Do something about exceptions and close them",
       .description =
           "retry: the next plan takes the bill. post: what was proposed is right. correct: new data for the mandate, "
           "given or\n"
           "from a notice of change. suspend, end: the mandate. write-off: the bill. accept: nothing, with a comment.",
       .arguments = {{.name = "NUMBER", .help = "Such as X-000001", .many = true}},
       .options = {{.name = "--action",
                    .value = "ACTION",
                    .help = "What to do",
                    .required = true,
                    .choices = exception_action_names()},
                   {.name = "--comment", .value = "TEXT", .help = "Why, or what was repaired"},
                   {.name = "--account", .value = "NUMBER", .help = "correct: new account"},
                   {.name = "--bank", .value = "BANK", .help = "correct: new bank"},
                   {.name = "--payer-name", .value = "NAME", .help = "correct: new name of the account holder"}},
       .examples = {{.line = "exception resolve X-000001 --action retry", .note = "", .runs = false}},
       .run = run_exception_resolve},
  };
}

}  // namespace counterfoil
