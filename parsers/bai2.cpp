// Physical lines into records. A record ends with a slash or, where it ends in text, with the next record; the banks break
// lines where they like.
#include "parsers/bai2.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/text.hpp"
#include "parsers/bai2_report.hpp"
#include "parsers/text_lines.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t longest_line = std::size_t{64} * 1024;
constexpr std::size_t longest_record = std::size_t{256} * 1024;

constexpr std::array<std::string_view, 8> record_codes{"01", "02", "03", "16", "49", "88", "98", "99"};

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\x1A'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// "16" where a line begins with "16,"; nothing where it begins otherwise.
std::string_view code_of(std::string_view line) {
  if (line.size() < 3 || line[2] != ',') return {};
  const auto code = line.substr(0, 2);
  return std::ranges::find(record_codes, code) == record_codes.end() ? std::string_view{} : code;
}

/// Where a record ends that is followed by another in the same line: behind the slash. Text and references hold slashes
/// too, so that one ends a record only where a known code follows.
std::size_t end_of_record(std::string_view line) {
  for (std::size_t at = line.find('/'); at != std::string_view::npos; at = line.find('/', at + 1)) {
    const auto behind = line.find_first_not_of(' ', at + 1);
    if (behind != std::string_view::npos && !code_of(line.substr(behind)).empty()) return at + 1;
  }
  return line.size();
}

class Bai2Reader {
 public:
  Bai2Reader(const ReadOptions& options, WordSink& sink) : report_{options, sink} {}

  void take(const TextLines& lines) {
    number_ = lines.number();
    if (lines.is_cut()) too_long();
    auto line = trimmed(lines.line());
    if (number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    line = readable(line);
    while (!line.empty()) {
      const std::size_t end = end_of_record(line);
      take_record(trimmed(line.substr(0, end)));
      line = trimmed(line.substr(end));
    }
  }

  void finish() {
    flush();
    report_.finish(number_);
  }

  [[nodiscard]] bool is_refused() const { return report_.is_refused(); }

 private:
  /// Control characters are blanks, and what is not UTF-8 question marks: no field of a report needs either.
  std::string_view readable(std::string_view line) {
    const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
    if (std::ranges::all_of(line, is_plain)) return line;
    const bool is_utf8 = !first_bad_utf8(line).has_value();
    readable_ = line;
    for (char& byte : readable_) {
      if (static_cast<unsigned char>(byte) < 0x20) byte = ' ';
      if (static_cast<unsigned char>(byte) >= 0x7F && !is_utf8) byte = '?';
    }
    if (!is_utf8) {
      report_.report(Severity::note, "bai2.characters", number_, "The line holds bytes that are no text; they were read as \"?\".",
                     "Nothing to do, unless a name looks odd.");
    }
    return readable_;
  }

  void take_record(std::string_view line) {
    const auto code = code_of(line);
    if (code.empty()) return take_stray(line);
    const bool ends_here = line.ends_with('/');
    auto fields = line.substr(3);
    if (ends_here) fields.remove_suffix(1);
    if (code == "88") return continue_record(fields, ends_here);
    flush();
    record_.code = code;
    record_.fields.assign(fields);
    record_.text.clear();
    record_.line = number_;
    record_.records = 1;
    is_there_ = true;
    is_open_ = !ends_here;
  }

  void continue_record(std::string_view fields, bool ends_here) {
    if (!is_there_) {
      report_.report(Severity::error, "bai2.continuation", number_, "A continuation (88) stands where no record is to be continued.",
                     "Ask the bank for the file again.");
      return;
    }
    ++record_.records;
    if (record_.fields.size() + record_.text.size() + fields.size() > longest_record) return too_long();
    // Text goes on as text; anything else where it stopped.
    if (record_.code == "16" && (is_open_ || has_all_fields())) {
      if (!record_.text.empty()) record_.text += '\n';
      record_.text += fields;
    } else {
      record_.fields += ',';
      record_.fields += fields;
    }
    is_open_ = !ends_here;
  }

  /// A transaction has five fields and those of its funds type before its text.
  [[nodiscard]] bool has_all_fields() const {
    const auto found = parse_bai2_transaction(record_.fields);
    return found && !found->text.empty();
  }

  /// A line that begins with no code. Some banks let a text run on without a continuation.
  void take_stray(std::string_view line) {
    if (is_there_ && record_.code == "16" && is_open_) {
      if (record_.text.size() + line.size() > longest_record) return too_long();
      if (!record_.text.empty()) record_.text += '\n';
      record_.text += line;
      report_.report(Severity::note, "bai2.text-runs-on", number_, "The text goes on in a line that is no continuation (88).",
                     "Nothing to do: it was read as text.");
      return;
    }
    report_.report(Severity::error, "bai2.unknown-record", number_,
                   "\"" + std::string{line.substr(0, 20)} + "\" begins no record of the form.",
                   "The line was left out. Ask the bank for the file again.");
  }

  void flush() {
    if (!is_there_) return;
    is_there_ = false;
    report_.take(record_);
  }

  void too_long() {
    report_.report(Severity::error, "bai2.too-long", number_, "The record is longer than can be; the rest was not read.",
                   "No bank writes such a record. Ask for the file again.");
  }

  Bai2Report report_;
  Bai2Record record_;
  std::string readable_;
  std::uint32_t number_ = 0;
  bool is_there_ = false, is_open_ = false;
};

}  // namespace

Result<void> read_bai2(ByteSource& source, const ReadOptions& options, WordSink& sink) {
  TextLines lines{source, longest_line};
  Bai2Reader reader{options, sink};
  while (!reader.is_refused()) {
    const auto more = lines.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    reader.take(lines);
  }
  reader.finish();
  return {};
}

bool looks_like_bai2(std::string_view text) {
  const auto begin = text.find_first_not_of(" \r\n\t");
  if (begin == std::string_view::npos || !text.substr(begin).starts_with("01,")) return false;
  // The head has nine fields, and a group follows it.
  const auto line = text.substr(begin, text.find_first_of("\r\n", begin) - begin);
  const auto group = std::min(text.find("\n02,", begin), std::min(text.find("\r02,", begin), text.find("/02,", begin)));
  return std::ranges::count(line, ',') >= 8 || group != std::string_view::npos;
}

}  // namespace counterfoil
