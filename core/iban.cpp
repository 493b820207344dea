#include "core/iban.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/mod97.hpp"

namespace counterfoil {
namespace {

enum class Area : std::uint8_t { outside, sepa, eea };

struct Structure {
  std::string_view country;
  std::string_view name;
  std::size_t length;
  std::string_view bban;  // n digits, a upper-case letters, c either; "4!n" is exactly four digits.
  Area area;
};

// SWIFT IBAN registry, release 101 (by way of python-stdnum); lengths agree in three sources but for FK, HN, LY, MN,
// OM, RU, SD, SO, VA and YE with two or one. SEPA: EPC409-09 v8.0. eea: in SEPA and in the European Economic Area.
constexpr std::array structures{
    Structure{"AD", "Andorra", 24, "4!n4!n12!c", Area::sepa},
    Structure{"AE", "United Arab Emirates", 23, "3!n16!n", Area::outside},
    Structure{"AL", "Albania", 28, "8!n16!c", Area::sepa},
    Structure{"AT", "Austria", 20, "5!n11!n", Area::eea},
    Structure{"AZ", "Azerbaijan", 28, "4!a20!c", Area::outside},
    Structure{"BA", "Bosnia and Herzegovina", 20, "3!n3!n8!n2!n", Area::outside},
    Structure{"BE", "Belgium", 16, "3!n7!n2!n", Area::eea},
    Structure{"BG", "Bulgaria", 22, "4!a4!n2!n8!c", Area::eea},
    Structure{"BH", "Bahrain", 22, "4!a14!c", Area::outside},
    Structure{"BI", "Burundi", 27, "5!n5!n11!n2!n", Area::outside},
    Structure{"BR", "Brazil", 29, "8!n5!n10!n1!a1!c", Area::outside},
    Structure{"BY", "Belarus", 28, "4!c4!n16!c", Area::outside},
    Structure{"CH", "Switzerland", 21, "5!n12!c", Area::sepa},
    Structure{"CR", "Costa Rica", 22, "4!n14!n", Area::outside},
    Structure{"CY", "Cyprus", 28, "3!n5!n16!c", Area::eea},
    Structure{"CZ", "Czechia", 24, "4!n16!n", Area::eea},
    Structure{"DE", "Germany", 22, "8!n10!n", Area::eea},
    Structure{"DJ", "Djibouti", 27, "5!n5!n11!n2!n", Area::outside},
    Structure{"DK", "Denmark", 18, "4!n9!n1!n", Area::eea},
    Structure{"DO", "Dominican Republic", 28, "4!c20!n", Area::outside},
    Structure{"EE", "Estonia", 20, "2!n14!n", Area::eea},
    Structure{"EG", "Egypt", 29, "4!n4!n17!n", Area::outside},
    Structure{"ES", "Spain", 24, "4!n4!n1!n1!n10!n", Area::eea},
    Structure{"FI", "Finland", 18, "3!n11!n", Area::eea},
    Structure{"FK", "Falkland Islands (Malvinas)", 18, "2!a12!n", Area::outside},
    Structure{"FO", "Faroe Islands", 18, "4!n9!n1!n", Area::outside},
    Structure{"FR", "France", 27, "5!n5!n11!c2!n", Area::eea},
    Structure{"GB", "United Kingdom", 22, "4!a6!n8!n", Area::sepa},
    Structure{"GE", "Georgia", 22, "2!a16!n", Area::outside},
    Structure{"GI", "Gibraltar", 23, "4!a15!c", Area::sepa},
    Structure{"GL", "Greenland", 18, "4!n9!n1!n", Area::outside},
    Structure{"GR", "Greece", 27, "3!n4!n16!c", Area::eea},
    Structure{"GT", "Guatemala", 28, "4!c20!c", Area::outside},
    Structure{"HN", "Honduras", 28, "4!a20!n", Area::outside},
    Structure{"HR", "Croatia", 21, "7!n10!n", Area::eea},
    Structure{"HU", "Hungary", 28, "3!n4!n1!n15!n1!n", Area::eea},
    Structure{"IE", "Ireland", 22, "4!a6!n8!n", Area::eea},
    Structure{"IL", "Israel", 23, "3!n3!n13!n", Area::outside},
    Structure{"IQ", "Iraq", 23, "4!a3!n12!n", Area::outside},
    Structure{"IS", "Iceland", 26, "4!n2!n6!n10!n", Area::eea},
    Structure{"IT", "Italy", 27, "1!a5!n5!n12!c", Area::eea},
    Structure{"JO", "Jordan", 30, "4!a4!n18!c", Area::outside},
    Structure{"KW", "Kuwait", 30, "4!a22!c", Area::outside},
    Structure{"KZ", "Kazakhstan", 20, "3!n13!c", Area::outside},
    Structure{"LB", "Lebanon", 28, "4!n20!c", Area::outside},
    Structure{"LC", "Saint Lucia", 32, "4!a24!c", Area::outside},
    Structure{"LI", "Liechtenstein", 21, "5!n12!c", Area::eea},
    Structure{"LT", "Lithuania", 20, "5!n11!n", Area::eea},
    Structure{"LU", "Luxembourg", 20, "3!n13!c", Area::eea},
    Structure{"LV", "Latvia", 21, "4!a13!c", Area::eea},
    Structure{"LY", "Libya", 25, "3!n3!n15!n", Area::outside},
    Structure{"MC", "Monaco", 27, "5!n5!n11!c2!n", Area::sepa},
    Structure{"MD", "Moldova, Republic of", 24, "2!c18!c", Area::sepa},
    Structure{"ME", "Montenegro", 22, "3!n13!n2!n", Area::sepa},
    Structure{"MK", "North Macedonia", 19, "3!n10!c2!n", Area::sepa},
    Structure{"MN", "Mongolia", 20, "4!n12!n", Area::outside},
    Structure{"MR", "Mauritania", 27, "5!n5!n11!n2!n", Area::outside},
    Structure{"MT", "Malta", 31, "4!a5!n18!c", Area::eea},
    Structure{"MU", "Mauritius", 30, "4!a2!n2!n12!n3!n3!a", Area::outside},
    Structure{"NI", "Nicaragua", 28, "4!a20!n", Area::outside},
    Structure{"NL", "Netherlands", 18, "4!a10!n", Area::eea},
    Structure{"NO", "Norway", 15, "4!n6!n1!n", Area::eea},
    Structure{"OM", "Oman", 23, "3!n16!c", Area::outside},
    Structure{"PK", "Pakistan", 24, "4!a16!c", Area::outside},
    Structure{"PL", "Poland", 28, "8!n16!n", Area::eea},
    Structure{"PS", "Palestine, State of", 29, "4!a21!c", Area::outside},
    Structure{"PT", "Portugal", 25, "4!n4!n11!n2!n", Area::eea},
    Structure{"QA", "Qatar", 29, "4!a21!c", Area::outside},
    Structure{"RO", "Romania", 24, "4!a16!c", Area::eea},
    Structure{"RS", "Serbia", 22, "3!n13!n2!n", Area::sepa},
    Structure{"RU", "Russian Federation", 33, "9!n5!n15!c", Area::outside},
    Structure{"SA", "Saudi Arabia", 24, "2!n18!c", Area::outside},
    Structure{"SC", "Seychelles", 31, "4!a2!n2!n16!n3!a", Area::outside},
    Structure{"SD", "Sudan", 18, "2!n12!n", Area::outside},
    Structure{"SE", "Sweden", 24, "3!n16!n1!n", Area::eea},
    Structure{"SI", "Slovenia", 19, "5!n8!n2!n", Area::eea},
    Structure{"SK", "Slovakia", 24, "4!n6!n10!n", Area::eea},
    Structure{"SM", "San Marino", 27, "1!a5!n5!n12!c", Area::sepa},
    Structure{"SO", "Somalia", 23, "4!n3!n12!n", Area::outside},
    Structure{"ST", "Sao Tome and Principe", 25, "4!n4!n11!n2!n", Area::outside},
    Structure{"SV", "El Salvador", 28, "4!a20!n", Area::outside},
    Structure{"TL", "Timor-Leste", 23, "3!n14!n2!n", Area::outside},
    Structure{"TN", "Tunisia", 24, "2!n3!n13!n2!n", Area::outside},
    Structure{"TR", "Turkiye", 26, "5!n1!n16!c", Area::outside},
    Structure{"UA", "Ukraine", 29, "6!n19!c", Area::outside},
    Structure{"VA", "Holy See", 22, "3!n15!n", Area::sepa},
    Structure{"VG", "Virgin Islands (British)", 24, "4!a16!n", Area::outside},
    Structure{"XK", "Kosovo", 20, "4!n10!n2!n", Area::outside},
    Structure{"YE", "Yemen", 30, "4!a4!n18!c", Area::outside},
};
static_assert(std::ranges::is_sorted(structures, {}, &Structure::country), "People look countries up in it.");
static_assert(std::ranges::count(structures, Area::outside, &Structure::area) == structures.size() - 42,
              "SEPA has 42 country codes.");

// "4!n6!n10!n" -> does the text consist of exactly these runs?
constexpr bool fits(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  while (!pattern.empty()) {
    std::size_t count = 0;
    while (pattern.front() != '!') {
      count = count * 10 + static_cast<std::size_t>(pattern.front() - '0');
      pattern.remove_prefix(1);
    }
    const char kind = pattern[1];
    pattern.remove_prefix(2);
    for (; count > 0; --count, ++at) {
      if (at == text.size()) return false;
      const bool digit = text[at] >= '0' && text[at] <= '9';
      const bool letter = text[at] >= 'A' && text[at] <= 'Z';
      if (!((digit && kind != 'a') || (letter && kind != 'n'))) return false;
    }
  }
  return at == text.size();
}

constexpr std::size_t length_of(std::string_view pattern) {
  std::size_t total = 0, count = 0;
  for (const char c : pattern) {
    if (c >= '0' && c <= '9') {
      count = count * 10 + static_cast<std::size_t>(c - '0');
    } else if (c == '!') {
      total += count;
      count = 0;
    }
  }
  return total;
}
static_assert(std::ranges::all_of(structures, [](const Structure& s) { return s.length == length_of(s.bban) + 4; }),
              "Country, check digits and BBAN fill the length.");

/// Row of `structures` by the two letters of a country, plus one; 0: no IBANs there.
constexpr auto rows = [] {
  std::array<std::uint8_t, 26 * 26> made{};
  for (std::size_t row = 0; row < structures.size(); ++row) {
    const auto country = structures[row].country;
    made[static_cast<std::size_t>((country[0] - 'A') * 26 + country[1] - 'A')] = static_cast<std::uint8_t>(row + 1);
  }
  return made;
}();

const Structure* find(std::string_view country) {
  if (country.size() != 2 || !is_upper(country[0]) || !is_upper(country[1])) return nullptr;
  const auto row = rows[static_cast<std::size_t>((country[0] - 'A') * 26 + country[1] - 'A')];
  return row == 0 ? nullptr : &structures[row - 1];
}

Error fault(std::string code, std::string explanation, std::string remedy) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {},
          .kind = ErrorKind::input};
}

/// The first four characters count last.
bool check_digits_fit(std::string_view iban) { return mod97(iban.substr(0, 4), mod97(iban.substr(4))) == 1; }

constexpr std::string_view ask = "Ask the payer for the IBAN as it stands on a bank statement.";

}  // namespace

Result<std::string> check_iban(std::string_view text) {
  auto iban = upper_without_spaces(text);
  const auto* structure = iban.size() >= 2 ? find(std::string_view{iban}.substr(0, 2)) : nullptr;
  if (structure == nullptr) {
    return std::unexpected(fault("iban.country", "The IBAN does not begin with a country that has IBANs.",
                                 "Write the IBAN with its country, such as DE or NL, in front."));
  }
  if (iban.size() != structure->length) {
    return std::unexpected(fault("iban.length",
                                 fmt::format("An IBAN of {} has {} characters; this one has {}.", structure->name,
                                             structure->length, iban.size()),
                                 std::string{ask}));
  }
  if (!is_digit(iban[2]) || !is_digit(iban[3]) || !fits(std::string_view{iban}.substr(4), structure->bban)) {
    return std::unexpected(fault("iban.structure",
                                 fmt::format("An IBAN of {} is built otherwise: a letter stands where a digit belongs, "
                                             "or the other way.",
                                             structure->name),
                                 std::string{ask}));
  }
  const auto check = (iban[2] - '0') * 10 + (iban[3] - '0');
  if (check < 2 || check > 98 || !check_digits_fit(iban)) {
    return std::unexpected(fault("iban.check-digits",
                                 "The check digits of the IBAN do not fit: a character is wrong or two are swapped.",
                                 std::string{ask}));
  }
  return iban;
}

bool is_iban(std::string_view text) {
  const auto* structure = text.size() >= 4 ? find(text.substr(0, 2)) : nullptr;
  if (structure == nullptr || text.size() != structure->length || !is_digit(text[2]) || !is_digit(text[3]))
    return false;
  const auto check = (text[2] - '0') * 10 + (text[3] - '0');
  return check >= 2 && check <= 98 && fits(text.substr(4), structure->bban) && check_digits_fit(text);
}

std::string iban_in_groups(std::string_view iban) {
  std::string groups;
  for (std::size_t i = 0; i < iban.size(); ++i) {
    if (i > 0 && i % 4 == 0) groups += ' ';
    groups += iban[i];
  }
  return groups;
}

bool is_sepa_country(std::string_view country) {
  const auto* structure = find(country);
  return structure != nullptr && structure->area != Area::outside;
}

bool is_eea_country(std::string_view country) {
  const auto* structure = find(country);
  return structure != nullptr && structure->area == Area::eea;
}

bool has_iban(std::string_view country) { return find(country) != nullptr; }

}  // namespace counterfoil
