// How the files of a scheme folder are read; used by core/catalogue.cpp alone.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.hpp"

namespace counterfoil::catalogue_parts {

/// Each lays what the file says over the scheme. `shown_as` is the file's name in messages.
[[nodiscard]] Result<void> add_scheme_facts(Scheme& scheme, std::string_view text, const std::string& shown_as);
[[nodiscard]] Result<void> add_rules(Scheme& scheme, std::string_view text, const std::string& shown_as);
[[nodiscard]] Result<void> add_profiles(Scheme& scheme, std::string_view text, const std::string& shown_as);
[[nodiscard]] Result<void> add_reasons(std::map<std::string, Reason, std::less<>>& reasons, std::string_view text,
                                       const std::string& shown_as);
[[nodiscard]] Result<void> add_calendar_year(Scheme& scheme, int year, std::string_view text,
                                             const std::string& shown_as);

/// The known rule of that key, or nullptr.
[[nodiscard]] const KnownRule* find_known_rule(std::string_view key);

[[nodiscard]] Error catalogue_error(std::string code, std::string explanation, std::string remedy, Place place);

}  // namespace counterfoil::catalogue_parts
