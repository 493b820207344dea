#include "parsers/fixed_width_frames.hpp"

#include <algorithm>
#include <cstring>

namespace counterfoil {
namespace {

constexpr std::size_t head_size = std::size_t{64} * 1024;
constexpr std::uint64_t each_byte = 0x0101010101010101U;

bool is_line_end(char byte) { return byte == '\n' || byte == '\r'; }

}  // namespace

ByteScan scan_bytes(std::string_view bytes) {
  std::uint64_t control = 0, high = 0;
  const auto look = [&](std::uint64_t word) {
    control |= (word - each_byte * 0x20) & ~word;  // The top bit of a byte below 20 hex.
    high |= word | (word + each_byte);             // The top bit of a byte above 7E hex.
  };
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    look(word);
  }
  if (at < bytes.size()) {
    std::uint64_t word = each_byte * ' ';
    std::memcpy(&word, bytes.data() + at, bytes.size() - at);
    look(word);
  }
  constexpr std::uint64_t top = each_byte * 0x80;
  return {(control & top) != 0, (high & top) != 0};
}

Result<bool> RecordFrames::refill() {
  if (source_ended_) return false;
  const auto piece = source_.next();
  if (!piece) return std::unexpected(piece.error());
  piece_ = *piece;
  at_ = 0;
  source_ended_ = piece_.empty();
  return !source_ended_;
}

Result<void> RecordFrames::start() {
  const std::size_t wanted = std::max(head_size, 3 * longest_);
  while (head_.size() < wanted) {
    const auto more = refill();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    head_ += piece_;
  }
  piece_ = head_;
  at_ = 0;
  if (piece_.starts_with("\xEF\xBB\xBF")) {
    had_mark_ = true;
    at_ = 3;
  }
  tell_lines_from_windows();
  return {};
}

void RecordFrames::tell_lines_from_windows() {
  std::string_view text = piece_.substr(at_);
  const auto first = std::ranges::find_if_not(text, is_line_end);
  text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
  const auto end = std::ranges::find_if(text, is_line_end);
  const auto length = static_cast<std::size_t>(end - text.begin());
  const std::string_view beyond = text.substr(std::min(length, longest_), length - std::min(length, longest_));
  const bool only_blanks = beyond.find_first_not_of(' ') == std::string_view::npos;
  in_lines_ = length <= longest_ || only_blanks || length < longest_ + shortest_;
  if (end != text.end() && *end == '\r' && (end + 1 == text.end() || *(end + 1) != '\n')) line_end_ = '\r';
}

Result<bool> RecordFrames::next_slowly(Frame& frame) { return in_lines_ ? next_line(frame) : next_window(frame); }

Result<bool> RecordFrames::next_line(Frame& frame) {
  kept_.clear();
  const std::size_t most = std::max(head_size, 4 * longest_);
  while (true) {
    const std::string_view rest = piece_.substr(at_);
    const std::size_t end = rest.find(line_end_);
    if (end != std::string_view::npos || rest.size() + kept_.size() > most) {
      const std::string_view line = rest.substr(0, end);
      frame.bytes = line;
      if (!kept_.empty()) frame.bytes = kept_ += line;
      at_ += end == std::string_view::npos ? rest.size() : end + 1;
      is_endless_ = frame.bytes.size() > most;
      break;
    }
    kept_ += rest;
    const auto more = refill();
    if (!more) return std::unexpected(more.error());
    if (!*more) {
      piece_ = {};
      at_ = 0;
      frame.bytes = kept_;
      if (kept_.empty()) return false;
      is_unended_ = true;
      break;
    }
  }
  if (frame.bytes.ends_with('\r')) frame.bytes.remove_suffix(1);
  if (line_end_ == '\r' && frame.bytes.starts_with('\n')) frame.bytes.remove_prefix(1);
  frame.line = ++line_;
  frame.scan = scan_bytes(frame.bytes);
  return true;
}

Result<bool> RecordFrames::next_window(Frame& frame) {
  while (true) {
    while (at_ < piece_.size() && is_line_end(piece_[at_])) ++at_;
    if (piece_.size() - at_ >= longest_) break;
    std::string rest{piece_.substr(at_)};
    const auto more = refill();
    if (!more) return std::unexpected(more.error());
    if (*more) rest += piece_;
    kept_ = std::move(rest);
    piece_ = kept_;
    at_ = 0;
    if (!*more) break;
  }
  if (at_ == piece_.size()) return false;
  frame.bytes = piece_.substr(at_, longest_);
  frame.line = ++line_;
  frame.scan = scan_bytes(frame.bytes);
  return true;
}

}  // namespace counterfoil
