// Reading and writing every fixed-width layout: its known files, written again with their entries many times over, and
// read back. Prints one line a file. A layout whose control fields hold no large counts gets as many entries as they
// do.
//
//   bench_layouts [MEGABYTES]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "tests/boundaries/known_files.hpp"
#include "tests/boundaries/written_again.hpp"

namespace counterfoil {
namespace {

constexpr int rounds = 5;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

ReadOptions options_of_a_day() {
  ReadOptions options;
  options.day = make_date(2026, 11, 24);
  return options;
}

/// Keeps something of every word, so that nothing can be left out as unused.
class Counter final : public WordSink {
 public:
  std::uint64_t entries = 0, findings = 0, sum = 0;
  void entry(const Entry& entry) override {
    ++entries;
    sum += static_cast<std::uint64_t>(entry.amount_minor) + entry.payer_account.size() + entry.reference.size();
  }
  void finding(const Finding& finding) override { findings += finding.severity == Severity::note ? 0 : 1; }
};

/// The words of a file with its entries `times` over, each with a number of its own.
Made many(const Said& said, std::uint64_t times) {
  Made made = made_of(said);
  for (std::vector<Entry>& list : made.entries) {
    const std::vector<Entry> few = std::exchange(list, {});
    list.reserve(few.size() * times);
    std::uint64_t number = 0;
    for (std::uint64_t i = 0; i < times; ++i) {
      for (Entry entry : few) {
        if (entry.sequence_number != 0) entry.trace = {};  // Made from the number.
        entry.sequence_number = ++number;
        list.push_back(entry);
      }
    }
  }
  return made;
}

void run(const KnownFile& file, std::uint64_t bytes) {
  const LayoutPlan& plan = *file.plan;
  Said said;
  MemorySource source{file.bytes};
  const auto verdict = read_fixed_width(plan, source, options_of_a_day(), said);
  if (verdict.value_or(Verdict::refused) != Verdict::accepted || said.heard.entries.empty()) {
    fmt::print("{:<44} not measured: it holds no entries or is not accepted\n", file.name);
    return;
  }
  const bool is_ours = said.heard.counts.kind == FileKind::instruction;
  std::string text, why;
  double best_write = 0;
  for (std::uint64_t times = bytes / file.bytes.size() + 1; text.empty() && times > 0; times /= 4) {
    Made made = many(said, times);
    for (int round = 0; round < rounds; ++round) {
      const auto start = std::chrono::steady_clock::now();
      auto done = written(plan, made, is_ours);
      if (!done) {
        why = done.error().code;
        break;
      }
      best_write = std::max(best_write, static_cast<double>(done->size()) / 1e6 / seconds_since(start));
      text = std::move(*done);
    }
  }
  if (text.empty()) {
    fmt::print("{:<44} not measured: it cannot be written again ({})\n", file.name, why);
    return;
  }
  double best_read = 0;
  Counter counter;
  for (int round = 0; round < rounds; ++round) {
    counter = {};
    MemorySource again{text};
    const auto start = std::chrono::steady_clock::now();
    if (!read_fixed_width(plan, again, options_of_a_day(), counter)) return;
    best_read = std::max(best_read, static_cast<double>(text.size()) / 1e6 / seconds_since(start));
  }
  fmt::print("{:<44} {:>7.2f} MB {:>9} entries  read {:>6.0f} MB/s (target >= 500)  written {:>6.0f} MB/s{}\n",
             file.name, static_cast<double>(text.size()) / 1e6, counter.entries, best_read, best_write,
             counter.findings == 0 ? "" : fmt::format("  {} findings", counter.findings));
}

}  // namespace
}  // namespace counterfoil

int main(int count, char** arguments) {
  using namespace counterfoil;
  const std::uint64_t bytes = (count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 16) * 1'000'000;
  for (const KnownFile& file : known_files()) {
    if (file.plan != nullptr) run(file, bytes);
  }
  return 0;
}
