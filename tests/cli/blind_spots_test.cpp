// docs/blind-spots.md, made from the sound files of every fixed-width format.
#include "apps/cli/blind_spots.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "formats/layout.hpp"

namespace counterfoil {
namespace {

const std::filesystem::path source{COUNTERFOIL_SOURCE_DIR};

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The sound files by format: one folder each.
std::map<std::string, std::vector<std::filesystem::path>> sound_files() {
  std::map<std::string, std::vector<std::filesystem::path>> files;
  const std::filesystem::path root = source / "fixtures/fixed_width";
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
    if (entry.is_regular_file() && entry.path().parent_path() != root)
      files[entry.path().parent_path().filename().string()].push_back(entry.path());
  }
  for (auto& [format, paths] : files) std::ranges::sort(paths);
  return files;
}

BlindSpots looked_at(const LayoutPlan& plan, const std::vector<std::filesystem::path>& paths) {
  BlindSpots spots{plan};
  for (const auto& path : paths) {
    const auto added = spots.add_file(bytes_of(path), path.string());
    EXPECT_TRUE(added.has_value()) << path << ": " << added.error().explanation;
  }
  return spots;
}

const BlindField& field_of(const std::vector<BlindField>& fields, std::string_view record, std::string_view name) {
  const auto found = std::ranges::find_if(
      fields, [&](const BlindField& each) { return each.record->name == record && each.field->name == name; });
  EXPECT_NE(found, fields.end()) << record << "." << name;
  return *found;
}

TEST(BlindSpots, OfNachaAreNamesAndNotAmounts) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  ASSERT_NE(plan, nullptr);
  const auto fields = looked_at(*plan, sound_files().at("nacha")).fields();
  const BlindField& amount = field_of(fields, "entry", "amount");
  EXPECT_GT(amount.of(Change::digit).tried, 90U);
  EXPECT_EQ(amount.of(Change::digit).unseen, 0U);
  EXPECT_EQ(amount.of(Change::swap).unseen, 0U);
  const BlindField& name = field_of(fields, "entry", "name");
  EXPECT_GT(name.of(Change::letter).tried, 10U);
  EXPECT_EQ(name.of(Change::letter).unseen, name.of(Change::letter).tried);
  EXPECT_GT(field_of(fields, "entry", "account").of(Change::digit).unseen, 0U);
}

TEST(BlindSpots, AreOfSoundFilesOnly) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  ASSERT_NE(plan, nullptr);
  BlindSpots spots{*plan};
  const auto added = spots.add_file("101 091000019", "cut.ach");
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code, "blind-spots.not-sound");
}

TEST(BlindSpots, PageIsThatOfTheFixtures) {
  std::string page = blind_spots_introduction();
  for (const auto& [format, paths] : sound_files()) {
    const LayoutPlan* plan = LayoutLibrary::built_in().find(format);
    ASSERT_NE(plan, nullptr) << format;
    std::vector<std::string> names;
    for (const auto& path : paths) names.push_back("`" + path.filename().string() + "`");
    page += blind_spots_section(looked_at(*plan, paths), names);
  }
  if (std::getenv("COUNTERFOIL_WRITE_PAGES") != nullptr) std::ofstream{source / "docs/blind-spots.md"} << page;
  EXPECT_EQ(bytes_of(source / "docs/blind-spots.md"), page)
      << "docs/blind-spots.md is not that of the layouts and fixtures. Run this test once with "
         "COUNTERFOIL_WRITE_PAGES=1 and commit the page.";
}

}  // namespace
}  // namespace counterfoil
