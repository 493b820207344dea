#include "parsers/mt940_movement.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace counterfoil {
namespace {

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Date> real_day(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Date{date};
}

std::int64_t whole_number(std::string_view text) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : -1;
}

/// What stands behind "/CHGS/EUR" in the supplement of a movement: "0,50".
std::string_view slash_amount(std::string_view supplement, std::string_view word) {
  const auto at = supplement.find(word);
  if (at == std::string_view::npos) return {};
  auto rest = supplement.substr(at + word.size());
  while (!rest.empty() && rest.front() >= 'A' && rest.front() <= 'Z') rest.remove_prefix(1);
  return rest.substr(0, rest.find_first_not_of("0123456789,"));
}

/// "3 digits": the business code behind which nothing structured comes.
constexpr std::string_view unstructured_code = "999";

std::string short_text(std::string_view text) { return std::string{text.substr(0, 40)}; }

}  // namespace

Mt940Words::Mt940Words(const ReadOptions& options, WordSink& sink)
    : options_{options},
      sink_{sink},
      reasons_{Catalogue::built_in().find("iso20022")},
      codes_{Catalogue::built_in().find("mt940")} {}

void Mt940Words::report(Severity severity, std::string code, std::uint32_t line, std::string_view field,
                        std::string message, std::string remedy) const {
  sink_.finding({.code = std::move(code),
                 .severity = severity,
                 .place = {.file = options_.file_name, .line = line, .field = std::string{field}},
                 .message = std::move(message),
                 .remedy = std::move(remedy)});
}

void Mt940Words::note_other_characters(std::uint32_t line) {
  if (other_characters_) return;
  other_characters_ = true;
  report(Severity::note, "mt940.characters", line, {}, "The text is not UTF-8; it was read as Latin-1.",
         "Nothing to do, unless names look odd.");
}

void Mt940Words::see_envelope(std::string_view line) {
  const auto block = line.find("{2:");
  if (block == std::string_view::npos) return;
  // Of the messages in one file the last envelope speaks for what follows it.
  auto type = line.substr(block + 3);
  if (!type.empty()) type.remove_prefix(1);  // I or O: which way it went.
  envelope_is_942_ = type.starts_with("942");
}

// ---- the file and its statements

void Mt940Words::announce_file() {
  if (file_announced_) return;
  file_announced_ = true;
  // Banks give every message the same reference: account, number and day are needed to tell two files apart.
  message_id_ = reference_;
  for (const std::string* part : {&account_, &sequence_number_}) {
    if (!part->empty()) message_id_ += "-" + *part;
  }
  const auto on = moment_ ? moment_ : opening_ ? opening_->on : std::nullopt;
  if (on) message_id_ += "-" + iso_date(*on);
  FileHead head;
  head.scheme = "iso20022";
  head.format = is_942_ ? "mt942" : "mt940";
  head.kind = FileKind::statement;
  head.message_id = message_id_;
  head.created_on = on;
  head.currency = currency_;
  sink_.file(head);
}

void Mt940Words::open_statement(std::uint32_t line) {
  close_statement();
  is_open_ = true;
  is_942_ = envelope_is_942_;
  has_movements_ = has_closing_ = is_page_ = opens_as_page_ = has_floor_ = false;
  sums_are_whole_ = true;
  statement_line_ = line;
  for (std::string* text : {&reference_, &account_, &number_, &page_, &sequence_number_}) text->clear();
  currency_ = {};
  opening_.reset();
  closing_.reset();
  moment_.reset();
  credits_ = debits_ = 0;
  credit_sum_ = debit_sum_ = {};
  told_credits_ = told_debits_ = {};
}

void Mt940Words::close_statement() {
  if (!is_open_) return;
  flush_movement();
  announce_file();
  is_open_ = false;
  ++statements_;
  const std::uint32_t line = statement_line_;
  if (!is_942_ && !closing_) {
    report(Severity::error, "mt940.no-closing", line, "62F",
           "The statement has no closing balance, so that nobody knows whether all of its movements are here.",
           "It may be cut off. Fetch it again, or compare its movements with the next statement.");
  }
  if (!is_942_ && !opening_) {
    report(Severity::warning, "mt940.no-opening", line, "60F", "The statement has no opening balance.",
           "Compare its movements with the account.");
  }
  if (opening_ && closing_ && opening_->on && closing_->on && *closing_->on < *opening_->on) {
    report(Severity::warning, "mt940.date", closing_->line, "62F",
           "The statement closes on " + iso_date(*closing_->on) + ", before it opens on " + iso_date(*opening_->on) + ".",
           "Look which of the two days is meant; the amounts are kept.");
  }
  check_balances(closing_ ? closing_->line : line);
  check_continuity();
  check_totals(told_credits_, credits_, credit_sum_, "credit");
  check_totals(told_debits_, debits_, debit_sum_, "debit");
  Statement statement;
  statement.id = reference_;
  statement.account = account_;
  statement.currency = currency_;
  statement.sequence_number = sequence_number_;
  if (opening_) statement.from = opening_->on;
  if (closing_) statement.to = closing_->on;
  if (opening_) statement.opening_minor = opening_->minor;
  if (closing_) statement.closing_minor = closing_->minor;
  statement.credits = credits_;
  statement.debits = debits_;
  statement.credit_minor = credit_sum_.value();
  statement.debit_minor = debit_sum_.value();
  sink_.statement(statement);
  before_ = {.account = account_,
             .number = number_,
             .page = page_,
             .currency = currency_,
             .closing = statement.closing_minor,
             .is_there = true,
             .is_page = is_page_,
             .is_942 = is_942_};
}

void Mt940Words::finish() {
  close_statement();
  if (statements_ == 0) {
    sink_.finding({.code = "mt940.no-statement",
                   .severity = Severity::error,
                   .place = {.file = options_.file_name},
                   .message = "The file has fields of a statement and no statement: nothing names reference, account or balance.",
                   .remedy = "It was cut off at its beginning. Fetch it again; nothing of it may be used.",
                   .refuses_file = true});
  }
  counts_.kind = statements_ == 0 ? FileKind::empty : FileKind::statement;
  sink_.end(counts_);
}

void Mt940Words::check_balances(std::uint32_t line) {
  if (credit_sum_.overflowed() || debit_sum_.overflowed()) {
    report(Severity::error, "mt940.sum-overflow", line, {}, "The movements add up to more than can be held.",
           "Look at the amounts of the statement; none of its sums are to be used.");
    return;
  }
  if (!opening_ || !closing_ || !sums_are_whole_) return;
  CheckedSum expected;
  expected.add(opening_->minor);
  expected.add(credit_sum_.value());
  expected.subtract(debit_sum_.value());
  if (!expected.overflowed() && expected.value() == closing_->minor) return;
  CheckedSum difference;
  difference.add(expected.value());
  difference.subtract(closing_->minor);
  report(Severity::error, "mt940.balance", line, "62F",
         "The opening balance and the movements give " + Money{expected.value(), currency_}.text() +
             "; the closing balance is " + Money{closing_->minor, currency_}.text() + ", a difference of " +
             Money{difference.value(), currency_}.decimal() + ".",
         "A movement is missing or damaged. Every line was read; compare the statement with the account before anything is "
         "posted from it.");
}

/// A page goes on where the one before ended, and so does the next statement of an account.
void Mt940Words::check_continuity() {
  if (!before_.is_there || before_.account != account_ || before_.is_942 || is_942_) return;
  if (opening_ && before_.closing && before_.currency == currency_ && opening_->minor != *before_.closing) {
    report(Severity::warning, before_.is_page || opens_as_page_ ? "mt940.page-chain" : "mt940.gap", opening_->line, "60F",
           "The account closes with " + Money{*before_.closing, currency_}.text() + " before, and opens with " +
               Money{opening_->minor, currency_}.text() + " here.",
           "A page or a statement between the two is missing. Ask the bank for it.");
  }
  const auto number = whole_number(number_), last = whole_number(before_.number);
  if (number <= 0 || last <= 0) return;  // Many banks write no number, or zero.
  if (number == last && page_ == before_.page) {
    report(Severity::warning, "mt940.number-repeated", statement_line_, "28C",
           "The statement number " + sequence_number_ + " comes twice.",
           "Look whether the statement is there twice; a movement counts once.");
  } else if (number > last + 1) {
    report(Severity::warning, "mt940.number-gap", statement_line_, "28C",
           "Statement " + number_ + " follows " + before_.number + ".", "Ask the bank for the statements between.");
  }
}

void Mt940Words::check_totals(const Totals& told, std::uint64_t count, const CheckedSum& sum, std::string_view side) {
  if (told.count < 0) return;
  const bool differs = static_cast<std::uint64_t>(told.count) != count ||
                       (told.has_sum && sums_are_whole_ && !sum.overflowed() && told.minor != sum.value());
  if (!differs) return;
  report(has_floor_ ? Severity::warning : Severity::error, "mt940.totals", told.line, side == "credit" ? "90C" : "90D",
         "The report counts " + std::to_string(told.count) + " " + std::string{side} + " movements of " +
             Money{told.minor, currency_}.text() + "; it lists " + std::to_string(count) + " of " +
             Money{sum.value(), currency_}.text() + ".",
         has_floor_ ? "Movements below the floor limit are left out of the report; the statement of the day has them."
                    : "A movement is missing. Wait for the statement of the day, or ask the bank.");
}

// ---- fields

void Mt940Words::take(std::string_view tag, std::string_view field, std::uint32_t line) {
  if (tag == "61") {
    flush_movement();
    has_movements_ = true;
    held_.field.assign(field);
    held_.text.clear();
    held_.line = line;
    held_.has_text = false;
    held_.is_there = true;
    return;
  }
  if (tag == "86") {
    // Behind the balances it is about the statement, and nothing there is about a movement.
    if (!held_.is_there) return;
    if (held_.has_text) held_.text += '\n';
    held_.text += field;
    held_.has_text = true;
    return;
  }
  flush_movement();
  if (tag == "20") {
    reference_ = trim_blanks(field.substr(0, field.find('\n')));
  } else if (tag == "25") {
    take_account(field);
  } else if (tag == "28C" || tag == "28") {
    if (const auto number = parse_mt940_number(field)) {
      number_ = number->number;
      page_ = number->page;
      sequence_number_ = number_ + (page_.empty() ? "" : "/" + page_);
    }
  } else if (tag == "60F" || tag == "60M" || tag == "60") {
    opens_as_page_ = tag == "60M";
    if (const auto balance = take_balance(field, line, tag); balance && !opening_) opening_ = balance;
  } else if (tag == "62F" || tag == "62M" || tag == "62") {
    is_page_ = tag == "62M";
    has_closing_ = true;
    if (const auto balance = take_balance(field, line, tag)) closing_ = balance;
  } else if (tag == "34F") {
    is_942_ = true;
    const auto limit = parse_mt940_floor(field);
    if (!limit) return;
    take_currency(limit->currency, line);
    has_floor_ = has_floor_ || quiet_amount(limit->amount).value_or(0) > 0;
  } else if (tag == "13D" || tag == "13") {
    is_942_ = true;
    moment_ = day(trim_blanks(field).substr(0, 6));
  } else if (tag == "90C" || tag == "90D") {
    is_942_ = is_942_ || !opening_;
    take_total(field, line, tag == "90C" ? told_credits_ : told_debits_);
  }
}

/// "12345678/1020304050", "BIC/IBAN", or an IBAN, with the currency behind it at some banks.
void Mt940Words::take_account(std::string_view field) {
  if (!account_.empty()) return;
  field = field.substr(0, field.find('\n'));
  // Some banks glue the text of the statement behind it.
  field = trim_blanks(field.substr(0, field.find(":86:")));
  const auto slash = field.find('/');
  const auto is_iban = [](std::string_view text) {
    const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    return text.size() >= 15 && text.size() <= 37 && is_letter(text[0]) && is_letter(text[1]) &&
           all_digits(text.substr(2, 2));
  };
  const auto behind = slash == std::string_view::npos ? std::string_view{} : field.substr(slash + 1);
  std::string_view account = is_iban(behind) ? behind : field;
  if (is_iban(account) && account.size() > 18) {
    // "DE02...EUR": no IBAN ends with three letters of a currency behind its digits in these countries.
    const auto end = account.substr(account.size() - 3);
    if (Currency::parse(end)) account.remove_suffix(3);
  }
  account_ = trim_blanks(account);
}

std::optional<Mt940Words::Balance> Mt940Words::take_balance(std::string_view field, std::uint32_t line,
                                                            std::string_view name) {
  const auto found = parse_mt940_balance(field);
  if (!found) {
    report(Severity::error, "mt940.balance-unreadable", line, name,
           "\"" + short_text(trim_blanks(field)) + "\" is no balance.",
           "The movements are kept; compare the statement with the account.");
    return std::nullopt;
  }
  take_currency(found->currency, line);
  const auto minor = amount(found->amount, line, name);
  if (!minor) return std::nullopt;
  Balance balance{.minor = found->mark == 'D' ? -*minor : *minor, .line = line, .on = day(found->date)};
  if (!balance.on && found->date != "000000") {
    report(Severity::warning, "mt940.date", line, name, "\"" + std::string{found->date} + "\" is no day.",
           "The date was left out; the amount is kept.");
  }
  return balance;
}

void Mt940Words::take_total(std::string_view field, std::uint32_t line, Totals& totals) {
  const auto found = parse_mt940_total(field);
  if (!found) return;
  take_currency(found->currency, line);
  totals.count = whole_number(found->count);
  totals.line = line;
  const auto minor = quiet_amount(found->amount);
  totals.has_sum = minor.has_value();
  totals.minor = minor.value_or(0);
}

void Mt940Words::take_currency(std::string_view code, std::uint32_t line) {
  if (currency_ != Currency{}) {
    if (code != currency_.code()) {
      report(Severity::error, "mt940.currency", line, {},
             "The statement is in " + std::string{currency_.code()} + ", and a balance of it in " + std::string{code} + ".",
             "Two statements were joined, or it is damaged. Ask the bank.");
      sums_are_whole_ = false;
    }
    return;
  }
  if (const auto known = Currency::parse(code)) {
    currency_ = *known;
    return;
  }
  currency_ = Currency{{code[0], code[1], code[2]}, 2};
  report(Severity::note, "mt940.currency-unknown", line, {},
         "The currency " + std::string{code} + " is none that is collected in here; two decimals are taken.",
         "Nothing to do, unless its amounts have other decimals.");
}

// ---- amounts and days

std::optional<Date> Mt940Words::day(std::string_view yymmdd) const {
  if (yymmdd.size() != 6 || !all_digits(yymmdd)) return std::nullopt;
  const int year = two_digits(yymmdd, 0);
  return real_day(year >= 80 ? 1900 + year : 2000 + year, two_digits(yymmdd, 2), two_digits(yymmdd, 4));
}

std::optional<std::int64_t> Mt940Words::quiet_amount(std::string_view text) const {
  decimal_.assign(text);
  std::erase(decimal_, ' ');
  if (decimal_.find('.') != std::string::npos || currency_ == Currency{}) return std::nullopt;
  const auto comma = decimal_.find(',');
  if (comma != std::string::npos) {
    if (comma + 1 == decimal_.size()) {
      decimal_.pop_back();
    } else {
      decimal_[comma] = '.';
    }
  }
  const auto money = Money::parse(decimal_, currency_);
  if (!money) return std::nullopt;
  return money->minor_units();
}

std::optional<std::int64_t> Mt940Words::amount(std::string_view text, std::uint32_t line, std::string_view field) {
  const auto minor = quiet_amount(text);
  if (!minor) {
    report(Severity::error, "mt940.amount", line, field,
           currency_ == Currency{} ? "Nothing says in which currency \"" + short_text(text) + "\" is."
                                   : "\"" + short_text(text) + "\" is no amount of " + std::string{currency_.code()} + ".",
           "The line is kept and its amount is not known. Ask the bank, and book it by hand.");
  } else if (text.find(' ') != std::string_view::npos) {
    report(Severity::warning, "mt940.blank-in-amount", line, field,
           "A blank stands within the amount \"" + short_text(text) + "\"; it was left out.",
           "Look whether the amount is right.");
  }
  return minor;
}

// ---- movements

void Mt940Words::flush_movement() {
  if (!held_.is_there) return;
  held_.is_there = false;
  announce_file();
  ++counts_.entries;
  const auto& text = text_reader_.read(held_.text);
  if (const auto movement = parse_mt940_movement(held_.field)) return deliver(*movement, text, held_.line);
  sums_are_whole_ = false;
  report(Severity::error, "mt940.movement", held_.line, "61",
         "\"" + short_text(trim_blanks(held_.field)) + "\" is no movement.",
         "The line is kept without its amount. Ask the bank, and book it by hand.");
  Entry entry;
  entry.line = held_.line;
  entry.position = static_cast<std::uint32_t>(counts_.entries);
  entry.currency = currency_;
  entry.remittance = text.remittance;
  fill_references(entry, {}, text);
  entry.outcome = Outcome::unknown;
  sink_.entry(entry);
}

void Mt940Words::deliver(const Mt940Movement& movement, const Mt940Text& text, std::uint32_t line) {
  Entry entry;
  entry.line = line;
  entry.position = static_cast<std::uint32_t>(counts_.entries);
  entry.currency = currency_;
  entry.is_booked = !movement.is_expected;
  entry.is_reversal_flag = movement.is_reversal;
  entry.direction = movement.is_credit() ? Direction::debit : Direction::credit;
  const auto minor = amount(movement.amount, line, "61");
  entry.amount_minor = entry.booked_minor = minor.value_or(0);
  if (!minor) {
    sums_are_whole_ = false;
  } else if (entry.is_booked) {
    if (movement.is_credit()) {
      ++credits_, credit_sum_.add(*minor);
    } else {
      ++debits_, debit_sum_.add(*minor);
    }
  }
  fill_dates(entry, movement, line);
  fill_references(entry, movement, text);
  entry.remittance = text.remittance;
  entry.payer_name = text.party_name;
  entry.payer_account = text.party_account;
  entry.payer_bank = text.party_bank;
  entry.ultimate_debtor = text.other_payer;
  transaction_code_ = movement.type;
  if (!text.code.empty()) transaction_code_ += "/" + std::string{text.code};
  entry.bank_transaction_code = transaction_code_;
  classify(entry, movement, text, line);
  if (!minor && entry.outcome != Outcome::none) entry.outcome = Outcome::unknown;
  sink_.entry(entry);
}

void Mt940Words::fill_dates(Entry& entry, const Mt940Movement& movement, std::uint32_t line) const {
  entry.valued_on = day(movement.value_date);
  if (!entry.valued_on) {
    report(Severity::warning, "mt940.date", line, "61", "\"" + std::string{movement.value_date} + "\" is no day.",
           "The date was left out; the movement is kept.");
  }
  entry.booked_on = entry.valued_on;
  if (movement.entry_date.empty()) return;
  // It has no year: the one that brings it nearest to the value date.
  const int month = two_digits(movement.entry_date, 0), of_month = two_digits(movement.entry_date, 2);
  std::optional<Date> nearest;
  if (entry.valued_on) {
    const int year = static_cast<int>(std::chrono::year_month_day{*entry.valued_on}.year());
    const auto distance = [&](Date one) { return one > *entry.valued_on ? one - *entry.valued_on : *entry.valued_on - one; };
    for (const int each : {year, year - 1, year + 1}) {
      const auto on = real_day(each, month, of_month);
      if (on && (!nearest || distance(*on) < distance(*nearest))) nearest = on;
    }
  }
  if (nearest) {
    entry.booked_on = nearest;
  } else if (entry.valued_on) {
    report(Severity::warning, "mt940.date", line, "61", "\"" + std::string{movement.entry_date} + "\" is no day.",
           "The date was left out; the value date stands for it.");
  }
}

void Mt940Words::fill_references(Entry& entry, const Mt940Movement& movement, const Mt940Text& text) const {
  entry.reference = trim_blanks(given(text.end_to_end));
  entry.mandate = trim_blanks(given(text.mandate));
  entry.bank_reference = trim_blanks(given(movement.bank_reference));
  entry.original_batch_id = trim_blanks(given(text.customer));
  if (movement.reference.empty() || movement.reference == "KREF+" || movement.reference.starts_with("EREF+")) return;
  if (entry.original_batch_id.empty() && entry.reference.empty())
    entry.original_batch_id = trim_blanks(given(movement.reference));
}

const Reason* Mt940Words::meaning_of(std::string_view code) {
  if (codes_ == nullptr || code.empty() || code == unstructured_code) return nullptr;
  if (code != last_code_) {  // Movements of one kind come in rows.
    last_code_ = code;
    last_meaning_ = codes_->find_status(code);
  }
  return last_meaning_;
}

/// Whether a collection of ours was paid or came back: by the business code, else by the type of the movement.
void Mt940Words::classify(Entry& entry, const Mt940Movement& movement, const Mt940Text& text, std::uint32_t line) {
  const Reason* meaning = meaning_of(text.code);
  if (meaning == nullptr) meaning = meaning_of(movement.type);
  const bool came = movement.is_credit();
  const auto outcome = meaning == nullptr ? Outcome::none : meaning->outcome;
  entry.outcome = Outcome::none;
  const bool names_claim = !entry.reference.empty() || !entry.mandate.empty();
  if (!entry.is_booked) {
    if (outcome == Outcome::settled || outcome == Outcome::returned) entry.outcome = Outcome::pending;
  } else if (movement.is_reversal) {
    // The bank takes back what it booked itself: that says nothing of a collection, unless it names one.
    if (meaning != nullptr && names_claim) entry.outcome = Outcome::unknown;
  } else if ((outcome == Outcome::returned || outcome == Outcome::rejected) && !came) {
    entry.outcome = outcome;
  } else if (outcome == Outcome::settled && came) {
    entry.outcome = Outcome::settled;
  } else if (outcome == Outcome::settled || (names_claim && !came && !reason_of_return(text).empty() &&
                                             text.code != unstructured_code && meaning == nullptr)) {
    entry.outcome = Outcome::unknown;
    report(Severity::error, "mt940.debit-unclear", line, "61",
           "Money left the account under the code " + transaction_code_ +
               ", with the references of a collection, and the code does not say that it came back.",
           "Compare it with what was collected; ask the bank what the code means.");
  }
  // A sum without a claim's own reference is that of a batch.
  if (entry.outcome == Outcome::settled && !names_claim) {
    entry.level = Level::block;
    entry.batch_count = static_cast<std::uint64_t>(std::max<std::int64_t>(0, whole_number(text.count)));
    ++counts_.batches;
  }
  if (entry.outcome == Outcome::returned || entry.outcome == Outcome::rejected) fill_return(entry, movement, text, line);
}

/// The reason in the bank's own words, in its code for this, or in the key of the text.
std::string_view Mt940Words::reason_of_return(const Mt940Text& text) const {
  const auto is_known = [&](std::string_view code) { return reasons_ != nullptr && reasons_->find_reason(code) != nullptr; };
  for (const auto words : {text.return_reason, text.remittance, text.purpose, text.posting_text}) {
    if (const auto code = find_reason_code(words, is_known); !code.empty()) return code;
  }
  if (text.supplement.empty() || codes_ == nullptr) return {};
  // The key means a reason at some banks only: its row names the code of ISO 20022 for it.
  const Reason* row = codes_->find_reason("34-" + std::string{text.supplement});
  return row == nullptr || row->flags.empty() ? std::string_view{} : std::string_view{row->flags.front()};
}

/// What was collected, and what the bank charges for its return, from wherever they are told apart.
void Mt940Words::fill_return(Entry& entry, const Mt940Movement& movement, const Mt940Text& text, std::uint32_t line) {
  entry.direction = Direction::debit;  // What speaks of a claim has the direction of the claim.
  entry.reason = reason_of_return(text);
  reason_text_ = text.posting_text;
  if (!text.remittance.empty()) reason_text_ += (reason_text_.empty() ? "" : ": ") + std::string{text.remittance};
  entry.reason_text = reason_text_;
  if (entry.reason == "MD06") entry.outcome = Outcome::refunded;
  if (entry.reason.empty()) {
    report(Severity::warning, "mt940.reason-missing", line, "86",
           "A collection came back and the bank gives no reason that is known.",
           "Ask the bank, or look into the text of the movement.");
  }
  auto original = quiet_amount(text.original_amount);
  if (!original) original = quiet_amount(slash_amount(movement.supplement, "/OCMT/"));
  auto charges = quiet_amount(text.charges);
  if (!charges) charges = quiet_amount(slash_amount(movement.supplement, "/CHGS/"));
  if (!original && !charges) return;
  const std::int64_t booked = entry.booked_minor;
  entry.amount_minor = original ? *original : booked - *charges;
  entry.charges_minor = charges ? *charges : booked - *original;
  const std::int64_t more = booked - entry.amount_minor;
  if (entry.amount_minor > 0 && (more == 0 || more == entry.charges_minor)) return;
  report(Severity::error, "mt940.return-difference", line, "61",
         "The return books " + Money{booked, currency_}.text() + " for a collection of " +
             Money{entry.amount_minor, currency_}.text() + " and names charges of " +
             Money{entry.charges_minor, currency_}.text() + ".",
         "The difference is neither charge nor collection yet. Ask the bank what it is.");
}

}  // namespace counterfoil
