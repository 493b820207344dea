#include "generators/hashed_output.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/require.hpp"

namespace counterfoil {

struct HashedOutput::Digest {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  Digest() {
    require(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1, "OpenSSL has SHA-256.");
  }
  ~Digest() { EVP_MD_CTX_free(context); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
};

HashedOutput::HashedOutput(ByteTarget& target) : target_{target}, digest_{std::make_unique<Digest>()} {
  text_.reserve(passed_on_at + passed_on_at / 4);
}

HashedOutput::~HashedOutput() = default;

Result<void> HashedOutput::flush() {
  require(EVP_DigestUpdate(digest_->context, text_.data(), text_.size()) == 1, "A digest takes any bytes.");
  if (auto appended = target_.append(text_); !appended) return appended;
  bytes_ += text_.size();
  text_.clear();
  return {};
}

Result<std::string> HashedOutput::finish() {
  if (auto flushed = flush(); !flushed) return std::unexpected(flushed.error());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(digest_->context, digest.data(), &size) == 1, "A digest ends once.");
  std::string hex;
  for (unsigned index = 0; index < size; ++index) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex += digits[digest[index] >> 4U];
    hex += digits[digest[index] & 0x0FU];
  }
  return hex;
}

}  // namespace counterfoil
