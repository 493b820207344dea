// What a bank says in files written here line by line: twins, charges within a booking, a file that calls itself like
// another one, and debits that came back and are announced anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

constexpr auto first_account = "DE89370400440532013000";

/// One booked return of a claim, as a bank writes it into camt.054.
std::string returned(std::string_view claim, std::string_view amount, std::string_view reason) {
  return fmt::format(
      "<Ntry><Amt Ccy=\"EUR\">{1}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-12-03</Dt>"
      "</BookgDt><ValDt><Dt>2026-12-03</Dt></ValDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD"
      "</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{0}</EndToEndId></Refs><Amt "
      "Ccy=\"EUR\">{1}</Amt><CdtDbtInd>DBIT</CdtDbtInd><RtrInf><Rsn><Cd>{2}</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
      "</Ntry>\n",
      claim, amount, reason);
}

std::string notification(std::string_view id, std::string_view entries) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "
      "xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\">\n<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{0}</MsgId>"
      "<CreDtTm>2026-12-03T20:00:00</CreDtTm></GrpHdr>\n<Ntfctn><Id>{0}</Id><CreDtTm>2026-12-03T20:00:00</CreDtTm>"
      "<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>\n{1}</Ntfctn></BkToCstmrDbtCdtNtfctn>"
      "</Document>\n",
      id, entries);
}

/// Two payers, one bill of 100.00 each, sent and settled.
struct Collected {
  House house;
  std::string batch;

  explicit Collected(const std::string& more_of_creditor = {}) {
    house.make_environment();
    house.write("sepa.toml", more_of_creditor + creditor_toml("iso20022"));
    EXPECT_EQ(house.run({"creditor", "add", "sepa", "--file", house.path("sepa.toml")}).exit, 0);
    house.write("payers.csv", "number,name\nF-1,Payer One\nF-2,Payer Two\n");
    house.write("mandates.csv", fmt::format("reference,payer,payer_name,account,signed_on\nM-1,F-1,Payer One,{},"
                                            "2026-01-15\nM-2,F-2,Payer Two,DE75512108001245126199,2026-01-15\n",
                                            first_account));
    house.write("bills.csv",
                "number,payer,mandate,due_on,currency,amount,notified_on\nBILL-1,F-1,M-1,2026-12-01,EUR,100.00,2026-11-01\n"
                "BILL-2,F-2,M-2,2026-12-01,EUR,100.00,2026-11-01\n");
    EXPECT_EQ(house.run({"payer", "import", house.path("payers.csv")}).exit, 0);
    EXPECT_EQ(house.run({"mandate", "import", house.path("mandates.csv"), "--creditor", "sepa"}).exit, 0);
    EXPECT_EQ(house.run({"bill", "import", house.path("bills.csv")}).exit, 0);
    house.approve_bills();
    batch = house.collect("sepa", "2026-12-01");
    EXPECT_EQ(house
                  .run({"sim", "bank", batch, "--to", house.path("in"), "--returned", "0", "--rejected", "0"})
                  .exit,
              0);
    house.set_day("2026-12-03");
    EXPECT_EQ(house.run({"ingest", house.path("in")}).exit, 0);
  }

  [[nodiscard]] std::string reference_of(std::string_view mandate) const {
    for (const auto& claim : house.run({"batch", "show", batch, "--claims", "--json"}).lines()) {
      if (claim["mandate"] == mandate) return claim["reference"];
    }
    return {};
  }

  [[nodiscard]] nlohmann::json take_in(std::string_view name, const std::string& text) const {
    house.write(name, text);
    const auto run = house.run({"ingest", house.path(name), "--json"});
    EXPECT_TRUE(run.exit == 0 || run.exit == 3) << run.out << run.err;
    return run.json();
  }
};

TEST(TwinLines, OfOneFileCountAsTwoLines) {
  const Collected month;
  const auto one = returned(month.reference_of("M-1"), "100.00", "AM04");
  const auto answer = month.take_in("twins.xml", notification("TWINS", one + one));
  EXPECT_EQ(answer["entries"], 2) << answer;
  EXPECT_EQ(answer["posted"], 1);
  EXPECT_EQ(answer["exceptions"], 1) << "the second is told to a person, not taken for the first";
  std::vector<nlohmann::json> lines;
  for (const auto& line : month.house.run({"match", "list", "--json"}).lines()) {
    if (line["file"] == "twins.xml") lines.push_back(line);
  }
  EXPECT_EQ(lines.size(), 2U);
  // Two claims of one amount, and two lines that name nothing but the amount: each waits for a person.
  const auto nameless = returned("NOTPROVIDED", "100.00", "AM04");
  const auto odd = month.take_in("nameless.xml", notification("NAMELESS", nameless + nameless));
  EXPECT_EQ(odd["exceptions"].get<int>() + odd["ignored"].get<int>(), 2) << odd;
  EXPECT_EQ(month.house.broken(), "");
}

TEST(ChargesWithinABooking, AreTakenForChargesOnlyWhereTheBankAgreed) {
  for (const bool agreed : {false, true}) {
    const Collected month{agreed ? "charges_within_booking = true\n" : ""};
    const auto shown = month.house.run({"creditor", "show", "sepa", "--json"}).json();
    EXPECT_EQ(shown["creditor"]["charges_within_booking"], agreed) << shown;
    const auto answer = month.take_in("returns.xml", notification("R-1", returned(month.reference_of("M-1"), "103.00", "AM04")));
    EXPECT_EQ(answer["posted"], agreed ? 1 : 0) << answer;
    EXPECT_EQ(answer["exceptions"], agreed ? 0 : 1);
    const auto exceptions = month.house.run({"exception", "list", "--json"}).lines();
    ASSERT_EQ(exceptions.size(), agreed ? 0U : 1U);
    if (!agreed) {
      EXPECT_EQ(exceptions.front()["class"], "charge-without-rule") << exceptions.front();
    }
    EXPECT_EQ(month.house.broken(), "");
  }
}

TEST(Quarantine, EndsWhenAPersonSaysWhyTheFileCounts) {
  const Collected month;
  const auto& house = month.house;
  (void)month.take_in("first.xml", notification("SAME", returned(month.reference_of("M-1"), "100.00", "AM04")));
  const auto both = returned(month.reference_of("M-1"), "100.00", "AM04") + returned(month.reference_of("M-2"), "100.00", "AM04");
  const auto second = month.take_in("second.xml", notification("SAME", both));
  ASSERT_EQ(second["state"], "quarantined");
  EXPECT_EQ(second["posted"], 0);
  const auto digest = second["sha256"].get<std::string>();
  EXPECT_EQ(house.run({"match", "accept", digest, "--why", "corrected", "--as", "otto"}).exit, 4) << "not his role";
  EXPECT_EQ(house.run({"match", "accept", digest.substr(0, 4), "--why", "corrected"}).exit, 2);
  const auto first_digest = house.run({"match", "list", "--files", "--json"}).lines();
  for (const auto& file : first_digest) {
    if (file["file"] != "first.xml") continue;
    EXPECT_EQ(house.run({"match", "accept", file["sha256"], "--why", "corrected"}).exit, 4) << "it is not quarantined";
  }
  const auto accepted = house.run({"match", "accept", digest.substr(0, 16), "--why", "corrected", "--json"});
  ASSERT_TRUE(accepted.exit == 0 || accepted.exit == 3) << accepted.err;
  EXPECT_EQ(accepted.json()["posted"], 1) << "what is new in it; the other return is a repeat: " << accepted.out;
  EXPECT_TRUE(house.run({"match", "accept", digest, "--why", "again", "--json"}).json()["already"].get<bool>());
  EXPECT_NE(house.run({"audit", "log", "--json"}).out.find("file.accept"), std::string::npos);
  EXPECT_EQ(house.broken(), "");
}

TEST(Retry, OfASepaDebitWaitsForANewNotice) {
  const Collected month;
  const auto& house = month.house;
  (void)month.take_in("returns.xml", notification("R-1", returned(month.reference_of("M-1"), "100.00", "AM04")));
  const std::vector<std::string> plan{"batch", "plan", "--creditor", "sepa", "--collect", "2026-12-21", "--json"};
  const auto before = house.run(plan).json();
  EXPECT_EQ(before["claims"], 0) << before;
  EXPECT_NE(before.dump().find("retry-notice-missing"), std::string::npos);
  EXPECT_NE(before.dump().find("counterfoil bill notify"), std::string::npos) << "it says what to do";
  EXPECT_EQ(house.run({"bill", "notify", "--came-back", "--on", "2026-12-24"}).exit, 2) << "a day to come";
  EXPECT_EQ(house.run({"bill", "notify", "--came-back", "--json"}).json()["bills"], 1);
  EXPECT_EQ(house.run({"bill", "notify", "--came-back", "--json"}).json()["bills"], 0);
  EXPECT_EQ(house.run(plan).json()["claims"], 1);
  EXPECT_EQ(house.broken(), "");
}

TEST(NewData, OfPayerAndCreditorReachTheBankWithTheNextCollection) {
  const Collected month;
  const auto& house = month.house;
  EXPECT_EQ(house.run({"payer", "edit", "F-1", "--account", "DE00370400440532013000"}).exit, 5) << "check digits";
  const auto edited = house.run({"payer", "edit", "F-1", "--account", "DE02120300000000202051", "--town", "Bonn", "--why",
                                 "letter", "--json"});
  ASSERT_EQ(edited.exit, 0) << edited.err;
  EXPECT_EQ(edited.json()["mandates_amended"], 1);
  EXPECT_TRUE(house.run({"payer", "edit", "F-1", "--town", "Bonn", "--json"}).json()["already"].get<bool>());
  house.write("new.toml", "notice_days = 5\n" + creditor_toml("iso20022"));
  auto other = house.read(house.path("new.toml"));
  other.replace(other.find("Example Estates"), 15, "Better Estates");
  house.write("new.toml", other);
  const auto creditor = house.run({"creditor", "edit", "sepa", "--file", house.path("new.toml"), "--json"});
  ASSERT_EQ(creditor.exit, 0) << creditor.err;
  EXPECT_EQ(creditor.json()["mandates_amended"], 2);
  house.write("bills.csv", "number,payer,mandate,due_on,currency,amount,notified_on\n"
                           "BILL-3,F-1,M-1,2026-12-15,EUR,100.00,2026-12-01\n");
  ASSERT_EQ(house.run({"bill", "import", house.path("bills.csv")}).exit, 0);
  house.approve_bills();
  const auto made = house.run({"batch", "create", "--creditor", "sepa", "--collect", "2026-12-15", "--json"}).json();
  house.write("other.toml", creditor_toml("iso20022"));
  EXPECT_EQ(house.run({"creditor", "edit", "sepa", "--file", house.path("other.toml")}).exit, 4)
      << "a batch rests on the data as they are";
  const auto sealed = house.run({"batch", "seal", made["batch"], "--json"});
  ASSERT_EQ(sealed.exit, 0) << sealed.err;
  const auto digest = sealed.json()["sha256"].get<std::string>();
  const auto approved = house.run({"batch", "approve", made["batch"], "--digest", digest, "--unusual", "one bill only", "--as", "anna"});
  ASSERT_EQ(approved.exit, 0) << approved.err;
  ASSERT_EQ(house.run({"batch", "release", made["batch"], "--as", "otto"}).exit, 0);
  ASSERT_EQ(house.run({"batch", "send", made["batch"], "--to", house.path("out")}).exit, 0);
  std::string sent;
  for (const auto& file : house.files_in("out")) {
    if (file.string().find(made["batch"].get<std::string>()) != std::string::npos) sent = house.read(file);
  }
  EXPECT_NE(sent.find("<AmdmntInd>true</AmdmntInd>"), std::string::npos) << sent;
  EXPECT_NE(sent.find("SMNDA"), std::string::npos);
  EXPECT_NE(sent.find("<Nm>Example Estates</Nm>"), std::string::npos) << "the old name goes along";
  EXPECT_EQ(sent.find(first_account), std::string::npos);
  EXPECT_EQ(house.run({"creditor", "edit", "sepa", "--file", house.path("other.toml")}).exit, 4)
      << "the last change has not reached every bank";
  EXPECT_EQ(house.run({"audit", "log", "--json"}).out.find("DE02120300000000202051"), std::string::npos);
  EXPECT_EQ(house.broken(), "");
}

}  // namespace
}  // namespace counterfoil::testing
