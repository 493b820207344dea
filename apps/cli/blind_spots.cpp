#include "apps/cli/blind_spots.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "formats/bindings.hpp"
#include "parsers/annotate.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"

namespace counterfoil {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

/// Where each record of a file stands, by its name. Records that fit nothing have none.
struct FoundRecord {
  std::string name;
  std::uint32_t columns = 0;
};

class RecordList final : public AnnotationSink {
 public:
  std::vector<FoundRecord> records;
  void record(const AnnotatedRecord& record) override { records.push_back({record.name, record.columns}); }
};

/// How much a reader has to say against a file.
struct Complaints {
  std::uint64_t count = 0;
  Verdict verdict = Verdict::refused;
};

class ComplaintCount final : public WordSink {
 public:
  std::uint64_t count = 0;
  void finding(const Finding& finding) override {
    if (finding.severity != Severity::note) ++count;
  }
};

Result<Complaints> complaints_about(const LayoutPlan& plan, std::string_view bytes) {
  MemorySource source{bytes};
  ComplaintCount counted;
  const auto verdict = read_fixed_width(plan, source, {.file_name = {}, .format = {}}, counted);
  if (!verdict) return std::unexpected(verdict.error());
  return Complaints{counted.count, *verdict};
}

/// What stands in place of one character for a kind of change.
std::string replacements(char c, Change change) {
  switch (change) {
    case Change::digit: {
      std::string others;
      for (char digit = '0'; is_digit(c) && digit <= '9'; ++digit) {
        if (digit != c) others += digit;
      }
      return others;
    }
    case Change::letter:
      if (is_upper(c)) return {c == 'Z' ? 'A' : static_cast<char>(c + 1)};
      if (is_lower(c)) return {c == 'z' ? 'a' : static_cast<char>(c + 1)};
      return {};
    case Change::blank:
      return c == ' ' ? "A1" : "";
    case Change::type:
      if (is_digit(c)) return "A";
      return is_upper(c) || is_lower(c) ? "1" : "";
    case Change::swap:
      return {};
  }
  return {};
}

/// A change in one spot of a file, made, judged and taken back.
class Trial {
 public:
  Trial(const LayoutPlan& plan, std::string_view bytes, Complaints sound) : plan_{plan}, bytes_{bytes}, sound_{sound} {}

  Result<void> look_at(std::size_t at, std::size_t end, BlindField& field) {
    for (const Change change : {Change::digit, Change::letter, Change::blank, Change::type}) {
      for (const char other : replacements(bytes_[at], change)) {
        const char before = std::exchange(bytes_[at], other);
        const auto done = judge(field, change);
        bytes_[at] = before;
        if (!done) return done;
      }
    }
    if (at + 1 == end || !is_digit(bytes_[at]) || !is_digit(bytes_[at + 1]) || bytes_[at] == bytes_[at + 1]) return {};
    std::swap(bytes_[at], bytes_[at + 1]);
    const auto done = judge(field, Change::swap);
    std::swap(bytes_[at], bytes_[at + 1]);
    return done;
  }

 private:
  Result<void> judge(BlindField& field, Change change) {
    const auto now = complaints_about(plan_, bytes_);
    if (!now) return std::unexpected(now.error());
    ChangeCount& count = field.counts[static_cast<std::size_t>(change)];
    ++count.tried;
    if (now->count <= sound_.count && now->verdict == sound_.verdict) ++count.unseen;
    return {};
  }

  const LayoutPlan& plan_;
  std::string bytes_;
  Complaints sound_;
};

bool is_money(const FieldPlan& field) {
  return std::ranges::any_of(field.bindings,
                             [](const BoundTo& bound) { return bound.binding->kind == BindingKind::amount; });
}

std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

bool BlindField::is_blind() const {
  return std::ranges::any_of(counts, [](const ChangeCount& count) { return count.unseen != 0; });
}

Result<void> BlindSpots::add_file(std::string_view bytes, const std::string& name) {
  const auto sound = complaints_about(plan_, bytes);
  if (!sound) return std::unexpected(sound.error());
  if (sound->verdict == Verdict::refused) {
    return std::unexpected(Error{"blind-spots.not-sound",
                                 "The file is refused as it stands, so no change of it could be told from that.",
                                 "Take a sound file; counterfoil file lint says what is wrong with this one.",
                                 {.file = name},
                                 ErrorKind::input});
  }
  MemorySource source{bytes};
  RecordList list;
  const auto read = annotate_fixed_width(plan_, source, {.file_name = name, .format = {}}, true, list);
  if (!read) return std::unexpected(read.error());
  Trial trial{plan_, bytes, *sound};
  std::size_t at = 0;
  for (const auto& [record_name, columns] : list.records) {
    at = std::min(bytes.find_first_not_of("\r\n", at), bytes.size());
    const RecordPlan* record = plan_.find_record(record_name);
    if (at + columns > bytes.size()) break;  // A short line was padded; no column of the rest is where it seems.
    if (record == nullptr || record->length != columns) {
      at += columns;
      continue;
    }
    for (const FieldPlan& field : record->fields) {
      if (field.is_part) continue;
      auto found = std::ranges::find(found_, &field, &BlindField::field);
      if (found == found_.end()) found = found_.insert(found_.end(), {.record = record, .field = &field});
      const std::size_t end = at + field.at.offset + field.at.length;
      for (std::size_t spot = at + field.at.offset; spot < end; ++spot) {
        if (const auto done = trial.look_at(spot, end, *found); !done) return done;
      }
    }
    at += columns;
  }
  return {};
}

std::vector<BlindField> BlindSpots::fields() const {
  std::vector<BlindField> sorted = found_;
  std::ranges::sort(sorted, [](const BlindField& left, const BlindField& right) {
    if (left.record != right.record) return left.record < right.record;  // Both lie in the list of the plan.
    return left.field->at.offset < right.field->at.offset;
  });
  return sorted;
}

std::string count_text(const ChangeCount& count) {
  if (count.tried == 0) return "-";
  if (count.unseen == 0) return "seen";
  if (count.unseen == count.tried) return "unseen";
  return fmt::format("{} of {} unseen", count.unseen, count.tried);
}

std::string blind_spots_introduction() {
  return "# Blind spots\n\n"
         "What no control of a format sees. In sound files of each format every single character is changed, the file "
         "is "
         "read again, and\n"
         "a change is *seen* when the reader then has a warning or an error it did not have before. What is unseen "
         "here "
         "is unseen by the\n"
         "bank's own control totals, check digits, constants and code lists too: only a digest of the whole file, or "
         "the "
         "database the file\n"
         "was made from, can tell. That is why a file we send is read back and compared, and travels with its "
         "SHA-256.\n\n"
         "Made by the tests from `fixtures/fixed_width`, as `counterfoil format blind-spots FILE` does for any file; "
         "do "
         "not edit by hand.\n\n"
         "Columns: a digit becomes another digit; a letter another letter; a blank is filled; a digit becomes a letter "
         "or a letter a digit;\n"
         "two digits side by side change places. A field the files do not fill, or a kind of change they give no room "
         "for, has a dash.\n";
}

std::string blind_spots_section(const BlindSpots& spots, const std::vector<std::string>& names) {
  const LayoutPlan& plan = spots.plan();
  const auto fields = spots.fields();
  const auto blind = std::ranges::count_if(fields, &BlindField::is_blind);
  std::string page = fmt::format("\n## {} ({})\n\nFiles looked at: {}. {} of {} fields have a blind spot.\n",
                                 cell(plan.title), plan.name, fmt::join(names, ", "), blind, fields.size());
  std::vector<std::string> money_seen, money_unseen;
  for (const auto& each : fields) {
    if (!is_money(*each.field) || each.of(Change::digit).tried == 0) continue;
    (each.of(Change::digit).unseen == 0 ? money_seen : money_unseen)
        .push_back(fmt::format("`{}.{}`", each.record->name, each.field->name));
  }
  if (!money_seen.empty())
    page += fmt::format("\nEvery changed digit is seen in the amounts {}.\n", fmt::join(money_seen, ", "));
  if (!money_unseen.empty())
    page += fmt::format("\n**A changed digit can pass unseen in the amounts {}.**\n", fmt::join(money_unseen, ", "));
  page +=
      "\n| Record | Field | Columns | Digit | Letter | Blank | Type | Swap | Word |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  std::vector<std::string> sure;
  for (const auto& each : fields) {
    if (!each.is_blind()) {
      sure.push_back(fmt::format("`{}.{}`", each.record->name, each.field->name));
      continue;
    }
    std::vector<std::string_view> words;
    for (const auto& bound : each.field->bindings) words.push_back(bound.name());
    page += fmt::format("| `{}` | `{}` | {}-{} | {} | {} | {} | {} | {} | {} |\n", each.record->name, each.field->name,
                        each.field->first_column(), each.field->last_column(), count_text(each.of(Change::digit)),
                        count_text(each.of(Change::letter)), count_text(each.of(Change::blank)),
                        count_text(each.of(Change::type)), count_text(each.of(Change::swap)), fmt::join(words, ", "));
  }
  if (!sure.empty()) page += fmt::format("\nEvery change is seen in {}.\n", fmt::join(sure, ", "));
  return page;
}

}  // namespace counterfoil
