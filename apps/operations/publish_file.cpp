#include "apps/operations/publish_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "apps/operations/kill_point.hpp"

namespace counterfoil {
namespace {

/// A file descriptor that is closed once.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::unexpected<Error> cannot(std::string_view what, const std::string& path) {
  const int reason = errno;
  return std::unexpected(Error{
      .code = "publish.cannot-write",
      .explanation = fmt::format("The file could not be {}: {}.", what, std::strerror(reason)),
      .remedy = "Check that the folder exists, that it may be written and that the disk has room; then give the same "
                "command again.",
      .place = {.file = path},
      .kind = reason == ENOSPC || reason == EAGAIN || reason == EINTR ? ErrorKind::temporary : ErrorKind::failed});
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return cannot("written", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_folder(const std::string& folder) {
  const Descriptor descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!descriptor.open()) return cannot("found in its folder", folder);
  if (::fsync(descriptor.get()) != 0) return cannot("made safe in its folder", folder);
  return {};
}

/// Whether two files hold the same bytes.
Result<bool> same_bytes(const std::string& left, const std::string& right) {
  const Descriptor a{::open(left.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!a.open()) return cannot("read", left);
  const Descriptor b{::open(right.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!b.open()) return cannot("read", right);
  std::array<char, 65536> from_a{};
  std::array<char, 65536> from_b{};
  const auto fill = [](int fd, std::array<char, 65536>& buffer) -> ssize_t {
    std::size_t have = 0;
    while (have < buffer.size()) {
      const auto got = ::read(fd, buffer.data() + have, buffer.size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return -1;
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(have);
  };
  for (;;) {
    const auto in_a = fill(a.get(), from_a);
    const auto in_b = fill(b.get(), from_b);
    if (in_a < 0) return cannot("read", left);
    if (in_b < 0) return cannot("read", right);
    if (in_a != in_b || std::memcmp(from_a.data(), from_b.data(), static_cast<std::size_t>(in_a)) != 0) return false;
    if (in_a == 0) return true;
  }
}

Result<void> write_temporary(ByteSource& source, const std::string& path) {
  // A leftover of a crash is written anew from the start: its bytes were never published.
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)};
  if (!file.open()) return cannot("opened for writing", path);
  for (;;) {
    const auto piece = source.next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) break;
    if (auto written = write_all(file.get(), *piece, path); !written) return written;
  }
  // A failed sync is never tried again on the same file: the kernel may have dropped the pages it could not write.
  if (::fsync(file.get()) != 0) return cannot("made safe on the disk", path);
  return {};
}

class OnePiece : public ByteSource {
 public:
  explicit OnePiece(std::string_view bytes) : bytes_{bytes} {}
  Result<std::string_view> next() override { return std::exchange(bytes_, {}); }

 private:
  std::string_view bytes_;
};

}  // namespace

std::string prepared_path(const std::string& folder, const std::string& name) {
  return (std::filesystem::path{folder} / (name + ".tmp")).string();
}

Result<void> prepare_file(ByteSource& source, const std::string& folder, const std::string& name) {
  const auto temporary = prepared_path(folder, name);
  auto written = write_temporary(source, temporary);
  if (!written) ::unlink(temporary.c_str());
  return written;
}

Result<Publication> publish_prepared(const std::string& folder, const std::string& name) {
  const auto path = (std::filesystem::path{folder} / name).string();
  const auto temporary = prepared_path(folder, name);
  kill_point("publish.before-rename");
  // A plain rename would replace a file of that name without a word.
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno != EEXIST) {
      const auto error = cannot("given its name", path);
      ::unlink(temporary.c_str());
      return error;
    }
    const auto same = same_bytes(temporary, path);
    ::unlink(temporary.c_str());
    if (!same) return std::unexpected(same.error());
    if (!*same) {
      return std::unexpected(Error{
          .code = "publish.name-taken",
          .explanation = fmt::format("A file named {} with other contents is already in the folder.", name),
          .remedy = "Look where that file came from. Move it away if it is not meant for the bank, then send again.",
          .place = {.file = path},
          .kind = ErrorKind::conflict});
    }
    if (auto synced = sync_folder(folder); !synced) return std::unexpected(synced.error());
    return Publication::already_there;
  }
  kill_point("publish.after-rename");
  if (auto synced = sync_folder(folder); !synced) return std::unexpected(synced.error());
  return Publication::written;
}

Result<Publication> publish_file(ByteSource& source, const std::string& folder, const std::string& name) {
  if (auto prepared = prepare_file(source, folder, name); !prepared) return std::unexpected(prepared.error());
  return publish_prepared(folder, name);
}

Result<Publication> publish_bytes(std::string_view bytes, const std::string& folder, const std::string& name) {
  OnePiece source{bytes};
  return publish_file(source, folder, name);
}

}  // namespace counterfoil
