// One conversation with PostgreSQL. SOCI owns the connection; bulk goes through COPY and cursors on that same
// connection.
//
// Errors never hold a value or a text of the database: a code of ours, the SQLSTATE and the name of the guard that
// spoke.
//   store.connection-lost, store.busy, store.retry        kind temporary: the same command may succeed later
//   store.commit-unknown                                  temporary: the same command looks its ids up and finishes
//   store.already                                         conflict: a unique key is taken; `place.field` names the key
//   store.guard                                           refused: a guard in the database said no; `place.field` names
//   it store.not-permitted                                   refused: the application role has no right to do that
//   store.statement                                       failed: anything else, with its SQLSTATE
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/date.hpp"
#include "core/id.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// Where a database is and as whom to speak to it.
struct DatabaseAddress {
  std::string connection;  // libpq keywords or a postgresql:// URL.
  std::string role;        // Taken on with SET ROLE after connecting; empty: stay who connected.
};

/// The two roles of every database of ours. The owner makes and migrates; the application can add to history and audit
/// and never change them.
inline constexpr std::string_view owner_role = "counterfoil_owner";
inline constexpr std::string_view application_role = "counterfoil_app";

struct SessionOptions {
  std::int64_t statement_timeout_ms = 0;  // 0: none. Bulk work takes as long as it takes.
  std::int64_t lock_timeout_ms = 10'000;  // Then "store.busy".
  std::int64_t idle_in_transaction_timeout_ms = 0;
};

/// One value for a named place of a statement. Texts must not hold a zero byte.
class SqlValue {
 public:
  SqlValue(std::nullopt_t) {}
  SqlValue(std::string_view text) : text_{std::string{text}} {}
  SqlValue(const std::string& text) : text_{text} {}
  SqlValue(const char* text) : text_{std::string{text}} {}
  SqlValue(bool value) : text_{value ? "true" : "false"} {}
  template <class Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool> && !std::is_same_v<Integer, char>)
  SqlValue(Integer value) : text_{std::to_string(value)} {}
  SqlValue(const Id& id) : text_{id.text()} {}
  SqlValue(Date date) : text_{iso_date(date)} {}
  template <class T>
  SqlValue(const std::optional<T>& value) {
    if (value) *this = SqlValue{*value};
  }
  /// For a bytea column.
  [[nodiscard]] static SqlValue bytes(std::string_view bytes);
  /// A nil id as NULL.
  [[nodiscard]] static SqlValue id_or_null(const Id& id) { return id.is_nil() ? SqlValue{std::nullopt} : SqlValue{id}; }
  /// An empty text as NULL.
  [[nodiscard]] static SqlValue text_or_null(std::string_view text) {
    return text.empty() ? SqlValue{std::nullopt} : SqlValue{text};
  }

  [[nodiscard]] const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};

struct SqlParameter {
  std::string_view name;  // As in ":name".
  SqlValue value;
};
using SqlParameters = std::initializer_list<SqlParameter>;

using SqlRow = std::vector<std::optional<std::string>>;

/// Bytes of a bytea column read as text.
struct SqlBytes {
  std::string bytes;
};

namespace sql_detail {
void read(const std::optional<std::string>& text, std::string& value);
void read(const std::optional<std::string>& text, std::int64_t& value);
void read(const std::optional<std::string>& text, std::uint64_t& value);
void read(const std::optional<std::string>& text, std::int32_t& value);
void read(const std::optional<std::string>& text, std::uint32_t& value);
void read(const std::optional<std::string>& text, bool& value);
void read(const std::optional<std::string>& text, Id& value);
void read(const std::optional<std::string>& text, Date& value);
void read(const std::optional<std::string>& text, SqlBytes& value);
template <class T>
void read(const std::optional<std::string>& text, std::optional<T>& value) {
  if (!text) {
    value.reset();
    return;
  }
  T inner{};
  read(text, inner);
  value = std::move(inner);
}
}  // namespace sql_detail

/// Rows for COPY, gathered in PostgreSQL's binary form. The widths must be those of the columns: bigint takes
/// `integer`, integer takes `integer32`.
class CopyRows {
 public:
  /// `table` and its columns in the order in which each row adds them.
  CopyRows(std::string_view table, std::initializer_list<std::string_view> columns);

  void begin_row();
  void null();
  void integer(std::int64_t value);
  void integer32(std::int32_t value);
  void boolean(bool value);
  void text(std::string_view value);
  void text_or_null(std::string_view value) { value.empty() ? null() : text(value); }
  void bytes(std::string_view value) { text(value); }
  void id(const Id& value);
  void id_or_null(const Id& value) { value.is_nil() ? null() : id(value); }
  void date(Date value);
  void date_or_null(const std::optional<Date>& value) { value ? date(*value) : null(); }

  [[nodiscard]] std::size_t row_count() const { return row_count_; }
  [[nodiscard]] std::size_t byte_count() const { return buffer_.size(); }
  [[nodiscard]] std::string_view rows() const { return buffer_; }
  [[nodiscard]] const std::string& statement() const { return statement_; }
  [[nodiscard]] bool is_complete() const { return fields_left_ == 0; }
  void clear();

 private:
  void field_length(std::size_t length);

  std::string statement_;
  std::string buffer_;
  std::int16_t column_count_;
  int fields_left_ = 0;
  std::size_t row_count_ = 0;
};

class Session;

/// The rows of one query, a few thousand in memory at a time. Other statements may run on the session between two rows.
/// Texts stay valid until the next row is asked for. Ends with the transaction.
class Stream {
 public:
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;

  /// Goes to the next row; false at the end.
  [[nodiscard]] Result<bool> next();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;  // smallint, integer and bigint; NULL is 0.
  [[nodiscard]] bool boolean(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // text and bytea; NULL is empty.
  [[nodiscard]] Id id(int column) const;                  // NULL is the nil id.
  [[nodiscard]] std::optional<Date> date(int column) const;

 private:
  friend class Session;
  struct State;
  explicit Stream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Rolls back when it goes without having been committed. One at a time on a session.
class Transaction {
 public:
  ~Transaction();
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;

  /// Fails with "store.commit-unknown" when the connection went away at that very moment.
  [[nodiscard]] Result<void> commit();

 private:
  friend class Session;
  explicit Transaction(Session& session) : session_{&session} {}
  Session* session_;
};

class Session {
 public:
  [[nodiscard]] static Result<Session> open(const DatabaseAddress& address, const SessionOptions& options = {});

  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  [[nodiscard]] Result<Transaction> begin();
  /// A transaction that sees one moment and changes nothing: reports and checks.
  [[nodiscard]] Result<Transaction> begin_read_only();

  /// Runs a statement; the answer is the number of rows it touched.
  [[nodiscard]] Result<std::uint64_t> run(std::string_view sql, SqlParameters parameters = {});
  [[nodiscard]] Result<std::uint64_t> run(std::string_view sql, std::span<const SqlParameter> parameters);

  /// All rows of a small answer, with a type for each column:
  ///     session.rows<Id, std::string>("select id, label from ... where tenant_id = :tenant", {{"tenant", 1}})
  template <class... Columns>
  [[nodiscard]] Result<std::vector<std::tuple<Columns...>>> rows(std::string_view sql, SqlParameters parameters = {}) {
    auto texts = text_rows(sql, std::span{parameters.begin(), parameters.size()}, sizeof...(Columns));
    if (!texts) return std::unexpected(texts.error());
    std::vector<std::tuple<Columns...>> answer;
    answer.reserve(texts->size());
    for (const SqlRow& row : *texts) {
      std::tuple<Columns...> values;
      read_row(row, values, std::index_sequence_for<Columns...>{});
      answer.push_back(std::move(values));
    }
    return answer;
  }

  /// The first row, or nothing.
  template <class... Columns>
  [[nodiscard]] Result<std::optional<std::tuple<Columns...>>> first_row(std::string_view sql,
                                                                        SqlParameters parameters = {}) {
    auto all = rows<Columns...>(sql, parameters);
    if (!all) return std::unexpected(all.error());
    if (all->empty()) return std::optional<std::tuple<Columns...>>{};
    return std::optional<std::tuple<Columns...>>{std::move(all->front())};
  }

  /// Opens a cursor; only inside a transaction.
  [[nodiscard]] Result<Stream> stream(std::string_view sql, SqlParameters parameters = {});
  [[nodiscard]] Result<Stream> stream(std::string_view sql, std::span<const SqlParameter> parameters);

  /// Sends the gathered rows with one COPY and clears them. No rows: nothing happens.
  [[nodiscard]] Result<void> copy(CopyRows& rows);

  /// Several statements without parameters, as a migration has them.
  [[nodiscard]] Result<void> run_script(std::string_view sql);

  [[nodiscard]] bool is_in_transaction() const;

  /// Ends the conversation at once, as a network failure would. For tests.
  void cut();

 private:
  friend class Transaction;
  friend class Stream;
  struct State;
  explicit Session(std::unique_ptr<State> state);

  [[nodiscard]] Result<std::vector<SqlRow>> text_rows(std::string_view sql, std::span<const SqlParameter> parameters,
                                                      std::size_t column_count);
  template <class Tuple, std::size_t... index>
  static void read_row(const SqlRow& row, Tuple& values, std::index_sequence<index...>) {
    (sql_detail::read(row[index], std::get<index>(values)), ...);
  }

  std::unique_ptr<State> state_;
};

/// Whether an error says that a unique key of this name was taken.
[[nodiscard]] bool is_taken(const Error& error, std::string_view key);

/// A fresh version 7 id from the clock and the operating system's random bytes. Ids of one thread rise strictly.
[[nodiscard]] Id new_id();

}  // namespace counterfoil
