#include "billing/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/names.hpp"

namespace counterfoil {
namespace {

using State = BatchState;
using Event = BatchEvent;

constexpr std::array state_names{
    Named<State>{State::draft, "draft"},       Named<State>{State::sealed, "sealed"},
    Named<State>{State::approved, "approved"}, Named<State>{State::released, "released"},
    Named<State>{State::sent, "sent"},         Named<State>{State::acknowledged, "acknowledged"},
    Named<State>{State::closed, "closed"},     Named<State>{State::voided, "voided"},
};

constexpr std::array event_names{
    Named<Event>{Event::seal, "seal"},
    Named<Event>{Event::approve, "approve"},
    Named<Event>{Event::withdraw_approval, "withdraw-approval"},
    Named<Event>{Event::release, "release"},
    Named<Event>{Event::send, "send"},
    Named<Event>{Event::acknowledge, "acknowledge"},
    Named<Event>{Event::close, "close"},
    Named<Event>{Event::make_void, "void"},
};

struct Transition {
  State from;
  Event event;
  State to;
};

constexpr std::array transitions{
    Transition{State::draft, Event::seal, State::sealed},
    Transition{State::draft, Event::make_void, State::voided},
    Transition{State::sealed, Event::approve, State::approved},
    Transition{State::sealed, Event::make_void, State::voided},
    Transition{State::approved, Event::withdraw_approval, State::sealed},
    Transition{State::approved, Event::release, State::released},
    Transition{State::approved, Event::make_void, State::voided},
    Transition{State::released, Event::send, State::sent},
    Transition{State::released, Event::make_void, State::voided},
    Transition{State::sent, Event::acknowledge, State::acknowledged},
    Transition{State::sent, Event::close, State::closed},
    Transition{State::acknowledged, Event::close, State::closed},
};

Error refused(std::string code, std::string explanation, std::string remedy) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {},
          .kind = ErrorKind::refused};
}

Error same_person(const Batch& batch, std::string_view role, std::string_view other) {
  return refused(
      "batch.same-person",
      fmt::format("The {} of batch {} must be another person than its {}.", role, batch.sequence_number, other),
      "Ask a second person.");
}

Result<void> check_digest(const Batch& batch, std::string_view sha256) {
  if (!batch.sha256.empty() && batch.sha256 == sha256) return {};
  return std::unexpected(
      refused("batch.digest-differs",
              fmt::format("The file of batch {} is not the one that was sealed.", batch.sequence_number),
              "Void the batch, find out what changed the file, and make the batch again."));
}

}  // namespace

std::string_view batch_state_name(BatchState state) { return name_in(state_names, state); }
std::string_view batch_event_name(BatchEvent event) { return name_in(event_names, event); }
std::optional<BatchState> parse_batch_state(std::string_view name) { return value_in(state_names, name); }
std::optional<BatchEvent> parse_batch_event(std::string_view name) { return value_in(event_names, name); }

Result<BatchState> next_state(BatchState current, BatchEvent event) {
  for (const auto& transition : transitions) {
    if (transition.from == current && transition.event == event) return transition.to;
  }
  return std::unexpected(
      refused("batch.transition",
              fmt::format("A batch that is {} cannot take \"{}\".", batch_state_name(current), batch_event_name(event)),
              "Look at the batch: somebody else may have moved it on."));
}

CollectionRules rules_of(const CreditorAccount& account, const CollectionRules& scheme) {
  CollectionRules rules = scheme;
  rules.mandate.first_as = account.first_as;
  rules.lead_bank_days = std::max(account.lead_bank_days, 0);
  rules.notice_days = account.notice_days;
  rules.combine_bills = account.combine_bills;
  if (account.most_minor > 0 && (rules.most_minor == 0 || account.most_minor < rules.most_minor)) {
    rules.most_minor = account.most_minor;
  }
  return rules;
}

Result<void> approve(Batch& batch, std::string_view approver, std::string_view sha256, const ReleaseRules& rules) {
  const auto state = next_state(batch.state, BatchEvent::approve);
  if (!state) return std::unexpected(state.error());
  if (approver.empty() || (rules.approver_not_preparer && approver == batch.prepared_by)) {
    return std::unexpected(same_person(batch, "approver", "preparer"));
  }
  if (const auto same = check_digest(batch, sha256); !same) return same;
  batch.state = *state;
  batch.approved_by = approver;
  ++batch.version;
  return {};
}

Result<void> release(Batch& batch, std::string_view releaser, std::string_view sha256, const ReleaseRules& rules) {
  const auto state = next_state(batch.state, BatchEvent::release);
  if (!state) return std::unexpected(state.error());
  if (releaser.empty() || (rules.releaser_not_preparer && releaser == batch.prepared_by)) {
    return std::unexpected(same_person(batch, "releaser", "preparer"));
  }
  if (rules.releaser_not_approver && releaser == batch.approved_by) {
    return std::unexpected(same_person(batch, "releaser", "approver"));
  }
  if (const auto same = check_digest(batch, sha256); !same) return same;
  batch.state = *state;
  batch.released_by = releaser;
  ++batch.version;
  return {};
}

}  // namespace counterfoil
