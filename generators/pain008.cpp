#include "generators/pain008.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/calendar.hpp"
#include "core/catalogue.hpp"
#include "core/require.hpp"
#include "generators/hashed_output.hpp"
#include "generators/pain008_collection.hpp"
#include "generators/pain008_fields.hpp"
#include "generators/pain008_values.hpp"
#include "generators/xml_program.hpp"

namespace counterfoil {
namespace {

/// "2026-11-02T09:30:00", and "Z" or an offset behind it. Fractions of a second are refused by banks.
std::optional<Date> day_of_creation(std::string_view created) {
  if (created.size() < 19 || created[10] != 'T' || created[13] != ':' || created[16] != ':') return std::nullopt;
  const auto two = [&](std::size_t at, int most) {
    const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
    return is_digit(created[at]) && is_digit(created[at + 1]) &&
           (created[at] - '0') * 10 + created[at + 1] - '0' <= most;
  };
  if (!two(11, 23) || !two(14, 59) || !two(17, 59)) return std::nullopt;
  const std::string_view zone = created.substr(19);
  const bool is_offset =
      zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' && two(20, 13) && two(23, 59);
  if (!zone.empty() && zone != "Z" && !is_offset) return std::nullopt;
  return parse_iso_date(created.substr(0, 10));
}

/// A setting of the creditor; empty where it is not set.
std::string_view setting(const FileHead& head, std::string_view key) {
  if (head.settings == nullptr) return {};
  const auto found = head.settings->find(key);
  return found == head.settings->end() ? std::string_view{} : std::string_view{found->second};
}

class Writer {
 public:
  Writer(const WriteOrder& order, const Pain008Profile& profile, EntrySource& entries, ByteTarget& target,
         std::vector<Finding>& notes)
      : order_{order}, profile_{profile}, entries_{entries}, out_{target}, values_{profile, notes} {}

  [[nodiscard]] Result<WrittenFile> write();

 private:
  const WriteOrder& order_;
  const Pain008Profile& profile_;
  EntrySource& entries_;
  HashedOutput out_;
  pain008::Values values_;
  XmlProgram head_, block_, collection_;
  Date created_on_{};
  std::uint64_t entries_written_ = 0;
  std::int64_t sum_written_ = 0;

  [[nodiscard]] Result<void> make_programs();
  [[nodiscard]] Result<void> check_order();
  [[nodiscard]] Result<void> check_creation();
  [[nodiscard]] Result<void> check_batch(const BatchHead& batch) const;
  [[nodiscard]] Result<void> put_sums();
  [[nodiscard]] Result<void> put_initiating_party();
  [[nodiscard]] Result<void> put_block(const BatchHead& batch);
  void warn_of_closed_day(const BatchHead& batch);
  [[nodiscard]] Result<void> write_head();
  [[nodiscard]] Result<void> write_block(std::size_t index);
  [[nodiscard]] Result<void> write_entries(std::size_t index);
  [[nodiscard]] Result<void> write_piece(XmlProgram& program);
};

Result<void> Writer::make_programs() {
  const Scheme* scheme = Catalogue::built_in().find("iso20022");
  require(scheme != nullptr, "The scheme data in the binary hold iso20022.");
  const auto text = scheme->tables.find("pain008");
  require(text != scheme->tables.end(), "The scheme data in the binary hold the table of pain.008.");
  const auto table = XmlTable::parse(text->second.text, text->second.file);
  if (!table) return std::unexpected(table.error());
  const auto plan = table->plan("pain.008", parts_of_message_name(profile_.format).version);
  if (!plan) return std::unexpected(plan.error());

  const auto make = [&](XmlProgram& program, std::string_view top, std::span<const XmlField> fields,
                        std::string_view open_before) -> Result<void> {
    auto made =
        XmlProgram::make(*plan, top, fields, {.text = XmlText::safe, .currency = "EUR", .open_before = open_before});
    if (!made) return std::unexpected(made.error());
    program = *std::move(made);
    return {};
  };
  if (auto made = make(head_, "GrpHdr", pain008::head_fields, {}); !made) return made;
  if (auto made = make(block_, "PmtInf", pain008::block_fields, "DrctDbtTxInf"); !made) return made;
  return make(collection_, "PmtInf/DrctDbtTxInf", pain008::entry_fields, {});
}

// ---- The order as a whole

Result<void> Writer::check_order() {
  values_.begin_head();
  if (profile_.format != order_.format || (order_.format != "pain.008.001.08" && order_.format != "pain.008.001.02")) {
    return values_.refuse(
        "write.format-unknown", "",
        fmt::format("the format {} cannot be written with the bank profile {}.", order_.format, profile_.name),
        "Ask for pain.008.001.08 or pain.008.001.02 and a profile of that format.");
  }
  if (auto checked = check_creation(); !checked) return checked;
  if (order_.batches.empty()) {
    return values_.refuse("write.no-batch", "PmtInf", "there is nothing to collect, and an empty file is not allowed.",
                          "Make no file for an empty run.");
  }
  for (std::size_t index = 0; index < order_.batches.size(); ++index) {
    values_.begin_block(order_.batches[index], index + 1);
    if (auto checked = check_batch(order_.batches[index]); !checked) return checked;
  }
  return {};
}

Result<void> Writer::check_creation() {
  const auto created = day_of_creation(order_.head.created);
  if (!created) {
    return values_.refuse(
        "write.created", "GrpHdr/CreDtTm",
        fmt::format("the time of creation \"{}\" is not one that banks take.", pain008::shown(order_.head.created)),
        "Write it as 2026-11-02T09:30:00, with Z or an offset such as +01:00 if wanted, and without fractions.");
  }
  created_on_ = *created;
  const bool is_over = profile_.valid_to && created_on_ > *profile_.valid_to;
  const bool is_early = profile_.valid_from && created_on_ < *profile_.valid_from;
  if (!is_over && !is_early) return {};
  return values_.refuse(
      "write.profile-not-in-force", "GrpHdr/CreDtTm",
      fmt::format("banks take the form {} only {} {}, and the file is of {}.", profile_.name,
                  is_over ? "up to" : "from", iso_date(is_over ? *profile_.valid_to : *profile_.valid_from),
                  iso_date(created_on_)),
      "Use a profile that is in force, such as gbic5 for German banks, or iso.");
}

Result<void> Writer::check_batch(const BatchHead& batch) const {
  constexpr std::string_view instrument_path = "PmtTpInf/LclInstrm/Cd";
  if (batch.instrument != "CORE" && batch.instrument != "B2B") {
    return values_.refuse("write.instrument", instrument_path,
                          fmt::format("\"{}\" is no scheme of SEPA Direct Debit.", pain008::shown(batch.instrument)),
                          batch.instrument == "COR1" ? "COR1 ended on 20 November 2016: use CORE, which is as fast now."
                                                     : "Use CORE or B2B.");
  }
  if (batch.instrument != order_.batches.front().instrument) {
    return values_.refuse("write.instruments-mixed", instrument_path, "CORE and B2B must not share a file.",
                          "Write one file for each.");
  }
  if (!batch.service.empty() && batch.service != "SEPA") {
    return values_.refuse("write.service", "PmtTpInf/SvcLvl/Cd",
                          fmt::format("the service level \"{}\" is not SEPA.", pain008::shown(batch.service)),
                          "Leave it empty or give SEPA.");
  }
  if (batch.sequence == SequenceType::none) {
    return values_.refuse("write.sequence", "PmtTpInf/SeqTp", "the sequence type is missing.",
                          "Give FRST, RCUR, FNAL or OOFF.");
  }
  if (!batch.collect_on) {
    return values_.refuse("write.collect-on", "ReqdColltnDt", "the collection day is missing.",
                          "Give the day to collect on.");
  }
  if (*batch.collect_on < created_on_) {
    return values_.refuse("write.collect-on", "ReqdColltnDt",
                          fmt::format("the collection day {} is before the day of the file, {}.",
                                      iso_date(*batch.collect_on), iso_date(created_on_)),
                          "Plan the collection for a later bank day.");
  }
  if (batch.currency != euro) {
    return values_.refuse("write.currency", "CtrlSum", "the currency is not EUR, and SEPA collects euro only.",
                          "Bill in euro, or collect under another scheme.");
  }
  if (batch.count <= 0 || batch.sum_minor <= 0) {
    return values_.refuse("write.empty-batch", "NbOfTxs", "the block holds no collection, which is not allowed.",
                          "Leave the block out, and state count and sum of the others.");
  }
  const auto has_same_id = [&](const BatchHead& other) { return other.id == batch.id; };
  if (std::ranges::count_if(order_.batches, has_same_id) > 1) {
    return values_.refuse("write.block-id-twice", "PmtInfId", "another block of the file has the same id.",
                          "Give each block an id of its own.");
  }
  return {};
}

// ---- Head

Result<void> Writer::put_sums() {
  std::int64_t count = 0, sum = 0;
  for (const BatchHead& batch : order_.batches) {
    count += batch.count;
    if (__builtin_add_overflow(sum, batch.sum_minor, &sum)) {
      return values_.refuse("write.sum-too-large", "GrpHdr/CtrlSum", "the sum of the file is too large.",
                            "Write more than one file.");
    }
  }
  const FileHead& head = order_.head;
  if (head.declared_count >= 0 && head.declared_count != count) {
    return values_.refuse(
        "write.count-differs", "GrpHdr/NbOfTxs",
        fmt::format("{} collections were expected, and the blocks hold {}.", head.declared_count, count),
        "Find out which collections are missing or too many before anything is sent.");
  }
  if (head.declared_sum_minor >= 0 && head.declared_sum_minor != sum) {
    return values_.refuse(
        "write.sum-differs", "GrpHdr/CtrlSum",
        fmt::format("{} was expected, and the blocks sum up to {}.", Money{head.declared_sum_minor, euro}.text(),
                    Money{sum, euro}.text()),
        "Find out which collections are missing, too many or of another amount before anything is sent.");
  }
  values_.put_number(pain008::file_count, count);
  values_.put_amount(pain008::file_sum, sum);
  return {};
}

Result<void> Writer::put_initiating_party() {
  const FileHead& head = order_.head;
  const auto put =
      values_.put_name(pain008::initiator_name, head.sender_name, {"name of the sender", "GrpHdr/InitgPty/Nm"});
  if (!put) return put;
  constexpr std::string_view path = "GrpHdr/InitgPty/Id";
  switch (profile_.initiating_party_id) {
    case InitiatingPartyId::none:
      return {};
    case InitiatingPartyId::creditor_id:
      values_.set(pain008::initiator_is_creditor_id, "SEPA");
      return values_.put_creditor_id(pain008::initiator_private_id, order_.batches.front().creditor_id, path);
    case InitiatingPartyId::given:
      break;
  }
  const bool is_organisation = setting(head, "iso20022.initiating_party_kind") == "organisation";
  return values_.put_identifier(is_organisation ? pain008::initiator_organisation_id : pain008::initiator_private_id,
                                setting(head, "iso20022.initiating_party_id"), {"id the bank gave the sender", path});
}

Result<void> Writer::write_head() {
  values_.begin_head();
  const auto put = values_.put_identifier(pain008::message_id, order_.head.message_id, {"message id", "GrpHdr/MsgId"});
  if (!put) return put;
  values_.set(pain008::created, order_.head.created);
  if (auto summed = put_sums(); !summed) return summed;
  if (auto named = put_initiating_party(); !named) return named;
  out_.text() += fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{}\">\n"
      "<CstmrDrctDbtInitn>\n",
      profile_.format);
  return write_piece(head_);
}

/// Appends what the values say, on a line of its own.
Result<void> Writer::write_piece(XmlProgram& program) {
  if (auto appended = program.append(values_.all(), out_.text()); !appended) return appended;
  out_.text() += '\n';
  return out_.pass_on();
}

// ---- Blocks

void Writer::warn_of_closed_day(const BatchHead& batch) {
  const BankCalendar target = BankCalendar::target2();
  const auto is_open = target.is_bank_day(*batch.collect_on);
  const auto next = target.bank_day_on_or_after(*batch.collect_on);
  if (!is_open || *is_open || !next) return;
  values_.note("write.not-a-bank-day", Severity::warning, "PmtInf/ReqdColltnDt",
               fmt::format("the collection day {} is no TARGET day; the bank moves it to {} or refuses the block.",
                           weekday_and_date(*batch.collect_on), weekday_and_date(*next)),
               "Plan the collection for a TARGET day.");
}

Result<void> Writer::put_block(const BatchHead& batch) {
  values_.set(pain008::block_always, "always");
  if (auto put = values_.put_identifier(pain008::block_id, batch.id, {"block id", "PmtInfId"}); !put) return put;
  if (profile_.writes_batch_booking) values_.set(pain008::batch_booking, batch.batch_booking ? "true" : "false");
  values_.put_number(pain008::block_count, batch.count);
  values_.put_amount(pain008::block_sum, batch.sum_minor);
  values_.set(pain008::instrument, batch.instrument);
  const bool is_first = batch.sequence == SequenceType::first;
  values_.set(pain008::sequence, sequence_type_code(is_first ? profile_.first_as : batch.sequence));
  if (const auto purpose = setting(order_.head, "iso20022.category_purpose"); !purpose.empty()) {
    const auto put = values_.put_code(pain008::category_purpose, purpose, {"category purpose", "PmtTpInf/CtgyPurp/Cd"});
    if (!put) return put;
  }
  values_.put_date(pain008::collect_on, *batch.collect_on);
  auto put = values_.put_name(pain008::creditor_name, batch.creditor_name, {"name of the creditor", "Cdtr/Nm"});
  if (!put) return put;
  put = values_.put_iban(pain008::creditor_account, batch.creditor_account, {"creditor's account", "CdtrAcct/Id/IBAN"});
  if (!put) return put;
  put = values_.put_bank(pain008::creditor_bank, pain008::creditor_bank_not_provided, batch.creditor_bank,
                         {"creditor's bank", "CdtrAgt/FinInstnId"});
  if (!put) return put;
  return values_.put_creditor_id(pain008::creditor_id, batch.creditor_id, "CdtrSchmeId/Id/PrvtId/Othr/Id");
}

Result<void> Writer::write_block(std::size_t index) {
  const BatchHead& batch = order_.batches[index];
  values_.begin_block(batch, index + 1);
  warn_of_closed_day(batch);
  if (auto put = put_block(batch); !put) return put;
  if (auto written = write_piece(block_); !written) return written;
  if (auto written = write_entries(index); !written) return written;
  out_.text() += block_.closing_tag();
  out_.text() += '\n';
  return {};
}

Result<void> Writer::write_entries(std::size_t index) {
  const BatchHead& batch = order_.batches[index];
  std::int64_t count = 0, sum = 0;
  while (true) {
    Entry entry;
    const auto more = entries_.next(index, entry);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    values_.begin_entry(entry);
    if (auto put = put_collection(values_, entry, batch, profile_, created_on_); !put) return put;
    if (auto written = write_piece(collection_); !written) return written;
    values_.end_entry();
    ++count;
    sum += entry.amount_minor;  // At most 1e11 each: no file is long enough to overflow it.
  }
  if (count != batch.count) {
    return values_.refuse("write.count-differs", "NbOfTxs",
                          fmt::format("{} collections were planned, and {} came.", batch.count, count),
                          "Plan the batch again; something changed while it was written.");
  }
  if (sum != batch.sum_minor) {
    return values_.refuse("write.sum-differs", "CtrlSum",
                          fmt::format("{} was planned, and the collections sum up to {}.",
                                      Money{batch.sum_minor, euro}.text(), Money{sum, euro}.text()),
                          "Plan the batch again; something changed while it was written.");
  }
  entries_written_ += static_cast<std::uint64_t>(count);
  sum_written_ += sum;
  return {};
}

Result<WrittenFile> Writer::write() {
  if (auto checked = check_order(); !checked) return std::unexpected(checked.error());
  if (auto made = make_programs(); !made) return std::unexpected(made.error());
  if (auto written = write_head(); !written) return std::unexpected(written.error());
  for (std::size_t index = 0; index < order_.batches.size(); ++index) {
    if (auto written = write_block(index); !written) return std::unexpected(written.error());
  }
  out_.text() += "</CstmrDrctDbtInitn>\n</Document>\n";
  values_.close_notes();
  auto digest = out_.finish();
  if (!digest) return std::unexpected(digest.error());
  return WrittenFile{
      .bytes = out_.bytes(), .entries = entries_written_, .sum_minor = sum_written_, .sha256 = *std::move(digest)};
}

}  // namespace

Result<WrittenFile> write_pain008(const WriteOrder& order, const Pain008Profile& profile, EntrySource& entries,
                                  ByteTarget& target, std::vector<Finding>& notes) {
  return std::make_unique<Writer>(order, profile, entries, target, notes)->write();
}

Result<WrittenFile> write_pain008(const WriteOrder& order, EntrySource& entries, ByteTarget& target,
                                  std::vector<Finding>& notes) {
  const auto profile = find_pain008_profile(order.profile, order.format);
  if (!profile) return std::unexpected(profile.error());
  return write_pain008(order, *profile, entries, target, notes);
}

}  // namespace counterfoil
