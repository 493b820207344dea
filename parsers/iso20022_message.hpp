// What the XML engine and the readers of single messages say to each other. Used by the ISO 20022 reader alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.hpp"
#include "core/exchange.hpp"
#include "formats/xml_table.hpp"
#include "parsers/iso20022_words.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// Knows where the parser stands.
class Locator {
 public:
  virtual ~Locator() = default;
  [[nodiscard]] virtual Place here() const = 0;
  [[nodiscard]] virtual std::uint32_t line() const = 0;
};

/// What the documents of one file share.
struct ReadState {
  WordSink& sink;
  const ReadOptions& options;
  const Scheme* scheme = nullptr;
  std::uint32_t next_position = 1;
  const Locator* locator = nullptr;

  void report(Severity severity, std::string code, std::string message, std::string remedy) const {
    report_at(about_line, severity, std::move(code), std::move(message), std::move(remedy));
  }

  /// Of the element that began at `line`; 0 = where the parser stands.
  void report_at(std::uint32_t line, Severity severity, std::string code, std::string message,
                 std::string remedy) const {
    Place place = locator == nullptr ? Place{.file = options.file_name} : locator->here();
    if (line != 0) place.line = line;
    if (is_about_sibling) place.path.resize(std::min(place.path.rfind('/'), place.path.size()));
    sink.finding({.code = std::move(code),
                  .severity = severity,
                  .place = std::move(place),
                  .message = std::move(message),
                  .remedy = std::move(remedy)});
  }

  /// While an element is worked on that began further up: its first line, and whether it is over and the parser
  /// stands in the next one of its kind.
  std::uint32_t about_line = 0;
  bool is_about_sibling = false;
};

/// Turns the elements of one message into words. Called in the order of the file; after a refusal not at all.
class MessageReader {
 public:
  virtual ~MessageReader() = default;
  virtual void open(XmlWord scope) = 0;
  virtual void take(XmlWord word, std::string_view text, std::string_view currency) = 0;
  virtual void close(XmlWord scope) = 0;
  /// The root element ended.
  virtual void end() = 0;
};

/// What a message calls itself.
struct MessageName {
  std::string family;   // "pain.008"
  std::string version;  // "08"; empty where the file does not say.
  std::string format;   // "pain.008.001.08", "pain.008.003.02", "camt.052"
};

/// People must look at a message that says nothing: a bank that has nothing to say sends none, or one with a statement
/// of no bookings. `what_lacks` goes on from there: "the message holds no statement."
void report_no_content(const ReadState& state, std::string_view what_lacks);

/// For as long as it lives, findings speak of the element that began at that line.
class About {
 public:
  About(ReadState& state, std::uint32_t line, bool is_sibling = false)
      : state_{state}, line_before_{state.about_line}, was_sibling_{state.is_about_sibling} {
    state_.about_line = line;
    state_.is_about_sibling = is_sibling;
  }
  ~About() {
    state_.about_line = line_before_;
    state_.is_about_sibling = was_sibling_;
  }
  About(const About&) = delete;
  About& operator=(const About&) = delete;

 private:
  ReadState& state_;
  std::uint32_t line_before_;
  bool was_sibling_;
};

[[nodiscard]] std::unique_ptr<MessageReader> make_pain002_reader(ReadState& state, const MessageName& name);
[[nodiscard]] std::unique_ptr<MessageReader> make_pain007_reader(ReadState& state, const MessageName& name);
[[nodiscard]] std::unique_ptr<MessageReader> make_pain008_reader(ReadState& state, const MessageName& name);
[[nodiscard]] std::unique_ptr<MessageReader> make_camt_reader(ReadState& state, const MessageName& name);
[[nodiscard]] std::unique_ptr<MessageReader> make_bacs_report_reader(ReadState& state, const MessageName& name);
[[nodiscard]] std::unique_ptr<MessageReader> make_bacs_claims_reader(ReadState& state, const MessageName& name);
[[nodiscard]] std::unique_ptr<MessageReader> make_cib_gather_reader(ReadState& state, const MessageName& name);

/// Blanks at either end removed.
[[nodiscard]] inline std::string_view trim_blanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// An amount with its currency. Reports and gives nothing where it cannot be held exactly; nothing for an empty text.
[[nodiscard]] std::optional<Money> read_amount(const ReadState& state, std::string_view text,
                                               std::string_view currency);
/// The same without a word about what is wrong: for amounts that are only a second opinion.
[[nodiscard]] std::optional<Money> read_amount_quietly(std::string_view text, std::string_view currency);
/// A whole number as a count or -1.
[[nodiscard]] std::int64_t read_count(std::string_view text);
/// The day of a date or a date with a time, whatever zone it names: the bank's own day.
[[nodiscard]] std::optional<Date> read_day(const ReadState& state, std::string_view text);
[[nodiscard]] bool read_flag(std::string_view text);

/// The reason from its two spellings: the code, else the proprietary one if it has the form of a code.
[[nodiscard]] std::string_view reason_of(std::string_view code, std::string_view proprietary);

/// A reference, or nothing where the file says that it has none: NOTPROVIDED, NONREF.
[[nodiscard]] std::string_view given(std::string_view reference);

/// Remembers texts by a fingerprint, to tell doubled ones, in bounded memory: after `most` of them it learns no more.
class SeenTexts {
 public:
  static constexpr std::size_t most = std::size_t{1} << 20;

  /// True if the text was there before.
  [[nodiscard]] bool seen_before(std::string_view text);
  [[nodiscard]] bool is_full() const { return count_ >= most; }

 private:
  void grow();

  std::vector<std::uint64_t> slots_;
  std::size_t count_ = 0;
};

/// Sums in minor units that say when they would no longer fit.
class CheckedSum {
 public:
  void add(std::int64_t minor) { overflowed_ = __builtin_add_overflow(sum_, minor, &sum_) || overflowed_; }
  void subtract(std::int64_t minor) { overflowed_ = __builtin_sub_overflow(sum_, minor, &sum_) || overflowed_; }
  [[nodiscard]] std::int64_t value() const { return sum_; }
  [[nodiscard]] bool overflowed() const { return overflowed_; }

 private:
  std::int64_t sum_ = 0;
  bool overflowed_ = false;
};

}  // namespace counterfoil
