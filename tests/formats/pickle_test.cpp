// SPDX-License-Identifier: Apache-2.0
#include "formats/pickle.h"

#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "pickle/builder.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;
using test::Pickle;
using Names = std::vector<std::string>;

pickle::Reading read(std::string_view stream) {
  return pickle::read(as_bytes(stream));
}
bool looks_like(std::string_view head) {
  return pickle::looks_like(as_bytes(head), head.size());
}

Names imports(const pickle::Reading& reading) {
  Names out;
  for (const auto& import : reading.imports) {
    out.push_back(import.known ? cat(import.module, " ", import.name) : cat("? ", import.name));
  }
  return out;
}

Names calls(const pickle::Reading& reading) {
  Names out;
  for (const auto& call : reading.calls) {
    out.push_back(
        cat(call.opcode, " ", call.callee, "(", call.argument, ")", call.on_name ? " itself" : ""));
  }
  return out;
}

void expect_complete(std::string_view stream) {
  const auto reading = read(stream);
  EXPECT_TRUE(reading.is_pickle);
  EXPECT_TRUE(reading.complete) << reading.problem << " at " << reading.problem_at;
  EXPECT_EQ(reading.examined_bytes, stream.size());
}

void expect_damaged(std::string_view stream, std::string_view problem) {
  const auto reading = read(stream);
  EXPECT_FALSE(reading.complete);
  EXPECT_FALSE(reading.limited);
  EXPECT_EQ(reading.problem, problem);
}

TEST(Pickle, TellsAPlainImportAndItsCall) {
  const auto stream = test::calls_system("touch /tmp/x");
  expect_complete(stream);
  const auto reading = read(stream);
  EXPECT_EQ(imports(reading), Names{"os system"});
  EXPECT_EQ(calls(reading), Names{"REDUCE os.system(touch /tmp/x)"});
  EXPECT_EQ(reading.imports[0].span, (Span{2, 13}));
  EXPECT_EQ(reading.protocol, 2U);
}

// One snippet per opcode, or pair of them; each leaves the stack as it was.
const std::vector<std::string_view> kSnippets = {"\x80\5"sv,
                                                 "N0"sv,
                                                 "(0"sv,
                                                 "(NN1"sv,
                                                 "N200"sv,
                                                 "F1.5\n0"sv,
                                                 "I-7\n0"sv,
                                                 "I01\n0"sv,
                                                 "J\1\0\0\0"
                                                 "0"sv,
                                                 "K\1"
                                                 "0"sv,
                                                 "L12L\n0"sv,
                                                 "M\1\2"
                                                 "0"sv,
                                                 "Pid\n0"sv,
                                                 "NQ0"sv,
                                                 "ca\nb\n)R0"sv,
                                                 "S'a'\n0"sv,
                                                 "T\1\0\0\0a0"sv,
                                                 "U\1a0"sv,
                                                 "Va\n0"sv,
                                                 "X\1\0\0\0a0"sv,
                                                 "]Na0"sv,
                                                 "ca\nb\n)R}b0"sv,
                                                 "ca\nb\n0"sv,
                                                 "(NNd0"sv,
                                                 "}0"sv,
                                                 "](Ne0"sv,
                                                 "Np0\ng0\n00"sv,
                                                 "Nq\1h\1"
                                                 "00"sv,
                                                 "(ia\nb\n0"sv,
                                                 "Nr\2\0\0\0j\2\0\0\0"
                                                 "00"sv,
                                                 "(Nl0"sv,
                                                 "]0"sv,
                                                 "(ca\nb\no0"sv,
                                                 "}NNs0"sv,
                                                 "(Nt0"sv,
                                                 ")0"sv,
                                                 "}(NNu0"sv,
                                                 "G\0\0\0\0\0\0\0\0"
                                                 "0"sv,
                                                 "ca\nb\n)\x81"
                                                 "0"sv,
                                                 "\x82\1"
                                                 "0"sv,
                                                 "\x83\1\1"
                                                 "0"sv,
                                                 "\x84\1\1\1\0"
                                                 "0"sv,
                                                 "N\x85"
                                                 "0"sv,
                                                 "NN\x86"
                                                 "0"sv,
                                                 "NNN\x87"
                                                 "0"sv,
                                                 "\x88"
                                                 "0"sv,
                                                 "\x89"
                                                 "0"sv,
                                                 "\x8a\1\1"
                                                 "0"sv,
                                                 "\x8b\1\0\0\0\1"
                                                 "0"sv,
                                                 "B\1\0\0\0a0"sv,
                                                 "C\1a0"sv,
                                                 "\x8c\1a0"sv,
                                                 "\x8d\1\0\0\0\0\0\0\0a0"sv,
                                                 "\x8e\1\0\0\0\0\0\0\0a0"sv,
                                                 "\x8f"
                                                 "0"sv,
                                                 "\x8f(N\x90"
                                                 "0"sv,
                                                 "(N\x91"
                                                 "0"sv,
                                                 "ca\nb\n)}\x92"
                                                 "0"sv,
                                                 "\x8c\1a\x8c\1b\x93"
                                                 "0"sv,
                                                 "N\x94"
                                                 "0"sv,
                                                 "\x95\2\0\0\0\0\0\0\0N0"sv,
                                                 "\x96\1\0\0\0\0\0\0\0a0"sv,
                                                 "\x97"
                                                 "0"sv,
                                                 "N\x98"
                                                 "0"sv};

TEST(Pickle, KnowsEachOpcode) {
  std::set<char> opcodes = {'.'};
  for (const auto snippet : kSnippets) {
    SCOPED_TRACE(printable(snippet));
    expect_complete(std::string(snippet) + "N.");
    EXPECT_EQ(read(std::string(snippet) + "0N.").problem, "the stack is empty");
    opcodes.insert(snippet.front());
  }
  std::string all;
  for (const auto snippet : kSnippets) all += snippet;
  expect_complete(all + "N.");
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto opcode = static_cast<char>(byte);
    if (all.find(opcode) != std::string::npos || opcode == '.') continue;
    EXPECT_EQ(read(std::string("N0") + opcode + std::string(300, '\0')).problem,
              cat("unknown opcode ", byte));
  }
}

TEST(Pickle, IsDamagedWhenItIsCutAnywhere) {
  for (const auto snippet : kSnippets) {
    const auto stream = std::string(snippet) + "N.";
    for (std::size_t size = 0; size < stream.size(); ++size) {
      EXPECT_FALSE(read(stream.substr(0, size)).complete) << printable(snippet) << " at " << size;
    }
  }
}

TEST(Pickle, FollowsNamesThroughTheMemo) {
  const auto stream = Pickle(4)
                          .text("system")
                          .memoize()
                          .pop()
                          .text("os")
                          .memoize()
                          .pop()
                          .get(1)
                          .get(0)
                          .raw("\x93")
                          .text("id")
                          .tuple(1)
                          .reduce()
                          .stop();
  EXPECT_EQ(calls(read(stream)), Names{"REDUCE os.system(id)"});
}

TEST(Pickle, PutsTheTopOfTheStackIntoTheMemoAndNotWhatWasReadLast) {
  const auto stream =
      Pickle(4).text("os").text("math").pop().put(0).pop().get(0).text("system").raw("\x93").stop();
  EXPECT_EQ(imports(read(stream)), Names{"os system"});
}

TEST(Pickle, NumbersMemoizedEntriesByTheirCount) {
  // An entry far away makes the next MEMOIZE number 1, not 70001.
  const auto stream = Pickle(4)
                          .text("os")
                          .raw("r")
                          .u32(70'000)
                          .pop()
                          .text("system")
                          .memoize()
                          .pop()
                          .raw("j")
                          .u32(70'000)
                          .get(1)
                          .raw("\x93")
                          .stop();
  EXPECT_EQ(imports(read(stream)), Names{"os system"});
  expect_complete(stream);
}

TEST(Pickle, BeginsEachStackedPickleWithAFreshMemo) {
  const auto first = Pickle(4).text("math").memoize().stop();
  const auto second = Pickle(4).text("os").memoize().pop().get(0).text("system").raw("\x93").stop();
  const auto reading = read(first + second);
  EXPECT_EQ(imports(reading), Names{"os system"});
  EXPECT_EQ(reading.pickles, 2U);
  expect_complete(first + second);
  expect_damaged(first + Pickle(4).get(0).stop(), "the memo has no entry 0");
}

TEST(Pickle, CountsWhatWasCalledBeforeTheDamage) {
  const auto stream = Pickle(2).global("os", "system").text("id").tuple(1).reduce().unfinished();
  for (const std::string& broken : {stream, stream + "\xff", stream + "0000", stream + "h\7."}) {
    const auto reading = read(broken);
    EXPECT_EQ(calls(reading), Names{"REDUCE os.system(id)"});
    EXPECT_TRUE(reading.is_pickle);
    EXPECT_FALSE(reading.complete);
  }
}

TEST(Pickle, TellsWhenANameIsComputed) {
  const auto stream = Pickle(4)
                          .stack_global("builtins", "str")
                          .text("x")
                          .tuple(1)
                          .reduce()
                          .text("system")
                          .raw("\x93")
                          .tuple(0)
                          .reduce()
                          .stop();
  EXPECT_EQ(imports(read(stream)), (Names{"builtins str", "? ?"}));
  EXPECT_EQ(calls(read(stream)), (Names{"REDUCE builtins.str(x)", "REDUCE ?()"}));
  expect_damaged(Pickle(4).none().text("system").raw("\x93").stop(),
                 "STACK_GLOBAL on what is no text");
}

TEST(Pickle, ResolvesGetattrOfWhatIsKnown) {
  const auto stream = Pickle(2)
                          .global("builtins", "getattr")
                          .global("torch", "serialization")
                          .text("os.system")
                          .tuple(2)
                          .reduce()
                          .text("id")
                          .tuple(1)
                          .reduce()
                          .stop();
  EXPECT_EQ(imports(read(stream)),
            (Names{"builtins getattr", "torch serialization", "torch serialization.os.system"}));
  EXPECT_EQ(calls(read(stream)).back(), "REDUCE torch.serialization.os.system(id)");
}

TEST(Pickle, FillsTheExtensionRegistry) {
  const auto registers = Pickle(2)
                             .global("copyreg", "add_extension")
                             .text("os")
                             .text("system")
                             .integer(77)
                             .tuple(3)
                             .reduce()
                             .pop();
  const auto uses = Pickle().raw("\x82\x4d").text("id").tuple(1).reduce().stop();
  EXPECT_EQ(calls(read(registers.unfinished() + uses)).back(), "REDUCE os.system(id)");
  // The registry is the process's: a later pickle of the stream has it too.
  EXPECT_EQ(calls(read(Pickle(registers).none().stop() + uses)).back(), "REDUCE os.system(id)");
  EXPECT_EQ(imports(read(uses)), Names{"? extension 77"});
}

TEST(Pickle, SeesCallsWithoutReduce) {
  EXPECT_EQ(calls(read("(S'id'\nios\nsystem\n.")), Names{"INST os.system(id)"});
  EXPECT_EQ(calls(read("(cos\nsystem\nS'id'\no.")), Names{"OBJ os.system(id)"});
  EXPECT_EQ(calls(read(Pickle(2).global("a", "B").tuple(0).raw("\x81").stop())),
            Names{"NEWOBJ a.B()"});
  EXPECT_EQ(calls(read(Pickle(4).global("a", "B").tuple(0).raw("}\x92").stop())),
            Names{"NEWOBJ_EX a.B()"});
  EXPECT_EQ(calls(read(Pickle(2).global("a", "B").tuple(0).raw("\x81}b").stop())).back(),
            "BUILD a.B.__setstate__()");
}

TEST(Pickle, SeesThatAnImportedThingIsChangedItself) {
  EXPECT_EQ(calls(read(Pickle(2).global("numpy", "prod").raw("}b").stop())),
            Names{"BUILD numpy.prod() itself"});
  EXPECT_EQ(calls(read(Pickle(2).global("sys", "modules").text("os").none().raw("s").stop())),
            Names{"SETITEM sys.modules() itself"});
}

TEST(Pickle, DecodesEveryWayToWriteAName) {
  for (const std::string_view name :
       {"V\\u006fs\n"sv, "Vos\n"sv, "S'o\\x73'\n"sv, "S\"\\157s\"  \n"sv, "U\2os"sv,
        "T\2\0\0\0os"sv, "X\2\0\0\0os"sv, "\x8c\2os"sv, "\x8d\2\0\0\0\0\0\0\0os"sv}) {
    EXPECT_EQ(imports(read(cat("\x80\4", name, "\x8c\6system\x93."))), Names{"os system"})
        << printable(name);
  }
}

TEST(Pickle, KeepsEachNameOnceAndCountsIt) {
  std::string stream;
  for (int i = 0; i < 1000; ++i) stream += cat("cdatetime\ndate\n(I", i, "\ntR0");
  const auto reading = read(stream + "N.");
  EXPECT_EQ(imports(reading), Names{"datetime date"});
  EXPECT_EQ(reading.imports[0].count, 1000U);
  EXPECT_EQ(reading.calls.size(), pickle::kCallArguments + 1);
  EXPECT_EQ(reading.calls.back().count, 1000U - pickle::kCallArguments);
}

TEST(Pickle, TellsAFrameThatIsNotKept) {
  expect_damaged(Pickle(4)
                     .raw("\x95")
                     .u64(3)
                     .raw("\x8c\4"
                          "abcd0N")
                     .stop(),
                 "an argument crosses the end of its frame");
  expect_damaged(Pickle(4).raw("\x95").u64(30).raw("N").stop(),
                 "a frame is longer than the stream");
  expect_damaged(Pickle(4).raw("\x95").u64(11).raw("\x95").u64(2).raw("N").stop(),
                 "a frame begins inside of another");
}

TEST(Pickle, TakesPaddingButNoOtherTail) {
  expect_complete("N.\n"sv);
  expect_complete("N.\0\0\0\0"sv);
  expect_damaged("N.\xff\xff"sv, "2 bytes behind the last pickle are none");
}

TEST(Pickle, ReadsLegacyTorchUpToItsStorages) {
  const std::string magic("\x80\2\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15);
  const std::string rest = Pickle(2).raw("M\xe9\3").stop() + Pickle(2).raw("}").stop() +
                           Pickle(2).global("torch._utils", "_rebuild_tensor_v2").stop() +
                           Pickle(2).raw("]").stop();
  const std::string storages(100, '\xee');
  expect_complete(magic + rest + storages);
  EXPECT_EQ(read(magic + rest + storages).raw_bytes, 100U);
  // A magic number that is computed makes no legacy file: then the tail is a tail.
  const auto computed = Pickle(2).global("builtins", "int").text("1").tuple(1).reduce().stop();
  EXPECT_FALSE(read(computed + rest + storages).complete);
}

// numpy's wrapper as joblib writes it, around `bytes` raw bytes.
Pickle joblib_wrapper(unsigned bytes, std::string_view dtype = "u1") {
  Pickle p(3);
  p.global("joblib.numpy_pickle", "NumpyArrayWrapper").tuple(0).raw("\x81").put(1).raw("}").put(2);
  p.mark().text("subclass").global("numpy", "ndarray").text("shape").integer(bytes).tuple(1);
  p.text("order").text("C").text("dtype").global("numpy", "dtype").text(dtype);
  p.raw("\x89\x88\x87R")
      .put(3)
      .mark()
      .integer(3)
      .text("|")
      .raw("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"sv);
  return p.text("allow_mmap").raw("\x88").raw("ub");
}

TEST(Pickle, SkipsTheArraysOfJoblibExactly) {
  auto stream = Pickle().raw(joblib_wrapper(5).unfinished()).raw("\xff\xff\xff\xff\xff").stop();
  expect_complete(stream);
  EXPECT_EQ(read(stream).raw_bytes, 5U);
  // An array of objects is a pickle of its own.
  stream = Pickle().raw(joblib_wrapper(1, "O8").unfinished()).raw(test::calls_system()).stop();
  expect_complete(stream);
  EXPECT_EQ(calls(read(stream)).back(), "REDUCE os.system(id)");
}

TEST(Pickle, ReadsWhatFollowsAnArray) {
  const auto stream = Pickle()
                          .raw(joblib_wrapper(3).unfinished())
                          .raw("\xff\xff\xff")
                          .global("os", "system")
                          .text("id")
                          .tuple(1)
                          .reduce()
                          .stop();
  EXPECT_EQ(calls(read(stream)).back(), "REDUCE os.system(id)");
}

TEST(Pickle, FindsWhatHidesInAnArrayFromJoblibOnly) {
  // joblib.load takes the payload for five numbers; pickle.load executes it.
  const auto payload = Pickle().global("os", "system").text("id").tuple(1).reduce().unfinished();
  const auto size = static_cast<unsigned>(payload.size());
  const auto stream = Pickle().raw(joblib_wrapper(size).unfinished()).raw(payload).stop();
  const auto reading = read(stream);
  EXPECT_EQ(imports(reading).back(), "os system");
  EXPECT_TRUE(reading.imports.back().behind_array);
  // Noise that looks like an import, and is not called, is not told.
  const auto noise = Pickle().raw(joblib_wrapper(9).unfinished()).raw("cxy\nabc\n\xff").stop();
  EXPECT_EQ(imports(read(noise)).back(), "numpy dtype");
}

TEST(Pickle, DoesNotGuessTheLengthOfAnArray) {
  for (const std::string_view dtype : {"V", "Q4", "", "i-1", "S99999999999"}) {
    EXPECT_FALSE(read(Pickle().raw(joblib_wrapper(1, dtype).unfinished()).raw("a").stop()).complete)
        << dtype;
  }
}

TEST(Pickle, StopsAtItsLimits) {
  const auto limited = [](std::string_view stream, const pickle::Limits& limits) {
    const auto reading = pickle::read(as_bytes(stream), limits);
    EXPECT_FALSE(reading.complete);
    EXPECT_TRUE(reading.limited) << reading.problem;
    return reading.problem;
  };
  const std::string deep(100, 'N');
  EXPECT_EQ(limited(deep, {.opcodes = 10}), "more opcodes than the limit allows");
  EXPECT_EQ(limited(deep, {.stack = 10}), "a deeper stack than the limit allows");
  EXPECT_EQ(limited(std::string(100, '('), {.stack = 10}), "more marks than the limit allows");
  std::string many;
  for (int i = 0; i < 50; ++i) many += cat("ca\nb", i, "\n0");
  EXPECT_EQ(limited(many + "N.", {.imports = 10}), "more names and calls than the limit allows");
  std::string memo = "N";
  for (unsigned i = 0; i < 50; ++i) memo += "\x94";
  EXPECT_EQ(limited(memo + ".", {.memo = 10}), "more memo entries than the limit allows");
  EXPECT_TRUE(pickle::read(as_bytes(memo + "."), {.memo = 51}).complete);
}

TEST(Pickle, RecognisesEveryProtocolByTrialAndNoText) {
  EXPECT_TRUE(looks_like(test::calls_system()));
  EXPECT_TRUE(looks_like("(dp0\nS'a'\np1\nI1\ns."));
  EXPECT_TRUE(looks_like("cos\nsystem\n(S'id'\ntR."));
  EXPECT_TRUE(looks_like("cos\nsystem\n(S'id'\ntR\xff\xff broken"));
  EXPECT_TRUE(looks_like("I1\n."));
  for (const std::string_view text :
       {"", "# A model\n\nIt scores.\n", "a,b\n1,2\n", "{\"a\": 1}", "N.B. this is prose", "I am\n",
        "confidence\nscore\nelement\n", "GET / HTTP/1.1\nPost: x\n", "2026-11-22 log line\n",
        "Value\nVolt\n", "(1, 2)\n", "\177ELF", "\x80\x02\xff\xff"}) {
    EXPECT_FALSE(looks_like(text)) << text;
  }
  std::string list = "(lp0\n";
  for (int i = 0; i < 2000; ++i) list += "I1\na";
  EXPECT_TRUE(pickle::looks_like(as_bytes(list).first(4096), list.size() + 1));
}

TEST(Pickle, IsNotWhatBeginsLikeAZipFile) {
  // A stored member of a zip file, behind whose first line break opcodes go on by chance.
  const auto stream = cat("PK\3\4\0\0\x08\x08"sv, "a/data.pkl\x80\2}q\0X\1\0\0\0aK\n"sv,
                          "K\1K\1K\1K\1K\1K\1K\1K\1K\1K\1K\1K\1."sv);
  EXPECT_FALSE(looks_like(stream));
  EXPECT_TRUE(looks_like("Pan object\nK\1K\1K\1K\1K\1K\1K\1K\1."sv));
}

}  // namespace
}  // namespace cupel
