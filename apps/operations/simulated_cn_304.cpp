#include <fmt/format.h>

#include "apps/operations/simulated_parts.hpp"

namespace counterfoil {
namespace {

Result<BankAnswer> cn_result(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent) + std::chrono::days{1};
  Draft draft;
  draft.order.format = "cn-304";
  draft.order.head = sent.head_;
  draft.order.head.kind = FileKind::settlement;
  for (const auto& batch : sent.batches_) {
    auto head = batch.head;
    head.settled_on = on;
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      Entry entry = asked.entry;
      const bool is_good = asked.fate == Fate::good || asked.fate == Fate::partial;
      entry.reason = is_good ? "FSBR0000" : asked.reason;
      entry.outcome = is_good ? Outcome::settled : Outcome::rejected;
      entry.collected_minor = is_good ? entry.amount_minor : 0;
      if (asked.fate == Fate::partial) entry.collected_minor = entry.amount_minor / 2;
      entries.push_back(entry);
    }
    draft.order.batches.push_back(head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.1-results.txt", stem), "results", on);
}

}  // namespace

Answers answers_in_cn_304(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (auto added = add_answer(answers, cn_result(sent, stem)); !added) return std::unexpected(added.error());
  return answers;
}

}  // namespace counterfoil
