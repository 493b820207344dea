#include <fmt/format.h>

#include "core/catalogue.hpp"
#include "core/require.hpp"
#include "generators/pain008.hpp"

namespace counterfoil {
namespace {

constexpr std::string_view plain_2019 = "iso";
constexpr std::string_view plain_2009 = "iso-02";

std::string known_profiles(const Scheme& scheme, std::string_view format) {
  std::string names;
  for (const auto& [name, profile] : scheme.profiles) {
    if (profile.format == format) names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  return names;
}

Error unknown_profile(std::string explanation, const Scheme& scheme, std::string_view format) {
  return {
      .code = "write.profile-unknown",
      .explanation = std::move(explanation),
      .remedy = fmt::format("Use one of {}, or add the bank's own profile to profiles.toml in the directory for own "
                            "schemes.",
                            known_profiles(scheme, format)),
      .place = {},
      .kind = ErrorKind::usage};
}

Error wrong_switch(std::string_view profile, std::string_view key, std::string_view value, std::string_view known) {
  return {.code = "write.profile-switch",
          .explanation = fmt::format("Profile {} sets {} to \"{}\", which is none of {}.", profile, key, value, known),
          .remedy = "Correct the value in profiles.toml.",
          .place = {},
          .kind = ErrorKind::usage};
}

}  // namespace

Result<Pain008Profile> find_pain008_profile(std::string_view name, std::string_view format, const Scheme& scheme) {
  if (name.empty()) name = format == "pain.008.001.02" ? plain_2009 : plain_2019;
  const Profile* profile = scheme.find_profile(name);
  if (profile == nullptr) {
    return std::unexpected(unknown_profile(fmt::format("There is no bank profile {}.", name), scheme, format));
  }
  if (profile->format != format) {
    return std::unexpected(unknown_profile(
        fmt::format("The bank profile {} is for {}, and the file is to be {}.", name, profile->format, format), scheme,
        format));
  }
  Pain008Profile filled;
  filled.name = profile->name;
  filled.format = profile->format;
  filled.instruction_id_always = scheme.flag("instruction_id_always", name).value_or(false);
  filled.writes_batch_booking = scheme.flag("writes_batch_booking", name).value_or(true);
  filled.valid_from = profile->valid_from;
  filled.valid_to = profile->valid_to;
  const auto text = [&](std::string_view key, std::string_view unset) {
    return scheme.text(key, name).value_or(unset);
  };

  const std::string_view id = text("initiating_party_id", "none");
  if (id == "creditor_id") {
    filled.initiating_party_id = InitiatingPartyId::creditor_id;
  } else if (id == "given") {
    filled.initiating_party_id = InitiatingPartyId::given;
  } else if (id != "none") {
    return std::unexpected(wrong_switch(name, "initiating_party_id", id, "none, creditor_id, given"));
  }

  const auto first = parse_sequence_type(text("first_as", "RCUR"));
  if (first != SequenceType::first && first != SequenceType::recurring) {
    return std::unexpected(wrong_switch(name, "first_as", text("first_as", ""), "RCUR, FRST"));
  }
  filled.first_as = *first;

  const auto table = parse_transliteration(text("transliteration", "epc"));
  if (!table) return std::unexpected(wrong_switch(name, "transliteration", text("transliteration", ""), "epc, german"));
  filled.transliteration = *table;

  const std::string_view form = text("address_form", "free");
  if (form == "lines") {
    filled.address_form = AddressForm::lines;
  } else if (form != "free") {
    return std::unexpected(wrong_switch(name, "address_form", form, "free, lines"));
  }

  if (const auto until = scheme.text("lines_until", name)) {
    filled.lines_until = parse_iso_date(*until);
    if (!filled.lines_until)
      return std::unexpected(wrong_switch(name, "lines_until", *until, "the days such as 2026-11-14"));
  }
  return filled;
}

Result<Pain008Profile> find_pain008_profile(std::string_view name, std::string_view format) {
  const Scheme* scheme = Catalogue::built_in().find("iso20022");
  require(scheme != nullptr, "The scheme data in the binary hold iso20022.");
  return find_pain008_profile(name, format, *scheme);
}

}  // namespace counterfoil
