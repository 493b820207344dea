// The message id of a collection file, made by the pattern of its scheme.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/date.hpp"

namespace counterfoil {

/// What a pattern may name. `{test}` is TEST or CF, `{environment}` T or 0, `{day}` 20261124, `{sequence:N}` the last N
/// digits of the file number with zeros in front, `{creditor_id:N}` the last N characters of the creditor's id,
/// `{random:N}` the last N characters of `unique`. Everything outside braces stands as it is.
struct MessageIdParts {
  bool is_test = false;
  Date today{};
  std::uint64_t sequence = 0;
  std::string_view creditor_id;
  std::string_view unique;  // A text no other file has.
};

/// Whether the pattern names nothing else, and counts where it must.
[[nodiscard]] bool is_message_id_pattern(std::string_view pattern);

/// Of a pattern that is one.
[[nodiscard]] std::string message_id_of(std::string_view pattern, const MessageIdParts& parts);

/// The same length and unique like `unique`, for a file that has no number: letters and digits only.
[[nodiscard]] std::string message_id_of_length(std::string_view pattern, std::string_view unique);

}  // namespace counterfoil
