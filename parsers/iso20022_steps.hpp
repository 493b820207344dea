// What the XML engine goes by: which message a root element begins, and what it needs of each element at every step.
// Used by the ISO 20022 reader alone.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.hpp"
#include "formats/xml_table.hpp"
#include "parsers/iso20022_message.hpp"
#include "parsers/iso20022_words.hpp"

namespace counterfoil {

inline constexpr std::uint8_t not_required = std::numeric_limits<std::uint8_t>::max();

/// What the engine needs of an element at every step, and nothing more.
struct Step {
  std::uint32_t child_first = 0;
  std::uint16_t child_count = 0;
  std::uint16_t name = 0;  // Index into StepPlan::names.
  XmlWord word = XmlWord::none;
  XmlContent content = XmlContent::children;
  std::uint8_t required = not_required;  // Its bit in the parent's `required_children`.
  std::uint8_t choice = 0;
  bool is_in_version = true;
  std::uint32_t occurs_max = 1;
  std::uint32_t length_min = 0, length_max = 0;
  std::uint64_t required_children = 0;
};

/// The elements of all versions, so that nothing is dropped that a bank writes under the wrong version; what one
/// version says of each is laid over them.
struct StepPlan {
  XmlPlan all;
  XmlPlan version;                    // Its `version` is empty where the table does not describe the one asked for.
  std::vector<Step> steps;            // As all.nodes.
  std::vector<const XmlNode*> nodes;  // What the version says of each; the node of `all` where it says nothing.
  std::vector<std::string> names;
};

/// A message by its root element.
struct Root {
  std::string_view element;
  std::string_view family;
  std::string_view table;  // File name under the folder of the scheme; empty: known by name only.
  std::unique_ptr<MessageReader> (*make)(ReadState&, const MessageName&);
  std::string_view scheme = "iso20022";
  bool stands_alone = false;  // It is the root of the file itself, without a Document around it.
};

/// nullptr: no message we know begins like this.
[[nodiscard]] const Root* find_root(std::string_view element);

/// The plan of a message that has a table. Plans are made once and kept: making one takes longer than reading a small
/// file.
[[nodiscard]] const StepPlan* find_plan(const Scheme& scheme, const Root& root, const std::string& version);

/// Finds "pain.008.001.08" in a namespace, whatever stands around it, and takes "001" for any number there:
/// "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08", "urn:sepade:xsd:pain.008.003.02",
/// "http://x/pain.008.001.02.ch.03.xsd".
[[nodiscard]] std::optional<MessageName> name_in_namespace(std::string_view uri);

}  // namespace counterfoil
