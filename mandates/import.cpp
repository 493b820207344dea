#include "mandates/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/aba.hpp"
#include "core/bic.hpp"
#include "core/bsb.hpp"
#include "core/cnaps.hpp"
#include "core/iban.hpp"
#include "core/mod97.hpp"
#include "core/money.hpp"
#include "core/number_form.hpp"
#include "core/text.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t longest_text = 140;

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return std::string{text};
}

/// Collects the faults of one row.
class Problems {
 public:
  Problems(std::vector<Finding>& findings, std::string_view noun, std::uint32_t line)
      : findings_{findings}, noun_{noun}, line_{line} {}

  void add(std::string_view column, std::string_view fault, std::string message, std::string remedy,
           Severity severity = Severity::error) {
    add_coded(fmt::format("{}.{}-{}", noun_, dashed(column), fault), column, std::move(message), std::move(remedy),
              severity);
  }

  void add_coded(std::string code, std::string_view column, std::string message, std::string remedy,
                 Severity severity = Severity::error) {
    findings_.push_back({.code = std::move(code),
                         .severity = severity,
                         .place = {.line = line_, .field = std::string{column}},
                         .message = std::move(message),
                         .remedy = std::move(remedy)});
  }

  void missing(std::string_view column, std::string remedy) {
    add(column, "missing", fmt::format("The column {} is empty.", column), std::move(remedy));
  }

  /// The text trimmed; faults for what no bank file can carry.
  std::string text(std::string_view column, std::string_view value) {
    auto clean = trimmed(value);
    if (first_bad_utf8(clean)) {
      add(column, "invalid", fmt::format("The column {} is not well-formed UTF-8.", column),
          "Save the table as UTF-8 and import it again.");
      return {};
    }
    if (std::ranges::any_of(clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
      add(column, "invalid", fmt::format("The column {} holds a control character, such as a line break.", column),
          "Write the value on one line.");
    } else if (count_characters(clean) > longest_text) {
      add(column, "invalid", fmt::format("The column {} has more than {} characters.", column, longest_text),
          "Shorten the value.");
    }
    return clean;
  }

 private:
  static std::string dashed(std::string_view column) {
    std::string name{column};
    std::ranges::replace(name, '_', '-');
    return name;
  }

  std::vector<Finding>& findings_;
  std::string_view noun_;
  std::uint32_t line_;
};

void take_address(Problems& problems, Address& address, std::string_view street, std::string_view building,
                  std::string_view postcode, std::string_view town, std::string_view country) {
  address.street = problems.text("street", street);
  address.building = problems.text("building", building);
  address.postcode = problems.text("postcode", postcode);
  address.town = problems.text("town", town);
  address.country = upper_without_spaces(problems.text("country", country));
  if (!address.country.empty() && (address.country.size() != 2 || !std::ranges::all_of(address.country, is_upper))) {
    problems.add("country", "invalid", "The country is not a two-letter code.",
                 "Write the ISO 3166 code, such as DE or US.");
  }
}

void take_error(Problems& problems, std::string_view column, const Error& error, Severity severity = Severity::error) {
  problems.add_coded(error.code, column, error.explanation, error.remedy, severity);
}

void take_iban(Problems& problems, Mandate& mandate, std::string_view account, std::string_view bank) {
  const auto iban = check_iban(account);
  if (!iban) {
    take_error(problems, "account", iban.error());
  } else {
    mandate.account = *iban;
    if (!is_sepa_country(iban->substr(0, 2))) {
      problems.add("account", "invalid", fmt::format("Accounts of {} cannot be debited in SEPA.", iban->substr(0, 2)),
                   "Ask the payer for an account in a SEPA country.");
    }
  }
  if (bank.empty()) return;
  const auto bic = check_bic(bank);
  if (!bic) return take_error(problems, "bank", bic.error());
  mandate.bank = *bic;
}

void take_american_account(Problems& problems, Mandate& mandate, std::string_view account, std::string_view bank) {
  // DFI account number: 17 places; letters and hyphens occur.
  mandate.account = trimmed(account);
  if (mandate.account.size() > 17) {
    problems.add("account", "invalid", "An account number of an American bank has at most 17 characters.",
                 "Ask the payer for the number as it stands on a check.");
  }
  const auto routing = check_routing_number(bank);
  if (!routing) {
    take_error(problems, "bank", routing.error());
  } else {
    mandate.bank = *routing;
  }
  constexpr std::array<std::string_view, 4> kinds{"checking", "savings", "ledger", "loan"};
  if (mandate.account_kind.empty()) mandate.account_kind = "checking";
  if (std::ranges::find(kinds, mandate.account_kind) == kinds.end()) {
    problems.add("account_kind", "invalid", "The kind of account is none that can be debited.",
                 "Write checking, savings, ledger or loan.");
  }
}

void take_australian_account(Problems& problems, Mandate& mandate, std::string_view account, std::string_view bank) {
  if (const auto number = check_bsb_account(account); !number) {
    take_error(problems, "account", number.error());
  } else {
    mandate.account = *number;
  }
  if (const auto bsb = check_bsb(bank); !bsb) {
    take_error(problems, "bank", bsb.error());
  } else {
    mandate.bank = *bsb;
  }
}

void take_chinese_account(Problems& problems, Mandate& mandate, std::string_view account, std::string_view bank,
                          bool may_differ) {
  mandate.account = trimmed(account);
  if (mandate.account.size() > 32 ||
      !std::ranges::all_of(mandate.account, [](char c) { return is_digit(c) || c == '-'; })) {
    problems.add("account", "invalid", "The account number has more than 32 characters or something other than digits.",
                 "Ask the payer for the number as it stands on the card or passbook.");
  }
  if (bank.empty()) return;  // Local banks: the class says enough.
  mandate.bank = trimmed(bank);
  if (const auto number = check_bank_number(bank); !number) {
    const bool only_check_digit = number.error().code == "cnaps.check-digit";
    take_error(problems, "bank", number.error(), only_check_digit && may_differ ? Severity::warning : Severity::error);
  }
}

void take_british_account(Problems& problems, Mandate& mandate, std::string_view account, std::string_view bank,
                          const ModulusTables* modulus) {
  if (bank.empty()) return problems.missing("bank", "Ask the payer for the sort code of the account.");
  const auto read = check_british_account(bank, account, modulus);
  if (!read) {
    const bool is_sort_code = read.error().code == "sort-code.digits" || read.error().code == "sort-code.length";
    return take_error(problems, is_sort_code ? "bank" : "account", read.error());
  }
  mandate.account = read->account;
  mandate.bank = read->sort_code;
}

void take_identity(Problems& problems, Mandate& mandate, const MandateRow& row, const MandateImportTerms& terms) {
  mandate.identity = problems.text("identity", row.identity);
  if (mandate.identity.empty()) return;
  if (terms.identity_digits == 0) {
    problems.add("identity", "invalid", "This scheme has no place for the payer's personal or organisation number.",
                 "Leave the column empty: what is not needed is not kept.");
  } else if (mandate.identity.size() != terms.identity_digits || !std::ranges::all_of(mandate.identity, is_digit)) {
    problems.add("identity", "invalid",
                 fmt::format("The personal or organisation number is not {} digits.", terms.identity_digits),
                 "Write it as the file to the bank has it, digits only.");
  }
}

void take_account(Problems& problems, Mandate& mandate, const MandateRow& row, const MandateImportTerms& terms) {
  mandate.account_kind = problems.text("account_kind", row.account_kind);
  if (trimmed(row.account).empty() && terms.account != AccountCheck::unknown) {
    return problems.missing("account", "Ask the payer for the account to be debited.");
  }
  switch (terms.account) {
    case AccountCheck::iban_sepa:
      return take_iban(problems, mandate, row.account, trimmed(row.bank));
    case AccountCheck::aba:
      return take_american_account(problems, mandate, row.account, trimmed(row.bank));
    case AccountCheck::bsb:
      return take_australian_account(problems, mandate, row.account, trimmed(row.bank));
    case AccountCheck::cnaps:
      return take_chinese_account(problems, mandate, row.account, trimmed(row.bank), terms.bank_number_may_differ);
    case AccountCheck::sort_code:
      return take_british_account(problems, mandate, row.account, trimmed(row.bank), terms.modulus);
    case AccountCheck::none:
    case AccountCheck::unknown:
      mandate.account = problems.text("account", row.account);
      mandate.bank = problems.text("bank", row.bank);
      if (terms.account_digits == 0) break;
      if (const auto sound = check_account_digits(mandate.account, terms.account_digits); !sound)
        take_error(problems, "account", sound.error());
  }
}

void take_signature(Problems& problems, Mandate& mandate, const MandateRow& row, const MandateImportTerms& terms) {
  const auto text = trimmed(row.signed_on);
  if (text.empty()) {
    if (terms.rules.needs_signature_date) {
      problems.missing("signed_on", "Write the day on which the payer signed, such as 2026-03-01.");
    }
    return;
  }
  mandate.signed_on = parse_iso_date(text);
  if (!mandate.signed_on) {
    problems.add("signed_on", "invalid", "The day of signature is not a date.", "Write it as 2026-03-01.");
  } else if (*mandate.signed_on > terms.today) {
    problems.add("signed_on", "invalid", "The day of signature lies in the future.",
                 "Write the day on which the payer signed; banks refuse a later one.");
  }
}

void take_last_collection(Problems& problems, Mandate& mandate, const MandateRow& row,
                          const MandateImportTerms& terms) {
  if (const auto text = trimmed(row.last_collected_on); !text.empty()) {
    const auto day = parse_iso_date(text);
    if (!day) {
      problems.add("last_collected_on", "invalid", "The day of the last collection is not a date.",
                   "Write it as 2026-03-01, or leave the column empty.");
    } else if (*day > terms.today || (mandate.signed_on && *day < *mandate.signed_on)) {
      problems.add("last_collected_on", "invalid",
                   "The day of the last collection lies in the future or before the signature.",
                   "Write the due date of the last collection that was not rejected.");
    } else {
      mandate.last_collected_on = day;
      mandate.used = 1;
    }
  }
  if (const auto last = last_valid_day(mandate, terms.rules); last && *last < terms.today) {
    problems.add("signed_on", "old",
                 fmt::format("The mandate lapsed on {}: it was neither signed nor collected from within {} months.",
                             iso_date(*last), terms.rules.expiry_months),
                 "Ask the payer for a new mandate, or write its last collection into the column last_collected_on.",
                 Severity::warning);
  }
}

void take_kind(Problems& problems, Mandate& mandate, const MandateRow& row, const MandateImportTerms& terms) {
  mandate.instrument = upper_without_spaces(row.instrument);
  if (mandate.instrument.empty()) mandate.instrument = terms.instrument;
  if (!terms.instruments.empty() &&
      std::ranges::find(terms.instruments, mandate.instrument) == terms.instruments.end()) {
    std::string allowed;
    for (const auto instrument : terms.instruments) {
      if (!allowed.empty()) allowed += ", ";
      allowed += instrument;
    }
    problems.add("instrument", "invalid", "The instrument is none of this scheme.",
                 fmt::format("Write one of {}.", allowed));
  }
  const auto type = upper_without_spaces(row.type);
  mandate.one_off = type == "ONE-OFF" || type == "OOFF";
  if (!mandate.one_off && !type.empty() && type != "RECURRENT" && type != "RCUR") {
    problems.add("type", "invalid", "The type of a mandate is recurrent or one-off.", "Write recurrent or one-off.");
  }
  if (mandate.one_off && terms.account == AccountCheck::sort_code) {
    problems.add("type", "invalid", "A Direct Debit Instruction stands until it is cancelled; there are none for one collection.",
                 "Write recurrent, and end the mandate after its collection.");
  }
  if (const auto limit = trimmed(row.limit); !limit.empty()) {
    const auto amount = Money::parse(limit, terms.currency);
    if (amount) {
      mandate.most_minor = amount->minor_units();
    } else {
      take_error(problems, "limit", amount.error());
    }
  }
}

void take_state(Problems& problems, Mandate& mandate, const MandateRow& row, const MandateImportTerms& terms) {
  const auto text = trimmed(row.state);
  if (text.empty() || text == "active") {
    // A mandate that is already in use elsewhere needs no wait; a new one waits where the scheme or the site wants it.
    const bool waits = text.empty() && (terms.prenote_first || terms.registration_first);
    mandate.state = waits ? MandateState::pending : MandateState::active;
    if (waits) mandate.pending = terms.prenote_first ? MandatePending::prenote_to_send : MandatePending::registration;
  } else if (text == "draft") {
    mandate.state = MandateState::draft;
  } else if (text == "suspended") {
    mandate.state = MandateState::suspended;
  } else {
    problems.add("state", "invalid", "A mandate cannot be imported in this state.",
                 "Write active, draft or suspended, or leave the column empty.");
  }
}

/// What keeps a text from being the reference of a Direct Debit Instruction; empty where nothing does.
std::string_view british_reference_fault(std::string_view reference) {
  constexpr std::size_t longest = 18;
  constexpr std::ptrdiff_t fewest = 6;
  const auto counts = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); };
  const auto is_taken = [&](char c) { return counts(c) || std::string_view{".&/ -"}.find(c) != std::string_view::npos; };
  if (reference.size() > longest) return "has more than 18 characters.";
  if (!std::ranges::all_of(reference, is_taken)) return "holds a character other than A-Z, 0-9, . & / - and blank.";
  if (std::ranges::count_if(reference, counts) < fewest) return "has fewer than six letters and digits.";
  if (reference.starts_with("DDIC")) return "begins with DDIC, which is kept for indemnity claims.";
  const char first = *std::ranges::find_if(reference, counts);
  if (std::ranges::all_of(reference, [&](char c) { return !counts(c) || c == first; }))
    return "is one character repeated.";
  return {};
}

/// Bacs writes references in capitals and answers by them.
void take_british_reference(Problems& problems, Mandate& mandate) {
  for (char& c : mandate.reference) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (const auto fault = british_reference_fault(mandate.reference); !fault.empty()) {
    problems.add("reference", "invalid", fmt::format("The reference of the instruction {}", fault),
                 "Use 6 to 18 capital letters and digits, not one alone repeated; . & / - and blanks may stand between.");
  }
}

/// The reference is kept as the files write it and as it comes back, so that bills and people name it alike.
void check_reference_digits(Problems& problems, std::string_view reference, unsigned digits) {
  if (reference.size() == digits && std::ranges::all_of(reference, is_digit)) return;
  const auto right = number_of_digits(reference, digits);
  problems.add("reference", "invalid", fmt::format("The reference of a mandate has {} digits here.", digits),
               right ? fmt::format("Write {}, here and in the bills.", *right)
                     : std::string{"Use the number under which the bank keeps the mandate, zeros in front."});
}

void take_reference(Problems& problems, Mandate& mandate, const MandateRow& row, const MandateImportTerms& terms) {
  mandate.reference = problems.text("reference", row.reference);
  if (mandate.reference.empty()) {
    return problems.missing("reference", "Write the mandate reference or agreement number the payer signed under.");
  }
  if (terms.account == AccountCheck::sort_code) return take_british_reference(problems, mandate);
  if (terms.reference_digits > 0) return check_reference_digits(problems, mandate.reference, terms.reference_digits);
  if (terms.account != AccountCheck::iban_sepa) return;
  if (const auto fault = sepa_identifier_fault(mandate.reference); !fault.empty()) {
    problems.add("reference", "invalid", fmt::format("The mandate reference {}", fault),
                 "Use up to 35 letters, digits or - and no slash at either end.");
  }
}

bool all_good(const std::vector<Finding>& problems) {
  return std::ranges::none_of(problems, [](const Finding& f) { return f.severity == Severity::error; });
}

}  // namespace

bool MandateImport::is_good() const { return all_good(problems); }
bool PayerImport::is_good() const { return all_good(problems); }

MandateImport import_mandate(const MandateRow& row, const MandateImportTerms& terms) {
  MandateImport import;
  Problems problems{import.problems, "mandate", row.line};
  auto& mandate = import.mandate;
  mandate.scheme = terms.scheme;
  mandate.creditor_account = terms.creditor_account;
  take_reference(problems, mandate, row, terms);
  if (trimmed(row.payer_number).empty()) {
    problems.missing("payer", "Write the number under which the payer was imported.");
  }
  mandate.payer_name = problems.text("payer_name", row.payer_name);
  take_account(problems, mandate, row, terms);
  take_identity(problems, mandate, row, terms);
  take_address(problems, mandate.address, row.street, row.building, row.postcode, row.town, row.country);
  take_signature(problems, mandate, row, terms);
  take_last_collection(problems, mandate, row, terms);
  take_kind(problems, mandate, row, terms);
  take_state(problems, mandate, row, terms);
  return import;
}

PayerImport import_payer(const PayerRow& row) {
  PayerImport import;
  Problems problems{import.problems, "payer", row.line};
  import.payer.number = problems.text("number", row.number);
  if (import.payer.number.empty()) {
    problems.missing("number", "Write the number under which you keep this payer, such as that of the flat.");
  }
  import.payer.name = problems.text("name", row.name);
  if (import.payer.name.empty()) problems.missing("name", "Write the payer's name.");
  import.payer.email = problems.text("email", row.email);
  if (!import.payer.email.empty() && import.payer.email.find('@') == std::string::npos) {
    problems.add("email", "invalid", "The e-mail address has no @.",
                 "Write the whole address, or leave the column empty.");
  }
  take_address(problems, import.payer.address, row.street, row.building, row.postcode, row.town, row.country);
  return import;
}

}  // namespace counterfoil
