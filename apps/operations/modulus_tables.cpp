#include "apps/operations/modulus_tables.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace counterfoil {
namespace {

/// The file of the folder whose name begins like this, the last one by name; empty where there is none.
std::filesystem::path latest(const std::filesystem::path& folder, std::string_view begin) {
  std::filesystem::path found;
  std::error_code fault;
  for (std::filesystem::directory_iterator at{folder, fault}, end; !fault && at != end; at.increment(fault)) {
    const auto name = at->path().filename().string();
    if (name.starts_with(begin) && name.ends_with(".txt") && (found.empty() || at->path() > found)) found = at->path();
  }
  return found;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Date day_written(const std::filesystem::path& path) {
  std::error_code fault;
  const auto written = std::filesystem::last_write_time(path, fault);
  if (fault) return {};
  return std::chrono::floor<std::chrono::days>(std::chrono::file_clock::to_sys(written));
}

}  // namespace

std::filesystem::path modulus_folder(const std::filesystem::path& home) {
  if (const char* folder = std::getenv("COUNTERFOIL_MODULUS"); folder != nullptr && *folder != '\0') return folder;
  return home / "modulus";
}

Result<std::unique_ptr<const InstalledModulusTables>> installed_modulus_tables(const std::filesystem::path& home) {
  const auto folder = modulus_folder(home);
  const auto weights = latest(folder, "valacdos");
  if (weights.empty()) return nullptr;
  const auto substitutes = latest(folder, "scsubtab");
  auto tables = ModulusTables::read(text_of(weights), weights.string(),
                                    substitutes.empty() ? std::string{} : text_of(substitutes), substitutes.string());
  if (!tables) return std::unexpected(tables.error());
  return std::make_unique<const InstalledModulusTables>(
      InstalledModulusTables{std::move(*tables), weights, day_written(weights)});
}

}  // namespace counterfoil
