#include "apps/operations/write_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/operations/claims_table.hpp"
#include "apps/operations/collection_order.hpp"
#include "apps/operations/creditor_file.hpp"
#include "apps/operations/part_file.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "apps/operations/written_file.hpp"
#include "core/calendar.hpp"
#include "core/message_id.hpp"
#include "generators/writer.hpp"
#include "parsers/byte_source.hpp"
#include "security/digest.hpp"

namespace counterfoil {
namespace {

Error input_error(std::string code, std::string explanation, std::string remedy, Place place = {}) {
  return {std::move(code), std::move(explanation), std::move(remedy), std::move(place), ErrorKind::input};
}

// The table, block by block.

struct Block {
  CollectionBlock head;
  std::uint64_t first_row = 0;          // Among the sound rows, from 0.
  std::optional<Date> reverses_first = {};  // The earliest day on which a debit settled that the block gives back,
  std::uint32_t reverses_line = 0;          // and the line that names it.
};

bool belongs(const Block& block, const ClaimRow& row) {
  return block.head.collect_on == row.collect_on && block.head.sequence == row.entry.sequence &&
         block.head.is_reversal == row.reverses_on.has_value();
}

/// Hands over the rows of one block after another. A table sorted by block is read once; otherwise it is read again
/// from the beginning for each block, so that nothing is kept.
class TableEntries final : public EntrySource {
 public:
  TableEntries(const WriteFileRequest& request, const CreditorAccount& account, const SchemeManner& manner,
               const std::vector<Block>& blocks)
      : request_{request}, account_{account}, manner_{manner}, blocks_{blocks} {}

  Result<bool> next(std::size_t batch_index, Entry& entry) override {
    const Block& block = blocks_[batch_index];
    if (auto ready = stand_before(batch_index); !ready) return std::unexpected(ready.error());
    if (given_ == block.head.count) return false;
    while (true) {
      const auto row = table_->next();
      if (!row) return std::unexpected(row.error());
      if (*row == nullptr) {
        return std::unexpected(Error{.code = "claims.changed",
                                     .explanation = "The table of claims changed while the file was written from it.",
                                     .remedy = "Run the command again when nobody writes to the table.",
                                     .place = {.file = request_.claims_file},
                                     .kind = ErrorKind::conflict});
      }
      ++row_;
      if (!belongs(block, **row)) continue;
      entry = (*row)->entry;
      ++given_;
      entry.sequence_number = first_number_ + given_;
      return true;
    }
  }

 private:
  Result<void> stand_before(std::size_t batch_index) {
    if (table_ && batch_index == batch_) return {};
    batch_ = batch_index;
    given_ = 0;
    first_number_ = 0;
    for (std::size_t at = 0; at < batch_index; ++at) first_number_ += blocks_[at].head.count;
    if (table_ && row_ <= blocks_[batch_index].first_row) return {};
    auto table = ClaimsTable::open(request_.claims_file, account_, manner_, request_.today);
    if (!table) return std::unexpected(table.error());
    table_ = std::move(*table);
    row_ = 0;
    return {};
  }

  const WriteFileRequest& request_;
  const CreditorAccount& account_;
  const SchemeManner& manner_;
  const std::vector<Block>& blocks_;
  std::unique_ptr<ClaimsTable> table_;
  std::size_t batch_ = 0;
  std::uint64_t row_ = 0, given_ = 0, first_number_ = 0;
};

// Steps.

Result<CreditorAccount> read_account(const WriteFileRequest& request, const Catalogue& catalogue) {
  auto account = read_creditor_file(request.creditor_file, request.scheme, catalogue);
  if (!account || request.profile.empty()) return account;
  const Scheme* scheme = catalogue.find(account->scheme);
  const Profile* profile = scheme->find_profile(request.profile);
  if (profile == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& [name, one] : scheme->profiles) known.emplace_back(name);
    Error error =
        input_error("creditor.value", fmt::format("{} has no profile \"{}\".", scheme->title, request.profile),
                    fmt::format("Use one of: {}.", fmt::join(known, ", ")), {.field = "--profile"});
    error.kind = ErrorKind::usage;
    return std::unexpected(std::move(error));
  }
  account->profile = profile->name;
  account->format = profile->format;
  return account;
}

struct Survey {
  std::vector<Block> blocks;
  std::uint64_t rows = 0;
  std::int64_t sum_minor = 0;
  std::vector<Finding> findings;
  bool has_errors = false;
};

void too_many_days(Survey& survey, const std::string& file, const ClaimRow& row) {
  survey.has_errors = true;
  survey.findings.push_back(
      {.code = "claims.many-days",
       .severity = Severity::error,
       .place = {.file = file, .line = row.entry.line, .field = "collect_on"},
       .message = fmt::format(
           "The day {} is another one than in the rows before; a file of this scheme has one collection day.",
           iso_date(row.collect_on)),
       .remedy = "Write a file for each day."});
}

/// The first pass: every row is checked, every block counted.
Result<Survey> survey_table(const WriteFileRequest& request, const CreditorAccount& account,
                            const SchemeManner& manner) {
  constexpr std::size_t most_blocks = 10'000;
  auto table = ClaimsTable::open(request.claims_file, account, manner, request.today);
  if (!table) return std::unexpected(table.error());
  Survey survey;
  while (true) {
    const auto row = (*table)->next();
    if (!row) return std::unexpected(row.error());
    if (*row == nullptr) break;
    auto block = std::ranges::find_if(survey.blocks, [&](const Block& each) { return belongs(each, **row); });
    if (block == survey.blocks.end()) {
      if (manner.one_day_per_file && !survey.blocks.empty()) too_many_days(survey, request.claims_file, **row);
      if (survey.blocks.size() == most_blocks) {
        return std::unexpected(input_error(
            "claims.too-many-blocks",
            fmt::format("The claims fall into more than {} collection days and sequence types.", most_blocks),
            "Write more than one file.", {.file = request.claims_file, .line = (*row)->entry.line}));
      }
      survey.blocks.push_back(
          {.head = {.collect_on = (*row)->collect_on,
                    .sequence = (*row)->entry.sequence,
                    .is_reversal = (*row)->reverses_on.has_value()},
           .first_row = survey.rows});
      block = survey.blocks.end() - 1;
    }
    if ((*row)->reverses_on && (!block->reverses_first || *(*row)->reverses_on < *block->reverses_first)) {
      block->reverses_first = (*row)->reverses_on;
      block->reverses_line = (*row)->entry.line;
    }
    ++survey.rows;
    ++block->head.count;
    if (__builtin_add_overflow(block->head.sum_minor, (*row)->entry.amount_minor, &block->head.sum_minor) ||
        __builtin_add_overflow(survey.sum_minor, (*row)->entry.amount_minor, &survey.sum_minor)) {
      return std::unexpected(input_error("claims.sum-too-large", "The sum of the claims is too large to be counted.",
                                         "Write more than one file.",
                                         {.file = request.claims_file, .line = (*row)->entry.line, .field = "amount"}));
    }
  }
  for (auto& finding : (*table)->take_findings()) {
    survey.has_errors = survey.has_errors || finding.severity == Severity::error;
    survey.findings.push_back(std::move(finding));
  }
  return survey;
}

void expect_totals(const WriteFileRequest& request, const CreditorAccount& account, Survey& survey) {
  const auto differs = [&](std::string code, std::string field, std::string message) {
    survey.has_errors = true;
    survey.findings.push_back({.code = std::move(code),
                               .severity = Severity::error,
                               .place = {.file = request.claims_file, .field = std::move(field)},
                               .message = std::move(message),
                               .remedy = "Find out which claims are missing or too many before a file is made."});
  };
  if (request.expected_count && *request.expected_count != static_cast<std::int64_t>(survey.rows)) {
    differs("claims.count-differs", "--count",
            fmt::format("{} claims were expected, and the table holds {}.", *request.expected_count, survey.rows));
  }
  if (request.expected_sum.empty()) return;
  const auto sum = Money::parse(request.expected_sum, account.currency);
  if (!sum) {
    differs("claims.sum-unreadable", "--sum",
            fmt::format("\"{}\" is not an amount. {}", request.expected_sum, sum.error().explanation));
  } else if (sum->minor_units() != survey.sum_minor) {
    differs("claims.sum-differs", "--sum",
            fmt::format("{} was expected, and the claims sum up to {}.", sum->text(),
                        Money{survey.sum_minor, account.currency}.text()));
  }
}

void refuse_reversal(Survey& survey, const WriteFileRequest& request, std::uint32_t line, std::string code,
                     std::string message, std::string remedy) {
  survey.has_errors = true;
  survey.findings.push_back({.code = std::move(code),
                             .severity = Severity::error,
                             .place = {.file = request.claims_file, .line = line, .field = "reverses_on"},
                             .message = std::move(message),
                             .remedy = std::move(remedy)});
}

/// Reversals have a file to themselves, a description of their own, and a time within which they must be made.
Result<void> look_at_reversals(const WriteFileRequest& request, const CreditorAccount& account,
                               const Catalogue& catalogue, Survey& survey) {
  const auto first = std::ranges::find_if(survey.blocks, [](const Block& block) { return block.head.is_reversal; });
  if (first == survey.blocks.end()) return {};
  const Scheme& scheme = *catalogue.find(account.scheme);
  const auto most_days = scheme.number("reversal_days", account.profile);
  const auto description = scheme.text("reversal_description", account.profile);
  if (!most_days || !description) {
    refuse_reversal(survey, request, first->reverses_line, "claims.no-reversals",
                    fmt::format("Reversals of {} are not written from a table.", scheme.title),
                    "Give the money back by a transfer, or as the bank wants it.");
    return {};
  }
  if (!std::ranges::all_of(survey.blocks, [](const Block& block) { return block.head.is_reversal; })) {
    refuse_reversal(survey, request, first->reverses_line, "claims.mixed-reversals",
                    "The table holds reversals and collections.", "Write a file of each: they are different orders.");
    return {};
  }
  const auto rules = account_rules(catalogue, account);
  if (!rules) return std::unexpected(rules.error());
  for (Block& block : survey.blocks) {
    block.head.description = *description;
    const auto last = rules->calendar.add_bank_days(*block.reverses_first, static_cast<int>(*most_days));
    if (!last) return std::unexpected(last.error());
    if (block.head.collect_on <= *last) continue;
    refuse_reversal(survey, request, block.reverses_line, "claims.reversal-too-late",
                    fmt::format("A debit that settled on {} can be reversed until {}, {} bank days later.",
                                iso_date(*block.reverses_first), iso_date(*last), *most_days),
                    "Give the money back by a credit of its own, agreed with the payer.");
  }
  return {};
}

/// Days on which the bank does not work, or that come too soon. Banks differ in what they do then, so it is said and
/// not forbidden.
Result<void> look_at_days(const WriteFileRequest& request, const CreditorAccount& account, const Catalogue& catalogue,
                          Survey& survey) {
  const auto rules = account_rules(catalogue, account);
  if (!rules) return std::unexpected(rules.error());
  const auto earliest = earliest_collection(rules->calendar, request.today, {.bank_days = account.lead_bank_days});
  if (!earliest) return std::unexpected(earliest.error());
  for (const Block& block : survey.blocks) {
    const Place place{.file = request.claims_file, .field = "collect_on"};
    const auto open = rules->calendar.is_bank_day(block.head.collect_on);
    if (!open) return std::unexpected(open.error());
    if (!*open) {
      const auto next = rules->calendar.bank_day_on_or_after(block.head.collect_on);
      survey.findings.push_back(
          {.code = "claims.no-bank-day",
           .severity = Severity::warning,
           .place = place,
           .message = fmt::format("{} is no bank day of {}; most banks then take the next one.",
                                  weekday_and_date(block.head.collect_on), rules->calendar.name()),
           .remedy = next ? fmt::format("Use {}.", iso_date(*next)) : std::string{"Use a bank day."}});
    } else if (block.head.collect_on < *earliest) {
      survey.findings.push_back({.code = "claims.too-soon",
                                 .severity = Severity::warning,
                                 .place = place,
                                 .message = fmt::format("{} leaves the bank less than its lead time of {} bank days.",
                                                        iso_date(block.head.collect_on), account.lead_bank_days),
                                 .remedy = fmt::format("The first day that does is {}.", iso_date(*earliest))});
    }
  }
  return {};
}

/// The same table for the same creditor on the same day gets the same id, so that a second run is seen as one.
Result<std::string> repeatable_message_id(const WriteFileRequest& request, const SchemeManner& manner) {
  if (!request.message_id.empty()) return request.message_id;
  const auto claims = digest_of_file(request.claims_file);
  if (!claims) return std::unexpected(claims.error());
  const auto creditor = digest_of_file(request.creditor_file);
  if (!creditor) return std::unexpected(creditor.error());
  std::string hex = digest_text(digest_of(digest_text(*creditor) + digest_text(*claims) + iso_date(request.today)));
  std::ranges::transform(hex, hex.begin(),
                         [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
  // A scheme with a form of its own has room for no more than that.
  if (manner.message_id != SchemeManner{}.message_id) return message_id_of_length(manner.message_id, hex);
  std::string day = iso_date(request.today);
  std::erase(day, '-');
  return fmt::format("CF{}-{}", day, hex.substr(0, 12));
}

Result<void> write_and_keep(const WriteFileRequest& request, const CreditorAccount& account,
                            const SchemeManner& manner, const std::vector<Block>& blocks, const CollectionOrder& order, WriteFileResult& result) {
  const std::string part_name = request.output + ".tmp";
  auto part = PartFile::create(part_name);
  if (!part) return std::unexpected(part.error());
  const auto written = [&] {
    // Gone before the table is read once more: each reading remembers the references it has seen.
    TableEntries entries{request, account, manner, blocks};
    return write_collection(order.order, entries, **part, result.findings);
  }();
  if (!written) return std::unexpected(written.error());
  if (auto synced = (*part)->sync(); !synced) return synced;

  auto bytes = FileSource::open(part_name);
  if (!bytes) return std::unexpected(bytes.error());
  TableEntries again{request, account, manner, blocks};
  if (const auto checked = check_written_file(**bytes, request.output, order.order, again); !checked)
    return std::unexpected(checked.error());

  result.bytes = written->bytes;
  result.entries = written->entries;
  result.sha256 = written->sha256;
  const auto there = is_there_already(request.output, written->sha256, request.replace);
  if (!there) return std::unexpected(there.error());
  result.already_there = *there;
  if (result.already_there || request.dry_run) return {};
  return (*part)->become(request.output);
}

}  // namespace

Result<WriteFileResult> write_claims_file(const WriteFileRequest& request, const Catalogue& catalogue) {
  const auto account = read_account(request, catalogue);
  if (!account) return std::unexpected(account.error());
  if (request.claims_file == "-") {
    return std::unexpected(Error{"claims.not-a-file",
                                 "The table of claims is read more than once, so it cannot come from standard input.",
                                 "Save it as a file first.",
                                 {.field = "--claims"},
                                 ErrorKind::usage});
  }
  const SchemeManner& manner = catalogue.find(account->scheme)->manner;
  auto survey = survey_table(request, *account, manner);
  if (!survey) return std::unexpected(survey.error());
  if (!survey->has_errors && survey->rows == 0) {
    return std::unexpected(input_error("claims.none", "The table holds no claim.",
                                       "Put one claim in each row below the header line.",
                                       {.file = request.claims_file}));
  }
  // Totals of a table with faults would be wrong for that reason alone.
  if (!survey->has_errors) expect_totals(request, *account, *survey);
  if (!survey->has_errors) {
    if (auto looked = look_at_reversals(request, *account, catalogue, *survey); !looked)
      return std::unexpected(looked.error());
  }
  if (!survey->has_errors) {
    if (auto looked = look_at_days(request, *account, catalogue, *survey); !looked)
      return std::unexpected(looked.error());
  }
  WriteFileResult result{
      .scheme = account->scheme, .format = account->format, .profile = account->profile, .entries = survey->rows};
  result.sum = Money{survey->sum_minor, account->currency};
  result.findings = std::move(survey->findings);
  result.batches = survey->blocks.size();
  result.refused = survey->has_errors;
  if (result.refused) return result;

  const auto message_id = repeatable_message_id(request, manner);
  if (!message_id) return std::unexpected(message_id.error());
  result.message_id = *message_id;
  std::vector<CollectionBlock> heads;
  for (const auto& block : survey->blocks) heads.push_back(block.head);
  const auto order = make_collection_order(
      *account, {.message_id = *message_id, .created = request.created, .file_modifier = request.file_modifier}, heads);
  if (!order) return std::unexpected(order.error());
  if (auto kept = write_and_keep(request, *account, manner, survey->blocks, **order, result); !kept)
    return std::unexpected(kept.error());
  return result;
}

}  // namespace counterfoil
