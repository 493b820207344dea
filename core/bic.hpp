// BIC (ISO 9362): 8 or 11 characters.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// Upper-cased and checked: "bic.length", "bic.structure". The institution may hold digits, as newer schemas allow.
[[nodiscard]] Result<std::string> check_bic(std::string_view text);

/// Equal after filling up to 11 characters with XXX, the head office.
[[nodiscard]] bool same_bic(std::string_view left, std::string_view right);

}  // namespace counterfoil
