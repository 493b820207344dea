#include "security/audit_chain.hpp"

#include <fmt/format.h>

namespace counterfoil {

namespace {

constexpr std::size_t most_faults_kept = 1000;

void append_number(std::string& bytes, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((value >> shift) & 0xFFU);
}

void append_field(std::string& bytes, std::string_view field) {
  append_number(bytes, field.size());
  bytes += field;
}

void write_canonical(const AuditEntry& entry, std::string& bytes) {
  bytes.clear();
  append_field(bytes, "counterfoil.audit.1");
  append_number(bytes, static_cast<std::uint64_t>(entry.tenant));
  append_number(bytes, static_cast<std::uint64_t>(entry.sequence));
  append_number(bytes, static_cast<std::uint64_t>(entry.at_microseconds));
  append_field(bytes, entry.actor);
  append_field(bytes, entry.action);
  append_field(bytes, entry.subject_kind);
  append_field(bytes, entry.subject);
  append_field(bytes, digest_bytes(entry.details_digest));
  append_field(bytes, digest_bytes(entry.previous));
}

std::string_view salt_bytes(const AuditSalt& salt) { return {reinterpret_cast<const char*>(salt.data()), salt.size()}; }

}  // namespace

Digest audit_details_digest(const AuditSalt& salt, std::string_view details) {
  std::string bytes;
  append_field(bytes, salt_bytes(salt));
  append_field(bytes, details);
  return digest_of(bytes);
}

std::string audit_canonical_bytes(const AuditEntry& entry) {
  std::string bytes;
  write_canonical(entry, bytes);
  return bytes;
}

void chain_audit_entry(AuditEntry& entry, const Digest& head) {
  entry.details_digest = audit_details_digest(entry.salt, entry.details);
  entry.previous = head;
  entry.hash = digest_of(audit_canonical_bytes(entry));
}

AuditVerifier::AuditVerifier(std::int64_t tenant, std::optional<AuditAnchor> anchor)
    : tenant_{tenant}, anchor_{anchor} {}

void AuditVerifier::complain(std::string code, std::int64_t sequence, std::string message) {
  ++fault_count_;
  if (faults_.size() < most_faults_kept) faults_.push_back({std::move(code), sequence, std::move(message)});
}

void AuditVerifier::check_anchor(const AuditAnchor& anchor, const AuditEntry& entry) {
  if (anchor.sequence != entry.sequence || anchor.hash == entry.hash) return;
  complain("audit.changed", entry.sequence,
           fmt::format("Entry {} is not the one the anchor names: the chain was written anew from somewhere before it.",
                       entry.sequence));
}

void AuditVerifier::take(const AuditEntry& entry) {
  ++entry_count_;
  const std::int64_t expected = head_.sequence + 1;
  if (entry.tenant != tenant_) {
    complain("audit.other-tenant", entry.sequence,
             fmt::format("Entry {} belongs to tenant {}.", entry.sequence, entry.tenant));
  }
  if (entry.sequence != expected) {
    complain("audit.gap", entry.sequence,
             fmt::format("Entry {} follows entry {}: an entry was taken out or put in between.", entry.sequence,
                         head_.sequence));
  }
  if (entry.previous != head_.hash) {
    complain("audit.link", entry.sequence,
             fmt::format("Entry {} does not link to the entry before it.", entry.sequence));
  }
  write_canonical(entry, buffer_);
  digest_.append(buffer_);
  if (digest_.finish() != entry.hash) {
    complain("audit.changed", entry.sequence,
             fmt::format("Entry {} was changed after it was written.", entry.sequence));
  }
  if (!entry.details_erased) {
    buffer_.clear();
    append_field(buffer_, salt_bytes(entry.salt));
    append_field(buffer_, entry.details);
    digest_.append(buffer_);
    if (digest_.finish() != entry.details_digest) {
      complain("audit.details", entry.sequence,
               fmt::format("The details of entry {} were changed after it was written.", entry.sequence));
    }
  }
  if (anchor_) check_anchor(*anchor_, entry);
  head_ = {entry.sequence, entry.hash};
}

void AuditVerifier::finish(std::optional<AuditAnchor> expected_head) {
  const auto check_end = [this](const AuditAnchor& end, std::string_view whose) {
    if (end.sequence > head_.sequence) {
      complain("audit.truncated", head_.sequence,
               fmt::format("The chain ends with entry {}, but {} names entry {}: the end was cut off.", head_.sequence,
                           whose, end.sequence));
    }
  };
  if (anchor_) check_end(*anchor_, "the anchor");
  if (!expected_head) return;
  check_end(*expected_head, "its head");
  if (expected_head->sequence < head_.sequence) {
    complain("audit.gap", head_.sequence,
             fmt::format("Entries after {} were added without moving the head.", expected_head->sequence));
  } else if (expected_head->sequence == head_.sequence && expected_head->hash != head_.hash) {
    complain("audit.changed", head_.sequence, "The last entry is not the one the head names.");
  }
}

}  // namespace counterfoil
