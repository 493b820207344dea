// The declared totals of a layout while a file passes: one keeper for reading and for writing, so that what fills a
// control record and what checks one cannot differ.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plan.hpp"

namespace counterfoil {

class TotalsKeeper {
 public:
  /// Keeps a reference to the plan.
  explicit TotalsKeeper(const LayoutPlan& plan);

  /// Begins a scope: its totals and those of the scopes inside start from nothing.
  void open(Scope scope);

  /// One more record of the file, for totals that count or number records whatever they are. Call it before the record
  /// itself is added; of a record with segments only before the first.
  void count_record() {
    for (const std::uint16_t total : of_records_) ++kept_[total].value;
  }

  /// Adds one complete record, or one segment with the columns before it: `bytes` has the length that its fields
  /// describe. Call `open` for the scopes it opens first.
  void add(std::uint16_t record, std::string_view bytes);

  /// The same with the numbers of the fields decoded already. Only the fields that `needs(record)` names are looked at;
  /// a field that could not be read is `bad` and spoils its totals. `marks[field]` are those of its code.
  void add_decoded(std::uint16_t record, const std::int64_t* numbers, const std::uint8_t* bad,
                   const std::uint64_t* marks, std::string_view bytes);
  [[nodiscard]] std::span<const std::uint16_t> needs(std::uint16_t record) const { return needs_[record]; }

  /// The total now, modulo applied. Of `number`: the position of the record added last (before it is counted: ask
  /// `next_number`).
  [[nodiscard]] std::uint64_t value(std::uint16_t total) const;
  [[nodiscard]] std::uint64_t next_number(std::uint16_t total) const { return value(total) + 1; }

  /// Something that belongs to the total could not be read, or it overflowed: comparing would repeat a known fault.
  [[nodiscard]] bool is_spoiled(std::uint16_t total) const {
    return kept_[total].spoiled || (inner_[total] >= 0 && kept_[static_cast<std::size_t>(inner_[total])].spoiled);
  }
  /// Marks every total of a scope and of the scopes around it: something in it could not be read at all.
  void spoil(Scope scope);

 private:
  struct Kept {
    std::uint64_t value = 0;
    bool spoiled = false;
    /// Takes up a number; signed sums go below zero and come back on purpose.
    void take(std::int64_t number) {
      // In two's complement they are right whatever the order.
      const std::uint64_t sum = value + static_cast<std::uint64_t>(number);
      if (number > 0 && static_cast<std::int64_t>(value) >= 0 && static_cast<std::int64_t>(sum) < 0) spoiled = true;
      value = sum;
    }
  };
  struct Step {  // One record adds to one total.
    std::uint16_t total = 0;
    std::int32_t field = -1;  // -1: counts one.
    // Most often a total asks for one mark of one code (debits): that is decided without looking at the bytes.
    std::int32_t marked_field = -1;
    std::uint64_t marks = 0;
    const std::vector<Test>* where = nullptr;     // Anything else.
    const std::vector<Test>* negative = nullptr;  // Where these hold the field counts below zero.
  };
  struct Need {  // A number that `add` reads.
    std::uint16_t field = 0;
    bool is_plain = false;
    bool may_be_blank = false;
    Span at;
  };
  struct Marked {  // A field whose marks decide, with the code looked up last: most often the next one is the same.
    std::uint16_t field = 0;
    Span at;
    std::string code;
    std::uint64_t marks = 0;
  };
  const LayoutPlan* plan_;
  std::vector<Kept> kept_;
  // A total of the file that adds up the same as one of its batches does is not added to record by record: it has the
  // batches that ended, and `inner_[total]` the one that is open. -1: none.
  std::vector<std::int32_t> inner_;
  std::vector<std::uint16_t> of_records_;               // Totals that count every record.
  std::vector<std::vector<Step>> steps_;                // By record.
  std::vector<std::vector<std::uint16_t>> needs_;       // By record.
  std::vector<std::vector<Need>> readings_;             // The same, for `add`.
  std::vector<std::vector<Marked>> marked_;             // By record.
  std::array<std::vector<std::uint16_t>, 3> in_scope_;  // Totals of each scope and of those inside.
  std::vector<std::int64_t> numbers_;                   // Scratch of `add`.
  std::vector<std::uint8_t> bad_;
  std::vector<std::uint64_t> marks_;

  void find_inner(std::uint16_t total);
  [[nodiscard]] std::uint64_t marks_of(const FieldPlan& field, std::string_view bytes) const;
  [[nodiscard]] std::uint64_t marks_at(Marked& marked, std::uint16_t record, std::string_view bytes);
  [[nodiscard]] bool all_hold(const std::vector<Test>& tests, std::uint16_t record, const std::uint64_t* marks,
                              std::string_view bytes) const;
};

}  // namespace counterfoil
