#include "formats/totals.hpp"

#include <algorithm>

#include "core/require.hpp"
#include "formats/field.hpp"

namespace counterfoil {
namespace {

/// Whether both totals add up the same things of the same records.
bool adds_the_same(const TotalPlan& a, const TotalPlan& b) {
  const auto same_tests = [](const std::vector<Test>& left, const std::vector<Test>& right) {
    return std::ranges::equal(left, right, {}, &Test::text, &Test::text);
  };
  return a.kind == b.kind &&
         std::ranges::equal(a.from, b.from, [&](const TotalPlan::From& x, const TotalPlan::From& y) {
           return x.record == y.record && x.field == y.field && same_tests(x.where, y.where) &&
                  same_tests(x.negative, y.negative);
         });
}

}  // namespace

TotalsKeeper::TotalsKeeper(const LayoutPlan& plan)
    : plan_{&plan},
      kept_(plan.totals.size()),
      inner_(plan.totals.size(), -1),
      steps_(plan.records.size()),
      needs_(plan.records.size()),
      readings_(plan.records.size()),
      marked_(plan.records.size()) {
  for (std::uint16_t t = 0; t < plan.totals.size(); ++t) find_inner(t);
  for (std::uint16_t t = 0; t < plan.totals.size(); ++t) {
    const TotalPlan& total = plan.totals[t];
    for (const TotalPlan::From& from : total.from) {
      if (inner_[t] >= 0) break;
      const bool sums = total.kind == TotalPlan::Kind::sum;
      Step step{.total = t,
                .field = sums ? std::int32_t{from.field} : -1,
                .marked_field = -1,
                .marks = 0,
                .where = nullptr,
                .negative = from.negative.empty() ? nullptr : &from.negative};
      if (from.where.size() == 1 && from.where[0].kind == Test::Kind::marked && !from.where[0].negated) {
        step.marked_field = from.where[0].operand.field_of_record[from.record];
        step.marks = from.where[0].marks;
        const auto field = static_cast<std::uint16_t>(step.marked_field);
        auto& marked = marked_[from.record];
        if (std::ranges::find(marked, field, &Marked::field) == marked.end())
          marked.push_back({field, plan.records[from.record].fields[field].at, {}, 0});
      } else if (!from.where.empty()) {
        step.where = &from.where;
      }
      steps_[from.record].push_back(step);
      if (sums) needs_[from.record].push_back(from.field);
    }
    if (total.kind == TotalPlan::Kind::blocks || total.counts_all_records) of_records_.push_back(t);
    for (int scope = static_cast<int>(total.scope); scope < 3; ++scope)
      in_scope_[static_cast<std::size_t>(scope)].push_back(t);
  }
  std::size_t most_fields = 0;
  for (std::size_t r = 0; r < plan.records.size(); ++r) {
    auto& fields = needs_[r];
    std::ranges::sort(fields);
    fields.erase(std::ranges::unique(fields).begin(), fields.end());
    for (const std::uint16_t f : fields) {
      const FieldPlan& field = plan.records[r].fields[f];
      const bool may_be_blank = field.blank_fault != Fault::none || !field.is_required;
      readings_[r].push_back({f, is_plain_number(field), may_be_blank, field.at});
    }
    most_fields = std::max(most_fields, plan.records[r].fields.size());
  }
  numbers_.resize(most_fields);
  bad_.resize(most_fields);
  marks_.resize(most_fields);
}

void TotalsKeeper::find_inner(std::uint16_t total) {
  const TotalPlan& own = plan_->totals[total];
  const bool adds = own.kind == TotalPlan::Kind::sum || own.kind == TotalPlan::Kind::count;
  if (own.scope != Scope::file || !adds || own.counts_all_records) return;
  for (std::size_t other = 0; other < plan_->totals.size(); ++other) {
    const TotalPlan& inner = plan_->totals[other];
    if (inner.scope != Scope::batch || inner.counts_all_records || !adds_the_same(own, inner)) continue;
    inner_[total] = static_cast<std::int32_t>(other);
    return;
  }
}

void TotalsKeeper::open(Scope scope) {
  if (scope == Scope::batch) {
    for (std::size_t total = 0; total < inner_.size(); ++total) {
      if (inner_[total] < 0) continue;
      const Kept& inner = kept_[static_cast<std::size_t>(inner_[total])];
      kept_[total].take(static_cast<std::int64_t>(inner.value));
      kept_[total].spoiled = kept_[total].spoiled || inner.spoiled;
    }
  }
  // Totals of the scope itself and of the smaller ones inside it.
  for (const std::uint16_t total : in_scope_[static_cast<std::size_t>(scope)]) kept_[total] = {};
}

void TotalsKeeper::spoil(Scope scope) {
  for (std::size_t t = 0; t < kept_.size(); ++t) {
    const TotalPlan& total = plan_->totals[t];
    if (total.scope >= scope && total.kind != TotalPlan::Kind::number) kept_[t].spoiled = true;
  }
}

inline std::uint64_t TotalsKeeper::marks_at(Marked& marked, std::uint16_t record, std::string_view bytes) {
  const char* const value = bytes.data() + marked.at.offset;
  bool is_same = marked.code.size() == marked.at.length;
  for (std::size_t i = 0; is_same && i < marked.at.length; ++i) is_same = marked.code[i] == value[i];  // Few bytes.
  if (!is_same) {
    marked.code.assign(value, marked.at.length);
    marked.marks = marks_of(plan_->records[record].fields[marked.field], marked.code);
  }
  return marked.marks;
}

void TotalsKeeper::add(std::uint16_t record, std::string_view bytes) {
  for (Marked& marked : marked_[record]) marks_[marked.field] = marks_at(marked, record, bytes);
  for (const Need& need : readings_[record]) {
    const std::string_view value{bytes.data() + need.at.offset, need.at.length};
    numbers_[need.field] = 0;
    bad_[need.field] = 0;
    if (need.is_plain && parse_digits(value, numbers_[need.field])) continue;
    numbers_[need.field] = 0;
    if (need.may_be_blank && is_blank(value)) continue;
    const FieldPlan& field = plan_->records[record].fields[need.field];
    bad_[need.field] = parse_number(field, value, numbers_[need.field]) ? 0 : 1;
  }
  add_decoded(record, numbers_.data(), bad_.data(), marks_.data(), bytes);
  for (const Marked& marked : marked_[record]) marks_[marked.field] = 0;  // In another record the field is another one.
}

void TotalsKeeper::add_decoded(std::uint16_t record, const std::int64_t* numbers, const std::uint8_t* bad,
                               const std::uint64_t* marks, std::string_view bytes) {
  for (const Step& step : steps_[record]) {
    if (step.marked_field >= 0 && (marks[step.marked_field] & step.marks) == 0) continue;
    if (step.where != nullptr && !all_hold(*step.where, record, marks, bytes)) continue;
    Kept& kept = kept_[step.total];
    if (step.field < 0) {
      ++kept.value;
      continue;
    }
    std::int64_t number = numbers[step.field];
    if (step.negative != nullptr && all_hold(*step.negative, record, marks, bytes)) number = -number;
    if (bad[step.field] != 0) kept.spoiled = true;
    kept.take(number);
  }
}

bool TotalsKeeper::all_hold(const std::vector<Test>& tests, std::uint16_t record, const std::uint64_t* marks,
                            std::string_view bytes) const {
  const RecordPlan& plan = plan_->records[record];
  for (const Test& test : tests) {
    const auto f = static_cast<std::size_t>(test.operand.field_of_record[record]);
    const FieldPlan& field = plan.fields[f];
    const std::string_view value = bytes_at(bytes, field.at);
    const std::uint64_t own = test.kind != Test::Kind::marked ? 0 : marks[f] != 0 ? marks[f] : marks_of(field, value);
    if (!holds(test, value, own, {})) return false;
  }
  return true;
}

std::uint64_t TotalsKeeper::marks_of(const FieldPlan& field, std::string_view bytes) const {
  if (!field.codes) return 0;
  const CodePlan* code = plan_->code_lists[*field.codes].find(trimmed(bytes));
  return code == nullptr ? 0 : code->marks;
}

std::uint64_t TotalsKeeper::value(std::uint16_t total) const {
  const TotalPlan& plan = plan_->totals[total];
  std::uint64_t value = kept_[total].value;
  if (inner_[total] >= 0) value += kept_[static_cast<std::size_t>(inner_[total])].value;
  if (plan.kind == TotalPlan::Kind::blocks) {
    require(plan_->block_records > 0, "a layout that counts blocks has blocks");
    value = (value + plan_->block_records - 1) / plan_->block_records;
  }
  if (plan.is_absolute && static_cast<std::int64_t>(value) < 0) value = std::uint64_t{0} - value;
  return plan.modulo == 0 ? value : value % plan.modulo;
}

}  // namespace counterfoil
