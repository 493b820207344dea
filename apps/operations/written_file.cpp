#include "apps/operations/written_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/bic.hpp"
#include "core/catalogue.hpp"
#include "core/text.hpp"
#include "formats/layout.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Whether each batch of the profile ends with one credit of its sum to the creditor's own account.
bool is_balanced(const WriteOrder& order) {
  const Scheme* scheme = Catalogue::built_in().find_by_format(order.format);
  return scheme != nullptr && scheme->find_profile(order.profile) != nullptr &&
         scheme->flag("balanced", order.profile).value_or(false);
}

/// XML formats have a place for every word; a fixed-width one has what its layout binds.
bool has_word(const std::string& format, std::string_view word) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find(format);
  return plan == nullptr || plan->has_word(word);
}

/// Whether every record that opens an entry (or a batch) has a field for the word.
bool always_says(const std::string& format, bool Roles::*role, std::string_view word) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find(format);
  if (plan == nullptr) return true;
  return std::ranges::all_of(plan->records, [&](const RecordPlan& record) {
    return !(record.roles.*role) || !record.refuses.empty() ||
           std::ranges::any_of(record.fields, [&](const FieldPlan& field) {
             return std::ranges::any_of(field.bindings, [&](const BoundTo& bound) { return bound.name() == word; });
           });
  });
}

/// Whether the head of a batch says the word: the record that opens it, or another before its entries.
bool batch_says(const std::string& format, std::string_view word) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find(format);
  if (plan == nullptr) return true;
  // A file of rows alone has no head that could say it.
  const bool has_head = std::ranges::any_of(plan->records, [](const RecordPlan& one) { return one.roles.opens_batch; });
  if (has_head && always_says(format, &Roles::opens_batch, word)) return true;
  return std::ranges::any_of(plan->records, [&](const RecordPlan& record) {
    const bool is_behind = record.roles.closes_batch || record.roles.closes_file;
    return !record.roles.opens_entry && !is_behind && record.refuses.empty() &&
           std::ranges::any_of(record.fields, [&](const FieldPlan& field) {
             return std::ranges::any_of(field.bindings, [&](const BoundTo& bound) { return bound.name() == word; });
           });
  });
}

class Comparison final : public WordSink {
 public:
  Comparison(const std::string& file_name, const WriteOrder& order, EntrySource& expected)
      : file_name_{file_name},
        order_{order},
        expected_{expected},
        has_reference_{has_word(order.format, "entry.reference")},
        always_has_reference_{always_says(order.format, &Roles::opens_entry, "entry.reference")},
        always_has_day_{always_says(order.format, &Roles::opens_entry, "entry.collect_on")},
        has_mandate_{has_word(order.format, "entry.mandate")},
        has_account_{always_says(order.format, &Roles::opens_entry, "entry.payer_account")},
        has_batch_day_{batch_says(order.format, "batch.collect_on")},
        has_entry_day_{has_word(order.format, "entry.collect_on")},
        is_balanced_{is_balanced(order)} {}

  void file(const FileHead& head) override {
    read_back_.created = head.created;
    if (read_back_.created.empty() && head.created_on) read_back_.created = iso_date(*head.created_on);
  }

  void batch(const BatchHead& head) override {
    if (failed()) return;
    close_batch();
    if (failed()) return;
    in_batch_ = true;
    if (batch_ >= order_.batches.size()) {
      fail("written.count-differs", head.line, {},
           fmt::format("The file holds more batches than the {} that were ordered.", order_.batches.size()));
      return;
    }
    const BatchHead& wanted = order_.batches[batch_];
    if (has_batch_day_ && wanted.collect_on && head.collect_on != wanted.collect_on) {
      fail("written.entry-differs", head.line, "collect_on",
           fmt::format("Batch {} was ordered for {}, and the file says {}.", batch_ + 1, iso_date(*wanted.collect_on),
                       head.collect_on ? iso_date(*head.collect_on) : std::string{"nothing"}));
    }
  }

  void entry(const Entry& found) override {
    if (failed() || batch_ >= order_.batches.size()) return;
    if (!in_batch_) {
      fail("written.entry-differs", found.line, {}, "The file holds an entry outside every batch.");
      return;
    }
    if (is_balanced_ && found.direction == Direction::credit) return take_balance(found);
    Entry wanted;
    const auto more = expected_.next(batch_, wanted);
    if (!more) {
      error_ = more.error();
      return;
    }
    if (!*more) {
      fail("written.count-differs", found.line, {},
           fmt::format("Batch {} holds more entries than the {} that were ordered.", batch_ + 1, entries_));
      return;
    }
    ++entries_;
    add(found);
    compare(found, wanted);
  }

  void finding(const Finding& finding) override {
    if (failed() || finding.severity != Severity::error) return;
    fail("written.not-accepted", finding.place.line, finding.place.field,
         fmt::format("The reader of this format would not take the file: {} ({})", finding.message, finding.code));
  }

  void end(const FileCounts&) override {
    if (failed()) return;
    close_batch();
    if (!failed() && batch_ != order_.batches.size()) {
      fail("written.count-differs", 0, {},
           fmt::format("The file holds {} batches, and {} were ordered.", batch_, order_.batches.size()));
    }
  }

  [[nodiscard]] Result<ReadBack> result() const {
    if (error_) return std::unexpected(*error_);
    return read_back_;
  }

 private:
  [[nodiscard]] bool failed() const { return error_.has_value(); }

  void fail(std::string code, std::uint32_t line, std::string_view field, std::string explanation) {
    error_ = Error{.code = std::move(code),
                   .explanation = std::move(explanation),
                   .remedy =
                       "The file was not kept. Report this with the claims that lead to it: the writer made something "
                       "it was not told.",
                   .place = {.file = file_name_, .line = line, .field = std::string{field}},
                   .kind = ErrorKind::failed};
  }

  void add(const Entry& found) {
    if (__builtin_add_overflow(sum_, found.amount_minor, &sum_)) {
      fail("written.sum-differs", found.line, "amount", "The entries sum up to more than can be counted.");
    }
  }

  void same(const Entry& found, std::string_view field, std::string_view has, std::string_view wants) {
    if (failed() || trimmed(has) == trimmed(wants)) return;
    const bool masked = field == "payer_account";
    fail("written.entry-differs", found.line, field,
         fmt::format("Entry {} was ordered with {} \"{}\", and the file says \"{}\".", found.position, field,
                     masked ? mask_account(wants) : std::string{wants}, masked ? mask_account(has) : std::string{has}));
  }

  /// The credit that balances a batch is no claim. It stands behind all of them, once, and is their sum.
  void take_balance(const Entry& found) {
    if (is_balance_seen_) {
      fail("written.count-differs", found.line, {}, fmt::format("Batch {} is balanced twice.", batch_ + 1));
    } else if (found.amount_minor != sum_ || sum_ != order_.batches[batch_].sum_minor) {
      const Currency currency = order_.batches[batch_].currency;
      fail("written.sum-differs", found.line, "amount",
           fmt::format("The claims before it sum up to {}, and the credit that balances batch {} is {}.",
                       Money{sum_, currency}.text(), batch_ + 1, Money{found.amount_minor, currency}.text()));
    }
    is_balance_seen_ = true;
  }

  void compare(const Entry& found, const Entry& wanted) {
    // What only opens a mandate may be a record of its own, without reference and day.
    const bool is_bare = wanted.is_prenote && found.is_prenote;
    const bool may_be_unnamed = is_bare && !always_has_reference_ && found.reference.empty();
    if (has_reference_ && !may_be_unnamed) same(found, "reference", found.reference, wanted.reference);
    if (has_mandate_) same(found, "mandate", found.mandate, wanted.mandate);
    // The mandate alone leads to the account where the bank keeps the mandates.
    if (has_account_) same(found, "payer_account", found.payer_account, wanted.payer_account);
    const bool may_be_undated = is_bare && !always_has_day_ && !found.collect_on;
    if (!has_batch_day_ && has_entry_day_ && wanted.collect_on && !may_be_undated) {
      same(found, "collect_on", found.collect_on ? iso_date(*found.collect_on) : "nothing",
           iso_date(*wanted.collect_on));
    }
    if (has_account_ && !wanted.payer_bank.empty() && !same_bic(found.payer_bank, wanted.payer_bank)) {
      same(found, "payer_bank", found.payer_bank, wanted.payer_bank);
    }
    same(found, "direction", direction_name(found.direction), direction_name(wanted.direction));
    if (failed() || (found.amount_minor == wanted.amount_minor && found.currency == wanted.currency)) return;
    fail("written.entry-differs", found.line, "amount",
         fmt::format("Entry {} was ordered over {}, and the file says {}.", found.position,
                     Money{wanted.amount_minor, wanted.currency}.text(),
                     Money{found.amount_minor, found.currency}.text()));
  }

  void close_batch() {
    if (!in_batch_) return;
    in_batch_ = false;
    const BatchHead& wanted = order_.batches[batch_];
    Entry more;
    const auto left = expected_.next(batch_, more);
    if (!left) {
      error_ = left.error();
    } else if (*left || static_cast<std::int64_t>(entries_) != wanted.count) {
      fail("written.count-differs", 0, {},
           fmt::format("Batch {} holds {} entries, and {} were ordered.", batch_ + 1, entries_, wanted.count));
    } else if (sum_ != wanted.sum_minor) {
      fail("written.sum-differs", 0, {},
           fmt::format("Batch {} sums up to {}, and {} was ordered.", batch_ + 1, Money{sum_, wanted.currency}.text(),
                       Money{wanted.sum_minor, wanted.currency}.text()));
    } else if (is_balanced_ && !is_balance_seen_) {
      fail("written.count-differs", 0, {}, fmt::format("Batch {} lacks the credit that balances it.", batch_ + 1));
    }
    is_balance_seen_ = false;
    ++batch_;
    entries_ = 0;
    sum_ = 0;
  }

  const std::string& file_name_;
  const WriteOrder& order_;
  EntrySource& expected_;
  bool has_reference_;
  bool always_has_reference_;
  bool always_has_day_;
  bool has_mandate_;
  bool has_account_;
  bool has_batch_day_;
  bool has_entry_day_;
  bool is_balanced_;
  bool is_balance_seen_ = false;
  std::size_t batch_ = 0;
  bool in_batch_ = false;
  std::uint64_t entries_ = 0;
  std::int64_t sum_ = 0;
  ReadBack read_back_;
  std::optional<Error> error_;
};

}  // namespace

Result<ReadBack> check_written_file(ByteSource& bytes, const std::string& file_name, const WriteOrder& order,
                                    EntrySource& expected) {
  Comparison comparison{file_name, order, expected};
  const auto verdict = read_bank_file(bytes,
                                      {.file_name = file_name,
                                       .format = order.format,
                                       .expected = Expected::instruction,
                                       .day = order.head.created_on},
                                      comparison);
  if (!verdict) return std::unexpected(verdict.error());
  return comparison.result();
}

}  // namespace counterfoil
