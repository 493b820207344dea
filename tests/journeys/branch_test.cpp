// Collecting through a bank whose answers carry no reference: nothing is posted before a person has confirmed it, and
// claims that could not be told apart never share a file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

/// The rows of a sent file with other flags, in their order.
std::string answered(std::string file, std::string_view flags) {
  std::size_t row = 0;
  for (std::size_t end = file.find("\r\n"); end != std::string::npos; end = file.find("\r\n", end + 2)) {
    if (row < flags.size()) file[end - 1] = flags[row++];
  }
  return file;
}

struct Branch {
  House house;
  std::string batch, file, left_out;

  Branch() {
    house.make_environment();
    house.write("branch.toml",
                "name = \"EXAMPLE WUYE\"\nscheme = \"cn-branch\"\naccount = \"6228480000000000001\"\ncreditor_id = "
                "\"4403\"\n[\"cn-branch\"]\nbank_code = \"16\"\n");
    const auto added = house.run({"creditor", "add", "branch", "--file", house.path("branch.toml")});
    EXPECT_EQ(added.exit, 0) << added.err;
    house.write("payers.csv", "number,name\nR-1,Wang Xiaoming\nR-2,Li Lei\n");
    house.write("mandates.csv",
                "reference,payer,payer_name,account,signed_on\n01-01-0110,R-1,Wang Xiaoming,6228480000000000011,2026-01-15\n"
                "01-01-0111,R-2,Li Lei,6228480000000000029,2026-01-15\n");
    // Two bills of one payer and one amount: a claim each, and only one of them may go out.
    house.write("bills.csv",
                "number,payer,mandate,due_on,currency,amount,notified_on\n"
                "B-1,R-1,01-01-0110,2026-12-01,CNY,450.00,2026-11-01\nB-2,R-2,01-01-0111,2026-12-01,CNY,250.40,2026-11-01\n"
                "B-3,R-1,01-01-0110,2026-12-01,CNY,450.00,2026-11-01\n");
    EXPECT_EQ(house.run({"payer", "import", house.path("payers.csv")}).exit, 0);
    const auto mandates = house.run({"mandate", "import", house.path("mandates.csv"), "--creditor", "branch"});
    EXPECT_EQ(mandates.exit, 0) << mandates.out << mandates.err;
    EXPECT_EQ(house.run({"bill", "import", house.path("bills.csv")}).exit, 0);
    house.approve_bills();
    left_out = house.run({"batch", "plan", "--creditor", "branch", "--collect", "2026-12-01", "--left-out", "--json"}).out;
    batch = house.collect("branch", "2026-12-01");
    const auto out = house.files_in("out");
    EXPECT_FALSE(out.empty());
    if (!out.empty()) file = house.read(out.front());
  }
};

TEST(WeakMatches, ArePostedOnlyWhenAPersonConfirms) {
  Branch month;
  ASSERT_EQ(month.file.size(), 2 * 48U) << month.file;
  month.house.set_day("2026-12-02");
  month.house.write("answer.ret", answered(month.file, "YE"));
  const auto taken = month.house.run({"ingest", month.house.path("answer.ret"), "--creditor", "branch", "--json"});
  EXPECT_EQ(taken.exit, 3) << taken.out << taken.err;
  const auto answer = taken.json();
  EXPECT_EQ(answer["entries"], 2) << answer;
  EXPECT_EQ(answer["posted"], 0) << "an answer without a reference is no sure match";
  EXPECT_EQ(answer["exceptions"], 2);
  const auto exceptions = month.house.run({"exception", "list", "--json"}).lines();
  ASSERT_EQ(exceptions.size(), 2U);
  for (const auto& one : exceptions) EXPECT_EQ(one["class"], "weak-match") << one;
  for (const auto& claim : month.house.run({"batch", "show", month.batch, "--claims", "--json"}).lines()) {
    if (!claim.contains("state")) continue;
    EXPECT_EQ(claim["state"], "acknowledged") << "the bank has it, and that is all that is sure: " << claim;
  }
  for (const auto& one : exceptions) {
    const auto number = one.value("exception", one.value("number", ""));
    const auto confirmed = month.house.run({"exception", "resolve", number, "--action", "post"});
    EXPECT_EQ(confirmed.exit, 0) << confirmed.out << confirmed.err << one;
  }
  std::string states;
  for (const auto& claim : month.house.run({"batch", "show", month.batch, "--claims", "--json"}).lines()) {
    if (claim.contains("state")) states += claim["state"].get<std::string>() + " ";
  }
  EXPECT_EQ(states, "settled rejected ");
  EXPECT_EQ(month.house.broken(), "");
}

TEST(WeakMatches, LeaveOutAClaimThatCouldNotBeToldFromAnother) {
  const Branch month;
  EXPECT_NE(month.left_out.find("twin-in-batch"), std::string::npos) << month.left_out;
  EXPECT_EQ(month.file.find("450.00"), month.file.rfind("450.00")) << month.file;
}

TEST(WeakMatches, ReportARowThatFitsNoClaim) {
  const Branch month;
  std::string row = "09-99-0999" "16" "6228480000000000099   " "       1.00" "Y\r\n";
  month.house.write("answer.ret", row);
  const auto taken = month.house.run({"ingest", month.house.path("answer.ret"), "--creditor", "branch", "--json"});
  EXPECT_EQ(taken.exit, 3) << taken.out << taken.err;
  const auto exceptions = month.house.run({"exception", "list", "--json"}).lines();
  ASSERT_EQ(exceptions.size(), 1U);
  EXPECT_EQ(exceptions.front()["class"], "unknown-reference");
}

}  // namespace
}  // namespace counterfoil::testing
