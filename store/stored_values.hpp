// Small steps shared by the sources of this folder: sealed columns, and names that the database keeps as text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/money.hpp"
#include "core/require.hpp"
#include "security/digest.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// The value a name of ours stands for; the database holds no other.
template <class Value>
[[nodiscard]] Value stored_name(std::optional<Value> value) {
  require(value.has_value(), "The database holds only names that this program wrote.");
  return *value;
}

[[nodiscard]] inline Currency stored_currency(std::string_view code) {
  auto currency = Currency::parse(code);
  require(currency.has_value(), "The database holds only currencies that this program wrote.");
  return *currency;
}

/// A sequence type as its code, "" for none.
[[nodiscard]] inline SequenceType stored_sequence(std::string_view code) {
  return code.empty() ? SequenceType::none : stored_name(parse_sequence_type(code));
}

[[nodiscard]] Digest stored_digest(std::string_view bytes);

/// The four columns of a sealed account: key id, sealed bytes, blind index, last four characters.
struct SealedAccount {
  SealedValue sealed;
  BlindIndex blind{};
  std::string last4;
};
[[nodiscard]] SealedAccount seal_account(const Scope& scope, std::string_view account, std::string_view table,
                                         const Id& row);
void copy_account(CopyRows& rows, const SealedAccount& account);  // Adds all four.

/// A value that is sealed and never looked for, such as the amendment's old account: key id and bytes, or two NULLs when
/// there is none.
void copy_sealed(CopyRows& rows, const Scope& scope, std::string_view value, std::string_view table,
                 std::string_view column, const Id& row);

[[nodiscard]] Result<std::string> open_account(const Scope& scope, std::int64_t key, std::string_view bytes,
                                               std::string_view table, std::string_view column, const Id& row);

/// "Changed meanwhile": another command saved the row after it was read.
[[nodiscard]] Error stale(std::string_view what);

/// NULL for "no limit".
[[nodiscard]] inline SqlValue limit_of(std::uint64_t most) {
  return most == 0 ? SqlValue{std::nullopt} : SqlValue{most};
}

/// A text array in PostgreSQL's own writing, for `any(:names::text[])`.
[[nodiscard]] std::string text_array(const std::vector<std::string>& texts);

/// Tells the planner what a bulk load has brought. Nothing happens for a load it would not mistake.
[[nodiscard]] Result<void> refresh_statistics(const Scope& scope, std::uint64_t rows_loaded,
                                              std::initializer_list<std::string_view> tables);

/// A cursor over tables that are written to while it is open. Planned without scans of whole tables: a lookup that
/// walks a table of ten rows today would walk the million that the same transaction adds.
[[nodiscard]] Result<Stream> stream_beside_writing(const Scope& scope, std::string_view sql,
                                                   std::span<const SqlParameter> parameters);

/// Rows are sent when they grew beyond this.
inline constexpr std::size_t copy_flush_bytes = 4U << 20U;

}  // namespace counterfoil
