// Any bytes, cut into pieces of any size, must be read to the end, and the pieces must make no difference.
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  counterfoil::require(read(text, 1U + data[0] % 64U) == read(text, text.size() + 1), "pieces make no difference");
  return 0;
}
