// How a row of the mandate table becomes a Mandate; shared by whoever selects one.
#pragma once

#include <string_view>

#include "mandates/mandate.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// The columns of table alias `m`, in the order in which `read_mandate` expects them.
inline constexpr std::string_view mandate_columns =
    "m.id, m.reference, m.scheme, m.instrument, m.creditor_account_id, m.payer_id, m.payer_name, m.account_key, "
    "m.account_sealed, m.bank, m.account_kind, m.street, m.building, m.postcode, m.town, m.country, m.signed_on, "
    "m.one_off, "
    "m.state, m.pending, m.end_kind, m.ended_on, m.earliest_debit_on, m.last_collected_on, m.used, m.final_next, "
    "m.final_sent, m.old_reference, m.old_creditor_id, m.old_creditor_name, m.old_account_key, m.old_account_sealed, "
    "m.most_minor, m.version, m.identity_key, m.identity_sealed";
inline constexpr int mandate_column_count = 36;

/// Reads them from column `first` on into `mandate`, whose memory is reused; opens the account.
[[nodiscard]] Result<void> read_mandate(const Scope& scope, const Stream& stream, int first, Mandate& mandate);

}  // namespace counterfoil
