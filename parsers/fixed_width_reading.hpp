// One reading of a fixed-width file: from its lines to words and findings. Private to the fixed-width reader; how it
// goes about it stands in fixed_width.cpp (lines and records), fixed_width_scopes.cpp (files, batches, entries and
// their totals), fixed_width_fields.cpp, fixed_width_rules.cpp and fixed_width_findings.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "formats/field.hpp"
#include "formats/totals.hpp"
#include "parsers/fixed_width_frames.hpp"
#include "parsers/fixed_width_program.hpp"
#include "parsers/fixed_width_reader.hpp"

namespace counterfoil {

inline constexpr std::uint16_t no_record = UINT16_MAX;

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

/// A name of a layout as codes of findings spell it: with hyphens.
[[nodiscard]] std::string kebab(std::string_view name);

class FixedWidthReading {
 public:
  FixedWidthReading(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options, WordSink& sink,
                    RecordWatch* watch);

  Result<Verdict> run();

 private:
  // ---- What is read

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
  std::array<std::vector<std::uint16_t>, 3> totals_of_;  // By scope.
  std::vector<std::string> last_ascending_;

  std::vector<std::uint16_t> last_of_family_;
  std::vector<std::uint64_t> generation_;
  std::vector<bool> seen_in_file_;
  std::map<std::uint16_t, Scope> family_scope_;

  // ---- Where we are

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

  // The segment at hand of a record that has several.
  std::uint32_t segment_prefix_ = 0;  // Columns before the first; 0 where the record has none.
  std::uint32_t segment_shift_ = 0;   // From the first segment to this one.
  bool is_first_segment_ = true;      // True for a record without segments too.
  std::string segment_image_;         // The columns before them all, and the segment.
  std::vector<const RecordPlan*> segments_read_;

  FileCounts counts_;
  std::uint32_t outcomes_seen_ = 0;
  std::uint32_t position_ = 0;
  bool is_confirmation_ = false;
  bool said_answer_ = false;

  bool has_error_ = false, refused_ = false;
  std::map<std::string, std::uint64_t, std::less<>> told_;
  std::vector<Finding> partial_;  // Held until the file is known to hold answers or instructions.
  bool partial_as_error_ = false;

  // ---- Findings

  struct At {
    std::uint32_t line = 0;
    std::uint32_t first = 0, last = 0;
    std::string_view field;
  };

  /// False once enough was said: the message need not be made.
  bool wants(Fault fault, std::string_view code);

  void note_severity(Fault fault);

  [[nodiscard]] Finding finding(Fault fault, std::string_view code, const At& at, std::string message,
                                std::string remedy) const;

  void remark(Fault fault, std::string_view code, const At& at, std::string message, std::string remedy);

  /// What a channel of partial files may leave away: how bad it is depends on what the file holds.
  void hold_partial(std::string_view code, const At& at, std::string message, std::string remedy);

  [[nodiscard]] bool holds_instructions() const { return (outcomes_seen_ & 1U) != 0; }

  void release_partial();

  /// What stands before the segments is looked at with each of them, and spoken of once.
  [[nodiscard]] bool is_repeated(const At& at) const {
    return !is_first_segment_ && at.last != 0 && at.last <= segment_prefix_;
  }

  [[nodiscard]] At on_line() const { return {line_, 0, 0, {}}; }
  [[nodiscard]] At at_field(const FieldPlan& field) const {
    return {line_, field.first_column(), field.last_column(), field.name};
  }

  /// Bytes as a message may show them.
  static std::string shown(const FieldPlan& field, std::string_view bytes);

  static constexpr std::string_view ask_the_sender =
      "Look at the line with `file explain`; ask who sent the file for a corrected one.";

  // ---- Frames

  void take_frame(const Frame& frame);

  /// A line or window that is not exactly one record of the only length.
  void take_odd_length(std::string_view bytes);

  /// Whether columns beyond the first `size` hold anything that is handed on.
  static bool may_have_lost_words(const RecordPlan& plan, std::size_t size);

  void remark_length(std::string_view bytes, std::uint16_t record, std::size_t length);

  /// A line whose columns count characters of UTF-8: one byte stands for each in `padded_`, the text itself stays
  /// beside it.
  bool widen(std::string_view bytes);

  void remark_odd_bytes(std::string_view bytes);

  // ---- Which record

  std::uint16_t identify(std::string_view bytes);

  bool fits(const Candidate& candidate, std::string_view bytes);

  static bool only_one_other(const Candidate& candidate) {
    return std::ranges::count(candidate.conditions, KeyCondition::Kind::last_record, &KeyCondition::kind) == 1;
  }

  std::optional<std::string_view> last_bytes(const Operand& operand) const;

  // ---- One record

  void take_record(std::string_view bytes, std::uint16_t record, bool is_plain);

  void take_unknown(std::string_view bytes);

  /// Follows the order of the layout; says what is missing or out of place. False when the record must not be read.
  bool step_order(std::uint16_t record);

  void remark_missing(const std::vector<std::uint16_t>& families, const RecordPlan* before);

  /// Where both directions have the same positions: whether this record says that the file is an answer.
  void look_for_answer(std::uint16_t record);

  [[nodiscard]] bool is_instruction() const {
    return !plan_.answer_signs.empty() && options_.expected != Expected::answer;
  }

  void read_segments(std::string_view bytes, std::uint16_t record);

  void read_record(std::string_view bytes, std::uint16_t record);

  // ---- Scopes

  void forget_families(Scope scope);

  void begin_file();

  void open_batch();

  void forget_ascending(Scope scope);

  void open_entry(std::uint16_t record, bool opens);

  void clear_entry();

  void finish_entry();

  void tell_entry();

  void tell_heads();

  /// A record that carries an outcome of the whole batch or file, besides being its header or control.
  void speak_for(Scope scope);

  void close_batch();

  /// A batch without entries whose control states some: the bank confirms what it took.
  void note_confirmation();

  // ---- The end

  void finish_file();

  void finish();

  void remark_mixture();

  void tell_what_was_left_out();

  [[nodiscard]] FileKind kind_of_content() const;

  void check_fill();

  // ---- Totals

  static bool waits_for_end(const TotalPlan& total, const Roles& roles);

  void state_totals(std::uint16_t record);

  /// A batch that turns out to hold no entries is looked at as a whole first.
  [[nodiscard]] bool entries_or_file(const TotalPlan& total) const {
    return total.scope != Scope::batch || entries_in_batch_ > 0;
  }

  void check_ascending(const TotalPlan& total, std::uint16_t index, const FieldPlan& field, std::string_view bytes);

  static std::string sequence_code(const FieldPlan& field) { return "sequence." + kebab(field.name); }

  void settle_totals(Scope scope);

  void settle_total(std::uint16_t t);

  void compare_total(const TotalPlan& total, std::uint16_t index, const RecordPlan& record, const FieldPlan& field,
                     std::int64_t stated, std::uint32_t line);

  // ---- Checks

  /// The record whose rules are asked.
  struct Here {
    std::uint16_t record;
    const char* bytes;
    const std::uint64_t* marks;  // By field.
  };
  void choose_checks(const ReadyChecks& checks, const Here& here);
  void run_checks(const ReadyChecks& checks, std::uint16_t record, std::uint32_t line);

  static constexpr int no_such_record = -1;
  static constexpr int equal_but_for_blanks = 2;

  /// 1 it holds, 0 it does not, or one of the two above.
  int decide(const ReadyTest& ready, const Here& here);

  std::string scratch_;

  std::optional<std::string_view> operand_bytes(const Operand& operand, std::uint16_t record);

  std::uint64_t marks_of(const Operand& operand, std::uint16_t here) const;

  int decide_generally(const ReadyTest& ready, std::uint16_t record);

  int decide_same(const ReadyTest& ready, std::uint16_t record);

  void remark_blanks(const Test& test, std::uint32_t line);

  void tell_check(const CheckPlan& check, std::uint16_t record, std::uint32_t line);

  // ---- Fields

  [[nodiscard]] std::optional<Date> day_of_file() const {
    if (file_.created_on) return file_.created_on;
    return batch_.collect_on ? batch_.collect_on : options_.day;
  }

  void read_fields(std::uint16_t record);

  // The quick ways. False: something is out of the ordinary, and `read_field` looks at it again and says what.
  static bool take_digits(const FieldStep& step, std::string_view bytes, std::int64_t& number);

  static bool take_text(const FieldStep& step, std::string_view bytes);

  static bool take_code(const FieldStep& step, std::string_view bytes, std::int64_t& number, std::uint64_t& marks);

  /// False when the bytes do not fit; said then.
  bool read_field(std::uint16_t record, const FieldStep& step, std::string_view bytes, std::int64_t& number);

  void field_fault(const FieldPlan& field, std::string_view code, std::string message) {
    remark(field.fault, code, at_field(field), std::move(message), std::string{ask_the_sender});
  }

  /// A blank field: says so where it must not be.
  bool take_blank(const FieldPlan& field);

  bool read_number(const FieldStep& step, std::string_view bytes, std::int64_t& number);

  void check_digit(const FieldPlan& field, std::string_view bytes);

  void put_text(const Target& target, std::string_view text);

  bool read_code(std::uint16_t record, const FieldStep& step, std::string_view bytes, std::int64_t& number);

  /// A text of the file as UTF-8.
  std::string_view text_of(std::uint16_t record, const FieldPlan& field, std::string_view value);

  std::string_view keep(std::uint16_t record, std::string text);

  bool read_text(std::uint16_t record, const FieldStep& step, std::string_view bytes);

  // Texts that one entry repeats, put together as they come.
  struct Joined {
    void* member = nullptr;
    std::string text;
  };
  std::vector<Joined> joined_;

  std::string_view join_text(const FieldPlan& field, void* member, std::string_view text);

  void check_class(const FieldPlan& field, std::string_view value);

  void take_currency(const FieldPlan& field, std::string_view value);

  bool read_date(std::uint16_t record, const FieldStep& step, std::string_view bytes);

  bool read_time(const FieldStep& step, std::string_view bytes);

  void check_same(const FieldPlan& field, std::string_view bytes);

  void join_texts(std::uint16_t record);
};

}  // namespace counterfoil
