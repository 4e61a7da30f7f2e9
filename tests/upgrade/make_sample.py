#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Leaves a sample of all that this version writes to disk, for later versions to read.

    CUPEL=build/release/cupel CUPEL_AT=build/release/cupel_at tests/upgrade/make_sample.py

makes tests/upgrade/<version>/; run once for each version, before it is released.
"""
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "app"))
from e2e import DAY_ONE, run, small_system  # noqa: E402

version = run("--version").stdout.split()[1]
sample = HERE / version
if sample.exists():
    sys.exit(f"{sample} is there already")
with tempfile.TemporaryDirectory() as folder:
    system = small_system(folder)
    for day in (DAY_ONE, "2026-12-01T12:00:00Z"):
        done = run("assess", system, "--report", "html", "--report", "json", "--report", "sarif",
                   "--report", "sarif-github", "--report", "junit", now=day)
        assert done.returncode in (1, 3), done.stderr
    state = system / ".cupel"
    done = run("ledger", "export", system / "export.jsonl", "--state", state)
    assert done.returncode == 0, done.stderr
    (system / "checkpoint").write_text(run("ledger", "checkpoint", "--state", state).stdout)
    (system / "proof").write_text(run("ledger", "prove", "3", "--state", state).stdout)
    for name in ("ledger-key.pem", "ledger.lock", "ledger.db-shm", "ledger.db-wal"):  # no secrets, no leftovers
        (state / name).unlink(missing_ok=True)
    shutil.copytree(system, sample)
    (sample / ".cupel").rename(sample / "state")
shutil.copytree(HERE.parents[1] / "examples" / "fraud-detection" / "attestations",
                sample / "attestations",
                ignore=lambda _, names: [n for n in names if not n.startswith(("roster", "5.1.1-1_"))])
print(f"wrote {sample}")
