// The judge: one bank entry against the claims it may speak of. Values in, one judgement out; nothing is gathered, so
// a million entries pass in the memory of one. Posting is for what agrees, everything else is a named exception.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "billing/claim.hpp"
#include "core/calendar.hpp"
#include "core/catalogue.hpp"
#include "core/exchange.hpp"

namespace counterfoil {

/// What can disagree. An entry may have several at once; the order is that of urgency in the queue.
enum class ExceptionClass : std::uint8_t {
  result_for_unsent,             // The bank speaks of a claim we never handed over.
  result_for_cancelled,          // ... of one that was cancelled or voided.
  duplicate_result,              // The same outcome a second time; a returned claim returned again.
  amount_differs,
  currency_differs,
  account_differs,
  mandate_differs,
  partial_collection,            // The bank collected less than was asked.
  late_return,                   // After the scheme's window: it could be refused.
  contradiction_between_levels,  // File, block and entry disagree, or a later status takes back a final one.
  settlement_total_differs,      // The booking is not the sum of its claims.
  batch_count_differs,
  charge_without_rule,           // Booked more than the claim, and nothing says that the difference is a charge.
  unknown_reference,
  ambiguous_reference,           // Several claims fit equally well, or the references contradict each other.
  weak_match,                    // Fits without a reference of ours: a person confirms.
  reason_unknown,
  reason_missing,
  outcome_unknown,               // A status nobody knows, or the bank says that it does not know.
  missing_answer,                // Made by `judge_silence`, not by an entry.
  correction_to_apply,           // A notice of change waits for its data to be taken over.
  debit_failed,                  // Rejected or returned, and the reason wants a person. The caller of `judge` decides.
  mandate_to_look_at,            // A message about a mandate that a person has to follow up.
};
inline constexpr std::size_t exception_class_count = 23;

[[nodiscard]] std::string_view exception_class_code(ExceptionClass kind);  // "amount-differs"
[[nodiscard]] std::optional<ExceptionClass> parse_exception_class(std::string_view code);
/// One sentence for people, and what to do about it in general.
[[nodiscard]] std::string_view exception_class_meaning(ExceptionClass kind);
[[nodiscard]] std::string_view exception_class_remedy(ExceptionClass kind);

/// A set of exception classes without any allocation.
class ExceptionSet {
 public:
  constexpr void add(ExceptionClass kind) { bits_ |= bit(kind); }
  [[nodiscard]] constexpr bool has(ExceptionClass kind) const { return (bits_ & bit(kind)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
  /// The most urgent one. The set is not empty.
  [[nodiscard]] constexpr ExceptionClass first() const { return static_cast<ExceptionClass>(std::countr_zero(bits_)); }
  [[nodiscard]] static constexpr ExceptionSet of_bits(std::uint32_t bits) {
    ExceptionSet set;
    set.bits_ = bits;
    return set;
  }
  /// In the order of the enumeration: the first is the one the queue sorts by.
  [[nodiscard]] std::vector<ExceptionClass> list() const;
  constexpr bool operator==(const ExceptionSet&) const = default;

 private:
  [[nodiscard]] static constexpr std::uint32_t bit(ExceptionClass kind) { return 1U << static_cast<unsigned>(kind); }
  std::uint32_t bits_ = 0;
};

/// What was laid side by side.
enum class MatchField : std::uint8_t {
  reference,
  instruction_id,
  trace,
  bank,
  mandate,
  account,
  amount,
  currency,
  message,
  batch,
  collect_on,
  remittance,
};
inline constexpr std::size_t match_field_count = 12;

[[nodiscard]] std::string_view match_field_name(MatchField field);

/// Which fields both sides gave, and which of them agree.
struct Evidence {
  std::uint16_t compared = 0;
  std::uint16_t agreed = 0;
  constexpr void add(MatchField field, bool agrees) {
    const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(field));
    compared = static_cast<std::uint16_t>(compared | bit);
    if (agrees) {
      agreed = static_cast<std::uint16_t>(agreed | bit);
    }
  }
  [[nodiscard]] constexpr bool was_compared(MatchField field) const {
    return ((compared >> static_cast<unsigned>(field)) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool agrees(MatchField field) const {
    return ((agreed >> static_cast<unsigned>(field)) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool differs(MatchField field) const { return was_compared(field) && !agrees(field); }
  /// "agree: reference, amount; differ: account": kept with the match.
  [[nodiscard]] std::string text() const;
  bool operator==(const Evidence&) const = default;
};

/// How an entry found its claim, from the surest to the weakest. The name is kept with the match.
enum class MatchRule : std::uint8_t {
  none,
  trace_bank_amount,       // NACHA: original trace, payer's bank and amount.
  reference,               // End-to-end id, identification number, 304 agreement inside its batch.
  instruction_id,
  trace_amount,            // Trace with an amount, the bank not said.
  trace,                   // Trace alone: amount or bank differ.
  mandate_amount_date,     // Mandate, amount and collection date or block: weak.
  account_amount_date,     // Account, amount and date: weak.
  bill_number_in_text,     // Proposal only.
  batch,                   // A block or file answer, a batch booking.
  mandate,                 // A message about a mandate, by its reference.
};

[[nodiscard]] std::string_view match_rule_name(MatchRule rule);  // "reference"
[[nodiscard]] std::optional<MatchRule> parse_match_rule(std::string_view name);

/// Where the last result of a claim or batch was read. One booking stands in camt.052, .053 and .054, and is one booking.
struct EarlierResult {
  std::string_view format = {};          // "camt.054.001.08"; empty: not known.
  std::string_view bank_reference = {};
  std::optional<Date> on = {};
};

/// A claim the entry may speak of. The views are the caller's and live through the call. Candidates are all claims
/// of the tenant that share a reference, instruction id or trace with the entry, or mandate or account together with
/// the amount; the more the caller finds, the better, and none is a correct answer too. Where the file names the message
/// it answers, claims of other messages never win over one of that message.
struct Candidate {
  Id claim = {};
  Id batch = {};
  ClaimState state = ClaimState::planned;
  std::string_view reference = {};
  std::string_view instruction_id = {};
  std::string_view trace = {};
  std::string_view mandate = {};
  std::string_view account = {};
  std::string_view bank = {};
  std::string_view message_id = {};   // Of its file.
  std::string_view block_id = {};     // PmtInfId or batch number, as written.
  std::string_view bill_number = {};  // Of its first item; for rule bill_number_in_text.
  Currency currency = {};
  std::int64_t amount_minor = 0;
  Date collect_on{};
  std::optional<Date> settled_on = {};
  bool is_prenote = false;
  bool settled_posted = false;       // A `settle` event is in its history.
  bool taken_in_this_file = false;   // An earlier entry of this very file with the same outcome was matched to it.
  EarlierResult earlier = {};        // Of the event that brought it into its state.
};

/// What else has to be known to judge an entry: of its file and of the scheme.
struct JudgeTerms {
  FileKind kind = FileKind::unknown;
  std::string_view scheme = {};
  std::string_view format = {};          // FileHead::format.
  Outcome said_above = Outcome::none;    // What the same file says of the block or the file the entry stands in.
  std::string_view message_id = {};           // FileHead::original_message_id, where the file answers one message.
  std::string_view block_id = {};             // BatchHead::original_id of the block the entry stands in.
  std::optional<Date> block_collect_on = {};  // BatchHead::collect_on.
  std::optional<Date> file_settled_on = {};   // BatchHead::settled_on, answer date of a 304 file.
  const BankCalendar* calendar = nullptr;  // For late returns; null: not checked.
  int return_bank_days = 0;              // See CollectionRules::return_bank_days.
  int unauthorized_return_days = 0;      // Calendar days for reasons with the flag "unauthorized": NACHA 60, SEPA 13 months as 396.
  int refund_days = 0;                   // Calendar days in which a payer may ask back: SEPA CORE 56.
  bool charges_within_booking = false;   // Agreed with the bank: it books return and charge in one sum without saying so.
  bool mandate_comes_back = false;       // Bacs: mandate, amount and day together are the reference.
  int processing_days_before = 0;        // Bank days from the day an answer names to the collection day.
  bool returns_can_be_refused = false;   // NACHA: our bank may dishonor a late or doubled return.
  std::string_view account_of_creditor = {};  // Ours: never taken for the payer's.
  Date today{};
};

enum class Disposition : std::uint8_t {
  posted,     // Agrees: the claim event is to be posted.
  exception,  // Goes to the queue; `event` is set only when it may be posted all the same.
  ignored,    // By a named rule: says nothing about a claim of ours.
};

[[nodiscard]] std::string_view disposition_name(Disposition disposition);

/// What a person or the next run should do.
enum class NextStep : std::uint8_t {
  nothing,
  wait_for_bank,
  retry_next_run,        // The scheme allows a re-presentation.
  ask_before_retry,
  get_new_account,
  correct_data,
  apply_correction,      // NOC.
  contact_payer,
  end_collection,        // The mandate is gone.
  talk_to_bank,
  repair_file,           // Ours or the channel's.
  confirm_match,         // Weak: say yes or no.
  find_claim,            // Unknown reference.
  look_for_double_run,   // Duplicates: before anything else.
  dishonor_return,       // Late or duplicate return: our bank may refuse it.
};

[[nodiscard]] std::string_view next_step_name(NextStep step);
[[nodiscard]] std::string_view next_step_sentence(NextStep step);
/// What a reason asks for.
[[nodiscard]] NextStep step_after(const Reason& reason);

/// Why an entry is nothing to post and nothing to look at.
enum class IgnoreRule : std::uint8_t {
  none,
  not_booked,          // camt: an announcement.
  not_a_collection,    // A booking that is no direct debit of ours, such as a transfer that came in.
  no_news,             // Accepted again, or accepted after it settled.
  status_without_claim,// pain.002 payee verification and the like: no statement about acceptance.
  instruction,         // A file of ours, read back.
  same_booking,        // The booking was read before, in another kind of message of the same bank.
};

[[nodiscard]] std::string_view ignore_rule_name(IgnoreRule rule);
[[nodiscard]] std::optional<IgnoreRule> parse_ignore_rule(std::string_view name);

struct Judgement {
  Disposition disposition = Disposition::exception;
  MatchRule rule = MatchRule::none;
  IgnoreRule ignored_by = IgnoreRule::none;
  Level scope = Level::entry;                // block or file: the event is for every claim below that has none itself.
  std::optional<std::size_t> matched;        // Index into the candidates.
  Evidence evidence;
  ExceptionSet exceptions;
  std::optional<ClaimEventKind> event;       // To post. Absent when nothing may be posted before a person has looked.
  std::optional<ClaimEventKind> proposed;    // What would be posted if a person agrees.
  Date on{};                                 // The day of the event at the bank.
  std::int64_t amount_minor = 0;             // Of the event.
  std::int64_t charges_minor = 0;
  MandateEffect mandate_effect = MandateEffect::none;
  NextStep next_step = NextStep::nothing;
};

/// Judges one entry of level `entry`. `reason` is the catalogue's reason for `entry.reason`, else its status for
/// `entry.status`; null when it has none or nobody knows it. Always exactly one judgement: posted, exception or ignored.
/// An exception whose `event` is set is posted all the same, because the money has moved: partial_collection,
/// late_return, reason_unknown and reason_missing. So is one that only contradicts what the same file says above it: the
/// lowest level counts.
[[nodiscard]] Judgement judge(const Entry& entry, std::span<const Candidate> candidates, const Reason* reason,
                              const JudgeTerms& terms);

/// What we know of the batch a block or file answer, or a batch booking, speaks of.
struct BatchStanding {
  Id batch = {};
  std::string_view message_id = {};
  std::string_view block_id = {};
  Currency currency = {};
  std::uint64_t count = 0;          // Of its claims, prenotes not counted.
  std::uint64_t prenote_count = 0;
  std::int64_t sum_minor = 0;
  std::uint64_t rejected_count = 0; // Before settlement.
  std::int64_t rejected_minor = 0;
  std::uint64_t settled_count = 0;  // Already settled singly.
  std::int64_t settled_minor = 0;
  std::uint64_t returned_count = 0;
  bool was_sent = false;
  bool is_voided = false;
  bool all_decided = false;         // Every claim has an end of its own.
  bool settled_as_batch = false;    // A batch booking was posted before.
  EarlierResult earlier = {};       // Of the settlement, as a batch or singly.
};

/// How the bank booked the batch.
enum class SettlementKind : std::uint8_t { none, full, net_of_rejects };

struct BatchJudgement {
  Judgement judgement;              // `matched` is 0 when a batch was given.
  SettlementKind settlement = SettlementKind::none;
  std::int64_t expected_minor = 0;
  std::int64_t difference_minor = 0;  // Booked minus expected.
};

/// Judges an entry of level block or file (pain.002 group or block status), or a booking of a whole batch (camt with
/// Btch). `batch` is null when none was found. A booking agrees when it is the sum of the batch (gross), or that less
/// what was rejected before (net).
[[nodiscard]] BatchJudgement judge_batch(const Entry& entry, const BatchStanding* batch, const Reason* reason,
                                         const JudgeTerms& terms);

/// What silence means for a claim on `today`.
enum class Silence : std::uint8_t {
  wait,     // An answer may still come, or none is expected.
  settled,  // The scheme answers failures only, and the time for them has passed: post `settle` on the collection date.
  missing,  // An answer is overdue: ExceptionClass::missing_answer.
};

/// Counts bank days from the collection date. `unknown` claims are never settled by silence. "calendar.year-missing".
[[nodiscard]] Result<Silence> judge_silence(const BankCalendar& calendar, ClaimState state, Date collect_on,
                                            int answer_bank_days, bool silence_is_success, Date today);

/// A sentence for people: what the bank said of which claim, what agrees and what differs. Accounts masked.
[[nodiscard]] std::string explain(const Judgement& judgement, const Entry& entry, const Candidate* matched,
                                  const Reason* reason);

}  // namespace counterfoil
