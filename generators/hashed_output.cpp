#include "generators/hashed_output.hpp"

#include <openssl/evp.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "core/require.hpp"

namespace counterfoil {
namespace {

/// A piece and what the last record adds to it.
constexpr std::size_t buffer_size = std::size_t{320} * 1024;

}  // namespace

/// Hashes pieces in the order they come, each while the next is being made.
struct HashedOutput::Digest {
  Digest() {
    require(context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1, "OpenSSL has SHA-256.");
  }

  ~Digest() {
    if (worker_.joinable()) {
      {
        const std::lock_guard lock{mutex_};
        ends_ = true;
      }
      changed_.notify_all();
      worker_.join();
    }
    EVP_MD_CTX_free(context_);
  }

  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  /// Takes the piece and gives back an empty buffer. The view stays valid until the next call.
  std::string_view take(std::string& piece) {
    piece_.reserve(buffer_size);
    if (!worker_.joinable() && !start()) {
      piece_.swap(piece);
      update(piece_);
    } else {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [&] { return !is_due_; });
      piece_.swap(piece);
      is_due_ = true;
      lock.unlock();
      changed_.notify_all();
    }
    piece.clear();
    return piece_;
  }

  /// The rest, hashed here: a small file never starts a thread.
  std::string finish(std::string_view rest) {
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [&] { return !is_due_; });
    }
    update(rest);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    require(EVP_DigestFinal_ex(context_, digest.data(), &size) == 1, "A digest ends once.");
    std::string hex;
    for (unsigned index = 0; index < size; ++index) {
      constexpr std::string_view digits = "0123456789abcdef";
      hex += digits[digest[index] >> 4U];
      hex += digits[digest[index] & 0x0FU];
    }
    return hex;
  }

 private:
  EVP_MD_CTX* context_ = EVP_MD_CTX_new();
  std::string piece_;
  bool is_due_ = false, ends_ = false;  // Guarded by the mutex, as is the piece while it is due.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread worker_;

  void update(std::string_view bytes) {
    require(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1, "A digest takes any bytes.");
  }

  /// False where the system gives no thread: then the digest is made in between.
  bool start() {
    try {
      worker_ = std::thread{[this] { work(); }};
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  void work() {
    std::unique_lock lock{mutex_};
    while (true) {
      changed_.wait(lock, [&] { return is_due_ || ends_; });
      if (!is_due_) return;
      lock.unlock();
      update(piece_);
      lock.lock();
      is_due_ = false;
      changed_.notify_all();
    }
  }
};

HashedOutput::HashedOutput(ByteTarget& target) : target_{target}, digest_{std::make_unique<Digest>()} {
  text_.reserve(buffer_size);
}

HashedOutput::~HashedOutput() = default;

Result<void> HashedOutput::flush() {
  bytes_ += text_.size();
  return target_.append(digest_->take(text_));
}

Result<std::string> HashedOutput::finish() {
  std::string digest = digest_->finish(text_);
  if (auto appended = target_.append(text_); !appended) return std::unexpected(appended.error());
  bytes_ += text_.size();
  text_.clear();
  return digest;
}

}  // namespace counterfoil
