#include "tests/fuzz/said_again.hpp"

#include <optional>

#include "core/require.hpp"
#include "formats/field.hpp"
#include "generators/writer.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

struct Written {
  std::string bytes;
  bool has_notes = false;  // A text was spelled in other letters, and so is not heard as it was said.
};

std::optional<Written> write(const HeardFile& heard, std::string_view format) {
  WriteOrder order;
  order.format = format;
  order.head = heard.all.head;
  order.head.settings = &heard.settings;
  order.batches = heard.all.batches;
  std::vector<std::vector<Entry>> entries;
  std::size_t at = 0;
  for (std::size_t i = 0; i < order.batches.size(); ++i) {
    std::vector<Entry>& list = entries.emplace_back();
    BatchHead& batch = order.batches[i];
    batch.sum_minor = 0;
    for (; at < heard.batch_ends[i]; ++at) {
      list.push_back(heard.all.entries[at]);
      if (__builtin_add_overflow(batch.sum_minor, list.back().amount_minor, &batch.sum_minor)) return std::nullopt;
    }
    batch.count = static_cast<std::int64_t>(list.size());
  }
  ListedEntries source{entries};
  TextTarget target;
  std::vector<Finding> notes;
  const auto written = write_collection(order, source, target, notes);
  if (!written) {
    require(!written.error().explanation.empty() && !written.error().remedy.empty(), "a refusal speaks to a person");
    return std::nullopt;
  }
  require(written->bytes == target.text.size(), "the writer counts its bytes");
  return Written{std::move(target.text), !notes.empty()};
}

HeardFile read(std::string_view bytes, std::string_view format) {
  HeardFile heard;
  MemorySource source{bytes};
  ReadOptions options;
  options.format = format;
  const auto verdict = read_bank_file(source, options, heard);
  require(verdict.has_value() && *verdict != Verdict::refused, "what the writer wrote is never refused");
  return heard;
}

std::string spelled(const Entry& entry) {
  std::string text = std::to_string(entry.amount_minor) + std::string{entry.currency.code()};
  for (const std::string_view part :
       {entry.reference, entry.mandate, entry.payer_name, entry.payer_account, entry.payer_bank, entry.remittance})
    text += '\x01' + std::string{trimmed(part)};
  return text;
}

}  // namespace

void HeardFile::file(const FileHead& head) {
  all.file(head);
  ++files;
  if (head.settings != nullptr) settings = *head.settings;
}

void HeardFile::batch(const BatchHead& head) {
  if (!all.batches.empty()) batch_ends.push_back(all.entries.size());
  all.batch(head);
}

void HeardFile::entry(const Entry& entry) { all.entry(entry); }

void HeardFile::end(const FileCounts& counts) {
  if (!all.batches.empty()) batch_ends.push_back(all.entries.size());
  all.end(counts);
}

void check_said_again(const HeardFile& heard, std::string_view format) {
  if (heard.files != 1 || heard.all.batches.empty() || heard.batch_ends.size() != heard.all.batches.size()) return;
  const auto once = write(heard, format);
  if (!once) return;
  const HeardFile again = read(once->bytes, format);
  require(again.all.entries.size() == heard.all.entries.size(), "every entry that was said is heard");
  for (std::size_t i = 0; i < again.all.entries.size(); ++i) {
    require(again.all.entries[i].amount_minor == heard.all.entries[i].amount_minor,
            "an amount is heard as it was said");
    require(once->has_notes || spelled(again.all.entries[i]) == spelled(heard.all.entries[i]),
            "an entry is heard as it was said");
  }
  const auto twice = write(again, format);
  require(twice.has_value() && twice->bytes == once->bytes, "what was heard is written with the same bytes");
}

}  // namespace counterfoil
