#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the fuzz targets of build/fuzz, as many at a time as there are cores.

  tools/fuzz.py [--at-once N] SECONDS [TARGET...]    each target for so many seconds of processor time

Each target runs in a row, in one process, until it has used its seconds: on a busy machine that
takes longer by the clock and finds no less.
Inputs that reach something new are kept in build/fuzz-corpus/<target>/, where the next run
goes on from; what breaks a target lies in build/fuzz-found/. Prints rows for docs/quality.md:
target, seconds by the clock, seconds of processor time, executions, inputs kept, findings."""
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "fuzz"
FOUND = ROOT / "build" / "fuzz-found"


def processor_seconds(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def stop_when_used(process: subprocess.Popen, seconds: int, done: threading.Event) -> None:
    """SIGUSR1 ends a run of libFuzzer as its own time limit would."""
    while not done.wait(1):
        if processor_seconds(process.pid) >= seconds:
            process.send_signal(signal.SIGUSR1)
            return


def run_once(target: str, seconds: int, log) -> tuple[int, int, float]:
    """Exit code, executions, processor seconds."""
    corpus = ROOT / "build" / "fuzz-corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = next(ROOT.glob(f"tests/**/{target}_fuzz.cpp")).parent / "corpus"
    process = subprocess.Popen(
        [str(BUILD / f"{target}_fuzz"), "-timeout=60",
         "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={FOUND}/{target}-",
         str(corpus), str(seeds)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    done = threading.Event()
    threading.Thread(target=stop_when_used, args=(process, seconds, done)).start()
    text = process.stderr.read()
    done.set()
    _, status, usage = os.wait4(process.pid, 0)
    log.write(text)
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    return (os.waitstatus_to_exitcode(status), int(executed.group(1)) if executed else 0,
            usage.ru_utime + usage.ru_stime)


def fuzz(target: str, seconds: int) -> str:
    log_file = FOUND / f"{target}.log"
    begin = time.monotonic()
    with open(log_file, "a") as log:
        code, executions, used = run_once(target, seconds, log)
    kept = len(list((ROOT / "build" / "fuzz-corpus" / target).iterdir()))
    row = f"| {target} | {time.monotonic() - begin:.0f} | {used:.0f} | {executions:,} | {kept:,} |"
    return f"{row} 0 |" if code == 0 else f"{row} FOUND: {log_file} |"


def main() -> int:
    words, at_once = sys.argv[1:], os.cpu_count()
    if words[:1] == ["--at-once"] and len(words) > 1 and words[1].isdigit():
        at_once, words = int(words[1]), words[2:]
    if not words or not words[0].isdigit():
        sys.exit(__doc__)
    built = sorted(p.name.removesuffix("_fuzz") for p in BUILD.glob("*_fuzz"))
    targets = words[1:] or built
    for target in targets:
        if target not in built:
            sys.exit(f"{target} is not built: they are {', '.join(built) or 'none'} "
                     "(cmake --build --preset fuzz --target fuzzers)")
    FOUND.mkdir(parents=True, exist_ok=True)
    begin, bad = time.monotonic(), 0
    with ThreadPoolExecutor(at_once) as pool:
        for row in pool.map(lambda target: fuzz(target, int(words[0])), targets):
            bad += "FOUND" in row
            print(row, flush=True)
    print(f"{len(targets)} targets, {time.monotonic() - begin:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
