// From the data of the scheme catalogue to the rules the money tower works by. The one place where both meet.
#pragma once

#include <string>
#include <string_view>

#include "billing/batch.hpp"
#include "billing/rules.hpp"
#include "core/calendar.hpp"
#include "core/catalogue.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// Everything that holds for one creditor account: what its scheme says, what its profile says differently, and what
/// the account's bank has agreed on top.
struct AccountRules {
  const Scheme* scheme = nullptr;  // Lives as long as the catalogue.
  CollectionRules collection;
  BankCalendar calendar;
  int unauthorized_return_days = 0;  // As in JudgeTerms.
  int refund_days = 0;
};

/// Fails with "scheme.unknown" when the catalogue does not hold the account's scheme, and with what the calendar says.
[[nodiscard]] Result<AccountRules> account_rules(const Catalogue& catalogue, const CreditorAccount& account);

/// What a CreditorAccount starts from before its own file says more: lead time, notice, cut-off, limit, first_as.
void fill_account_defaults(const Scheme& scheme, CreditorAccount& account);

/// How references of the account's claims are made: as its own setting says, else as the scheme does.
[[nodiscard]] std::string claim_reference_pattern(const Catalogue& catalogue, const CreditorAccount& account);

}  // namespace counterfoil
