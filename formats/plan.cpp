#include "formats/plan.hpp"

#include <algorithm>

namespace counterfoil {

const CodePlan* CodeListPlan::find(std::string_view trimmed) const {
  const auto found =
      std::ranges::lower_bound(codes, trimmed, {}, [](const CodePlan& code) { return std::string_view{code.value}; });
  return found != codes.end() && found->value == trimmed ? &*found : nullptr;
}

const FieldPlan* RecordPlan::find_field(std::string_view field_name) const {
  const auto found = std::ranges::find(fields, field_name, &FieldPlan::name);
  return found == fields.end() ? nullptr : &*found;
}

const RecordPlan* LayoutPlan::find_record(std::string_view record_name) const {
  const auto found = std::ranges::find(records, record_name, &RecordPlan::name);
  return found == records.end() ? nullptr : &*found;
}

std::optional<std::uint16_t> LayoutPlan::find_family(std::string_view family_name) const {
  const auto found = std::ranges::find(families, family_name);
  if (found == families.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - families.begin());
}

bool LayoutPlan::has_word(std::string_view binding) const {
  return std::ranges::any_of(records, [&](const RecordPlan& record) {
    return std::ranges::any_of(record.fields, [&](const FieldPlan& field) {
      return std::ranges::any_of(field.bindings, [&](const BoundTo& bound) { return bound.name() == binding; });
    });
  });
}

Fault LayoutPlan::fault_when_missing(std::uint16_t family) const {
  const auto found = std::ranges::find(may_miss, family, &std::pair<std::uint16_t, Fault>::first);
  return found == may_miss.end() ? Fault::refuse : found->second;
}

std::string_view field_type_name(FieldType type) {
  switch (type) {
    case FieldType::digits:
      return "digits";
    case FieldType::text:
      return "text";
    case FieldType::money:
      return "money";
    case FieldType::decimal:
      return "decimal";
    case FieldType::date:
      return "date";
    case FieldType::time:
      return "time";
    case FieldType::code:
      return "code";
    case FieldType::filler:
      return "filler";
    case FieldType::opaque:
      return "opaque";
  }
  return {};
}

std::string_view line_end_name(LineEnd end) {
  switch (end) {
    case LineEnd::lf:
      return "lf";
    case LineEnd::crlf:
      return "crlf";
    case LineEnd::cr:
      return "cr";
    case LineEnd::none:
      return "none";
  }
  return "";
}

std::string_view charset_name(Charset charset) {
  switch (charset) {
    case Charset::ascii:
      return "ascii";
    case Charset::latin1:
      return "latin1";
    case Charset::gbk:
      return "gbk";
    case Charset::gb18030:
      return "gb18030";
    case Charset::shift_jis:
      return "shift_jis";
    case Charset::utf8:
      return "utf8";
    case Charset::jis_x0201:
      return "jis_x0201";
  }
  return {};
}

std::string_view fault_name(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::note:
      return "note";
    case Fault::warning:
      return "warning";
    case Fault::error:
      return "error";
    case Fault::refuse:
      return "refuse";
    case Fault::partial:
      return "partial";
  }
  return {};
}

}  // namespace counterfoil
