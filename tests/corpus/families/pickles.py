# SPDX-License-Identifier: Apache-2.0
"""Pickle streams that run something, and honest ones made of the same opcodes."""
import base64
import codecs
import marshal
import random
import struct
import types
import zlib

from assemble.pickles import *  # noqa: F403  the opcodes by their names
from assemble.pickles import Code, attack, call, calls, name, stacked, stream, text, text2, value

from .callables import CALLABLES

SYSTEM = stacked("os", "system")


def add(corpus):
    plain(corpus.family("pickle-plain", "pickle: import and call in plain sight"))
    memo(corpus.family("pickle-memo", "pickle: operands through the memo, memo confused"))
    without_reduce(corpus.family("pickle-noreduce", "pickle: no REDUCE"))
    extensions(corpus.family("pickle-ext", "pickle: EXT opcodes with the copyreg registry"))
    nested(corpus.family("pickle-nested", "pickle: nested in bytes, through other loaders"))
    broken(corpus.family("pickle-broken", "pickle: broken or truncated after the payload"))
    several(corpus.family("pickle-stacked", "pickle: a later pickle of the file"))
    differential(corpus.family("pickle-differential", "pickle: disassembler and unpickler differ"))
    caps(corpus.family("pickle-caps", "pickle: payload after millions of opcodes or a big blob"))
    computed(corpus.family("pickle-computed", "pickle: names computed at load time"))
    dotted(corpus.family("pickle-dotted", "pickle: dotted names below vetted modules"))
    composed(corpus.family("pickle-composed", "pickle: vetted names composed"))
    callables(corpus.family("pickle-callables", "pickle: callables that no weights need"))
    bytecode(corpus.family("pickle-bytecode", "pickle: bytecode in a pickled function"))
    malformed(corpus.family("pickle-malformed", "pickle: no unpickler would accept it"))
    honest(corpus.family("pickle-honest", "pickle: plain data"))


def plain(case):
    for version in (0, 1, 2, 3, 4, 5):
        case("malicious", f"os.system at once, protocol {version}",
             attack(version) if version < 2 else attack(min(version, 4)).replace(b"\x80\x04", bytes([0x80, version])))
    case("malicious", "INST: os.system by one opcode", MARK + text2("true") + b"ios\nsystem\n.")
    case("malicious", "OBJ: the function is the first of the mark", MARK + name("os", "system") + text2("true") + OBJ + STOP)
    case("malicious", "operands escaped: S'\\x6fs'", proto(4) + b"S'\\x6fs'\nS'\\x73ystem'\n" + STACK_GLOBAL
         + text("true") + TUPLE1 + REDUCE + STOP)
    case("malicious", "operands escaped: V\\u006fs", proto(4) + b"V\\u006fs\nV\\u0073ystem\n" + STACK_GLOBAL
         + text("true") + TUPLE1 + REDUCE + STOP)
    case("malicious", "operands duplicated by DUP and dropped", proto(4) + text("os") + DUP + POP + text("system")
         + DUP + POP + STACK_GLOBAL + text("true") + TUPLE1 + REDUCE + STOP)
    case("malicious", "in a frame", framed(calls("os", "system", "true")))
    case("malicious", "deep in an honest dictionary", stream({"weights": [1.0, 2.0], "meta": calls("os", "system", "true")}))


def memo(case):
    case("malicious", "names fetched with BINGET", proto(4) + text("os") + put(0) + POP + text("system") + put(1) + POP
         + get(0) + get(1) + STACK_GLOBAL + text("true") + TUPLE1 + REDUCE + STOP)
    case("malicious", "names fetched with LONG_BINGET out of order", proto(4) + text("system") + b"r\xe8\x03\0\0"
         + text("os") + b"r\x09\0\0\0" + POP + POP + b"j\x09\0\0\0" + b"j\xe8\x03\0\0" + STACK_GLOBAL + text("true")
         + TUPLE1 + REDUCE + STOP)
    case("malicious", "PUT after POP stores the stack's top, not the last argument", proto(4) + text("os") + text("x")
         + POP + put(0) + text("system") + text("y") + POP + put(1) + POP + POP + get(0) + get(1) + STACK_GLOBAL
         + text("true") + TUPLE1 + REDUCE + STOP, source="modelscan#85")
    decoy = proto(4) + text("json") + MEMOIZE + text("dumps") + MEMOIZE + POP + STOP
    case("malicious", "MEMOIZE indexes begin anew in the second pickle", decoy + proto(4) + text("os") + MEMOIZE
         + text("system") + MEMOIZE + POP + POP + get(0) + get(1) + STACK_GLOBAL + text("true") + TUPLE1 + REDUCE + STOP)
    case("malicious", "decoy names dropped by POP_MARK", proto(4) + MARK + text("json") + text("dumps") + POP_MARK
         + text("os") + text("system") + MARK + text("collections") + text("OrderedDict") + POP_MARK + STACK_GLOBAL
         + text("true") + TUPLE1 + REDUCE + STOP)
    case("malicious", "the memo is overwritten before it is read", proto(4) + text("collections") + put(0) + POP
         + text("OrderedDict") + put(1) + POP + text("os") + put(0) + POP + text("system") + put(1) + POP + get(0)
         + get(1) + STACK_GLOBAL + text("true") + TUPLE1 + REDUCE + STOP)


def without_reduce(case):
    mapped = value((Code(SYSTEM), ["true"]))
    case("malicious", "NEWOBJ: bytes(map(os.system, …))", proto(4) + stacked("builtins", "bytes")
         + stacked("builtins", "map") + mapped + NEWOBJ + TUPLE1 + NEWOBJ + STOP)
    case("malicious", "NEWOBJ_EX: bytes(map(os.system, …))", proto(4) + stacked("builtins", "bytes")
         + stacked("builtins", "map") + mapped + EMPTY_DICT + NEWOBJ_EX + TUPLE1 + EMPTY_DICT + NEWOBJ_EX + STOP)
    holder = stacked("types", "SimpleNamespace") + EMPTY_TUPLE + NEWOBJ
    case("malicious", "BUILD sets __setstate__, the second BUILD calls it", proto(4) + holder
         + value({"__setstate__": Code(SYSTEM)}) + BUILD + text("true") + BUILD + STOP)


def extensions(case):
    register = calls("copyreg", "add_extension", "os", "system", 77).raw + POP
    run = text("true") + TUPLE1 + REDUCE + STOP
    case("malicious", "EXT1 77 after add_extension", proto(4) + register + b"\x82\x4d" + run)
    case("malicious", "EXT2 in a later pickle of the file", proto(4)
         + calls("copyreg", "add_extension", "os", "system", 3000).raw + STOP + proto(4) + b"\x83\xb8\x0b" + run)
    case("malicious", "EXT4 after add_extension", proto(4)
         + calls("copyreg", "add_extension", "os", "system", 70000).raw + POP + b"\x84" + struct.pack("<i", 70000) + run)


def nested(case):
    inner = attack(4)
    for module, loader in (("pickle", "loads"), ("_pickle", "loads"), ("cPickle", "loads"), ("dill", "loads"),
                           ("cloudpickle", "loads"), ("torch.storage", "_load_from_bytes"), ("marshal", "loads")):
        raw = inner if loader != "loads" or module != "marshal" else marshal.dumps((lambda: 0).__code__)
        case("malicious", f"{module}.{loader} of bytes", stream(call(name(module, loader), raw), 2))
    based = calls("base64", "b64decode", base64.b64encode(inner).decode())
    case("malicious", "pickle.loads(base64.b64decode(…))", stream(calls("pickle", "loads", based)))
    case("malicious", "pickle.loads(zlib.decompress(…))",
         stream(calls("pickle", "loads", calls("zlib", "decompress", zlib.compress(inner)))))
    case("malicious", "joblib.load(io.BytesIO(…))", stream(calls("joblib", "load", calls("io", "BytesIO", inner))))
    case("malicious", "numpy.load(io.BytesIO(…))", stream(calls("numpy", "load", calls("io", "BytesIO", inner))))
    case("malicious", "pickle.loads(codecs.decode(…, 'hex'))",
         stream(calls("pickle", "loads", calls("codecs", "decode", codecs.encode(inner, "hex"), "hex"))))
    case("malicious", "torch._load_from_bytes of a bytearray", stream(
        call(name("torch.storage", "_load_from_bytes"), Code(b"\x96" + struct.pack("<Q", len(inner)) + inner)), 5))


def broken(case):
    body = proto(4) + calls("os", "system", "true").raw
    case("malicious", "an unknown opcode after the call (nullifAI)", body + b"\xff\xfe broken", source="nullifAI")
    case("malicious", "the file ends before STOP", body, source="2508.19774")
    case("malicious", "STOP on an empty stack", body + POP + STOP, source="2508.19774")
    case("malicious", "a BINGET of nothing after the call", body + b"h\xee.", source="2508.19774")
    case("malicious", "a length beyond the end after the call", body + b"B\xff\xff\xff\x7fAAAA", source="2508.19774")


def several(case):
    case("malicious", "the second pickle", stream({"weights": [1.0]}) + attack())
    case("malicious", "the fifth pickle", stream(1) + stream(2) + stream({}) + stream([]) + attack(2))
    case("suspicious", "the second pickle behind padding zeroes, where no plain loader gets to", stream({"weights": [1.0]}) + b"\0" * 64 + attack())


def differential(case):
    run = text("true") + TUPLE1 + REDUCE + STOP
    case("malicious", "non-ASCII STRING before the call", proto(2) + b"S'\xe9\xff'\n0" + SYSTEM + run)
    body = text("x" * 20) + POP + SYSTEM + run
    case("malicious", "an argument crosses the end of its frame", proto(4) + b"\x95" + struct.pack("<Q", 10) + body,
         source="cpython#154848")
    case("malicious", "a surrogate in a string before the call", proto(4) + text("\ud800") + POP + SYSTEM + run)
    case("malicious", "PERSID before the call", proto(2) + b"Pstorage\n0" + SYSTEM + run)
    case("malicious", "INT with a Python 2 bool before the call", proto(2) + b"I01\n0L5L\n0" + SYSTEM + run)


def caps(case):
    case("malicious", "after 2.4 million opcodes", lambda: proto(4) + b"N0" * 1_200_000 + attack(4)[2:])
    case("malicious", "after a blob of 120 MB", lambda: proto(4) + b"B" + struct.pack("<I", 120_000_000) + bytes(120_000_000)
         + POP + attack(4)[2:])


def computed(case):
    run = lambda function: stream(call(function.raw, "true"))  # noqa: E731
    case("malicious", "getattr(os, ''.join([…]))", run(calls("builtins", "getattr", calls(
        "importlib", "import_module", "os"), call(stacked("builtins", "str.join"), "", ["sys", "tem"]))))
    case("malicious", "operator.getitem of a list of names", run(calls("builtins", "getattr", calls(
        "builtins", "__import__", calls("operator", "getitem", ["json", "os"], 1)), "system")))
    case("malicious", "a chain of getattr from an honest module", run(calls("builtins", "getattr", calls(
        "builtins", "getattr", Code(stacked("collections", "_sys")), "modules"), "get")))
    joined = call(stacked("builtins", "str.join"), "", ["o", "s"])
    case("malicious", "STACK_GLOBAL on a computed module name", proto(4) + joined.raw + text("system") + STACK_GLOBAL
         + text("true") + TUPLE1 + REDUCE + STOP)


def dotted(case):
    for module, attribute in (("torch", "serialization.os.system"), ("random", "_os.system"),
                              ("collections", "_sys.modules.__class__"), ("numpy", "f2py.os.system"),
                              ("joblib", "os.system"), ("builtins", "__import__.__self__.eval")):
        case("malicious", f"{module} . {attribute}", stream(calls(module, attribute, "true")), source="GHSA-5j3x")


def composed(case):
    case("malicious", "BUILD gives numpy.size the attributes of numpy.__builtins__", proto(4) + stacked("numpy", "size")
         + stacked("numpy", "__builtins__") + BUILD + POP + stacked("numpy", "size.eval") + text("1") + TUPLE1 + REDUCE
         + STOP, source="modelscan#330")
    case("malicious", "BUILD sets an attribute of numpy.prod", proto(4) + stacked("numpy", "prod")
         + value((None, {"__call__": Code(stacked("numpy", "__builtins__"))})) + BUILD + STOP, source="modelscan#85")
    case("malicious", "sys.modules rebound by SETITEM", proto(4) + stacked("sys", "modules") + text("sys")
         + stacked("sys", "modules") + SETITEM + POP + stacked("sys", "get") + text("os") + TUPLE1 + REDUCE + put(0)
         + POP + stacked("sys", "modules") + text("sys") + get(0) + SETITEM + POP + stacked("sys", "system")
         + text("true") + TUPLE1 + REDUCE + STOP)
    case("malicious", "SETITEM on what is no dictionary", proto(2) + name("torch._utils", "_rebuild_tensor_v2")
         + text2("a") + text2("b") + SETITEM + STOP, source="CVE-2026-24747")
    case("malicious", "BUILD changes the class torch.nn.Linear", proto(4) + stacked("torch.nn", "Linear")
         + value((None, {"forward": Code(SYSTEM)})) + BUILD + STOP)


def callables(case):
    for what, module, attribute, *arguments in CALLABLES:
        version = 2 if module.startswith("__builtin__") or module in ("commands", "urllib2", "popen2") else 4
        label = "suspicious" if what == "unvetted" else "malicious"
        case(label, f"{what}: {module}.{attribute}", stream(call(
            name(module, attribute) if version == 2 else stacked(module, attribute), *arguments), version))


def bytecode(case):
    code = compile("__import__('os').system('true')", "<model>", "exec")
    rebuilt = calls("cloudpickle.cloudpickle", "_builtin_type", "CodeType")
    fields = (code.co_argcount, 0, 0, code.co_nlocals, code.co_stacksize, code.co_flags, code.co_code,
              tuple(c for c in code.co_consts if c is None or isinstance(c, (str, int))), code.co_names, (), "<model>",
              "f", "f", 1, b"", b"", (), ())
    made = calls("types", "FunctionType", call(rebuilt.raw, *fields), {})
    case("malicious", "cloudpickle: CodeType rebuilt with os.system inside, and called", stream(call(made.raw)))
    case("malicious", "marshal.loads of code, made a function, called", stream(call(calls(
        "types", "FunctionType", calls("marshal", "loads", marshal.dumps(code)), {}).raw)))


def malformed(case):
    case("malformed", "empty stack at STOP", proto(4) + STOP)
    case("malformed", "protocol 9", proto(9) + EMPTY_LIST + STOP)
    case("malformed", "TUPLE without a mark", proto(4) + integer(1) + TUPLE + STOP)
    case("malformed", "BINGET of nothing", proto(4) + get(5) + STOP)
    case("malformed", "a string longer than the file", proto(4) + b"X\xff\xff\xff\x00abc" + STOP)
    case("malformed", "a negative LONG4", proto(2) + b"\x8b\xff\xff\xff\xff" + STOP)
    case("malformed", "the file ends in an argument", proto(4) + b"\x8c\x0aabc")
    case("malformed", "no STOP", proto(4) + value([1, 2, 3]))


def honest(case):
    rng = random.Random(3)
    values = {"nothing": None, "numbers": [1, -5, 2.5, 70000], "words": ["a", "b" * 300, "ü"], "bytes": b"\0" * 400,
              "tree": {"a": {"b": [(), (1,), (1, 2, 3)]}}, "vocabulary": {f"tok{i}": i for i in range(2000)},
              "floats": [rng.random() for _ in range(5000)], "truth": [True, False]}
    import pickle  # pickle.dumps of plain data: the real writer
    for key, content in values.items():
        case("benign", f"{key}, pickle.dumps", pickle.dumps(content, 2 + len(key) % 4))
    for version in range(6):
        case("benign", f"everything at protocol {version}", pickle.dumps(values, version))
    case("benign", "several pickles in a file", b"".join(pickle.dumps(v) for v in values.values()))
    case("benign", "text that names os.system", pickle.dumps({"readme": "never call os.system('rm -rf /') or eval()"}))
    import collections
    import datetime
    import decimal
    import fractions
    import pathlib
    import uuid
    for label, content in {"OrderedDict": collections.OrderedDict(a=1), "defaultdict": collections.defaultdict(list, a=[1]),
                           "Counter": collections.Counter("abca"), "deque": collections.deque([1, 2], 5),
                           "datetime": datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc),
                           "Decimal": decimal.Decimal("1.5"), "Fraction": fractions.Fraction(1, 3),
                           "PurePosixPath": pathlib.PurePosixPath("a/b"), "UUID": uuid.UUID(int=5),
                           "set": {1, 2, 3}, "frozenset": frozenset("abc"), "complex": 1 + 2j, "range": range(5),
                           "slice": slice(1, 2), "bytearray": bytearray(b"abc"),
                           "SimpleNamespace": types.SimpleNamespace(a=1)}.items():
        for version in (2, 4):
            case("benign", f"{label}, protocol {version}", pickle.dumps(content, version))
