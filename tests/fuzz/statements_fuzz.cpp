// Any bytes as an MT940 or BAI2 file: read to its end or refused, and the pieces they come in make no difference. Sums are
// those of the movements that were told.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "core/text.hpp"
#include "parsers/bai2.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/mt940.hpp"
#include "parsers/reader.hpp"

namespace {

using namespace counterfoil;

class Sink final : public WordSink {
 public:
  void file(const FileHead& head) override {
    require(files++ == 0, "one file is one file");
    note(head.message_id);
    note(head.format);
  }
  void entry(const Entry& entry) override {
    require(files == 1, "a file is announced before its entries");
    require(entry.position == ++entries, "positions count");
    require(entry.amount_minor >= 0 || entry.outcome == Outcome::none || entry.outcome == Outcome::unknown ||
                entry.outcome == Outcome::returned,
            "amounts have no sign");
    for (const auto text : {entry.reference, entry.mandate, entry.bank_reference, entry.original_batch_id, entry.remittance,
                            entry.payer_name, entry.payer_account, entry.reason, entry.reason_text}) {
      require(!first_bad_utf8(text).has_value() || files == 0, "texts are UTF-8");
      note(text);
    }
    note(std::to_string(entry.amount_minor) + std::string{outcome_name(entry.outcome)});
  }
  void statement(const Statement& statement) override {
    note(statement.account);
    note(std::to_string(statement.credit_minor) + "/" + std::to_string(statement.debit_minor));
  }
  void finding(const Finding& finding) override {
    require(!finding.message.empty() && !finding.remedy.empty(), "every finding speaks to a person");
    note(finding.code);
    refused = refused || finding.refuses_file;
  }
  void end(const FileCounts& counts) override {
    require(counts.entries == entries, "every entry was told");
    ++ends;
  }

  std::string seen;
  std::uint64_t files = 0, entries = 0, ends = 0;
  bool refused = false;

 private:
  void note(std::string_view text) {
    seen += text;
    seen += '\x01';
  }
};

using Reader = Result<void> (*)(ByteSource&, const ReadOptions&, WordSink&);

std::string read(Reader reader, std::string_view bytes, std::size_t piece) {
  MemorySource source{bytes, piece};
  Sink sink;
  require(reader(source, {}, sink).has_value(), "memory can be read");
  require(sink.ends == 1, "an end comes once");
  return sink.seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  for (const Reader reader : {&read_mt940, &read_bai2}) {
    require(read(reader, bytes, bytes.size() + 1) == read(reader, bytes, 7), "pieces make no difference");
  }
  MemorySource source{bytes};
  Sink sink;
  if (looks_like_mt940(bytes) || looks_like_bai2(bytes)) {
    const auto verdict = read_bank_file(source, {}, sink);
    require(verdict.has_value() && (*verdict == Verdict::refused) == sink.refused, "the verdict is that of the findings");
  }
  return 0;
}
