// What a file is, told by its first bytes and never by its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace counterfoil {

class LayoutLibrary;

enum class FileShape : std::uint8_t {
  empty,  // No bytes, or white space only.
  zip,
  xml,
  fixed_width,  // A layout of the catalogue recognises its first records: `format` names it.
  csv,          // Delimited text: a list of ours or a bank's export, not a bank message.
  mt940,        // A statement of SWIFT, MT942 included.
  bai2,
  compressed,  // gzip, bzip2, xz, 7z, rar.
  document,    // PDF, an office document, a picture.
  utf16,       // Text in UTF-16 or UTF-32, which no bank format here uses.
  unknown,
};

struct Detected {
  FileShape shape = FileShape::unknown;
  std::string format;  // "nacha", "cn-304"; empty for all but fixed_width.
};

/// How many bytes a detection wants to see.
inline constexpr std::size_t detection_size = std::size_t{16} * 1024;

/// `is_whole` says that `head` is all there is. Fixed-width formats are looked for among `layouts`; nullptr: those in
/// the binary.
[[nodiscard]] Detected detect_shape(std::string_view head, bool is_whole, const LayoutLibrary* layouts = nullptr);

}  // namespace counterfoil
