#include "apps/operations/word_values.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace counterfoil {
namespace {

// Texts that XML messages have and no layout binds.
constexpr std::array<std::pair<std::string_view, std::string_view Entry::*>, 3> entry_texts{{
    {"entry.amended_creditor_id", &Entry::amended_creditor_id},
    {"entry.amended_creditor_name", &Entry::amended_creditor_name},
    {"entry.bank_transaction_code", &Entry::bank_transaction_code},
}};
constexpr std::array<std::pair<std::string_view, bool Entry::*>, 2> entry_flags{{
    {"entry.status_inherited", &Entry::status_inherited},
    {"entry.is_reversal", &Entry::is_reversal_flag},
}};
constexpr std::array<std::pair<std::string_view, std::string_view FileHead::*>, 4> file_texts{{
    {"file.scheme", &FileHead::scheme},
    {"file.format", &FileHead::format},
    {"file.created", &FileHead::created},
    {"file.original_message_name", &FileHead::original_message_name},
}};
constexpr std::array<std::string_view, 8> statement_values{
    "statement.id",   "statement.account", "statement.currency", "statement.sequence_number",
    "statement.from", "statement.to",      "statement.opening",  "statement.closing"};

/// Days and times that follow from `file.created`.
bool is_derived(std::string_view name) { return name == "file.created_on" || name == "file.created_time"; }

std::vector<WordValue> bound_values(BoundWord word, const ConstWords& said, const ConstWords& plain) {
  std::vector<WordValue> values;
  std::string scratch, other;
  for (const Binding& binding : known_bindings()) {
    if (binding.word != word || is_derived(binding.name)) continue;
    const BoundTo bound{&binding, {}};
    const auto value = bound_text(bound, said, scratch);
    const bool is_plain = value == bound_text(bound, plain, other);
    if (value.empty() || (is_plain && binding.name != "entry.amount")) continue;
    values.push_back({std::string{binding.name}, std::string{value}});
  }
  return values;
}

void add_text(std::vector<WordValue>& values, std::string_view name, std::string_view value) {
  if (!value.empty()) values.push_back({std::string{name}, std::string{value}});
}

template <class Table>
auto find_in(const Table& table, std::string_view name) {
  return std::ranges::find_if(table, [&](const auto& row) { return row.first == name; });
}

}  // namespace

std::vector<WordValue> values_of(const FileHead& head) {
  std::vector<WordValue> values;
  for (const auto& [name, member] : file_texts) add_text(values, name, head.*member);
  add_text(values, "file.kind", file_kind_name(head.kind));
  const FileHead plain;
  for (auto& value : bound_values(BoundWord::file, {.file = &head}, {.file = &plain})) {
    // A name that some layouts bind and the table above has already.
    if (find_in(file_texts, value.name) == file_texts.end()) values.push_back(std::move(value));
  }
  if (head.settings != nullptr) {
    for (const auto& [key, value] : *head.settings) add_text(values, "creditor." + key, value);
  }
  return values;
}

std::vector<WordValue> values_of(const BatchHead& head) {
  const BatchHead plain;
  return bound_values(BoundWord::batch, {.batch = &head}, {.batch = &plain});
}

std::vector<WordValue> values_of(const Entry& entry) {
  const Entry plain;
  auto values = bound_values(BoundWord::entry, {.entry = &entry}, {.entry = &plain});
  for (const auto& [name, member] : entry_texts) add_text(values, name, entry.*member);
  for (const auto& [name, member] : entry_flags) {
    if (entry.*member) values.push_back({std::string{name}, "yes"});
  }
  return values;
}

std::vector<WordValue> values_of(const Statement& statement) {
  std::vector<WordValue> values;
  add_text(values, "statement.id", statement.id);
  add_text(values, "statement.account", statement.account);
  add_text(values, "statement.currency", statement.currency.code());
  add_text(values, "statement.sequence_number", statement.sequence_number);
  if (statement.from) add_text(values, "statement.from", iso_date(*statement.from));
  if (statement.to) add_text(values, "statement.to", iso_date(*statement.to));
  if (statement.opening_minor) add_text(values, "statement.opening", std::to_string(*statement.opening_minor));
  if (statement.closing_minor) add_text(values, "statement.closing", std::to_string(*statement.closing_minor));
  return values;
}

const std::vector<std::string>& value_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all{"file.kind"};
    const auto add = [&](std::string_view name) {
      if (std::ranges::find(all, name) == all.end() && !is_derived(name)) all.emplace_back(name);
    };
    for (const auto& [name, member] : file_texts) add(name);
    for (const Binding& binding : known_bindings()) add(binding.name);
    for (const auto& [name, member] : entry_texts) add(name);
    for (const auto& [name, member] : entry_flags) add(name);
    for (const auto name : statement_values) add(name);
    return all;
  }();
  return names;
}

bool set_word_value(std::string_view name, std::string_view value, const Words& words) {
  if (name == "file.kind") return true;  // Told by the entries.
  if (const auto row = find_in(file_texts, name); row != file_texts.end()) {
    words.file->*(row->second) = value;
    if (name != "file.created") return true;
    words.file->created_on = parse_iso_date(value.substr(0, 10));
    return words.file->created_on.has_value();
  }
  if (const auto row = find_in(entry_texts, name); row != entry_texts.end()) {
    words.entry->*(row->second) = value;
    return true;
  }
  if (const auto row = find_in(entry_flags, name); row != entry_flags.end()) {
    words.entry->*(row->second) = value == "yes";
    return value == "yes" || value == "no";
  }
  const auto bound = find_binding(name);
  return bound && set_bound(*bound, words, value);
}

bool is_masked_value(std::string_view name, std::string_view value) {
  if (value == "SMNDA") return false;  // Says that the account is new, and is no account.
  // Some formats name the payer by a tax number where others have a name.
  const bool is_number = value.find_first_not_of("0123456789.") == std::string_view::npos;
  if (name == "entry.ultimate_debtor") return is_number;
  // A correction holds the payer's new account number.
  return name.ends_with("account") || name == "entry.corrected_data" || name == "entry.payer_identity";
}

bool is_amount_value(std::string_view name) {
  constexpr std::array<std::string_view, 9> amounts{"entry.amount",        "entry.booked",      "entry.charges",
                                                    "entry.collected",     "file.sum",          "batch.sum",
                                                    "batch.collected_sum", "statement.opening", "statement.closing"};
  return std::ranges::find(amounts, name) != amounts.end();
}

}  // namespace counterfoil
