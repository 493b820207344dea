// The exchange words as plain pairs of name and value, and back: what lays two files side by side and what carries a
// file through JSON or CSV. The names are those of the layout language ("entry.reference").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "formats/bindings.hpp"

namespace counterfoil {

struct WordValue {
  std::string name;
  std::string value;  // Amounts in minor units, days as ISO text, flags as yes and no.

  bool operator==(const WordValue&) const = default;
};

/// What the word says, in the order of the bindings. Values that say nothing, or what every word says that is told
/// nothing else (an entry is booked), are left out; the amount of an entry is always there.
[[nodiscard]] std::vector<WordValue> values_of(const FileHead& head);
[[nodiscard]] std::vector<WordValue> values_of(const BatchHead& head);
[[nodiscard]] std::vector<WordValue> values_of(const Entry& entry);
[[nodiscard]] std::vector<WordValue> values_of(const Statement& statement);

/// Every name they may use, except the open family "creditor.*".
[[nodiscard]] const std::vector<std::string>& value_names();

/// Puts a value back. False when nobody knows the name or the value does not fit. The text must outlive the word.
[[nodiscard]] bool set_word_value(std::string_view name, std::string_view value, const Words& words);

/// Whether people see the value masked: an account number, or the tax number of a payer.
[[nodiscard]] bool is_masked_value(std::string_view name, std::string_view value);

/// Whether the value is an amount in minor units.
[[nodiscard]] bool is_amount_value(std::string_view name);

}  // namespace counterfoil
