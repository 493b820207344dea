#include "apps/operations/words_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/operations/part_file.hpp"
#include "apps/operations/written_file.hpp"
#include "core/text.hpp"
#include "generators/bank_answer.hpp"
#include "generators/writer.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/csv.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t longest_line = std::size_t{1024} * 1024;

Error list_error(std::string code, std::string explanation, std::string remedy, const std::string& file,
                 std::uint32_t line, std::string field = {}) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {.file = file, .line = line, .field = std::move(field)},
          .kind = ErrorKind::input};
}

/// A name in a list with its word before it, and without the mark of amounts.
std::string full_name(std::string_view word, std::string_view name) {
  if (name.starts_with("creditor.")) return std::string{name};
  std::string full = fmt::format("{}.{}", word, name);
  constexpr std::string_view minor = "_minor";
  if (full.ends_with(minor) && is_amount_value(full.substr(0, full.size() - minor.size())))
    full.resize(full.size() - minor.size());
  return full;
}

// JSON: one object a line.

class JsonList final : public WordListReader {
 public:
  JsonList(std::unique_ptr<FileSource> source, std::string file) : source_{std::move(source)}, file_{std::move(file)} {}

  Result<const ListedWord*> next() override {
    while (true) {
      const auto line = next_line();
      if (!line) return std::unexpected(line.error());
      if (!*line) return nullptr;
      if (line_.find_first_not_of(" \t\r") == std::string::npos) continue;
      const auto taken = take();
      if (!taken) return std::unexpected(taken.error());
      if (word_.word == "file" || word_.word == "batch" || word_.word == "entry") return &word_;
    }
  }

 private:
  Result<bool> next_line() {
    while (true) {
      if (const auto end = rest_.find('\n'); end != std::string::npos) {
        line_ = rest_.substr(0, end);
        rest_.erase(0, end + 1);
        ++number_;
        return true;
      }
      if (rest_.size() > longest_line) {
        return std::unexpected(list_error("convert.line-too-long", "A line of the list is longer than 1 MiB.",
                                          "Give a list as counterfoil file convert writes it.", file_, number_ + 1));
      }
      const auto piece = source_->next();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) {
        line_ = std::exchange(rest_, {});
        ++number_;
        return !line_.empty();
      }
      rest_ += *piece;
    }
  }

  Result<void> take() {
    const auto json = nlohmann::json::parse(line_, nullptr, false);
    if (!json.is_object() || !json.contains("word") || !json["word"].is_string()) {
      return std::unexpected(list_error("convert.no-word", "The line is no JSON object with a \"word\".",
                                        "Give a list as counterfoil file convert --to json writes it.", file_,
                                        number_));
    }
    word_ = {.word = json["word"].get<std::string>(), .values = {}, .line = number_};
    for (const auto& [name, value] : json.items()) {
      if (name == "word" || name == "schema" || value.is_null()) continue;  // Null says nothing.
      if (value.is_structured() || value.is_number_float()) {
        return std::unexpected(list_error("convert.value",
                                          fmt::format("The value of \"{}\" is no text or number.", name),
                                          "Write it as a text or a whole number.", file_, number_, name));
      }
      word_.values.push_back({full_name(word_.word, name), value.is_string()    ? value.get<std::string>()
                                                           : value.is_boolean() ? (value.get<bool>() ? "yes" : "no")
                                                                                : value.dump()});
    }
    return {};
  }

  std::unique_ptr<FileSource> source_;
  std::string file_, rest_, line_;
  ListedWord word_;
  std::uint32_t number_ = 0;
};

// CSV: one row a word.

/// What the writer of the table put before a text that a spreadsheet would have run.
std::string without_guard(std::string_view cell) {
  constexpr std::string_view guarded = "=+-@\t\r'";
  const bool has_guard = cell.size() > 1 && cell.front() == '\'' && guarded.find(cell[1]) != std::string_view::npos;
  return std::string{has_guard ? cell.substr(1) : cell};
}

/// The names of the header line.
std::vector<std::string> header_names(std::string_view head) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (head.starts_with(byte_order_mark)) head.remove_prefix(byte_order_mark.size());
  std::vector<std::string> names(1);
  for (const char c : head.substr(0, head.find_first_of("\r\n"))) {
    if (c == ',' || c == ';' || c == '\t') {
      names.emplace_back();
    } else if (c != '"' && c != ' ') {
      names.back() += c;
    }
  }
  return names;
}

/// Settings have names of their own, so the columns are those of the header line.
std::vector<CsvColumn> columns_of(const std::vector<std::string>& header) {
  std::vector<CsvColumn> columns{{.name = "word"}};
  const auto add = [&](const std::string& name) {
    const bool known = std::ranges::any_of(columns, [&](const CsvColumn& column) { return column.name == name; });
    if (!known) columns.push_back({.name = name, .required = false});
  };
  for (const auto& name : value_names()) add(listed_name(name));
  for (const auto& name : header) {
    if (name.starts_with("creditor.")) add(name);
  }
  return columns;
}

class CsvList final : public WordListReader {
 public:
  static Result<std::unique_ptr<WordListReader>> make(std::unique_ptr<FileSource> source, std::string file) {
    auto list = std::make_unique<CsvList>(std::move(source), std::move(file));
    const auto head = list->peeked_.peek(std::size_t{64} * 1024);
    if (!head) return std::unexpected(head.error());
    const auto header = header_names(*head);
    // A bank file given by mistake would only give complaints about its quotes.
    if (std::ranges::find(header, "word") == header.end()) {
      return std::unexpected(list_error(
          "convert.not-a-list", "The file is neither a list of JSON objects nor a table with a column \"word\".",
          "Make a list of a bank file with counterfoil file convert --to json or --to csv.", list->file_, 1));
    }
    list->columns_ = columns_of(header);
    list->reader_ = std::make_unique<CsvReader>(list->peeked_, list->columns_, CsvOptions{.file_name = list->file_});
    return list;
  }

  CsvList(std::unique_ptr<FileSource> source, std::string file)
      : source_{std::move(source)}, peeked_{*source_}, file_{std::move(file)} {}

  Result<const ListedWord*> next() override {
    while (true) {
      const auto row = reader_->next();
      if (!row) return std::unexpected(row.error());
      for (const auto& finding : reader_->findings()) {
        if (finding.severity != Severity::error) continue;
        return std::unexpected(Error{finding.code, finding.message, finding.remedy, finding.place, ErrorKind::input});
      }
      if (*row == nullptr) return nullptr;
      word_ = {.word = std::string{(*row)->cell(0)}, .values = {}, .line = (*row)->line()};
      for (std::size_t i = 1; i < columns_.size(); ++i) {
        if (const auto cell = (*row)->cell(i); !cell.empty())
          word_.values.push_back({full_name(word_.word, columns_[i].name), without_guard(cell)});
      }
      if (word_.word == "file" || word_.word == "batch" || word_.word == "entry") return &word_;
    }
  }

 private:
  std::unique_ptr<FileSource> source_;
  PeekedSource peeked_;
  std::string file_;
  std::vector<CsvColumn> columns_;
  std::unique_ptr<CsvReader> reader_;
  ListedWord word_;
};

// Back to the bank's bytes.

/// Puts the values of a line into a word. `texts` keeps them.
Result<void> take_values(const ListedWord& listed, const Words& words, std::deque<std::string>& texts,
                         const std::string& file) {
  for (const auto& [name, value] : listed.values) {
    if (is_masked_value(name, value) && value.find("...") != std::string::npos) {
      return std::unexpected(
          list_error("convert.masked", fmt::format("The value of {} is masked, so no bank could use it.", name),
                     "Make the list with counterfoil file convert --unmask.", file, listed.line, listed_name(name)));
    }
    texts.push_back(value);
    if (set_word_value(name, texts.back(), words)) continue;
    return std::unexpected(list_error("convert.value", fmt::format("\"{}\" is no value of {}.", value, name),
                                      "docs/layout-language.md lists the names; days are ISO, amounts minor units.",
                                      file, listed.line, listed_name(name)));
  }
  return {};
}

/// Hands over the entries of a list, batch after batch, reading it as it goes.
class ListedEntrySource final : public EntrySource {
 public:
  explicit ListedEntrySource(const std::string& path) : path_{path} {}

  Result<bool> next(std::size_t batch_index, Entry& entry) override {
    if (!reader_ || batch_index + 1 < batch_) {
      auto reader = WordListReader::open(path_);
      if (!reader) return std::unexpected(reader.error());
      reader_ = std::move(*reader);
      batch_ = 0;
      held_ = nullptr;
    }
    while (true) {
      if (held_ == nullptr) {
        const auto word = reader_->next();
        if (!word) return std::unexpected(word.error());
        held_ = *word;
      }
      if (held_ == nullptr) return false;
      if (held_->word == "entry" && batch_ == batch_index + 1) break;
      if (held_->word == "batch" && batch_ == batch_index + 1) return false;  // Of the next one: it stays held.
      if (held_->word == "batch") ++batch_;
      held_ = nullptr;
    }
    texts_.clear();
    entry = {};
    const auto taken = take_values(*held_, {.entry = &entry}, texts_, path_);
    held_ = nullptr;
    if (!taken) return std::unexpected(taken.error());
    return true;
  }

 private:
  std::string path_;
  std::unique_ptr<WordListReader> reader_;
  const ListedWord* held_ = nullptr;
  std::size_t batch_ = 0;  // Batches that began.
  std::deque<std::string> texts_;
};

/// The head and the batches of a list, with what its entries add up to.
struct ListedOrder {
  WriteOrder order;
  Settings settings;
  std::deque<std::string> texts;
  bool is_instruction = false;
  std::uint64_t entries = 0;
};

Result<void> take_word(ListedOrder& listed, const ListedWord& word, const std::string& file) {
  WriteOrder& order = listed.order;
  if (word.word == "file") {
    for (const auto& [name, value] : word.values)
      listed.is_instruction |= name == "file.kind" && value == "instruction";
    return take_values(word, {.file = &order.head, .settings = &listed.settings}, listed.texts, file);
  }
  if (word.word == "batch") {
    BatchHead head;
    const auto taken = take_values(word, {.batch = &head}, listed.texts, file);
    head.count = 0;
    head.sum_minor = 0;
    if (head.number == 0) head.number = order.batches.size() + 1;
    order.batches.push_back(head);
    return taken;
  }
  if (order.batches.empty()) {
    return std::unexpected(list_error("convert.no-batch", "An entry stands before the first batch.",
                                      "Put a line of the word batch before it.", file, word.line));
  }
  Entry entry;
  std::deque<std::string> texts;
  if (auto taken = take_values(word, {.entry = &entry}, texts, file); !taken) return taken;
  BatchHead& batch = order.batches.back();
  ++batch.count;
  ++listed.entries;
  if (batch.currency == Currency{}) batch.currency = entry.currency;
  if (__builtin_add_overflow(batch.sum_minor, entry.amount_minor, &batch.sum_minor)) {
    return std::unexpected(list_error("convert.sum-too-large", "The amounts add up to more than can be counted.",
                                      "Split the list.", file, word.line, "amount_minor"));
  }
  return {};
}

Result<std::unique_ptr<ListedOrder>> order_of(const WriteWordsRequest& request) {
  auto reader = WordListReader::open(request.list);
  if (!reader) return std::unexpected(reader.error());
  auto listed = std::make_unique<ListedOrder>();
  while (true) {
    const auto word = (*reader)->next();
    if (!word) return std::unexpected(word.error());
    if (*word == nullptr) break;
    if (auto taken = take_word(*listed, **word, request.list); !taken) return std::unexpected(taken.error());
  }
  listed->order.format = listed->order.head.format;
  listed->order.profile = request.profile;
  listed->order.head.settings = &listed->settings;
  if (listed->order.format.empty()) {
    return std::unexpected(list_error("convert.no-format", "The list has no file line that says its format.",
                                      "Begin with a line of the word file with a format; counterfoil format list "
                                      "names them.",
                                      request.list, 1, "format"));
  }
  return listed;
}

/// Walks the list beside the written file, and tells what the file does not say as the list does: a format has no room
/// for every value, and writes some of them by its own rules.
class SaidAgain final : public WordSink {
 public:
  SaidAgain(WordListReader& list, const std::string& list_name, std::vector<Finding>& findings)
      : list_{list}, list_name_{list_name}, findings_{findings} {}

  void file(const FileHead& head) override { compare("file", values_of(head)); }
  void batch(const BatchHead& head) override { compare("batch", values_of(head)); }
  void entry(const Entry& entry) override { compare("entry", values_of(entry)); }

 private:
  static constexpr std::size_t most_findings = 100;

  /// The entries tell these; what the list says of them is not looked at.
  static bool is_counted(std::string_view name) {
    return name == "file.kind" || name.ends_with(".count") || name.ends_with(".sum") || name.ends_with("_count") ||
           name.ends_with("_sum");
  }

  void compare(std::string_view word, const std::vector<WordValue>& said) {
    if (found_ >= most_findings) return;
    const auto listed = list_.next();
    // Counts and order were held against each other before.
    if (!listed || *listed == nullptr || (*listed)->word != word) {
      found_ = most_findings;
      return;
    }
    for (const auto& [name, value] : (*listed)->values) {
      if (value.empty() || is_counted(name)) continue;
      const auto again = std::ranges::find(said, name, &WordValue::name);
      const std::string in_file = again == said.end() ? std::string{} : again->value;
      if (in_file != value) add(name, value, in_file, (*listed)->line);
    }
  }

  void add(const std::string& name, const std::string& in_list, const std::string& in_file, std::uint32_t line) {
    const auto shown = [&](const std::string& value) {
      if (value.empty()) return std::string{"nothing"};
      return fmt::format("\"{}\"", is_masked_value(name, value) ? mask_account(value) : value);
    };
    ++found_;
    findings_.push_back(
        {.code = "convert.said-otherwise",
         .severity = Severity::warning,
         .place = {.file = list_name_, .line = line, .field = listed_name(name)},
         .message = fmt::format("Of {} the list says {} and the file {}.", name, shown(in_list), shown(in_file)),
         .remedy = "The format has no room for it, or a rule of its own. Look whether the bank needs it."});
  }

  WordListReader& list_;
  const std::string& list_name_;
  std::vector<Finding>& findings_;
  std::size_t found_ = 0;
};

/// What of the list the file at `path` does not say.
Result<void> tell_what_is_lost(const std::string& path, const WriteWordsRequest& request, const WriteOrder& order,
                               bool is_instruction, std::vector<Finding>& findings) {
  auto list = WordListReader::open(request.list);
  if (!list) return std::unexpected(list.error());
  auto bytes = FileSource::open(path);
  if (!bytes) return std::unexpected(bytes.error());
  SaidAgain again{**list, request.list, findings};
  const auto read = read_bank_file(**bytes,
                                   {.file_name = request.output,
                                    .format = std::string{order.format},
                                    .expected = is_instruction ? Expected::instruction : Expected::answer},
                                   again);
  if (!read) return std::unexpected(read.error());
  return {};
}

}  // namespace

std::string listed_name(std::string_view name) {
  if (name.starts_with("creditor.")) return std::string{name};
  std::string listed{name.substr(name.find('.') + 1)};
  return is_amount_value(name) ? listed + "_minor" : listed;
}

Result<std::unique_ptr<WordListReader>> WordListReader::open(const std::string& path) {
  auto source = FileSource::open(path);
  if (!source) return std::unexpected(source.error());
  const auto piece = (*source)->next();
  if (!piece) return std::unexpected(piece.error());
  const auto first = piece->find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string_view::npos && (*piece)[first] == '{';
  auto again = FileSource::open(path);
  if (!again) return std::unexpected(again.error());
  if (is_json) return std::make_unique<JsonList>(std::move(*again), path);
  return CsvList::make(std::move(*again), path);
}

Result<WrittenWords> write_words_file(const WriteWordsRequest& request) {
  if (request.list == "-") {
    return std::unexpected(Error{"convert.not-a-file",
                                 "A list is read more than once, so it cannot come from standard input.",
                                 "Save it as a file first.",
                                 {.field = "FILE"},
                                 ErrorKind::usage});
  }
  auto listed = order_of(request);
  if (!listed) return std::unexpected(listed.error());
  const WriteOrder& order = (*listed)->order;
  WrittenWords result{.format = order.format, .batches = order.batches.size(), .entries = (*listed)->entries};
  const std::string part_name = request.output + ".tmp";
  auto part = PartFile::create(part_name);
  if (!part) return std::unexpected(part.error());
  ListedEntrySource entries{request.list};
  const auto written = (*listed)->is_instruction ? write_collection(order, entries, **part, result.notes)
                                                 : write_bank_answer(order, entries, **part, result.notes);
  if (!written) return std::unexpected(written.error());
  if (auto synced = (*part)->sync(); !synced) return std::unexpected(synced.error());
  auto bytes = FileSource::open(part_name);
  if (!bytes) return std::unexpected(bytes.error());
  ListedEntrySource again{request.list};
  if (auto checked = check_written_file(**bytes, request.output, order, again); !checked)
    return std::unexpected(checked.error());
  if (auto told = tell_what_is_lost(part_name, request, order, (*listed)->is_instruction, result.notes); !told)
    return std::unexpected(told.error());
  result.sha256 = written->sha256;
  result.bytes = written->bytes;
  const auto there = is_there_already(request.output, written->sha256, request.replace);
  if (!there) return std::unexpected(there.error());
  result.already_there = *there;
  if (result.already_there || request.dry_run) return result;
  if (auto named = (*part)->become(request.output); !named) return std::unexpected(named.error());
  return result;
}

}  // namespace counterfoil
