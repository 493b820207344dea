// `file lint`: every finding of a file, and whether the bank would take it.
#include <fmt/format.h>

#include "apps/cli/commands/file_commands.hpp"
#include "apps/cli/words_json.hpp"
#include "apps/operations/bank_rules.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

/// Prints findings as they come and counts them by severity.
class FindingPrinter final : public WordSink {
 public:
  FindingPrinter(Output& out, const std::string& file) : out_{out} {
    if (!out_.json()) return;
    Json head;
    head.object().field("schema", "counterfoil.lint.v1").field("file", file).end();
    std::string text = head.text();
    text.pop_back();
    out_.data(text + ",\"findings\":[");
  }

  void file(const FileHead& head) override { kind_ = head.kind; }

  void finding(const Finding& finding) override {
    if (out_.json()) {
      if (errors_ + warnings_ + notes_ != 0) out_.data(",\n");
      out_.data(finding_json(finding).text());
    } else {
      out_.data(finding_text(finding));
    }
    switch (finding.severity) {
      case Severity::error:
        ++errors_;
        break;
      case Severity::warning:
        ++warnings_;
        break;
      case Severity::note:
        ++notes_;
        break;
    }
  }

  int close(const std::string& file, Verdict verdict) {
    // An instruction goes to a bank: what is an error here is refused there. An answer came from one: people look.
    const bool bank_takes_it = verdict != Verdict::refused && (kind_ != FileKind::instruction || errors_ == 0);
    const int code = !bank_takes_it                 ? exit_not_acceptable
                     : verdict == Verdict::accepted ? exit_done
                                                    : exit_people_needed;
    if (out_.json()) {
      out_.line(fmt::format("],\"errors\":{},\"warnings\":{},\"notes\":{},\"acceptable\":{}}}", errors_, warnings_,
                            notes_, bank_takes_it));
      return code;
    }
    out_.line(fmt::format("{}: {} errors, {} warnings, {} notes: {}", printable(file), errors_, warnings_, notes_,
                          outcome(bank_takes_it, verdict)));
    return code;
  }

 private:
  std::string_view outcome(bool acceptable, Verdict verdict) const {
    if (kind_ == FileKind::instruction) return acceptable ? "the bank would take it" : "the bank would not take it";
    if (!acceptable) return "it cannot be taken in";
    return verdict == Verdict::accepted ? "it can be taken in"
                                        : "it can be taken in, and its lines wait until people have looked";
  }

  Output& out_;
  FileKind kind_ = FileKind::unknown;
  std::uint64_t errors_ = 0, warnings_ = 0, notes_ = 0;
};

Result<int> lint(Invocation& call) {
  const std::string name = call.text("FILE");
  auto source = FileSource::open(name);
  if (!source) return std::unexpected(source.error());
  FindingPrinter printer{call.out(), name};
  BankRules rules{Catalogue::built_in(), name, call.text("--profile"), printer};
  const ReadOptions options{.file_name = name,
                            .format = call.text("--format"),
                            .accept_partial = call.given("--partial"),
                            .expected = expected_by(call),
                            .day = call.globals().today};
  const auto verdict = read_bank_file(**source, options, rules);
  if (!verdict) return std::unexpected(verdict.error());
  return printer.close(name, *verdict);
}

}  // namespace

Command file_lint_command() {
  return {.noun = "file",
          .verb = "lint",
          .summary = "List every finding of a file and say whether the bank would take it",
          .description =
              "Besides the file's own rules, a collection file is held against the limits of its scheme and, with "
              "--profile, against what\n"
              "one bank wants. Exit 0: it would be taken. 3: people must look. 5: it would be refused.",
          .arguments = {{.name = "FILE", .help = "The file; - reads standard input", .kind = ValueKind::file}},
          .options = {{.name = "--profile", .value = "P", .help = "A bank's profile; see counterfoil format show"},
                      {.name = "--format",
                       .value = "NAME",
                       .help = "Take this format instead of looking; see counterfoil format list"},
                      expect_option(),
                      {.name = "--partial", .value = "", .help = "The bank sends files without headers or controls"}},
          .examples = {{.line = "file lint debits.xml --profile gbic5", .note = "Would a German bank take it?"},
                       {.line = "file lint return.ach --json", .note = "For a script"}},
          .run = lint};
}

}  // namespace counterfoil
