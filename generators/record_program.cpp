// The plain cases of the fields of an entry, laid out as one flat program with every place worked out.
#include <algorithm>
#include <array>
#include <cstring>

#include "formats/field.hpp"
#include "generators/record_writer.hpp"

namespace counterfoil {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "00" to "99", one after the other.
constexpr std::array<char, 200> pairs = [] {
  std::array<char, 200> made{};
  for (std::size_t i = 0; i < 100; ++i) {
    made[2 * i] = static_cast<char>('0' + i / 10);
    made[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return made;
}();

/// False where it does not fit. `is_padded`: the pads stand there already.
inline bool put_digits(char* begin, std::size_t length, bool is_padded, char pad, std::uint64_t number) {
  char* to = begin + length;
  const auto put_pair = [&](std::uint64_t pair) {
    if (to - begin < 2) return false;
    to -= 2;
    std::memcpy(to, pairs.data() + 2 * pair, 2);
    return true;
  };
  for (; number >= 100; number /= 100) {
    if (!put_pair(number % 100)) return false;
  }
  if (number >= 10) {
    if (!put_pair(number)) return false;
  } else {
    if (to == begin) return false;
    *--to = static_cast<char>('0' + number);
  }
  if (!is_padded) {
    while (to != begin) *--to = pad;
  }
  return true;
}

}  // namespace

/// Which plain case a field may be, most of the time.
RecordWriter::Quick RecordWriter::quick_way(std::uint16_t record, const FieldPlan& field, Step& step) const {
  step.at = field.at;
  step.pad = field.pad;
  if (!field.only_when.empty() || field.sign != SignPlace::none || field.keeps_blanks || field.constant)
    return Quick::no;
  if (field.same_as) {
    step.is_fixed_in_batch = is_fixed_in_batch(record, *field.same_as);
    const bool is_carried = field.is_part && field.same_as->where == Operand::Where::last && field.bindings.empty();
    return is_carried ? Quick::carried : Quick::no;
  }
  const bool says_entry_texts =
      std::ranges::all_of(step.words, [](const WordRef& word) { return word.entry_text() != nullptr; });
  if (field.codes) {
    const bool is_derived = says_entry_texts && !plan_.code_lists[*field.codes].is_reasons && !field.total &&
                            field.check_digit == CheckDigit::none;
    return is_derived ? Quick::code : Quick::no;
  }
  const bool only_rises = field.total && plan_.totals[*field.total].kind == TotalPlan::Kind::ascending;
  if (field.total && !only_rises) return Quick::no;
  step.must_rise = only_rises;
  if (!field.parts.empty() && says_entry_texts && only_rises) return Quick::parts;
  if (step.words.size() != 1) return Quick::no;
  const WordRef& word = step.words.front();
  step.quick_text = word.entry_text();
  step.quick_amount = word.entry_amount();
  step.quick_count = word.entry_count();
  for (std::size_t byte = 0x20; byte < 0x7F; ++byte) step.taken[byte] = !field.characters || (*field.characters)[byte];
  if (step.quick_text != nullptr && field.type == FieldType::text && field.side == Side::left && !field.total)
    return field.check_digit == CheckDigit::none ? Quick::text : Quick::no;
  if (step.quick_text != nullptr && field.type == FieldType::digits) {
    step.is_routing_number = field.check_digit == CheckDigit::aba && field.at.length == 9;
    return step.is_routing_number || field.check_digit == CheckDigit::none ? Quick::digits : Quick::no;
  }
  if (field.check_digit != CheckDigit::none) return Quick::no;
  if (step.quick_amount != nullptr && field.type == FieldType::money && field.side == Side::right && !field.total)
    return Quick::amount;
  if (field.type != FieldType::digits || field.side != Side::right) return Quick::no;
  if (step.quick_count != nullptr) return Quick::count;
  const bool has_plain_default = field.default_value && field.default_value->size() == field.at.length &&
                                 std::ranges::all_of(*field.default_value, is_digit);
  return word.entry_short_count() != nullptr && has_plain_default && !field.total ? Quick::silent : Quick::no;
}

/// Lays out the fields of a record for the batch that is open: what is the same in all of it goes into the image.
void RecordWriter::compile_program(const Work& work) const {
  RecordSteps& made = work.steps;
  made.program.clear();
  made.batch_image = made.image;
  for (const std::uint16_t index : made.order) {
    const Step& step = made.steps[index];
    const std::size_t begin = made.program.size();
    bool is_quick = step.quick != Quick::no;
    if (step.quick == Quick::parts) {
      for (const WordRef& word : step.words) made.program.push_back(op_of(index, step, Quick::unsaid, word));
      for (const std::uint16_t part : step.part_steps) {
        const Step& inner = made.steps[part];
        is_quick = is_quick && inner.quick != Quick::no && inner.quick != Quick::parts;
        if (is_quick) add_op(work, index, inner);
      }
      is_quick = is_quick && !step.part_steps.empty();
    } else if (is_quick) {
      add_op(work, index, step);
    }
    if (!is_quick) {
      made.program.resize(begin);
      made.program.push_back(Op{.step = index});
    } else if (step.must_rise) {
      const FieldPlan& field = work.plan.fields[step.field];
      Op op{.way = Quick::rises, .step = index, .at = step.at};
      op.field = step.field;
      op.list = *field.total;
      op.is_plain_number = is_plain_number(field);
      made.program.push_back(op);
    }
    for (std::size_t op = begin; op < made.program.size(); ++op)
      made.program[op].next = static_cast<std::uint16_t>(made.program.size());
  }
}

RecordWriter::Op RecordWriter::op_of(std::uint16_t index, const Step& step, Quick way, const WordRef& word) {
  Op op{.way = way, .step = index, .at = step.at};
  op.text = word.entry_text();
  return op;
}

void RecordWriter::add_op(const Work& work, std::uint16_t index, const Step& step) const {
  RecordSteps& made = work.steps;
  const FieldPlan& field = work.plan.fields[step.field];
  Op op{.way = step.quick, .pad = step.pad, .is_padded = step.is_padded, .step = index, .at = step.at};
  op.field = step.field;
  op.is_routing_number = step.is_routing_number;
  op.text = step.quick_text;
  op.amount = step.quick_amount;
  op.count = step.quick_count;
  op.taken = &step.taken;
  const auto into_image = [&](std::string_view bytes) {
    made.batch_image.replace(step.at.offset, step.at.length, bytes);
  };
  switch (step.quick) {
    case Quick::text:
    case Quick::digits:
      op.may_be_silent = !field.is_part && field.parts.empty() && !field.default_value && !step.must_rise &&
                         field.check_digit == CheckDigit::none && (!field.is_required || field.none_value);
      break;
    case Quick::silent:
      op.short_count = step.words.front().entry_short_count();
      into_image(*field.default_value);
      break;
    case Quick::code:
      for (const WordRef& word : step.words) made.program.push_back(op_of(index, step, Quick::unsaid, word));
      op.list = *field.codes;
      break;
    case Quick::carried:
      if (const auto bytes = carried(step.at.length, field); step.is_fixed_in_batch && !bytes.empty()) {
        into_image(bytes);
        return;
      }
      break;
    default:
      break;
  }
  made.program.push_back(op);
}

/// What a carried part repeats; empty where that is not to be had in plain bytes.
std::string_view RecordWriter::carried(std::size_t length, const FieldPlan& field) const {
  const Operand& operand = *field.same_as;
  const LastRecord& last = last_[operand.family];
  if (last.record < 0) return {};
  const auto record = static_cast<std::size_t>(last.record);
  const std::int16_t index = operand.field_of_record[record];
  if (index < 0) return {};
  const std::string_view bytes = bytes_at(last.bytes, plan_.records[record].fields[static_cast<std::size_t>(index)].at);
  return bytes.size() != length || is_blank(bytes) ? std::string_view{} : bytes;
}

/// False: take the long way for the step. Inlined by force: a call for each small step costs more than the step.
[[gnu::always_inline]] inline bool RecordWriter::run_op(const Work& work, const Op& op) {
  const Entry& entry = *work.words.entry;
  char* const to = work.bytes + op.at.offset;
  const std::size_t length = op.at.length;
  switch (op.way) {
    case Quick::no:
    case Quick::parts:
      return false;
    case Quick::unsaid:
      return (entry.*op.text).empty();
    case Quick::text: {
      const std::string_view value = entry.*op.text;
      if (value.empty()) return op.may_be_silent;
      if (value.size() > length || value.front() == ' ' || value.back() == ' ') return false;
      bool is_taken = true;
#pragma GCC unroll 4
      for (const char c : value) is_taken &= (*op.taken)[static_cast<unsigned char>(c)];
      std::memcpy(to, value.data(), value.size());
      if (!op.is_padded) std::memset(to + value.size(), op.pad, length - value.size());
      return is_taken;
    }
    case Quick::digits: {
      const std::string_view value = entry.*op.text;
      if (value.empty()) return op.may_be_silent;
      std::int64_t number = 0;
      if (value.size() != length || !parse_digits(value, number)) return false;
      if (op.is_routing_number && !is_right_routing_number(value.data())) return false;
      std::memcpy(to, value.data(), length);
      return true;
    }
    case Quick::amount:
      return entry.*op.amount >= 0 &&
             put_digits(to, length, op.is_padded, op.pad, static_cast<std::uint64_t>(entry.*op.amount));
    case Quick::count:
      return entry.*op.count != 0 && put_digits(to, length, op.is_padded, op.pad, entry.*op.count);
    case Quick::silent:
      return entry.*op.short_count == 0;
    case Quick::code: {
      const CodePlan* code = derive_code(op.list, work.words);
      if (code == nullptr || code->value.size() != length) return false;
      work.steps.codes[op.field] = code;
      std::memcpy(to, code->value.data(), length);
      return true;
    }
    case Quick::carried: {
      const std::string_view bytes = carried(op.at.length, work.plan.fields[op.field]);
      if (bytes.empty()) return false;
      std::memcpy(to, bytes.data(), length);
      return true;
    }
    case Quick::rises:
      return rises(work, op);
  }
  return false;
}

/// A number that must be higher than the one before.
inline bool RecordWriter::rises(const Work& work, const Op& op) {
  const std::string_view bytes{work.bytes + op.at.offset, op.at.length};
  std::int64_t number = 0;
  const bool is_read =
      op.is_plain_number ? parse_digits(bytes, number) : parse_number(work.plan.fields[op.field], bytes, number);
  if (!is_read) return false;
  auto& last = ascending_[op.list];
  if (last && number <= *last) return false;
  last = number;
  return true;
}

bool RecordWriter::fill_all(const Work& work) {
  const std::vector<Op>& program = work.steps.program;
  for (std::size_t at = 0; at < program.size();) {
    const Op& op = program[at];
    if (run_op(work, op)) {
      ++at;
      continue;
    }
    const Step& step = work.steps.steps[op.step];
    std::memcpy(work.bytes + step.at.offset, step.blank.data(), step.at.length);
    if (!fill(work, step)) return false;
    at = op.next;
  }
  return true;
}

/// The first code of the layout whose words agree with what the words say.
const CodePlan* RecordWriter::derive_code(std::uint16_t list, const ConstWords& words) {
  Derived& derived = derived_[list];
  if (derived.words.empty() || plan_.code_lists[list].is_reasons) return nullptr;
  bool is_same = derived.known;
  for (std::size_t i = 0; i < derived.words.size(); ++i) {
    // Few values and no text to compare: most words are of this kind.
    if (const auto choice = derived.words[i].choice(words); choice >= 0) {
      if (choice == derived.choices[i]) continue;
      derived.choices[i] = choice;
    }
    const std::string_view said = derived.words[i].text(words, scratch_);
    if (said == derived.said[i]) continue;
    derived.said[i] = said;
    is_same = false;
  }
  if (is_same) return derived.code;
  derived.code = nullptr;
  for (const CodePlan& code : plan_.code_lists[list].codes) {
    const bool agrees = std::ranges::equal(code.sets, derived.said, {}, &SetWord::literal);
    if (agrees && (derived.code == nullptr || code.listed < derived.code->listed)) derived.code = &code;
  }
  derived.known = true;
  return derived.code;
}

}  // namespace counterfoil
