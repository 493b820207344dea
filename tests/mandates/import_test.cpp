#include "mandates/import.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace counterfoil {
namespace {

MandateImportTerms sepa_terms() {
  MandateImportTerms terms;
  terms.scheme = "iso20022";
  terms.instrument = "CORE";
  terms.instruments = {"CORE", "B2B"};
  terms.currency = euro;
  terms.account = AccountCheck::iban_sepa;
  terms.rules = {.uses_sequence_types = true, .expiry_months = 36, .needs_signature_date = true};
  terms.today = make_date(2026, 11, 24);
  return terms;
}

MandateImportTerms nacha_terms() {
  MandateImportTerms terms;
  terms.scheme = "nacha";
  terms.instrument = "PPD";
  terms.currency = us_dollar;
  terms.account = AccountCheck::aba;
  terms.prenote_first = true;
  terms.today = make_date(2026, 11, 24);
  return terms;
}

MandateRow good_row() {
  MandateRow row;
  row.line = 2;
  row.reference = "FLAT-12";
  row.payer_number = "12";
  row.payer_name = "Erika Mustermann";
  row.account = "DE89 3704 0044 0532 0130 00";
  row.signed_on = "2026-01-15";
  return row;
}

std::vector<std::string> codes(const std::vector<Finding>& problems) {
  std::vector<std::string> list;
  for (const auto& problem : problems) list.push_back(problem.place.field + ": " + problem.code);
  return list;
}

TEST(MandateImport, TakesAGoodRowAndCleansItsAccount) {
  const auto import = import_mandate(good_row(), sepa_terms());
  EXPECT_TRUE(import.is_good());
  EXPECT_TRUE(import.problems.empty());
  EXPECT_EQ(import.mandate.account, "DE89370400440532013000");
  EXPECT_EQ(import.mandate.state, MandateState::active);
  EXPECT_EQ(import.mandate.instrument, "CORE");
  EXPECT_FALSE(import.mandate.one_off);
}

TEST(MandateImport, ReportsEveryFaultOfARowWithItsColumn) {
  MandateRow row;
  row.line = 7;
  row.reference = "/FLAT";
  row.account = "DE00370400440532013000";
  row.bank = "COBA";
  row.signed_on = "2026-12-01";
  row.instrument = "COR1";
  row.type = "sometimes";
  row.limit = "1,5";
  row.country = "Germany";
  row.state = "ended";
  const auto import = import_mandate(row, sepa_terms());
  EXPECT_FALSE(import.is_good());
  EXPECT_EQ(codes(import.problems),
            (std::vector<std::string>{"reference: mandate.reference-invalid", "payer: mandate.payer-missing",
                                      "account: iban.check-digits", "bank: bic.length",
                                      "country: mandate.country-invalid", "signed_on: mandate.signed-on-invalid",
                                      "instrument: mandate.instrument-invalid", "type: mandate.type-invalid",
                                      "limit: money.not-an-amount", "state: mandate.state-invalid"}));
  for (const auto& problem : import.problems) {
    EXPECT_EQ(problem.place.line, 7U);
    EXPECT_FALSE(problem.remedy.empty()) << problem.code;
    EXPECT_EQ(problem.message.find("0532013000"), std::string::npos);
  }
}

TEST(MandateImport, RefusesAnAccountOutsideSepa) {
  auto row = good_row();
  row.account = "XK051212012345678906";
  const auto import = import_mandate(row, sepa_terms());
  EXPECT_EQ(codes(import.problems), (std::vector<std::string>{"account: mandate.account-invalid"}));
}

TEST(MandateImport, WarnsOfAMandateThatWouldHaveLapsed) {
  auto row = good_row();
  row.signed_on = "2020-01-15";
  const auto import = import_mandate(row, sepa_terms());
  EXPECT_TRUE(import.is_good());
  EXPECT_EQ(codes(import.problems), (std::vector<std::string>{"signed_on: mandate.signed-on-old"}));
}

TEST(MandateImport, TakesTheLastCollectionOfAMandateThatWasInUseElsewhere) {
  auto row = good_row();
  row.signed_on = "2020-01-15";
  row.last_collected_on = "2026-11-01";
  const auto terms = sepa_terms();
  const auto import = import_mandate(row, terms);
  EXPECT_TRUE(import.problems.empty());
  EXPECT_EQ(import.mandate.last_collected_on, make_date(2026, 11, 1));
  auto first_as_first = terms.rules;
  first_as_first.first_as = SequenceType::first;
  EXPECT_EQ(next_sequence(import.mandate, first_as_first), SequenceType::recurring);
  for (const auto* day : {"2026-11-25", "2019-12-31", "last month"}) {
    row.last_collected_on = day;
    EXPECT_EQ(codes(import_mandate(row, terms).problems).front(),
              "last_collected_on: mandate.last-collected-on-invalid")
        << day;
  }
}

TEST(MandateImport, LetsANewMandateWaitForItsPrenoteAndAnOldOneNot) {
  auto row = good_row();
  row.account = "123456789";
  row.bank = "021000021";
  auto import = import_mandate(row, nacha_terms());
  EXPECT_TRUE(import.is_good());
  EXPECT_EQ(import.mandate.state, MandateState::pending);
  EXPECT_EQ(import.mandate.pending, MandatePending::prenote_to_send);
  EXPECT_EQ(import.mandate.account_kind, "checking");
  row.state = "active";
  import = import_mandate(row, nacha_terms());
  EXPECT_EQ(import.mandate.state, MandateState::active);
}

TEST(MandateImport, ChecksAmericanAccounts) {
  auto row = good_row();
  row.account = "123456789012345678";
  row.bank = "021000022";
  row.account_kind = "cheque";
  const auto import = import_mandate(row, nacha_terms());
  EXPECT_EQ(codes(import.problems),
            (std::vector<std::string>{"account: mandate.account-invalid", "bank: aba.check-digit",
                                      "account_kind: mandate.account-kind-invalid"}));
}

TEST(MandateImport, TakesAWrongBankNumberCheckDigitWhereTheSiteAllowsIt) {
  auto terms = sepa_terms();
  terms.account = AccountCheck::cnaps;
  terms.currency = yuan;
  auto row = good_row();
  row.account = "6222021234567890123";
  row.bank = "102100099997";
  EXPECT_FALSE(import_mandate(row, terms).is_good());
  terms.bank_number_may_differ = true;
  EXPECT_TRUE(import_mandate(row, terms).is_good());
  row.bank = "";
  EXPECT_TRUE(import_mandate(row, terms).problems.empty());
}

TEST(MandateImport, NeedsNoAccountWhereTheBankKeepsItWithTheMandate) {
  auto terms = sepa_terms();
  terms.rules = {};
  auto row = good_row();
  row.account = "";
  EXPECT_FALSE(import_mandate(row, terms).is_good());
  terms.account = AccountCheck::unknown;
  EXPECT_TRUE(import_mandate(row, terms).problems.empty());
  row.account = "123 456";
  EXPECT_EQ(import_mandate(row, terms).mandate.account, "123 456") << "what is known is kept";
}

TEST(MandateImport, RefusesBytesThatNoFileCanCarry) {
  auto row = good_row();
  row.payer_name = "Erika\nMustermann";
  EXPECT_EQ(codes(import_mandate(row, sepa_terms()).problems),
            (std::vector<std::string>{"payer_name: mandate.payer-name-invalid"}));
  row.payer_name = "M\xFCller";
  EXPECT_FALSE(import_mandate(row, sepa_terms()).is_good());
}

TEST(PayerImport, NeedsANumberAndAName) {
  PayerRow row;
  row.email = "nobody";
  EXPECT_EQ(codes(import_payer(row).problems),
            (std::vector<std::string>{"number: payer.number-missing", "name: payer.name-missing",
                                      "email: payer.email-invalid"}));
  row.number = " 12 ";
  row.name = "Erika Mustermann";
  row.email = "";
  row.country = "de";
  const auto import = import_payer(row);
  EXPECT_TRUE(import.is_good());
  EXPECT_EQ(import.payer.number, "12");
  EXPECT_EQ(import.payer.address.country, "DE");
}

MandateImportTerms bacs_terms(const ModulusTables* tables) {
  MandateImportTerms terms;
  terms.scheme = "bacs";
  terms.currency = *Currency::parse("GBP");
  terms.account = AccountCheck::sort_code;
  terms.modulus = tables;
  terms.today = make_date(2026, 11, 24);
  return terms;
}

MandateRow british_row() {
  MandateRow row;
  row.reference = "RENT-000101";
  row.payer_number = "1";
  row.account = "5779911";
  row.bank = "10-00-50";
  return row;
}

TEST(MandateImport, BringsABritishAccountToSixAndEightDigits) {
  const auto import = import_mandate(british_row(), bacs_terms(nullptr));
  EXPECT_TRUE(import.is_good()) << codes(import.problems).front();
  EXPECT_EQ(import.mandate.bank, "100050");
  EXPECT_EQ(import.mandate.account, "05779911");
}

TEST(MandateImport, RefusesABritishAccountThatFailsTheModulusCheck) {
  const auto tables = ModulusTables::read("100000 100099 MOD10 0 0 0 0 0 0 0 0 0 0 0 0 0 1\n", "weights", "", "");
  ASSERT_TRUE(tables.has_value());
  const auto import = import_mandate(british_row(), bacs_terms(&*tables));
  EXPECT_EQ(codes(import.problems), (std::vector<std::string>{"account: sort-code.modulus"}));
  auto row = british_row();
  row.account = "5779910";
  EXPECT_TRUE(import_mandate(row, bacs_terms(&*tables)).is_good());
}

TEST(MandateImport, HoldsTheReferenceOfAnInstructionToItsRules) {
  auto row = british_row();
  row.reference = "rent-000101";
  EXPECT_EQ(import_mandate(row, bacs_terms(nullptr)).mandate.reference, "RENT-000101") << "Bacs writes capitals";
  for (const auto* bad : {"AB-12", "11-11-11", "DDIC-000001", "RENT_000101", "RENT-000101-FLAT-9-B", "A.B-C/D E&"}) {
    row.reference = bad;
    EXPECT_EQ(codes(import_mandate(row, bacs_terms(nullptr)).problems),
              (std::vector<std::string>{"reference: mandate.reference-invalid"}))
        << bad;
  }
}

TEST(MandateImport, TakesNoInstructionForOneCollection) {
  auto row = british_row();
  row.type = "one-off";
  EXPECT_EQ(codes(import_mandate(row, bacs_terms(nullptr)).problems),
            (std::vector<std::string>{"type: mandate.type-invalid"}));
}

TEST(MandateImport, NamesTheColumnOfABadSortCode) {
  auto row = british_row();
  row.bank = "1000";
  EXPECT_EQ(codes(import_mandate(row, bacs_terms(nullptr)).problems), (std::vector<std::string>{"bank: sort-code.length"}));
}

MandateImportTerms swedish_terms() {
  MandateImportTerms terms;
  terms.scheme = "autogiro";
  terms.currency = *Currency::parse("SEK");
  terms.reference_digits = 16;
  terms.account_digits = 16;
  terms.identity_digits = 12;
  terms.today = make_date(2026, 11, 24);
  return terms;
}

MandateRow row_of_digits(std::string_view reference, std::string_view account, std::string_view identity) {
  MandateRow row;
  row.line = 2;
  row.reference = reference;
  row.payer_number = "F-1";
  row.account = account;
  row.identity = identity;
  return row;
}

TEST(MandateOfDigits, IsKeptAsTheFilesWriteIt) {
  const auto row = row_of_digits("0000000000000101", "5001000005550001", "196803050000");
  const auto import = import_mandate(row, swedish_terms());
  ASSERT_TRUE(import.is_good());
  EXPECT_EQ(import.mandate.reference, "0000000000000101");
  EXPECT_EQ(import.mandate.identity, "196803050000");
}

TEST(MandateOfDigits, SaysHowANumberIsWritten) {
  const auto row = row_of_digits("101", "5001-5550001", "680305-0000");
  const auto import = import_mandate(row, swedish_terms());
  std::string codes, remedies;
  for (const auto& problem : import.problems) {
    codes += problem.code + " ";
    remedies += problem.remedy + " ";
  }
  EXPECT_EQ(codes, "mandate.reference-invalid account.digits mandate.identity-invalid ");
  EXPECT_NE(remedies.find("Write 0000000000000101"), std::string::npos) << remedies;
}

TEST(MandateOfDigits, KeepsNoPersonalNumberThatNobodyNeeds) {
  auto row = row_of_digits("M-1", "123456789", "196803050000");
  row.bank = "076401251";
  const auto import = import_mandate(row, nacha_terms());
  EXPECT_FALSE(import.is_good());
}

}  // namespace
}  // namespace counterfoil
