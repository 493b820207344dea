#include "security/audit_chain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <vector>

namespace counterfoil {
namespace {

AuditEntry entry_of(std::int64_t sequence, std::string details = "state draft to sealed") {
  AuditEntry entry;
  entry.tenant = 1;
  entry.sequence = sequence;
  entry.at_microseconds = 1'700'000'000'000'000 + sequence;
  entry.actor = "ana";
  entry.action = "batch.seal";
  entry.subject_kind = "batch";
  entry.subject = "B-" + std::to_string(sequence);
  entry.details = std::move(details);
  entry.salt[0] = static_cast<std::uint8_t>(sequence);
  return entry;
}

std::vector<AuditEntry> chain_of(std::int64_t length) {
  std::vector<AuditEntry> chain;
  Digest head{};
  for (std::int64_t i = 1; i <= length; ++i) {
    chain.push_back(entry_of(i));
    chain_audit_entry(chain.back(), head);
    head = chain.back().hash;
  }
  return chain;
}

AuditAnchor anchor_of(const std::vector<AuditEntry>& chain) { return {chain.back().sequence, chain.back().hash}; }

AuditVerifier verified(const std::vector<AuditEntry>& chain, std::optional<AuditAnchor> head,
                       std::optional<AuditAnchor> anchor = std::nullopt) {
  AuditVerifier verifier{1, anchor};
  for (const auto& entry : chain) verifier.take(entry);
  verifier.finish(head);
  return verifier;
}

bool found(const AuditVerifier& verifier, std::string_view code, std::int64_t sequence) {
  for (const auto& fault : verifier.faults()) {
    if (fault.code == code && fault.sequence == sequence) return true;
  }
  return false;
}

TEST(AuditChain, IsWholeAsItWasWritten) {
  const auto chain = chain_of(100);
  const auto verifier = verified(chain, anchor_of(chain), AuditAnchor{50, chain[49].hash});
  EXPECT_TRUE(verifier.is_whole());
  EXPECT_EQ(verifier.entry_count(), 100U);
  EXPECT_EQ(verifier.head().hash, chain.back().hash);
}

TEST(AuditChain, FindsAnyChangedField) {
  const auto chain = chain_of(5);
  const std::vector<std::function<void(AuditEntry&)>> changes{
      [](AuditEntry& e) { e.actor = "ben"; },
      [](AuditEntry& e) { e.action = "batch.void"; },
      [](AuditEntry& e) { e.subject_kind = "bill"; },
      [](AuditEntry& e) { e.subject = "B-9"; },
      [](AuditEntry& e) { e.at_microseconds += 1; },
      [](AuditEntry& e) { e.details += "."; },
      [](AuditEntry& e) { e.salt[3] ^= 1; },
      [](AuditEntry& e) { e.details_digest[0] ^= 1; },
      [](AuditEntry& e) { e.previous[31] ^= 1; },
      [](AuditEntry& e) { e.hash[0] ^= 1; },
      [](AuditEntry& e) { e.tenant = 2; },
      [](AuditEntry& e) { e.sequence = 7; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto tampered = chain;
    changes[i](tampered[2]);
    EXPECT_FALSE(verified(tampered, anchor_of(chain)).is_whole()) << i;
  }
}

TEST(AuditChain, FindsBytesMovedFromOneFieldToItsNeighbour) {
  AuditEntry left = entry_of(1);
  left.subject_kind = "bat";
  left.subject = "chB-1";
  AuditEntry right = entry_of(1);
  right.subject_kind = "batch";
  right.subject = "B-1";
  EXPECT_NE(audit_canonical_bytes(left), audit_canonical_bytes(right));
}

TEST(AuditChain, FindsADeletedEntry) {
  auto chain = chain_of(5);
  const auto head = anchor_of(chain);
  chain.erase(chain.begin() + 2);
  const auto verifier = verified(chain, head);
  EXPECT_TRUE(found(verifier, "audit.gap", 4));
  EXPECT_TRUE(found(verifier, "audit.link", 4));
}

TEST(AuditChain, FindsAnInsertedEntry) {
  auto chain = chain_of(5);
  const auto head = anchor_of(chain);
  auto forged = entry_of(3, "nothing to see");
  chain_audit_entry(forged, chain[1].hash);
  chain.insert(chain.begin() + 2, forged);
  EXPECT_FALSE(verified(chain, head).is_whole());
}

TEST(AuditChain, FindsTwoEntriesThatChangedPlaces) {
  auto chain = chain_of(5);
  const auto head = anchor_of(chain);
  std::swap(chain[1], chain[2]);
  EXPECT_FALSE(verified(chain, head).is_whole());
}

TEST(AuditChain, FindsACutEndThroughTheHeadOrTheAnchor) {
  auto chain = chain_of(5);
  const auto anchor = anchor_of(chain);
  chain.pop_back();
  EXPECT_TRUE(found(verified(chain, anchor), "audit.truncated", 4));
  // Whoever cuts the table can also move the head beside it; the anchor outside the database still tells.
  EXPECT_TRUE(verified(chain, anchor_of(chain)).is_whole());
  EXPECT_TRUE(found(verified(chain, anchor_of(chain), anchor), "audit.truncated", 4));
}

TEST(AuditChain, FindsAChainWrittenAnewThroughTheAnchor) {
  const auto anchor = anchor_of(chain_of(5));
  std::vector<AuditEntry> forged;
  Digest head{};
  for (std::int64_t i = 1; i <= 5; ++i) {
    forged.push_back(entry_of(i, "as it never was"));
    chain_audit_entry(forged.back(), head);
    head = forged.back().hash;
  }
  EXPECT_TRUE(verified(forged, anchor_of(forged)).is_whole());
  EXPECT_TRUE(found(verified(forged, anchor_of(forged), anchor), "audit.changed", 5));
}

TEST(AuditChain, StaysWholeWhenDetailsAreErased) {
  auto chain = chain_of(3);
  chain[1].details.clear();
  chain[1].details_erased = true;
  EXPECT_TRUE(verified(chain, anchor_of(chain)).is_whole());
}

RC_GTEST_PROP(AuditChain, TwoEntriesShareTheirBytesOnlyWhenTheyAreTheSame,
              (const std::string& a, const std::string& b, const std::string& c, const std::string& d)) {
  AuditEntry left = entry_of(1);
  left.actor = a;
  left.action = b;
  AuditEntry right = entry_of(1);
  right.actor = c;
  right.action = d;
  RC_ASSERT((audit_canonical_bytes(left) == audit_canonical_bytes(right)) == (a == c && b == d));
}

}  // namespace
}  // namespace counterfoil
