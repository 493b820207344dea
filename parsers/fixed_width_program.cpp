#include "parsers/fixed_width_program.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>
#include <utility>

#include "core/require.hpp"
#include "formats/totals.hpp"

namespace counterfoil {
namespace {

template <class Member>
struct Owner;
template <class Value, class Word>
struct Owner<Value Word::*> {
  using Type = Word;
  using Held = Value;
};

struct MemberPlace {
  void* member = nullptr;
  std::size_t size = 0;
};

/// The address of the member a binding names, in these words.
MemberPlace place_of(const BoundMember& member, const Words& words) {
  MemberPlace place;
  std::visit(
      [&](auto pointer) {
        if constexpr (!std::is_same_v<decltype(pointer), std::monostate>) {
          using Word = typename Owner<decltype(pointer)>::Type;
          using Held = typename Owner<decltype(pointer)>::Held;
          static_assert(std::is_trivially_copyable_v<Held> && sizeof(Held) <= 16);
          place.size = sizeof(Held);
          if constexpr (std::is_same_v<Word, FileHead>) place.member = &(words.file->*pointer);
          if constexpr (std::is_same_v<Word, BatchHead>) place.member = &(words.batch->*pointer);
          if constexpr (std::is_same_v<Word, Entry>) place.member = &(words.entry->*pointer);
        }
      },
      member);
  return place;
}

/// The families that one record or another opens an entry with or adds to one: their "last record" changes with every
/// entry.
std::vector<bool> families_of_entries(const LayoutPlan& plan) {
  std::vector<bool> found(plan.families.size(), false);
  for (const RecordPlan& record : plan.records) {
    if (record.roles.opens_entry || record.roles.joins_entry) found[record.family] = true;
  }
  return found;
}

void note_tested(const Test& test, std::uint16_t record, std::vector<std::vector<bool>>& tested) {
  for (const Operand* operand : {&test.operand, &test.other}) {
    for (std::size_t r = 0; r < operand->field_of_record.size(); ++r) {
      if (operand->where == Operand::Where::here && r != record) continue;
      if (const auto f = operand->field_of_record[r]; f >= 0) tested[r][static_cast<std::size_t>(f)] = true;
    }
  }
}

}  // namespace

std::optional<ShortValues> ShortValues::of(Span at, const std::vector<ValueRange>& values, std::size_t record_length) {
  if (at.length > 8 || at.offset + std::size_t{8} > record_length) return std::nullopt;
  ShortValues made{.offset = at.offset, .shift = 8 * (8 - at.length), .ranges = {}};
  const auto number = [](std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  };
  for (const ValueRange& range : values) {
    if (range.first.size() != at.length || range.last.size() != at.length) return std::nullopt;
    made.ranges.emplace_back(number(range.first), number(range.last));
  }
  return made;
}

CodeTable::CodeTable(const CodeListPlan& list) : list_{&list} {
  mask_ = std::bit_ceil(list.codes.size() * 2 + 8) - 1;
  slots_.resize(mask_ + 1);
  for (std::size_t i = 0; i < list.codes.size(); ++i) {
    const std::string& value = list.codes[i].value;
    if (value.size() > 8) {
      has_long_ = true;
      continue;
    }
    std::size_t slot = hash(packed(value));
    while (slots_[slot].index >= 0) slot = (slot + 1) & mask_;
    slots_[slot] = {packed(value), static_cast<std::int32_t>(i)};
  }
}

std::int64_t CodeTable::find_long(std::string_view trimmed) const {
  const CodePlan* code = list_->find(trimmed);
  return code == nullptr ? -1 : code - list_->codes.data();
}

ReadyPlan::ReadyPlan(const LayoutPlan& plan, const Words& words)
    : plan_{plan}, words_{words}, records_(plan.records.size()) {
  entry_families_ = families_of_entries(plan);
  prepare_codes();
  prepare_looked_at();
  for (std::uint16_t r = 0; r < plan.records.size(); ++r) prepare_record(r);
}

Target ReadyPlan::target(const BoundTo& bound) const {
  Target target{.kind = bound.binding->kind, .member = nullptr, .is_wide = false, .setting = nullptr};
  if (bound.binding->word == BoundWord::creditor) {
    target.setting = &bound;
  } else if (bound.binding->kind != BindingKind::clock) {
    const MemberPlace place = place_of(bound.binding->member, words_);
    target.member = place.member;
    target.is_wide = place.size == 8;
  }
  return target;
}

ReadyValue ReadyPlan::ready_value(const SetWord& set) const {
  ReadyValue ready;
  if (set.bound.binding->word == BoundWord::creditor || set.bound.binding->kind == BindingKind::clock) return ready;
  // The value is made by the same function that made sure of it at load, in words of its own, and copied from there.
  FileHead file;
  BatchHead batch;
  Entry entry;
  require(set_bound(set.bound, {&file, &batch, &entry, nullptr}, set.literal),
          "a loaded layout sets words to values that fit");
  const MemberPlace from = place_of(set.bound.binding->member, {&file, &batch, &entry, nullptr});
  const MemberPlace to = place_of(set.bound.binding->member, words_);
  ready.member = to.member;
  ready.size = static_cast<std::uint8_t>(from.size);
  std::memcpy(ready.bytes.data(), from.member, from.size);
  return ready;
}

void ReadyPlan::prepare_codes() {
  for (const CodeListPlan& list : plan_.code_lists) {
    tables_.push_back(std::make_unique<CodeTable>(list));
    auto values = std::make_unique<std::vector<std::vector<ReadyValue>>>();
    const auto add = [&](const CodePlan& code) {
      std::vector<ReadyValue> ready;
      for (const SetWord& set : code.sets) ready.push_back(ready_value(set));
      values->push_back(std::move(ready));
    };
    for (const CodePlan& code : list.codes) add(code);
    add(list.unknown);
    code_values_.push_back(std::move(values));
  }
}

ReadyTest ReadyPlan::ready_test(const Test& test, std::uint16_t here) const {
  ReadyTest ready;
  ready.test = &test;
  ready.negated = test.negated;
  ready.marks = test.marks;
  const Operand& operand = test.operand;
  if (operand.where == Operand::Where::word) {
    const Target target = this->target(operand.word);
    if (target.kind == BindingKind::outcome && test.kind == Test::Kind::value_in) {
      ready.way = ReadyTest::Way::outcome;
      for (const ValueRange& range : test.values) {
        if (const auto outcome = parse_outcome(range.first))
          ready.outcomes |= std::uint32_t{1} << static_cast<unsigned>(*outcome);
      }
    }
    if (target.kind == BindingKind::number && test.kind == Test::Kind::zero && !target.is_wide &&
        target.member != nullptr) {
      ready.way = ReadyTest::Way::number_is_zero;
      ready.number = static_cast<const std::uint32_t*>(target.member);
    }
  } else if (operand.where == Operand::Where::here) {
    const RecordPlan& record = plan_.records[here];
    ready.field = static_cast<std::uint16_t>(operand.field_of_record[here]);
    ready.at = record.fields[ready.field].at;
    if (test.kind == Test::Kind::same_as && test.other.where == Operand::Where::last) {
      ready.way = ReadyTest::Way::same_here;
      ready.other_family = test.other.family;
    }
    if (test.kind == Test::Kind::marked) ready.way = ReadyTest::Way::mark_here;
    if (test.kind == Test::Kind::present || test.kind == Test::Kind::zero) ready.way = ReadyTest::Way::bytes_here;
    if (test.kind == Test::Kind::value_in) {
      if (auto values = ShortValues::of(ready.at, test.values, record.described_length())) {
        ready.way = ReadyTest::Way::value_here;
        ready.values = std::move(*values);
      }
    }
  } else if (test.kind != Test::Kind::same_as && !entry_families_[operand.family]) {
    ready.way = ReadyTest::Way::kept;
    ready.generation = UINT64_MAX;
  }
  return ready;
}

bool ReadyPlan::is_needed(const RecordPlan& record, std::uint16_t field, const std::vector<bool>& tested) const {
  const FieldPlan& plan = record.fields[field];
  if (plan.constant && plan.at.length == 1 && plan.bindings.empty() && !tested[field]) {
    // The record would not have been recognised without it.
    const auto settles = [&](const KeyCondition& key) {
      return key.kind == KeyCondition::Kind::bytes && key.at.offset <= plan.at.offset &&
             plan.at.offset < key.at.offset + key.at.length &&
             std::ranges::all_of(
                 key.values,
                 [&](const ValueRange& range) {
                   const std::size_t at = plan.at.offset - key.at.offset;
                   return range.first.substr(0, at + 1) == range.last.substr(0, at + 1) &&
                          range.first[at] == plan.constant->front();
                 });
    };
    if (std::ranges::any_of(record.conditions, settles)) return false;
  }
  if (tested[field] || !plan.bindings.empty() || plan.constant || plan.total || plan.codes || plan.characters ||
      plan.check_digit != CheckDigit::none)
    return true;
  if (plan.same_as && plan.same_as_fault != Fault::none) return true;
  if (plan.is_required) return !plan.is_part || plan.type != FieldType::digits;  // Parts of digits are digits.
  return plan.type == FieldType::filler || plan.type == FieldType::date || plan.type == FieldType::time ||
         (plan.type == FieldType::digits && !plan.is_part);
}

void ReadyPlan::prepare_looked_at() {
  for (const RecordPlan& record : plan_.records) looked_at_.emplace_back(record.fields.size(), false);
  for (const TotalPlan& total : plan_.totals) {
    for (const TotalPlan::From& from : total.from) {
      if (total.kind == TotalPlan::Kind::sum) looked_at_[from.record][from.field] = true;
      for (const Test& test : from.where) note_tested(test, from.record, looked_at_);
      for (const Test& test : from.negative) note_tested(test, from.record, looked_at_);
    }
  }
  // Only marks need a decoded value; every other test looks at the bytes.
  const auto note = [&](const Test& test, std::uint16_t record) {
    if (test.kind == Test::Kind::marked) note_tested(test, record, looked_at_);
  };
  for (std::uint16_t r = 0; r < plan_.records.size(); ++r) {
    for (const CheckPlan& check : plan_.records[r].checks) {
      note(check.test, r);
      for (const Test& when : check.when) note(when, r);
    }
  }
}

void ReadyPlan::prepare_record(std::uint16_t index) {
  const RecordPlan& record = plan_.records[index];
  RecordProgram& program = records_[index];
  for (std::uint16_t f = 0; f < record.fields.size(); ++f) {
    const FieldPlan& field = record.fields[f];
    if (field.total) program.totals.emplace_back(f, *field.total);
    if (!is_needed(record, f, looked_at_[index])) continue;
    FieldStep step;
    step.field = &field;
    step.index = f;
    step.offset = field.at.offset;
    step.length = field.at.length;
    step.checks_class = field.characters.has_value() && field.fault != Fault::none;
    for (const BoundTo& bound : field.bindings) step.targets.push_back(target(bound));
    if (field.codes) {
      step.codes = tables_[*field.codes].get();
      step.code_plans = &plan_.code_lists[*field.codes].codes;
      step.code_values = code_values_[*field.codes].get();
    }
    choose_way(index, step);
    program.steps.push_back(std::move(step));
  }
  for (const SetWord& set : record.sets) program.sets.push_back(ready_value(set));
  for (const CheckPlan& check : record.checks) {
    if (check.fault == Fault::none) continue;
    ReadyCheck ready{.check = &check, .test = ready_test(check.test, index), .when = {}};
    for (const Test& when : check.when) ready.when.push_back(ready_test(when, index));
    ReadyChecks& checks = check.at_end ? program.checks_at_end : program.checks;
    for (const ReadyTest& when : ready.when) {
      const std::uint16_t family = when.test->operand.family;
      if (when.way == ReadyTest::Way::kept && std::ranges::find(checks.families, family) == checks.families.end())
        checks.families.push_back(family);
    }
    checks.all.push_back(std::move(ready));
  }
  program.fills_every_entry_alike = record.roles.opens_entry && !record.roles.opens_batch && program.sets.empty() &&
                                    record.joins.empty() && std::ranges::none_of(record.fields, &FieldPlan::is_joined);
}

/// Most fields need nothing but to be looked at; those are read without asking for the rest each time.
void ReadyPlan::choose_way(std::uint16_t record, FieldStep& step) const {
  const FieldPlan& field = *step.field;
  const bool states_currency =
      plan_.currency_field && plan_.currency_field->first == record && plan_.currency_field->second == step.index;
  if (field.constant || field.none_value || step.checks_class || states_currency || field.is_joined ||
      (field.same_as && field.same_as_fault != Fault::none))
    return;
  for (const Target& target : step.targets) {
    if (target.setting != nullptr || target.kind == BindingKind::clock || target.kind == BindingKind::currency ||
        target.kind == BindingKind::sequence)
      return;
  }
  const bool is_routing_number = field.check_digit == CheckDigit::aba && field.at.length == 9;
  if ((field.type == FieldType::digits || field.type == FieldType::money) && field.sign == SignPlace::none &&
      field.pad == '0' && field.at.length <= 18 && (field.check_digit == CheckDigit::none || is_routing_number)) {
    step.way = FieldStep::Way::digits;
    step.checks_routing_number = is_routing_number;
  } else if (field.type == FieldType::text && !field.keeps_blanks && !field.is_required &&
             field.check_digit == CheckDigit::none && field.pad == ' ') {
    step.way = FieldStep::Way::text;
  } else if (field.type == FieldType::code && field.check_digit == CheckDigit::none) {
    step.way = FieldStep::Way::code;
  } else {
    return;
  }
  for (const Target& target : step.targets) {
    if (target.kind == BindingKind::text) {
      step.texts.push_back(static_cast<std::string_view*>(target.member));
    } else if (target.kind == BindingKind::number && !target.is_wide) {
      step.numbers.push_back(static_cast<std::uint32_t*>(target.member));
    } else {
      step.wide_numbers.push_back(target.member);
    }
  }
}

void ReadyPlan::prepare_candidates(unsigned char byte) {
  has_candidates_[byte] = true;
  for (std::uint16_t r = 0; r < plan_.records.size(); ++r) {
    Candidate candidate;
    candidate.record = r;
    candidate.kept.generation = UINT64_MAX;
    bool possible = true;
    for (const KeyCondition& condition : plan_.records[r].conditions) {
      bool is_settled = false;
      if (condition.kind == KeyCondition::Kind::bytes && condition.at.offset == 0) {
        possible = possible && std::ranges::any_of(condition.values, [&](const ValueRange& range) {
                     return static_cast<unsigned char>(range.first[0]) <= byte &&
                            byte <= static_cast<unsigned char>(range.last[0]);
                   });
        is_settled = condition.at.length == 1;
      }
      if (condition.kind == KeyCondition::Kind::all_bytes)
        possible = possible && static_cast<unsigned char>(condition.values[0].first[0]) == byte;
      if (!is_settled) candidate.conditions.push_back(&condition);
    }
    if (!possible) continue;
    // Conditions over other records are answered from memory nearly always.
    std::ranges::stable_sort(candidate.conditions, {}, [](const KeyCondition* condition) {
      return condition->kind != KeyCondition::Kind::last_record;
    });
    for (const KeyCondition* condition : candidate.conditions) {
      candidate.short_values.push_back(
          condition->kind == KeyCondition::Kind::bytes
              ? ShortValues::of(condition->at, condition->values, plan_.records[r].described_length())
              : std::nullopt);
    }
    candidates_[byte].push_back(std::move(candidate));
  }
}

}  // namespace counterfoil
