#include "formats/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "formats/layout_ast.hpp"
#include "formats/layout_check.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

constexpr int most_variants_deep = 5;

bool names_the_same(const ast::HeadLine& left, const ast::HeadLine& right) {
  const std::string& word = left.keyword.text;
  if (word != right.keyword.text) return false;
  const bool one_for_each_name = word == "tolerate" || word == "missing" || word == "source" || word == "kind";
  return !one_for_each_name || left.args.front().text == right.args.front().text;
}

bool overlaps(const ast::FieldLine& left, const ast::FieldLine& right) {
  const auto value = [](const ast::Arg& arg) { return arg.text.size() > 6 ? 0 : std::stoul("0" + arg.text); };
  return value(left.first) <= value(right.last) && value(right.first) <= value(left.last);
}

/// A record of a variant: its lines take the place of those that cover the same columns or say the same thing.
void patch_record(ast::Record& base, const ast::Record& patch) {
  std::erase_if(base.fields, [&](const ast::FieldLine& old) {
    return std::ranges::any_of(patch.fields, [&](const ast::FieldLine& line) {
      return line.name.text == old.name.text || (!line.is_part && overlaps(line, old));
    });
  });
  base.fields.insert(base.fields.end(), patch.fields.begin(), patch.fields.end());
  base.checks.insert(base.checks.end(), patch.checks.begin(), patch.checks.end());
  for (const ast::RecordLine& line : patch.lines) {
    std::erase_if(base.lines, [&](const ast::RecordLine& old) {
      return old.keyword.text == line.keyword.text && old.keyword.text != "set" && old.keyword.text != "from";
    });
    base.lines.push_back(line);
  }
  if (!patch.head.conditions.empty()) base.head.conditions = patch.head.conditions;
  if (patch.head.title) base.head.title = patch.head.title;
  for (const ast::Clause& clause : patch.head.clauses) {
    std::erase_if(base.head.clauses, [&](const ast::Clause& old) { return old.keyword.text == clause.keyword.text; });
    base.head.clauses.push_back(clause);
  }
}

/// `steps`: records may be like each other in a circle, which the checker reports later.
std::string family_of(const ast::Layout& layout, const ast::Record& record, std::size_t steps = 0) {
  for (const ast::Clause& clause : record.head.clauses) {
    if (clause.keyword.text == "of") return clause.args.front().text;
    if (clause.keyword.text != "like" || steps > layout.records.size()) continue;
    for (const ast::Record& base : layout.records) {
      if (base.head.name.text == clause.args.front().text && &base != &record)
        return family_of(layout, base, steps + 1);
    }
  }
  return record.head.name.text;
}

void insert_record(ast::Layout& base, const ast::Record& record) {
  auto place = base.records.end();
  for (const ast::Clause& clause : record.head.clauses) {
    if (clause.keyword.text != "before") continue;
    place = std::ranges::find(base.records, clause.args.front().text,
                              [](const ast::Record& known) { return known.head.name.text; });
  }
  if (place ==
      base.records.end()) {  // Behind the last of its family, so that an `otherwise` record stays the last resort.
    const std::string family = family_of(base, record);
    for (auto known = base.records.begin(); known != base.records.end(); ++known) {
      if (family_of(base, *known) == family) place = known + 1;
    }
  }
  base.records.insert(place, record);
}

/// Lays a variant over its base, line by line.
ast::Layout patched(ast::Layout base, const ast::Layout& patch) {
  base.first = patch.first;
  for (const ast::HeadLine& line : patch.head) {
    std::erase_if(base.head, [&](const ast::HeadLine& old) { return names_the_same(old, line); });
    base.head.push_back(line);
  }
  for (const ast::Codes& codes : patch.codes) {
    const auto known =
        std::ranges::find(base.codes, codes.name.text, [](const ast::Codes& old) { return old.name.text; });
    if (known != base.codes.end()) {
      *known = codes;
    } else {
      base.codes.push_back(codes);
    }
  }
  for (const ast::Record& record : patch.records) {
    const auto known = std::ranges::find(base.records, record.head.name.text,
                                         [](const ast::Record& old) { return old.head.name.text; });
    if (known != base.records.end()) {
      patch_record(*known, record);
    } else {
      insert_record(base, record);
    }
  }
  for (const ast::OrderRule& rule : patch.order) {
    std::erase_if(base.order, [&](const ast::OrderRule& old) { return old.name.text == rule.name.text; });
    base.order.push_back(rule);
  }
  if (!patch.answers.empty()) base.answers = patch.answers;
  for (const ast::TotalLine& total : patch.totals) {
    std::erase_if(base.totals, [&](const ast::TotalLine& old) { return old.target.text == total.target.text; });
    base.totals.push_back(total);
  }
  return base;
}

class Loader {
 public:
  explicit Loader(const LayoutSurroundings& around) : around_{around} {}

  LoadedLayout load(std::string_view text, std::string_view file) {
    LoadedLayout loaded;
    ast::Layout layout = read(text, file, 0);
    if (findings_.empty()) {
      auto plan = std::make_shared<LayoutPlan>();
      plan->file = file;
      loaded.findings = check_layout(layout, texts_, around_.catalogue, *plan);
      const bool broken = std::ranges::any_of(
          loaded.findings, [](const Finding& finding) { return finding.severity == Severity::error; });
      if (!broken) loaded.plan = std::move(plan);
    } else {
      loaded.findings = std::move(findings_);
    }
    return loaded;
  }

 private:
  const LayoutSurroundings& around_;
  LayoutTexts texts_;
  std::vector<std::shared_ptr<const std::string>> kept_;  // Texts that the lines of texts_ look into.
  std::vector<Finding> findings_;

  ast::Layout read(std::string_view text, std::string_view file, int depth) {
    const auto number = static_cast<std::uint16_t>(texts_.texts.size());
    texts_.texts.push_back({std::string{file}, ast::split_lines(text)});
    ast::Reading reading = ast::read_layout(text, number);
    for (const ast::Surprise& surprise : reading.surprises) {
      findings_.push_back(texts_.quote(surprise.at, surprise.column, "layout.syntax",
                                       fmt::format("Expected {} here.", surprise.expected),
                                       "docs/layout-language.md shows how the line is written."));
    }
    if (reading.layout.first.keyword.text.empty() && reading.surprises.empty()) {
      findings_.push_back(
          texts_.quote({number, 1}, 1, "layout.empty", "The layout is empty.", "Begin with: layout NAME \"title\"."));
    }
    if (reading.layout.first.keyword.text != "variant" || !findings_.empty()) return std::move(reading.layout);
    return over_base(reading.layout, depth);
  }

  ast::Layout over_base(const ast::Layout& variant, int depth) {
    const ast::Arg& name = variant.first.args[2];
    const auto base = around_.base ? around_.base(name.text) : std::nullopt;
    if (!base || depth == most_variants_deep) {
      findings_.push_back(texts_.quote(variant.first.at, name.column, "layout.unknown-base",
                                       base ? fmt::format("The variants of {} lead back to themselves.", name.text)
                                            : fmt::format("There is no layout {} to be a variant of.", name.text),
                                       "Name a layout that `format list` shows."));
      return variant;
    }
    kept_.push_back(std::make_shared<const std::string>(base->text));
    return patched(read(*kept_.back(), base->file, depth + 1), variant);
  }
};

}  // namespace

LoadedLayout load_layout(std::string_view text, std::string_view file, const LayoutSurroundings& around) {
  return Loader{around}.load(text, file);
}

Result<std::shared_ptr<const LayoutPlan>> require_layout(std::string_view text, std::string_view file,
                                                         const LayoutSurroundings& around) {
  const LoadedLayout loaded = load_layout(text, file, around);
  if (loaded.plan) return loaded.plan;
  std::string explanation = fmt::format("The layout {} has mistakes.", file);
  for (const Finding& finding : loaded.findings) {
    if (finding.severity != Severity::error) continue;
    explanation += fmt::format("\n{}:{}:{}: {}\n  {}", finding.place.file, finding.place.line,
                               finding.place.column_first, finding.message, finding.remedy);
  }
  return std::unexpected(Error{"layout.mistakes", std::move(explanation),
                               "Correct the lines shown; `format lint` shows them again.",
                               loaded.findings.empty() ? Place{} : loaded.findings.front().place, ErrorKind::usage});
}

LayoutLibrary::LayoutLibrary(const Catalogue& catalogue) {
  const auto base = [&](std::string_view name) -> std::optional<SchemeText> {
    for (const Scheme& scheme : catalogue.schemes()) {
      if (const auto found = scheme.layouts.find(name); found != scheme.layouts.end()) return found->second;
    }
    return std::nullopt;
  };
  const LayoutSurroundings around{.base = base, .catalogue = &catalogue};
  for (const Scheme& scheme : catalogue.schemes()) {
    for (const auto& [name, text] : scheme.layouts) {
      LoadedLayout loaded = load_layout(text.text, text.file, around);
      if (loaded.plan) plans_.push_back(std::move(loaded.plan));
      std::ranges::move(loaded.findings, std::back_inserter(findings_));
    }
  }
  std::ranges::sort(plans_, {}, [](const auto& plan) { return std::string_view{plan->name}; });
}

const LayoutLibrary& LayoutLibrary::built_in() {
  static const LayoutLibrary library{Catalogue::built_in()};
  return library;
}

const LayoutPlan* LayoutLibrary::find(std::string_view name) const {
  const auto found = std::ranges::find(plans_, name, [](const auto& plan) { return std::string_view{plan->name}; });
  return found == plans_.end() ? nullptr : found->get();
}

}  // namespace counterfoil
