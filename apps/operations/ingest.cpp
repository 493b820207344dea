#include "apps/operations/ingest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "apps/operations/creditors.hpp"
#include "apps/operations/mandate_effects.hpp"
#include "apps/operations/mandate_message.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "core/require.hpp"
#include "core/text.hpp"
#include "parsers/byte_source.hpp"
#include "store/batches.hpp"
#include "store/claim_posting.hpp"
#include "store/claims.hpp"
#include "store/creditor_accounts.hpp"
#include "store/mandates.hpp"
#include "store/matching.hpp"
#include "store/reports.hpp"
#include "store/sealed_files.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t most_findings_told = 1000;

/// Hands bytes on to the reader and keeps them on the way.
class KeptSource : public ByteSource {
 public:
  KeptSource(ByteSource& source, BankFileWriter& writer) : source_{source}, writer_{writer} {}
  Result<std::string_view> next() override {
    auto piece = source_.next();
    if (!piece || piece->empty()) return piece;
    if (auto kept = writer_.append_bytes(*piece); !kept) return std::unexpected(kept.error());
    return piece;
  }
  /// Reads on to the end: a reader may stop early at a file it refuses, and the bytes are evidence.
  Result<void> drain() {
    for (;;) {
      const auto piece = next();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) return {};
    }
  }

 private:
  ByteSource& source_;
  BankFileWriter& writer_;
};

/// Stores the words of a file as they come, and remembers what tells whose file it is.
class Intake : public WordSink {
 public:
  Intake(Desk& desk, BankFileWriter& writer, BankFile& file, std::vector<Finding>& told)
      : desk_{desk}, writer_{writer}, file_{file}, told_{told} {}

  void file(const FileHead& head) override {
    file_.scheme = head.scheme;
    file_.format = head.format;
    file_.kind = head.kind;
    file_.message_id = head.message_id;
    file_.original_message_id = head.original_message_id;
    file_.created = head.created.empty() && head.created_on ? iso_date(*head.created_on) : std::string{head.created};
    receiver_ = head.receiver;
    // Some answers have no batches, and name whom they are for: by the account or by the id.
    note_owner(head.receiver, head.receiver);
  }

  void batch(const BatchHead& head) override {
    BankBlock block;
    block.number = ++blocks_;
    block.line = head.line;
    block.block_id = head.id;
    block.original_id = head.original_id;
    block.instrument = head.instrument;
    block.creditor_account_last4 = last_four(head.creditor_account);
    block.collect_on = head.collect_on;
    block.settled_on = head.settled_on;
    block.declared_count = head.count;
    block.declared_sum_minor = head.sum_minor;
    note_owner(head.creditor_account, head.creditor_id);
    keep_error(writer_.add_block(block));
  }

  void entry(const Entry& entry) override { keep_error(writer_.add_entry(entry, blocks_)); }

  void statement(const Statement& statement) override {
    note_owner(statement.account, {});
    keep_error(writer_.add_statement(statement));
  }

  void finding(const Finding& finding) override {
    if (told_.size() < most_findings_told) told_.push_back(finding);
    keep_error(writer_.add_finding(finding));
  }

  void end(const FileCounts& counts) override {
    entries_ = counts.entries;
    if (counts.kind != FileKind::unknown) file_.kind = counts.kind;
    desk_.tell("lines read", counts.entries, counts.entries);
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] const std::set<std::string>& accounts() const { return accounts_; }
  [[nodiscard]] const std::set<std::string>& creditor_ids() const { return creditor_ids_; }
  [[nodiscard]] const std::string& receiver() const { return receiver_; }

 private:
  void keep_error(const Result<void>& done) {
    if (!done && !error_) error_ = done.error();
  }
  void note_owner(std::string_view account, std::string_view creditor_id) {
    constexpr std::size_t most = 100;
    if (!account.empty() && accounts_.size() < most) accounts_.insert(normalise_account(account));
    if (!creditor_id.empty() && creditor_ids_.size() < most) creditor_ids_.emplace(creditor_id);
  }

  Desk& desk_;
  BankFileWriter& writer_;
  BankFile& file_;
  std::vector<Finding>& told_;
  std::optional<Error> error_;
  std::uint32_t blocks_ = 0;
  std::uint64_t entries_ = 0;
  std::string receiver_;
  std::set<std::string> accounts_, creditor_ids_;
};

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string{text};
}

/// The message id of the file of ours that a bank file speaks of.
const std::string& answered_message(const Scheme* scheme, const BankFile& file) {
  const bool repeats = scheme != nullptr && scheme->manner.answer_repeats_file;
  return repeats ? file.message_id : file.original_message_id;
}

/// Whose file it is: by the message it answers, else by the account or creditor it names, else as the caller says.
Result<std::optional<CreditorAccount>> owner_of(Desk& desk, const IngestRequest& request, const BankFile& file,
                                                const Intake& intake) {
  if (!request.creditor.empty()) {
    auto named = creditor(desk, request.creditor);
    if (!named) return std::unexpected(named.error());
    return std::move(*named);
  }
  const auto* scheme = desk.catalogue().find(file.scheme);
  const auto& answered = answered_message(scheme, file);
  if (!answered.empty()) {
    const auto sealed = find_sealed_file_by_message(desk.scope(), answered);
    if (!sealed) return std::unexpected(sealed.error());
    if (*sealed) return find_creditor_account(desk.scope(), (*sealed)->creditor_account);
  }
  const auto accounts = list_creditor_accounts(desk.scope());
  if (!accounts) return std::unexpected(accounts.error());
  std::optional<CreditorAccount> owner;
  for (const auto& account : *accounts) {
    if (account.scheme != file.scheme) continue;
    const bool is_his = intake.accounts().contains(normalise_account(account.account)) ||
                        std::ranges::any_of(intake.creditor_ids(),
                                            [&](const std::string& id) { return trimmed(id) == account.creditor_id; });
    if (!is_his) continue;
    if (owner) return std::optional<CreditorAccount>{};  // Two could be meant: none is.
    owner = account;
  }
  return owner;
}

/// What the bank calls the file. Files without any name of their own are told apart by their bytes alone.
std::string logical_identity(const BankFile& file) {
  if (file.message_id.empty()) return {};
  return fmt::format("{}:{}", file_kind_name(file.kind), file.message_id);
}

// --- Matching
// ---------------------------------------------------------------------------------------------------------

/// Lays every line of one stored file against the claims.
class FileMatch {
 public:
  FileMatch(Desk& desk, const BankFile& file, const std::optional<CreditorAccount>& owner, IngestResult& result)
      : desk_{desk}, file_{file}, owner_{owner}, result_{result}, scheme_{desk.catalogue().find(file.scheme)} {}

  Result<void> run() {
    if (auto done = set_terms(); !done) return done;
    Matching matching{desk_.scope(), file_.id, desk_.actor().name,
                      [&](std::span<const Matching::MandateTouch> touches) { return touch(touches); }};
    std::uint64_t seen = 0;
    const auto walked = matching.visit([&](const EntryWithCandidates& row) -> Result<void> {
      if (++seen % 10'000 == 0) desk_.tell("lines matched", seen, file_.entry_count);
      return take(matching, row);
    });
    if (!walked) return walked;
    kill_point("match.after-judging");
    if (auto done = matching.finish(); !done) return done;
    result_.posted = matching.counts().posted;
    result_.exceptions = matching.counts().exceptions;
    result_.ignored = matching.counts().ignored;
    if (auto done = post_batches(); !done) return done;
    return finish_batches();
  }

 private:
  Result<void> set_terms() {
    terms_.kind = file_.kind;
    terms_.scheme = file_.scheme;
    terms_.format = file_.format;
    terms_.message_id = answered_message(scheme_, file_);
    terms_.today = desk_.today();
    if (!owner_) return {};
    auto rules = account_rules(desk_.catalogue(), *owner_);
    if (!rules) return std::unexpected(rules.error());
    rules_ = std::move(*rules);
    terms_.calendar = &rules_->calendar;
    terms_.return_bank_days = rules_->collection.return_bank_days;
    terms_.unauthorized_return_days = rules_->unauthorized_return_days;
    terms_.refund_days = rules_->refund_days;
    terms_.returns_can_be_refused = rules_->scheme->manner.returns_can_be_refused;
    terms_.mandate_comes_back = rules_->scheme->manner.mandate_comes_back;
    // Indemnity claims name the day on which money moved.
    const bool names_processing_day = file_.format != "bacs-claims";
    if (names_processing_day) {
      terms_.processing_days_before =
          static_cast<int>(rules_->scheme->number("processing_days_before", owner_->profile).value_or(0));
    }
    terms_.charges_within_booking = owner_->charges_within_booking;
    terms_.account_of_creditor = owner_->account;
    return {};
  }

  [[nodiscard]] const Reason* reason_of(const Entry& entry) const {
    if (scheme_ == nullptr) return nullptr;
    if (!entry.reason.empty()) return scheme_->find_reason(entry.reason);
    return entry.status.empty() ? nullptr : scheme_->find_status(entry.status);
  }

  /// What the file has said so far of the block or the file a line stands in; its levels come from the top down.
  Outcome said_above(const EntryWithCandidates& row) {
    switch (row.entry.level) {
      case Level::file:
        file_said_ = row.entry.outcome;
        return Outcome::none;
      case Level::block:
        block_said_ = row.entry.outcome;
        block_spoken_of_ = row.block_number;
        return file_said_;
      case Level::entry:
        break;
    }
    return row.block_number == block_spoken_of_ ? block_said_ : Outcome::none;
  }

  Result<void> take(Matching& matching, const EntryWithCandidates& row) {
    terms_.block_id = row.block_original_id;
    terms_.block_collect_on = row.block_collect_on;
    terms_.file_settled_on = row.block_settled_on;
    terms_.said_above = said_above(row);
    const auto* reason = reason_of(row.entry);
    if (row.entry.level != Level::entry) return take_batch(matching, row, reason);
    const bool is_of_mandate = row.entry.mandate_event != MandateNews::none;
    if (is_of_mandate && !row.entry.is_prenote) return take_message(matching, row, reason);
    JudgedEntry judged{.judgement = judge(row.entry, row.candidates, reason, terms_), .explanation = {}, .batch = {}};
    // The answer to an instruction that was lodged before this program kept the mandate.
    if (is_of_mandate && !judged.judgement.matched) return take_message(matching, row, reason);
    if (wants_person(judged.judgement, reason)) {
      judged.judgement.exceptions.add(ExceptionClass::debit_failed);
      judged.judgement.disposition = Disposition::exception;
    }
    const Candidate* matched = judged.judgement.matched ? &row.candidates[*judged.judgement.matched] : nullptr;
    if (judged.judgement.disposition == Disposition::exception) {
      judged.explanation = explain(judged.judgement, row.entry, matched, reason);
    }
    if (matched != nullptr) batches_.insert(matched->batch);
    if (matched != nullptr && matched->is_prenote) {
      prenotes_.insert(matched->claim);
      if (owner_ && judged.judgement.event == ClaimEventKind::settle) opened_.insert(matched->batch);
    }
    return matching.keep(row, judged);
  }

  Result<void> take_message(Matching& matching, const EntryWithCandidates& row, const Reason* reason) {
    const auto done = take_mandate_message(desk_, owner_, row.entry, reason, file_.file_name);
    if (!done) return std::unexpected(done.error());
    if (done->changed) ++result_.mandates_changed;
    return matching.keep(row, done->judged);
  }

  /// A debit that failed and may simply be tried again goes into the next plan by itself; any other one goes into the
  /// queue.
  [[nodiscard]] static bool wants_person(const Judgement& judgement, const Reason* reason) {
    if (!judgement.event || reason == nullptr || reason->retry.choice == RetryPolicy::Choice::yes) return false;
    return *judgement.event == ClaimEventKind::reject || *judgement.event == ClaimEventKind::give_back ||
           *judgement.event == ClaimEventKind::refund;
  }

  /// Most returns leave their mandate as it is.
  Result<void> touch(std::span<const Matching::MandateTouch> touches) {
    std::vector<Matching::MandateTouch> worth_it;
    for (const auto& one : touches) {
      const bool takes_use_back = one.event == ClaimEventKind::reject || one.event == ClaimEventKind::cancel;
      const bool changes_state = one.effect == MandateEffect::suspend || one.effect == MandateEffect::end;
      if (takes_use_back || changes_state || prenotes_.contains(one.claim)) worth_it.push_back(one);
    }
    const auto changed = touch_mandates(desk_, worth_it);
    if (!changed) return std::unexpected(changed.error());
    result_.mandates_changed += *changed;
    return {};
  }

  Result<std::unique_ptr<StandingRow>> standing_of(const Entry& entry) {
    const auto message = entry.original_message_id.empty() ? terms_.message_id : entry.original_message_id;
    const auto block = entry.original_batch_id.empty() ? terms_.block_id : entry.original_batch_id;
    if (!message.empty() || !block.empty()) {
      // The status of a whole file speaks of no block, wherever in the file it stands.
      auto found =
          find_batch_standing(desk_.scope(), message, entry.level == Level::file ? std::string_view{} : block);
      // Statements have one word for both: the id of our block, or that of our file.
      if (!found || *found || !message.empty()) return found;
      return find_batch_standing(desk_.scope(), block, {});
    }
    if (owner_ && entry.booked_on) {
      return find_batch_standing_by_sum(desk_.scope(), owner_->id, entry.amount_minor, *entry.booked_on);
    }
    return std::unique_ptr<StandingRow>{};
  }

  Result<void> take_batch(Matching& matching, const EntryWithCandidates& row, const Reason* reason) {
    auto standing = standing_of(row.entry);
    if (!standing) return std::unexpected(standing.error());
    const auto judged = judge_batch(row.entry, *standing ? &(*standing)->standing : nullptr, reason, terms_);
    JudgedEntry kept{.judgement = judged.judgement, .explanation = {}, .batch = {}};
    if (*standing) {
      kept.batch = (*standing)->standing.batch;
      batches_.insert(kept.batch);
    }
    if (judged.judgement.disposition == Disposition::exception) {
      kept.explanation = explain(judged.judgement, row.entry, nullptr, reason);
      if (judged.difference_minor != 0) {
        kept.explanation +=
            fmt::format(" Expected {}, difference {}.", Money{judged.expected_minor, row.entry.currency}.text(),
                        Money{judged.difference_minor, row.entry.currency}.decimal());
      }
    }
    if (judged.judgement.event && *standing) {
      BatchPosting posting;
      posting.batch = kept.batch;
      posting.sequence = row.entry.level == Level::file ? std::nullopt : (*standing)->sequence;
      posting.kind = *judged.judgement.event;
      posting.on = judged.judgement.on;
      posting.reason = row.entry.reason;
      posting.bank_file = file_.id;
      posting.position = row.entry.position;
      posting.operator_name = desk_.actor().name;
      postings_.push_back({std::move(posting), judged.judgement.mandate_effect});
    }
    return matching.keep(row, kept);
  }

  /// Lines about a whole batch count after those about single claims, wherever they stand in the file.
  Result<void> post_batches() {
    for (const auto& [posting, effect] : postings_) {
      const auto touched = post_to_batch(desk_.scope(), posting);
      if (!touched) return std::unexpected(touched.error());
      result_.claims_by_batch += *touched;
      if (posting.kind != ClaimEventKind::reject || *touched == 0) continue;
      std::vector<Matching::MandateTouch> touches;
      const auto walked = visit_claims(desk_.scope(), posting.batch, [&](const ClaimRow& row) -> Result<void> {
        const auto& claim = row.claim;
        if (claim.state != ClaimState::rejected || (posting.sequence && claim.sequence != *posting.sequence)) return {};
        touches.push_back({.mandate = claim.mandate,
                           .claim = claim.id,
                           .effect = effect,
                           .event = posting.kind,
                           .reason = posting.reason,
                           .on = posting.on});
        return {};
      });
      if (!walked) return walked;
      const auto changed = touch_mandates(desk_, touches);
      if (!changed) return std::unexpected(changed.error());
      result_.mandates_changed += *changed;
    }
    return {};
  }

  Result<void> finish_batches() {
    for (const auto& id : opened_) {
      const auto ready = prenotes_settled(desk_, id, *owner_);
      if (!ready) return std::unexpected(ready.error());
      result_.mandates_changed += *ready;
    }
    for (const auto& id : batches_) {
      const auto moved = move_batch_on(desk_, id, file_.file_name);
      if (!moved) return std::unexpected(moved.error());
      const auto stored = find_batch(desk_.scope(), id);
      if (!stored) return std::unexpected(stored.error());
      if (*stored) result_.batches.push_back((*stored)->number);
    }
    std::ranges::sort(result_.batches);
    return {};
  }

  struct Posting {
    BatchPosting posting;
    MandateEffect effect = MandateEffect::none;
  };

  Desk& desk_;
  const BankFile& file_;
  const std::optional<CreditorAccount>& owner_;
  IngestResult& result_;
  const Scheme* scheme_;
  std::optional<AccountRules> rules_;
  JudgeTerms terms_;
  Outcome file_said_ = Outcome::none, block_said_ = Outcome::none;
  std::uint32_t block_spoken_of_ = 0;
  std::vector<Posting> postings_;
  std::set<Id> batches_;
  std::set<Id> opened_;    // Batches of prenotes the bank agreed to in so many words.
  std::set<Id> prenotes_;  // Claims of this file that are prenotes: few.
};

// --- One file
// ---------------------------------------------------------------------------------------------------------

Result<std::optional<BankFile>> seen_before(Desk& desk, const std::string& path) {
  auto source = FileSource::open(path);
  if (!source) return std::unexpected(source.error());
  DigestStream digest;
  for (;;) {
    const auto piece = (*source)->next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) break;
    digest.append(*piece);
  }
  return find_bank_file(desk.scope(), digest.finish());
}

Result<void> settle_state(Desk& desk, BankFile& file, Verdict verdict) {
  if (verdict == Verdict::refused) {
    file.state = BankFileState::refused;
    return {};
  }
  if (file.logical_identity.empty()) return {};
  const auto other = find_bank_file(desk.scope(), file.channel, file.logical_identity);
  if (!other) return std::unexpected(other.error());
  if (*other) file.state = BankFileState::quarantined;
  return {};
}

Result<IngestResult> ingest_in_transaction(Desk& desk, const IngestRequest& request) {
  auto source = FileSource::open(request.path);
  if (!source) return std::unexpected(source.error());
  IngestResult result;
  auto& file = result.file;
  file.id = new_id();
  file.file_name = request.path == "-" ? "standard input" : std::filesystem::path{request.path}.filename().string();
  file.received_by = desk.actor().name;
  BankFileWriter writer{desk.scope(), file.id};
  KeptSource kept{**source, writer};
  Intake intake{desk, writer, file, result.findings};
  ReadOptions options;
  options.file_name = file.file_name;
  options.accept_partial = request.accept_partial;
  options.expected = Expected::answer;
  options.day = desk.today();
  const auto verdict = read_bank_file(kept, options, intake);
  if (!verdict) return std::unexpected(verdict.error());
  if (auto rest = kept.drain(); !rest) return std::unexpected(rest.error());
  if (intake.error()) return std::unexpected(*intake.error());

  const auto owner = owner_of(desk, request, file, intake);
  if (!owner) return std::unexpected(owner.error());
  if (*owner) file.creditor_account = (*owner)->id;
  file.channel = *owner ? (*owner)->label : fmt::format("{} to {}", file.format, trimmed(intake.receiver()));
  file.logical_identity = logical_identity(file);
  if (auto done = settle_state(desk, file, *verdict); !done) return std::unexpected(done.error());
  if (auto done = writer.finish(file); !done) return std::unexpected(done.error());
  kill_point("ingest.after-lines");
  if (file.state == BankFileState::ingested) {
    FileMatch match{desk, file, *owner, result};
    if (auto done = match.run(); !done) return std::unexpected(done.error());
  }
  const auto noted = desk.note("file.ingest", "bank-file", file.file_name,
                               fmt::format("{}, sha256 {}, {}: {} lines, {} posted, {} exceptions, {} ignored",
                                           file.format, digest_text(file.digest), bank_file_state_name(file.state),
                                           file.entry_count, result.posted, result.exceptions, result.ignored));
  if (!noted) return std::unexpected(noted.error());
  return result;
}

}  // namespace

Result<void> move_batch_on(Desk& desk, const Id& id, std::string_view why) {
  auto stored = find_batch(desk.scope(), id);
  if (!stored) return std::unexpected(stored.error());
  require(stored->has_value(), "a batch a claim belongs to exists");
  auto locked = lock_batch(desk.scope(), (*stored)->number);
  if (!locked) return std::unexpected(locked.error());
  auto& batch = (*locked)->batch;
  const auto outcome = report_batch_outcome(desk.scope(), id);
  if (!outcome) return std::unexpected(outcome.error());
  const bool all_decided = std::ranges::none_of(*outcome, [](const OutcomeLine& line) {
    return line.state == ClaimState::sent || line.state == ClaimState::acknowledged ||
           line.state == ClaimState::unknown;
  });
  const auto move = [&](BatchEvent event) -> Result<void> {
    const auto state = next_state(batch.state, event);
    if (!state) return {};  // It is further on already, or was never sent.
    batch.state = *state;
    ++batch.version;
    return save_batch(desk.scope(), batch, event, desk.actor().name, why);
  };
  if (all_decided) {
    // Single collections count when they are settled, all of a batch at once.
    const auto used =
        apply_batch_to_mandates(desk.scope(), id, BatchMandateEffect::settled, desk.today(), desk.actor().name);
    if (!used) return std::unexpected(used.error());
    return move(BatchEvent::close);
  }
  return move(BatchEvent::acknowledge);
}

Result<IngestResult> ingest_file(Desk& desk, const IngestRequest& request) {
  if (auto allowed = desk.may(Action::ingest_file); !allowed) return std::unexpected(allowed.error());
  if (request.path != "-") {
    auto seen = seen_before(desk, request.path);
    if (!seen) return std::unexpected(seen.error());
    if (*seen) {
      IngestResult result;
      result.file = std::move(**seen);
      result.already = true;
      return result;
    }
  }
  auto done = in_one_transaction(desk, "ingest", [&] { return ingest_in_transaction(desk, request); });
  if (done || !is_taken(done.error(), "bank_file_digest")) return done;
  // Another process was faster with the same bytes, or they came over standard input.
  IngestResult result;
  result.already = true;
  if (request.path != "-") {
    auto seen = seen_before(desk, request.path);
    if (seen && *seen) result.file = std::move(**seen);
  }
  return result;
}

Result<IngestResult> accept_file(Desk& desk, std::string_view digest, std::string_view why) {
  if (auto allowed = desk.may(Action::resolve_exception); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "ingest-accept", [&]() -> Result<IngestResult> {
    constexpr std::size_t shortest = 8;
    auto found = find_bank_files_by_digest(desk.scope(), digest);
    if (!found) return std::unexpected(found.error());
    if (digest.size() < shortest || found->size() != 1) {
      return std::unexpected(Error{.code = "file.unknown",
                                   .explanation = "No single bank file has a sha256 that begins so.",
                                   .remedy =
                                       "Give it as `counterfoil match list --files --json` shows it, at least its "
                                       "first eight characters.",
                                   .kind = ErrorKind::usage});
    }
    IngestResult result;
    result.file = std::move(found->front());
    auto& file = result.file;
    if (file.state == BankFileState::accepted) {
      result.already = true;
      return result;
    }
    if (file.state != BankFileState::quarantined) {
      return std::unexpected(Error{.code = "file.not-quarantined",
                                   .explanation = fmt::format("The file {} is {}, not quarantined.", file.file_name,
                                                              bank_file_state_name(file.state)),
                                   .remedy = "Only a file that calls itself like an earlier one waits to be accepted.",
                                   .kind = ErrorKind::refused});
    }
    if (auto done = accept_bank_file(desk.scope(), file, why, desk.actor().name); !done) {
      return std::unexpected(done.error());
    }
    std::optional<CreditorAccount> owner;
    if (!file.creditor_account.is_nil()) {
      auto account = find_creditor_account(desk.scope(), file.creditor_account);
      if (!account) return std::unexpected(account.error());
      owner = std::move(*account);
    }
    FileMatch match{desk, file, owner, result};
    if (auto done = match.run(); !done) return std::unexpected(done.error());
    const auto noted =
        desk.note("file.accept", "bank-file", file.file_name,
                  fmt::format("sha256 {}: {}; {} posted, {} exceptions, {} ignored", digest_text(file.digest), why,
                              result.posted, result.exceptions, result.ignored));
    if (!noted) return std::unexpected(noted.error());
    return result;
  });
}

Result<std::vector<std::string>> files_to_ingest(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code reason;
  for (const auto& item : std::filesystem::directory_iterator{folder, reason}) {
    const auto name = item.path().filename().string();
    if (!item.is_regular_file() || name.starts_with('.') || name.ends_with(".tmp")) continue;
    files.push_back(item.path().string());
  }
  if (reason) {
    return std::unexpected(Error{.code = "ingest.folder",
                                 .explanation = fmt::format("The folder cannot be read: {}.", reason.message()),
                                 .remedy = "Check the folder and that you may read it.",
                                 .place = {.file = folder}});
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace counterfoil
