#include "apps/operations/simulated_bank.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "apps/operations/kept_words.hpp"
#include "core/aba.hpp"
#include "generators/bank_answer.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

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
  std::span<const std::string_view> rejected, returned, corrected;
};

constexpr std::array<std::string_view, 3> sepa_rejected{"AC04", "AC06", "MD01"};
constexpr std::array<std::string_view, 4> sepa_returned{"AM04", "MS03", "AC04", "MD06"};
constexpr std::array<std::string_view, 5> nacha_returned{"R01", "R02", "R03", "R10", "R09"};
constexpr std::array<std::string_view, 2> nacha_corrected{"C05", "C01"};
constexpr std::array<std::string_view, 5> becs_returned{"6", "2", "3", "1", "5"};
constexpr std::array<std::string_view, 1> cpa_rejected{"900"};
constexpr std::array<std::string_view, 5> cpa_returned{"901", "905", "902", "903", "915"};
constexpr std::array<std::string_view, 5> zengin_returned{"1", "3", "2", "4", "9"};
constexpr std::array<std::string_view, 4> cn_returned{"FSBR6040", "FSBR6037", "FSBR6039", "FSBR6038"};
constexpr std::array<std::string_view, 4> bacs_returned{"ARUDD-0", "ARUDD-1", "ARUDD-B", "ARUDD-5"};
constexpr std::array<std::string_view, 3> bacs_corrected{"ADDACS-C", "ADDACS-3", "ADDACS-1"};

Reasons reasons_of(std::string_view scheme) {
  if (scheme == "nacha") return {{}, nacha_returned, nacha_corrected};
  if (scheme == "cn-304") return {{}, cn_returned, {}};
  if (scheme == "becs") return {{}, becs_returned, {}};
  if (scheme == "zengin") return {{}, zengin_returned, {}};
  if (scheme == "cpa005") return {cpa_rejected, cpa_returned, {}};
  if (scheme == "bacs") return {{}, bacs_returned, bacs_corrected};
  return {sepa_rejected, sepa_returned, {}};
}

/// Chance that depends on the seed and the claim alone: claims keep their fate whatever stands beside them.
std::uint64_t chance(std::uint64_t seed, std::string_view reference) {
  std::uint64_t value = seed + 0x9E3779B97F4A7C15ULL;
  for (const char letter : reference) {
    value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
  }
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

/// The first reason half of the time, the others share the rest.
std::string_view pick(std::span<const std::string_view> reasons, std::uint64_t luck) {
  if (reasons.size() == 1 || luck % 2 == 0) return reasons.front();
  return reasons[1 + (luck / 2) % (reasons.size() - 1)];
}

void decide(Asked& asked, std::string_view scheme, const BankMood& mood) {
  // Some formats carry the mandate and no reference.
  const auto luck = chance(mood.seed, asked.entry.reference.empty() ? asked.entry.mandate : asked.entry.reference);
  const auto reasons = reasons_of(scheme);
  auto die = static_cast<unsigned>(luck % 1000);
  const auto reason_luck = luck / 1000;
  const auto falls = [&](unsigned share) {
    if (die < share) return true;
    die -= share;
    return false;
  };
  if (asked.entry.is_prenote) return;  // The simulated bank likes every account; corrections would be possible.
  if (falls(mood.rejected)) {
    const bool can_reject = !reasons.rejected.empty();
    asked.fate = can_reject ? Fate::rejected : Fate::returned;
    asked.reason = pick(can_reject ? reasons.rejected : reasons.returned, reason_luck);
  } else if (falls(mood.returned)) {
    asked.fate = Fate::returned;
    asked.reason = pick(reasons.returned, reason_luck);
  } else if (!reasons.corrected.empty() && falls(mood.corrected)) {
    asked.fate = Fate::corrected;
    asked.reason = pick(reasons.corrected, reason_luck);
  } else if (scheme == "cn-304" && falls(mood.partial) && asked.entry.amount_minor > 1) {
    asked.fate = Fate::partial;
  }
}

/// Lists of entries, one a batch, handed to a writer.
class Lists : public EntrySource {
 public:
  explicit Lists(const std::vector<std::vector<Entry>>& lists) : lists_{lists}, at_(lists.size(), 0) {}
  Result<bool> next(std::size_t batch_index, Entry& entry) override {
    auto& at = at_[batch_index];
    if (at == lists_[batch_index].size()) return false;
    entry = lists_[batch_index][at++];
    return true;
  }

 private:
  const std::vector<std::vector<Entry>>& lists_;
  std::vector<std::size_t> at_;
};

class StringTarget : public ByteTarget {
 public:
  Result<void> append(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

/// An answer in the making.
struct Draft {
  WriteOrder order;
  std::vector<std::vector<Entry>> entries;
};

void set_totals(Draft& draft) {
  for (std::size_t i = 0; i < draft.entries.size(); ++i) {
    draft.order.batches[i].count = static_cast<std::int64_t>(draft.entries[i].size());
    draft.order.batches[i].sum_minor = 0;
    for (const auto& entry : draft.entries[i]) draft.order.batches[i].sum_minor += entry.amount_minor;
  }
}

Result<BankAnswer> finish(const Draft& draft, std::string name, std::string what, Date on) {
  Lists lists{draft.entries};
  StringTarget target;
  BankAnswer answer{.name = std::move(name), .what = std::move(what), .bytes = {}, .on = on};
  std::vector<Finding> notes;
  const auto written = write_bank_answer(draft.order, lists, target, notes);
  if (!written) return std::unexpected(written.error());
  answer.entries = written->entries;
  answer.bytes = std::move(target.text);
  return answer;
}

Date collect_day(const SentFile& sent) {
  Date day = sent.head_.created_on.value_or(Date{});
  for (const auto& batch : sent.batches_) {
    if (batch.head.collect_on) day = std::max(day, *batch.head.collect_on);
  }
  return day;
}

// --- NACHA
// ------------------------------------------------------------------------------------------------------------

/// Returned entries keep everything of the claim; the code of the account's own kind turns into that of a return.
Entry nacha_answer(const Asked& asked, TextKeeper& keeper) {
  Entry entry = asked.entry;
  entry.original_trace = entry.trace;
  entry.original_bank = routing_without_check_digit(entry.payer_bank);
  entry.trace = {};
  entry.reason = asked.reason;
  entry.status = {};
  entry.outcome = asked.fate == Fate::corrected ? Outcome::corrected : Outcome::returned;
  if (entry.transaction_code.size() == 2) {
    entry.transaction_code = keeper.keep(fmt::format("{}6", entry.transaction_code.front()));
  }
  if (asked.fate == Fate::corrected) {
    entry.amount_minor = 0;
    const bool is_kind = asked.reason == "C05";
    entry.corrected_data = keeper.keep(is_kind ? std::string{entry.account_kind == "savings" ? "27" : "37"}
                                               : fmt::format("{}7", entry.payer_account));
  }
  return entry;
}

Result<BankAnswer> nacha_file(SentFile& sent, Fate fate, std::string_view stem) {
  const Date on = collect_day(sent) + std::chrono::days{2};
  Draft draft;
  draft.order.format = "nacha";
  draft.order.head = sent.head_;
  std::swap(draft.order.head.sender, draft.order.head.receiver);
  std::swap(draft.order.head.sender_name, draft.order.head.receiver_name);
  draft.order.head.kind = fate == Fate::corrected ? FileKind::notice : FileKind::returned;
  draft.order.head.file_modifier = fate == Fate::corrected ? "B" : "A";
  draft.order.head.created_on = on;
  // Two files of one day are told apart by their time.
  const auto minute = chance(0, stem) % 600;
  draft.order.head.created =
      sent.keeper_.keep(fmt::format("{}T{:02}:{:02}:00", iso_date(on), 8 + minute / 60, minute % 60));
  std::uint64_t sequence = 0;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      if (asked.fate != fate) continue;
      entries.push_back(nacha_answer(asked, sent.keeper_));
      entries.back().sequence_number = ++sequence;
    }
    if (entries.empty()) continue;
    auto head = batch.head;
    head.number = draft.order.batches.size() + 1;
    head.id = sent.keeper_.keep(std::to_string(head.number));
    head.creditor_bank = "09100001";  // The bank that answers: any eight digits do for a simulated one.
    head.settled_on = on;
    if (fate == Fate::corrected) head.instrument = "COR";
    draft.order.batches.push_back(head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  const bool is_notice = fate == Fate::corrected;
  return finish(draft, fmt::format("{}.{}.ach", stem, is_notice ? "2-noc" : "1-returns"),
                is_notice ? "corrections" : "returns", on);
}

// --- 304
// --------------------------------------------------------------------------------------------------------------

Result<BankAnswer> cn_result(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent) + std::chrono::days{1};
  Draft draft;
  draft.order.format = "cn-304";
  draft.order.head = sent.head_;
  draft.order.head.kind = FileKind::settlement;
  for (const auto& batch : sent.batches_) {
    auto head = batch.head;
    head.settled_on = on;
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      Entry entry = asked.entry;
      const bool is_good = asked.fate == Fate::good || asked.fate == Fate::partial;
      entry.reason = is_good ? "FSBR0000" : asked.reason;
      entry.outcome = is_good ? Outcome::settled : Outcome::rejected;
      entry.collected_minor = is_good ? entry.amount_minor : 0;
      if (asked.fate == Fate::partial) entry.collected_minor = entry.amount_minor / 2;
      entries.push_back(entry);
    }
    draft.order.batches.push_back(head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.1-results.txt", stem), "results", on);
}

// --- Zengin
// -------------------------------------------------------------------------------------------------------------

/// The very records that were sent, each with what became of it.
Result<BankAnswer> zengin_result(SentFile& sent, std::string_view stem) {
  const Date on = collect_day(sent) + std::chrono::days{1};
  Draft draft;
  draft.order.format = "zengin";
  draft.order.head = sent.head_;
  draft.order.head.kind = FileKind::settlement;
  draft.order.head.settings = &sent.settings_;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      Entry entry = asked.entry;
      entry.reason = asked.fate == Fate::good ? "0" : asked.reason;
      entry.outcome = asked.fate == Fate::good ? Outcome::settled : Outcome::rejected;
      entries.push_back(entry);
    }
    draft.order.batches.push_back(batch.head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.1-results.txt", stem), "results", on);
}

// --- Debits that come back in records of the sent file's own kind
// --------------------------------------------------------------------------------------------------------------

/// The debits of one fate, everything of the claim unchanged but for the reason.
Result<BankAnswer> debits_back(SentFile& sent, Fate fate, std::string_view stem) {
  const bool is_refused = fate == Fate::rejected;
  const Date on = is_refused ? sent.head_.created_on.value_or(collect_day(sent))
                             : collect_day(sent) + std::chrono::days{2};
  Draft draft;
  draft.order.format = sent.head_.scheme;  // The layouts of single banks differ in what is sent only.
  draft.order.head = sent.head_;
  draft.order.head.kind = is_refused ? FileKind::acknowledgement : FileKind::returned;
  draft.order.head.created_on = on;
  draft.order.head.created = sent.keeper_.keep(iso_date(on) + "T18:00:00");
  draft.order.head.settings = &sent.settings_;
  for (const auto& batch : sent.batches_) {
    std::vector<Entry> entries;
    for (const auto& asked : batch.claims) {
      if (asked.fate != fate) continue;
      Entry entry = asked.entry;
      entry.outcome = is_refused ? Outcome::rejected : Outcome::returned;
      entry.reason = asked.reason;
      if (is_refused) entry.reason_text = "08000000000";  // CPA 005: element 08, the account, is wrong.
      if (!entry.collect_on) entry.collect_on = batch.head.collect_on;
      entries.push_back(entry);
    }
    if (entries.empty()) continue;
    auto head = batch.head;
    head.number = draft.order.batches.size() + 1;
    head.collect_on = on;
    draft.order.batches.push_back(head);
    draft.entries.push_back(std::move(entries));
  }
  set_totals(draft);
  return finish(draft, fmt::format("{}.{}.txt", stem, is_refused ? "1-rejects" : "2-returns"),
                is_refused ? "rejects" : "returns", on);
}

// --- Bacs
// ------------------------------------------------------------------------------------------------------------

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
  auto answer = finish(draft, fmt::format("{}.1-{}.xml", stem, is_lodgement ? "auddis" : "input"), "acknowledgement", on);
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

// --- SEPA
// -------------------------------------------------------------------------------------------------------------

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

bool any(const SentFile& sent, Fate fate) {
  return std::ranges::any_of(sent.batches_, [&](const AskedBatch& batch) {
    return std::ranges::any_of(batch.claims, [&](const Asked& asked) { return asked.fate == fate; });
  });
}

}  // namespace

Result<std::vector<BankAnswer>> answer_collection(std::string_view bytes, std::string_view stem, const BankMood& mood,
                                                  const SentAs& sent_as) {
  SentFile sent;
  MemorySource source{bytes};
  ReadOptions options;
  options.file_name = stem;
  options.format = sent_as.format;
  options.expected = Expected::instruction;
  options.day = sent_as.on;
  const auto verdict = read_bank_file(source, options, sent);
  if (!verdict) return std::unexpected(verdict.error());
  if (*verdict == Verdict::refused || sent.head_.kind != FileKind::instruction || sent.count_ == 0) {
    return std::unexpected(Error{.code = "sim.not-a-collection",
                                 .explanation = "The file does not ask a bank to collect anything.",
                                 .remedy = "Give the id of a batch that was sent, or a collection file.",
                                 .place = {.file = std::string{stem}},
                                 .kind = ErrorKind::input});
  }
  for (auto& batch : sent.batches_) {
    for (auto& asked : batch.claims) decide(asked, sent.head_.scheme, mood);
  }
  std::vector<Result<BankAnswer>> drafts;
  if (sent.head_.scheme == "nacha") {
    if (any(sent, Fate::returned)) drafts.push_back(nacha_file(sent, Fate::returned, stem));
    if (any(sent, Fate::corrected)) drafts.push_back(nacha_file(sent, Fate::corrected, stem));
  } else if (sent.head_.scheme == "cn-304") {
    drafts.push_back(cn_result(sent, stem));
  } else if (sent.head_.scheme == "zengin") {
    drafts.push_back(zengin_result(sent, stem));
  } else if (sent.head_.scheme == "becs" || sent.head_.scheme == "cpa005") {
    if (any(sent, Fate::rejected)) drafts.push_back(debits_back(sent, Fate::rejected, stem));
    if (any(sent, Fate::returned)) drafts.push_back(debits_back(sent, Fate::returned, stem));
  } else if (sent.head_.scheme == "bacs") {
    drafts.push_back(bacs_acknowledgement(sent, stem));
    if (any(sent, Fate::returned)) drafts.push_back(bacs_report(sent, Fate::returned, stem));
    if (any(sent, Fate::corrected)) drafts.push_back(bacs_report(sent, Fate::corrected, stem));
  } else {
    drafts.push_back(sepa_acknowledgement(sent, stem));
    drafts.push_back(sepa_statement(sent, stem));
    if (any(sent, Fate::returned)) drafts.push_back(sepa_returns(sent, stem));
  }
  std::vector<BankAnswer> answers;
  for (auto& draft : drafts) {
    if (!draft) return std::unexpected(draft.error());
    answers.push_back(std::move(*draft));
  }
  return answers;
}

}  // namespace counterfoil
