// `file convert`: a bank file as JSON or CSV, and back.
#include <fmt/format.h>

#include <algorithm>

#include "apps/cli/commands/file_commands.hpp"
#include "apps/cli/words_json.hpp"
#include "apps/operations/words_file.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/csv.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

/// Hands every word on as pairs of name and value.
class WordLister : public WordSink {
 public:
  void file(const FileHead& head) override { word("file", values_of(head)); }
  void batch(const BatchHead& head) override { word("batch", values_of(head)); }
  void entry(const Entry& entry) override { word("entry", values_of(entry)); }
  void statement(const Statement& statement) override { word("statement", values_of(statement)); }
  virtual void word(std::string_view name, const std::vector<WordValue>& values) = 0;
};

class JsonLines final : public WordLister {
 public:
  JsonLines(Output& out, bool unmask) : out_{out}, unmask_{unmask} {}

  void word(std::string_view name, const std::vector<WordValue>& values) override {
    json_.clear();
    json_.object().field("word", name);
    if (name == "file") json_.field("schema", "counterfoil.words.v1");
    for (const auto& each : values) {
      if (is_amount_value(each.name)) {
        json_.field(listed_name(each.name), std::int64_t{std::stoll(each.value)});
      } else {
        json_.field(listed_name(each.name), shown_value(each.name, each.value, unmask_));
      }
    }
    json_.end();
    out_.object(json_);
  }

 private:
  Output& out_;
  Json json_;
  bool unmask_;
};

/// The first pass over a file that becomes a table: which columns there are.
class ColumnFinder final : public WordLister {
 public:
  std::vector<std::string> columns{"word"};
  void word(std::string_view, const std::vector<WordValue>& values) override {
    for (const auto& each : values) {
      const std::string name = listed_name(each.name);
      if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    }
  }
};

class CsvRows final : public WordLister {
 public:
  CsvRows(Output& out, std::vector<std::string> columns, bool unmask)
      : out_{out}, columns_{std::move(columns)}, writer_{columns_}, unmask_{unmask} {
    out_.data(writer_.header());
  }

  void word(std::string_view name, const std::vector<WordValue>& values) override {
    std::vector<std::string> cells(columns_.size());
    cells.front() = name;
    for (const auto& each : values) {
      const auto column = std::ranges::find(columns_, listed_name(each.name));
      std::string value = shown_value(each.name, each.value, unmask_);
      // The mark that guards a text from spreadsheets comes off again on the way back, so one that is there is doubled.
      if (value.starts_with('\'')) value.insert(0, 1, '\'');
      cells[static_cast<std::size_t>(column - columns_.begin())] = value;
    }
    out_.data(writer_.row(cells));
  }

 private:
  Output& out_;
  std::vector<std::string> columns_;
  CsvWriter writer_;
  bool unmask_;
};

Result<Verdict> read_all(const ReadOptions& options, WordSink& sink) {
  auto source = FileSource::open(options.file_name);
  if (!source) return std::unexpected(source.error());
  return read_bank_file(**source, options, sink);
}

Result<int> to_list(Invocation& call) {
  const std::string name = call.text("FILE");
  const ReadOptions options{.file_name = name, .format = call.text("--format"), .expected = expected_by(call)};
  const bool unmask = call.given("--unmask");
  Result<Verdict> verdict = Verdict::refused;
  if (call.text("--to") == "json") {
    JsonLines lines{call.out(), unmask};
    verdict = read_all(options, lines);
  } else {
    if (name == "-") {
      return std::unexpected(Error{"convert.not-a-file",
                                   "A file is read twice to become a table, so it cannot come from standard input.",
                                   "Save it as a file first, or take --to json.",
                                   {.field = "FILE"},
                                   ErrorKind::usage});
    }
    ColumnFinder finder;
    if (const auto first = read_all(options, finder); !first) return std::unexpected(first.error());
    CsvRows rows{call.out(), std::move(finder.columns), unmask};
    verdict = read_all(options, rows);
  }
  if (!verdict) return std::unexpected(verdict.error());
  if (*verdict == Verdict::accepted) return exit_done;
  call.out().message(fmt::format("{} has findings; counterfoil file lint lists them.", printable(name)));
  return *verdict == Verdict::refused ? exit_not_acceptable : exit_people_needed;
}

Result<int> to_bank(Invocation& call) {
  if (!call.given("--output")) {
    return std::unexpected(Error{"convert.no-output",
                                 "A bank file is written to a file of its own, and none is named.",
                                 "Give --output FILE.",
                                 {.field = "--output"},
                                 ErrorKind::usage});
  }
  const WriteWordsRequest request{.list = call.text("FILE"),
                                  .output = call.text("--output"),
                                  .profile = call.text("--profile"),
                                  .replace = call.given("--replace"),
                                  .dry_run = call.globals().dry_run};
  const auto written = write_words_file(request);
  if (!written) return std::unexpected(written.error());
  const bool people_needed =
      std::ranges::any_of(written->notes, [](const Finding& note) { return note.severity != Severity::note; });
  if (call.out().json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.converted.v1")
        .field("file", request.output)
        .field("format", written->format)
        .field("batches", written->batches)
        .field("entries", written->entries)
        .field("bytes", written->bytes)
        .field("sha256", written->sha256)
        .field("already_there", written->already_there);
    if (request.dry_run) json.field("dry_run", true);
    json.array("findings");
    for (const auto& note : written->notes) json.element(finding_json(note));
    json.end().end();
    call.out().object(json);
    return people_needed ? exit_people_needed : exit_done;
  }
  for (const auto& note : written->notes) call.out().finding(note);
  call.out().line(fmt::format("{}: {}, {} batches, {} entries, {}", printable(request.output), written->format,
                              written->batches, written->entries,
                              written->already_there ? "it is there already"
                              : request.dry_run      ? "would be written"
                                                     : "written and read back"));
  return people_needed ? exit_people_needed : exit_done;
}

Result<int> convert(Invocation& call) { return call.text("--to") == "bank" ? to_bank(call) : to_list(call); }

}  // namespace

Command file_convert_command() {
  return {
      .noun = "file",
      .verb = "convert",
      .summary = "Convert a bank file to JSON or CSV, or such a list back to a bank file",
      .description =
          "The list has a line for the file, each batch, entry and statement, under the names of the layout language; "
          "amounts "
          "are minor\n"
          "units, days ISO. --to json writes one JSON object a line and --to csv a table, to stdout. --to bank makes "
          "the bank's own\n"
          "file of a list again, in the format its file line names: the totals are counted anew, and the file is read "
          "back and\n"
          "compared before it gets its name. Account numbers are masked without --unmask, and a masked list cannot go "
          "back.\n"
          "Exit 3: the bank file does not say everything as the list does.",
      .arguments = {{.name = "FILE", .help = "A bank file, or a list of its words", .kind = ValueKind::file}},
      .options = {{.name = "--to",
                   .value = "FORM",
                   .help = "What to make",
                   .required = true,
                   .choices = {"json", "csv", "bank"}},
                  {.name = "--output",
                   .value = "FILE",
                   .help = "The bank file to write",
                   .kind = ValueKind::file,
                   .short_name = "-o"},
                  {.name = "--profile", .value = "P", .help = "Of --to bank: what one bank wants"},
                  {.name = "--format",
                   .value = "NAME",
                   .help = "Take this format instead of looking; see counterfoil format list"},
                  expect_option(),
                  {.name = "--unmask", .value = "", .help = "Account numbers in full"},
                  {.name = "--replace", .value = "", .help = "An older file of that name may go"}},
      .examples = {{.line = "file convert return.ach --to csv", .note = "For a spreadsheet"},
                   {.line = "file convert debits.jsonl --to bank -o again.xml",
                    .note = "From a list made with file convert debits.xml --to json --unmask"}},
      .run = convert};
}

}  // namespace counterfoil
