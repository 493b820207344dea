// Runs the built program as a script would: without a terminal, in a folder of its own.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace counterfoil::cli {

struct ProgramRun {
  int exit = -1;
  std::string out;
  std::string err;
};

/// A folder that goes away with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void copy_from(const std::filesystem::path& folder) const;
  void write(const std::string& name, std::string_view bytes) const;
  [[nodiscard]] std::string read(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

/// `line` is a shell line in which the word counterfoil runs the program. `environment` stands before it: "NO_COLOR=1".
[[nodiscard]] ProgramRun run_line(const std::filesystem::path& folder, const std::string& line,
                           const std::string& environment = {});

/// The same for the program's arguments alone.
[[nodiscard]] ProgramRun run_counterfoil(const std::filesystem::path& folder, const std::string& arguments);

}  // namespace counterfoil::cli
