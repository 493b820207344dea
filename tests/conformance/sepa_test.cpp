// Every SEPA sample against the line that SOURCES.sepa.tsv has for it: what a correct parser must report. The facts are
// picked out of that line itself, so that a changed list is a changed test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

std::string samples_folder() {
  if (const char* folder = std::getenv("COUNTERFOIL_SAMPLES")) return folder;
  return std::string{COUNTERFOIL_SOURCE_DIR} + "/../shared/samples";
}

struct Sample {
  std::string file;      // "sepa/pain002_v10_de_vop.xml"
  std::string expected;  // The column "what a correct parser must report".
  std::string validity;  // The column "schema check".
};

std::vector<Sample> listed_samples() {
  std::vector<Sample> samples;
  std::ifstream list{samples_folder() + "/SOURCES.sepa.tsv"};
  for (std::string line; std::getline(list, line);) {
    std::vector<std::string> cells;
    std::stringstream rest{line};
    for (std::string cell; std::getline(rest, cell, '\t');) cells.push_back(cell);
    if (cells.size() < 6 || cells[0] == "file") continue;
    samples.push_back({cells[0], cells[5], cells.size() > 6 ? cells[6] : ""});
  }
  return samples;
}

struct KeptEntry {
  Level level;
  std::string reference, instruction, status, reason, reason_text, mandate, batch, account, code;
  std::int64_t amount, booked;
  bool is_booked, is_reversal;
  Outcome outcome;
};

struct KeptBatch {
  std::string id, original, instrument;
  SequenceType sequence;
  std::optional<Date> collect_on;
  std::uint64_t entries = 0;
  std::int64_t sum = 0;
};

struct KeptStatement {
  std::string id, account;
  Currency currency;
  std::optional<std::int64_t> opening, closing;
  std::uint64_t credits, debits;
  std::int64_t credit_minor, debit_minor;
};

class KeepingSink final : public WordSink {
 public:
  void file(const FileHead& head) override {
    format = head.format;
    message_id = head.message_id;
    original = head.original_message_id;
    original_name = head.original_message_name;
    declared_count = head.declared_count;
    declared_sum = head.declared_sum_minor;
  }
  void batch(const BatchHead& head) override {
    batches.push_back({std::string{head.id}, std::string{head.original_id}, std::string{head.instrument}, head.sequence,
                       head.collect_on});
  }
  void entry(const Entry& entry) override {
    entries.push_back({entry.level, std::string{entry.reference}, std::string{entry.instruction_id},
                       std::string{entry.status}, std::string{entry.reason}, std::string{entry.reason_text},
                       std::string{entry.mandate}, std::string{entry.original_batch_id},
                       std::string{entry.payer_account}, std::string{entry.bank_transaction_code}, entry.amount_minor,
                       entry.booked_minor, entry.is_booked, entry.is_reversal_flag, entry.outcome});
    if (entry.level != Level::entry || batches.empty()) return;
    ++batches.back().entries;
    batches.back().sum += entry.amount_minor;
  }
  void statement(const Statement& statement) override {
    statements.push_back({std::string{statement.id}, std::string{statement.account}, statement.currency,
                          statement.opening_minor, statement.closing_minor, statement.credits, statement.debits,
                          statement.credit_minor, statement.debit_minor});
  }
  void finding(const Finding& finding) override { findings.push_back(finding); }
  void end(const FileCounts& ended) override { counts = ended; }

  [[nodiscard]] bool has_finding(std::string_view code) const {
    return std::ranges::any_of(findings, [&](const Finding& finding) { return finding.code == code; });
  }

  std::string format, message_id, original, original_name;
  std::int64_t declared_count = -1, declared_sum = -1;
  std::vector<KeptBatch> batches;
  std::vector<KeptEntry> entries;
  std::vector<KeptStatement> statements;
  std::vector<Finding> findings;
  FileCounts counts;
};

std::string none_is_empty(const std::string& text) { return text == "None" ? std::string{} : text; }

/// The list writes amounts as 10.1, 100, 1520.76.
std::int64_t minor(std::string decimal) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.erase(0, 1);
  const auto money = Money::parse(decimal, euro);
  EXPECT_TRUE(money.has_value()) << decimal;
  return money ? (negative ? -money->minor_units() : money->minor_units()) : 0;
}

/// All matches of a pattern in a text.
std::vector<std::smatch> matches_of(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator{text.begin(), text.end(), pattern}, std::sregex_iterator{}};
}

std::vector<std::string> codes_in(const std::string& list) {
  std::vector<std::string> codes;
  for (const auto& match : matches_of(list, std::regex{"'([^']*)'"})) codes.push_back(match[1]);
  return codes;
}

std::vector<KeptEntry> of_level(const KeepingSink& read, Level level) {
  std::vector<KeptEntry> some;
  std::ranges::copy_if(read.entries, std::back_inserter(some),
                       [&](const KeptEntry& entry) { return entry.level == level; });
  return some;
}

void check_status_report(const KeepingSink& read, const std::string& expected) {
  std::smatch group;
  ASSERT_TRUE(
      std::regex_search(expected, group, std::regex{R"(answers (.+?) \((.+?)\) GrpSts=(\w+) reasons=\[(.*?)\])"}));
  EXPECT_EQ(read.original, none_is_empty(group[1]));
  EXPECT_EQ(read.original_name, group[2]);
  const auto whole = of_level(read, Level::file);
  if (group[3] != "None") {
    ASSERT_EQ(whole.size(), 1U);
    EXPECT_EQ(whole[0].status, group[3]);
    if (const auto codes = codes_in(group[4]); !codes.empty()) {
      EXPECT_EQ(whole[0].reason, codes[0]);
    }
  }
  const auto blocks = matches_of(expected, std::regex{R"(block (\S+) PmtInfSts=(\w+))"});
  ASSERT_EQ(read.batches.size(), blocks.size());
  EXPECT_EQ(read.counts.batches, blocks.size());
  const auto block_entries = of_level(read, Level::block);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(read.batches[i].original, blocks[i][1]);
    if (blocks[i][2] == "None") continue;
    EXPECT_TRUE(std::ranges::any_of(block_entries, [&](const KeptEntry& entry) {
      return entry.batch == blocks[i][1] && entry.status == blocks[i][2];
    }));
  }
  const auto transactions = matches_of(
      expected, std::regex{R"(tx E2E=(.+?) InstrId=(.+?) (\w+) reasons=\[(.*?)\] amount=(\S+) mandate=([^;]+))"});
  const auto entries = of_level(read, Level::entry);
  ASSERT_EQ(entries.size(), transactions.size());
  EXPECT_EQ(read.counts.entries, transactions.size());
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const auto& row = transactions[i];
    EXPECT_EQ(entries[i].reference, row[1] == "NOTPROVIDED" ? "" : none_is_empty(row[1]));
    EXPECT_EQ(entries[i].instruction, none_is_empty(row[2]));
    EXPECT_EQ(entries[i].status, row[3]);
    if (row[3] == "RJCT") {
      EXPECT_EQ(entries[i].outcome, Outcome::rejected);
    }
    if (const auto codes = codes_in(row[4]); !codes.empty()) {
      EXPECT_EQ(entries[i].reason, codes[0]);
    }
    EXPECT_EQ(entries[i].amount, row[5] == "None" ? 0 : minor(row[5]));
    EXPECT_EQ(entries[i].mandate, none_is_empty(row[6]));
  }
}

void check_collection(const KeepingSink& read, const std::string& expected) {
  std::smatch head;
  ASSERT_TRUE(std::regex_search(expected, head,
                                std::regex{R"(header NbOfTxs=(\d+) CtrlSum=(\S+); actual (\d+) tx sum (\S+);)"}));
  EXPECT_EQ(read.declared_count, std::stoll(head[1]));
  if (head[2] != "None") {
    EXPECT_EQ(read.declared_sum, minor(head[2]));
  }
  EXPECT_EQ(read.counts.entries, std::stoull(head[3]));
  std::int64_t sum = 0;
  for (const auto& entry : read.entries) sum += entry.amount;
  EXPECT_EQ(sum, minor(head[4]));
  EXPECT_EQ(read.has_finding("iso20022.count"), head[1] != head[3]);
  EXPECT_EQ(read.has_finding("iso20022.sum"), head[2] != "None" && minor(head[2]) != sum);
  const auto blocks =
      matches_of(expected, std::regex{R"(PmtInf (\S+) (\S+)/(\w+) (\d{4}-\d\d-\d\d)\S* (\d+) tx (\S+) \(([^)]*)\))"});
  ASSERT_FALSE(blocks.empty());
  ASSERT_GE(read.batches.size(), blocks.size());
  std::size_t at = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto& row = blocks[i];
    EXPECT_EQ(read.batches[i].id, row[1]);
    EXPECT_EQ(read.batches[i].instrument, row[2]);
    EXPECT_EQ(sequence_type_code(read.batches[i].sequence), none_is_empty(row[3]));
    EXPECT_EQ(read.batches[i].collect_on, parse_iso_date(row[4].str()));
    EXPECT_EQ(read.batches[i].entries, std::stoull(row[5]));
    EXPECT_EQ(read.batches[i].sum, minor(row[6]));
    const std::string listed = row[7];
    for (const auto& transaction : matches_of(listed, std::regex{R"((\S+) (\S+) mandate (\S+?)(?=,|$))"})) {
      ASSERT_LT(at, read.entries.size());
      EXPECT_EQ(read.entries[at].reference, transaction[1] == "NOTPROVIDED" ? "" : transaction[1].str());
      EXPECT_EQ(read.entries[at].amount, minor(transaction[2]));
      EXPECT_EQ(read.entries[at].mandate, none_is_empty(transaction[3]));
      ++at;
    }
  }
}

void check_returns(const KeepingSink& read, const std::string& expected) {
  const auto rows = matches_of(
      expected,
      std::regex{
          R"(\[(DBIT|CRDT) (\S+) BOOK (RvslInd )?(\S+) reason=(\w+) text=(.*?) E2E=(.*?) PmtInfId=(.*?) mandate=(\S+) txamt=(\S+) instd=(\S+?)\])"});
  std::size_t at = 0;
  for (const auto& row : rows) {
    // The list names the returns in the order of the file; other bookings stand between them.
    while (at < read.entries.size() && read.entries[at].reason != none_is_empty(row[5])) ++at;
    ASSERT_LT(at, read.entries.size()) << row[0];
    const auto& entry = read.entries[at++];
    EXPECT_EQ(entry.booked, minor(row[2]));
    EXPECT_EQ(entry.is_reversal, row[3].matched);
    EXPECT_EQ(entry.code, row[4] == "None/None/None" ? "" : row[4].str());
    EXPECT_EQ(entry.reference, none_is_empty(row[7]));
    EXPECT_EQ(entry.batch, none_is_empty(row[8]));
    EXPECT_EQ(entry.mandate, none_is_empty(row[9]));
    EXPECT_EQ(entry.amount, row[11] != "None" ? minor(row[11]) : row[10] != "None" ? minor(row[10]) : minor(row[2]));
    const bool is_ours = row[1] == "DBIT";
    EXPECT_EQ(entry.outcome, !is_ours ? Outcome::none : row[5] == "MD06" ? Outcome::refunded : Outcome::returned);
  }
}

void check_account_report(const KeepingSink& read, const std::string& expected) {
  const auto rows = matches_of(
      expected,
      std::regex{
          R"((?:Stmt|Rpt|Ntfctn) (\S+) account (\S+); balances ([^;]*); entries (\d+) credit sum (\S+), (\d+) debit sum (\S+); (\d+) TxDtls; batches (none|\[.*?\]);)"});
  ASSERT_EQ(read.statements.size(), rows.size());
  const bool all_booked = std::ranges::all_of(read.entries, &KeptEntry::is_booked);
  std::uint64_t entries = 0, batches = 0, details = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    const auto& statement = read.statements[i];
    EXPECT_EQ(statement.id, row[1]);
    EXPECT_EQ(statement.account, row[2]);
    std::map<std::string, std::string> balances;
    const std::string listed = row[3];
    for (const auto& balance : matches_of(listed, std::regex{R"((\w{4}) (-?[\d.]+))"}))
      balances.emplace(balance[1], balance[2]);
    const std::string opening = balances.contains("OPBD") ? "OPBD" : "PRCD";
    EXPECT_EQ(statement.opening.has_value(), balances.contains(opening));
    EXPECT_EQ(statement.closing.has_value(), balances.contains("CLBD"));
    if (balances.contains(opening)) {
      EXPECT_EQ(statement.opening, minor(balances[opening]));
    }
    if (balances.contains("CLBD")) {
      EXPECT_EQ(statement.closing, minor(balances["CLBD"]));
    }
    if (all_booked) {  // A statement counts what was booked.
      EXPECT_EQ(statement.credits, std::stoull(row[4]));
      EXPECT_EQ(statement.credit_minor, minor(row[5]));
      EXPECT_EQ(statement.debits, std::stoull(row[6]));
      EXPECT_EQ(statement.debit_minor, minor(row[7]));
    }
    entries += std::stoull(row[4]) + std::stoull(row[6]);
    details += std::stoull(row[8]);
    const std::string batch_list = row[9];
    batches += matches_of(batch_list, std::regex{R"( x\d+)"}).size();
  }
  EXPECT_EQ(read.counts.entries, entries);
  EXPECT_EQ(read.counts.batches, batches);
  // Each booking without details is one entry, each transaction of a booking another.
  EXPECT_GE(read.entries.size(), std::max(entries, details));
  check_returns(read, expected);
}

void check_reversal(const KeepingSink& read) {
  EXPECT_EQ(read.original, "RITCOM1234");
  EXPECT_EQ(read.original_name, "pain.008.001.11");
  EXPECT_EQ(read.counts.entries, 1U);
  ASSERT_EQ(read.batches.size(), 1U);
  EXPECT_EQ(read.batches[0].original, "RIT/0053");
  ASSERT_EQ(read.entries.size(), 1U);
  EXPECT_EQ(read.entries[0].reference, "RIT/012010-2562C26");
  EXPECT_EQ(read.entries[0].amount, 28600);
  EXPECT_EQ(read.entries[0].booked, 28600);
  EXPECT_EQ(read.entries[0].reason, "AM05");
  EXPECT_EQ(read.entries[0].mandate, "RIT04/av002");
  EXPECT_EQ(read.entries[0].account, "DE89370400440332014000");
  EXPECT_TRUE(read.has_finding("iso20022.iban"));
}

class SepaSample : public testing::TestWithParam<Sample> {};

TEST_P(SepaSample, YieldsWhatTheListSays) {
  const auto& sample = GetParam();
  auto source = FileSource::open(samples_folder() + "/" + sample.file);
  if (!source) GTEST_SKIP() << "not there: " << sample.file;
  KeepingSink read;
  const auto verdict = read_bank_file(**source, {.file_name = sample.file, .format = {}}, read);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_NE(*verdict, Verdict::refused);
  for (const auto& finding : read.findings) EXPECT_EQ(finding.place.file.find(sample.file), 0U);

  // "ZIP with NAME; content: pain.002 ..." or "pain.002 MsgId=...".
  std::string expected = sample.expected;
  if (const auto content = expected.find("content: "); content != std::string::npos) expected.erase(0, content + 9);
  const std::string family = expected.substr(0, 8);
  EXPECT_TRUE(read.format.starts_with(family)) << read.format;
  std::smatch id;
  ASSERT_TRUE(std::regex_search(expected, id, std::regex{R"(MsgId=([^;\s]+))"}));
  EXPECT_EQ(read.message_id, none_is_empty(id[1]));
  if (family == "pain.002") {
    check_status_report(read, expected);
  } else if (family == "pain.008") {
    check_collection(read, expected);
  } else if (family == "pain.007") {
    check_reversal(read);
  } else if (expected.find("account") != std::string::npos) {
    check_account_report(read, expected);
  } else {
    EXPECT_EQ(read.counts.kind, FileKind::empty);
  }
  // What the schema refuses has at least a warning of ours.
  if (sample.validity.starts_with("NOT valid")) {
    EXPECT_FALSE(read.findings.empty());
  }
}

std::vector<Sample> samples_or_a_gap() {
  auto samples = listed_samples();
  if (samples.empty()) samples.push_back({"SOURCES.sepa.tsv (" + samples_folder() + ")", "", ""});
  return samples;
}

INSTANTIATE_TEST_SUITE_P(Listed, SepaSample, testing::ValuesIn(samples_or_a_gap()), [](const auto& row) {
  std::string name;
  for (const char c : row.param.file) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
});

}  // namespace
}  // namespace counterfoil
