// MT940 and MT942: what banks write otherwise than the standard says, and what must be told of it. Every quirk has a test
// that names it.
#include <gtest/gtest.h>

#include <string>

#include "parsers/mt940.hpp"
#include "parsers/mt940_grammar.hpp"
#include "parsers/mt940_text.hpp"
#include "tests/parsers/heard_statements.hpp"

namespace counterfoil {
namespace {

/// A statement that opens with 100.00 EUR and closes with what its movements leave.
std::string statement(const std::string& movements, const std::string& closing = "C261202EUR100,00",
                      const std::string& opening = "C261201EUR100,00") {
  return ":20:STARTUMS\r\n:25:DE02120300000000202051\r\n:28C:00012/001\r\n:60F:" + opening + "\r\n" + movements +
         ":62F:" + closing + "\r\n-\r\n";
}

const std::string returned =
    ":61:2612021202D105,00NRTINONREF//B-77\r\n/OCMT/EUR100,00//CHGS/EUR5,00/\r\n"
    ":86:109?00SEPA-LASTSCHR. RETOURE CORE?20EREF+T1-17?21KREF+CF-0001-1?22MREF+M-42?23SVWZ+RUECKLASTSCHRIFT AC0\r\n"
    "4 KONTO AUFGELOEST?30BYLADEM1001?31DE89370400440532013000?32ANNA MUSTER\r\n";

TEST(Mt940, AReturnSaysClaimReasonAmountAndCharge) {
  const auto said = heard(statement(returned, "D261202EUR5,00"));
  EXPECT_EQ(said.verdict, Verdict::accepted) << said.messages();
  EXPECT_TRUE(said.findings.empty()) << said.messages();
  ASSERT_EQ(said.entries.size(), 1U);
  const auto& entry = said.entries[0];
  EXPECT_EQ(entry.outcome, Outcome::returned);
  EXPECT_EQ(entry.reference, "T1-17");
  EXPECT_EQ(entry.mandate, "M-42");
  EXPECT_EQ(entry.reason, "AC04") << "the line break of 65 characters cuts it in two";
  EXPECT_EQ(entry.amount, 10000);
  EXPECT_EQ(entry.charges, 500);
  EXPECT_EQ(entry.booked, 10500);
  EXPECT_EQ(entry.bank_reference, "B-77");
  EXPECT_EQ(entry.payer_account, "DE89370400440532013000");
}

TEST(Mt940, ARefundIsAReturnThePayerAskedFor) {
  auto text = statement(returned, "D261202EUR5,00");
  text.replace(text.find("AC0\r\n4"), 6, "MD0\r\n6");
  EXPECT_EQ(heard(text).entries.at(0).outcome, Outcome::refunded);
}

TEST(Mt940, ACreditUnderACollectionCodeIsThatOfABatch) {
  const auto said = heard(statement(":61:2612021202C250,00NCOLKREF+\r\n:86:192?20KREF+CF-0001-1\r\n", "C261202EUR350,00"));
  ASSERT_EQ(said.entries.size(), 1U);
  EXPECT_EQ(said.entries[0].outcome, Outcome::settled);
  EXPECT_EQ(said.entries[0].level, Level::block);
  EXPECT_EQ(said.entries[0].original_batch_id, "CF-0001-1");
  const auto single =
      heard(statement(":61:2612021202C250,00NDDTNONREF\r\n:86:171?20EREF+T1-1?21MREF+M-1\r\n", "C261202EUR350,00"));
  EXPECT_EQ(single.entries.at(0).level, Level::entry) << "some banks book each debit by itself";
  EXPECT_EQ(single.entries.at(0).reference, "T1-1");
}

TEST(Mt940, TheLetterBehindTheMarkIsOfTheCurrencyAndTheOneBeforeItAReversal) {
  const auto debit = parse_mt940_movement("1902180218DR20,00N037NONREF");
  ASSERT_TRUE(debit.has_value());
  EXPECT_FALSE(debit->is_credit());
  EXPECT_FALSE(debit->is_reversal);
  EXPECT_EQ(debit->funds, 'R');
  const auto reversal = parse_mt940_movement("0709040904RCR204,88NRTINONREF");
  ASSERT_TRUE(reversal.has_value());
  EXPECT_TRUE(reversal->is_reversal);
  EXPECT_FALSE(reversal->is_credit());
  EXPECT_EQ(reversal->amount, "204,88");
  EXPECT_TRUE(parse_mt940_movement("0709040904RD1,NTRFNONREF")->is_credit());
  EXPECT_TRUE(parse_mt940_movement("0709040904EC1,NTRFNONREF")->is_expected);
}

TEST(Mt940, TheEntryDateMayBeMissingOrBlank) {
  EXPECT_EQ(parse_mt940_movement("190109C9792,00FTRFNONREF")->entry_date, "");
  EXPECT_EQ(parse_mt940_movement("190109    C9792,00FTRFNONREF")->entry_date, "");
  EXPECT_EQ(parse_mt940_movement("1901090110C9792,00FTRFNONREF")->entry_date, "0110");
}

TEST(Mt940, TheYearOfTheEntryDateIsTheOneNearestToTheValueDate) {
  const auto december = heard(statement(":61:2701020101C1,00NTRFNONREF\r\n:61:2612311231D1,00NTRFNONREF\r\n"
                                        ":61:2701011231C1,00NTRFNONREF\r\n:61:2612310101D1,00NTRFNONREF\r\n"));
  ASSERT_EQ(december.entries.size(), 4U);
  EXPECT_EQ(december.entries[0].booked_on, make_date(2027, 1, 1));
  EXPECT_EQ(december.entries[2].booked_on, make_date(2026, 12, 31));
  EXPECT_EQ(december.entries[3].booked_on, make_date(2027, 1, 1));
}

TEST(Mt940, ReferencesMayHoldASlashAndTwoOfThemBeginTheBanksOwn) {
  const auto movement = parse_mt940_movement("0709040904CR300,NTRFTFNr 40005/7 MSGID//0724710345313905\n/OCMT/EUR1,/");
  EXPECT_EQ(movement->reference, "TFNr 40005/7 MSGID");
  EXPECT_EQ(movement->bank_reference, "0724710345313905");
  EXPECT_EQ(movement->supplement, "/OCMT/EUR1,/");
  EXPECT_EQ(parse_mt940_movement("0709040904C1,NTRF8b1f6f0e-4c3e-4d9a-9a51-7b1f0c0d2e11//x")->reference,
            "8b1f6f0e-4c3e-4d9a-9a51-7b1f0c0d2e11")
      << "longer than the sixteen characters there is room for";
}

TEST(Mt940, ATextMayHoldTheSeparatorAndTags) {
  Mt940TextReader reader;
  const auto& text = reader.read("166?00GUTSCHRIFT?20SVWZ+Was ist das? Nr?21. 7?32ANNA?33 MUSTER?60 und mehr");
  EXPECT_EQ(text.code, "166");
  EXPECT_EQ(text.remittance, "Was ist das? Nr. 7 und mehr");
  EXPECT_EQ(text.party_name, "ANNA MUSTER");
  EXPECT_EQ(reader.read("166~20EREF+A-1~21SVWZ+Austria").end_to_end, "A-1") << "the separator is what stands behind the code";
  EXPECT_EQ(reader.read("835<20EREF+A-2").end_to_end, "A-2");
}

TEST(Mt940, ALetterBehindTheCodeIsNoSeparator) {  // Found by the fuzzer: it was cut in the middle of a character.
  Mt940TextReader reader;
  EXPECT_EQ(reader.read("911\xC3\xA7TRANSAKCJA").purpose, "911\xC3\xA7TRANSAKCJA");
}

TEST(Mt940, TagsMayBeCutEmptyOrWrittenWithAColon) {
  Mt940TextReader reader;
  const auto& cut = reader.read("109?20EREF+A-1 MR?21EF+M-7 CRED+DE98ZZZ");
  EXPECT_EQ(cut.end_to_end, "A-1");
  EXPECT_EQ(cut.mandate, "M-7");
  const auto& empty = reader.read("109?20KREF+EREF+x?21SVWZ+y");
  EXPECT_EQ(empty.customer, "");
  EXPECT_EQ(empty.end_to_end, "x");
  const auto& colon = reader.read("109?20EREF: A-3 MREF: M-3");
  EXPECT_EQ(colon.end_to_end, "A-3");
  EXPECT_EQ(colon.mandate, "M-3");
  EXPECT_EQ(reader.read("999Miete MREF:").purpose, "999Miete MREF:");
}

TEST(Mt940, SlashWordsOfDutchBanksAreRead) {
  Mt940TextReader reader;
  const auto& text = reader.read(
      "/TRTP/SEPA Incasso/CSID/NL98ZZZ999999990000/MARF/M-9/EREF/T1-9/PIND/BRUTO/RTRN/\r\nMS02/IBAN/ NL71ABNA0417164300\r\n"
      "/NAME/A. Muster/REMI/Huur a/b november");
  EXPECT_EQ(text.end_to_end, "T1-9");
  EXPECT_EQ(text.mandate, "M-9");
  EXPECT_EQ(text.return_reason, "MS02");
  EXPECT_EQ(text.party_account, "NL71ABNA0417164300");
  EXPECT_EQ(text.remittance, "Huur a/b november");
}

TEST(Mt940, TheDutchCodesSayWhatBecameOfADebit) {
  const auto said = heard(statement(":61:2612021202C500,00N247NONREF\r\n:86:/TRTP/INCASSO/PREF/CF-0001-1/NRTX/2/PIND/BRUTO\r\n"
                                    ":61:2612021202D250,00N245NONREF\r\n:86:/EREF/T1-1/MARF/M-1/RTRN/AM04\r\n",
                                    "C261202EUR350,00"));
  ASSERT_EQ(said.entries.size(), 2U) << said.messages();
  EXPECT_EQ(said.entries[0].level, Level::block);
  EXPECT_EQ(said.entries[0].original_batch_id, "CF-0001-1");
  EXPECT_EQ(said.entries[0].batch_count, 2U);
  EXPECT_EQ(said.entries[1].outcome, Outcome::returned);
  EXPECT_EQ(said.entries[1].reason, "AM04");
}

TEST(Mt940, KeyThirtyFourSaysTheReasonWhereTheTextDoesNot) {
  const auto text = ":61:2612021202D100,00NRTINONREF\r\n:86:109?20EREF+T1-2?21SVWZ+Retoure?34";
  EXPECT_EQ(heard(statement(text + std::string{"906\r\n"}, "C261202EUR0,00")).entries.at(0).reason, "AM04");
  const auto other = heard(statement(text + std::string{"997\r\n"}, "C261202EUR0,00"));
  EXPECT_EQ(other.entries.at(0).reason, "") << "at other banks the key means something else";
  EXPECT_EQ(other.codes(), "mt940.reason-missing 5");
}

TEST(Mt940, ADebitOfAnUnknownCodeThatLooksLikeAReturnWaitsForAPerson) {
  const auto said = heard(statement(":61:2612021202D100,00NMSCNONREF\r\n:86:108?20EREF+T1-2?21MREF+M-2?22SVWZ+MS03\r\n",
                                    "C261202EUR0,00"));
  EXPECT_EQ(said.entries.at(0).outcome, Outcome::unknown);
  EXPECT_EQ(said.codes(), "mt940.debit-unclear 5");
  const auto paid =
      heard(statement(":61:2612021202D100,00NDDTNONREF\r\n:86:105?20EREF+X?21MREF+Y?22SVWZ+Strom\r\n", "C261202EUR0,00"));
  EXPECT_EQ(paid.entries.at(0).outcome, Outcome::none) << "a debit that others collect from us";
}

TEST(Mt940, AChargeThatDoesNotAddUpIsSaid) {
  auto text = statement(returned, "D261202EUR5,00");
  text.replace(text.find("CHGS/EUR5"), 9, "CHGS/EUR4");
  EXPECT_EQ(heard(text).codes(), "mt940.return-difference 5");
}

TEST(Mt940, LinesOfATextMayLookLikeFields) {
  const auto said = heard(statement(":61:2612021202C1,00NTRFNONREF\r\n:86:Rent for\r\n:20:44:45 at noon\r\n:25:not an account\r\n"
                                    "-- and a line of hyphens\r\n:99:no tag of ours\r\n",
                                    "C261202EUR101,00"));
  EXPECT_TRUE(said.findings.empty()) << said.messages();
  ASSERT_EQ(said.statements.size(), 1U);
  EXPECT_NE(said.entries.at(0).remittance.find(":25:not an account"), std::string::npos);
}

TEST(Mt940, AHyphenBetweenOpeningAndMovementsEndsNothing) {
  const auto text = statement(":61:2612021202C1,00NTRFNONREF\r\n", "C261202EUR101,00");
  auto hyphen = text;
  hyphen.insert(hyphen.find(":61:"), "-\r\n");
  const auto said = heard(hyphen);
  EXPECT_EQ(said.statements.size(), 1U);
  EXPECT_TRUE(said.findings.empty()) << said.messages();
}

TEST(Mt940, EnvelopesAndControlCharactersStandAroundAMessage) {
  const auto text = statement(":61:2612021202C1,00NTRFNONREF\r\n", "C261202EUR101,00");
  const auto said = heard("\x01{1:F01BANKDEFFAXXX0000000000}{2:I940BANKDEFFXXXN}{4:\r\n" + text.substr(0, text.size() - 3) +
                          "-}{5:{CHK:000000000000}}\x03\r\n");
  EXPECT_EQ(said.format, "mt940");
  EXPECT_TRUE(said.findings.empty()) << said.messages();
  EXPECT_EQ(said.statements.size(), 1U);
  const auto dutch = heard("ABNANL2A\r\n940\r\nABNANL2A\r\n" + text);
  EXPECT_TRUE(dutch.findings.empty()) << dutch.messages();
}

TEST(Mt940, AnEnvelopeMayEndWhereItBegins) {  // Found by the fuzzer.
  EXPECT_TRUE(heard("{1:F01BANKDEFF}{2:\r\n" + statement("", "C261202EUR100,00")).findings.empty());
}

TEST(Mt940, ABraceGluedToABalanceIsNoPartOfIt) {
  const auto said = heard(statement("", "C261202EUR100,00\r\n:64:C261202EUR100,00}"));
  EXPECT_TRUE(said.findings.empty()) << said.messages();
}

TEST(Mt940, AnAmountThatCannotBeReadLeavesItsMovementThere) {
  const auto said = heard(statement(":61:2612021202D1,001NTRFNONREF\r\n:61:what is this\r\n:61:2612021202C1.000,00NTRFX\r\n"));
  EXPECT_EQ(said.codes(), "mt940.amount 5, mt940.movement 6, mt940.amount 7");
  EXPECT_EQ(said.entries.size(), 3U);
  EXPECT_EQ(said.verdict, Verdict::accepted_with_findings);
}

TEST(Mt940, AnAmountOfSixtyFourBitsDoesNotWrap) {
  const auto said = heard(statement(":61:2612021202C92233720368547758,07NTRFX\r\n:61:2612021202C92233720368547758,07NTRFX\r\n"));
  EXPECT_EQ(said.codes(), "mt940.sum-overflow 7");
}

TEST(Mt940, PagesMustGoOnWhereTheOneBeforeEnded) {
  const std::string first = ":20:A\r\n:25:1/2\r\n:28C:7/1\r\n:60F:C261201EUR1,00\r\n:62M:C261202EUR1,00\r\n-\r\n";
  const std::string second = ":20:B\r\n:25:1/2\r\n:28C:7/2\r\n:60M:C261202EUR1,00\r\n:62F:C261202EUR1,00\r\n-\r\n";
  EXPECT_TRUE(heard(first + second).findings.empty()) << heard(first + second).messages();
  auto gap = second;
  gap.replace(gap.find("EUR1,00"), 7, "EUR2,00");
  gap.replace(gap.rfind("EUR1,00"), 7, "EUR2,00");
  EXPECT_EQ(heard(first + gap).codes(), "mt940.page-chain 10");
}

TEST(Mt940, AStatementThatIsMissingOrThereTwiceIsSaid) {
  const auto numbered = [](const std::string& number) {
    return ":20:A\r\n:25:1/2\r\n:28C:" + number + "\r\n:60F:C261201EUR1,00\r\n:62F:C261202EUR1,00\r\n-\r\n";
  };
  EXPECT_EQ(heard(numbered("7/1") + numbered("8/1")).codes(), "");
  EXPECT_EQ(heard(numbered("7/1") + numbered("9/1")).codes(), "mt940.number-gap 7");
  EXPECT_EQ(heard(numbered("7/1") + numbered("7/1")).codes(), "mt940.number-repeated 7");
  EXPECT_EQ(heard(numbered("365") + numbered("1")).codes(), "") << "a new year begins";
}

TEST(Mt942, CountsAndSumsOfTheReportAreCompared) {
  const std::string head = ":20:A\r\n:25:1/2\r\n:28C:7/1\r\n:34F:EUR0,\r\n:13D:2612021815+0100\r\n";
  const std::string movements = ":61:2612021202C5,00NTRFNONREF\r\n:61:2612021202D1,00NTRFNONREF\r\n";
  const auto right = heard(head + movements + ":90D:1EUR1,00\r\n:90C:1EUR5,00\r\n-\r\n");
  EXPECT_EQ(right.format, "mt942");
  EXPECT_TRUE(right.findings.empty()) << right.messages();
  const auto wrong = heard(head + movements + ":90D:1EUR1,00\r\n:90C:2EUR5,00\r\n-\r\n");
  EXPECT_EQ(wrong.codes(), "mt940.totals 9");
  EXPECT_EQ(wrong.verdict, Verdict::accepted_with_findings);
  auto limit = head;
  limit.replace(limit.find("EUR0,"), 5, "EUR9,");
  EXPECT_EQ(heard(limit + movements + ":90C:2EUR5,00\r\n").verdict, Verdict::accepted)
      << "movements below the floor limit are left out";
}

TEST(Mt940, AnExpectedMovementMovesNoMoney) {
  const auto said = heard(statement(":61:261202EC5,00NTRFNONREF\r\n"));
  EXPECT_FALSE(said.entries.at(0).is_booked);
  EXPECT_TRUE(said.findings.empty()) << said.messages();
}

TEST(Mt940, IsNeverTakenForWholeWhenItIsCutBeforeItsClosingBalance) {
  const std::string text = statement(returned + ":61:2612021202C250,00NCOLKREF+\r\n:86:192?20KREF+CF-0001-1\r\n",
                                     "C261202EUR245,00");
  ASSERT_TRUE(heard(text).findings.empty()) << heard(text).messages();
  // From then on the balance is the right one, whatever else is missing.
  const std::size_t end = text.find(":62F:C261202EUR245") + std::string_view{":62F:C261202EUR24"}.size();
  for (std::size_t size = 1; size <= end; ++size) {
    const auto said = heard(std::string_view{text}.substr(0, size));
    EXPECT_NE(said.verdict, Verdict::accepted) << "cut at " << size << ": " << text.substr(0, size);
  }
}

TEST(Mt940, NoDigitOfAnAmountChangesUnseen) {
  const std::string text = statement(returned + ":61:2612021202C250,00NCOLKREF+\r\n:86:192?20KREF+CF-0001-1\r\n",
                                     "C261202EUR245,00");
  for (const std::string_view amount : {"C261201EUR100,00", "D105,00", "C250,00N", "C261202EUR245,00"}) {
    const std::size_t at = text.find(amount);
    for (std::size_t i = 0; i < amount.size(); ++i) {
      if (amount[i] < '0' || amount[i] > '9' || (i >= 1 && i <= 6 && amount.size() == 16)) continue;
      for (const char digit : std::string_view{"0123456789"}) {
        if (digit == amount[i]) continue;
        std::string changed = text;
        changed[at + i] = digit;
        EXPECT_NE(heard(changed).verdict, Verdict::accepted) << changed.substr(at, amount.size());
      }
    }
  }
}

TEST(Mt940, AStatementOfOneLineOfMegabytesIsNoTrap) {
  std::string text = statement(":61:2612021202C1,00NTRFNONREF\r\n:86:x", "C261202EUR101,00");
  text.insert(text.find(":86:x") + 5, std::string(3 << 20, 'y'));
  const auto said = heard(text);
  EXPECT_NE(said.codes().find("mt940.too-long"), std::string::npos);
  EXPECT_EQ(said.verdict, Verdict::accepted_with_findings);
}

}  // namespace
}  // namespace counterfoil
