#include "security/environment.hpp"

namespace counterfoil {

std::string_view environment_name(Environment environment) {
  return environment == Environment::live ? "live" : "test";
}

std::optional<Environment> parse_environment(std::string_view name) {
  if (name == "test") return Environment::test;
  if (name == "live") return Environment::live;
  return std::nullopt;
}

}  // namespace counterfoil
