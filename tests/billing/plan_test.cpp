#include "billing/plan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace counterfoil {
namespace {

Date day(std::string_view text) { return parse_iso_date(text).value(); }
const Date today = make_date(2026, 11, 24);  // A Tuesday.

// Everything a bill needs to be planned; each test spoils one thing.
struct Case {
  PlanTerms terms;
  Bill bill;
  Mandate mandate;
  EarlierClaim earlier;
  bool has_mandate = true;
  bool has_earlier = false;

  Case() {
    terms.currency = euro;
    terms.collect_on = day("2026-12-10");
    terms.today = today;
    terms.rules.mandate = {
        .uses_sequence_types = true, .expiry_months = 36, .needs_signature_date = true, .carries_amendments = true};
    terms.rules.retry = {.codes = {"AM04", "R01"}, .most_times = 2, .within_days = 90, .wait_days = 5};
    terms.rules.notice_days = 14;
    terms.rules.most_minor = 1000000;
    terms.rules.account = AccountCheck::iban_sepa;
    terms.rules.address = AddressRule::payer_bank_outside_eea;
    terms.rules.bank_needed_outside_eea = true;
    bill.number = "B-1";
    bill.currency = euro;
    bill.amount_minor = bill.open_minor = 12050;
    bill.due_on = day("2026-12-01");
    bill.notified_on = day("2026-11-20");
    bill.state = BillState::approved;
    mandate.reference = "FLAT-12";
    mandate.account = "DE89370400440532013000";
    mandate.signed_on = day("2026-01-15");
    mandate.state = MandateState::active;
    earlier.state = ClaimState::returned;
    earlier.attempts = 1;
    earlier.reason = "AM04";
    earlier.ended_on = day("2026-12-02");
    earlier.first_settled_on = day("2026-12-01");
    earlier.first_amount_minor = 12050;
  }

  [[nodiscard]] PlanDecision decide() const {
    return plan_bill(terms, bill, has_mandate ? &mandate : nullptr, has_earlier ? &earlier : nullptr);
  }
};

std::string code_of(const PlanDecision& decision) {
  const auto* out = std::get_if<LeftOut>(&decision);
  return out == nullptr ? "" : std::string{left_out_code(out->reason)};
}

TEST(Plan, TakesABillWithNothingInItsWay) {
  const Case c;
  const auto decision = c.decide();
  ASSERT_EQ(code_of(decision), "");
  const auto& planned = std::get<Planned>(decision);
  EXPECT_EQ(planned.amount_minor, 12050);
  EXPECT_EQ(planned.sequence, SequenceType::recurring);
  EXPECT_EQ(planned.attempt, 1U);
  EXPECT_FALSE(planned.is_representation);
}

TEST(Plan, NamesEveryObstacleWithASentenceAndARemedy) {
  struct Obstacle {
    const char* code;
    std::function<void(Case&)> spoil;
  };
  const std::vector<Obstacle> obstacles{
      {"not-approved", [](Case& c) { c.bill.state = BillState::imported; }},
      {"cancelled", [](Case& c) { c.bill.state = BillState::cancelled; }},
      {"written-off", [](Case& c) { c.bill.state = BillState::written_off; }},
      {"nothing-open", [](Case& c) { c.bill.open_minor = 0; }},
      {"already-in-claim",
       [](Case& c) {
         c.has_earlier = true;
         c.earlier.state = ClaimState::acknowledged;
       }},
      {"claim-unknown",
       [](Case& c) {
         c.has_earlier = true;
         c.earlier.state = ClaimState::unknown;
       }},
      {"not-due", [](Case& c) { c.bill.due_on = day("2026-12-11"); }},
      {"no-mandate", [](Case& c) { c.has_mandate = false; }},
      {"mandate-of-other-account", [](Case& c) { c.mandate.creditor_account = Id::make(1, {}); }},
      {"mandate-draft", [](Case& c) { c.mandate.state = MandateState::draft; }},
      {"mandate-pending-prenote",
       [](Case& c) {
         c.mandate.state = MandateState::pending;
         c.mandate.pending = MandatePending::prenote_sent;
       }},
      {"mandate-pending-registration",
       [](Case& c) {
         c.mandate.state = MandateState::pending;
         c.mandate.pending = MandatePending::registration;
       }},
      {"mandate-suspended", [](Case& c) { c.mandate.state = MandateState::suspended; }},
      {"mandate-ended",
       [](Case& c) {
         c.mandate.state = MandateState::ended;
         c.mandate.end = MandateEnd::revoked_by_payer;
       }},
      {"mandate-expired", [](Case& c) { c.mandate.signed_on = day("2023-12-09"); }},
      {"mandate-used",
       [](Case& c) {
         c.mandate.one_off = true;
         c.mandate.used = 1;
       }},
      {"mandate-used", [](Case& c) { c.mandate.final_sent = true; }},
      {"mandate-not-signed", [](Case& c) { c.mandate.signed_on = {}; }},
      {"mandate-not-signed", [](Case& c) { c.mandate.signed_on = day("2026-11-25"); }},
      {"before-earliest-debit", [](Case& c) { c.mandate.earliest_debit_on = day("2026-12-11"); }},
      {"currency-differs", [](Case& c) { c.bill.currency = us_dollar; }},
      {"amount-below-minimum", [](Case& c) { c.terms.rules.least_minor = 12051; }},
      {"amount-above-limit", [](Case& c) { c.terms.rules.most_minor = 12049; }},
      {"amount-above-payer-limit", [](Case& c) { c.mandate.most_minor = 12049; }},
      {"amount-not-covered",
       [](Case& c) {
         c.has_earlier = true;
         c.terms.rules.retry.same_amount = true;
         c.earlier.first_amount_minor = 12049;
       }},
      {"account-invalid", [](Case& c) { c.mandate.account = "DE00370400440532013000"; }},
      {"bank-missing", [](Case& c) { c.mandate.account = "CH9300762011623852957"; }},
      {"address-missing-non-eea",
       [](Case& c) {
         c.mandate.account = "CH9300762011623852957";
         c.mandate.bank = "UBSWCHZH80A";
       }},
      {"notice-missing", [](Case& c) { c.bill.notified_on = {}; }},
      {"notice-too-short", [](Case& c) { c.bill.notified_on = day("2026-11-27"); }},
      {"retry-not-allowed",
       [](Case& c) {
         c.has_earlier = true;
         c.earlier.reason = "MD06";
       }},
      {"retry-not-allowed",
       [](Case& c) {
         c.has_earlier = true;
         c.earlier.state = ClaimState::refunded;
       }},
      {"retry-too-often",
       [](Case& c) {
         c.has_earlier = true;
         c.earlier.attempts = 3;
       }},
      {"retry-too-late",
       [](Case& c) {
         c.has_earlier = true;
         c.earlier.first_settled_on = day("2026-09-10");
       }},
      {"retry-too-early",
       [](Case& c) {
         c.has_earlier = true;
         c.earlier.ended_on = day("2026-12-06");
       }},
  };
  for (const auto& [code, spoil] : obstacles) {
    Case c;
    spoil(c);
    const auto decision = c.decide();
    EXPECT_EQ(code_of(decision), code);
    if (const auto* out = std::get_if<LeftOut>(&decision)) {
      EXPECT_FALSE(out->sentence.empty());
      EXPECT_TRUE(out->sentence.ends_with('.')) << out->sentence;
      EXPECT_TRUE(out->remedy.ends_with('.')) << out->remedy;
      EXPECT_EQ(parse_left_out(code), out->reason);
      EXPECT_EQ(out->sentence.find("370400440532013000"), std::string::npos);
    }
  }
}

TEST(Plan, TakesTheLastDayOfEachRuleAndNotTheDayAfter) {
  Case c;
  c.bill.due_on = c.terms.collect_on;
  c.bill.notified_on = day("2026-11-26");
  c.mandate.signed_on = day("2023-12-10");
  c.mandate.earliest_debit_on = c.terms.collect_on;
  c.mandate.most_minor = c.terms.rules.most_minor = c.terms.rules.least_minor = 12050;
  EXPECT_EQ(code_of(c.decide()), "");
  c.has_earlier = true;
  c.earlier.attempts = 2;
  c.earlier.ended_on = day("2026-12-05");
  c.earlier.first_settled_on = day("2026-09-11");
  EXPECT_EQ(code_of(c.decide()), "");
}

TEST(Plan, TellsFromWhenOnAnObstacleIsGoneByItself) {
  Case c;
  c.bill.notified_on = day("2026-11-27");
  EXPECT_EQ(std::get<LeftOut>(c.decide()).possible_on, day("2026-12-11"));
  EXPECT_EQ(std::get<LeftOut>(c.decide()).remedy, "Collect on Fri 2026-12-11 or later.");
}

TEST(Plan, PresentsAReturnedBillAgainAndCountsIt) {
  Case c;
  c.has_earlier = true;
  const auto planned = std::get<Planned>(c.decide());
  EXPECT_TRUE(planned.is_representation);
  EXPECT_EQ(planned.attempt, 2U);
}

TEST(Plan, TakesABillWhoseCauseWasPutRightAsANewCollection) {
  Case c;
  c.has_earlier = true;
  c.earlier.reason = "AC04";
  EXPECT_EQ(code_of(c.decide()), "retry-not-allowed");
  c.earlier.repaired = true;
  const auto planned = std::get<Planned>(c.decide());
  EXPECT_FALSE(planned.is_representation);
}

TEST(Plan, TakesABillOfAVoidedClaimAndTheRestOfAPartCollectedOne) {
  Case c;
  c.has_earlier = true;
  c.earlier = {.state = ClaimState::voided, .attempts = 0};
  EXPECT_EQ(std::get<Planned>(c.decide()).attempt, 1U);
  c.earlier = {.state = ClaimState::settled, .attempts = 1};
  c.bill.open_minor = 50;
  EXPECT_EQ(std::get<Planned>(c.decide()).amount_minor, 50);
}

TEST(Plan, PresentsAOneOffAgainOnlyWhereTheSchemeAllowsIt) {
  Case c;
  c.has_earlier = true;
  c.mandate.one_off = true;
  c.mandate.used = 1;
  c.mandate.state = MandateState::ended;
  c.mandate.end = MandateEnd::one_off_used;
  EXPECT_EQ(code_of(c.decide()), "mandate-ended");
  c.terms.rules.mandate.one_off_may_be_represented = true;
  EXPECT_EQ(code_of(c.decide()), "");
}

TEST(Plan, SaysWhenAMandateCarriesAnAmendmentExpiresSoonOrNeedsAPerson) {
  Case c;
  c.mandate.amendment.old_account = "SMNDA";
  c.mandate.signed_on = day("2023-12-20");
  c.terms.rules.person_above_minor = 12050;
  const auto planned = std::get<Planned>(c.decide());
  EXPECT_TRUE(planned.carries_amendment);
  EXPECT_TRUE(planned.mandate_expires_soon);
  EXPECT_TRUE(planned.needs_person);
}

TEST(Plan, UsesAOneOffOnceAndSendsOneFirstCollection) {
  Case c;
  const auto again = [&] { return plan_bill(c.terms, c.bill, &c.mandate, nullptr, {.planned_before = 1}); };
  c.terms.rules.mandate.first_as = SequenceType::first;
  EXPECT_EQ(std::get<Planned>(c.decide()).sequence, SequenceType::first);
  EXPECT_EQ(std::get<Planned>(again()).sequence, SequenceType::recurring);
  c.mandate.final_next = true;
  EXPECT_EQ(code_of(c.decide()), "");
  EXPECT_EQ(code_of(again()), "mandate-used");
  c.mandate.final_next = false;
  c.mandate.one_off = true;
  EXPECT_EQ(code_of(c.decide()), "");
  EXPECT_EQ(code_of(again()), "mandate-used");
}

TEST(Plan, LeavesOutWhatAClaimInAnotherBatchHasUsedUp) {
  Case c;
  const auto beside = [&] { return plan_bill(c.terms, c.bill, &c.mandate, nullptr, {.used_up_by = "B-000007"}); };
  EXPECT_EQ(code_of(beside()), "") << "A mandate for many collections is not used up.";
  c.mandate.one_off = true;
  const auto only = std::get<LeftOut>(beside());
  EXPECT_EQ(only.sentence, "The only collection of mandate FLAT-12 is already in batch B-000007.");
  EXPECT_EQ(only.remedy, "Wait for its result, or void that batch if it was not sent.");
  EXPECT_TRUE(std::get<Planned>(c.decide()).uses_up_mandate);
  c.mandate.one_off = false;
  c.mandate.final_next = true;
  EXPECT_EQ(std::get<LeftOut>(beside()).reason, LeftOutReason::mandate_used);
}

TEST(Plan, AsksForANewNoticeBeforeARetryWhereTheSchemeDoes) {
  Case c;
  c.has_earlier = true;
  c.terms.collect_on = day("2026-12-18");
  EXPECT_EQ(code_of(c.decide()), "") << "Not every scheme asks.";
  c.terms.rules.retry.new_notice = true;
  const auto left = std::get<LeftOut>(c.decide());
  EXPECT_EQ(left.reason, LeftOutReason::retry_notice_missing);
  EXPECT_EQ(left.sentence, "Bill B-1 came back on 2026-12-02, and since then the payer was not told of a new date.");
  c.earlier.repaired = true;
  EXPECT_EQ(code_of(c.decide()), "retry-notice-missing") << "Good data do not tell the payer of the date.";
  c.bill.notified_on = day("2026-12-03");
  EXPECT_EQ(code_of(c.decide()), "");
  c.bill.notified_on = day("2026-12-05");
  EXPECT_EQ(code_of(c.decide()), "notice-too-short");
  c.bill.notified_on = day("2026-11-20");
  c.earlier.reason = "MD01";
  c.earlier.repaired = false;
  EXPECT_EQ(code_of(c.decide()), "retry-not-allowed") << "No notice helps here, so none is asked for.";
}

TEST(CombinedClaim, TakesALaterBillIntoTheFirstCollection) {
  Case c;
  c.terms.rules.combine_bills = true;
  c.terms.rules.mandate.first_as = SequenceType::first;
  const auto claim = make_claim(c.terms, std::get<Planned>(c.decide()), c.bill, c.mandate, Id::make(1, {}), "R-1");
  const auto second = std::get<Planned>(plan_bill(c.terms, c.bill, &c.mandate, nullptr, {.planned_before = 1}));
  EXPECT_TRUE(may_join(c.terms, claim, second, c.bill, c.mandate));
}

TEST(PlanTerms, RefuseADateThatCannotBeMetAndNameTheNext) {
  CreditorAccount account;
  account.currency = euro;
  const CollectionRules rules{.lead_bank_days = 1, .most_days_ahead = 14};
  struct Row {
    const char* collect_on;
    const char* today;
    bool past_cut_off;
    const char* code;
    const char* remedy;
  };
  for (const auto& [collect_on, now, past, code, remedy] :
       {Row{"2026-04-07", "2026-04-02", false, "", ""},
        Row{"2026-04-07", "2026-04-02", true, "plan.date-too-early", "Collect on Wed 2026-04-08 or later."},
        Row{"2026-04-02", "2026-04-02", false, "plan.date-too-early", "Collect on Tue 2026-04-07 or later."},
        Row{"2026-12-25", "2026-12-22", false, "plan.date-not-bank-day",
            "Collect on Mon 2026-12-28, the next bank day."},
        Row{"2026-12-09", "2026-11-24", false, "plan.date-too-far", "Plan on Wed 2026-11-25 or later."}}) {
    const auto terms = make_plan_terms(account, rules, BankCalendar::target2(), day(collect_on), day(now), past);
    EXPECT_EQ(terms ? "" : terms.error().code, code) << collect_on;
    EXPECT_EQ(terms ? "" : terms.error().remedy, remedy);
  }
}

TEST(PlanTerms, SayWhichCalendarYearIsMissing) {
  const auto terms = make_plan_terms({}, {}, BankCalendar::of_years("cn", {}), day("2027-01-04"), today, false);
  ASSERT_FALSE(terms);
  EXPECT_EQ(terms.error().code, "calendar.year-missing");
}

TEST(CombinedClaim, HoldsTheBillsOfOneMandateWithinTheLimits) {
  Case c;
  c.terms.rules.combine_bills = true;
  c.terms.rules.most_minor = 30000;
  const auto planned = std::get<Planned>(c.decide());
  auto claim = make_claim(c.terms, planned, c.bill, c.mandate, Id::make(1, {}), "R-1");
  EXPECT_EQ(claim.remittance, "B-1");
  auto second = c.bill;
  second.number = "B-2";
  ASSERT_TRUE(may_join(c.terms, claim, planned, second, c.mandate));
  ASSERT_TRUE(join(claim, planned, second));
  EXPECT_EQ(claim.amount_minor, 24100);
  EXPECT_EQ(claim.remittance, "B-1 and 1 more bill");
  EXPECT_TRUE(check_items(claim));
  EXPECT_FALSE(may_join(c.terms, claim, planned, second, c.mandate));  // Would pass the limit.
  c.terms.rules.combine_bills = false;
  c.terms.rules.most_minor = 0;
  EXPECT_FALSE(may_join(c.terms, claim, planned, second, c.mandate));
}

TEST(CombinedClaim, NeverMixesMandatesOrAttempts) {
  Case c;
  c.terms.rules.combine_bills = true;
  const auto planned = std::get<Planned>(c.decide());
  const auto claim = make_claim(c.terms, planned, c.bill, c.mandate, Id::make(1, {}), "R-1");
  auto other = c.mandate;
  other.id = Id::make(2, {});
  EXPECT_FALSE(may_join(c.terms, claim, planned, c.bill, other));
  auto again = planned;
  again.attempt = 2;
  EXPECT_FALSE(may_join(c.terms, claim, again, c.bill, c.mandate));
}

RC_GTEST_PROP(PlanProperty, EveryBillIsPlannedForItsOpenAmountOrLeftOutWithAReason, ()) {
  Case c;
  c.has_mandate = *rc::gen::inRange(0, 10) > 0;
  c.has_earlier = *rc::gen::arbitrary<bool>();
  c.bill.state = static_cast<BillState>(*rc::gen::inRange(0, 4));
  c.bill.open_minor = *rc::gen::inRange<std::int64_t>(-5, 2000000);
  c.bill.due_on = c.terms.collect_on + std::chrono::days{*rc::gen::inRange(-40, 10)};
  c.bill.notified_on = c.terms.collect_on - std::chrono::days{*rc::gen::inRange(0, 40)};
  c.mandate.state = static_cast<MandateState>(*rc::gen::inRange(0, 5));
  c.mandate.signed_on = today - std::chrono::days{*rc::gen::inRange(-10, 1500)};
  c.earlier.state = static_cast<ClaimState>(*rc::gen::inRange(0, 13));
  c.earlier.attempts = *rc::gen::inRange(0U, 5U);
  c.earlier.repaired = *rc::gen::arbitrary<bool>();
  const auto decision = c.decide();
  if (const auto* planned = std::get_if<Planned>(&decision)) {
    RC_ASSERT(c.bill.state == BillState::approved);
    RC_ASSERT(planned->amount_minor == c.bill.open_minor);
    RC_ASSERT(planned->amount_minor > 0);
    RC_ASSERT(c.mandate.state == MandateState::active);
    RC_ASSERT(*last_valid_day(c.mandate, c.terms.rules.mandate) >= c.terms.collect_on);
    RC_ASSERT(!c.has_earlier || !is_open(c.earlier.state));
  } else {
    const auto& out = std::get<LeftOut>(decision);
    RC_ASSERT(!out.sentence.empty());
    RC_ASSERT(!out.remedy.empty());
  }
}

RC_GTEST_PROP(PlanProperty, ADateThatIsAcceptedIsABankDayWithTheLeadTimeBeforeIt, (bool past_cut_off)) {
  const auto now = make_date(2024, 1, 1) + std::chrono::days{*rc::gen::inRange(0, 3000)};
  const auto collect_on = now + std::chrono::days{*rc::gen::inRange(-3, 20)};
  const CollectionRules rules{.lead_bank_days = *rc::gen::inRange(0, 6)};
  const auto calendar = BankCalendar::target2();
  const auto terms = make_plan_terms({}, rules, calendar, collect_on, now, past_cut_off);
  if (!terms) return;
  RC_ASSERT(*calendar.is_bank_day(collect_on));
  RC_ASSERT(*latest_hand_over(calendar, collect_on, rules.lead_bank_days) >= now);
}

}  // namespace
}  // namespace counterfoil
