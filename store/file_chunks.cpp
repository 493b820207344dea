#include "store/file_chunks.hpp"

#include <fmt/format.h>

namespace counterfoil {

namespace {

constexpr std::size_t chunk_bytes = 1U << 20U;

Result<void> insert_chunk(const Scope& scope, std::string_view table, const Id& file, std::uint64_t number,
                          std::string_view bytes) {
  // The number is part of the place: two chunks of one file cannot change places either.
  const auto sealed = scope.sealer.seal(bytes, {scope.tenant, table, fmt::format("bytes {}", number), file});
  CopyRows rows{table, {"tenant_id", "file_id", "number", "key_id", "bytes"}};
  rows.begin_row();
  rows.integer(scope.tenant);
  rows.id(file);
  rows.integer(static_cast<std::int64_t>(number));
  rows.integer32(sealed.key_id);
  rows.bytes(sealed.bytes);
  return scope.session.copy(rows);
}

}  // namespace

Result<void> ChunkWriter::append(std::string_view bytes) {
  digest_.append(bytes);
  byte_count_ += bytes.size();
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, chunk_bytes - chunk_.size());
    chunk_ += part;
    bytes.remove_prefix(part.size());
    if (chunk_.size() < chunk_bytes) continue;
    if (auto sent = flush(); !sent) return sent;
  }
  return {};
}

Result<void> ChunkWriter::flush() {
  if (chunk_.empty()) return {};
  auto sent = insert_chunk(scope_, table_, file_, ++chunk_number_, chunk_);
  chunk_.clear();
  return sent;
}

Result<Digest> ChunkWriter::finish() {
  if (auto sent = flush(); !sent) return std::unexpected(sent.error());
  return digest_.finish();
}

Result<std::optional<std::string>> read_chunk(const Scope& scope, std::string_view table, const Id& file,
                                              std::uint64_t number) {
  auto row = scope.session.first_row<std::int32_t, SqlBytes>(
      fmt::format("select key_id, bytes from {} where tenant_id = :tenant and file_id = :file and number = :number",
                  table),
      {{"tenant", scope.tenant}, {"file", file}, {"number", number}});
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<std::string>{};
  auto open = scope.sealer.open_value(std::get<0>(**row), std::get<1>(**row).bytes,
                                      {scope.tenant, table, fmt::format("bytes {}", number), file});
  if (!open) return std::unexpected(open.error());
  return std::optional{std::move(*open)};
}

}  // namespace counterfoil
