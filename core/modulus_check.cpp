#include "core/modulus_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/mod97.hpp"

namespace counterfoil {
namespace {

// The letters of the published rule: u to z are the sort code, a to h the account.
enum Letter : std::uint8_t { u, v, w, x, y, z, a, b, c, d, e, f, g, h };

Error fault(std::string code, std::string explanation, std::string remedy, Place place = {}) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = std::move(place),
          .kind = ErrorKind::input};
}

constexpr std::string_view ask_the_payer = "Ask the payer for both numbers as they stand on a statement or card.";

std::string plain_digits(std::string_view text) {
  std::string digits;
  for (const char each : text) {
    if (each != ' ' && each != '-') digits += each;
  }
  return digits;
}

int remainder(int sum, int modulus) { return (sum % modulus + modulus) % modulus; }

/// 18 counts as 1 + 8.
int digit_sum(int product) {
  int sum = 0;
  for (int rest = product; rest != 0; rest /= 10) sum += rest % 10;
  return sum;
}

/// Cells of a line, separated by any blanks.
std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> found;
  constexpr std::string_view blanks = " \t\r\f\v";
  for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;) {
    const auto end = std::min(line.find_first_of(blanks, at), line.size());
    found.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
  return found;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

bool is_sort_code(std::string_view text) { return text.size() == 6 && std::ranges::all_of(text, is_digit); }

/// Calls `take(line number, cells)` for each line that is not blank, until it answers false; gives the number of that
/// line.
template <class Take>
std::optional<std::uint32_t> each_line(std::string_view text, Take take) {
  std::uint32_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    const auto found = cells(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!found.empty() && !take(found)) return number;
  }
  return std::nullopt;
}

Error bad_row(const std::string& file, std::uint32_t line, std::string_view form) {
  return fault("modulus.table", fmt::format("The line is no row of this table: {} was expected.", form),
               "Install the published file unchanged; it is plain text.", {.file = file, .line = line});
}

/// Rows that come in pairs of which one is enough.
bool one_is_enough(int first, int second) {
  return (first == 2 && second == 9) || (first == 10 && second == 11) || (first == 12 && second == 13);
}

}  // namespace

Result<BritishAccount> read_british_account(std::string_view sort_code, std::string_view account) {
  BritishAccount read{plain_digits(sort_code), plain_digits(account)};
  if (!std::ranges::all_of(read.sort_code, is_digit)) {
    return std::unexpected(fault("sort-code.digits", "A sort code has digits only, also written as 20-29-59.",
                                 std::string{ask_the_payer}));
  }
  if (read.sort_code.size() != 6) {
    return std::unexpected(fault("sort-code.length", "A sort code has six digits.", std::string{ask_the_payer}));
  }
  if (!std::ranges::all_of(read.account, is_digit)) {
    return std::unexpected(
        fault("sort-code.account-digits", "A British account number has digits only.", std::string{ask_the_payer}));
  }
  switch (read.account.size()) {
    case 6:
    case 7:
      read.account.insert(0, 8 - read.account.size(), '0');
      return read;
    case 8:
      return read;
    case 9:  // Santander.
      read.sort_code.back() = read.account.front();
      read.account.erase(0, 1);
      return read;
    case 10:
      return std::unexpected(
          fault("sort-code.account-length",
                "The account number has ten digits, and which eight of them count depends on the bank.",
                "National Westminster: write the last eight; Co-operative Bank and Leeds: the first eight."));
    default:
      return std::unexpected(
          fault("sort-code.account-length", "A British account number has eight digits.", std::string{ask_the_payer}));
  }
}

Result<ModulusTables> ModulusTables::read(std::string_view weights, const std::string& weights_file,
                                          std::string_view substitutes, const std::string& substitutes_file) {
  ModulusTables tables;
  const auto bad_weights = each_line(weights, [&](const std::vector<std::string_view>& found) {
    Row row;
    if (found.size() < 3 + width || found.size() > 4 + width) return false;
    if (!is_sort_code(found[0]) || !is_sort_code(found[1]) || !read_number(found[0], row.from) ||
        !read_number(found[1], row.to) || row.from > row.to)
      return false;
    if (found[2] == "MOD10") {
      row.method = Method::mod10;
    } else if (found[2] == "MOD11") {
      row.method = Method::mod11;
    } else if (found[2] == "DBLAL") {
      row.method = Method::double_alternate;
    } else {
      return false;
    }
    for (std::size_t at = 0; at < width; ++at) {
      if (!read_number(found[3 + at], row.weights[at]) || row.weights[at] < -999 || row.weights[at] > 999) return false;
    }
    if (found.size() > 3 + width &&
        (!read_number(found[3 + width], row.exception) || row.exception < 1 || row.exception > 14))
      return false;
    tables.rows_.push_back(row);
    return true;
  });
  if (bad_weights) {
    return std::unexpected(
        bad_row(weights_file, *bad_weights,
                "two sort codes, MOD10, MOD11 or DBLAL, fourteen weights and an exception from 1 to 14"));
  }
  if (tables.rows_.empty()) return std::unexpected(bad_row(weights_file, 1, "at least one row"));
  const auto bad_substitute = each_line(substitutes, [&](const std::vector<std::string_view>& found) {
    std::uint32_t from = 0;
    if (found.size() != 2 || !is_sort_code(found[0]) || !is_sort_code(found[1]) || !read_number(found[0], from))
      return false;
    tables.substitutes_.emplace_back(from, std::string{found[1]});
    return true;
  });
  if (bad_substitute) return std::unexpected(bad_row(substitutes_file, *bad_substitute, "two sort codes"));
  std::ranges::sort(tables.substitutes_);
  return tables;
}

const std::string& ModulusTables::substitute(const std::string& sort_code) const {
  std::uint32_t number = 0;
  if (!read_number(std::string_view{sort_code}, number)) return sort_code;
  const auto found = std::ranges::lower_bound(substitutes_, number, {}, &std::pair<std::uint32_t, std::string>::first);
  return found != substitutes_.end() && found->first == number ? found->second : sort_code;
}

ModulusTables::Answer ModulusTables::check(const BritishAccount& account) const {
  std::uint32_t sort_code = 0;
  if (!is_sort_code(account.sort_code) || !read_number(std::string_view{account.sort_code}, sort_code) ||
      account.account.size() != 8 || !std::ranges::all_of(account.account, is_digit))
    return Answer::fails;
  const Row* first = nullptr;
  const Row* second = nullptr;
  for (const Row& row : rows_) {
    if (sort_code < row.from || sort_code > row.to) continue;
    if (first == nullptr) {
      first = &row;
    } else if (second == nullptr) {
      second = &row;
    }
  }
  if (first == nullptr) return Answer::unchecked;
  const std::string& other = substitute(account.sort_code);
  const bool first_passes = passes(*first, account, false, other);
  if (second == nullptr) return first_passes ? Answer::passes : Answer::fails;
  if (first_passes && one_is_enough(first->exception, second->exception)) return Answer::passes;
  if (!first_passes && !one_is_enough(first->exception, second->exception)) return Answer::fails;
  return passes(*second, account, true, other) ? Answer::passes : Answer::fails;
}

/// One row, after chapter and number of the exceptions in the published rule.
bool ModulusTables::passes(const Row& row, const BritishAccount& account, bool is_second,
                           const std::string& substitute) {
  std::string text = account.sort_code + account.account;
  const int exception = row.exception;
  if (exception == 5) text = substitute + account.account;
  if (exception == 8) text = "090126" + account.account;
  if (exception == 9) text = "309634" + account.account;
  Digits digit{};
  for (std::size_t at = 0; at < width; ++at) digit[at] = text[at] - '0';

  if (exception == 3 && is_second && (digit[c] == 6 || digit[c] == 9)) return true;
  // Accounts in a foreign currency cannot be checked.
  if (exception == 6 && digit[a] >= 4 && digit[a] <= 8 && digit[g] == digit[h]) return true;

  Digits weights = row.weights;
  if (exception == 2 && digit[a] != 0) {
    weights = digit[g] != 9 ? Digits{0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1}
                            : Digits{0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1};
  }
  const bool begins_09_or_99 = (digit[a] == 0 || digit[a] == 9) && digit[b] == 9;
  if (digit[g] == 9 && (exception == 7 || (exception == 10 && begins_09_or_99))) {
    std::fill(weights.begin(), weights.begin() + c, 0);  // u to b.
  }

  const auto weighted_sum = [&](const Digits& of) {
    int sum = 0;
    for (std::size_t at = 0; at < width; ++at) {
      const int product = of[at] * weights[at];
      sum += row.method == Method::double_alternate ? digit_sum(product) : product;
    }
    return sum;
  };
  const int modulus = row.method == Method::mod11 ? 11 : 10;
  int sum = weighted_sum(digit);
  if (exception == 1) sum += 27;
  const int left = remainder(sum, modulus);
  if (exception == 4) return left == digit[g] * 10 + digit[h];
  if (exception == 5) {
    const int check = is_second ? digit[h] : digit[g];
    if (left == 0) return check == 0;
    if (!is_second && left == 1) return false;
    return modulus - left == check;
  }
  if (left == 0) return true;
  if (exception != 14 || (digit[h] != 0 && digit[h] != 1 && digit[h] != 9)) return false;
  // The last digit may be one the bank added: without it, and a zero in front.
  Digits shifted = digit;
  for (std::size_t at = h; at > a; --at) shifted[at] = digit[at - 1];
  shifted[a] = 0;
  return remainder(weighted_sum(shifted), modulus) == 0;
}

Result<BritishAccount> check_british_account(std::string_view sort_code, std::string_view account,
                                             const ModulusTables* tables) {
  auto read = read_british_account(sort_code, account);
  if (!read || tables == nullptr || tables->check(*read) != ModulusTables::Answer::fails) return read;
  return std::unexpected(fault("sort-code.modulus",
                               "The account number cannot belong to the sort code: a digit is wrong or two are swapped.",
                               std::string{ask_the_payer}));
}

}  // namespace counterfoil
