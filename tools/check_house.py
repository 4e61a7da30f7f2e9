#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that neither a compiler nor a linter knows. Each function below is one
rule: its docstring is the rule, and it yields the places where it is broken.
ARCHITECTURE.md has the reasons."""
import re
import sys
from collections.abc import Iterator
from pathlib import Path

KINDS = ("Check", "Format", "Report", "Filter", "Suite", "Command", "Record")
ROW = re.compile(rf"^({'|'.join(k.upper() for k in KINDS)})\((\w+)\)", re.M)
THING = re.compile(rf"^(?:extern )?constinit const ({'|'.join(KINDS)})(?:Kind)? k(\w+) *(?:=|\{{)", re.M)
CODE = re.compile(r'"([A-Z]{3}[0-9]{3})"')
NOT_CODES = {"SHA256", "SHA384", "SHA512"}
COMMENT = re.compile(r"//.*")
TEXT = re.compile(r'"(\\.|[^"\\])*"')


class Tree:
    """The files of the repository, read once."""

    def __init__(self, root: Path):
        self.root = root
        self.texts = {
            str(path.relative_to(root)): path.read_text(errors="replace")
            for top in ("src", "tests", "tools", "docs", "catalogue/codes")
            for path in sorted((root / top).rglob("*"))
            if path.suffix in {".h", ".cpp", ".def", ".py", ".md", ".txt", ".sh"} and path.is_file()
        }
        for path in (*root.glob("*.md"), root / ".clang-tidy", root / "tests" / ".clang-tidy"):
            if path.exists():
                self.texts[str(path.relative_to(root))] = path.read_text()

    def files(self, top: str, *suffixes: str) -> Iterator[tuple[str, str]]:
        for name, text in self.texts.items():
            if name.startswith(top) and name.endswith(suffixes):
                yield name, text

    def lines(self, top: str, *suffixes: str) -> Iterator[tuple[str, str]]:
        """("src/a.cpp:12", code of that line without its comment)"""
        for name, text in self.files(top, *suffixes):
            for number, line in enumerate(text.splitlines(), 1):
                yield f"{name}:{number}", COMMENT.sub("", line)


def every_thing_has_a_row(tree: Tree) -> Iterator[str]:
    """A check, format, report or command that no .def row names is dropped by the linker."""
    rows = {(m[1].title(), m[2]) for _, text in tree.files("src/", ".def") for m in ROW.finditer(text)}
    things = {}
    for name, text in tree.files("src/", ".cpp"):
        for m in THING.finditer(text):
            things[m[1], m[2].removesuffix(m[1])] = name
    for kind, name in sorted(things.keys() - rows):
        yield f"{things[kind, name]}: no {kind.upper()}({name}) in a .def file"
    for kind, name in sorted(rows - things.keys()):
        yield f"{kind.upper()}({name}) is a row, but no source defines `constinit const {kind} k{name}`"


def every_code_has_a_page(tree: Tree) -> Iterator[str]:
    """Each diagnostic code has catalogue/codes/<CODE>.md, opening with "# CODE: title"; and no page is left over."""
    used: dict[str, str] = {}
    for place, line in tree.lines("src/", ".cpp", ".h", ".def"):
        for code in CODE.findall(line):
            if code not in NOT_CODES:
                used.setdefault(code, place)
    pages = {Path(name).stem: text for name, text in tree.files("catalogue/codes/", ".md")}
    for code in sorted(used.keys() - pages.keys()):
        yield f"{used[code]}: {code} has no page catalogue/codes/{code}.md"
    for code in sorted(pages.keys() - used.keys()):
        yield f"catalogue/codes/{code}.md: no source knows this code"
    for code, text in pages.items():
        if not re.match(rf"# {code}: \S", text):
            yield f'catalogue/codes/{code}.md:1: must open with "# {code}: title"'
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > 100:
                yield f"catalogue/codes/{code}.md:{number}: longer than 100 columns"


def only_app_talks(tree: Tree) -> Iterator[str]:
    """Only the room app writes to the terminal. base/require.cpp does so once, before it aborts."""
    talk = re.compile(r"\bstd::(cout|cerr|clog|print)\b|(?<![\w.>])(std::)?(printf|puts|putchar|vprintf)\(|"
                      r"\b(stdout|stderr|STDOUT_FILENO|STDERR_FILENO)\b|\bperror\(")
    for place, line in tree.lines("src/", ".cpp", ".h"):
        if not place.startswith(("src/app/", "src/base/require.cpp:")) and talk.search(line):
            yield f"{place}: only app prints"


def only_app_reads_the_environment(tree: Tree) -> Iterator[str]:
    """The world comes in through the door: as arguments that app hands in."""
    for place, line in tree.lines("src/", ".cpp", ".h"):
        if not place.startswith("src/app/") and re.search(r"\b(secure_)?getenv\(|\benviron\b", TEXT.sub('""', line)):
            yield f"{place}: only app reads the environment"


def nothing_is_executed(tree: Tree) -> Iterator[str]:
    """No shell, no child processes, no libraries loaded at run time."""
    run = re.compile(r"(?<![\w.>:])(std::|::)?(system|popen|fork|vfork|posix_spawnp?|dlopen|"
                     r"exec(l|lp|le|v|vp|ve|vpe))\(")
    for place, line in tree.lines("src/", ".cpp", ".h"):
        if run.search(TEXT.sub('""', line)):
            yield f"{place}: runs or loads a program"


def nothing_is_thrown(tree: Tree) -> Iterator[str]:
    """Errors of ours travel as Result; what a library throws is caught where the library is called."""
    for place, line in tree.lines("src/", ".cpp", ".h"):
        if re.search(r"\bthrow\b", TEXT.sub('""', line)):
            yield f"{place}: throws"


def every_source_names_its_licence(tree: Tree) -> Iterator[str]:
    """The first line of a source is its SPDX identifier (the second, behind #!)."""
    for top in ("src/", "tests/", "tools/"):
        for name, text in tree.files(top, ".h", ".cpp", ".py"):
            if "SPDX-License-Identifier: Apache-2.0" not in "".join(text.splitlines()[:2]):
                yield f"{name}:1: no SPDX-License-Identifier"


def every_header_introduces_itself(tree: Tree) -> Iterator[str]:
    """Behind the licence a header says what the thing is; then comes #pragma once."""
    for name, text in tree.files("src/", ".h"):
        lines = [*text.splitlines(), "", ""]
        if not lines[1].startswith("// ") or "#pragma once" not in text:
            yield f"{name}:2: does not say what it is, or lacks #pragma once"


def every_fuzz_target_has_a_corpus(tree: Tree) -> Iterator[str]:
    """A target without inputs beside it tests nothing."""
    for name, _ in tree.files("tests/", "_fuzz.cpp"):
        corpus = (tree.root / name).parent / "corpus"
        if not corpus.is_dir() or not any(corpus.iterdir()):
            yield f"{name}: no corpus/ beside it, or an empty one"


def tests_mirror_the_rooms(tree: Tree) -> Iterator[str]:
    """tests/<room>/ tests src/<room>/; what tests the whole program ends in _e2e."""
    for name, _ in tree.files("tests/", "_test.cpp"):
        if not (tree.root / "src" / Path(name).parts[1]).is_dir():
            yield f"{name}: there is no room src/{Path(name).parts[1]}"


def every_exclusion_has_a_reason(tree: Tree) -> Iterator[str]:
    """A check of clang-tidy that is off, and a NOLINT, says why; a package says what for."""
    for name in (".clang-tidy", "tests/.clang-tidy"):
        for number, line in enumerate(tree.texts.get(name, "").splitlines(), 1):
            if re.match(r"\s*- -[a-z]", line) and not re.search(r"# \S", line):
                yield f"{name}:{number}: off without a reason"
    for number, line in enumerate(tree.texts.get("tools/packages.txt", "").splitlines(), 1):
        if not line.startswith("#") and len(line.split()) < 4:
            yield f"tools/packages.txt:{number}: a package without a reason"
    for top in ("src/", "tests/"):
        for name, text in tree.files(top, ".cpp", ".h"):
            for number, line in enumerate(text.splitlines(), 1):
                if "NOLINT" in line and not re.search(r"NOLINT(NEXTLINE|BEGIN|END)?\([^)]+\)", line):
                    yield f"{name}:{number}: NOLINT without the name of the check"


def links_lead_somewhere(tree: Tree) -> Iterator[str]:
    """A relative link of a document names a file that exists."""
    for name, text in tree.texts.items():
        if not name.endswith(".md") or name.startswith("tests/"):
            continue
        prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not ((tree.root / name).parent / target).exists():
                yield f"{name}: links to {target}, which is not there"


RULES = [rule for rule in list(globals().values())
         if callable(rule) and getattr(rule, "__annotations__", {}).get("return") == Iterator[str]]


def main(root: Path) -> int:
    tree = Tree(root)
    problems = [(rule, problem) for rule in RULES for problem in rule(tree)]
    for rule, problem in problems:
        print(f"{problem}  [{rule.__name__}]")
    broken = {rule for rule, _ in problems}
    print(f"{len(RULES) - len(broken)} passed, {len(broken)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
