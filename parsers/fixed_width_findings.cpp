#include <fmt/format.h>

#include <algorithm>

#include "parsers/fixed_width_reading.hpp"

namespace counterfoil {

std::string kebab(std::string_view name) {
  std::string text{name};
  std::ranges::replace(text, '_', '-');
  return text;
}

bool FixedWidthReading::wants(Fault fault, std::string_view code) {
  if (fault == Fault::none) return false;
  note_severity(fault);
  auto found = told_.find(code);
  if (found == told_.end()) found = told_.emplace(code, 0).first;
  return ++found->second <= options_.most_findings;
}

void FixedWidthReading::note_severity(Fault fault) {
  if (fault == Fault::error || fault == Fault::refuse) has_error_ = true;
  if (fault == Fault::refuse) refused_ = true;
}

Finding FixedWidthReading::finding(Fault fault, std::string_view code, const At& at, std::string message,
                                   std::string remedy) const {
  Finding made;
  const std::uint32_t shift = at.first > segment_prefix_ ? segment_shift_ : 0;
  made.code = code;
  made.severity = fault == Fault::note ? Severity::note : fault == Fault::warning ? Severity::warning : Severity::error;
  made.place = {.file = options_.file_name,
                .line = at.line,
                .column_first = at.first + shift,
                .column_last = at.last + shift,
                .path = {},
                .field = std::string{at.field}};
  made.message = std::move(message);
  made.remedy = std::move(remedy);
  made.refuses_file = fault == Fault::refuse;
  return made;
}

void FixedWidthReading::remark(Fault fault, std::string_view code, const At& at, std::string message,
                               std::string remedy) {
  if (is_repeated(at)) return;
  if (fault == Fault::partial) {
    hold_partial(code, at, std::move(message), std::move(remedy));
  } else if (wants(fault, code)) {
    sink_.finding(finding(fault, code, at, std::move(message), std::move(remedy)));
  }
}

void FixedWidthReading::hold_partial(std::string_view code, const At& at, std::string message, std::string remedy) {
  if (options_.accept_partial) {
    remark(Fault::warning, code, at, std::move(message), std::move(remedy));
  } else if (outcomes_seen_ == 0) {
    partial_.push_back(finding(Fault::error, code, at, std::move(message), std::move(remedy)));
  } else {
    const Fault fault = holds_instructions() ? Fault::refuse : Fault::error;
    partial_as_error_ = partial_as_error_ || fault == Fault::error;
    remark(fault, code, at, std::move(message), std::move(remedy));
  }
}

void FixedWidthReading::release_partial() {
  const Fault fault = outcomes_seen_ == 0 || holds_instructions() ? Fault::refuse : Fault::error;
  for (Finding& held : partial_) {
    partial_as_error_ = partial_as_error_ || fault == Fault::error;
    if (!wants(fault, held.code)) continue;
    held.refuses_file = fault == Fault::refuse;
    sink_.finding(held);
  }
  partial_.clear();
}

std::string FixedWidthReading::shown(const FieldPlan& field, std::string_view bytes) {
  if (field.is_sensitive) return mask_account(trimmed(bytes));
  std::string text{bytes};
  for (char& byte : text) {
    if (static_cast<unsigned char>(byte) < 0x20 || static_cast<unsigned char>(byte) > 0x7E) byte = '?';
  }
  return text;
}

}  // namespace counterfoil
