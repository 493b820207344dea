// `help` and `completion`.
#include "apps/cli/help.hpp"

#include <algorithm>

#include "apps/cli/commands/commands.hpp"

namespace counterfoil {
namespace {

Result<int> run_help(Invocation& call) {
  const auto commands = all_commands();
  if (call.given("--markdown")) {
    call.out().data(command_reference(commands));
    return exit_done;
  }
  const std::string noun = call.text("NOUN");
  const std::string verb = call.text("VERB");
  if (noun.empty()) {
    call.out().data(program_help(commands));
    return exit_done;
  }
  const auto found = std::ranges::find_if(
      commands, [&](const Command& command) { return command.noun == noun && (command.verb == verb); });
  if (found != commands.end()) {
    call.out().data(command_help(*found));
    return exit_done;
  }
  if (verb.empty() && std::ranges::any_of(commands, [&](const Command& command) { return command.noun == noun; })) {
    call.out().data(noun_help(commands, noun));
    return exit_done;
  }
  return std::unexpected(Error{"usage.unknown-command",
                               "There is no command of that name.",
                               "Run: counterfoil --help",
                               {.field = "NOUN"},
                               ErrorKind::usage});
}

Result<int> run_completion(Invocation& call) {
  call.out().data(completion_script(all_commands(), call.text("SHELL")));
  return exit_done;
}

}  // namespace

std::vector<Command> help_commands() {
  return {
      {.noun = "help",
       .verb = "",
       .summary = "Show help of the program, a noun or a command",
       .description = "",
       .arguments = {{.name = "NOUN", .help = "Such as file", .required = false},
                     {.name = "VERB", .help = "Such as show", .required = false}},
       .options = {{.name = "--markdown", .value = "", .help = "Print the reference page of all commands"}},
       .examples = {{.line = "help completion", .note = "The same as: counterfoil completion --help"}},
       .run = run_help},
      {.noun = "completion",
       .verb = "",
       .summary = "Print the completion script of a shell",
       .description = "Load it in the start file of the shell; it completes commands, flags, choices and file names.",
       .arguments = {{.name = "SHELL", .help = "The shell", .choices = {"bash", "zsh", "fish"}}},
       .options = {},
       .examples = {{.line = "completion bash", .note = "In ~/.bashrc: source <(counterfoil completion bash)"}},
       .run = run_completion},
  };
}

}  // namespace counterfoil
