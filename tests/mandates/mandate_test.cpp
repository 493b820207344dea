#include "mandates/mandate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

namespace counterfoil {
namespace {

using Kind = MandateEventKind;

Date day(std::string_view text) { return parse_iso_date(text).value(); }
const Date today = make_date(2026, 11, 24);

const MandateRules sepa{.uses_sequence_types = true,
                        .first_as = SequenceType::first,
                        .expiry_months = 36,
                        .needs_signature_date = true,
                        .carries_amendments = true};

Mandate active_mandate() {
  Mandate mandate;
  mandate.reference = "FLAT-12";
  mandate.account = "DE89370400440532013000";
  mandate.bank = "COBADEFFXXX";
  mandate.signed_on = day("2026-01-15");
  mandate.state = MandateState::active;
  return mandate;
}

void take(Mandate& mandate, const MandateChange& change) {
  const auto event = apply(mandate, change, today);
  ASSERT_TRUE(event) << event.error().explanation;
}

TEST(MandateStates, GoFromDraftToActiveAndEndForAReason) {
  Mandate mandate;
  take(mandate, {.kind = Kind::activated});
  EXPECT_EQ(mandate.state, MandateState::active);
  take(mandate, {.kind = Kind::suspended, .detail = "bank reason AC04"});
  EXPECT_EQ(mandate.state, MandateState::suspended);
  take(mandate, {.kind = Kind::resumed});
  EXPECT_EQ(apply(mandate, {.kind = Kind::ended}, today).error().code, "mandate.end-reason");
  EXPECT_EQ(mandate.state, MandateState::active);
  take(mandate, {.kind = Kind::ended, .end = MandateEnd::revoked_by_payer});
  EXPECT_EQ(mandate.state, MandateState::ended);
  EXPECT_EQ(mandate.ended_on, today);
}

TEST(MandateStates, NameStateAndEventWhenTheyDoNotFit) {
  auto mandate = active_mandate();
  const auto event = apply(mandate, {.kind = Kind::registered}, today);
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().code, "mandate.transition");
  EXPECT_EQ(event.error().explanation, "A mandate that is active cannot take \"registered\".");
  EXPECT_EQ(mandate, active_mandate());
}

TEST(MandateStates, TellWhatHappenedAsAHistory) {
  auto mandate = active_mandate();
  const auto event = apply(mandate, {.kind = Kind::suspended, .detail = "payer asked"}, today);
  ASSERT_TRUE(event);
  EXPECT_EQ(*event,
            (MandateEvent{Kind::suspended, MandateState::active, MandateState::suspended, today, "payer asked"}));
  EXPECT_EQ(mandate.version, 1U);
}

TEST(MandateStates, HaveNamesThatReadBack) {
  for (const auto state : {MandateState::draft, MandateState::pending, MandateState::active, MandateState::suspended,
                           MandateState::ended}) {
    EXPECT_EQ(parse_mandate_state(mandate_state_name(state)), state);
  }
  for (int i = 0; i <= static_cast<int>(Kind::ended); ++i) {
    EXPECT_EQ(parse_mandate_event(mandate_event_name(static_cast<Kind>(i))), static_cast<Kind>(i));
  }
  for (int i = 0; i <= static_cast<int>(MandateEnd::stopped_by_bank); ++i) {
    EXPECT_EQ(parse_mandate_end(mandate_end_name(static_cast<MandateEnd>(i))), static_cast<MandateEnd>(i));
  }
  for (int i = 0; i <= static_cast<int>(MandatePending::registration); ++i) {
    EXPECT_EQ(parse_mandate_pending(mandate_pending_name(static_cast<MandatePending>(i))),
              static_cast<MandatePending>(i));
  }
  EXPECT_FALSE(parse_mandate_state("Active"));
}

TEST(Prenote, HoldsTheMandateUntilItHasSettledLongEnough) {
  Mandate mandate;
  take(mandate, {.kind = Kind::wait_begun, .pending = MandatePending::prenote_to_send});
  EXPECT_EQ(apply(mandate, {.kind = Kind::prenote_settled, .earliest_debit_on = today}, today).error().code,
            "mandate.no-prenote");
  take(mandate, {.kind = Kind::prenote_sent});
  EXPECT_EQ(mandate.pending, MandatePending::prenote_sent);
  // Settled on Tuesday 24 November; Thursday is Thanksgiving, so the third banking day is Monday.
  const auto first = first_debit_after_prenote(BankCalendar::federal_reserve(), today, {});
  ASSERT_TRUE(first);
  EXPECT_EQ(iso_date(*first), "2026-11-30");
  take(mandate, {.kind = Kind::prenote_settled, .collected_on = today, .earliest_debit_on = *first});
  EXPECT_EQ(mandate.state, MandateState::active);
  EXPECT_EQ(mandate.earliest_debit_on, first);
}

TEST(Prenote, SuspendsTheMandateWhenItComesBack) {
  Mandate mandate;
  take(mandate, {.kind = Kind::wait_begun, .pending = MandatePending::prenote_to_send});
  take(mandate, {.kind = Kind::prenote_sent});
  take(mandate, {.kind = Kind::refused, .detail = "bank reason R03"});
  EXPECT_EQ(mandate.state, MandateState::suspended);
  EXPECT_EQ(mandate.pending, MandatePending::none);
}

TEST(Sequence, IsFirstUntilACollectionWasHandedOverAndRecurringAfter) {
  auto mandate = active_mandate();
  EXPECT_EQ(next_sequence(mandate, sepa), SequenceType::first);
  take(mandate, {.kind = Kind::collection_sent, .sequence = SequenceType::first});
  EXPECT_EQ(next_sequence(mandate, sepa), SequenceType::recurring);
}

TEST(Sequence, GoesBackToFirstWhenTheFirstOneWasRejected) {
  auto mandate = active_mandate();
  take(mandate, {.kind = Kind::collection_sent, .sequence = SequenceType::first});
  take(mandate, {.kind = Kind::collection_rejected, .sequence = SequenceType::first});
  EXPECT_EQ(next_sequence(mandate, sepa), SequenceType::first);
}

TEST(Sequence, IsWhatTheProfileSaysForAFirstCollection) {
  auto rules = sepa;
  rules.first_as = SequenceType::recurring;
  EXPECT_EQ(next_sequence(active_mandate(), rules), SequenceType::recurring);
  EXPECT_EQ(next_sequence(active_mandate(), MandateRules{}), SequenceType::none);
}

TEST(Sequence, FinalEndsTheMandateWhenItHasSettledAndNotBefore) {
  auto mandate = active_mandate();
  mandate.final_next = true;
  EXPECT_EQ(next_sequence(mandate, sepa), SequenceType::final);
  take(mandate, {.kind = Kind::collection_sent, .sequence = SequenceType::final});
  EXPECT_TRUE(mandate.final_sent);
  take(mandate, {.kind = Kind::collection_rejected, .sequence = SequenceType::final});
  EXPECT_FALSE(mandate.final_sent);
  EXPECT_EQ(next_sequence(mandate, sepa), SequenceType::final);
  take(mandate, {.kind = Kind::collection_sent, .sequence = SequenceType::final});
  take(mandate, {.kind = Kind::collection_settled, .sequence = SequenceType::final, .collected_on = today});
  EXPECT_EQ(mandate.end, MandateEnd::final_collection);
}

TEST(Sequence, OneOffIsUsedUpByItsOneCollection) {
  auto mandate = active_mandate();
  mandate.one_off = true;
  EXPECT_EQ(next_sequence(mandate, sepa), SequenceType::one_off);
  take(mandate, {.kind = Kind::collection_sent, .sequence = SequenceType::one_off});
  take(mandate, {.kind = Kind::collection_settled, .sequence = SequenceType::one_off, .collected_on = today});
  EXPECT_EQ(mandate.end, MandateEnd::one_off_used);
  // NACHA has no sequence types, and a single entry uses its authorization up all the same.
  auto single = active_mandate();
  single.one_off = true;
  take(single, {.kind = Kind::collection_settled, .collected_on = today});
  EXPECT_EQ(single.end, MandateEnd::one_off_used);
}

TEST(Expiry, CountsFromTheLastCollectionElseFromTheSignature) {
  auto mandate = active_mandate();
  mandate.signed_on = day("2023-11-24");
  EXPECT_EQ(iso_date(*last_valid_day(mandate, sepa)), "2026-11-24");
  mandate.last_collected_on = day("2024-02-29");
  EXPECT_EQ(iso_date(*last_valid_day(mandate, sepa)), "2027-02-28");
  EXPECT_FALSE(last_valid_day(mandate, MandateRules{}));
}

TEST(Expiry, WarnsSixtyDaysAhead) {
  auto mandate = active_mandate();
  mandate.last_collected_on = day("2024-01-24");
  EXPECT_TRUE(expires_soon(mandate, sepa, day("2026-11-25")));
  EXPECT_FALSE(expires_soon(mandate, sepa, day("2026-11-24")));
}

TEST(Expiry, IsPutOffByACollectionThatReachedItsDueDateOnly) {
  auto mandate = active_mandate();
  take(mandate, {.kind = Kind::collection_sent});
  take(mandate, {.kind = Kind::collection_rejected});
  EXPECT_FALSE(mandate.last_collected_on);
  take(mandate, {.kind = Kind::collection_settled, .collected_on = day("2026-12-01")});
  take(mandate, {.kind = Kind::collection_settled, .collected_on = day("2026-11-01")});  // Came in later.
  EXPECT_EQ(iso_date(*mandate.last_collected_on), "2026-12-01");
}

TEST(Amendment, WaitsUntilACollectionThatCarriedItHasSettled) {
  auto mandate = active_mandate();
  mandate.used = 3;
  const auto event = amend(mandate, {.account = "DE75512108001245126199", .same_bank = true}, sepa, today);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->detail, "account");
  EXPECT_EQ(mandate.amendment.old_account, "DE89370400440532013000");
  take(mandate, {.kind = Kind::collection_sent, .carried = {.old_account = "DE89370400440532013000"}});
  take(mandate, {.kind = Kind::collection_rejected, .carried = {.old_account = "DE89370400440532013000"}});
  EXPECT_FALSE(mandate.amendment.empty());
  take(mandate, {.kind = Kind::collection_settled, .collected_on = today, .carried = {.old_account = "DE89370400440532013000"}});
  EXPECT_TRUE(mandate.amendment.empty());
}

TEST(Amendment, IsNotDoneByACollectionThatDidNotCarryIt) {
  auto mandate = active_mandate();
  mandate.used = 1;
  ASSERT_TRUE(amend(mandate, {.reference = "FLAT-12-B"}, sepa, today));
  take(mandate, {.kind = Kind::collection_settled, .collected_on = today});  // Was on its way before the change.
  EXPECT_EQ(mandate.amendment.old_reference, "FLAT-12");
}

TEST(Amendment, KeepsTheOldestValueTheBankKnows) {
  auto mandate = active_mandate();
  mandate.used = 1;
  ASSERT_TRUE(amend(mandate, {.reference = "B"}, sepa, today));
  ASSERT_TRUE(amend(mandate, {.reference = "C"}, sepa, today));
  EXPECT_EQ(mandate.amendment.old_reference, "FLAT-12");
  EXPECT_EQ(mandate.reference, "C");
}

TEST(Amendment, MadeWhileAnotherWasOnItsWayWaitsForTheNextCollection) {
  auto mandate = active_mandate();
  mandate.used = 1;
  ASSERT_TRUE(amend(mandate, {.reference = "B"}, sepa, today));
  take(mandate, {.kind = Kind::collection_sent, .carried = {.old_reference = "FLAT-12"}});
  ASSERT_TRUE(amend(mandate, {.reference = "C", .account = "NL91ABNA0417164300"}, sepa, today));
  take(mandate, {.kind = Kind::collection_settled,
                 .collected_on = today,
                 .carried = {.old_reference = "FLAT-12"},
                 .told_reference = "B",
                 .told_account = "DE89370400440532013000"});
  EXPECT_EQ(mandate.amendment.old_reference, "B");
  EXPECT_EQ(mandate.amendment.old_account, "SMNDA");
}

TEST(Amendment, OfTheCreditorMadeWhileAnotherWasOnItsWayIsNotLost) {
  auto mandate = active_mandate();
  mandate.used = 1;
  ASSERT_TRUE(amend(mandate, {.reference = "B"}, sepa, today));
  ASSERT_TRUE(amend_creditor(mandate, "DE98ZZZ09999999999", {}, sepa, today));
  take(mandate, {.kind = Kind::collection_settled,
                 .collected_on = today,
                 .carried = {.old_reference = "FLAT-12"},
                 .told_reference = "B",
                 .told_account = mandate.account});
  EXPECT_EQ(mandate.amendment, (Amendment{.old_creditor_id = "DE98ZZZ09999999999"}));
}

TEST(Amendment, AnnouncesAnotherBankAsNewAccount) {
  auto mandate = active_mandate();
  mandate.used = 1;
  ASSERT_TRUE(amend(mandate, {.account = "NL91ABNA0417164300", .bank = "ABNANL2A"}, sepa, today));
  EXPECT_EQ(mandate.amendment.old_account, "SMNDA");
  EXPECT_EQ(mandate.bank, "ABNANL2A");
}

TEST(Amendment, CarriesNothingBeforeTheFirstCollectionOrWhereTheSchemeDoesNot) {
  auto unused = active_mandate();
  ASSERT_TRUE(amend(unused, {.account = "NL91ABNA0417164300"}, sepa, today));
  EXPECT_TRUE(unused.amendment.empty());
  auto used = active_mandate();
  used.used = 1;
  ASSERT_TRUE(amend(used, {.account = "123456789"}, MandateRules{}, today));
  EXPECT_TRUE(used.amendment.empty());
}

TEST(Amendment, RefusesAnEndedMandateAndDataThatAreTheSame) {
  auto mandate = active_mandate();
  EXPECT_EQ(amend(mandate, {.account = mandate.account}, sepa, today).error().code, "mandate.nothing-changed");
  take(mandate, {.kind = Kind::ended, .end = MandateEnd::expired});
  EXPECT_EQ(amend(mandate, {.account = "X"}, sepa, today).error().code, "mandate.ended");
}

TEST(Amendment, CarriesTheCreditorsOldNameToo) {
  auto mandate = active_mandate();
  mandate.used = 1;
  ASSERT_TRUE(amend_creditor(mandate, "DE98ZZZ09999999999", "Old Name Ltd", sepa, today));
  EXPECT_EQ(mandate.amendment.old_creditor_id, "DE98ZZZ09999999999");
  EXPECT_EQ(mandate.amendment.old_creditor_name, "Old Name Ltd");
}

TEST(BankReason, SuspendsOrEndsAndIsQuietWhenThatIsAlreadyTrue) {
  auto mandate = active_mandate();
  EXPECT_FALSE(*apply_effect(mandate, MandateEffect::none, "R01", today));
  EXPECT_FALSE(*apply_effect(mandate, MandateEffect::hold, "R08", today));
  const auto suspended = apply_effect(mandate, MandateEffect::suspend, "AC04", today);
  ASSERT_TRUE(suspended && *suspended);
  EXPECT_EQ((*suspended)->detail, "bank reason AC04");
  EXPECT_FALSE(*apply_effect(mandate, MandateEffect::suspend, "AC04", today));
  ASSERT_TRUE(*apply_effect(mandate, MandateEffect::end, "MD01", today));
  EXPECT_EQ(mandate.end, MandateEnd::stopped_by_bank);
  EXPECT_FALSE(*apply_effect(mandate, MandateEffect::end, "MD01", today));
}

MandateChange any_change() {
  MandateChange change;
  change.kind = static_cast<Kind>(*rc::gen::inRange(0, static_cast<int>(Kind::ended) + 1));
  change.end = *rc::gen::element(MandateEnd::none, MandateEnd::expired, MandateEnd::revoked_by_payer);
  change.pending =
      *rc::gen::element(MandatePending::none, MandatePending::prenote_to_send, MandatePending::registration);
  change.sequence = *rc::gen::element(SequenceType::none, SequenceType::first, SequenceType::recurring,
                                      SequenceType::final, SequenceType::one_off);
  change.collected_on = today + std::chrono::days{*rc::gen::inRange(-100, 100)};
  change.earliest_debit_on = today;
  if (*rc::gen::arbitrary<bool>()) change.carried.old_account = "SMNDA";
  return change;
}

RC_GTEST_PROP(MandateProperty, WhateverHappensAnEndedMandateStaysEndedAndRefusalsChangeNothing, ()) {
  Mandate mandate;
  mandate.one_off = *rc::gen::arbitrary<bool>();
  bool was_ended = false;
  std::optional<Date> last_collected;
  for (int i = 0; i < 30; ++i) {
    const auto before = mandate;
    const auto event = apply(mandate, any_change(), today);
    if (!event) {
      RC_ASSERT(mandate == before);
      RC_ASSERT(!event.error().remedy.empty());
    } else {
      RC_ASSERT(event->from == before.state);
      RC_ASSERT(event->to == mandate.state);
      RC_ASSERT(mandate.version == before.version + 1);
    }
    RC_ASSERT(!was_ended || mandate.state == MandateState::ended);
    was_ended = mandate.state == MandateState::ended;
    RC_ASSERT((mandate.end != MandateEnd::none) == was_ended);
    RC_ASSERT((mandate.pending != MandatePending::none) == (mandate.state == MandateState::pending));
    RC_ASSERT(!last_collected || (mandate.last_collected_on && *mandate.last_collected_on >= *last_collected));
    last_collected = mandate.last_collected_on;
  }
}

RC_GTEST_PROP(MandateProperty, AMandateIsNeverTakenForValidAfterItsLastDay, ()) {
  auto mandate = active_mandate();
  mandate.signed_on = make_date(2015, 1, 1) + std::chrono::days{*rc::gen::inRange(0, 4000)};
  const auto last = last_valid_day(mandate, sepa);
  RC_ASSERT(last.has_value());
  const auto span = *last - *mandate.signed_on;
  RC_ASSERT(span >= std::chrono::days{1094} && span <= std::chrono::days{1097});
  RC_ASSERT(expires_soon(mandate, sepa, *last));
}

}  // namespace
}  // namespace counterfoil
