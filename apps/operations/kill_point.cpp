#include "apps/operations/kill_point.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>

#include "core/require.hpp"

namespace counterfoil {
namespace {

constexpr std::array names{
    std::string_view{"init.after-settings"},
    std::string_view{"init.after-keys"},
    std::string_view{"init.after-cluster"},
    std::string_view{"init.after-migration"},
    std::string_view{"init.before-commit"},
    std::string_view{"init.after-commit"},
    std::string_view{"operator-add.before-commit"},
    std::string_view{"operator-add.after-commit"},
    std::string_view{"creditor-add.before-commit"},
    std::string_view{"creditor-add.after-commit"},
    std::string_view{"creditor-edit.before-commit"},
    std::string_view{"creditor-edit.after-commit"},
    std::string_view{"payer-import.before-commit"},
    std::string_view{"payer-import.after-commit"},
    std::string_view{"payer-edit.before-commit"},
    std::string_view{"payer-edit.after-commit"},
    std::string_view{"mandate-import.before-commit"},
    std::string_view{"mandate-import.after-commit"},
    std::string_view{"mandate-change.before-commit"},
    std::string_view{"mandate-change.after-commit"},
    std::string_view{"bill-import.before-commit"},
    std::string_view{"bill-import.after-commit"},
    std::string_view{"bill-approve.before-commit"},
    std::string_view{"bill-approve.after-commit"},
    std::string_view{"bill-notify.before-commit"},
    std::string_view{"bill-notify.after-commit"},
    std::string_view{"batch-create.before-commit"},
    std::string_view{"batch-create.after-commit"},
    std::string_view{"batch-seal.after-write"},
    std::string_view{"batch-seal.after-read-back"},
    std::string_view{"batch-seal.before-commit"},
    std::string_view{"batch-seal.after-commit"},
    std::string_view{"batch-approve.before-commit"},
    std::string_view{"batch-approve.after-commit"},
    std::string_view{"batch-release.before-commit"},
    std::string_view{"batch-release.after-commit"},
    std::string_view{"batch-void.before-commit"},
    std::string_view{"batch-void.after-commit"},
    std::string_view{"batch-send-begin.before-commit"},
    std::string_view{"batch-send-begin.after-commit"},
    std::string_view{"publish.before-rename"},
    std::string_view{"publish.after-rename"},
    std::string_view{"batch-send-end.before-commit"},
    std::string_view{"batch-send-end.after-commit"},
    std::string_view{"ingest.after-lines"},
    std::string_view{"ingest.before-commit"},
    std::string_view{"ingest.after-commit"},
    std::string_view{"ingest-accept.before-commit"},
    std::string_view{"ingest-accept.after-commit"},
    std::string_view{"match.after-judging"},
    std::string_view{"exception-resolve.before-commit"},
    std::string_view{"exception-resolve.after-commit"},
    std::string_view{"day.before-commit"},
    std::string_view{"day.after-commit"},
};

bool armed = false;
unsigned passes = 0;

/// For tests that do something from outside while an operation stands still.
void pause_at(std::string_view name) {
  const char* wish = std::getenv("COUNTERFOIL_PAUSE_POINT");
  if (wish != nullptr && name == wish) ::sleep(5);
}

}  // namespace

std::span<const std::string_view> kill_point_names() { return names; }

void arm_kill_points() { armed = true; }

void kill_point(std::string_view name) {
  require(std::ranges::find(names, name) != names.end(), "a kill point must stand in the list of kill_point.cpp");
  if (!armed) return;
  pause_at(name);
  const char* wish = std::getenv("COUNTERFOIL_KILL_POINT");
  if (wish == nullptr) return;
  std::string_view wanted{wish};
  unsigned at_pass = 1;
  if (const auto colon = wanted.find(':'); colon != std::string_view::npos) {
    std::from_chars(wanted.data() + colon + 1, wanted.data() + wanted.size(), at_pass);
    wanted = wanted.substr(0, colon);
  }
  if (wanted == name && ++passes == at_pass) std::raise(SIGKILL);
}

}  // namespace counterfoil
