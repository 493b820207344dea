#include "core/finding.hpp"

#include "core/require.hpp"

namespace counterfoil {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  require(false, "every severity has a name");
  return {};
}

}  // namespace counterfoil
