#include "store/migrations.hpp"

#include <array>
#include <atomic>
#include <thread>

#include "tests/store/test_cluster.hpp"

namespace counterfoil {
namespace {

constexpr std::array steps{
    Migration{1, "first", "create table one (id integer); grant select on one to counterfoil_app;"},
    Migration{2, "second", "create table two (id integer);"},
};

class Migrations : public ::testing::Test {
 protected:
  void SetUp() override {
    auto& shared = TestCluster::get();
    ASSERT_EQ(shared.failure(), "");
    COUNTERFOIL_ASSERT_OK(shared.cluster().create_database("bare"));
  }
  void TearDown() override { static_cast<void>(TestCluster::get().cluster().drop_database("bare")); }
  [[nodiscard]] Session owner() const {
    return std::move(Session::open(TestCluster::get().cluster().owner_address("bare")).value());
  }
};

TEST_F(Migrations, ApplyWhatIsMissingAndThenNothing) {
  auto session = owner();
  EXPECT_EQ(migration_status(session, steps)->applied, 0);
  EXPECT_EQ(migrate(session, std::span{steps}.first(1)).value(), 1);
  EXPECT_FALSE(migration_status(session, steps)->is_current());
  EXPECT_EQ(migrate(session, steps).value(), 1);
  EXPECT_EQ(migrate(session, steps).value(), 0);
  EXPECT_TRUE(migration_status(session, steps)->is_current());
}

TEST_F(Migrations, RefuseAStepThatWasEditedAfterItRan) {
  auto session = owner();
  COUNTERFOIL_ASSERT_OK(migrate(session, steps));
  auto edited = steps;
  edited[0].sql = "create table one (id bigint);";
  EXPECT_EQ(migrate(session, edited).error().code, "migration.changed");
  EXPECT_EQ(migration_status(session, edited).error().code, "migration.changed");
  EXPECT_EQ(migrate(session, edited).error().kind, ErrorKind::refused);
}

TEST_F(Migrations, RefuseADatabaseOfALaterProgram) {
  auto session = owner();
  COUNTERFOIL_ASSERT_OK(migrate(session, steps));
  EXPECT_EQ(migration_status(session, std::span{steps}.first(1)).error().code, "migration.newer");
}

TEST_F(Migrations, LeaveNothingOfAStepThatFails) {
  auto session = owner();
  auto broken = steps;
  broken[1].sql = "create table two (id integer); create table two (id integer);";
  EXPECT_FALSE(migrate(session, broken).has_value());
  EXPECT_EQ(migration_status(session, steps)->applied, 1);
  EXPECT_EQ(migrate(session, steps).value(), 1);
}

TEST_F(Migrations, RunOnceWhenManyProgramsStartTogether) {
  std::vector<std::thread> programs;
  std::atomic<int> applied = 0;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 8; ++i) {
    programs.emplace_back([&] {
      auto session = owner();
      auto done = migrate(session, steps);
      done ? applied += *done : ++failed;
      if (!done) ADD_FAILURE() << done.error().code << ": " << done.error().explanation;
    });
  }
  for (auto& program : programs) program.join();
  EXPECT_EQ(applied, 2);
  EXPECT_EQ(failed, 0);
}

TEST_F(Migrations, OfThisProgramMakeTheirOwnDatabase) {
  auto session = owner();
  COUNTERFOIL_ASSERT_OK(migrate(session));
  EXPECT_TRUE(migration_status(session)->is_current());
}

}  // namespace
}  // namespace counterfoil
