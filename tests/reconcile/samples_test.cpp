// Outside samples through reader and judge: a claim made of what a line says is found by that line.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"
#include "reconcile/match.hpp"

namespace counterfoil {
namespace {

const Date today = make_date(2026, 11, 24);

std::filesystem::path samples() {
  const auto* set = std::getenv("COUNTERFOIL_SAMPLES");
  return set != nullptr ? set : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
}

using EntryVisitor = std::function<void(const Entry&, const Reason*, JudgeTerms)>;

class EntrySink final : public WordSink {
 public:
  explicit EntrySink(const EntryVisitor& visit) : visit_{visit} {}

  void file(const FileHead& head) override {
    terms_.kind = head.kind;
    terms_.today = today;
    scheme_ = Catalogue::built_in().find(head.scheme);
  }

  void entry(const Entry& entry) override {
    if (entry.level != Level::entry) return;
    const Reason* reason = nullptr;
    if (scheme_ != nullptr && !entry.reason.empty()) reason = scheme_->find_reason(entry.reason);
    if (scheme_ != nullptr && entry.reason.empty() && !entry.status.empty())
      reason = scheme_->find_status(entry.status);
    visit_(entry, reason, terms_);
  }

 private:
  const EntryVisitor& visit_;
  JudgeTerms terms_;
  const Scheme* scheme_ = nullptr;
};

void visit_entries(const std::filesystem::path& file, const EntryVisitor& visit) {
  auto source = FileSource::open(file.string());
  ASSERT_TRUE(source) << source.error().explanation;
  EntrySink sink{visit};
  ASSERT_TRUE(
      read_bank_file(**source, {.file_name = file.filename().string(), .format = {}, .accept_partial = true}, sink))
      << file;
}

ClaimState state_before(Outcome outcome) {
  switch (outcome) {
    case Outcome::returned:
    case Outcome::refunded:
    case Outcome::reversed:
    case Outcome::contested:
      return ClaimState::settled;
    case Outcome::dishonored:
      return ClaimState::returned;
    default:
      return ClaimState::sent;
  }
}

Candidate claim_of(const Entry& entry) {
  Candidate claim;
  claim.state = state_before(entry.outcome);
  claim.settled_posted = claim.state != ClaimState::sent;
  claim.reference = entry.reference;
  claim.trace = entry.original_trace;
  claim.bank = entry.original_bank;
  claim.mandate = entry.mandate;
  claim.account = entry.payer_account;
  claim.currency = entry.currency;
  claim.amount_minor = entry.amount_minor;
  claim.collect_on = entry.collect_on.value_or(today);
  claim.is_prenote = entry.is_prenote;
  return claim;
}

// What may be flagged of a line although it speaks of exactly this claim.
bool is_flag_of_the_line(ExceptionClass kind) {
  switch (kind) {
    case ExceptionClass::reason_unknown:
    case ExceptionClass::reason_missing:
    case ExceptionClass::partial_collection:
    case ExceptionClass::outcome_unknown:
    case ExceptionClass::correction_to_apply:
    case ExceptionClass::charge_without_rule:
      return true;
    default:
      return false;
  }
}

class EverySample : public testing::TestWithParam<const char*> {};

TEST_P(EverySample, FindsTheClaimItsLinesSpeakOf) {
  const auto folder = samples() / GetParam();
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "There is no " << folder;
  int judged = 0;
  for (const auto& file : std::filesystem::directory_iterator{folder}) {
    visit_entries(file.path(), [&](const Entry& entry, const Reason* reason, const JudgeTerms& terms) {
      const auto claim = claim_of(entry);
      const auto judgement = judge(entry, {&claim, 1}, reason, terms);
      if (judgement.disposition == Disposition::ignored || (claim.reference.empty() && claim.trace.empty())) return;
      ++judged;
      ASSERT_TRUE(judgement.matched) << file.path() << " line " << entry.line;
      for (const auto kind : judgement.exceptions.list()) {
        EXPECT_TRUE(is_flag_of_the_line(kind))
            << file.path() << " line " << entry.line << ": " << exception_class_code(kind);
      }
    });
  }
  EXPECT_GT(judged, 0);
}

INSTANTIATE_TEST_SUITE_P(Schemes, EverySample, testing::Values("nacha", "sepa", "cn-jrl304-synthetic"),
                         [](const auto& scheme) {
                           std::string name = scheme.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(Sample, OfAReturnWithItsChargeIsProposedForItsMandateAndKeepsTheChargeApart) {
  const auto file = samples() / "sepa" / "camt052_v02_de_return-with-charges.xml";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "There is no " << file;
  int judged = 0;
  visit_entries(file, [&](const Entry& entry, const Reason* reason, const JudgeTerms& terms) {
    if (entry.outcome != Outcome::returned) return;
    ++judged;
    Candidate claim;
    claim.state = ClaimState::settled;
    claim.settled_posted = true;
    claim.reference = "RENT-2026-10-0012";
    claim.mandate = "TEST1234";
    claim.currency = euro;
    claim.amount_minor = 5000;
    const auto judgement = judge(entry, {&claim, 1}, reason, terms);
    EXPECT_EQ(judgement.rule, MatchRule::mandate_amount_date);
    EXPECT_EQ(judgement.proposed, ClaimEventKind::give_back);
    EXPECT_FALSE(judgement.event);
    EXPECT_EQ(judgement.amount_minor, 5000);
    EXPECT_EQ(judgement.charges_minor, 300);
  });
  EXPECT_EQ(judged, 1);
}

TEST(Sample, OfTwoReturnsPostsEachToItsClaim) {
  const auto file = samples() / "sepa" / "camt053_v02_abn-amro_reference.xml";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "There is no " << file;
  std::vector<Candidate> claims(2);
  for (auto& claim : claims) {
    claim.state = ClaimState::settled;
    claim.settled_posted = true;
    claim.currency = euro;
  }
  claims[0].reference = "1234567X908303803";
  claims[0].amount_minor = 100;
  claims[1].reference = "1234567X908303804";
  claims[1].amount_minor = 92100;
  std::vector<std::size_t> matched;
  visit_entries(file, [&](const Entry& entry, const Reason* reason, const JudgeTerms& terms) {
    if (entry.outcome != Outcome::returned) return;
    const auto judgement = judge(entry, claims, reason, terms);
    ASSERT_TRUE(judgement.matched);
    EXPECT_EQ(judgement.event, ClaimEventKind::give_back);
    matched.push_back(*judgement.matched);
  });
  std::ranges::sort(matched);
  EXPECT_EQ(matched, (std::vector<std::size_t>{0, 1}));
}

}  // namespace
}  // namespace counterfoil
