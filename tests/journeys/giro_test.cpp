// AvtaleGiro and the automatic debit of FEBRABAN from bills to books: what no other scheme here has.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/kid.hpp"
#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

void add_creditor(const House& house, const std::string& label, std::string_view toml) {
  house.write(label + ".toml", toml);
  const auto added = house.run({"creditor", "add", label, "--file", house.path(label + ".toml")});
  ASSERT_EQ(added.exit, 0) << added.err;
}

nlohmann::json take_in(const House& house, std::string_view name, std::string_view text) {
  house.write(name, text);
  const auto run = house.run({"ingest", house.path(name), "--json"});
  EXPECT_TRUE(run.exit == 0 || run.exit == 3) << run.out << run.err;
  return run.json();
}

std::string state_of(const House& house, const std::string& mandate) {
  const auto shown = house.run({"mandate", "show", mandate, "--json"});
  EXPECT_EQ(shown.exit, 0) << shown.err;
  return shown.json().value("mandate", nlohmann::json::object()).value("state", "");
}

/// The lines of a file that begin so.
std::vector<std::string> lines_of(const std::string& file, std::string_view beginning) {
  std::vector<std::string> found;
  std::istringstream stream{file};
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(beginning)) found.push_back(line);
  }
  return found;
}

constexpr std::string_view norwegian =
    "name = \"SAMEIET EKSEMPEL\"\nscheme = \"avtalegiro\"\naccount = \"88888888888\"\n[avtalegiro]\n"
    "customer_unit = \"55555555\"\n"
    "claim_reference = \"{environment_digit}{batch:5}{number:5}{mod11}\"\n";

TEST(AvtaleGiro, TakesSilenceForUnpaidOnceAPersonAgrees) {
  House house;
  house.make_environment();
  add_creditor(house, "no", norwegian);
  house.import_flats("no", "avtalegiro", 40, "2026-12-01");
  house.approve_bills();
  const auto batch = house.collect("no", "2026-12-01");
  ASSERT_FALSE(batch.empty());

  // Every KID is one by the rule of the agreement; one in eleven numbers was skipped.
  const auto claims = lines_of(house.read(house.files_in("out").front()), "NY210230");
  ASSERT_EQ(claims.size(), 40U);
  for (const auto& claim : claims) {
    const auto kid = claim.substr(62, 12);
    EXPECT_TRUE(is_kid(kid, KidRule::mod11)) << kid;
    EXPECT_EQ(kid.front(), '9') << "a test";
  }

  ASSERT_EQ(house.run({"sim", "bank", batch, "--to", house.path("in"), "--seed", "7", "--returned", "200"}).exit, 0);
  house.set_day("2026-12-02");
  const auto ocr = house.run({"ingest", house.path("in"), "--json"}).lines();
  ASSERT_EQ(ocr.size(), 1U);
  EXPECT_EQ(ocr.front()["format"], "avtalegiro-ocr");
  EXPECT_EQ(ocr.front()["posted"], ocr.front()["entries"]) << ocr.front();
  const auto paid = ocr.front()["entries"].get<std::uint64_t>();
  ASSERT_GT(paid, 0U);
  ASSERT_LT(paid + 2, 40U) << "the seed must leave three unpaid";

  house.set_day("2026-12-03");
  EXPECT_EQ(house.run({"match", "run", "--json"}).json()["missing_answers"], 0) << "the day has not come";
  house.set_day("2026-12-08");
  const auto clock = house.run({"match", "run", "--json"});
  EXPECT_EQ(clock.exit, 3) << clock.err;
  EXPECT_EQ(clock.json()["missing_answers"], 40 - paid) << clock.out;
  EXPECT_EQ(house.run({"match", "run", "--json"}).json()["missing_answers"], 0) << "once is enough";

  const auto overdue = house.run({"exception", "list", "--json"}).lines();
  ASSERT_EQ(overdue.size(), 40 - paid);
  for (const auto& one : overdue) {
    EXPECT_EQ(one["class"], "missing-answer") << one;
    EXPECT_EQ(one["reason"], "UNPAID") << one;
  }
  EXPECT_EQ(house.broken(), "");

  // One is claimed again, one is left to the payer, and the batch stays open for the others.
  const auto again = house.run({"exception", "resolve", overdue[0]["number"], "--action", "retry"});
  EXPECT_EQ(again.exit, 0) << again.out << again.err;
  const auto left = house.run({"exception", "resolve", overdue[1]["number"], "--action", "post"});
  EXPECT_EQ(left.exit, 0) << left.out << left.err;
  EXPECT_NE(house.run({"batch", "show", batch, "--json"}).json()["state"], "closed");
  const auto second = house.run({"batch", "create", "--creditor", "no", "--json"});
  ASSERT_EQ(second.exit, 0) << second.err;
  const auto planned = house.run({"batch", "show", second.json()["batch"], "--claims", "--json"}).lines();
  ASSERT_EQ(planned.size(), 1U) << second.out;
  EXPECT_EQ(planned.front()["attempt"], 2);
  EXPECT_TRUE(is_kid(planned.front()["reference"].get<std::string>(), KidRule::mod11)) << planned.front();

  for (std::size_t i = 2; i < overdue.size(); ++i) {
    EXPECT_EQ(house.run({"exception", "resolve", overdue[i]["number"], "--action", "post"}).exit, 0);
  }
  EXPECT_EQ(house.run({"batch", "show", batch, "--json"}).json()["state"], "closed");
  EXPECT_EQ(house.broken(), "");
  EXPECT_EQ(house.run({"audit", "verify"}).exit, 0);
}

/// A list of mandates: KIDs and their marks.
std::string mandate_list(const std::vector<std::pair<std::string, char>>& mandates) {
  std::string text = fmt::format("NY000010000080800000345{}{:0>49}\r\n", "55555555", "");
  text += fmt::format("NY212420000000000000002988888888888{:0>45}\r\n", "");
  int number = 0;
  for (const auto& [kid, mark] : mandates) {
    text += fmt::format("NY219470{:07}{}{:>25}J{:0>38}\r\n", ++number, mark, kid, "");
  }
  text += fmt::format("NY212488{:08}{:08}{:0>56}\r\n", number, number + 2, "");
  text += fmt::format("NY000089{:08}{:08}{:0>17}011226{:0>33}\r\n", number, number + 4, "", "");
  return text;
}

TEST(AvtaleGiro, EndsMandatesThatTheListSaysAreDeleted) {
  House house;
  house.make_environment();
  house.add_creditor("no", "avtalegiro");
  const auto first = *make_kid("1001", KidRule::mod10), second = *make_kid("1002", KidRule::mod10);
  house.write("payers.csv", payers_csv(2));
  house.write("mandates.csv", fmt::format("reference,payer,payer_name\n{},F-0001,Anna\n{},F-0002,Bjorn\n", first, second));
  ASSERT_EQ(house.run({"payer", "import", house.path("payers.csv")}).exit, 0);
  const auto imported = house.run({"mandate", "import", house.path("mandates.csv"), "--creditor", "no"});
  ASSERT_EQ(imported.exit, 0) << "no account is needed: " << imported.out << imported.err;

  const auto list =
      take_in(house, "list.ny", mandate_list({{first, '0'}, {second, '2'}, {*make_kid("1003", KidRule::mod10), '1'}}));
  EXPECT_EQ(list["format"], "avtalegiro-mandates") << list;
  EXPECT_EQ(list["mandates_changed"], 1) << list;
  EXPECT_EQ(state_of(house, first), "active");
  EXPECT_EQ(state_of(house, second), "ended");
  const auto exceptions = house.run({"exception", "list", "--json"}).out;
  EXPECT_NE(exceptions.find(*make_kid("1003", KidRule::mod10)), std::string::npos) << "nobody knows it: " << exceptions;
  const auto log = house.run({"audit", "log", "--json"}).out;
  EXPECT_NE(log.find("mandate.message"), std::string::npos) << log;
  EXPECT_EQ(house.broken(), "");
}

std::string column_150(std::string_view text, char last = ' ') { return fmt::format("{:<149}{}\r\n", text, last); }

std::string from_the_bank(const std::vector<std::string>& records) {
  std::string text = column_150(fmt::format("A2{:<20}{:<20}341{:<20}2026120200004205DEBITO AUTOMATICO", "CONVENIO 42",
                                            "CONDOMINIO EXEMPLO", "BANCO EXEMPLO"));
  for (const auto& record : records) text += record;
  return text + column_150(fmt::format("Z{:06}{:017}", records.size() + 2, 0));
}

TEST(Febraban150, CollectsInVersion05AndEndsMandatesOfPayersWhoOptOut) {
  House house;
  house.make_environment();
  add_creditor(house, "br",
               "name = \"CONDOMINIO EXEMPLO\"\nscheme = \"febraban150\"\naccount = \"123456\"\nbank = \"341\"\n"
               "creditor_id = \"CONVENIO 42\"\nprofile = \"v05\"\n[febraban150]\nbank_number = \"341\"\n"
               "bank_name = \"BANCO EXEMPLO\"\n");
  house.import_flats("br", "febraban150", 4, "2026-12-01");
  house.approve_bills();
  const auto batch = house.collect("br", "2026-12-01");
  ASSERT_FALSE(batch.empty());
  const auto sent = house.read(house.files_in("out").front());
  EXPECT_EQ(sent.substr(73, 8), "00000105") << "the first file, in version 05";
  EXPECT_EQ(lines_of(sent, "E").size(), 4U) << sent;
  ASSERT_EQ(house.run({"sim", "bank", batch, "--to", house.path("in"), "--returned", "0", "--rejected", "0"}).exit, 0);
  house.set_day("2026-12-02");
  const auto results = house.run({"ingest", house.path("in"), "--json"}).lines();
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results.front()["posted"], 4) << results.front();
  EXPECT_EQ(house.run({"batch", "show", batch, "--json"}).json()["state"], "closed");

  const auto option = [](std::string_view customer, char what) {
    return column_150(fmt::format("B{:<25}0123{:<14}20261202", customer, "000123001"), what);
  };
  const auto options = take_in(house, "options.ret",
                               from_the_bank({option("MR-0002", '1'), option("MR-0099", '2'),
                                              column_150(fmt::format("H{:<25}0123{:<14}{:<25}{:<58}", "MR-0003",
                                                                     "000123003", "MR-0003A", "CLIENTE NAO CADASTRADO"),
                                                         '0')}));
  EXPECT_EQ(options["mandates_changed"], 1) << options;
  EXPECT_EQ(options["exceptions"], 2) << options;
  EXPECT_EQ(state_of(house, "MR-0002"), "ended");
  EXPECT_EQ(state_of(house, "MR-0003"), "active");
  EXPECT_EQ(house.broken(), "");
}

}  // namespace
}  // namespace counterfoil::testing
