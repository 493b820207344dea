#include "tests/boundaries/known_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "parsers/byte_source.hpp"

namespace counterfoil {
namespace {

std::string day(const std::optional<Date>& date) { return date ? iso_date(*date) : std::string{"-"}; }

template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string text;
  ((text += std::string{parts} + '|'), ...);
  return text + '\n';
}

}  // namespace

std::vector<KnownFile> known_files() {
  const std::filesystem::path root = std::filesystem::path{COUNTERFOIL_SOURCE_DIR} / "fixtures/fixed_width";
  std::vector<KnownFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
    if (!entry.is_regular_file() || entry.path().parent_path() == root) continue;
    std::ifstream in{entry.path(), std::ios::binary};
    files.push_back({std::filesystem::relative(entry.path(), root).string(),
                     LayoutLibrary::built_in().find(entry.path().parent_path().filename().string()),
                     {std::istreambuf_iterator<char>{in}, {}}});
  }
  std::ranges::sort(files, {}, &KnownFile::name);
  return files;
}

void Told::file(const FileHead& head) {
  words += joined("file", head.message_id, head.created, head.sender, head.receiver, head.sender_name,
                  head.receiver_name, head.file_modifier);
}

void Told::batch(const BatchHead& head) {
  words += joined("batch", head.id, head.instrument, head.service, head.creditor_name, head.creditor_id,
                  head.creditor_account, head.creditor_bank, head.description, head.discretionary,
                  head.descriptive_date, day(head.collect_on), day(head.settled_on), std::to_string(head.number));
}

void Told::entry(const Entry& entry) {
  ++entries;
  words += joined("entry", entry.reference, entry.mandate, entry.trace, entry.original_trace, entry.original_bank,
                  std::to_string(entry.amount_minor), std::to_string(entry.collected_minor), entry.payer_name,
                  entry.payer_account, entry.payer_bank, entry.account_kind, entry.transaction_code, entry.remittance,
                  entry.reason, entry.reason_text, entry.corrected_data, outcome_name(entry.outcome));
}

std::string Told::codes() const {
  std::string text;
  for (const Finding& finding : findings) text += finding.code + " line " + std::to_string(finding.place.line) + "; ";
  return text;
}

bool states_totals(const LayoutPlan& plan, const Told& whole) {
  return std::ranges::any_of(whole.records, [&](const Told::Record& record) {
    return record.plan != nullptr && std::ranges::any_of(record.plan->fields, [&](const FieldPlan& field) {
             if (!field.total) return false;
             const TotalPlan& total = plan.totals[*field.total];
             return total.scope != Scope::entry &&
                    (total.kind == TotalPlan::Kind::count || total.kind == TotalPlan::Kind::sum);
           });
  });
}

bool is_rows_alone(const LayoutPlan& plan) {
  return std::ranges::none_of(plan.records, [](const RecordPlan& record) { return record.roles.opens_file; });
}

Told told(const LayoutPlan& plan, std::string_view bytes, bool accept_partial) {
  Told told;
  MemorySource source{bytes};
  ReadOptions options;
  options.accept_partial = accept_partial;
  options.day = make_date(2026, 11, 24);
  told.verdict = read_watched(plan, source, options, told, &told).value_or(Verdict::refused);
  return told;
}

}  // namespace counterfoil
