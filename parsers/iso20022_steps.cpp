#include "parsers/iso20022_steps.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "core/require.hpp"

namespace counterfoil {
namespace {

/// Gives each mandatory child, and each mandatory choice as a whole, a bit.
void number_required_children(StepPlan& made, std::size_t parent) {
  std::uint8_t next = 0;
  std::map<std::uint32_t, std::uint8_t> choices;
  const std::size_t first = made.steps[parent].child_first;
  for (std::size_t at = first; at < first + made.steps[parent].child_count; ++at) {
    const XmlNode& node = *made.nodes[at];
    if (!made.steps[at].is_in_version || !(node.choice == 0 ? node.occurs_min > 0 : node.is_choice_required)) continue;
    std::uint8_t bit = next;
    if (node.choice != 0) bit = choices.try_emplace(node.choice, next).first->second;
    if (bit == next) ++next;
    require(bit < 64, "an element of a table has at most 64 mandatory children");
    made.steps[at].required = bit;
    made.steps[parent].required_children |= std::uint64_t{1} << bit;
  }
}

/// Lays the children of an element of the version over those of all versions.
void overlay_children(StepPlan& made, std::size_t parent, const XmlNode* described) {
  const Step& step = made.steps[parent];
  for (std::size_t at = step.child_first; at < std::size_t{step.child_first} + step.child_count; ++at) {
    made.steps[at].is_in_version = false;
    if (described == nullptr) continue;
    const auto children = made.version.children_of(*described);
    const auto found = std::ranges::find(children, made.all.nodes[at].name, &XmlNode::name);
    if (found == children.end()) continue;
    made.steps[at].is_in_version = true;
    made.nodes[at] = &*found;
  }
}

void fill_step(StepPlan& made, std::size_t at, std::map<std::string, std::uint16_t, std::less<>>& names) {
  const XmlNode& any = made.all.nodes[at];
  const XmlNode& node = *made.nodes[at];
  Step& step = made.steps[at];
  const auto [name, is_new] = names.try_emplace(any.name, static_cast<std::uint16_t>(made.names.size()));
  if (is_new) made.names.push_back(any.name);
  step.name = name->second;
  // A code in one version and a choice of elements in another: both are read, whatever the version says.
  const bool is_both = any.content != XmlContent::children && any.child_count > 0;
  step.content = is_both ? any.content : node.content;
  step.choice = static_cast<std::uint8_t>(node.choice);
  step.occurs_max = node.occurs_max;
  step.length_min = is_both ? any.length_min : node.length_min;
  step.length_max = is_both ? any.length_max : node.length_max;
  if (any.binding.empty()) return;
  const auto word = find_xml_word(any.binding);
  require(word.has_value(), "every binding of a built-in table is a word of the reader");
  step.word = *word;
}

std::unique_ptr<StepPlan> make_steps(XmlPlan all, XmlPlan version) {
  auto made = std::make_unique<StepPlan>();
  made->all = std::move(all);
  made->version = std::move(version);
  const std::size_t count = made->all.nodes.size();
  made->steps.resize(count);
  made->nodes.resize(count);
  for (std::size_t at = 0; at < count; ++at) made->nodes[at] = &made->all.nodes[at];
  made->nodes[0] = &made->version.nodes[0];
  std::map<std::string, std::uint16_t, std::less<>> names;
  // Parents stand before their children.
  for (std::size_t at = 0; at < count; ++at) {
    made->steps[at].child_first = made->all.nodes[at].child_first;
    made->steps[at].child_count = static_cast<std::uint16_t>(made->all.nodes[at].child_count);
    overlay_children(*made, at, made->steps[at].is_in_version ? made->nodes[at] : nullptr);
    fill_step(*made, at, names);
  }
  for (std::size_t at = 0; at < count; ++at) number_required_children(*made, at);
  return made;
}

// Root elements of the messages a collecting organisation can meet: those of ISO 20022, and reports that stand alone.
constexpr std::array roots{
    Root{"CstmrPmtStsRpt", "pain.002", "pain002", make_pain002_reader},
    Root{"CstmrPmtRvsl", "pain.007", "pain007", make_pain007_reader},
    Root{"CstmrDrctDbtInitn", "pain.008", "pain008", make_pain008_reader},
    Root{"BkToCstmrAcctRpt", "camt.052", "camt", make_camt_reader},
    Root{"BkToCstmrStmt", "camt.053", "camt", make_camt_reader},
    Root{"BkToCstmrDbtCdtNtfctn", "camt.054", "camt", make_camt_reader},
    Root{"BACSDocument", "bacs-report", "bacs-report", make_bacs_report_reader, "bacs", true},
    Root{"VocaDocument", "bacs-claims", "bacs-claims", make_bacs_claims_reader, "bacs", true},
    Root{"FOX", "cib-gather", "cib-gather", make_cib_gather_reader, "cn-cib", true},
    Root{"CstmrCdtTrfInitn", "pain.001", "", nullptr},
    Root{"MndtInitnReq", "pain.009", "", nullptr},
    Root{"MndtAmdmntReq", "pain.010", "", nullptr},
    Root{"MndtCxlReq", "pain.011", "", nullptr},
    Root{"MndtAccptncRpt", "pain.012", "", nullptr},
    Root{"RsltnOfInvstgtn", "camt.029", "", nullptr},
    Root{"CstmrPmtCxlReq", "camt.055", "", nullptr},
    Root{"AcctRptgReq", "camt.060", "", nullptr},
    Root{"BkSvcsBllgStmt", "camt.086", "", nullptr},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

const Root* find_root(std::string_view element) {
  const auto found = std::ranges::find(roots, element, &Root::element);
  return found == roots.end() ? nullptr : &*found;
}

const StepPlan* find_plan(const Scheme& scheme, const Root& root, const std::string& version) {
  static std::mutex guard;
  static std::map<std::string, std::unique_ptr<StepPlan>, std::less<>> plans;
  const std::scoped_lock lock{guard};
  const std::string key = std::string{root.family} + "." + version;
  if (const auto found = plans.find(key); found != plans.end()) return found->second.get();
  const auto text = scheme.tables.find(root.table);
  require(text != scheme.tables.end(), "the table of a message is built in");
  const auto table = XmlTable::parse(text->second.text, text->second.file);
  require(table.has_value(), "a built-in table parses");
  auto all = table->plan(root.family, {});
  auto plan = table->plan(root.family, version);
  require(all.has_value() && plan.has_value(), "a built-in table describes its families");
  // Versions nobody described are all read alike, by the names of their elements.
  const std::string kept_as = std::string{root.family} + "." + plan->version;
  auto& kept = plans[kept_as];
  if (kept == nullptr) kept = make_steps(*std::move(all), *std::move(plan));
  return kept.get();
}

std::optional<MessageName> name_in_namespace(std::string_view uri) {
  for (const std::string_view area : {std::string_view{"pain."}, std::string_view{"camt."}}) {
    for (auto at = uri.find(area); at != std::string_view::npos; at = uri.find(area, at + 1)) {
      const std::string_view name = uri.substr(at);
      // pain.NNN.NNN.NN
      if (name.size() < 15 || name[8] != '.' || name[12] != '.') continue;
      const auto digits = [&](std::size_t from, std::size_t count) {
        return std::ranges::all_of(name.substr(from, count), is_digit);
      };
      if (!digits(5, 3) || !digits(9, 3) || !digits(13, 2)) continue;
      std::size_t length = 15;
      // A national variant of two letters and two digits, such as ".ch.03".
      if (name.size() >= 21 && name[15] == '.' && name[18] == '.' && digits(19, 2)) length = 21;
      const auto format = name.substr(0, length);
      const auto parts = parts_of_message_name(format);
      return MessageName{std::string{parts.family}, std::string{parts.version}, std::string{format}};
    }
  }
  return std::nullopt;
}

}  // namespace counterfoil
