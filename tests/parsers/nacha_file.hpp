// Small NACHA files for tests, right in every column, to be spoilt by the test that asks for one.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace counterfoil::tests {

/// Records of a file in the making. Controls are right when the file is taken; a test may spoil records before or
/// after.
class NachaFile {
 public:
  struct Line {
    std::string code = "27", bank = "123456780", account = "1234567", reference = "UNIT-0042", name = "DOE JANE",
                more = "  ";
    std::int64_t amount = 12550;
    std::vector<std::string> addenda = {};  // Columns 2-79; the trace follows.
  };

  NachaFile() {
    add(fmt::format("101 07640125112345678902611020930A094101{:<23}{:<23}{:8}", "EXAMPLE BANK", "COUNTERFOIL TEST CO",
                    ""));
  }

  NachaFile& batch(const std::string& sec, const std::vector<Line>& lines, const std::string& service = "225",
                   const std::string& description = "HOA DUES") {
    ++batches_;
    add(fmt::format("5{}{:<16}{:20}1234567890{}{:<10}NOV 26261103   107640125{:07}", service, "EXAMPLE ESTATES", "",
                    sec, description, batches_));
    std::uint64_t count = 0, hash = 0, debit = 0, credit = 0, sequence = 0;
    for (const Line& line : lines) {
      ++sequence;
      const std::string trace = fmt::format("07640125{:07}", sequence);
      add(fmt::format("6{}{}{:<17}{:010}{:<15}{:<22}{:<2}{}{}", line.code, line.bank, line.account, line.amount,
                      line.reference, line.name, line.more, line.addenda.empty() ? 0 : 1, trace));
      ++count;
      hash += std::stoull(line.bank.substr(0, 8));
      const bool is_credit = line.code[1] >= '1' && line.code[1] <= '4';
      (is_credit ? credit : debit) += static_cast<std::uint64_t>(line.amount);
      for (const std::string& addenda : line.addenda) {
        add("7" + addenda + (addenda.starts_with("05") ? "" : trace));
        ++count;
      }
    }
    add(fmt::format("8{}{:06}{:010}{:012}{:012}1234567890{:25}07640125{:07}", service, count, hash % 10'000'000'000U,
                    debit, credit, "", batches_));
    entries_ += count;
    hash_ += hash % 10'000'000'000U;
    debit_ += debit;
    credit_ += credit;
    return *this;
  }

  NachaFile& close() {
    const std::size_t count = records.size() + 1;
    add(fmt::format("9{:06}{:06}{:08}{:010}{:012}{:012}{:39}", batches_, (count + 9) / 10, entries_,
                    hash_ % 10'000'000'000U, debit_, credit_, ""));
    while (records.size() % 10 != 0) add(std::string(94, '9'));
    return *this;
  }

  [[nodiscard]] std::string text(std::string_view line_end = "\n") const {
    std::string file;
    for (const std::string& record : records) file.append(record).append(line_end);
    return file;
  }

  std::vector<std::string> records;

  static std::string returned(std::string_view code, std::string_view trace = "076401250000001") {
    return fmt::format("99{}{}{:6}12345678{:44}", code, trace, "", "");
  }
  static std::string change(std::string_view code, std::string_view data, std::string_view trace = "076401250000001") {
    return fmt::format("98{}{}{:6}12345678{:<29}{:15}", code, trace, "", data, "");
  }

 private:
  std::uint64_t batches_ = 0, entries_ = 0, hash_ = 0, debit_ = 0, credit_ = 0;

  void add(std::string record) {
    record.resize(94, ' ');
    records.push_back(std::move(record));
  }
};

/// Two debits of two accounts, a prenote and a batch of credits: every total has something to say.
[[nodiscard]] inline NachaFile forward_file() {
  NachaFile file;
  file.batch("PPD",
             {{},
              {.code = "37", .bank = "076401251", .reference = "UNIT-0043", .name = "ROE RICHARD", .amount = 8000},
              {.code = "28", .reference = "UNIT-0044", .name = "NEWMAN ANN", .amount = 0}});
  file.batch("CCD",
             {{.code = "22", .reference = "REFUND-1", .name = "BEST CO", .amount = 990},
              {.reference = "FEE-1", .name = "BEST CO", .amount = 125}},
             "200");
  return file.close();
}

[[nodiscard]] inline NachaFile return_file() {
  NachaFile file;
  file.batch("PPD", {{.code = "26", .bank = "076401251", .addenda = {NachaFile::returned("R01")}},
                     {.code = "36",
                      .bank = "076401251",
                      .reference = "UNIT-0043",
                      .amount = 8000,
                      .addenda = {NachaFile::returned("R10", "076401250000002")}}});
  file.batch("COR", {{.code = "26",
                      .bank = "076401251",
                      .reference = "UNIT-0044",
                      .amount = 0,
                      .addenda = {NachaFile::change("C03", "123456780   987654321", "076401250000003")}}});
  return file.close();
}

}  // namespace counterfoil::tests
