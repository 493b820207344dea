// What every command with a database does: open the desk, show the result as text or JSON.
#pragma once

#include <string>

#include "apps/cli/command.hpp"
#include "apps/operations/desk.hpp"
#include "core/money.hpp"

namespace counterfoil {

[[nodiscard]] DeskRequest desk_request(Invocation& call);
[[nodiscard]] Result<Desk> open_desk(Invocation& call);

/// "EUR 12.30" as two fields: `NAME` as a decimal text and `NAME_minor`, with `currency` once per object.
void money_fields(Json& json, std::string_view name, Money amount);

/// A line under the result that says what to do next; to stderr, not with --json.
void say_next(Invocation& call, const std::string& command);

/// Says that nothing was kept, when --dry-run was given.
void say_dry_run(Invocation& call, Json* json);

}  // namespace counterfoil
