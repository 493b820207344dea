#include "parsers/fixed_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/require.hpp"
#include "core/text.hpp"
#include "formats/charset.hpp"
#include "formats/field.hpp"
#include "formats/totals.hpp"
#include "parsers/fixed_width_frames.hpp"
#include "parsers/fixed_width_program.hpp"
#include "parsers/fixed_width_reader.hpp"

namespace counterfoil {
namespace {

constexpr std::uint16_t no_record = UINT16_MAX;

/// Texts that had to be made: they live as long as the word they belong to.
class Texts {
 public:
  std::string_view keep(std::string text) {
    kept_.push_back(std::make_unique<std::string>(std::move(text)));
    return *kept_.back();
  }
  void clear() { kept_.clear(); }
  [[nodiscard]] bool empty() const { return kept_.empty(); }

 private:
  std::vector<std::unique_ptr<std::string>> kept_;
};

std::size_t shortest_of(const LayoutPlan& plan) {
  return std::ranges::min_element(plan.records, {}, &RecordPlan::length)->length;
}
std::size_t longest_of(const LayoutPlan& plan) {
  return std::ranges::max_element(plan.records, {}, &RecordPlan::length)->length;
}

std::string kebab(std::string_view name) {
  std::string text{name};
  std::ranges::replace(text, '_', '-');
  return text;
}

class Reader {
 public:
  Reader(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options, WordSink& sink, RecordWatch* watch)
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
    for (const RecordPlan& record : plan.records) {
      slots_.emplace_back(record.length, ' ');
      numbers_.emplace_back(record.fields.size(), 0);
      bad_.emplace_back(record.fields.size(), std::uint8_t{0});
      marks_.emplace_back(record.fields.size(), std::uint64_t{0});
      Scope& scope = family_scope_.emplace(record.family, Scope::file).first->second;
      if (record.roles.opens_batch || record.roles.closes_batch) scope = std::min(scope, Scope::batch);
      if (record.roles.opens_entry || record.roles.joins_entry) scope = Scope::entry;
    }
  }

  Result<Verdict> run() {
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

 private:
  // ---- What is read
  // -----------------------------------------------------------------------------------------------------

  const LayoutPlan& plan_;
  const ReadOptions& options_;
  WordSink& sink_;
  RecordWatch* watch_;

  FileHead file_;
  BatchHead batch_;
  Entry entry_;
  Settings settings_;
  Texts file_texts_, batch_texts_, entry_texts_;

  RecordFrames frames_;
  ReadyPlan ready_;
  TotalsKeeper totals_;

  // The last record of each kind, kept so that words and later records can look at its bytes.
  std::vector<std::string> slots_;
  std::vector<std::vector<std::int64_t>> numbers_;
  std::vector<std::vector<std::uint8_t>> bad_;
  std::vector<std::vector<std::uint64_t>> marks_;  // Of codes.

  // Totals stated before what they count, or whose scope is still open.
  struct Stated {
    bool is_open = false;
    std::int64_t value = 0;
    std::uint32_t line = 0;
    std::uint16_t record = 0, field = 0;
  };
  std::vector<Stated> stated_;
  std::vector<std::string> last_ascending_;

  std::vector<std::uint16_t> last_of_family_;
  std::vector<std::uint64_t> generation_;
  std::vector<bool> seen_in_file_;
  std::map<std::uint16_t, Scope> family_scope_;

  // ---- Where we are
  // -----------------------------------------------------------------------------------------------------

  std::uint16_t state_ = 0;  // In the order of the layout.
  std::uint32_t line_ = 0;
  std::uint16_t last_entry_record_ = no_record;
  std::uint32_t entry_addenda_ = 0;
  std::uint64_t records_in_file_ = 0, fills_in_file_ = 0, entries_in_batch_ = 0, records_seen_ = 0;
  bool any_file_ = false, file_open_ = false, file_closed_ = false, file_told_ = false;
  bool batch_open_ = false, batch_told_ = false;
  bool entry_open_ = false, entry_used_ = false;
  bool stopped_ = false;

  // A line measured in characters: its bytes and where each column begins.
  bool is_wide_ = false;
  bool has_high_ = false;
  std::string wide_line_;
  std::vector<std::uint32_t> wide_at_;
  std::string padded_;

  FileCounts counts_;
  std::uint32_t outcomes_seen_ = 0;
  std::uint32_t position_ = 0;
  bool is_confirmation_ = false;

  bool has_error_ = false, refused_ = false;
  std::map<std::string, std::uint64_t, std::less<>> told_;
  std::vector<Finding> partial_;  // Held until the file is known to hold answers or instructions.
  bool partial_as_error_ = false;

  // ---- Findings
  // ---------------------------------------------------------------------------------------------------------

  struct At {
    std::uint32_t line = 0;
    std::uint32_t first = 0, last = 0;
    std::string_view field;
  };

  /// False once enough was said: the message need not be made.
  bool wants(Fault fault, std::string_view code) {
    if (fault == Fault::none) return false;
    note_severity(fault);
    auto found = told_.find(code);
    if (found == told_.end()) found = told_.emplace(code, 0).first;
    return ++found->second <= options_.most_findings;
  }

  void note_severity(Fault fault) {
    if (fault == Fault::error || fault == Fault::refuse) has_error_ = true;
    if (fault == Fault::refuse) refused_ = true;
  }

  [[nodiscard]] Finding finding(Fault fault, std::string_view code, const At& at, std::string message,
                                std::string remedy) const {
    Finding made;
    made.code = code;
    made.severity = fault == Fault::note      ? Severity::note
                    : fault == Fault::warning ? Severity::warning
                                              : Severity::error;
    made.place = {.file = options_.file_name,
                  .line = at.line,
                  .column_first = at.first,
                  .column_last = at.last,
                  .path = {},
                  .field = std::string{at.field}};
    made.message = std::move(message);
    made.remedy = std::move(remedy);
    made.refuses_file = fault == Fault::refuse;
    return made;
  }

  void remark(Fault fault, std::string_view code, const At& at, std::string message, std::string remedy) {
    if (fault == Fault::partial) {
      hold_partial(code, at, std::move(message), std::move(remedy));
    } else if (wants(fault, code)) {
      sink_.finding(finding(fault, code, at, std::move(message), std::move(remedy)));
    }
  }

  /// What a channel of partial files may leave away: how bad it is depends on what the file holds.
  void hold_partial(std::string_view code, const At& at, std::string message, std::string remedy) {
    if (options_.accept_partial) {
      remark(Fault::warning, code, at, std::move(message), std::move(remedy));
    } else if (outcomes_seen_ == 0) {
      partial_.push_back(finding(Fault::error, code, at, std::move(message), std::move(remedy)));
    } else {
      const Fault fault = holds_instructions() ? Fault::refuse : Fault::error;
      partial_as_error_ = partial_as_error_ || fault == Fault::error;
      remark(fault, code, at, std::move(message), std::move(remedy));
    }
  }

  [[nodiscard]] bool holds_instructions() const { return (outcomes_seen_ & 1U) != 0; }

  void release_partial() {
    const Fault fault = outcomes_seen_ == 0 || holds_instructions() ? Fault::refuse : Fault::error;
    for (Finding& held : partial_) {
      partial_as_error_ = partial_as_error_ || fault == Fault::error;
      if (!wants(fault, held.code)) continue;
      held.refuses_file = fault == Fault::refuse;
      sink_.finding(held);
    }
    partial_.clear();
  }

  [[nodiscard]] At on_line() const { return {line_, 0, 0, {}}; }
  [[nodiscard]] At at_field(const FieldPlan& field) const {
    return {line_, field.first_column(), field.last_column(), field.name};
  }

  /// Bytes as a message may show them.
  static std::string shown(const FieldPlan& field, std::string_view bytes) {
    if (field.is_sensitive) return mask_account(trimmed(bytes));
    std::string text{bytes};
    for (char& byte : text) {
      if (static_cast<unsigned char>(byte) < 0x20 || static_cast<unsigned char>(byte) > 0x7E) byte = '?';
    }
    return text;
  }

  static constexpr std::string_view ask_the_sender =
      "Look at the line with `file explain`; ask who sent the file for a corrected one.";

  // ---- Frames
  // -----------------------------------------------------------------------------------------------------------

  void take_frame(const Frame& frame) {
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

  /// A line or window that is not exactly one record of the only length.
  void take_odd_length(std::string_view bytes) {
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

  /// Whether columns beyond the first `size` hold anything that is handed on.
  static bool may_have_lost_words(const RecordPlan& plan, std::size_t size) {
    return std::ranges::any_of(
        plan.fields, [&](const FieldPlan& field) { return !field.bindings.empty() && field.last_column() > size; });
  }

  void remark_length(std::string_view bytes, std::uint16_t record, std::size_t length) {
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
        remark(Fault::error, "framing.long-line", at,
               fmt::format("Line {} has {} columns where record {} has {}, and they are not blank.", line_,
                           bytes.size(), plan.name, length),
               "Compare the line with the bank's description; what stands behind the record was not read.");
      }
    }
  }

  /// A line whose columns count characters of UTF-8: one byte stands for each in `padded_`, the text itself stays
  /// beside it.
  bool widen(std::string_view bytes) {
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
    remark(
        plan_.tolerance.wide_characters, "charset.wide-line", on_line(),
        fmt::format(
            "Line {} is {} columns wide in characters of UTF-8, not in bytes; its columns were counted in characters.",
            line_, characters),
        "Ask the sender to count columns in bytes; check the names on this line.");
    return true;
  }

  void remark_odd_bytes(std::string_view bytes) {
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
      remark(plan_.tolerance.control_bytes, "charset.control-bytes", at,
             fmt::format("Line {} holds {} control character{} (below 20 hex).", line_, controls,
                         controls == 1 ? "" : "s"),
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
  // ---------------------------------------------------------------------------------------------------

  std::uint16_t identify(std::string_view bytes) {
    for (const Candidate& candidate : ready_.candidates(bytes.front())) {
      if (fits(candidate, bytes)) return candidate.record;
    }
    return no_record;
  }

  bool fits(const Candidate& candidate, std::string_view bytes) {
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

  static bool only_one_other(const Candidate& candidate) {
    return std::ranges::count(candidate.conditions, KeyCondition::Kind::last_record, &KeyCondition::kind) == 1;
  }

  std::optional<std::string_view> last_bytes(const Operand& operand) const {
    const std::uint16_t record = last_of_family_[operand.family];
    if (record == no_record) return std::nullopt;
    const auto field = operand.field_of_record[record];
    if (field < 0) return std::nullopt;
    return bytes_at(slots_[record], plan_.records[record].fields[static_cast<std::size_t>(field)].at);
  }

  // ---- One record
  // -----------------------------------------------------------------------------------------------------

  void take_record(std::string_view bytes, std::uint16_t record, bool is_plain) {
    if (is_plain && !frames_.in_lines()) frames_.consume(bytes.size());
    ++records_seen_;
    ++counts_.records;
    if (record == no_record) {
      take_unknown(bytes);
    } else if (step_order(record)) {
      ++records_in_file_;
      read_record(bytes, record);
    }
    if (watch_ != nullptr)
      watch_->record(line_, record == no_record ? nullptr : &plan_.records[record],
                     is_wide_ ? std::string_view{wide_line_} : bytes, day_of_file());
  }

  void take_unknown(std::string_view bytes) {
    ++records_in_file_;
    const bool lost_step = !frames_.in_lines();
    std::string beginning{bytes.substr(0, 6)};
    for (char& byte : beginning) {
      if (static_cast<unsigned char>(byte) < 0x20 || static_cast<unsigned char>(byte) > 0x7E) byte = '?';
    }
    totals_.spoil(Scope::entry);
    if (lost_step) {
      stopped_ = true;
      remark(Fault::refuse, "framing.lost-step", on_line(),
             fmt::format("No record of this format begins with \"{}\", where record {} should begin; the file has no "
                         "line ends by which to find the next one.",
                         beginning, line_),
             "Bytes were lost or added on the way; fetch the file again. What follows was not read.");
      return;
    }
    remark(file_closed_ ? Fault::error : Fault::refuse, "record.unknown",
           {.line = line_,
            .first = 1,
            .last = std::min<std::uint32_t>(6, static_cast<std::uint32_t>(bytes.size())),
            .field = {}},
           fmt::format("Line {} begins with \"{}\", which is no record of this format.", line_, beginning),
           "Look at the line with `file explain`; fetch the file again, or ask the bank what it means.");
  }

  /// Follows the order of the layout; says what is missing or out of place. False when the record must not be read.
  bool step_order(std::uint16_t record) {
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

  void remark_missing(const std::vector<std::uint16_t>& families, const RecordPlan* before) {
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

  void read_record(std::string_view bytes, std::uint16_t record) {
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
    totals_.add_decoded(record, numbers_[record].data(), bad_[record].data(), marks_[record].data(), slot);
    for (const ReadyCheck& check : program.checks) run_check(check, record, line_);
    if (!program.totals.empty()) state_totals(record);
    if (roles.speaks_for) speak_for(*roles.speaks_for);
    if (roles.closes_batch) close_batch();
    if (roles.closes_file) file_closed_ = true;
  }

  // ---- Scopes
  // ---------------------------------------------------------------------------------------------------------

  void forget_families(Scope scope) {
    for (const auto& [family, own] : family_scope_) {
      if (own > scope) continue;
      last_of_family_[family] = no_record;
      ++generation_[family];
    }
  }

  void begin_file() {
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

  void open_batch() {
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

  void forget_ascending(Scope scope) {
    for (std::size_t t = 0; t < last_ascending_.size(); ++t) {
      if (plan_.totals[t].scope <= scope) last_ascending_[t].clear();
    }
  }

  void open_entry(std::uint16_t record, bool opens) {
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
      totals_.open(Scope::entry);
    }
    if (opens) return;
    ++entry_addenda_;
    ++counts_.addenda;
    entry_used_ = true;
  }

  void clear_entry() {
    entry_ = {};
    entry_.currency = batch_.currency == Currency{} ? file_.currency : batch_.currency;
    if (!entry_texts_.empty()) entry_texts_.clear();
    joined_.clear();
    entry_used_ = false;
  }

  void finish_entry() {
    entry_.addenda = entry_addenda_;
    const std::uint16_t record = last_entry_record_;
    if (record != no_record && plan_.records[record].roles.opens_entry) {
      for (const ReadyCheck& check : ready_.record(record).checks_at_end) run_check(check, record, entry_.line);
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

  void tell_entry() {
    outcomes_seen_ |= std::uint32_t{1} << static_cast<unsigned>(entry_.outcome);
    tell_heads();
    sink_.entry(entry_);
  }

  void tell_heads() {
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

  /// A record that carries an outcome of the whole batch or file, besides being its header or control.
  void speak_for(Scope scope) {
    if (scope == Scope::file && batch_open_) close_batch();
    entry_.line = line_;
    entry_.level = scope == Scope::file ? Level::file : Level::block;
    entry_.position = ++position_;
    tell_entry();
    entry_used_ = true;
  }

  void close_batch() {
    if (entry_open_) finish_entry();
    if (!batch_open_) return;
    if (entries_in_batch_ == 0) note_confirmation();
    settle_totals(Scope::batch);
    if (!batch_told_) tell_heads();
    batch_open_ = false;
  }

  /// A batch without entries whose control states some: the bank confirms what it took.
  void note_confirmation() {
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
  // ---------------------------------------------------------------------------------------------------------

  void finish_file() {
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

  void finish() {
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
    counts_.kind = kind_of_content();
    remark_mixture();
    tell_what_was_left_out();
    sink_.end(counts_);
  }

  void remark_mixture() {
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
      remark(Fault::warning, "file.mixed", {},
             "The file holds instructions and answers together; banks keep them apart.",
             "Check with the sender that the right file arrived.");
      return;
    }
  }

  void tell_what_was_left_out() {
    for (const auto& [code, count] : told_) {
      if (count <= options_.most_findings) continue;
      sink_.finding(finding(Fault::note, "findings.left-out", {},
                            fmt::format("{} more findings {} were left out.", count - options_.most_findings, code),
                            "Correct what is shown first; the rest often goes with it."));
    }
  }

  [[nodiscard]] FileKind kind_of_content() const {
    for (const KindRule& rule : plan_.kinds) {
      for (const Outcome outcome : rule.outcomes) {
        if ((outcomes_seen_ >> static_cast<unsigned>(outcome) & 1U) != 0) return rule.kind;
      }
    }
    if (is_confirmation_) return FileKind::acknowledgement;
    return outcomes_seen_ == 0 && any_file_ ? plan_.kind_when_empty.value_or(FileKind::unknown) : FileKind::unknown;
  }

  void check_fill() {
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
  // ---------------------------------------------------------------------------------------------------------

  static bool waits_for_end(const TotalPlan& total, const Roles& roles) {
    if (total.kind == TotalPlan::Kind::blocks || total.counts_all_records) return true;
    if (total.scope == Scope::batch) return !roles.closes_batch;
    if (total.scope == Scope::file) return !roles.closes_file;
    return true;
  }

  void state_totals(std::uint16_t record) {
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

  /// A batch that turns out to hold no entries is looked at as a whole first.
  [[nodiscard]] bool entries_or_file(const TotalPlan& total) const {
    return total.scope != Scope::batch || entries_in_batch_ > 0;
  }

  void check_ascending(const TotalPlan& total, std::uint16_t index, const FieldPlan& field, std::string_view bytes) {
    std::string& last = last_ascending_[index];
    if (!last.empty() && std::string_view{last} >= bytes && wants(total.fault, sequence_code(field))) {
      sink_.finding(finding(total.fault, sequence_code(field), at_field(field),
                            fmt::format("Field {} is {} after {}; it should be greater.", field.name,
                                        shown(field, bytes), shown(field, last)),
                            "Nothing is lost, but numbers that repeat make answers ambiguous; ask the sender."));
    }
    last.assign(bytes);
  }

  static std::string sequence_code(const FieldPlan& field) { return "sequence." + kebab(field.name); }

  void settle_totals(Scope scope) {
    for (std::uint16_t t = 0; t < stated_.size(); ++t) {
      if (stated_[t].is_open && plan_.totals[t].scope == scope) settle_total(t);
    }
  }

  void settle_total(std::uint16_t t) {
    Stated& stated = stated_[t];
    stated.is_open = false;
    const RecordPlan& record = plan_.records[stated.record];
    compare_total(plan_.totals[t], t, record, record.fields[stated.field], stated.value, stated.line);
  }

  void compare_total(const TotalPlan& total, std::uint16_t index, const RecordPlan& record, const FieldPlan& field,
                     std::int64_t stated, std::uint32_t line) {
    const std::uint64_t counted = totals_.value(index);
    if (static_cast<std::uint64_t>(stated) == counted || totals_.is_spoiled(index)) return;
    const std::string code = "control." + kebab(field.name);
    if (!wants(total.fault, code)) return;
    const bool is_money = field.type == FieldType::money || field.type == FieldType::decimal;
    const auto text = [&](std::int64_t value) {
      return is_money ? Money{value, file_.currency}.text() : std::to_string(value);
    };
    sink_.finding(finding(total.fault, code, {line, field.first_column(), field.last_column(), field.name},
                          fmt::format("{} of record {} says {}; the records give {} ({}).", field.name, record.name,
                                      text(stated), text(static_cast<std::int64_t>(counted)), total.text),
                          "Every entry was read and kept; find out with the sender which of the two is right before "
                          "anything is booked."));
  }

  // ---- Checks
  // ---------------------------------------------------------------------------------------------------------

  void run_check(const ReadyCheck& ready, std::uint16_t record, std::uint32_t line) {
    for (const ReadyTest& when : ready.when) {
      if (decide(when, record) != 1) return;
    }
    const int holds = decide(ready.test, record);
    if (holds == 0) {
      tell_check(*ready.check, record, line);
    } else if (holds == equal_but_for_blanks) {
      remark_blanks(*ready.test.test, line);
    }
  }

  static constexpr int no_such_record = -1;
  static constexpr int equal_but_for_blanks = 2;

  /// 1 it holds, 0 it does not, or one of the two above.
  int decide(const ReadyTest& ready, std::uint16_t record) {
    const Test& test = *ready.test;
    switch (ready.way) {
      case ReadyTest::Way::outcome:
        return ((ready.outcomes >> static_cast<unsigned>(entry_.outcome) & 1U) != 0) != test.negated;
      case ReadyTest::Way::number_is_zero:
        return (*ready.number == 0) != test.negated;
      case ReadyTest::Way::mark_here:
        return ((marks_[record][ready.field] & test.marks) != 0) != test.negated;
      case ReadyTest::Way::value_here:
        return ready.values.hold(slots_[record].data()) != test.negated;
      case ReadyTest::Way::bytes_here: {
        const std::string_view bytes = bytes_at(slots_[record], ready.at);
        return (test.kind == Test::Kind::present ? !is_blank(bytes) : is_zero(bytes)) != test.negated;
      }
      case ReadyTest::Way::kept: {
        const std::uint64_t generation = generation_[test.operand.family];
        if (ready.generation != generation) {
          const int found = decide_generally(ready, record);
          if (found == no_such_record) return found;
          ready.result = found == 1;
          ready.generation = generation;
        }
        return ready.result ? 1 : 0;
      }
      case ReadyTest::Way::general:
        break;
    }
    return decide_generally(ready, record);
  }

  std::string scratch_;

  std::optional<std::string_view> operand_bytes(const Operand& operand, std::uint16_t record) {
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

  std::uint64_t marks_of(const Operand& operand, std::uint16_t here) const {
    const std::uint16_t record = operand.where == Operand::Where::here ? here : last_of_family_[operand.family];
    return marks_[record][static_cast<std::size_t>(operand.field_of_record[record])];
  }

  int decide_generally(const ReadyTest& ready, std::uint16_t record) {
    const Test& test = *ready.test;
    if (test.kind == Test::Kind::same_as) return decide_same(ready, record);
    const auto bytes = operand_bytes(test.operand, record);
    if (!bytes) return no_such_record;
    if (test.kind == Test::Kind::marked) return ((marks_of(test.operand, record) & test.marks) != 0) != test.negated;
    return holds(test, *bytes, 0, {}) ? 1 : 0;
  }

  int decide_same(const ReadyTest& ready, std::uint16_t record) {
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

  void remark_blanks(const Test& test, std::uint32_t line) {
    remark(plan_.tolerance.trimmed_fields, "field.outer-blanks", {line, 0, 0, test.operand.text},
           fmt::format("{} and {} differ in outer blanks only.", test.operand.text, test.other.text),
           "Nothing to do: they are taken for the same.");
  }

  void tell_check(const CheckPlan& check, std::uint16_t record, std::uint32_t line) {
    const std::string_view code = check.code.empty() ? std::string_view{"field.rule"} : std::string_view{check.code};
    if (check.fault != Fault::partial && !wants(check.fault, code)) return;
    At at{.line = line, .first = 0, .last = 0, .field = {}};
    std::string found;
    if (check.test.operand.where == Operand::Where::here) {
      const FieldPlan& field =
          plan_.records[record].fields[static_cast<std::size_t>(check.test.operand.field_of_record[record])];
      at = {line, field.first_column(), field.last_column(), field.name};
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

  // ---- Fields
  // ---------------------------------------------------------------------------------------------------------

  [[nodiscard]] std::optional<Date> day_of_file() const {
    return file_.created_on ? file_.created_on : batch_.collect_on;
  }

  void read_fields(std::uint16_t record) {
    const char* bytes = slots_[record].data();
    std::int64_t* numbers = numbers_[record].data();
    std::uint8_t* bad = bad_[record].data();
    for (const FieldStep& step : ready_.record(record).steps) {
      const std::string_view value{bytes + step.offset, step.length};
      bool fits = false;
      switch (step.way) {
        case FieldStep::Way::digits:
          fits = take_digits(step, value, numbers[step.index]);
          break;
        case FieldStep::Way::text:
          fits = !has_high_ && take_text(step, value);
          break;
        case FieldStep::Way::code:
          fits = !has_high_ && take_code(step, value, numbers[step.index], marks_[record][step.index]);
          break;
        case FieldStep::Way::general:
          break;
      }
      bad[step.index] = 0;
      if (!fits) bad[step.index] = read_field(record, step, value, numbers[step.index]) ? 0 : 1;
    }
  }

  // The quick ways. False: something is out of the ordinary, and `read_field` looks at it again and says what.
  static bool take_digits(const FieldStep& step, std::string_view bytes, std::int64_t& number) {
    if (!parse_digits(bytes, number)) return false;
    if (step.checks_routing_number && !is_right_routing_number(bytes.data())) return false;
    for (std::string_view* text : step.texts) *text = bytes;
    for (void* wide : step.wide_numbers) std::memcpy(wide, &number, sizeof(number));
    for (std::uint32_t* narrow : step.numbers) *narrow = static_cast<std::uint32_t>(number);
    return true;
  }

  static bool take_text(const FieldStep& step, std::string_view bytes) {
    const std::string_view value = trimmed(bytes);
    for (std::string_view* text : step.texts) *text = value;
    return true;
  }

  static bool take_code(const FieldStep& step, std::string_view bytes, std::int64_t& number, std::uint64_t& marks) {
    const std::string_view value = trimmed(bytes);
    number = step.codes->find(value);
    if (number < 0) return false;
    marks = (*step.code_plans)[static_cast<std::size_t>(number)].marks;
    for (const ReadyValue& ready : (*step.code_values)[static_cast<std::size_t>(number)]) {
      if (ready.member != nullptr) ready.apply();
    }
    for (std::string_view* text : step.texts) *text = value;
    return true;
  }

  /// False when the bytes do not fit; said then.
  bool read_field(std::uint16_t record, const FieldStep& step, std::string_view bytes, std::int64_t& number) {
    const FieldPlan& field = *step.field;
    number = 0;
    if (field.constant && bytes != *field.constant) {
      field_fault(field, "field.constant",
                  fmt::format("Field {} is \"{}\" where the format has \"{}\".", field.name, shown(field, bytes),
                              field.type == FieldType::filler ? "fill" : *field.constant));
      if (field.type == FieldType::filler) return true;
    }
    if (field.same_as) check_same(field, bytes);
    switch (field.type) {
      case FieldType::digits:
      case FieldType::money:
      case FieldType::decimal:
        return read_number(step, bytes, number);
      case FieldType::code:
        return read_code(record, step, bytes, number);
      case FieldType::text:
      case FieldType::opaque:
        return read_text(record, step, bytes);
      case FieldType::date:
        return read_date(record, step, bytes);
      case FieldType::time:
        return read_time(step, bytes);
      case FieldType::filler:
        break;
    }
    if (!field.constant && field.fault != Fault::none && bytes.find_first_not_of(" 0") != std::string_view::npos) {
      field_fault(
          field, "field.not-blank",
          fmt::format("Field {} is reserved and should be blank; it holds \"{}\".", field.name, shown(field, bytes)));
    }
    return true;
  }

  void field_fault(const FieldPlan& field, std::string_view code, std::string message) {
    remark(field.fault, code, at_field(field), std::move(message), std::string{ask_the_sender});
  }

  /// A blank field: says so where it must not be.
  bool take_blank(const FieldPlan& field) {
    if (field.blank_fault != Fault::none) {
      remark(field.blank_fault, "field.blank", at_field(field),
             fmt::format("Field {} is blank and counts as zero.", field.name), "Nothing to do if zero is meant.");
      return true;
    }
    if (!field.is_required) return true;
    field_fault(field, "field.blank", fmt::format("Field {} is blank and must not be.", field.name));
    return false;
  }

  bool read_number(const FieldStep& step, std::string_view bytes, std::int64_t& number) {
    const FieldPlan& field = *step.field;
    bool fits = true;
    if (!parse_number(field, bytes, number)) [[unlikely]] {
      number = 0;
      if (is_blank(bytes)) {
        fits = take_blank(field);
      } else if (field.type == FieldType::digits && field.at.length > 18 &&
                 bytes.find_first_not_of("0123456789") == std::string_view::npos) {
        fits = true;  // An identifier longer than any number we count with.
      } else {
        fits = false;
        field_fault(field, field.type == FieldType::digits ? "field.not-digits" : "field.not-amount",
                    fmt::format("Field {} holds \"{}\" where {} should stand.", field.name, shown(field, bytes),
                                field.type == FieldType::digits ? "digits" : "an amount"));
      }
    }
    if (field.check_digit != CheckDigit::none) check_digit(field, bytes);
    for (const Target& target : step.targets) {
      if (target.setting != nullptr || target.kind == BindingKind::text) {
        put_text(target, field.none_value && bytes == *field.none_value ? std::string_view{} : trimmed(bytes));
      } else if (target.kind == BindingKind::number && !target.is_wide) {
        *static_cast<std::uint32_t*>(target.member) = static_cast<std::uint32_t>(number);
      } else if (target.kind == BindingKind::count) {
        *static_cast<std::int64_t*>(target.member) = fits && !is_blank(bytes) ? number : -1;
      } else {
        *static_cast<std::int64_t*>(target.member) = number;
      }
    }
    return fits;
  }

  void check_digit(const FieldPlan& field, std::string_view bytes) {
    const std::string_view value = trimmed(bytes);
    if (check_digit_of(field.check_digit, value) != CheckDigitResult::wrong) return;
    const char expected = expected_check_digit(field.check_digit, value);
    std::string why = expected == '?' ? std::string{"does not fit the number"}
                                      : fmt::format("is {}; {} belongs to {}", value.back(), expected,
                                                    value.substr(0, value.size() - 1));
    if (field.is_sensitive) why = "does not fit the number";
    field_fault(field, "field.check-digit", fmt::format("The check digit of {} {}.", field.name, why));
  }

  void put_text(const Target& target, std::string_view text) {
    if (target.setting != nullptr) {
      constexpr std::size_t family = std::string_view{"creditor."}.size();
      settings_[target.setting->setting.substr(family)] = text;
    } else if (target.kind == BindingKind::text) {
      *static_cast<std::string_view*>(target.member) = text;
    } else if (target.kind == BindingKind::currency) {
      if (const auto currency = Currency::parse(text)) *static_cast<Currency*>(target.member) = *currency;
    } else if (target.kind == BindingKind::sequence) {
      *static_cast<SequenceType*>(target.member) = parse_sequence_type(text).value_or(SequenceType::none);
    }
  }

  bool read_code(std::uint16_t record, const FieldStep& step, std::string_view bytes, std::int64_t& number) {
    const FieldPlan& field = *step.field;
    const std::string_view value = trimmed(bytes);
    number = step.codes->find(value);
    marks_[record][step.index] = number < 0 ? 0 : (*step.code_plans)[static_cast<std::size_t>(number)].marks;
    const CodeListPlan& list = plan_.code_lists[*field.codes];
    bool fits = true;
    if (number < 0) [[unlikely]] {
      if (value.empty() && !field.is_required) {
        fits = true;
      } else if (value.empty()) {
        fits = take_blank(field);
      } else {
        const Fault fault = field.fault == Fault::error ? list.unknown_fault : field.fault;
        remark(fault, "field.unknown-code", at_field(field),
               fmt::format("Code \"{}\" in field {} is not known.", shown(field, value), field.name),
               "It is kept as written and never taken for success; ask the bank what it means and add it to the list.");
      }
    }
    const auto& values = *step.code_values;
    for (const ReadyValue& ready : number < 0 ? values.back() : values[static_cast<std::size_t>(number)]) {
      if (ready.member != nullptr) ready.apply();
    }
    for (const Target& target : step.targets) put_text(target, text_of(record, field, value));
    if (plan_.currency_field && plan_.currency_field->first == record && plan_.currency_field->second == step.index)
      take_currency(field, value);
    return fits;
  }

  /// A text of the file as UTF-8.
  std::string_view text_of(std::uint16_t record, const FieldPlan& field, std::string_view value) {
    if (!has_high_) [[likely]]
      return value;
    if (is_wide_) {
      const std::string_view whole = trimmed(std::string_view{wide_line_}.substr(
          wide_at_[field.at.offset], wide_at_[field.at.offset + field.at.length] - wide_at_[field.at.offset]));
      return keep(record, std::string{whole});
    }
    if (!scan_bytes(value).has_high) return value;
    if (plan_.charset == Charset::ascii) {
      auto text = to_utf8(Charset::utf8, value);
      if (!text) text = to_utf8(Charset::latin1, value);
      return keep(record, text.value_or(std::string{}));
    }
    if (auto text = to_utf8(plan_.charset, value)) {
      constexpr std::string_view wide_space = "\xE3\x80\x80";  // U+3000, typed by hand into names.
      if (!field.keeps_blanks) {
        while (text->ends_with(wide_space)) text->resize(text->size() - wide_space.size());
        while (text->starts_with(wide_space)) text->erase(0, wide_space.size());
      }
      return keep(record, std::move(*text));
    }
    field_fault(field, "field.charset",
                fmt::format("Field {} holds bytes that are no text in {}.", field.name, charset_name(plan_.charset)));
    std::string plain{value};
    std::ranges::replace_if(plain, [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; }, '?');
    return keep(record, std::move(plain));
  }

  std::string_view keep(std::uint16_t record, std::string text) {
    const Roles& roles = plan_.records[record].roles;
    if (roles.opens_file) return file_texts_.keep(std::move(text));
    if (roles.opens_batch || roles.closes_batch) return batch_texts_.keep(std::move(text));
    entry_used_ = true;
    return entry_texts_.keep(std::move(text));
  }

  bool read_text(std::uint16_t record, const FieldStep& step, std::string_view bytes) {
    const FieldPlan& field = *step.field;
    const bool keeps = field.keeps_blanks || field.type == FieldType::opaque;
    std::string_view value = keeps ? bytes : trimmed(bytes);
    if (!keeps && field.side == Side::right && field.pad != ' ') {
      while (value.size() > 1 && value.front() == field.pad) value.remove_prefix(1);
    }
    bool fits = true;
    if (field.none_value && bytes == *field.none_value) value = {};
    if (field.is_required && is_blank(bytes)) fits = take_blank(field);
    if (step.checks_class && !value.empty()) check_class(field, value);
    if (field.check_digit != CheckDigit::none) check_digit(field, bytes);
    if (plan_.currency_field && plan_.currency_field->first == record && plan_.currency_field->second == step.index)
      take_currency(field, value);
    if (step.targets.empty()) return fits;
    std::string_view text = keeps && is_blank(bytes) ? std::string_view{} : text_of(record, field, value);
    for (const Target& target : step.targets) {
      if (field.is_joined && target.kind == BindingKind::text && target.setting == nullptr) {
        *static_cast<std::string_view*>(target.member) = join_text(field, target.member, text);
      } else {
        put_text(target, text);
      }
    }
    return fits;
  }

  // Texts that one entry repeats, put together as they come.
  struct Joined {
    void* member = nullptr;
    std::string text;
  };
  std::vector<Joined> joined_;

  std::string_view join_text(const FieldPlan& field, void* member, std::string_view text) {
    constexpr std::size_t longest_text = std::size_t{1} << 20;
    entry_used_ = true;
    auto known = std::ranges::find(joined_, member, &Joined::member);
    if (known == joined_.end()) known = joined_.insert(joined_.end(), {member, {}});
    if (known->text.size() + text.size() > longest_text) {
      remark(Fault::error, "field.too-much-text", at_field(field),
             "The texts of this entry are longer than a million characters; the rest was left out.",
             std::string{ask_the_sender});
      return known->text;
    }
    return known->text += text;
  }

  void check_class(const FieldPlan& field, std::string_view value) {
    const auto odd = std::ranges::find_if(value, [&](char byte) {
      const auto code = static_cast<unsigned char>(byte);
      return code < 0x80 && !(*field.characters)[code];
    });
    if (odd == value.end()) return;
    field_fault(field, "field.character",
                fmt::format("Field {} holds the character \"{}\", which may not stand there.", field.name,
                            shown(field, {&*odd, 1})));
  }

  void take_currency(const FieldPlan& field, std::string_view value) {
    const auto currency = Currency::parse(value);
    if (!currency) {
      field_fault(field, "field.currency",
                  fmt::format("Field {} says \"{}\", which is no currency we know.", field.name, shown(field, value)));
      return;
    }
    file_.currency = batch_.currency = entry_.currency = *currency;
  }

  bool read_date(std::uint16_t record, const FieldStep& step, std::string_view bytes) {
    const FieldPlan& field = *step.field;
    std::optional<Date> day;
    bool fits = true;
    // Zeros say nothing too where the field may be blank: banks fill either way.
    const bool says_nothing = is_blank(bytes) || (field.none_value && bytes == *field.none_value) ||
                              (!field.is_required && bytes.find_first_not_of(" 0") == std::string_view::npos);
    if (!says_nothing) {
      day = parse_date(field, bytes, plan_.century_pivot, day_of_file());
      if (!day && !may_be_date(field, bytes, plan_.century_pivot)) {
        fits = false;
        field_fault(field, "field.not-date",
                    fmt::format("Field {} holds \"{}\", which is no date in the form {}.", field.name,
                                shown(field, bytes), field.date.text));
      }
    } else if (is_blank(bytes) && field.is_required) {
      fits = take_blank(field);
    }
    for (const Target& target : step.targets) {
      if (target.kind == BindingKind::date) {
        *static_cast<std::optional<Date>*>(target.member) = day;
        if (target.member == &file_.created_on && day) file_.created = keep(record, iso_date(*day));
      } else {
        put_text(target, says_nothing ? std::string_view{} : trimmed(bytes));
      }
    }
    return fits;
  }

  bool read_time(const FieldStep& step, std::string_view bytes) {
    const FieldPlan& field = *step.field;
    if (is_blank(bytes)) return take_blank(field);
    std::array<char, 8> clock{};
    if (!parse_time(field, bytes, clock.data())) {
      field_fault(field, "field.not-time",
                  fmt::format("Field {} holds \"{}\", which is no time in the form {}.", field.name,
                              shown(field, bytes), field.time.text));
      return false;
    }
    for (const Target& target : step.targets) {
      if (target.kind == BindingKind::clock) {
        if (file_.created.size() == 10)
          file_.created = file_texts_.keep(std::string{file_.created} + "T" + std::string{clock.data(), clock.size()});
      } else {
        put_text(target, bytes);
      }
    }
    return true;
  }

  void check_same(const FieldPlan& field, std::string_view bytes) {
    if (field.same_as_fault == Fault::none) return;
    const auto other = field.same_as->where == Operand::Where::last ? last_bytes(*field.same_as) : std::nullopt;
    if (!other || *other == bytes) return;
    if (trimmed(*other) == trimmed(bytes)) {
      remark(plan_.tolerance.trimmed_fields, "field.outer-blanks", at_field(field),
             fmt::format("Field {} is \"{}\" and {} is \"{}\": they differ in outer blanks only.", field.name,
                         shown(field, bytes), field.same_as->text, shown(field, *other)),
             "Nothing to do: they are taken for the same.");
      return;
    }
    remark(field.same_as_fault, "field.not-the-same", at_field(field),
           fmt::format("Field {} is \"{}\", but {} is \"{}\".", field.name, shown(field, bytes), field.same_as->text,
                       shown(field, *other)),
           std::string{ask_the_sender});
  }

  void join_texts(std::uint16_t record) {
    const RecordPlan& plan = plan_.records[record];
    for (const JoinPlan& join : plan.joins) {
      std::string text;
      for (std::size_t i = 0; i < join.fields.size(); ++i) {
        if (i > 0) text += join.separator;
        text += text_of(record, plan.fields[join.fields[i]],
                        trimmed(bytes_at(slots_[record], plan.fields[join.fields[i]].at)));
      }
      put_text(ready_.target(join.bound), keep(record, std::move(text)));
    }
  }
};

}  // namespace

Result<Verdict> read_watched(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options, WordSink& sink,
                             RecordWatch* watch) {
  require(!plan.records.empty(), "a loaded layout has records");
  return std::make_unique<Reader>(plan, source, options, sink, watch)->run();
}

Result<Verdict> read_fixed_width(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options,
                                 WordSink& sink) {
  return read_watched(plan, source, options, sink, nullptr);
}

}  // namespace counterfoil
