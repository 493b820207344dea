#include "apps/cli/json.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

TEST(Json, WritesFieldsInTheOrderOfTheCalls) {
  Json json;
  json.object()
      .field("schema", "counterfoil.x.v1")
      .field("count", 3)
      .field("minor", std::int64_t{-9007199254740993})
      .field("good", true);
  json.array("ids").element("a").element("b").end().object("inner").field("none", "").end().end();
  EXPECT_EQ(
      json.text(),
      R"({"schema":"counterfoil.x.v1","count":3,"minor":-9007199254740993,"good":true,"ids":["a","b"],"inner":{"none":""}})");
}

TEST(Json, LeavesOutWhatDoesNotApply) {
  Json json;
  json.object()
      .field_if("a", "")
      .field_unless_zero("b", 0)
      .field_if("c", std::optional<std::int64_t>{})
      .field_if("d", "x")
      .end();
  EXPECT_EQ(json.text(), R"({"d":"x"})");
}

TEST(Json, EscapesQuotesBackslashesAndControlCharacters) {
  Json json;
  json.object().field("t", std::string_view{"a\"b\\c\n\x1b\0z", 9}).end();
  EXPECT_EQ(json.text(), R"({"t":"a\"b\\c\u000a\u001b\u0000z"})");
}

TEST(Json, RepairsBytesThatAreNotUtf8) {
  Json json;
  json.array().element("M\xFCller").element("\xC3\xBC").element("\xED\xA0\x80").end();
  EXPECT_EQ(json.text(), "[\"M\xEF\xBF\xBDller\",\"\xC3\xBC\",\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]");
}

TEST(Utf8, RefusesOverlongAndHalfCharacters) {
  EXPECT_TRUE(is_utf8("plain \xE5\xBC\xA0 \xF0\x9F\x98\x80"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_utf8("\xE5\xBC"));
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
}

}  // namespace
}  // namespace counterfoil
