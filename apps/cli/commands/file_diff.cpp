// `file diff`: two bank files laid side by side by what they say, not by their bytes.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "apps/cli/commands/file_commands.hpp"
#include "apps/cli/words_json.hpp"
#include "apps/operations/file_comparison.hpp"
#include "apps/operations/word_values.hpp"

namespace counterfoil {
namespace {

/// One value as people see it on either side.
struct ShownDifference {
  std::string name, left, right;
};

struct Section {
  std::string what;  // "head", "batch", "entry", "statement", "totals"
  std::string key;
  std::uint32_t left_line = 0, right_line = 0;
  std::vector<ShownDifference> differences;
};

std::string shown(const std::string& name, const std::string& value, Currency currency, bool unmask) {
  if (value.empty()) return "nothing";
  if (!is_amount_value(name) || currency == Currency{}) return shown_value(name, value, unmask);
  return Money{std::stoll(value), currency}.text();
}

Section section_of(const WordDifference& word, bool unmask) {
  const bool is_head = word.word == "file";
  Section section{
      is_head ? "head" : word.word, is_head && word.key == "1" ? "" : word.key, word.left_line, word.right_line, {}};
  if (is_head) section.left_line = section.right_line = 0;
  for (const auto& [name, left, right] : word.values) {
    ShownDifference one{name, shown(name, left, word.left_currency, unmask),
                        shown(name, right, word.right_currency, unmask)};
    if (one.left == one.right) one.right += " (differs where it is masked)";
    section.differences.push_back(std::move(one));
  }
  return section;
}

Section totals_of(const ComparedFile& left, const ComparedFile& right) {
  Section section{.what = "totals", .key = {}, .differences = {}};
  const auto compare = [&](std::string name, std::string a, std::string b) {
    if (a == b) return;
    section.differences.push_back({std::move(name), a.empty() ? "nothing" : a, b.empty() ? "nothing" : b});
  };
  compare("batches", std::to_string(left.counts.batches), std::to_string(right.counts.batches));
  compare("entries", std::to_string(left.counts.entries), std::to_string(right.counts.entries));
  std::map<std::string, std::pair<std::string, std::string>> sums;
  for (const auto& [total, side] : {std::pair{&left.totals, 0}, std::pair{&right.totals, 1}}) {
    for (const auto& [currency, debit, credit] : *total) {
      auto& debits = sums[fmt::format("debits {}", currency.code())];
      auto& credits = sums[fmt::format("credits {}", currency.code())];
      (side == 0 ? debits.first : debits.second) = Money{debit, currency}.text();
      (side == 0 ? credits.first : credits.second) = Money{credit, currency}.text();
    }
  }
  for (const auto& [name, both] : sums) compare(name, both.first, both.second);
  return section;
}

std::vector<Section> sections_of(const FileComparison& comparison, bool unmask) {
  std::vector<Section> sections;
  for (const auto& word : comparison.differing) sections.push_back(section_of(word, unmask));
  if (auto totals = totals_of(comparison.left, comparison.right); !totals.differences.empty())
    sections.push_back(std::move(totals));
  return sections;
}

std::string lines_text(const Section& section) {
  if (section.left_line == 0 && section.right_line == 0) return {};
  const auto line = [](std::uint32_t number) {
    return number == 0 ? std::string{"not there"} : fmt::format("line {}", number);
  };
  return fmt::format(" ({}, {})", line(section.left_line), line(section.right_line));
}

void show(Output& out, const FileComparison& comparison, const std::vector<Section>& sections,
          const ComparisonRequest& files) {
  if (comparison.equal() && sections.empty()) {
    out.line(fmt::format("{} and {} say the same.", printable(files.left), printable(files.right)));
    return;
  }
  for (const auto& section : sections) {
    const std::string key = section.key.empty() ? std::string{} : " " + printable(section.key);
    out.line(out.toned(Tone::strong, section.what + key + lines_text(section)));
    TextTable table{{{"  value"}, {printable(files.left)}, {printable(files.right)}}};
    for (const auto& each : section.differences)
      table.add({"  " + each.name, printable(each.left), printable(each.right)});
    out.table(table);
  }
  const auto only = [&](const std::string& file, const std::vector<LoneEntry>& entries) {
    if (entries.empty()) return;
    out.line(out.toned(Tone::strong, "only in " + printable(file)));
    for (const auto& entry : entries)
      out.line(fmt::format("  line {}  {}  {}", entry.line, printable(entry.key), entry.amount.text()));
  };
  only(files.left, comparison.left_only);
  only(files.right, comparison.right_only);
}

Json diff_json(const FileComparison& comparison, const std::vector<Section>& sections, const ComparisonRequest& files) {
  Json json;
  json.object().field("schema", "counterfoil.diff.v1").field("left", files.left).field("right", files.right);
  json.field("equal", comparison.equal() && sections.empty()).array("differences");
  for (const auto& section : sections) {
    json.object()
        .field("what", section.what)
        .field_if("key", section.key)
        .field_unless_zero("left_line", section.left_line)
        .field_unless_zero("right_line", section.right_line)
        .array("values");
    for (const auto& each : section.differences)
      json.object().field("name", each.name).field("left", each.left).field("right", each.right).end();
    json.end().end();
  }
  json.end();
  const auto only = [&](std::string_view name, const std::vector<LoneEntry>& entries) {
    json.array(name);
    for (const auto& entry : entries) {
      json.object()
          .field("line", entry.line)
          .field("key", entry.key)
          .field("currency", entry.amount.currency().code())
          .field("amount_minor", entry.amount.minor_units())
          .end();
    }
    json.end();
  };
  only("left_only", comparison.left_only);
  only("right_only", comparison.right_only);
  json.end();
  return json;
}

Result<int> diff(Invocation& call) {
  const auto& ignored = call.texts("--ignore");
  const ComparisonRequest request{.left = call.text("A"),
                                  .right = call.text("B"),
                                  .format = call.text("--format"),
                                  .expected = expected_by(call),
                                  .ignored = {ignored.begin(), ignored.end()}};
  const auto comparison = compare_files(request);
  if (!comparison) return std::unexpected(comparison.error());
  for (const auto& [file, name] : {std::pair{&comparison->left, &request.left}, {&comparison->right, &request.right}}) {
    if (file->verdict == Verdict::refused) {
      call.out().message(
          fmt::format("{0} is refused; it is compared as far as it could be read. Run: counterfoil file lint {0}",
                      printable(*name)));
    }
  }
  const auto sections = sections_of(*comparison, call.given("--unmask"));
  if (call.out().json()) {
    call.out().object(diff_json(*comparison, sections, request));
  } else {
    show(call.out(), *comparison, sections, request);
  }
  return comparison->equal() && sections.empty() ? exit_done : exit_people_needed;
}

}  // namespace

Command file_diff_command() {
  return {
      .noun = "file",
      .verb = "diff",
      .summary = "Show in what two bank files differ, field by field",
      .description =
          "Compares what the files say: heads, batches and statements in their order, entries matched by their "
          "reference, and totals.\n"
          "Line ends, padding and the order of entries do not count, and the two may be of different formats. Account "
          "numbers are\n"
          "masked. Exit 0: they say the same. 3: they differ.",
      .arguments = {{.name = "A", .help = "A bank file", .kind = ValueKind::file},
                    {.name = "B", .help = "Another one", .kind = ValueKind::file}},
      .options =
          {{.name = "--ignore", .value = "NAME", .help = "A value that may differ, such as file.created", .many = true},
           expect_option(),
           {.name = "--format", .value = "NAME", .help = "Take this format for both instead of looking"},
           {.name = "--unmask", .value = "", .help = "Show account numbers in full"}},
      .examples = {{.line = "file diff debits.xml debits.xml", .note = "A file and itself"},
                   {.line = "file diff return.ach pain002.xml --json",
                    .note = "Two answers that have nothing in common; exit 3",
                    .exit = 3}},
      .run = diff};
}

}  // namespace counterfoil
