// `creditor`, `payer` and `mandate`: who collects, who pays, and what was allowed.
#include <fmt/format.h>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/desk_call.hpp"
#include "apps/cli/commands/import_result.hpp"
#include "apps/operations/creditors.hpp"
#include "apps/operations/lists.hpp"
#include "apps/operations/mandate_work.hpp"
#include "apps/operations/party_edit.hpp"
#include "core/text.hpp"

namespace counterfoil {
namespace {

// --- creditor
// ---------------------------------------------------------------------------------------------------------

Json creditor_json(const CreditorAccount& account) {
  Json json;
  json.object()
      .field("label", account.label)
      .field("name", account.name)
      .field("scheme", account.scheme)
      .field("format", account.format)
      .field_if("profile", std::string_view{account.profile})
      .field("instrument", account.instrument)
      .field("currency", account.currency.code())
      .field("account", mask_account(account.account))
      .field_if("bank", std::string_view{account.bank})
      .field_if("creditor_id", std::string_view{account.creditor_id})
      .field("lead_bank_days", account.lead_bank_days)
      .field("notice_days", account.notice_days)
      .field("first_as", sequence_type_code(account.first_as))
      .field("combine_bills", account.combine_bills)
      .field("charges_within_booking", account.charges_within_booking)
      .end();
  return json;
}

Result<int> run_creditor_add(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto result = add_creditor(*desk, call.text("LABEL"), call.text("--file"), call.text("--scheme"));
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.creditor.v1").field("creditor", creditor_json(result->account));
    json.field("already", result->already);
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("{} {}: {} collects through {} into {}.", result->already ? "There is" : "Added",
                              result->account.label, result->account.name, result->account.format,
                              mask_account(result->account.account)));
  say_dry_run(call, nullptr);
  return exit_done;
}

Result<int> run_creditor_edit(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto result = edit_creditor(*desk, call.text("LABEL"), call.text("--file"));
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.creditor.v1").field("creditor", creditor_json(result->account));
    json.field("mandates_amended", result->mandates_amended).field("already", result->already);
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(result->already ? fmt::format("Creditor account {} says so already.", result->account.label)
                                  : fmt::format("Changed {}; {} mandates tell their banks with the next collection.",
                                                result->account.label, result->mandates_amended));
  say_dry_run(call, nullptr);
  return exit_done;
}

Result<int> run_creditor_list(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto all = creditors(*desk);
  if (!all) return std::unexpected(all.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.creditors.v1").array("creditors");
    for (const auto& account : *all) json.element(creditor_json(account));
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  TextTable table{{{"LABEL"}, {"NAME"}, {"FORMAT"}, {"INSTRUMENT"}, {"CURRENCY"}, {"ACCOUNT"}}};
  for (const auto& account : *all) {
    table.add({account.label, account.name, account.format, account.instrument, std::string{account.currency.code()},
               mask_account(account.account)});
  }
  call.out().table(table);
  return exit_done;
}

Result<int> run_creditor_show(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto account = creditor(*desk, call.text("LABEL"));
  if (!account) return std::unexpected(account.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.creditor.v1").field("creditor", creditor_json(*account)).end();
    call.out().object(json);
    return exit_done;
  }
  const auto row = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) call.out().line(fmt::format("  {:<18}{}", name, printable(value)));
  };
  call.out().line(fmt::format("{}  {}", account->label, printable(account->name)));
  row("scheme", account->scheme);
  row("format", account->profile.empty() ? account->format : fmt::format("{} ({})", account->format, account->profile));
  row("instrument", account->instrument);
  row("account", mask_account(account->account));
  row("bank", account->bank);
  row("creditor id", account->creditor_id);
  row("lead time", fmt::format("{} bank days", account->lead_bank_days));
  row("notice", fmt::format("{} days", account->notice_days));
  row("bank charges", account->charges_within_booking ? "booked together with the return" : "told apart by the bank");
  for (const auto& [name, value] : account->settings) row(name, value);
  return exit_done;
}

// --- payer
// ------------------------------------------------------------------------------------------------------------

Json payer_json(const Payer& payer) {
  Json json;
  json.object()
      .field("number", payer.number)
      .field("name", payer.name)
      .field_if("street", std::string_view{payer.address.street})
      .field_if("building", std::string_view{payer.address.building})
      .field_if("postcode", std::string_view{payer.address.postcode})
      .field_if("town", std::string_view{payer.address.town})
      .field_if("country", std::string_view{payer.address.country})
      .field_if("email", std::string_view{payer.email})
      .end();
  return json;
}

Result<int> run_payer_import(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  return show_import(call, import_payers(*desk, import_request(call)));
}

Result<int> run_payer_list(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto most = static_cast<std::uint64_t>(call.number("--most").value_or(0));
  if (call.out().json()) {
    const auto walked = each_payer(*desk, most, [&](const Payer& payer) -> Result<void> {
      call.out().object(payer_json(payer));
      return {};
    });
    if (!walked) return std::unexpected(walked.error());
    return exit_done;
  }
  TextTable table{{{"NUMBER"}, {"NAME"}, {"TOWN"}, {"E-MAIL"}}};
  const auto walked = each_payer(*desk, most, [&](const Payer& payer) -> Result<void> {
    table.add({printable(payer.number), printable(payer.name), printable(payer.address.town), printable(payer.email)});
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  call.out().table(table);
  return exit_done;
}

Result<int> run_payer_edit(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  PayerEdit edit{.number = call.text("NUMBER"), .same_bank = call.given("--same-bank"), .why = call.text("--why")};
  const struct {
    std::string_view option;
    std::optional<std::string> PayerEdit::* value;
  } fields[] = {{"--name", &PayerEdit::name},         {"--email", &PayerEdit::email},
                {"--street", &PayerEdit::street},     {"--building", &PayerEdit::building},
                {"--postcode", &PayerEdit::postcode}, {"--town", &PayerEdit::town},
                {"--country", &PayerEdit::country},   {"--account", &PayerEdit::account},
                {"--bank", &PayerEdit::bank}};
  for (const auto& [option, value] : fields) {
    if (call.given(option)) edit.*value = call.text(option);
  }
  const auto result = edit_payer(*desk, edit);
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.payer.v1").field("payer", payer_json(result->payer));
    json.field("mandates_amended", result->mandates_amended).field("already", result->already);
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(result->already
                      ? fmt::format("Payer {} is so already.", printable(result->payer.number))
                      : fmt::format("Changed payer {}; {} mandates amended.", printable(result->payer.number),
                                    result->mandates_amended));
  say_dry_run(call, nullptr);
  return exit_done;
}

Json mandate_json(const Mandate& mandate) {
  Json json;
  json.object()
      .field("reference", mandate.reference)
      .field("scheme", mandate.scheme)
      .field("instrument", mandate.instrument)
      .field("payer_name", mandate.payer_name)
      .field("account", mask_account(mandate.account))
      .field_if("identity", mandate.identity.empty() ? std::string{} : mask_account(mandate.identity))
      .field_if("bank", std::string_view{mandate.bank})
      .field("state", mandate_state_name(mandate.state));
  if (mandate.pending != MandatePending::none) json.field("waits_for", mandate_pending_name(mandate.pending));
  if (mandate.end != MandateEnd::none) json.field("ended_because", mandate_end_name(mandate.end));
  if (mandate.signed_on) json.field("signed_on", iso_date(*mandate.signed_on));
  if (mandate.earliest_debit_on) json.field("earliest_debit_on", iso_date(*mandate.earliest_debit_on));
  if (mandate.last_collected_on) json.field("last_collected_on", iso_date(*mandate.last_collected_on));
  json.field("used", static_cast<std::uint64_t>(mandate.used))
      .field("one_off", mandate.one_off)
      .field("amendment_to_carry", !mandate.amendment.empty())
      .end();
  return json;
}

Result<int> run_payer_show(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto payer = payer_by_number(*desk, call.text("NUMBER"));
  if (!payer) return std::unexpected(payer.error());
  const auto mandates = mandates_of(*desk, *payer);
  if (!mandates) return std::unexpected(mandates.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.payer.v1").field("payer", payer_json(*payer)).array("mandates");
    for (const auto& mandate : *mandates) json.element(mandate_json(mandate));
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("{}  {}", printable(payer->number), printable(payer->name)));
  for (const auto& mandate : *mandates) {
    call.out().line(fmt::format("  mandate {}  {}  {}  {}", printable(mandate.reference), mandate.instrument,
                                mandate_state_name(mandate.state), mask_account(mandate.account)));
  }
  return exit_done;
}

// --- mandate
// ----------------------------------------------------------------------------------------------------------

Result<int> run_mandate_import(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  auto request = import_request(call);
  request.creditor = call.text("--creditor");
  request.prenote_first = call.given("--prenote-first");
  return show_import(call, import_mandates(*desk, request));
}

Result<int> run_mandate_list(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  MandateFilter filter;
  if (call.given("--state")) filter.state = parse_mandate_state(call.text("--state"));
  filter.most = static_cast<std::uint64_t>(call.number("--most").value_or(0));
  TextTable table{{{"REFERENCE"},
                   {"PAYER"},
                   {"INSTRUMENT"},
                   {"STATE"},
                   {"ACCOUNT"},
                   {"SIGNED"},
                   {"USED", TextTable::Align::right}}};
  const auto walked = each_mandate(*desk, call.text("--creditor"), filter, [&](const Mandate& mandate) -> Result<void> {
    if (call.out().json()) {
      call.out().object(mandate_json(mandate));
      return {};
    }
    table.add({printable(mandate.reference), printable(mandate.payer_name), mandate.instrument,
               std::string{mandate_state_name(mandate.state)}, mask_account(mandate.account),
               mandate.signed_on ? iso_date(*mandate.signed_on) : "", std::to_string(mandate.used)});
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  if (!call.out().json()) call.out().table(table);
  return exit_done;
}

Result<int> run_mandate_show(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto story = explain_mandate(*desk, call.text("REFERENCE"), call.text("--creditor"));
  if (!story) return std::unexpected(story.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.mandate.v1").field("mandate", mandate_json(story->mandate));
    json.field("creditor", story->creditor_label)
        .field("payer", story->payer_number)
        .field_if("next_sequence", std::string_view{story->next_sequence});
    if (story->last_valid_day) json.field("last_valid_day", iso_date(*story->last_valid_day));
    json.array("history");
    for (const auto& step : story->history) {
      json.object()
          .field("at", step.at)
          .field("event", mandate_event_name(step.event.kind))
          .field("to", mandate_state_name(step.event.to))
          .field("on", iso_date(step.event.on))
          .field("by", step.operator_name)
          .field_if("detail", std::string_view{step.event.detail})
          .end();
    }
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  const auto& mandate = story->mandate;
  call.out().line(fmt::format("mandate {}  {}  {} of payer {}, account {}", printable(mandate.reference),
                              mandate_state_name(mandate.state), mandate.instrument, printable(story->payer_number),
                              mask_account(mandate.account)));
  if (!story->next_sequence.empty()) call.out().line(fmt::format("  next collection goes as {}", story->next_sequence));
  if (story->last_valid_day) call.out().line(fmt::format("  lapses after {}", iso_date(*story->last_valid_day)));
  if (!mandate.amendment.empty()) call.out().line("  the next collection carries an amendment");
  for (const auto& step : story->history) {
    call.out().line(fmt::format("  {}  {:<20} {:<10} {}", iso_date(step.event.on), mandate_event_name(step.event.kind),
                                step.operator_name, printable(step.event.detail)));
  }
  return exit_done;
}

Result<int> change(Invocation& call, MandateWish wish) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  MandateRequest request{.reference = call.text("REFERENCE"),
                         .creditor = call.text("--creditor"),
                         .wish = wish,
                         .why = call.text("--why")};
  if (wish == MandateWish::amend) {
    if (call.given("--account")) request.data.account = call.text("--account");
    if (call.given("--bank")) request.data.bank = call.text("--bank");
    if (call.given("--payer-name")) request.data.payer_name = call.text("--payer-name");
    if (call.given("--new-reference")) request.data.reference = call.text("--new-reference");
    request.data.same_bank = call.given("--same-bank");
  }
  const auto result = change_mandate(*desk, request);
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.mandate.v1").field("mandate", mandate_json(result->mandate));
    json.field("already", result->already);
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("Mandate {} is {}{}.", printable(result->mandate.reference),
                              result->already ? "already " : "", mandate_state_name(result->mandate.state)));
  say_dry_run(call, nullptr);
  return exit_done;
}

Command change_command(std::string verb, std::string summary, std::string description, MandateWish wish,
                       std::vector<Option> more = {}) {
  std::vector<Option> options{
      {.name = "--creditor", .value = "LABEL", .help = "Where several accounts use the reference"},
      {.name = "--why", .value = "TEXT", .help = "Kept in the history"}};
  options.insert(options.end(), more.begin(), more.end());
  auto example = fmt::format("mandate {} M-0012 --why \"letter of 2026-11-02\"", verb);
  return {.noun = "mandate",
          .verb = std::move(verb),
          .summary = std::move(summary),
          .description = std::move(description),
          .arguments = {{.name = "REFERENCE", .help = "Mandate reference"}},
          .options = std::move(options),
          .examples = {{.line = std::move(example), .note = "", .runs = false}},
          .run = [wish](Invocation& call) { return change(call, wish); }};
}

}  // namespace

std::vector<Command> data_commands() {
  const Option most{.name = "--most", .value = "N", .help = "At most so many", .kind = ValueKind::number};
  const Option of_creditor{
      .name = "--creditor", .value = "LABEL", .help = "Creditor account; needed where there are several"};
  return {
      {.noun = "creditor",
       .verb = "add",
       .summary = "Add an account that collects",
       .description =
           "The file is creditor.toml: name, account, bank, creditor_id, profile, and one table named after the\n"
           "scheme for what only that scheme needs. The same file again changes nothing.",
       .arguments = {{.name = "LABEL", .help = "Short key, such as rent-eur"}},
       .options =
           {{.name = "--file", .value = "FILE", .help = "creditor.toml", .kind = ValueKind::file, .required = true},
            {.name = "--scheme", .value = "S", .help = "Scheme, where the file does not name it"}},
       .examples = {{.line = "creditor add rent-eur --file creditor.toml --scheme iso20022",
                     .note = "",
                     .runs = false}},
       .run = run_creditor_add},
      {.noun = "creditor",
       .verb = "edit",
       .summary = "Give an account that collects new data",
       .description =
           "The file is the whole creditor.toml, as for add. Scheme, currency and account number stay. Where the scheme\n"
           "wants it, mandates tell a new name or creditor identifier with their next collection. Refused while a batch\n"
           "of the account is not sent.",
       .arguments = {{.name = "LABEL", .help = "Its label"}},
       .options = {{.name = "--file", .value = "FILE", .help = "creditor.toml", .kind = ValueKind::file, .required = true}},
       .examples = {{.line = "creditor edit rent-eur --file creditor.toml", .note = "", .runs = false}},
       .run = run_creditor_edit},
      {.noun = "creditor",
       .verb = "list",
       .summary = "List the accounts that collect",
       .description = "Account numbers are masked.",
       .examples = {{.line = "creditor list", .note = "", .runs = false}},
       .run = run_creditor_list},
      {.noun = "creditor",
       .verb = "show",
       .summary = "Show one account that collects",
       .description = "With its lead time, notice and settings.",
       .arguments = {{.name = "LABEL", .help = "Its label"}},
       .examples = {{.line = "creditor show rent-eur", .note = "", .runs = false}},
       .run = run_creditor_show},
      {.noun = "payer",
       .verb = "import",
       .summary = "Import payers from a CSV table",
       .description = "Columns: number, name; optional email, street, building, postcode, town, country. " +
                      std::string{import_rules},
       .arguments = {{.name = "FILE", .help = "The table", .kind = ValueKind::file}},
       .options = import_options(),
       .examples = {{.line = "payer import payers.csv", .note = "", .runs = false}},
       .run = run_payer_import},
      {.noun = "payer",
       .verb = "list",
       .summary = "List payers",
       .description = "In the order of their numbers. With --json one payer a line.",
       .options = {most},
       .examples = {{.line = "payer list --most 20", .note = "", .runs = false}},
       .run = run_payer_list},
      {.noun = "payer",
       .verb = "show",
       .summary = "Show a payer with the mandates he gave",
       .description = "Account numbers are masked.",
       .arguments = {{.name = "NUMBER", .help = "The payer's number"}},
       .examples = {{.line = "payer show A-0101", .note = "", .runs = false}},
       .run = run_payer_show},
      {.noun = "payer",
       .verb = "edit",
       .summary = "Give a payer new data",
       .description =
           "A new account, bank or address is put into every mandate of the payer that has not ended; where the scheme\n"
           "wants it the old account goes along with the next collection. For one mandate alone: mandate amend.",
       .arguments = {{.name = "NUMBER", .help = "The payer's number"}},
       .options = {{.name = "--name", .value = "NAME", .help = "New name"},
                   {.name = "--email", .value = "ADDRESS", .help = "New e-mail address"},
                   {.name = "--street", .value = "TEXT", .help = "New street"},
                   {.name = "--building", .value = "TEXT", .help = "New building number"},
                   {.name = "--postcode", .value = "TEXT", .help = "New postcode"},
                   {.name = "--town", .value = "TEXT", .help = "New town"},
                   {.name = "--country", .value = "CC", .help = "New country, two letters"},
                   {.name = "--account", .value = "NUMBER", .help = "New account"},
                   {.name = "--bank", .value = "BANK", .help = "New bank"},
                   {.name = "--same-bank", .value = "", .help = "The new account is at the old bank"},
                   {.name = "--why", .value = "TEXT", .help = "Kept in the audit"}},
       .examples = {{.line = "payer edit A-0101 --account DE89370400440532013000 --why \"letter of 2026-11-02\"",
                     .note = "",
                     .runs = false}},
       .run = run_payer_edit},
      {.noun = "mandate",
       .verb = "import",
       .summary = "Import mandates from a CSV table",
       .description =
           "Columns: reference, payer, payer_name, account; optional bank, account_kind, instrument, signed_on, type\n"
           "(recurrent, one-off), limit, state, last_collected_on (of mandates in use before), street, building, postcode,\n"
           "town, country, identity (personal or organisation number, where the bank opens a mandate by it). " +
           std::string{import_rules},
       .arguments = {{.name = "FILE", .help = "The table", .kind = ValueKind::file}},
       .options = import_options(
           {of_creditor, {.name = "--prenote-first", .value = "", .help = "New mandates wait for a prenote (NACHA; with Bacs and Autogiro they always do)"}}),
       .examples = {{.line = "mandate import mandates.csv --creditor rent-eur", .note = "", .runs = false}},
       .run = run_mandate_import},
      {.noun = "mandate",
       .verb = "list",
       .summary = "List mandates",
       .description = "In the order of their references. With --json one mandate a line.",
       .options = {of_creditor,
                   {.name = "--state",
                    .value = "STATE",
                    .help = "Only these",
                    .choices = {"draft", "pending", "active", "suspended", "ended"}},
                   most},
       .examples = {{.line = "mandate list --state suspended", .note = "", .runs = false}},
       .run = run_mandate_list},
      {.noun = "mandate",
       .verb = "show",
       .summary = "Show a mandate with its history",
       .description = "Also how its next collection goes, and when it lapses.",
       .arguments = {{.name = "REFERENCE", .help = "Mandate reference"}},
       .options = {of_creditor},
       .examples = {{.line = "mandate show M-0012", .note = "", .runs = false}},
       .run = run_mandate_show},
      change_command("suspend", "Stop collecting under a mandate for now",
                     "Bills under it are left out until it is resumed.", MandateWish::suspend),
      change_command("resume", "Collect under a suspended mandate again", "The cause of the suspension should be gone.",
                     MandateWish::resume),
      change_command("activate", "Put a draft into force", "From then on bills may be collected under it.",
                     MandateWish::activate),
      change_command("end", "End a mandate for good", "Nothing brings it back: the payer must give a new one.",
                     MandateWish::end),
      change_command("prenote", "Let a mandate wait for a prenote", "The next prenote batch takes it (NACHA; with Bacs a new instruction).",
                     MandateWish::prenote),
      change_command(
          "amend", "Change account, bank or name of a mandate",
          "Where the scheme wants it the old values go along with the next collection, until one has settled.",
          MandateWish::amend,
          {{.name = "--account", .value = "NUMBER", .help = "New account"},
           {.name = "--bank", .value = "BANK", .help = "New bank"},
           {.name = "--payer-name", .value = "NAME", .help = "New name of the account holder"},
           {.name = "--new-reference", .value = "REF", .help = "New mandate reference"},
           {.name = "--same-bank", .value = "", .help = "The new account is at the old bank"}}),
  };
}

}  // namespace counterfoil
