#include "apps/operations/desk.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include "core/require.hpp"
#include "store/cluster.hpp"
#include "store/migrations.hpp"

namespace counterfoil {
namespace {

std::unexpected<Error> settings_error(const std::filesystem::path& file, std::string explanation,
                                      std::uint32_t line = 0) {
  return std::unexpected(Error{.code = "desk.settings",
                               .explanation = std::move(explanation),
                               .remedy = "Restore the file as `counterfoil init` wrote it: environment, tenant and "
                                         "database, each a text in quotes.",
                               .place = {.file = file.string(), .line = line},
                               .kind = ErrorKind::usage});
}

std::unexpected<Error> mixed(std::string explanation) {
  return std::unexpected(Error{.code = "desk.environment-mixed",
                               .explanation = std::move(explanation),
                               .remedy = "Use the home folder that belongs to this database. Test and live never share "
                                         "a database, a key file or a home.",
                               .kind = ErrorKind::refused});
}

Result<DatabaseAddress> application_address(const std::filesystem::path& home, const HomeSettings& settings,
                                            const std::string& override_url) {
  if (!override_url.empty()) return application_address_of_url(override_url);
  if (settings.database != "private") return application_address_of_url(settings.database);
  auto cluster = Cluster::at(home);
  if (!cluster) return std::unexpected(cluster.error());
  if (auto started = cluster->start(); !started) return std::unexpected(started.error());
  return cluster->application_address(Cluster::database_name(settings.environment));
}

Result<void> check_database(Session& session, Environment environment) {
  const auto status = migration_status(session);
  if (!status) return std::unexpected(status.error());
  if (!status->is_current()) {
    return std::unexpected(
        Error{.code = "desk.not-migrated",
              .explanation = fmt::format("The database is at step {} and this program needs step {}.", status->applied,
                                         status->embedded),
              .remedy = "Run: counterfoil db migrate",
              .kind = ErrorKind::usage});
  }
  const auto made = installation(session);
  if (!made) return std::unexpected(made.error());
  if (!*made) {
    return std::unexpected(
        Error{.code = "desk.not-finished",
              .explanation = "The set-up of this database was not finished.",
              .remedy = "Give the same `counterfoil init` command again: it goes on where it stopped.",
              .kind = ErrorKind::usage});
  }
  if ((*made)->environment != environment) {
    return mixed(fmt::format("The home folder is for {} and the database was made for {}.",
                             environment_name(environment), environment_name((*made)->environment)));
  }
  return {};
}

/// Money moves by the day, so a wrong clock must not decide it.
Result<void> check_day(Session& session, Environment environment, Date today) {
  if (environment == Environment::test) return {};
  const auto now = database_now(session);
  if (!now) return std::unexpected(now.error());
  const auto day = parse_iso_date(std::string_view{*now}.substr(0, 10));
  require(day.has_value(), "the database's clock gives an ISO day");
  const auto apart = (today > *day ? today - *day : *day - today).count();
  if (apart <= 1) return {};  // One day: the zones of machine and database may differ.
  return std::unexpected(Error{
      .code = "desk.other-day",
      .explanation =
          fmt::format("The day asked for is {}, and the database's clock says {}.", iso_date(today), iso_date(*day)),
      .remedy = "Leave --as-of out: a live environment works on the day it is. Check the clock of this machine if you "
                "did not give one.",
      .kind = ErrorKind::refused});
}

Result<Operator> acting_operator(Session& session, const Tenant& tenant, const std::string& as,
                                 Environment environment) {
  if (!as.empty()) {
    if (auto allowed = check_acting_as(environment); !allowed) return std::unexpected(allowed.error());
    const auto found = find_operator(session, tenant.id, as);
    if (!found) return std::unexpected(found.error());
    if (*found) return (*found)->who;
    return std::unexpected(Error{.code = "desk.unknown-operator",
                                 .explanation = fmt::format("There is no operator named {}.", as),
                                 .remedy = "See `counterfoil operator list`, or add the person with "
                                           "`counterfoil operator add`.",
                                 .kind = ErrorKind::refused});
  }
  const auto user = system_user();
  const auto found = find_operator_of_system_user(session, tenant.id, user);
  if (!found) return std::unexpected(found.error());
  if (*found) return (*found)->who;
  return std::unexpected(Error{
      .code = "desk.unknown-operator",
      .explanation = fmt::format("The system user {} is not mapped to an operator.", user),
      .remedy = fmt::format("An administrator runs: counterfoil operator add NAME --system-user {} --role ROLE", user),
      .kind = ErrorKind::refused});
}

}  // namespace

std::filesystem::path settings_file(const std::filesystem::path& home) { return home / "counterfoil.toml"; }

std::filesystem::path key_file(const std::filesystem::path& home, Environment environment) {
  return home / "keys" / fmt::format("{}.keys", environment_name(environment));
}

std::string system_user() {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return found->pw_name;
  return fmt::format("uid-{}", getuid());
}

Result<std::filesystem::path> home_of(const std::filesystem::path& asked) {
  if (!asked.empty()) return std::filesystem::absolute(asked);
  return home_folder();
}

std::string home_settings_text(const HomeSettings& settings) {
  return fmt::format(
      "# Written once by `counterfoil init`. The environment is part of the keys, the database and every file name:\n"
      "# changing it here only makes every command refuse.\n"
      "environment = \"{}\"\ntenant = \"{}\"\ndatabase = \"{}\"\n",
      environment_name(settings.environment), settings.tenant, settings.database);
}

Result<HomeSettings> read_home_settings(const std::filesystem::path& home) {
  const auto file = settings_file(home);
  std::ifstream stream{file, std::ios::binary};
  if (!stream) {
    return std::unexpected(Error{.code = "desk.no-home",
                                 .explanation = "There is no Counterfoil environment in this folder.",
                                 .remedy = "Run `counterfoil init --environment test` first, or name the right folder "
                                           "with --home or COUNTERFOIL_HOME.",
                                 .place = {.file = home.string()},
                                 .kind = ErrorKind::usage});
  }
  std::ostringstream text;
  text << stream.rdbuf();
  toml::table table;
  try {
    table = toml::parse(text.str(), file.string());
  } catch (const toml::parse_error& fault) {
    return settings_error(file, "The settings of this home cannot be read.", fault.source().begin.line);
  }
  const auto environment = parse_environment(table["environment"].value_or(std::string{}));
  if (!environment) return settings_error(file, "The settings of this home do not say whether it is for test or live.");
  HomeSettings settings{.environment = *environment,
                        .tenant = table["tenant"].value_or(std::string{}),
                        .database = table["database"].value_or(std::string{})};
  if (settings.tenant.empty() || settings.database.empty()) {
    return settings_error(file, "The settings of this home lack the tenant or the database.");
  }
  return settings;
}

Result<Desk> Desk::open(const DeskRequest& request) {
  Desk desk;
  desk.request_ = request;
  auto home = home_of(request.home);
  if (!home) return std::unexpected(home.error());
  desk.home_ = std::move(*home);
  const auto settings = read_home_settings(desk.home_);
  if (!settings) return std::unexpected(settings.error());
  desk.environment_ = settings->environment;
  if (desk.is_test()) arm_kill_points();

  auto sealer = FieldSealer::open(key_file(desk.home_, desk.environment_), desk.environment_);
  if (!sealer) return std::unexpected(sealer.error());
  desk.sealer_ = std::make_unique<FieldSealer>(std::move(*sealer));

  auto address = application_address(desk.home_, *settings, request.database);
  if (!address) return std::unexpected(address.error());
  auto session = Session::open(*address);
  if (!session) return std::unexpected(session.error());
  desk.session_ = std::make_unique<Session>(std::move(*session));

  if (auto sound = check_database(*desk.session_, desk.environment_); !sound) return std::unexpected(sound.error());
  if (auto sound = check_day(*desk.session_, desk.environment_, request.today); !sound) {
    return std::unexpected(sound.error());
  }
  auto tenant = find_tenant(*desk.session_, settings->tenant);
  if (!tenant) return std::unexpected(tenant.error());
  if (!*tenant) {
    return settings_error(settings_file(desk.home_),
                          fmt::format("The database has no tenant \"{}\".", settings->tenant));
  }
  desk.tenant_ = std::move(**tenant);
  auto actor = acting_operator(*desk.session_, desk.tenant_, request.as, desk.environment_);
  if (!actor) return std::unexpected(actor.error());
  desk.actor_ = std::move(*actor);
  return desk;
}

Result<const ModulusTables*> Desk::modulus_tables() {
  if (!has_looked_for_modulus_) {
    auto installed = installed_modulus_tables(home_);
    if (!installed) return std::unexpected(installed.error());
    modulus_ = std::move(*installed);
    has_looked_for_modulus_ = true;
  }
  return modulus_ == nullptr ? nullptr : &modulus_->tables;
}

Result<void> Desk::note(std::string_view action, std::string_view subject_kind, std::string_view subject,
                        std::string_view details) {
  const auto anchor = append_audit(*session_, tenant_.id,
                                   {.actor = actor_.name,
                                    .action = std::string{action},
                                    .subject_kind = std::string{subject_kind},
                                    .subject = std::string{subject},
                                    .details = std::string{details}});
  if (!anchor) return std::unexpected(anchor.error());
  return {};
}

}  // namespace counterfoil
