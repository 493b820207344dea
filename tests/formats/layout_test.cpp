// Layouts that load: what becomes of their lines in the plan.
#include "formats/layout.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "formats/lint.hpp"
#include "formats/totals.hpp"

namespace counterfoil {
namespace {

/// The example of docs/layout-language.md, so that what the page shows is what loads.
std::string example() {
  std::ifstream page{std::string{COUNTERFOIL_SOURCE_DIR} + "/docs/layout-language.md"};
  std::stringstream text;
  text << page.rdbuf();
  const std::string whole = text.str();
  const std::size_t begin = whole.find("layout club ");
  return whole.substr(begin, whole.find("```", begin) - begin);
}

std::string all_told(const LoadedLayout& loaded) {
  std::string text;
  for (const Finding& finding : loaded.findings) text += finding.message + "\n";
  return text;
}

std::shared_ptr<const LayoutPlan> plan_of(const std::string& text, const LayoutSurroundings& around = {}) {
  const LoadedLayout loaded = load_layout(text, "test.layout", around);
  EXPECT_NE(loaded.plan, nullptr) << all_told(loaded);
  return loaded.plan;
}

TEST(Layout, LoadsTheExampleOfItsPage) {
  const auto plan = plan_of(example());
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->name, "club");
  EXPECT_EQ(plan->records.size(), 2U);
  const FieldPlan* amount = plan->records[1].find_field("amount");
  ASSERT_NE(amount, nullptr);
  EXPECT_EQ(amount->first_column(), 16U);
  EXPECT_EQ(amount->last_column(), 25U);
  EXPECT_EQ(amount->bindings[0].name(), "entry.amount");
  EXPECT_EQ(plan->totals.size(), 3U);
  EXPECT_EQ(plan->code_lists[0].codes.size(), 11U) << "one blank, one paid, nine unpaid";
  EXPECT_TRUE(lint_layout(*plan).empty()) << lint_layout(*plan)[0].message;
}

TEST(Layout, GivesEveryCodeAllWordsItsListSpeaksOf) {
  const auto plan = plan_of(example());
  ASSERT_NE(plan, nullptr);
  const CodeListPlan& list = plan->code_lists[0];
  for (const CodePlan& code : list.codes) EXPECT_EQ(code.sets.size(), 1U) << code.value;
  EXPECT_EQ(list.find("05")->sets[0].literal, "returned");
  EXPECT_EQ(list.find("")->sets[0].literal, "none") << "a word that no mark speaks of says nothing";
  EXPECT_EQ(list.find("10"), nullptr);
  EXPECT_EQ(list.unknown.sets[0].literal, "unknown");
}

TEST(Layout, FollowsTheOrderAndKnowsWhatIsMissing) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  ASSERT_NE(plan, nullptr);
  const OrderTable& order = plan->order_table;
  const auto record = [&](std::string_view name) {
    return static_cast<std::size_t>(plan->find_record(name) - plan->records.data());
  };
  const auto next = [&](std::uint16_t state, std::string_view name) {
    return order.next[state * plan->records.size() + record(name)];
  };
  const std::uint16_t header = next(0, "file_header");
  ASSERT_NE(header, 0);
  const std::uint16_t batch = next(header, "batch_header");
  ASSERT_NE(batch, 0);
  EXPECT_NE(next(header, "file_control"), 0) << "a file without batches";
  const std::uint16_t entry = next(batch, "entry");
  EXPECT_NE(next(entry, "return_addenda"), 0);
  EXPECT_EQ(next(entry, "batch_header"), 0);
  const OrderTable::Skip& skip = order.skip[entry * plan->records.size() + record("batch_header")];
  ASSERT_EQ(skip.missing.size(), 1U);
  EXPECT_EQ(plan->families[skip.missing[0]], "batch_control");
  ASSERT_EQ(order.end[entry].missing.size(), 2U);
  EXPECT_EQ(plan->families[order.end[entry].missing[1]], "file_control");
}

TEST(Layout, TakesFieldsOverFromTheRecordItIsLike) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  ASSERT_NE(plan, nullptr);
  const RecordPlan* rejected = plan->find_record("rejected_entry");
  ASSERT_NE(rejected, nullptr);
  EXPECT_TRUE(rejected->roles.opens_entry);
  EXPECT_EQ(rejected->family, plan->find_record("entry")->family);
  EXPECT_NE(rejected->find_field("amount"), nullptr);
  EXPECT_EQ(rejected->find_field("trace"), nullptr) << "its columns hold the reject code";
  EXPECT_NE(rejected->find_field("reject_code"), nullptr);
}

TEST(Variant, ReplacesOnlyWhatItNames) {
  const std::string base = example();
  const LayoutSurroundings around{.base = [&](std::string_view name) -> std::optional<SchemeText> {
                                    if (name != "club") return std::nullopt;
                                    return SchemeText{base, "club.layout"};
                                  },
                                  .catalogue = nullptr};
  const auto plan = plan_of(
      "variant club-harbour \"Dues, Harbour Bank\" of club\n"
      "line ends crlf\n"
      "record due\n"
      "  26-35   10  text  account  -> entry.payer_account  sensitive\n"
      "  36-38    3  text  branch   -> entry.payer_bank\n",
      around);
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->name, "club-harbour");
  EXPECT_EQ(plan->variant_of, "club");
  EXPECT_EQ(plan->line_end, LineEnd::crlf);
  const RecordPlan* due = plan->find_record("due");
  ASSERT_NE(due, nullptr);
  EXPECT_EQ(due->find_field("account")->at.length, 10U);
  EXPECT_NE(due->find_field("branch"), nullptr);
  EXPECT_NE(due->find_field("amount"), nullptr);
  EXPECT_EQ(plan->totals.size(), 3U);
}

TEST(Variant, QuotesTheTextAMistakeStandsIn) {
  const std::string base = example();
  const LayoutSurroundings around{.base = [&](std::string_view) { return SchemeText{base, "club.layout"}; },
                                  .catalogue = nullptr};
  const LoadedLayout loaded = load_layout(
      "variant club-harbour \"Dues\" of club\nrecord due\n  26-36   11  text  account  -> entry.payer_account\n",
      "harbour.layout", around);
  EXPECT_EQ(loaded.plan, nullptr);
  ASSERT_FALSE(loaded.findings.empty());
  EXPECT_EQ(loaded.findings[0].code, "layout.gap");
  EXPECT_EQ(loaded.findings[0].place.file, "club.layout")
      << "the gap shows at the next field, which stands in the base";
}

// Ran down the stack: each of the two asked the other for its family.
TEST(Variant, OfRecordsThatAreLikeEachOtherIsAMistakeAndNoEnd) {
  const std::string base = example();
  const LayoutSurroundings around{.base = [&](std::string_view) { return SchemeText{base, "club.layout"}; },
                                  .catalogue = nullptr};
  const LoadedLayout loaded = load_layout(
      "variant club-harbour \"Dues\" of club\n"
      "record here like there when 1-1 = \"X\"\n"
      "record there like here when 1-1 = \"Y\"\n",
      "harbour.layout", around);
  EXPECT_EQ(loaded.plan, nullptr);
  EXPECT_NE(all_told(loaded).find("no other record of the layout"), std::string::npos) << all_told(loaded);
}

TEST(BuiltInLayouts, LoadWithoutFindingsAndPassTheLint) {
  for (const Finding& finding : LayoutLibrary::built_in().findings())
    ADD_FAILURE() << finding.place.file << ":" << finding.place.line << " " << finding.message;
  EXPECT_GE(LayoutLibrary::built_in().plans().size(), 2U);
  for (const auto& plan : LayoutLibrary::built_in().plans()) {
    for (const Finding& finding : lint_layout(*plan)) {
      if (finding.severity != Severity::note)
        ADD_FAILURE() << plan->name << ":" << finding.place.line << " " << finding.message;
    }
  }
}

TEST(Lint, FindsRecordsThatAreNeverRecognisedAndRecordsOutsideTheOrder) {
  std::string text = example();
  const std::size_t order = text.find("order\n");
  text.insert(order,
              "record late \"Never seen\" opens entry when 1-2 = \"D9\"\n  from H \"page 5\" sure A\n   1-1   1  text  "
              "kind  = \"D\"\n   2-40 39  filler  rest\n\n");
  const auto plan = plan_of(text);
  ASSERT_NE(plan, nullptr);
  std::string codes;
  for (const Finding& finding : lint_layout(*plan)) codes += finding.code + " ";
  EXPECT_EQ(codes, "lint.not-in-order lint.unreachable ");
}

TEST(TotalsKeeper, FillsWhatItChecks) {
  const auto plan = plan_of(example());
  ASSERT_NE(plan, nullptr);
  TotalsKeeper totals{*plan};
  totals.open(Scope::file);
  totals.add(0, "H202611030000200000002400               ");
  totals.add(1, "D0001ANNA      0000001200             00");
  EXPECT_EQ(totals.value(2), 1U) << "its own number";
  totals.add(1, "D0002BERT      0000001200             01");
  EXPECT_EQ(totals.value(0), 2U);
  EXPECT_EQ(totals.value(1), 2400U);
  EXPECT_FALSE(totals.is_spoiled(1));
  totals.add(1, "D0003CARL      00000X1200             01");
  EXPECT_TRUE(totals.is_spoiled(1));
  EXPECT_FALSE(totals.is_spoiled(0));
  totals.open(Scope::file);
  EXPECT_EQ(totals.value(0), 0U);
}

TEST(TotalsKeeper, IsSpoiledRatherThanWrapped) {
  const auto plan = plan_of(example());
  ASSERT_NE(plan, nullptr);
  TotalsKeeper totals{*plan};
  totals.open(Scope::file);
  std::vector<std::int64_t> numbers(plan->records[1].fields.size(), INT64_MAX / 2 + 1);
  const std::vector<std::uint8_t> bad(numbers.size(), 0);
  const std::vector<std::uint64_t> marks(numbers.size(), 0);
  totals.add_decoded(1, numbers.data(), bad.data(), marks.data(), std::string(40, ' '));
  EXPECT_FALSE(totals.is_spoiled(1));
  totals.add_decoded(1, numbers.data(), bad.data(), marks.data(), std::string(40, ' '));
  EXPECT_TRUE(totals.is_spoiled(1));
}

TEST(Bindings, ReachEveryMemberByItsName) {
  FileHead file;
  BatchHead batch;
  Entry entry;
  Settings settings;
  const Words words{&file, &batch, &entry, &settings};
  for (const Binding& binding : known_bindings()) {
    const auto bound = find_binding(binding.name);
    ASSERT_TRUE(bound.has_value()) << binding.name;
    if (binding.kind == BindingKind::clock) continue;
    const char* literal = binding.kind == BindingKind::text        ? "x"
                          : binding.kind == BindingKind::date      ? "2026-11-03"
                          : binding.kind == BindingKind::flag      ? "yes"
                          : binding.kind == BindingKind::currency  ? "USD"
                          : binding.kind == BindingKind::direction ? "credit"
                          : binding.kind == BindingKind::outcome   ? "returned"
                          : binding.kind == BindingKind::sequence  ? "FRST"
                          : binding.kind == BindingKind::level     ? "batch"
                          : binding.kind == BindingKind::event     ? "ended"
                                                                   : "7";
    ASSERT_TRUE(set_bound(*bound, words, literal)) << binding.name;
    std::string scratch;
    EXPECT_EQ(bound_text(*bound, {&file, &batch, &entry}, scratch), literal) << binding.name;
  }
  EXPECT_FALSE(find_binding("entry.nothing").has_value());
  EXPECT_FALSE(find_binding("creditor.").has_value());
  const auto setting = find_binding("creditor.nacha.immediate_origin");
  ASSERT_TRUE(setting.has_value());
  ASSERT_TRUE(set_bound(*setting, words, "1234567890"));
  EXPECT_EQ(settings.at("nacha.immediate_origin"), "1234567890");
}

}  // namespace
}  // namespace counterfoil
