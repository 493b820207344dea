// The fixed-width reader beside a NACHA parser written by hand: the same million entries, framed, decoded, every total
// checked, words delivered. Prints the rate of both and the ratio; the reader works from the layout, the other knows
// every column.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "core/require.hpp"
#include "formats/layout.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"

namespace counterfoil {
namespace {

std::string padded(std::string_view text, std::size_t width) { return fmt::format("{:<{}}", text, width); }

std::string make_file(std::uint64_t entries, std::uint64_t entries_of_batch) {
  std::string file;
  file.reserve((entries + 4 * entries / entries_of_batch + 100) * 95);
  const auto add = [&](const std::string& record) {
    require(record.size() == 94, "a NACHA record has 94 columns");
    file += record;
    file += '\n';
  };
  add("101 07640125112345678902611020930A094101" + padded("EXAMPLE BANK", 23) + padded("BENCH CO", 23) + padded("", 8));
  std::uint64_t records = 1, batches = 0, file_hash = 0, file_sum = 0;
  for (std::uint64_t done = 0; done < entries;) {
    ++batches;
    const std::uint64_t count = std::min(entries_of_batch, entries - done);
    add("5225" + padded("EXAMPLE ESTATES", 16) + padded("", 20) + "1234567890PPD" + padded("HOA DUES", 10) +
        padded("NOV 26", 6) + "261103   107640125" + fmt::format("{:07}", batches));
    std::uint64_t hash = 0, sum = 0;
    for (std::uint64_t i = 0; i < count; ++i, ++done) {
      const std::uint64_t amount = 10000 + done % 90000;
      add(fmt::format("627123456780{:<17}{:010}{:<15}{:<22}  0{:08}{:07}", 1000000000 + done, amount,
                      fmt::format("UNIT-{:08}", done), "PAYER NUMBER " + std::to_string(done % 5000), 7640125, i + 1));
      hash += 12345678;
      sum += amount;
    }
    add(fmt::format("8225{:06}{:010}{:012}{:012}1234567890{:25}07640125{:07}", count, hash % 10'000'000'000U, sum, 0,
                    "", batches));
    file_hash += hash % 10'000'000'000U;
    file_sum += sum;
    records += count + 2;
  }
  ++records;
  add(fmt::format("9{:06}{:06}{:08}{:010}{:012}{:012}{:39}", batches, (records + 9) / 10, entries,
                  file_hash % 10'000'000'000U, file_sum, 0, ""));
  while (records++ % 10 != 0) add(std::string(94, '9'));
  return file;
}

/// Keeps something of every word, so that nothing can be left out as unused.
class Sink final : public WordSink {
 public:
  void entry(const Entry& entry) override {
    ++entries;
    sum += entry.amount_minor;
    letters += entry.reference.size() + entry.payer_name.size() + entry.payer_account.size();
  }
  void finding(const Finding&) override { ++findings; }
  std::uint64_t entries = 0, letters = 0, findings = 0;
  std::int64_t sum = 0;
};

// ---- The parser written by hand
// ----------------------------------------------------------------------------------------

bool number_at(std::string_view record, std::size_t offset, std::size_t length, std::uint64_t& number) {
  number = 0;
  for (std::size_t i = offset; i < offset + length; ++i) {
    const unsigned digit = static_cast<unsigned char>(record[i]) - unsigned{'0'};
    if (digit > 9) return false;
    number = number * 10 + digit;
  }
  return true;
}

std::string_view text_at(std::string_view record, std::size_t offset, std::size_t length) {
  std::string_view text = record.substr(offset, length);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

bool routing_number_is_right(std::string_view nine) {
  constexpr int weights[] = {3, 7, 1, 3, 7, 1, 3, 7, 1};
  int sum = 0;
  for (std::size_t i = 0; i < 9; ++i) sum += weights[i] * (nine[i] - '0');
  return sum % 10 == 0;
}

class HandWritten {
 public:
  explicit HandWritten(Sink& sink) : sink_{sink} {}

  bool read(std::string_view file) {
    while (file.size() >= 95) {
      const std::string_view record = file.substr(0, 94);
      if (file[94] != '\n') return false;
      file.remove_prefix(95);
      ++records_;
      for (const char byte : record) {
        if (byte < 0x20 || byte > 0x7E) return false;
      }
      if (!take(record)) return false;
    }
    return file.empty();
  }

 private:
  struct Totals {
    std::uint64_t count = 0, hash = 0, debit = 0, credit = 0;
  };
  Sink& sink_;
  Entry entry_;
  Totals batch_, file_;
  std::uint64_t records_ = 0, batches_ = 0, last_trace_ = 0, blocks_ = 0;
  std::string odfi_, company_, number_;

  bool take(std::string_view record) {
    switch (record[0]) {
      case '1':
        return record.substr(34, 6) == "094101";
      case '5':
        return take_batch(record);
      case '6':
        return take_entry(record);
      case '8':
        return take_batch_control(record);
      case '9':
        return record[1] == '9' || take_file_control(record);
      default:
        return false;
    }
  }

  bool take_batch(std::string_view record) {
    ++batches_;
    batch_ = {};
    last_trace_ = 0;
    company_ = record.substr(40, 10);
    odfi_ = record.substr(79, 8);
    number_ = record.substr(87, 7);
    return true;
  }

  bool take_entry(std::string_view record) {
    std::uint64_t amount = 0, bank = 0, trace = 0, sequence = 0;
    if (!number_at(record, 3, 8, bank) || !number_at(record, 29, 10, amount) || !number_at(record, 79, 15, trace) ||
        !number_at(record, 87, 7, sequence))
      return false;
    if (!routing_number_is_right(record.substr(3, 9)) || record.substr(79, 8) != odfi_ || trace <= last_trace_)
      return false;
    last_trace_ = trace;
    const std::string_view code = record.substr(1, 2);
    const bool is_debit = code[1] == '7' || code[1] == '8' || code[1] == '9' || code[1] == '6' || code == "55";
    entry_.line = static_cast<std::uint32_t>(records_);
    entry_.position = static_cast<std::uint32_t>(sink_.entries + 1);
    entry_.direction = is_debit ? Direction::debit : Direction::credit;
    entry_.account_kind = code[0] == '2' ? "checking" : code[0] == '3' ? "savings" : code[0] == '4' ? "ledger" : "loan";
    entry_.is_prenote = code[1] == '8' || code[1] == '3';
    entry_.transaction_code = code;
    entry_.payer_bank = record.substr(3, 9);
    entry_.payer_account = text_at(record, 12, 17);
    entry_.amount_minor = static_cast<std::int64_t>(amount);
    entry_.currency = us_dollar;
    entry_.reference = text_at(record, 39, 15);
    entry_.payer_name = text_at(record, 54, 22);
    entry_.discretionary = text_at(record, 76, 2);
    entry_.trace = record.substr(79, 15);
    entry_.sequence_number = sequence;
    if (record[78] != '0' || entry_.payer_account.empty() || amount == 0) return false;
    ++batch_.count;
    batch_.hash += bank;
    (is_debit ? batch_.debit : batch_.credit) += amount;
    sink_.entry(entry_);
    return true;
  }

  bool take_batch_control(std::string_view record) {
    std::uint64_t count = 0, hash = 0, debit = 0, credit = 0;
    if (!number_at(record, 4, 6, count) || !number_at(record, 10, 10, hash) || !number_at(record, 20, 12, debit) ||
        !number_at(record, 32, 12, credit))
      return false;
    file_.count += batch_.count;
    file_.hash += batch_.hash;
    file_.debit += batch_.debit;
    file_.credit += batch_.credit;
    return count == batch_.count && hash == batch_.hash % 10'000'000'000U && debit == batch_.debit &&
           credit == batch_.credit && record.substr(44, 10) == company_ && record.substr(79, 8) == odfi_ &&
           record.substr(87, 7) == number_;
  }

  bool take_file_control(std::string_view record) {
    std::uint64_t batches = 0, count = 0, hash = 0, debit = 0, credit = 0;
    if (!number_at(record, 1, 6, batches) || !number_at(record, 7, 6, blocks_) || !number_at(record, 13, 8, count) ||
        !number_at(record, 21, 10, hash) || !number_at(record, 31, 12, debit) || !number_at(record, 43, 12, credit)) {
      return false;
    }
    return batches == batches_ && count == file_.count && hash == file_.hash % 10'000'000'000U &&
           debit == file_.debit && credit == file_.credit;
  }
};

/// Seconds of the processor, not of the clock on the wall: other work on the machine does not count.
double seconds_of(auto work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

}  // namespace
}  // namespace counterfoil

int main(int argc, char** argv) {
  using namespace counterfoil;
  const std::uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::string file = make_file(entries, 50'000);
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  require(plan != nullptr, "the NACHA layout is built in");

  std::uint64_t letters = 0, letters_by_hand = 0;
  // By turns, so that a machine that is slower for a while is so for both.
  double by_hand = 1e9, by_layout = 1e9;
  for (int round = 0; round < 9; ++round) {
    by_hand = std::min(by_hand, seconds_of([&] {
                         Sink sink;
                         require(HandWritten{sink}.read(file) && sink.entries == entries, "the file is right");
                         letters_by_hand = sink.letters;
                       }));
    by_layout =
        std::min(by_layout, seconds_of([&] {
                   Sink sink;
                   MemorySource source{file};
                   const auto verdict = read_fixed_width(*plan, source, ReadOptions{}, sink);
                   require(verdict && *verdict == Verdict::accepted && sink.entries == entries && sink.findings == 0,
                           "the file is right");
                   letters = sink.letters;
                 }));
  }
  require(letters == letters_by_hand, "both read the same words");

  const double megabytes = static_cast<double>(file.size()) / 1e6, records = static_cast<double>(entries);
  fmt::print("{} NACHA entries, {:.0f} MB\n", entries, megabytes);
  fmt::print("written by hand  {:6.0f} MB/s  {:5.1f} ns an entry\n", megabytes / by_hand, by_hand / records * 1e9);
  fmt::print("by the layout    {:6.0f} MB/s  {:5.1f} ns an entry (target >= 500 MB/s)\n", megabytes / by_layout,
             by_layout / records * 1e9);
  fmt::print("ratio            {:6.2f} (target <= 3)\n", by_layout / by_hand);
  return 0;
}
