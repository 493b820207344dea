#include "parsers/zip.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>

#include <filesystem>
#include <functional>
#include <string>

#include "parsers/byte_source.hpp"
#include "tests/parsers/described.hpp"

namespace counterfoil::tests {
namespace {

/// An archive made by `fill`, as bytes.
std::string zipped(const std::function<void(zip_t*)>& fill) {
  const auto path = std::filesystem::temp_directory_path() / ("counterfoil_zip_test_" + std::to_string(::getpid()));
  std::filesystem::remove(path);
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  fill(archive);
  EXPECT_EQ(zip_close(archive), 0);
  std::string bytes = file_bytes(path.string());
  std::filesystem::remove(path);
  return bytes;
}

zip_int64_t add(zip_t* archive, const char* name, const std::string& bytes) {
  return zip_file_add(archive, name, zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
}

TEST(Zip, ReadsEachFileInTheOrderOfTheNames) {
  const std::string pain002 = fixture("pain002_three_levels.xml"), camt = fixture("camt054_returns.xml");
  const auto described = describe(zipped([&](zip_t* archive) {
    add(archive, "b.xml", camt);
    add(archive, "a.xml", pain002);
  }));
  EXPECT_EQ(described.ends, 2U);
  EXPECT_NE(described.verdict, Verdict::refused);
  EXPECT_LT(described.text.find("format=pain.002"), described.text.find("format=camt.054"));
  // One file for whoever keeps its lines: positions go on.
  EXPECT_EQ(described.text.find("entry 1 ", described.text.find("format=camt.054")), std::string::npos);
}

TEST(Zip, OneBadFileRefusesTheWhole) {
  const std::string good = fixture("camt054_returns.xml"), bad = "%PDF-1.7";
  const auto described = describe(zipped([&](zip_t* archive) {
    add(archive, "a.xml", good);
    add(archive, "b.pdf", bad);
  }));
  EXPECT_EQ(described.verdict, Verdict::refused);
  EXPECT_EQ(described.refusal, "file.document");
}

TEST(Zip, RefusesNamesThatLeadSomewhere) {
  const std::string good = fixture("camt054_returns.xml");
  for (const char* name : {"../a.xml", "/etc/a.xml", "a/../../b.xml", "C:a.xml", "a\\b.xml", "a\nb.xml"}) {
    EXPECT_EQ(describe(zipped([&](zip_t* archive) { add(archive, name, good); })).refusal, "zip.name") << name;
  }
  EXPECT_EQ(describe(zipped([&](zip_t* archive) { add(archive, "folder/a.xml", good); })).refusal, "zip.path");
}

TEST(Zip, RefusesLinks) {
  const std::string target = "/etc/passwd";
  const auto described = describe(zipped([&](zip_t* archive) {
    const auto index = add(archive, "a.xml", target);
    zip_file_set_external_attributes(archive, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX, 0120777U << 16);
  }));
  EXPECT_EQ(described.refusal, "zip.link");
}

TEST(Zip, RefusesABombBeforeUnfoldingIt) {
  const std::string zeros(64 << 20, ' ');
  EXPECT_EQ(describe(zipped([&](zip_t* archive) { add(archive, "a.xml", zeros); })).refusal, "zip.ratio");
}

TEST(Zip, RefusesAnArchiveInTheArchive) {
  const std::string good = fixture("camt054_returns.xml");
  const std::string inner = zipped([&](zip_t* archive) { add(archive, "a.xml", good); });
  EXPECT_EQ(describe(zipped([&](zip_t* archive) { add(archive, "a.zip", inner); })).refusal, "zip.nested");
}

TEST(Zip, RefusesAnEncryptedFile) {
  const std::string good = fixture("camt054_returns.xml");
  const auto described = describe(zipped([&](zip_t* archive) {
    const auto index = add(archive, "a.xml", good);
    zip_file_set_encryption(archive, static_cast<zip_uint64_t>(index), ZIP_EM_AES_256, "secret");
  }));
  EXPECT_EQ(described.refusal, "zip.encrypted");
}

TEST(Zip, KeepsItsLimits) {
  const std::string one = "1";
  const std::string bytes = zipped([&](zip_t* archive) {
    for (const char* name : {"a", "b", "c"}) add(archive, name, one);
  });
  struct Sink final : WordSink {
    void finding(const Finding& finding) override { code = finding.code; }
    std::string code;
  };
  const auto code_with = [&](const ZipLimits& limits) {
    Sink sink;
    MemorySource source{bytes};
    EXPECT_TRUE(read_zip(source, limits, "x.zip", sink, [](const std::string&, ByteSource&) {
                  return Result<void>{};
                }).has_value());
    return sink.code;
  };
  EXPECT_EQ(code_with({.most_members = 2}), "zip.too-many-members");
  EXPECT_EQ(code_with({.most_archive_bytes = 100}), "zip.too-large");
  EXPECT_EQ(code_with({.most_total_bytes = 2}), "zip.too-large");
  EXPECT_EQ(code_with({.most_members = 3, .most_total_bytes = 3}), "");
}

TEST(Zip, IsNeverAcceptedWhenCutOffOrDamaged) {
  const std::string good = fixture("pain002_three_levels.xml");
  const std::string bytes = zipped([&](zip_t* archive) { add(archive, "a.xml", good); });
  const auto whole = describe(bytes);
  for (std::size_t length = 4; length < bytes.size(); ++length) {
    ASSERT_EQ(describe(bytes.substr(0, length)).verdict, Verdict::refused) << length;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    const auto described = describe(changed);
    // A change is refused, or it stands where the archive says nothing about the content, such as a time.
    if (described.verdict != Verdict::refused) {
      EXPECT_EQ(described.text, whole.text) << at;
    }
  }
}

}  // namespace
}  // namespace counterfoil::tests
