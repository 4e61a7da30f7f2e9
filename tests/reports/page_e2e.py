#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of the example in a real browser: its script runs under its own policy, nothing is
loaded, it prints unfolded without a script, and axe-core finds nothing to object to.

Needs Chromium; says so and passes when there is none. axe-core is looked for at $CUPEL_AXE or in
build/axe (npm install --prefix build/axe axe-core)."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))
from e2e import DAY_ONE, SOURCE, example_copy, run  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent))
from check_html import check  # noqa: E402

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def chromium(*words):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions",
             f"--user-data-dir={profile}", "--enable-logging=stderr", *map(str, words)],
            capture_output=True, text=True, timeout=120)


def the_script_runs_under_the_policy(page):
    done = chromium("--dump-dom", page.as_uri())
    assert "72 of 72 shown" in done.stdout, "the page's script did not run"
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not complaints, complaints


def the_policy_stops_what_is_not_ours(page, folder):
    text = page.read_text()
    evil = folder / "evil.html"
    evil.write_text(text.replace("<main", "<script>document.title = 'owned'</script><main", 1))
    done = chromium("--dump-dom", evil.as_uri())
    assert "<title>owned" not in done.stdout and "72 of 72 shown" in done.stdout


def it_prints_unfolded_without_a_script(page, folder):
    plain = folder / "plain.html"
    plain.write_text(re.sub(r"<script>.*?</script>", "", page.read_text(), flags=re.S))
    pdf = folder / "page.pdf"
    chromium(f"--print-to-pdf={pdf}", "--no-pdf-header-footer", plain.as_uri())
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert pages >= 10, f"{pages} pages: the details stayed folded"


def axe_is_content(page, folder, axe):
    """axe-core has to run inside the page, whose policy forbids just that: a copy without one."""
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text())
    text = text.replace("<details", "<details open")
    for scheme in ("light", "dark"):
        copy = folder / f"axe-{scheme}.html"
        copy.write_text(text.replace("prefers-color-scheme: dark",
                                     "min-width: 0" if scheme == "dark" else "max-width: 0")
                        .replace("</body>", f"""<script>{axe}</script><script>
axe.run(document, {{runOnly: {json.dumps(AXE_TAGS)}}}).then((result) => {{
  const told = document.createElement("pre");
  told.id = "axe";
  told.textContent = JSON.stringify(result.violations.map((v) => [v.id, v.help,
    v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200))]));
  document.body.append(told);
}});</script></body>"""))
        done = chromium("--virtual-time-budget=60000", "--dump-dom", copy.as_uri())
        told = re.search(r'<pre id="axe">(.*?)</pre>', done.stdout, re.S)
        assert told, "axe-core did not finish"
        assert told[1] == "[]", f"{scheme}: {told[1]}"


def main():
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        print("no Chromium here: the page was not looked at")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        system = example_copy(folder)
        done = run("assess", system, "--report", "html", "--output", folder / "out", now=DAY_ONE)
        assert done.returncode in (0, 1, 3), done.stderr
        page = folder / "out" / "report.html"
        problems = check(page.read_text())
        assert not problems, problems
        the_script_runs_under_the_policy(page)
        the_policy_stops_what_is_not_ours(page, folder)
        it_prints_unfolded_without_a_script(page, folder)
        axe = Path(os.environ.get("CUPEL_AXE", SOURCE / "build/axe/node_modules/axe-core/axe.min.js"))
        if axe.exists():
            axe_is_content(page, folder, axe.read_text())
            print("axe-core has nothing to object to")
        else:
            print("no axe-core here: accessibility was not measured")
    print("the page holds in Chromium")


if __name__ == "__main__":
    main()
