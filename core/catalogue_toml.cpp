// scheme.toml, rules.toml and profiles.toml. Everything of toml++ stays in this file.
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "core/catalogue_parts.hpp"
#include "core/claim_reference.hpp"
#include "core/message_id.hpp"

namespace counterfoil::catalogue_parts {
namespace {

/// Reads one TOML file and remembers the first thing that is wrong with it.
class Reader {
 public:
  explicit Reader(std::string shown_as) : shown_as_{std::move(shown_as)} {}

  [[nodiscard]] std::optional<toml::table> parse(std::string_view text) {
    try {
      return toml::parse(text, shown_as_);
    } catch (const toml::parse_error& fault) {  // toml++ throws; the exception ends in this file.
      error_ = catalogue_error(
          "catalogue.syntax", fmt::format("This is no TOML: {}.", fault.description()),
          "Correct the line; strings stand in quotes and each key once.",
          {.file = shown_as_, .line = fault.source().begin.line, .column_first = fault.source().begin.column});
      return std::nullopt;
    }
  }

  [[nodiscard]] Place place(const toml::source_region& region, std::string_view key = {}) const {
    return {
        .file = shown_as_, .line = region.begin.line, .column_first = region.begin.column, .field = std::string{key}};
  }

  void fail(std::string code, const toml::source_region& where, std::string_view key, std::string explanation,
            std::string remedy) {
    // toml++ walks the keys by name; a person wants the first fault of the file.
    if (error_ && error_->place.line <= where.begin.line) return;
    error_ = catalogue_error(std::move(code), std::move(explanation), std::move(remedy), place(where, key));
  }

  void only_keys(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : table) {
      if (std::ranges::find(known, key.str()) == known.end()) {
        fail("catalogue.unknown-key", key.source(), key.str(),
             fmt::format("\"{}\" is no key of this table.", key.str()),
             fmt::format("The keys are {}.", fmt::join(known, ", ")));
      }
    }
  }

  [[nodiscard]] std::string text(const toml::table& table, std::string_view key, bool needed) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      if (needed) {
        fail("catalogue.missing-key", table.source(), key, fmt::format("The key \"{}\" is missing.", key),
             fmt::format("Add a line such as {} = \"...\".", key));
      }
      return {};
    }
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) {
      fail("catalogue.wrong-type", node->source(), key, fmt::format("\"{}\" must be a text.", key),
           "Put it in quotes.");
      return {};
    }
    return *value;
  }

  /// Left as it is where the key is absent.
  void text_or(const toml::table& table, std::string_view key, std::string& into) {
    if (table.get(key) != nullptr) into = text(table, key, false);
  }

  void flag_or(const toml::table& table, std::string_view key, bool& into) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<bool>();
    if (value) {
      into = *value;
    } else {
      fail("catalogue.wrong-type", node->source(), key, fmt::format("\"{}\" must be true or false.", key),
           "Write it without quotes.");
    }
  }

  [[nodiscard]] std::vector<std::string> texts(const toml::table& table, std::string_view key) {
    std::vector<std::string> all;
    const toml::node* node = table.get(key);
    if (node == nullptr) return all;
    const toml::array* array = node->as_array();
    const bool holds_texts = array != nullptr && std::ranges::all_of(*array, [](const toml::node& each) {
      return each.is_string();
    });
    if (!holds_texts) {
      fail("catalogue.wrong-type", node->source(), key, fmt::format("\"{}\" must be a list of texts.", key),
           fmt::format("Write {} = [\"...\", \"...\"].", key));
      return all;
    }
    for (const auto& each : *array) all.push_back(*each.value<std::string>());
    return all;
  }

  [[nodiscard]] std::optional<Date> date(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value_exact<toml::date>();
    if (!value) {
      fail("catalogue.wrong-type", node->source(), key, fmt::format("\"{}\" must be a day.", key),
           "Write it without quotes, such as 2026-11-14.");
      return std::nullopt;
    }
    return make_date(value->year, value->month, value->day);
  }

  /// The value of a known rule, with the type that rule has.
  [[nodiscard]] std::optional<RuleValue> rule_value(const toml::node& node, const KnownRule& rule) {
    switch (rule.type) {
      case KnownRule::Type::number:
        if (const auto number = node.value_exact<std::int64_t>(); number && *number >= 0) return RuleValue{*number};
        break;
      case KnownRule::Type::flag:
        if (const auto flag = node.value_exact<bool>()) return RuleValue{*flag};
        break;
      case KnownRule::Type::text:
        if (const auto text = node.value_exact<std::string>()) return RuleValue{*text};
        break;
    }
    static constexpr std::array<std::string_view, 3> wanted{"a whole number, not negative", "true or false",
                                                            "a text in quotes"};
    fail("catalogue.wrong-type", node.source(), rule.key,
         fmt::format("The value of \"{}\" must be {}.", rule.key, wanted[static_cast<std::size_t>(rule.type)]),
         fmt::format("It means: {}.", rule.meaning));
    return std::nullopt;
  }

  [[nodiscard]] const KnownRule* known_rule(const toml::key& key) {
    const KnownRule* rule = find_known_rule(key.str());
    if (rule == nullptr) {
      fail("catalogue.unknown-key", key.source(), key.str(), fmt::format("\"{}\" is no rule or switch.", key.str()),
           "Correct its spelling; a rule nobody reads would be a limit nobody keeps. The user guide lists the keys.");
    }
    return rule;
  }

  [[nodiscard]] const toml::table* table(const toml::key& key, const toml::node& node) {
    if (node.is_table()) return node.as_table();
    fail("catalogue.wrong-type", key.source(), key.str(), fmt::format("\"{}\" must be a table.", key.str()),
         fmt::format("Write [{}] and its keys below it.", key.str()));
    return nullptr;
  }

  [[nodiscard]] Result<void> result() const {
    if (error_) return std::unexpected(*error_);
    return {};
  }

 private:
  std::string shown_as_;
  std::optional<Error> error_;
};

Currency read_currency(Reader& read, const toml::table& table) {
  const auto currency = Currency::parse(read.text(table, "currency", true));
  if (currency) return *currency;
  read.fail("catalogue.wrong-type", table.source(), "currency", "The currency is none we know.",
            currency.error().remedy);
  return {};
}

constexpr std::array<std::string_view, 7> account_number_rules{"iban",      "aba",   "bsb",    "cnaps",
                                                               "sort-code", "plain", "unknown"};

void read_digits(Reader& read, const toml::table& table, std::string_view key, unsigned& into) {
  constexpr std::int64_t most = 18;
  const toml::node* node = table.get(key);
  if (node == nullptr) return;
  const auto digits = node->value_exact<std::int64_t>();
  if (digits && *digits >= 1 && *digits <= most) {
    into = static_cast<unsigned>(*digits);
  } else {
    read.fail("catalogue.wrong-type", node->source(), key, fmt::format("\"{}\" must be 1 to {}.", key, most),
              "Leave it out where the number has no fixed count of digits.");
  }
}

void read_numbering(Reader& read, const toml::table& table, SchemeManner& manner) {
  read.flag_or(table, "number_is_trace", manner.number_is_trace);
  read_digits(read, table, "number_digits", manner.number_digits);
  read_digits(read, table, "creditor_account_digits", manner.creditor_account_digits);
  read_digits(read, table, "mandate_reference_digits", manner.mandate_reference_digits);
  read_digits(read, table, "payer_account_digits", manner.payer_account_digits);
  read_digits(read, table, "payer_identity_digits", manner.payer_identity_digits);
}

SchemeManner read_manner(Reader& read, const toml::table& table) {
  SchemeManner manner;
  read.text_or(table, "file_ending", manner.file_ending);
  read.text_or(table, "account_numbers", manner.account_numbers);
  if (std::ranges::find(account_number_rules, manner.account_numbers) == account_number_rules.end()) {
    read.fail("catalogue.wrong-type", table.get("account_numbers")->source(), "account_numbers",
              fmt::format("\"{}\" is no rule for account numbers.", manner.account_numbers),
              fmt::format("The rules are {}.", fmt::join(account_number_rules, ", ")));
  }
  read.text_or(table, "message_id", manner.message_id);
  if (!is_message_id_pattern(manner.message_id)) {
    read.fail("catalogue.wrong-type", table.get("message_id")->source(), "message_id",
              "The pattern of the message id cannot be filled.",
              "In braces may stand test, environment, day, sequence:N, creditor_id:N and random:N, with N from 1 to 35.");
  }
  read.text_or(table, "claim_reference", manner.claim_reference);
  if (!is_claim_reference_pattern(manner.claim_reference)) {
    read.fail("catalogue.wrong-type", table.get("claim_reference")->source(), "claim_reference",
              "The pattern of a claim's reference cannot be filled.", std::string{claim_reference_words});
  }
  read.text_or(table, "reading_only_because", manner.reading_only_because);
  read.text_or(table, "silence_reason", manner.silence_reason);
  manner.instruments = read.texts(table, "instruments");
  manner.needed_settings = read.texts(table, "needed_settings");
  read.flag_or(table, "payer_bank", manner.payer_bank);
  read.flag_or(table, "mandate_reference", manner.mandate_reference);
  read.flag_or(table, "signature_dates", manner.signature_dates);
  read.flag_or(table, "sequence_types", manner.sequence_types);
  read.flag_or(table, "amendments", manner.amendments);
  read.flag_or(table, "address_outside_eea", manner.address_outside_eea);
  read.flag_or(table, "prenotes", manner.prenotes);
  read.flag_or(table, "one_off_may_be_represented", manner.one_off_may_be_represented);
  read.flag_or(table, "silence_is_success", manner.silence_is_success);
  read.flag_or(table, "returns_can_be_refused", manner.returns_can_be_refused);
  read.flag_or(table, "prenotes_first", manner.prenotes_first);
  read.flag_or(table, "mandate_comes_back", manner.mandate_comes_back);
  read.flag_or(table, "answer_repeats_file", manner.answer_repeats_file);
  read.flag_or(table, "one_day_per_file", manner.one_day_per_file);
  read_numbering(read, table, manner);
  return manner;
}

Rule read_rule(Reader& read, const toml::table& table, const KnownRule& known) {
  Rule rule;
  rule.key = known.key;
  rule.place = read.place(table.source(), known.key);
  read.only_keys(table, {"value", "unit", "source", "sure", "note"});
  if (const toml::node* value = table.get("value")) {
    if (auto taken = read.rule_value(*value, known)) rule.value = std::move(*taken);
  } else {
    read.fail("catalogue.missing-key", table.source(), known.key,
              fmt::format("The rule \"{}\" has no value.", known.key), "Add a line value = ... below it.");
  }
  rule.unit = read.text(table, "unit", false);
  rule.source = read.text(table, "source", true);
  rule.sure = read.text(table, "sure", true);
  rule.note = read.text(table, "note", false);
  if (!rule.sure.empty() && rule.sure != "A" && rule.sure != "B" && rule.sure != "C" && rule.sure != "site") {
    read.fail("catalogue.wrong-type", table.source(), "sure",
              fmt::format("\"{}\" does not say how sure it is.", rule.sure),
              "Write A (two sources), B (one good source), C (practice) or site (a setting of the site).");
  }
  return rule;
}

Profile read_profile(Reader& read, const toml::table& table, std::string_view name) {
  Profile profile;
  profile.name = name;
  profile.place = read.place(table.source(), name);
  read.only_keys(table, {"title", "format", "valid_from", "valid_to", "source", "switches"});
  profile.title = read.text(table, "title", true);
  profile.format = read.text(table, "format", true);
  profile.source = read.text(table, "source", true);
  profile.valid_from = read.date(table, "valid_from");
  profile.valid_to = read.date(table, "valid_to");
  if (profile.valid_from && profile.valid_to && *profile.valid_to < *profile.valid_from) {
    read.fail("catalogue.order", table.source(), "valid_to", "The profile ends before it begins.",
              "Correct the two days.");
  }
  if (const toml::table* switches = table["switches"].as_table()) {
    for (const auto& [key, node] : *switches) {
      const KnownRule* known = read.known_rule(key);
      if (known == nullptr) continue;
      if (auto value = read.rule_value(node, *known)) {
        profile.switches.insert_or_assign(std::string{key.str()}, std::move(*value));
      }
    }
  }
  return profile;
}

}  // namespace

Result<void> add_scheme_facts(Scheme& scheme, std::string_view text, const std::string& shown_as) {
  Reader read{shown_as};
  const auto table = read.parse(text);
  if (!table) return read.result();
  read.only_keys(*table, {"title",
                          "currency",
                          "calendar",
                          "formats",
                          "file_ending",
                          "instruments",
                          "account_numbers",
                          "payer_bank",
                          "mandate_reference",
                          "signature_dates",
                          "sequence_types",
                          "amendments",
                          "address_outside_eea",
                          "prenotes",
                          "one_off_may_be_represented",
                          "silence_is_success",
                          "silence_reason",
                          "returns_can_be_refused",
                          "prenotes_first",
                          "mandate_comes_back",
                          "answer_repeats_file",
                          "one_day_per_file",
                          "number_digits",
                          "creditor_account_digits",
                          "mandate_reference_digits",
                          "payer_account_digits",
                          "payer_identity_digits",
                          "reading_only_because",
                          "number_is_trace",
                          "message_id",
                          "claim_reference",
                          "needed_settings"});
  scheme.title = read.text(*table, "title", true);
  scheme.currency = read_currency(read, *table);
  scheme.calendar = read.text(*table, "calendar", true);
  scheme.formats = read.texts(*table, "formats");
  scheme.manner = read_manner(read, *table);
  return read.result();
}

Result<void> add_rules(Scheme& scheme, std::string_view text, const std::string& shown_as) {
  Reader read{shown_as};
  const auto file = read.parse(text);
  if (!file) return read.result();
  for (const auto& [key, node] : *file) {
    const KnownRule* known = read.known_rule(key);
    const toml::table* table = known == nullptr ? nullptr : read.table(key, node);
    if (table == nullptr) continue;
    scheme.rules.insert_or_assign(std::string{key.str()}, read_rule(read, *table, *known));
  }
  return read.result();
}

Result<void> add_profiles(Scheme& scheme, std::string_view text, const std::string& shown_as) {
  Reader read{shown_as};
  const auto file = read.parse(text);
  if (!file) return read.result();
  for (const auto& [key, node] : *file) {
    const toml::table* table = read.table(key, node);
    if (table == nullptr) continue;
    scheme.profiles.insert_or_assign(std::string{key.str()}, read_profile(read, *table, key.str()));
  }
  return read.result();
}

}  // namespace counterfoil::catalogue_parts
