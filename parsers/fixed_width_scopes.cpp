#include <fmt/format.h>

#include <algorithm>

#include "parsers/fixed_width_reading.hpp"

namespace counterfoil {

void FixedWidthReading::forget_families(Scope scope) {
  for (const auto& [family, own] : family_scope_) {
    if (own > scope) continue;
    last_of_family_[family] = no_record;
    ++generation_[family];
  }
}

void FixedWidthReading::begin_file() {
  any_file_ = file_open_ = true;
  file_closed_ = false;
  file_told_ = false;
  file_ = {};
  settings_.clear();
  file_texts_.clear();
  file_.scheme = plan_.scheme;
  file_.format = plan_.name;
  file_.currency = plan_.currency;
  file_.settings = &settings_;
  totals_.open(Scope::file);
  std::ranges::fill(last_ascending_, std::string{});
}

void FixedWidthReading::open_batch() {
  if (!file_open_) begin_file();
  if (batch_open_) close_batch();
  batch_open_ = true;
  batch_told_ = false;
  batch_ = {};
  batch_texts_.clear();
  batch_.line = line_;
  batch_.currency = file_.currency;
  entries_in_batch_ = 0;
  ++counts_.batches;
  forget_families(Scope::batch);
  totals_.open(Scope::batch);
  forget_ascending(Scope::batch);
}

inline void FixedWidthReading::forget_ascending(Scope scope) {
  for (std::size_t t = 0; t < last_ascending_.size(); ++t) {
    if (plan_.totals[t].scope <= scope) last_ascending_[t].clear();
  }
}

void FixedWidthReading::open_entry(std::uint16_t record, bool opens) {
  if (!batch_open_) open_batch();
  if (!entry_open_) {
    // Members that this record always sets need no wiping; anything else does.
    if (record != last_entry_record_ || entry_used_ || !ready_.record(record).fills_every_entry_alike) {
      clear_entry();
      forget_families(Scope::entry);
    }
    last_entry_record_ = record;
    entry_open_ = true;
    entry_addenda_ = 0;
    entry_.line = line_;
    entry_.column = segment_prefix_ == 0 ? 0 : segment_prefix_ + segment_shift_ + 1;
    totals_.open(Scope::entry);
  }
  if (opens) return;
  ++entry_addenda_;
  ++counts_.addenda;
  entry_used_ = true;
}

void FixedWidthReading::clear_entry() {
  entry_ = {};
  entry_.currency = batch_.currency == Currency{} ? file_.currency : batch_.currency;
  if (!entry_texts_.empty()) entry_texts_.clear();
  joined_.clear();
  entry_used_ = false;
}

void FixedWidthReading::finish_entry() {
  if (is_instruction()) {  // What looks like a result is only how the field is sent.
    entry_.outcome = Outcome::none;
    entry_.status = entry_.reason = {};
    entry_used_ = true;
  }
  entry_.addenda = entry_addenda_;
  const std::uint16_t record = last_entry_record_;
  if (record != no_record && plan_.records[record].roles.opens_entry) {
    run_checks(ready_.record(record).checks_at_end, record, entry_.line);
  }
  settle_totals(Scope::entry);
  ++counts_.entries;
  ++entries_in_batch_;
  if (entry_.is_prenote) ++counts_.prenotes;
  entry_.position = ++position_;
  entry_.level = Level::entry;
  tell_entry();
  entry_open_ = false;
}

void FixedWidthReading::tell_entry() {
  outcomes_seen_ |= std::uint32_t{1} << static_cast<unsigned>(entry_.outcome);
  tell_heads();
  sink_.entry(entry_);
}

void FixedWidthReading::tell_heads() {
  if (!file_told_) {
    if (!partial_.empty()) release_partial();
    file_.kind = kind_of_content();
    file_told_ = true;
    sink_.file(file_);
  }
  if (batch_open_ && !batch_told_) {
    batch_told_ = true;
    sink_.batch(batch_);
  }
}

void FixedWidthReading::speak_for(Scope scope) {
  if (scope == Scope::file && batch_open_) close_batch();
  entry_.line = line_;
  entry_.level = scope == Scope::file ? Level::file : Level::block;
  entry_.position = ++position_;
  tell_entry();
  entry_used_ = true;
}

void FixedWidthReading::close_batch() {
  if (entry_open_) finish_entry();
  if (!batch_open_) return;
  if (entries_in_batch_ == 0) note_confirmation();
  settle_totals(Scope::batch);
  if (!batch_told_) tell_heads();
  batch_open_ = false;
}

void FixedWidthReading::note_confirmation() {
  bool states_some = false;
  for (std::size_t t = 0; t < stated_.size(); ++t) {
    if (plan_.totals[t].scope == Scope::batch && stated_[t].is_open && stated_[t].value != 0) states_some = true;
  }
  if (!states_some) return;
  is_confirmation_ = true;
  for (std::size_t t = 0; t < stated_.size(); ++t) {
    if (plan_.totals[t].scope == Scope::batch) stated_[t].is_open = false;
  }
  totals_.spoil(Scope::batch);
  remark(plan_.tolerance.empty_batches, "batch.no-entries", on_line(),
         "The batch holds no entries, but its control counts some.",
         "A confirmation of the bank looks like this: compare its totals with what was sent. Otherwise entries were "
         "lost; fetch the file again.");
}

// ---- The end

void FixedWidthReading::finish_file() {
  if (entry_open_) finish_entry();
  if (batch_open_) close_batch();
  settle_totals(Scope::file);
  check_fill();
  if (file_open_ && !file_told_) tell_heads();
  file_open_ = false;
  records_in_file_ = fills_in_file_ = 0;
  seen_in_file_.assign(seen_in_file_.size(), false);
  forget_families(Scope::file);
}

void FixedWidthReading::finish() {
  if (entry_open_) finish_entry();
  const auto& missing = plan_.order_table.end[state_].missing;
  if (records_seen_ == 0 || (!file_open_ && state_ == 0)) {
    remark(Fault::refuse, "file.no-records", on_line(), "No record of this format was found in the file.",
           "Check that it is the right file and that it arrived whole.");
  } else if (!stopped_) {
    remark_missing(missing, nullptr);
  }
  if (file_open_ || !partial_.empty()) {
    if (batch_open_) close_batch();
    if (!partial_.empty() && !file_told_) release_partial();
    finish_file();
  }
  if (!plan_.answer_signs.empty() && options_.expected == Expected::answer && !said_answer_ && records_seen_ != 0) {
    remark(Fault::refuse, "file.no-answer", {},
           "An answer was expected, and nothing in the file says what became of a claim.",
           "It looks like the instruction itself; fetch the answer of the bank.");
  }
  counts_.kind = kind_of_content();
  remark_mixture();
  tell_what_was_left_out();
  sink_.end(counts_);
}

void FixedWidthReading::remark_mixture() {
  const bool answers = (outcomes_seen_ & ~std::uint32_t{1}) != 0;
  if (!holds_instructions() || !answers) return;
  if (partial_as_error_) {
    remark(Fault::refuse, "file.incomplete-instructions", {},
           "Parts of the file are missing, and it holds instructions besides answers.", "Ask for the whole file.");
  }
  const auto kind = [&](Outcome outcome) {
    for (const KindRule& rule : plan_.kinds) {
      if (std::ranges::find(rule.outcomes, outcome) != rule.outcomes.end()) return rule.kind;
    }
    return FileKind::unknown;
  };
  for (unsigned outcome = 1; outcome < 32; ++outcome) {
    if ((outcomes_seen_ >> outcome & 1U) == 0 || kind(static_cast<Outcome>(outcome)) == kind(Outcome::none)) continue;
    remark(Fault::warning, "file.mixed", {}, "The file holds instructions and answers together; banks keep them apart.",
           "Check with the sender that the right file arrived.");
    return;
  }
}

void FixedWidthReading::tell_what_was_left_out() {
  for (const auto& [code, count] : told_) {
    if (count <= options_.most_findings) continue;
    sink_.finding(finding(Fault::note, "findings.left-out", {},
                          fmt::format("{} more findings {} were left out.", count - options_.most_findings, code),
                          "Correct what is shown first; the rest often goes with it."));
  }
}

FileKind FixedWidthReading::kind_of_content() const {
  for (const KindRule& rule : plan_.kinds) {
    for (const Outcome outcome : rule.outcomes) {
      if ((outcomes_seen_ >> static_cast<unsigned>(outcome) & 1U) != 0) return rule.kind;
    }
  }
  if (is_confirmation_) return FileKind::acknowledgement;
  return outcomes_seen_ == 0 && any_file_ ? plan_.kind_when_empty.value_or(FileKind::unknown) : FileKind::unknown;
}

void FixedWidthReading::check_fill() {
  if (plan_.block_records == 0 || !file_closed_ || stopped_) return;
  if (records_in_file_ % plan_.block_records != 0) {
    remark(plan_.tolerance.missing_fill, "framing.fill", on_line(),
           fmt::format("The file has {} records, which is no whole number of blocks of {}.", records_in_file_,
                       plan_.block_records),
           "Nothing to do: fill carries nothing.");
  } else if (fills_in_file_ >= plan_.block_records) {
    remark(plan_.tolerance.missing_fill, "framing.fill", on_line(),
           fmt::format("The file has {} fill records, a whole block more than it needs.", fills_in_file_),
           "Nothing to do: fill carries nothing.");
  }
}

// ---- Totals

bool FixedWidthReading::waits_for_end(const TotalPlan& total, const Roles& roles) {
  if (total.kind == TotalPlan::Kind::blocks || total.counts_all_records) return true;
  if (total.scope == Scope::batch) return !roles.closes_batch;
  if (total.scope == Scope::file) return !roles.closes_file;
  return true;
}

void FixedWidthReading::state_totals(std::uint16_t record) {
  const RecordPlan& plan = plan_.records[record];
  for (const auto& [f, t] : ready_.record(record).totals) {
    const FieldPlan& field = plan.fields[f];
    const TotalPlan& total = plan_.totals[t];
    if (bad_[record][f] != 0) continue;
    const std::string_view bytes = bytes_at(slots_[record], field.at);
    if (is_blank(bytes) && field.blank_fault == Fault::none) continue;  // States nothing.
    const std::int64_t value = numbers_[record][f];
    if (total.kind == TotalPlan::Kind::ascending) {
      check_ascending(total, t, field, bytes);
    } else if (total.kind == TotalPlan::Kind::number) {
      compare_total(total, t, plan, field, value, line_);
    } else {
      stated_[t] = {.is_open = true, .value = value, .line = line_, .record = record, .field = f};
      if (!waits_for_end(total, plan.roles) && entries_or_file(total)) settle_total(t);
    }
  }
}

inline void FixedWidthReading::check_ascending(const TotalPlan& total, std::uint16_t index, const FieldPlan& field,
                                               std::string_view bytes) {
  std::string& last = last_ascending_[index];
  if (!last.empty() && std::string_view{last} >= bytes && !is_repeated(at_field(field)) &&
      wants(total.fault, sequence_code(field))) {
    sink_.finding(finding(total.fault, sequence_code(field), at_field(field),
                          fmt::format("Field {} is {} after {}; it should be greater.", field.name, shown(field, bytes),
                                      shown(field, last)),
                          "Nothing is lost, but numbers that repeat make answers ambiguous; ask the sender."));
  }
  last.assign(bytes);
}

void FixedWidthReading::settle_totals(Scope scope) {
  for (const std::uint16_t t : totals_of_[static_cast<std::size_t>(scope)]) {
    if (stated_[t].is_open) settle_total(t);
  }
}

void FixedWidthReading::settle_total(std::uint16_t t) {
  Stated& stated = stated_[t];
  stated.is_open = false;
  const RecordPlan& record = plan_.records[stated.record];
  compare_total(plan_.totals[t], t, record, record.fields[stated.field], stated.value, stated.line);
}

void FixedWidthReading::compare_total(const TotalPlan& total, std::uint16_t index, const RecordPlan& record,
                                      const FieldPlan& field, std::int64_t stated, std::uint32_t line) {
  const std::uint64_t counted = total.is_of_answers && is_instruction() ? 0 : totals_.value(index);
  if (static_cast<std::uint64_t>(stated) == counted || totals_.is_spoiled(index)) return;
  const At at{line, field.first_column(), field.last_column(), field.name};
  const std::string code = "control." + kebab(field.name);
  if (is_repeated(at)) return;
  for (const std::uint16_t other : total.other_readings) {
    if (static_cast<std::uint64_t>(stated) != totals_.value(other)) continue;
    remark(Fault::note, code, at,
           fmt::format("{} of record {} is not the {}, but the {}.", field.name, record.name, total.text,
                       plan_.totals[other].text),
           "Nothing to do: banks mean one or the other, and it adds up.");
    return;
  }
  if (!wants(total.fault, code)) return;
  const bool is_money = field.type == FieldType::money || field.type == FieldType::decimal;
  const auto text = [&](std::int64_t value) {
    return is_money ? Money{value, file_.currency}.text() : std::to_string(value);
  };
  sink_.finding(finding(total.fault, code, at,
                        fmt::format("{} of record {} says {}; the records give {} ({}).", field.name, record.name,
                                    text(stated), text(static_cast<std::int64_t>(counted)), total.text),
                        "Every entry was read and kept; find out with the sender which of the two is right before "
                        "anything is booked."));
}

}  // namespace counterfoil
