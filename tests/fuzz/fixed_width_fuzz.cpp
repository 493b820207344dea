// Any bytes must be read to the end by every layout they look like, or by one that chance picks. The pieces they come
// in make no difference; no line vanishes; a file without a remark is accounted for to its last byte; an instruction
// that the writer takes is heard as it was said.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "formats/layout.hpp"
#include "parsers/annotate.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "parsers/fixed_width_frames.hpp"
#include "parsers/fixed_width_reader.hpp"
#include "tests/fuzz/said_again.hpp"

namespace counterfoil {
namespace {

/// Everything that was said, as one text, and where.
class Describe final : public WordSink, public AnnotationSink, public RecordWatch {
 public:
  void file(const FileHead& head) override { text += std::string{"F"} + std::string{head.message_id}; }
  void batch(const BatchHead& head) override { text += std::string{"B"} + std::string{head.creditor_name}; }
  void entry(const Entry& entry) override {
    require(entry.position > last_position, "positions of entries rise");
    last_position = entry.position;
    text += "E" + std::to_string(entry.line) + std::string{entry.reference} + std::string{entry.payer_name} +
            std::string{entry.reason} + std::string{entry.remittance} + std::to_string(entry.amount_minor);
    ++entries;
  }
  void finding(const Finding& finding) override {
    require(!finding.message.empty() && !finding.remedy.empty(), "every finding says what and what next");
    text += finding.code + std::to_string(finding.place.line);
    ++findings;
    lines.insert(finding.place.line);
  }
  void end(const FileCounts& counts) override {
    require(counts.entries <= entries, "every entry counted was delivered");
  }
  void record(const AnnotatedRecord& record) override {
    text += record.raw;
    require(record.name.empty() || !record.fields.empty(), "every column of a record is in a field");
    for (const AnnotatedField& field : record.fields)
      require(field.first_column >= 1 && field.last_column <= record.columns, "a field lies in its record");
  }
  void record(std::uint32_t line, const RecordPlan* record, std::string_view record_bytes,
              std::optional<Date>) override {
    const auto columns = static_cast<std::size_t>(
        std::ranges::count_if(record_bytes, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    require(record == nullptr || record_bytes.size() == record->length || columns == record->length,
            "a record has its full length");
    lines.insert(line);
    bytes += record_bytes;
  }

  std::string text, bytes;
  std::set<std::uint32_t> lines;
  std::uint64_t entries = 0, findings = 0;
  std::uint32_t last_position = 0;
};

ReadOptions options_of(bool accept_partial, std::uint64_t most_findings) {
  ReadOptions options;
  options.accept_partial = accept_partial;
  options.most_findings = most_findings;
  return options;
}

std::string read(const LayoutPlan& plan, std::string_view bytes, std::size_t piece, bool accept_partial) {
  Describe words;
  MemorySource source{bytes, piece};
  const auto verdict = read_fixed_width(plan, source, options_of(accept_partial, 20), words);
  require(verdict.has_value(), "a source in memory cannot fail");
  return words.text + std::string{verdict_name(*verdict)};
}

/// Without what stands between records and what a short record is filled up with.
std::string without_blanks(std::string_view bytes) {
  std::string text{bytes};
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == ' '; });
  return text;
}

/// Every line that holds anything is a record somebody saw, or is spoken of.
void check_lines(const LayoutPlan& plan, std::string_view bytes, const Describe& seen) {
  std::size_t shortest = plan.records.front().length, longest = shortest;
  for (const RecordPlan& record : plan.records) {
    shortest = std::min<std::size_t>(shortest, record.length);
    longest = std::max<std::size_t>(longest, record.length);
  }
  MemorySource source{bytes};
  RecordFrames frames{source, plan.record_length, shortest, longest};
  require(frames.start().has_value(), "a source in memory cannot fail");
  if (!frames.in_lines()) return;
  Frame frame;
  while (frames.next(frame).value_or(false)) {
    if (without_blanks(frame.bytes).empty()) continue;
    require(seen.lines.contains(frame.line), "no line vanishes");
  }
}

void check_account(const LayoutPlan& plan, std::string_view bytes, bool accept_partial) {
  Describe seen;
  MemorySource source{bytes};
  const auto verdict = read_watched(plan, source, options_of(accept_partial, 1'000'000), seen, &seen);
  require(verdict.has_value(), "a source in memory cannot fail");
  if (*verdict == Verdict::refused) return;  // A refusal may end the reading.
  check_lines(plan, bytes, seen);
  if (seen.findings == 0)
    require(without_blanks(seen.bytes) == without_blanks(bytes), "a file without a remark is read to its last byte");
}

void check_again(const LayoutPlan& plan, std::string_view bytes) {
  HeardFile heard;
  MemorySource source{bytes};
  const auto verdict = read_fixed_width(plan, source, {}, heard);
  require(verdict.has_value(), "a source in memory cannot fail");
  if (*verdict == Verdict::accepted && heard.all.counts.kind == FileKind::instruction)
    check_said_again(heard, plan.name);
}

void check(const LayoutPlan& plan, std::string_view bytes, unsigned chance) {
  const bool accept_partial = (chance & 1U) != 0;
  const std::string whole = read(plan, bytes, bytes.size() + 1, accept_partial);
  require(whole == read(plan, bytes, 1U + chance % 100U, accept_partial), "pieces make no difference");
  Describe annotated;
  MemorySource source{bytes};
  require(annotate_fixed_width(plan, source, {}, (chance & 2U) != 0, annotated).has_value(),
          "a source in memory cannot fail");
  check_account(plan, bytes, accept_partial);
  check_again(plan, bytes);
}

}  // namespace
}  // namespace counterfoil

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterfoil;
  if (size < 2) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  // Making a reader costs more than reading a small file, so that not every layout has its turn at every input.
  const auto& plans = LayoutLibrary::built_in().plans();
  bool looks_like_one = false;
  for (const auto& plan : plans) {
    const int score = looks_like(*plan, bytes, true);
    require(score >= 0 && score <= 100, "a score is a percentage");
    if (score == 0) continue;
    looks_like_one = true;
    check(*plan, bytes, data[0]);
  }
  if (!looks_like_one) check(*plans[data[0] % plans.size()], bytes, data[0]);
  return 0;
}
