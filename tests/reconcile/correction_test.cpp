#include "reconcile/correction.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace counterfoil {
namespace {

std::string padded(std::string text) {
  text.resize(29, ' ');
  return text;
}

TEST(Correction, IsCutByPositionForEachCode) {
  const auto account = decode_correction("C01", padded("1918171614"));
  ASSERT_TRUE(account);
  EXPECT_EQ(account->account, "1918171614");
  EXPECT_FALSE(account->routing_number);

  EXPECT_EQ(decode_correction("C02", padded("021000021"))->routing_number, "021000021");

  const auto both = decode_correction("C03", "021000021   12345678901234567");
  EXPECT_EQ(both->routing_number, "021000021");
  EXPECT_EQ(both->account, "12345678901234567");

  EXPECT_EQ(decode_correction("C05", padded("37"))->account_kind, "savings");

  const auto kind = decode_correction("C06", padded("123456789           27"));
  EXPECT_EQ(kind->account, "123456789");
  EXPECT_EQ(kind->account_kind, "checking");

  const auto all = decode_correction("C07", "021000021123456789        37 ");
  EXPECT_EQ(all->routing_number, "021000021");
  EXPECT_EQ(all->account, "123456789");
  EXPECT_EQ(all->account_kind, "savings");

  EXPECT_EQ(decode_correction("C09", padded("CUSTOMER 12"))->identification, "CUSTOMER 12");
}

TEST(Correction, KeepsABlankInsideAnAccountNumber) {
  EXPECT_EQ(decode_correction("C01", padded("12 345 678"))->account, "12 345 678");
}

TEST(Correction, TakesOnlyTheKindOfAccountFromATransactionCode) {
  for (const auto* code : {"22", "23", "27", "28"}) {
    EXPECT_EQ(decode_correction("C05", padded(code))->account_kind, "checking") << code;
  }
  EXPECT_EQ(decode_correction("C05", padded("55"))->account_kind, "loan");
  const auto odd = decode_correction("C05", padded("99"));
  EXPECT_FALSE(odd->account_kind);
  EXPECT_FALSE(odd->problem.empty());
}

TEST(Correction, ReportsWhatThereIsWhenAPartIsMissing) {
  const auto partial = decode_correction("C06", padded("123456789"));
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->account, "123456789");
  EXPECT_FALSE(partial->account_kind);
  EXPECT_EQ(partial->problem, "A part of the corrected data is blank.");
  EXPECT_TRUE(mandate_data_of(*partial));
}

TEST(Correction, IsRefusedWhenTheRoutingNumberFailsItsCheck) {
  const auto wrong = decode_correction("C03", "021000022   12345678901234567");
  ASSERT_TRUE(wrong);
  EXPECT_FALSE(wrong->routing_number);
  const auto data = mandate_data_of(*wrong);
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().code, "correction.routing-number");
  EXPECT_EQ(data.error().explanation.find("12345678901234567"), std::string::npos);
}

TEST(Correction, OfACodeThatChangesNothingIsNamed) {
  for (const auto* code : {"C13", "C14", "C61", "C99", ""}) {
    EXPECT_EQ(decode_correction(code, padded("X")).error().code, "correction.code-unknown") << code;
  }
}

TEST(Correction, BecomesMandateData) {
  const auto data = mandate_data_of(*decode_correction("C07", "021000021123456789        37 "));
  ASSERT_TRUE(data);
  EXPECT_EQ(data->account, "123456789");
  EXPECT_EQ(data->bank, "021000021");
  EXPECT_EQ(data->account_kind, "savings");
  EXPECT_FALSE(data->same_bank);
  EXPECT_TRUE(mandate_data_of(*decode_correction("C01", padded("123456789")))->same_bank);
  EXPECT_EQ(mandate_data_of(*decode_correction("C01", padded(""))).error().code, "correction.nothing-usable");
  EXPECT_EQ(mandate_data_of(*decode_correction("C09", padded("12"))).error().code, "correction.identification");
}

RC_GTEST_PROP(CorrectionProperty, AnyBytesAreReadWithoutHarm, (const std::string& code, const std::string& data)) {
  for (const auto& one : {code, std::string{"C03"}, std::string{"C07"}}) {
    const auto correction = decode_correction(one, data);
    RC_ASSERT(correction || !correction.error().remedy.empty());
    if (correction) (void)mandate_data_of(*correction);
  }
}

TEST(Advice, BringsTheNewAccountAndName) {
  const auto data = mandate_data_of_advice("sort_code=202959; account=63748472; name=A & B LTD; amount=100; day=2026-12-01");
  EXPECT_EQ(data.bank, "202959");
  EXPECT_EQ(data.account, "63748472");
  EXPECT_EQ(data.payer_name, "A & B LTD");
  EXPECT_FALSE(data.same_bank);
}

TEST(Advice, WithoutNewDetailsBringsNone) {
  for (const auto* text : {"", "amount=100", "day=2026-12-01; amount=5", "nonsense"}) {
    const auto data = mandate_data_of_advice(text);
    EXPECT_FALSE(data.bank || data.account || data.payer_name) << text;
  }
}

}  // namespace
}  // namespace counterfoil
