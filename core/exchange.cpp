#include "core/exchange.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/require.hpp"

namespace counterfoil {
namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 13> outcomes{{
    {Outcome::none, "none"},
    {Outcome::accepted, "accepted"},
    {Outcome::pending, "pending"},
    {Outcome::rejected, "rejected"},
    {Outcome::settled, "settled"},
    {Outcome::returned, "returned"},
    {Outcome::refunded, "refunded"},
    {Outcome::reversed, "reversed"},
    {Outcome::corrected, "corrected"},
    {Outcome::cancelled, "cancelled"},
    {Outcome::dishonored, "dishonored"},
    {Outcome::contested, "contested"},
    {Outcome::unknown, "unknown"},
}};

constexpr std::array<std::pair<FileKind, std::string_view>, 9> kinds{{
    {FileKind::instruction, "instruction"},
    {FileKind::acknowledgement, "acknowledgement"},
    {FileKind::returned, "return"},
    {FileKind::notice, "notice"},
    {FileKind::settlement, "settlement"},
    {FileKind::statement, "statement"},
    {FileKind::mandate, "mandate"},
    {FileKind::empty, "empty"},
    {FileKind::unknown, "unknown"},
}};

// ISO 20022 SequenceType3Code.
constexpr std::array<std::pair<SequenceType, std::string_view>, 5> sequences{{
    {SequenceType::none, ""},
    {SequenceType::first, "FRST"},
    {SequenceType::recurring, "RCUR"},
    {SequenceType::final, "FNAL"},
    {SequenceType::one_off, "OOFF"},
}};

constexpr std::array<std::pair<MandateNews, std::string_view>, 4> mandate_news{{
    {MandateNews::none, ""},
    {MandateNews::created, "created"},
    {MandateNews::changed, "changed"},
    {MandateNews::ended, "ended"},
}};

template <class Table, class Key>
std::string_view name_in(const Table& table, Key key) {
  for (const auto& [value, name] : table) {
    if (value == key) return name;
  }
  require(false, "every value of an exchange word has a name");
  return {};
}

}  // namespace

std::string_view file_kind_name(FileKind kind) { return name_in(kinds, kind); }
std::string_view outcome_name(Outcome outcome) { return name_in(outcomes, outcome); }
std::string_view mandate_news_name(MandateNews event) { return name_in(mandate_news, event); }
std::string_view direction_name(Direction direction) { return direction == Direction::debit ? "debit" : "credit"; }
std::string_view sequence_type_code(SequenceType type) { return name_in(sequences, type); }

std::optional<Outcome> parse_outcome(std::string_view name) {
  const auto found = std::ranges::find(outcomes, name, [](const auto& row) { return row.second; });
  if (found == outcomes.end()) return std::nullopt;
  return found->first;
}

std::optional<MandateNews> parse_mandate_news(std::string_view name) {
  const auto found = std::ranges::find(mandate_news, name, [](const auto& row) { return row.second; });
  if (found == mandate_news.end()) return std::nullopt;
  return found->first;
}

std::optional<SequenceType> parse_sequence_type(std::string_view code) {
  const auto found = std::ranges::find(sequences, code, [](const auto& row) { return row.second; });
  if (found == sequences.end()) return std::nullopt;
  return found->first;
}

}  // namespace counterfoil
