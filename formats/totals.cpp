#include "formats/totals.hpp"

#include <algorithm>

#include "core/require.hpp"
#include "formats/field.hpp"

namespace counterfoil {
TotalsKeeper::TotalsKeeper(const LayoutPlan& plan) : plan_{&plan}, kept_(plan.totals.size()), steps_(plan.records.size()), needs_(plan.records.size()) {
  for (std::uint16_t t = 0; t < plan.totals.size(); ++t) {
    const TotalPlan& total = plan.totals[t];
    for (const TotalPlan::From& from : total.from) {
      const bool sums = total.kind == TotalPlan::Kind::sum;
      steps_[from.record].push_back({t, sums ? std::int32_t{from.field} : -1, from.where.empty() ? nullptr : &from.where});
      if (sums) needs_[from.record].push_back(from.field);
    }
    const bool every_record = total.kind == TotalPlan::Kind::blocks || total.counts_all_records;
    for (std::size_t r = 0; r < plan.records.size() && every_record; ++r) steps_[r].push_back({t, -1, nullptr});
    for (int scope = static_cast<int>(total.scope); scope < 3; ++scope) in_scope_[static_cast<std::size_t>(scope)].push_back(t);
  }
  for (auto& fields : needs_) {
    std::ranges::sort(fields);
    fields.erase(std::ranges::unique(fields).begin(), fields.end());
  }
}

void TotalsKeeper::open(Scope scope) {
  // Totals of the scope itself and of the smaller ones inside it.
  for (const std::uint16_t total : in_scope_[static_cast<std::size_t>(scope)]) kept_[total] = {};
}

void TotalsKeeper::spoil(Scope scope) {
  for (std::size_t t = 0; t < kept_.size(); ++t) {
    const TotalPlan& total = plan_->totals[t];
    if (total.scope >= scope && total.kind != TotalPlan::Kind::number) kept_[t].spoiled = true;
  }
}

void TotalsKeeper::add(std::uint16_t record, std::string_view bytes) {
  const RecordPlan& plan = plan_->records[record];
  numbers_.assign(plan.fields.size(), 0);
  bad_.assign(plan.fields.size(), 0);
  for (const std::uint16_t f : needs_[record]) {
    const FieldPlan& field = plan.fields[f];
    const std::string_view value = bytes_at(bytes, field.at);
    if (is_blank(value) && (field.blank_fault != Fault::none || !field.is_required)) continue;
    bad_[f] = parse_number(field, value, numbers_[f]) ? 0 : 1;
  }
  add_decoded(record, numbers_.data(), bad_.data(), bytes);
}

void TotalsKeeper::add_decoded(std::uint16_t record, const std::int64_t* numbers, const std::uint8_t* bad, std::string_view bytes) {
  for (const Step& step : steps_[record]) take(step, record, numbers, bad, bytes);
}

std::uint64_t TotalsKeeper::marks_of(const FieldPlan& field, std::string_view bytes) {
  if (!field.codes) return 0;
  if (last_code_.field == &field && last_code_.bytes == bytes) return last_code_.marks;
  const CodePlan* code = plan_->code_lists[*field.codes].find(trimmed(bytes));
  last_code_.field = &field;
  last_code_.bytes.assign(bytes);
  last_code_.marks = code == nullptr ? 0 : code->marks;
  return last_code_.marks;
}

void TotalsKeeper::take(const Step& step, std::uint16_t record, const std::int64_t* numbers, const std::uint8_t* bad, std::string_view bytes) {
  const RecordPlan& plan = plan_->records[record];
  if (step.where != nullptr) {
    for (const Test& test : *step.where) {
      const FieldPlan& field = plan.fields[static_cast<std::size_t>(test.operand.field_of_record[record])];
      const std::string_view value = bytes_at(bytes, field.at);
      const std::uint64_t marks = test.kind == Test::Kind::marked ? marks_of(field, value) : 0;
      if (!holds(test, value, marks, {})) return;
    }
  }
  Kept& kept = kept_[step.total];
  if (step.field < 0) {
    ++kept.value;
    return;
  }
  const auto field = static_cast<std::size_t>(step.field);
  if (bad[field] != 0) kept.spoiled = true;
  // Signed amounts wrap around on purpose: two's complement sums come out right whatever the order.
  const auto number = static_cast<std::uint64_t>(numbers[field]);
  if (numbers[field] >= 0 && kept.value <= INT64_MAX && kept.value + number > INT64_MAX) kept.spoiled = true;
  kept.value += number;
}

std::uint64_t TotalsKeeper::value(std::uint16_t total) const {
  const TotalPlan& plan = plan_->totals[total];
  std::uint64_t value = kept_[total].value;
  if (plan.kind == TotalPlan::Kind::blocks) {
    require(plan_->block_records > 0, "a layout that counts blocks has blocks");
    value = (value + plan_->block_records - 1) / plan_->block_records;
  }
  return plan.modulo == 0 ? value : value % plan.modulo;
}

}  // namespace counterfoil
