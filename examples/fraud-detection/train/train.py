# SPDX-License-Identifier: Apache-2.0
"""Trains one version of the card-fraud model and writes what is released.

    python train.py --version 2.3.0 --output ../models --sample ../data/transactions-sample.csv

Writes fraud.json (XGBoost), preprocess.pkl (scikit-learn), metrics.json and SHA256SUMS. One thread
and fixed seeds: two runs with the pinned packages write the same bytes.
"""

import argparse
import csv
import hashlib
import json
import math
import pickle
from pathlib import Path

import numpy as np
import xgboost as xgb
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from synthesise import CATEGORIES, COLUMNS, FLAGS, NUMERIC, WINDOWS, synthesise

HERE = Path(__file__).resolve().parent
THRESHOLDS = {"review": 0.5, "decline": 0.9}
SAMPLE_ROWS = 6000
TEST_SHARE = 0.2  # the last fifth of the window, by time: a model is judged on its future
PARAMETERS = {
    "objective": "binary:logistic", "max_depth": 4, "eta": 0.2, "base_score": 0.5,
    "min_child_weight": 5, "subsample": 0.8, "colsample_bytree": 0.8, "tree_method": "hist",
    "nthread": 1, "seed": 7,
}
TREES = 100


def matrix(rows):
    """The columns that the pipeline takes, by position: numbers, flags, categories."""
    out = np.empty((len(rows), len(NUMERIC) + len(FLAGS) + len(CATEGORIES)), dtype=object)
    for i, row in enumerate(rows):
        out[i] = [row[name] for name in NUMERIC + FLAGS + CATEGORIES]
    return out


def preprocessing():
    numbers = list(range(len(NUMERIC)))
    flags = [len(numbers) + i for i in range(len(FLAGS))]
    categories = [len(numbers) + len(flags) + i for i in range(len(CATEGORIES))]
    return ColumnTransformer([
        ("numbers", Pipeline([("fill", SimpleImputer(strategy="median")),
                              ("scale", StandardScaler())]), numbers),
        ("flags", SimpleImputer(strategy="most_frequent"), flags),
        ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
    ], sparse_threshold=0.0)


def feature_names(pipeline):
    encoder = pipeline.named_transformers_["categories"]
    return NUMERIC + FLAGS + [f"{c}={v}" for c, vs in zip(CATEGORIES, encoder.categories_)
                              for v in vs]


def at_threshold(labels, scores, threshold):
    flagged = scores >= threshold
    true = int((flagged & (labels == 1)).sum())
    return {"threshold": threshold, "flagged": int(flagged.sum()),
            "precision": round(true / max(int(flagged.sum()), 1), 4),
            "recall": round(true / int(labels.sum()), 4),
            "false_positive_rate": round(int((flagged & (labels == 0)).sum())
                                         / int((labels == 0).sum()), 5)}


def evaluate(version, train, test, labels, scores):
    by_archetype = {}
    for name in sorted({row["archetype"] for row in test if row["fraud"]}):
        picked = np.array([row["archetype"] == name for row in test])
        by_archetype[name] = {"transactions": int(picked.sum()),
                              "recall_at_review": round(float(
                                  (scores[picked] >= THRESHOLDS["review"]).mean()), 4)}
    return {
        "version": version, "trees": TREES, "max_depth": PARAMETERS["max_depth"],
        "train": {"transactions": len(train), "fraud": sum(r["fraud"] for r in train),
                  "from": train[0]["time"], "to": train[-1]["time"]},
        "test": {"transactions": len(test), "fraud": sum(r["fraud"] for r in test),
                 "from": test[0]["time"], "to": test[-1]["time"]},
        "roc_auc": round(float(roc_auc_score(labels, scores)), 4),
        "average_precision": round(float(average_precision_score(labels, scores)), 4),
        "at": {name: at_threshold(labels, scores, t) for name, t in THRESHOLDS.items()},
        "recall_by_archetype": by_archetype,
    }


def write_sample(rows, path):
    """The first rows of the window; a missing number is an empty cell."""
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows[:SAMPLE_ROWS]:
            writer.writerow({k: "" if isinstance(v, float) and math.isnan(v) else v
                             for k, v in row.items()})


def write_sums(folder, names):
    lines = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
    (folder / "SHA256SUMS").write_text("".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", choices=sorted(WINDOWS), required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--sample", type=Path)
    arguments = parser.parse_args()

    rows = synthesise(WINDOWS[arguments.version], HERE.parent / "data")
    cut = int(len(rows) * (1 - TEST_SHARE))
    train, test = rows[:cut], rows[cut:]
    pipeline = preprocessing()
    x_train, x_test = pipeline.fit_transform(matrix(train)), pipeline.transform(matrix(test))
    y_train, y_test = (np.array([r["fraud"] for r in part]) for part in (train, test))
    names = feature_names(pipeline)
    booster = xgb.train(PARAMETERS, xgb.DMatrix(x_train.astype(np.float32), y_train,
                                                feature_names=names), TREES)
    scores = booster.predict(xgb.DMatrix(x_test.astype(np.float32), feature_names=names))

    arguments.output.mkdir(parents=True, exist_ok=True)
    booster.save_model(arguments.output / "fraud.json")
    # Plain pickle, not joblib's own framing: scanners can follow every opcode of it.
    (arguments.output / "preprocess.pkl").write_bytes(pickle.dumps(pipeline, protocol=5))
    metrics = evaluate(arguments.version, train, test, y_test, scores)
    (arguments.output / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    write_sums(arguments.output, ["fraud.json", "preprocess.pkl"])
    if arguments.sample:
        write_sample(rows, arguments.sample)
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
