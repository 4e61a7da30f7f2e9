#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tampering_drill.py APPENDER SOURCES: makes a ledger with erased and living vaults, leaves it once closed
and once as a crash leaves it, exports it, and lets tools/tampering_drill.py flip bits of each.
CUPEL_FLIPS says how many (default 150 in all)."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

APPENDER, SOURCES = sys.argv[1], Path(sys.argv[2])
FLIPS = int(os.environ.get("CUPEL_FLIPS", "150"))


def drill(flips: int, verify: str, show: str, *files: Path) -> int:
    return subprocess.run([sys.executable, SOURCES / "tools/tampering_drill.py", "--flips", str(flips), "--verify",
                           verify, "--show", show, *files], check=False).returncode


def crash(state: Path, crashed: Path) -> None:
    """A copy whose writer was killed. A last commit that was killed before its checkpoint was published
    was never acknowledged either: without it the log is as a crash a moment earlier leaves it, and nobody
    could tell. So the writer is killed until the published checkpoint is the newest one."""
    for _ in range(50):
        shutil.rmtree(crashed, ignore_errors=True)
        shutil.copytree(state, crashed)
        with subprocess.Popen([APPENDER, crashed, "0"], stdout=subprocess.PIPE) as writer:
            for _ in range(12):
                writer.stdout.readline()
            writer.kill()
            writer.communicate()
        shutil.rmtree(str(crashed) + "-look", ignore_errors=True)
        look = shutil.copytree(crashed, str(crashed) + "-look")
        size = subprocess.run([APPENDER, look, "verify"], check=True, capture_output=True, text=True).stdout.strip()
        if (crashed / "ledger-tail").read_text().splitlines()[1] == size:
            assert (crashed / "ledger.db-wal").stat().st_size > 0
            return
    sys.exit("the writer was always killed between commit and publication")


def main() -> int:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        state, crashed, export = folder / "state", folder / "crashed", folder / "export.jsonl"
        subprocess.run([APPENDER, state, "25"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([APPENDER, state, "erase", "subject 3"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([APPENDER, state, "export", export], check=True)
        crash(state, crashed)

        def commands(where: Path) -> list[str]:
            return [f"{APPENDER} {where} verify", f"{APPENDER} {where} dump"]

        codes = [
            drill(FLIPS // 2, *commands(state), state / "ledger.db", state / "ledger-checkpoint",
                  state / "ledger-key.pub"),
            drill(FLIPS // 4, *commands(crashed), crashed / "ledger.db", crashed / "ledger.db-wal",
                  crashed / "ledger-tail"),
            drill(FLIPS - FLIPS // 2 - FLIPS // 4, f"{APPENDER} {export} verify-export", "true", export),
        ]
        return max(codes)


sys.exit(main())
