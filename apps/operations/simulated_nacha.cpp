#include <fmt/format.h>

#include <utility>

#include "apps/operations/simulated_parts.hpp"
#include "core/aba.hpp"

namespace counterfoil {
namespace {

/// Returned entries keep everything of the claim; the code of the account's own kind turns into that of a return.
Entry nacha_answer(const Asked& asked, TextKeeper& keeper) {
  Entry entry = asked.entry;
  entry.original_trace = entry.trace;
  entry.original_bank = routing_without_check_digit(entry.payer_bank);
  entry.trace = {};
  entry.reason = asked.reason;
  entry.status = {};
  entry.outcome = asked.fate == Fate::corrected ? Outcome::corrected : Outcome::returned;
  if (entry.transaction_code.size() == 2) {
    entry.transaction_code = keeper.keep(fmt::format("{}6", entry.transaction_code.front()));
  }
  if (asked.fate == Fate::corrected) {
    entry.amount_minor = 0;
    const bool is_kind = asked.reason == "C05";
    entry.corrected_data = keeper.keep(is_kind ? std::string{entry.account_kind == "savings" ? "27" : "37"}
                                               : fmt::format("{}7", entry.payer_account));
  }
  return entry;
}

Result<BankAnswer> nacha_file(SentFile& sent, Fate fate, std::string_view stem) {
  const Date on = collect_day(sent) + std::chrono::days{2};
  Draft draft;
  draft.order.format = "nacha";
  draft.order.head = sent.head_;
  std::swap(draft.order.head.sender, draft.order.head.receiver);
  std::swap(draft.order.head.sender_name, draft.order.head.receiver_name);
  draft.order.head.kind = fate == Fate::corrected ? FileKind::notice : FileKind::returned;
  draft.order.head.file_modifier = fate == Fate::corrected ? "B" : "A";
  draft.order.head.created_on = on;
  // Two files of one day are told apart by their time.
  const auto minute = chance(0, stem) % 600;
  draft.order.head.created =
      sent.keeper_.keep(fmt::format("{}T{:02}:{:02}:00", iso_date(on), 8 + minute / 60, minute % 60));
  std::uint64_t sequence = 0;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      if (asked.fate != fate) continue;
      entries.push_back(nacha_answer(asked, sent.keeper_));
      entries.back().sequence_number = ++sequence;
    }
    if (entries.empty()) continue;
    auto head = batch.head;
    head.number = draft.order.batches.size() + 1;
    head.id = sent.keeper_.keep(std::to_string(head.number));
    head.creditor_bank = "09100001";  // The bank that answers: any eight digits do for a simulated one.
    head.settled_on = on;
    if (fate == Fate::corrected) head.instrument = "COR";
    draft.order.batches.push_back(head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  const bool is_notice = fate == Fate::corrected;
  return finish(draft, fmt::format("{}.{}.ach", stem, is_notice ? "2-noc" : "1-returns"),
                is_notice ? "corrections" : "returns", on);
}

}  // namespace

Answers answers_in_nacha(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (has_fate(sent, Fate::returned)) {
    if (auto added = add_answer(answers, nacha_file(sent, Fate::returned, stem)); !added)
      return std::unexpected(added.error());
  }
  if (has_fate(sent, Fate::corrected)) {
    if (auto added = add_answer(answers, nacha_file(sent, Fate::corrected, stem)); !added)
      return std::unexpected(added.error());
  }
  return answers;
}

}  // namespace counterfoil
