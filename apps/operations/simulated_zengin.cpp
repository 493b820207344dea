#include <fmt/format.h>

#include "apps/operations/simulated_parts.hpp"

namespace counterfoil {
namespace {

/// The very records that were sent, each with what became of it.
Result<BankAnswer> zengin_result(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent) + std::chrono::days{1};
  Draft draft;
  draft.order.format = "zengin";
  draft.order.head = sent.head_;
  draft.order.head.kind = FileKind::settlement;
  draft.order.head.settings = &sent.settings_;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      Entry entry = asked.entry;
      entry.reason = asked.fate == Fate::good ? "0" : asked.reason;
      entry.outcome = asked.fate == Fate::good ? Outcome::settled : Outcome::rejected;
      entries.push_back(entry);
    }
    draft.order.batches.push_back(batch.head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.1-results.txt", stem), "results", on);
}

}  // namespace

Answers answers_in_zengin(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (auto added = add_answer(answers, zengin_result(sent, stem)); !added) return std::unexpected(added.error());
  return answers;
}

}  // namespace counterfoil
