#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`cupel ledger erase`: what it takes, what it asks for, and that the bytes are gone."""
import sqlite3

from e2e import Tests, run, small_system
from serving import Served

SECRET = "the loan of Ana was refused"


def ledger_with_subjects(folder):
    """Three entries of Ana's, two of Bea's, written through the service."""
    state = folder / "state"
    with Served(state) as ledger:
        for i, who in enumerate(("Ana", "Bea", "Ana", "Bea", "Ana")):
            ledger.post([f"{SECRET} {i} {who}"], vault=who)
    return state


def key_of(state, vault):
    with sqlite3.connect(state / "ledger.db") as database:
        [(secret,)] = database.execute("SELECT secret FROM vault WHERE name = ?", (vault,)).fetchall()
    return secret


def files_hold(state, what):
    return [path.name for path in sorted(state.glob("ledger.db*")) if what in path.read_bytes()]


def test_a_subject_is_erased_and_the_log_verifies(folder):
    state = ledger_with_subjects(folder)
    key = key_of(state, "Ana")
    assert files_hold(state, key), "the key should stand somewhere before"
    done = run("ledger", "erase", "Ana", "--reason", "request 4711", "--yes", "--state", state)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("erased: 3 bodies of `Ana`", "stays: the leaf", "stands neither in the database",
                 "cannot be assured: backups", "the log still verifies: 6 entries"):
        assert part in done.stdout, (part, done.stdout)
    assert not files_hold(state, key) and not files_hold(state, SECRET.encode())
    assert run("ledger", "verify", "--state", state).returncode == 0
    assert '"body": null' in run("ledger", "show", "2", "--state", state).stdout
    assert SECRET in run("ledger", "show", "1", "--state", state).stdout
    again = run("ledger", "erase", "Ana", "--yes", "--state", state)
    assert again.returncode == 3 and "no vault `Ana`" in again.stderr, again.stderr


def test_an_entry_means_its_vault(folder):
    state = ledger_with_subjects(folder)
    done = run("ledger", "erase", "1", "--yes", "--state", state)
    assert done.returncode == 0 and "erased: 2 bodies of `Bea`" in done.stdout, done.stdout + done.stderr
    assert SECRET in run("ledger", "show", "0", "--state", state).stdout


def test_nothing_goes_without_a_word(folder):
    state = ledger_with_subjects(folder)
    done = run("ledger", "erase", "Ana", "--state", state, input="Ana\n")
    assert done.returncode == 2 and "nothing was done" in done.stderr and "--yes" in done.stderr, done.stderr
    assert "entries 0, 2, 4" in done.stderr, done.stderr
    assert SECRET in run("ledger", "show", "0", "--state", state).stdout
    for word, part in (("9", "no entry 9"), ("Carl", "no vault `Carl`")):
        done = run("ledger", "erase", word, "--yes", "--state", state)
        assert done.returncode in (2, 3) and part in done.stderr, done.stderr
    done = run("ledger", "erase", "Ana", "--yes", "--state", folder / "nowhere")
    assert done.returncode == 3 and not (folder / "nowhere").exists(), done.stderr


def test_evidence_of_cycles_goes_only_by_its_name(folder):
    system = small_system(folder)
    assert run("assess", system).returncode in (1, 3)
    state = system / ".cupel"
    done = run("ledger", "erase", "0", "--yes", "--state", state)
    assert done.returncode == 2 and "`general`" in done.stderr, done.stderr
    assert run("ledger", "verify", "--state", state).returncode == 0


Tests(globals()).main()
