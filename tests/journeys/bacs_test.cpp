// Bacs Direct Debit from lodged instructions to books: what the scheme has that no other one here has.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

/// A creditor account and so many payers; without `state` their instructions are new and must be lodged.
struct Britain {
  House house;

  explicit Britain(int payers, std::string_view state = "active") {
    house.make_environment();
    house.add_creditor("gb", "bacs");
    house.write("payers.csv", payers_csv(payers));
    std::string mandates = "reference,payer,payer_name,account,bank,signed_on,state\n";
    for (int i = 1; i <= payers; ++i) {
      mandates += fmt::format("RENT-{0:06},F-{0:04},Pat O'Neil {0},{1},20-00-00,2026-01-15,{2}\n", i, 55500000 + i, state);
    }
    house.write("mandates.csv", mandates);
    EXPECT_EQ(house.run({"payer", "import", house.path("payers.csv")}).exit, 0);
    const auto imported = house.run({"mandate", "import", house.path("mandates.csv"), "--creditor", "gb"});
    EXPECT_EQ(imported.exit, 0) << imported.out << imported.err;
    EXPECT_NE((imported.out + imported.err).find("modulus.missing"), std::string::npos)
        << "no tables are installed: " << imported.out << imported.err;
  }

  void bill(std::string_view month, int payers, std::string_view due, std::string_view notified) const {
    std::string bills = "number,payer,mandate,due_on,currency,amount,notified_on\n";
    for (int i = 1; i <= payers; ++i) {
      bills += fmt::format("{0}-{1:04},F-{1:04},RENT-{1:06},{2},GBP,{3}.00,{4}\n", month, i, due, 500 + i, notified);
    }
    house.write("bills.csv", bills);
    const auto imported = house.run({"bill", "import", house.path("bills.csv")});
    EXPECT_EQ(imported.exit, 0) << imported.out << imported.err;
    house.approve_bills();
  }

  /// From a created batch to a sent one; answers the bytes of its file.
  [[nodiscard]] std::string send(const nlohmann::json& made) const {
    const auto batch = made.value("batch", "");
    EXPECT_FALSE(batch.empty()) << made;
    return house.send(batch);
  }

  [[nodiscard]] nlohmann::json create(std::vector<std::string> more) const {
    std::vector<std::string> words{"batch", "create", "--creditor", "gb", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const auto run = house.run(words);
    EXPECT_EQ(run.exit, 0) << run.err;
    return run.json();
  }

  [[nodiscard]] nlohmann::json take_in(std::string_view name, const std::string& text) const {
    house.write(name, text);
    const auto run = house.run({"ingest", house.path(name), "--json"});
    EXPECT_TRUE(run.exit == 0 || run.exit == 3) << run.out << run.err;
    return run.json();
  }

  [[nodiscard]] nlohmann::json mandate(int payer) const {
    const auto shown = house.run({"mandate", "show", fmt::format("RENT-{:06}", payer), "--json"});
    EXPECT_EQ(shown.exit, 0) << shown.err;
    return shown.json();
  }

  [[nodiscard]] std::string state_of(int payer) const {
    const auto one = mandate(payer).value("mandate", nlohmann::json::object());
    return one.value("state", "") + (one.contains("waits_for") ? " " + one.value("waits_for", "") : "");
  }

  /// What a file says of one mandate: "0N", "01", "17"; empty where it does not name it.
  static std::string code_of(const std::string& file, int payer) {
    const auto at = file.find(fmt::format("RENT-{:06}", payer));
    const auto line = file.rfind('\n', at);
    return at == std::string::npos || line == std::string::npos ? "" : file.substr(line + 16, 2);
  }
};

std::string advices(std::string_view kind, std::string_view number, const std::string& inside,
                    std::string_view day = "2026-12-03") {
  return fmt::format(
      "<?xml version='1.0' encoding='UTF-8'?><BACSDocument><Data><MessagingAdvices><MessagingHeader advice-type='{}' "
      "user-number='123456' envelope-sequence-number='{}' report-generation-date='{}' user-name='EXAMPLE ESTATES'/>"
      "<AddresseeInformation name='0'/>{}<MessagingError/></MessagingAdvices></Data><SignatureMethod/><Signature/>"
      "</BACSDocument>",
      kind, number, day, inside);
}

std::string advice(std::string_view record, int payer, std::string_view reason, std::string_view more = "") {
  return fmt::format("<MessagingAdvice user-number='123456' record-type='{}' effective-date='2026-12-03' "
                     "reference='RENT-{:06}' payer-name='PAYER' payer-account-number='{}' payer-sort-code='200000' "
                     "reason-code='{}' aosn='{:08}' {}/>",
                     record, payer, 55500000 + payer, reason, payer, more);
}

TEST(BacsLodgement, OpensTheInstructionBeforeTheFirstCollection) {
  Britain gb{3, ""};
  auto& house = gb.house;
  gb.bill("2026-12", 3, "2026-12-10", "2026-11-10");
  const auto early = house.run({"batch", "plan", "--creditor", "gb", "--collect", "2026-12-10", "--json"}).json();
  EXPECT_EQ(early["claims"], 0) << early;
  EXPECT_EQ(early["left_out_by_reason"][0]["reason"], "mandate-pending-prenote") << early;
  const auto later = house.run({"batch", "create", "--creditor", "gb", "--prenotes", "--collect", "2026-12-10"});
  EXPECT_EQ(later.exit, 4) << later.out;
  EXPECT_NE(later.err.find("plan.lodgement-day"), std::string::npos) << later.err;

  const auto lodged = gb.send(gb.create({"--prenotes"}));
  EXPECT_EQ(Britain::code_of(lodged, 1), "0N") << lodged;
  EXPECT_NE(lodged.find("UHL1 26329"), std::string::npos) << "worked on the day after tomorrow's hand-over: " << lodged;
  EXPECT_EQ(lodged.find("CONTRA"), std::string::npos) << "an instruction moves no money";
  EXPECT_NE(lodged.find("PAT O NEIL 1"), std::string::npos) << "what Bacs does not take is a blank";
  EXPECT_EQ(gb.state_of(1), "pending prenote-sent");

  ASSERT_EQ(house.run({"sim", "bank", "B-000001", "--to", house.path("in")}).exit, 0);
  const auto accepted = house.run({"ingest", house.path("in"), "--json"});
  EXPECT_EQ(accepted.exit, 0) << accepted.out << accepted.err;
  EXPECT_EQ(house.run({"batch", "show", "B-000001", "--json"}).json()["state"], "acknowledged");

  // One payer's bank knows no such account.
  house.set_day("2026-11-27");
  const auto refused = gb.take_in("auddis.xml", advices("AUDDIS", "9", advice("N", 3, "5", "vol-serial-number='560001'"), "2026-11-27"));
  EXPECT_EQ(refused["mandates_changed"], 1) << refused;
  EXPECT_EQ(gb.state_of(3), "ended");

  house.set_day("2026-12-02");
  const auto silence = house.run({"match", "run", "--json"});
  EXPECT_EQ(silence.json()["prenotes_ready"], 2) << silence.out << silence.err;
  EXPECT_EQ(gb.state_of(1), "active");
  const auto plan = house.run({"batch", "plan", "--creditor", "gb", "--collect", "2026-12-10", "--json"}).json();
  EXPECT_EQ(plan["claims"], 2) << plan;
  const auto first = gb.send(gb.create({"--collect", "2026-12-10"}));
  EXPECT_EQ(Britain::code_of(first, 1), "01") << first;
  EXPECT_NE(first.find("UHL1 26343"), std::string::npos) << "the ninth of December is the processing day: " << first;
  EXPECT_NE(first.find("00000001003000000000100300"), std::string::npos) << "debits and contra balance: " << first;
  EXPECT_EQ(house.broken(), "");

  // The month after, the same instruction collects regularly.
  house.set_day("2026-12-21");
  ASSERT_EQ(house.run({"match", "run"}).exit, 0);
  gb.bill("2027-01", 2, "2027-01-11", "2026-12-15");
  EXPECT_EQ(Britain::code_of(gb.send(gb.create({"--collect", "2027-01-11"})), 2), "17");
  EXPECT_EQ(house.broken(), "");
}

TEST(BacsLodgement, OfAFileThatWasRefusedWholeIsRepeated) {
  Britain gb{2, ""};
  (void)gb.send(gb.create({"--prenotes"}));
  const auto refused = gb.take_in(
      "auddis.xml", advices("AUDREJ", "3",
                            "<MessagingAdvice user-number='123456' record-type='R' originator-file-number='001' "
                            "accepted-ddi='0' rejected-ddi='2' file-error-code='30264' vol-serial-number='560001'/>"));
  EXPECT_EQ(refused["mandates_changed"], 2) << refused;
  EXPECT_EQ(gb.state_of(1), "pending prenote-to-send");
  EXPECT_EQ(gb.create({"--prenotes"})["claims"], 2);
  EXPECT_EQ(gb.house.broken(), "");
}

TEST(BacsAdvice, ChangesEachMandateOnceAndSaysSo) {
  Britain gb{8};
  auto& house = gb.house;
  const auto file =
      advices("ADDACS", "1",
              advice("A", 1, "1") + advice("A", 2, "C", "payer-new-sort-code='107999' payer-new-account-number='88837491'") +
                  advice("A", 3, "3", "payer-new-sort-code='202959' payer-new-account-number='63748472'") +
                  advice("A", 4, "3") + advice("A", 5, "D") + advice("A", 6, "E", "payer-new-name='NEW NAME'") +
                  advice("A", 7, "E", "amount-of-new-payment='100'") + advice("A", 99, "1"));
  const auto answer = gb.take_in("addacs.xml", file);
  EXPECT_EQ(answer["entries"], 8) << answer;
  EXPECT_EQ(answer["posted"], 4) << answer;
  EXPECT_EQ(answer["exceptions"], 4) << answer;
  EXPECT_EQ(answer["mandates_changed"], 6) << answer;
  EXPECT_EQ(gb.state_of(1), "ended");
  EXPECT_EQ(gb.state_of(2), "active");
  EXPECT_NE(gb.mandate(2).dump().find("7491"), std::string::npos) << gb.mandate(2);
  EXPECT_EQ(gb.state_of(3), "pending prenote-to-send");
  EXPECT_EQ(gb.state_of(4), "suspended");
  EXPECT_EQ(gb.state_of(5), "suspended");
  EXPECT_EQ(gb.state_of(6), "active");
  EXPECT_NE(gb.mandate(6).dump().find("NEW NAME"), std::string::npos);
  EXPECT_NE(gb.mandate(1).dump().find("bank reason ADDACS-1"), std::string::npos) << gb.mandate(1);

  const auto log = house.run({"audit", "log", "--json"}).out;
  EXPECT_NE(log.find("ADDACS-C: account, bank"), std::string::npos) << log;
  EXPECT_EQ(log.find("88837491"), std::string::npos) << "no account number in the log";
  const auto history_before = gb.mandate(3)["history"].size();

  // The same report once more, and again under other bytes: nothing happens twice.
  EXPECT_TRUE(gb.take_in("again.xml", file)["already"].get<bool>());
  const auto twin = gb.take_in("twin.xml", file + "\n");
  EXPECT_EQ(twin["state"], "quarantined") << twin;
  const auto accepted = house.run({"match", "accept", twin["sha256"], "--why", "looked at", "--json"});
  EXPECT_EQ(accepted.json().value("mandates_changed", 0), 0) << accepted.out << accepted.err;
  EXPECT_EQ(gb.mandate(3)["history"].size(), history_before);
  EXPECT_EQ(house.broken(), "");

  // The payer who moved is lodged at the new bank, and one that moves while that is on its way once more.
  const auto lodged = gb.send(gb.create({"--prenotes"}));
  EXPECT_EQ(Britain::code_of(lodged, 3), "0N");
  EXPECT_NE(lodged.find("2029596374847200N"), std::string::npos) << lodged;
  const auto moved = gb.take_in(
      "moved.xml",
      advices("ADDACS", "2", advice("A", 3, "3", "payer-new-sort-code='107999' payer-new-account-number='88837491'")));
  EXPECT_EQ(moved["mandates_changed"], 1) << moved;
  EXPECT_EQ(gb.state_of(3), "pending prenote-to-send");

  // An ended mandate does not come back: a person is told of the reinstatement.
  const auto back = gb.take_in("back.xml", advices("ADDACS", "3", advice("A", 1, "R")));
  EXPECT_EQ(back["exceptions"], 1) << back;
  EXPECT_EQ(gb.state_of(1), "ended");
  EXPECT_NE(house.run({"exception", "list", "--json"}).out.find("mandate-to-look-at"), std::string::npos);
  EXPECT_EQ(house.broken(), "");
}

TEST(BacsReturn, IsPresentedAgainUnderACodeOfItsOwn) {
  Britain gb{2};
  auto& house = gb.house;
  gb.bill("2026-12", 2, "2026-12-01", "2026-11-10");
  const auto sent = gb.send(gb.create({"--collect", "2026-12-01"}));
  EXPECT_NE(sent.find("UHL1 26334"), std::string::npos) << sent;
  const auto arudd = [](std::string_view number, std::string_view day, std::string_view code) {
    return fmt::format(
        "<?xml version='1.0'?><BACSDocument><Data><ARUDD><Header reportType='REFT' adviceNumber='{}' "
        "currentProcessingDate='2026-12-02'/><ServiceLicenseInformation userName='E' userNumber='123456'/><Advice>"
        "<OriginatingAccountRecords><OriginatingAccountRecord><OriginatingAccount number='63748472' "
        "sortCode='20-29-59'/><ReturnedDebitItem ref='RENT-000001' transCode='{}' returnCode='0128' "
        "returnDescription='REFER TO PAYER' originalProcessingDate='{}' valueOf='501.00' currency='GBP'><PayerAccount "
        "number='55500001' sortCode='20-00-00'/></ReturnedDebitItem></OriginatingAccountRecord>"
        "</OriginatingAccountRecords></Advice></ARUDD></Data><SignatureMethod/><Signature/></BACSDocument>",
        number, code, day);
  };
  house.set_day("2026-12-02");
  const auto odd = gb.take_in("odd.xml", arudd("1", "2026-11-27", "01"));
  EXPECT_EQ(odd["exceptions"], 1) << "another processing day is another debit: " << odd;
  const auto back = gb.take_in("arudd.xml", arudd("2", "2026-11-30", "01"));
  EXPECT_EQ(back["posted"], 1) << back;
  EXPECT_EQ(gb.state_of(1), "active");

  house.set_day("2026-12-10");
  ASSERT_EQ(house.run({"match", "run"}).exit, 0);
  const auto plan = house.run({"batch", "plan", "--creditor", "gb", "--collect", "2026-12-15", "--json"}).json();
  EXPECT_EQ(plan["claims"], 0) << "what came back goes in a file of its own: " << plan;
  const auto again = gb.send(gb.create({"--collect", "2026-12-15", "--retries"}));
  EXPECT_EQ(Britain::code_of(again, 1), "18") << again;
  EXPECT_EQ(Britain::code_of(again, 2), "");
  EXPECT_EQ(house.broken(), "");
}

}  // namespace
}  // namespace counterfoil::testing
