// Every field of every record of every built-in layout, at the edges of what it can hold, as the reader sees it. The
// record stands alone: what its place in a file would need is told too, and not looked at here.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "formats/field.hpp"
#include "tests/boundaries/known_files.hpp"

namespace counterfoil {
namespace {

bool is_number(const FieldPlan& field) {
  return field.type == FieldType::digits || field.type == FieldType::money || field.type == FieldType::decimal;
}

/// Whatever a field of this type holds, made of `digit`.
std::string number_of(const FieldPlan& field, char digit) {
  std::string text(field.at.length, digit);
  if (field.type == FieldType::decimal && field.decimals > 0) text[text.size() - 1 - field.decimals] = '.';
  return text;
}

std::string clock_of(const FieldPlan& field, std::string_view six) {
  std::string text = field.time.text;
  const auto put = [&](Span at, std::string_view two) { text.replace(at.offset, at.length, two.substr(0, at.length)); };
  put(field.time.hour, six.substr(0, 2));
  put(field.time.minute, six.substr(2, 2));
  put(field.time.second, six.substr(4, 2));
  return text;
}

std::string day_of(const FieldPlan& field, std::string_view month, std::string_view day, std::string_view day_of_year) {
  std::string text = field.date.text;
  const auto put = [&](Span at, std::string_view part) { text.replace(at.offset, at.length, part); };
  put(field.date.year, field.date.year.length == 2 ? "28" : field.date.year.length == 4 ? "2028" : "");
  put(field.date.month, field.date.month.length == 0 ? "" : month);
  put(field.date.day, field.date.day.length == 0 ? "" : day);
  put(field.date.day_of_year, field.date.day_of_year.length == 0 ? "" : day_of_year);
  return text;
}

char letter_of(const FieldPlan& field) {
  if (!field.characters) return 'A';
  for (const char c : std::string_view{"A0a -"}) {
    if ((*field.characters)[static_cast<unsigned char>(c)]) return c;
  }
  return 'A';
}

std::string padded(const FieldPlan& field, std::string value) {
  value.resize(std::min<std::size_t>(value.size(), field.at.length));
  const std::string pads(field.at.length - value.size(), field.type == FieldType::text ? ' ' : field.pad);
  return field.side == Side::right ? pads + value : value + pads;
}

/// A number whose check digit is right, or that the rule does not speak of.
std::string with_check_digit(const FieldPlan& field) {
  for (int tail = 0; tail < 1000; ++tail) {
    std::string text(field.at.length, '1');
    const std::string digits = std::to_string(1000 + tail).substr(1);
    text.replace(text.size() - std::min<std::size_t>(3, text.size()), 3, digits);
    if (check_digit_of(field.check_digit, text) != CheckDigitResult::wrong) return text;
  }
  return std::string(field.at.length, '0');
}

/// `choice`: which of its values a field takes that has several.
std::string sample_of(const LayoutPlan& plan, const FieldPlan& field, std::size_t choice) {
  if (field.constant) return *field.constant;
  if (field.check_digit != CheckDigit::none) return with_check_digit(field);
  if (is_number(field)) return number_of(field, '0').replace(field.at.length - 1, 1, "1");
  const bool is_currency = std::ranges::any_of(
      field.bindings, [](const BoundTo& bound) { return bound.binding->kind == BindingKind::currency; });
  if (is_currency && field.type == FieldType::text) return padded(field, "EUR");
  switch (field.type) {
    case FieldType::date:
      return day_of(field, "11", "03", "307");
    case FieldType::time:
      return clock_of(field, "093000");
    case FieldType::code: {
      std::vector<std::string> fitting;
      for (const CodePlan& code : plan.code_lists[*field.codes].codes) {
        if (!code.value.empty() && code.value.size() <= field.at.length) fitting.push_back(code.value);
      }
      return padded(field, fitting.empty() ? std::string{"A"} : fitting[choice % fitting.size()]);
    }
    case FieldType::filler:
      return std::string(field.at.length, ' ');
    default:
      return padded(field, std::string(1, letter_of(field)));
  }
}

std::string sample_of(const LayoutPlan& plan, const RecordPlan& record, std::size_t choice) {
  std::string bytes(record.length, ' ');
  for (const FieldPlan& field : record.fields)
    bytes.replace(field.at.offset, field.at.length, sample_of(plan, field, choice));
  for (const KeyCondition& key : record.conditions) {
    if (key.kind == KeyCondition::Kind::bytes) bytes.replace(key.at.offset, key.at.length, key.values.front().first);
    if (key.kind == KeyCondition::Kind::same_bytes)
      bytes.replace(key.other.offset, key.other.length, bytes.substr(key.at.offset, key.at.length));
    if (key.kind == KeyCondition::Kind::all_bytes) bytes.assign(record.length, key.values.front().first.front());
  }
  return bytes;
}

bool is_taken_for(const LayoutPlan& plan, const RecordPlan& record, std::string_view bytes) {
  const Told read = told(plan, std::string{bytes} + "\n", true);
  return !read.records.empty() && read.records.front().plan != nullptr &&
         read.records.front().plan->name == record.name;
}

/// Bytes that the reader takes for that record; nothing where only what stands before it tells.
std::optional<std::string> sample_of(const LayoutPlan& plan, const RecordPlan& record) {
  for (std::size_t choice = 0; choice < 5; ++choice) {
    if (auto bytes = sample_of(plan, record, choice); is_taken_for(plan, record, bytes)) return bytes;
  }
  return std::nullopt;
}

bool overlaps(Span left, Span right) {
  return left.offset < right.offset + right.length && right.offset < left.offset + left.length;
}

/// Columns by which a record is told from others: with another value there it is another record.
bool is_key(const LayoutPlan& plan, const RecordPlan& record, const FieldPlan& field) {
  return std::ranges::any_of(plan.records, [&](const RecordPlan& other) {
    return std::ranges::any_of(other.conditions, [&](const KeyCondition& key) {
      return key.kind == KeyCondition::Kind::all_bytes
                 ? &other == &record
                 : key.kind == KeyCondition::Kind::bytes && overlaps(key.at, field.at);
    });
  });
}

/// One field of a record that stands alone.
struct Spot {
  const LayoutPlan& plan;
  const RecordPlan& record;
  const FieldPlan& field;
  std::string bytes;

  [[nodiscard]] std::string name() const { return plan.name + " " + record.name + "." + field.name; }

  /// What is said of the form of the field when this stands in it.
  [[nodiscard]] std::string told_of(std::string_view value) const {
    std::string changed = bytes;
    changed.replace(field.at.offset, field.at.length, value);
    std::string codes;
    for (const Finding& finding : told(plan, changed + "\n", true).findings) {
      const bool is_here = finding.place.line == 1 && finding.place.column_first >= field.first_column() &&
                           finding.place.column_last <= field.last_column() && finding.place.column_first != 0;
      const bool is_form = finding.code.starts_with("field.") && finding.code != "field.not-the-same" &&
                           finding.code != "field.outer-blanks" && finding.code != "field.rule";
      if (is_here && is_form) codes += finding.code + " ";
    }
    return codes;
  }
};

/// Calls `look` for every field that can be changed without making another record of it.
void for_each_spot(const std::function<void(const Spot&)>& look) {
  for (const auto& plan : LayoutLibrary::built_in().plans()) {
    std::size_t looked_at = 0;
    for (const RecordPlan& record : plan->records) {
      const auto bytes = sample_of(*plan, record);
      if (!bytes) continue;  // Samples.AreTakenForTheirRecords says for which that may be.
      for (const FieldPlan& field : record.fields) {
        if (field.is_part || is_key(*plan, record, field)) continue;
        look({*plan, record, field, *bytes});
        ++looked_at;
      }
    }
    EXPECT_GT(looked_at, is_rows_alone(*plan) ? 5U : 10U) << plan->name;
  }
}

bool says_something(const FieldPlan& field) { return !field.constant && field.type != FieldType::filler; }

TEST(Samples, AreTakenForTheirRecords) {
  for (const auto& plan : LayoutLibrary::built_in().plans()) {
    for (const RecordPlan& record : plan->records) {
      const bool depends_on_others = std::ranges::any_of(record.conditions, [](const KeyCondition& key) {
        return key.kind == KeyCondition::Kind::last_record || key.kind == KeyCondition::Kind::after_family;
      });
      if (depends_on_others) continue;
      EXPECT_TRUE(sample_of(*plan, record).has_value()) << plan->name << " " << record.name;
    }
  }
}

TEST(EveryField, TakesAPlainValue) {
  for_each_spot(
      [](const Spot& spot) { EXPECT_EQ(spot.told_of(bytes_at(spot.bytes, spot.field.at)), "") << spot.name(); });
}

TEST(EveryNumber, TakesTheSmallestAndTheLargest) {
  for_each_spot([](const Spot& spot) {
    if (!is_number(spot.field) || spot.field.constant || spot.field.check_digit != CheckDigit::none) return;
    for (const char digit : {'0', '9'}) EXPECT_EQ(spot.told_of(number_of(spot.field, digit)), "") << spot.name();
  });
}

TEST(EveryNumber, HasNothingButDigitsInEveryColumn) {
  for_each_spot([](const Spot& spot) {
    if (!is_number(spot.field) || spot.field.constant || spot.field.fault == Fault::none) return;
    if (spot.field.sign != SignPlace::none) return;
    for (std::uint32_t i = 0; i < spot.field.at.length; ++i) {
      for (const char wrong : {'X', '-', '/', ':'}) {
        std::string value = number_of(spot.field, '1');
        value[i] = wrong;
        EXPECT_NE(spot.told_of(value), "") << spot.name() << " " << value;
      }
    }
  });
}

TEST(EveryDate, TakesTheFirstAndTheLastDayAndNoOther) {
  for_each_spot([](const Spot& spot) {
    if (spot.field.type != FieldType::date || spot.field.fault == Fault::none) return;
    EXPECT_EQ(spot.told_of(day_of(spot.field, "01", "01", "001")), "") << spot.name();
    EXPECT_EQ(spot.told_of(day_of(spot.field, "12", "31", "366")), "") << spot.name();
    EXPECT_EQ(spot.told_of(day_of(spot.field, "02", "29", "060")), "") << spot.name();
    const bool has_month = spot.field.date.month.length != 0 || spot.field.date.day_of_year.length != 0;
    EXPECT_NE(spot.told_of(day_of(spot.field, "13", has_month ? "01" : "32", "367")), "") << spot.name();
    EXPECT_NE(spot.told_of(day_of(spot.field, "02", has_month ? "30" : "99", "999")), "") << spot.name();
    EXPECT_NE(spot.told_of(day_of(spot.field, "01", "0X", "0X1")), "") << spot.name();
  });
}

TEST(EveryTime, TakesTheFirstAndTheLastMinuteAndNoOther) {
  for_each_spot([](const Spot& spot) {
    if (spot.field.type != FieldType::time || spot.field.fault == Fault::none) return;
    EXPECT_EQ(spot.told_of(clock_of(spot.field, "000000")), "") << spot.name();
    EXPECT_EQ(spot.told_of(clock_of(spot.field, "235959")), "") << spot.name();
    EXPECT_NE(spot.told_of(clock_of(spot.field, "240000")), "") << spot.name();
    EXPECT_NE(spot.told_of(clock_of(spot.field, "236059")), "") << spot.name();
    EXPECT_NE(spot.told_of(clock_of(spot.field, "0X0000")), "") << spot.name();
  });
}

TEST(EveryText, FillsItsFieldWithWhatItsClassAllowsAndNothingElse) {
  for_each_spot([](const Spot& spot) {
    const FieldPlan& field = spot.field;
    if (field.type != FieldType::text || field.constant || field.check_digit != CheckDigit::none) return;
    const bool is_code = std::ranges::any_of(
        field.bindings, [](const BoundTo& bound) { return bound.binding->kind != BindingKind::text; });
    if (is_code) return;  // A currency or sequence type in a text field has values of its own.
    EXPECT_EQ(spot.told_of(std::string(field.at.length, letter_of(field))), "") << spot.name();
    if (!field.characters || field.fault == Fault::none) return;
    for (unsigned byte = 0x21; byte < 0x7F; ++byte) {
      if ((*field.characters)[byte]) continue;
      std::string value(field.at.length, letter_of(field));
      value.back() = static_cast<char>(byte);
      EXPECT_NE(spot.told_of(value), "") << spot.name() << " " << value;
    }
  });
}

TEST(EveryCode, IsOneOfItsListOrTold) {
  for_each_spot([](const Spot& spot) {
    if (spot.field.type != FieldType::code || spot.field.constant) return;
    const CodeListPlan& list = spot.plan.code_lists[*spot.field.codes];
    for (const CodePlan& code : list.codes) {
      if (code.value.size() > spot.field.at.length || code.value.empty()) continue;
      EXPECT_EQ(spot.told_of(padded(spot.field, code.value)), "") << spot.name() << " " << code.value;
    }
    const std::string unknown(spot.field.at.length, '~');
    if (list.unknown_fault != Fault::none) {
      EXPECT_NE(spot.told_of(unknown), "") << spot.name();
    }
  });
}

TEST(EveryField, MayBeBlankOnlyWhereTheLayoutSaysSo) {
  for_each_spot([](const Spot& spot) {
    const FieldPlan& field = spot.field;
    const std::string said = spot.told_of(std::string(field.at.length, ' '));
    const bool blank_is_zero = field.blank_fault != Fault::none;
    const bool must_be_told =
        field.fault != Fault::none && says_something(field) && (field.is_required || blank_is_zero);
    if (must_be_told) {
      EXPECT_NE(said, "") << spot.name();
    }
    if (says_something(field) && !field.is_required && !blank_is_zero && field.type != FieldType::code) {
      EXPECT_EQ(said, "") << spot.name();
    }
  });
}

TEST(EveryField, HasNoControlCharacterUnseen) {
  for_each_spot([](const Spot& spot) {
    std::string changed = spot.bytes;
    changed[spot.field.at.offset + spot.field.at.length - 1] = '\x01';
    const Told read = told(spot.plan, changed + "\n", true);
    const bool is_seen = std::ranges::any_of(read.findings, [](const Finding& finding) {
      return finding.place.line == 1 && finding.place.column_first != 0;
    });
    EXPECT_TRUE(is_seen) << spot.name() << ": " << read.codes();
  });
}

}  // namespace
}  // namespace counterfoil
