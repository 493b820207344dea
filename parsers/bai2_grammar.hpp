// The records of a BAI2 report that have a grammar of their own: accounts with their summaries, and transactions. What
// stands in a record depends on a letter in it, the funds type. A record is one text, its continuations joined by commas.
// The grammar stands in one source file.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace counterfoil {

/// How soon the money is available. The texts are handed out as they stand.
struct Bai2Funds {
  char type = '\0';              // '0' '1' '2' 'S' 'V' 'D' 'Z', or nothing.
  std::string_view value_date;   // V
  std::string_view value_time;
};

/// A summary or balance of an account: four fields, and those its funds type adds.
struct Bai2Summary {
  std::string_view type;    // "015"
  std::string_view amount;  // With a sign, perhaps; empty: not given.
  std::string_view count;
  Bai2Funds funds;
};

/// 03
struct Bai2Account {
  std::string_view account, currency;
  std::vector<Bai2Summary> summaries;
};
/// Fills `account` anew. False where the record cannot be read to its end; what was read before that is kept.
[[nodiscard]] bool parse_bai2_account(std::string_view record, Bai2Account& account);

/// 16
struct Bai2Transaction {
  std::string_view type, amount;
  Bai2Funds funds;
  std::string_view bank_reference, customer_reference;
  std::string_view text;  // Everything behind; it may hold commas.
};
[[nodiscard]] std::optional<Bai2Transaction> parse_bai2_transaction(std::string_view record);

}  // namespace counterfoil
