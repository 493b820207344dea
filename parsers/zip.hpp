// Bank files inside a ZIP, opened without trusting it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

struct ZipLimits {
  std::uint64_t most_members = 1000;
  std::uint64_t most_archive_bytes = std::uint64_t{1} << 30;  // As delivered, compressed.
  std::uint64_t most_member_bytes = std::uint64_t{4} << 30;   // One member, inflated.
  std::uint64_t most_total_bytes = std::uint64_t{8} << 30;    // All members, inflated.
  std::uint64_t most_ratio = 400;                             // Inflated to compressed, for members above 1 MiB.
};

/// Calls `read_member` for each file of the archive, in the order of their names. The archive is kept in an unnamed
/// temporary file meanwhile. Names with paths, links, encrypted members, archives in the archive and anything beyond
/// the limits are findings that refuse the file; sizes and ratios are checked before a member is inflated, and again
/// while it is. The Error is for a source or a temporary file that fails, or what `read_member` answers.
using ReadZipMember = std::function<Result<void>(const std::string& name, ByteSource& bytes)>;
[[nodiscard]] Result<void> read_zip(ByteSource& source, const ZipLimits& limits, const std::string& file_name,
                                    WordSink& sink, const ReadZipMember& read_member);

}  // namespace counterfoil
