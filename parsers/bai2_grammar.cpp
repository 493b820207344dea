#include "parsers/bai2_grammar.hpp"

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

struct Funds {
  char type = '\0';
  Piece value_date, value_time;
};

struct Summary {
  Piece type, amount, count;
  Funds funds;
};

struct Account {
  Piece account, currency;
};

struct Transaction {
  Piece type, amount;
  Funds funds;
  Piece bank_reference, customer_reference, text;
};

}  // namespace
}  // namespace counterfoil

BOOST_FUSION_ADAPT_STRUCT(counterfoil::Funds, type, value_date, value_time)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::Summary, type, amount, count, funds)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::Account, account, currency)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::Transaction, type, amount, funds, bank_reference, customer_reference, text)

namespace counterfoil {
namespace {

// The grammar, all of it. A field ends before the next comma or with the record; fields that are not there are empty.
const auto field = x3::raw[*(x3::char_ - ',')];
const auto next = x3::omit[x3::lit(',') | x3::eoi];
const auto passed_over = x3::omit[field >> next];
const auto nothing = x3::attr(Piece{});

// Letters come small at some banks. What a funds type adds: three amounts; a day and a time; pairs of days and amounts,
// as many as a number says.
const auto amounts = nothing >> nothing >> x3::omit[passed_over >> passed_over >> passed_over];
const auto day_and_time = field >> next >> field >> next;
const auto simple = nothing >> nothing;
const auto funds = x3::rule<struct FundsRule, Funds>{"a funds type"} =
    (x3::char_("Ss") >> next >> amounts) | (x3::char_("Vv") >> next >> day_and_time) |
    (x3::char_("012Zz") >> next >> simple) | (x3::attr('\0') >> next >> simple);

struct PairsTag;
/// Pairs of the funds type D: their number is read, then so many pairs are passed over.
struct Pairs {
  int left = 0;
};
const auto set_left = [](auto& context) { x3::get<PairsTag>(context).get().left = x3::_attr(context); };
const auto is_left = [](auto& context) { x3::_pass(context) = x3::get<PairsTag>(context).get().left-- > 0; };
const auto distributed_pairs =
    x3::omit[x3::int_[set_left] >> next >> *(x3::eps[is_left] >> passed_over >> passed_over)];
const auto distributed = x3::rule<struct DistributedRule, Funds>{"distributed funds"} =
    x3::char_("Dd") >> next >> simple >> distributed_pairs;
const auto any_funds = distributed | funds;

const auto summary = x3::rule<struct SummaryRule, Summary>{"a summary"} =
    x3::raw[x3::repeat(3)[x3::char_("0-9")]] >> next >> field >> next >> field >> next >> any_funds;
// Some banks leave a group of four empty, and some end a record with a comma more than it has fields.
const auto left_over = x3::omit[*x3::char_(", ")];
const auto account = x3::rule<struct AccountRule, Account>{"an account"} = field >> next >> field >> next;
const auto transaction = x3::rule<struct TransactionRule, Transaction>{"a transaction"} =
    field >> next >> field >> next >> any_funds >> field >> next >> field >> next >> x3::raw[*x3::char_];

template <class Grammar, class Words>
bool read(Iterator& at, Iterator end, const Grammar& grammar, Words& words) {
  Pairs pairs;
  const auto with_pairs = x3::with<PairsTag>(std::ref(pairs))[grammar];
  return x3::parse(at, end, with_pairs, words);
}

Bai2Funds made_of(const Funds& found) {
  const char letter = found.type >= 'a' && found.type <= 'z' ? static_cast<char>(found.type - 'a' + 'A') : found.type;
  return {letter, text(found.value_date), text(found.value_time)};
}

}  // namespace

bool parse_bai2_account(std::string_view record, Bai2Account& made) {
  made.account = made.currency = {};
  made.summaries.clear();
  auto at = record.begin();
  const auto end = record.end();
  Account head;
  if (!read(at, end, account, head)) return false;
  made.account = text(head.account);
  made.currency = text(head.currency);
  while (x3::parse(at, end, left_over) && at != end) {
    Summary found;
    if (!read(at, end, summary, found)) return false;
    made.summaries.push_back({text(found.type), text(found.amount), text(found.count), made_of(found.funds)});
  }
  return true;
}

std::optional<Bai2Transaction> parse_bai2_transaction(std::string_view record) {
  auto at = record.begin();
  Transaction found;
  if (!read(at, record.end(), transaction, found)) return std::nullopt;
  return Bai2Transaction{text(found.type),           text(found.amount),
                         made_of(found.funds),       text(found.bank_reference),
                         text(found.customer_reference), text(found.text)};
}

}  // namespace counterfoil
