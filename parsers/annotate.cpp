#include "parsers/annotate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/money.hpp"
#include "core/text.hpp"
#include "formats/charset.hpp"
#include "formats/field.hpp"
#include "parsers/fixed_width_reader.hpp"

namespace counterfoil {
namespace {

std::string utf8_of(const LayoutPlan& plan, std::string_view bytes) {
  if (auto text = to_utf8(plan.charset == Charset::ascii ? Charset::utf8 : plan.charset, bytes)) return *text;
  if (plan.charset == Charset::ascii) return to_utf8(Charset::latin1, bytes).value_or("");
  std::string text{bytes};
  for (char& byte : text) {
    if (static_cast<unsigned char>(byte) >= 0x80) byte = '?';
  }
  return text;
}

/// As long as the bytes, so that the columns stay: dots, and the last four of a number that is long enough.
std::string masked(std::string_view bytes) {
  std::string text{bytes};
  const std::string_view value = trimmed(bytes);
  const std::size_t first = value.empty() ? 0 : static_cast<std::size_t>(value.data() - bytes.data());
  const std::size_t shown = value.size() >= 8 ? 4 : 0;
  for (std::size_t i = first; i + shown < first + value.size(); ++i) text[i] = '.';
  return text;
}

/// Where each character of UTF-8 begins, and the end.
std::vector<std::size_t> character_offsets(std::string_view text) {
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) offsets.push_back(i);
  }
  offsets.push_back(text.size());
  return offsets;
}

/// One byte a column.
std::string narrowed(std::string_view text) {
  std::string narrow;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) narrow += byte < 0x80 ? c : '?';
  }
  return narrow;
}

std::string type_text(const LayoutPlan& plan, const FieldPlan& field) {
  std::string text{field_type_name(field.type)};
  if (field.type == FieldType::date) text += " " + field.date.text;
  if (field.type == FieldType::time) text += " " + field.time.text;
  if (field.codes) text += " " + plan.code_lists[*field.codes].name;
  return text;
}

class Watch final : public RecordWatch, public WordSink {
 public:
  Watch(const LayoutPlan& plan, bool unmask, AnnotationSink& sink) : plan_{plan}, unmask_{unmask}, sink_{sink} {}

  void finding(const Finding& finding) override { waiting_.push_back(finding); }

  void segments(std::span<const RecordPlan* const> segments) override { segments_ = segments; }

  void record(std::uint32_t line, const RecordPlan* record, std::string_view bytes, std::optional<Date> day) override {
    AnnotatedRecord annotated;
    annotated.line = line;
    const bool is_wide = record != nullptr && bytes.size() > record->length;
    const auto offsets = is_wide ? character_offsets(bytes) : std::vector<std::size_t>{};
    const std::size_t columns = is_wide ? offsets.size() - 1 : bytes.size();
    annotated.columns = static_cast<std::uint32_t>(columns);
    if (record != nullptr) {
      annotated.name = record->name;
      annotated.title = record->title;
      std::string raw{bytes};
      const auto annotate_fields = [&](const RecordPlan& plan, std::uint32_t first, std::uint32_t end_column,
                                       std::uint32_t shift) {
        for (auto field = plan.fields.rbegin(); field != plan.fields.rend(); ++field) {
          const std::size_t at = field->at.offset + shift;
          if (field->at.offset < first || field->at.offset >= end_column || at + field->at.length > columns) continue;
          const std::size_t begin = is_wide ? offsets[at] : at;
          const std::size_t end = is_wide ? offsets[at + field->at.length] : begin + field->at.length;
          const std::string_view content = bytes.substr(begin, end - begin);
          annotated.fields.push_back(annotate(*field, content, day, is_wide));
          annotated.fields.back().first_column += shift;
          annotated.fields.back().last_column += shift;
          if (!field->is_part && field->is_sensitive && !unmask_)
            raw.replace(begin, end - begin, masked(is_wide ? narrowed(content) : std::string{content}));
        }
      };
      // From the back, so that a mask of another length moves nothing that is still to come.
      std::uint32_t before_segments = record->length;
      if (record->segments) {
        before_segments = record->segments->first.offset;
        for (std::size_t s = segments_.size(); s-- > 0;) {
          if (segments_[s] != nullptr)
            annotate_fields(*segments_[s], before_segments, record->segments->end(),
                            static_cast<std::uint32_t>(s) * record->segments->first.length);
        }
      }
      annotate_fields(*record, 0, before_segments, 0);
      segments_ = {};
      std::ranges::reverse(annotated.fields);
      annotated.raw = utf8_of(plan_, raw);
    } else {
      annotated.raw = utf8_of(plan_, bytes);
    }
    for (Finding& finding : std::exchange(waiting_, {})) {
      if (finding.place.line == line) {
        annotated.findings.push_back(std::move(finding));
      } else {
        sink_.finding(finding);
      }
    }
    sink_.record(annotated);
  }

  void tell_rest() {
    for (const Finding& finding : waiting_) sink_.finding(finding);
  }

 private:
  const LayoutPlan& plan_;
  bool unmask_;
  AnnotationSink& sink_;
  std::span<const RecordPlan* const> segments_;  // Of the record that comes next.
  std::vector<Finding> waiting_;

  AnnotatedField annotate(const FieldPlan& field, std::string_view bytes, std::optional<Date> day, bool is_wide) const {
    AnnotatedField annotated;
    annotated.first_column = field.first_column();
    annotated.last_column = field.last_column();
    annotated.name = field.name;
    annotated.type = type_text(plan_, field);
    annotated.is_part = field.is_part;
    annotated.is_masked = field.is_sensitive && !unmask_ && !is_blank(bytes);
    annotated.raw =
        !annotated.is_masked ? utf8_of(plan_, bytes) : masked(is_wide ? narrowed(bytes) : std::string{bytes});
    annotated.meaning = meaning(field, bytes, day);
    for (const BoundTo& bound : field.bindings) {
      if (!annotated.binding.empty()) annotated.binding += ", ";
      annotated.binding += bound.name();
    }
    annotated.note = field.note;
    return annotated;
  }

  std::string meaning(const FieldPlan& field, std::string_view bytes, std::optional<Date> day) const {
    if (field.none_value && bytes == *field.none_value) return "none";
    if (is_blank(bytes)) return {};
    switch (field.type) {
      case FieldType::money:
      case FieldType::decimal: {
        std::int64_t number = 0;
        if (!parse_number(field, bytes, number)) return "not an amount";
        const Currency currency = plan_.currency;
        return currency == Currency{} ? Money{number, euro}.decimal() : Money{number, currency}.text();
      }
      case FieldType::date: {
        const auto date = parse_date(field, bytes, plan_.century_pivot, day);
        if (date) return weekday_and_date(*date);
        return may_be_date(field, bytes, plan_.century_pivot) ? "" : "no date";
      }
      case FieldType::time: {
        std::array<char, 8> clock{};
        return parse_time(field, bytes, clock.data())
                   ? std::string{clock.data(), field.time.second.length == 0 ? 5U : 8U}
                   : "no time";
      }
      case FieldType::code: {
        const CodePlan* code = plan_.code_lists[*field.codes].find(trimmed(bytes));
        return code != nullptr ? code->meaning : plan_.code_lists[*field.codes].codes.empty() ? "" : "unknown code";
      }
      default:
        break;
    }
    if (check_digit_of(field.check_digit, trimmed(bytes)) == CheckDigitResult::wrong) return "wrong check digit";
    return {};
  }
};

}  // namespace

Result<Verdict> annotate_fixed_width(const LayoutPlan& plan, ByteSource& source, const ReadOptions& options,
                                     bool unmask, AnnotationSink& sink) {
  Watch watch{plan, unmask, sink};
  const auto verdict = read_watched(plan, source, options, watch, &watch);
  if (verdict) watch.tell_rest();
  return verdict;
}

}  // namespace counterfoil
