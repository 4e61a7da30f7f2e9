#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""formats/npy refuses what numpy.load refuses, reads the same type, shape and order, and knows every
array whose data NumPy would unpickle. usage: npy_readings.py READINGS SOURCE [COUNT]"""
import io
import random
import struct
import sys
import warnings

from readings import Difference, Refused, compare, flips, mixed, need, truncations

need("numpy")
import numpy  # noqa: E402

DIFFERENCES = [
    Difference("types that nobody knows", "told as NPY002, whether NumPy takes the name or not", r"we read \(its element type"),
    Difference("numbers that NumPy refuses", "names that stand twice, sides beyond 2^32 beside a 0, numbers and blanks that only Python 2 wrote: no objects, so that nothing is unpickled",
               r"we read, the library refuses: ValueError: (descr is not|Cannot parse|Maximum allowed|cannot reshape|name already|title already|field names|Failed to read)"),
    Difference("types behind escapes", "NumPy never writes them: somebody hides the letter O", r"we refuse: its element type is hidden behind escapes"),
    Difference("records of odd pieces", "lists and dictionaries for tuples work by chance; NumPy never writes them",
               r"we refuse: (its element type is described|a field of its elements)"),
]
IMPLEMENTATION = getattr(numpy.lib, "_format_impl", numpy.lib.format)  # moved in NumPy 2.3


def npy(header: str | bytes, data: bytes = b"", version=(1, 0)) -> bytes:
    text = header if isinstance(header, bytes) else header.encode("utf-8" if version[0] == 3 else "latin-1")
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version[0] == 1 else "<I", len(text)) + text + data


def told(descr="'<f8'", order="False", shape="(1,)") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


def honest() -> dict[str, bytes]:
    arrays = [numpy.arange(6, dtype="<f4").reshape(2, 3), numpy.array(1.5), numpy.zeros((0, 4), ">i2"), numpy.array(["ab", "c"]),
              numpy.array([b"ab", b"c"]), numpy.array([True, False]), numpy.asfortranarray(numpy.ones((2, 3), "c16")),
              numpy.array(["2020-01-01"], "M8[D]"), numpy.array([5], "m8[25s]"), numpy.array([1, "x", None], object),
              numpy.zeros(2, [("a", "<f4"), ("b", "<i4", (2,)), ("c", [("d", "S3"), ("e", "|u1")])]),
              numpy.zeros(1, {"names": ["a", "b"], "formats": ["<f4", "<f8"], "offsets": [0, 8], "itemsize": 24}),
              numpy.zeros(1, [(("title", "a"), "<f8")]), numpy.zeros(1, [("\u20ac", "<f8")]), numpy.zeros(2, "V7"),
              numpy.zeros(1, [("a", "O")]), numpy.ones(3, "f2"), numpy.zeros((1,) * 20, "u1"), numpy.ones(2, "f16")]
    out = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, array in enumerate(arrays):
            for version in (None, (2, 0), (3, 0)):
                stream = io.BytesIO()
                try:
                    numpy.lib.format.write_array(stream, array, version)
                except (UnicodeEncodeError, ValueError):
                    continue
                out[f"array {number} in {version}"] = stream.getvalue()
    return out


def crafted() -> dict[str, bytes]:
    eight = bytes(8)
    types = ["f8", "<f9", "|f8", "=f8", "float64", "object", "O", "|O8", "i4,O", "T", "V8", "|V0", "a5", "<U0", "<U536870912", "S2147483647", "S2147483648",
             "<M8", "<M8[]", "<M8[ns]", "<M8[s/10]", "<M8[0s]", "<M8[07s]", "<m8[generic]", "<M8[5generic]", "<M4", "b", "?", "|?", "|b1", "|b2", "<f12", "<c8", "<c9", "2f8", "(2,)f8", "", "<",
             "<f", "<f08", "f8 ", " f8", "<F8", "int", "float", "str", "<i16", "|i1", ">i1", "<u3", "\\x4f", "\\117", "O4", "O2", "<O", ">O8", "<M8[xs]", "<M8[ s]"]
    texts = {f"type {name}": told(f"'{name}'") for name in types}
    shapes = ["()", "(1)", "1", "[1]", "(1,1)", "(1,,)", "(,)", "(-1,)", "(+1,)", "(- 1,)", "(True,)", "(None,)", "(1.0,)", "('1',)", "(1L,)", "(0x1,)", "(0b1,)", "(0o1,)", "(01,)", "(00,)", "(1_0,)", "(1__0,)",
              "(0,)", "(0,9223372036854775808,)", "(9223372036854775807,)", "(9223372036854775808,)", "(4294967296,4294967296,)", "(4294967296,4294967296,0)", "(1e0,)", "(1j,)", "((1),)", "((1,),)",
              "(1,\n)", "(1, # x\n)", "(1 ,)", "(2,)", "(" + "1," * 64 + ")", "(" + "1," * 65 + ")", "(0_0,)", "(0x,)", "(1if 1else 2,)", "(1+0,)", "(1+1j,)"]
    texts |= {f"shape {shape[:40]} {len(shape)}": told(shape=shape) for shape in shapes}
    texts |= {f"order {order}": told(order=order) for order in ["True", "true", "0", "1", "None", "'False'", "not True", "(False)", "(False,)"]}
    records = ["[('a', '<f8')]", "[('a', '<f4'), ('b', '<f4')]", "[('a', '<f4'), ('a', '<f4')]", "[('a', '<f8', ())]", "[('a', '<f4', (2,))]", "[('a', '<f4', 2)]", "[('a', '<f4', -2)]",
               "[('a', '<f4', (2.0,))]", "[]", "()", "{}", "[('a',)]", "[('a', '<f8', (1,), 1)]", "[['a', '<f8']]", "('<f8', (1,))", "('<f4', 2)", "('<f4', (2,))", "('<f8',)", "[(('t', 'a'), '<f8')]", "[(('a', 'a'), '<f8')]",
               "[('', '<f8')]", "[('', '|V4'), ('', '|V4')]", "[('', '|V4'), ('a', '<f4')]", "[('a', [('b', '<f4'), ('c', '|O')])]", "[('a', 'object')]", "[('a', '<f9')]", "[(1, '<f8')]", "[(b'a', '<f8')]", "['ab']", "'<f8' 'x'", "'<f' '8'",
               "u'<f8'", "b'<f8'", "r'<f8'", "f'<f8'", "'''<f8'''", "\"<f8\"", "'\\x3cf8'", "'\\u003cf8'", "'\\74f8'", "'<f8\\\n'", "'<f\n8'", "None", "5", "[('a', '<f8'), ]", "[('a', ('<f4', (2,)))]", "[('a', '|S2147483647'), ('b', '|S2')]",
               "[('a', '|S65536', (32768,))]", "[('a', '|S65536', (32767,))]", "{'names': ['a'], 'formats': ['O']}", "[('a', {'names': ['b'], 'formats': ['O']})]"]
    texts |= {f"descr {descr[:60]!r}": told(descr) for descr in records}
    one = told()
    texts |= {"blank in front": " " + one, "tab in front": "\t" + one, "line in front": "\n" + one, "line and blank": "\n " + one, "bracketed": f"({one})", "tuple": f"{one.strip()},", "comment": one + "# x",
              "two": one + one, "minus": "-" + one, "without comma": one.replace(", }", "}"), "twin keys": one.replace(", }", ", 'shape': (2,), }"), "other keys": one.replace(", }", ", 'x': 1, }"),
              "no shape": one.replace("'shape': (1,),", ""), "number key": one.replace(", }", ", 1: 1, }"), "keys in bytes": one.replace("'shape'", "b'shape'"), "a set": "{1, 2}", "empty": "", "blank": " ", "NUL": one + "\0",
              "NUL inside": one.replace("<", "\0"), "form feed": one.replace("{", "{\f"), "return": one.replace("{", "{\r"), "no-break": one.replace("{", "{\u00a0"), "continued": one.replace("{", "{\\\n"), "unpacked": "{**" + one.strip() + "}",
              "semicolon": one.strip() + ";", "list": "[1]", "json": one.replace("False", "false"), "python 2": told(shape="(1L, 1L)"), "long": one.strip() + " " * 9000 + "\n", "deep": told(descr="(" * 50 + "'<f8'" + ")" * 50),
              "deepest": told(descr="[" * 90 + "]" * 90), "comma first": "{," + one[1:], "no colon": one.replace(":", "", 1)}
    out = {name: npy(text, eight) for name, text in texts.items()}
    out |= {f"version {version}": npy(one, eight, version) for version in [(0, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1), (4, 0), (255, 255)]}
    out |= {"not UTF-8": npy(one.encode().replace(b"<f8", b"\xff"), eight, (3, 0)), "python 2 in 3.0": npy(told(shape="(1L,)"), eight, (3, 0)), "16 bytes": npy(one, bytes(16)), "7 bytes": npy(one, bytes(7)),
            "header too long": b"\x93NUMPY\1\0\xff\xff" + one.encode(), "huge header": b"\x93NUMPY\2\0\xff\xff\xff\xff" + one.encode(), "magic": b"\x93NUMPX\1\0" + npy(one)[8:]}
    return out


def theirs(path, stream: bytes) -> dict:
    with warnings.catch_warnings(), open(path, "rb") as opened:
        warnings.simplefilter("ignore")
        version = numpy.lib.format.read_magic(opened)
        IMPLEMENTATION._check_version(version)
        shape, order, kind = IMPLEMENTATION._read_array_header(opened, version, max_header_size=1 << 20)
        at = opened.tell()
        reading = {"shape": [int(side) for side in shape], "order": order, "at": at, "objects": kind.hasobject, "bytes": kind.itemsize}
        if not kind.hasobject:
            opened.seek(0)
            array = numpy.lib.format.read_array(opened, allow_pickle=False, max_header_size=1 << 20)
            reading["end"] = opened.tell()
            del array
        return reading


def describe(told: dict, other, stream: bytes) -> list[str]:
    if isinstance(other, Refused):
        odd = f" ({told['oddities'][0]})" if told["oddities"] else ""
        return [] if told["problems"] else [f"we read{odd}, the library refuses: {other}"]
    if other["objects"] and not told["objects"]:
        return [f"the library unpickles, and we see numbers: {told}"]
    if told["problems"]:
        return [f"we refuse: {told['problems'][0]}"]
    out = []
    if other["at"] != int(told["data_offset"]):
        out.append(f"other places: {told} and {other}")
    if told["objects"] != other["objects"] and not told["oddities"]:
        out.append(f"we see objects, the library numbers: {told}")
    if told["data_bytes"] and not other["objects"] and int(told["data_offset"]) + int(told["data_bytes"]) != other["end"]:
        out.append(f"other sizes: {told} and {other}")
    return out


def main() -> int:
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
    rng = random.Random(2)
    files = honest() | crafted()
    some = [name for name in honest() if "None" in name]
    for name in some:
        stream = honest()[name]
        damage = truncations(stream, 40) + flips(stream, 128, rng, 0.4) + mixed(stream, 128, rng, count // len(some))
        files |= {f"{name}, damaged {number}": damaged for number, damaged in enumerate(damage)}
    return compare("npy", files, theirs, describe, DIFFERENCES, 100)


if __name__ == "__main__":
    sys.exit(main())
