#include "billing/claim.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace counterfoil {
namespace {

using State = ClaimState;
using Event = ClaimEventKind;

const Date today = make_date(2026, 11, 24);
constexpr int state_count = static_cast<int>(State::unknown) + 1;
constexpr int event_count = static_cast<int>(Event::contest) + 1;

Claim claim_of(std::int64_t amount_minor) {
  Claim claim;
  claim.reference = "R-1";
  claim.currency = euro;
  claim.amount_minor = amount_minor;
  return claim;
}

TEST(ClaimLife, FollowsTheTable) {
  struct Row {
    State from;
    std::vector<std::pair<Event, State>> may;
  };
  const std::vector<Row> table{
      {State::planned,
       {{Event::seal, State::sealed}, {Event::cancel, State::cancelled}, {Event::make_void, State::voided}}},
      {State::sealed, {{Event::release, State::released}, {Event::make_void, State::voided}}},
      {State::released, {{Event::send, State::sent}, {Event::make_void, State::voided}, {Event::lose, State::unknown}}},
      {State::settled,
       {{Event::give_back, State::returned},
        {Event::refund, State::refunded},
        {Event::reverse, State::reversed},
        {Event::contest, State::returned}}},
      {State::returned, {{Event::settle, State::returned}, {Event::dishonor, State::settled}}},
      {State::refunded, {{Event::settle, State::refunded}}},
      {State::reversed, {{Event::settle, State::reversed}}},
      {State::rejected, {}},
      {State::cancelled, {}},
      {State::voided, {}},
  };
  for (const auto& row : table) {
    for (int i = 0; i < event_count; ++i) {
      const auto event = static_cast<Event>(i);
      const auto expected = std::ranges::find(row.may, event, &std::pair<Event, State>::first);
      const auto to = try_next_state(row.from, event);
      EXPECT_EQ(to.has_value(), expected != row.may.end())
          << claim_state_name(row.from) << " " << claim_event_name(event);
      if (to && expected != row.may.end()) {
        EXPECT_EQ(*to, expected->second);
      }
    }
  }
}

TEST(ClaimLife, TakesAReturnThatComesBeforeItsCredit) {
  auto claim = claim_of(5000);
  claim.state = State::sent;
  ASSERT_TRUE(post(claim, Event::give_back, today, 5000, "MS03"));
  EXPECT_EQ(claim.state, State::returned);
  ASSERT_TRUE(post(claim, Event::settle, today, 5000, ""));
  EXPECT_EQ(claim.state, State::returned);
  EXPECT_EQ(claim.collected_minor, 0);
}

TEST(ClaimLife, NamesStateAndEventThatDoNotFit) {
  const auto to = next_state(State::voided, Event::settle);
  ASSERT_FALSE(to);
  EXPECT_EQ(to.error().code, "claim.transition");
  EXPECT_EQ(to.error().explanation, "A claim that is voided cannot take \"settle\".");
}

TEST(ClaimLife, NeverSendsAnUnknownOneByItself) {
  // Only what somebody found out leads away from unknown; sealing and planning do not.
  EXPECT_FALSE(try_next_state(State::unknown, Event::seal));
  EXPECT_FALSE(try_next_state(State::unknown, Event::plan));
  EXPECT_TRUE(is_open(State::unknown));
}

TEST(ClaimNames, ReadBack) {
  for (int i = 0; i < state_count; ++i) {
    EXPECT_EQ(parse_claim_state(claim_state_name(static_cast<State>(i))), static_cast<State>(i));
  }
  for (int i = 0; i < event_count; ++i) {
    EXPECT_EQ(parse_claim_event(claim_event_name(static_cast<Event>(i))), static_cast<Event>(i));
  }
}

TEST(ClaimItems, AddUpToTheAmount) {
  auto claim = claim_of(700);
  claim.items = {{.bill = {}, .bill_number = "B1", .amount_minor = 300},
                 {.bill = {}, .bill_number = "B2", .amount_minor = 400}};
  EXPECT_TRUE(check_items(claim));
  claim.items.back().amount_minor = 401;
  const auto checked = check_items(claim);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, "claim.sum-of-items");
  claim.items.back().amount_minor = INT64_MAX;
  EXPECT_FALSE(check_items(claim));
}

TEST(ClaimPosting, RefusesMoreThanTheClaimIsOf) {
  auto claim = claim_of(700);
  claim.state = State::sent;
  EXPECT_EQ(post(claim, Event::settle, today, 701, "").error().code, "claim.amount-exceeds");
  EXPECT_EQ(post(claim, Event::settle, today, -1, "").error().code, "claim.amount-exceeds");
  EXPECT_EQ(claim.state, State::sent);
}

TEST(ClaimReplay, FollowsADishonorAndItsContest) {
  std::vector<ClaimEvent> history(1);  // The planning.
  auto claim = claim_of(700);
  for (const auto kind : {Event::seal, Event::release, Event::send, Event::settle, Event::give_back, Event::dishonor}) {
    history.push_back(*post(claim, kind, today, 700, ""));
  }
  EXPECT_EQ(replay(history)->state, State::settled);
  EXPECT_EQ(replay(history)->collected_minor, 700);
  history.push_back(*post(claim, Event::contest, today, 700, ""));
  EXPECT_EQ(replay(history)->state, State::returned);
  EXPECT_EQ(replay(history)->collected_minor, 0);
}

TEST(ClaimReplay, FindsAHistoryThatWasTamperedWith) {
  std::vector<ClaimEvent> history(1);  // The planning.
  auto claim = claim_of(700);
  for (const auto kind : {Event::seal, Event::release, Event::send, Event::settle}) {
    history.push_back(*post(claim, kind, today, 700, ""));
  }
  EXPECT_TRUE(replay(history));
  auto gap = history;
  gap.erase(gap.begin() + 2);
  EXPECT_EQ(replay(gap).error().code, "claim.history");
  auto headless = history;
  headless.erase(headless.begin());
  EXPECT_EQ(replay(headless).error().code, "claim.history");
  auto bent = history;
  bent.back().to = State::returned;
  EXPECT_EQ(replay(bent).error().code, "claim.history");
  auto contested = history;
  contested.push_back(contested.back());
  contested.back().kind = Event::contest;
  contested.back().from = State::settled;
  contested.back().to = State::returned;
  EXPECT_EQ(replay(contested).error().code, "claim.history");
}

// How far a claim has come; only a recorded dishonor and the end of `unknown` lead back.
int progress(State state) {
  switch (state) {
    case State::planned:
      return 0;
    case State::sealed:
      return 1;
    case State::released:
      return 2;
    case State::sent:
      return 3;
    case State::acknowledged:
      return 4;
    case State::settled:
      return 5;
    case State::unknown:
      return 4;
    default:
      return 6;
  }
}

RC_GTEST_PROP(ClaimProperty, NeverGoesBackExceptByADishonorOrOutOfUnknown, ()) {
  for (int s = 0; s < state_count; ++s) {
    for (int e = 0; e < event_count; ++e) {
      const auto from = static_cast<State>(s);
      const auto event = static_cast<Event>(e);
      const auto to = try_next_state(from, event);
      if (!to || event == Event::dishonor || from == State::unknown) continue;
      RC_ASSERT(progress(*to) >= progress(from));
    }
  }
}

RC_GTEST_PROP(ClaimProperty, AnySeriesOfEventsReplaysToTheSameStandingAndConservesMoney, ()) {
  const auto amount = *rc::gen::inRange<std::int64_t>(1, 100000);
  auto claim = claim_of(amount);
  std::vector<ClaimEvent> history(1);  // The planning.
  std::int64_t in = 0, out = 0;
  bool dishonored = false;
  for (int i = 0; i < 25; ++i) {
    const auto event = static_cast<Event>(*rc::gen::inRange(0, event_count));
    if (event == Event::contest && !dishonored) continue;
    const auto part = event == Event::settle ? *rc::gen::inRange<std::int64_t>(0, amount + 1) : amount;
    const auto before = claim;
    const auto posted = post(claim, event, today, part, "x");
    if (!posted) {
      RC_ASSERT(claim == before);
      continue;
    }
    dishonored = event == Event::dishonor;
    history.push_back(*posted);
    if (event == Event::settle || event == Event::dishonor) in += part;
    if (event == Event::give_back || event == Event::refund || event == Event::reverse || event == Event::contest)
      out += part;
  }
  const auto standing = replay(history);
  RC_ASSERT(standing.has_value());
  RC_ASSERT(standing->state == claim.state);
  RC_ASSERT(standing->collected_minor == claim.collected_minor);
  RC_ASSERT(in - out == claim.collected_minor);
}

}  // namespace
}  // namespace counterfoil
