#include "tests/generators/random_pain008.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/rf_reference.hpp"

namespace counterfoil {
namespace {

struct Payer {
  const char* account;
  const char* bank;
};

// Good numbers of registries and of the fact sheet, inside and outside the EEA.
constexpr Payer payers[] = {
    {"DE89370400440532013000", "COBADEFFXXX"}, {"NL91ABNA0417164300", "ABNANL2A"},
    {"FR1420041010050500013M02606", ""},       {"AT611904300234573201", ""},
    {"GB82WEST12345698765432", "WESTGB2LXXX"}, {"CH9300762011623852957", "POFICHBEXXX"},
};

std::string random_identifier(int most = 35) {
  static constexpr std::string_view set = "ABCXYZabcxyz0123456789+?-:().,'";
  std::string id;
  for (int left = *rc::gen::inRange(1, most + 1); left > 0; --left) id += *rc::gen::elementOf(std::string{set});
  return id;
}

std::string random_text(int most) {
  static const std::vector<std::string> pieces{
      "a", "Z",  "7", " ",        "'",        "&",        "<",        "\"",           "/",
      "-", "\t", "_", "\xC3\xBC", "\xC3\x9F", "\xC5\x82", "\xCE\xB8", "\xE2\x82\xAC", "\xE5\xBC\xA0"};
  std::string text = "n";
  for (int left = *rc::gen::inRange(0, most / 3); left > 0; --left) text += *rc::gen::elementOf(pieces);
  return text + "n";
}

Entry random_entry(Texts& texts, const BatchHead& batch, bool is_lines_form, std::size_t number) {
  Entry entry;
  entry.reference = texts.keep(fmt::format("{}{}", number, random_identifier(30)));
  if (*rc::gen::arbitrary<bool>()) entry.instruction_id = texts.keep(random_identifier());
  entry.currency = euro;
  entry.amount_minor =
      *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(1, 100'000), rc::gen::inRange<std::int64_t>(1, 99'999'999'999));
  entry.mandate = texts.keep(random_identifier());
  entry.signed_on = make_date(2009, 11, 1) + std::chrono::days{*rc::gen::inRange(0, 6000)};
  if (*rc::gen::arbitrary<bool>()) entry.sequence = batch.sequence;
  const Payer payer = *rc::gen::elementOf(std::vector<Payer>(std::begin(payers), std::end(payers)));
  entry.payer_account = payer.account;
  const bool is_outside = entry.payer_account.starts_with("GB") || entry.payer_account.starts_with("CH");
  if (is_outside || *rc::gen::arbitrary<bool>()) entry.payer_bank = payer.bank;
  entry.payer_name = texts.keep(random_text(70));
  if (is_outside) {
    entry.payer_country = entry.payer_account.substr(0, 2);
    entry.payer_town = texts.keep(random_text(30));
    if (*rc::gen::arbitrary<bool>()) entry.payer_street = texts.keep(random_text(60));
    if (*rc::gen::arbitrary<bool>()) entry.payer_building = "12a";
    if (*rc::gen::arbitrary<bool>()) entry.payer_postcode = "AB1 2CD";
    if (is_lines_form || *rc::gen::arbitrary<bool>()) entry.payer_address_line_1 = texts.keep(random_text(60));
    if (*rc::gen::arbitrary<bool>()) entry.payer_address_line_2 = texts.keep(random_text(60));
  }
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      entry.amended_account = "SMNDA";
      break;
    case 1:
      entry.amended_account = "NL91ABNA0417164300";
      break;
    case 2:
      entry.amended_mandate = texts.keep(random_identifier());
      break;
    case 3:
      entry.amended_creditor_id = "AT61ZZZ01234567890";
      entry.amended_creditor_name = texts.keep(random_text(60));
      break;
    case 4:
      entry.amended_creditor_name = texts.keep(random_text(60));
      break;
    default:
      break;
  }
  if (*rc::gen::arbitrary<bool>()) entry.ultimate_debtor = texts.keep(random_text(60));
  if (*rc::gen::arbitrary<bool>()) entry.purpose = "RENT";
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      entry.remittance = texts.keep(random_text(130));
      break;
    case 1:
      entry.remittance = texts.keep(*make_rf_reference(fmt::format("INV{}", *rc::gen::inRange(0, 1'000'000))));
      break;
    default:
      break;
  }
  return entry;
}

}  // namespace

RandomFile random_pain008(std::string_view format, std::string_view profile) {
  RandomFile file;
  Texts& texts = file.texts;
  file.order.format = format;
  file.order.profile = profile;
  const bool is_lines_form = profile == "gbic3";
  file.order.head.message_id = texts.keep(random_identifier());
  file.order.head.created = *rc::gen::elementOf(
      std::vector<std::string_view>{"2026-11-02T09:30:00", "2026-11-02T09:30:00Z", "2026-11-02T09:30:00+01:00"});
  file.order.head.sender_name = texts.keep(random_text(70));
  const std::string_view instrument = *rc::gen::arbitrary<bool>() ? "CORE" : "B2B";
  const int batches = *rc::gen::inRange(1, 4);
  std::size_t entries_made = 1000;
  for (int number = 0; number < batches; ++number) {
    BatchHead batch;
    batch.id = texts.keep(fmt::format("{}{}", number, random_identifier(30)));
    batch.instrument = instrument;
    batch.sequence =
        *rc::gen::element(SequenceType::first, SequenceType::recurring, SequenceType::final, SequenceType::one_off);
    batch.creditor_name = texts.keep(random_text(70));
    batch.creditor_id = "DE98ZZZ09999999999";
    batch.creditor_account = "DE89370400440532013000";
    if (*rc::gen::arbitrary<bool>()) batch.creditor_bank = "COBADEFFXXX";
    batch.collect_on = is_lines_form ? make_date(2026, 11, 13) : make_date(2026, 11, 17);
    batch.currency = euro;
    batch.batch_booking = *rc::gen::arbitrary<bool>();
    auto& entries = file.entries.emplace_back();
    batch.count = *rc::gen::inRange(1, 6);
    batch.sum_minor = 0;
    for (std::int64_t left = batch.count; left > 0; --left) {
      entries.push_back(random_entry(texts, batch, is_lines_form, ++entries_made));
      batch.sum_minor += entries.back().amount_minor;
    }
    file.order.batches.push_back(batch);
  }
  return file;
}

}  // namespace counterfoil
