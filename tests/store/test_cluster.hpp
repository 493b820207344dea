// A real private cluster for a test program, and a fresh database for each test. Started once a program, stopped and
// removed when it ends; works as an ordinary user and as root.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>

#include "security/seal.hpp"
#include "store/cluster.hpp"
#include "store/migrations.hpp"
#include "store/scope.hpp"
#include "store/session.hpp"
#include "store/tenants.hpp"

namespace counterfoil {

inline std::string told(const Error& error) {
  return error.code + " [" + error.place.field + "]: " + error.explanation;
}

template <class T>
::testing::AssertionResult went_well(const Result<T>& result) {
  if (result) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << told(result.error());
}

#define COUNTERFOIL_ASSERT_OK(result) ASSERT_TRUE(::counterfoil::went_well(result))
#define COUNTERFOIL_EXPECT_OK(result) EXPECT_TRUE(::counterfoil::went_well(result))

/// The cluster of this test program. Its template database has every migration and one tenant with number 1.
class TestCluster {
 public:
  static TestCluster& get() {
    static TestCluster cluster;
    return cluster;
  }

  TestCluster(const TestCluster&) = delete;
  TestCluster& operator=(const TestCluster&) = delete;

  ~TestCluster() {
    if (cluster_) static_cast<void>(cluster_->stop(true));
    std::error_code ignored;
    std::filesystem::remove_all(home_, ignored);
  }

  [[nodiscard]] Cluster& cluster() { return *cluster_; }
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }

  /// A new database, a copy of the template.
  [[nodiscard]] std::string new_database() {
    static std::atomic<int> count = 0;
    std::string name = "test_" + std::to_string(++count);
    if (auto made = cluster_->create_database(name, template_name); !made) failure_ = told(made.error());
    return name;
  }

  /// Opens sealed values in every test; made once.
  [[nodiscard]] const FieldSealer& sealer() const { return *sealer_; }

 private:
  static constexpr const char* template_name = "test_template";

  TestCluster() {
    char folder[] = "/tmp/cf-test-XXXXXX";
    home_ = ::mkdtemp(folder);
    std::filesystem::permissions(home_, std::filesystem::perms{0711});
    if (auto made = make(); !made) failure_ = told(made.error());
  }

  Result<void> make() {
    auto cluster = Cluster::at(home_);
    if (!cluster) return std::unexpected(cluster.error());
    cluster_.emplace(std::move(*cluster));
    if (auto made = cluster_->create({.for_tests = true}); !made) return made;
    if (auto made = cluster_->create_database(template_name); !made) return made;
    {
      auto owner = Session::open(cluster_->owner_address(template_name));
      if (!owner) return std::unexpected(owner.error());
      if (auto migrated = migrate(*owner); !migrated) return std::unexpected(migrated.error());
    }
    {
      auto session = Session::open(cluster_->application_address(template_name));
      if (!session) return std::unexpected(session.error());
      if (auto fixed = fix_environment(*session, Environment::test); !fixed) return std::unexpected(fixed.error());
      if (auto made = insert_tenant(*session, {.id = 1, .label = "village", .name = "Village Flats"}); !made)
        return made;
    }
    const auto keys = home_ / "test.keys";
    if (auto made = make_key_file(keys, Environment::test); !made) return made;
    auto sealer = FieldSealer::open(keys, Environment::test);
    if (!sealer) return std::unexpected(sealer.error());
    sealer_.emplace(std::move(*sealer));
    return {};
  }

  std::filesystem::path home_;
  std::optional<Cluster> cluster_;
  std::optional<FieldSealer> sealer_;
  std::string failure_;
};

/// A test with a database of its own, a session as the application and a scope of tenant 1.
class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto& shared = TestCluster::get();
    ASSERT_EQ(shared.failure(), "");
    database_ = shared.new_database();
    session_.emplace(open_session());
  }

  void TearDown() override {
    session_.reset();
    if (!database_.empty()) static_cast<void>(TestCluster::get().cluster().drop_database(database_));
  }

  [[nodiscard]] Session open_session() const {
    auto session = Session::open(TestCluster::get().cluster().application_address(database_));
    EXPECT_TRUE(session.has_value()) << told(session.error());
    return std::move(*session);
  }

  [[nodiscard]] Session open_owner_session() const {
    auto session = Session::open(TestCluster::get().cluster().owner_address(database_));
    EXPECT_TRUE(session.has_value()) << told(session.error());
    return std::move(*session);
  }

  [[nodiscard]] Session open_superuser_session() const {
    auto session = Session::open(TestCluster::get().cluster().superuser_address(database_));
    EXPECT_TRUE(session.has_value()) << told(session.error());
    return std::move(*session);
  }

  [[nodiscard]] Session& session() { return *session_; }
  [[nodiscard]] Scope scope() { return {*session_, 1, TestCluster::get().sealer()}; }
  [[nodiscard]] Scope scope_on(Session& other) const { return {other, 1, TestCluster::get().sealer()}; }
  [[nodiscard]] const std::string& database() const { return database_; }

 private:
  std::string database_;
  std::optional<Session> session_;
};

}  // namespace counterfoil
