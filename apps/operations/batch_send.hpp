// From the outbox into the folder scripts carry to the bank.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "apps/operations/batch_seal.hpp"

namespace counterfoil {

struct SendRequest {
  std::string batch;
  std::string folder;
  bool again = false;     // It was sent; write the same bytes under the same name once more.
  bool not_sent = false;  // Its outcome is unknown, and somebody found out that nothing arrived: back to waiting.
  bool was_sent = false;  // Its outcome is unknown, and somebody found out that it arrived.
};

struct SendResult {
  StoredBatch batch;
  SealedFile file;
  std::string path;      // Where the file lies now; empty when none was written.
  bool already = false;  // It was sent before.
};

/// Writes the sealed bytes as FOLDER/NAME, whole or not at all, and records that they were handed over; mandates learn
/// that they were used. Interrupted at any point, the same command goes on: it never sends twice. Where it cannot tell
/// whether the file was taken away meanwhile it says "batch.outcome-unknown" and waits for a person. The folder belongs
/// to one environment for good: "channel.other-environment" (refused) for the other one.
[[nodiscard]] Result<SendResult> send_batch(Desk& desk, const SendRequest& request);

struct Outbox {
  std::vector<OutboxItem> items;
};
[[nodiscard]] Result<Outbox> outbox(Desk& desk);

/// A folder that scripts carry to a bank, held by this process alone for as long as the value lives.
class Channel {
 public:
  /// Marks the folder as belonging to this environment, or refuses when it belongs to the other. "channel.busy"
  /// (temporary) while another process sends into it.
  [[nodiscard]] static Result<Channel> open(const Desk& desk, const std::string& folder);

  ~Channel();
  Channel(Channel&& other) noexcept : lock_{std::exchange(other.lock_, -1)} {}
  Channel& operator=(Channel&&) = delete;

 private:
  explicit Channel(int lock) : lock_{lock} {}
  int lock_;
};

}  // namespace counterfoil
