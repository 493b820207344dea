#include "apps/operations/simulate.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "apps/operations/batch_seal.hpp"
#include "apps/operations/batch_send.hpp"
#include "apps/operations/publish_file.hpp"

namespace counterfoil {
namespace {

Result<std::string> bytes_of(Desk& desk, const SealedFile& file) {
  auto snapshot = desk.session().begin_read_only();
  if (!snapshot) return std::unexpected(snapshot.error());
  auto source = StoredBytes::of_sealed_file(desk.scope(), file.id);
  if (!source) return std::unexpected(source.error());
  std::string bytes;
  for (;;) {
    const auto piece = source->next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) return bytes;
    bytes += *piece;
  }
}

}  // namespace

Result<std::vector<SimulatedFile>> simulate_bank(Desk& desk, const SimulateRequest& request) {
  if (auto allowed = desk.may(Action::simulate_bank); !allowed) return std::unexpected(allowed.error());
  const auto batch = batch_by_number(desk, request.batch);
  if (!batch) return std::unexpected(batch.error());
  const auto file = sealed_file_of_batch(desk.scope(), batch->batch.id);
  if (!file) return std::unexpected(file.error());
  const auto state = batch->batch.state;
  const bool was_handed_over =
      state == BatchState::sent || state == BatchState::acknowledged || state == BatchState::closed;
  if (!*file || !was_handed_over) {
    return std::unexpected(
        Error{.code = "sim.not-sent",
              .explanation = fmt::format("Batch {} was not sent, so no bank can answer it.", request.batch),
              .remedy = fmt::format("Run: counterfoil batch send {} --to FOLDER", request.batch),
              .kind = ErrorKind::refused});
  }
  const auto channel = Channel::open(desk, request.folder);
  if (!channel) return std::unexpected(channel.error());
  const auto bytes = bytes_of(desk, **file);
  if (!bytes) return std::unexpected(bytes.error());
  const auto stem = std::filesystem::path{(*file)->file_name}.stem().string();
  const auto answers = answer_collection(*bytes, stem, request.mood, {.format = (*file)->format, .on = desk.today()});
  if (!answers) return std::unexpected(answers.error());
  std::vector<SimulatedFile> files;
  for (const auto& answer : *answers) {
    const auto published = publish_bytes(answer.bytes, request.folder, answer.name);
    if (!published) return std::unexpected(published.error());
    files.push_back({.path = (std::filesystem::path{request.folder} / answer.name).string(),
                     .what = answer.what,
                     .on = answer.on,
                     .entries = answer.entries,
                     .already_there = *published == Publication::already_there});
  }
  return files;
}

}  // namespace counterfoil
