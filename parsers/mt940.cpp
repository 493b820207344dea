// Lines into fields, fields into movements and statements. A line begins a field only if it begins with a tag that may
// stand there: texts of movements hold colons and hyphens too.
#include "parsers/mt940.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "formats/charset.hpp"
#include "parsers/mt940_grammar.hpp"
#include "parsers/mt940_movement.hpp"
#include "parsers/text_lines.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t longest_line = std::size_t{64} * 1024;
constexpr std::size_t longest_field = std::size_t{64} * 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\r' || c == '\n' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Start and end of transmission, which some banks leave in the file.
std::string_view without_controls(std::string_view line) {
  while (!line.empty() && static_cast<unsigned char>(line.front()) < 0x08) line.remove_prefix(1);
  while (!line.empty() && static_cast<unsigned char>(line.back()) < 0x08) line.remove_suffix(1);
  return line;
}

/// "20:44:45" is a time and no reference.
bool is_time(std::string_view text) {
  return text.size() >= 5 && is_digit(text[0]) && is_digit(text[1]) && text[2] == ':' && is_digit(text[3]) &&
         is_digit(text[4]);
}

bool opens_statement(std::string_view tag) {
  constexpr std::array<std::string_view, 10> openers{"20", "25", "28", "28C", "60", "60F", "60M", "61", "34F", "13D"};
  return std::ranges::find(openers, tag) != openers.end();
}

bool stands_before_movements(std::string_view tag) {
  constexpr std::array<std::string_view, 9> heads{"21", "25", "28", "28C", "34F", "13", "13D", "60", "60F"};
  return std::ranges::find(heads, tag) != heads.end() || tag == "60M";
}

class Mt940Reader {
 public:
  Mt940Reader(const ReadOptions& options, WordSink& sink) : words_{options, sink} {}

  void take(const TextLines& lines) {
    const auto line = without_controls(lines.line());
    number_ = lines.number();
    if (lines.is_cut()) too_long();
    if (line.starts_with("-}") || trimmed(line) == "-") return end_message(line);
    if (line.size() > 2 && line[0] == '{' && line[1] >= '1' && line[1] <= '5' && line[2] == ':')
      return take_envelope(line);
    const auto tag = mt940_tag(line);
    if (!tag.empty() && may_stand(tag, line.substr(tag.size() + 2))) {
      end_field();
      tag_ = tag;
      field_.assign(line.substr(tag.size() + 2));
      field_line_ = number_;
      in_field_ = true;
    } else if (in_field_) {
      if (field_.size() + line.size() >= longest_field) return too_long();
      field_ += '\n';
      field_ += line;
    }
  }

  void finish() {
    end_field();
    words_.finish();
  }

 private:
  void end_message(std::string_view line) {
    end_field();
    if (line.starts_with("-}")) words_.see_envelope(line);
  }

  void take_envelope(std::string_view line) {
    end_field();
    words_.see_envelope(line);
    // Some banks write the first field behind the envelope.
    const auto behind = line.find("{4:");
    if (behind == std::string_view::npos || line.size() == behind + 3) return;
    const auto rest = line.substr(behind + 3);
    if (const auto tag = mt940_tag(rest); !tag.empty()) {
      tag_ = tag;
      field_.assign(rest.substr(tag.size() + 2));
      field_line_ = number_;
      in_field_ = true;
    }
  }

  [[nodiscard]] bool may_stand(std::string_view tag, std::string_view content) const {
    if (!words_.has_statement()) return opens_statement(tag) && !(tag == "20" && is_time(content));
    const bool in_text = in_field_ && tag_ == "86";
    if (tag == "20") return !(in_text && is_time(content));
    // What belongs to the head of a statement is no field once its movements have begun.
    return !(in_text && stands_before_movements(tag) && words_.is_among_movements());
  }

  void end_field() {
    if (!in_field_) return;
    in_field_ = false;
    if (tag_ == "20" || !words_.has_statement()) words_.open_statement(field_line_);
    words_.take(tag_, readable(), field_line_);
  }

  /// The text as UTF-8: banks write that or a set of one byte a character.
  std::string_view readable() {
    std::ranges::replace_if(field_, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }, ' ');
    if (!first_bad_utf8(field_)) return field_;
    converted_ = to_utf8(Charset::latin1, field_).value_or("");
    words_.note_other_characters(field_line_);
    return converted_;
  }

  void too_long() {
    words_.report(Severity::error, "mt940.too-long", number_, {},
                  "The text is longer than 64 KiB; what is beyond that was not read.",
                  "No bank writes such a text. Ask the sender for the file again.");
  }

  Mt940Words words_;
  std::string tag_, field_, converted_;
  std::uint32_t number_ = 0, field_line_ = 0;
  bool in_field_ = false;
};

}  // namespace

Result<void> read_mt940(ByteSource& source, const ReadOptions& options, WordSink& sink) {
  TextLines lines{source, longest_line};
  Mt940Reader reader{options, sink};
  while (true) {
    const auto more = lines.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    reader.take(lines);
  }
  reader.finish();
  return {};
}

bool looks_like_mt940(std::string_view text) {
  const auto after = [&](std::string_view tag, std::size_t from) {
    return text.starts_with(tag) && from == 0 ? std::size_t{0} : text.find(std::string{"\n"} + std::string{tag}, from);
  };
  constexpr std::size_t far_enough = 4096;
  text = text.substr(0, far_enough);
  while (!text.empty() && static_cast<unsigned char>(text.front()) < 0x08) text.remove_prefix(1);
  if (text.starts_with("{1:F01") || text.starts_with("{1:D")) return true;
  if (after(":86:", 0) == 0) return true;
  const auto reference = after(":20:", 0);
  if (reference == std::string_view::npos) return false;
  for (const std::string_view tag : {":25:", ":28C:", ":28:", ":60F:", ":60M:", ":61:"}) {
    if (text.find(std::string{"\n"} + std::string{tag}, reference) != std::string_view::npos ||
        text.find(std::string{"\r"} + std::string{tag}, reference) != std::string_view::npos)
      return true;
  }
  return text.starts_with(":20:");
}

}  // namespace counterfoil
