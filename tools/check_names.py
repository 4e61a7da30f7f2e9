#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when two types of one namespace bear one name. The compiler sees them in different files
and says nothing; the linker keeps the constructors of one for both."""
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMESPACE = re.compile(r"^(?:inline )?namespace ([\w:]*) ?\{|^\}  // namespace ?([\w:]*)")
TYPE = re.compile(r"^(?:struct|class|union|enum class|enum) (?:\[\[\w+\]\] )?(\w+)(?![\w:<])[^;(]*\{")


def types(path: Path):
    """(namespace, name) of every type defined at the top of a namespace with a name."""
    inside: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := NAMESPACE.match(line):
            if line.startswith("}"):
                inside = inside[:-1]
            else:
                inside.append(found.group(1))
        elif (found := TYPE.match(line)) and all(inside):
            yield "::".join(inside), found.group(1)


def main() -> int:
    places = defaultdict(list)
    for folder in ("src", "tests", "bench"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                for name in types(path):
                    places[name].append(path.relative_to(ROOT))
    twins = {name: where for name, where in places.items() if len(where) > 1}
    for (namespace, name), where in sorted(twins.items()):
        print(f"{where[0]}: {namespace}::{name} is also a type of {', '.join(map(str, where[1:]))}")
    print(f"{len(places)} types, {len(twins)} names twice")
    return 1 if twins else 0


if __name__ == "__main__":
    sys.exit(main())
