# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: where the program is, running it, a copy of the example."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CUPEL = os.environ.get("CUPEL", "cupel")
CUPEL_AT = os.environ.get("CUPEL_AT", "")  # the program with its clock at CUPEL_NOW
SOURCE = Path(os.environ.get("CUPEL_SOURCE", Path(__file__).resolve().parents[2]))
EXAMPLE = SOURCE / "examples" / "fraud-detection"
DAY_ONE = "2026-11-23T12:00:00Z"  # a day after the example's documents were signed


def run(*words, now=None, env=None, **options):
    """Runs cupel; with `now` at that time. Output is text."""
    environment = {**os.environ, **(env or {})}
    program = CUPEL
    if now:
        program = CUPEL_AT
        environment["CUPEL_NOW"] = now
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True,
                          env=environment, timeout=options.pop("timeout", 120), **options)


def example_copy(folder, name="system"):
    """A copy of the example with the permissions that an installation gives it."""
    copy = Path(folder) / name
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns(".cupel", "__pycache__"))
    for path in copy.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o640)
    return copy


def assessment(folder, now=DAY_ONE, *words):
    """One cycle; the assessment as JSON."""
    done = run("assess", folder, "--report", "json", *words, now=now)
    assert done.returncode in (0, 1, 3), done.stderr
    return json.loads(done.stdout)


def verdicts(report):
    return {provision["id"]: provision["verdict"] for provision in report["provisions"]}


def small_system(folder, name="small"):
    """A system that is assessed in a moment: one model, one prompt, one configuration."""
    root = Path(folder) / name
    (root / "prompts").mkdir(parents=True)
    (root / "prompts" / "system.md").write_text("You answer questions about trains.\n")
    (root / "model.safetensors").write_bytes(b"\x02\x00\x00\x00\x00\x00\x00\x00{}")
    (root / "cupel.yaml").write_text(
        "cupel: 1\nname: trains\nversion: \"1\"\nscenario: chatbot\nroles: [developer]\n"
        "assets:\n  - {name: weights, kind: model, path: model.safetensors, origin: internal}\n"
        "  - {name: system-prompt, kind: prompt, path: prompts/system.md}\n")
    return root


def new_key(folder, name):
    """The public key of a new pair, whose private half is in name.pem."""
    done = run("key", "new", "--out", folder / f"{name}.pem")
    assert done.returncode == 0, done.stderr
    assert (folder / f"{name}.pem").stat().st_mode & 0o777 == 0o600
    return re.search(r"public_key: (\S+)", done.stdout)[1]


class Tests:
    """Runs every function whose name begins with test_, each in a folder of its own."""

    def __init__(self, scope):
        self.tests = [(name, f) for name, f in scope.items() if name.startswith("test_")]

    def main(self):
        failed = 0
        chosen = sys.argv[1:]
        for name, test in self.tests:
            if chosen and not any(word in name for word in chosen):
                continue
            with tempfile.TemporaryDirectory(prefix="cupel-e2e-") as folder:
                try:
                    test(Path(folder))
                    print(f"ok      {name}")
                except AssertionError as error:
                    failed += 1
                    print(f"FAILED  {name}: {error}")
        sys.exit(1 if failed else 0)
