// The fields of MT940 and MT942 that have a grammar: movements, balances, numbers, totals. A field is one text; what it
// says is handed out in pieces of that very text, unjudged: a date may be no day, an amount no number. The grammar stands
// in one source file.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace counterfoil {

/// :61:, one movement of the account.
struct Mt940Movement {
  std::string_view value_date;  // YYMMDD
  std::string_view entry_date;  // MMDD, or nothing.
  char mark = 'C';              // C or D; what it says of a reversal or an expected movement stands beside it.
  bool is_reversal = false;     // RC, RD: the money goes the other way.
  bool is_expected = false;     // EC, ED
  char funds = '\0';            // The third letter of the currency, where it is said.
  std::string_view amount;      // With a comma: "1000,".
  std::string_view type;        // "NTRF", four characters.
  std::string_view reference;   // Of the customer.
  std::string_view bank_reference;
  std::string_view supplement;  // The lines behind the first one.

  /// Whether money came to the account.
  [[nodiscard]] bool is_credit() const { return (mark == 'C') != is_reversal; }
};
[[nodiscard]] std::optional<Mt940Movement> parse_mt940_movement(std::string_view field);

/// :60F:, :62M:, :64:, :65:
struct Mt940Balance {
  char mark = 'C';
  std::string_view date;  // YYMMDD
  std::string_view currency, amount;
};
[[nodiscard]] std::optional<Mt940Balance> parse_mt940_balance(std::string_view field);

/// :28C:
struct Mt940Number {
  std::string_view number, page;
};
[[nodiscard]] std::optional<Mt940Number> parse_mt940_number(std::string_view field);

/// :90C:, :90D:
struct Mt940Total {
  std::string_view count, currency, amount;
};
[[nodiscard]] std::optional<Mt940Total> parse_mt940_total(std::string_view field);

/// :34F:, and the first six digits of :13D:.
struct Mt940Floor {
  std::string_view currency, amount;
};
[[nodiscard]] std::optional<Mt940Floor> parse_mt940_floor(std::string_view field);

/// The field whose tag stands at the beginning of a line, such as "60F" in ":60F:C2006..."; empty where none does.
[[nodiscard]] std::string_view mt940_tag(std::string_view line);

}  // namespace counterfoil
