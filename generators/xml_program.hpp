// Writing XML from a plan (formats/xml_table.hpp) as fast as appending: the plan fixes names and order, the caller
// says which value belongs at which path, and what comes out for one set of present values is worked out once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "formats/xml_table.hpp"

namespace counterfoil {

/// The value of one element. It stands when the value of its slot is not empty.
struct XmlField {
  std::string_view
      path;  // Below the root element: "PmtInf/PmtInfId". Of several the plan's version lacks, none is written.
  std::size_t slot = 0;
  std::string_view constant = {};  // What is written instead of the value: a constant that goes with it.
};

inline constexpr std::size_t xml_slots = 64;

/// The values by slot; an empty one is not there.
class XmlValues {
 public:
  void clear() { present_ = 0; }

  void set(std::size_t slot, std::string_view value) {
    values_[slot] = value;
    const std::uint64_t bit = std::uint64_t{1} << slot;
    present_ = value.empty() ? present_ & ~bit : present_ | bit;
  }

  [[nodiscard]] std::string_view operator[](std::size_t slot) const {
    return (present_ >> slot & 1U) != 0 ? values_[slot] : std::string_view{};
  }

  /// One bit a slot.
  [[nodiscard]] std::uint64_t present() const { return present_; }

 private:
  std::array<std::string_view, xml_slots> values_;
  std::uint64_t present_ = 0;
};

/// Whether a value needs no escaping, or may hold any text.
enum class XmlText : std::uint8_t { safe, any };

class XmlProgram {
 public:
  struct Options {
    XmlText text = XmlText::any;
    std::string_view currency = {};  // The Ccy attribute of amounts.
    /// The child of the top element before which writing stops, with the top element left open: what follows comes in
    /// pieces of their own.
    std::string_view open_before = {};
  };

  /// A program for the element at `top`. A path the version of the plan does not have is refused with
  /// "write.element-unknown", unless another path of the same slot exists (BIC and BICFI).
  [[nodiscard]] static Result<XmlProgram> make(const XmlPlan& plan, std::string_view top,
                                               std::span<const XmlField> fields, const Options& options);

  /// Appends the element. Fails with "write.element-missing" when something stands in an element without one of its
  /// mandatory children, with "write.choice" when two alternatives stand together, and with "write.text-too-long" for a
  /// value that is not safe text and longer than the table allows.
  [[nodiscard]] Result<void> append(const XmlValues& values, std::string& out);

  /// "</PmtInf>", for a program that leaves its element open.
  [[nodiscard]] const std::string& closing_tag() const { return closing_tag_; }

 private:
  /// Text to copy, then a value.
  struct Step {
    std::string literal;
    std::size_t slot = xml_slots;  // xml_slots: no value.
    std::size_t node = 0;
  };
  struct Recipe {
    std::uint64_t present = 0;
    std::vector<Step> steps;
    std::size_t literal_size = 0;  // Of all steps.
  };
  struct Leaf {
    std::uint64_t mask = 0;
    std::size_t slot = 0;
    std::string constant;
  };
  /// One element of the piece, in order, with everything below it in the nodes up to `end`.
  struct Node {
    std::string name;
    std::string path;
    std::uint64_t mask = 0;  // Slots of which one makes it stand.
    std::size_t end = 0;
    std::uint32_t choice = 0;
    bool is_required = false;
    bool is_choice_required = false;
    bool is_amount = false;
    std::uint32_t length_max = 0;  // 0: not limited.
    std::vector<Leaf> leaves;      // Of a repeated leaf several.
  };

  std::vector<Node> nodes_;
  std::vector<Recipe> recipes_;
  std::size_t last_ = 0;  // The recipe used last: most entries of a file look alike.
  std::string closing_tag_;
  std::string currency_;
  XmlText text_ = XmlText::any;
  bool leaves_open_ = false;

  [[nodiscard]] Result<void> add(const XmlPlan& plan, const XmlNode& node, std::span<const XmlField> fields,
                                 std::string_view open_before);
  [[nodiscard]] Result<void> check(std::uint64_t present) const;
  [[nodiscard]] static std::unexpected<Error> too_long(const Node& node, std::string_view value);
  static void append_safe(const Recipe& recipe, const XmlValues& values, std::string& out);
  [[nodiscard]] Result<void> append_any(const Recipe& recipe, const XmlValues& values, std::string& out) const;
  [[nodiscard]] Result<const Recipe*> recipe_of(std::uint64_t present);
};

/// Appends text with & < > and carriage returns escaped, as XML wants it.
void append_escaped(std::string_view text, std::string& out);

}  // namespace counterfoil
