#include "security/seal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "core/require.hpp"
#include "security/digest.hpp"

namespace counterfoil {

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::string_view file_title = "counterfoil keys 1";

using Key = std::array<unsigned char, key_size>;

Error key_error(std::string code, std::string explanation, std::string remedy) {
  return Error{std::move(code), std::move(explanation), std::move(remedy), {}, ErrorKind::refused};
}

// What the file holds: one line a key, then a digest of all lines before it, so that a damaged file is told from a
// wrong one.
struct KeyRing {
  Environment environment = Environment::test;
  std::map<std::int32_t, Key> seal_keys;
  Key blind_key{};

  ~KeyRing() {
    for (auto& [id, key] : seal_keys) OPENSSL_cleanse(key.data(), key.size());
    OPENSSL_cleanse(blind_key.data(), blind_key.size());
  }
};

std::string_view key_bytes(const Key& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

Key random_key() {
  Key key;
  fill_random(key.data(), key.size());
  return key;
}

std::string ring_text(const KeyRing& ring) {
  std::string text = fmt::format("{}\nenvironment {}\n", file_title, environment_name(ring.environment));
  for (const auto& [id, key] : ring.seal_keys) text += fmt::format("seal {} {}\n", id, hex_text(key_bytes(key)));
  text += fmt::format("blind 1 {}\n", hex_text(key_bytes(ring.blind_key)));
  return text + fmt::format("check {}\n", digest_text(digest_of(text)));
}

bool take_key(std::string_view hex, Key& key) {
  auto bytes = parse_hex(hex);
  if (!bytes || bytes->size() != key.size()) return false;
  std::memcpy(key.data(), bytes->data(), key.size());
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return true;
}

// False for anything that is not exactly a key file.
bool parse_ring(const std::string& text, KeyRing& ring) {
  const auto check_at = text.rfind("check ");
  if (check_at == std::string::npos || check_at == 0 || text[check_at - 1] != '\n') return false;
  const std::string body = text.substr(0, check_at);
  if (text.substr(check_at) != fmt::format("check {}\n", digest_text(digest_of(body)))) return false;
  std::istringstream lines{body};
  std::string line;
  if (!std::getline(lines, line) || line != file_title) return false;
  bool has_blind = false;
  while (std::getline(lines, line)) {
    std::istringstream words{line};
    std::string what, first, second;
    words >> what >> first >> second;
    if (what == "environment") {
      const auto environment = parse_environment(first);
      if (!environment) return false;
      ring.environment = *environment;
    } else if (what == "seal") {
      if (!take_key(second, ring.seal_keys[std::stoi(first)])) return false;
    } else if (what == "blind") {
      has_blind = take_key(second, ring.blind_key);
    } else {
      return false;
    }
  }
  return has_blind && !ring.seal_keys.empty();
}

// Written beside the file and renamed, so that a crash leaves the old keys or the new ones, never half of them.
Result<void> write_ring(const std::filesystem::path& file, const KeyRing& ring) {
  const auto failed = [&](std::string_view step) {
    return std::unexpected(
        Error{"keys.not-written",
              fmt::format("The key file {} could not be {}: {}.", file.string(), step, std::strerror(errno)),
              "Check that the folder exists, belongs to you and has room.",
              {},
              ErrorKind::failed});
  };
  const std::string part = file.string() + ".part";
  const int handle = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (handle < 0) return failed("made");
  std::string text = ring_text(ring);
  const bool is_written = ::fchmod(handle, 0600) == 0 &&
                          ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                          ::fsync(handle) == 0;
  OPENSSL_cleanse(text.data(), text.size());
  ::close(handle);
  if (!is_written) return failed("written");
  if (::rename(part.c_str(), file.c_str()) != 0) return failed("put in place");
  const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

Result<void> read_ring(const std::filesystem::path& file, Environment environment, KeyRing& ring) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    return std::unexpected(key_error("keys.missing", fmt::format("The key file {} is not there.", file.string()),
                                     "Run `counterfoil init`, or bring the file back from its backup: without it no "
                                     "account number can be opened."));
  }
  if ((status.st_mode & 0077U) != 0) {
    return std::unexpected(key_error(
        "keys.readable-by-others", fmt::format("Others than its owner may read the key file {}.", file.string()),
        fmt::format("Run `chmod 600 {}` and think about who may have read it.", file.string())));
  }
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  text << stream.rdbuf();
  std::string content = text.str();
  bool is_good = stream.good() && content.size() < 65536;
  if (is_good) {
    try {
      is_good = parse_ring(content, ring);
    } catch (const std::exception&) {  // A number that is none.
      is_good = false;
    }
  }
  OPENSSL_cleanse(content.data(), content.size());
  if (!is_good) {
    return std::unexpected(key_error("keys.damaged", fmt::format("The key file {} is damaged.", file.string()),
                                     "Bring it back from its backup; nothing sealed opens without it."));
  }
  if (ring.environment != environment) {
    return std::unexpected(
        key_error("keys.other-environment",
                  fmt::format("The key file {} is for a {} environment, and this one is {}.", file.string(),
                              environment_name(ring.environment), environment_name(environment)),
                  "Use the key file that was made together with this database."));
  }
  return {};
}

void append_number(std::string& bytes, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((value >> shift) & 0xFFU);
}

void append_field(std::string& bytes, std::string_view field) {
  append_number(bytes, field.size());
  bytes += field;
}

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// One context for each key and direction, kept with its key set: a new nonce costs a third of a new context.
struct KeyContexts {
  EVP_CIPHER_CTX* seal = nullptr;
  EVP_CIPHER_CTX* open = nullptr;
};

}  // namespace

std::string normalise_account(std::string_view account) {
  std::string normal;
  for (const char c : account) {
    if (c == ' ' || c == '-' || c == '.' || c == '\t') continue;
    normal += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return normal;
}

std::string last_four(std::string_view account) {
  const std::string normal = normalise_account(account);
  return normal.size() < 8 ? std::string{} : normal.substr(normal.size() - 4);
}

Result<void> make_key_file(const std::filesystem::path& file, Environment environment) {
  if (std::filesystem::exists(file)) {
    return std::unexpected(key_error("keys.exist", fmt::format("The key file {} exists already.", file.string()),
                                     "Keep it: what was sealed with it opens with nothing else."));
  }
  KeyRing ring;
  ring.environment = environment;
  ring.seal_keys[1] = random_key();
  ring.blind_key = random_key();
  return write_ring(file, ring);
}

Result<std::int32_t> add_seal_key(const std::filesystem::path& file, Environment environment) {
  KeyRing ring;
  if (auto read = read_ring(file, environment, ring); !read) return std::unexpected(read.error());
  const std::int32_t next = ring.seal_keys.rbegin()->first + 1;
  ring.seal_keys[next] = random_key();
  if (auto written = write_ring(file, ring); !written) return std::unexpected(written.error());
  return next;
}

struct FieldSealer::State {
  Environment environment = Environment::test;
  std::int32_t current = 0;
  std::map<std::int32_t, KeyContexts> contexts;
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* blind = nullptr;
  std::string bound;  // Associated data of the value at hand; kept for its memory.

  State() { require(cipher != nullptr && mac != nullptr, "OpenSSL has AES-256-GCM and HMAC."); }
  ~State() {
    for (auto& [id, pair] : contexts) {
      EVP_CIPHER_CTX_free(pair.seal);
      EVP_CIPHER_CTX_free(pair.open);
    }
    EVP_MAC_CTX_free(blind);
    EVP_MAC_free(mac);
    EVP_CIPHER_free(cipher);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void load(const KeyRing& ring) {
    environment = ring.environment;
    current = ring.seal_keys.rbegin()->first;
    for (const auto& [id, key] : ring.seal_keys) {
      KeyContexts& pair = contexts[id];
      pair.seal = EVP_CIPHER_CTX_new();
      pair.open = EVP_CIPHER_CTX_new();
      require(pair.seal != nullptr && pair.open != nullptr &&
                  EVP_EncryptInit_ex2(pair.seal, cipher, key.data(), nullptr, nullptr) == 1 &&
                  EVP_DecryptInit_ex2(pair.open, cipher, key.data(), nullptr, nullptr) == 1,
              "A cipher takes its key.");
    }
    blind = EVP_MAC_CTX_new(mac);
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest_name, 0),
                                     OSSL_PARAM_construct_end()};
    require(blind != nullptr && EVP_MAC_init(blind, ring.blind_key.data(), key_size, parameters) == 1,
            "A MAC takes its key.");
  }

  // Every part with its length before it: no two places share their bytes.
  void bind(std::int32_t key_id, const SealPlace& place) {
    bound.clear();
    append_field(bound, "counterfoil.seal.1");
    append_field(bound, environment_name(environment));
    append_number(bound, static_cast<std::uint64_t>(place.tenant));
    append_field(bound, place.table);
    append_field(bound, place.column);
    const auto& row = place.row.bytes();
    append_field(bound, {reinterpret_cast<const char*>(row.data()), row.size()});
    append_number(bound, static_cast<std::uint64_t>(key_id));
  }
};

FieldSealer::FieldSealer(std::unique_ptr<State> state) : state_{std::move(state)} {}
FieldSealer::~FieldSealer() = default;
FieldSealer::FieldSealer(FieldSealer&&) noexcept = default;
FieldSealer& FieldSealer::operator=(FieldSealer&&) noexcept = default;

Result<FieldSealer> FieldSealer::open(const std::filesystem::path& key_file, Environment environment) {
  KeyRing ring;
  if (auto read = read_ring(key_file, environment, ring); !read) return std::unexpected(read.error());
  auto state = std::make_unique<State>();
  state->load(ring);
  return FieldSealer{std::move(state)};
}

Environment FieldSealer::environment() const { return state_->environment; }
std::int32_t FieldSealer::current_key() const { return state_->current; }
bool FieldSealer::has_key(std::int32_t key_id) const { return state_->contexts.contains(key_id); }

SealedValue FieldSealer::seal(std::string_view text, const SealPlace& place) const {
  State& state = *state_;
  state.bind(state.current, place);
  SealedValue sealed{state.current, std::string(nonce_size + text.size() + tag_size, '\0')};
  fill_random(sealed.bytes.data(), nonce_size);
  EVP_CIPHER_CTX* context = state.contexts[state.current].seal;
  unsigned char* out = raw(sealed.bytes);
  int written = 0;
  int rest = 0;
  require(EVP_EncryptInit_ex2(context, nullptr, nullptr, out, nullptr) == 1 &&
              EVP_EncryptUpdate(context, nullptr, &rest, raw(state.bound), static_cast<int>(state.bound.size())) == 1 &&
              EVP_EncryptUpdate(context, out + nonce_size, &written, raw(text), static_cast<int>(text.size())) == 1 &&
              EVP_EncryptFinal_ex(context, out + nonce_size + written, &rest) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_size, out + nonce_size + text.size()) == 1,
          "AES-256-GCM seals.");
  return sealed;
}

Result<std::string> FieldSealer::open_value(std::int32_t key_id, std::string_view bytes, const SealPlace& place) const {
  State& state = *state_;
  const auto found = state.contexts.find(key_id);
  if (found == state.contexts.end()) {
    return std::unexpected(key_error(
        "keys.unknown-key",
        fmt::format("A value in {} was sealed with key {}, which is not in the key file.", place.table, key_id),
        "Bring back the key file that holds this key."));
  }
  const auto does_not_open = [&] {
    return std::unexpected(
        key_error("keys.does-not-open",
                  fmt::format("The sealed {} of {} {} was changed or belongs to another row.", place.column,
                              place.table, place.row.text()),
                  "Do not collect with it. Compare with a backup and the audit trail: somebody wrote "
                  "into the database past this program."));
  };
  if (bytes.size() < nonce_size + tag_size) return does_not_open();
  state.bind(key_id, place);
  EVP_CIPHER_CTX* context = found->second.open;
  const std::size_t size = bytes.size() - nonce_size - tag_size;
  std::string text(size, '\0');
  std::array<unsigned char, tag_size> tag;
  std::memcpy(tag.data(), bytes.data() + nonce_size + size, tag_size);
  int written = 0;
  int rest = 0;
  const bool is_open =
      EVP_DecryptInit_ex2(context, nullptr, nullptr, raw(bytes), nullptr) == 1 &&
      EVP_DecryptUpdate(context, nullptr, &rest, raw(state.bound), static_cast<int>(state.bound.size())) == 1 &&
      EVP_DecryptUpdate(context, raw(text), &written, raw(bytes) + nonce_size, static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context, raw(text) + written, &rest) == 1;
  if (!is_open) return does_not_open();
  return text;
}

BlindIndex FieldSealer::blind_index(std::int64_t tenant, std::string_view account) const {
  std::string bytes;
  append_field(bytes, environment_name(state_->environment));
  append_number(bytes, static_cast<std::uint64_t>(tenant));
  append_field(bytes, normalise_account(account));
  std::array<unsigned char, 32> full{};
  std::size_t length = 0;
  require(EVP_MAC_init(state_->blind, nullptr, 0, nullptr) == 1 &&
              EVP_MAC_update(state_->blind, raw(bytes), bytes.size()) == 1 &&
              EVP_MAC_final(state_->blind, full.data(), &length, full.size()) == 1,
          "HMAC-SHA-256 gives a blind index.");
  BlindIndex index;
  std::memcpy(index.data(), full.data(), index.size());
  return index;
}

}  // namespace counterfoil
