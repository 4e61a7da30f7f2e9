#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The archive that cpack makes: what is in it, that it is the same twice, and that its program
needs no more of a machine than Debian 12 and Ubuntu 24.04 have. Of a build that is not static
(any preset but `package`) there is no archive, and nothing is tried."""
import hashlib
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from e2e import CUPEL, SOURCE, Tests

BUILD = Path(CUPEL).resolve().parent
EPOCH = 1_790_000_000
VERSION = subprocess.run([CUPEL, "--version"], capture_output=True, text=True).stdout.split()[1]
NAME = f"cupel-{VERSION}-linux-{os.uname().machine}"
# The C library is that of the machine. Everything else is in the program.
MACHINE = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
GLIBC = (2, 36)  # of Debian 12; Ubuntu 24.04 has 2.39, and glibc keeps the symbols it once had
LICENCES = {"libssl-dev", "libsqlite3-dev", "zlib1g-dev", "libyaml-dev", "nlohmann-json3-dev", "libc6-dev"}


def call(*words, **options):
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=600, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def packed(folder, umask=0o022, epoch=EPOCH):
    environment = {name: value for name, value in os.environ.items() if name not in ("DESTDIR", "SOURCE_DATE_EPOCH")}
    if epoch is not None:
        environment["SOURCE_DATE_EPOCH"] = str(epoch)
    call("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder, env=environment, umask=umask)
    return folder / f"{NAME}.tar.gz"


def unpacked(folder):
    call("tar", "-xzf", packed(folder / "packed"), "-C", folder)
    return folder / NAME


def test_everything_is_in_it(folder):
    root = unpacked(folder)
    for file in ("bin/cupel", "share/man/man1/cupel.1", "share/doc/cupel/README.md", "share/doc/cupel/docs/scan.md",
                 "share/doc/cupel/LICENSE", "share/bash-completion/completions/cupel", "share/zsh/site-functions/_cupel",
                 "share/fish/vendor_completions.d/cupel.fish", "share/cupel/ci/action.yml",
                 "share/cupel/ci/cupel-scan.gitlab-ci.yml", "share/cupel/ci/pre-commit-hooks.yaml"):
        assert (root / file).stat().st_size > 100, file
    schemas = {path.name for path in (root / "share/cupel/schema").iterdir()}
    assert schemas == {path.name for path in (SOURCE / "catalogue/schema").iterdir()}


def test_the_licence_of_all_that_is_linked_in_is_there(folder):
    licences = unpacked(folder) / "share/doc/cupel/licences"
    there = {path.name for path in licences.iterdir()}
    assert LICENCES <= there and any(name.startswith("libstdc++") for name in there), there
    for path in licences.iterdir():
        assert re.search(r"licen[cs]e|copyright|public domain", path.read_text(errors="replace"), re.I), path
    # Each archive that the linker was given belongs to one of them.
    loaded = set(re.findall(r"^LOAD (/\S+\.a)$", (BUILD / "cupel.map").read_text(), re.M))
    loaded = {path for path in loaded if not path.startswith(str(BUILD))}
    assert loaded
    for path in loaded:
        owner = call("dpkg-query", "--search", os.path.realpath(path)).split(":")[0]
        assert owner in there, (path, owner)


def test_the_same_files_make_the_same_bytes(folder):
    first = packed(folder / "first")
    for name in ("cupel", "CPackConfig.cmake"):
        os.utime(BUILD / name)
    second = packed(folder / "second", umask=0o077)
    assert first.read_bytes() == second.read_bytes()
    assert packed(folder / "third", epoch=EPOCH + 1).read_bytes() != first.read_bytes()
    digest, name = (folder / "first" / f"{NAME}.tar.gz.sha256").read_text().split()
    assert (digest, name) == (hashlib.sha256(first.read_bytes()).hexdigest(), first.name)


def test_nothing_of_the_disk_it_was_made_on_is_in_it(folder):
    with tarfile.open(packed(folder)) as tar:
        members = tar.getmembers()
        program = tar.extractfile(f"{NAME}/bin/cupel").read()
    names = [member.name for member in members]
    assert names == sorted(names, key=lambda name: name.split("/")) and names[0] == NAME
    for member in members:
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", ""), member
        assert member.mtime == EPOCH and (member.isdir() or member.isfile()), member
        assert member.mode == (0o755 if member.isdir() or member.name.endswith("bin/cupel") else 0o644), member
    for path in {str(SOURCE), str(BUILD)}:
        assert path.encode() not in program, f"the program says where it was built: {path}"


def test_the_program_needs_only_glibc(folder):
    program = unpacked(folder) / "bin/cupel"
    needed = set(re.findall(r"NEEDED.*\[(.+)\]", call("readelf", "--dynamic", program)))
    assert "libc.so.6" in needed and needed <= MACHINE, needed
    symbols = call("objdump", "--dynamic-syms", program)
    versions = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([\d.]+)", symbols)}
    assert versions and max(versions) <= GLIBC, max(versions)
    assert "GLIBCXX_" not in symbols and "GCC_" not in symbols


def test_the_unpacked_program_runs_with_an_empty_environment(folder):
    root = unpacked(folder)
    assert call(root / "bin/cupel", "--version", env={}, cwd="/") == f"cupel {VERSION}\n"
    (folder / "model.pkl").write_bytes(b"\x80\x04N.")
    assert "1 pass" in call(root / "bin/cupel", "scan", folder / "model.pkl", env={})


if not (BUILD / "CPackConfig.cmake").exists():
    print("not a static build: nothing to pack, nothing tried")
    sys.exit(0)
Tests(globals()).main()
