#include "apps/cli/layout_draft.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/date.hpp"
#include "formats/field.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t most_kinds = 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error sample_error(std::string code, std::string explanation, std::string remedy, const DraftRequest& request) {
  return {std::move(code), std::move(explanation), std::move(remedy), {.file = request.file}, ErrorKind::input};
}

struct Lines {
  std::vector<std::string> records;  // All of the same length.
  std::string line_end = "none";
  bool had_short_lines = false;
};

/// Cuts the sample into records, by its line ends or by the length given.
Result<Lines> lines_of(std::string_view sample, const DraftRequest& request) {
  Lines lines;
  if (request.record_length != 0) {
    for (std::size_t at = 0; at < sample.size();) {
      at = std::min(sample.find_first_not_of("\r\n", at), sample.size());
      if (sample.size() - at >= request.record_length)
        lines.records.emplace_back(sample.substr(at, request.record_length));
      at += request.record_length;
    }
  } else {
    const bool has_lf = sample.find('\n') != std::string_view::npos;
    const bool has_cr = sample.find('\r') != std::string_view::npos;
    if (!has_lf && !has_cr) {
      return std::unexpected(sample_error(
          "format-new.no-line-ends", "The sample has no line ends, so it does not show where its records end.",
          "Give the length of a record from the bank's document with --length.", request));
    }
    lines.line_end = has_lf && has_cr ? "crlf" : has_lf ? "lf" : "cr";
    for (std::size_t at = 0; at < sample.size();) {
      const std::size_t end = std::min(sample.find_first_of("\r\n", at), sample.size());
      if (end > at) lines.records.emplace_back(sample.substr(at, end - at));
      at = end + 1;
    }
  }
  std::erase_if(lines.records, [](const std::string& record) { return record == "\x1A"; });  // An old end of file.
  if (lines.records.size() < 2) {
    return std::unexpected(sample_error("format-new.too-little", "The sample holds fewer than two records.",
                                        "Take a file with a head, some entries and a trailer.", request));
  }
  const auto longest = std::ranges::max(lines.records, {}, &std::string::size).size();
  for (auto& record : lines.records) {
    lines.had_short_lines = lines.had_short_lines || record.size() != longest;
    record.resize(longest, ' ');
  }
  return lines;
}

/// How a stretch of columns looks in all lines of a kind.
struct Stretch {
  enum class Look : std::uint8_t { digits, blank, other };
  Look look = Look::other;
  std::uint32_t offset = 0, length = 0;
  std::string type, name, note;
  bool is_optional = false;
};

struct Kind {
  std::string key, name;
  std::vector<std::string> records;
  std::size_t first_line = 0, last_line = 0;  // From 0.
  std::vector<Stretch> stretches;
};

std::size_t distinct_keys(const std::vector<std::string>& records, std::size_t length) {
  std::map<std::string, int> keys;
  for (const auto& record : records) ++keys[record.substr(0, length)];
  return keys.size();
}

/// As few first characters as tell records apart at all.
std::size_t key_length(const std::vector<std::string>& records) {
  for (std::size_t length = 1; length <= 3; ++length) {
    const auto kinds = distinct_keys(records, length);
    if (kinds > 1) return kinds <= most_kinds ? length : 0;
  }
  return 1;
}

std::string name_of(const std::string& key) {
  std::string name = "record_";
  for (const char c : key) {
    if (is_digit(c) || (c >= 'a' && c <= 'z')) {
      name += c;
    } else if (c >= 'A' && c <= 'Z') {
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      name += fmt::format("x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return name;
}

std::vector<Kind> kinds_of(const std::vector<std::string>& records, std::size_t length) {
  std::vector<Kind> kinds;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string key = records[i].substr(0, length);
    auto kind = std::ranges::find(kinds, key, &Kind::key);
    if (kind == kinds.end())
      kind = kinds.insert(kinds.end(),
                          {.key = key, .name = name_of(key), .records = {}, .first_line = i, .stretches = {}});
    kind->records.push_back(records[i]);
    kind->last_line = i;
  }
  return kinds;
}

Stretch::Look look_at(const Kind& kind, std::size_t column) {
  const auto all = [&](auto test) {
    return std::ranges::all_of(kind.records, [&](const std::string& record) { return test(record[column]); });
  };
  if (all(is_digit)) return Stretch::Look::digits;
  return all([](char c) { return c == ' '; }) ? Stretch::Look::blank : Stretch::Look::other;
}

/// Blanks behind a text are its padding, and digits at its end belong to it: "RENT001   ".
void merge(std::vector<Stretch>& stretches) {
  constexpr std::uint32_t shortest_number = 5;
  for (std::size_t i = 1; i < stretches.size();) {
    Stretch &left = stretches[i - 1], &right = stretches[i];
    const bool is_last = i + 1 == stretches.size();
    const bool joins =
        left.look == Stretch::Look::other && (right.look == Stretch::Look::other ||
                                              (right.look == Stretch::Look::digits && right.length < shortest_number) ||
                                              (right.look == Stretch::Look::blank && !is_last));
    if (!joins) {
      ++i;
      continue;
    }
    left.length += right.length;
    stretches.erase(stretches.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

bool is_date(const Kind& kind, const Stretch& at, bool with_century) {
  return std::ranges::all_of(kind.records, [&](const std::string& record) {
    const std::string digits = (with_century ? "" : "20") + record.substr(at.offset, at.length);
    const auto day = parse_iso_date(digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2));
    return day && *day >= make_date(1990, 1, 1) && *day < make_date(2060, 1, 1);
  });
}

void describe(const Kind& kind, Stretch& at) {
  const std::string lines = fmt::format("{} line{}", kind.records.size(), kind.records.size() == 1 ? "" : "s");
  at.name = fmt::format("columns_{}_{}", at.offset + 1, at.offset + at.length);
  switch (at.look) {
    case Stretch::Look::blank:
      at.type = "filler";
      at.note = fmt::format("blank in {}; is it reserved, or only unused here?", lines);
      return;
    case Stretch::Look::other:
      at.type = "opaque";
      at.note = fmt::format("what stands here? where does one field end and the next begin? ({})", lines);
      return;
    case Stretch::Look::digits:
      break;
  }
  if (at.length == 8 && is_date(kind, at, true)) {
    at.type = "date \"YYYYMMDD\"";
    at.note = fmt::format("a day in {}; which one?", lines);
  } else if (at.length == 6 && is_date(kind, at, false)) {
    at.type = "date \"YYMMDD\"";
    at.note = fmt::format("could be a day in {}, or a number of six digits", lines);
  } else {
    at.type = "digits";
    at.is_optional = true;
    at.note = fmt::format("digits in {}; an amount, a count, an account? one field or several?", lines);
  }
}

void divide(Kind& kind, std::size_t key) {
  const std::size_t length = kind.records.front().size();
  for (std::size_t column = key; column < length; ++column) {
    const auto look = look_at(kind, column);
    if (kind.stretches.empty() || kind.stretches.back().look != look)
      kind.stretches.push_back(
          {.look = look, .offset = static_cast<std::uint32_t>(column), .type = {}, .name = {}, .note = {}});
    ++kind.stretches.back().length;
  }
  merge(kind.stretches);
  for (auto& stretch : kind.stretches) describe(kind, stretch);
}

std::optional<std::int64_t> number_in(const std::string& record, const Stretch& at) {
  std::int64_t number = 0;
  if (at.look != Stretch::Look::digits || !parse_digits(std::string_view{record}.substr(at.offset, at.length), number))
    return std::nullopt;
  return number;
}

/// What a number that stands once in the file counts or adds up, as far as the sample shows.
void find_totals(const std::vector<Kind>& kinds, std::vector<std::string>& totals) {
  for (const auto& stating : kinds) {
    if (stating.records.size() != 1) continue;
    for (const auto& field : stating.stretches) {
      const auto stated = number_in(stating.records.front(), field);
      if (!stated || *stated == 0) continue;
      for (const auto& counted : kinds) {
        if (&counted == &stating || counted.records.size() < 2) continue;
        if (static_cast<std::int64_t>(counted.records.size()) == *stated)
          totals.push_back(fmt::format("total {}.{} = count of {} in file", stating.name, field.name, counted.name));
        for (const auto& summed : counted.stretches) {
          std::int64_t sum = 0;
          const bool adds_up = std::ranges::all_of(counted.records, [&](const std::string& record) {
            const auto number = number_in(record, summed);
            return number && !__builtin_add_overflow(sum, *number, &sum);
          });
          if (adds_up && sum == *stated)
            totals.push_back(
                fmt::format("total {}.{} = sum of {}.{} in file", stating.name, field.name, counted.name, summed.name));
        }
      }
    }
  }
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string{"\"\""} : std::string{c};
  return result + "\"";
}

/// The first record opens the file; the kind with the most lines is taken for the entries.
std::string roles_of(const std::vector<Kind>& kinds, const Kind& kind, const Kind& most, std::size_t lines) {
  if (&kind == &kinds.front()) return &kind == &most ? " opens file batch entry" : " opens file batch";
  if (&kind == &most) return " opens entry";
  return kind.records.size() == 1 && kind.last_line + 1 == lines ? " closes file" : "";
}

std::string order_of(const std::vector<Kind>& kinds, std::size_t lines) {
  const Kind& first = kinds.front();
  std::vector<std::string> middle;
  std::string last;
  for (const auto& kind : kinds) {
    if (&kind == &first && kind.records.size() == 1) continue;
    if (&kind != &first && kind.records.size() == 1 && kind.last_line + 1 == lines) {
      last = " " + kind.name;
    } else {
      middle.push_back(kind.name);
    }
  }
  std::string order = "  file =";
  if (first.records.size() == 1) order += " " + first.name;
  if (!middle.empty()) order += fmt::format(" ({})*", fmt::join(middle, " | "));
  return order + last + "\n";
}

std::string record_text(const Kind& kind, const std::string& roles, std::size_t key, Draft& draft) {
  std::string text = fmt::format(
      "\nrecord {} \"Lines that begin with {}\"{} when 1-{} = {}\n  from D \"page not yet "
      "named\" sure C\n",
      kind.name, quoted(kind.key).substr(1, quoted(kind.key).size() - 2), roles, key, quoted(kind.key));
  text += fmt::format("  {:>4}-{:<4} {:>4}  {:<18} {:<20} = {}\n", 1, key, key, "text", "kind", quoted(kind.key));
  for (const auto& at : kind.stretches) {
    text += fmt::format("  {:>4}-{:<4} {:>4}  {:<18} {:<20} {}; {}\n", at.offset + 1, at.offset + at.length, at.length,
                        at.type, at.name, at.is_optional ? "optional " : "", at.note);
    ++draft.fields;
    if (at.type == "opaque") ++draft.opaque;
  }
  return text;
}

}  // namespace

Result<Draft> draft_layout(std::string_view sample, const DraftRequest& request) {
  const auto lines = lines_of(sample, request);
  if (!lines) return std::unexpected(lines.error());
  const std::size_t key = key_length(lines->records);
  if (key == 0) {
    return std::unexpected(
        sample_error("format-new.many-kinds",
                     fmt::format("The lines begin in more than {} ways, so their first characters do "
                                 "not tell what kind of record each one is.",
                                 most_kinds),
                     "Look into the bank's document for what tells records apart, and begin from "
                     "the example of docs/layout-language.md.",
                     request));
  }
  auto kinds = kinds_of(lines->records, key);
  for (auto& kind : kinds) divide(kind, key);
  const Kind& most = *std::ranges::max_element(kinds, {}, [](const Kind& kind) { return kind.records.size(); });
  Draft draft;
  draft.lines = lines->records.size();
  draft.kinds = kinds.size();
  draft.layout = fmt::format(
      "layout {0} \"Draft from a sample\"\n"
      "# Drawn from one file of {1} lines. Every field marked with a question waits for the bank's document.\n"
      "scheme {0}\nedition \"not yet named: title and edition of the bank's document\"\nlabel \"draft from a sample\"\n"
      "currency {2}\nlength {3}\ncharset {4}\nline ends {5}\n{6}\nsource D \"not yet named: the bank's document\"\n",
      request.name, draft.lines, request.currency, lines->records.front().size(),
      std::ranges::all_of(sample, [](char c) { return static_cast<unsigned char>(c) < 0x80; }) ? "ascii" : "latin1",
      lines->line_end, lines->had_short_lines ? "tolerate short_lines as warning\n" : "");
  for (const auto& kind : kinds)
    draft.layout += record_text(kind, roles_of(kinds, kind, most, lines->records.size()), key, draft);
  draft.layout += "\norder\n" + order_of(kinds, lines->records.size());
  std::vector<std::string> totals;
  find_totals(kinds, totals);
  if (!totals.empty()) draft.layout += "\n# True of the sample; true of every file? Then take the # away.\n";
  for (const auto& total : totals) draft.layout += "# " + total + "\n";
  draft.layout += "\nkind instruction from none\nkind empty\n";
  draft.questions = {
      "Which document describes the file, in which edition, and on which page stands each record?",
      fmt::format("Is a line of {} one payment? Bind its amount, account and reference: -> entry.amount, "
                  "-> entry.payer_account sensitive, -> entry.reference.",
                  most.name),
      "Do we send the file, or does the bank? Of an answer, which code says what became of a payment?",
      fmt::format("Are the amounts in {}, and with how many decimals?", request.currency)};
  for (const auto& total : totals) draft.questions.push_back("Does the document say this too? " + total);
  return draft;
}

}  // namespace counterfoil
