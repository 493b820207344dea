#include "parsers/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace counterfoil {
namespace {

Error file_error(std::string code, std::string explanation, std::string remedy, const std::string& name) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {.file = name}};
}

}  // namespace

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path) {
  if (path == "-") return std::make_unique<FileSource>(STDIN_FILENO, "standard input", false);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) {
    return std::unexpected(
        file_error("file.not-found", "There is no file \"" + path + "\".", "Check the name and the folder.", path));
  }
  if (descriptor < 0) {
    return std::unexpected(file_error("file.unreadable",
                                      "\"" + path + "\" cannot be opened: " + std::strerror(errno) + ".",
                                      "Check who may read it.", path));
  }
  auto source = std::make_unique<FileSource>(descriptor, path, true);
  struct stat about{};
  if (::fstat(descriptor, &about) == 0 && S_ISDIR(about.st_mode)) {
    return std::unexpected(
        file_error("file.is-directory", "\"" + path + "\" is a folder.", "Name a file in it.", path));
  }
  return source;
}

FileSource::FileSource(int descriptor, std::string name, bool closes)
    : descriptor_{descriptor}, name_{std::move(name)}, closes_{closes}, piece_(byte_piece_size) {}

FileSource::~FileSource() {
  if (closes_) ::close(descriptor_);
}

Result<std::string_view> FileSource::next() {
  while (true) {
    const auto count = ::read(descriptor_, piece_.data(), piece_.size());
    if (count >= 0) return std::string_view{piece_.data(), static_cast<std::size_t>(count)};
    if (errno == EINTR) continue;
    return std::unexpected(file_error("file.unreadable",
                                      "\"" + name_ + "\" cannot be read: " + std::strerror(errno) + ".",
                                      "Check the disk or the connection, then read the file again.", name_));
  }
}

Result<std::optional<std::string>> bytes_up_to(const std::string& path, std::size_t most) {
  auto source = FileSource::open(path);
  if (!source) return std::unexpected(source.error());
  std::string bytes;
  while (true) {
    const auto piece = (*source)->next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) return bytes;
    bytes += *piece;
    if (bytes.size() > most) return std::nullopt;
  }
}

Result<std::string_view> MemorySource::next() {
  const std::string_view piece = rest_.substr(0, piece_size_);
  rest_.remove_prefix(piece.size());
  return piece;
}

Result<std::string_view> PeekedSource::peek(std::size_t size) {
  while (head_.size() < size && !at_end_) {
    const auto piece = source_.next();
    if (!piece) return std::unexpected(piece.error());
    at_end_ = piece->empty();
    head_.append(*piece);
  }
  return std::string_view{head_};
}

Result<std::string_view> PeekedSource::next() {
  if (!head_taken_) {
    head_taken_ = true;
    if (!head_.empty()) return std::string_view{head_};
  }
  if (at_end_) return std::string_view{};
  return source_.next();
}

}  // namespace counterfoil
