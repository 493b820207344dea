#include "generators/iso20022_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include "core/catalogue.hpp"
#include "core/iban.hpp"
#include "core/require.hpp"
#include "core/text.hpp"
#include "generators/hashed_output.hpp"
#include "generators/xml_program.hpp"

namespace counterfoil {
namespace {

constexpr std::array answer_formats{"camt.053.001.02", "camt.053.001.08", "camt.054.001.02",
                                    "camt.054.001.08", "pain.002.001.03", "pain.002.001.10"};
constexpr std::size_t reason_line_most = 105;  // AddtlInf; a longer text takes two lines.

// ---- Slots and elements

enum Slot : std::size_t {
  always,
  message_id,
  created,
  bank,
  count,
  sum,
  // pain.002
  original_message_id,
  original_message_name,
  original_block_id,
  status,
  reason_code,
  reason_other,
  reason_text_1,
  reason_text_2,
  instruction_id,
  reference,
  bank_reference,
  amount,
  collect_on,
  instrument,
  sequence,
  mandate,
  signed_on,
  remittance,
  payer_name,
  payer_account,
  payer_bank,
  // camt
  statement_id,
  statement_number,
  from,
  to,
  account,
  account_other,
  currency,
  balance_kind,
  indicator,
  balance_day,
  entry_reference,
  booked,
  reversal,
  booked_on,
  valued_on,
  domain,
  family,
  subfamily,
  batch_count,
  batch_total,
  original_amount,
  charges,
  charges_included,
};

constexpr std::array head_fields{
    XmlField{"GrpHdr/MsgId", message_id},
    XmlField{"GrpHdr/CreDtTm", created},
};

constexpr std::array status_head_fields{
    XmlField{"GrpHdr/MsgId", message_id},
    XmlField{"GrpHdr/CreDtTm", created},
    XmlField{"GrpHdr/CdtrAgt/FinInstnId/BIC", bank},
    XmlField{"GrpHdr/CdtrAgt/FinInstnId/BICFI", bank},
};

constexpr std::array group_fields{
    XmlField{"OrgnlGrpInfAndSts/OrgnlMsgId", original_message_id},
    XmlField{"OrgnlGrpInfAndSts/OrgnlMsgNmId", original_message_name},
    XmlField{"OrgnlGrpInfAndSts/OrgnlNbOfTxs", count},
    XmlField{"OrgnlGrpInfAndSts/OrgnlCtrlSum", sum},
    XmlField{"OrgnlGrpInfAndSts/GrpSts", status},
    XmlField{"OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd", reason_code},
    XmlField{"OrgnlGrpInfAndSts/StsRsnInf/Rsn/Prtry", reason_other},
    XmlField{"OrgnlGrpInfAndSts/StsRsnInf/AddtlInf", reason_text_1},
    XmlField{"OrgnlGrpInfAndSts/StsRsnInf/AddtlInf", reason_text_2},
};

constexpr std::array block_fields{
    XmlField{"OrgnlPmtInfAndSts/OrgnlPmtInfId", original_block_id},
    XmlField{"OrgnlPmtInfAndSts/OrgnlNbOfTxs", count},
    XmlField{"OrgnlPmtInfAndSts/OrgnlCtrlSum", sum},
    XmlField{"OrgnlPmtInfAndSts/PmtInfSts", status},
    XmlField{"OrgnlPmtInfAndSts/StsRsnInf/Rsn/Cd", reason_code},
    XmlField{"OrgnlPmtInfAndSts/StsRsnInf/Rsn/Prtry", reason_other},
    XmlField{"OrgnlPmtInfAndSts/StsRsnInf/AddtlInf", reason_text_1},
    XmlField{"OrgnlPmtInfAndSts/StsRsnInf/AddtlInf", reason_text_2},
};

constexpr std::array transaction_fields{
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlInstrId", instruction_id},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlEndToEndId", reference},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/TxSts", status},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Rsn/Cd", reason_code},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Rsn/Prtry", reason_other},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/AddtlInf", reason_text_1},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/AddtlInf", reason_text_2},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/AcctSvcrRef", bank_reference},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/Amt/InstdAmt", amount},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/ReqdColltnDt", collect_on},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/PmtTpInf/LclInstrm/Cd", instrument},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/PmtTpInf/SeqTp", sequence},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/MndtRltdInf/MndtId", mandate},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/MndtRltdInf/DtOfSgntr", signed_on},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/RmtInf/Ustrd", remittance},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/Dbtr/Nm", payer_name},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/Dbtr/Pty/Nm", payer_name},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/DbtrAcct/Id/IBAN", payer_account},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/DbtrAgt/FinInstnId/BIC", payer_bank},
    XmlField{"OrgnlPmtInfAndSts/TxInfAndSts/OrgnlTxRef/DbtrAgt/FinInstnId/BICFI", payer_bank},
};

// Paths of camt are given below the statement, whose element is named differently in each message.
constexpr std::array statement_fields{
    XmlField{"Id", statement_id},
    XmlField{"ElctrncSeqNb", statement_number},
    XmlField{"CreDtTm", created},
    XmlField{"FrToDt/FrDtTm", from},
    XmlField{"FrToDt/ToDtTm", to},
    XmlField{"Acct/Id/IBAN", account},
    XmlField{"Acct/Id/Othr/Id", account_other},
    XmlField{"Acct/Ccy", currency},
    XmlField{"Acct/Svcr/FinInstnId/BIC", bank},
    XmlField{"Acct/Svcr/FinInstnId/BICFI", bank},
};

constexpr std::array balance_fields{
    XmlField{"Bal/Tp/CdOrPrtry/Cd", balance_kind},
    XmlField{"Bal/Amt", amount},
    XmlField{"Bal/CdtDbtInd", indicator},
    XmlField{"Bal/Dt/Dt", balance_day},
};

constexpr std::array booking_fields{
    XmlField{"Ntry/NtryRef", entry_reference},
    XmlField{"Ntry/Amt", booked},
    XmlField{"Ntry/CdtDbtInd", indicator},
    XmlField{"Ntry/RvslInd", reversal, "true"},
    XmlField{"Ntry/Sts", status},
    XmlField{"Ntry/Sts/Cd", status},
    XmlField{"Ntry/BookgDt/Dt", booked_on},
    XmlField{"Ntry/ValDt/Dt", valued_on},
    XmlField{"Ntry/AcctSvcrRef", bank_reference},
    XmlField{"Ntry/BkTxCd/Domn/Cd", domain},
    XmlField{"Ntry/BkTxCd/Domn/Fmly/Cd", family},
    XmlField{"Ntry/BkTxCd/Domn/Fmly/SubFmlyCd", subfamily},
};

constexpr std::array batch_booking_fields{
    XmlField{"Ntry/NtryDtls/Btch/MsgId", original_message_id},
    XmlField{"Ntry/NtryDtls/Btch/PmtInfId", original_block_id},
    XmlField{"Ntry/NtryDtls/Btch/NbOfTxs", batch_count},
    XmlField{"Ntry/NtryDtls/Btch/TtlAmt", batch_total},
    XmlField{"Ntry/NtryDtls/Btch/CdtDbtInd", indicator},
};

constexpr std::array single_booking_fields{
    XmlField{"Ntry/NtryDtls/TxDtls/Refs/MsgId", original_message_id},
    XmlField{"Ntry/NtryDtls/TxDtls/Refs/PmtInfId", original_block_id},
    XmlField{"Ntry/NtryDtls/TxDtls/Refs/InstrId", instruction_id},
    XmlField{"Ntry/NtryDtls/TxDtls/Refs/EndToEndId", reference},
    XmlField{"Ntry/NtryDtls/TxDtls/Refs/MndtId", mandate},
    XmlField{"Ntry/NtryDtls/TxDtls/AmtDtls/InstdAmt/Amt", original_amount},
    XmlField{"Ntry/NtryDtls/TxDtls/Chrgs/Amt", charges},
    XmlField{"Ntry/NtryDtls/TxDtls/Chrgs/CdtDbtInd", charges, "DBIT"},
    XmlField{"Ntry/NtryDtls/TxDtls/Chrgs/Rcrd/Amt", charges},
    XmlField{"Ntry/NtryDtls/TxDtls/Chrgs/Rcrd/CdtDbtInd", charges, "DBIT"},
    XmlField{"Ntry/NtryDtls/TxDtls/RltdPties/Dbtr/Nm", payer_name},
    XmlField{"Ntry/NtryDtls/TxDtls/RltdPties/Dbtr/Pty/Nm", payer_name},
    XmlField{"Ntry/NtryDtls/TxDtls/RltdPties/DbtrAcct/Id/IBAN", payer_account},
    XmlField{"Ntry/NtryDtls/TxDtls/RltdAgts/DbtrAgt/FinInstnId/BIC", payer_bank},
    XmlField{"Ntry/NtryDtls/TxDtls/RltdAgts/DbtrAgt/FinInstnId/BICFI", payer_bank},
    XmlField{"Ntry/NtryDtls/TxDtls/RmtInf/Ustrd", remittance},
    XmlField{"Ntry/NtryDtls/TxDtls/RtrInf/Rsn/Cd", reason_code},
    XmlField{"Ntry/NtryDtls/TxDtls/RtrInf/Rsn/Prtry", reason_other},
    XmlField{"Ntry/NtryDtls/TxDtls/RtrInf/AddtlInf", reason_text_1},
    XmlField{"Ntry/NtryDtls/TxDtls/RtrInf/AddtlInf", reason_text_2},
};

// What the 2009 message lacks: amount and direction of the transaction itself, and whether a charge is within it.
constexpr std::array later_booking_fields{
    XmlField{"Ntry/NtryDtls/TxDtls/Amt", booked},
    XmlField{"Ntry/NtryDtls/TxDtls/CdtDbtInd", indicator},
    XmlField{"Ntry/NtryDtls/TxDtls/Chrgs/Rcrd/ChrgInclInd", charges_included},
};

std::string amount_text(std::int64_t minor, Currency money) { return Money{minor, money}.decimal(); }

Currency currency_or_euro(Currency given) { return given == Currency{} ? euro : given; }

class Writer {
 public:
  Writer(const WriteOrder& order, EntrySource& entries, ByteTarget& target)
      : order_{order}, entries_{entries}, out_{target} {}

  [[nodiscard]] Result<WrittenFile> write();

 private:
  const WriteOrder& order_;
  EntrySource& entries_;
  HashedOutput out_;
  XmlPlan plan_;
  XmlValues values_;
  std::array<std::string, xml_slots> kept_;
  std::uint64_t written_ = 0;
  std::int64_t sum_ = 0;

  void put(Slot slot, std::string text) {
    kept_[slot] = std::move(text);
    values_.set(slot, kept_[slot]);
  }

  [[nodiscard]] static std::unexpected<Error> refuse(std::string_view code, std::string explanation,
                                                     std::string_view remedy);
  [[nodiscard]] Result<XmlProgram> program(std::string_view top, std::vector<XmlField> fields, Currency money,
                                           std::string_view open_before = {}) const;
  [[nodiscard]] Result<void> append(XmlProgram& program);
  [[nodiscard]] Result<void> load_plan();

  [[nodiscard]] Result<void> write_status_report();
  [[nodiscard]] Result<void> write_group(Entry& first, bool& has_first);
  [[nodiscard]] Result<void> write_status_block(std::size_t index, Entry& first, bool& has_first);
  [[nodiscard]] Result<void> put_status(const Entry& entry, std::string_view path);
  void put_reason(const Entry& entry);
  void put_transaction(const BatchHead& batch, const Entry& entry);

  [[nodiscard]] Result<void> write_statements(std::string_view statement);
  [[nodiscard]] Result<void> write_statement(std::size_t index, std::string_view statement);
  [[nodiscard]] Result<void> write_balances(const BatchHead& batch, std::string_view statement);
  [[nodiscard]] Result<std::int64_t> put_booking(const BatchHead& batch, const Entry& entry);
};

std::unexpected<Error> Writer::refuse(std::string_view code, std::string explanation, std::string_view remedy) {
  return std::unexpected(Error{.code = std::string{code},
                               .explanation = std::move(explanation),
                               .remedy = std::string{remedy},
                               .place = {},
                               .kind = ErrorKind::input});
}

Result<XmlProgram> Writer::program(std::string_view top, std::vector<XmlField> fields, Currency money,
                                   std::string_view open_before) const {
  // Money's code is a view into itself; the program keeps a copy.
  return XmlProgram::make(plan_, top, fields,
                          {.text = XmlText::any, .currency = money.code(), .open_before = open_before});
}

Result<void> Writer::append(XmlProgram& program) {
  if (auto appended = program.append(values_, out_.text()); !appended) return appended;
  out_.text() += '\n';
  return out_.pass_on();
}

Result<void> Writer::load_plan() {
  const Scheme* scheme = Catalogue::built_in().find("iso20022");
  require(scheme != nullptr, "The scheme data in the binary hold iso20022.");
  const bool is_status = order_.format.starts_with("pain.002");
  const auto text = scheme->tables.find(is_status ? "pain002" : "camt");
  require(text != scheme->tables.end(), "The scheme data in the binary hold the tables of pain.002 and camt.");
  const auto table = XmlTable::parse(text->second.text, text->second.file);
  if (!table) return std::unexpected(table.error());
  const auto message = parts_of_message_name(order_.format);
  auto plan = table->plan(message.family, message.version);
  if (!plan) return std::unexpected(plan.error());
  plan_ = *std::move(plan);
  return {};
}

// ---- pain.002

void Writer::put_reason(const Entry& entry) {
  const bool is_code = entry.reason.size() == 4 && std::ranges::all_of(entry.reason, [](char byte) {
                         return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
                       });
  values_.set(is_code ? reason_code : reason_other, entry.reason);
  std::string_view text = entry.reason_text;
  if (text.size() > reason_line_most) {
    std::size_t cut = reason_line_most;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;  // Never within a character.
    values_.set(reason_text_2, text.substr(cut));
    text = text.substr(0, cut);
  }
  values_.set(reason_text_1, text);
}

Result<void> Writer::put_status(const Entry& entry, std::string_view path) {
  if (!entry.status.empty()) {
    values_.set(status, entry.status);
  } else if (entry.outcome == Outcome::rejected) {
    values_.set(status, "RJCT");
  } else if (entry.outcome == Outcome::accepted) {
    values_.set(status, "ACCP");
  } else if (entry.outcome != Outcome::none) {
    return refuse("write.status", fmt::format("A status report cannot say {}.", outcome_name(entry.outcome)),
                  "Give accepted, rejected or the status code itself.");
  }
  const XmlNode* node = plan_.find(path);
  const bool is_listed = node == nullptr || node->codes.empty() || values_[status].empty() ||
                         std::ranges::find(node->codes, values_[status]) != node->codes.end();
  if (!is_listed) {
    return refuse("write.status",
                  fmt::format("The status {} is none of {} at {}.", values_[status], order_.format, path),
                  "Use a status of that version, or a later version.");
  }
  put_reason(entry);
  return {};
}

Result<void> Writer::write_status_report() {
  const Currency money = currency_or_euro(order_.head.currency);
  auto head = program("GrpHdr", {status_head_fields.begin(), status_head_fields.end()}, money);
  if (!head) return std::unexpected(head.error());
  values_.set(message_id, order_.head.message_id);
  values_.set(created, order_.head.created);
  values_.set(bank, order_.head.sender);
  if (auto appended = append(*head); !appended) return appended;

  Entry first;
  bool has_first = false;
  if (auto written = write_group(first, has_first); !written) return written;
  for (std::size_t index = 0; index < order_.batches.size(); ++index) {
    if (auto written = write_status_block(index, first, has_first); !written) return written;
  }
  return {};
}

/// Leaves the first entry of batch 0 in `first` where it does not speak of the whole file.
Result<void> Writer::write_group(Entry& first, bool& has_first) {
  values_.clear();
  auto group = program("OrgnlGrpInfAndSts", {group_fields.begin(), group_fields.end()}, euro);
  if (!group) return std::unexpected(group.error());
  values_.set(original_message_id, order_.head.original_message_id);
  values_.set(original_message_name, order_.head.original_message_name);
  if (order_.head.declared_count >= 0) put(count, fmt::to_string(order_.head.declared_count));
  if (order_.head.declared_sum_minor >= 0) put(sum, amount_text(order_.head.declared_sum_minor, euro));
  if (!order_.batches.empty()) {
    const auto more = entries_.next(0, first);
    if (!more) return std::unexpected(more.error());
    has_first = *more;
    if (has_first && first.level == Level::file) {
      if (auto put = put_status(first, "OrgnlGrpInfAndSts/GrpSts"); !put) return put;
      ++written_;
      has_first = false;
    }
  }
  return append(*group);
}

Result<void> Writer::write_status_block(std::size_t index, Entry& first, bool& has_first) {
  const BatchHead& batch = order_.batches[index];
  const Currency money = currency_or_euro(batch.currency);
  const std::string_view id = batch.original_id.empty() ? batch.id : batch.original_id;
  const auto next = [&](Entry& entry) -> Result<bool> {
    if (!has_first) return entries_.next(index, entry);
    entry = first;
    has_first = false;
    return true;
  };
  Entry entry;
  auto more = next(entry);
  if (!more) return std::unexpected(more.error());
  if (id.empty()) {
    if (!*more) return {};
    return refuse("write.block-id-missing", "An answer about a collection needs the block it stood in.",
                  "Give the batch the id of the original block.");
  }

  values_.clear();
  auto block = program("OrgnlPmtInfAndSts", {block_fields.begin(), block_fields.end()}, money, "TxInfAndSts");
  if (!block) return std::unexpected(block.error());
  auto transaction =
      program("OrgnlPmtInfAndSts/TxInfAndSts", {transaction_fields.begin(), transaction_fields.end()}, money);
  if (!transaction) return std::unexpected(transaction.error());
  values_.set(original_block_id, id);
  if (batch.count >= 0) put(count, fmt::to_string(batch.count));
  if (batch.sum_minor >= 0) put(sum, amount_text(batch.sum_minor, money));
  if (*more && entry.level == Level::block) {
    if (auto put = put_status(entry, "OrgnlPmtInfAndSts/PmtInfSts"); !put) return put;
    ++written_;
    if (auto appended = append(*block); !appended) return appended;
    more = next(entry);
    if (!more) return std::unexpected(more.error());
  } else if (auto appended = append(*block); !appended) {
    return appended;
  }
  while (*more) {
    if (entry.level != Level::entry) {
      return refuse("write.level", "Only the first entry of a batch may speak of the whole block or file.",
                    "Put it first, or into another batch.");
    }
    values_.clear();
    if (auto put = put_status(entry, "OrgnlPmtInfAndSts/TxInfAndSts/TxSts"); !put) return put;
    put_transaction(batch, entry);
    if (auto appended = append(*transaction); !appended) return appended;
    ++written_;
    sum_ += entry.amount_minor;
    more = next(entry);
    if (!more) return std::unexpected(more.error());
  }
  out_.text() += block->closing_tag();
  out_.text() += '\n';
  return {};
}

void Writer::put_transaction(const BatchHead& batch, const Entry& entry) {
  const Currency money = currency_or_euro(batch.currency);
  values_.set(instruction_id, entry.instruction_id);
  values_.set(reference, entry.reference);
  values_.set(bank_reference, entry.bank_reference);
  if (entry.amount_minor > 0) put(amount, amount_text(entry.amount_minor, money));
  if (const auto day = entry.collect_on ? entry.collect_on : batch.collect_on) put(collect_on, iso_date(*day));
  values_.set(instrument, batch.instrument);
  values_.set(sequence, sequence_type_code(entry.sequence != SequenceType::none ? entry.sequence : batch.sequence));
  values_.set(mandate, entry.mandate);
  if (entry.signed_on) put(signed_on, iso_date(*entry.signed_on));
  values_.set(remittance, entry.remittance);
  values_.set(payer_name, entry.payer_name);
  values_.set(payer_account, entry.payer_account);
  values_.set(payer_bank, entry.payer_bank);
}

// ---- camt.053 and camt.054

Result<void> Writer::write_statements(std::string_view statement) {
  if (order_.batches.empty()) {
    return refuse("write.no-batch", "A message about accounts holds at least one account.",
                  "Give a batch for each account.");
  }
  auto head = program("GrpHdr", {head_fields.begin(), head_fields.end()}, euro);
  if (!head) return std::unexpected(head.error());
  values_.set(message_id, order_.head.message_id);
  values_.set(created, order_.head.created);
  if (auto appended = append(*head); !appended) return appended;
  for (std::size_t index = 0; index < order_.batches.size(); ++index) {
    if (auto written = write_statement(index, statement); !written) return written;
  }
  return {};
}

/// The paths below one statement, spelled in full. The texts live as long as `paths`.
std::vector<XmlField> below(std::string_view statement, std::span<const XmlField> fields,
                            std::vector<std::unique_ptr<std::string>>& paths) {
  std::vector<XmlField> full;
  for (XmlField field : fields) {
    paths.push_back(std::make_unique<std::string>(fmt::format("{}/{}", statement, field.path)));
    field.path = *paths.back();
    full.push_back(field);
  }
  return full;
}

Result<void> Writer::write_statement(std::size_t index, std::string_view statement) {
  const BatchHead& batch = order_.batches[index];
  const Currency money = currency_or_euro(batch.currency);
  const bool has_balances = statement == "Stmt";
  std::vector<std::unique_ptr<std::string>> paths;
  auto head = program(statement, below(statement, statement_fields, paths), money, has_balances ? "Bal" : "Ntry");
  if (!head) return std::unexpected(head.error());
  values_.clear();
  values_.set(statement_id, batch.id);
  if (batch.number > 0) put(statement_number, fmt::to_string(batch.number));
  values_.set(created, order_.head.created);
  if (batch.settled_on) {
    put(from, iso_date(*batch.settled_on) + "T00:00:00");
    put(to, iso_date(*batch.settled_on) + "T23:59:59");
  }
  values_.set(check_iban(batch.creditor_account) ? account : account_other, batch.creditor_account);
  values_.set(currency, money.code());
  values_.set(bank, batch.creditor_bank);
  if (auto appended = append(*head); !appended) return appended;
  if (has_balances) {
    if (auto written = write_balances(batch, statement); !written) return written;
  }

  const bool is_later = parts_of_message_name(order_.format).version != "02";
  const std::string entry_top = fmt::format("{}/Ntry", statement);
  auto single_fields = below(statement, booking_fields, paths);
  auto batch_fields = single_fields;
  std::ranges::copy(below(statement, single_booking_fields, paths), std::back_inserter(single_fields));
  if (is_later) std::ranges::copy(below(statement, later_booking_fields, paths), std::back_inserter(single_fields));
  std::ranges::copy(below(statement, batch_booking_fields, paths), std::back_inserter(batch_fields));
  auto single = program(entry_top, std::move(single_fields), money);
  if (!single) return std::unexpected(single.error());
  auto whole = program(entry_top, std::move(batch_fields), money);
  if (!whole) return std::unexpected(whole.error());

  std::int64_t entries = 0, sum_booked = 0;
  while (true) {
    Entry entry;
    const auto more = entries_.next(index, entry);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    values_.clear();
    const auto change = put_booking(batch, entry);
    if (!change) return std::unexpected(change.error());
    if (auto appended = append(entry.level == Level::block ? *whole : *single); !appended) return appended;
    ++entries;
    if (__builtin_add_overflow(sum_booked, *change, &sum_booked)) {
      return refuse("write.sum-too-large", "The bookings of a statement are too large.",
                    "Write more than one statement.");
    }
  }
  if (batch.count >= 0 && entries != batch.count) {
    return refuse("write.count-differs",
                  fmt::format("Statement {}: {} bookings were planned, and {} came.", batch.id, batch.count, entries),
                  "Plan the answer again.");
  }
  // Without balances and without a planned sum there is nothing to hold the bookings against.
  if ((has_balances || batch.sum_minor != -1) && sum_booked != batch.sum_minor) {
    return refuse(has_balances ? "write.balance-differs" : "write.sum-differs",
                  fmt::format("Statement {}: a change of {} was planned, and the bookings make {}.", batch.id,
                              Money{batch.sum_minor, money}.text(), Money{sum_booked, money}.text()),
                  "Plan the answer again.");
  }
  written_ += static_cast<std::uint64_t>(entries);
  sum_ += sum_booked;
  out_.text() += head->closing_tag();
  out_.text() += '\n';
  return {};
}

Result<void> Writer::write_balances(const BatchHead& batch, std::string_view statement) {
  const Currency money = currency_or_euro(batch.currency);
  if (!batch.settled_on) {
    return refuse("write.day-missing", fmt::format("Statement {} needs its day.", batch.id),
                  "Set the day of the statement.");
  }
  std::int64_t opening = 0;
  if (order_.head.settings != nullptr) {
    const auto setting = order_.head.settings->find("iso20022.opening_minor");
    if (setting != order_.head.settings->end()) {
      const std::string& text = setting->second;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), opening);
      if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
        return refuse("write.setting", "The setting iso20022.opening_minor is no whole number.",
                      "Give the balance in minor units.");
      }
    }
  }
  std::int64_t closing = 0;
  if (__builtin_add_overflow(opening, batch.sum_minor, &closing)) {
    return refuse("write.sum-too-large", "The closing balance is too large.", "Write more than one statement.");
  }
  std::vector<std::unique_ptr<std::string>> paths;
  auto balance = program(fmt::format("{}/Bal", statement), below(statement, balance_fields, paths), money);
  if (!balance) return std::unexpected(balance.error());
  for (const auto& [kind, value] : {std::pair{"OPBD", opening}, std::pair{"CLBD", closing}}) {
    values_.clear();
    values_.set(balance_kind, kind);
    put(amount, amount_text(value < 0 ? -value : value, money));
    values_.set(indicator, value < 0 ? "DBIT" : "CRDT");
    put(balance_day, iso_date(*batch.settled_on));
    if (auto appended = append(*balance); !appended) return appended;
  }
  return {};
}

/// Answers with what the booking changes on the account: credits positive, pending ones nothing.
Result<std::int64_t> Writer::put_booking(const BatchHead& batch, const Entry& entry) {
  const Currency money = currency_or_euro(batch.currency);
  bool is_credit = entry.direction == Direction::debit;
  switch (entry.outcome) {
    case Outcome::none:
      break;
    case Outcome::settled:
      is_credit = true;
      break;
    case Outcome::returned:
    case Outcome::refunded:
    case Outcome::reversed:
    case Outcome::rejected:
      is_credit = false;
      break;
    default:
      return refuse("write.outcome", fmt::format("A booking cannot say {}.", outcome_name(entry.outcome)),
                    "Give settled, returned, refunded, reversed or rejected.");
  }
  const std::int64_t together =
      is_credit ? entry.amount_minor - entry.charges_minor : entry.amount_minor + entry.charges_minor;
  const std::int64_t booked_minor = entry.booked_minor >= 0 ? entry.booked_minor : together;
  if (booked_minor < 0) {
    return refuse("write.amount", "A booking is not negative; its direction says which way it goes.",
                  "Correct the amount or the charges.");
  }
  put(booked, amount_text(booked_minor, money));
  values_.set(indicator, is_credit ? "CRDT" : "DBIT");
  if (entry.is_reversal_flag) values_.set(reversal, "true");
  values_.set(status, entry.is_booked ? "BOOK" : "PDNG");
  const auto day = entry.booked_on ? entry.booked_on : batch.settled_on;
  if (day) put(booked_on, iso_date(*day));
  if (const auto value_day = entry.valued_on ? entry.valued_on : day) put(valued_on, iso_date(*value_day));
  values_.set(bank_reference, entry.bank_reference);
  values_.set(entry_reference, entry.trace);

  // The codes seen most for a collection, B2B, and a return (PMNT: payments, IDDT: issued direct debits).
  const std::string_view usual = !is_credit                  ? "PMNT/IDDT/UPDD"
                                 : batch.instrument == "B2B" ? "PMNT/IDDT/BBDD"
                                                             : "PMNT/IDDT/ESDD";
  const std::string_view code = entry.bank_transaction_code.empty() ? usual : entry.bank_transaction_code;
  if (code.size() != 14 || code[4] != '/' || code[9] != '/') {
    return refuse("write.code",
                  fmt::format("The bank transaction code \"{}\" has no domain, family and sub-family.", code),
                  "Write it like PMNT/IDDT/ESDD.");
  }
  values_.set(domain, code.substr(0, 4));
  values_.set(family, code.substr(5, 4));
  values_.set(subfamily, code.substr(10, 4));

  values_.set(original_message_id, entry.original_message_id);
  values_.set(original_block_id, entry.original_batch_id);
  if (entry.level == Level::block) {
    if (entry.batch_count > 0) put(batch_count, fmt::to_string(entry.batch_count));
    put(batch_total, amount_text(entry.amount_minor, money));
  } else {
    values_.set(instruction_id, entry.instruction_id);
    values_.set(reference, entry.reference);
    values_.set(mandate, entry.mandate);
    put(original_amount, amount_text(entry.amount_minor, money));
    if (entry.charges_minor > 0) {
      put(charges, amount_text(entry.charges_minor, money));
      values_.set(charges_included, booked_minor == together ? "true" : "false");
    }
    values_.set(payer_name, entry.payer_name);
    values_.set(payer_account, entry.payer_account);
    values_.set(payer_bank, entry.payer_bank);
    values_.set(remittance, entry.remittance);
    put_reason(entry);
  }
  if (!entry.is_booked) return 0;
  return is_credit ? booked_minor : -booked_minor;
}

Result<WrittenFile> Writer::write() {
  if (!is_iso20022_answer(order_.format)) {
    return refuse("write.format-unknown", fmt::format("{} is no answer that can be written.", order_.format),
                  fmt::format("Use one of {}.", fmt::join(answer_formats, ", ")));
  }
  if (auto loaded = load_plan(); !loaded) return std::unexpected(loaded.error());
  out_.text() += fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{}\">\n<{}>\n",
      order_.format, plan_.root);
  const auto written = order_.format.starts_with("pain.002")   ? write_status_report()
                       : order_.format.starts_with("camt.053") ? write_statements("Stmt")
                                                               : write_statements("Ntfctn");
  if (!written) return std::unexpected(written.error());
  out_.text() += fmt::format("</{}>\n</Document>\n", plan_.root);
  auto digest = out_.finish();
  if (!digest) return std::unexpected(digest.error());
  return WrittenFile{.bytes = out_.bytes(), .entries = written_, .sum_minor = sum_, .sha256 = *std::move(digest)};
}

}  // namespace

bool is_iso20022_answer(std::string_view format) {
  return std::ranges::find(answer_formats, format) != answer_formats.end();
}

Result<WrittenFile> write_iso20022_answer(const WriteOrder& order, EntrySource& entries, ByteTarget& target) {
  return std::make_unique<Writer>(order, entries, target)->write();
}

}  // namespace counterfoil
