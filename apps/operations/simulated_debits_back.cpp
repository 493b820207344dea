#include <fmt/format.h>

#include "apps/operations/simulated_parts.hpp"

namespace counterfoil {
namespace {

/// The debits of one fate, everything of the claim unchanged but for the reason.
Result<BankAnswer> debits_back(SentFile& sent, Fate fate, std::string_view stem) {
  const bool is_refused = fate == Fate::rejected;
  const Date on =
      is_refused ? sent.head_.created_on.value_or(collect_day(sent)) : collect_day(sent) + std::chrono::days{2};
  Draft draft;
  draft.order.format = sent.head_.scheme;  // The layouts of single banks differ in what is sent only.
  draft.order.head = sent.head_;
  draft.order.head.kind = is_refused ? FileKind::acknowledgement : FileKind::returned;
  draft.order.head.created_on = on;
  draft.order.head.created = sent.keeper_.keep(iso_date(on) + "T18:00:00");
  draft.order.head.settings = &sent.settings_;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      if (asked.fate != fate) continue;
      Entry entry = asked.entry;
      entry.outcome = is_refused ? Outcome::rejected : Outcome::returned;
      entry.reason = asked.reason;
      if (is_refused) entry.reason_text = "08000000000";  // CPA 005: element 08, the account, is wrong.
      if (!entry.collect_on) entry.collect_on = batch.head.collect_on;
      entries.push_back(entry);
    }
    if (entries.empty()) continue;
    auto head = batch.head;
    head.number = draft.order.batches.size() + 1;
    head.collect_on = on;
    draft.order.batches.push_back(head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.{}.txt", stem, is_refused ? "1-rejects" : "2-returns"),
                is_refused ? "rejects" : "returns", on);
}

}  // namespace

Answers answers_by_debits_back(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (has_fate(sent, Fate::rejected)) {
    if (auto added = add_answer(answers, debits_back(sent, Fate::rejected, stem)); !added)
      return std::unexpected(added.error());
  }
  if (has_fate(sent, Fate::returned)) {
    if (auto added = add_answer(answers, debits_back(sent, Fate::returned, stem)); !added)
      return std::unexpected(added.error());
  }
  return answers;
}

}  // namespace counterfoil
