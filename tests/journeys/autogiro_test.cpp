// Autogiro from asked-for mandates to refunds: what the scheme has that no other one here has.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

constexpr std::string_view bankgiro = "0009912346";

std::string row(std::string text) {
  text.resize(80, ' ');
  return text + "\r\n";
}

std::string payer_number(int payer) { return fmt::format("{:016}", payer); }

/// A mandate advice of these rows: information, comment and payer of each.
struct Advised {
  std::string_view information, comment;
  int payer;
};

std::string advice(const std::vector<Advised>& rows, std::string_view day) {
  std::string text = row(fmt::format("01AUTOGIRO              {}            AG-MEDAVI           471117{}", day, bankgiro));
  for (const auto& one : rows) {
    text += row(fmt::format("73{}{}{:28}     {}{}{}", bankgiro, payer_number(one.payer), "", one.information, one.comment, day));
  }
  return text + row(fmt::format("09{}9900{:07}", day, rows.size()));
}

/// One row of a payment specification, as it was sent but for what became of it.
std::string paid(const std::string& sent_row, char status) {
  return sent_row.substr(0, 79) + status + "\r\n";
}

std::string specification(std::string_view day, std::string_view counter, std::string_view section, const std::string& rows,
                          std::int64_t sum, int done, std::string_view totals) {
  return row(fmt::format("01AUTOGIRO              {}190305{}BET. SPEC & STOPP TK471117{}", day, counter, bankgiro)) +
         row(fmt::format("{}{:35}{}00001{:018}   {:08}", section, "5001000002200000", day, sum, done)) + rows +
         row(fmt::format("09{}9900{}", day, totals));
}

/// A creditor account and so many payers; without `state` their mandates are new and must be lodged.
struct Sweden {
  House house;

  explicit Sweden(int payers, std::string_view state = "active") {
    house.make_environment();
    house.add_creditor("se", "autogiro");
    house.write("payers.csv", payers_csv(payers));
    std::string mandates = "reference,payer,payer_name,account,signed_on,state,identity\n";
    for (int i = 1; i <= payers; ++i) {
      // The last one comes from an internet bank: the bank has the payer's number already.
      const auto identity = i == payers && state.empty() ? std::string{} : fmt::format("1968030500{:02}", i);
      mandates += fmt::format("{0:016},F-{0:04},Payer {0},5001{1:012},2026-01-15,{2},{3}\n", i, 5550000 + i, state, identity);
    }
    house.write("mandates.csv", mandates);
    EXPECT_EQ(house.run({"payer", "import", house.path("payers.csv")}).exit, 0);
    const auto imported = house.run({"mandate", "import", house.path("mandates.csv"), "--creditor", "se"});
    EXPECT_EQ(imported.exit, 0) << imported.out << imported.err;
  }

  void bill(int payers) const {
    std::string bills = "number,payer,mandate,due_on,currency,amount,notified_on\n";
    for (int i = 1; i <= payers; ++i) {
      bills += fmt::format("R-{0:04},F-{0:04},{0:016},2026-12-01,SEK,{1}.00,2026-11-10\n", i, 500 + i);
    }
    house.write("bills.csv", bills);
    const auto imported = house.run({"bill", "import", house.path("bills.csv")});
    EXPECT_EQ(imported.exit, 0) << imported.out << imported.err;
    house.approve_bills();
  }

  [[nodiscard]] nlohmann::json take_in(std::string_view name, const std::string& text) const {
    house.write(name, text);
    const auto run = house.run({"ingest", house.path(name), "--json"});
    EXPECT_TRUE(run.exit == 0 || run.exit == 3) << run.out << run.err;
    return run.json();
  }

  [[nodiscard]] nlohmann::json mandate(int payer) const {
    const auto shown = house.run({"mandate", "show", payer_number(payer), "--json"});
    EXPECT_EQ(shown.exit, 0) << shown.err;
    return shown.json();
  }

  [[nodiscard]] std::string state_of(int payer) const {
    const auto one = mandate(payer).value("mandate", nlohmann::json::object());
    return one.value("state", "") + (one.contains("waits_for") ? " " + one.value("waits_for", "") : "");
  }

  /// The row of one payer in a file to the bank.
  static std::string row_of(const std::string& file, std::string_view kind, int payer) {
    for (std::size_t at = 0; at + 82 <= file.size(); at += 82) {
      const auto line = file.substr(at, 80);
      if (line.starts_with(kind) && line.find(payer_number(payer)) != std::string::npos) return line;
    }
    return {};
  }
};

TEST(AutogiroLodgement, OpensMandatesByTheBanksOwnAdvice) {
  Sweden se{4, ""};
  auto& house = se.house;
  se.bill(4);
  EXPECT_EQ(se.state_of(1), "pending prenote-to-send");
  const auto made = house.run({"batch", "create", "--creditor", "se", "--prenotes", "--json"});
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto file = house.send(made.json()["batch"]);
  EXPECT_EQ(Sweden::row_of(file, "04", 1),
            row(fmt::format("04{}{}5001000005550001196803050001", bankgiro, payer_number(1))).substr(0, 80));
  EXPECT_EQ(Sweden::row_of(file, "04", 4), row(fmt::format("04{}{}", bankgiro, payer_number(4))).substr(0, 80))
      << "an approval names neither account nor person";
  EXPECT_EQ(se.state_of(1), "pending prenote-sent");

  house.set_day("2026-11-25");
  const auto answer = se.take_in("advice.txt", advice({{"04", "32", 1}, {"04", "32", 4}, {"04", "23", 2}}, "20261125"));
  EXPECT_EQ(answer["posted"].get<int>() + answer["exceptions"].get<int>(), 3) << answer;
  EXPECT_EQ(se.state_of(1), "active") << se.mandate(1);
  EXPECT_EQ(se.state_of(4), "active");
  EXPECT_EQ(se.state_of(2), "suspended") << "its account is wrong";
  EXPECT_EQ(se.state_of(3), "pending prenote-sent") << "nothing was said of it yet";
  EXPECT_NE(se.mandate(2).dump().find("bank reason 73-M23"), std::string::npos) << se.mandate(2);
  const auto plan = house.run({"batch", "plan", "--creditor", "se", "--collect", "2026-12-01", "--json"}).json();
  EXPECT_EQ(plan["claims"], 2) << plan;
  EXPECT_EQ(house.broken(), "");

  // The same advice with other bytes says nothing new, and a payer who ends the mandate is heard once.
  const auto ended = se.take_in("ended.txt", advice({{"46", "02", 1}, {"46", "02", 99}}, "20261126"));
  EXPECT_EQ(ended["mandates_changed"], 1) << ended;
  EXPECT_EQ(ended["exceptions"], 1) << "payer 99 is not known: " << ended;
  EXPECT_EQ(se.state_of(1), "ended");
  const auto log = house.run({"audit", "log", "--json"}).out;
  EXPECT_NE(log.find("73-M02: ended"), std::string::npos) << log;
  EXPECT_EQ(log.find("19680305"), std::string::npos) << "no personal number in the log";
  EXPECT_EQ(house.broken(), "");
}

TEST(AutogiroLodgement, IsAnsweredByTheSimulatedBank) {
  Sweden se{2, ""};
  auto& house = se.house;
  const auto made = house.run({"batch", "create", "--creditor", "se", "--prenotes", "--json"});
  ASSERT_EQ(made.exit, 0) << made.err;
  ASSERT_FALSE(house.send(made.json()["batch"]).empty());
  ASSERT_EQ(house.run({"sim", "bank", "B-000001", "--to", house.path("in")}).exit, 0);
  house.set_day("2026-11-25");
  const auto taken = house.run({"ingest", house.path("in"), "--json"});
  EXPECT_EQ(taken.exit, 0) << taken.out << taken.err;
  EXPECT_EQ(se.state_of(1), "active");
  EXPECT_EQ(house.run({"batch", "show", "B-000001", "--json"}).json()["state"], "closed");
  EXPECT_EQ(house.broken(), "");
}

TEST(AutogiroMandates, OfInternetBanksAndOfTheRegisterReachAPerson) {
  Sweden se{1};
  const auto asked = se.take_in(
      "new.txt", row(fmt::format("51202611259900{}AG-EMEDGIV", bankgiro)) +
                     row(fmt::format("52{}{}5001000005550007196803050007     0", bankgiro, payer_number(7))) +
                     row("54ANNA SVENSSON") + row("592026112599000000002"));
  EXPECT_EQ(asked["exceptions"], 1) << asked;
  EXPECT_NE(se.house.run({"exception", "list", "--json"}).out.find("approve or reject"), std::string::npos)
      << se.house.run({"exception", "list", "--json"}).out;
  const auto registered = [&](int payer) {
    return row(fmt::format("{}{}{}1262026011220260112{}      5001000005550001", bankgiro, "196803050001", payer_number(payer), 1));
  };
  const auto known = se.take_in("register.txt", registered(1) + registered(8));
  EXPECT_EQ(known["ignored"], 1) << se.house.run({"exception", "list", "--json"}).out;
  EXPECT_EQ(known["exceptions"], 1) << "the bank keeps a mandate that is not kept here: " << known;
  EXPECT_EQ(se.house.broken(), "");
}

TEST(AutogiroPayments, AreFollowedThroughEveryFileOfTheBank) {
  Sweden se{6};
  auto& house = se.house;
  se.bill(6);
  const auto batch = house.collect("se", "2026-12-01");
  ASSERT_FALSE(batch.empty());
  const auto file = house.read(house.files_in("out").front());
  const auto sent = [&](int payer) { return Sweden::row_of(file, "82", payer); };
  EXPECT_TRUE(sent(1).starts_with(fmt::format("82202612010    {}000000050100{}", payer_number(1), bankgiro))) << sent(1);
  const auto reference = [&](int payer) { return sent(payer).substr(53, 16); };

  // Refused at once: one column to the left, and without the collector's number.
  const auto refused = se.take_in(
      "rejected.txt", row(fmt::format("01AUTOGIRO              20261125            AVVISADE BET UPPDR  471117{}", bankgiro)) +
                          row(fmt::format("82202612010   {}000000050100{}02", payer_number(1), reference(1))) +
                          row("09202611259900000000000000000000000001000000050100"));
  EXPECT_EQ(refused["posted"].get<int>() + refused["exceptions"].get<int>(), 1) << refused;
  EXPECT_EQ(se.state_of(1), "suspended") << "its account is not approved";

  // Cancelled by the payer before the day.
  const auto cancelled = se.take_in(
      "cancelled.txt",
      row(fmt::format("01AUTOGIRO              20261130            MAKULERING/\xC4NDRING  471117{}", bankgiro)) +
          row(fmt::format("1120261201{}82000000050200REFERENS00000000{}12", payer_number(2), reference(2))) +
          row(fmt::format("09202611309900{:14}0000000000000000000000010000000000050200000000000000", "")));
  EXPECT_EQ(cancelled["exceptions"], 1) << "somebody has to ask why: " << cancelled;

  house.set_day("2026-12-01");
  const auto first = se.take_in(
      "paid.txt", specification("20261201", "000001", "15", paid(sent(3), '0') + paid(sent(4), '1') + paid(sent(5), '9') + paid(sent(6), '0'),
                                50300 + 50600, 2, "000001000000000002000000000000000000000000000000000000"));
  EXPECT_EQ(first["posted"], 3) << first;
  EXPECT_EQ(first["ignored"], 1) << "tried again tomorrow: " << first;

  // No cover yesterday, and money today. The end counts every row here, and only the approved above: either is right.
  house.set_day("2026-12-02");
  const auto second = se.take_in("later.txt", specification("20261202", "000002", "15", paid(sent(5), '0'), 50500, 1,
                                                            "000001000000000001000000000000000000000000000000000000"));
  EXPECT_EQ(second["posted"], 1) << second;

  house.set_day("2026-12-10");
  const auto refund = "77" + sent(6).substr(2, 67) + "2026121002";
  const auto third = se.take_in("refund.txt", specification("20261210", "000003", "17", row(refund), 50600, 1,
                                                            "000000000000000000000000000000000000000001000000000001"));
  EXPECT_EQ(third["posted"].get<int>() + third["exceptions"].get<int>(), 1) << third;
  EXPECT_EQ(se.state_of(6), "ended") << "the mandate was withdrawn";

  const auto report = house.run({"report", "batch", batch, "--json"}).json();
  const auto claims_in = [&](const std::string& state) {
    for (const auto& line : report["outcome"]) {
      if (line["state"] == state) return line["claims"].get<int>();
    }
    return 0;
  };
  EXPECT_EQ(claims_in("settled"), 2) << report;
  EXPECT_EQ(claims_in("rejected"), 3) << report;
  EXPECT_EQ(claims_in("refunded"), 1) << report;
  EXPECT_EQ(house.run({"batch", "show", batch, "--json"}).json()["state"], "closed");
  EXPECT_EQ(house.broken(), "");
}

TEST(AutogiroImport, WantsNumbersAsTheFilesWriteThem) {
  Sweden se{1};
  auto& house = se.house;
  house.write("short.csv", "reference,payer,account,state,identity\n101,F-0001,5001000005550001,active,\n");
  const auto refused = house.run({"mandate", "import", house.path("short.csv"), "--creditor", "se"});
  EXPECT_EQ(refused.exit, 5) << refused.out;
  EXPECT_NE((refused.out + refused.err).find("0000000000000101"), std::string::npos) << refused.out << refused.err;
  house.write("odd.csv", "reference,payer,account,state,identity\n0000000000000102,F-0001,5001-5550001,active,680305-0001\n");
  const auto odd = house.run({"mandate", "import", house.path("odd.csv"), "--creditor", "se"});
  EXPECT_EQ(odd.exit, 5) << odd.out;
  EXPECT_NE((odd.out + odd.err).find("account.digits"), std::string::npos) << odd.out << odd.err;
  EXPECT_NE((odd.out + odd.err).find("mandate.identity-invalid"), std::string::npos) << odd.out << odd.err;
}

}  // namespace
}  // namespace counterfoil::testing
