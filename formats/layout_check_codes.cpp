// Code lists: their codes, marks, and what each says of an entry.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/require.hpp"
#include "formats/layout_check_state.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

std::string_view trim_spaces(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}
class CodesStep final : CheckStep {
 public:
  explicit CodesStep(CheckState& state) : CheckStep{state} {}

  void run() {
    for (const ast::Codes& codes : ast_.codes) {
      CodeListPlan list{.name = codes.name.text,
                        .codes = {},
                        .unknown = {},
                        .unknown_fault = Fault::error,
                        .is_reasons = codes.from_reasons && !codes.prefix,
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

 private:
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
    const Scheme* scheme = state_.catalogue == nullptr ? nullptr : state_.catalogue->find(plan_.scheme);
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
    const auto whole = find_binding("entry.reason");
    require(whole.has_value(), "an entry has a reason");
    const std::string prefix = codes.prefix ? codes.prefix->text : std::string{};
    if (codes.prefix) plain.push_back({*whole, ""});
    for (const auto& [value, reason] : scheme->reasons) {
      if (!value.starts_with(prefix) || value.size() == prefix.size()) continue;
      CodePlan code{.value = value.substr(prefix.size()), .meaning = reason.meaning_en, .marks = 0, .sets = {}};
      const std::string name{outcome_name(reason.outcome)};
      code.marks = mark_bit(codes.at, {.text = name, .last = {}, .is_quoted = false, .column = codes.name.column});
      code.sets = merged(plain, codes.prefix ? std::vector<SetWord>{{*outcome, name}, {*whole, value}}
                                             : std::vector<SetWord>{{*outcome, name}});
      code.listed = list.codes.size();
      list.codes.push_back(std::move(code));
    }
    if (codes.prefix && list.codes.empty())
      complain(codes.at, *codes.prefix, "no-reasons",
               fmt::format("No reason of the scheme \"{}\" begins with \"{}\".", plan_.scheme, prefix),
               "Correct the prefix, or add the reasons to reasons.tsv.");
  }
};

}  // namespace

void read_codes(CheckState& state) { CodesStep{state}.run(); }

}  // namespace counterfoil
