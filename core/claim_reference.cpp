#include "core/claim_reference.hpp"

#include <fmt/format.h>

#include "core/kid.hpp"
#include "core/pattern.hpp"
#include "core/require.hpp"

namespace counterfoil {
namespace {

Result<std::string> numbered(const PatternPiece& piece, std::string_view digits) {
  if (piece.count > 0 && digits.size() > piece.count) {
    return std::unexpected(
        Error{.code = "reference.too-large",
              .explanation = fmt::format("The {} {} has more than the {} digits that references of claims have room for.",
                                         piece.word, digits, piece.count),
              .remedy = "Give it more digits in claim_reference, as long as the bank takes the longer reference.",
              .place = {},
              .kind = ErrorKind::refused});
  }
  return zero_filled(digits, piece.count);
}

/// Whether every piece can be filled, and which of those that are needed were there.
struct Seen {
  bool batch = false, number = false, environment = false, check = false;

  [[nodiscard]] bool take(const PatternPiece& piece) {
    if (check) return false;  // Nothing stands behind a check digit.
    if (!piece.literal.empty()) return true;
    const auto& word = piece.word;
    if (word == "mandate") return piece.count > 0;
    batch = batch || word == "batch";
    number = number || word == "number";
    if (word == "batch" || word == "number") return true;
    environment = environment || word == "environment" || word == "environment_digit";
    check = word == "mod10" || word == "mod11";
    return piece.count == 0 && (check || word == "environment" || word == "environment_digit");
  }
};

}  // namespace

bool is_claim_reference_pattern(std::string_view pattern) {
  Seen seen;
  while (!pattern.empty()) {
    const auto piece = take_pattern_piece(pattern);
    if (!piece || !seen.take(*piece)) return false;
  }
  return seen.batch && seen.number && seen.environment;
}

Result<std::string> claim_reference_of(std::string_view pattern, const ClaimReferenceParts& parts) {
  std::string made;
  while (!pattern.empty()) {
    const auto piece = take_pattern_piece(pattern);
    require(piece.has_value(), "A pattern for references was checked when its scheme or creditor was read.");
    if (piece->word == "mod10" || piece->word == "mod11") {
      return make_kid(made, piece->word == "mod10" ? KidRule::mod10 : KidRule::mod11);
    }
    if (piece->word == "batch" || piece->word == "number") {
      auto digits = numbered(*piece, piece->word == "batch" ? std::string{parts.batch} : std::to_string(parts.number));
      if (!digits) return digits;
      made += *digits;
    } else if (piece->word == "mandate") {
      made += zero_filled(last_of(parts.mandate, piece->count), piece->count);
    } else if (piece->word == "environment") {
      made += parts.is_test ? "T" : "L";
    } else if (piece->word == "environment_digit") {
      made += parts.is_test ? "9" : "1";
    } else {
      made += piece->literal;
    }
  }
  return made;
}

}  // namespace counterfoil
