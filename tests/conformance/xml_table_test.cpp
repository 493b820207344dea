// The tables under schemes/iso20022/ against the official schemas, element by element: order, how often, how long.
#include <gtest/gtest.h>
#include <libxml/parser.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "formats/xml_table.hpp"

namespace counterfoil {
namespace {

std::string schema_folder() {
  if (const char* folder = std::getenv("COUNTERFOIL_XSD")) return folder;
  return std::string{COUNTERFOIL_SOURCE_DIR} + "/../shared/xsd";
}

std::string attribute(xmlNodePtr node, const char* name) {
  xmlChar* value = xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name));
  std::string text = value == nullptr ? "" : reinterpret_cast<const char*>(value);
  xmlFree(value);
  return text;
}

bool is_named(xmlNodePtr node, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && name == reinterpret_cast<const char*>(node->name);
}

struct Particle {
  std::string name, type;
  std::uint32_t occurs_min = 1, occurs_max = 1;
  bool in_choice = false;
};

class Schema {
 public:
  explicit Schema(const std::string& path) : document_{xmlReadFile(path.c_str(), nullptr, XML_PARSE_NONET)} {
    for (xmlNodePtr node = xmlDocGetRootElement(document_.get())->children; node != nullptr; node = node->next) {
      if (is_named(node, "complexType") || is_named(node, "simpleType")) types_[attribute(node, "name")] = node;
      if (is_named(node, "element") && attribute(node, "name") == "Document") document_type_ = attribute(node, "type");
    }
  }

  [[nodiscard]] const std::string& document_type() const { return document_type_; }

  [[nodiscard]] std::vector<Particle> children_of(const std::string& type) const {
    std::vector<Particle> particles;
    collect(types_.at(type), false, particles);
    return particles;
  }

  /// Whether the type has text and no elements.
  [[nodiscard]] bool is_leaf(const std::string& type) const {
    const xmlNodePtr node = types_.at(type);
    if (is_named(node, "simpleType")) return true;
    for (xmlNodePtr child = node->children; child != nullptr; child = child->next) {
      if (is_named(child, "simpleContent")) return true;
    }
    return false;
  }

  /// The longest text the type allows; 0 where it does not say.
  [[nodiscard]] std::uint32_t length_max(const std::string& type) const {
    for (xmlNodePtr restriction = types_.at(type)->children; restriction != nullptr; restriction = restriction->next) {
      if (!is_named(restriction, "restriction")) continue;
      for (xmlNodePtr facet = restriction->children; facet != nullptr; facet = facet->next) {
        if (is_named(facet, "maxLength")) return static_cast<std::uint32_t>(std::stoul(attribute(facet, "value")));
      }
    }
    return 0;
  }

 private:
  struct FreeDocument {
    void operator()(xmlDocPtr document) const { xmlFreeDoc(document); }
  };

  static void collect(xmlNodePtr parent, bool in_choice, std::vector<Particle>& into) {
    for (xmlNodePtr node = parent->children; node != nullptr; node = node->next) {
      if (is_named(node, "sequence")) collect(node, in_choice, into);
      if (is_named(node, "choice")) collect(node, true, into);
      if (!is_named(node, "element")) continue;
      const std::string from = attribute(node, "minOccurs"), to = attribute(node, "maxOccurs");
      into.push_back({attribute(node, "name"), attribute(node, "type"),
                      from.empty() ? 1U : static_cast<std::uint32_t>(std::stoul(from)),
                      to.empty()          ? 1U
                      : to == "unbounded" ? xml_unbounded
                                          : static_cast<std::uint32_t>(std::stoul(to)),
                      in_choice});
    }
  }

  std::unique_ptr<xmlDoc, FreeDocument> document_;
  std::map<std::string, xmlNodePtr> types_;
  std::string document_type_;
};

void compare(const XmlPlan& plan, const XmlNode& node, const Schema& schema, const std::string& type) {
  const auto particles = schema.children_of(type);
  const auto children = plan.children_of(node);
  ASSERT_EQ(children.size(), particles.size()) << plan.path_of(node);
  for (std::size_t i = 0; i < particles.size(); ++i) {
    const XmlNode& child = children[i];
    const Particle& particle = particles[i];
    ASSERT_EQ(child.name, particle.name) << plan.path_of(node);
    const std::string path = plan.path_of(child);
    EXPECT_EQ(child.occurs_max, particle.occurs_max) << path;
    EXPECT_EQ(child.choice > 0, particle.in_choice) << path;
    if (!particle.in_choice) {
      EXPECT_EQ(child.occurs_min, particle.occurs_min) << path;
    }
    if (child.content == XmlContent::any) continue;
    EXPECT_EQ(child.content != XmlContent::children, schema.is_leaf(particle.type)) << path;
    if (child.content == XmlContent::children) {
      compare(plan, child, schema, particle.type);
    } else if (const auto longest = schema.length_max(particle.type); longest > 0 && child.length_max > 0) {
      EXPECT_EQ(child.length_max, longest) << path;
    }
  }
}

TEST(XmlTables, AgreeWithTheOfficialSchemas) {
  const Scheme* scheme = Catalogue::built_in().find("iso20022");
  ASSERT_NE(scheme, nullptr);
  int compared = 0;
  for (const auto& [name, text] : scheme->tables) {
    const auto table = XmlTable::parse(text.text, text.file);
    ASSERT_TRUE(table.has_value());
    for (const auto& family : table->families()) {
      for (const auto& version : table->versions()) {
        const std::string path = schema_folder() + "/" + family.name + ".001." + version + ".xsd";
        if (!std::filesystem::exists(path)) GTEST_SKIP() << "not there: " << path;
        const Schema schema{path};
        const auto plan = table->plan(family.name, version);
        ASSERT_TRUE(plan.has_value());
        const auto root = schema.children_of(schema.document_type());
        ASSERT_EQ(root.size(), 1U);
        EXPECT_EQ(root[0].name, plan->root);
        compare(*plan, plan->nodes[1], schema, root[0].type);
        ++compared;
      }
    }
  }
  EXPECT_EQ(compared, 34);
}

}  // namespace
}  // namespace counterfoil
