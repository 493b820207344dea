#include "parsers/csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/require.hpp"
#include "core/text.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t most_columns = 1000;
constexpr std::size_t header_peek = std::size_t{64} * 1024;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

/// Bytes that can stand in a plain cell without a second look.
constexpr std::array<bool, 256> make_ordinary() {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0x20; byte < 256; ++byte) {
    table[byte] = byte != '"' && byte != ',' && byte != ';' && byte != 0x7F;
  }
  return table;
}
constexpr std::array<bool, 256> ordinary = make_ordinary();

/// The separator that stands most often outside quotes in the first line; a comma where none does.
char separator_of(std::string_view line) {
  std::array<std::size_t, 3> counts{};
  constexpr std::string_view candidates = ",;\t";
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' || c == '\r') break;
    if (const auto at = candidates.find(c); !quoted && at != std::string_view::npos) ++counts[at];
  }
  return candidates[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

}  // namespace

Place CsvRow::place(std::size_t column) const {
  const Cell& cell = cells_[column];
  return {.file = options_->file_name,
          .line = cell.line == 0 ? line_ : cell.line,
          .column_first = cell.column_first,
          .column_last = cell.column_last,
          .field = (*columns_)[column].name};
}

class CsvReader::Machine {
 public:
  Machine(ByteSource& source, std::vector<CsvColumn> columns, CsvOptions options)
      : source_{source}, columns_{std::move(columns)}, options_{std::move(options)} {
    row_.options_ = &options_;
    row_.columns_ = &columns_;
    row_.cells_.resize(columns_.size());
    source_column_.assign(columns_.size(), absent);
  }

  Result<const CsvRow*> next() {
    if (!started_) {
      started_ = true;
      if (auto begun = begin(); !begun) return std::unexpected(begun.error());
    }
    while (!stopped_) {
      auto parsed = parse_row();
      if (!parsed) return std::unexpected(parsed.error());
      if (!*parsed) break;
      if (is_blank_) continue;
      ++rows_;
      if (row_is_sound()) {
        fill_row();
        return &row_;
      }
    }
    finish();
    return nullptr;
  }

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] bool has_column(std::size_t column) const { return source_column_[column] != absent; }

 private:
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  /// A cell of the row at hand: a part of `text_`, and where it stood.
  struct RawCell {
    std::size_t offset = 0, length = 0;
    std::uint32_t line = 0, column_first = 0, column_last = 0;
  };

  // Bytes.

  Result<bool> fill() {
    if (at_ < piece_.size()) return true;
    auto piece = source_.next();
    if (!piece) return std::unexpected(piece.error());
    piece_ = *piece;
    at_ = 0;
    return !piece_.empty();
  }

  /// Keeps the first bytes, so that the separator can be seen before the header is read.
  Result<void> begin() {
    while (head_.size() < header_peek && head_.find_first_of("\r\n") == std::string::npos) {
      auto piece = source_.next();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) break;
      head_ += *piece;
    }
    piece_ = head_;
    if (piece_.starts_with("\xFF\xFE") || piece_.starts_with("\xFE\xFF")) {
      refuse("csv.utf16", {.file = options_.file_name, .line = 1, .column_first = 1, .column_last = 2},
             "The file is in UTF-16, not in UTF-8.", "Save it again as \"CSV UTF-8\".");
      return {};
    }
    if (piece_.starts_with("\xEF\xBB\xBF")) {
      piece_.remove_prefix(3);
      add("csv.byte-order-mark", Severity::note,
          {.file = options_.file_name, .line = 1, .column_first = 1, .column_last = 3},
          "The file begins with a byte order mark, which is skipped.", "Nothing needs to be done.");
    }
    separator_ = separator_of(piece_.substr(0, header_peek));
    return read_header();
  }

  // One row into text_ and cells_.

  Result<bool> parse_row() {
    text_.clear();
    cells_.clear();
    cell_count_ = 0;
    is_blank_ = false;
    faulty_ = false;
    row_line_ = line_;
    auto any = fill();
    if (!any || !*any) return any;
    while (true) {
      auto more = parse_cell();
      if (!more) return std::unexpected(more.error());
      if (stopped_) return false;
      if (!*more) break;
    }
    is_blank_ = text_.empty() && !faulty_;
    if (is_blank_ && cell_count_ > 1) {
      add("csv.blank-row", Severity::note, {.file = options_.file_name, .line = row_line_},
          "The row holds only separators and is left out.", "Nothing needs to be done.");
    }
    return true;
  }

  /// Whether another cell follows in the same row.
  Result<bool> parse_cell() {
    RawCell cell{.offset = text_.size(), .line = line_, .column_first = column_};
    bool quoted = false;  // Inside quotes.
    bool closed = false;  // After the closing quote.
    bool more = false;
    while (true) {
      auto any = fill();
      if (!any) return std::unexpected(any.error());
      if (!*any) {
        if (quoted) open_quote(cell);
        break;
      }
      if (quoted || closed || !take_ordinary()) {
        const char c = piece_[at_];
        if (quoted) {
          auto still = quoted_byte(c);
          if (!still) return std::unexpected(still.error());
          quoted = *still;
          closed = !quoted;
        } else if (c == separator_) {
          step();
          more = true;
          break;
        } else if (c == '\n' || c == '\r') {
          cell.column_last = column_ - 1;
          store(cell);
          return line_end(c);
        } else if (c == '"' && !closed && text_.size() == cell.offset) {
          step();
          quoted = true;
        } else {
          plain_byte(c, closed);
        }
      }
      if (text_.size() > options_.longest_row) {
        too_long(cell, quoted);
        if (stopped_) return false;
        return skip_line();
      }
    }
    cell.column_last = column_ - (more ? 2 : 1);
    store(cell);
    return more;
  }

  /// Takes the run of bytes that need no second look; says whether there was any.
  bool take_ordinary() {
    std::size_t end = at_;
    while (end < piece_.size() && ordinary[static_cast<unsigned char>(piece_[end])]) ++end;
    if (end == at_) return false;
    // A row that never ends must not fill the memory first: the limit is looked at after every piece of 64 KiB.
    end = std::min(end, at_ + header_peek);
    text_.append(piece_.substr(at_, end - at_));
    column_ += static_cast<std::uint32_t>(end - at_);
    at_ = end;
    return true;
  }

  /// Whether the quotes are still open afterwards.
  Result<bool> quoted_byte(char c) {
    if (c == '"') {
      step();
      auto any = fill();
      if (!any) return std::unexpected(any.error());
      if (!*any || piece_[at_] != '"') return false;
      text_ += '"';
      step();
      return true;
    }
    if (c == '\n') {
      text_ += c;
      new_line();
      return true;
    }
    if (is_control(c) && c != '\r') control_character(c);
    text_ += c;
    step();
    return true;
  }

  void plain_byte(char c, bool closed) {
    if (closed) {
      if (!faulty_) {
        fault("csv.after-quote", here(),
              fmt::format("After the closing quote stands \"{}\" instead of the separator.", shown(c)),
              "Write a quote inside a quoted cell twice, and put nothing after the closing one.");
      }
    } else if (c == '"') {
      fault("csv.stray-quote", here(), "A quote stands inside a cell that does not begin with one.",
            "Put the whole cell in quotes and write the quote inside it twice.");
    } else if (is_control(c)) {
      control_character(c);
    }
    text_ += c;
    step();
  }

  Result<bool> line_end(char c) {
    step();
    if (c == '\r') {
      auto any = fill();
      if (!any) return std::unexpected(any.error());
      if (*any && piece_[at_] == '\n') ++at_;
    }
    ++line_;
    column_ = 1;
    return false;
  }

  void step() {
    ++at_;
    ++column_;
  }

  void new_line() {
    ++at_;
    ++line_;
    column_ = 1;
  }

  void store(RawCell& cell) {
    cell.length = text_.size() - cell.offset;
    cell.column_last = std::max(cell.column_first, cell.column_last);
    ++cell_count_;
    // What stands beyond the header is counted, not kept.
    const std::size_t most = header_.empty() ? most_columns + 1 : header_.size();
    if (cells_.size() < most) {
      cells_.push_back(cell);
    }
  }

  /// Leaves the rest of a row that is too long.
  Result<bool> skip_line() {
    while (true) {
      auto any = fill();
      if (!any) return std::unexpected(any.error());
      if (!*any) return false;
      const auto end = piece_.find_first_of("\r\n", at_);
      if (end == std::string_view::npos) {
        at_ = piece_.size();
        continue;
      }
      at_ = end;
      return line_end(piece_[at_]);
    }
  }

  // The header.

  Result<void> read_header() {
    do {
      auto parsed = parse_row();
      if (!parsed) return std::unexpected(parsed.error());
      if (!*parsed) {
        if (stopped_) return {};
        refuse("csv.empty", {.file = options_.file_name, .line = 1}, "The file has no header line.",
               fmt::format("Begin the file with the names of its columns: {}.", fmt::join(names(true), ",")));
        return {};
      }
    } while (is_blank_);
    if (faulty_ || !check_utf8()) {
      stopped_ = true;
      findings_.back().refuses_file = true;
    }
    if (cell_count_ > most_columns) {
      refuse("csv.too-many-columns", {.file = options_.file_name, .line = row_line_},
             fmt::format("The header line has {} columns; {} are the most.", cell_count_, most_columns),
             "Look whether this is the right file and whether its lines end.");
    }
    if (!stopped_) match_columns();
    for (const RawCell& cell : cells_) header_.emplace_back(trimmed(text_of(cell)));
    return {};
  }

  void match_columns() {
    for (const RawCell& cell : cells_) {
      const std::string_view name = trimmed(text_of(cell));
      const auto known =
          std::ranges::find_if(columns_, [&](const CsvColumn& each) { return lower(each.name) == lower(name); });
      if (known == columns_.end()) {
        extra_column(name, cell);
        continue;
      }
      auto& from = source_column_[static_cast<std::size_t>(known - columns_.begin())];
      if (from != absent) {
        refuse("csv.duplicate-column", place(cell, known->name),
               fmt::format("The column \"{}\" is there twice.", known->name),
               "Keep the right one and remove or rename the other.");
        continue;
      }
      from = static_cast<std::size_t>(&cell - cells_.data());
    }
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      if (source_column_[at] == absent && columns_[at].required) {
        refuse("csv.missing-column", {.file = options_.file_name, .line = row_line_, .field = columns_[at].name},
               fmt::format("The header line has no column \"{}\".", columns_[at].name),
               fmt::format("Add it. The columns needed are: {}.", fmt::join(names(true), ", ")));
      }
    }
  }

  void extra_column(std::string_view name, const RawCell& cell) {
    if (name.empty()) {
      add("csv.unnamed-column", Severity::note, place(cell, ""), "A column without a name is not used.",
          "Nothing needs to be done if it is empty.");
      return;
    }
    add("csv.extra-column", Severity::note, place(cell, name), fmt::format("The column \"{}\" is not used.", name),
        fmt::format("Nothing needs to be done. The columns used are: {}.", fmt::join(names(false), ", ")));
  }

  [[nodiscard]] std::vector<std::string> names(bool only_required) const {
    std::vector<std::string> result;
    for (const auto& column : columns_) {
      if (column.required || !only_required) result.push_back(column.name);
    }
    return result;
  }

  // Checks of a whole row.

  bool row_is_sound() {
    if (faulty_) return false;
    if (cell_count_ != header_.size()) {
      fault("csv.cell-count", {.file = options_.file_name, .line = row_line_},
            fmt::format("The row has {} cells, the header line has {}.", cell_count_, header_.size()),
            fmt::format("Look for a missing separator, or for one (\"{}\") inside a cell that is not in quotes.",
                        separator_ == '\t' ? std::string{"tab"} : std::string(1, separator_)));
      return false;
    }
    return check_utf8();
  }

  bool check_utf8() {
    bool good = true;
    for (const RawCell& cell : cells_) {
      const auto text = text_of(cell);
      const auto bad = first_bad_utf8(text);
      if (!bad) continue;
      good = false;
      const auto at = static_cast<std::size_t>(&cell - cells_.data());
      fault("csv.not-utf8", place(cell, at < header_.size() ? header_[at] : ""),
            fmt::format("The cell holds the byte {:02X}, which is not UTF-8.",
                        static_cast<unsigned>(static_cast<unsigned char>(text[*bad]))),
            "Save the file again as \"CSV UTF-8\".");
    }
    return good;
  }

  void fill_row() {
    row_.line_ = row_line_;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      auto& cell = row_.cells_[at];
      if (source_column_[at] == absent) {
        cell = {};
        continue;
      }
      const RawCell& raw = cells_[source_column_[at]];
      cell = {.text = text_of(raw), .line = raw.line, .column_first = raw.column_first, .column_last = raw.column_last};
    }
  }

  // Findings.

  [[nodiscard]] std::string_view text_of(const RawCell& cell) const {
    return std::string_view{text_}.substr(cell.offset, cell.length);
  }

  [[nodiscard]] Place place(const RawCell& cell, std::string_view field) const {
    return {.file = options_.file_name,
            .line = cell.line,
            .column_first = cell.column_first,
            .column_last = cell.column_last,
            .field = std::string{field}};
  }

  [[nodiscard]] Place here() const {
    const std::size_t at = cell_count_;
    return {.file = options_.file_name,
            .line = line_,
            .column_first = column_,
            .column_last = column_,
            .field = at < header_.size() ? header_[at] : std::string{}};
  }

  static std::string shown(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x7F ? fmt::format("byte {:02X}", static_cast<unsigned>(byte)) : std::string(1, c);
  }

  void add(std::string code, Severity severity, Place where, std::string message, std::string remedy,
           bool refuses = false) {
    if (findings_.size() >= options_.most_findings && !refuses) {
      ++unsaid_;
      return;
    }
    findings_.push_back({.code = std::move(code),
                         .severity = severity,
                         .place = std::move(where),
                         .message = std::move(message),
                         .remedy = std::move(remedy),
                         .refuses_file = refuses});
  }

  void fault(std::string code, Place where, std::string message, std::string remedy) {
    faulty_ = true;
    add(std::move(code), Severity::error, std::move(where), std::move(message), std::move(remedy));
  }

  void refuse(std::string code, Place where, std::string message, std::string remedy) {
    stopped_ = true;
    add(std::move(code), Severity::error, std::move(where), std::move(message), std::move(remedy), true);
  }

  void control_character(char c) {
    if (faulty_) return;  // One word a row: binary data would flood.
    fault("csv.control-character", here(), fmt::format("The {} is a control character.", shown(c)),
          "Remove it, or look whether this is a table at all.");
  }

  void open_quote(const RawCell& cell) {
    refuse("csv.open-quote", place(cell, cells_.size() < header_.size() ? header_[cells_.size()] : ""),
           "The quote that opens this cell is never closed, so everything after it belongs to the cell.",
           "Close it, or write a quote inside a quoted cell twice.");
  }

  void too_long(const RawCell& cell, bool quoted) {
    if (quoted) {
      open_quote(cell);
      return;
    }
    fault("csv.row-too-long", {.file = options_.file_name, .line = row_line_},
          fmt::format("The row is longer than {} bytes.", options_.longest_row),
          "Look whether this is a table at all and whether its lines end.");
  }

  void finish() {
    if (finished_ || unsaid_ == 0) return;
    finished_ = true;
    findings_.push_back({.code = "csv.more-findings",
                         .severity = Severity::note,
                         .place = {.file = options_.file_name},
                         .message = fmt::format("{} more findings are not listed.", unsaid_),
                         .remedy = "Correct the ones listed and run the command again."});
  }

  ByteSource& source_;
  std::vector<CsvColumn> columns_;
  CsvOptions options_;
  std::string head_;
  std::string_view piece_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1, column_ = 1;
  char separator_ = ',';

  std::string text_;  // The cells of the row at hand, unquoted, one after another.
  std::vector<RawCell> cells_;
  std::size_t cell_count_ = 0;
  std::uint32_t row_line_ = 1;
  bool is_blank_ = false, faulty_ = false;

  std::vector<std::string> header_;
  std::vector<std::size_t> source_column_;  // For each column asked for: where it stands in the file.
  CsvRow row_;
  std::vector<Finding> findings_;
  std::uint64_t unsaid_ = 0, rows_ = 0;
  bool started_ = false, stopped_ = false, finished_ = false;
};

CsvReader::CsvReader(ByteSource& source, std::vector<CsvColumn> columns, CsvOptions options)
    : machine_{std::make_unique<Machine>(source, std::move(columns), std::move(options))} {}

CsvReader::~CsvReader() = default;

Result<const CsvRow*> CsvReader::next() { return machine_->next(); }
const std::vector<Finding>& CsvReader::findings() const { return machine_->findings(); }
std::uint64_t CsvReader::rows() const { return machine_->rows(); }
bool CsvReader::has_column(std::size_t column) const { return machine_->has_column(column); }

void append_csv_cell(std::string& line, std::string_view value, bool is_text) {
  // OWASP, CSV injection: a spreadsheet takes a cell that begins so for a formula.
  const bool guarded =
      is_text && !value.empty() && std::string_view{"=+-@\t\r"}.find(value.front()) != std::string_view::npos;
  const bool quoted = value.find_first_of("\",;\t\r\n") != std::string_view::npos ||
                      (!value.empty() && (value.front() == ' ' || value.back() == ' '));
  if (quoted) line += '"';
  if (guarded) line += '\'';
  for (const char c : value) {
    if (c == '"') line += '"';
    line += c;
  }
  if (quoted) line += '"';
}

CsvWriter::CsvWriter(std::vector<std::string> header) : header_{std::move(header)}, plain_(header_.size(), false) {}

void CsvWriter::plain(std::size_t column) { plain_[column] = true; }

std::string CsvWriter::header() const { return row(header_); }

std::string CsvWriter::row(const std::vector<std::string>& cells) const {
  require(cells.size() == header_.size(), "a CSV row has as many cells as the header");
  std::string line;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    if (at != 0) line += ',';
    append_csv_cell(line, cells[at], !plain_[at]);
  }
  return line + "\r\n";
}

}  // namespace counterfoil
