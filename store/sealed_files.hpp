// Sealed files: the bytes a bank gets, fixed before approval and never changed; and the outbox that hands them out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "security/digest.hpp"
#include "store/file_chunks.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// A block of the file (PmtInf, NACHA batch) and the claims in it.
struct SealedBlock {
  std::uint64_t number = 0;                    // From 1.
  std::string block_id;                        // PmtInfId, batch number as written.
  SequenceType sequence = SequenceType::none;  // It holds the claims of the batch with this type.
  std::uint64_t count = 0;
  std::int64_t sum_minor = 0;
};

struct SealedFile {
  Id id;
  Id batch;
  Id creditor_account;
  std::uint64_t sequence = 0;  // Gap-free for the account; from take_numbers.
  std::string message_id;      // Unique for the tenant.
  std::string format;
  std::string file_name;  // Without a folder.
  Digest digest{};        // Unique for the tenant.
  std::uint64_t byte_count = 0;
  std::uint64_t claim_count = 0;
  std::int64_t sum_minor = 0;
  // A claim's trace is prefix, then (trace_first + its sequence number - 1) filled with zeros to trace_digits.
  std::string trace_prefix;
  std::uint64_t trace_first = 0;
  std::uint32_t trace_digits = 0;  // 0: this format has no traces.
  std::vector<SealedBlock> blocks;
  std::string sealed_by;
  std::string sealed_at;  // RFC 3339 in UTC; filled on reading.
};

/// Takes the bytes of a file as a generator appends them, seals them in chunks of 1 MiB and stores them; the row with
/// digest and size comes with `finish`. Give it `id` first.
class SealedFileWriter : public ByteTarget {
 public:
  SealedFileWriter(const Scope& scope, const Id& id);
  [[nodiscard]] Result<void> append(std::string_view bytes) override;
  /// Fills digest and byte_count of `file` and writes it with its blocks. "store.already" on "sealed_file_digest",
  /// "sealed_file_message" or "sealed_file_sequence".
  [[nodiscard]] Result<void> finish(SealedFile& file);

 private:
  Scope scope_;
  Id id_;
  ChunkWriter chunks_;
};

[[nodiscard]] Result<std::optional<SealedFile>> find_sealed_file(const Scope& scope, const Id& id);
[[nodiscard]] Result<std::optional<SealedFile>> sealed_file_of_batch(const Scope& scope, const Id& batch);
[[nodiscard]] Result<std::optional<SealedFile>> find_sealed_file_by_message(const Scope& scope,
                                                                            std::string_view message_id);
[[nodiscard]] Result<std::vector<SealedFile>> list_sealed_files(const Scope& scope, std::uint64_t most = 0);

/// The bytes of a stored file, chunk by chunk, opened. At the end their digest is compared with the recorded one:
/// "file.digest-differs" (refused). The transaction must stay open while it is read.
class StoredBytes : public ByteSource {
 public:
  [[nodiscard]] static Result<StoredBytes> of_sealed_file(const Scope& scope, const Id& file);
  [[nodiscard]] static Result<StoredBytes> of_bank_file(const Scope& scope, const Id& file);
  [[nodiscard]] Result<std::string_view> next() override;

 private:
  StoredBytes(const Scope& scope, Id file, std::string_view table, Digest digest);
  Scope scope_;
  Id file_;
  std::string_view table_;
  Digest expected_;
  DigestStream digest_;
  std::uint64_t next_chunk_ = 0;
  std::string chunk_;
  bool is_done_ = false;
};

/// waiting: released, nobody took it yet. taken: a courier has it, until its lease ends. sent: handed over.
/// unknown: a courier went away while sending; a person decides.
enum class OutboxState : std::uint8_t { waiting, taken, sent, unknown };

[[nodiscard]] std::string_view outbox_state_name(OutboxState state);
[[nodiscard]] std::optional<OutboxState> parse_outbox_state(std::string_view name);

struct OutboxItem {
  Id file;
  Id batch;
  std::string batch_number;
  std::string creditor_label;
  std::string file_name;
  Digest digest{};
  OutboxState state = OutboxState::waiting;
  std::string taken_by;
  std::string changed_at;
  std::uint32_t attempts = 0;
};

/// In the transaction that releases the batch.
[[nodiscard]] Result<void> insert_outbox(const Scope& scope, const Id& file);
[[nodiscard]] Result<std::vector<OutboxItem>> list_outbox(const Scope& scope,
                                                          std::optional<OutboxState> state = std::nullopt);
[[nodiscard]] Result<std::optional<OutboxItem>> find_outbox(const Scope& scope, const Id& file);

/// Takes a waiting item for `lease_seconds`; false when another courier was faster. An item whose lease ran out is
/// never taken again by itself: it turns unknown.
[[nodiscard]] Result<bool> take_outbox(const Scope& scope, const Id& file, std::string_view courier,
                                       std::int64_t lease_seconds);
/// Moves an item on: taken -> sent, taken -> unknown, taken -> waiting (surely not sent), unknown -> sent or waiting (a
/// person knows). "outbox.transition" (conflict) for any other move.
[[nodiscard]] Result<void> move_outbox(const Scope& scope, const Id& file, OutboxState from, OutboxState to,
                                       std::string_view operator_name);
/// Turns taken items whose lease ran out into unknown; answers how many.
[[nodiscard]] Result<std::uint64_t> expire_outbox_leases(const Scope& scope);

}  // namespace counterfoil
