#include "core/creditor_id.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/iban.hpp"
#include "core/mod97.hpp"

namespace counterfoil {
namespace {

Error fault(std::string code, std::string explanation) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = "Copy the creditor identifier from the letter of the authority or bank that gave it.",
          .place = {},
          .kind = ErrorKind::input};
}

// Country, check digits, business code, then 1 to 28 of the national identifier.
constexpr std::size_t shortest = 8;
constexpr std::size_t longest = 35;

}  // namespace

Result<std::string> check_creditor_id(std::string_view text) {
  auto id = upper_without_spaces(text);
  if (id.size() < shortest || id.size() > longest) {
    return std::unexpected(fault(
        "creditor-id.length",
        fmt::format("A creditor identifier has {} to {} characters; this one has {}.", shortest, longest, id.size())));
  }
  const auto country = std::string_view{id}.substr(0, 2);
  if (!is_sepa_country(country)) {
    return std::unexpected(
        fault("creditor-id.country", "The creditor identifier does not begin with the code of a SEPA country."));
  }
  if (!is_digit(id[2]) || !is_digit(id[3])) {
    return std::unexpected(
        fault("creditor-id.structure", "The third and fourth character of a creditor identifier are check digits."));
  }
  std::string checked;
  for (const char c : std::string_view{id}.substr(7)) {
    if (is_digit(c) || is_upper(c)) checked += c;
  }
  const auto expected = 98 - mod97(checked + std::string{country} + "00");
  if (fmt::format("{:02}", expected) != std::string_view{id}.substr(2, 2)) {
    return std::unexpected(fault("creditor-id.check-digits",
                                 "The check digits of the creditor identifier do not fit: a character is wrong."));
  }
  return id;
}

bool same_creditor(std::string_view left, std::string_view right) {
  const auto identity = [](std::string_view text) {
    auto id = upper_without_spaces(text);
    if (id.size() > 7) id.erase(4, 3);
    return id;
  };
  return identity(left) == identity(right);
}

std::string mandate_reference_key(std::string_view reference) { return upper_without_spaces(reference); }

}  // namespace counterfoil
