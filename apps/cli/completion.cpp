// Shell completion from the command table: nouns, verbs, flags, choices and file names.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/cli/help.hpp"
#include "apps/cli/parse.hpp"
#include "core/require.hpp"

namespace counterfoil {
namespace {

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

std::vector<std::string> flags_of(const Command& command) {
  std::vector<std::string> flags;
  for (const auto& option : command.options) flags.push_back(option.name);
  for (const auto& option : global_options()) flags.push_back(option.name);
  flags.push_back("--help");
  return flags;
}

bool takes_files(const Command& command) {
  return std::ranges::any_of(command.arguments, [](const Argument& argument) {
    return argument.kind == ValueKind::file || argument.kind == ValueKind::folder;
  });
}

/// Options with a closed list of values: "noun verb --flag" -> values.
template <class Function>
void for_each_choice(const std::vector<Command>& commands, const Function& function) {
  for (const auto& command : commands) {
    for (const auto& option : command.options) {
      if (!option.choices.empty()) function(command, option);
    }
  }
}

// The same function serves bash, and zsh through its bashcompinit.
std::string bash_script(const std::vector<Command>& commands) {
  std::string text = fmt::format(
      "_counterfoil() {{\n"
      "  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\"\n"
      "  local noun=\"${{COMP_WORDS[1]}}\" verb=\"${{COMP_WORDS[2]}}\" words=\"\" files=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  if [ \"$COMP_CWORD\" -eq 2 ]; then\n"
      "    case \"$noun\" in\n",
      fmt::join(nouns_of(commands), " "));
  for (const auto& noun : nouns_of(commands)) {
    if (const auto verbs = verbs_of(commands, noun); !verbs.empty()) {
      text += fmt::format("      {}) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n", noun,
                          fmt::join(verbs, " "));
    }
  }
  text += "    esac\n  fi\n  case \"$noun $verb $previous\" in\n";
  for_each_choice(commands, [&](const Command& command, const Option& option) {
    text += fmt::format("    \"{} {}\") COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n", command.path(),
                        option.name, fmt::join(option.choices, " "));
  });
  text += "    *) ;;\n  esac\n  case \"$noun $verb\" in\n";
  for (const auto& command : commands) {
    const std::string pattern =
        command.verb.empty() ? fmt::format("\"{} \"*", command.noun) : fmt::format("\"{}\"", command.path());
    text += fmt::format("    {}) words=\"{}\"; files={} ;;\n", pattern, fmt::join(flags_of(command), " "),
                        takes_files(command) ? "yes" : "no");
  }
  text +=
      "    *) ;;\n  esac\n"
      "  case \"$word\" in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n"
      "    *) case \"$previous\" in -*) files=yes ;; esac\n"
      "       if [ \"$files\" = yes ]; then COMPREPLY=($(compgen -f -- \"$word\")); else COMPREPLY=($(compgen -W "
      "\"$words\" -- \"$word\")); fi ;;\n"
      "  esac\n}\ncomplete -o filenames -F _counterfoil counterfoil\n";
  return text;
}

std::string fish_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string fish_script(const std::vector<Command>& commands) {
  const auto nouns = nouns_of(commands);
  std::string text = "complete -c counterfoil -f\n";
  for (const auto& noun : nouns) {
    text += fmt::format("complete -c counterfoil -n __fish_use_subcommand -a {}\n", noun);
  }
  for (const auto& command : commands) {
    std::string when = fmt::format("__fish_seen_subcommand_from {}", command.noun);
    if (!command.verb.empty()) {
      text += fmt::format("complete -c counterfoil -n '{}; and not __fish_seen_subcommand_from {}' -a {} -d {}\n", when,
                          fmt::join(verbs_of(commands, command.noun), " "), command.verb, fish_quoted(command.summary));
      when += fmt::format("; and __fish_seen_subcommand_from {}", command.verb);
    }
    if (takes_files(command)) text += fmt::format("complete -c counterfoil -n '{}' -F\n", when);
    for (const auto& option : command.options) {
      text += fmt::format("complete -c counterfoil -n '{}' -l {} -d {}{}\n", when, option.name.substr(2),
                          fish_quoted(option.help),
                          option.choices.empty() ? (option.value.empty() ? "" : " -r")
                                                 : fmt::format(" -x -a '{}'", fmt::join(option.choices, " ")));
    }
  }
  for (const auto& option : global_options()) {
    text += fmt::format("complete -c counterfoil -l {} -d {}{}\n", option.name.substr(2), fish_quoted(option.help),
                        option.value.empty() ? "" : " -r");
  }
  return text;
}

}  // namespace

std::string completion_script(const std::vector<Command>& commands, std::string_view shell) {
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh")
    return "#compdef counterfoil\nautoload -U +X bashcompinit && bashcompinit\n" + bash_script(commands);
  require(shell == "fish", "the choices of the command are bash, zsh and fish");
  return fish_script(commands);
}

}  // namespace counterfoil
