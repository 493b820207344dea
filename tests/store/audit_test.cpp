#include "store/audit.hpp"

#include <atomic>
#include <thread>

#include "store/import_runs.hpp"
#include "tests/store/test_cluster.hpp"

namespace counterfoil {
namespace {

class AuditTest : public StoreTest {
 protected:
  void append(int count) {
    for (int i = 0; i < count; ++i) {
      auto transaction = session().begin();
      COUNTERFOIL_ASSERT_OK(append_audit(
          session(), 1, {"ana", "bill.approve", "bill", "BILL-" + std::to_string(i), "state to approved"}));
      COUNTERFOIL_ASSERT_OK(transaction->commit());
    }
  }

  // As somebody who owns the whole server might.
  void tamper(std::string_view sql) {
    auto superuser = open_superuser_session();
    COUNTERFOIL_ASSERT_OK(
        superuser.run_script(std::string{"set session_replication_role = replica; "} + std::string{sql}));
  }

  [[nodiscard]] std::vector<AuditFault> faults(std::optional<AuditAnchor> anchor = std::nullopt) {
    auto verifier = verify_audit(session(), 1, anchor);
    EXPECT_TRUE(verifier.has_value());
    return verifier->faults();
  }
};

TEST_F(AuditTest, IsWholeAndReadsBackWhatWasNoted) {
  append(5);
  EXPECT_TRUE(faults().empty());
  EXPECT_EQ(audit_head(session(), 1).value()->sequence, 5);
  auto transaction = session().begin();
  std::vector<std::string> subjects;
  AuditFilter filter;
  filter.subject_kind = "bill";
  filter.most = 2;
  filter.newest_first = true;
  COUNTERFOIL_ASSERT_OK(visit_audit(session(), 1, filter, [&](const AuditEntry& entry) -> Result<void> {
    subjects.push_back(entry.subject);
    return {};
  }));
  EXPECT_EQ(subjects, (std::vector<std::string>{"BILL-4", "BILL-3"}));
}

TEST_F(AuditTest, ForgetsAnEntryWhoseChangeWasRolledBack) {
  append(1);
  {
    auto transaction = session().begin();
    COUNTERFOIL_ASSERT_OK(append_audit(session(), 1, {"ana", "x", "y", "z", ""}));
  }
  append(1);
  EXPECT_TRUE(faults().empty());
  EXPECT_EQ(audit_head(session(), 1).value()->sequence, 2);
}

TEST_F(AuditTest, FindsAChangedEntry) {
  append(4);
  tamper("update audit set actor = 'eve' where sequence = 3");
  const auto found = faults();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "audit.changed");
  EXPECT_EQ(found[0].sequence, 3);
}

TEST_F(AuditTest, FindsADeletedAnInsertedAndAReorderedEntry) {
  append(4);
  tamper("delete from audit where sequence = 2");
  EXPECT_FALSE(faults().empty());
  tamper(
      "insert into audit select tenant_id, 2, at_microseconds, actor, action, subject_kind, subject, details, salt, "
      "details_digest, false, previous, hash from audit where sequence = 3");
  EXPECT_FALSE(faults().empty());
}

TEST_F(AuditTest, FindsTwoEntriesThatChangedPlaces) {
  append(4);
  tamper(
      "update audit set sequence = 100 where sequence = 2; update audit set sequence = 2 where sequence = 3; "
      "update audit set sequence = 3 where sequence = 100");
  EXPECT_FALSE(faults().empty());
}

TEST_F(AuditTest, FindsACutEndThroughTheHeadAndACutHeadThroughTheAnchor) {
  append(4);
  const auto anchor = *audit_head(session(), 1).value();
  tamper("delete from audit where sequence = 4");
  EXPECT_EQ(faults().front().code, "audit.truncated");
  tamper("update audit_head set sequence = 3, hash = (select hash from audit where sequence = 3)");
  EXPECT_TRUE(faults().empty());
  EXPECT_EQ(faults(anchor).front().code, "audit.truncated");
}

TEST_F(AuditTest, KeepsOneOrderWhenManyWriteAtOnce) {
  std::vector<std::thread> writers;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      auto mine = open_session();
      for (int k = 0; k < 25; ++k) {
        auto transaction = mine.begin();
        if (!transaction || !append_audit(mine, 1, {"ana", "x", "y", "z", ""}) || !transaction->commit()) ++failed;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(failed, 0);
  EXPECT_TRUE(faults().empty());
  EXPECT_EQ(audit_head(session(), 1).value()->sequence, 100);
}

TEST_F(AuditTest, VerifiesALongChainAsAStream) {
  constexpr int length = 20'000;
  {
    auto owner = open_owner_session();
    auto transaction = owner.begin();
    CopyRows rows{"audit",
                  {"tenant_id", "sequence", "at_microseconds", "actor", "action", "subject_kind", "subject", "details",
                   "salt", "details_digest", "details_erased", "previous", "hash"}};
    Digest head{};
    for (int i = 1; i <= length; ++i) {
      AuditEntry entry;
      entry.tenant = 1;
      entry.sequence = i;
      entry.actor = "ana";
      entry.details = "detail";
      chain_audit_entry(entry, head);
      head = entry.hash;
      rows.begin_row();
      rows.integer(1);
      rows.integer(i);
      rows.integer(0);
      rows.text("ana");
      for (int k = 0; k < 3; ++k) rows.text("");
      rows.text("detail");
      rows.bytes(std::string(16, '\0'));
      rows.bytes(digest_bytes(entry.details_digest));
      rows.boolean(false);
      rows.bytes(digest_bytes(entry.previous));
      rows.bytes(digest_bytes(entry.hash));
    }
    COUNTERFOIL_ASSERT_OK(owner.copy(rows));
    COUNTERFOIL_ASSERT_OK(transaction->commit());
    tamper("update audit_head set sequence = 20000, hash = (select hash from audit where sequence = 20000)");
  }
  const auto verifier = verify_audit(session(), 1);
  COUNTERFOIL_ASSERT_OK(verifier);
  EXPECT_TRUE(verifier->is_whole());
  EXPECT_EQ(verifier->entry_count(), static_cast<std::uint64_t>(length));
}

using ImportTest = StoreTest;

TEST_F(ImportTest, KnowsTheSameBytesAgain) {
  const ImportRun run{.id = new_id(),
                      .kind = "bills",
                      .file_name = "bills.csv",
                      .digest = digest_of("a,b"),
                      .rows_good = 3,
                      .rows_bad = 1,
                      .operator_name = "ana",
                      .at = {}};
  COUNTERFOIL_ASSERT_OK(insert_import_run(scope(), run));
  EXPECT_EQ(find_import_run(scope(), "bills", run.digest).value()->rows_good, 3U);
  EXPECT_FALSE(find_import_run(scope(), "payers", run.digest)->has_value());
  ImportRun again = run;
  again.id = new_id();
  EXPECT_TRUE(is_taken(insert_import_run(scope(), again).error(), "import_run_digest"));
  EXPECT_EQ(list_import_runs(scope())->size(), 1U);
}

TEST_F(ImportTest, AnswersARepeatedRequestAndRefusesAnotherUnderItsKey) {
  const auto request = digest_of("approve B-000001");
  EXPECT_FALSE(find_idempotent(scope(), "k1", request)->has_value());
  COUNTERFOIL_ASSERT_OK(save_idempotent(scope(), "k1", {request, "{}"}));
  EXPECT_EQ(find_idempotent(scope(), "k1", request).value()->result, "{}");
  EXPECT_EQ(find_idempotent(scope(), "k1", digest_of("other")).error().code, "idempotency.other-request");
}

using OperatorTest = StoreTest;

TEST_F(OperatorTest, IsFoundByNameAndBySystemUserWithItsRoles) {
  OperatorRow row;
  row.who.name = "ana";
  row.who.roles.insert(Role::preparer);
  row.who.roles.insert(Role::reader);
  row.system_user = "ana01";
  row.full_name = "Ana";
  COUNTERFOIL_ASSERT_OK(insert_operator(session(), 1, row, "setup"));
  const auto found = find_operator_of_system_user(session(), 1, "ana01");
  COUNTERFOIL_ASSERT_OK(found);
  EXPECT_EQ((*found)->who.roles, (std::set<Role>{Role::preparer, Role::reader}));
  COUNTERFOIL_ASSERT_OK(withdraw_role(session(), 1, "ana", Role::reader));
  COUNTERFOIL_ASSERT_OK(grant_role(session(), 1, "ana", Role::approver, "setup"));
  COUNTERFOIL_ASSERT_OK(set_operator_active(session(), 1, "ana", false));
  const auto now = find_operator(session(), 1, "ana");
  EXPECT_EQ((*now)->who.roles, (std::set<Role>{Role::preparer, Role::approver}));
  EXPECT_FALSE((*now)->who.is_active);
  EXPECT_EQ(grant_role(session(), 1, "nobody", Role::reader, "setup").error().code, "operator.unknown");
  EXPECT_EQ(list_operators(session(), 1)->size(), 1U);
}

}  // namespace
}  // namespace counterfoil
