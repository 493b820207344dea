// `file show`: what a bank file is and what it says, counted from its content.
#include <fmt/format.h>

#include <algorithm>

#include "apps/cli/commands/file_commands.hpp"
#include "apps/cli/words_json.hpp"
#include "core/catalogue.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"
#include "parsers/tally.hpp"

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

void add_counts(Json& json, const Tally& tally) {
  json.object("counts");
  // XML has elements, not records, and neither addenda nor prenotes.
  const bool has_records = tally.counts.records != 0 || tally.scheme != "iso20022";
  if (has_records) json.field("records", tally.counts.records);
  json.field("batches", tally.counts.batches).field("entries", tally.counts.entries);
  if (has_records) json.field("addenda", tally.counts.addenda).field("prenotes", tally.counts.prenotes);
  json.end();
}

void add_statements(Json& json, const Tally& tally, bool unmask) {
  if (tally.statements.empty()) return;
  json.array("statements");
  for (const auto& statement : tally.statements) {
    json.object()
        .field_if("id", statement.id)
        .field_if("account", shown_account(statement.account, unmask))
        .field_if("currency", statement.currency.code())
        .field_if("opening_minor", statement.opening_minor)
        .field_if("closing_minor", statement.closing_minor)
        .field("credits", statement.credits)
        .field("credit_minor", statement.credit_minor)
        .field("debits", statement.debits)
        .field("debit_minor", statement.debit_minor)
        .end();
  }
  json.end();
}

Json summary_json(const Tally& tally, Verdict verdict, bool unmask) {
  Json json;
  json.object()
      .field("schema", "counterfoil.file.v1")
      .field_if("scheme", tally.scheme)
      .field_if("format", tally.format)
      .field("kind", file_kind_name(tally.kind))
      .field("verdict", verdict_name(verdict))
      .field_if("message_id", tally.message_id)
      .field_if("original_message_id", tally.original_message_id)
      .field_if("created", tally.created);
  if (tally.has_file) {
    add_counts(json, tally);
    json.array("totals");
    for (const auto& total : tally.totals()) {
      json.object()
          .field("currency", total.currency.code())
          .field("debit_minor", total.debit_minor)
          .field("credit_minor", total.credit_minor)
          .end();
    }
    json.end();
  }
  if (const auto outcomes = tally.outcomes(); !outcomes.empty()) {
    json.object("outcomes");
    for (const auto& [name, count] : outcomes) json.field(name, count);
    json.end();
  }
  add_statements(json, tally, unmask);
  json.array("findings");
  for (const auto& finding : tally.findings) json.element(finding_json(finding));
  json.end().end();
  return json;
}

Tone tone_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return Tone::bad;
    case Severity::warning:
      return Tone::warning;
    case Severity::note:
      return Tone::dim;
  }
  return Tone::plain;
}

void show_findings(Output& out, const std::vector<Finding>& findings) {
  constexpr std::size_t most = 20;
  for (std::size_t at = 0; at < std::min(most, findings.size()); ++at) {
    const std::string text = finding_text(findings[at]);
    const auto label = severity_name(findings[at].severity);
    out.data(out.toned(tone_of(findings[at].severity), label) + text.substr(label.size()));
  }
  if (findings.size() > most) {
    out.line(fmt::format("... and {} more findings. All of them: counterfoil file lint", findings.size() - most));
  }
}

std::string verdict_words(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return "accepted";
    case Verdict::accepted_with_findings:
      return "accepted, but people must look at the findings";
    case Verdict::refused:
      return "refused; nothing of it may be posted";
  }
  return {};
}

void show_head(Output& out, const Tally& tally) {
  const auto row = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) out.line(fmt::format("  {:<10}{}", label, printable(value)));
  };
  row("message", tally.message_id);
  row("answers", tally.original_message_id);
  row("created", tally.created);
  row("from", tally.sender);
  row("to", tally.receiver);
  std::string counts = fmt::format("{} batches, {} entries", tally.counts.batches, tally.counts.entries);
  if (tally.counts.records != 0) counts = fmt::format("{} records, {}", tally.counts.records, counts);
  if (tally.counts.addenda != 0) counts += fmt::format(", {} addenda", tally.counts.addenda);
  if (tally.counts.prenotes != 0) counts += fmt::format(", {} prenotes", tally.counts.prenotes);
  row("counted", counts);
}

void show_summary(Output& out, const std::string& name, const Tally& tally, Verdict verdict, bool unmask) {
  using Align = TextTable::Align;
  const std::string what = tally.has_file ? fmt::format("{} ({})", tally.format.empty() ? tally.scheme : tally.format,
                                                        file_kind_name(tally.kind))
                                          : std::string{"not a bank file that is known here"};
  const Tone tone = verdict == Verdict::accepted ? Tone::good : verdict == Verdict::refused ? Tone::bad : Tone::warning;
  out.line(fmt::format("{}: {}, {}", printable(name), what, out.toned(tone, verdict_words(verdict))));
  if (tally.has_file) show_head(out, tally);

  TextTable totals{{{"currency"}, {"debit", Align::right}, {"credit", Align::right}}};
  for (const auto& total : tally.totals()) {
    totals.add({std::string{total.currency.code()}, Money{total.debit_minor, total.currency}.decimal(),
                Money{total.credit_minor, total.currency}.decimal()});
  }
  if (!totals.empty()) out.data("\n" + totals.text());

  TextTable outcomes{{{"outcome"}, {"entries", Align::right}}};
  for (const auto& [outcome, count] : tally.outcomes()) outcomes.add({outcome, std::to_string(count)});
  if (!outcomes.empty()) out.data("\n" + outcomes.text());

  TextTable statements{{{"statement"},
                        {"account"},
                        {"opening", Align::right},
                        {"credits", Align::right},
                        {"debits", Align::right},
                        {"closing", Align::right}}};
  for (const auto& each : tally.statements) {
    const auto amount = [&](const std::optional<std::int64_t>& minor) {
      return minor ? Money{*minor, each.currency}.text() : std::string{"-"};
    };
    statements.add({each.id, shown_account(each.account, unmask), amount(each.opening_minor), amount(each.credit_minor),
                    amount(each.debit_minor), amount(each.closing_minor)});
  }
  if (!statements.empty()) out.data("\n" + statements.text());
  if (!tally.findings.empty()) out.data("\n");
  show_findings(out, tally.findings);
}

/// One exchange word a line, as it comes.
class LinePrinter final : public WordSink {
 public:
  LinePrinter(Output& out, bool unmask) : out_{out}, view_{.unmask = unmask} {}

  void file(const FileHead& head) override {
    view_.scheme = Catalogue::built_in().find(head.scheme);
    out_.object(file_json(head));
  }
  void batch(const BatchHead& head) override { out_.object(batch_json(head, view_)); }
  void entry(const Entry& entry) override { out_.object(entry_json(entry, view_)); }
  void statement(const Statement& statement) override { out_.object(statement_json(statement, view_)); }
  void finding(const Finding& finding) override { out_.object(finding_word_json(finding)); }

 private:
  Output& out_;
  WordsView view_;
};

Result<int> show(Invocation& call) {
  const std::string name = call.text("FILE");
  auto source = FileSource::open(name);
  if (!source) return std::unexpected(source.error());
  const ReadOptions options{.file_name = name,
                            .format = call.text("--format"),
                            .accept_partial = call.given("--partial"),
                            .expected = expected_by(call),
                            .day = call.globals().today};
  const bool unmask = call.given("--unmask");

  LinePrinter lines{call.out(), unmask};
  Tally tally{call.given("--jsonl") ? &lines : nullptr};
  const auto verdict = read_bank_file(**source, options, tally);
  if (!verdict) return std::unexpected(verdict.error());
  if (call.given("--jsonl")) {
    Json json;
    json.object().field("word", "end").field("verdict", verdict_name(*verdict));
    add_counts(json, tally);
    json.end();
    call.out().object(json);
  } else if (call.out().json()) {
    call.out().object(summary_json(tally, *verdict, unmask));
  } else {
    show_summary(call.out(), name, tally, *verdict, unmask);
  }
  return exit_of(*verdict);
}

}  // namespace

Command file_show_command() {
  return {.noun = "file",
          .verb = "show",
          .summary = "Show what a bank file is and what it says",
          .description =
              "Everything shown is counted from the content; what the file declares and gets wrong is a finding. The "
              "kind of file is\n"
              "told by its content, never by its name; a file inside a ZIP is read too. Needs no database and changes "
              "nothing.\n"
              "Exit 0: accepted. 3: accepted, and people must look at the findings. 5: refused.",
          .arguments = {{.name = "FILE", .help = "The file; - reads standard input", .kind = ValueKind::file}},
          .options = {{.name = "--jsonl", .value = "", .help = "Print one exchange word a line as JSON, as a stream"},
                      {.name = "--unmask", .value = "", .help = "Show account numbers in full"},
                      {.name = "--format",
                       .value = "NAME",
                       .help = "Take this format instead of looking; see counterfoil format list"},
                      expect_option(),
                      {.name = "--partial", .value = "", .help = "The bank sends files without headers or controls"}},
          .examples = {{.line = "file show return.ach", .note = "Returned debits of a NACHA bank"},
                       {.line = "file show pain002.xml --json", .note = "For a script"},
                       {.line = "file show return.ach --jsonl", .note = "One line for every batch, entry and finding"}},
          .run = show};
}

}  // namespace counterfoil
