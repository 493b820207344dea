#include "parsers/detect.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/parsers/described.hpp"

namespace counterfoil::tests {
namespace {

using std::string_view_literals::operator""sv;

TEST(DetectShape, TellsFilesByTheirFirstBytes) {
  struct Row {
    std::string_view bytes;
    FileShape shape;
  };
  const Row rows[] = {
      {"", FileShape::empty},
      {" \r\n\t", FileShape::empty},
      {"\xEF\xBB\xBF", FileShape::empty},
      {"<?xml version=\"1.0\"?><Document/>", FileShape::xml},
      {"\xEF\xBB\xBF\n <Document/>", FileShape::xml},
      {"PK\x03\x04rest", FileShape::zip},
      {"\x1F\x8B\x08", FileShape::compressed},
      {"7z\xBC\xAF\x27\x1C", FileShape::compressed},
      {"%PDF-1.7", FileShape::document},
      {"\xD0\xCF\x11\xE0\xA1", FileShape::document},
      {"\xFF\xFE<\0"sv, FileShape::utf16},
      {"<\0?\0x\0"sv, FileShape::utf16},
      {":20:STARTUMS\r\n:25:10020030/1234567\r\n", FileShape::mt940},
      {"{1:F01BANKDEFFAXXX}{2:I940}{4:\r\n:20:X\r\n", FileShape::mt940},
      {"01,122099999,123456789,040621,0200,1,65,,2/\n02,031001234,122099999,1,040620,2359,,2/\n", FileShape::bai2},
      {"Datum;Betrag;Zweck\n2026-11-01;5,00;Miete\n2026-11-02;6,00;Strom\n", FileShape::csv},
      {"Hello there.\n", FileShape::unknown},
  };
  for (const auto& row : rows) EXPECT_EQ(detect_shape(row.bytes, true).shape, row.shape) << row.bytes.substr(0, 20);
}

TEST(ReadBankFile, RefusesWhatIsNoBankFileAndSaysWhy) {
  EXPECT_EQ(describe("").refusal, "file.empty");
  EXPECT_EQ(describe("a;b;c\n1;2;3\n").refusal, "file.csv");
  EXPECT_EQ(describe("\x1F\x8B\x08").refusal, "file.compressed");
  EXPECT_EQ(describe("%PDF-1.7").refusal, "file.document");
  EXPECT_EQ(describe("What is this?").refusal, "file.unknown");
}

TEST(ReadBankFile, TakesTheFormatItIsTold) {
  EXPECT_EQ(describe("What is this?", {.file_name = {}, .format = "camt.053"}).refusal, "xml.not-well-formed");
}

}  // namespace
}  // namespace counterfoil::tests
