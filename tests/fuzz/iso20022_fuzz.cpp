// Any bytes after the beginning of an XML file, in pieces of two sizes: both are read to the end and say the same,
// every finding can be read by a person, and nothing is accepted that did not end as a message. One program for each
// family of messages, told apart by their seeds.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace {

using namespace counterfoil;

class WatchingSink final : public WordSink {
 public:
  void file(const FileHead& head) override { note(head.format), note(head.message_id), note(head.original_message_id); }
  void batch(const BatchHead& head) override { note(head.id), note(head.original_id), note(head.creditor_account); }
  void entry(const Entry& entry) override {
    require(entry.position > last_position, "positions of entries rise");
    last_position = entry.position;
    require(entry.amount_minor == 0 || entry.currency != Currency{}, "an amount has a currency");
    note(outcome_name(entry.outcome)), note(entry.reference), note(entry.reason), note(entry.reason_text),
        note(entry.payer_name);
    note(std::to_string(entry.amount_minor)), note(std::to_string(entry.booked_minor));
  }
  void statement(const Statement& statement) override {
    note(statement.id), note(std::to_string(statement.credit_minor));
  }
  void finding(const Finding& finding) override {
    require(!finding.message.empty() && !finding.remedy.empty() && !finding.code.empty(),
            "every finding speaks to a person");
    // How far a refusal lets the parser look ahead depends on the pieces, so that only what was refused is compared.
    if (finding.refuses_file) refused = true;
  }
  void end(const FileCounts& counts) override { ++ends, note(std::to_string(counts.entries)); }

  std::string seen;
  std::uint32_t last_position = 0;
  int ends = 0;
  bool refused = false;

 private:
  void note(std::string_view text) { seen.append(text) += '\x01'; }
};

WatchingSink read(std::string_view bytes, std::size_t piece_size) {
  WatchingSink sink;
  MemorySource source{bytes, piece_size};
  const ReadOptions options{.file_name = "f", .format = "iso20022"};
  const auto verdict = read_bank_file(source, options, sink);
  require(verdict.has_value(), "a source in memory cannot fail");
  require((*verdict == Verdict::refused) == sink.refused, "the verdict is that of the findings");
  require(sink.refused || sink.ends > 0, "nothing is accepted that holds no message");
  return sink;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto whole = read(bytes, byte_piece_size);
  const auto pieces = read(bytes, 7);
  require(whole.refused == pieces.refused, "pieces decide nothing");
  require(whole.refused || whole.seen == pieces.seen, "pieces change nothing");
  return 0;
}
