#include "apps/operations/batch_seal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/operations/collection_order.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "apps/operations/written_file.hpp"
#include "core/aba.hpp"
#include "core/message_id.hpp"
#include "core/require.hpp"
#include "generators/writer.hpp"
#include "store/batch_figures.hpp"
#include "store/claims.hpp"
#include "store/creditor_accounts.hpp"

namespace counterfoil {
namespace {

/// The claims of a batch as a writer asks for them: block by block.
class ClaimEntries : public EntrySource {
 public:
  /// `transaction_code`: of every entry, where the scheme wants one that follows from nothing else.
  ClaimEntries(Desk& desk, const SealedFile& file, std::string transaction_code = {})
      : desk_{desk}, file_{file}, transaction_code_{std::move(transaction_code)} {}

  Result<bool> next(std::size_t batch_index, Entry& entry) override {
    if (!stream_ || batch_index != block_) {
      auto opened = ClaimStream::open(desk_.scope(), file_.batch, file_.blocks[batch_index].sequence);
      if (!opened) return std::unexpected(opened.error());
      stream_ = std::make_unique<ClaimStream>(std::move(*opened));
      block_ = batch_index;
    }
    const auto more = stream_->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return false;
    fill(stream_->row(), entry);
    if (++done_ % 10'000 == 0) desk_.tell("claims", done_, file_.claim_count);
    return true;
  }

 private:
  void fill(const ClaimRow& row, Entry& entry) const {
    const auto& claim = row.claim;
    entry = Entry{};
    entry.reference = claim.reference;
    entry.mandate = claim.mandate_reference;
    entry.sequence_number =
        file_.trace_digits == 0 ? claim.sequence_number : file_.trace_first + claim.sequence_number - 1;
    entry.currency = claim.currency;
    entry.amount_minor = claim.amount_minor;
    entry.payer_name = claim.payer_name;
    entry.payer_account = claim.account;
    // Only what opens a mandate needs to say who the payer is.
    if (claim.is_prenote) entry.payer_identity = row.identity;
    entry.payer_bank = claim.bank;
    entry.account_kind = claim.account_kind;
    entry.payer_country = row.address.country;
    entry.payer_town = row.address.town;
    entry.payer_postcode = row.address.postcode;
    entry.payer_street = row.address.street;
    entry.payer_building = row.address.building;
    entry.signed_on = claim.signed_on;
    entry.sequence = claim.sequence;
    entry.amended_mandate = claim.amendment.old_reference;
    entry.amended_creditor_id = claim.amendment.old_creditor_id;
    entry.amended_creditor_name = claim.amendment.old_creditor_name;
    entry.amended_account = claim.amendment.old_account;
    entry.collect_on = claim.collect_on;
    entry.remittance = claim.remittance;
    entry.is_prenote = claim.is_prenote;
    entry.transaction_code = transaction_code_;
  }

  Desk& desk_;
  const SealedFile& file_;
  std::string transaction_code_;
  std::unique_ptr<ClaimStream> stream_;
  std::size_t block_ = 0;
  std::uint64_t done_ = 0;
};

/// Unique for good, and with the environment in it where there is room: a test file can be told from a live one by
/// anybody.
std::string make_message_id(const Desk& desk, const SchemeManner& manner, const CreditorAccount& account,
                            const SealedFile& file) {
  const auto id = file.id.text();
  return message_id_of(manner.message_id, {.is_test = desk.is_test(),
                                           .today = desk.today(),
                                           .sequence = file.sequence,
                                           .creditor_id = account.creditor_id,
                                           .unique = id});
}

std::string make_file_name(const Desk& desk, const SchemeManner& manner, const CreditorAccount& account,
                           const StoredBatch& batch, const SealedFile& file) {
  return fmt::format("{}{}.{}.{:06}.{}", desk.is_test() ? "TEST-" : "", account.label, batch.number, file.sequence,
                     manner.file_ending);
}

std::uint64_t largest_of_digits(unsigned digits) {
  std::uint64_t largest = 0;
  for (unsigned i = 0; i < digits; ++i) largest = largest * 10 + 9;
  return largest;
}

/// NACHA tells the files of one day apart by a letter or digit.
std::string file_modifier(std::uint64_t sequence) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return std::string{letters[(sequence - 1) % letters.size()]};
}

Result<void> take_file_numbers(Desk& desk, const SchemeManner& manner, const CreditorAccount& account,
                               SealedFile& file) {
  const auto sequence = take_numbers(desk.scope(), account.id, Counter::file, 1);
  if (!sequence) return std::unexpected(sequence.error());
  file.sequence = *sequence;
  file.trace_digits = manner.number_digits;
  if (manner.number_digits > 0) file.trace_first = 1;
  if (manner.number_is_trace) {
    // Traces run on over all files of the account: none comes back within the life of an entry.
    const auto first = take_numbers(desk.scope(), account.id, Counter::trace, file.claim_count);
    if (!first) return std::unexpected(first.error());
    file.trace_prefix = routing_without_check_digit(account.bank);
    file.trace_first = *first;
    const auto most = largest_of_digits(manner.number_digits);
    if (file.claim_count > most || *first > most - file.claim_count + 1) {
      return std::unexpected(
          Error{.code = "batch.traces-used-up",
                .explanation = "The trace numbers of this originating bank are used up.",
                .remedy = "Open another creditor account with another originating bank, or make the batch smaller.",
                .kind = ErrorKind::refused});
    }
  }
  return {};
}

Result<void> take_blocks(Desk& desk, const StoredBatch& batch, SealedFile& file, std::vector<CollectionBlock>& blocks) {
  const auto groups = claim_groups(desk.scope(), batch.batch.id);
  if (!groups) return std::unexpected(groups.error());
  for (const auto& group : *groups) {
    SealedBlock block;
    block.number = file.blocks.size() + 1;
    block.sequence = group.sequence;
    block.count = group.count;
    block.sum_minor = group.sum_minor;
    file.blocks.push_back(block);
    file.claim_count += group.count;
    const auto sum = checked_add({file.sum_minor, batch.batch.currency}, {group.sum_minor, batch.batch.currency});
    if (!sum) return std::unexpected(sum.error());
    file.sum_minor = sum->minor_units();
    CollectionBlock head;
    head.collect_on = batch.batch.collect_on;
    head.sequence = group.sequence;
    head.instrument = batch.batch.instrument;
    head.count = group.count;
    head.sum_minor = group.sum_minor;
    blocks.push_back(std::move(head));
  }
  if (!blocks.empty()) return {};
  return std::unexpected(Error{.code = "batch.empty",
                               .explanation = fmt::format("Batch {} has no claims.", batch.number),
                               .remedy = "Void it and plan again.",
                               .kind = ErrorKind::refused});
}

Result<CreditorAccount> account_of(Desk& desk, const Batch& batch) {
  auto account = find_creditor_account(desk.scope(), batch.creditor_account);
  if (!account) return std::unexpected(account.error());
  require(account->has_value(), "a batch belongs to a creditor account");
  return std::move(**account);
}

/// The order for a sealed file: the same whenever it is made, so that a file can be laid beside the database again
/// later.
Result<std::unique_ptr<CollectionOrder>> order_of(Desk& desk, const CreditorAccount& account, const StoredBatch& batch,
                                                  const SealedFile& file, const std::string& created,
                                                  std::vector<CollectionBlock> blocks) {
  const auto* scheme = desk.catalogue().find(account.scheme);
  require(scheme != nullptr, "the scheme of an account is known when its batch is sealed");
  if (batch.batch.is_retry) {
    const auto text = scheme->text("retry_description", account.profile).value_or("");
    for (auto& block : blocks) block.description = text;
  }
  return make_collection_order(
      account, {.message_id = file.message_id, .created = created, .file_modifier = file_modifier(file.sequence)},
      blocks);
}

/// What tells a presentation again from the first one, where the format says it of each entry.
std::string transaction_code_of(Desk& desk, const CreditorAccount& account, const StoredBatch& batch) {
  const auto* scheme = desk.catalogue().find(account.scheme);
  if (scheme == nullptr || !batch.batch.is_retry) return {};
  return std::string{scheme->text("retry_transaction_code", account.profile).value_or("")};
}

Result<ReadBack> compare_with_database(Desk& desk, const SealedFile& file, const WriteOrder& order) {
  auto bytes = StoredBytes::of_sealed_file(desk.scope(), file.id);
  if (!bytes) return std::unexpected(bytes.error());
  ClaimEntries expected{desk, file};
  return check_written_file(*bytes, file.file_name, order, expected);
}

/// Takes bytes that are only counted and digested.
class NoTarget : public ByteTarget {
 public:
  Result<void> append(std::string_view) override { return {}; }
};

/// The file made once more from what the database says today: names, addresses and texts, which a reader sees only in
/// the form the format gives them, must lead to the very bytes that were sealed.
Result<void> compare_with_new_file(Desk& desk, const SealedFile& file, const WriteOrder& order,
                                   const std::string& transaction_code) {
  ClaimEntries entries{desk, file, transaction_code};
  NoTarget nowhere;
  std::vector<Finding> notes;
  const auto written = write_collection(order, entries, nowhere, notes);
  if (!written) return std::unexpected(written.error());
  if (written->sha256 == digest_text(file.digest)) return {};
  return std::unexpected(
      Error{.code = "batch.bytes-differ",
            .explanation = "What the database says of the claims today leads to other bytes than those that were sealed: a "
                           "name, an address, a text or a setting of the creditor account was changed since.",
            .remedy = "Void the batch and plan again. If nobody changed anything, run `counterfoil check`.",
            .place = {.file = file.file_name},
            .kind = ErrorKind::refused});
}

Result<const SchemeManner*> manner_of(Desk& desk, const CreditorAccount& account) {
  const auto rules = account_rules(desk.catalogue(), account);
  if (!rules) return std::unexpected(rules.error());
  return &rules->scheme->manner;
}

Result<SealResult> seal_in_transaction(Desk& desk, const std::string& number) {
  auto batch = locked_batch(desk, number);
  if (!batch) return std::unexpected(batch.error());
  SealResult result{.batch = std::move(*batch), .file = {}, .notes = {}};
  auto there = sealed_file_of_batch(desk.scope(), result.batch.batch.id);
  if (!there) return std::unexpected(there.error());
  if (*there) {
    result.file = std::move(**there);
    result.already = true;
    return result;
  }
  if (const auto state = next_state(result.batch.batch.state, BatchEvent::seal); !state) {
    return std::unexpected(state.error());
  }
  const auto account = account_of(desk, result.batch.batch);
  if (!account) return std::unexpected(account.error());

  auto& file = result.file;
  file.id = new_id();
  file.batch = result.batch.batch.id;
  file.creditor_account = account->id;
  file.format = account->format;
  file.sealed_by = desk.actor().name;
  std::vector<CollectionBlock> blocks;
  if (auto done = take_blocks(desk, result.batch, file, blocks); !done) return std::unexpected(done.error());
  const auto found = manner_of(desk, *account);
  if (!found) return std::unexpected(found.error());
  const SchemeManner& manner = **found;
  if (auto done = take_file_numbers(desk, manner, *account, file); !done) return std::unexpected(done.error());
  file.message_id = make_message_id(desk, manner, *account, file);
  file.file_name = make_file_name(desk, manner, *account, result.batch, file);
  const auto now = database_now(desk.session());
  if (!now) return std::unexpected(now.error());
  const auto created = fmt::format("{}T{}", iso_date(desk.today()), now->substr(11, 8));
  const auto order = order_of(desk, *account, result.batch, file, created, blocks);
  if (!order) return std::unexpected(order.error());
  for (std::size_t i = 0; i < file.blocks.size(); ++i) file.blocks[i].block_id = (*order)->order.batches[i].id;

  SealedFileWriter writer{desk.scope(), file.id};
  ClaimEntries entries{desk, file, transaction_code_of(desk, *account, result.batch)};
  const auto written = write_collection((*order)->order, entries, writer, result.notes);
  if (!written) return std::unexpected(written.error());
  if (auto done = writer.finish(file); !done) return std::unexpected(done.error());
  require(written->sha256 == digest_text(file.digest), "writer and store saw the same bytes");
  kill_point("batch-seal.after-write");
  if (auto same = compare_with_database(desk, file, (*order)->order); !same) {
    return std::unexpected(same.error());
  }
  kill_point("batch-seal.after-read-back");

  auto& sealed = result.batch.batch;
  sealed.state = BatchState::sealed;
  ++sealed.version;
  sealed.sequence_number = file.sequence;
  sealed.message_id = file.message_id;
  sealed.sha256 = digest_text(file.digest);
  if (auto done = save_batch(desk.scope(), sealed, BatchEvent::seal, desk.actor().name, sealed.sha256); !done) {
    if (done.error().place.field != "batch_mandate_used_up") return std::unexpected(done.error());
    return std::unexpected(Error{.code = "batch.mandate-used-up",
                                 .explanation = fmt::format("Batch {} claims under a one-off or final mandate that another "
                                                            "claim uses up already.", number),
                                 .remedy = "Void one of the two batches and plan again: the plan names the bill.",
                                 .kind = ErrorKind::refused});
  }
  const auto noted = desk.note("batch.seal", "batch", number,
                               fmt::format("{}, sha256 {}, {} claims, {}", file.file_name, sealed.sha256,
                                           file.claim_count, Money{file.sum_minor, sealed.currency}.text()));
  if (!noted) return std::unexpected(noted.error());
  return result;
}

// --- Checks
// -----------------------------------------------------------------------------------------------------------

bool was_handed_over(BatchState state) {
  return state == BatchState::sent || state == BatchState::acknowledged || state == BatchState::closed;
}

Check passed_or_failed(std::string name, const Result<void>& outcome, std::string evidence) {
  if (outcome) return {.name = std::move(name), .passed = true, .evidence = std::move(evidence), .remedy = {}};
  return {.name = std::move(name),
          .passed = false,
          .evidence = outcome.error().explanation,
          .remedy = outcome.error().remedy};
}

Check check_totals(const StoredBatch& batch, const ClaimGroup& counted, const SealedFile* file) {
  const auto& row = batch.batch;
  Check check{.name = "Batch, claims and file agree in count and sum", .evidence = {}, .remedy = {}};
  check.evidence = fmt::format("batch {} / {}, claims {} / {}", row.count, Money{row.sum_minor, row.currency}.decimal(),
                               counted.count, Money{counted.sum_minor, row.currency}.decimal());
  check.passed = row.count == counted.count && row.sum_minor == counted.sum_minor;
  if (file != nullptr) {
    check.evidence += fmt::format(", file {} / {}", file->claim_count, Money{file->sum_minor, row.currency}.decimal());
    check.passed = check.passed && file->claim_count == counted.count && file->sum_minor == counted.sum_minor;
  }
  check.remedy =
      check.passed ? "" : "Void the batch and plan again; run `counterfoil check` to see what else is wrong.";
  return check;
}

/// A day that was fine when the batch was planned may have come too near since.
Check check_day(Desk& desk, const CreditorAccount& account, const Batch& batch) {
  Check check{.name = "The collection day can still be met", .evidence = {}, .remedy = {}};
  const auto rules = account_rules(desk.catalogue(), account);
  if (!rules) return {.name = check.name, .evidence = rules.error().explanation, .remedy = rules.error().remedy};
  const auto last = latest_hand_over(rules->calendar, batch.collect_on, rules->collection.lead_bank_days);
  if (!last) return {.name = check.name, .evidence = last.error().explanation, .remedy = last.error().remedy};
  check.passed = desk.today() <= *last;
  check.evidence = fmt::format("collect on {}, hand over by {}, today is {}", iso_date(batch.collect_on),
                               iso_date(*last), iso_date(desk.today()));
  check.remedy = check.passed ? "" : "Void the batch and plan it for a later day.";
  return check;
}

/// A batch unlike its predecessors goes on only when the approver says why that is right.
Result<Check> check_usual(Desk& desk, const StoredBatch& batch, const CreditorAccount& account) {
  constexpr UnusualRules rules;
  Check check{.name = "The batch is like the ones before",
              .passed = true,
              .blocks = false,
              .needs_reason = true,
              .evidence = {},
              .remedy = {}};
  if (batch.batch.is_retry || batch.batch.sum_minor == 0) {
    check.evidence = "retries and prenotes are not compared";
    return check;
  }
  const auto figures = figures_of(desk.scope(), batch.batch.id);
  if (!figures) return std::unexpected(figures.error());
  const auto around = surroundings_of(desk.scope(), batch.batch, account.notice_days, rules);
  if (!around) return std::unexpected(around.error());
  const auto odd = unusual_in(*figures, *around, batch.batch.currency, rules);
  check.passed = odd.empty();
  check.evidence = odd.empty() ? fmt::format("{}; laid beside {} batches before it",
                                             Money{batch.batch.sum_minor, batch.batch.currency}.text(),
                                             around->before.size())
                               : fmt::format("{}", fmt::join(odd, " "));
  if (!check.passed) {
    check.remedy = "Look why. When it is right, approve it with --unusual and the reason; else void the batch.";
  }
  return check;
}

/// Everything about each claim that can change after planning: its mandate must still allow it, and no figure may be
/// odd.
Result<Check> check_claims(Desk& desk, const StoredBatch& batch) {
  std::uint64_t looked_at = 0;
  std::uint64_t bad = 0;
  std::string first;
  const auto walked = visit_claims(
      desk.scope(), batch.batch.id,
      [&](const ClaimRow& row) -> Result<void> {
        ++looked_at;
        const auto sound = check_items(row.claim);
        if (!sound && !row.claim.is_prenote) {
          if (bad++ == 0) first = sound.error().explanation;
        } else if (row.claim.collect_on != batch.batch.collect_on || row.claim.currency != batch.batch.currency) {
          if (bad++ == 0) {
            first = fmt::format("Claim {} is in {} for {}, its batch in {} for {}.", row.claim.reference,
                                row.claim.currency.code(), iso_date(row.claim.collect_on),
                                batch.batch.currency.code(), iso_date(batch.batch.collect_on));
          }
        }
        return {};
      },
      true);
  if (!walked) return std::unexpected(walked.error());
  return Check{.name = "Every claim is the sum of its bills and has the day of its batch",
               .passed = bad == 0 && looked_at > 0,
               .evidence = bad == 0 ? fmt::format("{} claims added up", looked_at) : first,
               .remedy = bad == 0 ? "" : "Void the batch and plan again."};
}

Result<Check> check_mandates(Desk& desk, const StoredBatch& batch) {
  const auto standing = mandates_of_batch(desk.scope(), batch.batch.id);
  if (!standing) return std::unexpected(standing.error());
  const auto [all, bad] = *standing;
  return Check{.name = "Every mandate still allows its collection",
               .passed = bad == 0 && all > 0,
               .evidence = fmt::format("{} mandates looked at, {} of them suspended, ended or not in force", all, bad),
               .remedy = bad == 0 ? "" : "Void the batch and plan again: those bills are then left out."};
}

Result<Check> check_file(Desk& desk, const StoredBatch& batch, const CreditorAccount& account, const SealedFile& file) {
  std::vector<CollectionBlock> blocks;
  SealedFile counted;
  counted.batch = file.batch;
  if (auto done = take_blocks(desk, batch, counted, blocks); !done) return std::unexpected(done.error());
  const auto order = order_of(desk, account, batch, file, file.sealed_at.substr(0, 19), blocks);
  if (!order) return std::unexpected(order.error());
  const auto same = [&]() -> Result<void> {
    const auto read = compare_with_database(desk, file, (*order)->order);
    if (!read) return std::unexpected(read.error());
    const auto again = order_of(desk, account, batch, file, read->created, std::move(blocks));
    if (!again) return std::unexpected(again.error());
    return compare_with_new_file(desk, file, (*again)->order, transaction_code_of(desk, account, batch));
  };
  return passed_or_failed("The sealed bytes say of every claim what the database says", same(),
                          fmt::format("{} claims read back from {} bytes, sha256 {}", file.claim_count, file.byte_count,
                                      digest_text(file.digest)));
}

}  // namespace

bool CheckResult::passed() const {
  return std::ranges::all_of(checks, [](const Check& check) { return check.passed || !check.blocks; });
}

Result<StoredBatch> batch_by_number(Desk& desk, const std::string& number) {
  auto batch = find_batch(desk.scope(), number);
  if (!batch) return std::unexpected(batch.error());
  if (*batch) return std::move(**batch);
  return std::unexpected(Error{.code = "batch.unknown",
                               .explanation = fmt::format("There is no batch {}.", number),
                               .remedy = "See `counterfoil batch list`.",
                               .kind = ErrorKind::usage});
}

Result<StoredBatch> locked_batch(Desk& desk, const std::string& number) {
  auto batch = lock_batch(desk.scope(), number);
  if (!batch) return std::unexpected(batch.error());
  if (*batch) return std::move(**batch);
  return batch_by_number(desk, number);
}

Result<SealResult> seal_batch(Desk& desk, const std::string& number) {
  if (auto allowed = desk.may(Action::seal_batch); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "batch-seal", [&] { return seal_in_transaction(desk, number); });
}

Result<std::vector<Check>> checks_of(Desk& desk, const StoredBatch& batch) {
  const auto account = account_of(desk, batch.batch);
  if (!account) return std::unexpected(account.error());
  const auto file = sealed_file_of_batch(desk.scope(), batch.batch.id);
  if (!file) return std::unexpected(file.error());
  const auto counted = claim_totals(desk.scope(), batch.batch.id);
  if (!counted) return std::unexpected(counted.error());
  std::vector<Check> checks;
  checks.push_back(check_totals(batch, *counted, *file ? &**file : nullptr));
  auto claims = check_claims(desk, batch);
  if (!claims) return std::unexpected(claims.error());
  checks.push_back(std::move(*claims));
  auto mandates = check_mandates(desk, batch);
  if (!mandates) return std::unexpected(mandates.error());
  checks.push_back(std::move(*mandates));
  if (!was_handed_over(batch.batch.state)) checks.push_back(check_day(desk, *account, batch.batch));
  if (!was_handed_over(batch.batch.state)) {
    auto usual = check_usual(desk, batch, *account);
    if (!usual) return std::unexpected(usual.error());
    checks.push_back(std::move(*usual));
  }
  // What was handed over was compared before; the account or a payer's address may have changed since, and rightly.
  if (*file && !was_handed_over(batch.batch.state)) {
    auto same = check_file(desk, batch, *account, **file);
    if (!same) return std::unexpected(same.error());
    checks.push_back(std::move(*same));
  }
  return checks;
}

Result<CheckResult> check_batch(Desk& desk, const std::string& number) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  auto snapshot = desk.session().begin_read_only();
  if (!snapshot) return std::unexpected(snapshot.error());
  auto batch = batch_by_number(desk, number);
  if (!batch) return std::unexpected(batch.error());
  auto checks = checks_of(desk, *batch);
  if (!checks) return std::unexpected(checks.error());
  return CheckResult{std::move(*batch), std::move(*checks)};
}

}  // namespace counterfoil
