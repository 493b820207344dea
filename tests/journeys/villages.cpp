// The creditors, payers, mandates and bills of the journeys: one village a scheme.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

/// Two check digits of a German account number, by MOD 97-10.
std::string german_iban(int number) {
  const auto bban = fmt::format("12030000{:010}", number);
  int rest = 0;
  for (const char digit : bban + "131400") rest = (rest * 10 + (digit - '0')) % 97;
  return fmt::format("DE{:02}{}", 98 - rest, bban);
}

/// What differs from village to village. A new scheme is one row.
struct Village {
  std::string_view scheme;
  char letter;  // In every mandate and bill number: villages share one house.
  std::string_view currency;
  bool has_cents;
  std::string (*mandate)(int flat);  // Columns account, bank, account_kind, signed_on, state.
  std::string_view creditor;         // The file that adds the creditor account.
  int reference_digits = 0;          // Of mandate references that are digits only.
};

const std::array<Village, 10> villages{{
    {"iso20022", 'S', "EUR", true, [](int flat) { return fmt::format("{},,,2026-01-15,", german_iban(1000 + flat)); },
     "name = \"Example Estates\"\nscheme = \"iso20022\"\naccount = \"DE02120300000000202051\"\nbank = "
     "\"BYLADEM1001\"\n"
     "creditor_id = \"DE98ZZZ09999999999\"\n"},
    {"nacha", 'N', "USD", true,
     [](int flat) {
       return fmt::format("{},076401251,{},2026-01-15,", 5550000 + flat, flat % 5 == 0 ? "savings" : "checking");
     },
     "name = \"EXAMPLE ESTATES\"\nscheme = \"nacha\"\naccount = \"123456789\"\nbank = \"076401251\"\n"
     "creditor_id = \"1234567890\"\n[nacha]\nimmediate_destination = \"076401251\"\n"
     "immediate_destination_name = \"EXAMPLE BANK\"\nimmediate_origin = \"1234567890\"\n"
     "immediate_origin_name = \"EXAMPLE ESTATES\"\nentry_description = \"RENT\"\n"},
    {"cn-304", 'C', "CNY", true, [](int flat) { return fmt::format("{},,00,2026-01-15,", 6222020000000100LL + flat); },
     "name = \"EXAMPLE WUYE\"\nscheme = \"cn-304\"\naccount = \"6222020000000001\"\nbank = \"102100099996\"\n"
     "creditor_id = \"44030000000123\"\n[\"cn-304\"]\nfee_item = \"00703\"\n"},
    {"becs", 'B', "AUD", true, [](int flat) { return fmt::format("00{},062-001,,2026-01-15,", 550000 + flat); },
     "name = \"EXAMPLE ESTATES\"\nscheme = \"becs\"\naccount = \"654321\"\nbank = \"032-000\"\n"
     "creditor_id = \"123456\"\n[becs]\nbank = \"WBC\"\ndescription = \"RENT\"\n"},
    {"cpa005", 'P', "CAD", true, [](int flat) { return fmt::format("{},000300101,,2026-01-15,", 5550000 + flat); },
     "name = \"EXAMPLE ESTATES\"\nscheme = \"cpa005\"\naccount = \"3333333\"\nbank = \"000302222\"\n"
     "creditor_id = \"1234560000\"\n[cpa005]\noriginator_id = \"1234560000\"\ndata_centre = \"00320\"\n"},
    {"zengin", 'Z', "JPY", false,
     [](int flat) { return fmt::format("{},0009219,ordinary,2026-01-15,", 5550000 + flat); },
     "name = \"EXAMPLE ESTATES\"\nscheme = \"zengin\"\naccount = \"7654321\"\nbank = \"0005123\"\n"
     "creditor_id = \"0000123456\"\n"},
    {"bacs", 'G', "GBP", true,
     [](int flat) {
       // Lodged at the payers' banks before.
       return fmt::format("{},20-00-00,,2026-01-15,active", 55500000 + flat);
     },
     "name = \"Example Estates\"\nscheme = \"bacs\"\naccount = \"63748472\"\nbank = \"20-29-59\"\n"
     "creditor_id = \"123456\"\n[bacs]\nnarrative = \"RENTS\"\n"},
    {"autogiro", 'E', "SEK", true,
     [](int flat) {
       // Registered with Bankgirot before.
       return fmt::format("5001{:012},,,2026-01-15,active", 5550000 + flat);
     },
     "name = \"Example Estates\"\nscheme = \"autogiro\"\naccount = \"991-2346\"\n[autogiro]\ncustomer_number = "
     "\"471117\"\n",
     16},
    {"avtalegiro", 'A', "NOK", true,
     [](int) {
       // The centre keeps the accounts.
       return std::string{",,,2026-01-15,"};
     },
     "name = \"SAMEIET EKSEMPEL\"\nscheme = \"avtalegiro\"\naccount = \"88888888888\"\n[avtalegiro]\n"
     "customer_unit = \"55555555\"\n"},
    {"febraban150", 'R', "BRL", true,
     [](int flat) { return fmt::format("{:09},0123,,2026-01-15,", 123000 + flat); },
     "name = \"CONDOMINIO EXEMPLO\"\nscheme = \"febraban150\"\naccount = \"123456\"\nbank = \"341\"\n"
     "creditor_id = \"CONVENIO 42\"\n[febraban150]\nbank_number = \"341\"\nbank_name = \"BANCO EXEMPLO\"\n"},
}};

const Village& village_of(std::string_view scheme) {
  const auto* found = std::ranges::find(villages, scheme, &Village::scheme);
  if (found == villages.end()) throw std::invalid_argument{fmt::format("no village collects by {}", scheme)};
  return *found;
}

std::string mandate_of(const Village& village, int flat) {
  if (village.reference_digits > 0) return fmt::format("{:0{}}", flat, village.reference_digits);
  return fmt::format("M{}-{:04}", village.letter, flat);
}

}  // namespace

char letter_of(std::string_view scheme) { return village_of(scheme).letter; }

std::string creditor_toml(std::string_view scheme) { return std::string{village_of(scheme).creditor}; }

std::string payers_csv(int flats) {
  std::string text = "number,name,street,building,postcode,town,country\n";
  for (int i = 1; i <= flats; ++i)
    text += fmt::format("F-{0:04},Payer Number {0},Main Street,{0},10115,Berlin,DE\n", i);
  return text;
}

std::string mandates_csv(std::string_view scheme, int flats) {
  const auto& village = village_of(scheme);
  std::string text = "reference,payer,payer_name,account,bank,account_kind,signed_on,state\n";
  for (int i = 1; i <= flats; ++i) {
    text += fmt::format("{0},F-{1:04},Payer Number {1},{2}\n", mandate_of(village, i), i, village.mandate(i));
  }
  return text;
}

std::string bills_csv(std::string_view scheme, int flats, std::string_view due, std::string_view month) {
  const auto& village = village_of(scheme);
  const std::string_view rest = village.has_cents ? ".00" : "", water = village.has_cents ? ".50" : "50";
  std::string text = "number,payer,mandate,due_on,currency,amount,charge,charge_text,notified_on,text\n";
  for (int i = 1; i <= flats; ++i) {
    const auto head =
        fmt::format("2026-{0}-{1}{2:04},F-{2:04},{3},{4},{5}", month, village.letter, i, mandate_of(village, i), due,
                    village.currency);
    text += fmt::format("{},{}{},management,Management fee,2026-11-01,Bill of flat {}\n", head, 200 + i, rest, i);
    text += fmt::format("{},{}{},water,Water,2026-11-01,Bill of flat {}\n", head, i % 40, water, i);
  }
  return text;
}

}  // namespace counterfoil::testing
