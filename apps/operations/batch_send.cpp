#include "apps/operations/batch_send.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "apps/operations/mandate_effects.hpp"
#include "apps/operations/publish_file.hpp"
#include "store/mandates.hpp"

namespace counterfoil {
namespace {

constexpr std::int64_t lease_seconds = 300;
constexpr std::string_view marker = ".counterfoil-channel";

Result<SealedFile> file_of(Desk& desk, const StoredBatch& batch) {
  auto file = sealed_file_of_batch(desk.scope(), batch.batch.id);
  if (!file) return std::unexpected(file.error());
  if (*file) return std::move(**file);
  return std::unexpected(Error{.code = "batch.not-released",
                               .explanation = fmt::format("Batch {} is not released.", batch.number),
                               .remedy = "Seal it, have it approved and released, then send it.",
                               .kind = ErrorKind::refused});
}

Result<OutboxItem> item_of(Desk& desk, const StoredBatch& batch, const SealedFile& file) {
  const auto expired = expire_outbox_leases(desk.scope());
  if (!expired) return std::unexpected(expired.error());
  auto item = find_outbox(desk.scope(), file.id);
  if (!item) return std::unexpected(item.error());
  if (*item && batch.batch.state != BatchState::voided) return std::move(**item);
  return std::unexpected(Error{
      .code = "batch.not-released",
      .explanation = fmt::format("Batch {} is {}, not released.", batch.number, batch_state_name(batch.batch.state)),
      .remedy = batch.batch.state == BatchState::voided ? "A void batch is never sent: plan its bills again."
                                                        : "Have it approved and released first.",
      .kind = ErrorKind::refused});
}

std::unexpected<Error> outcome_unknown(const StoredBatch& batch, const SealedFile& file) {
  return std::unexpected(Error{
      .code = "batch.outcome-unknown",
      .explanation =
          fmt::format("Sending {} was interrupted, and the folder does not tell whether the file was taken away "
                      "or never written.",
                      file.file_name),
      .remedy =
          fmt::format("Ask whoever carries the folder, or the bank. Then: counterfoil batch send {} --was-sent, or "
                      "--not-sent and send it again.",
                      batch.number),
      .kind = ErrorKind::outcome_unknown});
}

/// What the folder proves. The prepared file goes only by being renamed, so as long as it is there nothing was sent.
enum class Trace { published, prepared, nothing };

Trace trace_in(const std::string& folder, const std::string& name) {
  if (std::filesystem::exists(std::filesystem::path{folder} / name)) return Trace::published;
  if (std::filesystem::exists(prepared_path(folder, name))) return Trace::prepared;
  return Trace::nothing;
}

Result<void> prepare(Desk& desk, const SealedFile& file, const std::string& folder) {
  auto snapshot = desk.session().begin_read_only();
  if (!snapshot) return std::unexpected(snapshot.error());
  auto bytes = StoredBytes::of_sealed_file(desk.scope(), file.id);
  if (!bytes) return std::unexpected(bytes.error());
  return prepare_file(*bytes, folder, file.file_name);
}

/// Remembers, before anybody can see the file, that it is about to be handed over.
Result<bool> begin_sending(Desk& desk, const SealedFile& file) {
  return in_one_transaction(desk, "batch-send-begin", [&]() -> Result<bool> {
    return take_outbox(desk.scope(), file.id, desk.actor().name, lease_seconds);
  });
}

Result<void> finish_sending(Desk& desk, StoredBatch& batch, const SealedFile& file, OutboxState from) {
  const auto done = in_one_transaction(desk, "batch-send-end", [&]() -> Result<bool> {
    auto fresh = locked_batch(desk, batch.number);
    if (!fresh) return std::unexpected(fresh.error());
    auto& row = fresh->batch;
    const auto state = next_state(row.state, BatchEvent::send);
    if (!state) return std::unexpected(state.error());
    if (auto moved = move_outbox(desk.scope(), file.id, from, OutboxState::sent, desk.actor().name); !moved) {
      return std::unexpected(moved.error());
    }
    row.state = *state;
    ++row.version;
    if (auto saved = save_batch(desk.scope(), row, BatchEvent::send, desk.actor().name, file.file_name); !saved) {
      return std::unexpected(saved.error());
    }
    const bool is_prenotes = row.sum_minor == 0;
    const auto touched = is_prenotes ? prenotes_sent(desk, row.id)
                                     : apply_batch_to_mandates(desk.scope(), row.id, BatchMandateEffect::sent,
                                                               desk.today(), desk.actor().name);
    if (!touched) return std::unexpected(touched.error());
    const auto noted =
        desk.note("batch.send", "batch", batch.number,
                  fmt::format("{}, sha256 {}, {} mandates used", file.file_name, digest_text(file.digest), *touched));
    if (!noted) return std::unexpected(noted.error());
    batch = std::move(*fresh);
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return {};
}

/// A person knows better than the folder.
Result<SendResult> decide(Desk& desk, const SendRequest& request, StoredBatch batch, SealedFile file,
                          const OutboxItem& item) {
  if (item.state == OutboxState::sent && request.was_sent)
    return SendResult{std::move(batch), std::move(file), {}, true};
  if (item.state == OutboxState::waiting && request.not_sent) {
    return SendResult{std::move(batch), std::move(file), {}, true};
  }
  if (item.state == OutboxState::sent || item.state == OutboxState::waiting) {
    return std::unexpected(
        Error{.code = "batch.outcome-known",
              .explanation = fmt::format("The file of batch {} is {}; nothing is unknown about it.", batch.number,
                                         outbox_state_name(item.state)),
              .remedy = "Use --was-sent and --not-sent only where `counterfoil batch show` says unknown.",
              .kind = ErrorKind::refused});
  }
  if (request.was_sent) {
    if (auto done = finish_sending(desk, batch, file, item.state); !done) return std::unexpected(done.error());
    return SendResult{std::move(batch), std::move(file), {}, false};
  }
  return in_one_transaction(desk, "batch-send-end", [&]() -> Result<SendResult> {
    if (auto moved = move_outbox(desk.scope(), file.id, item.state, OutboxState::waiting, desk.actor().name); !moved) {
      return std::unexpected(moved.error());
    }
    if (auto noted = desk.note("batch.not-sent", "batch", batch.number, file.file_name); !noted) {
      return std::unexpected(noted.error());
    }
    return SendResult{std::move(batch), std::move(file), {}, false};
  });
}

/// Goes on where an earlier run stopped: the database knows that a file was about to go, the folder knows how far it
/// came.
Result<SendResult> go_on(Desk& desk, StoredBatch batch, SealedFile file, const OutboxItem& item,
                         const std::string& folder) {
  const auto trace = trace_in(folder, file.file_name);
  if (trace == Trace::nothing) return outcome_unknown(batch, file);
  if (auto done = prepare(desk, file, folder); !done) return std::unexpected(done.error());
  const auto published = publish_prepared(folder, file.file_name);
  if (!published) return std::unexpected(published.error());
  if (auto done = finish_sending(desk, batch, file, item.state); !done) return std::unexpected(done.error());
  auto path = (std::filesystem::path{folder} / file.file_name).string();
  return SendResult{std::move(batch), std::move(file), std::move(path), false};
}

Result<SendResult> send_fresh(Desk& desk, StoredBatch batch, SealedFile file, const std::string& folder) {
  if (auto done = prepare(desk, file, folder); !done) return std::unexpected(done.error());
  const auto taken = begin_sending(desk, file);
  if (!taken) return std::unexpected(taken.error());
  if (!*taken) {
    return std::unexpected(
        Error{.code = "batch.taken",
              .explanation = fmt::format("Another courier is sending batch {} at this moment.", batch.number),
              .remedy = "Look again in a minute: counterfoil batch show.",
              .kind = ErrorKind::conflict});
  }
  const auto published = publish_prepared(folder, file.file_name);
  if (!published) return std::unexpected(published.error());
  if (auto done = finish_sending(desk, batch, file, OutboxState::taken); !done) return std::unexpected(done.error());
  auto path = (std::filesystem::path{folder} / file.file_name).string();
  return SendResult{std::move(batch), std::move(file), std::move(path), false};
}

Result<SendResult> send_again(Desk& desk, StoredBatch batch, SealedFile file, const std::string& folder) {
  {
    auto noting = in_one_transaction(desk, "batch-send-begin", [&]() -> Result<bool> {
      if (auto noted = desk.note("batch.send-again", "batch", batch.number, file.file_name); !noted) {
        return std::unexpected(noted.error());
      }
      return true;
    });
    if (!noting) return std::unexpected(noting.error());
  }
  if (auto done = prepare(desk, file, folder); !done) return std::unexpected(done.error());
  const auto published = publish_prepared(folder, file.file_name);
  if (!published) return std::unexpected(published.error());
  auto path = (std::filesystem::path{folder} / file.file_name).string();
  return SendResult{std::move(batch), std::move(file), std::move(path), *published == Publication::already_there};
}

}  // namespace

Result<Channel> Channel::open(const Desk& desk, const std::string& folder) {
  if (!std::filesystem::is_directory(folder)) {
    return std::unexpected(Error{.code = "channel.no-folder",
                                 .explanation = "The folder to send to does not exist.",
                                 .remedy = "Make the folder, or name another one with --to.",
                                 .place = {.file = folder},
                                 .kind = ErrorKind::usage});
  }
  const auto ours = std::string{environment_name(desk.environment())};
  const auto path = (std::filesystem::path{folder} / marker).string();
  if (!std::filesystem::exists(path)) {
    const auto made = publish_bytes(ours + "\n", folder, std::string{marker});
    if (!made && made.error().code != "publish.name-taken") return std::unexpected(made.error());
  }
  std::string owner;
  std::ifstream{path} >> owner;
  if (owner != ours) {
    return std::unexpected(
        Error{.code = "channel.other-environment",
              .explanation =
                  fmt::format("This folder carries the files of a {} environment, and this one is {}.", owner, ours),
              .remedy = "Use another folder: what is for a test never lies beside what is for the bank.",
              .place = {.file = folder},
              .kind = ErrorKind::refused});
  }
  Channel channel{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (channel.lock_ >= 0 && ::flock(channel.lock_, LOCK_EX | LOCK_NB) == 0) return channel;
  return std::unexpected(Error{.code = "channel.busy",
                               .explanation = "Another process is sending into this folder at the moment.",
                               .remedy = "Give the command again in a moment.",
                               .place = {.file = folder},
                               .kind = ErrorKind::temporary});
}

Channel::~Channel() {
  if (lock_ >= 0) ::close(lock_);
}

Result<SendResult> send_batch(Desk& desk, const SendRequest& request) {
  if (auto allowed = desk.may(Action::carry_files); !allowed) return std::unexpected(allowed.error());
  auto batch = batch_by_number(desk, request.batch);
  if (!batch) return std::unexpected(batch.error());
  auto file = file_of(desk, *batch);
  if (!file) return std::unexpected(file.error());
  const auto item = item_of(desk, *batch, *file);
  if (!item) return std::unexpected(item.error());
  if (request.was_sent || request.not_sent) return decide(desk, request, std::move(*batch), std::move(*file), *item);
  if (item->state == OutboxState::sent && !request.again) {
    return SendResult{std::move(*batch), std::move(*file), {}, true};
  }
  const auto channel = Channel::open(desk, request.folder);
  if (!channel) return std::unexpected(channel.error());
  if (desk.dry_run()) {
    auto path = (std::filesystem::path{request.folder} / file->file_name).string();
    return SendResult{std::move(*batch), std::move(*file), std::move(path), false};
  }
  switch (item->state) {
    case OutboxState::sent:
      return send_again(desk, std::move(*batch), std::move(*file), request.folder);
    case OutboxState::waiting:
      return send_fresh(desk, std::move(*batch), std::move(*file), request.folder);
    case OutboxState::taken:
    case OutboxState::unknown:
      return go_on(desk, std::move(*batch), std::move(*file), *item, request.folder);
  }
  return outcome_unknown(*batch, *file);
}

Result<Outbox> outbox(Desk& desk) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  auto items = list_outbox(desk.scope());
  if (!items) return std::unexpected(items.error());
  return Outbox{std::move(*items)};
}

}  // namespace counterfoil
