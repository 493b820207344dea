#include "apps/cli/words_json.hpp"

#include "apps/operations/word_values.hpp"
#include "core/text.hpp"

namespace counterfoil {
namespace {

std::string_view level_name(Level level) {
  switch (level) {
    case Level::entry:
      return "entry";
    case Level::block:
      return "block";
    case Level::file:
      return "file";
  }
  return "";
}

void date_field(Json& json, std::string_view name, const std::optional<Date>& date) {
  if (date) json.field(name, iso_date(*date));
}

/// For figures whose -1 says that nothing is said.
void figure(Json& json, std::string_view name, std::int64_t value) {
  if (value >= 0) json.field(name, value);
}

void add_finding(Json& json, const Finding& finding) {
  json.field("code", finding.code)
      .field("severity", severity_name(finding.severity))
      .field_if("file", finding.place.file)
      .field_unless_zero("line", finding.place.line)
      .field_unless_zero("column", finding.place.column_first)
      .field_if("path", finding.place.path)
      .field_if("field", finding.place.field)
      .field("message", finding.message)
      .field_if("remedy", finding.remedy);
}

void add_reason(Json& json, const Entry& entry, const WordsView& view) {
  json.field_if("status", entry.status).field_if("reason", entry.reason).field_if("reason_text", entry.reason_text);
  if (entry.reason.empty() || view.scheme == nullptr) return;
  if (const Reason* reason = view.scheme->find_reason(entry.reason)) {
    json.field("reason_code", reason->code)
        .field("reason_meaning", reason->meaning_en)
        .field("reason_action", reason_action_name(reason->action));
  }
}

void add_references(Json& json, const Entry& entry) {
  json.field_if("reference", entry.reference)
      .field_if("instruction_id", entry.instruction_id)
      .field_if("mandate", entry.mandate)
      .field_if("trace", entry.trace)
      .field_if("original_trace", entry.original_trace)
      .field_if("original_bank", entry.original_bank)
      .field_if("return_trace", entry.return_trace)
      .field_if("bank_reference", entry.bank_reference)
      .field_if("original_message_id", entry.original_message_id)
      .field_if("original_batch_id", entry.original_batch_id);
}

void add_money(Json& json, const Entry& entry) {
  json.field("direction", direction_name(entry.direction))
      .field_if("currency", entry.currency.code())
      .field("amount_minor", entry.amount_minor);
  figure(json, "booked_minor", entry.booked_minor);
  if (entry.charges_minor != 0) json.field("charges_minor", entry.charges_minor);
  figure(json, "collected_minor", entry.collected_minor);
  json.field_unless_zero("batch_count", entry.batch_count);
}

void add_parties(Json& json, const Entry& entry, const WordsView& view) {
  json.field_if("payer_name", entry.payer_name)
      .field_if("payer_account", shown_account(entry.payer_account, view.unmask))
      .field_if("payer_identity", shown_account(entry.payer_identity, view.unmask))
      .field_if("payer_bank", entry.payer_bank)
      .field_if("account_kind", entry.account_kind)
      .field_if("transaction_code", entry.transaction_code)
      .field_if("payer_country", entry.payer_country)
      .field_if("payer_town", entry.payer_town)
      .field_if("payer_postcode", entry.payer_postcode)
      .field_if("payer_street", entry.payer_street)
      .field_if("payer_building", entry.payer_building)
      .field_if("payer_address_line_1", entry.payer_address_line_1)
      .field_if("payer_address_line_2", entry.payer_address_line_2)
      .field_if("ultimate_debtor", shown_value("entry.ultimate_debtor", entry.ultimate_debtor, view.unmask));
}

void add_mandate(Json& json, const Entry& entry, const WordsView& view) {
  date_field(json, "signed_on", entry.signed_on);
  json.field_if("sequence", sequence_type_code(entry.sequence))
      .field_if("amended_mandate", entry.amended_mandate)
      .field_if("amended_creditor_id", entry.amended_creditor_id)
      .field_if("amended_creditor_name", entry.amended_creditor_name);
  // "SMNDA" says that the account is new, and is no account.
  const bool is_word = entry.amended_account == "SMNDA";
  json.field_if("amended_account", shown_account(entry.amended_account, view.unmask || is_word));
}

}  // namespace

std::string shown_account(std::string_view account, bool unmask) {
  if (account.empty()) return {};
  return unmask ? std::string{account} : mask_account(account);
}

std::string shown_value(std::string_view name, std::string_view value, bool unmask) {
  return is_masked_value(name, value) ? shown_account(value, unmask) : std::string{value};
}

Json file_json(const FileHead& head) {
  Json json;
  json.object()
      .field("word", "file")
      .field_if("scheme", head.scheme)
      .field_if("format", head.format)
      .field("kind", file_kind_name(head.kind))
      .field_if("message_id", head.message_id)
      .field_if("original_message_id", head.original_message_id)
      .field_if("original_message_name", head.original_message_name)
      .field_if("created", head.created)
      .field_if("sender", head.sender)
      .field_if("sender_name", head.sender_name)
      .field_if("receiver", head.receiver)
      .field_if("receiver_name", head.receiver_name)
      .field_if("file_modifier", head.file_modifier)
      .field_if("currency", head.currency.code());
  figure(json, "declared_count", head.declared_count);
  figure(json, "declared_sum_minor", head.declared_sum_minor);
  json.end();
  return json;
}

Json batch_json(const BatchHead& head, const WordsView& view) {
  Json json;
  json.object()
      .field("word", "batch")
      .field_unless_zero("number", head.number)
      .field_unless_zero("line", head.line)
      .field_if("id", head.id)
      .field_if("original_id", head.original_id)
      .field_if("instrument", head.instrument)
      .field_if("service", head.service)
      .field_if("sequence", sequence_type_code(head.sequence))
      .field_if("creditor_name", head.creditor_name)
      .field_if("creditor_id", head.creditor_id)
      .field_if("creditor_account", shown_account(head.creditor_account, view.unmask))
      .field_if("creditor_bank", head.creditor_bank)
      .field_if("description", head.description)
      .field_if("discretionary", head.discretionary)
      .field_if("descriptive_date", head.descriptive_date);
  date_field(json, "collect_on", head.collect_on);
  date_field(json, "settled_on", head.settled_on);
  json.field_if("currency", head.currency.code());
  figure(json, "declared_count", head.count);
  figure(json, "declared_sum_minor", head.sum_minor);
  json.end();
  return json;
}

Json entry_json(const Entry& entry, const WordsView& view) {
  Json json;
  json.object()
      .field("word", entry.outcome == Outcome::none ? "instruction" : "outcome")
      .field("position", entry.position)
      .field_unless_zero("line", entry.line)
      .field("level", level_name(entry.level));
  if (entry.outcome != Outcome::none) json.field("outcome", outcome_name(entry.outcome));
  add_reason(json, entry, view);
  if (entry.status_inherited) json.field("status_inherited", true);
  if (!entry.is_booked) json.field("is_booked", false);
  if (entry.is_reversal_flag) json.field("is_reversal", true);
  if (entry.is_prenote) json.field("is_prenote", true);
  add_references(json, entry);
  add_money(json, entry);
  add_parties(json, entry, view);
  add_mandate(json, entry, view);
  date_field(json, "collect_on", entry.collect_on);
  date_field(json, "booked_on", entry.booked_on);
  date_field(json, "valued_on", entry.valued_on);
  date_field(json, "effective_on", entry.effective_on);
  json.field_if("remittance", entry.remittance)
      .field_if("purpose", entry.purpose)
      .field_if("discretionary", entry.discretionary)
      .field_if("mandate_event", mandate_news_name(entry.mandate_event))
      // A correction holds the payer's new account number.
      .field_if("corrected_data", shown_account(entry.corrected_data, view.unmask))
      .field_if("bank_transaction_code", entry.bank_transaction_code)
      .field_unless_zero("addenda", entry.addenda)
      .end();
  return json;
}

Json statement_json(const Statement& statement, const WordsView& view) {
  Json json;
  json.object()
      .field("word", "statement")
      .field_if("id", statement.id)
      .field_if("account", shown_account(statement.account, view.unmask))
      .field_if("currency", statement.currency.code())
      .field_if("sequence_number", statement.sequence_number);
  date_field(json, "from", statement.from);
  date_field(json, "to", statement.to);
  json.field_if("opening_minor", statement.opening_minor)
      .field_if("closing_minor", statement.closing_minor)
      .field("credits", statement.credits)
      .field("credit_minor", statement.credit_minor)
      .field("debits", statement.debits)
      .field("debit_minor", statement.debit_minor)
      .end();
  return json;
}

Json finding_json(const Finding& finding) {
  Json json;
  json.object();
  add_finding(json, finding);
  json.end();
  return json;
}

Json finding_word_json(const Finding& finding) {
  Json json;
  json.object().field("word", "finding");
  add_finding(json, finding);
  json.end();
  return json;
}

}  // namespace counterfoil
