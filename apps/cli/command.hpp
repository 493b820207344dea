// How a command describes itself. Parsing, help, completion and the reference page all come from this description, so
// a command is written once: what it takes, examples that run, and the function that does it.
//
// A noun lives in one file under apps/cli/commands: it defines `std::vector<Command> batch_commands()`, declares it in
// commands/commands.hpp and names it in the list of commands/commands.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/output.hpp"
#include "core/date.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// What a value is. The frame checks numbers, dates and choices before the command runs; completion uses the rest.
enum class ValueKind : std::uint8_t { text, number, date, file, folder };

/// A positional value: "FILE".
struct Argument {
  std::string name = {};
  std::string help = {};
  ValueKind kind = ValueKind::text;
  bool required = true;
  bool many = false;  // Only the last argument may be.
  std::vector<std::string> choices = {};
};

/// "--scheme S", or a switch when `value` is empty: "--unmask".
struct Option {
  std::string name;        // With its dashes.
  std::string value = {};  // What help prints for the value; empty makes it a switch.
  std::string help = {};
  ValueKind kind = ValueKind::text;
  bool required = false;
  bool many = false;
  std::vector<std::string> choices = {};
  std::string short_name = {};  // "-o".
};

/// A line a person can paste. Tests run those marked `runs` in a folder that holds the files of fixtures/examples.
struct Example {
  std::string line = {};  // Without the program's name: "file show answer.ach".
  std::string note = {};
  bool runs = true;
  int exit = 0;  // What a run of it ends with.
};

/// Flags that mean the same for every command.
struct Globals {
  bool json = false;
  bool quiet = false;
  bool dry_run = false;
  std::string as = {};        // Another operator; only a test environment allows it.
  std::string database = {};  // postgresql://...; empty: the private cluster.
  std::string schemes = {};   // A folder of schemes laid over those in the binary; else COUNTERFOIL_SCHEMES.
  std::string home = {};      // Data folder; empty: COUNTERFOIL_HOME, else the user's own.
  Date today = {};            // --as-of, else the day of this machine's clock and zone.
};

class Invocation;

struct Command {
  std::string noun = {};
  std::string verb = {};         // Empty for a command of one word, such as "status".
  std::string summary = {};      // One line, without a full stop, beginning with a verb.
  std::string description = {};  // Whole sentences.
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  std::vector<Example> examples = {};
  std::function<Result<int>(Invocation&)> run =
      {};  // The exit code: 0 done, 3 done and people are needed, 5 not acceptable.

  [[nodiscard]] std::string path() const { return verb.empty() ? noun : noun + " " + verb; }
};

/// One command as it was typed, with every value checked. Asking for a name the command does not declare is a
/// mistake of ours and ends the program.
class Invocation {
 public:
  using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

  Invocation(const Command& command, Globals globals, Values values, Output& out);

  [[nodiscard]] const Command& command() const { return *command_; }
  [[nodiscard]] const Globals& globals() const { return globals_; }
  [[nodiscard]] Output& out() { return *out_; }

  [[nodiscard]] bool given(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;  // Empty when it was not given.
  [[nodiscard]] const std::vector<std::string>& texts(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
  [[nodiscard]] std::optional<Date> date(std::string_view name) const;

 private:
  const Command* command_;
  Globals globals_;
  Values values_;
  Output* out_;
};

}  // namespace counterfoil
