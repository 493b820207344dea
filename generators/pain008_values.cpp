#include "generators/pain008_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/bic.hpp"
#include "core/creditor_id.hpp"
#include "core/iban.hpp"
#include "core/text.hpp"

namespace counterfoil::pain008 {
namespace {

constexpr std::uint64_t most_notes = 1000;
constexpr std::size_t most_shown = 40;

constexpr std::string_view sepa_id_remedy =
    "Use 1 to 35 letters, digits, spaces or / - ? : ( ) . , ' + without a slash at either end. The writer never "
    "changes "
    "an identifier, because the bank sends it back.";

/// The BIC pattern of the 2009 messages: letters only for institution and country, no 0 or 1 and no O in the location.
bool is_bic_of_2009(std::string_view bic) {
  const auto is_letter = [](char byte) { return byte >= 'A' && byte <= 'Z'; };
  return std::ranges::all_of(bic.substr(0, 6), is_letter) && bic[6] != '0' && bic[6] != '1' && bic[7] != 'O';
}

}  // namespace

std::string shown(std::string_view value) {
  std::string text = sepa_text(value, Transliteration::epc).text;
  if (text.size() <= most_shown) return text;
  text.resize(most_shown);
  return text + "...";
}

// ---- Where we are

void Values::begin_head() {
  values_.clear();
  batch_ = nullptr;
  entry_ = nullptr;
  batch_number_ = 0;
}

void Values::begin_block(const BatchHead& batch, std::size_t number) {
  values_.clear();
  batch_ = &batch;
  batch_number_ = number;
  entry_ = nullptr;
  entry_number_ = 0;
}

void Values::begin_entry(const Entry& entry) {
  values_.clear();
  entry_ = &entry;
  ++entry_number_;
}

std::string Values::who() const {
  if (batch_ == nullptr) return "The head of the file";
  const std::string block = sepa_identifier_fault(batch_->id).empty() ? fmt::format("lock {}", batch_->id)
                                                                      : fmt::format("lock number {}", batch_number_);
  if (entry_ == nullptr) return "B" + block;
  return sepa_identifier_fault(entry_->reference).empty()
             ? fmt::format("Collection {} (number {} of b{})", entry_->reference, entry_number_, block)
             : fmt::format("Collection number {} of b{}", entry_number_, block);
}

std::unexpected<Error> Values::refuse(std::string_view code, std::string_view path, std::string_view explanation,
                                      std::string_view remedy) const {
  std::string place = "Document/CstmrDrctDbtInitn/";
  if (batch_ != nullptr) place += fmt::format("PmtInf[{}]/", batch_number_);
  if (entry_ != nullptr) place += fmt::format("DrctDbtTxInf[{}]/", entry_number_);
  place += path;
  return std::unexpected(Error{.code = std::string{code},
                               .explanation = fmt::format("{}: {}", who(), explanation),
                               .remedy = std::string{remedy},
                               .place = {.path = std::move(place)},
                               .kind = ErrorKind::input});
}

void Values::note(std::string_view code, Severity severity, std::string_view path, std::string_view message,
                  std::string_view remedy) {
  if (notes_listed_ == most_notes) {
    ++notes_unlisted_;
    return;
  }
  ++notes_listed_;
  notes_.push_back({.code = std::string{code},
                    .severity = severity,
                    .place = {.path = std::string{path}},
                    .message = fmt::format("{}: {}", who(), message),
                    .remedy = std::string{remedy}});
}

void Values::close_notes() {
  if (notes_unlisted_ == 0) return;
  notes_.push_back({.code = "write.more-notes",
                    .severity = Severity::note,
                    .place = {},
                    .message = fmt::format("{} more notes are not listed.", notes_unlisted_),
                    .remedy = "Look at the listed ones first; the others are alike."});
}

// ---- Numbers

void Values::put_number(std::size_t slot, std::int64_t number) {
  auto& digits = digits_[slot];
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  values_.set(slot, {digits.data(), static_cast<std::size_t>(written.ptr - digits.data())});
}

void Values::put_amount(std::size_t slot, std::int64_t cents) {
  auto& digits = digits_[slot];
  char* const end = digits.data() + digits.size();
  char* at = end;
  for (int place = 0; cents > 0 || place < 3; ++place, cents /= 10) {  // From the right: 05 . 0.05 10.05
    if (place == 2) *--at = '.';
    *--at = static_cast<char>('0' + cents % 10);
  }
  values_.set(slot, {at, static_cast<std::size_t>(end - at)});
}

void Values::put_date(std::size_t slot, Date date) {
  auto& digits = digits_[slot];
  const std::chrono::year_month_day day{date};
  const auto two = [&](std::size_t at, unsigned value) {
    digits[at] = static_cast<char>('0' + value / 10 % 10);
    digits[at + 1] = static_cast<char>('0' + value % 10);
  };
  const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
  two(0, year / 100);
  two(2, year % 100);
  digits[4] = digits[7] = '-';
  two(5, static_cast<unsigned>(day.month()));
  two(8, static_cast<unsigned>(day.day()));
  values_.set(slot, {digits.data(), 10});
}

// ---- Texts and identifiers

void Values::keep(std::size_t slot, std::string text) {
  kept_[slot] = std::move(text);
  values_.set(slot, kept_[slot]);
}

Result<void> Values::put_identifier(std::size_t slot, std::string_view value, Spot spot) {
  const std::string fault = sepa_identifier_fault(value);
  if (!fault.empty()) {
    return refuse("write.identifier", spot.path, fmt::format("the {} {}.", spot.what, fault), sepa_id_remedy);
  }
  values_.set(slot, value);
  return {};
}

Result<void> Values::put_text(std::size_t slot, std::string_view value, Spot spot, std::size_t most) {
  values_.set(slot, value);
  if (!is_clean_sepa_text(value)) {
    if (const auto bad = first_bad_utf8(value)) {
      return refuse("write.not-utf8", spot.path, fmt::format("the {} is not UTF-8 at byte {}.", spot.what, *bad + 1),
                    "Bring the source of the text into UTF-8; a file in another character set was read as if it were.");
    }
    auto converted = sepa_text(value, profile_.transliteration);
    if (converted.changed) {
      note("write.text-converted", Severity::note, spot.path,
           fmt::format("the {} \"{}\" goes to the bank as \"{}\".", spot.what, value, converted.text),
           "Banks take a small set of characters; nothing is to be done if the text is still understood.");
    }
    keep(slot, std::move(converted.text));
  }
  const std::size_t size = values_[slot].size();
  if (size > most) {
    return refuse(
        "write.text-too-long", spot.path,
        fmt::format("the {} has {} characters as it goes to the bank, and {} are the most.", spot.what, size, most),
        "Shorten it in the source; it is never cut here.");
  }
  return {};
}

Result<void> Values::put_own_text(std::size_t slot, std::string text, Spot spot, std::size_t most) {
  if (auto put = put_text(slot, text, spot, most); !put) return put;
  if (values_[slot].data() == text.data()) keep(slot, std::move(text));
  return {};
}

Result<void> Values::put_name(std::size_t slot, std::string_view value, Spot spot) {
  if (auto put = put_text(slot, value, spot, name_most); !put) return put;
  if (values_[slot].empty()) {
    return refuse("write.name-missing", spot.path, fmt::format("the {} is missing.", spot.what),
                  "Give the name; banks require it.");
  }
  return {};
}

Result<void> Values::put_iban(std::size_t slot, std::string_view value, Spot spot) {
  values_.set(slot, value);
  if (!is_iban(value)) {  // Rarely: written with spaces or small letters, or wrong.
    auto iban = check_iban(value);
    if (!iban) {
      return refuse("write.iban", spot.path,
                    fmt::format("the {} {} is no valid IBAN. {}", spot.what, mask_account(shown(value)),
                                iban.error().explanation),
                    iban.error().remedy);
    }
    keep(slot, *std::move(iban));
  }
  const std::string_view country = values_[slot].substr(0, 2);
  if (country != country_) {
    country_ = country;
    is_country_sepa_ = is_sepa_country(country);
    is_country_eea_ = is_eea_country(country);
  }
  if (!is_country_sepa_) {
    return refuse("write.iban-not-sepa", spot.path,
                  fmt::format("the {} {} is of {}, which does not take part in SEPA.", spot.what,
                              mask_account(values_[slot]), country),
                  "Ask for an account in a SEPA country; others cannot be reached by SEPA Direct Debit.");
  }
  return {};
}

Result<void> Values::put_bank(std::size_t slot, std::size_t slot_without, std::string_view value, Spot spot) {
  if (value.empty()) {
    values_.set(slot_without, "NOTPROVIDED");
    return {};
  }
  auto bic = check_bic(value);
  if (!bic) {
    return refuse("write.bic", spot.path,
                  fmt::format("the {} {} is no BIC. {}", spot.what, shown(value), bic.error().explanation),
                  bic.error().remedy);
  }
  if (profile_.format == "pain.008.001.02" && !is_bic_of_2009(*bic)) {
    return refuse("write.bic", spot.path,
                  fmt::format("the {} {} has a form that pain.008.001.02 does not know yet.", spot.what, *bic),
                  "Leave the BIC out where the bank is in the EEA, or use a profile of pain.008.001.08.");
  }
  keep(slot, *std::move(bic));
  return {};
}

Result<void> Values::put_creditor_id(std::size_t slot, std::string_view value, std::string_view path) {
  auto id = check_creditor_id(value);
  if (!id) {
    return refuse("write.creditor-id", path,
                  fmt::format("the creditor identifier {} is not valid. {}", shown(value), id.error().explanation),
                  id.error().remedy);
  }
  keep(slot, *std::move(id));
  return put_identifier(slot, kept_[slot], {"creditor identifier", path});
}

Result<void> Values::put_code(std::size_t slot, std::string_view value, Spot spot) {
  const auto is_capital = [](char byte) { return byte >= 'A' && byte <= 'Z'; };
  if (value.size() != 4 || !std::ranges::all_of(value, is_capital)) {
    return refuse("write.code", spot.path,
                  fmt::format("the {} \"{}\" is no code of four capital letters.", spot.what, shown(value)),
                  "Use a code of the ISO 20022 external list, such as RENT, or leave it out.");
  }
  values_.set(slot, value);
  return {};
}

}  // namespace counterfoil::pain008
