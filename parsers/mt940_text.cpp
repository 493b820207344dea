#include "parsers/mt940_text.hpp"

#include <algorithm>
#include <utility>

namespace counterfoil {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Lines of 65 characters were broken wherever they were full; shorter ones were ended on purpose.
constexpr std::size_t full_line = 65;

void join_lines(std::string_view field, bool always_without_blank, std::string& joined) {
  joined.clear();
  while (true) {
    const auto end = field.find('\n');
    const auto line = field.substr(0, end);
    joined += line;
    if (end == std::string_view::npos) return;
    if (!always_without_blank && line.size() < full_line && !joined.empty() && joined.back() != ' ') joined += ' ';
    field.remove_prefix(end + 1);
  }
}

/// The keys that exist, in the order in which they rise.
bool is_key(int key) {
  return key == 0 || key == 10 || (key >= 20 && key <= 29) || (key >= 30 && key <= 34) || (key >= 60 && key <= 63) ||
         (key >= 70 && key <= 79);
}

// ---- tags inside the purpose

enum Tag : std::size_t { eref, kref, mref, cred, debt, coam, oamt, svwz, abwa, abwe, iban, mtlg, other };

struct TagName {
  std::string_view text;
  Tag tag;
};

constexpr std::array tag_names{
    TagName{"EREF", eref},  TagName{"KREF", kref},  TagName{"MREF", mref},  TagName{"CRED", cred},  TagName{"DEBT", debt},
    TagName{"COAM", coam},  TagName{"OAMT", oamt},  TagName{"SVWZ", svwz},  TagName{"ABWA", abwa},  TagName{"ABWE", abwe},
    TagName{"IBAN", iban},  TagName{"MTLG", mtlg},  TagName{"PURP", other}, TagName{"MDAT", other}, TagName{"SQTP", other},
    TagName{"ORCR", other}, TagName{"ORMR", other}, TagName{"DDAT", other},
};

/// The tag that begins here, with its "+" or ":"; its length is 5, or 4 for BIC.
struct FoundTag {
  Tag tag = other;
  std::size_t length = 0;
};

FoundTag tag_at(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  if (rest.starts_with("BIC+") || rest.starts_with("BIC:")) return {other, 4};
  if (rest.size() < 5 || (rest[4] != '+' && rest[4] != ':')) return {};
  const auto found = std::ranges::find(tag_names, rest.substr(0, 4), &TagName::text);
  return found == tag_names.end() ? FoundTag{} : FoundTag{found->tag, 5};
}

}  // namespace

const Mt940Text& Mt940TextReader::read(std::string_view field) {
  text_ = {};
  for (std::string& tag : tags_) tag.clear();
  const bool has_code = field.size() >= 3 && std::ranges::all_of(field.substr(0, 3), is_digit);
  const bool is_separated = has_code && field.size() > 3 && field[3] > ' ' && field[3] <= '~' && !is_digit(field[3]) &&
                            !(field[3] >= 'A' && field[3] <= 'Z') && !(field[3] >= 'a' && field[3] <= 'z') &&
                            field[3] != '-' && field[3] != '.' && field[3] != ',' && field[3] != '/';
  if (has_code && field.substr(0, 3) != "999" && is_separated) {
    text_.code = field.substr(0, 3);
    join_lines(field, true, joined_);
    read_structured(std::string_view{joined_}.substr(3), field[3]);
    return text_;
  }
  join_lines(field, false, joined_);
  const auto text = trimmed(joined_);
  // "/TRTP/.../IBAN/...": the first word begins the text.
  if (text.starts_with('/') && text.find('/', 1) != std::string_view::npos) {
    std::string_view whole = text;
    text_.purpose = whole;
    read_slash_words(whole);
  } else {
    text_.purpose = text;
    read_tags(text);
  }
  if (text_.remittance.empty()) text_.remittance = text_.purpose;
  return text_;
}

/// `text` begins with the separator. A value may hold the separator: only one that a key follows which exists, and that
/// is higher than the key before, begins a key.
void Mt940TextReader::read_structured(std::string_view text, char separator) {
  for (std::string* one : {&posting_text_, &purpose_, &bank_, &account_, &name_}) one->clear();
  const auto key_at = [&](std::size_t at) {
    if (at + 2 >= text.size() || text[at] != separator || !is_digit(text[at + 1]) || !is_digit(text[at + 2])) return -1;
    const int key = (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
    return is_key(key) ? key : -1;
  };
  int last = -1;
  for (std::size_t at = 0; at < text.size();) {
    const int key = key_at(at);
    std::size_t next = at + 3;
    while (next < text.size()) {
      const int following = key_at(next);
      if (following > key) break;
      ++next;
    }
    next = std::min(next, text.size());
    const auto value = key < 0 ? std::string_view{} : text.substr(at + 3, next - at - 3);
    at = std::max(next, at + 1);
    if (key < 0) continue;
    last = key;
    if (key == 0) {
      posting_text_ += value;
    } else if ((key >= 20 && key <= 29) || (key >= 60 && key <= 63)) {
      purpose_ += value;
    } else if (key == 30) {
      bank_ = value;
    } else if (key == 31) {
      account_ = value;
    } else if (key == 32 || key == 33) {
      name_ += value;
    } else if (key == 34) {
      text_.supplement = trimmed(value);
    }
  }
  if (last < 0) purpose_ = text.substr(std::min<std::size_t>(1, text.size()));
  text_.posting_text = trimmed(posting_text_);
  text_.purpose = trimmed(purpose_);
  text_.party_bank = trimmed(bank_);
  text_.party_account = trimmed(account_);
  text_.party_name = trimmed(name_);
  read_tags(text_.purpose);
  if (text_.remittance.empty()) text_.remittance = text_.purpose;
}

void Mt940TextReader::read_tags(std::string_view purpose) {
  // A purpose of one tag alone, or of many; text before the first one belongs to none.
  std::size_t begin = 0;
  FoundTag open;
  const auto close = [&](std::size_t end) {
    if (open.length == 0) return;
    std::string& value = tags_[open.tag];
    if (value.empty()) value = trimmed(purpose.substr(begin, end - begin));
  };
  for (std::size_t at = 0; at < purpose.size(); ++at) {
    if (purpose[at] < 'A' || purpose[at] > 'Z') continue;
    const FoundTag found = tag_at(purpose, at);
    if (found.length == 0) continue;
    // The colon is a tag only where one begins the text or stands behind a blank: "REF:" is a word of many texts. The
    // message of an Austrian bank has no other form.
    if (purpose[at + found.length - 1] == ':' && at > 0 && purpose[at - 1] != ' ' && found.tag != mtlg) continue;
    close(at);
    open = found;
    begin = at + found.length;
    at = begin - 1;
  }
  close(purpose.size());
  text_.end_to_end = tags_[eref];
  text_.customer = tags_[kref];
  text_.mandate = tags_[mref];
  text_.creditor_id = tags_[cred];
  text_.original_amount = tags_[oamt];
  text_.charges = tags_[coam];
  text_.remittance = tags_[svwz].empty() ? tags_[mtlg] : tags_[svwz];
  text_.other_payer = tags_[abwa];
  if (text_.party_account.empty()) text_.party_account = tags_[iban];
}

void Mt940TextReader::read_slash_words(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view Mt940Text::*>, 12> words{{
      {"TRTP", &Mt940Text::posting_text},
      {"RTYP", &Mt940Text::posting_text},
      {"CSID", &Mt940Text::creditor_id},
      {"MARF", &Mt940Text::mandate},
      {"EREF", &Mt940Text::end_to_end},
      {"PREF", &Mt940Text::customer},
      {"NRTX", &Mt940Text::count},
      {"RTRN", &Mt940Text::return_reason},
      {"IBAN", &Mt940Text::party_account},
      {"BIC", &Mt940Text::party_bank},
      {"NAME", &Mt940Text::party_name},
      {"REMI", &Mt940Text::remittance},
  }};
  const auto word_at = [&](std::size_t at) {
    for (const auto& word : words) {
      const auto rest = text.substr(at + 1);
      if (rest.starts_with(word.first) && rest.substr(word.first.size()).starts_with('/')) return &word;
    }
    return static_cast<decltype(words.data())>(nullptr);
  };
  const auto* open = static_cast<decltype(words.data())>(nullptr);
  std::size_t begin = 0;
  const auto close = [&](std::size_t end) {
    if (open == nullptr) return;
    auto& value = text_.*open->second;
    if (value.empty()) value = trimmed(text.substr(begin, end - begin));
  };
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    const auto* found = word_at(at);
    if (found == nullptr) {
      // Any other word in capitals between slashes, such as /PIND/, ends the value before it.
      const auto end = text.find('/', at + 1);
      const bool is_word = end != std::string_view::npos && end - at == 5 &&
                           std::ranges::all_of(text.substr(at + 1, 4), [](char c) { return c >= 'A' && c <= 'Z'; });
      if (!is_word || (open != nullptr && open->first == "REMI")) continue;
      close(at);
      open = nullptr;
      at = end - 1;
      continue;
    }
    close(at);
    open = found;
    begin = at + found->first.size() + 2;
    at = begin - 2;
  }
  close(text.size());
}

}  // namespace counterfoil
