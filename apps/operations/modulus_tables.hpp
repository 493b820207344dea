// Where the weight tables for British accounts are installed. They are published several times a year and are read at
// run time: valacdos*.txt and scsubtab*.txt in the folder COUNTERFOIL_MODULUS names, else in the folder "modulus" of
// the home.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/date.hpp"
#include "core/modulus_check.hpp"
#include "core/result.hpp"

namespace counterfoil {

[[nodiscard]] std::filesystem::path modulus_folder(const std::filesystem::path& home);

struct InstalledModulusTables {
  ModulusTables tables;
  std::filesystem::path weights_file;
  Date written{};  // The day on which the file of weights was last written here.
};

/// Of several files the last by name counts. nullptr where none is installed: accounts are then checked for their form
/// only. An Error names the line of a table that cannot be read.
[[nodiscard]] Result<std::unique_ptr<const InstalledModulusTables>> installed_modulus_tables(
    const std::filesystem::path& home);

}  // namespace counterfoil
