#include "parsers/temporary_file.hpp"

#include <unistd.h>

#include <optional>

#include "parsers/byte_source.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t most_in_memory = std::size_t{1} << 20;

Error no_temporary_file() {
  return {.code = "file.no-temporary-file",
          .explanation = "The file could not be kept in a temporary file.",
          .remedy = "Free space in the temporary folder, then read the file again."};
}

}  // namespace

Result<TemporaryFile> TemporaryFile::make() {
  Handle file{std::tmpfile()};
  if (file == nullptr) return std::unexpected(no_temporary_file());
  return TemporaryFile{std::move(file)};
}

Result<void> TemporaryFile::append(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
    return std::unexpected(no_temporary_file());
  return {};
}

Result<TemporaryFile::Handle> TemporaryFile::finish() {
  if (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0)
    return std::unexpected(no_temporary_file());
  return std::move(file_);
}

Result<KeptBytes> KeptBytes::of(ByteSource& source) {
  KeptBytes kept;
  std::optional<TemporaryFile> file;
  while (true) {
    const auto piece = source.next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) break;
    if (!file && kept.small_.size() + piece->size() <= most_in_memory) {
      kept.small_ += *piece;
      continue;
    }
    if (!file) {
      auto made = TemporaryFile::make();
      if (!made) return std::unexpected(made.error());
      file = std::move(*made);
      if (auto moved = file->append(kept.small_); !moved) return std::unexpected(moved.error());
      kept.small_ = {};
    }
    if (auto appended = file->append(*piece); !appended) return std::unexpected(appended.error());
  }
  if (!file) return kept;
  auto finished = file->finish();
  if (!finished) return std::unexpected(finished.error());
  kept.large_ = std::move(*finished);
  return kept;
}

std::unique_ptr<ByteSource> KeptBytes::read() const {
  if (large_ == nullptr) return std::make_unique<MemorySource>(small_);
  const int descriptor = ::fileno(large_.get());
  ::lseek(descriptor, 0, SEEK_SET);
  return std::make_unique<FileSource>(descriptor, "the temporary file", false);
}

}  // namespace counterfoil
