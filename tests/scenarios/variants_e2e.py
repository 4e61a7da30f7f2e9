#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The variants of the example turn exactly the provisions of expected.json, on a fixed day."""
import os
import subprocess
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.exit(subprocess.run([sys.executable, here / "run_variants.py", os.environ["CUPEL_AT"]],
                        env={**os.environ, "CUPEL_NOW": "2026-11-23T12:00:00Z"}).returncode)
