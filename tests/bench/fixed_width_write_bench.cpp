// Writing fixed-width collection files beside appending the finished bytes of the same file and hashing them.
//
//   bench_fixed_width_write [ENTRIES [FORMAT]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "generators/hashed_output.hpp"
#include "generators/writer.hpp"

namespace counterfoil {
namespace {

/// Counts the bytes and forgets them, so that the writer alone is measured.
class Nowhere final : public ByteTarget {
 public:
  Result<void> append(std::string_view bytes) override {
    bytes_ += bytes.size();
    return {};
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

/// The same few claims over and over; references and amounts differ.
class ManyEntries final : public EntrySource {
 public:
  ManyEntries(const Entry& first, std::uint64_t count) : entry_{first}, count_{count} {}

  Result<bool> next(std::size_t, Entry& entry) override {
    if (at_ == count_) return false;
    entry_.sequence_number = ++at_;
    entry_.amount_minor = amount(at_);
    for (char* digit = reference_ + 9; ++*digit > '9'; --digit) *digit = '0';
    entry_.reference = {reference_, 10};
    entry = entry_;
    return true;
  }

  static std::int64_t amount(std::uint64_t number) { return static_cast<std::int64_t>(1000 + number % 90000); }

 private:
  Entry entry_;
  std::uint64_t count_;
  std::uint64_t at_ = 0;
  char reference_[11] = "CF-0000000";
};

struct Job {
  const char* name;
  WriteOrder order;
  Entry entry;
  std::uint64_t count;
};

void plan(Job& job, BatchHead batch) {
  batch.count = static_cast<std::int64_t>(job.count);
  batch.sum_minor = 0;
  for (std::uint64_t i = 1; i <= job.count; ++i) batch.sum_minor += ManyEntries::amount(i);
  job.order.batches = {batch};
}

Job nacha_job(std::uint64_t count) {
  Job job{.name = "nacha", .order = {}, .entry = {}, .count = count};
  job.order.format = "nacha";
  job.order.head.receiver = "076401251";
  job.order.head.sender = "1234567890";
  job.order.head.created = "2026-11-02T09:30:00";
  job.order.head.created_on = make_date(2026, 11, 2);
  BatchHead batch;
  batch.instrument = "PPD";
  batch.creditor_name = "EXAMPLE ESTATES";
  batch.creditor_id = "1234567890";
  batch.creditor_bank = "07640125";
  batch.description = "HOA DUES";
  batch.collect_on = make_date(2026, 11, 3);
  batch.currency = us_dollar;
  plan(job, batch);
  job.entry.payer_name = "DOE JANE";
  job.entry.payer_account = "0001234567";
  job.entry.payer_bank = "123456780";
  job.entry.account_kind = "checking";
  return job;
}

Job cn_job(std::uint64_t count) {
  Job job{.name = "cn-304", .order = {}, .entry = {}, .count = count};
  job.order.format = "cn-304";
  job.order.head.created_on = make_date(2025, 6, 10);
  job.order.head.message_id = "00200001";
  BatchHead batch;
  batch.creditor_id = "E0000000001";
  batch.creditor_bank = "105584000005";
  batch.id = "00200001";
  batch.collect_on = make_date(2025, 6, 10);
  batch.currency = yuan;
  plan(job, batch);
  job.entry.mandate = "AG0000000000000001";
  job.entry.payer_bank = "102584000002";
  job.entry.payer_account = "6200000000000000025";
  job.entry.payer_name = "\xE6\xAC\xA7\xE9\x98\xB3\xE5\xA8\x9C\xE5\xA8\x9C";
  return job;
}

/// The writer hashes in a second thread. By the clock the file is as fast as the slower of the two; the processor time
/// is that of both, and does not suffer from a busy machine.
class Timer {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  [[nodiscard]] double processor_seconds() const {
    return static_cast<double>(std::clock() - processor_begin_) / CLOCKS_PER_SEC;
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::clock_t processor_begin_ = std::clock();
};

/// Appending finished bytes and hashing them: what no writer can beat.
double append_speed(std::uint64_t bytes) {
  const std::string piece(94 * 1000, '7');
  const Timer timer;
  Nowhere target;
  HashedOutput output{target};
  while (output.bytes() < bytes) {
    output.text() += piece;
    if (!output.pass_on()) return 0;
  }
  if (!output.finish()) return 0;
  return static_cast<double>(target.bytes()) / 1e6 / timer.processor_seconds();
}

bool run(const Job& job) {
  double best = 0, best_processor = 0;
  std::uint64_t bytes = 0;
  for (int round = 0; round < 9; ++round) {
    ManyEntries entries{job.entry, job.count};
    Nowhere target;
    std::vector<Finding> notes;
    const Timer timer;
    const auto written = write_collection(job.order, entries, target, notes);
    if (!written) {
      std::printf("%s: %s\n", job.name, written.error().explanation.c_str());
      return false;
    }
    bytes = written->bytes;
    best = std::max(best, static_cast<double>(bytes) / 1e6 / timer.seconds());
    best_processor = std::max(best_processor, static_cast<double>(bytes) / 1e6 / timer.processor_seconds());
  }
  const double append = append_speed(bytes);
  std::printf(
      "%-8s %8.1f MB  written at %7.0f MB/s (target >= 400)  by processor time %7.0f MB/s, append and hash %7.0f MB/s, "
      "ratio %.2f\n",
      job.name, static_cast<double>(bytes) / 1e6, best, best_processor, append,
      append > 0 ? best_processor / append : 0);
  return true;
}

}  // namespace
}  // namespace counterfoil

int main(int argc, char** argv) {
  using namespace counterfoil;
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 990'000;
  const std::string_view only = argc > 2 ? argv[2] : "";
  bool is_good = true;
  for (const Job& job : {nacha_job(count), cn_job(count)}) {
    if (only.empty() || only == job.name) is_good = run(job) && is_good;
  }
  return is_good ? 0 : 1;
}
