#include "generators/pain008.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include "core/bic.hpp"
#include "core/calendar.hpp"
#include "core/catalogue.hpp"
#include "core/creditor_id.hpp"
#include "core/iban.hpp"
#include "core/require.hpp"
#include "core/rf_reference.hpp"
#include "generators/hashed_output.hpp"
#include "generators/pain008_fields.hpp"
#include "generators/xml_program.hpp"

namespace counterfoil {
namespace {

// SEPA limits (EPC132-08 and the German subsets); the message itself allows more.
constexpr std::size_t name_most = 70;
constexpr std::size_t address_most = 70;
constexpr std::size_t building_most = 16;
constexpr std::size_t postcode_most = 16;
constexpr std::size_t town_most = 35;
constexpr std::size_t remittance_most = 140;
constexpr std::int64_t amount_least = 1;
constexpr std::int64_t amount_most = 99'999'999'999;  // 999 999 999.99 euro.
constexpr std::uint64_t most_notes = 1000;

constexpr std::string_view sepa_id_remedy =
    "Use 1 to 35 letters, digits, spaces or / - ? : ( ) . , ' + without a slash at either end. The writer never "
    "changes "
    "an identifier, because the bank sends it back.";
constexpr std::string_view smnda = "SMNDA";

/// Enough for any amount, count or date.
using Digits = std::array<char, 24>;

std::string_view put_number(std::int64_t number, Digits& digits) {
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return {digits.data(), static_cast<std::size_t>(written.ptr - digits.data())};
}

/// Cents as "150.50".
std::string_view put_amount(std::int64_t cents, Digits& digits) {
  char* const end = digits.data() + digits.size();
  char* at = end;
  for (int place = 0; cents > 0 || place < 3; ++place, cents /= 10) {
    if (place == 2) *--at = '.';
    *--at = static_cast<char>('0' + cents % 10);
  }
  return {at, static_cast<std::size_t>(end - at)};
}

std::string_view put_date(Date date, Digits& digits) {
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
  return {digits.data(), 10};
}

/// The BIC pattern of the 2009 messages: letters only for institution and country, no 0 or 1 and no O in the location.
bool is_bic_of_2009(std::string_view bic) {
  const auto is_letter = [](char byte) { return byte >= 'A' && byte <= 'Z'; };
  return std::ranges::all_of(bic.substr(0, 6), is_letter) && bic[6] != '0' && bic[6] != '1' && bic[7] != 'O';
}

/// "2026-11-02T09:30:00", and "Z" or an offset behind it. Fractions of a second are refused by banks.
std::optional<Date> day_of_creation(std::string_view created) {
  if (created.size() < 19 || created[10] != 'T' || created[13] != ':' || created[16] != ':') return std::nullopt;
  const auto two = [&](std::size_t at, int most) {
    const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
    return at + 1 < created.size() && is_digit(created[at]) && is_digit(created[at + 1]) &&
           (created[at] - '0') * 10 + created[at + 1] - '0' <= most;
  };
  if (!two(11, 23) || !two(14, 59) || !two(17, 59)) return std::nullopt;
  const std::string_view zone = created.substr(19);
  const bool is_offset =
      zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' && two(20, 13) && two(23, 59);
  if (!zone.empty() && zone != "Z" && !is_offset) return std::nullopt;
  return parse_iso_date(created.substr(0, 10));
}

class Writer {
 public:
  Writer(const WriteOrder& order, const Pain008Profile& profile, EntrySource& entries, ByteTarget& target,
         std::vector<Finding>& notes)
      : order_{order}, profile_{profile}, entries_{entries}, notes_{notes}, out_{target} {}

  [[nodiscard]] Result<WrittenFile> write();

 private:
  const WriteOrder& order_;
  const Pain008Profile& profile_;
  EntrySource& entries_;
  std::vector<Finding>& notes_;
  HashedOutput out_;

  XmlProgram head_, block_, collection_;
  XmlValues values_;
  std::array<std::string, xml_slots> converted_;  // What the values point to where a text had to be rewritten.
  Digits digits_[4] = {};
  std::uint64_t notes_left_ = most_notes, notes_unsaid_ = 0;

  // Where we are, for messages.
  const BatchHead* batch_ = nullptr;
  const Entry* entry_ = nullptr;
  std::size_t batch_number_ = 0;
  std::uint64_t entry_number_ = 0;  // Within the block.

  Date created_on_{};
  std::uint64_t entries_written_ = 0;
  std::int64_t sum_written_ = 0;
  std::string last_account_country_;
  bool is_last_country_sepa_ = false, is_last_country_eea_ = false;

  [[nodiscard]] std::string who() const;
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view code, std::string_view path, std::string explanation,
                                              std::string_view remedy) const;
  void note(std::string_view code, Severity severity, std::string_view path, std::string message,
            std::string_view remedy);

  [[nodiscard]] Result<void> put_identifier(std::size_t slot, std::string_view value, std::string_view what,
                                            std::string_view path);
  [[nodiscard]] Result<void> put_text(std::size_t slot, std::string_view value, std::string_view what,
                                      std::string_view path, std::size_t most);
  [[nodiscard]] Result<void> put_name(std::size_t slot, std::string_view value, std::string_view what,
                                      std::string_view path);
  [[nodiscard]] Result<void> put_iban(std::size_t slot, std::string_view value, std::string_view what,
                                      std::string_view path);
  [[nodiscard]] Result<void> put_bank(std::size_t slot, std::size_t slot_without, std::string_view value,
                                      std::string_view what, std::string_view path);
  [[nodiscard]] Result<void> put_creditor_id(std::size_t slot, std::string_view value, std::string_view path);
  [[nodiscard]] Result<void> put_code(std::size_t slot, std::string_view value, std::string_view what,
                                      std::string_view path);

  [[nodiscard]] Result<void> make_programs();
  [[nodiscard]] Result<void> check_order();
  [[nodiscard]] Result<void> check_batch(const BatchHead& batch);
  [[nodiscard]] Result<void> write_head();
  [[nodiscard]] Result<void> write_block(std::size_t index);
  [[nodiscard]] Result<void> write_entry(const Entry& entry);
  [[nodiscard]] Result<void> check_entry(const Entry& entry) const;
  [[nodiscard]] Result<void> put_mandate(const Entry& entry);
  [[nodiscard]] Result<void> put_payer(const Entry& entry);
  [[nodiscard]] Result<void> put_address(const Entry& entry);
  [[nodiscard]] Result<void> put_address_lines(const Entry& entry);
  [[nodiscard]] Result<void> put_remittance(const Entry& entry);
};

// ---- Messages

std::string Writer::who() const {
  if (batch_ == nullptr) return "The head of the file";
  const bool is_block_plain = sepa_identifier_fault(batch_->id).empty();
  const std::string block =
      is_block_plain ? fmt::format("block {}", batch_->id) : fmt::format("block number {}", batch_number_);
  if (entry_ == nullptr) return "B" + block.substr(1);
  return sepa_identifier_fault(entry_->reference).empty()
             ? fmt::format("Collection {} (number {} of {})", entry_->reference, entry_number_, block)
             : fmt::format("Collection number {} of {}", entry_number_, block);
}

std::unexpected<Error> Writer::refuse(std::string_view code, std::string_view path, std::string explanation,
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

void Writer::note(std::string_view code, Severity severity, std::string_view path, std::string message,
                  std::string_view remedy) {
  if (notes_left_ == 0) {
    ++notes_unsaid_;
    return;
  }
  --notes_left_;
  notes_.push_back({.code = std::string{code},
                    .severity = severity,
                    .place = {.path = std::string{path}},
                    .message = fmt::format("{}: {}", who(), message),
                    .remedy = std::string{remedy}});
}

// ---- Values

Result<void> Writer::put_identifier(std::size_t slot, std::string_view value, std::string_view what,
                                    std::string_view path) {
  const std::string fault = sepa_identifier_fault(value);
  if (!fault.empty()) return refuse("write.identifier", path, fmt::format("the {} {}.", what, fault), sepa_id_remedy);
  values_.set(slot, value);
  return {};
}

Result<void> Writer::put_text(std::size_t slot, std::string_view value, std::string_view what, std::string_view path,
                              std::size_t most) {
  if (!is_clean_sepa_text(value)) {
    if (const auto bad = first_bad_utf8(value)) {
      return refuse("write.not-utf8", path, fmt::format("the {} is not UTF-8 at byte {}.", what, *bad + 1),
                    "Bring the source of the text into UTF-8; a file in another character set was read as if it were.");
    }
    auto converted = sepa_text(value, profile_.transliteration);
    converted_[slot] = std::move(converted.text);
    if (converted.changed) {
      note("write.text-converted", Severity::note, path,
           fmt::format("the {} \"{}\" goes to the bank as \"{}\".", what, value, converted_[slot]),
           "Banks take a small set of characters; nothing is to be done if the text is still understood.");
    }
    value = converted_[slot];
  }
  if (value.size() > most) {
    return refuse(
        "write.text-too-long", path,
        fmt::format("the {} has {} characters as it goes to the bank, and {} are the most.", what, value.size(), most),
        "Shorten it in the source; it is never cut here.");
  }
  values_.set(slot, value);
  return {};
}

Result<void> Writer::put_name(std::size_t slot, std::string_view value, std::string_view what, std::string_view path) {
  if (auto put = put_text(slot, value, what, path, name_most); !put) return put;
  if (values_[slot].empty()) {
    return refuse("write.name-missing", path, fmt::format("the {} is missing.", what),
                  "Give the name; banks require it.");
  }
  return {};
}

Result<void> Writer::put_iban(std::size_t slot, std::string_view value, std::string_view what, std::string_view path) {
  values_.set(slot, value);
  if (!is_iban(value)) {  // Rarely: written with spaces or small letters, or wrong.
    auto iban = check_iban(value);
    if (!iban) {
      return refuse("write.iban", path,
                    fmt::format("the {} {} is no valid IBAN. {}", what, mask_account(value), iban.error().explanation),
                    iban.error().remedy);
    }
    converted_[slot] = *std::move(iban);
    values_.set(slot, converted_[slot]);
  }
  const std::string_view country = values_[slot].substr(0, 2);
  if (country != last_account_country_) {
    last_account_country_ = country;
    is_last_country_sepa_ = is_sepa_country(country);
    is_last_country_eea_ = is_eea_country(country);
  }
  if (!is_last_country_sepa_) {
    return refuse("write.iban-not-sepa", path,
                  fmt::format("the {} {} is of {}, which does not take part in SEPA.", what,
                              mask_account(values_[slot]), country),
                  "Ask for an account in a SEPA country; others cannot be reached by SEPA Direct Debit.");
  }
  return {};
}

Result<void> Writer::put_bank(std::size_t slot, std::size_t slot_without, std::string_view value, std::string_view what,
                              std::string_view path) {
  if (value.empty()) {
    values_.set(slot_without, "NOTPROVIDED");
    return {};
  }
  auto bic = check_bic(value);
  if (!bic) {
    return refuse("write.bic", path, fmt::format("the {} {} is no BIC. {}", what, value, bic.error().explanation),
                  bic.error().remedy);
  }
  if (profile_.format == "pain.008.001.02" && !is_bic_of_2009(*bic)) {
    return refuse("write.bic", path,
                  fmt::format("the {} {} has a form that pain.008.001.02 does not know yet.", what, *bic),
                  "Leave the BIC out where the payer's bank is in the EEA, or use a profile of pain.008.001.08.");
  }
  if (*bic == value) {
    values_.set(slot, value);
  } else {
    converted_[slot] = *std::move(bic);
    values_.set(slot, converted_[slot]);
  }
  return {};
}

Result<void> Writer::put_creditor_id(std::size_t slot, std::string_view value, std::string_view path) {
  auto id = check_creditor_id(value);
  if (!id) {
    return refuse("write.creditor-id", path,
                  fmt::format("the creditor identifier {} is not valid. {}", value, id.error().explanation),
                  id.error().remedy);
  }
  converted_[slot] = *std::move(id);
  return put_identifier(slot, converted_[slot], "creditor identifier", path);
}

Result<void> Writer::put_code(std::size_t slot, std::string_view value, std::string_view what, std::string_view path) {
  const bool is_code =
      value.size() == 4 && std::ranges::all_of(value, [](char byte) { return byte >= 'A' && byte <= 'Z'; });
  if (!is_code) {
    return refuse("write.code", path,
                  fmt::format("the {} \"{}\" is no code of four capital letters.", what,
                              sepa_text(value, Transliteration::epc).text),
                  "Use a code of the ISO 20022 external list, such as RENT, or leave it out.");
  }
  values_.set(slot, value);
  return {};
}

// ---- Order and head

Result<void> Writer::make_programs() {
  const Scheme* scheme = Catalogue::built_in().find("iso20022");
  require(scheme != nullptr, "The scheme data in the binary hold iso20022.");
  const auto text = scheme->tables.find("pain008");
  require(text != scheme->tables.end(), "The scheme data in the binary hold the table of pain.008.");
  const auto table = XmlTable::parse(text->second.text, text->second.file);
  if (!table) return std::unexpected(table.error());
  const auto plan = table->plan("pain.008", profile_.format.substr(profile_.format.size() - 2));
  if (!plan) return std::unexpected(plan.error());

  const auto make = [&](XmlProgram& program, std::string_view top, std::span<const XmlField> fields,
                        std::string_view open_before) -> Result<void> {
    auto made =
        XmlProgram::make(*plan, top, fields, {.text = XmlText::safe, .currency = "EUR", .open_before = open_before});
    if (!made) return std::unexpected(made.error());
    program = *std::move(made);
    return {};
  };
  if (auto made = make(head_, "GrpHdr", pain008::head_fields, {}); !made) return made;
  if (auto made = make(block_, "PmtInf", pain008::block_fields, "DrctDbtTxInf"); !made) return made;
  return make(collection_, "PmtInf/DrctDbtTxInf", pain008::entry_fields, {});
}

Result<void> Writer::check_order() {
  if (profile_.format != order_.format || (order_.format != "pain.008.001.08" && order_.format != "pain.008.001.02")) {
    return refuse(
        "write.format-unknown", "",
        fmt::format("the format {} cannot be written with the bank profile {}.", order_.format, profile_.name),
        "Ask for pain.008.001.08 or pain.008.001.02 and a profile of that format.");
  }
  const auto created = day_of_creation(order_.head.created);
  if (!created) {
    return refuse(
        "write.created", "GrpHdr/CreDtTm",
        fmt::format("the time of creation \"{}\" is not one that banks take.", order_.head.created),
        "Write it as 2026-11-02T09:30:00, with Z or an offset such as +01:00 if wanted, and without fractions.");
  }
  created_on_ = *created;
  if ((profile_.valid_to && created_on_ > *profile_.valid_to) ||
      (profile_.valid_from && created_on_ < *profile_.valid_from)) {
    return refuse("write.profile-not-in-force", "GrpHdr/CreDtTm",
                  fmt::format("banks take the form {} only {}, and the file is of {}.", profile_.name,
                              profile_.valid_to ? fmt::format("up to {}", iso_date(*profile_.valid_to))
                                                : fmt::format("from {}", iso_date(*profile_.valid_from)),
                              iso_date(created_on_)),
                  "Use a profile that is in force, such as gbic5 for German banks, or iso.");
  }
  if (order_.batches.empty()) {
    return refuse("write.no-batch", "PmtInf", "there is nothing to collect, and an empty file is not allowed.",
                  "Make no file for an empty run.");
  }
  for (const BatchHead& batch : order_.batches) {
    batch_ = &batch;
    ++batch_number_;
    if (auto checked = check_batch(batch); !checked) return checked;
  }
  batch_ = nullptr;
  batch_number_ = 0;
  return {};
}

Result<void> Writer::check_batch(const BatchHead& batch) {
  if (batch.instrument != "CORE" && batch.instrument != "B2B") {
    return refuse("write.instrument", "PmtTpInf/LclInstrm/Cd",
                  fmt::format("\"{}\" is no scheme of SEPA Direct Debit.", batch.instrument),
                  batch.instrument == "COR1" ? "COR1 ended on 20 November 2016: use CORE, which is as fast now."
                                             : "Use CORE or B2B.");
  }
  if (batch.instrument != order_.batches.front().instrument) {
    return refuse("write.instruments-mixed", "PmtTpInf/LclInstrm/Cd", "CORE and B2B must not share a file.",
                  "Write one file for each.");
  }
  if (batch.service != "" && batch.service != "SEPA") {
    return refuse("write.service", "PmtTpInf/SvcLvl/Cd",
                  fmt::format("the service level \"{}\" is not SEPA.", batch.service), "Leave it empty or give SEPA.");
  }
  if (batch.sequence == SequenceType::none) {
    return refuse("write.sequence", "PmtTpInf/SeqTp", "the sequence type is missing.",
                  "Give FRST, RCUR, FNAL or OOFF.");
  }
  if (!batch.collect_on) {
    return refuse("write.collect-on", "ReqdColltnDt", "the collection day is missing.", "Give the day to collect on.");
  }
  if (*batch.collect_on < created_on_) {
    return refuse("write.collect-on", "ReqdColltnDt",
                  fmt::format("the collection day {} is before the day of the file, {}.", iso_date(*batch.collect_on),
                              iso_date(created_on_)),
                  "Plan the collection for a later bank day.");
  }
  if (batch.currency != euro) {
    return refuse("write.currency", "CtrlSum", "the currency is not EUR, and SEPA collects euro only.",
                  "Bill in euro, or collect under another scheme.");
  }
  if (batch.count <= 0 || batch.sum_minor <= 0) {
    return refuse("write.empty-batch", "NbOfTxs", "the block holds no collection, which is not allowed.",
                  "Leave the block out, and state count and sum of the others.");
  }
  const auto same_id = [&](const BatchHead& other) { return other.id == batch.id; };
  if (std::ranges::count_if(order_.batches, same_id) > 1) {
    return refuse("write.block-id-twice", "PmtInfId", "another block of the file has the same id.",
                  "Give each block an id of its own.");
  }
  return {};
}

Result<void> Writer::write_head() {
  values_.clear();
  std::int64_t count = 0, sum = 0;
  for (const BatchHead& batch : order_.batches) {
    count += batch.count;
    if (__builtin_add_overflow(sum, batch.sum_minor, &sum)) {
      return refuse("write.sum-too-large", "GrpHdr/CtrlSum", "the sum of the file is too large.",
                    "Write more than one file.");
    }
  }
  const FileHead& head = order_.head;
  if (head.declared_count >= 0 && head.declared_count != count) {
    return refuse("write.count-differs", "GrpHdr/NbOfTxs",
                  fmt::format("{} collections were expected, and the blocks hold {}.", head.declared_count, count),
                  "Find out which collections are missing or too many before anything is sent.");
  }
  if (head.declared_sum_minor >= 0 && head.declared_sum_minor != sum) {
    return refuse("write.sum-differs", "GrpHdr/CtrlSum",
                  fmt::format("{} was expected, and the blocks sum up to {}.",
                              Money{head.declared_sum_minor, euro}.text(), Money{sum, euro}.text()),
                  "Find out which collections are missing, too many or of another amount before anything is sent.");
  }
  if (auto put = put_identifier(pain008::message_id, head.message_id, "message id", "GrpHdr/MsgId"); !put) return put;
  values_.set(pain008::created, head.created);
  values_.set(pain008::file_count, put_number(count, digits_[0]));
  values_.set(pain008::file_sum, put_amount(sum, digits_[1]));
  if (auto put = put_name(pain008::initiator_name, head.sender_name, "name of the sender", "GrpHdr/InitgPty/Nm");
      !put) {
    return put;
  }
  constexpr std::string_view id_path = "GrpHdr/InitgPty/Id";
  if (profile_.initiating_party_id == InitiatingPartyId::creditor_id) {
    const auto put = put_creditor_id(pain008::initiator_private_id, order_.batches.front().creditor_id, id_path);
    if (!put) return put;
    values_.set(pain008::initiator_is_creditor_id, "SEPA");
  } else if (profile_.initiating_party_id == InitiatingPartyId::given) {
    const auto setting = [&](std::string_view key) -> std::string_view {
      if (head.settings == nullptr) return {};
      const auto found = head.settings->find(key);
      return found == head.settings->end() ? std::string_view{} : std::string_view{found->second};
    };
    const std::size_t slot = setting("iso20022.initiating_party_kind") == "organisation"
                                 ? pain008::initiator_organisation_id
                                 : pain008::initiator_private_id;
    const auto put =
        put_identifier(slot, setting("iso20022.initiating_party_id"), "id the bank gave the sender", id_path);
    if (!put) return put;
  }
  out_.text() += fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{}\">\n"
      "<CstmrDrctDbtInitn>\n",
      profile_.format);
  if (auto appended = head_.append(values_, out_.text()); !appended) return appended;
  out_.text() += '\n';
  return {};
}

// ---- Blocks and collections

Result<void> Writer::write_block(std::size_t index) {
  const BatchHead& batch = order_.batches[index];
  batch_ = &batch;
  batch_number_ = index + 1;
  entry_number_ = 0;
  values_.clear();
  values_.set(pain008::block_always, "always");
  if (auto put = put_identifier(pain008::block_id, batch.id, "block id", "PmtInfId"); !put) return put;
  if (profile_.writes_batch_booking) values_.set(pain008::batch_booking, batch.batch_booking ? "true" : "false");
  values_.set(pain008::block_count, put_number(batch.count, digits_[0]));
  values_.set(pain008::block_sum, put_amount(batch.sum_minor, digits_[1]));
  values_.set(pain008::instrument, batch.instrument);
  values_.set(pain008::sequence,
              sequence_type_code(batch.sequence == SequenceType::first ? profile_.first_as : batch.sequence));
  if (order_.head.settings != nullptr) {
    const auto purpose = order_.head.settings->find("iso20022.category_purpose");
    if (purpose != order_.head.settings->end() && !purpose->second.empty()) {
      const auto put = put_code(pain008::category_purpose, purpose->second, "category purpose", "PmtTpInf/CtgyPurp/Cd");
      if (!put) return put;
    }
  }
  values_.set(pain008::collect_on, put_date(*batch.collect_on, digits_[2]));
  const BankCalendar target = BankCalendar::target2();
  if (const auto open = target.is_bank_day(*batch.collect_on); open && !*open) {
    const auto next = target.bank_day_on_or_after(*batch.collect_on);
    note("write.not-a-bank-day", Severity::warning, "PmtInf/ReqdColltnDt",
         fmt::format("the collection day {} is no TARGET day; the bank moves it{} or refuses the block.",
                     weekday_and_date(*batch.collect_on), next ? " to " + weekday_and_date(*next) : ""),
         "Plan the collection for a TARGET day.");
  }
  if (auto put = put_name(pain008::creditor_name, batch.creditor_name, "name of the creditor", "Cdtr/Nm"); !put)
    return put;
  if (auto put = put_iban(pain008::creditor_account, batch.creditor_account, "creditor's account", "CdtrAcct/Id/IBAN");
      !put) {
    return put;
  }
  if (auto put = put_bank(pain008::creditor_bank, pain008::creditor_bank_not_provided, batch.creditor_bank,
                          "creditor's bank", "CdtrAgt/FinInstnId");
      !put) {
    return put;
  }
  if (auto put = put_creditor_id(pain008::creditor_id, batch.creditor_id, "CdtrSchmeId/Id/PrvtId/Othr/Id"); !put)
    return put;
  if (auto appended = block_.append(values_, out_.text()); !appended) return appended;
  out_.text() += '\n';

  std::int64_t count = 0, sum = 0;
  while (true) {
    Entry entry;
    const auto more = entries_.next(index, entry);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    ++count;
    ++entry_number_;
    entry_ = &entry;
    if (auto written = write_entry(entry); !written) return written;
    entry_ = nullptr;
    sum += entry.amount_minor;  // At most 1e11 each: no file is long enough to overflow it.
    if (auto passed = out_.pass_on(); !passed) return passed;
  }
  if (count != batch.count) {
    return refuse("write.count-differs", "NbOfTxs",
                  fmt::format("{} collections were planned, and {} came.", batch.count, count),
                  "Plan the batch again; something changed while it was written.");
  }
  if (sum != batch.sum_minor) {
    return refuse("write.sum-differs", "CtrlSum",
                  fmt::format("{} was planned, and the collections sum up to {}.", Money{batch.sum_minor, euro}.text(),
                              Money{sum, euro}.text()),
                  "Plan the batch again; something changed while it was written.");
  }
  out_.text() += block_.closing_tag();
  out_.text() += '\n';
  entries_written_ += static_cast<std::uint64_t>(count);
  sum_written_ += sum;
  return {};
}

Result<void> Writer::check_entry(const Entry& entry) const {
  if (entry.level != Level::entry || entry.direction != Direction::debit || entry.outcome != Outcome::none ||
      entry.is_prenote) {
    return refuse("write.not-a-collection", "",
                  "it is no collection; SEPA files hold nothing else, and know no prenotes.",
                  "Take it out of the batch.");
  }
  if (entry.amount_minor < amount_least || entry.amount_minor > amount_most) {
    return refuse("write.amount", "InstdAmt",
                  fmt::format("the amount {} is not within EUR 0.01 to EUR 999,999,999.99.",
                              Money{entry.amount_minor, euro}.text()),
                  "Correct the bill, or split it.");
  }
  if (entry.currency != euro) {
    return refuse("write.currency", "InstdAmt", "the currency is not EUR, and SEPA collects euro only.",
                  "Bill in euro, or collect under another scheme.");
  }
  if (entry.sequence != SequenceType::none && entry.sequence != batch_->sequence) {
    return refuse("write.sequence-differs", "PmtTpInf/SeqTp",
                  fmt::format("its sequence type {} is not that of its block, {}.", sequence_type_code(entry.sequence),
                              sequence_type_code(batch_->sequence)),
                  "Put it into a block of its own sequence type.");
  }
  if (entry.collect_on && *entry.collect_on != *batch_->collect_on) {
    return refuse("write.collect-on-differs", "ReqdColltnDt",
                  fmt::format("its collection day {} is not that of its block, {}.", iso_date(*entry.collect_on),
                              iso_date(*batch_->collect_on)),
                  "Put it into a block of its own day.");
  }
  return {};
}

Result<void> Writer::write_entry(const Entry& entry) {
  if (auto checked = check_entry(entry); !checked) return checked;
  values_.clear();
  if (auto put = put_identifier(pain008::reference, entry.reference, "end-to-end id", "PmtId/EndToEndId"); !put)
    return put;
  if (entry.reference == "NOTPROVIDED") {
    return refuse("write.reference-not-provided", "PmtId/EndToEndId",
                  "the end-to-end id is the word for \"none given\", and no return could be matched by it.",
                  "Give each attempt an id of its own.");
  }
  if (!entry.instruction_id.empty()) {
    const auto put = put_identifier(pain008::instruction_id, entry.instruction_id, "instruction id", "PmtId/InstrId");
    if (!put) return put;
  } else if (profile_.instruction_id_always) {
    values_.set(pain008::instruction_id, entry.reference);
  }
  values_.set(pain008::amount, put_amount(entry.amount_minor, digits_[0]));
  if (auto put = put_mandate(entry); !put) return put;
  if (auto put = put_payer(entry); !put) return put;
  if (!entry.ultimate_debtor.empty()) {
    const auto put = put_text(pain008::ultimate_debtor, entry.ultimate_debtor, "name of the ultimate debtor",
                              "UltmtDbtr/Nm", name_most);
    if (!put) return put;
  }
  if (!entry.purpose.empty()) {
    if (auto put = put_code(pain008::purpose, entry.purpose, "purpose", "Purp/Cd"); !put) return put;
  }
  if (auto put = put_remittance(entry); !put) return put;
  if (auto appended = collection_.append(values_, out_.text()); !appended) return appended;
  out_.text() += '\n';
  return {};
}

Result<void> Writer::put_mandate(const Entry& entry) {
  constexpr std::string_view path = "DrctDbtTx/MndtRltdInf/MndtId";
  if (auto put = put_identifier(pain008::mandate, entry.mandate, "mandate reference", path); !put) return put;
  constexpr std::string_view date_path = "DrctDbtTx/MndtRltdInf/DtOfSgntr";
  if (!entry.signed_on) {
    return refuse("write.signed-on", date_path, "the day the mandate was signed is missing.", "Add it to the mandate.");
  }
  if (*entry.signed_on > created_on_) {
    return refuse("write.signed-on", date_path,
                  fmt::format("the mandate is signed on {}, after the day of the file.", iso_date(*entry.signed_on)),
                  "Correct the mandate; banks refuse a signature of the future (MD02).");
  }
  values_.set(pain008::signed_on, put_date(*entry.signed_on, digits_[1]));

  constexpr std::string_view amended_path = "DrctDbtTx/MndtRltdInf/AmdmntInfDtls";
  bool is_amended = false;
  if (!entry.amended_mandate.empty()) {
    const auto put =
        put_identifier(pain008::amended_mandate, entry.amended_mandate, "original mandate reference", amended_path);
    if (!put) return put;
    is_amended = true;
  }
  if (!entry.amended_creditor_name.empty()) {
    const auto put = put_text(pain008::amended_creditor_name, entry.amended_creditor_name,
                              "original name of the creditor", amended_path, name_most);
    if (!put) return put;
    is_amended = true;
  }
  if (!entry.amended_creditor_id.empty()) {
    if (auto put = put_creditor_id(pain008::amended_creditor_id, entry.amended_creditor_id, amended_path); !put)
      return put;
    is_amended = true;
  }
  if (entry.amended_account == smnda) {
    values_.set(pain008::amended_account_smnda, smnda);
    is_amended = true;
  } else if (!entry.amended_account.empty()) {
    const auto put =
        put_iban(pain008::amended_account, entry.amended_account, "original account of the payer", amended_path);
    if (!put) return put;
    is_amended = true;
  }
  if (is_amended) values_.set(pain008::amended, "true");
  return {};
}

Result<void> Writer::put_payer(const Entry& entry) {
  if (auto put = put_name(pain008::payer_name, entry.payer_name, "name of the payer", "Dbtr/Nm"); !put) return put;
  if (auto put = put_bank(pain008::payer_bank, pain008::payer_bank_not_provided, entry.payer_bank, "payer's bank",
                          "DbtrAgt/FinInstnId");
      !put) {
    return put;
  }
  if (auto put = put_iban(pain008::payer_account, entry.payer_account, "payer's account", "DbtrAcct/Id/IBAN"); !put)
    return put;
  if (is_last_country_eea_) {
    const bool has_address = !entry.payer_country.empty() || !entry.payer_town.empty() || !entry.payer_street.empty() ||
                             !entry.payer_address_line_1.empty();
    if (has_address) {
      note("write.address-left-out", Severity::note, "PmtInf/DrctDbtTxInf/Dbtr/PstlAdr",
           "the payer's address stays out of the file.", "Nothing is to be done: banks of the EEA do not need it.");
    }
    return {};
  }
  if (entry.payer_bank.empty()) {
    return refuse("write.bic-missing", "DbtrAgt/FinInstnId",
                  fmt::format("the payer's bank is in {}, outside the EEA, and its BIC is missing.",
                              values_[pain008::payer_account].substr(0, 2)),
                  "Add the BIC of the payer's bank.");
  }
  return put_address(entry);
}

// Outside the EEA the payer's address goes along. Structured: town and country with street, building and postcode as
// known. Hybrid: the same with up to two lines. Unstructured: lines and country, up to the day the scheme ended it;
// what counts is the day of settlement (EPC153-22 v2.1).
Result<void> Writer::put_address(const Entry& entry) {
  constexpr std::string_view path = "Dbtr/PstlAdr";
  if (entry.payer_country.empty()) {
    return refuse(
        "write.address-missing", path,
        fmt::format("the payer's bank is in {}, outside the EEA, and the payer's address or its country is missing.",
                    values_[pain008::payer_account].substr(0, 2)),
        "Add town and country of the payer, and street and postcode if known.");
  }
  const bool is_country = entry.payer_country.size() == 2 && std::ranges::all_of(entry.payer_country, [](char byte) {
                            return byte >= 'A' && byte <= 'Z';
                          });
  if (!is_country) {
    return refuse("write.country", "Dbtr/PstlAdr/Ctry",
                  "the country of the payer's address is no code of two capital letters.", "Write it like GB or CH.");
  }
  values_.set(pain008::payer_country, entry.payer_country);
  const bool is_lines_over = profile_.lines_until && *batch_->collect_on > *profile_.lines_until;
  if (profile_.address_form == AddressForm::lines) {
    if (is_lines_over) {
      return refuse("write.address-form", path,
                    fmt::format("the bank's form {} takes address lines only, and they ended with settlements of {}; "
                                "this one settles on {}.",
                                profile_.name, iso_date(*profile_.lines_until), iso_date(*batch_->collect_on)),
                    "Use a profile of pain.008.001.08, such as gbic5.");
    }
    return put_address_lines(entry);
  }
  const bool has_lines = !entry.payer_address_line_1.empty() || !entry.payer_address_line_2.empty();
  if (entry.payer_town.empty()) {
    if (!has_lines) {
      return refuse("write.address-missing", "Dbtr/PstlAdr/TwnNm", "the town of the payer's address is missing.",
                    "Add the town; it is the one part besides the country that always stands.");
    }
    if (is_lines_over) {
      return refuse("write.address-form", path,
                    fmt::format("the payer's address has lines but no town of its own; such addresses ended with "
                                "settlements of {}, and this one settles on {}.",
                                iso_date(*profile_.lines_until), iso_date(*batch_->collect_on)),
                    "Give the town in its own field; lines may stay beside it.");
    }
  }
  const std::array parts{
      std::tuple{std::size_t{pain008::payer_street}, entry.payer_street, std::string_view{"street"},
                 std::string_view{"Dbtr/PstlAdr/StrtNm"}, address_most},
      std::tuple{std::size_t{pain008::payer_building}, entry.payer_building, std::string_view{"building number"},
                 std::string_view{"Dbtr/PstlAdr/BldgNb"}, building_most},
      std::tuple{std::size_t{pain008::payer_postcode}, entry.payer_postcode, std::string_view{"postcode"},
                 std::string_view{"Dbtr/PstlAdr/PstCd"}, postcode_most},
      std::tuple{std::size_t{pain008::payer_town}, entry.payer_town, std::string_view{"town"},
                 std::string_view{"Dbtr/PstlAdr/TwnNm"}, town_most},
      std::tuple{std::size_t{pain008::payer_line_1}, entry.payer_address_line_1, std::string_view{"first address line"},
                 std::string_view{"Dbtr/PstlAdr/AdrLine"}, address_most},
      std::tuple{std::size_t{pain008::payer_line_2}, entry.payer_address_line_2,
                 std::string_view{"second address line"}, std::string_view{"Dbtr/PstlAdr/AdrLine"}, address_most},
  };
  for (const auto& [slot, value, what, part_path, most] : parts) {
    if (value.empty()) continue;
    if (auto put = put_text(slot, value, what, part_path, most); !put) return put;
  }
  return {};
}

/// Two lines, taken as they are or made of the parts.
Result<void> Writer::put_address_lines(const Entry& entry) {
  constexpr std::string_view path = "Dbtr/PstlAdr/AdrLine";
  const auto joined = [](std::string_view left, std::string_view right) {
    return fmt::format("{}{}{}", left, left.empty() || right.empty() ? "" : " ", right);
  };
  std::string line_1{entry.payer_address_line_1}, line_2{entry.payer_address_line_2};
  if (line_1.empty() && line_2.empty()) {
    line_1 = joined(entry.payer_street, entry.payer_building);
    line_2 = joined(entry.payer_postcode, entry.payer_town);
  }
  if (line_1.empty()) line_1 = std::exchange(line_2, {});
  if (line_1.empty()) {
    return refuse("write.address-missing", path, "the payer's address holds the country only.",
                  "Add street, postcode and town.");
  }
  const std::array lines{std::pair{std::size_t{pain008::payer_line_1}, &line_1},
                         std::pair{std::size_t{pain008::payer_line_2}, &line_2}};
  for (const auto& [slot, line] : lines) {
    if (line->empty()) continue;
    if (auto put = put_text(slot, *line, "address line", path, address_most); !put) return put;
    converted_[slot] = values_[slot];  // The line is gone when this function ends.
    values_.set(slot, converted_[slot]);
  }
  return {};
}

Result<void> Writer::put_remittance(const Entry& entry) {
  if (entry.remittance.empty()) return {};
  if (entry.remittance.starts_with("RF")) {
    // As written on the bill and nothing beside it; otherwise it is a text that only looks like a reference.
    const auto reference = check_rf_reference(entry.remittance);
    if (reference && *reference == entry.remittance) {
      values_.set(pain008::creditor_reference, entry.remittance);
      return {};
    }
  }
  return put_text(pain008::remittance, entry.remittance, "remittance text", "RmtInf/Ustrd", remittance_most);
}

Result<WrittenFile> Writer::write() {
  if (auto checked = check_order(); !checked) return std::unexpected(checked.error());
  if (auto made = make_programs(); !made) return std::unexpected(made.error());
  if (auto written = write_head(); !written) return std::unexpected(written.error());
  for (std::size_t index = 0; index < order_.batches.size(); ++index) {
    if (auto written = write_block(index); !written) return std::unexpected(written.error());
  }
  batch_ = nullptr;
  out_.text() += "</CstmrDrctDbtInitn>\n</Document>\n";
  if (notes_unsaid_ > 0) {
    notes_.push_back({.code = "write.more-notes",
                      .severity = Severity::note,
                      .place = {},
                      .message = fmt::format("{} more notes of this kind are not listed.", notes_unsaid_),
                      .remedy = "Look at the listed ones first; the others are alike."});
  }
  auto digest = out_.finish();
  if (!digest) return std::unexpected(digest.error());
  return WrittenFile{
      .bytes = out_.bytes(), .entries = entries_written_, .sum_minor = sum_written_, .sha256 = *std::move(digest)};
}

}  // namespace

Result<WrittenFile> write_pain008(const WriteOrder& order, const Pain008Profile& profile, EntrySource& entries,
                                  ByteTarget& target, std::vector<Finding>& notes) {
  return std::make_unique<Writer>(order, profile, entries, target, notes)->write();
}

Result<WrittenFile> write_pain008(const WriteOrder& order, EntrySource& entries, ByteTarget& target,
                                  std::vector<Finding>& notes) {
  const auto profile = find_pain008_profile(order.profile, order.format);
  if (!profile) return std::unexpected(profile.error());
  return write_pain008(order, *profile, entries, target, notes);
}

}  // namespace counterfoil
