// What a reader said about a file, kept after it is gone.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "tests/generators/words.hpp"

namespace counterfoil {

class Heard final : public WordSink {
 public:
  FileHead head;
  std::vector<BatchHead> batches;
  std::vector<Entry> entries;
  std::vector<Statement> statements;
  std::vector<Finding> findings;
  FileCounts counts;
  Settings settings;  // What the fields bound to "creditor.*" said; the reader's own live no longer than it.

  void file(const FileHead& said) override {
    said_settings_ = said.settings;
    head = said;
    head.settings = nullptr;
    for (auto text : {&FileHead::scheme, &FileHead::format, &FileHead::message_id, &FileHead::original_message_id,
                      &FileHead::original_message_name, &FileHead::created, &FileHead::sender, &FileHead::receiver,
                      &FileHead::sender_name, &FileHead::receiver_name, &FileHead::file_modifier}) {
      keep(head.*text);
    }
  }

  void batch(const BatchHead& said) override {
    BatchHead kept = said;
    for (auto text :
         {&BatchHead::id, &BatchHead::original_id, &BatchHead::instrument, &BatchHead::service,
          &BatchHead::creditor_name, &BatchHead::creditor_id, &BatchHead::creditor_account, &BatchHead::creditor_bank,
          &BatchHead::description, &BatchHead::discretionary, &BatchHead::descriptive_date}) {
      keep(kept.*text);
    }
    batches.push_back(kept);
  }

  void entry(const Entry& said) override {
    Entry kept = said;
    for (auto text : entry_texts) keep(kept.*text);
    entries.push_back(kept);
  }

  void statement(const Statement& said) override {
    Statement kept = said;
    for (auto text : {&Statement::id, &Statement::account, &Statement::sequence_number}) keep(kept.*text);
    statements.push_back(kept);
  }

  void finding(const Finding& said) override { findings.push_back(said); }
  void end(const FileCounts& said) override {
    counts = said;
    if (said_settings_ != nullptr) settings = *said_settings_;
    said_settings_ = nullptr;
  }

  [[nodiscard]] std::string finding_codes() const {
    std::string codes;
    for (const Finding& said : findings) codes += said.code + " (" + said.message + ") ";
    return codes;
  }

 private:
  static constexpr std::string_view Entry::* entry_texts[] = {&Entry::reference,
                                                              &Entry::instruction_id,
                                                              &Entry::mandate,
                                                              &Entry::trace,
                                                              &Entry::original_trace,
                                                              &Entry::original_bank,
                                                              &Entry::return_trace,
                                                              &Entry::bank_reference,
                                                              &Entry::original_message_id,
                                                              &Entry::original_batch_id,
                                                              &Entry::payer_name,
                                                              &Entry::payer_account,
                                                              &Entry::payer_identity,
                                                              &Entry::payer_bank,
                                                              &Entry::account_kind,
                                                              &Entry::transaction_code,
                                                              &Entry::payer_country,
                                                              &Entry::payer_town,
                                                              &Entry::payer_postcode,
                                                              &Entry::payer_street,
                                                              &Entry::payer_building,
                                                              &Entry::payer_address_line_1,
                                                              &Entry::payer_address_line_2,
                                                              &Entry::ultimate_debtor,
                                                              &Entry::amended_mandate,
                                                              &Entry::amended_creditor_id,
                                                              &Entry::amended_creditor_name,
                                                              &Entry::amended_account,
                                                              &Entry::remittance,
                                                              &Entry::purpose,
                                                              &Entry::discretionary,
                                                              &Entry::status,
                                                              &Entry::reason,
                                                              &Entry::reason_text,
                                                              &Entry::corrected_data,
                                                              &Entry::bank_transaction_code};

  Texts texts_;
  const Settings* said_settings_ = nullptr;

  void keep(std::string_view& text) { text = texts_.keep(std::string{text}); }
};

}  // namespace counterfoil
