#include "apps/operations/creditor_file.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

Result<CreditorAccount> parse(std::string_view text, std::string_view scheme = {}) {
  return parse_creditor_file(text, "creditor.toml", scheme, Catalogue::built_in());
}

TEST(CreditorFile, TakesWhatItLeavesOutFromTheScheme) {
  const auto account = parse("name = \"Example\"\nscheme = \"iso20022\"\naccount = \"DE02120300000000202051\"\n");
  ASSERT_TRUE(account) << account.error().explanation;
  EXPECT_EQ(account->format, "pain.008.001.08");
  EXPECT_EQ(account->instrument, "CORE");
  EXPECT_EQ(account->currency, euro);
  EXPECT_EQ(account->notice_days, 14);
  EXPECT_GT(account->most_minor, 0);
}

TEST(CreditorFile, KeepsTheTableOfItsSchemeAsSettings) {
  const auto account =
      parse("name = \"E\"\n[nacha]\nimmediate_destination = \"076401251\"\nbalanced = true\nbatch = 7\n", "nacha");
  ASSERT_TRUE(account) << account.error().explanation;
  EXPECT_EQ(account->settings.at("nacha.immediate_destination"), "076401251");
  EXPECT_EQ(account->settings.at("nacha.balanced"), "true");
  EXPECT_EQ(account->settings.at("nacha.batch"), "7");
}

TEST(CreditorFile, NamesTheLineOfAMisspeltKey) {
  const auto account = parse("name = \"E\"\nscheme = \"nacha\"\nlead_days = 2\n");
  ASSERT_FALSE(account);
  EXPECT_EQ(account.error().code, "creditor.unknown-key");
  EXPECT_EQ(account.error().place.line, 3U);
  EXPECT_EQ(account.error().kind, ErrorKind::input);
}

TEST(CreditorFile, IsRefusedWhereASchemeIsOnlyReadAndSaysWhy) {
  const auto account = parse("name = \"E\"\n", "betalingsservice");
  ASSERT_FALSE(account);
  EXPECT_EQ(account.error().code, "creditor.reading-only");
  EXPECT_NE(account.error().explanation.find("no second source confirms"), std::string::npos)
      << account.error().explanation;
}

TEST(CreditorFile, RefusesWhatDoesNotFitTogether) {
  EXPECT_EQ(parse("scheme = \"nacha\"\n").error().code, "creditor.missing");
  EXPECT_EQ(parse("name = \"E\"\n").error().code, "creditor.missing");
  EXPECT_EQ(parse("name = \"E\"\nscheme = \"nacha\"\n", "iso20022").error().code, "creditor.value");
  EXPECT_EQ(parse("name = \"E\"\nscheme = \"harbour\"\n").error().code, "creditor.value");
  EXPECT_EQ(parse("name = \"E\"\nscheme = \"nacha\"\nformat = \"pain.008.001.08\"\n").error().code, "creditor.value");
  EXPECT_EQ(parse("name = \"E\"\nscheme = \"iso20022\"\nprofile = \"nobody\"\n").error().code, "creditor.value");
  EXPECT_EQ(parse("name = \"E\"\nscheme = \"iso20022\"\nnotice_days = \"14\"\n").error().code, "creditor.value");
  EXPECT_EQ(parse("name = \"E\nscheme\n").error().code, "creditor.syntax");
}

}  // namespace
}  // namespace counterfoil
