// The bytes of stored files in sealed pieces; shared by what goes out and what comes in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "security/digest.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// Cuts the bytes of one file into pieces of 1 MiB, seals each and stores it in `table`; counts and digests on the way.
class ChunkWriter {
 public:
  /// `table` must outlive the writer.
  ChunkWriter(const Scope& scope, std::string_view table, const Id& file)
      : scope_{scope}, table_{table}, file_{file} {}

  [[nodiscard]] Result<void> append(std::string_view bytes);
  /// Stores the rest and answers the digest of everything. Nothing can be appended afterwards.
  [[nodiscard]] Result<Digest> finish();
  [[nodiscard]] std::uint64_t byte_count() const { return byte_count_; }

 private:
  [[nodiscard]] Result<void> flush();
  Scope scope_;
  std::string_view table_;
  Id file_;
  std::string chunk_;
  std::uint64_t chunk_number_ = 0;
  std::uint64_t byte_count_ = 0;
  DigestStream digest_;
};

/// Numbers count from 1. Nothing after the last one.
[[nodiscard]] Result<std::optional<std::string>> read_chunk(const Scope& scope, std::string_view table, const Id& file,
                                                            std::uint64_t number);

}  // namespace counterfoil
