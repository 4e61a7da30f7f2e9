#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What every earlier version wrote to disk is still read: ledgers, exports, descriptions, reports."""
import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "app"))
from e2e import Tests, run  # noqa: E402

SAMPLES = sorted(path for path in HERE.iterdir() if path.is_dir() and path.name[0].isdigit())


def test_there_is_a_sample(folder):
    assert SAMPLES, "no version has left a sample"


def test_ledgers_verify(folder):
    for sample in SAMPLES:
        state = shutil.copytree(sample / "state", folder / sample.name)
        key = (state / "ledger-key.pub").read_text().strip()
        done = run("ledger", "verify", "--state", state, "--trust", key, "--checkpoint",
                   sample / "checkpoint")
        assert done.returncode == 0, (sample.name, done.stdout, done.stderr)


def test_exports_replay_or_say_why_not(folder):
    for sample in SAMPLES:
        done = run("replay", sample / "export.jsonl")
        # 3: judged by other criteria than this version's, which replay says and does not guess about
        assert done.returncode in (0, 3), (sample.name, done.stdout, done.stderr)
        assert done.returncode == 0 or "other criteria" in done.stdout, done.stdout


def test_systems_are_assessed_on_top_of_the_old_ledger(folder):
    for sample in SAMPLES:
        system = folder / sample.name
        shutil.copytree(sample, system)
        (system / "state").rename(system / ".cupel")
        (system / ".cupel" / "ledger.db").chmod(0o644)
        (system / ".cupel" / "ledger-key.pem").unlink(missing_ok=True)
        # Without its key the old log can be read and not written: that must be said.
        done = run("assess", system)
        assert done.returncode in (1, 3) and "key" in done.stderr, (sample.name, done.stderr)
        old = next((system / ".cupel" / "reports").glob("assessment.json"))
        new = run("assess", system, "--state", folder / "new", "--not-worse-than", old)
        assert new.returncode in (0, 1), (sample.name, new.returncode, new.stderr)


def test_reports_are_still_the_schemas_they_say(folder):
    for sample in SAMPLES:
        report = json.loads((sample / "state" / "reports" / "assessment.json").read_text())
        assert report["schema"] == "cupel/assessment/1" and len(report["provisions"]) == 72


Tests(globals()).main()
