#include <fmt/format.h>

#include <algorithm>

#include "apps/operations/simulated_parts.hpp"

namespace counterfoil {
namespace {

/// Reasons of Bankgirot name the row they stand in: 77 takes money back that was collected before.
bool is_refund(const Asked& asked) { return asked.fate == Fate::returned && asked.reason.starts_with("77-"); }

Draft draft_of(SentFile& sent, std::string_view format, FileKind kind, Date on) {
  Draft draft;
  draft.order.format = format;
  auto& head = draft.order.head;
  head.kind = kind;
  head.created_on = on;
  head.created = sent.keeper_.keep(iso_date(on) + "T19:00:00");
  head.sender = sent.head_.sender;
  head.receiver = sent.head_.sender;
  head.settings = &sent.settings_;
  return draft;
}

void add_section(Draft& draft, BatchHead head, std::string_view kind, Date on) {
  head.instrument = kind;
  head.number = draft.order.batches.size() + 1;
  head.settled_on = on;
  draft.order.batches.push_back(head);
  draft.entries.emplace_back();
}

/// A payment specification for the creditor's bankgiro number. Those of one day are told apart by their counter.
Draft specification_of(SentFile& sent, FileKind kind, Date on, std::string_view stem) {
  Draft draft = draft_of(sent, "autogiro-specification", kind, on);
  auto& head = draft.order.head;
  head.receiver = sent.batches_.front().head.creditor_account;
  auto day = iso_date(on);
  std::erase(day, '-');
  head.message_id =
      sent.keeper_.keep(fmt::format("AUTOGIRO-{}-190000-{:06}-{}", day, chance(0, stem) % 1'000'000, head.receiver));
  return draft;
}

/// What never reached a payer's bank, told at once.
Result<BankAnswer> rejected_payments(SentFile& sent, std::string_view stem) {
  const Date on = sent.head_.created_on.value_or(collect_day(sent));
  Draft draft = draft_of(sent, "autogiro-rejected", FileKind::acknowledgement, on);
  add_section(draft, sent.batches_.front().head, {}, on);
  for (const auto& batch : sent.batches_) {
    for (const auto& asked : batch.claims) {
      if (asked.fate != Fate::rejected) continue;
      Entry entry = asked.entry;
      entry.outcome = Outcome::rejected;
      entry.reason = asked.reason;
      entry.status = asked.reason.substr(asked.reason.size() - 2);
      draft.entries.back().push_back(entry);
    }
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.1-rejected.txt", stem), "rejects", on);
}

/// The payment specification of the collection day: what was collected, and what found no money. A refund was collected
/// first.
Result<BankAnswer> specification(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent);
  Draft draft = specification_of(sent, FileKind::settlement, on, stem);
  for (const auto& batch : sent.batches_) {
    add_section(draft, batch.head, "15", on);
    for (const auto& asked : batch.claims) {
      if (asked.fate == Fate::rejected) continue;
      const bool is_stopped = asked.fate == Fate::returned && !is_refund(asked);
      Entry entry = asked.entry;
      entry.outcome = is_stopped ? Outcome::rejected : Outcome::settled;
      entry.reason = is_stopped ? asked.reason : "82-0";
      entry.status = entry.reason.substr(entry.reason.size() - 1);
      draft.entries.back().push_back(entry);
    }
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.2-specification.txt", stem), "settlement", on);
}

/// A later specification: what payers took back.
Result<BankAnswer> refunds(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent) + std::chrono::days{2};
  Draft draft = specification_of(sent, FileKind::returned, on, stem);
  for (const auto& batch : sent.batches_) {
    add_section(draft, batch.head, "17", on);
    for (const auto& asked : batch.claims) {
      if (!is_refund(asked)) continue;
      Entry entry = asked.entry;
      entry.outcome = Outcome::refunded;
      entry.transaction_code = "77";
      entry.reason = asked.reason;
      entry.status = asked.reason.substr(asked.reason.size() - 2);
      entry.booked_on = on;
      draft.entries.back().push_back(entry);
    }
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.3-refunds.txt", stem), "returns", on);
}

/// Every new mandate is agreed to.
Result<BankAnswer> advice(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent);
  Draft draft = draft_of(sent, "autogiro-advice", FileKind::mandate, on);
  add_section(draft, sent.batches_.front().head, {}, on);
  for (const auto& batch : sent.batches_) {
    for (const auto& asked : batch.claims) {
      Entry entry = asked.entry;
      entry.transaction_code = "04";
      entry.mandate_event = MandateNews::created;
      entry.outcome = Outcome::settled;
      entry.reason = "73-M32";
      entry.status = "32";
      entry.booked_on = on;
      entry.effective_on = on;
      draft.entries.back().push_back(entry);
    }
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.1-advice.txt", stem), "mandates", on);
}

bool any_refund(const SentFile& sent) {
  return std::ranges::any_of(sent.batches_, [](const AskedBatch& batch) {
    return std::ranges::any_of(batch.claims, is_refund);
  });
}

}  // namespace

Answers answers_in_autogiro(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (sent.batches_.front().claims.front().entry.is_prenote) {
    if (auto added = add_answer(answers, advice(sent, stem)); !added) return std::unexpected(added.error());
    return answers;
  }
  if (has_fate(sent, Fate::rejected)) {
    if (auto added = add_answer(answers, rejected_payments(sent, stem)); !added) return std::unexpected(added.error());
  }
  if (auto added = add_answer(answers, specification(sent, stem)); !added) return std::unexpected(added.error());
  if (any_refund(sent)) {
    if (auto added = add_answer(answers, refunds(sent, stem)); !added) return std::unexpected(added.error());
  }
  return answers;
}

}  // namespace counterfoil
