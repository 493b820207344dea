// Any bytes as a ZIP archive: unfolded within its limits or refused, and the pieces they come in make no difference.
// What is told of a member is told once, and a refusal leaves nothing to post.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"
#include "parsers/zip.hpp"

namespace {

using namespace counterfoil;

class Sink final : public WordSink {
 public:
  void finding(const Finding& finding) override {
    require(!finding.message.empty() && !finding.remedy.empty(), "every finding speaks to a person");
    seen += finding.code + finding.place.file + '\x01';
    refused = refused || finding.refuses_file;
  }

  std::string seen;
  bool refused = false;
};

/// Everything that was unfolded and said.
std::string unfold(std::string_view archive, std::size_t piece) {
  constexpr std::uint64_t most = std::uint64_t{1} << 22;
  const ZipLimits limits{
      .most_members = 16, .most_archive_bytes = most, .most_member_bytes = most, .most_total_bytes = most};
  MemorySource source{archive, piece};
  Sink sink;
  std::string unfolded;
  const auto done =
      read_zip(source, limits, "f.zip", sink, [&](const std::string& name, ByteSource& bytes) -> Result<void> {
        require(name.find('/') == std::string::npos && name.find('\0') == std::string::npos, "names lead nowhere");
        unfolded += name + '\x02';
        while (true) {
          const auto next = bytes.next();
          if (!next || next->empty()) return {};
          unfolded += *next;
          require(unfolded.size() <= 2 * most, "no more is unfolded than was allowed");
        }
      });
  require(done.has_value(), "memory and a temporary file are there");
  require(sink.refused || !unfolded.empty(), "an archive of nothing is refused");
  return unfolded + '\x03' + sink.seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view archive{reinterpret_cast<const char*>(data), size};
  const std::string whole = unfold(archive, archive.size() + 1);
  require(whole == unfold(archive, 13), "pieces make no difference");

  // The same through the reader of bank files: a verdict, whatever stands in the members.
  MemorySource source{archive};
  Sink sink;
  const auto verdict = read_bank_file(source, ReadOptions{}, sink);
  require(verdict.has_value() && (*verdict == Verdict::refused) == sink.refused, "the verdict is that of the findings");
  return 0;
}
