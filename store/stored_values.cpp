#include "store/stored_values.hpp"

#include <fmt/format.h>

#include <cstring>

namespace counterfoil {

Digest stored_digest(std::string_view bytes) {
  Digest digest{};
  require(bytes.size() == digest.size(), "A stored digest has 32 bytes.");
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

SealedAccount seal_account(const Scope& scope, std::string_view account, std::string_view table, const Id& row) {
  return {.sealed = scope.sealer.seal(account, {scope.tenant, table, "account", row}),
          .blind = scope.sealer.blind_index(scope.tenant, account),
          .last4 = last_four(account)};
}

void copy_account(CopyRows& rows, const SealedAccount& account) {
  rows.integer32(account.sealed.key_id);
  rows.bytes(account.sealed.bytes);
  rows.bytes(blind_index_bytes(account.blind));
  rows.text(account.last4);
}

void copy_sealed(CopyRows& rows, const Scope& scope, std::string_view value, std::string_view table,
                 std::string_view column, const Id& row) {
  if (value.empty()) {
    rows.null();
    rows.null();
    return;
  }
  const auto sealed = scope.sealer.seal(value, {scope.tenant, table, column, row});
  rows.integer32(sealed.key_id);
  rows.bytes(sealed.bytes);
}

Result<std::string> open_account(const Scope& scope, std::int64_t key, std::string_view bytes, std::string_view table,
                                 std::string_view column, const Id& row) {
  if (bytes.empty()) return std::string{};
  return scope.sealer.open_value(static_cast<std::int32_t>(key), bytes, {scope.tenant, table, column, row});
}

Result<void> refresh_statistics(const Scope& scope, std::uint64_t rows_loaded,
                                std::initializer_list<std::string_view> tables) {
  constexpr std::uint64_t worth_it = 5'000;
  if (rows_loaded < worth_it) return {};
  for (const auto table : tables) {
    auto done = scope.session.rows<std::string>("select refresh_statistics(:table)::text", {{"table", table}});
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

Result<Stream> stream_beside_writing(const Scope& scope, std::string_view sql,
                                     std::span<const SqlParameter> parameters) {
  if (auto set = scope.session.run("set local enable_seqscan = off"); !set) return std::unexpected(set.error());
  auto stream = scope.session.stream(sql, parameters);
  if (!stream) return stream;
  if (auto set = scope.session.run("set local enable_seqscan = on"); !set) return std::unexpected(set.error());
  return stream;
}

Error stale(std::string_view what) {
  return Error{"store.stale",
               fmt::format("Somebody else changed this {} a moment ago.", what),
               "Look at it again and repeat the command if it still applies.",
               {},
               ErrorKind::conflict};
}

std::string text_array(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const auto& text : texts) {
    if (array.size() > 1) array += ',';
    array += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return array + "}";
}

}  // namespace counterfoil
