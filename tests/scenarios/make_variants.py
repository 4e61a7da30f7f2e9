#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies of the fraud-detection example, each with exactly one thing wrong.

    make_variants.py list
    make_variants.py copy FOLDER             the example as it is installed: the control
    make_variants.py make VARIANT FOLDER     a copy with the variant applied
    make_variants.py apply VARIANT FOLDER    the variant applied to an existing copy

`apply` is for variants that need an assessment before the change (expected.json: cycles_before).
Standard library only. Nothing that it writes is ever loaded, here or in a test: the hostile pickle
is put together from opcodes and only ever read by Cupel's own reader.
"""

import argparse
import base64
import hashlib
import json
import shutil
import struct
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "fraud-detection"
LEFT_BEHIND = shutil.ignore_patterns(".cupel", "__pycache__", "*.pyc", ".venv")
# A checkout cannot store who may read a file; an installation sets it (docs/data-handling.md).
CONFIDENTIAL = ("models", "releases")


def copy(folder: Path):
    """The example, with the permissions that an installation gives."""
    shutil.copytree(EXAMPLE, folder, ignore=LEFT_BEHIND)
    for path in [folder, *folder.rglob("*")]:
        confidential = path.relative_to(folder).parts[:1] in [(name,) for name in CONFIDENTIAL]
        path.chmod(0o750 if path.is_dir() and confidential else 0o755 if path.is_dir()
                   else 0o640 if confidential else 0o644)


def replace(path: Path, old: str, new: str):
    """Replaces one occurrence. A variant that changes nothing would prove nothing."""
    text = path.read_text()
    if text.count(old) != 1:
        sys.exit(f"make_variants: {path}: expected exactly one {old!r}, found {text.count(old)}")
    path.write_text(text.replace(old, new))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def malicious_pickle(folder: Path):
    """Whoever builds the release adds a call of os.system, and publishes the new digests."""
    path = folder / "models/preprocess.pkl"
    clean = path.read_bytes()
    command = b"echo this was never run"
    call = (b"c" + b"os\nsystem\n"  # GLOBAL: pushes the function
            + b"X" + struct.pack("<I", len(command)) + command  # BINUNICODE: its argument
            + b"\x85" + b"R" + b"0")  # TUPLE1, REDUCE (the call), POP: the pipeline still comes out
    assert clean[:2] == b"\x80\x05"
    path.write_bytes(clean[:2] + call + clean[2:])
    for listing in ("cupel.yaml", "models/SHA256SUMS"):
        replace(folder / listing, sha256(clean), sha256(path.read_bytes()))


def model_byte_flipped(folder: Path):
    """One bit of one digit near the middle of the model: still valid JSON, another model."""
    path = folder / "models/fraud.json"
    data = bytearray(path.read_bytes())
    at = next(i for i in range(len(data) // 2, len(data)) if chr(data[i]) in "23456789")
    data[at] ^= 1
    path.write_bytes(data)


def signature_taken_off_the_evaluation(folder: Path):
    """Nobody vouches for the report of the second evaluation any more."""
    take_signature_off(folder, "5.2.3-3", "docs/reevaluation-fraud-model.md")


def evaluation_of_earlier_bytes(folder: Path):
    """The report says the digest of the version before: the model that is in use was not evaluated."""
    known_good = sha256((folder / "releases/2.2.0/fraud.json").read_bytes())
    model = sha256((folder / "models/fraud.json").read_bytes())
    replace(folder / "docs/reevaluation-fraud-model.md", f"sha256: {model}", f"sha256: {known_good}")


def published_hash_of_other_bytes(folder: Path):
    """The published list gives partners the digest of another file for the model."""
    model = sha256((folder / "models/fraud.json").read_bytes())
    replace(folder / "models/SHA256SUMS", model, sha256(b"another file"))


def undeclared_digest(folder: Path):
    """The description no longer says which bytes of the preprocessing are the approved ones."""
    digest = sha256((folder / "models/preprocess.pkl").read_bytes())
    replace(folder / "cupel.yaml", f"    sha256: {digest}\n", "")


def record_without_source(folder: Path):
    """The record of a public list no longer says where the list came from."""
    replace(folder / "cupel.yaml",
            "    source: https://github.com/gavinr/world-countries-centroids\n", "")


def expired_incident_plan(folder: Path):
    """Exercises are now due every 150 days: the incident plan's is older, the recovery plan's is not.
    The documents and their signatures stay as they are, so only time can turn the verdict."""
    path = folder / "cupel.yaml"
    before, claim = path.read_text().split("\n  5.2.2-5:\n")
    claim = claim.replace("exercise_interval: 365 days", "exercise_interval: 150 days", 1)
    path.write_text(f"{before}\n  5.2.2-5:\n{claim}")


def prompt_edited(folder: Path):
    """The system prompt loses its last rule. Needs an assessment before."""
    replace(folder / "prompts/case-summary.md",
            "- You recommend no decision. Approving, declining and blocking are the analyst's.\n",
            "- Say whether you would approve or decline.\n")


def secret_in_configuration(folder: Path):
    """A cloud access key in the configuration, put together here so that no scanner of this
    repository stumbles over it."""
    key = "AKIA" + "Z7QK" + "3M5XW" + "2NDRT6P"
    path = folder / "config/serving.yaml"
    path.write_text(path.read_text() + f"\narchive:\n  aws_access_key_id: {key}\n")


def undeclared_model(folder: Path):
    """A model file that nobody declared; harmless in itself."""
    header = json.dumps({"weight": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}})
    header = header.ljust(-(-len(header) // 8) * 8).encode()
    path = folder / "models/challenger.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<4f", 1, 2, 3, 4))
    path.chmod(0o640)


def take_signature_off(folder: Path, provision: str, document: str):
    for path in sorted((folder / "attestations").glob("*.json")):
        envelope = json.loads(path.read_text())
        statement = json.loads(base64.b64decode(envelope["payload"]))
        about = [subject["name"] for subject in statement["subject"]]
        if statement["predicate"]["provisions"] == [provision] and document in about:
            envelope["signatures"] = []
            path.write_text(json.dumps(envelope))
            return
    sys.exit(f"make_variants: no attestation of {provision} alone for {document}; run examples/sign-demo.sh first")


def unsigned_attestation(folder: Path):
    """The signature is taken off one attestation: the business need, 5.1.2-1."""
    take_signature_off(folder, "5.1.2-1", "docs/business-need.md")


VARIANTS = {f.__name__.replace("_", "-"): f for f in (
    malicious_pickle, model_byte_flipped, evaluation_of_earlier_bytes,
    signature_taken_off_the_evaluation, published_hash_of_other_bytes, undeclared_digest,
    record_without_source, expired_incident_plan,
    prompt_edited, secret_in_configuration, undeclared_model, unsigned_attestation)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    commands.add_parser("copy").add_argument("folder", type=Path)
    for name in ("make", "apply"):
        command = commands.add_parser(name)
        command.add_argument("variant", choices=VARIANTS)
        command.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "list":
        for name, apply in VARIANTS.items():
            print(f"{name:24} {' '.join(apply.__doc__.split())}")
        return
    if arguments.command != "apply":
        if arguments.folder.exists():
            sys.exit(f"make_variants: {arguments.folder} exists already")
        copy(arguments.folder)
    if arguments.command != "copy":
        VARIANTS[arguments.variant](arguments.folder)


if __name__ == "__main__":
    main()
