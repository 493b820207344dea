#include "parsers/iso20022.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "core/catalogue.hpp"
#include "parsers/iso20022_engine.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t longest_declaration = 1024;
constexpr std::size_t piece_limit = std::size_t{256} * 1024;

// Read through the tables of the C library, so that a name is no way to anything else: UTF-7 and its like are tricks.
constexpr std::array<std::string_view, 14> encodings{
    "UTF-8",       "UTF8",       "US-ASCII",     "ASCII",  "ISO-8859-1", "ISO8859-1", "LATIN1",
    "ISO-8859-15", "ISO8859-15", "WINDOWS-1252", "CP1252", "GBK",        "GB2312",    "GB18030"};

std::string upper(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

/// The encoding a declaration such as <?xml version="1.0" encoding="UTF-8"?> names; empty without one.
std::string_view declared_encoding(std::string_view declaration) {
  const auto key = declaration.find("encoding");
  if (key == std::string_view::npos) return {};
  const auto open = declaration.find_first_of("\"'", key);
  if (open == std::string_view::npos) return {};
  const auto close = declaration.find(declaration[open], open + 1);
  if (close == std::string_view::npos) return {};
  return declaration.substr(open + 1, close - open - 1);
}

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Splits the bytes into documents and feeds each to a parser of its own. Between two documents only white space,
/// comments and processing instructions may stand.
class Documents {
 public:
  explicit Documents(ReadState& state) : state_{state} {}

  /// False once the file is refused: nothing more need be read.
  bool feed(std::string_view bytes) {
    while (!bytes.empty() && !refused_) {
      bytes.remove_prefix(document_ != nullptr ? feed_document(bytes) : feed_between(bytes));
    }
    return !refused_;
  }

  void finish() {
    if (refused_) return;
    if (document_ == nullptr && !waiting_.empty()) start_document();
    if (document_ != nullptr && !refused_) {
      document_->finish();
      document_.reset();
    } else if (documents_ == 0 && !refused_) {
      refuse("xml.incomplete", "The file holds no document.", "It was cut off on the way. Fetch it again.");
    } else if (within_ != Within::nothing) {
      refuse("xml.incomplete", "The file ends within a comment or instruction.",
             "It was cut off on the way. Fetch it again; nothing of it may be used.");
    }
  }

 private:
  enum class Within : std::uint8_t { nothing, comment, instruction };

  std::size_t feed_document(std::string_view bytes) {
    const std::size_t taken = document_->feed(bytes.substr(0, piece_limit));
    if (document_->is_refused()) {
      refused_ = true;
    } else if (document_->is_closed()) {
      lines_ = document_->line() - 1;
      document_.reset();
    }
    return taken;
  }

  /// Before the first document, and after each: looks at what begins, in a few bytes that may come in several pieces.
  std::size_t feed_between(std::string_view bytes) {
    const char c = bytes.front();
    if (c == '\n') ++lines_;
    if (within_ != Within::nothing) return skip_inside(bytes);
    if (waiting_.empty() && is_blank(c)) return 1;
    waiting_ += c;
    const std::string_view seen = waiting_;
    if (seen == "\xEF" || seen == "\xEF\xBB") return 1;
    const std::string_view after_mark = seen.starts_with("\xEF\xBB\xBF") ? seen.substr(3) : seen;
    if (after_mark.size() == 1 && is_blank(c)) waiting_.pop_back();
    if (after_mark.empty() || after_mark == "<" || is_blank(after_mark.front())) return 1;
    if (documents_ > 0 && after_mark == "<!") return 1;
    if (documents_ > 0 && (after_mark == "<!-" || after_mark == "<!--")) {
      if (after_mark == "<!--") enter(Within::comment);
      return 1;
    }
    constexpr std::string_view declaration = "<?xml ";
    if (after_mark.size() < declaration.size() && declaration.starts_with(after_mark)) return 1;
    const bool is_declaration = after_mark.starts_with("<?xml") && is_blank(c);
    if (documents_ > 0 && after_mark.starts_with("<?") && !is_declaration) {
      enter(Within::instruction);
      return 1;
    }
    if (!is_declaration) {
      if (documents_ > 0 && !(after_mark.starts_with('<') && after_mark[1] != '!' && after_mark[1] != '/')) {
        refuse("xml.after-root", "Something other than a further document stands after the end of the document.",
               "The file was damaged or two files were joined. Fetch it again; nothing of it may be used.");
        return 1;
      }
      start_document();
      return 1;
    }
    // The declaration is wanted whole, for the encoding it names.
    if (!after_mark.ends_with("?>") && waiting_.size() < longest_declaration) return take_declaration(bytes);
    start_document();
    return 1;
  }

  std::size_t take_declaration(std::string_view bytes) {
    std::size_t taken = 1;
    while (taken < bytes.size() && !waiting_.ends_with("?>") && waiting_.size() < longest_declaration) {
      if (bytes[taken] == '\n') ++lines_;
      waiting_ += bytes[taken++];
    }
    if (waiting_.ends_with("?>") || waiting_.size() >= longest_declaration) start_document();
    return taken;
  }

  void enter(Within within) {
    within_ = within;
    waiting_.clear();
  }

  std::size_t skip_inside(std::string_view bytes) {
    const std::string_view end = within_ == Within::comment ? "-->" : "?>";
    waiting_ += bytes.front();
    if (waiting_.size() > 3) waiting_.erase(0, waiting_.size() - 3);
    if (waiting_.ends_with(end)) enter(Within::nothing);
    return 1;
  }

  void start_document() {
    std::string_view head = waiting_;
    if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
    const auto encoding = declared_encoding(head.starts_with("<?xml") ? head : std::string_view{});
    if (!encoding.empty() && std::ranges::find(encodings, upper(encoding)) == encodings.end()) {
      refuse("xml.encoding",
             "The file declares the encoding \"" + std::string{encoding.substr(0, 40)} + "\", which is not read.",
             "Ask the bank for UTF-8. Read are UTF-8, ISO-8859-1, ISO-8859-15, Windows-1252, GBK and GB18030.");
      return;
    }
    ++documents_;
    // Lines within the declaration were counted as they came; the parser sees them again.
    const auto inside = static_cast<std::uint32_t>(std::ranges::count(head.substr(0, head.size() - 1), '\n'));
    document_ = std::make_unique<XmlDocument>(state_, lines_ + 1 - std::min(lines_, inside));
    const std::string first = std::move(waiting_);
    waiting_.clear();
    (void)feed_document(first);
  }

  void refuse(std::string code, std::string message, std::string remedy) {
    refused_ = true;
    state_.sink.finding({.code = std::move(code),
                         .severity = Severity::error,
                         .place = {.file = state_.options.file_name, .line = lines_ + 1},
                         .message = std::move(message),
                         .remedy = std::move(remedy),
                         .refuses_file = true});
  }

  ReadState& state_;
  std::unique_ptr<XmlDocument> document_;
  std::string waiting_;
  Within within_ = Within::nothing;
  std::uint32_t lines_ = 0;  // Line ends before the current byte.
  std::uint32_t documents_ = 0;
  bool refused_ = false;
};

}  // namespace

Result<void> read_iso20022(ByteSource& source, const ReadOptions& options, WordSink& sink) {
  ReadState state{.sink = sink, .options = options, .scheme = Catalogue::built_in().find("iso20022")};
  Documents documents{state};
  while (true) {
    const auto piece = source.next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) break;
    if (!documents.feed(*piece)) return {};
  }
  documents.finish();
  return {};
}

}  // namespace counterfoil
