// A bank file as a list of its words, one a line (JSON) or a row (CSV), and back to the bank's own bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/operations/word_values.hpp"
#include "core/result.hpp"

namespace counterfoil {

enum class WordList : std::uint8_t { json, csv };

/// The name a value has in such a list: "reference" for entry.reference, "amount_minor" for entry.amount; settings keep
/// their whole name.
[[nodiscard]] std::string listed_name(std::string_view name);

/// One line of a list.
struct ListedWord {
  std::string word;  // "file", "batch", "entry"; any other is passed over.
  std::vector<WordValue> values;
  std::uint32_t line = 0;
};

/// Reads a list of either form, told apart by its first character, in bounded memory.
class WordListReader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<WordListReader>> open(const std::string& path);
  virtual ~WordListReader() = default;

  /// The next file, batch or entry; nullptr at the end. Valid until the next call.
  [[nodiscard]] virtual Result<const ListedWord*> next() = 0;
};

struct WriteWordsRequest {
  std::string list;  // A file: it is read three times.
  std::string output;
  std::string profile;  // Empty: the plain form of the format.
  bool replace = false;
  bool dry_run = false;
};

struct WrittenWords {
  std::string format = {}, sha256 = {};
  std::uint64_t bytes = 0, batches = 0, entries = 0;
  bool already_there = false;  // The same bytes stood under that name.
  std::vector<Finding> notes = {};
};

/// Writes the bank file a list describes: a collection file with its writer, an answer as the bank would write it. It
/// is read back and compared with the list before it gets its name; values the format cannot say or says otherwise are
/// notes, "convert.said-otherwise".
[[nodiscard]] Result<WrittenWords> write_words_file(const WriteWordsRequest& request);

}  // namespace counterfoil
