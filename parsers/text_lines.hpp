// The lines of a text that comes in pieces, whatever ends them: CRLF, LF or CR. Memory does not grow with the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

class TextLines {
 public:
  /// No line is kept beyond `longest` bytes; `is_cut` says when one was longer.
  TextLines(ByteSource& source, std::size_t longest) : source_{source}, longest_{longest} {}

  /// Goes to the next line; false at the end. What stands behind the last line end is a line unless it is nothing.
  [[nodiscard]] Result<bool> next();

  [[nodiscard]] std::string_view line() const { return line_; }  // Without its end; valid until `next`.
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  void take(std::string_view bytes);
  void show();

  ByteSource& source_;
  std::size_t longest_;
  std::string_view rest_, line_;
  std::string carried_;
  std::uint32_t number_ = 0;
  bool is_cut_ = false, at_end_ = false, skips_line_feed_ = false;
};

}  // namespace counterfoil
