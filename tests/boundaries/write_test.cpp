// Every field the writer fills, at the edges of what it can hold: the longest value is written, one character more is
// refused, a character the field cannot hold is refused, and so is nothing where something must stand.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>

#include "formats/field.hpp"
#include "generators/bank_answer.hpp"
#include "generators/fixed_width.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "tests/boundaries/known_files.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {
namespace {

/// The first entry of the first batch of a known file, as words that can be changed and written.
class Sayable {
 public:
  explicit Sayable(const KnownFile& file) : plan_{*file.plan} {
    MemorySource source{file.bytes};
    ReadOptions options;
    options.day = make_date(2026, 11, 24);
    EXPECT_TRUE(read_fixed_width(plan_, source, options, heard_).has_value());
    is_ours_ = heard_.counts.kind == FileKind::instruction || heard_.counts.kind == FileKind::statement;
    reset();
  }

  void reset() {
    head = heard_.head;
    batch = heard_.batches.front();
    entry = heard_.entries.front();
    settings = heard_.settings;
  }

  [[nodiscard]] Words words() { return {&head, &batch, &entry, &settings}; }

  [[nodiscard]] Result<std::string> written() {
    WriteOrder order;
    order.format = plan_.name;
    order.head = head;
    order.head.settings = &settings;
    batch.count = 1;
    batch.sum_minor = entry.amount_minor;
    order.batches = {batch};
    ListedEntries entries{{{entry}}};
    TextTarget target;
    std::vector<Finding> notes;
    const auto done = is_ours_ ? write_fixed_width(plan_, order, entries, target, notes)
                               : write_bank_answer(order, entries, target, notes);
    if (!done) return std::unexpected(done.error());
    return std::move(target.text);
  }

  FileHead head;
  BatchHead batch;
  Entry entry;
  Settings settings;

 private:
  const LayoutPlan& plan_;
  Heard heard_;
  bool is_ours_ = false;
};

/// A field of a record of a known file with the word that fills it.
struct Place {
  const KnownFile& file;
  const RecordPlan& record;
  const FieldPlan& field;
  Sayable& said;

  [[nodiscard]] std::string name() const { return file.name + " " + record.name + "." + field.name; }

  /// The code of the refusal, or what stands in the field, between marks.
  [[nodiscard]] std::string written_as(const std::string& value) const {
    said.reset();
    if (!set_bound(field.bindings.front(), said.words(), value)) return "no value of the word";
    const auto bytes = said.written();
    if (!bytes) return bytes.error().code;
    for (const Told::Record& written : told(*file.plan, *bytes).records) {
      if (written.plan != nullptr && written.plan->name == record.name)
        return "[" + std::string{trimmed(bytes_at(written.bytes, field.at))} + "]";
    }
    return "no such record";
  }
};

void for_each_place(const std::function<void(const Place&)>& look) {
  for (const KnownFile& file : known_files()) {
    Sayable said{file};
    const auto whole = said.written();
    ASSERT_TRUE(whole.has_value()) << file.name << ": " << whole.error().explanation;
    std::size_t looked_at = 0;
    for (const RecordPlan& record : file.plan->records) {
      const Told read = told(*file.plan, *whole);
      const bool stands_there = std::ranges::any_of(
          read.records, [&](const Told::Record& one) { return one.plan != nullptr && one.plan->name == record.name; });
      if (!stands_there) continue;
      for (const FieldPlan& field : record.fields) {
        if (field.is_part || field.bindings.size() != 1 || field.constant || field.codes || field.total ||
            field.same_as || !field.parts.empty() || !field.only_when.empty())
          continue;
        look({file, record, field, said});
        ++looked_at;
      }
    }
    EXPECT_GE(looked_at, 3U) << file.name;
  }
}

bool is_text(const Place& place) {
  const BindingKind kind = place.field.bindings.front().binding->kind;
  return kind == BindingKind::text && (place.field.type == FieldType::text || place.field.type == FieldType::digits) &&
         place.field.check_digit == CheckDigit::none;
}

char plain_letter(const FieldPlan& field) {
  if (field.type == FieldType::digits) return '1';
  return !field.characters || (*field.characters)[static_cast<unsigned char>('A')] ? 'A' : '1';
}

TEST(EveryText, IsWrittenInItsFullLengthAndRefusedWithOneMore) {
  for_each_place([](const Place& place) {
    if (!is_text(place)) return;
    const std::string longest(place.field.at.length, plain_letter(place.field));
    const std::string written = place.written_as(longest);
    // Another rule of the layout may forbid the value; its length does not.
    if (written.starts_with('[')) {
      EXPECT_EQ(written, "[" + longest + "]") << place.name();
    }
    EXPECT_NE(written, "write.too-long") << place.name();
    const std::string longer = place.written_as(longest + plain_letter(place.field));
    if (!place.field.may_cut) {
      EXPECT_FALSE(longer.starts_with('[')) << place.name() << " " << longer;
    }
  });
}

TEST(EveryText, RefusesWhatItCannotHold) {
  for_each_place([](const Place& place) {
    if (!is_text(place)) return;
    for (const std::string_view wrong : {"A\x01", "A\nB", "A\rB"}) {
      const std::string written = place.written_as(std::string{wrong}.substr(0, place.field.at.length + 1));
      EXPECT_FALSE(written.starts_with('[') && written != "[]") << place.name() << " " << written;
    }
    if (place.field.type == FieldType::digits) {
      EXPECT_FALSE(place.written_as("1X").starts_with('[')) << place.name();
    }
  });
}

TEST(EveryRequiredWord, MayNotBeMissing) {
  for_each_place([](const Place& place) {
    if (!place.field.is_required || !is_text(place) || place.field.default_value || place.field.none_value) return;
    EXPECT_FALSE(place.written_as("").starts_with('[')) << place.name();
  });
}

TEST(EveryAmount, IsWrittenUpToTheWidthOfItsFieldAndRefusedBeyond) {
  for_each_place([](const Place& place) {
    const BindingKind kind = place.field.bindings.front().binding->kind;
    if (kind != BindingKind::amount && kind != BindingKind::number) return;
    const bool has_point = place.field.type == FieldType::decimal && place.field.decimals > 0;
    const std::size_t digits = std::min<std::size_t>(place.field.at.length - (has_point ? 1 : 0), 17);
    const std::string largest(digits, '9');
    const std::string written = place.written_as(largest);
    EXPECT_NE(written, "write.too-long") << place.name();
    if (written.find('9') == std::string::npos) return;  // The writer counts it itself.
    if (digits < 17) {
      EXPECT_FALSE(place.written_as("1" + std::string(digits, '0')).starts_with('[')) << place.name();
    }
    if (kind == BindingKind::amount) {
      EXPECT_FALSE(place.written_as("-1").starts_with('[')) << place.name();
    }
  });
}

}  // namespace
}  // namespace counterfoil
