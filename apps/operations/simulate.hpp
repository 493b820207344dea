// Playing the bank in a test environment.
#pragma once

#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "apps/operations/simulated_bank.hpp"

namespace counterfoil {

struct SimulateRequest {
  std::string batch;
  std::string folder;  // Where the answers go, for `ingest`.
  BankMood mood;
};

struct SimulatedFile {
  std::string path;
  std::string what;
  Date on{};
  std::uint64_t entries = 0;
  bool already_there = false;
};

/// Answers a batch that was sent, in the bank's own format. The same seed writes the same files again. Refused in a
/// live environment ("permission.test-only") and for a batch that was not sent ("sim.not-sent").
[[nodiscard]] Result<std::vector<SimulatedFile>> simulate_bank(Desk& desk, const SimulateRequest& request);

}  // namespace counterfoil
