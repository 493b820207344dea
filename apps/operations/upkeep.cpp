#include "apps/operations/upkeep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "apps/operations/scheme_rules.hpp"
#include "store/cluster.hpp"
#include "store/creditor_accounts.hpp"

namespace counterfoil {
namespace {

Diagnosis of(std::string name, const Error& error) {
  return {.name = std::move(name), .good = false, .found = error.explanation, .remedy = error.remedy};
}

Diagnosis fine(std::string name, std::string found) {
  return {.name = std::move(name), .good = true, .found = std::move(found), .remedy = {}};
}

Diagnosis look_at_cluster(const std::filesystem::path& home, const HomeSettings& settings) {
  constexpr auto name = "database server";
  if (settings.database != "private") return fine(name, "a server named by its address");
  const auto cluster = Cluster::at(home);
  if (!cluster) return of(name, cluster.error());
  const auto status = cluster->status();
  if (!status) return of(name, status.error());
  if (status->state == ClusterState::absent) {
    return {.name = name,
            .good = false,
            .found = "the private cluster is missing",
            .remedy = "Run `counterfoil init` again."};
  }
  if (!status->data_checksums) {
    return {.name = name,
            .good = false,
            .is_warning = settings.environment == Environment::test,
            .found = "the cluster was made without data checksums",
            .remedy = "Make a new cluster with `counterfoil init`; without checksums a bad disk goes unnoticed."};
  }
  return fine(name, fmt::format("private cluster, PostgreSQL {}, {}, data checksums on", status->major_version,
                                cluster_state_name(status->state)));
}

void look_at_settings(Desk& desk, std::vector<Diagnosis>& lines) {
  const struct {
    const char* setting;
    const char* good;
    const char* why;
  } wanted[] = {{"fsync", "on", "a power cut may lose what was committed"},
                {"synchronous_commit", "on", "a power cut may lose what was committed"},
                {"full_page_writes", "on", "a power cut may ruin pages"}};
  for (const auto& [setting, good, why] : wanted) {
    const auto found = database_setting(desk.session(), setting);
    if (!found || !*found) continue;
    const auto& value = **found;
    if (value == good) {
      lines.push_back(fine(fmt::format("setting {}", setting), value));
    } else {
      lines.push_back({.name = fmt::format("setting {}", setting),
                       .good = false,
                       .is_warning = desk.is_test(),
                       .found = fmt::format("{}: {}", value, why),
                       .remedy = fmt::format("Set {} = {} in the server's configuration.", setting, good)});
    }
  }
}

void look_at_people(Desk& desk, std::vector<Diagnosis>& lines) {
  const auto people = list_operators(desk.session(), desk.tenant().id);
  if (!people) {
    lines.push_back(of("operators", people.error()));
    return;
  }
  for (const auto role : {Role::preparer, Role::approver, Role::releaser}) {
    const auto holders = std::ranges::count_if(
        *people, [&](const OperatorRow& row) { return row.who.is_active && row.who.roles.contains(role); });
    const auto name = fmt::format("role {}", role_name(role));
    if (holders > 0) {
      lines.push_back(fine(name, fmt::format("{} operators", holders)));
    } else {
      lines.push_back({.name = name,
                       .good = false,
                       .is_warning = true,
                       .found = "nobody holds it",
                       .remedy = fmt::format("counterfoil operator add NAME --role {}", role_name(role))});
    }
  }
}

void look_at_calendars(Desk& desk, std::vector<Diagnosis>& lines) {
  constexpr int days_ahead = 60;
  for (const auto& scheme : desk.catalogue().schemes()) {
    const auto name = fmt::format("calendar of {}", scheme.name);
    const auto calendar = BankCalendar::of_scheme(scheme);
    if (!calendar) {
      lines.push_back(of(name, calendar.error()));
      continue;
    }
    const auto known = calendar->is_bank_day(desk.today() + std::chrono::days{days_ahead});
    if (known) {
      lines.push_back(fine(name, fmt::format("known for the next {} days", days_ahead)));
    } else {
      auto line = of(name, known.error());
      line.is_warning = true;
      lines.push_back(std::move(line));
    }
  }
}

/// Only where a creditor account needs them.
void look_at_modulus_tables(Desk& desk, std::vector<Diagnosis>& lines) {
  constexpr auto name = "sort code tables";
  const auto accounts = list_creditor_accounts(desk.scope());
  if (!accounts) return;
  const bool is_needed = std::ranges::any_of(*accounts, [&](const CreditorAccount& account) {
    const auto* scheme = desk.catalogue().find(account.scheme);
    return scheme != nullptr && scheme->manner.account_numbers == "sort-code";
  });
  if (!is_needed) return;
  const auto remedy = fmt::format("Put valacdos.txt and scsubtab.txt, as Vocalink publishes them, into {}.",
                                  modulus_folder(desk.home()).string());
  const auto installed = installed_modulus_tables(desk.home());
  if (!installed) {
    lines.push_back(of(name, installed.error()));
  } else if (*installed == nullptr) {
    lines.push_back({.name = name,
                     .good = false,
                     .is_warning = true,
                     .found = "not installed: sort codes and accounts are checked for their form only",
                     .remedy = remedy});
  } else if ((*installed)->written + std::chrono::days{365} < desk.today()) {
    lines.push_back({.name = name,
                     .good = false,
                     .is_warning = true,
                     .found = fmt::format("{} is of {}, more than a year ago", (*installed)->weights_file.string(),
                                          iso_date((*installed)->written)),
                     .remedy = remedy});
  } else {
    lines.push_back(fine(name, fmt::format("{}, {} rows", (*installed)->weights_file.filename().string(),
                                           (*installed)->tables.rows())));
  }
}

void look_at_clock(Desk& desk, std::vector<Diagnosis>& lines) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ahead = database_seconds_ahead_of(
      desk.session(), std::chrono::duration_cast<std::chrono::seconds>(now).count());
  if (!ahead) return;
  const auto seconds = *ahead;
  if (seconds >= -5 && seconds <= 5) {
    lines.push_back(fine("clocks", "this machine and the database agree within five seconds"));
  } else {
    lines.push_back({.name = "clocks",
                     .good = false,
                     .found = fmt::format("the database's clock is {} seconds ahead of this machine's", seconds),
                     .remedy = "Set both clocks by a time server."});
  }
}

/// What somebody should do next, most urgent first.
std::vector<std::string> next_commands(const Overview& figures) {
  std::vector<std::string> next;
  const auto add = [&](std::uint64_t count, std::string_view command, std::string_view why) {
    if (count > 0) next.push_back(fmt::format("{:<42}# {} {}", command, count, why));
  };
  add(figures.outbox_unknown, "counterfoil batch outbox", "files whose sending is not known");
  add(figures.outbox_waiting, "counterfoil batch send BATCH --to FOLDER", "released files to send");
  add(figures.batches_approved, "counterfoil batch release BATCH", "approved batches to release");
  add(figures.batches_sealed, "counterfoil batch approve BATCH", "sealed batches to approve");
  add(figures.batches_draft, "counterfoil batch seal BATCH", "draft batches to seal");
  add(figures.bank_files_quarantined, "counterfoil match list --files", "bank files in quarantine");
  add(figures.exceptions_open, "counterfoil exception list", "exceptions to resolve");
  add(figures.bills_to_approve, "counterfoil bill approve --all", "bills to approve");
  return next;
}

Result<DatabaseAddress> owner_address(const DeskRequest& request) {
  const auto home = home_of(request.home);
  if (!home) return std::unexpected(home.error());
  const auto settings = read_home_settings(*home);
  if (!settings) return std::unexpected(settings.error());
  if (!request.database.empty()) return owner_address_of_url(request.database);
  if (settings->database != "private") return owner_address_of_url(settings->database);
  auto cluster = Cluster::at(*home);
  if (!cluster) return std::unexpected(cluster.error());
  if (auto started = cluster->start(); !started) return std::unexpected(started.error());
  return cluster->owner_address(Cluster::database_name(settings->environment));
}

Result<Cluster> private_cluster(const DeskRequest& request) {
  const auto home = home_of(request.home);
  if (!home) return std::unexpected(home.error());
  const auto settings = read_home_settings(*home);
  if (!settings) return std::unexpected(settings.error());
  if (settings->database == "private") return Cluster::at(*home);
  return std::unexpected(Error{.code = "database.not-private",
                               .explanation = "This home uses a database server that is not ours to start or stop.",
                               .remedy = "Use the server's own tools.",
                               .kind = ErrorKind::refused});
}

Result<std::optional<AuditAnchor>> parse_anchor(const std::string& text) {
  if (text.empty()) return std::optional<AuditAnchor>{};
  AuditAnchor anchor;
  const auto colon = text.find(':');
  const auto hash = colon == std::string::npos ? std::nullopt : parse_digest(std::string_view{text}.substr(colon + 1));
  if (hash && std::from_chars(text.data(), text.data() + colon, anchor.sequence).ptr == text.data() + colon) {
    anchor.hash = *hash;
    return std::optional<AuditAnchor>{anchor};
  }
  return std::unexpected(Error{.code = "audit.anchor",
                               .explanation = "The anchor is not a number, a colon and 64 hexadecimal digits.",
                               .remedy = "Give it as an earlier `counterfoil audit verify` printed it.",
                               .kind = ErrorKind::usage});
}

}  // namespace

std::vector<Diagnosis> diagnose(const DeskRequest& request) {
  std::vector<Diagnosis> lines;
  const auto home = home_of(request.home);
  if (!home) return {of("home", home.error())};
  const auto settings = read_home_settings(*home);
  if (!settings) return {of("home", settings.error())};
  lines.push_back(
      fine("home", fmt::format("{}, {} environment", home->string(), environment_name(settings->environment))));
  const auto sealer = FieldSealer::open(key_file(*home, settings->environment), settings->environment);
  lines.push_back(sealer ? fine("keys", fmt::format("key {} seals", sealer->current_key()))
                         : of("keys", sealer.error()));
  lines.push_back(look_at_cluster(*home, *settings));
  auto desk = Desk::open(request);
  if (!desk) {
    lines.push_back(of("database", desk.error()));
    return lines;
  }
  lines.push_back(
      fine("database", fmt::format("migrated, {} acts for tenant {}", desk->actor().name, desk->tenant().label)));
  look_at_settings(*desk, lines);
  look_at_clock(*desk, lines);
  look_at_people(*desk, lines);
  look_at_calendars(*desk, lines);
  look_at_modulus_tables(*desk, lines);
  return lines;
}

Result<StatusResult> status(Desk& desk) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  auto figures = overview(desk.scope());
  if (!figures) return std::unexpected(figures.error());
  StatusResult result;
  result.environment = desk.environment();
  result.tenant = desk.tenant().label;
  result.actor = desk.actor().name;
  result.today = desk.today();
  result.figures = *figures;
  result.next = next_commands(*figures);
  return result;
}

bool CheckBooksResult::is_whole() const {
  return std::ranges::all_of(invariants, [](const InvariantResult& one) { return one.violation_count == 0; });
}

Result<CheckBooksResult> check_books(Desk& desk, bool quick) {
  if (auto allowed = desk.may(Action::check_books); !allowed) return std::unexpected(allowed.error());
  InvariantOptions options;
  options.with_ciphertexts = !quick;
  options.with_file_bytes = !quick;
  const auto accounts = list_creditor_accounts(desk.scope());
  if (!accounts) return std::unexpected(accounts.error());
  for (const auto& account : *accounts) {
    const auto rules = account_rules(desk.catalogue(), account);
    if (!rules) return std::unexpected(rules.error());
    options.lapse_months.emplace_back(account.id, rules->collection.mandate.expiry_months);
  }
  auto invariants = check_invariants(desk.scope(), options);
  if (!invariants) return std::unexpected(invariants.error());
  return CheckBooksResult{std::move(*invariants)};
}

Result<MigrateResult> migrate_database(const DeskRequest& request, bool look_only) {
  const auto address = owner_address(request);
  if (!address) return std::unexpected(address.error());
  auto session = Session::open(*address);
  if (!session) return std::unexpected(session.error());
  MigrateResult result;
  if (!look_only) {
    const auto applied = migrate(*session);
    if (!applied) return std::unexpected(applied.error());
    result.applied = *applied;
  }
  const auto now = migration_status(*session);
  if (!now) return std::unexpected(now.error());
  result.status = *now;
  return result;
}

Result<std::string> start_database(const DeskRequest& request) {
  auto cluster = private_cluster(request);
  if (!cluster) return std::unexpected(cluster.error());
  if (auto done = cluster->start(); !done) return std::unexpected(done.error());
  return std::string{"running"};
}

Result<std::string> stop_database(const DeskRequest& request) {
  auto cluster = private_cluster(request);
  if (!cluster) return std::unexpected(cluster.error());
  if (auto done = cluster->stop(); !done) return std::unexpected(done.error());
  return std::string{"stopped"};
}

Result<AuditAnswer> check_audit(Desk& desk, const std::string& anchor) {
  if (auto allowed = desk.may(Action::read_audit); !allowed) return std::unexpected(allowed.error());
  const auto known = parse_anchor(anchor);
  if (!known) return std::unexpected(known.error());
  const auto verifier = verify_audit(desk.session(), desk.tenant().id, *known);
  if (!verifier) return std::unexpected(verifier.error());
  return AuditAnswer{.entries = verifier->entry_count(),
                     .faults = verifier->faults(),
                     .fault_count = verifier->fault_count(),
                     .head = verifier->head()};
}

Result<std::vector<AuditEntry>> audit_log(Desk& desk, const AuditFilter& filter) {
  if (auto allowed = desk.may(Action::read_audit); !allowed) return std::unexpected(allowed.error());
  auto snapshot = desk.session().begin_read_only();
  if (!snapshot) return std::unexpected(snapshot.error());
  std::vector<AuditEntry> entries;
  const auto walked =
      visit_audit(desk.session(), desk.tenant().id, filter, [&](const AuditEntry& entry) -> Result<void> {
        entries.push_back(entry);
        return {};
      });
  if (!walked) return std::unexpected(walked.error());
  return entries;
}

}  // namespace counterfoil
