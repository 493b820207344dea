#include "apps/cli/parse.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <map>

namespace counterfoil {
namespace {

Error usage_error(std::string code, std::string explanation, std::string remedy, std::string field = {}) {
  return {std::move(code), std::move(explanation), std::move(remedy), {.field = std::move(field)}, ErrorKind::usage};
}

std::string help_hint(std::string_view path) {
  return path.empty() ? std::string{"Run: counterfoil --help"} : fmt::format("Run: counterfoil {} --help", path);
}

/// Letters to change, add, drop or swap to get from one word to the other.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t at = 0; at <= right.size(); ++at) row[at] = at;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t keep = diagonal + (left[i - 1] == right[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, keep});
    }
  }
  return row[right.size()];
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  // The beginning of one word alone means that word, however much of it is missing: "--out".
  const auto begins = [&](const std::string& each) { return word.size() > 2 && each.starts_with(word); };
  if (std::ranges::count_if(known, begins) == 1)
    return fmt::format("Did you mean \"{}\"? ", *std::ranges::find_if(known, begins));
  const auto best = std::ranges::min_element(known, {}, [&](const auto& each) { return distance(word, each); });
  if (best == known.end() || distance(word, *best) > std::max<std::size_t>(2, word.size() / 3)) return {};
  return fmt::format("Did you mean \"{}\"? ", *best);
}

bool takes_value(std::string_view word) {
  if (word.find('=') != std::string_view::npos) return false;
  return std::ranges::any_of(global_options(), [&](const Option& option) {
    return !option.value.empty() && (word == option.name || (!option.short_name.empty() && word == option.short_name));
  });
}

/// Takes the first word that is neither a global flag nor the value of one out of `words`. Flags of a command stand
/// after its noun and verb.
std::string take_name(std::vector<std::string>& words) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (words[at] == "--") return {};
    if (words[at].starts_with('-')) {
      if (takes_value(words[at])) ++at;
      continue;
    }
    std::string name = words[at];
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
    return name;
  }
  return {};
}

std::vector<std::string> nouns_of(const std::vector<Command>& commands) {
  std::vector<std::string> nouns;
  for (const auto& command : commands) {
    if (std::ranges::find(nouns, command.noun) == nouns.end()) nouns.push_back(command.noun);
  }
  return nouns;
}

std::vector<std::string> verbs_of(const std::vector<Command>& commands, std::string_view noun) {
  std::vector<std::string> verbs;
  for (const auto& command : commands) {
    if (command.noun == noun && !command.verb.empty()) verbs.push_back(command.verb);
  }
  return verbs;
}

bool asks_for_help(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const auto& word) { return word == "--help" || word == "-h"; });
}

/// What CLI11 took from the words, by the name each value is declared with.
struct Taken {
  std::map<std::string, std::vector<std::string>, std::less<>> values;
  std::map<std::string, std::int64_t, std::less<>> switches;
};

void declare(CLI::App& app, const Option& option, Taken& taken) {
  const std::string names = option.short_name.empty() ? option.name : option.short_name + "," + option.name;
  if (option.value.empty()) {
    app.add_flag(names, taken.switches[option.name]);
  } else {
    // One value each time, so that a flag never swallows the file name after it.
    app.add_option(names, taken.values[option.name])->type_size(1)->allow_extra_args(false);
  }
}

std::optional<Error> check_value(ValueKind kind, const std::vector<std::string>& choices, const std::string& name,
                                 const std::string& value, std::string_view path) {
  if (kind == ValueKind::number) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc{} || end != value.data() + value.size()) {
      return usage_error("usage.not-a-number", fmt::format("{} takes a whole number, not \"{}\".", name, value),
                         help_hint(path), name);
    }
  }
  if (kind == ValueKind::date && !parse_iso_date(value)) {
    return usage_error("usage.not-a-date", fmt::format("{} takes a day of the calendar, not \"{}\".", name, value),
                       "Write the day as year, month and day: 2026-11-24.", name);
  }
  if (!choices.empty() && std::ranges::find(choices, value) == choices.end()) {
    return usage_error("usage.not-a-choice", fmt::format("{} does not know \"{}\".", name, value),
                       fmt::format("{}Use one of: {}.", suggestion(value, choices), fmt::join(choices, ", ")), name);
  }
  if (value.empty()) {
    return usage_error("usage.empty-value", fmt::format("{} was given an empty value.", name), help_hint(path), name);
  }
  return std::nullopt;
}

std::optional<Error> check(const Command& command, const Invocation::Values& values) {
  std::vector<std::string> missing;
  const auto values_of = [&](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::vector<std::string>{} : found->second;
  };
  for (const auto& argument : command.arguments) {
    const auto given = values_of(argument.name);
    if (argument.required && given.empty()) missing.push_back(argument.name);
    for (const auto& value : given) {
      if (auto error = check_value(argument.kind, argument.choices, argument.name, value, command.path())) return error;
    }
  }
  for (const auto& option : command.options) {
    const auto given = values_of(option.name);
    if (option.required && given.empty()) missing.push_back(option.name + " " + option.value);
    if (!option.many && !option.value.empty() && given.size() > 1) {
      return usage_error("usage.given-twice", fmt::format("{} is given {} times.", option.name, given.size()),
                         "Give it once.", option.name);
    }
    for (const auto& value : given) {
      if (option.value.empty()) break;
      if (auto error = check_value(option.kind, option.choices, option.name, value, command.path())) return error;
    }
  }
  if (missing.empty()) return std::nullopt;
  return usage_error("usage.missing", fmt::format("counterfoil {} needs {}.", command.path(), fmt::join(missing, ", ")),
                     help_hint(command.path()));
}

Result<Globals> globals_of(const Taken& taken, Date today) {
  const auto value_of = [&](std::string_view name) {
    const auto found = taken.values.find(name);
    return found == taken.values.end() || found->second.empty() ? std::string{} : found->second.back();
  };
  const auto is_on = [&](std::string_view name) { return taken.switches.at(std::string{name}) != 0; };
  Globals globals{.json = is_on("--json"),
                  .quiet = is_on("--quiet"),
                  .dry_run = is_on("--dry-run"),
                  .as = value_of("--as"),
                  .database = value_of("--database"),
                  .schemes = value_of("--schemes"),
                  .home = value_of("--home"),
                  .today = today};
  if (const auto as_of = value_of("--as-of"); !as_of.empty()) {
    if (auto error = check_value(ValueKind::date, {}, "--as-of", as_of, "")) return std::unexpected(*error);
    globals.today = *parse_iso_date(as_of);
  }
  return globals;
}

Result<ParsedLine> parse_command(const Command& command, const std::vector<std::string>& words, Date today) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  Taken taken;
  for (const auto& argument : command.arguments) {
    auto* option = app.add_option(argument.name, taken.values[argument.name]);
    if (argument.many) {
      option->expected(-1);
    } else {
      option->expected(1)->allow_extra_args(false);  // What follows is the next argument's.
    }
  }
  for (const auto& option : command.options) declare(app, option, taken);
  for (const auto& option : global_options()) declare(app, option, taken);
  try {
    std::vector<std::string> reversed{words.rbegin(), words.rend()};  // CLI11 takes them from the back.
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& problem) {
    return std::unexpected(usage_error("usage.command-line",
                                       fmt::format("The command line is not complete: {}.", problem.what()),
                                       help_hint(command.path())));
  }
  auto extra = app.remaining();
  std::erase(extra, "--");  // Only says that what follows is no flag.
  if (!extra.empty()) {
    std::vector<std::string> known;
    for (const auto& option : command.options) known.push_back(option.name);
    for (const auto& option : global_options()) known.push_back(option.name);
    const std::string hint = extra.front().starts_with('-') ? suggestion(extra.front(), known) : std::string{};
    return std::unexpected(usage_error(
        "usage.unknown-word", fmt::format("counterfoil {} does not know \"{}\".", command.path(), extra.front()),
        hint + help_hint(command.path())));
  }
  auto globals = globals_of(taken, today);
  if (!globals) return std::unexpected(globals.error());

  ParsedLine line{.command = &command, .globals = *globals, .no_color = taken.switches.at("--no-color") != 0};
  for (auto& [name, values] : taken.values) {
    if (!values.empty()) line.values[name] = std::move(values);
  }
  for (const auto& [name, count] : taken.switches) {
    if (count != 0) line.values[name] = {"yes"};
  }
  if (auto error = check(command, line.values)) return std::unexpected(*error);
  return line;
}

}  // namespace

const std::vector<Option>& global_options() {
  static const std::vector<Option> options{
      {.name = "--json", .value = "", .help = "Print one JSON object instead of text; errors too, on stderr"},
      {.name = "--quiet", .value = "", .help = "Print no messages, only data and errors", .short_name = "-q"},
      {.name = "--dry-run", .value = "", .help = "Do everything but keep nothing", .short_name = "-n"},
      {.name = "--as-of", .value = "DATE", .help = "Take this day for today", .kind = ValueKind::date},
      {.name = "--as", .value = "NAME", .help = "Act as another operator; only in a test environment"},
      {.name = "--database", .value = "URL", .help = "Use this PostgreSQL server instead of the private one"},
      {.name = "--home",
       .value = "FOLDER",
       .help = "Keep data here instead of in COUNTERFOIL_HOME or the user's data folder",
       .kind = ValueKind::folder},
      {.name = "--schemes",
       .value = "FOLDER",
       .help = "Lay this folder of schemes over the built-in ones, as COUNTERFOIL_SCHEMES does",
       .kind = ValueKind::folder},
      {.name = "--no-color", .value = "", .help = "Print without colours, as NO_COLOR does"},
  };
  return options;
}

Result<ParsedLine> parse_command_line(const std::vector<Command>& commands, const std::vector<std::string>& words,
                                      Date today) {
  if (words.empty()) return ParsedLine{.help = true};
  std::vector<std::string> rest = words;
  const std::string noun = take_name(rest);
  const bool help = asks_for_help(rest);
  if (noun.empty()) {
    if (std::ranges::find(rest, "--version") != rest.end()) return ParsedLine{.version = true};
    if (help) return ParsedLine{.help = true};
    return std::unexpected(usage_error("usage.no-command", "No command is named.", help_hint("")));
  }
  const auto is_noun = [&](const Command& command) { return command.noun == noun; };
  if (std::ranges::none_of(commands, is_noun)) {
    return std::unexpected(usage_error("usage.unknown-command", fmt::format("There is no command \"{}\".", noun),
                                       suggestion(noun, nouns_of(commands)) + help_hint("")));
  }
  const auto verbs = verbs_of(commands, noun);
  const std::string verb = verbs.empty() ? std::string{} : take_name(rest);
  if (!verbs.empty() && verb.empty()) {
    if (help) return ParsedLine{.help = true, .noun = noun};
    return std::unexpected(usage_error("usage.no-verb", fmt::format("counterfoil {} needs to know what to do.", noun),
                                       fmt::format("Use one of: {}. {}", fmt::join(verbs, ", "), help_hint(noun))));
  }
  const auto command =
      std::ranges::find_if(commands, [&](const Command& each) { return each.noun == noun && each.verb == verb; });
  if (command == commands.end()) {
    return std::unexpected(usage_error(
        "usage.unknown-command", fmt::format("There is no command \"{} {}\".", noun, verb),
        fmt::format("{}Use one of: {}. {}", suggestion(verb, verbs), fmt::join(verbs, ", "), help_hint(noun))));
  }
  if (help) return ParsedLine{.command = &*command, .help = true, .noun = noun};
  return parse_command(*command, rest, today);
}

}  // namespace counterfoil
