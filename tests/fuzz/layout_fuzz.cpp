// Any text must load or be refused with findings that name a place and a remedy. Written out again from what the
// grammar made of it, it must mean the same. A plan that loads keeps its promises, can be linted, and reads a file of
// any bytes.
//
// Behind a line of one % stands the text of the layout that a variant names.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "formats/layout.hpp"
#include "formats/layout_ast.hpp"
#include "formats/lint.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "tests/fuzz/layout_text.hpp"

namespace counterfoil {
namespace {

LoadedLayout load(std::string_view text, std::string_view base) {
  return load_layout(text, "fuzz.layout",
                     {.base = [base](std::string_view) -> std::optional<SchemeText> {
                        if (base.empty()) return std::nullopt;
                        return SchemeText{std::string{base}, "base.layout"};
                      },
                      .catalogue = nullptr});
}

/// Codes and what is said, without the quoted line and the place, which move when a text is written anew.
std::string said(const LoadedLayout& loaded) {
  std::string text;
  for (const Finding& finding : loaded.findings)
    text += finding.code + " " + finding.message.substr(0, finding.message.find("\n  ")) + "\n";
  return text;
}

void check_findings(const LoadedLayout& loaded) {
  bool has_error = false;
  for (const Finding& finding : loaded.findings) {
    require(!finding.message.empty() && !finding.remedy.empty(), "every finding says what and what next");
    require(finding.place.line >= 1 && finding.place.column_first >= 1, "every finding points at a place");
    has_error = has_error || finding.severity == Severity::error;
  }
  require(has_error == (loaded.plan == nullptr), "a plan is there unless something is wrong");
}

/// Every byte of a record belongs to one field, and what names something else names something that is there.
void check_plan(const LayoutPlan& plan) {
  for (const RecordPlan& record : plan.records) {
    require(record.family < plan.families.size(), "a record has a family");
    std::uint32_t covered = 0;
    for (const FieldPlan& field : record.fields) {
      require(field.at.length > 0 && field.last_column() <= record.described_length(), "a field lies in its record");
      require(!field.constant || field.constant->size() == field.at.length, "a constant is as wide as its field");
      require(!field.codes || *field.codes < plan.code_lists.size(), "a code has a list");
      require(!field.total || *field.total < plan.totals.size(), "a stated total is there");
      if (field.is_part) continue;
      require(field.at.offset == covered, "fields leave no gap and do not overlap");
      covered = field.last_column();
    }
    require(covered == record.described_length(), "fields reach to the end of their record");
  }
  for (const TotalPlan& total : plan.totals) {
    for (const auto& [record, field] : total.stated_in)
      require(field < plan.records.at(record).fields.size(), "a total is stated in a field");
    for (const auto& from : total.from)
      require(from.field < plan.records.at(from.record).fields.size(), "a total is counted from fields");
  }
}

/// What the grammar read, written out and read again, is the same; so the checker says the same of it.
void check_text(std::string_view text, const LoadedLayout& loaded, std::string_view base) {
  const auto first = layout_ast::read_layout(text, 0);
  if (!first.surprises.empty() || first.layout.first.keyword.text.empty()) return;
  const std::string again = text_of(first.layout);
  for (const std::string_view line : layout_ast::split_lines(again)) {
    if (line.size() > 1900) return;  // Spelled out, a line may grow beyond what is read.
  }
  const auto second = layout_ast::read_layout(again, 0);
  require(second.surprises.empty(), "what was read can be written and read again");
  require(text_of(second.layout) == again, "what was read and written is read the same");
  const LoadedLayout loaded_again = load(again, base);
  require(said(loaded_again) == said(loaded), "the same lines get the same findings");
}

void read_with(const LayoutPlan& plan, std::string_view bytes) {
  for (const std::size_t piece : {bytes.size() + 1, std::size_t{5}}) {
    MemorySource source{bytes, piece};
    WordSink words;
    require(read_fixed_width(plan, source, {}, words).has_value(), "a source in memory cannot fail");
  }
}

}  // namespace
}  // namespace counterfoil

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterfoil;
  if (size > 20'000) return 0;
  const std::string_view whole{reinterpret_cast<const char*>(data), size};
  const std::size_t cut = whole.find("\n%\n");
  const std::string_view text = whole.substr(0, cut == std::string_view::npos ? cut : cut + 1);
  const std::string_view base = cut == std::string_view::npos ? std::string_view{} : whole.substr(cut + 3);
  const LoadedLayout loaded = load(text, base);
  check_findings(loaded);
  check_text(text, loaded, base);
  if (loaded.plan == nullptr) return 0;
  check_plan(*loaded.plan);
  for (const Finding& finding : lint_layout(*loaded.plan))
    require(!finding.remedy.empty(), "every remark has a remedy");
  read_with(*loaded.plan, whole);
  return 0;
}
