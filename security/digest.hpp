// SHA-256 of bytes that arrive in pieces.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace counterfoil {

using Digest = std::array<std::uint8_t, 32>;

/// Adds up a digest piece by piece; memory does not grow with the bytes.
class DigestStream {
 public:
  DigestStream();
  ~DigestStream();
  DigestStream(DigestStream&&) noexcept;
  DigestStream& operator=(DigestStream&&) noexcept;

  void append(std::string_view bytes);

  /// The digest of everything appended since the last call; the stream is then empty again and can be reused.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Digest digest_of(std::string_view bytes);

/// Lower-case hex, as sha256sum prints it.
[[nodiscard]] std::string digest_text(const Digest& digest);
[[nodiscard]] std::optional<Digest> parse_digest(std::string_view hex);

[[nodiscard]] std::string hex_text(std::string_view bytes);
[[nodiscard]] std::optional<std::string> parse_hex(std::string_view hex);

[[nodiscard]] inline std::string_view digest_bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Bytes nobody can guess, from the operating system's generator. A machine that cannot give them ends the program.
void fill_random(void* bytes, std::size_t count);

}  // namespace counterfoil
