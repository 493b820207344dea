#include "generators/hashed_output.hpp"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <array>

#include "tests/generators/words.hpp"

namespace counterfoil {
namespace {

std::string sha256_hex(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 0x0FU];
  }
  return hex;
}

class RefusingTarget final : public ByteTarget {
 public:
  Result<void> append(std::string_view) override {
    return std::unexpected(Error{.code = "disk.full", .explanation = "Full.", .remedy = "Make room.", .place = {}});
  }
};

// Nothing, less than a buffer, and files of several: the last two are hashed by the second thread.
TEST(HashedOutput, HandsOnEveryByteAndHashesAllOfThem) {
  for (const std::size_t lines : {0U, 1U, 1000U, 20'000U, 100'000U}) {
    TextTarget target;
    HashedOutput out{target};
    std::string expected;
    for (std::size_t line = 0; line < lines; ++line) {
      const std::string text = "A line of a bank file, number " + std::to_string(line) + "\n";
      expected += text;
      out.text() += text;
      ASSERT_TRUE(out.pass_on());
    }
    const auto digest = out.finish();
    ASSERT_TRUE(digest);
    EXPECT_EQ(*digest, sha256_hex(expected));
    EXPECT_EQ(target.text, expected);
    EXPECT_EQ(out.bytes(), expected.size());
  }
}

TEST(HashedOutput, PassesOnWhatTheTargetRefuses) {
  RefusingTarget target;
  HashedOutput out{target};
  out.text().assign(1'000'000, 'x');
  const auto passed = out.pass_on();
  ASSERT_FALSE(passed);
  EXPECT_EQ(passed.error().code, "disk.full");
}

TEST(HashedOutput, MayBeGivenUpHalfWay) {
  TextTarget target;
  HashedOutput out{target};
  for (int piece = 0; piece < 10; ++piece) {
    out.text().assign(1'000'000, 'x');
    ASSERT_TRUE(out.pass_on());
  }
}

}  // namespace
}  // namespace counterfoil
