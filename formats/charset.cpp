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
    case Charset::jis_x0201:
      return "CP932";  // The same for every character of JIS X 0201, and more of what files really hold.
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
  thread_local std::array<std::array<std::optional<Converter>, 2>, 7> open;
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
    case Charset::jis_x0201: {
      // A kana and its mark are one letter: without the mark it is another name.
      const auto next = at + 1 < bytes.size() ? static_cast<unsigned char>(bytes[at + 1]) : 0U;
      length = byte >= 0xB1 && byte <= 0xDD && (next == 0xDE || next == 0xDF) ? 2 : 1;
      break;
    }
    case Charset::shift_jis:
      length = (byte >= 0x81 && byte <= 0x9F) || (byte >= 0xE0 && byte <= 0xFC) ? 2 : 1;
      break;
  }
  return length;
}

char32_t code_point(std::string_view character) {
  constexpr std::array<unsigned char, 5> lead_bits{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = static_cast<unsigned char>(character[0]) & lead_bits[std::min<std::size_t>(character.size(), 4)];
  for (const char byte : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
  return code;
}

/// A half-width kana or mark, FF61 to FF9F, as UTF-8.
void append_half_width(std::string& text, char32_t code) {
  text += '\xEF';
  text += static_cast<char>(0x80U | (code >> 6 & 0x3FU));
  text += static_cast<char>(0x80U | (code & 0x3FU));
}

/// One byte a character: ASCII and half-width kana.
std::optional<std::string> single_bytes(std::string_view utf8) {
  std::string bytes;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::string_view character = utf8.substr(at, utf8_length(utf8[at]));
    at += character.size();
    const char32_t code = code_point(character);
    if (code < 0x80) {
      bytes += static_cast<char>(code);
    } else if (code >= 0xFF61 && code <= 0xFF9F) {
      bytes += static_cast<char>(code - 0xFF61 + 0xA1);
    } else if (code == 0xA5) {
      bytes += '\\';  // The yen sign stands at 5C hex.
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

struct KanaRow {
  std::u32string_view full, half;  // Letter for letter.
  char32_t mark = 0;               // That follows each of them.
};

constexpr char32_t voiced = 0xFF9E, half_voiced = 0xFF9F;

/// Katakana by the half-width letters that say the same; small ones are written large.
constexpr std::array<KanaRow, 4> kana_rows{{
    {U"\x30A2\x30A4\x30A6\x30A8\x30AA\x30AB\x30AD\x30AF\x30B1\x30B3\x30B5\x30B7\x30B9\x30BB\x30BD"
     U"\x30BF\x30C1\x30C4\x30C6\x30C8\x30CA\x30CB\x30CC\x30CD\x30CE\x30CF\x30D2\x30D5\x30D8\x30DB"
     U"\x30DE\x30DF\x30E0\x30E1\x30E2\x30E4\x30E6\x30E8\x30E9\x30EA\x30EB\x30EC\x30ED\x30EF\x30F3\x30F2",
     U"\xFF71\xFF72\xFF73\xFF74\xFF75\xFF76\xFF77\xFF78\xFF79\xFF7A\xFF7B\xFF7C\xFF7D\xFF7E\xFF7F"
     U"\xFF80\xFF81\xFF82\xFF83\xFF84\xFF85\xFF86\xFF87\xFF88\xFF89\xFF8A\xFF8B\xFF8C\xFF8D\xFF8E"
     U"\xFF8F\xFF90\xFF91\xFF92\xFF93\xFF94\xFF95\xFF96\xFF97\xFF98\xFF99\xFF9A\xFF9B\xFF9C\xFF9D\xFF66",
     0},
    {U"\x30AC\x30AE\x30B0\x30B2\x30B4\x30B6\x30B8\x30BA\x30BC\x30BE\x30C0\x30C2\x30C5\x30C7\x30C9"
     U"\x30D0\x30D3\x30D6\x30D9\x30DC\x30F4",
     U"\xFF76\xFF77\xFF78\xFF79\xFF7A\xFF7B\xFF7C\xFF7D\xFF7E\xFF7F\xFF80\xFF81\xFF82\xFF83\xFF84"
     U"\xFF8A\xFF8B\xFF8C\xFF8D\xFF8E\xFF73",
     voiced},
    {U"\x30D1\x30D4\x30D7\x30DA\x30DD", U"\xFF8A\xFF8B\xFF8C\xFF8D\xFF8E", half_voiced},
    {U"\x30A1\x30A3\x30A5\x30A7\x30A9\x30C3\x30E3\x30E5\x30E7\x30EE\x3099\x309B\x309A\x309C\x300C\x300D",
     U"\xFF71\xFF72\xFF73\xFF74\xFF75\xFF82\xFF94\xFF95\xFF96\xFF9C\xFF9E\xFF9E\xFF9F\xFF9F\xFF62\xFF63", 0},
}};

/// The half-width letters of a full-width kana, and of hiragana those of its katakana; empty for anything else.
std::u32string half_width_of(char32_t code) {
  if (code >= 0x3041 && code <= 0x3096) code += 0x60;
  for (const KanaRow& row : kana_rows) {
    const std::size_t at = row.full.find(code);
    if (at == std::u32string_view::npos) continue;
    std::u32string half{row.half[at]};
    if (row.mark != 0) half += row.mark;
    return half;
  }
  return {};
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
  if (charset == Charset::jis_x0201) return single_bytes(utf8);
  return converter(charset, false).convert(utf8);
}

std::string fold_to_jis_x0201(std::string_view utf8) {
  std::string folded;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::string_view character = utf8.substr(at, utf8_length(utf8[at]));
    at += character.size();
    const char32_t code = code_point(character);
    if (code >= 0xFF01 && code <= 0xFF5E) {  // Full-width forms of ASCII.
      folded += static_cast<char>(code - 0xFF01 + '!');
    } else if (code == 0x3000) {
      folded += ' ';
    } else if (code >= 0xFF67 && code <= 0xFF6F) {  // Small kana: a i u e o, ya yu yo, tsu.
      append_half_width(folded, U"\xFF71\xFF72\xFF73\xFF74\xFF75\xFF94\xFF95\xFF96\xFF82"[code - 0xFF67]);
    } else if (code == 0xFF70 || code == 0x30FC) {  // The mark of a long vowel.
      folded += '-';
    } else if (const std::u32string half = half_width_of(code); !half.empty()) {
      for (const char32_t kana : half) append_half_width(folded, kana);
    } else {
      folded += character;
    }
  }
  return folded;
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
