// What a bank looks at besides the form of a collection file: limits of its scheme, and what its own profile wants.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/catalogue.hpp"
#include "core/exchange.hpp"

namespace counterfoil {

/// Sits between a reader and `next`: hands every word on and adds findings "bank.*" about instructions. A file of
/// another kind passes untouched. Memory does not grow with the file; at most 1,000 findings of one code are passed
/// on, and one that counts the rest.
class BankRules final : public WordSink {
 public:
  /// `profile` may be empty: the scheme's own rules. One that the scheme of the file does not have is a finding.
  BankRules(const Catalogue& catalogue, std::string file_name, std::string profile, WordSink& next);

  void file(const FileHead& head) override;
  void batch(const BatchHead& head) override;
  void entry(const Entry& entry) override;
  void statement(const Statement& statement) override { next_.statement(statement); }
  void finding(const Finding& finding) override { next_.finding(finding); }
  void end(const FileCounts& counts) override;

 private:
  void check_profile(const FileHead& head);
  void check_day(const Entry& entry);
  void check_amount(const Entry& entry);
  void check_sepa(const Entry& entry);
  void close_batch();
  void at_most(std::string_view rule, std::int64_t value, std::string code, std::string_view what, std::uint32_t line);
  void add(Severity severity, std::string code, std::uint32_t line, std::string_view field, std::string message,
           std::string remedy);

  const Catalogue& catalogue_;
  std::string file_name_, profile_name_;
  WordSink& next_;
  const Scheme* scheme_ = nullptr;  // Set for instructions only.
  const Profile* profile_ = nullptr;
  bool in_batch_ = false;
  std::string instrument_;
  std::optional<Date> collect_on_;
  std::uint32_t batch_line_ = 0;
  std::int64_t batch_sum_ = 0, batch_entries_ = 0, file_sum_ = 0, file_entries_ = 0, batches_ = 0;
  bool has_debits_ = false, has_credits_ = false;
  std::map<std::string, std::uint64_t, std::less<>> said_;
};

}  // namespace counterfoil
