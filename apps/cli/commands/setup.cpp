// `init`, `doctor`, `status`, `db` and `operator`: making an environment and keeping it in order.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/desk_call.hpp"
#include "apps/operations/init.hpp"
#include "apps/operations/operators.hpp"
#include "apps/operations/upkeep.hpp"

namespace counterfoil {
namespace {

std::vector<std::string> role_names() {
  std::vector<std::string> names;
  for (const auto role : all_roles) names.emplace_back(role_name(role));
  return names;
}

std::vector<Role> roles_given(Invocation& call, std::string_view option) {
  std::vector<Role> roles;
  for (const auto& name : call.texts(option)) roles.push_back(parse_role(name).value_or(Role::reader));
  return roles;
}

std::string roles_text(const Operator& who) {
  std::vector<std::string_view> names;
  for (const auto role : who.roles) names.push_back(role_name(role));
  return fmt::format("{}", fmt::join(names, ", "));
}

// --- init
// -------------------------------------------------------------------------------------------------------------

Result<int> run_init(Invocation& call) {
  InitRequest request;
  request.home = call.globals().home;
  request.database = call.globals().database;
  request.environment = parse_environment(call.text("--environment")).value_or(Environment::test);
  if (call.given("--tenant")) request.tenant = call.text("--tenant");
  request.tenant_name = call.given("--name") ? call.text("--name") : request.tenant;
  request.operator_name = call.text("--operator");
  if (call.given("--role")) request.roles = roles_given(call, "--role");
  if (call.given("--release-rule")) {
    request.release_rule = parse_release_rule(call.text("--release-rule")).value_or(ReleaseRule::other_than_preparer);
  }
  request.fast_and_unsafe = call.given("--fast-and-unsafe");
  const auto made = init(request);
  if (!made) return std::unexpected(made.error());
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.init.v1")
        .field("home", made->home.string())
        .field("environment", environment_name(made->environment))
        .field("private_cluster", made->is_private)
        .field("operator", made->operator_name)
        .field("migrations_applied", made->migrations_applied)
        .field("already", made->already)
        .end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("{} {} environment in {}; {} acts for the system user {}.",
                              made->already ? "There already is a" : "Made a", environment_name(made->environment),
                              made->home.string(), made->operator_name, system_user()));
  say_next(call, "counterfoil doctor");
  return exit_done;
}

// --- doctor, status
// ---------------------------------------------------------------------------------------------------

Result<int> run_doctor(Invocation& call) {
  const auto lines = diagnose(desk_request(call));
  const bool all_good = std::ranges::all_of(lines, [](const Diagnosis& line) { return line.good || line.is_warning; });
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.doctor.v1").field("good", all_good).array("checks");
    for (const auto& line : lines) {
      json.object()
          .field("name", line.name)
          .field("result", line.good         ? "good"
                           : line.is_warning ? "warning"
                                             : "bad")
          .field("found", line.found)
          .field_if("remedy", std::string_view{line.remedy})
          .end();
    }
    json.end().end();
    call.out().object(json);
  } else {
    for (const auto& line : lines) {
      const auto tone = line.good ? Tone::good : line.is_warning ? Tone::warning : Tone::bad;
      const auto word = line.good ? "good" : line.is_warning ? "look" : "bad ";
      call.out().line(fmt::format("{}  {:<24} {}", call.out().toned(tone, word), line.name, printable(line.found)));
      if (!line.good) call.out().line(fmt::format("      {:<24} {}", "", line.remedy));
    }
  }
  return all_good ? exit_done : 1;
}

Result<int> run_status(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto now = status(*desk);
  if (!now) return std::unexpected(now.error());
  const auto& figures = now->figures;
  const std::pair<std::string_view, std::uint64_t> rows[] = {
      {"payers", figures.payers},
      {"mandates_active", figures.mandates_active},
      {"bills_to_approve", figures.bills_to_approve},
      {"bills_open", figures.bills_open},
      {"batches_draft", figures.batches_draft},
      {"batches_sealed", figures.batches_sealed},
      {"batches_approved", figures.batches_approved},
      {"outbox_waiting", figures.outbox_waiting},
      {"outbox_unknown", figures.outbox_unknown},
      {"bank_files", figures.bank_files},
      {"bank_files_quarantined", figures.bank_files_quarantined},
      {"exceptions_open", figures.exceptions_open},
  };
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.status.v1")
        .field("environment", environment_name(now->environment))
        .field("tenant", now->tenant)
        .field("operator", now->actor)
        .field("today", iso_date(now->today));
    for (const auto& [name, count] : rows) json.field(name, count);
    json.array("next");
    for (const auto& line : now->next) json.element(line);
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  call.out().line(fmt::format("{}, {} environment, {} acts, {}", now->tenant, environment_name(now->environment),
                              now->actor, weekday_and_date(now->today)));
  for (const auto& [name, count] : rows) {
    std::string words{name};
    std::ranges::replace(words, '_', ' ');
    call.out().line(fmt::format("  {:<26}{:>12}", words, count));
  }
  for (const auto& line : now->next) call.out().line(fmt::format("next: {}", line));
  return exit_done;
}

// --- db
// ---------------------------------------------------------------------------------------------------------------

Result<int> show_migration(Invocation& call, const MigrateResult& result) {
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.database.v1")
        .field("step", result.status.applied)
        .field("program_step", result.status.embedded)
        .field("current", result.status.is_current())
        .field("applied_now", result.applied)
        .end();
    call.out().object(json);
  } else {
    call.out().line(fmt::format("The database is at step {}, this program needs step {}.{}", result.status.applied,
                                result.status.embedded,
                                result.applied > 0 ? fmt::format(" {} steps were applied now.", result.applied) : ""));
    if (!result.status.is_current()) say_next(call, "counterfoil db migrate");
  }
  return result.status.is_current() ? exit_done : 2;
}

Result<int> run_migrate(Invocation& call) {
  const auto result = migrate_database(desk_request(call), call.globals().dry_run);
  if (!result) return std::unexpected(result.error());
  return show_migration(call, *result);
}

Result<int> run_db_version(Invocation& call) {
  const auto result = migrate_database(desk_request(call), true);
  if (!result) return std::unexpected(result.error());
  return show_migration(call, *result);
}

Result<int> show_server(Invocation& call, const Result<std::string>& state) {
  if (!state) return std::unexpected(state.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.server.v1").field("state", *state).end();
    call.out().object(json);
  } else {
    call.out().line(fmt::format("The private cluster is {}.", *state));
  }
  return exit_done;
}

Result<int> run_db_start(Invocation& call) { return show_server(call, start_database(desk_request(call))); }
Result<int> run_db_stop(Invocation& call) { return show_server(call, stop_database(desk_request(call))); }

// --- operator
// ---------------------------------------------------------------------------------------------------------

Json operator_json(const OperatorRow& row) {
  Json json;
  json.object()
      .field("name", row.who.name)
      .field_if("full_name", std::string_view{row.full_name})
      .field_if("system_user", std::string_view{row.system_user})
      .field("active", row.who.is_active)
      .array("roles");
  for (const auto role : row.who.roles) json.element(role_name(role));
  json.end().end();
  return json;
}

Result<int> show_operator(Invocation& call, const Result<OperatorResult>& result) {
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.operator.v1").field("operator", operator_json(result->row));
    json.field("already", result->already);
    say_dry_run(call, &json);
    json.end();
    call.out().object(json);
  } else {
    call.out().line(fmt::format("{}: {}{}", result->row.who.name, roles_text(result->row.who),
                                result->already ? " (already so)" : ""));
    say_dry_run(call, nullptr);
  }
  return exit_done;
}

Result<int> run_operator_add(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  return show_operator(call, add_operator(*desk, {.name = call.text("NAME"),
                                                  .full_name = call.text("--full-name"),
                                                  .system_user = call.text("--system-user"),
                                                  .roles = roles_given(call, "--role")}));
}

Result<int> run_operator_roles(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  OperatorChange change{.name = call.text("NAME"),
                        .grant = roles_given(call, "--grant"),
                        .withdraw = roles_given(call, "--withdraw"),
                        .active = {}};
  if (call.given("--disable")) change.active = false;
  if (call.given("--enable")) change.active = true;
  return show_operator(call, change_operator(*desk, change));
}

Result<int> run_operator_list(Invocation& call) {
  auto desk = open_desk(call);
  if (!desk) return std::unexpected(desk.error());
  const auto all = operators(*desk);
  if (!all) return std::unexpected(all.error());
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.operators.v1").array("operators");
    for (const auto& row : *all) json.element(operator_json(row));
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  TextTable table{{{"NAME"}, {"SYSTEM USER"}, {"ACTIVE"}, {"ROLES"}}};
  for (const auto& row : *all) {
    table.add({row.who.name, row.system_user, row.who.is_active ? "yes" : "no", roles_text(row.who)});
  }
  call.out().table(table);
  return exit_done;
}

}  // namespace

std::vector<Command> setup_commands() {
  return {
      {.noun = "init",
       .verb = "",
       .summary = "Make an environment: keys, database, tenant and first operator",
       .description =
           "Test or live is chosen once and is part of keys, database, file names and references ever after.\n"
           "Without --database a private PostgreSQL cluster is made in the home folder. The same command again\n"
           "finishes what a crash left, and otherwise changes nothing.",
       .options =
           {{.name = "--environment",
             .value = "ENV",
             .help = "test or live",
             .required = true,
             .choices = {"test", "live"}},
            {.name = "--tenant",
             .value = "LABEL",
             .help = "Short key of the collecting organisation; \"main\" where none is given"},
            {.name = "--name", .value = "NAME", .help = "Its full name"},
            {.name = "--operator", .value = "NAME", .help = "Name of the first operator; else the system user's"},
            {.name = "--role",
             .value = "ROLE",
             .help = "Roles of the first operator; else all but approver and releaser",
             .many = true,
             .choices = role_names()},
            {.name = "--release-rule",
             .value = "RULE",
             .help = "Who may release",
             .choices = {"other-than-preparer", "third-person"}},
            {.name = "--fast-and-unsafe", .value = "", .help = "A test cluster that does not wait for the disk"}},
       .examples = {{.line = "init --environment test", .note = "A private test environment", .runs = false}},
       .run = run_init},
      {.noun = "doctor",
       .verb = "",
       .summary = "Check settings, keys, database, people, calendars and clocks",
       .description =
           "Every line that is not good names the command or setting that helps. Exit 1 when something is bad.",
       .examples = {{.line = "doctor", .note = "", .runs = false}},
       .run = run_doctor},
      {.noun = "status",
       .verb = "",
       .summary = "Show what is due, what is stuck and what to run next",
       .description = "Counts of what waits for somebody, and the commands that would work it off.",
       .examples = {{.line = "status --json", .note = "", .runs = false}},
       .run = run_status},
      {.noun = "db",
       .verb = "migrate",
       .summary = "Apply the database steps this program needs",
       .description = "Each step is a transaction of its own under one lock. With --dry-run only says what there is.",
       .examples = {{.line = "db migrate", .note = "", .runs = false}},
       .run = run_migrate},
      {.noun = "db",
       .verb = "version",
       .summary = "Show the step the database is at",
       .description = "Exit 2 when the database is behind this program.",
       .examples = {{.line = "db version", .note = "", .runs = false}},
       .run = run_db_version},
      {.noun = "db",
       .verb = "start",
       .summary = "Start the private cluster",
       .description = "Every command starts it when needed; this is for scripts that want to see it run.",
       .examples = {{.line = "db start", .note = "", .runs = false}},
       .run = run_db_start},
      {.noun = "db",
       .verb = "stop",
       .summary = "Stop the private cluster",
       .description = "Waits for open transactions to end. The next command starts it again.",
       .examples = {{.line = "db stop", .note = "", .runs = false}},
       .run = run_db_stop},
      {.noun = "operator",
       .verb = "add",
       .summary = "Add a person or script that acts",
       .description =
           "An operator acts as the operating-system user it is mapped to. Without --system-user it can only be\n"
           "named with --as, which a test environment allows.",
       .arguments = {{.name = "NAME", .help = "How the audit trail will name it"}},
       .options = {{.name = "--role",
                    .value = "ROLE",
                    .help = "What it may do",
                    .required = true,
                    .many = true,
                    .choices = role_names()},
                   {.name = "--system-user", .value = "USER", .help = "Operating-system user"},
                   {.name = "--full-name", .value = "NAME", .help = "For people"}},
       .examples = {{.line = "operator add anna --role approver --system-user anna", .note = "", .runs = false}},
       .run = run_operator_add},
      {.noun = "operator",
       .verb = "roles",
       .summary = "Grant or withdraw roles, or disable an operator",
       .description = "Takes effect with the next command of that operator.",
       .arguments = {{.name = "NAME", .help = "The operator"}},
       .options =
           {{.name = "--grant", .value = "ROLE", .help = "Role to give", .many = true, .choices = role_names()},
            {.name = "--withdraw", .value = "ROLE", .help = "Role to take", .many = true, .choices = role_names()},
            {.name = "--disable", .value = "", .help = "The operator may do nothing any more"},
            {.name = "--enable", .value = "", .help = "The operator may act again"}},
       .examples = {{.line = "operator roles anna --grant releaser", .note = "", .runs = false}},
       .run = run_operator_roles},
      {.noun = "operator",
       .verb = "list",
       .summary = "List operators and their roles",
       .description = "Roles: reader, preparer, approver, releaser, courier, auditor, administrator.",
       .examples = {{.line = "operator list", .note = "", .runs = false}},
       .run = run_operator_list},
  };
}

}  // namespace counterfoil
