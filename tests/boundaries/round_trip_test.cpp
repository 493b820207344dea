// 10,000 random files of every layout, shared out among its known files of both directions: made from the words of a known file with other values in every field the
// words fill, written, read back, and written again from what was read. Both writings have the same bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "core/catalogue.hpp"
#include "formats/field.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "tests/boundaries/known_files.hpp"
#include "tests/boundaries/written_again.hpp"

namespace counterfoil {
namespace {

/// A chance that is the same on every machine: only whole numbers are taken from the generator.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }

 private:
  std::mt19937_64 engine_;
};

/// A word with the narrowest of the fields it fills.
struct Word {
  BoundTo bound;
  const FieldPlan* field = nullptr;
};

bool says(const RecordPlan& record, const std::string& word) {
  return std::ranges::any_of(record.fields, [&](const FieldPlan& field) {
    return std::ranges::any_of(field.bindings, [&](const BoundTo& bound) { return bound.name() == word; });
  });
}

/// The words that every opening record of a file has a field for, but for those that other words or rules decide.
std::vector<Word> words_of(const LayoutPlan& plan, const Told& read) {
  std::map<std::string, Word, std::less<>> narrowest;
  std::vector<std::string> fixed;
  std::vector<const RecordPlan*> there;
  for (const RecordPlan& record : plan.records) {
    const auto is_it = [&](const Told::Record& one) { return one.plan != nullptr && one.plan->name == record.name; };
    if (std::ranges::any_of(read.records, is_it)) there.push_back(&record);
  }
  const auto is_always_said = [&](const std::string& name, const Word& word) {
    if (word.bound.binding->word == BoundWord::entry) {
      return std::ranges::all_of(there, [&](const RecordPlan* one) { return !one->roles.opens_entry || says(*one, name); });
    }
    return std::ranges::any_of(
        there, [&](const RecordPlan* one) { return (one->roles.opens_file || one->roles.opens_batch) && says(*one, name); });
  };
  for (const RecordPlan* one : there) {
    const RecordPlan& record = *one;
    for (const FieldPlan& field : record.fields) {
      for (const BoundTo& bound : field.bindings) {
        const bool is_free = !field.codes && !field.constant && !field.total && !field.same_as && !field.is_part &&
                             field.parts.empty() && field.only_when.empty() && !field.keeps_blanks &&
                             field.check_digit == CheckDigit::none && bound.binding->word != BoundWord::creditor &&
                             field.bindings.size() == 1;
        if (!is_free) {
          fixed.emplace_back(bound.name());
          continue;
        }
        Word& word = narrowest[std::string{bound.name()}];
        if (word.field != nullptr && word.field->type != field.type) fixed.emplace_back(bound.name());
        if (word.field == nullptr || field.at.length < word.field->at.length) word = {bound, &field};
      }
    }
  }
  std::vector<Word> free;
  for (const auto& [name, word] : narrowest) {
    const bool is_fixed = std::ranges::find(fixed, name) != fixed.end();
    const BindingKind kind = word.bound.binding->kind;
    const bool can_be_made = kind == BindingKind::text || name == "entry.amount";
    if (!is_fixed && can_be_made && is_always_said(name, word) && name != "file.message_id" && name != "batch.id" &&
        name != "batch.instrument") free.push_back(word);
  }
  return free;
}

std::string letters_of(const FieldPlan& field) {
  if (field.type == FieldType::digits) return "0123456789";
  std::string all;
  for (const char c : std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"}) {
    if (!field.characters || (*field.characters)[static_cast<unsigned char>(c)]) all += c;
  }
  return all;
}

std::string value_of(const Word& word, Dice& dice) {
  const FieldPlan& field = *word.field;
  if (word.bound.binding->kind == BindingKind::amount) {
    const std::size_t digits = std::min<std::size_t>(field.at.length, 8);
    std::string amount(1, static_cast<char>('1' + dice.below(9)));
    for (std::size_t left = dice.below(digits); left > 0; --left) amount += static_cast<char>('0' + dice.below(10));
    return amount;
  }
  const std::string letters = letters_of(field);
  if (letters.empty()) return {};
  const bool is_full = field.type == FieldType::digits;
  std::string text;
  for (std::size_t left = is_full ? field.at.length : dice.between(1, field.at.length); left > 0; --left)
    text += letters[dice.below(letters.size())];
  // A number of nothing, or one that its pad swallows, says nothing.
  if (is_full || (field.side == Side::right && text.front() == field.pad)) text.front() = '7';
  return text;
}

class AnyLayout : public testing::TestWithParam<std::size_t> {};

TEST_P(AnyLayout, WritesTheSameBytesFromWhatItReadOfThem) {
  const KnownFile file = known_files().at(GetParam());
  ASSERT_NE(file.plan, nullptr) << file.name;
  const LayoutPlan& plan = *file.plan;
  const auto read_all = [&](std::string_view bytes, Said& said) {
    MemorySource source{bytes};
    ReadOptions options;
    options.day = make_date(2026, 11, 24);
    return read_fixed_width(plan, source, options, said).value_or(Verdict::refused);
  };
  Said known;
  ASSERT_EQ(read_all(file.bytes, known), Verdict::accepted) << known.heard.finding_codes();
  const bool is_ours = known.heard.counts.kind == FileKind::instruction;
  std::vector<Word> words = words_of(plan, told(plan, file.bytes));
  const bool has_money = std::ranges::any_of(known.heard.entries, [](const Entry& one) { return one.amount_minor != 0; });
  if (!has_money) std::erase_if(words, [](const Word& word) { return word.bound.name() == "entry.amount"; });
  if (words.empty()) GTEST_SKIP() << "Nothing in it can be changed freely.";
  const Scheme* scheme = Catalogue::built_in().find(plan.scheme);
  ASSERT_NE(scheme, nullptr);
  if (known.heard.counts.kind == FileKind::statement) GTEST_SKIP() << "Nobody writes statements of an account.";

  const auto files = static_cast<std::size_t>(
      std::ranges::count(known_files(), file.plan, [](const KnownFile& other) { return other.plan; }));
  const std::size_t wanted_files = (10'000 + files - 1) / files;
  std::size_t done = 0, refused = 0;
  std::string last_refusal;
  for (std::uint64_t seed = 1; done < wanted_files && seed <= 3 * wanted_files && !HasFailure(); ++seed) {
    SCOPED_TRACE(file.name + " seed " + std::to_string(seed));
    Dice dice{seed};
    Texts texts;
    Made made = made_of(known);
    for (std::size_t b = 0; b < made.order.batches.size(); ++b) {
      std::vector<Entry> templates = made.entries[b];
      if (templates.empty()) continue;
      made.entries[b].clear();
      std::uint64_t number = 0;
      Entry ignored;
      const Words heads{&made.order.head, &made.order.batches[b], &ignored, &made.settings};
      for (const Word& word : words) {
        if (word.bound.binding->word == BoundWord::entry) continue;
        ASSERT_TRUE(set_bound(word.bound, heads, texts.keep(value_of(word, dice)))) << word.bound.name();
      }
      for (std::size_t left = dice.between(1, 9); left > 0; --left) {
        Entry entry = templates[dice.below(templates.size())];
        if (entry.sequence_number != 0) entry.trace = {};  // Made from the number.
        entry.sequence_number = number += dice.between(1, 3);
        const Words all{&made.order.head, &made.order.batches[b], &entry, &made.settings};
        for (const Word& word : words) {
          if (word.bound.binding->word != BoundWord::entry) continue;
          ASSERT_TRUE(set_bound(word.bound, all, texts.keep(value_of(word, dice)))) << word.bound.name();
        }
        if (entry.collected_minor >= 0) entry.collected_minor = entry.amount_minor;
        made.entries[b].push_back(entry);
      }
    }
    const auto first = written(plan, made, is_ours);
    if (!first) {  // A rule of the layout forbids the value.
      ++refused;
      last_refusal = first.error().code + ": " + first.error().explanation;
      continue;
    }
    ++done;
    Said read;
    ASSERT_EQ(read_all(*first, read), Verdict::accepted) << read.heard.finding_codes() << "\n" << *first;
    std::size_t at = 0;
    for (const auto& list : made.entries) {
      for (const Entry& wanted : list) {
        ASSERT_LT(at, read.heard.entries.size());
        const Entry& found = read.heard.entries[at++];
        for (const Word& word : words) {
          if (word.bound.binding->word != BoundWord::entry) continue;
          std::string left, right;
          EXPECT_EQ(trimmed(bound_text(word.bound, {&made.order.head, nullptr, &wanted}, left)),
                    trimmed(bound_text(word.bound, {&read.heard.head, nullptr, &found}, right)))
              << word.bound.name();
        }
        EXPECT_EQ(found.amount_minor, wanted.amount_minor);
        EXPECT_EQ(found.outcome, wanted.outcome);
        EXPECT_EQ(found.direction, wanted.direction);
      }
    }
    EXPECT_EQ(at, read.heard.entries.size());
    Made again = made_of(read);
    const auto second = written(plan, again, is_ours);
    ASSERT_TRUE(second.has_value()) << second.error().code << ": " << second.error().explanation;
    ASSERT_EQ(*second, *first);
  }
  EXPECT_EQ(done, wanted_files) << refused << " were refused, the last with " << last_refusal;
}

INSTANTIATE_TEST_SUITE_P(KnownFiles, AnyLayout, testing::Range(std::size_t{0}, known_files().size()),
                         [](const auto& one) {
                           std::string name = known_files().at(one.param).name;
                           for (char& letter : name) {
                             if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace counterfoil
