#include "apps/cli/help.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/cli/parse.hpp"
#include "core/require.hpp"

namespace counterfoil {
namespace {

std::string usage_line(const Command& command) {
  std::string line = "counterfoil " + command.path();
  for (const auto& argument : command.arguments) {
    const std::string name = argument.name + (argument.many ? "..." : "");
    line += argument.required ? " " + name : " [" + name + "]";
  }
  for (const auto& option : command.options) {
    const std::string text = option.value.empty() ? option.name : option.name + " " + option.value;
    line += option.required ? " " + text : " [" + text + "]";
  }
  return line;
}

std::string option_label(const Option& option) {
  std::string label = option.short_name.empty() ? option.name : option.short_name + ", " + option.name;
  if (!option.value.empty()) label += " " + option.value;
  return label;
}

std::string choices_text(const std::vector<std::string>& choices) {
  return choices.empty() ? std::string{} : fmt::format(" ({})", fmt::join(choices, ", "));
}

void add_rows(std::string& text, const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [label, help] : rows) width = std::max(width, label.size());
  for (const auto& [label, help] : rows) text += fmt::format("  {:<{}}  {}\n", label, width, help);
}

std::vector<std::pair<std::string, std::string>> option_rows(const std::vector<Option>& options) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& option : options) {
    rows.emplace_back(option_label(option), option.help + choices_text(option.choices) +
                                                (option.required ? "; needed" : "") +
                                                (option.many ? "; may be repeated" : ""));
  }
  return rows;
}

std::vector<std::string> nouns_of(const std::vector<Command>& commands) {
  std::vector<std::string> nouns;
  for (const auto& command : commands) {
    if (std::ranges::find(nouns, command.noun) == nouns.end()) nouns.push_back(command.noun);
  }
  return nouns;
}

std::vector<const Command*> verbs_of(const std::vector<Command>& commands, std::string_view noun) {
  std::vector<const Command*> found;
  for (const auto& command : commands) {
    if (command.noun == noun) found.push_back(&command);
  }
  return found;
}

constexpr std::string_view exit_codes =
    "  0    done, or was already done\n"
    "  1    failed; the reason is on stderr\n"
    "  2    the command or the configuration is wrong\n"
    "  3    done, and people are needed\n"
    "  4    refused by a control\n"
    "  5    the input is not acceptable; nothing was posted\n"
    "  6    somebody else changed it meanwhile; look again\n"
    "  7    whether it reached the other side is not known; never repeat blindly\n"
    "  70   a mistake in counterfoil itself\n"
    "  75   temporary; the same command may succeed later\n"
    "  130  interrupted; the same command goes on\n";

}  // namespace

std::string program_help(const std::vector<Command>& commands) {
  std::string text =
      "Counterfoil makes a bank's collection file from approved bills, reads what comes back,\n"
      "and lays every line of it against the claim and the bill it belongs to.\n\n"
      "Usage: counterfoil <noun> <verb> [what] [flags]\n\nCommands:\n";
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& noun : nouns_of(commands)) {
    const auto verbs = verbs_of(commands, noun);
    if (verbs.size() == 1) {
      rows.emplace_back(verbs.front()->path(), verbs.front()->summary);
      continue;
    }
    std::vector<std::string> names;
    for (const auto* command : verbs) names.push_back(command->verb);
    rows.emplace_back(noun, fmt::format("{}", fmt::join(names, ", ")));
  }
  add_rows(text, rows);
  text += "\nFlags of every command:\n";
  add_rows(text, option_rows(global_options()));
  text += "\nExit codes:\n";
  text += exit_codes;
  text += "\nHelp of one: counterfoil <noun> --help, counterfoil <noun> <verb> --help\n";
  return text;
}

std::string noun_help(const std::vector<Command>& commands, std::string_view noun) {
  std::string text = fmt::format("Usage: counterfoil {} <verb> [what] [flags]\n\nVerbs:\n", noun);
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto* command : verbs_of(commands, noun)) rows.emplace_back(command->verb, command->summary);
  add_rows(text, rows);
  text += fmt::format("\nHelp of one: counterfoil {} <verb> --help\n", noun);
  return text;
}

std::string command_help(const Command& command) {
  std::string text = fmt::format("{}.\n\nUsage: {}\n", command.summary, usage_line(command));
  if (!command.description.empty()) text += "\n" + command.description + "\n";
  if (!command.examples.empty()) {
    text += "\nExamples:\n";
    for (const auto& example : command.examples) {
      text += fmt::format("  counterfoil {}\n", example.line);
      if (!example.note.empty()) text += fmt::format("      {}\n", example.note);
    }
  }
  if (!command.arguments.empty()) {
    text += "\nWhat:\n";
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& argument : command.arguments) {
      rows.emplace_back(argument.name, argument.help + choices_text(argument.choices));
    }
    add_rows(text, rows);
  }
  if (!command.options.empty()) {
    text += "\nFlags:\n";
    add_rows(text, option_rows(command.options));
  }
  text += "\nFlags of every command:\n";
  add_rows(text, option_rows(global_options()));
  return text;
}

std::string command_reference(const std::vector<Command>& commands) {
  std::string text =
      "# Commands\n\nMade by `counterfoil help --markdown` from the command table; do not edit by hand.\n\n"
      "Data goes to stdout, messages to stderr. Exit codes, the same for every command:\n\n```\n";
  text += exit_codes;
  text += "```\n\nFlags of every command:\n\n```\n";
  add_rows(text, option_rows(global_options()));
  text += "```\n";
  for (const auto& command : commands) {
    text += fmt::format("\n## counterfoil {}\n\n{}.\n", command.path(), command.summary);
    if (!command.description.empty()) text += "\n" + command.description + "\n";
    text += fmt::format("\n```\n{}\n```\n", usage_line(command));
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& argument : command.arguments) {
      rows.emplace_back(argument.name, argument.help + choices_text(argument.choices));
    }
    for (auto& row : option_rows(command.options)) rows.push_back(std::move(row));
    if (!rows.empty()) {
      text += "\n```\n";
      add_rows(text, rows);
      text += "```\n";
    }
    if (!command.examples.empty()) {
      text += "\nExamples:\n\n```\n";
      for (const auto& example : command.examples) {
        text += fmt::format("counterfoil {}\n", example.line);
        if (!example.note.empty()) text += fmt::format("    # {}\n", example.note);
      }
      text += "```\n";
    }
  }
  return text;
}

}  // namespace counterfoil
