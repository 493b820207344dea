#include "formats/bindings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>

#include "core/require.hpp"

namespace counterfoil {
namespace {

using enum BoundWord;
using Kind = BindingKind;

constexpr std::array bindings{
    Binding{"file.message_id", file, Kind::text, &FileHead::message_id},
    Binding{"file.original_message_id", file, Kind::text, &FileHead::original_message_id},
    Binding{"file.created_on", file, Kind::date, &FileHead::created_on},
    Binding{"file.created_time", file, Kind::clock, std::monostate{}},
    Binding{"file.sender", file, Kind::text, &FileHead::sender},
    Binding{"file.receiver", file, Kind::text, &FileHead::receiver},
    Binding{"file.sender_name", file, Kind::text, &FileHead::sender_name},
    Binding{"file.receiver_name", file, Kind::text, &FileHead::receiver_name},
    Binding{"file.file_modifier", file, Kind::text, &FileHead::file_modifier},
    Binding{"file.currency", file, Kind::currency, &FileHead::currency},
    Binding{"file.count", file, Kind::count, &FileHead::declared_count},
    Binding{"file.sum", file, Kind::count, &FileHead::declared_sum_minor},

    Binding{"batch.id", batch, Kind::text, &BatchHead::id},
    Binding{"batch.original_id", batch, Kind::text, &BatchHead::original_id},
    Binding{"batch.instrument", batch, Kind::text, &BatchHead::instrument},
    Binding{"batch.service", batch, Kind::text, &BatchHead::service},
    Binding{"batch.sequence", batch, Kind::sequence, &BatchHead::sequence},
    Binding{"batch.creditor_name", batch, Kind::text, &BatchHead::creditor_name},
    Binding{"batch.creditor_id", batch, Kind::text, &BatchHead::creditor_id},
    Binding{"batch.creditor_account", batch, Kind::text, &BatchHead::creditor_account},
    Binding{"batch.creditor_bank", batch, Kind::text, &BatchHead::creditor_bank},
    Binding{"batch.description", batch, Kind::text, &BatchHead::description},
    Binding{"batch.discretionary", batch, Kind::text, &BatchHead::discretionary},
    Binding{"batch.descriptive_date", batch, Kind::text, &BatchHead::descriptive_date},
    Binding{"batch.collect_on", batch, Kind::date, &BatchHead::collect_on},
    Binding{"batch.settled_on", batch, Kind::date, &BatchHead::settled_on},
    Binding{"batch.currency", batch, Kind::currency, &BatchHead::currency},
    Binding{"batch.batch_booking", batch, Kind::flag, &BatchHead::batch_booking},
    Binding{"batch.number", batch, Kind::number, &BatchHead::number},
    Binding{"batch.count", batch, Kind::count, &BatchHead::count},
    Binding{"batch.sum", batch, Kind::count, &BatchHead::sum_minor},
    Binding{"batch.collected_count", batch, Kind::count, &BatchHead::collected_count},
    Binding{"batch.collected_sum", batch, Kind::count, &BatchHead::collected_sum_minor},

    Binding{"entry.reference", entry, Kind::text, &Entry::reference},
    Binding{"entry.instruction_id", entry, Kind::text, &Entry::instruction_id},
    Binding{"entry.mandate", entry, Kind::text, &Entry::mandate},
    Binding{"entry.trace", entry, Kind::text, &Entry::trace},
    Binding{"entry.original_trace", entry, Kind::text, &Entry::original_trace},
    Binding{"entry.original_bank", entry, Kind::text, &Entry::original_bank},
    Binding{"entry.return_trace", entry, Kind::text, &Entry::return_trace},
    Binding{"entry.bank_reference", entry, Kind::text, &Entry::bank_reference},
    Binding{"entry.original_message_id", entry, Kind::text, &Entry::original_message_id},
    Binding{"entry.original_batch_id", entry, Kind::text, &Entry::original_batch_id},
    Binding{"entry.sequence_number", entry, Kind::number, &Entry::sequence_number},
    Binding{"entry.direction", entry, Kind::direction, &Entry::direction},
    Binding{"entry.currency", entry, Kind::currency, &Entry::currency},
    Binding{"entry.amount", entry, Kind::amount, &Entry::amount_minor},
    Binding{"entry.booked", entry, Kind::count, &Entry::booked_minor},
    Binding{"entry.charges", entry, Kind::amount, &Entry::charges_minor},
    Binding{"entry.collected", entry, Kind::count, &Entry::collected_minor},
    Binding{"entry.batch_count", entry, Kind::number, &Entry::batch_count},
    Binding{"entry.payer_name", entry, Kind::text, &Entry::payer_name},
    Binding{"entry.payer_account", entry, Kind::text, &Entry::payer_account},
    Binding{"entry.payer_bank", entry, Kind::text, &Entry::payer_bank},
    Binding{"entry.account_kind", entry, Kind::text, &Entry::account_kind},
    Binding{"entry.transaction_code", entry, Kind::text, &Entry::transaction_code},
    Binding{"entry.payer_country", entry, Kind::text, &Entry::payer_country},
    Binding{"entry.payer_town", entry, Kind::text, &Entry::payer_town},
    Binding{"entry.payer_postcode", entry, Kind::text, &Entry::payer_postcode},
    Binding{"entry.payer_street", entry, Kind::text, &Entry::payer_street},
    Binding{"entry.payer_building", entry, Kind::text, &Entry::payer_building},
    Binding{"entry.payer_identity", entry, Kind::text, &Entry::payer_identity},
    Binding{"entry.payer_address_line_1", entry, Kind::text, &Entry::payer_address_line_1},
    Binding{"entry.payer_address_line_2", entry, Kind::text, &Entry::payer_address_line_2},
    Binding{"entry.ultimate_debtor", entry, Kind::text, &Entry::ultimate_debtor},
    Binding{"entry.mandate_event", entry, Kind::event, &Entry::mandate_event},
    Binding{"entry.effective_on", entry, Kind::date, &Entry::effective_on},
    Binding{"entry.amended_mandate", entry, Kind::text, &Entry::amended_mandate},
    Binding{"entry.amended_account", entry, Kind::text, &Entry::amended_account},
    Binding{"entry.signed_on", entry, Kind::date, &Entry::signed_on},
    Binding{"entry.sequence", entry, Kind::sequence, &Entry::sequence},
    Binding{"entry.collect_on", entry, Kind::date, &Entry::collect_on},
    Binding{"entry.booked_on", entry, Kind::date, &Entry::booked_on},
    Binding{"entry.valued_on", entry, Kind::date, &Entry::valued_on},
    Binding{"entry.remittance", entry, Kind::text, &Entry::remittance},
    Binding{"entry.purpose", entry, Kind::text, &Entry::purpose},
    Binding{"entry.discretionary", entry, Kind::text, &Entry::discretionary},
    Binding{"entry.outcome", entry, Kind::outcome, &Entry::outcome},
    Binding{"entry.is_prenote", entry, Kind::flag, &Entry::is_prenote},
    Binding{"entry.is_booked", entry, Kind::flag, &Entry::is_booked},
    Binding{"entry.level", entry, Kind::level, &Entry::level},
    Binding{"entry.status", entry, Kind::text, &Entry::status},
    Binding{"entry.reason", entry, Kind::text, &Entry::reason},
    Binding{"entry.reason_text", entry, Kind::text, &Entry::reason_text},
    Binding{"entry.corrected_data", entry, Kind::text, &Entry::corrected_data},
    Binding{"entry.addenda", entry, Kind::number, &Entry::addenda},
};

// Of the open family "creditor.*".
constexpr Binding creditor_setting{"creditor", creditor, Kind::text, std::monostate{}};

constexpr std::array<std::pair<Level, std::string_view>, 3> levels{
    {{Level::entry, "entry"}, {Level::block, "batch"}, {Level::file, "file"}}};

template <class Word>
struct OwnerOf {};
template <class Value, class Word>
struct OwnerOf<Value Word::*> {
  using Owner = Word;
  using Type = Value;
};

/// Calls `take` with the value a member pointer leads to, if its word is there.
template <class WordSet, class Take>
void visit_member(const BoundMember& member, const WordSet& words, Take take) {
  std::visit(
      [&](auto pointer) {
        using Pointer = decltype(pointer);
        if constexpr (!std::is_same_v<Pointer, std::monostate>) {
          using Owner = typename OwnerOf<Pointer>::Owner;
          if constexpr (std::is_same_v<Owner, FileHead>) {
            if (words.file != nullptr) take(words.file->*pointer);
          } else if constexpr (std::is_same_v<Owner, BatchHead>) {
            if (words.batch != nullptr) take(words.batch->*pointer);
          } else {
            if (words.entry != nullptr) take(words.entry->*pointer);
          }
        }
      },
      member);
}

template <class Number>
bool parse_number(std::string_view literal, Number& number) {
  const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), number);
  return error == std::errc{} && end == literal.data() + literal.size();
}

bool set_value(std::string_view& value, std::string_view literal) {
  value = literal;
  return true;
}
bool set_value(std::int64_t& value, std::string_view literal) { return parse_number(literal, value); }
bool set_value(std::uint64_t& value, std::string_view literal) { return parse_number(literal, value); }
bool set_value(std::uint32_t& value, std::string_view literal) { return parse_number(literal, value); }
bool set_value(std::optional<Date>& value, std::string_view literal) {
  value = parse_iso_date(literal);
  return value.has_value() || literal.empty();
}
bool set_value(Currency& value, std::string_view literal) {
  const auto currency = Currency::parse(literal);
  if (currency) value = *currency;
  return currency.has_value();
}
bool set_value(bool& value, std::string_view literal) {
  value = literal == "yes";
  return literal == "yes" || literal == "no";
}
bool set_value(SequenceType& value, std::string_view literal) {
  const auto type = parse_sequence_type(literal);
  value = type.value_or(SequenceType::none);
  return type.has_value() || literal.empty();
}
bool set_value(Direction& value, std::string_view literal) {
  value = literal == "credit" ? Direction::credit : Direction::debit;
  return literal == "credit" || literal == "debit";
}
bool set_value(Outcome& value, std::string_view literal) {
  const auto outcome = parse_outcome(literal);
  if (outcome) value = *outcome;
  return outcome.has_value();
}
bool set_value(MandateNews& value, std::string_view literal) {
  const auto event = parse_mandate_news(literal);
  if (event) value = *event;
  return event.has_value();
}
bool set_value(Level& value, std::string_view literal) {
  for (const auto& [level, name] : levels) {
    if (name != literal) continue;
    value = level;
    return true;
  }
  return false;
}

std::string_view text_of(const std::string_view& value, std::string&) { return value; }
std::string_view text_of(const std::int64_t& value, std::string& scratch) {
  return scratch = value == -1 ? "" : std::to_string(value);
}
std::string_view text_of(const std::uint64_t& value, std::string& scratch) {
  return scratch = value == 0 ? "" : std::to_string(value);
}
std::string_view text_of(const std::uint32_t& value, std::string& scratch) {
  return scratch = value == 0 ? "" : std::to_string(value);
}
std::string_view text_of(const std::optional<Date>& value, std::string& scratch) {
  return scratch = value ? iso_date(*value) : "";
}
std::string_view text_of(const Currency& value, std::string&) { return value.code(); }
std::string_view text_of(const bool& value, std::string&) { return value ? "yes" : "no"; }
std::string_view text_of(const SequenceType& value, std::string&) { return sequence_type_code(value); }
std::string_view text_of(const Direction& value, std::string&) { return direction_name(value); }
std::string_view text_of(const Outcome& value, std::string&) { return outcome_name(value); }
std::string_view text_of(const MandateNews& value, std::string&) { return mandate_news_name(value); }
std::string_view text_of(const Level& value, std::string&) {
  for (const auto& [level, name] : levels) {
    if (level == value) return name;
  }
  return {};
}

}  // namespace

std::span<const Binding> known_bindings() { return bindings; }

std::optional<BoundTo> find_binding(std::string_view name) {
  constexpr std::string_view family = "creditor.";
  if (name.starts_with(family) && name.size() > family.size()) return BoundTo{&creditor_setting, std::string{name}};
  const auto found = std::ranges::find(bindings, name, &Binding::name);
  if (found == bindings.end()) return std::nullopt;
  return BoundTo{&*found, {}};
}

std::string_view bound_text(const BoundTo& bound, const ConstWords& words, std::string& scratch) {
  const Binding& binding = *bound.binding;
  if (binding.word == creditor) {
    if (words.file == nullptr || words.file->settings == nullptr) return {};
    const std::string_view key = std::string_view{bound.setting}.substr(std::string_view{"creditor."}.size());
    const auto found = words.file->settings->find(key);
    return found == words.file->settings->end() ? std::string_view{} : std::string_view{found->second};
  }
  if (binding.kind == Kind::clock) {  // "2026-11-02T09:30:00": the part behind the T.
    if (words.file == nullptr || words.file->created.size() < 16) return {};
    return words.file->created.substr(11, 8);
  }
  std::string_view text;
  visit_member(binding.member, words, [&](const auto& value) { text = text_of(value, scratch); });
  return text;
}

std::optional<std::int64_t> bound_number(const BoundTo& bound, const ConstWords& words) {
  std::optional<std::int64_t> number;
  const Kind kind = bound.binding->kind;
  visit_member(bound.binding->member, words, [&](const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::int64_t>) {
      if (kind == Kind::amount || value != -1) number = value;
    } else if constexpr (std::is_same_v<Value, std::uint64_t> || std::is_same_v<Value, std::uint32_t>) {
      if (value != 0) number = static_cast<std::int64_t>(value);
    }
  });
  return number;
}

std::optional<Date> bound_date(const BoundTo& bound, const ConstWords& words) {
  std::optional<Date> date;
  visit_member(bound.binding->member, words, [&](const auto& value) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::optional<Date>>) date = value;
  });
  return date;
}

bool set_bound(const BoundTo& bound, const Words& words, std::string_view literal) {
  if (bound.binding->word == creditor) {
    require(words.settings != nullptr, "a layout with creditor bindings is read with a place for them");
    const std::string_view key = std::string_view{bound.setting}.substr(std::string_view{"creditor."}.size());
    (*words.settings)[std::string{key}] = literal;
    return true;
  }
  bool fits = bound.binding->kind != Kind::clock;
  visit_member(bound.binding->member, words, [&](auto& value) { fits = set_value(value, literal); });
  return fits;
}

}  // namespace counterfoil
