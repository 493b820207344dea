#include "apps/operations/simulated_parts.hpp"

#include <algorithm>
#include <utility>

namespace counterfoil {
namespace {

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

}  // namespace

std::uint64_t chance(std::uint64_t seed, std::string_view reference) {
  std::uint64_t value = seed + 0x9E3779B97F4A7C15ULL;
  for (const char letter : reference) {
    value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
  }
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

bool has_fate(const SentFile& sent, Fate fate) {
  return std::ranges::any_of(sent.batches_, [&](const AskedBatch& batch) {
    return std::ranges::any_of(batch.claims, [&](const Asked& asked) { return asked.fate == fate; });
  });
}

Date collect_day(const SentFile& sent) {
  Date day = sent.head_.created_on.value_or(Date{});
  for (const auto& batch : sent.batches_) {
    if (batch.head.collect_on) day = std::max(day, *batch.head.collect_on);
    for (const auto& asked : batch.claims) {
      if (!batch.head.collect_on && asked.entry.collect_on) day = std::max(day, *asked.entry.collect_on);
    }
  }
  return day;
}

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

Result<void> add_answer(std::vector<BankAnswer>& answers, Result<BankAnswer> made) {
  if (!made) return std::unexpected(made.error());
  answers.push_back(std::move(*made));
  return {};
}

}  // namespace counterfoil
