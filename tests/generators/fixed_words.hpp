// Words to be written, kept together, for tests of the fixed-width writers.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "generators/bank_answer.hpp"
#include "generators/writer.hpp"
#include "tests/generators/words.hpp"

namespace counterfoil {

/// An order with its entries. Copies share the texts, which live as long as the last copy.
struct Order {
  WriteOrder order;
  std::vector<std::vector<Entry>> entries;
  std::shared_ptr<Texts> texts = std::make_shared<Texts>();
  std::shared_ptr<Settings> settings = std::make_shared<Settings>();

  std::string_view keep(std::string text) { return texts->keep(std::move(text)); }

  void add(BatchHead batch, std::vector<Entry> list) {
    order.batches.push_back(batch);
    entries.push_back(std::move(list));
    count_again();
  }

  void count_again() {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      order.batches[i].count = static_cast<std::int64_t>(entries[i].size());
      order.batches[i].sum_minor = 0;
      for (const Entry& entry : entries[i]) order.batches[i].sum_minor += entry.amount_minor;
    }
  }

  [[nodiscard]] Result<std::string> write(std::vector<Finding>& notes, bool as_bank) {
    order.head.settings = settings.get();
    ListedEntries lists{entries};
    TextTarget target;
    const auto written =
        as_bank ? write_bank_answer(order, lists, target, notes) : write_collection(order, lists, target, notes);
    if (!written) return std::unexpected(written.error());
    EXPECT_EQ(written->bytes, target.text.size());
    EXPECT_EQ(written->sha256.size(), 64U);
    return std::move(target.text);
  }

  [[nodiscard]] std::string written(std::vector<Finding>* notes = nullptr) {
    std::vector<Finding> own;
    const auto text = write(notes == nullptr ? own : *notes, false);
    EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().code + ": " + text.error().explanation);
    return text.value_or("");
  }

  [[nodiscard]] std::string answered() {
    std::vector<Finding> notes;
    const auto text = write(notes, true);
    EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().code + ": " + text.error().explanation);
    return text.value_or("");
  }

  [[nodiscard]] Error error() {
    std::vector<Finding> notes;
    const auto text = write(notes, false);
    EXPECT_FALSE(text.has_value());
    return text ? Error{} : text.error();
  }
};

}  // namespace counterfoil
