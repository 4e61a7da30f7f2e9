#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keyless signatures by a Sigstore of our own: an authority, a log of certificates, a log of
signatures and an authority for time, made here with another library than cupel's. A signature that
is right is verified; one that is wrong in any single respect is refused, and for that reason."""
import base64
import copy
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

CUPEL = os.environ["CUPEL"]
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
NAME, ISSUER = "ana@example.org", "https://accounts.example.org"
SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def spki(key) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER,
                                         serialization.PublicFormat.SubjectPublicKeyInfo)


def der(certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def ecdsa(key, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def canonical(value) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Sigstore:
    """All four services. What the caller names is done wrongly."""

    def __init__(self):
        self.root_key, self.authority_key, self.ct_key, self.log_key = (
            ec.generate_private_key(ec.SECP256R1()) for _ in range(4))
        self.new_log_key = ed25519.Ed25519PrivateKey.generate()
        self.root = self.issue("root", self.root_key, "root", self.root_key, ca=True)
        self.authority = self.issue("authority", self.authority_key, "root", self.root_key, ca=True)

    @staticmethod
    def issue(name, key, issuer, issuer_key, ca=False, extensions=(), begin=None, end=None):
        def named(text):
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        builder = (x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer))
                   .public_key(key.public_key()).serial_number(7)
                   .not_valid_before((begin or NOW - timedelta(days=30)).replace(tzinfo=None))
                   .not_valid_after((end or NOW + timedelta(days=300)).replace(tzinfo=None))
                   .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
                   .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False,
                                                False), critical=True))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    def leaf(self, key, wrong):
        """A certificate of ten minutes with the proof that it was logged."""
        issuer = ISSUER.encode()
        extensions = [
            x509.SubjectAlternativeName([x509.RFC822Name(NAME)]),
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]),
            x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.57264.1.8"),
                                       bytes([0x0c, len(issuer)]) + issuer)]
        begin = NOW - timedelta(minutes=5)
        if wrong == "signed after the certificate ended":
            begin = NOW - timedelta(minutes=50)
        ca_key = self.root_key if wrong == "certificate by another authority" else self.authority_key
        if wrong == "certificate by another authority":
            ca_key = ec.generate_private_key(ec.SECP256R1())

        def issued(more):
            return self.issue("leaf", key, "authority", ca_key, extensions=[*extensions, *more],
                              begin=begin, end=begin + timedelta(minutes=10))
        if wrong == "certificate that was never logged":
            return issued([])
        tbs = issued([]).tbs_certificate_bytes
        at = int(begin.timestamp() * 1000)
        issuer_hash = hashlib.sha256(spki(self.authority_key)).digest()
        text = (b"\0\0" + struct.pack(">Q", at) + b"\0\1" + issuer_hash
                + len(tbs).to_bytes(3, "big") + tbs + b"\0\0")
        signature = ecdsa(self.ct_key, text + (b"x" if wrong == "proof of logging forged" else b""))
        sct = (b"\0" + hashlib.sha256(spki(self.ct_key)).digest() + struct.pack(">Q", at) + b"\0\0"
               + b"\4\3" + struct.pack(">H", len(signature)) + signature)
        listed = struct.pack(">H", len(sct) + 2) + struct.pack(">H", len(sct)) + sct
        return issued([x509.UnrecognizedExtension(SCT_LIST, b"\4" + length(len(listed)) + listed)])

    def entry(self, body: bytes, wrong):
        """The body as leaf 2 of a log of three."""
        def node(left, right):
            return hashlib.sha256(b"\1" + left + right).digest()
        others = [hashlib.sha256(b"\0" + other).digest() for other in (b"one", b"two")]
        root = node(node(*others), hashlib.sha256(b"\0" + body).digest())
        at, log_id = int(NOW.timestamp()), hashlib.sha256(spki(self.log_key)).digest()
        promise = ecdsa(self.log_key, canonical({"body": b64(body), "integratedTime": at,
                                                 "logID": log_id.hex(), "logIndex": 1002}))
        size = 4 if wrong == "checkpoint of another size" else 3
        text = f"rekor.example.org - 77\n{size}\n{b64(root)}\n".encode()
        note = ecdsa(self.log_key, text)
        if wrong == "checkpoint not signed by the log":
            note = ecdsa(self.ct_key, text)
        if wrong == "inclusion proof of another tree":
            others[0] = bytes(32)
        if wrong == "promise of another time":
            at -= 1
        return {"logIndex": "1002", "logId": {"keyId": b64(log_id)},
                "kindVersion": {"kind": "dsse", "version": "0.0.1"}, "integratedTime": str(at),
                "inclusionPromise": {"signedEntryTimestamp": b64(promise)},
                "inclusionProof": {"logIndex": "2", "rootHash": b64(root), "treeSize": "3",
                                   "hashes": [b64(node(*others))],
                                   "checkpoint": {"envelope": text.decode() + "\n\u2014 rekor.example.org "
                                                  + b64(log_id[:4] + note) + "\n"}},
                "canonicalizedBody": b64(body)}

    def sign(self, statement: bytes, wrong=None):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self.leaf(key, wrong)
        kind = b"application/vnd.in-toto+json"
        pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(statement), statement)
        signature = ecdsa(key, pae)
        if wrong == "signature over something else":
            signature = ecdsa(key, pae + b" ")
        pem = leaf.public_bytes(serialization.Encoding.PEM)
        if wrong == "log entry by another certificate":
            pem = self.authority.public_bytes(serialization.Encoding.PEM)
        logged = statement + b" " if wrong == "log entry about another payload" else statement
        said = b"other" if wrong == "log entry about another signature" else signature
        body = canonical({"apiVersion": "0.0.1", "kind": "dsse", "spec": {
            "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(logged).hexdigest()},
            "signatures": [{"signature": b64(said), "verifier": b64(pem)}]}})
        entry = self.entry(body, wrong)
        if wrong == "entry of an unknown log":
            entry["logId"]["keyId"] = b64(bytes(32))
        if wrong == "entry without a proof":
            del entry["inclusionProof"]
        if wrong == "entry without a time that is signed":
            del entry["inclusionPromise"]
        entries = [] if wrong == "no entry at all" else [entry]
        return {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "verificationMaterial": {"certificate": {"rawBytes": b64(der(leaf))},
                                         "tlogEntries": entries},
                "dsseEnvelope": {"payload": b64(statement), "payloadType": kind.decode(),
                                 "signatures": [{"sig": b64(signature), "keyid": ""}]}}

    def trusted_root(self) -> dict:
        def log(key):
            return {"baseUrl": "https://log.example.org", "hashAlgorithm": "SHA2_256",
                    "publicKey": {"rawBytes": b64(spki(key)),
                                  "validFor": {"start": "2026-01-01T00:00:00Z"}},
                    "logId": {"keyId": b64(hashlib.sha256(spki(key)).digest())}}
        chain = [{"rawBytes": b64(der(one))} for one in (self.authority, self.root)]
        return {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [log(self.log_key)], "ctlogs": [log(self.ct_key)],
                "certificateAuthorities": [{"uri": "https://ca.example.org",
                                            "certChain": {"certificates": chain},
                                            "validFor": {"start": "2026-01-01T00:00:00Z"}}]}


def length(size: int) -> bytes:
    """A length of DER, below 65,536."""
    if size < 128:
        return bytes([size])
    return bytes([0x81, size]) if size < 256 else b"\x82" + struct.pack(">H", size)


WRONG = {
    "signature over something else": "not by the key of the certificate",
    "certificate by another authority": "of no authority",
    "certificate that was never logged": "does not prove that it was logged",
    "proof of logging forged": "vouches for the certificate",
    "signed after the certificate ended": "not valid",
    "checkpoint of another size": "of another tree",
    "checkpoint not signed by the log": "checkpoint does not hold",
    "inclusion proof of another tree": "inclusion proof does not hold",
    "promise of another time": "promise",
    "log entry by another certificate": "another certificate",
    "log entry about another payload": "another signature",
    "log entry about another signature": "another signature",
    "entry of an unknown log": "not one that the trusted root names",
    "entry without a proof": "no inclusion proof",
    "entry without a time that is signed": "says when it was signed",
    "no entry at all": "needs an entry",
}


def main() -> int:
    sigstore = Sigstore()
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        (folder / "model" / "weights.bin").write_bytes(b"weights")
        digest = hashlib.sha256(b"weights").digest()
        statement = json.dumps({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "model", "digest": {"sha256": hashlib.sha256(digest).hexdigest()}}],
            "predicateType": "https://model_signing/signature/v1.0",
            "predicate": {"resources": [{"name": "weights.bin", "algorithm": "sha256",
                                         "digest": digest.hex()}],
                          "serialization": {"method": "files", "hash_type": "sha256",
                                            "allow_symlinks": False, "ignore_paths": []}}}).encode()

        def check(what, bundle, expected, root=None, identity=NAME, issuer=ISSUER):
            (folder / "model.sig").write_text(json.dumps(bundle))
            (folder / "root.json").write_text(json.dumps(root or sigstore.trusted_root()))
            done = subprocess.run(
                [CUPEL, "verify", folder / "model", "--identity", identity, "--issuer", issuer,
                 "--trusted-root", folder / "root.json"], capture_output=True, text=True, check=False)
            held = done.returncode == 0 and not expected
            refused = done.returncode == 1 and expected and expected in done.stdout
            if not held and not refused:
                failures.append(f"{what}: exit {done.returncode}\n{done.stdout}{done.stderr}")

        good = sigstore.sign(statement)
        check("right in every respect", good, None)
        for wrong, why in WRONG.items():
            check(wrong, sigstore.sign(statement, wrong), why)
        check("another name", good, "not by `", identity="bea@example.org")
        check("another issuer", good, "vouched for who signed", issuer="https://else.example.org")
        check("another Sigstore", good, "not one that the trusted root names",
              root=Sigstore().trusted_root())
        for service, why in (("tlogs", "not in use"), ("ctlogs", "vouches for the certificate"),
                             ("certificateAuthorities", "in use then")):
            root = sigstore.trusted_root()
            ended = {"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}
            (root[service][0].get("publicKey") or root[service][0])["validFor"] = ended
            check(f"{service} that had ended", good, why, root=root)
        twice = copy.deepcopy(good)
        entries = twice["verificationMaterial"]["tlogEntries"]
        entries.append(sigstore.sign(statement)["verificationMaterial"]["tlogEntries"][0])
        check("a second entry that is about another signature", twice, "another")
    for failure in failures:
        print("FAILED", failure)
    print(f"{len(WRONG) + 8} signatures, {len(failures)} judged wrongly")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
