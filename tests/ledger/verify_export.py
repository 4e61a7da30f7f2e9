#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies a ledger export without any code of this project: RFC 6962 over hashlib, Ed25519
by `cryptography`. Written from docs/design/ledger.md.   verify_export.py EXPORT VKEY"""
import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def root(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha(b"\x01" + root(hashes[:k]) + root(hashes[k:]))


text = open(sys.argv[1], "rb").read()
name, hint, blob = sys.argv[2].split("+", 2)
raw = base64.b64decode(blob)
assert raw[0] == 1 and sha(name.encode() + b"\n" + raw)[:4].hex() == hint
key = Ed25519PublicKey.from_public_bytes(raw[1:])

*lines, seal = text.splitlines(keepends=True)
seal = json.loads(seal)
sealed = b"".join(lines)
assert hashlib.sha256(sealed).hexdigest() == seal["sha256"]
key.verify(base64.b64decode(seal["signature"]), sealed)

header, *entries, checkpoint = [json.loads(line) for line in lines]
assert header["vkey"] == sys.argv[2] and header["origin"] == name
assert header["size"] == len(entries)
hashes = []
for index, entry in enumerate(entries):
    leaf = json.loads(entry["leaf"])
    body = (base64.b64decode(entry["body_base64"]) if "body_base64" in entry
            else entry["body"].encode())
    assert entry["index"] == index == leaf["seq"]
    assert sha(bytes.fromhex(entry["salt"]) + body).hex() == leaf["body_sha256"]
    hashes.append(sha(b"\x00" + entry["leaf"].encode()))
    assert hashes[-1].hex() == entry["leaf_hash"]

note, _, signatures = checkpoint["checkpoint"].rpartition("\n\n")
signature = base64.b64decode(signatures.split(" ")[2])
key.verify(signature[4:], (note + "\n").encode())
origin, size, signed_root = note.split("\n")
assert origin == name and int(size) == len(entries)
assert base64.b64decode(signed_root) == root(hashes)
print(f"{len(entries)} entries verified")
