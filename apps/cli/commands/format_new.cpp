// `format new`: a first layout for a bank that is not known yet, from one of its files.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "apps/cli/commands/format_commands.hpp"
#include "apps/cli/layout_draft.hpp"
#include "core/catalogue.hpp"
#include "core/money.hpp"
#include "formats/layout.hpp"
#include "formats/lint.hpp"
#include "parsers/byte_source.hpp"

namespace counterfoil {
namespace {

// The beginning of a file shows its records; a whole year of them shows no more.
constexpr std::size_t most_bytes = std::size_t{4} * 1024 * 1024;

Result<std::string> sample_of(const std::string& name) {
  auto bytes = bytes_up_to(name, most_bytes);
  if (!bytes) return std::unexpected(bytes.error());
  if (*bytes) return std::move(**bytes);
  return std::unexpected(Error{"format-new.too-large",
                               "A sample of more than 4 MiB is not looked at.",
                               "Take a smaller file: a head, some entries of each kind, and a trailer.",
                               {.file = name},
                               ErrorKind::input});
}

Error wrong_name(const std::string& name) {
  return {"format-new.name",
          fmt::format("\"{}\" is no name for a layout.", name),
          "Use small letters, digits and dashes, beginning with a letter: harbour-dues.",
          {.field = "NAME"},
          ErrorKind::usage};
}

bool is_name(const std::string& name) {
  return name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

/// A layout of that name, laid over the built-in one, would hide it.
std::optional<Error> name_taken(const std::string& name, const std::filesystem::path& folder, bool keeps) {
  if (Catalogue::built_in().find(name) != nullptr || LayoutLibrary::built_in().find(name) != nullptr) {
    return Error{"format-new.name-taken",
                 fmt::format("A scheme or format called \"{}\" is known already.", name),
                 "Choose another name; counterfoil format list names those that are taken.",
                 {.field = "NAME"},
                 ErrorKind::usage};
  }
  if (!keeps || !std::filesystem::exists(folder / name)) return std::nullopt;
  return Error{"file.exists",
               "A folder of that name is there already.",
               "Choose another name or another folder.",
               {.file = (folder / name).string()},
               ErrorKind::conflict};
}

Result<void> keep(const std::filesystem::path& path, std::string_view text) {
  const auto problem = [&](std::string code, std::string explanation, std::string remedy) {
    return std::unexpected(Error{
        std::move(code), std::move(explanation), std::move(remedy), {.file = path.string()}, ErrorKind::conflict});
  };
  std::error_code failure;
  std::filesystem::create_directories(path.parent_path(), failure);
  std::FILE* file = std::fopen(path.string().c_str(), "wb");
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file == nullptr || std::fclose(file) != 0 || !written)
    return problem("file.cannot-write", "The file cannot be written.", "Look at the folder and its permissions.");
  return {};
}

std::string scheme_text(const std::string& name, const std::string& currency) {
  return fmt::format(
      "# Draft. Say here what the bank's rules say; docs/HACKING.md names the keys.\ntitle = \"Draft of {0}\"\n"
      "currency = \"{1}\"\ncalendar = \"target2\"  # Not yet known; counterfoil calendar check names the calendars.\n"
      "formats = []\n",
      name, currency);
}

Result<int> make_new(Invocation& call) {
  const std::string name = call.text("NAME");
  if (!is_name(name)) return std::unexpected(wrong_name(name));
  const std::string currency = call.given("--currency") ? call.text("--currency") : "EUR";
  if (const auto known = Currency::parse(currency); !known) return std::unexpected(known.error());
  const auto length = call.number("--length").value_or(0);
  if (length < 0 || length > 10'000) {
    return std::unexpected(Error{"format-new.length",
                                 fmt::format("A record of {} bytes is none.", length),
                                 "Give the length the bank's document names, 1 to 10000.",
                                 {.field = "--length"},
                                 ErrorKind::usage});
  }
  const std::filesystem::path folder = call.text("--output");
  const bool keeps = call.given("--output") && !call.globals().dry_run;
  if (auto taken = name_taken(name, folder, keeps)) return std::unexpected(std::move(*taken));
  const std::string sample_name = call.text("--sample");
  const auto sample = sample_of(sample_name);
  if (!sample) return std::unexpected(sample.error());
  const auto draft = draft_layout(
      *sample,
      {.name = name, .currency = currency, .file = sample_name, .record_length = static_cast<std::uint32_t>(length)});
  if (!draft) return std::unexpected(draft.error());
  // A draft that the loader would not take helps nobody.
  const auto plan = require_layout(draft->layout, name + ".layout");
  if (!plan) return std::unexpected(plan.error());
  const auto layout_path = folder / name / (name + ".layout");
  Output& out = call.out();
  if (keeps) {
    if (auto kept = keep(layout_path, draft->layout); !kept) return std::unexpected(kept.error());
    if (auto kept = keep(folder / name / "scheme.toml", scheme_text(name, currency)); !kept)
      return std::unexpected(kept.error());
  }
  if (out.json()) {
    Json json;
    json.object().field("schema", "counterfoil.draft.v1").field("name", name);
    if (keeps) json.field("file", layout_path.string());
    json.field("lines", draft->lines).field("records", draft->kinds).field("fields", draft->fields);
    json.field("opaque", draft->opaque).field("layout", draft->layout).array("questions");
    for (const auto& question : draft->questions) json.element(question);
    json.end().end();
    out.object(json);
    return exit_done;
  }
  if (!keeps) out.data(draft->layout);
  if (keeps) {
    out.line(fmt::format("{}: {} kinds of records, {} fields, {} of them opaque, from {} lines",
                         printable(layout_path.string()), draft->kinds, draft->fields, draft->opaque, draft->lines));
    out.line("Questions for the bank's document:");
    for (const auto& question : draft->questions) out.line("  - " + printable(question));
    out.line(fmt::format("Then: counterfoil format lint {0}\n      counterfoil file explain {1} --schemes {2}",
                         printable(layout_path.string()), printable(sample_name), printable(folder.string())));
  }
  return exit_done;
}

}  // namespace

Command format_new_command() {
  return {
      .noun = "format",
      .verb = "new",
      .summary = "Draft a layout for a new bank from one of its files",
      .description =
          "Finds the length and the line ends of the records, tells their kinds apart by their first characters, and "
          "divides each into\n"
          "columns that hold digits, days, blanks or anything else in every line. What only the bank's document can "
          "say stays opaque,\n"
          "with a question beside it. No value of the sample gets into the layout. docs/new-bank-tutorial.md goes on "
          "from there.",
      .arguments = {{.name = "NAME", .help = "Of the new layout: small letters, digits, dashes"}},
      .options = {{.name = "--sample",
                   .value = "FILE",
                   .help = "A file of the bank",
                   .kind = ValueKind::file,
                   .required = true},
                  {.name = "--output",
                   .value = "FOLDER",
                   .help = "Write NAME/NAME.layout and NAME/scheme.toml there instead of printing",
                   .kind = ValueKind::folder,
                   .short_name = "-o"},
                  {.name = "--length",
                   .value = "N",
                   .help = "Bytes of a record, of a file without line ends",
                   .kind = ValueKind::number},
                  {.name = "--currency", .value = "CUR", .help = "Of the amounts (EUR)"}},
      .examples = {{.line = "format new harbour-dues --sample dues.txt", .note = "Print the draft"},
                   {.line = "format new harbour-dues --sample dues.txt -o banks",
                    .note = "Keep it where --schemes banks finds it"}},
      .run = make_new};
}

}  // namespace counterfoil
