// What the ACH operator and the payer's bank check beyond the layout: classes, reserved descriptions, dates, amounts.
// Rules and their sources: schemes/nacha/README.md. Private to generators/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/writer.hpp"

namespace counterfoil {

/// A collection file of NACHA debits on its way to the layout writer. Checks the order when made, each entry as it
/// passes, and adds the balancing credit of a batch where the profile wants one.
class NachaCollection final : public EntrySource {
 public:
  /// `order` and `entries` must outlive the collection.
  [[nodiscard]] static Result<NachaCollection> make(const WriteOrder& order, EntrySource& entries);

  /// The order for the layout writer: as given, with the balancing credits counted.
  [[nodiscard]] const WriteOrder& order() const { return order_; }

  /// Takes the balancing credits out of what was counted.
  void settle(WrittenFile& written) const;

  Result<bool> next(std::size_t batch_index, Entry& entry) override;

 private:
  NachaCollection(const WriteOrder& order, EntrySource& entries) : order_{order}, entries_{&entries} {}

  WriteOrder order_;
  EntrySource* entries_;
  bool is_balanced_ = false;
  std::int64_t same_day_most_ = 0;
  std::vector<bool> offset_written_;
  std::string offset_bank_;

  [[nodiscard]] Result<void> check_batch(const BatchHead& batch) const;
  [[nodiscard]] Result<void> check_entry(const BatchHead& batch, Entry& entry) const;
  [[nodiscard]] Result<void> balance();
};

}  // namespace counterfoil
