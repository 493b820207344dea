#include "tests/generators/schema.hpp"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>

namespace counterfoil {
namespace {

struct Free {
  void operator()(xmlDoc* doc) const { xmlFreeDoc(doc); }
  void operator()(xmlSchema* schema) const { xmlSchemaFree(schema); }
  void operator()(xmlSchemaParserCtxt* context) const { xmlSchemaFreeParserCtxt(context); }
  void operator()(xmlSchemaValidCtxt* context) const { xmlSchemaFreeValidCtxt(context); }
};

void collect(void* faults, xmlError* error) {
  *static_cast<std::string*>(faults) += std::to_string(error->line) + ": " + error->message;
}

/// Schemas are parsed once for a program.
xmlSchema* schema_of(const std::string& path) {
  static std::map<std::string, std::unique_ptr<xmlSchema, Free>> schemas;
  auto& schema = schemas[path];
  if (schema == nullptr) {
    const std::unique_ptr<xmlSchemaParserCtxt, Free> context{xmlSchemaNewParserCtxt(path.c_str())};
    schema.reset(xmlSchemaParse(context.get()));
  }
  return schema.get();
}

}  // namespace

std::string schema_path(std::string_view file_name) {
  const char* folder = std::getenv("COUNTERFOIL_XSD");
  const std::filesystem::path path = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/xsd";
  return (path / file_name).string();
}

bool has_schema(std::string_view file_name) { return std::filesystem::exists(schema_path(file_name)); }

std::string schema_faults(std::string_view document, std::string_view file_name) {
  std::string faults;
  xmlSchema* schema = schema_of(schema_path(file_name));
  if (schema == nullptr) return "the schema itself could not be read";
  const std::unique_ptr<xmlDoc, Free> doc{
      xmlReadMemory(document.data(), static_cast<int>(document.size()), "written.xml", nullptr, XML_PARSE_NONET)};
  if (doc == nullptr) return "not well-formed";
  const std::unique_ptr<xmlSchemaValidCtxt, Free> context{xmlSchemaNewValidCtxt(schema)};
  xmlSchemaSetValidStructuredErrors(context.get(), collect, &faults);
  const int result = xmlSchemaValidateDoc(context.get(), doc.get());
  return result == 0 ? std::string{} : faults.empty() ? "not valid" : faults;
}

}  // namespace counterfoil
