// Parses one XML document and steps through a message table as it goes. Used by the ISO 20022 reader alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "parsers/iso20022_message.hpp"

namespace counterfoil {

/// Limits of a document. A bank message needs a fraction of each.
inline constexpr std::size_t xml_most_depth = 64;
inline constexpr std::size_t xml_most_text = std::size_t{64} * 1024;     // Of one element.
inline constexpr std::size_t xml_most_token = std::size_t{1024} * 1024;  // Tag, comment or instruction.
inline constexpr std::size_t xml_most_namespaces = 256;
inline constexpr int xml_most_names = 10'000;  // Different ones; looking up more and more of them takes ever longer.

/// One document, fed in pieces. Faults go to the state's sink; after a refusal everything else is ignored.
class XmlDocument {
 public:
  explicit XmlDocument(ReadState& state, std::uint32_t first_line);
  ~XmlDocument();
  XmlDocument(const XmlDocument&) = delete;
  XmlDocument& operator=(const XmlDocument&) = delete;

  /// Takes the next bytes. Answers how many of them belong to the document: all, until its root element ends.
  [[nodiscard]] std::size_t feed(std::string_view bytes);
  /// No more bytes will come.
  void finish();

  [[nodiscard]] bool is_closed() const;  // The root element ended.
  [[nodiscard]] bool is_refused() const;
  [[nodiscard]] std::uint32_t line() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace counterfoil
