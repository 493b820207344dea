// `profile`: what single banks want differently from the scheme, and whether a file is what one of them wants.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/words_json.hpp"
#include "apps/operations/bank_rules.hpp"
#include "core/catalogue.hpp"
#include "formats/layout.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

struct KnownProfile {
  const Scheme* scheme = nullptr;
  const Profile* profile = nullptr;
};

std::string full_name(const KnownProfile& known) { return known.scheme->name + "/" + known.profile->name; }

std::vector<KnownProfile> known_profiles() {
  std::vector<KnownProfile> all;
  for (const auto& scheme : Catalogue::built_in().schemes()) {
    for (const auto& [name, profile] : scheme.profiles) all.push_back({&scheme, &profile});
  }
  return all;
}

/// "gbic5", or "nacha/lf" where several schemes have a profile of one name.
Result<KnownProfile> find_profile(const std::string& name, std::string_view field) {
  std::vector<KnownProfile> found;
  for (const auto& each : known_profiles()) {
    if (each.profile->name == name || full_name(each) == name) found.push_back(each);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return std::unexpected(Error{"profile.unknown",
                                 fmt::format("The profile \"{}\" is not known.", name),
                                 "Run: counterfoil profile list",
                                 {.field = std::string{field}},
                                 ErrorKind::usage});
  }
  std::vector<std::string> names;
  for (const auto& each : found) names.push_back(full_name(each));
  return std::unexpected(Error{"profile.ambiguous",
                               fmt::format("{} schemes have a profile \"{}\".", found.size(), name),
                               fmt::format("Name one of {}.", fmt::join(names, ", ")),
                               {.field = std::string{field}},
                               ErrorKind::usage});
}

std::string days_text(const Profile& profile) {
  if (profile.valid_from && profile.valid_to)
    return iso_date(*profile.valid_from) + " to " + iso_date(*profile.valid_to);
  if (profile.valid_from) return "from " + iso_date(*profile.valid_from);
  return profile.valid_to ? "to " + iso_date(*profile.valid_to) : std::string{"always"};
}

bool holds_on(const Profile& profile, Date day) {
  return !(profile.valid_from && day < *profile.valid_from) && !(profile.valid_to && day > *profile.valid_to);
}

std::string_view meaning_of(std::string_view key) {
  const auto found = std::ranges::find(known_rules(), key, &KnownRule::key);
  return found == known_rules().end() ? std::string_view{} : found->meaning;
}

/// What holds where no profile says anything; empty: nothing is said.
std::string scheme_value(const KnownProfile& known, std::string_view key) {
  const auto rule = known.scheme->rules.find(key);
  if (rule != known.scheme->rules.end()) return rule_text(rule->second.value);
  const LayoutPlan* plan = LayoutLibrary::built_in().find(known.profile->format);
  if (plan != nullptr && key == "line_ends") return std::string{line_end_name(plan->line_end)};
  if (plan != nullptr && key == "charset") return std::string{charset_name(plan->write_charset)};
  return {};
}

/// The lines of a layout variant: what it changes of the layout it patches. Empty for a layout of its own.
std::vector<std::string> changed_lines(const KnownProfile& known) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find(known.profile->format);
  const auto text = known.scheme->layouts.find(known.profile->format);
  if (plan == nullptr || plan->variant_of.empty() || text == known.scheme->layouts.end()) return {};
  std::vector<std::string> lines;
  std::string_view rest = text->second.text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') continue;
    lines.emplace_back(line.substr(0, line.find_last_not_of(" \t\r") + 1));
  }
  return lines;
}

std::string base_of(const KnownProfile& known) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find(known.profile->format);
  return plan == nullptr ? std::string{} : plan->variant_of;
}

void add_days(Json& json, const Profile& profile) {
  if (profile.valid_from) json.field("valid_from", iso_date(*profile.valid_from));
  if (profile.valid_to) json.field("valid_to", iso_date(*profile.valid_to));
}

// List and show.

Result<int> list(Invocation& call) {
  const std::string only = call.text("--scheme");
  const Date today = call.globals().today;
  if (!only.empty() && Catalogue::built_in().find(only) == nullptr) {
    return std::unexpected(Error{"profile.scheme-unknown",
                                 fmt::format("The scheme \"{}\" is not known.", only),
                                 "Run: counterfoil profile list",
                                 {.field = "--scheme"},
                                 ErrorKind::usage});
  }
  Json json;
  json.object().field("schema", "counterfoil.profiles.v1").array("profiles");
  TextTable table{{{"profile"}, {"scheme"}, {"format"}, {"days"}, {"what it is"}}};
  for (const auto& each : known_profiles()) {
    if (!only.empty() && each.scheme->name != only) continue;
    const bool holds = holds_on(*each.profile, today);
    table.add({each.profile->name, each.scheme->name, each.profile->format,
               days_text(*each.profile) + (holds ? "" : " (not today)"), each.profile->title});
    json.object()
        .field("name", each.profile->name)
        .field("scheme", each.scheme->name)
        .field("format", each.profile->format)
        .field_if("variant_of", base_of(each))
        .field("title", each.profile->title);
    add_days(json, *each.profile);
    json.field("holds_today", holds).end();
  }
  json.end().end();
  if (call.out().json()) {
    call.out().object(json);
  } else {
    call.out().table(table);
  }
  return exit_done;
}

Json profile_json(const KnownProfile& known) {
  const Profile& profile = *known.profile;
  Json json;
  json.object()
      .field("schema", "counterfoil.profile.v1")
      .field("name", profile.name)
      .field("scheme", known.scheme->name)
      .field("format", profile.format)
      .field_if("variant_of", base_of(known))
      .field("title", profile.title)
      .field("source", profile.source);
  add_days(json, profile);
  json.array("switches");
  for (const auto& [key, value] : profile.switches) {
    json.object()
        .field("key", key)
        .field("value", rule_text(value))
        .field_if("scheme_value", scheme_value(known, key))
        .field("meaning", meaning_of(key))
        .end();
  }
  json.end().array("changed_lines");
  for (const auto& line : changed_lines(known)) json.element(line);
  json.end().end();
  return json;
}

Result<int> show(Invocation& call) {
  const auto known = find_profile(call.text("NAME"), "NAME");
  if (!known) return std::unexpected(known.error());
  Output& out = call.out();
  if (out.json()) {
    out.object(profile_json(*known));
    return exit_done;
  }
  const Profile& profile = *known->profile;
  out.line(fmt::format("{}: {}", full_name(*known), profile.title));
  out.line(fmt::format("  format   {}", profile.format));
  out.line(fmt::format("  days     {}", days_text(profile)));
  out.line(fmt::format("  source   {}", profile.source));
  TextTable table{{{"switch"}, {"value"}, {"otherwise"}, {"what it means"}}};
  for (const auto& [key, value] : profile.switches) {
    const std::string usual = scheme_value(*known, key);
    table.add({key, rule_text(value), usual.empty() ? "not said" : usual, std::string{meaning_of(key)}});
  }
  if (!table.empty()) out.data("\n" + table.text());
  const auto lines = changed_lines(*known);
  if (!lines.empty()) {
    out.line(fmt::format("\nChanged lines of the layout {}:", base_of(*known)));
    for (const auto& line : lines) out.line("  " + line);
  }
  return exit_done;
}

// Diff.

struct Difference {
  std::string what, left, right, meaning;
};

void compare(std::vector<Difference>& all, std::string what, std::string left, std::string right, std::string meaning) {
  if (left == right) return;
  if (left.empty()) left = "not said";
  if (right.empty()) right = "not said";
  all.push_back({std::move(what), std::move(left), std::move(right), std::move(meaning)});
}

std::string switch_text(const KnownProfile& known, std::string_view key) {
  const auto found = known.profile->switches.find(key);
  return found == known.profile->switches.end() ? scheme_value(known, key) : rule_text(found->second);
}

/// What the profile changes of its scheme.
std::vector<Difference> from_scheme(const KnownProfile& known) {
  std::vector<Difference> all;
  for (const auto& [key, value] : known.profile->switches)
    compare(all, key, scheme_value(known, key), rule_text(value), std::string{meaning_of(key)});
  return all;
}

std::vector<Difference> between(const KnownProfile& left, const KnownProfile& right) {
  std::vector<Difference> all;
  compare(all, "format", left.profile->format, right.profile->format, "Format of the file");
  compare(all, "days", days_text(*left.profile), days_text(*right.profile), "Days on which the profile holds");
  std::set<std::string> keys;
  for (const auto& [key, value] : left.profile->switches) keys.insert(key);
  for (const auto& [key, value] : right.profile->switches) keys.insert(key);
  for (const auto& key : keys)
    compare(all, key, switch_text(left, key), switch_text(right, key), std::string{meaning_of(key)});
  return all;
}

/// Lines of `left` that `right` does not have.
std::vector<std::string> without(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  std::vector<std::string> result;
  for (const auto& line : left) {
    if (std::ranges::find(right, line) == right.end()) result.push_back(line);
  }
  return result;
}

Result<int> diff(Invocation& call) {
  const auto first = find_profile(call.text("A"), "A");
  if (!first) return std::unexpected(first.error());
  std::optional<KnownProfile> second;
  if (call.given("B")) {
    const auto found = find_profile(call.text("B"), "B");
    if (!found) return std::unexpected(found.error());
    second = *found;
  }
  // Alone, a profile is laid beside its scheme, which stands on the left.
  const auto differences = second ? between(*first, *second) : from_scheme(*first);
  const std::string left = second ? full_name(*first) : "scheme " + first->scheme->name;
  const std::string right = full_name(second ? *second : *first);
  const auto left_lines = second ? changed_lines(*first) : std::vector<std::string>{};
  const auto right_lines = changed_lines(second ? *second : *first);
  const auto gone = without(left_lines, right_lines), added = without(right_lines, left_lines);
  const bool equal = differences.empty() && gone.empty() && added.empty();
  Output& out = call.out();
  if (out.json()) {
    Json json;
    json.object().field("schema", "counterfoil.profile-diff.v1").field("left", left).field("right", right);
    json.field("equal", equal).array("differences");
    for (const auto& each : differences) {
      json.object().field("what", each.what).field("left", each.left).field("right", each.right).end();
    }
    json.end().array("lines_left_only");
    for (const auto& line : gone) json.element(line);
    json.end().array("lines_right_only");
    for (const auto& line : added) json.element(line);
    json.end().end();
    out.object(json);
    return exit_done;
  }
  if (equal) {
    out.line(fmt::format("{} and {} want the same.", left, right));
    return exit_done;
  }
  TextTable table{{{"what"}, {left}, {right}, {"what it means"}}};
  for (const auto& each : differences) table.add({each.what, each.left, each.right, each.meaning});
  if (!table.empty()) out.table(table);
  if (!gone.empty() || !added.empty()) out.line("\nLines of the layout:");
  for (const auto& line : gone) out.line("- " + line);
  for (const auto& line : added) out.line("+ " + line);
  return exit_done;
}

// Test.

/// Counts the line ends and looks for characters of four bytes while the bytes pass to the reader.
class ByteWatch final : public ByteSource {
 public:
  explicit ByteWatch(ByteSource& source) : source_{source} {}

  Result<std::string_view> next() override {
    auto piece = source_.next();
    if (!piece) return piece;
    for (const char c : *piece) take(c);
    if (piece->empty() && last_ == '\r') ++cr;
    if (piece->empty()) last_ = 0;
    return piece;
  }

  std::uint64_t lf = 0, crlf = 0, cr = 0;
  bool has_four_byte_characters = false;
  bool is_zip = false;

 private:
  void take(char c) {
    if (bytes_++ == 1) is_zip = last_ == 'P' && c == 'K';
    if (c == '\n') ++(last_ == '\r' ? crlf : lf);
    if (last_ == '\r' && c != '\n') ++cr;
    // GB18030: a lead byte followed by a digit begins a character of four bytes.
    const auto byte = static_cast<unsigned char>(c);
    if (is_lead_) {
      has_four_byte_characters = has_four_byte_characters || (c >= '0' && c <= '9');
      is_lead_ = false;
    } else {
      is_lead_ = byte >= 0x81 && byte <= 0xFE;
    }
    last_ = c;
  }

  ByteSource& source_;
  std::uint64_t bytes_ = 0;
  char last_ = 0;
  bool is_lead_ = false;
};

constexpr std::array<std::string_view, 11> judged_switches{"line_ends",
                                                           "charset",
                                                           "balanced",
                                                           "origin_form",
                                                           "debits_and_credits_apart",
                                                           "first_as",
                                                           "lines_until",
                                                           "address_form",
                                                           "initiating_party_id",
                                                           "instruction_id_always",
                                                           "one_instrument_per_file"};

/// What a profile wants beyond the limits of the scheme, looked at while the file passes.
class ProfileJudge final : public WordSink {
 public:
  ProfileJudge(const KnownProfile& known, std::string file) : known_{known}, file_{std::move(file)} {}

  void file(const FileHead& head) override {
    kind_ = head.kind;
    format = head.format;
    const auto form = known_.scheme->text("origin_form", known_.profile->name);
    if (kind_ != FileKind::instruction || !form || head.sender.empty()) return;
    const std::size_t wanted = *form == "routing" ? 9 : 10;
    if (head.sender.size() != wanted) {
      add(Severity::error, "profile.origin-form", 0, "origin",
          fmt::format("The origin of the file has {} characters; this bank wants {}.", head.sender.size(), wanted),
          "Write the file with this profile and the origin the bank gave.");
    }
  }

  void batch(const BatchHead& head) override {
    close_batch();
    batch_line_ = head.line;
    const auto first_as = known_.scheme->text("first_as", known_.profile->name);
    if (first_as && *first_as == "RCUR" && head.sequence == SequenceType::first) {
      add(Severity::warning, "profile.first-as", head.line, "SeqTp",
          "The batch says FRST; this bank wants first collections as RCUR.", "Write the file with this profile.");
    }
  }

  void entry(const Entry& entry) override {
    has_entries_ = true;
    std::int64_t& sum = entry.direction == Direction::debit ? debit_ : credit_;
    if (__builtin_add_overflow(sum, entry.amount_minor, &sum)) sum = std::numeric_limits<std::int64_t>::max();
  }

  void finding(const Finding& finding) override { findings.push_back(finding); }
  void end(const FileCounts&) override { close_batch(); }

  void judge_bytes(const ByteWatch& bytes) {
    if (bytes.is_zip || LayoutLibrary::built_in().find(known_.profile->format) == nullptr) return;
    const std::string wanted = switch_text(known_, "line_ends");
    const auto judge = [&](std::string_view name, std::uint64_t count) {
      if (wanted.empty() || name == wanted || count == 0) return;
      add(Severity::error, "profile.line-ends", 0, {},
          fmt::format("{} line{} in {}; this bank wants {}.", count, count == 1 ? " ends" : "s end", name,
                      wanted == "none" ? "no line ends" : wanted),
          "Write the file with this profile, and send it in binary mode.");
    };
    judge("crlf", bytes.crlf);
    judge("lf", bytes.lf);
    judge("cr", bytes.cr);
    if (wanted != "none" && !wanted.empty() && bytes.lf + bytes.crlf + bytes.cr == 0) {
      add(Severity::error, "profile.line-ends", 0, {}, fmt::format("No line has an end; this bank wants {}.", wanted),
          "Write the file with this profile, and send it in binary mode.");
    }
    if (switch_text(known_, "charset") == "gbk" && bytes.has_four_byte_characters) {
      add(Severity::error, "profile.charset", 0, {},
          "The file holds GB18030 characters of four bytes; this bank reads GBK.",
          "Replace the rare characters, or agree on GB18030 with the bank.");
    }
  }

  void add(Severity severity, std::string code, std::uint32_t line, std::string_view field, std::string message,
           std::string remedy) {
    findings.push_back({.code = std::move(code),
                        .severity = severity,
                        .place = {.file = file_, .line = line, .field = std::string{field}},
                        .message = std::move(message),
                        .remedy = std::move(remedy)});
  }

  std::string format;
  std::vector<Finding> findings;

 private:
  void close_batch() {
    const auto balanced = known_.scheme->flag("balanced", known_.profile->name);
    if (kind_ == FileKind::instruction && balanced && has_entries_) {
      if (*balanced && debit_ != credit_) {
        add(Severity::error, "profile.not-balanced", batch_line_, "balanced",
            fmt::format("The batch holds debits of {} and credits of {} minor units; this bank wants them equal.",
                        debit_, credit_),
            "Write the file with this profile.");
      }
      if (!*balanced && debit_ != 0 && debit_ == credit_) {
        add(Severity::warning, "profile.balanced", batch_line_, "balanced",
            "The batch ends with a credit of its own sum; this bank makes that booking itself.",
            "Write the file with this profile.");
      }
    }
    debit_ = credit_ = 0;
    has_entries_ = false;
  }

  const KnownProfile& known_;
  std::string file_;
  FileKind kind_ = FileKind::unknown;
  std::uint32_t batch_line_ = 0;
  std::int64_t debit_ = 0, credit_ = 0;
  bool has_entries_ = false;
};

std::vector<std::string> not_judged(const Profile& profile) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : profile.switches) {
    if (std::ranges::find(judged_switches, key) == judged_switches.end()) keys.push_back(key);
  }
  return keys;
}

int exit_of(bool acceptable, Verdict verdict, const std::vector<Finding>& findings) {
  if (!acceptable) return exit_not_acceptable;
  const bool has_errors =
      std::ranges::any_of(findings, [](const Finding& finding) { return finding.severity == Severity::error; });
  return verdict == Verdict::accepted && !has_errors ? exit_done : exit_people_needed;
}

Result<int> test(Invocation& call) {
  const auto known = find_profile(call.text("PROFILE"), "PROFILE");
  if (!known) return std::unexpected(known.error());
  const std::string name = call.text("FILE");
  auto source = FileSource::open(name);
  if (!source) return std::unexpected(source.error());
  ByteWatch bytes{**source};
  ProfileJudge judge{*known, name};
  BankRules rules{Catalogue::built_in(), name, known->profile->name, judge};
  const auto verdict = read_bank_file(bytes, {.file_name = name, .format = {}}, rules);
  if (!verdict) return std::unexpected(verdict.error());
  const Date today = call.globals().today;
  const bool is_its_format =
      judge.format == known->profile->format || (!judge.format.empty() && judge.format == base_of(*known));
  if (!is_its_format) {
    judge.add(Severity::error, "profile.other-format", 0, {},
              fmt::format("The file is {}; the profile is for {}.",
                          judge.format.empty() ? "of no known format" : judge.format, known->profile->format),
              "Choose a profile of this format, or write the file in the format of the bank.");
  } else {
    judge.judge_bytes(bytes);
  }
  if (!holds_on(*known->profile, today)) {
    judge.add(Severity::warning, "profile.not-today", 0, {},
              fmt::format("The profile holds {}; today is {}.", days_text(*known->profile), iso_date(today)),
              "Use the profile that holds on the day the file is sent.");
  }
  const bool has_errors =
      std::ranges::any_of(judge.findings, [](const Finding& finding) { return finding.severity == Severity::error; });
  const bool acceptable = is_its_format && *verdict != Verdict::refused && !has_errors;
  const auto unjudged = not_judged(*known->profile);
  Output& out = call.out();
  if (out.json()) {
    Json json;
    json.object()
        .field("schema", "counterfoil.profile-test.v1")
        .field("profile", full_name(*known))
        .field("file", name);
    json.field_if("format", judge.format).field("acceptable", acceptable).array("findings");
    for (const auto& finding : judge.findings) json.element(finding_json(finding));
    json.end().array("not_judged");
    for (const auto& key : unjudged) json.element(key);
    json.end().end();
    out.object(json);
  } else {
    for (const auto& finding : judge.findings) out.data(finding_text(finding));
    out.line(
        fmt::format("{}: {} what {} wants", printable(name), acceptable ? "it is" : "it is not", full_name(*known)));
    if (!unjudged.empty()) out.line(fmt::format("Not told by the file alone: {}", fmt::join(unjudged, ", ")));
  }
  return exit_of(acceptable, *verdict, judge.findings);
}

}  // namespace

std::vector<Command> profile_commands() {
  return {
      {.noun = "profile",
       .verb = "list",
       .summary = "List the profiles of banks",
       .description = "A profile is what one bank wants differently from its scheme.",
       .options = {{.name = "--scheme", .value = "S", .help = "Only those of this scheme"}},
       .examples = {{.line = "profile list"}, {.line = "profile list --scheme nacha --json", .note = "For a script"}},
       .run = list},
      {.noun = "profile",
       .verb = "show",
       .summary = "Show what one profile wants",
       .description = "Its switches with what holds otherwise, the days on which it holds, its source, and the lines "
                      "of the layout\n"
                      "it changes.",
       .arguments = {{.name = "NAME", .help = "As profile list names it; SCHEME/NAME where several schemes have it"}},
       .examples = {{.line = "profile show gbic5"}, {.line = "profile show nacha/lf --json", .note = "For a script"}},
       .run = show},
      {.noun = "profile",
       .verb = "diff",
       .summary = "Show in what a profile differs from its scheme or from another profile",
       .description = "Only what differs is shown. Exit 0 whether or not anything does; --json says \"equal\".",
       .arguments = {{.name = "A", .help = "A profile"},
                     {.name = "B", .help = "Another one; the scheme of A when left out", .required = false}},
       .examples = {{.line = "profile diff nacha/lf", .note = "What the bank changes of the scheme"},
                    {.line = "profile diff gbic3 gbic5", .note = "What changes when a bank moves on"}},
       .run = diff},
      {.noun = "profile",
       .verb = "test",
       .summary = "Judge a file against a profile",
       .description =
           "Reads the file and holds it against the limits of the scheme and the switches of the profile; what the "
           "file\n"
           "alone cannot tell is listed. Exit 0: it is what the bank wants. 3: people must look. 5: it is not.",
       .arguments = {{.name = "PROFILE", .help = "As profile list names it"},
                     {.name = "FILE", .help = "The file; - reads standard input", .kind = ValueKind::file}},
       .examples = {{.line = "profile test gbic5 debits.xml"},
                    {.line = "profile test nacha/unbroken return.ach --json",
                     .note = "Its lines have ends; exit 5",
                     .exit = 5}},
       .run = test},
  };
}

}  // namespace counterfoil
