// pain.002: the bank's answer to a collection file at three levels. The lowest level that says anything decides, and
// what the levels above say against it is a finding.
#include <algorithm>
#include <array>

#include "parsers/iso20022_message.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t full_piece = 105;  // AddtlInf is Max105Text: longer words of a bank come in several.

/// What one level says. Reused, so that its strings keep their room.
struct Said {
  std::string status, reason, reason_text;
  Outcome outcome = Outcome::none;
  std::uint32_t line = 0;

  void clear() {
    status.clear();
    reason.clear();
    reason_text.clear();
    outcome = Outcome::none;
    line = 0;
  }
  [[nodiscard]] bool is_silent() const { return status.empty() && reason.empty() && reason_text.empty(); }
  /// "Accepted in part" sends the reader to the level below; it decides nothing itself.
  [[nodiscard]] bool decides() const { return !status.empty() && status != "PART"; }
};

bool is_payee_verification(std::string_view status) {
  constexpr std::array<std::string_view, 6> codes{"RCVC", "RVCM", "RVMC", "RVNM", "RVNA", "RVNC"};
  return std::ranges::find(codes, status) != codes.end();
}

class Pain002Reader final : public MessageReader {
 public:
  Pain002Reader(ReadState& state, const MessageName& name)
      : state_{state}, format_{name.format}, first_position_{state.next_position} {}

  void open(XmlWord scope) override {
    if (scope == XmlWord::scope_answer) {
      file_.line = state_.locator->line();
    } else if (scope == XmlWord::scope_batch) {
      open_batch();
    } else if (scope == XmlWord::scope_entry) {
      in_entry_ = true;
      announce_batch();
      texts_.clear_range(XmlWord::entry_instruction_id, XmlWord::entry_text);
      entry_.clear();
      entry_.line = state_.locator->line();
    } else if (scope == XmlWord::scope_reason) {
      texts_.clear_range(XmlWord::reason_code, XmlWord::reason_text);
    }
  }

  void take(XmlWord word, std::string_view text, std::string_view currency) override {
    if (word == XmlWord::reason_text) {
      texts_.join(word, text, full_piece);
    } else if (word == XmlWord::entry_remittance) {
      texts_.join(word, text, 140);
    } else {
      texts_.take(word, text, currency);
    }
  }

  void close(XmlWord scope) override {
    if (scope == XmlWord::scope_reason) {
      close_reason();
    } else if (scope == XmlWord::scope_answer) {
      hear(file_, XmlWord::file_status);
      announce_file();
    } else if (scope == XmlWord::scope_batch) {
      announce_batch();
      in_batch_ = false;
    } else if (scope == XmlWord::scope_entry) {
      const About about{state_, entry_.line};
      hear(entry_, XmlWord::entry_status);
      deliver_entry();
      in_entry_ = false;
    }
  }

  void end() override {
    announce_file();
    if (state_.next_position == first_position_)
      report_no_content(state_, "the report gives no status of a file, block or transaction.");
    counts_.kind = FileKind::acknowledgement;
    state_.sink.end(counts_);
  }

 private:
  void open_batch() {
    announce_file();
    texts_.clear_range(XmlWord::batch_id, XmlWord::batch_creditor_bank_other);
    batch_.clear();
    batch_.line = state_.locator->line();
    batch_announced_ = false;
    in_batch_ = true;
    ++counts_.batches;
  }

  /// A level may give several reasons: the first code counts, all texts are kept.
  void close_reason() {
    Said& said = in_entry_ ? entry_ : in_batch_ ? batch_ : file_;
    const std::string_view code = reason_of(texts_.at(XmlWord::reason_code), texts_.at(XmlWord::reason_proprietary));
    const auto add_text = [&said](std::string_view text) {
      if (text.empty() || said.reason_text.size() > 4096) return;
      if (!said.reason_text.empty()) said.reason_text += ' ';
      said.reason_text += text;
    };
    if (said.reason.empty()) {
      said.reason = code;
    } else if (!code.empty() && code != said.reason) {
      add_text("Also " + std::string{code} + ".");
    }
    // A proprietary reason without the form of a code is words.
    if (const auto words = trim_blanks(texts_.at(XmlWord::reason_proprietary)); words != code) add_text(words);
    add_text(trim_blanks(texts_.at(XmlWord::reason_text)));
  }

  void hear(Said& said, XmlWord status) {
    said.status = trim_blanks(texts_.at(status));
    if (said.status.empty()) return;
    if (said.status == known_status_) {  // A file says the same of nearly all.
      said.outcome = known_outcome_;
      return;
    }
    const Reason* known = state_.scheme->find_status(said.status);
    said.outcome = known == nullptr ? Outcome::unknown : known->outcome;
    if (known != nullptr && !is_payee_verification(said.status)) {
      known_status_ = said.status;
      known_outcome_ = said.outcome;
    }
    if (is_payee_verification(said.status)) {
      state_.report(Severity::note, "pain002.payee-verification",
                    "The status " + said.status +
                        " tells of a check of the payee's name. It neither accepts nor rejects anything.",
                    "Nothing to do for a collection.");
    } else if (known == nullptr) {
      state_.report(Severity::error, "pain002.status-unknown",
                    "The status \"" + said.status.substr(0, 20) + "\" is not known. It is taken as no answer.",
                    "Ask the bank what it means, and decide by hand.");
    }
  }

  void announce_file() {
    if (file_announced_) return;
    file_announced_ = true;
    FileHead head;
    head.scheme = "iso20022";
    head.format = format_;
    head.kind = FileKind::acknowledgement;
    head.message_id = texts_.at(XmlWord::file_message_id);
    head.original_message_id = texts_.at(XmlWord::file_original_message_id);
    head.original_message_name = texts_.at(XmlWord::file_original_message_name);
    head.created = trim_blanks(texts_.at(XmlWord::file_created));
    head.created_on = read_day(state_, head.created);
    head.sender_name = texts_.at(XmlWord::file_sender_name);
    head.declared_count = read_count(texts_.at(XmlWord::file_count));
    head.declared_sum_minor = sum_of(XmlWord::file_sum);
    state_.sink.file(head);
    if (trim_blanks(head.original_message_id).empty()) {
      state_.report(Severity::error, "pain002.no-original", "The report does not name the file it answers.",
                    "Find the file it answers by the day and way it was sent, and match it by hand.");
    }
    note_other_order(head.original_message_name);
    if (!file_.is_silent()) deliver_level(file_, Level::file);
  }

  /// Banks spell the name in many ways: "pain.008.001.02", "PAIN.008", "pain.008.001.02.ch.03".
  void note_other_order(std::string_view name) {
    if (name.size() < 8 || (name[0] != 'p' && name[0] != 'P')) return;
    const std::string_view number = name.substr(5, 3);
    if (name[4] != '.' || number == "008" || number == "007") return;
    state_.report(Severity::note, "pain002.other-order",
                  "The report answers a " + std::string{name.substr(0, 20)} + " file, which is no collection.",
                  "Nothing to do: it speaks of other orders given to the bank.");
  }

  void announce_batch() {
    if (batch_announced_ || !in_batch_) return;
    batch_announced_ = true;
    const About about{state_, batch_.line, in_entry_};
    hear(batch_, XmlWord::batch_status);
    BatchHead head;
    head.line = batch_.line;
    head.original_id = texts_.at(XmlWord::batch_original_id);
    head.number = counts_.batches;
    head.count = read_count(texts_.at(XmlWord::batch_count));
    head.sum_minor = sum_of(XmlWord::batch_sum);
    state_.sink.batch(head);
    check_against(batch_, file_, "block", "file");
    if (!batch_.is_silent()) deliver_level(batch_, Level::block);
  }

  /// Original sums carry no currency; a SEPA file is in euro.
  [[nodiscard]] std::int64_t sum_of(XmlWord word) const {
    const auto money = read_amount_quietly(texts_.at(word), "EUR");
    return money ? money->minor_units() : -1;
  }

  void deliver_level(const Said& said, Level level) {
    Entry entry;
    entry.level = level;
    entry.line = said.line;
    entry.position = state_.next_position++;
    entry.original_message_id = texts_.at(XmlWord::file_original_message_id);
    if (level == Level::block) {
      entry.original_batch_id = texts_.at(XmlWord::batch_original_id);
      const auto covered = read_count(texts_.at(XmlWord::batch_count));
      entry.batch_count = covered < 0 ? 0 : static_cast<std::uint64_t>(covered);
    } else {
      const auto covered = read_count(texts_.at(XmlWord::file_count));
      entry.batch_count = covered < 0 ? 0 : static_cast<std::uint64_t>(covered);
    }
    entry.status = said.status;
    entry.outcome = said.status.empty() ? Outcome::unknown : said.outcome;
    entry.reason = said.reason;
    entry.reason_text = said.reason_text;
    state_.sink.entry(entry);
  }

  /// The level that decides, from the bottom up; nothing where nobody does.
  [[nodiscard]] const Said* deciding() const {
    if (entry_.decides()) return &entry_;
    if (batch_.decides()) return &batch_;
    if (file_.decides()) return &file_;
    return nullptr;
  }

  void deliver_entry() {
    ++counts_.entries;
    check_against(entry_, batch_.status.empty() ? file_ : batch_, "transaction",
                  batch_.status.empty() ? "file" : "block");
    Entry entry;
    entry.line = entry_.line;
    entry.position = state_.next_position++;
    fill_references(entry);
    fill_money(entry);
    const Said* const from = deciding();
    entry.outcome = from == nullptr ? Outcome::unknown : from->outcome;
    entry.status = from == nullptr ? std::string_view{} : std::string_view{from->status};
    entry.status_inherited = from != nullptr && from != &entry_;
    const Said& reason = inherited_reason(from);
    entry.reason = reason.reason;
    entry.reason_text = reason.reason_text;
    if (from == nullptr) {
      state_.report(Severity::error, "pain002.no-status",
                    "Neither the transaction nor its block or file has a status that decides.",
                    "Ask the bank what became of it.");
    }
    state_.sink.entry(entry);
  }

  /// Its own reasons; without any, those of the level its status is from or of the block that rejected it.
  [[nodiscard]] const Said& inherited_reason(const Said* from) const {
    if (!entry_.reason.empty() || !entry_.reason_text.empty()) return entry_;
    if (from != nullptr && from != &entry_) return *from;
    const bool agrees_with_block = from == &entry_ && batch_.outcome == entry_.outcome;
    if (agrees_with_block && (!batch_.reason.empty() || !batch_.reason_text.empty())) return batch_;
    const bool agrees_with_file = from == &entry_ && file_.outcome == entry_.outcome;
    if (agrees_with_file) return file_;
    return entry_;
  }

  void fill_references(Entry& entry) const {
    entry.reference = given(texts_.at(XmlWord::entry_reference));
    entry.instruction_id = given(texts_.at(XmlWord::entry_instruction_id));
    entry.mandate = texts_.at(XmlWord::entry_mandate);
    entry.bank_reference = given(texts_.at(XmlWord::entry_bank_reference));
    entry.original_message_id = texts_.at(XmlWord::file_original_message_id);
    entry.original_batch_id = texts_.at(XmlWord::batch_original_id);
    entry.payer_name = texts_.at(XmlWord::entry_payer_name);
    entry.payer_account = texts_.first_of(XmlWord::entry_payer_account, XmlWord::entry_payer_account_other);
    entry.payer_bank = texts_.first_of(XmlWord::entry_payer_bank, XmlWord::entry_payer_bank_member);
    entry.ultimate_debtor = texts_.at(XmlWord::entry_ultimate_debtor);
    entry.remittance = texts_.first_of(XmlWord::entry_remittance, XmlWord::entry_remittance_reference);
    entry.purpose = texts_.at(XmlWord::entry_purpose);
    entry.sequence = parse_sequence_type(trim_blanks(texts_.at(XmlWord::entry_sequence))).value_or(SequenceType::none);
    entry.collect_on = read_day(state_, texts_.at(XmlWord::entry_collect_on));
    entry.signed_on = read_day(state_, texts_.at(XmlWord::entry_signed_on));
  }

  void fill_money(Entry& entry) const {
    const XmlWord word = texts_.has(XmlWord::entry_amount) ? XmlWord::entry_amount : XmlWord::entry_settlement_amount;
    const auto money = read_amount(state_, texts_.at(word), texts_.currency(word));
    if (!money) return;
    entry.amount_minor = money->minor_units();
    entry.currency = money->currency();
  }

  /// ISO 20022 forbids these pairs (message definition report, payments initiation, pain.002 rules); banks send them.
  void check_against(const Said& below, const Said& above, std::string_view name_below, std::string_view name_above) {
    if (below.status.empty() || above.status.empty() || above.status == "PART") return;
    const auto is_positive = [](Outcome outcome) {
      return outcome == Outcome::accepted || outcome == Outcome::pending;
    };
    const bool contradicts = (below.outcome == Outcome::rejected && is_positive(above.outcome)) ||
                             (below.outcome == Outcome::accepted && above.outcome == Outcome::rejected) ||
                             (name_below == "block" && above.status == "RCVD");
    if (!contradicts) return;
    state_.report(Severity::error, "pain002.contradiction",
                  "The " + std::string{name_below} + " has the status " + below.status + ", the " +
                      std::string{name_above} + " above it " + above.status + ". The lower one counts.",
                  "Look at the bank's online banking if the result surprises.");
  }

  ReadState& state_;
  std::string format_;
  std::uint32_t first_position_;
  XmlTexts texts_;
  Said file_, batch_, entry_;
  std::string known_status_;
  Outcome known_outcome_ = Outcome::unknown;
  FileCounts counts_;
  bool file_announced_ = false, batch_announced_ = false, in_batch_ = false, in_entry_ = false;
};

}  // namespace

std::unique_ptr<MessageReader> make_pain002_reader(ReadState& state, const MessageName& name) {
  return std::make_unique<Pain002Reader>(state, name);
}

}  // namespace counterfoil
