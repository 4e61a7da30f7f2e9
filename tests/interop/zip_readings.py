#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""formats/zip sees every member that Python's zipfile and zipimport see, with the same content, and
tells a problem wherever one of them refuses. usage: zip_readings.py READINGS SOURCE [COUNT]"""
import io
import random
import struct
import sys
import warnings
import zipfile
import zipimport

from readings import Difference, Refused, compare, flips, latin1, mixed, truncations

DIFFERENCES = [
    Difference("what only other readers see", "zipfile looks at no local header, size or end record but its own; others do",
               r"we refuse: (member `.*` (is not in the central directory|has two|is called|shares bytes|has other sizes|has another checksum|stands in the archive twice|has a NUL|has no local header|reaches beyond)"
               r"|the central directory|there are two|its two end records|the ZIP64 end record|the end record counts|the archive is one part|the archive's comment|the entry of)"),
    Difference("sizes that differ", "told as ZIP001 or ZIP002, so that the archive fails: zipfile takes one size, we the other", r"told, other content"),
    Difference("a version that zipfile does not know", "it refuses by the number alone; other readers go on",
               r"we read, zipfile refuses: (Refused: )?NotImplementedError: zip file version"),
    Difference("encrypted members", "no key, no content: told as not examined", r"we read `.*`, zipfile refuses: RuntimeError: File .* is encrypted"),
    Difference("names in other letters", "zipfile compares names after decoding them by the flags of each header", r"we read `.*`, zipfile refuses: (BadZipFile: File name in directory|UnicodeDecodeError)"),
    Difference("streams without an end", "zipfile stops at the size; we tell that it is not whole, and examine what it unpacks to",
               r"other content of .*'(it is cut short|its packed data is damaged)'"),
    Difference("a dictionary beyond memory", "LZMA headers may ask for 4 GB; we unpack with what the content needs", r"we read `.*`, zipfile refuses: MemoryError"),
]


class Pipe(io.RawIOBase):
    """Cannot go back, so that sizes follow the data."""

    def __init__(self):
        super().__init__()
        self.bytes = b""

    def writable(self):
        return True

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)


def written(*members, target=None, comment=b"", method=zipfile.ZIP_STORED, zip64=False, **options) -> bytes:
    stream = target or io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(stream, "w", method, **options) as archive:
            for name, content in members:
                info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
                info.compress_type = method
                with archive.open(info, "w", force_zip64=zip64) as member:
                    member.write(content)
            archive.comment = comment
    return stream.bytes if target else stream.getvalue()


def honest() -> dict[str, bytes]:
    two = [("archive/data.pkl", b"N." * 20), ("version", b"3\n")]
    out = {"stored": written(*two), "deflated": written(*two, method=zipfile.ZIP_DEFLATED), "bzip2": written(*two, method=zipfile.ZIP_BZIP2), "lzma": written(*two, method=zipfile.ZIP_LZMA),
           "followed": written(*two, target=Pipe()), "followed, deflated": written(*two, target=Pipe(), method=zipfile.ZIP_DEFLATED), "wide": written(*two, zip64=True), "wide, followed": written(*two, zip64=True, target=Pipe()),
           "comment": written(*two, comment=b"a comment"), "none": written(), "empty members": written(("a/", b""), ("a/b", b"")), "names": written(("caf\u00e9", b"1"), ("\u20ac", b"2"), ("..\\up", b"3")),
           "in front": b"#!/bin/sh\nexit\n" + written(*two), "inside": written(("inner.zip", written(*two)), ("x", b"y")), "twins": written(("a", b"1"), ("a", b"2"))}
    # ZIP64's records, as an archive of more than 65535 members has them.
    plain = written(*two)
    at = plain.rindex(b"PK\5\6")
    size, where = struct.unpack_from("<II", plain, at + 12)
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, size, where) + struct.pack("<4sIQI", b"PK\6\7", 0, at, 1)
    out["wide end"] = plain[:at] + wide + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    out["both ends"] = plain[:at] + wide + plain[at:]
    return out


def crafted() -> dict[str, bytes]:
    plain = honest()["stored"]
    at, central = plain.rindex(b"PK\5\6"), plain.index(b"PK\1\2")
    fields = {"disk": (4, "<H"), "directory's disk": (6, "<H"), "here": (8, "<H"), "entries": (10, "<H"), "size": (12, "<I"), "offset": (16, "<I"), "comment": (20, "<H")}
    out = {}
    for name, (where, form) in fields.items():
        now, = struct.unpack_from(form, plain, at + where)
        for value in {0, 1, now - 1, now + 1, now + 46, 0xffff, (1 << 8 * struct.calcsize(form)) - 1} - {now, -1}:
            out[f"end record, {name} {value}"] = plain[:at + where] + struct.pack(form, value) + plain[at + where + struct.calcsize(form):]
    columns = {"version": (6, "<H"), "flags": (8, "<H"), "method": (10, "<H"), "crc": (16, "<I"), "packed": (20, "<I"), "size": (24, "<I"), "name": (28, "<H"), "extra": (30, "<H"), "comment": (32, "<H"),
               "disk": (34, "<H"), "attributes": (38, "<I"), "offset": (42, "<I")}
    for title, begin, shift in (("entry", central, 0), ("local header", 0, -2)):
        for name, (where, form) in columns.items():
            if shift and where > 30:
                continue
            where += shift
            now, = struct.unpack_from(form, plain, begin + where)
            for value in {0, 1, 8, now ^ 1, now ^ 0x800, now + 1, 20, 45, 64, 99, 0xffff, (1 << 8 * struct.calcsize(form)) - 1} - {now}:
                out[f"{title}, {name} {value}"] = plain[:begin + where] + struct.pack(form, value & ((1 << 8 * struct.calcsize(form)) - 1)) + plain[begin + where + struct.calcsize(form):]
    flagged = bytearray(plain)
    for begin in (6, central + 8):
        flagged[begin] |= 1
    out["encrypted"] = bytes(flagged)
    return out | {"twice": plain + plain, "behind": plain + b"x" * 30, "zeroes behind": plain + bytes(30), "end in the comment": written(("a", b"b"), comment=plain[at:]), "only an end": plain[at:], "no end": plain[:at], "empty": b"",
                  "archive in the comment": written(("a", b"b"), comment=plain)}


def theirs(path, stream: bytes) -> dict:
    try:
        imported = sorted(zipimport._read_directory(str(path)))
    except Exception:  # noqa: BLE001
        imported = []
    reading = {"members": [], "refusal": None, "imported": imported}
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                content, problem = None, ""
                try:
                    content = latin1(archive.open(info).read())
                except Exception as error:  # noqa: BLE001
                    problem = f"{type(error).__name__}: {error}"
                reading["members"].append((info.orig_filename, info.header_offset, info.compress_type, content, problem))
    except Exception as error:  # noqa: BLE001
        reading["refusal"] = f"{type(error).__name__}: {error}"
    if reading["refusal"] and not imported:
        raise Refused(reading["refusal"])
    return reading


def names_of(member: dict) -> set[str]:
    raw = member["name"].encode("latin-1")
    return {raw.decode("cp437"), raw.decode("utf-8", "replace")}


def describe(told: dict, other, stream: bytes) -> list[str]:
    ours = told["members"]
    if isinstance(other, Refused):
        return [] if told["problems"] or not ours else [f"we read, zipfile refuses: {other}"]
    out = []
    known = {name for member in ours for name in names_of(member)}
    known |= {name.split("\0")[0] for name in known}
    for name in other["imported"]:
        if name not in known and name.replace("/", "\\") not in known:
            out.append(f"zipimport sees {name!r}, and we do not: {sorted(known)}")
    if other["refusal"] and not told["problems"] and ours:
        out.append(f"we read, zipfile refuses: {other['refusal']}")
    for name, at, method, content, problem in other["members"]:
        found = [member for member in ours if int(member["offset"]) == at and (name in names_of(member) or told["problems"])]
        if not found and problem and told["problems"]:
            continue
        if not found:
            out.append(f"zipfile sees {name!r} at {at}, and we do not" + (f": {problem}" if problem else ""))
        elif problem and found[0]["content"] is not None and found[0]["matches"] and not told["problems"]:
            out.append(f"we read `{name}`, zipfile refuses: {problem}")
        elif content is not None and (found[0]["content"] != content or found[0]["method"] != method):
            prefix = "told, " if told["problems"] or found[0]["content"] is not None and not found[0]["matches"] else ""
            out.append(f"{prefix}other content of {name!r}: {found[0]} and {content[:80]!r}"[:1000])
    readable = not other["refusal"] and all(content is not None for *_, content, _ in other["members"])
    if readable and told["problems"]:
        out.append(f"we refuse: {told['problems'][0]}")
    if readable and not told["problems"] and len(ours) != len(other["members"]):
        out.append(f"we see {len(ours)} members, zipfile {len(other['members'])}")
    return out


def main() -> int:
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
    rng = random.Random(4)
    files = honest() | crafted()
    for name, stream in honest().items():
        damage = truncations(stream) + flips(stream, len(stream), rng, 0.2) + mixed(stream, len(stream), rng, count // 17)
        files |= {f"{name}, damaged {number}": damaged for number, damaged in enumerate(damage)}
    return compare("zip", files, theirs, describe, DIFFERENCES, 100)


if __name__ == "__main__":
    sys.exit(main())
