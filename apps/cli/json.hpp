// JSON text, written in the order of the calls. Values that are not UTF-8 are repaired with U+FFFD, because a bank
// file may hold any byte and the output must still be JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace counterfoil {

/// Builds one JSON text:
///   Json json;
///   json.object().field("schema", "counterfoil.batch.v1").field("count", 12);
///   json.array("ids"); for (...) json.element(id); json.end();
///   json.end();
class Json {
 public:
  Json& object();                       // As an element of an array, or the outermost value.
  Json& object(std::string_view name);  // As a field.
  Json& array();
  Json& array(std::string_view name);
  Json& end();  // Of the innermost object or array.

  Json& field(std::string_view name, std::string_view value);
  Json& field(std::string_view name, const char* value) { return field(name, std::string_view{value}); }
  Json& field(std::string_view name, const std::string& value) { return field(name, std::string_view{value}); }
  Json& field(std::string_view name, bool value);
  Json& field(std::string_view name, std::int64_t value);
  Json& field(std::string_view name, std::uint64_t value);
  Json& field(std::string_view name, int value) { return field(name, static_cast<std::int64_t>(value)); }
  Json& field(std::string_view name, unsigned value) { return field(name, static_cast<std::uint64_t>(value)); }

  /// Nothing at all for an empty text, a zero or an absent value: a key that does not apply is absent, not null.
  Json& field_if(std::string_view name, std::string_view value);
  Json& field_unless_zero(std::string_view name, std::uint64_t value);
  template <class Value>
  Json& field_if(std::string_view name, const std::optional<Value>& value) {
    return value ? field(name, *value) : *this;
  }

  Json& element(std::string_view value);
  Json& element(const Json& value);  // A finished text.
  Json& field(std::string_view name, const Json& value);

  /// The finished text. Every object and array must have been ended.
  [[nodiscard]] const std::string& text() const;
  void clear();  // To reuse the memory for the next line.

 private:
  void separate();
  void name(std::string_view name);
  void string(std::string_view value);

  std::string text_;
  std::vector<char> open_;  // '}' or ']' of each open value.
  bool first_ = true;
};

/// Whether the bytes are UTF-8 (RFC 3629: no surrogates, nothing overlong, at most U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

/// Length of the well-formed UTF-8 character at the start of `text`; 0 when there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

}  // namespace counterfoil
