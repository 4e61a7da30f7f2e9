#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The opcodes that our machine executes are those that pickletools tells, in the fuzz corpus and in
pickles of every protocol made here. usage: pickle_opcodes.py SCAN_FILES SOURCE"""
import collections
import datetime
import decimal
import io
import json
import pickle
import pickletools
import subprocess
import sys
import tempfile
from pathlib import Path

MADE = [
    None, True, 1, -1, 2**31, 2**70, -(2**3000), 1.5, "text", "\u20ac\n\\", "x" * 300, b"bytes", b"y" * 70_000,
    bytearray(b"z"), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [1, [2, [3]]], {"a": {"b": {1, 2}}},
    frozenset("ab"), collections.OrderedDict(a=1), datetime.datetime(2020, 1, 1), decimal.Decimal("1.5"),
    collections.Counter("abca"), [str(number) for number in range(3000)], ["x" * 9_000] * 20, slice(1, 2),
    ValueError("x"), {number: (number, str(number)) for number in range(2000)},
]


def python_opcodes(stream: bytes) -> list[int] | None:
    try:
        return [at for _, _, at in pickletools.genops(stream)]
    except Exception:  # what it does not understand is not compared
        return None


class Inert(pickle._Unpickler):
    """Resolves nothing: every name is a class that takes anything."""

    def find_class(self, _module, _name):
        return type("Anything", (), {"__init__": lambda *_: None, "__new__": lambda cls, *_, **__: object.__new__(cls),
                                     "__setstate__": lambda *_: None, "append": lambda *_: None,
                                     "extend": lambda *_: None, "__setitem__": lambda *_: None, "add": lambda *_: None})

    def persistent_load(self, _pid):
        return None


def is_sound(stream: bytes) -> bool:
    """Whether an unpickler goes on to the end: where one stops, our machine stops, too."""
    try:
        Inert(io.BytesIO(stream), encoding="latin-1", buffers=[]).load()
    except Exception:
        return False
    return True


def main() -> int:
    program, source = sys.argv[1], Path(sys.argv[2])
    streams = {path.name: path.read_bytes() for path in sorted((source / "tests/formats/pickle/corpus").iterdir())}
    for number, value in enumerate(MADE):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            streams[f"made {number} in protocol {protocol}"] = pickle.dumps(value, protocol)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, stream in enumerate(streams.values()):
            paths.append(Path(folder) / str(number))
            paths[-1].write_bytes(stream)
        told = subprocess.run([program, "--opcodes"], input="".join(f"{path}\n" for path in paths), text=True,
                              stdout=subprocess.PIPE, check=True).stdout.splitlines()
    compared = wrong = opcodes = 0
    for (name, stream), line in zip(streams.items(), told, strict=True):
        expected = python_opcodes(stream)
        if expected is None:
            continue
        compared += 1
        opcodes += len(expected)
        ours = json.loads(line)["opcodes"]
        if ours != expected and (is_sound(stream) or ours != expected[:len(ours)]):
            wrong += 1
            print(f"{name}: not the opcodes of pickletools")
    print(f"{compared} pickles, {opcodes} opcodes, {wrong} differences")
    return 1 if wrong or compared < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
