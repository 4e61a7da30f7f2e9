#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the checkers: a small house that keeps every rule, then one breach after the other,
each of which must be told by the rule it breaks and by no other."""
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import check_house  # noqa: E402
import check_layers  # noqa: E402

GOOD = {
    "CMakeLists.txt": "room(base LIBRARIES ZLIB::ZLIB)\nroom(checks USES base)\nprogram(cupel app USES checks base)\n",
    "README.md": "See [the tour](ARCHITECTURE.md).\n",
    "ARCHITECTURE.md": "The tour.\n",
    ".clang-tidy": "Checks:\n  - bugprone-*\n  - -bugprone-x  # noise\n",
    "tools/packages.txt": "# why\nrun g++ the compiler\n",
    "catalogue/codes/ABC001.md": "# ABC001: something is odd\n",
    "src/base/a.h": "// SPDX-License-Identifier: Apache-2.0\n// a: a thing.\n#pragma once\n",
    "src/base/a.cpp": "// SPDX-License-Identifier: Apache-2.0\n#include <zlib.h>\n#include \"base/a.h\"\n",
    "src/checks/checks.def": "CHECK(Odd)\n",
    "src/checks/odd.cpp": "// SPDX-License-Identifier: Apache-2.0\n#include \"base/a.h\"\n"
                          "constinit const Check kOdd = {\"ABC001\"};\n",
    "tests/base/a_test.cpp": "// SPDX-License-Identifier: Apache-2.0\n",
    "tests/base/a/a_fuzz.cpp": "// SPDX-License-Identifier: Apache-2.0\n",
    "tests/base/a/corpus/one": "1",
}
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
# rule -> what breaks it: files that are added, replaced, or (None) removed
BREACHES = {
    "every_thing_has_a_row": [{"src/checks/checks.def": ""}, {"src/checks/checks.def": "CHECK(Odd)\nCHECK(Even)\n"}],
    "every_code_has_a_page": [
        {"catalogue/codes/ABC001.md": None},
        {"catalogue/codes/ABC002.md": "# ABC002: nobody says this\n"},
        {"catalogue/codes/ABC001.md": "# Something\n"},
        {"catalogue/codes/ABC001.md": f"# ABC001: long\n{'x' * 101}\n"},
    ],
    "only_app_talks": [{"src/base/b.cpp": SPDX + talk} for talk in
                       ('std::cout << 1;\n', 'std::printf("x");\n', 'fprintf(stderr, "x");\n')],
    "only_app_reads_the_environment": [{"src/base/b.cpp": SPDX + 'auto* home = std::getenv("HOME");\n'}],
    "nothing_is_executed": [{"src/app/b.cpp": SPDX + 'system("ls");\n'}, {"src/base/b.cpp": SPDX + "if (::fork() == 0) {}\n"}],
    "nothing_is_thrown": [{"src/base/b.cpp": SPDX + "throw 1;\n"}],
    "every_source_names_its_licence": [{"src/base/b.cpp": "int a;\n"}, {"tools/b.py": "pass\n"}],
    "every_header_introduces_itself": [{"src/base/b.h": SPDX + "#pragma once\n"}, {"src/base/b.h": SPDX + "// b: a thing.\n"}],
    "every_fuzz_target_has_a_corpus": [{"tests/base/a/corpus/one": None}],
    "tests_mirror_the_rooms": [{"tests/nowhere/a_test.cpp": SPDX}],
    "every_exclusion_has_a_reason": [
        {".clang-tidy": "Checks:\n  - -bugprone-x\n"},
        {"tests/.clang-tidy": "Checks:\n  - -bugprone-x\n"},
        {"tools/packages.txt": "run g++\n"},
        {"src/base/b.cpp": SPDX + "int a;  // NOLINT\n"},
    ],
    "links_lead_somewhere": [{"ARCHITECTURE.md": None}],
}
INCLUDES = {
    "base may not include checks": {"src/base/b.cpp": '#include "checks/odd.h"\n'},
    "<zlib.h> may be included by base only": {"src/checks/b.cpp": "#include <zlib.h>\n"},
    "of no library": {"src/base/b.cpp": "#include <absl/any.h>\n"},
    "base uses checks, which is not above it": {"CMakeLists.txt": "room(base USES checks)\nroom(checks USES base)\n"},
}


class Rules(unittest.TestCase):
    def house(self, changes: dict[str, str | None]) -> Path:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name)
        for name, text in (GOOD | changes).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            if text is not None:
                (root / name).write_text(text)
        return root

    def broken(self, root: Path) -> set[str]:
        tree = check_house.Tree(root)
        return {rule.__name__ for rule in check_house.RULES if list(rule(tree))}

    def test_a_house_in_order_breaks_no_rule(self):
        root = self.house({})
        self.assertEqual(self.broken(root), set())
        self.assertEqual(check_layers.main(root), 0)

    def test_every_rule_is_tested(self):
        self.assertEqual({rule.__name__ for rule in check_house.RULES}, set(BREACHES))

    def test_a_breach_is_told_by_its_rule_alone(self):
        for rule, breaches in BREACHES.items():
            for changes in breaches:
                with self.subTest(rule=rule, changes=changes):
                    self.assertEqual(self.broken(self.house(changes)), {rule})

    def test_comments_and_texts_are_no_breach(self):
        harmless = SPDX + '// std::cout, fork()\nconst char* help = "do not throw, call system() or getenv()";\n'
        self.assertEqual(self.broken(self.house({"src/base/b.cpp": harmless})), set())

    def test_an_include_that_goes_up_is_told(self):
        for words, changes in INCLUDES.items():
            with self.subTest(words):
                root = self.house(changes)
                uses, owner, problems = check_layers.rooms_of((root / "CMakeLists.txt").read_text())
                for path in root.glob("src/*/*.cpp"):
                    problems += check_layers.check_file(path, path.parent.name, uses, owner)
                self.assertIn(words, "\n".join(problems))


if __name__ == "__main__":
    unittest.main()
