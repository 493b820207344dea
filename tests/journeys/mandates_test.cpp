// What mandates allow and forbid, seen from the command line.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

constexpr auto account = "DE02120300000000202051";

/// One payer with one mandate and so many bills.
void one_payer(const House& house, std::string_view mandate_columns, std::string_view mandate_values, int bills) {
  house.make_environment();
  house.add_creditor("sepa", "iso20022");
  house.write("payers.csv", payers_csv(1));
  house.write("mandates.csv", fmt::format("reference,payer,payer_name,account,signed_on{}\nM-1,F-0001,Payer Number 1,{},"
                                          "2026-01-15{}\n",
                                          mandate_columns, account, mandate_values));
  std::string text = "number,payer,mandate,due_on,currency,amount,charge,charge_text,notified_on,text\n";
  for (int i = 1; i <= bills; ++i) {
    text += fmt::format("BILL-{0},F-0001,M-1,2026-12-01,EUR,1{0}.00,rent,Rent,2026-11-01,Bill {0}\n", i);
  }
  house.write("bills.csv", text);
  for (const std::string what : {"payer", "mandate", "bill"}) {
    auto words = std::vector<std::string>{what, "import", house.path(what + "s.csv")};
    if (what == "mandate") words.insert(words.end(), {"--creditor", "sepa"});
    const auto imported = house.run(words);
    ASSERT_EQ(imported.exit, 0) << imported.out << imported.err;
  }
}

TEST(OneOffMandate, IsNotClaimedTwiceByTwoBatchesThatWereNotSent) {
  House house;
  one_payer(house, ",type", ",one-off", 2);
  ASSERT_EQ(house.run({"bill", "approve", "BILL-1", "--as", "anna"}).exit, 0);
  const std::vector<std::string> create{"batch", "create", "--creditor", "sepa", "--collect", "2026-12-01", "--json"};
  const auto first = house.run(create).json();
  ASSERT_EQ(first["claims"], 1) << first;
  ASSERT_EQ(house.run({"bill", "approve", "BILL-2", "--as", "anna"}).exit, 0);
  const auto explained = house.run({"bill", "explain", "BILL-2", "--collect", "2026-12-01"});
  EXPECT_NE(explained.out.find("already in batch " + first["batch"].get<std::string>()), std::string::npos)
      << explained.out << explained.err;
  const auto plan = house.run({"batch", "plan", "--creditor", "sepa", "--collect", "2026-12-01", "--json"}).json();
  EXPECT_EQ(plan["claims"], 0) << plan;
  EXPECT_NE(plan.dump().find("mandate-used"), std::string::npos) << plan;
  ASSERT_EQ(house.run({"batch", "void", first["batch"], "--why", "test", "--confirm", first["batch"]}).exit, 0);
  const auto second = house.run(create).json();
  EXPECT_EQ(second["claims"], 1) << "one of the two bills, now that the other batch is void: " << second;
  EXPECT_EQ(house.run({"batch", "seal", second["batch"]}).exit, 0);
  EXPECT_EQ(house.broken(), "");
}

}  // namespace
}  // namespace counterfoil::testing
