#include "core/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace counterfoil {
namespace {

/// A directory of scheme data for one test, removed at its end.
class SchemeDirectory {
 public:
  SchemeDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "counterfoil-schemes-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  SchemeDirectory(const SchemeDirectory&) = delete;
  SchemeDirectory& operator=(const SchemeDirectory&) = delete;
  ~SchemeDirectory() { std::filesystem::remove_all(path_); }

  void write(const std::string& file, std::string_view text) const {
    const auto whole = path_ / file;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream{whole, std::ios::binary} << text;
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

constexpr std::string_view reason_header =
    "code\toutcome\taction\tretry\ttimes\twithin\twait\tmandate\tseverity\tflags\tmeaning_en\tmeaning_zh\tnext_"
    "step\tnext_step_zh\n";

/// What loading `text` as `file` over the built-in data says.
Error error_of(const std::string& file, std::string_view text) {
  const SchemeDirectory directory;
  directory.write(file, text);
  const auto loaded = Catalogue::with_directory(directory.path());
  EXPECT_FALSE(loaded.has_value());
  return loaded ? Error{} : loaded.error();
}

TEST(Catalogue, HoldsTheSchemesOfTheHouse) {
  const Catalogue& catalogue = Catalogue::built_in();
  for (const char* name : {"cn-304", "iso20022", "nacha"}) EXPECT_NE(catalogue.find(name), nullptr) << name;
  EXPECT_TRUE(std::ranges::is_sorted(catalogue.schemes(), {}, &Scheme::name));
  EXPECT_EQ(catalogue.find("nacha")->currency, us_dollar);
  EXPECT_EQ(catalogue.find("no-such-scheme"), nullptr);
}

TEST(Catalogue, FindsTheSchemeOfAFormat) {
  const Catalogue& catalogue = Catalogue::built_in();
  ASSERT_NE(catalogue.find_by_format("pain.008.001.02"), nullptr);
  EXPECT_EQ(catalogue.find_by_format("pain.008.001.02")->name, "iso20022");
  EXPECT_EQ(catalogue.find_by_format("cn-304")->name, "cn-304");
  ASSERT_NE(catalogue.find_by_format("camt.054.001.08"), nullptr);
  EXPECT_EQ(catalogue.find_by_format("camt.054.001.08")->name, "iso20022");
  EXPECT_EQ(catalogue.find_by_format("pain"), nullptr);
}

TEST(Catalogue, EveryReasonSaysWhatItMeansAndWhatToDo) {
  for (const Scheme& scheme : Catalogue::built_in().schemes()) {
    for (const auto* codes : {&scheme.reasons, &scheme.statuses}) {
      for (const auto& [code, reason] : *codes) {
        SCOPED_TRACE(scheme.name + " " + code);
        EXPECT_EQ(code, reason.code);
        EXPECT_EQ(codes == &scheme.reasons ? scheme.find_reason(code) : scheme.find_status(code), &reason)
            << "codes are looked up in capitals";
        EXPECT_NE(reason.outcome, Outcome::none);
        EXPECT_FALSE(reason.meaning_en.empty());
        EXPECT_FALSE(reason.meaning_zh.empty());
        EXPECT_FALSE(reason.next_step.empty());
        EXPECT_FALSE(reason.next_step_zh.empty());
        EXPECT_TRUE(
            std::ranges::any_of(reason.meaning_zh, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
        EXPECT_TRUE(reason.next_step.ends_with('.'));
      }
    }
  }
}

TEST(Catalogue, NeverRetriesWhatThePayerRefused) {
  const Catalogue& catalogue = Catalogue::built_in();
  for (const char* code : {"R02", "R05", "R07", "R10", "R29"}) {
    EXPECT_EQ(catalogue.find("nacha")->find_reason(code)->retry.choice, RetryPolicy::Choice::no) << code;
  }
  for (const char* code : {"MD01", "MD06", "MD07", "MS02", "SL12"}) {
    EXPECT_EQ(catalogue.find("iso20022")->find_reason(code)->retry.choice, RetryPolicy::Choice::no) << code;
  }
}

TEST(Catalogue, EndsTheMandateWhenItWasRevokedOrThePayerDied) {
  const Catalogue& catalogue = Catalogue::built_in();
  EXPECT_EQ(catalogue.find("nacha")->find_reason("R07")->mandate_effect, MandateEffect::end);
  EXPECT_EQ(catalogue.find("iso20022")->find_reason("MD07")->mandate_effect, MandateEffect::end);
  EXPECT_TRUE(catalogue.find("iso20022")->find_reason("MD07")->has_flag("death"));
}

TEST(Catalogue, CountsTheReturnsThatNachaCountsAsUnauthorized) {
  std::vector<std::string> codes;
  for (const auto& [code, reason] : Catalogue::built_in().find("nacha")->reasons) {
    if (reason.has_flag("unauthorized")) codes.push_back(code);
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"R05", "R07", "R10", "R11", "R29", "R51"}));
}

TEST(Catalogue, FindsACodeInLowerCaseAndWithBlanks) {
  const Scheme& sepa = *Catalogue::built_in().find("iso20022");
  ASSERT_NE(sepa.find_reason(" ms03 "), nullptr);
  EXPECT_EQ(sepa.find_reason(" ms03 ")->code, "MS03");
  EXPECT_EQ(sepa.find_reason("ZZ99"), nullptr);
}

TEST(Catalogue, NeverTakesAPayeeCheckForAnAnswer) {
  const Scheme& sepa = *Catalogue::built_in().find("iso20022");
  for (const char* code : {"RCVC", "RVNM", "RVNA"})
    EXPECT_EQ(sepa.find_status(code)->outcome, Outcome::unknown) << code;
  EXPECT_EQ(sepa.find_status("RJCT")->outcome, Outcome::rejected);
}

TEST(Catalogue, EveryRuleHasASource) {
  for (const Scheme& scheme : Catalogue::built_in().schemes()) {
    // MT940 and BAI2 are codes alone: whoever has a layout or a table has rules.
    const bool is_codes_alone = scheme.layouts.empty() && scheme.tables.empty();
    EXPECT_NE(scheme.rules.empty(), !is_codes_alone) << scheme.name;
    for (const auto& [key, rule] : scheme.rules) {
      SCOPED_TRACE(scheme.name + " " + key);
      EXPECT_FALSE(rule.source.empty());
      EXPECT_FALSE(rule.sure.empty());
      EXPECT_GT(rule.place.line, 0U);
    }
    for (const auto& [name, profile] : scheme.profiles)
      EXPECT_FALSE(profile.source.empty()) << scheme.name << " " << name;
  }
}

TEST(Catalogue, KnowsTheRulesTheMoneyTowerAsksFor) {
  const Scheme& sepa = *Catalogue::built_in().find("iso20022");
  EXPECT_EQ(sepa.number("notice_days"), 14);
  EXPECT_EQ(sepa.number("mandate_expiry_months"), 36);
  EXPECT_EQ(sepa.number("lead_days_core"), 1);
  EXPECT_EQ(sepa.number("prenote_wait_days"), std::nullopt);
  const Scheme& nacha = *Catalogue::built_in().find("nacha");
  EXPECT_EQ(nacha.number("prenote_wait_days"), 3);
  EXPECT_EQ(nacha.number("retry_most_times"), 2);
  EXPECT_EQ(nacha.number("retry_within_days"), 180);
  EXPECT_EQ(nacha.text("retry_description"), "RETRY PYMT");
}

TEST(Catalogue, LetsAProfileWinOverTheScheme) {
  const Scheme& sepa = *Catalogue::built_in().find("iso20022");
  EXPECT_EQ(sepa.text("transliteration"), "epc");
  EXPECT_EQ(sepa.text("transliteration", "gbic5"), "german");
  EXPECT_EQ(sepa.find_profile("gbic5")->valid_from, make_date(2025, 10, 5));
  EXPECT_EQ(sepa.find_profile("gbic3")->valid_to, make_date(2026, 11, 14));
}

TEST(Catalogue, KnowsTheChineseDaysOffAndTheDaysWorkedInstead) {
  const auto& years = Catalogue::built_in().find("cn-304")->calendar_years;
  ASSERT_TRUE(years.contains(2026));
  EXPECT_FALSE(years.contains(2030));
  const auto day = [&](int year, unsigned month, unsigned of_month) {
    const auto& days = years.at(year);
    const auto found = std::ranges::find(days, make_date(year, month, of_month), &CalendarDay::date);
    return found == days.end() ? std::optional<bool>{} : std::optional{found->is_off};
  };
  EXPECT_EQ(day(2025, 1, 26), false);   // A Sunday worked.
  EXPECT_EQ(day(2025, 10, 11), false);  // A Saturday worked.
  EXPECT_EQ(day(2025, 10, 8), true);
  EXPECT_EQ(day(2026, 2, 14), false);
  EXPECT_EQ(day(2026, 2, 23), true);
  EXPECT_EQ(day(2026, 3, 2), std::nullopt);
}

TEST(CatalogueDirectory, ReplacesOneRuleAndKeepsTheOthers) {
  const SchemeDirectory directory;
  directory.write("nacha/rules.toml",
                  "[lead_days]\nvalue = 2\nsource = \"Contract with Harbour Bank\"\nsure = \"site\"\n");
  const auto catalogue = Catalogue::with_directory(directory.path());
  ASSERT_TRUE(catalogue.has_value()) << catalogue.error().explanation;
  EXPECT_EQ(catalogue->find("nacha")->number("lead_days"), 2);
  EXPECT_EQ(catalogue->find("nacha")->number("prenote_wait_days"), 3);
  EXPECT_EQ(Catalogue::built_in().find("nacha")->number("lead_days"), 1);
}

TEST(CatalogueDirectory, ReplacesOneReasonAndAddsAnother) {
  const SchemeDirectory directory;
  directory.write(
      "cn-304/reasons.tsv",
      std::string{reason_header} +
          "FSBR6040\trejected\tcontact\tno\t0\t0\t0\tnone\tnote\t-\tNo funds\t\xE7\xA9\xBA\tCall first.\t\xE7\xA9\xBA\n"
          "FSBR7777\trejected\tcontact\task\t0\t0\t0\thold\tnote\tlocal\tLocal\t\xE7\xA9\xBA\tAsk.\t\xE7\xA9\xBA\n");
  const auto catalogue = Catalogue::with_directory(directory.path());
  ASSERT_TRUE(catalogue.has_value()) << catalogue.error().explanation;
  EXPECT_EQ(catalogue->find("cn-304")->find_reason("FSBR6040")->retry.choice, RetryPolicy::Choice::no);
  EXPECT_EQ(catalogue->find("cn-304")->find_reason("FSBR7777")->retry.choice, RetryPolicy::Choice::ask);
  EXPECT_NE(catalogue->find("cn-304")->find_reason("FSBR0000"), nullptr);
}

TEST(CatalogueDirectory, AddsASchemeByAFolder) {
  const SchemeDirectory directory;
  directory.write("harbour/scheme.toml",
                  "title = \"Harbour dues\"\ncurrency = \"EUR\"\ncalendar = \"target2\"\nformats = [\"harbour\"]\n");
  directory.write("harbour/harbour.layout", "layout harbour \"Harbour\"\n");
  directory.write("harbour/calendar/2026.tsv", "date\tday\tname\n2026-07-01\toff\tHarbour day\n");
  const auto catalogue = Catalogue::with_directory(directory.path());
  ASSERT_TRUE(catalogue.has_value()) << catalogue.error().explanation;
  ASSERT_NE(catalogue->find_by_format("harbour"), nullptr);
  EXPECT_EQ(catalogue->find("harbour")->layouts.at("harbour").text, "layout harbour \"Harbour\"\n");
  EXPECT_EQ(catalogue->find("harbour")->calendar_years.at(2026).size(), 1U);
}

TEST(CatalogueDirectory, TakesTheMannerOfASchemeFromItsFile) {
  const SchemeDirectory directory;
  directory.write("harbour/scheme.toml",
                  "title = \"Harbour dues\"\ncurrency = \"EUR\"\ncalendar = \"target2\"\nformats = [\"harbour\"]\n"
                  "file_ending = \"dues\"\ninstruments = [\"BERTH\", \"CRANE\"]\nsilence_is_success = true\n"
                  "number_digits = 6\nmessage_id = \"H{sequence:5}\"\n"
                  "claim_reference = \"{environment_digit}{batch:4}{number:4}\"\nneeded_settings = [\"pier\"]\n");
  const auto catalogue = Catalogue::with_directory(directory.path());
  ASSERT_TRUE(catalogue.has_value()) << catalogue.error().explanation;
  const SchemeManner& manner = catalogue->find("harbour")->manner;
  EXPECT_EQ(manner.file_ending, "dues");
  EXPECT_EQ(manner.instruments, (std::vector<std::string>{"BERTH", "CRANE"}));
  EXPECT_TRUE(manner.silence_is_success);
  EXPECT_FALSE(manner.prenotes);
  EXPECT_EQ(manner.number_digits, 6U);
  EXPECT_EQ(manner.message_id, "H{sequence:5}");
  EXPECT_EQ(manner.claim_reference, "{environment_digit}{batch:4}{number:4}");
  EXPECT_EQ(manner.needed_settings, std::vector<std::string>{"pier"});
}

TEST(CatalogueDirectory, RefusesAMannerItDoesNotKnowWithItsLine) {
  const std::string head = "title = \"Harbour\"\ncurrency = \"EUR\"\ncalendar = \"target2\"\n";
  for (const std::string line : {"account_numbers = \"runes\"", "message_id = \"{moon}\"", "claim_reference = \"{batch}\"",
                                 "number_digits = 0", "silence_is_success = \"yes\"", "instruments = \"BERTH\""}) {
    const Error error = error_of("harbour/scheme.toml", head + line + "\n");
    EXPECT_EQ(error.code, "catalogue.wrong-type") << line;
    EXPECT_EQ(error.place.line, 4U) << line;
  }
}

TEST(CatalogueDirectory, RefusesAMeaningOfSilenceThatIsNoReasonOfTheScheme) {
  const Error error = error_of("harbour/scheme.toml",
                               "title = \"Harbour\"\ncurrency = \"EUR\"\ncalendar = \"target2\"\nsilence_reason = \"gone\"\n");
  EXPECT_EQ(error.code, "catalogue.unknown-reason");
}

TEST(CatalogueDirectory, RefusesAMisspeltRuleWithItsLine) {
  const Error error =
      error_of("nacha/rules.toml", "# our bank\n[laed_days]\nvalue = 2\nsource = \"x\"\nsure = \"site\"\n");
  EXPECT_EQ(error.code, "catalogue.unknown-key");
  EXPECT_EQ(error.place.line, 2U);
  EXPECT_TRUE(error.place.file.ends_with("nacha/rules.toml"));
  EXPECT_NE(error.explanation.find("laed_days"), std::string::npos);
  EXPECT_EQ(error.kind, ErrorKind::usage);
}

TEST(CatalogueDirectory, RefusesAMisspeltKeyInsideARuleWithItsLine) {
  const Error error =
      error_of("nacha/rules.toml", "[lead_days]\nvalue = 2\nsorce = \"x\"\nsource = \"x\"\nsure = \"site\"\n");
  EXPECT_EQ(error.code, "catalogue.unknown-key");
  EXPECT_EQ(error.place.line, 3U);
}

TEST(CatalogueDirectory, RefusesARuleWithoutSource) {
  EXPECT_EQ(error_of("nacha/rules.toml", "[lead_days]\nvalue = 2\nsure = \"site\"\n").code, "catalogue.missing-key");
}

TEST(CatalogueDirectory, RefusesARuleOfTheWrongType) {
  const Error error = error_of("nacha/rules.toml", "[lead_days]\nvalue = \"two\"\nsource = \"x\"\nsure = \"site\"\n");
  EXPECT_EQ(error.code, "catalogue.wrong-type");
  EXPECT_EQ(error.place.line, 2U);
}

TEST(CatalogueDirectory, RefusesAMisspeltSwitchWithItsLine) {
  const Error error = error_of(
      "iso20022/profiles.toml",
      "[mybank]\ntitle = \"T\"\nformat = \"pain.008.001.08\"\nsource = \"s\"\n[mybank.switches]\nfirst = \"FRST\"\n");
  EXPECT_EQ(error.code, "catalogue.unknown-key");
  EXPECT_EQ(error.place.line, 6U);
}

TEST(CatalogueDirectory, RefusesBrokenTomlWithItsLine) {
  const Error error = error_of("nacha/rules.toml", "[lead_days]\nvalue = \n");
  EXPECT_EQ(error.code, "catalogue.syntax");
  EXPECT_EQ(error.place.line, 2U);
}

TEST(CatalogueDirectory, RefusesAnUnknownColumnAndAMissingOne) {
  EXPECT_EQ(error_of("nacha/reasons.tsv", "code\tcolour\n").code, "catalogue.unknown-column");
  EXPECT_EQ(error_of("nacha/reasons.tsv", "code\toutcome\n").code, "catalogue.missing-column");
}

TEST(CatalogueDirectory, RefusesAReasonWithoutANextStep) {
  const Error error =
      error_of("nacha/reasons.tsv",
               std::string{reason_header} + "R01\treturned\tretry\tyes\t2\t180\t0\tnone\tnote\t-\tNo funds\tX\t\tX\n");
  EXPECT_EQ(error.code, "catalogue.cell");
  EXPECT_EQ(error.place.line, 2U);
  EXPECT_EQ(error.place.field, "next_step");
}

TEST(CatalogueDirectory, RefusesAWordItDoesNotKnow) {
  const Error error =
      error_of("nacha/reasons.tsv",
               std::string{reason_header} + "R01\tvanished\tretry\tyes\t2\t180\t0\tnone\tnote\t-\tA\tX\tB.\tX\n");
  EXPECT_EQ(error.code, "catalogue.cell");
  EXPECT_EQ(error.place.field, "outcome");
}

TEST(CatalogueDirectory, RefusesACodeThatStandsTwice) {
  const std::string row = "R01\treturned\tretry\tyes\t2\t180\t0\tnone\tnote\t-\tA\tX\tB.\tX\n";
  const Error error = error_of("nacha/reasons.tsv", std::string{reason_header} + row + row);
  EXPECT_EQ(error.code, "catalogue.twice");
  EXPECT_EQ(error.place.line, 3U);
}

TEST(CatalogueDirectory, RefusesADayOfAnotherYear) {
  const Error error = error_of("cn-304/calendar/2027.tsv", "date\tday\tname\n2026-01-01\toff\tNew Year\n");
  EXPECT_EQ(error.code, "catalogue.cell");
  EXPECT_EQ(error.place.line, 2U);
}

TEST(CatalogueDirectory, RefusesAFolderWithoutSchemeFile) {
  EXPECT_EQ(error_of("nahca/rules.toml", "[lead_days]\nvalue = 2\nsource = \"x\"\nsure = \"site\"\n").code,
            "catalogue.no-scheme-file");
}

TEST(CatalogueDirectory, RefusesAFileNobodyReads) {
  EXPECT_EQ(error_of("nacha/reason.tsv", "code\n").code, "catalogue.unknown-file");
}

TEST(CatalogueDirectory, SaysWhenTheDirectoryIsNotThere) {
  const auto loaded = Catalogue::with_directory("/nonexistent/schemes");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, "catalogue.unreadable");
}

/// What a program sees that lays `directory` over its data, after a folder that is not there.
[[noreturn]] void use_and_exit(const std::string& directory) {
  const auto lead_days = [] { return Catalogue::built_in().find("nacha")->number("lead_days"); };
  const bool refuses = !Catalogue::use_directory("/nonexistent/schemes").has_value() && lead_days() == 1;
  const bool uses = Catalogue::use_directory(directory).has_value() && lead_days() == 2;
  std::exit(refuses && uses ? 0 : 1);
}

TEST(CatalogueDirectory, OnceUsedIsTheCatalogueOfTheWholeProgram) {
  const SchemeDirectory directory;
  directory.write("nacha/rules.toml",
                  "[lead_days]\nvalue = 2\nsource = \"Contract with Harbour Bank\"\nsure = \"site\"\n");
  // In a process of its own: the other tests ask for the data in the binary.
  EXPECT_EXIT(use_and_exit(directory.path()), ::testing::ExitedWithCode(0), "");
  EXPECT_EQ(Catalogue::built_in().find("nacha")->number("lead_days"), 1);
}

}  // namespace
}  // namespace counterfoil
