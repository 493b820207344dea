#include "store/audit.hpp"

#include <fmt/format.h>

#include <cstring>

#include "core/require.hpp"

namespace counterfoil {

namespace {

Digest digest_from(std::string_view bytes) {
  Digest digest{};
  require(bytes.size() == digest.size(), "A stored digest has 32 bytes.");
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

constexpr std::string_view columns =
    "sequence, at_microseconds, actor, action, subject_kind, subject, details, salt, details_digest, details_erased, "
    "previous, hash";

// Reuses the entry's memory: a chain of millions is walked with a handful of allocations.
void read_entry(const Stream& stream, std::int64_t tenant, AuditEntry& entry) {
  entry.tenant = tenant;
  entry.sequence = stream.integer(0);
  entry.at_microseconds = stream.integer(1);
  entry.actor = stream.text(2);
  entry.action = stream.text(3);
  entry.subject_kind = stream.text(4);
  entry.subject = stream.text(5);
  entry.details = stream.text(6);
  const auto salt = stream.text(7);
  require(salt.size() == entry.salt.size(), "A stored salt has 16 bytes.");
  std::memcpy(entry.salt.data(), salt.data(), salt.size());
  entry.details_digest = digest_from(stream.text(8));
  entry.details_erased = stream.boolean(9);
  entry.previous = digest_from(stream.text(10));
  entry.hash = digest_from(stream.text(11));
}

}  // namespace

Result<AuditAnchor> append_audit(Session& session, std::int64_t tenant, const AuditNote& note) {
  require(session.is_in_transaction(), "An audit entry is written with the change it speaks of.");
  // The clock is read after the lock is held, so that times rise with the sequence.
  auto head = session.first_row<std::int64_t, SqlBytes>(
      "select sequence, hash from audit_head where tenant_id = :tenant for update", {{"tenant", tenant}});
  if (!head) return std::unexpected(head.error());
  require(head->has_value(), "A tenant has an audit head.");
  auto now = session.first_row<std::int64_t>("select (extract(epoch from clock_timestamp()) * 1000000)::bigint");
  if (!now) return std::unexpected(now.error());

  AuditEntry entry;
  entry.tenant = tenant;
  entry.sequence = std::get<0>(**head) + 1;
  entry.at_microseconds = std::get<0>(**now);
  entry.actor = note.actor;
  entry.action = note.action;
  entry.subject_kind = note.subject_kind;
  entry.subject = note.subject;
  entry.details = note.details;
  fill_random(entry.salt.data(), entry.salt.size());
  chain_audit_entry(entry, digest_from(std::get<1>(**head).bytes));

  auto written = session.run(
      fmt::format("insert into audit (tenant_id, {}) values (:tenant, :sequence, :at, :actor, :action, :subject_kind, "
                  ":subject, :details, :salt, :details_digest, false, :previous, :hash)",
                  columns),
      {{"tenant", tenant},
       {"sequence", entry.sequence},
       {"at", entry.at_microseconds},
       {"actor", entry.actor},
       {"action", entry.action},
       {"subject_kind", entry.subject_kind},
       {"subject", entry.subject},
       {"details", entry.details},
       {"salt", SqlValue::bytes({reinterpret_cast<const char*>(entry.salt.data()), entry.salt.size()})},
       {"details_digest", SqlValue::bytes(digest_bytes(entry.details_digest))},
       {"previous", SqlValue::bytes(digest_bytes(entry.previous))},
       {"hash", SqlValue::bytes(digest_bytes(entry.hash))}});
  if (!written) return std::unexpected(written.error());
  auto moved = session.run(
      "update audit_head set sequence = :sequence, hash = :hash where tenant_id = :tenant",
      {{"sequence", entry.sequence}, {"hash", SqlValue::bytes(digest_bytes(entry.hash))}, {"tenant", tenant}});
  if (!moved) return std::unexpected(moved.error());
  return AuditAnchor{entry.sequence, entry.hash};
}

Result<std::optional<AuditAnchor>> audit_head(Session& session, std::int64_t tenant) {
  auto head = session.first_row<std::int64_t, SqlBytes>(
      "select sequence, hash from audit_head where tenant_id = :tenant", {{"tenant", tenant}});
  if (!head) return std::unexpected(head.error());
  if (!*head || std::get<0>(**head) == 0) return std::optional<AuditAnchor>{};
  return std::optional{AuditAnchor{std::get<0>(**head), digest_from(std::get<1>(**head).bytes)}};
}

Result<void> visit_audit(Session& session, std::int64_t tenant, const AuditFilter& filter,
                         const Visitor<AuditEntry>& visit) {
  auto stream = session.stream(
      fmt::format("select {} from audit where tenant_id = :tenant and sequence > :after "
                  "and (:subject_kind::text is null or subject_kind = :subject_kind) "
                  "and (:subject::text is null or subject = :subject) "
                  "and (:actor::text is null or actor = :actor) and (:action::text is null or action = :action) "
                  "order by sequence {} limit :most",
                  columns, filter.newest_first ? "desc" : "asc"),
      {{"tenant", tenant},
       {"after", filter.after_sequence},
       {"subject_kind", SqlValue::text_or_null(filter.subject_kind)},
       {"subject", SqlValue::text_or_null(filter.subject)},
       {"actor", SqlValue::text_or_null(filter.actor)},
       {"action", SqlValue::text_or_null(filter.action)},
       {"most", filter.most == 0 ? SqlValue{std::nullopt} : SqlValue{filter.most}}});
  if (!stream) return std::unexpected(stream.error());
  AuditEntry entry;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    read_entry(*stream, tenant, entry);
    if (auto seen = visit(entry); !seen) return seen;
  }
}

Result<AuditVerifier> verify_audit(Session& session, std::int64_t tenant, std::optional<AuditAnchor> anchor) {
  // One snapshot for chain and head, whether or not the caller has one open.
  std::optional<Transaction> own;
  if (!session.is_in_transaction()) {
    auto begun = session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  AuditVerifier verifier{tenant, anchor};
  auto head = audit_head(session, tenant);
  if (!head) return std::unexpected(head.error());
  auto walked = visit_audit(session, tenant, {}, [&](const AuditEntry& entry) -> Result<void> {
    verifier.take(entry);
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  verifier.finish(*head);
  return verifier;
}

}  // namespace counterfoil
