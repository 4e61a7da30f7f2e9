#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our folder of tiles, read and verified by Go's own packages for transparency logs
(golang.org/x/mod/sumdb). Without Go, or its module, the test says that it was skipped."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ["CUPEL_SOURCE"])
sys.path[:0] = [str(SOURCE / "tests" / "app")]
from serving import Served  # noqa: E402  pylint: disable=wrong-import-position
from e2e import run  # noqa: E402  pylint: disable=wrong-import-position

MODULE = "golang.org/x/mod v0.20.0"
GO_SUM = f"""{MODULE} h1:utOm6MM3R3dnawAiJgn0y+xvuYRsm1RKM/4giyfDgV0=
{MODULE}/go.mod h1:hTbmBsO62+eylJbnUtE2MGJUyE7QWk4xUqPFrRgJ+7c=
"""


def skip(why: str):
    print(f"skipped: {why}")
    sys.exit(0)


def build(folder: Path) -> Path:
    if not shutil.which("go"):
        skip("there is no Go here (apt install golang-go)")
    (folder / "go.mod").write_text(f"module tlog_tiles\ngo 1.18\nrequire {MODULE}\n")
    (folder / "go.sum").write_text(GO_SUM)
    shutil.copy(SOURCE / "tests/interop/tlog_tiles.go", folder / "main.go")
    program = folder / "tlog_tiles"
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    for attempt in (["go", "mod", "download"], ["go", "build", "-o", str(program), "."]):
        done = subprocess.run(attempt, cwd=folder, env=environment, capture_output=True, text=True,
                              timeout=600, check=False)
        if done.returncode != 0 and attempt[1] == "mod":
            skip(f"Go's module cannot be had: {done.stderr.strip()[-200:]}")
        assert done.returncode == 0, done.stderr
    return program


def verified(program: Path, tiles: Path, vkey: str) -> subprocess.CompletedProcess:
    return subprocess.run([program, tiles, vkey], capture_output=True, text=True, timeout=300, check=False)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        go = folder / "go"
        go.mkdir()
        program = build(go)
        state, tiles = folder / "state", folder / "tiles"
        with Served(state) as server:
            size = 0
            for count in (1, 254, 1, 1, 1000, 1000, 323):
                server.post([f"body {size + i}" for i in range(count)])
                size += count
        vkey = (state / "ledger-key.pub").read_text().strip()
        done = run("ledger", "checkpoint", "--state", state, "--tiles", tiles)
        assert done.returncode == 0, done.stderr
        done = verified(program, tiles, vkey)
        assert done.returncode == 0, done.stderr
        assert f"{size} entries" in done.stdout, done.stdout
        print(done.stdout, end="")
        # And it is a judge: one bit, in every kind of file, is refused.
        for name in ("tile/0/000", "tile/1/000.p/10", "tile/entries/003", "checkpoint"):
            file = tiles / name
            whole = file.read_bytes()
            file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
            assert verified(program, tiles, vkey).returncode == 1, name
            file.write_bytes(whole)
        assert verified(program, tiles, vkey).returncode == 0


if __name__ == "__main__":
    main()
