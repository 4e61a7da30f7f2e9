# SPDX-License-Identifier: Apache-2.0
"""What the makers share. Each runs as a program of its own in an environment with the frameworks:

    maker.py FOLDER    writes FOLDER/<n>/ for every case, and FOLDER/made.json about them"""
import json
import pickle
import random
import shutil
import sys
import traceback
from pathlib import Path

CASES = []


def case(family, what, label="benign"):
    """A generator of (what it is, function that writes it into a folder)."""
    def register(function):
        CASES.append((family, what, label, function))
        return function
    return register


def versions():
    """By the folders of the packages: Python 3.7 has no importlib.metadata."""
    folders = (path.name[:-len(".dist-info")] for top in sys.path for path in Path(top).glob("*.dist-info"))
    return {name.replace("_", "-"): version for name, _, version in (folder.partition("-") for folder in folders)}


def dumped(thing, folder, name="model.pkl", protocol=4, dumper=pickle):
    with open(folder / name, "wb") as out:
        dumper.dump(thing, out, protocol)


def training():
    import numpy as np
    x = np.random.RandomState(0).rand(60, 4)
    return x, (x[:, 0] > .5).astype(int)


def main(cases):
    root = Path(sys.argv[1])
    rows = []
    for family, what, label, function in cases:
        random.seed(0)
        try:
            made = list(function())
        except Exception as error:  # the library is not there, or too old: said, and left out
            print(f"{family}: {what}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        for name, write in made:
            folder = root / f"{len(rows):04}"
            folder.mkdir(parents=True)
            try:
                write(folder)
            except Exception:
                shutil.rmtree(folder)  # what was begun is no case
                folder.mkdir()
                print(f"{family}: {name}: {traceback.format_exc(limit=-1).strip().splitlines()[-1]}", file=sys.stderr)
            rows.append({"family": family, "does": name, "label": label, "folder": folder.name, "made": any(folder.iterdir())})
    (root / "made.json").write_text(json.dumps({"cases": rows, "versions": versions()}))
