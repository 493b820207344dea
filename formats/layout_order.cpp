#include "formats/layout_order.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>
#include <vector>

namespace counterfoil {
namespace {

// Glushkov's construction: every record named in the order is a position, and all that matters is which positions can
// follow which.
using Positions = std::set<std::uint16_t>;

struct Part {
  Positions first, last;
  bool may_be_empty = false;
};

class Builder {
 public:
  Part build(const OrderNode& node) {
    Part part;
    switch (node.kind) {
      case OrderNode::Kind::record: {
        leaves_.push_back(&node);
        follow_.emplace_back();
        const auto position = static_cast<std::uint16_t>(leaves_.size() - 1);
        part = {{position}, {position}, false};
        break;
      }
      case OrderNode::Kind::sequence:
        part = build_sequence(node);
        break;
      case OrderNode::Kind::choice:
        part = build_choice(node);
        break;
    }
    if (node.is_repeated) link(part.last, part.first);
    if (node.is_optional) part.may_be_empty = true;
    return part;
  }

  [[nodiscard]] const std::vector<const OrderNode*>& leaves() const { return leaves_; }
  [[nodiscard]] const Positions& follow(std::uint16_t position) const { return follow_[position]; }

 private:
  std::vector<const OrderNode*> leaves_;
  std::vector<Positions> follow_;

  void link(const Positions& from, const Positions& to) {
    for (const auto position : from) follow_[position].insert(to.begin(), to.end());
  }

  Part build_sequence(const OrderNode& node) {
    Part whole{{}, {}, true};
    for (const OrderNode& child : node.children) {
      const Part part = build(child);
      link(whole.last, part.first);
      if (whole.may_be_empty) whole.first.insert(part.first.begin(), part.first.end());
      if (!part.may_be_empty) whole.last.clear();
      whole.last.insert(part.last.begin(), part.last.end());
      whole.may_be_empty = whole.may_be_empty && part.may_be_empty;
    }
    return whole;
  }

  Part build_choice(const OrderNode& node) {
    Part whole;
    for (const OrderNode& child : node.children) {
      const Part part = build(child);
      whole.first.insert(part.first.begin(), part.first.end());
      whole.last.insert(part.last.begin(), part.last.end());
      whole.may_be_empty = whole.may_be_empty || part.may_be_empty;
    }
    return whole;
  }
};

bool fits(const OrderNode& leaf, std::uint16_t record) {
  return std::ranges::find(leaf.records, record) != leaf.records.end();
}

/// The shortest way from a set of positions to one that `is_goal`, passing over the positions between.
template <class Goal>
OrderTable::Skip shortest_way(const Builder& builder, const Positions& start, Goal is_goal) {
  std::deque<std::uint16_t> queue;
  std::vector<std::int32_t> came_from(builder.leaves().size(), -2);  // -1: from the start.
  for (const auto position : start) {
    came_from[position] = -1;
    queue.push_back(position);
  }
  while (!queue.empty()) {
    const std::uint16_t position = queue.front();
    queue.pop_front();
    if (is_goal(position)) {
      OrderTable::Skip way{.state = static_cast<std::uint16_t>(position + 1), .missing = {}};
      for (std::int32_t before = came_from[position]; before >= 0;
           before = came_from[static_cast<std::size_t>(before)]) {
        way.missing.insert(way.missing.begin(), builder.leaves()[static_cast<std::size_t>(before)]->family);
      }
      return way;
    }
    for (const auto after : builder.follow(position)) {
      if (came_from[after] != -2) continue;
      came_from[after] = position;
      queue.push_back(after);
    }
  }
  return {};
}

}  // namespace

std::optional<OrderAmbiguity> compile_order(const OrderNode& order, const LayoutPlan& plan, OrderTable& table) {
  Builder builder;
  const Part whole = builder.build(order);
  const auto records = plan.records.size();
  table.states = static_cast<std::uint16_t>(builder.leaves().size() + 1);
  table.next.assign(table.states * records, 0);
  table.skip.assign(table.states * records, {});
  table.end.assign(table.states, {});

  for (std::uint16_t state = 0; state < table.states; ++state) {
    const Positions& after = state == 0 ? whole.first : builder.follow(static_cast<std::uint16_t>(state - 1));
    for (std::uint16_t record = 0; record < records; ++record) {
      std::uint16_t& next = table.next[state * records + record];
      for (const auto position : after) {
        if (!fits(*builder.leaves()[position], record)) continue;
        if (next != 0) {
          return OrderAmbiguity{
              record, state == 0 ? "" : plan.families[builder.leaves()[static_cast<std::size_t>(state - 1)]->family]};
        }
        next = static_cast<std::uint16_t>(position + 1);
      }
      if (next == 0) {
        table.skip[state * records + record] = shortest_way(
            builder, after, [&](std::uint16_t position) { return fits(*builder.leaves()[position], record); });
      }
    }
    const bool complete = state == 0 ? whole.may_be_empty : whole.last.contains(static_cast<std::uint16_t>(state - 1));
    if (!complete) {
      auto way = shortest_way(builder, after, [&](std::uint16_t position) { return whole.last.contains(position); });
      if (way.state != 0) way.missing.push_back(builder.leaves()[static_cast<std::size_t>(way.state - 1)]->family);
      table.end[state] = std::move(way);
    }
  }
  return std::nullopt;
}

}  // namespace counterfoil
