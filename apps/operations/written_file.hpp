// Reading a file back that was just written, and holding every word of it against what was meant.
#pragma once

#include <cstdint>
#include <string>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/writer.hpp"

namespace counterfoil {

struct ReadBack {
  std::string created;  // When the file says it was made, as ISO text; the day alone where it has no time.
};

/// Reads `bytes` with the reader of `order.format` and walks `expected` beside it, which hands over the same entries as
/// for writing. Compares the batches and their sums, and of every entry reference, amount, currency, direction,
/// account, bank, mandate and collection day, as far as the format carries them. Memory does not grow with the file.
/// Fails with "written.not-accepted" (the reader found something), "written.entry-differs", "written.count-differs" or
/// "written.sum-differs", each naming the entry's line and both values with accounts masked.
[[nodiscard]] Result<ReadBack> check_written_file(ByteSource& bytes, const std::string& file_name,
                                                  const WriteOrder& order, EntrySource& expected);

}  // namespace counterfoil
