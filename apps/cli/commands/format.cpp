// `format`: which formats are known, and what is known of them.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/format_page.hpp"
#include "apps/cli/words_json.hpp"
#include "core/catalogue.hpp"
#include "formats/layout.hpp"
#include "formats/lint.hpp"
#include "formats/xml_table.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/iso20022_words.hpp"

namespace counterfoil {
namespace {

struct KnownFormat {
  std::string name;
  const Scheme* scheme = nullptr;
  std::string title;
  bool is_written = false;
  const LayoutPlan* plan = nullptr;   // Of a fixed-width format.
  const SchemeText* table = nullptr;  // Of an XML format.
  std::string family = {}, version = {};
};

bool writes(const Scheme& scheme, const std::string& format) {
  return std::ranges::find(scheme.formats, format) != scheme.formats.end();
}

void add_tables(std::vector<KnownFormat>& all, const Scheme& scheme) {
  for (const auto& [name, text] : scheme.tables) {
    const auto table = XmlTable::parse(text.text, text.file);
    if (!table) continue;  // `format lint` says what is wrong with it.
    for (const auto& family : table->families()) {
      for (const auto& version : table->versions()) {
        const std::string format = fmt::format("{}.001.{}", family.name, version);
        all.push_back({.name = format,
                       .scheme = &scheme,
                       .title = "ISO 20022 " + family.root,
                       .is_written = writes(scheme, format),
                       .table = &text,
                       .family = family.name,
                       .version = version});
      }
    }
  }
}

std::vector<KnownFormat> known_formats() {
  std::vector<KnownFormat> all;
  for (const auto& scheme : Catalogue::built_in().schemes()) {
    for (const auto& plan : LayoutLibrary::built_in().plans()) {
      if (plan->scheme != scheme.name) continue;
      all.push_back({.name = plan->name,
                     .scheme = &scheme,
                     .title = plan->title,
                     .is_written = writes(scheme, plan->name),
                     .plan = plan.get()});
    }
    add_tables(all, scheme);
  }
  std::ranges::sort(all, {}, &KnownFormat::name);
  return all;
}

Result<KnownFormat> find_format(const std::string& name) {
  const auto all = known_formats();
  const auto found = std::ranges::find(all, name, &KnownFormat::name);
  if (found != all.end()) return *found;
  return std::unexpected(Error{"format.unknown",
                               fmt::format("The format \"{}\" is not known.", name),
                               "Run: counterfoil format list",
                               {.field = "NAME"},
                               ErrorKind::usage});
}

Result<int> list(Invocation& call) {
  const auto all = known_formats();
  if (call.out().json()) {
    Json json;
    json.object().field("schema", "counterfoil.formats.v1").array("formats");
    for (const auto& each : all) {
      json.object()
          .field("name", each.name)
          .field("scheme", each.scheme->name)
          .field("title", each.title)
          .field("reads", true)
          .field("writes", each.is_written)
          .end();
    }
    json.end().end();
    call.out().object(json);
    return exit_done;
  }
  TextTable table{{{"format"}, {"scheme"}, {"used to"}, {"what it is"}}};
  for (const auto& each : all)
    table.add({each.name, each.scheme->name, each.is_written ? "read, write" : "read", each.title});
  call.out().table(table);
  return exit_done;
}

std::string value_text(const RuleValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  return std::get<std::string>(value);
}

void show_layout(Output& out, const LayoutPlan& plan) {
  out.line(fmt::format("  edition   {}", plan.edition));
  if (!plan.label.empty()) out.line("  label     " + plan.label);
  out.line(fmt::format("  order     {}", order_text(plan)));
  TextTable records{
      {{"record"}, {"bytes", TextTable::Align::right}, {"fields", TextTable::Align::right}, {"what it is"}}};
  for (const auto& record : plan.records) {
    records.add({record.name, std::to_string(record.length), std::to_string(record.fields.size()), record.title});
  }
  out.data("\n" + records.text());
}

void show_rules(Output& out, const KnownFormat& format) {
  TextTable profiles{{{"profile"}, {"what it is"}}};
  for (const auto& [name, profile] : format.scheme->profiles) {
    if (profile.format == format.name) profiles.add({name, profile.title});
  }
  if (!profiles.empty()) out.data("\n" + profiles.text());
  TextTable rules{{{"rule"}, {"value", TextTable::Align::right}, {"unit"}, {"source"}}};
  for (const auto& [key, rule] : format.scheme->rules) rules.add({key, value_text(rule.value), rule.unit, rule.source});
  if (!rules.empty()) out.data("\n" + rules.text());
}

Json format_json(const KnownFormat& format) {
  Json json;
  json.object()
      .field("schema", "counterfoil.format.v1")
      .field("name", format.name)
      .field("scheme", format.scheme->name)
      .field("title", format.title)
      .field("writes", format.is_written);
  if (format.plan != nullptr) {
    json.field("edition", format.plan->edition).field("order", order_text(*format.plan)).array("records");
    for (const auto& record : format.plan->records) {
      json.object()
          .field("name", record.name)
          .field("title", record.title)
          .field("bytes", record.length)
          .array("fields");
      for (const auto& field : record.fields) {
        json.object()
            .field("name", field.name)
            .field("first", field.first_column())
            .field("last", field.last_column())
            .field("type", field_type_name(field.type))
            .end();
      }
      json.end().end();
    }
    json.end();
  }
  json.array("profiles");
  for (const auto& [name, profile] : format.scheme->profiles) {
    if (profile.format == format.name) json.element(name);
  }
  json.end().object("rules");
  for (const auto& [key, rule] : format.scheme->rules) json.field(key, value_text(rule.value));
  json.end().end();
  return json;
}

Result<int> show(Invocation& call) {
  const auto format = find_format(call.text("NAME"));
  if (!format) return std::unexpected(format.error());
  Output& out = call.out();
  if (out.json()) {
    out.object(format_json(*format));
    return exit_done;
  }
  out.line(fmt::format("{}: {}, scheme {} ({})", format->name, format->title, format->scheme->name,
                       format->is_written ? "read, write" : "read"));
  if (format->plan != nullptr) show_layout(out, *format->plan);
  show_rules(out, *format);
  return exit_done;
}

Result<int> docs(Invocation& call) {
  const auto format = find_format(call.text("NAME"));
  if (!format) return std::unexpected(format.error());
  if (format->plan != nullptr) {
    call.out().data(layout_page(*format->plan, *format->scheme));
    return exit_done;
  }
  const auto table = XmlTable::parse(format->table->text, format->table->file);
  if (!table) return std::unexpected(table.error());
  const auto plan = table->plan(format->family, format->version);
  if (!plan) return std::unexpected(plan.error());
  call.out().data(table_page(*plan, *table, *format->scheme, format->name));
  return exit_done;
}

// Lint.

LayoutSurroundings surroundings() {
  return {.base = [](std::string_view name) -> std::optional<SchemeText> {
            for (const auto& scheme : Catalogue::built_in().schemes()) {
              if (const auto found = scheme.layouts.find(name); found != scheme.layouts.end()) return found->second;
            }
            return std::nullopt;
          },
          .catalogue = &Catalogue::built_in()};
}

std::vector<Finding> lint_layout_text(std::string_view text, std::string_view file) {
  auto loaded = load_layout(text, file, surroundings());
  if (!loaded.plan) return loaded.findings;
  for (auto& finding : lint_layout(*loaded.plan)) loaded.findings.push_back(std::move(finding));
  return loaded.findings;
}

std::vector<Finding> lint_table_text(const SchemeText& text) {
  const auto table = XmlTable::parse(text.text, text.file);
  if (!table) {
    const Error& error = table.error();
    return {{.code = error.code, .place = error.place, .message = error.explanation, .remedy = error.remedy}};
  }
  return table->lint(xml_word_names());
}

Result<std::string> whole_file(const std::string& path) {
  constexpr std::size_t most = std::size_t{4} * 1024 * 1024;
  auto source = FileSource::open(path);
  if (!source) return std::unexpected(source.error());
  std::string text;
  while (true) {
    const auto piece = (*source)->next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) return text;
    text += *piece;
    if (text.size() > most) {
      return std::unexpected(Error{"layout.too-large",
                                   "A layout of more than 4 MiB is not read.",
                                   "Look whether this is the right file.",
                                   {.file = path},
                                   ErrorKind::input});
    }
  }
}

std::vector<Finding> lint_everything() {
  std::vector<Finding> all;
  for (const auto& scheme : Catalogue::built_in().schemes()) {
    for (const auto& [name, text] : scheme.layouts) {
      for (auto& finding : lint_layout_text(text.text, text.file)) all.push_back(std::move(finding));
    }
    for (const auto& [name, text] : scheme.tables) {
      for (auto& finding : lint_table_text(text)) all.push_back(std::move(finding));
    }
  }
  return all;
}

Result<std::vector<Finding>> lint_one(const std::string& name) {
  struct stat status{};
  if (::stat(name.c_str(), &status) == 0 || name.find('/') != std::string::npos) {
    const auto text = whole_file(name);
    if (!text) return std::unexpected(text.error());
    return lint_layout_text(*text, name);
  }
  for (const auto& scheme : Catalogue::built_in().schemes()) {
    if (const auto found = scheme.layouts.find(name); found != scheme.layouts.end())
      return lint_layout_text(found->second.text, found->second.file);
  }
  const auto format = find_format(name);
  if (!format) return std::unexpected(format.error());
  return lint_table_text(*format->table);
}

Result<int> lint(Invocation& call) {
  const std::string name = call.text("NAME");
  const auto findings = name.empty() ? Result<std::vector<Finding>>{lint_everything()} : lint_one(name);
  if (!findings) return std::unexpected(findings.error());
  const auto errors = std::ranges::count(*findings, Severity::error, &Finding::severity);
  Output& out = call.out();
  if (out.json()) {
    Json json;
    json.object().field("schema", "counterfoil.lint.v1").field_if("name", name).array("findings");
    for (const auto& finding : *findings) json.element(finding_json(finding));
    json.end().field("errors", static_cast<std::int64_t>(errors)).field("acceptable", errors == 0).end();
    out.object(json);
  } else {
    for (const auto& finding : *findings) out.data(finding_text(finding));
    out.line(fmt::format("{}: {} findings, {} of them errors", name.empty() ? "all formats" : name, findings->size(),
                         errors));
  }
  return errors == 0 ? exit_done : exit_not_acceptable;
}

}  // namespace

std::vector<Command> format_commands() {
  return {
      {.noun = "format",
       .verb = "list",
       .summary = "List the formats that are known",
       .description =
           "Read: answers and collection files of this format are understood. Write: collection files are made in it.",
       .examples = {{.line = "format list"}, {.line = "format list --json", .note = "For a script"}},
       .run = list},
      {.noun = "format",
       .verb = "show",
       .summary = "Show what is known of one format",
       .description = "Its records, the profiles of banks and the rules of its scheme, each with its source.",
       .arguments = {{.name = "NAME", .help = "As counterfoil format list names it"}},
       .examples = {{.line = "format show nacha"}},
       .run = show},
      {.noun = "format",
       .verb = "lint",
       .summary = "Check a layout or table, or all of them",
       .description = "Finds gaps, overlaps, unknown words, records nothing leads to and fields nothing fills. Exit 5 "
                      "when there are errors.",
       .arguments = {{.name = "NAME",
                      .help = "A format, or the path of a layout file; all when left out",
                      .kind = ValueKind::file,
                      .required = false}},
       .examples = {{.line = "format lint", .note = "Everything that is built in"}, {.line = "format lint nacha"}},
       .run = lint},
      {.noun = "format",
       .verb = "docs",
       .summary = "Print the page of a format as Markdown",
       .description = "Made from the same layout or table that reads and writes the files.",
       .arguments = {{.name = "NAME", .help = "As counterfoil format list names it"}},
       .examples = {{.line = "format docs cn-304"}},
       .run = docs},
  };
}

}  // namespace counterfoil
