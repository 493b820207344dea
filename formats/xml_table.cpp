#include "formats/xml_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "core/require.hpp"

namespace counterfoil {
namespace {

constexpr std::array<std::pair<XmlContent, std::string_view>, 13> contents{{
    {XmlContent::children, ""},
    {XmlContent::any, "any"},
    {XmlContent::text, "text"},
    {XmlContent::digits, "digits"},
    {XmlContent::code, "code"},
    {XmlContent::one_of, "one-of"},
    {XmlContent::date, "date"},
    {XmlContent::date_time, "date-time"},
    {XmlContent::amount, "amount"},
    {XmlContent::decimal, "decimal"},
    {XmlContent::boolean, "bool"},
    {XmlContent::iban, "iban"},
    {XmlContent::bic, "bic"},
}};

bool has_length(XmlContent content) {
  return content == XmlContent::text || content == XmlContent::digits || content == XmlContent::code;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(separators), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string unquoted(std::string_view text) {
  const bool is_quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
  return std::string{is_quoted ? text.substr(1, text.size() - 2) : text};
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "1", "0..1", "1..n".
struct Range {
  std::uint32_t from = 0, to = 0;
};

std::optional<Range> parse_range(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) {
    const auto number = parse_number(text);
    if (!number) return std::nullopt;
    return Range{*number, *number};
  }
  const auto from = parse_number(text.substr(0, dots));
  const std::string_view last = text.substr(dots + 2);
  const auto to = last == "n" ? xml_unbounded : parse_number(last);
  if (!from || !to || *from > *to || *to == 0) return std::nullopt;
  return Range{*from, *to};
}

bool is_version(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

/// Versions are two digits, so text order is their order.
bool mark_covers(std::string_view mark, std::string_view version) {
  const auto dash = mark.find('-');
  if (dash == std::string_view::npos) return mark == version;
  const std::string_view from = mark.substr(0, dash);
  const std::string_view to = mark.substr(dash + 1);
  return (from.empty() || from <= version) && (to.empty() || version <= to);
}

}  // namespace

XmlMessageParts parts_of_message_name(std::string_view name) {
  const auto words = split(name, ".");  // Area, message, variant, version.
  if (words.size() < 2) return {.family = name, .version = {}};
  const auto family_size = static_cast<std::size_t>(words[1].data() + words[1].size() - name.data());
  return {.family = name.substr(0, family_size), .version = words.size() < 4 ? std::string_view{} : words[3]};
}

std::string message_name(std::string_view family, std::string_view version) {
  const bool is_iso = family.find('.') != std::string_view::npos;
  std::string name{family};
  if (is_iso && !version.empty()) name.append(".001.").append(version);
  return name;
}

bool is_of_family(std::string_view message_name, std::string_view family) {
  return message_name.starts_with(family) &&
         (message_name.size() == family.size() || message_name[family.size()] == '.');
}

std::string_view xml_content_name(XmlContent content) {
  for (const auto& [value, name] : contents) {
    if (value == content) return name;
  }
  require(false, "every content has a name");
  return {};
}

// Reads a table line by line; the first mistake ends it, because later lines hang on earlier ones.
class XmlTableParser {
 public:
  XmlTableParser(std::string_view text, const std::string& file_name) : text_{text} { table_.file_name_ = file_name; }

  Result<XmlTable> parse() {
    while (!text_.empty()) {
      const auto end = std::min(text_.find('\n'), text_.size());
      const std::string_view line = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      ++number_;
      if (auto taken = take_line(line); !taken) return std::unexpected(taken.error());
    }
    if (table_.families_.empty())
      return fault("table.no-family", "The table names no message family.", "Begin with: family NAME ROOT-ELEMENT.");
    if (table_.message_.empty())
      return fault("table.no-message", "The table has no part \"message\".",
                   "Describe the message under a line \"message\".");
    return std::move(table_);
  }

 private:
  std::unexpected<Error> fault(std::string code, std::string explanation, std::string remedy) const {
    return std::unexpected(Error{.code = std::move(code),
                                 .explanation = std::move(explanation),
                                 .remedy = std::move(remedy),
                                 .place = {.file = table_.file_name_, .line = number_},
                                 .kind = ErrorKind::usage});
  }

  Result<void> take_line(std::string_view line) {
    if (const auto note = line.find(" ; "); note != std::string_view::npos) {
      note_ = trimmed(line.substr(note + 3));
      line = line.substr(0, note);
    } else {
      note_ = {};
    }
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos || line[begin] == '#' || trimmed(line).empty()) return {};
    return begin == 0 ? take_head(trimmed(line)) : take_element(trimmed(line), static_cast<std::uint32_t>(begin));
  }

  Result<void> take_head(std::string_view line) {
    const auto words = split(line, " ");
    const std::string_view first = words.front();
    if (first == "family" && words.size() == 3) {
      table_.families_.push_back({std::string{words[1]}, std::string{words[2]}});
    } else if (first == "versions" && words.size() > 1) {
      table_.versions_.assign(words.begin() + 1, words.end());
    } else if (first == "title" && words.size() > 1) {
      table_.title_ = unquoted(trimmed(line.substr(first.size())));
    } else if (first == "source") {
      table_.sources_.push_back(unquoted(trimmed(line.substr(first.size()))));
    } else if (first == "shape" && words.size() == 2) {
      table_.shapes_.push_back({std::string{words[1]}, number_, {}});
      into_ = &table_.shapes_.back().lines;
    } else if (first == "message" && words.size() == 1) {
      into_ = &table_.message_;
    } else {
      return fault("table.unknown-line",
                   "\"" + std::string{first} + "\" begins no line that a table knows, or its words are incomplete.",
                   "Use family, title, versions, source, shape or message, or indent an element.");
    }
    return {};
  }

  Result<void> take_element(std::string_view rest, std::uint32_t indent) {
    if (into_ == nullptr)
      return fault("table.element-outside", "An element stands before any shape or message.",
                   "Put it under a line \"shape NAME\" or \"message\".");
    XmlTable::Line line;
    line.number = number_;
    line.depth = indent / 2;
    line.node.note = note_;
    const std::uint32_t deepest = into_->empty() ? 1 : into_->back().depth + 1;
    if (indent % 2 != 0 || line.depth > deepest) {
      return fault("table.indent",
                   "The line is indented by " + std::to_string(indent) + " spaces; the line above allows at most " +
                       std::to_string(deepest * 2) + ".",
                   "Indent each level by two spaces.");
    }
    if (const auto arrow = rest.find("->"); arrow != std::string_view::npos) {
      line.node.binding = trimmed(rest.substr(arrow + 2));
      rest = trimmed(rest.substr(0, arrow));
      if (line.node.binding.empty())
        return fault("table.no-binding", "Nothing stands after \"->\".",
                     "Name the exchange word, such as entry.amount.");
    }
    if (const auto open = rest.find('['); open != std::string_view::npos) {
      const auto close = rest.find(']', open);
      if (close == std::string_view::npos)
        return fault("table.marks", "The bracket is not closed.", "Write marks as [04-] or [camt.053].");
      for (const auto mark : split(rest.substr(open + 1, close - open - 1), " ")) line.marks.emplace_back(mark);
      rest = trimmed(rest.substr(0, open));
    }
    auto words = split(rest, " ");
    if (!words.empty() && words.front() == "|") {
      line.is_alternative = true;
      words.erase(words.begin());
    }
    if (auto read =
            words.size() == 2 && words.front() == "at" ? take_refinement(line, words[1]) : take_words(line, words);
        !read)
      return read;
    into_->push_back(std::move(line));
    return {};
  }

  Result<void> take_refinement(XmlTable::Line& line, std::string_view path) {
    if (line.node.binding.empty())
      return fault("table.no-binding", "A line \"at\" binds nothing.", "Write: at PATH -> word.");
    line.is_refinement = true;
    line.node.name = path;
    return {};
  }

  Result<void> take_words(XmlTable::Line& line, const std::vector<std::string_view>& words) {
    if (words.size() < 2)
      return fault("table.element", "An element line needs a name and how often it stands there.",
                   "Write: Name 0..1 text 1..35.");
    line.node.name = words[0];
    const auto occurs = parse_range(words[1]);
    if (!occurs)
      return fault("table.occurs", "\"" + std::string{words[1]} + "\" does not say how often the element stands there.",
                   "Write 1, 0..1, 0..n or 1..n.");
    line.node.occurs_min = occurs->from;
    line.node.occurs_max = occurs->to;
    if (words.size() == 2) return {};
    if (words[2].starts_with('=')) {
      line.shape = words[2].substr(1);
      return {};
    }
    const auto found = std::ranges::find(contents, words[2], [](const auto& row) { return row.second; });
    if (found == contents.end())
      return fault("table.content", "\"" + std::string{words[2]} + "\" is no content a table knows.",
                   "Use text, digits, code, one-of, date, date-time, amount, decimal, bool, iban, bic, any or =Shape.");
    line.node.content = found->first;
    if (has_length(found->first)) {
      const auto length = words.size() == 4 ? parse_range(words[3]) : std::nullopt;
      if (!length)
        return fault("table.length", "The length of " + line.node.name + " is missing.", "Write it as 1..35.");
      line.node.length_min = length->from;
      line.node.length_max = length->to;
    } else if (found->first == XmlContent::one_of) {
      if (words.size() != 4)
        return fault("table.codes", "The codes of " + line.node.name + " are missing.", "Write them as DBIT|CRDT.");
      for (const auto code : split(words[3], "|")) line.node.codes.emplace_back(code);
    } else if (words.size() != 3) {
      return fault("table.content", "\"" + std::string{words[3]} + "\" is not expected here.", "Remove it.");
    }
    return {};
  }

  std::string_view text_;
  std::string_view note_;
  std::uint32_t number_ = 0;
  XmlTable table_;
  std::vector<XmlTable::Line>* into_ = nullptr;
};

// Unfolds shapes into a tree for one family and version, then lays the tree out flat.
class XmlPlanMaker {
 public:
  XmlPlanMaker(const XmlTable& table, const XmlTable::Family& family, std::string_view version)
      : table_{table}, family_{family}, version_{version} {}

  Result<XmlPlan> make() {
    Tree document;
    document.node.name = "Document";
    Tree root;
    root.node.name = family_.root;
    std::size_t at = 0;
    if (auto grown = grow(table_.message_, at, 1, root.children); !grown) return std::unexpected(grown.error());
    document.children.push_back(std::move(root));
    return flatten(document);
  }

  /// Bindings that reached no element; meaningful for the union of all versions and a table of one family.
  std::vector<const XmlTable::Line*> missed;
  std::set<std::string, std::less<>> used_shapes;

 private:
  struct Tree {
    XmlNode node;
    std::vector<Tree> children;
  };

  [[nodiscard]] bool stands_here(const XmlTable::Line& line) const {
    bool version_marked = false, version_fits = false, family_marked = false, family_fits = false;
    for (const auto& mark : line.marks) {
      if (is_version(mark)) {
        version_marked = true;
        version_fits = version_fits || version_.empty() || mark_covers(mark, version_);
      } else {
        family_marked = true;
        family_fits = family_fits || mark == family_.name;
      }
    }
    return (!version_marked || version_fits) && (!family_marked || family_fits);
  }

  [[nodiscard]] static bool has_version_mark(const XmlTable::Line& line) {
    return std::ranges::any_of(line.marks, [](const std::string& mark) { return is_version(mark); });
  }

  Result<void> grow(const std::vector<XmlTable::Line>& lines, std::size_t& at, std::uint32_t depth,
                    std::vector<Tree>& into) {
    std::uint32_t choice = 0;
    bool was_alternative = false;
    while (at < lines.size() && lines[at].depth >= depth) {
      const XmlTable::Line& line = lines[at];
      ++at;
      if (line.is_refinement) {
        if (!bind(into, line.node.name, line.node.binding)) missed.push_back(&line);
        continue;
      }
      if (line.is_alternative && !was_alternative) ++choice;
      was_alternative = line.is_alternative;
      Tree tree{.node = line.node, .children = {}};
      if (line.is_alternative) tree.node.choice = choice;
      if (version_.empty() && has_version_mark(line)) tree.node.occurs_min = 0;
      if (auto inside = grow_inside(line, lines, at, tree); !inside) return inside;
      if (stands_here(line)) add(into, std::move(tree));
    }
    return {};
  }

  Result<void> grow_inside(const XmlTable::Line& line, const std::vector<XmlTable::Line>& lines, std::size_t& at,
                           Tree& tree) {
    if (!line.shape.empty()) {
      const auto shape = std::ranges::find(table_.shapes_, line.shape, &XmlTable::Shape::name);
      if (shape == table_.shapes_.end())
        return fault("table.shape-unknown", "No shape is named \"" + line.shape + "\".",
                     "Define it, or correct the name.", line.number);
      if (++nesting_ > 40)
        return fault("table.shape-cycle", "The shape \"" + line.shape + "\" holds itself.", "Break the circle.",
                     line.number);
      used_shapes.insert(line.shape);
      std::size_t inner = 0;
      auto grown = grow(shape->lines, inner, 1, tree.children);
      --nesting_;
      if (!grown) return grown;
    }
    return grow(lines, at, line.depth + 1, tree.children);
  }

  /// Where every version stands at once, the same name may come twice: it then allows what either allows.
  void add(std::vector<Tree>& into, Tree tree) const {
    const auto same = std::ranges::find(into, tree.node.name, [](const Tree& other) { return other.node.name; });
    if (same == into.end()) {
      into.push_back(std::move(tree));
      return;
    }
    XmlNode& node = same->node;
    const XmlNode& other = tree.node;
    if (node.choice != other.choice) node.choice = 0;
    node.occurs_min = std::min(node.occurs_min, other.occurs_min);
    node.occurs_max = std::max(node.occurs_max, other.occurs_max);
    if (node.binding.empty()) node.binding = other.binding;
    merge_content(node, other);
    for (auto& child : tree.children) add(same->children, std::move(child));
  }

  static void merge_content(XmlNode& node, const XmlNode& other) {
    if (node.content == other.content) {
      node.length_min = std::min(node.length_min, other.length_min);
      node.length_max = std::max(node.length_max, other.length_max);
      for (const auto& code : other.codes) {
        if (std::ranges::find(node.codes, code) == node.codes.end()) node.codes.push_back(code);
      }
    } else if (node.content == XmlContent::children || other.content == XmlContent::children) {
      // A code in one version and a choice of elements in another: both are read.
      if (node.content == XmlContent::children) {
        node.content = other.content;
        node.length_min = other.length_min;
        node.length_max = other.length_max;
        node.codes = other.codes;
      }
      if (node.content == XmlContent::any) return;
      node.content = XmlContent::text;
      node.length_min = 0;
      node.length_max = 500;
    } else {
      node.content = XmlContent::text;
      node.length_min = 0;
      node.length_max = std::max<std::uint32_t>({node.length_max, other.length_max, 35});
      node.codes.clear();
    }
  }

  static bool bind(std::vector<Tree>& trees, std::string_view path, const std::string& binding) {
    const auto slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    bool found = false;
    for (auto& tree : trees) {
      if (tree.node.name != name) continue;
      if (slash == std::string_view::npos) {
        tree.node.binding = binding;
        found = true;
      } else {
        found = bind(tree.children, path.substr(slash + 1), binding) || found;
      }
    }
    return found;
  }

  [[nodiscard]] XmlPlan flatten(const Tree& document) const {
    XmlPlan plan{.family = family_.name, .root = family_.root, .version = std::string{version_}, .nodes = {}};
    std::vector<const Tree*> trees{&document};
    plan.nodes.push_back(document.node);
    for (std::uint32_t at = 0; at < trees.size(); ++at) {
      const Tree& tree = *trees[at];
      plan.nodes[at].child_first = static_cast<std::uint32_t>(trees.size());
      plan.nodes[at].child_count = static_cast<std::uint32_t>(tree.children.size());
      for (const auto& child : tree.children) {
        trees.push_back(&child);
        plan.nodes.push_back(child.node);
        plan.nodes.back().parent = at;
      }
      require_choices(plan, at);
    }
    return plan;
  }

  /// A choice must be taken when each of its alternatives that stand here is written as standing once.
  static void require_choices(XmlPlan& plan, std::uint32_t parent) {
    const auto first = plan.nodes.begin() + plan.nodes[parent].child_first;
    const auto last = first + plan.nodes[parent].child_count;
    for (auto node = first; node != last; ++node) {
      if (node->choice == 0) continue;
      node->is_choice_required = std::all_of(
          first, last, [&](const XmlNode& other) { return other.choice != node->choice || other.occurs_min > 0; });
    }
  }

  std::unexpected<Error> fault(std::string code, std::string explanation, std::string remedy,
                               std::uint32_t line) const {
    return std::unexpected(Error{.code = std::move(code),
                                 .explanation = std::move(explanation),
                                 .remedy = std::move(remedy),
                                 .place = {.file = table_.file_name_, .line = line},
                                 .kind = ErrorKind::usage});
  }

  const XmlTable& table_;
  const XmlTable::Family& family_;
  std::string_view version_;
  unsigned nesting_ = 0;
};

const XmlNode* XmlPlan::find(std::string_view path) const {
  const XmlNode* node = &nodes[1];
  for (const auto name : split(path, "/")) {
    const auto children = children_of(*node);
    const auto found = std::ranges::find(children, name, &XmlNode::name);
    if (found == children.end()) return nullptr;
    node = &*found;
  }
  return node;
}

std::string XmlPlan::path_of(const XmlNode& node) const {
  if (&node == nodes.data()) return node.name;
  return path_of(nodes[node.parent]) + "/" + node.name;
}

Result<XmlTable> XmlTable::parse(std::string_view text, const std::string& file_name) {
  auto table = XmlTableParser{text, file_name}.parse();
  if (!table) return table;
  // Unfolding every family proves that the shapes fit together.
  for (const auto& family : table->families_) {
    if (auto plan = XmlPlanMaker{*table, family, {}}.make(); !plan) return std::unexpected(plan.error());
  }
  return table;
}

Result<XmlPlan> XmlTable::plan(std::string_view family, std::string_view version) const {
  const auto found = std::ranges::find(families_, family, &Family::name);
  if (found == families_.end()) {
    return std::unexpected(
        Error{.code = "table.family",
              .explanation = "The table describes no message \"" + std::string{family.substr(0, 40)} + "\".",
              .remedy = "Ask for one of its families.",
              .place = {.file = file_name_},
              .kind = ErrorKind::usage});
  }
  const bool is_described = std::ranges::find(versions_, version) != versions_.end();
  return XmlPlanMaker{*this, *found, is_described ? version : std::string_view{}}.make();
}

std::vector<Finding> XmlTable::lint(std::span<const std::string_view> known_bindings) const {
  std::vector<Finding> findings;
  const auto add = [&](std::string code, std::uint32_t line, std::string message, std::string remedy) {
    findings.push_back({.code = std::move(code),
                        .severity = Severity::error,
                        .place = {.file = file_name_, .line = line},
                        .message = std::move(message),
                        .remedy = std::move(remedy)});
  };
  std::set<std::string, std::less<>> used;
  // An "at" line may miss in one family and hit in another.
  std::vector<const Line*> missed_everywhere;
  for (std::size_t i = 0; i < families_.size(); ++i) {
    XmlPlanMaker maker{*this, families_[i], {}};
    if (!maker.make()) continue;
    used.merge(maker.used_shapes);
    if (i == 0) {
      missed_everywhere = maker.missed;
    } else {
      std::erase_if(missed_everywhere,
                    [&](const Line* line) { return std::ranges::find(maker.missed, line) == maker.missed.end(); });
    }
  }
  for (const Line* line : missed_everywhere) {
    add("table.binding-misses", line->number, "No element stands at " + line->node.name + ".",
        "Correct the path, or remove the line.");
  }
  for (const auto& shape : shapes_) {
    if (!used.contains(shape.name))
      add("table.shape-unused", shape.line, "Nothing uses the shape \"" + shape.name + "\".", "Remove it, or use it.");
  }
  const auto check_lines = [&](const std::vector<Line>& lines) {
    for (const auto& line : lines) {
      const auto& binding = line.node.binding;
      if (!binding.empty() && !known_bindings.empty() && !std::ranges::binary_search(known_bindings, binding)) {
        add("table.binding-unknown", line.number, "\"" + binding + "\" is no word the reader knows.",
            "Correct the name.");
      }
      for (const auto& mark : line.marks) {
        const bool is_family = std::ranges::find(families_, mark, &Family::name) != families_.end();
        if (!is_version(mark) && !is_family)
          add("table.mark-unknown", line.number, "\"" + mark + "\" is neither a version nor a family of this table.",
              "Write [04-] or [camt.053].");
      }
    }
  };
  for (const auto& shape : shapes_) check_lines(shape.lines);
  check_lines(message_);
  return findings;
}

}  // namespace counterfoil
