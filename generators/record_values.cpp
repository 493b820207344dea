// What a field says, brought into its bytes: the long way, which alone words refusals and notes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/text.hpp"
#include "formats/charset.hpp"
#include "formats/field.hpp"
#include "generators/record_writer.hpp"

namespace counterfoil {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(FieldType type) {
  return type == FieldType::digits || type == FieldType::money || type == FieldType::decimal;
}
bool says_a_number(BindingKind kind) {
  return kind == BindingKind::amount || kind == BindingKind::count || kind == BindingKind::number;
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// The length in bytes of the UTF-8 character that begins with `lead`.
std::size_t character_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

bool RecordWriter::fill(const Work& work, const Step& step) {
  const FieldPlan& field = work.plan.fields[step.field];
  for (const WordTestRef& test : step.only_when) {
    if (test.holds(work.words, scratch_)) continue;
    std::memcpy(work.bytes + field.at.offset, step.only_when_blank.data(), field.at.length);
    return true;
  }
  if (step.from_keeper) {
    if (!put_number(work, field, static_cast<std::int64_t>(total_now(*field.total, work.record)))) return false;
  } else {
    const Put filled = fill_from_words(work, step);
    if (filled == Put::failed) return false;
    if (filled == Put::nothing) {
      const bool may_be_silent = field.constant || !field.is_required || field.none_value;
      return may_be_silent ||
             fail(refusal(work, field, "write.missing", "is required, and nothing is said for it",
                          "Complete the data of the creditor account or of the claim, then write again."));
    }
    if (step.states_before) {
      std::int64_t number = 0;
      if (parse_number(field, {work.bytes + field.at.offset, field.at.length}, number)) stated_[*field.total] = number;
    }
  }
  if (field.total && plan_.totals[*field.total].kind == TotalPlan::Kind::ascending && !look_at_ascending(work, field))
    return false;
  return field.check_digit == CheckDigit::none || look_at_check_digit(work, field);
}

RecordWriter::Put RecordWriter::fill_from_words(const Work& work, const Step& step) {
  const FieldPlan& field = work.plan.fields[step.field];
  if (field.same_as) {
    const Put put = put_operand(work, field, *field.same_as);
    if (put != Put::nothing) return put;
  }
  for (const WordRef& word : step.words) {
    const Put put = put_word(work, field, word);
    if (put != Put::nothing) return put;
  }
  if (step.join != nullptr) {
    const Put put = put_piece(work, step);
    if (put != Put::nothing) return put;
  }
  if (field.codes) {
    if (const CodePlan* code = derive_code(*field.codes, work.words)) {
      work.steps.codes[step.field] = code;
      return put_bytes(work, field, code->value) ? Put::done : Put::failed;
    }
  }
  const FieldPlan* silent_part = nullptr;
  bool any_part = false;
  for (const std::uint16_t part : step.part_steps) {
    const FieldPlan& inner = work.plan.fields[work.steps.steps[part].field];
    const Put put = fill_from_words(work, work.steps.steps[part]);
    if (put == Put::failed) return put;
    any_part = any_part || put == Put::done;
    if (put == Put::nothing && inner.is_required && (inner.same_as || !inner.bindings.empty())) silent_part = &inner;
  }
  if (any_part && silent_part != nullptr) {
    fail(refusal(work, *silent_part, "write.missing", "is required, and nothing is said for it",
                 "Complete the data of the creditor account or of the claim, then write again."));
    return Put::failed;
  }
  if (any_part) return Put::done;
  if (!field.default_value) return Put::nothing;
  const bool is_plain = is_number(field.type) || field.type == FieldType::text || field.type == FieldType::code;
  const bool put =
      is_plain ? put_text(work, field, *field.default_value) : put_bytes(work, field, *field.default_value);
  return put ? Put::done : Put::failed;
}

/// The piece of a joined word that belongs to this field: between separators, or by the lengths of the fields.
RecordWriter::Put RecordWriter::put_piece(const Work& work, const Step& step) {
  const FieldPlan& field = work.plan.fields[step.field];
  const std::string_view whole = trimmed(bound_text(step.join->bound, work.words, scratch_));
  if (whole.empty()) return Put::nothing;
  std::string_view rest = whole, piece;
  for (std::size_t i = 0; i <= step.piece; ++i) {
    const bool is_last = i + 1 == step.join->fields.size();
    const std::string& separator = step.join->separator;
    const std::size_t end = is_last             ? rest.size()
                            : separator.empty() ? work.plan.fields[step.join->fields[i]].at.length
                                                : rest.find(separator);
    if (end == std::string_view::npos || end > rest.size()) {
      fail(refusal(work, field, "write.piece",
                   fmt::format("is a piece of {}, which has no such piece", step.join->bound.name()),
                   "Correct the value where it comes from; compare it with what the layout joins."));
      return Put::failed;
    }
    piece = rest.substr(0, end);
    rest.remove_prefix(is_last ? end : end + separator.size());
  }
  const std::string own{piece};  // The scratch text may be used again.
  return own.empty() ? Put::nothing : put_text(work, field, own) ? Put::done : Put::failed;
}

RecordWriter::Put RecordWriter::put_word(const Work& work, const FieldPlan& field, const WordRef& word) {
  const BindingKind kind = word.bound().binding->kind;
  bool put = false;
  if (field.type == FieldType::date && kind == BindingKind::date) {
    const auto date = bound_date(word.bound(), work.words);
    if (!date) return Put::nothing;
    put = put_date(work, field, *date);
  } else if (is_number(field.type) && says_a_number(kind)) {
    const auto number = word.number(work.words);
    if (!number) return Put::nothing;
    put = put_number(work, field, *number);
  } else {
    const std::string_view text = word.text(work.words, scratch_);
    if (is_blank(text)) return Put::nothing;
    put = field.type == FieldType::time ? put_time(work, field, text) : put_text(work, field, text);
  }
  return put ? Put::done : Put::failed;
}

RecordWriter::Put RecordWriter::put_operand(const Work& work, const FieldPlan& field, const Operand& operand) {
  if (operand.where == Operand::Where::word) return put_word(work, field, WordRef{operand.word});
  const Found found = look(work, operand);
  if (!found.is_there || found.trimmed.empty()) return Put::nothing;
  // The bytes were checked where they were written first.
  return put_bytes(work, field, found.bytes.size() == field.at.length ? found.bytes : found.trimmed) ? Put::done
                                                                                                     : Put::failed;
}

bool RecordWriter::put_text(const Work& work, const FieldPlan& field, std::string_view value) {
  if (!field.keeps_blanks && field.type != FieldType::opaque) value = trimmed(value);
  if (is_number(field.type)) {
    const bool fits = std::ranges::all_of(
        value, [&](char c) { return is_digit(c) || (field.type == FieldType::decimal && c == '.'); });
    if (!fits) {
      return fail(refusal(work, field, "write.not-digits", "takes digits only, and the value holds something else",
                          "Correct the value where it comes from; letters and blanks are not taken."));
    }
    return put_bytes(work, field, value);
  }
  if (!in_class(work, field, value)) return false;
  const CodePlan* code = field.codes ? plan_.code_lists[*field.codes].find(value) : nullptr;
  if (field.codes) work.steps.codes[static_cast<std::size_t>(&field - work.plan.fields.data())] = code;
  if (field.codes && code == nullptr) {
    return fail(refusal(work, field, "write.code-unknown",
                        fmt::format("takes a code of the list \"{}\", and \"{}\" is not on it",
                                    plan_.code_lists[*field.codes].name, value),
                        "Correct the code, or add it to the layout when the bank knows it."));
  }
  if (value.size() > field.at.length && field.may_cut) {
    const std::size_t whole = value.size();
    value = cut_to_bytes(charset_, value, field.at.length);
    note(work, field, Severity::note, "write.cut", fmt::format("was cut from {} to {} bytes", whole, value.size()),
         "Shorten it where it comes from if the payer should read all of it.");
  }
  return put_bytes(work, field, value);
}

/// Brings a UTF-8 value into the characters of the field and the character set of the file.
bool RecordWriter::in_class(const Work& work, const FieldPlan& field, std::string_view& value) {
  const bool keeps_case = !field.characters || (*field.characters)[static_cast<unsigned char>('a')];
  bool is_fine = true;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || (field.characters && !(*field.characters)[byte])) {
      is_fine = false;
      break;
    }
  }
  if (is_fine) return true;
  const auto refuse = [&](std::string_view character) {
    return fail(refusal(work, field, "write.character",
                        fmt::format("cannot be written: the character \"{}\" is not taken there", character),
                        "Spell the value with the characters the bank takes."));
  };
  if (first_bad_utf8(value)) {
    return fail(
        refusal(work, field, "write.encoding", "is not well-formed UTF-8", "Correct the value where it comes from."));
  }
  const auto taken = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F && (!field.characters || (*field.characters)[byte]);
  };
  std::string made, folded;
  bool spelt_otherwise = false, capitals = false;
  if (charset_ == Charset::jis_x0201 && field.transliterates) {
    folded = fold_to_jis_x0201(value);
    spelt_otherwise = folded != value;
    value = folded;
  }
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t length = character_length(value[at]);
    const std::string_view character = value.substr(at, length);
    at += length;
    if (length == 1) {
      if (taken(character[0])) {
        made += character[0];
      } else if (field.transliterates && !keeps_case && taken(upper(character[0]))) {
        made += upper(character[0]);
        capitals = true;
      } else if (field.blanks_others && static_cast<unsigned char>(character[0]) >= 0x20) {
        made += ' ';
        spelt_otherwise = true;
      } else {
        return refuse(static_cast<unsigned char>(character[0]) < 0x20 ? std::string_view{"control character"}
                                                                      : character);
      }
      continue;
    }
    if (charset_ != Charset::ascii && first_missing(charset_, character).empty()) {
      const bool is_one_byte = charset_ == Charset::jis_x0201 && field.characters;
      if (is_one_byte && !(*field.characters)[static_cast<unsigned char>(from_utf8(charset_, character)->front())])
        return refuse(character);
      made += character;  // The character set has it; classes speak of single bytes only.
      continue;
    }
    if (!field.transliterates && !field.blanks_others) return refuse(character);
    const std::string base = field.transliterates ? sepa_text(character, Transliteration::epc).text : std::string{"."};
    for (const char c : base) {
      const char written = taken(c) ? c : upper(c);
      const bool has_no_base = base == "." || !taken(written);
      if (has_no_base && !field.blanks_others) return refuse(character);
      made += has_no_base ? ' ' : written;
    }
    spelt_otherwise = true;
  }
  if (spelt_otherwise || capitals) {
    note(work, field, Severity::note, spelt_otherwise ? "write.transliterated" : "write.capitals",
         spelt_otherwise ? "is written without marks the bank does not take" : "is written in capitals",
         "Nothing needs doing; the payer reads the written form.");
  }
  if (charset_ == Charset::ascii || charset_ == Charset::utf8) {
    text_ = std::move(made);
  } else {
    auto bytes = from_utf8(charset_, made);
    if (!bytes) return refuse(first_missing(charset_, made));
    text_ = std::move(*bytes);
  }
  value = text_;
  return true;
}

bool RecordWriter::put_bytes(const Work& work, const FieldPlan& field, std::string_view bytes) {
  if (bytes.size() > field.at.length) {
    return fail(refusal(work, field, "write.too-long",
                        fmt::format("takes {} bytes, and the value has {}", field.at.length, bytes.size()),
                        "Shorten the value where it comes from; nothing is cut."));
  }
  char* at = work.bytes + field.at.offset;
  const std::size_t room = field.at.length - bytes.size();
  if (field.side == Side::left) {
    std::memcpy(at, bytes.data(), bytes.size());
    std::memset(at + bytes.size(), field.pad, room);
  } else {
    std::memset(at, field.pad, room);
    std::memcpy(at + room, bytes.data(), bytes.size());
  }
  return true;
}

bool RecordWriter::put_number(const Work& work, const FieldPlan& field, std::int64_t number) {
  if (number < 0 && field.sign == SignPlace::none) {
    return fail(refusal(work, field, "write.negative", "has no sign, and the value is negative",
                        "A negative amount is no collection; correct the claim."));
  }
  const bool is_negative = number < 0;
  auto left = is_negative ? std::uint64_t{0} - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  std::array<char, 32> digits;  // Filled from the end.
  std::size_t at = digits.size();
  unsigned written = 0;
  const bool has_point = field.type == FieldType::decimal && field.decimals > 0;
  do {
    if (has_point && written == field.decimals) digits[--at] = '.';
    digits[--at] = static_cast<char>('0' + left % 10);
    left /= 10;
    ++written;
  } while (left != 0 || (has_point && written <= field.decimals));
  std::string_view text{digits.data() + at, digits.size() - at};
  if (field.sign == SignPlace::none) {
    if (text.size() <= field.at.length) {  // The common case, without the general padding.
      char* to = work.bytes + field.at.offset;
      const std::size_t room = field.at.length - text.size();
      if (field.side == Side::right) {
        std::memset(to, field.pad, room);
        std::memcpy(to + room, text.data(), text.size());
        return true;
      }
    }
    return put_bytes(work, field, text);
  }
  std::string whole;
  const std::size_t room =
      field.at.length -
      std::min<std::size_t>(field.at.length, text.size() + (field.sign == SignPlace::overpunch ? 0 : 1));
  if (field.sign == SignPlace::leading) {
    whole = (is_negative ? '-' : '+') + std::string(room, '0') + std::string{text};
  } else if (field.sign == SignPlace::trailing) {
    whole = std::string(room, '0') + std::string{text} + (is_negative ? '-' : '+');
  } else {
    // Overpunch: the last digit carries the sign, { A..I for plus and } J..R for minus.
    whole = std::string(room, '0') + std::string{text};
    const auto digit = static_cast<std::size_t>(whole.back() - '0');
    whole.back() = is_negative ? "}JKLMNOPQR"[digit] : "{ABCDEFGHI"[digit];
  }
  return put_bytes(work, field, whole);
}

bool RecordWriter::put_date(const Work& work, const FieldPlan& field, Date date) {
  const std::chrono::year_month_day day{date};
  const int year = int{day.year()};
  const DatePattern& pattern = field.date;
  const int century = year % 100 < plan_.century_pivot ? 20 : 19;  // As a reader of two digits takes them.
  if (year < 0 || year > 9999 || (pattern.year.length == 2 && year / 100 != century)) {
    return fail(refusal(work, field, "write.date", fmt::format("cannot say the year {}", year), "Correct the date."));
  }
  char* to = work.bytes + field.at.offset;
  std::memcpy(to, pattern.text.data(), field.at.length);  // Separators stay; the parts are written over.
  const auto put = [&](const Span& span, unsigned value) {
    for (std::uint32_t i = span.length; i > 0; --i, value /= 10)
      to[span.offset + i - 1] = static_cast<char>('0' + value % 10);
  };
  put(pattern.year, static_cast<unsigned>(year));
  put(pattern.month, unsigned{day.month()});
  put(pattern.day, unsigned{day.day()});
  if (pattern.day_of_year.length > 0) {
    put(pattern.day_of_year, static_cast<unsigned>((date - Date{day.year() / std::chrono::January / 1}).count() + 1));
  }
  return true;
}

/// `clock` is "HH:MM" or "HH:MM:SS".
bool RecordWriter::put_time(const Work& work, const FieldPlan& field, std::string_view clock) {
  const bool fits = clock.size() >= 5 && is_digit(clock[0]) && is_digit(clock[1]) && clock[2] == ':' &&
                    is_digit(clock[3]) && is_digit(clock[4]);
  if (!fits) {
    return fail(
        refusal(work, field, "write.time", "takes a time of day such as 09:30", "Correct the time of creation."));
  }
  char* to = work.bytes + field.at.offset;
  std::memcpy(to, field.time.text.data(), field.at.length);
  const auto put = [&](const Span& span, std::string_view digits) {
    if (span.length == 2) std::memcpy(to + span.offset, digits.data(), 2);
  };
  const bool has_seconds = clock.size() >= 8 && is_digit(clock[6]) && is_digit(clock[7]);
  put(field.time.hour, clock.substr(0, 2));
  put(field.time.minute, clock.substr(3, 2));
  put(field.time.second, has_seconds ? clock.substr(6, 2) : std::string_view{"00"});
  return true;
}

}  // namespace counterfoil
