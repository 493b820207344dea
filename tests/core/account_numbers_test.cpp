// IBAN, BIC, creditor identifier, creditor reference, routing number, payment system bank number.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/aba.hpp"
#include "core/bic.hpp"
#include "core/cnaps.hpp"
#include "core/creditor_id.hpp"
#include "core/iban.hpp"
#include "core/rf_reference.hpp"

namespace counterfoil {
namespace {

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : result.error().code;
}

TEST(Iban, TakesPublishedExamplesWithOrWithoutSpaces) {
  for (const auto* text : {"DE89370400440532013000", "GB82WEST12345698765432", "NL91ABNA0417164300",
                           "FR1420041010050500013M02606", "de89 3704 0044 0532 0130 00"}) {
    EXPECT_EQ(code_of(check_iban(text)), "") << text;
    EXPECT_TRUE(is_iban(*check_iban(text))) << text;
  }
  EXPECT_EQ(*check_iban("de89 3704 0044 0532 0130 00"), "DE89370400440532013000");
}

TEST(Iban, NamesTheFirstFault) {
  struct Case {
    const char* text;
    const char* code;
  };
  for (const auto& [text, code] :
       {Case{"", "iban.country"}, Case{"US64SVBKUS6S3300958879", "iban.country"},
        Case{"DE8937040044053201300", "iban.length"}, Case{"DE8937040044053201300A", "iban.structure"},
        Case{"NL91ABN00417164300", "iban.structure"}, Case{"DEX9370400440532013000", "iban.structure"},
        Case{"DE89370400440332014000", "iban.check-digits"}, Case{"DE00370400440532013000", "iban.check-digits"}}) {
    EXPECT_EQ(code_of(check_iban(text)), code) << text;
    EXPECT_FALSE(is_iban(text)) << text;
  }
}

TEST(Iban, NeverQuotesTheAccountInAnError) {
  for (const auto* text : {"DE89370400440332014000", "DE8937040044033201400"}) {
    const auto iban = check_iban(text);
    ASSERT_FALSE(iban);
    EXPECT_EQ(iban.error().explanation.find("0332014000"), std::string::npos);
    EXPECT_FALSE(iban.error().remedy.empty());
  }
}

TEST(Iban, KnowsWhichCountriesAreInSepaAndWhichOfThemOutsideTheEea) {
  int sepa = 0, eea = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      const std::string country{a, b};
      sepa += is_sepa_country(country) ? 1 : 0;
      eea += is_eea_country(country) ? 1 : 0;
    }
  }
  EXPECT_EQ(sepa, 42);
  EXPECT_EQ(eea, 30);  // 27 of the Union, Iceland, Liechtenstein, Norway.
  for (const auto* country : {"AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"}) {
    EXPECT_TRUE(is_sepa_country(country)) << country;
    EXPECT_FALSE(is_eea_country(country)) << country;
  }
  for (const auto* country : {"FO", "GL", "XK", "US", "CN"}) EXPECT_FALSE(is_sepa_country(country)) << country;
}

RC_GTEST_PROP(IbanProperty, OneWrongDigitIsAlwaysFound, ()) {
  std::string iban = "DE89370400440532013000";
  const auto at = *rc::gen::inRange<std::size_t>(2, iban.size());
  const auto digit = *rc::gen::inRange('0', static_cast<char>('9' + 1));
  RC_PRE(digit != iban[at]);
  iban[at] = digit;
  RC_ASSERT(!check_iban(iban));
  RC_ASSERT(!is_iban(iban));
}

RC_GTEST_PROP(IbanProperty, TwoNeighboursSwappedAreAlwaysFound, ()) {
  std::string iban = "FR1420041010050500013M02606";
  const auto at = *rc::gen::inRange<std::size_t>(2, iban.size() - 1);
  RC_PRE(iban[at] != iban[at + 1]);
  std::swap(iban[at], iban[at + 1]);
  RC_ASSERT(!check_iban(iban));
  RC_ASSERT(!is_iban(iban));
}

RC_GTEST_PROP(IbanProperty, AnyTextIsJudgedWithoutHarm, (const std::string& text)) {
  const auto iban = check_iban(text);
  RC_ASSERT(iban || !iban.error().remedy.empty());
}

TEST(Bic, ChecksLengthAndStructure) {
  for (const auto* text : {"COBADEFF", "COBADEFFXXX", "deutdeff500", "E097AEXX"})
    EXPECT_EQ(code_of(check_bic(text)), "") << text;
  EXPECT_EQ(code_of(check_bic("COBADEF")), "bic.length");
  EXPECT_EQ(code_of(check_bic("NOTPROVIDED")), "");  // Eleven letters: only a bank directory could tell.
  EXPECT_EQ(code_of(check_bic("COBA11FF")), "bic.structure");
  EXPECT_EQ(code_of(check_bic("COBADE-F")), "bic.structure");
}

TEST(Bic, IsTheHeadOfficeWithoutABranch) {
  EXPECT_TRUE(same_bic("COBADEFF", "cobadeffxxx"));
  EXPECT_FALSE(same_bic("COBADEFF", "COBADEFF500"));
}

TEST(CreditorId, TakesPublishedExamples) {
  for (const auto* text :
       {"DE98ZZZ09999999999", "AT61ZZZ01234567890", "FR72ZZZ123456", "NL64ZZZ321096320000", "de98abc09999999999"}) {
    EXPECT_EQ(code_of(check_creditor_id(text)), "") << text;
  }
}

TEST(CreditorId, NamesTheFault) {
  struct Case {
    const char* text;
    const char* code;
  };
  for (const auto& [text, code] :
       {Case{"DE74ZZZ09999999999", "creditor-id.check-digits"}, Case{"DE99ZZZ00000000001", "creditor-id.check-digits"},
        Case{"NL89ZZZ011234567890", "creditor-id.check-digits"}, Case{"DE98ZZZ", "creditor-id.length"},
        Case{"US98ZZZ09999999999", "creditor-id.country"}, Case{"DEA8ZZZ09999999999", "creditor-id.structure"}}) {
    EXPECT_EQ(code_of(check_creditor_id(text)), code) << text;
  }
}

TEST(CreditorId, IsTheSameCreditorUnderAnotherBusinessCode) {
  EXPECT_TRUE(same_creditor("DE98ZZZ09999999999", "de98 001 09999999999"));
  EXPECT_FALSE(same_creditor("DE98ZZZ09999999999", "DE98ZZZ09999999998"));
}

TEST(MandateReferenceKey, IgnoresCaseAndBlanks) { EXPECT_EQ(mandate_reference_key(" flat 12 / a "), "FLAT12/A"); }

TEST(RfReference, TakesPublishedExamplesAndMakesThem) {
  EXPECT_EQ(code_of(check_rf_reference("RF18539007547034")), "");
  EXPECT_EQ(code_of(check_rf_reference("rf10 INV2026001")), "");
  EXPECT_EQ(*make_rf_reference("inv2026001"), "RF10INV2026001");
  EXPECT_EQ(code_of(check_rf_reference("RF19539007547034")), "rf.check-digits");
  for (const auto* text : {"", "RF18", "XX18539007547034", "RF185390075470341234567890", "RF18-539"}) {
    EXPECT_EQ(code_of(check_rf_reference(text)), "rf.structure") << text;
  }
  EXPECT_EQ(code_of(make_rf_reference("A-1")), "rf.structure");
}

RC_GTEST_PROP(RfReferenceProperty, EveryMadeReferenceIsValid, (std::uint64_t number)) {
  const auto made = make_rf_reference(std::to_string(number));
  RC_ASSERT(made.has_value());
  RC_ASSERT(check_rf_reference(*made).has_value());
}

TEST(RoutingNumber, ChecksTheLastDigit) {
  for (const auto* text : {"021000021", "121042882", "231380104", " 091000019 "}) {
    EXPECT_EQ(code_of(check_routing_number(text)), "") << text;
  }
  EXPECT_EQ(code_of(check_routing_number("021000022")), "aba.check-digit");
  EXPECT_EQ(code_of(check_routing_number("02100002")), "aba.length");
  EXPECT_EQ(code_of(check_routing_number("02100002A")), "aba.digits");
  EXPECT_EQ(code_of(check_routing_number("")), "aba.length");
}

TEST(RoutingNumber, GivesItsCheckDigitAndItsPartOfTheHash) {
  EXPECT_EQ(*routing_check_digit("02100002"), '1');
  EXPECT_EQ(*routing_hash_part("021000021"), 2100002U);
}

RC_GTEST_PROP(RoutingNumberProperty, OneWrongDigitIsAlwaysFound, ()) {
  std::string number = std::to_string(*rc::gen::inRange(10000000, 99999999));
  number += *routing_check_digit(number);
  RC_ASSERT(check_routing_number(number).has_value());
  const auto at = *rc::gen::inRange<std::size_t>(0, 9);
  const auto digit = *rc::gen::inRange('0', static_cast<char>('9' + 1));
  RC_PRE(digit != number[at]);
  number[at] = digit;
  RC_ASSERT(!check_routing_number(number));
}

TEST(BankNumber, FollowsTheWorkedExamples) {
  EXPECT_EQ(code_of(check_bank_number("102100099996")), "");
  EXPECT_EQ(code_of(check_bank_number("102584000002")), "");
  EXPECT_EQ(code_of(check_bank_number("999999999999")), "cnaps.check-digit");
  EXPECT_EQ(code_of(check_bank_number("11701")), "cnaps.length");
  EXPECT_EQ(code_of(check_bank_number("10210009999X")), "cnaps.digits");
}

TEST(BankNumber, AgreesWithTheOutsideVectors) {
  const auto* set = std::getenv("COUNTERFOIL_SAMPLES");
  const std::filesystem::path samples = set != nullptr ? set : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  const auto file = samples / "cn-cnaps-code" / "vectors.tsv";
  std::ifstream in{file};
  if (!in) GTEST_SKIP() << "There is no " << file;
  int vectors = 0;
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string::npos) continue;
    EXPECT_EQ(check_bank_number(line.substr(0, tab)).has_value(), line.substr(tab + 1) == "yes") << line;
    ++vectors;
  }
  EXPECT_GT(vectors, 20);
}

}  // namespace
}  // namespace counterfoil
