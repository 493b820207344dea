// Automatic debit of FEBRABAN, made after the tables: published files hold tax numbers of people and are not kept.
#include <gtest/gtest.h>

#include "core/catalogue.hpp"
#include "tests/conformance/kept_sample.hpp"

namespace counterfoil {
namespace {

std::string record(std::string text) {
  text.resize(150, ' ');
  return text + "\r\n";
}

std::string padded(std::string text, std::size_t size) {
  text.resize(size, ' ');
  return text;
}

std::string header(const std::string& version) {
  return record("A2" + padded("CONVENIO 42", 20) + padded("CONDOMINIO", 20) + "341" + padded("BANCO", 20) + "20260203" +
                "000012" + version + "DEBITO AUTOMATICO");
}

std::string result(const std::string& day, const std::string& amount, const std::string& code) {
  return record(
      padded("F" + padded("UNIT-101", 25) + "0123" + padded("000123456", 14) + day + amount + code + "RENT-1", 149) +
      "0");
}

TEST(Febraban150, TakesADebitOnAnotherDayForPaid) {
  const auto kept = read_text(header("04") + result("20260211", "000000000125000", "31") +
                              record("T00000100000000000125000") + record("Z00000400000000000125000"));
  EXPECT_EQ(kept.format, "febraban150");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_EQ(kept.counts.kind, FileKind::settlement);
  ASSERT_EQ(kept.entries.size(), 1U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::settled);
  EXPECT_EQ(kept.entries[0].booked_on, make_date(2026, 2, 11));
  EXPECT_EQ(kept.entries[0].reference, "RENT-1");
}

TEST(Febraban150, NeverTakesAnUnknownCodeForPaid) {
  const auto kept =
      read_text(header("05") + result("20260211", "000000000125000", "77") + record("Z00000300000000000125000"));
  EXPECT_EQ(kept.format, "febraban150-05");
  EXPECT_EQ(kept.verdict, Verdict::accepted_with_findings);
  ASSERT_EQ(kept.entries.size(), 1U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::unknown);
  EXPECT_EQ(kept.entries[0].reason, "77");
}

TEST(Febraban150, RefusesOtherVersionsAndPaymentsByBarCodeByName) {
  const auto newer =
      read_text(header("08") + result("20260211", "000000000125000", "00") + record("Z00000300000000000125000"));
  EXPECT_EQ(newer.verdict, Verdict::refused);
  EXPECT_NE(newer.said().find("only 04 and 05"), std::string::npos) << newer.said();
  const auto bar_code = read_text(header("04") + record("G0001234567 20260203") + record("Z00000300000000000000000"));
  EXPECT_EQ(bar_code.verdict, Verdict::refused);
  EXPECT_NE(bar_code.said().find("bar code"), std::string::npos) << bar_code.said();
}

TEST(Febraban150, NoticesATrailerThatDoesNotSumAllResults) {
  const auto kept =
      read_text(header("04") + result("20260211", "000000000125000", "01") + record("Z00000300000000000000000"));
  EXPECT_EQ(kept.verdict, Verdict::accepted_with_findings);
  EXPECT_TRUE(kept.has("control.total", 3)) << kept.said();
}

TEST(Febraban150, HearsWhichMandatesBeginAndEnd) {
  const auto option = [](const std::string& customer, const std::string& what) {
    return record(padded("B" + padded(customer, 25) + "0123" + padded("000123456", 14) + "20260201", 149) + what);
  };
  for (const auto* version : {"04", "05"}) {
    const auto kept = read_text(header(version) + option("UNIT-104", "2") + option("UNIT-101", "1") +
                                record("Z00000400000000000000000"));
    EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
    ASSERT_EQ(kept.entries.size(), 2U);
    EXPECT_EQ(kept.entries[0].mandate_event, MandateNews::created);
    EXPECT_EQ(kept.entries[0].outcome, Outcome::accepted);
    EXPECT_EQ(kept.entries[0].effective_on, make_date(2026, 2, 1));
    EXPECT_EQ(kept.entries[1].mandate_event, MandateNews::ended);
    EXPECT_EQ(kept.entries[1].reason, "B-1");
  }
}

TEST(Febraban150, IsClosedAtCarnivalAndOnBlackAwarenessDay) {
  const auto calendar = BankCalendar::of_scheme(*Catalogue::built_in().find("febraban150"));
  ASSERT_TRUE(calendar.has_value());
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 2, 16)), false);
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 2, 17)), false);
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 6, 4)), false);
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 11, 20)), false);
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 2, 18)), true);
}

}  // namespace
}  // namespace counterfoil
