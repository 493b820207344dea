// A first layout for a bank nobody has described yet, drawn from one of its files. What a file can show is written as
// fields; what only the bank's document can say stays opaque, with the question beside it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace counterfoil {

struct DraftRequest {
  std::string name;                 // Of the layout.
  std::string currency;             // Of its amounts.
  std::string file;                 // For messages.
  std::uint32_t record_length = 0;  // 0: lines end where the file says.
};

struct Draft {
  std::string layout;                  // The text of the layout file.
  std::vector<std::string> questions;  // For the person with the bank's document.
  std::uint64_t lines = 0, kinds = 0, fields = 0, opaque = 0;
};

/// No value of the sample gets into the draft, except the characters by which its records are told apart.
[[nodiscard]] Result<Draft> draft_layout(std::string_view sample, const DraftRequest& request);

}  // namespace counterfoil
