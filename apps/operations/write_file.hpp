// A collection file from a table of claims, without a database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/finding.hpp"
#include "core/money.hpp"
#include "core/result.hpp"

namespace counterfoil {

struct WriteFileRequest {
  std::string scheme;
  std::string creditor_file;
  std::string claims_file;
  std::string output;
  std::string profile;     // Empty: that of the creditor file.
  std::string message_id;  // Empty: made from the day and the content of both files.
  std::string created;     // "2026-11-24T09:30:00"
  std::string file_modifier;
  std::optional<std::int64_t> expected_count;
  std::string expected_sum;  // A decimal; empty: nothing is expected.
  Date today{};
  bool replace = false;  // An older file of that name may go.
  bool dry_run = false;  // Written and read back, then taken away.
};

struct WriteFileResult {
  std::string scheme = {}, format = {}, profile = {}, message_id = {}, sha256 = {};
  std::uint64_t bytes = 0;
  std::uint64_t batches = 0, entries = 0;
  Money sum = {};
  std::vector<Finding> findings = {};  // Of the table and of the writer, in that order.
  bool refused = false;                // The table has errors; nothing was written.
  bool already_there = false;          // The output held these very bytes.
};

/// Two passes over the table: one checks every row and adds up, one writes; a third lays the written file beside the
/// table. The file appears under its name only after that. Memory does not grow with the table, except for eight bytes
/// a reference while doubles are looked for.
[[nodiscard]] Result<WriteFileResult> write_claims_file(const WriteFileRequest& request, const Catalogue& catalogue);

}  // namespace counterfoil
