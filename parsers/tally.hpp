// Counts what a file says while it streams past: the numbers behind `file show`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/exchange.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// The sums of one currency, in minor units. For a file with statements: of its booked entries as the account sees
/// them. For any other: of its entries by their direction.
struct CurrencyTotal {
  Currency currency;
  std::int64_t debit_minor = 0;
  std::int64_t credit_minor = 0;
};

/// A statement that is kept after the reader went on.
struct TallyStatement {
  std::string id, account, sequence_number;
  Currency currency;
  std::optional<Date> from, to;
  std::optional<std::int64_t> opening_minor, closing_minor;
  std::uint64_t credits = 0, debits = 0;
  std::int64_t credit_minor = 0, debit_minor = 0;
};

/// Everything `file show --json` prints, except the verdict. Memory does not grow with the entries.
class Tally final : public WordSink {
 public:
  /// Words and findings also go to `next`, if given.
  explicit Tally(WordSink* next = nullptr) : next_{next} {}

  void file(const FileHead& head) override;
  void batch(const BatchHead& head) override;
  void entry(const Entry& entry) override;
  void statement(const Statement& statement) override;
  void finding(const Finding& finding) override;
  void end(const FileCounts& counts) override;

  bool has_file = false;
  std::string scheme, format, message_id, created, sender, receiver, original_message_id;
  FileKind kind = FileKind::unknown;
  std::uint64_t files = 0;  // Documents or members that were read; more than 1 for a ZIP or documents in a row.
  FileCounts counts;
  static constexpr std::size_t most_statements = 10'000;  // The rest is counted in the totals alone.
  std::vector<TallyStatement> statements;
  std::vector<Finding> findings;

  /// Sorted by currency code.
  [[nodiscard]] std::vector<CurrencyTotal> totals() const;

  /// How many claims have which outcome, by name. An outcome a bank gave to a whole block or file counts once where
  /// nothing below it has one of its own.
  [[nodiscard]] std::map<std::string, std::uint64_t, std::less<>> outcomes() const;

 private:
  void add(std::vector<CurrencyTotal>& totals, Currency currency, std::int64_t debit, std::int64_t credit);
  void count_open_levels();

  WordSink* next_;
  std::vector<CurrencyTotal> entry_totals_, statement_totals_;
  std::map<Outcome, std::uint64_t> outcomes_;
  std::optional<Outcome> open_block_, open_file_;
  bool levels_decide_ = false, has_statements_ = false, overflowed_ = false;
};

}  // namespace counterfoil
