#include <algorithm>

#include "formats/field.hpp"
#include "parsers/fixed_width.hpp"

namespace counterfoil {
namespace {

bool is_line_end(char byte) { return byte == '\n' || byte == '\r'; }

/// Keys that can be told from the bytes alone; the others are taken to hold.
bool may_be(const RecordPlan& record, std::string_view padded, bool is_first) {
  bool any_key = false;
  for (const KeyCondition& condition : record.conditions) {
    if (condition.kind == KeyCondition::Kind::bytes) {
      any_key = true;
      if (!in_ranges(condition.values, bytes_at(padded, condition.at))) return false;
    } else if (condition.kind == KeyCondition::Kind::all_bytes) {
      any_key = true;
      if (padded.substr(0, record.length).find_first_not_of(condition.values[0].first[0]) != std::string_view::npos)
        return false;
    } else if (condition.kind == KeyCondition::Kind::same_bytes) {
      if (bytes_at(padded, condition.at) != bytes_at(padded, condition.other)) return false;
    } else if (condition.kind == KeyCondition::Kind::first_record && !is_first) {
      return false;
    }
  }
  return any_key || is_first || record.conditions.empty();
}

/// Fields that hold what their type says, in percent: digits that are digits, days that are days.
int field_fit(const LayoutPlan& plan, const RecordPlan& record, std::string_view padded) {
  int looked_at = 0, fit = 0;
  for (const FieldPlan& field : record.fields) {
    const std::string_view bytes = bytes_at(padded, field.at);
    std::int64_t number = 0;
    bool fits = true;
    switch (field.type) {
      case FieldType::digits:
      case FieldType::money:
      case FieldType::decimal:
        fits = parse_number(field, bytes, number) || (is_blank(bytes) && !field.is_required);
        break;
      case FieldType::date:
        fits = may_be_date(field, bytes, plan.century_pivot) || is_zero(bytes);
        break;
      case FieldType::code:
        fits = !plan.code_lists[*field.codes].codes.empty()
                   ? plan.code_lists[*field.codes].find(trimmed(bytes)) != nullptr || !field.is_required
                   : true;
        break;
      default:
        continue;
    }
    ++looked_at;
    fit += fits ? 1 : 0;
  }
  return looked_at == 0 ? 50 : fit * 100 / looked_at;
}

struct Score {
  int lines = 0, known = 0, fit = 0, right_length = 0;
};

void score_record(const LayoutPlan& plan, std::string_view bytes, std::size_t longest, bool is_line, Score& score) {
  std::string padded{bytes.substr(0, longest)};
  padded.resize(longest, ' ');
  const bool is_first = score.lines == 0;
  ++score.lines;
  for (const RecordPlan& record : plan.records) {
    if (!may_be(record, padded, is_first)) continue;
    ++score.known;
    score.fit += field_fit(plan, record, padded);
    score.right_length += !is_line || bytes.size() == record.length ? 1 : 0;
    return;
  }
}

}  // namespace

int looks_like(const LayoutPlan& plan, std::string_view first_bytes, bool is_whole) {
  if (plan.records.empty()) return 0;
  constexpr int enough_lines = 20;
  if (first_bytes.starts_with("\xEF\xBB\xBF")) first_bytes.remove_prefix(3);
  while (!first_bytes.empty() && is_line_end(first_bytes.front())) first_bytes.remove_prefix(1);
  const std::size_t longest = std::ranges::max_element(plan.records, {}, &RecordPlan::length)->length;
  const std::size_t shortest = std::ranges::min_element(plan.records, {}, &RecordPlan::length)->length;
  const auto end = std::ranges::find_if(first_bytes, is_line_end);
  const auto first_length = static_cast<std::size_t>(end - first_bytes.begin());
  if (first_length == 0 || (end == first_bytes.end() && first_length < shortest / 4)) return 0;

  Score score;
  const bool in_lines = first_length < longest + shortest;
  while (!first_bytes.empty() && score.lines < enough_lines) {
    if (!in_lines) {
      if (plan.record_length == 0 || (first_bytes.size() < longest && !is_whole)) break;
      score_record(plan, first_bytes.substr(0, longest), longest, false, score);
      first_bytes.remove_prefix(std::min(longest, first_bytes.size()));
    } else {
      const auto stop = static_cast<std::size_t>(std::ranges::find_if(first_bytes, is_line_end) - first_bytes.begin());
      if (stop == first_bytes.size() && !is_whole && score.lines > 0)
        break;  // The last line is cut by the size of the sample.
      if (stop > 0) score_record(plan, first_bytes.substr(0, stop), longest, true, score);
      first_bytes.remove_prefix(stop);
    }
    while (!first_bytes.empty() && is_line_end(first_bytes.front())) first_bytes.remove_prefix(1);
  }
  if (score.lines == 0 || score.known == 0) return 0;
  const int known = score.known * 100 / score.lines;
  const int fit = score.fit / score.known;
  const int length = score.right_length * 100 / score.known;
  // Keys of one character fit much; that the fields hold what they should is the better witness.
  if (fit < 50 || known < 30) return 0;
  return std::max(1, (known * 2 + fit * 2 + length) / 5);
}

}  // namespace counterfoil
