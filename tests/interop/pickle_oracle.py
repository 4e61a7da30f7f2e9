#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Python's own unpickler, with a find_class that gives inert things, on pickles that are put together
and damaged at random: whatever it resolves or calls outside the allow-list must not pass.
usage: pickle_oracle.py SCAN_FILES SOURCE [COUNT [SEED]]"""
import io
import json
import pickle
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROLES = ("class", "object", "make", "call", "value")


def table(source: Path) -> dict[tuple[str, str], str]:
    roles = {}
    for path in (source / "catalogue/pickle").glob("*.txt"):
        for line in path.read_text().splitlines():
            words = line.split(" ")
            if words[0] in ROLES:
                roles |= {(words[1], name): words[0] for name in words[3:]}
    return roles


class Inert:
    """Stands for a name, or for what a call of one gave. Does nothing."""

    def __init__(self, oracle, name=None, maker=None, delayed=None):
        self.__dict__["oracle_"] = oracle
        self.__dict__["delayed_"] = delayed
        self.__dict__["name_"] = name
        self.__dict__["maker_"] = maker

    def __call__(self, *args, **_keywords):
        return self.oracle_.called(self, args, "REDUCE")

    def __setattr__(self, name, value):
        self.oracle_.changed(self)

    def __setitem__(self, key, value):
        self.oracle_.changed(self)

    def append(self, _item):
        self.oracle_.changed(self)

    def __hash__(self):
        return id(self)


class Oracle(pickle._Unpickler):
    """Records why a stream must not pass."""
    dispatch = dict(pickle._Unpickler.dispatch)

    def __init__(self, stream: bytes, roles):
        super().__init__(io.BytesIO(stream))
        self.roles = roles
        self.reasons: list[str] = []
        self.behind_array = False

    def find_class(self, module, name):
        if self.proto < 3:
            module, name = pickle._compat_pickle.NAME_MAPPING.get(
                (module, name), (pickle._compat_pickle.IMPORT_MAPPING.get(module, module), name))
        # joblib reads numbers there. Who loads its file as a plain pickle reads them as opcodes; then only
        # names that are dangerous count, because numbers spell unknown ones by chance.
        if (module, name) not in self.roles and (not self.behind_array or (module, name) in BAD):
            self.reasons.append(f"resolves {module} {name}")
        return Inert(self, name=(module, name))

    def persistent_load(self, _pid):
        return None

    def get_extension(self, code):
        self.reasons.append(f"extension {code}")
        return Inert(self, name=("?", str(code)))

    def called(self, callee, args, how):
        if callee.delayed_ is not None and how == "REDUCE":  # what functools.partial gave
            return self.called(callee.delayed_, (), how)
        if callee.name_ is None:
            self.reasons.append("calls what a call gave")
            return Inert(self)
        role = self.roles.get(callee.name_)
        allowed = ("class", "make", "call") if how == "REDUCE" else ("class", "object", "make", "call")
        if role is not None and role not in allowed:
            self.reasons.append(f"{how} of {callee.name_}, a {role}")
        if callee.name_[1] == "getattr" and len(args) >= 2:
            return self.attribute(args[0], args[1])
        if callee.name_ == ("functools", "partial") and args:
            if not isinstance(args[0], Inert) or args[0].name_ not in self.roles:
                self.reasons.append("delays what is not vetted")
            else:
                return Inert(self, maker=callee.name_, delayed=args[0])
        if callee.name_[1] == "_ufunc_reconstruct" and len(args) == 2 and all(isinstance(a, str) for a in args):
            return self.find_class(*args)
        if callee.name_[1] == "_rebuild_from_type_v2" and len(args) >= 3 and isinstance(args[0], Inert):
            return self.called(args[0], (), "REDUCE")
        return Inert(self, maker=callee.name_)

    def attribute(self, owner, name):
        known = isinstance(owner, Inert) and (owner.name_ or owner.maker_)
        if not known or not isinstance(name, str) or name.startswith("_") or "." in name:
            self.reasons.append(f"gets an attribute {name!r}")
            return Inert(self, name=("?", "?"))
        if self.roles.get(known) not in ("class", "object"):
            self.reasons.append(f"gets an attribute of {known}")
        return Inert(self, name=(known[0], f"{known[1]}.{name}"))

    def changed(self, target):
        if target.name_ is not None:
            self.reasons.append(f"changes {target.name_}")
        elif target.maker_ is not None and self.roles.get(target.maker_) in ("call", "value", "make"):
            self.reasons.append(f"puts items into what {target.maker_} gave")

    def load_newobj(self):
        args = self.stack.pop()
        callee = self.stack.pop()
        self.append(self.called(callee, args, "NEWOBJ") if isinstance(callee, Inert) else callee.__new__(callee, *args))

    dispatch[pickle.NEWOBJ[0]] = load_newobj

    def load_build(self):
        state = self.stack.pop()
        if isinstance(self.stack[-1], Inert):
            target = self.stack[-1]
            self.behind_array |= target.maker_ == ("joblib.numpy_pickle", "NumpyArrayWrapper")
            if target.name_ is not None:
                self.reasons.append(f"BUILD of {target.name_}")
            elif self.roles.get(target.maker_) in ("call", "value"):
                self.reasons.append(f"BUILD of what {target.maker_} gave")
        del state

    dispatch[pickle.BUILD[0]] = load_build

    def _instantiate(self, callee, args):
        self.append(callee(*args))


def text(value: str) -> bytes:
    raw = value.encode()
    return b"\x8c" + bytes([len(raw)]) + raw


BAD = [("os", "system"), ("builtins", "eval"), ("subprocess", "Popen"), ("numpy", "fromfile"), ("os", "path.join"),
       ("pathlib", "Path.unlink"), ("torch", "load"), ("__builtin__", "map"), ("commands", "getoutput")]
ATTRIBUTES = ["tofile", "system", "__globals__", "_x", "name", "a.b", ""]


def put_together(rng: random.Random, names) -> bytes:
    """A program of stack snippets: most of it is well-formed, all of it arbitrary."""
    out = [b"\x80" + bytes([rng.choice([0, 1, 2, 3, 4, 5])])] if rng.random() < 0.9 else []

    def name() -> bytes:
        module, attribute = rng.choice(names) if rng.random() < 0.93 else rng.choice(BAD)
        if rng.random() < 0.5:
            return b"c" + f"{module}\n{attribute}\n".encode()
        return text(module) + text(attribute) + b"\x93"

    def value(depth=0) -> bytes:
        choice = rng.randrange(16 if depth < 4 else 6)
        match choice:
            case 0: return b"N"
            case 1: return b"K" + bytes([rng.randrange(256)])
            case 2: return text(rng.choice(ATTRIBUTES + ["os", "numpy", "log"]))
            case 3: return name()
            case 4: return b"C\x02ab"
            case 5: return b"}"
            case 6 | 7: return name() + arguments(depth + 1) + b"R"
            case 8: return name() + arguments(depth + 1) + b"\x81"
            case 9: return value(depth + 1) + value(depth + 1) + b"b"
            case 10: return b"cbuiltins\ngetattr\n" + value(depth + 1) + text(rng.choice(ATTRIBUTES)) + b"\x86R"
            case 11: return b"cfunctools\npartial\n" + value(depth + 1) + b"\x85R"
            case 12: return value(depth + 1) + value(depth + 1) + value(depth + 1) + b"s"
            case 13: return b"](" + value(depth + 1) + value(depth + 1) + b"e"
            case 14: return value(depth + 1) + b"q\x01" + b"h\x01" + b"\x86" + arguments(depth + 1) + b"0"
            case _: return value(depth + 1) + arguments(depth + 1) + b"R"

    def arguments(depth: int) -> bytes:
        match rng.randrange(4):
            case 0: return b")"
            case 1: return value(depth) + b"\x85"
            case 2: return value(depth) + value(depth) + b"\x86"
            case _: return b"(" + value(depth) + value(depth) + value(depth) + b"t"

    out += [value() for _ in range(rng.randrange(1, 3))]
    return b"".join(out) + b"."


def damaged(rng: random.Random, stream: bytes) -> bytes:
    out = bytearray(stream)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(out) + 1)
        match rng.randrange(4):
            case 0: out[at:at + 1] = bytes([rng.randrange(256)])
            case 1: out[at:at] = bytes([rng.choice(b"(.012RNbcdeghijlopqrstu})]a\x81\x85\x86\x92\x93\x94")])
            case 2: del out[at:at + rng.randrange(1, 3)]
            case _: out[at:at] = out[at:at + rng.randrange(1, 12)]
    return bytes(out)


def reasons_of(stream: bytes, roles) -> list[str]:
    oracle = Oracle(stream, roles)
    try:
        oracle.load()
    except Exception:  # what happened before counts
        pass
    return oracle.reasons


def main() -> int:
    program, source = sys.argv[1], Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 30)
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
    roles = table(source)
    names = [*roles, *(("builtins", "getattr"), ("numpy.core", "_ufunc_reconstruct")) * 20]
    rng = random.Random(seed)
    seeds = [path.read_bytes() for path in sorted((source / "tests/formats/pickle/corpus").iterdir())]
    streams = []
    for _ in range(count):
        stream = rng.choice(seeds) if rng.random() < 0.3 else put_together(rng, names)
        streams.append(damaged(rng, stream) if rng.random() < 0.6 else stream)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, stream in enumerate(streams):
            paths.append(Path(folder) / f"{number}.pkl")
            paths[-1].write_bytes(stream)
        told = subprocess.run([program], input="".join(f"{path}\n" for path in paths), text=True,
                              stdout=subprocess.PIPE, check=True).stdout.splitlines()
    bad = wrong = passed = 0
    for stream, line in zip(streams, told, strict=True):
        reasons = reasons_of(stream, roles)
        verdict = json.loads(line)["verdict"].lower()
        passed += verdict == "pass"
        bad += bool(reasons)
        if reasons and verdict == "pass":
            wrong += 1
            print(f"passes: {reasons[:3]}\n  {stream[:400].hex()}")
    print(f"{count} streams, {bad} bad, {passed} pass, {wrong} wrongly (seed {seed})")
    return 1 if wrong or bad == 0 or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
