// Collections through the enterprise interface of Industrial Bank: requests of ours, and what the bank's system says of
// them. Described by schemes/cn-cib/cib-gather.table. An answer has layers: the sign-on, the message, the batch and each
// item; only an item says what became of a debit.
#include <algorithm>
#include <array>
#include <utility>

#include "parsers/iso20022_message.hpp"

namespace counterfoil {
namespace {

constexpr std::string_view answered_well = "0";

const Currency& yuan() {
  static const Currency currency = *Currency::parse("CNY");
  return currency;
}

class CibGatherReader final : public MessageReader {
 public:
  explicit CibGatherReader(ReadState& state) : state_{state} {}

  void take(XmlWord word, std::string_view text, std::string_view currency) override {
    if (word == XmlWord::file_text) texts_.clear(word);  // The innermost layer speaks last.
    texts_.take(word, text, currency);
  }

  void open(XmlWord scope) override {
    switch (scope) {
      case XmlWord::scope_header:
        part_ = Part::request;
        break;
      case XmlWord::scope_answer:
        part_ = Part::answer;
        break;
      case XmlWord::scope_statement:
        part_ = Part::results;
        break;
      case XmlWord::scope_summary:
        part_ = Part::query;
        break;
      case XmlWord::scope_batch:
        batch_line_ = state_.locator->line();
        break;
      case XmlWord::scope_entry:
        texts_.clear_range(XmlWord::entry_instruction_id, XmlWord::entry_text);
        line_ = state_.locator->line();
        break;
      default:
        break;
    }
  }

  void close(XmlWord scope) override {
    if (scope == XmlWord::scope_entry) {
      const About about{state_, line_};
      item();
    } else if (scope == XmlWord::scope_batch) {
      announce_batch();
      if (part_ == Part::results) check_totals();
    } else if (scope == XmlWord::scope_answer && counts_.entries == 0) {
      whole_batch();
    }
  }

  void end() override {
    if (part_ == Part::none) report_no_content(state_, "the document holds no collection that is read here.");
    announce_file();
    check_layers();
    if (part_ == Part::query) {
      state_.report(Severity::note, "cib.query",
                    "This is a question of ours after the results of request " +
                        std::string{trim_blanks(texts_.at(XmlWord::file_original_message_id))} + ".",
                    "Nothing to do: the bank's answer holds the results.");
    }
    state_.sink.end(counts_);
  }

 private:
  enum class Part : std::uint8_t { none, request, answer, results, query };

  void announce_file() {
    if (file_announced_) return;
    file_announced_ = true;
    // A single collection is answered with its result at once.
    const bool has_results = part_ == Part::results || (part_ == Part::answer && texts_.has(XmlWord::entry_reason));
    constexpr std::array<std::pair<std::string_view, FileKind>, 5> kinds{
        {{"cib-gather", FileKind::empty},
         {"cib-gather.request", FileKind::instruction},
         {"cib-gather.answer", FileKind::acknowledgement},
         {"cib-gather.results", FileKind::settlement},
         {"cib-gather.query", FileKind::empty}}};
    const auto& [format, kind] = kinds[static_cast<std::size_t>(part_)];
    counts_.kind = has_results ? FileKind::settlement : kind;
    message_id_ = trim_blanks(texts_.at(XmlWord::file_message_id));
    created_ = trim_blanks(texts_.at(XmlWord::file_created));
    if (created_.size() > 10 && created_[10] == ' ') created_[10] = 'T';
    created_on_ = read_day(state_, created_);
    FileHead head;
    head.scheme = "cn-cib";
    head.format = format;
    head.kind = counts_.kind;
    head.message_id = message_id_;
    // The results are asked for under an id of their own, and do not repeat that of the request.
    if (part_ == Part::answer) head.original_message_id = message_id_;
    if (part_ == Part::query)
      head.original_message_id = trim_blanks(texts_.at(XmlWord::file_original_message_id));
    head.created_on = created_on_;
    head.created = created_;
    head.currency = yuan();
    state_.sink.file(head);
  }

  void announce_batch() {
    if (batch_announced_) return;
    batch_announced_ = true;
    announce_file();
    ++counts_.batches;
    BatchHead head;
    head.line = batch_line_;
    head.id = trim_blanks(texts_.first_of(XmlWord::batch_id, XmlWord::file_message_id));
    head.creditor_account = trim_blanks(texts_.at(XmlWord::batch_creditor_account));
    head.creditor_name = trim_blanks(texts_.at(XmlWord::batch_creditor_name));
    head.creditor_id = trim_blanks(texts_.at(XmlWord::batch_creditor_id));
    head.description = trim_blanks(texts_.at(XmlWord::batch_service));
    head.currency = yuan();
    head.number = counts_.batches;
    head.count = read_count(texts_.at(XmlWord::batch_count));
    if (const auto sum = read_amount(state_, texts_.at(XmlWord::batch_sum), "CNY")) head.sum_minor = sum->minor_units();
    if (part_ != Part::request) head.settled_on = created_on_;
    state_.sink.batch(head);
  }

  void item() {
    announce_batch();
    Entry entry;
    entry.line = line_;
    entry.mandate = trim_blanks(texts_.at(XmlWord::entry_mandate));
    entry.payer_name = trim_blanks(texts_.at(XmlWord::entry_payer_name));
    entry.payer_account = trim_blanks(texts_.at(XmlWord::entry_payer_account));
    entry.payer_bank = trim_blanks(texts_.at(XmlWord::entry_payer_bank));
    entry.transaction_code = trim_blanks(texts_.at(XmlWord::entry_transaction_code));
    entry.remittance = trim_blanks(texts_.at(XmlWord::entry_remittance));
    entry.purpose = trim_blanks(texts_.at(XmlWord::entry_purpose));
    entry.sequence_number =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, read_count(texts_.at(XmlWord::entry_number))));
    entry.currency = yuan();
    if (const auto asked = read_amount(state_, texts_.at(XmlWord::entry_amount), "CNY"))
      entry.amount_minor = asked->minor_units();
    sum_.add(entry.amount_minor);
    if (part_ != Part::request) set_result(entry);
    deliver(entry);
  }

  void set_result(Entry& entry) {
    entry.reason = trim_blanks(texts_.at(XmlWord::entry_reason));
    entry.reason_text = trim_blanks(texts_.at(XmlWord::entry_reason_text));
    entry.booked_on = created_on_;
    const Reason* known = entry.reason.empty() ? nullptr : state_.scheme->find_reason(entry.reason);
    entry.outcome = known == nullptr ? Outcome::unknown : known->outcome;
    if (known == nullptr) {
      state_.report(Severity::error, "cib.result-unknown",
                    "The result \"" + std::string{entry.reason.substr(0, 20)} + "\" is none the bank's guide knows.",
                    "It is kept as written and is no success; ask the bank what it means.");
    }
    if (entry.outcome != Outcome::settled) return;
    if (const auto paid = read_amount(state_, texts_.at(XmlWord::entry_settlement_amount), "CNY"))
      entry.collected_minor = paid->minor_units();
  }

  /// The bank took a batch, or did not: its state speaks for the whole file.
  void whole_batch() {
    announce_file();
    const About about{state_, state_.locator->line()};
    Entry entry;
    entry.line = state_.locator->line();
    entry.level = Level::file;
    entry.currency = yuan();
    entry.original_message_id = message_id_;
    const auto code = trim_blanks(texts_.at(XmlWord::file_status));
    if (code == answered_well) {
      entry.status = trim_blanks(texts_.at(XmlWord::batch_status));
      entry.reason_text = trim_blanks(texts_.at(XmlWord::entry_reason_text));
      const Reason* known = entry.status.empty() ? nullptr : state_.scheme->find_status(entry.status);
      entry.outcome = known == nullptr ? Outcome::unknown : known->outcome;
      if (known == nullptr) {
        state_.report(Severity::error, "cib.state-unknown",
                      "The state \"" + std::string{entry.status.substr(0, 20)} + "\" is none the bank's guide knows.",
                      "Ask for the results of the items, and the bank if it has none; do not send the batch again.");
      }
    } else {
      entry.outcome = Outcome::unknown;
      entry.reason = code;
      entry.reason_text = trim_blanks(texts_.at(XmlWord::file_text));
    }
    deliver(entry);
  }

  /// The codes of sign-on and message: what they mean is not known, but for the one that says that all went well.
  void check_layers() {
    if (part_ == Part::request || part_ == Part::query || part_ == Part::none) return;
    for (const XmlWord layer : {XmlWord::file_outer_status, XmlWord::file_status}) {
      const auto code = trim_blanks(texts_.at(layer));
      if (code == answered_well) continue;
      state_.report(Severity::error, "cib.not-answered",
                    code.empty() ? "The answer does not say that the bank's system worked it off."
                                 : "The bank's system answers with the code " + std::string{code.substr(0, 20)} + ": " +
                                       std::string{trim_blanks(texts_.at(XmlWord::file_text)).substr(0, 120)},
                    "Ask for the results before anything is sent again: the request may have been carried out.");
    }
  }

  void check_totals() {
    const auto count = read_count(texts_.at(XmlWord::batch_count));
    const auto found = static_cast<std::int64_t>(counts_.entries);
    if (trim_blanks(texts_.at(XmlWord::batch_more)) == "Y" || (count >= 0 && found < count)) {
      state_.report(Severity::warning, "cib.page",
                    "These are " + std::to_string(found) + " of " + (count < 0 ? "more" : std::to_string(count)) +
                        " items: the bank delivers results in pages.",
                    "Ask for the other pages; the batch is decided by all of them together.");
      return;
    }
    if (count >= 0 && count != found) {
      state_.report(Severity::error, "cib.count-differs",
                    "The bank counts " + std::to_string(count) + " items, and the message holds " +
                        std::to_string(found) + ".",
                    "Every item was read and kept; ask the bank which is right before anything is booked.");
    }
    const auto sum = read_amount_quietly(texts_.at(XmlWord::batch_sum), "CNY");
    if (sum && (sum_.overflowed() || sum->minor_units() != sum_.value())) {
      state_.report(Severity::error, "cib.sum-differs",
                    "The bank states " + sum->decimal() + " as the sum of the items, and they give " +
                        Money{sum_.value(), yuan()}.decimal() + ".",
                    "Every item was read and kept; ask the bank which is right before anything is booked.");
    }
  }

  void deliver(Entry& entry) {
    entry.position = state_.next_position++;
    if (entry.level == Level::entry) ++counts_.entries;
    state_.sink.entry(entry);
  }

  ReadState& state_;
  XmlTexts texts_;
  FileCounts counts_;
  Part part_ = Part::none;
  CheckedSum sum_;
  std::optional<Date> created_on_;
  std::string message_id_, created_;
  std::uint32_t line_ = 0, batch_line_ = 0;
  bool file_announced_ = false, batch_announced_ = false;
};

}  // namespace

std::unique_ptr<MessageReader> make_cib_gather_reader(ReadState& state, const MessageName& /*name*/) {
  return std::make_unique<CibGatherReader>(state);
}

}  // namespace counterfoil
