#include "generators/record_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "core/require.hpp"
#include "core/text.hpp"
#include "formats/charset.hpp"
#include "formats/field.hpp"

namespace counterfoil {
namespace {

constexpr std::uint64_t most_notes = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(FieldType type) {
  return type == FieldType::digits || type == FieldType::money || type == FieldType::decimal;
}
bool says_a_number(BindingKind kind) {
  return kind == BindingKind::amount || kind == BindingKind::count || kind == BindingKind::number;
}

/// False where it does not fit. `is_padded`: the pads stand there already.
bool put_digits(char* begin, std::size_t length, bool is_padded, char pad, std::uint64_t number) {
  char* to = begin + length;
  while (number >= 100 && to - begin >= 2) {
    const std::uint64_t rest = number % 100;
    number /= 100;
    *--to = static_cast<char>('0' + rest % 10);
    *--to = static_cast<char>('0' + rest / 10);
  }
  do {
    if (to == begin) return false;
    *--to = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  if (!is_padded) std::memset(begin, pad, static_cast<std::size_t>(to - begin));
  return true;
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// The length in bytes of the UTF-8 character that begins with `lead`.
std::size_t character_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

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
    case CheckDigit::none:
      break;
  }
  return {};
}

}  // namespace

void NoteKeeper::add(Finding finding) {
  if (++seen_[finding.code] <= most_notes) notes_.push_back(std::move(finding));
}

void NoteKeeper::close() {
  for (const auto& [code, count] : seen_) {
    if (count <= most_notes) continue;
    notes_.push_back({.code = code,
                      .severity = Severity::note,
                      .place = {},
                      .message = fmt::format("{} more remarks of this kind are not listed.", count - most_notes),
                      .remedy = "Look at the listed ones; the others are alike."});
  }
}

RecordWriter::RecordWriter(const LayoutPlan& plan, Charset charset, std::string_view line_end, NoteKeeper& notes)
    : plan_{plan},
      charset_{charset},
      line_end_{line_end},
      notes_{notes},
      totals_{plan},
      derived_(plan.code_lists.size()),
      last_(plan.families.size()),
      stated_(plan.totals.size()),
      ascending_(plan.totals.size()) {
  for (std::size_t list = 0; list < plan.code_lists.size(); ++list) {
    const auto& codes = plan.code_lists[list].codes;
    if (codes.empty()) continue;
    for (const SetWord& word : codes.front().sets) derived_[list].words.emplace_back(word.bound);
    derived_[list].said.resize(derived_[list].words.size());
    derived_[list].choices.assign(derived_[list].words.size(), -1);
  }
  for (std::size_t total = 0; total < plan.totals.size(); ++total) {
    in_scope_[static_cast<std::size_t>(plan.totals[total].scope)].push_back(static_cast<std::uint16_t>(total));
  }
  records_steps_.resize(plan.records.size());
  for (std::size_t record = 0; record < plan.records.size(); ++record) compile(static_cast<std::uint16_t>(record));
  // Who is looked at by whom: only those records are kept.
  const auto look_at = [&](const Operand& operand) {
    if (operand.where != Operand::Where::last) return;
    for (std::size_t record = 0; record < plan.records.size(); ++record) {
      if (plan.records[record].family == operand.family) records_steps_[record].is_looked_at = true;
    }
  };
  for (const RecordPlan& record : plan.records) {
    for (const FieldPlan& field : record.fields) {
      if (field.same_as) look_at(*field.same_as);
    }
    for (const CheckPlan& check : record.checks) {
      look_at(check.test.operand);
      look_at(check.test.other);
      for (const Test& when : check.when) {
        look_at(when.operand);
        look_at(when.other);
      }
    }
  }
}

std::string RecordWriter::blank_of(const FieldPlan& field) const {
  if (field.none_value && (is_number(field.type) || field.is_required)) return *field.none_value;
  const bool zeros = is_number(field.type) && field.is_required;
  const char pad = is_number(field.type) && !zeros ? ' ' : field.pad;
  return std::string(field.at.length, field.type == FieldType::date || field.type == FieldType::time ? ' ' : pad);
}

bool RecordWriter::is_stated_before(const RecordPlan& record, const TotalPlan& total) const {
  if (total.kind == TotalPlan::Kind::number || total.kind == TotalPlan::Kind::ascending) return false;
  switch (total.scope) {
    case Scope::file:
      return record.roles.opens_file || record.roles.opens_batch || record.roles.opens_entry;
    case Scope::batch:
      return record.roles.opens_batch || record.roles.opens_entry;
    case Scope::entry:
      return record.roles.opens_entry;
  }
  return false;
}

void RecordWriter::compile(std::uint16_t record) {
  const RecordPlan& plan = plan_.records[record];
  RecordSteps& made = records_steps_[record];
  made.image.assign(plan.described_length(), ' ');
  std::vector<std::int32_t> step_of_field(plan.fields.size(), -1);
  for (std::uint16_t index = 0; index < plan.fields.size(); ++index) {
    const FieldPlan& field = plan.fields[index];
    Step step;
    step.field = index;
    step.blank = field.constant ? *field.constant : blank_of(field);
    const bool is_text =
        field.type == FieldType::text || field.type == FieldType::opaque || field.type == FieldType::filler;
    step.only_when_blank = std::string(field.at.length, is_text ? field.pad : ' ');
    if (field.total && !field.is_part) {
      const TotalPlan& total = plan_.totals[*field.total];
      step.states_before = is_stated_before(plan, total);
      step.from_keeper = total.kind != TotalPlan::Kind::ascending && !step.states_before;
    }
    if (!field.is_part) made.image.replace(field.at.offset, field.at.length, step.blank);
    for (const BoundTo& bound : field.bindings) step.words.emplace_back(bound);
    for (const WordTest& test : field.only_when) step.only_when.emplace_back(test);
    step.quick = quick_way(field, step);
    step.is_padded = !field.is_part && step.blank == std::string(field.at.length, field.pad);
    const bool says_nothing = field.constant || field.type == FieldType::filler;
    if (says_nothing && field.only_when.empty()) continue;
    step_of_field[index] = static_cast<std::int32_t>(made.steps.size());
    if (!field.is_part) made.order.push_back(static_cast<std::uint16_t>(made.steps.size()));
    made.steps.push_back(std::move(step));
  }
  for (Step& step : made.steps) {
    for (const std::uint16_t part : plan.fields[step.field].parts) {
      if (step_of_field[part] >= 0) step.part_steps.push_back(static_cast<std::uint16_t>(step_of_field[part]));
    }
  }
  for (const WordTest& test : plan.write_when) made.write_when.emplace_back(test);
  made.codes.assign(plan.fields.size(), nullptr);
  compile_checks(record);
}

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
    case Operand::Where::last: {
      const bool is_outer = std::ranges::all_of(plan_.records, [&](const RecordPlan& other) {
        return other.family != test.operand.family || other.roles.opens_batch || other.roles.opens_file;
      });
      const Roles& roles = plan_.records[record].roles;
      reference.is_fixed_in_batch =
          is_outer && !roles.opens_batch && !roles.opens_file && test.kind != Test::Kind::same_as;
      break;
    }
  }
  const bool is_short =
      reference.field >= 0 &&
      plan_.records[record].fields[static_cast<std::size_t>(reference.field)].at.length <= longest_key_field;
  reference.is_keyed = test.kind != Test::Kind::same_as && (reference.word || is_short);
  return reference;
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
      }
    };
    add_key(check.test);
    for (const TestRef& when : check.when) add_key(when);
  }
  work.steps.is_chosen = true;
}

bool RecordWriter::is_ready(std::uint16_t record, const ConstWords& words) const {
  for (const WordTestRef& test : records_steps_[record].write_when) {
    if (!test.holds(words, scratch_)) return false;
  }
  return true;
}

bool RecordWriter::depends_on_outcome_alone(const std::vector<std::uint16_t>& records) const {
  static constexpr std::array<std::string_view, 4> known{"entry.outcome", "entry.level", "entry.addenda",
                                                         "entry.reason"};
  return std::ranges::all_of(records, [&](std::uint16_t record) {
    return std::ranges::all_of(plan_.records[record].write_when, [](const WordTest& test) {
      return test.bound.binding->word != BoundWord::entry || std::ranges::find(known, test.bound.name()) != known.end();
    });
  });
}

void RecordWriter::open(Scope scope) {
  totals_.open(scope);
  for (std::size_t inside = 0; inside <= static_cast<std::size_t>(scope); ++inside) {
    for (const std::uint16_t total : in_scope_[inside]) ascending_[total].reset();
  }
  if (scope == Scope::entry) return;
  for (RecordSteps& steps : records_steps_) steps.is_chosen = false;
}

Result<void> RecordWriter::close(Scope scope, const ConstWords& words) {
  if (scope == Scope::entry && opener_.record >= 0) {
    const auto record = static_cast<std::uint16_t>(opener_.record);
    opener_.record = -1;
    const Work work{record, plan_.records[record], records_steps_[record], words, opener_.bytes.data()};
    if (!look_at_checks(work, true)) return std::unexpected(*error_);
  }
  for (const std::uint16_t index : in_scope_[static_cast<std::size_t>(scope)]) {
    const TotalPlan& total = plan_.totals[index];
    if (!stated_[index]) continue;
    const auto counted = static_cast<std::int64_t>(totals_.value(index));
    const std::int64_t stated = *stated_[index];
    stated_[index].reset();
    if (counted == stated) continue;
    const auto& [record, field] = total.stated_in.front();
    return std::unexpected(Error{
        "write.total-differs",
        fmt::format("The field \"{}\" of the {} says {}, and what was written gives {} ({}).",
                    plan_.records[record].fields[field].name, plan_.records[record].title, stated, counted, total.text),
        "Nothing may be sent. Plan the batch again, so that counts and sums are those of its entries.",
        {.field = fmt::format("{}.{}", plan_.records[record].name, plan_.records[record].fields[field].name)},
        ErrorKind::refused});
  }
  return {};
}

Result<void> RecordWriter::write(std::uint16_t record, const ConstWords& words, std::string& out) {
  if (plan_.records[record].segments) return write_segment(record, words, out);
  if (open_) end_segments(out);
  const auto done = write_described(record, words, out);
  if (done) out += line_end_;
  return done;
}

Result<void> RecordWriter::write_segment(std::uint16_t record, const ConstWords& words, std::string& out) {
  const RecordPlan& plan = plan_.records[record];
  const Segments& shape = *plan.segments;
  joins_open_ = open_ && open_->family == plan.family && open_->shape == shape && open_->filled < shape.count;
  const std::size_t begin = out.size();
  const auto done = write_described(record, words, out);
  const bool joined = std::exchange(joins_open_, false);
  if (!done) return done;
  if (joined) {
    out.erase(begin, shape.first.offset);
    ++open_->filled;
    return {};
  }
  const std::string made = out.substr(begin);
  out.resize(begin);
  if (open_) end_segments(out);
  out += made;
  open_ = OpenRecord{plan.family, shape, 1, made.substr(0, shape.first.offset)};
  return {};
}

void RecordWriter::end_segments(std::string& out) {
  if (!open_) return;
  out.append(std::size_t{open_->shape.count - open_->filled} * open_->shape.first.length, ' ');
  out += line_end_;
  open_.reset();
}

/// The columns before the segments turned out to differ from those of the open record: what numbers the records is
/// written again.
bool RecordWriter::begin_another_record(const Work& work) {
  joins_open_ = false;
  for (const std::uint16_t index : work.steps.order) {
    const Step& step = work.steps.steps[index];
    const FieldPlan& field = work.plan.fields[step.field];
    if (field.total && plan_.totals[*field.total].counts_all_records && !fill(work, step)) return false;
  }
  return true;
}

Result<void> RecordWriter::write_described(std::uint16_t record, const ConstWords& words, std::string& out) {
  const RecordPlan& plan = plan_.records[record];
  RecordSteps& steps = records_steps_[record];
  const std::size_t begin = out.size();
  out += steps.image;
  const Work work{record, plan, steps, words, out.data() + begin};
  for (const std::uint16_t step : steps.order) {
    if (!fill_quickly(work, steps.steps[step]) && !fill(work, steps.steps[step])) return std::unexpected(*error_);
  }
  if (joins_open_ && std::string_view{work.bytes, plan.segments->first.offset} != open_->prefix &&
      !begin_another_record(work))
    return std::unexpected(*error_);
  if (!steps.is_chosen) choose_checks(work);
  if (!look_at_checks(work, false)) return std::unexpected(*error_);
  const std::string_view bytes{work.bytes, plan.described_length()};
  if (!joins_open_) {
    totals_.count_record();
    ++records_;
  }
  totals_.add(record, bytes);
  if (steps.is_looked_at) {
    last_[plan.family].record = record;
    last_[plan.family].bytes.assign(bytes);
  }
  if (plan.roles.opens_entry && !steps.at_end.all.empty()) {
    opener_.record = record;
    opener_.bytes.assign(bytes);
  }
  return {};
}

// ---- Filling a field
// ---------------------------------------------------------------------------------------------------

/// Which plain case a field may be, most of the time.
RecordWriter::Quick RecordWriter::quick_way(const FieldPlan& field, Step& step) const {
  step.at = field.at;
  step.pad = field.pad;
  if (!field.only_when.empty() || field.sign != SignPlace::none || field.keeps_blanks || field.constant)
    return Quick::no;
  if (field.same_as) {
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

inline bool RecordWriter::put_quickly(const Work& work, const Step& step) {
  const Entry& entry = *work.words.entry;
  char* const to = work.bytes + step.at.offset;
  const std::size_t length = step.at.length;
  switch (step.quick) {
    case Quick::no:
    case Quick::parts:
      return false;
    case Quick::text: {
      const std::string_view value = entry.*step.quick_text;
      if (value.empty() || value.size() > length || value.front() == ' ' || value.back() == ' ') return false;
      bool is_taken = true;
      for (std::size_t i = 0; i < value.size(); ++i) {
        to[i] = value[i];
        is_taken &= step.taken[static_cast<unsigned char>(value[i])];
      }
      if (!step.is_padded) std::memset(to + value.size(), step.pad, length - value.size());
      return is_taken;
    }
    case Quick::digits: {
      const std::string_view value = entry.*step.quick_text;
      std::int64_t number = 0;
      if (value.size() != length || !parse_digits(value, number)) return false;
      if (step.is_routing_number && !is_right_routing_number(value.data())) return false;
      std::memcpy(to, value.data(), length);
      return true;
    }
    case Quick::amount:
      return entry.*step.quick_amount >= 0 &&
             put_digits(to, length, step.is_padded, step.pad, static_cast<std::uint64_t>(entry.*step.quick_amount));
    case Quick::count:
      return entry.*step.quick_count != 0 && put_digits(to, length, step.is_padded, step.pad, entry.*step.quick_count);
    case Quick::silent:
      if (entry.*step.words.front().entry_short_count() != 0) return false;
      std::memcpy(to, work.plan.fields[step.field].default_value->data(), length);
      return true;
    case Quick::code: {
      for (const WordRef& word : step.words) {
        if (!(entry.*word.entry_text()).empty()) return false;
      }
      const CodePlan* code = derive_code(*work.plan.fields[step.field].codes, work.words);
      if (code == nullptr || code->value.size() != length) return false;
      work.steps.codes[step.field] = code;
      std::memcpy(to, code->value.data(), length);
      return true;
    }
    case Quick::carried: {
      const Operand& operand = *work.plan.fields[step.field].same_as;
      const LastRecord& last = last_[operand.family];
      if (last.record < 0) return false;
      const auto record = static_cast<std::size_t>(last.record);
      const std::int16_t index = operand.field_of_record[record];
      if (index < 0) return false;
      const Span& from = plan_.records[record].fields[static_cast<std::size_t>(index)].at;
      const std::string_view bytes = bytes_at(last.bytes, from);
      if (from.length != length || is_blank(bytes)) return false;
      std::memcpy(to, bytes.data(), length);
      return true;
    }
  }
  return false;
}

bool RecordWriter::put_parts(const Work& work, const Step& step) {
  for (const WordRef& word : step.words) {
    if (!(work.words.entry->*word.entry_text()).empty()) return false;
  }
  for (const std::uint16_t part : step.part_steps) {
    if (!put_quickly(work, work.steps.steps[part])) return false;
  }
  return !step.part_steps.empty();
}

/// False: take the long way.
bool RecordWriter::fill_quickly(const Work& work, const Step& step) {
  if (step.quick == Quick::no || work.words.entry == nullptr) return false;
  if (!(step.quick == Quick::parts ? put_parts(work, step) : put_quickly(work, step))) return false;
  if (!step.must_rise) return true;
  const FieldPlan& field = work.plan.fields[step.field];
  auto& last = ascending_[*field.total];
  std::int64_t number = 0;
  if (!parse_number(field, {work.bytes + step.at.offset, step.at.length}, number) || (last && number <= *last))
    return false;
  last = number;
  return true;
}

bool RecordWriter::fill(const Work& work, const Step& step) {
  const FieldPlan& field = work.plan.fields[step.field];
  for (const WordTestRef& test : step.only_when) {
    if (test.holds(work.words, scratch_)) continue;
    std::memcpy(work.bytes + field.at.offset, step.only_when_blank.data(), field.at.length);
    return true;
  }
  if (step.from_keeper) {
    if (!put_number(work, field, static_cast<std::int64_t>(total_now(*field.total, work.record)))) return false;
  } else {
    const Put filled = fill_from_words(work, step);
    if (filled == Put::failed) return false;
    if (filled == Put::nothing) {
      const bool may_be_silent = field.constant || !field.is_required || field.none_value;
      return may_be_silent ||
             fail(refusal(work, field, "write.missing", "is required, and nothing is said for it",
                          "Complete the data of the creditor account or of the claim, then write again."));
    }
    if (step.states_before) {
      std::int64_t number = 0;
      if (parse_number(field, {work.bytes + field.at.offset, field.at.length}, number)) stated_[*field.total] = number;
    }
  }
  if (field.total && plan_.totals[*field.total].kind == TotalPlan::Kind::ascending && !look_at_ascending(work, field))
    return false;
  return field.check_digit == CheckDigit::none || look_at_check_digit(work, field);
}

RecordWriter::Put RecordWriter::fill_from_words(const Work& work, const Step& step) {
  const FieldPlan& field = work.plan.fields[step.field];
  if (field.same_as) {
    const Put put = put_operand(work, field, *field.same_as);
    if (put != Put::nothing) return put;
  }
  for (const WordRef& word : step.words) {
    const Put put = put_word(work, field, word);
    if (put != Put::nothing) return put;
  }
  if (field.codes) {
    if (const CodePlan* code = derive_code(*field.codes, work.words)) {
      work.steps.codes[step.field] = code;
      return put_bytes(work, field, code->value) ? Put::done : Put::failed;
    }
  }
  const FieldPlan* silent_part = nullptr;
  bool any_part = false;
  for (const std::uint16_t part : step.part_steps) {
    const FieldPlan& inner = work.plan.fields[work.steps.steps[part].field];
    const Put put = fill_from_words(work, work.steps.steps[part]);
    if (put == Put::failed) return put;
    any_part = any_part || put == Put::done;
    if (put == Put::nothing && inner.is_required && (inner.same_as || !inner.bindings.empty())) silent_part = &inner;
  }
  if (any_part && silent_part != nullptr) {
    fail(refusal(work, *silent_part, "write.missing", "is required, and nothing is said for it",
                 "Complete the data of the creditor account or of the claim, then write again."));
    return Put::failed;
  }
  if (any_part) return Put::done;
  if (!field.default_value) return Put::nothing;
  const bool is_plain = is_number(field.type) || field.type == FieldType::text || field.type == FieldType::code;
  const bool put =
      is_plain ? put_text(work, field, *field.default_value) : put_bytes(work, field, *field.default_value);
  return put ? Put::done : Put::failed;
}

RecordWriter::Put RecordWriter::put_word(const Work& work, const FieldPlan& field, const WordRef& word) {
  const BindingKind kind = word.bound().binding->kind;
  bool put = false;
  if (field.type == FieldType::date && kind == BindingKind::date) {
    const auto date = bound_date(word.bound(), work.words);
    if (!date) return Put::nothing;
    put = put_date(work, field, *date);
  } else if (is_number(field.type) && says_a_number(kind)) {
    const auto number = word.number(work.words);
    if (!number) return Put::nothing;
    put = put_number(work, field, *number);
  } else {
    const std::string_view text = word.text(work.words, scratch_);
    if (is_blank(text)) return Put::nothing;
    put = field.type == FieldType::time ? put_time(work, field, text) : put_text(work, field, text);
  }
  return put ? Put::done : Put::failed;
}

RecordWriter::Put RecordWriter::put_operand(const Work& work, const FieldPlan& field, const Operand& operand) {
  if (operand.where == Operand::Where::word) return put_word(work, field, WordRef{operand.word});
  const Found found = look(work, operand);
  if (!found.is_there || found.trimmed.empty()) return Put::nothing;
  // The bytes were checked where they were written first.
  return put_bytes(work, field, found.bytes.size() == field.at.length ? found.bytes : found.trimmed) ? Put::done
                                                                                                     : Put::failed;
}

bool RecordWriter::put_text(const Work& work, const FieldPlan& field, std::string_view value) {
  if (!field.keeps_blanks && field.type != FieldType::opaque) value = trimmed(value);
  if (is_number(field.type)) {
    const bool fits = std::ranges::all_of(
        value, [&](char c) { return is_digit(c) || (field.type == FieldType::decimal && c == '.'); });
    if (!fits) {
      return fail(refusal(work, field, "write.not-digits", "takes digits only, and the value holds something else",
                          "Correct the value where it comes from; letters and blanks are not taken."));
    }
    return put_bytes(work, field, value);
  }
  if (!in_class(work, field, value)) return false;
  const CodePlan* code = field.codes ? plan_.code_lists[*field.codes].find(value) : nullptr;
  if (field.codes) work.steps.codes[static_cast<std::size_t>(&field - work.plan.fields.data())] = code;
  if (field.codes && code == nullptr) {
    return fail(refusal(work, field, "write.code-unknown",
                        fmt::format("takes a code of the list \"{}\", and \"{}\" is not on it",
                                    plan_.code_lists[*field.codes].name, value),
                        "Correct the code, or add it to the layout when the bank knows it."));
  }
  if (value.size() > field.at.length && field.may_cut) {
    const std::size_t whole = value.size();
    value = cut_to_bytes(charset_, value, field.at.length);
    note(work, field, Severity::note, "write.cut", fmt::format("was cut from {} to {} bytes", whole, value.size()),
         "Shorten it where it comes from if the payer should read all of it.");
  }
  return put_bytes(work, field, value);
}

/// Brings a UTF-8 value into the characters of the field and the character set of the file.
bool RecordWriter::in_class(const Work& work, const FieldPlan& field, std::string_view& value) {
  const bool keeps_case = !field.characters || (*field.characters)[static_cast<unsigned char>('a')];
  bool is_fine = true;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || (field.characters && !(*field.characters)[byte])) {
      is_fine = false;
      break;
    }
  }
  if (is_fine) return true;
  const auto refuse = [&](std::string_view character) {
    return fail(refusal(work, field, "write.character",
                        fmt::format("cannot be written: the character \"{}\" is not taken there", character),
                        "Spell the value with the characters the bank takes."));
  };
  if (first_bad_utf8(value)) {
    return fail(
        refusal(work, field, "write.encoding", "is not well-formed UTF-8", "Correct the value where it comes from."));
  }
  const auto taken = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F && (!field.characters || (*field.characters)[byte]);
  };
  std::string made;
  bool spelt_otherwise = false, capitals = false;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t length = character_length(value[at]);
    const std::string_view character = value.substr(at, length);
    at += length;
    if (length == 1) {
      if (taken(character[0])) {
        made += character[0];
      } else if (field.transliterates && !keeps_case && taken(upper(character[0]))) {
        made += upper(character[0]);
        capitals = true;
      } else {
        return refuse(static_cast<unsigned char>(character[0]) < 0x20 ? std::string_view{"control character"}
                                                                      : character);
      }
      continue;
    }
    if (charset_ != Charset::ascii && first_missing(charset_, character).empty()) {
      made += character;  // The character set has it; classes speak of single bytes only.
      continue;
    }
    if (!field.transliterates) return refuse(character);
    const std::string base = sepa_text(character, Transliteration::epc).text;
    for (const char c : base) {
      const char written = taken(c) ? c : upper(c);
      if (base == "." || !taken(written)) return refuse(character);
      made += written;
    }
    spelt_otherwise = true;
  }
  if (spelt_otherwise || capitals) {
    note(work, field, Severity::note, spelt_otherwise ? "write.transliterated" : "write.capitals",
         spelt_otherwise ? "is written without marks the bank does not take" : "is written in capitals",
         "Nothing needs doing; the payer reads the written form.");
  }
  if (charset_ == Charset::ascii || charset_ == Charset::utf8) {
    text_ = std::move(made);
  } else {
    auto bytes = from_utf8(charset_, made);
    if (!bytes) return refuse(first_missing(charset_, made));
    text_ = std::move(*bytes);
  }
  value = text_;
  return true;
}

bool RecordWriter::put_bytes(const Work& work, const FieldPlan& field, std::string_view bytes) {
  if (bytes.size() > field.at.length) {
    return fail(refusal(work, field, "write.too-long",
                        fmt::format("takes {} bytes, and the value has {}", field.at.length, bytes.size()),
                        "Shorten the value where it comes from; nothing is cut."));
  }
  char* at = work.bytes + field.at.offset;
  const std::size_t room = field.at.length - bytes.size();
  if (field.side == Side::left) {
    std::memcpy(at, bytes.data(), bytes.size());
    std::memset(at + bytes.size(), field.pad, room);
  } else {
    std::memset(at, field.pad, room);
    std::memcpy(at + room, bytes.data(), bytes.size());
  }
  return true;
}

bool RecordWriter::put_number(const Work& work, const FieldPlan& field, std::int64_t number) {
  if (number < 0 && field.sign == SignPlace::none) {
    return fail(refusal(work, field, "write.negative", "has no sign, and the value is negative",
                        "A negative amount is no collection; correct the claim."));
  }
  const bool is_negative = number < 0;
  auto left = is_negative ? std::uint64_t{0} - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  std::array<char, 32> digits;  // Filled from the end.
  std::size_t at = digits.size();
  unsigned written = 0;
  const bool has_point = field.type == FieldType::decimal && field.decimals > 0;
  do {
    if (has_point && written == field.decimals) digits[--at] = '.';
    digits[--at] = static_cast<char>('0' + left % 10);
    left /= 10;
    ++written;
  } while (left != 0 || (has_point && written <= field.decimals));
  std::string_view text{digits.data() + at, digits.size() - at};
  if (field.sign == SignPlace::none) {
    if (text.size() <= field.at.length) {  // The common case, without the general padding.
      char* to = work.bytes + field.at.offset;
      const std::size_t room = field.at.length - text.size();
      if (field.side == Side::right) {
        std::memset(to, field.pad, room);
        std::memcpy(to + room, text.data(), text.size());
        return true;
      }
    }
    return put_bytes(work, field, text);
  }
  std::string whole;
  const std::size_t room =
      field.at.length -
      std::min<std::size_t>(field.at.length, text.size() + (field.sign == SignPlace::overpunch ? 0 : 1));
  if (field.sign == SignPlace::leading) {
    whole = (is_negative ? '-' : '+') + std::string(room, '0') + std::string{text};
  } else if (field.sign == SignPlace::trailing) {
    whole = std::string(room, '0') + std::string{text} + (is_negative ? '-' : '+');
  } else {
    // Overpunch: the last digit carries the sign, { A..I for plus and } J..R for minus.
    whole = std::string(room, '0') + std::string{text};
    const auto digit = static_cast<std::size_t>(whole.back() - '0');
    whole.back() = is_negative ? "}JKLMNOPQR"[digit] : "{ABCDEFGHI"[digit];
  }
  return put_bytes(work, field, whole);
}

bool RecordWriter::put_date(const Work& work, const FieldPlan& field, Date date) {
  const std::chrono::year_month_day day{date};
  const int year = int{day.year()};
  const DatePattern& pattern = field.date;
  const int century = year % 100 < plan_.century_pivot ? 20 : 19;  // As a reader of two digits takes them.
  if (year < 0 || year > 9999 || (pattern.year.length == 2 && year / 100 != century)) {
    return fail(refusal(work, field, "write.date", fmt::format("cannot say the year {}", year), "Correct the date."));
  }
  char* to = work.bytes + field.at.offset;
  std::memcpy(to, pattern.text.data(), field.at.length);  // Separators stay; the parts are written over.
  const auto put = [&](const Span& span, unsigned value) {
    for (std::uint32_t i = span.length; i > 0; --i, value /= 10)
      to[span.offset + i - 1] = static_cast<char>('0' + value % 10);
  };
  put(pattern.year, static_cast<unsigned>(year));
  put(pattern.month, unsigned{day.month()});
  put(pattern.day, unsigned{day.day()});
  if (pattern.day_of_year.length > 0) {
    put(pattern.day_of_year, static_cast<unsigned>((date - Date{day.year() / std::chrono::January / 1}).count() + 1));
  }
  return true;
}

/// `clock` is "HH:MM" or "HH:MM:SS".
bool RecordWriter::put_time(const Work& work, const FieldPlan& field, std::string_view clock) {
  const bool fits = clock.size() >= 5 && is_digit(clock[0]) && is_digit(clock[1]) && clock[2] == ':' &&
                    is_digit(clock[3]) && is_digit(clock[4]);
  if (!fits) {
    return fail(
        refusal(work, field, "write.time", "takes a time of day such as 09:30", "Correct the time of creation."));
  }
  char* to = work.bytes + field.at.offset;
  std::memcpy(to, field.time.text.data(), field.at.length);
  const auto put = [&](const Span& span, std::string_view digits) {
    if (span.length == 2) std::memcpy(to + span.offset, digits.data(), 2);
  };
  const bool has_seconds = clock.size() >= 8 && is_digit(clock[6]) && is_digit(clock[7]);
  put(field.time.hour, clock.substr(0, 2));
  put(field.time.minute, clock.substr(3, 2));
  put(field.time.second, has_seconds ? clock.substr(6, 2) : std::string_view{"00"});
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

// ---- Totals
// ------------------------------------------------------------------------------------------------------------

/// The total as the record that states it would see it: records count themselves.
std::uint64_t RecordWriter::total_now(std::uint16_t index, std::uint16_t record) const {
  const TotalPlan& total = plan_.totals[index];
  switch (total.kind) {
    case TotalPlan::Kind::blocks:
      require(plan_.block_records > 0, "A layout that counts blocks says how long they are.");
      return (records_ + this_record() + plan_.block_records - 1) / plan_.block_records;
    case TotalPlan::Kind::number:
      return total.counts_all_records ? totals_.value(index) + this_record() : totals_.next_number(index);
    case TotalPlan::Kind::count: {
      if (total.counts_all_records) return records_ + this_record();
      const bool counts_itself =
          std::ranges::any_of(total.from, [&](const TotalPlan::From& from) { return from.record == record; });
      return totals_.value(index) + (counts_itself ? 1 : 0);
    }
    case TotalPlan::Kind::sum:
    case TotalPlan::Kind::ascending:
      break;
  }
  return totals_.value(index);
}

bool RecordWriter::look_at_ascending(const Work& work, const FieldPlan& field) {
  auto& last = ascending_[*field.total];
  std::int64_t number = 0;
  if (!parse_number(field, {work.bytes + field.at.offset, field.at.length}, number)) return true;
  if (last && number <= *last) {
    return fail(refusal(work, field, "write.not-ascending",
                        fmt::format("must rise from record to record, and {} comes after {}", number, *last),
                        "Number the claims of a batch upwards, each number once."));
  }
  last = number;
  return true;
}

// ---- Rules
// -------------------------------------------------------------------------------------------------------------

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

/// Whether both sides of an equality are the same bytes of records, blanks and all. They may be equal without.
bool RecordWriter::is_plainly_same(const Work& work, const TestRef& test) const {
  const Operand& other = test.plan->other;
  if (test.field < 0 || other.where != Operand::Where::last || last_[other.family].record < 0) return false;
  const auto record = static_cast<std::size_t>(last_[other.family].record);
  const std::int16_t index = other.field_of_record[record];
  if (index < 0) return false;
  const Span& there = plan_.records[record].fields[static_cast<std::size_t>(index)].at;
  const Span& here = work.plan.fields[static_cast<std::size_t>(test.field)].at;
  return here.length == there.length &&
         std::memcmp(work.bytes + here.offset, last_[other.family].bytes.data() + there.offset, here.length) == 0;
}

/// Whether a test holds at first sight. False says nothing.
bool RecordWriter::is_plainly_true(const Work& work, const TestRef& test) const {
  const Test& plan = *test.plan;
  if (test.field < 0) return false;
  const Span& at = work.plan.fields[static_cast<std::size_t>(test.field)].at;
  const char last = work.bytes[at.offset + at.length - 1];
  switch (plan.kind) {
    case Test::Kind::present:
      return !plan.negated && work.bytes[at.offset] != ' ';
    case Test::Kind::zero:
      return plan.negated && last >= '1' && last <= '9';
    case Test::Kind::same_as:
      return !plan.negated && is_plainly_same(work, test);
    default:
      return false;
  }
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
    if (!hangs_on_key || !is_true(work, rule->test)) rules.each_time.push_back(rule);
  }
  return true;
}

/// Whether everything that the key of these rules asks is as it was.
bool RecordWriter::is_same_key(const Work& work, const Rules& rules) const {
  if (!rules.is_known) return false;
  std::size_t at = 0;
  for (const std::uint16_t index : rules.key_fields) {
    const Span& field = work.plan.fields[index].at;
    for (std::uint32_t i = 0; i < field.length; ++i) {  // A few bytes each.
      if (rules.key[at + i] != work.bytes[field.offset + i]) return false;
    }
    at += field.length;
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
  for (const std::uint16_t field : rules.key_fields)
    rules.key += bytes_at({work.bytes, work.plan.described_length()}, work.plan.fields[field].at);
  for (const WordRef* word : rules.key_words) {
    rules.choices.push_back(word->choice(work.words));
    rules.said.emplace_back(word->text(work.words, scratch_));
  }
}

bool RecordWriter::look_at_checks(const Work& work, bool at_end) {
  Rules& rules = at_end ? work.steps.at_end : work.steps.now;
  if (rules.all.empty()) return true;
  if (is_same_key(work, rules)) {
    for (const CheckRef* rule : rules.each_time) {
      if (!look_at(work, *rule, true)) return false;
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
  if (is_plainly_true(work, rule.test) || is_true(work, rule.test)) return true;
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

Error RecordWriter::refusal(const Work& work, const FieldPlan& field, std::string code, std::string what,
                            std::string remedy) const {
  const std::string_view entry = work.words.entry == nullptr ? std::string_view{} : work.words.entry->reference;
  return {
      std::move(code),
      fmt::format("The field \"{}\" (columns {}-{}) of the {}{} {}.", field.name, field.first_column(),
                  field.last_column(), work.plan.title, entry.empty() ? "" : fmt::format(" for entry {}", entry), what),
      std::move(remedy),
      {.column_first = field.first_column(),
       .column_last = field.last_column(),
       .field = fmt::format("{}.{}", work.plan.name, field.name)},
      ErrorKind::refused};
}

void RecordWriter::note(const Work& work, const FieldPlan& field, Severity severity, std::string code, std::string what,
                        std::string remedy) {
  const std::string_view entry = work.words.entry == nullptr ? std::string_view{} : work.words.entry->reference;
  notes_.add({.code = std::move(code),
              .severity = severity,
              .place = {.column_first = field.first_column(),
                        .column_last = field.last_column(),
                        .field = fmt::format("{}.{}", work.plan.name, field.name)},
              .message = fmt::format("The field \"{}\" of the {}{} {}.", field.name, work.plan.title,
                                     entry.empty() ? "" : fmt::format(" for entry {}", entry), what),
              .remedy = std::move(remedy)});
}

}  // namespace counterfoil
