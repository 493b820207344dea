#include "apps/operations/exception_work.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "apps/operations/ingest.hpp"
#include "apps/operations/mandate_effects.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "core/require.hpp"
#include "reconcile/correction.hpp"
#include "store/claim_posting.hpp"
#include "store/claims.hpp"
#include "store/bills.hpp"
#include "store/creditor_accounts.hpp"
#include "store/mandates.hpp"
#include "store/matching.hpp"
#include "store/planning.hpp"

namespace counterfoil {
namespace {

constexpr std::array<std::pair<ExceptionAction, std::string_view>, 7> action_words{{
    {ExceptionAction::retry, "retry"},
    {ExceptionAction::post, "post"},
    {ExceptionAction::correct, "correct"},
    {ExceptionAction::suspend, "suspend"},
    {ExceptionAction::end, "end"},
    {ExceptionAction::write_off, "write-off"},
    {ExceptionAction::accept, "accept"},
}};

std::unexpected<Error> does_not_fit(const ExceptionCase& what, std::string why, std::string remedy) {
  return std::unexpected(Error{.code = "exception.action",
                               .explanation = fmt::format("{} cannot be resolved this way: {}", what.number, why),
                               .remedy = std::move(remedy),
                               .kind = ErrorKind::refused});
}

/// What a resolution may need: the claim of the exception, its account and its mandate.
struct Parties {
  Claim claim;
  CreditorAccount account;
  Mandate mandate;
};

Result<Parties> parties_of(Desk& desk, const ExceptionCase& what) {
  if (what.claim.is_nil()) {
    return does_not_fit(what, "no claim was found for it.",
                        "Use --action accept with a comment once it is clear what it was.");
  }
  Parties parties;
  auto claim = find_claim(desk.scope(), what.claim);
  if (!claim) return std::unexpected(claim.error());
  require(claim->has_value(), "an exception names a claim that exists");
  parties.claim = std::move(**claim);
  auto account = find_creditor_account(desk.scope(), parties.claim.creditor_account);
  if (!account) return std::unexpected(account.error());
  require(account->has_value(), "a claim belongs to a creditor account");
  parties.account = std::move(**account);
  auto mandate = find_mandate(desk.scope(), parties.claim.mandate);
  if (!mandate) return std::unexpected(mandate.error());
  require(mandate->has_value(), "a claim belongs to a mandate");
  parties.mandate = std::move(**mandate);
  return parties;
}

bool has_failed(ClaimState state) {
  return state == ClaimState::rejected || state == ClaimState::returned || state == ClaimState::refunded;
}

/// The corrected data of a notice, as the file had them.
Result<std::string> corrected_data_of(Desk& desk, const ExceptionCase& what) {
  std::string found;
  Matching matching{desk.scope(), what.bank_file, desk.actor().name};
  const auto walked = matching.visit([&](const EntryWithCandidates& row) -> Result<void> {
    if (row.entry.position == what.position) found = row.entry.corrected_data;
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  return found;
}

Result<MandateData> new_data(Desk& desk, const ExceptionCase& what, const ResolveRequest& request) {
  MandateData data;
  if (!request.account.empty()) data.account = request.account;
  if (!request.bank.empty()) data.bank = request.bank;
  if (!request.payer_name.empty()) data.payer_name = request.payer_name;
  if (data.account || data.bank || data.payer_name) return data;
  if (!what.classes.has(ExceptionClass::correction_to_apply)) {
    return does_not_fit(what, "no new data were given.", "Give them with --account, --bank or --payer-name.");
  }
  const auto written = corrected_data_of(desk, what);
  if (!written) return std::unexpected(written.error());
  const auto correction = decode_correction(what.reason, *written);
  if (!correction) return std::unexpected(correction.error());
  return mandate_data_of(*correction);
}

Result<std::string> do_post(Desk& desk, const ExceptionCase& what) {
  if (!what.proposed || what.claim.is_nil()) {
    return does_not_fit(what, "nothing was proposed to be posted.", "Use --action accept with a comment.");
  }
  const auto done =
      post_to_claim(desk.scope(), what.claim, *what.proposed, what.on.value_or(desk.today()), what.amount_minor,
                    what.charges_minor, what.reason, desk.actor().name, what.bank_file, what.position);
  if (!done) return std::unexpected(done.error());
  // A collection that failed before it settled is no use of its mandate.
  const auto claim = find_claim(desk.scope(), what.claim);
  if (!claim) return std::unexpected(claim.error());
  require(claim->has_value(), "an event was posted to a claim that exists");
  const auto touched = touch_mandates(desk, {{.mandate = (*claim)->mandate,
                                              .claim = what.claim,
                                              .event = *what.proposed,
                                              .reason = what.reason,
                                              .on = what.on.value_or(desk.today())}});
  if (!touched) return std::unexpected(touched.error());
  if (auto moved = move_batch_on(desk, what.batch, what.number); !moved) return std::unexpected(moved.error());
  return fmt::format("Claim {} took \"{}\".", what.claim_reference, claim_event_name(*what.proposed));
}

Result<std::string> do_retry(Desk& desk, const ExceptionCase& what, const ResolveRequest& request) {
  // To try a claim again of which the bank stays silent is to agree that it was not paid.
  if (what.main_class == ExceptionClass::missing_answer && what.proposed) {
    if (auto posted = do_post(desk, what); !posted) return posted;
  }
  const auto parties = parties_of(desk, what);
  if (!parties) return std::unexpected(parties.error());
  if (parties->claim.state == ClaimState::settled && parties->claim.collected_minor < parties->claim.amount_minor) {
    return fmt::format("The next plan may collect the rest of bill {}.", what.bill_number);
  }
  if (!has_failed(parties->claim.state)) {
    return does_not_fit(
        what,
        fmt::format("its claim is {}, and only a failed one is tried again.", claim_state_name(parties->claim.state)),
        "Use --action post if the bank's answer is right, or --action accept.");
  }
  const auto rules = account_rules(desk.catalogue(), parties->account);
  if (!rules) return std::unexpected(rules.error());
  const auto* reason = rules->scheme->find_reason(what.reason);
  const auto choice = reason == nullptr ? RetryPolicy::Choice::no : reason->retry.choice;
  if (choice != RetryPolicy::Choice::yes) {
    if (choice == RetryPolicy::Choice::no && request.comment.empty()) {
      return does_not_fit(what, fmt::format("after {} the cause must be put right first.", what.reason),
                          "Say with --comment what was repaired, or use --action correct with the new data.");
    }
    const auto how = request.comment.empty() ? std::string{"a person decided to try again"} : request.comment;
    if (auto done = mark_repaired(desk.scope(), parties->claim.id, desk.actor().name, how); !done) {
      return std::unexpected(done.error());
    }
  }
  return fmt::format("The next plan may collect bill {} again.", what.bill_number);
}

Result<std::string> do_correct(Desk& desk, const ExceptionCase& what, const ResolveRequest& request) {
  auto parties = parties_of(desk, what);
  if (!parties) return std::unexpected(parties.error());
  const auto rules = account_rules(desk.catalogue(), parties->account);
  if (!rules) return std::unexpected(rules.error());
  const auto data = new_data(desk, what, request);
  if (!data) return std::unexpected(data.error());
  auto& mandate = parties->mandate;
  const auto event = amend(mandate, *data, rules->collection.mandate, desk.today());
  if (!event) return std::unexpected(event.error());
  if (auto saved = save_mandate(desk.scope(), mandate, *event, desk.actor().name); !saved) {
    return std::unexpected(saved.error());
  }
  if (mandate.state == MandateState::suspended) {
    const auto resumed = apply(mandate, {.kind = MandateEventKind::resumed, .detail = "data corrected"}, desk.today());
    if (!resumed) return std::unexpected(resumed.error());
    if (auto saved = save_mandate(desk.scope(), mandate, *resumed, desk.actor().name); !saved) {
      return std::unexpected(saved.error());
    }
  }
  if (has_failed(parties->claim.state)) {
    const auto how = fmt::format("mandate corrected: {}", event->detail);
    if (auto done = mark_repaired(desk.scope(), parties->claim.id, desk.actor().name, how); !done) {
      return std::unexpected(done.error());
    }
  }
  return fmt::format("Mandate {} has new data: {}.", mandate.reference, event->detail);
}

Result<std::string> do_stop(Desk& desk, const ExceptionCase& what, const ResolveRequest& request) {
  auto parties = parties_of(desk, what);
  if (!parties) return std::unexpected(parties.error());
  auto& mandate = parties->mandate;
  const bool ends = request.action == ExceptionAction::end;
  const auto wanted = ends ? MandateState::ended : MandateState::suspended;
  if (mandate.state == wanted || mandate.state == MandateState::ended) {
    return fmt::format("Mandate {} is already {}.", mandate.reference, mandate_state_name(mandate.state));
  }
  const MandateChange change{.kind = ends ? MandateEventKind::ended : MandateEventKind::suspended,
                             .detail = fmt::format("{} {}", what.number, request.comment),
                             .end = ends ? MandateEnd::revoked_by_payer : MandateEnd::none};
  const auto event = apply(mandate, change, desk.today());
  if (!event) return std::unexpected(event.error());
  if (auto saved = save_mandate(desk.scope(), mandate, *event, desk.actor().name); !saved) {
    return std::unexpected(saved.error());
  }
  return fmt::format("Mandate {} is {}.", mandate.reference, mandate_state_name(mandate.state));
}

Result<std::string> do_write_off(Desk& desk, const ExceptionCase& what, const ResolveRequest& request) {
  if (auto allowed = desk.may(Action::write_off); !allowed) return std::unexpected(allowed.error());
  if (what.bill.is_nil()) return does_not_fit(what, "it concerns no bill.", "Use --action accept with a comment.");
  auto bill = find_bill(desk.scope(), what.bill);
  if (!bill) return std::unexpected(bill.error());
  require(bill->has_value(), "an exception names a bill that exists");
  const auto state = next_state((*bill)->state, BillEvent::write_off);
  if (!state) return std::unexpected(state.error());
  const auto given_up = (*bill)->open();
  (*bill)->state = *state;
  (*bill)->open_minor = 0;
  ++(*bill)->version;
  const auto detail = fmt::format("{} {}", what.number, request.comment);
  if (auto saved = save_bill(desk.scope(), **bill, BillEvent::write_off, desk.actor().name, detail); !saved) {
    return std::unexpected(saved.error());
  }
  return fmt::format("Bill {} is written off: {}.", (*bill)->number, given_up.text());
}

Result<std::string> do_accept(const ExceptionCase& what, const ResolveRequest& request) {
  if (request.comment.empty()) {
    return does_not_fit(what, "nothing says why it may rest.", "Say so with --comment.");
  }
  return std::string{"Nothing was changed."};
}

Result<std::string> act(Desk& desk, const ExceptionCase& what, const ResolveRequest& request) {
  switch (request.action) {
    case ExceptionAction::retry:
      return do_retry(desk, what, request);
    case ExceptionAction::post:
      return do_post(desk, what);
    case ExceptionAction::correct:
      return do_correct(desk, what, request);
    case ExceptionAction::suspend:
    case ExceptionAction::end:
      return do_stop(desk, what, request);
    case ExceptionAction::write_off:
      return do_write_off(desk, what, request);
    case ExceptionAction::accept:
      break;
  }
  return do_accept(what, request);
}

Resolution resolution_of(ExceptionAction action) {
  switch (action) {
    case ExceptionAction::retry:
      return Resolution::retried;
    case ExceptionAction::post:
      return Resolution::posted;
    case ExceptionAction::correct:
      return Resolution::corrected;
    case ExceptionAction::suspend:
    case ExceptionAction::end:
      return Resolution::suspended;
    case ExceptionAction::write_off:
      return Resolution::written_off;
    case ExceptionAction::accept:
      break;
  }
  return Resolution::accepted;
}

std::unexpected<Error> unknown_exception(const std::string& number) {
  return std::unexpected(Error{.code = "exception.unknown",
                               .explanation = fmt::format("There is no exception {}.", number),
                               .remedy = "See `counterfoil exception list`.",
                               .kind = ErrorKind::usage});
}

Result<ResolveResult> resolve_in_transaction(Desk& desk, const ResolveRequest& request) {
  auto found = lock_exception(desk.scope(), request.number);
  if (!found) return std::unexpected(found.error());
  if (!*found) return unknown_exception(request.number);
  ResolveResult result{.what = std::move(**found), .done = {}};
  const auto resolution = resolution_of(request.action);
  if (result.what.state == ExceptionState::resolved) {
    if (result.what.resolution == resolution) {
      result.already = true;
      return result;
    }
    return std::unexpected(
        Error{.code = "exception.resolved",
              .explanation = fmt::format("{} was resolved before, by {}: {}.", request.number, result.what.resolved_by,
                                         resolution_name(result.what.resolution)),
              .remedy = fmt::format("See `counterfoil exception show {}`.", request.number),
              .kind = ErrorKind::conflict});
  }
  auto done = act(desk, result.what, request);
  if (!done) return std::unexpected(done.error());
  result.done = std::move(*done);
  if (auto closed = resolve_exception(desk.scope(), result.what, resolution, desk.actor().name, request.comment);
      !closed) {
    return std::unexpected(closed.error());
  }
  result.what.state = ExceptionState::resolved;
  result.what.resolution = resolution;
  const auto noted =
      desk.note("exception.resolve", "exception", request.number,
                fmt::format("{}: {} {}", exception_action_name(request.action), result.done, request.comment));
  if (!noted) return std::unexpected(noted.error());
  return result;
}

}  // namespace

std::string_view exception_action_name(ExceptionAction action) {
  for (const auto& [value, word] : action_words) {
    if (value == action) return word;
  }
  require(false, "every action has a name");
  return {};
}

std::optional<ExceptionAction> parse_exception_action(std::string_view name) {
  for (const auto& [value, word] : action_words) {
    if (word == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> exception_action_names() {
  std::vector<std::string> names;
  for (const auto& [value, word] : action_words) names.emplace_back(word);
  return names;
}

Result<ResolveResult> resolve(Desk& desk, const ResolveRequest& request) {
  if (auto allowed = desk.may(Action::resolve_exception); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "exception-resolve", [&] { return resolve_in_transaction(desk, request); });
}

Result<ExceptionStory> explain_exception(Desk& desk, const std::string& number) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  auto found = find_exception(desk.scope(), number);
  if (!found) return std::unexpected(found.error());
  if (!*found) return unknown_exception(number);
  ExceptionStory story{.what = std::move(**found), .steps = {}, .meaning = {}, .remedy = {}};
  auto steps = exception_history(desk.scope(), story.what.id);
  if (!steps) return std::unexpected(steps.error());
  story.steps = std::move(*steps);
  story.meaning = exception_class_meaning(story.what.main_class);
  story.remedy = exception_class_remedy(story.what.main_class);
  return story;
}

Result<std::vector<ExceptionCase>> list_exceptions(Desk& desk, const ExceptionFilter& filter) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  auto snapshot = desk.session().begin_read_only();
  if (!snapshot) return std::unexpected(snapshot.error());
  std::vector<ExceptionCase> cases;
  const auto walked = visit_exceptions(desk.scope(), filter, [&](const ExceptionCase& one) -> Result<void> {
    cases.push_back(one);
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  return cases;
}

}  // namespace counterfoil
