# SPDX-License-Identifier: Apache-2.0
"""The scoring service: one POST, one band, and a line in the log.

    python service/app.py --root . [--log decisions.jsonl]

The standard library's HTTP server stands behind an ingress that terminates TLS and authenticates
callers. Model files are compared with their published checksums before they are loaded: unpickling
an exchanged file would run whatever it says.
"""

import argparse
import hashlib
import json
import pickle
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import xgboost as xgb
import yaml

NUMERIC = ["amount", "amount_to_mean", "seconds_since_last", "count_1h", "count_24h", "sum_24h",
           "km_from_home", "km_from_last", "speed_kmh", "hour_sin", "hour_cos", "card_age_days"]
FLAGS = ["card_present", "new_merchant", "new_device", "cross_border"]
CATEGORIES = {
    "mcc_group": ("cash", "dining", "digital", "electronics", "fuel", "gambling", "giftcard",
                  "grocery", "health", "household", "leisure", "luxury", "retail", "travel"),
    "channel": ("atm", "chip", "contactless", "ecommerce"),
}


class BadRequest(Exception):
    """The caller sent something that is not a payment; the text says what."""


def verified(path: Path, sums: Path) -> bytes:
    """The bytes of a released file, or an error when they are not those that were published."""
    published = dict(reversed(line.split()) for line in sums.read_text().splitlines() if line)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != published.get(path.name):
        raise RuntimeError(f"{path.name} does not match {sums.name}")
    return data


def number(payment, name):
    value = payment.get(name)
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e9:
        raise BadRequest(f"{name}: expected a number below 1e9")
    return float(value)


def row_of(payment) -> list:
    if not isinstance(payment, dict) or not isinstance(payment.get("transaction_id"), str):
        raise BadRequest("transaction_id: expected a text")
    if not number(payment, "amount") > 0:
        raise BadRequest("amount: expected a number above 0")
    row = [number(payment, name) for name in NUMERIC]
    for name in FLAGS:
        if payment.get(name) not in (0, 1):
            raise BadRequest(f"{name}: expected 0 or 1")
        row.append(int(payment[name]))
    for name, known in CATEGORIES.items():
        if payment.get(name) not in known:
            raise BadRequest(f"{name}: expected one of {', '.join(known)}")
        row.append(payment[name])
    return row


class Scorer:
    """Model, thresholds and the rules to fall back to."""

    def __init__(self, root: Path, config: dict):
        self.config = config
        self.problem = ""
        try:
            model, sums = config["model"], root / config["model"]["checksums"]
            self.pipeline = pickle.loads(verified(root / model["preprocessing"], sums))
            self.booster = xgb.Booster(model_file=bytearray(verified(root / model["path"], sums)))
            self.booster.set_param({"nthread": 1})
        except (OSError, RuntimeError, pickle.UnpicklingError, xgb.core.XGBoostError) as error:
            self.problem = str(error)

    def score(self, payment) -> dict:
        row = row_of(payment)
        if self.problem:
            return self.rules(payment)
        features = np.empty((1, len(row)), dtype=object)
        features[0] = row
        matrix = xgb.DMatrix(self.pipeline.transform(features).astype(np.float32),
                             feature_names=self.booster.feature_names)
        score = float(self.booster.predict(matrix)[0])
        shares = self.booster.predict(matrix, pred_contribs=True)[0][:-1]  # SHAP; the last is bias
        strongest = np.argsort(-np.abs(shares))[: self.config["output"]["explanations"]]
        factors = [{"factor": self.booster.feature_names[i],
                    "effect": "raises" if shares[i] > 0 else "lowers"} for i in strongest]
        return {"band": self.band(score), "score": round(score, 6), "factors": factors,
                "fallback": False}

    def band(self, score) -> str:
        limits = self.config["thresholds"]
        if score >= limits["decline"]:
            return "decline"
        return "review" if score >= limits["review"] else "low"

    def rules(self, payment) -> dict:
        limits = self.config["fallback"]
        band = "low"
        if ((payment["new_device"] and payment["amount"] > limits["review_new_device_above"])
                or (payment.get("count_1h") or 0) > limits["review_count_1h_above"]):
            band = "review"
        if payment["amount"] > limits["decline_amount_above"]:
            band = "decline"
        return {"band": band, "score": None, "factors": [], "fallback": True}


class Handler(BaseHTTPRequestHandler):
    server_version = "card-fraud"
    sys_version = ""

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):  # noqa: N802 (the base class names it)
        scorer = self.server.scorer
        if self.path != "/healthz":
            return self.answer(404, {"error": "not found"})
        state = {"status": "fallback" if scorer.problem else "ok"}
        return self.answer(200, state)

    def do_POST(self):  # noqa: N802
        if self.path != "/v1/score":
            return self.answer(404, {"error": "not found"})
        try:
            size = int(self.headers.get("Content-Length", ""))
        except ValueError:
            return self.answer(411, {"error": "Content-Length is required"})
        if not 0 < size <= self.server.config["service"]["max_request_bytes"]:
            return self.answer(413, {"error": "the request is too large"})
        try:
            payment = json.loads(self.rfile.read(size))
            decision = self.server.scorer.score(payment)
        except (ValueError, RecursionError):
            return self.answer(400, {"error": "not JSON"})
        except BadRequest as error:
            return self.answer(400, {"error": str(error)})
        self.server.record(payment, decision, self.headers.get("X-Caller", "unknown"))
        return self.answer(200, {"transaction_id": payment["transaction_id"],
                                 "band": decision["band"], "fallback": decision["fallback"]})

    def log_message(self, *arguments):
        """Nothing on stderr: decisions have their own log, the ingress logs requests."""


class Server(ThreadingHTTPServer):
    def __init__(self, root: Path, config: dict, log: Path | None):
        host, port = config["service"]["listen"].rsplit(":", 1)
        super().__init__((host, int(port)), Handler)
        self.config, self.scorer = config, Scorer(root, config)
        self.log = open(log or config["logging"]["path"], "a", buffering=1)

    def record(self, payment, decision, caller):
        line = {"time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
                "transaction_id": payment["transaction_id"][:64], "caller": caller[:64], **decision}
        self.log.write(json.dumps(line) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path("."))
    parser.add_argument("--log", type=Path)
    arguments = parser.parse_args()
    config = yaml.safe_load((arguments.root / "config/serving.yaml").read_text())
    started = time.monotonic()
    server = Server(arguments.root, config, arguments.log)
    state = server.scorer.problem or "model verified"
    print(f"{config['service']['listen']}: {state} ({time.monotonic() - started:.1f} s)", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
