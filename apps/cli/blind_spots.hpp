// Which changes of a single character a format's own controls do not see: found by making every one of them in a sound
// file and reading it again.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

/// The changes that are tried, each one alone.
enum class Change : std::uint8_t {
  digit,   // A digit becomes each other digit.
  letter,  // A letter becomes another one.
  blank,   // A blank is filled with a letter and with a digit.
  type,    // A digit becomes a letter, or a letter a digit.
  swap,    // Two different digits side by side change places.
};
inline constexpr std::size_t change_kinds = 5;

struct ChangeCount {
  std::uint64_t tried = 0, unseen = 0;
};

/// One field of one record that stands in the files looked at.
struct BlindField {
  const RecordPlan* record = nullptr;
  const FieldPlan* field = nullptr;
  std::array<ChangeCount, change_kinds> counts{};

  [[nodiscard]] const ChangeCount& of(Change change) const { return counts[static_cast<std::size_t>(change)]; }
  [[nodiscard]] bool is_blind() const;
};

class BlindSpots {
 public:
  /// Keeps a reference to the plan.
  explicit BlindSpots(const LayoutPlan& plan) : plan_{plan} {}

  /// Makes every change in `bytes` and reads it again: a change is seen when the reader has a warning or an error that
  /// the file as it stands does not give. "blind-spots.not-sound" where the file is refused as it stands.
  [[nodiscard]] Result<void> add_file(std::string_view bytes, const std::string& name);

  /// In the order of the layout. Parts of other fields are not listed.
  [[nodiscard]] std::vector<BlindField> fields() const;

  [[nodiscard]] const LayoutPlan& plan() const { return plan_; }

 private:
  const LayoutPlan& plan_;
  std::vector<BlindField> found_;
};

/// "unseen", "3 of 9 unseen", "seen", "-" where there was nothing to try.
[[nodiscard]] std::string count_text(const ChangeCount& count);

/// The section of docs/blind-spots.md for one format, `names` being the files looked at.
[[nodiscard]] std::string blind_spots_section(const BlindSpots& spots, const std::vector<std::string>& names);

/// What stands above all sections.
[[nodiscard]] std::string blind_spots_introduction();

}  // namespace counterfoil
