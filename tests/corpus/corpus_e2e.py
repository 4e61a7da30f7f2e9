#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No malicious and no malformed case of the framework-free corpus passes, but for exceptions.txt."""
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "app")]
from e2e import Tests, run  # noqa: E402
from generate import generate  # noqa: E402
from measure import worst  # noqa: E402

WORDS = 200  # cases in one run of the program


def exceptions() -> dict[str, str]:
    """What may pass for now: a case or `family/*`, and the reason."""
    lines = [line.split(maxsplit=1) for line in (HERE / "exceptions.txt").read_text().splitlines()
             if line and not line.startswith("#")]
    assert all(len(line) == 2 for line in lines), "exceptions.txt: every line is a name and a reason"
    return {name: reason for name, reason in lines}


def verdicts(root: Path, cases) -> dict[str, str]:
    """The worst verdict below each case."""
    seen: dict[str, list[str]] = {case.id: [] for case in cases}
    for begin in range(0, len(cases), WORDS):
        some = cases[begin:begin + WORDS]
        done = run("scan", *(root / case.path for case in some), "--format", "json", timeout=600)
        assert done.returncode in (0, 1, 3), done.stderr
        for subject in json.loads(done.stdout)["subjects"]:
            family, number = Path(subject["path"]).relative_to(root / "cases").parts[:2]
            seen[f"{family}/{number}"].append(subject["verdict"])
    return {case: worst(some) for case, some in seen.items()}


def test_nothing_malicious_or_malformed_passes(folder):
    root = Path(folder).resolve() / "corpus"
    corpus = generate(root, small=True)
    found = verdicts(root, corpus.cases)
    passed = {case.id for case in corpus.cases if case.label in ("malicious", "malformed") and found[case.id] == "pass"}
    allowed = exceptions()
    excused = {name for name in passed if name in allowed or name.split("/")[0] + "/*" in allowed}
    assert passed == excused, f"pass, and may not: {sorted(passed - excused)}"
    used = excused | {name.split("/")[0] + "/*" for name in excused}
    assert not allowed.keys() - used, f"no longer pass; take them out of exceptions.txt: {sorted(allowed.keys() - used)}"
    wrong = [case.id for case in corpus.cases if case.label == "benign" and found[case.id] == "fail"]
    assert not wrong, f"benign, and fail: {wrong}"


def test_the_same_bytes_every_time(folder):
    first, second = (generate(Path(folder) / name, small=True) for name in ("first", "second"))
    for case in first.cases:
        one, other = (corpus.root / case.path for corpus in (first, second))
        for path in [one] if one.is_file() else sorted(p for p in one.rglob("*") if p.is_file()):
            assert path.read_bytes() == (other / path.relative_to(one)).read_bytes(), path
    assert (first.root / "manifest.json").read_text() == (second.root / "manifest.json").read_text()


if __name__ == "__main__":
    Tests(globals()).main()
