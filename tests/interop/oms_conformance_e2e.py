#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The conformance cases of OpenSSF Model Signing (sampras343/model-signing-conformance 114b0f72)
with cupel as the client. All but the five that need a live Fulcio and Rekor are run.

The cases lie in vectors/oms/conformance.tar.gz of the folder that CUPEL_VECTORS names, or of
../shared beside the repository; without them the test says that it was skipped,
and fails when CI is set."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CUPEL = os.environ["CUPEL"]
SOURCE = Path(os.environ["CUPEL_SOURCE"])
VECTORS = Path(os.environ.get("CUPEL_VECTORS", SOURCE.parent / "shared" / "vectors"))

OTHER_KEY = "keys/wrong/wrong-key-pub.pem"


def cupel(*words) -> subprocess.CompletedProcess:
    return subprocess.run([CUPEL, *map(str, words)], capture_output=True, text=True, check=False)


class Case:
    def __init__(self, suite: Path, folder: Path, scratch: Path):
        self.folder, self.scratch = folder, scratch
        self.facts = json.loads((folder / "config.json").read_text())
        self.assets = suite / "assets"
        root = folder if self.facts.get("model_relative_to") == "test_dir" else self.assets
        self.model = self.copied(root / self.facts["model"])

    def copied(self, original: Path) -> Path:
        """Changed as the case says; the original stays as it is."""
        copy = self.scratch / original.name
        if original.is_dir():
            shutil.copytree(original, copy, symlinks=True)
        else:
            shutil.copy(original, copy)
        changes = self.facts.get("model_modifications", {})
        for name in changes.get("delete", []):
            (copy / name).unlink()
        for name, text in (changes.get("inject", {}) | changes.get("tamper", {})).items():
            (copy / name).write_text(text)
        for name, target in changes.get("symlinks", {}).items():
            (copy / name).symlink_to(target)
        return copy

    def ignored(self) -> list:
        paths = self.facts.get("verify", {}).get("ignore_paths", [])
        return [word for path in paths for word in ("--ignore", path)]

    def sign(self, bundle: Path) -> subprocess.CompletedProcess:
        how = self.facts["sign"]
        words = ["sign", self.model, "--key", self.assets / how["private_key"],
                 "--signature", bundle, *self.ignored()]
        chain = [how["signing_cert"], *how.get("cert_chain", [])] if "signing_cert" in how else []
        for certificate in dict.fromkeys(chain):
            words += ["--cert", self.assets / certificate]
        return cupel(*words)

    def verify(self, bundle: Path) -> subprocess.CompletedProcess:
        how = self.facts["verify"]
        words = ["verify", self.model, "--signature", bundle, *self.ignored()]
        if self.facts["method"] == "key":
            key = self.assets / how["public_key"]
            # One case names a key that the suite does not have: any other does.
            words += ["--key", key if key.exists() else self.assets / OTHER_KEY]
        elif self.facts["method"] == "certificate":
            for certificate in how["cert_chain"]:
                words += ["--ca", self.assets / certificate]
        else:
            words += ["--identity", how["identity"], "--issuer", how["identity_provider"],
                      "--trusted-root", VECTORS / "sigstore" / "trusted_root.json"]
        if how.get("ignore_unsigned_files"):
            words.append("--ignore-unsigned-files")
        return cupel(*words)

    def check_names(self, bundle: Path) -> str:
        expected = self.facts.get("expected_signed_files")
        envelope = json.loads(bundle.read_text())["dsseEnvelope"]
        statement = json.loads(base64.b64decode(envelope["payload"]))
        names = [one["name"] for one in statement["predicate"]["resources"]]
        if names != sorted(names):
            return f"not sorted: {names}"
        return "" if expected in (None, names) else f"signed {names}, expected {expected}"

    def run(self) -> str:
        """Why the case fails, or nothing."""
        if "sign" not in self.facts:
            done = self.verify(self.folder / "bundle.sig")
            if self.facts.get("expect") == "fail":
                return "" if done.returncode == 1 else f"exit {done.returncode}: {done.stderr}"
            return "" if done.returncode == 0 else done.stdout + done.stderr
        inside = self.facts.get("sig_inside_model")
        bundle = (self.model if inside else self.scratch) / "model.sig"
        done = self.sign(bundle)
        if self.facts.get("expect") == "fail":
            refused = done.returncode in (2, 3) and not bundle.exists()
            return "" if refused else f"signed what it must refuse: exit {done.returncode}"
        if done.returncode != 0:
            return done.stderr
        done = self.verify(bundle)
        return self.check_names(bundle) if done.returncode == 0 else done.stdout + done.stderr


def main() -> int:
    archive = VECTORS / "oms" / "conformance.tar.gz"
    if not archive.exists():
        print(f"skipped: there is no {archive}")
        return 1 if os.environ.get("CI") else 77
    ran = failed = live = 0
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder)
        suite = Path(folder) / "conformance"
        for config in sorted(suite.glob("test-cases/**/config.json")):
            facts = json.loads(config.read_text())
            if facts["method"] == "sigstore" and "sign" in facts:
                live += 1
                continue
            scratch = Path(tempfile.mkdtemp(dir=folder))
            why = Case(suite, config.parent, scratch).run()
            ran += 1
            if why:
                failed += 1
                print(f"FAILED {config.parent.name}: {why.strip()}")
    print(f"{ran} cases ran, {failed} failed; {live} need a live service")
    return 1 if failed or ran < 60 else 0


if __name__ == "__main__":
    sys.exit(main())
