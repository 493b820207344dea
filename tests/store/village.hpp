// A small village for store tests: one creditor account, payers with mandates, bills, and the people who act.
#pragma once

#include <string>
#include <vector>

#include "store/batches.hpp"
#include "store/claims.hpp"
#include "store/bills.hpp"
#include "store/creditor_accounts.hpp"
#include "store/ingest.hpp"
#include "store/mandates.hpp"
#include "store/matching.hpp"
#include "store/payers.hpp"
#include "store/planning.hpp"
#include "store/sealed_files.hpp"
#include "tests/store/test_cluster.hpp"

namespace counterfoil {

inline constexpr Date village_today = make_date(2026, 11, 24);
inline constexpr Date village_collect = make_date(2026, 12, 1);

class VillageTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    auto transaction = session().begin();
    COUNTERFOIL_ASSERT_OK(transaction);
    for (const auto& [name, role] :
         {std::pair{"ana", Role::preparer}, {"ben", Role::approver}, {"cem", Role::releaser}}) {
      OperatorRow row;
      row.who.name = name;
      row.who.roles.insert(role);
      COUNTERFOIL_ASSERT_OK(insert_operator(session(), 1, row, "setup"));
    }
    account_.id = new_id();
    account_.name = "Village Flats";
    account_.label = "rent-eur";
    account_.scheme = "iso20022";
    account_.format = "pain.008.001.08";
    account_.instrument = "CORE";
    account_.calendar = "target2";
    account_.currency = euro;
    account_.account = "DE89370400440532013000";
    account_.bank = "COBADEFFXXX";
    account_.creditor_id = "DE98ZZZ09999999999";
    account_.settings = {{"nacha.immediate_origin", "1"}, {"other", ""}};
    COUNTERFOIL_ASSERT_OK(insert_creditor_account(scope(), account_));
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }

  [[nodiscard]] static std::string account_of(int number) {
    std::string digits = std::to_string(number);
    return "NL91ABNA" + std::string(10 - digits.size(), '0') + digits;
  }

  /// Payers 1 to `count`, each with one active mandate and one imported bill of 1000 + its number.
  void settle_in(int count) {
    auto transaction = session().begin();
    COUNTERFOIL_ASSERT_OK(transaction);
    PayerWriter payers{scope()};
    MandateWriter mandates{scope(), "ana"};
    BillWriter bills{scope(), {}};
    std::vector<Payer> kept;
    for (int i = 1; i <= count; ++i) {
      Payer payer;
      payer.id = new_id();
      payer.number = "P" + std::to_string(i);
      payer.name = "Payer " + std::to_string(i);
      payer.address.town = "Delft";
      COUNTERFOIL_ASSERT_OK(payers.add(payer));
      kept.push_back(payer);
    }
    COUNTERFOIL_ASSERT_OK(payers.finish());
    for (int i = 1; i <= count; ++i) {
      COUNTERFOIL_ASSERT_OK(
          mandates.add(mandate_of(kept[static_cast<std::size_t>(i - 1)], i), {.kind = MandateEventKind::created,
                                                                              .from = MandateState::draft,
                                                                              .to = MandateState::active,
                                                                              .on = village_today,
                                                                              .detail = {}}));
    }
    COUNTERFOIL_ASSERT_OK(mandates.finish());
    for (int i = 1; i <= count; ++i) {
      COUNTERFOIL_ASSERT_OK(bills.add(bill_of(kept[static_cast<std::size_t>(i - 1)], i)));
    }
    COUNTERFOIL_ASSERT_OK(bills.finish());
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }

  [[nodiscard]] Mandate mandate_of(const Payer& payer, int number) const {
    Mandate mandate;
    mandate.id = new_id();
    mandate.reference = "M" + std::to_string(number);
    mandate.scheme = "iso20022";
    mandate.instrument = "CORE";
    mandate.creditor_account = account_.id;
    mandate.payer = payer.id;
    mandate.payer_name = payer.name;
    mandate.account = account_of(number);
    mandate.bank = "ABNANL2A";
    mandate.address = payer.address;
    mandate.signed_on = make_date(2025, 1, 15);
    mandate.state = MandateState::active;
    return mandate;
  }

  [[nodiscard]] static Bill bill_of(const Payer& payer, int number) {
    Bill bill;
    bill.id = new_id();
    bill.number = "BILL-" + std::to_string(number);
    bill.payer = payer.id;
    bill.currency = euro;
    bill.amount_minor = 1000 + number;
    bill.due_on = village_collect;
    bill.text = "Rent December";
    bill.imported_by = "ana";
    bill.charges = {{"rent", "Rent", 1000}, {"water", "Water", number}};
    return bill;
  }

  void approve_all() {
    auto transaction = session().begin();
    COUNTERFOIL_ASSERT_OK(transaction);
    COUNTERFOIL_ASSERT_OK(approve_bills(scope(), {}, "ben", {}, village_today));
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }

  [[nodiscard]] PlanTerms terms() const {
    PlanTerms terms;
    terms.creditor_account = account_.id;
    terms.currency = euro;
    terms.collect_on = village_collect;
    terms.today = village_today;
    terms.rules.retry.codes = {"AM04"};
    terms.rules.retry.most_times = 2;
    terms.rules.mandate.carries_amendments = true;
    terms.rules.mandate.uses_sequence_types = with_sequences_;
    return terms;
  }

  /// Plans what can be planned and makes a batch of it, in the open transaction of `scope`.
  [[nodiscard]] Result<StoredBatch> make_batch(const Scope& scope) {
    Batch batch;
    batch.id = new_id();
    batch.creditor_account = account_.id;
    batch.collect_on = village_collect;
    batch.instrument = "CORE";
    batch.currency = euro;
    batch.prepared_by = "ana";
    auto number = insert_batch(scope, batch);
    if (!number) return std::unexpected(number.error());
    ClaimWriter claims{scope, batch.id};
    const auto plan = terms();
    auto planned = visit_plannable(
        scope, {.creditor_account = account_.id, .due_to = village_collect, .due_from = {}, .bill_number = {}},
        [&](const PlannableBill& row) -> Result<void> {
          const auto decision = plan_bill(plan, *row.bill, row.mandate, row.earlier);
          const auto* one = std::get_if<Planned>(&decision);
          if (one == nullptr) return {};
          Claim claim = make_claim(plan, *one, *row.bill, *row.mandate, new_id(),
                                   *number + "-" + std::to_string(claims.count() + 1));
          claim.sequence_number = claims.count() + 1;
          if (one->attempt > 1) claim.first_claim = row.first_claim;
          return claims.add(claim);
        });
    if (!planned) return std::unexpected(planned.error());
    if (auto done = claims.finish(); !done) return std::unexpected(done.error());
    auto stored = find_batch(scope, *number);
    if (!stored) return std::unexpected(stored.error());
    return std::move(**stored);
  }

  /// Seals, has it approved, released and sent: the whole way out. Answers the sealed file.
  [[nodiscard]] Result<SealedFile> send_out(StoredBatch& stored, bool with_trace = false) {
    Batch& batch = stored.batch;
    SealedFile file;
    file.id = new_id();
    file.batch = batch.id;
    file.creditor_account = account_.id;
    auto sequence = take_numbers(scope(), account_.id, Counter::file, 1);
    if (!sequence) return std::unexpected(sequence.error());
    file.sequence = *sequence;
    file.message_id = "MSG-" + std::to_string(*sequence);
    file.format = account_.format;
    file.file_name = stored.number + ".xml";
    file.claim_count = batch.count;
    file.sum_minor = batch.sum_minor;
    if (with_trace) {
      file.trace_prefix = "12345678";
      file.trace_first = 101;
      file.trace_digits = 7;
    }
    auto groups = claim_groups(scope(), batch.id);
    if (!groups) return std::unexpected(groups.error());
    for (const auto& group : *groups) {
      file.blocks.push_back({file.blocks.size() + 1, "BLOCK-" + std::to_string(file.blocks.size() + 1), group.sequence,
                             group.count, group.sum_minor});
    }
    file.sealed_by = "ana";
    SealedFileWriter writer{scope(), file.id};
    if (auto done = writer.append("bytes of " + stored.number); !done) return std::unexpected(done.error());
    if (auto done = writer.finish(file); !done) return std::unexpected(done.error());
    const auto step = [&](BatchEvent event, std::string_view who) -> Result<void> {
      batch.state = next_state(batch.state, event).value();
      return save_batch(scope(), batch, event, who);
    };
    if (auto done = step(BatchEvent::seal, "ana"); !done) return std::unexpected(done.error());
    batch.sha256 = digest_text(file.digest);
    batch.approved_by = "ben";
    if (auto done = step(BatchEvent::approve, "ben"); !done) return std::unexpected(done.error());
    batch.released_by = "cem";
    if (auto done = step(BatchEvent::release, "cem"); !done) return std::unexpected(done.error());
    if (auto done = insert_outbox(scope(), file.id); !done) return std::unexpected(done.error());
    auto taken = take_outbox(scope(), file.id, "courier", 60);
    if (!taken) return std::unexpected(taken.error());
    if (auto done = move_outbox(scope(), file.id, OutboxState::taken, OutboxState::sent, "courier"); !done) {
      return std::unexpected(done.error());
    }
    if (auto done = step(BatchEvent::send, "courier"); !done) return std::unexpected(done.error());
    return file;
  }

  CreditorAccount account_;
  bool with_sequences_ = false;  // FRST, RCUR, OOFF, FNAL.
};

}  // namespace counterfoil
