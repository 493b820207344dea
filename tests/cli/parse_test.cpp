#include "apps/cli/parse.hpp"

#include <gtest/gtest.h>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/help.hpp"

namespace counterfoil {
namespace {

const Date today = make_date(2026, 11, 24);

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {.noun = "bill",
       .verb = "import",
       .summary = "Take in bills",
       .arguments = {{.name = "FILE", .help = "", .many = true}},
       .options = {{.name = "--count", .value = "N", .help = "", .kind = ValueKind::number},
                   {.name = "--on", .value = "DATE", .help = "", .kind = ValueKind::date},
                   {.name = "--mode", .value = "M", .help = "", .choices = {"all", "good"}},
                   {.name = "--output-folder", .value = "F", .help = ""},
                   {.name = "--reason", .value = "R", .help = "", .many = true},
                   {.name = "--force", .value = "", .help = ""}},
       .run = {}},
      {.noun = "bill", .verb = "list", .summary = "List bills", .run = {}},
      {.noun = "bill",
       .verb = "compare",
       .summary = "Compare two lists",
       .arguments = {{.name = "A", .help = ""}, {.name = "B", .help = "", .required = false}},
       .run = {}},
      {.noun = "status", .verb = "", .summary = "Show what is due", .run = {}},
  };
  return all;
}

Result<ParsedLine> parse(const std::vector<std::string>& words) { return parse_command_line(commands(), words, today); }

std::string code_of(const std::vector<std::string>& words) {
  const auto line = parse(words);
  return line ? "none" : line.error().code;
}

TEST(CommandLine, TakesGlobalFlagsAnywhere) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"--as", "anna", "--json", "bill", "list", "--as-of", "2026-12-01"},
                                             {"bill", "--json", "list", "--as=anna", "--as-of=2026-12-01"},
                                             {"bill", "list", "--as-of", "2026-12-01", "--as", "anna", "--json"}}) {
    const auto line = parse(words);
    ASSERT_TRUE(line.has_value()) << line.error().explanation;
    EXPECT_EQ(line->command->path(), "bill list");
    EXPECT_TRUE(line->globals.json);
    EXPECT_EQ(line->globals.as, "anna");
    EXPECT_EQ(line->globals.today, make_date(2026, 12, 1));
  }
}

TEST(CommandLine, TakesTodayWhereNoDayIsGiven) { EXPECT_EQ(parse({"status"})->globals.today, today); }

TEST(CommandLine, NeverTakesAFileForANounOrTheValueOfAFlag) {
  const auto line = parse({"bill", "import", "--count", "3", "status", "bill", "--force", "--", "--odd-name"});
  ASSERT_TRUE(line.has_value()) << line.error().explanation;
  EXPECT_EQ(line->values.at("FILE"), (std::vector<std::string>{"status", "bill", "--odd-name"}));
  EXPECT_EQ(line->values.at("--count"), (std::vector<std::string>{"3"}));
}

TEST(CommandLine, GivesEachOfTwoArgumentsItsOwnValue) {
  const auto both = parse({"bill", "compare", "left", "right"});
  ASSERT_TRUE(both.has_value()) << both.error().explanation;
  EXPECT_EQ(both->values.at("A"), (std::vector<std::string>{"left"}));
  EXPECT_EQ(both->values.at("B"), (std::vector<std::string>{"right"}));
  EXPECT_FALSE(parse({"bill", "compare", "left"})->values.contains("B"));
  EXPECT_EQ(code_of({"bill", "compare", "left", "right", "more"}), "usage.unknown-word");
}

TEST(CommandLine, GathersAFlagThatMayBeRepeated) {
  EXPECT_EQ(parse({"bill", "import", "f", "--reason", "a", "--reason=b"})->values.at("--reason"),
            (std::vector<std::string>{"a", "b"}));
}

TEST(CommandLine, NamesEveryMistakeByItsOwnCode) {
  EXPECT_EQ(code_of({"bil", "list"}), "usage.unknown-command");
  EXPECT_EQ(code_of({"bill", "imprt"}), "usage.unknown-command");
  EXPECT_EQ(code_of({"bill"}), "usage.no-verb");
  EXPECT_EQ(code_of({"--json"}), "usage.no-command");
  EXPECT_EQ(code_of({"bill", "import"}), "usage.missing");
  EXPECT_EQ(code_of({"bill", "import", "f", "--count", "3x"}), "usage.not-a-number");
  EXPECT_EQ(code_of({"bill", "import", "f", "--count", "99999999999999999999"}), "usage.not-a-number");
  EXPECT_EQ(code_of({"bill", "import", "f", "--on", "2026-02-30"}), "usage.not-a-date");
  EXPECT_EQ(code_of({"bill", "import", "f", "--mode", "some"}), "usage.not-a-choice");
  EXPECT_EQ(code_of({"bill", "import", "f", "--count", "1", "--count", "2"}), "usage.given-twice");
  EXPECT_EQ(code_of({"bill", "import", "f", "--fource"}), "usage.unknown-word");
  EXPECT_EQ(code_of({"bill", "import", "f", "--count"}), "usage.command-line");
  EXPECT_EQ(code_of({"bill", "list", "--as-of", "today"}), "usage.not-a-date");
}

TEST(CommandLine, SuggestsTheWordThatWasMeant) {
  EXPECT_EQ(parse({"bill", "imprt"}).error().remedy,
            "Did you mean \"import\"? Use one of: import, list, compare. Run: counterfoil bill --help");
  EXPECT_EQ(parse({"bill", "import", "f", "--fource"}).error().remedy,
            "Did you mean \"--force\"? Run: counterfoil bill import --help");
}

TEST(CommandLine, TakesTheBeginningOfAWordForThatWord) {
  // "--count" needs fewer letters changed, and is not what was begun.
  EXPECT_EQ(parse({"bill", "import", "f", "--out"}).error().remedy,
            "Did you mean \"--output-folder\"? Run: counterfoil bill import --help");
}

TEST(CommandLine, AsksForHelpEvenWhenSomethingIsMissing) {
  EXPECT_TRUE(parse({})->help);
  EXPECT_TRUE(parse({"--help"})->help);
  EXPECT_EQ(parse({"bill", "-h"})->noun, "bill");
  EXPECT_EQ(parse({"bill", "import", "--help"})->command->path(), "bill import");
  EXPECT_TRUE(parse({"--version"})->version);
}

TEST(Help, NamesEveryCommandOfTheProgram) {
  const auto all = all_commands();
  const std::string program = program_help(all);
  for (const auto& command : all) {
    EXPECT_NE(program.find(command.noun), std::string::npos);
    EXPECT_NE(program.find(command.verb), std::string::npos);
  }
}

TEST(Help, HasAnExampleForEveryCommand) {
  for (const auto& command : all_commands()) {
    EXPECT_FALSE(command.examples.empty()) << "counterfoil " << command.path() << " has no example. Add one that runs.";
    EXPECT_FALSE(command.summary.empty() || command.summary.ends_with('.')) << command.path();
    for (const auto& example : command.examples) {
      EXPECT_TRUE(example.line.starts_with(command.path()))
          << command.path() << ": the example is of another command: " << example.line;
    }
  }
}

}  // namespace
}  // namespace counterfoil
