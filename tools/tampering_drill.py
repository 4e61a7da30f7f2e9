#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Flips single bits of files, one at a time, and demands that each flip is detected, with the place
named, or provably harmless: everything a reader can get is byte for byte what it was.

  tampering_drill.py [--flips N] [--seed N] --verify CMD --show CMD FILE...

CMD is a shell command; it is run after each flip, and FILE is put back afterwards. Verify detects by
an exit code other than 0 and by a line that names a place; what it prints is counted. Show prints what readers get.
Files may be anything that the two commands look at: a database, its log, an export, tiles, a bundle."""
import argparse
import collections
import pathlib
import random
import re
import subprocess
import sys

# "problem: WHERE: what", or an error that says of which file or entry it speaks.
PLACE = re.compile(r"(?:problem|error): ([^:\n]+)")


def run(command: str) -> tuple[int, str]:
    done = subprocess.run(command, shell=True, capture_output=True, timeout=120, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def kind(place: str) -> str:
    return re.sub(r"`[^`]*/", "`", re.sub(r"\d+", "N", place.strip()))


class Drill:
    """The files as they were, and what was seen so far."""

    def __init__(self, verify: str, show: str, files: list[pathlib.Path]):
        self.verify, self.show, self.files = verify, show, files
        self.sound = {file: file.read_bytes() for file in files}
        code, said = run(verify)
        if code != 0:
            sys.exit(f"not sound before anything was flipped: {said}")
        self.shown = run(show)
        self.places: collections.Counter[str] = collections.Counter()
        self.harmless: collections.Counter[str] = collections.Counter()
        self.missed: list[str] = []

    def restore(self) -> None:
        for file, data in self.sound.items():
            file.write_bytes(data)

    def flip(self, file: pathlib.Path, bit: int) -> None:
        data = bytearray(self.sound[file])
        data[bit // 8] ^= 1 << bit % 8
        file.write_bytes(data)
        for index in file.parent.glob("*-shm"):  # made anew from what was flipped
            index.unlink()
        code, said = run(self.verify)
        place = PLACE.search(said)
        flip = f"{file.name} byte {bit // 8} bit {bit % 8}"
        if code < 0 or code > 100:
            self.missed.append(f"{flip}: verify ended with {code}")
        elif code != 0 and place:
            self.places[kind(place[1])] += 1
        elif code != 0:
            self.missed.append(f"{flip}: found, but no place is named: {said[:200]}")
        elif run(self.show) == self.shown:
            self.harmless[file.name] += 1
        else:
            self.missed.append(f"{flip}: NOT FOUND, and readers get something else")
        self.restore()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--verify", required=True)
    parser.add_argument("--show", required=True)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    drill = Drill(options.verify, options.show, options.files)
    sizes = [len(drill.sound[file]) for file in drill.files]
    try:
        for _ in range(options.flips):
            file = rng.choices(drill.files, sizes)[0]
            drill.flip(file, rng.randrange(8 * len(drill.sound[file])))
    finally:
        drill.restore()
    found = sum(drill.places.values())
    print(f"{options.flips} flips, seed {options.seed}: {found} found, "
          f"{sum(drill.harmless.values())} harmless, {len(drill.missed)} missed")
    for place, count in drill.places.most_common(15):
        print(f"  {count:5} named {place}")
    for file, count in drill.harmless.items():
        print(f"  {count:5} harmless in {file}")
    print(*drill.missed, sep="\n")
    return 1 if drill.missed else 0


if __name__ == "__main__":
    sys.exit(main())
