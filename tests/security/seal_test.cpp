#include "security/seal.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace counterfoil {
namespace {

namespace fs = std::filesystem;

Id id_of(std::uint8_t last) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[0] = 1;
  bytes[15] = last;
  return Id::from_bytes(bytes);
}

SealPlace place_of(std::uint8_t row) {
  return {.tenant = 1, .table = "mandate", .column = "account", .row = id_of(row)};
}

class Seal : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cf-seal-XXXXXX";
    folder_ = ::mkdtemp(name);
    file_ = folder_ / "test.keys";
    ASSERT_TRUE(make_key_file(file_, Environment::test).has_value());
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] FieldSealer opened() const {
    auto sealer = FieldSealer::open(file_, Environment::test);
    EXPECT_TRUE(sealer.has_value());
    return std::move(*sealer);
  }

  fs::path folder_;
  fs::path file_;
};

TEST_F(Seal, OpensWhatItSealed) {
  const auto sealer = opened();
  for (const std::string_view account : {"DE89370400440532013000", "", "6222021234567890123"}) {
    const auto sealed = sealer.seal(account, place_of(1));
    const auto open = sealer.open_value(sealed.key_id, sealed.bytes, place_of(1));
    ASSERT_TRUE(open.has_value());
    EXPECT_EQ(*open, account);
  }
}

TEST_F(Seal, RefusesAValueMovedToAnotherPlace) {
  const auto sealer = opened();
  const auto first = sealer.seal("DE89370400440532013000", place_of(1));
  const auto second = sealer.seal("NL91ABNA0417164300", place_of(2));
  // Somebody swaps two accounts in the database, to have one payer's money collected from another.
  EXPECT_EQ(sealer.open_value(first.key_id, first.bytes, place_of(2)).error().code, "keys.does-not-open");
  EXPECT_EQ(sealer.open_value(second.key_id, second.bytes, place_of(1)).error().code, "keys.does-not-open");

  auto elsewhere = place_of(1);
  elsewhere.tenant = 2;
  EXPECT_FALSE(sealer.open_value(first.key_id, first.bytes, elsewhere).has_value());
  elsewhere = place_of(1);
  elsewhere.column = "old_account";
  EXPECT_FALSE(sealer.open_value(first.key_id, first.bytes, elsewhere).has_value());
  elsewhere = place_of(1);
  elsewhere.table = "claim";
  EXPECT_FALSE(sealer.open_value(first.key_id, first.bytes, elsewhere).has_value());
}

TEST_F(Seal, RefusesAValueWithAnyByteChangedOrCut) {
  const auto sealer = opened();
  const auto sealed = sealer.seal("DE89370400440532013000", place_of(1));
  for (std::size_t i = 0; i < sealed.bytes.size(); ++i) {
    std::string changed = sealed.bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer.open_value(sealed.key_id, changed, place_of(1)).has_value()) << i;
    EXPECT_FALSE(sealer.open_value(sealed.key_id, sealed.bytes.substr(0, i), place_of(1)).has_value()) << i;
  }
  const auto open = sealer.open_value(sealed.key_id, sealed.bytes, place_of(1));
  EXPECT_TRUE(open.has_value()) << "A refused value does not spoil the next one.";
}

TEST_F(Seal, NeverSealsTheSameTextTheSameWayTwice) {
  const auto sealer = opened();
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) nonces.insert(sealer.seal("x", place_of(1)).bytes.substr(0, 12));
  EXPECT_EQ(nonces.size(), 1000U);
}

TEST_F(Seal, OpensOldValuesAfterANewKeyAndSealsUnderTheNewOne) {
  const auto old = opened().seal("DE89370400440532013000", place_of(1));
  const auto added = add_seal_key(file_, Environment::test);
  ASSERT_TRUE(added.has_value());
  EXPECT_EQ(*added, 2);
  const auto sealer = opened();
  EXPECT_EQ(sealer.current_key(), 2);
  EXPECT_TRUE(sealer.open_value(old.key_id, old.bytes, place_of(1)).has_value());
  EXPECT_EQ(sealer.seal("x", place_of(1)).key_id, 2);
  EXPECT_EQ(sealer.open_value(9, old.bytes, place_of(1)).error().code, "keys.unknown-key");
}

TEST_F(Seal, FindsAnAccountAgainHoweverItIsWritten) {
  const auto sealer = opened();
  EXPECT_EQ(sealer.blind_index(1, "DE89 3704 0044 0532 0130 00"), sealer.blind_index(1, "de89370400440532013000"));
  EXPECT_NE(sealer.blind_index(1, "DE89370400440532013000"), sealer.blind_index(2, "DE89370400440532013000"));
  EXPECT_NE(sealer.blind_index(1, "DE89370400440532013000"), sealer.blind_index(1, "DE89370400440532013001"));
}

TEST_F(Seal, RefusesAKeyFileThatOthersMayRead) {
  ::chmod(file_.c_str(), 0640);
  EXPECT_EQ(FieldSealer::open(file_, Environment::test).error().code, "keys.readable-by-others");
}

TEST_F(Seal, RefusesTheKeyFileOfTheOtherEnvironment) {
  EXPECT_EQ(FieldSealer::open(file_, Environment::live).error().code, "keys.other-environment");
}

TEST_F(Seal, RefusesADamagedOrMissingKeyFileAndNeverReplacesOne) {
  EXPECT_EQ(make_key_file(file_, Environment::test).error().code, "keys.exist");
  EXPECT_EQ(FieldSealer::open(folder_ / "none", Environment::test).error().code, "keys.missing");
  std::fstream stream{file_, std::ios::in | std::ios::out};
  stream.seekp(60);
  stream.put('x');
  stream.close();
  EXPECT_EQ(FieldSealer::open(file_, Environment::test).error().code, "keys.damaged");
}

TEST_F(Seal, MakesKeyFilesOnlyTheirOwnerMayRead) {
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(LastFour, ShowsNothingOfAShortNumber) {
  EXPECT_EQ(last_four("DE89 3704 0044 0532 0130 00"), "3000");
  EXPECT_EQ(last_four("1234567"), "");
}

}  // namespace
}  // namespace counterfoil
