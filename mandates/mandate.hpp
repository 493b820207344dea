// The payer's permission: may we collect, when, and how. Pure values; `today` is always handed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar.hpp"
#include "core/catalogue.hpp"
#include "core/catalogue.hpp"  // MandateEffect: what a bank's reason does to a mandate.
#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "mandates/rules.hpp"

namespace counterfoil {

struct Address {
  std::string street;
  std::string building;
  std::string postcode;
  std::string town;
  std::string country;  // ISO 3166, two letters.
  bool operator==(const Address&) const = default;
};

/// A person or company that owes. Its accounts are on its mandates.
struct Payer {
  Id id;
  std::string number;  // The tenant's own key: flat "B-12-0304", customer number.
  std::string name;
  Address address;
  std::string email;
  bool operator==(const Payer&) const = default;
};

/// draft: written, not yet in force. pending: waits for a prenote or for its registration at the payer's bank.
/// suspended: no collection until a person resumes it. ended: for good.
enum class MandateState : std::uint8_t { draft, pending, active, suspended, ended };

enum class MandatePending : std::uint8_t { none, prenote_to_send, prenote_sent, registration };

enum class MandateEnd : std::uint8_t {
  none,
  final_collection,   // FNAL settled.
  one_off_used,       // OOFF settled.
  expired,            // Not used for 36 months.
  revoked_by_payer,
  ended_by_creditor,
  stopped_by_bank,    // Came back with a reason that forbids any further collection.
};

[[nodiscard]] std::string_view mandate_state_name(MandateState state);
[[nodiscard]] std::string_view mandate_pending_name(MandatePending pending);
[[nodiscard]] std::string_view mandate_end_name(MandateEnd end);
[[nodiscard]] std::optional<MandateState> parse_mandate_state(std::string_view name);
[[nodiscard]] std::optional<MandatePending> parse_mandate_pending(std::string_view name);
[[nodiscard]] std::optional<MandateEnd> parse_mandate_end(std::string_view name);

/// Old values that the next collection has to carry (sepa.md 7.1). Empty strings: not changed. Kept until a
/// collection that carried them has settled.
struct Amendment {
  std::string old_reference = {};
  std::string old_creditor_id = {};
  std::string old_creditor_name = {};
  std::string old_account = {};   // In memory in plain; "SMNDA" when the new account is at another bank.
  [[nodiscard]] bool empty() const {
    return old_reference.empty() && old_creditor_id.empty() && old_creditor_name.empty() && old_account.empty();
  }
  bool operator==(const Amendment&) const = default;
};

struct Mandate {
  Id id;
  std::string reference;   // Unique mandate reference, agreement number, NACHA individual identification.
  std::string scheme;      // "sepa" family folder name: "iso20022", "nacha", "cn-304".
  std::string instrument;  // CORE, B2B, PPD, CCD, WEB, TEL, 30401.
  Id creditor_account;
  Id payer;
  std::string payer_name;  // Account holder, as the bank knows it.
  std::string account;     // IBAN or account number, in plain; the store seals it.
  std::string identity;    // Personal or organisation number, where a bank asks for it; sealed like the account.
  std::string bank;        // BIC, routing number, bank number.
  std::string account_kind;  // "checking", "savings", "ledger", "loan"; 304 bank class.
  Address address;
  std::optional<Date> signed_on;
  bool one_off = false;
  MandateState state = MandateState::draft;
  MandatePending pending = MandatePending::none;
  MandateEnd end = MandateEnd::none;
  std::optional<Date> ended_on;
  std::optional<Date> earliest_debit_on;   // Set when the prenote has settled.
  std::optional<Date> last_collected_on;   // Due date of the last collection that reached it.
  std::uint32_t used = 0;        // Collections handed to the bank and not rejected before settlement.
  bool final_next = false;       // The next collection is the last one: FNAL.
  bool final_sent = false;       // It is on its way.
  Amendment amendment;
  std::int64_t most_minor = 0;   // The limit the payer set; 0: none.
  std::uint32_t version = 0;     // Counted up by each change; the store refuses a stale one.
  bool operator==(const Mandate&) const = default;
};

/// What happened to a mandate. Append-only; the state above is derived from it.
enum class MandateEventKind : std::uint8_t {
  created,
  activated,        // draft -> active, no wait needed.
  wait_begun,       // draft -> pending.
  prenote_sent,
  prenote_settled,  // Sets the earliest debit day; the mandate turns active.
  registered,       // pending (registration) -> active.
  refused,          // The prenote or the registration came back: pending -> suspended.
  suspended,
  resumed,
  amended,          // Data changed; the old values may wait to be carried.
  collection_sent,      // Handed to the bank: counts as a use.
  collection_rejected,  // Before settlement: the use is taken back, the amendment is carried again.
  collection_settled,   // Reached its due date; a carried amendment is done, OOFF and FNAL end the mandate.
  ended,
};

[[nodiscard]] std::string_view mandate_event_name(MandateEventKind kind);
[[nodiscard]] std::optional<MandateEventKind> parse_mandate_event(std::string_view name);

struct MandateEvent {
  MandateEventKind kind = MandateEventKind::created;
  MandateState from = MandateState::draft;
  MandateState to = MandateState::draft;
  Date on{};
  std::string detail;  // Bank reason, changed fields. No account number.
  bool operator==(const MandateEvent&) const = default;
};

/// One wish to change a mandate.
struct MandateChange {
  MandateEventKind kind = MandateEventKind::activated;
  std::string detail = {};
  MandateEnd end = MandateEnd::none;                   // For `ended`.
  MandatePending pending = MandatePending::none;       // For `wait_begun`.
  SequenceType sequence = SequenceType::none;          // For collection_*: of the claim.
  std::optional<Date> collected_on = {};                    // For collection_settled: the due date. For prenote_settled: settlement.
  std::optional<Date> earliest_debit_on = {};               // For prenote_settled.
  bool starts_anew = false;                            // For prenote_settled: the next collection is a first one.
  Amendment carried = {};                              // For collection_*: the old values the claim carried.
  // For collection_settled with `carried`: what the claim told as the new values, if data may have changed once more
  // since. The bank knows these now, and a still newer change waits for the next collection. Empty: not changed since.
  std::string told_reference = {};
  std::string told_account = {};
};

/// The state a change leads to, or "mandate.transition" naming state and event. Nothing leaves `ended`.
[[nodiscard]] Result<MandateState> next_state(MandateState current, MandateEventKind event);

/// Changes the mandate and returns what to append to its history; on an Error the mandate is as before.
[[nodiscard]] Result<MandateEvent> apply(Mandate& mandate, const MandateChange& change, Date today);

/// New data for a mandate. Absent: unchanged.
struct MandateData {
  std::optional<std::string> reference = {};
  std::optional<std::string> payer_name = {};
  std::optional<std::string> account = {};
  std::optional<std::string> bank = {};
  std::optional<std::string> account_kind = {};
  std::optional<Address> address = {};
  bool same_bank = false;  // Only the account changed; else a changed account is announced as SMNDA.
};

/// Takes over new data; where the scheme carries amendments, the old reference and account wait in `amendment` (the
/// oldest value not yet carried is kept when data change twice). Fails with "mandate.ended" or "mandate.nothing-changed".
[[nodiscard]] Result<MandateEvent> amend(Mandate& mandate, const MandateData& data, const MandateRules& rules, Date today);

/// The creditor's own data changed: every mandate carries the old creditor id or name with its next collection.
[[nodiscard]] Result<MandateEvent> amend_creditor(Mandate& mandate, std::string_view old_creditor_id,
                                                  std::string_view old_creditor_name, const MandateRules& rules,
                                                  Date today);

/// Applies a bank reason's effect: `suspend` and `end` change the state. `none`, `hold` (the claim waits, not the
/// mandate), `amend` (its data change by `amend`) and an effect that is already true give no event.
[[nodiscard]] Result<std::optional<MandateEvent>> apply_effect(Mandate& mandate, MandateEffect effect,
                                                               std::string_view reason, Date today);

/// FRST, RCUR, OOFF, FNAL as this mandate's next collection has to say; `none` where the scheme has no sequence types.
[[nodiscard]] SequenceType next_sequence(const Mandate& mandate, const MandateRules& rules);

/// The last day on which a collection may fall due; nothing when the scheme has no lapse or nothing to count from.
[[nodiscard]] std::optional<Date> last_valid_day(const Mandate& mandate, const MandateRules& rules);

/// Whether the mandate lapses within the warning time, counted from `today`.
[[nodiscard]] bool expires_soon(const Mandate& mandate, const MandateRules& rules, Date today);

/// The first day on which live debits may start after a prenote that settled on `settled_on`.
[[nodiscard]] Result<Date> first_debit_after_prenote(const BankCalendar& calendar, Date settled_on,
                                                     const MandateRules& rules);

}  // namespace counterfoil
