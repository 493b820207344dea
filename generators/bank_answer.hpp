// The other side of the table: what a bank writes back. Used by the simulated bank of a test environment and by tests,
// never for a live channel. The same layouts and tables that read an answer write it here.
#pragma once

#include <string>
#include <vector>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/writer.hpp"

namespace counterfoil {

/// Writes an answer in `order.format`:
///   "nacha"     a return, NOC, dishonored or contested return file: entries carry `outcome`, `reason`,
///   `original_trace`,
///               `original_bank`, `corrected_data`, and everything of the claim that comes back unchanged; batches
///               carry the creditor's data as sent, with `creditor_bank` the bank that answers. An order without
///               batches is a zero-entry file.
///   "cn-304"    a result file: every entry of the sent batch with its `reason` (FSBR...) and `collected_minor`.
///   "bacs-report.*"          a report of Bacs, see generators/bacs_report.hpp.
///   "pain.002.*", "camt.*"   an ISO 20022 answer.
/// Counts and sums of the batches as in `write_collection`.
[[nodiscard]] Result<WrittenFile> write_bank_answer(const WriteOrder& order, EntrySource& entries, ByteTarget& target,
                                                    std::vector<Finding>& notes);

}  // namespace counterfoil
