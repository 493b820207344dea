// Reading SWIFT MT940 and MT942, statements and interim reports as tagged text.
//
// What is delivered: file (of the scheme iso20022, whose reasons these statements speak in); for each movement an entry
// as camt has it; the statement behind its entries, one for each page. Counts: entries = movements. `direction` of an
// outcome is that of the claim it speaks of; of any other movement it is debit where money came to the account.
// Which business codes mean that a collection was paid or came back is data: schemes/mt940/statuses.tsv.
#pragma once

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// Reads from the first byte to the end. Words and findings go to `sink`; the Error is for a source that fails.
[[nodiscard]] Result<void> read_mt940(ByteSource& source, const ReadOptions& options, WordSink& sink);

/// Whether the beginning of a text is a statement of SWIFT, with or without its envelope.
[[nodiscard]] bool looks_like_mt940(std::string_view text);

}  // namespace counterfoil
