#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cupel and the Python reference of OpenSSF Model Signing (model-signing on PyPI): each verifies what
the other signs, by key and certificate, in files and shards, by SHA-256 and BLAKE3, of folders with
awkward names and of one file; and each refuses what was changed.
usage: oms_exchange.py CUPEL SOURCE"""
import subprocess
import sys
import tempfile
from pathlib import Path

from readings import need

need("model_signing")
from model_signing import hashing, signing, verifying  # noqa: E402

CUPEL, SOURCE = sys.argv[1], Path(sys.argv[2])
CERTIFICATES = SOURCE / "tests/crypto/certificates"
PASSPHRASE = "open sesame"
ITS_NAME = {"blake2b": "blake2", "blake3": "blake3"}  # what it calls a digest and what it writes differ
NAMES = {"a/b": b"1", "a-b/c": b"2", "a.txt": b"3", "B": b"", "c:1:2": b"4" * 5000, "sub/.hidden": b"5",
         "模型.bin": b"6", "\U0001f600.bin": b"7", "\ufb01.bin": b"8", 'quote"back\\slash <&>.txt': b"9",
         "big.bin": bytes(range(256)) * 64}


class Bench:
    def __init__(self, folder: Path):
        self.folder, self.ran, self.failures = folder, 0, []
        self.model = folder / "model"
        for name, content in NAMES.items():
            (self.model / name).parent.mkdir(parents=True, exist_ok=True)
            (self.model / name).write_bytes(content)
        self.single = folder / "one.gguf"
        self.single.write_bytes(b"one file")
        self.keys = {}
        for curve, group in (("p256", "P-256"), ("p384", "P-384"), ("p521", "P-521")):
            secret, public = folder / f"{curve}.pem", folder / f"{curve}.pub.pem"
            subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                            f"ec_paramgen_curve:{group}", "-aes256", "-pass", f"pass:{PASSPHRASE}",
                            "-out", secret], check=True, capture_output=True)
            subprocess.run(["openssl", "pkey", "-in", secret, "-passin", f"pass:{PASSPHRASE}",
                            "-pubout", "-out", public], check=True, capture_output=True)
            self.keys[curve] = (secret, public)

    def cupel(self, *words) -> subprocess.CompletedProcess:
        return subprocess.run([CUPEL, *map(str, words)], capture_output=True, text=True, check=False,
                              env={"CUPEL_PASSPHRASE": PASSPHRASE, "HOME": str(self.folder)})

    def expect(self, what: str, held: bool, because: str = ""):
        self.ran += 1
        if not held:
            self.failures.append(f"{what}: {because}")

    def reference_verifies(self, model: Path, signature: Path, how: str, which) -> str:
        """Why not, or nothing."""
        config = verifying.Config()
        config = (config.use_elliptic_key_verifier(public_key=which) if how == "key"
                  else config.use_certificate_verifier(certificate_chain=[which]))
        try:
            config.verify(model, signature)
        except Exception as problem:  # whatever it refuses with
            return f"{type(problem).__name__}: {problem}"
        return ""

    def we_sign(self):
        root = CERTIFICATES / "root.pem"
        for curve, (secret, public) in self.keys.items():
            signature = self.folder / f"ours-{curve}.sig"
            done = self.cupel("sign", self.model, "--key", secret, "--signature", signature)
            why = done.stderr or self.reference_verifies(self.model, signature, "key", public)
            self.expect(f"our {curve} signature", done.returncode == 0 and not self.reference_verifies(
                self.model, signature, "key", public), why)
        secret, public = self.keys["p256"]
        for name, extra in (("blake3", ["--hash", "blake3"]), ("blake2b", ["--hash", "blake2b"])):
            signature = self.folder / f"ours-{name}.sig"
            self.cupel("sign", self.model, "--key", secret, "--signature", signature, *extra)
            why = self.reference_verifies_with_hash(self.model, signature, public, name)
            self.expect(f"our signature by {name}", not why, why)
        signature = self.folder / "ours-shards.sig"
        self.cupel("sign", self.model, "--key", secret, "--signature", signature, "--method", "shards",
                   "--shard-size", 4096)
        # The reference refuses every bundle of shards, its own too, when it reads the size from it;
        # asked with a size, it insists on its own name for the digest: so it is not asked.
        ours = self.cupel("verify", self.model, "--signature", signature, "--key", public)
        self.expect("our shards by ourselves", ours.returncode == 0, ours.stdout + ours.stderr)
        signature = self.folder / "ours-certificate.sig"
        self.cupel("sign", self.model, "--key", CERTIFICATES / "signer.key.pem", "--cert",
                   CERTIFICATES / "signer.pem", "--cert", CERTIFICATES / "authority.pem",
                   "--signature", signature)
        why = self.reference_verifies(self.model, signature, "certificate", root)
        self.expect("our signature with certificates", not why, why)
        signature = self.folder / "ours-single.sig"
        self.cupel("sign", self.single, "--key", secret, "--signature", signature, "--compat", "python1")
        why = self.reference_verifies(self.single, signature, "key", public)
        self.expect("our signature of one file (--compat python1)", not why, why)
        (self.model / "a.txt").write_bytes(b"changed")
        why = self.reference_verifies(self.model, self.folder / "ours-p256.sig", "key", public)
        self.expect("a changed model by the reference", bool(why), "it was verified")
        (self.model / "a.txt").write_bytes(NAMES["a.txt"])

    def reference_verifies_with_hash(self, model, signature, public, name) -> str:
        config = verifying.Config().use_elliptic_key_verifier(public_key=public)
        hashes = hashing.Config().set_ignored_paths(paths=[], ignore_git_paths=True)
        config = config.set_hashing_config(
            hashes.use_file_serialization(hashing_algorithm=ITS_NAME[name]))
        try:
            config.verify(model, signature)
        except Exception as problem:
            return f"{type(problem).__name__}: {problem}"
        return ""

    def they_sign(self):
        def signed(name, config, model=None):
            signature = self.folder / f"theirs-{name}.sig"
            config.sign(model or self.model, signature)
            return signature

        def hashes():
            return hashing.Config().set_ignored_paths(paths=[], ignore_git_paths=True)

        def check(name, signature, model, *trust):
            done = self.cupel("verify", model, "--signature", signature, *trust)
            self.expect(f"their {name}", done.returncode == 0, done.stdout + done.stderr)
            changed = model / "B" if model.is_dir() else model
            before = changed.read_bytes()
            changed.write_bytes(before + b"x")
            done = self.cupel("verify", model, "--signature", signature, *trust)
            self.expect(f"their {name}, changed", done.returncode == 1, done.stdout + done.stderr)
            changed.write_bytes(before)

        for curve, (secret, public) in self.keys.items():
            config = signing.Config().use_elliptic_key_signer(private_key=secret, password=PASSPHRASE.encode())
            check(f"{curve} signature", signed(curve, config), self.model, "--key", public)
        secret, public = self.keys["p256"]

        def by_key():
            return signing.Config().use_elliptic_key_signer(private_key=secret, password=PASSPHRASE.encode())
        for name in ("blake2b", "blake3"):
            config = by_key().set_hashing_config(
                hashes().use_file_serialization(hashing_algorithm=ITS_NAME[name]))
            check(f"signature by {name}", signed(name, config), self.model, "--key", public)
        config = by_key().set_hashing_config(hashes().use_shard_serialization(shard_size=4096))
        check("signature of shards", signed("shards", config), self.model, "--key", public)
        check("signature of one file", signed("single", by_key(), self.single), self.single,
              "--key", public)
        config = signing.Config().use_certificate_signer(
            private_key=CERTIFICATES / "signer.key.pem",
            signing_certificate=CERTIFICATES / "signer.pem",
            certificate_chain=[CERTIFICATES / "authority.pem"])
        check("signature with certificates", signed("certificate", config), self.model,
              "--ca", CERTIFICATES / "root.pem")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        bench.we_sign()
        bench.they_sign()
    for failure in bench.failures:
        print("FAILED", failure)
    print(f"{bench.ran} exchanges, {len(bench.failures)} failed")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
