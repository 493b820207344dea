#include "apps/operations/batch_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <unordered_set>

#include "apps/operations/creditors.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "core/claim_reference.hpp"
#include "core/require.hpp"
#include "store/claims.hpp"
#include "store/mandates.hpp"

namespace counterfoil {
namespace {

/// Where a plan goes: nowhere for a dry look, into the database for a batch.
class PlanTarget {
 public:
  virtual ~PlanTarget() = default;
  [[nodiscard]] virtual Result<void> claim(Claim& claim) = 0;
  [[nodiscard]] virtual Result<void> left_out(const LeftOutBill& bill) = 0;
};

class NoTarget : public PlanTarget {
 public:
  Result<void> claim(Claim&) override { return {}; }
  Result<void> left_out(const LeftOutBill&) override { return {}; }
};

/// Walks the bills one by one and gathers those of one mandate where the account wants that.
class Planner {
 public:
  Planner(Desk& desk, const PlanRequest& request, const PlanTerms& terms, PlanResult& result, PlanTarget& target)
      : desk_{desk}, request_{request}, terms_{terms}, result_{result}, target_{target} {
    const Scheme* scheme = desk.catalogue().find(result.account.scheme);
    keeps_twins_apart_ = scheme != nullptr && scheme->flag("weak_reference", result.account.profile).value_or(false);
  }

  Result<void> run() {
    if (request_.prenotes) return run_prenotes();
    const PlannableQuery query{.creditor_account = terms_.creditor_account,
                               .due_to = request_.due_to.value_or(terms_.collect_on),
                               .due_from = {},
                               .bill_number = {},
                               .with_other_accounts = true};
    const auto walked = visit_plannable(desk_.scope(), query, [&](const PlannableBill& one) { return take(one); });
    if (!walked) return walked;
    return flush();
  }

 private:
  Result<void> take(const PlannableBill& one) {
    if (++looked_at_ % 10'000 == 0) desk_.tell("bills looked at", looked_at_, 0);
    if (one.mandate != nullptr && one.mandate->creditor_account == terms_.creditor_account &&
        one.mandate->instrument != instrument()) {
      ++result_.other_instruments;
      return {};
    }
    const bool same_mandate = one.mandate != nullptr && one.mandate->id == last_mandate_;
    const bool planned_before = one.mandate != nullptr && begun_.contains(one.mandate->id);
    const auto decision = plan_bill(terms_, *one.bill, one.mandate, one.earlier,
                                    {.planned_before = planned_before ? 1U : 0U, .used_up_by = one.mandate_used_up_by});
    if (const auto* left = std::get_if<LeftOut>(&decision)) return leave_out(one, *left);
    const auto& planned = std::get<Planned>(decision);
    const bool own_batch = planned.is_representation && terms_.rules.retry.own_batch;
    if (own_batch != request_.retries) {
      if (own_batch) ++result_.retries_waiting;
      return {};
    }
    if (open_ && same_mandate && may_join(terms_, *open_, planned, *one.bill, *one.mandate)) {
      if (has_twin(*one.mandate, open_->amount_minor + planned.amount_minor))
        return leave_out(one, twin_is_planned(*one.bill));
      take_in(planned);
      return join(*open_, planned, *one.bill);
    }
    if (planned.uses_up_mandate && planned_before) return leave_out(one, only_claim_is_planned(*one.mandate));
    if (auto done = flush(); !done) return done;
    if (has_twin(*one.mandate, planned.amount_minor)) return leave_out(one, twin_is_planned(*one.bill));
    take_in(planned);
    if (planned.uses_up_mandate || planned.sequence == SequenceType::first) begun_.insert(one.mandate->id);
    open_ = make_claim(terms_, planned, *one.bill, *one.mandate, new_id(), {});
    if (planned.attempt > 1) open_->first_claim = one.first_claim;
    last_mandate_ = one.mandate->id;
    return {};
  }

  [[nodiscard]] const std::string& instrument() const {
    return request_.instrument.empty() ? result_.account.instrument : request_.instrument;
  }

  static std::string account_and_amount(const std::string& account, std::int64_t amount_minor) {
    return fmt::format("{} {}", account, amount_minor);
  }

  /// Whether a claim that is complete has this account and amount, where answers tell claims apart by nothing else.
  [[nodiscard]] bool has_twin(const Mandate& mandate, std::int64_t amount_minor) const {
    return keeps_twins_apart_ && told_apart_.contains(account_and_amount(mandate.account, amount_minor));
  }

  void take_in(const Planned& planned) {
    ++result_.bills;
    if (planned.sequence == SequenceType::first) ++result_.first_collections;
    if (planned.mandate_expires_soon) ++result_.expiring_mandates;
    if (planned.needs_person) ++result_.need_person;
  }

  /// Bills of other accounts are none of this plan's business; what nobody could collect is.
  Result<void> leave_out(const PlannableBill& one, const LeftOut& left) {
    if (one.mandate != nullptr && one.mandate->creditor_account != terms_.creditor_account) return {};
    ++result_.left_out;
    auto& group = result_.groups[left.reason];
    if (group.bills++ == 0) {
      group.sentence = left.sentence;
      group.remedy = left.remedy;
    }
    group.open_minor += one.bill->open_minor;
    const LeftOutBill bill{.bill = one.bill->id,
                           .bill_number = one.bill->number,
                           .reason = std::string{left_out_code(left.reason)},
                           .sentence = left.sentence,
                           .remedy = left.remedy};
    if (result_.left_out_bills.size() < request_.most_left_out) result_.left_out_bills.push_back(bill);
    return target_.left_out(bill);
  }

  Result<void> flush() {
    if (!open_) return {};
    ++result_.claims;
    const auto sum = checked_add(result_.sum(), {open_->amount_minor, open_->currency});
    if (!sum) return std::unexpected(sum.error());
    result_.sum_minor = sum->minor_units();
    if (keeps_twins_apart_) told_apart_.insert(account_and_amount(open_->account, open_->amount_minor));
    auto done = target_.claim(*open_);
    open_.reset();
    return done;
  }

  Result<void> run_prenotes() {
    const MandateFilter filter{.creditor_account = terms_.creditor_account,
                               .state = MandateState::pending,
                               .pending = MandatePending::prenote_to_send};
    return visit_mandates(desk_.scope(), filter, [&](const Mandate& mandate) -> Result<void> {
      if (mandate.instrument != instrument()) {
        ++result_.other_instruments;
        return {};
      }
      Claim claim;
      claim.id = new_id();
      claim.creditor_account = terms_.creditor_account;
      claim.payer = mandate.payer;
      claim.mandate = mandate.id;
      claim.currency = terms_.currency;
      claim.collect_on = terms_.collect_on;
      claim.is_prenote = true;
      claim.mandate_reference = mandate.reference;
      claim.payer_name = mandate.payer_name;
      claim.account = mandate.account;
      claim.bank = mandate.bank;
      claim.account_kind = mandate.account_kind;
      claim.signed_on = mandate.signed_on;
      open_ = std::move(claim);
      return flush();
    });
  }

  Desk& desk_;
  const PlanRequest& request_;
  const PlanTerms& terms_;
  PlanResult& result_;
  PlanTarget& target_;
  std::optional<Claim> open_;
  Id last_mandate_;
  // Mandates whose next collection is another kind than this one: used up, or no longer at their first. Where bills are
  // not combined, those of one mandate come in any order.
  std::unordered_set<Id> begun_;
  bool keeps_twins_apart_ = false;
  std::unordered_set<std::string> told_apart_;  // Account and amount of each claim.
  std::uint64_t looked_at_ = 0;
};

/// Writes claims with their place in the batch and a reference that is unique for good. The environment is part of it:
/// what a bank says of a test can never be laid against a live claim.
class BatchTarget : public PlanTarget {
 public:
  BatchTarget(Desk& desk, const Batch& batch, const std::string& number, std::string pattern)
      : is_test_{desk.is_test()},
        batch_{batch},
        claims_{desk.scope(), batch.id},
        left_out_{desk.scope(), batch.id},
        pattern_{std::move(pattern)} {
    const auto digits = number.find_first_of("123456789");
    batch_digits_ = digits == std::string::npos ? "0" : number.substr(digits);
  }

  Result<void> claim(Claim& claim) override {
    claim.batch = batch_.id;
    claim.sequence_number = claims_.count() + 1;
    auto reference = next_reference(claim.mandate_reference);
    if (!reference) return std::unexpected(reference.error());
    claim.reference = std::move(*reference);
    return claims_.add(claim);
  }
  Result<void> left_out(const LeftOutBill& bill) override { return left_out_.add(bill); }

  Result<void> finish() {
    if (auto done = claims_.finish(); !done) return done;
    return left_out_.finish();
  }

 private:
  /// Where check digits forbid a number, the next one is taken.
  Result<std::string> next_reference(std::string_view mandate) {
    for (;;) {
      auto made = claim_reference_of(
          pattern_, {.is_test = is_test_, .batch = batch_digits_, .number = ++last_number_, .mandate = mandate});
      if (made || made.error().code != "kid.hyphen") return made;
    }
  }

  bool is_test_;
  const Batch& batch_;
  ClaimWriter claims_;
  LeftOutWriter left_out_;
  std::string pattern_, batch_digits_;
  std::uint64_t last_number_ = 0;
};

/// Whether the bank's cut-off of this very day has passed, by the bank's own clock. A day other than the machine's own
/// is a test's, and has no hour.
bool past_cut_off(const CreditorAccount& account, Date today) {
  if (account.cut_off_minute >= 24 * 60 || account.time_zone.empty()) return false;
  const char* before = std::getenv("TZ");
  const std::string kept = before == nullptr ? std::string{} : std::string{before};
  ::setenv("TZ", account.time_zone.c_str(), 1);
  ::tzset();
  const std::time_t now = std::time(nullptr);
  std::tm there{};
  ::localtime_r(&now, &there);
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", kept.c_str(), 1);
  ::tzset();
  const Date day =
      make_date(there.tm_year + 1900, static_cast<unsigned>(there.tm_mon + 1), static_cast<unsigned>(there.tm_mday));
  return day == today && there.tm_hour * 60 + there.tm_min >= account.cut_off_minute;
}

/// A file that opens instructions is for the next processing day and no later one.
Result<void> check_lodgement_day(Desk& desk, const PlanRequest& request, const Scheme& scheme, const PlanResult& plan) {
  if (!request.prenotes || !scheme.manner.prenotes_first || !request.collect_on) return {};
  const auto next = collection_terms(desk, plan.account, std::nullopt);
  if (!next) return std::unexpected(next.error());
  if (next->terms.collect_on == *request.collect_on) return {};
  return std::unexpected(
      Error{.code = "plan.lodgement-day",
            .explanation = fmt::format("{} is not the next day: a file with new instructions is worked on at once.",
                                       weekday_and_date(*request.collect_on)),
            .remedy = fmt::format("Leave --collect out, or give {}.", iso_date(next->terms.collect_on)),
            .kind = ErrorKind::refused});
}

Result<PlanResult> begin(Desk& desk, const PlanRequest& request, PlanTerms& terms) {
  PlanResult result;
  auto account = creditor(desk, request.creditor);
  if (!account) return std::unexpected(account.error());
  result.account = std::move(*account);
  const auto* scheme = desk.catalogue().find(result.account.scheme);
  if (request.prenotes && (scheme == nullptr || !scheme->manner.prenotes)) {
    return std::unexpected(
        Error{.code = "plan.no-prenotes",
              .explanation = fmt::format("Account {} collects under a scheme that knows no prenotes.",
                                         result.account.label),
              .remedy = "Leave --prenotes out.",
              .kind = ErrorKind::usage});
  }
  auto made = collection_terms(desk, result.account, request.collect_on);
  if (!made) return std::unexpected(made.error());
  terms = std::move(made->terms);
  result.collect_on = terms.collect_on;
  result.hand_over_by = made->hand_over_by;
  if (scheme != nullptr) {
    if (auto right = check_lodgement_day(desk, request, *scheme, result); !right) return std::unexpected(right.error());
  }
  const auto waiting = count_mandates(desk.scope(), {.creditor_account = result.account.id,
                                                     .state = MandateState::pending,
                                                     .pending = MandatePending::prenote_to_send});
  if (!waiting) return std::unexpected(waiting.error());
  result.prenotes_waiting = *waiting;
  return result;
}

constexpr std::string_view nothing = "batch.nothing-to-collect";

Result<PlanResult> create_in_transaction(Desk& desk, const PlanRequest& request, const PlanTerms& terms,
                                         PlanResult result) {
  Batch batch;
  batch.id = new_id();
  batch.creditor_account = result.account.id;
  batch.collect_on = terms.collect_on;
  batch.instrument = request.instrument.empty() ? result.account.instrument : request.instrument;
  batch.is_retry = request.retries;
  batch.currency = result.account.currency;
  batch.prepared_by = desk.actor().name;
  auto number = insert_batch(desk.scope(), batch);
  if (!number) return std::unexpected(number.error());
  result.batch_number = std::move(*number);
  BatchTarget target{desk, batch, result.batch_number, claim_reference_pattern(desk.catalogue(), result.account)};
  Planner planner{desk, request, terms, result, target};
  if (auto done = planner.run(); !done) return std::unexpected(done.error());
  if (auto done = target.finish(); !done) return std::unexpected(done.error());
  if (result.claims == 0) {
    // An Error takes the batch and its number back; the caller turns it into an answer.
    return std::unexpected(Error{.code = std::string{nothing}});
  }
  const auto noted = desk.note("batch.create", "batch", result.batch_number,
                               fmt::format("{} claims, {}, to be collected {}, {} bills left out", result.claims,
                                           result.sum().text(), iso_date(result.collect_on), result.left_out));
  if (!noted) return std::unexpected(noted.error());
  return result;
}

/// The draft an earlier run of the same command made.
Result<std::optional<StoredBatch>> earlier_draft(Desk& desk, const PlanResult& plan, const PlanRequest& request) {
  auto drafts = list_batches(desk.scope(), {.state = BatchState::draft, .creditor_account = plan.account.id});
  if (!drafts) return std::unexpected(drafts.error());
  for (auto& draft : *drafts) {
    const auto& batch = draft.batch;
    const auto& instrument = request.instrument.empty() ? plan.account.instrument : request.instrument;
    const bool is_prenotes = batch.sum_minor == 0;
    if (batch.collect_on == plan.collect_on && batch.is_retry == request.retries && batch.instrument == instrument &&
        is_prenotes == request.prenotes) {
      return std::move(draft);
    }
  }
  return std::optional<StoredBatch>{};
}

}  // namespace

Result<CollectionTerms> collection_terms(Desk& desk, const CreditorAccount& account, std::optional<Date> collect_on) {
  auto rules = account_rules(desk.catalogue(), account);
  if (!rules) return std::unexpected(rules.error());
  if (rules->collection.account == AccountCheck::sort_code) {
    const auto tables = desk.modulus_tables();
    if (!tables) return std::unexpected(tables.error());
    rules->collection.modulus = *tables;
  }
  const bool is_late = past_cut_off(account, desk.today());
  if (!collect_on) {
    const auto earliest = earliest_collection(rules->calendar, desk.today(),
                                              {.bank_days = rules->collection.lead_bank_days, .past_cut_off = is_late});
    if (!earliest) return std::unexpected(earliest.error());
    collect_on = *earliest;
  }
  auto terms = make_plan_terms(account, rules->collection, rules->calendar, *collect_on, desk.today(), is_late);
  if (!terms) return std::unexpected(terms.error());
  const auto hand_over = latest_hand_over(rules->calendar, *collect_on, rules->collection.lead_bank_days);
  if (!hand_over) return std::unexpected(hand_over.error());
  return CollectionTerms{std::move(*terms), *hand_over};
}

Result<PlanResult> plan_batch(Desk& desk, const PlanRequest& request) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  PlanTerms terms;
  auto result = begin(desk, request, terms);
  if (!result) return result;
  auto snapshot = desk.session().begin_read_only();
  if (!snapshot) return std::unexpected(snapshot.error());
  NoTarget target;
  Planner planner{desk, request, terms, *result, target};
  if (auto done = planner.run(); !done) return std::unexpected(done.error());
  return result;
}

Result<PlanResult> create_batch(Desk& desk, const PlanRequest& request) {
  if (auto allowed = desk.may(Action::plan_batch); !allowed) return std::unexpected(allowed.error());
  PlanTerms terms;
  auto plan = begin(desk, request, terms);
  if (!plan) return plan;
  auto made =
      in_one_transaction(desk, "batch-create", [&] { return create_in_transaction(desk, request, terms, *plan); });
  if (made) return made;
  if (is_taken(made.error(), "claim_item_holds")) {
    return std::unexpected(
        Error{.code = "batch.bill-taken",
              .explanation = "Somebody else put some of these bills into a batch at the same moment.",
              .remedy = "Give the command again: it takes what is left.",
              .kind = ErrorKind::conflict});
  }
  if (made.error().code != nothing) return made;
  auto again = plan_batch(desk, request);  // For the reasons: the counts above went with the roll-back.
  if (!again) return again;
  const auto draft = earlier_draft(desk, *again, request);
  if (!draft) return std::unexpected(draft.error());
  if (*draft) {
    again->already = true;
    again->batch_number = (*draft)->number;
    again->claims = (*draft)->batch.count;
    again->sum_minor = (*draft)->batch.sum_minor;
  }
  return again;
}

}  // namespace counterfoil
