// The program: words in, one command run, an exit code out.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <exception>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/help.hpp"
#include "apps/cli/parse.hpp"
#include "core/catalogue.hpp"
#include "formats/layout.hpp"

namespace counterfoil {
namespace {

Date day_of_this_machine() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return make_date(parts.tm_year + 1900, static_cast<unsigned>(parts.tm_mon + 1), static_cast<unsigned>(parts.tm_mday));
}

int finish(Output& out, int code) {
  if (out.finish()) return code;
  out.error({"output.cannot-write",
             "Not everything could be written to stdout.",
             "Look whether the disk is full or the program reading it has ended, then run the command again.",
             {}});
  return 1;
}

int show_help(const std::vector<Command>& commands, const ParsedLine& line, Output& out) {
  if (line.version) {
    out.line("counterfoil " COUNTERFOIL_VERSION);
  } else if (line.command != nullptr) {
    out.data(command_help(*line.command));
  } else if (!line.noun.empty()) {
    out.data(noun_help(commands, line.noun));
  } else {
    out.data(program_help(commands));
  }
  return finish(out, exit_done);
}

/// A site's own schemes must be whole: a layout that cannot be read would otherwise silently be the built-in one.
Result<void> use_schemes(std::string folder, Output& out) {
  if (const char* environment = std::getenv("COUNTERFOIL_SCHEMES"); folder.empty() && environment != nullptr)
    folder = environment;
  if (folder.empty()) return {};
  if (auto used = Catalogue::use_directory(folder); !used) return used;
  const auto& findings = LayoutLibrary::built_in().findings();
  if (std::ranges::none_of(findings, [](const Finding& finding) { return finding.severity == Severity::error; }))
    return {};
  for (const auto& finding : findings) out.finding(finding);
  return std::unexpected(Error{.code = "schemes.layout",
                               .explanation = "A layout of the folder of schemes has mistakes.",
                               .remedy = "Correct them, or leave --schemes and COUNTERFOIL_SCHEMES out.",
                               .place = {.file = folder},
                               .kind = ErrorKind::usage});
}

int run(const std::vector<std::string>& words) {
  const auto commands = all_commands();
  const auto line = parse_command_line(commands, words, day_of_this_machine());
  if (!line) {
    const bool json = std::ranges::find(words, "--json") != words.end();
    Output out{output_settings(json, false, false), stdout, stderr};
    out.error(line.error());
    return exit_code(line.error().kind);
  }
  Output out{output_settings(line->globals.json, line->globals.quiet, line->no_color), stdout, stderr};
  if (line->help || line->version) return show_help(commands, *line, out);

  if (auto ready = use_schemes(line->globals.schemes, out); !ready) {
    out.error(ready.error());
    return exit_code(ready.error().kind);
  }
  Invocation invocation{*line->command, line->globals, line->values, out};
  const auto code = line->command->run(invocation);
  if (!code) {
    static_cast<void>(out.finish());  // The error below says more than a full disk would.
    out.error(code.error());
    return exit_code(code.error().kind);
  }
  return finish(out, *code);
}

}  // namespace
}  // namespace counterfoil

int main(int count, char** words) {
  // A failed `require` aborts; scripts get the exit code of an internal error instead of a signal.
  std::signal(SIGABRT, [](int) { _exit(counterfoil::exit_internal); });
  try {
    return counterfoil::run(std::vector<std::string>{words + 1, words + count});
  } catch (const std::exception&) {
    // The text of an exception may hold values of a statement, so it is not shown.
    std::fputs(
        "error internal.exception: Counterfoil met a condition it has no answer for; the operation was not finished.\n"
        "  next   Run counterfoil check, and report what you did.\n",
        stderr);
    return counterfoil::exit_internal;
  }
}
