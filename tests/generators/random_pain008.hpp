// Random collection files of every kind, for property tests.
#pragma once

#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "generators/writer.hpp"
#include "tests/generators/words.hpp"

namespace counterfoil {

struct RandomFile {
  Texts texts;
  WriteOrder order;
  std::vector<std::vector<Entry>> entries;
};

/// To be called inside a property.
[[nodiscard]] RandomFile random_pain008(std::string_view format, std::string_view profile);

}  // namespace counterfoil
