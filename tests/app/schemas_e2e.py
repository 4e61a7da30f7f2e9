#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every JSON document that the program writes keeps to the schema that ships with it."""
import base64
import json
import re
import sqlite3

from jsonschema import Draft202012Validator, FormatChecker

from e2e import DAY_ONE, SOURCE, Tests, assessment, example_copy, run, small_system

FOLDER = SOURCE / "catalogue" / "schema"
SCHEMAS = {file.name.removesuffix(".schema.json"): json.loads(file.read_text())
           for file in FOLDER.glob("*.schema.json")}
NOT_PRINTED = {"cupel.yaml"}  # people write it; tests/inventory holds its schema against the reader


def complaints(name, document, part=None):
    schema = SCHEMAS[name]
    if part:
        schema = {**schema["$defs"][part], "$defs": schema["$defs"]}
    errors = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(document)
    return [f"{name}: /{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in errors]


def keeps_to(name, document):
    """Holds the document against its schema, and shows that the schema is not one that takes everything."""
    found = complaints(name, document)
    assert not found, found[:5]
    assert complaints(name, {**document, "stranger": 1}), f"{name} takes a member that nobody knows"
    for key in document:
        rest = {other: value for other, value in document.items() if other != key}
        if key != "ledger":  # of an assessment: missing when it was written to none
            assert complaints(name, rest), f"{name} does not miss {key}"
    return document


RECORDS = {"build", "collection", "change", "admission"}  # what names of their files begin with


def head_of(document):
    """What the contract asks of every document."""
    version = run("--version").stdout.split()[1]
    assert document["tool"] == {"name": "cupel", "version": version}, document["tool"]
    assert document["started"] <= document["finished"], document
    assert list(document)[:4] == ["schema", "tool", "started", "finished"], list(document)
    return document


def printed(name, *words, code=0, now=None):
    done = run(*words, now=now)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return head_of(keeps_to(name, json.loads(done.stdout)))


def test_plan_of_a_retirement(folder):
    system = small_system(folder)
    text = (system / "cupel.yaml").read_text()
    (system / "cupel.yaml").write_text(text.replace("origin: internal}", "origin: internal, custodian: Bea}")
                                       + "people:\n  - {name: Bea, roles: [data-custodian]}\n")
    document = printed("retirement", "retire", "weights", "--system", system, "--format", "json")
    assert document["plan"]["items"][0]["names"] == ["model.safetensors"], document["plan"]
    assert complaints("retirement", document["plan"], "plan") == []


def test_schemas_are_schemas_and_named_alike(_):
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert schema["description"], name
        if name not in NOT_PRINTED:
            assert schema["title"] == f"cupel/{name}/1", name
            assert schema["$id"] == f"https://cupel.dev/schema/{name}/1", name


def test_every_document_in_the_sources_has_a_schema(_):
    sources = "".join(file.read_text() for file in (SOURCE / "src").rglob("*.cpp"))
    written = set(re.findall(r'"cupel/([a-z-]+)/1"', sources))
    parts = {"retirement-plan"}  # which stands in `retirement` whole
    assert parts <= written
    written -= parts
    assert written and written <= set(SCHEMAS), written - set(SCHEMAS)
    others = {"attestation", "record"}  # DSSE and in-toto, which have no place for the name of a schema
    assert set(SCHEMAS) - NOT_PRINTED - others == written, set(SCHEMAS) - written


def test_no_command_prints_json_that_is_not_tested_here(_):
    commands = run("man").stdout.split(".SS cupel ")[1:]
    with_json = {text.split()[0] for text in commands
                 if re.search(r"[(, ]text, json[,)]", text.replace("\\-", "-"))}
    assert with_json == {"list", "ledger", "scan", "verify", "bom", "diff", "retire"}, with_json


def test_lists(_):
    kinds = re.search(r"list takes one of: ([a-z, ]+)", run("list").stderr)[1].split(", ")
    assert len(kinds) >= 5, kinds
    for kind in kinds:
        document = printed("list", "list", kind, "--format", "json", now=DAY_ONE)
        assert document[kind] and document["started"] == "2026-11-23T12:00:00.000Z", document
    with_units = printed("list", "list", "provisions", "--coverage", "--format", "json")
    assert all("test_units" in provision for provision in with_units["provisions"])
    two = {**with_units, "checks": [{"id": "a.b", "question": "?", "codes": [], "test_units": []}]}
    assert complaints("list", two), "two lists in one document"


def test_assessments(folder):
    head_of(keeps_to("assessment", assessment(example_copy(folder))))
    system = small_system(folder)
    for words in ((), ("--only", "5.2.3-1")):
        head_of(keeps_to("assessment", assessment(system, DAY_ONE, *words)))


def test_scans(folder):
    (folder / "evil.pkl").write_bytes(b"cos\nsystem\n(S'id'\ntR.")
    (folder / "cut.pkl").write_bytes(b"\x80\x04\x95")
    (folder / "unknown.pkl").write_bytes(b"cacme.models\nModel\n.")
    document = printed("scan", "scan", folder, "--format", "json", code=1)
    assert [subject["verdict"] for subject in document["subjects"]] == ["fail", "fail", "inconclusive"]
    assert document["subjects"][1]["imports"] == [{"name": "os.system", "standing": "dangerous", "count": 1}]


def test_verifications(folder):
    model = folder / "model"
    model.mkdir()
    (model / "weights.bin").write_bytes(b"weights")
    key = folder / "key.pem"
    run("key", "new", "--type", "p256", "--out", key)
    run("sign", model, "--key", key)
    words = ("verify", model, "--key", folder / "key.pub.pem", "--format", "json")
    assert printed("verification", *words)["verdict"] == "pass"
    (model / "weights.bin").write_bytes(b"others")
    (model / "new.bin").write_bytes(b"")
    document = printed("verification", *words, code=1)
    assert (document["changed"], document["extra"]) == (["weights.bin"], ["new.bin"]), document
    (folder / "model.sig").write_text("{}")
    assert printed("verification", *words, code=1)["root"] == ""


def test_scores_and_differences(folder):
    one, two = small_system(folder), small_system(folder, "other")
    (two / "model.safetensors").write_bytes(b"\x02\x00\x00\x00\x00\x00\x00\x00{}")
    (two / "prompts" / "system.md").write_text("You answer questions about ships.\n")
    score = printed("bom-score", "bom", one, "--score", "--format", "json")
    assert sum(score["summary"].values()) == len(score["elements"]) == 50
    for system in (one, two):
        assert run("bom", system, "--output", system.with_suffix(".json")).returncode == 0
    words = ("diff", one.with_suffix(".json"), two.with_suffix(".json"), "--format", "json")
    difference = printed("diff", *words, code=1)
    assert [part["name"] for part in difference["changed"]] == ["system-prompt"], difference["changed"]
    printed("diff", "diff", words[1], words[1], "--format", "json")


def test_ledgers(folder):
    system = example_copy(folder)
    assessment(system)
    state = ("--state", system / ".cupel")
    entries = printed("ledger", "ledger", "list", "--format", "json", *state)["entries"]
    shown = [printed("ledger-entry", "ledger", "show", index, *state) for index in range(len(entries))]
    for row, entry in zip(entries, shown, strict=True):
        leaf = entry["leaf"]
        assert row == {"index": leaf["seq"], "type": leaf["type"], "at": leaf["ts"], "actor": leaf["actor"]}
    bodies = [entry["body"] for entry in shown if entry["leaf"]["type"] == "assessment"]
    assert len(bodies) == 1
    keeps_to("assessment", bodies[0])
    verified = printed("ledger-verification", "ledger", "verify", "--format", "json", *state)
    assert verified["self_consistent"] and verified["size"] == len(entries), verified


def test_verification_of_a_damaged_ledger(folder):
    system = small_system(folder)
    assessment(system)
    other = small_system(folder, "other")
    assessment(other)
    state = system / ".cupel"
    words = ("ledger", "verify", "--format", "json", "--state", state)
    stranger = printed("ledger-verification", *words, "--trust", other / ".cupel" / "ledger-key.pub", code=1)
    assert not stranger["trusted"] and stranger["problems"], stranger
    found = 0
    for change in ("UPDATE sealed SET bytes = x'7b7d' WHERE id = 1",
                   "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)"):  # only verify opens it then
        with sqlite3.connect(state / "ledger.db") as database:
            database.execute(change)
        database.close()
        damaged = printed("ledger-verification", *words, code=1)
        assert not damaged["self_consistent"] and len(damaged["problems"]) > found, damaged
        found = len(damaged["problems"])
    assert run("ledger", "list", "--state", state).returncode == 1
    lie = {**damaged, "self_consistent": True}
    assert complaints("ledger-verification", lie), "consistent, with problems"


def test_exports(folder):
    system = example_copy(folder)
    assessment(system)
    file = folder / "export.jsonl"
    assert run("ledger", "export", file, "--state", system / ".cupel").returncode == 0
    made = [json.loads(line) for line in file.read_text().splitlines()]
    vectors = SOURCE / "tests/ledger/export/corpus/three-entries.jsonl"  # one body is no UTF-8
    vector = [json.loads(line) for line in vectors.read_text().splitlines()]
    for lines in (made, vector):
        for line in lines:
            keeps_to("ledger-export", line)
        for entry in lines[1:-2]:
            found = complaints("ledger-export", json.loads(entry["leaf"]), "leaf")
            assert not found, found


def test_attestations(folder):
    system, key = small_system(folder), folder / "ana.pem"
    public_key = run("key", "new", "--out", key).stdout.strip()
    (system / "syllabus.md").write_text("# Syllabus\n")
    with open(system / "cupel.yaml", "a") as file:
        file.write(f"people:\n  - {{name: Ana, roles: [owner], {public_key}}}\n")
    sign = ("--by", "Ana", "--key", key, "--system", system)
    for words in (["roster"], ["5.1.1-1", "--document", system / "syllabus.md",
                               "--expires", "2027-01-01", "--statement", "read and agreed"]):
        done = run("attest", *words, *sign, now=DAY_ONE)
        assert done.returncode == 0, done.stderr
    files = [*(system / "attestations").glob("*.json"),
             *(SOURCE / "examples/fraud-detection/attestations").glob("*.json")]
    records = [file for file in files if file.name.split("-")[0] in RECORDS]
    for file in records:
        keeps_to_statement("record", file)
    files = [file for file in files if file not in records]
    assert len(files) > 20
    for file in files:
        keeps_to_statement("attestation", file)


def keeps_to_statement(name, file):
    envelope = keeps_to(name, json.loads(file.read_text()))
    statement = json.loads(base64.b64decode(envelope["payload"], validate=True))
    found = complaints(name, statement, "statement")
    assert not found, (file, found)
    return statement


def test_records(folder):
    system, key = small_system(folder), folder / "ana.pem"
    public_key = run("key", "new", "--out", key).stdout.strip()
    (system / "data.csv").write_text("a,b\n1,2\n")
    with open(system / "cupel.yaml", "a") as file:
        file.write("  - {name: data, kind: dataset, path: data.csv, origin: public}\n"
                   f"people:\n  - {{name: Ana, roles: [owner], {public_key}}}\n")
    assessment(system)
    (system / "prompts/system.md").write_text("Be brief.\n")
    for code, *words in (
            (0, "build", "weights", "--operation", "train", "--entry-point", "https://git.example.org/t",
             "--material", "data", "--parameter", "depth=6", "--seed", 1, "--environment", "gpus=2",
             "--dependency", "image=https://images.example.org/t@sha256:" + "ab" * 32, "--byproduct", "data.csv",
             "--begun", "2026-11-01T00:00:00Z"),
            (0, "collection", "data", "--source", "https://data.example.org/d", "--retrieved", "2026-03-01",
             "--method", "download", "--licence", "MIT", "--custodian", "Ana", "--opt-out", "none"),
            (0, "change", "system-prompt", "--author", "Bea", "--reason", "shorter", "--assessment", "none",
             "--reference", "https://tickets.example.org/7")):
        done = run("record", *words, "--by", "Ana", "--key", key, "--system", system, now=DAY_ONE)
        assert done.returncode == code, (words, done.stderr)
    assessment(system)
    done = run("record", "admission", "weights", "--resource", "https://models.example.org/w", "--by", "Ana",
               "--key", key, "--system", system, now=DAY_ONE)
    assert done.returncode in (1, 3), done.stderr
    types = {keeps_to_statement("record", file)["predicateType"]
             for file in (system / "attestations").glob("*.json")}
    assert len(types) == 4, types


Tests(globals()).main()
