// The description of a family of ISO 20022 messages, as data: which elements exist, in which order, how often, with
// what content, in which versions, and to which exchange word each belongs. Reader, writer, lint and the documentation
// page work from it.
//
// A table is a text of lines; "#" begins a comment line, ";" a note at the end of a line. At its head:
//
//   family camt.053 BkToCstmrStmt       a message of the table: its name and the one child of Document
//   title "ISO 20022"                   what its messages are called in lists, before the root element
//   versions 02 04 06 08 10 13 14       the versions whose official schema the table was compared with
//   source "document, edition"          where the facts are from; any number of these
//
// Then shapes, pieces used in more than one place, each with its elements indented by two spaces:
//
//   shape Agent
//     FinInstnId      1
//       BICFI         0..1  bic         [04-]
//       BIC           0..1  bic         [02]
//
// and once the message itself, which holds the children of the root element:
//
//   message
//     GrpHdr          1
//       MsgId         1     text 1..35  -> file.message_id
//     Stmt            1..n  [camt.053]  -> statement
//       Ntry          0..n  -> entry
//         DbtrAgt     0..1  =Agent
//           at FinInstnId/BICFI -> entry.payer_bank
//
// An element line is: its name, how often it stands there (1, 0..1, 0..n, 1..n, 0..2), its content, marks in brackets,
// a binding. "|" before the name makes it one of the alternatives of a choice: neighbouring "|" lines form one choice.
// Content: nothing (it has children), "=Shape", "any" (not described: skipped) or a leaf type:
// text A..B, digits A..B, code A..B, one-of X|Y|Z, date, date-time, amount (a decimal with the attribute Ccy), decimal,
// bool, iban, bic. Marks: versions "04-", "-06", "04-08", "02"; families "camt.054". An element with marks exists only
// there; the same name may stand twice with different marks. "at PATH -> binding" binds an element inside a shape or
// under a line above.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.hpp"
#include "core/result.hpp"

namespace counterfoil {

enum class XmlContent : std::uint8_t {
  children,
  any,  // Not described: whatever stands there is passed over.
  text,
  digits,
  code,
  one_of,
  date,
  date_time,
  amount,
  decimal,
  boolean,
  iban,
  bic,
};

[[nodiscard]] std::string_view xml_content_name(XmlContent content);

inline constexpr std::uint32_t xml_unbounded = std::numeric_limits<std::uint32_t>::max();

/// One element of a plan.
struct XmlNode {
  std::string name;
  std::string binding;  // "entry.amount"; empty where nobody needs it.
  std::string note;
  std::vector<std::string> codes;  // one_of
  XmlContent content = XmlContent::children;
  std::uint32_t length_min = 0, length_max = 0;  // Characters of text, digits and code.
  std::uint32_t occurs_min = 1, occurs_max = 1;
  std::uint32_t choice = 0;  // Siblings with the same number above 0 are alternatives of which one stands.
  bool is_choice_required = false;
  std::uint32_t parent = 0;
  std::uint32_t child_first = 0, child_count = 0;  // Its children are neighbours in XmlPlan::nodes, in order.
};

/// A table made flat for one version of one message. Node 0 is Document, node 1 the root element of the message.
struct XmlPlan {
  std::string family;   // "pain.002"
  std::string root;     // "CstmrPmtStsRpt"
  std::string version;  // "10". Empty: the union of all versions, for files whose version is not described.
  std::vector<XmlNode> nodes;

  [[nodiscard]] std::span<const XmlNode> children_of(const XmlNode& node) const {
    return std::span{nodes}.subspan(node.child_first, node.child_count);
  }
  /// The element at a path below the root element, such as "GrpHdr/MsgId"; nullptr where the version has none.
  [[nodiscard]] const XmlNode* find(std::string_view path) const;
  /// "Document/CstmrPmtStsRpt/GrpHdr/MsgId".
  [[nodiscard]] std::string path_of(const XmlNode& node) const;
};

/// The parts of a message's name: "pain.008" and "08" of "pain.008.001.08". A name without a version has an empty one.
struct XmlMessageParts {
  std::string_view family, version;
};

/// "pain.008.001.08" of "pain.008" and "08". A family that is not named as ISO 20022 names its messages, such as
/// "bacs-report", is the whole name.
[[nodiscard]] std::string message_name(std::string_view family, std::string_view version);

/// Whether a message of that name is one of `family`: "bacs-report.arudd" is one of "bacs-report".
[[nodiscard]] bool is_of_family(std::string_view message_name, std::string_view family);

/// Views into `name`. What follows the version, such as ".ch.03", is passed over.
[[nodiscard]] XmlMessageParts parts_of_message_name(std::string_view name);

class XmlTable {
 public:
  struct Family {
    std::string name;  // "camt.053"
    std::string root;  // "BkToCstmrStmt"
  };

  /// Fails with "table.*" and the line that is wrong.
  [[nodiscard]] static Result<XmlTable> parse(std::string_view text, const std::string& file_name);

  [[nodiscard]] const std::string& title() const { return title_; }  // Empty where the table says none.
  [[nodiscard]] const std::vector<Family>& families() const { return families_; }
  [[nodiscard]] const std::vector<std::string>& versions() const { return versions_; }
  [[nodiscard]] const std::vector<std::string>& sources() const { return sources_; }

  /// The plan of a version such as "08"; any other version gives the union of all, in which nothing is mandatory that
  /// one version does without. Fails with "table.family" for a family the table does not hold.
  [[nodiscard]] Result<XmlPlan> plan(std::string_view family, std::string_view version) const;

  /// Everything questionable about the table: unknown bindings (given `known_bindings`, sorted), bindings that hit
  /// nothing, shapes nobody uses, doubled names.
  [[nodiscard]] std::vector<Finding> lint(std::span<const std::string_view> known_bindings) const;

 private:
  struct Line {
    std::uint32_t number = 0;
    std::uint32_t depth = 0;
    bool is_alternative = false;
    bool is_refinement = false;  // An "at" line; `node.name` is its path.
    std::string shape;
    std::vector<std::string> marks;
    XmlNode node;
  };
  struct Shape {
    std::string name;
    std::uint32_t line = 0;
    std::vector<Line> lines;
  };
  friend class XmlTableParser;
  friend class XmlPlanMaker;

  std::string file_name_, title_;
  std::vector<Family> families_;
  std::vector<std::string> versions_;
  std::vector<std::string> sources_;
  std::vector<Shape> shapes_;
  std::vector<Line> message_;
};

}  // namespace counterfoil
