// British accounts: whether an account number can belong to a sort code. The rule is published ("Validating account
// numbers", Vocalink, version 7.70, 25 March 2024); its weight tables change several times a year and are read from
// files the user installs, valacdos and scsubtab. A pass means that the account may exist, not that it does.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace counterfoil {

/// Six and eight digits.
struct BritishAccount {
  std::string sort_code;
  std::string account;
  bool operator==(const BritishAccount&) const = default;
};

/// Sort codes are also taken as 20-29-59. Accounts of six and seven digits get zeros in front; of nine digits
/// (Santander) the first one replaces the last digit of the sort code. Ten digits are refused: which eight of them
/// count depends on the bank, and the directory of banks is not public. "sort-code.digits", "sort-code.length",
/// "sort-code.account-digits", "sort-code.account-length".
[[nodiscard]] Result<BritishAccount> read_british_account(std::string_view sort_code, std::string_view account);

class ModulusTables {
 public:
  enum class Answer : std::uint8_t {
    passes,
    fails,
    unchecked,  // No row of the table speaks of the sort code: presumed right.
  };

  /// The texts of valacdos and scsubtab. "modulus.table" names file and line of the first row that cannot be read. The
  /// names are for messages.
  [[nodiscard]] static Result<ModulusTables> read(std::string_view weights, const std::string& weights_file,
                                                  std::string_view substitutes, const std::string& substitutes_file);

  [[nodiscard]] Answer check(const BritishAccount& account) const;

  [[nodiscard]] std::size_t rows() const { return rows_.size(); }

 private:
  static constexpr std::size_t width = 14;  // Six digits of the sort code, u to z, and eight of the account, a to h.
  using Digits = std::array<int, width>;

  enum class Method : std::uint8_t { mod10, mod11, double_alternate };
  struct Row {
    std::uint32_t from = 0, to = 0;  // Sort codes, both included.
    Method method = Method::mod10;
    Digits weights{};
    int exception = 0;
  };

  std::vector<Row> rows_;                                           // In the order of the file.
  std::vector<std::pair<std::uint32_t, std::string>> substitutes_;  // Sorted.

  [[nodiscard]] static bool passes(const Row& row, const BritishAccount& account, bool is_second,
                                   const std::string& substitute);
  [[nodiscard]] const std::string& substitute(const std::string& sort_code) const;
};

/// Both steps: the form, and the modulus check where tables are given. "sort-code.modulus" where the account cannot belong to the
/// sort code.
[[nodiscard]] Result<BritishAccount> check_british_account(std::string_view sort_code, std::string_view account,
                                                           const ModulusTables* tables);

}  // namespace counterfoil
