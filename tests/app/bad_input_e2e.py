#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every kind of bad input: a clear message, the right exit code, nothing lost, nothing hangs."""
import json
import os
import subprocess
import threading

from e2e import CUPEL, Tests, run, small_system


def findings(report):
    return [d for o in report["observations"] for d in o["diagnostics"]]


def assess(system, *words):
    done = run("assess", system, "--report", "json", *words)
    assert done.returncode in (1, 3), (done.returncode, done.stderr)
    return json.loads(done.stdout)


def test_links_fifos_and_sockets_are_told_not_followed(folder):
    system = small_system(folder)
    secret = folder / "outside.pkl"
    secret.write_bytes(b"\x80\x04N.")
    os.symlink(secret, system / "link.pkl")
    os.symlink("/etc", system / "etc")
    os.symlink("loop", system / "loop")
    os.mkfifo(system / "fifo")
    report = assess(system)
    places = {d["place"]["path"][0] for d in findings(report) if d["code"] == "INV003"}
    assert {"link.pkl", "etc", "fifo", "loop"} <= places, places
    assert not any("passwd" in json.dumps(o) for o in report["observations"])
    verdict = {p["id"]: p["verdict"] for p in report["provisions"]}
    assert verdict["5.2.1-1"] != "pass"


def test_odd_files_end_in_time(folder):
    system = small_system(folder)
    (system / "empty.pkl").write_bytes(b"")
    (system / "cut.pkl").write_bytes(b"\x80\x04\x95\xff\xff")
    (system / "empty.safetensors").write_bytes(b"")
    (system / "lies.safetensors").write_bytes(b"\xff" * 7 + b"\x7f{}")
    with open(system / "huge.bin", "wb") as huge:
        huge.truncate(1 << 30)
    deep = system
    for _ in range(150):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "leaf.txt").write_text("x")
    (system / "na\x1b[31mme\n.txt").write_text("hostile name")
    report = assess(system)
    screen = run("assess", system)
    assert "\x1b[31mme" not in screen.stdout + screen.stderr
    assert any(d["code"] in ("PKL003", "SFT001") for d in findings(report))


def test_a_pickle_bomb_is_not_waited_for(folder):
    system = small_system(folder)
    # memoised tuples of themselves: 2^60 elements when built, 200 bytes on disk
    (system / "bomb.pkl").write_bytes(b"\x80\x04)\x94" + b"h\x00h\x00\x86\x94" * 60 + b".")
    (system / "long.pkl").write_bytes(b"\x80\x04X\xff\xff\xff\x7fshort")
    assess(system)


def test_unreadable_is_inconclusive_not_silent(folder):
    system = small_system(folder)
    (system / "closed.safetensors").write_bytes(b"\x02\x00\x00\x00\x00\x00\x00\x00{}")
    os.chmod(system / "closed.safetensors", 0)
    for path in (folder, system, system / "prompts"):
        os.chmod(path, 0o777)
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    done = subprocess.run([*user, CUPEL, "assess", system, "--report", "json"], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode in (1, 3), done.stderr
    report = json.loads(done.stdout)
    assert any(d["code"] == "INV003" and d["place"]["path"] == ["closed.safetensors"]
               for d in findings(report)), findings(report)


def test_files_that_change_meanwhile(folder):
    system = small_system(folder)
    victim = system / "moving.safetensors"
    stop = threading.Event()

    def write():
        n = 0
        while not stop.is_set():
            n += 1
            with open(victim, "wb") as out:
                out.write(os.urandom(1 << 20) * (n % 5 + 1))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            assess(system)
    finally:
        stop.set()
        writer.join()
    assert run("ledger", "verify", "--state", system / ".cupel").returncode == 0


def test_mistakes_in_cupel_yaml_point(folder):
    system = small_system(folder)
    text = (system / "cupel.yaml").read_text()
    cases = {"scenario: chatbot": ("scenario: chatbott", "chatbot"),
             "kind: model": ("kind: modle", "model"),
             "roles: [developer]": ("rols: [developer]", "roles"),
             "path: model.safetensors": ("path: ../x", ""),
             "cupel: 1": ("cupel: [1", "")}
    for right, (wrong, meant) in cases.items():
        (system / "cupel.yaml").write_text(text.replace(right, wrong))
        done = run("assess", system)
        assert done.returncode == 2, (wrong, done.returncode, done.stderr)
        assert "cupel.yaml:" in done.stderr and "^" in done.stderr, done.stderr
        assert meant in done.stderr, done.stderr
    assert not (system / ".cupel").exists(), "a description that cannot be read leaves no evidence"


def test_the_command_line_helps(folder):
    for words, hint in ((["asses"], "assess"), (["assess", "--ouput", "x"], "--output"),
                        (["explain", "PKL01"], "PKL001"), (["list", "provision"], "provisions"),
                        (["assess", "--fail-on", "shal"], "shall"),
                        (["assess", folder / "nowhere"], "does not exist"),
                        (["assess", folder], "cupel init")):
        done = run(*words)
        assert done.returncode == 2, (words, done.returncode)
        assert hint in done.stderr, (words, done.stderr)
    assert run().returncode == 2
    assert run("--help").returncode == 0 and run("--version").stdout.startswith("cupel 0.")


def test_a_full_standard_output_is_said(folder):
    system = small_system(folder)
    with open("/dev/full", "w") as full:
        done = subprocess.run([CUPEL, "list", "provisions"], stdout=full, stderr=subprocess.PIPE,
                              text=True)
    assert done.returncode == 3 and "standard output" in done.stderr, (done.returncode, done.stderr)


def test_two_at_once_both_end_well(folder):
    system = small_system(folder)
    run("assess", system)
    both = [subprocess.Popen([CUPEL, "assess", system], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode in (1, 3), (process.returncode, errors)
    assert run("ledger", "verify", "--state", system / ".cupel").returncode == 0


def test_a_ledger_that_is_not_one(folder):
    system = small_system(folder)
    run("assess", system)
    ledger = system / ".cupel" / "ledger.db"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:len(whole) // 2])
    done = run("assess", system)
    assert done.returncode in (1, 3) and "error:" in done.stderr, (done.returncode, done.stderr)
    verify = run("ledger", "verify", "--state", system / ".cupel")
    assert verify.returncode != 0, verify.stdout


Tests(globals()).main()
