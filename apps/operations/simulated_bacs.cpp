#include <fmt/format.h>

#include "apps/operations/simulated_parts.hpp"

namespace counterfoil {
namespace {

/// What a returned debit says in words beside its code.
std::string_view bacs_words(std::string_view reason) {
  if (reason == "ARUDD-0") return "REFER TO PAYER";
  if (reason == "ARUDD-1") return "INSTRUCTION CANCELLED";
  return reason == "ARUDD-B" ? "ACCOUNT CLOSED" : "NO ACCOUNT";
}

/// Where the payer's account has moved to; both are published as accounts that pass the modulus check.
std::string_view bacs_new_account(std::string_view reason) {
  if (reason == "ADDACS-C") return "107999 88837491";
  return reason == "ADDACS-3" ? std::string_view{"202959 63748472"} : std::string_view{};
}

/// A report that names the submission it answers, with its batches and no entry.
Draft bacs_draft(SentFile& sent, std::string_view format, FileKind kind, Date on) {
  Draft draft;
  draft.order.format = format;
  auto& head = draft.order.head;
  head.kind = kind;
  head.message_id = sent.head_.message_id;
  head.original_message_id = sent.head_.message_id;
  head.created_on = on;
  head.receiver = sent.batches_.front().head.creditor_id;
  for (const auto& batch : sent.batches_) {
    draft.order.batches.push_back(batch.head);
    draft.order.batches.back().number = draft.order.batches.size();
    draft.entries.emplace_back();
  }
  return draft;
}

/// The input report of a collection, or the word that the instructions of a lodgement were taken.
Result<BankAnswer> bacs_acknowledgement(SentFile& sent, std::string_view stem) {
  const Date on = sent.head_.created_on.value_or(collect_day(sent));
  const bool is_lodgement = sent.batches_.front().claims.front().entry.is_prenote;
  Draft draft =
      bacs_draft(sent, is_lodgement ? "bacs-report.auddis" : "bacs-report.input", FileKind::acknowledgement, on);
  for (std::size_t i = 0; i < sent.batches_.size(); ++i) {
    auto& head = draft.order.batches[i];
    head.count = static_cast<std::int64_t>(sent.batches_[i].claims.size());
    head.sum_minor = 0;
    for (const auto& asked : sent.batches_[i].claims) head.sum_minor += asked.entry.amount_minor;
  }
  auto answer =
      finish(draft, fmt::format("{}.1-{}.xml", stem, is_lodgement ? "auddis" : "input"), "acknowledgement", on);
  if (answer) answer->entries = 1;
  return answer;
}

/// Debits that came back (ARUDD), or what paying banks say of the instructions (ADDACS).
Result<BankAnswer> bacs_report(SentFile& sent, Fate fate, std::string_view stem) {
  const bool is_returned = fate == Fate::returned;
  // Money moves on the day after the processing day; what comes back is reported on the day after that.
  const Date on = collect_day(sent) + std::chrono::days{2};
  Draft draft = bacs_draft(sent, is_returned ? "bacs-report.arudd" : "bacs-report.addacs",
                           is_returned ? FileKind::returned : FileKind::notice, on);
  for (std::size_t i = 0; i < sent.batches_.size(); ++i) {
    for (const auto& asked : sent.batches_[i].claims) {
      if (asked.fate != fate) continue;
      Entry entry = asked.entry;
      entry.reason = asked.reason;
      entry.collect_on = sent.batches_[i].head.collect_on;
      if (is_returned) entry.reason_text = bacs_words(asked.reason);
      if (!is_returned) entry.amended_account = bacs_new_account(asked.reason);
      draft.entries[i].push_back(entry);
    }
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.{}.xml", stem, is_returned ? "2-arudd" : "3-addacs"),
                is_returned ? "returns" : "corrections", on);
}

}  // namespace

Answers answers_in_bacs(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (auto added = add_answer(answers, bacs_acknowledgement(sent, stem)); !added) return std::unexpected(added.error());
  if (has_fate(sent, Fate::returned)) {
    if (auto added = add_answer(answers, bacs_report(sent, Fate::returned, stem)); !added)
      return std::unexpected(added.error());
  }
  if (has_fate(sent, Fate::corrected)) {
    if (auto added = add_answer(answers, bacs_report(sent, Fate::corrected, stem)); !added)
      return std::unexpected(added.error());
  }
  return answers;
}

}  // namespace counterfoil
