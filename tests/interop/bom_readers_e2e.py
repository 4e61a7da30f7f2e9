#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `cupel bom` writes is read by cyclonedx-python-lib (PyPI), part by part; package URLs by
packageurl-python, which comes with it. Without them the test says that it was skipped."""
import json
import os
import subprocess
import sys
from pathlib import Path

try:
    from cyclonedx.model.bom import Bom
    from packageurl import PackageURL
except ImportError:
    print("skipped: pip install cyclonedx-python-lib")
    sys.exit(0)

CUPEL = os.environ["CUPEL"]
SOURCE = Path(os.environ["CUPEL_SOURCE"])


def main():
    done = subprocess.run([CUPEL, "bom", SOURCE / "examples/fraud-detection"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ours = json.loads(done.stdout)
    theirs = Bom.from_json(ours)
    assert str(theirs.serial_number) == ours["serialNumber"].removeprefix("urn:uuid:")
    assert {str(part.bom_ref.value) for part in theirs.components} == {part["bom-ref"] for part in ours["components"]}
    for part in theirs.components:
        raw = next(each for each in ours["components"] if each["bom-ref"] == part.bom_ref.value)
        assert part.name == raw["name"] and part.type.value == raw["type"], raw
        assert [h.content for h in part.hashes] == [h["content"] for h in raw.get("hashes", [])], raw
        assert {(p.name, p.value) for p in part.properties} == {(p["name"], p["value"]) for p in raw["properties"]}
        if "purl" in raw:
            url = PackageURL.from_string(raw["purl"])
            assert url.name == raw["name"] and url.version == raw["version"], raw["purl"]
            assert url.to_string() == raw["purl"], raw["purl"]
    edges = {(str(d.ref.value), str(t.ref.value)) for d in theirs.dependencies for t in d.dependencies}
    assert edges == {(d["ref"], t) for d in ours["dependencies"] for t in d.get("dependsOn", [])}
    print(f"{len(theirs.components)} parts, {len(edges)} relations: as they were written")


main()
