#include "apps/operations/mandate_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "apps/operations/mandate_work.hpp"
#include "reconcile/correction.hpp"
#include "security/seal.hpp"
#include "store/mandates.hpp"

namespace counterfoil {
namespace {

/// One line at work.
class Message {
 public:
  Message(Desk& desk, const Entry& entry, const Reason& reason, Mandate& mandate)
      : desk_{desk}, entry_{entry}, reason_{reason}, mandate_{mandate} {}

  Result<MandateMessage> take() {
    if (mandate_.state == MandateState::ended) return after_the_end();
    if (reason_.mandate_effect == MandateEffect::none) {
      if (is_agreed() && names_other_account())
        return for_a_person("It names another account than the one kept here, so nothing was changed.");
      if (const auto event = news_of_opening()) return take_opening(*event);
      if (changes_nothing()) return no_news();
    }
    switch (reason_.mandate_effect) {
      case MandateEffect::end:
        return change_state(MandateEffect::end, false);
      case MandateEffect::suspend:
        if (reason_.has_flag("relodge") && brings_account()) return amend_and_lodge_again();
        return change_state(MandateEffect::suspend, true);
      case MandateEffect::amend:
        return amend_only();
      case MandateEffect::none:
      case MandateEffect::hold:
        break;
    }
    return for_a_person("Nothing was changed.");
  }

  /// What was done, for the audit trail.
  [[nodiscard]] const std::string& done() const { return done_; }

 private:
  Result<MandateMessage> posted() {
    MandateMessage message;
    message.judged.judgement = judgement();
    message.judged.judgement.disposition = Disposition::posted;
    message.changed = true;
    return message;
  }

  Result<MandateMessage> no_news() {
    MandateMessage message;
    message.judged.judgement = judgement();
    message.judged.judgement.disposition = Disposition::ignored;
    message.judged.judgement.ignored_by = IgnoreRule::no_news;
    return message;
  }

  Result<MandateMessage> for_a_person(std::string_view what_was_done) {
    MandateMessage message;
    auto& judged = message.judged;
    judged.judgement = judgement();
    judged.judgement.disposition = Disposition::exception;
    judged.judgement.exceptions.add(ExceptionClass::mandate_to_look_at);
    judged.judgement.next_step = step_after(reason_);
    judged.explanation = fmt::format("The bank says of mandate {}: {}, {}. {} {}", mandate_.reference, reason_.code,
                                     reason_.meaning_en, what_was_done, next_step_sentence(judged.judgement.next_step));
    message.changed = !done_.empty();
    return message;
  }

  /// So it is at the bank, and nobody has to do anything about it.
  [[nodiscard]] bool is_agreed() const {
    const bool is_so = entry_.outcome == Outcome::accepted || entry_.outcome == Outcome::settled;
    return is_so && reason_.action == ReasonAction::none;
  }

  [[nodiscard]] bool names_other_account() const {
    const auto theirs = normalise_account(entry_.payer_account);
    return !theirs.empty() && !mandate_.account.empty() && theirs != normalise_account(mandate_.account);
  }

  /// Whether the line answers what a mandate waits for.
  [[nodiscard]] std::optional<MandateEventKind> news_of_opening() const {
    if (mandate_.state != MandateState::pending || entry_.mandate_event == MandateNews::ended) return std::nullopt;
    if (is_agreed()) return MandateEventKind::registered;
    const bool is_refused = entry_.outcome == Outcome::rejected && entry_.mandate_event == MandateNews::created;
    return is_refused ? std::optional{MandateEventKind::refused} : std::nullopt;
  }

  Result<MandateMessage> take_opening(MandateEventKind event) {
    if (auto done = change({.kind = event, .detail = detail()}); !done) return std::unexpected(done.error());
    return event == MandateEventKind::registered ? posted() : for_a_person("The mandate is suspended.");
  }

  /// The bank holds the mandate as it is held here, or repeats a request that is being answered.
  [[nodiscard]] bool changes_nothing() const {
    if (entry_.mandate_event == MandateNews::ended) return false;
    if (entry_.outcome == Outcome::pending)
      return mandate_.state == MandateState::pending || mandate_.state == MandateState::active;
    return is_agreed() && mandate_.state == MandateState::active;
  }

  [[nodiscard]] Judgement judgement() const {
    Judgement judgement;
    judgement.rule = MatchRule::mandate;
    judgement.on = entry_.booked_on.value_or(desk_.today());
    judgement.mandate_effect = reason_.mandate_effect;
    return judgement;
  }

  /// A cancellation said twice is no news; anything else asks for a mandate that is no more.
  Result<MandateMessage> after_the_end() {
    if (reason_.mandate_effect == MandateEffect::end) return no_news();
    return for_a_person(fmt::format("The mandate ended ({}), and an ended mandate does not change: a new one is needed.",
                                    mandate_end_name(mandate_.end)));
  }

  Result<MandateMessage> change_state(MandateEffect effect, bool wants_person) {
    const auto event = apply_effect(mandate_, effect, reason_.code, desk_.today());
    if (!event) return std::unexpected(event.error());
    if (*event) {
      if (auto saved = save(**event); !saved) return std::unexpected(saved.error());
    }
    if (wants_person) return for_a_person(*event ? "The mandate is suspended." : "The mandate was suspended before.");
    return *event ? posted() : no_news();
  }

  [[nodiscard]] bool brings_account() const {
    const auto data = mandate_data_of_advice(entry_.corrected_data);
    return data.account.has_value() || data.bank.has_value();
  }

  /// Answers the names of what changed, and nothing where the new data cannot be used.
  Result<std::optional<std::string>> amend() {
    auto changed = amend_by_rules(desk_, mandate_, mandate_data_of_advice(entry_.corrected_data));
    if (!changed && changed.error().kind != ErrorKind::input) return std::unexpected(changed.error());
    if (!changed) {
      refused_because_ = changed.error().explanation;
      return std::optional<std::string>{};
    }
    if (!changed->empty()) note(*changed);
    return std::optional{std::move(*changed)};
  }

  Result<MandateMessage> amend_only() {
    const auto data = mandate_data_of_advice(entry_.corrected_data);
    if (!data.account && !data.bank && !data.payer_name) {
      return for_a_person("It brings no account and no name, so nothing was changed.");
    }
    const auto changed = amend();
    if (!changed) return std::unexpected(changed.error());
    if (!*changed) return for_a_person(fmt::format("The new data cannot be used. {}", refused_because_));
    return (*changed)->empty() ? no_news() : posted();
  }

  Result<MandateMessage> amend_and_lodge_again() {
    const auto changed = amend();
    if (!changed) return std::unexpected(changed.error());
    if (!*changed) {
      const auto stopped = change_state(MandateEffect::suspend, false);
      if (!stopped) return stopped;
      return for_a_person(fmt::format("The new data cannot be used. {} The mandate is suspended.", refused_because_));
    }
    const bool waits = mandate_.pending == MandatePending::prenote_to_send;
    if ((*changed)->empty() && mandate_.state == MandateState::pending) return no_news();
    if (waits) return posted();
    // An instruction that is on its way went to the old account: another one follows it.
    if (mandate_.state == MandateState::pending) {
      if (auto stopped = change({.kind = MandateEventKind::suspended, .detail = detail()}); !stopped)
        return std::unexpected(stopped.error());
    }
    const MandateChange wait{.kind = MandateEventKind::wait_begun,
                             .detail = detail(),
                             .pending = MandatePending::prenote_to_send};
    if (auto begun = change(wait); !begun) return std::unexpected(begun.error());
    return posted();
  }

  [[nodiscard]] std::string detail() const { return fmt::format("bank reason {}", reason_.code); }

  Result<void> change(const MandateChange& wish) {
    const auto event = apply(mandate_, wish, desk_.today());
    if (!event) return std::unexpected(event.error());
    return save(*event);
  }

  Result<void> save(const MandateEvent& event) {
    note(mandate_event_name(event.kind));
    return save_mandate(desk_.scope(), mandate_, event, desk_.actor().name);
  }

  void note(std::string_view what) {
    if (!done_.empty()) done_ += "; ";
    done_ += what;
  }

  Desk& desk_;
  const Entry& entry_;
  const Reason& reason_;
  Mandate& mandate_;
  std::string done_, refused_because_;
};

MandateMessage not_understood(Desk& desk, const Entry& entry, ExceptionClass kind, NextStep step,
                              std::string explanation) {
  MandateMessage message;
  auto& judgement = message.judged.judgement;
  judgement.disposition = Disposition::exception;
  judgement.on = entry.booked_on.value_or(desk.today());
  judgement.exceptions.add(kind);
  judgement.next_step = step;
  message.judged.explanation = std::move(explanation);
  return message;
}

/// References of ours are in capitals, and a bank may have written one otherwise.
std::string in_capitals(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return made;
}

Result<std::optional<Mandate>> mandate_of(Desk& desk, const std::optional<CreditorAccount>& owner, const Entry& entry) {
  if (!owner || entry.mandate.empty()) return std::optional<Mandate>{};
  auto found = find_mandate(desk.scope(), entry.mandate, owner->id);
  if (!found || *found) return found;
  return find_mandate(desk.scope(), in_capitals(entry.mandate), owner->id);
}

}  // namespace

Result<MandateMessage> take_mandate_message(Desk& desk, const std::optional<CreditorAccount>& owner, const Entry& entry,
                                            const Reason* reason, const std::string& file_name) {
  auto mandate = mandate_of(desk, owner, entry);
  if (!mandate) return std::unexpected(mandate.error());
  if (!*mandate) {
    // What a payer asks for is nobody's mandate yet: its reason says what to do.
    const bool is_request = reason != nullptr && entry.outcome == Outcome::pending;
    const auto step = is_request ? step_after(*reason) : NextStep::talk_to_bank;
    const auto meaning = reason == nullptr ? std::string{} : fmt::format(" ({}, {})", reason->code, reason->meaning_en);
    return not_understood(desk, entry, ExceptionClass::unknown_reference, step,
                          fmt::format("The bank speaks of mandate {}{}, and no such mandate is kept here. {}",
                                      entry.mandate, meaning,
                                      is_request ? std::string_view{reason->next_step} : next_step_sentence(step)));
  }
  if (reason == nullptr) {
    return not_understood(desk, entry, ExceptionClass::reason_unknown, NextStep::talk_to_bank,
                          fmt::format("The bank says something of mandate {} for a reason nobody here knows: {}. {}",
                                      entry.mandate, entry.reason, next_step_sentence(NextStep::talk_to_bank)));
  }
  Message message{desk, entry, *reason, **mandate};
  auto taken = message.take();
  if (!taken || !taken->changed) return taken;
  const auto noted = desk.note("mandate.message", "mandate", (*mandate)->reference,
                               fmt::format("{}: {}; {}", reason->code, message.done(), file_name));
  if (!noted) return std::unexpected(noted.error());
  return taken;
}

}  // namespace counterfoil
