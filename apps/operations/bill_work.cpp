#include "apps/operations/bill_work.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/operations/batch_plan.hpp"
#include "apps/operations/creditors.hpp"
#include "store/claims.hpp"
#include "store/creditor_accounts.hpp"
#include "store/payers.hpp"
#include "store/planning.hpp"

namespace counterfoil {
namespace {

std::unexpected<Error> unknown_bill(const std::string& number) {
  return std::unexpected(Error{.code = "bill.unknown",
                               .explanation = fmt::format("There is no bill {}.", number),
                               .remedy = "See `counterfoil bill list`.",
                               .kind = ErrorKind::usage});
}

ApprovalRules approval_rules(const Desk& desk) {
  return {.other_person = true, .most_minor = desk.tenant().approver_limit_minor};
}

Result<void> add_sum(std::vector<Money>& sums, Money amount) {
  for (auto& sum : sums) {
    if (sum.currency() != amount.currency()) continue;
    const auto more = checked_add(sum, amount);
    if (!more) return std::unexpected(more.error());
    sum = *more;
    return {};
  }
  sums.push_back(amount);
  return {};
}

Result<void> approve_one(Desk& desk, const std::string& number, ApproveBillsResult& result) {
  auto bill = find_bill(desk.scope(), number);
  if (!bill) return std::unexpected(bill.error());
  if (!*bill) return unknown_bill(number);
  if ((*bill)->state == BillState::approved) {
    ++result.already;
    return {};
  }
  if (auto done = approve(**bill, desk.actor().name, approval_rules(desk), desk.today()); !done) {
    auto error = done.error();
    if (error.kind == ErrorKind::failed) error.kind = ErrorKind::refused;
    return std::unexpected(std::move(error));
  }
  if (auto done = save_bill(desk.scope(), **bill, BillEvent::approve, desk.actor().name, {}); !done) return done;
  ++result.approved;
  return add_sum(result.sums, (*bill)->amount());
}

/// Sums before and after tell what an approval of many did; its own answer is only a count.
Result<void> approve_all(Desk& desk, const ApproveBillsRequest& request, ApproveBillsResult& result) {
  BillFilter imported;
  imported.state = BillState::imported;
  imported.due_from = request.due_from;
  imported.due_to = request.due_to;
  const auto before = sum_bills(desk.scope(), imported);
  if (!before) return std::unexpected(before.error());
  const auto approved =
      counterfoil::approve_bills(desk.scope(), imported, desk.actor().name, approval_rules(desk), desk.today());
  if (!approved) return std::unexpected(approved.error());
  result.approved = *approved;
  const auto after = sum_bills(desk.scope(), imported);
  if (!after) return std::unexpected(after.error());
  for (const auto& sum : *before) {
    std::int64_t left = 0;
    for (const auto& rest : *after) {
      if (rest.currency == sum.currency) left = rest.amount_minor;
    }
    if (sum.amount_minor != left) result.sums.emplace_back(sum.amount_minor - left, sum.currency);
  }
  return visit_bills(desk.scope(), imported, [&](const Bill& bill) -> Result<void> {
    if (bill.imported_by == desk.actor().name) {
      ++result.own;
    } else {
      ++result.above_limit;
    }
    return {};
  });
}

Result<ApproveBillsResult> approve_in_transaction(Desk& desk, const ApproveBillsRequest& request) {
  ApproveBillsResult result;
  for (const auto& number : request.numbers) {
    if (auto done = approve_one(desk, number, result); !done) return std::unexpected(done.error());
  }
  if (request.numbers.empty()) {
    if (auto done = approve_all(desk, request, result); !done) return std::unexpected(done.error());
  }
  if (result.approved == 0) return result;
  std::vector<std::string> sums;
  for (const auto& sum : result.sums) sums.push_back(sum.text());
  const auto noted =
      desk.note("bill.approve", "bill", request.numbers.size() == 1 ? request.numbers.front() : "several",
                fmt::format("{} bills, {}", result.approved, fmt::join(sums, ", ")));
  if (!noted) return std::unexpected(noted.error());
  return result;
}

/// What would become of the bill if it were collected now.
Result<void> look_ahead(Desk& desk, BillStory& story, std::optional<Date> collect_on) {
  if (story.bill.open_minor <= 0 || story.bill.state == BillState::cancelled ||
      story.bill.state == BillState::written_off) {
    return {};
  }
  const auto accounts = list_creditor_accounts(desk.scope());
  if (!accounts) return std::unexpected(accounts.error());
  for (const auto& account : *accounts) {
    const auto made = collection_terms(desk, account, collect_on);
    if (!made) {
      if (!collect_on) return std::unexpected(made.error());
      story.outlook = made.error().explanation + " " + made.error().remedy;
      story.outlook_code = made.error().code;
      continue;
    }
    const PlannableQuery query{.creditor_account = account.id,
                               .due_to = made->terms.collect_on,
                               .due_from = {},
                               .bill_number = story.bill.number,
                               .with_other_accounts = true};
    bool is_of_this_account = false;
    const auto walked = visit_plannable(desk.scope(), query, [&](const PlannableBill& one) -> Result<void> {
      const auto decision = plan_bill(made->terms, *one.bill, one.mandate, one.earlier,
                                      {.used_up_by = one.mandate_used_up_by});
      if (const auto* left = std::get_if<LeftOut>(&decision)) {
        if (left->reason == LeftOutReason::mandate_of_other_account && accounts->size() > 1) return {};
        story.outlook = left->sentence + " " + left->remedy;
        story.outlook_code = left_out_code(left->reason);
      } else {
        story.outlook = fmt::format("It can be collected on {} into account {}.",
                                    weekday_and_date(made->terms.collect_on), account.label);
        story.outlook_code = "plannable";
      }
      is_of_this_account = one.mandate != nullptr && one.mandate->creditor_account == account.id;
      return {};
    });
    if (!walked) return walked;
    if (is_of_this_account) return {};
  }
  return {};
}

}  // namespace

Result<ApproveBillsResult> approve_bills(Desk& desk, const ApproveBillsRequest& request) {
  if (auto allowed = desk.may(Action::approve_bills); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "bill-approve", [&] { return approve_in_transaction(desk, request); });
}

Result<std::uint64_t> notify_payers(Desk& desk, const NoticeRequest& request) {
  if (auto allowed = desk.may(Action::import_bills); !allowed) return std::unexpected(allowed.error());
  const auto on = request.on.value_or(desk.today());
  if (on > desk.today()) {
    return std::unexpected(Error{.code = "bill.notice-in-future",
                                 .explanation = fmt::format("{} is still to come.", weekday_and_date(on)),
                                 .remedy = "Record a notice once it was sent, with the day on which it was.",
                                 .kind = ErrorKind::usage});
  }
  return in_one_transaction(desk, "bill-notify", [&]() -> Result<std::uint64_t> {
    const auto found = find_bill_numbers(desk.scope(), request.numbers);
    if (!found) return std::unexpected(found.error());
    for (const auto& number : request.numbers) {
      if (std::ranges::find(*found, number) == found->end()) return unknown_bill(number);
    }
    const auto told = record_notices(desk.scope(), request.numbers, request.came_back, on, desk.actor().name);
    if (!told || *told == 0) return told;
    const auto noted =
        desk.note("bill.notify", "bill", request.numbers.size() == 1 ? request.numbers.front() : "several",
                  fmt::format("{} bills, payers told on {}", *told, iso_date(on)));
    if (!noted) return std::unexpected(noted.error());
    return told;
  });
}

Result<Bill> bill_by_number(Desk& desk, const std::string& number) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  auto bill = find_bill(desk.scope(), number);
  if (!bill) return std::unexpected(bill.error());
  if (!*bill) return unknown_bill(number);
  return std::move(**bill);
}

Result<BillStory> explain_bill(Desk& desk, const std::string& number, std::optional<Date> collect_on) {
  auto snapshot = desk.session().begin_read_only();
  if (!snapshot) return std::unexpected(snapshot.error());
  BillStory story;
  auto bill = bill_by_number(desk, number);
  if (!bill) return std::unexpected(bill.error());
  story.bill = std::move(*bill);
  const auto payer = find_payer(desk.scope(), story.bill.payer);
  if (!payer) return std::unexpected(payer.error());
  if (*payer) {
    story.payer_number = (*payer)->number;
    story.payer_name = (*payer)->name;
  }
  auto steps = bill_steps(desk.scope(), story.bill.id);
  if (!steps) return std::unexpected(steps.error());
  story.steps = std::move(*steps);
  auto claims = claims_of_bill(desk.scope(), story.bill.id);
  if (!claims) return std::unexpected(claims.error());
  story.claims = std::move(*claims);
  if (auto done = look_ahead(desk, story, collect_on); !done) return std::unexpected(done.error());
  return story;
}

}  // namespace counterfoil
