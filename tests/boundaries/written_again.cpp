#include "tests/boundaries/written_again.hpp"

#include <utility>

#include "generators/bank_answer.hpp"

namespace counterfoil {

Result<std::string> written(const LayoutPlan& plan, Made& made, bool is_ours) {
  made.order.format = plan.name;
  made.order.head.settings = &made.settings;
  for (std::size_t i = 0; i < made.order.batches.size(); ++i) {
    BatchHead& batch = made.order.batches[i];
    batch.count = static_cast<std::int64_t>(made.entries[i].size());
    batch.sum_minor = 0;
    for (const Entry& entry : made.entries[i]) batch.sum_minor += entry.amount_minor;
  }
  ListedEntries entries{made.entries};
  TextTarget target;
  std::vector<Finding> notes;
  const auto done = is_ours ? write_collection(made.order, entries, target, notes)
                            : write_bank_answer(made.order, entries, target, notes);
  if (!done) return std::unexpected(done.error());
  return std::move(target.text);
}

Made made_of(const Said& said) {
  Made made;
  made.order.head = said.heard.head;
  made.order.batches = said.heard.batches;
  made.entries.resize(made.order.batches.size());
  for (std::size_t i = 0; i < said.heard.entries.size(); ++i)
    made.entries[said.batch_of[i]].push_back(said.heard.entries[i]);
  made.settings = said.heard.settings;
  return made;
}

}  // namespace counterfoil
