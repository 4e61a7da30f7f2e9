#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of README.md as a stranger would, one after the other, on a system of two
files. `./run` is the built program here; ./run itself is tried in a clean root by hand."""
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

CUPEL = os.environ["CUPEL"]
SOURCE = Path(os.environ["CUPEL_SOURCE"])
# assess may find something to fail or nobody to sign; everything else of the README succeeds.
MAY_END_WITH = {"assess": (0, 1, 3)}


def commands(text: str) -> list[list[str]]:
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [shlex.split(line, comments=True) for line in lines]


def main() -> int:
    text = (SOURCE / "README.md").read_text()
    passed, problems = 0, []
    with tempfile.TemporaryDirectory() as folder:
        system = Path(folder) / "my-system"
        (system / "models").mkdir(parents=True)
        (system / "models" / "fraud.json").write_text("{}")
        (system / "README.md").write_text("# A system\n")
        for words in commands(text):
            if words == ["./run"]:
                continue
            done = subprocess.run([CUPEL, *words[1:]], cwd=folder, capture_output=True, text=True, timeout=120)
            if done.returncode in MAY_END_WITH.get(words[1], (0,)) and done.stdout + done.stderr:
                passed += 1
            else:
                problems.append(f"{shlex.join(words)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    # Names that stand in the pipelines must exist.
    listed = subprocess.run([CUPEL, "list", "reports"], capture_output=True, text=True).stdout
    for report in set(re.findall(r"--report ([a-z-]+)", text)):
        if not re.search(rf"\b{report}\b", listed):
            problems.append(f"--report {report}: there is no such report")
    manual = subprocess.run([CUPEL, "assess", "--help"], capture_output=True, text=True).stdout
    for option in set(re.findall(r"--[a-z][a-z-]+", " ".join(re.findall(r"^.*run assess .*$", text, re.M)))):
        if option not in manual:
            problems.append(f"{option}: assess has no such option")
    print("\n".join(problems))
    print(f"{passed} passed, {len(problems)} failed")
    return 1 if problems or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
