// A whole month for each scheme, run as people and scripts run it: import to books.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

struct Month {
  const char* scheme;
  const char* label;
  bool unpaid_is_silence = false;  // The bank never says that a claim was not paid.
};

class MonthTest : public ::testing::TestWithParam<Month> {};

/// What the report of a batch counts of one state.
std::uint64_t claims_in(const nlohmann::json& report, const std::string& state) {
  for (const auto& line : report["outcome"]) {
    if (line["state"] == state) return line["claims"].get<std::uint64_t>();
  }
  return 0;
}

/// A person looked, and agrees that every overdue claim was not paid.
void post_what_was_not_paid(const House& house) {
  for (const auto& one : house.run({"exception", "list", "--json"}).lines()) {
    ASSERT_EQ(one["class"], "missing-answer") << one;
    const auto posted =
        house.run({"exception", "resolve", one["number"], "--action", "post", "--comment", "no file is missing"});
    ASSERT_EQ(posted.exit, 0) << posted.out << posted.err;
  }
}

TEST_P(MonthTest, GoesFromImportedBillsToBooksThatBalance) {
  constexpr int flats = 60;
  const auto [scheme, label, unpaid_is_silence] = GetParam();
  House house;
  house.make_environment();
  house.add_creditor(label, scheme);
  house.import_flats(label, scheme, flats, "2026-12-01");
  house.approve_bills();
  ASSERT_FALSE(HasFatalFailure());

  const auto plan = house.run({"batch", "plan", "--creditor", label, "--collect", "2026-12-01", "--json"});
  ASSERT_EQ(plan.exit, 0) << plan.err;
  EXPECT_EQ(plan.json()["claims"], flats) << plan.out;

  const auto batch = house.collect(label, "2026-12-01");
  ASSERT_FALSE(batch.empty());
  ASSERT_EQ(house.files_in("out").size(), 1U);
  const auto sent = house.files_in("out").front();
  EXPECT_TRUE(sent.filename().string().starts_with("TEST-"));

  // The bank's answers, then everything it may say, taken in on the day it would come.
  const auto answered = house.run({"sim", "bank", batch, "--to", house.path("in"), "--seed", "7", "--returned", "120",
                                   "--rejected", "50", "--corrected", "60"});
  ASSERT_EQ(answered.exit, 0) << answered.err;
  house.set_day("2026-12-04");
  const auto ingested = house.run({"ingest", house.path("in"), "--json"});
  ASSERT_TRUE(ingested.exit == 0 || ingested.exit == 3) << ingested.out << ingested.err;
  std::uint64_t unknown = 0;
  for (const auto& file : ingested.lines()) {
    EXPECT_EQ(file["state"], "ingested") << file;
    // An advice speaks of mandates and of no batch.
    EXPECT_NE(file["batches"].empty(), file["format"] != "bacs-report.addacs") << file;
    unknown += file["entries"].get<std::uint64_t>() -
               (file["posted"].get<std::uint64_t>() + file["exceptions"].get<std::uint64_t>() +
                file["ignored"].get<std::uint64_t>());
  }
  EXPECT_EQ(unknown, 0U);

  house.set_day("2026-12-15");
  const auto silence = house.run({"match", "run"});
  EXPECT_EQ(silence.exit, unpaid_is_silence ? 3 : 0) << silence.out << silence.err;
  if (unpaid_is_silence) post_what_was_not_paid(house);
  ASSERT_FALSE(HasFatalFailure());

  const auto report = house.run({"report", "batch", batch, "--json"}).json();
  const auto settled = claims_in(report, "settled");
  const auto failed = claims_in(report, "rejected") + claims_in(report, "returned") + claims_in(report, "refunded");
  EXPECT_EQ(settled + failed, static_cast<std::uint64_t>(flats)) << report;
  EXPECT_GT(settled, 0U);
  EXPECT_GT(failed, 0U) << "the seed must let something fail";
  EXPECT_EQ(house.run({"batch", "show", batch, "--json"}).json()["state"], "closed");

  // The scheme's limits on returns, where it has any: so many out of sixty are above each of them.
  const auto rates = house.run({"report", "rates", "--creditor", label, "--json"});
  const auto back = claims_in(report, "returned") + claims_in(report, "refunded");
  if (std::string_view{scheme} == "nacha") {
    EXPECT_EQ(rates.exit, 3) << rates.out << rates.err;
    const auto overall = rates.json()["rates"].at(2);
    EXPECT_EQ(overall["sent"], flats) << rates.out;
    EXPECT_EQ(overall["returned"], back) << rates.out;
    EXPECT_EQ(overall["from"], "2026-10-17") << "sixty days";
    EXPECT_EQ(overall["above_limit"].get<bool>(), back * 100 > flats * 15) << rates.out;
  } else {
    EXPECT_EQ(rates.exit, 0) << rates.out << rates.err;
    EXPECT_TRUE(rates.json()["rates"].empty()) << rates.out;
  }

  EXPECT_EQ(house.broken(), "");
  EXPECT_EQ(house.run({"audit", "verify"}).exit, 0);

  // The same files a second time change nothing.
  const auto again = house.run({"ingest", house.path("in"), "--json"});
  EXPECT_EQ(again.exit, 0);
  for (const auto& file : again.lines()) EXPECT_TRUE(file["already"].get<bool>()) << file;
  EXPECT_EQ(house.run({"report", "batch", batch, "--json"}).json(), report);

  // Every bill can tell its story.
  const auto story = house.run({"bill", "explain",
                                fmt::format("2026-11-{}0001", letter_of(scheme)),
                                "--json"});
  ASSERT_EQ(story.exit, 0) << story.err;
  EXPECT_GE(story.json()["steps"].size(), 3U) << story.out;
}

INSTANTIATE_TEST_SUITE_P(EveryScheme, MonthTest,
                         ::testing::Values(Month{"iso20022", "sepa"}, Month{"nacha", "ach"}, Month{"cn-304", "cn"},
                                           Month{"becs", "au"}, Month{"cpa005", "ca"},
                                           Month{"zengin", "jp"}, Month{"bacs", "bacs"}, Month{"autogiro", "se"},
                                           Month{"avtalegiro", "no", true}, Month{"febraban150", "br"}),
                         [](const auto& month) { return std::string{month.param.label}; });

TEST(Retry, ComesBackWithTheNextPlanAndIsCollected) {
  House house;
  house.make_environment();
  house.add_creditor("cn", "cn-304");
  house.import_flats("cn", "cn-304", 40, "2026-12-01");
  house.approve_bills();
  const auto batch = house.collect("cn", "2026-12-01");
  ASSERT_FALSE(batch.empty());
  ASSERT_EQ(
      house.run({"sim", "bank", batch, "--to", house.path("in"), "--seed", "3", "--returned", "300", "--partial", "0"})
          .exit,
      0);
  house.set_day("2026-12-02");
  const auto ingested = house.run({"ingest", house.path("in")});
  ASSERT_TRUE(ingested.exit == 0 || ingested.exit == 3) << ingested.out << ingested.err;

  // Claims that failed for want of money are planned again once the scheme's wait is over; the others need a person.
  house.set_day("2026-12-14");
  const auto plan = house.run({"batch", "plan", "--creditor", "cn", "--json"});
  ASSERT_EQ(plan.exit, 0) << plan.err;
  EXPECT_GT(plan.json()["claims"].get<int>(), 0) << plan.out;
  const auto second = house.run({"batch", "create", "--creditor", "cn", "--json"});
  ASSERT_EQ(second.exit, 0) << second.err;
  const auto claims = house.run({"batch", "show", second.json()["batch"], "--claims", "--json"}).lines();
  ASSERT_FALSE(claims.empty());
  for (const auto& claim : claims) EXPECT_EQ(claim["attempt"], 2) << claim;
  EXPECT_EQ(house.broken(), "");
}

TEST(Prenote, OpensTheMandateOnlyAfterItCameThrough) {
  House house;
  house.make_environment();
  house.add_creditor("ach", "nacha");
  house.write("payers.csv", payers_csv(3));
  house.write("mandates.csv", mandates_csv("nacha", 3));
  house.write("bills.csv", bills_csv("nacha", 3, "2026-12-01"));
  ASSERT_EQ(house.run({"payer", "import", house.path("payers.csv")}).exit, 0);
  ASSERT_EQ(house.run({"mandate", "import", house.path("mandates.csv"), "--creditor", "ach", "--prenote-first"}).exit,
            0);
  ASSERT_EQ(house.run({"bill", "import", house.path("bills.csv")}).exit, 0);
  house.approve_bills();

  const auto early = house.run({"batch", "plan", "--creditor", "ach", "--collect", "2026-12-01", "--json"}).json();
  EXPECT_EQ(early["claims"], 0);
  EXPECT_EQ(early["prenotes_waiting"], 3);
  EXPECT_EQ(early["left_out_by_reason"][0]["reason"], "mandate-pending-prenote");

  const auto made =
      house.run({"batch", "create", "--creditor", "ach", "--collect", "2026-11-25", "--prenotes", "--json"});
  ASSERT_EQ(made.exit, 0) << made.err;
  const std::string batch = made.json()["batch"];
  const auto sealed = house.run({"batch", "seal", batch, "--json"});
  ASSERT_EQ(sealed.exit, 0) << sealed.err;
  ASSERT_EQ(house.run({"batch", "approve", batch, "--digest", sealed.json()["sha256"], "--as", "anna"}).exit, 0);
  const auto released = house.run({"batch", "release", batch, "--as", "otto"});
  ASSERT_EQ(released.exit, 0) << released.err;
  const auto sent = house.run({"batch", "send", batch, "--to", house.path("out")});
  ASSERT_EQ(sent.exit, 0) << sent.err;

  house.set_day("2026-12-03");
  const auto silence = house.run({"match", "run", "--json"});
  ASSERT_EQ(silence.exit, 0) << silence.err;
  EXPECT_EQ(silence.json()["prenotes_ready"], 3) << silence.out;
  const auto plan = house.run({"batch", "plan", "--creditor", "ach", "--json"}).json();
  EXPECT_EQ(plan["claims"], 3) << plan;
  EXPECT_EQ(house.broken(), "");
}

}  // namespace
}  // namespace counterfoil::testing
