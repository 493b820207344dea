// What the answers of the simulated bank share: the sent file as the bank sees it, what it does with each claim, and an
// answer in the making. Each scheme has a source file of its own, simulated_<scheme>.cpp, and a row in
// simulated_bank.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/operations/kept_words.hpp"
#include "apps/operations/simulated_bank.hpp"
#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/bank_answer.hpp"

namespace counterfoil {

/// A claim as the bank sees it, and what the bank does with it.
enum class Fate : std::uint8_t { good, rejected, returned, corrected, partial };

struct Asked {
  Entry entry;
  Fate fate = Fate::good;
  std::string_view reason;
};

struct AskedBatch {
  BatchHead head;
  std::vector<Asked> claims;
};

/// Everything a sent file asks for.
class SentFile : public WordSink {
 public:
  void file(const FileHead& head) override {
    said_settings_ = head.settings;
    head_ = keep(head, keeper_);
  }
  void batch(const BatchHead& batch) override { batches_.push_back({keep(batch, keeper_), {}}); }
  void entry(const Entry& entry) override {
    if (batches_.empty()) batches_.emplace_back();
    batches_.back().claims.push_back({keep(entry, keeper_), Fate::good, {}});
    ++count_;
    sum_minor_ += entry.amount_minor;
  }
  void end(const FileCounts& counts) override {
    if (counts.kind != FileKind::unknown) head_.kind = counts.kind;
    if (said_settings_ != nullptr) settings_ = *said_settings_;
    said_settings_ = nullptr;
  }

  FileHead head_;
  std::vector<AskedBatch> batches_;
  std::int64_t count_ = 0;
  std::int64_t sum_minor_ = 0;
  Settings settings_;  // What the fields of the creditor said.
  TextKeeper keeper_;  // Also for the texts of the answers.

 private:
  const Settings* said_settings_ = nullptr;  // The reader's own, full at the end of the file.
};

/// Reasons a bank gives, the first one most often.
struct Reasons {
  std::span<const std::string_view> rejected = {}, returned = {}, corrected = {};
  bool may_be_partial = false;  // Part of the amount may be collected.
};

/// Chance that depends on the seed and the claim alone: claims keep their fate whatever stands beside them.
[[nodiscard]] std::uint64_t chance(std::uint64_t seed, std::string_view reference);

/// Is there a claim of this fate?
[[nodiscard]] bool has_fate(const SentFile& sent, Fate fate);

/// The last collection day of the file.
[[nodiscard]] Date collect_day(const SentFile& sent);

/// An answer in the making.
struct Draft {
  WriteOrder order;
  std::vector<std::vector<Entry>> entries;
};

/// Counts and sums of the batches, from their entries.
void set_totals(Draft& draft);

/// Writes the answer. `what` is as in BankAnswer.
[[nodiscard]] Result<BankAnswer> finish(const Draft& draft, std::string name, std::string what, Date on);

/// Everything a bank sends back for one file, in the order it comes. `stem` begins the name of each.
using Answers = Result<std::vector<BankAnswer>>;

[[nodiscard]] Answers answers_in_nacha(SentFile& sent, std::string_view stem);
[[nodiscard]] Answers answers_in_cn_304(SentFile& sent, std::string_view stem);
[[nodiscard]] Answers answers_in_zengin(SentFile& sent, std::string_view stem);
/// BECS and CPA 005: debits come back in records of the sent file's own kind.
[[nodiscard]] Answers answers_by_debits_back(SentFile& sent, std::string_view stem);
[[nodiscard]] Answers answers_in_autogiro(SentFile& sent, std::string_view stem);
[[nodiscard]] Answers answers_in_bacs(SentFile& sent, std::string_view stem);
/// AvtaleGiro: OCR giro of what was paid; nothing is said of the rest.
[[nodiscard]] Answers answers_in_avtalegiro(SentFile& sent, std::string_view stem);
[[nodiscard]] Answers answers_in_febraban150(SentFile& sent, std::string_view stem);
[[nodiscard]] Answers answers_in_iso20022(SentFile& sent, std::string_view stem);

/// Puts what was made behind `answers`, or hands its error on.
[[nodiscard]] Result<void> add_answer(std::vector<BankAnswer>& answers, Result<BankAnswer> made);

}  // namespace counterfoil
