// From a batch to the one file a bank will get: written, read back, laid beside the database, and fixed for good.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "core/finding.hpp"
#include "store/batches.hpp"
#include "store/sealed_files.hpp"

namespace counterfoil {

struct SealResult {
  StoredBatch batch;
  SealedFile file;
  std::vector<Finding> notes;  // What was transliterated on the way.
  bool already = false;
};

/// Writes the file into the database, reads it back with the bank's own reader, compares every claim and every total
/// with the database, and only then fixes digest, message id and sequence number. Nothing changes when anything
/// differs.
[[nodiscard]] Result<SealResult> seal_batch(Desk& desk, const std::string& number);

/// One thing that was looked at. A check that did not run is not passed.
struct Check {
  std::string name;  // "every claim stands in the file as in the database"
  bool passed = false;
  bool blocks = true;    // False: worth a look, nothing more.
  bool needs_reason = false;  // When it fails, the approver has to say why the batch is right all the same.
  std::string evidence;  // What was counted or compared.
  std::string remedy;    // When it failed.
};

struct CheckResult {
  StoredBatch batch;
  std::vector<Check> checks;
  [[nodiscard]] bool passed() const;
};

/// Every check that stands before a release, each with what it found. The same ones run again when the batch is
/// released.
[[nodiscard]] Result<CheckResult> check_batch(Desk& desk, const std::string& number);

/// For those who release: the checks of a batch in the open transaction.
[[nodiscard]] Result<std::vector<Check>> checks_of(Desk& desk, const StoredBatch& batch);

/// "batch.unknown" when there is none of that number.
[[nodiscard]] Result<StoredBatch> batch_by_number(Desk& desk, const std::string& number);
/// The same, locked until the transaction ends.
[[nodiscard]] Result<StoredBatch> locked_batch(Desk& desk, const std::string& number);

}  // namespace counterfoil
