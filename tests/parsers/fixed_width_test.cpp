// What banks really send, one quirk a test: the file that was right before, and the one thing that is odd about it.
#include "parsers/fixed_width.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "formats/layout.hpp"
#include "parsers/annotate.hpp"
#include "parsers/byte_source.hpp"
#include "tests/parsers/nacha_file.hpp"

namespace counterfoil::tests {
namespace {

struct KeptEntry {
  std::uint32_t line, position;
  Level level;
  Outcome outcome;
  std::int64_t amount;
  std::string reference, reason, name, text, bank, original_trace;
};

class Keep final : public WordSink {
 public:
  void file(const FileHead& head) override {
    ++files;
    message_id = head.message_id;
    created = head.created;
    if (head.settings != nullptr) settings = *head.settings;
  }
  void batch(const BatchHead& head) override { batches.emplace_back(head.creditor_name); }
  void entry(const Entry& e) override {
    entries.push_back({e.line, e.position, e.level, e.outcome, e.amount_minor, std::string{e.reference},
                       std::string{e.reason}, std::string{e.payer_name}, std::string{e.remittance},
                       std::string{e.payer_bank}, std::string{e.original_trace}});
  }
  void finding(const Finding& finding) override { findings.push_back(finding); }
  void end(const FileCounts& c) override { counts = c; }

  int files = 0;
  std::string message_id, created;
  Settings settings;
  std::vector<std::string> batches;
  std::vector<KeptEntry> entries;
  std::vector<Finding> findings;
  FileCounts counts;
  Verdict verdict = Verdict::refused;

  [[nodiscard]] std::string codes() const {
    std::string text;
    for (const Finding& finding : findings)
      text += (text.empty() ? "" : " ") + finding.code + "@" + std::to_string(finding.place.line);
    return text;
  }
  [[nodiscard]] const Finding* find(std::string_view code) const {
    const auto found = std::ranges::find(findings, code, &Finding::code);
    return found == findings.end() ? nullptr : &*found;
  }
};

const LayoutPlan& nacha() {
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  EXPECT_NE(plan, nullptr);
  return *plan;
}

Keep read(std::string_view bytes, bool accept_partial = false, std::uint64_t most_findings = 1000) {
  Keep keep;
  MemorySource source{bytes};
  ReadOptions options;
  options.accept_partial = accept_partial;
  options.most_findings = most_findings;
  const auto verdict = read_fixed_width(nacha(), source, options, keep);
  EXPECT_TRUE(verdict.has_value());
  keep.verdict = verdict.value_or(Verdict::refused);
  return keep;
}

std::string replaced(std::string text, std::string_view old, std::string_view with) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), with);
}

TEST(NachaReader, ReadsAFileWithoutFaultsWithoutAFinding) {
  const Keep file = read(forward_file().text());
  EXPECT_EQ(file.codes(), "");
  EXPECT_EQ(file.verdict, Verdict::accepted);
  EXPECT_EQ(file.counts.entries, 5U);
  EXPECT_EQ(file.counts.prenotes, 1U);
  EXPECT_EQ(file.counts.kind, FileKind::instruction);
  EXPECT_EQ(file.message_id, "076401251-1234567890-261102-0930-A");
  EXPECT_EQ(file.created, "2026-11-02T09:30:00");
  EXPECT_EQ(file.settings.at("nacha.immediate_destination"), "076401251");
}

TEST(NachaReader, TakesEveryLineEnd) {
  const std::string plain = read(forward_file().text()).codes();
  for (const std::string_view end : {"\n", "\r\n", "\r", ""}) {
    const Keep file = read(forward_file().text(end));
    EXPECT_EQ(file.codes(), plain);
    EXPECT_EQ(file.entries.size(), 5U);
    EXPECT_EQ(file.entries[1].line, 4U);
  }
}

TEST(NachaReader, PadsLinesWhoseBlanksWereCutOff) {
  NachaFile file = forward_file();
  for (std::string& record : file.records) record.erase(record.find_last_not_of(' ') + 1);
  const Keep kept = read(file.text());
  EXPECT_EQ(kept.verdict, Verdict::accepted);
  EXPECT_EQ(kept.codes(), "framing.short-line@1 framing.short-line@11");
}

TEST(NachaReader, FlagsBytesBehindTheLastColumnThatAreNotBlank) {
  NachaFile file = forward_file();
  file.records[2] += "  X";
  const Keep kept = read(file.text());
  EXPECT_EQ(kept.codes(), "framing.long-line@3");
  EXPECT_EQ(kept.verdict, Verdict::accepted_with_findings);
}

TEST(NachaReader, StopsAtOnceWhereRecordsWithoutLineEndsLoseTheirStep) {
  std::string file = forward_file().text("");
  file.erase(200, 1);
  const Keep kept = read(file);
  EXPECT_EQ(kept.verdict, Verdict::refused);
  ASSERT_NE(kept.find("framing.lost-step"), nullptr);
}

TEST(NachaReader, PadsACutControlAtTheEndOfRecordsWithoutLineEnds) {
  NachaFile file;
  file.batch("PPD", {{}}).close();
  while (file.records.size() > 5) file.records.pop_back();
  std::string bytes = file.text("");
  bytes.erase(bytes.find_last_not_of(' ') + 1);
  EXPECT_EQ(read(bytes).codes(), "framing.short-line@5 framing.fill@5");
}

TEST(NachaReader, SkipsBlankLinesAndMissesNoFill) {
  NachaFile file;
  file.batch("PPD", {{}}).close();
  while (file.records.size() > 5) file.records.pop_back();
  const Keep kept = read(file.text() + "\n   \n");
  EXPECT_EQ(kept.verdict, Verdict::accepted);
  EXPECT_EQ(kept.codes(), "framing.blank-line@6 framing.blank-line@7 framing.fill@7");
}

TEST(NachaReader, TakesFillWithZerosForFill) {
  NachaFile file = forward_file();
  file.records.back() = "99" + std::string(40, '9') + "000" + std::string(49, '9');
  const Keep kept = read(file.text());
  EXPECT_EQ(kept.verdict, Verdict::accepted);
  EXPECT_EQ(kept.codes(), "record.remark@20");
}

TEST(NachaReader, ReadsASecondFileBehindTheFirst) {
  const Keep kept = read(forward_file().text() + return_file().text());
  EXPECT_EQ(kept.files, 2);
  EXPECT_EQ(kept.entries.size(), 8U);
  EXPECT_EQ(kept.codes(), "order.stacked@21 file.mixed@0");
  EXPECT_EQ(kept.entries.back().position, 8U);
}

TEST(NachaReader, TakesAFileWithoutEntriesForAProofOfLife) {
  const Keep kept = read(NachaFile{}.close().text());
  EXPECT_EQ(kept.verdict, Verdict::accepted);
  EXPECT_EQ(kept.codes(), "");
  EXPECT_EQ(kept.counts.kind, FileKind::empty);
  EXPECT_EQ(kept.files, 1);
}

TEST(NachaReader, RefusesInstructionsWithoutTheirHeaderButKeepsThem) {
  NachaFile file = forward_file();
  file.records.erase(file.records.begin());
  const Keep kept = read(file.text());
  EXPECT_EQ(kept.verdict, Verdict::refused);
  EXPECT_EQ(kept.entries.size(), 5U);
}

TEST(NachaReader, FlagsAnswersWithoutTheirHeaderAndWarnsWhereTheChannelIsPartial) {
  NachaFile file = return_file();
  file.records.erase(file.records.begin());
  const auto without_control =
      std::ranges::find_if(file.records, [](const std::string& record) { return record[0] == '8'; });
  file.records.erase(without_control);
  std::erase_if(file.records, [](const std::string& record) { return record[0] == '9'; });
  EXPECT_EQ(read(file.text()).verdict, Verdict::accepted_with_findings);
  const Keep partial = read(file.text(), true);
  EXPECT_EQ(partial.verdict, Verdict::accepted);
  EXPECT_EQ(partial.codes(), "order.missing-file-header@1 order.missing-batch-control@6 order.missing-file-control@9");
  EXPECT_EQ(partial.entries.size(), 3U);
}

TEST(NachaReader, KeepsEntriesThatHaveNoBatchHeader) {
  NachaFile file = return_file();
  std::erase_if(file.records, [](const std::string& record) { return record[0] == '5' || record[0] == '8'; });
  const Keep kept = read(file.text(), true);
  EXPECT_EQ(kept.entries.size(), 3U);
  EXPECT_EQ(kept.batches.size(), 1U);
  EXPECT_EQ(kept.entries[0].reason, "R01");
}

TEST(NachaReader, KeepsTheOutcomeOfAnAddendaWithoutItsEntry) {
  NachaFile file = return_file();
  file.records.erase(file.records.begin() + 2);
  const Keep kept = read(file.text());
  ASSERT_EQ(kept.entries.size(), 3U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::returned);
  EXPECT_EQ(kept.entries[0].original_trace, "076401250000001");
  EXPECT_EQ(kept.verdict, Verdict::accepted_with_findings);
}

TEST(NachaReader, GoesByTheAddendaAndNotByTheClassOfTheBatch) {
  NachaFile file;
  file.batch("PPD",
             {{.code = "26", .bank = "076401251", .addenda = {NachaFile::returned("R01")}},
              {.code = "26", .bank = "076401251", .amount = 0, .addenda = {NachaFile::change("C01", "987654321")}}});
  const Keep kept = read(file.close().text());
  ASSERT_EQ(kept.entries.size(), 2U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::returned);
  EXPECT_EQ(kept.entries[1].outcome, Outcome::corrected);
  EXPECT_EQ(kept.counts.kind, FileKind::returned);
  EXPECT_EQ(kept.entries[0].bank, "") << "the routing number of a return is ours, not the payer's";
}

TEST(NachaReader, KeepsCodesNobodyKnows) {
  for (const std::string_view code : {"R97", "R00", "C99"}) {
    NachaFile file;
    file.batch("PPD", {{.code = "26",
                        .bank = "076401251",
                        .amount = 0,
                        .addenda = {code[0] == 'R' ? NachaFile::returned(code) : NachaFile::change(code, "1")}}});
    const Keep kept = read(file.close().text());
    ASSERT_EQ(kept.entries.size(), 1U);
    EXPECT_EQ(kept.entries[0].reason, code);
    EXPECT_EQ(kept.entries[0].outcome, code[0] == 'R' ? Outcome::returned : Outcome::corrected);
    ASSERT_NE(kept.find("field.unknown-code"), nullptr);
    EXPECT_EQ(kept.verdict, Verdict::accepted);
  }
}

TEST(NachaReader, TakesRejectsOfTheBankAtEveryLevel) {
  NachaFile file = forward_file();
  file.records[2].replace(79, 15, "REJ00123       ");
  Keep kept = read(file.text());
  ASSERT_EQ(kept.entries.size(), 5U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::rejected);
  EXPECT_EQ(kept.entries[0].reason, "REJ00123");
  EXPECT_EQ(kept.entries[0].reference, "UNIT-0042");
  EXPECT_EQ(kept.entries[1].outcome, Outcome::none);

  file = forward_file();
  file.records[1].replace(79, 8, "REJ00456");
  kept = read(file.text());
  ASSERT_EQ(kept.entries.size(), 6U);
  EXPECT_EQ(kept.entries[0].level, Level::block);
  EXPECT_EQ(kept.entries[0].reason, "REJ00456");
  EXPECT_EQ(kept.entries[1].outcome, Outcome::none);

  file = forward_file();
  file.records[0].replace(79, 8, "REJ00789");
  kept = read(file.text());
  ASSERT_EQ(kept.entries.size(), 6U);
  EXPECT_EQ(kept.entries[0].level, Level::file);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::rejected);
}

TEST(NachaReader, TakesBatchesWithoutEntriesForAConfirmationWhereTheChannelSaysSo) {
  NachaFile file = forward_file();
  std::erase_if(file.records, [](const std::string& record) { return record[0] == '6'; });
  const Keep partial = read(file.text(), true);
  EXPECT_EQ(partial.counts.kind, FileKind::acknowledgement);
  EXPECT_EQ(partial.batches.size(), 2U);
  EXPECT_EQ(partial.find("control.total-debit"), nullptr) << "one cause, one message";
  EXPECT_EQ(read(file.text()).verdict, Verdict::refused);
}

TEST(NachaReader, ReadsNamesInUtf8AndLatin1) {
  std::string file = replaced(forward_file().text(), "ROE RICHARD           ",
                              "ROE REN\xC3\x89              ");  // A line of 95 bytes and 94 characters.
  Keep kept = read(file);
  EXPECT_EQ(kept.entries[1].name, "ROE REN\xC3\x89");
  EXPECT_EQ(kept.entries[1].reference, "UNIT-0043");
  EXPECT_EQ(kept.codes(), "charset.wide-line@4");

  file = replaced(forward_file().text(), "ROE RICHARD           ", "ROE REN\xC9              ");
  kept = read(file);
  EXPECT_EQ(kept.entries[1].name, "ROE REN\xC3\x89");
  EXPECT_EQ(kept.codes(), "charset.high-bytes@4");

  file = replaced(forward_file().text(), "ROE RICHARD           ",
                  "ROE REN\xC3\x89             ");  // UTF-8 counted in bytes.
  kept = read(file);
  EXPECT_EQ(kept.entries[1].name, "ROE REN\xC3\x89");
  EXPECT_EQ(kept.verdict, Verdict::accepted);
}

TEST(NachaReader, KeepsALineFeedInsideAName) {
  const Keep kept = read(replaced(forward_file().text(), "ROE RICHARD", "ROE\x0BRICHARD"));
  EXPECT_EQ(kept.codes(), "charset.control-bytes@4");
  EXPECT_EQ(kept.entries.size(), 5U);
}

TEST(NachaReader, LosesNoEntryToABadField) {
  const Keep kept = read(replaced(forward_file().text(), "0000008000UNIT-0043", "0000X08000UNIT-0043"));
  EXPECT_EQ(kept.codes(), "field.not-amount@4") << "the totals would only say the same again";
  EXPECT_EQ(kept.entries.size(), 5U);
  EXPECT_EQ(kept.entries[1].reference, "UNIT-0043");
  EXPECT_EQ(kept.verdict, Verdict::accepted_with_findings);
}

TEST(NachaReader, NamesPlaceFieldFoundAndExpected) {
  const Keep kept = read(replaced(forward_file().text(), "6271234567801234567", "6271234567811234567"));
  ASSERT_EQ(kept.findings.size(), 1U);
  const Finding& finding = kept.findings[0];
  EXPECT_EQ(finding.place.line, 3U);
  EXPECT_EQ(finding.place.column_first, 4U);
  EXPECT_EQ(finding.place.column_last, 12U);
  EXPECT_EQ(finding.place.field, "routing_number");
  EXPECT_EQ(finding.message, "The check digit of routing_number is 1; 0 belongs to 12345678.");
}

TEST(NachaReader, SaysEveryFaultOfAFileWithThree) {
  std::string file = replaced(forward_file().text(), "6271234567801234567", "6271234567811234567");
  file = replaced(file, "0000008000UNIT-0043", "00000080 0UNIT-0043");
  file = replaced(file, "5200EXAMPLE ESTATES", "5200               ");
  EXPECT_EQ(read(file).codes(), "field.check-digit@3 field.not-amount@4 nacha.company-name@7");
}

TEST(NachaReader, IsNotFloodedByGarbage) {
  std::string garbage;
  for (int i = 0; i < 5000; ++i) garbage += "6 garbage " + std::to_string(i) + "\n";
  const Keep kept = read(garbage, false, 10);
  EXPECT_EQ(kept.verdict, Verdict::refused);
  EXPECT_LT(kept.findings.size(), 400U);
  EXPECT_NE(kept.find("findings.left-out"), nullptr);
}

TEST(NachaReader, RefusesBinaryAndEndlessLines) {
  EXPECT_EQ(read(std::string(300'000, 'x')).verdict, Verdict::refused);
  EXPECT_EQ(read(forward_file().text() + std::string(1'000'000, '6')).verdict, Verdict::refused);
  EXPECT_EQ(read("").verdict, Verdict::refused);
  EXPECT_EQ(read("\n\n").verdict, Verdict::refused);
}

TEST(NachaReader, RefusesAccountingAdvices) {
  NachaFile file;
  file.batch("ADV", {{}}, "280");
  const Keep kept = read(file.close().text());
  EXPECT_EQ(kept.verdict, Verdict::refused);
  ASSERT_NE(kept.find("record.refused"), nullptr);
}

TEST(NachaReader, JoinsTheAddendaOfACorporateEntryAndCountsThem) {
  NachaFile file;
  file.batch("CTX", {{.name = "0002RECEIVER CO       ",
                      .addenda = {"05" + fmt::format("{:<80}", "RMR*IV*1001\\") + "00010000001",
                                  "05" + fmt::format("{:<80}", "RMR*IV*1002\\") + "00020000001"}}});
  EXPECT_EQ(read(file.close().text()).codes(), "");
  EXPECT_EQ(read(file.text()).entries[0].text, "RMR*IV*1001\\RMR*IV*1002\\");
  const Keep wrong = read(replaced(file.text(), "0002RECEIVER CO", "0003RECEIVER CO"));
  EXPECT_EQ(wrong.codes(), "control.number-of-addenda@3");
}

TEST(NachaReader, MasksAccountsInTheAnnotatedView) {
  class Fields final : public AnnotationSink {
   public:
    void record(const AnnotatedRecord& record) override {
      raw.push_back(record.raw);
      for (const AnnotatedField& field : record.fields) {
        if (field.name == "account") account = field.raw;
        if (field.name == "amount") amount = field.meaning;
        if (field.name == "transaction_code") code = field.meaning;
        if (field.name == "effective_entry_date") day = field.meaning;
      }
    }
    std::vector<std::string> raw;
    std::string account, amount, code, day;
  };
  NachaFile file;
  file.batch("PPD", {{.account = "123456789012"}});
  const std::string bytes = file.close().text();
  MemorySource source{bytes};
  Fields fields;
  ASSERT_TRUE(annotate_fixed_width(nacha(), source, {}, false, fields).has_value());
  EXPECT_EQ(fields.account, "........9012     ");
  EXPECT_EQ(fields.raw[2].substr(12, 17), "........9012     ");
  EXPECT_EQ(fields.raw[2].size(), 94U);
  EXPECT_EQ(fields.amount, "USD 125.50");
  EXPECT_EQ(fields.code, "Debit of a checking account");
  EXPECT_EQ(fields.day, "Tue 2026-11-03");
}

TEST(LooksLike, KnowsItsOwnFilesAndNoOthers) {
  const std::string file = forward_file().text();
  EXPECT_GE(looks_like(nacha(), file, true), 90);
  EXPECT_GE(looks_like(nacha(), forward_file().text(""), true), 90);
  EXPECT_GE(looks_like(nacha(), std::string_view{file}.substr(0, 500), false), 90);
  EXPECT_EQ(looks_like(nacha(), "name,amount\n1,2\n", true), 0);
  EXPECT_EQ(looks_like(nacha(), "Dear Sir or Madam,\nplease find attached the file.\n", true), 0);
  EXPECT_EQ(looks_like(nacha(), "", true), 0);
}

// The view laid the fields of such a line over its bytes: one column further for each letter before them, and the mask
// with them.
TEST(Annotated, MasksALineThatCountsItsColumnsInCharacters) {
  class Views final : public AnnotationSink {
   public:
    void record(const AnnotatedRecord& record) override { records.push_back(record); }
    std::vector<AnnotatedRecord> records;
  };
  const NachaFile file = forward_file();
  std::string bytes = file.text();
  const std::size_t entry = bytes.find("\n627") + 1;
  const std::string account = bytes.substr(entry + 12, 17);
  bytes.replace(entry + 1, 1, "\xC3\x89");  // Before the account, which must stay masked where it stands.
  Views views;
  MemorySource source{bytes};
  ASSERT_TRUE(annotate_fixed_width(*LayoutLibrary::built_in().find("nacha"), source, {}, false, views).has_value());
  ASSERT_GT(views.records.size(), 2U);
  const AnnotatedRecord& view = views.records[2];
  EXPECT_EQ(view.columns, 94U);
  const auto digits = account.substr(0, account.find(' '));
  EXPECT_EQ(view.raw.find(digits, 13), std::string::npos) << view.raw;
  for (const AnnotatedField& field : view.fields) {
    const bool is_account = field.name == "account", is_amount = field.name == "amount";
    EXPECT_TRUE(!is_account || field.is_masked) << field.raw;
    EXPECT_TRUE(!is_amount || field.raw.find_first_not_of("0123456789") == std::string::npos) << field.raw;
  }
}

}  // namespace
}  // namespace counterfoil::tests
