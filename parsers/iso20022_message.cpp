#include "parsers/iso20022_message.hpp"

#include <algorithm>
#include <charconv>

namespace counterfoil {
namespace {

// FNV-1a, then a finisher so that the low bits choose a slot well. Zero marks an empty slot.
std::uint64_t fingerprint(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 29;
  return hash == 0 ? 1 : hash;
}

std::optional<Currency> known_currency(std::string_view code) {
  static thread_local Currency last;  // Nearly every amount of a file has the same one.
  if (!code.empty() && code == last.code()) return last;
  const auto currency = Currency::parse(code);
  if (!currency) return std::nullopt;
  last = *currency;
  return *currency;
}

}  // namespace

void report_no_content(const ReadState& state, std::string_view what_lacks) {
  state.report(Severity::error, "iso20022.no-content", "Content is missing: " + std::string{what_lacks},
               "Nothing can be posted from it. Ask the sender for the whole message.");
}

std::optional<Money> read_amount_quietly(std::string_view text, std::string_view currency) {
  text = trim_blanks(text);
  if (text.empty()) return std::nullopt;
  const auto known = known_currency(trim_blanks(currency));
  if (!known) return std::nullopt;
  const auto money = Money::parse(text, *known);
  if (!money) return std::nullopt;
  return *money;
}

std::optional<Money> read_amount(const ReadState& state, std::string_view text, std::string_view currency) {
  const auto money = read_amount_quietly(text, currency);
  text = trim_blanks(text);
  if (money || text.empty()) return money;
  const auto known = Currency::parse(trim_blanks(currency));
  const Error error = known ? Money::parse(text, *known).error() : known.error();
  state.report(Severity::error, "iso20022.amount", error.explanation,
               "The amount was not read and nothing was rounded. Ask the bank, and book this line by hand.");
  return std::nullopt;
}

std::int64_t read_count(std::string_view text) {
  text = trim_blanks(text);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || count < 0) return -1;
  return count;
}

std::optional<Date> read_day(const ReadState& state, std::string_view text) {
  text = trim_blanks(text);
  if (text.empty()) return std::nullopt;
  const auto day = parse_iso_date(text.substr(0, 10));
  const bool ends_well = text.size() <= 10 || text[10] == 'T' || text[10] == 'Z' || text[10] == '+' || text[10] == '-';
  if (day && ends_well) return day;
  state.report(Severity::warning, "iso20022.date", "\"" + std::string{text.substr(0, 40)} + "\" is not a date.",
               "The date was left out. Dates are written as 2026-11-24.");
  return std::nullopt;
}

bool read_flag(std::string_view text) {
  text = trim_blanks(text);
  return text == "true" || text == "1";
}

std::string_view reason_of(std::string_view code, std::string_view proprietary) {
  if (!trim_blanks(code).empty()) return trim_blanks(code);
  const std::string_view text = trim_blanks(proprietary);
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool has_form = text.size() == 4 && is_letter(text[0]) && is_letter(text[1]) &&
                        ((is_digit(text[2]) && is_digit(text[3])) || (is_letter(text[2]) && is_letter(text[3])));
  return has_form ? text : std::string_view{};
}

std::string_view given(std::string_view reference) {
  const std::string_view text = trim_blanks(reference);
  if (text.empty() || text == "NOTPROVIDED" || text == "NONREF") return {};
  return reference;
}

bool SeenTexts::seen_before(std::string_view text) {
  if (slots_.empty() || count_ * 2 >= slots_.size()) grow();
  const std::uint64_t print = fingerprint(text);
  std::size_t at = print & (slots_.size() - 1);
  while (slots_[at] != 0) {
    if (slots_[at] == print) return true;
    at = (at + 1) & (slots_.size() - 1);
  }
  if (is_full()) return false;
  slots_[at] = print;
  ++count_;
  return false;
}

void SeenTexts::grow() {
  if (is_full() && !slots_.empty()) return;
  std::vector<std::uint64_t> old(slots_.empty() ? 1024 : slots_.size() * 2);
  old.swap(slots_);
  for (const auto print : old) {
    if (print == 0) continue;
    std::size_t at = print & (slots_.size() - 1);
    while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = print;
  }
}

}  // namespace counterfoil
