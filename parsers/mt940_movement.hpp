// The fields of a statement into words: its head, its movements, its balances, and what must agree between them. Used by
// the MT940 reader alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/catalogue.hpp"
#include "core/exchange.hpp"
#include "parsers/iso20022_message.hpp"
#include "parsers/mt940_grammar.hpp"
#include "parsers/mt940_text.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

class Mt940Words {
 public:
  Mt940Words(const ReadOptions& options, WordSink& sink);

  [[nodiscard]] bool has_statement() const { return is_open_; }
  /// A movement has come, and the closing balance has not.
  [[nodiscard]] bool is_among_movements() const { return has_movements_ && !has_closing_; }

  void see_envelope(std::string_view line);
  void open_statement(std::uint32_t line);
  void take(std::string_view tag, std::string_view field, std::uint32_t line);
  void finish();

  void note_other_characters(std::uint32_t line);
  void report(Severity severity, std::string code, std::uint32_t line, std::string_view field, std::string message,
              std::string remedy) const;

 private:
  /// What was read of :61:, kept until its text has come.
  struct Held {
    std::string field, text;
    std::uint32_t line = 0;
    bool has_text = false, is_there = false;
  };
  struct Balance {
    std::int64_t minor = 0;
    std::uint32_t line = 0;
    std::optional<Date> on;
  };
  struct Totals {
    std::int64_t count = -1, minor = 0;
    bool has_sum = false;
    std::uint32_t line = 0;
  };

  void announce_file();
  void close_statement();
  void check_balances(std::uint32_t line);
  void check_continuity();
  void check_totals(const Totals& told, std::uint64_t count, const CheckedSum& sum, std::string_view side);

  void take_account(std::string_view field);
  std::optional<Balance> take_balance(std::string_view field, std::uint32_t line, std::string_view name);
  void take_total(std::string_view field, std::uint32_t line, Totals& totals);
  void take_currency(std::string_view code, std::uint32_t line);

  void flush_movement();
  void deliver(const Mt940Movement& movement, const Mt940Text& text, std::uint32_t line);
  void fill_references(Entry& entry, const Mt940Movement& movement, const Mt940Text& text) const;
  void fill_dates(Entry& entry, const Mt940Movement& movement, std::uint32_t line) const;
  void classify(Entry& entry, const Mt940Movement& movement, const Mt940Text& text, std::uint32_t line);
  void fill_return(Entry& entry, const Mt940Movement& movement, const Mt940Text& text, std::uint32_t line);
  [[nodiscard]] std::string_view reason_of_return(const Mt940Text& text) const;
  [[nodiscard]] const Reason* meaning_of(std::string_view code);

  [[nodiscard]] std::optional<Date> day(std::string_view yymmdd) const;
  /// The amount in minor units; says what is wrong with one that cannot be read.
  std::optional<std::int64_t> amount(std::string_view text, std::uint32_t line, std::string_view field);
  [[nodiscard]] std::optional<std::int64_t> quiet_amount(std::string_view text) const;

  const ReadOptions& options_;
  WordSink& sink_;
  const Scheme* reasons_;  // Of returns: ISO 20022.
  const Scheme* codes_;    // Business codes and types of movements.
  Mt940TextReader text_reader_;

  FileCounts counts_;
  std::uint64_t statements_ = 0;
  bool file_announced_ = false, other_characters_ = false;
  bool envelope_is_942_ = false;

  // The statement at hand.
  bool is_open_ = false, is_942_ = false, has_movements_ = false, has_closing_ = false, is_page_ = false;
  bool opens_as_page_ = false, sums_are_whole_ = true, has_floor_ = false;
  std::uint32_t statement_line_ = 0;
  std::string reference_, account_, number_, page_, sequence_number_;
  Currency currency_;
  std::optional<Balance> opening_, closing_;
  std::optional<Date> moment_;
  std::uint64_t credits_ = 0, debits_ = 0;
  CheckedSum credit_sum_, debit_sum_;
  Totals told_credits_, told_debits_;
  Held held_;

  // The statement before, for what must follow on it.
  struct Before {
    std::string account, number, page;
    Currency currency;
    std::optional<std::int64_t> closing;
    bool is_there = false, is_page = false, is_942 = false;
  };
  Before before_;

  std::string message_id_, transaction_code_, reason_text_, last_code_;
  const Reason* last_meaning_ = nullptr;
  mutable std::string decimal_;
};

}  // namespace counterfoil
