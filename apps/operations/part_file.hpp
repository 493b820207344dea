// A file that is written under a temporary name and gets its own when it is whole.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "security/digest.hpp"

namespace counterfoil {

/// Goes away with this object unless it was given its name.
class PartFile final : public ByteTarget {
 public:
  /// Only its owner may read it. A leftover of that name is written anew. Fails with "file.cannot-write", as the rest.
  [[nodiscard]] static Result<std::unique_ptr<PartFile>> create(const std::string& path);
  ~PartFile() override;
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] Result<void> append(std::string_view bytes) override;
  [[nodiscard]] Result<void> sync();

  /// Under its own name, and the folder on disk too: after a power cut it is there whole or not at all.
  [[nodiscard]] Result<void> become(const std::string& name);

 private:
  PartFile(std::string path, int descriptor) : path_{std::move(path)}, descriptor_{descriptor} {}

  std::string path_;
  int descriptor_;
  bool kept_ = false;
};

[[nodiscard]] Result<Digest> digest_of_file(const std::string& path);

/// Whether the file stands there already with the same bytes. One with other bytes is in the way, "file.exists", unless
/// it may be replaced; an empty one is not.
[[nodiscard]] Result<bool> is_there_already(const std::string& path, const std::string& sha256, bool replace);

}  // namespace counterfoil
