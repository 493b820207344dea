// How long do plan + seal and ingest + match take for a million claims? Each beside one COPY of the very rows it wrote
// into the very tables, keys, indexes and guards included. Every measured step is a process of its own, so that its
// memory shows. Beside the time by the clock stands the processor time, of the program and of the database together,
// which a busy machine does not spoil.
//
//   books_bench [CLAIMS]
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "apps/operations/batch_plan.hpp"
#include "apps/operations/batch_release.hpp"
#include "apps/operations/batch_seal.hpp"
#include "apps/operations/batch_send.hpp"
#include "apps/operations/desk.hpp"
#include "apps/operations/ingest.hpp"
#include "apps/operations/init.hpp"
#include "apps/operations/operators.hpp"
#include "store/batches.hpp"
#include "store/claims.hpp"
#include "store/bills.hpp"
#include "store/cluster.hpp"
#include "store/creditor_accounts.hpp"
#include "store/mandates.hpp"
#include "store/payers.hpp"
#include "store/sealed_files.hpp"

namespace {

using namespace counterfoil;
namespace fs = std::filesystem;

constexpr Date today = make_date(2026, 11, 24);
constexpr Date collect_on = make_date(2026, 12, 10);

struct Failed {};  // The reason was printed.

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}: {} {}\n", result.error().code, result.error().explanation, result.error().remedy);
    throw Failed{};
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct Measured {
  double seconds = 0;
  double processor_seconds = 0;  // Of the process itself.
  long megabytes = 0;
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

Measured in_own_process(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 0;
    try {
      work();
    } catch (const Failed&) {
      status = 1;
    }
    std::fflush(nullptr);
    ::_exit(status);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  if (status != 0) throw Failed{};
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return {took.count(), seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss / 1024};
}

class Bench {
 public:
  explicit Bench(std::int64_t count) : count_{count} {
    char folder[] = "/tmp/cf-bench-XXXXXX";
    home_ = ::mkdtemp(folder);
    fs::permissions(home_, fs::perms{0711});
    fs::create_directory(home_ / "outbox");
  }
  ~Bench() {
    if (auto cluster = Cluster::at(home_)) static_cast<void>(cluster->stop(true));
    std::error_code ignored;
    fs::remove_all(home_, ignored);
  }

  void run() {
    tell("settling in", in_own_process([&] { settle_in(); }));
    const auto out = with_database([&] {
      auto desk = desk_as("");
      const auto begin = std::chrono::steady_clock::now();
      PlanRequest request;
      request.creditor = "rent";
      request.collect_on = collect_on;
      const auto plan = must(create_batch(desk, request));
      const std::chrono::duration<double> planned = std::chrono::steady_clock::now() - begin;
      if (plan.claims != static_cast<std::uint64_t>(count_)) {
        fmt::print(stderr, "{} claims instead of {}, {} bills left out\n", plan.claims, count_, plan.left_out);
        for (const auto& [reason, group] : plan.groups) fmt::print(stderr, "  {}\n", group.sentence);
        throw Failed{};
      }
      must(seal_batch(desk, plan.batch_number));
      fmt::print("  of that planning {:.1f} s\n", planned.count());
    });
    report("plan + seal", out, {"claim", "claim_item", "sealed_file", "sealed_block", "sealed_file_chunk"}, "");
    tell("sending and answering", in_own_process([&] { send_and_answer(); }));
    const auto in = with_database([&] {
      auto desk = desk_as("");
      const auto result = must(ingest_file(desk, {.path = (home_ / "answer").string()}));
      if (result.posted != static_cast<std::uint64_t>(count_)) {
        fmt::print(stderr, "{} posted, {} exceptions\n", result.posted, result.exceptions);
        throw Failed{};
      }
    });
    report("ingest + match", in,
           {"bank_file", "bank_file_chunk", "bank_block", "bank_finding", "bank_entry", "entry_match", "claim_event",
            "journal", "mandate_event"},
           "where purpose = 'billed'");
  }

 private:
  /// What the database's processes have used that are gone: each command has one of its own. The last one may take a
  /// while to go, so that the figure is read until it stands still.
  double server_seconds() const {
    double before = -1, now = gone_seconds();
    while (now != before) {
      ::sleep(2);
      before = now;
      now = gone_seconds();
    }
    return now;
  }

  double gone_seconds() const {
    long long server = 0;
    std::ifstream{home_ / "cluster" / "postmaster.pid"} >> server;
    std::ifstream file{fmt::format("/proc/{}/stat", server)};
    std::string stat{std::istreambuf_iterator<char>{file}, {}};
    std::istringstream fields{stat.substr(std::min(stat.size(), stat.rfind(')') + 1))};
    std::string skipped;
    for (int field = 3; field < 16; ++field) fields >> skipped;
    double user = 0, system = 0;  // Of the children that were waited for.
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }

  Measured with_database(const std::function<void()>& work) const {
    const double before = server_seconds();
    auto measured = in_own_process(work);
    measured.processor_seconds += server_seconds() - before;
    return measured;
  }

  static void tell(const char* what, Measured took) {
    fmt::print("  {}: {:.1f} s, {} MB\n", what, took.seconds, took.megabytes);
    std::fflush(stdout);
  }

  Desk desk_as(std::string name) const {
    DeskRequest request;
    request.home = home_;
    request.as = std::move(name);
    request.today = today;
    return must(Desk::open(request));
  }

  void settle_in() const {
    InitRequest init_request;
    init_request.home = home_;
    must(init(init_request));
    auto desk = desk_as("");
    must(add_operator(desk, {.name = "second",
                             .full_name = {},
                             .system_user = {},
                             .roles = {Role::approver, Role::releaser, Role::courier}}));
    const Scope scope = desk.scope();
    auto transaction = must(desk.session().begin());
    CreditorAccount account;
    account.id = new_id();
    account.label = "rent";
    account.name = "Village Flats";
    account.scheme = "iso20022";
    account.format = "pain.008.001.08";
    account.instrument = "CORE";
    account.currency = euro;
    account.account = "DE89370400440532013000";
    account.bank = "COBADEFFXXX";
    account.creditor_id = "DE98ZZZ09999999999";
    must(insert_creditor_account(scope, account));
    PayerWriter payers{scope};
    MandateWriter mandates{scope, desk.actor().name};
    BillWriter bills{scope, {}};
    std::vector<Payer> some;
    constexpr std::int64_t at_once = 10'000;
    for (std::int64_t first = 0; first < count_; first += at_once) {
      some.clear();
      for (std::int64_t i = first; i < std::min(first + at_once, count_); ++i) {
        Payer& payer = some.emplace_back();
        payer.id = new_id();
        payer.number = fmt::format("P{:07}", i);
        payer.name = fmt::format("Anna Muster {}", i);
        must(payers.add(payer));
      }
      must(payers.finish());
      for (std::size_t i = 0; i < some.size(); ++i) must(mandates.add(mandate_of(account, some[i]), created()));
      must(mandates.finish());
      for (const Payer& payer : some) must(bills.add(bill_of(payer, desk.actor().name)));
      must(bills.finish());
    }
    must(approve_bills(scope, {}, "second", {}, today));
    must(transaction.commit());
    auto owner = must(Session::open(must(Cluster::at(home_)).superuser_address(database())));
    must(owner.run_script("vacuum analyze"));
  }

  static MandateEvent created() {
    MandateEvent event;
    event.to = MandateState::active;
    event.on = today;
    return event;
  }

  static Mandate mandate_of(const CreditorAccount& account, const Payer& payer) {
    Mandate mandate;
    mandate.id = new_id();
    mandate.reference = "M" + payer.number;
    mandate.scheme = "iso20022";
    mandate.instrument = "CORE";
    mandate.creditor_account = account.id;
    mandate.payer = payer.id;
    mandate.payer_name = payer.name;
    mandate.account = "NL91ABNA0417164300";
    mandate.bank = "ABNANL2AXXX";
    mandate.signed_on = make_date(2025, 3, 1);
    mandate.state = MandateState::active;
    mandate.used = 1;
    mandate.last_collected_on = make_date(2026, 11, 10);
    return mandate;
  }

  static Bill bill_of(const Payer& payer, const std::string& importer) {
    Bill bill;
    bill.id = new_id();
    bill.number = "B" + payer.number;
    bill.payer = payer.id;
    bill.currency = euro;
    bill.amount_minor = 15050;
    bill.due_on = collect_on;
    bill.notified_on = make_date(2026, 11, 1);
    bill.text = "Rent and service charges December 2026, flat " + payer.number;
    bill.imported_by = importer;
    return bill;
  }

  void send_and_answer() const {
    {
      auto desk = desk_as("second");
      const auto file = must(list_sealed_files(desk.scope(), 1)).front();
      must(approve_batch(desk, "B-000001", digest_text(file.digest)));
      must(release_batch(desk, "B-000001"));
      must(send_batch(desk, {.batch = "B-000001", .folder = (home_ / "outbox").string()}));
    }
    write_answer();
  }

  // One booking a claim, as a bank without batch booking writes them.
  void write_answer() const {
    std::ofstream out{home_ / "answer", std::ios::binary};
    out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "
           "xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\">"
           "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>ANSWER-1</MsgId><CreDtTm>2026-12-10T20:00:00</CreDtTm></GrpHdr>"
           "<Ntfctn><Id>N-1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>\n";
    auto desk = desk_as("");
    auto transaction = must(desk.session().begin());
    const auto batch = must(find_batch(desk.scope(), "B-000001"));
    must(visit_claims(desk.scope(), batch->batch.id, [&](const ClaimRow& row) -> Result<void> {
      const auto amount = Money{row.claim.amount_minor, euro}.decimal();
      out << "<Ntry><Amt Ccy=\"EUR\">" << amount
          << "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-12-10</Dt></BookgDt>"
             "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>ESDD</SubFmlyCd></Fmly></Domn></BkTxCd>"
             "<NtryDtls><TxDtls><Refs><EndToEndId>"
          << row.claim.reference << "</EndToEndId><MndtId>" << row.claim.mandate_reference
          << "</MndtId></Refs><Amt Ccy=\"EUR\">" << amount
          << "</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>" << row.claim.payer_name
          << "</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>" << row.claim.account
          << "</IBAN></Id></DbtrAcct></RltdPties></TxDtls></NtryDtls></Ntry>\n";
      return {};
    }));
    out << "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n";
  }

  static std::string database() { return Cluster::database_name(Environment::test); }

  void psql(const std::string& commands) const {
    const auto status = must(must(Cluster::at(home_)).status());
    const auto script = home_ / "commands.sql";
    std::ofstream{script}
        << "\\set ON_ERROR_STOP on\nset client_min_messages = warning;\nset session_replication_role = replica;\n"
        << commands;
    const auto line = fmt::format("{} -q -h {} -U counterfoil -d {} -f {}", (status.bin / "psql").string(),
                                  status.socket_folder.string(), database(), script.string());
    if (std::system(line.c_str()) != 0) throw Failed{};
  }

  // Takes the rows out, empties the tables and times one COPY that brings them back, guards on.
  void report(const char* what, Measured ours, const std::vector<std::string>& tables, const std::string& stays) const {
    std::string out, gone, in, first;
    for (const auto& table : tables) {
      const auto file = (home_ / (table + ".rows")).string();
      const bool is_split = table == "journal" && !stays.empty();
      out += fmt::format("\\copy (select * from {} {}) to '{}' (format binary)\n", table,
                         is_split ? "where purpose <> 'billed'" : "", file);
      gone += fmt::format("{}{}", gone.empty() ? "truncate " : ", ", table);
      in += fmt::format("\\copy {} from '{}' (format binary)\n", table, file);
      if (is_split) {
        out += fmt::format("\\copy (select * from {} {}) to '{}.stays' (format binary)\n", table, stays, file);
        first += fmt::format("\\copy {} from '{}.stays' (format binary)\n", table, file);
      }
    }
    psql(out);
    psql(gone + " cascade;\n" + first + "checkpoint;\n");
    const auto copied =
        with_database([&] { psql("set session_replication_role = origin;\nbegin;\n" + in + "commit;\n"); });
    fmt::print(
        "{}: {} claims in {:.1f} s, COPY of the same rows {:.1f} s, ratio {:.2f} (target <= 4); processor {:.1f} s "
        "and {:.1f} s, ratio {:.2f}; {} MB (target <= 512)\n",
        what, count_, ours.seconds, copied.seconds, ours.seconds / copied.seconds, ours.processor_seconds,
        copied.processor_seconds, ours.processor_seconds / copied.processor_seconds, ours.megabytes);
    std::fflush(stdout);
  }

  std::int64_t count_;
  fs::path home_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    Bench{argc > 1 ? std::atoll(argv[1]) : 1'000'000}.run();
  } catch (const Failed&) {
    return 1;
  }
}
