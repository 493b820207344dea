// Any bytes must be read to the end by the NACHA and the 304 layout, and the pieces they come in must make no
// difference.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "formats/layout.hpp"
#include "parsers/annotate.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"

namespace counterfoil {
namespace {

class Describe final : public WordSink, public AnnotationSink {
 public:
  void file(const FileHead& head) override { text += std::string{"F"} + std::string{head.message_id}; }
  void batch(const BatchHead& head) override { text += std::string{"B"} + std::string{head.creditor_name}; }
  void entry(const Entry& entry) override {
    text += "E" + std::to_string(entry.line) + std::string{entry.reference} + std::string{entry.payer_name} +
            std::string{entry.reason} + std::string{entry.remittance} + std::to_string(entry.amount_minor);
    ++entries;
  }
  void finding(const Finding& finding) override {
    require(!finding.message.empty() && !finding.remedy.empty(), "every finding says what and what next");
    text += finding.code + std::to_string(finding.place.line);
  }
  void end(const FileCounts& counts) override {
    require(counts.entries <= entries, "every entry counted was delivered");
  }
  void record(const AnnotatedRecord& record) override { text += record.raw; }

  std::string text;
  std::uint64_t entries = 0;
};

std::string read(const LayoutPlan& plan, std::string_view bytes, std::size_t piece, bool accept_partial) {
  Describe words;
  MemorySource source{bytes, piece};
  ReadOptions options;
  options.accept_partial = accept_partial;
  options.most_findings = 20;
  const auto verdict = read_fixed_width(plan, source, options, words);
  require(verdict.has_value(), "a source in memory cannot fail");
  return words.text + std::string{verdict_name(*verdict)};
}

}  // namespace
}  // namespace counterfoil

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterfoil;
  if (size < 2) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  for (const auto& plan : LayoutLibrary::built_in().plans()) {
    const bool accept_partial = (data[0] & 1U) != 0;
    const std::string whole = read(*plan, bytes, bytes.size() + 1, accept_partial);
    require(whole == read(*plan, bytes, 1U + data[0] % 100U, accept_partial), "pieces make no difference");
    require(looks_like(*plan, bytes, true) <= 100, "a score is a percentage");
    Describe annotated;
    MemorySource source{bytes};
    require(annotate_fixed_width(*plan, source, {}, (data[0] & 2U) != 0, annotated).has_value(),
            "a source in memory cannot fail");
  }
  return 0;
}
