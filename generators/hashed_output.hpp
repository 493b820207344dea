// Where a generator puts its bytes: a buffer that is hashed and handed on whenever it is full. A large file is hashed
// by a second thread while the first goes on, because the digest takes as long as everything else together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

class HashedOutput {
 public:
  /// `target` must outlive the output.
  explicit HashedOutput(ByteTarget& target);
  ~HashedOutput();
  HashedOutput(const HashedOutput&) = delete;
  HashedOutput& operator=(const HashedOutput&) = delete;

  /// Append here, then call `pass_on`.
  [[nodiscard]] std::string& text() { return text_; }

  /// Hashes and hands on what was appended, once it is worth it. Call after each record or transaction.
  [[nodiscard]] Result<void> pass_on() { return text_.size() < passed_on_at ? Result<void>{} : flush(); }

  /// Hands on the rest. To be called once. The SHA-256 of all bytes, in lower-case hex.
  [[nodiscard]] Result<std::string> finish();

  [[nodiscard]] std::uint64_t bytes() const { return bytes_ + text_.size(); }

 private:
  static constexpr std::size_t passed_on_at = std::size_t{256} * 1024;

  struct Digest;
  ByteTarget& target_;
  std::string text_;
  std::uint64_t bytes_ = 0;
  std::unique_ptr<Digest> digest_;

  [[nodiscard]] Result<void> flush();
};

}  // namespace counterfoil
