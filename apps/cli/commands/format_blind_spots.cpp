// `format blind-spots`: which changes of a file its own controls do not see.
#include <fmt/format.h>

#include <algorithm>

#include "apps/cli/blind_spots.hpp"
#include "apps/cli/commands/format_commands.hpp"
#include "formats/layout.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/detect.hpp"

namespace counterfoil {
namespace {

// Every change of every byte is a reading of the whole file: the work grows with the square of the size.
constexpr std::size_t most_bytes = std::size_t{64} * 1024;

Result<std::string> sample_bytes(const std::string& name) {
  auto bytes = bytes_up_to(name, most_bytes);
  if (!bytes) return std::unexpected(bytes.error());
  if (*bytes) return std::move(**bytes);
  return std::unexpected(Error{"blind-spots.too-large",
                               "A file of more than 64 KiB is not tried out: every change means reading it all.",
                               "Take a file with a few entries of each kind.",
                               {.file = name},
                               ErrorKind::input});
}

Result<const LayoutPlan*> plan_of(std::string_view bytes, const std::string& name) {
  const auto detected = detect_shape(bytes.substr(0, detection_size), bytes.size() <= detection_size);
  const LayoutPlan* plan = LayoutLibrary::built_in().find(detected.format);
  if (plan != nullptr) return plan;
  return std::unexpected(Error{"blind-spots.not-fixed-width",
                               "The file is of no fixed-width format that is known.",
                               "Run counterfoil file show on it, which says what it is.",
                               {.file = name},
                               ErrorKind::input});
}

Json spots_json(const BlindSpots& spots) {
  Json json;
  json.object().field("schema", "counterfoil.blind-spots.v1").field("format", spots.plan().name).array("fields");
  for (const auto& each : spots.fields()) {
    json.object()
        .field("record", each.record->name)
        .field("field", each.field->name)
        .field("first", each.field->first_column())
        .field("last", each.field->last_column())
        .field("blind", each.is_blind());
    const std::array<std::pair<Change, std::string_view>, change_kinds> kinds{{{Change::digit, "digit"},
                                                                               {Change::letter, "letter"},
                                                                               {Change::blank, "blank"},
                                                                               {Change::type, "type"},
                                                                               {Change::swap, "swap"}}};
    for (const auto& [change, name] : kinds) {
      const ChangeCount& count = each.of(change);
      if (count.tried == 0) continue;
      json.object(name).field("tried", count.tried).field("unseen", count.unseen).end();
    }
    json.end();
  }
  json.end().end();
  return json;
}

void show(Output& out, const BlindSpots& spots) {
  const auto fields = spots.fields();
  const auto blind = std::ranges::count_if(fields, &BlindField::is_blind);
  out.line(fmt::format("{}: {} of {} fields have a blind spot", spots.plan().name, blind, fields.size()));
  TextTable table{{{"record"},
                   {"field"},
                   {"columns"},
                   {"digit changed"},
                   {"letter changed"},
                   {"blank filled"},
                   {"other type"},
                   {"digits swapped"}}};
  for (const auto& each : fields) {
    if (!each.is_blind()) continue;
    table.add({each.record->name, each.field->name,
               fmt::format("{}-{}", each.field->first_column(), each.field->last_column()),
               count_text(each.of(Change::digit)), count_text(each.of(Change::letter)),
               count_text(each.of(Change::blank)), count_text(each.of(Change::type)),
               count_text(each.of(Change::swap))});
  }
  if (!table.empty()) out.table(table);
  out.line("In every other field each change is seen. Only a digest of the whole file sees the rest.");
}

Result<int> blind_spots(Invocation& call) {
  std::optional<BlindSpots> spots;
  for (const auto& name : call.texts("FILE")) {
    const auto bytes = sample_bytes(name);
    if (!bytes) return std::unexpected(bytes.error());
    const auto plan = plan_of(*bytes, name);
    if (!plan) return std::unexpected(plan.error());
    if (spots && &spots->plan() != *plan) {
      return std::unexpected(
          Error{"blind-spots.two-formats",
                fmt::format("The file is {}, the ones before are {}.", (*plan)->name, spots->plan().name),
                "Run the command once for each format.",
                {.file = name},
                ErrorKind::input});
    }
    if (!spots) spots.emplace(**plan);
    if (const auto added = spots->add_file(*bytes, name); !added) return std::unexpected(added.error());
  }
  if (call.out().json()) {
    call.out().object(spots_json(*spots));
  } else {
    show(call.out(), *spots);
  }
  return exit_done;
}

}  // namespace

Command format_blind_spots_command() {
  return {
      .noun = "format",
      .verb = "blind-spots",
      .summary = "Show which changed characters the controls of a format do not see",
      .description =
          "Changes every single character of sound fixed-width files, one at a time, reads each changed file and "
          "counts what the\n"
          "totals, check digits, constants and code lists of the format did not see, by record and field. Nothing is "
          "written.\n"
          "docs/blind-spots.md has the result for every built-in format.",
      .arguments = {{.name = "FILE",
                     .help = "Sound files of one format, at most 64 KiB each",
                     .kind = ValueKind::file,
                     .many = true}},
      .examples = {{.line = "format blind-spots return.ach",
                    .note = "A changed name passes, a changed amount does not"},
                   {.line = "format blind-spots return.ach --json", .note = "For a script"}},
      .run = blind_spots};
}

}  // namespace counterfoil
