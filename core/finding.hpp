// What a reader or a check has to say about a file. A file with three faults has three findings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// error: a bank would refuse it, or people must look before money is posted.
/// warning: out of the ordinary, and the meaning is still certain. note: worth knowing.
enum class Severity : std::uint8_t { error, warning, note };

[[nodiscard]] std::string_view severity_name(Severity severity);

/// One remark with its place. The message quotes what was found and what was expected, account numbers masked.
struct Finding {
  std::string code = {};  // Stable: "control.entry-hash", "xml.doctype".
  Severity severity = Severity::error;
  Place place = {};
  std::string message = {};
  std::string remedy = {};
  bool refuses_file = false;  // The whole file is not acceptable; nothing of it may be posted.
};

}  // namespace counterfoil
