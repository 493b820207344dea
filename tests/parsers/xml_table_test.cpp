#include "formats/xml_table.hpp"

#include <gtest/gtest.h>

#include "core/catalogue.hpp"
#include "parsers/iso20022_words.hpp"

namespace counterfoil {
namespace {

constexpr std::string_view small = R"(
# A message of two versions.
family toy.001 Toy
versions 01 02
source "made up"

shape Who
  Nm            1     text 1..10
  | Code        1     code 2..2       [01]
  | Number      1     digits 1..5     [01]
  Mail          0..1  text 1..20      [02]

message
  Id            1     text 1..35      -> file.message_id ; given by us
  Payer         1..n  =Who            -> entry
    at Nm -> entry.payer_name
)";

XmlPlan plan_of(std::string_view text, std::string_view family, std::string_view version) {
  const auto table = XmlTable::parse(text, "toy.table");
  EXPECT_TRUE(table.has_value()) << (table ? "" : table.error().explanation);
  auto plan = table->plan(family, version);
  EXPECT_TRUE(plan.has_value());
  return *std::move(plan);
}

TEST(XmlTable, UnfoldsShapesForOneVersion) {
  const auto plan = plan_of(small, "toy.001", "01");
  ASSERT_NE(plan.find("Payer/Nm"), nullptr);
  EXPECT_EQ(plan.find("Payer/Nm")->binding, "entry.payer_name");
  EXPECT_EQ(plan.find("Payer/Nm")->length_max, 10U);
  EXPECT_EQ(plan.find("Payer")->occurs_max, xml_unbounded);
  EXPECT_EQ(plan.find("Payer/Mail"), nullptr);
  EXPECT_EQ(plan.find("Id")->note, "given by us");
  EXPECT_EQ(plan.path_of(*plan.find("Payer/Nm")), "Document/Toy/Payer/Nm");
  EXPECT_TRUE(plan.find("Payer/Code")->is_choice_required);
  EXPECT_EQ(plan.find("Payer/Code")->choice, plan.find("Payer/Number")->choice);
}

TEST(XmlTable, KnowsThePartsOfTheNameOfAMessage) {
  EXPECT_EQ(parts_of_message_name("pain.008.001.08").family, "pain.008");
  EXPECT_EQ(parts_of_message_name("pain.008.001.08").version, "08");
  EXPECT_EQ(parts_of_message_name("pain.008.001.02.ch.03").version, "02");
  EXPECT_EQ(parts_of_message_name("camt.053").family, "camt.053");
  EXPECT_EQ(parts_of_message_name("camt.053").version, "");
  EXPECT_EQ(parts_of_message_name("nacha").family, "nacha");
  EXPECT_EQ(parts_of_message_name("").family, "");
  EXPECT_EQ(parts_of_message_name("...").family, "...");
}

TEST(XmlTable, NamesAMessageAsItsFamilyDoes) {
  EXPECT_EQ(message_name("pain.008", "08"), "pain.008.001.08");
  EXPECT_EQ(message_name("pain.008", ""), "pain.008");
  EXPECT_EQ(message_name("bacs-report", "2"), "bacs-report");
  EXPECT_TRUE(is_of_family("camt.054.001.08", "camt.054"));
  EXPECT_TRUE(is_of_family("bacs-report.arudd", "bacs-report"));
  EXPECT_FALSE(is_of_family("bacs-reports", "bacs-report"));
}

TEST(XmlTable, OfEveryFamilySaysWhatItsMessagesAreCalled) {
  for (const auto& scheme : Catalogue::built_in().schemes()) {
    for (const auto& [name, text] : scheme.tables) {
      const auto table = XmlTable::parse(text.text, text.file);
      ASSERT_TRUE(table.has_value()) << text.file;
      EXPECT_FALSE(table->title().empty()) << text.file;
      EXPECT_NE(table->title().front(), '"') << text.file;
    }
  }
}

TEST(XmlTable, GivesTheUnionForAVersionNobodyDescribed) {
  const auto plan = plan_of(small, "toy.001", "77");
  EXPECT_TRUE(plan.version.empty());
  EXPECT_NE(plan.find("Payer/Mail"), nullptr);
  EXPECT_NE(plan.find("Payer/Code"), nullptr);
  EXPECT_FALSE(plan.find("Payer/Code")->is_choice_required);
}

TEST(XmlTable, NamesTheLineThatIsWrong) {
  struct Row {
    std::string_view text, code;
    std::uint32_t line;
  };
  const Row rows[] = {
      {"family a B\nmessage\n  Id 2x text 1..3\n", "table.occurs", 3},
      {"family a B\nmessage\n  Id 1 text\n", "table.length", 3},
      {"family a B\nmessage\n  Id 1 string 1..3\n", "table.content", 3},
      {"family a B\nmessage\n  Id\n", "table.element", 3},
      {"family a B\nmessage\n     Id 1 date\n", "table.indent", 3},
      {"family a B\nmessage\n  Id 1 date\n      Od 1 date\n", "table.indent", 4},
      {"family a B\nmessage\n  Id 1 =Nobody\n", "table.shape-unknown", 3},
      {"family a B\nshape S\n  Id 1 =S\nmessage\n  X 1 =S\n", "table.shape-cycle", 3},
      {"family a B\nmessage\n  Id 1 date [04-\n", "table.marks", 3},
      {"family a B\nmessage\n  Id 1 one-of\n", "table.codes", 3},
      {"family a B\nmessage\n  Id 1 date ->\n", "table.no-binding", 3},
      {"family a B\n  Id 1 date\n", "table.element-outside", 2},
      {"famly a B\n", "table.unknown-line", 1},
      {"message\n  Id 1 date\n", "table.no-family", 2},
      {"family a B\n", "table.no-message", 1},
  };
  for (const auto& row : rows) {
    const auto table = XmlTable::parse(row.text, "toy.table");
    ASSERT_FALSE(table.has_value()) << row.text;
    EXPECT_EQ(table.error().code, row.code) << row.text;
    EXPECT_EQ(table.error().place.line, row.line) << row.text;
    EXPECT_FALSE(table.error().remedy.empty());
  }
}

TEST(XmlTable, LintFindsWhatHangsLoose) {
  const auto table = XmlTable::parse(
      "family a B\nshape Unused\n  X 1 date\nshape S\n  Y 1 date\nmessage\n  Id 1 =S [zz]\n    at Z -> entry.amount\n  "
      "Od 1 date -> entry.colour\n",
      "toy.table");
  ASSERT_TRUE(table.has_value());
  const std::string_view known[] = {"entry.amount"};
  std::string codes;
  for (const auto& finding : table->lint(known)) codes += finding.code + ":" + std::to_string(finding.place.line) + " ";
  EXPECT_EQ(codes, "table.binding-misses:8 table.shape-unused:2 table.mark-unknown:7 table.binding-unknown:9 ");
}

TEST(XmlTable, TheBuiltInOnesHaveNoFault) {
  const Scheme* scheme = Catalogue::built_in().find("iso20022");
  ASSERT_NE(scheme, nullptr);
  ASSERT_GE(scheme->tables.size(), 4U);
  for (const auto& [name, text] : scheme->tables) {
    const auto table = XmlTable::parse(text.text, text.file);
    ASSERT_TRUE(table.has_value()) << name;
    for (const auto& finding : table->lint(xml_word_names()))
      ADD_FAILURE() << name << ":" << finding.place.line << " " << finding.message;
    EXPECT_FALSE(table->sources().empty());
    for (const auto& family : table->families()) {
      for (const auto& version : table->versions()) {
        const auto plan = table->plan(family.name, version);
        ASSERT_TRUE(plan.has_value());
        EXPECT_EQ(plan->version, version);
        EXPECT_GT(plan->nodes.size(), 100U);
      }
    }
  }
}

}  // namespace
}  // namespace counterfoil
