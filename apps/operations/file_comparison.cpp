#include "apps/operations/file_comparison.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <set>
#include <unordered_map>
#include <utility>

#include "apps/operations/word_values.hpp"
#include "parsers/byte_source.hpp"
#include "security/digest.hpp"

namespace counterfoil {
namespace {

/// Half of a SHA-256: enough that nobody finds two texts with the same one.
using ShortDigest = std::array<std::uint8_t, 16>;

ShortDigest short_digest(std::string_view text) {
  const Digest whole = digest_of(text);
  ShortDigest half{};
  std::copy_n(whole.begin(), half.size(), half.begin());
  return half;
}

struct ShortDigestHash {
  std::size_t operator()(const ShortDigest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
};

template <class Value>
using ByDigest = std::unordered_map<ShortDigest, Value, ShortDigestHash>;

/// One word of a file, told apart from all others of that file by its name, its base and how often the base came.
struct Said {
  std::string_view word;
  std::string base;  // Of an entry what it is matched by.
  std::uint32_t line = 0;
  Currency currency;
  std::int64_t amount_minor = 0;
  std::vector<WordValue> values;

  [[nodiscard]] ShortDigest identity(std::uint32_t occurrence) const {
    return short_digest(fmt::format("{}\n{}\n{}", word, occurrence, base));
  }
  [[nodiscard]] std::string key(std::uint32_t occurrence) const {
    if (base.empty()) return std::to_string(occurrence);
    return occurrence == 1 ? base : fmt::format("{} ({})", base, occurrence);
  }
  [[nodiscard]] ShortDigest content() const {
    std::string text;
    for (const auto& [name, value] : values) text.append(name).append(1, '\0').append(value).append(1, '\0');
    return short_digest(text);
  }
};

/// The reference that comes back, else what else tells one claim from another.
std::string base_of(const Entry& entry) {
  const std::string_view level = entry.level == Level::entry ? "" : entry.level == Level::block ? "batch " : "file ";
  for (const auto& text : {entry.reference, entry.mandate, entry.original_trace, entry.trace, entry.bank_reference}) {
    if (!text.empty()) return fmt::format("{}{}", level, text);
  }
  return fmt::format("{}without a reference", level);
}

/// Hands every word of a file on in one form.
class SaidSink final : public WordSink {
 public:
  SaidSink(const std::set<std::string, std::less<>>& ignored, std::function<void(Said&)> take)
      : ignored_{ignored}, take_{std::move(take)} {}

  void file(const FileHead& head) override { hand_on("file", {}, 1, head.currency, 0, values_of(head)); }
  void batch(const BatchHead& head) override { hand_on("batch", {}, head.line, head.currency, 0, values_of(head)); }
  void entry(const Entry& entry) override {
    hand_on("entry", base_of(entry), entry.line, entry.currency, entry.amount_minor, values_of(entry));
  }
  void statement(const Statement& statement) override {
    hand_on("statement", {}, 0, statement.currency, 0, values_of(statement));
  }

 private:
  void hand_on(std::string_view word, std::string base, std::uint32_t line, Currency currency,
               std::int64_t amount_minor, std::vector<WordValue> values) {
    std::erase_if(values, [&](const WordValue& value) { return ignored_.contains(value.name); });
    Said said{word, std::move(base), line, currency, amount_minor, std::move(values)};
    take_(said);
  }

  const std::set<std::string, std::less<>>& ignored_;
  std::function<void(Said&)> take_;
};

/// What is kept of a word of the left file.
struct LeftWord {
  ShortDigest content{};
  std::uint32_t left_count = 1;   // Of words with this base, kept at the first of them.
  std::uint32_t right_count = 0;  // The same of the right file, as far as it was read.
  enum class State : std::uint8_t { alone, same, differs } state = State::alone;
};

/// A word of the right file whose values are not those of the left one.
struct RightWord {
  std::uint32_t line = 0;
  Currency currency;
  std::vector<WordValue> values;
};

std::string value_in(const std::vector<WordValue>& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &WordValue::name);
  return found == values.end() ? std::string{} : found->value;
}

std::vector<ValueDifference> differences(const std::vector<WordValue>& left, const std::vector<WordValue>& right) {
  std::set<std::string_view> names;
  for (const auto& value : left) names.insert(value.name);
  for (const auto& value : right) names.insert(value.name);
  std::vector<ValueDifference> result;
  for (const auto name : names) {
    ValueDifference one{std::string{name}, value_in(left, name), value_in(right, name)};
    if (one.left != one.right) result.push_back(std::move(one));
  }
  return result;
}

class Comparer {
 public:
  explicit Comparer(FileComparison& result) : result_{result} {}

  void take_left(const Said& said) {
    const auto [first, is_new] = left_.try_emplace(said.identity(1), LeftWord{.content = said.content()});
    if (is_new) return;
    const std::uint32_t occurrence = ++first->second.left_count;
    left_.try_emplace(said.identity(occurrence), LeftWord{.content = said.content()});
  }

  void take_right(Said& said) {
    const auto first = left_.find(said.identity(1));
    const std::uint32_t occurrence =
        first == left_.end() ? ++right_counts_[said.identity(1)] : ++first->second.right_count;
    const ShortDigest identity = said.identity(occurrence);
    const auto other = left_.find(identity);
    if (other == left_.end()) {
      add_right_only(said, occurrence);
    } else if (other->second.content == said.content()) {
      other->second.state = LeftWord::State::same;
    } else {
      other->second.state = LeftWord::State::differs;
      right_.try_emplace(identity, RightWord{said.line, said.currency, std::move(said.values)});
    }
  }

  /// Whether the left file has anything to be shown.
  [[nodiscard]] bool needs_left_again() const {
    return std::ranges::any_of(left_, [](const auto& each) { return each.second.state != LeftWord::State::same; });
  }

  void take_left_again(const Said& said) {
    const std::uint32_t occurrence = ++again_[said.identity(1)];
    const ShortDigest identity = said.identity(occurrence);
    const auto known = left_.find(identity);
    changed_ = changed_ || known == left_.end() || known->second.content != said.content();
    if (changed_ || known->second.state == LeftWord::State::same) return;
    if (known->second.state == LeftWord::State::differs) {
      const RightWord& right = right_.at(identity);
      result_.differing.push_back({.word = std::string{said.word},
                                   .key = said.key(occurrence),
                                   .left_line = said.line,
                                   .right_line = right.line,
                                   .left_currency = said.currency,
                                   .right_currency = right.currency,
                                   .values = differences(said.values, right.values)});
    } else if (said.word == "entry") {
      result_.left_only.push_back({said.key(occurrence), said.line, Money{said.amount_minor, said.currency}});
    } else {
      result_.differing.push_back({.word = std::string{said.word},
                                   .key = said.key(occurrence),
                                   .left_line = said.line,
                                   .left_currency = said.currency,
                                   .values = differences(said.values, {})});
    }
  }

  /// Words only the right file has stand behind those of the left one.
  void finish() {
    for (auto& each : right_only_words_) result_.differing.push_back(std::move(each));
  }

  [[nodiscard]] bool changed() const { return changed_; }

 private:
  void add_right_only(const Said& said, std::uint32_t occurrence) {
    if (said.word == "entry") {
      result_.right_only.push_back({said.key(occurrence), said.line, Money{said.amount_minor, said.currency}});
    } else {
      right_only_words_.push_back({.word = std::string{said.word},
                                   .key = said.key(occurrence),
                                   .right_line = said.line,
                                   .right_currency = said.currency,
                                   .values = differences({}, said.values)});
    }
  }

  FileComparison& result_;
  ByDigest<LeftWord> left_;
  ByDigest<RightWord> right_;
  ByDigest<std::uint32_t> right_counts_, again_;
  std::vector<WordDifference> right_only_words_;
  bool changed_ = false;
};

Result<ComparedFile> read_file(const std::string& name, const ComparisonRequest& request,
                               const std::set<std::string, std::less<>>& ignored, std::function<void(Said&)> take) {
  auto source = FileSource::open(name);
  if (!source) return std::unexpected(source.error());
  SaidSink said{ignored, std::move(take)};
  Tally tally{&said};
  const ReadOptions options{.file_name = name, .format = request.format, .expected = request.expected};
  const auto verdict = read_bank_file(**source, options, tally);
  if (!verdict) return std::unexpected(verdict.error());
  return ComparedFile{*verdict, tally.counts, tally.totals()};
}

Error comparison_error(std::string code, std::string explanation, std::string remedy, Place place, ErrorKind kind) {
  return {std::move(code), std::move(explanation), std::move(remedy), std::move(place), kind};
}

Result<std::set<std::string, std::less<>>> ignored_values(const std::vector<std::string>& names) {
  std::set<std::string, std::less<>> ignored;
  for (const auto& name : names) {
    if (std::ranges::find(value_names(), name) == value_names().end() && !name.starts_with("creditor.")) {
      return std::unexpected(comparison_error(
          "diff.value-unknown", fmt::format("No file says a value called \"{}\".", name),
          "Use a name as the comparison shows it, such as file.created; docs/layout-language.md lists them.",
          {.field = "--ignore"}, ErrorKind::usage));
    }
    ignored.insert(name);
  }
  return ignored;
}

}  // namespace

Result<FileComparison> compare_files(const ComparisonRequest& request) {
  struct stat status{};
  const bool is_there = ::stat(request.left.c_str(), &status) == 0;
  if (request.left == "-" || (is_there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))) {
    return std::unexpected(
        comparison_error("diff.not-a-file", "The first file may be read twice, so it cannot come from a pipe.",
                         "Save it as a file first, or give it as the second one.", {.field = "A"}, ErrorKind::usage));
  }
  const auto ignored = ignored_values(request.ignored);
  if (!ignored) return std::unexpected(ignored.error());
  FileComparison result;
  Comparer comparer{result};
  auto left = read_file(request.left, request, *ignored, [&](const Said& said) { comparer.take_left(said); });
  if (!left) return std::unexpected(left.error());
  auto right = read_file(request.right, request, *ignored, [&](Said& said) { comparer.take_right(said); });
  if (!right) return std::unexpected(right.error());
  result.left = std::move(*left);
  result.right = std::move(*right);
  if (comparer.needs_left_again()) {
    const auto again =
        read_file(request.left, request, *ignored, [&](const Said& said) { comparer.take_left_again(said); });
    if (!again) return std::unexpected(again.error());
    if (comparer.changed()) {
      return std::unexpected(comparison_error("diff.changed", "The first file changed while it was compared.",
                                              "Compare again when nobody writes to it.", {.file = request.left},
                                              ErrorKind::conflict));
    }
  }
  comparer.finish();
  return result;
}

}  // namespace counterfoil
