# SPDX-License-Identifier: Apache-2.0
"""Cases: what a corpus is made of, and how it is written down."""
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

LABELS = ("malicious", "malformed", "suspicious", "benign")
HALVES = ("work", "test")  # by number: even and odd. Whoever writes the scanner looks at the first one only


@dataclass(frozen=True)
class Case:
    id: str          # "pickle-plain/003", stable as long as new cases are put last
    number: int      # within its family
    path: str        # what is scanned, below the corpus: a file or a folder
    family: str
    title: str       # of the family, as the table shows it
    label: str
    does: str        # what would happen to whoever loads it, or what it is
    source: str      # CVE, paper, advisory, framework and version; "own" when it is ours
    needs: str       # "" when made without a framework

    @property
    def half(self) -> str:
        return HALVES[self.number % 2]


class Link(str):
    """A symbolic link, by its target."""


class Family:
    """Numbers its cases in the order in which they are added."""

    def __init__(self, corpus: "Corpus", slug: str, title: str, needs: str = ""):
        self.corpus, self.slug, self.title, self.needs = corpus, slug, title, needs
        self.count = 0

    def __call__(self, label: str, does: str, files, *, name: str = "model.pkl", source: str = "own",
                 scan: str | None = None) -> None:
        """Adds a case: the bytes of one file called `name`, or a dictionary of files, scanned as a
        folder unless `scan` names one of them. A function stands for files that take long to make."""
        assert label in LABELS, label
        number, self.count = self.count, self.count + 1
        folder = f"cases/{self.slug}/{number:03}"
        target = folder
        if callable(files):
            if self.corpus.small:
                return
            files = files()
        if isinstance(files, (bytes, str)):
            files, target = {name: files}, f"{folder}/{name}"
        elif scan:
            target = f"{folder}/{scan}"
        self.corpus.add(Case(f"{self.slug}/{number:03}", number, target, self.slug, self.title, label, does, source,
                             self.needs), folder, files)


class Corpus:
    def __init__(self, root: Path, small: bool = False):
        self.root, self.small = root, small  # small: without the cases that take long to make
        self.cases: list[Case] = []
        self.slugs: set[str] = set()

    def family(self, slug: str, title: str, needs: str = "") -> Family:
        assert slug not in self.slugs, slug
        self.slugs.add(slug)
        return Family(self, slug, title, needs)

    def add(self, case: Case, folder: str, files: dict) -> None:
        self.cases.append(case)
        (self.root / folder).mkdir(parents=True)
        for name, content in files.items():
            path = self.root / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Link):
                path.symlink_to(content)
            elif isinstance(content, Path):
                shutil.copytree(content, path) if content.is_dir() else shutil.copyfile(content, path)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)

    def write_manifest(self) -> None:
        rows = [{**asdict(case), "half": case.half} for case in self.cases]
        (self.root / "manifest.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def read_manifest(root: Path) -> list[Case]:
    rows = json.loads((root / "manifest.json").read_text())
    return [Case(**{key: value for key, value in row.items() if key != "half"}) for row in rows]
