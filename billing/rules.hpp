// What a scheme and a bank profile say about collecting. Filled from schemes/<scheme>/rules.toml and the creditor
// account; a value of 0 means "no such rule" unless said otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/modulus_check.hpp"
#include "mandates/rules.hpp"

namespace counterfoil {

/// When a returned claim may be presented again.
struct RetryRules {
  std::vector<std::string> codes = {};  // Bank reasons after which it is allowed without anything being repaired first: R01, R09, AM04.
  int most_times = 0;              // Presentations after the first: NACHA 2.
  int within_days = 0;             // Calendar days after the settlement of the first: NACHA 180.
  int wait_days = 0;               // Calendar days at least between the return and the next collection.
  bool same_amount = false;        // NACHA: amount, company name and identification are those of the original.
  bool new_notice = false;         // SEPA: the payer is told of the new date, as of any collection.
  bool own_batch = false;          // NACHA: RETRY PYMT stands in a batch of its own.
};

/// When the payer's address must go with the instruction.
enum class AddressRule : std::uint8_t { never, payer_bank_outside_eea };

struct CollectionRules {
  MandateRules mandate = {};
  RetryRules retry = {};
  int lead_bank_days = 1;
  int most_days_ahead = 0;            // Calendar days; too early is refused by the bank.
  int notice_days = 0;                // Calendar days between telling the payer and the collection: SEPA 14.
  std::int64_t least_minor = 1;       // Smallest amount of one claim.
  std::int64_t most_minor = 0;        // Largest amount of one claim.
  std::int64_t person_above_minor = 0;  // From here on a person must release the single claim.
  AccountCheck account = AccountCheck::none;
  const ModulusTables* modulus = nullptr;  // British accounts; null: only their form is looked at.
  AddressRule address = AddressRule::never;
  bool bank_needed_outside_eea = false;  // A BIC for payers at banks outside the EEA.
  bool combine_bills = false;         // Several bills of one mandate become one claim.
  int answer_bank_days = 0;           // After the collection date; later the answer is missing. 0: silence is no answer to wait for.
  int return_bank_days = 0;           // Returns after this many bank days from settlement are late: SEPA CORE 5, B2B 3, NACHA 2.
  bool silence_is_success = false;    // NACHA: no return means settled.
};

}  // namespace counterfoil
