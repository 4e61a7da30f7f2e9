#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cupel scan as a user meets it: files, folders, links, the standard input, policies, formats.

The malicious pickles are made here, by Python's own pickler, and never loaded."""
import hashlib
import json
import os
import pickle
import subprocess
import zipfile
from pathlib import Path

from e2e import CUPEL, Tests, run


class Runs:
    def __reduce__(self):
        return os.system, ("id",)


EVIL = pickle.dumps(Runs())
UNKNOWN = b"cacme.models\nModel\n."
PLAIN = pickle.dumps({"weights": [1.0, 2.0]})


def scan(*words, **options):
    done = run("scan", *words, "--format", "json", **options)
    assert done.returncode in (0, 1, 3), done.stderr
    return done.returncode, json.loads(done.stdout)


def verdicts(report):
    return {subject["path"]: subject["verdict"] for subject in report["subjects"]}


def test_exit_code_and_verdicts_follow_the_worst_file(folder):
    (folder / "plain.pkl").write_bytes(PLAIN)
    assert scan(folder)[0] == 0
    (folder / "unknown.pkl").write_bytes(UNKNOWN)
    code, report = scan(folder)
    assert code == 3, report
    (folder / "evil.pkl").write_bytes(EVIL)
    code, report = scan(folder)
    assert code == 1
    assert verdicts(report) == {f"{folder}/evil.pkl": "fail", f"{folder}/plain.pkl": "pass",
                                f"{folder}/unknown.pkl": "inconclusive"}
    assert report["summary"]["files"] == 3


def test_names_do_not_decide(folder):
    for name in ("README.md", "weights.safetensors", "noending", "model.onnx"):
        (folder / name).write_bytes(EVIL)
    _, report = scan(folder)
    assert set(verdicts(report).values()) == {"fail"} and len(report["subjects"]) == 4


def onnx_with_data_in(name):
    """A model of one tensor, whose data stand in another file."""
    def field(number, raw):
        return bytes([number * 8 + 2, len(raw)]) + raw
    where = field(13, field(1, b"location") + field(2, name.encode()))
    tensor = b"\x08\x04\x10\x01" + field(8, b"w") + where + b"\x70\x01"
    return b"\x08\x08" + field(7, field(2, b"g") + field(5, tensor)) + field(8, b"\x10\x11")


def test_a_model_without_its_weights_is_inconclusive(folder):
    model, weights = folder / "m.onnx", folder / "m.data"
    model.write_bytes(onnx_with_data_in("m.data"))
    weights.write_bytes(bytes(16))
    assert scan(model)[0] == 3, "its data were not named"
    assert scan(model, weights)[0] in (0, 3)
    assert scan(model, weights)[1]["subjects"][1]["verdict"] == "pass"
    assert scan(folder)[0] == 0
    weights.unlink()
    assert scan(folder)[0] == 3


def test_text_shows_bytes_reason_and_help(folder):
    with zipfile.ZipFile(folder / "m.pt", "w") as archive:
        archive.writestr("archive/data.pkl", EVIL)
        archive.writestr("archive/version", "3\n")
    done = run("scan", folder / "m.pt")
    assert done.returncode == 1
    for part in ("critical[PKL001]", "m.pt!archive/data.pkl at byte 0x", "called with `id` by REDUCE",
                 "|", "help:", "1 fail"):
        assert part in done.stdout, done.stdout


def test_sarif_has_a_stable_fingerprint_and_the_place(folder):
    (folder / "evil.pkl").write_bytes(EVIL)
    logs = [json.loads(run("scan", folder, "--format", "sarif").stdout) for _ in range(2)]
    first, second = (log["runs"][0]["results"][0] for log in logs)
    assert first["partialFingerprints"] == second["partialFingerprints"]
    assert first["ruleId"] == "PKL001" and first["level"] == "error"
    assert first["locations"][0]["physicalLocation"]["region"]["byteOffset"] > 0


def test_sarif_for_github_has_a_line_and_says_the_bytes(folder):
    """GitHub shows no result without a line, and leaves out those that are open."""
    (folder / "evil.pkl").write_bytes(EVIL)
    (folder / "cut.pkl").write_bytes(PLAIN[:-3])
    log = json.loads(run("scan", folder, "--format", "sarif-github").stdout)
    results = log["runs"][0]["results"]
    assert {Path(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).name
            for r in results} == {"evil.pkl", "cut.pkl"}, results
    for result in results:
        assert result.get("kind", "fail") == "fail" and result["level"] != "none", result
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region == {"startLine": 1}, result
    evil = next(r for r in results if r["ruleId"] == "PKL001")
    assert "evil.pkl at byte 0x" in evil["message"]["text"], evil


def test_standard_input(folder):
    done = subprocess.run([CUPEL, "scan", "-", "--format", "json"], input=EVIL, capture_output=True)
    assert done.returncode == 1
    subject = json.loads(done.stdout)["subjects"][0]
    assert subject["path"] == "-" and subject["sha256"] == hashlib.sha256(EVIL).hexdigest()


def test_no_hash(folder):
    (folder / "plain.pkl").write_bytes(PLAIN)
    _, report = scan(folder, "--no-hash")
    assert report["subjects"][0]["sha256"] is None


def test_policy_suppresses_by_digest_until_its_date(folder):
    evil = folder / "evil.pkl"
    evil.write_bytes(EVIL)
    digest = hashlib.sha256(EVIL).hexdigest()
    policy = folder / "policy.yaml"

    def write(expires, sha256=digest):
        policy.write_text(f"cupel-policy: 1\nsuppress:\n  - code: PKL001\n    sha256: {sha256}\n"
                          f"    reason: a test file\n    expires: {expires}\n")

    write("2999-01-01")
    code, report = scan(evil, "--policy", policy)
    assert code == 0 and report["subjects"][0]["suppressed"][0]["reason"] == "a test file"
    write("2020-01-01")
    assert scan(evil, "--policy", policy)[0] == 1
    write("2999-01-01", "0" * 64)
    assert scan(evil, "--policy", policy)[0] == 1
    policy.write_text("cupel-policy: 1\nsupress: []\n")
    done = run("scan", evil, "--policy", policy)
    assert done.returncode == 2 and "suppress" in done.stderr and "2:1" in done.stderr, done.stderr


def test_links_are_followed_inside_and_told_outside(folder):
    (folder / "model").mkdir()
    (folder / "outside.pkl").write_bytes(EVIL)
    (folder / "model" / "evil.pkl").write_bytes(EVIL)
    (folder / "model" / "inside.pkl").symlink_to("evil.pkl")
    (folder / "model" / "outside.pkl").symlink_to("../outside.pkl")
    (folder / "model" / "dangling.pkl").symlink_to("nowhere")
    code, report = scan(folder / "model")
    seen = {Path(path).name: verdict for path, verdict in verdicts(report).items()}
    assert code == 1
    assert seen == {"evil.pkl": "fail", "inside.pkl": "fail", "outside.pkl": "inconclusive",
                    "dangling.pkl": "inconclusive"}, seen


def test_hugging_face_cache_is_understood(folder):
    model = folder / "models--acme--demo"
    (model / "blobs").mkdir(parents=True)
    (model / "snapshots" / "abc").mkdir(parents=True)
    (model / "blobs" / "f00d").write_bytes(EVIL)
    (model / "snapshots" / "abc" / "model.bin").symlink_to("../../blobs/f00d")
    code, report = scan(model / "snapshots" / "abc")
    assert code == 1 and report["subjects"][0]["verdict"] == "fail"


def test_what_is_not_there_is_a_usage_error(folder):
    done = run("scan", folder / "nothing")
    assert done.returncode == 2 and "is not there" in done.stderr
    assert run("scan").returncode == 2


def test_unreadable_and_special_files_are_not_clean(folder):
    os.mkfifo(folder / "model.pkl")
    code, report = scan(folder)
    assert code == 3 and report["subjects"][0]["verdict"] == "inconclusive"


def test_cache_gives_the_same_answer(folder):
    (folder / "m").mkdir()
    (folder / "m" / "evil.pkl").write_bytes(EVIL)
    (folder / "m" / "plain.pkl").write_bytes(PLAIN)
    first = scan(folder / "m", "--cache", folder / "cache")[1]
    assert (folder / "cache").stat().st_size > 0
    second = scan(folder / "m", "--cache", folder / "cache")[1]
    assert first["subjects"] == second["subjects"]


if __name__ == "__main__":
    Tests(globals()).main()
