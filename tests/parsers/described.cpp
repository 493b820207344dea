#include "tests/parsers/described.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "parsers/byte_source.hpp"

namespace counterfoil::tests {
namespace {

class DescribingSink final : public WordSink {
 public:
  explicit DescribingSink(Described& into) : into_{into} {}

  void file(const FileHead& head) override {
    begin("file");
    add("format", head.format);
    add("kind", file_kind_name(head.kind));
    add("message", head.message_id);
    add("created", head.created);
    add("answers", head.original_message_id);
    add("answers_name", head.original_message_name);
    add("sender", head.sender_name);
    add_number("count", head.declared_count, -1);
    add_number("sum", head.declared_sum_minor, -1);
    finish();
  }

  void batch(const BatchHead& head) override {
    begin("batch");
    add_number("line", head.line, 0);
    add("id", head.id);
    add("original", head.original_id);
    add("instrument", head.instrument);
    add("sequence", sequence_type_code(head.sequence));
    add("collect_on", head.collect_on ? iso_date(*head.collect_on) : std::string{});
    add("creditor", head.creditor_name);
    add("creditor_id", head.creditor_id);
    add("account", head.creditor_account);
    add("bank", head.creditor_bank);
    add_number("count", head.count, -1);
    add_number("sum", head.sum_minor, -1);
    finish();
  }

  void entry(const Entry& entry) override {
    ++into_.entries;
    begin(entry.level == Level::entry ? "entry" : entry.level == Level::block ? "block" : "whole");
    add_number("", entry.position, 0);
    add_number("line", entry.line, 0);
    add("", outcome_name(entry.outcome));
    add("status", entry.status);
    if (entry.status_inherited) add("", "inherited");
    add("reason", entry.reason);
    add("text", entry.reason_text);
    add("", direction_name(entry.direction));
    add_number("amount", entry.amount_minor, 0);
    add("", entry.currency.code());
    add_number("booked", entry.booked_minor, -1);
    add_number("charges", entry.charges_minor, 0);
    add_number("covers", static_cast<std::int64_t>(entry.batch_count), 0);
    if (!entry.is_booked) add("", "not-booked");
    if (entry.is_reversal_flag) add("", "reversal");
    add("reference", entry.reference);
    add("instruction", entry.instruction_id);
    add("mandate", entry.mandate);
    add("signed", entry.signed_on ? iso_date(*entry.signed_on) : std::string{});
    add("sequence", sequence_type_code(entry.sequence));
    add("message", entry.original_message_id);
    add("batch", entry.original_batch_id);
    add("bank_reference", entry.bank_reference);
    add("code", entry.bank_transaction_code);
    add("payer", entry.payer_name);
    add("account", entry.payer_account);
    add("bank", entry.payer_bank);
    add("country", entry.payer_country);
    add("town", entry.payer_town);
    add("line1", entry.payer_address_line_1);
    add("line2", entry.payer_address_line_2);
    add("ultimate", entry.ultimate_debtor);
    add("was_mandate", entry.amended_mandate);
    add("was_creditor", entry.amended_creditor_id);
    add("was_account", entry.amended_account);
    add("booked_on", entry.booked_on ? iso_date(*entry.booked_on) : std::string{});
    add("collect_on", entry.collect_on ? iso_date(*entry.collect_on) : std::string{});
    add("remittance", entry.remittance);
    finish();
  }

  void statement(const Statement& statement) override {
    begin("statement");
    add("id", statement.id);
    add("account", statement.account);
    add("", statement.currency.code());
    add("number", statement.sequence_number);
    if (statement.opening_minor) add("opening", std::to_string(*statement.opening_minor));
    if (statement.closing_minor) add("closing", std::to_string(*statement.closing_minor));
    add("credits", std::to_string(statement.credits) + "/" + std::to_string(statement.credit_minor));
    add("debits", std::to_string(statement.debits) + "/" + std::to_string(statement.debit_minor));
    finish();
  }

  void finding(const Finding& finding) override {
    begin(severity_name(finding.severity));
    add("", finding.code);
    add_number("line", finding.place.line, 0);
    add("at", finding.place.path);
    add("", finding.message);
    finish();
    into_.findings += finding.code + "\n";
    if (finding.refuses_file && into_.refusal.empty()) into_.refusal = finding.code;
    if (finding.message.empty() || finding.remedy.empty())
      throw std::logic_error("a finding without message or remedy: " + finding.code);
  }

  void end(const FileCounts& counts) override {
    ++into_.ends;
    begin("end");
    add("kind", file_kind_name(counts.kind));
    add("batches", std::to_string(counts.batches));
    add("entries", std::to_string(counts.entries));
    finish();
  }

 private:
  void begin(std::string_view what) { line_ = what; }
  void add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    line_ += ' ';
    if (!name.empty()) line_.append(name) += '=';
    line_ += value;
  }
  void add_number(std::string_view name, std::int64_t value, std::int64_t silent) {
    if (value != silent) add(name, std::to_string(value));
  }
  void finish() { into_.text += line_ + "\n"; }

  Described& into_;
  std::string line_;
};

}  // namespace

Described describe(std::string_view bytes, const ReadOptions& options, std::size_t piece_size) {
  Described described;
  DescribingSink sink{described};
  MemorySource source{bytes, piece_size};
  const auto verdict = read_bank_file(source, options, sink);
  if (!verdict) throw std::runtime_error(verdict.error().explanation);
  described.verdict = *verdict;
  described.text += "verdict " + std::string{verdict_name(*verdict)} + "\n";
  return described;
}

std::string file_bytes(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string fixture(const std::string& name) {
  return file_bytes(std::string{COUNTERFOIL_SOURCE_DIR} + "/fixtures/iso20022/" + name);
}

}  // namespace counterfoil::tests
