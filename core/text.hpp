// Text as banks take it: character sets, lengths, and account numbers that a person may see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace counterfoil {

/// How letters outside the SEPA set are written. epc: one base letter for each (u-umlaut becomes u), as the EPC217-08
/// table has it. german: ae oe ue Ae Oe Ue ss for the German letters, else as epc.
enum class Transliteration : std::uint8_t { epc, german };

[[nodiscard]] std::string_view transliteration_name(Transliteration table);  // "epc", "german"
[[nodiscard]] std::optional<Transliteration> parse_transliteration(std::string_view name);

/// Whether a byte is one of the 73 characters of the SEPA set: letters, digits, space and / - ? : ( ) . , ' +
[[nodiscard]] bool is_sepa_character(char byte);

/// Whether a text is written in that set alone, without leading, trailing or doubled spaces, so that `sepa_text`
/// would leave it as it is.
[[nodiscard]] bool is_clean_sepa_text(std::string_view text);

struct ConvertedText {
  std::string text;
  bool changed = false;  // Something other than white space was written differently.
};

/// A name, address or remittance in the SEPA set. Never for identifiers: a wrong character there is an error.
/// Idempotent; runs of white space become one space and the ends are trimmed. Bytes that are not UTF-8 become ".":
/// check with `first_bad_utf8` before.
[[nodiscard]] ConvertedText sepa_text(std::string_view utf8, Transliteration table);

/// Where the first byte stands that is not well-formed UTF-8 (surrogates, overlong forms and values above U+10FFFF
/// included), counted from 0. Nothing when all is well.
[[nodiscard]] std::optional<std::size_t> first_bad_utf8(std::string_view bytes);

/// Characters, not bytes. The text is well-formed UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view utf8);

/// An account number as people may see it: the country and check digits of an IBAN, then the last four:
/// "NL91...4300"; any other number by its last four: "...6789". Numbers of fewer than eight characters show nothing: "...".
[[nodiscard]] std::string mask_account(std::string_view account);

/// A bank identifier of the SEPA set: 1 to 35 characters, no slash at either end, no double slash (EPC230-15).
/// Answers with what is wrong with it, as the end of a sentence that begins with the identifier's name; empty when
/// it is fine.
[[nodiscard]] std::string sepa_identifier_fault(std::string_view identifier);

}  // namespace counterfoil
