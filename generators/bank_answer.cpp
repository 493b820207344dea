#include "generators/bank_answer.hpp"

#include <fmt/format.h>

#include <deque>
#include <variant>

#include "core/aba.hpp"
#include "formats/bindings.hpp"
#include "formats/layout.hpp"
#include "generators/bacs_report.hpp"
#include "generators/fixed_width.hpp"
#include "generators/iso20022_answer.hpp"

namespace counterfoil {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// NACHA: an entry that comes back is addressed to our bank and names the payer's in its addenda.
class NachaAnswer final : public EntrySource {
 public:
  NachaAnswer(const WriteOrder& order, EntrySource& entries) : entries_{entries} {
    const std::string_view sender = trim(order.head.sender);
    if (check_routing_number(sender)) our_bank_ = sender;
  }

  Result<bool> next(std::size_t batch_index, Entry& entry) override {
    auto more = entries_.next(batch_index, entry);
    if (!more || !*more) return more;
    if (entry.outcome == Outcome::none) {
      return std::unexpected(
          Error{"answer.no-outcome",
                fmt::format("Entry {} has no outcome, so a bank has nothing to say of it.", entry.reference),
                "Leave out the entries that simply settled.",
                {},
                ErrorKind::refused});
    }
    if (entry.original_bank.empty()) entry.original_bank = trim(entry.payer_bank).substr(0, 8);
    if (!our_bank_.empty()) entry.payer_bank = our_bank_;
    if (entry.outcome == Outcome::corrected) entry.amount_minor = 0;
    return true;
  }

 private:
  EntrySource& entries_;
  std::string_view our_bank_;
};

/// 304: the head states what was collected before the rows say it, so the rows are held until it is known.
class CollectedRows final : public EntrySource {
 public:
  /// Takes all entries and completes the head of each batch.
  [[nodiscard]] Result<void> take(WriteOrder& order, EntrySource& entries) {
    for (std::size_t batch = 0; batch < order.batches.size(); ++batch) {
      BatchHead& head = order.batches[batch];
      head.collected_count = 0;
      head.collected_sum_minor = 0;
      std::int64_t count = 0, sum = 0;
      rows_.emplace_back();
      for (;;) {
        Entry entry;
        const auto more = entries.next(batch, entry);
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        if (entry.reason.empty()) {
          return std::unexpected(Error{"answer.no-result",
                                       fmt::format("Row {} has no result code.", entry.sequence_number),
                                       "A result file says of every row what became of it.",
                                       {},
                                       ErrorKind::refused});
        }
        if (entry.outcome == Outcome::settled) {
          if (entry.collected_minor < 0) entry.collected_minor = entry.amount_minor;
          entry.amount_minor = entry.collected_minor;
          ++head.collected_count;
          head.collected_sum_minor += entry.collected_minor;
        }
        ++count;
        sum += entry.amount_minor;
        keep(entry);
        rows_.back().push_back(entry);
      }
      head.count = count;
      head.sum_minor = sum;
    }
    return {};
  }

  Result<bool> next(std::size_t batch_index, Entry& entry) override {
    auto& rows = rows_[batch_index];
    if (rows.empty()) return false;
    entry = rows.front();
    rows.pop_front();
    return true;
  }

 private:
  std::vector<std::deque<Entry>> rows_;
  std::deque<std::string> texts_;  // What the views of the rows look at; a deque does not move them.

  /// Every text a layout can write: the giver of the rows may forget them when it is asked for the next one.
  void keep(Entry& entry) {
    for (const Binding& binding : known_bindings()) {
      const auto* text = std::get_if<std::string_view Entry::*>(&binding.member);
      if (text == nullptr || (entry.**text).empty()) continue;
      texts_.emplace_back(entry.**text);
      entry.**text = texts_.back();
    }
  }
};

}  // namespace

Result<WrittenFile> write_bank_answer(const WriteOrder& order, EntrySource& entries, ByteTarget& target,
                                      std::vector<Finding>& notes) {
  if (is_iso20022_answer(order.format)) return write_iso20022_answer(order, entries, target);
  if (is_bacs_report(order.format)) return write_bacs_report(order, entries, target);
  const LayoutPlan* plan = LayoutLibrary::built_in().find(order.format);
  if (plan == nullptr) {
    return std::unexpected(Error{"write.format-unknown",
                                 fmt::format("No answer of the format \"{}\" can be written.", order.format),
                                 "Use nacha, cn-304, bacs-report.*, pain.002.*, camt.053.* or camt.054.*.",
                                 {},
                                 ErrorKind::usage});
  }
  if (plan->scheme == "nacha") {
    NachaAnswer answer{order, entries};
    return write_fixed_width(*plan, order, answer, target, notes);
  }
  WriteOrder completed = order;
  CollectedRows rows;
  const auto taken = rows.take(completed, entries);
  if (!taken) return std::unexpected(taken.error());
  return write_fixed_width(*plan, completed, rows, target, notes);
}

}  // namespace counterfoil
