#include "tests/cli/run_program.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace counterfoil::cli {
namespace {

std::string read_path(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "counterfoil-cli-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ScratchFolder::copy_from(const std::filesystem::path& folder) const {
  std::filesystem::copy(folder, path_,
                        std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
}

void ScratchFolder::write(const std::string& name, std::string_view bytes) const {
  std::ofstream{path_ / name, std::ios::binary} << bytes;
}

std::string ScratchFolder::read(const std::string& name) const { return read_path(path_ / name); }

ProgramRun run_line(const std::filesystem::path& folder, const std::string& line, const std::string& environment) {
  const ScratchFolder streams;
  const std::string out = (streams.path() / "out").string();
  const std::string err = (streams.path() / "err").string();
  const std::string whole = "cd '" + folder.string() + "' && counterfoil() { env " + environment +
                            " '" COUNTERFOIL_PROGRAM "' \"$@\"; }; { " + line + "\n} >'" + out + "' 2>'" + err +
                            "' </dev/null";
  const int status = std::system(whole.c_str());
  return {.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = read_path(out),
          .err = read_path(err)};
}

ProgramRun run_counterfoil(const std::filesystem::path& folder, const std::string& arguments) {
  return run_line(folder, "counterfoil " + arguments);
}

}  // namespace counterfoil::cli
