#include "parsers/reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "core/require.hpp"
#include "formats/layout.hpp"
#include "formats/xml_table.hpp"
#include "parsers/bai2.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/detect.hpp"
#include "parsers/fixed_width.hpp"
#include "parsers/iso20022.hpp"
#include "parsers/mt940.hpp"
#include "parsers/zip.hpp"

namespace counterfoil {
namespace {

/// Passes everything on, keeps the verdict, and stops a flood of findings of one code.
class JudgingSink final : public WordSink {
 public:
  JudgingSink(WordSink& next, const ReadOptions& options) : next_{next}, options_{options} {}

  void file(const FileHead& head) override { next_.file(head); }
  void batch(const BatchHead& head) override { next_.batch(head); }
  void statement(const Statement& statement) override { next_.statement(statement); }
  void end(const FileCounts& counts) override { next_.end(counts); }

  void entry(const Entry& entry) override {
    last_position_ = std::max(last_position_, entry.position + before_);
    if (before_ == 0) return next_.entry(entry);
    Entry moved = entry;
    moved.position += before_;
    next_.entry(moved);
  }

  /// A further file of an archive begins: its positions go on after those before.
  void begin_file() { before_ = last_position_; }

  void finding(const Finding& finding) override {
    if (finding.refuses_file) {
      verdict_ = Verdict::refused;
    } else if (finding.severity == Severity::error && verdict_ == Verdict::accepted) {
      verdict_ = Verdict::accepted_with_findings;
    }
    auto at = seen_.find(finding.code);
    if (at == seen_.end()) at = seen_.emplace(finding.code, 0).first;
    if (++at->second <= options_.most_findings || finding.refuses_file) next_.finding(finding);
  }

  /// One note for each code of which more came than were passed on.
  void close() {
    for (const auto& [code, count] : seen_) {
      if (count <= options_.most_findings) continue;
      next_.finding({.code = "reader.more-findings",
                     .severity = Severity::note,
                     .place = {.file = options_.file_name},
                     .message = std::to_string(count - options_.most_findings) + " more findings \"" + code +
                                "\" are not listed.",
                     .remedy = "Solve the first ones, then read the file again."});
    }
  }

  [[nodiscard]] Verdict verdict() const { return verdict_; }

 private:
  WordSink& next_;
  const ReadOptions& options_;
  Verdict verdict_ = Verdict::accepted;
  std::uint32_t last_position_ = 0, before_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> seen_;
};

struct Unreadable {
  FileShape shape;
  std::string_view code, message, remedy;
};

constexpr Unreadable unreadable[] = {
    {FileShape::empty, "file.empty", "The file is empty.",
     "Fetch it again: an empty file is never an answer of a bank."},
    {FileShape::csv, "file.csv", "This is a table of separated values, not a bank file.",
     "Import lists of payers, mandates and bills with their own commands. Ask the bank for camt, pain.002 or its "
     "fixed-width file."},
    {FileShape::compressed, "file.compressed", "The file is packed by a method other than ZIP.",
     "Unpack it, then read it."},
    {FileShape::document, "file.document", "This is a document for people, not a bank file.",
     "Ask the bank for its data file."},
    {FileShape::utf16, "file.utf16", "The text is in UTF-16 or UTF-32, which no bank file here uses.",
     "Ask the sender for UTF-8."},
    {FileShape::unknown, "file.unknown", "The content is none of the formats that are known.",
     "List them with \"counterfoil format list\", or name the format if you know it."},
};

void refuse(WordSink& sink, const std::string& file_name, std::string_view code, std::string_view message,
            std::string_view remedy) {
  sink.finding({.code = std::string{code},
                .severity = Severity::error,
                .place = {.file = file_name},
                .message = std::string{message},
                .remedy = std::string{remedy},
                .refuses_file = true});
}

struct ReadByGrammar {
  GrammarFormat format;
  FileShape shape;
};

constexpr std::array grammars{
    ReadByGrammar{{"bai2", "bai2", "BAI2 balance and transaction report"}, FileShape::bai2},
    ReadByGrammar{{"mt940", "mt940", "SWIFT MT940 statement"}, FileShape::mt940},
    ReadByGrammar{{"mt942", "mt940", "SWIFT MT942 interim report"}, FileShape::mt940},
};

/// Messages of XML are described by tables, and the other formats by layouts.
bool names_xml(std::string_view format) {
  if (format == "iso20022" || format.starts_with("pain.") || format.starts_with("camt.")) return true;
  return std::ranges::any_of(Catalogue::built_in().schemes(), [&](const Scheme& scheme) {
    return std::ranges::any_of(scheme.tables, [&](const auto& table) { return is_of_family(format, table.first); });
  });
}

class Reading {
 public:
  Reading(const ReadOptions& options, JudgingSink& sink) : options_{options}, sink_{sink} {}

  Result<void> read(ByteSource& source, const std::string& name, bool is_member) {
    PeekedSource peeked{source};
    const auto head = peeked.peek(detection_size);
    if (!head) return std::unexpected(head.error());
    Detected detected = detect_shape(*head, head->size() < detection_size, options_.layouts);
    if (!options_.format.empty() && detected.shape != FileShape::zip && detected.shape != FileShape::empty)
      detected = as_named();
    ReadOptions options = options_;
    options.file_name = name;
    sink_.begin_file();
    switch (detected.shape) {
      case FileShape::zip:
        if (!is_member) return read_archive(peeked);
        refuse(sink_, name, "zip.nested", "An archive stands in the archive.",
               "Unpack it by hand, then read the bank files one by one.");
        return {};
      case FileShape::xml:
        return read_iso20022(peeked, options, sink_);
      case FileShape::mt940:
        return read_mt940(peeked, options, sink_);
      case FileShape::bai2:
        return read_bai2(peeked, options, sink_);
      case FileShape::fixed_width:
        return read_layout(peeked, options, detected.format);
      default:
        break;
    }
    const auto row = std::ranges::find(unreadable, detected.shape, &Unreadable::shape);
    require(row != std::end(unreadable), "every shape that is not read says why");
    refuse(sink_, name, row->code, row->message, row->remedy);
    return {};
  }

 private:
  [[nodiscard]] Detected as_named() const {
    for (const auto& grammar : grammars) {
      if (options_.format == grammar.format.name) return {grammar.shape, {}};
    }
    if (names_xml(options_.format)) return {FileShape::xml, {}};
    return {FileShape::fixed_width, options_.format};
  }

  Result<void> read_layout(ByteSource& source, const ReadOptions& options, const std::string& format) {
    const LayoutLibrary& layouts = options.layouts == nullptr ? LayoutLibrary::built_in() : *options.layouts;
    const LayoutPlan* plan = layouts.find(format);
    if (plan == nullptr) {
      refuse(sink_, options.file_name, "file.format-unknown", "There is no format \"" + format + "\".",
             "List them with \"counterfoil format list\".");
      return {};
    }
    // The verdict is drawn from the findings, as for every format.
    if (const auto verdict = read_fixed_width(*plan, source, options, sink_); !verdict)
      return std::unexpected(verdict.error());
    return {};
  }

  Result<void> read_archive(ByteSource& source) {
    return read_zip(source, ZipLimits{}, options_.file_name, sink_,
                    [this](const std::string& member, ByteSource& bytes) {
                      return read(bytes, options_.file_name.empty() ? member : options_.file_name + "/" + member, true);
                    });
  }

  const ReadOptions& options_;
  JudgingSink& sink_;
};

}  // namespace

std::span<const GrammarFormat> grammar_formats() {
  static constexpr auto formats = [] {
    std::array<GrammarFormat, grammars.size()> made;
    std::ranges::transform(grammars, made.begin(), &ReadByGrammar::format);
    return made;
  }();
  return formats;
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return "accepted";
    case Verdict::accepted_with_findings:
      return "accepted_with_findings";
    case Verdict::refused:
      return "refused";
  }
  require(false, "every verdict has a name");
  return {};
}

Result<Verdict> read_bank_file(ByteSource& source, const ReadOptions& options, WordSink& sink) {
  JudgingSink judging{sink, options};
  if (auto read = Reading{options, judging}.read(source, options.file_name, false); !read)
    return std::unexpected(read.error());
  judging.close();
  return judging.verdict();
}

}  // namespace counterfoil
