#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""formats/safetensors refuses what the library refuses, and reads the same names, types, shapes,
places and metadata. usage: safetensors_readings.py READINGS SOURCE [COUNT]"""
import json
import random
import struct
import sys

from readings import Difference, Refused, compare, flips, mixed, need, truncations

need("safetensors", "numpy")
import numpy  # noqa: E402
import safetensors  # noqa: E402
from safetensors.numpy import save  # noqa: E402

DIFFERENCES = [
    Difference("twin keys of the metadata", "the library takes the last one without a word, other readers the first: we refuse",
               r"we refuse: the header is not sound JSON: .*(twice|duplicate)"),
    Difference("lists for records", "the JSON layer of the library takes [dtype, shape, offsets] and {\"F32\": null}; no other reader does",
               r"we refuse: tensor `a` lacks dtype, shape or data_offsets"),
    Difference("sides beyond 2^63", "the library takes them where another side is 0; no tensor has them",
               r"we refuse: tensor `a` has a shape that is no list of counts"),
    Difference("blanks in front", "newer versions of the library take them; the format says that the header begins with {",
               r"we refuse: the header does not begin with `\{`"),
]


def file(header, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(dtype="F32", shape=(1,), begin=0, end=4, **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end], **more}


def honest() -> dict[str, bytes]:
    arrays = {"w": numpy.arange(6, dtype="f4").reshape(2, 3), "b": numpy.zeros(0, "i8"), "s": numpy.array(1, "u1")}
    out = {"three": save(arrays), "metadata": save(arrays, {"format": "pt", "\u00e9 \n": "\u20ac\0"}), "none": save({}),
           "one": save({"x" * 300: numpy.zeros((1, 1, 1, 2), "f2")})}
    for number, name in enumerate("bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64".split()):
        out[name] = save({name: numpy.ones(number, name)})
    for dtype in ("F4", "F6_E2M3", "F6_E3M2", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "BF16", "C64", "C128", "Q4", "f32", "I4"):
        for count, size in ((4, 2), (4, 3), (4, 4), (4, 8), (4, 32), (4, 64), (3, 2)):
            out[f"{count} of {dtype} in {size} bytes"] = file({"a": tensor(dtype, (count,), 0, size)}, bytes(size))
    return out


def crafted() -> dict[str, bytes]:
    four = bytes(4)
    a, twin = tensor(), b'{"a":' + json.dumps(tensor()).encode() + b',"a":'
    headers = {
        "overlap": {"a": a, "b": tensor(begin=2, end=6)}, "same place": {"a": a, "b": a}, "gap": {"a": a, "b": tensor(begin=8, end=12)},
        "from behind": {"a": tensor(begin=4, end=0)}, "not from 0": {"a": tensor(begin=4, end=8)}, "short": {"a": tensor(end=3)},
        "empty between": {"a": a, "b": tensor(shape=(0,), begin=4, end=4), "c": tensor(begin=4, end=8)},
        "empty inside": {"a": a, "b": tensor(shape=(0,), begin=2, end=2)}, "more keys": {"a": tensor(more=[1, {}])},
        "negative side": {"a": tensor(shape=(-1,))}, "real side": {"a": tensor(shape=(1.0,))}, "text side": {"a": tensor(shape=("1",))},
        "huge side": {"a": tensor(shape=(2**64,))}, "largest side": {"a": tensor(shape=(2**64 - 1,))}, "product": {"a": tensor(shape=(2**32, 2**32, 0), end=0)},
        "product of zero": {"a": tensor(shape=(0, 2**63, 2**63), end=0)}, "large zero": {"a": tensor(shape=(2**63, 2, 0), end=0)},
        "sum of bits": {"a": tensor(shape=(2**61,), end=2**63)}, "bits of U8": {"a": tensor("U8", (2**62,), 0, 2**62)},
        "three offsets": {"a": {**a, "data_offsets": [0, 4, 4]}}, "no offsets": {"a": {"dtype": "F32", "shape": [1]}},
        "offsets null": {"a": {**a, "data_offsets": None}}, "dtype null": {"a": {**a, "dtype": None}}, "shape null": {"a": {**a, "shape": None}},
        "dtype as enum": {"a": {**a, "dtype": {"F32": None}}}, "tensor null": {"a": None}, "tensor text": {"a": "x"},
        "tensor as list": {"a": ["F32", [1], [0, 4]]}, "metadata null": {"__metadata__": None, "a": a}, "metadata list": {"__metadata__": [], "a": a},
        "metadata number": {"__metadata__": {"a": 1}, "a": a}, "metadata nested": {"__metadata__": {"a": {"b": "c"}}, "a": a},
        "metadata null inside": {"__metadata__": {"a": None}, "a": a}, "metadata only": {"__metadata__": {"a": "b"}}, "empty name": {"": a},
        "shape of offsets object": {"a": {**a, "data_offsets": {"0": 0, "1": 4}}}, "empty metadata": {"__metadata__": {}, "a": a},
        "big offset": {"a": tensor(begin=2**64 - 4, end=2**64)}, "true": {"a": tensor(shape=(True,))}, "list": [], "number": 5,
    }
    out = {name: file(header, four) for name, header in headers.items()}
    out |= {f"{name}, no data": file(header) for name, header in headers.items()}
    out |= {f"{name}, 8 bytes": file(header, bytes(8)) for name, header in headers.items()}
    one = json.dumps({"a": a}).encode()
    texts = {
        "twin tensors": twin + json.dumps(a).encode() + b"}", "twin empty": twin + json.dumps(tensor(shape=(0,), end=0)).encode() + b"}",
        "twin dtype": one.replace(b'"shape"', b'"dtype":"F32","shape"'), "twin metadata": b'{"__metadata__":{},"__metadata__":{},' + one[1:],
        "twin metadata key": b'{"__metadata__":{"k":"1","k":"2"},' + one[1:], "blank in front": b" " + one, "blanks behind": one + b"  \n\t",
        "bytes behind": one + b"x", "NUL behind": one + b"\0", "comma": one[:-1] + b",}", "comment": one[:-1] + b"/**/}",
        "bad UTF-8": one.replace(b'"a"', b'"\xff"'), "surrogate": one.replace(b'"a"', b'"\\ud800"'), "pair": one.replace(b'"a"', b'"\\ud83d\\ude00"'),
        "NUL escaped": one.replace(b'"a"', b'"\\u0000"'), "raw line": one.replace(b'"a"', b'"\n"'), "leading zero": one.replace(b"[1]", b"[01]"),
        "minus zero": one.replace(b"[1]", b"[-0]"), "exponent": one.replace(b"[1]", b"[1e0]"), "deep": one[:-1] + b',"z":' + b"[" * 200 + b"]" * 200 + b"}",
        "byte order mark": b"\xef\xbb\xbf" + one, "infinite": one.replace(b"[1]", b"[1e999]"), "deep key": one.replace(b'"shape"', b'"x":' + b"[" * 30 + b"]" * 30 + b',"shape"'),
        "deepest key": one.replace(b'"shape"', b'"x":' + b"[" * 140 + b"]" * 140 + b',"shape"'), "number key": one.replace(b'"shape"', b'"x":1e400,"shape"'),
    }
    out |= {name: file(text, four) for name, text in texts.items()}
    lengths = [0, 1, 2, len(one) - 1, len(one) + 1, len(one) + 4, len(one) + 5, 100_000_000, 100_000_001, 2**31, 2**32, 2**63, 2**64 - 8, 2**64 - 1]
    return out | {f"length {length}": file(one, four, length) for length in lengths} | {"more data": file(one, bytes(5)), "less data": file(one, bytes(3))}


def theirs(path, stream: bytes) -> dict:
    listed = safetensors.deserialize(stream)
    with safetensors.safe_open(path, "np") as opened:
        metadata = opened.metadata()
        assert sorted(opened.keys()) == sorted(name for name, _ in listed)
    return {"tensors": {name: [told["dtype"], list(told["shape"]), bytes(told["data"])] for name, told in listed}, "metadata": metadata or {}}


def describe(told: dict, other, stream: bytes) -> list[str]:
    if isinstance(other, Refused):
        return [] if told["problems"] else [f"we read, the library refuses: {other}"]
    if told["problems"]:
        return [f"we refuse: {told['problems'][0]}"]
    utf8 = lambda text: text.encode("latin-1").decode()  # noqa: E731
    begin = 8 + int(told["header"])
    tensors = {utf8(name): [dtype, [int(side) for side in shape], stream[begin + int(first):begin + int(last)]]
               for name, dtype, shape, first, last in told["tensors"]}
    out = []
    if tensors != other["tensors"]:
        out.append(f"other tensors: {tensors} and {other['tensors']}"[:400])
    if {utf8(key): utf8(value) for key, value in told["metadata"]} != other["metadata"]:
        out.append(f"other metadata: {told['metadata']} and {other['metadata']}"[:400])
    return out


def main() -> int:
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1500
    rng = random.Random(1)
    files = honest() | crafted()
    for name, stream in list(honest().items())[:4]:
        for number, damaged in enumerate(truncations(stream) + flips(stream, 8 + 400, rng, 0.5) + mixed(stream, len(stream), rng, count // 4)):
            files[f"{name}, damaged {number}"] = damaged
    return compare("safetensors", files, theirs, describe, DIFFERENCES, 50)


if __name__ == "__main__":
    sys.exit(main())
