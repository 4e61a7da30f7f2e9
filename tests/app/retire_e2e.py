#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`cupel retire` on a real folder: what is found, what is erased, what is left alone, and that a
run that was killed anywhere is gone on with."""
import base64
import http.server
import json
import os
import shutil
import signal
import struct
import tarfile
import threading
import zipfile

from e2e import Tests, new_key, run
from serving import Served

WEIGHTS = [bytes((i * k + 7) % 251 for i in range(4000)) for k in (3, 11)]
FAULTY_IO = os.environ.get("CUPEL_FAULTY_IO", "")
# At every how manieth call it is killed or refused; 1 for all of them.
STRIDE = int(os.environ.get("CUPEL_STRIDE", "7"))


def safetensors(tensors, note="x"):
    header, at = {"__metadata__": {"note": note}}, 0
    for name, data in tensors.items():
        header[name] = {"dtype": "U8", "shape": [len(data)], "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(tensors.values())


MODEL = safetensors({"a": WEIGHTS[0], "b": WEIGHTS[1]})


def system_with_a_model(folder, url="http://127.0.0.1:1/score", extra=""):
    """A system whose one model is to go, and the keys of its people beside it."""
    root = folder / "system"
    for name in ("models", "old", "docs"):
        (root / name).mkdir(parents=True)
    keys = {who: new_key(folder, who) for who in ("ana", "bea", "oskar")}
    (root / "models" / "fraud.safetensors").write_bytes(MODEL)
    (root / "docs" / "notes.md").write_text("Nothing to see here, but for the record.\n")
    (root / "cupel.yaml").write_text(f"""cupel: 1
name: cards
version: "2"
scenario: fraud-detection
roles: [developer, system-operator]
people:
  - {{name: Ana, roles: [owner], public_key: {keys["ana"]}}}
  - {{name: Bea, roles: [data-custodian], public_key: {keys["bea"]}}}
  - {{name: Oskar, roles: [system-operator], public_key: {keys["oskar"]}}}
assets:
  - {{name: fraud-model, kind: model, path: models/fraud.safetensors, origin: internal, custodian: Bea,
     sensitivity: confidential}}
endpoints:
  - {{name: scoring, url: "{url}", exposure: internal}}
{extra}""")
    return root


def put_copies(root):
    """Copies under other names, packed, converted, linked; and things that only look so."""
    old = root / "old"
    (old / "renamed.bin").write_bytes(MODEL)
    os.link(root / "models" / "fraud.safetensors", old / "hard-link.bin")
    os.symlink("../models/fraud.safetensors", old / "link.bin")
    with zipfile.ZipFile(old / "alone.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(old / "renamed.bin", "deep/inside.bin")
    with tarfile.open(old / "alone.tar.gz", "w:gz") as archive:
        archive.add(old / "alone.zip", "nightly.zip")
    with zipfile.ZipFile(old / "release.zip", "w") as archive:
        archive.write(old / "renamed.bin", "fraud.safetensors")
        archive.writestr("CHANGELOG", "what changed\n" * 9)
    (old / "converted.safetensors").write_bytes(safetensors({"x.b": WEIGHTS[1], "x.a": WEIGHTS[0]}, "other"))
    with zipfile.ZipFile(old / "export.pt", "w") as archive:
        archive.writestr("export/data.pkl", b"\x80\x02}q\x01.")
        for i, weights in enumerate(WEIGHTS):
            archive.writestr(f"export/data/{i}", weights)
    (old / "tuned.safetensors").write_bytes(safetensors({"a": WEIGHTS[0], "head": bytes(range(256)) * 9}))
    (root / "models" / "fraud.epoch3.safetensors").write_bytes(safetensors({"a": bytes(range(200)) * 9}))


GONE = ("models/fraud.safetensors", "old/renamed.bin", "old/hard-link.bin", "old/alone.zip", "old/alone.tar.gz",
        "old/converted.safetensors", "old/export.pt")


def retire(root, folder, *words, home=None, **options):
    env = {"HOME": str(home or folder / "nobody"), "HF_HOME": "", "HF_HUB_CACHE": "", **options.pop("env", {})}
    return run("retire", "fraud-model", "--system", root, *words, env=env, **options)


def plan_of(root, folder, *words, code=0):
    file = root / "disposals" / "fraud.plan.json"
    done = retire(root, folder, "--output", file, *words)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return file, json.loads(file.read_text()), done


def consent_to(root, folder, file, provision="5.5.1-2", who="Bea"):
    done = run("attest", provision, "--document", file, "--by", who, "--key", folder / f"{who.lower()}.pem",
               "--system", root)
    assert done.returncode == 0, done.stderr
    newest = max((root / "attestations").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    return newest


def dispose(root, folder, consent, *words, **options):
    return retire(root, folder, "--consent", consent, "--by", "Oskar", "--key", folder / "oskar.pem", "--yes",
                  *words, **options)


def record_of(root):
    [file] = [path for path in (root / "disposals").glob("*.json") if not path.name.endswith(".plan.json")]
    statement = json.loads(base64.b64decode(json.loads(file.read_text())["payload"]))
    return file, statement


def actions(plan):
    return {name: item["action"] for item in plan["items"] for name in item["names"]}


def content(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*"))
            if path.is_file() and not path.is_symlink() and ".cupel" not in path.parts}


def test_a_plan_finds_copies_and_changes_nothing(folder):
    root = system_with_a_model(folder)
    put_copies(root)
    before = content(root)
    done = retire(root, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert content(root) == before
    _, plan, _ = plan_of(root, folder)
    found = actions(plan)
    for name in GONE:
        assert found.get(name) == "erase", (name, found)
    assert found["old/link.bin"] == "unlink", found
    for name in ("old/release.zip", "old/tuned.safetensors", "models/fraud.epoch3.safetensors"):
        assert found.get(name) == "by-hand", (name, found)
    assert "docs/notes.md" not in found
    for part in ("plan sha256:", "nothing was erased", "`models/fraud.safetensors` stands in it as",
                 "1 of 2 tensors", "confirm  backups", "dead?    scoring", "beware"):
        assert part in done.stdout, (part, done.stdout)
    _, again, _ = plan_of(root, folder)
    assert again == plan, "the plan of the same facts is another one"


def test_nothing_goes_without_consent(folder):
    root = system_with_a_model(folder)
    file, _, _ = plan_of(root, folder)
    before = content(root)
    done = retire(root, folder, "--yes")
    assert done.returncode == 2 and "--consent" in done.stderr, done.stderr
    # By somebody who is not the custodian; to another plan; without a word.
    done = dispose(root, folder, consent_to(root, folder, file, who="Ana"))
    assert done.returncode == 1 and "not by `Bea`" in done.stderr, done.stderr
    done = dispose(root, folder, consent_to(root, folder, root / "docs" / "notes.md"))
    assert done.returncode == 1 and "another plan" in done.stderr, done.stderr
    consent = consent_to(root, folder, file)
    done = retire(root, folder, "--consent", consent, "--by", "Oskar", "--key", folder / "oskar.pem")
    assert done.returncode == 2 and "nothing was done" in done.stderr, done.stderr
    (root / "old" / "new-copy.bin").write_bytes(MODEL)  # the plan is another one now
    done = dispose(root, folder, consent)
    assert done.returncode == 1 and "another plan" in done.stderr, done.stderr
    after = content(root)
    assert {name: after[name] for name in before} == before


def test_erases_confirms_and_certifies(folder):
    root = system_with_a_model(folder)
    put_copies(root)
    outside = folder / "outside.bin"
    outside.write_bytes(MODEL)
    os.symlink(outside, root / "old" / "out.bin")
    file, plan, _ = plan_of(root, folder, "--include", "old/release.zip", "--include", "models/fraud.epoch3.safetensors",
                            "--revoked", "Carl")
    consent = consent_to(root, folder, file)
    done = dispose(root, folder, consent, "--include", "old/release.zip", "--include",
                   "models/fraud.epoch3.safetensors", "--revoked", "Carl")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "open     old/tuned.safetensors" in done.stdout and "open     not confirmed: backups" in done.stdout
    for name in (*GONE, "old/release.zip", "models/fraud.epoch3.safetensors"):
        assert not (root / name).exists(), name
    assert not (root / "old" / "link.bin").is_symlink() and (root / "old" / "out.bin").is_symlink()
    assert outside.read_bytes() == MODEL, "a file outside the system's folder was changed"
    assert (root / "docs" / "notes.md").exists() and (root / "old" / "tuned.safetensors").exists()
    # The same consent again, with what people vouch for.
    done = dispose(root, folder, consent, "--confirm", "backups", "--confirm", "old/tuned.safetensors")
    assert done.returncode == 0 and "complete: disposals/" in done.stdout, done.stdout + done.stderr
    certificate, statement = record_of(root)
    assert statement["_type"] == "https://in-toto.io/Statement/v1", statement
    predicate = statement["predicate"]
    assert predicate["outcome"] == "complete" and predicate["open"] == [], predicate["open"]
    erased = [one for one in predicate["locations"] if one["outcome"] == "erased" and "verification" in one]
    assert len(erased) == 8, [one["names"] for one in erased]
    for one in erased:
        assert one["method"] == "Clear" and one["standard"] == "NIST SP 800-88" and one["tool"].startswith("cupel ")
        assert one["verification"]["coverage_bytes"] >= one["size_bytes"] > 0, one
        assert one["medium"]["file_system"], one
    assert [one["state"] for one in predicate["endpoints"]] == ["dead"], predicate["endpoints"]
    assert [one["state"] for one in predicate["keys"]] == ["dead"]
    assert predicate["residue"]["copies"] == [] and predicate["performed_by"]["name"] == "Oskar"
    assert predicate["plan"] == file.read_text()
    listed = run("ledger", "list", "--state", root / ".cupel").stdout
    assert listed.count("  disposal") == 2, listed
    assert run("ledger", "verify", "--state", root / ".cupel").returncode == 0
    assert certificate.name.startswith("fraud-model-")


def assessed(root, id):
    done = run("assess", root, "--report", "json")
    assert done.returncode in (0, 1, 3), done.stderr
    [found] = [one for one in json.loads(done.stdout)["provisions"] if one["id"] == id]
    return {unit["id"].split("/")[1]: unit["verdict"] for unit in found["test_units"]}, found


def test_assess_asks_for_the_record_and_knows_it(folder):
    root = system_with_a_model(folder, extra="lifecycle: {fraud-model: end-of-life}\n")
    units, found = assessed(root, "5.5.1-2")
    assert units["disposal-record"] == "fail" and found["verdict"] == "fail", found
    file, _, _ = plan_of(root, folder)
    done = dispose(root, folder, consent_to(root, folder, file), "--confirm", "backups")
    assert done.returncode == 0, done.stdout + done.stderr
    units, found = assessed(root, "5.5.1-2")
    assert units["disposal-record"] == "inconclusive", found  # nobody has validated it
    certificate, _ = record_of(root)
    # Who did it cannot validate it.
    consent_to(root, folder, certificate, who="Oskar")
    assert assessed(root, "5.5.1-2")[0]["disposal-record"] == "inconclusive"
    consent_to(root, folder, certificate, who="Ana")
    done = run("attest", "roster", "--by", "Ana", "--key", folder / "ana.pem", "--system", root)
    assert done.returncode == 0, done.stderr
    units, found = assessed(root, "5.5.1-2")
    assert units["disposal-record"] == "pass", found
    units, _ = assessed(root, "5.2.1-1")
    assert units["inventory"] != "fail", "a retired asset is not a missing one"
    (root / "old" / "back.bin").write_bytes(MODEL)
    assert assessed(root, "5.5.1-2")[0]["disposal-record"] == "fail"


def test_what_came_back_is_disposed_of_again(folder):
    root = system_with_a_model(folder)
    file, _, _ = plan_of(root, folder)
    consent = consent_to(root, folder, file)
    assert dispose(root, folder, consent, "--confirm", "backups").returncode == 0
    done = dispose(root, folder, consent, "--confirm", "backups")
    assert done.returncode == 0 and "by an earlier run" in done.stdout, done.stdout + done.stderr
    model = root / "models" / "fraud.safetensors"
    model.write_bytes(MODEL)
    done = dispose(root, folder, consent, "--confirm", "backups")
    assert done.returncode == 0 and "erased   models/" in done.stdout and not model.exists(), done.stdout + done.stderr


def test_a_vault_goes_with_the_asset(folder):
    root = system_with_a_model(folder)
    with Served(root / ".cupel") as ledger:
        ledger.post(["a prompt of customer 7"], vault="customer 7")
    words = ("--vault", "customer 7")
    file, plan, _ = plan_of(root, folder, *words)
    assert plan["vaults"] == ["customer 7"]
    done = dispose(root, folder, consent_to(root, folder, file), *words, "--confirm", "backups")
    assert done.returncode == 0, done.stdout + done.stderr
    [vault] = record_of(root)[1]["predicate"]["vaults"]
    assert vault["entries"] == 1 and vault["outcome"] == "erased", vault
    assert '"body": null' in run("ledger", "show", "0", "--state", root / ".cupel").stdout


def test_a_transfer_names_the_recipient(folder):
    root = system_with_a_model(folder)
    words = ("--transfer-to", "Bank of B")
    file, plan, _ = plan_of(root, folder, *words)
    assert plan["transfer_to"] == "Bank of B"
    done = dispose(root, folder, consent_to(root, folder, file, "5.5.1-1"), *words, "--confirm", "backups",
                   "--confirm", "received")
    assert done.returncode == 0, done.stdout + done.stderr
    predicate = record_of(root)[1]["predicate"]
    assert predicate["transfer_to"] == "Bank of B"
    assert predicate["assets"][0]["destination"] == "handed over to Bank of B", predicate["assets"]
    assert assessed(root, "5.5.1-1")[0]["transfer-record"] == "inconclusive"


class Answering:
    """A server that answers everything with one status."""

    def __init__(self, status):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/score"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def test_an_endpoint_that_answers_is_a_finding(folder):
    for status, code, state in ((200, 1, "alive"), (410, 0, "dead"), (503, 3, "unknown")):
        with Answering(status) as url:
            work = folder / str(status)
            work.mkdir()
            root = system_with_a_model(work, url)
            file, _, _ = plan_of(root, work)
            done = dispose(root, work, consent_to(root, work, file), "--confirm", "backups")
            assert done.returncode == code, (status, done.stdout, done.stderr)
            assert [one["state"] for one in record_of(root)[1]["predicate"]["endpoints"]] == [state]


def test_a_key_that_still_counts_is_a_finding(folder):
    root = system_with_a_model(folder)
    file, _, _ = plan_of(root, folder, "--revoked", "Oskar", "--still-serves", "scoring")
    done = dispose(root, folder, consent_to(root, folder, file), "--revoked", "Oskar", "--still-serves", "scoring",
                   "--confirm", "backups")
    assert done.returncode == 1 and "FAILED   Oskar is alive" in done.stdout, done.stdout + done.stderr


def test_nothing_outside_the_folder_is_touched(folder):
    root = system_with_a_model(folder)
    model = root / "models" / "fraud.safetensors"
    os.link(model, folder / "second-name")
    cache = folder / "home" / ".cache" / "huggingface" / "hub" / "models--x" / "blobs"
    cache.mkdir(parents=True)
    (cache / "0123").write_bytes(MODEL)
    done = retire(root, folder, home=folder / "home")
    assert done.returncode == 0 and "1 more names outside" in done.stdout, done.stdout
    assert f"by hand  {cache}/0123" in done.stdout, done.stdout
    model.unlink()
    shutil.copy(folder / "second-name", model)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "w.bin").write_bytes(MODEL)
    file, _, _ = plan_of(root, folder, "--search", elsewhere)
    consent = consent_to(root, folder, file)
    done = dispose(root, folder, consent, "--search", elsewhere, "--confirm", "backups")
    assert done.returncode == 3 and f"open     {elsewhere}/w.bin" in done.stdout, done.stdout + done.stderr
    assert (elsewhere / "w.bin").read_bytes() == MODEL and (folder / "second-name").read_bytes() == MODEL
    assert not model.exists()
    (elsewhere / "w.bin").unlink()  # by hand
    done = dispose(root, folder, consent, "--search", elsewhere, "--confirm", "backups")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_medium_that_refuses_is_told(folder):
    root = system_with_a_model(folder)
    file, _, _ = plan_of(root, folder)
    consent = consent_to(root, folder, file)
    done = dispose(root, folder, consent, "--confirm", "backups",
                   env={"LD_PRELOAD": FAULTY_IO, "FAULTY_IO_READ_ONLY": str(root / "models")})
    assert done.returncode in (1, 3) and "kept     models/fraud.safetensors" in done.stdout, done.stdout + done.stderr
    assert (root / "models" / "fraud.safetensors").exists()
    assert record_of(root)[1]["predicate"]["outcome"] == "partial"
    done = dispose(root, folder, consent, "--confirm", "backups")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_cannot_be_looked_into_is_told(folder):
    root = system_with_a_model(folder)
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("fraud.safetensors", MODEL)
    (root / "old" / "cut.zip").write_bytes(whole.read_bytes()[:-100])
    done = retire(root, folder)
    assert done.returncode == 3 and "unseen   old/cut.zip" in done.stdout, (done.returncode, done.stdout)


class Rounds:
    """A system with copies and the consent to their end, put back before each round."""

    def __init__(self, folder):
        self.folder, self.root, self.original = folder, folder / "round", system_with_a_model(folder)
        put_copies(self.original)
        for name in ("old/tuned.safetensors", "models/fraud.epoch3.safetensors", "old/release.zip"):
            (self.original / name).unlink()
        file, _, _ = plan_of(self.original, folder)
        self.consent = consent_to(self.original, folder, file).relative_to(self.original)

    def restore(self):
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.original, self.root, symlinks=True)
        (self.root / "old/hard-link.bin").unlink()
        os.link(self.root / "models/fraud.safetensors", self.root / "old/hard-link.bin")

    def dispose(self, **faults):
        env = {"LD_PRELOAD": FAULTY_IO, **faults} if faults else {}
        return dispose(self.root, self.folder, self.root / self.consent, "--confirm", "backups", env=env)

    def ends(self, what):
        """A run that nothing disturbs brings it to its end."""
        done = self.dispose()
        assert done.returncode == 0, f"{what}: {done.returncode} {done.stdout}{done.stderr}"
        for name in GONE:
            assert not (self.root / name).exists(), f"{what}: {name} is there"
        assert record_of(self.root)[1]["predicate"]["outcome"] == "complete", what
        assert run("ledger", "verify", "--state", self.root / ".cupel").returncode == 0, what


def test_killed_anywhere_it_goes_on(folder):
    """Before every write, sync and unlink in turn: the second run ends what the first began."""
    rounds, killed = Rounds(folder), 0
    for at in range(1, 2000, STRIDE):
        rounds.restore()
        done = rounds.dispose(FAULTY_IO_ERRNO="KILL", FAULTY_IO_AT=str(at))
        if done.returncode != -signal.SIGKILL:
            assert done.returncode == 0, done.stderr
            break
        killed += 1
        rounds.ends(f"killed at call {at}")
    assert killed > 5, f"killed at {killed} calls only"
    print(f"        killed at {killed} calls")


def test_a_disk_that_refuses_once_is_told_and_tried_again(folder):
    rounds, told = Rounds(folder), 0
    for at in range(1 + STRIDE // 2, 160, 2 * STRIDE):
        for number in ("EIO", "ENOSPC"):
            rounds.restore()
            done = rounds.dispose(FAULTY_IO_ERRNO=number, FAULTY_IO_AT=str(at))
            assert done.returncode in (0, 1, 3), f"call {at} {number}: {done.returncode} {done.stderr}"
            told += done.returncode != 0
            rounds.ends(f"call {at} {number}")
    assert told > 5, f"only {told} refusals were told"
    print(f"        {told} refusals told")


def test_wrong_words(folder):
    root = system_with_a_model(folder)
    done = run("retire", "fraud-modle", "--system", root)
    assert done.returncode == 2 and "did you mean `fraud-model`" in done.stderr, done.stderr
    for words, part in ((("--include", "nowhere"), "--include"), (("--still-serves", "x"), "no endpoint"),
                        (("--vault", "x"), "--vault"), (("--search", folder / "nowhere"), "--search")):
        done = retire(root, folder, *words)
        assert done.returncode == 2 and part in done.stderr, (words, done.returncode, done.stderr)
    done = run("retire", "--system", root)
    assert done.returncode == 2, done.stderr


Tests(globals()).main()
