// The SEPA collection file, pain.008.001.08 or .02, written in one pass.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "core/text.hpp"
#include "generators/writer.hpp"

namespace counterfoil {

struct Scheme;  // core/catalogue.hpp

/// What identifies the sending party in the head (InitgPty/Id). Banks differ: German banks advise against it, banks of
/// Spain, France and Ireland require it.
enum class InitiatingPartyId : std::uint8_t { none, creditor_id, given };

/// Which postal address elements a bank takes.
enum class AddressForm : std::uint8_t {
  free,   // Structured and hybrid always; unstructured lines while the scheme still takes them.
  lines,  // Two lines and the country only, as the German form of pain.008.001.02 has it.
};

/// What a bank wants beyond the message itself. Filled from schemes/iso20022/profiles.toml.
struct Pain008Profile {
  std::string name;
  std::string format = "pain.008.001.08";
  InitiatingPartyId initiating_party_id = InitiatingPartyId::none;
  bool instruction_id_always = false;  // InstrId on every transaction, the end-to-end id where none is given.
  bool writes_batch_booking = true;    // Leave BtchBookg out where the agreement with the bank decides alone.
  SequenceType first_as = SequenceType::recurring;  // What a first collection of a series is sent as: RCUR or FRST.
  Transliteration transliteration = Transliteration::epc;
  AddressForm address_form = AddressForm::free;
  std::optional<Date> lines_until;           // Last settlement day of an address without town and country of its own.
  std::optional<Date> valid_from, valid_to;  // Days of writing, both included, on which the bank takes this form.
};

/// The profile of that name; for an empty one the plain form, "iso" or "iso-02". An Error "write.profile-unknown" lists
/// the known ones. Without a scheme: from the data in the binary.
[[nodiscard]] Result<Pain008Profile> find_pain008_profile(std::string_view name, std::string_view format);
[[nodiscard]] Result<Pain008Profile> find_pain008_profile(std::string_view name, std::string_view format,
                                                          const Scheme& scheme);

/// Writes the file. Names, addresses and remittance are brought into the SEPA character set, with a note for each text
/// that changed; identifiers are never touched. A payer's address is written where the bank is outside the EEA, which
/// is where it is needed; elsewhere it is left out. Everything a bank would refuse is refused here, by an Error that
/// names the entry's reference, the element path, and length and limit where one is broken. `notes` holds at most 1,000
/// notes of one code and one more that counts the rest, so that memory does not grow with the file.
///
/// The order's head needs message_id, created ("2026-11-02T09:30:00", with "Z" or an offset if wanted) and
/// sender_name; a batch needs id, instrument (CORE or B2B), sequence, collect_on, count, sum_minor, creditor_name,
/// creditor_id and creditor_account. That no two claims of the file share a reference is for the caller to see: the
/// writer's memory does not grow with the file. Setting "iso20022.initiating_party_id" of head.settings is what a
/// profile with a given id writes, as a private one unless "iso20022.initiating_party_kind" is "organisation";
/// "iso20022.category_purpose" is the CtgyPurp of every batch.
[[nodiscard]] Result<WrittenFile> write_pain008(const WriteOrder& order, EntrySource& entries, ByteTarget& target,
                                                std::vector<Finding>& notes);

/// The same with a profile that is already at hand.
[[nodiscard]] Result<WrittenFile> write_pain008(const WriteOrder& order, const Pain008Profile& profile,
                                                EntrySource& entries, ByteTarget& target, std::vector<Finding>& notes);

}  // namespace counterfoil
