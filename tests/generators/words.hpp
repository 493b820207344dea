// Words that own their texts, and sources and targets in memory, for tests of generators.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"

namespace counterfoil {

/// Keeps texts alive for the views of words.
class Texts {
 public:
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> kept_;
};

class ListedEntries final : public EntrySource {
 public:
  explicit ListedEntries(std::vector<std::vector<Entry>> batches) : batches_{std::move(batches)} {}

  Result<bool> next(std::size_t batch_index, Entry& entry) override {
    if (batch_index != batch_) {
      batch_ = batch_index;
      at_ = 0;
    }
    if (at_ == batches_.at(batch_index).size()) return false;
    entry = batches_[batch_index][at_++];
    return true;
  }

 private:
  std::vector<std::vector<Entry>> batches_;
  std::size_t batch_ = 0, at_ = 0;
};

class TextTarget final : public ByteTarget {
 public:
  Result<void> append(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

}  // namespace counterfoil
