#include "parsers/zip.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "parsers/byte_source.hpp"
#include "parsers/temporary_file.hpp"

namespace counterfoil {
namespace {

struct CloseZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, CloseZip>;
using OpenMember = std::unique_ptr<zip_file_t, CloseMember>;

struct Member {
  std::string name;
  zip_uint64_t index = 0;
  std::uint64_t size = 0, compressed = 0;
};

/// What stands in the way of reading the archive: a finding, not an Error.
struct Refusal {
  std::string code, message, remedy;
};

/// Inflates one member in pieces and stops where it is larger than it said.
class MemberSource final : public ByteSource {
 public:
  MemberSource(OpenMember member, std::uint64_t size, bool& is_damaged)
      : member_{std::move(member)}, left_{size}, is_damaged_{is_damaged}, piece_(byte_piece_size) {}

  Result<std::string_view> next() override {
    const auto count = zip_fread(member_.get(), piece_.data(), piece_.size());
    // A damaged member ends early: what reads it says that the end is missing, and the archive says why.
    if (count < 0 || static_cast<std::uint64_t>(count) > left_ || (count == 0 && left_ > 0)) {
      is_damaged_ = true;
      left_ = 0;
      return std::string_view{};
    }
    left_ -= static_cast<std::uint64_t>(count);
    return std::string_view{piece_.data(), static_cast<std::size_t>(count)};
  }

 private:
  OpenMember member_;
  std::uint64_t left_;
  bool& is_damaged_;
  std::vector<char> piece_;
};

class ZipReader {
 public:
  ZipReader(const ZipLimits& limits, const std::string& file_name, WordSink& sink)
      : limits_{limits}, file_name_{file_name}, sink_{sink} {}

  Result<void> read(ByteSource& source, const ReadZipMember& read_member) {
    auto spooled = spool(source);
    if (!spooled) return std::unexpected(spooled.error());
    if (*spooled == nullptr) return {};
    if (!open(std::move(*spooled))) return {};
    std::vector<Member> members;
    if (!list(members)) return {};
    std::ranges::sort(members, {}, &Member::name);
    for (const auto& member : members) {
      if (auto done = read_one(member, read_member); !done) return done;
    }
    return {};
  }

 private:
  using File = TemporaryFile::Handle;

  void refuse(Refusal refusal, const std::string& member = {}) {
    sink_.finding({.code = std::move(refusal.code),
                   .severity = Severity::error,
                   .place = {.file = member.empty() ? file_name_ : file_name_ + "/" + member},
                   .message = std::move(refusal.message),
                   .remedy = std::move(refusal.remedy),
                   .refuses_file = true});
  }

  /// The directory of a ZIP stands at its end, so that the bytes are kept until they are all there.
  Result<File> spool(ByteSource& source) {
    auto file = TemporaryFile::make();
    if (!file) return std::unexpected(file.error());
    std::uint64_t size = 0;
    while (true) {
      const auto piece = source.next();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) break;
      size += piece->size();
      if (size > limits_.most_archive_bytes) {
        refuse({"zip.too-large",
                "The archive is larger than " + std::to_string(limits_.most_archive_bytes >> 20) + " MiB.",
                "Take the bank files out of it and read them one by one."});
        return File{};
      }
      if (auto appended = file->append(*piece); !appended) return std::unexpected(appended.error());
    }
    return file->finish();
  }

  bool open(File file) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_filep_create(file.get(), 0, -1, &error);
    if (source != nullptr) {
      (void)file.release();  // The source closes it.
      archive_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
      if (archive_ == nullptr) zip_source_free(source);
    }
    zip_error_fini(&error);
    if (archive_ != nullptr) return true;
    refuse({"zip.damaged", "The ZIP archive is damaged or incomplete.", "Fetch it again; nothing of it may be used."});
    return false;
  }

  bool list(std::vector<Member>& members) {
    const auto count = static_cast<std::uint64_t>(std::max<zip_int64_t>(zip_get_num_entries(archive_.get(), 0), 0));
    if (count == 0) {
      refuse({"zip.empty", "The ZIP archive holds no file.", "Ask the bank for the file again."});
      return false;
    }
    if (count > limits_.most_members) {
      refuse({"zip.too-many-members",
              "The archive holds " + std::to_string(count) + " files where " + std::to_string(limits_.most_members) +
                  " are allowed.",
              "Take the bank files out of it and read them one by one."});
      return false;
    }
    std::uint64_t total = 0;
    bool all_well = true;
    for (std::uint64_t index = 0; index < count; ++index) {
      Member member{.name = {}, .index = index};
      if (const auto refusal = inspect(member, total)) {
        refuse(*refusal, shown_name(member.name));
        all_well = false;
      } else if (!member.name.ends_with('/')) {
        members.push_back(std::move(member));
      }
    }
    return all_well;
  }

  /// Everything that can be known before a byte is inflated.
  std::optional<Refusal> inspect(Member& member, std::uint64_t& total) {
    zip_stat_t about;
    zip_stat_init(&about);
    if (zip_stat_index(archive_.get(), member.index, ZIP_FL_ENC_RAW, &about) != 0 || about.name == nullptr) {
      return Refusal{"zip.damaged", "The directory of the archive is damaged.",
                     "Fetch it again; nothing of it may be used."};
    }
    member.name = about.name;
    member.size = about.size;
    member.compressed = about.comp_size;
    constexpr zip_uint64_t needed =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if ((about.valid & needed) != needed) {
      return Refusal{"zip.damaged", "The directory of the archive does not say how large a file is.",
                     "Fetch it again; nothing of it may be used."};
    }
    if (const auto refusal = inspect_name(member)) return refusal;
    if (about.encryption_method != ZIP_EM_NONE) {
      return Refusal{"zip.encrypted", "The file is encrypted.", "Decrypt it with the bank's own means, then read it."};
    }
    if (about.comp_method != ZIP_CM_STORE && about.comp_method != ZIP_CM_DEFLATE) {
      return Refusal{"zip.method", "The file is packed by a method that is not read.",
                     "Pack it again with an ordinary ZIP program."};
    }
    return inspect_size(member, total);
  }

  std::optional<Refusal> inspect_name(const Member& member) {
    const std::string& name = member.name;
    const bool has_control = std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    const bool is_bad = name.empty() || name.size() > 255 || name.front() == '/' || has_control ||
                        name.find('\\') != std::string::npos || name.find(':') != std::string::npos || name == ".." ||
                        name.starts_with("../") || name.find("/../") != std::string::npos || name.ends_with("/..");
    if (is_bad)
      return Refusal{"zip.name", "A name in the archive leads out of it or holds control characters.",
                     "Do not use the archive."};
    if (name.find('/') != std::string::npos && !name.ends_with('/')) {
      return Refusal{"zip.path", "A file in the archive stands in a folder.",
                     "Banks send files without folders. Take the bank files out of it and read them one by one."};
    }
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(archive_.get(), member.index, 0, &system, &attributes) == 0 &&
        system == ZIP_OPSYS_UNIX) {
      constexpr zip_uint32_t kind_mask = 0170000, regular = 0100000, folder = 0040000;
      const zip_uint32_t kind = attributes >> 16 & kind_mask;
      if (kind != 0 && kind != regular && kind != folder)
        return Refusal{"zip.link", "The archive holds a link or device.", "Do not use the archive."};
    }
    return std::nullopt;
  }

  std::optional<Refusal> inspect_size(const Member& member, std::uint64_t& total) const {
    constexpr std::uint64_t small = std::uint64_t{1} << 20;
    if (member.size > limits_.most_member_bytes || __builtin_add_overflow(total, member.size, &total) ||
        total > limits_.most_total_bytes) {
      return Refusal{"zip.too-large", "The archive unfolds to more than is allowed.",
                     "Do not use the archive, or take the bank files out of it and read them one by one."};
    }
    if (member.size > small && member.size / std::max<std::uint64_t>(member.compressed, 1) > limits_.most_ratio) {
      return Refusal{"zip.ratio",
                     "The file unfolds to more than " + std::to_string(limits_.most_ratio) + " times its packed size.",
                     "Bank files never do. Do not use the archive."};
    }
    return std::nullopt;
  }

  static std::string shown_name(const std::string& name) {
    std::string shown = name.substr(0, 80);
    for (char& c : shown) {
      if (c < 0x20 || c == 0x7F) c = '?';
    }
    return shown;
  }

  Result<void> read_one(const Member& member, const ReadZipMember& read_member) {
    OpenMember open{zip_fopen_index(archive_.get(), member.index, 0)};
    if (open == nullptr) {
      refuse({"zip.damaged", "The file cannot be unpacked.", "Fetch the archive again; nothing of it may be used."},
             shown_name(member.name));
      return {};
    }
    bool is_damaged = false;
    MemberSource source{std::move(open), member.size, is_damaged};
    if (auto done = read_member(member.name, source); !done) return done;
    // A reader may stop before the end; the rest still has to be sound.
    while (!is_damaged) {
      const auto piece = source.next();
      if (!piece || piece->empty()) break;
    }
    if (is_damaged)
      refuse(
          {"zip.damaged", "The file in the archive is damaged.", "Fetch the archive again; nothing of it may be used."},
          shown_name(member.name));
    return {};
  }

  const ZipLimits& limits_;
  const std::string& file_name_;
  WordSink& sink_;
  Archive archive_;
};

}  // namespace

Result<void> read_zip(ByteSource& source, const ZipLimits& limits, const std::string& file_name, WordSink& sink,
                      const ReadZipMember& read_member) {
  return ZipReader{limits, file_name, sink}.read(source, read_member);
}

}  // namespace counterfoil
