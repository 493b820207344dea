// What a function says when the world did not do as hoped.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace counterfoil {

/// The spot a person opens to see the problem. Lines and columns count from 1; 0 is "not known".
/// Columns count bytes, as bank manuals do.
struct Place {
  std::string file = {};
  std::uint32_t line = 0;
  std::uint32_t column_first = 0;
  std::uint32_t column_last = 0;
  std::string path = {};   // Element path of an XML file: "Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts[2]".
  std::string field = {};  // Name of the field or column as its layout or table spells it.

  bool operator==(const Place&) const = default;
};

/// Who can do something about an error. Each kind is one exit code of the command line.
enum class ErrorKind : std::uint8_t {
  failed,           // 1: the world did this and no other kind fits, such as a file that cannot be read.
  usage,            // 2: the command or the configuration was wrong.
  refused,          // 4: a control said no: a missing approval, a role, a limit, the wrong environment.
  input,            // 5: the input is not acceptable; nothing was posted.
  conflict,         // 6: somebody else changed it meanwhile; look again.
  outcome_unknown,  // 7: whether it reached the other side is not known; never repeat blindly.
  temporary,        // 75: the database or a lock is away; the same command may succeed later.
};

/// What went wrong in the world. What went wrong in our own code is `require`, never an Error.
/// The explanation and the remedy hold no account number and no text of a database exception.
struct Error {
  std::string code = {};         // For programs, stable once released: "batch.not-approved".
  std::string explanation = {};  // For people: one sentence that says what and why.
  std::string remedy = {};       // For people: what to do next. Never empty.
  Place place = {};
  ErrorKind kind = ErrorKind::failed;
};

template <class T>
using Result = std::expected<T, Error>;

}  // namespace counterfoil
