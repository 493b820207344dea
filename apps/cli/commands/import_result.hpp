// Imports look alike whatever they bring in.
#pragma once

#include <string_view>
#include <vector>

#include "apps/cli/command.hpp"
#include "apps/operations/import.hpp"

namespace counterfoil {

inline constexpr std::string_view import_rules =
    "UTF-8, any column\norder. One bad row refuses the whole file, unless --keep-good is given. The same file again "
    "adds nothing.";

[[nodiscard]] std::vector<Option> import_options(std::vector<Option> more = {});
[[nodiscard]] ImportRequest import_request(Invocation& call);

/// Shows findings and counts. 0 done or already done, 3 good rows in and bad ones left, 5 nothing imported.
[[nodiscard]] Result<int> show_import(Invocation& call, const Result<ImportResult>& result);

}  // namespace counterfoil
