#!/usr/bin/env python3
"""Fails when a room includes a room it does not name in CMakeLists.txt,
or when a room names one declared below it. The rooms are read from the
room() lines themselves, so there is no second list to keep in step."""
import re
import sys
from pathlib import Path

root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
rooms: dict[str, set[str]] = {}
problems: list[str] = []
text = (root / "CMakeLists.txt").read_text()
for kind, words in re.findall(r"^(room|program)\(([^)]*)\)", text, re.M):
    head, _, uses = words.partition("USES")
    name = head.split()[-1]
    for used in uses.split():
        if used not in rooms:
            problems.append(f"CMakeLists.txt: {name} uses {used}, which is not below it")
    rooms[name] = set(uses.split())

include = re.compile(r'^\s*#\s*include\s+"([a-z_0-9]+)/')
for path in sorted((root / "src").rglob("*")):
    if path.suffix not in {".h", ".cpp", ".def"}:
        continue
    room = path.relative_to(root / "src").parts[0]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if (m := include.match(line)) and m[1] not in {room, "embedded"} and m[1] not in rooms.get(room, set()):
            problems.append(f"{path.relative_to(root)}:{number}: {room} may not include {m[1]}")
print("\n".join(problems) or f"{len(rooms)} rooms, all includes go down")
sys.exit(bool(problems))
