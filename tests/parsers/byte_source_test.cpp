#include "parsers/byte_source.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "parsers/temporary_file.hpp"

namespace counterfoil {
namespace {

std::string read_all(ByteSource& source) {
  std::string bytes;
  while (true) {
    const auto piece = source.next();
    EXPECT_TRUE(piece.has_value());
    if (!piece || piece->empty()) return bytes;
    bytes += *piece;
  }
}

TEST(PeekedSource, GivesEverythingAgainAfterAPeek) {
  for (const std::size_t size : {1U, 3U, 100U}) {
    MemorySource memory{"0123456789", size};
    PeekedSource peeked{memory};
    EXPECT_EQ(peeked.peek(4)->substr(0, 4), "0123");
    EXPECT_EQ(peeked.peek(2)->substr(0, 2), "01");
    EXPECT_EQ(read_all(peeked), "0123456789");
  }
}

TEST(PeekedSource, ShowsAllThereIsOfAShortSource) {
  MemorySource memory{"abc", 1};
  PeekedSource peeked{memory};
  EXPECT_EQ(*peeked.peek(1000), "abc");
  EXPECT_EQ(read_all(peeked), "abc");
  MemorySource nothing{""};
  PeekedSource empty{nothing};
  EXPECT_EQ(*empty.peek(10), "");
  EXPECT_EQ(read_all(empty), "");
}

TEST(FileSource, ReadsAFileOfSeveralPieces) {
  const auto path = std::filesystem::temp_directory_path() / ("counterfoil_byte_source_" + std::to_string(::getpid()));
  const std::string bytes(byte_piece_size * 2 + 17, 'x');
  std::FILE* file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
  auto source = FileSource::open(path.string());
  ASSERT_TRUE(source.has_value());
  EXPECT_EQ(read_all(**source).size(), bytes.size());
  std::filesystem::remove(path);
}

TEST(FileSource, SaysWhyItCannotRead) {
  EXPECT_EQ(FileSource::open("/nowhere/at/all").error().code, "file.not-found");
  EXPECT_EQ(FileSource::open("/").error().code, "file.is-directory");
}

// A file whose direction only its content tells was kept in memory as a whole, whatever its size.
TEST(KeptBytes, AreReadAnyNumberOfTimesInMemoryOrFromAFile) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, std::size_t{5} << 20}) {
    std::string bytes(size, ' ');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('A' + i % 23);
    MemorySource source{bytes};
    const auto kept = KeptBytes::of(source);
    ASSERT_TRUE(kept.has_value());
    EXPECT_TRUE(read_all(*kept->read()) == bytes) << size;
    EXPECT_TRUE(read_all(*kept->read()) == bytes) << size << ", a second time";
  }
}

}  // namespace
}  // namespace counterfoil
