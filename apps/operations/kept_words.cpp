#include "apps/operations/kept_words.hpp"

#include <algorithm>
#include <cstring>

namespace counterfoil {
namespace {

constexpr std::size_t block_size = 65536;

}  // namespace

std::string_view TextKeeper::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > size_ - used_) {
    size_ = std::max(block_size, text.size());
    blocks_.push_back(std::make_unique<char[]>(size_));
    used_ = 0;
  }
  char* at = blocks_.back().get() + used_;
  std::memcpy(at, text.data(), text.size());
  used_ += text.size();
  return {at, text.size()};
}

Entry keep(const Entry& entry, TextKeeper& keeper) {
  Entry kept = entry;
  for (auto member : {&Entry::reference,
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
                      &Entry::bank_transaction_code}) {
    kept.*member = keeper.keep(entry.*member);
  }
  return kept;
}

BatchHead keep(const BatchHead& batch, TextKeeper& keeper) {
  BatchHead kept = batch;
  for (auto member :
       {&BatchHead::id, &BatchHead::original_id, &BatchHead::instrument, &BatchHead::service, &BatchHead::creditor_name,
        &BatchHead::creditor_id, &BatchHead::creditor_account, &BatchHead::creditor_bank, &BatchHead::description,
        &BatchHead::discretionary, &BatchHead::descriptive_date}) {
    kept.*member = keeper.keep(batch.*member);
  }
  return kept;
}

FileHead keep(const FileHead& head, TextKeeper& keeper) {
  FileHead kept = head;
  for (auto member : {&FileHead::scheme, &FileHead::format, &FileHead::message_id, &FileHead::original_message_id,
                      &FileHead::original_message_name, &FileHead::created, &FileHead::sender, &FileHead::receiver,
                      &FileHead::sender_name, &FileHead::receiver_name, &FileHead::file_modifier}) {
    kept.*member = keeper.keep(head.*member);
  }
  kept.settings = nullptr;
  return kept;
}

}  // namespace counterfoil
