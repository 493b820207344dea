#include <fmt/format.h>

#include "apps/operations/simulated_parts.hpp"

namespace counterfoil {
namespace {

/// One result for each request, in the version of the file that was sent.
Result<BankAnswer> febraban_results(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent);
  Settings settings = sent.settings_;
  settings["febraban150.way"] = "2";  // From the bank.
  Draft draft;
  draft.order.format = sent.head_.format;
  draft.order.head = sent.head_;
  draft.order.head.kind = FileKind::settlement;
  draft.order.head.created_on = on;
  draft.order.head.settings = &settings;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      Entry entry = asked.entry;
      const bool is_good = asked.fate == Fate::good;
      entry.reason = is_good ? "00" : asked.reason;
      entry.outcome = is_good ? Outcome::settled : Outcome::rejected;
      entry.booked_on = asked.entry.collect_on;
      entries.push_back(entry);
    }
    draft.order.batches.push_back(batch.head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.1-results.ret", stem), "results", on);
}

}  // namespace

Answers answers_in_febraban150(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (auto added = add_answer(answers, febraban_results(sent, stem)); !added) return std::unexpected(added.error());
  return answers;
}

}  // namespace counterfoil
