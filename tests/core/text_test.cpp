#include "core/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace counterfoil {
namespace {

constexpr std::string_view mueller = "M\xC3\xBCller & S\xC3\xB6hne, \xC5\x81\xC3\xB3\x64\xC5\xBA_1";

/// Code points of every length, with a liking for those the tables know.
std::string random_utf8() {
  std::string text;
  for (int left = *rc::gen::inRange(0, 40); left > 0; --left) {
    const auto point = static_cast<std::uint32_t>(
        *rc::gen::oneOf(rc::gen::inRange(1, 0x80), rc::gen::inRange(0x80, 0x460), rc::gen::inRange(0x1E00, 0x2060),
                        rc::gen::inRange(0x2060, 0xD800), rc::gen::inRange(0xE000, 0x110000)));
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += {static_cast<char>(0xC0U | (point >> 6U)), tail(0)};
    } else if (point < 0x10000) {
      text += {static_cast<char>(0xE0U | (point >> 12U)), tail(6), tail(0)};
    } else {
      text += {static_cast<char>(0xF0U | (point >> 18U)), tail(12), tail(6), tail(0)};
    }
  }
  return text;
}

TEST(SepaText, WritesOneBaseLetterForEachAsTheEpcTableHasIt) {
  EXPECT_EQ(sepa_text(mueller, Transliteration::epc).text, "Muller + Sohne, Lodz-1");
  EXPECT_TRUE(sepa_text(mueller, Transliteration::epc).changed);
}

TEST(SepaText, WritesGermanLettersAsGermanReadersExpect) {
  EXPECT_EQ(sepa_text(mueller, Transliteration::german).text, "Mueller + Soehne, Lodz-1");
  EXPECT_EQ(sepa_text("Stra\xC3\x9F\x65", Transliteration::german).text, "Strasse");
  EXPECT_EQ(sepa_text("Stra\xC3\x9F\x65", Transliteration::epc).text, "Strase");
}

TEST(SepaText, ReadsALetterAndItsMarkWrittenApart) {
  EXPECT_EQ(sepa_text("Mu\xCC\x88ller", Transliteration::german).text, "Mueller");
  EXPECT_EQ(sepa_text("Mu\xCC\x88ller", Transliteration::epc).text, "Muller");
}

TEST(SepaText, WritesSomeGreekAndCyrillicLettersWithTwo) {
  EXPECT_EQ(sepa_text("\xCE\xB8 \xD0\x96 \xD0\xAF", Transliteration::epc).text, "th ZH YA");
}

TEST(SepaText, WritesSignsAsTheTableHasThem) {
  EXPECT_EQ(sepa_text("\xE2\x82\xAC ; [a] {b} \\ | ` ! # $ % * = ^ @", Transliteration::epc).text,
            "E , (a) (b) / / ' . . . . . . . .");
  EXPECT_EQ(sepa_text("\"<>", Transliteration::epc).text, "'()");
  EXPECT_EQ(sepa_text("\xE5\xBC\xA0", Transliteration::epc).text, ".");
}

TEST(SepaText, MakesOneSpaceOfWhiteSpaceAndTrims) {
  const auto converted = sepa_text(" a\r\n\tb\xC2\xA0 c ", Transliteration::epc);
  EXPECT_EQ(converted.text, "a b c");
  EXPECT_FALSE(converted.changed);
}

TEST(SepaText, LeavesTheWholeSetAsItIs) {
  constexpr std::string_view all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789/-?:().,'+";
  EXPECT_EQ(sepa_text(all, Transliteration::german).text, all);
  EXPECT_TRUE(is_clean_sepa_text(all));
}

RC_GTEST_PROP(SepaText, HoldsOnlyTheSetAndIsIdempotent, ()) {
  const std::string text = random_utf8();
  for (const auto table : {Transliteration::epc, Transliteration::german}) {
    const std::string once = sepa_text(text, table).text;
    RC_ASSERT(std::ranges::all_of(once, is_sepa_character));
    RC_ASSERT(is_clean_sepa_text(once));
    const auto twice = sepa_text(once, table);
    RC_ASSERT(twice.text == once);
    RC_ASSERT(!twice.changed);
  }
}

RC_GTEST_PROP(SepaText, AgreesWithTheCheckForCleanText, ()) {
  std::string text;
  for (int left = *rc::gen::inRange(0, 50); left > 0; --left) {
    text +=
        *rc::gen::weightedElement<char>({{60, 'a'}, {30, 'Z'}, {20, ':'}, {10, ' '}, {1, '*'}, {1, ';'}, {1, '\t'}});
  }
  RC_ASSERT(is_clean_sepa_text(text) == (sepa_text(text, Transliteration::german).text == text));
}

TEST(BadUtf8, PointsAtTheFirstFaultyByte) {
  EXPECT_FALSE(first_bad_utf8("M\xC3\xBCller \xF0\x9F\x8F\xA0").has_value());
  EXPECT_EQ(first_bad_utf8("M\xFCller"), 1U);         // Latin-1.
  EXPECT_EQ(first_bad_utf8("ab\xC3"), 2U);            // Cut off.
  EXPECT_EQ(first_bad_utf8("\xC0\xAF"), 0U);          // Overlong.
  EXPECT_EQ(first_bad_utf8("\xED\xA0\x80"), 0U);      // A surrogate.
  EXPECT_EQ(first_bad_utf8("\xF4\x90\x80\x80"), 0U);  // Above U+10FFFF.
}

RC_GTEST_PROP(BadUtf8, FindsNothingInWellFormedText, ()) { RC_ASSERT(!first_bad_utf8(random_utf8())); }

TEST(CountCharacters, CountsCharactersNotBytes) { EXPECT_EQ(count_characters("M\xC3\xBCller"), 6U); }

TEST(MaskAccount, KeepsTheLastFour) {
  EXPECT_EQ(mask_account("NL91ABNA0417164300"), "NL91...4300");
  EXPECT_EQ(mask_account("123456789"), "...6789");
  EXPECT_EQ(mask_account("1234567"), "...");
  EXPECT_EQ(mask_account(""), "...");
}

TEST(SepaIdentifier, TakesWhatBanksTakeAndNamesTheFault) {
  EXPECT_EQ(sepa_identifier_fault("B000123-1"), "");
  EXPECT_EQ(sepa_identifier_fault(std::string(35, 'A')), "");
  EXPECT_EQ(sepa_identifier_fault(std::string(36, 'A')), "has 36 characters, and 35 are the most");
  EXPECT_EQ(sepa_identifier_fault(""), "is empty");
  EXPECT_EQ(sepa_identifier_fault("a_b"),
            "has the character _ at position 2, which banks do not take in an identifier");
  EXPECT_EQ(sepa_identifier_fault("a\xC3\xBC"),
            "has the byte C3 at position 2, which banks do not take in an identifier");
  EXPECT_EQ(sepa_identifier_fault("/a"), "begins or ends with a slash");
  EXPECT_EQ(sepa_identifier_fault("a//b"), "has two slashes in a row");
}

}  // namespace
}  // namespace counterfoil
