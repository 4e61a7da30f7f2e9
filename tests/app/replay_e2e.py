#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An export replays to the same verdicts; after any change it is refused, and said where."""
import random
import re

from e2e import DAY_ONE, Tests, assessment, example_copy, run, small_system


def exported(system, folder, name="export.jsonl"):
    file = folder / name
    done = run("ledger", "export", file, "--state", system / ".cupel")
    assert done.returncode == 0, done.stderr
    return file


def test_example_replays_as_recorded(folder):
    system = example_copy(folder)
    assessment(system)
    assessment(system, "2026-12-24T12:00:00Z")
    done = run("replay", exported(system, folder))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("72 verdicts recomputed") == 2 and done.stdout.count("all as recorded") == 2
    assert "self-consistent only" in done.stdout
    again = run("replay", exported(system, folder), "--assets", system, now=DAY_ONE)
    assert again.returncode == 0, again.stdout


def test_assets_that_changed_are_seen(folder):
    system = example_copy(folder)
    assessment(system)
    export = exported(system, folder)
    model = system / "models" / "fraud.json"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    done = run("replay", export, "--assets", system, now=DAY_ONE)
    assert done.returncode == 1, done.stdout
    assert "artifact.declared-digest" in done.stdout, done.stdout


def test_trust_and_earlier_checkpoints(folder):
    system = small_system(folder)
    run("assess", system)
    key = system / ".cupel" / "ledger-key.pub"
    early = folder / "early"
    early.write_text(run("ledger", "checkpoint", "--state", system / ".cupel").stdout)
    run("assess", system)
    export = exported(system, folder)
    done = run("replay", export, "--trust", key, "--checkpoint", early)
    assert done.returncode == 0 and "trusted key" in done.stdout, done.stdout
    assert "extends the earlier checkpoint" in done.stdout, done.stdout
    other = small_system(folder, "other")
    run("assess", other)
    stranger = run("replay", export, "--trust", other / ".cupel" / "ledger-key.pub")
    assert stranger.returncode == 1, stranger.stdout
    rebuilt = run("ledger", "verify", "--state", other / ".cupel", "--checkpoint", early)
    assert rebuilt.returncode == 1, rebuilt.stdout


def test_every_kind_of_change_is_refused_and_placed(folder):
    system = small_system(folder)
    run("assess", system)
    export = exported(system, folder)
    whole = export.read_bytes()
    rng = random.Random(304223)
    changed = folder / "changed.jsonl"
    places = [0, 1, len(whole) - 1, len(whole) - 2, *(rng.randrange(len(whole)) for _ in range(60))]
    for at in places:
        for bent in (whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1:],
                     whole[:at] + whole[at + 1:], whole[:at] + b" " + whole[at:]):
            if bent == whole:
                continue
            changed.write_bytes(bent)
            done = run("replay", changed)
            assert done.returncode == 1, (at, done.stdout, done.stderr)
            assert re.search(r"refused: line \d+", done.stdout), (at, done.stdout)


def test_a_file_that_is_no_export_is_said_so(folder):
    for content in (b"", b"\x00" * 4096, b"{}\n", b"not an export"):
        file = folder / "x"
        file.write_bytes(content)
        done = run("replay", file)
        assert done.returncode == 1 and "refused" in done.stdout, done.stdout
    assert run("replay", folder / "missing").returncode == 3
    assert run("replay").returncode == 2


Tests(globals()).main()
