#include "apps/cli/commands/desk_call.hpp"

#include <fmt/format.h>

namespace counterfoil {

DeskRequest desk_request(Invocation& call) {
  const auto& globals = call.globals();
  DeskRequest request;
  request.home = globals.home;
  request.database = globals.database;
  request.as = globals.as;
  request.today = globals.today;
  request.dry_run = globals.dry_run;
  request.progress = [&out = call.out()](std::string_view what, std::uint64_t done, std::uint64_t total) {
    out.progress(what, done, total);
  };
  return request;
}

Result<Desk> open_desk(Invocation& call) { return Desk::open(desk_request(call)); }

void money_fields(Json& json, std::string_view name, Money amount) {
  json.field(name, amount.decimal()).field(fmt::format("{}_minor", name), amount.minor_units());
}

void say_next(Invocation& call, const std::string& command) {
  if (!call.out().json()) call.out().message(fmt::format("next: {}", command));
}

void say_dry_run(Invocation& call, Json* json) {
  if (!call.globals().dry_run) return;
  if (json != nullptr) {
    json->field("dry_run", true);
  } else {
    call.out().message("This was a dry run: nothing was changed.");
  }
}

}  // namespace counterfoil
