#include "apps/cli/json.hpp"

#include <fmt/format.h>

#include "core/require.hpp"

namespace counterfoil {

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto follows = [&](std::size_t at, unsigned low, unsigned high) {
    return at < text.size() && byte(at) >= low && byte(at) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2, 0x80, 0xBF) && follows(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void Json::separate() {
  if (!first_) text_ += ',';
  first_ = false;
}

void Json::string(std::string_view value) {
  text_ += '"';
  while (!value.empty()) {
    const std::size_t length = utf8_length(value);
    if (length == 0) {
      text_ += "\xEF\xBF\xBD";  // U+FFFD
      value.remove_prefix(1);
      continue;
    }
    const char c = value.front();
    if (length > 1) {
      text_ += value.substr(0, length);
    } else if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      text_ += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      text_ += c;
    }
    value.remove_prefix(length);
  }
  text_ += '"';
}

void Json::name(std::string_view name) {
  require(!open_.empty() && open_.back() == '}', "a JSON field stands in an object");
  separate();
  string(name);
  text_ += ':';
}

Json& Json::object() {
  separate();
  text_ += '{';
  open_.push_back('}');
  first_ = true;
  return *this;
}

Json& Json::object(std::string_view field_name) {
  name(field_name);
  text_ += '{';
  open_.push_back('}');
  first_ = true;
  return *this;
}

Json& Json::array() {
  separate();
  text_ += '[';
  open_.push_back(']');
  first_ = true;
  return *this;
}

Json& Json::array(std::string_view field_name) {
  name(field_name);
  text_ += '[';
  open_.push_back(']');
  first_ = true;
  return *this;
}

Json& Json::end() {
  require(!open_.empty(), "only an open JSON value can end");
  text_ += open_.back();
  open_.pop_back();
  first_ = false;
  return *this;
}

Json& Json::field(std::string_view field_name, std::string_view value) {
  name(field_name);
  string(value);
  return *this;
}

Json& Json::field(std::string_view field_name, bool value) {
  name(field_name);
  text_ += value ? "true" : "false";
  return *this;
}

Json& Json::field(std::string_view field_name, std::int64_t value) {
  name(field_name);
  fmt::format_to(std::back_inserter(text_), "{}", value);
  return *this;
}

Json& Json::field(std::string_view field_name, std::uint64_t value) {
  name(field_name);
  fmt::format_to(std::back_inserter(text_), "{}", value);
  return *this;
}

Json& Json::field(std::string_view field_name, const Json& value) {
  name(field_name);
  text_ += value.text();
  return *this;
}

Json& Json::field_if(std::string_view field_name, std::string_view value) {
  return value.empty() ? *this : field(field_name, value);
}

Json& Json::field_unless_zero(std::string_view field_name, std::uint64_t value) {
  return value == 0 ? *this : field(field_name, value);
}

Json& Json::element(std::string_view value) {
  separate();
  string(value);
  return *this;
}

Json& Json::element(const Json& value) {
  separate();
  text_ += value.text();
  return *this;
}

const std::string& Json::text() const {
  require(open_.empty(), "a JSON text is asked for when it is finished");
  return text_;
}

void Json::clear() {
  text_.clear();
  open_.clear();
  first_ = true;
}

}  // namespace counterfoil
