#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pages of docs/ that show commands are true: run one after the other in one shell, they print
what the page says. `--write` puts what they print into the pages. CUPEL_PACKAGE may name an archive that cpack
made; without it one is made that holds the program. CUPEL_BARE_ROOT may name the root of a bare
system in which all of it is run."""
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import yaml

CUPEL = os.environ["CUPEL"]
SOURCE = Path(os.environ["CUPEL_SOURCE"])
PAGES = tuple(SOURCE / "docs" / name for name in ("scan.md", "signing.md", "records.md", "retire.md"))
VERSION = subprocess.run([CUPEL, "--version"], capture_output=True, text=True).stdout.split()[1]
NAME = f"cupel-{VERSION}-linux-x86_64"
MARK = "-- end of a command --"


def put_archive(folder: Path) -> None:
    archive = folder / f"{NAME}.tar.gz"
    if os.environ.get("CUPEL_PACKAGE"):
        archive.write_bytes(Path(os.environ["CUPEL_PACKAGE"]).read_bytes())
    else:
        wrapper = folder / "wrapper"
        wrapper.write_text(f'#!/bin/sh\nexec "{Path(CUPEL).resolve()}" "$@"\n')
        wrapper.chmod(0o755)
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(wrapper, f"{NAME}/bin/cupel")
        wrapper.unlink()
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (folder / f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n")


def steps(text: str) -> list[tuple[str, str]]:
    """(command, what it prints) of each `$ ` line; `> ` continues it."""
    found: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines(keepends=True):
            if line.startswith("$ "):
                found.append((line[2:], ""))
            elif line.startswith("> "):
                found[-1] = (found[-1][0] + line[2:], "")
            else:
                found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def printed(folder: Path, commands: list[str], path: str) -> list[str]:
    script = "".join(f"{command}status=$?; echo '{MARK}'; (exit $status)\n" for command in commands)
    shell, work = ["bash"], folder
    root = os.environ.get("CUPEL_BARE_ROOT")
    if root:
        shell = ["chroot", root, "bash", "-c", f"cd /{folder.relative_to(root)} && bash"]
        work = Path("/")
    done = subprocess.run(shell, input=script, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=120, env={"PATH": f"{path}/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})
    return done.stdout.split(f"{MARK}\n")[:-1]


def written(text: str, outputs: list[str]) -> str:
    """The page with these outputs in place of its own."""
    left = iter(outputs)

    def block(match: re.Match[str]) -> str:
        kept = []
        for line in match[1].splitlines(keepends=True):
            if line.startswith("$ "):
                kept.append([line])
            elif line.startswith("> "):
                kept[-1].append(line)
        return "```console\n" + "".join("".join(lines) + next(left) for lines in kept) + "```"

    return re.sub(r"^```console\n(.*?)^```", block, text, flags=re.M | re.S)


def problems_of(text: str, outputs: list[str]) -> list[str]:
    problems = []
    expected = steps(text)
    if len(outputs) != len(expected):
        problems.append(f"{len(expected)} commands, of which {len(outputs)} ended")
    for (command, says), prints in zip(expected, outputs):
        if says != prints:
            problems.append(f"$ {command}says\n{says}but prints\n{prints}")
    return problems


def problems_of_pipelines(text: str) -> list[str]:
    """What docs/scan.md writes into the configuration of others."""
    problems = []
    for block in re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S):
        yaml.safe_load(block)
    action = yaml.safe_load((SOURCE / "action.yml").read_text())["inputs"]
    [workflow] = [yaml.safe_load(b) for b in re.findall(r"^```yaml\n(on:.*?)^```", text, re.M | re.S)]
    given = workflow["jobs"]["models"]["steps"][1]["with"]
    problems += [f"the action has no input {name}" for name in given.keys() - action.keys()]
    job = yaml.safe_load((SOURCE / "packaging/gitlab/cupel-scan.gitlab-ci.yml").read_text())["cupel-scan"]
    [gitlab] = [yaml.safe_load(b) for b in re.findall(r"^```yaml\n(include:.*?)^```", text, re.M | re.S)]
    unknown = gitlab["cupel-scan"]["variables"].keys() - job["variables"].keys()
    return problems + [f"the job has no variable {name}" for name in unknown]


def check(page: Path) -> tuple[int, list[str]]:
    text = page.read_text()
    # A new version is no reason to write the page anew.
    for version in re.findall(r"cupel-([\d.]+)-linux", text)[:1]:
        text = text.replace(version, VERSION)
    root = os.environ.get("CUPEL_BARE_ROOT")
    with tempfile.TemporaryDirectory(dir=f"{root}/tmp" if root else None) as folder:
        put_archive(Path(folder))
        path = ""
        if f"tar -xzf {NAME}" not in text:  # the page begins where the program is there
            with tarfile.open(Path(folder) / f"{NAME}.tar.gz") as archive:
                archive.extractall(Path(folder) / ".unpacked")
            inside = Path(folder).relative_to(root) if root else Path(folder)
            path = f"{Path('/') / inside}/.unpacked/{NAME}/bin:"
        outputs = printed(Path(folder), [command for command, _ in steps(text)], path)
    if "--write" in sys.argv:
        page.write_text(written(text, outputs))
        return len(outputs), []
    problems = problems_of(text, outputs)
    if page.name == "scan.md":
        problems += problems_of_pipelines(text)
    return len(outputs), [f"{page.name}: {problem}" for problem in problems]


def main() -> int:
    ran, problems = 0, []
    for page in PAGES:
        count, found = check(page)
        ran, problems = ran + count, problems + found + ([] if count else [f"{page.name} shows none"])
    if problems:
        problems.append("`tests/house/pages_e2e.py --write` puts into the pages what is printed now")
    print("\n".join(problems))
    print(f"{ran} commands, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
