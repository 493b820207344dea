// The reports Bacs sends, as the simulated bank of a test environment writes them: the elements and attributes that
// schemes/bacs/bacs-report.table names and a biller's program needs.
#pragma once

#include <string_view>

#include "core/result.hpp"
#include "generators/writer.hpp"

namespace counterfoil {

[[nodiscard]] bool is_bacs_report(std::string_view format);

/// Writes `order.format`:
///   "bacs-report.input"   the submission `head.original_message_id` arrived whole; its user files are the batches, with
///                         their count and sum.
///   "bacs-report.arudd"   returned debits: mandate, amount, transaction code, the processing day they were sent for
///                         (`collect_on`), `reason` as "ARUDD-0" and `reason_text`.
///   "bacs-report.addacs"  what paying banks say of instructions: mandate, `reason` as "ADDACS-C", and the new account
///                         in `amended_account` (sort code, blank, account) where there is one.
///   "bacs-report.auddis"  the instructions of the submission were taken: a line for each batch with its count.
/// `head.created_on` is the day of the report, `head.message_id` its number, `head.receiver` the service user number.
[[nodiscard]] Result<WrittenFile> write_bacs_report(const WriteOrder& order, EntrySource& entries, ByteTarget& target);

}  // namespace counterfoil
