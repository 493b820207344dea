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

bool is_number(FieldType type) {
  return type == FieldType::digits || type == FieldType::money || type == FieldType::decimal;
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
  opens_without_head_ =
      std::ranges::none_of(plan.records, [](const RecordPlan& record) { return record.roles.opens_file; });
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
    if (field.bindings.empty() && !field.total && !field.same_as) find_join(plan, index, step);
    step.quick = step.join != nullptr ? Quick::no : quick_way(record, field, step);
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

void RecordWriter::find_join(const RecordPlan& plan, std::uint16_t field, Step& step) {
  for (const JoinPlan& join : plan.joins) {
    const auto found = std::ranges::find(join.fields, field);
    if (found == join.fields.end()) continue;
    step.join = &join;
    step.piece = static_cast<std::size_t>(found - join.fields.begin());
    return;
  }
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
  if (!steps.is_chosen) {
    const Work batch{record, plan, steps, words, nullptr};
    choose_checks(batch);
    compile_program(batch);
    steps.is_chosen = true;
  }
  in_file_ = in_file_ || plan.roles.opens_file || opens_without_head_;
  if (words.entry != nullptr && words.entry->outcome != Outcome::none) is_answer_ = true;
  const std::size_t begin = out.size();
  out += words.entry == nullptr ? steps.image : steps.batch_image;
  const Work work{record, plan, steps, words, out.data() + begin};
  if (words.entry != nullptr) {
    if (!fill_all(work)) return std::unexpected(*error_);
  } else {
    for (const std::uint16_t step : steps.order) {
      if (!fill(work, steps.steps[step])) return std::unexpected(*error_);
    }
  }
  if (joins_open_ && std::string_view{work.bytes, plan.segments->first.offset} != open_->prefix &&
      !begin_another_record(work))
    return std::unexpected(*error_);
  if (!look_at_checks(work, false)) return std::unexpected(*error_);
  const std::string_view bytes{work.bytes, plan.described_length()};
  if (this_record() != 0) totals_.count_record();
  if (!joins_open_) ++records_;
  totals_.add(record, bytes);
  if (words.entry != nullptr && !all_rise(work)) return std::unexpected(*error_);
  if (steps.is_looked_at) last_[plan.family].keep(record, bytes);
  if (plan.roles.opens_entry && !steps.at_end.all.empty()) opener_.keep(record, bytes);
  return {};
}

// ---- Totals
// ------------------------------------------------------------------------------------------------------------

/// The total as the record that states it would see it: records count themselves.
std::uint64_t RecordWriter::total_now(std::uint16_t index, std::uint16_t record) const {
  const TotalPlan& total = plan_.totals[index];
  if (total.is_of_answers && !is_answer_) return 0;
  switch (total.kind) {
    case TotalPlan::Kind::blocks:
      require(plan_.block_records > 0, "A layout that counts blocks says how long they are.");
      return (records_ + 1 + plan_.block_records - 1) / plan_.block_records;
    case TotalPlan::Kind::number:
      return total.counts_all_records ? totals_.value(index) + this_record() : totals_.next_number(index);
    case TotalPlan::Kind::count: {
      if (total.counts_all_records) return totals_.value(index) + this_record();
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
