#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a room includes what it may not: another room that it does not name in
CMakeLists.txt, or a third-party header of a library that is not its own; and when a room
names one declared below it, or two rooms the same library.

Rooms and libraries are read from the room() lines themselves, so there is no second list
to keep in step. All that stands here is which headers a library has."""
import re
import sys
from pathlib import Path

# Header, as far as it matters -> the word that names its library in a room() line.
LIBRARY_OF = {
    "nlohmann/": "nlohmann_json::nlohmann_json",
    "openssl/": "OpenSSL::Crypto",
    "blake3.h": "blake3",
    "sqlite3": "SQLite::SQLite3",
    "libpq-fe.h": "postgresql",
    "boost/": "Boost::headers",
    "zlib.h": "ZLIB::ZLIB",
    "zconf.h": "ZLIB::ZLIB",
    "bzlib.h": "BZip2::BZip2",
    "lzma.h": "LibLZMA::LibLZMA",
    "zstd": "${LIBZSTD}",
    "lz4frame.h": "${LIBLZ4}",
    "yaml.h": "${LIBYAML}",
}
# Angle-bracket headers with a dot or a slash that are the platform's, not a library's.
PLATFORM = re.compile(r"(sys|linux|netinet|arpa|bits)/|(unistd|fcntl|errno|signal|poll|dirent|pthread|"
                      r"sched|time|stdio|stdlib|string|stdint|termios|spawn|pwd|netdb|limits|"
                      r"immintrin|cpuid|sysexits|cxxabi|dlfcn|elf|link|wchar|locale|"
                      r"langinfo)\.h$")
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([a-z_0-9]+)/|<([^>]+)>)')


def rooms_of(cmake: str) -> tuple[dict[str, set[str]], dict[str, str], list[str]]:
    """What each room may include, which room owns each library, and what is wrong with that."""
    uses: dict[str, set[str]] = {}
    owner: dict[str, str] = {}
    problems = []
    for kind, words in re.findall(r"^(room|program)\(([^)]*)\)", cmake, re.M):
        head, _, libraries = words.partition("LIBRARIES")
        head, _, used_rooms = head.partition("USES")
        name = head.split()[-1]  # program(cupel app …) is about the folder app
        for used in used_rooms.split():
            if used not in uses:
                problems.append(f"CMakeLists.txt: {name} uses {used}, which is not above it")
        for library in libraries.split():
            if library in owner:
                problems.append(f"CMakeLists.txt: {library} belongs to {owner[library]}, not to {name} too")
            owner[library] = name
        uses[name] = set(used_rooms.split())
    return uses, owner, problems


def check_file(path: Path, room: str, uses: dict[str, set[str]], owner: dict[str, str]) -> list[str]:
    problems = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        other, header = found.groups()
        # "embedded/" holds what cmake/embed.cmake makes; it is nobody's room.
        if other and other not in {room, "embedded"} and other not in uses.get(room, set()):
            problems.append(f"{number}: {room} may not include {other}")
        if not header or not re.search(r"[./]", header) or PLATFORM.match(header):
            continue
        library = next((lib for prefix, lib in LIBRARY_OF.items() if header.startswith(prefix)), None)
        if library is None:
            problems.append(f"{number}: <{header}> is of no library that tools/check_layers.py knows")
        elif owner.get(library) != room:
            problems.append(f"{number}: <{header}> may be included by {owner.get(library)} only")
    return problems


def main(root: Path) -> int:
    uses, owner, problems = rooms_of((root / "CMakeLists.txt").read_text())
    files = [p for p in sorted((root / "src").rglob("*")) if p.suffix in {".h", ".cpp", ".def"}]
    for path in files:
        relative = path.relative_to(root)
        problems += [f"{relative}:{p}" for p in check_file(path, relative.parts[1], uses, owner)]
    print("\n".join(problems) or f"{len(uses)} rooms, {len(files)} files: every include goes down")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
