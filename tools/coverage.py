#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which lines of the parsers their corpora run.

  tools/coverage.py [--lines FILE] [FOLDER]

Replays every fuzz corpus below tests/formats/ with the targets of build/coverage (cmake --preset
coverage && cmake --build --preset coverage --target fuzzers) and prints, for each file of FOLDER
(src/formats), the lines that can run and those that did. --lines names what did not run in FILE.
Exit code 1: a file has less than 90 %."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "coverage"
LEAST = 90.0


def replay(folder: Path) -> tuple[list[Path], Path]:
    programs, profiles = [], []
    for source in sorted(ROOT.glob("tests/formats/**/*_fuzz.cpp")):
        program = BUILD / source.stem
        if not program.exists():
            sys.exit(f"{source.stem} is not built: cmake --build --preset coverage --target fuzzers")
        profile = folder / f"{source.stem}.profraw"
        subprocess.run([program, source.parent / "corpus"], env=os.environ | {"LLVM_PROFILE_FILE": str(profile)},
                       stdout=subprocess.DEVNULL, check=True)
        programs.append(program)
        profiles.append(profile)
    merged = folder / "merged.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", "-o", merged, *profiles], check=True)
    return programs, merged


def export(programs: list[Path], profile: Path, sources: list[Path]) -> list[dict]:
    objects = [word for program in programs[1:] for word in ("-object", program)]
    told = subprocess.run(["llvm-cov-19", "export", "-instr-profile", profile, programs[0], *objects, *sources],
                          stdout=subprocess.PIPE, check=True).stdout
    return sorted(json.loads(told)["data"][0]["files"], key=lambda one: one["filename"])


def missed(segments: list[list]) -> list[int]:
    """Lines on which code begins that never ran."""
    return sorted({line for line, _, count, has_count, is_entry, is_gap in segments if has_count and is_entry and not is_gap and count == 0})


def main() -> int:
    words = sys.argv[1:]
    wanted = words[1] if words[:1] == ["--lines"] and len(words) > 1 else None
    words = words[2:] if wanted else words
    if len(words) > 1 or any(word.startswith("-") for word in words):
        sys.exit(__doc__)
    folder = ROOT / (words[0] if words else "src/formats")
    sources = sorted(path for path in folder.rglob("*") if path.suffix in (".cpp", ".h"))
    with tempfile.TemporaryDirectory() as scratch:
        files = export(*replay(Path(scratch)), sources)
    worst, lines, covered = 100.0, 0, 0
    print("| file | lines | run | % |\n|---|---|---|---|")
    for one in files:
        name, sums = str(Path(one["filename"]).relative_to(ROOT)), one["summary"]["lines"]
        if sums["count"] == 0:
            continue
        worst = min(worst, sums["percent"])
        lines, covered = lines + sums["count"], covered + sums["covered"]
        print(f"| {name} | {sums['count']} | {sums['covered']} | {sums['percent']:.1f} |")
        if wanted and name.endswith(wanted):
            print("  not run:", *missed(one["segments"]))
    print(f"| all | {lines} | {covered} | {100 * covered / max(lines, 1):.1f} |")
    return 1 if worst < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
