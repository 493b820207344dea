// The store's promises hold for an ordinary user as well: root gives up its rights before it starts a server, and nobody
// else has any to give up.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace counterfoil {
namespace {

TEST(OrdinaryUser, RunsClusterAndSessionAsRootDoes) {
  if (::geteuid() != 0) GTEST_SKIP() << "This run is an ordinary user's already.";
  const passwd* nobody = ::getpwnam("nobody");
  if (nobody == nullptr) GTEST_SKIP() << "There is no user nobody here.";
  // The build folder may be closed to others.
  std::string folder = "/tmp/cf-user-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::filesystem::permissions(folder, std::filesystem::perms{0755});
  const auto program = folder + "/store_tests";
  std::filesystem::copy_file("/proc/self/exe", program);
  std::filesystem::permissions(program, std::filesystem::perms{0755});
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(nobody->pw_gid) != 0 || ::setuid(nobody->pw_uid) != 0 || ::chdir("/tmp") != 0) ::_exit(126);
    ::setenv("HOME", folder.c_str(), 1);
    const int log = ::open("/dev/null", O_WRONLY);
    ::dup2(log, 1);
    ::execl(program.c_str(), program.c_str(), "--gtest_filter=OwnCluster.IsMade*:*Session*:Village.GoesTheWholeWayOutAndBack",
            nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace counterfoil
