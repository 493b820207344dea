#include "apps/operations/creditors.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/operations/creditor_file.hpp"
#include "core/creditor_id.hpp"
#include "core/iban.hpp"
#include "core/modulus_check.hpp"
#include "core/number_form.hpp"
#include "core/text.hpp"
#include "store/creditor_accounts.hpp"

namespace counterfoil {
namespace {

std::unexpected<Error> wrong(const std::string& file, std::string_view key, const Error& why) {
  return std::unexpected(Error{.code = "creditor.value",
                               .explanation = fmt::format("The creditor's {} is not usable: {}", key, why.explanation),
                               .remedy = why.remedy,
                               .place = {.file = file, .field = std::string{key}},
                               .kind = ErrorKind::input});
}

/// The service user number identifies the collector to Bacs, and six digits are all of it.
Result<void> check_british_numbers(Desk& desk, CreditorAccount& account, const std::string& file) {
  const auto tables = desk.modulus_tables();
  if (!tables) return std::unexpected(tables.error());
  auto read = check_british_account(account.bank, account.account, *tables);
  if (!read) return wrong(file, "account", read.error());
  account.account = std::move(read->account);
  account.bank = std::move(read->sort_code);
  const auto& number = account.creditor_id;
  if (number.size() == 6 && std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; })) return {};
  return wrong(file, "creditor_id",
               {.code = "creditor.value",
                .explanation = "A service user number has six digits.",
                .remedy = "Write creditor_id = \"123456\", as the sponsoring bank gave it.",
                .place = {},
                .kind = ErrorKind::input});
}

/// Files write the account with zeros in front, and so it comes back.
Result<void> check_digits(unsigned digits, CreditorAccount& account, const std::string& file) {
  auto number = number_of_digits(account.account, digits);
  if (!number) {
    return wrong(file, "account",
                 {.code = "creditor.value",
                  .explanation = fmt::format("It is not a number of at most {} digits.", digits),
                  .remedy = "Write account = \"...\" as the bank gave it; hyphens and blanks may stand in it.",
                  .place = {},
                  .kind = ErrorKind::input});
  }
  account.account = std::move(*number);
  return {};
}

Result<void> check_numbers(Desk& desk, CreditorAccount& account, const std::string& file) {
  const auto* scheme = desk.catalogue().find(account.scheme);
  if (scheme != nullptr && scheme->manner.account_numbers == "sort-code")
    return check_british_numbers(desk, account, file);
  if (scheme != nullptr && scheme->manner.creditor_account_digits > 0)
    return check_digits(scheme->manner.creditor_account_digits, account, file);
  if (scheme == nullptr || scheme->manner.account_numbers != "iban") return {};
  auto iban = check_iban(account.account);
  if (!iban) return wrong(file, "account", iban.error());
  account.account = std::move(*iban);
  auto id = check_creditor_id(account.creditor_id);
  if (!id) return wrong(file, "creditor_id", id.error());
  account.creditor_id = std::move(*id);
  return {};
}

bool is_same(const CreditorAccount& stored, CreditorAccount asked) {
  asked.id = stored.id;
  asked.version = stored.version;
  return stored == asked;
}

Result<CreditorResult> add_in_transaction(Desk& desk, CreditorAccount account) {
  auto found = find_creditor_account(desk.scope(), account.label);
  if (!found) return std::unexpected(found.error());
  if (*found) {
    if (is_same(**found, account)) return CreditorResult{std::move(**found), true};
    return std::unexpected(
        Error{.code = "creditor.label-taken",
              .explanation = fmt::format("The label {} belongs to another creditor account.", account.label),
              .remedy = "Choose another label. `counterfoil creditor list` shows those in use.",
              .kind = ErrorKind::conflict});
  }
  account.id = new_id();
  if (auto done = insert_creditor_account(desk.scope(), account); !done) return std::unexpected(done.error());
  const auto noted =
      desk.note("creditor.add", "creditor", account.label,
                fmt::format("{} {}, account {}", account.scheme, account.format, mask_account(account.account)));
  if (!noted) return std::unexpected(noted.error());
  return CreditorResult{std::move(account), false};
}

}  // namespace

Result<CreditorAccount> read_creditor_account(Desk& desk, std::string_view label, const std::string& file,
                                              std::string_view scheme) {
  auto account = read_creditor_file(file, scheme, desk.catalogue());
  if (!account) return account;
  account->label = label;
  if (auto sound = check_numbers(desk, *account, file); !sound) return std::unexpected(sound.error());
  return account;
}

Result<CreditorResult> add_creditor(Desk& desk, std::string_view label, const std::string& file,
                                    std::string_view scheme) {
  if (auto allowed = desk.may(Action::manage_accounts); !allowed) return std::unexpected(allowed.error());
  auto account = read_creditor_account(desk, label, file, scheme);
  if (!account) return std::unexpected(account.error());
  return in_one_transaction(desk, "creditor-add", [&] { return add_in_transaction(desk, std::move(*account)); });
}

Result<std::vector<CreditorAccount>> creditors(Desk& desk) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  return list_creditor_accounts(desk.scope());
}

Result<CreditorAccount> creditor(Desk& desk, std::string_view label) {
  if (!label.empty()) {
    auto found = find_creditor_account(desk.scope(), label);
    if (!found) return std::unexpected(found.error());
    if (*found) return std::move(**found);
  }
  auto all = list_creditor_accounts(desk.scope());
  if (!all) return std::unexpected(all.error());
  if (label.empty() && all->size() == 1) return std::move(all->front());
  std::vector<std::string_view> labels;
  for (const auto& account : *all) labels.emplace_back(account.label);
  const auto known = labels.empty() ? std::string{"Add one with `counterfoil creditor add`."}
                                    : fmt::format("Use one of: {}.", fmt::join(labels, ", "));
  if (label.empty() && !all->empty()) {
    return std::unexpected(Error{.code = "creditor.which",
                                 .explanation = "There are several creditor accounts, and none was named.",
                                 .remedy = known,
                                 .kind = ErrorKind::usage});
  }
  return std::unexpected(Error{.code = "creditor.unknown",
                               .explanation = label.empty()
                                                  ? std::string{"There is no creditor account yet."}
                                                  : fmt::format("There is no creditor account labelled {}.", label),
                               .remedy = known,
                               .kind = ErrorKind::usage});
}

}  // namespace counterfoil
