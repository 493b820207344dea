// A house to play in: a home folder of its own with a private cluster, and the built program run as a person would run
// it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace counterfoil::testing {

/// What one run of the program left behind.
struct Run {
  int exit = -1;  // 128 + signal when it was killed.
  std::string out, err;
  [[nodiscard]] nlohmann::json json() const;                // The one object of --json.
  [[nodiscard]] std::vector<nlohmann::json> lines() const;  // One object a line.
};

/// A temporary home; its cluster is stopped and everything removed at the end.
class House {
 public:
  House();
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path path(std::string_view name) const { return folder_ / name; }

  /// Runs `counterfoil WORDS` on the day that was set, with the environment variables given on top.
  [[nodiscard]] Run run(std::vector<std::string> words, const std::map<std::string, std::string>& variables = {}) const;
  /// The same, ends the program after so many microseconds unless it has ended itself.
  [[nodiscard]] Run run_for(std::vector<std::string> words, std::int64_t microseconds) const;

  void set_day(std::string day) { day_ = std::move(day); }
  void write(std::string_view name, std::string_view text) const;
  [[nodiscard]] std::string read(const std::filesystem::path& file) const;
  [[nodiscard]] std::vector<std::filesystem::path> files_in(std::string_view folder) const;

  /// init, an approver "anna", a releaser "otto", folders "out" and "in".
  void make_environment() const;
  void add_creditor(std::string_view label, std::string_view scheme) const;

  /// Payers, mandates and bills of so many flats for one creditor account; every bill is due on `due`.
  void import_flats(std::string_view label, std::string_view scheme, int flats, std::string_view due) const;
  void approve_bills() const;

  /// From a draft to a sent file; answers its bytes.
  [[nodiscard]] std::string send(const std::string& batch) const;
  /// From approved bills to a sent file; answers the batch number.
  [[nodiscard]] std::string collect(std::string_view label, std::string_view day) const;

  /// Runs `check` and answers what it says is broken; empty when everything holds.
  [[nodiscard]] std::string broken() const;

 private:
  std::filesystem::path folder_;
  std::string day_ = "2026-11-24";
};

/// The letter by which bills and mandates of a scheme are numbered.
[[nodiscard]] char letter_of(std::string_view scheme);
[[nodiscard]] std::string payers_csv(int flats);
[[nodiscard]] std::string mandates_csv(std::string_view scheme, int flats);
[[nodiscard]] std::string bills_csv(std::string_view scheme, int flats, std::string_view due,
                                    std::string_view month = "11");
[[nodiscard]] std::string creditor_toml(std::string_view scheme);

}  // namespace counterfoil::testing
