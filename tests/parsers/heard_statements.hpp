// What a reader of statements said, kept for tests that ask about it afterwards.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

struct HeardEntry {
  std::uint32_t line = 0;
  Level level = Level::entry;
  Outcome outcome = Outcome::none;
  Direction direction = Direction::debit;
  std::string reference, mandate, bank_reference, original_batch_id, original_trace, reason, reason_text, payer_name,
      payer_account, remittance, code, currency;
  std::int64_t amount = 0, booked = 0, charges = 0;
  std::uint64_t batch_count = 0;
  bool is_booked = true;
  std::optional<Date> booked_on, valued_on;
};

struct HeardStatement {
  std::string id, account, number, currency;
  std::optional<std::int64_t> opening, closing;
  std::uint64_t credits = 0, debits = 0;
  std::int64_t credit_sum = 0, debit_sum = 0;
  std::optional<Date> from, to;
};

class HeardStatements final : public WordSink {
 public:
  void file(const FileHead& said) override {
    format = said.format;
    message_id = said.message_id;
  }
  void entry(const Entry& said) override {
    entries.push_back({.line = said.line,
                       .level = said.level,
                       .outcome = said.outcome,
                       .direction = said.direction,
                       .reference = std::string{said.reference},
                       .mandate = std::string{said.mandate},
                       .bank_reference = std::string{said.bank_reference},
                       .original_batch_id = std::string{said.original_batch_id},
                       .original_trace = std::string{said.original_trace},
                       .reason = std::string{said.reason},
                       .reason_text = std::string{said.reason_text},
                       .payer_name = std::string{said.payer_name},
                       .payer_account = std::string{said.payer_account},
                       .remittance = std::string{said.remittance},
                       .code = std::string{said.bank_transaction_code},
                       .currency = std::string{said.currency.code()},
                       .amount = said.amount_minor,
                       .booked = said.booked_minor,
                       .charges = said.charges_minor,
                       .batch_count = said.batch_count,
                       .is_booked = said.is_booked,
                       .booked_on = said.booked_on,
                       .valued_on = said.valued_on});
  }
  void statement(const Statement& said) override {
    statements.push_back({std::string{said.id}, std::string{said.account}, std::string{said.sequence_number},
                          std::string{said.currency.code()}, said.opening_minor, said.closing_minor, said.credits,
                          said.debits, said.credit_minor, said.debit_minor, said.from, said.to});
  }
  void finding(const Finding& said) override { findings.push_back(said); }
  void end(const FileCounts& said) override { counts = said; }

  std::string format, message_id;
  std::vector<HeardEntry> entries;
  std::vector<HeardStatement> statements;
  std::vector<Finding> findings;
  FileCounts counts;
  Verdict verdict = Verdict::refused;

  /// "mt940.date 6, mt940.balance 13"
  [[nodiscard]] std::string codes() const {
    std::string text;
    for (const Finding& one : findings)
      text += (text.empty() ? "" : ", ") + one.code + " " + std::to_string(one.place.line);
    return text;
  }
  [[nodiscard]] std::string messages() const {
    std::string text;
    for (const Finding& one : findings) text += one.code + ": " + one.message + "\n";
    return text;
  }
  /// Everything it said, to compare two readings.
  [[nodiscard]] std::string all() const {
    std::string text = format + "|" + message_id + "|" + codes() + "\n";
    for (const HeardEntry& one : entries)
      text += std::to_string(one.line) + "|" + one.reference + "|" + one.mandate + "|" + one.remittance + "|" + one.code +
              "|" + std::to_string(one.amount) + "|" + std::string{outcome_name(one.outcome)} + "\n";
    for (const HeardStatement& one : statements)
      text += one.id + "|" + one.account + "|" + std::to_string(one.credit_sum) + "|" + std::to_string(one.debit_sum) +
              "|" + std::to_string(one.opening.value_or(-1)) + "|" + std::to_string(one.closing.value_or(-1)) + "\n";
    return text;
  }
  [[nodiscard]] std::int64_t credits() const {
    std::int64_t sum = 0;
    for (const auto& one : statements) sum += one.credit_sum;
    return sum;
  }
  [[nodiscard]] std::int64_t debits() const {
    std::int64_t sum = 0;
    for (const auto& one : statements) sum += one.debit_sum;
    return sum;
  }
};

/// Reads as `file show` does: what it is, is told by its content.
inline HeardStatements heard(std::string_view bytes, std::size_t piece = byte_piece_size) {
  HeardStatements kept;
  MemorySource source{bytes, piece};
  kept.verdict = read_bank_file(source, {.file_name = "statement", .format = {}}, kept).value_or(Verdict::refused);
  return kept;
}

}  // namespace counterfoil
