// The order of records: rules unfolded into one tree, then into the table of the reader.
#include <fmt/format.h>

#include <algorithm>

#include "formats/layout_check_state.hpp"
#include "formats/layout_order.hpp"

namespace counterfoil {
namespace {

namespace ast = layout_ast;

class OrderStep final : CheckStep {
 public:
  explicit OrderStep(CheckState& state) : CheckStep{state} {}

  void run() {
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

 private:
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

  std::size_t positions_ = 0;
};

}  // namespace

void read_order(CheckState& state) { OrderStep{state}.run(); }

}  // namespace counterfoil
