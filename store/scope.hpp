// What every store function needs: a conversation, the tenant it works for, and the keys.
#pragma once

#include <cstdint>
#include <functional>

#include "core/result.hpp"
#include "security/seal.hpp"
#include "store/session.hpp"

namespace counterfoil {

/// Handed by value; the session and the sealer must outlive the call. Functions that write expect to be inside a
/// transaction.
struct Scope {
  Session& session;
  std::int64_t tenant = 0;
  const FieldSealer& sealer;
};

/// Takes one row after the other; an Error ends the walk and is handed up.
template <class Value>
using Visitor = std::function<Result<void>(const Value&)>;

}  // namespace counterfoil
