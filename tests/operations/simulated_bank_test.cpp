#include "apps/operations/simulated_bank.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "apps/operations/collection_order.hpp"
#include "generators/writer.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

constexpr int claims = 200;

CreditorAccount account_of(std::string_view scheme) {
  CreditorAccount account;
  account.name = "EXAMPLE ESTATES";
  account.scheme = scheme;
  if (scheme == "nacha") {
    account.format = "nacha";
    account.instrument = "PPD";
    account.currency = us_dollar;
    account.bank = "076401251";
    account.creditor_id = "1234567890";
    account.settings = {{"nacha.immediate_destination", "076401251"},
                        {"nacha.immediate_destination_name", "EXAMPLE BANK"},
                        {"nacha.immediate_origin", "1234567890"},
                        {"nacha.immediate_origin_name", "EXAMPLE ESTATES"},
                        {"nacha.entry_description", "RENT"}};
  } else if (scheme == "becs") {
    account.format = "becs";
    account.currency = *Currency::parse("AUD");
    account.account = "654321";
    account.bank = "032-000";
    account.creditor_id = "123456";
    account.settings = {{"becs.bank", "WBC"}};
  } else if (scheme == "zengin") {
    account.format = "zengin";
    account.currency = *Currency::parse("JPY");
    account.account = "7654321";
    account.bank = "0005123";
    account.creditor_id = "0000123456";
  } else if (scheme == "cpa005") {
    account.format = "cpa005";
    account.instrument = "430";
    account.currency = *Currency::parse("CAD");
    account.account = "3333333";
    account.bank = "000302222";
    account.creditor_id = "1234560000";
    account.settings = {{"cpa005.originator_id", "1234560000"}, {"cpa005.data_centre", "00320"}};
  } else if (scheme == "autogiro") {
    account.format = "autogiro";
    account.currency = *Currency::parse("SEK");
    account.account = "0009912346";
    account.settings = {{"autogiro.customer_number", "471117"}};
  } else if (scheme == "bacs") {
    account.format = "bacs";
    account.currency = *Currency::parse("GBP");
    account.account = "63748472";
    account.bank = "20-29-59";
    account.creditor_id = "123456";
  } else if (scheme == "avtalegiro") {
    account.format = "avtalegiro";
    account.currency = *Currency::parse("NOK");
    account.account = "88888888888";
    account.settings = {{"avtalegiro.customer_unit", "55555555"}};
  } else if (scheme == "febraban150") {
    account.format = "febraban150";
    account.currency = *Currency::parse("BRL");
    account.account = "123456";
    account.bank = "341";
    account.creditor_id = "CONVENIO 42";
    account.settings = {{"febraban150.bank_number", "341"}, {"febraban150.bank_name", "BANCO EXEMPLO"}};
  } else {
    account.format = "pain.008.001.08";
    account.instrument = "CORE";
    account.currency = euro;
    account.account = "DE02120300000000202051";
    account.bank = "BYLADEM1001";
    account.creditor_id = "DE98ZZZ09999999999";
  }
  return account;
}

std::string_view bank_of(std::string_view scheme) {
  if (scheme == "nacha") return "076401251";
  if (scheme == "becs") return "062-001";
  if (scheme == "cpa005") return "000300101";
  if (scheme == "zengin") return "0009219";
  if (scheme == "bacs") return "200000";
  if (scheme == "febraban150") return "0123";
  return {};
}

/// The same claims every time.
class Claims : public EntrySource {
 public:
  explicit Claims(std::string_view scheme) : scheme_{scheme} {}
  Result<bool> next(std::size_t, Entry& entry) override {
    if (done_ == claims) return false;
    ++done_;
    reference_ = scheme_ == "avtalegiro" ? fmt::format("9{:05}", done_) : fmt::format("T1-{}", done_);
    account_ = std::to_string((scheme_ == "bacs" ? 55550000 : 5550000) + done_);
    entry = Entry{};
    entry.reference = reference_;
    mandate_ = scheme_ == "autogiro" ? fmt::format("{:016}", done_) : reference_;
    entry.mandate = mandate_;
    entry.sequence_number = static_cast<std::uint64_t>(done_);
    entry.amount_minor = 1000 + done_;
    entry.payer_name = "PAYER";
    entry.payer_account = scheme_ == "iso20022" ? "DE89370400440532013000" : std::string_view{account_};
    entry.payer_bank = bank_of(scheme_);
    entry.account_kind = scheme_ == "zengin" ? "ordinary" : "checking";
    entry.signed_on = make_date(2026, 1, 15);
    entry.currency = account_of(scheme_).currency;
    if (scheme_ == "bacs") entry.sequence = SequenceType::recurring;
    entry.collect_on = make_date(2026, 12, 1);
    return true;
  }

 private:
  std::string_view scheme_;
  int done_ = 0;
  std::string reference_, mandate_, account_;
};

class Text : public ByteTarget {
 public:
  Result<void> append(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

std::string message_id_in(std::string_view scheme) {
  if (scheme == "cpa005") return "0001";
  if (scheme == "bacs") return "560001";
  if (scheme == "avtalegiro") return "0000012";
  return scheme == "febraban150" ? "000012" : "TEST-1";
}

std::string collection(std::string_view scheme) {
  CollectionBlock block;
  block.collect_on = make_date(2026, 12, 1);
  block.sequence = scheme == "iso20022" || scheme == "bacs" ? SequenceType::recurring : SequenceType::none;
  block.count = claims;
  block.sum_minor = claims * 1000 + claims * (claims + 1) / 2;
  const auto order = make_collection_order(
      account_of(scheme),
      {.message_id = message_id_in(scheme), .created = "2026-11-24T09:30:00", .file_modifier = {}},
      {block});
  EXPECT_TRUE(order);
  Claims entries{scheme};
  Text target;
  std::vector<Finding> notes;
  const auto written = write_collection((*order)->order, entries, target, notes);
  EXPECT_TRUE(written) << written.error().explanation;
  return target.text;
}

/// Counts what an answer says.
class Counted : public WordSink {
 public:
  void entry(const Entry& entry) override {
    if (entry.level == Level::entry) ++outcomes[entry.outcome];
  }
  void finding(const Finding& finding) override {
    if (finding.severity == Severity::error) errors.push_back(finding.message);
  }
  std::map<Outcome, int> outcomes;
  std::vector<std::string> errors;
};

Counted read(const BankAnswer& answer) {
  Counted counted;
  MemorySource source{answer.bytes};
  ReadOptions options;
  options.file_name = answer.name;
  EXPECT_TRUE(read_bank_file(source, options, counted));
  return counted;
}

const SentAs sent_as{.format = {}, .on = make_date(2026, 11, 24)};

class SimulatedBank : public ::testing::TestWithParam<const char*> {};

TEST_P(SimulatedBank, AnswersTheSameWayForTheSameSeedAndIsReadWithoutAFault) {
  const auto sent = collection(GetParam());
  const auto answers = answer_collection(sent, "stem", {.seed = 7}, sent_as);
  ASSERT_TRUE(answers) << answers.error().explanation;
  ASSERT_FALSE(answers->empty());
  const auto again = answer_collection(sent, "stem", {.seed = 7}, sent_as);
  ASSERT_TRUE(again);
  ASSERT_EQ(answers->size(), again->size());
  for (std::size_t i = 0; i < answers->size(); ++i) {
    EXPECT_EQ((*answers)[i].bytes, (*again)[i].bytes);
    EXPECT_THAT(read((*answers)[i]).errors, ::testing::IsEmpty());
  }
}

TEST_P(SimulatedBank, LetsNothingFailWhenItIsInTheBestOfMoods) {
  const auto answers = answer_collection(collection(GetParam()), "stem",
                                         {.seed = 7, .rejected = 0, .returned = 0, .corrected = 0, .partial = 0}, sent_as);
  ASSERT_TRUE(answers);
  for (const auto& answer : *answers) {
    const auto counted = read(answer);
    EXPECT_FALSE(counted.outcomes.contains(Outcome::returned));
    EXPECT_FALSE(counted.outcomes.contains(Outcome::rejected));
  }
}

INSTANTIATE_TEST_SUITE_P(Schemes, SimulatedBank, ::testing::Values("iso20022", "nacha", "becs", "cpa005", "zengin", "bacs",
                                           "autogiro", "avtalegiro", "febraban150"),
                         [](const auto& scheme) { return std::string{scheme.param}; });

TEST(SimulatedBacs, AnswersInTheReportsOfTheScheme) {
  const auto answers = answer_collection(collection("bacs"), "stem", {.seed = 7, .returned = 150, .corrected = 150});
  ASSERT_TRUE(answers) << answers.error().explanation;
  ASSERT_EQ(answers->size(), 3U);
  const auto heard = [&](std::size_t at) { return read((*answers)[at]).outcomes; };
  EXPECT_TRUE(heard(0).empty()) << "the input report speaks of the submission as a whole";
  EXPECT_GT(heard(1).at(Outcome::returned), 0);
  EXPECT_FALSE(heard(1).contains(Outcome::unknown)) << "every reason is one of the scheme";
  EXPECT_GT(heard(2).at(Outcome::corrected) + heard(2).at(Outcome::cancelled), 1);
}

TEST(SimulatedAutogiro, AnswersInThreeFilesOneAfterTheOther) {
  const auto answers = answer_collection(collection("autogiro"), "stem", {.seed = 7, .rejected = 100, .returned = 200});
  ASSERT_TRUE(answers) << answers.error().explanation;
  ASSERT_EQ(answers->size(), 3U);
  const auto heard = [&](std::size_t at) { return read((*answers)[at]).outcomes; };
  EXPECT_GT(heard(0).at(Outcome::rejected), 0) << "refused at once";
  EXPECT_GT(heard(1).at(Outcome::rejected), 0) << "no money on the day";
  EXPECT_EQ(heard(0).at(Outcome::rejected) + heard(1).at(Outcome::rejected) + heard(1).at(Outcome::settled), claims)
      << "every debit is answered once";
  EXPECT_GT(heard(2).at(Outcome::refunded), 0) << "taken back later";
  EXPECT_LT((*answers)[1].on, (*answers)[2].on);
}

TEST(SimulatedOcrGiro, LeavesOutWhatWasNotPaidAndSaysNothingOfIt) {
  const auto answers = answer_collection(collection("avtalegiro"), "stem", {.seed = 7, .returned = 150});
  ASSERT_TRUE(answers) << answers.error().explanation;
  ASSERT_EQ(answers->size(), 1U);
  const auto heard = read(answers->front()).outcomes;
  EXPECT_EQ(heard.size(), 1U);
  EXPECT_LT(heard.at(Outcome::settled), claims);
  const auto none = answer_collection(collection("avtalegiro"), "stem", {.seed = 7, .returned = 1000});
  ASSERT_TRUE(none) << none.error().explanation;
  EXPECT_TRUE(none->empty()) << "a bank without money in it is silent";
}

TEST(SimulatedFebraban150, AnswersEveryRequestOnce) {
  const auto answers = answer_collection(collection("febraban150"), "stem", {.seed = 7, .returned = 150});
  ASSERT_TRUE(answers) << answers.error().explanation;
  ASSERT_EQ(answers->size(), 1U);
  const auto heard = read(answers->front()).outcomes;
  EXPECT_GT(heard.at(Outcome::rejected), 0);
  EXPECT_EQ(heard.at(Outcome::rejected) + heard.at(Outcome::settled), claims);
}

TEST(SimulatedBankOnly, AnswersCollections) {
  const auto refused = answer_collection("not a bank file\n", "stem", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "sim.not-a-collection");
}

}  // namespace
}  // namespace counterfoil
