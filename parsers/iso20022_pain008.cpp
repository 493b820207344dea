// pain.008, the collection file, and pain.007, the request to give collected money back.
#include <algorithm>

#include "core/creditor_id.hpp"
#include "core/iban.hpp"
#include "core/text.hpp"
#include "parsers/iso20022_message.hpp"

namespace counterfoil {
namespace {

/// What is counted of a file or block, beside what it declares.
struct Counted {
  std::int64_t count = 0;
  CheckedSum sum;
  bool sum_is_whole = true;  // False once an amount could not be read or is of another currency.
  Currency currency;

  void add(const std::optional<Money>& money) {
    ++count;
    if (money && currency == Currency{}) currency = money->currency();
    if (money && money->currency() == currency) {
      sum.add(money->minor_units());
    } else {
      sum_is_whole = false;
    }
  }
};

/// Compares with what the file declares, and says both.
void check_declared(const ReadState& state, std::string_view where, std::string_view declared_count,
                    std::string_view declared_sum, const Counted& counted) {
  if (const auto count = read_count(declared_count); count >= 0 && count != counted.count) {
    state.report(Severity::error, "iso20022.count",
                 "The " + std::string{where} + " declares " + std::to_string(count) + " transactions; it holds " +
                     std::to_string(counted.count) + ".",
                 "The file was changed or cut, or its maker counts wrongly. A bank refuses it; make it again.");
  }
  const std::string_view text = trim_blanks(declared_sum);
  if (text.empty() || !counted.sum_is_whole || counted.sum.overflowed() || counted.currency == Currency{}) return;
  const auto declared = Money::parse(text, counted.currency);
  const Money real{counted.sum.value(), counted.currency};
  if (declared && *declared == real) return;
  state.report(Severity::error, "iso20022.sum",
               "The " + std::string{where} + " declares a sum of " + std::string{text.substr(0, 40)} +
                   "; its transactions add up to " + real.decimal() + ".",
               "The file was changed or cut, or its maker adds wrongly. A bank refuses it; make it again.");
}

class Pain008Reader final : public MessageReader {
 public:
  Pain008Reader(ReadState& state, const MessageName& name)
      : state_{state}, format_{name.format}, is_sepa_{name.format.find(".ch.") == std::string::npos} {}

  void open(XmlWord scope) override {
    if (scope == XmlWord::scope_batch) {
      announce_file();
      texts_.clear_range(XmlWord::batch_id, XmlWord::batch_creditor_bank_other);
      batch_line_ = state_.locator->line();
      batch_counted_ = {};
      batch_announced_ = false;
      ++counts_.batches;
    } else if (scope == XmlWord::scope_entry) {
      texts_.clear_range(XmlWord::entry_instruction_id, XmlWord::entry_text);
      second_address_line_.clear();
      has_amendment_ = false;
      entry_line_ = state_.locator->line();
    } else if (scope == XmlWord::scope_amendment) {
      has_amendment_ = true;
    }
  }

  void take(XmlWord word, std::string_view text, std::string_view currency) override {
    if (word == XmlWord::entry_remittance) {
      texts_.join(word, text, 140);
    } else if (word == XmlWord::entry_payer_address_line && texts_.has(word)) {
      if (!second_address_line_.empty()) second_address_line_ += ' ';
      second_address_line_ += text;
    } else {
      texts_.take(word, text, currency);
    }
  }

  void close(XmlWord scope) override {
    if (scope == XmlWord::scope_header) {
      announce_file();
    } else if (scope == XmlWord::scope_entry) {
      deliver_entry();
    } else if (scope == XmlWord::scope_batch) {
      announce_batch();
      if (batch_counted_.count == 0) report_no_content(state_, "the block holds no collection.");
      check_declared(state_, "block", texts_.at(XmlWord::batch_count), texts_.at(XmlWord::batch_sum), batch_counted_);
    }
  }

  void end() override {
    announce_file();
    if (counts_.batches == 0) report_no_content(state_, "the message holds no block of collections.");
    check_declared(state_, "file", texts_.at(XmlWord::file_count), texts_.at(XmlWord::file_sum), file_counted_);
    if (references_.is_full()) {
      state_.report(
          Severity::note, "pain008.doubles-not-all-checked",
          "Only the first " + std::to_string(SeenTexts::most) + " end-to-end ids were held against each other.",
          "Split the file if doubled ids matter.");
    }
    counts_.kind = FileKind::instruction;
    state_.sink.end(counts_);
  }

 private:
  void announce_file() {
    if (file_announced_) return;
    file_announced_ = true;
    FileHead head;
    head.scheme = "iso20022";
    head.format = format_;
    head.kind = FileKind::instruction;
    head.message_id = texts_.at(XmlWord::file_message_id);
    head.created = trim_blanks(texts_.at(XmlWord::file_created));
    head.created_on = read_day(state_, head.created);
    head.sender = texts_.at(XmlWord::file_sender);
    head.sender_name = texts_.at(XmlWord::file_sender_name);
    head.declared_count = read_count(texts_.at(XmlWord::file_count));
    head.currency = is_sepa_ ? euro : Currency{};
    if (const auto sum = read_amount_quietly(texts_.at(XmlWord::file_sum), is_sepa_ ? "EUR" : "CHF"))
      head.declared_sum_minor = sum->minor_units();
    state_.sink.file(head);
  }

  /// With the first entry: a creditor id may stand in the entries alone.
  void announce_batch() {
    if (batch_announced_) return;
    batch_announced_ = true;
    const bool has_entry = state_.about_line != 0;
    const About about{state_, batch_line_, has_entry};
    BatchHead head;
    head.line = batch_line_;
    head.id = texts_.at(XmlWord::batch_id);
    head.number = counts_.batches;
    head.instrument = trim_blanks(texts_.first_of(XmlWord::batch_instrument, XmlWord::entry_instrument));
    head.service = trim_blanks(texts_.first_of(XmlWord::batch_service, XmlWord::entry_service));
    head.sequence = parse_sequence_type(trim_blanks(texts_.first_of(XmlWord::batch_sequence, XmlWord::entry_sequence)))
                        .value_or(SequenceType::none);
    head.creditor_name = texts_.at(XmlWord::batch_creditor_name);
    head.creditor_id = texts_.first_of(XmlWord::batch_creditor_id, XmlWord::entry_creditor_id);
    head.creditor_account = texts_.first_of(XmlWord::batch_creditor_account, XmlWord::batch_creditor_account_other);
    head.creditor_bank = texts_.first_of(XmlWord::batch_creditor_bank, XmlWord::batch_creditor_bank_member);
    if (head.creditor_bank.empty()) head.creditor_bank = given(texts_.at(XmlWord::batch_creditor_bank_other));
    head.collect_on = read_day(state_, texts_.at(XmlWord::batch_collect_on));
    head.batch_booking = !texts_.has(XmlWord::batch_booking) || read_flag(texts_.at(XmlWord::batch_booking));
    head.count = read_count(texts_.at(XmlWord::batch_count));
    head.currency = is_sepa_ ? euro : file_counted_.currency;
    if (const auto sum = read_amount_quietly(texts_.at(XmlWord::batch_sum),
                                             is_sepa_ ? std::string_view{"EUR"} : file_counted_.currency.code()))
      head.sum_minor = sum->minor_units();
    state_.sink.batch(head);
    check_batch(head);
  }

  void check_batch(const BatchHead& head) {
    if (!head.id.empty() && batch_ids_.seen_before(head.id)) {
      state_.report(Severity::error, "pain008.doubled-batch-id",
                    "The block id \"" + std::string{head.id.substr(0, 40)} + "\" stands in this file before.",
                    "Give each block an id of its own; the bank answers by it.");
    }
    if (!is_sepa_) return;
    check_account(texts_.at(XmlWord::batch_creditor_account), "creditor");
    if (head.creditor_id.empty()) {
      state_.report(Severity::error, "pain008.no-creditor-id", "The block names no creditor identifier.",
                    "Name it in CdtrSchmeId; a SEPA collection needs it.");
    } else {
      check_creditor(head.creditor_id);
    }
    check_one_of(head.sequence);
  }

  void check_one_of(SequenceType sequence) {
    if (sequence != SequenceType::none) return;
    state_.report(Severity::error, "pain008.no-sequence", "The block says neither FRST, RCUR, FNAL nor OOFF.",
                  "Write the sequence type in PmtTpInf/SeqTp.");
  }

  void check_creditor(std::string_view creditor_id) {
    if (creditor_id == last_creditor_) return;
    last_creditor_ = creditor_id;
    if (const auto checked = check_creditor_id(creditor_id); !checked) {
      state_.report(Severity::error, "pain008.creditor-id", checked.error().explanation, checked.error().remedy);
    }
  }

  void check_account(std::string_view iban, std::string_view whose) {
    if (iban.empty()) return;
    if (const auto checked = check_iban(iban); !checked) {
      state_.report(Severity::error, "iso20022.iban",
                    "The account of the " + std::string{whose} + ": " + checked.error().explanation,
                    checked.error().remedy);
    }
  }

  void deliver_entry() {
    const About about{state_, entry_line_};
    ++counts_.entries;
    const auto money = read_amount(state_, texts_.at(XmlWord::entry_amount), texts_.currency(XmlWord::entry_amount));
    file_counted_.add(money);
    batch_counted_.add(money);
    announce_batch();
    Entry entry;
    entry.line = entry_line_;
    entry.position = state_.next_position++;
    if (money) {
      entry.amount_minor = money->minor_units();
      entry.currency = money->currency();
    }
    fill_references(entry);
    fill_payer(entry);
    fill_mandate(entry);
    check_entry(entry, money);
    state_.sink.entry(entry);
  }

  void fill_references(Entry& entry) const {
    entry.reference = given(texts_.at(XmlWord::entry_reference));
    entry.instruction_id = texts_.at(XmlWord::entry_instruction_id);
    entry.remittance = texts_.first_of(XmlWord::entry_remittance, XmlWord::entry_remittance_reference);
    entry.purpose = texts_.at(XmlWord::entry_purpose);
    entry.collect_on = read_day(state_, texts_.at(XmlWord::batch_collect_on));
    const std::string_view sequence = trim_blanks(texts_.first_of(XmlWord::entry_sequence, XmlWord::batch_sequence));
    entry.sequence = parse_sequence_type(sequence).value_or(SequenceType::none);
  }

  void fill_payer(Entry& entry) const {
    entry.payer_name = texts_.at(XmlWord::entry_payer_name);
    entry.payer_account = texts_.first_of(XmlWord::entry_payer_account, XmlWord::entry_payer_account_other);
    entry.payer_bank = texts_.first_of(XmlWord::entry_payer_bank, XmlWord::entry_payer_bank_member);
    if (entry.payer_bank.empty()) entry.payer_bank = given(texts_.at(XmlWord::entry_payer_bank_other));
    entry.payer_country = texts_.at(XmlWord::entry_payer_country);
    entry.payer_town = texts_.at(XmlWord::entry_payer_town);
    entry.payer_postcode = texts_.at(XmlWord::entry_payer_postcode);
    entry.payer_street = texts_.at(XmlWord::entry_payer_street);
    entry.payer_building = texts_.at(XmlWord::entry_payer_building);
    entry.payer_address_line_1 = texts_.at(XmlWord::entry_payer_address_line);
    entry.payer_address_line_2 = second_address_line_;
    entry.ultimate_debtor = texts_.at(XmlWord::entry_ultimate_debtor);
  }

  void fill_mandate(Entry& entry) const {
    entry.mandate = texts_.at(XmlWord::entry_mandate);
    entry.signed_on = read_day(state_, texts_.at(XmlWord::entry_signed_on));
    entry.amended_mandate = texts_.at(XmlWord::entry_amended_mandate);
    entry.amended_creditor_id = texts_.at(XmlWord::entry_amended_creditor_id);
    entry.amended_creditor_name = texts_.at(XmlWord::entry_amended_creditor_name);
    entry.amended_account = texts_.first_of(XmlWord::entry_amended_account, XmlWord::entry_amended_account_other);
    // Until 2016 SMNDA stood with the bank; some programs still write it there.
    if (entry.amended_account.empty() && trim_blanks(texts_.at(XmlWord::entry_amended_bank_other)) == "SMNDA")
      entry.amended_account = "SMNDA";
  }

  void check_entry(const Entry& entry, const std::optional<Money>& money) {
    if (!entry.reference.empty() && references_.seen_before(entry.reference)) {
      state_.report(
          Severity::error, "pain008.doubled-reference",
          "The end-to-end id \"" + std::string{entry.reference.substr(0, 40)} + "\" stands in this file before.",
          "Give each collection an id of its own; its answer comes back under it.");
    }
    if (money && money->minor_units() == 0) {
      state_.report(Severity::error, "pain008.zero-amount", "The amount is zero.",
                    "Collect at least 0.01, or leave the collection out.");
    }
    if (!is_sepa_) return;
    if (money && money->currency() != euro) {
      state_.report(Severity::error, "pain008.currency",
                    "The amount is in " + std::string{money->currency().code()} + "; a SEPA collection is in euro.",
                    "Collect it by another scheme.");
    }
    check_account(texts_.at(XmlWord::entry_payer_account), "payer");
    if (const auto own = texts_.at(XmlWord::entry_creditor_id); !own.empty()) check_creditor(own);
    if (entry.mandate.empty()) {
      state_.report(Severity::error, "pain008.no-mandate", "The collection names no mandate.",
                    "Name it in MndtId; a SEPA collection needs it.");
    } else if (!entry.signed_on) {
      state_.report(Severity::error, "pain008.no-signature-day", "The mandate has no day of signature.",
                    "Write it in DtOfSgntr; a SEPA collection needs it.");
    }
    if (read_flag(texts_.at(XmlWord::entry_amendment)) != has_amendment_) {
      state_.report(Severity::error, "pain008.amendment",
                    has_amendment_ ? "An amendment is described and AmdmntInd does not say so."
                                   : "AmdmntInd announces an amendment and none is described.",
                    "Write AmdmntInd true together with AmdmntInfDtls, or neither.");
    }
  }

  ReadState& state_;
  std::string format_;
  bool is_sepa_;
  XmlTexts texts_;
  std::string second_address_line_, last_creditor_;
  SeenTexts batch_ids_, references_;
  Counted file_counted_, batch_counted_;
  FileCounts counts_;
  std::uint32_t batch_line_ = 0, entry_line_ = 0;
  bool file_announced_ = false, batch_announced_ = false, has_amendment_ = false;
};

class Pain007Reader final : public MessageReader {
 public:
  Pain007Reader(ReadState& state, const MessageName& name) : state_{state}, format_{name.format} {}

  void open(XmlWord scope) override {
    if (scope == XmlWord::scope_batch) {
      announce_file();
      texts_.clear_range(XmlWord::batch_id, XmlWord::batch_creditor_bank_other);
      for (auto* said : {&block_reason_, &block_text_}) said->clear();
      batch_line_ = state_.locator->line();
      batch_counted_ = {};
      batch_announced_ = false;
      in_batch_ = true;
      ++counts_.batches;
    } else if (scope == XmlWord::scope_entry) {
      announce_batch();
      texts_.clear_range(XmlWord::entry_instruction_id, XmlWord::entry_text);
      for (auto* said : {&entry_reason_, &entry_text_}) said->clear();
      entry_line_ = state_.locator->line();
      in_entry_ = true;
    } else if (scope == XmlWord::scope_reason) {
      texts_.clear_range(XmlWord::reason_code, XmlWord::reason_text);
    }
  }

  void take(XmlWord word, std::string_view text, std::string_view currency) override {
    if (word == XmlWord::reason_text) {
      texts_.join(word, text, 105);
    } else if (word == XmlWord::entry_remittance) {
      texts_.join(word, text, 140);
    } else {
      texts_.take(word, text, currency);
    }
  }

  void close(XmlWord scope) override {
    if (scope == XmlWord::scope_answer) {
      announce_file();
    } else if (scope == XmlWord::scope_reason) {
      close_reason();
    } else if (scope == XmlWord::scope_entry) {
      deliver_entry();
      in_entry_ = false;
    } else if (scope == XmlWord::scope_batch) {
      announce_batch();
      in_batch_ = false;
    }
  }

  void end() override {
    announce_file();
    if (counts_.batches == 0) report_no_content(state_, "the message names no block of collections to reverse.");
    // A reversal of whole blocks lists no transactions; its head counts those of the original file.
    if (counts_.entries > 0)
      check_declared(state_, "file", texts_.at(XmlWord::file_count), texts_.at(XmlWord::file_sum), file_counted_);
    counts_.kind = FileKind::instruction;
    state_.sink.end(counts_);
  }

 private:
  void announce_file() {
    if (file_announced_) return;
    file_announced_ = true;
    FileHead head;
    head.scheme = "iso20022";
    head.format = format_;
    head.kind = FileKind::instruction;
    head.message_id = texts_.at(XmlWord::file_message_id);
    head.original_message_id = texts_.at(XmlWord::file_original_message_id);
    head.original_message_name = texts_.at(XmlWord::file_original_message_name);
    head.created = trim_blanks(texts_.at(XmlWord::file_created));
    head.created_on = read_day(state_, head.created);
    head.sender_name = texts_.at(XmlWord::file_sender_name);
    head.declared_count = read_count(texts_.at(XmlWord::file_count));
    if (const auto sum = read_amount_quietly(texts_.at(XmlWord::file_sum), "EUR"))
      head.declared_sum_minor = sum->minor_units();
    state_.sink.file(head);
  }

  void announce_batch() {
    if (batch_announced_ || !in_batch_) return;
    batch_announced_ = true;
    BatchHead head;
    head.line = batch_line_;
    head.id = texts_.at(XmlWord::batch_id);
    head.original_id = texts_.at(XmlWord::batch_original_id);
    head.number = counts_.batches;
    head.count = read_count(texts_.at(XmlWord::batch_original_count));
    state_.sink.batch(head);
  }

  void close_reason() {
    if (!in_batch_)
      return;  // The reason of the whole file is that of each block that gives none; nobody asks for it here.
    std::string& reason = in_entry_ ? entry_reason_ : block_reason_;
    std::string& text = in_entry_ ? entry_text_ : block_text_;
    if (reason.empty()) reason = reason_of(texts_.at(XmlWord::reason_code), texts_.at(XmlWord::reason_proprietary));
    if (text.empty()) text = texts_.at(XmlWord::reason_text);
  }

  void deliver_entry() {
    const About about{state_, entry_line_};
    ++counts_.entries;
    const auto original = read_amount(state_, texts_.at(XmlWord::entry_amount), texts_.currency(XmlWord::entry_amount));
    const auto reversed =
        read_amount(state_, texts_.at(XmlWord::entry_reversed_amount), texts_.currency(XmlWord::entry_reversed_amount));
    file_counted_.add(reversed ? reversed : original);
    Entry entry;
    entry.line = entry_line_;
    entry.position = state_.next_position++;
    entry.direction = Direction::credit;
    if (const auto money = original ? original : reversed) {
      entry.amount_minor = money->minor_units();
      entry.currency = money->currency();
    }
    if (reversed) entry.booked_minor = reversed->minor_units();
    entry.reference = given(texts_.at(XmlWord::entry_reference));
    entry.instruction_id = texts_.at(XmlWord::entry_instruction_id);
    entry.original_message_id = texts_.at(XmlWord::file_original_message_id);
    entry.original_batch_id = texts_.at(XmlWord::batch_original_id);
    entry.mandate = texts_.at(XmlWord::entry_mandate);
    entry.signed_on = read_day(state_, texts_.at(XmlWord::entry_signed_on));
    entry.collect_on = read_day(state_, texts_.at(XmlWord::entry_collect_on));
    entry.payer_name = texts_.at(XmlWord::entry_payer_name);
    entry.payer_account = texts_.first_of(XmlWord::entry_payer_account, XmlWord::entry_payer_account_other);
    entry.payer_bank = texts_.first_of(XmlWord::entry_payer_bank, XmlWord::entry_payer_bank_member);
    entry.reason = entry_reason_.empty() ? block_reason_ : entry_reason_;
    entry.reason_text = entry_text_.empty() ? block_text_ : entry_text_;
    check_entry(original, reversed);
    state_.sink.entry(entry);
  }

  void check_entry(const std::optional<Money>& original, const std::optional<Money>& reversed) {
    if (original && reversed && *original != *reversed) {
      state_.report(
          Severity::error, "pain007.partial",
          "It gives back " + reversed->text() + " of " + original->text() + "; SEPA knows no partial reversal.",
          "Reverse the whole amount, or send a credit transfer.");
    }
    if (const auto iban = texts_.at(XmlWord::entry_payer_account); !iban.empty()) {
      if (const auto checked = check_iban(iban); !checked)
        state_.report(Severity::error, "iso20022.iban", "The account of the payer: " + checked.error().explanation,
                      checked.error().remedy);
    }
  }

  ReadState& state_;
  std::string format_;
  XmlTexts texts_;
  std::string entry_reason_, entry_text_, block_reason_, block_text_;
  Counted file_counted_, batch_counted_;
  FileCounts counts_;
  std::uint32_t batch_line_ = 0, entry_line_ = 0;
  bool file_announced_ = false, batch_announced_ = false, in_batch_ = false, in_entry_ = false;
};

}  // namespace

std::unique_ptr<MessageReader> make_pain008_reader(ReadState& state, const MessageName& name) {
  return std::make_unique<Pain008Reader>(state, name);
}

std::unique_ptr<MessageReader> make_pain007_reader(ReadState& state, const MessageName& name) {
  return std::make_unique<Pain007Reader>(state, name);
}

}  // namespace counterfoil
