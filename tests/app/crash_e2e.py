#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9, Ctrl-C and a disk that refuses, at any moment of `cupel assess`: the ledger verifies
afterwards and holds every entry it held before, and the next assessment works."""
import os
import random
import signal
import subprocess
import time

from e2e import CUPEL, SOURCE, Tests, run, small_system

SEED = int(os.environ.get("CUPEL_SEED", random.randrange(1 << 30)))
ROUNDS = int(os.environ.get("CUPEL_ROUNDS", "40"))


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
        big.truncate(6 << 30)  # sparse: seconds of hashing, no disk
    process = subprocess.Popen([CUPEL, "assess", system], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(0.7)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130, (process.returncode, errors)
    assert time.monotonic() - asked < 1.0, "it took too long to stop"
    assert "cancelled" in errors, errors
    last = run("ledger", "show", str(ledger_size(system) - 1), "--state", system / ".cupel").stdout
    assert '"outcome": "cancelled"' in last, last
    os.unlink(system / "big.bin")
    assert run("assess", system).returncode in (1, 3)


def shim():
    path = os.environ.get("CUPEL_FAULTY_IO", "")
    assert os.path.exists(path), "CUPEL_FAULTY_IO names no library"
    return path


def test_every_write_and_sync_refused_once(folder):
    system = small_system(folder)
    run("assess", system)
    before = entries(system)
    counted = folder / "count"
    done = run("assess", system, env={"LD_PRELOAD": shim(), "FAULTY_IO_COUNT": str(counted)})
    assert done.returncode in (1, 3), done.stderr
    total = int(counted.read_text().split()[0])
    assert total > 20, f"only {total} calls were counted"
    refused = 0
    for errno_name in ("ENOSPC", "EIO"):
        for n in range(1, total + 1):
            done = run("assess", system, env={"LD_PRELOAD": shim(), "FAULTY_IO_AT": str(n),
                                              "FAULTY_IO_ERRNO": errno_name})
            assert done.returncode in (1, 3), f"call {n} {errno_name}: {done.returncode} {done.stderr}"
            refused += "error:" in done.stderr
            ledger_size(system)
            after = entries(system)
            assert after[:len(before)] == before, f"call {n}: entries were lost"
            before = after
    assert refused > total, f"only {refused} of {2 * total} refusals were told"


def test_killed_at_every_write_and_sync(folder):
    system = small_system(folder)
    run("assess", system)
    before = entries(system)
    killed = 0
    for n in range(1, 400):
        done = run("assess", system, env={"LD_PRELOAD": shim(), "FAULTY_IO_AT": str(n),
                                          "FAULTY_IO_ERRNO": "KILL"})
        ledger_size(system)
        after = entries(system)
        assert after[:len(before)] == before, f"call {n}: entries were lost"
        before = after
        if done.returncode != -signal.SIGKILL:
            break
        killed += 1
    assert 20 < killed < 399, f"killed at {killed} calls"


def test_full_disk_stays_full(folder):
    system = small_system(folder)
    run("assess", system)
    before = entries(system)
    for n in (1, 3, 7, 15, 30):
        done = run("assess", system, env={"LD_PRELOAD": shim(), "FAULTY_IO_AT": str(n),
                                          "FAULTY_IO_ERRNO": "ENOSPC", "FAULTY_IO_STICKY": "1"})
        assert done.returncode == 3, f"call {n}: {done.returncode} {done.stderr}"
        assert "hint:" in done.stderr, done.stderr
        ledger_size(system)
        assert entries(system)[:len(before)] == before


Tests(globals()).main()
