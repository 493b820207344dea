#include "generators/word_ref.hpp"

#include <algorithm>

namespace counterfoil {

WordRef::WordRef(const BoundTo& bound) : bound_{&bound} {
  const BoundMember& member = bound.binding->member;
  if (const auto* entry_text = std::get_if<std::string_view Entry::*>(&member)) {
    entry_text_ = *entry_text;
    way_ = Way::entry_text;
  } else if (const auto* batch_text = std::get_if<std::string_view BatchHead::*>(&member)) {
    batch_text_ = *batch_text;
    way_ = Way::batch_text;
  } else if (const auto* flag = std::get_if<bool Entry::*>(&member)) {
    flag_ = *flag;
    way_ = Way::flag;
  } else if (const auto* amount = std::get_if<std::int64_t Entry::*>(&member);
             amount != nullptr && bound.binding->kind == BindingKind::amount) {
    amount_ = *amount;
  } else if (const auto* count = std::get_if<std::uint64_t Entry::*>(&member)) {
    count_ = *count;
  } else if (const auto* short_count = std::get_if<std::uint32_t Entry::*>(&member)) {
    short_count_ = *short_count;
  } else if (bound.binding->kind == BindingKind::outcome) {
    way_ = Way::outcome;
  } else if (bound.binding->kind == BindingKind::direction) {
    way_ = Way::direction;
  }
}

WordTestRef::WordTestRef(const WordTest& test) : test_{&test}, word_{test.bound} {
  const auto holds_for = [&](std::string_view said) {
    return (std::ranges::find(test.values, said) != test.values.end()) != test.negated;
  };
  if (word_.is_outcome()) {
    by_outcome_ = true;
    for (unsigned i = 0; i <= static_cast<unsigned>(Outcome::unknown); ++i) {
      if (holds_for(outcome_name(static_cast<Outcome>(i)))) outcomes_ |= 1U << i;
    }
  }
  if (word_.is_level()) {
    by_level_ = true;
    Entry probe;
    const ConstWords words{nullptr, nullptr, &probe};
    std::string scratch;
    for (const Level level : {Level::entry, Level::block, Level::file}) {
      probe.level = level;
      if (holds_for(word_.text(words, scratch))) levels_ |= 1U << static_cast<unsigned>(level);
    }
  }
}

}  // namespace counterfoil
