#include "apps/operations/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "parsers/byte_source.hpp"

namespace counterfoil {
namespace {

Error problem(const std::string& path, int why) {
  return {.code = "file.cannot-write",
          .explanation = fmt::format("The file cannot be written: {}.", std::generic_category().message(why)),
          .remedy = "Look at the folder, its permissions and the space on the disk.",
          .place = {.file = path},
          .kind = ErrorKind::failed};
}

}  // namespace

Result<std::unique_ptr<PartFile>> PartFile::create(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return std::unexpected(problem(path, errno));
  return std::unique_ptr<PartFile>{new PartFile{path, descriptor}};
}

PartFile::~PartFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!kept_) ::unlink(path_.c_str());
}

Result<void> PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(problem(path_, errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> PartFile::sync() {
  if (::fsync(descriptor_) != 0) return std::unexpected(problem(path_, errno));
  return {};
}

Result<void> PartFile::become(const std::string& name) {
  if (::rename(path_.c_str(), name.c_str()) != 0) return std::unexpected(problem(name, errno));
  kept_ = true;
  const auto folder = std::filesystem::path{name}.parent_path();
  const int open_folder = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (open_folder < 0) return {};  // The rename holds; only its date on disk is the system's choice.
  const bool synced = ::fsync(open_folder) == 0;
  const int why = errno;
  ::close(open_folder);
  if (!synced && why != EINVAL) return std::unexpected(problem(folder.string(), why));
  return {};
}

Result<Digest> digest_of_file(const std::string& path) {
  auto source = FileSource::open(path);
  if (!source) return std::unexpected(source.error());
  DigestStream stream;
  while (true) {
    const auto piece = (*source)->next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) return stream.finish();
    stream.append(*piece);
  }
}

Result<bool> is_there_already(const std::string& path, const std::string& sha256, bool replace) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return false;
  if (S_ISREG(status.st_mode) && status.st_size == 0) return false;
  const auto digest = digest_of_file(path);
  if (!digest) return std::unexpected(digest.error());
  if (digest_text(*digest) == sha256) return true;
  if (replace) return false;
  return std::unexpected(Error{.code = "file.exists",
                               .explanation = "A file of that name with other content is there already.",
                               .remedy = "Choose another name, or give --replace if the older file was never sent.",
                               .place = {.file = path},
                               .kind = ErrorKind::conflict});
}

}  // namespace counterfoil
