# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder share that compare a reader of ours with a reference library:
honest and damaged files go to both, and where the two differ the test must know why."""
import importlib.util
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SKIPPED = 77  # for ctest
SECONDS = 2  # for the library and one file: damaged counts keep some of them busy


def need(*modules: str) -> None:
    """Goes on in the environment of tools/interop where this Python lacks the libraries."""
    if all(importlib.util.find_spec(module) for module in modules):
        return
    python = Path(sys.argv[2]) / "build/interop/bin/python"
    if python.exists() and Path(sys.prefix) != python.parent.parent.resolve():
        os.execv(python, [str(python), *sys.argv])
    print(f"skipped: no {', '.join(modules)} here; tools/interop installs them")
    sys.exit(1 if os.environ.get("CUPEL_INTEROP") == "required" else SKIPPED)


@dataclass
class Difference:
    """One kind of case in which we and the library differ, as we want it to be."""
    name: str
    reason: str
    pattern: str  # what the description of such a case begins with
    seen: int = 0


class Refused(Exception):
    """The library does not read the file."""


def latin1(raw: bytes) -> str:
    return raw.decode("latin-1")


def truncations(stream: bytes, most: int = 400) -> list[bytes]:
    """Cut at every byte of a small file; else of its beginning and its end."""
    ends = range(len(stream)) if len(stream) <= most else [*range(most // 2), *range(len(stream) - most // 2, len(stream))]
    return [stream[:end] for end in ends]


def flips(stream: bytes, end: int, rng: random.Random, share: float = 1.0) -> list[bytes]:
    """One bit of each byte before `end`, and that byte as 0, 255 and one more."""
    out = []
    for at in range(min(end, len(stream))):
        byte = stream[at]
        for value in (byte ^ (1 << rng.randrange(8)), 0, 255, (byte + 1) & 255):
            if value != byte and rng.random() < share:
                out.append(stream[:at] + bytes([value]) + stream[at + 1:])
    return out


def mixed(stream: bytes, end: int, rng: random.Random, count: int) -> list[bytes]:
    """Some pieces of what stands before `end` changed, taken away, doubled or moved."""
    out = []
    for _ in range(count):
        damaged = bytearray(stream)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(min(end, len(damaged)) + 1) if damaged else 0
            size = rng.choice([1, 1, 1, 2, 4, 8])
            match rng.randrange(6):
                case 0: damaged[at:at + 1] = bytes([rng.randrange(256)])
                case 1: del damaged[at:at + size]
                case 2: damaged[at:at] = damaged[at:at + size]
                case 3: damaged[at:at] = rng.randbytes(size)
                case 4: damaged[at:at + size] = rng.choice([0, 1, 1 << 31, (1 << 64) - 1, 1 << 63]).to_bytes(8, "little")[:size]
                case _:
                    other = rng.randrange(min(end, len(damaged)) + 1)
                    damaged[at:at + size] = damaged[other:other + size]
        out.append(bytes(damaged))
    return out


def ours(form: str, paths: list[Path]) -> list[dict]:
    lines = subprocess.run([sys.argv[1], form], input="".join(f"{path}\n" for path in paths), text=True,
                           stdout=subprocess.PIPE, check=True).stdout.split("\n")[:-1]
    return [json.loads(line) for line in lines]


def compare(form: str, files: dict[str, bytes], theirs, describe, differences: list[Difference], least: int) -> int:
    """`theirs(path, bytes)` is what the library reads, or raises; `describe(our reading, its
    reading or Refused, bytes)` lists how they differ. The exit code of the test."""
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError("it took too long")))
    refused = read = 0
    wrong: dict[str, list[tuple[str, str, bytes]]] = {}  # by what they have in common
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(number) for number in range(len(files))]
        for path, stream in zip(paths, files.values()):
            path.write_bytes(stream)
        for (name, stream), path, told in zip(files.items(), paths, ours(form, paths), strict=True):
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            try:
                other = theirs(path, stream)
                read += 1
            except BaseException as error:  # PyO3 panics are no Exception
                if isinstance(error, (KeyboardInterrupt, SystemExit)):
                    raise
                other = Refused(f"{type(error).__name__}: {error}")
                refused += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            for text in describe(told, other, stream):
                known = next((one for one in differences if re.match(one.pattern, text)), None)
                if known:
                    known.seen += 1
                else:
                    wrong.setdefault(re.sub(r"`.*?`|'.*?'|\d+", "_", text)[:100], []).append((name, text, stream))
    for cases in list(wrong.values())[:40]:
        name, text, stream = cases[0]
        print(f"{len(cases)} x {name}: {text[:400]}\n  {stream[:150].hex()}")
    for one in differences:
        print(f"  {one.seen:6} {one.name}: {one.reason}")
    unused = [one.name for one in differences if not one.seen]
    if unused:
        print(f"no case shows any more: {', '.join(unused)}")
    print(f"{form}: {len(files)} files, the library reads {read} and refuses {refused}; {sum(map(len, wrong.values()))} unexplained differences")
    return 1 if wrong or unused or read < least or refused < least else 0
