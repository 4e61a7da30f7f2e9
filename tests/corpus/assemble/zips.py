# SPDX-License-Identifier: Apache-2.0
"""Zip archives whose local headers, central directory and end record may each say something else."""
import bz2
import lzma
import struct
import zlib
from dataclasses import dataclass, field


@dataclass
class Member:
    name: str | bytes
    content: bytes
    method: int = 0            # 0 stored, 8 deflate, 12 bzip2, 14 lzma
    local: dict = field(default_factory=dict)    # fields of the local header that differ
    central: dict = field(default_factory=dict)  # fields of the central header that differ
    listed: bool = True        # in the central directory at all
    packed: bytes | None = None
    attributes: int = 0o644 << 16


def pack(content: bytes, method: int) -> bytes:
    if method == 8:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(content) + packer.flush()
    if method == 12:
        return bz2.compress(content)
    if method == 14:
        filters = [{"id": lzma.FILTER_LZMA1}]
        raw = lzma.compress(content, lzma.FORMAT_RAW, filters=filters)
        return struct.pack("<BBH", 9, 20, 5) + b"\x5d" + struct.pack("<I", 1 << 23) + raw
    return content


def raw_name(name) -> bytes:
    return name if isinstance(name, bytes) else name.encode()


def archive(members, *, prefix: bytes = b"", comment: bytes = b"", end: dict | None = None, tail: bytes = b"",
            align: int = 1, offset_shift: int = 0) -> bytes:
    """The archive. `align` pads the data of each member as torch does."""
    out, central = bytearray(prefix), bytearray()
    listed = 0
    for member in members:
        packed = member.packed if member.packed is not None else pack(member.content, member.method)
        common = {"version": 20, "flags": 0, "method": member.method, "time": 0, "date": 0x21,
                  "crc": zlib.crc32(member.content), "packed": len(packed), "size": len(member.content),
                  "name": raw_name(member.name), "extra": b""}
        here = {**common, **member.local}
        there = {**common, "offset": len(out), **member.central}
        if align > 1:
            pad = -(len(out) + 30 + len(here["name"]) + 4) % align
            here["extra"] = b"FB" + struct.pack("<H", pad) + b"Z" * pad
        out += b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", here["version"], here["flags"], here["method"], here["time"],
                                           here["date"], here["crc"], here["packed"], here["size"],
                                           len(here["name"]), len(here["extra"]))
        out += here["name"] + here["extra"] + packed
        if member.listed:
            listed += 1
            central += b"PK\x01\x02" + struct.pack(
                "<HHHHHHIIIHHHHHII", 0x031E, there["version"], there["flags"], there["method"], there["time"],
                there["date"], there["crc"], there["packed"], there["size"], len(there["name"]), len(there["extra"]),
                0, 0, 0, member.attributes, there["offset"]) + there["name"] + there["extra"]
    fields = {"count": listed, "size": len(central), "offset": len(out) - offset_shift, **(end or {})}
    out += central
    out += b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, fields["count"] & 0xFFFF, fields["count"] & 0xFFFF,
                                       fields["size"], fields["offset"], len(comment)) + comment
    return bytes(out) + tail


def plain(files: dict, method: int = 0, **options) -> bytes:
    return archive([Member(name, content, method) for name, content in files.items()], **options)


def torch(pickle: bytes, more: list | None = None, folder: str = "archive", method: int = 0, **options) -> bytes:
    """A torch.save archive with one storage of four floats."""
    members = [Member(f"{folder}/data.pkl", pickle, method), Member(f"{folder}/byteorder", b"little"),
               Member(f"{folder}/data/0", struct.pack("<4f", .1, .2, .3, .4)), Member(f"{folder}/version", b"3\n")]
    return archive(members + (more or []), align=64, **options)
