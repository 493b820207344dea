// Where an operation is done: which home and environment, which database and tenant, who acts, and what day it is.
// Opened once a command; every operation takes it first.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "apps/operations/kill_point.hpp"
#include "apps/operations/modulus_tables.hpp"
#include "billing/batch.hpp"
#include "core/catalogue.hpp"
#include "core/date.hpp"
#include "core/result.hpp"
#include "security/permission.hpp"
#include "store/audit.hpp"
#include "store/scope.hpp"
#include "store/tenants.hpp"

namespace counterfoil {

/// Told how far a long operation is. `total` is 0 where it is not known.
using Progress = std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)>;

/// What a command line, a script or a workbench says about where it wants to work.
struct DeskRequest {
  std::filesystem::path home;  // Empty: by the rules of store/cluster.hpp.
  std::string database;        // A postgresql:// address that must be the one of the home; empty: the home's own.
  std::string as;              // Another operator; a test environment only.
  Date today{};
  bool dry_run = false;  // Everything is done in a transaction that is rolled back.
  Progress progress = {};
};

/// What `init` wrote into HOME/counterfoil.toml.
struct HomeSettings {
  Environment environment = Environment::test;
  std::string tenant;    // Its label.
  std::string database;  // "private", or a postgresql:// address.
};

[[nodiscard]] std::filesystem::path settings_file(const std::filesystem::path& home);
[[nodiscard]] std::filesystem::path key_file(const std::filesystem::path& home, Environment environment);
/// Fails with "desk.no-home" when `init` was never run there, or "desk.settings" with the place.
[[nodiscard]] Result<HomeSettings> read_home_settings(const std::filesystem::path& home);
[[nodiscard]] std::string home_settings_text(const HomeSettings& settings);
/// The folder asked for, or the one of the rules. Empty `asked`: by the rules.
[[nodiscard]] Result<std::filesystem::path> home_of(const std::filesystem::path& asked);
/// The operating-system user this process works for.
[[nodiscard]] std::string system_user();

class Desk {
 public:
  /// Reads the settings, starts the private cluster where there is one, connects as the application role and finds out
  /// who acts. Refuses every pairing of test and live: settings, keys and database must be of one environment
  /// ("desk.environment-mixed"). "desk.not-migrated" names the command that helps; "desk.unknown-operator" says how to
  /// become one; a day that is not that of the database's clock is refused in a live environment ("desk.other-day").
  [[nodiscard]] static Result<Desk> open(const DeskRequest& request);

  Desk(Desk&&) noexcept = default;
  Desk& operator=(Desk&&) noexcept = default;

  [[nodiscard]] Scope scope() { return {*session_, tenant_.id, *sealer_}; }
  [[nodiscard]] Session& session() { return *session_; }
  [[nodiscard]] const FieldSealer& sealer() const { return *sealer_; }
  [[nodiscard]] const Tenant& tenant() const { return tenant_; }
  [[nodiscard]] const Operator& actor() const { return actor_; }
  [[nodiscard]] Environment environment() const { return environment_; }
  [[nodiscard]] bool is_test() const { return environment_ == Environment::test; }
  [[nodiscard]] Date today() const { return request_.today; }
  [[nodiscard]] bool dry_run() const { return request_.dry_run; }
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] const Catalogue& catalogue() const { return Catalogue::built_in(); }

  /// The weight tables for British accounts that are installed here; null where none are. Read once.
  [[nodiscard]] Result<const ModulusTables*> modulus_tables();

  /// Whether the acting operator's roles allow it.
  [[nodiscard]] Result<void> may(Action action) const { return check_permission(actor_, action, environment_); }

  /// Appends to the audit trail in the open transaction. Last in every operation.
  [[nodiscard]] Result<void> note(std::string_view action, std::string_view subject_kind, std::string_view subject,
                                  std::string_view details);

  void tell(std::string_view what, std::uint64_t done, std::uint64_t total) const {
    if (request_.progress) request_.progress(what, done, total);
  }

 private:
  Desk() = default;

  DeskRequest request_;
  std::filesystem::path home_;
  Environment environment_ = Environment::test;
  std::unique_ptr<Session> session_;
  std::unique_ptr<FieldSealer> sealer_;
  Tenant tenant_;
  Operator actor_;
  bool has_looked_for_modulus_ = false;
  std::unique_ptr<const InstalledModulusTables> modulus_;
};

/// One operation as one transaction: `work` answers a Result; an Error rolls everything back, and so does a dry run.
/// `name` is the operation's, for the kill points NAME.before-commit and NAME.after-commit.
template <std::invocable Work>
[[nodiscard]] std::invoke_result_t<Work> in_one_transaction(Desk& desk, std::string_view name, Work&& work) {
  auto transaction = desk.session().begin();
  if (!transaction) return std::unexpected(transaction.error());
  auto result = std::forward<Work>(work)();
  if (!result || desk.dry_run()) return result;
  kill_point(std::string{name} + ".before-commit");
  if (auto committed = transaction->commit(); !committed) return std::unexpected(committed.error());
  kill_point(std::string{name} + ".after-commit");
  return result;
}

}  // namespace counterfoil
