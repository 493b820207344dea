#include "formats/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace counterfoil {
namespace {

const char* iconv_name(Charset charset) {
  switch (charset) {
    case Charset::gbk:
      return "GBK";
    case Charset::gb18030:
      return "GB18030";
    case Charset::shift_jis:
      return "SHIFT_JIS";
    case Charset::latin1:
      return "ISO-8859-1";
    case Charset::ascii:
      return "US-ASCII";
    case Charset::utf8:
      break;
  }
  return "UTF-8";
}

/// One conversion, opened once a thread: opening costs far more than converting a name.
class Converter {
 public:
  Converter(const char* to, const char* from) : handle_{iconv_open(to, from)} {}
  ~Converter() {
    if (is_open()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  std::optional<std::string> convert(std::string_view bytes) {
    if (!is_open()) return std::nullopt;
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    std::string out;
    std::array<char, 512> buffer;
    char* in = const_cast<char*>(bytes.data());  // iconv does not write there; its signature is older than const.
    std::size_t left = bytes.size();
    while (left > 0) {
      char* end = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t before = left;
      const std::size_t irreversible = iconv(handle_, &in, &left, &end, &room);
      out.append(buffer.data(), buffer.size() - room);
      if (irreversible == static_cast<std::size_t>(-1) && (left == before && room == buffer.size()))
        return std::nullopt;
    }
    return out;
  }

 private:
  iconv_t handle_;

  [[nodiscard]] bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
};

Converter& converter(Charset charset, bool to_unicode) {
  thread_local std::array<std::array<std::optional<Converter>, 2>, 6> open;
  std::optional<Converter>& slot = open[static_cast<std::size_t>(charset)][to_unicode ? 1 : 0];
  if (!slot) {
    if (to_unicode) {
      slot.emplace("UTF-8", iconv_name(charset));
    } else {
      slot.emplace(iconv_name(charset), "UTF-8");
    }
  }
  return *slot;
}

bool is_plain(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

std::size_t utf8_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

/// The length of the character that begins at `at`; at least 1, and never beyond the end.
std::size_t character_length(Charset charset, std::string_view bytes, std::size_t at) {
  const auto byte = static_cast<unsigned char>(bytes[at]);
  std::size_t length = 1;
  switch (charset) {
    case Charset::ascii:
    case Charset::latin1:
      break;
    case Charset::utf8:
      length = utf8_length(bytes[at]);
      break;
    case Charset::gbk:
      length = byte >= 0x81 && byte <= 0xFE ? 2 : 1;
      break;
    case Charset::gb18030:
      if (byte >= 0x81 && byte <= 0xFE) {
        const bool four = at + 1 < bytes.size() && bytes[at + 1] >= '0' && bytes[at + 1] <= '9';
        length = four ? 4 : 2;
      }
      break;
    case Charset::shift_jis:
      length = (byte >= 0x81 && byte <= 0x9F) || (byte >= 0xE0 && byte <= 0xFC) ? 2 : 1;
      break;
  }
  return length;
}

}  // namespace

std::optional<std::string> to_utf8(Charset charset, std::string_view bytes) {
  if (is_plain(bytes)) return std::string{bytes};
  if (charset == Charset::utf8) {
    if (first_bad_utf8(bytes)) return std::nullopt;
    return std::string{bytes};
  }
  return converter(charset, true).convert(bytes);
}

std::optional<std::string> from_utf8(Charset charset, std::string_view utf8) {
  if (is_plain(utf8)) return std::string{utf8};
  if (charset == Charset::utf8) {
    if (first_bad_utf8(utf8)) return std::nullopt;
    return std::string{utf8};
  }
  return converter(charset, false).convert(utf8);
}

std::string_view first_missing(Charset charset, std::string_view utf8) {
  for (std::size_t at = 0; at < utf8.size();) {
    const std::string_view character = utf8.substr(at, utf8_length(utf8[at]));
    if (!from_utf8(charset, character)) return character;
    at += character.size();
  }
  return {};
}

std::string_view cut_to_bytes(Charset charset, std::string_view bytes, std::size_t limit) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t length = character_length(charset, bytes, at);
    if (at + length > limit || at + length > bytes.size()) break;
    at += length;
  }
  return bytes.substr(0, at);
}

}  // namespace counterfoil
