#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The first day with cupel: init and assess on folders that nobody prepared.

    day_one.py CUPEL FOLDER...

Copies each folder to a place of its own, runs `cupel init` and `cupel assess` there, and prints a
Markdown table and every failed provision with its reason: each has to be true of that folder.
Exit 1 when a folder has fewer than 15 decided provisions (pass, fail or not applicable) or takes
more than 60 seconds. Run by hand: what it is run on is public, but not ours to commit.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DECIDED, SECONDS = 15, 60


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=10 * SECONDS)


def first_day(cupel: Path, folder: Path, work: Path):
    """What init and assess say of a copy of the folder, and how long both took."""
    copy = work / folder.resolve().name
    shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns(".cupel"))
    files = sum(1 for path in copy.rglob("*") if path.is_file())
    began = time.monotonic()
    init = run(cupel, "init", copy)
    if init.returncode != 0:
        sys.exit(f"day_one: init {folder} ended with {init.returncode}:\n{init.stderr}")
    assess = run(cupel, "assess", copy, "--report", "json", "--quiet")
    seconds = time.monotonic() - began
    if assess.returncode not in (0, 1, 3):
        sys.exit(f"day_one: assess {folder} ended with {assess.returncode}:\n{assess.stderr}")
    return files, seconds, json.loads(assess.stdout)["provisions"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cupel", type=lambda text: Path(text).resolve())
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    rows, fails, short = [], [], []
    for folder in arguments.folders:
        with tempfile.TemporaryDirectory(prefix="cupel-day-one-") as work:
            files, seconds, provisions = first_day(arguments.cupel, folder, Path(work))
        count = {verdict: sum(p["verdict"] == verdict for p in provisions)
                 for verdict in ("pass", "fail", "not_applicable", "inconclusive")}
        decided = len(provisions) - count["inconclusive"]
        name = folder.resolve().name
        rows.append(f"| {name} | {files} | {seconds:.1f} | {decided} | {count['pass']} | "
                    f"{count['fail']} | {count['not_applicable']} | {count['inconclusive']} |")
        fails += [f"- {name}: {p['id']} {p['reason']}" for p in provisions
                  if p["verdict"] == "fail"]
        if decided < DECIDED:
            short.append(f"{name}: {decided} provisions decided, {DECIDED} wanted")
        if seconds > SECONDS:
            short.append(f"{name}: {seconds:.0f} seconds, {SECONDS} allowed")
    print("| system | files | seconds | decided | pass | fail | not applicable | inconclusive |")
    print("|---|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    print("\n" + ("\n".join(fails) if fails else "No provision fails."))
    for line in short:
        print(f"day_one: {line}", file=sys.stderr)
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
