// Any bytes as a ZIP archive: unfolded within its limits or refused, and never accepted while a member is damaged.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/zip.hpp"

namespace {

using namespace counterfoil;

class Sink final : public WordSink {
 public:
  void finding(const Finding& finding) override {
    require(!finding.message.empty() && !finding.remedy.empty(), "every finding speaks to a person");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  MemorySource source{{reinterpret_cast<const char*>(data), size}};
  Sink sink;
  constexpr std::uint64_t most = std::uint64_t{1} << 22;
  const ZipLimits limits{
      .most_members = 16, .most_archive_bytes = most, .most_member_bytes = most, .most_total_bytes = most};
  std::uint64_t total = 0;
  const auto done =
      read_zip(source, limits, "f.zip", sink, [&](const std::string& name, ByteSource& bytes) -> Result<void> {
        require(name.find('/') == std::string::npos, "names lead nowhere");
        while (true) {
          const auto piece = bytes.next();
          if (!piece || piece->empty()) return {};
          total += piece->size();
          require(total <= most, "no more is unfolded than was allowed");
        }
      });
  require(done.has_value(), "memory and a temporary file are there");
  return 0;
}
