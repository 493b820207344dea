// What a bank sent: every file with its bytes, every line of it.
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

/// ingested: its lines count. quarantined: same logical identity as an earlier file with other bytes; a person looks.
/// refused: not acceptable; kept, and nothing of it counts.
/// accepted: was quarantined, and a person said why its lines count all the same.
enum class BankFileState : std::uint8_t { ingested, quarantined, refused, accepted };

[[nodiscard]] std::string_view bank_file_state_name(BankFileState state);
[[nodiscard]] std::optional<BankFileState> parse_bank_file_state(std::string_view name);

struct BankFile {
  Id id;
  std::string file_name;  // As it came, without its folder.
  Digest digest{};        // Unique for the tenant: the same bytes come in once.
  std::uint64_t byte_count = 0;
  std::string scheme, format;
  FileKind kind = FileKind::unknown;
  std::string channel;           // Label of the creditor account, or how else it is known where it came from.
  std::string logical_identity;  // What the bank calls it: message id, serial, creation stamp and modifier.
  std::string message_id;
  std::string original_message_id;
  std::string created;
  Id creditor_account;  // Nil when it is not known.
  BankFileState state = BankFileState::ingested;
  std::uint64_t entry_count = 0;
  std::uint64_t finding_count = 0;
  std::string received_by;
  std::string received_at;  // RFC 3339 in UTC; filled on reading.
};

/// A batch head inside a bank file, as far as entries under it need it.
struct BankBlock {
  std::uint32_t number = 0;  // From 1 in the order of the file.
  std::uint32_t line = 0;
  std::string block_id;
  std::string original_id;
  std::string instrument;
  std::string creditor_account_last4;
  std::optional<Date> collect_on, settled_on;
  std::int64_t declared_count = -1;
  std::int64_t declared_sum_minor = -1;
};

/// Writes one file: bytes in sealed chunks, then blocks, entries and findings by COPY. One after the other in any
/// order; the file's row comes with `finish`. All in one transaction: a file is in whole or not at all.
class BankFileWriter {
 public:
  BankFileWriter(const Scope& scope, const Id& id);

  /// The bytes as they came.
  [[nodiscard]] Result<void> append_bytes(std::string_view bytes);
  [[nodiscard]] Result<void> add_block(const BankBlock& block);
  /// `block_number` 0: under no block.
  [[nodiscard]] Result<void> add_entry(const Entry& entry, std::uint32_t block_number);
  [[nodiscard]] Result<void> add_finding(const Finding& finding);
  [[nodiscard]] Result<void> add_statement(const Statement& statement);

  /// Fills digest, byte_count, entry_count and finding_count. "store.already" on "bank_file_digest" (same bytes) or
  /// "bank_file_identity" (same logical identity of the channel): look with the finders first, this guards the race.
  [[nodiscard]] Result<void> finish(BankFile& file);

 private:
  [[nodiscard]] Result<void> flush_rows();
  Scope scope_;
  Id id_;
  ChunkWriter chunks_;
  std::uint64_t entry_count_ = 0;
  std::uint64_t finding_count_ = 0;
  std::uint64_t statement_count_ = 0;
  CopyRows blocks_;
  CopyRows entries_;
  CopyRows findings_;
  CopyRows statements_;
};

[[nodiscard]] Result<std::optional<BankFile>> find_bank_file(const Scope& scope, const Digest& digest);
[[nodiscard]] Result<std::optional<BankFile>> find_bank_file(const Scope& scope, const Id& id);
/// The file that counts under this identity.
[[nodiscard]] Result<std::optional<BankFile>> find_bank_file(const Scope& scope, std::string_view channel,
                                                             std::string_view logical_identity);
/// Files whose digest begins with these hexadecimal digits.
[[nodiscard]] Result<std::vector<BankFile>> find_bank_files_by_digest(const Scope& scope, std::string_view digits);
/// Lets a quarantined file count, with the reason. "store.stale" when it is no longer quarantined.
[[nodiscard]] Result<void> accept_bank_file(const Scope& scope, BankFile& file, std::string_view reason,
                                            std::string_view operator_name);
/// Newest first.
[[nodiscard]] Result<std::vector<BankFile>> list_bank_files(const Scope& scope, std::uint64_t most = 0);
[[nodiscard]] Result<std::vector<Finding>> findings_of(const Scope& scope, const Id& bank_file);
[[nodiscard]] Result<std::vector<BankBlock>> blocks_of(const Scope& scope, const Id& bank_file);

}  // namespace counterfoil
