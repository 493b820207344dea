// The claims of one creditor account for one collection date, and the account itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "billing/rules.hpp"
#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// The collecting organisation's bank account under one scheme.
struct CreditorAccount {
  Id id;
  std::string name;         // As payers see it.
  std::string label;        // Short key for the command line: "rent-eur".
  std::string scheme;       // Folder under schemes/.
  std::string format;       // "pain.008.001.08", "nacha", "cn-304".
  std::string profile;
  std::string instrument;   // The usual one: CORE, PPD, 30401.
  std::string calendar;     // "target2", "us-fed", "cn".
  Currency currency;
  std::string account;      // In plain; the store seals it.
  std::string bank;
  std::string creditor_id;
  Settings settings;        // What only the scheme needs: "nacha.immediate_origin".
  int lead_bank_days = 1;
  int notice_days = 0;
  std::uint16_t cut_off_minute = 24 * 60;  // Minutes after midnight, bank's time; 1440: none.
  std::string time_zone;
  SequenceType first_as = SequenceType::recurring;
  bool combine_bills = false;
  bool charges_within_booking = false;  // Agreed with the bank: a return is booked with its charge in one sum.
  std::int64_t most_minor = 0;  // Bank's or own limit of one claim; 0: that of the scheme.
  std::uint32_t version = 0;
  bool operator==(const CreditorAccount&) const = default;
};

/// The scheme's rules with what the creditor account's bank has agreed on top.
[[nodiscard]] CollectionRules rules_of(const CreditorAccount& account, const CollectionRules& scheme);

enum class BatchState : std::uint8_t { draft, sealed, approved, released, sent, acknowledged, closed, voided };

/// A return after closing does not open the batch again, and an unknown transmission is a state of its claims.
enum class BatchEvent : std::uint8_t { seal, approve, withdraw_approval, release, send, acknowledge, close, make_void };

[[nodiscard]] std::string_view batch_state_name(BatchState state);
[[nodiscard]] std::string_view batch_event_name(BatchEvent event);
[[nodiscard]] std::optional<BatchState> parse_batch_state(std::string_view name);
[[nodiscard]] std::optional<BatchEvent> parse_batch_event(std::string_view name);

/// draft -> sealed -> approved -> released -> sent -> acknowledged -> closed; voided until it was sent. "batch.transition".
[[nodiscard]] Result<BatchState> next_state(BatchState current, BatchEvent event);

struct Batch {
  Id id;
  Id creditor_account;
  BatchState state = BatchState::draft;
  Date collect_on{};
  std::string instrument;
  SequenceType sequence = SequenceType::none;  // `none`: mixed; the file has a block for each.
  bool is_retry = false;                       // NACHA: RETRY PYMT, a batch of its own.
  std::uint64_t sequence_number = 0;           // Gap-free for the creditor account; fixed when sealed.
  std::string message_id;
  std::string sha256;                          // Of the sealed bytes, lower-case hex.
  std::uint64_t count = 0;
  std::int64_t sum_minor = 0;
  Currency currency;
  std::string prepared_by, approved_by, released_by;
  std::uint32_t version = 0;
  bool operator==(const Batch&) const = default;
};

/// Who has to differ from whom.
struct ReleaseRules {
  bool approver_not_preparer = true;
  bool releaser_not_approver = false;
  bool releaser_not_preparer = true;
};

/// "batch.same-person" names the two roles; "batch.transition"; "batch.digest-differs" when what is approved or released
/// is not what was sealed. On an Error the batch is as before.
[[nodiscard]] Result<void> approve(Batch& batch, std::string_view approver, std::string_view sha256,
                                   const ReleaseRules& rules);
[[nodiscard]] Result<void> release(Batch& batch, std::string_view releaser, std::string_view sha256,
                                   const ReleaseRules& rules);

}  // namespace counterfoil
