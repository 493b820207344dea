#include "apps/cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "core/require.hpp"

namespace counterfoil {
namespace {

constexpr std::uint64_t most_findings_shown = 50;

std::uint32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(character[at]));
  };
  switch (character.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
    case 3:
      return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
    default:
      return (byte(0) & 0x07U) << 18U | (byte(1) & 0x3FU) << 12U | (byte(2) & 0x3FU) << 6U | (byte(3) & 0x3FU);
  }
}

/// C0, DEL, C1, and the marks that turn the direction of text: they could make a terminal show what is not there.
bool steers_a_terminal(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069) || point == 0x200E || point == 0x200F;
}

/// Columns on a terminal: East Asian wide characters take two (Unicode Standard Annex 11), combining marks none.
std::size_t width_of(std::uint32_t point) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 9> wide{{{0x1100, 0x115F},
                                                                         {0x2E80, 0xA4CF},
                                                                         {0xAC00, 0xD7A3},
                                                                         {0xF900, 0xFAFF},
                                                                         {0xFE30, 0xFE6F},
                                                                         {0xFF00, 0xFF60},
                                                                         {0xFFE0, 0xFFE6},
                                                                         {0x1F300, 0x1FAFF},
                                                                         {0x20000, 0x3FFFD}}};
  if (point >= 0x0300 && point <= 0x036F) return 0;
  return std::ranges::any_of(wide, [&](auto range) { return point >= range.first && point <= range.second; }) ? 2 : 1;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
    width += width_of(code_point(text.substr(0, length)));
    text.remove_prefix(length);
  }
  return width;
}

std::string_view escape_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::strong:
      return "\x1b[1m";
    case Tone::dim:
      return "\x1b[2m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::field_a:
      return "\x1b[36m";
    case Tone::field_b:
      return "\x1b[35m";
  }
  return "";
}

bool shows_colour(std::FILE* stream, bool no_color) {
  const char* wish = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_color || (wish != nullptr && *wish != '\0')) return false;
  if (terminal != nullptr && std::string_view{terminal} == "dumb") return false;
  return isatty(fileno(stream)) == 1;
}

/// Lines after the first stand as they are, four blanks further in: the line of a layout with its caret below.
std::string indented_lines(std::string_view text) {
  std::string result;
  while (true) {
    const auto end = text.find('\n');
    result += printable(text.substr(0, end));
    if (end == std::string_view::npos) return result;
    result += "\n    ";
    text.remove_prefix(end + 1);
  }
}

std::string four_parts(std::string_view label, std::string_view code, std::string_view what, const Place& place,
                       std::string_view remedy) {
  std::string text = fmt::format("{} {}: {}\n", label, code, indented_lines(what));
  if (const std::string where = place_text(place); !where.empty()) text += fmt::format("  where  {}\n", where);
  if (!remedy.empty()) text += fmt::format("  next   {}\n", printable(remedy));
  return text;
}

}  // namespace

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed:
      return 1;
    case ErrorKind::usage:
      return 2;
    case ErrorKind::refused:
      return 4;
    case ErrorKind::input:
      return exit_not_acceptable;
    case ErrorKind::conflict:
      return 6;
    case ErrorKind::outcome_unknown:
      return 7;
    case ErrorKind::temporary:
      return 75;
  }
  return exit_internal;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || (length <= 2 && steers_a_terminal(code_point(character)))) {
      for (const char c : character) {
        result += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
      }
    } else if (steers_a_terminal(code_point(character))) {
      result += fmt::format("\\u{:04x}", code_point(character));
    } else {
      result += character;
    }
    text.remove_prefix(character.size());
  }
  return result;
}

std::string place_text(const Place& place) {
  std::string text = printable(place.file);
  const auto add = [&](const std::string& part) {
    if (!text.empty()) text += ", ";
    text += part;
  };
  if (place.line != 0) add(fmt::format("line {}", place.line));
  if (place.column_first != 0) {
    add(place.column_last > place.column_first ? fmt::format("columns {}-{}", place.column_first, place.column_last)
                                               : fmt::format("column {}", place.column_first));
  }
  if (!place.path.empty()) add(printable(place.path));
  if (!place.field.empty()) add("field " + printable(place.field));
  return text;
}

void TextTable::add(std::vector<std::string> cells) {
  require(cells.size() == columns_.size(), "a row of a table has as many cells as the table has columns");
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    std::size_t width = width_of(columns_[at].title);
    for (const auto& row : rows_) width = std::max(width, width_of(row[at]));
    widths.push_back(width);
  }
  std::string result;
  const auto add_row = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      const std::string_view cell = cell_of(at);
      const std::string gap(widths[at] - width_of(cell), ' ');
      if (at != 0) line += "  ";
      line += columns_[at].align == Align::right ? gap + std::string{cell} : std::string{cell} + gap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + '\n';
  };
  add_row([&](std::size_t at) { return std::string_view{columns_[at].title}; });
  for (const auto& row : rows_) add_row([&](std::size_t at) { return std::string_view{row[at]}; });
  return result;
}

OutputSettings output_settings(bool json, bool quiet, bool no_color) {
  return {.json = json,
          .quiet = quiet,
          .colour_out = shows_colour(stdout, no_color),
          .colour_err = shows_colour(stderr, no_color),
          .progress = !quiet && isatty(STDERR_FILENO) == 1};
}

std::string Output::toned(Tone tone, std::string_view text) const {
  if (!settings_.colour_out || tone == Tone::plain) return std::string{text};
  return std::string{escape_of(tone)} + std::string{text} + "\x1b[0m";
}

void Output::data(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), out_) != text.size()) failed_ = true;
}

void Output::line(std::string_view text) {
  data(text);
  data("\n");
}

void Output::object(const Json& json) { line(json.text()); }

void Output::to_err(std::string_view text) {
  if (progress_open_) std::fputs("\r\x1b[K", err_);
  progress_open_ = false;
  std::fflush(out_);  // So that a reader of both streams sees them in order.
  std::fwrite(text.data(), 1, text.size(), err_);
}

void Output::message(std::string_view text) {
  if (!settings_.quiet) to_err(std::string{text} + '\n');
}

void Output::error(const Error& error) {
  if (settings_.json) {
    to_err(error_json(error).text() + '\n');
    return;
  }
  std::string text = error_text(error);
  if (settings_.colour_err) text = "\x1b[31merror\x1b[0m" + text.substr(std::string_view{"error"}.size());
  to_err(text);
}

void Output::finding(const Finding& finding) {
  if (settings_.quiet && finding.severity != Severity::error) return;
  if (++findings_ <= most_findings_shown) to_err(finding_text(finding));
}

void Output::progress(std::string_view what, std::uint64_t done, std::uint64_t total) {
  if (!settings_.progress) return;
  const std::string of = total == 0 ? std::string{} : fmt::format(" of {}", total);
  fmt::print(err_, "\r\x1b[K{} {}{}", printable(what), done, of);
  std::fflush(err_);
  progress_open_ = true;
}

bool Output::finish() {
  if (findings_ > most_findings_shown) {
    to_err(fmt::format("{} more findings are not shown; --json lists them.\n", findings_ - most_findings_shown));
    findings_ = 0;
  }
  if (progress_open_) std::fputs("\r\x1b[K", err_);
  progress_open_ = false;
  if (std::fflush(out_) != 0) failed_ = true;
  return !failed_ && std::ferror(out_) == 0;
}

std::string finding_text(const Finding& finding) {
  return four_parts(severity_name(finding.severity), finding.code, finding.message, finding.place, finding.remedy);
}

std::string error_text(const Error& error) {
  return four_parts("error", error.code, error.explanation, error.place, error.remedy);
}

Json error_json(const Error& error) {
  Json json;
  json.object()
      .field("schema", "counterfoil.error.v1")
      .field("code", error.code)
      .field("exit", exit_code(error.kind))
      .field_if("file", error.place.file)
      .field_unless_zero("line", error.place.line)
      .field_unless_zero("column", error.place.column_first)
      .field_if("path", error.place.path)
      .field_if("field", error.place.field)
      .field("message", error.explanation)
      .field_if("remedy", error.remedy)
      .end();
  return json;
}

}  // namespace counterfoil
