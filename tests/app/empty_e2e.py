#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A description of nothing is no evidence: what an empty system may not get."""
import json

import e2e


def empty_system(folder):
    root = folder / "empty"
    root.mkdir()
    (root / "cupel.yaml").write_text(
        "cupel: 1\nname: empty\nversion: \"1\"\nscenario: chatbot\n"
        "roles: [developer, system-operator, data-custodian]\nassets: []\n")
    return root


def test_nothing_is_not_enough_for_any_organisational_provision(folder):
    report = e2e.assessment(empty_system(folder), None)
    catalogue = json.loads((e2e.SOURCE / "catalogue" / "provisions.json").read_text())
    kinds = {p["id"]: p["kind"] for p in catalogue["provisions"]}
    verdicts = e2e.verdicts(report)
    assert len(verdicts) == 72, len(verdicts)
    passed = [i for i, verdict in verdicts.items() if verdict == "pass"]
    assert not [i for i in passed if kinds[i] == "organisational"], passed
    assert not passed, f"an empty system passes {passed}"


def test_nothing_never_ends_with_success(folder):
    done = e2e.run("assess", empty_system(folder))
    assert done.returncode in (1, 3), done.returncode


def test_nothing_decides_only_what_has_no_occasion(folder):
    report = e2e.assessment(empty_system(folder), None)
    for provision in report["provisions"]:
        if provision["verdict"] != "not_applicable":
            continue
        reason = provision["reason"]
        assert "not triggered" in reason or "no endpoint" in reason, (provision["id"], reason)


e2e.Tests(dict(globals())).main()
