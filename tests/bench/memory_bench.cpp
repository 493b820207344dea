// Does memory grow with the file? The built program shows a small and a large NACHA file and a small and a large camt
// file, and writes files from a short and a long table of claims; the peak memory of each run is that of its own
// process. The files lie in a folder of their own, which is removed afterwards.
//
//   bench_memory PROGRAM [MEGABYTES [FOLDER]]
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "generators/writer.hpp"

namespace {

using namespace counterfoil;
namespace fs = std::filesystem;

constexpr std::uint64_t small_megabytes = 20;

/// Removed with everything in it, whatever happens.
class Folder {
 public:
  explicit Folder(const fs::path& in) {
    std::string name = (in / "cf-memory-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class FileTarget final : public ByteTarget {
 public:
  explicit FileTarget(const fs::path& path) : out_{path, std::ios::binary} {}
  Result<void> append(std::string_view bytes) override {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (out_) return {};
    return std::unexpected(Error{"bench.disk", "The file could not be written.", "Look for room on the disk."});
  }

 private:
  std::ofstream out_;
};

class ManyEntries final : public EntrySource {
 public:
  explicit ManyEntries(std::uint64_t a_batch) : a_batch_{a_batch} {}
  static std::int64_t amount(std::uint64_t number) { return static_cast<std::int64_t>(100 + number % 900); }

  Result<bool> next(std::size_t batch, Entry& entry) override {
    if (batch != batch_) batch_ = batch, at_ = 0;
    if (at_ == a_batch_) return false;
    ++at_;
    reference_ = fmt::format("CF-{}-{}", batch, at_);
    entry = {};
    entry.sequence_number = at_;
    entry.amount_minor = amount(at_);
    entry.reference = reference_;
    entry.payer_name = "DOE JANE";
    entry.payer_account = "0001234567";
    entry.payer_bank = "123456780";
    entry.account_kind = "checking";
    return true;
  }

 private:
  std::uint64_t a_batch_, at_ = 0;
  std::size_t batch_ = 0;
  std::string reference_;
};

bool make_nacha(const fs::path& path, std::uint64_t megabytes) {
  // The control record counts at most 999,999 blocks of ten records: no file can be longer than 950 MB.
  constexpr std::uint64_t a_batch = 100'000, most_batches = 99;
  const auto batches = std::clamp<std::uint64_t>(megabytes * 1'000'000 / 95 / a_batch, 1, most_batches);
  WriteOrder order;
  order.format = "nacha";
  order.head.receiver = "076401251";
  order.head.sender = "1234567890";
  order.head.created = "2026-11-02T09:30:00";
  order.head.created_on = make_date(2026, 11, 2);
  BatchHead batch;
  batch.instrument = "PPD";
  batch.creditor_name = "EXAMPLE ESTATES";
  batch.creditor_id = "1234567890";
  batch.creditor_bank = "07640125";
  batch.description = "HOA DUES";
  batch.collect_on = make_date(2026, 11, 3);
  batch.currency = us_dollar;
  batch.count = static_cast<std::int64_t>(a_batch);
  batch.sum_minor = 0;
  for (std::uint64_t i = 1; i <= a_batch; ++i) batch.sum_minor += ManyEntries::amount(i);
  order.batches.assign(batches, batch);
  ManyEntries entries{a_batch};
  FileTarget target{path};
  std::vector<Finding> notes;
  const auto written = write_collection(order, entries, target, notes);
  if (!written) fmt::print(stderr, "{}\n", written.error().explanation);
  return written.has_value();
}

bool make_camt(const fs::path& path, std::uint64_t megabytes) {
  std::ofstream out{path, std::ios::binary};
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"><BkToCstmrDbtCdtNtfctn>"
         "<GrpHdr><MsgId>BENCH-3</MsgId><CreDtTm>2026-11-02T09:30:00</CreDtTm></GrpHdr>\n"
         "<Ntfctn><Id>N-1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>\n";
  for (std::uint64_t number = 1, bytes = 0; bytes < megabytes * 1'000'000; ++number) {
    const auto booking = fmt::format(
        "<Ntry><NtryRef>{0}</NtryRef><Amt Ccy=\"EUR\">53.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd>"
        "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-02</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd>"
        "<SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>B{0}-1</EndToEndId>"
        "<MndtId>M-{0}</MndtId></Refs><Amt Ccy=\"EUR\">53.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><AmtDtls><InstdAmt>"
        "<Amt Ccy=\"EUR\">50.00</Amt></InstdAmt></AmtDtls><Chrgs><Rcrd><Amt Ccy=\"EUR\">3.00</Amt>"
        "<ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs><RtrInf><Rsn><Cd>MS03</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
        "</Ntry>\n",
        number);
    bytes += booking.size();
    out << booking;
  }
  out << "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n";
  out.flush();
  return out.good();
}

std::uint64_t rows_for(std::uint64_t megabytes) { return megabytes * 1'500; }

bool make_claims(const fs::path& path, std::uint64_t megabytes) {
  std::ofstream creditor{path.parent_path() / "creditor.toml"};
  creditor << "name = \"Example Estates\"\nscheme = \"iso20022\"\naccount = \"DE02120300000000202051\"\n"
              "bank = \"BYLADEM1001\"\ncreditor_id = \"DE98ZZZ09999999999\"\n";
  std::ofstream out{path, std::ios::binary};
  out << "reference,mandate,signed_on,sequence,payer_name,payer_account,payer_bank,amount,currency,collect_on,"
         "remittance\n";
  for (std::uint64_t row = 1; row <= rows_for(megabytes); ++row) {
    out << fmt::format(
        "RENT-{0},M-{0},2024-03-01,RCUR,Anna Example,DE02500105170137075030,INGDDEFFXXX,{1}.{2:02},EUR,2026-12-02,"
        "Rent December flat {0}\n",
        row, 100 + row % 900, row % 100);
  }
  out.flush();
  return creditor.good() && out.good();
}

struct Run {
  bool ended = false;
  int exit_code = 0;
  double seconds = 0;
  double megabytes = 0;  // Peak.
};

Run run(const std::vector<std::string>& words) {
  Run made;
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nothing, STDOUT_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  made.ended = WIFEXITED(status) && WEXITSTATUS(status) != 127;
  made.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  made.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  made.megabytes = static_cast<double>(usage.ru_maxrss) / 1024;
  return made;
}

void tell(std::string_view what, const Run& small, const Run& large, double small_size, double large_size,
          std::string_view target) {
  fmt::print(
      "{:<20} {:>5.0f} MB: peak {:>6.1f} MB, exit {}; {:>5.0f} MB: peak {:>6.1f} MB, exit {}, {:.1f} s; memory ratio "
      "{:.2f} (target {})\n",
      what, small_size, small.megabytes, small.exit_code, large_size, large.megabytes, large.exit_code, large.seconds,
      large.megabytes / small.megabytes, target);
  std::fflush(stdout);
}

double megabytes_of(const fs::path& path) { return static_cast<double>(fs::file_size(path)) / 1e6; }

template <class Make>
bool show(const std::string& program, const fs::path& folder, std::string_view what, std::uint64_t megabytes,
          Make make) {
  const fs::path small = folder / "small", large = folder / "large";
  if (!make(small, small_megabytes) || !make(large, megabytes)) return false;
  const auto with_small = run({program, "file", "show", small.string()});
  const auto with_large = run({program, "file", "show", large.string()});
  tell(what, with_small, with_large, megabytes_of(small), megabytes_of(large), "<= 1.10");
  fs::remove(small);
  fs::remove(large);
  return with_small.ended && with_large.ended;
}

bool write(const std::string& program, const fs::path& folder, std::uint64_t megabytes) {
  const fs::path claims = folder / "claims.csv", output = folder / "debits.xml";
  const auto write_of = [&](std::uint64_t size) {
    if (!make_claims(claims, size)) return Run{};
    return run({program, "file", "write", "--creditor", (folder / "creditor.toml").string(), "--claims",
                claims.string(), "--output", output.string(), "--created", "2026-11-24T09:30:00", "--replace"});
  };
  const auto with_small = write_of(small_megabytes);
  const double small_size = fs::exists(output) ? megabytes_of(output) : 0;
  const auto with_large = write_of(megabytes);
  tell(fmt::format("write {} claims", rows_for(megabytes)), with_small, with_large, small_size,
       fs::exists(output) ? megabytes_of(output) : 0,
       // References are remembered up to a bound, to tell those that stand twice.
       "peak <= 512 MB");
  return with_small.ended && with_large.ended;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 2) {
    std::puts("bench_memory PROGRAM [MEGABYTES [FOLDER]]");
    return 2;
  }
  const std::string program = arguments[1];
  const std::uint64_t megabytes = argument_count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 2000;
  const Folder folder{argument_count > 3 ? fs::path{arguments[3]} : fs::temp_directory_path()};
  if (folder.path().empty()) return 1;
  std::error_code unknown;
  const auto room = fs::space(folder.path(), unknown);
  if (unknown || room.available / 1'000'000 < 4 * megabytes) {
    std::puts("There is no room for the files.");
    return 1;
  }
  const bool is_good = show(program, folder.path(), "show nacha", megabytes, make_nacha) &&
                       show(program, folder.path(), "show camt.054", megabytes, make_camt) &&
                       write(program, folder.path(), megabytes);
  return is_good ? 0 : 1;
}
