// What holds for the schema itself, whatever the program does.
#include <array>

#include "tests/store/test_cluster.hpp"

namespace counterfoil {
namespace {

using SchemaTest = StoreTest;

// Tables that belong to no tenant: the installation, the migrations and the list of tenants itself.
constexpr std::string_view without_tenant = "('installation', 'migration', 'migration_lock')";

std::string listed(const std::vector<std::tuple<std::string>>& rows) {
  std::string names;
  for (const auto& [name] : rows) names += name + "\n";
  return names;
}

TEST_F(SchemaTest, PutsTheTenantFirstInEveryKey) {
  const auto rows = session().rows<std::string>(
      std::string{"select c.conrelid::regclass || '.' || c.conname from pg_constraint c "
                  "join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace "
                  "join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] "
                  "where n.nspname = 'public' and c.contype in ('p', 'u', 'f') and a.attname <> 'tenant_id' "
                  "and t.relname not in "} +
      std::string{without_tenant} + " and c.conname not in ('tenant_label', 'tenant_environment')");
  COUNTERFOIL_ASSERT_OK(rows);
  EXPECT_EQ(listed(*rows), "") << "Begin these keys with tenant_id, or say in this test why they need none.";
}

TEST_F(SchemaTest, PutsTheTenantFirstInEveryIndex) {
  const auto rows = session().rows<std::string>(
      std::string{"select i.indexrelid::regclass::text from pg_index i join pg_class t on t.oid = i.indrelid "
                  "join pg_namespace n on n.oid = t.relnamespace "
                  "join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0] "
                  "where n.nspname = 'public' and a.attname <> 'tenant_id' and t.relname not in "} +
      std::string{without_tenant} + " and i.indexrelid::regclass::text <> 'tenant_label'");
  COUNTERFOIL_ASSERT_OK(rows);
  EXPECT_EQ(listed(*rows), "") << "Begin these indexes with tenant_id.";
}

TEST_F(SchemaTest, HasOneTypeOfTenantAndNoSequenceFloatOrLargeObject) {
  const auto rows = session().rows<std::string>(
      "select table_name || '.' || column_name || ' ' || data_type from information_schema.columns "
      "where table_schema = 'public' and ((column_name = 'tenant_id' and (data_type <> 'bigint' or is_nullable = "
      "'YES')) "
      "or data_type in ('real', 'double precision', 'numeric', 'money', 'oid') or column_default like 'nextval%' "
      "or (column_name like '%\\_minor' and data_type <> 'bigint'))");
  COUNTERFOIL_ASSERT_OK(rows);
  EXPECT_EQ(listed(*rows), "");
}

TEST_F(SchemaTest, HasTheTenantInEveryTableOfATenant) {
  const auto rows = session().rows<std::string>(
      std::string{"select t.relname::text from pg_class t join pg_namespace n on n.oid = t.relnamespace "
                  "where n.nspname = 'public' and t.relkind = 'r' and not exists (select 1 from pg_attribute a "
                  "where a.attrelid = t.oid and a.attname = 'tenant_id' and a.attnum = 1) and t.relname not in "} +
      std::string{without_tenant});
  COUNTERFOIL_ASSERT_OK(rows);
  EXPECT_EQ(listed(*rows), "");
}

constexpr std::array history_tables{
    "audit",           "mandate_event", "bill_charge",    "bill_event",  "batch_event",       "batch_left_out",
    "claim",           "sealed_file",   "sealed_block",   "approval",    "sealed_file_chunk", "release",
    "outbox_event",    "claim_event",   "bank_file",      "bank_entry",  "claim_repair",      "bank_file_chunk",
    "bank_block",      "bank_finding",  "bank_statement", "entry_match", "journal",           "import_run",
    "exception_event", "idempotency",   "installation"};

TEST_F(SchemaTest, LetsTheApplicationAddToHistoryAndNeverChangeIt) {
  for (const std::string table : history_tables) {
    EXPECT_EQ(session().run("delete from " + table).error().code, "store.not-permitted") << table;
    const auto column = session().first_row<std::string>(
        "select a.attname::text from pg_attribute a where a.attrelid = cast(:name as regclass) and a.attnum = 1",
        {{"name", table}});
    COUNTERFOIL_ASSERT_OK(column);
    const auto& name = std::get<0>(**column);
    EXPECT_EQ(session().run("update " + table + " set " + name + " = " + name).error().code, "store.not-permitted")
        << table;
    EXPECT_EQ(session().run("truncate " + table + " cascade").error().code, "store.not-permitted") << table;
  }
}

TEST_F(SchemaTest, StopsEvenTheOwnerFromChangingHistory) {
  auto owner = open_owner_session();
  COUNTERFOIL_ASSERT_OK(owner.run(
      "insert into audit values (1, 1, 0, 'a', 'b', 'c', 'd', '', decode(repeat('00', 16), 'hex'), "
      "decode(repeat('00', 32), 'hex'), false, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'))"));
  for (const auto* sql : {"update audit set actor = 'x'", "delete from audit", "truncate audit"}) {
    const auto refused = owner.run(sql);
    ASSERT_FALSE(refused.has_value()) << sql;
    EXPECT_EQ(refused.error().code, "store.guard");
    EXPECT_EQ(refused.error().place.field, "append_only");
  }
  EXPECT_EQ(owner.run("update installation set environment = 'live'").error().place.field, "append_only");
}

TEST_F(SchemaTest, NeverTurnsATestDatabaseIntoALiveOne) {
  EXPECT_EQ(fix_environment(session(), Environment::live).error().code, "installation.other-environment");
  COUNTERFOIL_EXPECT_OK(fix_environment(session(), Environment::test));
  EXPECT_FALSE(
      session().run("insert into installation (environment, id) values ('live', gen_random_uuid())").has_value());
  EXPECT_EQ(session()
                .run("insert into tenant (tenant_id, environment, label, name) values (2, 'live', 'x', 'x')")
                .error()
                .place.field,
            "tenant_environment");
}

TEST_F(SchemaTest, KeepsOneTenantsKeysFromAnothers) {
  COUNTERFOIL_ASSERT_OK(insert_tenant(session(), {.id = 2, .label = "other", .name = "Other"}));
  const auto insert = [&](std::int64_t tenant, const Id& id) {
    return session().run("insert into payer (tenant_id, id, number, name) values (:tenant, :id, 'P1', 'x')",
                         {{"tenant", tenant}, {"id", id}});
  };
  const Id first = new_id();
  COUNTERFOIL_EXPECT_OK(insert(1, first));
  COUNTERFOIL_EXPECT_OK(insert(2, first));
  EXPECT_TRUE(is_taken(insert(1, new_id()).error(), "payer_number"));
  EXPECT_EQ(
      session()
          .run("insert into bill (tenant_id, id, number, payer_id, mandate_reference, currency, amount_minor, due_on, "
               "remittance, state, imported_by) values (2, :id, 'B', :payer, '', 'EUR', 1, '2026-01-01', '', "
               "'imported', 'a')",
               {{"id", new_id()}, {"payer", new_id()}})
          .error()
          .place.field,
      "bill_payer");
}

}  // namespace
}  // namespace counterfoil
