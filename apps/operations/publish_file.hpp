// Putting a file where other programs look for it: whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "core/exchange.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// What became of a publication.
enum class Publication { written, already_there };

/// Writes the bytes of `source` to FOLDER/NAME: first to NAME.tmp, synced, then renamed, then the folder synced, so
/// that whoever watches the folder never sees half a file. A file of that name with the same bytes is left as it is;
/// one with other bytes is an Error "publish.name-taken", because two files of one name are how banks collect twice.
/// A write or sync that fails leaves no file under the name.
[[nodiscard]] Result<Publication> publish_file(ByteSource& source, const std::string& folder, const std::string& name);

/// The same for bytes at hand.
[[nodiscard]] Result<Publication> publish_bytes(std::string_view bytes, const std::string& folder,
                                                const std::string& name);

/// The two halves of it, for senders that have to remember in between that they are about to publish.
/// Writes and syncs NAME.tmp.
[[nodiscard]] Result<void> prepare_file(ByteSource& source, const std::string& folder, const std::string& name);
/// Gives NAME.tmp its name.
[[nodiscard]] Result<Publication> publish_prepared(const std::string& folder, const std::string& name);
[[nodiscard]] std::string prepared_path(const std::string& folder, const std::string& name);

}  // namespace counterfoil
