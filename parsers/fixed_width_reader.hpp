// The reader itself, for those in parsers/ that look over its shoulder (the annotated view). Private to parsers/.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "formats/plan.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// Sees every record after it has been read and its findings were told.
class RecordWatch {
 public:
  virtual ~RecordWatch() = default;
  /// Told before a record that has segments: what each was read as, nullptr for those that were not.
  virtual void segments(std::span<const RecordPlan* const>) {}
  /// `record` is nullptr when no record of the layout fits; `bytes` has the full length of the record otherwise, in
  /// characters of UTF-8 where the columns of the line were counted so, and is then longer in bytes.
  virtual void record(std::uint32_t line, const RecordPlan* record, std::string_view bytes,
                      std::optional<Date> day_of_file) = 0;
};

[[nodiscard]] Result<Verdict> read_watched(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options,
                                           WordSink& sink, RecordWatch* watch);

}  // namespace counterfoil
