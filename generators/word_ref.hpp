// An exchange word as a layout names it, found once: what a million records ask for must not be looked up a million
// times. Private to generators/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plan.hpp"

namespace counterfoil {

class WordRef {
 public:
  explicit WordRef(const BoundTo& bound);

  /// As `bound_text` of formats/bindings.hpp.
  [[nodiscard]] std::string_view text(const ConstWords& words, std::string& scratch) const {
    switch (way_) {
      case Way::entry_text:
        return words.entry == nullptr ? std::string_view{} : words.entry->*entry_text_;
      case Way::batch_text:
        return words.batch == nullptr ? std::string_view{} : words.batch->*batch_text_;
      case Way::flag:
        return words.entry == nullptr ? "" : words.entry->*flag_ ? "yes" : "no";
      case Way::outcome:
        return words.entry == nullptr ? "" : outcome_name(words.entry->outcome);
      case Way::direction:
        return words.entry == nullptr ? "" : direction_name(words.entry->direction);
      case Way::other:
        break;
    }
    return bound_text(*bound_, words, scratch);
  }

  /// As `bound_number` of formats/bindings.hpp.
  [[nodiscard]] std::optional<std::int64_t> number(const ConstWords& words) const {
    if (amount_ != nullptr && words.entry != nullptr) return words.entry->*amount_;
    if (count_ != nullptr && words.entry != nullptr) {
      const std::uint64_t said = words.entry->*count_;
      return said == 0 ? std::nullopt : std::optional{static_cast<std::int64_t>(said)};
    }
    return bound_number(*bound_, words);
  }

  /// The member itself where it is a text of the entry, for writing it without ado; nullptr else.
  [[nodiscard]] std::string_view Entry::* entry_text() const { return entry_text_; }
  [[nodiscard]] std::int64_t Entry::* entry_amount() const { return amount_; }
  [[nodiscard]] std::uint64_t Entry::* entry_count() const { return count_; }
  [[nodiscard]] std::uint32_t Entry::* entry_short_count() const { return short_count_; }

  /// A number that differs where the word differs; -1 where only the text does, or nothing is said.
  [[nodiscard]] std::int64_t choice(const ConstWords& words) const {
    if (words.entry == nullptr) return -1;
    if (way_ == Way::flag) return words.entry->*flag_ ? 1 : 0;
    if (way_ == Way::outcome) return static_cast<std::int64_t>(words.entry->outcome);
    if (way_ == Way::direction) return static_cast<std::int64_t>(words.entry->direction);
    return short_count_ != nullptr ? std::int64_t{words.entry->*short_count_} : -1;
  }

  [[nodiscard]] bool is_outcome() const { return way_ == Way::outcome; }
  [[nodiscard]] bool is_level() const { return bound_->binding->kind == BindingKind::level; }
  [[nodiscard]] const BoundTo& bound() const { return *bound_; }

 private:
  enum class Way : std::uint8_t { entry_text, batch_text, flag, outcome, direction, other };
  const BoundTo* bound_;  // In the plan.
  Way way_ = Way::other;
  std::string_view Entry::* entry_text_ = nullptr;
  std::string_view BatchHead::* batch_text_ = nullptr;
  bool Entry::* flag_ = nullptr;
  std::int64_t Entry::* amount_ = nullptr;
  std::uint64_t Entry::* count_ = nullptr;
  std::uint32_t Entry::* short_count_ = nullptr;
};

/// A `write when` or `only when` test, ready to be asked often.
class WordTestRef {
 public:
  explicit WordTestRef(const WordTest& test);
  [[nodiscard]] bool holds(const ConstWords& words, std::string& scratch) const {
    if (by_outcome_ && words.entry != nullptr)
      return ((outcomes_ >> static_cast<unsigned>(words.entry->outcome)) & 1U) != 0;
    if (by_level_ && words.entry != nullptr) return ((levels_ >> static_cast<unsigned>(words.entry->level)) & 1U) != 0;
    const std::string_view said = word_.text(words, scratch);
    bool is_one = false;
    for (const std::string& value : test_->values) is_one = is_one || said == value;
    return is_one != test_->negated;
  }

 private:
  const WordTest* test_;  // In the plan.
  WordRef word_;
  bool by_outcome_ = false, by_level_ = false;
  std::uint32_t outcomes_ = 0, levels_ = 0;  // Bit for each value for which the test holds.
};

}  // namespace counterfoil
