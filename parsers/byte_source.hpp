// Where bytes come from: a file, standard input, memory. Always in pieces, so that a file of any size passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

inline constexpr std::size_t byte_piece_size = std::size_t{128} * 1024;

/// Reads an open file from where it stands.
class FileSource final : public ByteSource {
 public:
  /// "-" is standard input. Fails with "file.not-found", "file.is-directory" or "file.unreadable".
  [[nodiscard]] static Result<std::unique_ptr<FileSource>> open(const std::string& path);

  FileSource(int descriptor, std::string name, bool closes);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  [[nodiscard]] Result<std::string_view> next() override;

 private:
  int descriptor_;
  std::string name_;
  bool closes_;
  std::vector<char> piece_;
};

/// All bytes of a file, or nothing where there are more than `most`.
[[nodiscard]] Result<std::optional<std::string>> bytes_up_to(const std::string& path, std::size_t most);

/// Bytes that somebody else keeps for as long as the source is used.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes, std::size_t piece_size = byte_piece_size)
      : rest_{bytes}, piece_size_{piece_size} {}

  [[nodiscard]] Result<std::string_view> next() override;

 private:
  std::string_view rest_;
  std::size_t piece_size_;
};

/// Shows the first bytes of another source without taking them away: what a file is, is decided by them.
class PeekedSource final : public ByteSource {
 public:
  explicit PeekedSource(ByteSource& source) : source_{source} {}

  /// At least `size` bytes, or all there are. Valid until the first call of `next`.
  [[nodiscard]] Result<std::string_view> peek(std::size_t size);

  /// Everything from the first byte on, what was peeked included.
  [[nodiscard]] Result<std::string_view> next() override;

 private:
  ByteSource& source_;
  std::string head_;
  bool head_taken_ = false;
  bool at_end_ = false;
};

}  // namespace counterfoil
