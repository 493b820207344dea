#include "generators/xml_program.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

XmlPlan plan() {
  const auto table = XmlTable::parse(R"(family test.001 Root
versions 01 02
source "made for this test"

message
  Head             1
    Id             1     text 1..5
    Nm             0..1  text 1..10
  Item             0..n
    Amt            1     amount
    Party          0..1
      Nm           1     text 1..10
      Town         0..1  text 1..10
    Kind           0..1
      | Cd         1     code 1..4
      | Prtry      1     text 1..10
    Line           0..2  text 1..10
    New            0..1  text 1..10   [02]
)",
                                     "test.table");
  EXPECT_TRUE(table) << table.error().explanation;
  const auto made = table->plan("test.001", "01");
  EXPECT_TRUE(made);
  return *made;
}

enum Slot : std::size_t { amount, name, town, code, other, line_1, line_2 };
constexpr XmlField fields[] = {{"Item/Line", line_1},   {"Item/Line", line_2},  {"Item/Party/Town", town},
                               {"Item/Party/Nm", name}, {"Item/Kind/Cd", code}, {"Item/Kind/Prtry", other},
                               {"Item/Amt", amount}};

XmlProgram items(XmlText text) {
  auto program = XmlProgram::make(plan(), "Item", fields, {.text = text, .currency = "EUR", .open_before = {}});
  EXPECT_TRUE(program) << program.error().explanation;
  return *std::move(program);
}

TEST(XmlProgram, WritesInTheOrderOfTheTableAndOnlyWhatIsThere) {
  auto program = items(XmlText::any);
  XmlValues values;
  values.set(amount, "1.00");
  values.set(line_2, "second");
  values.set(name, "A&B");
  std::string out;
  ASSERT_TRUE(program.append(values, out));
  EXPECT_EQ(out, "<Item><Amt Ccy=\"EUR\">1.00</Amt><Party><Nm>A&amp;B</Nm></Party><Line>second</Line></Item>");
  values.set(line_1, "first");
  values.set(name, "");
  out.clear();
  ASSERT_TRUE(program.append(values, out));
  EXPECT_EQ(out, "<Item><Amt Ccy=\"EUR\">1.00</Amt><Line>first</Line><Line>second</Line></Item>");
}

TEST(XmlProgram, KeepsTheTextBeforeWhenItGrows) {
  auto program = items(XmlText::safe);
  XmlValues values;
  values.set(amount, "1.00");
  std::string out, expected;
  for (int item = 0; item < 1000; ++item) {
    ASSERT_TRUE(program.append(values, out));
    expected += "<Item><Amt Ccy=\"EUR\">1.00</Amt></Item>";
  }
  EXPECT_EQ(out, expected);
}

TEST(XmlProgram, RefusesWhatTheTableDoesNotAllow) {
  auto program = items(XmlText::any);
  XmlValues values;
  std::string out;
  EXPECT_EQ(program.append(values, out).error().code, "write.element-missing");  // No amount.
  values.set(amount, "1.00");
  values.set(town, "Rome");
  EXPECT_EQ(program.append(values, out).error().code, "write.element-missing");  // A party without a name.
  values.set(name, "12345678901");
  EXPECT_EQ(program.append(values, out).error().code, "write.text-too-long");
  values.set(name, "A");
  values.set(code, "AB");
  values.set(other, "B");
  EXPECT_EQ(program.append(values, out).error().code, "write.choice");
}

TEST(XmlProgram, RefusesAnElementOfAnotherVersion) {
  const XmlField of_02[] = {{"Item/Amt", 0}, {"Item/New", 1}};
  const auto program = XmlProgram::make(plan(), "Item", of_02, {});
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code, "write.element-unknown");
}

TEST(XmlProgram, LeavesAnElementOpenForWhatFollows) {
  const XmlField head[] = {{"Head/Id", 0}};
  auto program = XmlProgram::make(plan(), "Head", head, {.text = XmlText::any, .currency = {}, .open_before = "Nm"});
  ASSERT_TRUE(program);
  XmlValues values;
  values.set(0, "7");
  std::string out;
  ASSERT_TRUE(program->append(values, out));
  EXPECT_EQ(out + program->closing_tag(), "<Head><Id>7</Id></Head>");
}

TEST(XmlEscape, EscapesWhatXmlNeeds) {
  std::string out;
  append_escaped("a & b < c > d \r \"e\" 'f'", out);
  EXPECT_EQ(out, "a &amp; b &lt; c &gt; d &#13; \"e\" 'f'");
}

}  // namespace
}  // namespace counterfoil
