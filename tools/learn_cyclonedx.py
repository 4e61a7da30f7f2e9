#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes catalogue/cyclonedx/: the grammar of CycloneDX 1.4 to 1.7, out of its official JSON schemas.

    tools/learn_cyclonedx.py FOLDER    a folder with bom-1.4.schema.json … (also as *.SNAPSHOT.*),
                                       for example that of the Python package cyclonedx-python-lib

What decides whether a document is valid stays; descriptions, titles and examples go. The schemas
are Apache-2.0, Copyright OWASP Foundation: https://github.com/CycloneDX/specification."""
import json
import sys
from pathlib import Path

OUTPUT = Path(__file__).resolve().parent.parent / "catalogue" / "cyclonedx"
NAMES = ["bom-1.4", "bom-1.5", "bom-1.6", "bom-1.7", "cryptography-defs", "jsf-0.82", "spdx"]
PROSE = {"description", "title", "examples", "meta:enum", "$comment", "deprecated", "default", "comment",
         "$schema", "$id"}
MAPS = {"properties", "definitions"}


def bare(schema, is_map=False):
    if isinstance(schema, dict):
        return {key: bare(value, not is_map and key in MAPS)
                for key, value in schema.items()
                if is_map or key not in PROSE}
    if isinstance(schema, list):
        return [bare(item) for item in schema]
    return schema.replace(".SNAPSHOT", "") if isinstance(schema, str) else schema


def laid_out(schema):
    """JSON with one definition per line, so that a change can be read."""
    def block(key):
        lines = (f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}"
                 for name, value in schema[key].items())
        return "{\n  " + ",\n  ".join(lines) + "\n }"
    members = (f" {json.dumps(key)}: " + (block(key) if key in MAPS else json.dumps(value, separators=(",", ":")))
               for key, value in schema.items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def main(folder: Path) -> None:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        found = [folder / f"{name}{middle}.schema.json" for middle in ("", ".SNAPSHOT")]
        text = next(path for path in found if path.exists()).read_text()
        (OUTPUT / f"{name.replace('.', '-')}.json").write_text(laid_out(bare(json.loads(text))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
