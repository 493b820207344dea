#include "parsers/bai2_report.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace counterfoil {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

/// The fields of a record without a grammar of its own; those that are not there are empty.
template <std::size_t count>
std::array<std::string_view, count> split(std::string_view fields) {
  std::array<std::string_view, count> made{};
  for (auto& field : made) {
    const auto comma = fields.find(',');
    field = trim_blanks(fields.substr(0, comma));
    if (comma == std::string_view::npos) break;
    fields.remove_prefix(comma + 1);
  }
  return made;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Types 100 to 399 are credits of the account, 400 to 699 debits. The others are of loans, of no money, or the bank's own.
enum class Side { none, credit, debit };
Side side_of(std::string_view type) {
  if (type.size() != 3 || !all_digits(type)) return Side::none;
  if (type >= "100" && type <= "399") return Side::credit;
  return type >= "400" && type <= "699" ? Side::debit : Side::none;
}

constexpr std::string_view opening_ledger = "010", closing_ledger = "015", total_credits = "100", total_debits = "400";
constexpr std::size_t trace_digits = 15;

std::string short_text(std::string_view text) { return std::string{text.substr(0, 30)}; }

}  // namespace

Bai2Report::Bai2Report(const ReadOptions& options, WordSink& sink)
    : options_{options},
      sink_{sink},
      reasons_{Catalogue::built_in().find("nacha")},
      codes_{Catalogue::built_in().find("bai2")} {}

void Bai2Report::report(Severity severity, std::string code, std::uint32_t line, std::string message,
                        std::string remedy, bool refuses) {
  is_refused_ = is_refused_ || refuses;
  sink_.finding({.code = std::move(code),
                 .severity = severity,
                 .place = {.file = options_.file_name, .line = line},
                 .message = std::move(message),
                 .remedy = std::move(remedy),
                 .refuses_file = refuses});
}

void Bai2Report::take(const Bai2Record& record) {
  if (is_refused_) return;
  counts_.records += record.records;
  for (Sums* sums : {&file_, &group_, &account_}) sums->records += record.records;
  if (has_end_) {
    report(Severity::error, "bai2.after-end", record.line, "A record stands behind the end of the file.",
           "Two files were joined. Ask for each by itself.", true);
    return;
  }
  if (!has_file_ && record.code != "01") {
    report(Severity::error, "bai2.no-head", record.line, "The file does not begin with its head (01).",
           "It was cut off at its beginning. Fetch it again; nothing of it may be used.", true);
    return;
  }
  if (record.code == "01") {
    open_file(record);
  } else if (record.code == "02") {
    open_group(record);
  } else if (record.code == "03") {
    open_account(record);
  } else if (record.code == "16") {
    take_transaction(record);
  } else if (record.code == "49") {
    close_account(record);
  } else if (record.code == "98") {
    close_group(record);
  } else if (record.code == "99") {
    close_file(record);
  }
}

void Bai2Report::finish(std::uint32_t last_line) {
  if (!has_end_ && !is_refused_) {
    close_open_account(last_line);
    report(Severity::error, "bai2.no-end", last_line, "The file ends without its trailer (99).",
           "It was cut off on the way. Fetch it again; nothing of it may be used.", true);
  }
  counts_.kind = counts_.batches == 0 ? FileKind::empty : FileKind::statement;
  sink_.end(counts_);
}

// ---- heads

void Bai2Report::open_file(const Bai2Record& record) {
  if (has_file_) {
    report(Severity::error, "bai2.second-head", record.line, "A second head (01) stands in the file.",
           "Two files were joined. Ask for each by itself.", true);
    return;
  }
  has_file_ = true;
  file_ = {.total = {}, .records = record.records, .children = 0};
  const auto [sender, receiver, date, time, id, length, block, version] = split<8>(record.fields);
  if (version == "3") {
    report(Severity::error, "bai2.version", record.line, "This is a report of version 3 (BTRS), which is not read here.",
           "Ask the bank for BAI version 2.", true);
    return;
  }
  if (version != "2") {
    report(Severity::warning, "bai2.version", record.line,
           "The head names the version \"" + short_text(version) + "\"; the report is read as version 2.",
           "Look whether its figures make sense.");
  }
  sender_ = sender;
  receiver_ = receiver;
  file_id_ = id;
  const auto on = day(date);
  created_ = on ? iso_date(*on) : "";
  std::string clock{time};
  std::erase(clock, ':');
  clock = clock.substr(0, 4);
  if (on && clock.size() == 4 && all_digits(clock) && clock < "2400" && clock.substr(2) < "60")
    created_ += "T" + clock.substr(0, 2) + ":" + clock.substr(2) + ":00";
  message_id_.clear();
  for (const std::string_view part : {sender, receiver, date, time, id}) {
    if (!message_id_.empty()) message_id_ += '-';
    message_id_ += part;
  }
  FileHead head;
  head.scheme = "nacha";  // Whose reasons these reports speak in.
  head.format = "bai2";
  head.kind = FileKind::statement;
  head.message_id = message_id_;
  head.created_on = on;
  head.created = created_;
  head.sender = sender_;
  head.receiver = receiver_;
  sink_.file(head);
}

void Bai2Report::open_group(const Bai2Record& record) {
  close_open_account(record.line);
  if (in_group_) {
    report(Severity::error, "bai2.no-group-end", record.line, "A group begins before the one before has ended (98).",
           "A record is missing. Ask the bank for the file again.");
  }
  in_group_ = true;
  ++counts_.batches;
  ++file_.children;
  group_ = {.total = {}, .records = record.records, .children = 0};
  const auto [receiver, originator, status, date, time, currency, modifier] = split<7>(record.fields);
  group_currency_ = Currency::parse(currency.empty() ? "USD" : currency).value_or(Currency{});
  as_of_ = day(date);
  if (!as_of_) {
    report(Severity::error, "bai2.date", record.line, "The group does not say for which day it is.",
           "Ask the bank; its transactions have no day of booking.");
  }
  group_counts_ = status != "2" && status != "4";
  const std::string of_day = as_of_ ? iso_date(*as_of_) : "that day";
  if (status == "2") {
    report(Severity::error, "bai2.deletion", record.line, "The bank takes back its report of " + of_day + ".",
           "Nothing of this group is posted. Look what was posted from the report that is taken back.");
  } else if (status == "3") {
    report(Severity::warning, "bai2.correction", record.line, "The group corrects the report of " + of_day + ".",
           "What both say counts once; look at what differs.");
  } else if (status == "4") {
    report(Severity::warning, "bai2.test", record.line, "The group is a test of the bank.", "Nothing of it is posted.");
  }
}

void Bai2Report::open_account(const Bai2Record& record) {
  close_open_account(record.line);
  in_account_ = true;
  ++group_.children;
  account_ = {.total = {}, .records = record.records, .children = 0};
  account_line_ = record.line;
  opening_.reset();
  closing_.reset();
  told_credits_.reset();
  told_debits_.reset();
  credits_ = debits_ = 0;
  credit_sum_ = debit_sum_ = {};
  const bool is_whole = parse_bai2_account(record.fields, account_words_);
  account_number_ = trim_blanks(account_words_.account);
  const auto code = trim_blanks(account_words_.currency);
  currency_ = code.empty() ? group_currency_ : Currency::parse(code).value_or(Currency{});
  if (currency_ == Currency{}) {
    report(Severity::error, "bai2.currency", record.line,
           "The currency \"" + short_text(code) + "\" of the account is none that is known here.",
           "Its amounts cannot be used. Ask for the currency to be added.");
  }
  if (!is_whole) {
    report(Severity::error, "bai2.account-unreadable", record.line,
           "The summaries of the account cannot be read to their end.", "What was read is kept; ask the bank what the rest says.");
  }
  for (const Bai2Summary& summary : account_words_.summaries) {
    const auto minor = amount(trim_blanks(summary.amount), record.line, summary.type);
    if (!minor) continue;
    account_.total.add(*minor);
    if (summary.type == opening_ledger) opening_ = minor;
    if (summary.type == closing_ledger) closing_ = minor;
    if (summary.type == total_credits) told_credits_ = minor;
    if (summary.type == total_debits) told_debits_ = minor;
  }
}

// ---- transactions

void Bai2Report::take_transaction(const Bai2Record& record) {
  if (!in_account_) {
    report(Severity::error, "bai2.no-account", record.line, "A transaction stands outside every account (03).",
           "A record is missing. Ask the bank for the file again.");
  }
  ++counts_.entries;
  Entry entry;
  entry.line = record.line;
  entry.position = static_cast<std::uint32_t>(counts_.entries);
  entry.currency = currency_;
  entry.booked_on = entry.valued_on = as_of_;
  entry.is_booked = group_counts_;
  const auto found = parse_bai2_transaction(record.fields);
  if (!found) {
    report(Severity::error, "bai2.transaction-unreadable", record.line, "The transaction cannot be read.",
           "The line is kept without its amount. Ask the bank, and book it by hand.");
    entry.outcome = Outcome::unknown;
    sink_.entry(entry);
    return;
  }
  const auto minor = amount(trim_blanks(found->amount), record.line, found->type);
  entry.amount_minor = entry.booked_minor = minor.value_or(0);
  if (minor) account_.total.add(*minor < 0 ? -*minor : *minor);
  if (found->funds.type == 'V') {
    if (const auto valued = day(found->funds.value_date)) entry.valued_on = valued;
  }
  // The first line of the text and those behind it.
  lines_.assign(found->text);
  if (!record.text.empty()) {
    if (!lines_.empty()) lines_ += '\n';
    lines_ += record.text;
  }
  remittance_ = lines_;
  std::ranges::replace(remittance_, '\n', ' ');
  entry.remittance = trim_blanks(remittance_);
  fill_references(entry, *found);
  entry.bank_transaction_code = trim_blanks(found->type);
  const Side side = side_of(entry.bank_transaction_code);
  if (side == Side::none) {
    report(Severity::warning, "bai2.type", record.line,
           "The type \"" + short_text(found->type) + "\" says neither credit nor debit.",
           "It is the bank's own, or of a loan: ask what it means. The line is not posted by itself.");
  } else {
    const bool came = side == Side::credit;
    entry.direction = came ? Direction::debit : Direction::credit;
    if (minor && group_counts_) {
      came ? ++credits_ : ++debits_;
      (came ? credit_sum_ : debit_sum_).add(*minor);
    }
    classify(entry, came, record.line);
  }
  if (!minor && entry.outcome != Outcome::none) entry.outcome = Outcome::unknown;
  sink_.entry(entry);
}

std::string_view Bai2Report::tagged(std::string_view tag) const {
  std::string_view rest = lines_;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto line = trim_blanks(rest.substr(0, end));
    if (line.starts_with(tag)) return trim_blanks(line.substr(tag.size()));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

/// Ours are the trace of an entry, fifteen digits, and its identification number.
void Bai2Report::fill_references(Entry& entry, const Bai2Transaction& transaction) {
  const auto is_trace = [](std::string_view text) { return text.size() == trace_digits && all_digits(text); };
  entry.bank_reference = given(trim_blanks(transaction.bank_reference));
  const auto customer = given(trim_blanks(transaction.customer_reference));
  const auto end_to_end = given(tagged("EREF:"));
  for (const auto one : {end_to_end, customer}) {
    if (is_trace(one) && entry.original_trace.empty()) entry.original_trace = one;
  }
  for (const auto one : {given(tagged("IDNM:")), end_to_end, customer}) {
    if (!one.empty() && !is_trace(one) && entry.reference.empty()) entry.reference = one;
  }
}

std::string_view Bai2Report::reason_in(std::string_view text) const {
  const auto is_word = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (std::size_t at = text.find('R'); at != std::string_view::npos; at = text.find('R', at + 1)) {
    const auto code = text.substr(at, 3);
    if (code.size() < 3 || !all_digits(code.substr(1))) continue;
    if ((at > 0 && is_word(text[at - 1])) || (at + 3 < text.size() && is_word(text[at + 3]))) continue;
    if (reasons_ != nullptr && reasons_->find_reason(code) != nullptr) return code;
  }
  return {};
}

void Bai2Report::classify(Entry& entry, bool came, std::uint32_t line) {
  const Reason* meaning = codes_ == nullptr ? nullptr : codes_->find_status(entry.bank_transaction_code);
  if (meaning == nullptr || !entry.is_booked) return;
  const bool fits = (meaning->outcome == Outcome::settled && came) || (meaning->outcome == Outcome::returned && !came);
  if (!fits) return;
  entry.outcome = meaning->outcome;
  if (meaning->has_flag("sum")) entry.level = Level::block;
  if (entry.outcome != Outcome::returned) return;
  entry.direction = Direction::debit;  // What speaks of a claim has the direction of the claim.
  entry.reason = reason_in(entry.remittance);
  entry.reason_text = entry.remittance;
  if (entry.reason.empty() && entry.level == Level::entry) {
    report(Severity::warning, "bai2.reason-missing", line, "A collection came back and the bank gives no reason that is known.",
           "Look for it in the file of returns, or ask the bank.");
  }
}

// ---- trailers

void Bai2Report::check(const Bai2Record& record, const Sums& sums, std::string_view what, bool has_children) {
  const auto fields = split<3>(record.fields);
  const auto told = [&](std::size_t at) { return whole_number(fields[at]); };
  const auto differs = [&](std::string_view name, std::int64_t says, std::int64_t found) {
    report(Severity::error, "bai2.control", record.line,
           "The trailer of the " + std::string{what} + " says " + std::to_string(says) + " as " + std::string{name} +
               "; its records give " + std::to_string(found) + ".",
           "Every line was read; find out with the bank which of the two is right before anything is booked.");
  };
  if (const auto total = told(0); total && !sums.total.overflowed() && *total != sums.total.value())
    differs("control total", *total, sums.total.value());
  if (has_children) {
    if (const auto count = told(1); count && *count != static_cast<std::int64_t>(sums.children))
      differs(what == "group" ? "number of accounts" : "number of groups", *count,
              static_cast<std::int64_t>(sums.children));
  }
  if (const auto records = told(has_children ? 2 : 1); records && *records != static_cast<std::int64_t>(sums.records))
    differs("number of records", *records, static_cast<std::int64_t>(sums.records));
  for (std::size_t at = 0; at < (has_children ? 3U : 2U); ++at) {
    if (told(at)) continue;
    // Some banks leave it blank for an account; the file and its groups always have theirs.
    const bool may_be_blank = fields[at].empty() && !has_children;
    report(may_be_blank ? Severity::warning : Severity::error, "bai2.control-missing", record.line,
           "A control of the trailer of the " + std::string{what} + " is " +
               (fields[at].empty() ? "blank." : "no number: \"" + short_text(fields[at]) + "\"."),
           "A missing line would not be seen by it; compare the figures with the account.");
  }
}

void Bai2Report::close_account(const Bai2Record& record) {
  if (!in_account_) {
    report(Severity::error, "bai2.order", record.line, "An account ends (49) that has not begun (03).",
           "A record is missing. Ask the bank for the file again.");
    return;
  }
  in_account_ = false;
  check(record, account_, "account", false);
  group_.total.add(account_.total.value());
  deliver_statement();
}

void Bai2Report::close_open_account(std::uint32_t line) {
  if (!in_account_) return;
  in_account_ = false;
  report(Severity::error, "bai2.no-account-end", line, "An account ends without its trailer (49).",
         "A record is missing. Ask the bank for the file again.");
  group_.total.add(account_.total.value());
  deliver_statement();
}

void Bai2Report::deliver_statement() {
  if (!group_counts_) return;
  if (opening_ && closing_ && told_credits_ && told_debits_) {
    CheckedSum expected;
    expected.add(*opening_);
    expected.add(*told_credits_);
    expected.subtract(*told_debits_);
    if (!expected.overflowed() && expected.value() != *closing_) {
      report(Severity::warning, "bai2.balance", account_line_,
             "Opening balance, total credits and total debits give " + Money{expected.value(), currency_}.text() +
                 "; the closing balance is " + Money{*closing_, currency_}.text() + ".",
             "Compare the report with the account before anything is posted from it.");
    }
  }
  statement_id_ = as_of_ ? iso_date(*as_of_) : "";
  Statement statement;
  statement.id = statement_id_;
  statement.account = account_number_;
  statement.currency = currency_;
  statement.from = statement.to = as_of_;
  statement.opening_minor = opening_;
  statement.closing_minor = closing_;
  statement.credits = credits_;
  statement.debits = debits_;
  statement.credit_minor = credit_sum_.value();
  statement.debit_minor = debit_sum_.value();
  sink_.statement(statement);
}

void Bai2Report::close_group(const Bai2Record& record) {
  close_open_account(record.line);
  if (!in_group_) {
    report(Severity::error, "bai2.order", record.line, "A group ends (98) that has not begun (02).",
           "A record is missing. Ask the bank for the file again.");
    return;
  }
  in_group_ = false;
  check(record, group_, "group", true);
  file_.total.add(group_.total.value());
}

void Bai2Report::close_file(const Bai2Record& record) {
  close_open_account(record.line);
  if (in_group_) {
    report(Severity::error, "bai2.no-group-end", record.line, "The last group has no trailer (98).",
           "A record is missing. Ask the bank for the file again.");
    in_group_ = false;
    file_.total.add(group_.total.value());
  }
  has_end_ = true;
  check(record, file_, "file", true);
}

// ---- values

std::optional<Date> Bai2Report::day(std::string_view yymmdd) const {
  if (yymmdd.size() != 6 || !all_digits(yymmdd)) return std::nullopt;
  const int year = two_digits(yymmdd, 0);
  const std::chrono::year_month_day date{std::chrono::year{year >= 80 ? 1900 + year : 2000 + year},
                                         std::chrono::month{static_cast<unsigned>(two_digits(yymmdd, 2))},
                                         std::chrono::day{static_cast<unsigned>(two_digits(yymmdd, 4))}};
  if (!date.ok()) return std::nullopt;
  return Date{date};
}

std::optional<std::int64_t> Bai2Report::amount(std::string_view text, std::uint32_t line, std::string_view what) {
  if (text.empty()) return std::nullopt;
  const auto minor = whole_number(text);
  if (!minor) {
    report(Severity::error, "bai2.amount", line,
           "\"" + short_text(text) + "\" of type " + short_text(what) + " is no amount.",
           "The amount is not known and in no sum. Ask the bank, and book it by hand.");
  }
  return minor;
}

}  // namespace counterfoil
