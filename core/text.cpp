#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace counterfoil {
namespace {

constexpr std::string_view sepa_set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ";
static_assert(sepa_set.size() == 73, "EPC132-08 allows 73 characters.");

/// In arithmetic instead of a table, so that it works on vectors. From ' to : all but * is allowed.
constexpr bool is_sepa_byte(unsigned char byte) {
  const auto within = [](unsigned value, unsigned first, unsigned count) {
    return unsigned{((value - first) & 0xFFU) < count};
  };
  const unsigned is_letter = within(byte | 0x20U, 'a', 26) & unsigned{byte < 0x80};
  const unsigned is_sign_or_digit = within(byte, '\'', 20) & unsigned{byte != '*'};
  return (is_letter | is_sign_or_digit | unsigned{byte == ' '} | unsigned{byte == '?'}) != 0;
}
static_assert([] {
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (is_sepa_byte(static_cast<unsigned char>(byte)) !=
        (sepa_set.find(static_cast<char>(byte)) != std::string_view::npos)) {
      return false;
    }
  }
  return true;
}());

// Base letters, one for one (EPC217-08 conversion table of 18 Dec 2012; what it does not list follows the Unicode
// decomposition). A point stands for "no letter". First U+00C0 to U+024F, then U+1E00 to U+1EFF.
constexpr std::string_view latin_letters =
    "AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTsaaaaaaaceeeeiiiidnooooo.ouuuuytyAaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg"
    "GgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
    ".........D.....E.......I........Oo.............Uu....Zz......................AaIiOoUuUuUuUuUu.Aa"
    "Aa....GgKkOoOo..j...Gg..NnAa....AaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh......AaEeOoOoOoOoYy............"
    "....U...........";
constexpr std::string_view latin_additional =
    "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRr"
    "SsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwy....S.AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe"
    "EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......";
static_assert(latin_letters.size() == 0x250 - 0xC0 && latin_additional.size() == 0x100, "One letter a code point.");

struct Letter {
  char32_t code_point;
  std::string_view written;
};

// Greek and Cyrillic letters of the same table, and those it lacks by the nearest sound. Sorted.
constexpr std::array other_letters{
    Letter{0x0386, "A"},   Letter{0x0388, "E"},  Letter{0x0389, "I"},  Letter{0x038A, "I"},   Letter{0x038C, "O"},
    Letter{0x038E, "Y"},   Letter{0x038F, "O"},  Letter{0x0390, "i"},  Letter{0x0391, "A"},   Letter{0x0392, "V"},
    Letter{0x0393, "G"},   Letter{0x0394, "D"},  Letter{0x0395, "E"},  Letter{0x0396, "Z"},   Letter{0x0397, "I"},
    Letter{0x0398, "TH"},  Letter{0x0399, "I"},  Letter{0x039A, "K"},  Letter{0x039B, "L"},   Letter{0x039C, "M"},
    Letter{0x039D, "N"},   Letter{0x039E, "X"},  Letter{0x039F, "O"},  Letter{0x03A0, "P"},   Letter{0x03A1, "R"},
    Letter{0x03A3, "S"},   Letter{0x03A4, "T"},  Letter{0x03A5, "Y"},  Letter{0x03A6, "F"},   Letter{0x03A7, "CH"},
    Letter{0x03A8, "PS"},  Letter{0x03A9, "O"},  Letter{0x03AA, "I"},  Letter{0x03AB, "Y"},   Letter{0x03AC, "a"},
    Letter{0x03AD, "e"},   Letter{0x03AE, "i"},  Letter{0x03AF, "i"},  Letter{0x03B0, "y"},   Letter{0x03B1, "a"},
    Letter{0x03B2, "v"},   Letter{0x03B3, "g"},  Letter{0x03B4, "d"},  Letter{0x03B5, "e"},   Letter{0x03B6, "z"},
    Letter{0x03B7, "i"},   Letter{0x03B8, "th"}, Letter{0x03B9, "i"},  Letter{0x03BA, "k"},   Letter{0x03BB, "l"},
    Letter{0x03BC, "m"},   Letter{0x03BD, "n"},  Letter{0x03BE, "x"},  Letter{0x03BF, "o"},   Letter{0x03C0, "p"},
    Letter{0x03C1, "r"},   Letter{0x03C2, "s"},  Letter{0x03C3, "s"},  Letter{0x03C4, "t"},   Letter{0x03C5, "y"},
    Letter{0x03C6, "f"},   Letter{0x03C7, "ch"}, Letter{0x03C8, "ps"}, Letter{0x03C9, "o"},   Letter{0x03CA, "i"},
    Letter{0x03CB, "y"},   Letter{0x03CC, "o"},  Letter{0x03CD, "y"},  Letter{0x03CE, "o"},   Letter{0x0401, "E"},
    Letter{0x0404, "YE"},  Letter{0x0406, "I"},  Letter{0x0407, "YI"}, Letter{0x0410, "A"},   Letter{0x0411, "B"},
    Letter{0x0412, "V"},   Letter{0x0413, "G"},  Letter{0x0414, "D"},  Letter{0x0415, "E"},   Letter{0x0416, "ZH"},
    Letter{0x0417, "Z"},   Letter{0x0418, "I"},  Letter{0x0419, "Y"},  Letter{0x041A, "K"},   Letter{0x041B, "L"},
    Letter{0x041C, "M"},   Letter{0x041D, "N"},  Letter{0x041E, "O"},  Letter{0x041F, "P"},   Letter{0x0420, "R"},
    Letter{0x0421, "S"},   Letter{0x0422, "T"},  Letter{0x0423, "U"},  Letter{0x0424, "F"},   Letter{0x0425, "H"},
    Letter{0x0426, "TS"},  Letter{0x0427, "CH"}, Letter{0x0428, "SH"}, Letter{0x0429, "SHT"}, Letter{0x042A, "A"},
    Letter{0x042B, "Y"},   Letter{0x042C, "Y"},  Letter{0x042D, "E"},  Letter{0x042E, "YU"},  Letter{0x042F, "YA"},
    Letter{0x0430, "a"},   Letter{0x0431, "b"},  Letter{0x0432, "v"},  Letter{0x0433, "g"},   Letter{0x0434, "d"},
    Letter{0x0435, "e"},   Letter{0x0436, "zh"}, Letter{0x0437, "z"},  Letter{0x0438, "i"},   Letter{0x0439, "y"},
    Letter{0x043A, "k"},   Letter{0x043B, "l"},  Letter{0x043C, "m"},  Letter{0x043D, "n"},   Letter{0x043E, "o"},
    Letter{0x043F, "p"},   Letter{0x0440, "r"},  Letter{0x0441, "s"},  Letter{0x0442, "t"},   Letter{0x0443, "u"},
    Letter{0x0444, "f"},   Letter{0x0445, "h"},  Letter{0x0446, "ts"}, Letter{0x0447, "ch"},  Letter{0x0448, "sh"},
    Letter{0x0449, "sht"}, Letter{0x044A, "a"},  Letter{0x044B, "y"},  Letter{0x044C, "y"},   Letter{0x044D, "e"},
    Letter{0x044E, "yu"},  Letter{0x044F, "ya"}, Letter{0x0451, "e"},  Letter{0x0454, "ye"},  Letter{0x0456, "i"},
    Letter{0x0457, "yi"},  Letter{0x2010, "-"},  Letter{0x2011, "-"},  Letter{0x2012, "-"},   Letter{0x2013, "-"},
    Letter{0x2014, "-"},   Letter{0x2015, "-"},  Letter{0x2018, "'"},  Letter{0x2019, "'"},   Letter{0x201A, "'"},
    Letter{0x201B, "'"},   Letter{0x201C, "'"},  Letter{0x201D, "'"},  Letter{0x201E, "'"},   Letter{0x201F, "'"},
    Letter{0x2039, "'"},   Letter{0x203A, "'"},  Letter{0x20AC, "E"},
};
static_assert(std::ranges::is_sorted(other_letters, {}, &Letter::code_point), "Lookup is a binary search.");

// The German agreement (DFUe-Abkommen, annex 3) takes the usual spelling of its own letters.
constexpr std::array german_letters{
    Letter{0x00C4, "Ae"}, Letter{0x00D6, "Oe"}, Letter{0x00DC, "Ue"}, Letter{0x00DF, "ss"},
    Letter{0x00E4, "ae"}, Letter{0x00F6, "oe"}, Letter{0x00FC, "ue"}, Letter{0x1E9E, "SS"},
};
static_assert(std::ranges::is_sorted(german_letters, {}, &Letter::code_point), "Lookup is a binary search.");

template <std::size_t N>
const Letter* find_letter(const std::array<Letter, N>& letters, char32_t code_point) {
  const auto at = std::ranges::lower_bound(letters, code_point, {}, &Letter::code_point);
  return at != letters.end() && at->code_point == code_point ? &*at : nullptr;
}

constexpr char32_t not_a_character = 0xFFFFFFFF;

/// The character at `at`, which is moved behind it; a faulty byte counts as one character.
char32_t take_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t index) -> std::uint32_t { return static_cast<unsigned char>(text[index]); };
  const std::uint32_t lead = byte(at);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < length) {
    ++at;
    return not_a_character;
  }
  std::uint32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t index = 1; index < length; ++index) {
    if ((byte(at + index) & 0xC0U) != 0x80U) {
      ++at;
      return not_a_character;
    }
    value = (value << 6U) | (byte(at + index) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    ++at;
    return not_a_character;
  }
  at += length;
  return value;
}

bool is_space(char32_t character) {
  return character == ' ' || (character >= 0x09 && character <= 0x0D) || character == 0x85 || character == 0xA0 ||
         (character >= 0x2000 && character <= 0x200A) || character == 0x2028 || character == 0x2029 ||
         character == 0x202F || character == 0x205F || character == 0x3000;
}

bool is_combining_mark(char32_t character) { return character >= 0x0300 && character <= 0x036F; }

/// ASCII characters outside the set: EPC217-08 table and guidance; quotation mark, less and greater are our choice.
std::string_view ascii_replacement(char32_t character) {
  switch (character) {
    case '&':
      return "+";
    case '_':
    case '~':
      return "-";
    case ';':
      return ",";
    case '[':
    case '{':
    case '<':
      return "(";
    case ']':
    case '}':
    case '>':
      return ")";
    case '\\':
    case '|':
      return "/";
    case '`':
    case '"':
      return "'";
    default:
      return ".";
  }
}

std::string_view replacement(char32_t character, Transliteration table) {
  if (character < 0x80) return ascii_replacement(character);
  if (table == Transliteration::german) {
    if (const Letter* letter = find_letter(german_letters, character)) return letter->written;
  }
  if (character == 0xAA) return "a";
  if (character == 0xBA) return "o";
  if (character >= 0xC0 && character < 0x250) return latin_letters.substr(character - 0xC0, 1);
  if (character >= 0x1E00 && character < 0x1F00) return latin_additional.substr(character - 0x1E00, 1);
  if (const Letter* letter = find_letter(other_letters, character)) return letter->written;
  return ".";
}

bool takes_german_e(char letter) { return std::string_view{"aouAOU"}.find(letter) != std::string_view::npos; }

}  // namespace

std::string_view transliteration_name(Transliteration table) {
  return table == Transliteration::german ? "german" : "epc";
}

std::optional<Transliteration> parse_transliteration(std::string_view name) {
  if (name == "epc") return Transliteration::epc;
  if (name == "german") return Transliteration::german;
  return std::nullopt;
}

bool is_sepa_character(char byte) { return is_sepa_byte(static_cast<unsigned char>(byte)); }

bool is_clean_sepa_text(std::string_view text) {
  if (text.empty()) return true;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto is_bad = [&](std::size_t at) {
    const unsigned is_double_space = unsigned{bytes[at] == ' '} & unsigned{bytes[at + 1] == ' '};
    return unsigned{!is_sepa_byte(bytes[at])} | is_double_space;
  };
  // Every text of a large file passes here: sixteen at a time without a branch, which compilers turn into vectors.
  constexpr std::size_t step = 16;
  std::size_t at = 0;
  unsigned bad = 0;
  for (; text.size() - at > step; at += step) {
    for (std::size_t next = 0; next < step; ++next) bad |= is_bad(at + next);
  }
  for (; at + 1 < text.size(); ++at) bad |= is_bad(at);
  return bad == 0 && is_sepa_byte(bytes[at]) && text.front() != ' ' && text.back() != ' ';
}

ConvertedText sepa_text(std::string_view utf8, Transliteration table) {
  ConvertedText converted;
  converted.text.reserve(utf8.size());
  bool space_due = false;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t character = take_character(utf8, at);
    if (is_space(character)) {
      space_due = !converted.text.empty();
      continue;
    }
    if (is_combining_mark(character)) {  // A letter and its mark written apart.
      converted.changed = true;
      if (character == 0x0308 && table == Transliteration::german && !space_due && !converted.text.empty() &&
          takes_german_e(converted.text.back())) {
        converted.text += 'e';
      }
      continue;
    }
    if (space_due) converted.text += ' ';
    space_due = false;
    if (character < 0x80 && is_sepa_character(static_cast<char>(character))) {
      converted.text += static_cast<char>(character);
    } else {
      converted.text += replacement(character, table);
      converted.changed = true;
    }
  }
  return converted;
}

std::optional<std::size_t> first_bad_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t start = at;
    if (take_character(bytes, at) == not_a_character) return start;
  }
  return std::nullopt;
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::string mask_account(std::string_view account) {
  const auto is_upper = [](char byte) { return byte >= 'A' && byte <= 'Z'; };
  const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  if (account.size() < 8) return "...";
  const std::string_view last = account.substr(account.size() - 4);
  const bool is_iban_like = account.size() >= 15 && is_upper(account[0]) && is_upper(account[1]) &&
                            is_digit(account[2]) && is_digit(account[3]);
  return is_iban_like ? fmt::format("{}...{}", account.substr(0, 4), last) : fmt::format("...{}", last);
}

std::string sepa_identifier_fault(std::string_view identifier) {
  if (identifier.empty()) return "is empty";
  if (identifier.size() > 35) return fmt::format("has {} characters, and 35 are the most", identifier.size());
  const auto odd = std::ranges::find_if_not(identifier, is_sepa_character);
  if (odd != identifier.end()) {
    const auto position = odd - identifier.begin() + 1;
    const auto byte = static_cast<unsigned char>(*odd);
    return byte > 0x20 && byte < 0x7F
               ? fmt::format("has the character {} at position {}, which banks do not take in an identifier", *odd,
                             position)
               : fmt::format("has the byte {:02X} at position {}, which banks do not take in an identifier", byte,
                             position);
  }
  if (identifier.front() == '/' || identifier.back() == '/') return "begins or ends with a slash";
  if (identifier.find("//") != std::string_view::npos) return "has two slashes in a row";
  if (identifier.front() == ' ' || identifier.back() == ' ') return "begins or ends with a space";
  return {};
}

}  // namespace counterfoil
