// One door for every collection file: which writer makes which format.
#include "generators/writer.hpp"

#include <fmt/format.h>

#include "core/catalogue.hpp"
#include "formats/layout.hpp"
#include "generators/fixed_width.hpp"
#include "generators/nacha_edits.hpp"
#include "generators/pain008.hpp"

namespace counterfoil {
namespace {

Result<WrittenFile> write_nacha(const LayoutPlan& plan, const WriteOrder& order, EntrySource& entries,
                                ByteTarget& target, std::vector<Finding>& notes) {
  auto collection = NachaCollection::make(order, entries);
  if (!collection) return std::unexpected(collection.error());
  auto written = write_fixed_width(plan, collection->order(), *collection, target, notes);
  if (written) collection->settle(*written);
  return written;
}

Error unknown_format(std::string_view format) {
  std::string known;
  for (const Scheme& scheme : Catalogue::built_in().schemes()) {
    for (const std::string& one : scheme.formats) known += fmt::format("{}{}", known.empty() ? "" : ", ", one);
  }
  return {"write.format-unknown",
          fmt::format("No collection file of the format \"{}\" can be written.", format),
          fmt::format("The formats are {}.", known),
          {},
          ErrorKind::usage};
}

}  // namespace

Result<WrittenFile> write_collection(const WriteOrder& order, EntrySource& entries, ByteTarget& target,
                                     std::vector<Finding>& notes) {
  if (order.format.starts_with("pain.008.")) return write_pain008(order, entries, target, notes);
  const LayoutPlan* plan = LayoutLibrary::built_in().find(order.format);
  if (plan == nullptr) return std::unexpected(unknown_format(order.format));
  if (plan->scheme == "nacha") return write_nacha(*plan, order, entries, target, notes);
  return write_fixed_width(*plan, order, entries, target, notes);
}

}  // namespace counterfoil
