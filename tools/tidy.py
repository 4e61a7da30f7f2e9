#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy-19 over the sources that build/dev compiles, several at a time.

  tools/tidy.py             all of them
  tools/tidy.py --changed   those that differ from origin/main, or are new

A file that was clean is not looked at again until what the compiler sees of it, headers
included, or a .clang-tidy changes: the digests of clean ones stand in build/tidy/."""
import hashlib
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLEAN = ROOT / "build" / "tidy"
# build/dev is compiled by g++, some of whose warnings clang does not know.
AS_CLANG = ["-Wno-unknown-warning-option", "-Wno-error"]


def seen_by_compiler(entry: dict) -> bytes:
    words = shlex.split(entry["command"])
    start = next(i for i, word in enumerate(words) if word.endswith(("++", "++-12", "++-19")))
    words = [w for w in words[start + 1 :] if w != "-c"]
    out = words.index("-o")
    del words[out : out + 2]
    return subprocess.run(["clang++-19", *AS_CLANG, "-E", "-C", *words], cwd=entry["directory"],
                          check=True, stdout=subprocess.PIPE).stdout


def tidy(entry: dict, rules: bytes) -> tuple[str, str]:
    """The file, and what there is to say about it: nothing when it is clean."""
    name = str(Path(entry["file"]).relative_to(ROOT))
    try:
        digest = hashlib.sha256(rules + seen_by_compiler(entry)).hexdigest()
    except subprocess.CalledProcessError:
        return name, "does not get through the preprocessor"
    stamp = CLEAN / digest
    if stamp.exists():
        stamp.touch()
        return name, ""
    extra = [f"--extra-arg={flag}" for flag in AS_CLANG]
    done = subprocess.run(["clang-tidy-19", "--quiet", "-p", entry["directory"], *extra, entry["file"]],
                          cwd=ROOT,  # elsewhere clang-tidy does not tell what it finds in headers
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        stamp.touch()
        return name, ""
    return name, done.stdout or done.stderr


def changed() -> set[str]:
    def git(*words: str) -> list[str]:
        return subprocess.run(["git", *words], cwd=ROOT, check=True, stdout=subprocess.PIPE,
                              text=True).stdout.split()
    return set(git("diff", "--name-only", "origin/main")) | set(git("ls-files", "-o", "--exclude-standard"))


def main() -> int:
    database = ROOT / "build" / "dev" / "compile_commands.json"
    if not database.exists():
        sys.exit("build/dev is not configured: run ./test, or cmake --preset dev")
    entries = [e for e in json.loads(database.read_text())
               if e["file"].endswith(".cpp") and Path(e["file"]).is_relative_to(ROOT)]
    if "--changed" in sys.argv[1:]:
        names = changed()
        entries = [e for e in entries if str(Path(e["file"]).relative_to(ROOT)) in names]
    CLEAN.mkdir(parents=True, exist_ok=True)
    rules = b"".join((ROOT / at / ".clang-tidy").read_bytes() for at in (".", "tests"))
    dirty = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, findings in pool.map(lambda e: tidy(e, rules), entries):
            if findings:
                dirty += 1
                print(f"== {name}\n{findings.strip()}\n", flush=True)
    print(f"{len(entries)} sources, {dirty} with findings")
    return 1 if dirty else 0


if __name__ == "__main__":
    sys.exit(main())
