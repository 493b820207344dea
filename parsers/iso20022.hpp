// Reading ISO 20022 messages as a stream: pain.002, pain.007, pain.008, camt.052, .053, .054 in every version, from
// the tables under schemes/iso20022/.
//
// What is delivered:
// - pain.008: file; per PmtInf one batch and one entry per DrctDbtTxInf. Counts: entries = DrctDbtTxInf, batches =
// PmtInf.
// - pain.007: file, kind instruction; per block one batch; one entry per TxInf, direction credit, outcome none.
// - pain.002: file; a Level::file entry where the bank gave the whole message a status or reason; per block one batch
// and
//   a Level::block entry where the block has a status or reason; one entry per TxInfAndSts with its effective status
//   (status_inherited where it came from above) and its own or inherited reason.
//   Counts: entries = TxInfAndSts, batches = OrgnlPmtInfAndSts.
// - camt: file; per booking (Ntry) one entry for each TxDtls, or one for the booking without details, Level::block
// where
//   it is a batch. Then the statement. Counts: entries = Ntry, batches = Ntry with Btch. `direction` of an outcome is
//   that of the claim it speaks of; of any other booking it is debit where money came to the account, as a collection
//   does, and credit where it left. Only entries with is_booked move money.
//
// Several documents one after another in one file (some banks do that) are read as one file: `file` is called for each,
// entry positions go on.
#pragma once

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// Reads from the first byte to the end. Words and findings go to `sink`; the Error is for a source that fails.
/// A finding with `refuses_file` means that the bytes are not to be trusted; words delivered before it are void.
[[nodiscard]] Result<void> read_iso20022(ByteSource& source, const ReadOptions& options, WordSink& sink);

}  // namespace counterfoil
