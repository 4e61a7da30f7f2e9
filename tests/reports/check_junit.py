#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_junit.py FILE…: well-formed XML whose counts are those of its cases."""
import sys
import xml.etree.ElementTree as xml

broken = 0
for name in sys.argv[1:]:
    root = xml.parse(name).getroot()
    for element in (root, *root.iter("testsuite")):
        cases = list(element.iter("testcase"))
        counted = {
            "tests": len(cases),
            "failures": sum(case.find("failure") is not None for case in cases),
            "errors": sum(case.find("error") is not None for case in cases),
            "skipped": sum(case.find("skipped") is not None for case in cases),
        }
        for key, count in counted.items():
            if int(element.get(key)) != count:
                broken += 1
                print(f"{name}: {element.get('name')}: {key} is {element.get(key)}, counted {count}")
    if len(list(root.iter("testcase"))) != 72:
        broken += 1
        print(f"{name}: not 72 cases")
sys.exit(1 if broken else 0)
