// How fast are MT940 and BAI2 read? The reader beside a scan for line ends over the same bytes, which are made while they
// are read so that the memory of the reader shows.
//
//   statement_read_bench [MEGABYTES]
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace {

using namespace counterfoil;

/// A report that is one piece repeated between a head and a tail.
struct Made {
  const char* name;
  std::string head, piece, tail;
  std::uint64_t repeats = 0;
};

Made make_mt940(std::uint64_t bytes) {
  Made made{.name = "mt940", .head = {}, .piece = {}, .tail = {}};
  made.head = ":20:STARTUMS\r\n:25:DE02120300000000202051\r\n:28C:00012/001\r\n:60F:C261201EUR0,00\r\n";
  made.piece =
      ":61:2612021202C105,00NCOLKREF+//B-77000042\r\n:86:171?00SEPA-LASTSCHRIFT?109251?20EREF+T1-1742?21KREF+CF-0001-1?22MR\r\n"
      "EF+M-000042?23CRED+DE98ZZZ09999999999?24SVWZ+RENT OF NOVEMBER, FL?25AT 17?30BYLADEM1001?3\r\n"
      "1DE89370400440532013000?32ANNA MUSTER\r\n"
      ":61:2612021202D105,00NRTINONREF//B-77000043\r\n/OCMT/EUR100,00//CHGS/EUR5,00/\r\n"
      ":86:109?00SEPA-LASTSCHR. RETOURE CORE?20EREF+T1-1743?21KREF+CF-0001-1?22MREF+M-000043?23SVWZ+AC04\r\n"
      "?30BYLADEM1001?31DE89370400440532013000?32BERT MUSTER\r\n";
  made.tail = ":62F:C261202EUR0,00\r\n-\r\n";
  made.repeats = bytes / made.piece.size();
  return made;
}

Made make_bai2(std::uint64_t bytes) {
  Made made{.name = "bai2", .head = {}, .piece = {}, .tail = {}};
  made.head = "01,121140399,COMPANY,261202,0754,17,80,1,2/\n02,COMPANY,121140399,1,261201,2400,USD,2/\n03,1234567890,USD,/\n";
  made.piece =
      "16,557,20000,V,261202,,SB2322600000214,021000080000030,ACH Return,Reason: \"R02\", Return of Client Ref ID\n"
      "88,IDNM: T1-1742\n88,EREF: 021000080000030\n88,CRNM: ANNA EXAMPLE\n"
      "16,142,490196,S,100000,200000,190196,SPB2322984714570,1111,ACH Credit Payment,Entry Description: RENT, SEC: CCD/\n";
  made.repeats = bytes / made.piece.size();
  const auto total = std::to_string(made.repeats * (20000 + 490196));
  const auto records = made.repeats * 5;
  made.tail = "49," + total + "," + std::to_string(records + 2) + "/\n98," + total + ",1," + std::to_string(records + 4) +
              "/\n99," + total + ",1," + std::to_string(records + 6) + "/\n";
  return made;
}

class MadeSource final : public ByteSource {
 public:
  explicit MadeSource(const Made& made) : made_{made} {
    const std::uint64_t together = byte_piece_size / made.piece.size() + 1;
    for (std::uint64_t i = 0; i < together; ++i) block_ += made.piece;
    together_ = together;
  }

  Result<std::string_view> next() override {
    if (stage_ == 0) {
      stage_ = 1;
      return made_.head;
    }
    if (stage_ == 1 && done_ < made_.repeats) {
      const std::uint64_t now = std::min(together_, made_.repeats - done_);
      done_ += now;
      return std::string_view{block_}.substr(0, now * made_.piece.size());
    }
    if (stage_ == 1) {
      stage_ = 2;
      return made_.tail;
    }
    return std::string_view{};
  }

 private:
  const Made& made_;
  std::string block_;
  std::uint64_t together_ = 0, done_ = 0;
  int stage_ = 0;
};

class Counter final : public WordSink {
 public:
  void entry(const Entry& entry) override { sum += static_cast<std::uint64_t>(entry.amount_minor); }
  void finding(const Finding& finding) override {
    if (finding.severity == Severity::error && faults++ == 0) std::printf("  %s: %s\n", finding.code.c_str(), finding.message.c_str());
  }
  std::uint64_t sum = 0, faults = 0;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run(const Made& made) {
  const double megabytes =
      static_cast<double>(made.head.size() + made.piece.size() * made.repeats + made.tail.size()) / 1e6;
  auto start = std::chrono::steady_clock::now();
  MadeSource scanned{made};
  std::uint64_t lines = 0;
  for (auto piece = scanned.next(); piece && !piece->empty(); piece = scanned.next()) {
    for (const char* at = piece->data(); (at = static_cast<const char*>(std::memchr(
                                              at, '\n', static_cast<std::size_t>(piece->end() - at)))) != nullptr;
         ++at)
      ++lines;
  }
  const double scan = seconds_since(start);
  start = std::chrono::steady_clock::now();
  MadeSource source{made};
  Counter counter;
  const auto verdict = read_bank_file(source, {.file_name = made.name, .format = {}}, counter);
  const double reading = seconds_since(start);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%-6s %6.0f MB  %llu lines  scan %7.0f MB/s  read %6.0f MB/s (target 150)  %s, %llu faults, %ld MB in memory\n",
              made.name, megabytes, static_cast<unsigned long long>(lines), megabytes / scan, megabytes / reading,
              verdict ? std::string{verdict_name(*verdict)}.c_str() : "unreadable",
              static_cast<unsigned long long>(counter.faults), usage.ru_maxrss / 1024);
}

}  // namespace

int main(int count, char** arguments) {
  const std::uint64_t bytes = (count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 512) * 1'000'000;
  run(make_mt940(bytes));
  run(make_bai2(bytes));
  return 0;
}
