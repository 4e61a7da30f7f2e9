#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From a verdict to the observation, its receipt, the asset's signature and the bill of materials:
tools/walk.py goes the whole way over the example, and stops where something was changed."""
import json
import subprocess
import sys

from e2e import SOURCE, Tests, example_copy, run

PROVISION = "5.2.1-2"


def assessed(folder):
    """The example and its reports, as they came to the reader."""
    system, reports = example_copy(folder), folder / "reports"
    done = run("assess", system, "--output", reports, "--quiet", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    return system, reports


def walk(system, reports, *arguments):
    return subprocess.run([sys.executable, SOURCE / "tools/walk.py", reports, system, *arguments], text=True,
                          capture_output=True, check=False)


def key(system):
    return (system / ".cupel/ledger-key.pub").read_text().strip()


def test_it_leads_from_every_verdict_to_what_it_rests_on(folder):
    system, reports = assessed(folder)
    done = walk(system, reports, "--trust", key(system))
    assert done.returncode == 0, done.stderr
    assert "signed by cupel.dev/ledger/" in done.stdout.splitlines()[0], done.stdout
    report = json.loads((reports / "assessment.json").read_text())
    decided = [each["id"] for each in report["provisions"] if any(u["observations"] for u in each["test_units"])]
    assert len(decided) > 30, decided
    for provision in decided:
        assert f"\n{provision} " in done.stdout, provision
    one = walk(system, reports, "--trust", key(system), PROVISION).stdout
    assert "observation" in one and "fraud-model: signed by key " in one, one
    assert "fraud-model: in the bill of materials as asset/fraud-model, machine-learning-model" in one, one


def test_it_says_whose_word_it_took(folder):
    system, reports = assessed(folder)
    assert "self-consistent only" in walk(system, reports, PROVISION).stdout
    (folder / "other").mkdir()
    other, _ = assessed(folder / "other")
    done = walk(system, reports, "--trust", key(other), PROVISION)
    assert done.returncode == 1 and "the key is not of this ledger" in done.stderr, done.stderr


def test_it_stops_at_what_was_changed(folder):
    system, reports = assessed(folder)

    def breaks(path, change, said):
        before = path.read_bytes()
        after = change(before)
        assert after != before, path
        path.write_bytes(after)
        done = walk(system, reports, "--trust", key(system), PROVISION)
        assert done.returncode == 1 and said in done.stderr, (path, done.stdout, done.stderr)
        path.write_bytes(before)

    report = reports / "assessment.json"
    breaks(report, lambda text: text.replace(b'"examined": 5', b'"examined": 4'), "has another name")
    breaks(report, lambda text: swap_proof(text), "is not in the signed tree")
    breaks(report, lambda text: swap_salt(text), "was not made of what the report says")
    breaks(reports / "bom.cdx.json", lambda text: text.replace(b"fraud-model", b"freud-model", 1),
           "is not the one in the ledger")
    breaks(system / "models/fraud.json.sig", lambda text: text.replace(b"M", b"N", 1), "changed since")
    breaks(system / "models/fraud.json", lambda text: text.replace(b"0", b"1", 1), "is not what was signed")
    assert walk(system, reports, "--trust", key(system), PROVISION).returncode == 0


def swap_proof(text):
    report = json.loads(text)
    for receipt in report["ledger"]["receipts"]:
        receipt["proof"][0], receipt["proof"][1] = receipt["proof"][1], receipt["proof"][0]
    return json.dumps(report).encode()


def swap_salt(text):
    report = json.loads(text)
    for receipt in report["ledger"]["receipts"]:
        receipt["salt"] = receipt["salt"][::-1]
    return json.dumps(report).encode()


def test_it_links_every_step_in_the_page(folder):
    _, reports = assessed(folder)
    page = (reports / "report.html").read_text()
    report = json.loads((reports / "assessment.json").read_text())
    signature = next(each for each in report["observations"] if each["check"] == "artifact.signature")
    assert f'href="#o-{signature["id"]}">signed by key ' in page
    assert 'href="bom.cdx.json"' in page
    receipts = [each for each in report["ledger"]["receipts"] if "observation" in each]
    assert len(receipts) == len(report["observations"])
    for receipt in receipts:
        assert f"index {receipt['entry']}\n" in page and receipt["salt"] in page, receipt
    for target in {piece.split('"')[0] for piece in page.split('href="#')[1:]}:
        assert f'id="{target}"' in page, target


def test_it_leads_nowhere_when_one_report_is_all_there_is(folder):
    system, _ = assessed(folder)
    page = run("assess", system, "--report", "html", "--fail-on", "never").stdout
    assert "artifact.signature" in page and "bom.cdx.json" not in page


Tests(globals()).main()
