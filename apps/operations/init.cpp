#include "apps/operations/init.hpp"

#include <fmt/format.h>

#include "apps/operations/desk.hpp"
#include "apps/operations/publish_file.hpp"
#include "store/cluster.hpp"
#include "store/migrations.hpp"

namespace counterfoil {
namespace {

std::unexpected<Error> cannot_make(const std::filesystem::path& folder, const std::error_code& reason) {
  return std::unexpected(Error{.code = "init.folder",
                               .explanation = fmt::format("The home folder cannot be made: {}.", reason.message()),
                               .remedy = "Choose another folder with --home, or make it yourself with the right owner.",
                               .place = {.file = folder.string()},
                               .kind = ErrorKind::failed});
}

Result<void> make_folders(const std::filesystem::path& home) {
  std::error_code reason;
  std::filesystem::create_directories(home / "keys", reason);
  if (reason) return cannot_make(home, reason);
  using std::filesystem::perms;
  // The server's own user must be able to pass through to the cluster; nobody may list what lies here.
  std::filesystem::permissions(home, perms::owner_all | perms::group_exec | perms::others_exec, reason);
  if (reason) return cannot_make(home, reason);
  std::filesystem::permissions(home / "keys", perms::owner_all, reason);
  if (reason) return cannot_make(home / "keys", reason);
  return {};
}

/// Answers whether the settings were there already.
Result<bool> write_settings(const std::filesystem::path& home, const HomeSettings& settings) {
  if (std::filesystem::exists(settings_file(home))) {
    const auto there = read_home_settings(home);
    if (!there) return std::unexpected(there.error());
    if (there->environment == settings.environment && there->tenant == settings.tenant &&
        there->database == settings.database) {
      return true;
    }
    return std::unexpected(
        Error{.code = "init.other-settings",
              .explanation = fmt::format("This home is already the {} environment of tenant \"{}\".",
                                         environment_name(there->environment), there->tenant),
              .remedy = "Choose another folder with --home: an environment is chosen once and never changed.",
              .place = {.file = home.string()},
              .kind = ErrorKind::refused});
  }
  const auto published = publish_bytes(home_settings_text(settings), home.string(), settings_file(home).filename());
  if (!published) return std::unexpected(published.error());
  return false;
}

Result<void> make_keys(const std::filesystem::path& home, Environment environment) {
  auto made = make_key_file(key_file(home, environment), environment);
  if (!made && made.error().code != "keys.exist") return made;
  return {};
}

Result<DatabaseAddress> prepare_database(const std::filesystem::path& home, const HomeSettings& settings,
                                         bool fast_and_unsafe) {
  if (settings.database != "private") return owner_address_of_url(settings.database);
  auto cluster = Cluster::at(home);
  if (!cluster) return std::unexpected(cluster.error());
  if (auto done = cluster->create({.for_tests = fast_and_unsafe}); !done) return std::unexpected(done.error());
  if (auto done = cluster->start(); !done) return std::unexpected(done.error());
  kill_point("init.after-cluster");
  const auto name = Cluster::database_name(settings.environment);
  if (auto done = cluster->create_database(name); !done) return std::unexpected(done.error());
  return cluster->owner_address(name);
}

/// The rows every other operation relies on. Answers whether all of them were there already.
Result<bool> first_rows(Session& session, const InitRequest& request, const std::string& operator_name) {
  auto transaction = session.begin();
  if (!transaction) return std::unexpected(transaction.error());
  if (const auto fixed = fix_environment(session, request.environment); !fixed) return std::unexpected(fixed.error());
  bool already = true;
  auto tenant = find_tenant(session, request.tenant);
  if (!tenant) return std::unexpected(tenant.error());
  if (!*tenant) {
    already = false;
    const auto others = list_tenants(session);
    if (!others) return std::unexpected(others.error());
    const Tenant fresh{.id = static_cast<std::int64_t>(others->size()) + 1,
                       .label = request.tenant,
                       .name = request.tenant_name,
                       .release_rule = request.release_rule};
    if (auto done = insert_tenant(session, fresh); !done) return std::unexpected(done.error());
    *tenant = fresh;
  }
  const auto who = find_operator(session, (*tenant)->id, operator_name);
  if (!who) return std::unexpected(who.error());
  if (!*who) {
    already = false;
    OperatorRow row;
    row.who.name = operator_name;
    row.who.roles.insert(request.roles.begin(), request.roles.end());
    row.system_user = system_user();
    row.full_name = request.full_name;
    if (auto done = insert_operator(session, (*tenant)->id, row, operator_name); !done) {
      return std::unexpected(done.error());
    }
    const auto noted = append_audit(session, (*tenant)->id,
                                    {.actor = operator_name,
                                     .action = "init",
                                     .subject_kind = "tenant",
                                     .subject = request.tenant,
                                     .details = fmt::format("environment {}, first operator {}",
                                                            environment_name(request.environment), operator_name)});
    if (!noted) return std::unexpected(noted.error());
  }
  kill_point("init.before-commit");
  if (auto done = transaction->commit(); !done) return std::unexpected(done.error());
  kill_point("init.after-commit");
  return already;
}

}  // namespace

Result<InitResult> init(const InitRequest& request) {
  if (request.environment == Environment::test) arm_kill_points();
  if (request.fast_and_unsafe && request.environment == Environment::live) {
    return std::unexpected(Error{.code = "init.unsafe-in-live",
                                 .explanation = "A live environment always waits for the disk.",
                                 .remedy = "Leave --fast-and-unsafe out.",
                                 .kind = ErrorKind::refused});
  }
  const auto home = home_of(request.home);
  if (!home) return std::unexpected(home.error());
  const HomeSettings settings{.environment = request.environment,
                              .tenant = request.tenant,
                              .database = request.database.empty() ? "private" : request.database};
  InitResult result{.home = *home,
                    .environment = request.environment,
                    .is_private = request.database.empty(),
                    .operator_name = request.operator_name.empty() ? system_user() : request.operator_name};

  if (auto made = make_folders(*home); !made) return std::unexpected(made.error());
  const auto had_settings = write_settings(*home, settings);
  if (!had_settings) return std::unexpected(had_settings.error());
  kill_point("init.after-settings");
  if (auto made = make_keys(*home, request.environment); !made) return std::unexpected(made.error());
  kill_point("init.after-keys");

  const auto address = prepare_database(*home, settings, request.fast_and_unsafe);
  if (!address) return std::unexpected(address.error());
  auto session = Session::open(*address);
  if (!session) return std::unexpected(session.error());
  const auto applied = migrate(*session);
  if (!applied) return std::unexpected(applied.error());
  result.migrations_applied = *applied;
  kill_point("init.after-migration");
  const auto already = first_rows(*session, request, result.operator_name);
  if (!already) return std::unexpected(already.error());
  result.already = *had_settings && *applied == 0 && *already;
  return result;
}

}  // namespace counterfoil
