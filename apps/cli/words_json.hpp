// The exchange words as JSON, for `file show --json` and `--jsonl`. A key that does not apply is absent.
#pragma once

#include "apps/cli/json.hpp"
#include "core/catalogue.hpp"
#include "core/exchange.hpp"

namespace counterfoil {

struct WordsView {
  bool unmask = false;             // Account numbers as they stand.
  const Scheme* scheme = nullptr;  // For the meaning of reason codes.
};

[[nodiscard]] Json file_json(const FileHead& head);
[[nodiscard]] Json batch_json(const BatchHead& head, const WordsView& view);
[[nodiscard]] Json entry_json(const Entry& entry, const WordsView& view);
[[nodiscard]] Json statement_json(const Statement& statement, const WordsView& view);

/// Without the word's name, as it stands in the list of `file show --json`.
[[nodiscard]] Json finding_json(const Finding& finding);
/// As a line of its own.
[[nodiscard]] Json finding_word_json(const Finding& finding);

[[nodiscard]] std::string shown_account(std::string_view account, bool unmask);

/// A value under its name in the layout language, "entry.payer_account": masked where it holds an account.
[[nodiscard]] std::string shown_value(std::string_view name, std::string_view value, bool unmask);

}  // namespace counterfoil
