#include "generators/pain008_collection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/rf_reference.hpp"
#include "generators/pain008_fields.hpp"

namespace counterfoil::pain008 {
namespace {

constexpr std::int64_t amount_least = 1;
constexpr std::int64_t amount_most = 99'999'999'999;  // 999 999 999.99 euro.
constexpr std::size_t remittance_most = 140;
constexpr std::string_view smnda = "SMNDA";

// Lengths of the German subset, which are those of the message.
constexpr std::size_t address_most = 70;
constexpr std::size_t building_most = 16;
constexpr std::size_t postcode_most = 16;
constexpr std::size_t town_most = 35;

constexpr std::string_view address_path = "Dbtr/PstlAdr";

/// Everything about a collection that does not become an element, or decides whether it belongs here at all.
Result<void> check_entry(const Values& values, const Entry& entry, const BatchHead& batch) {
  if (entry.level != Level::entry || entry.direction != Direction::debit || entry.outcome != Outcome::none ||
      entry.is_prenote) {
    return values.refuse("write.not-a-collection", "",
                         "it is no collection; SEPA files hold nothing else, and know no prenotes.",
                         "Take it out of the batch.");
  }
  if (entry.amount_minor < amount_least || entry.amount_minor > amount_most) {
    return values.refuse("write.amount", "InstdAmt",
                         fmt::format("the amount {} is not within EUR 0.01 to EUR 999,999,999.99.",
                                     Money{entry.amount_minor, euro}.text()),
                         "Correct the bill, or split it.");
  }
  if (entry.currency != euro) {
    return values.refuse("write.currency", "InstdAmt", "the currency is not EUR, and SEPA collects euro only.",
                         "Bill in euro, or collect under another scheme.");
  }
  if (entry.sequence != SequenceType::none && entry.sequence != batch.sequence) {
    return values.refuse("write.sequence-differs", "PmtTpInf/SeqTp",
                         fmt::format("its sequence type {} is not that of its block, {}.",
                                     sequence_type_code(entry.sequence), sequence_type_code(batch.sequence)),
                         "Put it into a block of its own sequence type.");
  }
  if (entry.collect_on && *entry.collect_on != *batch.collect_on) {
    return values.refuse("write.collect-on-differs", "ReqdColltnDt",
                         fmt::format("its collection day {} is not that of its block, {}.", iso_date(*entry.collect_on),
                                     iso_date(*batch.collect_on)),
                         "Put it into a block of its own day.");
  }
  return {};
}

Result<void> put_ids(Values& values, const Entry& entry, const Pain008Profile& profile) {
  if (auto put = values.put_identifier(reference, entry.reference, {"end-to-end id", "PmtId/EndToEndId"}); !put) {
    return put;
  }
  if (entry.reference == "NOTPROVIDED") {
    return values.refuse("write.reference-not-provided", "PmtId/EndToEndId",
                         "the end-to-end id is the word for \"none given\", and no return could be matched by it.",
                         "Give each attempt an id of its own.");
  }
  if (!entry.instruction_id.empty()) {
    return values.put_identifier(instruction_id, entry.instruction_id, {"instruction id", "PmtId/InstrId"});
  }
  if (profile.instruction_id_always) values.set(instruction_id, entry.reference);
  return {};
}

// ---- Mandate

/// The first collection after a change carries the old values too; the new ones stand in their usual places.
Result<void> put_amendment(Values& values, const Entry& entry) {
  constexpr std::string_view path = "DrctDbtTx/MndtRltdInf/AmdmntInfDtls";
  bool is_amended = false;
  if (!entry.amended_mandate.empty()) {
    is_amended = true;
    const auto put =
        values.put_identifier(amended_mandate, entry.amended_mandate, {"original mandate reference", path});
    if (!put) return put;
  }
  if (!entry.amended_creditor_name.empty()) {
    is_amended = true;
    const auto put =
        values.put_name(amended_creditor_name, entry.amended_creditor_name, {"original name of the creditor", path});
    if (!put) return put;
  }
  if (!entry.amended_creditor_id.empty()) {
    is_amended = true;
    if (auto put = values.put_creditor_id(amended_creditor_id, entry.amended_creditor_id, path); !put) return put;
  }
  if (entry.amended_account == smnda) {
    is_amended = true;
    values.set(amended_account_smnda, smnda);
  } else if (!entry.amended_account.empty()) {
    is_amended = true;
    const auto put = values.put_iban(amended_account, entry.amended_account, {"original account of the payer", path});
    if (!put) return put;
  }
  if (is_amended) values.set(amended, "true");
  return {};
}

Result<void> put_mandate(Values& values, const Entry& entry, Date created_on) {
  const auto put = values.put_identifier(mandate, entry.mandate, {"mandate reference", "DrctDbtTx/MndtRltdInf/MndtId"});
  if (!put) return put;
  constexpr std::string_view date_path = "DrctDbtTx/MndtRltdInf/DtOfSgntr";
  if (!entry.signed_on) {
    return values.refuse("write.signed-on", date_path, "the day the mandate was signed is missing.",
                         "Add it to the mandate.");
  }
  if (*entry.signed_on > created_on) {
    return values.refuse(
        "write.signed-on", date_path,
        fmt::format("the mandate is signed on {}, after the day of the file.", iso_date(*entry.signed_on)),
        "Correct the mandate; banks refuse a signature of the future (MD02).");
  }
  values.put_date(signed_on, *entry.signed_on);
  return put_amendment(values, entry);
}

// ---- Payer

/// Two lines, taken as they are or made of the parts.
Result<void> put_address_lines(Values& values, const Entry& entry) {
  const auto joined = [](std::string_view left, std::string_view right) {
    return fmt::format("{}{}{}", left, left.empty() || right.empty() ? "" : " ", right);
  };
  std::string first{entry.payer_address_line_1}, second{entry.payer_address_line_2};
  if (first.empty() && second.empty()) {
    first = joined(entry.payer_street, entry.payer_building);
    second = joined(entry.payer_postcode, entry.payer_town);
  }
  if (first.empty()) first = std::exchange(second, {});
  if (first.empty()) {
    return values.refuse("write.address-missing", address_path, "the payer's address holds the country only.",
                         "Add street, postcode and town.");
  }
  constexpr Spot spot{"address line", "Dbtr/PstlAdr/AdrLine"};
  if (auto put = values.put_own_text(payer_line_1, first, spot, address_most); !put) return put;
  return second.empty() ? Result<void>{} : values.put_own_text(payer_line_2, second, spot, address_most);
}

/// Town with street, building and postcode as known, and up to two lines beside them (hybrid).
Result<void> put_address_parts(Values& values, const Entry& entry) {
  struct Part {
    std::size_t slot;
    std::string_view value;
    Spot spot;
    std::size_t most;
  };
  const std::array parts{
      Part{payer_street, entry.payer_street, {"street", "Dbtr/PstlAdr/StrtNm"}, address_most},
      Part{payer_building, entry.payer_building, {"building number", "Dbtr/PstlAdr/BldgNb"}, building_most},
      Part{payer_postcode, entry.payer_postcode, {"postcode", "Dbtr/PstlAdr/PstCd"}, postcode_most},
      Part{payer_town, entry.payer_town, {"town", "Dbtr/PstlAdr/TwnNm"}, town_most},
      Part{payer_line_1, entry.payer_address_line_1, {"first address line", "Dbtr/PstlAdr/AdrLine"}, address_most},
      Part{payer_line_2, entry.payer_address_line_2, {"second address line", "Dbtr/PstlAdr/AdrLine"}, address_most},
  };
  for (const Part& part : parts) {
    if (part.value.empty()) continue;
    if (auto put = values.put_text(part.slot, part.value, part.spot, part.most); !put) return put;
  }
  return {};
}

// Structured: town and country, with street, building and postcode as known. Hybrid: the same with lines. Unstructured:
// lines and country, up to the day the scheme ended it; the day of settlement counts, not that of the file (EPC153-22
// v2.1).
Result<void> put_address(Values& values, const Entry& entry, const BatchHead& batch, const Pain008Profile& profile) {
  if (entry.payer_country.empty()) {
    return values.refuse("write.address-missing", address_path,
                         fmt::format("the payer's bank is in {}, outside the EEA, and the payer's address or its "
                                     "country is missing.",
                                     values[payer_account].substr(0, 2)),
                         "Add town and country of the payer, and street and postcode if known.");
  }
  const auto is_capital = [](char byte) { return byte >= 'A' && byte <= 'Z'; };
  if (entry.payer_country.size() != 2 || !std::ranges::all_of(entry.payer_country, is_capital)) {
    return values.refuse("write.country", "Dbtr/PstlAdr/Ctry",
                         "the country of the payer's address is no code of two capital letters.",
                         "Write it like GB or CH.");
  }
  values.set(payer_country, entry.payer_country);

  const bool are_lines_over = profile.lines_until && *batch.collect_on > *profile.lines_until;
  const auto over = [&](std::string_view what, std::string_view remedy) {
    return values.refuse("write.address-form", address_path,
                         fmt::format("{}; such addresses ended with settlements of {}, and this one settles on {}.",
                                     what, iso_date(*profile.lines_until), iso_date(*batch.collect_on)),
                         remedy);
  };
  if (profile.address_form == AddressForm::lines) {
    if (are_lines_over) {
      return over(fmt::format("the bank's form {} takes address lines only", profile.name),
                  "Use a profile of pain.008.001.08, such as gbic5.");
    }
    return put_address_lines(values, entry);
  }
  if (entry.payer_town.empty()) {
    if (entry.payer_address_line_1.empty() && entry.payer_address_line_2.empty()) {
      return values.refuse("write.address-missing", "Dbtr/PstlAdr/TwnNm", "the town of the payer's address is missing.",
                           "Add the town; it is the one part besides the country that always stands.");
    }
    if (are_lines_over) {
      return over("the payer's address has lines but no town of its own",
                  "Give the town in its own field; lines may stay beside it.");
    }
  }
  return put_address_parts(values, entry);
}

bool has_address(const Entry& entry) {
  return std::ranges::any_of(
      std::array{entry.payer_country, entry.payer_town, entry.payer_street, entry.payer_address_line_1},
      [](std::string_view part) { return !part.empty(); });
}

/// The address goes along outside the EEA only: there the rules on information with transfers require it.
Result<void> put_payer(Values& values, const Entry& entry, const BatchHead& batch, const Pain008Profile& profile) {
  if (auto put = values.put_name(payer_name, entry.payer_name, {"name of the payer", "Dbtr/Nm"}); !put) return put;
  auto put =
      values.put_bank(payer_bank, payer_bank_not_provided, entry.payer_bank, {"payer's bank", "DbtrAgt/FinInstnId"});
  if (!put) return put;
  put = values.put_iban(payer_account, entry.payer_account, {"payer's account", "DbtrAcct/Id/IBAN"});
  if (!put) return put;
  if (values.is_in_eea()) {
    if (has_address(entry)) {
      values.note("write.address-left-out", Severity::note, address_path, "the payer's address stays out of the file.",
                  "Nothing is to be done: banks of the EEA do not need it.");
    }
    return {};
  }
  if (entry.payer_bank.empty()) {
    return values.refuse("write.bic-missing", "DbtrAgt/FinInstnId",
                         fmt::format("the payer's bank is in {}, outside the EEA, and its BIC is missing.",
                                     values[payer_account].substr(0, 2)),
                         "Add the BIC of the payer's bank.");
  }
  return put_address(values, entry, batch, profile);
}

/// A creditor reference as it stands on the bill, and nothing beside it, is structured; all else is text.
Result<void> put_remittance(Values& values, const Entry& entry) {
  if (entry.remittance.empty()) return {};
  if (entry.remittance.starts_with("RF")) {
    const auto checked = check_rf_reference(entry.remittance);
    if (checked && *checked == entry.remittance) {
      values.set(creditor_reference, entry.remittance);
      return {};
    }
  }
  return values.put_text(remittance, entry.remittance, {"remittance text", "RmtInf/Ustrd"}, remittance_most);
}

}  // namespace

Result<void> put_collection(Values& values, const Entry& entry, const BatchHead& batch, const Pain008Profile& profile,
                            Date created_on) {
  if (auto checked = check_entry(values, entry, batch); !checked) return checked;
  if (auto put = put_ids(values, entry, profile); !put) return put;
  values.put_amount(amount, entry.amount_minor);
  if (auto put = put_mandate(values, entry, created_on); !put) return put;
  if (auto put = put_payer(values, entry, batch, profile); !put) return put;
  if (!entry.ultimate_debtor.empty()) {
    const auto put =
        values.put_name(ultimate_debtor, entry.ultimate_debtor, {"name of the ultimate debtor", "UltmtDbtr/Nm"});
    if (!put) return put;
  }
  if (!entry.purpose.empty()) {
    if (auto put = values.put_code(purpose, entry.purpose, {"purpose", "Purp/Cd"}); !put) return put;
  }
  return put_remittance(values, entry);
}

}  // namespace counterfoil::pain008
