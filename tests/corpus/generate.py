#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the corpus into an empty folder: cases/ and manifest.json. Nothing is ever loaded.

    generate.py FOLDER [--frameworks VENVS] [--small]

With --frameworks also what real frameworks write, from the environments that frameworks.py made."""
import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from cases import HALVES, LABELS, Corpus  # noqa: E402
from families import MODULES  # noqa: E402

SOURCE = Path(__file__).resolve().parents[2]


def generate(folder: Path, frameworks: Path | None = None, small: bool = False) -> Corpus:
    folder = folder.resolve()
    if folder.is_relative_to(SOURCE):
        raise SystemExit(f"generate: {folder} is inside of the repository, where nothing malicious may stand")
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"generate: {folder} is not empty")
    corpus = Corpus(folder, small)
    for module in MODULES:
        module.add(corpus)
    if frameworks:
        import frameworks as made
        made.add(corpus, frameworks.resolve())
    corpus.write_manifest()
    return corpus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frameworks", type=Path, metavar="VENVS")
    parser.add_argument("--small", action="store_true", help="without the few cases that take long to make")
    options = parser.parse_args()
    corpus = generate(options.folder, options.frameworks, options.small)
    count = Counter((case.half, case.label) for case in corpus.cases)
    for half in HALVES:
        print(f"{half}: " + ", ".join(f"{count[half, label]} {label}" for label in LABELS))


if __name__ == "__main__":
    main()
