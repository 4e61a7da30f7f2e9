#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Walks from a verdict to what it rests on, offline, with nothing of Cupel.

  walk.py REPORTS SYSTEM [--trust VKEY] [PROVISION...]

REPORTS is the folder that `cupel assess --output` wrote, SYSTEM the system's folder, VKEY the
ledger's public key (the line of `.cupel/ledger-key.pub`) as it came to you by another way; without
it the ledger only agrees with itself. For each provision (default: all that were decided) it goes

  verdict -> observation -> leaf -> inclusion proof -> signed checkpoint
                         -> the asset's signature -> its files on disk
                         -> the bill of materials, whose digest is in the ledger too

and checks every step: digests with hashlib, signatures with `openssl`. Exit code 1 when a step does
not hold."""
import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")


class Broken(Exception):
    pass


def need(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def canonical(value) -> bytes:
    """RFC 8785, for JSON without fractions."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def openssl(arguments: list[str], **files: bytes) -> bool:
    """Runs openssl with files of these contents; NAME in an argument becomes the file's path."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        words = [str(Path(folder, word)) if word in files else word for word in arguments]
        return subprocess.run(["openssl", *words], capture_output=True, check=False).returncode == 0


def pem(spki: bytes) -> bytes:
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki) + b"-----END PUBLIC KEY-----\n"


def root_of(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """RFC 9162 2.1.3.2."""
    need(index < size, "the entry lies behind the end of the log")
    node, first, last = sha256(b"\0" + leaf), index, size - 1
    for sibling in proof:
        need(last != 0, "the proof is too long")
        if first & 1 or first == last:
            node = sha256(b"\1" + sibling + node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = sha256(b"\1" + node + sibling)
        first, last = first >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return node


class Walk:
    def __init__(self, reports: Path, system: Path, trust: str | None):
        self.reports, self.system = reports, system
        self.assessment = json.loads((reports / "assessment.json").read_text("utf-8"))
        self.ledger = self.assessment["ledger"]
        self.observations = {each["id"]: each for each in self.assessment["observations"]}
        self.receipts = {each["observation"]: each for each in self.ledger["receipts"] if "observation" in each}
        self.signatures = {}
        for seen in self.observations.values():
            if seen["check"] == "artifact.signature" and seen["subjects"]:
                self.signatures[seen["subjects"][0]["name"]] = seen
        self.checkpoint(trust)
        self.bill = self.read_bill()

    def checkpoint(self, trust: str | None) -> None:
        text, _, lines = self.ledger["checkpoint"].partition("\n\n")
        origin, size, root = text.split("\n")
        need(int(size) == self.ledger["size"], "the checkpoint is of another size")
        self.root = base64.b64decode(root)
        need(self.root.hex() == self.ledger["root"], "the checkpoint has another root")
        if trust is None:
            print("checkpoint: self-consistent only; --trust VKEY says whose it is")
            return
        name, _, rest = trust.strip().partition("+")
        key_id, _, key = rest.partition("+")
        blob = base64.b64decode(key)
        need(name == origin and blob[0] == 1, "the key is not of this ledger")
        signature = next((base64.b64decode(line.split(" ")[2]) for line in lines.splitlines()
                          if line.startswith(f"\u2014 {name} ")), b"")
        need(signature[:4].hex() == key_id, "the checkpoint is not signed by this key")
        need(openssl(["pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "text", "-sigfile", "sig"],
                     key=pem(SPKI_ED25519 + blob[1:]), text=(text + "\n").encode(), sig=signature[4:]),
             "the checkpoint's signature does not hold")
        print(f"checkpoint: {size} entries, signed by {name}")

    def included(self, receipt: dict, body: bytes) -> None:
        leaf = json.loads(receipt["leaf"])
        need(sha256(bytes.fromhex(receipt["salt"]) + body).hex() == leaf["body_sha256"],
             f"entry {receipt['entry']} was not made of what the report says")
        need(leaf["seq"] == receipt["entry"], "the leaf stands elsewhere")
        proof = [base64.b64decode(each) for each in receipt["proof"]]
        root = root_of(receipt["leaf"].encode(), receipt["entry"], self.ledger["size"], proof)
        need(root == self.root, f"entry {receipt['entry']} is not in the signed tree")

    def read_bill(self) -> dict:
        receipt = next((each for each in self.ledger["receipts"] if each["type"] == "bill-of-materials"), None)
        need(receipt is not None, "the ledger has no bill of materials of this cycle")
        self.included(receipt, receipt["body"].encode())
        said = json.loads(receipt["body"])
        content = (self.reports / said["file"]).read_bytes()
        need(sha256(content).hex() == said["sha256"], f"{said['file']} is not the one in the ledger")
        print(f"{said['file']}: {said['format']}, entry {receipt['entry']}")
        return json.loads(content)

    def observation(self, name: str) -> dict:
        seen = self.observations[name]
        need(sha256(canonical(seen | {"id": ""})).hex()[:32] == name, f"observation {name} has another name")
        self.included(self.receipts[name], canonical(seen))
        return seen

    def signature(self, asset: str) -> str:
        """Who signed the asset; its bundle, its key and its files are read from disk."""
        seen = self.observation(self.signatures[asset]["id"])
        facts = seen["facts"]
        need(facts["good"], f"the signature of {asset} did not hold")
        bundle = (self.system / facts["file"]).read_bytes()
        need(sha256(bundle).hex() == facts["file_sha256"], f"{facts['file']} changed since")
        envelope = json.loads(bundle)["dsseEnvelope"]
        payload = base64.b64decode(envelope["payload"])
        statement = json.loads(payload)
        need(statement["subject"][0]["digest"]["sha256"] == facts["root"], "another root was signed")
        declared = json.loads(self.declared(asset))
        if "signature_key" in declared:
            kind = envelope["payloadType"]
            signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
            need(openssl(["dgst", "-sha256", "-verify", "key", "-signature", "sig", "text"],
                         key=(self.system / declared["signature_key"]).read_bytes(), text=signed,
                         sig=base64.b64decode(envelope["signatures"][0]["sig"])),
                 f"the signature of {asset} does not hold")
        self.files(self.system / declared["path"], statement["predicate"])
        return facts["signer"]

    def files(self, path: Path, predicate: dict) -> None:
        if predicate["serialization"]["method"] != "files" or predicate["serialization"]["hash_type"] != "sha256":
            return
        for resource in predicate["resources"]:
            file = path if path.is_file() else path / resource["name"]
            need(sha256(file.read_bytes()).hex() == resource["digest"], f"{file} is not what was signed")

    def declared(self, asset: str) -> str:
        """What cupel.yaml says of the asset, as the bill of materials tells it."""
        part = self.component(asset)
        return json.dumps({each["name"].removeprefix("cupel:declared:"): each["value"]
                           for each in part.get("properties", []) if each["name"].startswith("cupel:declared:")})

    def component(self, asset: str) -> dict:
        parts = self.bill.get("components", []) + self.bill.get("services", [])
        return next((each for each in parts if each["bom-ref"] == f"asset/{asset}"), {})

    def provision(self, provision: dict) -> None:
        print(f"\n{provision['id']} {provision['verdict']}: {provision['reason']}")
        told = set()
        for unit in provision["test_units"]:
            for name in unit["observations"]:
                seen = self.observation(name)
                print(f"  observation {name[:12]} ({seen['check']}): entry {self.receipts[name]['entry']}")
                told |= {each["name"] for each in seen["subjects"]}
        for asset in sorted(told):
            part = self.component(asset)
            if asset in self.signatures and self.signatures[asset]["facts"]["good"]:
                print(f"  {asset}: signed by {self.signature(asset)}")
            if part:
                print(f"  {asset}: in the bill of materials as {part['bom-ref']}, {part.get('type', 'service')}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", type=Path)
    parser.add_argument("system", type=Path)
    parser.add_argument("provisions", nargs="*")
    parser.add_argument("--trust", metavar="VKEY")
    options = parser.parse_intermixed_args()
    try:
        walk = Walk(options.reports, options.system, options.trust)
        for provision in walk.assessment["provisions"]:
            decided = any(unit["observations"] for unit in provision["test_units"])
            if provision["id"] in options.provisions or (not options.provisions and decided):
                walk.provision(provision)
    except Broken as broken:
        print(f"BROKEN: {broken}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
