#include "generators/fixed_width.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/catalogue.hpp"
#include "core/require.hpp"
#include "formats/plan.hpp"
#include "generators/hashed_output.hpp"
#include "generators/record_writer.hpp"

namespace counterfoil {
namespace {

Error refused(std::string code, std::string explanation, std::string remedy) {
  return {std::move(code), std::move(explanation), std::move(remedy), {}, ErrorKind::refused};
}

/// What the profile of the order makes of the plan's character set and line ends.
struct Style {
  Charset charset = Charset::ascii;
  std::string_view line_end;
};

std::string_view line_end_bytes(LineEnd end) {
  switch (end) {
    case LineEnd::lf:
      return "\n";
    case LineEnd::crlf:
      return "\r\n";
    case LineEnd::cr:
      return "\r";
    case LineEnd::none:
      return "";
  }
  return "\n";
}

Error wrong_switch(std::string_view profile, std::string_view key, std::string_view value, std::string_view known) {
  return {"write.profile-switch",
          fmt::format("The profile \"{}\" sets {} to \"{}\", which is not known.", profile, key, value),
          fmt::format("Write one of {} in profiles.toml.", known),
          {},
          ErrorKind::usage};
}

Result<Style> style_of(const LayoutPlan& plan, const WriteOrder& order) {
  Style style{plan.write_charset, line_end_bytes(plan.line_end)};
  const Scheme* scheme = Catalogue::built_in().find(plan.scheme);
  if (order.profile.empty()) return style;
  const Profile* profile = scheme == nullptr ? nullptr : scheme->find_profile(order.profile);
  if (profile == nullptr) {
    std::string known;
    if (scheme != nullptr) {
      for (const auto& [name, one] : scheme->profiles) known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
    }
    return std::unexpected(
        Error{"write.profile-unknown",
              fmt::format("There is no profile \"{}\" for the format {}.", order.profile, plan.name),
              known.empty() ? "Leave the profile empty." : fmt::format("The profiles are {}.", known),
              {},
              ErrorKind::usage});
  }
  const auto created = order.head.created_on;
  if (created && ((profile->valid_from && *created < *profile->valid_from) ||
                  (profile->valid_to && *created > *profile->valid_to))) {
    return std::unexpected(
        refused("write.profile-expired",
                fmt::format("The profile \"{}\" does not hold on {}.", order.profile, iso_date(*created)),
                "Choose the profile the bank takes now."));
  }
  if (const auto ends = scheme->text("line_ends", order.profile)) {
    if (*ends != "crlf" && *ends != "lf" && *ends != "cr" && *ends != "none") {
      return std::unexpected(wrong_switch(order.profile, "line_ends", *ends, "crlf, lf, cr, none"));
    }
    style.line_end = *ends == "crlf" ? "\r\n" : *ends == "lf" ? "\n" : *ends == "cr" ? "\r" : "";
  }
  if (const auto charset = scheme->text("charset", order.profile)) {
    if (*charset != "gbk" && *charset != "gb18030") {
      return std::unexpected(wrong_switch(order.profile, "charset", *charset, "gbk, gb18030"));
    }
    style.charset = *charset == "gbk" ? Charset::gbk : Charset::gb18030;
  }
  return style;
}

/// What decides which records are due, for nodes where nothing else does.
struct Deciding {
  std::size_t batch = 0;  // From 1.
  Outcome outcome = Outcome::none;
  Level level = Level::entry;
  std::uint32_t addenda = 0;
  std::string reason;

  [[nodiscard]] bool is_of(std::size_t its_batch, const Entry& entry) const {
    return batch == its_batch && outcome == entry.outcome && level == entry.level && addenda == entry.addenda &&
           reason == entry.reason;
  }
  void take(std::size_t its_batch, const Entry& entry) {
    batch = its_batch;
    outcome = entry.outcome;
    level = entry.level;
    addenda = entry.addenda;
    reason = entry.reason;
  }
};

/// What was due last at one node.
struct LastDue {
  Deciding by;
  std::optional<std::uint16_t> record;
};

/// All records of the entry written last: the next one most often needs the same, and no walk.
struct LastEntry {
  Deciding by;
  std::uint32_t addenda = 0;
  std::vector<std::uint16_t> records;
};

/// One node of the record order with what the walk needs to know of everything below it.
struct Node {
  const OrderNode* plan = nullptr;
  bool opens_batch = false, opens_entry = false, joins_entry = false, fills = false;
  bool is_remembered = false;  // Outcome, level, addenda and reason decide alone, here and below.
  mutable LastDue last;
  std::vector<Node> children;
};

Node node_of(const LayoutPlan& plan, const OrderNode& order, const RecordWriter& records) {
  Node node;
  node.plan = &order;
  node.is_remembered = records.depends_on_outcome_alone(order.records);
  for (const std::uint16_t record : order.records) {
    const Roles& roles = plan.records[record].roles;
    node.opens_batch = node.opens_batch || roles.opens_batch;
    node.opens_entry = node.opens_entry || roles.opens_entry;
    node.joins_entry = node.joins_entry || roles.joins_entry;
    node.fills = node.fills || roles.fills;
  }
  for (const OrderNode& child : order.children) {
    node.children.push_back(node_of(plan, child, records));
    const Node& made = node.children.back();
    node.opens_batch = node.opens_batch || made.opens_batch;
    node.opens_entry = node.opens_entry || made.opens_entry;
    node.joins_entry = node.joins_entry || made.joins_entry;
    node.is_remembered = node.is_remembered && made.is_remembered;
  }
  return node;
}

/// Walks the order of records once, taking batches and entries from the order and its source as it meets their places.
class FileWriter {
 public:
  FileWriter(const LayoutPlan& plan, const Style& style, const WriteOrder& order, EntrySource& entries,
             ByteTarget& target, std::vector<Finding>& notes)
      : plan_{plan},
        style_{style},
        order_{order},
        source_{entries},
        out_{target},
        notes_{notes},
        records_{plan, style.charset, style.line_end, notes_},
        root_{node_of(plan, plan.order, records_)},
        head_{order.head} {
    if (!head_.created_on && head_.created.size() >= 10) head_.created_on = parse_iso_date(head_.created.substr(0, 10));
    words_.file = &head_;
  }

  Result<WrittenFile> run() {
    records_.open(Scope::file);
    auto done = walk(root_);
    if (done) done = leave_batch();
    if (done) done = records_.close(Scope::file, words_);
    if (done) done = fill_block();
    if (done) records_.end_segments(out_.text());
    if (!done) return std::unexpected(done.error());
    if (batches_taken_ != order_.batches.size()) {
      return std::unexpected(refused("write.batches-left",
                                     fmt::format("The order has {} batches, and a file of the format {} holds {}.",
                                                 order_.batches.size(), plan_.name, batches_taken_),
                                     "Write one file for each batch."));
    }
    written_.bytes = out_.bytes();
    auto digest = out_.finish();
    if (!digest) return std::unexpected(digest.error());
    written_.sha256 = std::move(*digest);
    notes_.close();
    return written_;
  }

 private:
  const LayoutPlan& plan_;
  Style style_;
  const WriteOrder& order_;
  EntrySource& source_;
  HashedOutput out_;
  NoteKeeper notes_;
  RecordWriter records_;
  Node root_;
  FileHead head_;
  BatchHead batch_;
  Entry entry_;
  LastEntry last_entry_;
  ConstWords words_;
  WrittenFile written_;
  std::size_t batches_taken_ = 0;
  bool in_batch_ = false, in_entry_ = false;
  std::int64_t batch_entries_ = 0, batch_sum_ = 0;

  Result<void> walk(const Node& node) {
    // A file that is nothing but entries: they are its one batch.
    if (node.plan->is_repeated && node.opens_entry && !in_batch_ && !root_.opens_batch) {
      if (const auto entered = enter_only_batch(); !entered) return entered;
    }
    if (node.plan->is_repeated && node.opens_batch && !in_batch_) return every_batch(node);
    if (node.plan->is_repeated && node.opens_entry && in_batch_ && !in_entry_) return every_entry(node);
    return once(node);
  }

  Result<void> once(const Node& node) {
    switch (node.plan->kind) {
      case OrderNode::Kind::record:
        return record(node);
      case OrderNode::Kind::sequence:
        if (is_not_due(node)) return {};
        for (const Node& child : node.children) {
          const auto done = walk(child);
          if (!done) return done;
        }
        return {};
      case OrderNode::Kind::choice:
        for (const Node& child : node.children) {
          if (can_begin(child)) return walk(child);
        }
        return node.plan->is_optional ? Result<void>{} : nothing_ready(node);
    }
    return {};
  }

  /// The record of the node's family to write now; nullopt when none is due.
  std::optional<std::uint16_t> due(const Node& node) const {
    if (!node.is_remembered || words_.entry == nullptr) return due_now(node);
    LastDue& last = node.last;
    if (last.by.is_of(batches_taken_, entry_)) return last.record;
    last.by.take(batches_taken_, entry_);
    last.record = due_now(node);
    return last.record;
  }

  std::optional<std::uint16_t> due_now(const Node& node) const {
    for (const std::uint16_t record : node.plan->records) {
      const RecordPlan& plan = plan_.records[record];
      if (!plan.refuses.empty()) continue;
      const bool is_opener = plan.roles.opens_file || plan.roles.opens_batch || plan.roles.opens_entry;
      if (plan.write_when.empty() && node.plan->is_optional && !is_opener) continue;
      if (records_.is_ready(record, words_)) return record;
    }
    return std::nullopt;
  }

  /// A group that may be absent and whose first record, which it cannot be without, is not due.
  bool is_not_due(const Node& node) const {
    if (!node.plan->is_optional || node.children.empty()) return false;
    const Node& first = node.children.front();
    return first.plan->kind == OrderNode::Kind::record && !first.plan->is_optional && !first.opens_batch &&
           !first.opens_entry && !due(first);
  }

  bool can_begin(const Node& node) const {
    if (node.plan->kind == OrderNode::Kind::record) return due(node).has_value();
    if (node.plan->kind == OrderNode::Kind::sequence) return !node.children.empty() && can_begin(node.children.front());
    return std::ranges::any_of(node.children, [&](const Node& child) { return can_begin(child); });
  }

  Result<void> nothing_ready(const Node& node) const {
    const std::string& family = node.plan->records.empty() ? node.plan->name : plan_.families[node.plan->family];
    return std::unexpected(refused(
        "write.no-record",
        fmt::format("The layout {} wants a record \"{}\" here, and none of that family fits what is to be "
                    "said{}.",
                    plan_.name, family, in_entry_ ? fmt::format(" for entry {}", entry_.reference) : std::string{}),
        "Check what the claim and the batch say against the \"write when\" lines of the layout."));
  }

  Result<void> record(const Node& node) {
    if (node.fills) return {};  // Written at the very end.
    const auto record = due(node);
    if (!record) return node.plan->is_optional ? Result<void>{} : nothing_ready(node);
    const Roles& roles = plan_.records[*record].roles;
    if (roles.opens_batch && !in_batch_) {  // The one batch of a file whose head is also the head of the batch.
      if (const auto entered = enter_only_batch(); !entered) return entered;
    }
    return put(*record);
  }

  Result<void> enter_only_batch() {
    if (order_.batches.size() != 1) {
      return std::unexpected(refused("write.one-batch",
                                     fmt::format("A file of the format {} holds one batch, and the order has {}.",
                                                 plan_.name, order_.batches.size()),
                                     "Write one file for each batch."));
    }
    enter_batch();
    return {};
  }

  Result<void> put(std::uint16_t record) {
    if (in_entry_) last_entry_.records.push_back(record);
    return write(record);
  }

  Result<void> write(std::uint16_t record) {
    const auto done = records_.write(record, words_, out_.text());
    return done ? out_.pass_on() : done;
  }

  void enter_batch() {
    batch_ = order_.batches[batches_taken_++];
    if (batch_.number == 0) batch_.number = batches_taken_;
    batch_entries_ = 0;
    batch_sum_ = 0;
    words_.batch = &batch_;
    in_batch_ = true;
    records_.open(Scope::batch);
  }

  Result<void> leave_batch() {
    if (!in_batch_) return {};
    in_batch_ = false;
    const auto closed = records_.close(Scope::batch, words_);
    words_.batch = nullptr;
    if (!closed) return closed;
    const auto differs = [&](std::string_view code, std::string_view what, std::string_view planned,
                             std::string_view found) {
      return std::unexpected(refused(std::string{code},
                                     fmt::format("The {} of batch {} was planned as {}, and its entries give {}.", what,
                                                 batches_taken_, planned, found),
                                     "Nothing may be sent. Plan the batch again."));
    };
    if (batch_.count >= 0 && batch_.count != batch_entries_) {
      return differs("write.count-differs", "number of entries", std::to_string(batch_.count),
                     std::to_string(batch_entries_));
    }
    if (batch_.sum_minor >= 0 && batch_.sum_minor != batch_sum_) {
      return differs("write.sum-differs", "sum", Money{batch_.sum_minor, batch_.currency}.decimal(),
                     Money{batch_sum_, batch_.currency}.decimal());
    }
    return {};
  }

  Result<void> every_batch(const Node& node) {
    while (batches_taken_ < order_.batches.size()) {
      enter_batch();
      auto done = once(node);
      if (done) done = leave_batch();
      if (!done) return done;
    }
    return {};
  }

  Result<void> every_entry(const Node& node) {
    for (;;) {
      static const Entry blank;
      entry_ = blank;
      const auto more = source_.next(batches_taken_ - 1, entry_);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      auto done = take_entry();
      words_.entry = &entry_;
      if (done) done = whole_entry(node);
      words_.entry = nullptr;
      if (!done) return done;
    }
    if (batch_entries_ == 0 && !node.plan->is_optional) {
      return std::unexpected(refused("write.empty-batch", fmt::format("Batch {} has no entry.", batches_taken_),
                                     "Leave out a batch without claims; a bank refuses it."));
    }
    return {};
  }

  Result<void> whole_entry(const Node& node) {
    records_.open(Scope::entry);
    if (node.is_remembered && last_entry_.by.is_of(batches_taken_, entry_)) {
      if (node.joins_entry) entry_.addenda = last_entry_.addenda;
      for (const std::uint16_t record : last_entry_.records) {
        const auto done = write(record);
        if (!done) return done;
      }
      return records_.close(Scope::entry, words_);
    }
    last_entry_.by.take(batches_taken_, entry_);
    last_entry_.records.clear();
    if (node.joins_entry) entry_.addenda = count_addenda(node);
    last_entry_.addenda = entry_.addenda;
    in_entry_ = true;
    const auto done = once(node);
    in_entry_ = false;
    if (!done) return done;
    return records_.close(Scope::entry, words_);
  }

  /// Counts an entry before it is written: currency, sum and amount are those of the batch.
  Result<void> take_entry() {
    if (entry_.currency == Currency{}) entry_.currency = batch_.currency;
    if (batch_.currency != Currency{} && entry_.currency != batch_.currency) {
      return std::unexpected(refused("write.currency-differs",
                                     fmt::format("Entry {} is in {}, and its batch in {}.", entry_.reference,
                                                 entry_.currency.code(), batch_.currency.code()),
                                     "Put claims of one currency into one batch."));
    }
    if (entry_.amount_minor < 0) {
      return std::unexpected(refused("write.negative", fmt::format("Entry {} has a negative amount.", entry_.reference),
                                     "A negative amount is no collection; correct the claim."));
    }
    std::int64_t total = 0;
    if (__builtin_add_overflow(batch_sum_, entry_.amount_minor, &batch_sum_) ||
        __builtin_add_overflow(written_.sum_minor, entry_.amount_minor, &total)) {
      return std::unexpected(
          refused("write.overflow", "The sum of the file is larger than can be counted.", "Split the batch."));
    }
    written_.sum_minor = total;
    ++batch_entries_;
    ++written_.entries;
    return {};
  }

  /// How many addenda the entry will have, so that its own record can say so before they come.
  std::uint32_t count_addenda(const Node& node) const {
    if (node.plan->kind == OrderNode::Kind::record) {
      const auto record = due(node);
      return record && plan_.records[*record].roles.joins_entry ? 1 : 0;
    }
    std::uint32_t addenda = 0;
    for (const Node& child : node.children) {
      if (node.plan->kind == OrderNode::Kind::choice) {
        if (can_begin(child)) return count_addenda(child);
      } else {
        addenda += count_addenda(child);
      }
    }
    return addenda;
  }

  Result<void> fill_block() {
    if (plan_.block_records == 0) return {};
    require(plan_.block_fill.has_value(), "A layout with blocks names the record that fills them.");
    while (records_.records() % plan_.block_records != 0) {
      const auto done = put(*plan_.block_fill);
      if (!done) return done;
    }
    return {};
  }
};

}  // namespace

Result<WrittenFile> write_fixed_width(const LayoutPlan& plan, const WriteOrder& order, EntrySource& entries,
                                      ByteTarget& target, std::vector<Finding>& notes) {
  const auto style = style_of(plan, order);
  if (!style) return std::unexpected(style.error());
  return FileWriter{plan, *style, order, entries, target, notes}.run();
}

}  // namespace counterfoil
