// CSV in and out. A table of people's making is read row by row in bounded memory; every problem is told with its line
// and column, and reading goes on, so that a file with three faults names three.
//
// Quoting as in RFC 4180. Line ends LF, CRLF or CR LF mixed. UTF-8 with or without a byte order mark. The separator is
// the one that splits the header line: comma, semicolon or tab.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "core/finding.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// A column the caller knows. Header names are compared without case and surrounding blanks.
struct CsvColumn {
  std::string name;
  bool required = true;  // The header must have it. Whether a cell may be empty is the caller's rule.
};

struct CsvOptions {
  std::string file_name;                    // For places.
  std::uint32_t longest_row = 1024 * 1024;  // Bytes; a longer row is refused, never kept in memory.
  std::uint64_t most_findings = 1000;       // Of the reader itself; the rest is counted in one closing note.
};

/// One row. Cells are in the order of the columns asked for, whatever the order in the file; an absent optional column
/// reads as an empty cell. The views stay valid until the next row.
class CsvRow {
 public:
  [[nodiscard]] std::string_view cell(std::size_t column) const { return cells_[column].text; }
  [[nodiscard]] std::uint32_t line() const { return line_; }  // Where the row begins.

  /// The place of a cell: line, first and last column in bytes, and the header name.
  [[nodiscard]] Place place(std::size_t column) const;

 private:
  friend class CsvReader;
  struct Cell {
    std::string_view text;
    std::uint32_t line = 0, column_first = 0, column_last = 0;
  };
  std::vector<Cell> cells_;
  std::uint32_t line_ = 0;
  const CsvOptions* options_ = nullptr;
  const std::vector<CsvColumn>* columns_ = nullptr;
};

class CsvReader {
 public:
  /// `source` must outlive the reader.
  CsvReader(ByteSource& source, std::vector<CsvColumn> columns, CsvOptions options);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// The next sound row, or null at the end. A row that cannot be read (wrong number of cells, a stray quote, bytes
  /// that are not UTF-8, a control character) becomes a finding and is left out. When the header itself is wrong
  /// there is a refusing finding and no row. The error is only for a source that cannot be read.
  [[nodiscard]] Result<const CsvRow*> next();

  /// Found so far, in the order of the file. `csv.extra-column` is a note: the column is not used.
  [[nodiscard]] const std::vector<Finding>& findings() const;

  /// Rows after the header, sound or not; blank lines do not count.
  [[nodiscard]] std::uint64_t rows() const;

  [[nodiscard]] bool has_column(std::size_t column) const;

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

/// A cell as it must stand between separators: quoted where needed.
/// `is_text`: a value from outside that begins with = + - @ or a tab gets a leading quote mark, so that a spreadsheet
/// shows it instead of running it.
void append_csv_cell(std::string& line, std::string_view value, bool is_text);

/// One line with CRLF as RFC 4180 has it. Every cell is treated as text from outside except those of `plain` columns
/// (numbers and dates made by us).
class CsvWriter {
 public:
  explicit CsvWriter(std::vector<std::string> header);
  void plain(std::size_t column);
  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string row(const std::vector<std::string>& cells) const;

 private:
  std::vector<std::string> header_;
  std::vector<bool> plain_;
};

}  // namespace counterfoil
