#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An installation has the program, its manual page, completions and schemas, and each works."""
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from e2e import CUPEL, SOURCE, Tests

BUILD = Path(CUPEL).resolve().parent
PREFIX = "/opt/cupel"
FILES = {
    "bin/cupel", "share/man/man1/cupel.1", "share/bash-completion/completions/cupel",
    "share/zsh/site-functions/_cupel", "share/fish/vendor_completions.d/cupel.fish",
    "share/doc/cupel/LICENSE", "share/doc/cupel/README.md", "share/doc/cupel/docs/scan.md",
    "share/doc/cupel/docs/bom.md", "share/doc/cupel/docs/ledger.md", "share/doc/cupel/docs/signing.md",
    "share/doc/cupel/docs/retire.md",
    "share/cupel/ci/action.yml", "share/cupel/ci/cupel-scan.gitlab-ci.yml",
    "share/cupel/ci/pre-commit-hooks.yaml",
    *(f"share/cupel/schema/{file.name}" for file in (SOURCE / "catalogue/schema").iterdir()),
}


def call(*words, **options):
    return subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=120, **options)


def installed(folder):
    """The tree of an installation below DESTDIR: a packager's way."""
    done = call("cmake", "--install", BUILD, "--prefix", PREFIX,
                env={**os.environ, "DESTDIR": str(folder / "staged")})
    assert done.returncode == 0, done.stdout + done.stderr
    assert os.listdir(folder / "staged") == ["opt"], "something was installed beside the prefix"
    return folder / "staged" / PREFIX[1:]


def files_of(root):
    """All but the licences of what is linked in, which a static build has beside them
    (package_e2e.py)."""
    files = {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}
    return {file for file in files if not file.startswith("share/doc/cupel/licences/")}


def skip(program):
    print(f"        {program} is not installed: not tried")


def test_everything_is_there_and_readable(folder):
    root = installed(folder)
    there = files_of(root)
    assert there == FILES, there ^ FILES
    for file in there:
        mode = (root / file).stat().st_mode & 0o777
        assert mode == (0o755 if file.startswith("bin/") else 0o644), (file, oct(mode))
        assert (root / file).stat().st_size > 500, file


def test_a_prefix_alone_will_do(folder):
    environment = {name: value for name, value in os.environ.items() if name != "DESTDIR"}
    done = call("cmake", "--install", BUILD, "--prefix", folder / "with blank", env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    root = folder / "with blank"
    assert files_of(root) == FILES


def test_the_program_runs_where_it_was_put(folder):
    root = installed(folder)
    done = call(root / "bin/cupel", "--version", cwd="/", env={})
    assert done.returncode == 0 and re.fullmatch(r"cupel \d+\.\d+\.\d+\n", done.stdout), done
    done = call(root / "bin/cupel", "explain", "5.2.4-1.2", cwd="/", env={})
    assert done.returncode == 0 and "5.2.4-1.2" in done.stdout, done
    for file in (root / "share/cupel/schema").iterdir():
        json.loads(file.read_text())


def test_the_manual_page_renders_without_a_warning(folder):
    page = installed(folder) / "share/man/man1/cupel.1"
    text = page.read_text()
    for command in commands():
        assert f".SS cupel {command}" in text, command
    if not shutil.which("man"):
        return skip("man")
    for language in ("C.UTF-8", "C"):
        done = call("man", "--warnings", "-l", page,
                    env={**os.environ, "LC_ALL": language, "MANWIDTH": "80", "MANROFFSEQ": ""})
        assert done.returncode == 0 and done.stderr == "", (language, done.stderr)
        assert "EXIT STATUS" in done.stdout and "--fail-on" in done.stdout, done.stdout[:500]


def commands():
    overview = call(CUPEL, "--help").stdout
    names = re.findall(r"^  ([a-z]+) ", overview.split("Commands:")[1].split("Options")[0], re.M)
    assert len(names) >= 10, overview
    return names


def test_bash_completes(folder):
    file = installed(folder) / "share/bash-completion/completions/cupel"

    def completed(*words):
        script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cupel; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = call("bash", "-euc", script, "bash", file, *words, cwd=folder)
        assert done.returncode == 0 and not done.stderr, done.stderr
        return done.stdout.split()

    assert completed("cupel", "le") == ["ledger"]
    assert set(commands()) < set(completed("cupel", ""))
    assert completed("cupel", "assess", "--fail") == ["--fail-on"]
    assert completed("cupel", "list", "--c") == ["--coverage"]


def test_fish_completes(folder):
    file = installed(folder) / "share/fish/vendor_completions.d/cupel.fish"
    fish = shutil.which("fish")
    if not fish:
        return skip("fish")

    def completed(line):
        done = call(fish, "--no-config", "-c", 'source $argv[1]; complete -C $argv[2]', file, line,
                    cwd=folder, env={**os.environ, "HOME": str(folder)})
        assert done.returncode == 0 and not done.stderr, done.stderr
        return [row.split("\t")[0] for row in done.stdout.splitlines()]

    assert completed("cupel led") == ["ledger"]
    assert set(commands()) <= set(completed("cupel "))
    assert completed("cupel assess --fail") == ["--fail-on"]
    assert set(completed("cupel list --format ")) == {"text", "json"}


# What zsh's own functions are told. They complete only in an interactive shell, so they are
# replaced by ones that say what they were called with.
ZSH = """
_describe() { print -rl -- "${(@P)2}" }
_arguments() { print -rl -- "$@" }
compadd() { print -rl -- "$@" }
file=$1; shift
words=("$@"); CURRENT=$#words; PREFIX=$words[-1]
. $file
"""


def test_zsh_completes(folder):
    file = installed(folder) / "share/zsh/site-functions/_cupel"
    assert file.read_text().startswith("#compdef cupel\n")
    zsh = shutil.which("zsh")
    if not zsh:
        return skip("zsh")

    def told(*words):
        done = call(zsh, "-fuc", ZSH, "zsh", file, *words)
        assert done.returncode == 0 and not done.stderr, done.stderr
        return done.stdout.splitlines()

    assert [row.split(":")[0] for row in told("cupel", "")] == commands()
    assert "--version" in told("cupel", "--")
    options = told("cupel", "assess", "--")
    assert any(row.startswith("--fail-on=[") and row.endswith(":(shall should never)")
               for row in options), options
    assert any(row.startswith("*--report=[") for row in options), options
    assert options[-1] == "*:file:_files", options


def test_a_shell_that_is_unknown_is_said_so(_):
    done = call(CUPEL, "completion", "fis")
    assert done.returncode == 2 and "cupel completion fish" in done.stderr, done.stderr
    assert call(CUPEL, "completion").stdout == call(CUPEL, "completion", "bash").stdout


Tests(globals()).main()
