#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`cupel ledger serve` over real sockets: entries, tiles, proofs, tokens, witnesses; killed and
stopped in the middle."""
import base64
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import sys
import threading
import time

from e2e import SOURCE, Tests, run
from serving import TOKEN, Served

sys.path[:0] = [str(SOURCE / "tests" / "ledger")]
import verify_proof  # noqa: E402  pylint: disable=wrong-import-position

FAULTY_IO = os.environ.get("CUPEL_FAULTY_IO", "")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves):
    """RFC 6962 2.1, as it is written there."""
    if len(leaves) == 1:
        return sha256(b"\0", leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1", root_of(leaves[:half]), root_of(leaves[half:]))


def tile_path(level, number, width):
    assert number < 1000
    return f"tile/{level}/{number:03}" + (f".p/{width}" if width < 256 else "")


def read_log(fetch):
    """The checkpoint's size and the leaves; its root must be theirs. `fetch` gives bytes of a path."""
    checkpoint = fetch("checkpoint").decode()
    size, root = int(checkpoint.split("\n")[1]), base64.b64decode(checkpoint.split("\n")[2])
    leaves = []
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        bundle = fetch(tile_path("entries", number, width))
        hashes = fetch(tile_path(0, number, width))
        assert len(hashes) == width * 32
        for at in range(width):
            length = int.from_bytes(bundle[:2], "big")
            leaves.append(bundle[2:2 + length])
            bundle = bundle[2 + length:]
            assert sha256(b"\0", leaves[-1]) == hashes[at * 32:at * 32 + 32]
        assert not bundle
    assert root_of(leaves) == root
    return size, leaves


def of_folder(folder):
    return lambda path: (folder / path).read_bytes()


def of_server(server):
    def fetch(path):
        status, headers, data = server.ask("GET", f"/{path}")
        assert status == 200, (path, status, data)
        kind = "text/plain; charset=utf-8" if path == "checkpoint" else "application/octet-stream"
        assert headers["Content-Type"] == kind, headers
        assert headers["Cache-Control"] == ("no-cache" if path == "checkpoint" else "max-age=31536000, immutable")
        return data
    return fetch


def test_entries_tiles_and_proofs(folder):
    with Served(folder / "state") as server:
        assert server.ask("GET", "/checkpoint")[0] == 404
        receipts = server.post([f"{n}" for n in range(600)])
        assert [receipt["index"] for receipt in receipts] == list(range(600))
        one = server.connect()
        for n in range(20):
            assert server.post([f"later {n}"], one)[0]["index"] == 600 + n
        size, leaves = read_log(of_server(server))
        assert size == 620
        for n, leaf in enumerate(leaves[:600]):
            assert sha256(b"\0", leaf).hex() == receipts[n]["leaf_hash"]
        # A beginning of a tile is served as long as the log has it.
        assert server.ask("GET", "/tile/0/000.p/7")[2] == server.ask("GET", "/tile/0/000")[2][:7 * 32]
        for missing in ("/tile/0/002.p/109", "/tile/0/003", "/tile/1/000.p/3", "/tile/2/000.p/1", "/tile/0/0",
                        "/tile/0/000.p/256", "/nothing", "/", "/../ledger-key.pem", "/api/v1/proof/620"):
            assert server.ask("GET", missing)[0] == 404, missing
        vkey = (folder / "state" / "ledger-key.pub").read_text()
        for index in (0, 255, 256, 619):
            status, _, proof = server.ask("GET", f"/api/v1/proof/{index}")
            assert status == 200
            assert verify_proof.verify(proof, leaves[index], vkey, [])["size"] == 620
        # Text as it is, JSON as its canonical form, bytes in base64; its own vault; nothing else.
        def one_entry(**members):
            body = json.dumps({"type": "observation", "actor": "e2e", **members})
            return server.ask("POST", "/api/v1/entries", body, {"Content-Type": "application/json; charset=utf-8"})
        assert one_entry(body={"b": 1, "a": [True]}, vault="person 7")[0] == 201
        assert one_entry(body_base64="AAE=", media_type="application/octet-stream")[0] == 201
        for wrong in ({}, {"body": "", "more": 1}, {"body": "", "type": "erasure"}, {"body": "", "actor": ""}):
            assert one_entry(**wrong)[0] == 400, wrong
        assert server.ask("POST", "/api/v1/entries", "{", {"Content-Type": "application/json"})[0] == 400
        assert server.ask("POST", "/api/v1/entries", "{}", {"Content-Type": "text/plain"})[0] == 415
        assert server.ask("GET", "/api/v1/entries")[0] == 405
        assert server.ask("DELETE", "/checkpoint")[0] == 405
        assert server.ask("POST", "/api/v1/entries", b"x" * (17 << 20), {"Content-Type": "application/json"})[0] == 413
        # Nobody else writes meanwhile; readers read.
        assert run("ledger", "list", "--state", folder / "state").stdout.count("\n") == 622
    shown = json.loads(run("ledger", "show", 620, "--state", folder / "state").stdout)
    assert shown["body"] == {"b": 1, "a": [True]}, shown
    done = run("ledger", "verify", "--state", folder / "state")
    assert done.returncode == 0, done.stdout


def test_token_and_addresses(folder):
    token = folder / "token"
    token.write_text(TOKEN + "\n")
    with Served(folder / "state", "--token-file", token) as server:
        assert server.ask("GET", "/checkpoint")[0] == 401
        assert server.ask("GET", "/healthz", None, {"Authorization": "Bearer no"})[0] == 401
        server.token = TOKEN
        assert server.ask("GET", "/healthz")[0] == 200
        assert server.post(["x"])[0]["index"] == 0
    with Served(folder / "state") as server:
        assert server.ask("GET", "/healthz", None, {"Host": "evil.example"})[0] == 421
        assert server.ask("GET", "/healthz", None, {"Origin": "http://evil.example"})[0] == 403
    open_door = run("ledger", "serve", "--state", folder / "state", "--listen", "0.0.0.0:0")
    assert open_door.returncode == 3 and "without a token" in open_door.stderr, open_door.stderr
    wrong = run("ledger", "serve", "--state", folder / "state", "--listen", "nowhere")
    assert wrong.returncode == 2, wrong.stderr


def write_until_it_ends(server, acknowledged, name):
    connection = server.connect()
    try:
        for n in range(1_000_000):
            for receipt in server.post([f"{name} {n}"], connection):
                acknowledged.append((receipt["index"], receipt["leaf_hash"]))
    except (OSError, AssertionError, ValueError, http.client.HTTPException):
        pass


def test_killed_and_stopped_it_has_what_it_acknowledged(folder):
    rng = random.Random(304223)
    acknowledged = []
    tiles = folder / "tiles"
    for how in (signal.SIGKILL, signal.SIGTERM) * 3:
        with Served(folder / "state", "--tiles", tiles) as server:
            writers = [threading.Thread(target=write_until_it_ends, args=(server, acknowledged, n)) for n in range(8)]
            for writer in writers:
                writer.start()
            time.sleep(rng.uniform(0.3, 1.5))
            server.process.send_signal(how)
            code = server.process.wait(60)
            assert code == (0 if how == signal.SIGTERM else -signal.SIGKILL), code
            for writer in writers:
                writer.join()
        if (tiles / "checkpoint").exists():
            read_log(of_folder(tiles))
    done = run("ledger", "verify", "--state", folder / "state")
    assert done.returncode == 0, done.stdout
    assert run("ledger", "checkpoint", "--state", folder / "state", "--tiles", tiles).returncode == 0
    size, leaves = read_log(of_folder(tiles))
    assert size >= len(acknowledged) > 0
    for index, leaf_hash in acknowledged:
        assert sha256(b"\0", leaves[index]).hex() == leaf_hash
    print(f"        {len(acknowledged)} acknowledged, {size} there")


def test_publishing_killed_at_any_write_leaves_a_whole_log(folder):
    state, tiles = folder / "state", folder / "tiles"
    with Served(state) as server:
        server.post([str(n) for n in range(250)])
    assert run("ledger", "checkpoint", "--state", state, "--tiles", tiles).returncode == 0
    with Served(state) as server:
        server.post([str(n) for n in range(300)])
    count = folder / "count"
    environment = {"LD_PRELOAD": FAULTY_IO, "FAULTY_IO_ERRNO": "KILL", "FAULTY_IO_COUNT": str(count)}
    for at in range(1, 1000):
        copy = folder / "copy"
        shutil.copytree(tiles, copy)
        done = run("ledger", "checkpoint", "--state", state, "--tiles", copy,
                   env={**environment, "FAULTY_IO_AT": str(at), "FAULTY_IO_UNDER": str(copy)})
        size, _ = read_log(of_folder(copy))
        assert size == 250 or size == 550, (at, size)
        again = run("ledger", "checkpoint", "--state", state, "--tiles", copy)
        assert again.returncode == 0, again.stderr
        assert read_log(of_folder(copy))[0] == 550, at
        shutil.rmtree(copy)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert at > 20, at
    print(f"        killed at each of {at - 1} calls")


def test_witness_cosigns_and_refuses_a_rebuilt_history(folder):
    state, other = folder / "state", folder / "witness"
    with Served(state) as server:
        server.post(["a", "b", "c"])
    log = state / "ledger-key.pub"
    early = folder / "early"
    early.write_text(run("ledger", "checkpoint", "--state", state).stdout)
    assert run("ledger", "serve", "--witness", "--state", other).returncode == 2
    with Served(other, "--witness", "--log", log) as witness:
        def cosign(*words, at=state):
            return run("ledger", "checkpoint", "--state", at, "--witness", witness.url, *words)
        key = (other / "witness-key.pub").read_text().strip()
        assert key == witness.name
        first = cosign("--witness-key", other / "witness-key.pub")
        assert first.returncode == 0, first.stderr
        assert first.stdout.startswith(early.read_text()) and first.stdout.count("\u2014") == 2
        with Served(state) as server:
            server.post(["d", "e"])
            leaves = read_log(of_server(server))[1]
        def proof(index):
            text = run("ledger", "prove", index, "--state", state)
            assert text.returncode == 0, text.stderr
            return text.stdout.encode(), text.stderr
        before = time.time()
        found = verify_proof.verify(proof(1)[0], leaves[1], log.read_text(), [key])
        assert found["size"] == 3 and abs(found["cosigned"][0] - before) < 600
        assert "no witness has cosigned" in proof(4)[1]
        assert cosign("--witness-key", key).returncode == 0
        assert verify_proof.verify(proof(4)[0], leaves[4], log.read_text(), [key])["size"] == 5
        # Somebody else's key does not pass for the witness's, and another ledger is not known.
        assert cosign("--witness-key", key.replace("+", "+0", 1)).returncode != 0
        with Served(folder / "stranger") as server:
            server.post(["x"])
        unknown = cosign(at=folder / "stranger")
        assert unknown.returncode == 3 and "404" in unknown.stderr, unknown.stderr
        # The owner of the key rebuilds the history, as long as it was and then longer.
        verify = ("ledger", "verify", "--state", state, "--trust", log)
        assert run(*verify, "--checkpoint", early).returncode == 0
        for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger-checkpoint", "ledger-tail", "ledger-cosigned"):
            (state / name).unlink(missing_ok=True)
        for bodies in (["a"], ["B", "c", "d", "e"], ["f", "g"]):
            with Served(state) as server:
                server.post(bodies)
            done = cosign("--witness-key", key)
            assert done.returncode == 1, done.stderr + done.stdout
            assert "shrunk" in done.stderr or "another history" in done.stderr, done.stderr
        assert run(*verify).returncode == 0  # consistent in itself, and signed by the key
        rebuilt = run(*verify, "--checkpoint", early)
        assert rebuilt.returncode == 1 and "does NOT extend" in rebuilt.stdout, rebuilt.stdout
    # Nothing but a usable answer is taken from a witness.
    nobody = run("ledger", "checkpoint", "--state", state, "--witness", "http://127.0.0.1:1")
    assert nobody.returncode == 3, nobody.stderr
    secure = run("ledger", "checkpoint", "--state", state, "--witness", "https://w.example")
    assert secure.returncode == 3 and "no TLS" in secure.stderr, secure.stderr


def test_witness_killed_at_any_write_never_goes_back(folder):
    state = folder / "state"
    with Served(state) as server:
        server.post(["a"])
    log = state / "ledger-key.pub"
    ready = folder / "ready"
    with Served(ready, "--witness", "--log", log) as witness:
        assert run("ledger", "checkpoint", "--state", state, "--witness", witness.url).returncode == 0
    with Served(state) as server:
        server.post(["b"])
    checkpoint = run("ledger", "checkpoint", "--state", state).stdout
    with Served(state) as server:
        leaves = read_log(of_server(server))[1]
    request = f"old 1\n{base64.b64encode(sha256(bytes(1), leaves[1])).decode()}\n\n{checkpoint}"
    for at in range(1, 100):
        other = folder / "copy"
        shutil.copytree(ready, other)
        environment = {"LD_PRELOAD": FAULTY_IO, "FAULTY_IO_ERRNO": "KILL", "FAULTY_IO_AT": str(at),
                       "FAULTY_IO_UNDER": str(other / "witness")}
        answered = 0
        try:
            with Served(other, "--witness", "--log", log, env=environment) as witness:
                answered = witness.ask("POST", "/add-checkpoint", request)[0]
        except (AssertionError, OSError, http.client.HTTPException):
            pass  # killed before it listened, or while it answered
        with Served(other, "--witness", "--log", log) as witness:
            status, headers, data = witness.ask("POST", "/add-checkpoint", "old 0\n\n" + checkpoint)
            assert status == 409 and headers["Content-Type"] == "text/x.tlog.size"
            assert data in ((b"2\n",) if answered == 200 else (b"1\n", b"2\n")), (at, answered, data)
        shutil.rmtree(other)
        if answered == 200:
            break
    assert 4 < at < 50, at
    print(f"        killed at each of {at - 1} calls")


Tests(globals()).main()
