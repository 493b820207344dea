#include "security/digest.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

TEST(Digest, IsThatOfTheStandardsOwnExample) {
  // FIPS 180-4 example: SHA-256 of "abc".
  EXPECT_EQ(digest_text(digest_of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, DoesNotDependOnHowTheBytesArrive) {
  DigestStream stream;
  stream.append("a");
  stream.append("");
  stream.append("bc");
  EXPECT_EQ(stream.finish(), digest_of("abc"));
  stream.append("abc");
  EXPECT_EQ(stream.finish(), digest_of("abc")) << "A finished stream begins anew.";
}

TEST(Digest, ReadsItsOwnTextBack) {
  const Digest digest = digest_of("counterfoil");
  EXPECT_EQ(parse_digest(digest_text(digest)), digest);
  EXPECT_EQ(parse_digest("ba78"), std::nullopt);
  EXPECT_EQ(parse_digest(std::string(64, 'g')), std::nullopt);
}

TEST(Hex, KeepsEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(parse_hex(hex_text(bytes)), bytes);
  EXPECT_EQ(parse_hex("0"), std::nullopt);
}

}  // namespace
}  // namespace counterfoil
