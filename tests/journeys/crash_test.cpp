// The program is ended at every named point and at random moments; the same command then finishes, and every invariant
// holds. COUNTERFOIL_CRASHES says how many random crashes (CI: few), COUNTERFOIL_SEED with which luck.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>

#include "tests/journeys/house.hpp"

namespace counterfoil::testing {
namespace {

constexpr int killed = 128 + 9;

/// One month as a list of commands; each may be given again at any time. Words in braces are filled in by earlier
/// answers.
struct Step {
  std::vector<std::string> words;
  std::string day;
  std::vector<std::string> points = {};  // Beginnings of the kill points it comes by.
  bool keeps_batch = false;              // Its answer names the batch and the digest.
};

class Month {
 public:
  explicit Month(std::string scheme) : scheme_{std::move(scheme)} {
    std::filesystem::create_directories(house.path("out"));
    std::filesystem::create_directories(house.path("in"));
    house.write("creditor.toml", creditor_toml(scheme_));
    house.write("edited.toml", "notice_days = 2\n" + creditor_toml(scheme_));
    house.write("payers.csv", payers_csv(flats));
    house.write("mandates.csv", mandates_csv(scheme_, flats));
    house.write("bills.csv", bills_csv(scheme_, flats, "2026-12-01"));
  }

  [[nodiscard]] std::vector<Step> steps() const {
    const std::string before = "2026-11-24";
    return {
        {{"init", "--environment", "test", "--operator", "paula", "--fast-and-unsafe"}, before, {"init.", "publish."}},
        {{"operator", "add", "anna", "--role", "approver"}, before, {"operator-add."}},
        {{"operator", "add", "otto", "--role", "releaser"}, before},
        {{"creditor", "add", "rent", "--file", house.path("creditor.toml")}, before, {"creditor-add."}},
        {{"payer", "import", house.path("payers.csv")}, before, {"payer-import."}},
        {{"mandate", "import", house.path("mandates.csv"), "--creditor", "rent"}, before, {"mandate-import."}},
        {{"mandate", "suspend", fmt::format("M{}-0001", letter()), "--why", "test"}, before, {"mandate-change."}},
        {{"payer", "edit", "F-0002", "--town", "Potsdam", "--why", "test"}, before, {"payer-edit."}},
        {{"creditor", "edit", "rent", "--file", house.path("edited.toml")}, before, {"creditor-edit."}},
        {{"bill", "import", house.path("bills.csv")}, before, {"bill-import."}},
        {{"bill", "approve", "--all", "--as", "anna"}, before, {"bill-approve."}},
        {{"bill", "notify", fmt::format("2026-11-{}0001", letter()), "--on", "2026-11-05"}, before, {"bill-notify."}},
        {{"batch", "create", "--creditor", "rent", "--collect", "2026-12-01", "--json"},
         before,
         {"batch-create."},
         true},
        {{"batch", "void", "{batch}", "--why", "test", "--confirm", "{batch}"}, before, {"batch-void."}},
        {{"batch", "create", "--creditor", "rent", "--collect", "2026-12-01", "--json"},
         before,
         {"batch-create."},
         true},
        {{"batch", "seal", "{batch}", "--json"}, before, {"batch-seal."}, true},
        {{"batch", "approve", "{batch}", "--digest", "{digest}", "--as", "anna"}, before, {"batch-approve."}},
        {{"batch", "release", "{batch}", "--as", "otto"}, before, {"batch-release."}},
        {{"batch", "send", "{batch}", "--to", house.path("out")}, before, {"batch-send", "publish."}},
        {{"sim", "bank", "{batch}", "--to", house.path("in"), "--seed", "5", "--returned", "150", "--rejected", "100",
          "--corrected", "100"},
         before,
         {"publish."}},
        {{"ingest", house.path("in")}, "2026-12-04", {"ingest.", "match."}},
        {{"ingest", "{twin}"}, "2026-12-04"},
        {{"match", "accept", "{quarantined}", "--why", "test"}, "2026-12-04", {"ingest-accept."}},
        {{"match", "run"}, "2026-12-15", {"day."}},
        {{"exception", "resolve", "{exception}", "--action", "accept", "--comment", "test"},
         "2026-12-15",
         {"exception-resolve."}},
    };
  }

  [[nodiscard]] std::vector<std::string> filled(const Step& step) {
    auto words = step.words;
    for (auto& word : words) {
      if (word == "{batch}") word = batch_;
      if (word == "{digest}") word = digest_;
      if (word == "{exception}") word = first_exception();
      if (word == "{twin}") word = twin();
      if (word == "{quarantined}") word = quarantined();
    }
    return words;
  }

  void keep(const Step& step, const Run& run) {
    if (!step.keeps_batch) return;
    const auto answer = run.json();
    batch_ = answer.value("batch", batch_);
    digest_ = answer.value("sha256", digest_);
  }

  /// Runs a step to its end; 3 only says that people have something to look at.
  void finish(const Step& step) {
    house.set_day(step.day);
    const auto words = filled(step);
    if (words.size() > 2 && words[2].empty()) return;  // No exception to resolve.
    const auto run = house.run(words);
    ASSERT_TRUE(run.exit == 0 || run.exit == 3)
        << fmt::format("{}", fmt::join(words, " ")) << " ended with " << run.exit << "\n"
        << run.out << run.err;
    keep(step, run);
  }

  House house;

 private:
  static constexpr int flats = 25;

  [[nodiscard]] char letter() const { return scheme_ == "nacha" ? 'N' : scheme_ == "cn-304" ? 'C' : 'S'; }

  [[nodiscard]] std::string first_exception() const {
    if (!exception_.empty()) return exception_;
    const auto all = house.run({"exception", "list", "--json"}).lines();
    exception_ = all.empty() ? "" : all.front()["number"].get<std::string>();
    return exception_;
  }

  /// A file of the bank once more with one line end more: the same name for itself, other bytes.
  [[nodiscard]] std::string twin() const {
    const auto first = house.files_in("in").front();
    const auto name = fmt::format("twin{}", first.extension().string());
    house.write(name, house.read(first) + "\n");
    return house.path(name);
  }

  [[nodiscard]] std::string quarantined() const {
    for (const auto& file : house.run({"match", "list", "--files", "--json"}).lines()) {
      if (file["state"] == "quarantined" || file["state"] == "accepted") return file["sha256"];
    }
    return {};
  }

  std::string scheme_;
  std::string batch_, digest_;
  mutable std::string exception_;
};

std::vector<std::string> kill_points(const House& house) {
  std::vector<std::string> names;
  std::istringstream stream{house.run({"sim", "kill-points"}).out};
  for (std::string line; std::getline(stream, line);) names.push_back(line);
  return names;
}

/// Plays a month in which every command is ended at every point it comes by, one after the other, before it may finish:
/// the advancing fault, until the command runs through untouched.
void play_with_kills(Month& month, std::set<std::string>& reached) {
  const auto points = kill_points(month.house);
  ASSERT_FALSE(points.empty());
  for (const auto& step : month.steps()) {
    month.house.set_day(step.day);
    for (const auto& point : points) {
      if (std::ranges::none_of(step.points, [&](const auto& beginning) { return point.starts_with(beginning); }))
        continue;
      const auto words = month.filled(step);
      if (words.size() > 2 && words[2].empty()) break;
      const auto run = month.house.run(words, {{"COUNTERFOIL_KILL_POINT", point}});
      if (run.exit == killed) {
        reached.insert(point);
        continue;  // The next point; commands that were done by then say so.
      }
      ASSERT_TRUE(run.exit == 0 || run.exit == 3)
          << point << " in " << fmt::format("{}", fmt::join(words, " ")) << ": " << run.exit << "\n"
          << run.out << run.err;
      month.keep(step, run);
    }
    month.finish(step);
    if (::testing::Test::HasFatalFailure()) return;
    if (step.words.front() != "init") {
      ASSERT_EQ(month.house.broken(), "") << "after " << fmt::format("{}", fmt::join(step.words, " "));
    }
  }
}

TEST(Crash, AtEveryNamedPointLosesNothingAndRepeatsNothing) {
  std::set<std::string> reached;
  Month month{"nacha"};  // The scheme with the most to do: notices of change, and silence that settles.
  play_with_kills(month, reached);
  if (HasFatalFailure()) return;
  EXPECT_EQ(month.house.files_in("out").size(), 1U);
  EXPECT_EQ(month.house.run({"audit", "verify"}).exit, 0);
  for (const auto& point : kill_points(month.house)) {
    EXPECT_TRUE(reached.contains(point)) << point << " was never reached: a point nobody comes by tests nothing";
  }
}

TEST(Crash, AtRandomMomentsLosesNothingAndRepeatsNothing) {
  const char* count = std::getenv("COUNTERFOIL_CRASHES");
  const char* seed = std::getenv("COUNTERFOIL_SEED");
  const int crashes = count == nullptr ? 30 : std::atoi(count);
  const unsigned long luck = seed == nullptr ? 1 : std::strtoul(seed, nullptr, 10);
  RecordProperty("seed", static_cast<int>(luck));
  std::mt19937_64 random{luck};
  const std::vector<std::string> schemes{"iso20022", "nacha", "cn-304"};
  int done = 0;
  for (std::size_t round = 0; done < crashes; ++round) {
    Month month{schemes[round % schemes.size()]};
    const auto steps = month.steps();
    for (const auto& step : steps) {
      month.house.set_day(step.day);
      // Commands take some tens of milliseconds: a moment inside them, or shortly after.
      for (int tries = static_cast<int>(random() % 3); tries > 0 && done < crashes; --tries, ++done) {
        const auto words = month.filled(step);
        if (words.size() > 2 && words[2].empty()) break;
        (void)month.house.run_for(words, static_cast<std::int64_t>(random() % 120'000));
      }
      const auto words = month.filled(step);
      // A send that was cut off may ask a person; with the file still in the folder it knows by itself.
      month.finish(step);
      if (HasFatalFailure()) FAIL() << "seed " << luck << ", crash " << done;
    }
    ASSERT_EQ(month.house.broken(), "") << "seed " << luck << ", crash " << done;
    ASSERT_EQ(month.house.files_in("out").size(), 1U) << "seed " << luck;
  }
}

}  // namespace
}  // namespace counterfoil::testing
