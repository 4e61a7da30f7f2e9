#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records from end to end: signed, kept in the ledger, held against what is there, and refused."""
import base64
import hashlib
import json
import shutil

from e2e import SOURCE, Tests, assessment, example_copy, new_key, run, verdicts

NOW = "2026-11-23T12:00:00Z"
LATER = "2026-11-24T12:00:00Z"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def root(text):
    return hashlib.sha256(bytes.fromhex(digest(text))).hexdigest()


class Desk:
    """A system of a public dataset, a model made from it, and a prompt; Ana owns it, Carl builds it,
    and Dora only tests."""

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "system"
        self.root.mkdir()
        self.write("data.csv", "a,b\n1,2\n")
        self.write("model.json", "weights")
        self.write("train.py", "print(1)\n")
        self.write("prompt.md", "Be kind.\n")
        self.people = {name: new_key(folder, name) for name in ("ana", "carl", "dora")}
        self.describe()
        done = self.cupel("attest", "roster", by="ana")
        assert done.returncode == 0, done.stderr

    def describe(self, dataset=""):
        roles = {"ana": "owner", "carl": "developer", "dora": "tester"}
        people = "".join(f"  - {{name: {name}, roles: [{roles[name]}], public_key: {key}}}\n"
                         for name, key in self.people.items())
        self.write("cupel.yaml", f"""cupel: 1
name: trains
version: "1"
scenario: chatbot
roles: [developer, system-operator]
people:
{people}assets:
  - {{name: timetable, kind: dataset, path: data.csv, origin: public{dataset}}}
  - {{name: weights, kind: model, path: model.json, origin: internal, uses: [timetable]}}
  - {{name: prompt, kind: prompt, path: prompt.md}}
""")

    def write(self, name, text):
        (self.root / name).write_text(text)

    def cupel(self, *words, by=None, now=NOW):
        signs = ("--by", by, "--key", self.folder / f"{by}.pem", "--system", self.root) if by else ()
        return run(*words, *signs, now=now)

    def record(self, *words, by="ana", now=NOW, code=0):
        done = self.cupel("record", *words, by=by, now=now)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done

    def statements(self, kind):
        found = []
        for file in sorted((self.root / "attestations").glob(f"{kind}-*.json")):
            found.append(json.loads(base64.b64decode(json.loads(file.read_text())["payload"])))
        return found

    def collect(self, **options):
        return self.record("collection", "timetable", "--source", "https://data.example.org/t.csv",
                           "--retrieved", "2026-03-01T09:00:00Z", "--method", "download", "--licence",
                           "MIT", "--custodian", "ana", **options)

    def build(self, **options):
        return self.record("build", "weights", "--operation", "train", "--entry-point",
                           self.root / "train.py", by="carl", **options)

    def codes(self, now=NOW, wanted=("DAT", "PRV", "CHG", "REC")):
        report = assessment(self.root, now)
        return sorted(d["code"] for o in report["observations"] for d in o["diagnostics"]
                      if d["code"].startswith(wanted))

    def unit(self, name, now=NOW):
        report = assessment(self.root, now)
        [unit] = [u for p in report["provisions"] for u in p["test_units"] if u["id"] == name]
        return unit["verdict"]


def test_a_collection_record_answers_for_source_and_time(folder):
    desk = Desk(folder)
    assert desk.unit("5.2.4-2.1/source-and-time") == "fail"
    done = desk.collect()
    assert done.stdout == f"sha256:{root(chr(97) + ',b' + chr(10) + '1,2' + chr(10))}\n", done.stdout
    assert desk.unit("5.2.4-2.1/source-and-time") == "pass"
    assert desk.unit("5.2.4-2/dataset-record") == "pass"
    desk.describe(dataset=', source: "https://other.example.org", licence: mit')
    assert [c for c in desk.codes() if c.startswith("DAT")] == ["DAT006"], "the licence is the same"
    assert desk.unit("5.2.4-2.1/source-and-time") == "inconclusive"
    desk.describe()
    desk.write("data.csv", "a,b\n1,3\n")
    assert "DAT007" in desk.codes()
    assert desk.unit("5.2.4-2.1/source-and-time") == "fail"


def test_a_collection_is_read_from_croissant(folder):
    desk = Desk(folder)
    data = (desk.root / "data.csv").read_text()

    def publish(**file):
        (folder / "croissant.json").write_text(json.dumps({
            "@context": {"@vocab": "https://schema.org/"}, "@type": "sc:Dataset", "name": "timetable",
            "conformsTo": "http://mlcommons.org/croissant/1.1", "url": "https://data.example.org/timetable",
            "license": "https://spdx.org/licenses/MIT", "datePublished": "2026-01-15",
            "distribution": [{"@type": "cr:FileObject", "@id": "data.csv", "name": "data.csv", **file}]}))
        words = ("collection", "timetable", "--croissant", folder / "croissant.json", "--method", "download",
                 "--retrieved", "2026-03-01T09:00:00Z")
        return desk.cupel("record", *words, by="ana")

    done = publish(contentUrl="https://data.example.org/data.csv", sha256=digest(data))
    assert done.returncode == 0, done.stderr
    [statement] = desk.statements("collection")
    record = statement["predicate"]
    assert record["sources"] == [{"name": "data.csv", "uri": "https://data.example.org/data.csv",
                                  "digest": {"sha256": digest(data)}}], record
    assert record["licence"] == "https://spdx.org/licenses/MIT"
    assert record["metadata"]["digest"]["sha256"] == digest((folder / "croissant.json").read_text())
    assert desk.unit("5.2.4-2.1/source-and-time") == "pass"
    other = publish(contentUrl="https://data.example.org/data.csv", sha256=digest("something else"))
    assert other.returncode == 1 and "is not what the publisher states" in other.stderr, other.stderr
    md5 = publish(contentUrl="data.csv", sha256="d41d8cd98f00b204e9800998ecf8427e")
    assert md5.returncode == 0 and "is none" in md5.stderr, md5.stderr
    [statement] = desk.statements("collection")
    assert statement["predicate"]["sources"] == [{"uri": "https://data.example.org/timetable"}]


def test_a_build_record_binds_a_model_to_its_data(folder):
    desk = Desk(folder)
    unit = "5.2.3-1/build-provenance"
    assert desk.unit(unit) == "inconclusive"
    desk.build()
    assert desk.unit(unit) == "pass"
    [statement] = desk.statements("build")
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    definition = statement["predicate"]["buildDefinition"]
    assert definition["buildType"] == "https://cupel.dev/buildtypes/model/v1"
    assert definition["externalParameters"]["datasets"] == ["timetable"]
    assert {"name": "train.py", "digest": {"sha256": digest("print(1)\n")}} in definition["resolvedDependencies"]
    # What cupel sign prints is what the record is about.
    key = folder / "p256.pem"
    assert run("key", "new", "--type", "p256", "--out", key).returncode == 0
    signed = run("sign", desk.root / "model.json", "--key", key, "--signature", folder / "model.sig")
    assert signed.stdout == f"sha256:{statement['subject'][0]['digest']['sha256']}\n"
    desk.write("data.csv", "a,b\n6,6\n")
    assert desk.unit(unit) == "fail" and "PRV002" in desk.codes()
    desk.write("data.csv", "a,b\n1,2\n")
    desk.write("model.json", "other weights")
    assert desk.unit(unit) == "inconclusive" and "PRV003" in desk.codes()


def test_a_change_record_explains_one_change(folder):
    desk = Desk(folder)
    early = desk.cupel("record", "change", "prompt", "--author", "carl", "--reason", "x", by="ana")
    assert early.returncode == 3 and "no earlier cycle" in early.stderr, early.stderr
    assessment(desk.root, NOW)
    same = desk.cupel("record", "change", "prompt", "--author", "carl", "--reason", "x", by="ana")
    assert same.returncode == 2 and "is what it was" in same.stderr, same.stderr
    desk.write("prompt.md", "Be brief.\n")
    own = desk.cupel("record", "change", "prompt", "--author", "ana", "--reason", "x", by="ana", now=LATER)
    assert own.returncode == 2 and "cannot sign it, too" in own.stderr, own.stderr
    desk.record("change", "prompt", "--author", "carl", "--reason", "shorter", now=LATER)
    [statement] = desk.statements("change")
    assert statement["predicate"]["before"] == {"sha256": root("Be kind.\n")}
    assert statement["predicate"]["after"] == {"sha256": root("Be brief.\n")}
    assert "CHG001" not in desk.codes(LATER)


def test_a_change_without_its_record_fails(folder):
    desk = Desk(folder)
    assessment(desk.root, NOW)
    desk.write("prompt.md", "Be evil.\n")
    assert "CHG001" in desk.codes(LATER)


def test_what_was_added_and_removed_is_recorded_too(folder):
    desk = Desk(folder)
    assessment(desk.root, NOW)
    (desk.root / "prompt.md").unlink()
    desk.record("change", "prompt", "--author", "carl", "--reason", "retired", now=LATER)
    [statement] = desk.statements("change")
    assert "after" not in statement["predicate"]
    assert "CHG001" not in desk.codes(LATER)
    for file in (desk.root / "attestations").glob("change-*"):
        file.unlink()
    desk.write("prompt.md", "Be back.\n")
    desk.record("change", "prompt", "--author", "carl", "--reason", "needed", now="2026-11-25T12:00:00Z")
    [statement] = desk.statements("change")
    assert "before" not in statement["predicate"]
    assert "CHG001" not in desk.codes("2026-11-25T12:00:00Z")


def test_an_admission_follows_the_verdicts(folder):
    desk = Desk(folder)
    words = ("admission", "weights", "--gate", "deploy", "--resource", "https://models.example.org/w")
    none = desk.cupel("record", *words, by="ana")
    assert none.returncode == 3 and "no completed cycle" in none.stderr
    desk.build()
    gate = run("assess", desk.root, "--gate", "deploy", "--quiet", now=NOW)
    assert gate.returncode in (1, 3), "this system does not pass"
    desk.record(*words, code=gate.returncode)
    [statement] = desk.statements("admission")
    summary = statement["predicate"]
    assert (summary["verificationResult"], summary["verifiedLevels"]) == ("FAILED", ["FAILED"])
    assert summary["policy"]["uri"].endswith("?gate=deploy&level=shall")
    uris = [each["uri"] for each in summary["inputAttestations"]]
    assert uris[0].startswith("cupel:cycle/") and len(uris) == 2, uris
    assert uris[1].startswith("cupel:attestations/build-weights-"), uris
    never = desk.cupel("record", *words, "--fail-on", "never", by="ana")
    assert never.returncode == 2, "a decision that nothing can turn is none"
    desk.write("model.json", "other weights")
    other = desk.cupel("record", *words, by="ana")
    assert other.returncode == 3 and "is not what the last cycle judged" in other.stderr
    desk.write("model.json", "weights")
    desk.describe(dataset=", licence: MIT")
    changed = desk.cupel("record", *words, by="ana")
    assert changed.returncode == 3 and "cupel.yaml is not what the last cycle judged" in changed.stderr


AWARENESS = """---
title: Awareness
kind: awareness-bulletin
owner: Ana Duarte
author: Carl Moss
version: "1"
reviewed: 2026-11-01
sent: 2026-11-01
system: card-fraud-detection 2.3.0
---

## What is new
Poisoned hubs.

## What to do
Ask before loading.

## Sent to
Everybody.
"""


def test_an_admission_passes_when_all_that_counts_passes_and_no_longer(folder):
    """The example, held by a data custodian alone, with the gaps of its design closed."""
    system, keys = example_copy(folder), SOURCE / "examples/keys-demo"
    text = (system / "cupel.yaml").read_text()
    custodian = text.replace("\nroles: [developer, system-operator, data-custodian]\n", "\nroles: [data-custodian]\n")
    assert custodian != text
    (system / "cupel.yaml").write_text(custodian)
    (system / "docs/awareness-2026-q4.md").write_text(AWARENESS)
    training = system / "docs/developer-training.md"
    training.write_text(training.read_text().replace("Ivo Brandt", "Carl Moss"))
    for provision, document, name in (("5.1.1-2", "awareness-2026-q4", "ana-duarte"),
                                      ("5.1.1-2.2", "developer-training", "ana-duarte"),
                                      ("5.1.2-5", "data-use-approval", "bea-lind")):
        done = run("attest", provision, "--document", system / f"docs/{document}.md", "--expires", "2027-11-30",
                   "--by", name.replace("-", " ").title(), "--key", keys / f"{name}.pem", "--system", system, now=NOW)
        assert done.returncode == 0, done.stderr
    assessment(system, NOW)

    def admitted(now, *words):
        done = run("record", "admission", "fraud-model", "--gate", "design", "--resource", "https://m.example.org/f",
                   "--by", "Femi Okoro", "--key", keys / "femi-okoro.pem", "--system", system, *words, now=now)
        assert done.returncode in (0, 1, 3), done.stderr
        [file] = (system / "attestations").glob("admission-*.json")
        summary = json.loads(base64.b64decode(json.loads(file.read_text())["payload"]))["predicate"]
        return done.returncode, summary["verificationResult"], summary["verifiedLevels"]

    code, result, levels = admitted(NOW)
    assert (code, result) == (0, "PASSED") and levels[0] == "EN304223_DESIGN_SHALL", (code, result, levels)
    passing = {id for id, verdict in verdicts(assessment(system, NOW)).items() if verdict == "pass"}
    assert set(levels[1:]) == {f"EN304223_{id}" for id in passing} and "EN304223_5.1.2-5" in levels
    assert admitted(NOW, "--fail-on", "should") == (3, "FAILED", ["FAILED"]), "two provisions are open"
    assert admitted("2028-01-01T00:00:00Z") == (3, "FAILED", ["FAILED"]), "signatures have expired since"


def test_records_are_evidence_in_the_ledger(folder):
    desk = Desk(folder)
    desk.collect()
    desk.build()
    assessment(desk.root)
    listed = run("ledger", "list", "--state", desk.root / ".cupel", "--format", "json")
    entries = json.loads(listed.stdout)["entries"]
    records = [e for e in entries if e["type"] == "record"]
    assert len(records) == 4, "two when they were signed, two when they were met"
    shown = json.loads(run("ledger", "show", records[-1]["index"], "--state", desk.root / ".cupel").stdout)
    envelope = json.loads(shown["body"]["envelope"])
    assert envelope == json.loads((desk.root / shown["body"]["file"]).read_text())
    export = folder / "export.json"
    assert run("ledger", "export", export, "--state", desk.root / ".cupel").returncode == 0
    replayed = run("replay", export, "--assets", desk.root)
    assert replayed.returncode == 0, replayed.stdout


def test_a_record_that_would_not_count_is_not_written(folder):
    desk = Desk(folder)
    cases = {
        "no role of `dora`": ("build", "weights", "--operation", "train", "--entry-point", "https://x.org/t",
                              "--by", "dora", "--key", folder / "dora.pem"),
        "not the key of": ("build", "weights", "--operation", "train", "--entry-point", "https://x.org/t",
                           "--by", "carl", "--key", folder / "ana.pem"),
        "needs --operation": ("build", "weights", "--by", "ana", "--key", folder / "ana.pem"),
        "needs --by": ("build", "weights", "--key", folder / "ana.pem"),
        "no asset": ("build", "weight", "--by", "ana", "--key", folder / "ana.pem"),
        "did you mean `build`": ("built", "weights", "--by", "ana", "--key", folder / "ana.pem"),
        "a moment that has been": ("collection", "timetable", "--source", "https://x.org/d", "--method", "m",
                                   "--retrieved", "2027-01-01", "--by", "ana", "--key", folder / "ana.pem"),
        "no address with a scheme": ("collection", "timetable", "--source", "x.org/d", "--method", "m",
                                     "--retrieved", "2026-01-01", "--by", "ana", "--key", folder / "ana.pem"),
    }
    for why, words in cases.items():
        done = run("record", *words, "--system", desk.root, now=NOW)
        assert done.returncode == 2 and why in done.stderr, (why, done.stdout, done.stderr)
    assert [f.name for f in (desk.root / "attestations").iterdir()] == ["roster-ana.json"]


def test_a_forged_record_counts_for_nothing(folder):
    desk = Desk(folder)
    desk.build()
    [file] = (desk.root / "attestations").glob("build-*.json")
    envelope = json.loads(file.read_text())
    payload = base64.b64decode(envelope["payload"])
    desk.write("model.json", "stolen")
    forged = payload.replace(root("weights").encode(), root("stolen").encode())
    assert forged != payload
    file.write_text(json.dumps({**envelope, "payload": base64.b64encode(forged).decode()}))
    codes = desk.codes()
    assert "PRV001" in codes and "REC001" in codes, codes


def test_a_folder_is_known_by_its_root_digest(folder):
    desk = Desk(folder)
    shutil.rmtree(desk.root / "attestations")
    (desk.root / "model.json").unlink()
    for name in ("a/b.bin", "a-b.bin", ".gitignore"):
        (desk.root / "weights" / name).parent.mkdir(parents=True, exist_ok=True)
        (desk.root / "weights" / name).write_text(name)
    text = (desk.root / "cupel.yaml").read_text()
    desk.write("cupel.yaml", text.replace("model.json", "weights"))
    done = desk.build()
    key = folder / "p256.pem"
    assert run("key", "new", "--type", "p256", "--out", key).returncode == 0
    signed = run("sign", desk.root / "weights", "--key", key, "--signature", folder / "w.sig")
    assert signed.stdout == done.stdout
    assert desk.unit("5.2.3-1/build-provenance") == "pass"


Tests(globals()).main()
