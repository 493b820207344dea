#include "parsers/fixed_width.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/require.hpp"
#include "formats/charset.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width_reading.hpp"
#include "parsers/temporary_file.hpp"

namespace counterfoil {

namespace {

std::size_t shortest_of(const LayoutPlan& plan) {
  return std::ranges::min_element(plan.records, {}, &RecordPlan::length)->length;
}
std::size_t longest_of(const LayoutPlan& plan) {
  return std::ranges::max_element(plan.records, {}, &RecordPlan::length)->length;
}

}  // namespace

FixedWidthReading::FixedWidthReading(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options,
                                     WordSink& sink, RecordWatch* watch)
    : plan_{plan},
      options_{options},
      sink_{sink},
      watch_{watch},
      frames_{source, plan.record_length, shortest_of(plan), longest_of(plan)},
      ready_{plan, {&file_, &batch_, &entry_, &settings_}},
      totals_{plan},
      stated_(plan.totals.size()),
      last_ascending_(plan.totals.size()),
      last_of_family_(plan.families.size(), no_record),
      generation_(plan.families.size(), 1),
      seen_in_file_(plan.families.size(), false) {
  for (std::size_t total = 0; total < plan.totals.size(); ++total) {
    totals_of_[static_cast<std::size_t>(plan.totals[total].scope)].push_back(static_cast<std::uint16_t>(total));
  }
  for (const RecordPlan& record : plan.records) {
    slots_.emplace_back(record.described_length(), ' ');
    numbers_.emplace_back(record.fields.size(), 0);
    bad_.emplace_back(record.fields.size(), std::uint8_t{0});
    marks_.emplace_back(record.fields.size(), std::uint64_t{0});
    Scope& scope = family_scope_.emplace(record.family, Scope::file).first->second;
    if (record.roles.opens_batch || record.roles.closes_batch) scope = std::min(scope, Scope::batch);
    if (record.roles.opens_entry || record.roles.joins_entry) scope = Scope::entry;
  }
}

Result<Verdict> FixedWidthReading::run() {
  if (auto started = frames_.start(); !started) return std::unexpected(started.error());
  if (frames_.had_mark()) {
    remark(Fault::warning, "charset.mark", {1, 0, 0, {}},
           "The file begins with a byte order mark, which no bank file has.", "It is skipped; have it left away.");
  }
  Frame frame;
  while (!stopped_) {
    const auto more = frames_.next(frame);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    take_frame(frame);
  }
  finish();
  return refused_ ? Verdict::refused : has_error_ ? Verdict::accepted_with_findings : Verdict::accepted;
}

// ---- Frames

inline void FixedWidthReading::take_frame(const Frame& frame) {
  line_ = frame.line;
  has_high_ = frame.scan.has_high;
  is_wide_ = false;
  if (frames_.is_endless()) {
    stopped_ = true;
    remark(Fault::refuse, "framing.endless-line", on_line(),
           fmt::format("Line {} is longer than any record and has no end.", line_),
           "This is not the format it was taken for, or the file is damaged; fetch it again.");
    return;
  }
  std::string_view bytes = frame.bytes;
  if (plan_.record_length != 0 && bytes.size() == plan_.record_length) [[likely]] {
    if (frame.scan.has_control || has_high_) remark_odd_bytes(bytes);
    take_record(bytes, identify(bytes), true);
    return;
  }
  if (is_blank(bytes) && frames_.in_lines()) {
    remark(plan_.tolerance.blank_lines, "framing.blank-line", on_line(), fmt::format("Line {} is blank.", line_),
           "It is skipped; nothing is lost.");
    return;
  }
  take_odd_length(bytes);
}

void FixedWidthReading::take_odd_length(std::string_view bytes) {
  if (plan_.charset == Charset::ascii && has_high_ && frames_.in_lines() && widen(bytes)) bytes = padded_;
  const std::size_t longest = longest_of(plan_);
  padded_.assign(bytes);
  if (padded_.size() < longest) padded_.resize(longest, ' ');
  const std::string_view whole = padded_;
  const std::uint16_t record = identify(whole);
  const std::size_t length = record == no_record ? std::min(longest, bytes.size()) : plan_.records[record].length;
  if (!frames_.in_lines()) frames_.consume(std::min(length, bytes.size()));
  if (record != no_record) remark_length(bytes, record, length);
  if (has_high_ || scan_bytes(bytes).has_control) remark_odd_bytes(whole.substr(0, length));
  take_record(whole.substr(0, length), record, false);
}

bool FixedWidthReading::may_have_lost_words(const RecordPlan& plan, std::size_t size) {
  return std::ranges::any_of(
      plan.fields, [&](const FieldPlan& field) { return !field.bindings.empty() && field.last_column() > size; });
}

void FixedWidthReading::remark_length(std::string_view bytes, std::uint16_t record, std::size_t length) {
  const RecordPlan& plan = plan_.records[record];
  if (bytes.size() < length) {
    if (frames_.in_lines() && frames_.is_unended() && may_have_lost_words(plan, bytes.size())) {
      remark(Fault::error, "framing.cut-short",
             {.line = line_, .first = static_cast<std::uint32_t>(bytes.size()) + 1, .last = plan.length, .field = {}},
             fmt::format("The last line has {} columns where record {} has {}, and no line end.", bytes.size(),
                         plan.name, length),
             "Fetch the file again and compare its size: the end of this record may be missing.");
      return;
    }
    const bool may_be_short = frames_.in_lines() || plan.roles.closes_file || plan.roles.fills;
    if (may_be_short) {
      remark(plan_.tolerance.short_lines, "framing.short-line",
             {.line = line_, .first = static_cast<std::uint32_t>(bytes.size()) + 1, .last = plan.length, .field = {}},
             fmt::format("Line {} has {} columns where record {} has {}; blanks were added.", line_, bytes.size(),
                         plan.name, length),
             "Nothing to do where only trailing blanks were cut off; a field that is lost has a finding of its own.");
    } else {
      remark(Fault::refuse, "framing.cut-off", on_line(),
             fmt::format("The file ends {} bytes into a record of {}.", bytes.size(), length),
             "It was cut off on its way; fetch it again.");
    }
  } else if (bytes.size() > length && frames_.in_lines()) {
    const std::string_view beyond = bytes.substr(length);
    const At at{.line = line_,
                .first = static_cast<std::uint32_t>(length) + 1,
                .last = static_cast<std::uint32_t>(bytes.size()),
                .field = {}};
    if (is_blank(beyond)) {
      remark(plan_.tolerance.long_lines, "framing.long-line", at,
             fmt::format("Line {} has {} columns where record {} has {}; the blanks behind were dropped.", line_,
                         bytes.size(), plan.name, length),
             "Nothing to do: nothing stands there.");
    } else {
      remark(plan_.tolerance.long_text, "framing.long-line", at,
             fmt::format("Line {} has {} columns where record {} has {}, and they are not blank.", line_, bytes.size(),
                         plan.name, length),
             "Compare the line with the bank's description; what stands behind the record was not read.");
    }
  }
}

bool FixedWidthReading::widen(std::string_view bytes) {
  if (first_bad_utf8(bytes)) return false;
  const std::size_t characters = count_characters(bytes);
  if (characters == bytes.size() || characters != longest_of(plan_)) return false;
  wide_line_.assign(bytes);
  wide_at_.clear();
  padded_.clear();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if ((byte & 0xC0U) == 0x80U) continue;
    wide_at_.push_back(static_cast<std::uint32_t>(at));
    padded_.push_back(byte < 0x80 ? bytes[at] : '\x80');
  }
  wide_at_.push_back(static_cast<std::uint32_t>(bytes.size()));
  is_wide_ = true;
  remark(plan_.tolerance.wide_characters, "charset.wide-line", on_line(),
         fmt::format(
             "Line {} is {} columns wide in characters of UTF-8, not in bytes; its columns were counted in characters.",
             line_, characters),
         "Ask the sender to count columns in bytes; check the names on this line.");
  return true;
}

void FixedWidthReading::remark_odd_bytes(std::string_view bytes) {
  std::uint32_t controls = 0, highs = 0, first = 0, last = 0;
  const bool counts_high = plan_.charset == Charset::ascii && !is_wide_;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool control = byte < 0x20, high = counts_high && byte > 0x7E;
    if (!control && !high) continue;
    (control ? controls : highs) += 1;
    last = static_cast<std::uint32_t>(i) + 1;
    if (first == 0) first = last;
  }
  const At at{.line = line_, .first = first, .last = last, .field = {}};
  if (controls > 0) {
    remark(
        plan_.tolerance.control_bytes, "charset.control-bytes", at,
        fmt::format("Line {} holds {} control character{} (below 20 hex).", line_, controls, controls == 1 ? "" : "s"),
        "They are kept as they are; ask the sender what they should be.");
  }
  if (highs > 0) {
    remark(plan_.tolerance.high_bytes, "charset.high-bytes", at,
           fmt::format("Line {} holds {} byte{} above 7E hex, which this format does not have.", line_, highs,
                       highs == 1 ? "" : "s"),
           "They are read as UTF-8 where that fits, else as Latin-1; check the names on this line.");
  }
}

// ---- Which record

inline std::uint16_t FixedWidthReading::identify(std::string_view bytes) {
  for (const Candidate& candidate : ready_.candidates(bytes.front())) {
    if (fits(candidate, bytes)) return candidate.record;
  }
  return no_record;
}

inline bool FixedWidthReading::fits(const Candidate& candidate, std::string_view bytes) {
  for (std::size_t i = 0; i < candidate.conditions.size(); ++i) {
    const KeyCondition& condition = *candidate.conditions[i];
    switch (condition.kind) {
      case KeyCondition::Kind::bytes:
        if (const auto& values = candidate.short_values[i];
            values ? !values->hold(bytes.data()) : !in_ranges(condition.values, bytes_at(bytes, condition.at)))
          return false;
        break;
      case KeyCondition::Kind::all_bytes:
        if (bytes.substr(0, plan_.records[candidate.record].length).find_first_not_of(condition.values[0].first[0]) !=
            std::string_view::npos)
          return false;
        break;
      case KeyCondition::Kind::same_bytes:
        if (bytes_at(bytes, condition.at) != bytes_at(bytes, condition.other)) return false;
        break;
      case KeyCondition::Kind::after_family:
        if (!seen_in_file_[condition.family]) return false;
        break;
      case KeyCondition::Kind::first_record:
        if (records_in_file_ != 0) return false;
        break;
      case KeyCondition::Kind::last_record: {
        const std::uint64_t generation = generation_[condition.operand.family];
        if (candidate.kept.generation != generation) {
          const auto other = last_bytes(condition.operand);
          candidate.kept.result = other && in_ranges(condition.values, trimmed(*other));
          // With two such conditions the answer could not be kept in one place.
          candidate.kept.generation = only_one_other(candidate) ? generation : UINT64_MAX;
        }
        if (!candidate.kept.result) return false;
        break;
      }
    }
  }
  return true;
}

std::optional<std::string_view> FixedWidthReading::last_bytes(const Operand& operand) const {
  const std::uint16_t record = last_of_family_[operand.family];
  if (record == no_record) return std::nullopt;
  const auto field = operand.field_of_record[record];
  if (field < 0) return std::nullopt;
  return bytes_at(slots_[record], plan_.records[record].fields[static_cast<std::size_t>(field)].at);
}

// ---- One record

inline void FixedWidthReading::take_record(std::string_view bytes, std::uint16_t record, bool is_plain) {
  if (is_plain && !frames_.in_lines()) frames_.consume(bytes.size());
  ++records_seen_;
  ++counts_.records;
  if (record == no_record) {
    take_unknown(bytes);
  } else if (step_order(record)) {
    ++records_in_file_;
    if (plan_.records[record].segments) [[unlikely]] {
      read_segments(bytes, record);
    } else {
      read_record(bytes, record);
    }
  }
  if (watch_ != nullptr && record != no_record && plan_.records[record].segments) watch_->segments(segments_read_);
  if (watch_ != nullptr)
    watch_->record(line_, record == no_record ? nullptr : &plan_.records[record],
                   is_wide_ ? std::string_view{wide_line_} : bytes, day_of_file());
}

void FixedWidthReading::take_unknown(std::string_view bytes) {
  const bool is_foreign = plan_.tolerance.unknown_lines < Fault::error && frames_.in_lines();
  if (!is_foreign) ++records_in_file_;
  const bool lost_step = !frames_.in_lines();
  std::string beginning{bytes.substr(0, 6)};
  for (char& byte : beginning) {
    if (static_cast<unsigned char>(byte) < 0x20 || static_cast<unsigned char>(byte) > 0x7E) byte = '?';
  }
  if (!is_foreign) totals_.spoil(Scope::entry);  // Else totals tell whether something was lost.
  if (lost_step) {
    stopped_ = true;
    remark(Fault::refuse, "framing.lost-step", on_line(),
           fmt::format("No record of this format begins with \"{}\", where record {} should begin; the file has no "
                       "line ends by which to find the next one.",
                       beginning, line_),
           "Bytes were lost or added on the way; fetch the file again. What follows was not read.");
    return;
  }
  const Fault tolerated = plan_.tolerance.unknown_lines;
  remark(file_closed_ && tolerated == Fault::refuse ? Fault::error : tolerated, "record.unknown",
         {.line = line_,
          .first = 1,
          .last = std::min<std::uint32_t>(6, static_cast<std::uint32_t>(bytes.size())),
          .field = {}},
         fmt::format("Line {} begins with \"{}\", which is no record of this format.", line_, beginning),
         "Look at the line with `file explain`; fetch the file again, or ask the bank what it means.");
}

inline bool FixedWidthReading::step_order(std::uint16_t record) {
  const OrderTable& order = plan_.order_table;
  const std::size_t at = state_ * plan_.records.size() + record;
  if (order.next[at] != 0) {
    state_ = order.next[at];
    return true;
  }
  const RecordPlan& plan = plan_.records[record];
  const bool reopens = plan.roles.opens_file && file_closed_;
  if (reopens) {
    remark(plan_.tolerance.stacked_files, "order.stacked", on_line(),
           fmt::format("A second file begins on line {}.", line_),
           "Both are read as they come; every total stands for its own file.");
    finish_file();
    state_ = order.next[record];
    return true;
  }
  const OrderTable::Skip& skip = order.skip[at];
  if (skip.state != 0) {
    remark_missing(skip.missing, &plan);
    state_ = skip.state;
    return true;
  }
  remark(Fault::refuse, "order.out-of-place", on_line(),
         fmt::format("Record {} on line {} stands in a place where it may not be.", plan.name, line_),
         "Its content was read; ask the sender for a file in the right order.");
  return true;
}

void FixedWidthReading::remark_missing(const std::vector<std::uint16_t>& families, const RecordPlan* before) {
  for (const std::uint16_t family : families) {
    const std::string& name = plan_.families[family];
    const std::string where = before == nullptr ? std::string{"at the end of the file"}
                                                : fmt::format("before record {} on line {}", before->name, line_);
    remark(plan_.fault_when_missing(family), fmt::format("order.missing-{}", kebab(name)), on_line(),
           fmt::format("Record {} is missing {}.", name, where),
           before == nullptr
               ? "The file was cut off, or the bank sends it in parts; fetch it again, or let the channel accept "
                 "partial files if the bank says so."
               : "Ask the sender for the whole file, or let the channel accept partial files if the bank says so.");
  }
}

/// Each segment is read as a record of its own that begins with the columns before all of them.
void FixedWidthReading::read_segments(std::string_view bytes, std::uint16_t record) {
  const Segments shape = *plan_.records[record].segments;
  segments_read_.assign(shape.count, nullptr);
  segment_image_.assign(bytes.substr(0, shape.end()));
  segment_prefix_ = shape.first.offset;
  std::uint32_t read = 0, last_blank = 0;
  for (std::uint32_t segment = 0; segment < shape.count; ++segment) {
    segment_shift_ = segment * shape.first.length;
    const std::string_view own = bytes.substr(segment_prefix_ + segment_shift_, shape.first.length);
    if (is_blank(own)) {
      last_blank = segment + 1;
      continue;
    }
    const At here{.line = line_, .first = segment_prefix_ + 1, .last = shape.end(), .field = {}};
    if (last_blank == segment && segment > 0) {
      remark(Fault::error, "segment.behind-blank", here,
             fmt::format("Segment {} of record {} is filled, but segment {} before it is blank.", segment + 1,
                         plan_.records[record].name, last_blank),
             "It was read all the same; ask the sender for a file in which blank segments stand at the end.");
    }
    std::memcpy(segment_image_.data() + segment_prefix_, own.data(), own.size());
    std::uint16_t as = record;
    if (read > 0 || segment > 0) {
      as = identify(segment_image_);
      if (as == no_record || plan_.records[as].segments != shape) {
        totals_.spoil(Scope::entry);
        remark(Fault::refuse, "segment.unknown", here,
               fmt::format("Segment {} of the record on line {} is none that this format has.", segment + 1, line_),
               "Look at the line with `file explain`; fetch the file again, or ask the bank what it means.");
        continue;
      }
      if (!step_order(as)) continue;
    }
    segments_read_[segment] = &plan_.records[as];
    is_first_segment_ = read++ == 0;
    read_record(segment_image_, as);
    if (entry_open_) finish_entry();  // What stands in this segment ends with it.
  }
  segment_shift_ = 0;
  is_first_segment_ = true;
  if (read == 0) {
    totals_.count_record();
    remark(Fault::error, "segment.none", on_line(),
           fmt::format("Every segment of record {} on line {} is blank.", plan_.records[record].name, line_),
           "A record without an entry should not be sent; ask the sender whether something was lost.");
  }
  segment_prefix_ = 0;
}

inline void FixedWidthReading::read_record(std::string_view bytes, std::uint16_t record) {
  const RecordPlan& plan = plan_.records[record];
  const Roles& roles = plan.roles;
  const bool is_second_head =
      roles.opens_file && file_open_ && !file_closed_;  // Out of place: it ends nothing and opens nothing.
  if (entry_open_ && !roles.joins_entry && !is_second_head) finish_entry();
  if (roles.opens_file && !is_second_head) begin_file();
  if (roles.opens_batch && !is_second_head) open_batch();
  if (roles.opens_entry || roles.joins_entry) open_entry(record, roles.opens_entry);
  if (roles.fills) ++fills_in_file_;
  if (roles.closes_file && batch_open_) close_batch();
  if (roles.speaks_for) clear_entry();

  std::string& slot = slots_[record];
  std::memcpy(slot.data(), bytes.data(), slot.size());
  last_of_family_[plan.family] = record;
  ++generation_[plan.family];
  seen_in_file_[plan.family] = true;

  if (!plan.refuses.empty())
    remark(Fault::refuse, "record.refused", on_line(), plan.refuses,
           plan.refuse_remedy.empty() ? std::string{ask_the_sender} : plan.refuse_remedy);
  if (!plan.remarks.empty())
    remark(Fault::warning, "record.remark", on_line(), plan.remarks, "Compare the line with the bank's description.");

  read_fields(record);
  const RecordProgram& program = ready_.record(record);
  for (const ReadyValue& set : program.sets) {
    if (set.member != nullptr) set.apply();
  }
  if (!plan.joins.empty()) join_texts(record);
  if (!plan_.answer_signs.empty()) [[unlikely]]
    look_for_answer(record);
  if (is_first_segment_) totals_.count_record();
  totals_.add_decoded(record, numbers_[record].data(), bad_[record].data(), marks_[record].data(), slot);
  if (!program.checks.all.empty()) run_checks(program.checks, record, line_);
  if (!program.totals.empty()) state_totals(record);
  if (roles.speaks_for) speak_for(*roles.speaks_for);
  if (roles.closes_batch) close_batch();
  if (roles.closes_file) file_closed_ = true;
}

namespace {

/// Whether a reader that expected an instruction said that it reads an answer.
class AnswerHeard final : public WordSink {
 public:
  bool is_answer = false;
  void finding(const Finding& finding) override { is_answer = is_answer || finding.code == "file.is-answer"; }
};

/// Both directions have the same positions, and only the content tells them apart, perhaps as late as its last record.
Result<Verdict> read_twice(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options, WordSink& sink,
                           RecordWatch* watch) {
  const auto kept = KeptBytes::of(source);
  if (!kept) return std::unexpected(kept.error());
  ReadOptions known = options;
  known.expected = Expected::instruction;
  AnswerHeard heard;
  const auto looked = read_watched(plan, *kept->read(), known, heard, nullptr);
  if (!looked) return looked;
  if (heard.is_answer) known.expected = Expected::answer;
  return read_watched(plan, *kept->read(), known, sink, watch);
}

}  // namespace

void FixedWidthReading::look_for_answer(std::uint16_t record) {
  const RecordPlan& plan = plan_.records[record];
  const auto holds_here = [&](const Test& test) {
    const auto f = test.operand.field_of_record[record];
    if (f < 0) return false;
    const auto field = static_cast<std::size_t>(f);
    return holds(test, bytes_at(slots_[record], plan.fields[field].at), marks_[record][field], {});
  };
  const bool says_answer = std::ranges::any_of(
      plan_.answer_signs, [&](const AnswerSign& sign) { return std::ranges::all_of(sign.tests, holds_here); });
  if (!says_answer || said_answer_) return;
  said_answer_ = true;
  if (options_.expected == Expected::answer) return;
  remark(Fault::refuse, "file.is-answer", on_line(),
         "The file says what became of claims, but an instruction was expected.",
         "Read it as an answer, or fetch the right file.");
}

Result<Verdict> read_watched(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options, WordSink& sink,
                             RecordWatch* watch) {
  require(!plan.records.empty(), "a loaded layout has records");
  if (!plan.answer_signs.empty() && options.expected == Expected::unknown)
    return read_twice(plan, source, options, sink, watch);
  return std::make_unique<FixedWidthReading>(plan, source, options, sink, watch)->run();
}

Result<Verdict> read_fixed_width(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options,
                                 WordSink& sink) {
  return read_watched(plan, source, options, sink, nullptr);
}

}  // namespace counterfoil
