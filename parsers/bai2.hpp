// Reading BAI2, balance and transaction reports of North American banks (version 2; version 3 is refused by name).
//
// What is delivered: file; for each transaction (16) an entry; for each account (03 to 49) a statement behind its entries.
// Counts: records = logical records with their continuations (88), batches = groups, entries = transactions. `direction` of an
// outcome is that of the claim it speaks of; of any other transaction it is debit where money came to the account.
// What a type code means for a collection is data: schemes/bai2/statuses.tsv. Reasons are those of NACHA.
#pragma once

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// Reads from the first byte to the end. Words and findings go to `sink`; the Error is for a source that fails.
[[nodiscard]] Result<void> read_bai2(ByteSource& source, const ReadOptions& options, WordSink& sink);

/// Whether a text begins as such a report does.
[[nodiscard]] bool looks_like_bai2(std::string_view text);

}  // namespace counterfoil
