#include "store/session.hpp"

#include "tests/store/test_cluster.hpp"

namespace counterfoil {
namespace {

class SessionTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    auto owner = open_owner_session();
    COUNTERFOIL_ASSERT_OK(owner.run_script(
        "create table thing (id bigint not null, name text, day date, uid uuid, raw bytea, yes boolean, small integer, "
        "constraint thing_pkey primary key (id), constraint thing_small check (small < 100));"
        "grant select, insert, update on thing to counterfoil_app"));
  }
};

TEST_F(SessionTest, GivesBackEveryKindOfValue) {
  const Id id = new_id();
  std::string raw;
  for (int i = 0; i < 256; ++i) raw += static_cast<char>(i);
  COUNTERFOIL_ASSERT_OK(session().run("insert into thing values (:id, :name, :day, :uid, :raw, :yes, :small)",
                                      {{"id", std::int64_t{9'007'199'254'740'993}},
                                       {"name", "Zo\xC3\xAB :name ::x"},
                                       {"day", make_date(2024, 2, 29)},
                                       {"uid", id},
                                       {"raw", SqlValue::bytes(raw)},
                                       {"yes", true},
                                       {"small", std::nullopt}}));
  const auto row =
      session().first_row<std::int64_t, std::string, Date, Id, SqlBytes, bool, std::optional<std::int32_t>>(
          "select id, name, day, uid, raw, yes, small from thing where id = :id and :id = id",
          {{"id", std::int64_t{9'007'199'254'740'993}}});
  COUNTERFOIL_ASSERT_OK(row);
  ASSERT_TRUE(row->has_value());
  EXPECT_EQ(std::get<0>(**row), 9'007'199'254'740'993);
  EXPECT_EQ(std::get<1>(**row), "Zo\xC3\xAB :name ::x");
  EXPECT_EQ(std::get<2>(**row), make_date(2024, 2, 29));
  EXPECT_EQ(std::get<3>(**row), id);
  EXPECT_EQ(std::get<4>(**row).bytes, raw);
  EXPECT_TRUE(std::get<5>(**row));
  EXPECT_EQ(std::get<6>(**row), std::nullopt);
}

TEST_F(SessionTest, CopiesInAndStreamsOutTheSameRows) {
  constexpr std::int64_t count = 12'345;  // More than two fetches, and no multiple of one.
  auto transaction = session().begin();
  COUNTERFOIL_ASSERT_OK(transaction);
  CopyRows rows{"thing", {"id", "name", "day", "uid", "raw", "yes", "small"}};
  const Id id = new_id();
  for (std::int64_t i = 1; i <= count; ++i) {
    rows.begin_row();
    rows.integer(i);
    i % 2 == 0 ? rows.null() : rows.text("name " + std::to_string(i));
    rows.date(make_date(1999, 12, 31) + std::chrono::days{i});
    rows.id(id);
    rows.bytes(std::string_view{"\0\1\2", 3});
    rows.boolean(i % 3 == 0);
    rows.integer32(static_cast<std::int32_t>(-i));
  }
  COUNTERFOIL_ASSERT_OK(session().copy(rows));
  EXPECT_EQ(rows.row_count(), 0U);

  auto stream = session().stream("select id, name, day, uid, raw, yes, small from thing where id > :from order by id",
                                 {{"from", 0}});
  COUNTERFOIL_ASSERT_OK(stream);
  for (std::int64_t i = 1; i <= count; ++i) {
    ASSERT_TRUE(stream->next().value());
    ASSERT_EQ(stream->integer(0), i);
    ASSERT_EQ(stream->is_null(1), i % 2 == 0);
    ASSERT_EQ(stream->date(2), make_date(1999, 12, 31) + std::chrono::days{i});
    ASSERT_EQ(stream->id(3), id);
    ASSERT_EQ(stream->text(4), (std::string_view{"\0\1\2", 3}));
    ASSERT_EQ(stream->boolean(5), i % 3 == 0);
    ASSERT_EQ(stream->integer(6), -i);
    if (i == 7000) {
      COUNTERFOIL_ASSERT_OK(session().run("update thing set name = 'other' where id = 1"));
    }
  }
  EXPECT_FALSE(stream->next().value());
  EXPECT_FALSE(stream->next().value());
}

TEST_F(SessionTest, ForgetsEverythingOfATransactionThatIsNotCommitted) {
  {
    auto transaction = session().begin();
    COUNTERFOIL_ASSERT_OK(session().run("insert into thing (id) values (1)"));
  }
  EXPECT_FALSE(session().is_in_transaction());
  EXPECT_FALSE(session().first_row<std::int64_t>("select id from thing")->has_value());
  {
    auto transaction = session().begin();
    COUNTERFOIL_ASSERT_OK(session().run("insert into thing (id) values (1)"));
    COUNTERFOIL_ASSERT_OK(transaction->commit());
  }
  EXPECT_TRUE(session().first_row<std::int64_t>("select id from thing")->has_value());
}

TEST_F(SessionTest, NamesTheKeyThatWasTakenAndNeverTheValue) {
  COUNTERFOIL_ASSERT_OK(session().run("insert into thing (id, name) values (1, 'DE89370400440532013000')"));
  const auto taken = session().run("insert into thing (id) values (1)");
  ASSERT_FALSE(taken.has_value());
  EXPECT_TRUE(is_taken(taken.error(), "thing_pkey"));
  EXPECT_EQ(taken.error().kind, ErrorKind::conflict);
  const auto guard = session().run("update thing set small = 100");
  EXPECT_EQ(guard.error().code, "store.guard");
  EXPECT_EQ(guard.error().place.field, "thing_small");
  const auto cast = session().rows<std::int64_t>("select name::bigint from thing where name = :name",
                                                 {{"name", "DE89370400440532013000"}});
  ASSERT_FALSE(cast.has_value());
  EXPECT_EQ(cast.error().explanation.find("DE89"), std::string::npos);
  EXPECT_EQ(session().run("delete from thing").error().code, "store.not-permitted");
}

TEST_F(SessionTest, IsUsableAgainAfterACopyThatFailed) {
  {
    auto transaction = session().begin();
    CopyRows rows{"thing", {"id"}};
    for (int i = 0; i < 2; ++i) {
      rows.begin_row();
      rows.integer(1);
    }
    EXPECT_TRUE(is_taken(session().copy(rows).error(), "thing_pkey"));
  }
  COUNTERFOIL_EXPECT_OK(session().run("insert into thing (id) values (2)"));
}

TEST_F(SessionTest, CallsALostConnectionTemporaryAndKeepsNothingOfIt) {
  {
    auto transaction = session().begin();
    COUNTERFOIL_ASSERT_OK(session().run("insert into thing (id) values (1)"));
    session().cut();
    const auto lost = session().run("insert into thing (id) values (2)");
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error().kind, ErrorKind::temporary);
    EXPECT_EQ(lost.error().code, "store.connection-lost");
    EXPECT_EQ(session().run("insert into thing (id) values (3)").error().kind, ErrorKind::temporary)
        << "No statement runs outside the transaction it belongs to.";
    EXPECT_EQ(transaction->commit().error().kind, ErrorKind::temporary);
  }
  auto other = open_session();
  EXPECT_FALSE(other.first_row<std::int64_t>("select id from thing")->has_value());
}

TEST_F(SessionTest, CallsAConnectionLostAtTheCommitUnknown) {
  auto transaction = session().begin();
  COUNTERFOIL_ASSERT_OK(session().run("insert into thing (id) values (1)"));
  session().cut();
  const auto lost = transaction->commit();
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, "store.commit-unknown");
  EXPECT_EQ(lost.error().kind, ErrorKind::temporary);
}

TEST_F(SessionTest, DoesNotWaitForeverForARow) {
  COUNTERFOIL_ASSERT_OK(session().run("insert into thing (id) values (1)"));
  auto holder = session().begin();
  COUNTERFOIL_ASSERT_OK(session().run("update thing set small = 1"));
  auto other = Session::open(TestCluster::get().cluster().application_address(database()), {.lock_timeout_ms = 50});
  COUNTERFOIL_ASSERT_OK(other);
  const auto busy = other->run("update thing set small = 2");
  ASSERT_FALSE(busy.has_value());
  EXPECT_EQ(busy.error().code, "store.busy");
  EXPECT_EQ(busy.error().kind, ErrorKind::temporary);
}

TEST_F(SessionTest, RefusesATextWithAZeroByteInsteadOfCuttingIt) {
  const auto refused =
      session().run("insert into thing (id, name) values (1, :name)", {{"name", std::string_view{"a\0b", 3}}});
  EXPECT_EQ(refused.error().code, "store.zero-byte");
  EXPECT_EQ(refused.error().kind, ErrorKind::input);
}

TEST_F(SessionTest, SaysWhatToDoWhenThereIsNoDatabase) {
  const auto absent = Session::open(TestCluster::get().cluster().application_address("nowhere"));
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, "store.no-database");
}

TEST(NewId, RisesStrictlyAndIsOfVersionSeven) {
  Id last;
  for (int i = 0; i < 100'000; ++i) {
    const Id id = new_id();
    ASSERT_LT(last, id);
    last = id;
  }
  EXPECT_EQ(last.text()[14], '7');
}

}  // namespace
}  // namespace counterfoil
