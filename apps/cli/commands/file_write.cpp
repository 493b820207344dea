// `file write`: a collection file from a table of claims.
#include <fmt/format.h>

#include <ctime>

#include "apps/cli/commands/file_commands.hpp"
#include "apps/cli/words_json.hpp"
#include "apps/operations/write_file.hpp"

namespace counterfoil {
namespace {

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/// People say SEPA; its folder is named after the standard it is written in.
std::string scheme_of(const std::string& name) { return name == "sepa" ? "iso20022" : name; }

Json result_json(const WriteFileRequest& request, const WriteFileResult& result) {
  Json json;
  json.object().field("schema", "counterfoil.written.v1");
  if (!result.refused) json.field("file", request.output);
  json.field("scheme", result.scheme)
      .field("format", result.format)
      .field_if("profile", result.profile)
      .field_if("message_id", result.message_id)
      .field("verdict", result.refused         ? "refused"
                        : request.dry_run      ? "dry_run"
                        : result.already_there ? "already_there"
                                               : "written")
      .field("batches", result.batches)
      .field("entries", result.entries)
      .field("currency", result.sum.currency().code())
      .field("sum_minor", result.sum.minor_units())
      .field_unless_zero("bytes", result.bytes)
      .field_if("sha256", result.sha256);
  if (request.dry_run) json.field("dry_run", true);
  json.array("findings");
  for (const auto& finding : result.findings) json.element(finding_json(finding));
  json.end().end();
  return json;
}

void show_result(Output& out, const WriteFileRequest& request, const WriteFileResult& result) {
  for (const auto& finding : result.findings) out.finding(finding);
  if (result.refused) {
    std::size_t errors = 0;
    for (const auto& finding : result.findings) errors += finding.severity == Severity::error ? 1U : 0U;
    out.message(fmt::format("{}: {} fault{}; no file was written.", printable(request.claims_file), errors,
                            errors == 1 ? "" : "s"));
    return;
  }
  const std::string_view what = request.dry_run        ? "would be written"
                                : result.already_there ? "is there already, the same to the byte"
                                                       : "written and read back";
  out.line(fmt::format("{}: {}", printable(request.output), what));
  const auto row = [&](std::string_view label, const std::string& value) {
    out.line(fmt::format("  {:<10}{}", label, value));
  };
  row("format", result.profile.empty() ? result.format : fmt::format("{} ({})", result.format, result.profile));
  row("message", result.message_id);
  row("holds", fmt::format("{} batches, {} entries, {}", result.batches, result.entries, result.sum.text()));
  row("sha256", result.sha256);
}

Result<int> write(Invocation& call) {
  WriteFileRequest request{.scheme = scheme_of(call.text("--scheme")),
                           .creditor_file = call.text("--creditor"),
                           .claims_file = call.text("--claims"),
                           .output = call.text("--output"),
                           .profile = call.text("--profile"),
                           .message_id = call.text("--message-id"),
                           .created = call.text("--created"),
                           .file_modifier = call.text("--file-modifier"),
                           .expected_count = call.number("--count"),
                           .expected_sum = call.text("--sum"),
                           .today = call.globals().today,
                           .replace = call.given("--replace"),
                           .dry_run = call.globals().dry_run};
  if (request.created.empty()) request.created = iso_date(request.today) + "T" + time_of_day();
  const auto result = write_claims_file(request, Catalogue::built_in());
  if (!result) return std::unexpected(result.error());
  if (call.out().json()) {
    call.out().object(result_json(request, *result));
  } else {
    show_result(call.out(), request, *result);
  }
  return result->refused ? exit_not_acceptable : exit_done;
}

}  // namespace

Command file_write_command() {
  return {
      .noun = "file",
      .verb = "write",
      .summary = "Write a collection file from a table of claims",
      .description =
          "The table is CSV in UTF-8 with a header line, in any column order: reference, mandate, signed_on, sequence, "
          "payer_name,\n"
          "payer_account, payer_bank, amount, currency, collect_on, remittance; optional: payer_country, payer_town, "
          "payer_postcode,\n"
          "payer_street, payer_building, purpose, account_kind, account_type, prenote, reverses_on. Amounts have a decimal "
          "point,\n"
          "days are ISO. Rows with reverses_on give back debits that settled on that day (NACHA), in a file of their own.\n"
          "All faults of the table are reported with line and column, and then nothing is written. The file is written "
          "under a\n"
          "temporary name, read back, compared with the table entry by entry, and only then given its name.",
      .arguments = {},
      .options = {{.name = "--scheme",
                   .value = "S",
                   .help = "Folder of the scheme, such as iso20022 (also sepa), nacha, cn-304; needed unless the "
                           "creditor file names it"},
                  {.name = "--creditor",
                   .value = "FILE",
                   .help = "Who collects, as TOML",
                   .kind = ValueKind::file,
                   .required = true},
                  {.name = "--claims",
                   .value = "FILE",
                   .help = "The claims, as CSV",
                   .kind = ValueKind::file,
                   .required = true},
                  {.name = "--output",
                   .value = "FILE",
                   .help = "The file to write",
                   .kind = ValueKind::file,
                   .required = true,
                   .short_name = "-o"},
                  {.name = "--profile", .value = "P", .help = "What one bank wants; wins over the creditor file"},
                  {.name = "--count",
                   .value = "N",
                   .help = "Refuse unless there are so many claims",
                   .kind = ValueKind::number},
                  {.name = "--sum", .value = "X", .help = "Refuse unless they sum up to this amount"},
                  {.name = "--message-id", .value = "ID", .help = "Instead of the one made from day and content"},
                  {.name = "--created", .value = "TIME", .help = "Instead of now, as 2026-11-24T09:30:00"},
                  {.name = "--file-modifier",
                   .value = "C",
                   .help = "NACHA: tells files of one day apart; A where none is given"},
                  {.name = "--replace", .value = "", .help = "An older file of that name may go"}},
      .examples =
          {{.line = "file write --scheme iso20022 --creditor creditor.toml --claims claims.csv -o debits.pain008 "
                    "--count 3 --sum 1234.50 --as-of 2026-11-24",
            .note = "The caller states what it expects"},
           {.line =
                "file write --scheme nacha --creditor nacha.toml --claims nacha.csv -o debits.ach --as-of 2026-11-24"}},
      .run = write};
}

}  // namespace counterfoil
