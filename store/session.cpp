#include "store/session.hpp"

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstring>
#include <deque>

#include "core/require.hpp"
#include "security/digest.hpp"

namespace counterfoil {

namespace {

constexpr int rows_a_fetch = 5000;

Error database_error(std::string code, std::string explanation, std::string remedy, ErrorKind kind,
                     std::string_view guard = {}) {
  Error error{std::move(code), std::move(explanation), std::move(remedy), {}, kind};
  error.place.field = guard;
  return error;
}

Error connection_lost() {
  return database_error(
      "store.connection-lost", "The connection to the database went away.",
      "Nothing was half done. Check that the database runs (`counterfoil db status`) and give the same "
      "command again.",
      ErrorKind::temporary);
}

// The name between quotes after `word`, such as that of a constraint. Names of ours hold no value of a row.
std::string_view quoted_after(std::string_view message, std::string_view word) {
  const auto at = message.find(word);
  if (at == std::string_view::npos) return {};
  const auto begin = at + word.size();
  const auto end = message.find('"', begin);
  return end == std::string_view::npos ? std::string_view{} : message.substr(begin, end - begin);
}

// A trigger of ours raises the name of its guard as the whole message.
std::string_view guard_of_trigger(std::string_view message) {
  const auto at = message.find("ERROR:  ");
  if (at == std::string_view::npos) return {};
  message.remove_prefix(at + 8);
  return message.substr(0, message.find_first_of(" \n"));
}

// Never quotes the message: the server puts values of rows into it.
Error error_of_state(std::string_view state, std::string_view message) {
  const std::string_view kind = state.substr(0, 2);
  if (kind == "08" || kind == "57" || kind == "53") {
    if (state == "57014") {
      return database_error("store.busy", "The database stopped a statement that took too long.",
                            "Give the same command again when less is going on.", ErrorKind::temporary);
    }
    return connection_lost();
  }
  if (state == "40001" || state == "40P01") {
    return database_error("store.retry",
                          "Two commands worked on the same rows, and the database gave way to the other one.",
                          "Give the same command again.", ErrorKind::temporary);
  }
  if (state == "55P03") {
    return database_error("store.busy", "Another command holds a row that this one needs.",
                          "Give the same command again in a moment.", ErrorKind::temporary);
  }
  if (state == "23505") {
    const auto guard = quoted_after(message, "constraint \"");
    return database_error("store.already", fmt::format("Something with this key is there already ({}).", guard),
                          "Look at what is there; the other command was first.", ErrorKind::conflict, guard);
  }
  if (kind == "23") {
    auto guard = quoted_after(message, "constraint \"");
    if (guard.empty()) guard = quoted_after(message, "column \"");
    return database_error("store.guard", fmt::format("A guard of the database refused this ({}).", guard),
                          "This is a safety net below the program's own checks; nothing was changed.",
                          ErrorKind::refused, guard);
  }
  if (kind == "CF") {
    const auto guard = guard_of_trigger(message);
    return database_error("store.guard", fmt::format("A guard of the database refused this ({}).", guard),
                          "This is a safety net below the program's own checks; nothing was changed.",
                          ErrorKind::refused, guard);
  }
  if (state == "42501") {
    return database_error("store.not-permitted", "The application's database role has no right to do that.",
                          "History, audit and sealed files can be added to and never changed.", ErrorKind::refused);
  }
  if (state == "3D000") {
    return database_error("store.no-database", "The database does not exist.", "Run `counterfoil init` to make it.",
                          ErrorKind::usage);
  }
  if (kind == "28") {
    return database_error(
        "store.login", "The database server does not let this user in.",
        "Check the user of the address, and for the private cluster that you are the user who made it.",
        ErrorKind::usage);
  }
  return database_error("store.statement", fmt::format("The database refused a statement (SQLSTATE {}).", state),
                        "Run `counterfoil doctor`. If it finds nothing, report this with the command you gave.",
                        ErrorKind::failed);
}

void append_big_endian(std::string& buffer, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) buffer += static_cast<char>((value >> shift) & 0xFFU);
}

std::int64_t big_endian(const char* bytes, int length) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (int i = 0; i < length; ++i) value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int64_t>(value);
}

// PostgreSQL counts days from 2000-01-01.
constexpr Date postgres_epoch = make_date(2000, 1, 1);

}  // namespace

SqlValue SqlValue::bytes(std::string_view bytes) { return SqlValue{"\\x" + hex_text(bytes)}; }

namespace sql_detail {

namespace {

const std::string& present(const std::optional<std::string>& text) {
  require(text.has_value(), "A column that may be NULL is read into an optional.");
  return *text;
}

template <class Integer>
void read_integer(const std::optional<std::string>& text, Integer& value) {
  const std::string& digits = present(text);
  const auto wide = std::stoll(digits);
  value = static_cast<Integer>(wide);
}

}  // namespace

void read(const std::optional<std::string>& text, std::string& value) { value = present(text); }
void read(const std::optional<std::string>& text, std::int64_t& value) { read_integer(text, value); }
void read(const std::optional<std::string>& text, std::uint64_t& value) { read_integer(text, value); }
void read(const std::optional<std::string>& text, std::int32_t& value) { read_integer(text, value); }
void read(const std::optional<std::string>& text, std::uint32_t& value) { read_integer(text, value); }
void read(const std::optional<std::string>& text, bool& value) { value = present(text).starts_with('t'); }
void read(const std::optional<std::string>& text, Id& value) {
  const auto id = Id::parse(present(text));
  require(id.has_value(), "A uuid column holds an id.");
  value = *id;
}
void read(const std::optional<std::string>& text, Date& value) {
  const auto date = parse_iso_date(present(text));
  require(date.has_value(), "A date column holds a date.");
  value = *date;
}
void read(const std::optional<std::string>& text, SqlBytes& value) {
  const std::string& hex = present(text);
  auto bytes = parse_hex(std::string_view{hex}.substr(std::min<std::size_t>(2, hex.size())));
  require(bytes.has_value(), "A bytea column holds hex.");
  value.bytes = std::move(*bytes);
}

}  // namespace sql_detail

CopyRows::CopyRows(std::string_view table, std::initializer_list<std::string_view> columns)
    : column_count_{static_cast<std::int16_t>(columns.size())} {
  std::string names;
  for (const auto column : columns) {
    if (!names.empty()) names += ", ";
    names += column;
  }
  statement_ = fmt::format("copy {} ({}) from stdin (format binary)", table, names);
}

void CopyRows::begin_row() {
  require(fields_left_ == 0, "A COPY row is complete before the next begins.");
  append_big_endian(buffer_, static_cast<std::uint16_t>(column_count_), 2);
  fields_left_ = column_count_;
  ++row_count_;
}

void CopyRows::field_length(std::size_t length) {
  require(fields_left_-- > 0, "A COPY row has as many fields as columns.");
  append_big_endian(buffer_, length, 4);
}

void CopyRows::null() {
  require(fields_left_-- > 0, "A COPY row has as many fields as columns.");
  buffer_.append(4, '\xFF');
}

void CopyRows::integer(std::int64_t value) {
  field_length(8);
  append_big_endian(buffer_, static_cast<std::uint64_t>(value), 8);
}

void CopyRows::integer32(std::int32_t value) {
  field_length(4);
  append_big_endian(buffer_, static_cast<std::uint32_t>(value), 4);
}

void CopyRows::boolean(bool value) {
  field_length(1);
  buffer_ += value ? '\1' : '\0';
}

void CopyRows::text(std::string_view value) {
  field_length(value.size());
  buffer_ += value;
}

void CopyRows::id(const Id& value) {
  field_length(16);
  buffer_.append(reinterpret_cast<const char*>(value.bytes().data()), 16);
}

void CopyRows::date(Date value) { integer32(static_cast<std::int32_t>((value - postgres_epoch).count())); }

void CopyRows::clear() {
  buffer_.clear();
  row_count_ = 0;
  fields_left_ = 0;
}

struct Session::State {
  soci::session soci;
  PGconn* connection = nullptr;
  std::uint64_t transaction_number = 0;
  std::uint64_t cursor_number = 0;
  bool in_transaction = false;

  [[nodiscard]] bool is_lost() const { return connection == nullptr || PQstatus(connection) == CONNECTION_BAD; }

  [[nodiscard]] Error error_of(const PGresult* result) const {
    if (is_lost()) return connection_lost();
    const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const char* message = result != nullptr ? PQresultErrorMessage(result) : "";
    return error_of_state(state != nullptr ? state : "XX000", message);
  }

  [[nodiscard]] Error error_of(const soci::soci_error& error) const {
    if (is_lost()) return connection_lost();
    const std::string message = error.get_error_message();
    if (const auto* specific = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
      return error_of_state(specific->sqlstate(), message);
    }
    if (error.get_error_category() == soci::soci_error::connection_error) return connection_lost();
    return error_of_state("XX000", message);
  }

  // Through libpq, for what SOCI has no form for: COPY, binary cursors and scripts.
  [[nodiscard]] Result<void> execute(const char* sql) const {
    PGresult* result = PQexec(connection, sql);
    const auto status = PQresultStatus(result);
    const bool is_good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    Result<void> answer;
    if (!is_good) answer = std::unexpected(error_of(result));
    PQclear(result);
    return answer;
  }

  // Every execution of a statement goes through here: prepared for this once, with its values bound by name.
  template <class Use>
  [[nodiscard]] Result<void> with_statement(std::string_view sql, std::span<const SqlParameter> parameters,
                                            std::span<std::string> columns,
                                            std::span<soci::indicator> column_indicators, Use use) {
    for (const auto& parameter : parameters) {
      const auto& text = parameter.value.text();
      if (text && text->find('\0') != std::string::npos) {
        return std::unexpected(database_error("store.zero-byte", "A text holds a zero byte, which no text may.",
                                              "Look at the input for damaged bytes.", ErrorKind::input));
      }
    }
    try {
      soci::statement statement{soci};
      // Bound by reference: the deques stay in place until the statement has run.
      std::deque<std::string> values;
      std::deque<soci::indicator> indicators;
      for (const auto& parameter : parameters) {
        const auto& text = parameter.value.text();
        values.push_back(text.value_or(std::string{}));
        indicators.push_back(text ? soci::i_ok : soci::i_null);
        statement.exchange(soci::use(values.back(), indicators.back(), std::string{parameter.name}));
      }
      for (std::size_t i = 0; i < columns.size(); ++i) {
        statement.exchange(soci::into(columns[i], column_indicators[i]));
      }
      statement.alloc();
      statement.prepare(std::string{sql}, soci::details::st_one_time_query);
      statement.define_and_bind();
      use(statement);
      return {};
    } catch (const soci::soci_error& error) {
      return std::unexpected(error_of(error));
    }
  }
};

Session::Session(std::unique_ptr<State> state) : state_{std::move(state)} {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Result<Session> Session::open(const DatabaseAddress& address, const SessionOptions& options) {
  auto state = std::make_unique<State>();
  try {
    state->soci.open(soci::postgresql, address.connection);
  } catch (const soci::soci_error& error) {
    // A refused connection has no SQLSTATE of its own; the words are libpq's, and hold no row.
    const std::string message = error.get_error_message();
    if (message.find("database \"") != std::string::npos && message.find("does not exist") != std::string::npos) {
      return std::unexpected(error_of_state("3D000", message));
    }
    if (message.find("authentication") != std::string::npos || message.find("password") != std::string::npos ||
        message.find("role \"") != std::string::npos) {
      return std::unexpected(error_of_state("28000", message));
    }
    return std::unexpected(database_error("store.unreachable", "The database does not answer.",
                                          "Start it with `counterfoil db start`, or check the address and the network.",
                                          ErrorKind::temporary));
  }
  require(state->soci.get_backend_name() == "postgresql", "The session speaks to PostgreSQL.");
  // A dynamic_cast does not link against SOCI's shared library; the backend's name was checked above.
  state->connection = static_cast<soci::postgresql_session_backend*>(state->soci.get_backend())->conn_;
  // Terse: the details of an error hold values of rows.
  PQsetErrorVerbosity(state->connection, PQERRORS_TERSE);
  PQsetNoticeProcessor(state->connection, [](void*, const char*) {}, nullptr);
  std::string settings = fmt::format(
      "set client_encoding = 'UTF8'; set timezone = 'UTC'; set datestyle = 'ISO'; set cursor_tuple_fraction = 1; set statement_timeout = {}; "
      "set lock_timeout = {}; set idle_in_transaction_session_timeout = {};",
      options.statement_timeout_ms, options.lock_timeout_ms, options.idle_in_transaction_timeout_ms);
  if (!address.role.empty()) settings += fmt::format(" set role {};", address.role);
  if (auto set = state->execute(settings.c_str()); !set) return std::unexpected(set.error());
  return Session{std::move(state)};
}

bool Session::is_in_transaction() const { return state_->in_transaction; }

Result<Transaction> Session::begin() {
  require(!state_->in_transaction, "One transaction at a time on a session.");
  if (auto begun = state_->execute("begin"); !begun) return std::unexpected(begun.error());
  state_->in_transaction = true;
  ++state_->transaction_number;
  return Transaction{*this};
}

Result<Transaction> Session::begin_read_only() {
  require(!state_->in_transaction, "One transaction at a time on a session.");
  if (auto begun = state_->execute("begin isolation level repeatable read read only"); !begun) {
    return std::unexpected(begun.error());
  }
  state_->in_transaction = true;
  ++state_->transaction_number;
  return Transaction{*this};
}

Transaction::Transaction(Transaction&& other) noexcept : session_{std::exchange(other.session_, nullptr)} {}

Transaction::~Transaction() {
  if (session_ == nullptr || session_->state_ == nullptr) return;
  session_->state_->in_transaction = false;
  // A lost connection has rolled back by itself; there is nobody to tell of any other failure.
  static_cast<void>(session_->state_->execute("rollback"));
}

Result<void> Transaction::commit() {
  require(session_ != nullptr, "A transaction commits once.");
  Session::State& state = *session_->state_;
  session_ = nullptr;
  state.in_transaction = false;
  if (state.is_lost()) return std::unexpected(connection_lost());
  PGresult* result = PQexec(state.connection, "commit");
  Result<void> answer;
  if (PQresultStatus(result) != PGRES_COMMAND_OK) {
    if (state.is_lost()) {
      answer = std::unexpected(database_error(
          "store.commit-unknown", "The connection went away while the work was being saved.",
          "Give the same command again: it looks up what was saved and does only the rest.", ErrorKind::temporary));
    } else {
      answer = std::unexpected(state.error_of(result));
      static_cast<void>(state.execute("rollback"));
    }
  } else if (std::string_view{PQcmdStatus(result)} == "ROLLBACK") {
    // A statement before had failed and was passed over: our mistake, and nothing was saved.
    answer = std::unexpected(database_error("store.statement", "An earlier statement had failed, so nothing was saved.",
                                            "Report this with the command you gave.", ErrorKind::failed));
  }
  PQclear(result);
  return answer;
}

Result<std::uint64_t> Session::run(std::string_view sql, SqlParameters parameters) {
  return run(sql, std::span{parameters.begin(), parameters.size()});
}

Result<std::uint64_t> Session::run(std::string_view sql, std::span<const SqlParameter> parameters) {
  std::uint64_t touched = 0;
  auto done = state_->with_statement(sql, parameters, {}, {}, [&](soci::statement& statement) {
    statement.execute(true);
    const auto rows = statement.get_affected_rows();
    touched = rows > 0 ? static_cast<std::uint64_t>(rows) : 0;
  });
  if (!done) return std::unexpected(done.error());
  return touched;
}

Result<std::vector<SqlRow>> Session::text_rows(std::string_view sql, std::span<const SqlParameter> parameters,
                                               std::size_t column_count) {
  std::vector<SqlRow> answer;
  std::vector<std::string> columns(column_count);
  std::vector<soci::indicator> indicators(column_count, soci::i_null);
  auto done = state_->with_statement(sql, parameters, columns, indicators, [&](soci::statement& statement) {
    statement.execute(false);
    while (statement.fetch()) {
      SqlRow row(column_count);
      for (std::size_t i = 0; i < column_count; ++i) {
        if (indicators[i] != soci::i_null) row[i] = columns[i];
      }
      answer.push_back(std::move(row));
    }
  });
  if (!done) return std::unexpected(done.error());
  return answer;
}

struct Stream::State {
  Session::State* session = nullptr;
  std::uint64_t transaction_number = 0;
  std::string fetch;
  std::string close;
  PGresult* result = nullptr;
  int row = -1;
  int row_count = 0;
  bool is_last = false;

  ~State() {
    PQclear(result);
    if (session->in_transaction && session->transaction_number == transaction_number && !session->is_lost()) {
      static_cast<void>(session->execute(close.c_str()));
    }
  }
};

Stream::Stream(std::unique_ptr<State> state) : state_{std::move(state)} {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;

Result<Stream> Session::stream(std::string_view sql, SqlParameters parameters) {
  return stream(sql, std::span{parameters.begin(), parameters.size()});
}

Result<Stream> Session::stream(std::string_view sql, std::span<const SqlParameter> parameters) {
  require(state_->in_transaction, "A cursor lives inside a transaction.");
  const std::string name = fmt::format("rows_{}", ++state_->cursor_number);
  auto opened = run(fmt::format("declare {} binary no scroll cursor for {}", name, sql), parameters);
  if (!opened) return std::unexpected(opened.error());
  auto state = std::make_unique<Stream::State>();
  state->session = state_.get();
  state->transaction_number = state_->transaction_number;
  state->fetch = fmt::format("fetch forward {} from {}", rows_a_fetch, name);
  state->close = fmt::format("close {}", name);
  return Stream{std::move(state)};
}

Result<bool> Stream::next() {
  State& state = *state_;
  require(state.session->transaction_number == state.transaction_number, "A cursor ends with its transaction.");
  if (++state.row < state.row_count) return true;
  if (state.is_last) return false;
  PQclear(state.result);
  state.result = PQexec(state.session->connection, state.fetch.c_str());
  if (PQresultStatus(state.result) != PGRES_TUPLES_OK) return std::unexpected(state.session->error_of(state.result));
  state.row = 0;
  state.row_count = PQntuples(state.result);
  state.is_last = state.row_count < rows_a_fetch;
  return state.row_count > 0;
}

bool Stream::is_null(int column) const { return PQgetisnull(state_->result, state_->row, column) != 0; }

std::int64_t Stream::integer(int column) const {
  if (is_null(column)) return 0;
  return big_endian(PQgetvalue(state_->result, state_->row, column), PQgetlength(state_->result, state_->row, column));
}

bool Stream::boolean(int column) const {
  return !is_null(column) && *PQgetvalue(state_->result, state_->row, column) != '\0';
}

std::string_view Stream::text(int column) const {
  return {PQgetvalue(state_->result, state_->row, column),
          static_cast<std::size_t>(PQgetlength(state_->result, state_->row, column))};
}

Id Stream::id(int column) const {
  if (is_null(column)) return {};
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), PQgetvalue(state_->result, state_->row, column), bytes.size());
  return Id::from_bytes(bytes);
}

std::optional<Date> Stream::date(int column) const {
  if (is_null(column)) return std::nullopt;
  return postgres_epoch + std::chrono::days{integer(column)};
}

Result<void> Session::copy(CopyRows& rows) {
  require(rows.is_complete(), "The last COPY row is complete.");
  if (rows.row_count() == 0) return {};
  State& state = *state_;
  PGresult* begun = PQexec(state.connection, rows.statement().c_str());
  const bool is_open = PQresultStatus(begun) == PGRES_COPY_IN;
  Result<void> answer;
  if (!is_open) answer = std::unexpected(state.error_of(begun));
  PQclear(begun);
  if (!is_open) return answer;

  // PostgreSQL manual, COPY, binary format: signature, flags, no header extension; a field count of -1 at the end.
  static constexpr std::string_view head{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
  static constexpr std::string_view end{"\377\377", 2};
  const auto put = [&](std::string_view bytes) {
    return PQputCopyData(state.connection, bytes.data(), static_cast<int>(bytes.size())) == 1;
  };
  const bool is_put = put(head) && put(rows.rows()) && put(end);
  const bool is_ended = PQputCopyEnd(state.connection, is_put ? nullptr : "stopped") == 1;
  while (PGresult* result = PQgetResult(state.connection)) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK && answer) answer = std::unexpected(state.error_of(result));
    PQclear(result);
    if (state.is_lost()) break;
  }
  if (answer && !(is_put && is_ended)) answer = std::unexpected(connection_lost());
  rows.clear();
  return answer;
}

Result<void> Session::run_script(std::string_view sql) { return state_->execute(std::string{sql}.c_str()); }

void Session::cut() { ::shutdown(PQsocket(state_->connection), SHUT_RDWR); }

bool is_taken(const Error& error, std::string_view key) {
  return error.code == "store.already" && error.place.field == key;
}

Id new_id() {
  // One draw from the system's generator serves many ids. The twelve bits after the milliseconds count within one
  // millisecond (RFC 9562, section 6.2, method 1).
  struct Maker {
    std::array<std::uint8_t, 4096> random;
    std::size_t used = sizeof random;
    std::uint64_t last_milliseconds = 0;
    std::uint32_t count = 0;
  };
  thread_local Maker maker;
  constexpr std::size_t random_an_id = 8;
  if (maker.used + random_an_id > maker.random.size()) {
    fill_random(maker.random.data(), maker.random.size());
    maker.used = 0;
  }
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count());
  if (milliseconds > maker.last_milliseconds) {
    maker.count = 0;
  } else {
    milliseconds = maker.last_milliseconds;
    if (++maker.count == 4096) {
      maker.count = 0;
      ++milliseconds;
    }
  }
  maker.last_milliseconds = milliseconds;
  std::array<std::uint8_t, 10> tail{static_cast<std::uint8_t>(maker.count >> 8U),
                                    static_cast<std::uint8_t>(maker.count & 0xFFU)};
  std::memcpy(tail.data() + 2, maker.random.data() + maker.used, random_an_id);
  maker.used += random_an_id;
  return Id::make(milliseconds, tail);
}

}  // namespace counterfoil
