// Notices of change (NACHA) and advices of new details (Bacs): what the payer's bank wants corrected, and what we propose
// to change.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "mandates/mandate.hpp"

namespace counterfoil {

/// What the 29 characters of corrected data say. A part that is missing or unusable is absent and named in `problem`.
struct Correction {
  std::string code;                           // "C01"
  std::optional<std::string> account;
  std::optional<std::string> routing_number;  // Nine digits with a right check digit; absent when it is wrong.
  std::optional<std::string> account_kind;    // "checking", "savings", "ledger", "loan".
  std::optional<std::string> identification;
  std::optional<std::string> name;            // C04, withdrawn in 2015 and still seen.
  std::string problem;                        // One sentence a person reads; empty when everything was usable.
  [[nodiscard]] bool is_empty() const { return !account && !routing_number && !account_kind && !identification && !name; }
};

/// Cuts by position, never by blanks: an account number may hold an inner space. "correction.code-unknown" for a code
/// that does not change our data or is not known.
[[nodiscard]] Result<Correction> decode_correction(std::string_view code, std::string_view corrected_data);

/// The mandate data to put into `amend`. Fails with "correction.nothing-usable" when no part can be used, and with
/// "correction.routing-number" when the notice gives a routing number whose check digit is wrong: half a correction
/// (a new account at a bank we cannot name) would debit a stranger. "correction.identification": C09 corrects the
/// identification number, where our entries carry the claim's own reference.
[[nodiscard]] Result<MandateData> mandate_data_of(const Correction& correction);

/// What an advice of Bacs wants changed, as its reader delivers it: "sort_code=202959; account=63748472; name=A B". A new
/// amount or day is not ours to keep: the bill says both.
[[nodiscard]] MandateData mandate_data_of_advice(std::string_view corrected_data);

}  // namespace counterfoil
