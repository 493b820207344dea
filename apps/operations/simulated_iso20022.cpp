#include <fmt/format.h>

#include "apps/operations/simulated_parts.hpp"

namespace counterfoil {
namespace {

/// pain.002: the file as a whole, each block, and every claim that was refused.
Result<BankAnswer> sepa_acknowledgement(SentFile& sent, std::string_view stem) {
  const Date on = sent.head_.created_on.value_or(collect_day(sent));
  Draft draft;
  draft.order.format = "pain.002.001.10";
  auto& head = draft.order.head;
  head.kind = FileKind::acknowledgement;
  head.message_id = sent.keeper_.keep(fmt::format("ACK-{}", sent.head_.message_id).substr(0, 35));
  head.created_on = on;
  head.created = sent.keeper_.keep(iso_date(on) + "T18:00:00");
  head.sender = "SIMUBEBBXXX";
  head.original_message_id = sent.head_.message_id;
  head.original_message_name = sent.head_.format;
  head.declared_count = sent.count_;
  head.declared_sum_minor = sent.sum_minor_;
  bool any_rejected = false;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries(1);
    entries.front().level = Level::block;
    for (const auto& asked : batch.claims) {
      if (asked.fate != Fate::rejected) continue;
      Entry entry = asked.entry;
      entry.outcome = Outcome::rejected;
      entry.status = "RJCT";
      entry.reason = asked.reason;
      entries.push_back(entry);
    }
    entries.front().outcome = Outcome::accepted;
    entries.front().status = entries.size() > 1 ? "PART" : "ACSP";
    any_rejected = any_rejected || entries.size() > 1;
    BatchHead block;
    block.original_id = batch.head.id;
    block.currency = batch.head.currency;
    block.count = static_cast<std::int64_t>(batch.claims.size());
    block.sum_minor = 0;
    for (const auto& asked : batch.claims) block.sum_minor += asked.entry.amount_minor;
    draft.order.batches.push_back(block);
    draft.entries.push_back(std::move(entries));
  }
  Entry whole;
  whole.level = Level::file;
  whole.outcome = Outcome::accepted;
  whole.status = any_rejected ? "PART" : "ACSP";
  draft.entries.front().insert(draft.entries.front().begin(), whole);
  return finish(draft, fmt::format("{}.1-ack.pain002.xml", stem), "acknowledgement", on);
}

/// The statement or notification all SEPA bookings of one file stand in: they share one creditor account.
Draft camt_draft(SentFile& sent, std::string_view format, std::string_view prefix, Date on) {
  Draft draft;
  draft.order.format = format;
  auto& head = draft.order.head;
  head.kind = format.starts_with("camt.053") ? FileKind::statement : FileKind::settlement;
  head.message_id = sent.keeper_.keep(fmt::format("{}-{}", prefix, sent.head_.message_id).substr(0, 35));
  head.created_on = on;
  head.created = sent.keeper_.keep(iso_date(on) + "T20:00:00");
  head.sender = "SIMUBEBBXXX";
  BatchHead statement;
  statement.id = head.message_id;
  statement.creditor_account = sent.batches_.front().head.creditor_account;
  statement.creditor_bank = "SIMUBEBBXXX";
  statement.currency = sent.batches_.front().head.currency;
  statement.settled_on = on;
  statement.number = 1;
  draft.order.batches.push_back(statement);
  draft.entries.emplace_back();
  return draft;
}

/// camt.053: one booking a block, less what was refused before.
Result<BankAnswer> sepa_statement(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent);
  Draft draft = camt_draft(sent, "camt.053.001.08", "STM", on);
  const Settings settings{{"iso20022.opening_minor", "1000000"}};
  draft.order.head.settings = &settings;
  std::int64_t booked = 0;
  for (const auto& batch : sent.batches_) {
    Entry entry;
    entry.level = Level::block;
    entry.outcome = Outcome::settled;
    entry.direction = Direction::credit;
    entry.currency = batch.head.currency;
    entry.original_message_id = sent.head_.message_id;
    entry.original_batch_id = batch.head.id;
    entry.bank_reference = sent.keeper_.keep(fmt::format("SIM{}", draft.entries.front().size() + 1));
    entry.bank_transaction_code = "PMNT/IDDT/ESDD";
    entry.status = "BOOK";
    entry.booked_on = on;
    entry.valued_on = on;
    for (const auto& asked : batch.claims) {
      if (asked.fate == Fate::rejected) continue;
      entry.amount_minor += asked.entry.amount_minor;
      ++entry.batch_count;
    }
    if (entry.batch_count == 0) continue;
    booked += entry.amount_minor;
    draft.entries.front().push_back(entry);
  }
  draft.order.batches.front().count = static_cast<std::int64_t>(draft.entries.front().size());
  draft.order.batches.front().sum_minor = booked;
  return finish(draft, fmt::format("{}.2-statement.camt053.xml", stem), "settlement", on);
}

/// camt.054: what came back, each with its reason and the bank's charge beside it.
Result<BankAnswer> sepa_returns(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent) + std::chrono::days{3};
  Draft draft = camt_draft(sent, "camt.054.001.08", "RET", on);
  constexpr std::int64_t charge_minor = 300;
  for (const auto& batch : sent.batches_) {
    for (const auto& asked : batch.claims) {
      if (asked.fate != Fate::returned) continue;
      Entry entry = asked.entry;
      entry.outcome = asked.reason == "MD06" ? Outcome::refunded : Outcome::returned;
      entry.reason = asked.reason;
      entry.status = "BOOK";
      entry.original_message_id = sent.head_.message_id;
      entry.original_batch_id = batch.head.id;
      entry.bank_reference = sent.keeper_.keep(fmt::format("RTX{}", draft.entries.front().size() + 1));
      entry.bank_transaction_code = "PMNT/IDDT/UPDD";
      entry.booked_on = on;
      entry.valued_on = on;
      entry.charges_minor = charge_minor;
      entry.booked_minor = -1;
      draft.entries.front().push_back(entry);
    }
  }
  auto& notification = draft.order.batches.front();
  notification.count = static_cast<std::int64_t>(draft.entries.front().size());
  notification.sum_minor = 0;
  for (const auto& entry : draft.entries.front()) notification.sum_minor -= entry.amount_minor + entry.charges_minor;
  return finish(draft, fmt::format("{}.3-returns.camt054.xml", stem), "returns", on);
}

}  // namespace

Answers answers_in_iso20022(SentFile& sent, std::string_view stem) {
  std::vector<BankAnswer> answers;
  if (auto added = add_answer(answers, sepa_acknowledgement(sent, stem)); !added) return std::unexpected(added.error());
  if (auto added = add_answer(answers, sepa_statement(sent, stem)); !added) return std::unexpected(added.error());
  if (has_fate(sent, Fate::returned)) {
    if (auto added = add_answer(answers, sepa_returns(sent, stem)); !added) return std::unexpected(added.error());
  }
  return answers;
}

}  // namespace counterfoil
