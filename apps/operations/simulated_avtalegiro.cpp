#include <fmt/format.h>

#include "apps/operations/simulated_parts.hpp"

namespace counterfoil {
namespace {

/// What one payment looks like in OCR giro: its day, its line of the statement and where it came from.
Entry paid(const Asked& asked, Date on, std::uint64_t number, TextKeeper& keeper) {
  Entry entry;
  entry.reference = asked.entry.reference;
  entry.amount_minor = asked.entry.amount_minor;
  entry.currency = asked.entry.currency;
  entry.outcome = Outcome::settled;
  entry.reason = "15";
  entry.sequence_number = number;
  entry.booked_on = on;
  entry.valued_on = on;
  entry.original_batch_id = "00001";
  entry.bank_reference = keeper.keep(fmt::format("{:010}", number));
  entry.trace = keeper.keep(fmt::format("{:09}", number));
  entry.payer_account = "00000000000";  // The centre knows it, and need not say it.
  return entry;
}

Result<BankAnswer> ocr_giro(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent);
  Draft draft;
  draft.order.format = "avtalegiro-ocr";
  auto& head = draft.order.head;
  head.kind = FileKind::settlement;
  head.message_id = sent.head_.message_id;
  head.created_on = on;
  head.receiver = sent.head_.sender;
  std::uint64_t number = 0;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      if (asked.fate == Fate::good) entries.push_back(paid(asked, on, ++number, sent.keeper_));
    }
    if (entries.empty()) continue;
    BatchHead assignment;
    assignment.number = draft.order.batches.size() + 1;
    assignment.id = head.message_id;
    assignment.creditor_account = batch.head.creditor_account;
    assignment.creditor_id = "000000001";  // The agreement for OCR giro: any number does for a simulated one.
    assignment.currency = batch.head.currency;
    assignment.settled_on = on;
    draft.order.batches.push_back(assignment);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.1-ocr.ny", stem), "settlement", on);
}

}  // namespace

Answers answers_in_avtalegiro(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (!has_fate(sent, Fate::good)) return answers;
  if (auto added = add_answer(answers, ocr_giro(sent, stem)); !added) return std::unexpected(added.error());
  return answers;
}

}  // namespace counterfoil
