// The names the tables under schemes/iso20022/ bind their elements to, and a place to keep their texts. Used by the
// ISO 20022 reader alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace counterfoil {

// Sorted by the scope they belong to. A word of a scope is forgotten when an element bound to the scope begins.
#define COUNTERFOIL_XML_WORDS(WORD)                                  \
  WORD(file_message_id, "file.message_id")                           \
  WORD(file_created, "file.created")                                 \
  WORD(file_sender, "file.sender")                                   \
  WORD(file_sender_name, "file.sender_name")                         \
  WORD(file_count, "file.count")                                     \
  WORD(file_sum, "file.sum")                                         \
  WORD(file_original_message_id, "file.original_message_id")         \
  WORD(file_original_message_name, "file.original_message_name")     \
  WORD(file_status, "file.status")                                   \
  WORD(file_outer_status, "file.outer_status")                       \
  WORD(file_kind, "file.kind")                                         \
  WORD(file_creditor_id, "file.creditor_id")                           \
  WORD(file_serial, "file.serial")                                     \
  WORD(file_text, "file.text")                                         \
  WORD(batch_id, "batch.id")                                         \
  WORD(batch_original_id, "batch.original_id")                       \
  WORD(batch_count, "batch.count")                                   \
  WORD(batch_original_count, "batch.original_count")                 \
  WORD(batch_original_sum, "batch.original_sum")                       \
  WORD(batch_rejected_count, "batch.rejected_count")                   \
  WORD(batch_adjusted_sum, "batch.adjusted_sum")                       \
  WORD(batch_sum, "batch.sum")                                       \
  WORD(batch_status, "batch.status")                                 \
  WORD(batch_more, "batch.more")                                     \
  WORD(batch_booking, "batch.booking")                               \
  WORD(batch_service, "batch.service")                               \
  WORD(batch_instrument, "batch.instrument")                         \
  WORD(batch_sequence, "batch.sequence")                             \
  WORD(batch_collect_on, "batch.collect_on")                         \
  WORD(batch_creditor_name, "batch.creditor_name")                   \
  WORD(batch_creditor_id, "batch.creditor_id")                       \
  WORD(batch_creditor_account, "batch.creditor_account")             \
  WORD(batch_creditor_account_other, "batch.creditor_account_other") \
  WORD(batch_creditor_bank, "batch.creditor_bank")                   \
  WORD(batch_creditor_bank_member, "batch.creditor_bank_member")     \
  WORD(batch_creditor_bank_other, "batch.creditor_bank_other")       \
  WORD(statement_id, "statement.id")                                 \
  WORD(statement_electronic_number, "statement.electronic_number")   \
  WORD(statement_legal_number, "statement.legal_number")             \
  WORD(statement_created, "statement.created")                       \
  WORD(statement_from, "statement.from")                             \
  WORD(statement_to, "statement.to")                                 \
  WORD(statement_copy, "statement.copy")                             \
  WORD(statement_account, "statement.account")                       \
  WORD(statement_account_other, "statement.account_other")           \
  WORD(statement_currency, "statement.currency")                     \
  WORD(statement_entry_count, "statement.entry_count")               \
  WORD(statement_credit_count, "statement.credit_count")             \
  WORD(statement_credit_sum, "statement.credit_sum")                 \
  WORD(statement_debit_count, "statement.debit_count")               \
  WORD(statement_debit_sum, "statement.debit_sum")                   \
  WORD(balance_code, "balance.code")                                 \
  WORD(balance_amount, "balance.amount")                             \
  WORD(balance_indicator, "balance.indicator")                       \
  WORD(booking_reference, "booking.reference")                       \
  WORD(booking_amount, "booking.amount")                             \
  WORD(booking_indicator, "booking.indicator")                       \
  WORD(booking_reversal, "booking.reversal")                         \
  WORD(booking_status, "booking.status")                             \
  WORD(booking_booked_on, "booking.booked_on")                       \
  WORD(booking_valued_on, "booking.valued_on")                       \
  WORD(booking_bank_reference, "booking.bank_reference")             \
  WORD(booking_domain, "booking.domain")                             \
  WORD(booking_family, "booking.family")                             \
  WORD(booking_subfamily, "booking.subfamily")                       \
  WORD(booking_proprietary_code, "booking.proprietary_code")         \
  WORD(booking_instructed_amount, "booking.instructed_amount")       \
  WORD(booking_transaction_amount, "booking.transaction_amount")     \
  WORD(booking_text, "booking.text")                                 \
  WORD(details_message_id, "details.message_id")                     \
  WORD(details_batch_id, "details.batch_id")                         \
  WORD(details_count, "details.count")                               \
  WORD(details_total, "details.total")                               \
  WORD(charge_amount, "charge.amount")                               \
  WORD(charge_indicator, "charge.indicator")                         \
  WORD(charge_included, "charge.included")                           \
  WORD(reason_code, "reason.code")                                   \
  WORD(reason_proprietary, "reason.proprietary")                     \
  WORD(reason_text, "reason.text")                                   \
  WORD(return_code, "return.code")                                   \
  WORD(return_proprietary, "return.proprietary")                     \
  WORD(return_text, "return.text")                                   \
  WORD(entry_instruction_id, "entry.instruction_id")                 \
  WORD(entry_reference, "entry.reference")                           \
  WORD(entry_status, "entry.status")                                 \
  WORD(entry_bank_reference, "entry.bank_reference")                 \
  WORD(entry_original_message_id, "entry.original_message_id")       \
  WORD(entry_original_batch_id, "entry.original_batch_id")           \
  WORD(entry_transaction_id, "entry.transaction_id")                 \
  WORD(entry_amount, "entry.amount")                                 \
  WORD(entry_reversed_amount, "entry.reversed_amount")               \
  WORD(entry_settlement_amount, "entry.settlement_amount")           \
  WORD(entry_instructed_amount, "entry.instructed_amount")           \
  WORD(entry_transaction_amount, "entry.transaction_amount")         \
  WORD(entry_indicator, "entry.indicator")                           \
  WORD(entry_domain, "entry.domain")                                 \
  WORD(entry_family, "entry.family")                                 \
  WORD(entry_subfamily, "entry.subfamily")                           \
  WORD(entry_proprietary_code, "entry.proprietary_code")             \
  WORD(entry_service, "entry.service")                               \
  WORD(entry_instrument, "entry.instrument")                         \
  WORD(entry_sequence, "entry.sequence")                             \
  WORD(entry_collect_on, "entry.collect_on")                         \
  WORD(entry_kind, "entry.kind")                                       \
  WORD(entry_transaction_code, "entry.transaction_code")               \
  WORD(entry_reason, "entry.reason")                                   \
  WORD(entry_reason_text, "entry.reason_text")                         \
  WORD(entry_number, "entry.number")                                   \
  WORD(entry_file_number, "entry.file_number")                         \
  WORD(entry_file_serial, "entry.file_serial")                         \
  WORD(entry_accepted, "entry.accepted")                               \
  WORD(entry_rejected, "entry.rejected")                               \
  WORD(entry_new_account, "entry.new_account")                         \
  WORD(entry_new_bank, "entry.new_bank")                               \
  WORD(entry_new_name, "entry.new_name")                               \
  WORD(entry_new_amount, "entry.new_amount")                           \
  WORD(entry_new_day, "entry.new_day")                                 \
  WORD(entry_mandate, "entry.mandate")                               \
  WORD(entry_signed_on, "entry.signed_on")                           \
  WORD(entry_amendment, "entry.amendment")                           \
  WORD(entry_amended_mandate, "entry.amended_mandate")               \
  WORD(entry_amended_creditor_id, "entry.amended_creditor_id")       \
  WORD(entry_amended_creditor_name, "entry.amended_creditor_name")   \
  WORD(entry_amended_account, "entry.amended_account")               \
  WORD(entry_amended_account_other, "entry.amended_account_other")   \
  WORD(entry_amended_bank_other, "entry.amended_bank_other")         \
  WORD(entry_creditor_id, "entry.creditor_id")                       \
  WORD(entry_payer_name, "entry.payer_name")                         \
  WORD(entry_payer_account, "entry.payer_account")                   \
  WORD(entry_payer_account_other, "entry.payer_account_other")       \
  WORD(entry_payer_bank, "entry.payer_bank")                         \
  WORD(entry_payer_bank_member, "entry.payer_bank_member")           \
  WORD(entry_payer_bank_other, "entry.payer_bank_other")             \
  WORD(entry_payer_country, "entry.payer_country")                   \
  WORD(entry_payer_town, "entry.payer_town")                         \
  WORD(entry_payer_postcode, "entry.payer_postcode")                 \
  WORD(entry_payer_street, "entry.payer_street")                     \
  WORD(entry_payer_building, "entry.payer_building")                 \
  WORD(entry_payer_address_line, "entry.payer_address_line")         \
  WORD(entry_debtor_name, "entry.debtor_name")                       \
  WORD(entry_debtor_account, "entry.debtor_account")                 \
  WORD(entry_debtor_account_other, "entry.debtor_account_other")     \
  WORD(entry_debtor_bank, "entry.debtor_bank")                       \
  WORD(entry_creditor_name, "entry.creditor_name")                   \
  WORD(entry_creditor_account, "entry.creditor_account")             \
  WORD(entry_creditor_account_other, "entry.creditor_account_other") \
  WORD(entry_creditor_bank, "entry.creditor_bank")                   \
  WORD(entry_ultimate_debtor, "entry.ultimate_debtor")               \
  WORD(entry_purpose, "entry.purpose")                               \
  WORD(entry_remittance, "entry.remittance")                         \
  WORD(entry_remittance_reference, "entry.remittance_reference")     \
  WORD(entry_text, "entry.text")                                     \
  WORD(scope_header, "header")                                       \
  WORD(scope_answer, "answer")                                       \
  WORD(scope_batch, "batch")                                         \
  WORD(scope_statement, "statement")                                 \
  WORD(scope_balance, "balance")                                     \
  WORD(scope_booking, "booking")                                     \
  WORD(scope_details, "details")                                     \
  WORD(scope_summary, "summary")                                     \
  WORD(scope_charge, "charge")                                       \
  WORD(scope_reason, "reason")                                       \
  WORD(scope_return, "return")                                       \
  WORD(scope_amendment, "amendment")                                 \
  WORD(scope_entry, "entry")

enum class XmlWord : std::uint8_t {
#define WORD(name, text) name,
  COUNTERFOIL_XML_WORDS(WORD)
#undef WORD
      none,  // An element nobody asks for.
};

inline constexpr std::size_t xml_word_count = static_cast<std::size_t>(XmlWord::none);

/// All names, sorted, for checking a table.
[[nodiscard]] std::span<const std::string_view> xml_word_names();
[[nodiscard]] std::optional<XmlWord> find_xml_word(std::string_view name);

/// The texts of one scope or more. Strings keep their capacity, so that a long file asks for no memory after its
/// first entries.
class XmlTexts {
 public:
  [[nodiscard]] bool has(XmlWord word) const { return (set_[index(word) / 64] >> (index(word) % 64) & 1U) != 0; }
  [[nodiscard]] std::string_view at(XmlWord word) const {
    return has(word) ? std::string_view{texts_[index(word)]} : std::string_view{};
  }
  [[nodiscard]] std::string_view currency(XmlWord word) const {
    return has(word) ? std::string_view{currencies_[index(word)].data()} : std::string_view{};
  }
  /// The first of the words that has a text, else nothing.
  [[nodiscard]] std::string_view first_of(XmlWord one, XmlWord other) const {
    return at(one).empty() ? at(other) : at(one);
  }

  /// The first text wins: what a file says twice where once is allowed has a finding of its own.
  void take(XmlWord word, std::string_view text, std::string_view currency_code) {
    if (has(word)) return;
    set_[index(word) / 64] |= std::uint64_t{1} << (index(word) % 64);
    texts_[index(word)].assign(text);
    auto& code = currencies_[index(word)];
    code[currency_code.copy(code.data(), code.size() - 1)] = '\0';
  }
  /// Pieces of one text. A piece that is full (`full_length`) was cut in the middle of a word: no blank after it.
  void join(XmlWord word, std::string_view text, std::size_t full_length);

  void clear() { set_ = {}; }
  void clear(XmlWord word) { set_[index(word) / 64] &= ~(std::uint64_t{1} << (index(word) % 64)); }
  /// All words from `first` to `last`, both included.
  void clear_range(XmlWord first, XmlWord last) {
    for (std::size_t part = index(first) / 64; part <= index(last) / 64; ++part) {
      std::uint64_t gone = ~std::uint64_t{0};
      if (part == index(first) / 64) gone &= ~std::uint64_t{0} << (index(first) % 64);
      if (part == index(last) / 64) gone &= ~std::uint64_t{0} >> (63 - index(last) % 64);
      set_[part] &= ~gone;
    }
  }

 private:
  static constexpr std::size_t index(XmlWord word) { return static_cast<std::size_t>(word); }

  std::array<std::uint64_t, (xml_word_count + 63) / 64> set_{};
  std::array<std::string, xml_word_count> texts_;
  std::array<std::array<char, 8>, xml_word_count> currencies_{};
  std::size_t last_piece_ = 0;  // Length of the piece joined last.
};

}  // namespace counterfoil
