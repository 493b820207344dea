#include "parsers/iso20022.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/parsers/described.hpp"

namespace counterfoil::tests {
namespace {

std::string camt(std::string_view version, std::string_view inside) {
  return "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001." + std::string{version} +
         "\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-24T08:00:00</CreDtTm></GrpHdr>" +
         "<Stmt><Id>S</Id><CreDtTm>2026-11-24T08:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></"
         "Acct>"
         "<Bal><Tp><CdOrPrtry><Cd>ITBD</Cd></CdOrPrtry></Tp><Amt "
         "Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>" +
         std::string{inside} + "</Stmt></BkToCstmrStmt></Document>";
}

std::string booking(std::string_view amount, std::string_view side, std::string_view status, std::string_view code,
                    std::string_view details) {
  return "<Ntry><Amt Ccy=\"EUR\">" + std::string{amount} + "</Amt><CdtDbtInd>" + std::string{side} +
         "</CdtDbtInd><Sts>" + std::string{status} + "</Sts><BkTxCd>" + std::string{code} + "</BkTxCd><NtryDtls>" +
         std::string{details} + "</NtryDtls></Ntry>";
}

std::string family(std::string_view name, std::string_view sub) {
  return "<Domn><Cd>PMNT</Cd><Fmly><Cd>" + std::string{name} + "</Cd><SubFmlyCd>" + std::string{sub} +
         "</SubFmlyCd></Fmly></Domn>";
}

/// The first line that begins with `word`.
std::string line_of(const Described& described, std::string_view word) {
  const std::string text = "\n" + described.text;
  const auto begin = text.find("\n" + std::string{word} + " ");
  if (begin == std::string::npos) return {};
  return text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(CamtClass, ReturnsCreditsAndForeignDebitsAreToldApart) {
  struct Row {
    std::string side, family, subfamily, details, expected;
  };
  const std::string returned = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>";
  const Row rows[] = {
      {"DBIT", "IDDT", "UPDD", returned, "returned"},
      {"DBIT", "ICDT", "ESCT", returned, "returned"},
      {"DBIT", "IDDT", "PRDD", "<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>", "refunded"},
      {"CRDT", "ICDT", "RRTN", returned, "none"},
      {"CRDT", "IDDT", "ESDD", "", "settled"},
      {"CRDT", "RDDT", "PMDD", "", "settled"},
      {"DBIT", "IDDT", "UPDD", "", "returned"},
      {"DBIT", "IDDT", "ESDD", "", "unknown"},
      {"DBIT", "RDDT", "ESDD", "", "none"},
      {"DBIT", "ICDT", "ESCT", "", "none"},
      {"CRDT", "RCDT", "ESCT", "", "none"},
  };
  for (const auto& row : rows) {
    const auto described =
        describe(camt("02", booking("5.00", row.side, "BOOK", family(row.family, row.subfamily),
                                    "<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs>" + row.details + "</TxDtls>")));
    EXPECT_TRUE(contains(line_of(described, "entry"), " " + row.expected + " "))
        << row.side << row.family << row.subfamily << "\n"
        << described.text;
  }
}

TEST(CamtClass, OnlyBookMovesMoney) {
  const auto described = describe(camt("02", booking("5.00", "CRDT", "PDNG", family("IDDT", "ESDD"), "<TxDtls/>") +
                                                 booking("6.00", "CRDT", "INFO", family("IDDT", "ESDD"), "<TxDtls/>")));
  EXPECT_TRUE(
      contains(described.text, "entry 1 line=1 pending status=PDNG debit amount=500 EUR booked=500 not-booked"));
  EXPECT_TRUE(contains(described.text, "entry 2 line=1 none status=INFO debit amount=600 EUR booked=600 not-booked"));
  EXPECT_TRUE(contains(described.text, "credits=0/0 debits=0/0"));
}

TEST(CamtClass, ABookingWithoutAStatusIsNotPosted) {
  const auto described =
      describe(camt("02", "<Ntry><Amt Ccy=\"EUR\">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BkTxCd/></Ntry>"));
  EXPECT_TRUE(contains(described.findings, "camt.no-status"));
  EXPECT_TRUE(contains(described.text, "not-booked"));
}

TEST(CamtClass, ACodeOfTheBankAloneIsLeftToTheMatching) {
  const auto described = describe(camt("02", booking("5.00", "DBIT", "BOOK", "<Prtry><Cd>N246</Cd></Prtry>",
                                                     "<TxDtls><Refs><MndtId>M-1</MndtId></Refs></TxDtls>")));
  EXPECT_TRUE(contains(line_of(described, "entry"), " unknown "));
  EXPECT_TRUE(contains(line_of(described, "entry"), "code=N246"));
}

TEST(Messages, WithoutContentAreShownToPeople) {
  const auto message = [](std::string_view format, std::string_view inside) {
    return describe("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:" + std::string{format} + "\">" +
                    std::string{inside} + "</Document>");
  };
  const std::string head = "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-24T08:00:00</CreDtTm></GrpHdr>";
  const struct {
    std::string_view format;
    std::string inside, says;
  } rows[] = {
      {"camt.053.001.08", "<BkToCstmrStmt>" + head + "</BkToCstmrStmt>", "holds no statement"},
      {"camt.052.001.08", "<BkToCstmrAcctRpt/>", "holds no statement"},
      {"camt.054.001.08", "<BkToCstmrDbtCdtNtfctn>" + head + "</BkToCstmrDbtCdtNtfctn>", "holds no notification"},
      {"pain.008.001.08", "<CstmrDrctDbtInitn>" + head + "</CstmrDrctDbtInitn>", "holds no block of collections"},
      {"pain.008.001.08", "<CstmrDrctDbtInitn>" + head + "<PmtInf/></CstmrDrctDbtInitn>", "block holds no collection"},
      {"pain.007.001.09", "<CstmrPmtRvsl>" + head + "</CstmrPmtRvsl>", "names no block of collections"},
      {"pain.002.001.10",
       "<CstmrPmtStsRpt>" + head +
           "<OrgnlGrpInfAndSts><OrgnlMsgId>O</OrgnlMsgId><OrgnlMsgNmId>pain.008</OrgnlMsgNmId></OrgnlGrpInfAndSts>"
           "</CstmrPmtStsRpt>",
       "gives no status"},
  };
  for (const auto& row : rows) {
    const auto described = message(row.format, row.inside);
    EXPECT_EQ(described.verdict, Verdict::accepted_with_findings) << described.text;
    EXPECT_TRUE(contains(described.findings, "iso20022.no-content")) << described.text;
    EXPECT_TRUE(contains(described.text, row.says)) << described.text;
  }
}

TEST(CamtVersions, AStatusInEitherFormIsReadUnderAnyVersion) {
  for (const std::string_view version : {"02", "03", "04", "06", "08", "10", "11", "14"}) {
    for (const std::string_view status : {"BOOK", "<Cd>BOOK</Cd>"}) {
      const auto described =
          describe(camt(version, booking("5.00", "CRDT", status, family("IDDT", "ESDD"), "<TxDtls/>")));
      EXPECT_TRUE(contains(line_of(described, "entry"), " settled status=BOOK "))
          << version << status << described.text;
      EXPECT_NE(described.verdict, Verdict::refused);
    }
  }
}

TEST(CamtVersions, APartyUnderTheWrongVersionIsReadWithAWarning) {
  const auto described =
      describe(camt("02", booking("5.00", "CRDT", "BOOK", family("IDDT", "ESDD"),
                                  "<TxDtls><RltdPties><Dbtr><Pty><Nm>Anna</Nm></Pty></Dbtr></RltdPties></TxDtls>")));
  EXPECT_TRUE(contains(line_of(described, "entry"), "payer=Anna"));
  EXPECT_TRUE(contains(described.findings, "xml.other-version"));
}

TEST(CamtMoney, DetailsThatDoNotAddUpAreFlagged) {
  const std::string details = "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">2.00</Amt></TxAmt></AmtDtls></TxDtls>";
  const auto described =
      describe(camt("02", booking("5.00", "CRDT", "BOOK", family("IDDT", "ESDD"), details + details)));
  EXPECT_TRUE(contains(described.findings, "camt.details-sum"));
  EXPECT_TRUE(contains(described.text, "The details add up to EUR 4.00; the booking is EUR 5.00."));
}

TEST(CamtMoney, ATransactionWithoutAnAmountAmongOthersIsNotGuessed) {
  const auto described =
      describe(camt("02", booking("5.00", "CRDT", "BOOK", family("IDDT", "ESDD"), "<TxDtls/><TxDtls/>")));
  EXPECT_EQ(described.entries, 2U);
  EXPECT_TRUE(contains(described.findings, "camt.no-amount"));
  EXPECT_TRUE(contains(line_of(described, "entry"), " unknown "));
}

TEST(CamtMoney, FractionsOfACentAreNeverRounded) {
  const auto described = describe(camt("02", booking("5.001", "CRDT", "BOOK", family("IDDT", "ESDD"), "<TxDtls/>")));
  EXPECT_TRUE(contains(described.findings, "iso20022.amount"));
  EXPECT_TRUE(contains(line_of(described, "entry"), " unknown "));
  EXPECT_FALSE(contains(line_of(described, "entry"), "amount="));
}

TEST(CamtMoney, AnAmountIsReadInEveryStyleOfWriting) {
  for (const std::string_view amount : {"5", "5.0", "5.00", "5.00000", "000000000000005.00", " 5.00\n"}) {
    const auto described = describe(camt("02", booking(amount, "CRDT", "BOOK", family("IDDT", "ESDD"), "<TxDtls/>")));
    EXPECT_TRUE(contains(line_of(described, "entry"), "amount=500 EUR")) << amount;
  }
  for (const std::string_view amount : {"-5.00", "5,00", "5e2", "", "99999999999999999999.00", "NaN"}) {
    const auto described = describe(camt("02", booking(amount, "CRDT", "BOOK", family("IDDT", "ESDD"), "<TxDtls/>")));
    EXPECT_FALSE(contains(line_of(described, "entry"), "amount=")) << amount;
    EXPECT_EQ(described.verdict, Verdict::accepted_with_findings);
  }
}

TEST(CamtMoney, TheStatementOverflowsWithAFindingAndNotInSilence) {
  const std::string huge = booking("90000000000000000.00", "CRDT", "BOOK", family("IDDT", "ESDD"), "<TxDtls/>");
  EXPECT_TRUE(contains(describe(camt("02", huge + huge)).findings, "camt.sum-overflow"));
}

TEST(CamtPlaces, AFindingNamesItsOwnTransaction) {
  const auto described =
      describe(camt("02", "\n" + booking("5.00", "DBIT", "BOOK", family("IDDT", "UPDD"), "\n<TxDtls/>\n<TxDtls/>")));
  EXPECT_TRUE(
      contains(described.text, "camt.reason-missing line=3 at=Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/NtryDtls[1] "))
      << described.text;
}

std::string pain002(std::string_view group, std::string_view block, std::string_view transaction) {
  const auto status = [](std::string_view element, std::string_view value) {
    return value.empty() ? std::string{}
                         : "<" + std::string{element} + ">" + std::string{value} + "</" + std::string{element} + ">";
  };
  return "<Document "
         "xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>M</"
         "MsgId><CreDtTm>2026-11-24T08:00:00</CreDtTm></GrpHdr>"
         "<OrgnlGrpInfAndSts><OrgnlMsgId>O</OrgnlMsgId><OrgnlMsgNmId>pain.008</OrgnlMsgNmId>" +
         status("GrpSts", group) + "</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>B</OrgnlPmtInfId>" +
         status("PmtInfSts", block) + "<TxInfAndSts><OrgnlEndToEndId>E</OrgnlEndToEndId>" +
         status("TxSts", transaction) + "</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>";
}

TEST(Pain002Status, TheLowestLevelThatDecidesCounts) {
  struct Row {
    std::string_view group, block, transaction, expected;
  };
  const Row rows[] = {
      {"", "", "RJCT", "rejected status=RJCT debit"},
      {"ACTC", "", "RJCT", "rejected status=RJCT debit"},
      {"", "RJCT", "", "rejected status=RJCT inherited"},
      {"RJCT", "", "", "rejected status=RJCT inherited"},
      {"RJCT", "PART", "", "rejected status=RJCT inherited"},
      {"PART", "PART", "", "unknown debit"},
      {"", "", "", "unknown debit"},
      {"", "", "PDNG", "pending status=PDNG"},
      {"", "", "ACSC", "accepted status=ACSC"},
      {"", "", "RVNM", "unknown status=RVNM"},
      {"", "", "RCVC", "unknown status=RCVC"},
      {"", "", "QQQQ", "unknown status=QQQQ"},
      {"", "", "CANC", "cancelled status=CANC"},
  };
  for (const auto& row : rows) {
    const auto described = describe(pain002(row.group, row.block, row.transaction));
    EXPECT_TRUE(contains(line_of(described, "entry"), std::string{" "} + std::string{row.expected}))
        << row.group << "/" << row.block << "/" << row.transaction << "\n"
        << described.text;
  }
}

TEST(Pain002Status, ContradictionsAreFlagged) {
  EXPECT_TRUE(contains(describe(pain002("ACTC", "RJCT", "")).findings, "pain002.contradiction"));
  EXPECT_TRUE(contains(describe(pain002("RJCT", "ACCP", "")).findings, "pain002.contradiction"));
  EXPECT_TRUE(contains(describe(pain002("RCVD", "ACCP", "")).findings, "pain002.contradiction"));
  EXPECT_TRUE(contains(describe(pain002("", "RJCT", "ACCP")).findings, "pain002.contradiction"));
  EXPECT_FALSE(contains(describe(pain002("PART", "PART", "RJCT")).findings, "pain002.contradiction"));
  EXPECT_FALSE(contains(describe(pain002("", "RJCT", "RJCT")).findings, "pain002.contradiction"));
}

TEST(Pain002Status, AReportOnOtherOrdersSaysSo) {
  std::string bytes = pain002("", "", "RJCT");
  EXPECT_FALSE(contains(describe(bytes).findings, "pain002.other-order"));
  bytes.replace(bytes.find("<OrgnlMsgNmId>pain.008") + 14, 8, "PAIN.001");
  EXPECT_TRUE(contains(describe(bytes).findings, "pain002.other-order"));
}

TEST(Pain008Checks, DoubledBlocksAndReferencesAreFlagged) {
  std::string bytes = fixture("pain008_core.xml");
  const auto begin = bytes.find("    <PmtInf>"), end = bytes.find("  </CstmrDrctDbtInitn>");
  bytes.insert(end, bytes.substr(begin, end - begin));
  const auto described = describe(bytes);
  EXPECT_TRUE(contains(described.findings, "pain008.doubled-batch-id"));
  EXPECT_TRUE(contains(described.findings, "pain008.doubled-reference"));
  EXPECT_TRUE(contains(described.text, "The file declares 2 transactions; it holds 4."));
  EXPECT_TRUE(contains(described.text, "The file declares a sum of 250.50; its transactions add up to 501.00."));
}

TEST(Pain008Checks, AnAmendmentMustBeAnnouncedAndDescribed) {
  std::string bytes = fixture("pain008_core.xml");
  bytes.replace(bytes.find("<AmdmntInd>true</AmdmntInd>"), 27, "");
  EXPECT_TRUE(contains(describe(bytes).findings, "pain008.amendment"));
}

TEST(Documents, SeveralInARowAreReadAsOneFile) {
  const std::string one = pain002("", "", "RJCT");
  const std::string declaration = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n";
  for (const std::string& between : {std::string{}, std::string{"\n"}, declaration, "\n" + declaration,
                                     std::string{"<!-- next -->\n"}, std::string{"<?pi x?>"}}) {
    for (const std::size_t size : {1U, 5U, 100'000U}) {
      const auto described = describe(declaration + one + between + one + "\n \n", {}, size);
      EXPECT_EQ(described.ends, 2U) << between << described.text;
      EXPECT_TRUE(contains(described.text, "entry 2 ")) << "positions go on";
      EXPECT_NE(described.verdict, Verdict::refused);
    }
  }
}

TEST(Documents, LineNumbersGoOnInTheSecond) {
  const auto described = describe("<?xml version=\"1.0\"?>\n" + pain002("", "", "RJCT") +
                                  "\n\n<?xml version=\"1.0\"?>\n" + pain002("", "", "RJCT") + "\n");
  EXPECT_TRUE(contains(described.text, "entry 1 line=2 ")) << described.text;
  EXPECT_TRUE(contains(described.text, "entry 2 line=5 ")) << described.text;
}

TEST(Documents, AGermanContainerIsOpened) {
  const auto described = describe(
      "<conxml "
      "xmlns=\"urn:conxml:xsd:container.nnn.001.GBIC4\"><ContainerId><SenderId>X</SenderId></"
      "ContainerId><MsgPain002><HashValue>AB</HashValue>" +
      pain002("", "", "RJCT") + "</MsgPain002><MsgPain002>" + pain002("", "", "ACCP") + "</MsgPain002></conxml>");
  EXPECT_EQ(described.ends, 2U) << described.text;
  EXPECT_EQ(described.entries, 2U);
  EXPECT_NE(described.verdict, Verdict::refused);
}

TEST(Namespaces, AForeignOneIsAWarningAndTheRootDecides) {
  std::string bytes = pain002("", "", "RJCT");
  bytes.replace(bytes.find("urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"), 46, "ISO:camt.053.001.02");
  const auto described = describe(bytes);
  EXPECT_TRUE(contains(described.findings, "xml.foreign-namespace"));
  EXPECT_TRUE(contains(line_of(described, "file"), "format=pain.002 "));
}

TEST(Namespaces, AnUndescribedVersionIsReadWithoutComplaint) {
  std::string bytes = pain002("", "", "RJCT");
  bytes.replace(bytes.find("pain.002.001.10"), 15, "pain.002.001.12");
  const auto described = describe(bytes);
  EXPECT_EQ(described.verdict, Verdict::accepted) << described.text;
  EXPECT_TRUE(contains(line_of(described, "file"), "format=pain.002.001.12 "));
}

TEST(Encodings, TheDeclaredOneIsHonoured) {
  struct Row {
    std::string_view encoding, name, expected;
  };
  const Row rows[] = {
      {"UTF-8", "M\xC3\xBCller", "M\xC3\xBCller"},
      {"ISO-8859-1", "M\xFCller", "M\xC3\xBCller"},
      {"iso-8859-15", "\xA4", "\xE2\x82\xAC"},
      {"Windows-1252", "\x80", "\xE2\x82\xAC"},
  };
  for (const auto& row : rows) {
    const auto described = describe("<?xml version='1.0' encoding='" + std::string{row.encoding} + "'?>" +
                                    camt("02", booking("5.00", "CRDT", "BOOK", family("IDDT", "ESDD"),
                                                       "<TxDtls><RltdPties><Dbtr><Nm>" + std::string{row.name} +
                                                           "</Nm></Dbtr></RltdPties></TxDtls>")));
    EXPECT_TRUE(contains(line_of(described, "entry"), "payer=" + std::string{row.expected}))
        << row.encoding << described.text;
  }
  EXPECT_TRUE(contains(describe("\xEF\xBB\xBF" + pain002("", "", "RJCT")).text, "rejected"));
}

TEST(Limits, FindingsOfOneCodeAreCountedInTheEnd) {
  std::string wrong;
  for (int i = 0; i < 20; ++i) wrong += "<Wrong/>";
  const auto described =
      describe(camt("02", wrong), {.file_name = {}, .format = {}, .accept_partial = false, .most_findings = 3});
  EXPECT_TRUE(contains(described.text, "17 more findings \"xml.unexpected-element\" are not listed."));
}

}  // namespace
}  // namespace counterfoil::tests
