// The bank of a test environment: reads a sealed file as a bank would and answers it in the bank's own format. The
// same seed gives the same answer, so that a month can be played again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// How the bank feels: of a thousand claims, how many go wrong in which way.
struct BankMood {
  std::uint64_t seed = 1;
  unsigned rejected = 20;   // Refused before settlement. NACHA, 304 and Bacs know no such thing: counted as returned.
  unsigned returned = 40;   // Came back after settlement.
  unsigned corrected = 15;  // A notice of change; NACHA and Bacs.
  unsigned partial = 5;     // Collected in part; 304 only.
};

/// What is known of a sent file besides its bytes. Without it, its content tells.
struct SentAs {
  std::string format;          // "becs-balanced" reads like "becs" but for the credit at its end.
  std::optional<Date> on = {};  // The year of collection days that have none.
};

/// One file the bank puts into our inbox.
struct BankAnswer {
  std::string name;  // "TEST-..." : it can be told from a live file by its name.
  std::string what;  // "acknowledgement", "rejects", "settlement", "returns", "corrections", "results", "mandates".
  std::string bytes;
  Date on{};  // The day the bank would send it.
  std::uint64_t entries = 0;
};

/// Answers one sealed file. `bytes` is what was sent; `stem` names the answers after it. Days are counted plainly from
/// the collection date, since a simulated bank never sleeps. Fails with "sim.not-a-collection" for a file that asks for
/// nothing, and with whatever the reader or the answer's writer has to say.
[[nodiscard]] Result<std::vector<BankAnswer>> answer_collection(std::string_view bytes, std::string_view stem,
                                                                const BankMood& mood, const SentAs& sent_as = {});

}  // namespace counterfoil
