// Writing pain.008 beside plain appending of the same bytes to a file by hand-written code, without any check or
// digest: MB/s, the ratio, and the memory.
//   bench_pain008_write [collections] [folder]
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "generators/pain008.hpp"

namespace {

using namespace counterfoil;

constexpr int rounds = 5;

class FileTarget final : public ByteTarget {
 public:
  explicit FileTarget(const std::string& path) : file_{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600)} {}
  ~FileTarget() override { ::close(file_); }
  FileTarget(const FileTarget&) = delete;
  FileTarget& operator=(const FileTarget&) = delete;

  Result<void> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto written = ::write(file_, bytes.data(), bytes.size());
      if (written <= 0) {
        return std::unexpected(Error{.code = "bench.write",
                                     .explanation = "The file cannot be written.",
                                     .remedy = "Look at the disk.",
                                     .place = {}});
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

 private:
  int file_;
};

struct Payer {
  const char* name;
  const char* account;
};

// A month of a landlord: many names and accounts, amounts and ids that differ.
constexpr Payer payers[] = {
    {"Anna Muster", "NL91ABNA0417164300"},
    {"Household Example-Longname", "DE89370400440532013000"},
    {"Societe Exemple, Paris", "FR1420041010050500013M02606"},
    {"Bernd Beispiel", "AT611904300234573201"},
};

class Rents final : public EntrySource {
 public:
  explicit Rents(std::int64_t count) : count_{count} {}

  static std::int64_t amount(std::int64_t number) { return 45'000 + number * 37 % 90'000; }

  Result<bool> next(std::size_t, Entry& entry) override {
    if (at_ == count_) return false;
    const Payer& payer = payers[at_ % 4];
    char* digits = reference_.data() + 3;
    char* mandate_digits = mandate_.data() + 2;
    std::int64_t rest = at_;
    for (int place = 7; place >= 0; --place, rest /= 10)
      digits[place] = mandate_digits[place] = static_cast<char>('0' + rest % 10);
    entry.reference = reference_;
    entry.mandate = mandate_;
    entry.currency = euro;
    entry.amount_minor = amount(at_);
    entry.signed_on = make_date(2015, 1, 1) + std::chrono::days{at_ % 4000};
    entry.payer_name = payer.name;
    entry.payer_account = payer.account;
    entry.remittance = "Rent and service charge November 2026, flat 12, contract 2026-000123";
    ++at_;
    return true;
  }

 private:
  std::int64_t count_;
  std::int64_t at_ = 0;
  std::string reference_ = "CF-00000000-1", mandate_ = "M-00000000-2024";
};

void append_escaped_text(std::string_view text, std::string& out) {
  for (const char byte : text) {
    switch (byte) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += byte;
    }
  }
}

/// What one would write by hand for exactly these entries.
Result<void> append_plainly(std::string_view first_lines, Rents& rents, ByteTarget& target) {
  std::string out{first_lines};
  out.reserve(300 * 1024);
  Entry entry;
  while (*rents.next(0, entry)) {
    out += "<DrctDbtTxInf><PmtId><EndToEndId>";
    append_escaped_text(entry.reference, out);
    out += "</EndToEndId></PmtId><InstdAmt Ccy=\"EUR\">";
    out += std::to_string(entry.amount_minor / 100);
    out += '.';
    out += static_cast<char>('0' + entry.amount_minor / 10 % 10);
    out += static_cast<char>('0' + entry.amount_minor % 10);
    out += "</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>";
    append_escaped_text(entry.mandate, out);
    out += "</MndtId><DtOfSgntr>";
    out += iso_date(*entry.signed_on);
    out +=
        "</DtOfSgntr></MndtRltdInf></DrctDbtTx><DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></"
        "DbtrAgt><Dbtr><Nm>";
    append_escaped_text(entry.payer_name, out);
    out += "</Nm></Dbtr><DbtrAcct><Id><IBAN>";
    append_escaped_text(entry.payer_account, out);
    out += "</IBAN></Id></DbtrAcct><RmtInf><Ustrd>";
    append_escaped_text(entry.remittance, out);
    out += "</Ustrd></RmtInf></DrctDbtTxInf>\n";
    if (out.size() < 256 * 1024) continue;
    if (auto appended = target.append(out); !appended) return appended;
    out.clear();
  }
  out += "</PmtInf>\n</CstmrDrctDbtInitn>\n</Document>\n";
  return target.append(out);
}

bool same_bytes(const std::string& left, const std::string& right) {
  std::ifstream left_file{left, std::ios::binary}, right_file{right, std::ios::binary};
  return std::equal(std::istreambuf_iterator<char>{left_file}, {}, std::istreambuf_iterator<char>{right_file}, {});
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

long memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t count = argc > 1 ? std::atoll(argv[1]) : 300'000;
  const std::string folder = argc > 2 ? argv[2] : std::filesystem::temp_directory_path().string();
  const std::string path = folder + "/pain008_write_bench.xml";

  WriteOrder order;
  order.format = "pain.008.001.08";
  order.head.message_id = "CF-20261102-0001";
  order.head.created = "2026-11-02T09:30:00";
  order.head.sender_name = "Example Housing Ltd";
  BatchHead batch;
  batch.id = "CF-20261102-0001-1";
  batch.instrument = "CORE";
  batch.sequence = SequenceType::recurring;
  batch.creditor_name = "Example Housing Ltd";
  batch.creditor_id = "DE98ZZZ09999999999";
  batch.creditor_account = "DE89370400440532013000";
  batch.collect_on = make_date(2026, 11, 17);
  batch.currency = euro;
  batch.count = count;
  batch.sum_minor = 0;
  for (std::int64_t number = 0; number < count; ++number) batch.sum_minor += Rents::amount(number);
  order.batches.push_back(batch);

  const long memory_before = memory_kib();
  double best_write = 1e9;
  std::uint64_t bytes = 0;
  std::vector<Finding> notes;
  for (int round = 0; round < rounds; ++round) {
    std::filesystem::remove(path);
    Rents rents{count};
    const auto start = std::chrono::steady_clock::now();
    FileTarget target{path};
    const auto written = write_pain008(order, rents, target, notes);
    best_write = std::min(best_write, seconds_since(start));
    if (!written) {
      fmt::print("{}: {}\n", written.error().code, written.error().explanation);
      return 1;
    }
    bytes = written->bytes;
  }
  const long memory_after = memory_kib();

  std::string first_lines;
  {
    first_lines.resize(4096);
    std::ifstream{path, std::ios::binary}.read(first_lines.data(), static_cast<std::streamsize>(first_lines.size()));
    first_lines.erase(first_lines.find("<DrctDbtTxInf>"));
  }
  double best_append = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const std::string appended_path = path + ".plain";
    std::filesystem::remove(appended_path);
    Rents rents{count};
    const auto start = std::chrono::steady_clock::now();
    {
      FileTarget target{appended_path};
      if (!append_plainly(first_lines, rents, target)) return 1;
    }
    best_append = std::min(best_append, seconds_since(start));
    if (round == 0 && !same_bytes(path, appended_path)) {
      fmt::print("The two files differ.\n");
      return 1;
    }
    std::filesystem::remove(appended_path);
  }
  std::filesystem::remove(path);

  const double megabytes = static_cast<double>(bytes) / 1e6;
  fmt::print("pain.008 written: {} collections, {:.0f} MB, {:.0f} ns each\n", count, megabytes,
             best_write * 1e9 / static_cast<double>(count));
  fmt::print("writing, checked and hashed   {:7.0f} MB/s\n", megabytes / best_write);
  fmt::print("plain append of the same bytes {:7.0f} MB/s\n", megabytes / best_append);
  fmt::print("ratio {:.2f} (target >= 0.50 and >= 600 MB/s)\n", best_append / best_write);
  fmt::print("memory {} KiB more while writing\n", memory_after - memory_before);
}
