// The values of one piece of a pain.008 on their way into the file: each is checked against what banks take as it is
// put, brought into the SEPA character set where it is a text, and refused with its place where it does not fit.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "generators/pain008.hpp"
#include "generators/xml_program.hpp"

namespace counterfoil::pain008 {

// SEPA limits (EPC132-08 and the German subsets); the message itself allows more.
inline constexpr std::size_t name_most = 70;

/// What a value is called in a message, and its element below the head, the block or the collection.
struct Spot {
  std::string_view what;  // "name of the payer"
  std::string_view path;  // "Dbtr/Nm"
};

class Values {
 public:
  Values(const Pain008Profile& profile, std::vector<Finding>& notes) : profile_{profile}, notes_{notes} {}

  // Where we are, for messages; the values of the piece before are gone.
  void begin_head();
  void begin_block(const BatchHead& batch, std::size_t number);
  void begin_entry(const Entry& entry);
  void end_entry() { entry_ = nullptr; }

  [[nodiscard]] const XmlValues& all() const { return values_; }
  [[nodiscard]] std::string_view operator[](std::size_t slot) const { return values_[slot]; }

  /// As it is: a constant, or a text that outlives the piece. The same goes for every value that is put.
  void set(std::size_t slot, std::string_view value) { values_.set(slot, value); }
  void put_number(std::size_t slot, std::int64_t number);
  void put_amount(std::size_t slot, std::int64_t cents);
  void put_date(std::size_t slot, Date date);

  [[nodiscard]] Result<void> put_identifier(std::size_t slot, std::string_view value, Spot spot);
  [[nodiscard]] Result<void> put_text(std::size_t slot, std::string_view value, Spot spot, std::size_t most);
  /// The same for a text that does not outlive the call.
  [[nodiscard]] Result<void> put_own_text(std::size_t slot, std::string text, Spot spot, std::size_t most);
  [[nodiscard]] Result<void> put_name(std::size_t slot, std::string_view value, Spot spot);  // Not empty, 70 at most.
  [[nodiscard]] Result<void> put_iban(std::size_t slot, std::string_view value, Spot spot);
  /// The BIC, or NOTPROVIDED in the other slot where there is none.
  [[nodiscard]] Result<void> put_bank(std::size_t slot, std::size_t slot_without, std::string_view value, Spot spot);
  [[nodiscard]] Result<void> put_creditor_id(std::size_t slot, std::string_view value, std::string_view path);
  [[nodiscard]] Result<void> put_code(std::size_t slot, std::string_view value, Spot spot);

  /// Whether the account put last is at a bank of the European Economic Area.
  [[nodiscard]] bool is_in_eea() const { return is_country_eea_; }

  [[nodiscard]] std::unexpected<Error> refuse(std::string_view code, std::string_view path,
                                              std::string_view explanation, std::string_view remedy) const;
  void note(std::string_view code, Severity severity, std::string_view path, std::string_view message,
            std::string_view remedy);
  /// One note for all that were too many to be listed.
  void close_notes();

 private:
  const Pain008Profile& profile_;
  std::vector<Finding>& notes_;
  std::uint64_t notes_listed_ = 0, notes_unlisted_ = 0;

  XmlValues values_;
  std::array<std::string, xml_slots> kept_;               // What values point to that were rewritten.
  std::array<std::array<char, 24>, xml_slots> digits_{};  // The same for numbers, amounts and dates.

  const BatchHead* batch_ = nullptr;
  const Entry* entry_ = nullptr;
  std::size_t batch_number_ = 0;
  std::uint64_t entry_number_ = 0;  // Within the block.

  std::string country_;  // Of the account put last.
  bool is_country_sepa_ = false, is_country_eea_ = false;

  [[nodiscard]] std::string who() const;
  void keep(std::size_t slot, std::string text);
};

/// A value as it may be shown in a message: in plain characters and not too long.
[[nodiscard]] std::string shown(std::string_view value);

}  // namespace counterfoil::pain008
