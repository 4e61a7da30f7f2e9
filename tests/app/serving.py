# SPDX-License-Identifier: Apache-2.0
"""A `cupel ledger serve` of a test's own, on a port that is free."""
import http.client
import json
import os
import re
import subprocess

from e2e import CUPEL

TOKEN = "a token of the tests, 42"


class Served:
    def __init__(self, state, *words, token=None, env=None):
        self.words = [CUPEL, "ledger", "serve", "--state", str(state), "--listen", "127.0.0.1:0", *map(str, words)]
        self.token = token
        self.env = {**os.environ, **(env or {})}
        self.process = self.port = self.name = None

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=self.env)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"(ledger|witness) (\S+) at http://127\.0\.0\.1:(\d+)\n", line)
        if not found:
            said = self.process.communicate(timeout=60)
            raise AssertionError(f"{line}{said}")
        self.name, self.port = found[2], int(found[3])
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()
        self.process.stderr.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method, path, body=None, headers=None, connection=None):
        """Status, headers and bytes."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        one = connection or self.connect()
        one.request(method, path, body.encode() if isinstance(body, str) else body, sent)
        answer = one.getresponse()
        data = answer.read()
        if not connection:
            one.close()
        return answer.status, answer.headers, data

    def post(self, bodies, connection=None, **members):
        """The receipts of entries with these bodies."""
        entries = [{"type": "observation", "actor": "test", "body": body, **members} for body in bodies]
        status, _, data = self.ask("POST", "/api/v1/entries", json.dumps({"entries": entries}),
                                   {"Content-Type": "application/json"}, connection)
        assert status == 201, (status, data)
        return json.loads(data)["receipts"]
