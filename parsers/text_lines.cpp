#include "parsers/text_lines.hpp"

#include <algorithm>
#include <cstring>

namespace counterfoil {
namespace {

constexpr std::size_t none = std::string_view::npos;

/// Where the first line end stands. Line feeds are looked for first, because nearly every file has them.
std::size_t find_line_end(std::string_view bytes) {
  if (bytes.empty()) return none;
  const auto* feed = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
  const std::size_t end = feed == nullptr ? bytes.size() : static_cast<std::size_t>(feed - bytes.data());
  const auto* back = end == 0 ? nullptr : static_cast<const char*>(std::memchr(bytes.data(), '\r', end));
  if (back != nullptr) return static_cast<std::size_t>(back - bytes.data());
  return feed == nullptr ? none : end;
}

}  // namespace

void TextLines::take(std::string_view bytes) {
  const std::size_t room = longest_ - std::min(longest_, carried_.size());
  is_cut_ = is_cut_ || bytes.size() > room;
  carried_ += bytes.substr(0, room);
}

void TextLines::show() {
  line_ = carried_;
  ++number_;
}

Result<bool> TextLines::next() {
  carried_.clear();
  is_cut_ = false;
  while (true) {
    if (rest_.empty()) {
      if (!at_end_) {
        const auto piece = source_.next();
        if (!piece) return std::unexpected(piece.error());
        rest_ = *piece;
        at_end_ = rest_.empty();
      }
      if (at_end_) {
        if (carried_.empty()) return false;
        show();
        return true;
      }
    }
    if (skips_line_feed_) {
      skips_line_feed_ = false;
      if (rest_.front() == '\n') {
        rest_.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = find_line_end(rest_);
    if (end == none) {
      take(rest_);
      rest_ = {};
      continue;
    }
    const std::string_view bytes = rest_.substr(0, end);
    skips_line_feed_ = rest_[end] == '\r';
    rest_.remove_prefix(end + 1);
    if (carried_.empty() && bytes.size() <= longest_) {
      line_ = bytes;
      ++number_;
    } else {
      take(bytes);
      show();
    }
    return true;
  }
}

}  // namespace counterfoil
