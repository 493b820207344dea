#include "parsers/tally.hpp"

#include <algorithm>

namespace counterfoil {

void Tally::file(const FileHead& head) {
  count_open_levels();
  ++files;
  // Of several documents in a row the first speaks for the file.
  if (!has_file) {
    has_file = true;
    scheme = head.scheme;
    format = head.format;
    kind = head.kind;
    message_id = head.message_id;
    created = head.created;
    sender = head.sender.empty() ? head.sender_name : head.sender;
    receiver = head.receiver.empty() ? head.receiver_name : head.receiver;
    original_message_id = head.original_message_id;
  }
  levels_decide_ = head.kind == FileKind::acknowledgement;
  if (next_ != nullptr) next_->file(head);
}

void Tally::batch(const BatchHead& head) {
  if (next_ != nullptr) next_->batch(head);
}

void Tally::entry(const Entry& entry) {
  // What a bank says of a whole file or block counts where nobody below speaks for himself.
  if (entry.level == Level::file && levels_decide_) {
    count_open_levels();
    open_file_ = entry.outcome;
  } else if (entry.level == Level::block && levels_decide_) {
    if (open_block_) ++outcomes_[*open_block_];
    open_block_ = entry.outcome;
    open_file_.reset();
  } else {
    open_block_.reset();
    open_file_.reset();
    if (entry.outcome != Outcome::none) ++outcomes_[entry.outcome];
  }
  const bool is_debit = entry.direction == Direction::debit;
  if (entry.currency != Currency{})
    add(entry_totals_, entry.currency, is_debit ? entry.amount_minor : 0, is_debit ? 0 : entry.amount_minor);
  if (next_ != nullptr) next_->entry(entry);
}

void Tally::statement(const Statement& statement) {
  if (statement.currency != Currency{})
    add(statement_totals_, statement.currency, statement.debit_minor, statement.credit_minor);
  has_statements_ = true;
  if (statements.size() < most_statements) {
    statements.push_back({.id = std::string{statement.id},
                          .account = std::string{statement.account},
                          .sequence_number = std::string{statement.sequence_number},
                          .currency = statement.currency,
                          .from = statement.from,
                          .to = statement.to,
                          .opening_minor = statement.opening_minor,
                          .closing_minor = statement.closing_minor,
                          .credits = statement.credits,
                          .debits = statement.debits,
                          .credit_minor = statement.credit_minor,
                          .debit_minor = statement.debit_minor});
  }
  if (next_ != nullptr) next_->statement(statement);
}

void Tally::finding(const Finding& finding) {
  findings.push_back(finding);
  if (next_ != nullptr) next_->finding(finding);
}

void Tally::end(const FileCounts& part) {
  count_open_levels();
  counts.records += part.records;
  counts.batches += part.batches;
  counts.entries += part.entries;
  counts.addenda += part.addenda;
  counts.prenotes += part.prenotes;
  if (files <= 1 && part.kind != FileKind::unknown) counts.kind = kind = part.kind;
  if (next_ != nullptr) next_->end(part);
}

void Tally::count_open_levels() {
  if (open_block_) ++outcomes_[*open_block_];
  if (open_file_) ++outcomes_[*open_file_];
  open_block_.reset();
  open_file_.reset();
}

void Tally::add(std::vector<CurrencyTotal>& totals, Currency currency, std::int64_t debit, std::int64_t credit) {
  auto at = std::ranges::find(totals, currency, &CurrencyTotal::currency);
  if (at == totals.end()) at = totals.insert(totals.end(), CurrencyTotal{.currency = currency});
  const bool overflows = __builtin_add_overflow(at->debit_minor, debit, &at->debit_minor) ||
                         __builtin_add_overflow(at->credit_minor, credit, &at->credit_minor);
  if (!overflows || overflowed_) return;
  overflowed_ = true;
  finding({.code = "money.overflow",
           .severity = Severity::error,
           .place = {},
           .message = "The amounts of the file add up to more than can be held; its totals are wrong.",
           .remedy = "Look at the amounts: no bank file holds sums like these.",
           .refuses_file = true});
}

std::vector<CurrencyTotal> Tally::totals() const {
  auto totals = has_statements_ ? statement_totals_ : entry_totals_;
  std::ranges::sort(totals, {}, [](const CurrencyTotal& total) { return total.currency.code(); });
  return totals;
}

std::map<std::string, std::uint64_t, std::less<>> Tally::outcomes() const {
  std::map<std::string, std::uint64_t, std::less<>> named;
  for (const auto& [outcome, count] : outcomes_) named.emplace(outcome_name(outcome), count);
  return named;
}

}  // namespace counterfoil
