#include "core/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/catalogue_parts.hpp"
#include "core/require.hpp"
#include "core/scheme_files.hpp"

namespace counterfoil {
namespace {

using catalogue_parts::catalogue_error;

// Codes come as "ms03", " MS03 " and "MS03".
std::string folded_code(std::string_view code) {
  while (!code.empty() && code.front() == ' ') code.remove_prefix(1);
  while (!code.empty() && code.back() == ' ') code.remove_suffix(1);
  std::string folded{code};
  for (char& c : folded) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return folded;
}

const Reason* find_code(const std::map<std::string, Reason, std::less<>>& codes, std::string_view code) {
  const auto found = codes.find(folded_code(code));
  return found == codes.end() ? nullptr : &found->second;
}

const RuleValue* find_value(const Scheme& scheme, std::string_view key, std::string_view profile,
                            KnownRule::Type type) {
  const KnownRule* known = catalogue_parts::find_known_rule(key);
  require(known != nullptr, "A rule is asked for by a key of known_rules().");
  require(known->type == type, "A rule is asked for with the type known_rules() gives it.");
  if (const Profile* wanted = scheme.find_profile(profile)) {
    const auto found = wanted->switches.find(key);
    if (found != wanted->switches.end()) return &found->second;
  }
  const auto found = scheme.rules.find(key);
  return found == scheme.rules.end() ? nullptr : &found->second.value;
}

Result<std::string> whole_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
  if (!in.good() && !in.eof()) {
    return std::unexpected(catalogue_error("catalogue.unreadable",
                                           fmt::format("The file {} cannot be read.", path.string()),
                                           "Check that it exists and that you may read it.", {.file = path.string()}));
  }
  return bytes;
}

// "nacha.layout" and ".layout" give "nacha"; nothing when the file ends otherwise.
std::optional<std::string> stem(std::string_view file, std::string_view ending) {
  if (!file.ends_with(ending) || file.size() == ending.size()) return std::nullopt;
  return std::string{file.substr(0, file.size() - ending.size())};
}

std::optional<int> calendar_year(std::string_view file) {
  const auto year = stem(file, ".tsv");
  if (!year || year->size() != 4 || !std::ranges::all_of(*year, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  return std::stoi(*year);
}

}  // namespace

namespace catalogue_parts {

Error catalogue_error(std::string code, std::string explanation, std::string remedy, Place place) {
  return {std::move(code), std::move(explanation), std::move(remedy), std::move(place), ErrorKind::usage};
}

}  // namespace catalogue_parts

std::string_view mandate_effect_name(MandateEffect effect) {
  switch (effect) {
    case MandateEffect::none:
      return "none";
    case MandateEffect::hold:
      return "hold";
    case MandateEffect::suspend:
      return "suspend";
    case MandateEffect::amend:
      return "amend";
    case MandateEffect::end:
      return "end";
  }
  require(false, "A mandate effect is one of the enumerated ones.");
  return {};
}

std::string_view reason_action_name(ReasonAction action) {
  switch (action) {
    case ReasonAction::none:
      return "none";
    case ReasonAction::wait:
      return "wait";
    case ReasonAction::retry:
      return "retry";
    case ReasonAction::fix_account:
      return "fix_account";
    case ReasonAction::fix_data:
      return "fix_data";
    case ReasonAction::contact:
      return "contact";
    case ReasonAction::stop:
      return "stop";
    case ReasonAction::bank:
      return "bank";
    case ReasonAction::technical:
      return "technical";
  }
  require(false, "A reason action is one of the enumerated ones.");
  return {};
}

std::string rule_text(const RuleValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  return std::get<std::string>(value);
}

bool Reason::has_flag(std::string_view flag) const { return std::ranges::find(flags, flag) != flags.end(); }

const Reason* Scheme::find_reason(std::string_view code) const { return find_code(reasons, code); }

const Reason* Scheme::find_status(std::string_view code) const { return find_code(statuses, code); }

const Profile* Scheme::find_profile(std::string_view profile) const {
  const auto found = profiles.find(profile);
  return found == profiles.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> Scheme::number(std::string_view key, std::string_view profile) const {
  const RuleValue* value = find_value(*this, key, profile, KnownRule::Type::number);
  if (value == nullptr) return std::nullopt;
  return std::get<std::int64_t>(*value);
}

std::optional<bool> Scheme::flag(std::string_view key, std::string_view profile) const {
  const RuleValue* value = find_value(*this, key, profile, KnownRule::Type::flag);
  if (value == nullptr) return std::nullopt;
  return std::get<bool>(*value);
}

std::optional<std::string_view> Scheme::text(std::string_view key, std::string_view profile) const {
  const RuleValue* value = find_value(*this, key, profile, KnownRule::Type::text);
  if (value == nullptr) return std::nullopt;
  return std::get<std::string>(*value);
}

namespace {

std::optional<Catalogue>& catalogue_of_site() {
  static std::optional<Catalogue> catalogue;
  return catalogue;
}

}  // namespace

Result<void> Catalogue::use_directory(const std::string& directory) {
  auto catalogue = with_directory(directory);
  if (!catalogue) return std::unexpected(catalogue.error());
  catalogue_of_site() = std::move(*catalogue);
  return {};
}

const Catalogue& Catalogue::built_in() {
  if (const auto& site = catalogue_of_site()) return *site;
  static const Catalogue built = [] {
    Catalogue catalogue;
    for (const SchemeFile& file : embedded_scheme_files()) {
      const auto added = catalogue.add_file(file.path, file.bytes, fmt::format("schemes/{} (built in)", file.path));
      require(added.has_value(), added ? ""
                                       : fmt::format("{}:{}: {}", added.error().place.file, added.error().place.line,
                                                     added.error().explanation));
    }
    const auto checked = catalogue.check();
    require(checked.has_value(), checked ? "" : checked.error().explanation);
    return catalogue;
  }();
  return built;
}

Result<Catalogue> Catalogue::with_directory(const std::string& directory) {
  namespace fs = std::filesystem;
  Catalogue catalogue = built_in();
  std::error_code failure;
  std::vector<fs::path> paths;
  for (auto entry = fs::recursive_directory_iterator{directory, failure};
       !failure && entry != fs::recursive_directory_iterator{}; entry.increment(failure)) {
    if (entry->is_regular_file(failure)) paths.push_back(entry->path());
  }
  if (failure) {
    return std::unexpected(catalogue_error("catalogue.unreadable",
                                           fmt::format("The scheme directory {} cannot be read.", directory),
                                           "Give a directory that exists and that you may read.", {.file = directory}));
  }
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    const auto bytes = whole_file(path);
    if (!bytes) return std::unexpected(bytes.error());
    const auto added = catalogue.add_file(path.lexically_relative(directory).generic_string(), *bytes, path.string());
    if (!added) return std::unexpected(added.error());
  }
  const auto checked = catalogue.check();
  if (!checked) return std::unexpected(checked.error());
  return catalogue;
}

const Scheme* Catalogue::find(std::string_view name) const {
  const auto found = std::ranges::find(schemes_, name, &Scheme::name);
  return found == schemes_.end() ? nullptr : &*found;
}

const Scheme* Catalogue::find_by_format(std::string_view format) const {
  for (const Scheme& scheme : schemes_) {
    if (scheme.layouts.contains(format) || std::ranges::find(scheme.formats, format) != scheme.formats.end())
      return &scheme;
  }
  // "pain.002.001.10" is a version of the family of "pain002.table".
  std::string family{format};
  std::erase(family, '.');
  for (const Scheme& scheme : schemes_) {
    for (const auto& [table, text] : scheme.tables) {
      if (family.starts_with(table)) return &scheme;
    }
  }
  return nullptr;
}

Result<void> Catalogue::add_file(std::string_view path, std::string_view bytes, const std::string& shown_as) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {};  // A note beside the scheme folders.
  const std::string_view name = path.substr(0, slash);
  const std::string_view file = path.substr(slash + 1);

  auto at = std::ranges::lower_bound(schemes_, name, {}, &Scheme::name);
  if (at == schemes_.end() || at->name != name) {
    Scheme scheme;
    scheme.name = std::string{name};
    at = schemes_.insert(at, std::move(scheme));
  }
  Scheme& scheme = *at;

  if (file == "scheme.toml") return catalogue_parts::add_scheme_facts(scheme, bytes, shown_as);
  if (file == "rules.toml") return catalogue_parts::add_rules(scheme, bytes, shown_as);
  if (file == "profiles.toml") return catalogue_parts::add_profiles(scheme, bytes, shown_as);
  if (file == "reasons.tsv") return catalogue_parts::add_reasons(scheme.reasons, bytes, shown_as);
  if (file == "statuses.tsv") return catalogue_parts::add_reasons(scheme.statuses, bytes, shown_as);
  if (file.starts_with("calendar/")) {
    if (const auto year = calendar_year(file.substr(9))) {
      return catalogue_parts::add_calendar_year(scheme, *year, bytes, shown_as);
    }
  }
  if (const auto layout = stem(file, ".layout")) {
    scheme.layouts.insert_or_assign(*layout, SchemeText{std::string{bytes}, shown_as});
    return {};
  }
  if (const auto table = stem(file, ".table")) {
    scheme.tables.insert_or_assign(*table, SchemeText{std::string{bytes}, shown_as});
    return {};
  }
  if (file.ends_with(".md") || file.ends_with('~') || file.starts_with('.')) return {};
  return std::unexpected(
      catalogue_error("catalogue.unknown-file",
                      fmt::format("{} is no file a scheme folder holds, so it would be passed over.", shown_as),
                      "Name it scheme.toml, reasons.tsv, statuses.tsv, rules.toml, profiles.toml, calendar/YYYY.tsv, "
                      "*.layout or *.table, "
                      "or take it out of the folder.",
                      {.file = shown_as}));
}

Result<void> Catalogue::check() const {
  for (const Scheme& scheme : schemes_) {
    if (scheme.title.empty()) {
      return std::unexpected(catalogue_error(
          "catalogue.no-scheme-file", fmt::format("The scheme folder \"{}\" has no scheme.toml.", scheme.name),
          "Add one with title, currency and calendar, or correct the name of the folder.", {.file = scheme.name}));
    }
    const auto& silence = scheme.manner.silence_reason;
    if (silence.empty() || scheme.find_reason(silence) != nullptr) continue;
    return std::unexpected(
        catalogue_error("catalogue.unknown-reason",
                        fmt::format("The silence_reason \"{}\" of {} is none of its reasons.", silence, scheme.name),
                        "Add a line for it to reasons.tsv.", {.file = scheme.name}));
  }
  return {};
}

}  // namespace counterfoil
