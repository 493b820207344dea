// `format`: which formats are known, and what is known of them.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/format_commands.hpp"
#include "apps/cli/format_page.hpp"
#include "apps/cli/html.hpp"
#include "apps/cli/words_json.hpp"
#include "core/catalogue.hpp"
#include "formats/layout.hpp"
#include "formats/lint.hpp"
#include "formats/xml_table.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/iso20022_words.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

struct KnownFormat {
  std::string name;
  const Scheme* scheme = nullptr;
  std::string title;
  bool is_written = false;
  const LayoutPlan* plan = nullptr;   // Of a fixed-width format.
  const SchemeText* table = nullptr;  // Of an XML format. A format with a grammar of its own has neither.
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
        const std::string format = message_name(family.name, version);
        if (!all.empty() && all.back().name == format) continue;  // A name without a version stands once.
        all.push_back({.name = format,
                       .scheme = &scheme,
                       .title = table->title().empty() ? family.root : table->title() + " " + family.root,
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
  for (const auto& grammar : grammar_formats()) {
    all.push_back({.name = std::string{grammar.name},
                   .scheme = Catalogue::built_in().find(grammar.scheme),
                   .title = std::string{grammar.title}});
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
  for (const auto& [key, rule] : format.scheme->rules) rules.add({key, rule_text(rule.value), rule.unit, rule.source});
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
  for (const auto& [key, rule] : format.scheme->rules) json.field(key, rule_text(rule.value));
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

Result<std::string> page_of(const KnownFormat& format) {
  if (format.plan != nullptr) return layout_page(*format.plan, *format.scheme);
  if (format.table == nullptr) return codes_page(*format.scheme, format.name, format.title);
  const auto table = XmlTable::parse(format.table->text, format.table->file);
  if (!table) return std::unexpected(table.error());
  const auto plan = table->plan(format.family, format.version);
  if (!plan) return std::unexpected(plan.error());
  return table_page(*plan, *table, *format.scheme, format.name);
}

/// The formats a name stands for: one, or all of a scheme. A format and its scheme may share a name.
Result<std::vector<KnownFormat>> formats_called(const std::string& name, bool whole_scheme) {
  std::vector<KnownFormat> found;
  for (const auto& each : known_formats()) {
    if (each.scheme->name == name || (!whole_scheme && each.name == name)) found.push_back(each);
  }
  const auto one = std::ranges::find(found, name, &KnownFormat::name);
  if (!whole_scheme && one != found.end()) return std::vector{*one};
  if (!found.empty()) return found;
  const auto unknown = find_format(name);
  return std::unexpected(unknown ? Error{"format.scheme-unknown",
                                         fmt::format("There is no scheme called \"{}\".", name),
                                         "Run: counterfoil format list",
                                         {.field = "NAME"},
                                         ErrorKind::usage}
                                 : unknown.error());
}

/// Where each format of a page with several begins.
std::string contents_of(const std::vector<KnownFormat>& formats) {
  std::string list = fmt::format("<p>Formats of the scheme {}:</p>\n<nav aria-label=\"Formats\"><ul>\n",
                                 html_text(formats.front().scheme->title));
  for (const auto& each : formats) {
    list += fmt::format("<li><a href=\"#{0}\">{0}</a>: {1}</li>\n", html_text(each.name), html_text(each.title));
  }
  return list + "</ul></nav>\n";
}

Result<int> docs(Invocation& call) {
  const std::string name = call.text("NAME");
  const auto formats = formats_called(name, call.given("--whole-scheme"));
  if (!formats) return std::unexpected(formats.error());
  Output& out = call.out();
  const bool as_page = call.given("--html");
  if (as_page) out.data(html_begin(formats->size() == 1 ? formats->front().title : formats->front().scheme->title));
  if (as_page && formats->size() > 1) out.data(contents_of(*formats));
  Json json;
  json.object().field("schema", "counterfoil.docs.v1").array("pages");
  bool is_first = true;
  for (const auto& format : *formats) {
    const auto page = page_of(format);
    if (!page) return std::unexpected(page.error());
    if (out.json() && !as_page) {
      json.object().field("format", format.name).field("markdown", *page).end();
    } else if (as_page) {
      out.data(fmt::format("<section id=\"{}\">\n{}</section>\n", html_text(format.name), html_of_markdown(*page)));
    } else {
      out.data((is_first ? "" : "\n") + *page);
    }
    is_first = false;
  }
  json.end().end();
  if (as_page) {
    out.data(html_end());
  } else if (out.json()) {
    out.object(json);
  }
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
  auto text = bytes_up_to(path, most);
  if (!text) return std::unexpected(text.error());
  if (*text) return std::move(**text);
  return std::unexpected(Error{"layout.too-large",
                               "A layout of more than 4 MiB is not read.",
                               "Look whether this is the right file.",
                               {.file = path},
                               ErrorKind::input});
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
  // A grammar is checked by the compiler.
  return format->table == nullptr ? std::vector<Finding>{} : lint_table_text(*format->table);
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
       .summary = "Print the page of a format, or of all formats of a scheme",
       .description = "The bank's own table with its sources, made from the same layout or table that reads and writes "
                      "the files: as Markdown,\nor as one page for a browser.",
       .arguments = {{.name = "NAME", .help = "As counterfoil format list names it, or a scheme"}},
       .options = {{.name = "--html", .value = "", .help = "A page for a browser, without script"},
                   {.name = "--whole-scheme",
                    .value = "",
                    .help = "NAME is a scheme, even where a format is called so"}},
       .examples = {{.line = "format docs cn-304"},
                    {.line = "format docs nacha --whole-scheme --html", .note = "Keep it with > nacha.html"}},
       .run = docs},
      format_blind_spots_command(),
      format_new_command(),
  };
}

}  // namespace counterfoil
