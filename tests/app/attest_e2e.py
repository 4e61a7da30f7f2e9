#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""People's evidence: keys, the roster, signatures that count and signatures that do not."""
import json
import subprocess

from e2e import Tests, assessment, new_key, run, verdicts

NOW = "2026-11-23T12:00:00Z"
DOCUMENT = """---
title: Syllabus
kind: training-syllabus
owner: Ana
author: Carl
version: "1"
reviewed: 2026-10-01
system: trains 1
---

## AI threats covered
Poisoning, evasion, injection.

## Role tracks
Developers two days, operators one.

## Secure development
Review of every change.

## Review
Yearly, and when ATLAS changes.
"""


def system_with_people(folder):
    root = folder / "system"
    root.mkdir()
    ana, carl = new_key(folder, "ana"), new_key(folder, "carl")
    (root / "syllabus.md").write_text(DOCUMENT)
    (root / "cupel.yaml").write_text(f"""cupel: 1
name: trains
version: "1"
scenario: chatbot
roles: [developer, system-operator]
people:
  - {{name: Ana, roles: [owner], public_key: {ana}}}
  - {{name: Carl, roles: [developer, author], public_key: {carl}}}
assets:
  - {{name: prompt, kind: prompt, path: prompt.md}}
declares:
  5.1.1-1: {{claim: we train, owner: Ana, documents: [syllabus.md]}}
""")
    (root / "prompt.md").write_text("Be kind.\n")
    return root


def attest(system, *words, by="Ana", key="ana", now=NOW):
    return run("attest", *words, "--by", by, "--key", system.parent / f"{key}.pem", "--system",
               system, now=now)


def signed_system(folder):
    system = system_with_people(folder)
    assert verdicts(assessment(system, NOW))["5.1.1-1"] == "inconclusive"
    done = attest(system, "5.1.1-1", "--document", system / "syllabus.md", "--expires", "2027-06-30")
    assert done.returncode == 0, done.stderr
    assert verdicts(assessment(system, NOW))["5.1.1-1"] == "inconclusive", "the roster is not signed"
    assert attest(system, "roster").returncode == 0
    return system


def test_a_signed_document_passes_until_anything_about_it_changes(folder):
    system = signed_system(folder)
    report = assessment(system, NOW)
    provision = next(p for p in report["provisions"] if p["id"] == "5.1.1-1")
    assert provision["verdict"] == "pass" and provision["decided_by"] == "people", provision
    assert provision["test_units"][0]["attested_by"] == ["Ana"]
    # time
    assert verdicts(assessment(system, "2027-07-01T00:00:00Z"))["5.1.1-1"] == "inconclusive"
    # the document
    (system / "syllabus.md").write_text(DOCUMENT + "\nOne more word.\n")
    assert verdicts(assessment(system, NOW))["5.1.1-1"] == "inconclusive"
    (system / "syllabus.md").write_text(DOCUMENT)
    assert verdicts(assessment(system, NOW))["5.1.1-1"] == "pass"
    # the roster
    text = (system / "cupel.yaml").read_text()
    (system / "cupel.yaml").write_text(text.replace("roles: [developer, author]", "roles: [owner]"))
    assert verdicts(assessment(system, NOW))["5.1.1-1"] == "inconclusive"


def test_the_author_cannot_approve_and_keys_are_not_lent(folder):
    system = system_with_people(folder)
    document = ["--document", system / "syllabus.md"]
    assert attest(system, "roster").returncode == 0
    assert attest(system, "5.1.1-1", *document, by="Carl", key="carl").returncode == 0
    report = assessment(system, NOW)
    unit = next(p for p in report["provisions"] if p["id"] == "5.1.1-1")
    assert unit["verdict"] == "inconclusive" and "Carl" in unit["reason"], unit["reason"]
    lent = attest(system, "5.1.1-1", *document, by="Ana", key="carl")
    assert lent.returncode == 2 and "not the key of" in lent.stderr, lent.stderr
    stranger = attest(system, "5.1.1-1", *document, by="Anna")
    assert stranger.returncode == 2 and "did you mean `Ana`" in stranger.stderr, stranger.stderr
    outside = attest(system, "5.1.1-1", "--document", "/etc/hostname")
    assert outside.returncode == 2 and "folder" in outside.stderr, outside.stderr
    assert attest(system, "9.9.9-9", *document).returncode == 2
    past = attest(system, "5.1.1-1", *document, "--expires", "2020-01-01")
    assert past.returncode == 2, past.stderr


def test_a_bent_envelope_does_not_count(folder):
    system = signed_system(folder)
    file = next((system / "attestations").glob("5.1.1-1*"))
    envelope = json.loads(file.read_text())
    whole = file.read_text()
    signature = envelope["signatures"][0]["sig"]
    for bent in (whole.replace(signature, signature[:-4] + "AAA="), whole.replace('"signatures":[', '"x":['),
                 whole[:-10], "", whole.replace(signature, "")):
        file.write_text(bent)
        assert verdicts(assessment(system, NOW))["5.1.1-1"] == "inconclusive", bent[-80:]
    file.write_text(whole)
    assert verdicts(assessment(system, NOW))["5.1.1-1"] == "pass"


def test_an_encrypted_key_needs_its_passphrase(folder):
    system = system_with_people(folder)
    plain, locked = folder / "ana.pem", folder / "locked.pem"
    subprocess.run(["openssl", "pkcs8", "-topk8", "-in", plain, "-out", locked, "-v2", "aes-256-cbc",
                    "-passout", "pass:correct"], check=True)
    words = ["attest", "roster", "--by", "Ana", "--key", locked, "--system", system]
    assert run(*words, stdin=subprocess.DEVNULL).returncode == 3
    assert run(*words, env={"CUPEL_PASSPHRASE": "wrong"}).returncode == 3
    assert run(*words, env={"CUPEL_PASSPHRASE": "correct"}).returncode == 0


Tests(globals()).main()
