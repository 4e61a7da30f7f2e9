#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_schema.py SCHEMA DOCUMENT…: prints each place where a document breaks the schema."""
import json
import sys
from pathlib import Path

from jsonschema import FormatChecker, validators

schema = json.loads(Path(sys.argv[1]).read_text())
validator = validators.validator_for(schema)
validator.check_schema(schema)
broken = 0
for document in sys.argv[2:]:
    for error in validator(schema, format_checker=FormatChecker()).iter_errors(
        json.loads(Path(document).read_text())
    ):
        broken += 1
        print(f"{document}: /{'/'.join(map(str, error.path))}: {error.message[:300]}")
sys.exit(1 if broken else 0)
