#include "tests/tidy/errors_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "tests/tidy/source_tree.hpp"

namespace counterfoil::tidy {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "area.kebab-words"; an area may hold a hyphen and digits, such as "cn-304".
bool looks_like_a_code(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size() || !is_lower(text[0])) return false;
  const auto is_word = [](std::string_view word) {
    return is_lower(word.front()) && word.back() != '-' &&
           std::ranges::all_of(word, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  };
  return is_word(text.substr(0, dot)) && is_word(text.substr(dot + 1));
}

/// A string literal that begins at `at`, adjacent ones joined.
struct Literal {
  std::string text;
  std::size_t end = 0;
};

std::optional<Literal> literal_at(std::string_view source, std::size_t at) {
  if (at >= source.size() || source[at] != '"') return std::nullopt;
  Literal literal;
  while (at < source.size() && source[at] == '"') {
    std::size_t end = at + 1;
    while (end < source.size() && source[end] != '"' && source[end] != '\n') {
      if (source[end] == '\\' && end + 1 < source.size()) ++end;
      literal.text += source[end];
      ++end;
    }
    literal.end = end + 1;
    at = source.find_first_not_of(" \n", literal.end);
    if (at == std::string_view::npos) break;
  }
  return literal;
}

/// What follows a code up to the end of its statement: literals that are sentences.
std::vector<std::string> sentences_after(std::string_view source, std::size_t at) {
  std::vector<std::string> sentences;
  int depth = 0;
  while (at < source.size()) {
    if (const auto literal = literal_at(source, at)) {
      if (literal->text.size() > 6 && literal->text.find(' ') != std::string::npos) sentences.push_back(literal->text);
      at = literal->end;
      continue;
    }
    if (source[at] == ';' && depth <= 0) break;
    if (source[at] == '{' || source[at] == '(') ++depth;
    if (source[at] == '}' || source[at] == ')') --depth;
    if (depth < -2) break;
    ++at;
  }
  return sentences;
}

/// The audit trail names what was done with dotted words too.
bool is_audit_action(std::string_view source, std::size_t at) { return at >= 5 && source.substr(at - 5, 5) == "note("; }

/// Codes are the literals that sentences follow in the same statement; other dotted words (bindings, file names, rule
/// keys, schema names) have none.
void collect(const SourceFile& file, std::map<std::string, ErrorCode>& codes) {
  for (std::size_t at = file.text.find('"'); at != std::string::npos; at = file.text.find('"', at)) {
    const auto literal = literal_at(file.text, at);
    if (!literal) break;
    if (looks_like_a_code(literal->text) && !is_audit_action(file.text, at)) {
      const auto sentences = sentences_after(file.text, literal->end);
      if (!sentences.empty()) {
        auto& code = codes[literal->text];
        if (code.code.empty() || (code.remedy.empty() && sentences.size() > 1)) {
          code = {literal->text, file.path, sentences.front(), sentences.size() > 1 ? sentences.back() : std::string{}};
        }
      }
    }
    at = std::max(literal->end, at + 1);
  }
}

/// In a layout: check ... code nacha.trace-prefix says "..." remedy "..."
void collect_from_layout(const SourceFile& file, std::map<std::string, ErrorCode>& codes) {
  for (const auto& line : lines_of(file.text)) {
    const auto code_at = line.find(" code ");
    const auto says_at = line.find(" says \"");
    const auto remedy_at = line.find(" remedy \"");
    if (code_at == std::string::npos || says_at == std::string::npos) continue;
    const auto begin = code_at + 6;
    const std::string code = line.substr(begin, line.find(' ', begin) - begin);
    const auto text_at = [&](std::size_t position) {
      const auto literal = literal_at(line, line.find('"', position));
      return literal ? literal->text : std::string{};
    };
    codes.try_emplace(
        code, ErrorCode{code, file.path, text_at(says_at), remedy_at == std::string::npos ? "" : text_at(remedy_at)});
  }
}

std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

}  // namespace

std::vector<ErrorCode> error_codes() {
  std::map<std::string, ErrorCode> codes;
  for (const auto& file : files_below(program_folders(), {".cpp", ".hpp"})) {
    if (file.path != "formats/bindings.cpp") collect(file, codes);
  }
  for (const auto& file : files_below({"schemes"}, {".layout"})) collect_from_layout(file, codes);
  std::vector<ErrorCode> result;
  for (auto& [name, code] : codes) result.push_back(std::move(code));
  return result;
}

std::string errors_page(const std::vector<ErrorCode>& codes) {
  std::string page =
      "# Error and finding codes\n\n"
      "Collected from the sources by `tests/tidy`; do not edit by hand. `{}` stands for what was found. A code never "
      "changes its\n"
      "meaning once it is released. Exit codes are listed in [COMMANDS.md](COMMANDS.md).\n\n"
      "| Code | What it says | What to do |\n| --- | --- | --- |\n";
  for (const auto& code : codes)
    page += fmt::format("| `{}` | {} | {} |\n", code.code, cell(code.message),
                        code.remedy.empty() ? "As the message says." : cell(code.remedy));
  return page;
}

}  // namespace counterfoil::tidy
