#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/charset.hpp"
#include "parsers/fixed_width_reading.hpp"

namespace counterfoil {

void FixedWidthReading::read_fields(std::uint16_t record) {
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

inline bool FixedWidthReading::take_digits(const FieldStep& step, std::string_view bytes, std::int64_t& number) {
  if (!parse_digits(bytes, number)) return false;
  if (step.checks_routing_number && !is_right_routing_number(bytes.data())) return false;
  for (std::string_view* text : step.texts) *text = bytes;
  for (void* wide : step.wide_numbers) std::memcpy(wide, &number, sizeof(number));
  for (std::uint32_t* narrow : step.numbers) *narrow = static_cast<std::uint32_t>(number);
  return true;
}

inline bool FixedWidthReading::take_text(const FieldStep& step, std::string_view bytes) {
  const std::string_view value = trimmed(bytes);
  for (std::string_view* text : step.texts) *text = value;
  return true;
}

inline bool FixedWidthReading::take_code(const FieldStep& step, std::string_view bytes, std::int64_t& number,
                                         std::uint64_t& marks) {
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

bool FixedWidthReading::read_field(std::uint16_t record, const FieldStep& step, std::string_view bytes,
                                   std::int64_t& number) {
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

bool FixedWidthReading::take_blank(const FieldPlan& field) {
  if (field.blank_fault != Fault::none) {
    remark(field.blank_fault, "field.blank", at_field(field),
           fmt::format("Field {} is blank and counts as zero.", field.name), "Nothing to do if zero is meant.");
    return true;
  }
  if (!field.is_required) return true;
  field_fault(field, "field.blank", fmt::format("Field {} is blank and must not be.", field.name));
  return false;
}

bool FixedWidthReading::read_number(const FieldStep& step, std::string_view bytes, std::int64_t& number) {
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

void FixedWidthReading::check_digit(const FieldPlan& field, std::string_view bytes) {
  const std::string_view value = trimmed(bytes);
  if (check_digit_of(field.check_digit, value) != CheckDigitResult::wrong) return;
  const char expected = expected_check_digit(field.check_digit, value);
  std::string why = expected == '?' ? std::string{"does not fit the number"}
                                    : fmt::format("is {}; {} belongs to {}", value.back(), expected,
                                                  value.substr(0, value.size() - 1));
  if (field.is_sensitive) why = "does not fit the number";
  field_fault(field, "field.check-digit", fmt::format("The check digit of {} {}.", field.name, why));
}

void FixedWidthReading::put_text(const Target& target, std::string_view text) {
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

bool FixedWidthReading::read_code(std::uint16_t record, const FieldStep& step, std::string_view bytes,
                                  std::int64_t& number) {
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

std::string_view FixedWidthReading::text_of(std::uint16_t record, const FieldPlan& field, std::string_view value) {
  if (!has_high_) [[likely]]
    return value;
  if (is_wide_) {
    const std::uint32_t first = field.at.offset + (field.at.offset >= segment_prefix_ ? segment_shift_ : 0);
    const std::string_view whole = trimmed(
        std::string_view{wide_line_}.substr(wide_at_[first], wide_at_[first + field.at.length] - wide_at_[first]));
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

std::string_view FixedWidthReading::keep(std::uint16_t record, std::string text) {
  const Roles& roles = plan_.records[record].roles;
  if (roles.opens_file) return file_texts_.keep(std::move(text));
  if (roles.opens_batch || roles.closes_batch) return batch_texts_.keep(std::move(text));
  entry_used_ = true;
  return entry_texts_.keep(std::move(text));
}

bool FixedWidthReading::read_text(std::uint16_t record, const FieldStep& step, std::string_view bytes) {
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

std::string_view FixedWidthReading::join_text(const FieldPlan& field, void* member, std::string_view text) {
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

void FixedWidthReading::check_class(const FieldPlan& field, std::string_view value) {
  const auto odd = std::ranges::find_if(value, [&](char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return (code < 0x80 || plan_.charset == Charset::jis_x0201) && !(*field.characters)[code];
  });
  if (odd == value.end()) return;
  field_fault(field, "field.character",
              fmt::format("Field {} holds the character \"{}\", which may not stand there.", field.name,
                          shown(field, {&*odd, 1})));
}

void FixedWidthReading::take_currency(const FieldPlan& field, std::string_view value) {
  const auto currency = Currency::parse(value);
  if (!currency) {
    field_fault(field, "field.currency",
                fmt::format("Field {} says \"{}\", which is no currency we know.", field.name, shown(field, value)));
    return;
  }
  file_.currency = batch_.currency = entry_.currency = *currency;
}

bool FixedWidthReading::read_date(std::uint16_t record, const FieldStep& step, std::string_view bytes) {
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

bool FixedWidthReading::read_time(const FieldStep& step, std::string_view bytes) {
  const FieldPlan& field = *step.field;
  if (is_blank(bytes)) return take_blank(field);
  std::array<char, 8> clock{};
  if (!parse_time(field, bytes, clock.data())) {
    field_fault(field, "field.not-time",
                fmt::format("Field {} holds \"{}\", which is no time in the form {}.", field.name, shown(field, bytes),
                            field.time.text));
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

void FixedWidthReading::check_same(const FieldPlan& field, std::string_view bytes) {
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

void FixedWidthReading::join_texts(std::uint16_t record) {
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

}  // namespace counterfoil
