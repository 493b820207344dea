// How fast are camt.053 and pain.002 read? The reader beside bare SAX2 push with empty handlers, over the same bytes,
// which are made while they are read so that the memory of the reader shows.
//
//   xml_read_bench [MEGABYTES]
#include <libxml/parser.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace {

using namespace counterfoil;

/// A document that is one piece repeated between a head and a tail.
struct Made {
  std::string head, piece, tail;
  std::uint64_t repeats = 0;
};

Made make_pain002(std::uint64_t bytes) {
  Made made;
  made.head =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\">\n  <CstmrPmtStsRpt>\n    <GrpHdr>\n"
      "      <MsgId>BENCH-1</MsgId>\n      <CreDtTm>2026-11-02T09:30:00</CreDtTm>\n    </GrpHdr>\n    "
      "<OrgnlGrpInfAndSts>\n"
      "      <OrgnlMsgId>CF-20261102-0001</OrgnlMsgId>\n      <OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>\n    "
      "</OrgnlGrpInfAndSts>\n"
      "    <OrgnlPmtInfAndSts>\n      <OrgnlPmtInfId>CF-20261102-0001-1</OrgnlPmtInfId>\n";
  made.piece =
      "      <TxInfAndSts>\n        <OrgnlInstrId>B000123-1</OrgnlInstrId>\n        "
      "<OrgnlEndToEndId>B000123-1</OrgnlEndToEndId>\n"
      "        <TxSts>RJCT</TxSts>\n        <StsRsnInf>\n          <Rsn>\n            <Cd>AC04</Cd>\n          "
      "</Rsn>\n        </StsRsnInf>\n"
      "        <OrgnlTxRef>\n          <Amt>\n            <InstdAmt Ccy=\"EUR\">150.50</InstdAmt>\n          </Amt>\n"
      "          <ReqdColltnDt>2026-11-17</ReqdColltnDt>\n          <MndtRltdInf>\n            "
      "<MndtId>M-000042</MndtId>\n"
      "            <DtOfSgntr>2025-03-01</DtOfSgntr>\n          </MndtRltdInf>\n          <Dbtr>\n            <Pty>\n"
      "              <Nm>Anna Muster</Nm>\n            </Pty>\n          </Dbtr>\n          <DbtrAcct>\n            "
      "<Id>\n"
      "              <IBAN>NL91ABNA0417164300</IBAN>\n            </Id>\n          </DbtrAcct>\n          <DbtrAgt>\n  "
      "          <FinInstnId>\n"
      "              <BICFI>ABNANL2AXXX</BICFI>\n            </FinInstnId>\n          </DbtrAgt>\n        "
      "</OrgnlTxRef>\n      </TxInfAndSts>\n";
  made.tail = "    </OrgnlPmtInfAndSts>\n  </CstmrPmtStsRpt>\n</Document>\n";
  made.repeats = bytes / made.piece.size();
  return made;
}

Made make_camt053(std::uint64_t bytes) {
  Made made;
  made.head =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n  <BkToCstmrStmt>\n    <GrpHdr>\n      "
      "<MsgId>BENCH-2</MsgId>\n"
      "      <CreDtTm>2026-11-02T09:30:00</CreDtTm>\n    </GrpHdr>\n    <Stmt>\n      <Id>S-1</Id>\n      <Acct>\n     "
      "   <Id>\n"
      "          <IBAN>DE89370400440532013000</IBAN>\n        </Id>\n        <Ccy>EUR</Ccy>\n      </Acct>\n"
      "      <Bal>\n        <Tp>\n          <CdOrPrtry>\n            <Cd>OPBD</Cd>\n          </CdOrPrtry>\n        "
      "</Tp>\n"
      "        <Amt Ccy=\"EUR\">0.00</Amt>\n        <CdtDbtInd>CRDT</CdtDbtInd>\n        <Dt>\n          "
      "<Dt>2026-11-02</Dt>\n        </Dt>\n      </Bal>\n";
  made.piece =
      "      <Ntry>\n        <NtryRef>1</NtryRef>\n        <Amt Ccy=\"EUR\">53.00</Amt>\n        "
      "<CdtDbtInd>DBIT</CdtDbtInd>\n"
      "        <RvslInd>true</RvslInd>\n        <Sts>\n          <Cd>BOOK</Cd>\n        </Sts>\n        <BookgDt>\n    "
      "      <Dt>2026-11-02</Dt>\n"
      "        </BookgDt>\n        <ValDt>\n          <Dt>2026-11-02</Dt>\n        </ValDt>\n        "
      "<AcctSvcrRef>2026110200001</AcctSvcrRef>\n"
      "        <BkTxCd>\n          <Domn>\n            <Cd>PMNT</Cd>\n            <Fmly>\n              <Cd>IDDT</Cd>\n"
      "              <SubFmlyCd>UPDD</SubFmlyCd>\n            </Fmly>\n          </Domn>\n        </BkTxCd>\n        "
      "<NtryDtls>\n          <TxDtls>\n"
      "            <Refs>\n              <EndToEndId>B000123-1</EndToEndId>\n              <MndtId>M-000042</MndtId>\n "
      "           </Refs>\n"
      "            <Amt Ccy=\"EUR\">53.00</Amt>\n            <CdtDbtInd>DBIT</CdtDbtInd>\n            <AmtDtls>\n      "
      "        <InstdAmt>\n"
      "                <Amt Ccy=\"EUR\">50.00</Amt>\n              </InstdAmt>\n            </AmtDtls>\n            "
      "<Chrgs>\n              <Rcrd>\n"
      "                <Amt Ccy=\"EUR\">3.00</Amt>\n                <ChrgInclInd>true</ChrgInclInd>\n              "
      "</Rcrd>\n            </Chrgs>\n"
      "            <RltdPties>\n              <Dbtr>\n                <Pty>\n                  <Nm>Anna Muster</Nm>\n  "
      "              </Pty>\n"
      "              </Dbtr>\n              <DbtrAcct>\n                <Id>\n                  "
      "<IBAN>NL91ABNA0417164300</IBAN>\n                </Id>\n"
      "              </DbtrAcct>\n            </RltdPties>\n            <RmtInf>\n              <Ustrd>Service charge "
      "November 2026, bill 123</Ustrd>\n"
      "            </RmtInf>\n            <RtrInf>\n              <Rsn>\n                <Cd>MS03</Cd>\n              "
      "</Rsn>\n            </RtrInf>\n"
      "          </TxDtls>\n        </NtryDtls>\n      </Ntry>\n";
  made.tail = "    </Stmt>\n  </BkToCstmrStmt>\n</Document>\n";
  made.repeats = bytes / made.piece.size();
  return made;
}

/// Hands out the document in pieces of the usual size, made in a buffer that was filled once: copying costs little.
class MadeSource final : public ByteSource {
 public:
  explicit MadeSource(const Made& made) : made_{made} {
    while (block_.size() + made.piece.size() <= byte_piece_size) block_ += made.piece, ++pieces_in_block_;
  }
  Result<std::string_view> next() override {
    if (!head_given_) {
      head_given_ = true;
      return std::string_view{made_.head};
    }
    if (given_ < made_.repeats) {
      const std::uint64_t count = std::min(pieces_in_block_, made_.repeats - given_);
      given_ += count;
      return std::string_view{block_}.substr(0, count * made_.piece.size());
    }
    if (tail_given_) return std::string_view{};
    tail_given_ = true;
    return std::string_view{made_.tail};
  }

 private:
  const Made& made_;
  std::string block_;
  std::uint64_t pieces_in_block_ = 0, given_ = 0;
  bool head_given_ = false, tail_given_ = false;
};

class CountingSink final : public WordSink {
 public:
  void entry(const Entry& entry) override { ++entries, sum += entry.amount_minor; }
  void finding(const Finding&) override { ++findings; }
  std::uint64_t entries = 0, findings = 0;
  std::int64_t sum = 0;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double bare_seconds(const Made& made) {
  xmlSAXHandler handlers;
  std::memset(&handlers, 0, sizeof handlers);
  handlers.initialized = XML_SAX2_MAGIC;
  handlers.startElementNs = [](void*, const xmlChar*, const xmlChar*, const xmlChar*, int, const xmlChar**, int, int,
                               const xmlChar**) {};
  handlers.endElementNs = [](void*, const xmlChar*, const xmlChar*, const xmlChar*) {};
  handlers.characters = [](void*, const xmlChar*, int) {};
  handlers.ignorableWhitespace = handlers.characters;
  MadeSource source{made};
  const auto start = std::chrono::steady_clock::now();
  xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handlers, nullptr, nullptr, 0, nullptr);
  xmlCtxtUseOptions(parser, XML_PARSE_NONET);
  while (true) {
    const auto piece = source.next();
    if (piece->empty()) break;
    xmlParseChunk(parser, piece->data(), static_cast<int>(piece->size()), 0);
  }
  xmlParseChunk(parser, "", 0, 1);
  if (parser->wellFormed == 0) std::puts("the made document is not well-formed");
  xmlFreeParserCtxt(parser);
  return seconds_since(start);
}

double reader_seconds(const Made& made, CountingSink& sink) {
  MadeSource source{made};
  const auto start = std::chrono::steady_clock::now();
  ReadOptions options;
  const auto verdict = read_bank_file(source, options, sink);
  const double seconds = seconds_since(start);
  if (!verdict || *verdict == Verdict::refused) std::puts("the made document was refused");
  return seconds;
}

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void compare(const char* name, const Made& made) {
  const double megabytes = static_cast<double>(made.piece.size() * made.repeats) / 1e6;
  double bare = 1e9, ours = 1e9;
  CountingSink sink;
  for (int round = 0; round < 5; ++round) {
    bare = std::min(bare, bare_seconds(made));
    sink = {};
    ours = std::min(ours, reader_seconds(made, sink));
  }
  std::printf(
      "%-10s %6.0f MB  bare SAX2 push %6.1f MB/s  reader %6.1f MB/s  ratio %.2f (target >= 0.70)  %llu entries, %llu "
      "findings, peak %ld KiB\n",
      name, megabytes, megabytes / bare, megabytes / ours, bare / ours, static_cast<unsigned long long>(sink.entries),
      static_cast<unsigned long long>(sink.findings), peak_kilobytes());
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::uint64_t megabytes = argument_count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 150;
  compare("pain.002", make_pain002(megabytes * 1'000'000 / 10));
  compare("camt.053", make_camt053(megabytes * 1'000'000 / 10));
  compare("pain.002", make_pain002(megabytes * 1'000'000));
  compare("camt.053", make_camt053(megabytes * 1'000'000));
  return 0;
}
