// The names a layout uses for the exchange words: "entry.reference", "batch.collect_on", "creditor.nacha.origin".
// Reader and writer reach the member through the same row, so a field cannot be read into one word and written from
// another.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/exchange.hpp"

namespace counterfoil {

/// Which word a binding belongs to. `creditor` values live in FileHead::settings under their full name.
enum class BoundWord : std::uint8_t { file, batch, entry, creditor };

enum class BindingKind : std::uint8_t {
  text,
  amount,  // Minor units.
  count,   // Signed; -1 means that nothing is said.
  number,  // Unsigned; 0 means that nothing is said.
  date,
  clock,     // Hours, minutes and perhaps seconds of FileHead::created.
  flag,      // "yes" or "no" in a layout.
  currency,  // ISO code.
  direction,
  outcome,
  sequence,
  level,
  event,  // Of a mandate.
};

using BoundMember =
    std::variant<std::monostate, std::string_view FileHead::*, std::int64_t FileHead::*,
                 std::optional<Date> FileHead::*, Currency FileHead::*, std::string_view BatchHead::*,
                 std::int64_t BatchHead::*, std::uint64_t BatchHead::*, std::optional<Date> BatchHead::*,
                 Currency BatchHead::*, bool BatchHead::*, SequenceType BatchHead::*, std::string_view Entry::*,
                 std::int64_t Entry::*, std::uint64_t Entry::*, std::uint32_t Entry::*, std::optional<Date> Entry::*,
                 MandateNews Entry::*, Currency Entry::*, bool Entry::*, SequenceType Entry::*, Direction Entry::*,
                 Outcome Entry::*, Level Entry::*>;

struct Binding {
  std::string_view name;
  BoundWord word;
  BindingKind kind;
  BoundMember member;  // monostate for `creditor` and for kind `clock`.
};

/// Every name but the open family "creditor.*".
[[nodiscard]] std::span<const Binding> known_bindings();

/// What a field is bound to: a row of the table, or a setting of the creditor.
struct BoundTo {
  const Binding* binding = nullptr;
  std::string setting;  // "creditor.nacha.immediate_origin"; empty unless the word is `creditor`.

  [[nodiscard]] std::string_view name() const { return setting.empty() ? binding->name : std::string_view{setting}; }
};

/// nullopt: nobody knows that name.
[[nodiscard]] std::optional<BoundTo> find_binding(std::string_view name);

/// The words a record is read into or written from. `settings` holds the values bound to "creditor.*".
struct Words {
  FileHead* file = nullptr;
  BatchHead* batch = nullptr;
  Entry* entry = nullptr;
  Settings* settings = nullptr;
};
struct ConstWords {
  const FileHead* file = nullptr;
  const BatchHead* batch = nullptr;
  const Entry* entry = nullptr;
};

/// What a word says, for writing and for tests. Text kinds and enumerations as text ("FRST", "debit", "returned",
/// "yes"), empty where nothing is said; `scratch` keeps text that is made on the way.
[[nodiscard]] std::string_view bound_text(const BoundTo& bound, const ConstWords& words, std::string& scratch);
/// Amounts, counts and numbers; nullopt for other kinds and where nothing is said.
[[nodiscard]] std::optional<std::int64_t> bound_number(const BoundTo& bound, const ConstWords& words);
[[nodiscard]] std::optional<Date> bound_date(const BoundTo& bound, const ConstWords& words);

/// Puts a literal of a layout ("debit", "yes", "returned", "12", "CNY") or a text into a word. False when the literal
/// does not fit the kind. The text must outlive the word.
[[nodiscard]] bool set_bound(const BoundTo& bound, const Words& words, std::string_view literal);

}  // namespace counterfoil
