// What a reader heard, said again by the writer and heard again: both times the same, and the bytes too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {

/// Words with the entries of each batch kept apart, as a writer wants them.
class HeardFile final : public WordSink {
 public:
  void file(const FileHead& head) override;
  void batch(const BatchHead& head) override;
  void entry(const Entry& entry) override;
  void finding(const Finding& finding) override { all.finding(finding); }
  void end(const FileCounts& counts) override;

  Heard all;
  Settings settings;
  std::vector<std::size_t> batch_ends;  // How many entries had come when each batch was over.
  std::uint32_t files = 0;
};

/// Ends the program where a file that the writer takes is not heard as it was said.
void check_said_again(const HeardFile& heard, std::string_view format);

}  // namespace counterfoil
