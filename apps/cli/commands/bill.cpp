// `bill`: what payers owe.
#include <fmt/format.h>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/desk_call.hpp"
#include "apps/cli/commands/import_result.hpp"
#include "apps/operations/bill_work.hpp"
#include "apps/operations/lists.hpp"

namespace counterfoil {
namespace {

Json bill_json(const Bill& bill) {
  Json json;
  json.object()
      .field("number", bill.number)
      .field("state", bill_state_name(bill.state))
      .field("currency", bill.currency.code());
  money_fields(json, "amount", bill.amount());
  money_fields(json, "open", bill.open());
  json.field("due_on", iso_date(bill.due_on))
      .field_if("mandate", std::string_view{bill.mandate_reference})
      .field("imported_by", bill.imported_by)
      .field_if("approved_by", std::string_view{bill.approved_by});
  if (!bill.charges.empty()) {
    json.array("charges");
    for (const auto& charge : bill.charges) {
      json.object().field("kind", charge.kind).field_if("text", std::string_view{charge.text});
      money_fields(json, "amount", {charge.amount_minor, bill.currency});
      json.end();
    }
    json.end();
  }
  json.end();
  return json;
}

Result<int> run_import(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto code = show_import(call, import_bills(*desk, import_request(call)));
  if (code && *code == exit_done) say_next(call, "another person runs: counterfoil bill approve --all");
  return code;
}

Result<int> run_list(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  BillFilter filter;
  if (call.given("--state")) filter.state = parse_bill_state(call.text("--state"));
  filter.open_only = call.given("--open");
  filter.due_from = call.date("--due-from");
  filter.due_to = call.date("--due-to");
  filter.most = static_cast<std::uint64_t>(call.number("--most").value_or(0));
  TextTable table{{{"NUMBER"},
                   {"STATE"},
                   {"DUE"},
                   {"AMOUNT", TextTable::Align::right},
                   {"OPEN", TextTable::Align::right},
                   {"MANDATE"}}};
  const auto walked = each_bill(*desk, filter, [&](const Bill& bill) -> Result<void> {
    if (call.out().json()) {
      call.out().object(bill_json(bill));
      return {};
    }
    table.add({printable(bill.number), std::string{bill_state_name(bill.state)}, iso_date(bill.due_on),
               bill.amount().text(), bill.open().decimal(), printable(bill.mandate_reference)});
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  if (!call.out().json()) call.out().table(table);
  return exit_done;
}

Result<int> run_show(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto bill = bill_by_number(*desk, call.text("NUMBER"));
  if (!bill) return std::unexpected(bill.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.bill.v1").field("bill", bill_json(*bill)).end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("bill {}  {}  due {}  {}, open {}", printable(bill->number), bill_state_name(bill->state),
                              weekday_and_date(bill->due_on), bill->amount().text(), bill->open().decimal()));
  for (const auto& charge : bill->charges) {
    call.out().line(fmt::format("  {:<16} {:>14}  {}", printable(charge.kind),
                                Money{charge.amount_minor, bill->currency}.decimal(), printable(charge.text)));
  }
  return exit_done;
}

Result<int> run_approve(Invocation& call) {
  if (call.texts("NUMBER").empty() && !call.given("--all")) {
    return std::unexpected(Error{.code = "bill.which",
                                 .explanation = "No bill was named.",
                                 .remedy = "Name bills by their numbers, or give --all for every imported one.",
                                 .kind = ErrorKind::usage});
  }
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto result = approve_bills(
      *desk, {.numbers = call.texts("NUMBER"), .due_from = call.date("--due-from"), .due_to = call.date("--due-to")});
  if (!result) return std::unexpected(result.error());
  const bool left = result->own > 0 || result->above_limit > 0;
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.approval.v1")
        .field("approved", result->approved)
        .field("already", result->already)
        .field("left_own", result->own)
        .field("left_above_limit", result->above_limit)
        .array("sums");
    for (const auto& sum : result->sums) {
      json.object().field("currency", sum.currency().code());
      money_fields(json, "amount", sum);
      json.end();
    }
    json.end();
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return left ? exit_people_needed : exit_done;
  }
  std::string sums;
  for (const auto& sum : result->sums) sums += ", " + sum.text();
  call.out().line(
      fmt::format("{} bills approved{}; {} were approved before.", result->approved, sums, result->already));
  if (result->own > 0)
    call.out().line(fmt::format("  {} left: you imported them, so somebody else must approve them.", result->own));
  if (result->above_limit > 0)
    call.out().line(fmt::format("  {} left: above what one approver may approve alone.", result->above_limit));
  say_dry_run(call, nullptr);
  return left ? exit_people_needed : exit_done;
}

Result<int> run_notify(Invocation& call) {
  if (call.texts("NUMBER").empty() && !call.given("--came-back")) {
    return std::unexpected(Error{.code = "bill.which",
                                 .explanation = "No bill was named.",
                                 .remedy = "Name bills by their numbers, or give --came-back for all that came back.",
                                 .kind = ErrorKind::usage});
  }
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto told = notify_payers(
      *desk, {.numbers = call.texts("NUMBER"), .came_back = call.given("--came-back"), .on = call.date("--on")});
  if (!told) return std::unexpected(told.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.notice.v1").field("bills", *told);
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("{} bills now say when their payers were told.", *told));
  say_dry_run(call, nullptr);
  return exit_done;
}

Result<int> run_explain(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto story = explain_bill(*desk, call.text("NUMBER"), call.date("--collect"));
  if (!story) return std::unexpected(story.error());
  const auto& bill = story->bill;
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.bill.v1").field("bill", bill_json(bill));
    json.field("payer", story->payer_number).field("payer_name", story->payer_name);
    json.field_if("outlook_code", std::string_view{story->outlook_code})
        .field_if("outlook", std::string_view{story->outlook});
    json.array("claims");
    for (const auto& claim : story->claims) {
      json.object()
          .field("reference", claim.reference)
          .field("state", claim_state_name(claim.state))
          .field("attempt", claim.attempt)
          .end();
    }
    json.end().array("steps");
    for (const auto& step : story->steps) {
      json.object()
          .field("at", step.at)
          .field("what", step.what)
          .field_if("detail", std::string_view{step.detail})
          .field_if("by", std::string_view{step.operator_name});
      if (step.amount_minor != 0) money_fields(json, "amount", {step.amount_minor, bill.currency});
      json.end();
    }
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("bill {} of {} {}: {}, {} open, {}", printable(bill.number),
                              printable(story->payer_number), printable(story->payer_name), bill.amount().text(),
                              bill.open().decimal(), bill_state_name(bill.state)));
  for (const auto& step : story->steps) {
    const auto amount = step.amount_minor == 0 ? std::string{} : Money{step.amount_minor, bill.currency}.decimal();
    call.out().line(fmt::format("  {:<20.19} {:<16} {:>12}  {}{}", step.at, step.what, amount, printable(step.detail),
                                step.operator_name.empty() ? "" : fmt::format(" ({})", step.operator_name)));
  }
  if (!story->outlook.empty()) call.out().line(printable(story->outlook));
  return exit_done;
}

}  // namespace

std::vector<Command> bill_commands() {
  return {
      {.noun = "bill",
       .verb = "import",
       .summary = "Import bills with their charges from a CSV table",
       .description =
           "Columns: number, payer, due_on, amount; optional currency, mandate, charge, charge_text, period_from,\n"
           "period_to, notified_on, text. Rows of one number that follow one another are the charges of one bill;\n"
           "a negative amount is a rebate. " +
           std::string{import_rules},
       .arguments = {{.name = "FILE", .help = "The table", .kind = ValueKind::file}},
       .options = import_options(),
       .examples = {{.line = "bill import bills.csv --errors bad-bills.csv", .note = "", .runs = false}},
       .run = run_import},
      {.noun = "bill",
       .verb = "list",
       .summary = "List bills",
       .description = "In the order of their numbers. With --json one bill a line.",
       .options = {{.name = "--state",
                    .value = "STATE",
                    .help = "Only these",
                    .choices = {"imported", "approved", "cancelled", "written-off"}},
                   {.name = "--open", .value = "", .help = "Only those with something still owed"},
                   {.name = "--due-from", .value = "DAY", .help = "Due on this day or later", .kind = ValueKind::date},
                   {.name = "--due-to", .value = "DAY", .help = "Due on this day or earlier", .kind = ValueKind::date},
                   {.name = "--most", .value = "N", .help = "At most so many", .kind = ValueKind::number}},
       .examples = {{.line = "bill list --open --due-to 2026-11-30", .note = "", .runs = false}},
       .run = run_list},
      {.noun = "bill",
       .verb = "show",
       .summary = "Show a bill with its charges",
       .description = "For its whole story see bill explain.",
       .arguments = {{.name = "NUMBER", .help = "Bill number"}},
       .examples = {{.line = "bill show 2026-11-0001", .note = "", .runs = false}},
       .run = run_show},
      {.noun = "bill",
       .verb = "approve",
       .summary = "Approve bills that somebody else imported",
       .description =
           "One's own bills are refused when named and left when --all is given. Exit 3 when some were left.",
       .arguments = {{.name = "NUMBER", .help = "Bill numbers", .required = false, .many = true}},
       .options = {{.name = "--all", .value = "", .help = "Every imported bill, within the due days given"},
                   {.name = "--due-from", .value = "DAY", .help = "Due on this day or later", .kind = ValueKind::date},
                   {.name = "--due-to", .value = "DAY", .help = "Due on this day or earlier", .kind = ValueKind::date}},
       .examples = {{.line = "bill approve --all --due-to 2026-12-01", .note = "", .runs = false}},
       .run = run_approve},
      {.noun = "bill",
       .verb = "notify",
       .summary = "Record that payers were told of amount and date",
       .description = "A scheme may ask that payers are told some days before a collection, and once more before a debit\n"
                      "that came back is tried again. Plans leave out bills whose notice is missing or too fresh.",
       .arguments = {{.name = "NUMBER", .help = "Bill numbers", .required = false, .many = true}},
       .options = {{.name = "--came-back", .value = "", .help = "Every bill that came back after its last notice"},
                   {.name = "--on", .value = "DAY", .help = "The day of the notice; else today", .kind = ValueKind::date}},
       .examples = {{.line = "bill notify --came-back --on 2026-12-04", .note = "", .runs = false}},
       .run = run_notify},
      {.noun = "bill",
       .verb = "explain",
       .summary = "Tell what happened to a bill and what would happen next",
       .description = "Import, approval, every claim, what the bank said with its reason, and whether the next plan "
                      "would take it.",
       .arguments = {{.name = "NUMBER", .help = "Bill number"}},
       .options = {{.name = "--collect",
                    .value = "DAY",
                    .help = "Ask about this collection day; else the next possible one",
                    .kind = ValueKind::date}},
       .examples = {{.line = "bill explain 2026-11-0001", .note = "", .runs = false}},
       .run = run_explain},
  };
}

}  // namespace counterfoil
