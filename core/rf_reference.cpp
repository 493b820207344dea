#include "core/rf_reference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/mod97.hpp"

namespace counterfoil {
namespace {

Error structure_fault() {
  return {.code = "rf.structure",
          .explanation = "A creditor reference is RF, two check digits and 1 to 21 letters or digits.",
          .remedy = "Use the reference as it stands on the bill.",
          .place = {},
          .kind = ErrorKind::input};
}

bool is_body(std::string_view body) {
  return !body.empty() && body.size() <= 21 &&
         std::ranges::all_of(body, [](char c) { return is_digit(c) || is_upper(c); });
}

}  // namespace

Result<std::string> check_rf_reference(std::string_view text) {
  auto reference = upper_without_spaces(text);
  if (reference.size() < 5 || !reference.starts_with("RF") || !is_digit(reference[2]) || !is_digit(reference[3]) ||
      !is_body(std::string_view{reference}.substr(4))) {
    return std::unexpected(structure_fault());
  }
  if (mod97(reference.substr(4) + reference.substr(0, 4)) != 1) {
    return std::unexpected(Error{.code = "rf.check-digits",
                                 .explanation = "The check digits of the creditor reference do not fit.",
                                 .remedy = "Use the reference as it stands on the bill.",
                                 .place = {},
                                 .kind = ErrorKind::input});
  }
  return reference;
}

Result<std::string> make_rf_reference(std::string_view reference) {
  const auto body = upper_without_spaces(reference);
  if (!is_body(body)) return std::unexpected(structure_fault());
  return fmt::format("RF{:02}{}", 98 - mod97(body + "RF00"), body);
}

}  // namespace counterfoil
