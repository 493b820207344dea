// `file explain --html`: one page that shows every record under a coloured ruler, and every field in a table below it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/output.hpp"
#include "parsers/annotate.hpp"

namespace counterfoil {

/// One word of a file without columns, such as XML.
struct ExplainedWord {
  std::string name, value, path;
};

/// Writes the page piece by piece as the file passes, so that a file of any size does.
class ExplainPage {
 public:
  explicit ExplainPage(Output& out) : out_{out} {}

  void begin(std::string_view file, std::string_view format);
  void record(const AnnotatedRecord& record);
  void words(std::string_view what, std::uint32_t line, const std::vector<ExplainedWord>& words);
  void finding(const Finding& finding);
  void end(Verdict verdict);

 private:
  /// Heading and mark of the next part. Parts are counted, because several may begin in one line of the file.
  void open_part(std::string_view heading);
  void ruler(const AnnotatedRecord& record);
  void fields(const AnnotatedRecord& record);
  [[nodiscard]] std::string row_id(const AnnotatedField& field) const;

  Output& out_;
  std::uint64_t part_ = 0;
};

}  // namespace counterfoil
