#include "parsers/detect.hpp"

#include <algorithm>
#include <array>

#include "formats/layout.hpp"
#include "parsers/bai2.hpp"
#include "parsers/fixed_width.hpp"
#include "parsers/mt940.hpp"

namespace counterfoil {
namespace {

using std::string_view_literals::operator""sv;

struct Magic {
  std::string_view bytes;
  FileShape shape;
};

constexpr std::array magics{
    Magic{"PK\x03\x04"sv, FileShape::zip},
    Magic{"PK\x05\x06"sv, FileShape::zip},  // An archive without members.
    Magic{"\x1F\x8B"sv, FileShape::compressed},
    Magic{"BZh"sv, FileShape::compressed},
    Magic{"\xFD"
          "7zXZ\x00"sv,
          FileShape::compressed},
    Magic{"7z\xBC\xAF\x27\x1C"sv, FileShape::compressed},
    Magic{"Rar!\x1A\x07"sv, FileShape::compressed},
    Magic{"\x28\xB5\x2F\xFD"sv, FileShape::compressed},
    Magic{"%PDF-"sv, FileShape::document},
    Magic{"\x89PNG"sv, FileShape::document},
    Magic{"\xFF\xD8\xFF"sv, FileShape::document},
    Magic{"\xD0\xCF\x11\xE0"sv, FileShape::document},
    Magic{"{\\rtf"sv, FileShape::document},
    Magic{"\xFE\xFF"sv, FileShape::utf16},
    Magic{"\xFF\xFE"sv, FileShape::utf16},
    Magic{"\x00\x00\xFE\xFF"sv, FileShape::utf16},
    Magic{"\x00<\x00?"sv, FileShape::utf16},
    Magic{"<\x00?\x00"sv, FileShape::utf16},
    Magic{"<\x00\x44\x00"sv, FileShape::utf16},
    Magic{"\x00<\x00\x44"sv, FileShape::utf16},
};

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::string_view without_mark(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto begin = std::ranges::find_if_not(head, is_blank);
  head.remove_prefix(static_cast<std::size_t>(begin - head.begin()));
  return head;
}

/// The same separator the same number of times in each of the first lines.
bool looks_like_csv(std::string_view text) {
  for (const char separator : {';', ',', '\t', '|'}) {
    std::ptrdiff_t expected = -1;
    int lines = 0;
    std::string_view rest = text;
    while (!rest.empty() && lines < 5) {
      const auto end = rest.find('\n');
      if (end == std::string_view::npos && lines > 0) break;  // The last line may be cut off.
      const std::string_view line = rest.substr(0, end);
      const auto count = std::ranges::count(line, separator);
      if (count == 0 || (expected >= 0 && count != expected)) {
        lines = -1;
        break;
      }
      expected = count;
      ++lines;
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
    if (lines >= 1 && expected >= 2) return true;
  }
  return false;
}

/// The layout that fits best, and how well in percent.
struct BestLayout {
  const LayoutPlan* plan = nullptr;
  int score = 0;
};

BestLayout best_layout(std::string_view head, bool is_whole, const LayoutLibrary& layouts) {
  BestLayout best;
  for (const auto& plan : layouts.plans()) {
    const int score = looks_like(*plan, head, is_whole);
    if (score > best.score) best = {plan.get(), score};
  }
  return best;
}

// A layout that fits less well than this gives way to a table or a statement the text also looks like.
constexpr int certain_layout = 60;

}  // namespace

Detected detect_shape(std::string_view head, bool is_whole, const LayoutLibrary* layouts) {
  if (std::ranges::all_of(head, is_blank)) return {FileShape::empty, {}};
  for (const auto& magic : magics) {
    if (head.starts_with(magic.bytes)) return {magic.shape, {}};
  }
  const std::string_view text = without_mark(head);
  if (text.empty()) return {FileShape::empty, {}};
  if (text.front() == '<') return {FileShape::xml, {}};
  if (looks_like_mt940(text)) return {FileShape::mt940, {}};
  if (looks_like_bai2(text)) return {FileShape::bai2, {}};
  const BestLayout layout = best_layout(head, is_whole, layouts == nullptr ? LayoutLibrary::built_in() : *layouts);
  if (layout.score >= certain_layout) return {FileShape::fixed_width, layout.plan->name};
  if (looks_like_csv(text)) return {FileShape::csv, {}};
  if (layout.plan != nullptr) return {FileShape::fixed_width, layout.plan->name};
  return {FileShape::unknown, {}};
}

}  // namespace counterfoil
