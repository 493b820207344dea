// From the words of a file back to a file: what the round trips and the benchmark of layouts share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "formats/plan.hpp"
#include "generators/writer.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {

/// What was said, and of which batch every entry was.
class Said final : public WordSink {
 public:
  Heard heard;
  std::vector<std::size_t> batch_of;

  void file(const FileHead& head) override { heard.file(head); }
  void batch(const BatchHead& head) override { heard.batch(head); }
  void entry(const Entry& entry) override {
    heard.entry(entry);
    batch_of.push_back(heard.batches.size() - 1);
  }
  void finding(const Finding& finding) override { heard.finding(finding); }
  void end(const FileCounts& counts) override { heard.end(counts); }
};

/// What a writer needs for one file.
struct Made {
  WriteOrder order;
  std::vector<std::vector<Entry>> entries;
  Settings settings;
};

/// The words of a file as an order to write them again. The texts stay in `said`.
[[nodiscard]] Made made_of(const Said& said);

/// The bytes, with counts and sums of the batches made from their entries. `is_ours`: a collection file of ours, else
/// an answer of the bank.
[[nodiscard]] Result<std::string> written(const LayoutPlan& plan, Made& made, bool is_ours);

}  // namespace counterfoil
