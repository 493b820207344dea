// The grammar of the layout language, all of it. One line is one statement, so one line that cannot be read does not
// hide the mistakes behind it. docs/layout-language.md explains the words; this file only says how they may stand
// together.
//
// `>` rather than `>>` wherever nothing else can be meant: the surprise is then reported where it stands.
#include <algorithm>
#include <boost/fusion/include/adapt_struct.hpp>
#include <boost/spirit/home/x3.hpp>
#include <initializer_list>
#include <utility>

#include "formats/layout_ast.hpp"

BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::Clause, keyword, args, negated)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::Test, word, operand, negated, op)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::SetWord, binding, value)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::HeadLine, keyword, args)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::MarkLine, name, sets)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::CodeLine, value, marks, meaning)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::UnknownLine, severity, sets)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::Codes, name, from_reasons, prefix, title)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::FieldLine, is_part, first, last, length, type, name, clauses)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::CheckLine, at_end, test, when, clauses)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::RecordHead, name, title, clauses, conditions)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::RecordLine, keyword, args, clauses)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::OrderRule, name, node)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::TotalReading, absolute, measure, from, scope, where, negative)
BOOST_FUSION_ADAPT_STRUCT(counterfoil::layout_ast::TotalLine, target, readings, clauses)

namespace counterfoil::layout_ast {
namespace {

namespace x3 = boost::spirit::x3;
using Iterator = std::string_view::const_iterator;
using Args = std::vector<Arg>;

// ---- Words
// -------------------------------------------------------------------------------------------------------------

struct LineStart;  // Tag under which the beginning of the line travels with the parse.

// Every word knows its column: eps has skipped the blanks before it when its action runs.
const auto keep_column = [](auto& context) {
  x3::_val(context).column = static_cast<std::uint32_t>(x3::_where(context).begin() - x3::get<LineStart>(context)) + 1;
};
const auto here = x3::eps[keep_column];

const auto put_text = [](auto& context) { x3::_val(context).text = x3::_attr(context); };
const auto put_quoted = [](auto& context) {
  x3::_val(context).text = x3::_attr(context);
  x3::_val(context).is_quoted = true;
};
const auto put = [](auto& context) { x3::_val(context) = x3::_attr(context); };
const auto put_last = [](auto& context) { x3::_val(context).last = x3::_attr(context).text; };
const auto push = [](auto& context) { x3::_val(context).push_back(x3::_attr(context)); };

const auto name_character = x3::char_("a-zA-Z0-9_-");
const auto name_text = x3::rule<struct NameText, std::string>{"a name"} =
    x3::lexeme[x3::char_("a-zA-Z_") >> *name_character >> *(x3::char_('.') >> +name_character)];
const auto name = x3::rule<struct NameRule, Arg>{"a name"} = here >> name_text[put_text];

const auto number_text = x3::rule<struct NumberText, std::string>{"a number"} = x3::lexeme[+x3::char_("0-9")];
const auto number = x3::rule<struct NumberRule, Arg>{"a number"} = here >> number_text[put_text];

const auto quoted_text = x3::rule<struct QuotedText, std::string>{"a text in quotes"} =
    x3::lexeme['"' >> *(~x3::char_('"') | (x3::char_('"') >> x3::lit('"'))) >> '"'];
const auto quoted = x3::rule<struct QuotedRule, Arg>{"a text in quotes"} = here >> quoted_text[put_quoted];

const auto range = x3::rule<struct RangeRule, Arg>{"a text in quotes"} = quoted[put] >>
                                                                         -(x3::lit("..") > quoted[put_last]);

const auto value = x3::rule<struct ValueRule, Arg>{"a value"} = range[put] | name[put] | number[put];

// A keyword is not the beginning of a longer name. It yields itself, so that the checker can tell clauses apart.
struct KeywordRule;
const auto keyword = [](const char* word) {
  const auto text = x3::rule<struct KeywordText, std::string>{word} =
      x3::lexeme[x3::string(word) >> !x3::char_("a-zA-Z0-9_")];
  return x3::rule<KeywordRule, Arg>{word} = here >> text[put_text];
};
const auto symbol = [](const char* word) {
  const auto text = x3::rule<struct SymbolText, std::string>{word} = x3::string(word);
  return x3::rule<KeywordRule, Arg>{word} = here >> text[put_text];
};
// The same where the word itself says nothing more.
const auto skip = [](const char* word) {
  return x3::rule<struct SkipRule, x3::unused_type>{word} = x3::lexeme[x3::lit(word) >> !x3::char_("a-zA-Z0-9_")];
};
const auto skip_symbol = [](const char* word) {
  return x3::rule<struct SkipSymbolRule, x3::unused_type>{word} = x3::lit(word);
};
const auto line_end = x3::rule<struct EndRule, x3::unused_type>{"the end of the line"} = x3::eoi;

// ---- Arguments and clauses
// ---------------------------------------------------------------------------------------------

struct ArgsRule;
const auto args = [](const char* what, auto parser) { return x3::rule<ArgsRule, Args>{what} = parser; };
const auto one_name = args("a name", name[push]);
const auto one_quoted = args("a text in quotes", quoted[push]);
const auto one_number = args("a number", number[push]);
const auto one_value = args("a value", value[push]);
const auto values = args("a value", value[push] % ',');
const auto names = args("a name", name[push] % ',');
const auto some_names = args("a name", +name[push]);
const auto none = args("nothing", x3::eps);

const auto scope = x3::rule<KeywordRule, Arg>{"file, batch or entry"} =
    keyword("file")[put] | keyword("batch")[put] | keyword("entry")[put];
const auto one_scope = args("file, batch or entry", scope[push]);
const auto scopes = args("file, batch or entry", +scope[push]);

struct ClauseRule;
const auto plain = x3::attr(false);
const auto clause = [](const char* word, auto what) {
  return x3::rule<ClauseRule, Clause>{word} = keyword(word) > what > plain;
};
const auto symbol_clause = [](const char* word, auto what) {
  return x3::rule<ClauseRule, Clause>{word} = symbol(word) > what > plain;
};
const auto flag = [](const char* word) { return clause(word, none); };

const auto clauses = [](auto one) { return x3::rule<struct ClausesRule, std::vector<Clause>>{"an attribute"} = *one; };

// ---- Tests and conditions
// ----------------------------------------------------------------------------------------------

const auto comparison = x3::rule<ClauseRule, Clause>{"=, in, is, present, zero, same as, at least or at most"} =
    symbol_clause("=", one_value) | clause("in", values) | clause("is", one_name) | flag("present") | flag("zero") |
    (skip("same") > clause("as", one_name)) | (skip("at") > (clause("least", one_number) | clause("most", one_number)));
const auto test = x3::rule<struct TestRule, Test>{"a test, such as: amount not zero"} =
    (-keyword("word") >> name >> -keyword("not")) > comparison;
const auto tests = x3::rule<struct TestsRule, std::vector<Test>>{"a test, such as: amount not zero"} =
    test % skip("and");

const auto keep_what = [](auto& context) { x3::_val(context).what = x3::_attr(context); };
const auto add_arg = [](auto& context) { x3::_val(context).args.push_back(x3::_attr(context)); };
const auto add_args = [](auto& context) {
  auto& known = x3::_val(context).args;
  const auto& more = x3::_attr(context);
  known.insert(known.end(), more.begin(), more.end());
};
const auto first_column = [](auto& context) {
  x3::_val(context).what.text = "columns";
  x3::_val(context).what.column = x3::_attr(context).column;
  x3::_val(context).args.push_back(x3::_attr(context));
};
const auto field_of_other = [](auto& context) {
  x3::_val(context).what.text = "field";
  x3::_val(context).what.column = x3::_attr(context).column;
  x3::_val(context).args.push_back(x3::_attr(context));
};

const auto equals_values = x3::rule<struct EqualsRule, Args>{"= or in"} =
    (skip_symbol("=") > one_value) | (skip("in") > values);
const auto two_columns = args("two columns, such as: 18-23", number[push] > skip_symbol("-") > number[push]);
const auto column_test = x3::rule<ClauseRule, Clause>{"=, in or same as"} =
    symbol_clause("=", one_value) | clause("in", values) | (skip("same") > clause("as", two_columns));
const auto add_column_test = [](auto& context) {
  const Clause& said = x3::_attr(context);
  Condition& condition = x3::_val(context);
  if (said.keyword.text == "as") condition.what.text = "same";
  condition.args.insert(condition.args.end(), said.args.begin(), said.args.end());
};
const auto condition = x3::rule<struct ConditionRule, Condition>{"a condition, such as: 1-3 = \"799\""} =
    (number[first_column] > skip_symbol("-") > number[add_arg] > column_test[add_column_test]) |
    (keyword("all")[keep_what] > one_quoted[add_args]) | keyword("first")[keep_what] | keyword("otherwise")[keep_what] |
    (keyword("after")[keep_what] > one_name[add_args]) | (name[field_of_other] > equals_values[add_args]);
const auto conditions = x3::rule<struct ConditionsRule, std::vector<Condition>>{"a condition, such as: 1-3 = \"799\""} =
    condition % skip("and");

const auto set_word = x3::rule<struct SetRule, SetWord>{"a word, = and its value"} = name > skip_symbol("=") > value;
const auto set_words = x3::rule<struct SetsRule, std::vector<SetWord>>{"a word, = and its value"} = set_word % ',';
const auto sets_clause = x3::rule<struct SetsClauseRule, std::vector<SetWord>>{"sets"} =
    (skip("sets") > set_words) | x3::attr(std::vector<SetWord>{});

// "BINDING = VALUE", "BINDING not in VALUE, VALUE".
const auto word_name = [](auto& context) {
  x3::_val(context).keyword = x3::_attr(context);
  x3::_val(context).is_word_test = true;
};
const auto word_not = [](auto& context) { x3::_val(context).negated = true; };
const auto word_test = x3::rule<ClauseRule, Clause>{
    "a word, = and its value"} = name[word_name] > -(skip("not")[word_not]) > equals_values[add_args];
const auto word_tests = x3::rule<struct WordTestsRule, std::vector<Clause>>{"a word, = and its value"} =
    word_test % skip("and");

const auto answer_line = x3::rule<struct AnswerRule, std::vector<Test>>{"answer"} = skip("answer") >
                                                                                    skip("when") > tests;

// ---- Head lines
// --------------------------------------------------------------------------------------------------------

struct StatementRule;
const auto statement = [](const char* word, auto what) {
  return x3::rule<StatementRule, HeadLine>{word} = keyword(word) > what;
};
const auto push_first = args("a name", name[push]);

const auto head_line = x3::rule<StatementRule, HeadLine>{"a statement"} =
    statement("layout", args("a name", name[push] > quoted[push])) |
    statement("variant", args("a name", name[push] > quoted[push] > skip("of") > name[push])) |
    statement("scheme", one_name) | statement("edition", one_quoted) | statement("label", one_quoted) |
    statement("currency", args("a currency", (keyword("from")[push] > name[push]) | name[push])) |
    statement("length", one_number) | statement("century", one_number) |
    statement("charset", args("a character set", name[push] > -(skip("writes") > name[push]))) |
    statement("line", args("ends", skip("ends") > name[push])) |
    statement("block", args("a number", number[push] > skip("fill") > name[push])) |
    statement("source", args("a name", name[push] > quoted[push])) |
    statement("tolerate", args("a name", name[push] > skip("as") > name[push])) |
    statement("missing", args("a name", name[push] > skip("as") > name[push])) |
    statement("kind", args("a kind of file", name[push] > -(skip("from") > +name[push])));

// ---- Code lists
// --------------------------------------------------------------------------------------------------------

const auto codes_line = x3::rule<struct CodesRule, Codes>{"codes"} =
    skip("codes") > name > ((skip("from") > skip("reasons") > x3::attr(true)) | x3::attr(false)) >
    -(skip("prefix") > quoted) > -quoted;
const auto mark_line = x3::rule<struct MarkLineRule, MarkLine>{"mark"} = skip("mark") > name > sets_clause;
const auto unknown_line = x3::rule<struct UnknownRule, UnknownLine>{"unknown"} = skip("unknown") > skip("as") > name
                                                                                 > sets_clause;
const auto code_line = x3::rule<struct CodeLineRule, CodeLine>{"a code"} = range > *name > quoted;

// ---- Records
// -----------------------------------------------------------------------------------------------------------

const auto record_clause =
    x3::rule<ClauseRule, Clause>{"of, like, opens, joins, closes, fills, speaks, length, segments, before or when"} =
        clause("of", one_name) | clause("like", one_name) | clause("opens", scopes) | clause("joins", one_scope) |
        clause("closes", scopes) | flag("fills") | clause("speaks", args("for", skip("for") > scope[push])) |
        clause("length", one_number) | clause("before", one_name) |
        clause("segments", args("a number, of, their length, from and the first column",
                                number[push] > skip("of") > number[push] > skip("from") > number[push]));
const auto no_conditions = x3::attr(std::vector<Condition>{});
const auto record_head = x3::rule<struct RecordRule, RecordHead>{"record"} = skip("record") > name > -quoted >
                                                                             clauses(record_clause) >
                                                                             ((skip("when") > conditions) |
                                                                              no_conditions);

const auto field_type =
    x3::rule<ClauseRule, Clause>{"a type: digits, text, money, decimal, date, time, code, filler or opaque"} =
        flag("digits") | flag("text") | flag("money") | flag("decimal") | clause("date", one_quoted) |
        clause("time", one_quoted) | clause("code", one_name) | flag("filler") | flag("opaque");
const auto field_clause = x3::rule<ClauseRule, Clause>{"an attribute"} =
    symbol_clause("=", one_quoted) | symbol_clause("->", names) | (skip("same") > clause("as", one_name)) |
    clause("default", one_quoted) | clause("none", one_quoted) | flag("required") | flag("optional") |
    clause("blank", args("is zero as", skip("is") > skip("zero") > skip("as") > name[push])) | flag("left") |
    flag("right") | clause("pad", one_quoted) | clause("decimals", one_number) | clause("sign", one_name) |
    clause("class", one_value) | flag("transliterate") | flag("others_blank") | flag("cut") |
    clause("check", one_name) | flag("sensitive") | flag("keep") | flag("join") | clause("else", one_name) | (skip("only") > skip("when") > word_test);
const auto part_flag = x3::rule<struct PartRule, bool>{"part"} = (skip("part") > x3::attr(true)) | x3::attr(false);
const auto field_line = x3::rule<struct FieldLineRule, FieldLine>{
    "a field"} = part_flag > number > skip_symbol("-") > number > number > field_type > name > clauses(field_clause);

const auto at_end_flag = x3::rule<struct AtEndRule, bool>{"at end"} =
    (skip("at") > skip("end") > x3::attr(true)) | x3::attr(false);
const auto no_tests = x3::attr(std::vector<Test>{});
const auto check_clause = x3::rule<ClauseRule, Clause>{"when, else, code, says or remedy"} =
    clause("else", one_name) | clause("code", one_name) | clause("says", one_quoted) | clause("remedy", one_quoted);
const auto check_line = x3::rule<struct CheckLineRule, CheckLine>{
    "check"} = skip("check") > at_end_flag > test > ((skip("when") > tests) | no_tests) > clauses(check_clause);

struct RecordLineRule;
const auto no_clauses = x3::attr(std::vector<Clause>{});
const auto record_statement = [](const char* word, auto what, auto more) {
  return x3::rule<RecordLineRule, RecordLine>{word} = keyword(word) > what > more;
};
const auto joined = args("a name", +((name - skip("with"))[push]) > skip("with") > quoted[push]);
const auto record_line = x3::rule<RecordLineRule, RecordLine>{"a line of a record"} =
    record_statement("from", args("a name", name[push] > quoted[push] > skip("sure") > name[push]), no_clauses) |
    record_statement("set", args("a word", name[push] > skip_symbol("=") > value[push]), no_clauses) |
    record_statement("join", joined, clauses(symbol_clause("->", one_name))) |
    record_statement("write", args("when", skip("when")), word_tests) |
    record_statement("refuse", one_quoted, clauses(clause("remedy", one_quoted))) |
    record_statement("remark", one_quoted, no_clauses);

// ---- Order and totals
// --------------------------------------------------------------------------------------------------

const x3::rule<struct OrderRuleId, OrderNode> order_of_records{"an order of records"};
const auto make_leaf = [](auto& context) {
  x3::_val(context).shape = 'n';
  x3::_val(context).name = x3::_attr(context);
};
const auto make_group = [](auto& context) {
  x3::_val(context).shape = 's';
  x3::_val(context).children = {x3::_attr(context)};
};
const auto add_suffix = [](auto& context) { x3::_val(context).suffix.push_back(x3::_attr(context)); };
const auto add_child = [](auto& context) { x3::_val(context).children.push_back(x3::_attr(context)); };
const auto make_sequence = [](auto& context) { x3::_val(context).shape = 's'; };
const auto make_choice = [](auto& context) { x3::_val(context).shape = 'c'; };

const auto order_item = x3::rule<struct OrderItemRule, OrderNode>{"a record, a rule or ("} =
    (name[make_leaf] | (skip_symbol("(") > order_of_records[make_group] > skip_symbol(")"))) >>
    -x3::char_("?*+")[add_suffix];
const auto order_sequence = x3::rule<struct OrderSequenceRule, OrderNode>{"a record, a rule or ("} =
    x3::eps[make_sequence] >> +order_item[add_child];
const auto order_of_records_def = x3::eps[make_choice] >> (order_sequence[add_child] % '|');
BOOST_SPIRIT_DEFINE(order_of_records)

const auto order_rule = x3::rule<struct OrderLineRule, OrderRule>{"a rule"} = name >
                                                                              skip_symbol("=") > order_of_records;

const auto measure = x3::rule<KeywordRule, Arg>{"count of, sum of, number of, blocks or ascending"} =
    (keyword("count")[put] > skip("of")) | (keyword("sum")[put] > skip("of")) | (keyword("number")[put] > skip("of")) |
    keyword("blocks")[put] | keyword("ascending")[put];
const auto counted = args("a record or in", -((name - skip("in"))[push] % ','));
const auto total_clause = x3::rule<ClauseRule, Clause>{"where, negative, or, modulo, only or else"} =
    clause("modulo", one_number) | (skip("only") > skip("in") > flag("answers")) | clause("else", one_name);
const auto total_reading = x3::rule<struct TotalReadingRule, TotalReading>{measure.name} =
    (-keyword("absolute") >> measure) > counted > skip("in") > scope > ((skip("where") > tests) | no_tests) >
    ((skip("negative") > skip("where") > tests) | no_tests);
const auto total_readings = x3::rule<struct TotalReadingsRule, std::vector<TotalReading>>{measure.name} =
    total_reading % skip("or");
const auto total_line = x3::rule<struct TotalRule, TotalLine>{
    "total"} = skip("total") > name > skip_symbol("=") > total_readings > clauses(total_clause);

// Deeper nesting than any bank's order; the grammar is recursive and text from outside must not eat the stack.
constexpr std::ptrdiff_t most_groups = 50;
constexpr std::size_t longest_line = 2000;

// ---- Lines
// -------------------------------------------------------------------------------------------------------------

template <class Parser, class Attribute>
bool parse_line(const Parser& parser, std::string_view line, Attribute& attribute, Surprise& surprise,
                std::string_view or_more = {}) {
  const Iterator begin = line.begin();
  Iterator at = begin;
  try {
    const auto whole = x3::with<LineStart>(begin)[parser > line_end];
    if (x3::phrase_parse(at, line.end(), whole, x3::char_(" \t"), attribute)) return true;
    surprise.expected = "a statement";
  } catch (const x3::expectation_failure<Iterator>& failure) {
    at = failure.where();  // Spirit throws; the exception ends in this file.
    surprise.expected = failure.which();
    if (surprise.expected == line_end.name && !or_more.empty())
      surprise.expected = std::string{or_more} + " or the end of the line";
  }
  while (at != line.end() && (*at == ' ' || *at == '\t')) ++at;
  surprise.column = static_cast<std::uint32_t>(at - begin) + 1;
  return false;
}

/// Where a character stands outside of quotes, or the size of the line.
std::size_t find_outside_quotes(std::string_view line, char wanted) {
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') inside = !inside;
    if (line[i] == wanted && !inside) return i;
  }
  return line.size();
}

/// Where a text begins that never ends, or the size of the line. Comments may hold what they like.
std::size_t open_quote(std::string_view line) {
  std::size_t begin = line.size();
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && !inside) break;
    if (line[i] != '"') continue;
    inside = !inside;
    begin = i;
  }
  return inside ? begin : line.size();
}

std::string_view first_token(std::string_view line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_first_of(" \t="));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class LineReader {
 public:
  explicit LineReader(std::uint16_t text_number) : text_{text_number} {}

  void read(std::string_view line, std::uint32_t line_number) {
    at_ = {text_, line_number};
    if (const std::size_t open = open_quote(line); open < line.size()) {
      reading_.surprises.push_back(
          {at_, static_cast<std::uint32_t>(open) + 1, "a second quote to end the text that begins"});
      return;
    }
    line = line.substr(0, find_outside_quotes(line, '#'));
    const std::size_t semicolon = find_outside_quotes(line, ';');
    note_ = semicolon < line.size() ? line.substr(semicolon + 1) : std::string_view{};
    line = line.substr(0, semicolon);
    const std::string_view word = first_token(line);
    if (word.empty()) return;
    if (line.size() > longest_line) return surprise(line, "a line of at most 2000 characters");
    if (std::count(line.begin(), line.end(), '(') > most_groups) return surprise(line, "at most 50 groups");
    if (!read_section(word, line) && !read_member(word, line)) surprise(line, expected_here());
  }

  Reading take() { return std::move(reading_); }

 private:
  enum class Section { head, codes, record, order };

  std::uint16_t text_;
  Reading reading_;
  Section section_ = Section::head;
  bool seen_first_ = false;
  LineOf at_;
  std::string_view note_;

  void surprise(std::string_view line, std::string expected) {
    const auto column = static_cast<std::uint32_t>(std::min(line.find_first_not_of(" \t"), line.size())) + 1;
    reading_.surprises.push_back({at_, column, std::move(expected)});
  }

  std::string expected_here() const {
    switch (section_) {
      case Section::codes:
        return "a code in quotes, mark, unknown, or a statement such as record";
      case Section::record:
        return "a field such as 1-3, part, check, from, set, join, write, refuse, remark, or a statement such as "
               "record";
      case Section::order:
        return "a rule such as file =, or a statement such as total";
      case Section::head:
        break;
    }
    return "a statement: scheme, edition, label, currency, length, charset, line ends, block, century, source, "
           "tolerate, missing, kind, answer, codes, record, order or total";
  }

  template <class Parser, class Node>
  bool take_line(const Parser& parser, std::string_view line, std::vector<Node>& into, std::string_view or_more = {}) {
    Node node;
    node.at = at_;
    Surprise what{.at = at_, .column = 0, .expected = {}};
    if (parse_line(parser, line, node, what, or_more)) {
      into.push_back(std::move(node));
    } else {
      reading_.surprises.push_back(std::move(what));
    }
    return true;
  }

  /// Statements that begin in the first place of a section, whatever came before.
  bool read_section(std::string_view word, std::string_view line) {
    Layout& layout = reading_.layout;
    if (!seen_first_) {
      seen_first_ = true;
      if (!is_one_of(word, {"layout", "variant"})) {
        surprise(line, "the first line, layout NAME \"title\",");
        return true;
      }
      std::vector<HeadLine> first;
      take_line(head_line, line, first);
      if (!first.empty()) layout.first = std::move(first.front());
      return true;
    }
    if (is_one_of(word, {"scheme", "edition", "label", "currency", "length", "century", "charset", "line", "block",
                         "source", "tolerate", "missing", "kind"})) {
      section_ = Section::head;
      return take_line(head_line, line, layout.head);
    }
    if (word == "answer") {
      section_ = Section::head;
      AnswerLine answer{.at = at_, .tests = {}};
      Surprise what{.at = at_, .column = 0, .expected = {}};
      if (parse_line(answer_line, line, answer.tests, what)) {
        layout.answers.push_back(std::move(answer));
      } else {
        reading_.surprises.push_back(std::move(what));
      }
      return true;
    }
    if (word == "codes") {
      section_ = Section::codes;
      if (const auto before = layout.codes.size();
          take_line(codes_line, line, layout.codes) && layout.codes.size() == before) {
        layout.codes.push_back({.at = at_,
                                .name = {},
                                .title = {},
                                .from_reasons = false,
                                .prefix = {},
                                .marks = {},
                                .codes = {},
                                .unknown = {}});
      }
      return true;
    }
    if (word == "record") {
      section_ = Section::record;
      Record record{.at = at_, .head = {}, .fields = {}, .checks = {}, .lines = {}};
      Surprise what{.at = at_, .column = 0, .expected = {}};
      if (!parse_line(record_head, line, record.head, what,
                      "of, like, opens, joins, closes, fills, speaks, length, segments, before, when"))
        reading_.surprises.push_back(std::move(what));
      layout.records.push_back(std::move(record));  // Its lines are read even when its head is not.
      return true;
    }
    if (word == "order") {
      section_ = Section::order;
      return true;
    }
    if (word == "total") {
      section_ = Section::head;
      return take_line(total_line, line, layout.totals);
    }
    return false;
  }

  /// Lines that belong to the section they stand in.
  bool read_member(std::string_view word, std::string_view line) {
    Layout& layout = reading_.layout;
    if (section_ == Section::order) return take_line(order_rule, line, layout.order);
    if (section_ == Section::codes) {
      Codes& codes = layout.codes.back();
      if (word == "mark") return take_line(mark_line, line, codes.marks);
      if (word.front() == '"') return take_line(code_line, line, codes.codes);
      if (word != "unknown") return false;
      std::vector<UnknownLine> unknown;
      take_line(unknown_line, line, unknown);
      if (!unknown.empty()) codes.unknown = std::move(unknown.front());
      return true;
    }
    if (section_ != Section::record) return false;
    Record& record = layout.records.back();
    if (word == "part" || (word.front() >= '0' && word.front() <= '9')) {
      const std::size_t before = record.fields.size();
      take_line(field_line, line, record.fields, "an attribute, such as -> or required,");
      if (record.fields.size() > before) record.fields.back().note = trimmed(note_);
      return true;
    }
    if (word == "check") return take_line(check_line, line, record.checks, "when, else, code, says, remedy");
    if (is_one_of(word, {"from", "set", "join", "write", "refuse", "remark"}))
      return take_line(record_line, line, record.lines);
    return false;
  }

  static std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
  }
};

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

Reading read_layout(std::string_view text, std::uint16_t text_number) {
  LineReader reader{text_number};
  std::uint32_t line_number = 0;
  for (const std::string_view line : split_lines(text)) reader.read(line, ++line_number);
  return reader.take();
}

}  // namespace counterfoil::layout_ast
