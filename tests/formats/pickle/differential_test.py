#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our reading of pickles with two of Python's own: an unpickler whose find_class
imports nothing and whose calls do nothing, and pickletools.genops. For each stream the names
that the inert unpickler was asked for must be the names we found, and a stream that it loads
must be complete to us. Usage: differential_test.py PROGRAM [SEED [ROUNDS]]"""
import collections
import datetime
import decimal
import fractions
import io
import json
import pickle
import pickletools
import random
import resource
import struct
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path


class Inert:
    """Stands for whatever would have been imported: any call of it gives another one."""

    def __init__(self, *args, **kwargs):
        pass

    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __call__(self, *args, **kwargs):
        return Inert()

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self is other


def oracle(stream: bytes) -> tuple[set[tuple[str, str]], bool]:
    """The names that loading asks for, and whether every pickle of the stream loads."""
    asked: set[tuple[str, str]] = set()

    class Recorder(pickle.Unpickler):
        def find_class(self, module, name):
            asked.add((module, name))
            if name == "getattr" and module in ("builtins", "__builtin__"):
                return lambda owner, attribute: self.find_class(owner.asked[0], f"{owner.asked[1]}.{attribute}")
            return type("Inert", (Inert,), {"asked": (module, name)})

        def persistent_load(self, pid):
            return Inert()

    file = io.BytesIO(stream)
    try:
        while file.tell() < len(stream):
            Recorder(file, fix_imports=False, encoding="latin-1").load()
    except Exception:  # whatever a damaged or hostile stream makes Python raise
        return asked, False
    return asked, True


def globals_by_genops(stream: bytes) -> set[tuple[str, str]]:
    return {tuple(arg.split(" ", 1)) for op, arg, _ in pickletools.genops(stream)
            if op.name in ("GLOBAL", "INST")}


class Plain:
    def __init__(self):
        self.a = [1, {"b": (2, 3)}]


class WithSlots:
    __slots__ = ("x", "y")

    def __init__(self):
        self.x = self.y = 1


class Reducing:  # like numpy's arrays: a function, its arguments, a state, items
    def __init__(self, depth=0):
        self.depth = depth

    def __reduce_ex__(self, protocol):
        inner = Reducing(self.depth - 1) if self.depth > 0 else b"data"
        return _make, (self.depth, "f8"), {"state": inner, "shape": (3, 4)}, iter([1, 2]), iter([("k", "v")])

    append = __setstate__ = lambda self, *_: None

    def __setitem__(self, key, value):
        pass


class WithKeywords:
    def __new__(cls, *, a):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"a": 1}


def _make(*args):
    return Reducing()


class Outer:
    class Inner:
        pass


class Counter(collections.Counter):
    pass


def value(rng: random.Random, depth: int = 4):
    leaf = [
        lambda: rng.randrange(-2**70, 2**70), lambda: rng.randrange(0, 300), lambda: rng.random(),
        lambda: None, lambda: rng.random() < 0.5, lambda: "text " + chr(rng.randrange(0x20, 0x3000)),
        lambda: rng.randbytes(rng.randrange(0, 300)), lambda: bytearray(b"xyz"), lambda: "x" * rng.randrange(0, 70000),
        lambda: datetime.datetime(2026, 1, rng.randrange(1, 28)), lambda: decimal.Decimal("1.5"),
        lambda: fractions.Fraction(1, rng.randrange(1, 9)), lambda: uuid.UUID(int=rng.randrange(2**128)),
        lambda: datetime.timedelta(rng.randrange(9)), lambda: Path("a/b"), lambda: range(rng.randrange(9)),
        Plain, WithSlots, lambda: Reducing(rng.randrange(3)), lambda: WithKeywords(a=1), Outer.Inner, lambda: Outer.Inner, lambda: len,
        lambda: collections.OrderedDict(a=1), lambda: collections.deque([1, 2]), lambda: Counter("hello"),
        lambda: collections.defaultdict(list, a=[1]), lambda: slice(1, 2), lambda: 1j, lambda: ValueError("x"),
    ]
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(leaf)()
    size = rng.randrange(0, 6)
    items = [value(rng, depth - 1) for _ in range(size)]
    if rng.random() < 0.2:
        items += items  # shared, so that the memo is used
    kind = rng.randrange(4)
    if kind == 0:
        return items
    if kind == 1:
        return tuple(items)
    if kind == 2:
        return {str(i): item for i, item in enumerate(items)}
    return {i for i in items if isinstance(i, (int, str, bytes, float))}


def text(s: str) -> bytes:
    return b"\x8c" + bytes([len(s)]) + s.encode()


TRICKS = {
    "memo through POP": text("os") + text("x") + b"0q\0" + text("f") + b"\x93.",
    "memo far away": text("a") + b"r" + struct.pack("<I", 70_000) + b"0" + text("b") + b"\x940j"
                     + struct.pack("<I", 70_000) + b"h\x01\x93.",
    "memo overwritten": text("a") + b"q\0q\0q\x050" + text("b") + b"q\0" + text("c") + b"\x940h\0h\x02\x93.",
    "marks as decoys": b"(((" + text("a") + text("b") + b"\x931110N.",
    "POP of a mark": b"(00N.", "POP of a mark that is there": b"N(0.",
    "STRING with escapes": b"c\x61\nb\n0S'\\x6f\\163'\n" + text("f") + b"\x93.",
    "UNICODE with escapes": b"\x80\x04V\\u006fs\nVsystem\n\x93.",
    "INST": b"(I1\nia\nB\n.", "OBJ": b"(ca\nB\nI1\no.", "OBJ without a class": b"(o.",
    "dotted name": b"\x80\x04" + text("torch") + text("serialization.os.system") + b"\x93.",
    "NEWOBJ_EX": b"\x80\x04ca\nB\n)}\x92.", "BUILD of a name": b"ca\nB\n}b.",
    "items for a name": b"ca\nb\nNNs.", "items after a mark for nothing": b"(NNu.",
    "stacked": b"cm\na\n." + b"cm\nb\n." + b"\x80\x04" + text("m") + text("c") + b"\x93.",
    "stacked with a damaged second": b"cm\na\n." + b"cm\nb\n\xff",
    "damage behind a call": b"cos\nsystem\n(S'x'\ntR\xff",
    "cut behind an import": b"cos\nsystem\n(S'",
    "frame of the wrong size": b"\x80\x04\x95" + struct.pack("<Q", 99) + b"ca\nb\n.",
    "unknown protocol": b"\x80\x06ca\nb\n.", "negative PUT": b"Np-1\nca\nb\n.",
    "GET with spaces": b"Np1\n0g 1 \nca\nb\n.", "empty module": b"c\nb\n.",
    "BINPERSID": b"NQca\nb\n.", "DUP": b"ca\nb\n2.", "long4": b"\x8b\x01\0\0\0\x01ca\nb\n.",
    "negative long4": b"\x8b\xff\xff\xff\xffca\nb\n.", "EXT of nothing": b"\x82\x01ca\nb\n.",
    "tuple under a mark": b"(N\x86ca\nb\n.", "SETITEMS odd": b"}(Nuca\nb\n.", "DICT odd": b"(Ndca\nb\n.",
    "REDUCE of a list": b"ca\nb\n]Rcc\nd\n.", "STACK_GLOBAL of bytes": b"C\x01aC\x01b\x93cc\nd\n.",
    "call of a text": text("a") + b")Rcc\nd\n.", "not UTF-8": b"c\xff\nb\n.",
}
# Where we go on though CPython stops, so that nothing a more lenient loader would do is missed.
LENIENT = {"empty module", "frame of the wrong size", "EXT of nothing", "REDUCE of a list", "not UTF-8"}


def mutated(rng: random.Random, stream: bytes) -> bytes:
    out = bytearray(stream)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(out)) if out else 0
        match rng.randrange(4):
            case 0 if out:
                out[at] = rng.randrange(256)
            case 1:
                out[at:at] = bytes([rng.choice(b"(.0122NRbcdeghijlopqrstu})]abo\x81\x85\x86\x93\x94")])
            case 2 if out:
                del out[at]
            case _:
                out[at:at] = out[at:at + rng.randrange(1, 12)]
    return bytes(out)


def main() -> int:
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    rng = random.Random(seed)
    streams: list[tuple[str, bytes]] = list(TRICKS.items())
    for number in range(rounds):
        made = value(rng)
        for protocol in range(6):
            try:
                stream = pickle.dumps(made, protocol)
            except TypeError:  # __slots__ need protocol 2
                continue
            streams.append((f"value {number} in protocol {protocol}", stream))
            if len(stream) < 2000:
                streams.append((f"value {number} in protocol {protocol}, damaged", mutated(rng, stream)))
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (_, stream) in enumerate(streams):
            paths.append(Path(folder) / str(number))
            paths[-1].write_bytes(stream)
        told = subprocess.run([program], input="".join(f"{path}\n" for path in paths), text=True,
                              stdout=subprocess.PIPE, check=True).stdout.splitlines()
    # A damaged LONG_BINPUT makes CPython ask for a memo of 32 GiB.
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
    wrong = names = 0
    for (title, stream), line in zip(streams, told, strict=True):
        ours = json.loads(line)
        found = {tuple(pair) for pair in ours["imports"]}
        asked, loads = oracle(stream)
        names += len(asked)
        problems = []
        if asked - found:
            problems.append(f"missed {sorted(asked - found)}")
        if found - asked and "damaged" not in title and title not in LENIENT:
            problems.append(f"invented {sorted(found - asked)}")
        if loads and not ours["complete"] and "damaged" not in title:
            problems.append(f"called incomplete: {ours['problem']}")
        if "damaged" not in title and title not in TRICKS:
            # A line of text that is longer than what is looked at could be anything.
            if not ours["looks_like"] and b"x" * 4000 not in stream[:8192]:
                problems.append("not recognised")
            if globals_by_genops(stream) - found:
                problems.append(f"pickletools has more: {globals_by_genops(stream) - found}")
        for problem in problems:
            wrong += 1
            print(f"{title}: {problem}\n  {stream[:200].hex()}")
    print(f"{len(streams)} streams, {names} names asked for, {wrong} differences (seed {seed})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
