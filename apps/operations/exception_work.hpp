// Working off the queue of mismatches.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/operations/desk.hpp"
#include "store/exceptions.hpp"

namespace counterfoil {

enum class ExceptionAction : std::uint8_t {
  retry,  // The next plan takes the bill again. Where the scheme wants the cause repaired first, the comment says how.
  post,   // What was proposed is right: post it.
  correct,    // New data for the mandate: those given, or the ones a notice of change brought.
  suspend,    // No collection under this mandate until somebody resumes it.
  end,        // The mandate is over.
  write_off,  // The bill is given up.
  accept,     // Looked at; nothing to do. Needs a comment.
};

[[nodiscard]] std::string_view exception_action_name(ExceptionAction action);
[[nodiscard]] std::optional<ExceptionAction> parse_exception_action(std::string_view name);
[[nodiscard]] std::vector<std::string> exception_action_names();

struct ResolveRequest {
  std::string number;
  ExceptionAction action = ExceptionAction::accept;
  std::string comment = {};
  std::string account = {}, bank = {}, payer_name = {};  // For `correct`.
};

struct ResolveResult {
  ExceptionCase what;
  std::string done;      // A sentence: what was changed.
  bool already = false;  // It was resolved this very way before.
};

/// Does what the action says and closes the exception, in one transaction. "exception.unknown", "exception.resolved"
/// (conflict: in another way), "exception.action" when the action does not fit this exception; each with what would.
[[nodiscard]] Result<ResolveResult> resolve(Desk& desk, const ResolveRequest& request);

struct ExceptionStory {
  ExceptionCase what;
  std::vector<ExceptionStep> steps;
  std::string meaning, remedy;  // Of its class.
};
[[nodiscard]] Result<ExceptionStory> explain_exception(Desk& desk, const std::string& number);

[[nodiscard]] Result<std::vector<ExceptionCase>> list_exceptions(Desk& desk, const ExceptionFilter& filter);

}  // namespace counterfoil
