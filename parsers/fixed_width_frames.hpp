// Cuts a stream of bytes into records: lines with any line end, or records laid end to end. Private to parsers/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// What stands in a run of bytes, found in one pass.
struct ByteScan {
  bool has_control = false;  // Below 20 hex.
  bool has_high = false;     // Above 7E hex.
};

[[nodiscard]] ByteScan scan_bytes(std::string_view bytes);

/// One line, or a window of bytes at whose beginning a record stands.
struct Frame {
  std::string_view bytes;  // Valid until the next call.
  std::uint32_t line = 0;  // Counted from 1: the line, or the record where there are no lines.
  ByteScan scan;
};

class RecordFrames {
 public:
  /// `length` is that of all records, or 0 where they differ between `shortest` and `longest`.
  RecordFrames(ByteSource& source, std::size_t length, std::size_t shortest, std::size_t longest)
      : source_{source}, length_{length}, shortest_{shortest}, longest_{longest} {}

  /// Looks at the beginning to tell lines from records without line ends.
  [[nodiscard]] Result<void> start();

  /// False at the end of the file.
  [[nodiscard]] Result<bool> next(Frame& frame) {
    if (in_lines_ && length_ != 0 && piece_.size() - at_ > length_ + 1) [[likely]] {
      const char* begin = piece_.data() + at_;
      const std::size_t end = begin[length_] == '\n'                                 ? 1U
                              : begin[length_] == '\r' && begin[length_ + 1] == '\n' ? 2U
                                                                                     : 0U;
      if (end != 0) {
        frame.bytes = {begin, length_};
        frame.scan = scan_bytes(frame.bytes);
        if (!frame.scan.has_control) [[likely]] {
          at_ += length_ + end;
          frame.line = ++line_;
          return true;
        }
      }
    }
    return next_slowly(frame);
  }

  /// Without lines: the record at the beginning of the window was this long.
  void consume(std::size_t bytes) { at_ += bytes; }

  [[nodiscard]] bool in_lines() const { return in_lines_; }
  [[nodiscard]] bool is_unended() const { return is_unended_; }  // The line at hand is the last and has no line end.
  [[nodiscard]] bool had_mark() const { return had_mark_; }      // A byte order mark, skipped.
  [[nodiscard]] bool is_endless() const { return is_endless_; }  // A line longer than any line may be; reading stopped.

 private:
  ByteSource& source_;
  std::size_t length_, shortest_, longest_;
  std::string head_;  // The beginning, read before the first record.
  std::string kept_;  // A line or window that lies across two pieces.
  std::string_view piece_;
  std::size_t at_ = 0;  // In the piece.
  std::uint32_t line_ = 0;
  char line_end_ = '\n';
  bool in_lines_ = true;
  bool source_ended_ = false;
  bool is_unended_ = false;
  bool had_mark_ = false;
  bool is_endless_ = false;

  [[nodiscard]] Result<bool> refill();
  [[nodiscard]] Result<bool> next_slowly(Frame& frame);
  [[nodiscard]] Result<bool> next_line(Frame& frame);
  [[nodiscard]] Result<bool> next_window(Frame& frame);
  void tell_lines_from_windows();
};

}  // namespace counterfoil
