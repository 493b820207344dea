// camt.052, .053, .054: what happened on an account. Banks differ in what they fill, so that every fact is looked for
// in the places where it was seen, and the booking itself (Ntry) stays the truth about the money.
#include "parsers/iso20022_message.hpp"

namespace counterfoil {
namespace {

/// A charge beside or within a booking.
struct Charges {
  CheckedSum total;
  bool all_included = true;   // No record says that it was not part of the booked amount.
  bool any_included = false;  // A record says that it was.

  void clear() { *this = {}; }
};

/// What one TxDtls says. Kept until the next one begins or the booking ends, because only then it is known whether it
/// stands for the whole booking.
struct Details {
  XmlTexts texts;
  Charges charges;
  std::uint32_t line = 0;
  bool has_return = false;

  void clear() {
    texts.clear();
    charges.clear();
    line = 0;
    has_return = false;
  }
};

/// A bank transaction code in its parts, of the transaction or else of the booking.
struct TransactionCode {
  std::string_view domain, family, subfamily, proprietary;
};

class CamtReader final : public MessageReader {
 public:
  CamtReader(ReadState& state, const MessageName& name)
      : state_{state}, format_{name.format}, is_notification_{name.family == "camt.054"} {}

  void open(XmlWord scope) override {
    switch (scope) {
      case XmlWord::scope_statement:
        return open_statement();
      case XmlWord::scope_balance:
        return texts_.clear_range(XmlWord::balance_code, XmlWord::balance_indicator);
      case XmlWord::scope_booking:
        return open_booking();
      case XmlWord::scope_details:
        return open_details();
      case XmlWord::scope_summary:
        has_summary_ = booking_has_summary_ = true;
        return;
      case XmlWord::scope_charge:
        return texts_.clear_range(XmlWord::charge_amount, XmlWord::charge_included);
      case XmlWord::scope_return:
        details_.has_return = true;
        return;
      case XmlWord::scope_entry:
        return open_transaction();
      default:
        return;
    }
  }

  void take(XmlWord word, std::string_view text, std::string_view currency) override {
    if (word < XmlWord::return_code) {
      texts_.take(word, text, currency);
      return;
    }
    XmlTexts& texts = details_.texts;
    if (word == XmlWord::return_text) {
      texts.join(word, text, 105);
    } else if (word == XmlWord::entry_remittance) {
      texts.join(word, text, text.size() == 27 || text.size() == 35 ? text.size() : 140);
    } else {
      texts.take(word, text, currency);
    }
  }

  void close(XmlWord scope) override {
    switch (scope) {
      case XmlWord::scope_header:
        return announce_file();
      case XmlWord::scope_statement:
        return close_statement();
      case XmlWord::scope_balance:
        return close_balance();
      case XmlWord::scope_booking:
        return close_booking();
      case XmlWord::scope_details:
        return close_details();
      case XmlWord::scope_charge:
        return close_charge();
      case XmlWord::scope_entry:
        return close_transaction();
      default:
        return;
    }
  }

  void end() override {
    announce_file();
    if (statements_ == 0)
      report_no_content(state_,
                        is_notification_ ? "the message holds no notification." : "the message holds no statement.");
    counts_.kind = statements_ == 0                    ? FileKind::empty
                   : !is_notification_                 ? FileKind::statement
                   : returns_ > 0 && settlements_ == 0 ? FileKind::returned
                                                       : FileKind::settlement;
    state_.sink.end(counts_);
  }

 private:
  // ---- the message and its statements

  void announce_file() {
    if (file_announced_) return;
    file_announced_ = true;
    FileHead head;
    head.scheme = "iso20022";
    head.format = format_;
    head.kind = is_notification_ ? FileKind::settlement : FileKind::statement;
    head.message_id = texts_.at(XmlWord::file_message_id);
    head.created = trim_blanks(texts_.at(XmlWord::file_created));
    head.created_on = read_day(state_, head.created);
    state_.sink.file(head);
  }

  void open_statement() {
    announce_file();
    texts_.clear_range(XmlWord::statement_id, XmlWord::statement_debit_sum);
    ++statements_;
    opening_.reset();
    previous_closing_.reset();
    closing_.reset();
    credits_ = debits_ = all_credits_ = all_debits_ = 0;
    credit_sum_ = debit_sum_ = all_credit_sum_ = all_debit_sum_ = {};
    sums_are_whole_ = true;
    currency_ = {};
  }

  void close_balance() {
    const auto money =
        read_amount(state_, texts_.at(XmlWord::balance_amount), texts_.currency(XmlWord::balance_amount));
    if (!money) return;
    if (currency_ == Currency{}) currency_ = money->currency();
    const std::string_view code = trim_blanks(texts_.at(XmlWord::balance_code));
    const bool is_debit = trim_blanks(texts_.at(XmlWord::balance_indicator)) == "DBIT";
    const std::int64_t minor = is_debit ? -money->minor_units() : money->minor_units();
    // A page may repeat them: the first opening and the last closing balance count.
    if (code == "OPBD" && !opening_) opening_ = minor;
    if (code == "PRCD" && !previous_closing_) previous_closing_ = minor;
    if (code == "CLBD") closing_ = minor;
  }

  void close_statement() {
    Statement statement;
    statement.id = texts_.at(XmlWord::statement_id);
    statement.account = texts_.first_of(XmlWord::statement_account, XmlWord::statement_account_other);
    statement.currency = statement_currency();
    statement.sequence_number =
        trim_blanks(texts_.first_of(XmlWord::statement_electronic_number, XmlWord::statement_legal_number));
    statement.from = read_day(state_, texts_.at(XmlWord::statement_from));
    statement.to = read_day(state_, texts_.at(XmlWord::statement_to));
    statement.opening_minor = opening_ ? opening_ : previous_closing_;
    statement.closing_minor = closing_;
    statement.credits = credits_;
    statement.debits = debits_;
    statement.credit_minor = credit_sum_.value();
    statement.debit_minor = debit_sum_.value();
    check_balances(statement);
    check_summary(statement.currency);
    if (credit_sum_.overflowed() || debit_sum_.overflowed()) {
      state_.report(Severity::error, "camt.sum-overflow", "The bookings add up to more than can be held.",
                    "Look at the amounts of the statement; none of its sums are to be used.");
    }
    if (const auto copy = trim_blanks(texts_.at(XmlWord::statement_copy)); !copy.empty()) {
      state_.report(Severity::note, "camt.copy",
                    "The bank marks this statement as " + std::string{copy.substr(0, 4)} + ": a copy or duplicate.",
                    "Bookings that came before count once.");
    }
    state_.sink.statement(statement);
  }

  [[nodiscard]] Currency statement_currency() const {
    const std::string_view code = trim_blanks(texts_.at(XmlWord::statement_currency));
    if (code.empty() || code == currency_.code()) return currency_;
    if (const auto named = Currency::parse(code)) return *named;
    return currency_;
  }

  void check_balances(const Statement& statement) {
    if (!statement.opening_minor || !statement.closing_minor || !sums_are_whole_) return;
    CheckedSum expected;
    expected.add(*statement.opening_minor);
    expected.add(statement.credit_minor);
    expected.subtract(statement.debit_minor);
    if (expected.overflowed() || expected.value() == *statement.closing_minor) return;
    const Money computed{expected.value(), statement.currency};
    const Money declared{*statement.closing_minor, statement.currency};
    state_.report(Severity::warning, "camt.balance",
                  "The opening balance and the bookings give " + computed.text() + "; the closing balance is " +
                      declared.text() + ".",
                  "A page or a booking is missing, or this is a report of the day. Ask for the whole statement before "
                  "the account is closed.");
  }

  void check_summary(Currency currency) {
    check_summary_line("credit", XmlWord::statement_credit_count, XmlWord::statement_credit_sum, all_credits_,
                       all_credit_sum_, currency);
    check_summary_line("debit", XmlWord::statement_debit_count, XmlWord::statement_debit_sum, all_debits_,
                       all_debit_sum_, currency);
  }

  void check_summary_line(const std::string& side, XmlWord count_word, XmlWord sum_word, std::uint64_t count,
                          const CheckedSum& sum, Currency currency) {
    if (const auto declared = read_count(texts_.at(count_word));
        declared >= 0 && static_cast<std::uint64_t>(declared) != count) {
      state_.report(Severity::warning, "camt.summary-count",
                    "The summary declares " + std::to_string(declared) + " " + side + " entries; there are " +
                        std::to_string(count) + ".",
                    "A page or a booking may be missing. Ask the bank.");
    }
    const auto declared = read_amount_quietly(texts_.at(sum_word), currency.code());
    if (!declared || !sums_are_whole_ || sum.overflowed() || declared->minor_units() == sum.value()) return;
    state_.report(Severity::warning, "camt.summary-sum",
                  "The summary declares " + side + " entries of " + declared->text() + "; they add up to " +
                      Money{sum.value(), currency}.text() + ".",
                  "A page or a booking may be missing. Ask the bank.");
  }

  // ---- bookings

  void open_booking() {
    texts_.clear_range(XmlWord::booking_reference, XmlWord::details_total);
    booking_line_ = state_.locator->line();
    booking_charges_.clear();
    transactions_ = 0;
    is_held_ = false;
    booking_has_summary_ = has_summary_ = false;
    details_sum_ = {};
    details_are_summable_ = true;
    amount_.reset();
    amount_is_bad_ = false;
    ++counts_.entries;
  }

  void open_details() {
    has_summary_ = false;
    transactions_before_ = transactions_;
    texts_.clear_range(XmlWord::details_message_id, XmlWord::details_total);
  }

  void open_transaction() {
    learn_booking();
    in_transaction_starts_ = true;
    if (is_held_) deliver_transaction(details_, false);
    in_transaction_starts_ = false;
    details_.clear();
    details_.line = state_.locator->line();
    is_held_ = true;
    in_transaction_ = true;
    ++transactions_;
  }

  /// The batch around it is named by its NtryDtls, which may be over when the transaction is delivered.
  void close_transaction() {
    in_transaction_ = false;
    XmlTexts& texts = details_.texts;
    if (given(texts.at(XmlWord::entry_original_message_id)).empty())
      adopt(texts, XmlWord::entry_original_message_id, XmlWord::details_message_id);
    if (given(texts.at(XmlWord::entry_original_batch_id)).empty())
      adopt(texts, XmlWord::entry_original_batch_id, XmlWord::details_batch_id);
  }

  void adopt(XmlTexts& texts, XmlWord word, XmlWord from) const {
    texts.clear(word);
    if (texts_.has(from)) texts.take(word, texts_.at(from), {});
  }

  void close_charge() {
    if (texts_.at(XmlWord::charge_amount).empty()) return;
    Charges& charges = in_transaction_ ? details_.charges : booking_charges_;
    const auto money = read_amount_quietly(texts_.at(XmlWord::charge_amount), texts_.currency(XmlWord::charge_amount));
    if (money) {
      const bool is_credit = trim_blanks(texts_.at(XmlWord::charge_indicator)) == "CRDT";
      is_credit ? charges.total.subtract(money->minor_units()) : charges.total.add(money->minor_units());
    }
    if (texts_.has(XmlWord::charge_included)) {
      const bool is_included = read_flag(texts_.at(XmlWord::charge_included));
      charges.any_included = charges.any_included || is_included;
      charges.all_included = charges.all_included && is_included;
    }
    texts_.clear_range(XmlWord::charge_amount, XmlWord::charge_included);
  }

  /// The end of one NtryDtls: its summary against what was listed.
  void close_details() {
    const auto declared = read_count(texts_.at(XmlWord::details_count));
    const std::uint64_t listed = transactions_ - transactions_before_;
    if (declared >= 0 && listed > 0 && static_cast<std::uint64_t>(declared) != listed) {
      state_.report(Severity::warning, "camt.batch-count",
                    "The batch declares " + std::to_string(declared) + " transactions; " + std::to_string(listed) +
                        " are listed.",
                    "Ask the bank for the missing details before the batch is settled.");
    }
  }

  /// What the booking itself says, once its own fields have come: they all stand before its details.
  void learn_booking() {
    if (amount_ || amount_is_bad_ || texts_.at(XmlWord::booking_amount).empty()) return;
    amount_ = read_amount(state_, texts_.at(XmlWord::booking_amount), texts_.currency(XmlWord::booking_amount));
    amount_is_bad_ = !amount_.has_value();
    if (amount_ && currency_ == Currency{}) currency_ = amount_->currency();
  }

  [[nodiscard]] bool is_booked() const { return trim_blanks(texts_.at(XmlWord::booking_status)) == "BOOK"; }
  [[nodiscard]] bool is_credit() const { return trim_blanks(texts_.at(XmlWord::booking_indicator)) == "CRDT"; }

  void close_booking() {
    const About about{state_, booking_line_};
    learn_booking();
    check_booking();
    count_booking();
    if (booking_has_summary_) ++counts_.batches;
    if (is_held_) {
      deliver_transaction(details_, transactions_ == 1);
      check_details_sum();
    } else {
      deliver_booking();
    }
  }

  void check_booking() {
    const std::string_view indicator = trim_blanks(texts_.at(XmlWord::booking_indicator));
    if (indicator != "CRDT" && indicator != "DBIT") {
      state_.report(Severity::error, "camt.no-direction", "The booking does not say whether it is a credit or a debit.",
                    "Ask the bank; the line is not posted by itself.");
    }
    const std::string_view status = trim_blanks(texts_.at(XmlWord::booking_status));
    if (status.empty()) {
      state_.report(Severity::error, "camt.no-status",
                    "The booking has no status, so that nobody knows whether money moved.",
                    "Ask the bank; the line is not posted by itself.");
    } else if (status != "BOOK") {
      state_.report(Severity::note, "camt.not-booked",
                    "The status " + std::string{status.substr(0, 20)} + " means that no money moved yet.",
                    "Nothing to do; the booking comes later.");
    }
  }

  void count_booking() {
    if (!amount_ || amount_->currency() != statement_currency()) {
      sums_are_whole_ = false;
      if (!amount_) return;
    }
    const std::int64_t minor = amount_->minor_units();
    const bool books = is_booked();
    if (is_credit()) {
      ++all_credits_;
      all_credit_sum_.add(minor);
      if (books) ++credits_, credit_sum_.add(minor);
    } else {
      ++all_debits_;
      all_debit_sum_.add(minor);
      if (books) ++debits_, debit_sum_.add(minor);
    }
  }

  void check_details_sum() {
    if (!amount_ || !details_are_summable_ || details_sum_.overflowed() || transactions_ < 2) return;
    const std::int64_t sum = details_sum_.value() < 0 ? -details_sum_.value() : details_sum_.value();
    if (sum == amount_->minor_units()) return;
    state_.report(
        Severity::error, "camt.details-sum",
        "The details add up to " + Money{sum, amount_->currency()}.text() + "; the booking is " + amount_->text() + ".",
        "The booking is what counts. Look for charges or missing details before it is settled.");
  }

  // ---- entries

  /// A booking without details: of a whole batch where it says so.
  void deliver_booking() {
    details_.clear();
    close_transaction();  // The batch, if any, is named by NtryDtls.
    Entry entry;
    const auto count = read_count(texts_.at(XmlWord::details_count));
    if (booking_has_summary_) entry.level = Level::block;
    if (count > 0) entry.batch_count = static_cast<std::uint64_t>(count);
    entry.line = booking_line_;
    fill_entry(entry, details_, true);
    state_.sink.entry(entry);
  }

  void deliver_transaction(Details& details, bool is_only_one) {
    // Unless it is the last one, the parser stands in the next already.
    const About about{state_, details.line, in_transaction_starts_};
    Entry entry;
    entry.line = details.line;
    fill_entry(entry, details, is_only_one);
    state_.sink.entry(entry);
  }

  void fill_entry(Entry& entry, Details& details, bool is_whole_booking) {
    const XmlTexts& texts = details.texts;
    entry.position = state_.next_position++;
    fill_references(entry, texts);
    entry.status = trim_blanks(texts_.at(XmlWord::booking_status));
    entry.is_booked = is_booked();
    entry.is_reversal_flag = read_flag(texts_.at(XmlWord::booking_reversal));
    entry.booked_on = read_day(state_, texts_.at(XmlWord::booking_booked_on));
    entry.valued_on = read_day(state_, texts_.at(XmlWord::booking_valued_on));
    entry.remittance = texts.first_of(XmlWord::entry_remittance, XmlWord::entry_remittance_reference);
    if (entry.remittance.empty()) entry.remittance = texts.first_of(XmlWord::entry_text, XmlWord::entry_remittance);
    if (entry.remittance.empty() && is_whole_booking) entry.remittance = texts_.at(XmlWord::booking_text);
    entry.purpose = texts.at(XmlWord::entry_purpose);
    entry.ultimate_debtor = texts.at(XmlWord::entry_ultimate_debtor);
    fill_reason(entry, texts);
    const bool credit = is_credit_of(texts);
    const TransactionCode code = code_of(texts);
    fill_code(entry, code);
    fill_payer(entry, texts, credit);
    classify(entry, details, code, credit);
    fill_money(entry, details, is_whole_booking, credit);
    count_outcome(entry);
  }

  void fill_references(Entry& entry, const XmlTexts& texts) const {
    entry.reference = given(texts.at(XmlWord::entry_reference));
    entry.instruction_id = given(texts.at(XmlWord::entry_instruction_id));
    entry.mandate = given(texts.at(XmlWord::entry_mandate));
    entry.original_message_id = given(texts.at(XmlWord::entry_original_message_id));
    entry.original_batch_id = given(texts.at(XmlWord::entry_original_batch_id));
    entry.bank_reference = given(texts.at(XmlWord::entry_bank_reference));
    if (entry.bank_reference.empty()) entry.bank_reference = given(texts_.at(XmlWord::booking_bank_reference));
    if (entry.bank_reference.empty()) entry.bank_reference = given(texts.at(XmlWord::entry_transaction_id));
    if (entry.bank_reference.empty()) entry.bank_reference = given(texts_.at(XmlWord::booking_reference));
  }

  static void fill_reason(Entry& entry, const XmlTexts& texts) {
    entry.reason = reason_of(texts.at(XmlWord::return_code), texts.at(XmlWord::return_proprietary));
    entry.reason_text = texts.at(XmlWord::return_text);
    if (entry.reason_text.empty() && entry.reason.empty()) entry.reason_text = texts.at(XmlWord::return_proprietary);
  }

  [[nodiscard]] bool is_credit_of(const XmlTexts& texts) const {
    const std::string_view own = trim_blanks(texts.at(XmlWord::entry_indicator));
    return own.empty() ? is_credit() : own == "CRDT";
  }

  /// The booking's own code: with a transaction some banks repeat the code of the original one.
  [[nodiscard]] TransactionCode code_of(const XmlTexts& texts) const {
    const TransactionCode booking{
        trim_blanks(texts_.at(XmlWord::booking_domain)), trim_blanks(texts_.at(XmlWord::booking_family)),
        trim_blanks(texts_.at(XmlWord::booking_subfamily)), trim_blanks(texts_.at(XmlWord::booking_proprietary_code))};
    if (!booking.family.empty()) return booking;
    const TransactionCode own{
        trim_blanks(texts.at(XmlWord::entry_domain)), trim_blanks(texts.at(XmlWord::entry_family)),
        trim_blanks(texts.at(XmlWord::entry_subfamily)), trim_blanks(texts.at(XmlWord::entry_proprietary_code))};
    return own.family.empty() && !booking.proprietary.empty() ? booking : own;
  }

  void fill_code(Entry& entry, const TransactionCode& code) {
    if (code.family.empty()) {
      entry.bank_transaction_code = code.proprietary;
      return;
    }
    code_text_.assign(code.domain);
    code_text_ += '/';
    code_text_ += code.family;
    code_text_ += '/';
    code_text_ += code.subfamily;
    entry.bank_transaction_code = code_text_;
  }

  /// Banks differ in whether a return keeps the roles of the collection or turns them round, so that the payer is the
  /// party whose account is not ours.
  void fill_payer(Entry& entry, const XmlTexts& texts, bool credit) const {
    const std::string_view own =
        trim_blanks(texts_.first_of(XmlWord::statement_account, XmlWord::statement_account_other));
    const std::string_view debtor = texts.first_of(XmlWord::entry_debtor_account, XmlWord::entry_debtor_account_other);
    const std::string_view creditor =
        texts.first_of(XmlWord::entry_creditor_account, XmlWord::entry_creditor_account_other);
    const bool debtor_is_other = !debtor.empty() && trim_blanks(debtor) != own;
    const bool creditor_is_other = !creditor.empty() && trim_blanks(creditor) != own;
    bool take_debtor = debtor_is_other;
    if (debtor_is_other == creditor_is_other) {
      const bool has_debtor = !texts.at(XmlWord::entry_debtor_name).empty();
      const bool has_creditor = !texts.at(XmlWord::entry_creditor_name).empty();
      take_debtor = has_debtor != has_creditor ? has_debtor : credit || debtor_is_other;
    }
    entry.payer_account = take_debtor ? debtor : creditor;
    entry.payer_name = texts.at(take_debtor ? XmlWord::entry_debtor_name : XmlWord::entry_creditor_name);
    entry.payer_bank = texts.at(take_debtor ? XmlWord::entry_debtor_bank : XmlWord::entry_creditor_bank);
  }

  /// Whether this is a collection of ours that was paid or came back. Only what the file itself says; a booking that
  /// carries references and no code is left to the matching.
  void classify(Entry& entry, const Details& details, const TransactionCode& code, bool credit) {
    const bool ours = code.family == "IDDT" || code.family == "RDDT";  // Some banks write RDDT where they mean IDDT.
    const bool sent_back = code.subfamily == "UPDD" || code.subfamily == "PRDD" || code.subfamily == "RCDD";
    entry.outcome = Outcome::none;
    entry.direction = credit ? Direction::debit : Direction::credit;
    if (!entry.is_booked) {
      if (entry.status == "PDNG" || entry.status == "FUTR") entry.outcome = Outcome::pending;
    } else if (details.has_return) {
      if (!credit) entry.outcome = return_outcome(entry.reason, code);
    } else if (ours && !credit && (entry.is_reversal_flag || sent_back)) {
      entry.outcome = return_outcome(entry.reason, code);
      state_.report(Severity::warning, "camt.reason-missing", "A collection came back and the bank gives no reason.",
                    "Ask the bank, or look into the text of the booking.");
    } else if (ours && credit && !entry.is_reversal_flag) {
      entry.outcome = Outcome::settled;
    } else if (code.family == "IDDT" && !credit) {
      entry.outcome = Outcome::unknown;
      state_.report(Severity::error, "camt.debit-unclear",
                    "A debit of the collection family neither names a return nor a reversal.",
                    "Compare it with the reversals that were sent.");
    } else if (code.family.empty() && (!entry.reference.empty() || !entry.mandate.empty())) {
      // A proprietary code of the bank, or none: the references decide in the matching.
      entry.outcome = Outcome::unknown;
    }
    // What speaks of a claim has the direction of the claim.
    if (entry.outcome == Outcome::returned || entry.outcome == Outcome::refunded) entry.direction = Direction::debit;
  }

  static Outcome return_outcome(std::string_view reason, const TransactionCode& code) {
    const bool asked_back = reason == "MD06" || reason == "md06";  // Some banks write codes in small letters.
    return asked_back || code.subfamily == "PRDD" ? Outcome::refunded : Outcome::returned;
  }

  // ---- money

  /// A second amount of the transaction, where it is in the currency of the booking and not the zero some banks fill
  /// in.
  [[nodiscard]] std::optional<Money> amount_in_details(const XmlTexts& texts, XmlWord word) const {
    const auto money = read_amount_quietly(texts.at(word), texts.currency(word));
    if (!money || money->minor_units() == 0 || (amount_ && money->currency() != amount_->currency()))
      return std::nullopt;
    return money;
  }

  void fill_money(Entry& entry, Details& details, bool is_whole_booking, bool credit) {
    const XmlTexts& texts = details.texts;
    const auto own = amount_in_details(texts, XmlWord::entry_amount);
    auto transaction = amount_in_details(texts, XmlWord::entry_transaction_amount);
    auto instructed = amount_in_details(texts, XmlWord::entry_instructed_amount);
    if (is_whole_booking) {
      if (!transaction) transaction = amount_in_details(texts_, XmlWord::booking_transaction_amount);
      if (!instructed) instructed = amount_in_details(texts_, XmlWord::booking_instructed_amount);
    }
    const bool is_return = entry.outcome == Outcome::returned || entry.outcome == Outcome::refunded;
    Charges& charges = is_whole_booking && details.charges.total.value() == 0 ? booking_charges_ : details.charges;
    entry.charges_minor = charges.total.value();
    auto booked = is_whole_booking ? amount_ : own ? own : transaction ? transaction : std::optional<Money>{};
    std::optional<Money> claim;
    if (is_return) {
      claim = instructed ? instructed : transaction ? transaction : without_charges(booked, charges);
    } else {
      claim = own ? own : transaction ? transaction : instructed ? instructed : booked;
    }
    if (!booked) booked = claim;
    add_to_details_sum(booked, credit);
    if (!claim || charges.total.overflowed()) {
      entry.outcome = entry.outcome == Outcome::none ? Outcome::none : Outcome::unknown;
      entry.currency = amount_ ? amount_->currency() : Currency{};
      state_.report(Severity::error, "camt.no-amount", "The transaction says no amount that can be used.",
                    "Ask the bank for the amount; the line is not posted by itself.");
      return;
    }
    entry.amount_minor = claim->minor_units();
    entry.currency = claim->currency();
    if (booked) entry.booked_minor = booked->minor_units();
    if (is_return) check_charges(entry);
  }

  static std::optional<Money> without_charges(const std::optional<Money>& booked, const Charges& charges) {
    if (!booked || charges.total.value() == 0 || !charges.all_included) return booked;
    std::int64_t minor = 0;
    // Flat charges of version 02 say nothing about it and are part of the booking.
    if (__builtin_sub_overflow(booked->minor_units(), charges.total.value(), &minor) || minor <= 0) return booked;
    return Money{minor, booked->currency()};
  }

  /// Booked = original + charges, unless the bank bills its charges apart.
  void check_charges(const Entry& entry) {
    const std::int64_t more = entry.booked_minor - entry.amount_minor;
    if (more == 0 || more == entry.charges_minor) return;
    state_.report(Severity::error, "camt.return-difference",
                  "The return books " + Money{entry.booked_minor, entry.currency}.text() + " for a collection of " +
                      Money{entry.amount_minor, entry.currency}.text() + " and names charges of " +
                      Money{entry.charges_minor, entry.currency}.text() + ".",
                  "The difference is neither charge nor collection yet. Ask the bank what it is.");
  }

  void add_to_details_sum(const std::optional<Money>& booked, bool credit) {
    if (!booked || (amount_ && booked->currency() != amount_->currency())) {
      details_are_summable_ = false;
    } else if (credit == is_credit()) {
      details_sum_.add(booked->minor_units());
    } else {
      details_sum_.subtract(booked->minor_units());
    }
  }

  void count_outcome(const Entry& entry) {
    if (entry.outcome == Outcome::settled) ++settlements_;
    if (entry.outcome == Outcome::returned || entry.outcome == Outcome::refunded) ++returns_;
  }

  ReadState& state_;
  std::string format_;
  bool is_notification_;
  XmlTexts texts_;   // Of the message, its statement and its booking.
  Details details_;  // Of the transaction at hand.
  std::string code_text_;

  FileCounts counts_;
  std::uint64_t statements_ = 0, settlements_ = 0, returns_ = 0;
  bool file_announced_ = false;

  std::optional<std::int64_t> opening_, previous_closing_, closing_;
  std::uint64_t credits_ = 0, debits_ = 0, all_credits_ = 0, all_debits_ = 0;
  CheckedSum credit_sum_, debit_sum_, all_credit_sum_, all_debit_sum_;
  bool sums_are_whole_ = true;
  Currency currency_;  // Of the first amount of the statement.

  std::optional<Money> amount_;
  Charges booking_charges_;
  std::uint32_t booking_line_ = 0;
  std::uint64_t transactions_ = 0, transactions_before_ = 0;
  CheckedSum details_sum_;
  bool amount_is_bad_ = false, is_held_ = false, in_transaction_ = false, in_transaction_starts_ = false,
       has_summary_ = false, booking_has_summary_ = false, details_are_summable_ = true;
};

}  // namespace

std::unique_ptr<MessageReader> make_camt_reader(ReadState& state, const MessageName& name) {
  return std::make_unique<CamtReader>(state, name);
}

}  // namespace counterfoil
