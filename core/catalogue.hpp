// The scheme catalogue: everything true about a bank scheme, read from the data under schemes/. It is embedded in the
// binary, and a directory of the same shape can replace single values or add whole schemes.
//
// One folder a scheme:
//   scheme.toml      title, currency, calendar, formats, and how the scheme differs from others (SchemeManner)
//   reasons.tsv      what a bank's reason code means and what to do about it
//   statuses.tsv     the same for status codes (pain.002), where the scheme has them
//   rules.toml       lead days, return windows, limits: each value with its source
//   profiles.toml    what single banks want differently
//   calendar/YYYY.tsv   days off and days worked instead, where they cannot be computed
//   *.layout, *.table   descriptions of files; formats and parsers read them
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/finding.hpp"
#include "core/money.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// May the same claim be presented again after this reason?
struct RetryPolicy {
  enum class Choice : std::uint8_t {
    no,   // Never by itself and never by a click: the cause must go first.
    yes,  // The next run may take it, within the limits below.
    ask,  // A person decides each time.
  };
  Choice choice = Choice::no;
  unsigned most_times = 0;   // Retries after the first presentation; 0 = the rule "retry_most_times" of the scheme.
  unsigned within_days = 0;  // Calendar days after the first settlement; 0 = the rule "retry_within_days".
  unsigned wait_days = 0;    // Calendar days to let pass before the next presentation.
};

/// What a reason does to the payer's mandate.
enum class MandateEffect : std::uint8_t {
  none,
  hold,     // This claim waits for a decision; the mandate itself stays usable afterwards.
  suspend,  // No collection until new data or a decision comes in.
  amend,    // Stays usable; its data must change before the next collection (NOC).
  end,      // Revoked or void: never collect on it again.
};

/// Who has to move.
enum class ReasonAction : std::uint8_t {
  none,  // It worked, or it only informs.
  wait,  // Not decided yet: no new debit meanwhile.
  retry,
  fix_account,  // New account data of the payer.
  fix_data,     // Our master data are wrong.
  contact,      // Speak with the payer.
  stop,         // Stop collecting from this payer this way.
  bank,         // Speak with our bank.
  technical,    // Our file or the channel was wrong.
};

[[nodiscard]] std::string_view mandate_effect_name(MandateEffect effect);
[[nodiscard]] std::string_view reason_action_name(ReasonAction action);

/// A reason or status code of a scheme.
struct Reason {
  std::string code;  // As the bank writes it: "R01", "MS03", "FSBR6040".
  /// What the code usually says of a claim. A message may say it better: the same AM04 rejects in pain.002 and
  /// returns in camt.054.
  Outcome outcome = Outcome::unknown;
  ReasonAction action = ReasonAction::contact;
  RetryPolicy retry;
  MandateEffect mandate_effect = MandateEffect::none;
  Severity severity =
      Severity::warning;           // note: everyday; warning: somebody must act; error: fraud, our file, our account.
  std::vector<std::string> flags;  // "unauthorized", "administrative", "operator", "death", "duplicate", ...
  std::string meaning_en, meaning_zh;
  std::string next_step, next_step_zh;
  Place place;  // The row it comes from; its sources stand at the head of that file.

  [[nodiscard]] bool has_flag(std::string_view flag) const;
};

using RuleValue = std::variant<std::int64_t, bool, std::string>;

/// As people read it: a number, yes or no, or the text itself.
[[nodiscard]] std::string rule_text(const RuleValue& value);

/// One value of rules.toml. `key` is one of `known_rules()`.
struct Rule {
  std::string key;
  RuleValue value;
  std::string unit;    // "TARGET days", "minor units".
  std::string source;  // Never empty.
  std::string sure;    // "A", "B", "C" as the README of the scheme explains, or "site": a setting of the site.
  std::string note;
  Place place;
};

/// What one bank wants differently. Switches are rule keys or switch keys; they win over the rules of the scheme.
struct Profile {
  std::string name;  // "gbic5".
  std::string title;
  std::string format;                        // "pain.008.001.08".
  std::optional<Date> valid_from, valid_to;  // Both days included; no writing outside them.
  std::string source;
  std::map<std::string, RuleValue, std::less<>> switches;
  Place place;
};

/// In what a scheme differs from the others beyond the values of its rules: whoever works with any scheme asks here and
/// never for its name. What is not written in scheme.toml is as given here.
struct SchemeManner {
  std::string file_ending = "txt";       // Of the collection files we write, without a dot.
  std::vector<std::string> instruments;  // A mandate's and a batch's; the first is the usual one. Empty: any or none.
  // How payers' accounts are checked: "iban", "aba", "bsb", "cnaps", "sort-code", "plain"; or "unknown": the bank keeps
  // them with the mandates, and the collector need not know any.
  std::string account_numbers = "plain";

  // Numbers that files write with zeros in front, in so many digits: kept in that form, so that what comes back is found.
  // 0: no such form.
  unsigned creditor_account_digits = 0;
  unsigned mandate_reference_digits = 0;
  unsigned payer_account_digits = 0;   // Zeros may stand between bank and account: nothing is put in front.
  unsigned payer_identity_digits = 0;  // A new mandate needs the payer's personal or organisation number.

  // Why `formats` is empty, in a sentence: nobody can open a creditor account for a scheme that is only read.
  std::string reading_only_because;

  // What a claim needs besides payer, account, amount and day.
  bool payer_bank = false;         // The bank is named apart from the account.
  bool mandate_reference = false;  // The file carries it.
  bool signature_dates = false;
  bool sequence_types = false;  // FRST, RCUR, FNAL, OOFF.
  bool amendments = false;      // A changed mandate travels with the next collection.
  bool address_outside_eea = false;  // Address and BIC of payers whose bank is outside the EEA.

  bool prenotes = false;                    // Test entries without money that open a mandate.
  bool one_off_may_be_represented = false;  // A one-off mandate covers the second presentation of its one debit.
  bool silence_is_success = false;          // No answer in time means settled.
  // Or it means unpaid, where the format has no way to say so: the reason of such a claim. Empty: an answer is missing.
  std::string silence_reason;
  bool returns_can_be_refused = false;      // Our bank may dishonor a return.
  bool prenotes_first = false;              // A new mandate is sent to the payer's bank before anything is collected.
  bool mandate_comes_back = false;          // Answers name the mandate, amount and day, and no reference of the claim.
  bool answer_repeats_file = false;         // The result is the sent file filled in, under the same message id.
  bool one_day_per_file = false;            // One collection day and one batch.

  // How claims are numbered: digits of the number, and whether numbers run on over all files of the account, behind the
  // routing number of its bank (a trace). 0: the format has no such number.
  unsigned number_digits = 0;
  bool number_is_trace = false;

  // The message id of a file; see core/message_id.hpp for what may stand in braces.
  std::string message_id = "{test}-{day}-{sequence:6}-{random:4}";

  // The reference of a claim; see core/claim_reference.hpp. A creditor's own setting of this name wins.
  std::string claim_reference = "{environment}{batch}-{number}";

  std::vector<std::string> needed_settings;  // Keys without which no bank takes the file: "immediate_destination".
};

/// A day a yearly calendar names. Days it does not name are days off on Saturday and Sunday only.
struct CalendarDay {
  Date date;
  bool is_off = true;
  std::string name;
};

/// The text of a layout or table and where it came from, for messages.
struct SchemeText {
  std::string text;
  std::string file;  // "schemes/nacha/nacha.layout (built in)" or the path of the file that replaced it.
};

struct Scheme {
  std::string name;   // Folder name: "nacha".
  std::string title;  // "NACHA ACH debits".
  Currency currency;
  std::string calendar;              // "target2", "us-fed", "uk", "cn" or a name under which a site keeps its own days.
  std::vector<std::string> formats;  // Of collection files we write.
  SchemeManner manner;

  std::map<std::string, SchemeText, std::less<>> layouts;  // By file name without ".layout".
  std::map<std::string, SchemeText, std::less<>> tables;   // By file name without ".table".
  std::map<std::string, Reason, std::less<>> reasons;
  std::map<std::string, Reason, std::less<>> statuses;
  std::map<std::string, Rule, std::less<>> rules;
  std::map<std::string, Profile, std::less<>> profiles;
  std::map<int, std::vector<CalendarDay>> calendar_years;  // Days sorted by date. A missing year is not known.

  /// Compared without case and outer blanks, because banks write codes both ways. nullptr: a code nobody knows.
  [[nodiscard]] const Reason* find_reason(std::string_view code) const;
  [[nodiscard]] const Reason* find_status(std::string_view code) const;
  [[nodiscard]] const Profile* find_profile(std::string_view name) const;

  /// The value of a rule or switch: of the profile if it has one (empty name: none), else of the scheme. nullopt where
  /// neither says anything. A key that is not in `known_rules()` or of another type is a mistake of ours.
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key, std::string_view profile = {}) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key, std::string_view profile = {}) const;
  [[nodiscard]] std::optional<std::string_view> text(std::string_view key, std::string_view profile = {}) const;
};

/// A rule or switch key with the type of its value and what it means. Anything else in a rules or profiles file is
/// refused with its line, so that a misspelt limit never passes for no limit.
struct KnownRule {
  enum class Type : std::uint8_t { number, flag, text };
  std::string_view key;
  Type type;
  std::string_view meaning;
};

[[nodiscard]] const std::vector<KnownRule>& known_rules();

class Catalogue {
 public:
  /// The data in the binary, loaded once; with the directory of `use_directory` laid over it, where one was given.
  [[nodiscard]] static const Catalogue& built_in();

  /// From now on `built_in` is `with_directory(directory)`. Called once, by a program that starts, before anything else
  /// asks for the catalogue: what was made from it before does not change.
  [[nodiscard]] static Result<void> use_directory(const std::string& directory);

  /// The built-in data with `directory` laid over it: DIRECTORY/<scheme>/<file>. Layouts and tables replace those of
  /// the same name, reasons those of the same code, rules those of the same key, profiles and calendar years
  /// those of the same name. A folder that is no known scheme adds one and needs a scheme.toml.
  [[nodiscard]] static Result<Catalogue> with_directory(const std::string& directory);

  [[nodiscard]] const std::vector<Scheme>& schemes() const { return schemes_; }  // Sorted by name.
  [[nodiscard]] const Scheme* find(std::string_view name) const;
  /// The scheme that writes or reads `format`, such as "pain.008.001.08", "camt.054.001.08" or "nacha".
  [[nodiscard]] const Scheme* find_by_format(std::string_view format) const;

 private:
  std::vector<Scheme> schemes_;

  [[nodiscard]] Result<void> add_file(std::string_view path, std::string_view bytes, const std::string& shown_as);
  [[nodiscard]] Result<void> check() const;
};

}  // namespace counterfoil
