// Any text must load or be refused with findings that name a place and a remedy; a plan that loads can be linted, and a
// file of any bytes can be read by it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/require.hpp"
#include "formats/layout.hpp"
#include "formats/lint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterfoil;
  if (size > 20'000) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const LoadedLayout loaded =
      load_layout(text, "fuzz.layout", {.base = [](std::string_view) { return std::nullopt; }, .catalogue = nullptr});
  bool has_error = false;
  for (const Finding& finding : loaded.findings) {
    require(!finding.message.empty() && !finding.remedy.empty(), "every finding says what and what next");
    has_error = has_error || finding.severity == Severity::error;
  }
  require(has_error == (loaded.plan == nullptr), "a plan is there unless something is wrong");
  if (loaded.plan) {
    for (const Finding& finding : lint_layout(*loaded.plan))
      require(!finding.remedy.empty(), "every remark has a remedy");
  }
  return 0;
}
