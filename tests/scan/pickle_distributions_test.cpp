// SPDX-License-Identifier: Apache-2.0
// Distributions of scipy.stats, whose state holds a text that unpickling runs, and dill's arrays.
#include <gtest/gtest.h>

#include "scan/told.h"

namespace cupel::scan {
namespace {

using namespace std::string_view_literals;

std::string text(std::string_view value) {
  std::string out = "X";
  for (unsigned shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>((value.size() >> shift) & 0xffU);
  }
  return cat(out, value);
}

std::string made(std::string_view name) {
  return cat("c", name, "\n)\x81");
}

// norm_gen with that state.
std::string of_state(std::string_view state) {
  return told("m.pkl",
              cat("\x80\2"sv, made("scipy.stats._continuous_distns\nnorm_gen"), state, "b."));
}

std::string item(std::string_view key, std::string_view value) {
  return cat("}", text(key), value, "s");
}

std::string filled_in(std::string_view names, std::string_view in, std::string_view out) {
  return cat("\ndef _parse_args(self, ", names, " ", in, "):\n    return (", names, "), ", out,
             "\n\ndef _parse_args_rvs(self, ", names, " ", in,
             ", size=None):\n    return self._argcheck_rvs(", names, " ", out,
             ", size=size)\n\ndef _parse_args_stats(self, ", names, " ", in,
             ", moments='mv'):\n    return (", names, "), ", out, ", moments\n");
}

std::string of_template(std::string_view value) {
  return of_state(item("_parse_arg_template", text(value)));
}

constexpr std::string_view kIn = "loc=0, scale=1";
constexpr std::string_view kOut = "loc, scale";

TEST(Distributions, AsSciPyWritesThemHaveNoFindings) {
  EXPECT_EQ(of_template(filled_in("", kIn, kOut)), "");
  EXPECT_EQ(of_template(filled_in("a, b_2, ", kIn, kOut)), "");
  EXPECT_EQ(of_template(filled_in("n, p, ", "loc=0", "loc, 1")), "");
  EXPECT_EQ(of_state(item("name", text("norm"))), "");
  EXPECT_EQ(of_state(item("_rvs_size_warned", "I00\n")), "");     // before 1.9
  EXPECT_EQ(of_state(cat(item("momtype", "K\1"), "N\x86")), "");  // before 1.6
  // Built by DICT, as protocol 0 does, and with a copy of the dict from the memo.
  const auto whole = cat(text("_parse_arg_template"), text(filled_in("", kIn, kOut)), "s");
  EXPECT_EQ(of_state(cat("(dq\1", whole, "0h\1")), "");
}

TEST(Distributions, ThatRunAnotherTextAreTold) {
  constexpr std::string_view kBad = "PKL001 critical m.pkl@";
  const auto honest = filled_in("", kIn, kOut);
  for (const auto& state : {
           of_template("import os"),
           of_template(honest + "import os"),
           of_template(filled_in("a=print(), ", kIn, kOut)),
           of_template(filled_in("a\nimport os\n, ", kIn, kOut)),
           of_template(filled_in("", "loc=0, scale=print()", kOut)),
           of_state(item("_parse_arg_template", cat("U\1", "x"))),      // bytes of Python 2
           of_state(item("_parse_arg_template", "]")),                  // not a text
           of_state(item("_attach_methods", cat("cbuiltins\nlen\n"))),  // an attribute of its own
           of_state(cat(text("_parse_arg_template"), text("x"),
                        "\x86\x85")),  // pairs, as update() takes
           of_state(cat(item("_parse_arg_template", "K\1"), "N\x86")),
           of_state(cat("}", "I1\n", text("x"), "s")),
           of_state("Nq\1"),
       }) {
    EXPECT_NE(state.find(kBad), std::string::npos) << state;
  }
  // The last of two texts counts, and so does the first.
  EXPECT_NE(of_state(cat("}(", text("_parse_arg_template"), text("x"), text("_parse_arg_template"),
                         text(honest), "u"))
                .find(kBad),
            std::string::npos);
}

TEST(Distributions, ThatOthersTellTheirStateAreTold) {
  const auto state = item("_parse_arg_template", text("import os"));
  constexpr std::string_view kClass = "cscipy.stats._continuous_distns\nnorm_gen\n";
  // _rebuild_from_type_v2(_reconstructor, norm_gen, (norm_gen, object, None), state)
  const auto torch =
      cat("\x80\2"sv, "ctorch._tensor\n_rebuild_from_type_v2\n(", "ccopyreg\n_reconstructor\n",
          kClass, kClass, "cbuiltins\nobject\nN\x87", state, "tR.");
  EXPECT_NE(told("m.pkl", torch).find("PKL001 critical m.pkl@"), std::string::npos);
  const auto dill = cat("\x80\2"sv, "cdill._dill\n_create_array\n(", "ccopyreg\n_reconstructor\n",
                        kClass, "cbuiltins\nobject\nN\x87", state, "NtR.");
  EXPECT_NE(told("m.pkl", dill).find("PKL001 critical m.pkl@"), std::string::npos);
}

TEST(Dill, ArraysHaveNoFindingsAndOtherCallsDo) {
  const auto array = [](std::string_view callee) {
    return told("m.pkl", cat("\x80\3"sv, "cdill._dill\n_create_array\n(c", callee,
                             "\ncnumpy\nndarray\nK\0\x85"
                             "C\1b\x87"sv,
                             "(K\1K\3\x85NNNtNtR."sv));
  };
  EXPECT_EQ(array("numpy.core.multiarray\n_reconstruct"), "");
  EXPECT_NE(array("os\nsystem").find("PKL001 critical"), std::string::npos);
}

}  // namespace
}  // namespace cupel::scan
