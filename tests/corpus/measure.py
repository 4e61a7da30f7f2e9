#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs cupel, and every peer that is installed, over a corpus, one case at a time, and writes the
table of docs/quality.md.

    measure.py peers VENVS                     installs the peers, each in an environment of its own
    measure.py run CORPUS [--cupel PROGRAM] [--peers VENVS] [--half work|test] [--out FILE]
                           [--wrong FILE] [--raw FILE] [--jobs N]
    measure.py table CORPUS RAW... [--out FILE]     of answers that --raw kept

Seconds are those of a processor, so that a busy machine gives the same table. A case counts as run out of
time after 60 of them. Peers are loaded once and forked for each case: their seconds leave out the start of
Python."""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from cases import HALVES, LABELS, Case, read_manifest  # noqa: E402

TIMEOUT = 60
MEMORY = 6 << 30  # of address space for a peer: a bomb must not take the machine with it
VERDICTS = ("pass", "fail", "inconclusive")
# name -> packages; the newest on PyPI when the environment is made, and told in the table's head
PEERS = {"picklescan": ["picklescan", "py7zr"], "modelscan": ["modelscan[h5py]"], "fickling": ["fickling"],
         "modelaudit": ["modelaudit"]}


@dataclass
class Outcome:
    answer: str     # cupel: a verdict; a peer: flagged, clean or error; both: timeout, crash
    seconds: float
    peak_kib: int
    note: str = ""


def execute(command: list[str]) -> tuple[int | None, str, str, float, int]:
    """(exit code or None when out of time, output, errors, seconds, peak KiB)"""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, start_new_session=True)
        late = False
        while True:
            done, status, usage = os.wait4(child.pid, os.WNOHANG)
            if done:
                break
            if not late and time.monotonic() - began > 10 * TIMEOUT:
                late = True
                os.killpg(child.pid, signal.SIGKILL)  # the session that this function started
            time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = usage.ru_utime + usage.ru_stime
        late = late or seconds > TIMEOUT
        out.seek(0)
        err.seek(0)
        return (None if late else child.returncode, out.read().decode(errors="replace"), err.read().decode(errors="replace"),
                seconds, usage.ru_maxrss)


def worst(verdicts: list[str]) -> str:
    return next((verdict for verdict in ("fail", "inconclusive", "pass") if verdict in verdicts), "pass")


def run_cupel(program: str, path: Path) -> Outcome:
    code, out, err, seconds, peak = execute([program, "scan", str(path), "--format", "json"])
    if code is None:
        return Outcome("timeout", seconds, peak)
    if code not in (0, 1, 3):
        return Outcome("crash", seconds, peak, f"exit {code}: {err.strip()[:200]}")
    report = json.loads(out)
    verdict = worst([subject["verdict"] for subject in report["subjects"]])
    if {"pass": 0, "fail": 1, "inconclusive": 3}[verdict] != code:
        return Outcome("crash", seconds, peak, f"exit {code}, but the report says {verdict}")
    told = Counter(finding["code"] for subject in report["subjects"] for finding in subject["findings"])
    note = ", ".join(sorted(told)) or "; ".join(s for subject in report["subjects"] for s in subject["shortfalls"][:1])[:160]
    return Outcome(verdict, seconds, peak, note)


def peer_arguments(peer: str, path: Path, scratch: Path) -> list[str]:
    return {"picklescan": ["--path", str(path)], "modelscan": ["-p", str(path)],
            "fickling": ["--check-safety", "--print-results", "--json-output", str(scratch / "fickling.json"), str(path)],
            "modelaudit": ["scan", "--format", "json", "--no-cache", str(path)]}[peer]


# what the table of tools calls an answer; an error, a crash and running out of time decide nothing
SAYS = {"fail": "fail", "flagged": "fail", "pass": "pass", "clean": "pass", "n/a": "n/a"}
# exit code -> answer; what is not here is an error. READS: families with what a peer claims to read, when not all are
MEANS = {"picklescan": {0: "clean", 1: "flagged"}, "modelscan": {0: "clean", 1: "flagged"},
         "fickling": {0: "clean", 1: "flagged"}, "modelaudit": {0: "clean", 1: "flagged"}}
READS = {"fickling": ("pickle", "extension", "torch", "numpy", "joblib", "packages", "archive", "benign-numpy", "benign-scikit",
                      "benign-joblib", "benign-pandas", "benign-dill", "benign-torch", "benign-xgboost", "benign-lightgbm")}


class Peer:
    """A peer's program, loaded once and run in a fork for each case."""

    def __init__(self, name: str, python: Path):
        self.name = name
        self.scratch = Path(tempfile.mkdtemp(prefix="corpus-peer-"))
        environment = {**os.environ, "HOME": str(self.scratch), "PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_ANALYTICS": "1",
                       "NO_COLOR": "1", "HF_HUB_OFFLINE": "1"}
        self.runner = subprocess.Popen([python, Path(__file__).with_name("peer_runner.py"), name, str(TIMEOUT), str(MEMORY)],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=self.scratch)

    def run(self, case: Case, path: Path) -> Outcome:
        if self.name in READS and not case.family.startswith(READS[self.name]):
            return Outcome("n/a", 0, 0)
        files = [path]
        if self.name == "fickling" and path.is_dir():  # it takes one file
            files = sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
        answers, seconds, peak, note = [], 0.0, 0, ""
        for file in files:
            out = self.scratch / "output"
            self.runner.stdin.write(json.dumps({"arguments": peer_arguments(self.name, file.absolute(), self.scratch),
                                                "out": str(out)}) + "\n")
            self.runner.stdin.flush()
            done = json.loads(self.runner.stdout.readline())
            seconds, peak, code = seconds + done["seconds"], max(peak, done["peak_kib"]), done["code"]
            answers.append("timeout" if code is None else "crash" if code < 0 else MEANS[self.name].get(code, "error"))
            note = out.read_text(errors="replace").strip()[-160:] if out.exists() else ""
        return Outcome(next((a for a in ("flagged", "timeout", "crash", "error") if a in answers), "clean"), seconds, peak, note)

    def close(self) -> None:
        self.runner.stdin.close()
        self.runner.wait()
        shutil.rmtree(self.scratch)


def version_of(python: Path, peer: str) -> str:
    code = f"import importlib.metadata as m; print(m.version({peer!r}))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()


# ---- the tables

def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def cupel_cell(outcomes: list[Outcome], label: str) -> str:
    count = Counter(outcome.answer for outcome in outcomes)
    words = [f"{count[verdict]} {verdict}" for verdict in (*VERDICTS, "timeout", "crash") if count[verdict]]
    wrong = count["pass"] if label in ("malicious", "malformed") else count["fail"] + count["inconclusive"] if label == "benign" else 0
    return ("**" + ", ".join(words) + "**") if wrong else ", ".join(words)


def peer_cell(outcomes: list[Outcome]) -> str:
    count = Counter(outcome.answer for outcome in outcomes)
    if set(count) == {"n/a"}:
        return "n/a"
    words = f"{count['flagged']}/{len(outcomes)}"
    for answer, letter in (("error", "e"), ("timeout", "t"), ("crash", "c")):
        words += f" {letter}{count[answer]}" if count[answer] else ""
    return words


def family_table(cases: list[Case], results: dict, peers: list[str]) -> list[str]:
    rows = defaultdict(list)
    for case in cases:
        rows[case.title, case.label].append(case)
    lines = ["| family | label | n | cupel | " + " | ".join(peers) + " |" if peers else "| family | label | n | cupel |",
             "|---|---|---|---|" + "---|" * len(peers)]
    for (title, label), some in rows.items():
        cells = [title, label, str(len(some)), cupel_cell([results["cupel"][c.id] for c in some], label)]
        cells += [peer_cell([results[peer][c.id] for c in some]) for peer in peers]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


def totals_of(cases: list[Case], answers: dict[str, Outcome]) -> dict[str, str]:
    def count(labels, wanted):
        some = [c for c in cases if c.label in labels]
        return sum(answers[c.id].answer in wanted for c in some), len(some)

    bad, malicious, benign = ("malicious", "malformed"), ("malicious",), ("benign",)
    passed, of_bad = count(bad, ("pass",))
    failed, of_malicious = count(malicious, ("fail",))
    wrong, of_benign = count(benign, ("fail",))
    unsure, _ = count(benign, ("inconclusive",))
    dead, of_all = count(LABELS, ("timeout", "crash"))
    return {"malicious or malformed, yet pass (aim: 0)": f"{passed} of {of_bad}",
            "malicious that fail (aim: 98 %)": f"{failed} of {of_malicious}, {share(failed, of_malicious)}",
            "benign that fail (aim: at most 1 %)": f"{wrong} of {of_benign}, {share(wrong, of_benign)}",
            "benign that are inconclusive (aim: at most 2 %)": f"{unsure} of {of_benign}, {share(unsure, of_benign)}",
            "out of time or crashed (aim: 0)": f"{dead} of {of_all}"}


def total_table(cases: list[Case], answers: dict[str, Outcome]) -> list[str]:
    columns = {half: totals_of([c for c in cases if c.half == half], answers) for half in HALVES}
    columns["both"] = totals_of(cases, answers)
    lines = ["| cupel | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    lines += [f"| {row} | " + " | ".join(column[row] for column in columns.values()) + " |" for row in columns["both"]]
    return lines


def tool_rows(cases: list[Case], results: dict, heads: dict[str, str]) -> list[str]:
    """Of every tool the same: what it says of each kind of file, and how long it takes."""
    lines = ["| tool | malicious: fail / inconclusive / pass | malformed | suspicious | benign: fail / inconclusive | not asked | seconds of a processor |",
             "|---|---|---|---|---|---|---|"]
    for who, answers in results.items():
        count = {label: Counter() for label in LABELS}
        for case in cases:
            count[case.label][SAYS.get(answers[case.id].answer, "inconclusive")] += 1
        asked = {label: sum(count[label].values()) - count[label]["n/a"] for label in LABELS}
        cells = [f"{count[label]['fail']} / {count[label]['inconclusive']} / {count[label]['pass']}" for label in LABELS[:3]]
        cells[0] += f" ({share(count['malicious']['fail'], asked['malicious'])} fail)"
        benign = count["benign"]
        cells.append(f"{benign['fail']} / {benign['inconclusive']} of {asked['benign']} ({share(benign['fail'], asked['benign'])} fail)")
        cells += [str(sum(count[label]["n/a"] for label in LABELS)), f"{sum(outcome.seconds for outcome in answers.values()):.0f}"]
        lines.append("| " + " | ".join([heads.get(who) or who, *cells]) + " |")
    return lines


def slowest(cases: list[Case], answers: dict[str, Outcome], who: str) -> str:
    case = max(cases, key=lambda c: answers[c.id].seconds)
    hungry = max(cases, key=lambda c: answers[c.id].peak_kib)
    tell = lambda c: f"{answers[c.id].seconds:.2f} s, {answers[c.id].peak_kib // 1024} MiB ({c.id}: {c.does})"  # noqa: E731
    return f"{who}: slowest {tell(case)}; most memory {tell(hungry)}"


def wrong_list(cases: list[Case], answers: dict[str, Outcome], hide: str | None) -> list[str]:
    """What misses an aim, one line each; of the half that is held out only how many."""
    lines, hidden = [], 0
    for case in cases:
        answer = answers[case.id]
        wanted = {"malicious": ("fail",), "malformed": ("fail", "inconclusive"), "benign": ("pass",)}.get(case.label, VERDICTS)
        if answer.answer in wanted:
            continue
        if case.half == hide:
            hidden += 1
            continue
        lines.append(f"{case.id}\t{case.label}\t{answer.answer}\t{case.does}\t{answer.note}")
    return lines + ([f"and {hidden} of the half that is held out"] if hidden else [])


# ---- commands

def install_peers(venvs: Path) -> None:
    for peer, packages in PEERS.items():
        folder = venvs / peer
        python = folder / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        done = subprocess.run([python, "-m", "pip", "install", "-q", "--upgrade", "--only-binary", ":all:", *packages])
        print(peer, version_of(python, peer) if done.returncode == 0 else "could not be installed")


def run(options) -> None:
    root = options.corpus
    cases = [case for case in read_manifest(root) if options.half in (None, case.half)]
    results = {}
    peers, heads = [], []
    for peer in options.only or PEERS if options.peers else ():
        python = (options.peers / peer / "bin" / "python").absolute()
        if python.exists() and (version := version_of(python, peer)):
            peers.append(peer)
            heads.append(f"{peer} {version}")
    with ThreadPoolExecutor(options.jobs) as pool:
        each = lambda work: dict(zip([c.id for c in cases], pool.map(work, cases)))  # noqa: E731
        if not options.only:
            results["cupel"] = each(lambda c: run_cupel(options.cupel, root / c.path))
        for peer in peers:
            python = (options.peers / peer / "bin" / "python").absolute()
            print(f"measure: {peer}", file=sys.stderr)
            results[peer] = kept_answers(options.raw, peer, heads[peers.index(peer)])
            program = Peer(peer, python)
            for number, case in enumerate(case for case in cases if case.id not in results[peer]):
                results[peer][case.id] = program.run(case, root / case.path)
                if number % 20 == 19:
                    keep(options.raw, results, dict(zip(peers, heads)))
            program.close()
    if "cupel" in results:
        write_tables(options, cases, results, peers, heads)
    keep(options.raw, results, dict(zip(peers, heads)))


def keep(file: Path | None, results: dict, heads: dict[str, str]) -> None:
    """Adds to what the file holds already: a peer takes hours, and is taken up again where it was left."""
    if not file:
        return
    raw = json.loads(file.read_text()) if file.exists() else {}
    for who, answers in results.items():
        raw[who] = {"head": heads.get(who, ""), "answers": {key: vars(outcome) for key, outcome in answers.items()}}
    file.write_text(json.dumps(raw, indent=1))


def kept_answers(file: Path | None, peer: str, head: str) -> dict[str, Outcome]:
    kept = json.loads(file.read_text()).get(peer, {}) if file and file.exists() else {}
    return {key: Outcome(**answer) for key, answer in kept.get("answers", {}).items()} if kept.get("head") == head else {}


def write_tables(options, cases: list[Case], results: dict, peers: list[str], heads: list[str]) -> None:
    text = [f"{len(cases)} cases: " + ", ".join(f"{sum(c.label == label for c in cases)} {label}" for label in LABELS)
            + (f". Peers: {', '.join(heads)}." if heads else "."), ""]
    text += total_table(cases, results["cupel"]) + [""]
    text += tool_rows(cases, {who: results[who] for who in ("cupel", *peers)}, dict(zip(peers, heads))) + [""]
    text += [slowest(cases, results[who], who) + ". " for who in ("cupel", *peers)] + [""]
    text += family_table(cases, results, peers) + [""]
    (options.out.write_text if options.out else print)("\n".join(text))
    if options.wrong:
        hide = None if options.show_test_half else "test"
        options.wrong.write_text("\n".join(wrong_list(cases, results["cupel"], hide)) + "\n")


def table(options) -> None:
    """The tables of what --raw kept: of several runs, the later answers win."""
    cases = [case for case in read_manifest(options.corpus) if options.half in (None, case.half)]
    results, heads = {}, {}
    for file in options.answers:
        for who, kept in json.loads(file.read_text()).items():
            heads[who] = kept["head"]
            results.setdefault(who, {}).update({key: Outcome(**answer) for key, answer in kept["answers"].items()})
    whole = [who for who in results if all(case.id in results[who] for case in cases)]
    peers = [who for who in PEERS if who in whole]
    write_tables(options, cases, results, peers, [heads[peer] for peer in peers])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("peers", help="install the peers")
    command.add_argument("venvs", type=Path)
    command = commands.add_parser("run", help="run them and write the tables")
    command.add_argument("corpus", type=Path)
    command.add_argument("--cupel", default=os.environ.get("CUPEL", "cupel"))
    command.add_argument("--peers", type=Path, metavar="VENVS")
    command.add_argument("--raw", type=Path, help="keep every answer, as JSON; what it has of a peer is not asked again")
    command.add_argument("--only", action="append", choices=PEERS, help="only these peers, and not cupel; with --raw")
    command.add_argument("--jobs", type=int, default=1, help="of cupel; a peer has one")
    again = commands.add_parser("table", help="write the tables of answers that were kept")
    again.add_argument("corpus", type=Path)
    again.add_argument("answers", type=Path, nargs="+")
    for one in (command, again):
        one.add_argument("--half", choices=HALVES)
        one.add_argument("--out", type=Path, help="Markdown, instead of the standard output")
        one.add_argument("--wrong", type=Path, help="what misses an aim; the held-out half is only counted")
        one.add_argument("--show-test-half", action="store_true", help="name those of the held-out half too")
    options = parser.parse_args()
    {"peers": lambda o: install_peers(o.venvs), "run": run, "table": table}[options.command](options)


if __name__ == "__main__":
    main()
