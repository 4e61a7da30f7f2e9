#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cupel's records and other people's libraries (PyPI): what `cupel record` writes is verified by
securesystemslib (DSSE) and read by in-toto-attestation (its protobuf types of statements, of SLSA
provenance and of verification summaries), member by member; what securesystemslib signs over a
statement that in-toto-attestation made counts for `cupel assess`; and what mlcroissant writes is
read for a collection record.
usage: records_exchange.py CUPEL SOURCE"""
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from readings import need

need("in_toto_attestation", "securesystemslib", "mlcroissant")
import in_toto_attestation.predicates.provenance.v1.provenance_pb2 as provenance_pb  # noqa: E402
import in_toto_attestation.predicates.vsa.v1.vsa_pb2 as vsa_pb  # noqa: E402
import in_toto_attestation.v1.statement_pb2 as statement_pb  # noqa: E402
import mlcroissant  # noqa: E402
from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: E402
from google.protobuf import json_format  # noqa: E402
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor  # noqa: E402
from in_toto_attestation.v1.statement import Statement  # noqa: E402
from securesystemslib.dsse import Envelope  # noqa: E402
from securesystemslib.exceptions import VerificationError  # noqa: E402
from securesystemslib.signer import CryptoSigner  # noqa: E402

CUPEL = sys.argv[1]
DATA = b"code,name\n5411,groceries\n"
MODEL = b'{"layers": 2}'


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def root_of(data: bytes) -> str:
    """The root digest of OpenSSF Model Signing for one file."""
    return sha256(hashlib.sha256(data).digest())


class Bench:
    def __init__(self, folder: Path):
        self.folder, self.ran, self.failures = folder, 0, []
        self.system = folder / "system"
        self.system.mkdir()
        self.keys = {name: self.new_key(name) for name in ("ana", "bea")}
        (self.system / "data.csv").write_bytes(DATA)
        (self.system / "model.json").write_bytes(MODEL)
        (self.system / "train.py").write_text("print('training')\n")
        (self.system / "prompt.md").write_text("Be kind.\n")
        people = "".join(f"  - {{name: {name}, roles: [{role}], public_key: {self.keys[name][1]}}}\n"
                         for name, role in (("ana", "owner"), ("bea", "developer")))
        (self.system / "cupel.yaml").write_text(f"""cupel: 1
name: trades
version: "1"
scenario: chatbot
roles: [developer, system-operator]
people:
{people}assets:
  - {{name: trades, kind: dataset, path: data.csv, origin: public}}
  - {{name: weights, kind: model, path: model.json, origin: internal, uses: [trades]}}
  - {{name: prompt, kind: prompt, path: prompt.md}}
""")

    def new_key(self, name: str):
        secret = self.folder / f"{name}.pem"
        done = self.cupel("key", "new", "--out", secret)
        return secret, re.search(r"public_key: (\S+)", done.stdout)[1]

    def cupel(self, *words) -> subprocess.CompletedProcess:
        return subprocess.run([CUPEL, *map(str, words)], capture_output=True, text=True, check=False)

    def expect(self, what: str, held, because=""):
        self.ran += 1
        if not held:
            self.failures.append(f"{what}: {because}")

    def record(self, kind: str, asset: str, *words, by="ana", codes=(0,)) -> dict:
        """The statement of a record that cupel wrote, after the others' libraries verified it."""
        file = self.system / "attestations" / f"{kind}.json"
        done = self.cupel("record", kind, asset, *words, "--by", by, "--key", self.keys[by][0],
                          "--system", self.system, "--output", file)
        self.expect(f"cupel record {kind}", done.returncode in codes, done.stdout + done.stderr)
        return self.verified(kind, json.loads(file.read_text()), by)

    def signer(self, name: str) -> CryptoSigner:
        return CryptoSigner(load_pem_private_key(self.keys[name][0].read_bytes(), None))

    def verified(self, kind: str, envelope: dict, by: str) -> dict:
        theirs = Envelope.from_dict(envelope)
        [signature] = theirs.signatures.values()
        for name in self.keys:
            key = self.signer(name).public_key
            key.keyid = signature.keyid  # securesystemslib matches by it, against the specification
            try:
                theirs.verify([key], 1)
                self.expect(f"{kind} verified as by {name}", name == by, f"it is by {by}")
            except VerificationError as problem:
                self.expect(f"{kind} verified as by {name}", name != by, problem)
        self.expect(f"{kind}: type", theirs.payload_type == "application/vnd.in-toto+json")
        statement = json.loads(theirs.payload)
        parsed = json_format.Parse(theirs.payload, statement_pb.Statement())
        Statement.copy_from_pb(parsed).validate()
        again = json_format.MessageToDict(parsed)
        self.expect(f"{kind}: the statement, read and written again", again == statement, again)
        return statement


def without_zeros(value):
    """Protobuf writes a time without digits that are zero."""
    if isinstance(value, dict):
        return {key: without_zeros(each) for key, each in value.items()}
    if isinstance(value, list):
        return [without_zeros(each) for each in value]
    return re.sub(r"\.000Z$", "Z", value) if isinstance(value, str) else value


def a_build_is_slsa_provenance(bench: Bench):
    statement = bench.record(
        "build", "weights", "--operation", "train", "--entry-point", bench.system / "train.py",
        "--parameter", "depth=6", "--parameter", "rate=0.1", "--parameter", "kind=gbm", "--seed", "7",
        "--environment", "deterministic=true", "--begun", "2026-03-01T09:00:00Z", "--finished",
        "2026-03-01T10:00:00Z", "--builder", "https://ci.example.org/trainer", "--dependency",
        "image=https://images.example.org/trainer@sha256:" + "ab" * 32, by="bea")
    predicate = statement["predicate"]
    theirs = json_format.ParseDict(predicate, provenance_pb.Provenance())
    bench.expect("provenance, read and written again",
                 json_format.MessageToDict(theirs) == without_zeros(predicate))
    materials = {m.name: dict(m.digest) for m in theirs.build_definition.resolved_dependencies}
    bench.expect("the dataset is a material by its root digest",
                 materials["trades"] == {"sha256": root_of(DATA)}, materials)
    bench.expect("the subject is the model's root digest, and its file's",
                 [s["digest"]["sha256"] for s in statement["subject"]] == [root_of(MODEL), sha256(MODEL)])
    asked = json_format.MessageToDict(theirs.build_definition.external_parameters)
    bench.expect("parameters keep their types",
                 asked["hyperparameters"] == {"depth": 6, "rate": 0.1, "kind": "gbm"}, asked)


def a_collection_comes_from_croissant(bench: Bench):
    def metadata(digest: str) -> str:
        file = mlcroissant.FileObject(
            id="data.csv", name="data.csv", content_url="https://data.example.org/data.csv",
            encoding_formats=["text/csv"], sha256=digest, content_size=f"{len(DATA)} B")
        return json.dumps(mlcroissant.Metadata(
            name="trades", description="codes of trades", url="https://data.example.org/trades",
            license=["https://spdx.org/licenses/MIT"], creators=[mlcroissant.Person(name="Example")],
            date_published="2026-01-15", version="1.0.0", distribution=[file]).to_json(), default=str)

    croissant = bench.folder / "croissant.json"
    croissant.write_text(metadata(sha256(DATA)))
    words = ("--croissant", croissant, "--method", "download", "--retrieved", "2026-02-03T09:12:00Z")
    predicate = bench.record("collection", "trades", *words)["predicate"]
    bench.expect("sources are mlcroissant's", predicate["sources"] == [
        {"name": "data.csv", "uri": "https://data.example.org/data.csv",
         "digest": {"sha256": sha256(DATA)}}], predicate)
    bench.expect("so is the licence", predicate["licence"] == "https://spdx.org/licenses/MIT", predicate)
    bench.expect("and the file is named by its digest", predicate["metadata"] == {
        "name": "croissant.json", "uri": "https://data.example.org/trades",
        "digest": {"sha256": sha256(croissant.read_bytes())}}, predicate)
    croissant.write_text(metadata(sha256(b"other data")))
    done = bench.cupel("record", "collection", "trades", *words, "--by", "ana", "--key",
                       bench.keys["ana"][0], "--system", bench.system)
    bench.expect("data that is not what the publisher states is refused",
                 done.returncode != 0 and "not what the publisher states" in done.stderr, done.stderr)


def an_admission_is_a_verification_summary(bench: Bench):
    bench.cupel("assess", bench.system)
    statement = bench.record("admission", "weights", "--gate", "deploy", "--resource",
                             "https://models.example.org/trades", codes=(1, 3))
    predicate = dict(statement["predicate"])
    bench.expect("what is not judged does not pass",
                 (predicate["verificationResult"], predicate["verifiedLevels"]) == ("FAILED", ["FAILED"]))
    # Two members differ in their types: the specification has a list of levels and a set of
    # versions, the types of in-toto-attestation 0.9.3 a text and nothing.
    [predicate["verifiedLevels"]] = predicate["verifiedLevels"]
    predicate["verifier"] = {"id": predicate["verifier"]["id"]}
    theirs = json_format.ParseDict(predicate, vsa_pb.VerificationSummary())
    bench.expect("summary, read and written again",
                 json_format.MessageToDict(theirs) == without_zeros(predicate))
    bench.expect("it rests on the records about the model", any(
        each.uri == "cupel:attestations/build.json" for each in theirs.input_attestations))


def what_others_sign_counts(bench: Bench):
    """A change, stated with in-toto-attestation and signed with securesystemslib."""
    before = root_of((bench.system / "prompt.md").read_bytes())
    bench.cupel("assess", bench.system)
    (bench.system / "prompt.md").write_text("Be brief.\n")
    after = root_of(b"Be brief.\n")

    def change_log():
        done = bench.cupel("assess", bench.system, "--only", "deployment.changes", "--report", "json",
                           "--state", bench.folder / "state")
        found = [d["title"] for o in json.loads(done.stdout)["observations"] for d in o["diagnostics"]
                 if d["code"] == "CHG001"]
        return found
    state = bench.folder / "state"
    subprocess.run(["cp", "-r", bench.system / ".cupel", state], check=True)
    bench.expect("an unrecorded change is told", len(change_log()) == 1)
    subprocess.run(["rm", "-r", state], check=True)
    subprocess.run(["cp", "-r", bench.system / ".cupel", state], check=True)
    statement = Statement([ResourceDescriptor(name="prompt", digest={"sha256": after}).pb],
                          "https://cupel.dev/change/v1",
                          {"asset": "prompt", "before": {"sha256": before}, "after": {"sha256": after},
                           "changed": json.loads(bench.cupel("list", "checks", "--format", "json").stdout)[
                               "finished"],
                           "author": "bea", "reason": "shorter answers"})
    statement.validate()
    payload = json_format.MessageToJson(statement.pb).encode()
    envelope = Envelope(payload, "application/vnd.in-toto+json", {})
    envelope.sign(bench.signer("ana"))
    (bench.system / "attestations" / "change.json").write_text(json.dumps(envelope.to_dict()))
    told = change_log()
    bench.expect("a change that others' libraries state and sign counts", not told, told)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        a_build_is_slsa_provenance(bench)
        a_collection_comes_from_croissant(bench)
        an_admission_is_a_verification_summary(bench)
        what_others_sign_counts(bench)
    for failure in bench.failures:
        print("FAILED", failure)
    print(f"{bench.ran} comparisons, {len(bench.failures)} failed")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
