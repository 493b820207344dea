#include "billing/bill.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "billing/import.hpp"

namespace counterfoil {
namespace {

const Date today = make_date(2026, 11, 24);

Bill imported_bill() {
  Bill bill;
  bill.number = "2026-11-0012";
  bill.currency = euro;
  bill.amount_minor = 12050;
  bill.open_minor = 12050;
  bill.charges = {{.kind = "management", .text = "", .amount_minor = 10000},
                  {.kind = "water", .text = "", .amount_minor = 2050}};
  bill.due_on = make_date(2026, 12, 1);
  bill.imported_by = "anna";
  return bill;
}

BillRow good_row() {
  BillRow row;
  row.line = 2;
  row.number = "2026-11-0012";
  row.payer_number = "12";
  row.amount = "100.00";
  row.due_on = "2026-12-01";
  row.charge = "management";
  return row;
}

BillImportTerms terms() {
  BillImportTerms terms;
  terms.currency = euro;
  terms.one_currency = true;
  terms.today = today;
  return terms;
}

std::vector<std::string> codes(const std::vector<Finding>& problems) {
  std::vector<std::string> list;
  for (const auto& problem : problems) list.push_back(problem.place.field + ": " + problem.code);
  return list;
}

TEST(BillApproval, NeedsAnotherPerson) {
  auto bill = imported_bill();
  EXPECT_EQ(approve(bill, "anna", {}, today).error().code, "bill.same-person");
  EXPECT_EQ(approve(bill, "", {}, today).error().code, "bill.same-person");
  EXPECT_EQ(bill, imported_bill());
  ASSERT_TRUE(approve(bill, "bert", {}, today));
  EXPECT_EQ(bill.state, BillState::approved);
  EXPECT_EQ(bill.approved_by, "bert");
  EXPECT_EQ(approve(bill, "carla", {}, today).error().code, "bill.transition");
}

TEST(BillApproval, HoldsTheApproverToHisLimit) {
  auto bill = imported_bill();
  EXPECT_EQ(approve(bill, "bert", {.most_minor = 12049}, today).error().code, "bill.above-approver-limit");
  EXPECT_TRUE(approve(bill, "bert", {.most_minor = 12050}, today));
}

TEST(BillApproval, ChecksTheFigures) {
  auto bill = imported_bill();
  bill.charges.back().amount_minor = 2051;
  EXPECT_EQ(approve(bill, "bert", {}, today).error().code, "bill.sum-of-charges");
  bill = imported_bill();
  bill.open_minor = 0;
  EXPECT_EQ(approve(bill, "bert", {}, today).error().code, "bill.nothing-open");
  bill.open_minor = 12051;
  EXPECT_EQ(approve(bill, "bert", {}, today).error().code, "bill.open-above-amount");
}

TEST(BillStates, EndForGood) {
  for (const auto end : {BillState::cancelled, BillState::written_off}) {
    for (const auto event :
         {BillEvent::approve, BillEvent::withdraw_approval, BillEvent::cancel, BillEvent::write_off}) {
      EXPECT_FALSE(next_state(end, event));
    }
    EXPECT_EQ(parse_bill_state(bill_state_name(end)), end);
  }
  EXPECT_EQ(*next_state(BillState::approved, BillEvent::withdraw_approval), BillState::imported);
}

TEST(BillImport, TakesAGoodRow) {
  const auto import = import_bill(good_row(), terms());
  EXPECT_TRUE(import.problems.empty());
  EXPECT_EQ(import.bill.amount_minor, 10000);
  EXPECT_EQ(import.bill.open_minor, 10000);
  EXPECT_EQ(import.bill.currency, euro);
}

TEST(BillImport, ReportsEveryFaultOfARowWithItsColumn) {
  BillRow row;
  row.line = 9;
  row.amount = "12,50";
  row.currency = "USD";
  row.due_on = "2026-02-30";
  row.period_from = "2026-11-30";
  row.period_to = "2026-11-01";
  row.notified_on = "2026-11-25";
  const auto import = import_bill(row, terms());
  EXPECT_EQ(codes(import.problems),
            (std::vector<std::string>{"number: bill.number-missing", "payer: bill.payer-missing",
                                      "currency: bill.currency-differs", "due_on: bill.due-on-invalid",
                                      "period_to: bill.period-reversed", "notified_on: bill.notified-on-invalid",
                                      "amount: money.not-an-amount"}));
  for (const auto& problem : import.problems) {
    EXPECT_EQ(problem.place.line, 9U);
    EXPECT_FALSE(problem.remedy.empty());
  }
}

TEST(BillImport, TakesAYearThatIsFarAwayForASlip) {
  auto row = good_row();
  row.due_on = "2206-12-01";
  EXPECT_EQ(codes(import_bill(row, terms()).problems), (std::vector<std::string>{"due_on: bill.due-on-far"}));
}

TEST(BillImport, AddsFurtherChargesAndRebates) {
  auto bill = import_bill(good_row(), terms()).bill;
  auto row = good_row();
  row.line = 3;
  row.charge = "water";
  row.amount = "20.50";
  EXPECT_TRUE(extend_bill(bill, row).empty());
  row.charge = "rebate";
  row.amount = "-5.00";
  EXPECT_TRUE(extend_bill(bill, row).empty());
  EXPECT_EQ(bill.amount_minor, 11550);
  EXPECT_EQ(*sum_of_charges(bill.charges), 11550);
  row.amount = "-115.50";
  EXPECT_EQ(codes(extend_bill(bill, row)), (std::vector<std::string>{"amount: bill.amount-not-positive"}));
  EXPECT_EQ(bill.charges.size(), 3U);
}

TEST(BillImport, FindsRowsOfOneBillThatContradictEachOther) {
  auto bill = import_bill(good_row(), terms()).bill;
  auto row = good_row();
  row.mandate = "OTHER";
  row.due_on = "2026-12-02";
  EXPECT_EQ(codes(extend_bill(bill, row)),
            (std::vector<std::string>{"mandate: bill.mandate-differs", "due_on: bill.due-on-differs"}));
}

TEST(BillImport, RefusesABillThatOwesNothing) {
  auto row = good_row();
  row.amount = "0.00";
  EXPECT_EQ(codes(import_bill(row, terms()).problems), (std::vector<std::string>{"amount: bill.amount-not-positive"}));
}

RC_GTEST_PROP(BillProperty, TheAmountIsAlwaysTheSumOfTheCharges, ()) {
  auto bill = import_bill(good_row(), terms()).bill;
  const auto rows = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(-20000, 20000));
  for (const auto minor : rows) {
    auto row = good_row();
    const auto text = std::string{minor < 0 ? "-" : ""} + Money{minor < 0 ? -minor : minor, euro}.decimal();
    row.amount = text;
    (void)extend_bill(bill, row);
    RC_ASSERT(*sum_of_charges(bill.charges) == bill.amount_minor);
    RC_ASSERT(bill.amount_minor > 0);
    RC_ASSERT(bill.open_minor == bill.amount_minor);
  }
}

}  // namespace
}  // namespace counterfoil
