// The annotated view of a fixed-width file: record by record, field by field, what stands there and what it means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.hpp"
#include "core/result.hpp"
#include "formats/plan.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

struct AnnotatedField {
  std::uint32_t first_column = 0, last_column = 0;
  std::string name;
  std::string type;  // "digits", "date YYMMDD", ...
  std::string raw;   // As it stands there, as UTF-8; masked when sensitive.
  std::string
      meaning;  // "2026-11-03", "USD 125.50", "Debit of a checking account"; empty where the raw text says it all.
  std::string binding;  // "entry.amount"; empty for none.
  std::string note;     // Of the layout.
  bool is_masked = false;
  bool is_part = false;
};

struct AnnotatedRecord {
  std::uint32_t line = 0;
  std::string name;   // "entry"; empty when no record of the layout fits.
  std::string title;  // "Entry detail"
  std::string raw;    // The record, padded to its length, as UTF-8, sensitive fields masked.
  std::uint32_t columns = 0;
  std::vector<AnnotatedField> fields;
  std::vector<Finding> findings;  // Those that were known when the record had been read.
};

class AnnotationSink {
 public:
  virtual ~AnnotationSink() = default;
  /// In the order of the file. The record is valid during the call.
  virtual void record(const AnnotatedRecord&) {}
  /// About an earlier record or about the file as a whole.
  virtual void finding(const Finding&) {}
};

/// `unmask` shows sensitive fields as they stand.
[[nodiscard]] Result<Verdict> annotate_fixed_width(const LayoutPlan& plan, ByteSource& source,
                                                   const ReadOptions& options, bool unmask, AnnotationSink& sink);

}  // namespace counterfoil
