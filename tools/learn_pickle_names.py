#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads libraries (never imports them) and prints which names of theirs a pickle may need and
catalogue/pickle/ does not have, or has and no given version knows.

usage: learn_pickle_names.py [--download NAME[==VERSION]]... [WHEEL or FOLDER]...

Candidates are top-level classes, what a __reduce__ returns, and __pyx_unpickle_* of compiled
modules. Lines are for review, not for pasting: what must be read first is marked with `!`, since its
__setstate__, __setitem__ and the like call something that a state could choose."""
import argparse
import ast
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

CATALOGUE = Path(__file__).parent.parent / "catalogue/pickle"
ROLES = ("class", "object", "make", "call", "carry", "value")
# Methods that unpickling calls, and calls in them that run what their argument says.
HOOKS = {"__setstate__", "__setattr__", "__setitem__", "__new__", "__init__", "append", "extend", "add", "update",
         "__reduce__", "__reduce_ex__", "__getinitargs__", "__getnewargs__", "__getnewargs_ex__", "__del__"}
RISKY = {"exec", "eval", "compile", "open", "__import__", "import_module", "loads", "load", "system", "Popen", "run",
         "call", "check_output", "getattr", "CDLL", "urlopen", "remove", "unlink", "rmtree"}
SKIPPED = re.compile(r"(^|[./])(tests?|testing|conftest|_?vendor|externals|examples?|benchmarks|setup)([./]|$)|_test\.")
UNPICKLER = re.compile(rb"__pyx_unpickle_\w{1,80}")


def python_files(source: Path) -> Iterator[tuple[str, bytes]]:
    """(path inside of the library, content), of a wheel or of a folder of packages."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.suffix in {".py", ".so"} and path.is_file():
                yield str(path.relative_to(source)), path.read_bytes()
        return
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if name.endswith((".py", ".so")):
                yield name, archive.read(name)


def module_of(path: str) -> str:
    stem = re.sub(r"(\.(cpython|abi)[^/]*)?\.(py|so)$", "", path)
    return stem.removesuffix("/__init__").replace("/", ".")


def called_name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def risks_of(node: ast.ClassDef) -> set[str]:
    """What its hooks, and the methods that these call on self, call themselves."""
    methods = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    todo, seen, risks = list(HOOKS & methods.keys()), set(), set()
    while todo:
        name = todo.pop()
        seen.add(name)
        for call in (item for item in ast.walk(methods[name]) if isinstance(item, ast.Call)):
            called = called_name(call)
            if called in RISKY:
                risks.add(f"{name} calls {called}")
            if called in methods and called not in seen:
                todo.append(called)
    return risks


def returned_first(node: ast.ClassDef) -> Iterator[str]:
    """The names that a __reduce__ returns as what is to be called."""
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name in ("__reduce__", "__reduce_ex__"):
            for given in (part for part in ast.walk(item) if isinstance(part, ast.Return)):
                if isinstance(given.value, ast.Tuple) and given.value.elts:
                    first = given.value.elts[0]
                    if isinstance(first, ast.Name):
                        yield first.id


def names_of(path: str, content: bytes) -> Iterator[tuple[str, str, set[str]]]:
    """(role, name, risks) of one file."""
    if path.endswith(".so"):
        for name in sorted(set(UNPICKLER.findall(content))):
            if b"__set_state" in name or b"P7_object" in name:  # Cython's own helpers
                continue
            yield "make", name.decode(), set()
        return
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return
    functions = {item.name for item in tree.body if isinstance(item, ast.FunctionDef)}
    for node in (item for item in tree.body if isinstance(item, ast.ClassDef)):
        bases = {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
        if bases & {"Protocol", "TypedDict", "Exception", "TestCase", "Warning"}:
            continue
        yield "class", node.name, risks_of(node)
        for name in returned_first(node):
            if name in functions:
                yield "make", name, set()


def catalogue() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = defaultdict(dict)
    for path in CATALOGUE.glob("*.txt"):
        for line in path.read_text().splitlines():
            words = line.split(" ")
            if words[0] in ROLES:
                table[words[1]] |= dict.fromkeys(words[3:], words[0])
    return table


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--download", action="append", default=[], metavar="NAME[==VERSION]")
    arguments.add_argument("--package", action="append", default=[], help="only these top-level packages")
    arguments.add_argument("sources", nargs="*", type=Path)
    given = arguments.parse_args()
    if not given.download and not given.sources:
        arguments.error("nothing to read")
    table = catalogue()
    found: dict[str, dict[str, tuple[str, set[str]]]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as folder:
        sources = list(given.sources)
        for number, wanted in enumerate(given.download):
            place = Path(folder) / str(number)
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:",
                            "-d", place, wanted], check=True)
            sources += place.glob("*.whl")
        for source in sources:
            for path, content in python_files(source):
                module = module_of(path)
                if SKIPPED.search(path) or (given.package and module.split(".")[0] not in given.package):
                    continue
                for role, name, risks in names_of(path, content):
                    found[module].setdefault(name, (role, risks))
    packages = {module.split(".")[0] for module in found}
    for module in sorted(found):
        for role in ("class", "make"):
            fresh = {name: risks for name, (its, risks) in sorted(found[module].items())
                     if its == role and name not in table.get(module, {})}
            plain = [name for name, risks in fresh.items() if not risks]
            if plain:
                print(f"+ {role} {module} * {' '.join(plain)}")
            for name, risks in fresh.items():
                if risks:
                    print(f"! {role} {module} * {name}: {'; '.join(sorted(risks))}")
        for name, (role, risks) in sorted(found[module].items()):
            if risks and name in table.get(module, {}) and table[module][name] in ("class", "object"):
                print(f"? {module} {name} is vetted: {'; '.join(sorted(risks))}")
    for module in sorted(table.keys() - found.keys()):
        if module.split(".")[0] in packages:
            print(f"- {module}: in none of these versions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
