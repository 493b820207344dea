// Any bytes, cut into pieces of any size, must be read to the end, and the pieces must make no difference. Cells that
// were read and are written again are read as the same cells.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/require.hpp"
#include "parsers/csv.hpp"

namespace {

class Pieces final : public counterfoil::ByteSource {
 public:
  Pieces(std::string_view text, std::size_t size) : text_{text}, size_{size} {}
  counterfoil::Result<std::string_view> next() override {
    const std::string_view piece = text_.substr(0, size_);
    text_.remove_prefix(piece.size());
    return piece;
  }

 private:
  std::string_view text_;
  std::size_t size_;
};

std::string read(std::string_view text, std::size_t piece_size) {
  Pieces source{text, piece_size};
  counterfoil::CsvReader reader{source,
                                {{.name = "a"}, {.name = "b", .required = false}},
                                {.file_name = "f", .longest_row = 64, .most_findings = 8}};
  std::string seen;
  while (true) {
    const auto row = reader.next();
    counterfoil::require(row.has_value(), "a source in memory cannot fail");
    if (*row == nullptr) break;
    seen +=
        std::string{(*row)->cell(0)} + '\x01' + std::string{(*row)->cell(1)} + '\x02' + std::to_string((*row)->line());
  }
  for (const auto& finding : reader.findings()) {
    counterfoil::require(!finding.remedy.empty(), "every finding has a remedy");
    seen += finding.code + std::to_string(finding.place.line) + ':' + std::to_string(finding.place.column_first);
  }
  return seen;
}

/// The cells of every sound row, or nothing where the file was refused.
std::vector<std::vector<std::string>> cells(std::string_view text, std::vector<counterfoil::Finding>& findings) {
  Pieces source{text, text.size() + 1};
  counterfoil::CsvReader reader{source, {{.name = "a"}, {.name = "b", .required = false}}, {.file_name = "f"}};
  std::vector<std::vector<std::string>> rows;
  while (true) {
    const auto row = reader.next();
    if (!row || *row == nullptr) break;
    // A row of nothing is a blank row once the columns nobody asked for are gone.
    if (!(*row)->cell(0).empty() || !(*row)->cell(1).empty())
      rows.push_back({std::string{(*row)->cell(0)}, std::string{(*row)->cell(1)}});
  }
  counterfoil::require(reader.rows() >= rows.size(), "every row given was counted");
  findings = reader.findings();
  return rows;
}

void check_written_again(std::string_view text) {
  std::vector<counterfoil::Finding> findings;
  const auto rows = cells(text, findings);
  const bool is_clean = findings.empty();
  counterfoil::CsvWriter writer{{"a", "b"}};
  writer.plain(0);  // Without the mark that keeps a spreadsheet from running a cell.
  writer.plain(1);
  std::string again = writer.header();
  for (const auto& row : rows) again += writer.row(row);
  counterfoil::require(cells(again, findings) == rows, "cells are read as they were written");
  counterfoil::require(!is_clean || findings.empty(), "what was sound stays sound");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  counterfoil::require(read(text, 1U + data[0] % 64U) == read(text, text.size() + 1), "pieces make no difference");
  check_written_again(text);
  return 0;
}
