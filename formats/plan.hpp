// A layout after checking: flat, with every position, pad, total and rule decided. Reader, writer, annotated view, lint
// and documentation work from it alone. Made by load_layout (formats/layout.hpp); docs/layout-language.md explains the
// words.
//
// Everything that names something else does so by index: fields of a record, records, families, totals, code lists.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.hpp"
#include "formats/bindings.hpp"

namespace counterfoil {

enum class FieldType : std::uint8_t {
  digits,   // Right, zeros before. Unsigned.
  text,     // Left, spaces behind.
  money,    // Digits with implied decimals.
  decimal,  // Digits with a decimal point, zeros before.
  date,
  time,
  code,    // A value of a code list, written like text.
  filler,  // Carries nothing: written as pads, anything else is remarked on when read.
  opaque,  // Bytes kept as they are, never trimmed and never checked for their characters.
};

enum class Side : std::uint8_t { left, right };
enum class SignPlace : std::uint8_t { none, leading, trailing, overpunch };
enum class CheckDigit : std::uint8_t { none, aba, mod11_10, luhn, mod97, kid };
enum class Charset : std::uint8_t { ascii, latin1, gbk, gb18030, shift_jis, utf8, jis_x0201 };
enum class LineEnd : std::uint8_t { lf, crlf, cr, none };
enum class Scope : std::uint8_t { entry, batch, file };

/// How bad a departure is when it is read. Writing has no degrees: what a layout forbids is never written.
enum class Fault : std::uint8_t {
  none,  // Not worth a word.
  note,
  warning,
  error,    // People must look.
  refuse,   // The whole file is not acceptable.
  partial,  // A warning on a channel that sends partial files; else an error for a file of answers only, and refuse for
            // instructions.
};

/// A span of bytes in a record. Offsets count from 0; messages and layouts count from 1.
struct Span {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

/// "YYMMDD", "YYYYMMDD", "DDD", "YYYY-MM-DD": where each part stands inside the field. Length 0 = not there. A date
/// without a year takes the year that brings it nearest to the day of the file; a day of the month alone is the latest
/// such day that is not after the day of the file.
struct DatePattern {
  std::string text;
  Span year, month, day, day_of_year;
};

/// "HHMM", "HHMMSS".
struct TimePattern {
  std::string text;
  Span hour, minute, second;
};

struct SetWord {
  BoundTo bound;
  std::string literal;
};

/// One code of a list. `marks` has one bit for each mark the layout names.
struct CodePlan {
  std::string value;    // Trimmed.
  std::string meaning;  // English, for people.
  std::uint64_t marks = 0;
  std::vector<SetWord> sets;  // What the code says of a word; every code of a list sets the same words.
  std::size_t listed = 0;     // Its place in the layout: where several codes fit the words, the writer takes the first.
};

struct CodeListPlan {
  std::string name;
  std::vector<CodePlan> codes;  // Sorted by value.
  CodePlan unknown;             // What holds for a code nobody knows: sets only.
  Fault unknown_fault = Fault::error;
  bool is_reasons = false;  // Taken from the reasons of the scheme: outcomes of the catalogue.
  std::uint32_t line = 0;

  /// nullptr: nobody knows it.
  [[nodiscard]] const CodePlan* find(std::string_view trimmed) const;
};

/// Characters a text may hold, by byte. In a multi-byte character set only bytes below 80 hex are looked at.
using CharacterClass = std::array<bool, 256>;

/// Where a test or an equality looks.
struct Operand {
  enum class Where : std::uint8_t {
    here,  // A field of the record itself.
    last,  // A field of the record of `family` read or written last in the scope.
    word,  // What an exchange word says.
  };
  Where where = Where::here;
  std::uint16_t family = 0;
  std::vector<std::int16_t> field_of_record;  // By record index: the field, -1 where that record has none of this name.
  BoundTo word;
  std::string text;  // As the layout spells it, for messages: "batch_header.service_class".
};

struct ValueRange {
  std::string first, last;  // Equal for a single value. Compared as bytes, trimmed.
};

struct Test {
  enum class Kind : std::uint8_t {
    value_in,  // One of `values`.
    marked,    // The code carries one of `marks`.
    present,   // Not blank.
    zero,      // Blank or only zeros.
    same_as,   // Equal to `other` after trimming. Differing only in outer blanks is remarked on as a warning.
    at_least,
    at_most,
  };
  Kind kind = Kind::present;
  bool negated = false;
  Operand operand;
  std::vector<ValueRange> values;
  std::uint64_t marks = 0;
  Operand other;
  std::int64_t limit = 0;
  std::string text;  // As the layout spells it.
};

/// A rule over fields, for reading. All of `when` must hold before `test` is looked at.
struct CheckPlan {
  Test test;
  std::vector<Test> when;
  Fault fault = Fault::error;
  bool at_end = false;  // Looked at when the entry that this record opened is complete.
  std::string code;     // "nacha.trace-prefix"; findings carry it.
  std::string says;     // Empty: made from the test.
  std::string remedy;
  std::uint32_t line = 0;
};

/// Holds when the word says one of the values. For writing.
struct WordTest {
  BoundTo bound;
  std::vector<std::string> values;  // Of an enumeration: its names. Of a text: the text; "" = nothing is said.
  bool negated = false;
};

struct FieldPlan {
  std::string name;
  Span at;
  FieldType type = FieldType::text;
  Side side = Side::left;
  char pad = ' ';
  bool is_part = false;  // Lies inside other fields; never written on its own.
  bool is_required =
      false;  // Must not be blank. Digits, money, dates and codes are required unless the layout says optional.
  bool is_sensitive = false;    // Masked wherever people see it.
  bool is_joined = false;       // Repeated in one entry: the texts are joined without a separator.
  bool keeps_blanks = false;    // Outer blanks belong to the value.
  bool may_cut = false;         // A value that is too long is cut on the right and noted. Never set by default.
  bool transliterates = false;  // Letters outside the class are written as their base letter and noted.
  bool blanks_others = false;   // What then still cannot be written becomes a blank and is noted.
  std::uint8_t decimals = 0;    // money and decimal.
  SignPlace sign = SignPlace::none;
  CheckDigit check_digit = CheckDigit::none;
  Fault fault = Fault::error;  // For content that does not fit the type, the constant, the class or the check digit.
  Fault blank_fault = Fault::none;  // blank counts as zero: `blank is zero as warning`. none: not allowed.
  DatePattern date;
  TimePattern time;
  std::optional<std::uint16_t> codes;        // Of LayoutPlan::code_lists.
  std::optional<CharacterClass> characters;  // Nothing: whatever the character set of the file allows.

  // What the writer puts there, the first that has something to say: constant, total (below, in a record that closes
  // its scope), same_as, bindings in order, a code whose sets agree with the words (code lists), its parts, default.
  // Then pads.
  std::optional<std::string> constant;  // Full width, padded. Also checked when read.
  std::optional<std::string> default_value;
  std::optional<std::string>
      none_value;  // Full width. Read as: nothing is said ("000000"); written where nothing is said.
  std::optional<Operand> same_as;
  Fault same_as_fault = Fault::error;
  std::vector<BoundTo> bindings;
  std::optional<std::uint16_t> total;  // Of LayoutPlan::totals: the total this field states.
  std::vector<std::uint16_t> parts;    // Fields of this record that lie inside this one, by position.
  std::vector<WordTest> only_when;     // Written blank (pads; spaces for digits) unless all hold.

  std::string note;
  std::uint32_t line = 0;  // In the layout file.

  [[nodiscard]] std::uint32_t first_column() const { return at.offset + 1; }
  [[nodiscard]] std::uint32_t last_column() const { return at.offset + at.length; }
};

/// A record is recognised when all its conditions hold; the first in the order of the layout wins.
struct KeyCondition {
  enum class Kind : std::uint8_t {
    bytes,         // The bytes at `at` are one of `values` (compared at full length).
    last_record,   // `operand` (a field of the record of a family read last) is one of `values`.
    after_family,  // A record of `family` came before, in this file.
    first_record,  // It is the first record of the file.
    all_bytes,     // Every byte of the record is values[0][0].
    same_bytes,    // The bytes at `at` are those at `other`.
  };
  Kind kind = Kind::bytes;
  Span at, other;
  std::vector<ValueRange> values;
  Operand operand;
  std::uint16_t family = 0;
};

struct SourceNote {
  std::string key;    // Of LayoutPlan::sources.
  std::string place;  // "Appendix 3, page OR 82".
  std::string sure;   // "A", "B", ...
};

struct Roles {
  bool opens_file = false, opens_batch = false, opens_entry = false;
  bool joins_entry = false;  // Addenda: belongs to the open entry.
  bool closes_batch = false, closes_file = false;
  bool fills = false;               // Fill: carries nothing.
  std::optional<Scope> speaks_for;  // Besides its other role it carries an outcome of the whole batch or file,
                                    // delivered as an entry of that level.
};

/// Several entries in one record, each in a span of the same length behind columns that speak for all of them. The
/// fields of the record describe those columns and the first span. Spans at the end of the record that are blank hold
/// nothing.
struct Segments {
  std::uint32_t count = 0;
  Span first;

  [[nodiscard]] std::uint32_t end() const { return first.offset + first.length; }
  bool operator==(const Segments& other) const {
    return count == other.count && first.offset == other.first.offset && first.length == other.first.length;
  }
};

/// Joins texts of this record into one word: FileHead::message_id of a NACHA file.
struct JoinPlan {
  BoundTo bound;
  std::vector<std::uint16_t> fields;
  std::string separator;
};

struct RecordPlan {
  std::string name;          // "addenda_return"
  std::string title;         // "Return addenda"
  std::uint16_t family = 0;  // Of LayoutPlan::families: records that stand in each other's place ("addenda").
  std::uint32_t length = 0;  // As it stands in the file.
  std::optional<Segments> segments;
  Roles roles;
  std::vector<KeyCondition> conditions;
  std::vector<FieldPlan> fields;  // In order of position; parts come after all others.
  std::vector<SetWord> sets;
  std::vector<JoinPlan> joins;
  std::vector<CheckPlan> checks;
  std::vector<WordTest> write_when;  // The writer takes the first record of a family whose tests all hold; see docs.
  std::string refuses;               // Not empty: such a record makes the file unacceptable; says why.
  std::string refuse_remedy;
  std::string remarks;  // Not empty: a warning for each such record; says what.
  std::vector<SourceNote> sources;
  std::uint32_t line = 0;

  [[nodiscard]] const FieldPlan* find_field(std::string_view field_name) const;
  /// The columns that the fields describe: up to the end of the first segment where there are several.
  [[nodiscard]] std::uint32_t described_length() const { return segments ? segments->end() : length; }
};

/// One place a total is stated and how it is computed. The same definition fills and checks.
struct TotalPlan {
  enum class Kind : std::uint8_t {
    count,      // Of records.
    sum,        // Of fields.
    blocks,     // Records of the file divided by the block size, rounded up.
    number,     // Its own position among the records of its family in the scope: 1, 2, 3.
    ascending,  // Greater than the one before in the scope; the writer takes it from its binding.
  };
  struct From {
    std::uint16_t record = 0;
    std::uint16_t field = 0;     // Of a sum.
    std::vector<Test> where;     // Operands of kind `here` only.
    std::vector<Test> negative;  // Of a sum: where all of these hold the field counts below zero.
  };
  Kind kind = Kind::count;
  Scope scope = Scope::file;
  std::vector<std::pair<std::uint16_t, std::uint16_t>>
      stated_in;                              // Record and field, for each record of the family that has it.
  std::vector<From> from;                     // count, sum.
  bool counts_all_records = false;            // count of `records`: every physical record.
  std::uint64_t modulo = 0;                   // 0: none.
  bool is_absolute = false;                   // Stated without its sign.
  bool is_of_answers = false;                 // Zero in an instruction.
  std::vector<std::uint16_t> other_readings;  // Totals that nothing states: what banks may mean by this one as well.
  Fault fault = Fault::error;
  std::string text;  // As the layout spells it: "sum of entry.receiving_dfi in batch modulo 10000000000".
  std::uint32_t line = 0;
};

/// The order of records, as a tree: for the writer, documentation and lint.
struct OrderNode {
  enum class Kind : std::uint8_t { record, sequence, choice };
  Kind kind = Kind::record;
  std::string name;                               // Of the rule, if it has one: "batch".
  std::vector<std::uint16_t> records;             // kind record: those that fit (a family, or one record).
  std::uint16_t family = 0;                       // kind record.
  bool is_optional = false, is_repeated = false;  // `?` = optional, `+` = repeated, `*` = both.
  std::vector<OrderNode> children;
};

/// The same order, for the reader. State 0 is the beginning; state s > 0 stands behind a record. `next` and `skip` are
/// indexed [state * records + record].
struct OrderTable {
  struct Skip {
    std::uint16_t state = 0;             // Where the record leads; 0: nowhere, it is out of place.
    std::vector<std::uint16_t> missing;  // Families that should have come first, in order.
  };
  std::uint16_t states = 1;
  std::vector<std::uint16_t> next;  // 0: the record does not follow here.
  std::vector<Skip> skip;           // For records that do not follow: what is missing before they could.
  std::vector<Skip> end;            // By state: what is missing at the end of the file.
};

/// What kind of file it is, from its entries; the first rule with an outcome that occurred wins.
struct KindRule {
  FileKind kind = FileKind::unknown;
  std::vector<Outcome> outcomes;
};

struct Tolerance {
  Fault short_lines = Fault::refuse;    // Trailing blanks cut off: padded.
  Fault long_lines = Fault::error;      // Blanks behind the last column: dropped.
  Fault long_text = Fault::error;       // Other bytes there: dropped.
  Fault unknown_lines = Fault::refuse;  // Lines that are no record of the format.
  Fault blank_lines = Fault::warning;   // Skipped.
  Fault missing_fill = Fault::error;    // The last block is not full.
  Fault stacked_files = Fault::refuse;  // A second file behind the first.
  Fault high_bytes =
      Fault::error;  // Bytes above 7E hex in an ascii file: read as UTF-8 when that fits, else as Latin-1.
  Fault control_bytes = Fault::error;     // Bytes below 20 hex inside a record.
  Fault wide_characters = Fault::error;   // UTF-8 lines measured in characters.
  Fault empty_batches = Fault::error;     // A batch without entries whose control counts some: a confirmation.
  Fault trimmed_fields = Fault::warning;  // same-as fields that differ in outer blanks only.
};

/// What tells an answer from an instruction where both have the same positions: a record in which all of the tests
/// hold.
struct AnswerSign {
  std::vector<Test> tests;  // Operands of kind `last`, looked at in the record itself.
};

struct LayoutPlan {
  std::string name;  // "nacha"
  std::string title;
  std::string file;  // The layout file, for messages.
  std::string scheme;
  std::string edition;
  std::string label;       // "site-configurable example"; empty for none.
  std::string variant_of;  // Name of the layout this one patches.
  Currency currency;       // Of every amount, unless `currency_field` names where the file states it.
  std::optional<std::pair<std::uint16_t, std::uint16_t>> currency_field;  // Record and field.
  Charset charset = Charset::ascii;                                       // Read.
  Charset write_charset = Charset::ascii;                                 // Written.
  LineEnd line_end = LineEnd::lf;                                         // Written; every line end is read.
  std::uint32_t record_length = 0;                                        // Of all records; 0 where they differ.
  std::uint32_t block_records = 0;                                        // Records in a block; 0: no blocks.
  std::optional<std::uint16_t> block_fill;                                // The record that fills the last block.
  int century_pivot = 80;                                                 // Two-digit years below are 20xx.
  Tolerance tolerance;
  std::vector<std::pair<std::uint16_t, Fault>> may_miss;  // Families whose absence is not refused.
  std::vector<KindRule> kinds;
  std::optional<FileKind> kind_when_empty;
  std::vector<AnswerSign> answer_signs;                      // Any of them. Empty: outcomes alone tell.
  std::vector<std::pair<std::string, std::string>> sources;  // Key and document.
  std::vector<std::string> marks;                            // By bit.
  std::vector<CodeListPlan> code_lists;
  std::vector<std::string> families;  // A record alone in its family gives it its name.
  std::vector<RecordPlan> records;    // In the order of the layout.
  std::vector<TotalPlan> totals;
  OrderNode order;
  OrderTable order_table;

  [[nodiscard]] const RecordPlan* find_record(std::string_view record_name) const;
  [[nodiscard]] std::optional<std::uint16_t> find_family(std::string_view family_name) const;
  [[nodiscard]] Fault fault_when_missing(std::uint16_t family) const;

  /// Whether any field is bound to that word, such as "entry.mandate": what the format has no place for is lost when
  /// it is written.
  [[nodiscard]] bool has_word(std::string_view binding) const;
};

[[nodiscard]] std::string_view field_type_name(FieldType type);
[[nodiscard]] std::string_view charset_name(Charset charset);
[[nodiscard]] std::string_view line_end_name(LineEnd end);
[[nodiscard]] std::string_view fault_name(Fault fault);

}  // namespace counterfoil
