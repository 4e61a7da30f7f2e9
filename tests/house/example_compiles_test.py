#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles the check that CONTRIBUTING.md shows: documentation that does not compile is a rumour.

    example_compiles_test.py COMPILER SOURCE_FOLDER"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

compiler, root = sys.argv[1], Path(sys.argv[2])
blocks = re.findall(r"^```cpp\n(.*?)^```", (root / "CONTRIBUTING.md").read_text(), re.M | re.S)
if len(blocks) != 2:
    sys.exit(f"expected the check and its diagnostic, found {len(blocks)} blocks of C++")
check, diagnostic = blocks
source = check.replace("Result<void> run(", diagnostic + "\nResult<void> run(", 1)
body = source[source.index("Result<void> run("):].split("\n}\n")[0].splitlines()[1:]
if len(body) > 10:
    sys.exit(f"the ten lines have become {len(body)}")
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "empty_model.cpp"
    file.write_text(source)
    done = subprocess.run([compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                           f"-I{root / 'src'}", str(file)])
sys.exit(done.returncode)
