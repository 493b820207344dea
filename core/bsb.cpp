#include "core/bsb.hpp"

#include <algorithm>

#include "core/mod97.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t longest_account = 9;

Error fault(std::string code, std::string explanation) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = "Ask the payer for BSB and account number as they stand on a statement.",
          .place = {},
          .kind = ErrorKind::input};
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_account_character(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

}  // namespace

Result<std::string> check_bsb(std::string_view text) {
  std::string digits{trimmed(text)};
  if (digits.size() == 7 && (digits[3] == '-' || digits[3] == ' ')) digits.erase(3, 1);
  if (digits.size() != 6 || !std::ranges::all_of(digits, is_digit)) {
    return std::unexpected(fault("bsb.shape", "A BSB has six digits, written as 062-001."));
  }
  return digits.insert(3, 1, '-');
}

Result<std::string> check_bsb_account(std::string_view text) {
  std::string account{trimmed(text)};
  if (!std::ranges::all_of(account, is_account_character)) {
    return std::unexpected(fault("bsb.account", "An account number has digits, letters and hyphens only."));
  }
  if (account.size() > longest_account) std::erase(account, '-');
  if (account.size() > longest_account) {
    return std::unexpected(fault("bsb.account-length", "An account number has at most nine characters."));
  }
  if (account.find_first_not_of("0-") == std::string::npos) {
    return std::unexpected(fault("bsb.account", "The account number is blank or all zeros."));
  }
  return account;
}

}  // namespace counterfoil
