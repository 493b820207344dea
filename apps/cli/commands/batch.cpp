// `batch`: from a plan to a file at the bank.
#include <fmt/format.h>

#include <map>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/desk_call.hpp"
#include "apps/cli/words_json.hpp"
#include "apps/operations/batch_plan.hpp"
#include "apps/operations/batch_release.hpp"
#include "apps/operations/batch_seal.hpp"
#include "apps/operations/batch_send.hpp"
#include "apps/operations/lists.hpp"
#include "core/text.hpp"

namespace counterfoil {
namespace {

const Argument batch_argument{.name = "BATCH", .help = "Batch number, such as B-000001"};

// --- plan, create
// -----------------------------------------------------------------------------------------------------

PlanRequest plan_request(Invocation& call) {
  PlanRequest request;
  request.creditor = call.text("--creditor");
  request.collect_on = call.date("--collect");
  request.due_to = call.date("--due-to");
  request.instrument = call.text("--instrument");
  request.retries = call.given("--retries");
  request.prenotes = call.given("--prenotes");
  return request;
}

Json plan_json(Invocation& call, const PlanResult& plan) {
  Json json;
  json.object()
      .field("schema", "counterfoil.plan.v1")
      .field_if("batch", std::string_view{plan.batch_number})
      .field("creditor", plan.account.label)
      .field("collect_on", iso_date(plan.collect_on))
      .field("hand_over_by", iso_date(plan.hand_over_by))
      .field("claims", plan.claims)
      .field("bills", plan.bills)
      .field("currency", plan.account.currency.code());
  money_fields(json, "sum", plan.sum());
  json.field("already", plan.already)
      .field_unless_zero("first_collections", plan.first_collections)
      .field_unless_zero("expiring_mandates", plan.expiring_mandates)
      .field_unless_zero("need_person", plan.need_person)
      .field_unless_zero("retries_waiting", plan.retries_waiting)
      .field_unless_zero("other_instruments", plan.other_instruments)
      .field_unless_zero("prenotes_waiting", plan.prenotes_waiting)
      .field("left_out", plan.left_out)
      .array("left_out_by_reason");
  for (const auto& [reason, group] : plan.groups) {
    json.object().field("reason", left_out_code(reason)).field("bills", group.bills);
    money_fields(json, "open", {group.open_minor, plan.account.currency});
    json.field("example", group.sentence).field("remedy", group.remedy).end();
  }
  json.end().array("left_out_bills");
  for (const auto& bill : plan.left_out_bills) {
    json.object()
        .field("bill", bill.bill_number)
        .field("reason", bill.reason)
        .field("sentence", bill.sentence)
        .field("remedy", bill.remedy)
        .end();
  }
  json.end();
  say_dry_run(call, &json);
  json.end();
  return json;
}

void show_plan(Invocation& call, const PlanResult& plan) {
  auto& out = call.out();
  out.line(fmt::format("{}  collect {}  hand over by {}  {} claims  {}", plan.account.label,
                       weekday_and_date(plan.collect_on), weekday_and_date(plan.hand_over_by), plan.claims,
                       plan.sum().text()));
  if (plan.left_out > 0) out.line(fmt::format("  left out {}", plan.left_out));
  for (const auto& [reason, group] : plan.groups) {
    out.line(fmt::format("    {:>6}  {:<26} {}", group.bills, left_out_code(reason), printable(group.sentence)));
    out.line(fmt::format("            {:<26} {}", "", group.remedy));
  }
  if (plan.retries_waiting > 0)
    out.line(fmt::format("  {} re-presentations wait for a batch of their own (--retries)", plan.retries_waiting));
  if (plan.other_instruments > 0)
    out.line(fmt::format("  {} bills are under another instrument (--instrument)", plan.other_instruments));
  if (plan.prenotes_waiting > 0)
    out.line(fmt::format("  {} mandates wait for a prenote (--prenotes)", plan.prenotes_waiting));
  if (plan.expiring_mandates > 0) out.line(fmt::format("  {} mandates lapse soon", plan.expiring_mandates));
}

Result<int> run_plan(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto plan = plan_batch(*desk, plan_request(call));
  if (!plan) return std::unexpected(plan.error());
  if (call.out().json()) {
    call.out().object(plan_json(call, *plan));
    return exit_done;
  }
  show_plan(call, *plan);
  if (call.given("--left-out")) {
    for (const auto& bill : plan->left_out_bills) {
      call.out().line(
          fmt::format("  {:<18} {:<26} {}", printable(bill.bill_number), bill.reason, printable(bill.sentence)));
    }
  }
  if (plan->claims > 0)
    say_next(call, fmt::format("counterfoil batch create --creditor {} --collect {}", plan->account.label,
                               iso_date(plan->collect_on)));
  return exit_done;
}

Result<int> run_create(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto plan = create_batch(*desk, plan_request(call));
  if (!plan) return std::unexpected(plan.error());
  if (call.out().json()) {
    call.out().object(plan_json(call, *plan));
    return exit_done;
  }
  if (plan->batch_number.empty()) {
    call.out().line("There is nothing to collect, so no batch was made.");
    show_plan(call, *plan);
    return exit_done;
  }
  call.out().line(fmt::format("{} {}", plan->already ? "There already is batch" : "Made batch", plan->batch_number));
  show_plan(call, *plan);
  say_dry_run(call, nullptr);
  say_next(call, fmt::format("counterfoil batch seal {}", plan->batch_number));
  return exit_done;
}

// --- seal, approve, release, void
// -------------------------------------------------------------------------------------

void batch_fields(Json& json, const StoredBatch& stored) {
  const auto& batch = stored.batch;
  json.field("batch", stored.number)
      .field("creditor", stored.creditor_label)
      .field("state", batch_state_name(batch.state))
      .field("collect_on", iso_date(batch.collect_on))
      .field("instrument", batch.instrument)
      .field("claims", batch.count)
      .field("currency", batch.currency.code());
  money_fields(json, "sum", {batch.sum_minor, batch.currency});
  json.field("prepared_by", batch.prepared_by)
      .field_if("approved_by", std::string_view{batch.approved_by})
      .field_if("released_by", std::string_view{batch.released_by});
}

void file_fields(Json& json, const SealedFile& file) {
  json.field("file", file.file_name)
      .field("format", file.format)
      .field("message_id", file.message_id)
      .field("sequence", file.sequence)
      .field("sha256", digest_text(file.digest))
      .field("bytes", file.byte_count);
}

/// What was written differently is the same for most claims of a batch: three examples of a kind say enough.
void show_notes(Output& out, const std::vector<Finding>& notes) {
  constexpr std::uint64_t examples = 3;
  std::map<std::string, std::uint64_t> seen;
  for (const auto& note : notes) {
    if (++seen[note.code] <= examples) out.finding(note);
  }
  for (const auto& [code, count] : seen) {
    if (count > examples)
      out.message(fmt::format("note {}: {} more like these; --json has them all.", code, count - examples));
  }
}

Result<int> run_seal(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto result = seal_batch(*desk, call.text("BATCH"));
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.sealed.v1");
    batch_fields(json, result->batch);
    file_fields(json, result->file);
    json.field("already", result->already).array("notes");
    for (const auto& note : result->notes) json.element(finding_json(note));
    json.end();
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return exit_done;
  }
  show_notes(call.out(), result->notes);
  call.out().line(fmt::format("{} {}: {} claims, {}, read back and compared with the database",
                              result->already ? "Already sealed" : "Sealed", result->file.file_name,
                              result->file.claim_count,
                              Money{result->file.sum_minor, result->batch.batch.currency}.text()));
  call.out().line(fmt::format("  sha256 {}", digest_text(result->file.digest)));
  say_dry_run(call, nullptr);
  say_next(call, fmt::format("another person runs: counterfoil batch approve {} --digest {}", result->batch.number,
                             digest_text(result->file.digest).substr(0, 16)));
  return exit_done;
}

Result<int> show_step(Invocation& call, const Result<BatchStepResult>& result, std::string_view done,
                      std::string_view next) {
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.batch.v1");
    batch_fields(json, result->batch);
    if (result->file.byte_count > 0) file_fields(json, result->file);
    json.field("already", result->already);
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("Batch {} is {}{}.", result->batch.number, result->already ? "already " : "", done));
  say_dry_run(call, nullptr);
  if (!next.empty()) say_next(call, fmt::format("counterfoil batch {} {}", next, result->batch.number));
  return exit_done;
}

Result<int> run_approve(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  return show_step(call, approve_batch(*desk, call.text("BATCH"), call.text("--digest"), call.text("--unusual")),
                   "approved", "release");
}

Result<int> run_release(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  return show_step(call, release_batch(*desk, call.text("BATCH")), "released", "send --to FOLDER");
}

Result<int> run_void(Invocation& call) {
  if (call.text("--confirm") != call.text("BATCH")) {
    return std::unexpected(Error{.code = "batch.confirm",
                                 .explanation = "Voiding a batch takes all its claims back.",
                                 .remedy = fmt::format("Type its number again: --confirm {}", call.text("BATCH")),
                                 .kind = ErrorKind::usage});
  }
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  return show_step(call, void_batch(*desk, call.text("BATCH"), call.text("--why")),
                   "void; its bills are free for the next plan", "");
}

// --- check
// ------------------------------------------------------------------------------------------------------------

Result<int> run_check(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto result = check_batch(*desk, call.text("BATCH"));
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.checks.v1");
    batch_fields(json, result->batch);
    json.field("passed", result->passed()).array("checks");
    for (const auto& check : result->checks) {
      json.object()
          .field("name", check.name)
          .field("passed", check.passed)
          .field("blocks", check.blocks)
          .field("needs_reason", check.needs_reason)
          .field("evidence", check.evidence)
          .field_if("remedy", std::string_view{check.remedy})
          .end();
    }
    json.end().end();
    call.out().object(json);
  } else {
    for (const auto& check : result->checks) {
      const auto tone = check.passed ? Tone::good : check.blocks ? Tone::bad : Tone::warning;
      call.out().line(fmt::format("{}  {}", call.out().toned(tone, check.passed ? "passed" : "FAILED"), check.name));
      call.out().line(fmt::format("        {}", printable(check.evidence)));
      if (!check.passed && !check.remedy.empty()) call.out().line(fmt::format("        next: {}", check.remedy));
    }
  }
  return result->passed() ? exit_done : exit_code(ErrorKind::refused);
}

// --- send
// -------------------------------------------------------------------------------------------------------------

Result<int> run_send(Invocation& call) {
  SendRequest request{.batch = call.text("BATCH"),
                      .folder = call.text("--to"),
                      .again = call.given("--again"),
                      .not_sent = call.given("--not-sent"),
                      .was_sent = call.given("--was-sent")};
  if (request.folder.empty() && !request.not_sent && !request.was_sent) {
    return std::unexpected(Error{.code = "batch.where-to",
                                 .explanation = "No folder was named.",
                                 .remedy = "Give the folder that is carried to the bank with --to.",
                                 .kind = ErrorKind::usage});
  }
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto result = send_batch(*desk, request);
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.sent.v1");
    batch_fields(json, result->batch);
    file_fields(json, result->file);
    json.field_if("path", std::string_view{result->path}).field("already", result->already);
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return exit_done;
  }
  if (request.not_sent) {
    call.out().line(fmt::format("{} waits in the outbox again.", result->file.file_name));
  } else if (result->already) {
    call.out().line(fmt::format("{} was sent before; nothing was changed.", result->file.file_name));
  } else if (result->path.empty()) {
    call.out().line(fmt::format("{} counts as sent.", result->file.file_name));
  } else {
    call.out().line(fmt::format("Sent {}", result->path));
  }
  say_dry_run(call, nullptr);
  return exit_done;
}

// --- show, list
// -------------------------------------------------------------------------------------------------------

Result<int> show_claims(Invocation& call, Desk& desk, const StoredBatch& batch) {
  TextTable table{
      {{"REFERENCE"}, {"PAYER"}, {"ACCOUNT"}, {"AMOUNT", TextTable::Align::right}, {"SEQUENCE"}, {"STATE"}, {"BILLS"}}};
  const auto walked = each_claim(desk, batch, [&](const ClaimRow& row) -> Result<void> {
    const auto& claim = row.claim;
    std::string bills;
    for (const auto& item : claim.items) bills += (bills.empty() ? "" : " ") + item.bill_number;
    if (call.out().json()) {
      Json json;
      json.object()
          .field("reference", claim.reference)
          .field("payer", row.payer_number)
          .field("mandate", claim.mandate_reference)
          .field("account", mask_account(claim.account))
          .field("currency", claim.currency.code());
      money_fields(json, "amount", {claim.amount_minor, claim.currency});
      json.field_if("sequence", sequence_type_code(claim.sequence))
          .field("state", claim_state_name(claim.state))
          .field("attempt", claim.attempt)
          .field_if("trace", std::string_view{claim.trace})
          .array("bills");
      for (const auto& item : claim.items) json.element(item.bill_number);
      json.end().end();
      call.out().object(json);
      return {};
    }
    table.add({claim.reference, printable(row.payer_number), mask_account(claim.account),
               Money{claim.amount_minor, claim.currency}.text(), std::string{sequence_type_code(claim.sequence)},
               std::string{claim_state_name(claim.state)}, printable(bills)});
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  if (!call.out().json()) call.out().table(table);
  return exit_done;
}

Result<int> show_left_out(Invocation& call, Desk& desk, const StoredBatch& batch) {
  const auto walked = each_left_out(desk, batch, [&](const LeftOutBill& bill) -> Result<void> {
    if (call.out().json()) {
      Json json;
      json.object()
          .field("bill", bill.bill_number)
          .field("reason", bill.reason)
          .field("sentence", bill.sentence)
          .field("remedy", bill.remedy)
          .end();
      call.out().object(json);
    } else {
      call.out().line(
          fmt::format("{:<18} {:<26} {}", printable(bill.bill_number), bill.reason, printable(bill.sentence)));
    }
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  return exit_done;
}

Json story_json(const BatchStory& story) {
  Json json;
  json.object().field("schema", "counterfoil.batch.v1");
  batch_fields(json, story.batch);
  if (story.file) file_fields(json, *story.file);
  if (story.outbox) json.field("outbox", outbox_state_name(story.outbox->state));
  json.field("left_out", story.left_out).array("outcome");
  for (const auto& line : story.outcome) {
    json.object().field("state", claim_state_name(line.state)).field("claims", line.count);
    money_fields(json, "amount", {line.amount_minor, story.batch.batch.currency});
    json.end();
  }
  json.end().array("history");
  for (const auto& step : story.history) {
    json.object()
        .field("at", step.at)
        .field("event", step.event)
        .field("to", step.to)
        .field("by", step.operator_name)
        .field_if("detail", std::string_view{step.detail})
        .end();
  }
  json.end().end();
  return json;
}

Result<int> run_show(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto story = explain_batch(*desk, call.text("BATCH"));
  if (!story) return std::unexpected(story.error());
  if (call.given("--claims")) return show_claims(call, *desk, story->batch);
  if (call.given("--left-out")) return show_left_out(call, *desk, story->batch);
  if (call.out().json()) {
    call.out().object(story_json(*story));
    return exit_done;
  }
  const auto& batch = story->batch.batch;
  call.out().line(fmt::format("{}  {}  {}  collect {}  {} claims  {}", story->batch.number,
                              batch_state_name(batch.state), story->batch.creditor_label,
                              weekday_and_date(batch.collect_on), batch.count,
                              Money{batch.sum_minor, batch.currency}.text()));
  if (story->file) {
    call.out().line(fmt::format("  file    {}  {} bytes", story->file->file_name, story->file->byte_count));
    call.out().line(fmt::format("  message {}", story->file->message_id));
    call.out().line(fmt::format("  sha256  {}", digest_text(story->file->digest)));
  }
  if (story->outbox) call.out().line(fmt::format("  outbox  {}", outbox_state_name(story->outbox->state)));
  if (story->left_out > 0) call.out().line(fmt::format("  left out {} bills (--left-out)", story->left_out));
  for (const auto& line : story->outcome) {
    call.out().line(fmt::format("  {:<14}{:>10} claims {:>20}", claim_state_name(line.state), line.count,
                                Money{line.amount_minor, batch.currency}.text()));
  }
  for (const auto& step : story->history) {
    call.out().line(
        fmt::format("  {:<20.19} {:<12} {:<12} {}", step.at, step.event, step.operator_name, printable(step.detail)));
  }
  return exit_done;
}

Result<int> run_list(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  BatchFilter filter;
  if (call.given("--state")) filter.state = parse_batch_state(call.text("--state"));
  filter.most = static_cast<std::uint64_t>(call.number("--most").value_or(0));
  const auto all = batches(*desk, filter);
  if (!all) return std::unexpected(all.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.batches.v1").array("batches");
    for (const auto& batch : *all) {
      json.object();
      batch_fields(json, batch);
      json.end();
    }
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  TextTable table{{{"BATCH"},
                   {"STATE"},
                   {"CREDITOR"},
                   {"COLLECT"},
                   {"CLAIMS", TextTable::Align::right},
                   {"SUM", TextTable::Align::right},
                   {"PREPARED BY"}}};
  for (const auto& batch : *all) {
    table.add({batch.number, std::string{batch_state_name(batch.batch.state)}, batch.creditor_label,
               iso_date(batch.batch.collect_on), std::to_string(batch.batch.count),
               Money{batch.batch.sum_minor, batch.batch.currency}.text(), batch.batch.prepared_by});
  }
  call.out().table(table);
  return exit_done;
}

Result<int> run_outbox(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto all = outbox(*desk);
  if (!all) return std::unexpected(all.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.outbox.v1").array("files");
    for (const auto& item : all->items) {
      json.object()
          .field("batch", item.batch_number)
          .field("file", item.file_name)
          .field("state", outbox_state_name(item.state))
          .field("sha256", digest_text(item.digest))
          .field_if("taken_by", std::string_view{item.taken_by})
          .end();
    }
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  TextTable table{{{"BATCH"}, {"STATE"}, {"FILE"}, {"TAKEN BY"}}};
  for (const auto& item : all->items) {
    table.add({item.batch_number, std::string{outbox_state_name(item.state)}, item.file_name, item.taken_by});
  }
  call.out().table(table);
  return exit_done;
}

}  // namespace

std::vector<Command> batch_commands() {
  const std::vector<Option> plan_options{
      {.name = "--creditor", .value = "LABEL", .help = "Creditor account; needed where there are several"},
      {.name = "--collect",
       .value = "DAY",
       .help = "Collection day; else the earliest that can be met",
       .kind = ValueKind::date},
      {.name = "--due-to",
       .value = "DAY",
       .help = "Bills due up to this day; else up to the collection day",
       .kind = ValueKind::date},
      {.name = "--instrument", .value = "I", .help = "CORE, B2B, PPD, ...; else the account's usual one"},
      {.name = "--retries", .value = "", .help = "Only re-presentations, where they need a batch of their own"},
      {.name = "--prenotes", .value = "", .help = "Prenotes (NACHA) or instructions (Bacs) for mandates that wait for one"}};
  auto plan_only = plan_options;
  plan_only.push_back({.name = "--left-out", .value = "", .help = "Name every bill that is left out"});
  return {
      {.noun = "batch",
       .verb = "plan",
       .summary = "Show what would be collected, and why each other bill is left out",
       .description = "Changes nothing.",
       .options = plan_only,
       .examples = {{.line = "batch plan --creditor rent-eur --collect 2026-12-01", .note = "", .runs = false}},
       .run = run_plan},
      {.noun = "batch",
       .verb = "create",
       .summary = "Make a batch of what can be collected",
       .description =
           "Its claims hold their bills: no second claim can be made for them. The same command again names the\n"
           "batch it made.",
       .options = plan_options,
       .examples = {{.line = "batch create --creditor rent-eur --collect 2026-12-01", .note = "", .runs = false}},
       .run = run_create},
      {.noun = "batch",
       .verb = "check",
       .summary = "Run every check that stands before a release",
       .description = "Each check says what it counted or compared. Exit 4 when one failed.",
       .arguments = {batch_argument},
       .examples = {{.line = "batch check B-000001", .note = "", .runs = false}},
       .run = run_check},
      {.noun = "batch",
       .verb = "seal",
       .summary = "Write the bank's file and fix it for good",
       .description =
           "The file is written, read back with the bank's own reader and compared with the database claim by claim;\n"
           "then digest, message id and sequence number are fixed.",
       .arguments = {batch_argument},
       .examples = {{.line = "batch seal B-000001", .note = "", .runs = false}},
       .run = run_seal},
      {.noun = "batch",
       .verb = "approve",
       .summary = "Approve a sealed file by its digest",
       .description = "Never one's own batch. The digest shows which bytes were looked at. A batch unlike the ones before\n"
                      "(count, sum, largest claim, many new mandates, an amount asked for twice within days) is refused\n"
                      "until the approver says why it is right.",
       .arguments = {batch_argument},
       .options = {{.name = "--digest",
                    .value = "SHA256",
                    .help = "The sealed file's sha256, or its first 16 characters at least",
                    .required = true},
                   {.name = "--unusual",
                    .value = "REASON",
                    .help = "Why a batch unlike the ones before is right; kept in the audit"}},
       .examples = {{.line = "batch approve B-000001 --digest 9f86d081884c7d65", .note = "", .runs = false}},
       .run = run_approve},
      {.noun = "batch",
       .verb = "release",
       .summary = "Let an approved file go to the outbox",
       .description = "Every check runs once more before. Who may release is the tenant's rule.",
       .arguments = {batch_argument},
       .examples = {{.line = "batch release B-000001", .note = "", .runs = false}},
       .run = run_release},
      {.noun = "batch",
       .verb = "send",
       .summary = "Write a released file into the folder that is carried to the bank",
       .description = "Whole or not at all, never twice. Interrupted, the same command goes on; where it cannot tell "
                      "whether the file\n"
                      "was taken away it ends with 7 and waits for --was-sent or --not-sent.",
       .arguments = {batch_argument},
       .options = {{.name = "--to", .value = "FOLDER", .help = "Where scripts pick it up", .kind = ValueKind::folder},
                   {.name = "--again", .value = "", .help = "Write the same bytes under the same name once more"},
                   {.name = "--was-sent", .value = "", .help = "Somebody found out that it arrived"},
                   {.name = "--not-sent", .value = "", .help = "Somebody found out that nothing arrived"}},
       .examples = {{.line = "batch send B-000001 --to outbox", .note = "", .runs = false}},
       .run = run_send},
      {.noun = "batch",
       .verb = "show",
       .summary = "Show a batch: its file, what became of its claims, who did what",
       .description = "With --claims or --left-out the single lines; with --json one a line.",
       .arguments = {batch_argument},
       .options = {{.name = "--claims", .value = "", .help = "Its claims"},
                   {.name = "--left-out", .value = "", .help = "The bills left out, and why"}},
       .examples = {{.line = "batch show B-000001", .note = "", .runs = false}},
       .run = run_show},
      {.noun = "batch",
       .verb = "list",
       .summary = "List batches, newest first",
       .description = "States: draft, sealed, approved, released, sent, acknowledged, closed, voided.",
       .options = {{.name = "--state",
                    .value = "STATE",
                    .help = "Only these",
                    .choices = {"draft", "sealed", "approved", "released", "sent", "acknowledged", "closed", "voided"}},
                   {.name = "--most", .value = "N", .help = "At most so many", .kind = ValueKind::number}},
       .examples = {{.line = "batch list", .note = "", .runs = false}},
       .run = run_list},
      {.noun = "batch",
       .verb = "outbox",
       .summary = "List released files and whether they were sent",
       .description = "A file a courier took and never reported is unknown until somebody finds out.",
       .examples = {{.line = "batch outbox", .note = "", .runs = false}},
       .run = run_outbox},
      {.noun = "batch",
       .verb = "void",
       .summary = "Take back a batch that was never sent",
       .description = "Its bills are free for the next plan; its number and file stay in the records.",
       .arguments = {batch_argument},
       .options = {{.name = "--why", .value = "TEXT", .help = "Kept in the history", .required = true},
                   {.name = "--confirm", .value = "BATCH", .help = "The number once more", .required = true}},
       .examples = {{.line = "batch void B-000001 --why \"wrong day\" --confirm B-000001", .note = "", .runs = false}},
       .run = run_void},
  };
}

}  // namespace counterfoil
