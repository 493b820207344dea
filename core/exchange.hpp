// The exchange words: what a bank file says, free of any format. Parsers make them from bytes, generators
// make bytes from them, and the money tower never sees anything else of a file.
//
// Texts are views that stay valid only until the reader is asked to go on: a consumer that keeps a word copies it.
// An absent text is empty, an absent date is nullopt. Amounts are minor units (see core/money.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/finding.hpp"
#include "core/money.hpp"

namespace counterfoil {

/// What a file is for.
enum class FileKind : std::uint8_t {
  instruction,      // We ask the bank to collect.
  acknowledgement,  // The bank says what it took: pain.002, input report.
  returned,         // Returns and refunds.
  notice,           // Corrections of our data: NOC, ADDACS.
  settlement,       // Results of a collection with the money booked, such as a "304" answer or camt.054.
  statement,        // An account statement: camt.052, camt.053.
  mandate,
  empty,  // A proof of life without any entry.
  unknown,
};

/// What became of a claim, in words that fit every scheme.
enum class Outcome : std::uint8_t {
  none,       // No outcome: the entry is an instruction of ours.
  accepted,   // The bank took it; no money yet.
  pending,    // The bank has not decided.
  rejected,   // Refused before settlement.
  settled,    // Money booked to the creditor.
  returned,   // Came back after settlement.
  refunded,   // The payer asked for the money back.
  reversed,   // We gave it back.
  corrected,  // The entry stands; our data must change (NOC).
  cancelled,
  dishonored,  // NACHA: our bank refused a return.
  contested,   // NACHA: the other bank refused the dishonor.
  unknown,     // A code nobody knows. Never success.
};

enum class Direction : std::uint8_t { debit, credit };  // Seen from the payer of a collection: debit = we collect.

enum class SequenceType : std::uint8_t { none, first, recurring, final, one_off };  // FRST RCUR FNAL OOFF

/// What a mandate message tells of the mandate itself.
enum class MandateNews : std::uint8_t { none, created, changed, ended };

/// At which level of a file the bank spoke. A block or file outcome covers every claim below it that has none itself.
enum class Level : std::uint8_t { entry, block, file };

[[nodiscard]] std::string_view file_kind_name(FileKind kind);
[[nodiscard]] std::string_view outcome_name(Outcome outcome);
[[nodiscard]] std::string_view mandate_news_name(MandateNews event);  // "ended"; "" for none.
[[nodiscard]] std::optional<MandateNews> parse_mandate_news(std::string_view name);
[[nodiscard]] std::string_view direction_name(Direction direction);
[[nodiscard]] std::string_view sequence_type_code(SequenceType type);  // "FRST"; "" for none.
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view name);
[[nodiscard]] std::optional<SequenceType> parse_sequence_type(std::string_view code);

/// What only one scheme needs, under the name its layout or table uses: "nacha.immediate_origin".
using Settings = std::map<std::string, std::string, std::less<>>;

/// The head of a file.
struct FileHead {
  std::string_view scheme;      // Folder under schemes/: "nacha", "iso20022", "cn-304".
  std::string_view format;      // "nacha", "pain.002.001.10", "cn-304".
  FileKind kind = FileKind::unknown;
  std::string_view message_id;  // MsgId; for NACHA destination, origin, date, time and modifier joined; for 304 the file name field.
  std::string_view original_message_id;    // pain.002: the message this one answers.
  std::string_view original_message_name;  // pain.002 OrgnlMsgNmId, as written.
  std::optional<Date> created_on;
  std::string_view created;    // As ISO text, with the time where the file has one: "2026-11-02T09:30:00".
  std::string_view sender;     // Immediate origin, initiating party.
  std::string_view receiver;   // Immediate destination.
  std::string_view sender_name;
  std::string_view receiver_name;
  std::string_view file_modifier;  // NACHA file ID modifier.
  Currency currency;
  std::int64_t declared_count = -1;      // As the head declares it; -1 where it declares nothing.
  std::int64_t declared_sum_minor = -1;
  const Settings* settings = nullptr;    // Fields bound to "creditor.*", on writing and after reading.
};

/// A batch of a file: NACHA batch, pain.008 block (PmtInf), pain.002 block, the one batch of a 304 file.
struct BatchHead {
  std::uint32_t line = 0;
  std::string_view id;           // PmtInfId, batch number, 304 serial.
  std::string_view original_id;  // OrgnlPmtInfId.
  std::string_view instrument;   // SEC code, CORE or B2B, 304 business code.
  std::string_view service;      // NACHA service class, SEPA service level.
  SequenceType sequence = SequenceType::none;
  std::string_view creditor_name;
  std::string_view creditor_id;       // CI, company identification, company code.
  std::string_view creditor_account;  // IBAN or account number.
  std::string_view creditor_bank;     // BIC, ODFI identification (8 digits), agent bank number.
  std::string_view description;       // NACHA company entry description, 304 fee item code.
  std::string_view discretionary;     // NACHA company discretionary data.
  std::string_view descriptive_date;  // NACHA company descriptive date.
  std::optional<Date> collect_on;     // Requested collection or effective entry date.
  std::optional<Date> settled_on;     // NACHA settlement day with its year, bank's answer date.
  Currency currency;
  bool batch_booking = true;
  std::uint64_t number = 0;              // Position in the file from 1, or NACHA batch number.
  std::int64_t count = -1;               // On writing: entries that follow, planned. On reading: as declared, else -1.
  std::int64_t sum_minor = -1;           // On writing: their sum, planned. On reading: as declared, else -1.
  std::int64_t collected_count = -1;     // Result files that declare it (304): claims collected and their sum; -1 else.
  std::int64_t collected_sum_minor = -1;
};

/// One line that speaks of one claim, one batch or one booking: an instruction on the way out, an outcome on the way in.
struct Entry {
  std::uint32_t line = 0;      // Of its first record or element.
  std::uint32_t column = 0;    // Its first column in that line where one record holds several entries; 0 else.
  std::uint32_t position = 0;  // In the file from 1; together with the file it identifies the entry for good.
  Level level = Level::entry;

  // References. Kept verbatim, compared trimmed.
  std::string_view reference;       // End-to-end id, identification number, 304 detail number: ours, and it comes back.
  std::string_view instruction_id;  // InstrId.
  std::string_view mandate;         // UMR, agreement number.
  std::string_view trace;           // NACHA trace of this record.
  std::string_view original_trace;  // NACHA 99/98: our trace.
  std::string_view original_bank;   // NACHA original receiving DFI.
  std::string_view return_trace;    // Dishonored and contested returns.
  std::string_view bank_reference;  // AcctSvcrRef, TxId.
  std::string_view original_message_id;  // Where the entry itself names message and block: camt Refs, Btch.
  std::string_view original_batch_id;
  std::uint64_t sequence_number = 0;     // On writing: from it the layout makes trace or detail number.

  // Money.
  Direction direction = Direction::debit;
  Currency currency;
  std::int64_t amount_minor = 0;         // Of the claim. For a camt return: the original amount.
  std::int64_t booked_minor = -1;        // What hit the account where that is said separately; -1 else.
  std::int64_t charges_minor = 0;        // The bank's charge within booked_minor or beside it.
  std::int64_t collected_minor = -1;     // What was really collected where the file tells it apart from the amount asked; -1 else.
  std::uint64_t batch_count = 0;         // Level::block and batch bookings: claims covered, 0 if not said.

  // Parties.
  std::string_view payer_name;
  std::string_view payer_account;
  std::string_view payer_identity;   // Personal or organisation number, where the bank asks for it.
  std::string_view payer_bank;       // BIC, 9-digit routing number, 12-digit bank number.
  std::string_view account_kind;     // "checking", "savings", "ledger", "loan"; 304 bank class.
  std::string_view transaction_code; // NACHA, as written.
  std::string_view payer_country, payer_town, payer_postcode, payer_street, payer_building;
  std::string_view payer_address_line_1, payer_address_line_2;
  std::string_view ultimate_debtor;

  // Mandate data of an instruction.
  std::optional<Date> signed_on;
  SequenceType sequence = SequenceType::none;
  std::string_view amended_mandate;      // OrgnlMndtId.
  std::string_view amended_creditor_id;  // OrgnlCdtrSchmeId.
  std::string_view amended_creditor_name;
  std::string_view amended_account;      // OrgnlDbtrAcct; "SMNDA" for a new account at any bank.

  // Of a message about a mandate.
  MandateNews mandate_event = MandateNews::none;  // With outcome accepted it is so; with rejected it was refused.
  std::optional<Date> effective_on;                 // From when on.

  std::optional<Date> collect_on;
  std::optional<Date> booked_on;
  std::optional<Date> valued_on;
  std::string_view remittance;
  std::string_view purpose;
  std::string_view discretionary;  // NACHA columns 77-78.

  // Outcome.
  Outcome outcome = Outcome::none;
  bool is_prenote = false;
  bool is_booked = true;            // camt: only BOOK moves money.
  bool status_inherited = false;    // pain.002: the status came from the block or the file.
  bool is_reversal_flag = false;    // camt RvslInd.
  std::string_view status;          // As written: RJCT, ACCP, BOOK.
  std::string_view reason;          // As written: "R01", "MS03", "FSBR6040".
  std::string_view reason_text;     // The bank's own words.
  std::string_view corrected_data;  // NACHA 98, the 29 characters as written.
  std::string_view bank_transaction_code;  // "PMNT/IDDT/UPDD", or the proprietary code.
  std::uint32_t addenda = 0;        // Addenda records of this entry.
};

/// One account statement (camt.052, .053) or notification (.054) inside a file.
struct Statement {
  std::string_view id;
  std::string_view account;
  Currency currency;
  std::string_view sequence_number;  // ElctrncSeqNb or LglSeqNb.
  std::optional<Date> from, to;
  std::optional<std::int64_t> opening_minor, closing_minor;  // OPBD, else PRCD; CLBD. Credit positive.
  std::uint64_t credits = 0, debits = 0;  // Booked entries, counted.
  std::int64_t credit_minor = 0, debit_minor = 0;
};

/// Counted by the reader from the content; what a file declares and gets wrong is a finding.
struct FileCounts {
  std::uint64_t records = 0;   // Physical records or, for XML, 0.
  std::uint64_t batches = 0;
  std::uint64_t entries = 0;
  std::uint64_t addenda = 0;
  std::uint64_t prenotes = 0;
  FileKind kind = FileKind::unknown;  // What the whole content turned out to be; FileHead::kind knows only its beginning.
};

/// Takes the words of one file in the order of the file. An implementation that throws is a mistake of ours.
class WordSink {
 public:
  virtual ~WordSink() = default;
  virtual void file(const FileHead&) {}
  virtual void batch(const BatchHead&) {}
  virtual void entry(const Entry&) {}
  virtual void statement(const Statement&) {}  // At the end of the statement, after its entries.
  virtual void finding(const Finding&) {}
  virtual void end(const FileCounts&) {}
};

/// Hands over the words of a file to be written. `next` fills the entry and says whether there was one;
/// the views stay valid until the next call.
class EntrySource {
 public:
  virtual ~EntrySource() = default;
  /// Entries of batch `index` (from 0), in the order of `WriteOrder::batches`.
  [[nodiscard]] virtual Result<bool> next(std::size_t batch_index, Entry& entry) = 0;
};

/// Bytes in pieces, so that a file of any size passes in bounded memory.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next piece, valid until the next call; empty at the end.
  [[nodiscard]] virtual Result<std::string_view> next() = 0;
};

class ByteTarget {
 public:
  virtual ~ByteTarget() = default;
  [[nodiscard]] virtual Result<void> append(std::string_view bytes) = 0;
};

}  // namespace counterfoil
