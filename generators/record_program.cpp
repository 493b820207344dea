// The plain cases of the fields of an entry, laid out as one flat program with every place worked out.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>

#include "formats/field.hpp"
#include "generators/record_writer.hpp"

namespace counterfoil {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The last eight digits of a number as they are printed, the first in the lowest byte.
inline std::uint64_t eight_digits(std::uint64_t number) {
  static_assert(std::endian::native == std::endian::little, "the first digit goes into the lowest byte");
  // Halves, then halves of these: four, two and one digit in each part of the word.
  std::uint64_t word = (number / 10'000) | (number % 10'000) << 32U;
  std::uint64_t tops = ((word * 10'486) >> 20U) & 0x0000007F'0000007FU;  // Of each part divided by 100.
  word = tops | (word - 100 * tops) << 16U;
  tops = ((word * 103) >> 10U) & 0x000F000F'000F000FU;  // And by 10.
  return (tops | (word - 10 * tops) << 8U) | 0x30303030'30303030U;
}

/// False where it does not fit. `is_padded`: the pads stand there already.
inline bool put_digits(char* begin, std::size_t length, bool is_padded, char pad, std::uint64_t number) {
  constexpr std::uint64_t most = 100'000'000;
  if (pad == '0' && length >= 8 && number < most) {
    const std::uint64_t word = eight_digits(number);
    std::memcpy(begin + length - 8, &word, 8);
    if (!is_padded) std::memset(begin, pad, length - 8);
    return true;
  }
  if (pad == '0' && length >= 4 && length < 8 && number < most) {
    const std::uint64_t word = eight_digits(number);
    const std::size_t left_out = 8 * (8 - length);
    if ((word << (64 - left_out)) != (0x30303030'30303030U << (64 - left_out))) return false;
    const std::uint64_t kept = word >> left_out;
    const auto last = static_cast<std::uint32_t>(word >> 32U);
    std::memcpy(begin, &kept, 4);
    std::memcpy(begin + length - 4, &last, 4);
    return true;
  }
  char* to = begin + length;
  do {
    if (to == begin) return false;
    *--to = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  if (!is_padded) {
    while (to != begin) *--to = pad;
  }
  return true;
}

/// Nothing but characters from blank to tilde, eight at a time.
inline bool is_printed_ascii(std::string_view text) {
  constexpr std::uint64_t each = 0x0101010101010101U, high = 0x80 * each;
  const auto is_fine = [&](std::uint64_t word) {
    // A byte below 0x20 borrows into its high bit, and 0x7F grows into it; bytes that have it already are none of ours.
    return ((word | (word - 0x20 * each) | (word + each)) & high) == 0;
  };
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint64_t word = 0;
  for (; end - at >= 8; at += 8) {
    std::memcpy(&word, at, 8);
    if (!is_fine(word)) return false;
  }
  if (at == end) return true;
  if (text.size() >= 8) {
    std::memcpy(&word, end - 8, 8);
    return is_fine(word);
  }
  for (; at != end; ++at) {
    if (*at < 0x20 || *at > 0x7E) return false;
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
  step.takes_all_ascii = std::all_of(step.taken.begin() + 0x20, step.taken.begin() + 0x7F, std::identity{});
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
  made.rising.clear();
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
      made.rising.push_back(op);
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
  op.takes_all_ascii = step.takes_all_ascii;
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
      if (op.takes_all_ascii && !is_printed_ascii(value)) return false;
      bool is_taken = true;
      if (!op.takes_all_ascii) {
#pragma GCC unroll 4
        for (const char c : value) is_taken &= (*op.taken)[static_cast<unsigned char>(c)];
      }
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
      return false;  // Stands in a list of its own.
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
    for (Op& rising : work.steps.rising) rising.is_done = rising.is_done || rising.step == op.step;
    at = op.next;
  }
  return true;
}

/// Looks at the numbers that must rise, at the very end: digits that were just put there are slow to read. What was
/// filled the long way was looked at there.
bool RecordWriter::all_rise(const Work& work) {
  for (Op& op : work.steps.rising) {
    if (op.is_done) {
      op.is_done = false;
    } else if (!rises(work, op) && !look_at_ascending(work, work.plan.fields[op.field])) {
      return false;
    }
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
