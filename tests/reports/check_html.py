#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_html.py PAGE…: what a reader, a browser without a network and a screen reader rely on.

Every tag is closed in order; ids are unique and every link inside the page leads somewhere;
nothing is loaded; style and script are those that the Content-Security-Policy names; what came
from input made no element and no attribute.
"""
import base64
import hashlib
import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "input", "br", "hr", "link", "img"}
NO_TEXT = {"style", "script"}
KNOWN = set(
    "html head meta title style script body a svg defs g symbol use path rect clippath marker text desc "
    "div header nav main section footer h1 h2 h3 p b ul ol li dl dt dd span code pre table caption "
    "thead tbody tr th td details summary figure figcaption time button label select option input "
    "".split()
)
SVG_SHAPES = {"path", "rect", "use"}  # written with "/>"


class Page(HTMLParser):
    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.labels: list[str] = []
        self.embedded: list[tuple[str, str]] = []
        self.policy = ""
        self.lang = ""
        self.landmarks: set[str] = set()
        self.words = ""
        self.feed(text)
        self.close()
        if self.open:
            self.problem(f"never closed: {self.open}")

    def problem(self, what: str) -> None:
        self.problems.append(f"line {self.getpos()[0]}: {what}")

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if len(facts) != len(attributes):
            self.problem(f"<{tag}> names an attribute twice")
        if tag not in KNOWN:
            self.problem(f"<{tag}> is none of our elements")
        for name, value in attributes:
            if name.startswith("on") or name == "style":
                self.problem(f"<{tag} {name}=…> is forbidden")
            if name in {"src", "srcset", "poster", "data", "action", "background"}:
                self.problem(f"<{tag} {name}={value!r}> loads something")
            if name == "href" and value.startswith("#"):
                self.links.append(value[1:])
            elif name == "href" and value != "bom.cdx.json":  # which is written beside the page
                self.problem(f"<{tag} href={value!r}> leads out of the page")
            if name in {"aria-labelledby", "for"}:
                self.labels += value.split()
            if name == "id":
                self.ids[value] += 1
        if tag == "svg" and "aria-hidden" not in facts and "aria-labelledby" not in facts:
            self.problem("an svg that is neither hidden nor named")
        if tag == "meta" and facts.get("http-equiv") == "Content-Security-Policy":
            self.policy = facts["content"]
        if tag == "html":
            self.lang = facts.get("lang", "")
        self.landmarks.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        if tag not in SVG_SHAPES:
            self.problem(f"<{tag}/> cannot close itself")
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problem(f"</{tag}> closes what is not open")

    def handle_data(self, data):
        if self.open and self.open[-1] in NO_TEXT:
            self.embedded.append((self.open[-1], data))
        else:
            self.words += data

    def handle_comment(self, data):
        self.problem("a comment")


def check(text: str) -> list[str]:
    page = Page(text)
    problems = page.problems
    problems += [f"id {name!r} stands {n} times" for name, n in page.ids.items() if n > 1]
    problems += [f"link to #{name}, which is nowhere" for name in {*page.links} - {*page.ids}]
    problems += [f"labelled by #{name}, which is nowhere" for name in {*page.labels} - {*page.ids}]
    if "default-src 'none'" not in page.policy:
        problems.append(f"the policy does not forbid everything else: {page.policy!r}")
    for kind, source in page.embedded:
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        if f"{kind}-src 'sha256-{digest}'" not in page.policy:
            problems.append(f"the policy does not name this {kind}")
        if re.search(r"url\(\s*['\"]?(?!#)|@import|https?:", source):
            problems.append(f"the {kind} loads something")
    if page.lang != "en":
        problems.append("no language")
    problems += [f"no <{tag}>" for tag in ("header", "nav", "main", "footer") if tag not in page.landmarks]
    if re.search(r"\bcertified\b|\bcompliant\b", page.words, re.I):
        problems.append("claims what a self-assessment cannot")
    if "self-assessment" not in page.words.lower():
        problems.append("does not call itself a self-assessment")
    if bad := {c for c in page.words if ord(c) < 32 and c != "\n" or ord(c) == 127 or c in "\u202e\u200b"}:
        problems.append(f"characters that repaint the line: {bad}")
    return problems


if __name__ == "__main__":
    broken = 0
    for name in sys.argv[1:]:
        for problem in check(Path(name).read_text(encoding="utf-8")):
            broken += 1
            print(f"{name}: {problem}")
    sys.exit(1 if broken else 0)
