#include "parsers/iso20022_engine.hpp"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "core/require.hpp"
#include "core/text.hpp"
#include "parsers/iso20022_steps.hpp"

namespace counterfoil {
namespace {

constexpr std::uint16_t no_name = std::numeric_limits<std::uint16_t>::max();

std::string_view as_text(const xmlChar* text) {
  return text == nullptr ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(text)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// XML allows no control characters but tab and line ends, so that whatever is not above a space is blank. Eight bytes
/// at a time, because half of a well-indented message is this.
bool all_blank(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), sizeof eight);
    // The top bit of a byte is set where it was set before or where the byte is above 0x20.
    if ((((eight & 0x7F * ones) + 0x5F * ones) | eight) & 0x80 * ones) return false;
    // What is left over is looked at together with bytes that were looked at before.
    text.remove_prefix(text.size() == sizeof eight ? sizeof eight : std::min(sizeof eight, text.size() - sizeof eight));
  }
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

}  // namespace

class XmlDocument::Engine final : public Locator {
 public:
  Engine(ReadState& state, std::uint32_t first_line) : state_{state}, first_line_{first_line} {
    std::memset(&handlers_, 0, sizeof handlers_);
    handlers_.initialized = XML_SAX2_MAGIC;
    handlers_.startElementNs = on_start;
    handlers_.endElementNs = on_end;
    handlers_.characters = on_characters;
    handlers_.ignorableWhitespace = on_characters;
    handlers_.cdataBlock = on_characters;
    handlers_.internalSubset = on_doctype;
    handlers_.serror = on_error;
    state_.locator = this;
    frames_.reserve(xml_most_depth + 2);
    text_.reserve(512);
  }

  ~Engine() override {
    state_.locator = nullptr;
    free_parser();
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  std::size_t feed(std::string_view bytes) {
    if (refused_ || closed_) return closed_ ? 0 : bytes.size();
    if (parser_ == nullptr) make_parser();
    const std::uint64_t events_before = events_;
    fed_before_ = fed_;
    fed_ += bytes.size();
    xmlParseChunk(parser_, bytes.data(), static_cast<int>(bytes.size()), 0);
    if (refused_) return bytes.size();
    if (closed_) return static_cast<std::size_t>(closed_at_ - fed_before_);
    if (xmlDictSize(parser_->dict) > xml_most_names) {
      refuse("xml.too-many-names", "The file uses more than " + std::to_string(xml_most_names) + " different names.",
             "No bank message is built like this. Do not use the file.");
      return bytes.size();
    }
    quiet_bytes_ = events_ == events_before ? quiet_bytes_ + bytes.size() : 0;
    if (quiet_bytes_ > xml_most_token) {
      refuse("xml.too-long", "More than 1 MiB stand in one tag, comment or instruction.",
             "No bank message holds such a thing. Ask the sender for the file again.");
    }
    return bytes.size();
  }

  void finish() {
    if (refused_ || closed_) return;
    if (parser_ == nullptr) make_parser();
    is_finishing_ = true;
    xmlParseChunk(parser_, "", 0, 1);
    if (!refused_ && !closed_) {
      refuse("xml.incomplete", "The file ends before its root element does.",
             "It was cut off on the way. Fetch it again; nothing of it may be used.");
    }
  }

  [[nodiscard]] bool is_closed() const { return closed_; }
  [[nodiscard]] bool is_refused() const { return refused_; }

  [[nodiscard]] std::uint32_t line() const override {
    if (parser_ == nullptr || parser_->input == nullptr || closed_) return last_line_;
    return static_cast<std::uint32_t>(std::max(parser_->input->line, 1)) + first_line_ - 1;
  }

  [[nodiscard]] Place here() const override {
    Place place{.file = state_.options.file_name, .line = line()};
    if (plan_ == nullptr) {
      if (is_in_document_) place.path = "Document";
      return place;
    }
    for (std::size_t at = is_alone_ ? 1 : 0; at < frames_.size(); ++at) {
      const XmlNode& node = *plan_->nodes[frames_[at].node];
      if (!place.path.empty()) place.path += '/';
      place.path += node.name;
      if (at > 0 && node.occurs_max > 1) place.path += "[" + std::to_string(frames_[at - 1].occurrences) + "]";
    }
    return place;
  }

 private:
  struct Frame {
    std::uint32_t node = 0;
    std::int32_t cursor = -1;       // Position among the children of the last one in order.
    std::uint32_t occurrences = 0;  // Of the child that came last.
    std::int32_t latest = -1;       // Position of the child that came last.
    std::uint64_t seen = 0;
  };

  void make_parser() {
    parser_ = xmlCreatePushParserCtxt(&handlers_, this, nullptr, 0, nullptr);
    require(parser_ != nullptr, "there is memory for an XML parser");
    // No network. Entities stay unread: without NOENT nothing is replaced, and a DOCTYPE ends the parse anyway.
    xmlCtxtUseOptions(parser_, XML_PARSE_NONET);
    // The options put their own handlers for CDATA and blanks in place.
    *parser_->sax = handlers_;
  }

  void free_parser() {
    if (parser_ == nullptr) return;
    if (parser_->myDoc != nullptr) xmlFreeDoc(parser_->myDoc);
    parser_->myDoc = nullptr;
    xmlFreeParserCtxt(parser_);
    parser_ = nullptr;
  }

  void refuse(std::string code, std::string message, std::string remedy) {
    if (refused_) return;
    last_line_ = line();
    state_.sink.finding({.code = std::move(code),
                         .severity = Severity::error,
                         .place = here(),
                         .message = std::move(message),
                         .remedy = std::move(remedy),
                         .refuses_file = true});
    refused_ = true;
    inside_ = Inside::other;
    if (parser_ != nullptr) xmlStopParser(parser_);
  }

  void warn(std::string code, std::string message, std::string remedy) {
    state_.report(Severity::warning, std::move(code), std::move(message), std::move(remedy));
  }

  /// What text means where the parser stands.
  enum class Inside : std::uint8_t {
    other,     // Outside a message, or in what is passed over.
    children,  // Only blanks belong here.
    leaf,      // It is the value of the element.
  };

  static Inside inside_of(const Step& step) {
    return step.content == XmlContent::children ? Inside::children : Inside::leaf;
  }

  /// Passes over the element that has just begun, and everything in it.
  void skip() {
    skipped_ = 1;
    inside_ = Inside::other;
  }

  // ---- names

  /// libxml2 keeps one copy of each name, so that a name can be known by its address.
  struct KnownName {
    const xmlChar* address = nullptr;
    std::uint16_t name = no_name;
  };

  static std::size_t slot_of(const xmlChar* address) {
    auto bits = reinterpret_cast<std::uintptr_t>(address);
    bits ^= bits >> 15;
    return static_cast<std::size_t>((bits * 0x9e3779b97f4a7c15U) >> 52);
  }

  void learn_names() {
    known_names_.assign(4096, {});
    std::vector<const xmlChar*> addresses(plan_->names.size(), nullptr);
    for (std::size_t at = 0; at < plan_->names.size(); ++at) {
      const std::string& name = plan_->names[at];
      const xmlChar* address =
          xmlDictLookup(parser_->dict, reinterpret_cast<const xmlChar*>(name.data()), static_cast<int>(name.size()));
      if (address == nullptr) continue;
      addresses[at] = address;
      std::size_t slot = slot_of(address);
      while (known_names_[slot].address != nullptr) slot = (slot + 1) % known_names_.size();
      known_names_[slot] = {address, static_cast<std::uint16_t>(at)};
    }
    step_addresses_.resize(plan_->steps.size());
    usual_next_.resize(plan_->steps.size() + 1);  // One more: a step without children has its first one behind all.
    for (const Step& step : plan_->steps) {
      for (std::uint32_t at = 0; at < step.child_count; ++at)
        usual_next_[step.child_first + at] = static_cast<std::int32_t>(at);
    }
    for (std::size_t at = 0; at < step_addresses_.size(); ++at) step_addresses_[at] = addresses[plan_->steps[at].name];
  }

  [[nodiscard]] std::uint16_t name_of(const xmlChar* address) const {
    std::size_t slot = slot_of(address);
    while (true) {
      const KnownName& known = known_names_[slot];
      if (known.address == address) return known.name;
      if (known.address == nullptr) return no_name;
      slot = (slot + 1) % known_names_.size();
    }
  }

  // ---- start of an element

  void start(const xmlChar* local, const xmlChar* uri, int namespaces, int attribute_count,
             const xmlChar** attributes) {
    ++events_;
    if (refused_) return;
    if (++depth_ > xml_most_depth) {
      refuse("xml.too-deep", "Elements stand in each other more than " + std::to_string(xml_most_depth) + " deep.",
             "No bank message is built like this. Do not use the file.");
      return;
    }
    if (namespaces > 0) {
      namespaces_ += static_cast<std::size_t>(namespaces);
      if (namespaces_ > xml_most_namespaces) {
        refuse("xml.too-many-namespaces",
               "The file names more than " + std::to_string(xml_most_namespaces) + " namespaces.",
               "No bank message is built like this. Do not use the file.");
        return;
      }
    }
    if (skipped_ > 0) {
      ++skipped_;
      return;
    }
    if (plan_ == nullptr) {
      start_outside(local, uri, attribute_count, attributes);
      return;
    }
    start_inside(local, attribute_count, attributes);
  }

  /// Before the message itself: Document, or the container German banks put around several of them.
  void start_outside(const xmlChar* local, const xmlChar* uri, int attribute_count, const xmlChar** attributes) {
    const std::string_view name = as_text(local);
    if (is_in_document_) {
      start_message(name, attribute_count, attributes);
    } else if (name == "Document") {
      is_in_document_ = true;
      namespace_ = as_text(uri);
    } else if (depth_ == 1 && name == "conxml") {
      is_container_ = true;
    } else if (const Root* const root = find_root(name); depth_ == 1 && root != nullptr && root->stands_alone) {
      is_alone_ = true;
      begin_message(*root, {std::string{root->family}, {}, std::string{root->family}}, attribute_count, attributes);
    } else if (!is_container_) {
      refuse("xml.unknown-root",
             "The root element is \"" + std::string{name.substr(0, 60)} +
                 "\", neither an ISO 20022 Document nor a report that is known.",
             "This is some other XML file. Give it to the program it was made for.");
    }
  }

  void start_message(std::string_view element, int attribute_count, const xmlChar** attributes) {
    const Root* const root = find_root(element);
    if (root == nullptr || root->stands_alone) {
      refuse("iso20022.unknown-message",
             "Document holds \"" + std::string{element.substr(0, 60)} + "\", which is no message we know.",
             "Read pain.002, pain.007, pain.008, camt.052, camt.053 or camt.054 here.");
      return;
    }
    MessageName name = name_message(*root);
    if (root->table.empty()) {
      announce_unread(*root, name);
      return;
    }
    begin_message(*root, name, attribute_count, attributes);
    note_namespace(*root);
  }

  void begin_message(const Root& root, const MessageName& name, int attribute_count, const xmlChar** attributes) {
    state_.scheme = Catalogue::built_in().find(root.scheme);
    require(state_.scheme != nullptr, "the catalogue holds the scheme of every message that is known");
    plan_ = find_plan(*state_.scheme, root, name.version);
    learn_names();
    reader_ = root.make(state_, name);
    ++messages_;
    frames_.assign(2, Frame{});
    frames_[1].node = 1;
    frames_[0].cursor = frames_[0].latest = 0;
    frames_[0].occurrences = 1;
    inside_ = inside_of(plan_->steps[1]);
    if (attribute_count > 0) check_attributes(plan_->steps[1], attribute_count, attributes);
  }

  [[nodiscard]] MessageName name_message(const Root& root) const {
    if (auto name = name_in_namespace(namespace_); name && name->family == root.family) {
      // A German variant such as pain.008.003.02 is built on version 02.
      return *std::move(name);
    }
    return {std::string{root.family}, {}, std::string{root.family}};
  }

  void note_namespace(const Root& root) {
    const auto name = name_in_namespace(namespace_);
    if (namespace_.empty()) {
      warn("xml.no-namespace",
           "The document has no namespace. Read as " + std::string{root.family} + " by its root element.",
           "Nothing to do if the bank always writes so.");
    } else if (!name || name->family != root.family) {
      warn("xml.foreign-namespace",
           "The namespace \"" + namespace_.substr(0, 100) + "\" does not belong to " + std::string{root.family} +
               ", which the root element says this is.",
           "Nothing to do if the bank always writes so; else ask what was sent.");
    } else if (plan_->version.version.empty()) {
      state_.report(Severity::note, "iso20022.version-not-described",
                    "The table does not describe version " + name->version + " of " + std::string{root.family} +
                        ". Read by the names of its elements.",
                    "Nothing to do: elements a version does without are not missed.");
    }
  }

  void announce_unread(const Root& root, const MessageName& name) {
    const bool is_mandate = root.family >= "pain.009" && root.family <= "pain.012";
    FileHead head;
    head.scheme = "iso20022";
    head.format = name.format;
    head.kind = is_mandate ? FileKind::mandate : FileKind::unknown;
    state_.sink.file(head);
    refuse("iso20022.message-not-read", "This is a " + std::string{root.family} + " message, which is not read here.",
           "Read pain.002, pain.007, pain.008, camt.052, camt.053 or camt.054.");
  }

  void start_inside(const xmlChar* local, int attribute_count, const xmlChar** attributes) {
    if (reader_ == nullptr) {
      refuse("xml.second-message", "A second message stands in the same Document.",
             "Ask the sender for one message in each document.");
      return;
    }
    Frame& parent = frames_.back();
    const Step& parent_step = plan_->steps[parent.node];
    const xmlChar* const* const names = step_addresses_.data() + parent_step.child_first;
    const std::int32_t count = parent_step.child_count;
    const std::int32_t from = parent.cursor < 0 ? 0 : parent.cursor;
    // One entry after the other has the same elements: most often the one that came here last comes again.
    std::int32_t& usual = usual_next_[parent_step.child_first + static_cast<std::uint32_t>(from)];
    std::int32_t at = usual;
    if (at >= count || names[at] != local) {
      at = from;
      while (at < count && names[at] != local) ++at;
      if (at < count) usual = at;
    }
    const Step* const children = plan_->steps.data() + parent_step.child_first;
    if (at == count) at = find_out_of_order(parent, children, name_of(local));
    if (at < 0) {
      warn("xml.unexpected-element",
           "\"" + std::string{as_text(local).substr(0, 60)} + "\" is not expected in " +
               plan_->nodes[parent.node]->name + ". It was passed over.",
           "Nothing to do if the bank always writes so.");
      skip();
      return;
    }
    const Step& step = children[at];
    if (at == parent.latest) {
      if (++parent.occurrences > step.occurs_max) note_too_many(step);
    } else {
      parent.latest = at;
      parent.occurrences = 1;
      parent.cursor = std::max(parent.cursor, at);
    }
    if (step.required != not_required) parent.seen |= std::uint64_t{1} << step.required;
    if (!step.is_in_version) note_other_version(step);
    enter(parent_step.child_first + static_cast<std::uint32_t>(at), step, attribute_count, attributes);
  }

  /// Position of a child that should have come earlier, or -1 where there is none of that name.
  std::int32_t find_out_of_order(const Frame& parent, const Step* children, std::uint16_t name) {
    for (std::int32_t at = 0; at < parent.cursor; ++at) {
      if (children[at].name != name) continue;
      const Step& last = children[parent.cursor];
      if (children[at].choice == 0 || children[at].choice != last.choice) {
        warn("xml.order",
             "\"" + plan_->names[name] + "\" must stand before \"" + plan_->names[last.name] +
                 "\". It was read all the same.",
             "Nothing to do if the bank always writes so.");
      }
      return at;
    }
    return -1;
  }

  void note_other_version(const Step& step) {
    warn("xml.other-version",
         "\"" + plan_->names[step.name] + "\" is not part of this version of the message. It was read all the same.",
         "Nothing to do if the bank always writes so.");
  }

  void note_too_many(const Step& step) {
    if (frames_.back().occurrences != step.occurs_max + 1) return;  // Said once.
    warn("xml.too-many",
         "\"" + plan_->names[step.name] + "\" stands here more than " + std::to_string(step.occurs_max) + " times.",
         "Nothing to do if the bank always writes so.");
  }

  void enter(std::uint32_t node, const Step& step, int attribute_count, const xmlChar** attributes) {
    if (step.content == XmlContent::any) {
      skip();
      return;
    }
    frames_.push_back({.node = node});
    inside_ = inside_of(step);
    if (inside_ == Inside::leaf) {
      text_.clear();
      currency_.clear();
    }
    if (attribute_count > 0 || step.content == XmlContent::amount) check_attributes(step, attribute_count, attributes);
    if (step.content != XmlContent::children) return;
    if (step.word != XmlWord::none) reader_->open(step.word);
    if (attribute_count > 0) take_attributes(step, attribute_count, attributes);
  }

  void check_attributes(const Step& step, int count, const xmlChar** attributes) {
    constexpr std::string_view instance = "http://www.w3.org/2001/XMLSchema-instance";
    for (int at = 0; at < count; ++at) {
      const xmlChar* const* attribute = attributes + static_cast<std::ptrdiff_t>(at) * 5;
      const std::string_view name = as_text(attribute[0]);
      if (step.content == XmlContent::amount && name == "Ccy") {
        currency_.assign(reinterpret_cast<const char*>(attribute[3]),
                         static_cast<std::size_t>(attribute[4] - attribute[3]));
      } else if (attribute[2] == nullptr && find_attribute(step, name) != nullptr) {
        continue;
      } else if (as_text(attribute[2]) != instance) {
        warn("xml.unexpected-attribute",
             "The attribute \"" + std::string{name.substr(0, 60)} + "\" is not expected here.",
             "Nothing to do if the bank always writes so.");
      }
    }
    if (step.content == XmlContent::amount && currency_.empty()) {
      state_.report(Severity::error, "xml.no-currency", "The amount names no currency.",
                    "Ask the bank: an amount without a currency is not used.");
    }
  }

  /// The attribute of that name, if the table describes it: a child with the name "@NAME".
  [[nodiscard]] const Step* find_attribute(const Step& step, std::string_view name) const {
    for (std::uint32_t at = step.child_first; at < step.child_first + step.child_count; ++at) {
      const std::string& known = plan_->names[plan_->steps[at].name];
      if (known.starts_with('@') && std::string_view{known}.substr(1) == name) return &plan_->steps[at];
    }
    return nullptr;
  }

  /// Attributes that the table describes are read like elements that hold a text.
  void take_attributes(const Step& step, int count, const xmlChar** attributes) {
    for (int at = 0; at < count && !refused_; ++at) {
      const xmlChar* const* attribute = attributes + static_cast<std::ptrdiff_t>(at) * 5;
      if (attribute[2] != nullptr) continue;
      const Step* const known = find_attribute(step, as_text(attribute[0]));
      if (known == nullptr) continue;
      if (known->required != not_required) frames_.back().seen |= std::uint64_t{1} << known->required;
      text_.assign(reinterpret_cast<const char*>(attribute[3]), static_cast<std::size_t>(attribute[4] - attribute[3]));
      // libxml2 leaves an ampersand of an attribute written as a character reference where entities are not replaced.
      constexpr std::string_view ampersand = "&#38;";
      for (auto found = text_.find(ampersand); found != std::string::npos; found = text_.find(ampersand, found + 1))
        text_.replace(found, ampersand.size(), "&");
      currency_.clear();
      const XmlNode& node = *plan_->nodes[static_cast<std::size_t>(known - plan_->steps.data())];
      if (!trim_blanks(text_).empty()) check_text(*known, node);
      if (known->word != XmlWord::none && !text_.empty()) reader_->take(known->word, text_, currency_);
      text_.clear();
    }
  }

  // ---- text

  void characters(std::string_view bytes) {
    ++events_;
    if (inside_ == Inside::children && all_blank(bytes)) return;
    if (inside_ == Inside::leaf && text_.size() + bytes.size() <= xml_most_text) {
      text_.append(bytes);
      return;
    }
    odd_characters(bytes);
  }

  /// Text that is neither the value of an element nor the blanks between elements.
  void odd_characters(std::string_view bytes) {
    if (refused_ || skipped_ > 0) return;
    if (plan_ == nullptr) {
      if (!is_container_ && !all_blank(bytes))
        refuse("xml.unexpected-text", "Text stands where only elements may.", "Ask the sender for the file again.");
      return;
    }
    const Step& step = plan_->steps[frames_.back().node];
    if (step.content != XmlContent::children) {
      refuse("xml.text-too-long", "The text of " + plan_->names[step.name] + " is longer than 64 KiB.",
             "No bank message holds such a thing. Do not use the file.");
    } else if (!all_blank(bytes)) {
      warn("xml.unexpected-text", "Text stands in " + plan_->names[step.name] + ", where only elements may.",
           "Nothing to do if the bank always writes so; the text was passed over.");
    }
  }

  // ---- end of an element

  void end() {
    ++events_;
    if (refused_) return;
    --depth_;
    if (skipped_ > 0) {
      if (--skipped_ == 0 && plan_ != nullptr) inside_ = inside_of(plan_->steps[frames_.back().node]);
      return;
    }
    if (plan_ == nullptr || frames_.size() <= 1) {
      end_outside();
      return;
    }
    const Frame& frame = frames_.back();
    const Step& step = plan_->steps[frame.node];
    if (const std::uint64_t missing = step.required_children & ~frame.seen; missing != 0) note_missing(step, missing);
    if (step.content != XmlContent::children) {
      end_leaf(step, *plan_->nodes[frame.node]);
    } else if (step.word != XmlWord::none) {
      reader_->close(step.word);
    }
    if (frames_.size() == 2) {
      reader_->end();
      reader_.reset();
    }
    frames_.pop_back();
    if (is_alone_ && frames_.size() == 1) {
      is_alone_ = false;
      end_outside();
      return;
    }
    inside_ = inside_of(plan_->steps[frames_.back().node]);
  }

  void end_outside() {
    inside_ = Inside::other;
    if (plan_ != nullptr) {
      // The message ended before; now Document itself.
      plan_ = nullptr;
      frames_.clear();
      is_in_document_ = false;
    } else if (is_in_document_) {
      refuse("iso20022.no-message", "The document holds no message.", "Ask the sender what was meant.");
      return;
    }
    if (depth_ == 0) {
      if (is_container_ && messages_ == 0) {
        refuse("iso20022.no-message", "The container holds no message.", "Ask the sender what was meant.");
        return;
      }
      last_line_ = line();
      const long consumed = xmlByteConsumed(parser_);
      closed_at_ = consumed < 0 ? fed_ : std::min(static_cast<std::uint64_t>(consumed), fed_);
      closed_at_ = std::max(closed_at_, fed_before_);
      closed_ = true;
      xmlStopParser(parser_);
    }
  }

  void note_missing(const Step& step, std::uint64_t missing) {
    std::string names;
    for (std::size_t at = step.child_first; at < step.child_first + step.child_count; ++at) {
      const Step& child = plan_->steps[at];
      if (child.required == not_required || (missing >> child.required & 1U) == 0) continue;
      if (!names.empty()) names += child.choice != 0 ? " or " : ", ";
      names += plan_->names[child.name];
    }
    warn("xml.missing-element", plan_->names[step.name] + " must hold " + names + ".",
         "Nothing to do if the bank always writes so.");
  }

  void end_leaf(const Step& step, const XmlNode& node) {
    check_text(step, node);
    if (step.word != XmlWord::none && !text_.empty()) reader_->take(step.word, text_, currency_);
    text_.clear();
  }

  void check_text(const Step& step, const XmlNode& node) {
    const std::string_view text = trim_blanks(text_);
    if (text.empty()) {
      if (step.child_count == 0)
        warn("xml.empty", node.name + " is empty.",
             "Nothing to do if the bank always writes so; it is read as absent.");
      return;
    }
    switch (step.content) {
      case XmlContent::text:
      case XmlContent::code:
        check_length(text_, step, node);
        break;
      case XmlContent::digits:
        if (!std::ranges::all_of(text, is_digit)) note_form(node, "is not a whole number");
        check_length(text, step, node);
        break;
      case XmlContent::one_of:
        if (std::ranges::find(node.codes, text) == node.codes.end()) {
          note_form(node, "is \"" + std::string{text.substr(0, 20)} + "\", which is none of its codes");
        }
        break;
      case XmlContent::boolean:
        if (text != "true" && text != "false" && text != "1" && text != "0")
          note_form(node, "is neither true nor false");
        break;
      case XmlContent::iban:
        if (text.size() < 15 || text.size() > 34 || !is_digit(text[2]) || !is_digit(text[3]))
          note_form(node, "has not the form of an IBAN");
        break;
      case XmlContent::bic:
        if (text.size() != 8 && text.size() != 11)
          note_form(node, "is a BIC of " + std::to_string(text.size()) + " characters where 8 or 11 are right");
        break;
      case XmlContent::decimal:
      case XmlContent::amount:
        if (text.find_first_not_of("+-.0123456789") != std::string_view::npos) note_form(node, "is not a number");
        break;
      case XmlContent::date:
      case XmlContent::date_time:
      case XmlContent::children:
      case XmlContent::any:
        break;
    }
  }

  void check_length(std::string_view text, const Step& step, const XmlNode& node) {
    if (text.size() <= step.length_max) {
      if (text.size() < step.length_min)
        note_form(node, "has " + std::to_string(text.size()) + " characters where at least " +
                            std::to_string(step.length_min) + " are right");
      return;
    }
    const std::size_t characters = count_characters(text);
    if (characters <= step.length_max) return;
    warn("xml.too-long",
         node.name + " has " + std::to_string(characters) + " characters where " + std::to_string(step.length_max) +
             " are allowed.",
         "Nothing to do if the bank always writes so; the text was kept whole.");
  }

  void note_form(const XmlNode& node, const std::string& fault) {
    warn("xml.content", node.name + " " + fault + ".", "Nothing to do if the bank always writes so.");
  }

  // ---- faults of the XML itself

  void doctype() {
    refuse("xml.doctype", "The file has a DOCTYPE, which no bank message has.",
           "Do not use the file: a DOCTYPE can make a reader fetch or unfold other data.");
  }

  void fault(const xmlError& error) {
    if (refused_ || closed_ || error.level < XML_ERR_ERROR) return;
    if (error.level == XML_ERR_ERROR) {
      warn("xml.namespace", "A name uses a prefix that is not declared, or declares one wrongly.",
           "Nothing to do if the bank always writes so.");
      return;
    }
    switch (error.code) {
      case XML_ERR_TAG_NAME_MISMATCH:
        return not_well_formed("An end tag does not match its start tag.");
      case XML_ERR_DOCUMENT_EMPTY:
        if (!is_finishing_) return not_well_formed("No element stands where the document should begin.");
        [[fallthrough]];
      case XML_ERR_TAG_NOT_FINISHED:
      case XML_ERR_DOCUMENT_END:
        return refuse("xml.incomplete", "The file ends before its root element does.",
                      "It was cut off on the way. Fetch it again; nothing of it may be used.");
      case XML_ERR_INVALID_CHAR:
      case XML_ERR_INVALID_ENCODING:
      case XML_I18N_CONV_FAILED:
        return refuse("xml.characters", "Bytes stand here that are no characters of the encoding the file declares.",
                      "Ask the bank for the file in the encoding it declares; nothing was guessed.");
      case XML_ERR_UNKNOWN_ENCODING:
      case XML_ERR_UNSUPPORTED_ENCODING:
        return refuse("xml.encoding", "The file declares an encoding that is not read.", "Ask the bank for UTF-8.");
      case XML_ERR_UNDECLARED_ENTITY:
      case XML_WAR_UNDECLARED_ENTITY:
        return refuse("xml.entity",
                      "An entity stands here that is not declared, or an ampersand is not written as &amp;.",
                      "Ask the bank to write the file correctly.");
      case XML_ERR_ATTRIBUTE_REDEFINED:
        return not_well_formed("An attribute stands twice in one tag.");
      case XML_ERR_NO_MEMORY:
        return refuse("xml.too-long", "A name, text or tag is longer than any bank message has.",
                      "Do not use the file.");
      default:
        return not_well_formed("The file is not well-formed XML (rule " + std::to_string(error.code) +
                               " of the parser).");
    }
  }

  void not_well_formed(std::string message) {
    refuse("xml.not-well-formed", std::move(message), "Ask the sender for the file again; nothing of it may be used.");
  }

  // ---- from libxml2

  static Engine& self(void* context) { return *static_cast<Engine*>(context); }

  static void on_start(void* context, const xmlChar* local, const xmlChar* /*prefix*/, const xmlChar* uri,
                       int namespaces, const xmlChar** /*namespace_list*/, int attribute_count, int /*defaulted*/,
                       const xmlChar** attributes) {
    self(context).start(local, uri, namespaces, attribute_count, attributes);
  }
  static void on_end(void* context, const xmlChar*, const xmlChar*, const xmlChar*) { self(context).end(); }
  static void on_characters(void* context, const xmlChar* bytes, int length) {
    self(context).characters({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)});
  }
  static void on_doctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) { self(context).doctype(); }
  static void on_error(void* context, xmlErrorPtr error) {
    if (context != nullptr && error != nullptr) self(context).fault(*error);
  }

  ReadState& state_;
  std::uint32_t first_line_;
  xmlSAXHandler handlers_{};
  xmlParserCtxtPtr parser_ = nullptr;
  const StepPlan* plan_ = nullptr;
  std::unique_ptr<MessageReader> reader_;
  std::vector<KnownName> known_names_;
  std::vector<const xmlChar*> step_addresses_;  // The name of each step; children are looked for here.
  std::vector<std::int32_t> usual_next_;        // By step: the child that came last when this one was the cursor.
  std::vector<Frame> frames_;
  std::string text_, currency_, namespace_;
  std::size_t depth_ = 0, skipped_ = 0, namespaces_ = 0, quiet_bytes_ = 0, messages_ = 0;
  std::uint64_t events_ = 0, fed_ = 0, fed_before_ = 0, closed_at_ = 0;
  std::uint32_t last_line_ = 0;
  Inside inside_ = Inside::other;
  bool refused_ = false, closed_ = false, is_container_ = false, is_in_document_ = false, is_finishing_ = false;
  bool is_alone_ = false;  // The message is the root element, without a Document around it.
};

XmlDocument::XmlDocument(ReadState& state, std::uint32_t first_line)
    : engine_{std::make_unique<Engine>(state, first_line)} {}
XmlDocument::~XmlDocument() = default;
std::size_t XmlDocument::feed(std::string_view bytes) { return engine_->feed(bytes); }
void XmlDocument::finish() { engine_->finish(); }
bool XmlDocument::is_closed() const { return engine_->is_closed(); }
bool XmlDocument::is_refused() const { return engine_->is_refused(); }
std::uint32_t XmlDocument::line() const { return engine_->line(); }

}  // namespace counterfoil
