// What people decide between a plan and the bank, and what changes behind their backs.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "store/cluster.hpp"
#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

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
};

/// Past every guard, as only the owner of the server can.
void tamper(const House& house, const std::string& sql) {
  auto cluster = Cluster::at(house.path("home"));
  ASSERT_TRUE(cluster);
  auto session = Session::open(cluster->superuser_address(Cluster::database_name(Environment::test)));
  ASSERT_TRUE(session);
  const auto done = session->run_script("set session_replication_role = replica; " + sql);
  ASSERT_TRUE(done) << done.error().explanation;
}

/// All commands at the same moment; their exit codes.
std::vector<int> at_once(const House& house, const std::vector<std::vector<std::string>>& commands) {
  std::vector<pid_t> children;
  for (const auto& words : commands) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("COUNTERFOIL_HOME", house.path("home").c_str(), 1);
      if (::freopen("/dev/null", "w", stdout) == nullptr || ::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(126);
      auto all = words;
      all.insert(all.begin(), COUNTERFOIL_PROGRAM);
      all.insert(all.end(), {"--as-of", "2026-11-24"});
      std::vector<char*> arguments;
      for (auto& word : all) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      ::execv(arguments.front(), arguments.data());
      ::_exit(127);
    }
    children.push_back(child);
  }
  std::vector<int> codes;
  for (const auto child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    codes.push_back(WIFEXITED(status) ? WEXITSTATUS(status) : 128);
  }
  return codes;
}

TEST(Tampering, OfAClaimAfterTheApprovalStopsTheRelease) {
  const Sealed sealed;
  const auto& house = sealed.house;
  ASSERT_EQ(house.run({"batch", "approve", sealed.batch, "--digest", sealed.digest, "--as", "anna"}).exit, 0);
  const std::string one = " where sequence_number = 1; ";
  for (const auto& [what, change, undo] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"amount", "update claim set amount_minor = amount_minor + 1" + one,
            "update claim set amount_minor = amount_minor - 1" + one},
           {"amount of claim, bill share and batch together",
            "update claim set amount_minor = amount_minor + 1" + one +
                "update claim_item set amount_minor = amount_minor + 1 where claim_id = (select id from claim" +
                " where sequence_number = 1); update batch set sum_minor = sum_minor + 1; "
                "update sealed_file set sum_minor = sum_minor + 1;",
            "update claim set amount_minor = amount_minor - 1" + one +
                "update claim_item set amount_minor = amount_minor - 1 where claim_id = (select id from claim" +
                " where sequence_number = 1); update batch set sum_minor = sum_minor - 1; "
                "update sealed_file set sum_minor = sum_minor - 1;"},
           {"account",
            "create table kept as select id, account_sealed from claim; update claim set account_sealed = "
            "(select account_sealed from claim where sequence_number = 2)" +
                one,
            "update claim c set account_sealed = k.account_sealed from kept k where k.id = c.id; drop table kept;"},
           {"day", "update claim set collect_on = collect_on + 1" + one,
            "update claim set collect_on = collect_on - 1" + one},
           {"payer's name", "update claim set payer_name = 'Another ' || payer_name" + one,
            "update claim set payer_name = substr(payer_name, 9)" + one},
           {"day of the batch", "update batch set collect_on = collect_on + 1;",
            "update batch set collect_on = collect_on - 1;"}}) {
    tamper(house, change);
    const auto released = house.run({"batch", "release", sealed.batch, "--as", "otto"});
    EXPECT_NE(released.exit, 0) << what << released.out << released.err;
    EXPECT_EQ(house.run({"batch", "show", sealed.batch, "--json"}).json()["state"], "approved") << what;
    tamper(house, undo);
  }
  EXPECT_EQ(house.run({"batch", "release", sealed.batch, "--as", "otto"}).exit, 0) << "all is as it was approved";
}

TEST(Approval, OfTwoPeopleAtOnceIsOneApproval) {
  const Sealed sealed;
  const auto& house = sealed.house;
  std::vector<std::vector<std::string>> approvals, releases;
  for (int i = 0; i < 6; ++i) {
    approvals.push_back(
        {"batch", "approve", sealed.batch, "--digest", sealed.digest, "--as", i % 2 == 0 ? "anna" : "otto"});
    releases.push_back({"batch", "release", sealed.batch, "--as", "otto"});
  }
  const auto approved = at_once(house, approvals);
  EXPECT_EQ(std::ranges::count(approved, 0), 3) << "one of the two was first; the same person again is told so";
  EXPECT_EQ(std::ranges::count(approved, 4), 3);
  const auto released = at_once(house, releases);
  EXPECT_EQ(std::ranges::count(released, 0), 6);
  int approvals_kept = 0;
  int releases_kept = 0;
  const auto story = house.run({"batch", "show", sealed.batch, "--json"}).json();
  for (const auto& step : story["history"]) {
    approvals_kept += step["event"] == "approve" ? 1 : 0;
    releases_kept += step["event"] == "release" ? 1 : 0;
  }
  EXPECT_EQ(approvals_kept, 1);
  EXPECT_EQ(releases_kept, 1);
  EXPECT_EQ(house.run({"batch", "outbox", "--json"}).json()["files"].size(), 1U);
  EXPECT_EQ(house.broken(), "");
}

TEST(UnusualBatch, IsApprovedOnlyWithAReasonThatIsKept) {
  House house;
  house.make_environment();
  house.add_creditor("sepa", "iso20022");
  house.import_flats("sepa", "iso20022", 20, "2026-12-01");
  house.approve_bills();
  ASSERT_FALSE(house.collect("sepa", "2026-12-01").empty()) << "the first batch has nothing to be compared with";
  // The next month by mistake with ten bills too few, and one of them ten times as large.
  auto bills = bills_csv("iso20022", 10, "2027-01-04", "12");
  bills.replace(bills.find("201.00"), 6, "2010.00");
  house.write("next.csv", bills);
  ASSERT_EQ(house.run({"bill", "import", house.path("next.csv")}).exit, 0);
  house.approve_bills();
  const auto batch = house.run({"batch", "create", "--creditor", "sepa", "--collect", "2027-01-04", "--json"})
                         .json()["batch"]
                         .get<std::string>();
  const auto digest = house.run({"batch", "seal", batch, "--json"}).json()["sha256"].get<std::string>();
  const auto checked = house.run({"batch", "check", batch, "--json"});
  EXPECT_EQ(checked.exit, 0) << "it is for the approver to decide";
  EXPECT_NE(checked.out.find("It has 10 claims, and the last 1 batches had 20 on average."), std::string::npos)
      << checked.out;
  const auto refused = house.run({"batch", "approve", batch, "--digest", digest, "--as", "anna"});
  EXPECT_EQ(refused.exit, 4);
  EXPECT_NE(refused.err.find("largest claim"), std::string::npos) << refused.err;
  const auto approved = house.run(
      {"batch", "approve", batch, "--digest", digest, "--unusual", "ten flats were sold", "--as", "anna"});
  EXPECT_EQ(approved.exit, 0) << approved.err;
  const auto log = house.run({"audit", "log", "--json"}).out;
  EXPECT_NE(log.find("ten flats were sold"), std::string::npos) << log;
  EXPECT_NE(log.find("had 20 on average"), std::string::npos);
  EXPECT_EQ(house.run({"batch", "release", batch, "--as", "otto"}).exit, 0);
  EXPECT_EQ(house.broken(), "");
}

TEST(Schemes, OfASiteAreLaidOverTheBuiltInOnes) {
  House house;
  house.make_environment();
  house.add_creditor("sepa", "iso20022");
  house.import_flats("sepa", "iso20022", 2, "2026-12-01");
  house.approve_bills();
  std::filesystem::create_directories(house.path("schemes/iso20022"));
  house.write("schemes/iso20022/rules.toml",
              "[amount_most_minor]\nvalue = 20300\nunit = \"cent\"\nsource = \"contract\"\nsure = \"site\"\n");
  house.write("strict.toml", creditor_toml("iso20022"));
  const auto added = house.run({"creditor", "add", "strict", "--file", house.path("strict.toml"), "--schemes",
                                house.path("schemes")});
  EXPECT_EQ(added.exit, 0) << added.err;
  const std::vector<std::string> plan{"batch", "plan", "--creditor", "sepa", "--collect", "2026-12-01", "--json"};
  auto with_flag = plan;
  with_flag.insert(with_flag.end(), {"--schemes", house.path("schemes")});
  EXPECT_EQ(house.run(plan).json()["claims"], 2);
  const auto laid_over = house.run(with_flag).json();
  EXPECT_EQ(laid_over["claims"], 1) << laid_over;
  EXPECT_NE(laid_over.dump().find("amount-above-limit"), std::string::npos);
  EXPECT_EQ(house.run(plan, {{"COUNTERFOIL_SCHEMES", house.path("schemes")}}).json()["claims"], 1);
  house.write("schemes/iso20022/rules.toml", "[amount_most_minor\n");
  const auto broken = house.run(with_flag);
  EXPECT_NE(broken.exit, 0);
  EXPECT_NE(broken.err.find("rules.toml"), std::string::npos) << broken.err;
}

}  // namespace
}  // namespace counterfoil::testing
