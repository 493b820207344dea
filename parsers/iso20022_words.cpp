#include "parsers/iso20022_words.hpp"

#include <algorithm>
#include <utility>

namespace counterfoil {
namespace {

struct Name {
  std::string_view text;
  XmlWord word;
};

constexpr auto sorted_names() {
  std::array<Name, xml_word_count> names{{
#define WORD(name, text) {text, XmlWord::name},
      COUNTERFOIL_XML_WORDS(WORD)
#undef WORD
  }};
  std::ranges::sort(names, {}, &Name::text);
  return names;
}

constexpr auto names = sorted_names();

// A joined text may grow as long as a file has pieces; nobody reads more.
constexpr std::size_t longest_joined_text = 8192;

}  // namespace

std::span<const std::string_view> xml_word_names() {
  static const auto texts = [] {
    std::array<std::string_view, xml_word_count> all;
    std::ranges::transform(names, all.begin(), &Name::text);
    return all;
  }();
  return texts;
}

std::optional<XmlWord> find_xml_word(std::string_view name) {
  const auto found = std::ranges::lower_bound(names, name, {}, &Name::text);
  if (found == names.end() || found->text != name) return std::nullopt;
  return found->word;
}

void XmlTexts::join(XmlWord word, std::string_view text, std::size_t full_length) {
  if (!has(word)) {
    take(word, text, {});
    last_piece_ = text.size();
    return;
  }
  std::string& whole = texts_[index(word)];
  if (whole.size() + text.size() >= longest_joined_text) return;
  if (last_piece_ < full_length && !whole.empty() && !text.empty()) whole += ' ';
  whole += text;
  last_piece_ = text.size();
}

}  // namespace counterfoil
