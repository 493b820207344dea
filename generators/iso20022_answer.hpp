// The bank's side of ISO 20022, for the simulated bank and for tests: what a bank answers to a collection file.
#pragma once

#include <string_view>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/writer.hpp"

namespace counterfoil {

/// Whether `write_iso20022_answer` writes this format: pain.002.001.03, .10; camt.053.001.02, .08; camt.054.001.02,
/// .08.
[[nodiscard]] bool is_iso20022_answer(std::string_view format);

/// Writes one answer. The order speaks as a reader of the answer would hear it:
///
/// head: message_id, created, sender (the bank's BIC). pain.002 also original_message_id, original_message_name and,
/// as figures of the original file, declared_count and declared_sum_minor (-1: not said).
///
/// pain.002: a batch is one original block; original_id (else id) is its OrgnlPmtInfId, count and sum_minor its
/// original figures (-1: not said), and its entries are transactions of it. The first entry of a batch may be a
/// Level::block one: the block's own status and reason. The first entry of batch 0 may be a Level::file one: that of
/// the whole file; a batch without any id holds nothing else and writes no block. The status written is `status`, or
/// RJCT or ACCP by `outcome` where that is empty. Reason, reason_text, references, amount, mandate and payer are
/// written where given.
///
/// camt.053 and .054: a batch is one statement or notification: id, number (its sequence number), creditor_account,
/// creditor_bank, settled_on (its day), currency, count (its entries) and sum_minor (their booked sum, credits
/// positive). A camt.053 opens with the setting "iso20022.opening_minor" of head.settings (0 without it) and closes
/// with that plus sum_minor. A Level::block entry is one booking of a whole block, with batch_count and
/// original_batch_id and without details. A Level::entry one is a booking with one transaction: settled is a credit;
/// returned, refunded, reversed and rejected are debits with the reason, of amount_minor for the transaction and
/// booked_minor for the booking (-1: amount and charges together), charges_minor told beside it. With is_booked false
/// it is pending and no part of the sum.
///
/// Deterministic, in bounded memory, valid against the official schema of the format; no banks' subset is promised.
[[nodiscard]] Result<WrittenFile> write_iso20022_answer(const WriteOrder& order, EntrySource& entries,
                                                        ByteTarget& target);

}  // namespace counterfoil
