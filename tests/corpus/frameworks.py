#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What real frameworks write, each in an environment of its own.

    frameworks.py install VENVS [NAME...]    makes the environments of requirements.txt
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MAKERS = {"older": ("pickles", "teams"), "old": ("pickles", "teams"), "middle": ("pickles", "teams", "tensorflow_files"),
          "new": ("pickles", "hdf5_attacks", "teams"), "torch_old": ("torch_files", "transformer_folders"),
          "torch": ("torch_files", "transformer_folders"), "tensorflow": ("tensorflow_files",)}


def environments() -> dict[str, tuple[str, list[str]]]:
    rows = [line.split() for line in (HERE / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    return {name: (python, packages) for name, python, *packages in rows}


def install(venvs: Path, names: list[str]) -> None:
    for name, (python, packages) in environments().items():
        if names and name not in names:
            continue
        interpreter = shutil.which(f"python{python}") or sys.exit(f"frameworks: there is no python{python}")
        subprocess.run([interpreter, "-m", "venv", venvs / name], check=True)
        subprocess.run([venvs / name / "bin" / "python", "-m", "pip", "install", "-q", "--only-binary", ":all:", *packages], check=True)


def slug(family: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", family.lower()).strip("-")


def add(corpus, venvs: Path) -> None:
    """Runs every maker of every environment that is there, and takes what it made."""
    for name, makers in MAKERS.items():
        python = venvs / name / "bin" / "python"
        if not python.exists():
            print(f"frameworks: no environment {name}: left out", file=sys.stderr)
            continue
        for maker in makers:
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([python, HERE / "makers" / f"{maker}.py", folder], stdout=subprocess.DEVNULL, cwd=folder,
                                      env={"PATH": "/usr/bin:/bin", "HOME": folder, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1",
                                           "KERAS_BACKEND": "tensorflow" if name == "tensorflow" else "numpy",
                                           "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""})
                if done.returncode == 0:
                    take(corpus, Path(folder), name)
                else:
                    print(f"frameworks: {maker} in {name} ended with {done.returncode}", file=sys.stderr)


def take(corpus, folder: Path, name: str) -> None:
    made = json.loads((folder / "made.json").read_text())
    versions = {key.lower(): version for key, version in made["versions"].items()}
    families = {}
    for row in made["cases"]:
        family = row["family"]
        if family not in families:
            benign = row["label"] == "benign"
            title = f"written by {family} ({name})" if benign else family
            families[family] = corpus.family(("benign-" if benign else "") + slug(family) + (f"-{name}" if benign else ""), title, name)
        case = families[family]
        if not row["made"]:
            case.count += 1  # the number stays that of the others
            continue
        source = ", ".join(f"{word} {versions[word]}" for word in re.split(r"\W+and\W+| ", family.lower()) if word in versions) or name
        files = {path.name: path for path in sorted((folder / row["folder"]).iterdir())}
        only = next(iter(files)) if len(files) == 1 and next(iter(files.values())).is_file() else None
        case(row["label"], row["does"], files, scan=only, source=source)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] != "install":
        sys.exit(__doc__)
    install(Path(sys.argv[2]), sys.argv[3:])
