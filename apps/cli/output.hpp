// What people and scripts see. Data goes to stdout and messages to stderr; colour and progress appear only on a
// terminal; nothing a file holds can send control characters to it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/json.hpp"
#include "core/finding.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// The exit code of an error: see docs/COMMANDS.md. Account numbers are shown through `mask_account` of core/text.hpp.
[[nodiscard]] int exit_code(ErrorKind kind);

inline constexpr int exit_done = 0;
inline constexpr int exit_people_needed = 3;
inline constexpr int exit_not_acceptable = 5;
inline constexpr int exit_internal = 70;

/// Control characters as "\x1b" and bytes that are not UTF-8 as "\xe4", so that a hostile file cannot steer a terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// "file a.csv, line 3, columns 4-9, field amount"; empty for an empty place.
[[nodiscard]] std::string place_text(const Place& place);

/// A table for people. Cells are aligned by their width on a terminal; numbers stand right.
class TextTable {
 public:
  enum class Align : std::uint8_t { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit TextTable(std::vector<Column> columns) : columns_{std::move(columns)} {}
  void add(std::vector<std::string> cells);  // As many as there are columns.
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text() const;  // Title line and rows, each ending in a line feed.

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

enum class Tone : std::uint8_t { plain, strong, dim, good, warning, bad, field_a, field_b };

struct OutputSettings {
  bool json = false;
  bool quiet = false;
  bool colour_out = false;  // stdout is a terminal that shows colour.
  bool colour_err = false;
  bool progress = false;  // stderr is a terminal.
};

/// Looks at the two streams, NO_COLOR and TERM. `no_color` is the flag.
[[nodiscard]] OutputSettings output_settings(bool json, bool quiet, bool no_color);

class Output {
 public:
  Output(OutputSettings settings, std::FILE* out, std::FILE* err) : settings_{settings}, out_{out}, err_{err} {}

  [[nodiscard]] bool json() const { return settings_.json; }
  [[nodiscard]] bool colour() const { return settings_.colour_out; }

  /// `text` wrapped in the colour of `tone` where stdout shows colour.
  [[nodiscard]] std::string toned(Tone tone, std::string_view text) const;

  void data(std::string_view text);  // To stdout as it is.
  void line(std::string_view text);  // To stdout with a line feed.
  void table(const TextTable& table) { data(table.text()); }
  void object(const Json& json);  // To stdout: one JSON text and a line feed.

  void message(std::string_view text);  // To stderr, unless --quiet.
  void error(const Error& error);       // In four parts: code and what, where, what next. With --json as one object.
  /// A finding for people, to stderr. After fifty they are only counted; `finish` says how many: a table of ten
  /// thousand wrong rows must not hide what the command says at its end.
  void finding(const Finding& finding);

  /// "what 1,200 of 5,000", rewritten in place. Nothing is printed unless stderr is a terminal.
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total);

  /// False when stdout did not take everything, as on a full disk.
  [[nodiscard]] bool finish();

 private:
  void to_err(std::string_view text);

  OutputSettings settings_;
  std::FILE* out_;
  std::FILE* err_;
  bool progress_open_ = false;
  bool failed_ = false;
  std::uint64_t findings_ = 0;
};

/// The text a terminal shows for a finding, without its colour; several lines.
[[nodiscard]] std::string finding_text(const Finding& finding);
[[nodiscard]] std::string error_text(const Error& error);
[[nodiscard]] Json error_json(const Error& error);

}  // namespace counterfoil
