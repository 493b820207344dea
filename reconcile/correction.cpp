#include "reconcile/correction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/aba.hpp"
#include "core/text.hpp"

namespace counterfoil {
namespace {

// Columns within the 29 characters of corrected data, counted from 1 (NACHA operating rules 2013, appendix 5.4).
struct Columns {
  std::size_t first = 0;
  std::size_t last = 0;
};

enum class Part : std::uint8_t { account, routing_number, transaction_code, identification, name };

struct PartAt {
  std::string_view code;
  Part part;
  Columns columns;
};

constexpr std::array parts{
    PartAt{"C01", Part::account, {1, 17}},
    PartAt{"C02", Part::routing_number, {1, 9}},
    PartAt{"C03", Part::routing_number, {1, 9}},
    PartAt{"C03", Part::account, {13, 29}},
    PartAt{"C04", Part::name, {1, 22}},
    PartAt{"C05", Part::transaction_code, {1, 2}},
    PartAt{"C06", Part::account, {1, 17}},
    PartAt{"C06", Part::transaction_code, {21, 22}},
    PartAt{"C07", Part::routing_number, {1, 9}},
    PartAt{"C07", Part::account, {10, 26}},
    PartAt{"C07", Part::transaction_code, {27, 28}},
    PartAt{"C09", Part::identification, {1, 22}},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view cut(std::string_view data, Columns columns) {
  if (data.size() < columns.first) return {};
  return trimmed(data.substr(columns.first - 1, columns.last - columns.first + 1));
}

// Only the kind of account is taken from a transaction code: banks send 22, 27, 32 or 37 for the same meaning.
std::string_view kind_of_account(std::string_view transaction_code) {
  if (transaction_code.size() != 2 || transaction_code[1] < '0' || transaction_code[1] > '9') return {};
  switch (transaction_code[0]) {
    case '2':
      return "checking";
    case '3':
      return "savings";
    case '4':
      return "ledger";
    case '5':
      return "loan";
    default:
      return {};
  }
}

void note(Correction& correction, std::string sentence) {
  if (!correction.problem.empty()) correction.problem += ' ';
  correction.problem += sentence;
}

void take_routing_number(Correction& correction, std::string_view value) {
  const auto routing = check_routing_number(value);
  if (routing) {
    correction.routing_number = *routing;
  } else {
    note(correction, fmt::format("The routing number of the notice cannot be used: {}", routing.error().explanation));
  }
}

void take(Correction& correction, Part part, std::string_view value) {
  if (value.empty()) {
    note(correction, "A part of the corrected data is blank.");
    return;
  }
  switch (part) {
    case Part::account:
      correction.account = value;
      break;
    case Part::routing_number:
      take_routing_number(correction, value);
      break;
    case Part::identification:
      correction.identification = value;
      break;
    case Part::name:
      correction.name = value;
      break;
    case Part::transaction_code:
      if (const auto kind = kind_of_account(value); !kind.empty()) {
        correction.account_kind = kind;
      } else {
        note(correction, fmt::format("The transaction code {} of the notice tells no kind of account.", value));
      }
      break;
  }
}

Error fault(std::string code, std::string explanation, std::string remedy) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {},
          .kind = ErrorKind::input};
}

}  // namespace

Result<Correction> decode_correction(std::string_view code, std::string_view corrected_data) {
  Correction correction;
  correction.code = trimmed(code);
  bool known = false;
  for (const auto& [for_code, part, columns] : parts) {
    if (for_code != correction.code) continue;
    known = true;
    take(correction, part, cut(corrected_data, columns));
  }
  if (!known) {
    return std::unexpected(
        fault("correction.code-unknown",
              fmt::format("The change code {} does not say which of our data to correct.", correction.code),
              "Ask the bank what it wants changed, and change it by hand."));
  }
  return correction;
}

Result<MandateData> mandate_data_of(const Correction& correction) {
  const bool gives_routing_number = correction.code == "C02" || correction.code == "C03" || correction.code == "C07";
  if (gives_routing_number && !correction.routing_number) {
    return std::unexpected(
        fault("correction.routing-number",
              fmt::format("The notice {} gives no usable routing number. {}", correction.code, correction.problem),
              "Ask the bank for the right routing number; half a correction could debit a stranger."));
  }
  if (correction.is_empty()) {
    return std::unexpected(
        fault("correction.nothing-usable",
              fmt::format("Nothing of the notice {} can be used. {}", correction.code, correction.problem),
              "Ask the bank for the corrected data."));
  }
  if (correction.identification) {
    return std::unexpected(
        fault("correction.identification",
              "The notice wants another identification number, and in our entries that is the reference of "
              "the claim, which changes each time.",
              "Note the number for the payer; nothing needs to change for the next collection."));
  }
  MandateData data;
  data.account = correction.account;
  data.bank = correction.routing_number;
  data.account_kind = correction.account_kind;
  data.payer_name = correction.name;
  data.same_bank = !correction.routing_number.has_value();
  return data;
}

MandateData mandate_data_of_advice(std::string_view corrected_data) {
  MandateData data;
  while (!corrected_data.empty()) {
    const auto piece = corrected_data.substr(0, corrected_data.find("; "));
    corrected_data.remove_prefix(std::min(corrected_data.size(), piece.size() + 2));
    const auto sign = piece.find('=');
    if (sign == std::string_view::npos) continue;
    const auto name = piece.substr(0, sign);
    const auto value = std::string{piece.substr(sign + 1)};
    if (name == "sort_code") data.bank = value;
    if (name == "account") data.account = value;
    if (name == "name") data.payer_name = value;
  }
  data.same_bank = !data.bank.has_value();
  return data;
}

}  // namespace counterfoil
