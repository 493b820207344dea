// A file of the bank comes in: told apart by its content, kept line by line, laid against the claims, posted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "core/finding.hpp"
#include "parsers/reader.hpp"
#include "store/ingest.hpp"

namespace counterfoil {

struct IngestRequest {
  std::string path;             // "-": standard input.
  std::string creditor = {};    // Whose channel it came over; empty: the content says it.
  bool accept_partial = false;  // See ReadOptions.
};

struct IngestResult {
  BankFile file;
  bool already = false;           // These bytes came in before, under whatever name; nothing changed.
  std::vector<Finding> findings;  // At most a thousand; all of them are kept with the file.
  std::uint64_t posted = 0, exceptions = 0, ignored = 0;  // Lines: their sum is the number of entries.
  std::uint64_t claims_by_batch = 0;  // Claims that learned their fate from a line about the whole batch.
  std::uint64_t mandates_changed = 0;
  std::vector<std::string> batches;  // Numbers of the batches it speaks of.

  /// Whether somebody has to look.
  [[nodiscard]] bool needs_people() const {
    return exceptions > 0 || file.state == BankFileState::quarantined || file.state == BankFileState::refused;
  }
};

/// One transaction: the whole file with everything that follows from it, or nothing. The same bytes again change
/// nothing. A file that calls itself like an earlier one and holds other bytes is quarantined; one that is not
/// acceptable is kept as refused. Neither posts anything. Two lines of one file that say the same are two lines.
[[nodiscard]] Result<IngestResult> ingest_file(Desk& desk, const IngestRequest& request);

/// Lets a quarantined file count: its lines, kept when it came in, are laid against the claims and posted now. `digest` is
/// its sha256 or the beginning of it, eight characters at least; `why` is kept. "file.unknown", "file.not-quarantined".
[[nodiscard]] Result<IngestResult> accept_file(Desk& desk, std::string_view digest, std::string_view why);

/// Moves a batch on after something was posted to its claims: acknowledged by the first word of the bank, closed once
/// every claim has an end; its mandates then count their settled collections. In the open transaction.
[[nodiscard]] Result<void> move_batch_on(Desk& desk, const Id& batch, std::string_view why);

/// The files directly inside a folder, in the order of their names; hidden ones and *.tmp are somebody's unfinished
/// work.
[[nodiscard]] Result<std::vector<std::string>> files_to_ingest(const std::string& folder);

}  // namespace counterfoil
