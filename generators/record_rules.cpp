// The rules of a record: chosen once a batch, and asked again only when what they look at has changed.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "formats/field.hpp"
#include "generators/record_writer.hpp"

namespace counterfoil {
namespace {

std::string_view check_digit_rule(CheckDigit rule) {
  switch (rule) {
    case CheckDigit::aba:
      return "routing number";
    case CheckDigit::mod11_10:
      return "bank number";
    case CheckDigit::luhn:
      return "Luhn";
    case CheckDigit::mod97:
      return "modulo 97";
    case CheckDigit::kid:
      return "customer identification";
    case CheckDigit::none:
      break;
  }
  return {};
}

}  // namespace

void RecordWriter::compile_checks(std::uint16_t record) {
  RecordSteps& made = records_steps_[record];
  for (const CheckPlan& check : plan_.records[record].checks) {
    if (check.fault == Fault::none || check.fault == Fault::note) continue;
    CheckRef reference{.plan = &check, .test = refer(record, check.test), .when = {}, .batch_when = {}};
    for (const Test& when : check.when) {
      TestRef test = refer(record, when);
      (test.is_fixed_in_batch ? reference.batch_when : reference.when).push_back(std::move(test));
    }
    made.checks.push_back(std::move(reference));
  }
}

RecordWriter::TestRef RecordWriter::refer(std::uint16_t record, const Test& test) const {
  constexpr std::uint32_t longest_key_field = 3;
  TestRef reference;
  reference.plan = &test;
  switch (test.operand.where) {
    case Operand::Where::here:
      reference.field = test.operand.field_of_record[record];
      break;
    case Operand::Where::word:
      reference.word.emplace(test.operand.word);
      break;
    case Operand::Where::last:
      reference.is_fixed_in_batch = test.kind != Test::Kind::same_as && is_fixed_in_batch(record, test.operand);
      break;
  }
  const bool is_short =
      reference.field >= 0 &&
      plan_.records[record].fields[static_cast<std::size_t>(reference.field)].at.length <= longest_key_field;
  reference.is_keyed = test.kind != Test::Kind::same_as && (reference.word || is_short);
  return reference;
}

/// Whether the operand leads to a record that is the same for all records of this kind in a batch.
bool RecordWriter::is_fixed_in_batch(std::uint16_t record, const Operand& operand) const {
  const Roles& roles = plan_.records[record].roles;
  return operand.where == Operand::Where::last && !roles.opens_batch && !roles.opens_file &&
         std::ranges::all_of(plan_.records, [&](const RecordPlan& other) {
           return other.family != operand.family || other.roles.opens_batch || other.roles.opens_file;
         });
}

/// Leaves out the rules that cannot speak in this batch.
void RecordWriter::choose_checks(const Work& work) {
  for (Rules* rules : {&work.steps.now, &work.steps.at_end}) *rules = Rules{};
  for (const CheckRef& check : work.steps.checks) {
    if (!std::ranges::all_of(check.batch_when, [&](const TestRef& when) { return is_true(work, when); })) continue;
    Rules& rules = check.plan->at_end ? work.steps.at_end : work.steps.now;
    rules.all.push_back(&check);
    const auto add_key = [&](const TestRef& test) {
      if (!test.is_keyed) return;
      if (test.word) {
        const auto is_same = [&](const WordRef* known) { return known->bound().name() == test.word->bound().name(); };
        if (std::ranges::none_of(rules.key_words, is_same)) rules.key_words.push_back(&*test.word);
      } else if (const auto field = static_cast<std::uint16_t>(test.field);
                 std::ranges::find(rules.key_fields, field) == rules.key_fields.end()) {
        rules.key_fields.push_back(field);
        rules.key_spans.push_back(work.plan.fields[field].at);
      }
    };
    add_key(check.test);
    for (const TestRef& when : check.when) add_key(when);
  }
}

bool RecordWriter::look_at_check_digit(const Work& work, const FieldPlan& field) {
  const std::string_view text = trimmed({work.bytes + field.at.offset, field.at.length});
  if (check_digit_of(field.check_digit, text) != CheckDigitResult::wrong) return true;
  const std::string what =
      fmt::format("fails its check digit: {} would belong there ({})", expected_check_digit(field.check_digit, text),
                  check_digit_rule(field.check_digit));
  const std::string remedy = "Compare the number with its source; one digit is probably wrong.";
  if (field.fault >= Fault::error) return fail(refusal(work, field, "write.check-digit", what, remedy));
  note(work, field, Severity::warning, "write.check-digit", what, remedy);
  return true;
}

RecordWriter::Found RecordWriter::look(const Work& work, const Operand& operand) const {
  std::int32_t record = work.record;
  const char* bytes = work.bytes;
  if (operand.where == Operand::Where::word) {
    const std::string_view says = bound_text(operand.word, work.words, scratch_);
    return {trimmed(says), says, nullptr, true};
  }
  if (operand.where == Operand::Where::last) {
    record = last_[operand.family].record;
    bytes = last_[operand.family].bytes.data();
  }
  if (record < 0) return {};
  const std::int16_t index = operand.field_of_record[static_cast<std::size_t>(record)];
  if (index < 0) return {};
  const FieldPlan& field = plan_.records[static_cast<std::size_t>(record)].fields[static_cast<std::size_t>(index)];
  const std::string_view whole{bytes + field.at.offset, field.at.length};
  return {trimmed(whole), whole, &field, true};
}

/// How a rule whose `when` tests hang on the key is settled most often. An equality may hold without its bytes being
/// the same, since outer blanks do not count.
RecordWriter::Asked RecordWriter::first_look(const Work& work, const CheckRef& rule) const {
  using Look = Asked::Look;
  Asked asked;
  asked.rule = &rule;
  const Test& test = *rule.test.plan;
  if (rule.test.field < 0 || !std::ranges::all_of(rule.when, &TestRef::is_keyed)) return asked;
  asked.at = work.plan.fields[static_cast<std::size_t>(rule.test.field)].at;
  if (test.kind == Test::Kind::present && !test.negated) asked.look = Look::present;
  if (test.kind == Test::Kind::zero && test.negated) asked.look = Look::not_zero;
  if (test.kind != Test::Kind::same_as || test.negated || test.other.where != Operand::Where::last) return asked;
  asked.family = test.other.family;
  asked.record = last_[asked.family].record;
  if (asked.record < 0) return asked;
  const auto record = static_cast<std::size_t>(asked.record);
  const std::int16_t index = test.other.field_of_record[record];
  if (index < 0) return asked;
  const Span& there = plan_.records[record].fields[static_cast<std::size_t>(index)].at;
  asked.offset = there.offset;
  if (there.length == asked.at.length) asked.look = Look::same_bytes;
  return asked;
}

/// Whether the rule holds at first sight. False says nothing.
inline bool RecordWriter::is_settled(const Work& work, const Asked& asked) const {
  const char* const bytes = work.bytes + asked.at.offset;
  switch (asked.look) {
    case Asked::Look::none:
      return false;
    case Asked::Look::present:
      return *bytes != ' ';
    case Asked::Look::not_zero: {
      const char last = bytes[asked.at.length - 1];
      return last >= '1' && last <= '9';
    }
    case Asked::Look::same_bytes: {
      const LastRecord& last = last_[asked.family];
      return last.record == asked.record && std::memcmp(bytes, last.bytes.data() + asked.offset, asked.at.length) == 0;
    }
  }
  return false;
}

bool RecordWriter::is_true(const Work& work, const TestRef& test) const {
  const Test& plan = *test.plan;
  std::string_view bytes;
  std::uint64_t marks = 0;
  if (test.field >= 0) {
    const auto field = static_cast<std::size_t>(test.field);
    bytes = bytes_at({work.bytes, work.plan.described_length()}, work.plan.fields[field].at);
    if (plan.kind == Test::Kind::marked && work.steps.codes[field] != nullptr) marks = work.steps.codes[field]->marks;
  } else if (test.word) {
    bytes = test.word->text(work.words, scratch_);
  } else {
    const Found found = look(work, plan.operand);
    if (!found.is_there) return true;  // A record without the field has nothing that could break the rule.
    bytes = found.bytes;
    if (plan.kind == Test::Kind::marked && found.field != nullptr && found.field->codes) {
      const CodePlan* code = plan_.code_lists[*found.field->codes].find(found.trimmed);
      marks = code == nullptr ? 0 : code->marks;
    }
  }
  if (plan.kind != Test::Kind::same_as) return holds(plan, bytes, marks, {});
  const std::string own{bytes};  // Both sides may use the scratch text.
  const Found other = look(work, plan.other);
  return !other.is_there || holds(plan, own, marks, other.bytes);
}

/// Asks all rules, and remembers which of them must be asked again while the key stays as it is: those that look at
/// more than the key, and those that remark on it.
bool RecordWriter::keep_what_may_change(const Work& work, Rules& rules) {
  rules.each_time.clear();
  for (const CheckRef* rule : rules.all) {
    const auto fails_by_key = [&](const TestRef& when) { return when.is_keyed && !is_true(work, when); };
    if (std::ranges::any_of(rule->when, fails_by_key)) continue;
    if (!look_at(work, *rule, true)) return false;
    const bool hangs_on_key = rule->test.is_keyed && std::ranges::all_of(rule->when, &TestRef::is_keyed);
    if (!hangs_on_key || !is_true(work, rule->test)) rules.each_time.push_back(first_look(work, *rule));
  }
  return true;
}

/// Whether everything that the key of these rules asks is as it was.
bool RecordWriter::is_same_key(const Work& work, const Rules& rules) const {
  if (!rules.is_known) return false;
  const char* key = rules.key.data();
  for (const Span& field : rules.key_spans) {
    const char* const now = work.bytes + field.offset;
    for (std::uint32_t i = 0; i < field.length; ++i) {  // A few bytes each.
      if (key[i] != now[i]) return false;
    }
    key += field.length;
  }
  for (std::size_t i = 0; i < rules.key_words.size(); ++i) {
    const auto choice = rules.key_words[i]->choice(work.words);
    if (choice != rules.choices[i]) return false;
    if (choice < 0 && rules.key_words[i]->text(work.words, scratch_) != rules.said[i]) return false;
  }
  return true;
}

void RecordWriter::keep_key(const Work& work, Rules& rules) const {
  rules.key.clear();
  rules.choices.clear();
  rules.said.clear();
  for (const Span& field : rules.key_spans) rules.key += bytes_at({work.bytes, work.plan.described_length()}, field);
  for (const WordRef* word : rules.key_words) {
    rules.choices.push_back(word->choice(work.words));
    rules.said.emplace_back(word->text(work.words, scratch_));
  }
}

bool RecordWriter::look_at_checks(const Work& work, bool at_end) {
  Rules& rules = at_end ? work.steps.at_end : work.steps.now;
  if (rules.all.empty()) return true;
  if (is_same_key(work, rules)) {
    for (const Asked& asked : rules.each_time) {
      if (!is_settled(work, asked) && !look_at(work, *asked.rule, true)) return false;
    }
    return true;
  }
  rules.is_known = keep_what_may_change(work, rules);
  keep_key(work, rules);
  return rules.is_known;
}

/// Asks one rule. `key_holds`: its `when` tests that hang on the key are known to hold.
bool RecordWriter::look_at(const Work& work, const CheckRef& rule, bool key_holds) {
  const CheckPlan& check = *rule.plan;
  for (const TestRef& when : rule.when) {
    if ((!key_holds || !when.is_keyed) && !is_true(work, when)) return true;
  }
  if (is_true(work, rule.test)) return true;
  const std::string says = check.says.empty() ? fmt::format("The rule \"{}\" is broken.", check.test.text) : check.says;
  const std::string remedy =
      check.remedy.empty() ? "Correct the claim or the data of the creditor account." : check.remedy;
  const std::string code = check.code.empty() ? "write.rule" : check.code;
  const std::string_view entry = work.words.entry == nullptr ? std::string_view{} : work.words.entry->reference;
  const std::string where = entry.empty() ? fmt::format("{}: {}", work.plan.title, says)
                                          : fmt::format("{} of entry {}: {}", work.plan.title, entry, says);
  const Place place{.field = work.plan.name};
  if (check.fault != Fault::warning) return fail(Error{code, where, remedy, place, ErrorKind::refused});
  notes_.add({.code = code, .severity = Severity::warning, .place = place, .message = where, .remedy = remedy});
  return true;
}

}  // namespace counterfoil
