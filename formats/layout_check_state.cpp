#include "formats/layout_check_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace counterfoil {

namespace ast = layout_ast;

void CheckStep::complain(ast::LineOf at, const ast::Arg& arg, std::string code, std::string explanation,
                         std::string remedy, Severity severity) {
  findings_.push_back(state_.texts.quote(at, arg.column, "layout." + std::move(code), std::move(explanation),
                                         std::move(remedy), severity));
}

std::optional<std::uint32_t> CheckStep::number(ast::LineOf at, const ast::Arg& arg, std::uint32_t least,
                                               std::uint32_t most, std::string_view what) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(arg.text.data(), arg.text.data() + arg.text.size(), value);
  if (error == std::errc{} && end == arg.text.data() + arg.text.size() && value >= least && value <= most) return value;
  complain(at, arg, "number", fmt::format("{} is {}, which is not between {} and {}.", what, arg.text, least, most),
           "Write the number the bank's document gives.");
  return std::nullopt;
}

Fault CheckStep::fault(ast::LineOf at, const ast::Arg& arg) {
  return choose(faults, at, arg, "severity").value_or(Fault::error);
}

std::optional<BoundTo> CheckStep::binding(ast::LineOf at, const ast::Arg& arg) {
  if (auto bound = find_binding(arg.text)) return bound;
  std::vector<std::string> names;
  for (const Binding& known : known_bindings()) names.emplace_back(known.name);
  complain(at, arg, "unknown-binding", fmt::format("There is no exchange word {}.", arg.text),
           did_you_mean(arg.text, names, "docs/layout-language.md lists the words under Bindings."));
  return std::nullopt;
}

std::string CheckStep::literal_of(const ast::Arg& arg) {
  return !arg.is_quoted && arg.text == "nothing" ? std::string{} : arg.text;
}

std::optional<SetWord> CheckStep::set_word(ast::LineOf at, const ast::SetWord& set) {
  auto bound = binding(at, set.binding);
  if (!bound) return std::nullopt;
  FileHead file;
  BatchHead batch;
  Entry entry;
  Settings settings;
  const std::string literal = literal_of(set.value);
  if (!set_bound(*bound, {&file, &batch, &entry, &settings}, literal)) {
    complain(at, set.value, "value", fmt::format("{} cannot be \"{}\".", bound->name(), literal),
             "Use a value of that word, such as debit for a direction, yes for a flag or returned for an outcome.");
    return std::nullopt;
  }
  return SetWord{std::move(*bound), literal};
}

std::optional<WordTest> CheckStep::word_test(ast::LineOf at, const ast::Clause& clause) {
  auto bound = binding(at, clause.keyword);
  if (!bound) return std::nullopt;
  WordTest test{.bound = std::move(*bound), .values = {}, .negated = clause.negated};
  for (const ast::Arg& arg : clause.args) test.values.push_back(literal_of(arg));
  return test;
}

std::vector<ValueRange> CheckStep::value_ranges(const std::vector<ast::Arg>& args, std::size_t from) {
  std::vector<ValueRange> values;
  for (std::size_t i = from; i < args.size(); ++i)
    values.push_back({args[i].text, args[i].last.empty() ? args[i].text : args[i].last});
  return values;
}

const ast::Clause* CheckStep::find_clause(const std::vector<ast::Clause>& clauses, std::string_view word) {
  const auto found = std::ranges::find_if(
      clauses, [&](const ast::Clause& clause) { return !clause.is_word_test && clause.keyword.text == word; });
  return found == clauses.end() ? nullptr : &*found;
}

std::optional<std::uint16_t> CheckStep::family_named(ast::LineOf at, const ast::Arg& arg) {
  if (const auto family = plan_.find_family(arg.text)) return family;
  if (const RecordPlan* record = plan_.find_record(arg.text)) return record->family;
  complain(at, arg, "unknown-record", fmt::format("There is no record {}.", arg.text),
           did_you_mean(arg.text, record_names(), "Name a record of this layout."));
  return std::nullopt;
}

std::optional<std::uint16_t> CheckStep::record_named(ast::LineOf at, const ast::Arg& arg) {
  if (const RecordPlan* record = plan_.find_record(arg.text))
    return static_cast<std::uint16_t>(record - plan_.records.data());
  complain(at, arg, "unknown-record", fmt::format("There is no record {}.", arg.text),
           did_you_mean(arg.text, record_names(), "Name a record of this layout."));
  return std::nullopt;
}

std::vector<std::string> CheckStep::record_names() const {
  std::vector<std::string> names = plan_.families;
  for (const RecordPlan& record : plan_.records) names.push_back(record.name);
  return names;
}

std::vector<std::uint16_t> CheckStep::records_named(std::string_view name) const {
  std::vector<std::uint16_t> found;
  const auto family = plan_.find_family(name);
  for (std::uint16_t i = 0; i < plan_.records.size(); ++i) {
    if (family ? plan_.records[i].family == *family : plan_.records[i].name == name) found.push_back(i);
  }
  return found;
}

std::pair<std::string_view, std::string_view> CheckStep::split(std::string_view dotted) {
  const std::size_t dot = dotted.find('.');
  if (dot == std::string_view::npos) return {{}, dotted};
  return {dotted.substr(0, dot), dotted.substr(dot + 1)};
}

std::optional<std::uint16_t> CheckStep::code_list_named(std::string_view name) const {
  const auto found = std::ranges::find(plan_.code_lists, name, &CodeListPlan::name);
  if (found == plan_.code_lists.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - plan_.code_lists.begin());
}

}  // namespace counterfoil
