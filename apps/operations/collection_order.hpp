// From a creditor account and its batches to the order a writer understands: the one place that knows which scheme
// wants which value where in the heads of a file.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "billing/batch.hpp"
#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/writer.hpp"

namespace counterfoil {

/// The claims of one collection day that stand under one head.
struct CollectionBlock {
  Date collect_on{};
  SequenceType sequence = SequenceType::none;
  std::string instrument = {};   // Empty: the usual one of the account.
  std::string description = {};  // NACHA entry description; empty: that of the account.
  std::uint64_t count = 0;
  std::int64_t sum_minor = 0;
  bool is_reversal = false;  // Its entries give back what was collected.
};

/// Owns the texts its order points into, so it does not move.
class CollectionOrder {
 public:
  CollectionOrder() = default;
  CollectionOrder(const CollectionOrder&) = delete;
  CollectionOrder& operator=(const CollectionOrder&) = delete;

  WriteOrder order;
  Settings settings;

  [[nodiscard]] std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> texts_;
};

struct CollectionHead {
  std::string message_id;
  std::string created;        // "2026-11-24T09:30:00".
  std::string file_modifier;  // NACHA: tells files of one day apart; empty: "A".
};

/// Fails with "creditor.setting" when the account lacks a setting its scheme cannot do without.
[[nodiscard]] Result<std::unique_ptr<CollectionOrder>> make_collection_order(
    const CreditorAccount& account, const CollectionHead& head, const std::vector<CollectionBlock>& blocks);

}  // namespace counterfoil
