// `file explain`: what stands in a bank file, field by field, laid beside the bank's own description of it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "apps/cli/commands/file_commands.hpp"
#include "apps/cli/explain_page.hpp"
#include "apps/cli/words_json.hpp"
#include "apps/operations/word_values.hpp"
#include "core/catalogue.hpp"
#include "formats/bindings.hpp"
#include "formats/layout.hpp"
#include "formats/xml_table.hpp"
#include "parsers/annotate.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/detect.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

int exit_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return exit_done;
    case Verdict::accepted_with_findings:
      return exit_people_needed;
    case Verdict::refused:
      return exit_not_acceptable;
  }
  return exit_internal;
}

/// Prints the records of one explanation, as text, as the elements of one JSON array, or as a page.
class Printer {
 public:
  Printer(Output& out, std::string_view file, std::string_view format, bool as_page) : out_{out} {
    if (as_page) page_.emplace(out_).begin(file, format);
    if (as_page || !out_.json()) return;
    Json head;
    head.object().field("schema", "counterfoil.explain.v1").field("file", file).field_if("format", format).end();
    std::string text = head.text();
    text.pop_back();  // The object stays open until `close`: a file of any size passes.
    out_.data(text + ",\"records\":[");
  }

  void element(const Json& json) {
    if (printed_) out_.data(",\n");
    printed_ = true;
    out_.data(json.text());
  }

  void close(Verdict verdict) {
    if (page_) {
      page_->end(verdict);
    } else if (out_.json())
      out_.line(fmt::format("],\"verdict\":\"{}\"}}", verdict_name(verdict)));
  }

  [[nodiscard]] Output& out() { return out_; }
  [[nodiscard]] bool json() const { return !page_ && out_.json(); }
  [[nodiscard]] ExplainPage* page() { return page_ ? &*page_ : nullptr; }

 private:
  Output& out_;
  std::optional<ExplainPage> page_;
  bool printed_ = false;
};

// Fixed width.

std::string ruler(std::uint32_t columns) {
  std::string line;
  for (std::uint32_t column = 1; column <= columns; ++column) {
    if (column % 10 == 0) {
      line += static_cast<char>('0' + (column / 10) % 10);
    } else {
      line += column % 5 == 0 ? '+' : '-';
    }
  }
  return line;
}

/// Where fields begin, for a screen without colour.
std::string field_marks(const AnnotatedRecord& record) {
  std::string line(record.columns, ' ');
  for (const auto& field : record.fields) {
    if (field.is_part || field.first_column == 0 || field.last_column > record.columns) continue;
    line[field.first_column - 1] = '|';
    for (std::uint32_t column = field.first_column + 1; column <= field.last_column; ++column) line[column - 1] = '.';
  }
  return line;
}

Json record_json(const AnnotatedRecord& record) {
  Json json;
  json.object()
      .field("line", record.line)
      .field_if("record", record.name)
      .field_if("title", record.title)
      .field("raw", record.raw);
  json.array("fields");
  for (const auto& field : record.fields) {
    json.object()
        .field("first", field.first_column)
        .field("last", field.last_column)
        .field("name", field.name)
        .field("type", field.type)
        .field("raw", field.raw)
        .field_if("meaning", field.meaning)
        .field_if("binding", field.binding)
        .field_if("note", field.note)
        .end();
  }
  json.end().array("findings");
  for (const auto& finding : record.findings) json.element(finding_json(finding));
  json.end().end();
  return json;
}

std::string coloured(Output& out, const AnnotatedRecord& record) {
  std::string line;
  bool odd = false;
  for (const auto& field : record.fields) {
    if (field.is_part) continue;
    line += out.toned(odd ? Tone::field_a : Tone::field_b, printable(field.raw));
    odd = !odd;
  }
  return line;
}

std::string_view without_trailing_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

void show_record(Output& out, const AnnotatedRecord& record) {
  const std::string title = record.name.empty() ? "no record of this format" : record.title + " (" + record.name + ")";
  out.line(fmt::format("line {}  {}", record.line, out.toned(Tone::strong, title)));
  out.line("  " + out.toned(Tone::dim, ruler(record.columns)));
  if (out.colour() && !record.fields.empty()) {
    out.line("  " + coloured(out, record));
  } else {
    out.line("  " + printable(record.raw));
    out.line("  " + field_marks(record));
  }
  std::size_t widest = 0;
  for (const auto& field : record.fields) widest = std::max(widest, field.name.size());
  bool odd = false;
  for (const auto& field : record.fields) {
    const bool blank = field.raw.find_first_not_of(' ') == std::string::npos;
    const std::string value = blank ? std::string{"(blank)"} : printable(without_trailing_blanks(field.raw));
    const std::string name = fmt::format("{}{:<{}}", field.is_part ? "  " : "", field.name, widest);
    std::string line = fmt::format("  {:>4}-{:<4}{}  {}", field.first_column, field.last_column,
                                   out.toned(field.is_part ? Tone::dim
                                             : odd         ? Tone::field_a
                                                           : Tone::field_b,
                                             name),
                                   value);
    if (!field.meaning.empty() && !blank) line += "  = " + printable(field.meaning);
    out.line(line);
    if (!field.is_part) odd = !odd;
  }
  for (const auto& finding : record.findings) out.data(finding_text(finding));
  out.line("");
}

class RecordPrinter final : public AnnotationSink {
 public:
  RecordPrinter(Printer& printer, std::int64_t line) : printer_{printer}, line_{line} {}

  void record(const AnnotatedRecord& record) override {
    if (line_ != 0 && record.line != static_cast<std::uint64_t>(line_)) return;
    shown_ = true;
    if (printer_.page() != nullptr) {
      printer_.page()->record(record);
    } else if (printer_.json()) {
      printer_.element(record_json(record));
    } else {
      show_record(printer_.out(), record);
    }
  }

  void finding(const Finding& finding) override {
    if (line_ != 0 && finding.place.line != static_cast<std::uint64_t>(line_)) return;
    if (printer_.page() != nullptr) {
      printer_.page()->finding(finding);
    } else if (!printer_.json()) {
      printer_.out().data(finding_text(finding));
    }
  }

  [[nodiscard]] bool shown() const { return shown_; }

 private:
  Printer& printer_;
  std::int64_t line_;
  bool shown_ = false;
};

// XML: the words of each entry beside the element each one comes from.

std::string value_of(const BoundTo& bound, const ConstWords& words, Currency currency, bool unmask) {
  const Binding& binding = *bound.binding;
  if (is_amount_value(binding.name)) {
    const auto minor = bound_number(bound, words);
    if (minor && currency == Currency{}) return std::to_string(*minor);
    return minor ? Money{*minor, currency}.text() : std::string{};
  }
  if (binding.kind == BindingKind::count || binding.kind == BindingKind::number) {
    const auto number = bound_number(bound, words);
    return number ? std::to_string(*number) : std::string{};
  }
  if (binding.kind == BindingKind::date) {
    const auto date = bound_date(bound, words);
    return date ? iso_date(*date) : std::string{};
  }
  std::string scratch;
  const auto text = bound_text(bound, words, scratch);
  return shown_value(binding.name, text, unmask);
}

struct BoundElement {
  BoundTo bound;
  std::string path;
  std::string note;
};

class WordPrinter final : public WordSink {
 public:
  WordPrinter(Printer& printer, std::int64_t line, bool unmask) : printer_{printer}, line_{line}, unmask_{unmask} {}

  void file(const FileHead& head) override {
    load_elements(head);
    words_.file = &head;
    hold(fmt::format("{} ({})", head.format, file_kind_name(head.kind)), 1, BoundWord::file, head.currency);
  }

  void batch(const BatchHead& head) override {
    words_.batch = &head;
    hold(fmt::format("batch {}", head.number), head.line, BoundWord::batch, head.currency);
  }

  void entry(const Entry& entry) override {
    words_.entry = &entry;
    hold(fmt::format("entry {}", entry.position), entry.line, BoundWord::entry, entry.currency);
  }

  void finding(const Finding& finding) override {
    if (printer_.page() != nullptr) {
      if (line_ == 0) held_findings_.push_back(finding);
    } else if (!printer_.json() && line_ == 0) {
      held_ += finding_text(finding);
    }
  }

  /// The last word is printed when nothing follows it.
  void finish() {
    release(0);
    // Of a file that says nothing at all.
    if (printer_.page() != nullptr) {
      for (const auto& finding : std::exchange(held_findings_, {})) printer_.page()->finding(finding);
    }
  }
  [[nodiscard]] bool shown() const { return shown_; }

 private:
  void load_elements(const FileHead& head) {
    elements_.clear();
    const Scheme* scheme = Catalogue::built_in().find(head.scheme);
    if (scheme == nullptr) return;
    for (const auto& [name, table_text] : scheme->tables) {
      const auto table = XmlTable::parse(table_text.text, table_text.file);
      if (!table) continue;
      const auto family = std::ranges::find_if(table->families(),
                                               [&](const auto& each) { return is_of_family(head.format, each.name); });
      if (family == table->families().end()) continue;
      // A format without a version, or with one that no table knows, gets the union of all versions.
      const auto plan = table->plan(family->name, parts_of_message_name(head.format).version);
      if (!plan) continue;
      const bool is_iso = head.scheme == "iso20022";
      for (const auto& node : plan->nodes) {
        if (node.binding == "file.created" && is_iso) created_path_ = plan->path_of(node);
        const auto bound = find_binding(word_of(node.binding));
        if (bound && bound->binding != nullptr) {
          std::string path = plan->path_of(node);
          // A plan stands below "Document", which only ISO 20022 messages have.
          if (!is_iso) path.erase(0, path.find('/') + 1);
          add_element({*bound, std::move(path), node.note}, is_iso);
        }
      }
      return;
    }
  }

  /// A table tells reasons apart by their element; an entry has one.
  static std::string_view word_of(std::string_view binding) {
    if (binding == "reason.code" || binding == "reason.proprietary") return "entry.reason";
    return binding == "reason.text" ? std::string_view{"entry.reason_text"} : binding;
  }

  /// Of several elements for one word the last one stands nearest to the entry in an ISO 20022 message. Other families
  /// hold several reports side by side, and then which element it was is not said.
  void add_element(BoundElement element, bool last_is_nearest) {
    const auto same = std::ranges::find_if(
        elements_, [&](const BoundElement& each) { return each.bound.name() == element.bound.name(); });
    if (same == elements_.end()) {
      elements_.push_back(std::move(element));
    } else if (last_is_nearest) {
      *same = std::move(element);
    } else {
      same->path.clear();
      same->note.clear();
    }
  }

  /// A line belongs to the last word that begins at or before it, so each word is held until the next one begins.
  void hold(const std::string& what, std::uint32_t line, BoundWord word, Currency currency) {
    release(line);
    const std::string title = fmt::format("line {}  {}", line, what);
    held_line_ = line;
    held_what_ = what;
    held_words_.clear();
    Json json;
    json.object().field("line", line).field("title", title).array("words");
    std::string text = printer_.out().toned(Tone::strong, title) + "\n";
    const auto add = [&](std::string_view name, std::string_view value, const std::string& path,
                         const std::string& note) {
      if (value.empty()) return;
      json.object().field("word", name).field("value", value).field_if("path", path).field_if("note", note).end();
      held_words_.push_back({std::string{name}, std::string{value}, path});
      text += fmt::format("  {:<28} {}\n", name, printable(value));
      if (!path.empty()) text += fmt::format("    {}\n", printer_.out().toned(Tone::dim, path));
    };
    if (word == BoundWord::file) add("file.created", words_.file->created, created_path_, {});
    for (const auto& element : elements_) {
      if (element.bound.binding->word != word) continue;
      add(element.bound.name(), value_of(element.bound, words_, currency, unmask_), element.path, element.note);
    }
    json.end().end();
    held_ = printer_.json() ? std::string{} : text;
    held_json_ = json;
    holds_ = true;
  }

  void release(std::uint32_t next_line) {
    if (!holds_) return;
    holds_ = false;
    const auto wanted = static_cast<std::uint64_t>(line_);
    const bool covers = line_ == 0 || (held_line_ <= wanted && (next_line == 0 || wanted < next_line));
    if (!covers) return;
    shown_ = true;
    if (printer_.page() != nullptr) {
      printer_.page()->words(held_what_, held_line_, held_words_);
      for (const auto& finding : std::exchange(held_findings_, {})) printer_.page()->finding(finding);
    } else if (printer_.json()) {
      printer_.element(held_json_);
    } else {
      printer_.out().data(held_ + "\n");
    }
  }

  Printer& printer_;
  std::int64_t line_;
  bool unmask_;
  std::vector<BoundElement> elements_;
  std::string created_path_;
  ConstWords words_;
  std::string held_, held_what_;
  std::vector<ExplainedWord> held_words_;
  std::vector<Finding> held_findings_;
  Json held_json_;
  std::uint32_t held_line_ = 0;
  bool holds_ = false;
  bool shown_ = false;
};

Error no_such_line(const std::string& file, std::int64_t line) {
  return {.code = "explain.no-such-line",
          .explanation = fmt::format("Line {} of the file holds nothing that can be explained.", line),
          .remedy = "Leave --line out to see every record with its line.",
          .place = {.file = file, .line = static_cast<std::uint32_t>(line)},
          .kind = ErrorKind::usage};
}

Result<int> explain(Invocation& call) {
  const std::string name = call.text("FILE");
  const std::int64_t line = call.number("--line").value_or(0);
  const bool unmask = call.given("--unmask");
  auto file = FileSource::open(name);
  if (!file) return std::unexpected(file.error());
  PeekedSource source{**file};
  const auto head = source.peek(detection_size);
  if (!head) return std::unexpected(head.error());
  const std::string format =
      call.given("--format") ? call.text("--format") : detect_shape(*head, head->size() < detection_size).format;
  const ReadOptions options{.file_name = name,
                            .format = call.text("--format"),
                            .accept_partial = call.given("--partial"),
                            .expected = expected_by(call),
                            .day = call.globals().today};

  Printer printer{call.out(), name, format, call.given("--html")};
  if (const LayoutPlan* plan = LayoutLibrary::built_in().find(format)) {
    RecordPrinter records{printer, line};
    const auto verdict = annotate_fixed_width(*plan, source, options, unmask, records);
    if (!verdict) return std::unexpected(verdict.error());
    printer.close(*verdict);
    if (line != 0 && !records.shown()) return std::unexpected(no_such_line(name, line));
    return exit_of(*verdict);
  }
  WordPrinter words{printer, line, unmask};
  const auto verdict = read_bank_file(source, options, words);
  if (!verdict) return std::unexpected(verdict.error());
  words.finish();
  printer.close(*verdict);
  if (line != 0 && !words.shown()) return std::unexpected(no_such_line(name, line));
  return exit_of(*verdict);
}

}  // namespace

Command file_explain_command() {
  return {
      .noun = "file",
      .verb = "explain",
      .summary = "Show a bank file field by field, with what each field means",
      .description =
          "A fixed-width file is shown record by record under a ruler of its columns; an XML file word by word with "
          "the element each\n"
          "one comes from. Account numbers are masked. Exit codes as of file show.",
      .arguments = {{.name = "FILE", .help = "The file; - reads standard input", .kind = ValueKind::file}},
      .options = {{.name = "--line", .value = "N", .help = "Only what stands in this line", .kind = ValueKind::number},
                  {.name = "--html", .value = "", .help = "One page for a browser, without script, to mail or print"},
                  {.name = "--unmask", .value = "", .help = "Show account numbers in full"},
                  {.name = "--format",
                   .value = "NAME",
                   .help = "Take this format instead of looking; see counterfoil format list"},
                  expect_option(),
                  {.name = "--partial", .value = "", .help = "The bank sends files without headers or controls"}},
      .examples = {{.line = "file explain return.ach --line 3", .note = "The record a finding points at"},
                   {.line = "file explain return.ach --html", .note = "Keep it with > return.html"},
                   {.line = "file explain pain002.xml", .note = "Every word of the answer and its element"}},
      .run = explain};
}

}  // namespace counterfoil
