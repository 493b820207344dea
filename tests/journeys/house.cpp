#include "tests/journeys/house.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace counterfoil::testing {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

nlohmann::json Run::json() const {
  auto parsed = nlohmann::json::parse(out, nullptr, false);
  if (parsed.is_discarded()) ADD_FAILURE() << "not one JSON object: " << out << "\n" << err;
  return parsed;
}

std::vector<nlohmann::json> Run::lines() const {
  std::vector<nlohmann::json> all;
  std::istringstream stream{out};
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) all.push_back(nlohmann::json::parse(line));
  }
  return all;
}

House::House() {
  // Short: the socket's path must fit into 108 bytes.
  auto name = std::string{"/tmp/cf-house-XXXXXX"};
  folder_ = ::mkdtemp(name.data());
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all | std::filesystem::perms::group_exec |
                                            std::filesystem::perms::others_exec);
}

House::~House() {
  (void)run({"db", "stop"});
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Run House::run(std::vector<std::string> words, const std::map<std::string, std::string>& variables) const {
  const auto out = folder_ / "stdout.txt";
  const auto err = folder_ / "stderr.txt";
  words.insert(words.begin(), COUNTERFOIL_PROGRAM);
  words.push_back("--as-of");
  words.push_back(day_);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("COUNTERFOIL_HOME", (folder_ / "home").c_str(), 1);
    ::unsetenv("COUNTERFOIL_KILL_POINT");
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
    ::dup2(::open("/dev/null", O_RDONLY), 0);
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {.exit = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
          .out = contents(out),
          .err = contents(err)};
}

Run House::run_for(std::vector<std::string> words, std::int64_t microseconds) const {
  const auto out = folder_ / "stdout.txt";
  const auto err = folder_ / "stderr.txt";
  words.insert(words.begin(), COUNTERFOIL_PROGRAM);
  words.push_back("--as-of");
  words.push_back(day_);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("COUNTERFOIL_HOME", (folder_ / "home").c_str(), 1);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  std::this_thread::sleep_for(std::chrono::microseconds{microseconds});
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  return {.exit = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
          .out = contents(out),
          .err = contents(err)};
}

void House::write(std::string_view name, std::string_view text) const {
  std::ofstream{path(name), std::ios::binary | std::ios::trunc} << text;
}

std::string House::read(const std::filesystem::path& file) const { return contents(file); }

std::vector<std::filesystem::path> House::files_in(std::string_view folder) const {
  std::vector<std::filesystem::path> files;
  for (const auto& item : std::filesystem::directory_iterator{path(folder)}) {
    if (!item.path().filename().string().starts_with('.')) files.push_back(item.path());
  }
  std::ranges::sort(files);
  return files;
}

void House::make_environment() const {
  std::filesystem::create_directories(path("out"));
  std::filesystem::create_directories(path("in"));
  const auto made = run({"init", "--environment", "test", "--operator", "paula", "--fast-and-unsafe"});
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto anna = run({"operator", "add", "anna", "--role", "approver"});
  ASSERT_EQ(anna.exit, 0) << anna.err;
  const auto otto = run({"operator", "add", "otto", "--role", "releaser", "--role", "approver"});
  ASSERT_EQ(otto.exit, 0) << otto.err;
}

void House::add_creditor(std::string_view label, std::string_view scheme) const {
  const auto file = fmt::format("{}.toml", label);
  write(file, creditor_toml(scheme));
  const auto added = run({"creditor", "add", std::string{label}, "--file", path(file)});
  ASSERT_EQ(added.exit, 0) << added.err;
}

void House::import_flats(std::string_view label, std::string_view scheme, int flats, std::string_view due) const {
  write("payers.csv", payers_csv(flats));
  write("mandates.csv", mandates_csv(scheme, flats));
  write("bills.csv", bills_csv(scheme, flats, due));
  const auto payers = run({"payer", "import", path("payers.csv")});
  ASSERT_EQ(payers.exit, 0) << payers.out << payers.err;
  const auto mandates = run({"mandate", "import", path("mandates.csv"), "--creditor", std::string{label}});
  ASSERT_EQ(mandates.exit, 0) << mandates.out << mandates.err;
  const auto bills = run({"bill", "import", path("bills.csv")});
  ASSERT_EQ(bills.exit, 0) << bills.out << bills.err;
}

void House::approve_bills() const {
  const auto approved = run({"bill", "approve", "--all", "--as", "anna"});
  ASSERT_EQ(approved.exit, 0) << approved.out << approved.err;
}

std::string House::send(const std::string& batch) const {
  const auto sealed = run({"batch", "seal", batch, "--json"});
  EXPECT_EQ(sealed.exit, 0) << sealed.err;
  if (sealed.exit != 0) return {};
  const auto approved = run({"batch", "approve", batch, "--digest", sealed.json().value("sha256", ""), "--as", "anna",
                             "--unusual", "a test"});
  EXPECT_EQ(approved.exit, 0) << approved.err;
  const auto released = run({"batch", "release", batch, "--as", "otto"});
  EXPECT_EQ(released.exit, 0) << released.err;
  const auto sent = run({"batch", "send", batch, "--to", path("out")});
  EXPECT_EQ(sent.exit, 0) << sent.err;
  for (const auto& file : files_in("out")) {
    if (file.string().find(batch) != std::string::npos) return read(file);
  }
  ADD_FAILURE() << "no file of " << batch;
  return {};
}

std::string House::collect(std::string_view label, std::string_view day) const {
  const auto made = run({"batch", "create", "--creditor", std::string{label}, "--collect", std::string{day}, "--json"});
  EXPECT_EQ(made.exit, 0) << made.err;
  if (made.exit != 0) return {};
  const auto batch = made.json().value("batch", "");
  EXPECT_FALSE(batch.empty()) << made.out;
  return send(batch).empty() ? std::string{} : batch;
}

std::string House::broken() const {
  const auto checked = run({"check", "--json"});
  if (checked.exit != 0 && checked.exit != 1) {
    return fmt::format("check ended with {}: {}{}", checked.exit, checked.out, checked.err);
  }
  std::string text;
  const auto answer = checked.json();
  for (const auto& one : answer["invariants"]) {
    if (one["violations"] == 0) continue;
    text += fmt::format("{} {}: {}\n", one["code"].get<std::string>(), one["promise"].get<std::string>(),
                        one["examples"].dump());
  }
  return text;
}

}  // namespace counterfoil::testing
