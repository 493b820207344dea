#include "store/cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "security/digest.hpp"

namespace counterfoil {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view superuser = "counterfoil";
constexpr std::string_view pin_file = "cluster.bin";
// "/.s.PGSQL.5432" after it must stay within the 107 bytes a Unix socket's path may have.
constexpr std::size_t longest_socket_folder = 90;

Error cluster_error(std::string code, std::string explanation, std::string remedy, ErrorKind kind = ErrorKind::failed) {
  return Error{std::move(code), std::move(explanation), std::move(remedy), {}, kind};
}

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

std::string first_line(const fs::path& file) {
  std::ifstream stream{file};
  std::string line;
  std::getline(stream, line);
  return line;
}

// The end of the server's own log, where it says why it did not start.
std::string tail_of(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary | std::ios::ate};
  if (!stream) return {};
  const auto size = static_cast<std::int64_t>(stream.tellg());
  const std::int64_t wanted = std::min<std::int64_t>(size, 4096);
  stream.seekg(size - wanted);
  std::string text(static_cast<std::size_t>(wanted), '\0');
  stream.read(text.data(), wanted);
  return text;
}

bool is_program(const fs::path& file) { return ::access(file.c_str(), X_OK) == 0; }

bool has_server(const fs::path& bin) {
  return is_program(bin / "initdb") && is_program(bin / "pg_ctl") && is_program(bin / "postgres");
}

// Debian keeps each version apart: /usr/lib/postgresql/15/bin. The highest one wins for a new cluster.
fs::path newest_server() {
  fs::path best;
  int best_version = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{"/usr/lib/postgresql", ignored}) {
    const std::string name = entry.path().filename().string();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (version > best_version && has_server(entry.path() / "bin")) {
      best_version = version;
      best = entry.path() / "bin";
    }
  }
  return best;
}

// Whether a user who is neither owner nor root can pass through every folder above and including `folder`.
fs::path first_closed_folder(const fs::path& folder, uid_t uid, gid_t gid) {
  fs::path walked;
  for (const auto& part : folder) {
    walked /= part;
    struct stat status{};
    if (::stat(walked.c_str(), &status) != 0) continue;  // Not made yet.
    const mode_t needed = status.st_uid == uid ? S_IXUSR : status.st_gid == gid ? S_IXGRP : S_IXOTH;
    if ((status.st_mode & needed) == 0) return walked;
  }
  return {};
}

// Keeps two commands from making, starting or stopping the same cluster at once.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& home)
      : handle_{::open((home / "cluster.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)} {
    while (handle_ >= 0 && ::flock(handle_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~FolderLock() {
    if (handle_ >= 0) ::close(handle_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int handle_;
};

std::string conninfo_quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

Result<fs::path> home_folder() {
  if (const auto home = environment_variable("COUNTERFOIL_HOME"); !home.empty()) return fs::absolute(home);
  if (::geteuid() == 0) return fs::path{"/var/lib/counterfoil"};
  if (const auto data = environment_variable("XDG_DATA_HOME"); !data.empty()) return fs::path{data} / "counterfoil";
  if (const auto own = environment_variable("HOME"); !own.empty()) return fs::path{own} / ".local/share/counterfoil";
  return std::unexpected(cluster_error("cluster.no-home", "Nothing says where the data should live.",
                                       "Set COUNTERFOIL_HOME to a folder of yours.", ErrorKind::usage));
}

std::string_view cluster_state_name(ClusterState state) {
  switch (state) {
    case ClusterState::absent:
      return "absent";
    case ClusterState::stopped:
      return "stopped";
    case ClusterState::running:
      return "running";
  }
  return "absent";
}

Result<Cluster> Cluster::at(const fs::path& home) {
  Cluster cluster{fs::absolute(home).lexically_normal()};
  if (auto found = cluster.find_server_user(); !found) return std::unexpected(found.error());
  if (auto found = cluster.find_bin(); !found) return std::unexpected(found.error());
  cluster.socket_folder_ = cluster.home_ / "run";
  if (cluster.socket_folder_.native().size() > longest_socket_folder) {
    const auto name = digest_text(digest_of(cluster.home_.native())).substr(0, 16);
    cluster.socket_folder_ = fs::path{"/tmp"} / ("counterfoil-" + name);
  }
  return cluster;
}

Result<void> Cluster::find_server_user() {
  const auto take = [this](const passwd& user) {
    server_user_ = user.pw_name;
    server_uid_ = user.pw_uid;
    server_gid_ = user.pw_gid;
  };
  if (::geteuid() != 0) {
    const passwd* own = ::getpwuid(::geteuid());
    if (own == nullptr) {
      return std::unexpected(cluster_error("cluster.no-system-user", "The system does not know the user this runs as.",
                                           "Run it as a user with an entry in the user database."));
    }
    take(*own);
    return {};
  }
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = ::getpwnam(name)) {
      take(*user);
      return {};
    }
  }
  return std::unexpected(cluster_error(
      "cluster.no-system-user", "PostgreSQL does not run as root, and there is no user postgres or nobody to run it.",
      "Install the package postgresql-15, or run this as an ordinary user."));
}

Result<void> Cluster::find_bin() {
  if (const auto pinned = first_line(home_ / pin_file); !pinned.empty()) {
    bin_ = pinned;
    return {};
  }
  if (const auto wanted = environment_variable("COUNTERFOIL_PG_BIN"); !wanted.empty()) {
    bin_ = wanted;
  } else {
    bin_ = newest_server();
  }
  return {};
}

bool Cluster::answers() const { return PQping(superuser_address("postgres").connection.c_str()) == PQPING_OK; }

DatabaseAddress Cluster::address(std::string_view database, std::string_view user) const {
  return {fmt::format("host={} port=5432 dbname={} user={} connect_timeout=10 application_name=counterfoil",
                      conninfo_quoted(socket_folder_.native()), conninfo_quoted(database), conninfo_quoted(user)),
          {}};
}

DatabaseAddress Cluster::application_address(std::string_view database) const {
  return address(database, application_role);
}
DatabaseAddress Cluster::owner_address(std::string_view database) const { return address(database, owner_role); }
DatabaseAddress Cluster::superuser_address(std::string_view database) const { return address(database, superuser); }

std::string Cluster::database_name(Environment environment) {
  return environment == Environment::live ? "counterfoil_live" : "counterfoil_test";
}

// Runs one of PostgreSQL's programs as the user the server runs as. Whatever the program or the server it starts says
// goes into the log: an inherited pipe would stay open as long as the server runs.
int Cluster::run_server_program(const char* program, const std::vector<std::string>& arguments) const {
  const std::string path = (bin_ / program).string();
  std::vector<char*> words{const_cast<char*>(path.c_str())};
  for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const int log = ::open(log_file().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const bool drops_root = ::geteuid() == 0;
  if (drops_root && log >= 0 && ::fchown(log, server_uid_, server_gid_) != 0) {
    // The server's own file then says what went wrong; ours stays empty.
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(nothing, 0);
    ::dup2(log >= 0 ? log : nothing, 1);
    ::dup2(log >= 0 ? log : nothing, 2);
    ::close_range(3, ~0U, 0);
    if (drops_root && (::setgroups(0, nullptr) != 0 || ::setgid(server_gid_) != 0 || ::setuid(server_uid_) != 0))
      _exit(126);
    if (::chdir("/") != 0) _exit(126);
    ::umask(0077);
    ::setenv("LC_ALL", "C", 1);
    ::unsetenv("PGOPTIONS");
    ::unsetenv("PGDATA");
    ::execv(path.c_str(), words.data());
    _exit(127);
  }
  if (log >= 0) ::close(log);
  if (nothing >= 0) ::close(nothing);
  if (child < 0) return 126;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

Result<void> Cluster::make_folders() const {
  std::error_code failure;
  const bool is_root = ::geteuid() == 0;
  if (!fs::exists(home_)) {
    fs::create_directories(home_, failure);
    // The server's user has to pass through it; what is secret in it has its own permissions.
    if (!failure) ::chmod(home_.c_str(), is_root ? 0711 : 0700);
  }
  if (failure) {
    return std::unexpected(cluster_error(
        "cluster.no-folder", fmt::format("The folder {} could not be made: {}.", home_.string(), failure.message()),
        "Set COUNTERFOIL_HOME to a folder you may write to."));
  }
  if (is_root) {
    if (const auto closed = first_closed_folder(home_, server_uid_, server_gid_); !closed.empty()) {
      return std::unexpected(cluster_error(
          "cluster.not-traversable",
          fmt::format("The database runs as {}, and that user cannot pass through {}.", server_user_, closed.string()),
          fmt::format("Run `chmod o+x {}`, or set COUNTERFOIL_HOME to a folder such as /var/lib/counterfoil.",
                      closed.string()),
          ErrorKind::usage));
    }
  }
  if (::mkdir(socket_folder_.c_str(), 0700) == 0) {
    if (is_root && ::chown(socket_folder_.c_str(), server_uid_, server_gid_) != 0)
      failure = std::error_code{errno, std::generic_category()};
  }
  // A folder of somebody else in a place everybody may write to would hand our connections to them.
  struct stat status{};
  if (::lstat(socket_folder_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != server_uid_ ||
      (status.st_mode & 0077U) != 0) {
    return std::unexpected(
        cluster_error("cluster.socket-folder",
                      fmt::format("The folder {} for the database's socket does not belong to {} alone.",
                                  socket_folder_.string(), server_user_),
                      "Remove it if it is yours, or set COUNTERFOIL_HOME to a shorter path.", ErrorKind::refused));
  }
  return {};
}

Result<void> Cluster::write_configuration(const fs::path& data, const ClusterOptions& options) const {
  std::string settings = fmt::format(
      "\n# Written by counterfoil.\n"
      "listen_addresses = ''\n"
      "unix_socket_directories = {}\n"
      "unix_socket_permissions = 0700\n"
      "timezone = 'UTC'\n"
      "jit = off\n"
      "max_parallel_workers_per_gather = 0\n"
      "shared_buffers = 128MB\n"
      "work_mem = 48MB\n"
      "maintenance_work_mem = 128MB\n"
      "max_wal_size = 4GB\n"
      "checkpoint_completion_target = 0.9\n"
      "default_statistics_target = 100\n"
      // A log must not hold values of rows.
      "log_error_verbosity = terse\n"
      "log_min_error_statement = panic\n"
      "log_parameter_max_length_on_error = 0\n"
      "log_statement = 'none'\n",
      conninfo_quoted(socket_folder_.native()));
  if (options.for_tests) {
    settings += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n";
  }
  std::string users;
  std::vector<std::string> names{server_user_, "root"};
  if (const passwd* own = ::getpwuid(::geteuid())) names.emplace_back(own->pw_name);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const auto& name : names) {
    for (const auto role : {superuser, owner_role, application_role})
      users += fmt::format("own \"{}\" {}\n", name, role);
  }
  const auto write = [&](const char* name, std::string_view text, std::ios::openmode mode) {
    std::ofstream stream{data / name, std::ios::binary | mode};
    stream << text;
    stream.flush();
    return stream.good();
  };
  if (write("postgresql.conf", settings, std::ios::app) &&
      write("pg_hba.conf", "local all all peer map=own\n", std::ios::trunc) &&
      write("pg_ident.conf", users, std::ios::trunc)) {
    return {};
  }
  return std::unexpected(cluster_error("cluster.no-configuration",
                                       "The configuration of the database could not be written.",
                                       "Check that the disk has room."));
}

Result<void> Cluster::initialise(const ClusterOptions& options) const {
  if (!has_server(bin_)) {
    return std::unexpected(cluster_error(
        "cluster.no-server", "PostgreSQL's server programs are not installed.",
        "Install the package postgresql-15, or name their folder in COUNTERFOIL_PG_BIN.", ErrorKind::usage));
  }
  // Made aside and renamed when it is whole: a folder "cluster" is always a complete cluster.
  // The name is this process's own: an initdb whose parent was killed may still be writing into that of another.
  const fs::path part = home_ / fmt::format("cluster.part-{}", ::getpid());
  std::error_code failure;
  for (const auto& item : fs::directory_iterator{home_, failure}) {
    std::error_code ignored;
    if (item.path().filename().string().starts_with("cluster.part")) fs::remove_all(item.path(), ignored);
  }
  if (::mkdir(part.c_str(), 0700) != 0 || (::geteuid() == 0 && ::chown(part.c_str(), server_uid_, server_gid_) != 0)) {
    return std::unexpected(cluster_error(
        "cluster.no-folder", fmt::format("The folder {} could not be made: {}.", part.string(), std::strerror(errno)),
        "Check that the folder above it belongs to you."));
  }
  std::vector<std::string> arguments{"-D",   part.string(), "-U", std::string{superuser}, "-A", "peer", "-E",
                                     "UTF8", "--locale=C",  "-k", "--no-instructions"};
  if (options.for_tests) arguments.emplace_back("--no-sync");
  if (run_server_program("initdb", arguments) != 0) {
    return std::unexpected(cluster_error("cluster.initdb-failed", "PostgreSQL could not make its data folder.",
                                         fmt::format("Look at the end of {}.", log_file().string())));
  }
  if (auto written = write_configuration(part, options); !written) return written;
  if (::rename(part.c_str(), data_folder().c_str()) != 0) {
    return std::unexpected(cluster_error("cluster.no-folder", "The new database could not be put in its place.",
                                         "Check the permissions of the home folder."));
  }
  std::ofstream pin{home_ / pin_file};
  pin << bin_.string() << '\n';
  return {};
}

Result<void> Cluster::create_roles() const {
  auto session = Session::open(superuser_address("postgres"));
  if (!session) return std::unexpected(session.error());
  return session->run_script(fmt::format(R"(
do $$
begin
  if not exists (select 1 from pg_roles where rolname = '{0}') then create role {0} login; end if;
  if not exists (select 1 from pg_roles where rolname = '{1}') then create role {1} login; end if;
end
$$;)",
                                         owner_role, application_role));
}

Result<void> Cluster::create(const ClusterOptions& options) {
  if (auto made = make_folders(); !made) return made;
  const FolderLock lock{home_};
  if (!fs::exists(data_folder())) {
    if (auto made = initialise(options); !made) return made;
  }
  if (auto started = start_locked(); !started) return started;
  return create_roles();
}

Result<void> Cluster::start() {
  if (!fs::exists(data_folder())) {
    return std::unexpected(cluster_error("cluster.absent",
                                         fmt::format("There is no database in {} yet.", home_.string()),
                                         "Run `counterfoil init`.", ErrorKind::usage));
  }
  if (auto made = make_folders(); !made) return made;
  const FolderLock lock{home_};
  return start_locked();
}

Result<void> Cluster::start_locked() {
  if (answers()) return {};
  const std::string version = first_line(data_folder() / "PG_VERSION");
  if (version.empty()) {
    return std::unexpected(cluster_error("cluster.not-yours",
                                         fmt::format("The database in {} belongs to another user.", home_.string()),
                                         "Run this as the user who made it.", ErrorKind::refused));
  }
  if (!has_server(bin_)) bin_ = fs::path{"/usr/lib/postgresql"} / version / "bin";
  if (!has_server(bin_) || bin_.parent_path().filename() != version) {
    return std::unexpected(
        cluster_error("cluster.other-version",
                      fmt::format("The database was made by PostgreSQL {}, whose programs are not here.", version),
                      fmt::format("Install the package postgresql-{}.", version), ErrorKind::usage));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{15};
  while (true) {
    const int code = run_server_program(
        "pg_ctl",
        {"-D", data_folder().string(), "-l", (data_folder() / "server.log").string(), "-w", "-t", "60", "-s", "start"});
    if (code == 0 || answers()) return {};
    // A server killed a moment ago holds its lock file until the system has buried it. The file is never removed by
    // hand.
    const bool is_dying = tail_of(data_folder() / "server.log").find("postmaster.pid") != std::string::npos;
    if (!is_dying || std::chrono::steady_clock::now() > deadline) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
  return std::unexpected(cluster_error("cluster.start-failed", "The database did not start.",
                                       fmt::format("Look at the end of {}.", (data_folder() / "server.log").string()),
                                       ErrorKind::temporary));
}

Result<void> Cluster::stop(bool immediate) {
  if (!fs::exists(data_folder())) return {};
  const FolderLock lock{home_};
  if (!answers() && !fs::exists(data_folder() / "postmaster.pid")) return {};
  const int code = run_server_program(
      "pg_ctl", {"-D", data_folder().string(), "-m", immediate ? "immediate" : "fast", "-w", "-t", "60", "-s", "stop"});
  if (code == 0 || !answers()) return {};
  return std::unexpected(cluster_error("cluster.stop-failed", "The database did not stop.",
                                       fmt::format("Look at the end of {}.", (data_folder() / "server.log").string()),
                                       ErrorKind::temporary));
}

Result<ClusterStatus> Cluster::status() const {
  ClusterStatus status{.state = ClusterState::absent,
                       .data = data_folder(),
                       .socket_folder = socket_folder_,
                       .bin = bin_,
                       .log = data_folder() / "server.log",
                       .server_user = server_user_,
                       .major_version = first_line(data_folder() / "PG_VERSION"),
                       .process = std::nullopt,
                       .data_checksums = std::nullopt};
  std::error_code ignored;
  if (!fs::exists(data_folder(), ignored)) return status;
  status.state = ClusterState::stopped;
  if (!answers()) return status;
  status.state = ClusterState::running;
  const std::string process = first_line(data_folder() / "postmaster.pid");
  std::int64_t number = 0;
  if (std::from_chars(process.data(), process.data() + process.size(), number).ec == std::errc{})
    status.process = number;
  auto session = Session::open(superuser_address("postgres"));
  if (!session) return std::unexpected(session.error());
  auto checksums = session->first_row<std::string>("show data_checksums");
  if (!checksums) return std::unexpected(checksums.error());
  if (*checksums) status.data_checksums = std::get<0>(**checksums) == "on";
  return status;
}

Result<bool> Cluster::has_database(std::string_view database) const {
  auto session = Session::open(superuser_address("postgres"));
  if (!session) return std::unexpected(session.error());
  auto row = session->first_row<std::int32_t>("select 1 from pg_database where datname = :name", {{"name", database}});
  if (!row) return std::unexpected(row.error());
  return row->has_value();
}

Result<void> Cluster::create_database(std::string_view database, std::string_view template_database) {
  auto exists = has_database(database);
  if (!exists) return std::unexpected(exists.error());
  if (*exists) return {};
  auto session = Session::open(superuser_address("postgres"));
  if (!session) return std::unexpected(session.error());
  std::string sql = fmt::format("create database \"{}\" owner {}", database, owner_role);
  if (!template_database.empty()) sql += fmt::format(" template \"{}\"", template_database);
  auto made = session->run_script(sql);
  if (!made && made.error().code != "store.already") return made;
  return {};
}

Result<void> Cluster::drop_database(std::string_view database) {
  auto session = Session::open(superuser_address("postgres"));
  if (!session) return std::unexpected(session.error());
  return session->run_script(fmt::format("drop database if exists \"{}\" with (force)", database));
}

DatabaseAddress application_address_of_url(std::string_view url) {
  return {std::string{url}, std::string{application_role}};
}
DatabaseAddress owner_address_of_url(std::string_view url) { return {std::string{url}, std::string{owner_role}}; }

}  // namespace counterfoil
