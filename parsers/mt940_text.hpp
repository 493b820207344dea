// What the text of a movement (:86:) says: the structured form of German, Austrian and Polish banks (a business code, then
// keys of two digits), the tags of SEPA inside its purpose, the slash keywords of Dutch banks, or free text.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace counterfoil {

/// Views into the texts of the reader that made it, valid until it reads the next text.
struct Mt940Text {
  std::string_view code;            // Business code (GVC), three digits; nothing in free text.
  std::string_view posting_text;    // Key 00.
  std::string_view purpose;         // Keys 20-29 and 60-63 joined, or the free text.
  std::string_view party_bank, party_account, party_name;
  std::string_view supplement;      // Key 34: text key supplement.
  std::string_view end_to_end;      // EREF
  std::string_view customer;        // KREF, or the id of our payment block.
  std::string_view mandate;         // MREF
  std::string_view creditor_id;     // CRED
  std::string_view original_amount; // OAMT
  std::string_view charges;         // COAM
  std::string_view remittance;      // SVWZ, or REMI
  std::string_view other_payer;     // ABWA
  std::string_view return_reason;   // RTRN
  std::string_view count;           // NRTX: debits in the block.
};

class Mt940TextReader {
 public:
  /// Takes the field with its line breaks. Never fails: what has no form is free text.
  [[nodiscard]] const Mt940Text& read(std::string_view field);

 private:
  void read_structured(std::string_view text, char separator);
  void read_tags(std::string_view purpose);
  void read_slash_words(std::string_view text);

  Mt940Text text_;
  std::string joined_, posting_text_, purpose_, bank_, account_, name_;
  std::array<std::string, 13> tags_;
};

/// A reason of a return inside a text, such as "MS02": four characters that stand by themselves. `is_known` says whether
/// a code is one.
template <class IsKnown>
[[nodiscard]] std::string_view find_reason_code(std::string_view text, IsKnown is_known) {
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_word = [&](char c) { return is_letter(c) || is_digit(c) || (c >= 'a' && c <= 'z'); };
  for (std::size_t at = 0; at + 4 <= text.size(); ++at) {
    if (at > 0 && is_word(text[at - 1])) continue;
    if (!is_letter(text[at]) || !is_letter(text[at + 1]) || !is_digit(text[at + 2]) || !is_digit(text[at + 3])) continue;
    if (at + 4 < text.size() && is_word(text[at + 4])) continue;
    if (is_known(text.substr(at, 4))) return text.substr(at, 4);
  }
  return {};
}

}  // namespace counterfoil
