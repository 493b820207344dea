// The whole path through the database: import, approve, plan, seal, release, ingest, match, post, check.
#include "tests/store/village.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "store/audit.hpp"
#include "store/claim_posting.hpp"
#include "store/exceptions.hpp"
#include "store/invariants.hpp"
#include "store/journal.hpp"
#include "store/reports.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {
namespace {

// One line of a bank's answer.
struct Line {
  std::string reference;
  Outcome outcome = Outcome::settled;
  ClaimEventKind event = ClaimEventKind::settle;
  std::int64_t amount_minor = 0;
  std::int64_t charges_minor = 0;
  std::string reason = {};
  std::string trace = {};
};

class Village : public VillageTest {
 protected:
  StoredBatch sent_batch(bool with_trace = false) {
    auto transaction = session().begin();
    auto batch = make_batch(scope());
    EXPECT_TRUE(batch.has_value()) << told(batch.error());
    auto file = send_out(*batch, with_trace);
    EXPECT_TRUE(file.has_value()) << told(file.error());
    EXPECT_TRUE(transaction->commit().has_value());
    return std::move(*batch);
  }

  // Ingests the lines and posts each one that finds exactly one claim, as a judge would; others become exceptions.
  Result<Matching::Counts> ingest(const std::vector<Line>& lines, std::string_view name) {
    auto transaction = session().begin();
    if (!transaction) return std::unexpected(transaction.error());
    BankFile file;
    file.id = new_id();
    file.file_name = name;
    file.scheme = "iso20022";
    file.format = "camt.054.001.08";
    file.kind = FileKind::settlement;
    file.channel = "rent-eur";
    file.logical_identity = name;
    file.creditor_account = account_.id;
    file.received_by = "courier";
    BankFileWriter writer{scope(), file.id};
    std::string bytes{name};
    std::uint32_t position = 0;
    for (const auto& line : lines) {
      Entry entry;
      entry.position = ++position;
      entry.line = position * 10;
      entry.reference = line.reference;
      entry.original_trace = line.trace;
      entry.currency = euro;
      entry.amount_minor = line.amount_minor;
      entry.charges_minor = line.charges_minor;
      entry.outcome = line.outcome;
      entry.reason = line.reason;
      entry.payer_account = "NL91ABNA0000000001";
      entry.booked_on = village_collect;
      bytes += line.reference;
      if (auto done = writer.add_entry(entry, 0); !done) return std::unexpected(done.error());
    }
    if (auto done = writer.append_bytes(bytes); !done) return std::unexpected(done.error());
    if (auto done = writer.add_finding(
            {.code = "test.note", .severity = Severity::note, .place = {.line = 3}, .message = "m", .remedy = "r"});
        !done) {
      return std::unexpected(done.error());
    }
    if (auto done = writer.finish(file); !done) return std::unexpected(done.error());
    touched_.clear();
    touched_at_once_ = 0;
    Matching matching{scope(), file.id, "courier",
                      [&](std::span<const Matching::MandateTouch> touches) -> Result<void> {
                        touched_.insert(touched_.end(), touches.begin(), touches.end());
                        touched_at_once_ = std::max(touched_at_once_, touches.size());
                        return {};
                      }};
    auto walked = matching.visit([&](const EntryWithCandidates& row) -> Result<void> {
      const Line& line = lines[row.entry.position - 1];
      EXPECT_EQ(row.entry.payer_account, "NL91ABNA0000000001");
      JudgedEntry judged;
      Judgement& judgement = judged.judgement;
      judgement.amount_minor = line.amount_minor;
      judgement.charges_minor = line.charges_minor;
      judgement.on = village_collect;
      judgement.disposition = Disposition::exception;
      if (row.candidates.size() != 1) {
        judgement.exceptions.add(ExceptionClass::unknown_reference);
        judged.explanation = "No claim has this reference.";
        return matching.keep(row, judged);
      }
      judgement.matched = 0;
      judgement.rule = MatchRule::reference;
      if (row.candidates[0].taken_in_this_file || !try_next_state(row.candidates[0].state, line.event)) {
        judgement.exceptions.add(ExceptionClass::duplicate_result);
        judged.explanation = "The same result came before.";
        return matching.keep(row, judged);
      }
      judgement.disposition = Disposition::posted;
      judgement.event = line.event;
      return matching.keep(row, judged);
    });
    if (!walked) return std::unexpected(walked.error());
    if (auto done = matching.finish(); !done) return std::unexpected(done.error());
    const auto counts = matching.counts();
    if (auto done = transaction->commit(); !done) return std::unexpected(done.error());
    return counts;
  }

  void expect_all_hold() {
    const auto results = check_invariants(scope());
    COUNTERFOIL_ASSERT_OK(results);
    EXPECT_EQ(results->size(), 12U);
    for (const auto& result : *results) {
      EXPECT_EQ(result.violation_count, 0U)
          << result.code << ": "
          << (result.violations.empty() ? ""
                                        : result.violations.front().subject + " " + result.violations.front().sentence);
    }
  }

  // Codes of the promises that no longer hold.
  [[nodiscard]] std::string broken() {
    std::string codes;
    const auto results = check_invariants(scope());
    if (!results) return told(results.error());
    for (const auto& result : *results) {
      if (result.violation_count > 0) codes += std::string{result.code} + " ";
    }
    return codes;
  }

  // As somebody who owns the whole server might.
  void tamper(std::string_view sql) {
    auto superuser = open_superuser_session();
    COUNTERFOIL_ASSERT_OK(
        superuser.run_script(std::string{"set session_replication_role = replica; "} + std::string{sql}));
  }

  [[nodiscard]] std::int64_t open_of(int bill) {
    return find_bill(scope(), "BILL-" + std::to_string(bill)).value()->open_minor;
  }

  [[nodiscard]] Claim claim(const std::string& reference) { return **find_claim(scope(), reference); }

  std::vector<Matching::MandateTouch> touched_;
  std::size_t touched_at_once_ = 0;
};

TEST_F(Village, GivesBackWhatWasImported) {
  settle_in(3);
  EXPECT_EQ(count_payers(scope()).value(), 3U);
  EXPECT_EQ(find_payer(scope(), "P2").value()->address.town, "Delft");
  EXPECT_EQ(find_payer_ids(scope(), {"P1", "P9", "quote\"d"})->size(), 1U);
  const auto mandate = find_mandate(scope(), "M2");
  COUNTERFOIL_ASSERT_OK(mandate);
  EXPECT_EQ((*mandate)->account, account_of(2));
  EXPECT_EQ(mandates_of_account(scope(), "nl91 abna 0000 0000 03")->front().reference, "M3");
  EXPECT_EQ(mandate_history(scope(), (*mandate)->id)->size(), 1U);
  const auto bill = find_bill(scope(), "BILL-2");
  COUNTERFOIL_ASSERT_OK(bill);
  EXPECT_EQ((*bill)->amount_minor, 1002);
  EXPECT_EQ((*bill)->open_minor, 1002);
  EXPECT_EQ((*bill)->charges.size(), 2U);
  EXPECT_EQ(sum_bills(scope(), {})->front().amount_minor, 3006);
  EXPECT_EQ(find_bill_numbers(scope(), {"BILL-1", "BILL-7"})->size(), 1U);
  auto account = find_creditor_account(scope(), "rent-eur");
  COUNTERFOIL_ASSERT_OK(account);
  EXPECT_EQ(**account, account_);
  const auto plain = session().first_row<std::int64_t>(
      "select count(*) from mandate where position(convert_to('ABNA', 'UTF8') in account_sealed) > 0");
  COUNTERFOIL_ASSERT_OK(plain);
  EXPECT_EQ(std::get<0>(**plain), 0) << "No account number stands in the database in plain.";
}

TEST_F(Village, TellsThePlannerWhatABulkLoadBrought) {
  settle_in(3);
  auto transaction = session().begin();
  COUNTERFOIL_ASSERT_OK(refresh_statistics(scope(), 1'000'000,
                                           {"payer", "mandate", "mandate_event", "bill", "bill_charge", "claim",
                                            "claim_item", "claim_event", "bank_entry", "entry_match"}));
  COUNTERFOIL_ASSERT_OK(transaction->commit());
  const auto seen = session().first_row<std::int64_t>("select reltuples::bigint from pg_class where relname = 'payer'");
  COUNTERFOIL_ASSERT_OK(seen);
  EXPECT_EQ(std::get<0>(**seen), 3);
}

TEST_F(Village, SavesAMandateOnceAndRefusesAStaleOne) {
  settle_in(1);
  auto transaction = session().begin();
  Mandate mandate = **find_mandate(scope(), "M1");
  Mandate stale = mandate;
  const auto event = apply(mandate, {.kind = MandateEventKind::suspended, .detail = "asked"}, village_today);
  COUNTERFOIL_ASSERT_OK(event);
  COUNTERFOIL_ASSERT_OK(save_mandate(scope(), mandate, *event, "ana"));
  const auto other = apply(stale, {.kind = MandateEventKind::suspended, .detail = "asked"}, village_today);
  EXPECT_EQ(save_mandate(scope(), stale, *other, "ana").error().code, "store.stale");
  EXPECT_EQ(**find_mandate(scope(), "M1"), mandate);
}

TEST_F(Village, ApprovesWhatAnotherPersonImportedAndPutsItIntoTheBooks) {
  settle_in(3);
  auto transaction = session().begin();
  EXPECT_EQ(approve_bills(scope(), {}, "ana", {}, village_today).value(), 0U) << "The importer approves nothing.";
  EXPECT_EQ(approve_bills(scope(), {}, "ben", {.most_minor = 1002}, village_today).value(), 2U);
  EXPECT_EQ(approve_bills(scope(), {}, "ben", {}, village_today).value(), 1U);
  COUNTERFOIL_ASSERT_OK(transaction->commit());
  EXPECT_EQ(book_balances(scope())->at(1).debit_minor, 3006);
  expect_all_hold();
  EXPECT_EQ(session().run("update bill set approved_by = imported_by").error().place.field,
            "bill_approver_other_person");
}

TEST_F(Village, GoesTheWholeWayOutAndBack) {
  settle_in(6);
  approve_all();
  const auto batch = sent_batch();
  EXPECT_EQ(batch.batch.count, 6U);
  EXPECT_EQ(batch.batch.sum_minor, 6021);
  expect_all_hold();
  EXPECT_EQ(claim("B-000001-1").state, ClaimState::sent);

  const auto counts = ingest({{.reference = "B-000001-1", .amount_minor = 1001},
                              {.reference = " B-000001-2 ", .amount_minor = 1002},
                              {.reference = "B-000001-3",
                               .outcome = Outcome::rejected,
                               .event = ClaimEventKind::reject,
                               .amount_minor = 1003,
                               .reason = "AM04"},
                              {.reference = "B-000001-4", .amount_minor = 400},
                              {.reference = "B-000001-5", .amount_minor = 1005},
                              {.reference = "B-000001-5",
                               .outcome = Outcome::returned,
                               .event = ClaimEventKind::give_back,
                               .amount_minor = 1005,
                               .charges_minor = 250,
                               .reason = "MD01"},
                              {.reference = "nobody's", .amount_minor = 5}},
                             "answer-1");
  COUNTERFOIL_ASSERT_OK(counts);
  EXPECT_EQ(counts->posted, 6U);
  EXPECT_EQ(counts->exceptions, 1U);
  expect_all_hold();
  EXPECT_EQ(open_of(1), 0);
  EXPECT_EQ(open_of(2), 0);
  EXPECT_EQ(open_of(3), 1003);
  EXPECT_EQ(open_of(4), 604);
  EXPECT_EQ(open_of(5), 1005);
  EXPECT_EQ(claim("B-000001-4").collected_minor, 400);
  EXPECT_EQ(claim("B-000001-5").state, ClaimState::returned);
  EXPECT_EQ(claim("B-000001-6").state, ClaimState::sent);
  ASSERT_EQ(touched_.size(), 2U);
  EXPECT_EQ(touched_[0].mandate, find_mandate(scope(), "M3").value()->id);
  const auto standing = replay(*claim_history(scope(), claim("B-000001-5").id));
  COUNTERFOIL_ASSERT_OK(standing);
  EXPECT_EQ(standing->state, ClaimState::returned);
  EXPECT_EQ(standing->charges_minor, 250);
  EXPECT_FALSE(bill_steps(scope(), find_bill(scope(), "BILL-5").value()->id)->empty());

  // The next plan takes what failed and is allowed again, and leaves alone what is settled or on its way.
  std::vector<std::pair<std::string, std::uint32_t>> attempts;
  auto transaction = session().begin();
  COUNTERFOIL_ASSERT_OK(visit_plannable(scope(),
                                        {.creditor_account = account_.id,
                                         .due_to = village_collect,
                                         .due_from = {},
                                         .bill_number = {},
                                         .with_other_accounts = true},
                                        [&](const PlannableBill& row) -> Result<void> {
                                          attempts.emplace_back(row.bill->number,
                                                                row.earlier ? row.earlier->attempts : 0);
                                          if (row.bill->number == "BILL-3") {
                                            EXPECT_EQ(row.earlier->state, ClaimState::rejected);
                                            EXPECT_EQ(row.earlier->reason, "AM04");
                                            EXPECT_FALSE(row.earlier->repaired);
                                          }
                                          if (row.bill->number == "BILL-6") {
                                            EXPECT_EQ(row.earlier->state, ClaimState::sent);
                                          }
                                          return {};
                                        }));
  std::ranges::sort(attempts);
  EXPECT_EQ(attempts, (std::vector<std::pair<std::string, std::uint32_t>>{
                          {"BILL-3", 1}, {"BILL-4", 1}, {"BILL-5", 1}, {"BILL-6", 1}}));
  COUNTERFOIL_ASSERT_OK(mark_repaired(scope(), claim("B-000001-3").id, "ana", "spoke with the payer"));
  COUNTERFOIL_ASSERT_OK(transaction->commit());

  const auto outcome = report_batch_outcome(scope(), batch.batch.id);
  COUNTERFOIL_ASSERT_OK(outcome);
  EXPECT_EQ(outcome->size(), 4U);
  EXPECT_EQ(report_returns(scope(), std::nullopt, std::nullopt)->size(), 2U);
  EXPECT_EQ(report_months(scope())->front().open_minor, 1003 + 604 + 1005 + 1006);
  EXPECT_EQ(overview(scope())->exceptions_open, 1U);
  int unmatched = 0;
  COUNTERFOIL_ASSERT_OK(report_unmatched(scope(), [&](const UnmatchedLine& line) -> Result<void> {
    EXPECT_EQ(line.reference, "nobody's");
    ++unmatched;
    return {};
  }));
  EXPECT_EQ(unmatched, 1);
}

TEST_F(Village, TakesAFileInOnceAndCountsTwinLinesTwice) {
  settle_in(2);
  approve_all();
  sent_batch();
  const std::vector<Line> twins{{.reference = "stranger", .amount_minor = 5},
                                {.reference = "stranger", .amount_minor = 5}};
  EXPECT_EQ(ingest(twins, "twins")->exceptions, 2U) << "Two identical lines are two lines.";
  const auto again = ingest(twins, "twins");
  ASSERT_FALSE(again.has_value());
  EXPECT_TRUE(is_taken(again.error(), "bank_file_digest")) << told(again.error());
  EXPECT_EQ(count_open_exceptions(scope()).value(), 2U);
  expect_all_hold();
  const auto files = list_bank_files(scope());
  COUNTERFOIL_ASSERT_OK(files);
  ASSERT_EQ(files->size(), 1U) << "The second try left nothing.";
  EXPECT_EQ(findings_of(scope(), files->front().id)->front().place.line, 3U);
  EXPECT_TRUE(find_bank_file(scope(), "rent-eur", "twins")->has_value());
}

TEST_F(Village, NeverPostsTheSameResultTwiceInOneFileOrInTwo) {
  settle_in(2);
  approve_all();
  sent_batch();
  const Line settled{.reference = "B-000001-1", .amount_minor = 1001};
  const auto counts = ingest({settled, settled}, "doubled");
  COUNTERFOIL_ASSERT_OK(counts);
  EXPECT_EQ(counts->posted, 1U);
  EXPECT_EQ(counts->exceptions, 1U);
  EXPECT_EQ(ingest({settled}, "tomorrow")->exceptions, 1U);
  EXPECT_EQ(claim("B-000001-1").collected_minor, 1001);
  expect_all_hold();
}

TEST_F(Village, FindsAClaimByItsTrace) {
  settle_in(3);
  approve_all();
  sent_batch(true);
  EXPECT_EQ(claim("B-000001-2").trace, "123456780000102");
  const auto counts = ingest({{.reference = "",
                               .outcome = Outcome::returned,
                               .event = ClaimEventKind::give_back,
                               .amount_minor = 1002,
                               .reason = "R01",
                               .trace = "123456780000102"},
                              {.reference = "", .amount_minor = 1, .trace = "12345678000010X"},
                              {.reference = "", .amount_minor = 1, .trace = "123456780000999"}},
                             "returns");
  COUNTERFOIL_ASSERT_OK(counts);
  EXPECT_EQ(counts->posted, 1U);
  EXPECT_EQ(claim("B-000001-2").state, ClaimState::returned);
  EXPECT_EQ(open_of(2), 1002) << "It never was credited, so the bill owes its amount once.";
  // The credit comes late: the money came and went, and the bill is still open.
  COUNTERFOIL_ASSERT_OK(ingest({{.reference = "B-000001-2", .amount_minor = 1002}}, "late credit"));
  EXPECT_EQ(claim("B-000001-2").state, ClaimState::returned);
  EXPECT_EQ(claim("B-000001-2").collected_minor, 0);
  EXPECT_EQ(open_of(2), 1002);
  expect_all_hold();
}

TEST_F(Village, PostsToAWholeBatchInOneStep) {
  settle_in(5);
  approve_all();
  const auto batch = sent_batch();
  COUNTERFOIL_ASSERT_OK(ingest({{.reference = "B-000001-1",
                                 .outcome = Outcome::rejected,
                                 .event = ClaimEventKind::reject,
                                 .amount_minor = 1001,
                                 .reason = "AC01"}},
                               "rejects"));
  const auto standing = find_batch_standing(scope(), "MSG-1", "");
  COUNTERFOIL_ASSERT_OK(standing);
  ASSERT_NE(*standing, nullptr);
  EXPECT_EQ((*standing)->standing.count, 5U);
  EXPECT_EQ((*standing)->standing.rejected_minor, 1001);
  EXPECT_TRUE((*standing)->standing.was_sent);
  EXPECT_FALSE((*standing)->standing.all_decided);
  ASSERT_NE(*find_batch_standing(scope(), "", "BLOCK-1"), nullptr);
  EXPECT_EQ(*find_batch_standing(scope(), "", "BLOCK-2"), nullptr);
  ASSERT_NE(*find_batch_standing_by_sum(scope(), account_.id, 5015 - 1001, village_collect), nullptr);
  {
    auto transaction = session().begin();
    EXPECT_EQ(post_to_batch(scope(), {.batch = batch.batch.id,
                                      .sequence = {},
                                      .kind = ClaimEventKind::settle,
                                      .on = village_collect,
                                      .reason = {},
                                      .bank_file = {},
                                      .position = 0,
                                      .operator_name = "courier"})
                  .value(),
              4U);
    EXPECT_EQ(post_to_batch(scope(), {.batch = batch.batch.id,
                                      .sequence = {},
                                      .kind = ClaimEventKind::settle,
                                      .on = village_collect,
                                      .reason = {},
                                      .bank_file = {},
                                      .position = 0,
                                      .operator_name = "courier"})
                  .value(),
              0U)
        << "A second time touches nothing.";
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }
  EXPECT_EQ(open_of(1), 1001);
  EXPECT_EQ(open_of(2), 0);
  expect_all_hold();
  {
    auto transaction = session().begin();
    EXPECT_EQ(apply_batch_to_mandates(scope(), batch.batch.id, BatchMandateEffect::sent, village_today, "ana").value(),
              5U);
    EXPECT_EQ(
        apply_batch_to_mandates(scope(), batch.batch.id, BatchMandateEffect::settled, village_today, "ana").value(),
        4U);
    EXPECT_EQ(
        apply_batch_to_mandates(scope(), batch.batch.id, BatchMandateEffect::settled, village_today, "ana").value(),
        0U);
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }
  const auto mandate = find_mandate(scope(), "M2");
  EXPECT_EQ((*mandate)->used, 1U);
  EXPECT_EQ((*mandate)->last_collected_on, village_collect);
  EXPECT_EQ(mandate_history(scope(), (*mandate)->id)->size(), 3U);
  EXPECT_EQ(find_mandate(scope(), "M1").value()->last_collected_on, std::nullopt);
}

TEST_F(Village, LetsTheBillsOfAVoidedBatchGo) {
  settle_in(2);
  approve_all();
  {
    auto transaction = session().begin();
    auto batch = make_batch(scope());
    COUNTERFOIL_ASSERT_OK(batch);
    batch->batch.state = BatchState::voided;
    COUNTERFOIL_ASSERT_OK(save_batch(scope(), batch->batch, BatchEvent::make_void, "ana", "wrong date"));
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }
  EXPECT_EQ(claim("B-000001-1").state, ClaimState::voided);
  const auto next = sent_batch();
  EXPECT_EQ(next.batch.count, 2U);
  EXPECT_EQ(claim("B-000002-1").attempt, 1U) << "What was never presented is no attempt.";
  expect_all_hold();
}

TEST_F(Village, PostsToOneClaimWithItsCharges) {
  settle_in(1);
  approve_all();
  sent_batch();
  auto transaction = session().begin();
  const Id id = claim("B-000001-1").id;
  const auto post_one = [&](ClaimEventKind kind, std::int64_t charges) {
    return post_to_claim(scope(), id, kind, village_collect, 1001, charges, "X", "ana");
  };
  COUNTERFOIL_ASSERT_OK(post_one(ClaimEventKind::settle, 0));
  EXPECT_EQ(post_one(ClaimEventKind::settle, 0).error().code, "claim.transition");
  COUNTERFOIL_ASSERT_OK(post_one(ClaimEventKind::give_back, 300));
  EXPECT_EQ(open_of(1), 1001);
  COUNTERFOIL_ASSERT_OK(post_one(ClaimEventKind::dishonor, 0));
  EXPECT_EQ(open_of(1), 0);
  COUNTERFOIL_ASSERT_OK(transaction->commit());
  expect_all_hold();
}

TEST_F(Village, LetsOnlyOneOfManyClaimABill) {
  settle_in(1);
  approve_all();
  constexpr int racers = 8;
  std::barrier start{racers};
  std::atomic<int> won = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < racers; ++i) {
    threads.emplace_back([&] {
      auto mine = open_session();
      const Scope own = scope_on(mine);
      const auto keys = FieldSealer::open(TestCluster::get().home() / "test.keys", Environment::test);
      const Scope sealed{own.session, own.tenant, *keys};
      start.arrive_and_wait();
      auto transaction = mine.begin();
      // Each one plans from what it sees before any other has committed.
      Bill bill;
      Mandate mandate;
      auto seen = visit_plannable(
          sealed, {.creditor_account = account_.id, .due_to = village_collect, .due_from = {}, .bill_number = {}},
          [&](const PlannableBill& row) -> Result<void> {
            bill = *row.bill;
            mandate = *row.mandate;
            return {};
          });
      start.arrive_and_wait();
      Batch batch;
      batch.id = new_id();
      batch.creditor_account = account_.id;
      batch.collect_on = village_collect;
      batch.currency = euro;
      batch.prepared_by = "ana";
      auto number = insert_batch(sealed, batch);
      if (!number) return;
      Claim claim =
          make_claim(terms(), Planned{.amount_minor = bill.open_minor}, bill, mandate, new_id(), *number + "-1");
      claim.sequence_number = 1;
      ClaimWriter writer{sealed, batch.id};
      auto added = writer.add(claim);
      if (added) added = writer.finish();
      if (added && transaction->commit()) {
        ++won;
      } else if (!added && is_taken(added.error(), "claim_item_holds")) {
        ++refused;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(refused, racers - 1);
  expect_all_hold();
}

TEST_F(Village, NumbersFilesWithoutAGapHoweverManyTryAndFail) {
  std::vector<std::thread> threads;
  std::mutex guard;
  std::vector<std::uint64_t> taken;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      auto mine = open_session();
      for (int k = 0; k < 10; ++k) {
        auto transaction = mine.begin();
        auto number = take_numbers(scope_on(mine), account_.id, Counter::file, 1);
        if (!number || (i + k) % 3 == 0) continue;  // Rolled back: the number is not lost.
        if (!transaction->commit()) continue;
        const std::lock_guard lock{guard};
        taken.push_back(*number);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::ranges::sort(taken);
  for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], i + 1);
}

TEST_F(Village, RefusesInTheDatabaseWhatTheProgramRefusesFirst) {
  settle_in(2);
  approve_all();
  auto transaction = session().begin();
  auto batch = make_batch(scope());
  COUNTERFOIL_ASSERT_OK(batch);
  auto file = send_out(*batch);
  COUNTERFOIL_ASSERT_OK(file);
  COUNTERFOIL_ASSERT_OK(transaction->commit());
  const auto field = [&](std::string_view sql) {
    const auto refused = session().run(sql);
    return refused ? std::string{"accepted"} : refused.error().place.field;
  };
  EXPECT_EQ(
      field("insert into approval select tenant_id, batch_id, 50, sha256, prepared_by, prepared_by from approval"),
      "approval_other_person");
  EXPECT_EQ(
      field(
          "insert into approval select tenant_id, batch_id, 50, decode(repeat('00', 32), 'hex'), prepared_by, approver "
          "from approval"),
      "approval_digest");
  EXPECT_EQ(field("insert into approval select tenant_id, batch_id, 50, sha256, 'cem', approver from approval"),
            "approval_preparer");
  EXPECT_EQ(
      field(
          "insert into sealed_file select tenant_id, gen_random_uuid(), batch_id, creditor_account_id, 3, 'm', format, "
          "'f', sha256, 1, 1, 1, '', 0, 0, 'x' from sealed_file"),
      "sealed_file_sequence_gap_free");
  EXPECT_EQ(field("update creditor_counter set next_number = 1"), "counter_only_rises");
  EXPECT_EQ(
      field(
          "insert into journal values (1, gen_random_uuid(), 1, 1, current_date, 'bank', 'bank', 'EUR', 5, null, null, "
          "'x')"),
      "journal_two_accounts");
  EXPECT_EQ(
      field("insert into journal values (1, gen_random_uuid(), 1, 1, current_date, 'bank', 'loss', 'EUR', -5, null, "
            "null, 'x')"),
      "journal_amount_positive");
  EXPECT_EQ(
      field(
          "insert into outbox (tenant_id, file_id, batch_id, state) select tenant_id, id, gen_random_uuid(), 'waiting' "
          "from sealed_file"),
      "outbox_pkey");
}

TEST_F(Village, WantsAThirdPersonToReleaseWhereTheTenantSaysSo) {
  settle_in(1);
  approve_all();
  COUNTERFOIL_ASSERT_OK(session().run("update tenant set release_rule = 'third-person' where tenant_id = 1"));
  sent_batch();
  expect_all_hold();
  const auto refused = open_owner_session().run(
      "with gone as (select * from release limit 1) insert into release select g.tenant_id, g.batch_id, "
      "g.approval_number, "
      "g.sha256, g.prepared_by, 'ben' from gone g");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().place.field, "release_third_person");
}

TEST_F(Village, GivesASealedFileBackByteForByteAndNoticesAChange) {
  settle_in(1);
  approve_all();
  const auto batch = sent_batch();
  const auto file = sealed_file_of_batch(scope(), batch.batch.id);
  COUNTERFOIL_ASSERT_OK(file);
  const auto read_all = [&]() -> Result<std::string> {
    auto bytes = StoredBytes::of_sealed_file(scope(), (*file)->id);
    if (!bytes) return std::unexpected(bytes.error());
    std::string all;
    while (true) {
      auto piece = bytes->next();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) return all;
      all += *piece;
    }
  };
  EXPECT_EQ(read_all().value(), "bytes of B-000001");
  tamper("update sealed_file set sha256 = sha256(sha256)");
  EXPECT_EQ(read_all().error().code, "file.digest-differs");
  EXPECT_NE(broken().find("I12"), std::string::npos);
}

TEST_F(Village, RefusesToSealASecondClaimOfAOneOffMandate) {
  settle_in(1);
  {
    auto transaction = session().begin();
    BillWriter bills{scope(), {}};
    COUNTERFOIL_ASSERT_OK(bills.add(bill_of(**find_payer(scope(), "P1"), 2)));
    COUNTERFOIL_ASSERT_OK(bills.finish());
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }
  approve_all();
  tamper("update mandate set one_off = true");
  // Each bill alone, as two people would plan them at the same moment: neither sees the batch of the other.
  std::vector<StoredBatch> batches;
  for (const std::string bill : {"BILL-1", "BILL-2"}) {
    auto transaction = session().begin();
    Batch batch;
    batch.id = new_id();
    batch.creditor_account = account_.id;
    batch.collect_on = village_collect;
    batch.instrument = "CORE";
    batch.currency = euro;
    batch.prepared_by = "ana";
    const auto number = insert_batch(scope(), batch);
    COUNTERFOIL_ASSERT_OK(number);
    ClaimWriter claims{scope(), batch.id};
    COUNTERFOIL_ASSERT_OK(visit_plannable(
        scope(), {.creditor_account = account_.id, .due_to = village_collect, .due_from = {}, .bill_number = bill},
        [&](const PlannableBill& row) -> Result<void> {
          EXPECT_EQ(row.mandate_used_up_by, bill == "BILL-1" ? "" : "B-000001");
          EXPECT_EQ(std::get<LeftOut>(plan_bill(terms(), *row.bill, row.mandate, row.earlier,
                                                {.used_up_by = "B-000001"})).reason, LeftOutReason::mandate_used);
          const auto planned = std::get<Planned>(plan_bill(terms(), *row.bill, row.mandate, row.earlier));
          Claim claim = make_claim(terms(), planned, *row.bill, *row.mandate, new_id(), *number + "-1");
          claim.sequence_number = 1;
          return claims.add(claim);
        }));
    COUNTERFOIL_ASSERT_OK(claims.finish());
    batches.push_back(**find_batch(scope(), *number));
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }
  EXPECT_EQ(claim("B-000002-1").uses_up_mandate, true);
  const auto seal = [&](StoredBatch& stored) -> Result<void> {
    auto transaction = session().begin();
    stored.batch.state = BatchState::sealed;
    if (auto saved = save_batch(scope(), stored.batch, BatchEvent::seal, "ana"); !saved) return saved;
    return transaction->commit();
  };
  auto second = batches[1];
  const auto refused = seal(second);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().place.field, "batch_mandate_used_up");
  {
    auto transaction = session().begin();
    batches[0].batch.state = BatchState::voided;
    COUNTERFOIL_ASSERT_OK(save_batch(scope(), batches[0].batch, BatchEvent::make_void, "ana"));
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }
  second = batches[1];
  COUNTERFOIL_EXPECT_OK(seal(second)) << "The other batch let go of the mandate.";
}

TEST_F(Village, SettlesMandatesOfABatchAsTheRulesDoOneByOne) {
  constexpr int count = 120;
  std::mt19937 random{20261124};
  const auto chance = [&](unsigned of) { return random() % of == 0; };
  const MandateRules sepa{.uses_sequence_types = true, .carries_amendments = true};
  const auto all_mandates = [&] {
    std::vector<Mandate> all;
    EXPECT_TRUE(visit_mandates(scope(), {}, [&](const Mandate& mandate) -> Result<void> {
                  all.push_back(mandate);
                  return {};
                }).has_value());
    return all;
  };
  // Anything that can happen to a mandate's data, before the claims are made and while they are on their way.
  const auto change_some = [&] {
    auto transaction = session().begin();
    for (auto& mandate : all_mandates()) {
      const auto keep = [&](const Result<MandateEvent>& event) {
        if (!event) return;
        COUNTERFOIL_EXPECT_OK(save_mandate(scope(), mandate, *event, "ana"));
      };
      if (chance(3)) keep(amend(mandate, {.reference = mandate.reference + "a"}, sepa, village_today));
      if (chance(3)) {
        keep(amend(mandate, {.account = account_of(static_cast<int>(random() % 9000) + 1000), .same_bank = chance(2)},
                   sepa, village_today));
      }
      if (chance(4)) keep(amend_creditor(mandate, "DE98ZZZ0" + std::to_string(random() % 9), {}, sepa, village_today));
      if (chance(4)) keep(amend_creditor(mandate, {}, "Old Name", sepa, village_today));
    }
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  };
  with_sequences_ = true;
  settle_in(count);
  tamper("update mandate set used = 1; update mandate set one_off = true, used = 0 where reference like '%7';"
         "update mandate set final_next = true where reference like '%3'");
  approve_all();
  change_some();
  const auto batch = sent_batch();
  ASSERT_EQ(batch.batch.count, static_cast<std::uint64_t>(count));
  change_some();
  tamper("update mandate set state = 'suspended' where reference like '%5%';"
         "update mandate set state = 'pending', pending = 'registration' where reference like '%8%';"
         "update mandate set state = 'ended', end_kind = 'revoked-by-payer', ended_on = '2026-11-20' "
         "where reference like '%9%'");
  auto transaction = session().begin();
  COUNTERFOIL_ASSERT_OK(post_to_batch(scope(), {.batch = batch.batch.id,
                                                .sequence = {},
                                                .kind = ClaimEventKind::settle,
                                                .on = village_collect,
                                                .reason = {},
                                                .bank_file = {},
                                                .position = 0,
                                                .operator_name = "courier"}));
  std::map<Id, Mandate> expected;
  for (auto& mandate : all_mandates()) expected.emplace(mandate.id, mandate);
  int carried = 0;
  COUNTERFOIL_ASSERT_OK(visit_claims(scope(), batch.batch.id, [&](const ClaimRow& row) -> Result<void> {
    const Claim& claim = row.claim;
    carried += claim.amendment.empty() ? 0 : 1;
    const auto event = apply(expected.at(claim.mandate),
                             {.kind = MandateEventKind::collection_settled,
                              .sequence = claim.sequence,
                              .collected_on = claim.collect_on,
                              .carried = claim.amendment,
                              .told_reference = claim.mandate_reference,
                              .told_account = claim.account},
                             village_today);
    if (!event) return std::unexpected(event.error());
    return {};
  }));
  EXPECT_GT(carried, count / 4);
  EXPECT_EQ(
      apply_batch_to_mandates(scope(), batch.batch.id, BatchMandateEffect::settled, village_today, "ana").value(),
      static_cast<std::uint64_t>(count));
  for (const auto& mandate : all_mandates()) EXPECT_EQ(mandate, expected.at(mandate.id)) << mandate.reference;
}

TEST_F(Village, HandsOverTheMandatesOfFailedClaimsPieceByPiece) {
  constexpr int count = static_cast<int>(Matching::most_touches) + 10;
  settle_in(count);
  approve_all();
  const auto batch = sent_batch();
  std::vector<Line> lines;
  for (int i = 1; i <= count; ++i) {
    const auto reference = "B-000001-" + std::to_string(i);
    lines.push_back({.reference = reference,
                     .outcome = Outcome::rejected,
                     .event = ClaimEventKind::reject,
                     .amount_minor = 1000,
                     .reason = "AC04"});
  }
  COUNTERFOIL_ASSERT_OK(ingest(lines, "all rejected"));
  EXPECT_EQ(touched_.size(), batch.batch.count);
  EXPECT_EQ(touched_at_once_, Matching::most_touches);
}

TEST_F(Village, MovesTheOutboxOnlyTheWaysItMayGo) {
  settle_in(1);
  approve_all();
  sent_batch();
  const auto items = list_outbox(scope());
  COUNTERFOIL_ASSERT_OK(items);
  ASSERT_EQ(items->size(), 1U);
  EXPECT_EQ(items->front().state, OutboxState::sent);
  const Id file = items->front().file;
  EXPECT_FALSE(take_outbox(scope(), file, "other", 60).value()) << "What was sent is never handed out again.";
  EXPECT_EQ(move_outbox(scope(), file, OutboxState::sent, OutboxState::waiting, "x").error().code, "outbox.transition");
  tamper("update outbox set state = 'taken', lease_until = now() - interval '1 minute'");
  EXPECT_EQ(expire_outbox_leases(scope()).value(), 1U);
  EXPECT_EQ(find_outbox(scope(), file).value()->state, OutboxState::unknown);
  EXPECT_FALSE(take_outbox(scope(), file, "other", 60).value());
  COUNTERFOIL_EXPECT_OK(move_outbox(scope(), file, OutboxState::unknown, OutboxState::waiting, "ana"));
}

TEST_F(Village, KeepsExceptionsUntilSomebodyResolvesThem) {
  settle_in(2);
  approve_all();
  sent_batch();
  COUNTERFOIL_ASSERT_OK(ingest({{.reference = "nobody's", .amount_minor = 5}}, "odd"));
  const auto one = find_exception(scope(), "X-000001");
  COUNTERFOIL_ASSERT_OK(one);
  ASSERT_TRUE(one->has_value());
  EXPECT_EQ((*one)->main_class, ExceptionClass::unknown_reference);
  EXPECT_EQ((*one)->line, 10U);
  COUNTERFOIL_ASSERT_OK(comment_exception(scope(), (*one)->id, "ana", "asked the bank"));
  COUNTERFOIL_ASSERT_OK(resolve_exception(scope(), **one, Resolution::accepted, "ana", "not ours"));
  EXPECT_EQ(resolve_exception(scope(), **one, Resolution::accepted, "ben", "again").error().code, "store.stale");
  EXPECT_EQ(exception_history(scope(), (*one)->id)->size(), 3U);
  EXPECT_EQ(count_open_exceptions(scope()).value(), 0U);

  std::vector<SilentClaim> silent;
  auto transaction = session().begin();
  COUNTERFOIL_ASSERT_OK(
      visit_silent_claims(scope(), account_.id, make_date(2027, 1, 1), [&](const SilentClaim& claim) -> Result<void> {
        silent.push_back(claim);
        return {};
      }));
  ASSERT_EQ(silent.size(), 2U);
  ExceptionCase missing;
  missing.main_class = ExceptionClass::missing_answer;
  missing.claim = silent[0].claim;
  missing.batch = silent[0].batch;
  missing.currency = euro;
  EXPECT_EQ(open_exception(scope(), missing, "ana").value(), "X-000002");
  EXPECT_EQ(open_exception(scope(), missing, "ana").value(), "") << "It is in the queue already.";
}

TEST_F(Village, NoticesWhatSomebodyDidPastTheProgram) {
  settle_in(4);
  approve_all();
  sent_batch();
  COUNTERFOIL_ASSERT_OK(
      ingest({{.reference = "B-000001-1", .amount_minor = 1001}, {.reference = "odd", .amount_minor = 1}}, "answer"));
  {
    auto transaction = session().begin();
    COUNTERFOIL_ASSERT_OK(append_audit(session(), 1, {"ana", "x", "y", "z", ""}));
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }
  expect_all_hold();
  // Each breach is made, found and undone.
  const std::vector<std::tuple<std::string, std::string, std::string>> breaches{
      {"I1",
       "update claim_item set holds = false where claim_id = (select id from claim where reference = 'B-000001-2')",
       "update claim_item set holds = true"},
      {"I3", "update batch set sum_minor = sum_minor + 1", "update batch set sum_minor = sum_minor - 1"},
      {"I4", "update journal set amount_minor = amount_minor - 1 where purpose = 'settled'",
       "update journal set amount_minor = amount_minor + 1 where purpose = 'settled'"},
      {"I5", "update bank_file set entry_count = 9", "update bank_file set entry_count = 2"},
      {"I6", "update sealed_file set sequence = 2", "update sealed_file set sequence = 1"},
      {"I7", "update claim_event set to_state = 'planned'", "update claim_event set to_state = 'settled'"},
      {"I8", "update approval set sha256 = sha256(sha256)",
       "update approval a set sha256 = (select f.sha256 from sealed_file f where f.batch_id = a.batch_id)"},
      {"I9", "update audit set actor = 'eve'", "update audit set actor = 'ana'"},
      {"I10",
       "create temp table swap as select id, account_sealed from mandate; update mandate m set account_sealed = "
       "(select s.account_sealed from swap s where s.id <> m.id order by s.id limit 1); create table kept as select * "
       "from swap",
       "update mandate m set account_sealed = (select s.account_sealed from kept s where s.id = m.id); drop table "
       "kept"},
      {"I11", "update mandate_event set to_state = 'suspended'", "update mandate_event set to_state = 'active'"},
      {"I12", "update bank_file set sha256 = sha256(sha256)", ""},
  };
  for (const auto& [code, make, undo] : breaches) {
    tamper(make);
    EXPECT_NE(broken().find(code + " "), std::string::npos) << code;
    if (!undo.empty()) tamper(undo);
  }
}

TEST_F(Village, SaysTemporaryAndLeavesNothingHalfDoneWhenTheDatabaseGoesAway) {
  settle_in(3);
  approve_all();
  {
    auto transaction = session().begin();
    auto batch = make_batch(scope());
    COUNTERFOIL_ASSERT_OK(batch);
    session().cut();
    const auto lost = send_out(*batch);
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error().kind, ErrorKind::temporary);
  }
  auto other = open_session();
  const auto batches = list_batches(scope_on(other));
  COUNTERFOIL_ASSERT_OK(batches);
  EXPECT_TRUE(batches->empty());
}

}  // namespace
}  // namespace counterfoil
