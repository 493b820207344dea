// A bank that answers with MT940 and MT942 statements alone: the credit of a batch, a return with its charge, and the same
// booking told twice.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

/// What stands between the tags of an element, the first time it comes.
std::string between(const std::string& text, std::string_view open, std::string_view close) {
  const auto begin = text.find(open);
  if (begin == std::string::npos) return {};
  const auto from = begin + open.size();
  return text.substr(from, text.find(close, from) - from);
}

/// Two payers, one bill of 100.00 each, sent.
struct Sent {
  House house;
  std::string batch, message_id, block_id;

  Sent() {
    house.make_environment();
    house.write("sepa.toml", creditor_toml("iso20022"));
    EXPECT_EQ(house.run({"creditor", "add", "sepa", "--file", house.path("sepa.toml")}).exit, 0);
    house.write("payers.csv", "number,name\nF-1,Payer One\nF-2,Payer Two\n");
    house.write("mandates.csv",
                "reference,payer,payer_name,account,signed_on\nM-1,F-1,Payer One,DE89370400440532013000,2026-01-15\n"
                "M-2,F-2,Payer Two,DE75512108001245126199,2026-01-15\n");
    house.write("bills.csv",
                "number,payer,mandate,due_on,currency,amount,notified_on\nBILL-1,F-1,M-1,2026-12-01,EUR,100.00,2026-11-01\n"
                "BILL-2,F-2,M-2,2026-12-01,EUR,100.00,2026-11-01\n");
    EXPECT_EQ(house.run({"payer", "import", house.path("payers.csv")}).exit, 0);
    EXPECT_EQ(house.run({"mandate", "import", house.path("mandates.csv"), "--creditor", "sepa"}).exit, 0);
    EXPECT_EQ(house.run({"bill", "import", house.path("bills.csv")}).exit, 0);
    house.approve_bills();
    batch = house.collect("sepa", "2026-12-01");
    const auto out = house.files_in("out");
    EXPECT_FALSE(out.empty());
    if (out.empty()) return;
    const std::string file = house.read(out.front());
    message_id = between(file, "<MsgId>", "<");
    block_id = between(file, "<PmtInfId>", "<");
    house.set_day("2026-12-03");
  }

  [[nodiscard]] std::string reference_of(std::string_view mandate) const {
    for (const auto& claim : house.run({"batch", "show", batch, "--claims", "--json"}).lines()) {
      if (claim.value("mandate", "") == mandate) return claim.value("reference", "");
    }
    return {};
  }
  [[nodiscard]] std::string states() const {
    std::string text;
    for (const auto& claim : house.run({"batch", "show", batch, "--claims", "--json"}).lines()) {
      if (claim.contains("state")) text += claim["state"].get<std::string>() + " ";
    }
    return text;
  }
  [[nodiscard]] nlohmann::json take_in(std::string_view name, const std::string& text) const {
    house.write(name, text);
    const auto run = house.run({"ingest", house.path(name), "--json"});
    EXPECT_TRUE(run.exit == 0 || run.exit == 3) << run.out << run.err;
    return run.json();
  }
  [[nodiscard]] std::string returned_debit() const {
    return fmt::format(
        ":61:2612021202D105,00NRTINONREF//B-77\r\n/OCMT/EUR100,00//CHGS/EUR5,00/\r\n"
        ":86:109?00SEPA-LASTSCHR. RETOURE CORE?20EREF+{}?21MREF+M-1?22SVWZ+AM04 MANGELS DECKUNG\r\n",
        reference_of("M-1"));
  }
};

std::string statement(std::string_view number, const std::string& movements, std::string_view closing) {
  return fmt::format(
      ":20:STARTUMS\r\n:25:DE02120300000000202051\r\n:28C:{}/1\r\n:60F:C261130EUR0,00\r\n{}:62F:{}\r\n-\r\n", number,
      movements, closing);
}

TEST(Statement, SettlesABatchByTheIdOfItsBlock) {
  const Sent month;
  const auto answer = month.take_in(
      "one.sta", statement("12", fmt::format(":61:2612011201C200,00NCOLKREF+\r\n:86:192?20KREF+{}\r\n", month.block_id),
                           "C261201EUR200,00"));
  EXPECT_EQ(answer["exceptions"], 0) << answer;
  EXPECT_EQ(month.states(), "settled settled ");
  EXPECT_EQ(month.house.broken(), "");
}

TEST(Statement, SettlesABatchByTheIdOfItsFile) {
  const Sent month;
  const auto answer = month.take_in(
      "one.sta", statement("12", fmt::format(":61:2612011201C200,00NCOLKREF+\r\n:86:192?20KREF+{}\r\n", month.message_id),
                           "C261201EUR200,00"));
  EXPECT_EQ(answer["exceptions"], 0) << answer;
  EXPECT_EQ(month.states(), "settled settled ");
}

TEST(Statement, PostsAReturnOnceThoughInterimReportAndStatementTellIt) {
  const Sent month;
  (void)month.take_in(
      "one.sta", statement("12", fmt::format(":61:2612011201C200,00NCOLKREF+\r\n:86:192?20KREF+{}\r\n", month.block_id),
                           "C261201EUR200,00"));
  const auto interim = month.take_in(
      "interim.sta", ":20:STARTUMS\r\n:25:DE02120300000000202051\r\n:28C:13/1\r\n:34F:EUR0,\r\n:13D:2612021200+0100\r\n" +
                         month.returned_debit() + ":90D:1EUR105,00\r\n:90C:0EUR0,00\r\n-\r\n");
  EXPECT_EQ(interim["posted"], 1) << interim;
  EXPECT_EQ(month.states(), "returned settled ");
  const auto day = month.take_in("two.sta", ":20:STARTUMS\r\n:25:DE02120300000000202051\r\n:28C:14/1\r\n:60F:C261201EUR200,00\r\n" +
                                                month.returned_debit() + ":62F:C261202EUR95,00\r\n-\r\n");
  EXPECT_EQ(day["posted"], 0) << day;
  EXPECT_EQ(day["exceptions"], 0) << day;
  EXPECT_EQ(day["ignored"], 1);
  EXPECT_EQ(month.states(), "returned settled ");
  EXPECT_EQ(month.house.broken(), "");
  const auto explained = month.house.run({"match", "explain", month.reference_of("M-1"), "--json"});
  EXPECT_NE(explained.out.find("AM04"), std::string::npos) << explained.out;
}

TEST(Statement, LeavesAReturnWithoutReferenceToAPerson) {
  const Sent month;
  const auto answer = month.take_in(
      "one.sta", statement("12", ":61:2612021202D100,00NRTINONREF\r\n:86:109?20SVWZ+AC04\r\n", "D261202EUR100,00"));
  EXPECT_EQ(answer["posted"], 0) << answer;
  EXPECT_EQ(answer["exceptions"], 1);
}

}  // namespace
}  // namespace counterfoil::testing
