#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""formats/gguf refuses all that gguf-py refuses, and where both read, the keys, values, tensors and
places are the same. We also refuse what gguf-py never looks at, because llama.cpp does.
usage: gguf_readings.py READINGS SOURCE [COUNT]"""
import random
import struct
import sys
import tempfile
import warnings
from pathlib import Path

from readings import Difference, Refused, compare, flips, latin1, mixed, need, truncations

need("gguf", "numpy")
import gguf  # noqa: E402
import numpy  # noqa: E402

NEVER = "gguf-py does not look at it, and llama.cpp refuses it"
DIFFERENCES = [
    Difference("version 1", "gguf-py dropped it; older llama.cpp reads it, and so do we", r"we read version 1"),
    Difference("keys and names that are no UTF-8", "gguf-py makes them texts of Python; llama.cpp takes any bytes, and we tell them as GGF002",
               r"we read, the library refuses: UnicodeDecodeError"),
    Difference("types that gguf-py does not know", "withdrawn types and those newer than this gguf-py: told as GGF002, or known to llama.cpp",
               r"we read, the library refuses: ValueError: np.uint32\(\d+\) is not a valid GGMLQuantizationType"),
    Difference("Q8_1", "gguf-py gives a block of it 40 bytes, ggml 36; no file holds any", r"other tensors: \[\['w', \[256\], 9, 64, 288\]\]"),
    Difference("a key that gguf-py keeps for itself", "GGUF.version and its like are names of fields in gguf-py only",
               r"we read, the library refuses: KeyError: 'Duplicate GGUF\."),
    Difference("places of tensors", NEVER, r"we refuse: (tensor `.*` (begins at byte|overlaps|ends at byte|ends beyond)|\d+ bytes before tensor)"),
    Difference("sides of tensors", NEVER, r"we refuse: tensor `.*` has (\d+ dimensions|dimensions too large)"),
    Difference("names", NEVER, r"we refuse: (tensor `.*` has a name of|a key is empty|a key has)"),
    Difference("arrays of arrays", NEVER, r"we refuse: .* is an array of arrays"),
    Difference("truth that is neither", "gguf-py takes any byte for True, and llama.cpp refuses it", r"we refuse: the boolean"),
    Difference("counts and lengths beyond the end", "gguf-py gets less than it asked for from its memory map and reads on; llama.cpp refuses it",
               r"we refuse: (.* claims|the file ends inside)"),
]


def honest() -> dict[str, bytes]:
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, order, tensors in (("small", gguf.GGUFEndian.LITTLE, True), ("big-endian", gguf.GGUFEndian.BIG, True), ("vocabulary", gguf.GGUFEndian.LITTLE, False)):
            path = Path(folder) / name
            writer = gguf.GGUFWriter(path, "llama", endianess=order)
            writer.add_name("caf\u00e9")
            writer.add_array("tokenizer.ggml.tokens", ["a", "", "\u20ac"])
            writer.add_array("x.numbers", [1, -2, 3])
            writer.add_array("x.reals", [1.5, 2.5])
            for kind, value in (("uint8", 1), ("int8", -1), ("uint16", 2), ("int16", -2), ("uint32", 3), ("int32", -3), ("uint64", 4), ("int64", -4),
                                ("float32", 1.5), ("float64", 2.5), ("bool", True)):
                getattr(writer, f"add_{kind}")(f"x.{kind}", value)
            writer.add_string("empty", "")
            if tensors:
                writer.add_tensor("w", numpy.arange(6, dtype="f4").reshape(2, 3))
                writer.add_tensor("h", numpy.ones((1, 4), "f2"))
                writer.add_tensor("q", numpy.zeros((2, 34), "u1"), raw_dtype=gguf.GGMLQuantizationType.Q8_0)
                writer.add_tensor("i", numpy.ones((1, 1, 1, 2), "i8"))
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
            out[name] = path.read_bytes()
    return out


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def pair(key: bytes, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tensor(name: bytes = b"w", sides=(4,), kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + struct.pack("<I", len(sides)) + b"".join(struct.pack("<Q", side) for side in sides) + struct.pack("<IQ", kind, offset)


def file(pairs=(), tensors=(), data: bytes = bytes(64), version: int = 3, alignment: int = 32, counts=None) -> bytes:
    counts = counts or (len(tensors), len(pairs))
    head = b"GGUF" + struct.pack("<IQQ", version, *counts) + b"".join(pairs) + b"".join(tensors)
    return head + bytes(-len(head) % alignment) + data


def crafted() -> dict[str, bytes]:
    number = struct.pack("<I", 5)
    aligned = lambda value, kind=4, size="<I": pair(b"general.alignment", kind, struct.pack(size, value))  # noqa: E731
    out = {f"version {version}": file(version=version) for version in (0, 1, 2, 3, 4, 65536, 1 << 24, 3 << 24, 4 << 24)}
    out |= {f"counts {counts}": file(counts=counts) for counts in [(1, 0), (0, 1), (1 << 63, 0), (0, 1 << 63), (2**64 - 1, 2**64 - 1)]}
    out |= {f"alignment {value}": file([aligned(value)], [tensor()], bytes(256), alignment=max(value, 1)) for value in (0, 1, 2, 4, 7, 8, 16, 33, 64, 128)}
    out |= {"alignment of 64 bits": file([aligned(32, 10, "<Q")]), "alignment in text": file([pair(b"general.alignment", 8, text(b"32"))])}
    out |= {"twin keys": file([pair(b"a", 4, number)] * 2), "twin tensors": file((), [tensor(), tensor(offset=32)]), "key of its own": file([pair(b"GGUF.version", 4, number)]),
            "empty key": file([pair(b"", 4, number)]), "key no UTF-8": file([pair(b"\xff", 4, number)]), "name no UTF-8": file((), [tensor(b"\xff")]), "value no UTF-8": file([pair(b"a", 8, text(b"\xff"))]),
            "name of 63": file((), [tensor(b"n" * 63)]), "name of 64": file((), [tensor(b"n" * 64)]), "empty name": file((), [tensor(b"")])}
    out |= {f"value of type {kind}": file([pair(b"a", kind, bytes(24)[: {0: 1, 1: 1, 7: 1, 2: 2, 3: 2, 10: 8, 11: 8, 12: 8, 8: 8, 9: 12}.get(kind, 4)])]) for kind in (*range(14), 255)}
    out |= {f"truth {value}": file([pair(b"a", 7, bytes([value]))]) for value in (0, 1, 2, 255)}
    out |= {f"array of type {kind}": file([pair(b"a", 9, struct.pack("<IQ", kind, 2) + bytes(24))]) for kind in (*range(14), 255)}
    out |= {f"array of {count}": file([pair(b"a", 9, struct.pack("<IQ", 4, count))]) for count in (0, 16, 1 << 40, 2**64 - 1, 1 << 62)}
    out["array in array"] = file([pair(b"a", 9, struct.pack("<IQ", 9, 1) + struct.pack("<IQ", 4, 1) + number)])
    out |= {f"text of {size}": file([text(b"a") + struct.pack("<IQ", 8, size) + b"x"]) for size in (0, 1, 2, 1 << 31, 2**64 - 1, 2**63)}
    out |= {f"tensor of type {kind}": file((), [tensor(sides=(256,), kind=kind)], bytes(2048)) for kind in range(45)}
    out |= {f"tensor of {sides}": file((), [tensor(sides=sides)], bytes(512)) for sides in [(), (0,), (0, 5), (1, 2, 3, 4), (1, 1, 1, 1, 1), (2**63,), (2**32, 2**32), (2**64 - 1,), (2**62, 4)]}
    out |= {f"q8 row of {row}": file((), [tensor(sides=(row, 2), kind=8)], bytes(512)) for row in (31, 32, 33, 64)}
    out |= {f"tensor at {offset}": file((), [tensor(offset=offset)]) for offset in (0, 1, 32, 64, 2**63, 2**64 - 32)}
    out |= {"overlap": file((), [tensor(), tensor(b"v")]), "gap": file((), [tensor(), tensor(b"v", offset=64)], bytes(96)), "turned": file((), [tensor(offset=32), tensor(b"v")]),
            "cut data": file((), [tensor(sides=(32,))]), "no data": file((), [tensor()], b""), "more data": file((), [tensor()], bytes(4096))}
    return out


def theirs(path, stream: bytes) -> dict:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = gguf.GGUFReader(path)
        pairs = []
        for name, field in reader.fields.items():
            if name in ("GGUF.version", "GGUF.tensor_count", "GGUF.kv_count"):
                continue
            kinds = [int(kind) for kind in field.types]
            count = len(field.data) if kinds[0] == 9 else 1
            raw = [latin1(bytes(field.parts[index].tobytes())) for index in field.data]
            pairs.append([name, kinds[0], kinds[-1] if count else None, count, raw])
        tensors = [[one.name, [int(side) for side in one.shape], int(one.tensor_type), one.data_offset, one.n_bytes] for one in reader.tensors]
        return {"pairs": pairs, "tensors": tensors, "alignment": int(reader.alignment), "big": reader.byte_order == "S"}


def same(ours: list, other: list) -> bool:
    key, kind, item, count, value = ours
    name, other_kind, other_item, other_count, raw = other
    value = value if isinstance(value, list) else [value]
    return (key.encode("latin-1").decode() == name and kind == other_kind and int(count) == other_count and
            (other_item is None or item == other_item) and "".join(value) == "".join(raw))


def describe(told: dict, other, stream: bytes) -> list[str]:
    if isinstance(other, Refused):
        if told["problems"]:
            return []
        return ["we read version 1"] if told["version"] == 1 else [f"we read, the library refuses: {other}"]
    if told["problems"]:
        return [f"we refuse: {told['problems'][0]}"]
    out = []
    if len(told["pairs"]) != len(other["pairs"]) or not all(map(same, told["pairs"], other["pairs"])):
        out.append(f"other values: {told['pairs']} and {other['pairs']}"[:1200])
    tensors = [[name.encode("latin-1").decode(), [int(side) for side in sides], kind, int(at), int(size)] for name, sides, kind, at, size in told["tensors"]]
    if tensors != other["tensors"]:
        out.append(f"other tensors: {tensors} and {other['tensors']}")
    if int(told["alignment"]) != other["alignment"] or told["big_endian"] != other["big"]:
        out.append("another alignment or byte order")
    return out


def main() -> int:
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 900
    rng = random.Random(3)
    files = honest() | crafted()
    for name, stream in honest().items():
        damage = truncations(stream) + flips(stream, 900, rng, 0.12) + mixed(stream, 900, rng, count // 3)
        files |= {f"{name}, damaged {number}": damaged for number, damaged in enumerate(damage)}
    return compare("gguf", files, theirs, describe, DIFFERENCES, 30)


if __name__ == "__main__":
    sys.exit(main())
