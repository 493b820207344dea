// The private PostgreSQL cluster: made, started and stopped by the program, reached through a Unix socket alone.
//
// It lives in the home folder: COUNTERFOIL_HOME, else $XDG_DATA_HOME/counterfoil, else ~/.local/share/counterfoil; for
// root, whose own folder no other user may enter, /var/lib/counterfoil. PostgreSQL refuses to run as root, so a root
// process runs it as the system user "postgres" (else "nobody") and connects through the peer map.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "security/environment.hpp"
#include "store/session.hpp"

namespace counterfoil {

/// The home folder by the rules above; it need not exist. "cluster.no-home" when nothing names one.
[[nodiscard]] Result<std::filesystem::path> home_folder();

enum class ClusterState : std::uint8_t { absent, stopped, running };

[[nodiscard]] std::string_view cluster_state_name(ClusterState state);

struct ClusterStatus {
  ClusterState state = ClusterState::absent;
  std::filesystem::path data;
  std::filesystem::path socket_folder;
  std::filesystem::path bin;  // The PostgreSQL programs this cluster belongs to.
  std::filesystem::path log;
  std::string server_user;    // Who runs the server.
  std::string major_version;  // "15".
  std::optional<std::int64_t> process;
  std::optional<bool> data_checksums;  // Known while it runs.
};

struct ClusterOptions {
  bool for_tests = false;  // No syncing at all: fast, and a power cut may ruin it.
};

class Cluster {
 public:
  /// The cluster of a home folder, whether it exists or not.
  [[nodiscard]] static Result<Cluster> at(const std::filesystem::path& home);

  /// Makes the cluster with data checksums and both roles, and leaves it running. Done already: it is only started.
  /// "cluster.no-server", "cluster.not-traversable", "cluster.no-system-user", "cluster.initdb-failed".
  [[nodiscard]] Result<void> create(const ClusterOptions& options = {});

  /// Starts it and waits until it answers. Running already: nothing happens. Waits out a server that is just dying.
  /// "cluster.absent", "cluster.other-version", "cluster.start-failed".
  [[nodiscard]] Result<void> start();

  /// Stops it and waits. Stopped already: nothing happens. `immediate` ends it as a crash would.
  [[nodiscard]] Result<void> stop(bool immediate = false);

  [[nodiscard]] Result<ClusterStatus> status() const;

  /// "counterfoil_test" or "counterfoil_live".
  [[nodiscard]] static std::string database_name(Environment environment);

  [[nodiscard]] DatabaseAddress application_address(std::string_view database) const;
  [[nodiscard]] DatabaseAddress owner_address(std::string_view database) const;
  /// The cluster's own superuser; for making databases.
  [[nodiscard]] DatabaseAddress superuser_address(std::string_view database) const;

  /// Makes an empty database that belongs to the owner role, or a copy of `template_database`. Exists: nothing happens.
  [[nodiscard]] Result<void> create_database(std::string_view database, std::string_view template_database = {});
  [[nodiscard]] Result<bool> has_database(std::string_view database) const;
  [[nodiscard]] Result<void> drop_database(std::string_view database);

  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] std::filesystem::path data_folder() const { return home_ / "cluster"; }

 private:
  explicit Cluster(std::filesystem::path home) : home_{std::move(home)} {}
  [[nodiscard]] Result<void> find_server_user();
  [[nodiscard]] Result<void> find_bin();
  [[nodiscard]] Result<void> make_folders() const;
  [[nodiscard]] Result<void> initialise(const ClusterOptions& options) const;
  [[nodiscard]] Result<void> write_configuration(const std::filesystem::path& data,
                                                 const ClusterOptions& options) const;
  [[nodiscard]] Result<void> create_roles() const;
  [[nodiscard]] Result<void> start_locked();
  [[nodiscard]] int run_server_program(const char* program, const std::vector<std::string>& arguments) const;
  [[nodiscard]] bool answers() const;
  [[nodiscard]] DatabaseAddress address(std::string_view database, std::string_view user) const;
  [[nodiscard]] std::filesystem::path log_file() const { return home_ / "cluster.log"; }

  std::filesystem::path home_;
  std::filesystem::path socket_folder_;
  std::filesystem::path bin_;
  std::string server_user_;
  std::uint32_t server_uid_ = 0;
  std::uint32_t server_gid_ = 0;
};

/// The two addresses for a server the user names with --database. Both roles must exist there and be granted to the
/// user who connects; `doctor` says how.
[[nodiscard]] DatabaseAddress application_address_of_url(std::string_view url);
[[nodiscard]] DatabaseAddress owner_address_of_url(std::string_view url);

}  // namespace counterfoil
