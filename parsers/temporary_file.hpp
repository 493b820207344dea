// A file without a name for bytes that must be read more than once; gone with its last reader. Private to parsers/.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

class TemporaryFile {
 public:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using Handle = std::unique_ptr<std::FILE, Close>;

  /// Fails with "file.no-temporary-file", as `append` and `finish` do where the disk is full.
  [[nodiscard]] static Result<TemporaryFile> make();
  [[nodiscard]] Result<void> append(std::string_view bytes);
  /// All bytes are there, and reading begins at the first.
  [[nodiscard]] Result<Handle> finish();

 private:
  explicit TemporaryFile(Handle file) : file_{std::move(file)} {}
  Handle file_;
};

/// What a source holds, kept so that it can be read any number of times: a small one in memory, else in a file.
class KeptBytes {
 public:
  [[nodiscard]] static Result<KeptBytes> of(ByteSource& source);
  /// From the first byte. One reader at a time, and none outlives this.
  [[nodiscard]] std::unique_ptr<ByteSource> read() const;

 private:
  std::string small_;
  TemporaryFile::Handle large_;
};

}  // namespace counterfoil
