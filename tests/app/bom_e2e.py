#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bills of materials of three different systems: valid by the official schemas, the same bytes each
time, and back again through our own reader."""
import json
import os
import shutil
import struct
import zipfile
from datetime import datetime, timezone
from pathlib import Path

from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from e2e import SOURCE, Tests, example_copy, run

VECTORS = Path(os.environ.get("CUPEL_VECTORS", SOURCE.parent / "shared" / "vectors"))
TIME = ("--timestamp", "2026-11-22T12:00:00Z")


def schema(name):
    return (VECTORS / "schemas" / name).read_text()


def cyclonedx_schema():
    """The schema with the two that it refers to inside, so that nothing has to be resolved."""
    whole = json.loads(schema("bom-1.6.schema.json").replace('"spdx.schema.json"', '"#/definitions/_spdx"')
                       .replace('"jsf-0.82.schema.json#/', '"#/definitions/_jsf/'))
    whole["definitions"]["_spdx"] = json.loads(schema("spdx.schema.json"))
    whole["definitions"]["_jsf"] = json.loads(
        schema("jsf-0.82.schema.json").replace('"#/definitions/', '"#/definitions/_jsf/definitions/'))
    for part in (whole, whole["definitions"]["_spdx"], whole["definitions"]["_jsf"]):
        part.pop("$id", None)
    return whole


def spdx_definitions():
    """What may be an id or an object is tried as an id first: the schema says the same and is ten times as fast."""
    definitions = json.loads(schema("spdx-3.0.1.schema.json"))["$defs"]
    for name, definition in definitions.items():
        if name.endswith("_derived") and "anyOf" in definition:
            definition["anyOf"].reverse()
    return definitions


def complaints(document):
    """What the official schema says against a document. An element of SPDX is held against the definition of
    its own type instead of being tried as each of ninety."""
    if not VECTORS.exists():
        print(f"skipped: no schemas in {VECTORS}")
        return []
    if "@graph" not in document:
        validator = Draft7Validator(cyclonedx_schema(), format_checker=FormatChecker())
        return [f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
                for error in validator.iter_errors(document)]
    assert document["@context"] == "https://spdx.org/rdf/3.0.1/spdx-context.jsonld" and len(document) == 2
    definitions, found, seen = spdx_definitions(), [], {}
    for element in document["@graph"]:
        # Relationships of one type, and properties, are all alike: some of each are enough.
        shape = (element["type"], element.get("relationshipType"))
        seen[shape] = seen.get(shape, 0) + 1
        if seen[shape] > (4 if element["type"] == "Relationship" else 15):
            continue
        for extension in element.get("extension", []):
            del extension["extension_cdxProperty"][3:]
        validator = Draft202012Validator({"$ref": f"#/$defs/{element['type']}", "unevaluatedProperties": False,
                                          "$defs": definitions})
        found += [f"{element.get('spdxId')}: {error.message[:200]}" for error in validator.iter_errors(element)]
    return found


def gguf(pairs):
    """A GGUF file of metadata and one tensor of 2 x 32 F32."""
    def text(value):
        return struct.pack("<Q", len(value.encode())) + value.encode()
    out = b"GGUF" + struct.pack("<IQQ", 3, 1, len(pairs))
    for key, value in pairs.items():
        kind = struct.pack("<I", 8) + text(value) if isinstance(value, str) else struct.pack("<II", 4, value)
        out += text(key) + kind
    out += text("blk.0.weight") + struct.pack("<IQQIQ", 2, 32, 2, 0, 0)
    return out + b"\0" * (-len(out) % 32) + b"\0" * 256


def chatbot(folder):
    """A chat bot that answers from documents: weights as GGUF, an embedding model of Hugging Face."""
    root = folder / "rag chatbot"
    (root / "models" / "embed").mkdir(parents=True)
    (root / "models" / "chat.gguf").write_bytes(gguf({
        "general.architecture": "llama", "general.name": "Chat 1B", "general.license": "apache-2.0",
        "general.file_type": 0, "tokenizer.ggml.model": "gpt2", "llama.context_length": 4096,
        "general.base_model.0.repo_url": "https://huggingface.co/acme/base"}))
    header = json.dumps({"w": {"dtype": "F16", "shape": [4, 2], "data_offsets": [0, 16]}}).encode()
    (root / "models/embed/model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))
    (root / "models/embed/config.json").write_text(json.dumps(
        {"architectures": ["BertModel"], "model_type": "bert", "vocab_size": 30522, "_name_or_path": "acme/bert"}))
    (root / "models/embed/README.md").write_text(
        "---\nlicense: llama3\nlanguage: [en, de]\npipeline_tag: feature-extraction\n---\n# Embed\n\nTurns text"
        " into numbers.\n\n## Intended use\n\nSearch.\n\n## Limitations\n\nShort texts.\n")
    (root / "corpus").mkdir()
    (root / "corpus" / "faq.jsonl").write_text('{"q": "when?", "a": "now"}\n')
    (root / "prompts").mkdir()
    (root / "prompts" / "system.md").write_text("Answer from the documents only.\n")
    (root / "web").mkdir()
    (root / "web" / "server.js").write_text("require('express')\n")
    (root / "web" / "package.json").write_text('{"dependencies": {"express": "^4.19.0"}}')
    (root / "web" / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": {
        "": {"name": "web"}, "node_modules/express": {"version": "4.19.2"},
        "node_modules/@types/node": {"version": "20.1.0"}}}))
    (root / "cupel.yaml").write_text(
        "cupel: 1\nname: rag\nversion: '0.4'\nscenario: chatbot\nroles: [developer, system-operator]\n"
        "assets:\n"
        "  - {name: chat, kind: model, path: models/chat.gguf, origin: public, uses: [system-prompt, faq]}\n"
        "  - {name: embed, kind: model, path: models/embed, origin: public}\n"
        "  - {name: faq, kind: dataset, path: corpus/faq.jsonl, origin: internal, sensitivity: internal,"
        " source: 'https://intranet/faq?x=1&y=ä b', collected: 2026-02-01T00:00:00Z}\n"
        "  - {name: system-prompt, kind: prompt, path: prompts/system.md}\n"
        "  - {name: web, kind: code, path: web, uses: [chat, embed]}\n"
        "endpoints:\n  - {name: api, url: 'https://chat.example/v1', exposure: public}\n")
    return root


def service(folder):
    """A scikit-learn service with open and pinned requirements, and a model that nobody declared."""
    root = folder / "service"
    (root / "app").mkdir(parents=True)
    example = SOURCE / "examples/fraud-detection/models/preprocess.pkl"
    shutil.copy(example, root / "model.pkl")
    shutil.copy(example, root / "old.pkl")
    (root / "app" / "main.py").write_text("import fastapi, sklearn\n")
    (root / "app" / "requirements.txt").write_text("scikit-learn==1.5.1\nFastAPI>=0.110\nnumpy==1.26.4 # x\n")
    (root / "cupel.yaml").write_text(
        "cupel: 1\nname: churn\nversion: \"7\"\nscenario: fraud-detection\nroles: [developer]\n"
        "assets:\n  - {name: churn-model, kind: model, path: model.pkl, origin: internal, licence: ''}\n"
        "  - {name: app, kind: code, path: app, uses: [churn-model]}\n".replace(", licence: ''", ""))
    return root


SYSTEMS = {"example": example_copy, "chatbot": chatbot, "service": service}


def bill(system, *words):
    done = run("bom", system, *TIME, *words)
    assert done.returncode in (0, 3), (done.returncode, done.stderr)
    return done.stdout, done


def test_three_systems_are_valid_and_the_same_each_time(folder):
    for name, make in SYSTEMS.items():
        system = make(folder)
        for form in ("cyclonedx", "spdx"):
            text, done = bill(system, "--format", form)
            found = complaints(json.loads(text))
            assert not found, (name, form, found[:5])
            assert text == bill(system, "--format", form)[0], (name, form)
            assert (done.returncode == 3) == ("not in it" in done.stderr), (name, done.stderr)


def test_the_bytes_do_not_depend_on_where_the_system_stands(folder):
    one = bill(service(folder))[0]
    shutil.move(folder / "service", folder / "elsewhere")
    assert bill(folder / "elsewhere")[0] == one


def component(document, name):
    return next(each for each in document["components"] if each["name"] == name)


def said(part, key):
    """{(truth, value)} of a fact."""
    names = {f"cupel:{truth}:{key}": truth for truth in ("verified", "observed", "declared", "inferred")}
    return {(names[p["name"]], p["value"]) for p in part["properties"] if p["name"] in names}


def test_model_files_say_what_they_are(folder):
    document = json.loads(bill(chatbot(folder))[0])
    chat = component(document, "chat")
    assert chat["type"] == "machine-learning-model"
    assert chat["modelCard"]["modelParameters"]["modelArchitecture"] == "llama", chat["modelCard"]
    for key, value in {"architecture": "llama", "tokenizer": "gpt2", "parameters": "64", "tensors": "1",
                       "quantisation": "F32", "context_length": "4096", "format": "gguf"}.items():
        assert ("observed", value) in said(chat, key), (key, said(chat, key))
    assert said(chat, "licence") == {("declared", "apache-2.0")}
    assert chat["licenses"] == [{"license": {"id": "Apache-2.0", "acknowledgement": "declared"}}]
    assert ("declared", "external/https://huggingface.co/acme/base") in said(chat, "edge:derived-from")
    embed = component(document, "embed")
    assert ("observed", "BertModel") in said(embed, "architecture"), embed
    assert ("observed", "8") in said(embed, "parameters"), embed
    assert embed["modelCard"]["considerations"]["useCases"] == ["Search."]
    assert {each["name"] for each in embed["components"]} >= {"models/embed/model.safetensors"}
    assert all("hashes" in each for each in embed["components"])
    assert embed["licenses"][0]["license"]["name"] == "llama3"
    assert component(document, "@types/node")["purl"] == "pkg:npm/%40types/node@20.1.0"
    edges = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    assert "asset/faq" in edges["asset/chat"] and "package/npm/express@4.19.2" in edges["asset/web"]
    assert document["services"][0]["endpoints"] == ["https://chat.example/v1"]


def test_gaps_are_told_in_the_document(folder):
    text, done = bill(service(folder))
    document = json.loads(text)
    gaps = [p["value"] for p in document["metadata"]["properties"] if p["name"] == "cupel:gap"]
    assert done.returncode == 3 and gaps == ["1 package without one version"], gaps
    assert document["compositions"][0]["aggregate"] == "incomplete"
    assert ("observed", "yes") in said(component(document, "old.pkl"), "undeclared")
    assert component(document, "scikit-learn")["purl"] == "pkg:pypi/scikit-learn@1.5.1"


def test_output_goes_to_a_file_and_the_command_line_is_checked(folder):
    system = service(folder)
    file = folder / "bom.json"
    done = run("bom", system, *TIME, "--output", file)
    assert done.returncode == 3 and not done.stdout and json.loads(file.read_text())["specVersion"] == "1.6"
    for words in (("--timestamp", "soon"), ("--format", "xml"), (folder / "nowhere",), (system, system)):
        assert run("bom", *words).returncode == 2, words


def test_documents_of_others_are_read_scored_and_written_anew(folder):
    samples = VECTORS / "samples"
    if not samples.exists():
        print(f"skipped: no samples in {VECTORS}")
        return
    for name in ("sample-mlbom-1.6.json", "sample-mlbom-1.7.json", "sample-spdx3-ai.json"):
        done = run("bom", samples / name, "--score")
        assert done.returncode == 0 and "of 50:" in done.stdout, (name, done.stderr)
        done = run("bom", samples / name, "--output", folder / name)
        assert done.returncode == 0, (name, done.stderr)
        found = complaints(json.loads((folder / name).read_text()))
        assert not found, (name, found[:3])
        assert run("diff", samples / name, samples / name).returncode == 0, name


def test_what_is_no_bill_is_refused_with_its_place(folder):
    document = json.loads(bill(service(folder))[0])
    document["components"][0]["type"] = "foo"
    (folder / "bad.json").write_text(json.dumps(document))
    for words in (("bom", folder / "bad.json", "--score"), ("diff", folder / "bad.json", folder / "bad.json")):
        done = run(*words)
        assert done.returncode == 2 and "/components/0/type" in done.stderr, (words, done.stderr)
    for text in ("", "[]", '{"bomFormat": "CycloneDX"}', '{"a": 1, "a": 2}', "[" * 100_000):
        (folder / "bad.json").write_text(text)
        assert run("bom", folder / "bad.json").returncode == 2, text[:20]


def differences(*words, code=1):
    done = run("diff", *words)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout.splitlines()


def test_diff_tells_what_changed_between_releases(folder):
    system = service(folder)
    run("bom", system, *TIME, "--output", folder / "old.json")
    run("bom", system, *TIME, "--format", "spdx", "--output", folder / "old.spdx.json")
    assert differences(folder / "old.json", folder / "old.spdx.json", code=0) == ["no difference"]
    requirements = system / "app" / "requirements.txt"
    requirements.write_text(requirements.read_text().replace("1.5.1", "1.6.0").replace("numpy==1.26.4 # x\n", ""))
    (system / "model.pkl").write_bytes(b"\x80\x04}\x94.")
    run("bom", system, *TIME, "--output", folder / "new.json")
    lines = differences(folder / "old.json", folder / "new.json")
    for line in ("- package numpy 1.26.4", "~ package scikit-learn 1.6.0", "    version: 1.5.1 → 1.6.0",
                 "- app depends-on numpy"):
        assert line in lines, (line, lines)
    assert any(line.startswith("    sha256: ") for line in lines), lines
    assert differences(folder / "new.json", folder / "old.json")[0].startswith("+ package numpy"), "the other way"
    assert run("diff", folder / "old.json").returncode == 2
    assert run("diff", folder / "old.json", folder / "nowhere").returncode == 2


def test_diff_of_two_cycles(folder):
    system = service(folder)
    state = ("--state", system / ".cupel")
    for name in ("one", "two"):
        run("assess", system, "--report", "json", "--output", folder / name)
        run("ledger", "export", folder / f"{name}.jsonl", *state)
        (system / "app" / "main.py").write_text(f"# {name}\n")
        (system / "new.pkl").write_bytes(b"\x80\x04}\x94.")
    cycles = [json.loads((folder / name / "assessment.json").read_text())["cycle"]["id"] for name in ("one", "two")]
    assert "+ model new.pkl" in differences(folder / "one.jsonl", folder / "two.jsonl")
    assert differences(folder / "two.jsonl", folder / "two.jsonl", code=0) == ["no difference"]
    reports = [folder / name / "assessment.json" for name in ("one", "two")]
    assert any("new.pkl" in line for line in differences(*reports))
    assert differences(*cycles, *state) == differences(*reports)
    run("bom", system, "--output", folder / "bom.json")
    assert run("diff", reports[0], folder / "bom.json").returncode == 2, "a cycle and a bill"


def unit(system, *words):
    done = run("assess", system, "--report", "json", *words)
    report = json.loads(done.stdout)
    units = {each["id"]: each for p in report["provisions"] for each in p["test_units"]}
    return units["5.4.1-1/vulnerabilities"]["verdict"], report


def test_packages_are_held_against_an_export_of_advisories(folder):
    system = service(folder)
    (system / "app" / "requirements.txt").write_text("scikit-learn==1.4.2\n")
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = {"id": "GHSA-0", "modified": now, "published": now, "database_specific": {"severity": "HIGH"},
              "affected": [{"package": {"ecosystem": "PyPI", "name": "scikit-learn"}, "ranges": [
                  {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.5.0"}]}]}]}
    export = folder / "all.zip"

    def write():
        with zipfile.ZipFile(export, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("GHSA-0.json", json.dumps(record))
    write()
    assert unit(system)[0] == "inconclusive", "nobody looked"
    assert unit(system, "--advisories", export)[0] == "inconclusive", "no deadline is declared"
    with open(system / "cupel.yaml", "a") as file:
        file.write("declares:\n  5.4.1-1: {claim: We patch., patch_deadline: 7 days}\n")
    assert unit(system, "--advisories", export)[0] == "pass", "within the deadline"
    record["published"] = "2024-06-06T00:00:00Z"
    write()
    verdict, report = unit(system, "--advisories", export)
    assert verdict == "fail", verdict
    codes = {d["code"] for o in report["observations"] for d in o["diagnostics"]}
    assert "VUL001" in codes, codes
    root = json.loads(bill(system)[0])["metadata"]["component"]
    assert any("1 known vulnerability" in value for _, value in said(root, "vulnerabilities")), root
    export.write_bytes(export.read_bytes()[:-30])
    assert unit(system, "--advisories", export)[0] == "inconclusive", "a damaged export"
    assert run("assess", system, "--advisories", folder / "nowhere").returncode == 2


Tests(globals()).main()
