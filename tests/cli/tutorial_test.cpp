// docs/new-bank-tutorial.md is run from top to bottom: files are saved, commands typed, and what they say is compared.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/cli/run_program.hpp"

namespace counterfoil::cli {
namespace {

const std::filesystem::path page_path = std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / "docs/new-bank-tutorial.md";

std::string read_page() {
  std::ifstream in{page_path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Reads the page line by line and writes it anew with what the commands really say. "```console" holds lines that
/// begin with $ and what they print; "```text FILE" holds a file to save.
class Rehearsal {
 public:
  Rehearsal() { folder_.copy_from(std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / "fixtures/examples"); }

  std::string run(const std::string& page) {
    std::istringstream lines{page};
    for (std::string line; std::getline(lines, line);) take(line);
    return said_;
  }

  [[nodiscard]] int commands() const { return commands_; }

 private:
  void take(const std::string& line) {
    const bool is_fence = line.starts_with("```");
    if (is_fence && block_ == Block::file) folder_.write(file_, text_);
    if (is_fence) {
      const bool opens = block_ == Block::none;
      file_ = line.starts_with("```text ") ? line.substr(8) : std::string{};
      text_.clear();
      block_ = !opens                 ? Block::none
               : line == "```console" ? Block::console
               : file_.empty()        ? Block::other
                                      : Block::file;
    }
    if (block_ == Block::file && !is_fence) text_ += line + "\n";
    if (block_ == Block::console && !is_fence && !line.starts_with("$ ")) return;  // Made anew below.
    said_ += line + "\n";
    if (block_ != Block::console || is_fence) return;
    const auto run = run_line(folder_.path(), "{ " + line.substr(2) + "\n} 2>&1");
    ++commands_;
    said_ += run.out;
    if (run.exit != 0) said_ += "(exit " + std::to_string(run.exit) + ")\n";
  }

  enum class Block : std::uint8_t { none, console, file, other };
  ScratchFolder folder_;
  Block block_ = Block::none;
  std::string file_, text_, said_;
  int commands_ = 0;
};

TEST(Tutorial, SaysWhatTheCommandsSay) {
  const std::string page = read_page();
  Rehearsal rehearsal;
  const std::string said = rehearsal.run(page);
  EXPECT_GT(rehearsal.commands(), 5);
  if (std::getenv("COUNTERFOIL_WRITE_PAGES") != nullptr) std::ofstream{page_path} << said;
  EXPECT_EQ(page, said) << "docs/new-bank-tutorial.md is not what its commands say. Run this test once with "
                           "COUNTERFOIL_WRITE_PAGES=1, read the difference and commit the page.";
}

}  // namespace
}  // namespace counterfoil::cli
