// One attempt to collect one amount under one mandate on one date. Its history is append-only and its state is derived.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "mandates/mandate.hpp"

namespace counterfoil {

/// unknown: whether it reached the bank, or what became of it there, is not known. It never re-sends by itself.
enum class ClaimState : std::uint8_t {
  planned,
  sealed,
  released,
  sent,
  acknowledged,
  settled,
  rejected,
  returned,
  refunded,
  reversed,
  cancelled,
  voided,
  unknown,
};

enum class ClaimEventKind : std::uint8_t {
  plan,         // The birth of a claim.
  seal,
  release,
  send,
  acknowledge,
  settle,
  reject,
  give_back,    // Returned by the payer's bank after settlement.
  refund,       // The payer asked for the money back.
  reverse,      // We gave it back.
  cancel,       // Taken back before settlement, by us or on our request.
  make_void,    // The batch was voided before anything was sent.
  lose,         // Its fate is not known.
  dishonor,     // NACHA: our bank refused the return; the money is ours again.
  contest,      // NACHA: the other bank refused the dishonor; returned again.
};

[[nodiscard]] std::string_view claim_state_name(ClaimState state);
[[nodiscard]] std::string_view claim_event_name(ClaimEventKind kind);
[[nodiscard]] std::optional<ClaimState> parse_claim_state(std::string_view name);
[[nodiscard]] std::optional<ClaimEventKind> parse_claim_event(std::string_view name);

/// The checked table. "claim.transition" names state and event. A return may arrive before its credit, so `sent` may
/// go straight to `returned`, and a `settle` that comes late leaves `returned` and `refunded` as they are.
[[nodiscard]] Result<ClaimState> next_state(ClaimState current, ClaimEventKind event);

/// The same question without words, for a million of them.
[[nodiscard]] std::optional<ClaimState> try_next_state(ClaimState current, ClaimEventKind event);

/// Whether the claim still holds its bills: no second claim may be made for them.
[[nodiscard]] bool is_open(ClaimState state);

/// Whether the amount counts as collected.
[[nodiscard]] bool is_collected(ClaimState state);

/// Whether the bank has the claim in hand (sent or later, or unknown).
[[nodiscard]] bool was_sent(ClaimState state);

struct ClaimItem {
  Id bill;
  std::string bill_number;
  std::int64_t amount_minor = 0;
  bool operator==(const ClaimItem&) const = default;
};

struct ClaimEvent {
  Id claim;
  ClaimEventKind kind = ClaimEventKind::plan;
  ClaimState from = ClaimState::planned;
  ClaimState to = ClaimState::planned;
  Date on{};                       // The day it happened at the bank, not the day we read of it.
  std::int64_t amount_minor = 0;   // Of the event: what settled, what came back.
  std::int64_t charges_minor = 0;  // The bank's charge, never part of the bill.
  std::string reason;              // As the bank wrote it.
  Id bank_entry;                   // The entry it rests on; nil for our own events.
  bool operator==(const ClaimEvent&) const = default;
};

struct Claim {
  Id id;
  Id batch;
  Id creditor_account;
  Id payer;
  Id mandate;
  std::string reference;         // End-to-end id, identification number: ours, unique for good, and it comes back.
  std::uint64_t sequence_number = 0;  // Position in the batch from 1; layouts make trace or detail number from it.
  std::string trace;             // As written into the file, once sealed.
  Currency currency;
  std::int64_t amount_minor = 0;
  Date collect_on{};
  SequenceType sequence = SequenceType::none;
  ClaimState state = ClaimState::planned;
  std::uint32_t attempt = 1;     // 1: the first presentation.
  Id first_claim;                // Of a re-presentation: the first one. Nil else.
  bool is_prenote = false;
  bool uses_up_mandate = false;  // One-off or final: no other claim of the mandate beside it.
  // What was told to the bank, kept as it was then.
  std::string mandate_reference;
  std::string payer_name;
  std::string account;           // In plain; the store seals it.
  std::string bank;
  std::string account_kind;
  std::optional<Date> signed_on;
  Amendment amendment;
  std::string remittance;
  std::optional<Date> settled_on;
  std::int64_t collected_minor = 0;
  std::vector<ClaimItem> items;
  std::uint32_t version = 0;
  bool operator==(const Claim&) const = default;
};

/// Whether the items add up to the amount: "claim.sum-of-items" with both figures.
[[nodiscard]] Result<void> check_items(const Claim& claim);

/// State and collected amount as the events tell them: "claim.transition", "claim.history" for one that does not begin
/// with `plan` or whose `from` is not where the event before ended.
struct ClaimStanding {
  ClaimState state = ClaimState::planned;
  std::int64_t collected_minor = 0;
  std::int64_t charges_minor = 0;
};
[[nodiscard]] Result<ClaimStanding> replay(std::span<const ClaimEvent> history);

/// Applies an event to the claim and returns what to append; on an Error the claim is as before.
[[nodiscard]] Result<ClaimEvent> post(Claim& claim, ClaimEventKind kind, Date on, std::int64_t amount_minor,
                                      std::string_view reason);

}  // namespace counterfoil
