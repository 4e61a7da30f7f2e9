#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds cupel.yaml.schema.json against the reader's golden cases.

A case without diagnostics must validate. A case whose first diagnostic is of a
kind that a schema can express (unknown key, wrong type, value outside its set,
missing key, form of a value, contradiction) must not. YAML is read as 1.2 reads
it: dates are text, and only true and false are booleans. Files named behind the
folder of cases must validate.
"""
import json
import re
import sys
from pathlib import Path

import jsonschema
import yaml

VISIBLE = {"CFG001", "CFG002", "CFG003", "CFG004", "CFG009", "CFG011", "CFG012", "CFG018"}


class Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}


for tag, pattern, first in [
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$|^0o[0-7]+$|^0x[0-9a-fA-F]+$", "-+0123456789"),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))

schema = json.loads(Path(sys.argv[1]).read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failures = 0
held = 0
for case in sorted(Path(sys.argv[2]).glob("*.yaml")):
    golden = case.with_suffix(".out").read_text()
    codes = set(re.findall(r"^(CFG\d+) ", golden, re.M))
    if codes and not codes & VISIBLE or "CFG015" in codes:
        continue
    document = yaml.load(case.read_text(), Loader)
    valid = validator.is_valid(document)
    held += 1
    if valid != (not codes):
        failures += 1
        error = jsonschema.exceptions.best_match(validator.iter_errors(document))
        print(f"{case.name}: the reader says {sorted(codes) or 'fine'}, the schema {error or 'fine'}")
for example in sys.argv[3:]:
    for error in validator.iter_errors(yaml.load(Path(example).read_text(), Loader)):
        failures += 1
        print(f"{example}: {error.json_path}: {error.message}")
print(f"{held} cases and {len(sys.argv) - 3} examples held against the schema, {failures} differ")
sys.exit(1 if failures or held < 10 else 0)
