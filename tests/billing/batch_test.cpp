#include "billing/batch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace counterfoil {
namespace {

using State = BatchState;
using Event = BatchEvent;

Batch sealed_batch() {
  Batch batch;
  batch.state = State::sealed;
  batch.sequence_number = 7;
  batch.prepared_by = "anna";
  batch.sha256 = "ab12";
  return batch;
}

TEST(BatchLife, GoesForwardOnlyAndIsVoidUntilItWasSent) {
  State state = State::draft;
  for (const auto event :
       {Event::seal, Event::approve, Event::release, Event::send, Event::acknowledge, Event::close}) {
    EXPECT_EQ(next_state(state, Event::make_void).has_value(), state < State::sent) << batch_state_name(state);
    const auto to = next_state(state, event);
    ASSERT_TRUE(to) << batch_event_name(event);
    EXPECT_GT(*to, state);
    state = *to;
  }
  EXPECT_FALSE(next_state(State::closed, Event::make_void));
  EXPECT_EQ(next_state(State::voided, Event::seal).error().code, "batch.transition");
}

TEST(BatchNames, ReadBack) {
  for (int i = 0; i <= static_cast<int>(State::voided); ++i) {
    EXPECT_EQ(parse_batch_state(batch_state_name(static_cast<State>(i))), static_cast<State>(i));
  }
  for (int i = 0; i <= static_cast<int>(Event::make_void); ++i) {
    EXPECT_EQ(parse_batch_event(batch_event_name(static_cast<Event>(i))), static_cast<Event>(i));
  }
}

TEST(BatchApproval, NeedsAnotherPersonAndTheSealedBytes) {
  auto batch = sealed_batch();
  EXPECT_EQ(approve(batch, "anna", "ab12", {}).error().code, "batch.same-person");
  EXPECT_EQ(approve(batch, "bert", "ab13", {}).error().code, "batch.digest-differs");
  EXPECT_EQ(batch, sealed_batch());
  EXPECT_TRUE(approve(batch, "bert", "ab12", {}));
  EXPECT_EQ(batch.state, State::approved);
}

TEST(BatchRelease, NeedsAsManyPersonsAsConfigured) {
  auto batch = sealed_batch();
  ASSERT_TRUE(approve(batch, "bert", "ab12", {}));
  EXPECT_EQ(release(batch, "anna", "ab12", {}).error().code, "batch.same-person");
  EXPECT_EQ(release(batch, "bert", "ab12", {.releaser_not_approver = true}).error().code, "batch.same-person");
  EXPECT_EQ(release(batch, "bert", "", {}).error().code, "batch.digest-differs");
  EXPECT_TRUE(release(batch, "bert", "ab12", {}));
  EXPECT_EQ(batch.released_by, "bert");
}

TEST(BatchRelease, IsRefusedBeforeApproval) {
  auto batch = sealed_batch();
  EXPECT_EQ(release(batch, "carla", "ab12", {}).error().code, "batch.transition");
}

TEST(RulesOfAccount, TakeTheStricterLimitAndTheAccountsOwnTimes) {
  CreditorAccount account;
  account.lead_bank_days = 2;
  account.notice_days = 5;
  account.most_minor = 50000;
  account.first_as = SequenceType::first;
  const CollectionRules scheme{.lead_bank_days = 1, .notice_days = 14, .most_minor = 99999};
  const auto rules = rules_of(account, scheme);
  EXPECT_EQ(rules.lead_bank_days, 2);
  EXPECT_EQ(rules.notice_days, 5);
  EXPECT_EQ(rules.most_minor, 50000);
  EXPECT_EQ(rules.mandate.first_as, SequenceType::first);
  account.most_minor = 0;
  EXPECT_EQ(rules_of(account, scheme).most_minor, 99999);
}

}  // namespace
}  // namespace counterfoil
