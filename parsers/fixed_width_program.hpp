// A layout plan prepared for one reading: every binding is an address, every code list a table. Private to parsers/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/bindings.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

/// Where a value goes. The words live as long as the program.
struct Target {
  BindingKind kind = BindingKind::text;
  void* member = nullptr;            // Of the type that `kind` says.
  bool is_wide = false;              // kind number: 64 bits rather than 32.
  const BoundTo* setting = nullptr;  // "creditor.*".
};

/// A value ready to be copied into a word: what a mark of a code or a `set` line says.
struct ReadyValue {
  void* member = nullptr;
  std::uint8_t size = 0;
  std::array<std::byte, 16> bytes{};

  void apply() const {
    size == 1 ? static_cast<void>(std::memcpy(member, bytes.data(), 1))
              : static_cast<void>(std::memcpy(member, bytes.data(), size));
  }
};

/// Finds a code of a list by its trimmed text.
class CodeTable {
 public:
  explicit CodeTable(const CodeListPlan& list);
  /// Index in the list, -1 for a code nobody knows.
  [[nodiscard]] std::int64_t find(std::string_view trimmed) const {
    if (trimmed.size() > 8) return find_long(trimmed);
    const std::uint64_t key = packed(trimmed);
    for (std::size_t slot = hash(key);; slot = (slot + 1) & mask_) {
      if (slots_[slot].index < 0) return list_->codes.empty() ? -1 : has_long_ ? find_long(trimmed) : -1;
      if (slots_[slot].key == key) return slots_[slot].index;
    }
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::int32_t index = -1;
  };
  const CodeListPlan* list_;
  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  bool has_long_ = false;

  [[nodiscard]] std::int64_t find_long(std::string_view trimmed) const;
  [[nodiscard]] static std::uint64_t packed(std::string_view text) {
    std::uint64_t key = 0;
    std::memcpy(&key, text.data(), text.size());
    return key;
  }
  [[nodiscard]] std::size_t hash(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 40) & mask_;
  }
};

/// Values of at most eight bytes, compared as numbers.
struct ShortValues {
  std::uint32_t offset = 0;
  unsigned shift = 0;  // Of eight bytes read at `offset`, those of the value remain.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;

  /// nullopt where the record has no eight bytes from there.
  [[nodiscard]] static std::optional<ShortValues> of(Span at, const std::vector<ValueRange>& values,
                                                     std::size_t record_length);

  [[nodiscard]] bool hold(const char* record) const {
    std::uint64_t word = 0;
    std::memcpy(&word, record + offset, 8);
    word = __builtin_bswap64(word) >> shift;
    for (const auto& [first, last] : ranges) {
      if (first <= word && word <= last) return true;
    }
    return false;
  }
};

/// A test with what can be decided once. Results over records that stay for many entries (the batch header) are kept
/// until the next such record.
struct ReadyTest {
  enum class Way : std::uint8_t {
    general,
    outcome,
    number_is_zero,
    kept,
    mark_here,
    value_here,
    bytes_here,
    same_here
  };
  const Test* test = nullptr;
  Way way = Way::general;
  bool negated = false;  // As `test` says, as are the marks.
  std::uint64_t marks = 0;
  std::uint32_t outcomes = 0;             // Way::outcome: one bit each.
  const std::uint32_t* number = nullptr;  // Way::number_is_zero.
  std::uint16_t field = 0;                // Way::mark_here.
  Span at;                                // Way::bytes_here, and of a same_as test here.
  ShortValues values;                     // Way::value_here.
  mutable std::uint64_t generation = 0;   // Way::kept: of the family when `result` was found.
  mutable bool result = false;
  // same_as: the other field, as long as the record it stands in is the last one.
  std::uint16_t other_family = 0;
  mutable std::uint64_t other_generation = UINT64_MAX;
  mutable const char* other = nullptr;
  mutable std::uint32_t other_length = 0;
};

struct ReadyCheck {
  const CheckPlan* check = nullptr;
  ReadyTest test;
  std::vector<ReadyTest> when;
};

/// The rules of one moment. Which of them apply at all is asked anew only when a record has come that many entries
/// share, such as a batch header.
struct ReadyChecks {
  struct Applied {
    const ReadyCheck* check = nullptr;
    // What most `when` tests ask, without a look at any bytes; then what is left to ask for each record.
    std::uint32_t outcomes = UINT32_MAX;  // A bit for each outcome with which the rule applies.
    std::uint16_t marked_field = 0;
    std::uint64_t marks = 0;  // 0: no code has to be marked.
    std::vector<const ReadyTest*> when;
  };
  std::vector<ReadyCheck> all;
  std::vector<std::uint16_t> families;             // Of such records.
  mutable std::uint64_t generations = UINT64_MAX;  // Theirs, added up, when `applied` was chosen: they only grow.
  mutable std::vector<Applied> applied;
};

struct FieldStep {
  enum class Way : std::uint8_t {
    general,  // Everything a field may have.
    digits,   // Digits or implied decimals with nothing but perhaps a routing number's check digit.
    text,     // A text that is only trimmed.
    code,     // A code that is only looked up.
  };
  const FieldPlan* field = nullptr;
  std::uint16_t index = 0;
  Way way = Way::general;
  bool checks_routing_number = false;
  bool checks_class = false;
  std::uint32_t offset = 0, length = 0;
  std::vector<std::string_view*> texts;  // Ways other than general: where the bytes go,
  std::vector<void*> wide_numbers;       // and the number,
  std::vector<std::uint32_t*> numbers;   // and the number where 32 bits hold it.
  std::vector<Target> targets;           // Way::general.
  const CodeTable* codes = nullptr;
  const std::vector<CodePlan>* code_plans = nullptr;
  const std::vector<std::vector<ReadyValue>>* code_values = nullptr;  // By code; the last one is of an unknown code.
};

/// How a record fits its family and the file, and what is done with it.
struct RecordProgram {
  std::vector<FieldStep> steps;  // Only fields that anything depends on.
  std::vector<ReadyValue> sets;
  ReadyChecks checks, checks_at_end;
  std::vector<std::pair<std::uint16_t, std::uint16_t>> totals;  // Field and the total it states.
  bool fills_every_entry_alike = false;  // Opens an entry and always sets the same members of it.
};

/// One way to recognise a record.
struct Candidate {
  std::uint16_t record = 0;
  std::vector<const KeyCondition*> conditions;  // Without what the first byte has told already, the cheap ones first.
  std::vector<std::optional<ShortValues>> short_values;  // By condition: bytes that can be compared as a number.
  ReadyTest kept;  // Condition over another record, if any: generation and result only.
};

class ReadyPlan {
 public:
  ReadyPlan(const LayoutPlan& plan, const Words& words);
  ReadyPlan(const ReadyPlan&) = delete;
  ReadyPlan& operator=(const ReadyPlan&) = delete;

  [[nodiscard]] const RecordProgram& record(std::uint16_t index) const { return records_[index]; }
  /// The records that may begin with this byte, in the order of the layout. Worked out when first asked for.
  [[nodiscard]] const std::vector<Candidate>& candidates(char first_byte) {
    const auto byte = static_cast<unsigned char>(first_byte);
    if (!has_candidates_[byte]) [[unlikely]]
      prepare_candidates(byte);
    return candidates_[byte];
  }
  [[nodiscard]] Target target(const BoundTo& bound) const;

 private:
  const LayoutPlan& plan_;
  Words words_;
  std::vector<std::unique_ptr<CodeTable>> tables_;
  std::vector<std::unique_ptr<std::vector<std::vector<ReadyValue>>>> code_values_;
  std::vector<RecordProgram> records_;
  std::array<std::vector<Candidate>, 256> candidates_;
  std::array<bool, 256> has_candidates_{};
  std::vector<bool> entry_families_;          // Whose last record changes with every entry.
  std::vector<std::vector<bool>> looked_at_;  // By record and field: a total or a mark asks for its value.

  void prepare_codes();
  void prepare_record(std::uint16_t index);
  void prepare_looked_at();
  void prepare_candidates(unsigned char byte);
  [[nodiscard]] ReadyValue ready_value(const SetWord& set) const;
  [[nodiscard]] ReadyTest ready_test(const Test& test, std::uint16_t here) const;
  void choose_way(std::uint16_t record, FieldStep& step) const;
  [[nodiscard]] bool is_needed(const RecordPlan& record, std::uint16_t field, const std::vector<bool>& tested) const;
};

}  // namespace counterfoil
