#include "store/payers.hpp"

#include <fmt/format.h>

#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::string_view columns = "id, number, name, street, building, postcode, town, country, email";

Payer payer_of(const Stream& stream) {
  return {.id = stream.id(0),
          .number = std::string{stream.text(1)},
          .name = std::string{stream.text(2)},
          .address = {.street = std::string{stream.text(3)},
                      .building = std::string{stream.text(4)},
                      .postcode = std::string{stream.text(5)},
                      .town = std::string{stream.text(6)},
                      .country = std::string{stream.text(7)}},
          .email = std::string{stream.text(8)}};
}

Result<std::optional<Payer>> first_payer(const Scope& scope, std::string_view condition, const SqlValue& value) {
  auto row = scope.session.first_row<Id, std::string, std::string, std::string, std::string, std::string, std::string,
                                     std::string, std::string>(
      fmt::format("select {} from payer where tenant_id = :tenant and {}", columns, condition),
      {{"tenant", scope.tenant}, {"value", value}});
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<Payer>{};
  Payer payer;
  std::tie(payer.id, payer.number, payer.name, payer.address.street, payer.address.building, payer.address.postcode,
           payer.address.town, payer.address.country, payer.email) = std::move(**row);
  return std::optional{std::move(payer)};
}

}  // namespace

PayerWriter::PayerWriter(const Scope& scope)
    : scope_{scope},
      rows_{"payer",
            {"tenant_id", "id", "number", "name", "street", "building", "postcode", "town", "country", "email"}} {}

Result<void> PayerWriter::add(const Payer& payer) {
  rows_.begin_row();
  rows_.integer(scope_.tenant);
  rows_.id(payer.id);
  rows_.text(payer.number);
  rows_.text(payer.name);
  rows_.text(payer.address.street);
  rows_.text(payer.address.building);
  rows_.text(payer.address.postcode);
  rows_.text(payer.address.town);
  rows_.text(payer.address.country);
  rows_.text(payer.email);
  ++count_;
  if (rows_.byte_count() < copy_flush_bytes) return {};
  return scope_.session.copy(rows_);
}

Result<void> PayerWriter::finish() {
  if (auto sent = scope_.session.copy(rows_); !sent) return sent;
  return refresh_statistics(scope_, count_, {"payer"});
}

Result<void> update_payer(const Scope& scope, const Payer& payer) {
  auto changed = scope.session.run(
      "update payer set number = :number, name = :name, street = :street, building = :building, postcode = :postcode, "
      "town = :town, country = :country, email = :email where tenant_id = :tenant and id = :id",
      {{"number", payer.number},
       {"name", payer.name},
       {"street", payer.address.street},
       {"building", payer.address.building},
       {"postcode", payer.address.postcode},
       {"town", payer.address.town},
       {"country", payer.address.country},
       {"email", payer.email},
       {"tenant", scope.tenant},
       {"id", payer.id}});
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 0) return std::unexpected(stale("payer"));
  return {};
}

Result<std::optional<Payer>> find_payer(const Scope& scope, std::string_view number) {
  return first_payer(scope, "number = :value", number);
}

Result<std::optional<Payer>> find_payer(const Scope& scope, const Id& id) {
  return first_payer(scope, "id = :value::uuid", id);
}

Result<void> visit_payers(const Scope& scope, const Visitor<Payer>& visit, std::string_view after_number,
                          std::uint64_t most) {
  auto stream = scope.session.stream(
      fmt::format("select {} from payer where tenant_id = :tenant and number > :after order by number limit :most",
                  columns),
      {{"tenant", scope.tenant}, {"after", after_number}, {"most", limit_of(most)}});
  if (!stream) return std::unexpected(stream.error());
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    if (auto seen = visit(payer_of(*stream)); !seen) return seen;
  }
}

Result<std::uint64_t> count_payers(const Scope& scope) {
  auto row = scope.session.first_row<std::uint64_t>("select count(*) from payer where tenant_id = :tenant",
                                                    {{"tenant", scope.tenant}});
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

Result<std::vector<std::pair<std::string, Id>>> find_payer_ids(const Scope& scope,
                                                               const std::vector<std::string>& numbers) {
  auto rows = scope.session.rows<std::string, Id>(
      "select number, id from payer where tenant_id = :tenant and number = any(:numbers::text[])",
      {{"tenant", scope.tenant}, {"numbers", text_array(numbers)}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::pair<std::string, Id>> found;
  for (auto& [number, id] : *rows) found.emplace_back(std::move(number), id);
  return found;
}

}  // namespace counterfoil
