#include "reconcile/match.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace counterfoil {
namespace {

using Event = ClaimEventKind;
using Kind = ExceptionClass;

Date day(std::string_view text) { return parse_iso_date(text).value(); }
const Date today = make_date(2026, 12, 10);

Reason reason_of(std::string code, ReasonAction action, MandateEffect effect = MandateEffect::none,
                 RetryPolicy::Choice retry = RetryPolicy::Choice::no) {
  Reason reason;
  reason.code = std::move(code);
  reason.outcome = Outcome::returned;
  reason.action = action;
  reason.mandate_effect = effect;
  reason.retry.choice = retry;
  reason.meaning_en = "meaning of it";
  return reason;
}

const Reason insufficient = reason_of("AM04", ReasonAction::retry, MandateEffect::none, RetryPolicy::Choice::yes);
const Reason closed = reason_of("AC04", ReasonAction::fix_account, MandateEffect::suspend);

// A SEPA claim that was collected on 1 December, and its return on the 3rd; each test changes one thing.
struct Case {
  Entry entry;
  Candidate claim;
  JudgeTerms terms;
  const Reason* reason = &insufficient;
  BankCalendar calendar = BankCalendar::target2();

  Case() {
    claim.state = ClaimState::settled;
    claim.settled_posted = true;
    claim.reference = "R-1";
    claim.mandate = "FLAT-12";
    claim.account = "DE89370400440532013000";
    claim.message_id = "M-1";
    claim.block_id = "M-1-1";
    claim.bill_number = "2026-11-0012";
    claim.currency = euro;
    claim.amount_minor = 5000;
    claim.collect_on = day("2026-12-01");
    claim.settled_on = day("2026-12-01");
    entry.reference = "R-1";
    entry.mandate = "FLAT-12";
    entry.outcome = Outcome::returned;
    entry.currency = euro;
    entry.amount_minor = 5000;
    entry.booked_on = day("2026-12-03");
    entry.reason = "AM04";
    terms.kind = FileKind::statement;
    terms.scheme = "iso20022";
    terms.calendar = &calendar;
    terms.return_bank_days = 5;
    terms.unauthorized_return_days = 396;
    terms.refund_days = 56;
    terms.today = today;
  }
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  [[nodiscard]] Judgement judge_it() const { return judge(entry, {&claim, 1}, reason, terms); }
};

std::string classes(const Judgement& judgement) {
  std::string text;
  for (const auto kind : judgement.exceptions.list()) {
    if (!text.empty()) text += ' ';
    text += exception_class_code(kind);
  }
  return text;
}

TEST(Judge, PostsAReturnThatAgreesAndSaysByWhichRuleAndEvidence) {
  const Case c;
  const auto judgement = c.judge_it();
  EXPECT_EQ(judgement.disposition, Disposition::posted);
  EXPECT_EQ(judgement.event, Event::give_back);
  EXPECT_EQ(judgement.amount_minor, 5000);
  EXPECT_EQ(judgement.on, day("2026-12-03"));
  EXPECT_EQ(match_rule_name(judgement.rule), "reference");
  EXPECT_EQ(judgement.evidence.text(), "agree: reference, mandate, amount, currency");
  EXPECT_EQ(judgement.next_step, NextStep::retry_next_run);
}

TEST(Judge, ProposesWhatTheReasonAsksForAndHandsOnItsEffectOnTheMandate) {
  Case c;
  c.reason = &closed;
  const auto judgement = c.judge_it();
  EXPECT_EQ(judgement.next_step, NextStep::get_new_account);
  EXPECT_EQ(judgement.mandate_effect, MandateEffect::suspend);
}

TEST(Judge, NamesEveryMismatchAndPostsOnlyWhatHasMoved) {
  struct Mismatch {
    const char* classes;
    bool posts;
    std::function<void(Case&)> spoil;
  };
  const std::vector<Mismatch> mismatches{
      {"unknown-reference", false, [](Case& c) { c.entry.reference = "R-2"; }},
      {"amount-differs", false, [](Case& c) { c.entry.amount_minor = 4999; }},
      {"charge-without-rule", false, [](Case& c) { c.entry.amount_minor = 5300; }},
      {"charge-without-rule", false, [](Case& c) { c.entry.booked_minor = 5300; }},
      {"currency-differs", false, [](Case& c) { c.entry.currency = us_dollar; }},
      {"account-differs", false, [](Case& c) { c.entry.payer_account = "NL91ABNA0417164300"; }},
      {"mandate-differs", false, [](Case& c) { c.entry.mandate = "FLAT-13"; }},
      {"result-for-unsent", false, [](Case& c) { c.claim.state = ClaimState::sealed; }},
      {"result-for-unsent", false, [](Case& c) { c.claim.state = ClaimState::released; }},
      {"result-for-cancelled", false, [](Case& c) { c.claim.state = ClaimState::voided; }},
      {"result-for-cancelled", false, [](Case& c) { c.claim.state = ClaimState::cancelled; }},
      {"duplicate-result", false, [](Case& c) { c.claim.state = ClaimState::returned; }},
      {"duplicate-result", false, [](Case& c) { c.claim.state = ClaimState::refunded; }},
      {"duplicate-result", false, [](Case& c) { c.claim.taken_in_this_file = true; }},
      {"duplicate-result", false, [](Case& c) { c.entry.outcome = Outcome::settled; }},
      {"contradiction-between-levels", false, [](Case& c) { c.claim.state = ClaimState::rejected; }},
      {"contradiction-between-levels", false, [](Case& c) { c.entry.outcome = Outcome::rejected; }},
      {"late-return", true, [](Case& c) { c.entry.booked_on = day("2026-12-09"); }},
      {"reason-unknown", true,
       [](Case& c) {
         c.entry.reason = "XX99";
         c.reason = nullptr;
       }},
      {"reason-missing", true,
       [](Case& c) {
         c.entry.reason = "";
         c.reason = nullptr;
       }},
      {"outcome-unknown", false,
       [](Case& c) {
         c.entry.outcome = Outcome::unknown;
         c.reason = nullptr;
       }},
      {"correction-to-apply", false,
       [](Case& c) {
         c.entry.outcome = Outcome::corrected;
         c.entry.amount_minor = 0;
       }},
      {"weak-match", false, [](Case& c) { c.entry.reference = ""; }},
      {"amount-differs mandate-differs", false,
       [](Case& c) {
         c.entry.mandate = "FLAT-13";
         c.entry.amount_minor = 1;
       }},
  };
  for (const auto& [expected, posts, spoil] : mismatches) {
    Case c;
    spoil(c);
    const auto judgement = c.judge_it();
    EXPECT_EQ(classes(judgement), expected);
    EXPECT_EQ(judgement.disposition, Disposition::exception) << expected;
    EXPECT_EQ(judgement.event.has_value(), posts) << expected;
    EXPECT_NE(judgement.next_step, NextStep::nothing) << expected;
    const auto sentence = explain(judgement, c.entry, judgement.matched ? &c.claim : nullptr, c.reason);
    EXPECT_NE(sentence.find(exception_class_meaning(judgement.exceptions.first())), std::string::npos) << sentence;
    EXPECT_EQ(sentence.find("ABNA0417164300"), std::string::npos) << sentence;
  }
}

TEST(Judge, IgnoresByNameWhatSaysNothingOfAClaim) {
  struct Ignored {
    const char* rule;
    std::function<void(Case&)> change;
  };
  static const Reason payee_check = [] {
    auto reason = reason_of("RVNM", ReasonAction::none);
    reason.outcome = Outcome::unknown;
    return reason;
  }();
  const std::vector<Ignored> list{
      {"not-booked", [](Case& c) { c.entry.is_booked = false; }},
      {"not-a-collection", [](Case& c) { c.entry.outcome = Outcome::none; }},
      {"no-news", [](Case& c) { c.entry.outcome = Outcome::pending; }},
      {"no-news", [](Case& c) { c.entry.outcome = Outcome::accepted; }},
      {"no-news",
       [](Case& c) {
         c.entry.outcome = Outcome::cancelled;
         c.claim.state = ClaimState::cancelled;
       }},
      {"status-without-claim",
       [](Case& c) {
         c.entry.outcome = Outcome::unknown;
         c.reason = &payee_check;
       }},
      {"instruction", [](Case& c) { c.terms.kind = FileKind::instruction; }},
  };
  for (const auto& [rule, change] : list) {
    Case c;
    change(c);
    const auto judgement = c.judge_it();
    EXPECT_EQ(judgement.disposition, Disposition::ignored) << rule;
    EXPECT_EQ(ignore_rule_name(judgement.ignored_by), rule);
    EXPECT_FALSE(judgement.event);
  }
}

TEST(Judge, TakesOneBookingInSeveralMessagesForOne) {
  Case c;
  c.claim.state = ClaimState::returned;
  c.claim.earlier = {.format = "camt.054.001.08", .bank_reference = "", .on = day("2026-12-03")};
  c.terms.format = "camt.053.001.08";
  EXPECT_EQ(c.judge_it().ignored_by, IgnoreRule::same_booking);
  // Another day, or the same kind of message once more, is a second booking.
  c.claim.earlier.on = day("2026-12-02");
  EXPECT_EQ(classes(c.judge_it()), "duplicate-result");
  c.claim.earlier.on = day("2026-12-03");
  c.terms.format = "camt.054.001.08";
  EXPECT_EQ(classes(c.judge_it()), "duplicate-result");
  // The bank's own reference is surer than the day.
  c.claim.earlier.bank_reference = c.entry.bank_reference = "2026120300012";
  EXPECT_EQ(c.judge_it().ignored_by, IgnoreRule::same_booking);
  c.entry.bank_reference = "2026120300013";
  c.terms.format = "camt.053.001.08";
  EXPECT_EQ(classes(c.judge_it()), "duplicate-result");
}

TEST(Judge, LetsTheLowestLevelCountAndSaysThatTheLevelsContradictEachOther) {
  Case c;
  c.claim.state = ClaimState::sent;
  c.claim.settled_posted = false;
  c.entry.outcome = Outcome::rejected;
  c.terms.kind = FileKind::acknowledgement;
  c.terms.said_above = Outcome::accepted;
  const auto judgement = c.judge_it();
  EXPECT_EQ(classes(judgement), "contradiction-between-levels");
  EXPECT_EQ(judgement.event, Event::reject);
  c.entry.status_inherited = true;
  EXPECT_EQ(c.judge_it().disposition, Disposition::posted);
}

TEST(Judge, TakesAnAcceptanceAndAReportWithoutAmounts) {
  Case c;
  c.claim.state = ClaimState::sent;
  c.claim.settled_posted = false;
  c.entry.outcome = Outcome::accepted;
  c.entry.amount_minor = 0;
  c.entry.reason = "";
  c.terms.kind = FileKind::acknowledgement;
  c.reason = nullptr;
  const auto judgement = c.judge_it();
  EXPECT_EQ(classes(judgement), "");
  EXPECT_EQ(judgement.event, Event::acknowledge);
}

TEST(Judge, SaysThatAnAcceptanceAfterARejectIsAContradiction) {
  Case c;
  c.claim.state = ClaimState::rejected;
  c.entry.outcome = Outcome::accepted;
  EXPECT_EQ(classes(c.judge_it()), "contradiction-between-levels");
}

TEST(Judge, KeepsTheChargeApartFromTheClaim) {
  // 53.00 booked, 50.00 of it the claim and 3.00 the bank's charge.
  Case c;
  c.entry.booked_minor = 5300;
  c.entry.charges_minor = 300;
  auto judgement = c.judge_it();
  EXPECT_EQ(judgement.disposition, Disposition::posted);
  EXPECT_EQ(judgement.amount_minor, 5000);
  EXPECT_EQ(judgement.charges_minor, 300);
  // The same booking without a word of the charge, where the bank is known to do so.
  c.entry.amount_minor = 5300;
  c.entry.booked_minor = -1;
  c.entry.charges_minor = 0;
  c.terms.charges_within_booking = true;
  judgement = c.judge_it();
  EXPECT_EQ(judgement.disposition, Disposition::posted);
  EXPECT_EQ(judgement.amount_minor, 5000);
  EXPECT_EQ(judgement.charges_minor, 300);
}

TEST(Judge, ProposesAClaimFoundWithoutAReferenceAndWaitsForAPerson) {
  Case c;
  c.entry.reference = "NOTPROVIDED";
  auto judgement = c.judge_it();
  EXPECT_EQ(judgement.rule, MatchRule::mandate_amount_date);
  EXPECT_EQ(judgement.proposed, Event::give_back);
  EXPECT_EQ(judgement.next_step, NextStep::confirm_match);
  c.entry.mandate = "";
  c.entry.payer_account = "de89 3704 0044 0532 0130 00";
  EXPECT_EQ(c.judge_it().rule, MatchRule::account_amount_date);
  c.entry.payer_account = "";
  c.entry.remittance = "RENT 2026-11-0012 DECEMBER";
  EXPECT_EQ(c.judge_it().rule, MatchRule::bill_number_in_text);
  c.entry.remittance = "RENT";
  EXPECT_EQ(classes(c.judge_it()), "unknown-reference");
}

TEST(Judge, NeverTakesOurOwnAccountForThePayers) {
  // Dutch banks show the roles of the return payment.
  Case c;
  c.entry.payer_account = "NL91ABNA0417164300";
  c.terms.account_of_creditor = "NL91ABNA0417164300";
  EXPECT_EQ(c.judge_it().disposition, Disposition::posted);
}

TEST(Judge, PrefersTheClaimOfTheMessageTheFileAnswers) {
  // A detail number is unique only in its file: the older batch has the same one.
  Case older, newer;
  older.claim.message_id = "M-0";
  older.claim.state = ClaimState::sent;
  newer.claim.state = ClaimState::sent;
  newer.claim.settled_posted = older.claim.settled_posted = false;
  newer.claim.message_id = "M-1";
  newer.terms.message_id = "M-1";
  const std::vector<Candidate> candidates{older.claim, newer.claim};
  const auto judgement = judge(newer.entry, candidates, &insufficient, newer.terms);
  EXPECT_EQ(judgement.matched, 1U);
  EXPECT_EQ(judgement.disposition, Disposition::posted);
  // Without the right one, the older one is not taken in its place.
  const auto wrong = judge(newer.entry, {&older.claim, 1}, &insufficient, newer.terms);
  EXPECT_EQ(classes(wrong), "unknown-reference");
  EXPECT_FALSE(wrong.event);
}

TEST(Judge, AsksWhenTwoClaimsFitEquallyWell) {
  Case first, second;
  first.entry.reference = "";
  second.claim.collect_on = day("2026-11-02");
  const std::vector<Candidate> candidates{first.claim, second.claim};
  EXPECT_EQ(classes(judge(first.entry, candidates, &insufficient, first.terms)), "ambiguous-reference weak-match");
}

TEST(Judge, LeavesOutAClaimThatCannotTakeTheResultWhenAnotherCan) {
  Case first, second;
  first.entry.reference = "";
  second.claim.collect_on = day("2026-11-02");
  second.claim.state = ClaimState::returned;
  const std::vector<Candidate> candidates{second.claim, first.claim};
  const auto judgement = judge(first.entry, candidates, &insufficient, first.terms);
  EXPECT_EQ(judgement.matched, 1U);
  EXPECT_EQ(classes(judgement), "weak-match");
}

TEST(Judge, MatchesTwinReturnsOnceEach) {
  // Two claims that nobody can tell apart, and two lines for them in one file.
  Case first, second;
  std::vector<Candidate> candidates{first.claim, second.claim};
  const auto one = judge(first.entry, candidates, &insufficient, first.terms);
  EXPECT_EQ(one.matched, 0U);
  EXPECT_EQ(one.disposition, Disposition::posted);
  candidates[0].taken_in_this_file = true;
  const auto two = judge(first.entry, candidates, &insufficient, first.terms);
  EXPECT_EQ(two.matched, 1U);
  EXPECT_EQ(two.disposition, Disposition::posted);
  candidates[1].taken_in_this_file = true;
  EXPECT_EQ(classes(judge(first.entry, candidates, &insufficient, first.terms)), "duplicate-result");
}

TEST(Judge, TakesTheCreditThatComesAfterItsReturn) {
  Case c;
  c.claim.state = ClaimState::returned;
  c.claim.settled_posted = false;
  c.entry.outcome = Outcome::settled;
  c.entry.reason = "";
  c.reason = nullptr;
  EXPECT_EQ(c.judge_it().event, Event::settle);
  c.claim.settled_posted = true;
  EXPECT_EQ(classes(c.judge_it()), "duplicate-result");
}

TEST(Judge, BooksAPartialCollectionForWhatWasCollected) {
  Case c;
  c.claim.state = ClaimState::sent;
  c.claim.settled_posted = false;
  c.claim.currency = yuan;
  c.entry.currency = yuan;
  c.entry.outcome = Outcome::settled;
  c.entry.collected_minor = 3000;
  c.terms.kind = FileKind::settlement;
  c.reason = nullptr;
  auto judgement = c.judge_it();
  EXPECT_EQ(classes(judgement), "partial-collection");
  EXPECT_EQ(judgement.event, Event::settle);
  EXPECT_EQ(judgement.amount_minor, 3000);
  // The 304 answer has one amount field, and it tells what was collected.
  c.entry.amount_minor = 3000;
  judgement = c.judge_it();
  EXPECT_EQ(classes(judgement), "partial-collection");
  EXPECT_EQ(judgement.amount_minor, 3000);
  c.entry.amount_minor = 5000;
  c.entry.collected_minor = 5001;
  judgement = c.judge_it();
  EXPECT_EQ(classes(judgement), "amount-differs");
  EXPECT_FALSE(judgement.event);
}

TEST(Judge, FindsARowOfA304AnswerByItsDetailNumberAndAgreement) {
  Case c;
  c.claim.state = ClaimState::sent;
  c.claim.settled_posted = false;
  c.claim.trace = "00000012";
  c.claim.message_id = "12300001";
  c.entry.reference = "";
  c.entry.original_trace = "00000012";
  c.entry.payer_account = c.claim.account;
  c.entry.outcome = Outcome::settled;
  c.entry.reason = "FSBR0000";
  c.entry.collected_minor = 5000;
  c.terms.kind = FileKind::settlement;
  c.terms.message_id = "12300001";
  c.reason = nullptr;
  auto judgement = c.judge_it();
  EXPECT_EQ(judgement.disposition, Disposition::posted);
  EXPECT_EQ(judgement.rule, MatchRule::trace_amount);
  // The row of the number is of another agreement: shown, not posted.
  c.entry.mandate = "FLAT-13";
  judgement = c.judge_it();
  EXPECT_EQ(classes(judgement), "mandate-differs");
  EXPECT_FALSE(judgement.event);
}

TEST(Judge, LetsPositiveEvidenceEndAnUnknown) {
  Case c;
  c.claim.state = ClaimState::unknown;
  EXPECT_EQ(c.judge_it().event, Event::give_back);
}

struct NachaCase : Case {
  NachaCase() {
    calendar = BankCalendar::federal_reserve();
    claim.trace = "121042880000001";
    claim.bank = "231380104";
    claim.currency = us_dollar;
    claim.mandate = "";
    claim.account = "123456789";
    entry.currency = us_dollar;
    entry.mandate = "";
    entry.original_trace = "121042880000001";
    entry.original_bank = "23138010";
    entry.payer_account = "123456789";
    entry.booked_on = day("2026-12-03");
    terms.kind = FileKind::returned;
    terms.scheme = "nacha";
    terms.return_bank_days = 2;
    terms.unauthorized_return_days = 60;
    terms.returns_can_be_refused = true;
  }
};

TEST(NachaReturn, IsMatchedByTraceBankAndAmount) {
  const NachaCase c;
  const auto judgement = c.judge_it();
  EXPECT_EQ(judgement.disposition, Disposition::posted);
  EXPECT_EQ(match_rule_name(judgement.rule), "trace-bank-amount");
  EXPECT_EQ(judgement.evidence.text(), "agree: reference, trace, bank, account, amount, currency");
}

TEST(NachaReturn, IsShownWhenTraceAndIdentificationContradictEachOther) {
  NachaCase c;
  c.entry.reference = "R-9";
  EXPECT_EQ(classes(c.judge_it()), "ambiguous-reference");
}

TEST(NachaReturn, IsMatchedByIdentificationWhenTheBankRenumberedTheTrace) {
  NachaCase c;
  c.entry.original_trace = "099999990000001";
  const auto judgement = c.judge_it();
  EXPECT_EQ(judgement.rule, MatchRule::reference);
  EXPECT_EQ(judgement.disposition, Disposition::posted);
}

TEST(NachaReturn, OfAnotherAmountIsNotPosted) {
  NachaCase c;
  c.entry.reference = "";
  c.entry.amount_minor = 4000;
  const auto judgement = c.judge_it();
  EXPECT_EQ(judgement.rule, MatchRule::trace);
  EXPECT_EQ(classes(judgement), "amount-differs");
}

TEST(NachaReturn, IsLateAfterTwoBankingDaysUnlessUnauthorized) {
  NachaCase c;
  c.entry.booked_on = day("2026-12-04");
  auto judgement = c.judge_it();
  EXPECT_EQ(classes(judgement), "late-return");
  EXPECT_EQ(judgement.next_step, NextStep::dishonor_return);
  EXPECT_EQ(judgement.event, Event::give_back);
  auto unauthorized = reason_of("R10", ReasonAction::stop, MandateEffect::end);
  unauthorized.flags = {"unauthorized"};
  c.reason = &unauthorized;
  EXPECT_EQ(classes(c.judge_it()), "");
  c.entry.booked_on = day("2027-01-30");
  EXPECT_EQ(classes(c.judge_it()), "");
  c.entry.booked_on = day("2027-01-31");
  EXPECT_EQ(classes(c.judge_it()), "late-return");
}

TEST(NachaReturn, OfAReturnedClaimCanBeRefused) {
  NachaCase c;
  c.claim.state = ClaimState::returned;
  const auto judgement = c.judge_it();
  EXPECT_EQ(classes(judgement), "duplicate-result");
  EXPECT_EQ(judgement.next_step, NextStep::dishonor_return);
}

TEST(NachaReturn, DishonoredGivesTheMoneyBackAndContestedTakesItAgain) {
  NachaCase c;
  c.claim.state = ClaimState::returned;
  c.entry.outcome = Outcome::dishonored;
  EXPECT_EQ(c.judge_it().event, Event::dishonor);
  c.claim.state = ClaimState::settled;
  EXPECT_EQ(classes(c.judge_it()), "contradiction-between-levels");
  c.entry.outcome = Outcome::contested;
  EXPECT_EQ(c.judge_it().event, Event::contest);
}

TEST(NachaNotice, LeavesTheAmountOutAndChangesNoClaim) {
  NachaCase c;
  c.entry.outcome = Outcome::corrected;
  c.entry.amount_minor = 0;
  c.terms.kind = FileKind::notice;
  const auto judgement = c.judge_it();
  EXPECT_EQ(judgement.rule, MatchRule::trace_bank_amount);
  EXPECT_FALSE(judgement.evidence.was_compared(MatchField::amount));
  EXPECT_EQ(classes(judgement), "correction-to-apply");
  EXPECT_EQ(judgement.mandate_effect, MandateEffect::amend);
  EXPECT_FALSE(judgement.event);
  EXPECT_FALSE(judgement.proposed);
}

// A Bacs claim that waits for its result, and an unpaid item that names the processing day before its collection.
struct BacsCase : Case {
  BacsCase() {
    claim.reference = "T1-1";
    claim.state = ClaimState::sent;
    claim.settled_posted = false;
    claim.settled_on = {};
    claim.account = "55500001";
    entry.reference = {};
    entry.collect_on = day("2026-11-30");
    terms.mandate_comes_back = true;
    terms.processing_days_before = 1;
  }
};

TEST(BacsReturn, IsMatchedByMandateAmountAndProcessingDay) {
  BacsCase c;
  EXPECT_EQ(c.judge_it().disposition, Disposition::posted) << classes(c.judge_it());
  c.entry.collect_on = {};
  EXPECT_EQ(classes(c.judge_it()), "weak-match") << "without a day another presentation may be meant";
  c.entry.collect_on = day("2026-12-01");
  EXPECT_EQ(classes(c.judge_it()), "unknown-reference") << "processed on the day of collection is another debit";
}

TEST(BacsLodgement, IsAnsweredByTheMandateAlone) {
  BacsCase c;
  c.entry.is_prenote = true;
  c.entry.outcome = Outcome::rejected;
  c.entry.collect_on = {};
  c.entry.amount_minor = 0;
  EXPECT_EQ(classes(c.judge_it()), "unknown-reference") << "a debit is not meant";
  c.claim.is_prenote = true;
  c.claim.amount_minor = 0;
  EXPECT_EQ(c.judge_it().event, Event::reject) << classes(c.judge_it());
  c.entry.mandate = "FLAT-13";
  EXPECT_EQ(classes(c.judge_it()), "unknown-reference");
}

TEST(Silence, IsSuccessWhereTheSchemeAnswersFailuresOnly) {
  const auto calendar = BankCalendar::federal_reserve();
  const auto collect_on = day("2026-12-01");
  const auto silence = [&](ClaimState state, bool success, std::string_view now) {
    return *judge_silence(calendar, state, collect_on, 3, success, day(now));
  };
  EXPECT_EQ(silence(ClaimState::sent, true, "2026-12-04"), Silence::wait);
  EXPECT_EQ(silence(ClaimState::sent, true, "2026-12-05"), Silence::settled);
  EXPECT_EQ(silence(ClaimState::acknowledged, false, "2026-12-05"), Silence::missing);
  EXPECT_EQ(silence(ClaimState::unknown, true, "2026-12-05"), Silence::missing);
  EXPECT_EQ(silence(ClaimState::settled, false, "2026-12-31"), Silence::wait);
  EXPECT_EQ(*judge_silence(calendar, ClaimState::sent, collect_on, 0, false, day("2027-12-31")), Silence::wait);
}

TEST(ExceptionClasses, HaveACodeASentenceAndARemedyEach) {
  for (std::size_t i = 0; i < exception_class_count; ++i) {
    const auto kind = static_cast<Kind>(i);
    EXPECT_EQ(parse_exception_class(exception_class_code(kind)), kind);
    EXPECT_TRUE(exception_class_meaning(kind).ends_with('.'));
    EXPECT_TRUE(exception_class_remedy(kind).ends_with('.'));
  }
  for (int i = 0; i <= static_cast<int>(MatchRule::mandate); ++i) {
    EXPECT_EQ(parse_match_rule(match_rule_name(static_cast<MatchRule>(i))), static_cast<MatchRule>(i));
  }
  for (int i = 0; i <= static_cast<int>(IgnoreRule::same_booking); ++i) {
    EXPECT_EQ(parse_ignore_rule(ignore_rule_name(static_cast<IgnoreRule>(i))), static_cast<IgnoreRule>(i));
  }
  for (int i = 0; i <= static_cast<int>(NextStep::dishonor_return); ++i) {
    EXPECT_FALSE(next_step_sentence(static_cast<NextStep>(i)).empty());
  }
}

// Any entry against any claims: the texts are drawn from few values so that they often meet.
struct AnyCase {
  static std::string_view word() { return *rc::gen::element<std::string_view>("", "A", "B", "NOTPROVIDED"); }

  // Now and then as large as a file can claim.
  static std::int64_t amount(std::int64_t least) {
    if (*rc::gen::inRange(0, 10) == 0) return std::numeric_limits<std::int64_t>::max();
    return *rc::gen::inRange<std::int64_t>(least, 4);
  }

  static Candidate candidate() {
    Candidate claim;
    claim.state = static_cast<ClaimState>(*rc::gen::inRange(0, 13));
    claim.reference = word();
    claim.instruction_id = word();
    claim.trace = word();
    claim.mandate = word();
    claim.account = word();
    claim.bank = word();
    claim.message_id = word();
    claim.block_id = word();
    claim.currency = *rc::gen::element(euro, us_dollar);
    claim.amount_minor = amount(1);
    claim.collect_on = today - std::chrono::days{*rc::gen::inRange(0, 3)};
    claim.settled_posted = *rc::gen::arbitrary<bool>();
    claim.taken_in_this_file = *rc::gen::inRange(0, 4) == 0;
    return claim;
  }

  static Entry entry() {
    Entry entry;
    entry.reference = word();
    entry.instruction_id = word();
    entry.original_trace = word();
    entry.mandate = word();
    entry.payer_account = word();
    entry.original_bank = word();
    entry.original_message_id = word();
    entry.currency = *rc::gen::element(euro, us_dollar, Currency{});
    entry.amount_minor = amount(0);
    entry.booked_minor = amount(-1);
    entry.collected_minor = amount(-1);
    entry.charges_minor = amount(0);
    entry.outcome = static_cast<Outcome>(*rc::gen::inRange(0, 13));
    entry.is_booked = *rc::gen::inRange(0, 5) > 0;
    entry.reason = word();
    return entry;
  }
};

RC_GTEST_PROP(JudgeProperty, EveryEntryHasExactlyOneJudgementAndPostsOnlyWhatItsClaimCanTake, ()) {
  const auto entry = AnyCase::entry();
  std::vector<Candidate> candidates;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) candidates.push_back(AnyCase::candidate());
  const auto calendar = BankCalendar::target2();
  JudgeTerms terms;
  terms.kind =
      *rc::gen::element(FileKind::acknowledgement, FileKind::returned, FileKind::statement, FileKind::instruction);
  terms.calendar = &calendar;
  terms.return_bank_days = 2;
  terms.today = today;
  const auto* reason = *rc::gen::element<const Reason*>(nullptr, &insufficient, &closed);
  const auto judgement = judge(entry, candidates, reason, terms);
  switch (judgement.disposition) {
    case Disposition::posted:
      RC_ASSERT(judgement.event.has_value());
      RC_ASSERT(judgement.exceptions.empty());
      break;
    case Disposition::exception:
      RC_ASSERT(!judgement.exceptions.empty());
      break;
    case Disposition::ignored:
      RC_ASSERT(judgement.ignored_by != IgnoreRule::none);
      RC_ASSERT(!judgement.event && !judgement.proposed);
      break;
  }
  RC_ASSERT(!(judgement.event && judgement.proposed));
  if (judgement.event) {
    RC_ASSERT(judgement.matched.has_value());
    const auto& claim = candidates[*judgement.matched];
    RC_ASSERT(try_next_state(claim.state, *judgement.event).has_value());
    RC_ASSERT(judgement.amount_minor >= 0 && judgement.amount_minor <= claim.amount_minor);
    RC_ASSERT(!claim.taken_in_this_file);
    RC_ASSERT(judgement.rule < MatchRule::mandate_amount_date);
  }
  const auto sentence =
      explain(judgement, entry, judgement.matched ? &candidates[*judgement.matched] : nullptr, reason);
  RC_ASSERT(!sentence.empty());
}

RC_GTEST_PROP(JudgeProperty, TheOrderOfTheCandidatesDoesNotChangeWhatIsPosted, ()) {
  const auto entry = AnyCase::entry();
  std::vector<Candidate> candidates;
  for (int i = *rc::gen::inRange(2, 5); i > 0; --i) candidates.push_back(AnyCase::candidate());
  JudgeTerms terms;
  terms.kind = FileKind::statement;
  terms.today = today;
  const auto forward = judge(entry, candidates, &insufficient, terms);
  const std::vector<Candidate> reversed(candidates.rbegin(), candidates.rend());
  const auto backward = judge(entry, reversed, &insufficient, terms);
  // A tie may fall on either of the claims that tie, but then both runs say so or both claims are alike.
  if (forward.exceptions.has(Kind::ambiguous_reference) || backward.exceptions.has(Kind::ambiguous_reference)) return;
  RC_ASSERT(forward.rule == backward.rule);
  RC_ASSERT(forward.evidence == backward.evidence);
}

}  // namespace
}  // namespace counterfoil
