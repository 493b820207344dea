// One record of a layout from exchange words: every field filled, checked and padded. Private to generators/.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.hpp"
#include "core/result.hpp"
#include "formats/plan.hpp"
#include "formats/totals.hpp"
#include "generators/word_ref.hpp"

namespace counterfoil {

/// Findings of one writing. At most 1,000 of one code are kept, so that memory does not grow with the file; `close`
/// adds one that counts the others.
class NoteKeeper {
 public:
  explicit NoteKeeper(std::vector<Finding>& notes) : notes_{notes} {}
  void add(Finding finding);
  void close();

 private:
  std::vector<Finding>& notes_;
  std::map<std::string, std::uint64_t> seen_;
};

class RecordWriter {
 public:
  /// Keeps references to the plan and the notes. `charset` and `line_end` are what is written.
  RecordWriter(const LayoutPlan& plan, Charset charset, std::string_view line_end, NoteKeeper& notes);

  /// Whether the writer may take this record now: all its `write when` lines hold.
  [[nodiscard]] bool is_ready(std::uint16_t record, const ConstWords& words) const;

  /// Whether, within one batch, outcome, level, addenda and reason of an entry decide alone which of these records are
  /// ready.
  [[nodiscard]] bool depends_on_outcome_alone(const std::vector<std::uint16_t>& records) const;

  /// Appends the bytes of the record with its line end to `out` and adds it to the totals. An entry of a record with
  /// segments joins the record written last where that is of the same family, says the same before its segments and has
  /// room; such a record stays open until another follows or `end_segments`.
  [[nodiscard]] Result<void> write(std::uint16_t record, const ConstWords& words, std::string& out);

  /// Fills up a record with segments that is still open.
  void end_segments(std::string& out);

  /// Begins a scope before the record that opens it is written.
  void open(Scope scope);

  /// Ends a scope: rules that wait for the end of the entry, and totals that were stated before what they count.
  [[nodiscard]] Result<void> close(Scope scope, const ConstWords& words);

  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  /// The plain cases of most fields of an entry, which need no more than their bytes put into place. Where one of them
  /// turns out not to be plain, nothing counts as written and the long way is taken: it alone words refusals and notes.
  enum class Quick : std::uint8_t {
    no,
    text,     // A text of the entry that needs no change.
    digits,   // The same, of digits only.
    amount,   // An amount of the entry.
    count,    // A count of the entry, such as its number.
    code,     // Derived from the words, where no word says it.
    silent,   // A default where the words say nothing.
    carried,  // A part that repeats a field of a record before.
    parts,    // Its parts, where no word says the whole.
    unsaid,   // No field: a word that must be empty.
    rises,    // No field: the number written must be higher than the one before. Stands in RecordSteps::rising.
  };
  /// What fills a field, decided once.
  struct Step {
    std::uint16_t field = 0;
    bool from_keeper = false;               // The total as it stands.
    bool states_before = false;             // A total that is stated before what it counts.
    std::string blank;                      // Written where nothing is said.
    std::string only_when_blank;            // Written where `only when` does not hold.
    std::vector<std::uint16_t> part_steps;  // Of RecordSteps::steps.
    std::vector<WordRef> words;             // As FieldPlan::bindings.
    const JoinPlan* join = nullptr;         // The word that this field is a piece of, where nothing else fills it.
    std::size_t piece = 0;
    Quick quick = Quick::no;
    bool is_padded = false;  // The image has its pads.
    bool must_rise = false;  // A total that grows from record to record.
    bool is_routing_number = false;
    bool is_fixed_in_batch = false;  // Carried from a record that is the same for the whole batch.
    Span at;                         // Of the field, as is the pad.
    char pad = ' ';
    std::string_view Entry::*quick_text = nullptr;
    std::int64_t Entry::*quick_amount = nullptr;
    std::uint64_t Entry::*quick_count = nullptr;
    std::array<bool, 256> taken{};  // Characters of a quick text.
    bool takes_all_ascii = false;   // All of them that are printed.
    std::vector<WordTestRef> only_when;
  };
  /// One step of the program of a record. Those of one field stand together; when one of them is not plain after all,
  /// the field is filled the long way and the program goes on at `next`.
  struct Op {
    Quick way = Quick::no;
    char pad = ' ';
    bool is_padded = false;
    bool is_routing_number = false;
    bool is_plain_number = false;
    bool is_done = false;  // Of a number that must rise: it was looked at the long way.
    bool takes_all_ascii = false;
    bool may_be_silent = false;  // The image says it where the word says nothing.
    std::uint16_t step = 0;      // Of RecordSteps::steps, for the long way.
    std::uint16_t next = 0;
    std::uint16_t field = 0;
    std::uint16_t list = 0;  // Code list or total.
    Span at = {};
    std::string_view Entry::*text = nullptr;
    std::int64_t Entry::*amount = nullptr;
    std::uint64_t Entry::*count = nullptr;
    std::uint32_t Entry::*short_count = nullptr;
    const std::array<bool, 256>* taken = nullptr;
  };
  /// A test of a rule with the place of its operand worked out.
  struct TestRef {
    const Test* plan = nullptr;
    std::int16_t field = -1;  // Of the record itself.
    std::optional<WordRef> word;
    bool is_fixed_in_batch = false;  // Asks a record that is the same for the whole batch.
    bool is_keyed = false;           // Asks a short field of the record, or a word: a part of the key of its rules.
  };
  struct CheckRef {
    const CheckPlan* plan = nullptr;
    TestRef test;
    std::vector<TestRef> when;        // Asked for each record.
    std::vector<TestRef> batch_when;  // Asked once a batch.
  };
  /// A rule that is asked for each record, with a look at the bytes that most often settles it.
  struct Asked {
    enum class Look : std::uint8_t { none, present, not_zero, same_bytes };
    const CheckRef* rule = nullptr;
    Look look = Look::none;
    Span at;                   // Of the field that the rule is about.
    std::uint16_t family = 0;  // Of the record that should say the same, which record of it, and where.
    std::int32_t record = -1;
    std::uint32_t offset = 0;
  };
  /// The rules of one moment. Most of them ask codes and words that are the same for entry after entry: those are asked
  /// again only when one of these has changed.
  struct Rules {
    std::vector<const CheckRef*> all;       // Those whose `batch_when` holds in this batch.
    std::vector<std::uint16_t> key_fields;  // Short fields that `when` tests and tests ask.
    std::vector<Span> key_spans;            // Where they stand.
    std::vector<const WordRef*> key_words;
    std::string key;                    // Bytes of the fields.
    std::vector<std::int64_t> choices;  // Of the words, and what they say where that is not enough.
    std::vector<std::string> said;
    bool is_known = false;
    std::vector<Asked> each_time;  // What is left to ask while the key stays as it is.
  };
  struct RecordSteps {
    std::string image;        // Constants and pads; steps write over it.
    std::string batch_image;  // The same with what no entry of the batch changes, and the program that writes over it.
    std::vector<Op> program;
    std::vector<Op> rising;
    std::vector<Step> steps;
    std::vector<std::uint16_t> order;  // Steps that are no parts.
    std::vector<WordTestRef> write_when;
    std::vector<CheckRef> checks;
    Rules now, at_end;
    std::vector<const CodePlan*> codes;  // By field: what was written last.
    bool is_looked_at = false;           // Some operand asks for the last record of its family.
    bool is_chosen = false;              // The rules and the program are those of this batch.
  };
  /// For a code that the words decide: the answer for the last combination of words.
  struct Derived {
    std::vector<WordRef> words;
    std::vector<std::string> said;
    std::vector<std::int64_t> choices;
    const CodePlan* code = nullptr;
    bool known = false;
  };
  struct LastRecord {
    std::int32_t record = -1;
    std::string bytes;
    void keep(std::uint16_t its_record, std::string_view its_bytes) {
      record = its_record;
      bytes.resize(its_bytes.size());
      std::memcpy(bytes.data(), its_bytes.data(), its_bytes.size());
    }
  };
  /// A record with segments that may take more of them.
  struct OpenRecord {
    std::uint16_t family = 0;
    Segments shape;
    std::uint32_t filled = 0;
    std::string prefix;  // The bytes before the segments.
  };
  struct Work {
    std::uint16_t record;
    const RecordPlan& plan;
    RecordSteps& steps;
    const ConstWords& words;
    char* bytes;
  };

  const LayoutPlan& plan_;
  Charset charset_;
  std::string line_end_;
  NoteKeeper& notes_;
  TotalsKeeper totals_;
  std::vector<RecordSteps> records_steps_;
  std::vector<Derived> derived_;                        // By code list.
  std::vector<LastRecord> last_;                        // By family.
  std::vector<std::optional<std::int64_t>> stated_;     // By total: what an opening record said.
  std::vector<std::optional<std::int64_t>> ascending_;  // By total: the last value.
  std::array<std::vector<std::uint16_t>, 3> in_scope_;  // Totals of each scope.
  LastRecord opener_;                                   // Of the open entry, where rules wait for its end.
  std::uint64_t records_ = 0;
  std::optional<OpenRecord> open_;
  bool joins_open_ = false;          // What is being written is one more segment of `open_`.
  bool in_file_ = false;             // What stands before the record that opens the file is not counted.
  bool opens_without_head_ = false;  // No record of the layout opens the file.
  bool is_answer_ = false;           // Some entry said what became of a claim.
  mutable std::string scratch_;
  std::string text_;

  // Below, a function that answers false or `failed` has put the reason into `error_`: a Result for each field of each
  // record would cost more than the field itself.
  enum class Put : std::uint8_t { nothing, done, failed };
  std::optional<Error> error_;

  bool fail(Error error) {
    error_ = std::move(error);
    return false;
  }

  [[nodiscard]] Result<void> write_described(std::uint16_t record, const ConstWords& words, std::string& out);
  [[nodiscard]] Result<void> write_segment(std::uint16_t record, const ConstWords& words, std::string& out);
  [[nodiscard]] bool begin_another_record(const Work& work);
  [[nodiscard]] std::uint64_t this_record() const { return joins_open_ || !in_file_ ? 0 : 1; }  // To be counted yet.
  void compile(std::uint16_t record);
  [[nodiscard]] bool is_stated_before(const RecordPlan& record, const TotalPlan& total) const;
  [[nodiscard]] std::string blank_of(const FieldPlan& field) const;
  static void find_join(const RecordPlan& plan, std::uint16_t field, Step& step);
  void compile_checks(std::uint16_t record);
  void choose_checks(const Work& work);
  [[nodiscard]] bool keep_what_may_change(const Work& work, Rules& rules);
  [[nodiscard]] bool is_same_key(const Work& work, const Rules& rules) const;
  void keep_key(const Work& work, Rules& rules) const;
  [[nodiscard]] bool look_at(const Work& work, const CheckRef& rule, bool key_holds);
  [[nodiscard]] Quick quick_way(std::uint16_t record, const FieldPlan& field, Step& step) const;
  [[nodiscard]] bool is_fixed_in_batch(std::uint16_t record, const Operand& operand) const;
  void compile_program(const Work& work) const;
  [[nodiscard]] static Op op_of(std::uint16_t index, const Step& step, Quick way, const WordRef& word);
  void add_op(const Work& work, std::uint16_t index, const Step& step) const;
  [[nodiscard]] std::string_view carried(std::size_t length, const FieldPlan& field) const;
  [[nodiscard]] bool fill_all(const Work& work);
  [[nodiscard]] bool run_op(const Work& work, const Op& op);
  [[nodiscard]] bool rises(const Work& work, const Op& op);
  [[nodiscard]] bool all_rise(const Work& work);

  [[nodiscard]] bool fill(const Work& work, const Step& step);
  [[nodiscard]] Put fill_from_words(const Work& work, const Step& step);
  [[nodiscard]] Put put_piece(const Work& work, const Step& step);
  [[nodiscard]] Put put_word(const Work& work, const FieldPlan& field, const WordRef& word);
  [[nodiscard]] Put put_operand(const Work& work, const FieldPlan& field, const Operand& operand);
  [[nodiscard]] bool put_text(const Work& work, const FieldPlan& field, std::string_view value);
  [[nodiscard]] bool put_bytes(const Work& work, const FieldPlan& field, std::string_view bytes);
  [[nodiscard]] bool put_number(const Work& work, const FieldPlan& field, std::int64_t number);
  [[nodiscard]] bool put_date(const Work& work, const FieldPlan& field, Date date);
  [[nodiscard]] bool put_time(const Work& work, const FieldPlan& field, std::string_view clock);
  [[nodiscard]] bool in_class(const Work& work, const FieldPlan& field, std::string_view& value);
  [[nodiscard]] const CodePlan* derive_code(std::uint16_t list, const ConstWords& words);
  [[nodiscard]] std::uint64_t total_now(std::uint16_t total, std::uint16_t record) const;
  [[nodiscard]] bool look_at_ascending(const Work& work, const FieldPlan& field);
  [[nodiscard]] bool look_at_check_digit(const Work& work, const FieldPlan& field);
  [[nodiscard]] bool look_at_checks(const Work& work, bool at_end);

  [[nodiscard]] TestRef refer(std::uint16_t record, const Test& test) const;
  [[nodiscard]] bool is_true(const Work& work, const TestRef& test) const;
  [[nodiscard]] Asked first_look(const Work& work, const CheckRef& rule) const;
  [[nodiscard]] bool is_settled(const Work& work, const Asked& asked) const;
  struct Found {  // What an operand leads to.
    std::string_view trimmed;
    std::string_view bytes;
    const FieldPlan* field = nullptr;
    bool is_there = false;
  };
  [[nodiscard]] Found look(const Work& work, const Operand& operand) const;

  [[nodiscard]] Error refusal(const Work& work, const FieldPlan& field, std::string code, std::string what,
                              std::string remedy) const;
  void note(const Work& work, const FieldPlan& field, Severity severity, std::string code, std::string what,
            std::string remedy);
};

}  // namespace counterfoil
