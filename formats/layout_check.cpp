#include "formats/layout_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "core/require.hpp"
#include "formats/layout_order.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

// Limits that no bank comes near: text from outside must not make a plan that eats the memory.
constexpr std::uint32_t longest_record = 100'000;
constexpr std::size_t most_records = 500;
constexpr std::size_t most_fields = 1'000;
constexpr std::size_t most_positions = 500;
constexpr std::size_t most_marks = 64;
constexpr std::size_t most_codes = 20'000;

std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t corner = row[0]++;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, corner + (left[i] == right[j] ? 0U : 1U)});
      corner = above;
    }
  }
  return row.back();
}

/// "Did you mean entry.amount?" where something is close enough, else `otherwise`.
template <class Names>
std::string did_you_mean(std::string_view wrong, const Names& names, std::string otherwise) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const std::string_view name : names) {
    if (const std::size_t far = distance(wrong, name); far < best_distance) {
      best = name;
      best_distance = far;
    }
  }
  return best.empty() ? std::move(otherwise) : fmt::format("Did you mean {}?", best);
}

std::string columns(std::uint32_t first, std::uint32_t last) {
  return first == last ? fmt::format("Column {}", first) : fmt::format("Columns {}-{}", first, last);
}

std::string characters(std::size_t count) { return fmt::format("{} character{}", count, count == 1 ? "" : "s"); }

std::string list_of(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

template <class Value, std::size_t Size>
std::optional<Value> value_named(const std::array<Named<Value>, Size>& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named<Value>::name);
  if (found == table.end()) return std::nullopt;
  return found->value;
}

constexpr std::array<Named<Fault>, 6> faults{{{"none", Fault::none},
                                              {"note", Fault::note},
                                              {"warning", Fault::warning},
                                              {"error", Fault::error},
                                              {"refuse", Fault::refuse},
                                              {"partial", Fault::partial}}};
constexpr std::array<Named<Charset>, 6> charsets{{{"ascii", Charset::ascii},
                                                  {"latin1", Charset::latin1},
                                                  {"gbk", Charset::gbk},
                                                  {"gb18030", Charset::gb18030},
                                                  {"shift_jis", Charset::shift_jis},
                                                  {"utf8", Charset::utf8}}};
constexpr std::array<Named<LineEnd>, 4> line_ends{
    {{"lf", LineEnd::lf}, {"crlf", LineEnd::crlf}, {"cr", LineEnd::cr}, {"none", LineEnd::none}}};
constexpr std::array<Named<Scope>, 3> scopes{{{"entry", Scope::entry}, {"batch", Scope::batch}, {"file", Scope::file}}};
constexpr std::array<Named<CheckDigit>, 4> check_digits{{{"aba", CheckDigit::aba},
                                                         {"mod11_10", CheckDigit::mod11_10},
                                                         {"luhn", CheckDigit::luhn},
                                                         {"mod97", CheckDigit::mod97}}};
constexpr std::array<Named<SignPlace>, 3> signs{
    {{"leading", SignPlace::leading}, {"trailing", SignPlace::trailing}, {"overpunch", SignPlace::overpunch}}};
constexpr std::array<Named<FieldType>, 9> types{{{"digits", FieldType::digits},
                                                 {"text", FieldType::text},
                                                 {"money", FieldType::money},
                                                 {"decimal", FieldType::decimal},
                                                 {"date", FieldType::date},
                                                 {"time", FieldType::time},
                                                 {"code", FieldType::code},
                                                 {"filler", FieldType::filler},
                                                 {"opaque", FieldType::opaque}}};
constexpr std::array<Named<FileKind>, 8> file_kinds{{{"instruction", FileKind::instruction},
                                                     {"acknowledgement", FileKind::acknowledgement},
                                                     {"return", FileKind::returned},
                                                     {"notice", FileKind::notice},
                                                     {"settlement", FileKind::settlement},
                                                     {"statement", FileKind::statement},
                                                     {"mandate", FileKind::mandate},
                                                     {"empty", FileKind::empty}}};
constexpr std::array<Named<Fault Tolerance::*>, 10> tolerances{{{"short_lines", &Tolerance::short_lines},
                                                                {"long_lines", &Tolerance::long_lines},
                                                                {"blank_lines", &Tolerance::blank_lines},
                                                                {"missing_fill", &Tolerance::missing_fill},
                                                                {"stacked_files", &Tolerance::stacked_files},
                                                                {"high_bytes", &Tolerance::high_bytes},
                                                                {"control_bytes", &Tolerance::control_bytes},
                                                                {"wide_characters", &Tolerance::wide_characters},
                                                                {"empty_batches", &Tolerance::empty_batches},
                                                                {"trimmed_fields", &Tolerance::trimmed_fields}}};

template <class Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

std::string_view trim_spaces(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

bool is_number_type(FieldType type) {
  return type == FieldType::digits || type == FieldType::money || type == FieldType::decimal;
}

// ---- Character classes
// -------------------------------------------------------------------------------------------------

constexpr std::array<Named<std::string_view>, 5> character_classes{{{"printable", " -~"},
                                                                    {"upper", "A-Z0-9 .,/&()'-"},
                                                                    {"alphanumeric", "A-Za-z0-9"},
                                                                    {"letters", "A-Za-z"},
                                                                    {"numeric", "0-9"}}};

/// "A-Z0-9 -": a minus at either end is itself.
CharacterClass class_of_ranges(std::string_view ranges) {
  CharacterClass allowed{};
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    auto first = static_cast<unsigned char>(ranges[i]);
    auto last = first;
    if (i + 2 < ranges.size() && ranges[i + 1] == '-') {
      last = static_cast<unsigned char>(ranges[i + 2]);
      i += 2;
    }
    for (unsigned byte = first; byte <= last; ++byte) allowed[byte] = true;
  }
  return allowed;
}

// ---- Patterns
// ----------------------------------------------------------------------------------------------------------

std::optional<DatePattern> date_pattern(const std::string& text) {
  DatePattern pattern{.text = text, .year = {}, .month = {}, .day = {}, .day_of_year = {}};
  for (std::uint32_t i = 0; i < text.size();) {
    const char letter = text[i];
    std::uint32_t run = 1;
    while (i + run < text.size() && text[i + run] == letter) ++run;
    Span* part = nullptr;
    if (letter == 'Y' && (run == 2 || run == 4)) part = &pattern.year;
    if (letter == 'M' && run == 2) part = &pattern.month;
    if (letter == 'D' && run == 2) part = &pattern.day;
    if (letter == 'D' && run == 3) part = &pattern.day_of_year;
    if (letter == 'Y' || letter == 'M' || letter == 'D') {
      if (part == nullptr || part->length != 0) return std::nullopt;
      *part = {i, run};
    }
    i += run;
  }
  const bool by_month = pattern.month.length != 0 && pattern.day.length != 0 && pattern.day_of_year.length == 0;
  const bool by_day_of_year = pattern.month.length == 0 && pattern.day.length == 0 && pattern.day_of_year.length != 0;
  if (!by_month && !by_day_of_year) return std::nullopt;
  return pattern;
}

std::optional<TimePattern> time_pattern(const std::string& text) {
  TimePattern pattern{.text = text, .hour = {}, .minute = {}, .second = {}};
  for (std::uint32_t i = 0; i < text.size();) {
    const std::string_view two = std::string_view{text}.substr(i, 2);
    Span* part = two == "HH" ? &pattern.hour : two == "MM" ? &pattern.minute : two == "SS" ? &pattern.second : nullptr;
    if (part != nullptr && part->length != 0) return std::nullopt;
    if (part != nullptr) *part = {i, 2};
    i += part != nullptr ? 2 : 1;
  }
  if (pattern.hour.length == 0 || pattern.minute.length == 0) return std::nullopt;
  return pattern;
}

// ---- The checker
// -------------------------------------------------------------------------------------------------------

class Checker {
 public:
  Checker(const ast::Layout& layout, const LayoutTexts& texts, const Catalogue* catalogue, LayoutPlan& plan)
      : ast_{layout}, texts_{texts}, catalogue_{catalogue}, plan_{plan} {}

  std::vector<Finding> run() {
    read_head();
    read_codes();
    declare_records();
    for (std::size_t i = 0; i < records_.size(); ++i) read_fields(i);
    // Everything below may look at fields of other records.
    for (std::size_t i = 0; i < records_.size(); ++i) read_relations(i);
    read_order();
    read_totals();
    read_late_head();
    check_roles();
    return std::move(findings_);
  }

 private:
  const ast::Layout& ast_;
  const LayoutTexts& texts_;
  const Catalogue* catalogue_;
  LayoutPlan& plan_;
  std::vector<Finding> findings_;

  // A record with the lines it takes over from the one it is like.
  struct Declared {
    const ast::Record* ast = nullptr;
    std::vector<const ast::FieldLine*> fields;
    std::vector<const ast::CheckLine*> checks;
    std::set<const void*> inherited;
    std::string family;
    Roles roles;
  };
  std::vector<Declared> records_;
  std::set<std::string, std::less<>>
      damaged_fields_;  // Lines that could not be used: what asks for them is not at fault.
  std::map<std::string, std::uint64_t, std::less<>> marks_;

  void complain(ast::LineOf at, const ast::Arg& arg, std::string code, std::string explanation, std::string remedy,
                Severity severity = Severity::error) {
    findings_.push_back(
        texts_.quote(at, arg.column, "layout." + std::move(code), std::move(explanation), std::move(remedy), severity));
  }

  // ---- Small readers -----------------------------------------------------------------------------------------------

  template <class Value, std::size_t Size>
  std::optional<Value> choose(const std::array<Named<Value>, Size>& table, ast::LineOf at, const ast::Arg& arg,
                              std::string_view what) {
    if (const auto value = value_named(table, arg.text)) return value;
    const auto names = names_of(table);
    complain(at, arg, "unknown-word", fmt::format("\"{}\" is no {}.", arg.text, what),
             did_you_mean(arg.text, names, fmt::format("Use one of: {}.", list_of(names))));
    return std::nullopt;
  }

  std::optional<std::uint32_t> number(ast::LineOf at, const ast::Arg& arg, std::uint32_t least, std::uint32_t most,
                                      std::string_view what) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(arg.text.data(), arg.text.data() + arg.text.size(), value);
    if (error == std::errc{} && end == arg.text.data() + arg.text.size() && value >= least && value <= most)
      return value;
    complain(at, arg, "number", fmt::format("{} is {}, which is not between {} and {}.", what, arg.text, least, most),
             "Write the number the bank's document gives.");
    return std::nullopt;
  }

  Fault fault(ast::LineOf at, const ast::Arg& arg) {
    return choose(faults, at, arg, "severity").value_or(Fault::error);
  }

  std::optional<BoundTo> binding(ast::LineOf at, const ast::Arg& arg) {
    if (auto bound = find_binding(arg.text)) return bound;
    std::vector<std::string> names;
    for (const Binding& known : known_bindings()) names.emplace_back(known.name);
    complain(at, arg, "unknown-binding", fmt::format("There is no exchange word {}.", arg.text),
             did_you_mean(arg.text, names, "docs/layout-language.md lists the words under Bindings."));
    return std::nullopt;
  }

  static std::string literal_of(const ast::Arg& arg) {
    return !arg.is_quoted && arg.text == "nothing" ? std::string{} : arg.text;
  }

  std::optional<SetWord> set_word(ast::LineOf at, const ast::SetWord& set) {
    auto bound = binding(at, set.binding);
    if (!bound) return std::nullopt;
    FileHead file;
    BatchHead batch;
    Entry entry;
    Settings settings;
    const std::string literal = literal_of(set.value);
    if (!set_bound(*bound, {&file, &batch, &entry, &settings}, literal)) {
      complain(at, set.value, "value", fmt::format("{} cannot be \"{}\".", bound->name(), literal),
               "Use a value of that word, such as debit for a direction, yes for a flag or returned for an outcome.");
      return std::nullopt;
    }
    return SetWord{std::move(*bound), literal};
  }

  std::optional<WordTest> word_test(ast::LineOf at, const ast::Clause& clause) {
    auto bound = binding(at, clause.keyword);
    if (!bound) return std::nullopt;
    WordTest test{.bound = std::move(*bound), .values = {}, .negated = clause.negated};
    for (const ast::Arg& arg : clause.args) test.values.push_back(literal_of(arg));
    return test;
  }

  static std::vector<ValueRange> value_ranges(const std::vector<ast::Arg>& args, std::size_t from = 0) {
    std::vector<ValueRange> values;
    for (std::size_t i = from; i < args.size(); ++i)
      values.push_back({args[i].text, args[i].last.empty() ? args[i].text : args[i].last});
    return values;
  }

  // ---- Head
  // ----------------------------------------------------------------------------------------------------------

  void read_head() {
    if (ast_.first.args.size() >= 2) {
      plan_.name = ast_.first.args[0].text;
      plan_.title = ast_.first.args[1].text;
      if (ast_.first.args.size() == 3) plan_.variant_of = ast_.first.args[2].text;
    }
    for (const ast::HeadLine& line : ast_.head) {
      const std::string& word = line.keyword.text;
      const ast::Arg& arg = line.args.front();
      if (word == "scheme") plan_.scheme = arg.text;
      if (word == "edition") plan_.edition = arg.text;
      if (word == "label") plan_.label = arg.text;
      if (word == "length")
        plan_.record_length = number(line.at, arg, 1, longest_record, "The record length").value_or(1);
      if (word == "century")
        plan_.century_pivot = static_cast<int>(number(line.at, arg, 0, 100, "The century").value_or(80));
      if (word == "line") plan_.line_end = choose(line_ends, line.at, arg, "line end").value_or(LineEnd::lf);
      if (word == "source") plan_.sources.emplace_back(arg.text, line.args[1].text);
      if (word == "charset") {
        plan_.charset = choose(charsets, line.at, arg, "character set").value_or(Charset::ascii);
        plan_.write_charset = line.args.size() < 2
                                  ? plan_.charset
                                  : choose(charsets, line.at, line.args[1], "character set").value_or(Charset::ascii);
      }
      if (word == "tolerate") {
        const auto member = choose(tolerances, line.at, arg, "tolerance");
        if (member) plan_.tolerance.** member = fault(line.at, line.args[1]);
      }
      if (word == "currency" && line.args.size() == 1) {
        const auto currency = Currency::parse(arg.text);
        if (currency) {
          plan_.currency = *currency;
        } else {
          complain(line.at, arg, "currency", fmt::format("{} is no currency we know.", arg.text),
                   "Write its ISO 4217 code, such as EUR.");
        }
      }
      if (word == "kind") read_kind(line);
    }
  }

  void read_kind(const ast::HeadLine& line) {
    const auto kind = choose(file_kinds, line.at, line.args.front(), "kind of file");
    if (!kind) return;
    if (line.args.size() == 1) {
      plan_.kind_when_empty = *kind;
      return;
    }
    KindRule rule{.kind = *kind, .outcomes = {}};
    for (std::size_t i = 1; i < line.args.size(); ++i) {
      if (const auto outcome = parse_outcome(line.args[i].text)) {
        rule.outcomes.push_back(*outcome);
      } else {
        complain(line.at, line.args[i], "unknown-word", fmt::format("\"{}\" is no outcome.", line.args[i].text),
                 "Use none, accepted, pending, rejected, settled, returned, refunded, reversed, corrected, cancelled, "
                 "dishonored, contested or "
                 "unknown.");
      }
    }
    plan_.kinds.push_back(std::move(rule));
  }

  /// Head lines that name records and fields.
  void read_late_head() {
    for (const ast::HeadLine& line : ast_.head) {
      const std::string& word = line.keyword.text;
      if (word == "missing") {
        const auto family = family_named(line.at, line.args.front());
        if (family) plan_.may_miss.emplace_back(*family, fault(line.at, line.args[1]));
      }
      if (word == "block") {
        plan_.block_records = number(line.at, line.args[0], 2, 10'000, "The block").value_or(2);
        if (const auto record = record_named(line.at, line.args[1])) plan_.block_fill = *record;
      }
      if (word == "currency" && line.args.size() == 2) {
        const auto [record_name, field_name] = split(line.args[1].text);
        const RecordPlan* record = plan_.find_record(record_name);
        const FieldPlan* field = record == nullptr ? nullptr : record->find_field(field_name);
        if (field == nullptr) {
          complain(line.at, line.args[1], "unknown-field", fmt::format("There is no field {}.", line.args[1].text),
                   "Name the record and the field that state the currency: currency from header.currency.");
        } else {
          plan_.currency_field = {static_cast<std::uint16_t>(record - plan_.records.data()),
                                  static_cast<std::uint16_t>(field - record->fields.data())};
        }
      }
    }
  }

  // ---- Code lists
  // ------------------------------------------------------------------------------------------------------

  std::uint64_t mark_bit(ast::LineOf at, const ast::Arg& name) {
    if (const auto found = marks_.find(name.text); found != marks_.end()) return found->second;
    if (plan_.marks.size() == most_marks) {
      complain(at, name, "too-many-marks", "A layout may name 64 marks; this is one more.", "Use fewer marks.");
      return 0;
    }
    const std::uint64_t bit = std::uint64_t{1} << plan_.marks.size();
    plan_.marks.push_back(name.text);
    marks_.emplace(name.text, bit);
    return bit;
  }

  /// What a word says when no mark speaks of it.
  static std::string plain_value(const BoundTo& bound) {
    switch (bound.binding->kind) {
      case BindingKind::flag:
        return bound.name() == "entry.is_booked" || bound.name() == "batch.batch_booking" ? "yes" : "no";
      case BindingKind::direction:
        return "debit";
      case BindingKind::outcome:
        return "none";
      case BindingKind::level:
        return "entry";
      case BindingKind::amount:
      case BindingKind::number:
        return "0";
      case BindingKind::count:
        return "-1";
      default:
        return {};
    }
  }

  struct MarkSets {
    std::uint64_t bit = 0;
    std::vector<SetWord> sets;
  };

  void read_codes() {
    for (const ast::Codes& codes : ast_.codes) {
      CodeListPlan list{.name = codes.name.text,
                        .codes = {},
                        .unknown = {},
                        .unknown_fault = Fault::error,
                        .is_reasons = codes.from_reasons,
                        .line = codes.at.line};
      if (code_list_named(list.name)) {
        complain(codes.at, codes.name, "twice", fmt::format("There are two code lists {}.", list.name),
                 "Give one of them another name.");
      }
      std::vector<MarkSets> marks;
      std::vector<SetWord> plain;  // One for each word that a mark of the list sets.
      const auto note_plain = [&](const SetWord& set) {
        if (std::ranges::none_of(plain, [&](const SetWord& known) { return known.bound.name() == set.bound.name(); })) {
          plain.push_back({set.bound, plain_value(set.bound)});
        }
      };
      for (const ast::MarkLine& line : codes.marks) {
        MarkSets mark{.bit = mark_bit(line.at, line.name), .sets = {}};
        for (const ast::SetWord& set : line.sets) {
          if (auto word = set_word(line.at, set)) {
            note_plain(*word);
            mark.sets.push_back(std::move(*word));
          }
        }
        marks.push_back(std::move(mark));
      }
      std::vector<SetWord> unknown_sets;
      if (codes.unknown) {
        list.unknown_fault = fault(codes.unknown->at, codes.unknown->severity);
        for (const ast::SetWord& set : codes.unknown->sets) {
          if (auto word = set_word(codes.unknown->at, set)) {
            note_plain(*word);
            unknown_sets.push_back(std::move(*word));
          }
        }
      }
      if (codes.from_reasons) {
        read_reasons(codes, list, plain);
      } else {
        for (const ast::CodeLine& line : codes.codes) add_codes(codes, line, marks, plain, list);
      }
      list.unknown.sets = merged(plain, unknown_sets);
      std::ranges::sort(list.codes, {}, &CodePlan::value);
      const auto twice = std::ranges::adjacent_find(list.codes, {}, &CodePlan::value);
      if (twice != list.codes.end()) {
        complain(codes.at, codes.name, "code-twice",
                 fmt::format("Code \"{}\" stands twice in the list {}.", twice->value, list.name),
                 "Keep one of the two lines.");
      }
      plan_.code_lists.push_back(std::move(list));
    }
  }

  static std::vector<SetWord> merged(std::vector<SetWord> base, const std::vector<SetWord>& over) {
    for (const SetWord& set : over) {
      for (SetWord& known : base) {
        if (known.bound.name() == set.bound.name()) known.literal = set.literal;
      }
    }
    return base;
  }

  void add_codes(const ast::Codes& codes, const ast::CodeLine& line, const std::vector<MarkSets>& marks,
                 const std::vector<SetWord>& plain, CodeListPlan& list) {
    CodePlan code{.value = {}, .meaning = line.meaning.text, .marks = 0, .sets = plain};
    for (const ast::Arg& name : line.marks) {
      const auto found =
          std::ranges::find(codes.marks, name.text, [](const ast::MarkLine& mark) { return mark.name.text; });
      if (found == codes.marks.end()) {
        complain(line.at, name, "unknown-mark", fmt::format("The list {} has no mark {}.", list.name, name.text),
                 fmt::format("Add a line above: mark {}.", name.text));
        continue;
      }
      const MarkSets& mark = marks[static_cast<std::size_t>(found - codes.marks.begin())];
      code.marks |= mark.bit;
      code.sets = merged(std::move(code.sets), mark.sets);
    }
    for (const std::string& value : expand(line)) {
      if (list.codes.size() == most_codes) return;
      code.value = std::string{trim_spaces(value)};
      code.listed = list.codes.size();
      list.codes.push_back(code);
    }
  }

  /// "R01".."R09": the codes differ in digits at the end.
  std::vector<std::string> expand(const ast::CodeLine& line) {
    const std::string& first = line.value.text;
    const std::string& last = line.value.last;
    if (last.empty()) return {first};
    std::size_t digits = 0;
    while (digits < first.size() && first[first.size() - 1 - digits] >= '0' && first[first.size() - 1 - digits] <= '9')
      ++digits;
    const std::size_t stem = first.size() - digits;
    std::uint32_t from = 0, to = 0;
    const bool numbers =
        digits > 0 && digits < 6 && first.size() == last.size() && first.substr(0, stem) == last.substr(0, stem) &&
        std::from_chars(first.data() + stem, first.data() + first.size(), from).ptr == first.data() + first.size() &&
        std::from_chars(last.data() + stem, last.data() + last.size(), to).ptr == last.data() + last.size() &&
        from <= to;
    if (!numbers) {
      complain(line.at, line.value, "code-range", fmt::format("\"{}\"..\"{}\" is no range of codes.", first, last),
               "Write two codes of one length that differ in their last digits, the smaller first: \"R01\"..\"R09\".");
      return {};
    }
    std::vector<std::string> values;
    for (std::uint32_t i = from; i <= to; ++i)
      values.push_back(fmt::format("{}{:0{}}", first.substr(0, stem), i, digits));
    return values;
  }

  void read_reasons(const ast::Codes& codes, CodeListPlan& list, std::vector<SetWord>& plain) {
    const Scheme* scheme = catalogue_ == nullptr ? nullptr : catalogue_->find(plan_.scheme);
    if (scheme == nullptr) {
      complain(codes.at, codes.name, "no-reasons",
               fmt::format("The scheme \"{}\" has no reasons to take.", plan_.scheme),
               "Name a scheme that has a reasons.tsv above this line: scheme nacha.");
      return;
    }
    const auto outcome = find_binding("entry.outcome");
    require(outcome.has_value(), "an entry has an outcome");
    if (std::ranges::none_of(plain, [&](const SetWord& set) { return set.bound.name() == outcome->name(); })) {
      plain.push_back({*outcome, "none"});
    }
    for (const auto& [value, reason] : scheme->reasons) {
      CodePlan code{.value = value, .meaning = reason.meaning_en, .marks = 0, .sets = {}};
      const std::string name{outcome_name(reason.outcome)};
      code.marks = mark_bit(codes.at, {.text = name, .last = {}, .is_quoted = false, .column = codes.name.column});
      code.sets = merged(plain, {{*outcome, name}});
      list.codes.push_back(std::move(code));
    }
  }

  [[nodiscard]] std::optional<std::uint16_t> code_list_named(std::string_view name) const {
    const auto found = std::ranges::find(plan_.code_lists, name, &CodeListPlan::name);
    if (found == plan_.code_lists.end()) return std::nullopt;
    return static_cast<std::uint16_t>(found - plan_.code_lists.begin());
  }

  // ---- Records
  // ---------------------------------------------------------------------------------------------------------

  static const ast::Clause* find_clause(const std::vector<ast::Clause>& clauses, std::string_view word) {
    const auto found = std::ranges::find(
        clauses, word, [](const ast::Clause& clause) { return std::string_view{clause.keyword.text}; });
    return found == clauses.end() ? nullptr : &*found;
  }

  void declare_records() {
    for (const ast::Record& record : ast_.records) {
      const ast::RecordHead& head = record.head;
      if (head.name.text.empty()) continue;  // Its head could not be read; that is reported already.
      if (plan_.find_record(head.name.text) != nullptr) {
        complain(record.at, head.name, "twice", fmt::format("There are two records {}.", head.name.text),
                 "Give one of them another name.");
        continue;
      }
      if (plan_.records.size() == most_records) {
        complain(record.at, head.name, "too-many", "A layout may hold 500 records; this is one more.",
                 "Split the layout.");
        return;
      }
      RecordPlan plan;
      plan.name = head.name.text;
      plan.title = head.title ? head.title->text : head.name.text;
      plan.line = record.at.line;
      plan.length = plan_.record_length;
      std::vector<std::string> open{plan.name};
      Declared declared = with_inherited(record, plan, open);
      plan.family = family_index(declared.family);
      plan.roles = declared.roles;
      if (plan.length == 0) {
        complain(record.at, head.name, "no-length", fmt::format("Nothing says how long record {} is.", plan.name),
                 "Add a line `length N` to the head of the layout, or `length N` to the record.");
        for (const ast::FieldLine* line : declared.fields) plan.length = std::max(plan.length, last_column(*line));
        plan.length = std::max<std::uint32_t>(plan.length, 1);
      }
      plan_.records.push_back(std::move(plan));
      records_.push_back(std::move(declared));
    }
  }

  /// The lines of a record with those of the record it is like, which may stand above or below it.
  Declared with_inherited(const ast::Record& record, RecordPlan& plan, std::vector<std::string>& open) {
    Declared declared{
        .ast = &record, .fields = {}, .checks = {}, .inherited = {}, .family = record.head.name.text, .roles = {}};
    const ast::Clause* like = find_clause(record.head.clauses, "like");
    if (like != nullptr) {
      const ast::Arg& name = like->args[0];
      const auto base =
          std::ranges::find(ast_.records, name.text, [](const ast::Record& other) { return other.head.name.text; });
      if (base == ast_.records.end() || std::ranges::find(open, name.text) != open.end()) {
        complain(record.at, name, "unknown-record",
                 fmt::format("Record {} is like {}, which is no other record of the layout.", record.head.name.text,
                             name.text),
                 "Name the record whose fields it shares.");
      } else {
        open.push_back(name.text);
        take_over(record, with_inherited(*base, plan, open), declared);
        open.pop_back();
      }
    }
    if (const auto* of = find_clause(record.head.clauses, "of")) declared.family = of->args[0].text;
    if (const auto* length = find_clause(record.head.clauses, "length")) {
      plan.length = number(record.at, length->args[0], 1, longest_record, "The record length").value_or(1);
    }
    read_roles(record, declared.roles);
    for (const ast::FieldLine& field : record.fields) declared.fields.push_back(&field);
    for (const ast::CheckLine& check : record.checks) declared.checks.push_back(&check);
    return declared;
  }

  static void take_over(const ast::Record& record, Declared from, Declared& declared) {
    const auto is_replaced = [&](const ast::FieldLine& old) {
      return std::ranges::any_of(record.fields, [&](const ast::FieldLine& field) {
        return field.name.text == old.name.text || (!field.is_part && columns_overlap(field, old));
      });
    };
    declared.family = std::move(from.family);
    declared.roles = from.roles;
    for (const ast::FieldLine* field : from.fields) {
      if (is_replaced(*field)) continue;
      declared.fields.push_back(field);
      declared.inherited.insert(field);
    }
    for (const ast::CheckLine* check : from.checks) {
      declared.checks.push_back(check);
      declared.inherited.insert(check);
    }
  }

  static std::uint32_t last_column(const ast::FieldLine& line) {
    std::uint32_t column = 0;
    std::from_chars(line.last.text.data(), line.last.text.data() + line.last.text.size(), column);
    return std::min(column, longest_record);
  }

  static bool columns_overlap(const ast::FieldLine& left, const ast::FieldLine& right) {
    const auto value = [](const ast::Arg& arg) { return arg.text.size() > 6 ? 0 : std::stoul("0" + arg.text); };
    return value(left.first) <= value(right.last) && value(right.first) <= value(left.last);
  }

  std::uint16_t family_index(const std::string& name) {
    if (const auto known = plan_.find_family(name)) return *known;
    plan_.families.push_back(name);
    return static_cast<std::uint16_t>(plan_.families.size() - 1);
  }

  static void read_roles(const ast::Record& record, Roles& roles) {
    for (const ast::Clause& clause : record.head.clauses) {
      const std::string& word = clause.keyword.text;
      if (word == "fills") roles.fills = true;
      for (const ast::Arg& arg : clause.args) {
        const auto scope = value_named(scopes, arg.text);
        if (!scope) continue;
        if (word == "opens")
          (*scope == Scope::file    ? roles.opens_file
           : *scope == Scope::batch ? roles.opens_batch
                                    : roles.opens_entry) = true;
        if (word == "joins") roles.joins_entry = true;
        if (word == "closes" && *scope == Scope::batch) roles.closes_batch = true;
        if (word == "closes" && *scope == Scope::file) roles.closes_file = true;
        if (word == "speaks") roles.speaks_for = *scope;
      }
    }
  }

  std::optional<std::uint16_t> family_named(ast::LineOf at, const ast::Arg& arg) {
    if (const auto family = plan_.find_family(arg.text)) return family;
    if (const RecordPlan* record = plan_.find_record(arg.text)) return record->family;
    complain(at, arg, "unknown-record", fmt::format("There is no record {}.", arg.text),
             did_you_mean(arg.text, record_names(), "Name a record of this layout."));
    return std::nullopt;
  }

  std::optional<std::uint16_t> record_named(ast::LineOf at, const ast::Arg& arg) {
    if (const RecordPlan* record = plan_.find_record(arg.text))
      return static_cast<std::uint16_t>(record - plan_.records.data());
    complain(at, arg, "unknown-record", fmt::format("There is no record {}.", arg.text),
             did_you_mean(arg.text, record_names(), "Name a record of this layout."));
    return std::nullopt;
  }

  [[nodiscard]] std::vector<std::string> record_names() const {
    std::vector<std::string> names = plan_.families;
    for (const RecordPlan& record : plan_.records) names.push_back(record.name);
    return names;
  }

  /// The records a name stands for: a family, or one record.
  [[nodiscard]] std::vector<std::uint16_t> records_named(std::string_view name) const {
    std::vector<std::uint16_t> found;
    const auto family = plan_.find_family(name);
    for (std::uint16_t i = 0; i < plan_.records.size(); ++i) {
      if (family ? plan_.records[i].family == *family : plan_.records[i].name == name) found.push_back(i);
    }
    return found;
  }

  static std::pair<std::string_view, std::string_view> split(std::string_view dotted) {
    const std::size_t dot = dotted.find('.');
    if (dot == std::string_view::npos) return {{}, dotted};
    return {dotted.substr(0, dot), dotted.substr(dot + 1)};
  }

  // ---- Fields
  // ----------------------------------------------------------------------------------------------------------

  void read_fields(std::size_t index) {
    const Declared& declared = records_[index];
    RecordPlan& record = plan_.records[index];
    std::vector<std::pair<FieldPlan, const ast::FieldLine*>> fields, parts;
    bool has_damage = false;
    for (const ast::FieldLine* line : declared.fields) {
      if (fields.size() + parts.size() == most_fields) break;
      if (auto field = read_field(record, *line)) {
        (field->is_part ? parts : fields).emplace_back(std::move(*field), line);
      } else {
        damaged_fields_.insert(line->name.text);
        has_damage = true;
      }
    }
    const auto by_position = [](const auto& left, const auto& right) {
      return left.first.at.offset < right.first.at.offset;
    };
    std::ranges::stable_sort(fields, by_position);
    std::ranges::stable_sort(parts, by_position);
    if (!has_damage) check_coverage(*declared.ast, record, fields);
    std::set<std::string, std::less<>> names;
    for (auto* list : {&fields, &parts}) {
      for (auto& [field, line] : *list) {
        if (!names.insert(field.name).second) {
          complain(line->at, line->name, "twice", fmt::format("Record {} has two fields {}.", record.name, field.name),
                   "Give one of them another name.");
        }
        record.fields.push_back(std::move(field));
      }
    }
    link_parts(declared, record);
  }

  void check_coverage(const ast::Record& owner, const RecordPlan& record,
                      const std::vector<std::pair<FieldPlan, const ast::FieldLine*>>& fields) {
    std::uint32_t expected = 0;  // Offset at which the next field must begin.
    const FieldPlan* before = nullptr;
    for (const auto& [field, line] : fields) {
      if (field.at.offset > expected) {
        complain(line->at, line->first, "gap",
                 fmt::format("{} of record {} belong{} to no field.", columns(expected + 1, field.at.offset),
                             record.name, expected + 1 == field.at.offset ? "s" : ""),
                 "Correct the position, or add a filler line for these columns.");
      } else if (field.at.offset < expected && before != nullptr) {
        complain(line->at, line->first, "overlap",
                 fmt::format("{} of record {} lies in {} and in {}.",
                             columns(field.at.offset + 1, std::min(expected, field.at.offset + field.at.length)),
                             record.name, before->name, field.name),
                 "Correct the positions; a range inside another field is written as a part.");
      }
      expected = std::max(expected, field.at.offset + field.at.length);
      before = &field;
    }
    if (expected < record.length) {
      complain(owner.at, owner.head.name, "gap",
               fmt::format("{} of record {} belong{} to no field.", columns(expected + 1, record.length), record.name,
                           expected + 1 == record.length ? "s" : ""),
               "Add the missing lines, or correct the length of the record.");
    }
  }

  void link_parts(const Declared& declared, RecordPlan& record) {
    for (std::uint16_t p = 0; p < record.fields.size(); ++p) {
      const FieldPlan& part = record.fields[p];
      if (!part.is_part) continue;
      for (FieldPlan& whole : record.fields) {
        if (!whole.is_part && whole.at.offset <= part.at.offset &&
            part.at.offset + part.at.length <= whole.at.offset + whole.at.length) {
          whole.parts.push_back(p);
          if (whole.is_sensitive) record.fields[p].is_sensitive = true;
        }
      }
      if (part.at.offset + part.at.length > record.length) {
        complain(declared.ast->at, declared.ast->head.name, "too-long",
                 fmt::format("Part {} of record {} ends behind column {}.", part.name, record.name, record.length),
                 "Correct its position.");
      }
    }
  }

  std::optional<FieldPlan> read_field(const RecordPlan& record, const ast::FieldLine& line) {
    const auto first = number(line.at, line.first, 1, longest_record, "The first column");
    const auto last = number(line.at, line.last, 1, longest_record, "The last column");
    const auto length = number(line.at, line.length, 1, longest_record, "The length");
    if (!first || !last || !length) return std::nullopt;
    if (*last < *first) {
      complain(line.at, line.last, "position", fmt::format("Columns {}-{} run backwards.", *first, *last),
               "Write the first column, then the last.");
      return std::nullopt;
    }
    if (*last - *first + 1 != *length) {
      complain(
          line.at, line.length, "length",
          fmt::format("Columns {}-{} are {} long, but the line says {}.", *first, *last, *last - *first + 1, *length),
          "One of the three numbers differs from the bank's document; correct it.");
      // The columns are what the rest of the layout leans on.
    }
    if (*last > record.length) {
      complain(line.at, line.last, "too-long",
               fmt::format("Field {} ends in column {}, but record {} is {} long.", line.name.text, *last, record.name,
                           record.length),
               "Correct the position, or the length of the record.");
      return std::nullopt;
    }
    FieldPlan field;
    field.name = line.name.text;
    field.at = {*first - 1, *last - *first + 1};
    field.is_part = line.is_part;
    field.note = line.note;
    field.line = line.at.line;
    read_type(line, field);
    for (const ast::Clause& clause : line.clauses) read_clause(line, clause, field);
    finish_field(line, field);
    return field;
  }

  void read_type(const ast::FieldLine& line, FieldPlan& field) {
    const ast::Clause& type = line.type;
    field.type = value_named(types, type.keyword.text).value_or(FieldType::text);
    field.decimals = plan_.currency == Currency{} ? std::uint8_t{2} : plan_.currency.minor_digits();
    if (is_number_type(field.type)) {
      field.side = Side::right;
      field.pad = '0';
    }
    field.is_required = is_number_type(field.type) || field.type == FieldType::date || field.type == FieldType::time ||
                        field.type == FieldType::code;
    if (field.type == FieldType::filler) field.fault = Fault::note;
    if (field.type == FieldType::date) {
      const auto pattern = date_pattern(type.args[0].text);
      if (!pattern) {
        complain(line.at, type.args[0], "date-pattern",
                 fmt::format("\"{}\" is no pattern of a date.", type.args[0].text),
                 "Use YYYY or YY, MM and DD, or DDD for the day of the year, each at most once.");
      } else {
        field.date = *pattern;
        check_pattern_length(line, field);
      }
    }
    if (field.type == FieldType::time) {
      const auto pattern = time_pattern(type.args[0].text);
      if (!pattern) {
        complain(line.at, type.args[0], "time-pattern",
                 fmt::format("\"{}\" is no pattern of a time.", type.args[0].text),
                 "Use HH, MM and perhaps SS, each once.");
      } else {
        field.time = *pattern;
        check_pattern_length(line, field);
      }
    }
    if (field.type == FieldType::code) {
      field.codes = code_list_named(type.args[0].text);
      if (!field.codes) {
        std::vector<std::string> names;
        for (const CodeListPlan& list : plan_.code_lists) names.push_back(list.name);
        complain(line.at, type.args[0], "unknown-codes", fmt::format("There is no code list {}.", type.args[0].text),
                 did_you_mean(type.args[0].text, names, "Write the list above the records: codes NAME."));
      } else if (const auto& list = plan_.code_lists[*field.codes]; !list.is_reasons) {
        const auto too_long =
            std::ranges::find_if(list.codes, [&](const CodePlan& code) { return code.value.size() > field.at.length; });
        if (too_long != list.codes.end()) {
          complain(line.at, line.length, "code-length",
                   fmt::format("Code \"{}\" of the list {} has {}; field {} holds {}.", too_long->value, list.name,
                               characters(too_long->value.size()), field.name, field.at.length),
                   "Correct the length of the field, or use the list of another field.");
        }
      }
    }
  }

  void check_pattern_length(const ast::FieldLine& line, const FieldPlan& field) {
    const std::string& pattern = line.type.args[0].text;
    if (pattern.size() == field.at.length) return;
    complain(line.at, line.type.args[0], "pattern-length",
             fmt::format("The pattern {} is {} long, but field {} is {}.", pattern, pattern.size(), field.name,
                         field.at.length),
             "Write the pattern exactly as long as the field.");
  }

  void read_clause(const ast::FieldLine& line, const ast::Clause& clause, FieldPlan& field) {
    const std::string& word = clause.keyword.text;
    const auto& args = clause.args;
    if (word == "=") field.constant = args[0].text;
    if (word == "default") field.default_value = args[0].text;
    if (word == "none") field.none_value = args[0].text;
    if (word == "required") field.is_required = true;
    if (word == "optional") field.is_required = false;
    if (word == "left") field.side = Side::left;
    if (word == "right") field.side = Side::right;
    if (word == "sensitive") field.is_sensitive = true;
    if (word == "keep") field.keeps_blanks = true;
    if (word == "join") field.is_joined = true;
    if (word == "cut") field.may_cut = true;
    if (word == "transliterate") field.transliterates = true;
    if (word == "else") field.fault = field.same_as_fault = fault(line.at, args[0]);
    if (word == "blank") field.blank_fault = fault(line.at, args[0]);
    if (word == "decimals")
      field.decimals = static_cast<std::uint8_t>(number(line.at, args[0], 0, 9, "The number of decimals").value_or(2));
    if (word == "check")
      field.check_digit = choose(check_digits, line.at, args[0], "check digit").value_or(CheckDigit::none);
    if (word == "sign") {
      field.sign = choose(signs, line.at, args[0], "place of a sign").value_or(SignPlace::none);
      if (!is_number_type(field.type)) {
        complain(line.at, clause.keyword, "sign",
                 fmt::format("Field {} is {} and has no sign.", field.name, field_type_name(field.type)),
                 "Leave the sign away, or make it digits or money.");
      }
    }
    if (word == "pad") {
      if (args[0].text.size() == 1) {
        field.pad = args[0].text.front();
      } else {
        complain(line.at, args[0], "pad", fmt::format("\"{}\" is not one character.", args[0].text),
                 "A pad is one character: pad \"0\".");
      }
    }
    if (word == "class") read_class(line, args[0], field);
    if (word == "->") {
      for (const ast::Arg& arg : args) {
        if (auto bound = binding(line.at, arg)) {
          check_binding_kind(line, arg, *bound, field);
          field.bindings.push_back(std::move(*bound));
        }
      }
    }
    const bool is_only_when = word.find('.') != std::string::npos;  // The keyword of a word test is the word.
    if (is_only_when) {
      if (auto test = word_test(line.at, clause)) field.only_when.push_back(std::move(*test));
    }
  }

  void read_class(const ast::FieldLine& line, const ast::Arg& arg, FieldPlan& field) {
    if (arg.is_quoted) {
      field.characters = class_of_ranges(arg.text);
    } else if (const auto ranges = choose(character_classes, line.at, arg, "character class")) {
      field.characters = class_of_ranges(*ranges);
    }
  }

  void check_binding_kind(const ast::FieldLine& line, const ast::Arg& arg, const BoundTo& bound,
                          const FieldPlan& field) {
    const FieldType type = field.type;
    bool fits = false;
    switch (bound.binding->kind) {
      case BindingKind::text:
        fits = type != FieldType::filler;
        break;
      case BindingKind::amount:
        fits = type == FieldType::money || type == FieldType::decimal;
        break;
      case BindingKind::count:
        fits = is_number_type(type);
        break;
      case BindingKind::number:
        fits = type == FieldType::digits;
        break;
      case BindingKind::date:
        fits = type == FieldType::date;
        break;
      case BindingKind::clock:
        fits = type == FieldType::time;
        break;
      case BindingKind::currency:
        fits = (type == FieldType::text || type == FieldType::code) && field.at.length == 3;
        break;
      case BindingKind::sequence:
        fits = type == FieldType::text || type == FieldType::code;
        break;
      case BindingKind::flag:
      case BindingKind::direction:
      case BindingKind::outcome:
      case BindingKind::level:
        fits = false;
        break;
    }
    if (fits) return;
    complain(line.at, arg, "binding-kind",
             fmt::format("Field {} is {} and cannot be {}.", field.name, field_type_name(type), bound.name()),
             "Amounts need money or decimal, dates a date, numbers digits; directions, outcomes and flags are set by "
             "the marks of a code list.");
  }

  /// Widens constants and defaults and checks that they fit.
  void finish_field(const ast::FieldLine& line, FieldPlan& field) {
    for (const ast::Clause& clause : line.clauses) {
      const std::string& word = clause.keyword.text;
      if (word != "=" && word != "default" && word != "none") continue;
      std::optional<std::string>& value = word == "="         ? field.constant
                                          : word == "default" ? field.default_value
                                                              : field.none_value;
      if (value->size() > field.at.length) {
        complain(line.at, clause.args[0], "value-length",
                 fmt::format("\"{}\" has {}; field {} holds {}.", *value, characters(value->size()), field.name,
                             field.at.length),
                 "Shorten the text, or correct the length.");
      } else if (word == "none" && value->size() < field.at.length) {
        complain(line.at, clause.args[0], "value-length",
                 fmt::format("\"{}\" has {}; field {} holds {}.", *value, characters(value->size()), field.name,
                             field.at.length),
                 "Write what stands for nothing in the full length of the field.");
      } else if (word == "=") {
        const std::size_t missing = field.at.length - value->size();
        value = field.side == Side::right ? std::string(missing, field.pad) + *value
                                          : *value + std::string(missing, field.pad);
      }
      if (field.type == FieldType::digits &&
          std::ranges::any_of(*value, [](char c) { return (c < '0' || c > '9') && c != ' '; })) {
        complain(line.at, clause.args[0], "value-type",
                 fmt::format("\"{}\" is not all digits, but field {} is.", *value, field.name),
                 "Write digits, or make the field a text.");
      }
    }
    if (field.constant && !field.bindings.empty() && field.type == FieldType::filler) field.bindings.clear();
  }

  // ---- What looks at other records
  // ---------------------------------------------------------------------------------------

  void read_relations(std::size_t index) {
    const Declared& declared = records_[index];
    for (const ast::FieldLine* line : declared.fields) {
      const auto* same = find_clause(line->clauses, "as");
      if (same == nullptr) continue;
      const auto field = std::ranges::find(plan_.records[index].fields, line->name.text, &FieldPlan::name);
      if (field == plan_.records[index].fields.end()) continue;
      field->same_as = operand(line->at, same->args[0], false, index);
      check_same_length(*line, same->args[0], *field);
    }
    for (const ast::CheckLine* line : declared.checks) read_check(index, *line, declared.inherited.contains(line));
    for (const ast::RecordLine& line : declared.ast->lines) read_record_line(index, line);
    read_conditions(index);
  }

  void check_same_length(const ast::FieldLine& line, const ast::Arg& arg, const FieldPlan& field) {
    if (!field.same_as || field.same_as->where != Operand::Where::last) return;
    for (std::size_t r = 0; r < plan_.records.size(); ++r) {
      const auto other = field.same_as->field_of_record[r];
      if (other < 0) continue;
      const FieldPlan& there = plan_.records[r].fields[static_cast<std::size_t>(other)];
      if (there.at.length == field.at.length) continue;
      complain(line.at, arg, "same-length",
               fmt::format("Field {} is {} long, but {}.{} is {}.", field.name, field.at.length, plan_.records[r].name,
                           there.name, there.at.length),
               "Fields that are the same have the same length; correct one of the positions.");
      return;
    }
  }

  std::optional<Operand> operand(ast::LineOf at, const ast::Arg& arg, bool is_word, std::size_t here) {
    Operand found;
    found.text = arg.text;
    if (is_word) {
      auto bound = binding(at, arg);
      if (!bound) return std::nullopt;
      found.where = Operand::Where::word;
      found.word = std::move(*bound);
      return found;
    }
    const auto [owner, field_name] = split(arg.text);
    found.where = owner.empty() ? Operand::Where::here : Operand::Where::last;
    found.field_of_record.assign(plan_.records.size(), -1);
    const auto candidates =
        owner.empty() ? std::vector<std::uint16_t>{static_cast<std::uint16_t>(here)} : records_named(owner);
    bool any = false;
    std::vector<std::string> names;
    for (const std::uint16_t r : candidates) {
      found.family = plan_.records[r].family;
      for (std::size_t f = 0; f < plan_.records[r].fields.size(); ++f) {
        names.push_back(owner.empty() ? plan_.records[r].fields[f].name
                                      : std::string{owner} + "." + plan_.records[r].fields[f].name);
        if (plan_.records[r].fields[f].name != field_name) continue;
        found.field_of_record[r] = static_cast<std::int16_t>(f);
        any = true;
      }
    }
    if (any) return found;
    if (damaged_fields_.contains(field_name)) return std::nullopt;
    if (candidates.empty()) {
      complain(at, arg, "unknown-record", fmt::format("There is no record {}.", owner),
               did_you_mean(owner, record_names(), "Name a record of this layout."));
    } else {
      complain(at, arg, "unknown-field", fmt::format("There is no field {}.", arg.text),
               did_you_mean(arg.text, names,
                            owner.empty() ? "Name a field of this record, or RECORD.FIELD for one of another record."
                                          : "Name a field of that record."));
    }
    return std::nullopt;
  }

  std::optional<Test> read_test(ast::LineOf at, const ast::Test& line, std::size_t here) {
    Test test;
    auto left = operand(at, line.operand, line.word.has_value(), here);
    if (!left) return std::nullopt;
    test.operand = std::move(*left);
    test.negated = line.negated.has_value();
    const std::string& word = line.op.keyword.text;
    test.text = test.operand.text + (test.negated ? " not " : " ") +
                (word == "as"                        ? "same as"
                 : word == "least" || word == "most" ? "at " + word
                                                     : word);
    if (word == "=" || word == "in") {
      test.kind = Test::Kind::value_in;
      test.values = value_ranges(line.op.args);
    } else if (word == "is") {
      test.kind = Test::Kind::marked;
      const auto found = marks_.find(line.op.args[0].text);
      if (found == marks_.end()) {
        complain(at, line.op.args[0], "unknown-mark",
                 fmt::format("No code list has the mark {}.", line.op.args[0].text),
                 did_you_mean(line.op.args[0].text, plan_.marks, "Name a mark of the code list of that field."));
        return std::nullopt;
      }
      test.marks = found->second;
      if (!check_marked(at, line, test)) return std::nullopt;
    } else if (word == "present") {
      test.kind = Test::Kind::present;
    } else if (word == "zero") {
      test.kind = Test::Kind::zero;
    } else if (word == "as") {
      test.kind = Test::Kind::same_as;
      auto right = operand(at, line.op.args[0], false, here);
      if (!right) return std::nullopt;
      test.other = std::move(*right);
    } else {
      test.kind = word == "least" ? Test::Kind::at_least : Test::Kind::at_most;
      test.limit = number(at, line.op.args[0], 0, 2'000'000'000, "The limit").value_or(0);
    }
    for (const ast::Arg& arg : line.op.args) test.text += " " + arg.text;
    return test;
  }

  /// `is MARK` asks for a field of a code list.
  bool check_marked(ast::LineOf at, const ast::Test& line, const Test& test) {
    for (std::size_t r = 0; r < plan_.records.size() && test.operand.where != Operand::Where::word; ++r) {
      const auto f = test.operand.field_of_record[r];
      if (f < 0 || plan_.records[r].fields[static_cast<std::size_t>(f)].codes) continue;
      complain(at, line.operand, "not-a-code", fmt::format("{} is no code and carries no marks.", test.operand.text),
               "Ask for its value instead: = \"...\".");
      return false;
    }
    return true;
  }

  void read_check(std::size_t index, const ast::CheckLine& line, bool is_inherited) {
    const auto known = findings_.size();
    CheckPlan check;
    check.line = line.at.line;
    check.at_end = line.at_end;
    auto test = read_test(line.at, line.test, index);
    bool complete = test.has_value();
    for (const ast::Test& when : line.when) {
      auto condition = read_test(line.at, when, index);
      complete = complete && condition.has_value();
      if (condition) check.when.push_back(std::move(*condition));
    }
    for (const ast::Clause& clause : line.clauses) {
      const std::string& word = clause.keyword.text;
      if (word == "else") check.fault = fault(line.at, clause.args[0]);
      if (word == "code") check.code = clause.args[0].text;
      if (word == "says") check.says = clause.args[0].text;
      if (word == "remedy") check.remedy = clause.args[0].text;
    }
    // A rule taken over from another record stays away where its fields were replaced.
    if (is_inherited && findings_.size() > known) findings_.resize(known);
    if (!complete) return;
    if (check.at_end && !plan_.records[index].roles.opens_entry) {
      complain(line.at, line.test.operand, "at-end",
               fmt::format("Record {} opens no entry whose end could be waited for.", plan_.records[index].name),
               "Write the check without `at end`.");
    }
    check.test = std::move(*test);
    plan_.records[index].checks.push_back(std::move(check));
  }

  void read_record_line(std::size_t index, const ast::RecordLine& line) {
    RecordPlan& record = plan_.records[index];
    const std::string& word = line.keyword.text;
    if (word == "from") read_source(record, line);
    if (word == "remark") record.remarks = line.args[0].text;
    if (word == "refuse") {
      record.refuses = line.args[0].text;
      if (!line.clauses.empty()) record.refuse_remedy = line.clauses[0].args[0].text;
    }
    if (word == "set") {
      if (auto set = set_word(line.at, {line.args[0], line.args[1]})) record.sets.push_back(std::move(*set));
    }
    if (word == "write") {
      for (const ast::Clause& clause : line.clauses) {
        if (auto test = word_test(line.at, clause)) record.write_when.push_back(std::move(*test));
      }
    }
    if (word == "join") read_join(record, line);
  }

  void read_source(RecordPlan& record, const ast::RecordLine& line) {
    const std::string& key = line.args[0].text;
    record.sources.push_back({key, line.args[1].text, line.args[2].text});
    if (std::ranges::any_of(plan_.sources, [&](const auto& source) { return source.first == key; })) return;
    complain(line.at, line.args[0], "unknown-source",
             fmt::format("Record {} names source {}, which the layout does not list.", record.name, key),
             fmt::format("Add a line: source {} \"the document\".", key));
  }

  void read_join(RecordPlan& record, const ast::RecordLine& line) {
    if (line.clauses.empty()) {
      complain(line.at, line.keyword, "join", "The line does not say which word the texts become.",
               "End it with -> and a word: -> file.message_id.");
      return;
    }
    auto bound = binding(line.at, line.clauses[0].args[0]);
    if (!bound) return;
    if (bound->binding->kind != BindingKind::text) {
      complain(line.at, line.clauses[0].args[0], "binding-kind", fmt::format("{} is no text.", bound->name()),
               "Join texts into a word that is a text.");
      return;
    }
    JoinPlan join{.bound = std::move(*bound), .fields = {}, .separator = line.args.back().text};
    for (std::size_t i = 0; i + 1 < line.args.size(); ++i) {
      const FieldPlan* field = record.find_field(line.args[i].text);
      if (field == nullptr) {
        complain(line.at, line.args[i], "unknown-field", fmt::format("There is no field {}.", line.args[i].text),
                 "Name fields of this record.");
        continue;
      }
      join.fields.push_back(static_cast<std::uint16_t>(field - record.fields.data()));
    }
    record.joins.push_back(std::move(join));
  }

  void read_conditions(std::size_t index) {
    const ast::Record& line = *records_[index].ast;
    RecordPlan& record = plan_.records[index];
    if (line.head.conditions.empty()) {
      complain(line.at, line.head.name, "no-condition",
               fmt::format("Nothing says how record {} is recognised.", record.name),
               "Add `when` and a condition, such as: when 1-1 = \"6\". A record that is whatever is left is `when "
               "otherwise`.");
    }
    for (const ast::Condition& condition : line.head.conditions) {
      KeyCondition key;
      const std::string& what = condition.what.text;
      if (what == "otherwise") continue;
      if (what == "first") key.kind = KeyCondition::Kind::first_record;
      if (what == "all") {
        key.kind = KeyCondition::Kind::all_bytes;
        key.values = value_ranges(condition.args);
        if (key.values[0].first.size() != 1) {
          complain(line.at, condition.args[0], "value-length",
                   fmt::format("\"{}\" is not one character.", key.values[0].first),
                   "Write the one character that fills the record: all \"9\".");
          continue;
        }
      }
      if (what == "after") {
        key.kind = KeyCondition::Kind::after_family;
        const auto family = family_named(line.at, condition.args[0]);
        if (!family) continue;
        key.family = *family;
      }
      if (what == "columns" && !read_column_condition(line, condition, record, key)) continue;
      if (what == "field") {
        key.kind = KeyCondition::Kind::last_record;
        auto other = operand(line.at, condition.args[0], false, index);
        if (!other) continue;
        if (other->where != Operand::Where::last) {
          complain(line.at, condition.args[0], "condition",
                   fmt::format("{} is a field of the record that is still to be recognised.", other->text),
                   "Name columns instead, such as 51-53, or a field of another record.");
          continue;
        }
        key.operand = std::move(*other);
        key.values = value_ranges(condition.args, 1);
      }
      record.conditions.push_back(std::move(key));
    }
  }

  bool read_column_condition(const ast::Record& line, const ast::Condition& condition, const RecordPlan& record,
                             KeyCondition& key) {
    const auto first = number(line.at, condition.args[0], 1, record.length, "The first column");
    const auto last = number(line.at, condition.args[1], 1, record.length, "The last column");
    if (!first || !last) return false;
    if (*last < *first) {
      complain(line.at, condition.args[1], "position", fmt::format("Columns {}-{} run backwards.", *first, *last),
               "Write the first column, then the last.");
      return false;
    }
    key.kind = KeyCondition::Kind::bytes;
    key.at = {*first - 1, *last - *first + 1};
    key.values = value_ranges(condition.args, 2);
    for (std::size_t i = 2; i < condition.args.size(); ++i) {
      const ast::Arg& arg = condition.args[i];
      const std::size_t size = arg.text.size();
      if (size == key.at.length && (arg.last.empty() || arg.last.size() == size)) continue;
      complain(line.at, arg, "value-length",
               fmt::format("\"{}\" has {}; columns {}-{} hold {}.", arg.text, characters(size), *first, *last,
                           key.at.length),
               "Write the value in the full length of the columns.");
      return false;
    }
    return true;
  }

  // ---- Order
  // -----------------------------------------------------------------------------------------------------------

  std::size_t positions_ = 0;

  void read_order() {
    const auto root = std::ranges::find(ast_.order, "file", [](const ast::OrderRule& rule) { return rule.name.text; });
    if (root == ast_.order.end()) {
      complain(ast_.first.at, ast_.first.keyword, "no-order", "The layout does not say in which order records stand.",
               "Add a section: order, and below it a rule that begins with file =.");
      return;
    }
    std::vector<std::string> open;
    const auto tree = order_node(*root, root->node, open);
    if (!tree || positions_ > most_positions) return;
    plan_.order = *tree;
    plan_.order.name = "file";
    if (const auto unclear = compile_order(plan_.order, plan_, plan_.order_table)) {
      const std::string where = unclear->after.empty() ? "at the beginning" : "behind " + unclear->after;
      complain(root->at, root->name, "ambiguous-order",
               fmt::format("Record {} {} could stand in two places of the order.", plan_.records[unclear->record].name,
                           where),
               "Write the order so that the next record alone tells what follows.");
    }
  }

  static void apply_suffix(const std::string& suffix, OrderNode& node) {
    for (const char mark : suffix) {
      if (mark == '?' || mark == '*') node.is_optional = true;
      if (mark == '+' || mark == '*') node.is_repeated = true;
    }
  }

  /// `rule` is the line the node stands in; `open` are the rules on the way to it.
  std::optional<OrderNode> order_node(const ast::OrderRule& rule, const ast::OrderNode& node,
                                      std::vector<std::string>& open) {
    OrderNode made;
    if (node.shape == 'n') {
      const auto known =
          std::ranges::find(ast_.order, node.name.text, [](const ast::OrderRule& other) { return other.name.text; });
      if (known != ast_.order.end()) return expand_rule(rule, node, *known, open);
      made.records = records_named(node.name.text);
      if (made.records.empty()) {
        complain(rule.at, node.name, "unknown-record", fmt::format("There is no record or rule {}.", node.name.text),
                 did_you_mean(node.name.text, record_names(), "Name a record or a rule of the order."));
        return std::nullopt;
      }
      made.kind = OrderNode::Kind::record;
      made.family = plan_.records[made.records.front()].family;
      apply_suffix(node.suffix, made);
      if (++positions_ == most_positions)
        complain(rule.at, node.name, "too-many", "The order names too many records.",
                 "Use rules with * instead of repeating records.");
      return positions_ < most_positions ? std::optional{made} : std::nullopt;
    }
    made.kind = node.shape == 's' ? OrderNode::Kind::sequence : OrderNode::Kind::choice;
    for (const ast::OrderNode& child : node.children) {
      auto part = order_node(rule, child, open);
      if (!part) return std::nullopt;
      made.children.push_back(std::move(*part));
    }
    if (made.children.size() == 1) made = std::move(made.children.front());
    apply_suffix(node.suffix, made);
    return made;
  }

  std::optional<OrderNode> expand_rule(const ast::OrderRule& rule, const ast::OrderNode& node,
                                       const ast::OrderRule& known, std::vector<std::string>& open) {
    if (std::ranges::find(open, known.name.text) != open.end() || known.name.text == "file" || open.size() > 20) {
      complain(rule.at, node.name, "order-loop", fmt::format("The rule {} leads back to itself.", node.name.text),
               "Use * or + for what repeats.");
      return std::nullopt;
    }
    open.push_back(known.name.text);
    auto made = order_node(known, known.node, open);
    open.pop_back();
    if (!made) return std::nullopt;
    if (made->is_optional || made->is_repeated) {  // Its own suffix counts inside of the one written here.
      OrderNode group{.kind = OrderNode::Kind::sequence,
                      .name = {},
                      .records = {},
                      .family = 0,
                      .is_optional = false,
                      .is_repeated = false,
                      .children = {std::move(*made)}};
      made = std::move(group);
    }
    made->name = known.name.text;
    apply_suffix(node.suffix, *made);
    return made;
  }

  // ---- Totals
  // ----------------------------------------------------------------------------------------------------------

  void read_totals() {
    for (const ast::TotalLine& line : ast_.totals) {
      const auto known = findings_.size();
      TotalPlan total;
      total.line = line.at.line;
      total.scope = value_named(scopes, line.scope.text).value_or(Scope::file);
      const std::string& measure = line.measure.text;
      total.kind = measure == "sum"         ? TotalPlan::Kind::sum
                   : measure == "blocks"    ? TotalPlan::Kind::blocks
                   : measure == "number"    ? TotalPlan::Kind::number
                   : measure == "ascending" ? TotalPlan::Kind::ascending
                                            : TotalPlan::Kind::count;
      total.text = describe(line);
      for (const ast::Clause& clause : line.clauses) {
        if (clause.keyword.text == "else") total.fault = fault(line.at, clause.args[0]);
        if (clause.keyword.text == "modulo") read_modulo(line, clause.args[0], total);
      }
      const auto index = static_cast<std::uint16_t>(plan_.totals.size());
      state_total(line, index, total);
      for (const ast::Arg& from : line.from) add_from(line, from, total);
      if (total.kind == TotalPlan::Kind::blocks &&
          std::ranges::none_of(ast_.head, [](const ast::HeadLine& head) { return head.keyword.text == "block"; })) {
        complain(line.at, line.measure, "no-block", "The layout has no blocks to count.",
                 "Add a line: block 10 fill NAME.");
      }
      if ((total.kind == TotalPlan::Kind::sum || total.kind == TotalPlan::Kind::count) && line.from.empty()) {
        complain(line.at, line.measure, "total", fmt::format("Nothing is named behind {} of.", measure),
                 "Name the records or fields it covers.");
      }
      if (findings_.size() == known) {
        plan_.totals.push_back(std::move(total));
      }
    }
  }

  static std::string describe(const ast::TotalLine& line) {
    std::string text = line.measure.text;
    if (text == "count" || text == "sum" || text == "number") text += " of ";
    for (std::size_t i = 0; i < line.from.size(); ++i) text += (i == 0 ? "" : ", ") + line.from[i].text;
    text += " in " + line.scope.text;
    for (std::size_t i = 0; i < line.where.size(); ++i) {
      const ast::Test& where = line.where[i];
      text +=
          (i == 0 ? " where " : " and ") + where.operand.text + (where.negated ? " not " : " ") + where.op.keyword.text;
      for (const ast::Arg& arg : where.op.args) text += " " + arg.text;
    }
    return text;
  }

  void read_modulo(const ast::TotalLine& line, const ast::Arg& arg, TotalPlan& total) {
    const auto [end, error] = std::from_chars(arg.text.data(), arg.text.data() + arg.text.size(), total.modulo);
    if (error != std::errc{} || end != arg.text.data() + arg.text.size() || total.modulo == 0) {
      complain(line.at, arg, "number", fmt::format("{} cannot be divided by.", arg.text),
               "Write the modulus, such as 10000000000.");
    }
    total.text += " modulo " + arg.text;
  }

  /// The fields that state the total.
  void state_total(const ast::TotalLine& line, std::uint16_t index, TotalPlan& total) {
    const auto stated = operand(line.at, line.target, false, 0);
    if (!stated) return;
    if (stated->where != Operand::Where::last) {
      complain(line.at, line.target, "total",
               fmt::format("{} does not say in which record the total stands.", line.target.text),
               "Write RECORD.FIELD.");
      return;
    }
    for (std::uint16_t r = 0; r < plan_.records.size(); ++r) {
      const auto f = stated->field_of_record[r];
      if (f < 0) continue;
      FieldPlan& field = plan_.records[r].fields[static_cast<std::size_t>(f)];
      if (!is_number_type(field.type)) {
        complain(line.at, line.target, "total-type",
                 fmt::format("{}.{} is {} and cannot state a total.", plan_.records[r].name, field.name,
                             field_type_name(field.type)),
                 "Make it digits, money or decimal.");
        return;
      }
      if (field.total) {
        complain(line.at, line.target, "twice",
                 fmt::format("{}.{} states a total already.", plan_.records[r].name, field.name),
                 "Keep one of the two lines.");
        return;
      }
      field.total = index;
      total.stated_in.emplace_back(r, static_cast<std::uint16_t>(f));
    }
  }

  void add_from(const ast::TotalLine& line, const ast::Arg& arg, TotalPlan& total) {
    if (total.kind == TotalPlan::Kind::sum) {
      const auto summed = operand(line.at, arg, false, 0);
      if (!summed) return;
      if (summed->where != Operand::Where::last) {
        complain(line.at, arg, "total", fmt::format("{} does not say in which record the field stands.", arg.text),
                 "Write RECORD.FIELD.");
        return;
      }
      for (std::uint16_t r = 0; r < plan_.records.size(); ++r) {
        const auto f = summed->field_of_record[r];
        if (f < 0) continue;
        const FieldPlan& field = plan_.records[r].fields[static_cast<std::size_t>(f)];
        if (!is_number_type(field.type)) {
          complain(line.at, arg, "total-type",
                   fmt::format("{}.{} is {} and cannot be added up.", plan_.records[r].name, field.name,
                               field_type_name(field.type)),
                   "Add up digits, money or decimals.");
          return;
        }
        add_record(line, r, static_cast<std::uint16_t>(f), total);
      }
      return;
    }
    if (arg.text == "records" && records_named("records").empty()) {
      total.counts_all_records = true;
      return;
    }
    const auto found = records_named(arg.text);
    if (found.empty()) {
      complain(line.at, arg, "unknown-record", fmt::format("There is no record {}.", arg.text),
               did_you_mean(arg.text, record_names(), "Name a record of this layout."));
    }
    for (const std::uint16_t r : found) add_record(line, r, 0, total);
  }

  void add_record(const ast::TotalLine& line, std::uint16_t record, std::uint16_t field, TotalPlan& total) {
    TotalPlan::From from{.record = record, .field = field, .where = {}};
    for (const ast::Test& where : line.where) {
      auto test = read_test(line.at, where, record);
      if (!test) return;
      if (test->operand.where != Operand::Where::here) {
        complain(line.at, where.operand, "total",
                 fmt::format("{} is no field of the record that is counted.", test->operand.text),
                 "A total may ask for fields of the records it counts.");
        return;
      }
      from.where.push_back(std::move(*test));
    }
    total.from.push_back(std::move(from));
  }

  // ---- Roles
  // -----------------------------------------------------------------------------------------------------------

  void check_roles() {
    const auto any = [&](bool Roles::* role) {
      return std::ranges::any_of(plan_.records, [&](const RecordPlan& record) { return record.roles.*role; });
    };
    if (plan_.records.empty()) {
      complain(ast_.first.at, ast_.first.keyword, "no-records", "The layout describes no record.", "Add a record.");
      return;
    }
    if (!any(&Roles::opens_file)) {
      complain(ast_.first.at, ast_.first.keyword, "no-role", "No record opens the file.",
               "Add `opens file` to the first record of the file.");
    }
    if (!any(&Roles::opens_entry)) {
      complain(ast_.first.at, ast_.first.keyword, "no-role", "No record opens an entry.",
               "Add `opens entry` to the record that speaks of one claim.");
    }
    const bool states_currency =
        std::ranges::any_of(ast_.head, [](const ast::HeadLine& line) { return line.keyword.text == "currency"; });
    if (!states_currency) {
      complain(ast_.first.at, ast_.first.keyword, "currency", "Nothing says in which currency amounts are.",
               "Add `currency EUR`, or `currency from RECORD.FIELD`.");
    }
    if (plan_.scheme.empty()) {
      complain(ast_.first.at, ast_.first.keyword, "no-scheme", "The layout does not say which scheme it belongs to.",
               "Add `scheme NAME`, the folder under schemes/.");
    }
  }
};

}  // namespace

Finding LayoutTexts::quote(layout_ast::LineOf at, std::uint32_t column, std::string code, std::string explanation,
                           std::string remedy, Severity severity) const {
  Finding finding;
  finding.code = std::move(code);
  finding.severity = severity;
  finding.message = std::move(explanation);
  finding.remedy = std::move(remedy);
  if (at.text < texts.size()) {
    const Text& text = texts[at.text];
    finding.place.file = text.file;
    finding.place.line = at.line;
    finding.place.column_first = finding.place.column_last = column;
    if (at.line >= 1 && at.line <= text.lines.size()) {
      const std::string_view line = text.lines[at.line - 1];
      // Tabs are kept in front of the caret, so that it stands below its column whatever a tab is worth.
      std::string before{line.substr(0, column > 0 ? column - 1 : 0)};
      std::ranges::replace_if(before, [](char c) { return c != '\t'; }, ' ');
      finding.message += fmt::format("\n  {}\n  {}^", line, before);
    }
  }
  return finding;
}

std::vector<Finding> check_layout(const layout_ast::Layout& ast, const LayoutTexts& texts, const Catalogue* catalogue,
                                  LayoutPlan& plan) {
  return Checker{ast, texts, catalogue, plan}.run();
}

}  // namespace counterfoil
