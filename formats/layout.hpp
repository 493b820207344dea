// Loading a layout: text of a person in, checked plan out. The grammar (Spirit X3) lives in layout_grammar.cpp alone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.hpp"
#include "core/finding.hpp"
#include "core/result.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

/// What loading gave. `plan` is there unless a finding is an error. A finding's message ends with the line of the
/// layout and a caret below the column it speaks of.
struct LoadedLayout {
  std::shared_ptr<const LayoutPlan> plan;
  std::vector<Finding> findings;
};

/// What a layout may lean on besides its own text.
struct LayoutSurroundings {
  /// The text of the layout that a variant patches, by name; nothing when there is none.
  std::function<std::optional<SchemeText>(std::string_view)> base;
  /// For code lists taken from the reasons of the scheme. nullptr: such a list is an error.
  const Catalogue* catalogue = nullptr;
};

/// `file` is for messages only. Every mistake is reported, not only the first, except that a line that cannot be read
/// ends the reading (what follows it would be guessed).
[[nodiscard]] LoadedLayout load_layout(std::string_view text, std::string_view file,
                                       const LayoutSurroundings& around = {});

/// All layouts of a catalogue, loaded once.
class LayoutLibrary {
 public:
  /// Layouts with mistakes are left out and their findings kept.
  explicit LayoutLibrary(const Catalogue& catalogue);

  /// Those in the binary.
  [[nodiscard]] static const LayoutLibrary& built_in();

  /// By name, which is the name of the format: "nacha", "cn-304". nullptr: there is none.
  [[nodiscard]] const LayoutPlan* find(std::string_view name) const;
  [[nodiscard]] const std::vector<std::shared_ptr<const LayoutPlan>>& plans() const {
    return plans_;
  }  // Sorted by name.
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }

 private:
  std::vector<std::shared_ptr<const LayoutPlan>> plans_;
  std::vector<Finding> findings_;
};

/// The error findings of a layout as one Error with every message, for callers that need a plan.
[[nodiscard]] Result<std::shared_ptr<const LayoutPlan>> require_layout(std::string_view text, std::string_view file,
                                                                       const LayoutSurroundings& around = {});

}  // namespace counterfoil
