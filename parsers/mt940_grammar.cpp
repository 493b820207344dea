#include "parsers/mt940_grammar.hpp"

#include <algorithm>
#include <array>
#include <boost/fusion/include/adapt_struct.hpp>
#include <boost/spirit/home/x3.hpp>

namespace counterfoil {
namespace {

namespace x3 = boost::spirit::x3;
using Iterator = std::string_view::const_iterator;
using Piece = boost::iterator_range<Iterator>;

std::string_view text(const Piece& piece) {
  return piece.empty() ? std::string_view{} : std::string_view{&*piece.begin(), static_cast<std::size_t>(piece.size())};
}

/// Marks as they are written: "C", "RD", "EC".
struct Mark {
  char before = '\0';
  char side = 'C';
};

struct Movement {
  Piece value_date, entry_date;
  Mark mark;
  char funds = '\0';
  Piece amount, type, references;
};

struct Balance {
  char mark = 'C';
  Piece date, currency, amount;
};

struct Number {
  Piece number, page;
};

struct Total {
  Piece count, currency, amount;
};

struct Floor {
  Piece currency, amount;
};

}  // namespace
}  // namespace counterfoil

BOOST_FUSION_ADAPT_STRUCT(counterfoil::Mark, before, side)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::Movement, value_date, entry_date, mark, funds, amount, type, references)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::Balance, mark, date, currency, amount)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::Number, number, page)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::Total, count, currency, amount)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::Floor, currency, amount)

namespace counterfoil {
namespace {

// The grammar, all of it. Sets of characters are written out, so that bytes above 7E are none of any class.
const auto digit = x3::char_("0-9");
const auto letter = x3::char_("A-Z");
const auto letter_or_digit = x3::char_("A-Z0-9");
const auto blanks = x3::omit[*x3::char_(" \r\n")];
const auto nothing = x3::attr('\0');

const auto date = x3::raw[x3::repeat(6)[digit]];
const auto side = x3::char_("CD");
// A reversal is written R first; the letter of the currency comes behind.
const auto mark = x3::rule<struct MarkRule, Mark>{"a mark"} = (x3::char_("RE") >> side) | (nothing >> side);
// Some banks put blanks between the digits.
const auto amount = x3::raw[digit >> *x3::char_("0-9,. ")];
const auto currency = x3::raw[x3::repeat(3)[letter]];
const auto day_of_entry = x3::raw[x3::repeat(4)[digit]] | x3::raw[x3::eps >> x3::omit[x3::repeat(4)[x3::lit(' ')]]];
const auto no_day_of_entry = x3::raw[x3::eps];
// A letter and three characters. Some banks have fewer and fill with a blank.
const auto type = x3::raw[letter >> x3::repeat(3)[x3::char_("A-Z0-9 ")]];
const auto rest = x3::raw[*x3::char_];

const auto movement = x3::rule<struct MovementRule, Movement>{"a movement"} =
    blanks >> date >> (day_of_entry | no_day_of_entry) >> mark >> (letter | nothing) >> amount >> type >> rest;
const auto balance = x3::rule<struct BalanceRule, Balance>{"a balance"} =
    blanks >> side >> date >> currency >> amount >> x3::omit[*x3::char_];
const auto number = x3::rule<struct NumberRule, Number>{"a number"} =
    blanks >> x3::raw[+digit] >> (('/' >> x3::raw[+digit]) | x3::raw[x3::eps]) >> x3::omit[*x3::char_];
const auto total = x3::rule<struct TotalRule, Total>{"a total"} =
    blanks >> x3::raw[+digit] >> currency >> amount >> x3::omit[*x3::char_];
const auto floor_limit = x3::rule<struct FloorRule, Floor>{"a floor limit"} =
    blanks >> currency >> x3::omit[-side] >> amount >> x3::omit[*x3::char_];
const auto tag = x3::raw[x3::repeat(2)[digit] >> -letter] >> ':';

template <class Grammar, class Words>
bool read(std::string_view field, const Grammar& grammar, Words& words) {
  auto at = field.begin();
  return x3::parse(at, field.end(), grammar, words);
}

std::string_view without_trailing_blanks(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<Mt940Movement> parse_mt940_movement(std::string_view field) {
  Movement found;
  if (!read(field, movement, found)) return std::nullopt;
  Mt940Movement made;
  made.value_date = text(found.value_date);
  made.entry_date = text(found.entry_date);
  if (made.entry_date.starts_with(' ')) made.entry_date = {};
  made.mark = found.mark.side;
  made.is_reversal = found.mark.before == 'R';
  made.is_expected = found.mark.before == 'E';
  made.funds = found.funds;
  made.amount = without_trailing_blanks(text(found.amount));
  made.type = text(found.type);
  const auto lines = text(found.references);
  const auto end = lines.find('\n');
  const auto line = lines.substr(0, end);
  if (end != std::string_view::npos) made.supplement = without_trailing_blanks(lines.substr(end + 1));
  // A reference may hold a slash; two of them begin the bank's own.
  const auto slashes = line.find("//");
  made.reference = without_trailing_blanks(line.substr(0, slashes));
  while (made.reference.starts_with(' ')) made.reference.remove_prefix(1);
  if (slashes != std::string_view::npos) made.bank_reference = without_trailing_blanks(line.substr(slashes + 2));
  return made;
}

std::optional<Mt940Balance> parse_mt940_balance(std::string_view field) {
  Balance found;
  if (!read(field, balance, found)) return std::nullopt;
  return Mt940Balance{found.mark, text(found.date), text(found.currency), without_trailing_blanks(text(found.amount))};
}

std::optional<Mt940Number> parse_mt940_number(std::string_view field) {
  Number found;
  if (!read(field, number, found)) return std::nullopt;
  return Mt940Number{text(found.number), text(found.page)};
}

std::optional<Mt940Total> parse_mt940_total(std::string_view field) {
  Total found;
  if (!read(field, total, found)) return std::nullopt;
  return Mt940Total{text(found.count), text(found.currency), without_trailing_blanks(text(found.amount))};
}

std::optional<Mt940Floor> parse_mt940_floor(std::string_view field) {
  Floor found;
  if (!read(field, floor_limit, found)) return std::nullopt;
  return Mt940Floor{text(found.currency), without_trailing_blanks(text(found.amount))};
}

std::string_view mt940_tag(std::string_view line) {
  // Nearly every line is none: that much is told without a grammar.
  if (line.size() < 4 || line.front() != ':') return {};
  Piece found;
  auto at = line.begin() + 1;
  if (!x3::parse(at, line.end(), tag, found)) return {};
  constexpr std::array<std::string_view, 20> known{"13", "13D", "20", "21", "25",  "28",  "28C", "34F", "60F", "60M",
                                                   "61", "62F", "62M", "64", "65", "86", "90C", "90D", "60", "62"};
  const auto name = text(found);
  return std::ranges::find(known, name) == known.end() ? std::string_view{} : name;
}

}  // namespace counterfoil
