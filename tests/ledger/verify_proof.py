#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies a C2SP tlog-proof without Cupel: hashlib and cryptography alone.

    verify_proof.py PROOF LEAF-FILE LOG-VKEY [WITNESS-VKEY…]

The leaf file holds the entry's leaf, byte for byte. Prints what was verified; exit 1 when
something does not hold."""
import base64
import hashlib
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CHECKPOINT, COSIGNATURE = 1, 4


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def read_vkey(text: str) -> tuple[str, bytes, int, bytes]:
    name, key_id, encoded = text.strip().split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    kind, key = raw[0], raw[1:]
    assert sha256(name.encode(), b"\n", bytes([kind]), key)[:4].hex() == key_id, "not what its id says"
    return name, bytes.fromhex(key_id), kind, key


def verify_signature(note: bytes, vkey: str) -> int | None:
    """The time of a cosignature; None for the signature of the log itself."""
    name, key_id, kind, key = read_vkey(vkey)
    text, signatures = note.rsplit(b"\n\n", 1)
    text += b"\n"
    for line in signatures.decode().splitlines():
        dash, signer, encoded = line.split(" ")
        assert dash == "\u2014"
        blob = base64.b64decode(encoded, validate=True)
        if signer != name or blob[:4] != key_id:
            continue
        public = Ed25519PublicKey.from_public_bytes(key)
        if kind == CHECKPOINT:
            public.verify(blob[4:], text)
            return None
        assert kind == COSIGNATURE and len(blob) == 4 + 8 + 64
        seconds = int.from_bytes(blob[4:12], "big")
        public.verify(blob[12:], b"cosignature/v1\ntime %d\n" % seconds + text)
        return seconds
    raise AssertionError(f"no signature by {name}")


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162 2.1.3.2."""
    assert index < size
    first, last, node = index, size - 1, sha256(b"\0", leaf)
    for sibling in path:
        assert last != 0, "too many hashes"
        if first & 1 or first == last:
            node = sha256(b"\1", sibling, node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = sha256(b"\1", node, sibling)
        first, last = first >> 1, last >> 1
    assert last == 0, "too few hashes"
    return node


def verify(proof: bytes, leaf: bytes, log: str, witnesses: list[str]) -> dict:
    head, note = proof.split(b"\n\n", 1)
    lines = head.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    at = 2 if lines[1].startswith("extra ") else 1
    word, number = lines[at].split(" ")
    assert word == "index"
    path = [base64.b64decode(line, validate=True) for line in lines[at + 1:]]
    assert all(len(node) == 32 for node in path)
    origin, size, root = note.decode().split("\n")[:3]
    assert origin == read_vkey(log)[0], "the checkpoint is of another log"
    verify_signature(note, log)
    assert root_of(leaf, int(number), int(size), path) == base64.b64decode(root), "not in the tree"
    times = [verify_signature(note, witness) for witness in witnesses]
    return {"index": int(number), "size": int(size), "cosigned": times}


if __name__ == "__main__":
    try:
        print(verify(Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes(), sys.argv[3], sys.argv[4:]))
    except Exception as problem:  # pylint: disable=broad-except
        sys.exit(f"refused: {type(problem).__name__} {problem}")
