// Documents that mean harm, or are damaged in the ways a transport damages them. Each is refused with a code that says
// why.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/parsers/described.hpp"

namespace counterfoil::tests {
namespace {

const std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const std::string open =
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr><MsgId>";
const std::string close = "</MsgId></GrpHdr></BkToCstmrStmt></Document>";

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

struct Hostile {
  std::string name;
  std::string bytes;
  std::string code;
};

std::vector<Hostile> hostile_documents() {
  std::string laughs = "<!DOCTYPE x [<!ENTITY a \"ha\">";
  for (char c = 'b'; c < 'k'; ++c) {
    laughs +=
        std::string{"<!ENTITY "} + c + " \"" + repeated(std::string{"&"} + static_cast<char>(c - 1) + ";", 10) + "\">";
  }
  laughs += "]>";
  std::string namespaces = "<Document";
  for (int i = 0; i < 10'000; ++i) namespaces += " xmlns:n" + std::to_string(i) + "=\"u" + std::to_string(i) + "\"";
  return {
      {"LaughsInText", xml + laughs + open + "&j;" + close, "xml.doctype"},
      {"LaughsInAnAttribute", xml + laughs + "<Document a=\"&j;\"/>", "xml.doctype"},
      {"QuadraticGrowth",
       xml + "<!DOCTYPE x [<!ENTITY a \"" + std::string(50'000, 'a') + "\">]>" + open + repeated("&a;", 10'000) + close,
       "xml.doctype"},
      {"EntityFromAFile", xml + "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + open + "&a;" + close,
       "xml.doctype"},
      {"EntityFromTheNetwork",
       xml + "<!DOCTYPE x [<!ENTITY a SYSTEM \"http://127.0.0.1:1/x\">]>" + open + "&a;" + close, "xml.doctype"},
      {"ParameterEntity", xml + "<!DOCTYPE x [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]>" + open + close,
       "xml.doctype"},
      {"DoctypeFromOutside", xml + "<!DOCTYPE Document SYSTEM \"http://127.0.0.1:1/x.dtd\">" + open + close,
       "xml.doctype"},
      {"DoctypeAlone", xml + "<!DOCTYPE Document>", "xml.doctype"},
      {"DoctypeInLowerCase", xml + "<!doctype html><html></html>", "xml.not-well-formed"},
      {"Html", "<html><body>Service unavailable</body></html>", "xml.unknown-root"},
      {"IncludedFile", xml + "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"/>",
       "xml.unknown-root"},
      {"UndeclaredEntity", xml + open + "&nbsp;" + close, "xml.entity"},
      {"BareAmpersand", xml + open + "A & B" + close, "xml.not-well-formed"},
      {"Deep", xml + open + repeated("<a>", 100'000), "xml.too-deep"},
      {"DeepUnderDocument", xml + "<conxml>" + repeated("<a>", 100'000), "xml.too-deep"},
      {"LongText", xml + open + std::string(100'000, 'x') + close, "xml.text-too-long"},
      {"VeryLongText", xml + open + std::string(20'000'000, 'x') + close, "xml.text-too-long"},
      {"LongAttribute", xml + "<Document a=\"" + std::string(5'000'000, 'x') + "\"/>", "xml.too-long"},
      {"LongName", xml + "<" + std::string(5'000'000, 'x') + "/>", "xml.too-long"},
      {"LongComment", xml + "<!--" + std::string(5'000'000, 'x') + "-->" + open + close, "xml.too-long"},
      {"LongInstruction", xml + "<?x " + std::string(5'000'000, 'x') + "?>" + open + close, "xml.too-long"},
      {"ManyNamespaces", xml + namespaces + "/>", "xml.too-many-namespaces"},
      {"ManyNamespacesOneByOne",
       xml + "<conxml>" +
           [] {
             std::string text;
             for (int i = 0; i < 10'000; ++i) text += "<a xmlns=\"u" + std::to_string(i) + "\"/>";
             return text;
           }(),
       "xml.too-many-namespaces"},
      {"ManyNames",
       xml + open + "A</MsgId></GrpHdr>" +
           [] {
             std::string text;
             for (int i = 0; i < 100'000; ++i) text += "<a" + std::to_string(i) + "/>";
             return text;
           }(),
       "xml.too-many-names"},
      {"NamedTwice", xml + "<Document a=\"1\" a=\"2\"/>", "xml.not-well-formed"},
      {"BrokenUtf8", xml + open + "M\xFCller" + close, "xml.characters"},
      {"OverlongUtf8", xml + open + "\xC0\xBC" + close, "xml.characters"},
      {"ControlCharacter", xml + open + "\x01" + close, "xml.characters"},
      {"ZeroByte", xml + open + std::string(1, '\0') + close, "xml.characters"},
      {"Utf16", std::string{"\xFF\xFE<\0D\0o\0c\0", 12}, "file.utf16"},
      {"Utf16WithoutMark", std::string{"<\0?\0x\0m\0l\0", 10}, "file.utf16"},
      {"Utf7", "<?xml version=\"1.0\" encoding=\"UTF-7\"?>" + open + close, "xml.encoding"},
      {"Utf16Declared", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + open + close, "xml.encoding"},
      {"Ebcdic", "<?xml version=\"1.0\" encoding=\"IBM037\"?>" + open + close, "xml.encoding"},
      {"UnknownEncoding", "<?xml version=\"1.0\" encoding=\"x-user-defined\"?>" + open + close, "xml.encoding"},
      {"SecondRootOfAnotherKind", xml + open + close + "<script/>", "xml.unknown-root"},
      {"TextAfterTheRoot", xml + open + close + "\nDROP TABLE", "xml.after-root"},
      {"ZeroBytesAfterTheRoot", xml + open + close + std::string(100, '\0'), "xml.after-root"},
      {"DoctypeAfterTheRoot", xml + open + close + "<!DOCTYPE x>", "xml.after-root"},
      {"OpenCommentAfterTheRoot", xml + open + close + "<!-- x", "xml.incomplete"},
      {"UnknownMessage",
       xml + "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf/></Document>",
       "iso20022.unknown-message"},
      {"CreditTransfer",
       xml + "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn/></Document>",
       "iso20022.message-not-read"},
      {"EmptyDocument", xml + "<Document/>", "iso20022.no-message"},
      {"EmptyContainer", xml + "<conxml/>", "iso20022.no-message"},
      {"TwoMessagesInOne", xml + "<Document><BkToCstmrStmt/><BkToCstmrStmt/></Document>", "xml.second-message"},
      {"DeclarationAlone", xml, "xml.incomplete"},
      {"WrongEndTag", xml + "<Document><BkToCstmrStmt></Document>", "xml.not-well-formed"},
  };
}

class HostileDocument : public testing::TestWithParam<Hostile> {};

TEST_P(HostileDocument, IsRefused) {
  const auto start = std::chrono::steady_clock::now();
  const auto described = describe(GetParam().bytes);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(described.verdict, Verdict::refused);
  EXPECT_EQ(described.refusal, GetParam().code) << described.text.substr(0, 2000);
  // Generous, for a busy machine; an entity bomb takes minutes.
  EXPECT_LT(taken.count(), 5.0);
}

INSTANTIATE_TEST_SUITE_P(Xml, HostileDocument, testing::ValuesIn(hostile_documents()),
                         [](const auto& row) { return row.param.name; });

TEST(WideDocument, FloodsNobodyWithFindings) {
  const std::string bytes =
      xml + open + "A</MsgId></GrpHdr>" + repeated("<Xyz>1</Xyz>", 200'000) + "</BkToCstmrStmt></Document>";
  const auto described = describe(bytes, {.file_name = {}, .format = {}, .accept_partial = false, .most_findings = 10});
  EXPECT_EQ(described.verdict, Verdict::accepted_with_findings);  // Strange, and without a statement.
  EXPECT_LT(described.text.size(), 10'000U);
  EXPECT_NE(described.text.find("199990 more findings \"xml.unexpected-element\" are not listed."), std::string::npos)
      << described.text;
}

TEST(BadBytes, NameTheLine) {
  const auto described = describe(
      xml + "<Document>\n<BkToCstmrStmt>\n<GrpHdr><MsgId>M\xFCller</MsgId></GrpHdr></BkToCstmrStmt></Document>");
  EXPECT_NE(described.text.find("error xml.characters line=4"), std::string::npos) << described.text;
}

}  // namespace
}  // namespace counterfoil::tests
