#include "generators/pain008.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/generators/random_pain008.hpp"
#include "tests/generators/schema.hpp"
#include "tests/generators/words.hpp"

namespace counterfoil {
namespace {

constexpr std::string_view v08 = "pain.008.001.08";
constexpr std::string_view v02 = "pain.008.001.02";

/// The two collections of the checked example: a new account at any bank, and a payer in London.
struct Example {
  WriteOrder order;
  std::vector<std::vector<Entry>> entries;

  Example() {
    order.format = v08;
    order.head.message_id = "CF-20261102-0001";
    order.head.created = "2026-11-02T09:30:00Z";
    order.head.sender_name = "Example Housing Ltd";
    BatchHead block;
    block.id = "CF-20261102-0001-1";
    block.instrument = "CORE";
    block.sequence = SequenceType::recurring;
    block.creditor_name = "Example Housing Ltd";
    block.creditor_id = "DE98ZZZ09999999999";
    block.creditor_account = "DE89370400440532013000";
    block.creditor_bank = "COBADEFFXXX";
    block.collect_on = make_date(2026, 11, 17);
    block.currency = euro;
    block.count = 2;
    block.sum_minor = 25050;
    order.batches.push_back(block);
    Entry anna;
    anna.reference = "B000123-1";
    anna.currency = euro;
    anna.amount_minor = 15050;
    anna.mandate = "M-000042";
    anna.signed_on = make_date(2025, 3, 1);
    anna.amended_account = "SMNDA";
    anna.payer_name = "Anna Muster";
    anna.payer_account = "NL91ABNA0417164300";
    anna.remittance = "Service charge November 2026, bill 123";
    Entry bob;
    bob.reference = "B000124-1";
    bob.currency = euro;
    bob.amount_minor = 10000;
    bob.mandate = "M-000043";
    bob.signed_on = make_date(2025, 3, 1);
    bob.payer_name = "Bob Payer";
    bob.payer_account = "GB82WEST12345698765432";
    bob.payer_bank = "WESTGB2LXXX";
    bob.payer_street = "High Street";
    bob.payer_building = "1";
    bob.payer_postcode = "AB1 2CD";
    bob.payer_town = "London";
    bob.payer_country = "GB";
    bob.remittance = "RF18539007547034";
    entries = {{anna, bob}};
  }

  BatchHead& batch() { return order.batches[0]; }
  Entry& anna() { return entries[0][0]; }
  Entry& bob() { return entries[0][1]; }
};

struct Written {
  Result<WrittenFile> file;
  std::string text;
  std::vector<Finding> notes;
};

Written write(const WriteOrder& order, const std::vector<std::vector<Entry>>& entries) {
  ListedEntries source{entries};
  TextTarget target;
  std::vector<Finding> notes;
  auto file = write_pain008(order, source, target, notes);
  return {std::move(file), std::move(target.text), std::move(notes)};
}

Written write(const Example& example) { return write(example.order, example.entries); }

/// Without the line breaks between elements, of which the example has more than we write.
std::string squeezed(std::string_view xml) {
  std::string text;
  for (const char byte : xml) {
    if (byte == '\n' || (byte == ' ' && !text.empty() && text.back() == '>')) continue;
    text += byte;
  }
  return text;
}

TEST(Pain008, WritesTheCheckedExample) {
  const auto written = write(Example{});
  ASSERT_TRUE(written.file) << written.file.error().explanation;
  EXPECT_EQ(squeezed(written.text), squeezed(R"(<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08">
  <CstmrDrctDbtInitn>
    <GrpHdr>
      <MsgId>CF-20261102-0001</MsgId>
      <CreDtTm>2026-11-02T09:30:00Z</CreDtTm>
      <NbOfTxs>2</NbOfTxs>
      <CtrlSum>250.50</CtrlSum>
      <InitgPty><Nm>Example Housing Ltd</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>CF-20261102-0001-1</PmtInfId>
      <PmtMtd>DD</PmtMtd>
      <BtchBookg>true</BtchBookg>
      <NbOfTxs>2</NbOfTxs>
      <CtrlSum>250.50</CtrlSum>
      <PmtTpInf>
        <SvcLvl><Cd>SEPA</Cd></SvcLvl>
        <LclInstrm><Cd>CORE</Cd></LclInstrm>
        <SeqTp>RCUR</SeqTp>
      </PmtTpInf>
      <ReqdColltnDt>2026-11-17</ReqdColltnDt>
      <Cdtr><Nm>Example Housing Ltd</Nm></Cdtr>
      <CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct>
      <CdtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></CdtrAgt>
      <ChrgBr>SLEV</ChrgBr>
      <CdtrSchmeId><Id><PrvtId><Othr>
        <Id>DE98ZZZ09999999999</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm>
      </Othr></PrvtId></Id></CdtrSchmeId>
      <DrctDbtTxInf>
        <PmtId><EndToEndId>B000123-1</EndToEndId></PmtId>
        <InstdAmt Ccy="EUR">150.50</InstdAmt>
        <DrctDbtTx><MndtRltdInf>
          <MndtId>M-000042</MndtId><DtOfSgntr>2025-03-01</DtOfSgntr>
          <AmdmntInd>true</AmdmntInd>
          <AmdmntInfDtls><OrgnlDbtrAcct><Id><Othr><Id>SMNDA</Id></Othr></Id></OrgnlDbtrAcct></AmdmntInfDtls>
        </MndtRltdInf></DrctDbtTx>
        <DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>
        <Dbtr><Nm>Anna Muster</Nm></Dbtr>
        <DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct>
        <RmtInf><Ustrd>Service charge November 2026, bill 123</Ustrd></RmtInf>
      </DrctDbtTxInf>
      <DrctDbtTxInf>
        <PmtId><EndToEndId>B000124-1</EndToEndId></PmtId>
        <InstdAmt Ccy="EUR">100.00</InstdAmt>
        <DrctDbtTx><MndtRltdInf>
          <MndtId>M-000043</MndtId><DtOfSgntr>2025-03-01</DtOfSgntr>
        </MndtRltdInf></DrctDbtTx>
        <DbtrAgt><FinInstnId><BICFI>WESTGB2LXXX</BICFI></FinInstnId></DbtrAgt>
        <Dbtr>
          <Nm>Bob Payer</Nm>
          <PstlAdr><StrtNm>High Street</StrtNm><BldgNb>1</BldgNb><PstCd>AB1 2CD</PstCd><TwnNm>London</TwnNm><Ctry>GB</Ctry></PstlAdr>
        </Dbtr>
        <DbtrAcct><Id><IBAN>GB82WEST12345698765432</IBAN></Id></DbtrAcct>
        <RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
      </DrctDbtTxInf>
    </PmtInf>
  </CstmrDrctDbtInitn>
</Document>
)"));
  EXPECT_EQ(written.file->entries, 2U);
  EXPECT_EQ(written.file->sum_minor, 25050);
  EXPECT_EQ(written.file->bytes, written.text.size());
  EXPECT_EQ(written.file->sha256.size(), 64U);
  EXPECT_TRUE(written.notes.empty());
}

TEST(Pain008, WritesTheSameBytesAgain) {
  const auto once = write(Example{}), twice = write(Example{});
  EXPECT_EQ(once.text, twice.text);
  EXPECT_EQ(once.file->sha256, twice.file->sha256);
}

TEST(Pain008, NamesTheBankAsTheVersionDoes) {
  Example example;
  example.order.format = v02;
  const auto written = write(example);
  ASSERT_TRUE(written.file) << written.file.error().explanation;
  EXPECT_NE(written.text.find("<BIC>COBADEFFXXX</BIC>"), std::string::npos);
  EXPECT_EQ(written.text.find("BICFI"), std::string::npos);
}

// ---- Profiles

TEST(Pain008, WritesTheInitiatingPartysIdAsTheBankWantsIt) {
  Example example;
  example.order.profile = "initiator-ci";
  auto written = write(example);
  ASSERT_TRUE(written.file) << written.file.error().explanation;
  EXPECT_NE(written.text.find("<InitgPty><Nm>Example Housing Ltd</Nm><Id><PrvtId><Othr><Id>DE98ZZZ09999999999</Id>"
                              "<SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr></PrvtId></Id></InitgPty>"),
            std::string::npos);
  EXPECT_NE(written.text.find("<InstrId>B000123-1</InstrId>"), std::string::npos);

  Pain008Profile given;
  given.initiating_party_id = InitiatingPartyId::given;
  const Settings settings{{"iso20022.initiating_party_id", "KUNDE7"},
                          {"iso20022.initiating_party_kind", "organisation"}};
  example.order.head.settings = &settings;
  ListedEntries source{example.entries};
  TextTarget target;
  std::vector<Finding> notes;
  ASSERT_TRUE(write_pain008(example.order, given, source, target, notes));
  EXPECT_NE(target.text.find("<Id><OrgId><Othr><Id>KUNDE7</Id></Othr></OrgId></Id>"), std::string::npos);
}

TEST(Pain008, SendsAFirstCollectionAsTheBankWantsIt) {
  Example example;
  example.batch().sequence = SequenceType::first;
  EXPECT_NE(write(example).text.find("<SeqTp>RCUR</SeqTp>"), std::string::npos);
  Pain008Profile profile;
  profile.first_as = SequenceType::first;
  ListedEntries source{example.entries};
  TextTarget target;
  std::vector<Finding> notes;
  ASSERT_TRUE(write_pain008(example.order, profile, source, target, notes));
  EXPECT_NE(target.text.find("<SeqTp>FRST</SeqTp>"), std::string::npos);
}

TEST(Pain008, SpellsGermanLettersByProfileAndSaysSo) {
  Example example;
  example.anna().payer_name = "M\xC3\xBCller & S\xC3\xB6hne, \xC5\x81\xC3\xB3\x64\xC5\xBA_1";
  const auto plain = write(example);
  EXPECT_NE(plain.text.find("<Nm>Muller + Sohne, Lodz-1</Nm>"), std::string::npos);
  example.order.profile = "gbic5";
  const auto german = write(example);
  EXPECT_NE(german.text.find("<Nm>Mueller + Soehne, Lodz-1</Nm>"), std::string::npos);
  ASSERT_EQ(german.notes.size(), 1U);
  EXPECT_EQ(german.notes[0].code, "write.text-converted");
  EXPECT_EQ(german.notes[0].severity, Severity::note);
  EXPECT_NE(german.notes[0].message.find("B000123-1"), std::string::npos);
}

TEST(Pain008, LeavesTheAddressOutInsideTheEea) {
  Example example;
  example.anna().payer_country = "NL";
  example.anna().payer_address_line_1 = "Keizersgracht 1, Amsterdam";  // Could not be sent after 14 November 2026.
  const auto written = write(example);
  ASSERT_TRUE(written.file);
  EXPECT_EQ(written.text.find("Keizersgracht"), std::string::npos);
  ASSERT_EQ(written.notes.size(), 1U);
  EXPECT_EQ(written.notes[0].code, "write.address-left-out");
}

// ---- Addresses by the day of settlement

Example with_lines_only(Date collect_on) {
  Example example;
  example.batch().collect_on = collect_on;
  example.bob().payer_street = example.bob().payer_building = example.bob().payer_postcode =
      example.bob().payer_town = {};
  example.bob().payer_address_line_1 = "1 High Street";
  example.bob().payer_address_line_2 = "AB1 2CD London";
  return example;
}

TEST(Pain008, TakesAddressLinesUpToTheLastDayOfSettlement) {
  auto example = with_lines_only(make_date(2026, 11, 13));
  example.order.head.created = "2026-11-12T09:30:00";
  const auto written = write(example);
  ASSERT_TRUE(written.file) << written.file.error().explanation;
  EXPECT_NE(written.text.find(
                "<PstlAdr><Ctry>GB</Ctry><AdrLine>1 High Street</AdrLine><AdrLine>AB1 2CD London</AdrLine></PstlAdr>"),
            std::string::npos);
}

TEST(Pain008, RefusesAddressLinesAloneFromTheFifteenthOfNovember) {
  auto example = with_lines_only(make_date(2026, 11, 16));
  example.order.head.created = "2026-11-12T09:30:00";
  const auto written = write(example);
  ASSERT_FALSE(written.file);
  EXPECT_EQ(written.file.error().code, "write.address-form");
  EXPECT_EQ(written.file.error().place.path, "Document/CstmrDrctDbtInitn/PmtInf[1]/DrctDbtTxInf[2]/Dbtr/PstlAdr");

  example.bob().payer_town = "London";  // Hybrid.
  EXPECT_TRUE(write(example).file);
}

TEST(Pain008, MakesTwoLinesOfTheAddressForTheGermanFormOf2009) {
  Example example;
  example.order.format = v02;
  example.order.profile = "gbic3";
  example.batch().collect_on = make_date(2026, 11, 13);
  const auto written = write(example);
  ASSERT_TRUE(written.file) << written.file.error().explanation;
  EXPECT_NE(written.text.find(
                "<PstlAdr><Ctry>GB</Ctry><AdrLine>High Street 1</AdrLine><AdrLine>AB1 2CD London</AdrLine></PstlAdr>"),
            std::string::npos);
}

TEST(Pain008, RefusesAProfileThatEnded) {
  Example example;
  example.order.format = v02;
  example.order.profile = "gbic3";
  example.order.head.created = "2026-11-15T09:30:00";
  const auto written = write(example);
  ASSERT_FALSE(written.file);
  EXPECT_EQ(written.file.error().code, "write.profile-not-in-force");
  EXPECT_NE(written.file.error().remedy.find("gbic5"), std::string::npos);
}

TEST(Pain008, RefusesAProfileOfAnotherFormatAndListsTheKnownOnes) {
  Example example;
  example.order.profile = "gbic3";
  const auto written = write(example);
  ASSERT_FALSE(written.file);
  EXPECT_EQ(written.file.error().code, "write.profile-unknown");
  EXPECT_NE(written.file.error().remedy.find("gbic5"), std::string::npos);
}

// ---- Refusals, one by one

struct Refusal {
  const char* name;
  const char* code;
  const char* path;  // The end of the element path.
  std::function<void(Example&)> spoil;
};

class Pain008Refuses : public testing::TestWithParam<Refusal> {};

TEST_P(Pain008Refuses, WithCodePlaceAndRemedy) {
  Example example;
  GetParam().spoil(example);
  const auto written = write(example);
  ASSERT_FALSE(written.file);
  const Error& error = written.file.error();
  EXPECT_EQ(error.code, GetParam().code) << error.explanation;
  EXPECT_TRUE(error.place.path.ends_with(GetParam().path)) << error.place.path;
  EXPECT_EQ(error.kind, ErrorKind::input);
  EXPECT_FALSE(error.remedy.empty());
  for (const std::string_view account : {"NL91ABNA0417164300", "GB82WEST12345698765432", "US0012345678901234"}) {
    EXPECT_EQ(error.explanation.find(account), std::string::npos) << error.explanation;
  }
}

const std::string long_name(71, 'n');
const std::string long_text(141, 't');
const std::string long_id(36, 'I');

const std::vector<Refusal> refusals{
    {"NoBatch", "write.no-batch", "PmtInf", [](Example& e) { e.order.batches.clear(); }},
    {"EmptyBatch", "write.empty-batch", "NbOfTxs", [](Example& e) { e.batch().count = 0; }},
    {"FewerThanPlanned", "write.count-differs", "PmtInf[1]/NbOfTxs", [](Example& e) { e.entries[0].pop_back(); }},
    {"AnotherSumThanPlanned", "write.sum-differs", "PmtInf[1]/CtrlSum", [](Example& e) { ++e.anna().amount_minor; }},
    {"AnotherCountThanDeclared", "write.count-differs", "GrpHdr/NbOfTxs",
     [](Example& e) { e.order.head.declared_count = 3; }},
    {"AnotherSumThanDeclared", "write.sum-differs", "GrpHdr/CtrlSum",
     [](Example& e) { e.order.head.declared_sum_minor = 1; }},
    {"Fractions", "write.created", "CreDtTm", [](Example& e) { e.order.head.created = "2026-11-02T09:30:00.123Z"; }},
    {"NoMessageId", "write.identifier", "MsgId", [](Example& e) { e.order.head.message_id = ""; }},
    {"LongMessageId", "write.identifier", "MsgId", [](Example& e) { e.order.head.message_id = long_id; }},
    {"NoSenderName", "write.name-missing", "InitgPty/Nm", [](Example& e) { e.order.head.sender_name = ""; }},
    {"Cor1", "write.instrument", "LclInstrm/Cd", [](Example& e) { e.batch().instrument = "COR1"; }},
    {"NoSequence", "write.sequence", "SeqTp", [](Example& e) { e.batch().sequence = SequenceType::none; }},
    {"NoDay", "write.collect-on", "ReqdColltnDt", [](Example& e) { e.batch().collect_on.reset(); }},
    {"DayBeforeTheFile", "write.collect-on", "ReqdColltnDt",
     [](Example& e) { e.batch().collect_on = make_date(2026, 11, 1); }},
    {"BlockInDollars", "write.currency", "CtrlSum", [](Example& e) { e.batch().currency = us_dollar; }},
    {"CreditorIdWrong", "write.creditor-id", "CdtrSchmeId/Id/PrvtId/Othr/Id",
     [](Example& e) { e.batch().creditor_id = "DE74ZZZ09999999999"; }},
    {"CreditorAccountWrong", "write.iban", "CdtrAcct/Id/IBAN",
     [](Example& e) { e.batch().creditor_account = "DE00370400440532013000"; }},
    {"BlockIdWithDoubleSlash", "write.identifier", "PmtInfId", [](Example& e) { e.batch().id = "A//B"; }},
    {"SchemesMixed", "write.instruments-mixed", "LclInstrm/Cd",
     [](Example& e) {
       e.order.batches.push_back(e.batch());
       e.order.batches[1].id = "2";
       e.order.batches[1].instrument = "B2B";
     }},
    {"BlockIdTwice", "write.block-id-twice", "PmtInfId", [](Example& e) { e.order.batches.push_back(e.batch()); }},
    {"ReferenceLong", "write.identifier", "EndToEndId", [](Example& e) { e.anna().reference = long_id; }},
    {"ReferenceWithSlash", "write.identifier", "EndToEndId", [](Example& e) { e.anna().reference = "/B1"; }},
    {"ReferenceWithUmlaut", "write.identifier", "EndToEndId", [](Example& e) { e.anna().reference = "B\xC3\xBC"; }},
    {"ReferenceNotProvided", "write.reference-not-provided", "EndToEndId",
     [](Example& e) { e.anna().reference = "NOTPROVIDED"; }},
    {"InstructionIdLong", "write.identifier", "InstrId", [](Example& e) { e.anna().instruction_id = long_id; }},
    {"AmountZero", "write.amount", "InstdAmt", [](Example& e) { e.anna().amount_minor = 0; }},
    {"AmountTooLarge", "write.amount", "InstdAmt", [](Example& e) { e.anna().amount_minor = 100'000'000'000; }},
    {"EntryInDollars", "write.currency", "InstdAmt", [](Example& e) { e.anna().currency = us_dollar; }},
    {"CreditEntry", "write.not-a-collection", "DrctDbtTxInf[1]/",
     [](Example& e) { e.anna().direction = Direction::credit; }},
    {"Prenote", "write.not-a-collection", "DrctDbtTxInf[1]/", [](Example& e) { e.anna().is_prenote = true; }},
    {"SequenceDiffers", "write.sequence-differs", "SeqTp",
     [](Example& e) { e.anna().sequence = SequenceType::one_off; }},
    {"DayDiffers", "write.collect-on-differs", "ReqdColltnDt",
     [](Example& e) { e.anna().collect_on = make_date(2026, 11, 18); }},
    {"NoMandate", "write.identifier", "MndtId", [](Example& e) { e.anna().mandate = ""; }},
    {"NotSigned", "write.signed-on", "DtOfSgntr", [](Example& e) { e.anna().signed_on.reset(); }},
    {"SignedInTheFuture", "write.signed-on", "DtOfSgntr",
     [](Example& e) { e.anna().signed_on = make_date(2026, 11, 3); }},
    {"OldMandateWrong", "write.identifier", "AmdmntInfDtls", [](Example& e) { e.anna().amended_mandate = "a_b"; }},
    {"OldCreditorIdWrong", "write.creditor-id", "AmdmntInfDtls",
     [](Example& e) { e.anna().amended_creditor_id = "DE1"; }},
    {"OldAccountWrong", "write.iban", "AmdmntInfDtls",
     [](Example& e) { e.anna().amended_account = "NL92ABNA0417164300"; }},
    {"NoPayerName", "write.name-missing", "Dbtr/Nm", [](Example& e) { e.anna().payer_name = " "; }},
    {"LongPayerName", "write.text-too-long", "Dbtr/Nm", [](Example& e) { e.anna().payer_name = long_name; }},
    {"PayerNameNotUtf8", "write.not-utf8", "Dbtr/Nm", [](Example& e) { e.anna().payer_name = "M\xFCller"; }},
    {"PayerAccountWrong", "write.iban", "DbtrAcct/Id/IBAN",
     [](Example& e) { e.anna().payer_account = "NL91ABNA0417164301"; }},
    {"PayerAccountOutsideSepa", "write.iban-not-sepa", "DbtrAcct/Id/IBAN",
     [](Example& e) { e.anna().payer_account = "TR330006100519786457841326"; }},
    {"PayerBankWrong", "write.bic", "DbtrAgt/FinInstnId", [](Example& e) { e.anna().payer_bank = "ABNA"; }},
    {"NoBicOutsideTheEea", "write.bic-missing", "DbtrAgt/FinInstnId", [](Example& e) { e.bob().payer_bank = ""; }},
    {"NoCountryOutsideTheEea", "write.address-missing", "Dbtr/PstlAdr", [](Example& e) { e.bob().payer_country = ""; }},
    {"NoTownOutsideTheEea", "write.address-missing", "Dbtr/PstlAdr/TwnNm", [](Example& e) { e.bob().payer_town = ""; }},
    {"CountryInWords", "write.country", "Dbtr/PstlAdr/Ctry", [](Example& e) { e.bob().payer_country = "Britain"; }},
    {"LongTown", "write.text-too-long", "Dbtr/PstlAdr/TwnNm", [](Example& e) { e.bob().payer_town = long_id; }},
    {"PurposeWrong", "write.code", "Purp/Cd", [](Example& e) { e.anna().purpose = "rent"; }},
    {"LongRemittance", "write.text-too-long", "RmtInf/Ustrd", [](Example& e) { e.anna().remittance = long_text; }},
    {"LongUltimateDebtor", "write.text-too-long", "UltmtDbtr/Nm",
     [](Example& e) { e.anna().ultimate_debtor = long_name; }},
};

INSTANTIATE_TEST_SUITE_P(Each, Pain008Refuses, testing::ValuesIn(refusals),
                         [](const auto& refusal) { return std::string{refusal.param.name}; });

TEST(Pain008, SaysWhichCollectionAndHowLong) {
  Example example;
  example.anna().remittance = long_text;
  const auto written = write(example);
  ASSERT_FALSE(written.file);
  EXPECT_EQ(
      written.file.error().explanation,
      "Collection B000123-1 (number 1 of block CF-20261102-0001-1): the remittance text has 141 characters as it goes "
      "to the bank, and 140 are the most.");
  EXPECT_EQ(written.file.error().place.path, "Document/CstmrDrctDbtInitn/PmtInf[1]/DrctDbtTxInf[1]/RmtInf/Ustrd");
}

TEST(Pain008, CountsTheLengthOfATextAfterItsConversion) {
  Example example;
  std::string name;
  for (int letter = 0; letter < 36; ++letter) name += "\xC3\xBC";
  example.anna().payer_name = name;
  EXPECT_TRUE(write(example).file);  // 36 letters u.
  example.order.profile = "gbic5";
  EXPECT_EQ(write(example).file.error().code, "write.text-too-long");  // 72 characters in ue.
}

TEST(Pain008, TakesTheSmallestAndTheLargestAmount) {
  Example example;
  example.anna().amount_minor = 1;
  example.bob().amount_minor = 99'999'999'999;
  example.batch().sum_minor = 100'000'000'000;
  const auto written = write(example);
  ASSERT_TRUE(written.file);
  EXPECT_NE(written.text.find(">0.01<"), std::string::npos);
  EXPECT_NE(written.text.find(">999999999.99<"), std::string::npos);
  EXPECT_NE(written.text.find("<CtrlSum>1000000000.00<"), std::string::npos);
}

TEST(Pain008, WarnsOfADayThatIsNoBankDay) {
  Example example;
  example.batch().collect_on = make_date(2026, 12, 25);
  const auto written = write(example);
  ASSERT_TRUE(written.file);
  ASSERT_EQ(written.notes.size(), 1U);
  EXPECT_EQ(written.notes[0].code, "write.not-a-bank-day");
  EXPECT_NE(written.notes[0].message.find("Mon 2026-12-28"), std::string::npos);
}

TEST(Pain008, WritesAWrongReferenceAsTheTextItIs) {
  Example example;
  example.bob().remittance = "RF19539007547034";
  EXPECT_NE(write(example).text.find("<Ustrd>RF19539007547034</Ustrd>"), std::string::npos);
}

TEST(Pain008, BoundsItsNotes) {
  Example example;
  example.anna().payer_name = "M\xC3\xBCller";
  example.entries[0].assign(1500, example.anna());
  example.batch().count = 1500;
  example.batch().sum_minor = 1500 * example.anna().amount_minor;
  const auto written = write(example);
  ASSERT_TRUE(written.file);
  ASSERT_EQ(written.notes.size(), 1001U);
  EXPECT_EQ(written.notes.back().code, "write.more-notes");
  EXPECT_NE(written.notes.back().message.find("500 more"), std::string::npos);
}

// ---- Property: whatever is written is valid

void stays_valid(std::string_view format, std::string_view profile, const std::vector<std::string_view>& schemas) {
  const auto file = random_pain008(format, profile);
  const auto written = write(file.order, file.entries);
  if (!written.file) RC_FAIL(written.file.error().code + ": " + written.file.error().explanation);
  for (const std::string_view schema : schemas) {
    const std::string faults = schema_faults(written.text, schema);
    if (!faults.empty()) RC_FAIL(std::string{schema} + ": " + faults + written.text);
  }
}

class Pain008Schema : public testing::Test {
 protected:
  static bool have(const std::vector<std::string_view>& schemas) {
    return std::ranges::all_of(schemas, [](std::string_view schema) { return has_schema(schema); });
  }
};

TEST_F(Pain008Schema, RefusesAnElementOutOfOrder) {
  if (!has_schema("pain.008.001.08.xsd")) GTEST_SKIP() << schema_path("pain.008.001.08.xsd") << " is not here.";
  std::string text = write(Example{}).text;
  const auto method = text.find("<PmtMtd>DD</PmtMtd>");
  text.erase(method, 19);
  EXPECT_NE(schema_faults(text, "pain.008.001.08.xsd"), "");
}

TEST_F(Pain008Schema, TakesEveryFileOf2019) {
  if (!has_schema("pain.008.001.08.xsd")) GTEST_SKIP() << schema_path("pain.008.001.08.xsd") << " is not here.";
  EXPECT_TRUE(rc::check([] { stays_valid(v08, "iso", {"pain.008.001.08.xsd"}); }));
}

TEST_F(Pain008Schema, TakesEveryFileOf2009) {
  if (!has_schema("pain.008.001.02.xsd")) GTEST_SKIP() << schema_path("pain.008.001.02.xsd") << " is not here.";
  EXPECT_TRUE(rc::check([] { stays_valid(v02, "", {"pain.008.001.02.xsd"}); }));
}

TEST_F(Pain008Schema, OfGermanBanksTakesEveryFileOf2019) {
  const std::vector<std::string_view> schemas{"pain.008.001.08.xsd", "pain.008.001.08_GBIC_5.xsd"};
  if (!have(schemas)) GTEST_SKIP() << schema_path(schemas[1]) << " or the plain one is not here.";
  EXPECT_TRUE(rc::check([&] { stays_valid(v08, "gbic5", schemas); }));
}

TEST_F(Pain008Schema, OfGermanBanksTakesEveryFileOf2009) {
  const std::vector<std::string_view> schemas{"pain.008.001.02.xsd", "pain.008.001.02_GBIC_3.xsd"};
  if (!have(schemas)) GTEST_SKIP() << schema_path(schemas[1]) << " or the plain one is not here.";
  EXPECT_TRUE(rc::check([&] { stays_valid(v02, "gbic3", schemas); }));
}

TEST_F(Pain008Schema, OfBanksThatWantTheSendersIdTakesEveryFile) {
  if (!has_schema("pain.008.001.08.xsd")) GTEST_SKIP() << schema_path("pain.008.001.08.xsd") << " is not here.";
  EXPECT_TRUE(rc::check([] { stays_valid(v08, "initiator-ci", {"pain.008.001.08.xsd"}); }));
}

}  // namespace
}  // namespace counterfoil
