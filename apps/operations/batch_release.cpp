#include "apps/operations/batch_release.hpp"

#include <fmt/format.h>

namespace counterfoil {
namespace {

constexpr std::size_t shortest_digest = 16;

Result<SealedFile> sealed_file(Desk& desk, const StoredBatch& batch) {
  auto file = sealed_file_of_batch(desk.scope(), batch.batch.id);
  if (!file) return std::unexpected(file.error());
  if (*file) return std::move(**file);
  return std::unexpected(Error{.code = "batch.not-sealed",
                               .explanation = fmt::format("Batch {} is not sealed yet.", batch.number),
                               .remedy = fmt::format("Run: counterfoil batch seal {}", batch.number),
                               .kind = ErrorKind::refused});
}

/// Every check has to have run and passed; the first that did not is the reason. Answers what somebody has to give a
/// reason for.
Result<std::string> require_checks(Desk& desk, const StoredBatch& batch) {
  const auto checks = checks_of(desk, batch);
  if (!checks) return std::unexpected(checks.error());
  std::string odd;
  for (const auto& check : *checks) {
    if (!check.passed && check.needs_reason) odd = check.evidence;
    if (check.passed || !check.blocks) continue;
    return std::unexpected(Error{.code = "batch.check-failed",
                                 .explanation = fmt::format("Batch {} does not pass the check \"{}\": {}", batch.number,
                                                            check.name, check.evidence),
                                 .remedy = check.remedy.empty() ? "See `counterfoil batch check`." : check.remedy,
                                 .kind = ErrorKind::refused});
  }
  return odd;
}

Error unusual(const StoredBatch& batch, std::string_view odd) {
  return {.code = "batch.unusual",
          .explanation = fmt::format("Batch {} is not like the ones before. {}", batch.number, odd),
          .remedy = "Look why. When it is right, approve it with --unusual and the reason; else void the batch.",
          .kind = ErrorKind::refused};
}

/// A control that says no is `refused`, whichever floor said it.
std::unexpected<Error> as_refused(Error error) {
  if (error.kind == ErrorKind::failed) error.kind = ErrorKind::refused;
  return std::unexpected(std::move(error));
}

Result<void> check_digest(const StoredBatch& batch, const SealedFile& file, std::string_view digest) {
  const auto sealed = digest_text(file.digest);
  if (digest.size() >= shortest_digest && sealed.starts_with(digest)) return {};
  return std::unexpected(Error{
      .code = "batch.digest-differs",
      .explanation = fmt::format("The digest given is not that of the sealed file of batch {}.", batch.number),
      .remedy = fmt::format("Look at the file again (`counterfoil batch show {}`) and give its sha256, or at least its "
                            "first {} characters.",
                            batch.number, shortest_digest),
      .kind = ErrorKind::refused});
}

ReleaseRules release_rules(const Desk& desk) {
  return {.approver_not_preparer = true,
          .releaser_not_approver = desk.tenant().release_rule == ReleaseRule::third_person,
          .releaser_not_preparer = true};
}

bool is_past(BatchState state, BatchState step) {
  return state != BatchState::voided && static_cast<int>(state) >= static_cast<int>(step);
}

Result<BatchStepResult> approve_in_transaction(Desk& desk, const std::string& number, std::string_view digest,
                                               std::string_view reason) {
  auto batch = locked_batch(desk, number);
  if (!batch) return std::unexpected(batch.error());
  auto file = sealed_file(desk, *batch);
  if (!file) return std::unexpected(file.error());
  if (auto same = check_digest(*batch, *file, digest); !same) return std::unexpected(same.error());
  auto& row = batch->batch;
  if (is_past(row.state, BatchState::approved) && row.approved_by == desk.actor().name) {
    return BatchStepResult{std::move(*batch), std::move(*file), true};
  }
  if (auto other = check_approver(desk.actor().name, row.prepared_by); !other) return std::unexpected(other.error());
  const auto odd = require_checks(desk, *batch);
  if (!odd) return std::unexpected(odd.error());
  if (!odd->empty() && reason.empty()) return std::unexpected(unusual(*batch, *odd));
  const auto accepted = odd->empty() ? std::string{} : fmt::format("; {} Right because: {}", *odd, reason);
  const auto full = digest_text(file->digest);
  if (auto done = approve(row, desk.actor().name, full, release_rules(desk)); !done) return as_refused(done.error());
  if (auto done = save_batch(desk.scope(), row, BatchEvent::approve, desk.actor().name, full + accepted); !done) {
    return std::unexpected(done.error());
  }
  const auto noted = desk.note(
      "batch.approve", "batch", number,
      fmt::format("sha256 {}, {} claims, {}{}", full, file->claim_count, Money{file->sum_minor, row.currency}.text(),
                  accepted));
  if (!noted) return std::unexpected(noted.error());
  return BatchStepResult{std::move(*batch), std::move(*file), false};
}

Result<BatchStepResult> release_in_transaction(Desk& desk, const std::string& number) {
  auto batch = locked_batch(desk, number);
  if (!batch) return std::unexpected(batch.error());
  auto file = sealed_file(desk, *batch);
  if (!file) return std::unexpected(file.error());
  auto& row = batch->batch;
  if (is_past(row.state, BatchState::released)) return BatchStepResult{std::move(*batch), std::move(*file), true};
  if (auto right = check_releaser(desk.actor().name, row.prepared_by, row.approved_by, desk.tenant().release_rule);
      !right) {
    return std::unexpected(right.error());
  }
  if (auto sound = require_checks(desk, *batch); !sound) return std::unexpected(sound.error());
  const auto full = digest_text(file->digest);
  if (auto done = release(row, desk.actor().name, full, release_rules(desk)); !done) return as_refused(done.error());
  if (auto done = save_batch(desk.scope(), row, BatchEvent::release, desk.actor().name, full); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = insert_outbox(desk.scope(), file->id); !done) return std::unexpected(done.error());
  if (auto noted = desk.note("batch.release", "batch", number, fmt::format("sha256 {}", full)); !noted) {
    return std::unexpected(noted.error());
  }
  return BatchStepResult{std::move(*batch), std::move(*file), false};
}

/// A released file waits in the outbox, where a courier may be holding it: what he may have sent cannot be taken back.
Result<void> take_from_outbox(Desk& desk, const StoredBatch& batch) {
  const auto file = sealed_file_of_batch(desk.scope(), batch.batch.id);
  if (!file) return std::unexpected(file.error());
  if (!*file) return {};
  const auto item = find_outbox(desk.scope(), (*file)->id);
  if (!item) return std::unexpected(item.error());
  if (!*item || (*item)->state == OutboxState::waiting) return {};
  return std::unexpected(
      Error{.code = "batch.in-transit",
            .explanation = fmt::format("The file of batch {} is {} in the outbox and may have reached the bank.",
                                       batch.number, outbox_state_name((*item)->state)),
            .remedy = "Ask the bank first. Once it is sure that nothing arrived, put the file back with "
                      "`counterfoil batch send --not-sent`, then void the batch.",
            .kind = ErrorKind::refused});
}

Result<BatchStepResult> void_in_transaction(Desk& desk, const std::string& number, std::string_view why) {
  auto batch = locked_batch(desk, number);
  if (!batch) return std::unexpected(batch.error());
  auto& row = batch->batch;
  if (row.state == BatchState::voided) return BatchStepResult{std::move(*batch), {}, true};
  if (auto free = take_from_outbox(desk, *batch); !free) return std::unexpected(free.error());
  const auto state = next_state(row.state, BatchEvent::make_void);
  if (!state) return as_refused(state.error());
  row.state = *state;
  ++row.version;
  if (auto done = save_batch(desk.scope(), row, BatchEvent::make_void, desk.actor().name, why); !done) {
    return std::unexpected(done.error());
  }
  if (auto noted = desk.note("batch.void", "batch", number, why); !noted) return std::unexpected(noted.error());
  return BatchStepResult{std::move(*batch), {}, false};
}

}  // namespace

Result<BatchStepResult> approve_batch(Desk& desk, const std::string& number, std::string_view digest,
                                      std::string_view unusual) {
  if (auto allowed = desk.may(Action::approve_batch); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "batch-approve", [&] { return approve_in_transaction(desk, number, digest, unusual); });
}

Result<BatchStepResult> release_batch(Desk& desk, const std::string& number) {
  if (auto allowed = desk.may(Action::release_batch); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "batch-release", [&] { return release_in_transaction(desk, number); });
}

Result<BatchStepResult> void_batch(Desk& desk, const std::string& number, std::string_view why) {
  if (auto allowed = desk.may(Action::void_batch); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "batch-void", [&] { return void_in_transaction(desk, number, why); });
}

}  // namespace counterfoil
