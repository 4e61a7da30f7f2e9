#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Assesses every variant of the example and compares what turned with expected.json.

    run_variants.py CUPEL [--table FILE] [VARIANT...]

Exit 0 when each variant turned exactly the expected provisions, 1 when not. --table writes the
Markdown table of docs/quality.md.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOL = [sys.executable, str(HERE / "make_variants.py")]


def assess(cupel: Path, folder: Path) -> dict:
    """Provision to (verdict, reason). Exit codes 0, 1 and 3 all mean that it was assessed."""
    run = subprocess.run([cupel, "assess", folder, "--report", "json", "--quiet"],
                         capture_output=True, text=True, timeout=120)
    if run.returncode not in (0, 1, 3):
        sys.exit(f"run_variants: assess {folder} ended with {run.returncode}:\n{run.stderr}")
    return {p["id"]: (p["verdict"], p["reason"]) for p in json.loads(run.stdout)["provisions"]}


def turned(before: dict, after: dict) -> dict:
    return {p: {"from": before[p][0], "to": after[p][0]}
            for p in before if before[p][0] != after[p][0]}


def run_variant(cupel, name, expectation, control, work):
    """What turned, and the verdicts after it."""
    folder = work / name
    if expectation["cycles_before"] == 0:
        subprocess.run([*TOOL, "make", name, folder], check=True)
    else:
        subprocess.run([*TOOL, "copy", folder], check=True)
        for _ in range(expectation["cycles_before"]):
            control = assess(cupel, folder)
        subprocess.run([*TOOL, "apply", name, folder], check=True)
    after = assess(cupel, folder)
    return turned(control, after), after


def table_of(results) -> str:
    lines = ["| variant | provision | verdict before | verdict after | reason given |",
             "|---|---|---|---|---|"]
    for name, changes, after in results:
        for provision, change in changes.items():
            reason = after[provision][1].replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {name} | {provision} | {change['from']} | {change['to']} | {reason} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cupel", type=lambda text: Path(text).resolve())
    parser.add_argument("variants", nargs="*", metavar="VARIANT")
    parser.add_argument("--table", type=Path)
    arguments = parser.parse_args()
    expected = json.loads((HERE / "expected.json").read_text())["variants"]
    unknown = set(arguments.variants) - set(expected)
    if unknown:
        sys.exit(f"run_variants: no such variant: {', '.join(sorted(unknown))}")

    results, wrong = [], 0
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        subprocess.run([*TOOL, "copy", work / "control"], check=True)
        control = assess(arguments.cupel, work / "control")
        for variant in arguments.variants or expected:
            changes, after = run_variant(arguments.cupel, variant, expected[variant], control, work)
            wanted = {p: {"from": c["from"], "to": c["to"]}
                      for p, c in expected[variant]["changes"].items()}
            results.append((variant, changes, after))
            print(f"{'ok  ' if changes == wanted else 'WRONG'} {variant}")
            for provision in sorted(set(changes) | set(wanted)):
                if changes.get(provision) != wanted.get(provision):
                    wrong += 1
                    print(f"      {provision}: expected {wanted.get(provision)},"
                          f" got {changes.get(provision)} ({control[provision]}"
                          f" -> {after[provision]})")
    if arguments.table:
        arguments.table.write_text(table_of(results))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
