#include "apps/cli/format_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace counterfoil {
namespace {

/// A text in a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string marks_of(const OrderNode& node) {
  if (node.is_optional) return node.is_repeated ? "*" : "?";
  return node.is_repeated ? "+" : "";
}

std::string node_text(const LayoutPlan& plan, const OrderNode& node) {
  if (node.kind == OrderNode::Kind::record) {
    const bool one = node.records.size() == 1 && plan.families[node.family] != plan.records[node.records.front()].name;
    return (one ? plan.records[node.records.front()].name : plan.families[node.family]) + marks_of(node);
  }
  std::vector<std::string> parts;
  for (const auto& child : node.children) parts.push_back(node_text(plan, child));
  const std::string inner = fmt::format("{}", fmt::join(parts, node.kind == OrderNode::Kind::choice ? " | " : " "));
  const std::string marks = marks_of(node);
  return marks.empty() && node.kind == OrderNode::Kind::sequence ? inner : "(" + inner + ")" + marks;
}

std::string type_text(const LayoutPlan& plan, const FieldPlan& field) {
  std::string text{field_type_name(field.type)};
  if (field.type == FieldType::date) text += " " + field.date.text;
  if (field.type == FieldType::time) text += " " + field.time.text;
  if (field.codes) text += " " + plan.code_lists[*field.codes].name;
  if (field.type == FieldType::money)
    text += fmt::format(", {} implied decimals", static_cast<unsigned>(field.decimals));
  return text;
}

std::string content_text(const LayoutPlan& plan, const FieldPlan& field) {
  std::vector<std::string> parts;
  if (field.constant) parts.push_back(fmt::format("always `{}`", *field.constant));
  if (field.total) parts.push_back(plan.totals[*field.total].text);
  if (field.same_as) parts.push_back("same as " + field.same_as->text);
  for (const auto& bound : field.bindings) parts.push_back(fmt::format("`{}`", bound.name()));
  if (field.default_value) parts.push_back(fmt::format("`{}` where nothing is said", *field.default_value));
  if (field.is_sensitive) parts.emplace_back("masked where people see it");
  if (!field.note.empty()) parts.push_back(field.note);
  return fmt::format("{}", fmt::join(parts, "; "));
}

void add_record(std::string& page, const LayoutPlan& plan, const RecordPlan& record) {
  page += fmt::format("\n### {} (`{}`)\n\n", record.title, record.name);
  for (const auto& source : record.sources) {
    const auto named = std::ranges::find(plan.sources, source.key, &std::pair<std::string, std::string>::first);
    page += fmt::format("Source: {}{}{}.", named == plan.sources.end() ? source.key : named->second,
                        source.place.empty() ? "" : ", " + source.place,
                        source.sure.empty() ? "" : " (certainty " + source.sure + ")");
    page += "\n";
  }
  page += "\n| Columns | Length | Field | Type | Content |\n| --- | ---: | --- | --- | --- |\n";
  for (const auto& field : record.fields) {
    page += fmt::format("| {}-{} | {} | {}{} | {} | {} |\n", field.first_column(), field.last_column(), field.at.length,
                        field.is_part ? "part: " : "", cell(field.name), cell(type_text(plan, field)),
                        cell(content_text(plan, field)));
  }
  if (!record.refuses.empty())
    page += fmt::format("\nA file with this record is refused: {} {}\n", record.refuses, record.refuse_remedy);
  if (record.checks.empty()) return;
  page += "\nChecked when read:\n\n";
  for (const auto& check : record.checks) {
    page += fmt::format("- `{}` ({}): {}\n", check.code, fault_name(check.fault),
                        check.says.empty() ? check.test.text : check.says);
  }
}

void add_codes(std::string& page, const LayoutPlan& plan) {
  for (const auto& list : plan.code_lists) {
    if (list.is_reasons) continue;  // They stand with the scheme's reasons below.
    page += fmt::format("\n### Codes `{}`\n\n| Code | Meaning |\n| --- | --- |\n", list.name);
    for (const auto& code : list.codes) page += fmt::format("| `{}` | {} |\n", cell(code.value), cell(code.meaning));
  }
}

void add_reasons(std::string& page, const Scheme& scheme) {
  if (scheme.reasons.empty()) return;
  page += "\n## Reasons\n\n| Code | Outcome | Meaning | What to do |\n| --- | --- | --- | --- |\n";
  for (const auto& [code, reason] : scheme.reasons) {
    page += fmt::format("| `{}` | {} | {} | {} |\n", cell(code), outcome_name(reason.outcome), cell(reason.meaning_en),
                        cell(reason.next_step));
  }
}

void add_profiles(std::string& page, const Scheme& scheme, std::string_view format) {
  bool any = false;
  for (const auto& [name, profile] : scheme.profiles) {
    if (profile.format != format) continue;
    if (!any) page += "\n## Profiles of banks\n\n";
    any = true;
    page += fmt::format("- `{}`: {}. Source: {}\n", name, profile.title, profile.source);
  }
}

constexpr std::string_view content_of(const XmlNode& node) {
  return node.content == XmlContent::children ? "" : xml_content_name(node.content);
}

std::string occurs(const XmlNode& node) {
  if (node.choice != 0) return "one of";
  if (node.occurs_max == xml_unbounded) return fmt::format("{}..n", node.occurs_min);
  return node.occurs_min == node.occurs_max ? std::to_string(node.occurs_min)
                                            : fmt::format("{}..{}", node.occurs_min, node.occurs_max);
}

std::size_t depth_of(const XmlPlan& plan, const XmlNode& node) {
  std::size_t depth = 0;
  for (const XmlNode* at = &node; at != plan.nodes.data(); at = &plan.nodes[at->parent]) ++depth;
  return depth;
}

void add_element(std::string& page, const XmlPlan& plan, const XmlNode& node) {
  std::string indent;
  for (std::size_t level = 1; level < depth_of(plan, node); ++level) indent += "- ";
  std::string length;
  if (node.length_max != 0) length = fmt::format(" {}..{}", node.length_min, node.length_max);
  page += fmt::format("| {}{} | {} | {}{}{} | {} | {} |\n", indent, node.name, occurs(node), content_of(node), length,
                      node.codes.empty() ? "" : fmt::format(" {}", fmt::join(node.codes, ", ")), node.binding,
                      cell(node.note));
  for (const auto& child : plan.children_of(node)) add_element(page, plan, child);
}

}  // namespace

std::string codes_page(const Scheme& scheme, std::string_view format, std::string_view title) {
  std::string page = fmt::format("# {} (`{}`)\n\nRead by a grammar of its own. These codes speak of collections:\n\n"
                                 "| code | outcome | meaning |\n| --- | --- | --- |\n",
                                 title, format);
  for (const auto* codes : {&scheme.statuses, &scheme.reasons}) {
    for (const auto& [code, meaning] : *codes)
      page += fmt::format("| `{}` | {} | {} |\n", cell(code), outcome_name(meaning.outcome), cell(meaning.meaning_en));
  }
  return page;
}

std::string order_text(const LayoutPlan& plan) { return "file = " + node_text(plan, plan.order); }

std::string layout_page(const LayoutPlan& plan, const Scheme& scheme) {
  std::string page = fmt::format("# {}\n\nMade by `counterfoil format docs {}` from {}; do not edit by hand.\n\n",
                                 plan.title, plan.name, plan.file);
  page += fmt::format("{}Edition: {}. Scheme: {} ({}).\n\nCharacter set {}, written as {}. ",
                      plan.label.empty() ? "" : "**" + plan.label + "**\n\n", plan.edition, scheme.title, scheme.name,
                      charset_name(plan.charset), charset_name(plan.write_charset));
  const auto [shortest, longest] = std::ranges::minmax_element(plan.records, {}, &RecordPlan::length);
  page += shortest->length == longest->length
              ? fmt::format("Records of {} bytes. ", longest->length)
              : fmt::format("Records of {} to {} bytes. ", shortest->length, longest->length);
  if (plan.block_records != 0) page += fmt::format("Blocks of {} records. ", plan.block_records);
  page += fmt::format("Columns count bytes from 1.\n\nOrder of the records:\n\n```\n{}\n```\n\n## Records\n",
                      order_text(plan));
  for (const auto& record : plan.records) add_record(page, plan, record);
  page += "\n## Totals\n\nEach is filled when a file is written and checked when it is read.\n\n";
  for (const auto& total : plan.totals) page += fmt::format("- {}\n", total.text);
  add_codes(page, plan);
  add_profiles(page, scheme, plan.name);
  add_reasons(page, scheme);
  page += "\n## Sources\n\n";
  for (const auto& [key, document] : plan.sources) page += fmt::format("- {}: {}\n", key, document);
  return page;
}

std::string table_page(const XmlPlan& plan, const XmlTable& table, const Scheme& scheme, std::string_view format) {
  std::string page =
      fmt::format("# {}\n\nMade by `counterfoil format docs {}` from the table of {}; do not edit by hand.\n\n", format,
                  format, scheme.title);
  page += "Elements in their order. The word is what a reader makes of the element and a writer puts there.\n\n";
  page += "| Element | Times | Content | Word | Note |\n| --- | --- | --- | --- | --- |\n";
  if (plan.nodes.size() > 1) add_element(page, plan, plan.nodes[1]);
  add_profiles(page, scheme, format);
  add_reasons(page, scheme);
  page += "\n## Sources\n\n";
  for (const auto& source : table.sources()) page += fmt::format("- {}\n", source);
  return page;
}

}  // namespace counterfoil
