#include "apps/operations/publish_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "parsers/byte_source.hpp"

namespace counterfoil {
namespace {

class PublishFile : public ::testing::Test {
 protected:
  PublishFile() {
    std::string name = "/tmp/cf-publish-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~PublishFile() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream stream{folder_ + "/" + name};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  std::string folder_;
};

TEST_F(PublishFile, LeavesOneWholeFileAndNothingElse) {
  const auto done = publish_bytes("abc", folder_, "file.txt");
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, Publication::written);
  EXPECT_EQ(read("file.txt"), "abc");
  EXPECT_FALSE(std::filesystem::exists(prepared_path(folder_, "file.txt")));
}

TEST_F(PublishFile, LeavesTheSameBytesAsTheyAre) {
  ASSERT_TRUE(publish_bytes("abc", folder_, "file.txt"));
  const auto again = publish_bytes("abc", folder_, "file.txt");
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, Publication::already_there);
  EXPECT_FALSE(std::filesystem::exists(prepared_path(folder_, "file.txt")));
}

TEST_F(PublishFile, NeverReplacesAFileWithOtherBytes) {
  ASSERT_TRUE(publish_bytes("abc", folder_, "file.txt"));
  for (const auto* other : {"abd", "ab", "abcd", ""}) {
    const auto refused = publish_bytes(other, folder_, "file.txt");
    ASSERT_FALSE(refused) << other;
    EXPECT_EQ(refused.error().code, "publish.name-taken");
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  }
  EXPECT_EQ(read("file.txt"), "abc");
}

TEST_F(PublishFile, SaysWhatIsWrongWithTheFolder) {
  const auto refused = publish_bytes("abc", folder_ + "/missing", "file.txt");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "publish.cannot-write");
  EXPECT_FALSE(refused.error().remedy.empty());
}

TEST_F(PublishFile, PreparedBytesAreSeenOnlyOnceTheyHaveTheirName) {
  MemorySource source{"abc"};
  ASSERT_TRUE(prepare_file(source, folder_, "file.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/file.txt"));
  const auto done = publish_prepared(folder_, "file.txt");
  ASSERT_TRUE(done);
  EXPECT_EQ(read("file.txt"), "abc");
}

}  // namespace
}  // namespace counterfoil
