// creditor.toml: who collects, into which account, under which scheme.
//
//   name = "Example Estates"            # as payers see it
//   scheme = "iso20022"                 # may be given on the command line instead
//   account = "DE02120300000000202051"
//   bank = "BYLADEM1001"
//   creditor_id = "DE98ZZZ09999999999"
//   profile = "gbic5"                   # optional, as are format, instrument, first_as, combine_bills,
//                                       # lead_bank_days, notice_days, most
//   charges_within_booking = true       # agreed with the bank: it books a return and its charge in one sum
//   [nacha]                             # what only one scheme needs
//   immediate_destination = "076401251"
#pragma once

#include <string>
#include <string_view>

#include "billing/batch.hpp"
#include "core/catalogue.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// Reads the file. `scheme` (from the command line) may be empty when the file names one; where both do they must
/// agree. What the file leaves out comes from the scheme and its profile. The account's id and label stay empty. Every
/// unknown key, wrong type and missing value is an Error with its line and column: "creditor.unreadable",
/// "creditor.syntax", "creditor.unknown-key", "creditor.missing", "creditor.value".
[[nodiscard]] Result<CreditorAccount> read_creditor_file(const std::string& path, std::string_view scheme,
                                                         const Catalogue& catalogue);

/// The same for text at hand; `path` is for places.
[[nodiscard]] Result<CreditorAccount> parse_creditor_file(std::string_view text, const std::string& path,
                                                          std::string_view scheme, const Catalogue& catalogue);

}  // namespace counterfoil
