// Payment information of Betalingsservice, with the row that one of the two known programs shows as an example.
#include <gtest/gtest.h>

#include "core/catalogue.hpp"
#include "tests/conformance/kept_sample.hpp"

namespace counterfoil {
namespace {

std::string record(std::string text) {
  text.resize(128, ' ');
  return text + "\r\n";
}

std::string payment(const std::string& transaction, const std::string& paid) {
  return record("BS04203985644" + transaction +
                "00000001"
                "000000000012313"
                "123456789"
                "101203"
                "1"
                "0000000012755"
                "000000125" +
                std::string(25, ' ') +
                "311203"
                "111203" +
                paid);
}

std::string delivery(const std::string& rows, const std::string& count, const std::string& sum) {
  std::string start = "BS00212345678BS106020000000042";
  start.resize(49, ' ');
  return record("PBCNET BEGIN") + record(start + "111203") + record("BS012039856440211") + rows +
         record("BS092039856440211") +
         record(
             "BS99212345678BS10602"
             "00000000001" +
             count + sum + std::string(71, '0')) +
         record("PBCNET END");
}

TEST(Betalingsservice, TellsPaidFromRejectedCancelledAndChargedBack) {
  const auto kept = read_text(delivery(payment("0236", "0000000012755") + payment("0237", "0000000000000") +
                                           payment("0238", "0000000000000") + payment("0239", "0000000012755"),
                                       "00000000004", "000000000051020"));
  EXPECT_EQ(kept.format, "betalingsservice-0602");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  ASSERT_EQ(kept.entries.size(), 4U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::settled);
  EXPECT_EQ(kept.entries[0].amount, 12755);
  EXPECT_EQ(kept.entries[0].collected, 12755);
  EXPECT_EQ(kept.entries[0].mandate, "123456789");
  EXPECT_EQ(kept.entries[0].booked_on, make_date(2003, 12, 11));
  EXPECT_EQ(kept.entries[1].outcome, Outcome::rejected);
  EXPECT_EQ(kept.entries[2].outcome, Outcome::cancelled);
  EXPECT_EQ(kept.entries[3].outcome, Outcome::returned);
}

TEST(Betalingsservice, WritesNoClaims) { EXPECT_TRUE(Catalogue::built_in().find("betalingsservice")->formats.empty()); }

TEST(Betalingsservice, IsClosedOnTheDayAfterAscensionAndOpenOnGreatPrayerDay) {
  const auto calendar = BankCalendar::of_scheme(*Catalogue::built_in().find("betalingsservice"));
  ASSERT_TRUE(calendar.has_value());
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 5, 15)), false);
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 5, 1)), true);
}

}  // namespace
}  // namespace counterfoil
