// Account numbers at rest: sealed with AES-256-GCM, found again through a keyed blind index.
//
// The keys live in one file outside the database, readable by its owner alone. Each environment has its own file, and
// the environment is part of every sealed value, so a test key never opens a live account number.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/id.hpp"
#include "core/result.hpp"
#include "security/environment.hpp"

namespace counterfoil {

/// Where a sealed value stands. It is bound to that place: moved to another row, column or tenant it does not open.
struct SealPlace {
  std::int64_t tenant = 0;
  std::string_view table;
  std::string_view column;
  Id row;
};

struct SealedValue {
  std::int32_t key_id = 0;
  std::string bytes;  // Nonce of 12 bytes, the sealed text, tag of 16 bytes.
};

using BlindIndex = std::array<std::uint8_t, 16>;

/// An account number as the blind index sees it: spaces, hyphens and dots out, letters upper case.
[[nodiscard]] std::string normalise_account(std::string_view account);

/// The last four characters of the normalised number; empty when it has fewer than eight.
[[nodiscard]] std::string last_four(std::string_view account);

/// Makes the key file of an environment. Refuses to replace one ("keys.exist"): without it nothing sealed opens again.
[[nodiscard]] Result<void> make_key_file(const std::filesystem::path& file, Environment environment);

/// Adds a new sealing key to the file; from then on it seals, and the older ones only open.
[[nodiscard]] Result<std::int32_t> add_seal_key(const std::filesystem::path& file, Environment environment);

/// Seals and opens. Holds the keys in memory; wiped when it goes. Not for two threads at once.
class FieldSealer {
 public:
  /// Fails with "keys.missing", "keys.readable-by-others", "keys.damaged" or "keys.other-environment".
  [[nodiscard]] static Result<FieldSealer> open(const std::filesystem::path& key_file, Environment environment);

  ~FieldSealer();
  FieldSealer(FieldSealer&&) noexcept;
  FieldSealer& operator=(FieldSealer&&) noexcept;

  [[nodiscard]] Environment environment() const;
  [[nodiscard]] std::int32_t current_key() const;
  [[nodiscard]] bool has_key(std::int32_t key_id) const;

  /// Seals under the current key with a fresh random nonce.
  [[nodiscard]] SealedValue seal(std::string_view text, const SealPlace& place) const;

  /// Fails with "keys.unknown-key" or, when the value was changed or moved, "keys.does-not-open" (kind refused).
  [[nodiscard]] Result<std::string> open_value(std::int32_t key_id, std::string_view bytes,
                                               const SealPlace& place) const;

  /// The same account number of the same tenant gives the same index; nothing else can be learned from it.
  [[nodiscard]] BlindIndex blind_index(std::int64_t tenant, std::string_view account) const;

 private:
  struct State;
  explicit FieldSealer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

[[nodiscard]] inline std::string_view blind_index_bytes(const BlindIndex& index) {
  return {reinterpret_cast<const char*>(index.data()), index.size()};
}

}  // namespace counterfoil
