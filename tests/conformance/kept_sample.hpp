// What a sample said, kept for tests that ask about it afterwards.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar.hpp"
#include "core/exchange.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

struct KeptEntry {
  std::string mandate, reference, reason, transaction_code, payer_name, remittance;
  std::int64_t amount = 0, collected = -1;
  Direction direction = Direction::debit;
  Outcome outcome = Outcome::none;
  std::optional<Date> collect_on, booked_on;
  MandateNews mandate_event = MandateNews::none;
  std::optional<Date> effective_on;
};

class KeptSample final : public WordSink {
 public:
  void file(const FileHead& said) override {
    format = said.format;
    message_id = said.message_id;
  }
  void entry(const Entry& said) override {
    entries.push_back({std::string{said.mandate}, std::string{said.reference}, std::string{said.reason},
                       std::string{said.transaction_code}, std::string{said.payer_name}, std::string{said.remittance},
                       said.amount_minor, said.collected_minor, said.direction, said.outcome, said.collect_on,
                       said.booked_on, said.mandate_event, said.effective_on});
  }
  void finding(const Finding& said) override { findings.push_back(said); }
  void end(const FileCounts& said) override { counts = said; }

  std::string format, message_id;
  std::vector<KeptEntry> entries;
  std::vector<Finding> findings;
  FileCounts counts;
  Verdict verdict = Verdict::refused;

  [[nodiscard]] bool has(std::string_view code, std::uint32_t line) const {
    return std::ranges::any_of(
        findings, [&](const Finding& finding) { return finding.code == code && finding.place.line == line; });
  }
  [[nodiscard]] std::string said() const {
    std::string text;
    for (const Finding& finding : findings)
      text += finding.code + " line " + std::to_string(finding.place.line) + ": " + finding.message + "\n";
    return text;
  }
  [[nodiscard]] std::int64_t sum(Direction direction) const {
    std::int64_t sum = 0;
    for (const KeptEntry& entry : entries) sum += entry.direction == direction ? entry.amount : 0;
    return sum;
  }
  [[nodiscard]] std::int64_t of(Outcome outcome, Direction direction) const {
    std::int64_t sum = 0;
    for (const KeptEntry& entry : entries)
      sum += entry.outcome == outcome && entry.direction == direction ? entry.amount : 0;
    return sum;
  }
  [[nodiscard]] std::ptrdiff_t count_of(std::string_view transaction_code) const {
    return std::ranges::count(entries, transaction_code, &KeptEntry::transaction_code);
  }
};

/// Reads as `file show` does: what it is, is told by its content.
inline KeptSample read_text(std::string_view bytes) {
  KeptSample kept;
  MemorySource source{bytes};
  kept.verdict = read_bank_file(source, {.file_name = "sample", .format = {}}, kept).value_or(Verdict::refused);
  return kept;
}

/// "autogiro/payments_to_bank.txt" of the folder of samples; nothing where it is not there.
inline std::optional<KeptSample> read_sample(const std::string& name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::string base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  std::ifstream in{base + "/" + name, std::ios::binary};
  if (!in) return std::nullopt;
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  return read_text(bytes);
}

}  // namespace counterfoil
