// The reports of Bacs, which come as XML: unpaid debits (ARUDD), messaging advices (ADDACS, AUDDIS, AWACS), the input
// report, and indemnity claims (DDICA). They keep all data in attributes, name no currency, and lose leading zeros.
// Described by the tables under schemes/bacs/; what fails the schema of the bank is a remark, because real reports do.
//
// A reason is one character that means something else in each report, so it is delivered behind the name of its report:
// "ARUDD-0".
#include <algorithm>
#include <array>
#include <utility>

#include "parsers/iso20022_message.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t sort_code_digits = 6, account_digits = 8;

/// "0" and a blank stand for no text.
std::string_view stated(std::string_view text) {
  text = trim_blanks(text);
  return text == "0" ? std::string_view{} : text;
}

/// Digits only, with the zeros in front that a number lost on the way. Anything else is kept as it is.
std::string digits_of(std::string_view text, std::size_t length) {
  std::string digits;
  for (const char each : trim_blanks(text)) {
    if (each == '-' || each == ' ') continue;
    if (each < '0' || each > '9') return std::string{trim_blanks(text)};
    digits += each;
  }
  if (!digits.empty() && digits.size() < length) digits.insert(0, length - digits.size(), '0');
  return digits;
}

/// A day, or nothing where the report says so by "^^-^^-^^".
std::optional<Date> day_of(const ReadState& state, std::string_view text) {
  text = stated(text);
  if (text.find('^') != std::string_view::npos) return std::nullopt;
  return read_day(state, text);
}

/// Pounds with a decimal point; in some reports with commas between thousands.
std::optional<std::int64_t> pounds(const ReadState& state, std::string_view text) {
  std::string plain{trim_blanks(text)};
  std::erase(plain, ',');
  const auto money = read_amount(state, plain, "GBP");
  if (!money) return std::nullopt;
  return money->minor_units();
}

std::string pounds_text(std::int64_t minor) { return Money{minor, *Currency::parse("GBP")}.decimal(); }

/// What the description of a returned debit says where its code means this. Two four-character codes are known from
/// real reports, and both begin with the reason; the description is the second witness.
struct Described {
  char reason;
  std::string_view word;
};
constexpr std::array described_reasons{
    Described{'0', "REFER"},          Described{'1', "CANCEL"},         Described{'2', "DECEASED"},
    Described{'3', "TRANSFER"},       Described{'4', "NOTICE"},         Described{'5', "NO ACCOUNT"},
    Described{'6', "NO INSTRUCTION"}, Described{'7', "AMOUNT DIFFERS"}, Described{'8', "NOT YET DUE"},
    Described{'9', "OVERDUE"},        Described{'A', "USER"},           Described{'B', "CLOSED"},
};

std::string upper(std::string_view text) {
  std::string made{text};
  for (char& each : made) {
    if (each >= 'a' && each <= 'z') each = static_cast<char>(each - 'a' + 'A');
  }
  return made;
}

bool is_described_as(char reason, std::string_view description) {
  const auto found = std::ranges::find(described_reasons, reason, &Described::reason);
  return found != described_reasons.end() && upper(description).find(found->word) != std::string::npos;
}

/// "sort_code=202959; account=63748472": what an advice wants changed.
void add_change(std::string& changes, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!changes.empty()) changes += "; ";
  changes += name;
  changes += '=';
  changes += value;
}

/// What an ADDACS advice tells of the instruction: over, there again, or changed.
MandateNews news_of(std::string_view reason) {
  constexpr std::string_view over = "012B";
  if (reason.size() != 1) return MandateNews::changed;
  if (over.find(reason) != std::string_view::npos) return MandateNews::ended;
  return reason == "R" ? MandateNews::created : MandateNews::changed;
}

SequenceType sequence_of(std::string_view transaction_code) {
  if (transaction_code == "01") return SequenceType::first;
  if (transaction_code == "17" || transaction_code == "18") return SequenceType::recurring;
  return transaction_code == "19" ? SequenceType::final : SequenceType::none;
}

/// What the readers of both root elements share: heads, entries, counts.
class BacsReader : public MessageReader {
 public:
  explicit BacsReader(ReadState& state) : state_{state} {}

  void take(XmlWord word, std::string_view text, std::string_view currency) override {
    if (word == XmlWord::entry_reason_text || word == XmlWord::file_text) {
      if (!stated(text).empty())
        texts_.join(word, text, text.size() + 1);  // Lines of one message: a blank between them.
    } else {
      texts_.take(word, text, currency);
    }
  }

 protected:
  enum class Report : std::uint8_t { none, arudd, addacs, auddis, awacs, input, claims };

  void open_entry() {
    texts_.clear_range(XmlWord::entry_instruction_id, XmlWord::entry_text);
    line_ = state_.locator->line();
  }

  void announce_file(Report report, std::string_view original_message_id) {
    if (file_announced_) return;
    file_announced_ = true;
    report_ = report;
    constexpr std::array<std::pair<std::string_view, FileKind>, 7> kinds{
        {{"bacs-report", FileKind::empty},
         {"bacs-report.arudd", FileKind::returned},
         {"bacs-report.addacs", FileKind::notice},
         {"bacs-report.auddis", FileKind::acknowledgement},
         {"bacs-report.awacs", FileKind::notice},
         {"bacs-report.input", FileKind::acknowledgement},
         {"bacs-claims", FileKind::returned}}};
    const auto& [format, kind] = kinds[static_cast<std::size_t>(report)];
    counts_.kind = kind;
    created_on_ = day_of(state_, texts_.at(XmlWord::file_created));
    // No report has an id of its own; these together are what Bacs tells them apart by.
    message_id_.clear();
    for (const std::string_view part :
         {trim_blanks(texts_.at(XmlWord::file_creditor_id)), trim_blanks(texts_.at(XmlWord::file_created)),
          trim_blanks(texts_.first_of(XmlWord::file_message_id, XmlWord::file_serial))}) {
      if (part.empty()) continue;
      if (!message_id_.empty()) message_id_ += '-';
      message_id_ += part;
    }
    original_message_id_ = trim_blanks(original_message_id);
    FileHead head;
    head.scheme = "bacs";
    head.format = format;
    head.kind = kind;
    head.message_id = message_id_;
    head.original_message_id = original_message_id_;
    head.created_on = created_on_;
    head.created = trim_blanks(texts_.at(XmlWord::file_created));
    head.receiver = trim_blanks(texts_.at(XmlWord::file_creditor_id));
    head.receiver_name = stated(texts_.at(XmlWord::file_sender_name));
    head.currency = *Currency::parse("GBP");
    state_.sink.file(head);
  }

  void announce_batch() {
    if (batch_announced_) return;
    batch_announced_ = true;
    ++counts_.batches;
    own_account_ = digits_of(texts_.at(XmlWord::batch_creditor_account), account_digits);
    own_sort_code_ = digits_of(texts_.at(XmlWord::batch_creditor_bank), sort_code_digits);
    BatchHead head;
    head.line = line_;
    head.id = trim_blanks(texts_.at(XmlWord::batch_id));
    head.original_id = head.id;
    head.creditor_name = stated(texts_.at(XmlWord::batch_creditor_name));
    head.creditor_id = trim_blanks(texts_.first_of(XmlWord::batch_creditor_id, XmlWord::file_creditor_id));
    head.creditor_account = own_account_;
    head.creditor_bank = own_sort_code_;
    head.collect_on = day_of(state_, texts_.at(XmlWord::batch_collect_on));
    head.currency = *Currency::parse("GBP");
    head.number = counts_.batches;
    state_.sink.batch(head);
  }

  /// The parts all reports have in common. The views live until the next entry.
  Entry entry_of_texts() {
    account_ = digits_of(stated(texts_.at(XmlWord::entry_payer_account)), account_digits);
    sort_code_ = digits_of(stated(texts_.at(XmlWord::entry_payer_bank)), sort_code_digits);
    Entry entry;
    entry.line = line_;
    entry.mandate = trim_blanks(texts_.at(XmlWord::entry_mandate));
    entry.bank_reference = trim_blanks(texts_.at(XmlWord::entry_bank_reference));
    entry.payer_name = stated(texts_.at(XmlWord::entry_payer_name));
    entry.payer_account = account_;
    entry.payer_bank = sort_code_;
    entry.transaction_code = trim_blanks(texts_.at(XmlWord::entry_transaction_code));
    entry.sequence = sequence_of(entry.transaction_code);
    entry.currency = *Currency::parse("GBP");
    entry.original_message_id = original_message_id_;
    if (texts_.has(XmlWord::entry_amount)) {
      entry.amount_minor = pounds(state_, texts_.at(XmlWord::entry_amount)).value_or(0);
    }
    return entry;
  }

  /// `code` as the report writes it; the outcome is that of the reason, if it is known.
  void set_reason(Entry& entry, std::string_view report, std::string_view code) {
    reason_.assign(report);
    reason_ += '-';
    reason_ += code;
    const Reason* known = code.empty() ? nullptr : state_.scheme->find_reason(reason_);
    if (known == nullptr) reason_.assign(code);
    entry.reason = reason_;
    entry.outcome = known == nullptr ? Outcome::unknown : known->outcome;
    if (known != nullptr) return;
    const About about{state_, line_};
    state_.report(Severity::warning, "bacs.reason-unknown",
                  code.empty() ? "The entry states no reason."
                               : "The reason \"" + std::string{code.substr(0, 20)} + "\" is not known in " +
                                     std::string{report} + ".",
                  "It is kept as written and waits for a person; ask the bank what it means.");
  }

  void deliver(Entry& entry) {
    entry.position = state_.next_position++;
    if (entry.level == Level::entry) ++counts_.entries;
    state_.sink.entry(entry);
  }

  void compare(std::string_view what, std::string_view code, std::int64_t stated_here, std::int64_t found,
               bool is_money) {
    if (stated_here == found) return;
    const auto text = [&](std::int64_t value) { return is_money ? pounds_text(value) : std::to_string(value); };
    state_.report(Severity::error, std::string{code},
                  "The report states " + text(stated_here) + " as the " + std::string{what} + ", and its items give " +
                      text(found) + ".",
                  "Every item was read and kept; ask the bank which of the two is right before anything is booked.");
  }

  ReadState& state_;
  XmlTexts texts_;
  FileCounts counts_;
  Report report_ = Report::none;
  std::optional<Date> created_on_;
  std::string message_id_, original_message_id_, own_account_, own_sort_code_, account_, sort_code_, reason_, text_;
  std::uint32_t line_ = 0;
  bool file_announced_ = false, batch_announced_ = false;
};

class BacsReportReader final : public BacsReader {
 public:
  using BacsReader::BacsReader;

  void open(XmlWord scope) override {
    switch (scope) {
      case XmlWord::scope_header:
        kind_ = Report::arudd;
        break;
      case XmlWord::scope_answer:
        kind_ = Report::none;  // The first advice says which.
        break;
      case XmlWord::scope_statement:
        kind_ = Report::input;
        break;
      case XmlWord::scope_batch:
        line_ = state_.locator->line();
        texts_.clear_range(XmlWord::batch_id, XmlWord::batch_creditor_bank_other);
        batch_announced_ = false;
        items_ = 0;
        sum_ = {};
        break;
      case XmlWord::scope_entry:
        open_entry();
        break;
      case XmlWord::scope_summary:
        for (const XmlWord word :
             {XmlWord::batch_count, XmlWord::batch_sum, XmlWord::batch_original_count, XmlWord::batch_original_sum,
              XmlWord::batch_rejected_count, XmlWord::batch_adjusted_sum})
          texts_.clear(word);
        break;
      default:
        break;
    }
  }

  void close(XmlWord scope) override {
    if (scope == XmlWord::scope_entry) {
      const About about{state_, line_};
      switch (kind_) {
        case Report::arudd:
          returned_debit();
          break;
        case Report::input:
          input_error();
          break;
        default:
          advice();
      }
    } else if (scope == XmlWord::scope_batch) {
      kind_ == Report::input ? announce_input() : announce_file(kind_, {});
      announce_batch();
      if (kind_ == Report::arudd) check_totals();
    } else if (scope == XmlWord::scope_summary && kind_ == Report::input) {
      check_agreement();
    } else if (scope == XmlWord::scope_statement) {
      announce_input();
    }
  }

  void end() override {
    if (!whole_file_.kind.empty()) deliver_whole_file();
    if (kind_ == Report::none && !file_announced_) kind_ = advice_type();
    const bool says_something = kind_ != Report::none;
    announce_file(kind_, {});
    if (!says_something) report_no_content(state_, "the document holds no report that is read here.");
    if (counts_.entries == 0 && state_.next_position == 1 && says_something) counts_.kind = FileKind::empty;
    state_.sink.end(counts_);
  }

 private:
  /// What an advice says of a whole AUDDIS file; its message comes behind it.
  struct WholeFile {
    std::string kind, serial, file_number, error, accepted, rejected;
    std::uint32_t line = 0;
  };

  [[nodiscard]] Report advice_type() const {
    const auto type = trim_blanks(texts_.at(XmlWord::file_kind));
    if (type == "ADDACS") return Report::addacs;
    if (type.starts_with("AUD")) return Report::auddis;
    return type == "AWACS" ? Report::awacs : Report::none;
  }

  void returned_debit() {
    announce_file(Report::arudd, {});
    announce_batch();
    Entry entry = entry_of_texts();
    entry.collect_on = day_of(state_, texts_.at(XmlWord::entry_collect_on));
    entry.booked_on = created_on_;
    entry.reason_text = trim_blanks(texts_.at(XmlWord::entry_reason_text));
    const auto code = trim_blanks(texts_.at(XmlWord::entry_reason));
    // Four characters: the reason is the first one, if the description agrees.
    const bool is_long = code.size() == 4;
    set_reason(entry, "ARUDD", is_long && is_described_as(code.front(), entry.reason_text) ? code.substr(0, 1) : code);
    ++items_;
    sum_.add(entry.amount_minor);
    deliver(entry);
  }

  void check_totals() {
    const auto declared = read_count(texts_.at(XmlWord::batch_count));
    if (declared >= 0) compare("number of returned debits", "bacs.count-differs", declared, items_, false);
    if (!texts_.has(XmlWord::batch_sum)) return;
    const auto sum = pounds(state_, texts_.at(XmlWord::batch_sum));
    if (sum && !sum_.overflowed()) compare("sum of returned debits", "bacs.sum-differs", *sum, sum_.value(), true);
  }

  void advice() {
    const auto record = trim_blanks(texts_.at(XmlWord::entry_kind));
    if (record == "V" || record == "R") {
      // Accepted and refused AUDDIS files: one advice a file, its message last.
      if (!whole_file_.kind.empty()) deliver_whole_file();
      whole_file_ = {.kind = std::string{record},
                     .serial = std::string{trim_blanks(texts_.at(XmlWord::entry_file_serial))},
                     .file_number = std::string{trim_blanks(texts_.at(XmlWord::entry_file_number))},
                     .error = std::string{trim_blanks(texts_.at(XmlWord::entry_text))},
                     .accepted = std::string{trim_blanks(texts_.at(XmlWord::entry_accepted))},
                     .rejected = std::string{trim_blanks(texts_.at(XmlWord::entry_rejected))},
                     .line = line_};
      return;
    }
    const Report report = record == "A"                    ? Report::addacs
                          : record == "N" || record == "D" ? Report::auddis
                          : record == "W"                  ? Report::awacs
                                                           : advice_type();
    kind_ = report;
    announce_file(report, texts_.at(XmlWord::entry_file_serial));
    Entry entry = entry_of_texts();
    entry.booked_on = day_of(state_, texts_.at(XmlWord::entry_collect_on));
    entry.trace = trim_blanks(texts_.at(XmlWord::entry_number));
    entry.is_prenote = report == Report::auddis;
    changes_.clear();
    const auto nothing_but_zeros = [](std::string_view text) {
      return text.find_first_not_of("0 -") == std::string_view::npos;
    };
    const auto new_bank = stated(texts_.at(XmlWord::entry_new_bank));
    const auto new_account = stated(texts_.at(XmlWord::entry_new_account));
    if (!nothing_but_zeros(new_bank)) add_change(changes_, "sort_code", digits_of(new_bank, sort_code_digits));
    if (!nothing_but_zeros(new_account)) add_change(changes_, "account", digits_of(new_account, account_digits));
    add_change(changes_, "name", stated(texts_.at(XmlWord::entry_new_name)));
    add_change(changes_, "amount", stated(texts_.at(XmlWord::entry_new_amount)));
    add_change(changes_, "day", stated(texts_.at(XmlWord::entry_new_day)));
    entry.corrected_data = changes_;
    entry.effective_on = entry.booked_on;
    if (report == Report::addacs) entry.mandate_event = news_of(trim_blanks(texts_.at(XmlWord::entry_reason)));
    if (report == Report::auddis) entry.mandate_event = MandateNews::created;  // ... and rejected by its reason.
    set_reason(entry,
               report == Report::addacs   ? "ADDACS"
               : report == Report::auddis ? "AUDDIS"
               : report == Report::awacs  ? "AWACS"
                                          : "ADVICE",
               trim_blanks(texts_.at(XmlWord::entry_reason)));
    deliver(entry);
  }

  void deliver_whole_file() {
    kind_ = Report::auddis;
    announce_file(Report::auddis, whole_file_.serial);
    const bool is_refused = whole_file_.kind == "R";
    text_.clear();
    if (!whole_file_.error.empty()) text_ = "Error " + whole_file_.error + ": ";
    text_ += trim_blanks(texts_.at(XmlWord::file_text));
    Entry entry;
    entry.line = whole_file_.line;
    entry.level = Level::file;
    entry.currency = *Currency::parse("GBP");
    entry.is_prenote = true;
    entry.original_message_id = whole_file_.serial;
    entry.original_batch_id = whole_file_.file_number;
    entry.outcome = is_refused ? Outcome::rejected : Outcome::accepted;
    entry.batch_count = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, read_count(is_refused ? whole_file_.rejected : whole_file_.accepted)));
    if (is_refused) entry.reason = "AUDDIS-REJECTED";
    entry.reason_text = trim_blanks(text_);
    deliver(entry);
    whole_file_ = {};
  }

  /// The input report says that the submission arrived, or why it did not; the rest are single items.
  void announce_input() {
    if (file_announced_) return;
    announce_file(Report::input, texts_.at(XmlWord::file_original_message_id));
    text_ = stated(texts_.at(XmlWord::file_text));
    Entry entry;
    entry.line = line_;
    entry.level = Level::file;
    entry.currency = *Currency::parse("GBP");
    entry.original_message_id = original_message_id_;
    entry.outcome = text_.empty() ? Outcome::accepted : Outcome::rejected;
    if (!text_.empty()) entry.reason = "INPUT-REJECTED";
    entry.reason_text = text_;
    deliver(entry);
  }

  void input_error() {
    announce_input();
    announce_batch();
    Entry entry = entry_of_texts();
    entry.collect_on = day_of(state_, texts_.at(XmlWord::batch_collect_on));
    text_ = trim_blanks(texts_.at(XmlWord::entry_text));
    if (!text_.empty()) text_ += ": ";
    text_ += trim_blanks(texts_.at(XmlWord::entry_reason_text));
    entry.reason_text = text_;
    set_reason(entry, "INPUT", trim_blanks(texts_.at(XmlWord::entry_kind)));
    deliver(entry);
  }

  /// Bacs counted what our trailer declares, and balanced nothing by itself.
  void check_agreement() {
    const auto trailer = read_count(texts_.at(XmlWord::batch_original_count));
    const auto accepted = read_count(texts_.at(XmlWord::batch_count));
    if (trailer >= 0 && accepted >= 0)
      compare("number of records of our trailer", "bacs.input-count", trailer, accepted, false);
    if (texts_.has(XmlWord::batch_original_sum) && texts_.has(XmlWord::batch_sum)) {
      const auto stated_sum = pounds(state_, texts_.at(XmlWord::batch_original_sum));
      const auto taken_sum = pounds(state_, texts_.at(XmlWord::batch_sum));
      if (stated_sum && taken_sum) compare("sum of our trailer", "bacs.input-sum", *stated_sum, *taken_sum, true);
    }
    if (!texts_.has(XmlWord::batch_adjusted_sum)) return;
    const auto adjusted = pounds(state_, texts_.at(XmlWord::batch_adjusted_sum));
    if (!adjusted || *adjusted == 0) return;
    state_.report(Severity::error, "bacs.adjusted",
                  "Bacs made an adjustment of " + pounds_text(*adjusted) + ", because our file did not balance.",
                  "Compare the contras of the file with its items.");
  }

  Report kind_ = Report::none;
  WholeFile whole_file_;
  std::int64_t items_ = 0;
  CheckedSum sum_;
  std::string changes_;
};

class BacsClaimsReader final : public BacsReader {
 public:
  using BacsReader::BacsReader;

  void open(XmlWord scope) override {
    if (scope == XmlWord::scope_batch) {
      line_ = state_.locator->line();
      texts_.clear_range(XmlWord::batch_id, XmlWord::batch_creditor_bank_other);
      batch_announced_ = false;
      sum_ = {};
    } else if (scope == XmlWord::scope_amendment) {
      is_cancelled_ = true;
    } else if (scope == XmlWord::scope_entry) {
      open_entry();
    }
  }

  void close(XmlWord scope) override {
    if (scope == XmlWord::scope_entry) {
      const About about{state_, line_};
      claim();
    } else if (scope == XmlWord::scope_amendment) {
      is_cancelled_ = false;
    } else if (scope == XmlWord::scope_batch) {
      announce_file(Report::claims, {});
      announce_batch();
      if (!texts_.has(XmlWord::batch_sum)) return;
      const auto sum = pounds(state_, texts_.at(XmlWord::batch_sum));
      if (sum && !sum_.overflowed()) compare("sum of claims", "bacs.sum-differs", *sum, sum_.value(), true);
    }
  }

  void end() override {
    announce_file(Report::claims, {});
    if (counts_.entries == 0) counts_.kind = FileKind::empty;
    state_.sink.end(counts_);
  }

 private:
  void claim() {
    announce_file(Report::claims, {});
    Entry entry = entry_of_texts();
    entry.trace = trim_blanks(texts_.at(XmlWord::entry_number));
    entry.reason_text = trim_blanks(texts_.at(XmlWord::entry_reason_text));
    entry.collect_on = day_of(state_, texts_.at(XmlWord::entry_collect_on));
    if (is_cancelled_) {
      // The claim is withdrawn: the money stays or comes back, and a person must look.
      entry.outcome = Outcome::unknown;
      entry.status = "CANCELLED";
      entry.reason = trim_blanks(texts_.at(XmlWord::entry_reason));
      state_.report(
          Severity::warning, "bacs.claim-cancelled",
          "The claim " + std::string{entry.bank_reference.substr(0, 40)} + " was cancelled by the paying bank.",
          "If it was booked, take the booking back.");
    } else {
      announce_batch();
      entry.booked_on = day_of(state_, texts_.at(XmlWord::batch_collect_on));
      entry.booked_minor = entry.amount_minor;
      sum_.add(entry.amount_minor);
      set_reason(entry, "DDICA", trim_blanks(texts_.at(XmlWord::entry_reason)));
    }
    deliver(entry);
  }

  bool is_cancelled_ = false;
  CheckedSum sum_;
};

}  // namespace

std::unique_ptr<MessageReader> make_bacs_report_reader(ReadState& state, const MessageName& /*name*/) {
  return std::make_unique<BacsReportReader>(state);
}

std::unique_ptr<MessageReader> make_bacs_claims_reader(ReadState& state, const MessageName& /*name*/) {
  return std::make_unique<BacsClaimsReader>(state);
}

}  // namespace counterfoil
