// SPDX-License-Identifier: Apache-2.0
// Ways to hide what a pickle does, as they were published or made against other scanners. None
// may pass, and each is told with its place.
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/text.h"
#include "formats/pickle/builder.h"
#include "scan/scan.h"

namespace cupel {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::calls_system;
using test::Pickle;

scan::Report look_at(std::string_view stream, std::string_view name = "m.pkl") {
  return scan::examine(name, as_bytes(stream));
}

std::string told(const scan::Report& report) {
  std::string out;
  for (const auto& finding : report.findings) {
    out += cat(finding.code, " ", finding.title, "\n");
    for (const auto& note : finding.notes) out += cat("  ", note, "\n");
  }
  for (const auto& why : report.shortfalls) out += cat("missed: ", why, "\n");
  return out;
}

// It fails, by a finding that stands where it should and says `what`.
void expect_fail(std::string_view row, std::string_view stream, std::string_view what) {
  SCOPED_TRACE(row);
  const auto report = look_at(stream);
  EXPECT_EQ(scan::verdict_of(report), Verdict::fail);
  EXPECT_NE(told(report).find(what), std::string::npos) << told(report);
  for (const auto& finding : report.findings) {
    ASSERT_TRUE(finding.place.span.has_value()) << finding.title;
    EXPECT_LT(finding.place.span->begin, finding.place.span->end) << finding.title;
  }
}

void expect_pass(std::string_view row, std::string_view stream) {
  SCOPED_TRACE(row);
  const auto report = look_at(stream);
  EXPECT_EQ(scan::verdict_of(report), Verdict::pass) << told(report);
}

std::string base64_of(std::string_view bytes) {
  return to_base64(as_bytes(bytes));
}

std::string packed(std::string_view bytes) {
  std::string out(compressBound(bytes.size()), '\0');
  auto size = static_cast<uLongf>(out.size());
  compress(reinterpret_cast<Bytef*>(out.data()), &size,
           reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  out.resize(size);
  return out;
}

TEST(PickleAttacks, FailInPlainSight) {
  const auto system = "`os.system`"sv;
  expect_fail("protocol 0", "cos\nsystem\n(S'id'\ntR.", system);
  expect_fail("protocol 1", "cos\nsystem\n(U\2idtR.", system);
  expect_fail("protocol 2", calls_system(), "called with `id` by REDUCE");
  for (unsigned protocol = 3; protocol <= 5; ++protocol) {
    expect_fail("protocol",
                Pickle(protocol).stack_global("os", "system").text("id").tuple(1).reduce().stop(),
                system);
  }
  expect_fail("INST", "(S'id'\nios\nsystem\n.", system);
  expect_fail("OBJ", "(cos\nsystem\nS'id'\no.", system);
  expect_fail("escaped operands", "\x80\4V\\u006fs\nVsyste\\u006d\n\x93(Vid\ntR.", system);
  expect_fail("duplicated operand", "\x80\4\x8c\3pip2\x93)R.", "`pip.pip`");
  expect_fail("posix", Pickle(2).call("posix", "system", "id").stop(), "runs commands");
  expect_fail("nt", Pickle(2).call("nt", "system", "id").stop(), "runs commands");
}

TEST(PickleAttacks, FailWhenTheMemoIsUsed) {
  const auto system = "`os.system`"sv;
  const auto call = [](Pickle& stream) { return stream.text("id").tuple(1).reduce().stop(); };
  Pickle carried(4);
  carried.text("os").memoize().pop().text("system").memoize().pop().get(0).get(1).raw("\x93");
  expect_fail("operands through the memo", call(carried), system);
  Pickle confused(4);
  confused.text("os").text("x").pop().put(0).pop().get(0).text("system").raw("\x93");
  expect_fail("PUT after POP", call(confused), system);
  Pickle second(4);
  second.text("os").memoize().text("system").raw("\x93");
  expect_fail("memo carried between pickles",
              Pickle(4).text("math").memoize().stop() + call(second), system);
  Pickle decoys(4);
  decoys.text("os").text("system").mark().text("math").text("sin").raw("1\x93");
  expect_fail("POP_MARK decoys", call(decoys), system);
  Pickle twice(4);
  twice.text("math").put(0).pop().text("os").put(0).pop().get(0).text("system").raw("\x93");
  expect_fail("memo entry overwritten", call(twice), system);
  Pickle far(4);
  far.text("os").raw("r").u32(70'000).pop().text("system").memoize().pop();
  far.raw("j").u32(70'000).get(1).raw("\x93");
  expect_fail("memo entry far away", call(far), system);
}

TEST(PickleAttacks, FailWithoutReduce) {
  expect_fail("NEWOBJ",
              Pickle(2)
                  .global("builtins", "bytes")
                  .global("builtins", "map")
                  .global("os", "system")
                  .raw("]")
                  .text("id")
                  .raw("a\x86\x81\x85\x81")
                  .stop(),
              "`os.system`");
  expect_fail("NEWOBJ_EX",
              Pickle(4).global("subprocess", "Popen").text("id").raw("\x85}\x92").stop(),
              "`subprocess.Popen`");
  expect_fail("BUILD",
              Pickle(2)
                  .global("numpy", "ndarray")
                  .raw(")\x81}")
                  .text("__setstate__")
                  .global("os", "system")
                  .raw("sb")
                  .text("id")
                  .raw("b")
                  .stop(),
              "`os.system`");
}

TEST(PickleAttacks, FailThroughTheExtensionRegistry) {
  const auto registered = Pickle(2)
                              .global("copyreg", "add_extension")
                              .text("os")
                              .text("system")
                              .integer(77)
                              .tuple(3)
                              .reduce()
                              .pop()
                              .raw("\x82\x4d")
                              .text("id")
                              .tuple(1)
                              .reduce()
                              .stop();
  expect_fail("add_extension", registered, "`os.system`");
  expect_fail("registry outside", "\x80\2\x82\x4d)R.", "PKL004");
}

TEST(PickleAttacks, FailInPicklesInsideOfConstants) {
  const auto inner = calls_system("inner");
  const std::vector<std::pair<std::string_view, std::string_view>> loaders = {
      {"pickle", "loads"},
      {"_pickle", "loads"},
      {"pickle", "_loads"},
      {"cPickle", "loads"},
      {"dill", "loads"},
      {"dill._dill", "loads"},
      {"cloudpickle", "loads"},
      {"cloudpickle.cloudpickle", "loads"},
      {"torch.storage", "_load_from_bytes"}};
  for (const auto& [module, name] : loaders) {
    const auto stream = Pickle(3).global(module, name).bytes(inner).tuple(1).reduce().stop();
    expect_fail(module, stream, "called with `inner` by REDUCE");
    expect_fail(module, stream, "loading `bytes for ");
  }
  const std::vector<std::pair<std::string_view, std::string_view>> readers = {
      {"pickle", "load"},
      {"joblib", "load"},
      {"torch", "load"},
      {"torch.serialization", "load"},
      {"numpy", "load"},
      {"pandas", "read_pickle"},
      {"joblib.numpy_pickle", "load"}};
  for (const auto& [module, name] : readers) {
    expect_fail(module,
                Pickle(3)
                    .global(module, name)
                    .global("io", "BytesIO")
                    .bytes(inner)
                    .tuple(1)
                    .reduce()
                    .tuple(1)
                    .reduce()
                    .stop(),
                "called with `inner` by REDUCE");
  }
  expect_fail("nobody loads it", Pickle(3).bytes(inner).stop(), "called with `inner` by REDUCE");
}

TEST(PickleAttacks, FailInPicklesThatAreDecoded) {
  const auto inner = calls_system("inner");
  const auto decoded = [&](std::string_view module, std::string_view name,
                           std::string_view content) {
    return Pickle(3)
        .global("pickle", "loads")
        .global(module, name)
        .bytes(content)
        .tuple(1)
        .reduce()
        .tuple(1)
        .reduce()
        .stop();
  };
  const auto found = "called with `inner` by REDUCE"sv;
  expect_fail("base64", decoded("base64", "b64decode", base64_of(inner)), found);
  expect_fail("binascii", decoded("binascii", "a2b_base64", base64_of(inner)), found);
  expect_fail("hex", decoded("binascii", "unhexlify", to_hex(as_bytes(inner))), found);
  expect_fail("zlib", decoded("zlib", "decompress", packed(inner)), found);
  expect_fail("codecs",
              Pickle(3)
                  .global("pickle", "loads")
                  .global("codecs", "decode")
                  .bytes(base64_of(inner))
                  .text("base64")
                  .tuple(2)
                  .reduce()
                  .tuple(1)
                  .reduce()
                  .stop(),
              found);
  expect_fail("what nobody can compute here",
              Pickle(3)
                  .global("torch.storage", "_load_from_bytes")
                  .call("lzma", "decompress", "x")
                  .tuple(1)
                  .reduce()
                  .stop(),
              "hands `torch.storage._load_from_bytes` something that is computed");
}

TEST(PickleAttacks, FailWhenTheyBreakBehindThePayload) {
  const auto whole = calls_system();
  const auto cut = whole.substr(0, whole.size() - 1);
  for (const auto& stream : {cut, cut + "\xff", cut + "0000.", cut + "h\x7f."}) {
    expect_fail("broken tail", stream, "`os.system`");
    expect_fail("broken tail", stream, "PKL003");
  }
}

TEST(PickleAttacks, FailInALaterPickle) {
  const auto honest = Pickle(4).integer(1).stop();
  expect_fail("second", honest + calls_system(), "`os.system`");
  expect_fail("fifth", honest + honest + honest + honest + calls_system(), "`os.system`");
  const auto magic = "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s;
  const auto storages = std::string(64, '\x7f');
  for (int at = 1; at < 5; ++at) {
    std::string stream = magic;
    for (int i = 1; i < 5; ++i) stream += i == at ? calls_system() : honest;
    expect_fail("of a legacy torch file", stream + storages, "`os.system`");
  }
  expect_pass("an honest legacy torch file", magic + honest + honest + honest + honest + storages);
  const auto computed =
      Pickle(2).call("builtins", "int", "119547037146038801333356").stop() + honest;
  expect_fail("computed magic", computed + calls_system() + honest + honest + storages,
              "`os.system`");
}

TEST(PickleAttacks, FailWhereReadersDiffer) {
  const auto call = ".os\nsystem\n(U\2idtR."sv.substr(1);
  expect_fail("STRING that is not ASCII", cat("S'\xe9'\n0c", call), "`os.system`");
  expect_fail("surrogates", cat("\x80\4\x8c\3\xed\xa0\x80", "0c", call), "`os.system`");
  expect_fail("PERSID", cat("P\xff\n0c", call), "`os.system`");
  expect_fail(
      "frame straddle",
      Pickle(4).raw("\x95").u64(3).raw("\x8c\4abcd0").global("os", "system").raw(")R").stop(),
      "crosses the end of its frame");
}

TEST(PickleAttacks, FailBehindMuch) {
  std::string many;
  for (int i = 0; i < 2'400'000; ++i) many += "N0";
  expect_fail("opcodes", cat("\x80\2", many, calls_system()), "`os.system`");
  std::string blob = "\x80\3B"s;
  const std::uint32_t size = 120U << 20U;
  for (unsigned i = 0; i < 4; ++i) blob += static_cast<char>((size >> (8 * i)) & 0xffU);
  blob.resize(blob.size() + size);
  expect_fail("a blob", cat(blob, "0", calls_system()), "`os.system`");
}

TEST(PickleAttacks, FailWithComputedNames) {
  const auto out = "it comes out as `os.system`"sv;
  expect_fail("str.join",
              Pickle(4)
                  .text("os")
                  .global("builtins", "str.join")
                  .text("")
                  .raw("](")
                  .text("sys")
                  .text("tem")
                  .raw("e")
                  .tuple(2)
                  .reduce()
                  .raw("\x93")
                  .text("id")
                  .tuple(1)
                  .reduce()
                  .stop(),
              out);
  expect_fail("join of an attribute",
              Pickle(4)
                  .text("os")
                  .global("builtins", "getattr")
                  .text("")
                  .text("join")
                  .tuple(2)
                  .reduce()
                  .raw("](")
                  .text("sys")
                  .text("tem")
                  .raw("e")
                  .tuple(1)
                  .reduce()
                  .raw("\x93")
                  .text("id")
                  .tuple(1)
                  .reduce()
                  .stop(),
              out);
  expect_fail("getitem",
              Pickle(4)
                  .text("os")
                  .global("operator", "getitem")
                  .text("popen")
                  .text("system")
                  .tuple(2)
                  .integer(1)
                  .tuple(2)
                  .reduce()
                  .raw("\x93")
                  .text("id")
                  .tuple(1)
                  .reduce()
                  .stop(),
              out);
  expect_fail("getattr chain",
              Pickle(4)
                  .global("builtins", "getattr")
                  .global("builtins", "getattr")
                  .global("torch", "serialization")
                  .text("os")
                  .tuple(2)
                  .reduce()
                  .text("system")
                  .tuple(2)
                  .reduce()
                  .text("id")
                  .tuple(1)
                  .reduce()
                  .stop(),
              "`torch.serialization.os.system`");
  expect_fail("sys.modules", Pickle(4).global("sys", "modules").text("os").none().raw("s").stop(),
              "changes `sys.modules` itself");
}

TEST(PickleAttacks, FailWithDottedNames) {
  for (const auto& [module, name] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"torch", "serialization.os.system"},
           {"random", "_os.system"},
           {"numpy", "testing._private.utils.os.system"},
           {"sklearn.base", "BaseEstimator.__init__.__globals__"},
           {"collections", "OrderedDict.__class__.__base__.__subclasses__"},
           {"pathlib", "Path.write_text"},
           {"numpy", "ndarray.tofile"}}) {
    expect_fail(name, Pickle(4).stack_global(module, name).text("id").tuple(1).reduce().stop(),
                "PKL001");
  }
}

TEST(PickleAttacks, FailWithVettedNamesOnly) {
  expect_fail("a ufunc's module and name",
              Pickle(4)
                  .global("numpy.core", "_ufunc_reconstruct")
                  .text("os")
                  .text("system")
                  .tuple(2)
                  .reduce()
                  .stop(),
              "`os.system`");
  expect_fail("BUILD of a function",
              Pickle(4)
                  .global("numpy", "prod")
                  .raw("N}")
                  .text("__module__")
                  .none()
                  .raw("s\x86"
                       "b")
                  .stop(),
              "changes `numpy.prod` itself");
  expect_fail("BUILD of builtins",
              Pickle(4)
                  .global("numpy", "__builtins__")
                  .raw("N}\x86"
                       "b")
                  .stop(),
              "PKL001");
  expect_fail("BUILD of a class",
              Pickle(2).global("sklearn.base", "BaseEstimator").raw("}b").stop(),
              "changes `sklearn.base.BaseEstimator` itself");
  expect_fail("a value that is called", Pickle(2).call("numpy", "log", "x").stop(),
              "as no honest pickle uses it");
  expect_fail("a method of a vetted class",
              Pickle(2)
                  .global("builtins", "getattr")
                  .global("numpy", "ndarray")
                  .text("tofile")
                  .tuple(2)
                  .reduce()
                  .text("/etc/cron.d/x")
                  .tuple(1)
                  .reduce()
                  .stop(),
              "uses `numpy.ndarray.tofile`");
  expect_fail("a partial method",
              Pickle(2)
                  .global("functools", "partial")
                  .global("builtins", "getattr")
                  .global("numpy", "ndarray")
                  .text("tofile")
                  .tuple(2)
                  .reduce()
                  .tuple(1)
                  .reduce()
                  .stop(),
              "uses `numpy.ndarray.tofile`");
  expect_fail("a partial that is called",
              Pickle(2)
                  .global("functools", "partial")
                  .global("numpy", "log")
                  .tuple(1)
                  .reduce()
                  .tuple(0)
                  .reduce()
                  .stop(),
              "uses `numpy.log`");
  // A state that is no tuple has no place among the values: its payload is a number of ours.
  for (const auto state : {"J\xff\xff\xff\x7f"sv, "K\x01"sv, "N"sv, "X\x01\0\0\0a"sv, "]"sv}) {
    const auto stream = cat("\x80\x04", "cfunctools\npartial\ncnumpy\nlog\n\x85R", state, "b.");
    EXPECT_NE(scan::verdict_of(look_at(stream)), Verdict::pass) << state;
  }
  expect_fail("a partial that becomes another by its state",
              Pickle(2)
                  .global("functools", "partial")
                  .global("pandas.core.internals.blocks", "new_block")
                  .tuple(1)
                  .reduce()
                  .mark()
                  .global("numpy", "log")
                  .tuple(0)
                  .none()
                  .none()
                  .raw("tb")
                  .tuple(0)
                  .reduce()
                  .stop(),
              "PKL004");
  expect_fail("what a persistent object of no known kind returns",
              Pickle(2)
                  .text("storage")
                  .global("torch.nn.modules.linear", "Linear")
                  .tuple(2)
                  .raw("Q")
                  .tuple(0)
                  .newobj()
                  .stop(),
              "PKL004");
  expect_fail("called by a rebuilder",
              Pickle(2)
                  .global("torch._tensor", "_rebuild_from_type_v2")
                  .mark()
                  .global("numpy", "log")
                  .none()
                  .text("x")
                  .tuple(1)
                  .none()
                  .raw("tR")
                  .stop(),
              "uses `numpy.log`");
  expect_fail("an item put into a tensor",
              Pickle(2).global("torch._utils", "_rebuild_tensor_v2").raw(")RK\1K\2s").stop(),
              "as no honest pickle uses it");
  expect_fail("an __init__ that is called",
              Pickle(2).call("torch.optim.lr_scheduler", "LambdaLR", "x").stop(),
              "as no honest pickle uses it");
}

TEST(PickleAttacks, FailUnderTheNamesOfPython2) {
  expect_fail("cPickle", Pickle(2).call("cPickle", "loads", "x").stop(), "loads code");
  expect_fail("commands", Pickle(2).call("commands", "getoutput", "id").stop(), "runs commands");
  expect_fail("reduce", Pickle(2).call("__builtin__", "reduce", "x").stop(), "PKL001");
  expect_pass("what is harmless",
              "c__builtin__\nset\n((lc__builtin__\nunicode\n0c__builtin__\nxrange\n0tR.");
  expect_pass("UserDict", "cUserDict\nUserDict\n)R.");
}

TEST(PickleAttacks, TellWhatCodeNames) {
  expect_fail("a function of cloudpickle",
              Pickle(4)
                  .global("cloudpickle.cloudpickle", "_builtin_type")
                  .text("CodeType")
                  .tuple(1)
                  .reduce()
                  .mark()
                  .integer(0)
                  .bytes("\x97\x00")
                  .none()
                  .tuple(1)
                  .text("os")
                  .text("system")
                  .tuple(2)
                  .raw("tR")
                  .stop(),
              "makes code that uses `os`");
}

TEST(PickleAttacks, TellWhatMarshalledCodeNames) {
  // marshal.dumps(compile("__import__('os').system('id')", "f", "eval")) of Python 3.11.
  const auto code = from_hex(
      "630000000000000000000000000300000000000000f33e0000009700020065006400a6010000ab0100000000"
      "00000000a00100000000000000000000000000000000000000006401a6010000ab0100000000000000005300"
      "2902da026f73da0269642902da0a5f5f696d706f72745f5fda0673797374656da900f300000000da0166fa08"
      "3c6d6f64756c653e7208000000010000007323000000f003010101d8000a800a8834d10010d40010d70017d2"
      "00179804d1001dd4001dd0001d7206000000");
  ASSERT_TRUE(code.has_value());
  expect_fail("marshal.loads",
              Pickle(3)
                  .global("types", "FunctionType")
                  .global("marshal", "loads")
                  .bytes(as_text(*code))
                  .tuple(1)
                  .reduce()
                  .raw("}\x86R)R")
                  .stop(),
              "the code names: `os`, `id`, `__import__`, `system`");
}

TEST(PickleAttacks, FailUnderAnyName) {
  for (const std::string_view ending :
       {".bin",  ".pt",    ".pth",    ".ckpt",   ".safetensors", ".h5",    ".onnx",
        ".gguf", ".npy",   ".npz",    ".json",   ".txt",         ".model", ".dat",
        ".data", ".p",     ".pkl",    ".pickle", ".joblib",      ".dill",  ".sav",
        ".pb",   ".keras", ".tflite", ".yaml",   ".jpg",         ""}) {
    const auto report = look_at(calls_system(), cat("m", ending));
    EXPECT_EQ(scan::verdict_of(report), Verdict::fail) << ending;
  }
}

TEST(PickleAttacks, AreNotHonestFiles) {
  expect_pass("values", Pickle(4).raw("](K\1\x8c\1a\x88Ne").stop());
  expect_pass("an attribute of a vetted class, as enumerations of Python 3.11 are written",
              Pickle(4)
                  .global("builtins", "getattr")
                  .global("uuid", "SafeUUID")
                  .text("unknown")
                  .tuple(2)
                  .reduce()
                  .stop());
  expect_pass("a ufunc", Pickle(4)
                             .global("numpy.core", "_ufunc_reconstruct")
                             .text("numpy")
                             .text("log1p")
                             .tuple(2)
                             .reduce()
                             .stop());
  expect_pass(
      "a partial of a vetted name",
      Pickle(4).global("functools", "partial").global("numpy", "log").tuple(1).reduce().stop());
  // As pandas 1.3 writes the blocks of a frame.
  expect_pass("a partial of a vetted function, called",
              Pickle(3)
                  .global("functools", "partial")
                  .global("pandas.core.internals.blocks", "new_block")
                  .put(1)
                  .tuple(1)
                  .reduce()
                  .mark()
                  .get(1)
                  .tuple(0)
                  .raw("}")
                  .none()
                  .raw("tb")
                  .integer(1)
                  .tuple(1)
                  .reduce()
                  .stop());
  // As torch.save() of old names the class of a whole model, with the file it stood in.
  expect_pass("a class by its persistent name", Pickle(2)
                                                    .mark()
                                                    .text("module")
                                                    .global("torch.nn.modules.linear", "Linear")
                                                    .text("linear.py")
                                                    .text("class Linear: pass")
                                                    .raw("tQ")
                                                    .tuple(0)
                                                    .newobj()
                                                    .raw("}b")
                                                    .stop());
  expect_pass(
      "bytes in protocol 2",
      Pickle(2).global("_codecs", "encode").text("abc").text("latin1").tuple(2).reduce().stop());
}

}  // namespace
}  // namespace cupel
