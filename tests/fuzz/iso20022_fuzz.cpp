// Any bytes after the beginning of an XML file, in pieces of two sizes: both are read to the end and say the same,
// every finding can be read by a person, and nothing is accepted that did not end as a message. The bookings of a
// statement add up to what it says of them, and a pain.008 that the writer takes is heard as it was said. One program
// for each family of messages, told apart by their seeds.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"
#include "tests/fuzz/said_again.hpp"

namespace {

using namespace counterfoil;

class WatchingSink final : public WordSink {
 public:
  void file(const FileHead& head) override {
    format = head.format;
    note(head.format), note(head.message_id), note(head.original_message_id);
  }
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
    require(statement.credit_minor >= 0 && statement.debit_minor >= 0, "sums of bookings are not negative");
    require(statement.credits > 0 || statement.credit_minor == 0, "a sum has bookings");
    require(statement.debits > 0 || statement.debit_minor == 0, "a sum has bookings");
    note(statement.id), note(std::to_string(statement.credit_minor));
  }
  void finding(const Finding& finding) override {
    require(!finding.message.empty() && !finding.remedy.empty() && !finding.code.empty(),
            "every finding speaks to a person");
    // How far a refusal lets the parser look ahead depends on the pieces, so that only what was refused is compared.
    if (finding.refuses_file) refused = true;
    if (finding.severity == Severity::error) has_error = true;
  }
  void end(const FileCounts& counts) override { ++ends, note(std::to_string(counts.entries)); }

  std::string seen, format;
  std::uint32_t last_position = 0;
  int ends = 0;
  bool refused = false, has_error = false;

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
  require((*verdict == Verdict::accepted) == (!sink.refused && !sink.has_error), "an error is never accepted");
  return sink;
}

void check_again(std::string_view bytes, const std::string& format) {
  HeardFile heard;
  MemorySource source{bytes};
  ReadOptions options;
  options.format = "iso20022";
  const auto verdict = read_bank_file(source, options, heard);
  if (verdict && *verdict == Verdict::accepted) check_said_again(heard, format);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto whole = read(bytes, byte_piece_size);
  const auto pieces = read(bytes, 7);
  require(whole.refused == pieces.refused, "pieces decide nothing");
  require(whole.refused || whole.seen == pieces.seen, "pieces change nothing");
  if (whole.format.starts_with("pain.008.001.")) check_again(bytes, whole.format);
  return 0;
}
