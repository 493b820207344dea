// Writing a collection file: the exact bytes a bank accepts, in one pass and bounded memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// What is to be written. The planned count and sum of every batch are part of the order because some formats
/// state them before the entries; the writer refuses with "write.count-differs" or "write.sum-differs" when the
/// entries it is then given do not add up to them.
struct WriteOrder {
  std::string format;   // "pain.008.001.08", "nacha", "cn-304".
  std::string profile;  // Empty: the format's plain form. Else a bank profile, such as "gbic5".
  FileHead head;
  std::vector<BatchHead> batches;  // In file order; `count`, `sum_minor` and `currency` are set.
};

/// What was written: counted while writing, for comparison with the order and with the bytes read back.
struct WrittenFile {
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::int64_t sum_minor = 0;
  std::string sha256;  // Lower-case hex of the bytes.
};

/// Writes the file to `target`. Deterministic: the same order and entries give the same bytes. Values that do not
/// fit are an Error that names record, field, value length and limit; nothing is ever cut silently. Notes about
/// transliterated text go to `notes` as findings of severity note, with the reference of the entry in the message.
[[nodiscard]] Result<WrittenFile> write_collection(const WriteOrder& order, EntrySource& entries, ByteTarget& target,
                                                   std::vector<Finding>& notes);

}  // namespace counterfoil
