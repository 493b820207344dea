// The records of a BAI2 report into words, and what its trailers must agree with. Used by the BAI2 reader alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/catalogue.hpp"
#include "core/exchange.hpp"
#include "parsers/bai2_grammar.hpp"
#include "parsers/iso20022_message.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// A record with its continuations.
struct Bai2Record {
  std::string code;             // "16"
  std::string fields;           // Behind the code and its comma; continuations joined by commas, without the slash.
  std::string text;             // 16: the lines of text behind its first line, joined by blanks.
  std::uint32_t line = 0;
  std::uint64_t records = 1;    // It and its continuations.
};

class Bai2Report {
 public:
  Bai2Report(const ReadOptions& options, WordSink& sink);

  void take(const Bai2Record& record);
  void finish(std::uint32_t last_line);

  [[nodiscard]] bool is_refused() const { return is_refused_; }
  void report(Severity severity, std::string code, std::uint32_t line, std::string message, std::string remedy,
              bool refuses = false);

 private:
  /// What a trailer must agree with.
  struct Sums {
    CheckedSum total;
    std::uint64_t records = 0, children = 0;
  };

  void open_file(const Bai2Record& record);
  void open_group(const Bai2Record& record);
  void open_account(const Bai2Record& record);
  void take_transaction(const Bai2Record& record);
  void close_account(const Bai2Record& record);
  void close_group(const Bai2Record& record);
  void close_file(const Bai2Record& record);
  void check(const Bai2Record& record, const Sums& sums, std::string_view what, bool has_children);

  void close_open_account(std::uint32_t line);
  void deliver_statement();
  void fill_references(Entry& entry, const Bai2Transaction& transaction);
  void classify(Entry& entry, bool came, std::uint32_t line);
  [[nodiscard]] std::string_view reason_in(std::string_view text) const;
  /// What stands behind "EREF:" in a line of the text.
  [[nodiscard]] std::string_view tagged(std::string_view tag) const;
  [[nodiscard]] std::optional<Date> day(std::string_view yymmdd) const;
  /// Digits with implied decimals and perhaps a sign. Nothing for an empty field; reports what is no number.
  std::optional<std::int64_t> amount(std::string_view text, std::uint32_t line, std::string_view what);

  const ReadOptions& options_;
  WordSink& sink_;
  const Scheme* reasons_;
  const Scheme* codes_;
  Bai2Account account_words_;

  FileCounts counts_;
  Sums file_, group_, account_;
  bool has_file_ = false, has_end_ = false, is_refused_ = false;
  bool in_group_ = false, in_account_ = false;
  std::string sender_, receiver_, file_id_, created_, message_id_;

  // Of the group.
  Currency group_currency_;
  std::optional<Date> as_of_;
  bool group_counts_ = true;  // Neither deleted nor a test.

  // Of the account.
  std::string account_number_, statement_id_;
  Currency currency_;
  std::optional<std::int64_t> opening_, closing_, told_credits_, told_debits_;
  std::uint32_t account_line_ = 0;
  std::uint64_t credits_ = 0, debits_ = 0;
  CheckedSum credit_sum_, debit_sum_;

  std::string remittance_, lines_;
};

}  // namespace counterfoil
