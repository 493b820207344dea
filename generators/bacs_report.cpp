#include "generators/bacs_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/money.hpp"
#include "generators/hashed_output.hpp"

namespace counterfoil {
namespace {

constexpr std::array report_formats{"bacs-report.input", "bacs-report.arudd", "bacs-report.addacs",
                                    "bacs-report.auddis"};

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '"':
        made += "&quot;";
        break;
      default:
        made += c;
    }
  }
  return made;
}

std::string pounds(std::int64_t minor) { return Money{minor, *Currency::parse("GBP")}.decimal(); }

std::string day_of(std::optional<Date> day) { return day ? iso_date(*day) : std::string{"^^-^^-^^"}; }

/// "20-29-59", as returned debits and input reports write it.
std::string with_hyphens(std::string_view sort_code) {
  if (sort_code.size() != 6) return std::string{sort_code};
  return fmt::format("{}-{}-{}", sort_code.substr(0, 2), sort_code.substr(2, 2), sort_code.substr(4, 2));
}

/// "0" of "ARUDD-0".
std::string_view code_of(std::string_view reason) { return reason.substr(reason.find('-') + 1); }

class ReportWriter {
 public:
  ReportWriter(const WriteOrder& order, EntrySource& entries, ByteTarget& target)
      : order_{order}, head_{order.head}, entries_{entries}, out_{target} {}

  Result<WrittenFile> write() {
    put("<?xml version = '1.0' encoding = 'UTF-8'?>\n<BACSDocument>\n<Data>\n");
    const auto written = order_.format == "bacs-report.input"    ? write_input()
                         : order_.format == "bacs-report.arudd"  ? write_returned()
                         : order_.format == "bacs-report.addacs" ? write_advices()
                                                                 : write_instructions_accepted();
    if (!written) return std::unexpected(written.error());
    put("</Data><SignatureMethod>none</SignatureMethod><Signature></Signature></BACSDocument>\n");
    auto digest = out_.finish();
    if (!digest) return std::unexpected(digest.error());
    return WrittenFile{.bytes = out_.bytes(), .entries = count_, .sum_minor = sum_, .sha256 = *std::move(digest)};
  }

 private:
  void put(std::string_view text) { out_.text() += text; }

  /// Calls `write` for each entry of a batch.
  template <typename Write>
  Result<void> each_entry(std::size_t batch, Write write) {
    Entry entry;
    while (true) {
      const auto more = entries_.next(batch, entry);
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
      ++count_;
      sum_ += entry.amount_minor;
      write(entry);
      if (auto passed = out_.pass_on(); !passed) return passed;
    }
  }

  Result<void> write_returned() {
    put(fmt::format("<ARUDD><Header reportType=\"REFT2018\" adviceNumber=\"{}\" currentProcessingDate=\"{}\"/>\n"
                    "<AddresseeInformation name=\"{}\"/><ServiceLicenseInformation userName=\"{}\" userNumber=\"{}\"/>\n"
                    "<Advice><OriginatingAccountRecords>\n",
                    escaped(head_.message_id), day_of(head_.created_on), escaped(head_.receiver_name),
                    escaped(head_.receiver_name), escaped(head_.receiver)));
    for (std::size_t i = 0; i < order_.batches.size(); ++i) {
      const auto& batch = order_.batches[i];
      const auto count_before = count_;
      const auto sum_before = sum_;
      put(fmt::format("<OriginatingAccountRecord><OriginatingAccount name=\"{}\" number=\"{}\" sortCode=\"{}\" "
                      "type=\"0\"/>\n",
                      escaped(batch.creditor_name), escaped(batch.creditor_account),
                      with_hyphens(batch.creditor_bank)));
      const auto done = each_entry(i, [&](const Entry& entry) {
        put(fmt::format("<ReturnedDebitItem ref=\"{}\" transCode=\"{}\" returnCode=\"{}\" returnDescription=\"{}\" "
                        "originalProcessingDate=\"{}\" valueOf=\"{}\" currency=\"GBP\"><PayerAccount number=\"{}\" "
                        "ref=\"{}\" name=\"{}\" sortCode=\"{}\"/></ReturnedDebitItem>\n",
                        escaped(entry.mandate), escaped(entry.transaction_code), code_of(entry.reason),
                        escaped(entry.reason_text), day_of(entry.collect_on), pounds(entry.amount_minor),
                        escaped(entry.payer_account), escaped(entry.mandate), escaped(entry.payer_name),
                        with_hyphens(entry.payer_bank)));
      });
      if (!done) return done;
      put(fmt::format("<Totals numberOf=\"{}\" valueOf=\"{}\" currency=\"GBP\"/></OriginatingAccountRecord>\n",
                      count_ - count_before, pounds(sum_ - sum_before)));
    }
    put("</OriginatingAccountRecords></Advice></ARUDD>\n");
    return {};
  }

  void put_advice_head(std::string_view kind, std::string_view report) {
    put(fmt::format("<MessagingAdvices>\n<MessagingHeader document-number=\"0\" advice-type=\"{}\" user-number=\"{}\" "
                    "stream-identifier=\"0\" envelope-sequence-number=\"{}\" report-generation-date=\"{}\" "
                    "user-name=\"{}\" report-type=\"{}\"/>\n<AddresseeInformation name=\"0\"/>\n",
                    kind, escaped(head_.receiver), escaped(head_.message_id), day_of(head_.created_on),
                    escaped(head_.receiver_name), report));
  }

  Result<void> write_advices() {
    put_advice_head("ADDACS", "7001");
    for (std::size_t i = 0; i < order_.batches.size(); ++i) {
      const auto done = each_entry(i, [&](const Entry& entry) {
        put(fmt::format("<MessagingAdvice user-number=\"{}\" record-type=\"A\" effective-date=\"{}\" reference=\"{}\" "
                        "payer-name=\"{}\" payer-account-number=\"{}\" payer-sort-code=\"{}\" reason-code=\"{}\" "
                        "aosn=\"{:08}\"",
                        escaped(head_.receiver), day_of(head_.created_on), escaped(entry.mandate),
                        escaped(entry.payer_name), escaped(entry.payer_account), escaped(entry.payer_bank),
                        code_of(entry.reason), count_));
        if (const auto blank = entry.amended_account.find(' '); blank != std::string_view::npos) {
          put(fmt::format(" payer-new-sort-code=\"{}\" payer-new-account-number=\"{}\"",
                          escaped(entry.amended_account.substr(0, blank)),
                          escaped(entry.amended_account.substr(blank + 1))));
        }
        put("/>\n");
      });
      if (!done) return done;
    }
    put("<MessagingError/></MessagingAdvices>\n");
    return {};
  }

  Result<void> write_instructions_accepted() {
    put_advice_head("AUDACC", "7003");
    for (const auto& batch : order_.batches) {
      put(fmt::format("<MessagingAdvice user-number=\"{}\" record-type=\"V\" processing-date=\"{}\" "
                      "originator-file-number=\"{:03}\" work-code=\"1 DAILY\" file-type=\"LIVE\" accepted-ddi=\"{}\" "
                      "rejected-ddi=\"0\" vol-serial-number=\"{}\"/>\n",
                      escaped(head_.receiver), day_of(head_.created_on), batch.number, batch.count,
                      escaped(head_.original_message_id)));
    }
    put("<MessagingError/></MessagingAdvices>\n");
    return {};
  }

  Result<void> write_input() {
    put(fmt::format("<InputReport><Header reportType=\"REFT2013\" reportNumber=\"{}\"><ProducedOn date=\"{}\" "
                    "time=\"09:00:00\"/><ProcessingDate date=\"{}\"/></Header>\n"
                    "<Submission><SubmissionInformation volumeSerialNumber=\"{}\"/>\n",
                    escaped(head_.message_id), day_of(head_.created_on), day_of(head_.created_on),
                    escaped(head_.original_message_id)));
    for (const auto& batch : order_.batches) {
      put(fmt::format("<UserFile><InputUserFile><UserFileInformation userNumber=\"{0}\" userName=\"{1}\" "
                      "userFileNumber=\"{2:03}\" fileCurrency=\"GBP\" uhl1WorkCode=\"1 DAILY\" "
                      "uhl1ProcessingDate=\"{3}\"/><DaySection/><Errors/>\n"
                      "<InputReportSummary><AgreementOfFileTotals><DebitEntry><AcceptedRecords numberOf=\"{4}\" "
                      "valueOf=\"{5}\"/><RejectedRecords numberOf=\"0\" valueOf=\"0.00\"/><UserTrailerTotals "
                      "numberOf=\"{4}\" valueOf=\"{5}\"/><AdjustmentRecords numberOf=\"0\" valueOf=\"0.00\"/></DebitEntry>"
                      "</AgreementOfFileTotals></InputReportSummary></InputUserFile></UserFile>\n",
                      escaped(head_.receiver), escaped(head_.receiver_name), batch.number, day_of(batch.collect_on),
                      batch.count, pounds(batch.sum_minor)));
    }
    put("</Submission></InputReport>\n");
    return {};
  }

  const WriteOrder& order_;
  const FileHead& head_;
  EntrySource& entries_;
  HashedOutput out_;
  std::uint64_t count_ = 0;
  std::int64_t sum_ = 0;
};

}  // namespace

bool is_bacs_report(std::string_view format) {
  return std::ranges::find(report_formats, format) != report_formats.end();
}

Result<WrittenFile> write_bacs_report(const WriteOrder& order, EntrySource& entries, ByteTarget& target) {
  return ReportWriter{order, entries, target}.write();
}

}  // namespace counterfoil
