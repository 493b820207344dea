#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "parsers/fixed_width_reading.hpp"

namespace counterfoil {

[[gnu::always_inline]] inline int FixedWidthReading::decide(const ReadyTest& ready, const Here& here) {
  switch (ready.way) {
    case ReadyTest::Way::outcome:
      return ((ready.outcomes >> static_cast<unsigned>(entry_.outcome) & 1U) != 0) != ready.negated;
    case ReadyTest::Way::number_is_zero:
      return (*ready.number == 0) != ready.negated;
    case ReadyTest::Way::mark_here:
      return ((here.marks[ready.field] & ready.marks) != 0) != ready.negated;
    case ReadyTest::Way::value_here:
      return ready.values.hold(here.bytes) != ready.negated;
    case ReadyTest::Way::bytes_here: {
      const std::string_view bytes{here.bytes + ready.at.offset, ready.at.length};
      return (ready.test->kind == Test::Kind::present ? !is_blank(bytes) : is_zero(bytes)) != ready.negated;
    }
    case ReadyTest::Way::same_here: {
      // The very bytes of the other field, as long as it is the one seen last.
      const bool is_known = ready.other != nullptr && ready.other_generation == generation_[ready.other_family] &&
                            ready.other_length == ready.at.length;
      if (is_known && std::memcmp(here.bytes + ready.at.offset, ready.other, ready.at.length) == 0)
        return !ready.negated;
      return decide_same(ready, here.record);
    }
    case ReadyTest::Way::kept: {
      const std::uint64_t generation = generation_[ready.test->operand.family];
      if (ready.generation != generation) {
        const int found = decide_generally(ready, here.record);
        if (found == no_such_record) return found;
        ready.result = found == 1;
        ready.generation = generation;
      }
      return ready.result ? 1 : 0;
    }
    case ReadyTest::Way::general:
      break;
  }
  return decide_generally(ready, here.record);
}

std::optional<std::string_view> FixedWidthReading::operand_bytes(const Operand& operand, std::uint16_t record) {
  switch (operand.where) {
    case Operand::Where::here: {
      const auto field = static_cast<std::size_t>(operand.field_of_record[record]);
      return bytes_at(slots_[record], plan_.records[record].fields[field].at);
    }
    case Operand::Where::last:
      return last_bytes(operand);
    case Operand::Where::word:
      break;
  }
  return bound_text(operand.word, {&file_, &batch_, &entry_}, scratch_);
}

std::uint64_t FixedWidthReading::marks_of(const Operand& operand, std::uint16_t here) const {
  const std::uint16_t record = operand.where == Operand::Where::here ? here : last_of_family_[operand.family];
  return marks_[record][static_cast<std::size_t>(operand.field_of_record[record])];
}

int FixedWidthReading::decide_generally(const ReadyTest& ready, std::uint16_t record) {
  const Test& test = *ready.test;
  if (test.kind == Test::Kind::same_as) return decide_same(ready, record);
  const auto bytes = operand_bytes(test.operand, record);
  if (!bytes) return no_such_record;
  if (test.kind == Test::Kind::marked) return ((marks_of(test.operand, record) & test.marks) != 0) != test.negated;
  return holds(test, *bytes, 0, {}) ? 1 : 0;
}

int FixedWidthReading::decide_same(const ReadyTest& ready, std::uint16_t record) {
  const Test& test = *ready.test;
  const auto left = test.operand.where == Operand::Where::here ? std::optional{bytes_at(slots_[record], ready.at)}
                                                               : operand_bytes(test.operand, record);
  if (!left) return no_such_record;
  std::optional<std::string_view> right;
  if (test.other.where == Operand::Where::last) {
    const std::uint64_t generation = generation_[test.other.family];
    if (ready.other_generation != generation) {
      const auto found = last_bytes(test.other);
      ready.other = found ? found->data() : nullptr;
      ready.other_length = found ? static_cast<std::uint32_t>(found->size()) : 0;
      ready.other_generation = generation;
    }
    if (ready.other != nullptr) right = std::string_view{ready.other, ready.other_length};
  } else {
    right = operand_bytes(test.other, record);
  }
  if (!right) return no_such_record;
  if (*left == *right) return !test.negated;
  if (trimmed(*left) == trimmed(*right)) return test.negated ? 0 : equal_but_for_blanks;
  return test.negated;
}

void FixedWidthReading::remark_blanks(const Test& test, std::uint32_t line) {
  remark(plan_.tolerance.trimmed_fields, "field.outer-blanks", {line, 0, 0, test.operand.text},
         fmt::format("{} and {} differ in outer blanks only.", test.operand.text, test.other.text),
         "Nothing to do: they are taken for the same.");
}

void FixedWidthReading::tell_check(const CheckPlan& check, std::uint16_t record, std::uint32_t line) {
  const std::string_view code = check.code.empty() ? std::string_view{"field.rule"} : std::string_view{check.code};
  At at{.line = line, .first = 0, .last = 0, .field = {}};
  const FieldPlan* tested = nullptr;
  if (check.test.operand.where == Operand::Where::here) {
    tested = &plan_.records[record].fields[static_cast<std::size_t>(check.test.operand.field_of_record[record])];
    at = {line, tested->first_column(), tested->last_column(), tested->name};
  }
  if (is_repeated(at) || (check.fault != Fault::partial && !wants(check.fault, code))) return;
  std::string found;
  if (tested != nullptr) {
    const FieldPlan& field = *tested;
    found = fmt::format(" It is \"{}\".", shown(field, bytes_at(slots_[record], field.at)));
  }
  if (check.test.kind == Test::Kind::same_as) {
    if (const auto other = last_bytes(check.test.other))
      found = found.substr(0, found.empty() ? 0 : found.size() - 1) +
              fmt::format("; {} is \"{}\".", check.test.other.text, *other);
  }
  std::string message = check.says.empty() ? fmt::format("A rule of record {} does not hold: {}.",
                                                         plan_.records[record].name, check.test.text)
                                           : check.says;
  message += found;
  std::string remedy = check.remedy.empty() ? std::string{ask_the_sender} : check.remedy;
  if (check.fault == Fault::partial) {
    hold_partial(code, at, std::move(message), std::move(remedy));
  } else {
    sink_.finding(finding(check.fault, code, at, std::move(message), std::move(remedy)));
  }
}

void FixedWidthReading::choose_checks(const ReadyChecks& checks, const Here& here) {
  checks.applied.clear();
  for (const ReadyCheck& check : checks.all) {
    ReadyChecks::Applied applied;
    applied.check = &check;
    bool applies = true;
    for (const ReadyTest& when : check.when) {
      if (when.way == ReadyTest::Way::kept) {
        applies = applies && decide(when, here) == 1;
      } else if (when.way == ReadyTest::Way::outcome) {
        applied.outcomes &= when.negated ? ~when.outcomes : when.outcomes;
      } else if (when.way == ReadyTest::Way::mark_here && !when.negated && applied.marks == 0) {
        applied.marked_field = when.field;
        applied.marks = when.marks;
      } else {
        applied.when.push_back(&when);
      }
    }
    if (applies) checks.applied.push_back(std::move(applied));
  }
}

void FixedWidthReading::run_checks(const ReadyChecks& checks, std::uint16_t record, std::uint32_t line) {
  const Here here{record, slots_[record].data(), marks_[record].data()};
  std::uint64_t generations = 0;
  for (const std::uint16_t family : checks.families) generations += generation_[family];
  if (generations != checks.generations) {
    choose_checks(checks, here);
    checks.generations = generations;
  }
  const std::uint32_t outcome = std::uint32_t{1} << static_cast<unsigned>(entry_.outcome);
  const auto holds = [&](const ReadyTest* when) { return decide(*when, here) == 1; };
  for (const ReadyChecks::Applied& applied : checks.applied) {
    if ((applied.outcomes & outcome) == 0) continue;
    if (applied.marks != 0 && (here.marks[applied.marked_field] & applied.marks) == 0) continue;
    if (!std::ranges::all_of(applied.when, holds)) continue;
    const int found = decide(applied.check->test, here);
    if (found == 0) tell_check(*applied.check->check, record, line);
    if (found == equal_but_for_blanks) remark_blanks(*applied.check->test.test, line);
  }
}

}  // namespace counterfoil
