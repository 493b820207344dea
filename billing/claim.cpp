#include "billing/claim.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/names.hpp"

namespace counterfoil {
namespace {

using State = ClaimState;
using Event = ClaimEventKind;

constexpr std::array state_names{
    Named<State>{State::planned, "planned"},           Named<State>{State::sealed, "sealed"},
    Named<State>{State::released, "released"},         Named<State>{State::sent, "sent"},
    Named<State>{State::acknowledged, "acknowledged"}, Named<State>{State::settled, "settled"},
    Named<State>{State::rejected, "rejected"},         Named<State>{State::returned, "returned"},
    Named<State>{State::refunded, "refunded"},         Named<State>{State::reversed, "reversed"},
    Named<State>{State::cancelled, "cancelled"},       Named<State>{State::voided, "voided"},
    Named<State>{State::unknown, "unknown"},
};

constexpr std::array event_names{
    Named<Event>{Event::plan, "plan"},
    Named<Event>{Event::seal, "seal"},
    Named<Event>{Event::release, "release"},
    Named<Event>{Event::send, "send"},
    Named<Event>{Event::acknowledge, "acknowledge"},
    Named<Event>{Event::settle, "settle"},
    Named<Event>{Event::reject, "reject"},
    Named<Event>{Event::give_back, "return"},
    Named<Event>{Event::refund, "refund"},
    Named<Event>{Event::reverse, "reverse"},
    Named<Event>{Event::cancel, "cancel"},
    Named<Event>{Event::make_void, "void"},
    Named<Event>{Event::lose, "lose"},
    Named<Event>{Event::dishonor, "dishonor"},
    Named<Event>{Event::contest, "contest"},
};

constexpr std::size_t state_count = state_names.size();
constexpr std::size_t event_count = event_names.size();

struct Transition {
  State from;
  Event event;
  State to;
};

constexpr std::array transitions{
    Transition{State::planned, Event::seal, State::sealed},
    Transition{State::planned, Event::cancel, State::cancelled},
    Transition{State::planned, Event::make_void, State::voided},
    Transition{State::sealed, Event::release, State::released},
    Transition{State::sealed, Event::make_void, State::voided},
    Transition{State::released, Event::send, State::sent},
    Transition{State::released, Event::make_void, State::voided},
    Transition{State::released, Event::lose, State::unknown},
    Transition{State::sent, Event::acknowledge, State::acknowledged},
    Transition{State::sent, Event::settle, State::settled},
    Transition{State::sent, Event::reject, State::rejected},
    Transition{State::sent, Event::give_back, State::returned},  // The return came before the credit.
    Transition{State::sent, Event::refund, State::refunded},
    Transition{State::sent, Event::reverse, State::reversed},
    Transition{State::sent, Event::cancel, State::cancelled},
    Transition{State::sent, Event::lose, State::unknown},
    Transition{State::acknowledged, Event::settle, State::settled},
    Transition{State::acknowledged, Event::reject, State::rejected},
    Transition{State::acknowledged, Event::give_back, State::returned},
    Transition{State::acknowledged, Event::refund, State::refunded},
    Transition{State::acknowledged, Event::reverse, State::reversed},
    Transition{State::acknowledged, Event::cancel, State::cancelled},
    Transition{State::acknowledged, Event::lose, State::unknown},
    Transition{State::settled, Event::give_back, State::returned},
    Transition{State::settled, Event::refund, State::refunded},
    Transition{State::settled, Event::reverse, State::reversed},
    Transition{State::settled, Event::contest, State::returned},  // After a dishonor only; see replay.
    Transition{State::returned, Event::settle, State::returned},  // The credit came late.
    Transition{State::refunded, Event::settle, State::refunded},
    Transition{State::reversed, Event::settle, State::reversed},
    Transition{State::returned, Event::dishonor, State::settled},
    // Somebody has found out what became of it.
    Transition{State::unknown, Event::release, State::released},  // It never left: it may be sent, the same bytes.
    Transition{State::unknown, Event::make_void, State::voided},  // It never left, and never shall.
    Transition{State::unknown, Event::send, State::sent},
    Transition{State::unknown, Event::acknowledge, State::acknowledged},
    Transition{State::unknown, Event::settle, State::settled},
    Transition{State::unknown, Event::reject, State::rejected},
    Transition{State::unknown, Event::give_back, State::returned},
    Transition{State::unknown, Event::refund, State::refunded},
    Transition{State::unknown, Event::cancel, State::cancelled},
};

constexpr std::int8_t not_allowed = -1;
using Table = std::array<std::array<std::int8_t, event_count>, state_count>;

// The list above as a matrix, so that a question costs one load.
constexpr Table make_table() {
  Table table{};
  for (auto& row : table) row.fill(not_allowed);
  for (const auto& [from, event, to] : transitions) {
    auto& cell = table[static_cast<std::size_t>(from)][static_cast<std::size_t>(event)];
    if (cell != not_allowed) throw "Two answers to one question.";
    cell = static_cast<std::int8_t>(to);
  }
  return table;
}

constexpr Table table = make_table();

Error refused(std::string code, std::string explanation, std::string remedy) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {},
          .kind = ErrorKind::refused};
}

// What an event does to the collected amount: +1 money in, -1 money out.
constexpr int sign_of(Event event) {
  switch (event) {
    case Event::settle:
    case Event::dishonor:
      return 1;
    case Event::give_back:
    case Event::refund:
    case Event::reverse:
    case Event::contest:
      return -1;
    default:
      return 0;
  }
}

Result<std::int64_t> moved(std::int64_t collected, Event event, std::int64_t amount_minor) {
  std::int64_t sum = 0;
  const bool overflow = sign_of(event) >= 0 ? __builtin_add_overflow(collected, sign_of(event) * amount_minor, &sum)
                                            : __builtin_sub_overflow(collected, amount_minor, &sum);
  if (overflow) {
    return std::unexpected(refused("money.overflow", "The events of the claim add up to more than an amount can be.",
                                   "Look at the history of the claim."));
  }
  return sum;
}

}  // namespace

std::string_view claim_state_name(ClaimState state) { return name_in(state_names, state); }
std::string_view claim_event_name(ClaimEventKind kind) { return name_in(event_names, kind); }
std::optional<ClaimState> parse_claim_state(std::string_view name) { return value_in(state_names, name); }
std::optional<ClaimEventKind> parse_claim_event(std::string_view name) { return value_in(event_names, name); }

std::optional<ClaimState> try_next_state(ClaimState current, ClaimEventKind event) {
  const auto to = table[static_cast<std::size_t>(current)][static_cast<std::size_t>(event)];
  if (to == not_allowed) return std::nullopt;
  return static_cast<State>(to);
}

Result<ClaimState> next_state(ClaimState current, ClaimEventKind event) {
  if (const auto to = try_next_state(current, event)) return *to;
  return std::unexpected(
      refused("claim.transition",
              fmt::format("A claim that is {} cannot take \"{}\".", claim_state_name(current), claim_event_name(event)),
              "Look at the history of the claim; it may have been changed by somebody else."));
}

bool is_open(ClaimState state) {
  switch (state) {
    case State::planned:
    case State::sealed:
    case State::released:
    case State::sent:
    case State::acknowledged:
    case State::unknown:
      return true;
    default:
      return false;
  }
}

bool is_collected(ClaimState state) { return state == State::settled; }

bool was_sent(ClaimState state) {
  switch (state) {
    case State::planned:
    case State::sealed:
    case State::released:
    case State::voided:
      return false;
    default:
      return true;
  }
}

Result<void> check_items(const Claim& claim) {
  std::int64_t sum = 0;
  bool overflow = false;
  for (const auto& item : claim.items) {
    overflow = overflow || __builtin_add_overflow(sum, item.amount_minor, &sum);
  }
  if (!overflow && sum == claim.amount_minor) return {};
  return std::unexpected(
      refused("claim.sum-of-items",
              fmt::format("Claim {} is of {}, but its bills add up to {}.", claim.reference,
                          Money{claim.amount_minor, claim.currency}.text(),
                          overflow ? "more than an amount can be" : Money{sum, claim.currency}.text()),
              "Void the batch and plan it again."));
}

Result<ClaimStanding> replay(std::span<const ClaimEvent> history) {
  ClaimStanding standing;
  const auto broken = [](std::string explanation) {
    return std::unexpected(refused("claim.history", std::move(explanation),
                                   "The history was changed outside the program: restore it from a backup."));
  };
  if (history.empty() || history.front().kind != Event::plan) {
    return broken("The history of the claim does not begin with its planning.");
  }
  bool dishonored = false;
  for (const auto& event : history.subspan(1)) {
    if (event.from != standing.state) {
      return broken(fmt::format("An event of the claim begins at {}, but the one before ended at {}.",
                                claim_state_name(event.from), claim_state_name(standing.state)));
    }
    if (event.kind == Event::contest && !dishonored) {
      return broken("A return of the claim was contested without having been dishonored.");
    }
    dishonored = event.kind == Event::dishonor;
    const auto to = next_state(standing.state, event.kind);
    if (!to) return std::unexpected(to.error());
    if (*to != event.to) {
      return broken(fmt::format("An event of the claim ends at {} where it should end at {}.",
                                claim_state_name(event.to), claim_state_name(*to)));
    }
    const auto collected = moved(standing.collected_minor, event.kind, event.amount_minor);
    if (!collected) return std::unexpected(collected.error());
    standing.state = *to;
    standing.collected_minor = *collected;
    if (__builtin_add_overflow(standing.charges_minor, event.charges_minor, &standing.charges_minor)) {
      return broken("The charges of the claim add up to more than an amount can be.");
    }
  }
  return standing;
}

Result<ClaimEvent> post(Claim& claim, ClaimEventKind kind, Date on, std::int64_t amount_minor,
                        std::string_view reason) {
  const auto to = next_state(claim.state, kind);
  if (!to) return std::unexpected(to.error());
  if (sign_of(kind) != 0 && (amount_minor < 0 || amount_minor > claim.amount_minor)) {
    return std::unexpected(refused(
        "claim.amount-exceeds",
        fmt::format("Claim {} is of {}; {} cannot be booked to it.", claim.reference,
                    Money{claim.amount_minor, claim.currency}.text(), Money{amount_minor, claim.currency}.text()),
        "Resolve the entry as an exception."));
  }
  const auto collected = moved(claim.collected_minor, kind, amount_minor);
  if (!collected) return std::unexpected(collected.error());
  ClaimEvent event{.claim = claim.id,
                   .kind = kind,
                   .from = claim.state,
                   .to = *to,
                   .on = on,
                   .amount_minor = sign_of(kind) != 0 ? amount_minor : 0,
                   .charges_minor = 0,
                   .reason = std::string{reason},
                   .bank_entry = {}};
  claim.state = *to;
  claim.collected_minor = *collected;
  if (kind == Event::settle) claim.settled_on = on;
  ++claim.version;
  return event;
}

}  // namespace counterfoil
