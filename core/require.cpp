#include "core/require.hpp"

#include <cstdio>
#include <cstdlib>

namespace counterfoil {

void require_failed(std::string_view why, std::source_location where) {
  std::fprintf(stderr, "counterfoil: internal error: %.*s (%s:%u)\n", static_cast<int>(why.size()), why.data(),
               where.file_name(), where.line());
  std::abort();
}

}  // namespace counterfoil
