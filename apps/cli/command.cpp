#include "apps/cli/command.hpp"

#include <algorithm>
#include <charconv>

#include "core/require.hpp"

namespace counterfoil {

Invocation::Invocation(const Command& command, Globals globals, Values values, Output& out)
    : command_{&command}, globals_{std::move(globals)}, values_{std::move(values)}, out_{&out} {}

const std::vector<std::string>& Invocation::texts(std::string_view name) const {
  const bool declared = std::ranges::any_of(command_->arguments, [&](const auto& it) { return it.name == name; }) ||
                        std::ranges::any_of(command_->options, [&](const auto& it) { return it.name == name; });
  require(declared, "a command asks only for values it declares");
  static const std::vector<std::string> none;
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

bool Invocation::given(std::string_view name) const { return !texts(name).empty(); }

std::string Invocation::text(std::string_view name) const {
  const auto& all = texts(name);
  return all.empty() ? std::string{} : all.front();
}

std::optional<std::int64_t> Invocation::number(std::string_view name) const {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  std::int64_t result = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), result);
  require(problem == std::errc{} && end == value.data() + value.size(), "a number is checked before the command runs");
  return result;
}

std::optional<Date> Invocation::date(std::string_view name) const {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  const auto result = parse_iso_date(value);
  require(result.has_value(), "a date is checked before the command runs");
  return result;
}

}  // namespace counterfoil
