// The keys that rules.toml and the switches of profiles.toml may use.
#include <algorithm>

#include "core/catalogue_parts.hpp"

namespace counterfoil {

const std::vector<KnownRule>& known_rules() {
  using enum KnownRule::Type;
  static const std::vector<KnownRule> rules{
      // Before the collection.
      {"lead_days", number, "Bank days between handing over the file and the collection day"},
      {"lead_days_core", number, "The same for SEPA CORE"},
      {"lead_days_b2b", number, "The same for SEPA B2B"},
      {"processing_days_before", number, "Bank days between the processing day a file names and the collection day"},
      {"most_days_ahead", number, "Calendar days by which a file may be early; no value: no limit known"},
      {"cut_off_time", text, "HH:MM after which a file counts as handed over the next bank day"},
      {"cut_off_zone", text, "Time zone of cut_off_time, such as Europe/Berlin"},
      {"notice_days", number, "Calendar days between the payer's notice and the collection day"},
      {"notice_changed_amount_days", number, "Calendar days of notice when the amount changes"},
      {"notice_changed_date_days", number, "Calendar days of notice when the date changes"},
      {"mandate_expiry_months", number, "Months without a collection after which a mandate lapses"},
      {"mandate_expiry_warning_days", number, "Days before that at which to warn"},
      {"mandate_keep_months", number, "Months to keep the proof of a mandate after it ended"},
      {"mandate_proof_days", number, "Bank days to hand over the proof of a mandate when asked"},
      {"prenote_wait_days", number, "Bank days from a prenote's settlement to the first live debit"},

      // After the collection.
      {"answer_days", number, "Bank days after the collection day at which a missing answer is an exception"},
      {"result_days", number, "Bank days within which the bank's result file must come"},
      {"return_days", number, "Bank days after settlement within which a return may come"},
      {"return_days_core", number, "The same for SEPA CORE"},
      {"return_days_b2b", number, "The same for SEPA B2B"},
      {"return_days_unauthorized", number,
       "Calendar days after settlement within which an unauthorized debit may come back"},
      {"refund_weeks_core", number, "Weeks in which the payer may have an authorized debit refunded"},
      {"refund_months_unauthorized", number, "Months in which the payer may have an unauthorized debit refunded"},
      {"reversal_days", number, "Bank days after settlement within which the creditor may reverse"},
      {"reversal_description", text, "Batch description a reversal must carry"},
      {"correction_days_r11", number, "Calendar days for a corrected entry after R11"},
      {"noc_apply_days", number, "Bank days in which a notification of change must be applied"},
      {"dishonor_days", number, "Bank days in which our bank may dishonor a return"},
      {"contest_days", number, "Bank days in which the other bank may contest the dishonor"},

      // Trying again.
      {"retry_most_times", number, "Presentations after the first one"},
      {"retry_within_days", number, "Calendar days after the first settlement within which a retry may settle"},
      {"retry_wait_days", number, "Calendar days between a return and the retry"},
      {"retry_new_notice", flag, "The payer is told of the new date before a retry, as of any collection"},
      {"retry_description", text, "Batch description a retry must carry"},
      {"retry_transaction_code", text, "Transaction code a retry must carry"},
      {"retry_own_batch", flag, "A retry must not share a batch with first presentations"},

      // Limits.
      {"amount_least_minor", number, "Smallest amount of one claim"},
      {"amount_most_minor", number, "Largest amount of one claim"},
      {"batch_sum_most_minor", number, "Largest sum of one batch"},
      {"file_sum_most_minor", number, "Largest sum of one file"},
      {"batch_entries_most", number, "Most entries (with addenda) of one batch"},
      {"file_entries_most", number, "Most entries (with addenda) of one file"},
      {"file_batches_most", number, "Most batches of one file"},
      {"same_day_most_minor", number, "Largest amount that can settle on the same day"},
      {"reference_most_length", number, "Longest reference that comes back whole"},
      {"trace_reuse_days", number, "Calendar days before a trace number may be used again"},
      {"match_days", number, "Calendar days back in which an answer may find its claim"},

      // Return rates of NACHA, in hundredths of a percent.
      {"return_rate_days", number, "Calendar days over which return rates are counted"},
      {"return_rate_unauthorized", number, "Unauthorized returns, in hundredths of a percent"},
      {"return_rate_administrative", number, "Administrative returns, in hundredths of a percent"},
      {"return_rate_overall", number, "All returns, in hundredths of a percent"},

      // Switches of profiles: how a bank wants the file.
      {"schema", text, "Schema of the bank's subset the file must be valid against"},
      {"one_instrument_per_file", flag, "CORE and B2B must not share a file"},
      {"initiating_party_id", text, "InitgPty/Id: none, creditor_id or given"},
      {"instruction_id_always", flag, "InstrId on every transaction"},
      {"writes_batch_booking", flag, "BtchBookg is written"},
      {"first_as", text, "A first collection is sent as RCUR or FRST"},
      {"transliteration", text, "epc: one base letter; german: ae oe ue ss"},
      {"address_form", text, "free, or lines: two lines and the country only"},
      {"lines_until", text, "Last settlement day of an address without town and country of its own"},
      {"line_ends", text, "crlf, lf or none"},
      {"charset", text, "gbk or gb18030"},
      {"balanced", flag, "Each batch ends with a credit of its sum to the creditor's own account"},
      {"origin_form", text, "routing: blank and nine digits; ten: ten characters as the bank gave them"},
      {"debits_and_credits_apart", flag, "Debits and credits must not share a file"},
      {"weak_reference", flag, "The format has no reference that comes back; two rows alike are refused"},
  };
  return rules;
}

namespace catalogue_parts {

const KnownRule* find_known_rule(std::string_view key) {
  const auto found = std::ranges::find(known_rules(), key, &KnownRule::key);
  return found == known_rules().end() ? nullptr : &*found;
}

}  // namespace catalogue_parts
}  // namespace counterfoil
