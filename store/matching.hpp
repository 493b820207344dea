// Entries laid against claims: candidates found by one set-based join, judgements written by COPY.
#pragma once

#include <cstdint>
#include <memory>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "reconcile/match.hpp"
#include "store/ingest.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// An entry of a bank file with all claims it may speak of. Everything in it is a view, valid until the visitor
/// returns.
struct EntryWithCandidates {
  Entry entry;  // payer_account and corrected_data opened.
  std::uint32_t block_number = 0;
  std::string_view block_original_id;
  std::optional<Date> block_collect_on;
  std::optional<Date> block_settled_on;
  std::span<const Candidate> candidates;
};

/// A judgement to keep, with the sentence a person reads.
struct JudgedEntry {
  Judgement judgement;
  std::string explanation;  // Of an exception; accounts masked.
  Id batch;                 // For batch and file outcomes.
};

/// The matching of one bank file. Candidates are all claims of the tenant that share reference, instruction id or trace
/// with the entry, or mandate or account together with the amount.
///
///     Matching matching{scope, file, who, [&](auto touches) { ... change their mandates ... }};
///     matching.visit([&](const EntryWithCandidates& row) { ... judge ...; return matching.keep(row, judged); });
///     matching.finish();
class Matching {
 public:
  /// A claim whose mandate has to be touched: at most one effect a claim.
  struct MandateTouch {
    Id mandate;
    Id claim;
    MandateEffect effect = MandateEffect::none;
    ClaimEventKind event = ClaimEventKind::settle;
    std::string reason;
    Date on{};
  };
  /// Takes the touches while entries are kept, some thousands at a time and the rest in `finish`: a file may hold a
  /// million failed debits, and none of them stays in memory. May
  /// be empty for a walk that keeps nothing.
  using TouchMandates = std::function<Result<void>(std::span<const MandateTouch>)>;
  static constexpr std::size_t most_touches = 4096;

  Matching(const Scope& scope, const Id& bank_file, std::string_view operator_name,
           TouchMandates touch = {});
  ~Matching();
  Matching(const Matching&) = delete;
  Matching& operator=(const Matching&) = delete;

  /// Entries in the order of their positions. What this run has already posted is in `Candidate::state`,
  /// `settled_posted` and `taken_in_this_file`.
  [[nodiscard]] Result<void> visit(const Visitor<EntryWithCandidates>& visit);

  /// Keeps the match, posts the claim event with its postings, opens the exception. A block or file judgement only
  /// keeps the match and the exception: post it with `post_to_batch`, after `finish`.
  [[nodiscard]] Result<void> keep(const EntryWithCandidates& row, const JudgedEntry& judged);

  /// Writes what is left and lets go of the bills of claims that failed. Two runs that posted to the same claim
  /// meanwhile collide here or in `keep`: "store.already" on "claim_event_pkey"; roll back and try again.
  [[nodiscard]] Result<void> finish();

  struct Counts {
    std::uint64_t posted = 0, exceptions = 0, ignored = 0;
  };
  [[nodiscard]] const Counts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a block or file answer, or a batch booking, may speak of: by message id, and block id where one is given; else,
/// with a sum and a date, a sent batch of that account with this total. `batch` null: nothing found. Strings are the
/// holder's.
struct StandingRow {
  std::string message_id;
  std::string block_id;
  std::string settled_format;            // Of the file that settled it, as a batch or singly; empty: none did.
  std::optional<SequenceType> sequence;  // Of the block.
  BatchStanding standing;                // Its views point into this row.
};
[[nodiscard]] Result<std::unique_ptr<StandingRow>> find_batch_standing(const Scope& scope, std::string_view message_id,
                                                                       std::string_view block_id);
[[nodiscard]] Result<std::unique_ptr<StandingRow>> find_batch_standing_by_sum(const Scope& scope,
                                                                              const Id& creditor_account,
                                                                              std::int64_t sum_minor, Date booked_on);

struct MatchRow {
  Id bank_file;
  std::string file_name;
  std::uint32_t position = 0;
  std::uint32_t line = 0;
  Disposition disposition = Disposition::posted;
  MatchRule rule = MatchRule::none;
  IgnoreRule ignored_by = IgnoreRule::none;
  Evidence evidence;
  std::string reference;
  Outcome outcome = Outcome::none;
  std::string reason;
  std::int64_t amount_minor = 0;
  Currency currency;
  Id claim;
  std::string claim_reference;
  std::string bill_number;
  std::string event;  // claim_event_name; empty: nothing posted.
};
struct MatchFilter {
  Id bank_file;  // Nil: any.
  Id claim;      // Nil: any.
  std::optional<Disposition> disposition;
  std::uint64_t most = 0;
};
[[nodiscard]] Result<void> visit_matches(const Scope& scope, const MatchFilter& filter, const Visitor<MatchRow>& visit);

}  // namespace counterfoil
