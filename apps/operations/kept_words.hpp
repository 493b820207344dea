// Words of a file that outlive the reader that spoke them.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"

namespace counterfoil {

/// Memory for texts that live as long as the keeper. Views it gives out never move.
class TextKeeper {
 public:
  [[nodiscard]] std::string_view keep(std::string_view text);

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
};

/// Copies of a word whose texts the keeper owns. Settings of a head are not kept: they belong to the reader.
[[nodiscard]] Entry keep(const Entry& entry, TextKeeper& keeper);
[[nodiscard]] BatchHead keep(const BatchHead& batch, TextKeeper& keeper);
[[nodiscard]] FileHead keep(const FileHead& head, TextKeeper& keeper);

}  // namespace counterfoil
