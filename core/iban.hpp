// IBAN: structure by country (SWIFT IBAN registry v101, cross-checked) and check digits (ISO 13616, MOD 97-10).
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// Spaces removed, upper-cased, and checked: "iban.country", "iban.length", "iban.structure", "iban.check-digits".
/// National check digits inside are not tested. No error quotes more than the country and the last four characters.
[[nodiscard]] Result<std::string> check_iban(std::string_view text);

/// Whether the text is an IBAN as `check_iban` returns it, without a space or small letter. For long runs of payments:
/// nothing is copied.
[[nodiscard]] bool is_iban(std::string_view text);

/// "DE89 3704 0044 0532 0130 00" -> in groups of four, for paper.
[[nodiscard]] std::string iban_in_groups(std::string_view iban);

/// Whether the country takes part in SEPA (EPC409-09 v8.0 of 24 December 2025: 42 country codes).
[[nodiscard]] bool is_sepa_country(std::string_view country);

/// Whether the country is of the European Economic Area: payers at banks outside need an address.
[[nodiscard]] bool is_eea_country(std::string_view country);

/// Whether the table of IBAN structures knows the country.
[[nodiscard]] bool has_iban(std::string_view country);

}  // namespace counterfoil
