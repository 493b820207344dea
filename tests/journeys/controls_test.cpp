// What must be refused, and what must change nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "store/cluster.hpp"
#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

/// A SEPA house with a sealed batch.
struct Sealed {
  House house;
  std::string batch, digest;

  Sealed() {
    house.make_environment();
    house.add_creditor("sepa", "iso20022");
    house.import_flats("sepa", "iso20022", 10, "2026-12-01");
    house.approve_bills();
    batch = house.run({"batch", "create", "--creditor", "sepa", "--collect", "2026-12-01", "--json"})
                .json()
                .value("batch", "");
    digest = house.run({"batch", "seal", batch, "--json"}).json().value("sha256", "");
  }
  void release() const {
    ASSERT_EQ(house.run({"batch", "approve", batch, "--digest", digest, "--as", "anna"}).exit, 0);
    ASSERT_EQ(house.run({"batch", "release", batch, "--as", "otto"}).exit, 0);
  }
};

TEST(FourEyes, RefuseToApproveOnesOwnWork) {
  House house;
  house.make_environment();
  house.add_creditor("sepa", "iso20022");
  ASSERT_EQ(house.run({"operator", "roles", "paula", "--grant", "approver", "--grant", "releaser"}).exit, 0);
  house.import_flats("sepa", "iso20022", 3, "2026-12-01");
  const auto own = house.run({"bill", "approve", "2026-11-S0001"});
  EXPECT_EQ(own.exit, 4) << own.err;
  EXPECT_NE(own.err.find("next"), std::string::npos) << "a refusal says what to do";
  const auto all = house.run({"bill", "approve", "--all"});
  EXPECT_EQ(all.exit, 3);
  EXPECT_EQ(house.run({"bill", "list", "--state", "approved", "--json"}).lines().size(), 0U);
  house.approve_bills();

  const auto batch = house.run({"batch", "create", "--creditor", "sepa", "--collect", "2026-12-01", "--json"})
                         .json()["batch"]
                         .get<std::string>();
  const auto digest = house.run({"batch", "seal", batch, "--json"}).json()["sha256"].get<std::string>();
  EXPECT_EQ(house.run({"batch", "approve", batch, "--digest", digest}).exit, 4);
  ASSERT_EQ(house.run({"batch", "approve", batch, "--digest", digest, "--as", "anna"}).exit, 0);
  EXPECT_EQ(house.run({"batch", "release", batch}).exit, 4);
  EXPECT_EQ(house.run({"batch", "release", batch, "--as", "anna"}).exit, 4) << "anna may not release at all";
  EXPECT_EQ(house.run({"batch", "release", batch, "--as", "otto"}).exit, 0);
  EXPECT_EQ(house.broken(), "");
}

TEST(Approval, IsForOneDigestOnly) {
  const Sealed sealed;
  auto other = sealed.digest;
  other[0] = other[0] == 'a' ? 'b' : 'a';
  EXPECT_EQ(sealed.house.run({"batch", "approve", sealed.batch, "--digest", other, "--as", "anna"}).exit, 4);
  EXPECT_EQ(
      sealed.house.run({"batch", "approve", sealed.batch, "--digest", sealed.digest.substr(0, 8), "--as", "anna"}).exit,
      4);
  EXPECT_EQ(
      sealed.house.run({"batch", "approve", sealed.batch, "--digest", sealed.digest.substr(0, 16), "--as", "anna"})
          .exit,
      0);
}

TEST(Repeats, AreAlreadyDoneAndEndWithZero) {
  const Sealed sealed;
  const auto& house = sealed.house;
  const auto created = house.run({"batch", "create", "--creditor", "sepa", "--collect", "2026-12-01", "--json"});
  EXPECT_EQ(created.exit, 0);
  const auto sealed_again = house.run({"batch", "seal", sealed.batch, "--json"});
  EXPECT_EQ(sealed_again.exit, 0);
  EXPECT_EQ(sealed_again.json()["sha256"], sealed.digest);
  sealed.release();
  EXPECT_EQ(house.run({"batch", "approve", sealed.batch, "--digest", sealed.digest, "--as", "anna"}).exit, 0);
  EXPECT_EQ(house.run({"batch", "release", sealed.batch, "--as", "otto"}).exit, 0);
  ASSERT_EQ(house.run({"batch", "send", sealed.batch, "--to", house.path("out")}).exit, 0);
  const auto file = house.files_in("out").front();
  const auto bytes = house.read(file);
  std::filesystem::remove(file);
  const auto again = house.run({"batch", "send", sealed.batch, "--to", house.path("out"), "--json"});
  EXPECT_EQ(again.exit, 0);
  EXPECT_TRUE(again.json()["already"].get<bool>());
  EXPECT_TRUE(house.files_in("out").empty()) << "a repeat sends nothing";
  ASSERT_EQ(house.run({"batch", "send", sealed.batch, "--to", house.path("out"), "--again"}).exit, 0);
  ASSERT_EQ(house.files_in("out").size(), 1U);
  EXPECT_EQ(house.files_in("out").front(), file);
  EXPECT_EQ(house.read(file), bytes) << "a second sending has the same bytes under the same name";
  const auto payers = house.run({"payer", "import", house.path("payers.csv"), "--json"});
  EXPECT_EQ(payers.exit, 0);
  EXPECT_TRUE(payers.json()["already"].get<bool>());
  EXPECT_EQ(house.broken(), "");
}

TEST(Send, NeverPutsAnotherFileUnderANameInUse) {
  const Sealed sealed;
  sealed.release();
  const auto name = sealed.house.run({"batch", "show", sealed.batch, "--json"}).json()["file"].get<std::string>();
  sealed.house.write("out/" + name, "something else");
  const auto sent = sealed.house.run({"batch", "send", sealed.batch, "--to", sealed.house.path("out")});
  EXPECT_EQ(sent.exit, 6) << sent.err;
  EXPECT_EQ(sealed.house.read(sealed.house.path("out/" + name)), "something else");
}

TEST(Send, AsksAPersonWhenTheFileWasTakenAwayMeanwhile) {
  const Sealed sealed;
  sealed.release();
  const auto& house = sealed.house;
  house.write("out/.counterfoil-channel", "test\n");
  const std::vector<std::string> send{"batch", "send", sealed.batch, "--to", house.path("out")};
  ASSERT_EQ(house.run(send, {{"COUNTERFOIL_KILL_POINT", "publish.after-rename"}}).exit, 128 + 9);
  ASSERT_EQ(house.files_in("out").size(), 1U);
  std::filesystem::remove(house.files_in("out").front());  // A script carried it to the bank.
  const auto again = house.run(send);
  EXPECT_EQ(again.exit, 7) << again.out << again.err;
  EXPECT_TRUE(house.files_in("out").empty()) << "nothing is sent twice";
  EXPECT_EQ(house.run({"batch", "void", sealed.batch, "--why", "test", "--confirm", sealed.batch}).exit, 4);
  EXPECT_EQ(house.run({"batch", "send", sealed.batch, "--was-sent"}).exit, 0);
  EXPECT_EQ(house.run(send).exit, 0) << "now it is known";
  EXPECT_TRUE(house.files_in("out").empty());
  EXPECT_EQ(house.broken(), "");
}

TEST(Environments, DoNotMix) {
  House house;
  house.make_environment();
  const auto other = house.run({"init", "--environment", "live", "--operator", "paula"});
  EXPECT_EQ(other.exit, 4) << other.err;
  // Somebody edits the settings, or copies the keys of the other environment.
  const auto settings = house.path("home/counterfoil.toml");
  const auto kept = house.read(settings);
  auto live = kept;
  live.replace(live.find("\"test\""), 6, "\"live\"");
  std::ofstream{settings, std::ios::trunc} << live;
  EXPECT_EQ(house.run({"status"}).exit, 4) << "there are no live keys";
  std::filesystem::copy_file(house.path("home/keys/test.keys"), house.path("home/keys/live.keys"));
  EXPECT_EQ(house.run({"status"}).exit, 4) << "test keys open nothing live";
  std::ofstream{settings, std::ios::trunc} << kept;
  EXPECT_EQ(house.run({"status"}).exit, 0);
  // A channel that carries live files takes none of a test.
  house.write("out/.counterfoil-channel", "live\n");
  const auto label = "sepa";
  house.add_creditor(label, "iso20022");
  house.import_flats(label, "iso20022", 3, "2026-12-01");
  house.approve_bills();
  const auto batch = house.run({"batch", "create", "--creditor", label, "--collect", "2026-12-01", "--json"})
                         .json()["batch"]
                         .get<std::string>();
  const auto digest = house.run({"batch", "seal", batch, "--json"}).json()["sha256"].get<std::string>();
  ASSERT_EQ(house.run({"batch", "approve", batch, "--digest", digest, "--as", "anna"}).exit, 0);
  ASSERT_EQ(house.run({"batch", "release", batch, "--as", "otto"}).exit, 0);
  EXPECT_EQ(house.run({"batch", "send", batch, "--to", house.path("out")}).exit, 4);
}

TEST(Tampering, StopsTheRelease) {
  const Sealed sealed;
  const auto& house = sealed.house;
  ASSERT_EQ(house.run({"batch", "approve", sealed.batch, "--digest", sealed.digest, "--as", "anna"}).exit, 0);
  // Only the owner of the server can get past the guards; a byte of the sealed file is then changed.
  auto cluster = Cluster::at(house.path("home"));
  ASSERT_TRUE(cluster);
  auto session = Session::open(cluster->superuser_address(Cluster::database_name(Environment::test)));
  ASSERT_TRUE(session);
  ASSERT_TRUE(
      session->run_script("alter table sealed_file_chunk disable trigger all;"
                          "update sealed_file_chunk set bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1);"
                          "alter table sealed_file_chunk enable trigger all;"));
  const auto released = house.run({"batch", "release", sealed.batch, "--as", "otto"});
  EXPECT_EQ(released.exit, 4) << released.out << released.err;
  EXPECT_NE(house.broken(), "") << "the check sees it too";
}

TEST(Ingest, TakesTheSameBytesOnceWhateverTheirName) {
  const Sealed sealed;
  sealed.release();
  const auto& house = sealed.house;
  ASSERT_EQ(house.run({"batch", "send", sealed.batch, "--to", house.path("out")}).exit, 0);
  ASSERT_EQ(house.run({"sim", "bank", sealed.batch, "--to", house.path("in"), "--seed", "1"}).exit, 0);
  const auto files = house.files_in("in");
  ASSERT_GE(files.size(), 2U);
  // Eight processes at the same moment, half of them under another name.
  const auto copy = house.path("renamed.xml");
  std::filesystem::copy_file(files[1], copy);
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("COUNTERFOIL_HOME", house.path("home").c_str(), 1);
      const auto path = i % 2 == 0 ? files[1] : copy;
      const auto log = house.path(fmt::format("race-{}.txt", i));
      if (::freopen(log.c_str(), "w", stdout) == nullptr || ::freopen("/dev/null", "w", stderr) == nullptr)
        ::_exit(126);
      ::execl(COUNTERFOIL_PROGRAM, COUNTERFOIL_PROGRAM, "ingest", path.c_str(), "--json", "--as-of", "2026-12-02",
              nullptr);
      ::_exit(127);
    }
    children.push_back(child);
  }
  int fresh = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    int status = 0;
    ::waitpid(children[i], &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_TRUE(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3) << WEXITSTATUS(status);
    const auto answer = nlohmann::json::parse(house.read(house.path(fmt::format("race-{}.txt", i))));
    if (!answer["already"].get<bool>()) ++fresh;
  }
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(house.broken(), "");
}

TEST(Ingest, AccountsForEveryLineAndRefusesWhatIsCutShort) {
  House house;
  house.make_environment();
  house.add_creditor("ach", "nacha");
  house.import_flats("ach", "nacha", 30, "2026-12-01");
  house.approve_bills();
  const auto batch = house.collect("ach", "2026-12-01");
  ASSERT_EQ(
      house
          .run({"sim", "bank", batch, "--to", house.path("in"), "--seed", "2", "--returned", "200", "--corrected", "0"})
          .exit,
      0);
  const auto returns = house.files_in("in").front();
  const auto bytes = house.read(returns);
  house.write("short.ach", bytes.substr(0, bytes.size() / 2));
  const auto cut = house.run({"ingest", house.path("short.ach"), "--json"});
  EXPECT_EQ(cut.exit, 5) << cut.out;
  EXPECT_EQ(cut.json()["posted"], 0);
  EXPECT_EQ(house.run({"batch", "show", batch, "--json"}).json()["state"], "sent");
  house.set_day("2026-12-03");
  const auto whole = house.run({"ingest", returns, "--json"});
  EXPECT_TRUE(whole.exit == 0 || whole.exit == 3) << whole.out << whole.err;
  const auto answer = whole.json();
  EXPECT_EQ(answer["entries"].get<int>(), answer["posted"].get<int>() + answer["exceptions"].get<int>());
  EXPECT_EQ(house.broken(), "");
}

TEST(Import, TellsEveryBadRowWithItsPlaceAndKeepsTheGoodOnesOnRequest) {
  House house;
  house.make_environment();
  house.write("payers.csv",
              "number,name,country\nF-1,Good Payer,DE\n,Nameless Number,DE\nF-3,,DE\nF-4,Wrong Country,D1\n");
  const auto refused = house.run({"payer", "import", house.path("payers.csv"), "--json"});
  EXPECT_EQ(refused.exit, 5);
  const auto answer = refused.json();
  EXPECT_EQ(answer["bad"], 3);
  ASSERT_EQ(answer["findings"].size(), 3U);
  EXPECT_EQ(answer["findings"][0]["line"], 3);
  EXPECT_EQ(answer["findings"][2]["column"], 19) << answer;
  EXPECT_TRUE(house.run({"payer", "list", "--json"}).lines().empty());
  const auto kept =
      house.run({"payer", "import", house.path("payers.csv"), "--keep-good", "--errors", house.path("bad.csv")});
  EXPECT_EQ(kept.exit, 3) << kept.err;
  EXPECT_EQ(house.run({"payer", "list", "--json"}).lines().size(), 1U);
  const auto errors = house.read(house.path("bad.csv"));
  EXPECT_EQ(std::ranges::count(errors, '\n'), 4);
  EXPECT_NE(errors.find("F-4"), std::string::npos);
}

TEST(Database, LostInMidWorkIsTemporaryAndTheSameCommandFinishes) {
  House house;
  house.make_environment();
  house.add_creditor("sepa", "iso20022");
  house.import_flats("sepa", "iso20022", 400, "2026-12-01");
  house.approve_bills();
  const auto batch = house.run({"batch", "create", "--creditor", "sepa", "--collect", "2026-12-01", "--json"})
                         .json()["batch"]
                         .get<std::string>();
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("COUNTERFOIL_HOME", house.path("home").c_str(), 1);
    ::setenv("COUNTERFOIL_PAUSE_POINT", "batch-seal.after-write", 1);
    if (::freopen("/dev/null", "w", stdout) == nullptr ||
        ::freopen(house.path("lost.txt").c_str(), "w", stderr) == nullptr)
      ::_exit(126);
    ::execl(COUNTERFOIL_PROGRAM, COUNTERFOIL_PROGRAM, "batch", "seal", batch.c_str(), "--as-of", "2026-11-24", nullptr);
    ::_exit(127);
  }
  ::usleep(1'500'000);  // It waits at the point for five seconds.
  ASSERT_EQ(house.run({"db", "stop"}).exit, 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 75) << house.read(house.path("lost.txt"));
  const auto again = house.run({"batch", "seal", batch, "--json"});
  EXPECT_EQ(again.exit, 0) << again.err;
  EXPECT_FALSE(again.json()["already"].get<bool>());
  EXPECT_EQ(house.broken(), "");
}

}  // namespace
}  // namespace counterfoil::testing
