// Reading any bank file: detect what it is by its content, then stream its words and findings.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

class LayoutLibrary;

/// Which way a file goes, where the way it came tells. Some formats have the same positions both ways.
enum class Expected : std::uint8_t { unknown, instruction, answer };

struct ReadOptions {
  std::string file_name;  // For places only; never used to decide what the file is.
  std::string format;     // Empty: detect by content. Else a name of `format list`, such as "nacha".
  bool accept_partial =
      false;  // A channel whose bank sends files without headers or controls (NACHA): those are warnings.
  Expected expected = Expected::unknown;  // Unknown: a format with the same positions both ways is read twice, and the
                                          // whole file is kept in memory for it.
  std::optional<Date> day = {};  // When it is read or was made: the year of days that have none, in files that do not
                                 // say when they were made.
  std::uint64_t most_findings = 1000;  // Of one code; the rest is counted in one closing note. Garbage must not flood.
  const LayoutLibrary* layouts = nullptr;  // The fixed-width formats to look for; nullptr: those in the binary.
};

/// A format that is read by a grammar of its own: neither a layout nor a table describes it.
struct GrammarFormat {
  std::string_view name;    // "mt940"
  std::string_view scheme;  // The folder that holds its codes.
  std::string_view title;
};
[[nodiscard]] std::span<const GrammarFormat> grammar_formats();

/// What can be said of a file at its end. `refused` when any finding refuses it: nothing may be posted then.
/// `accepted_with_findings` when any is an error: people must look. Warnings and notes leave it `accepted`.
enum class Verdict : std::uint8_t { accepted, accepted_with_findings, refused };

[[nodiscard]] std::string_view verdict_name(Verdict verdict);

/// Streams one bank file. Every word and finding goes to `sink`, in the order of the file. The Error of the result
/// is only for a source that cannot be read; whatever is wrong with the content is a finding.
[[nodiscard]] Result<Verdict> read_bank_file(ByteSource& source, const ReadOptions& options, WordSink& sink);

}  // namespace counterfoil
