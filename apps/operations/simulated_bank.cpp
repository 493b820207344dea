#include "apps/operations/simulated_bank.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "apps/operations/simulated_parts.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

constexpr std::array<std::string_view, 3> sepa_rejected{"AC04", "AC06", "MD01"};
constexpr std::array<std::string_view, 4> sepa_returned{"AM04", "MS03", "AC04", "MD06"};
constexpr std::array<std::string_view, 5> nacha_returned{"R01", "R02", "R03", "R10", "R09"};
constexpr std::array<std::string_view, 2> nacha_corrected{"C05", "C01"};
constexpr std::array<std::string_view, 5> becs_returned{"6", "2", "3", "1", "5"};
constexpr std::array<std::string_view, 1> cpa_rejected{"900"};
constexpr std::array<std::string_view, 5> cpa_returned{"901", "905", "902", "903", "915"};
constexpr std::array<std::string_view, 5> zengin_returned{"1", "3", "2", "4", "9"};
constexpr std::array<std::string_view, 4> cn_returned{"FSBR6040", "FSBR6037", "FSBR6039", "FSBR6038"};
constexpr std::array<std::string_view, 4> bacs_returned{"ARUDD-0", "ARUDD-1", "ARUDD-B", "ARUDD-5"};
constexpr std::array<std::string_view, 3> bacs_corrected{"ADDACS-C", "ADDACS-3", "ADDACS-1"};
constexpr std::array<std::string_view, 3> autogiro_rejected{"82-R02", "82-R01", "82-R24"};
constexpr std::array<std::string_view, 4> autogiro_returned{"82-1", "82-2", "77-02", "77-03"};
constexpr std::array<std::string_view, 1> never_said{""};  // AvtaleGiro leaves out what was not paid.
constexpr std::array<std::string_view, 5> febraban_returned{"01", "05", "15", "30", "04"};

/// The bank of one scheme: what it finds fault with, and how it says so.
struct SimulatedScheme {
  std::string_view scheme;
  Reasons reasons;
  Answers (*answers)(SentFile&, std::string_view);
};

constexpr std::array<SimulatedScheme, 10> simulated_schemes{{
    {"iso20022", {.rejected = sepa_rejected, .returned = sepa_returned}, answers_in_iso20022},
    {"nacha", {.returned = nacha_returned, .corrected = nacha_corrected}, answers_in_nacha},
    {"cn-304", {.returned = cn_returned, .may_be_partial = true}, answers_in_cn_304},
    {"becs", {.returned = becs_returned}, answers_by_debits_back},
    {"cpa005", {.rejected = cpa_rejected, .returned = cpa_returned}, answers_by_debits_back},
    {"zengin", {.returned = zengin_returned}, answers_in_zengin},
    {"autogiro", {.rejected = autogiro_rejected, .returned = autogiro_returned}, answers_in_autogiro},
    {"bacs", {.returned = bacs_returned, .corrected = bacs_corrected}, answers_in_bacs},
    {"avtalegiro", {.returned = never_said}, answers_in_avtalegiro},
    {"febraban150", {.returned = febraban_returned}, answers_in_febraban150},
}};

/// The first reason half of the time, the others share the rest.
std::string_view pick(std::span<const std::string_view> reasons, std::uint64_t luck) {
  if (reasons.size() == 1 || luck % 2 == 0) return reasons.front();
  return reasons[1 + (luck / 2) % (reasons.size() - 1)];
}

void decide(Asked& asked, const Reasons& reasons, const BankMood& mood) {
  // Some formats carry the mandate and no reference.
  const auto luck = chance(mood.seed, asked.entry.reference.empty() ? asked.entry.mandate : asked.entry.reference);
  auto die = static_cast<unsigned>(luck % 1000);
  const auto reason_luck = luck / 1000;
  const auto falls = [&](unsigned share) {
    if (die < share) return true;
    die -= share;
    return false;
  };
  if (asked.entry.is_prenote) return;  // The simulated bank likes every account; corrections would be possible.
  if (falls(mood.rejected)) {
    const bool can_reject = !reasons.rejected.empty();
    asked.fate = can_reject ? Fate::rejected : Fate::returned;
    asked.reason = pick(can_reject ? reasons.rejected : reasons.returned, reason_luck);
  } else if (falls(mood.returned)) {
    asked.fate = Fate::returned;
    asked.reason = pick(reasons.returned, reason_luck);
  } else if (!reasons.corrected.empty() && falls(mood.corrected)) {
    asked.fate = Fate::corrected;
    asked.reason = pick(reasons.corrected, reason_luck);
  } else if (reasons.may_be_partial && falls(mood.partial) && asked.entry.amount_minor > 1) {
    asked.fate = Fate::partial;
  }
}

}  // namespace

Result<std::vector<BankAnswer>> answer_collection(std::string_view bytes, std::string_view stem, const BankMood& mood,
                                                  const SentAs& sent_as) {
  SentFile sent;
  MemorySource source{bytes};
  ReadOptions options;
  options.file_name = stem;
  options.format = sent_as.format;
  options.expected = Expected::instruction;
  options.day = sent_as.on;
  const auto verdict = read_bank_file(source, options, sent);
  if (!verdict) return std::unexpected(verdict.error());
  if (*verdict == Verdict::refused || sent.head_.kind != FileKind::instruction || sent.count_ == 0) {
    return std::unexpected(Error{.code = "sim.not-a-collection",
                                 .explanation = "The file does not ask a bank to collect anything.",
                                 .remedy = "Give the id of a batch that was sent, or a collection file.",
                                 .place = {.file = std::string{stem}},
                                 .kind = ErrorKind::input});
  }
  const auto* bank = std::ranges::find(simulated_schemes, sent.head_.scheme, &SimulatedScheme::scheme);
  if (bank == simulated_schemes.end()) {
    return std::unexpected(Error{.code = "sim.unknown-bank",
                                 .explanation = fmt::format("No bank for {} is simulated.", sent.head_.scheme),
                                 .remedy = "Answer the file with one of the bank's own making, and give it to ingest.",
                                 .place = {.file = std::string{stem}},
                                 .kind = ErrorKind::input});
  }
  for (auto& batch : sent.batches_) {
    for (auto& asked : batch.claims) decide(asked, bank->reasons, mood);
  }
  return bank->answers(sent, stem);
}

}  // namespace counterfoil
