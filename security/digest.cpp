#include "security/digest.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "core/require.hpp"

namespace counterfoil {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// OpenSSL 3 looks an algorithm up by name on every one-shot call, which costs more than a short digest itself. Fetched
// once for the process; it lives until the end.
const EVP_MD* sha256() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(algorithm != nullptr, "OpenSSL has SHA-256.");
  return algorithm;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

struct DigestStream::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  State() {
    require(context != nullptr, "OpenSSL gives a digest context.");
    begin();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void begin() const { require(EVP_DigestInit_ex2(context, sha256(), nullptr) == 1, "A digest can begin."); }
};

DigestStream::DigestStream() : state_{std::make_unique<State>()} {}
DigestStream::~DigestStream() = default;
DigestStream::DigestStream(DigestStream&&) noexcept = default;
DigestStream& DigestStream::operator=(DigestStream&&) noexcept = default;

void DigestStream::append(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1, "A digest takes bytes.");
}

Digest DigestStream::finish() {
  Digest digest;
  unsigned length = 0;
  require(EVP_DigestFinal_ex(state_->context, digest.data(), &length) == 1 && length == digest.size(),
          "SHA-256 gives 32 bytes.");
  state_->begin();
  return digest;
}

Digest digest_of(std::string_view bytes) {
  thread_local DigestStream stream;
  stream.append(bytes);
  return stream.finish();
}

std::string hex_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += hex_digits[byte >> 4U];
    text += hex_digits[byte & 0x0FU];
  }
  return text;
}

std::optional<std::string> parse_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_value(hex[i]);
    const int low = hex_value(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string digest_text(const Digest& digest) { return hex_text(digest_bytes(digest)); }

std::optional<Digest> parse_digest(std::string_view hex) {
  const auto bytes = parse_hex(hex);
  if (!bytes || bytes->size() != Digest{}.size()) return std::nullopt;
  Digest digest;
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>((*bytes)[i]);
  return digest;
}

void fill_random(void* bytes, std::size_t count) {
  require(RAND_bytes(static_cast<unsigned char*>(bytes), static_cast<int>(count)) == 1,
          "The operating system gives random bytes.");
}

}  // namespace counterfoil
