#include "store/cluster.hpp"

#include <signal.h>

#include <fstream>

#include "tests/store/test_cluster.hpp"

namespace counterfoil {
namespace {

namespace fs = std::filesystem;

class OwnCluster : public ::testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/cf-own-XXXXXX";
    home_ = ::mkdtemp(folder);
    fs::permissions(home_, fs::perms{0711});
  }
  void TearDown() override {
    if (auto cluster = Cluster::at(home_)) static_cast<void>(cluster->stop(true));
    fs::remove_all(home_);
  }
  [[nodiscard]] Cluster at(const fs::path& home) const {
    auto cluster = Cluster::at(home);
    EXPECT_TRUE(cluster.has_value());
    return std::move(*cluster);
  }

  fs::path home_;
};

TEST_F(OwnCluster, IsMadeStartedAndStoppedAndEachStepMayBeRepeated) {
  Cluster cluster = at(home_);
  EXPECT_EQ(cluster.status()->state, ClusterState::absent);
  EXPECT_EQ(cluster.start().error().code, "cluster.absent");
  for (int i = 0; i < 2; ++i) COUNTERFOIL_ASSERT_OK(cluster.create({.for_tests = true}));
  auto status = cluster.status();
  COUNTERFOIL_ASSERT_OK(status);
  EXPECT_EQ(status->state, ClusterState::running);
  EXPECT_EQ(status->data_checksums, true);
  EXPECT_TRUE(status->process.has_value());
  for (int i = 0; i < 2; ++i) COUNTERFOIL_ASSERT_OK(cluster.create_database("books"));
  EXPECT_TRUE(cluster.has_database("books").value());
  for (int i = 0; i < 2; ++i) COUNTERFOIL_ASSERT_OK(cluster.stop());
  EXPECT_EQ(cluster.status()->state, ClusterState::stopped);
  EXPECT_EQ(Session::open(cluster.owner_address("books")).error().kind, ErrorKind::temporary);
  for (int i = 0; i < 2; ++i) COUNTERFOIL_ASSERT_OK(cluster.start());
  COUNTERFOIL_EXPECT_OK(Session::open(cluster.owner_address("books")));
}

TEST_F(OwnCluster, StartsAgainAfterItsServerWasKilled) {
  Cluster cluster = at(home_);
  COUNTERFOIL_ASSERT_OK(cluster.create({.for_tests = true}));
  const auto process = cluster.status()->process;
  ASSERT_TRUE(process.has_value());
  ASSERT_EQ(::kill(static_cast<pid_t>(*process), SIGKILL), 0);
  COUNTERFOIL_ASSERT_OK(cluster.start());
  COUNTERFOIL_EXPECT_OK(Session::open(cluster.superuser_address("postgres")));
}

TEST_F(OwnCluster, WorksInAFolderTooDeepForASocket) {
  const fs::path deep = home_ / std::string(60, 'a') / std::string(60, 'b');
  Cluster cluster = at(deep);
  COUNTERFOIL_ASSERT_OK(cluster.create({.for_tests = true}));
  EXPECT_LT(cluster.status()->socket_folder.native().size(), 90U);
  COUNTERFOIL_EXPECT_OK(Session::open(cluster.superuser_address("postgres")));
  COUNTERFOIL_EXPECT_OK(cluster.stop(true));
  fs::remove_all(cluster.status()->socket_folder);
}

TEST_F(OwnCluster, LeavesNoHalfMadeClusterBehind) {
  fs::create_directory(home_ / "cluster.part");
  std::ofstream{home_ / "cluster.part" / "PG_VERSION"} << "15\n";
  Cluster cluster = at(home_);
  COUNTERFOIL_ASSERT_OK(cluster.create({.for_tests = true}));
  EXPECT_FALSE(fs::exists(home_ / "cluster.part"));
}

TEST_F(OwnCluster, RefusesProgramsOfAnotherVersion) {
  Cluster cluster = at(home_);
  COUNTERFOIL_ASSERT_OK(cluster.create({.for_tests = true}));
  COUNTERFOIL_ASSERT_OK(cluster.stop(true));
  std::ofstream{home_ / "cluster" / "PG_VERSION"} << "9\n";
  EXPECT_EQ(at(home_).start().error().code, "cluster.other-version");
}

TEST_F(OwnCluster, SaysWhichFolderKeepsTheServerOut) {
  if (::geteuid() != 0) GTEST_SKIP() << "Only root runs the server as another user.";
  fs::permissions(home_, fs::perms{0700});
  const auto refused = at(home_ / "inside").create({.for_tests = true});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "cluster.not-traversable");
  EXPECT_NE(refused.error().explanation.find(home_.string()), std::string::npos);
}

TEST(HomeFolder, IsWhereTheUserSays) {
  ::setenv("COUNTERFOIL_HOME", "/somewhere/else", 1);
  EXPECT_EQ(home_folder().value(), fs::path{"/somewhere/else"});
  ::unsetenv("COUNTERFOIL_HOME");
  EXPECT_TRUE(home_folder().has_value());
}

}  // namespace
}  // namespace counterfoil
