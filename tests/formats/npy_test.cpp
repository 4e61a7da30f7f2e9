// SPDX-License-Identifier: Apache-2.0
#include "formats/npy.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/python_literal.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;

std::string array(std::string_view header, std::string_view data = "data", char major = 1) {
  std::string out = cat("\x93NUMPY"sv, major, '\0', static_cast<char>(header.size() & 0xff),
                        static_cast<char>(header.size() >> 8));
  if (major > 1) out += "\0\0"sv;
  return cat(out, header, data);
}

npy::Reading npy_of(std::string_view header, std::string_view data = "data") {
  return npy::read(as_bytes(array(header, data)));
}

std::string typed(std::string_view type, std::string_view shape = "(1,)") {
  return cat("{'descr': ", type, ", 'fortran_order': False, 'shape': ", shape, ", }");
}

// What NumPy minds, at which piece of the header.
std::string problem_of(std::string_view header, std::string_view data = "data") {
  const auto reading = npy_of(header, data);
  if (reading.problems.empty()) return "";
  const auto& first = reading.problems.front();
  const auto begin = first.span.begin - 10;
  return cat(first.what, " at ", header.substr(begin, first.span.end - first.span.begin));
}

TEST(Npy, TellsArraysOfObjects) {
  EXPECT_FALSE(npy_of(typed("'<f4'")).objects);
  // Each of these is of objects to numpy.dtype(): tried with NumPy 1.26 and 2.5.
  for (const std::string_view type :
       {"'|O'", "'O'", "'O8'", "'object'", "'i4,O'", "'2O'", "'(2,)O'", "'\\x4f'", "'|' 'O'",
        "[('a', 'O')]", "[('a', '<f4'), ('b', [('c', '|O')])]", "('|O', (2,))", "[('a', 'O', 2)]",
        "'\\N{LATIN CAPITAL LETTER O}'", "r'O'"}) {
    EXPECT_TRUE(npy_of(typed(type)).objects) << type;
  }
  // Of old versions of NumPy only.
  EXPECT_TRUE(npy_of(typed("{'names': ['a'], 'formats': ['O']}")).objects);
  EXPECT_TRUE(npy_of(typed("b'|O'")).objects);
  EXPECT_EQ(npy_of("{'descr': '|O', }").data_offset, 27U);
}

TEST(Npy, TakesTheLaterOfTwoTypesAndEitherForObjects) {
  const auto header = "{'descr': '|O', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}"sv;
  EXPECT_TRUE(npy_of(header).objects);
  EXPECT_EQ(problem_of(header),
            "its header says `descr` twice: readers differ in which they take at 'descr'");
}

TEST(Npy, CountsTheBytesOfEveryHonestType) {
  const auto bytes = [](std::string_view type) {
    const auto reading = npy_of(typed(type, "(2,)"), std::string(1'000, 'x'));
    EXPECT_EQ(reading.problems.size(), 0U) << type;
    return reading.data_bytes.value_or(999);
  };
  EXPECT_EQ(bytes("'<f4'"), 8U);
  EXPECT_EQ(bytes("'|b1'"), 2U);
  EXPECT_EQ(bytes("'<U12'"), 96U);
  EXPECT_EQ(bytes("'|S3'"), 6U);
  EXPECT_EQ(bytes("'|V2'"), 4U);
  EXPECT_EQ(bytes("'<M8[ns]'"), 16U);
  EXPECT_EQ(bytes("'<m8[25s]'"), 16U);
  EXPECT_EQ(bytes("'<c16'"), 32U);
  EXPECT_EQ(bytes("'float32'"), 8U);
  EXPECT_EQ(bytes("[('a', '<f8'), ('', '|V4'), ('b', '<i4', (2, 2))]"), 56U);
  EXPECT_EQ(bytes("[(('title', 'a'), '<f8')]"), 16U);
  EXPECT_EQ(bytes("('<f4', (3,))"), 24U);
  EXPECT_EQ(bytes("'>f2,<i4'"), 12U);
  EXPECT_EQ(bytes("'(2,3)f4, 2i1'"), 52U);
  EXPECT_EQ(bytes("[]"), 0U);
}

TEST(Npy, ReadsShapesOfEveryKind) {
  const auto bytes = [](std::string_view shape) {
    return npy_of(typed("'<f4'", shape), std::string(100, 'x')).data_bytes;
  };
  EXPECT_EQ(bytes("()"), 4U);
  EXPECT_EQ(bytes("(2, 3)"), 24U);
  EXPECT_EQ(bytes("(2L, 3L)"), 24U);  // by Python 2
  EXPECT_EQ(bytes("(0, 9223372036854775807, 4)"), 0U);
}

TEST(Npy, TellsWhatNumPyRefuses) {
  EXPECT_EQ(problem_of("[1, 2]"), "its header is no dictionary at [1, 2]");
  EXPECT_EQ(problem_of("{'descr': '<f4'}"),
            "its header lacks a key that every array has at {'descr': '<f4'}");
  EXPECT_EQ(problem_of(typed("'<f4'", "(-1,)")), "its shape has a negative length at -1");
  EXPECT_EQ(problem_of(typed("'<f4'", "[1]")), "its shape is no tuple at [1]");
  EXPECT_EQ(problem_of(typed("'<f4'", "(1)")), "its shape is no tuple at (1)");
  EXPECT_EQ(problem_of(typed("'<f4'", "(1.0,)")),
            "its shape holds something that is no whole number at 1.0");
  EXPECT_EQ(problem_of(typed("'<f4'", "(True,)")),
            "its shape holds something that is no whole number at True");
  EXPECT_EQ(problem_of(typed("'<f4'", "(400,)")),
            "its shape asks for 1600 bytes and 4 are there at (400,)");
  const auto many = "its shape is more than any computer counts at ";
  EXPECT_EQ(problem_of(typed("'<f4'", "(99999999999999999999,)")),
            cat(many, "(99999999999999999999,)"));
  EXPECT_EQ(problem_of(typed("'<f8'", "(1099511627776, 1099511627776)")),
            cat(many, "(1099511627776, 1099511627776)"));
  EXPECT_EQ(problem_of(typed("'<f8'", "(4611686018427387904,)")),
            cat(many, "(4611686018427387904,)"));
  EXPECT_EQ(problem_of("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}"),
            "the order of its elements is neither True nor False at 0");
  EXPECT_EQ(problem_of(typed("'\\x3cf4'")),
            "its element type is hidden behind escapes at '\\x3cf4'");
  EXPECT_EQ(problem_of(typed("{'names': ['a'], 'formats': ['<f4']}")),
            "its element type is described in a way that NumPy refuses at "
            "{'names': ['a'], 'formats': ['<f4']}");
  EXPECT_EQ(npy::read(as_bytes(array(typed("'<f4'"), "data", 4))).complete, false);
  EXPECT_FALSE(npy::read(as_bytes("\x93NUMPY\1\0\xff\xff"sv)).complete);
  EXPECT_FALSE(npy::read(as_bytes("NUMPY"sv)).is_npy);
}

TEST(Npy, TellsAHeaderThatIsAProgram) {
  const auto reading = npy_of("__import__('os').getpid()");
  EXPECT_TRUE(reading.called);
  EXPECT_EQ(reading.problems.front().what,
            "its header is no constant of Python: it is no constant but looks up `__import__`");
  EXPECT_TRUE(npy_of("{'descr': '<f4'}.get(1)").called);
  EXPECT_FALSE(npy_of("{'descr': ").called);
}

TEST(Npy, TellsWhatOnlySomeReadersTake) {
  EXPECT_EQ(npy_of(cat(typed("'<f4'"), " # |O")).oddities.size(), 1U);
  EXPECT_EQ(npy_of(typed("'<q4'")).oddities.size(), 1U);
  const auto reading = npy::read(as_bytes(array(cat(typed("'<f4'"), std::string(10'000, ' ')))));
  EXPECT_EQ(reading.oddities.size(), 1U);
  EXPECT_EQ(reading.problems.size(), 0U);
}

TEST(PythonLiteral, ReadsConstantsAsPythonDoes) {
  const auto all = python_literal::read(
      " ('a' \"b\", '''c\n''', rb'\\d', -0x10, 1e-5, 2j, {1, 2}, {}, [None, True,], (1), )");
  EXPECT_EQ(all.problem, "");
  ASSERT_EQ(all.value.items.size(), 10U);
  EXPECT_EQ(all.value.items[0].text, "ab");
  EXPECT_EQ(all.value.items[1].text, "c\n");
  EXPECT_EQ(all.value.items[2].text, "\\d");
  EXPECT_EQ(all.value.items[3].integer, -16);
  EXPECT_EQ(all.value.items[4].kind, python_literal::Kind::real);
  EXPECT_EQ(all.value.items[6].kind, python_literal::Kind::set);
  EXPECT_EQ(all.value.items[7].kind, python_literal::Kind::mapping);
  EXPECT_EQ(all.value.items[9].kind, python_literal::Kind::integer);
}

TEST(PythonLiteral, TellsWhereAConstantEnds) {
  const auto problem = [](std::string_view text) {
    const auto reading = python_literal::read(text, {.values = 100, .depth = 5});
    return cat(reading.problem, " at ", reading.at);
  };
  EXPECT_EQ(problem("(1, 2"), "a bracket is not closed at 5");
  EXPECT_EQ(problem("'a\nb'"), "a text is not closed at 2");
  EXPECT_EQ(problem("{'a' 1}"), "a brace is not closed at 5");
  EXPECT_EQ(problem("[[[[[[[1]]]]]]]"), "it is nested too deep at 6");
  std::string many = "[";
  for (int i = 0; i < 200; ++i) many += "1,";
  EXPECT_EQ(problem(many + "]"), "it has more parts than are read at 199");
  EXPECT_EQ(problem("f'{x}'"), "it is no constant but looks up `f` at 0");
  EXPECT_EQ(problem("1 + 1"), "something stands behind it: `+ 1` at 2");
}

}  // namespace
}  // namespace cupel
