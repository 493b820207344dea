#include "apps/cli/commands/import_result.hpp"

#include <fmt/format.h>

#include "apps/cli/commands/desk_call.hpp"
#include "apps/cli/words_json.hpp"

namespace counterfoil {
namespace {

Json import_json(Invocation& call, const ImportResult& result) {
  Json json;
  json.object()
      .field("schema", "counterfoil.import.v1")
      .field("kind", result.kind)
      .field("rows", result.rows)
      .field("imported", result.imported)
      .field("unchanged", result.unchanged)
      .field("bad", result.bad)
      .field("already", result.already)
      .field("refused", result.refused)
      .array("sums");
  for (const auto& sum : result.sums) {
    json.object().field("currency", sum.currency().code());
    money_fields(json, "amount", sum);
    json.end();
  }
  json.end().array("findings");
  for (const auto& finding : result.findings) json.element(finding_json(finding));
  json.end();
  say_dry_run(call, &json);
  json.end();
  return json;
}

}  // namespace

std::vector<Option> import_options(std::vector<Option> more) {
  std::vector<Option> options{
      {.name = "--keep-good", .value = "", .help = "Import the sound rows although others are wrong"},
      {.name = "--errors",
       .value = "FILE",
       .help = "Write the bad rows here, each with the reason",
       .kind = ValueKind::file}};
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

ImportRequest import_request(Invocation& call) {
  ImportRequest request;
  request.file = call.text("FILE");
  request.keep_good = call.given("--keep-good");
  request.error_file = call.text("--errors");
  return request;
}

Result<int> show_import(Invocation& call, const Result<ImportResult>& result) {
  if (!result) return std::unexpected(result.error());
  const int code = result->refused                       ? exit_not_acceptable
                   : result->bad > 0 && !result->already ? exit_people_needed
                                                         : exit_done;
  if (call.out().json()) {
    call.out().object(import_json(call, *result));
    return code;
  }
  for (const auto& finding : result->findings) call.out().finding(finding);
  if (result->already) {
    call.out().line(
        fmt::format("This file was imported before ({} {}); nothing was changed.", result->imported, result->kind));
  } else if (result->refused) {
    call.out().line(fmt::format("{} of {} rows are bad; nothing was imported.", result->bad, result->rows));
    call.out().message("next: correct them, or give --keep-good to import the others.");
  } else {
    std::string sums;
    for (const auto& sum : result->sums) sums += ", " + sum.text();
    call.out().line(fmt::format("{} {} imported{}; {} unchanged, {} rows left out.", result->imported, result->kind,
                                sums, result->unchanged, result->bad));
    say_dry_run(call, nullptr);
  }
  return code;
}

}  // namespace counterfoil
