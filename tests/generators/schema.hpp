// Validation against the official schemas, for tests only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace counterfoil {

/// The folder of the official schemas: COUNTERFOIL_XSD, else the folder beside the source tree.
[[nodiscard]] std::string schema_path(std::string_view file_name);
[[nodiscard]] bool has_schema(std::string_view file_name);

/// What the schema says against the document, a line for each fault; empty when it is valid.
[[nodiscard]] std::string schema_faults(std::string_view document, std::string_view file_name);

}  // namespace counterfoil
