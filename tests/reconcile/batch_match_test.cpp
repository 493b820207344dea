// Answers and bookings that speak of a whole batch.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "reconcile/match.hpp"

namespace counterfoil {
namespace {

// Ten claims of 500.00 in all; two of them, 90.00, were rejected before settlement.
struct Case {
  Entry entry;
  BatchStanding batch;
  JudgeTerms terms;

  Case() {
    batch.message_id = "M-1";
    batch.currency = euro;
    batch.count = 10;
    batch.sum_minor = 50000;
    batch.rejected_count = 2;
    batch.rejected_minor = 9000;
    batch.was_sent = true;
    entry.level = Level::block;
    entry.outcome = Outcome::settled;
    entry.currency = euro;
    entry.amount_minor = 50000;
    entry.booked_on = make_date(2026, 12, 1);
    terms.kind = FileKind::statement;
    terms.today = make_date(2026, 12, 2);
  }

  [[nodiscard]] BatchJudgement judge_it() const { return judge_batch(entry, &batch, nullptr, terms); }
};

std::string classes(const BatchJudgement& result) {
  std::string text;
  for (const auto kind : result.judgement.exceptions.list()) {
    if (!text.empty()) text += ' ';
    text += exception_class_code(kind);
  }
  return text;
}

TEST(BatchBooking, AgreesInFullOrNetOfTheRejectedClaims) {
  Case c;
  EXPECT_EQ(c.judge_it().settlement, SettlementKind::full);
  EXPECT_EQ(c.judge_it().judgement.event, ClaimEventKind::settle);
  EXPECT_EQ(c.judge_it().judgement.scope, Level::block);
  c.entry.amount_minor = 41000;
  c.entry.batch_count = 8;
  const auto net = c.judge_it();
  EXPECT_EQ(net.settlement, SettlementKind::net_of_rejects);
  EXPECT_EQ(net.judgement.disposition, Disposition::posted);
  EXPECT_EQ(net.expected_minor, 41000);
}

TEST(BatchBooking, IsAnExceptionWithItsDifferenceWhenItIsNeither) {
  Case c;
  c.entry.amount_minor = 40500;
  const auto result = c.judge_it();
  EXPECT_EQ(classes(result), "settlement-total-differs");
  EXPECT_EQ(result.difference_minor, -500);
  EXPECT_FALSE(result.judgement.event);
  EXPECT_EQ(result.judgement.proposed, ClaimEventKind::settle);
}

TEST(BatchBooking, MayKeepTheBanksChargeBack) {
  Case c;
  c.entry.booked_minor = 49700;
  c.entry.charges_minor = 300;
  const auto result = c.judge_it();
  EXPECT_EQ(result.settlement, SettlementKind::full);
  EXPECT_EQ(result.judgement.charges_minor, 300);
}

TEST(BatchBooking, LeavesOutWhatWasSettledSingly) {
  Case c;
  c.batch.settled_count = 1;
  c.batch.settled_minor = 1000;
  c.entry.amount_minor = 49000;
  c.entry.batch_count = 9;
  EXPECT_EQ(classes(c.judge_it()), "");
}

TEST(BatchBooking, NamesOtherMismatches) {
  Case c;
  c.entry.batch_count = 7;
  EXPECT_EQ(classes(c.judge_it()), "batch-count-differs");
  c.entry.batch_count = 0;
  c.batch.settled_as_batch = true;
  EXPECT_EQ(classes(c.judge_it()), "duplicate-result");
  c.batch.settled_as_batch = false;
  c.entry.currency = us_dollar;
  EXPECT_EQ(classes(c.judge_it()), "currency-differs");
  c.entry.currency = euro;
  c.batch.was_sent = false;
  EXPECT_EQ(classes(c.judge_it()), "result-for-unsent");
  c.batch.is_voided = true;
  EXPECT_EQ(classes(c.judge_it()), "result-for-cancelled");
}

TEST(BatchBooking, OfClaimsThatWereToldSinglyIsTheSameBooking) {
  // camt.054 told each claim, camt.053 states the sum.
  Case c;
  c.batch.settled_count = 8;
  c.batch.settled_minor = 41000;
  c.batch.earlier = {.format = "camt.054.001.08", .bank_reference = "", .on = make_date(2026, 12, 1)};
  c.entry.amount_minor = 41000;
  c.terms.format = "camt.053.001.08";
  EXPECT_EQ(c.judge_it().judgement.ignored_by, IgnoreRule::same_booking);
  c.batch.earlier.on = make_date(2026, 11, 30);
  EXPECT_EQ(classes(c.judge_it()), "settlement-total-differs");
}

TEST(BatchBooking, ThatIsNotOursOrNotBookedIsNoJudgementOfABatch) {
  Case c;
  const auto orphan = judge_batch(c.entry, nullptr, nullptr, c.terms);
  EXPECT_EQ(classes(orphan), "unknown-reference");
  EXPECT_FALSE(orphan.judgement.matched);
  c.entry.is_booked = false;
  EXPECT_EQ(c.judge_it().judgement.disposition, Disposition::ignored);
}

TEST(BatchReturn, WithoutItsClaimsIsForAPerson) {
  Case c;
  c.entry.outcome = Outcome::returned;
  EXPECT_EQ(classes(c.judge_it()), "ambiguous-reference");
}

TEST(BatchAnswer, AcceptsOrRejectsEveryClaimBelow) {
  Case c;
  c.terms.kind = FileKind::acknowledgement;
  c.entry.outcome = Outcome::accepted;
  c.entry.level = Level::file;
  auto result = c.judge_it();
  EXPECT_EQ(result.judgement.event, ClaimEventKind::acknowledge);
  EXPECT_EQ(result.judgement.scope, Level::file);
  c.entry.outcome = Outcome::rejected;
  Reason format_error;
  format_error.code = "FF01";
  format_error.action = ReasonAction::technical;
  result = judge_batch(c.entry, &c.batch, &format_error, c.terms);
  EXPECT_EQ(result.judgement.event, ClaimEventKind::reject);
  EXPECT_EQ(result.judgement.next_step, NextStep::repair_file);
}

TEST(BatchAnswer, ContradictsOrRepeats) {
  Case c;
  c.terms.kind = FileKind::acknowledgement;
  c.entry.outcome = Outcome::rejected;
  c.entry.reason = "FF01";
  c.batch.settled_count = 1;
  EXPECT_EQ(classes(c.judge_it()), "contradiction-between-levels reason-unknown");
  c.batch.settled_count = 0;
  c.batch.all_decided = true;
  EXPECT_EQ(classes(c.judge_it()), "duplicate-result reason-unknown");
  c.entry.outcome = Outcome::accepted;
  EXPECT_EQ(c.judge_it().judgement.ignored_by, IgnoreRule::no_news);
}

RC_GTEST_PROP(BatchProperty, ABookingIsPostedOnlyWhenItIsExplainedToTheCent, ()) {
  Case c;
  c.batch.sum_minor = *rc::gen::inRange<std::int64_t>(0, 1000);
  c.batch.rejected_minor = *rc::gen::inRange<std::int64_t>(0, 100);
  c.entry.amount_minor = *rc::gen::inRange<std::int64_t>(0, 1000);
  const auto result = c.judge_it();
  const auto booked = c.entry.amount_minor;
  const bool explained = booked == c.batch.sum_minor || booked == c.batch.sum_minor - c.batch.rejected_minor;
  RC_ASSERT(result.judgement.event.has_value() == explained);
  RC_ASSERT(result.expected_minor + result.difference_minor == booked);
}

}  // namespace
}  // namespace counterfoil
