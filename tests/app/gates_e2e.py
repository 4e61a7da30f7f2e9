#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The places where `cupel scan` stops something: the GitHub action, the GitLab job, the hooks of
pre-commit. Each is read as its host reads it and run, with an archive that holds this program.

The malicious pickles are made here, by Python's own pickler, and never loaded."""
import hashlib
import json
import os
import pickle
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import yaml

from e2e import CUPEL, SOURCE, Tests

ACTION = yaml.safe_load((SOURCE / "action.yml").read_text())
JOB = yaml.safe_load((SOURCE / "packaging/gitlab/cupel-scan.gitlab-ci.yml").read_text())["cupel-scan"]
HOOKS = yaml.safe_load((SOURCE / ".pre-commit-hooks.yaml").read_text())
FORMATS = "".join((SOURCE / f"src/formats/recognise_{which}.cpp").read_text() for which in ("models", "graphs"))


class Runs:
    def __reduce__(self):
        return os.system, ("id",)


EVIL = pickle.dumps(Runs())
PLAIN = pickle.dumps({"weights": [1.0, 2.0]})
UNKNOWN = b"cacme.models\nModel\n."


def program(folder):
    """A file called `cupel` that is this program."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cupel").write_text(f'#!/bin/sh\nexec "{Path(CUPEL).resolve()}" "$@"\n')
    (folder / "cupel").chmod(0o755)
    return folder


def archive(folder):
    """An archive as cpack makes it, and its digest."""
    path = folder / "cupel-0-linux-any.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(program(folder / "made") / "cupel", "cupel-0-linux-any/bin/cupel")
    return {"archive": path, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def repository(folder, **files):
    root = folder / "repository"
    root.mkdir()
    for name, content in files.items():
        (root / name.replace("_", ".")).write_bytes(content)
    return root


# ---- GitHub ------------------------------------------------------------------------------------

class Runner:
    """Does with action.yml what the runner does: inputs and outputs go into `env`, `if` and `with`;
    a step that fails stops those that do not ask for `always()`."""

    def __init__(self, folder, root, **inputs):
        self.folder, self.root = folder, root
        self.inputs = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()}
        self.inputs.update({name.replace("_", "-"): str(value) for name, value in inputs.items()})
        assert self.inputs.keys() == ACTION["inputs"].keys()
        self.outputs, self.uploads, self.log, self.status = {}, [], "", 0

    def value(self, name):
        kind, *rest = name.split(".")
        return self.inputs[rest[0]] if kind == "inputs" else self.outputs.get((rest[0], rest[2]), "")

    def filled(self, text):
        return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda m: self.value(m[1]), text)

    def wanted(self, condition):
        text = condition.removeprefix("${{").removesuffix("}}")
        always = "always()" in text
        text = re.sub(r"(inputs|steps)(\.[\w-]+)+", lambda m: repr(self.value(m[0])), text)
        text = text.replace("always()", "True").replace("&&", "and")
        return (self.status == 0 or always) and eval(text, {})  # noqa: S307: our own file

    def run(self):
        temporary = self.folder / "runner"
        temporary.mkdir()
        for step in ACTION["runs"]["steps"]:
            if not self.wanted(step.get("if", "True")):
                continue
            if "uses" in step:
                self.uploads.append({name: self.filled(text) for name, text in step["with"].items()})
                continue
            output = temporary / "output"
            output.write_text("")
            script = temporary / "script.sh"
            script.write_text(self.filled(step["run"]))
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", script], cwd=self.root, text=True,
                capture_output=True, timeout=120,
                env={"PATH": os.environ["PATH"], "RUNNER_TEMP": str(temporary), "GITHUB_OUTPUT": str(output),
                     **{name: self.filled(text) for name, text in step.get("env", {}).items()}})
            self.log += done.stdout + done.stderr
            self.status = self.status or done.returncode
            for line in output.read_text().splitlines():
                name, value = line.split("=", 1)
                self.outputs[step["id"], name] = value
        return self


def test_action_is_one_that_github_reads(_):
    assert ACTION["runs"]["using"] == "composite" and ACTION["name"] and ACTION["description"]
    required = {name for name, spec in ACTION["inputs"].items() if spec.get("required")}
    assert required == {"archive", "sha256"}
    for step in ACTION["runs"]["steps"]:
        assert ("run" in step) == ("shell" in step) and ("run" in step) != ("uses" in step), step
        # Text of an input in a script is a script of whoever wrote the input.
        assert "${{" not in step.get("run", ""), step["name"]
    for output in ACTION["outputs"].values():
        assert re.fullmatch(r"\$\{\{ steps\.scan\.outputs\.\w+ \}\}", output["value"])


def test_action_stops_a_malicious_file_and_uploads_why(folder):
    root = repository(folder, evil_pkl=EVIL, plain_pkl=PLAIN)
    runner = Runner(folder, root, **archive(folder)).run()
    assert runner.status == 1, runner.log
    assert "evil.pkl` imports `posix.system`" in runner.log and "::error" in runner.log, runner.log
    [upload] = runner.uploads
    assert upload["category"] == "cupel-scan"
    results = json.loads(Path(upload["sarif_file"]).read_text())["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert {place["artifactLocation"]["uri"] for place in places} == {"evil.pkl"}, places
    assert all(place["region"]["startLine"] >= 1 for place in places), places
    assert list(root.iterdir()) != [] and not list(root.glob("*.sarif")), "it wrote into the repository"


def test_action_lets_honest_files_pass(folder):
    runner = Runner(folder, repository(folder, plain_pkl=PLAIN), **archive(folder)).run()
    assert runner.status == 0 and len(runner.uploads) == 1, runner.log
    assert runner.outputs["scan", "status"] == "0"


def test_action_stops_what_could_not_be_judged_unless_told_to_warn(folder):
    root = repository(folder, model_pkl=UNKNOWN)
    for inconclusive, status, word in (("fail", 3, "::error"), ("warn", 0, "::warning")):
        at = folder / inconclusive
        at.mkdir()
        runner = Runner(at, root, inconclusive=inconclusive, **archive(at)).run()
        assert runner.status == status and word in runner.log, runner.log


def test_action_scans_each_path_as_it_stands(folder):
    root = repository(folder, evil_pkl=EVIL)
    (root / "a b").mkdir()
    (root / "a b" / "*").write_bytes(PLAIN)
    (root / "$(touch broken).pkl").write_bytes(PLAIN)
    paths = "a b/*\n\n$(touch broken).pkl\n"
    runner = Runner(folder, root, paths=paths, upload="false", **archive(folder)).run()
    assert runner.status == 0 and "2 model files of 2 files" in runner.log, runner.log
    assert runner.uploads == [] and not (root / "broken").exists()


def test_action_obeys_policy_and_severity(folder):
    root = repository(folder, evil_pkl=EVIL)
    (folder / "policy.yaml").write_text(
        f"cupel-policy: 1\nsuppress:\n  - code: PKL001\n    sha256: {hashlib.sha256(EVIL).hexdigest()}\n"
        "    reason: a test\n    expires: 2999-01-01\n")
    runner = Runner(folder, root, policy=folder / "policy.yaml", **archive(folder)).run()
    assert runner.status == 0, runner.log
    other = folder / "other"
    other.mkdir()
    (root / "evil.pkl").write_bytes(UNKNOWN)
    runner = Runner(other, root, fail_severity="low", **archive(other)).run()
    assert runner.status == 1, runner.log


def test_action_runs_nothing_of_an_archive_that_is_another(folder):
    root = repository(folder, plain_pkl=PLAIN)
    made = archive(folder)
    for number, wrong in enumerate(({"sha256": "0" * 64}, {"sha256": ""}, {"archive": folder / "none"},
                                    {"archive": "http://localhost/cupel.tar.gz"})):
        at = folder / str(number)
        at.mkdir()
        runner = Runner(at, root, **{**made, **wrong}).run()
        assert runner.status == 2 and "::error" in runner.log, runner.log
        assert not list((at / "runner").glob("cupel.*/bin")) and runner.uploads == []


def test_action_says_what_is_wrong_with_its_inputs(folder):
    root = repository(folder, plain_pkl=PLAIN)
    runner = Runner(folder, root, paths="nothing", **archive(folder)).run()
    assert runner.status == 2 and "`nothing` is not there" in runner.log, runner.log
    assert runner.uploads == []


def test_what_a_file_is_called_commands_no_runner(folder):
    root = repository(folder, evil_pkl=EVIL)
    (root / "evil.pkl").rename(root / "::add-mask::x.pkl")
    runner = Runner(folder, root, **archive(folder)).run()
    token = re.search(r"^::stop-commands::([0-9a-f]{32})$", runner.log, re.M)[1]
    begin, end = runner.log.index("::stop-commands::"), runner.log.index(f"\n::{token}::")
    assert begin < runner.log.index("add-mask") and runner.log.rindex("add-mask") < end


# ---- GitLab ------------------------------------------------------------------------------------

def job(root, **variables):
    """The job's script as GitLab's runner runs it in an image without bash."""
    environment = {**JOB["variables"], **{name: str(value) for name, value in variables.items()}}
    return subprocess.run(["sh", "-c", "\n".join(JOB["script"])], cwd=root, capture_output=True, text=True,
                          timeout=120, env={"PATH": os.environ["PATH"], **environment})


def test_gitlab_job_stops_by_exit_code_and_keeps_the_findings(folder):
    made = archive(folder)
    given = {"CUPEL_ARCHIVE": made["archive"], "CUPEL_SHA256": made["sha256"]}
    for name, content, status in (("plain", PLAIN, 0), ("evil", EVIL, 1), ("unknown", UNKNOWN, 3)):
        (folder / name).mkdir()
        root = repository(folder / name, model_pkl=content)
        done = job(root, **given)
        assert done.returncode == status, done.stdout + done.stderr
        results = json.loads((root / "cupel.sarif").read_text())["runs"][0]["results"]
        assert bool(results) == (status != 0)
    assert JOB["artifacts"] == {"when": "always", "paths": ["cupel.sarif"]}
    done = job(root, **given, CUPEL_PATHS="model.pkl\nno such * file")
    assert done.returncode == 2 and "`no such * file` is not there" in done.stderr, done.stderr
    done = job(root, **given, CUPEL_FAIL_SEVERITY="medium")
    assert done.returncode == 1, done.stderr


def test_gitlab_job_runs_nothing_of_an_archive_that_is_another(folder):
    root = repository(folder, model_pkl=PLAIN)
    made = archive(folder)
    assert "is not set" in job(root).stderr and job(root).returncode == 2
    done = job(root, CUPEL_ARCHIVE=made["archive"], CUPEL_SHA256="0" * 64)
    assert done.returncode == 2 and made["sha256"] in done.stderr, done.stderr


# ---- pre-commit --------------------------------------------------------------------------------

def git(root, *words, **environment):
    return subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", *words],
        cwd=root, capture_output=True, text=True, timeout=300,
        env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", **environment})


def test_hooks_look_at_the_names_that_loaders_know(_):
    pattern = re.compile(HOOKS[0]["files"])
    endings = set(re.findall(r'"(\.[a-z0-9]+)"', "".join(FORMATS.split("kSafetensorsNames")[1:])))
    assert len(endings) > 25
    for ending in sorted(endings - {".csv", ".jsonl", ".txt", ".json"}):
        assert pattern.search(f"models/x{ending}") and pattern.search(f"X{ending.upper()}"), ending
    for name in ("config.json", "a/tokenizer_config.json", "chat_template.jinja", "m.safetensors.index.json"):
        assert pattern.search(name), name
    for name in ("README.md", "src/main.py", "package.json", "myconfig.json", "zip", "a.zip/b.txt"):
        assert not pattern.search(name), name
    assert [hook["id"] for hook in HOOKS] == ["cupel-scan", "cupel-scan-all"]
    assert "files" not in HOOKS[1]


def test_pre_commit_refuses_a_malicious_file_and_takes_an_honest_one(folder):
    if not shutil.which("pre-commit"):
        print("        pre-commit is not installed: not tried")
        return
    hooks = folder / "hooks"
    hooks.mkdir()
    shutil.copy(SOURCE / ".pre-commit-hooks.yaml", hooks)
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "hooks")):
        assert git(hooks, *words).returncode == 0
    revision = git(hooks, "rev-parse", "HEAD").stdout.strip()
    environment = {"PRE_COMMIT_HOME": str(folder / "home"),
                   "PATH": f"{program(folder / 'bin')}:{os.environ['PATH']}"}

    def commit(hook, name, content):
        root = folder / f"{hook}-{len(list(folder.iterdir()))}"
        root.mkdir()
        (root / ".pre-commit-config.yaml").write_text(yaml.safe_dump(
            {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": hook}]}]}))
        (root / name).write_bytes(content)
        assert git(root, "init", "-q").returncode == 0
        done = subprocess.run(["pre-commit", "install"], cwd=root, capture_output=True, text=True,
                              env={**os.environ, **environment})
        assert done.returncode == 0, done.stdout + done.stderr
        assert git(root, "add", ".").returncode == 0
        done = git(root, "commit", "-m", "a model", **environment)
        taken = git(root, "rev-parse", "--verify", "-q", "HEAD").returncode == 0
        assert taken == (done.returncode == 0)
        return taken, done.stdout + done.stderr

    taken, said = commit("cupel-scan", "model.pkl", EVIL)
    assert not taken and "imports `posix.system`" in said, said
    taken, said = commit("cupel-scan", "model.pkl", UNKNOWN)
    assert not taken, said
    taken, said = commit("cupel-scan", "model.pkl", PLAIN)
    assert taken and "Passed" in said, said
    taken, said = commit("cupel-scan", "notes.txt", EVIL)
    assert taken, "that one goes by names"
    taken, said = commit("cupel-scan-all", "notes.txt", EVIL)
    assert not taken and "imports `posix.system`" in said, said


Tests(globals()).main()
