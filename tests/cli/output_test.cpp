#include "apps/cli/output.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

TEST(Printable, CannotSteerATerminal) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(printable("M\xFCller"), "M\\xfcller");
  EXPECT_EQ(printable("\xC3\xBC \xE5\xBC\xA0"), "\xC3\xBC \xE5\xBC\xA0");
  EXPECT_EQ(printable("\xC2\x9B"), "\\xc2\\x9b");
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\u202e");
}

TEST(PlaceText, SaysAsMuchAsIsKnown) {
  EXPECT_EQ(place_text({}), "");
  EXPECT_EQ(place_text({.file = "a.csv", .line = 3, .column_first = 4, .column_last = 9, .field = "amount"}),
            "a.csv, line 3, columns 4-9, field amount");
  EXPECT_EQ(place_text({.line = 1, .column_first = 2, .column_last = 2}), "line 1, column 2");
}

TEST(TextTable, AlignsByWidthOnATerminal) {
  TextTable table{{{"name"}, {"sum", TextTable::Align::right}}};
  table.add({"\xE7\x8E\x8B\xE5\xB0\x8F\xE6\x98\x8E", "1.00"});
  table.add({"Anna Example", "12.00"});
  EXPECT_EQ(table.text(),
            "name            sum\n\xE7\x8E\x8B\xE5\xB0\x8F\xE6\x98\x8E         1.00\nAnna Example  12.00\n");
}

TEST(ErrorText, HasWhatWhereAndNext) {
  const Error error{"claims.iban",
                    "...3000 is not a valid IBAN.",
                    "Ask the payer.",
                    {.file = "c.csv", .line = 2, .field = "payer_account"},
                    ErrorKind::input};
  EXPECT_EQ(error_text(error),
            "error claims.iban: ...3000 is not a valid IBAN.\n"
            "  where  c.csv, line 2, field payer_account\n"
            "  next   Ask the payer.\n");
  EXPECT_EQ(
      error_json(error).text(),
      R"({"schema":"counterfoil.error.v1","code":"claims.iban","exit":5,"file":"c.csv","line":2,"field":"payer_account","message":"...3000 is not a valid IBAN.","remedy":"Ask the payer."})");
}

TEST(ErrorText, KeepsTheCaretOfALayoutBelowItsColumn) {
  const Error error{"layout.syntax", "A name was expected.\nrecord 5\n       ^", "Write a name.", {}};
  EXPECT_EQ(error_text(error),
            "error layout.syntax: A name was expected.\n    record 5\n           ^\n  next   Write a name.\n");
}

TEST(ExitCode, IsOneForEachKindOfError) {
  EXPECT_EQ(exit_code(ErrorKind::failed), 1);
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::refused), 4);
  EXPECT_EQ(exit_code(ErrorKind::input), 5);
  EXPECT_EQ(exit_code(ErrorKind::conflict), 6);
  EXPECT_EQ(exit_code(ErrorKind::outcome_unknown), 7);
  EXPECT_EQ(exit_code(ErrorKind::temporary), 75);
}

}  // namespace
}  // namespace counterfoil
