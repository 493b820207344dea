// What the tests of boundaries work on: every built-in layout, and the files of fixtures/fixed_width.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/layout.hpp"
#include "parsers/fixed_width_reader.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

struct KnownFile {
  std::string name;  // "nacha/forward.ach"
  const LayoutPlan* plan = nullptr;
  std::string bytes;
};

[[nodiscard]] std::vector<KnownFile> known_files();

/// Everything a reader said, as comparable text, and its findings and records apart.
class Told final : public WordSink, public RecordWatch {
 public:
  struct Record {
    std::uint32_t line = 0;
    const RecordPlan* plan = nullptr;
    std::string bytes;
  };

  std::string words;  // Without the line numbers and counts of records.
  std::vector<Finding> findings;
  std::vector<Record> records;
  std::uint64_t entries = 0;
  Verdict verdict = Verdict::refused;

  void file(const FileHead& head) override;
  void batch(const BatchHead& head) override;
  void entry(const Entry& entry) override;
  void finding(const Finding& finding) override { findings.push_back(finding); }
  void record(std::uint32_t line, const RecordPlan* record, std::string_view bytes, std::optional<Date>) override {
    records.push_back({line, record, std::string{bytes}});
  }

  /// "field.not-digits line 3; ..."
  [[nodiscard]] std::string codes() const;
};

/// Whether some record of the file counts or sums what the file holds. Banks that want no closing record (Autogiro's
/// files to Bankgirot) leave nothing by which a missing row could be told.
[[nodiscard]] bool states_totals(const LayoutPlan& plan, const Told& whole);

/// Whether every record is an entry, with nothing that opens or closes the file: rows are all there is.
[[nodiscard]] bool is_rows_alone(const LayoutPlan& plan);

[[nodiscard]] Told told(const LayoutPlan& plan, std::string_view bytes, bool accept_partial = false);

}  // namespace counterfoil
