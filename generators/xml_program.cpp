#include "generators/xml_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "core/require.hpp"
#include "core/text.hpp"

namespace counterfoil {
namespace {

/// Recipes kept at once. Files have a handful; the bound keeps a hostile mixture from growing memory.
constexpr std::size_t most_recipes = 256;

constexpr std::uint64_t bit(std::size_t slot) { return std::uint64_t{1} << slot; }

Error table_error(std::string code, std::string explanation, std::string path) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy =
              "Compare the message table under schemes/iso20022 with the official schema; a table in the "
              "directory for own schemes replaces the built-in one.",
          .place = {.path = std::move(path)},
          .kind = ErrorKind::failed};
}

std::string below_root(const XmlPlan& plan, const XmlNode& node) {
  const std::string path = plan.path_of(node);
  const std::string start = fmt::format("Document/{}/", plan.root);
  return path.starts_with(start) ? path.substr(start.size()) : path;
}

}  // namespace

void append_escaped(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t special = std::min(text.find_first_of("&<>\r", at), text.size());
    out.append(text, at, special - at);
    if (special == text.size()) return;
    switch (text[special]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += "&#13;";
        break;
    }
    at = special + 1;
  }
}

Result<XmlProgram> XmlProgram::make(const XmlPlan& plan, std::string_view top, std::span<const XmlField> fields,
                                    const Options& options) {
  XmlProgram program;
  program.currency_ = options.currency;
  program.text_ = options.text;
  program.leaves_open_ = !options.open_before.empty();
  const XmlNode* node = plan.find(top);
  if (node == nullptr) {
    return std::unexpected(table_error("write.element-unknown",
                                       fmt::format("The table has no element {} in version {}.", top, plan.version),
                                       std::string{top}));
  }
  for (const XmlField& field : fields) {
    require(field.slot < xml_slots, "A slot is one bit of the set of present values.");
    const bool is_known = std::ranges::any_of(
        fields, [&](const XmlField& other) { return other.slot == field.slot && plan.find(other.path) != nullptr; });
    if (!is_known) {
      return std::unexpected(table_error(
          "write.element-unknown", fmt::format("The table has no element {} in version {}.", field.path, plan.version),
          std::string{field.path}));
    }
  }
  if (auto added = program.add(plan, *node, fields, options.open_before); !added) {
    return std::unexpected(added.error());
  }
  program.closing_tag_ = fmt::format("</{}>", node->name);
  return program;
}

Result<void> XmlProgram::add(const XmlPlan& plan, const XmlNode& node, std::span<const XmlField> fields,
                             std::string_view open_before) {
  const std::size_t at = nodes_.size();
  std::string path = below_root(plan, node);
  Node made{.name = node.name,
            .path = path,
            .choice = node.choice,
            .is_required = node.occurs_min > 0 && node.choice == 0,
            .is_choice_required = node.is_choice_required,
            .is_amount = node.content == XmlContent::amount,
            .length_max = node.length_max,
            .leaves = {}};
  for (const XmlField& field : fields) {
    if (field.path != path || node.content == XmlContent::children) continue;  // Sts is a leaf or holds Cd, by version.
    require(made.leaves.size() < node.occurs_max, "No element stands more often than its table allows.");
    made.leaves.push_back({.mask = bit(field.slot), .slot = field.slot, .constant = std::string{field.constant}});
    made.mask |= bit(field.slot);
  }
  nodes_.push_back(std::move(made));
  std::uint64_t mask = nodes_[at].mask;
  for (const XmlNode& child : plan.children_of(node)) {
    if (child.name == open_before) break;
    const std::size_t child_at = nodes_.size();
    if (auto added = add(plan, child, fields, {}); !added) return added;
    mask |= nodes_[child_at].mask;
  }
  nodes_[at].mask = mask;
  nodes_[at].end = nodes_.size();
  return {};
}

Result<void> XmlProgram::check(std::uint64_t present) const {
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    const Node& parent = nodes_[at];
    if ((parent.mask & present) == 0 && at != 0) continue;
    std::uint32_t choice = 0;
    unsigned standing = 0;
    for (std::size_t child = at + 1; child < parent.end; child = nodes_[child].end) {
      const Node& node = nodes_[child];
      const bool stands = (node.mask & present) != 0;
      if (node.is_required && !stands) {
        return std::unexpected(table_error(
            "write.element-missing",
            fmt::format("The element {} is mandatory, and there is no value for it.", node.path), node.path));
      }
      if (node.choice == 0) continue;
      if (node.choice != choice) standing = 0;
      choice = node.choice;
      standing += stands ? 1U : 0U;
      const bool is_last = nodes_.size() == nodes_[child].end || nodes_[child].end >= parent.end ||
                           nodes_[nodes_[child].end].choice != choice;
      if (standing > 1 || (is_last && standing == 0 && node.is_choice_required)) {
        return std::unexpected(table_error(
            "write.choice",
            fmt::format("Of the alternatives beside {} exactly one must stand, and there are {}.", node.path, standing),
            node.path));
      }
    }
  }
  return {};
}

Result<const XmlProgram::Recipe*> XmlProgram::recipe_of(std::uint64_t present) {
  if (last_ < recipes_.size() && recipes_[last_].present == present) return &recipes_[last_];
  for (std::size_t index = 0; index < recipes_.size(); ++index) {
    if (recipes_[index].present == present) return &recipes_[last_ = index];
  }
  if (auto checked = check(present); !checked) return std::unexpected(checked.error());
  if (recipes_.size() == most_recipes) recipes_.clear();
  Recipe recipe{.present = present, .steps = {}};
  std::string literal;
  std::vector<std::pair<std::size_t, std::string>> open;  // Where an element ends, and its closing tag.
  const auto close_before = [&](std::size_t at) {
    for (; !open.empty() && open.back().first <= at; open.pop_back()) literal += open.back().second;
  };
  for (std::size_t at = 0; at < nodes_.size();) {
    close_before(at);
    const Node& node = nodes_[at];
    if ((node.mask & present) == 0 && at != 0) {
      at = node.end;
      continue;
    }
    if (node.leaves.empty()) {
      literal += fmt::format("<{}>", node.name);
      if (at != 0 || !leaves_open_) open.emplace_back(node.end, fmt::format("</{}>", node.name));
    }
    for (const Leaf& leaf : node.leaves) {
      if ((leaf.mask & present) == 0) continue;
      literal += node.is_amount ? fmt::format("<{} Ccy=\"{}\">", node.name, currency_) : fmt::format("<{}>", node.name);
      if (leaf.constant.empty()) {
        recipe.steps.push_back({std::exchange(literal, {}), leaf.slot, at});
      } else {
        literal += leaf.constant;
      }
      literal += fmt::format("</{}>", node.name);
    }
    ++at;
  }
  close_before(nodes_.size());
  recipe.steps.push_back({std::move(literal), xml_slots, 0});
  for (const Step& step : recipe.steps) recipe.literal_size += step.literal.size();
  last_ = recipes_.size();
  recipes_.push_back(std::move(recipe));
  return &recipes_.back();
}

std::unexpected<Error> XmlProgram::too_long(const Node& node, std::string_view value) {
  return std::unexpected(Error{.code = "write.text-too-long",
                               .explanation = fmt::format("The text for {} has {} characters, and {} are the most.",
                                                          node.path, count_characters(value), node.length_max),
                               .remedy = "Shorten it; it is never cut here.",
                               .place = {.path = node.path},
                               .kind = ErrorKind::input});
}

Result<void> XmlProgram::append(const XmlValues& values, std::string& out) {
  const auto recipe = recipe_of(values.present() & nodes_.front().mask);
  if (!recipe) return std::unexpected(recipe.error());
  if (text_ == XmlText::any) return append_any(**recipe, values, out);
  append_safe(**recipe, values, out);
  return {};
}

void XmlProgram::append_safe(const Recipe& recipe, const XmlValues& values, std::string& out) {
  std::size_t added = recipe.literal_size;
  for (const Step& step : recipe.steps) added += step.slot == xml_slots ? 0 : values[step.slot].size();
  const std::size_t before = out.size();
  // Room for all of it at once: a check for each piece would cost as much as the piece. The size that libstdc++ 12
  // hands to the function is the new capacity when the text had to grow, so it is not used.
  out.resize_and_overwrite(before + added, [&](char* bytes, std::size_t) {
    char* at = bytes + before;
    for (const Step& step : recipe.steps) {
      at = std::copy_n(step.literal.data(), step.literal.size(), at);
      if (step.slot == xml_slots) continue;
      const std::string_view value = values[step.slot];
      at = std::copy_n(value.data(), value.size(), at);
    }
    return before + added;
  });
}

Result<void> XmlProgram::append_any(const Recipe& recipe, const XmlValues& values, std::string& out) const {
  for (const Step& step : recipe.steps) {
    out += step.literal;
    if (step.slot == xml_slots) continue;
    const Node& node = nodes_[step.node];
    const std::string_view value = values[step.slot];
    if (node.length_max != 0 && count_characters(value) > node.length_max) return too_long(node, value);
    append_escaped(value, out);
  }
  return {};
}

}  // namespace counterfoil
