#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the fuzz targets of build/fuzz, as many at a time as there are cores.

  tools/fuzz.py SECONDS [TARGET...]    each target for so many seconds of processor time

Inputs that reach something new are kept in build/fuzz-corpus/<target>/, where the next run
goes on from; what breaks a target lies in build/fuzz-found/. Prints rows for docs/quality.md:
target, seconds of processor time, executions, inputs kept, findings."""
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "fuzz"
FOUND = ROOT / "build" / "fuzz-found"


def run_once(target: str, seconds: int, log) -> tuple[int, int, float]:
    """Exit code, executions, processor seconds."""
    corpus = ROOT / "build" / "fuzz-corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = next(ROOT.glob(f"tests/**/{target}_fuzz.cpp")).parent / "corpus"
    process = subprocess.Popen(
        [str(BUILD / f"{target}_fuzz"), f"-max_total_time={seconds}", "-timeout=10",
         "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={FOUND}/{target}-",
         str(corpus), str(seeds)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    text = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    log.write(text)
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    return (os.waitstatus_to_exitcode(status), int(executed.group(1)) if executed else 0,
            usage.ru_utime + usage.ru_stime)


def fuzz(target: str, wanted: int) -> str:
    used, executions, kept = 0.0, 0, 0
    with open(ROOT / "build" / "fuzz-found" / f"{target}.log", "a") as log:
        while used < wanted:
            code, more, seconds = run_once(target, max(5, int(wanted - used)), log)
            used += seconds
            executions += more
            if code != 0:
                return f"| {target} | {used:.0f} | {executions:,} | | FOUND: {FOUND}/{target}.log |"
    kept = len(list((ROOT / "build" / "fuzz-corpus" / target).iterdir()))
    return f"| {target} | {used:.0f} | {executions:,} | {kept:,} | 0 |"


def main() -> int:
    if len(sys.argv) < 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    built = sorted(p.name.removesuffix("_fuzz") for p in BUILD.glob("*_fuzz"))
    targets = sys.argv[2:] or built
    for target in targets:
        if target not in built:
            sys.exit(f"{target} is not built: they are {', '.join(built) or 'none'} "
                     "(cmake --build --preset fuzz --target fuzzers)")
    FOUND.mkdir(parents=True, exist_ok=True)
    begin, bad = time.monotonic(), 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for row in pool.map(lambda target: fuzz(target, int(sys.argv[1])), targets):
            bad += "FOUND" in row
            print(row, flush=True)
    print(f"{len(targets)} targets, {time.monotonic() - begin:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
