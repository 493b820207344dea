// What a scheme and a bank profile say about mandates. Values only; the ruling functions are in mandate.hpp.
#pragma once

#include <cstdint>

#include "core/exchange.hpp"

namespace counterfoil {

/// Which account check the scheme asks for: an IBAN of a SEPA country, an American routing number, an Australian
/// BSB, a Chinese bank number, a British sort code with its account; or, as `unknown`, no account at all, because the
/// bank keeps it with the mandate.
enum class AccountCheck : std::uint8_t { none, iban_sepa, aba, bsb, cnaps, sort_code, unknown };

/// Filled from schemes/<scheme>/rules.toml and the creditor account's profile.
struct MandateRules {
  bool uses_sequence_types = false;                      // SEPA. Else a claim's sequence is `none`.
  SequenceType first_as = SequenceType::recurring;       // FRST has been optional since 20 November 2016.
  int expiry_months = 0;                                 // 36 for SEPA; 0: a mandate does not lapse.
  int expiry_warn_days = 60;
  bool needs_signature_date = false;                     // SEPA: DtOfSgntr is mandatory.
  int prenote_wait_bank_days = 3;                        // NACHA 2.6.3: the third banking day after the prenote settled.
  bool carries_amendments = false;                       // SEPA: the next collection carries the old values.
  bool one_off_may_be_represented = false;               // NACHA: a returned single entry may be presented again.
};

}  // namespace counterfoil
