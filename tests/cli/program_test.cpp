// The program as scripts meet it: streams, exit codes, examples, completion.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/help.hpp"
#include "tests/cli/run_program.hpp"

namespace counterfoil::cli {
namespace {

const std::filesystem::path source{COUNTERFOIL_SOURCE_DIR};

std::string read_source(const std::string& name) {
  std::ifstream in{source / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

class Program : public testing::Test {
 protected:
  void SetUp() override { folder_.copy_from(source / "fixtures" / "examples"); }
  ProgramRun run(const std::string& arguments) { return run_counterfoil(folder_.path(), arguments); }

  ScratchFolder folder_;
};

TEST_F(Program, RunsEveryExampleOfItsHelp) {
  for (const auto& command : all_commands()) {
    for (const auto& example : command.examples) {
      if (!example.runs) continue;
      const auto result = run(example.line);
      EXPECT_EQ(result.exit, example.exit) << "counterfoil " << example.line << "\n" << result.err << result.out;
    }
  }
}

TEST_F(Program, ShowsHelpOfEveryCommandOnStdout) {
  for (const auto& command : all_commands()) {
    const auto result = run(command.path() + " --help");
    EXPECT_EQ(result.exit, 0) << command.path();
    EXPECT_NE(result.out.find("Examples:"), std::string::npos) << command.path();
    EXPECT_EQ(result.err, "") << command.path();
  }
}

TEST_F(Program, PrintsNoEscapeCodesWithoutATerminal) {
  for (const std::string line : {"file show return.ach", "file explain return.ach", "file explain pain002.xml",
                                 "file lint return.ach", "format list", "nothing"}) {
    const auto result = run(line);
    EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << line;
    EXPECT_EQ(result.err.find('\x1b'), std::string::npos) << line;
  }
}

TEST_F(Program, KeepsDataAndMessagesApart) {
  const auto good = run("file show return.ach --json");
  EXPECT_EQ(good.out.substr(0, 32), "{\"schema\":\"counterfoil.file.v1\",");
  EXPECT_EQ(good.err, "");
  const auto bad = run("file show missing.ach");
  EXPECT_EQ(bad.out, "");
  EXPECT_NE(bad.err, "");
  EXPECT_EQ(bad.exit, 1);
}

TEST_F(Program, ReadsStandardInput) {
  const auto result = run_line(folder_.path(), "cat return.ach | counterfoil file show - --json");
  EXPECT_EQ(result.exit, run("file show return.ach --json").exit);
}

TEST_F(Program, StopsQuietlyWhenTheReaderOfItsOutputDoes) {
  const auto result = run_line(folder_.path(), "counterfoil file explain return.ach | head -1");
  EXPECT_EQ(result.err, "");
}

TEST_F(Program, SaysSoWhenItsOutputCannotBeWritten) {
  const auto result = run_line(folder_.path(), "counterfoil format list >/dev/full");
  EXPECT_EQ(result.exit, 1);
  EXPECT_NE(result.err.find("output.cannot-write"), std::string::npos);
}

TEST_F(Program, MasksAccountsUnlessAskedNotTo) {
  EXPECT_EQ(run("file show return.ach --jsonl").out.find("1234567\""), std::string::npos);
  EXPECT_NE(run("file show return.ach --jsonl --unmask").out.find("\"payer_account\":\"1234567\""), std::string::npos);
  EXPECT_EQ(run("file explain return.ach").out.find("7654321"), std::string::npos);
}

TEST_F(Program, MakesPagesWithoutScriptAndWithoutAccounts) {
  for (const std::string line : {"file explain return.ach --html", "file explain pain002.xml --html",
                                 "format docs nacha --whole-scheme --html", "format docs camt.054.001.08 --html"}) {
    const auto result = run(line);
    EXPECT_EQ(result.out.substr(0, 15), "<!doctype html>") << line << result.err;
    EXPECT_TRUE(result.out.ends_with("</html>\n")) << line;
    EXPECT_EQ(result.out.find("<script"), std::string::npos) << line;
    EXPECT_EQ(result.out.find("7654321"), std::string::npos) << line;
  }
  EXPECT_NE(run("file explain return.ach --html --unmask").out.find("7654321"), std::string::npos);
}

/// What stands behind each `mark` up to the closing quotes.
std::vector<std::string> marked(const std::string& page, const std::string& mark) {
  std::vector<std::string> found;
  for (auto at = page.find(mark); at != std::string::npos; at = page.find(mark, at)) {
    at += mark.size();
    found.push_back(page.substr(at, page.find('"', at) - at));
  }
  return found;
}

TEST_F(Program, LeadsEveryLinkOfAPageToItsOnePlace) {
  // All of an XML file may stand in one line, and then every part begins there.
  ASSERT_EQ(run_line(folder_.path(), "tr -d '\\n' < pain002.xml > one-line.xml").exit, 0);
  for (const std::string line : {"file explain return.ach --html", "file explain one-line.xml --html"}) {
    const std::string page = run(line).out;
    const auto ids = marked(page, " id=\"");
    const std::set<std::string> places{ids.begin(), ids.end()};
    EXPECT_EQ(places.size(), ids.size()) << line;
    const auto links = marked(page, "href=\"#");
    EXPECT_GT(links.size(), 3U) << line;
    for (const auto& link : links) EXPECT_TRUE(places.contains(link)) << line << ": " << link;
  }
}

TEST_F(Program, BringsAFileBackFromItsListAsItWas) {
  // Of two answered rows the first once got the tax number of the second.
  for (const std::string file : {"febraban150-05/answered.ret", "febraban150/sent.rem", "cn-304/answered.304",
                                 "nacha/returned.ach", "autogiro/payments.ag", "bacs/debits.txt"}) {
    std::filesystem::copy_file(source / "fixtures/fixed_width" / file, folder_.path() / "was",
                               std::filesystem::copy_options::overwrite_existing);
    const auto run = run_line(folder_.path(),
                              "counterfoil file convert was --to json --unmask > list.jsonl && counterfoil file convert "
                              "list.jsonl --to bank -o is --replace && counterfoil file diff was is");
    EXPECT_EQ(run.exit, 0) << file << "\n" << run.out << run.err;
  }
}

TEST_F(Program, MasksTheTaxNumberOfAPayer) {
  std::filesystem::copy_file(source / "fixtures/fixed_width/febraban150-05/answered.ret", folder_.path() / "was");
  for (const std::string line : {"file convert was --to json", "file convert was --to csv", "file show was --jsonl",
                                 "file explain was --html", "file explain was"}) {
    EXPECT_EQ(run(line).out.find("11122233344"), std::string::npos) << line;
  }
}

TEST_F(Program, NamesEveryHolidayThatFollowsARule) {
  for (const std::string calendar : {"target2", "us-fed", "uk"}) {
    for (int year = 2026; year < 2038; ++year) {
      const std::string line = "calendar show " + calendar + " --year " + std::to_string(year) + " --json";
      const auto result = run(line);
      EXPECT_NE(result.out.find("\"open\":false,\"name\""), std::string::npos) << line;
      EXPECT_EQ(result.out.find("\"open\":false}"), std::string::npos) << result.out;
    }
  }
}

TEST_F(Program, ExplainsOneLineOfAFile) {
  const auto result = run("file explain return.ach --line 4 --json");
  EXPECT_NE(result.out.find("\"R01\""), std::string::npos);
  EXPECT_EQ(run("file explain return.ach --line 400").exit, 2);
}

TEST_F(Program, WritesTheSameFileTwice) {
  const std::string line =
      "file write --creditor creditor.toml --claims claims.csv --as-of 2026-11-24 --created 2026-11-24T09:00:00 -o ";
  ASSERT_EQ(run(line + "a.xml").exit, 0);
  ASSERT_EQ(run(line + "b.xml").exit, 0);
  EXPECT_EQ(folder_.read("a.xml"), folder_.read("b.xml"));
  const auto again = run(line + "a.xml --json");
  EXPECT_EQ(again.exit, 0);
  EXPECT_NE(again.out.find("already_there"), std::string::npos);
  const auto other =
      run("file write --creditor creditor.toml --claims claims.csv --as-of 2026-11-24 --created 2026-11-24T10:00:00 -o "
          "a.xml");
  EXPECT_EQ(other.exit, 6) << other.err;
  EXPECT_EQ(folder_.read("a.xml"), folder_.read("b.xml"));
}

TEST_F(Program, TakesNoFileAwayAndLeavesNoneBehindOnADryRun) {
  const auto result =
      run("file write --creditor nacha.toml --claims nacha.csv --as-of 2026-11-24 -o dry.ach --dry-run");
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "dry.ach"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "dry.ach.tmp"));
}

// The credit that balances a batch was counted as a claim nobody had ordered, so that no balanced file was kept.
TEST_F(Program, WritesAFileForEveryNachaProfileAndReadsItBack) {
  for (const std::string profile : {"plain", "lf", "unbroken", "balanced"}) {
    SCOPED_TRACE(profile);
    const auto result = run("file write --creditor nacha.toml --claims nacha.csv --as-of 2026-11-24 -o " + profile +
                            ".ach --profile " + profile + " --json");
    EXPECT_EQ(result.exit, 0) << result.err << result.out;
    EXPECT_NE(result.out.find("\"entries\":3"), std::string::npos) << result.out;
    const auto shown = run("file show " + profile + ".ach --json");
    EXPECT_EQ(shown.exit, 0) << shown.out;
    EXPECT_NE(shown.out.find("\"debit_minor\":123450"), std::string::npos) << shown.out;
  }
}

TEST_F(Program, WritesBlocksOfATableThatIsNotSorted) {
  folder_.write("mixed.csv",
                "reference,mandate,signed_on,sequence,payer_name,payer_account,amount,collect_on\n"
                "A,M1,2024-01-01,RCUR,Anna Example,DE02500105170137075030,1.00,2026-12-02\n"
                "B,M2,2024-01-01,FRST,Bert Example,DE02500105170137075030,2.00,2026-12-03\n"
                "C,M3,2024-01-01,RCUR,Cleo Example,DE02500105170137075030,4.00,2026-12-02\n"
                "D,M4,2024-01-01,FRST,Dora Example,DE02500105170137075030,8.00,2026-12-03\n");
  const auto result =
      run("file write --creditor creditor.toml --claims mixed.csv --as-of 2026-11-24 -o mixed.xml --count 4 --sum "
          "15.00 --json");
  EXPECT_EQ(result.exit, 0) << result.err << result.out;
  EXPECT_NE(result.out.find("\"batches\":2,\"entries\":4"), std::string::npos) << result.out;
  const auto shown = run("file show mixed.xml --json");
  EXPECT_EQ(shown.exit, 0) << shown.out;
  EXPECT_NE(shown.out.find("\"debit_minor\":1500"), std::string::npos) << shown.out;
}

TEST_F(Program, RefusesWhenTheCallerExpectsAnotherSum) {
  const auto result = run(
      "file write --creditor creditor.toml --claims claims.csv --as-of 2026-11-24 -o x.xml --count 4 --sum 1234.51");
  EXPECT_EQ(result.exit, 5);
  EXPECT_NE(result.err.find("claims.count-differs"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("claims.sum-differs"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "x.xml"));
}

TEST_F(Program, CompletionScriptsParse) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const auto result = run_line(folder_.path(), "counterfoil completion " + shell + " >script; command -v " + shell +
                                                     " >/dev/null || exit 42; " + shell + " -n script");
    if (result.exit == 42) continue;  // That shell is not on this machine.
    EXPECT_EQ(result.exit, 0) << shell << result.err;
  }
}

TEST_F(Program, CompletesNounsVerbsAndFlags) {
  const auto complete = [&](const std::string& words, int at) {
    return run_line(folder_.path(), "counterfoil completion bash >script; bash -c 'source ./script; COMP_WORDS=(" +
                                        words + "); COMP_CWORD=" + std::to_string(at) +
                                        "; _counterfoil; echo \"${COMPREPLY[*]}\"'")
        .out;
  };
  EXPECT_EQ(complete("counterfoil fi", 1), "file\n");
  EXPECT_EQ(complete("counterfoil file sh", 2), "show\n");
  EXPECT_EQ(complete("counterfoil file show --unm", 3), "--unmask\n");
  EXPECT_EQ(complete("counterfoil file show ret", 3), "return.ach\n");
}

TEST_F(Program, PageOfCommandsIsThatOfTheTable) {
  const std::string page = command_reference(all_commands());
  if (std::getenv("COUNTERFOIL_WRITE_PAGES") != nullptr) std::ofstream{source / "docs/COMMANDS.md"} << page;
  EXPECT_EQ(read_source("docs/COMMANDS.md"), page) << "docs/COMMANDS.md is not that of the program. Run this test once "
                                                      "with COUNTERFOIL_WRITE_PAGES=1 and commit the page.";
}

}  // namespace
TEST_F(Program, WritesReversalsWithinTheirTimeAndByThemselves) {
  const auto table = [&](const std::string& name, const std::string& rows) {
    std::ofstream{folder_.path() / name} << "reference,payer_name,payer_account,payer_bank,amount,collect_on,account_kind,"
                                            "reverses_on\n"
                                         << rows;
  };
  const std::string write = "file write --scheme nacha --creditor nacha.toml --as-of 2026-12-03 -o rev.ach --claims ";
  table("rev.csv", "RENT001,ANNA EXAMPLE,1234567,091000019,450.00,2026-12-04,checking,2026-12-02\n"
                   "RENT002,BERT EXAMPLE,7654321,121042882,500.00,2026-12-04,savings,2026-12-02\n");
  const auto written = run(write + "rev.csv");
  EXPECT_EQ(written.exit, 0) << written.out << written.err;
  const auto shown = run("file show rev.ach");
  EXPECT_EQ(shown.exit, 0) << shown.out;
  EXPECT_NE(shown.out.find("950.00"), std::string::npos) << shown.out;
  table("late.csv", "RENT001,ANNA EXAMPLE,1234567,091000019,450.00,2026-12-04,checking,2026-11-20\n");
  const auto late = run(write + "late.csv --json");
  EXPECT_EQ(late.exit, 5);
  EXPECT_NE(late.out.find("claims.reversal-too-late"), std::string::npos) << late.out;
  table("mixed.csv", "RENT001,ANNA EXAMPLE,1234567,091000019,450.00,2026-12-04,checking,2026-12-02\n"
                     "RENT002,BERT EXAMPLE,7654321,121042882,500.00,2026-12-04,savings,\n");
  EXPECT_NE(run(write + "mixed.csv --json").out.find("claims.mixed-reversals"), std::string::npos);
  table("before.csv", "RENT001,ANNA EXAMPLE,1234567,091000019,450.00,2026-12-04,checking,2026-12-07\n");
  EXPECT_NE(run(write + "before.csv --json").out.find("claims.reversal-before"), std::string::npos);
}

TEST_F(Program, WritesNoReversalsOfASchemeWithoutRulesForThem) {
  std::ofstream{folder_.path() / "rev.csv"} << "reference,payer_name,payer_account,payer_bank,amount,collect_on,reverses_on\n"
                                               "R1,ANNA EXAMPLE,1234567,062-001,450.00,2026-12-04,2026-12-02\n";
  const auto refused =
      run("file write --scheme becs --creditor becs.toml --as-of 2026-12-03 -o rev.aba --claims rev.csv --json");
  EXPECT_EQ(refused.exit, 5);
  EXPECT_NE(refused.out.find("claims.no-reversals"), std::string::npos) << refused.out;
}

TEST_F(Program, WritesNoTwoRowsThatAnAnswerCouldNotTellApart) {
  std::ofstream{folder_.path() / "branch.toml"} << "name = \"EXAMPLE WUYE\"\nscheme = \"cn-branch\"\naccount = "
                                                   "\"6228480000000000001\"\n[\"cn-branch\"]\nbank_code = \"16\"\n";
  std::ofstream{folder_.path() / "twins.csv"} << "reference,mandate,payer_name,payer_account,amount,collect_on\n"
                                                 "A,01-01,Wang,6228480000000000011,450.00,2026-12-04\n"
                                                 "B,01-01,Wang,6228480000000000011,450.00,2026-12-04\n";
  const auto refused = run("file write --creditor branch.toml --as-of 2026-12-02 -o rows.dat --claims twins.csv --json");
  EXPECT_EQ(refused.exit, 5);
  EXPECT_NE(refused.out.find("claims.twin"), std::string::npos) << refused.out;
  std::ofstream{folder_.path() / "apart.csv"} << "reference,mandate,payer_name,payer_account,amount,collect_on\n"
                                                 "A,01-01,Wang,6228480000000000011,450.00,2026-12-04\n"
                                                 "B,01-01,Wang,6228480000000000011,450.01,2026-12-04\n";
  const auto written = run("file write --creditor branch.toml --as-of 2026-12-02 -o rows.dat --claims apart.csv");
  EXPECT_EQ(written.exit, 0) << written.err << "a file that names no day is not asked for it";
}

}  // namespace counterfoil::cli
