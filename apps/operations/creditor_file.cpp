#include "apps/operations/creditor_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "apps/operations/scheme_rules.hpp"
#include "core/claim_reference.hpp"

namespace counterfoil {
namespace {

constexpr std::array known_keys{"name",      "scheme",        "account",     "bank",          "creditor_id",
                                "profile",   "format",        "instrument",  "most",          "first_as",
                                "time_zone", "combine_bills", "notice_days", "lead_bank_days",
                                "charges_within_booking"};

std::unexpected<Error> wrong(std::string code, std::string explanation, std::string remedy, const std::string& path,
                             const toml::source_region& at = {}) {
  Place place{.file = path};
  place.line = at.begin.line;
  place.column_first = at.begin.column;
  return std::unexpected(
      Error{std::move(code), std::move(explanation), std::move(remedy), std::move(place), ErrorKind::input});
}

/// The file with what is needed to say what is wrong with it.
class CreditorTable {
 public:
  CreditorTable(const toml::table& table, const std::string& path) : table_{table}, path_{path} {}

  [[nodiscard]] Result<void> check_keys(const Catalogue& catalogue) const {
    for (const auto& [key, value] : table_) {
      if (std::ranges::find(known_keys, key.str()) != known_keys.end()) continue;
      if (value.is_table() && catalogue.find(key.str()) != nullptr) continue;
      return wrong(
          "creditor.unknown-key", fmt::format("The key \"{}\" is not known in a creditor file.", key.str()),
          fmt::format("Correct its spelling or take it out. Known are: {}, and one table named after the scheme.",
                      fmt::join(known_keys, ", ")),
          path_, value.source());
    }
    return {};
  }

  [[nodiscard]] Result<std::string> text(std::string_view key, bool required) const {
    const auto* node = table_.get(key);
    if (node == nullptr) {
      if (!required) return std::string{};
      return wrong("creditor.missing", fmt::format("The creditor file does not say {}.", key),
                   fmt::format("Add a line such as {} = \"...\".", key), path_);
    }
    const auto value = node->value<std::string>();
    if (!node->is_string() || value->empty()) {
      return wrong("creditor.value", fmt::format("{} must be a text in quotes and not empty.", key),
                   fmt::format("Write {} = \"...\".", key), path_, node->source());
    }
    return *value;
  }

  [[nodiscard]] Result<void> number(std::string_view key, int& into) const {
    const auto* node = table_.get(key);
    if (node == nullptr) return {};
    const auto value = node->value<std::int64_t>();
    if (!node->is_integer() || *value < 0 || *value > 366) {
      return wrong("creditor.value", fmt::format("{} must be a whole number of days from 0 to 366.", key),
                   fmt::format("Write {} = 14, without quotes.", key), path_, node->source());
    }
    into = static_cast<int>(*value);
    return {};
  }

  [[nodiscard]] Result<void> flag(std::string_view key, bool& into) const {
    const auto* node = table_.get(key);
    if (node == nullptr) return {};
    if (!node->is_boolean()) {
      return wrong("creditor.value", fmt::format("{} must be true or false.", key),
                   fmt::format("Write {} = true, without quotes.", key), path_, node->source());
    }
    into = node->value<bool>().value_or(false);
    return {};
  }

  [[nodiscard]] Result<void> settings(std::string_view scheme, Settings& into) const {
    const auto* node = table_.get(scheme);
    if (node == nullptr) return {};
    for (const auto& [key, value] : *node->as_table()) {
      auto name = fmt::format("{}.{}", scheme, key.str());
      if (value.is_string()) {
        into[std::move(name)] = *value.value<std::string>();
      } else if (value.is_integer()) {
        into[std::move(name)] = std::to_string(*value.value<std::int64_t>());
      } else if (value.is_boolean()) {
        into[std::move(name)] = value.value<bool>().value_or(false) ? "true" : "false";
      } else {
        return wrong("creditor.value", fmt::format("{} must be a text, a whole number, true or false.", name),
                     "Put numbers with leading zeros in quotes.", path_, value.source());
      }
    }
    return {};
  }

  [[nodiscard]] toml::source_region place_of(std::string_view key) const {
    const auto* node = table_.get(key);
    return node == nullptr ? toml::source_region{} : node->source();
  }

 private:
  const toml::table& table_;
  const std::string& path_;
};

std::string default_instrument(const Scheme& scheme) {
  return scheme.manner.instruments.empty() ? std::string{} : scheme.manner.instruments.front();
}

Result<void> fill_optional(const CreditorTable& table, const Scheme& scheme, const std::string& path,
                           CreditorAccount& account) {
  if (auto done = table.number("lead_bank_days", account.lead_bank_days); !done) return done;
  if (auto done = table.number("notice_days", account.notice_days); !done) return done;
  if (auto done = table.flag("combine_bills", account.combine_bills); !done) return done;
  if (auto done = table.flag("charges_within_booking", account.charges_within_booking); !done) return done;
  const auto first = table.text("first_as", false);
  if (!first) return std::unexpected(first.error());
  if (!first->empty()) {
    const auto sequence = parse_sequence_type(*first);
    if (sequence != SequenceType::first && sequence != SequenceType::recurring) {
      return wrong("creditor.value", "first_as must be FRST or RCUR.", "Write first_as = \"RCUR\".", path,
                   table.place_of("first_as"));
    }
    account.first_as = *sequence;
  }
  const auto most = table.text("most", false);
  if (!most) return std::unexpected(most.error());
  if (!most->empty()) {
    const auto amount = Money::parse(*most, account.currency);
    if (!amount) {
      return wrong("creditor.value", fmt::format("most is not an amount: {}", amount.error().explanation),
                   "Write most = \"5000.00\".", path, table.place_of("most"));
    }
    account.most_minor = amount->minor_units();
  }
  if (auto done = table.settings(scheme.name, account.settings); !done) return done;
  const auto pattern = account.settings.find(fmt::format("{}.claim_reference", scheme.name));
  if (pattern == account.settings.end() || is_claim_reference_pattern(pattern->second)) return {};
  return wrong("creditor.value", "References of claims cannot be made by this claim_reference.",
               std::string{claim_reference_words}, path, table.place_of(scheme.name));
}

Result<const Scheme*> scheme_of(const CreditorTable& table, std::string_view asked, const Catalogue& catalogue,
                                const std::string& path) {
  const auto written = table.text("scheme", asked.empty());
  if (!written) return std::unexpected(written.error());
  if (!asked.empty() && !written->empty() && asked != *written) {
    return wrong("creditor.value", fmt::format("The file is for the scheme {}, and {} was asked for.", *written, asked),
                 "Leave one of the two out, or use the file of the other scheme.", path, table.place_of("scheme"));
  }
  const auto name = asked.empty() ? std::string_view{*written} : asked;
  const auto* scheme = catalogue.find(name);
  if (scheme == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& one : catalogue.schemes()) known.emplace_back(one.name);
    return wrong("creditor.value", fmt::format("The scheme \"{}\" is not known.", name),
                 fmt::format("Use one of: {}.", fmt::join(known, ", ")), path, table.place_of("scheme"));
  }
  return scheme;
}

Result<void> choose_format(const CreditorTable& table, const Scheme& scheme, const std::string& path,
                           CreditorAccount& account) {
  if (!account.profile.empty()) {
    const auto* profile = scheme.find_profile(account.profile);
    if (profile == nullptr) {
      std::vector<std::string_view> known;
      for (const auto& [name, one] : scheme.profiles) known.emplace_back(name);
      return wrong("creditor.value", fmt::format("{} has no profile \"{}\".", scheme.title, account.profile),
                   fmt::format("Use one of: {}; or leave the profile out.", fmt::join(known, ", ")), path,
                   table.place_of("profile"));
    }
    if (account.format.empty()) account.format = profile->format;
  }
  if (scheme.formats.empty()) {
    return wrong("creditor.reading-only",
                 fmt::format("Files of {} are read, and collection files are not made for it{}{}", scheme.title,
                             scheme.manner.reading_only_because.empty() ? "." : ". ", scheme.manner.reading_only_because),
                 fmt::format("Collect through another scheme. The README of schemes/{} says what is missing.", scheme.name),
                 path, table.place_of("scheme"));
  }
  if (account.format.empty()) account.format = scheme.formats.front();
  if (std::ranges::find(scheme.formats, account.format) == scheme.formats.end()) {
    return wrong("creditor.value", fmt::format("{} is not written as \"{}\".", scheme.title, account.format),
                 fmt::format("Use one of: {}.", fmt::join(scheme.formats, ", ")), path, table.place_of("format"));
  }
  return {};
}

}  // namespace

Result<CreditorAccount> parse_creditor_file(std::string_view text, const std::string& path, std::string_view scheme,
                                            const Catalogue& catalogue) {
  toml::table parsed;
  try {
    parsed = toml::parse(text, path);
  } catch (const toml::parse_error& fault) {
    return wrong("creditor.syntax", fmt::format("The creditor file cannot be read: {}.", fault.description()),
                 "Correct the line; texts stand in quotes, one key a line.", path, fault.source());
  }
  const CreditorTable table{parsed, path};
  if (auto keys = table.check_keys(catalogue); !keys) return std::unexpected(keys.error());
  const auto found = scheme_of(table, scheme, catalogue, path);
  if (!found) return std::unexpected(found.error());

  CreditorAccount account;
  const struct {
    std::string_view key;
    std::string CreditorAccount::* member;
    bool required;
  } texts[] = {{"name", &CreditorAccount::name, true},
               {"account", &CreditorAccount::account, false},
               {"bank", &CreditorAccount::bank, false},
               {"creditor_id", &CreditorAccount::creditor_id, false},
               {"profile", &CreditorAccount::profile, false},
               {"format", &CreditorAccount::format, false},
               {"instrument", &CreditorAccount::instrument, false}};
  for (const auto& [key, member, required] : texts) {
    auto value = table.text(key, required);
    if (!value) return std::unexpected(value.error());
    account.*member = std::move(*value);
  }
  if (account.instrument.empty()) account.instrument = default_instrument(**found);
  if (auto chosen = choose_format(table, **found, path, account); !chosen) return std::unexpected(chosen.error());
  fill_account_defaults(**found, account);
  if (auto filled = fill_optional(table, **found, path, account); !filled) return std::unexpected(filled.error());
  return account;
}

Result<CreditorAccount> read_creditor_file(const std::string& path, std::string_view scheme,
                                           const Catalogue& catalogue) {
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    return std::unexpected(
        Error{.code = "creditor.unreadable",
              .explanation = fmt::format("The creditor file cannot be opened: {}.", std::strerror(errno)),
              .remedy = "Check the path and that you may read the file.",
              .place = {.file = path},
              .kind = ErrorKind::usage});
  }
  std::ostringstream text;
  text << file.rdbuf();
  return parse_creditor_file(text.str(), path, scheme, catalogue);
}

}  // namespace counterfoil
