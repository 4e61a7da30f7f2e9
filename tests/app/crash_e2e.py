#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9, Ctrl-C and a disk that refuses, at any moment of `cupel assess`: the ledger verifies
afterwards and holds every entry it held before, and the next assessment works."""
import os
import random
import shutil
import signal
import subprocess
import time

from e2e import CUPEL, SOURCE, Tests, run, small_system

SEED = int(os.environ.get("CUPEL_SEED", random.randrange(1 << 30)))
ROUNDS = int(os.environ.get("CUPEL_ROUNDS", "25"))
# Every how manieth call is refused; 1 for all of them, which takes a quarter of an hour.
STRIDE = int(os.environ.get("CUPEL_STRIDE", "23"))


def ledger_size(system):
    done = run("ledger", "verify", "--state", system / ".cupel", "--format", "json")
    assert done.returncode == 0, f"seed {SEED}: {done.stdout}{done.stderr}"
    import json
    return json.loads(done.stdout)["size"]


def entries(system):
    done = run("ledger", "list", "--state", system / ".cupel")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_kill_at_random_moments(folder):
    system = small_system(folder)
    rng = random.Random(SEED)
    assert run("assess", system).returncode in (1, 3)
    started = time.monotonic()
    run("assess", system)
    usual = time.monotonic() - started
    before = entries(system)
    killed = 0
    for _ in range(ROUNDS):
        process = subprocess.Popen([CUPEL, "assess", system], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0, usual * 1.1))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        ledger_size(system)
        after = entries(system)
        assert after[:len(before)] == before, f"seed {SEED}: entries were lost or changed"
        before = after
    assert killed > ROUNDS // 4, f"only {killed} of {ROUNDS} were killed in the middle"
    assert run("assess", system).returncode in (1, 3)


def test_interrupt_is_evidence_and_exits_130(folder):
    system = small_system(folder)
    with open(system / "big.bin", "wb") as big:
        big.truncate(200 << 30)  # sparse: minutes of hashing, no disk
    process = subprocess.Popen([CUPEL, "assess", system], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(0.7)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130, (process.returncode, errors)
    assert "cancelled" in errors, errors
    last = run("ledger", "show", str(ledger_size(system) - 1), "--state", system / ".cupel").stdout
    assert '"outcome": "cancelled"' in last, last
    os.unlink(system / "big.bin")
    assert run("assess", system).returncode in (1, 3)


class Restored:
    """A system whose state is put back before each round, so that rounds stay short."""

    def __init__(self, folder):
        self.system = small_system(folder)
        run("assess", self.system)
        self.state = self.system / ".cupel"
        self.saved = shutil.copytree(self.state, folder / "saved")
        self.before = entries(self.system)

    def round(self, **faults):
        shutil.rmtree(self.state)
        shutil.copytree(self.saved, self.state)
        return run("assess", self.system, env={"LD_PRELOAD": shim(), **faults})

    def stands(self, what):
        ledger_size(self.system)
        after = entries(self.system)
        assert after[:len(self.before)] == self.before, f"{what}: entries were lost"
        return after


def shim():
    path = os.environ.get("CUPEL_FAULTY_IO", "")
    assert os.path.exists(path), "CUPEL_FAULTY_IO names no library"
    return path


def test_every_write_and_sync_refused_once(folder):
    restored = Restored(folder)
    counted = folder / "count"
    done = restored.round(FAULTY_IO_COUNT=str(counted))
    assert done.returncode in (1, 3), done.stderr
    total = int(counted.read_text().split()[0])
    assert total > 20, f"only {total} calls were counted"
    refused = rounds = 0
    for errno_name in ("ENOSPC", "EIO"):
        for n in range(1 + SEED % STRIDE, total + 1, STRIDE):
            rounds += 1
            done = restored.round(FAULTY_IO_AT=str(n), FAULTY_IO_ERRNO=errno_name)
            assert done.returncode in (1, 3), f"call {n} {errno_name}: {done.returncode} {done.stderr}"
            refused += "error:" in done.stderr
            restored.stands(f"call {n} {errno_name}")
    assert refused > rounds // 2, f"seed {SEED}: only {refused} of {rounds} refusals were told"
    print(f"        {rounds} of {2 * total} refusals tried, {refused} told as errors")


def test_killed_at_every_write_and_sync(folder):
    restored = Restored(folder)
    killed = 0
    for n in range(1 + SEED % STRIDE, 5000, STRIDE):
        done = restored.round(FAULTY_IO_AT=str(n), FAULTY_IO_ERRNO="KILL")
        restored.stands(f"killed at call {n}")
        if done.returncode != -signal.SIGKILL:
            break
        killed += 1
    assert killed > 5, f"seed {SEED}: killed at {killed} calls only"
    print(f"        killed at {killed} calls")


def test_full_disk_stays_full(folder):
    restored = Restored(folder)
    for n in (1, 3, 7, 15, 30):
        done = restored.round(FAULTY_IO_AT=str(n), FAULTY_IO_ERRNO="ENOSPC", FAULTY_IO_STICKY="1")
        assert done.returncode == 3, f"call {n}: {done.returncode} {done.stderr}"
        assert "hint:" in done.stderr, done.stderr
        restored.stands(f"full from call {n}")


Tests(globals()).main()
